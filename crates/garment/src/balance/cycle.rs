//! The shortest cycle: for so many stations (SALBP-2), or for workers with their own times, one at each station (ALWABP-2).
//!
//! Both ask again and again whether a cycle is long enough, with more patience each time: cycles below a bound are known to be
//! too short, that of the best plan is long enough, and what is asked lies between. For workers the plan at hand is annealed,
//! too, which mostly finds shorter cycles first; what is asked then proves that there are none.

use super::anneal::{Anneal, Pace};
use super::bits::Order;
use super::deal::{Deal, Verdict};
use super::stations::within;
use super::{Answer, Clock, Crew, Line, NoPlan, Plan};
use crate::chance::Chance;

/// The shortest cycle for `stations` that was found until the clock said stop.
pub fn shortest(line: &Line, stations: u32, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    if stations == 0 {
        return Err(NoPlan::NoStations);
    }
    let sum: u64 = line.times.iter().map(|time| u64::from(*time)).sum();
    let longest = line.times.iter().copied().max().unwrap_or(0);
    let mut least = (sum.div_ceil(u64::from(stations)) as u32).max(longest).max(1);
    let mut best = first(line, stations, least, u32::try_from(sum).unwrap_or(u32::MAX).max(least))?;
    let mut patience = 256;
    let mut hopeless = least;
    while least < best.cycle && clock() {
        let cycle = hopeless + (best.cycle - hopeless) / 2;
        let mut more = |expanded: usize| expanded < patience;
        let (plan, bound) = within(line, cycle, stations, &mut more, clock)?;
        if plan.len() as u32 <= stations {
            best = made(line, plan);
        } else if bound > stations {
            // Too short, and so is every shorter one.
            least = cycle + 1;
            hopeless = hopeless.max(least);
        } else {
            hopeless = cycle + 1;
        }
        if hopeless >= best.cycle {
            (hopeless, patience) = (least, patience * 4);
        }
    }
    Ok(Answer { plan: best, bound: least })
}

fn made(line: &Line, stations: Vec<Vec<usize>>) -> Plan {
    let time = |at: &usize| line.times.get(*at).copied().unwrap_or_default();
    let cycle = stations.iter().map(|station| station.iter().map(time).sum()).max().unwrap_or(0);
    Plan { stations, workers: None, cycle }
}

/// A first plan: the shortest cycle at which filling stations one by one needs no more of them.
fn first(line: &Line, stations: u32, least: u32, most: u32) -> Result<Plan, NoPlan> {
    let (mut low, mut high) = (least, most);
    let greedy =
        |cycle: u32| within(line, cycle, stations, &mut |_| false, &mut || true).map(|(plan, _)| plan);
    let mut best = greedy(most)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let plan = greedy(middle)?;
        if plan.len() as u32 <= stations {
            (best, high) = (plan, middle);
        } else {
            low = middle + 1;
        }
    }
    Ok(made(line, best))
}

/// The shortest cycle for a crew, each of whom has a station, that was found until the clock said stop.
pub fn of_crew(crew: &Crew, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    if let Some(at) = crew.times.iter().position(|times| times.iter().all(Option::is_none)) {
        return Err(NoPlan::Nobody(at + 1));
    }
    match crew.times.len() {
        0..=64 => crew_of::<1>(crew, clock),
        65..=128 => crew_of::<2>(crew, clock),
        129..=320 => crew_of::<5>(crew, clock),
        _ => crew_of::<16>(crew, clock),
    }
}

fn crew_of<const W: usize>(crew: &Crew, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    let n = crew.times.len();
    let told = |(a, b): (usize, usize)| NoPlan::Circle(a + 1, b + 1);
    let order = Order::<W>::new(n, &crew.order).map_err(told)?;
    let mut deal = Deal::new(crew, &order);
    let longest = crew.times.iter().filter_map(|times| times.iter().flatten().max());
    let longest: u64 = longest.map(|time| u64::from(*time)).sum();
    let longest = u32::try_from(longest).unwrap_or(u32::MAX);
    // Whatever the time, as many branches as lead to a plan where nothing has to be taken back.
    let mut stations = deal.look(longest, 2 * n as u64, &mut || true);
    if matches!(stations, Verdict::Unknown) {
        stations = deal.look(longest, u64::MAX, clock);
    }
    let Verdict::Plan(stations) = stations else { return Err(NoPlan::NotFound) };
    let anneal = Anneal::new(crew, &order, &stations);
    let best = staffed(crew, stations);
    let least = deal.bound(best.cycle);
    let chance = Chance::new(2);
    let mut hunt = Hunt { crew, deal, anneal, least, best, branches: FIRST, free: 3, tries: 0, chance };
    while hunt.least < hunt.best.cycle && clock() {
        hunt.round(clock);
    }
    Ok(Answer { plan: hunt.best, bound: hunt.least })
}

