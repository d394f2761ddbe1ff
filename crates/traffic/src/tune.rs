//! Fixed plans by search over splits, cycles, the order of stages and offsets, with the simulator as the judge.
//!
//! The search begins with the best of the network's programmes, Webster's plan and the two with a common
//! cycle. Each try changes one
//! thing, preferably at signals before which many wait, and is kept by late acceptance (Burke and Bykov 2017): if it is no worse
//! than what was at hand some tries ago. It can be ended after any try.

use crate::chance;
use crate::control::stage::green;
use crate::control::{Controller, Plan, Times, webster};
use crate::demand::Demand;
use crate::ids::{LaneId, LinkId, MovementId, SignalId};
use crate::net::{Network, Program};
use crate::sim::{Settings, Simulation};

/// A try is held against what was at hand so many tries before.
const MEMORY: usize = 12;
/// The longest cycle, in seconds.
const LONGEST: f64 = 180.0;
/// A try that is worse by this part on the first seed is not driven on the others.
const HOPELESS: f64 = 1.02;

/// What is searched for.
#[derive(Debug, Clone, Copy)]
pub struct Task<'t> {
    /// The network.
    pub net: &'t Network,
    /// Who drives on it.
    pub demand: &'t Demand,
    /// From when to when, in seconds.
    pub span: [f64; 2],
    /// What plans keep to.
    pub times: Times,
    /// What chance starts from.
    pub seed: u64,
    /// On how many seeds each try is driven.
    pub seeds: u64,
    /// Threads of each drive.
    pub threads: usize,
}

/// The plan of one signal.
#[derive(Debug, Clone)]
struct Timing {
    plan: Plan,
    greens: Vec<f64>,
    offset: f64,
}

impl Timing {
    fn program(&self) -> Program {
        self.plan.program(&self.greens, self.offset)
    }

    fn cycle(&self) -> f64 {
        self.greens.iter().sum::<f64>() + self.greens.len() as f64 * self.plan.change()
    }

    /// The same splits in another cycle, as far as least greens allow.
    fn stretch(&mut self, cycle: f64) {
        let least = self.plan.least();
        let change = self.greens.len() as f64 * self.plan.change();
        let floor: f64 = least.iter().sum();
        let free = (cycle - change - floor).max(0.0);
        let extra: Vec<f64> =
            self.greens.iter().zip(&least).map(|(green, least)| (green - least).max(0.0)).collect();
        let all: f64 = extra.iter().sum();
        let share = |extra: f64| if all > 0.0 { extra / all } else { 1.0 / least.len() as f64 };
        self.greens =
            extra.iter().zip(&least).map(|(extra, least)| (least + free * share(*extra)).round()).collect();
        // What rounding took or gave.
        let rest = (change + floor + free).round() - self.cycle();
        if let Some(longest) =
            (0..self.greens.len()).max_by(|a, b| self.greens[*a].total_cmp(&self.greens[*b]))
        {
            self.greens[longest] = (self.greens[longest] + rest).max(least[longest]);
        }
    }

    /// When a stage begins in the cycle.
    fn begins(&self, stage: usize) -> f64 {
        self.greens[..stage].iter().map(|green| green + self.plan.change()).sum()
    }
}

/// All signals: the plan of each, or nothing where there is nothing to choose.
type Timings = Vec<Option<Timing>>;

/// What a try costs: the mean travel time of everyone who wanted to drive, by seed, and how long was waited before each signal.
#[derive(Debug, Clone, Default)]
struct Judged {
    seeds: Vec<f64>,
    waited: Vec<f64>,
}

impl Judged {
    fn mean(&self) -> f64 {
        self.seeds.iter().sum::<f64>() / self.seeds.len().max(1) as f64
    }
}

/// A search for fixed plans.
#[derive(Debug)]
pub struct Tuner<'t> {
    task: Task<'t>,
    at_hand: Timings,
    judged: Judged,
    best: Vec<Program>,
    cost: f64,
    past: Vec<f64>,
    tries: u64,
    draws: u64,
    /// Links from one signal to another.
    between: Vec<(LinkId, SignalId, SignalId)>,
}

impl<'t> Tuner<'t> {
    /// A search that has tried where to begin.
    pub fn new(task: Task<'t>) -> Self {
        let mut tuner = Self {
            task,
            at_hand: Vec::new(),
            judged: Judged::default(),
            best: Vec::new(),
            cost: f64::INFINITY,
            past: Vec::new(),
            tries: 0,
            draws: 0,
            between: between(task.net),
        };
        let own: Vec<Program> = task.net.signals.iter().map(|signal| signal.program.clone()).collect();
        let webster = webster(task.net, task.demand, task.span, task.times);
        // The network's own as they are, should no plan of stages in turn be as good.
        let judged = tuner.judge(&own, f64::INFINITY).unwrap_or_default();
        (tuner.best, tuner.cost) = (own, judged.mean());
        let shown = tuner.timings(|plan, place| (plan.shown.clone(), task.net.signals[place].program.offset));
        let reckoned = tuner.timings(|plan, place| (seconds(plan, &webster[place]), 0.0));
        for start in [shown.clone(), reckoned.clone(), common(shown), common(reckoned)] {
            let programs = programs(task.net, &start);
            let judged = tuner.judge(&programs, f64::INFINITY).unwrap_or_default();
            if tuner.at_hand.is_empty() || judged.mean() < tuner.judged.mean() {
                tuner.keep(start, judged);
            }
        }
        tuner.past = vec![tuner.judged.mean(); MEMORY];
        tuner
    }

