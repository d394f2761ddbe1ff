//! Lines with workers of their own times, for a given cycle: plans that hold but for stations that take too long, changed a
//! little again and again.
//!
//! Annealed (Kirkpatrick, Gelatt and Vecchi 1983) is by how much stations are over the cycle, and a little of all they do, so
//! that workers come to what they are quick at. An operation goes to another station, two change places, two workers do, or two
//! neighbouring stations with all they have; never against the order.

use super::bits::{Bits, Order};
use super::{Clock, Crew};
use crate::chance::Chance;

/// How much a unit of time counts that is within the cycle, beside one that is over it.
const WITHIN: f64 = 0.1;

/// Of a hundred changes so many are two workers, two neighbouring stations, or two operations; the others one operation.
const WORKERS: u64 = 2;
const STATIONS: u64 = 2;
const PAIRS: u64 = 30;

/// Changes after which it gets colder.
const STRIDE: u64 = 1024;

/// How long and from how hot to how cold, in cycles.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Changes that are tried.
    pub steps: u64,
    /// At the beginning.
    pub hot: f64,
    /// At the end.
    pub cold: f64,
}

/// A plan on its way.
pub struct Anneal<'c, const W: usize> {
    crew: &'c Crew,
    order: &'c Order<W>,
    /// Immediate predecessors of each operation.
    before: Vec<Vec<usize>>,
    chance: Chance,
    /// Of each operation its station, and its place there.
    station: Vec<usize>,
    place: Vec<usize>,
    /// Of each station its operations, its worker and how long it takes.
    has: Vec<Vec<usize>>,
    worker: Vec<usize>,
    load: Vec<u64>,
    /// The cycle that is looked for; what somebody cannot do counts as twice that.
    cycle: u64,
    /// By how much all stations are over it.
    over: u64,
    heat: f64,
}

impl<'c, const W: usize> Anneal<'c, W> {
    /// Starts at a plan: each station's operations and its worker, for all workers.
    pub fn new(crew: &'c Crew, order: &'c Order<W>, stations: &[(Vec<usize>, usize)]) -> Self {
        let n = crew.times.len();
        let mut anneal = Self {
            crew,
            order,
            before: order.before.iter().map(|before| before.iter().collect()).collect(),
            chance: Chance::new(1),
            station: vec![0; n],
            place: vec![0; n],
            has: Vec::new(),
            worker: Vec::new(),
            load: Vec::new(),
            cycle: 0,
            over: 0,
            heat: 0.0,
        };
        anneal.take(stations);
        anneal
    }

    /// Goes on from another plan.
    pub fn take(&mut self, stations: &[(Vec<usize>, usize)]) {
        (self.has, self.worker) = stations.iter().cloned().unzip();
        for (station, has) in self.has.iter().enumerate() {
            for (place, one) in has.iter().enumerate() {
                (self.station[*one], self.place[*one]) = (station, place);
            }
        }
    }

    /// Looks for a plan within a cycle, from where the last look ended.
    pub fn look(
        &mut self,
        cycle: u32,
        pace: Pace,
        clock: &mut Clock<'_>,
    ) -> Option<Vec<(Vec<usize>, usize)>> {
        self.cycle = u64::from(cycle);
        self.load = (0..self.has.len()).map(|station| self.sum(station, self.worker[station])).collect();
        self.over = self.load.iter().map(|load| load.saturating_sub(self.cycle)).sum();
        self.heat = pace.hot * f64::from(cycle.max(1));
        let strides = (pace.steps / STRIDE).max(1);
        let colder = (pace.cold / pace.hot).powf(1.0 / strides as f64);
        for _ in 0..strides {
            for _ in 0..STRIDE {
                if self.over == 0 {
                    return Some(self.stations());
                }
                self.change();
            }
            self.heat *= colder;
            if !clock() {
                return None;
            }
        }
        None
    }

    /// Where it is: each station's operations and its worker.
    pub fn stations(&self) -> Vec<(Vec<usize>, usize)> {
        self.has.iter().cloned().zip(self.worker.iter().copied()).collect()
    }

    fn time(&self, operation: usize, worker: usize) -> u64 {
        self.crew.times[operation][worker].map_or(2 * self.cycle + 1, u64::from)
    }

    fn sum(&self, station: usize, worker: usize) -> u64 {
        self.has[station].iter().map(|one| self.time(*one, worker)).sum()
    }

    fn below(&mut self, bound: usize) -> usize {
        self.chance.below(bound as u64) as usize
    }

