//! Threads that stand by while a simulation runs: a step has several passes, and to begin a thread for each would cost more than
//! some of them take.

use rayon_core::{ThreadPool, ThreadPoolBuilder};

/// Who works on a pass: the thread that runs the simulation, and those that stand by.
#[derive(Debug)]
pub(crate) struct Crew(Option<ThreadPool>);

impl Crew {
    /// So many threads in all. Where the system gives none, one does everything.
    pub fn new(threads: usize) -> Self {
        let others = || ThreadPoolBuilder::new().num_threads(threads - 1).build().ok();
        Self(if threads > 1 { others() } else { None })
    }

    /// How many threads there are.
    pub fn size(&self) -> usize {
        self.0.as_ref().map_or(0, ThreadPool::current_num_threads) + 1
    }

    /// Works on each of some parts, on the first one on this thread.
    pub fn each<P: Send>(&self, parts: impl IntoIterator<Item = P>, work: impl Fn(P) + Sync) {
        let mut parts = parts.into_iter();
        let Some(others) = &self.0 else { return parts.for_each(work) };
        let Some(first) = parts.next() else { return };
        let work = &work;
        others.in_place_scope(|scope| {
            parts.for_each(|part| scope.spawn(move |_| work(part)));
            work(first);
        });
    }
}
