//! Lines with workers of their own times, for a given cycle: station by station, as many partial plans at a time as wanted.
//!
//! A state is the set of done operations and of used workers. Each is expanded by every free worker with full loads that
//! the bound
//! lets through; states are kept once, the most promising first. A beam that never had to leave anything out has looked at
//! everything, so that finding nothing is a proof; otherwise a wider one may follow (complete anytime beam search, Zhang 1998;
//! iterative beam search for this problem: Borba and Ritt, Computers & Operations Research 45, 2014).

use super::bits::{Bits, Order, Table};
use super::dual::{Duals, WHOLE, bound};
use super::{Clock, Crew};

/// What a beam came to.
pub enum Verdict {
    /// Each station's operations, and its worker.
    Plan(Vec<(Vec<usize>, usize)>),
    /// There is no plan.
    Impossible,
    /// It left something out, or was stopped.
    Unknown,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Width {
    /// States of a station.
    pub states: usize,
    /// Loads of a state and a worker.
    pub loads: usize,
}

#[derive(Clone, Copy)]
struct State<const W: usize> {
    done: Bits<W>,
    workers: u64,
    parent: u32,
    worker: u32,
    /// The bound of what is left, as a part of the cycle.
    score: f64,
}

pub struct Beam<'c, const W: usize> {
    crew: &'c Crew,
    order: &'c Order<W>,
    duals: Duals<'c>,
    all: Bits<W>,
    workers: usize,
}

/// The loads of one state and worker, as they are filled.
struct Filling<const W: usize> {
    done: Bits<W>,
    worker: usize,
    eligible: Vec<usize>,
    load: Bits<W>,
    /// Operations by what they take off the rest for a unit of this worker's time, most first: what, time, gain.
    dense: Vec<(usize, u32, u64)>,
    /// What a load must take off the rest at least.
    need: u64,
    gain: u64,
    left: usize,
    cut: bool,
    found: Vec<(Bits<W>, u64)>,
}

impl<'c, const W: usize> Beam<'c, W> {
    pub fn new(crew: &'c Crew, order: &'c Order<W>) -> Self {
        let mut all = Bits::NONE;
        (0..crew.times.len()).for_each(|at| all.put(at));
        let workers = crew.times.first().map_or(0, Vec::len);
        Self { crew, order, duals: Duals::new(crew), all, workers }
    }

    /// No cycle is shorter than this.
    pub fn bound(&mut self) -> u32 {
        let everybody = u64::MAX >> (64 - self.workers.max(1));
        let all = self.all;
        let sum = bound(self.duals.of(everybody, &all), &all).unwrap_or(0);
        let longest = self.crew.times.iter().filter_map(|times| times.iter().flatten().min()).max();
        (sum.div_ceil(WHOLE) as u32).max(longest.copied().unwrap_or(0))
    }

    /// Looks for a plan within a cycle.
    pub fn look(&mut self, cycle: u32, width: Width, clock: &mut Clock<'_>) -> Verdict {
        let everybody = u64::MAX >> (64 - self.workers.max(1));
        let first = State { done: Bits::NONE, workers: everybody, parent: 0, worker: 0, score: 0.0 };
        let mut layers = vec![vec![first]];
        let mut complete = true;
        for _ in 0..self.workers {
            let mut next: Vec<State<W>> = Vec::new();
            let mut places: Table<(Bits<W>, u64), u32> = Table::default();
            for (parent, state) in layers.last().map_or(&[][..], Vec::as_slice).iter().enumerate() {
                for worker in (0..self.workers).filter(|worker| state.workers >> worker & 1 == 1) {
                    if !clock() {
                        return Verdict::Unknown;
                    }
                    let filled = self.loads(state, worker, cycle, width.loads);
                    complete &= !filled.cut;
                    for (load, score) in filled.found {
                        let (done, workers) = (state.done.or(&load), state.workers & !(1 << worker));
                        let parent = parent as u32;
                        let score = score as f64;
                        let one = State { done, workers, parent, worker: worker as u32, score };
                        if done == self.all {
                            layers.push(vec![one]);
                            return Verdict::Plan(self.plan(&layers));
                        }
                        places.entry((done, workers)).or_insert_with(|| {
                            next.push(one);
                            next.len() as u32
                        });
                    }
                }
            }
            if next.len() > width.states {
                complete = false;
                next.select_nth_unstable_by(width.states, |a, b| a.score.total_cmp(&b.score));
                next.truncate(width.states);
            }
            if next.is_empty() {
                break;
            }
            layers.push(next);
        }
        if complete { Verdict::Impossible } else { Verdict::Unknown }
    }

