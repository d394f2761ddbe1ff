use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a check is, for whoever waits for it, and the word to give it up.
#[derive(Debug, Default)]
pub struct Pace {
    given_up: AtomicBool,
    done: AtomicU64,
    all: AtomicU64,
}

impl Pace {
    /// Has the check end soon. What it tells from then on, and its figures, say nothing.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Whether it was given up.
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// How far it is, from 0 to 1; what is known of only later counts from then on.
    pub fn share(&self) -> f64 {
        let [done, all] = [&self.done, &self.all].map(|count| count.load(Ordering::Relaxed));
        (done as f64 / all.max(1) as f64).min(1.0)
    }

    pub(super) fn expect(&self, pieces: usize) {
        self.all.fetch_add(pieces as u64, Ordering::Relaxed);
    }

    pub(super) fn step(&self, pieces: usize) {
        self.done.fetch_add(pieces as u64, Ordering::Relaxed);
    }
}
