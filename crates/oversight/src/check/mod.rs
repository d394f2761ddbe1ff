//! Which traces keep a model, and the events that prove it where one does not.
//!
//! The clauses of all models are laid out side by side in a [`Plan`], a bit each, and every event of a trace is tried
//! for all of them at once: [`Sorts`] say which bits an event has, a [`Course`] holds what is still waited for in the
//! life of one object. What is done for an event grows with the models that it touches, not with their number.

mod account;
mod columns;
mod cost;
mod course;
mod evidence;
mod findings;
mod once;
mod pace;
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
pub use findings::Findings;
pub use pace::Pace;
pub use stream::{Broken, Hearer, Stream};
pub use verdict::{Activations, Cases, Finding, Summary, Verdict};

use crate::log::{Log, Traces};
use crate::model::Model;
use account::Account;
use columns::{Columns, Counts, Room};
use course::{Course, Desk, Entry, Ground};
use once::Once;
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
    /// Who watches how far it is, and may give it up.
    pub pace: Option<&'a Pace>,
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
    Asked { log, traces, models, until, pace: None }.check(processors(), Some(tell))
}

/// The figures of [`check`] alone.
pub fn summarize(log: &Log, traces: &Traces, models: &[Model], until: Until) -> Vec<Summary> {
    Asked { log, traces, models, until, pace: None }.check(processors(), None)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// In which way models are asked; what they say is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The one that takes less.
    #[default]
    Cheapest,
    /// One after the other, each by where the events of its activities stand among all.
    OneByOne,
    /// All together, life by life.
    Together,
}

/// Traces that one thread goes through before it tells what it found: fewer where each is gone through for many models.
const CHUNK: usize = 512;
const CHUNK_ONE_BY_ONE: usize = 4096;

type Found = Vec<(usize, Finding)>;

impl Asked<'_> {
    #[inline]
    fn is_given_up(&self) -> bool {
        self.pace.is_some_and(Pace::is_given_up)
    }

    /// [`check`], on so many threads; without `tell` only for the figures.
    pub fn check(&self, threads: usize, tell: Option<&mut dyn FnMut(usize, Finding)>) -> Vec<Summary> {
        self.check_by(Way::Cheapest, threads, tell)
    }

    /// [`Self::check`], on as many threads as there are processors, of a model in two halves each breach once: what both halves
    /// say of one event, with the same proof, is told as the half says it that was broken first.
    pub fn each_once(&self, tell: &mut dyn FnMut(usize, Finding)) -> Vec<Summary> {
        let mut once = Once::new(self.models);
        let mut take = |model, finding| once.take(model, finding, tell);
        let summaries = self.check(processors(), Some(&mut take));
        once.end(tell);
        summaries
    }

    /// [`Self::check`], in one way.
    pub fn check_by(
        &self,
        way: Way,
        threads: usize,
        tell: Option<&mut dyn FnMut(usize, Finding)>,
    ) -> Vec<Summary> {
        let columns = cost::is_one_by_one(*self, way).then(|| Columns::of(*self));
        let together = if columns.is_some() { &[] } else { self.models };
        let plan = Plan::new(together);
        let mut sorts = Sorts::new(&plan);
        let sorted = if together.is_empty() { Vec::new() } else { sorts.sort(&plan, self.log, threads) };
        let correlations = plan.correlations.bind(self.log);
        let ground = Ground { plan: &plan, sorts: &sorts, correlations: &correlations };
        let size = if columns.is_some() { CHUNK_ONE_BY_ONE } else { CHUNK };
        let chunks = self.traces.len().div_ceil(size);
        let pieces = columns.as_ref().map_or(self.traces.len(), |columns| chunks * columns.lanes());
        self.pace.into_iter().for_each(|pace| pace.expect(pieces));
        let work = Work { asked: *self, columns, ground, sorted, size, wanted: tell.is_some() };
        let mut none = |_, _| {};
        let tell = tell.unwrap_or(&mut none);
        match threads.clamp(1, chunks.max(1)) {
            1 => {
                let mut hand = work.hand();
                (0..chunks).for_each(|chunk| work.chunk(chunk, &mut hand, tell));
                work.summaries(hand)
            }
            threads => work.divided(threads, chunks, tell),
        }
    }
}