    fn change(&mut self) {
        let stations = self.has.len();
        match self.chance.below(100) {
            _ if stations < 2 => {}
            kind if kind < WORKERS => self.change_workers(),
            kind if kind < WORKERS + STATIONS => self.change_neighbours(),
            kind => {
                let one = self.below(self.station.len());
                let (from, first, last) = (self.station[one], self.first(one), self.last(one));
                if first < last {
                    let to = first + self.below(last - first);
                    let to = to + usize::from(to >= from);
                    match kind < WORKERS + STATIONS + PAIRS && !self.has[to].is_empty() {
                        true => self.change_places(one, to),
                        false => self.go(one, to),
                    }
                }
            }
        }
    }

    /// The first station at which an operation can be done.
    fn first(&self, one: usize) -> usize {
        self.before[one].iter().map(|other| self.station[*other]).max().unwrap_or(0)
    }

    /// The last one.
    fn last(&self, one: usize) -> usize {
        let after = self.order.next[one].iter().map(|other| self.station[*other]);
        after.min().unwrap_or(self.has.len() - 1)
    }

    /// Whether two stations shall take so long; if so they do.
    fn accept(&mut self, stations: [usize; 2], loads: [u64; 2]) -> bool {
        let over = |load: u64| load.saturating_sub(self.cycle);
        let cost = |load: u64| over(load) as f64 + WITHIN * load as f64;
        let [a, b] = stations.map(|station| self.load[station]);
        let more = cost(loads[0]) + cost(loads[1]) - cost(a) - cost(b);
        let now = self.over + over(loads[0]) + over(loads[1]) - over(a) - over(b);
        // A number below one in 53 bits.
        let drawn = |bits: u64| (bits >> 11) as f64 / (1u64 << 53) as f64;
        let taken = more <= 0.0 || drawn(self.chance.bits()) < (-more / self.heat).exp();
        if taken {
            self.over = now;
            stations.into_iter().zip(loads).for_each(|(station, load)| self.load[station] = load);
        }
        taken
    }

    fn change_workers(&mut self) {
        let a = self.below(self.has.len());
        let b = self.below(self.has.len() - 1);
        let b = b + usize::from(b >= a);
        let loads = [self.sum(a, self.worker[b]), self.sum(b, self.worker[a])];
        if self.accept([a, b], loads) {
            self.worker.swap(a, b);
        }
    }

    /// Two neighbouring stations change places if nothing at the second waits for the first; that costs nothing.
    fn change_neighbours(&mut self) {
        let a = self.below(self.has.len() - 1);
        let b = a + 1;
        let mut later = Bits::<W>::NONE;
        self.has[b].iter().for_each(|one| later.put(*one));
        if self.has[a].iter().any(|one| self.order.after[*one].meets(&later)) {
            return;
        }
        self.has.swap(a, b);
        self.worker.swap(a, b);
        self.load.swap(a, b);
        for station in [a, b] {
            self.has[station].iter().for_each(|one| self.station[*one] = station);
        }
    }

    fn go(&mut self, one: usize, to: usize) {
        let from = self.station[one];
        let loads = [
            self.load[from] - self.time(one, self.worker[from]),
            self.load[to] + self.time(one, self.worker[to]),
        ];
        if self.accept([from, to], loads) {
            let place = self.place[one];
            self.has[from].swap_remove(place);
            if let Some(moved) = self.has[from].get(place) {
                self.place[*moved] = place;
            }
            (self.station[one], self.place[one]) = (to, self.has[to].len());
            self.has[to].push(one);
        }
    }

    /// An operation changes places with one of a station that it can go to, if that one can come back.
    fn change_places(&mut self, one: usize, to: usize) {
        let drawn = self.below(self.has[to].len());
        let other = self.has[to][drawn];
        let from = self.station[one];
        let tied = self.order.after[one].has(other) || self.order.after[other].has(one);
        if tied || from < self.first(other) || from > self.last(other) {
            return;
        }
        let (here, there) = (self.worker[from], self.worker[to]);
        let loads = [
            self.load[from] - self.time(one, here) + self.time(other, here),
            self.load[to] - self.time(other, there) + self.time(one, there),
        ];
        if self.accept([from, to], loads) {
            let (place, drawn) = (self.place[one], self.place[other]);
            (self.has[from][place], self.has[to][drawn]) = (other, one);
            (self.place[other], self.place[one]) = (place, drawn);
            (self.station[other], self.station[one]) = (from, to);
        }
    }
}