    /// A plan for each signal that has one.
    fn timings(&self, of: impl Fn(&Plan, usize) -> (Vec<f64>, f64)) -> Timings {
        let timing = |(place, signal): (usize, &crate::net::Signal)| {
            let plan = Plan::of(signal, self.task.times)?;
            let (greens, offset) = of(&plan, place);
            let least = plan.least();
            let greens = greens.iter().zip(&least).map(|(green, least)| green.max(*least).round()).collect();
            Some(Timing { plan, greens, offset })
        };
        self.task.net.signals.iter().enumerate().map(timing).collect()
    }

    /// The best programmes so far.
    pub fn best(&self) -> &[Program] {
        &self.best
    }

    /// What they cost: the mean travel time of everyone, in seconds.
    pub fn cost(&self) -> f64 {
        self.cost
    }

    /// How many tries were made.
    pub fn tries(&self) -> u64 {
        self.tries
    }

    /// Whether there is anything to search for.
    pub fn idle(&self) -> bool {
        self.at_hand.iter().all(Option::is_none)
    }

    /// One try more.
    pub fn step(&mut self) {
        let mut next = self.at_hand.clone();
        self.change(&mut next);
        self.tries += 1;
        let slot = self.tries as usize % MEMORY;
        let bound = self.past[slot].max(self.judged.mean());
        let programs = programs(self.task.net, &next);
        if let Some(judged) = self.judge(&programs, bound).filter(|judged| judged.mean() <= bound) {
            self.keep(next, judged);
        }
        self.past[slot] = self.judged.mean();
    }

    fn keep(&mut self, timings: Timings, judged: Judged) {
        if judged.mean() < self.cost {
            (self.best, self.cost) = (programs(self.task.net, &timings), judged.mean());
        }
        (self.at_hand, self.judged) = (timings, judged);
    }

    /// Drives by programmes. None if the first seed shows that they are far above a bound.
    fn judge(&self, programs: &[Program], bound: f64) -> Option<Judged> {
        let Task { net, demand, span: [begin, end], times, seed, seeds, threads } = self.task;
        let mut judged = Judged { seeds: Vec::new(), waited: vec![0.0; net.signals.len()] };
        for turn in 0..seeds {
            let settings = Settings {
                begin,
                seed: seed + turn,
                programs: programs.to_vec(),
                controller: Controller::Program,
                times,
                threads,
                broken: Vec::new(),
                explain: false,
            };
            let mut traffic = Simulation::new(net, demand, settings);
            while traffic.now() < end && !traffic.over() {
                traffic.step();
            }
            judged.seeds.push(traffic.measures().travel_time);
            for (signal, waited) in judged.waited.iter_mut().enumerate() {
                let mut links: Vec<LinkId> = coming(net, SignalId::at(signal)).collect();
                links.sort_unstable();
                links.dedup();
                *waited += links.iter().map(|link| f64::from(traffic.links()[link.i()].waited)).sum::<f64>();
            }
            if judged.mean() > bound * HOPELESS {
                return None;
            }
        }
        Some(judged)
    }

    fn draw(&mut self) -> f64 {
        self.draws += 1;
        chance::unit(self.task.seed ^ 0x7E4E, self.draws, 0)
    }