/// What is to be done, the same for every thread.
struct Work<'a> {
    asked: Asked<'a>,
    /// The models, where they are asked one by one; else they are on the ground.
    columns: Option<Columns<'a>>,
    ground: Ground<'a>,
    sorted: Vec<SortNumber>,
    /// Traces to a chunk.
    size: usize,
    /// Whether findings are.
    wanted: bool,
}

/// One thread's room to work in, and what it has counted.
struct Hand {
    course: Course,
    desk: Desk,
    room: Room,
    found: columns::Found,
    account: Account,
    counts: Counts,
}

impl Work<'_> {
    fn hand(&self) -> Hand {
        Hand {
            course: Course::default(),
            desk: Desk::new(self.ground.plan),
            room: Room::default(),
            found: columns::Found::default(),
            account: Account::new(&self.ground, self.wanted),
            counts: Counts::new(self.asked.models.len()),
        }
    }

    fn summaries(&self, hand: Hand) -> Vec<Summary> {
        match &self.columns {
            Some(columns) => columns.summaries(hand.counts),
            None => hand.account.summaries(&self.ground),
        }
    }

    fn chunk(&self, chunk: usize, hand: &mut Hand, tell: &mut dyn FnMut(usize, Finding)) {
        let Asked { log, traces, until, .. } = self.asked;
        let some = chunk * self.size..traces.len().min((chunk + 1) * self.size);
        let Hand { course, desk, room, found, account, counts } = hand;
        if let Some(columns) = &self.columns {
            columns.find(some, self.wanted, (room, found, counts));
            if self.wanted {
                columns.tell(found, room, tell);
            }
            return;
        }
        for trace in some {
            self.asked.pace.into_iter().for_each(|pace| pace.step(1));
            course.clear();
            account.begin(trace);
            for event in traces.events().get(traces.range(trace)).unwrap_or_default() {
                if self.asked.is_given_up() {
                    return;
                }
                let at = *event as usize;
                let (Some(time), Some(sort)) = (log.times().get(at), self.sorted.get(at)) else { continue };
                course.take(&self.ground, desk, Entry::new(*time, *event, *sort), account);
                let passed = match until {
                    Until::Closed => *time,
                    Until::Open(watermark) => watermark.min(*time),
                };
                course.thin(&self.ground, desk, passed, account);
            }
            if let Until::Open(watermark) = until {
                course.expire(&self.ground, desk, watermark, account);
            }
            course.stand(&self.ground, desk, until, account);
            account.end(self.ground.plan).for_each(|(model, finding)| tell(model, finding));
        }
    }

    /// The chunks, on several threads.
    fn divided(&self, threads: usize, chunks: usize, tell: &mut dyn FnMut(usize, Finding)) -> Vec<Summary> {
        let next = AtomicUsize::new(0);
        let hands: Vec<Hand> = std::thread::scope(|scope| {
            let (send, receive) = std::sync::mpsc::sync_channel::<(usize, Found)>(4 * threads);
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let (send, next) = (send.clone(), &next);
                    scope.spawn(move || {
                        let mut hand = self.hand();
                        loop {
                            let chunk = next.fetch_add(1, Ordering::Relaxed);
                            if chunk >= chunks {
                                return hand;
                            }
                            let mut found = Found::new();
                            self.chunk(chunk, &mut hand, &mut |model, finding| found.push((model, finding)));
                            // Nobody listens only once the whole check is given up.
                            if send.send((chunk, found)).is_err() {
                                return hand;
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
                    found.into_iter().for_each(|(model, finding)| tell(model, finding));
                    due += 1;
                }
            }
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|broken| resume_unwind(broken)))
                .collect()
        });
        let mut hands = hands.into_iter();
        let Some(mut hand) = hands.next() else { return Vec::new() };
        for other in hands {
            hand.account.join(self.ground.plan, other.account);
            hand.counts.join(&other.counts);
        }
        self.summaries(hand)
    }
}
