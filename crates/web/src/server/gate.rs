use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets so many through at one time; a few times as many may wait.
#[derive(Debug, Default)]
pub struct Gate {
    crowd: Mutex<Crowd>,
    left: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Crowd {
    inside: usize,
    waiting: usize,
}

/// How many may wait for each that may be inside: what waits longer keeps threads from other work.
const PATIENCE: usize = 16;

/// Held by whoever is inside.
pub struct Pass<'a>(&'a Gate);

impl Gate {
    /// Waits until fewer than `most` are inside; none where too many wait already.
    pub fn enter(&self, most: usize) -> Option<Pass<'_>> {
        let most = most.max(1);
        let mut crowd = self.crowd();
        if crowd.waiting >= most.saturating_mul(PATIENCE) {
            return None;
        }
        crowd.waiting += 1;
        let full = |crowd: &mut Crowd| crowd.inside >= most;
        let mut crowd = self.left.wait_while(crowd, full).unwrap_or_else(PoisonError::into_inner);
        crowd.waiting -= 1;
        crowd.inside += 1;
        Some(Pass(self))
    }

    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        self.crowd.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.crowd().inside -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_are_inside_than_may_be() {
        let (gate, inside, most) = (Gate::default(), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let Some(_pass) = gate.enter(2) else { panic!("nobody was turned away") };
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
        let pass = gate.enter(1);
        assert!(pass.is_some());
        drop(pass);
        assert!(gate.enter(1).is_some());
    }
}
