//! Which traces keep a model, and the events that prove it where one does not.
//!
//! The clauses of all models are laid out side by side in a [`Plan`], a bit each, and every event of a trace is tried
//! for all of them at once: [`Sorts`] say which bits an event has, a [`Course`] holds what is still waited for in the
//! life of one object. What is done for an event grows with the models that it touches, not with their number.

mod account;
mod course;
mod evidence;
mod plan;
mod rows;
mod sign;
mod stream;
mod tally;
mod told;
mod verdict;
mod whole;
mod windows;

pub use evidence::Evidence;
pub use stream::{Broken, Hearer, Stream};
pub use verdict::{Activations, Cases, Finding, Summary, Verdict};

use crate::condition::Bound;
use crate::log::{Log, Traces};
use crate::model::Model;
use account::Account;
use course::{Course, Desk, Entry, Ground};
use plan::Plan;
use record::Time;
use sign::{SortNumber, Sorts};
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether more may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Every trace is over.
    Closed,
    /// Traces may go on, but nothing that happened before this moment is still to come.
    Open(Time),
}

/// What is to be checked.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The events.
    pub log: &'a Log,
    /// Their traces, of the same log.
    pub traces: &'a Traces,
    /// The models, whose conditions were read for that log.
    pub models: &'a [Model],
    /// Whether more may come.
    pub until: Until,
}

/// Checks every trace against every model, on as many threads as there are processors. `tell` is given each finding,
/// trace by trace, within a trace model by model (by their places in `models`), within a model clause by clause and in
/// the order of the activations. The summaries are in the order of the models.
pub fn check(
    log: &Log,
    traces: &Traces,
    models: &[Model],
    until: Until,
    tell: &mut dyn FnMut(usize, Finding),
) -> Vec<Summary> {
    Asked { log, traces, models, until }.check(processors(), Some(tell))
}

/// The figures of [`check`] alone.
pub fn summarize(log: &Log, traces: &Traces, models: &[Model], until: Until) -> Vec<Summary> {
    Asked { log, traces, models, until }.check(processors(), None)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Traces that one thread goes through before it tells what it found.
const CHUNK: usize = 512;

type Found = Vec<(usize, Finding)>;

impl Asked<'_> {
    /// [`check`], on so many threads; without `tell` only for the figures.
    pub fn check(&self, threads: usize, mut tell: Option<&mut dyn FnMut(usize, Finding)>) -> Vec<Summary> {
        let plan = Plan::new(self.models);
        let mut sorts = Sorts::new(&plan);
        let sorted = sorts.sort(&plan, self.log);
        let correlations: Vec<Bound<'_>> = plan.correlations.iter().map(|one| one.bind(self.log)).collect();
        let ground = Ground { plan: &plan, sorts: &sorts, correlations: &correlations };
        let chunks = self.traces.len().div_ceil(CHUNK);
        let threads = threads.clamp(1, chunks.max(1));
        let wanted = tell.is_some();
        let mut deliver = |found: Found| {
            if let Some(tell) = &mut tell {
                found.into_iter().for_each(|(model, finding)| tell(model, finding));
            }
        };
        if threads == 1 {
            let mut account = Account::new(&ground, wanted);
            let mut at = (Course::default(), Desk::default());
            for chunk in 0..chunks {
                deliver(self.chunk(&ground, &sorted, chunk, &mut at, &mut account));
            }
            return account.summaries(&ground);
        }
        let next = AtomicUsize::new(0);
        let accounts: Vec<Account> = std::thread::scope(|scope| {
            let (send, receive) = std::sync::mpsc::sync_channel::<(usize, Found)>(4 * threads);
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let (send, next, ground, sorted) = (send.clone(), &next, &ground, &sorted);
                    scope.spawn(move || {
                        let mut account = Account::new(ground, wanted);
                        let mut at = (Course::default(), Desk::default());
                        loop {
                            let chunk = next.fetch_add(1, Ordering::Relaxed);
                            if chunk >= chunks {
                                return account;
                            }
                            let found = self.chunk(ground, sorted, chunk, &mut at, &mut account);
                            // Nobody listens only once the whole check is given up.
                            if send.send((chunk, found)).is_err() {
                                return account;
                            }
                        }
                    })
                })
                .collect();
            drop(send);
            let mut early: BTreeMap<usize, Found> = BTreeMap::new();
            let mut due = 0;
            for (chunk, found) in receive {
                early.insert(chunk, found);
                while let Some(found) = early.remove(&due) {
                    deliver(found);
                    due += 1;
                }
            }
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|broken| resume_unwind(broken)))
                .collect()
        });
        let mut accounts = accounts.into_iter();
        let Some(mut account) = accounts.next() else { return Vec::new() };
        accounts.for_each(|other| account.join(&plan, other));
        account.summaries(&ground)
    }

    fn chunk(
        &self,
        ground: &Ground<'_>,
        sorted: &[SortNumber],
        chunk: usize,
        (course, desk): &mut (Course, Desk),
        account: &mut Account,
    ) -> Found {
        let times = self.log.times();
        let mut found = Vec::new();
        for trace in (chunk * CHUNK..self.traces.len()).take(CHUNK) {
            course.clear();
            account.begin(trace);
            for event in self.traces.events().get(self.traces.range(trace)).unwrap_or_default() {
                let at = *event as usize;
                let (Some(time), Some(sort)) = (times.get(at), sorted.get(at)) else { continue };
                course.take(ground, desk, Entry::new(*time, *event, *sort), account);
            }
            if let Until::Open(watermark) = self.until {
                course.expire(ground, desk, watermark, account);
            }
            course.stand(ground, desk, self.until, account);
            found.extend(account.end(ground.plan));
        }
        found
    }
}