    fn pick(&mut self, count: usize) -> usize {
        ((self.draw() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// A signal with a plan, the likelier the longer is waited before it.
    fn signal(&mut self) -> usize {
        let tuned: Vec<usize> =
            (0..self.at_hand.len()).filter(|place| self.at_hand[*place].is_some()).collect();
        let mean =
            tuned.iter().map(|place| self.judged.waited[*place]).sum::<f64>() / tuned.len().max(1) as f64;
        let weight = |place: usize| self.judged.waited[place] + 0.2 * mean + 1.0;
        let all: f64 = tuned.iter().map(|place| weight(*place)).sum();
        let mut left = self.draw() * all;
        let found = tuned.iter().find(|place| {
            left -= self.judged.waited[**place] + 0.2 * mean + 1.0;
            left <= 0.0
        });
        found.or(tuned.last()).copied().unwrap_or_default()
    }

    /// Changes one thing.
    fn change(&mut self, timings: &mut Timings) {
        let what = self.draw();
        let signal = self.signal();
        let seconds: f64 = [1.0, 2.0, 3.0, 5.0, 8.0, 13.0][self.pick(6)];
        let factor = 0.8 + 0.45 * self.draw();
        let (one, other) = (self.draw(), self.draw());
        if what >= 0.9 && !self.between.is_empty() {
            let place = self.pick(self.between.len());
            let (link, from, to) = self.between[place];
            return wave(self.task.net, timings, link, [from, to], [one, other]);
        }
        if what >= 0.8 {
            let cycles: Vec<f64> = timings.iter().flatten().map(Timing::cycle).collect();
            let cycle =
                (cycles.iter().sum::<f64>() / cycles.len().max(1) as f64 * factor).min(LONGEST).round();
            return timings.iter_mut().flatten().for_each(|timing| timing.stretch(cycle));
        }
        let Some(timing) = timings.get_mut(signal).and_then(Option::as_mut) else { return };
        let count = timing.greens.len();
        let one = (one * count as f64) as usize % count;
        let other = (one + 1 + (other * (count - 1) as f64) as usize) % count;
        if what < 0.4 {
            let given = seconds.min(timing.greens[one] - timing.plan.least()[one]).max(0.0);
            timing.greens[one] -= given;
            timing.greens[other] += given;
        } else if what < 0.6 {
            timing.offset += if factor < 1.025 { seconds } else { -seconds };
        } else if what < 0.72 || count < 3 {
            timing.stretch((timing.cycle() * factor).min(LONGEST).round());
        } else {
            timing.plan.swap(one, other);
            timing.greens.swap(one, other);
            let least = timing.plan.least();
            timing.greens.iter_mut().zip(least).for_each(|(green, least)| *green = green.max(least));
        }
    }
}

/// What a programme gives each stage of a plan, with the time in which people come across.
fn seconds(plan: &Plan, program: &Program) -> Vec<f64> {
    let of = |stage: &Vec<u8>| program.phases.iter().find(|phase| phase.lights == *stage);
    let given = plan
        .stages
        .iter()
        .zip(plan.least())
        .map(|(stage, least)| of(stage).map_or(least, |phase| phase.duration));
    given.collect()
}

/// The same with the longest of the cycles for all.
fn common(mut timings: Timings) -> Timings {
    let longest = timings.iter().flatten().map(Timing::cycle).fold(0.0, f64::max).min(LONGEST);
    timings.iter_mut().flatten().for_each(|timing| timing.stretch(longest));
    timings
}

fn programs(net: &Network, timings: &Timings) -> Vec<Program> {
    let own = net.signals.iter().zip(timings);
    own.map(|(signal, timing)| timing.as_ref().map_or_else(|| signal.program.clone(), Timing::program))
        .collect()
}

/// The links from which a signal's movements come.
fn coming(net: &Network, signal: SignalId) -> impl Iterator<Item = LinkId> + '_ {
    let movements = net.signals[signal.i()].lights.iter().flatten();
    movements.map(|movement| net.lanes[net.movements[movement.i()].from.i()].link)
}

/// Links that lead from one signal to another.
fn between(net: &Network) -> Vec<(LinkId, SignalId, SignalId)> {
    let mut found = Vec::new();
    for movement in net.movements.iter().filter(|movement| movement.signal.is_some()) {
        let link = net.lanes[movement.to.i()].link;
        let onward = net.lanes_of(link).flat_map(|lane| net.leaving(LaneId::at(lane)));
        let next = onward.map(|on| net.movements[on].signal).find(|signal| signal.is_some());
        if let Some(next) = next.filter(|next| *next != movement.signal) {
            found.push((link, movement.signal, next));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Sets the second signal so that whoever left the first onto a link comes to it as its stage begins, in the same cycle.
fn wave(net: &Network, timings: &mut Timings, link: LinkId, [from, to]: [SignalId; 2], draws: [f64; 2]) {
    let [Some(before), Some(after)] = [&timings[from.i()], &timings[to.i()]] else { return };
    let lane = &net.lanes[net.links[link.i()].first.i()];
    let serving = |timing: &Timing, signal: SignalId, on: &dyn Fn(MovementId) -> bool, draw: f64| {
        let lights = &net.signals[signal.i()].lights;
        let serves = |stage: &Vec<u8>| {
            lights.iter().zip(stage).any(|(own, light)| green(*light) && own.iter().any(|one| on(*one)))
        };
        let all: Vec<usize> =
            (0..timing.greens.len()).filter(|stage| serves(&timing.plan.stages[*stage])).collect();
        all.get((draw * all.len() as f64) as usize).copied()
    };
    let leaves = |movement: MovementId| net.lanes[net.movements[movement.i()].to.i()].link == link;
    let enters = |movement: MovementId| net.lanes[net.movements[movement.i()].from.i()].link == link;
    let first = serving(before, from, &leaves, draws[0]);
    let second = serving(after, to, &enters, draws[1]);
    let Some((first, second)) = first.zip(second) else { return };
    let (cycle, begins) = (before.cycle(), before.offset + before.begins(first));
    if let Some(after) = &mut timings[to.i()] {
        after.stretch(cycle);
        after.offset = (begins + lane.length / lane.speed - after.begins(second)).round();
    }
}