/// Branches of the first round.
const FIRST: u64 = 500;

/// How often an annealed plan is mended, and how many branches that takes each time, times the operations: where they are many a
/// branch takes longer.
const MENDS: u32 = 24;
const BRANCHES: u64 = 14_000;

/// How hot annealing begins, in cycles: mostly so that the plan at hand is kept on the whole, at times so that it is not.
const WARM: f64 = 0.06;
const HOT: f64 = 0.15;
const COLD: f64 = 0.004;

/// A crew's plan on its way.
struct Hunt<'c, const W: usize> {
    crew: &'c Crew,
    deal: Deal<'c, W>,
    anneal: Anneal<'c, W>,
    least: u32,
    best: Plan,
    /// Branches that a round may look at.
    branches: u64,
    /// How many workers are planned anew at a time, and how much oftener that was gone through than not.
    free: usize,
    tries: i32,
    chance: Chance,
}

impl<const W: usize> Hunt<'_, W> {
    /// Looks for a shorter cycle in both ways, about as long in each, and whether shorter ones are impossible.
    fn round(&mut self, clock: &mut Clock<'_>) {
        // A branch takes about as long as so many changes.
        let (n, workers) = (self.crew.times.len() as u64, self.crew.times[0].len() as u64);
        let mut steps = self.branches * n * (workers / 2).max(8);
        let once = steps.min(30_000 * n);
        let mut stride = (self.best.cycle - self.least) / 4;
        while steps > 0 && self.least < self.best.cycle && clock() {
            // Far from the bound in long strides.
            let cycle = (self.best.cycle - 1).saturating_sub(stride).max(self.least);
            stride /= 2;
            let hot = if self.chance.below(3) == 0 { HOT } else { WARM };
            let pace = Pace { steps: once, hot, cold: COLD };
            match self.anneal.look(cycle, pace, clock) {
                Some(stations) => self.best = staffed(self.crew, stations),
                None => {
                    steps = steps.saturating_sub(once);
                    self.mend(cycle, clock);
                }
            }
        }
        if self.least < self.best.cycle {
            self.ask(self.best.cycle - 1, self.branches, clock);
        }
        if self.least < self.best.cycle {
            self.ask(self.least + (self.best.cycle - self.least) / 2, self.branches / 4, clock);
        }
        self.branches *= 2;
    }

    /// Plans anew for those who have too much where annealing ended, and some others by chance.
    fn mend(&mut self, cycle: u32, clock: &mut Clock<'_>) {
        let stations = self.anneal.stations();
        let too_long = |(has, worker): &&(Vec<usize>, usize)| {
            let time = |one: &usize| self.crew.times[*one][*worker].map_or(u64::MAX / 2048, u64::from);
            has.iter().map(time).sum::<u64>() > u64::from(cycle)
        };
        let must = stations.iter().filter(too_long).fold(0u64, |mask, (_, worker)| mask | 1 << worker);
        let branches = (BRANCHES / self.crew.times.len() as u64).max(20);
        for _ in 0..MENDS {
            let mut free = must;
            let count = self.free.min(stations.len());
            while (free.count_ones() as usize) < count {
                free |= 1 << self.chance.below(stations.len() as u64);
            }
            match self.deal.mend(cycle, branches, (&stations, free), clock) {
                Verdict::Plan(stations) => {
                    self.anneal.take(&stations);
                    self.best = staffed(self.crew, stations);
                    return;
                }
                Verdict::Impossible => self.tries += 1,
                Verdict::Unknown => self.tries -= 1,
            }
            // As many as can mostly just be gone through.
            if self.tries.abs() > 8 {
                self.free =
                    if self.tries > 0 { (self.free + 1).min(stations.len()) } else { (self.free - 1).max(2) };
                self.tries = 0;
            }
        }
    }

    /// Asks whether a cycle is long enough.
    fn ask(&mut self, cycle: u32, branches: u64, clock: &mut Clock<'_>) {
        match self.deal.look(cycle, branches, clock) {
            Verdict::Plan(stations) => {
                self.anneal.take(&stations);
                self.best = staffed(self.crew, stations);
            }
            Verdict::Impossible => self.least = self.least.max(cycle + 1),
            Verdict::Unknown => {}
        }
    }
}

/// A plan of the stations that do something; whoever has nothing to do is left out.
pub(super) fn staffed(crew: &Crew, stations: Vec<(Vec<usize>, usize)>) -> Plan {
    let time = |at: usize, worker: usize| {
        crew.times.get(at).and_then(|times| *times.get(worker)?).unwrap_or_default()
    };
    let cycle =
        stations.iter().map(|(station, worker)| station.iter().map(|at| time(*at, *worker)).sum()).max();
    let (stations, workers) = stations.into_iter().filter(|(station, _)| !station.is_empty()).unzip();
    Plan { stations, workers: Some(workers), cycle: cycle.unwrap_or(0) }
}