    fn plan(&self, layers: &[Vec<State<W>>]) -> Vec<(Vec<usize>, usize)> {
        let mut stations = Vec::new();
        let mut here = 0usize;
        for pair in layers.windows(2).rev() {
            let [before, after] = pair else { continue };
            let Some(state) = after.get(here) else { break };
            here = state.parent as usize;
            let done = before.get(here).map_or(Bits::NONE, |before| before.done);
            stations.push((state.done.without(&done).iter().collect(), state.worker as usize));
        }
        stations.reverse();
        stations
    }

    fn time(&self, operation: usize, worker: usize) -> Option<u32> {
        *self.crew.times.get(operation)?.get(worker)?
    }

    /// Full loads of a worker after a state, each with the bound of what it leaves to the others.
    fn loads(&mut self, state: &State<W>, worker: usize, cycle: u32, most: usize) -> Filling<W> {
        let undone = self.all.without(&state.done);
        let others = state.workers & !(1 << worker);
        let least = self.duals.of(others, &undone).clone();
        let gain = |at: usize| least.get(at).copied().unwrap_or(0);
        let mut filling = Filling {
            done: state.done,
            worker,
            eligible: Vec::new(),
            load: Bits::NONE,
            dense: Vec::new(),
            need: 0,
            gain: 0,
            left: most,
            cut: false,
            found: Vec::new(),
        };
        // What only this worker can still do must be in the load: its gain stands for more than all others together.
        let mine: Vec<usize> = undone.iter().filter(|at| gain(*at) == u64::MAX).collect();
        let capped = |at: usize| if gain(at) == u64::MAX { u64::MAX / 4096 } else { gain(at) };
        let sum: u64 = undone.iter().map(capped).sum();
        filling.need = sum.saturating_sub(u64::from(cycle) * WHOLE);
        if mine.iter().any(|at| self.time(*at, worker).is_none()) {
            return filling;
        }
        let dense = undone
            .iter()
            .filter_map(|at| Some((at, self.time(at, worker).filter(|time| *time <= cycle)?, capped(at))));
        filling.dense = dense.collect();
        let by_density = |(_, time, gain): &(usize, u32, u64)| *gain as f64 / f64::from((*time).max(1));
        filling.dense.sort_by(|a, b| by_density(b).total_cmp(&by_density(a)));
        let ready = |at: &usize| self.order.before.get(*at).is_some_and(|before| before.within(&state.done));
        filling.eligible = filling.dense.iter().map(|(at, _, _)| *at).filter(ready).collect();
        self.fill(&mut filling, 0, cycle, &least);
        let rest = sum;
        filling.found.iter_mut().for_each(|(_, gain)| *gain = rest.saturating_sub(*gain));
        filling
    }

    fn fill(&self, filling: &mut Filling<W>, start: usize, room: u32, least: &[u64]) {
        if filling.gain.saturating_add(best_gain(&filling.dense, &filling.load, room)) < filling.need {
            return;
        }
        let mut full = true;
        let mut at = start;
        while let Some(one) = filling.eligible.get(at).copied() {
            at += 1;
            let Some(time) = self.time(one, filling.worker).filter(|time| *time <= room) else { continue };
            full = false;
            let gain =
                least.get(one).map_or(0, |gain| if *gain == u64::MAX { u64::MAX / 4096 } else { *gain });
            filling.load.put(one);
            filling.gain += gain;
            let before = filling.eligible.len();
            let done = filling.done.or(&filling.load);
            for next in self.order.next.get(one).into_iter().flatten() {
                if self.order.before.get(*next).is_some_and(|before| before.within(&done)) {
                    filling.eligible.push(*next);
                }
            }
            self.fill(filling, at, room - time, least);
            filling.eligible.truncate(before);
            filling.gain -= gain;
            filling.load.take(one);
            if filling.left == 0 {
                filling.cut = true;
                return;
            }
        }
        let fits = |one: &usize| {
            !filling.load.has(*one) && self.time(*one, filling.worker).is_some_and(|time| time <= room)
        };
        if full && filling.gain >= filling.need && !filling.eligible.iter().take(start).any(fits) {
            filling.left -= 1;
            filling.found.push((filling.load, filling.gain));
        }
    }
}

/// At most so much can the room that is left still take off the rest: the densest operations that the load has not, the last one
/// in part. `dense`: what, time, gain.
pub(super) fn best_gain<const W: usize>(dense: &[(usize, u32, u64)], load: &Bits<W>, mut room: u32) -> u64 {
    let mut sum = 0u64;
    for (at, time, gain) in dense {
        if load.has(*at) {
            continue;
        }
        if *time > room {
            let part = u128::from(*gain) * u128::from(room) / u128::from((*time).max(1));
            return sum.saturating_add(part as u64 + 1);
        }
        room -= time;
        sum = sum.saturating_add(*gain);
    }
    sum
}
