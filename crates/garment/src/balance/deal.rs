//! Lines with workers of their own times, for a given cycle: operation by operation.
//!
//! Operations are dealt to workers; the order of the stations follows from that. A deal is a plan if nobody has more than the
//! cycle and workers can be put in a row: whoever has an operation comes before whoever has one that follows from it. So each
//! branch keeps for every operation who can still get it, and for every worker who must come before them. Searched is as in
//! Borba and Ritt's task-oriented method (Computers & Operations Research 45, 2014); operations over which branches failed are
//! dealt first (Boussemart, Hemery, Lecoutre and Sais 2004).

use super::bits::{Bits, Order};
use super::{Clock, Crew};

/// What a search for a plan within a cycle came to.
pub enum Verdict {
    /// Each station's operations, and its worker.
    Plan(Vec<(Vec<usize>, usize)>),
    /// There is no plan.
    Impossible,
    /// Something was left out, or the time is over.
    Unknown,
}

/// What the weights of the workers sum to, or a little less.
const WHOLE: f64 = 1_048_576.0;

/// A part of a deal.
#[derive(Clone)]
struct Hand<const W: usize> {
    /// Of each operation who can get it, a bit each.
    can: Vec<u64>,
    /// Operations that were dealt.
    dealt: Bits<W>,
    /// Of each worker what they have, how long it takes, who comes before them and who after.
    has: Vec<Bits<W>>,
    load: Vec<u32>,
    before: Vec<u64>,
    after: Vec<u64>,
    /// Weights of the workers: weighted, all of them together have at most the cycle times the sum of the weights.
    weights: Vec<u64>,
}

/// A search by dealing; it remembers over what it failed.
pub struct Deal<'c, const W: usize> {
    crew: &'c Crew,
    order: &'c Order<W>,
    workers: usize,
    /// All predecessors of each operation, and its immediate ones.
    ahead: Vec<Bits<W>>,
    immediate: Vec<Vec<usize>>,
    /// Of each operation how often branches failed over it, and one more.
    failed: Vec<f64>,
    cycle: u32,
    /// Branches that may still be looked at.
    left: u64,
    stopped: bool,
    /// Who may not have an operation for what is before it, and for what is after it.
    barred: Vec<u64>,
}

/// The numbers of a mask.
fn members(mask: u64) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(mask), |mask| Some(mask & mask.wrapping_sub(1)))
        .take_while(|mask| *mask != 0)
        .map(|mask| mask.trailing_zeros() as usize)
}

impl<'c, const W: usize> Deal<'c, W> {
    /// For a crew of at most 64.
    pub fn new(crew: &'c Crew, order: &'c Order<W>) -> Self {
        let n = crew.times.len();
        let mut ahead = vec![Bits::NONE; n];
        for (one, after) in order.after.iter().enumerate() {
            after.iter().for_each(|next| ahead[next].put(one));
        }
        Self {
            crew,
            order,
            workers: crew.times.first().map_or(0, Vec::len),
            ahead,
            immediate: order.before.iter().map(|before| before.iter().collect()).collect(),
            failed: vec![1.0; n],
            cycle: 0,
            left: 0,
            stopped: false,
            barred: vec![0; n],
        }
    }

    /// No cycle is shorter than this: every shorter one fails before anything is dealt.
    pub fn bound(&mut self, most: u32) -> u32 {
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.whole(middle, &|_| u64::MAX) {
                Some(_) => high = middle,
                None => low = middle + 1,
            }
        }
        low
    }

    /// Looks for a plan within a cycle, at so many branches at most.
    pub fn look(&mut self, cycle: u32, branches: u64, clock: &mut Clock<'_>) -> Verdict {
        self.among(cycle, branches, &|_| u64::MAX, clock)
    }

    /// Looks for a plan within a cycle that is like another but for what some workers do, a bit each.
    pub fn mend(
        &mut self,
        cycle: u32,
        branches: u64,
        (stations, free): (&[(Vec<usize>, usize)], u64),
        clock: &mut Clock<'_>,
    ) -> Verdict {
        let mut may = vec![0; self.failed.len()];
        for (has, worker) in stations {
            let own = if free >> worker & 1 == 1 { free } else { 1 << worker };
            has.iter().for_each(|one| may[*one] = own);
        }
        self.among(cycle, branches, &|one| may[one], clock)
    }

    /// Looks for a plan in which each operation goes to whom it may.
    fn among(
        &mut self,
        cycle: u32,
        branches: u64,
        may: &dyn Fn(usize) -> u64,
        clock: &mut Clock<'_>,
    ) -> Verdict {
        (self.left, self.stopped) = (branches, false);
        let Some(mut hand) = self.whole(cycle, may) else { return Verdict::Impossible };
        match self.branch(&mut hand, clock) {
            Some(dealt) => Verdict::Plan(dealt.stations()),
            None if self.stopped => Verdict::Unknown,
            None => Verdict::Impossible,
        }
    }

    fn time(&self, operation: usize, worker: usize) -> u32 {
        self.crew.times[operation][worker].unwrap_or(u32::MAX)
    }

    /// Nothing dealt yet, and what follows from that; none if the cycle is seen to be too short.
    fn whole(&mut self, cycle: u32, may: &dyn Fn(usize) -> u64) -> Option<Hand<W>> {
        self.cycle = cycle;
        let workers = self.workers;
        let able = |(one, times): (usize, &Vec<Option<u32>>)| {
            let own = times.iter().enumerate().filter(|(_, time)| time.is_some_and(|time| time <= cycle));
            own.fold(0, |mask, (worker, _)| mask | 1 << worker) & may(one)
        };
        let mut hand = Hand {
            can: self.crew.times.iter().enumerate().map(able).collect(),
            dealt: Bits::NONE,
            has: vec![Bits::NONE; workers],
            load: vec![0; workers],
            before: vec![0; workers],
            after: vec![0; workers],
            weights: vec![(WHOLE / workers.max(1) as f64) as u64; workers],
        };
        self.follow(&mut hand, 60).then_some(hand)
    }

    /// Deals what is left of a hand; gives back a full deal.
    fn branch(&mut self, hand: &mut Hand<W>, clock: &mut Clock<'_>) -> Option<Hand<W>> {
        if self.left == 0 || !clock() {
            self.stopped = true;
            return None;
        }
        self.left -= 1;
        loop {
            let Some(one) = self.next(hand) else { return Some(hand.clone()) };
            let cost = |worker: &usize| hand.weights[*worker] * u64::from(self.time(one, *worker));
            let worker = members(hand.can[one]).min_by_key(cost)?;
            let mut dealt = hand.clone();
            dealt.can[one] = 1 << worker;
            if self.follow(&mut dealt, 2) {
                let found = self.branch(&mut dealt, clock);
                if found.is_some() || self.stopped {
                    return found;
                }
            } else {
                self.failed[one] += 1.0;
            }
            hand.can[one] &= !(1 << worker);
            if !self.follow(hand, 2) {
                self.failed[one] += 1.0;
                return None;
            }
        }
    }

    /// The operation to deal next: one that few can get, that takes long, over which much failed. None if all are dealt.
    fn next(&self, hand: &Hand<W>) -> Option<usize> {
        let open = (0..hand.can.len()).filter(|one| !hand.dealt.has(*one));
        let cost = |one: usize| {
            let least = members(hand.can[one]).map(|worker| self.time(one, worker)).min().unwrap_or(0);
            let share = 0.05 + f64::from(least) / f64::from(self.cycle.max(1));
            f64::from(hand.can[one].count_ones()) / (self.failed[one] * share)
        };
        open.map(|one| (one, cost(one))).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(one, _)| one)
    }

    /// Takes from everybody what they cannot have; false if something is left that nobody can have.
    fn follow(&mut self, hand: &mut Hand<W>, rounds: u32) -> bool {
        loop {
            let mut changed = false;
            if !(self.settle(hand, &mut changed) && self.rows(hand, &mut changed)) {
                return false;
            }
            if changed {
                continue;
            }
            if !self.between(hand, &mut changed) {
                return false;
            }
            let mut round = 0;
            while !changed && round < rounds {
                if !self.weigh(hand, &mut changed) {
                    return false;
                }
                round += 1;
            }
            if !changed {
                return true;
            }
        }
    }

    /// Deals what only one can have.
    fn settle(&self, hand: &mut Hand<W>, changed: &mut bool) -> bool {
        let n = hand.can.len();
        loop {
            let mut any = false;
            for one in 0..n {
                if hand.can[one].count_ones() > 1 || hand.dealt.has(one) {
                    continue;
                }
                if hand.can[one] == 0 || !self.give(hand, one) {
                    return false;
                }
                any = true;
            }
            if !any {
                return true;
            }
            *changed = true;
            for (one, can) in hand.can.iter_mut().enumerate() {
                if hand.dealt.has(one) {
                    continue;
                }
                for worker in members(*can) {
                    if hand.load[worker] + self.time(one, worker) > self.cycle {
                        *can &= !(1 << worker);
                    }
                }
            }
        }
    }

    fn give(&self, hand: &mut Hand<W>, one: usize) -> bool {
        let worker = hand.can[one].trailing_zeros() as usize;
        hand.load[worker] += self.time(one, worker);
        hand.has[worker].put(one);
        hand.dealt.put(one);
        let others = (0..self.workers).filter(|other| *other != worker);
        hand.load[worker] <= self.cycle
            && others.into_iter().all(|other| {
                (!hand.has[other].meets(&self.order.after[one]) || hand.comes(worker, other))
                    && (!hand.has[other].meets(&self.ahead[one]) || hand.comes(other, worker))
            })
    }

    /// Whoever must come before everybody who can have an operation cannot have one that follows from it, and the other way
    /// round.
    fn rows(&mut self, hand: &mut Hand<W>, changed: &mut bool) -> bool {
        let mut pass = |one: usize, near: &[usize], barring: &dyn Fn(&Hand<W>, usize) -> u64| {
            let barred = near.iter().fold(0, |mask, other| mask | self.barred[*other]);
            if hand.can[one] & barred != 0 {
                hand.can[one] &= !barred;
                *changed = true;
                if hand.can[one] == 0 || hand.dealt.has(one) {
                    return false;
                }
            }
            let all = members(hand.can[one]).fold(u64::MAX, |mask, worker| mask & barring(hand, worker));
            self.barred[one] = barred | all;
            true
        };
        let mut forward = self.order.sorted.iter();
        let mut back = self.order.sorted.iter().rev();
        forward.all(|one| pass(*one, &self.immediate[*one], &|hand, worker| hand.before[worker]))
            && back.all(|one| pass(*one, &self.order.next[*one], &|hand, worker| hand.after[worker]))
    }

    /// Who has two operations has all that come between them.
    fn between(&self, hand: &mut Hand<W>, changed: &mut bool) -> bool {
        for worker in 0..self.workers {
            let has = hand.has[worker];
            let before = has.iter().fold(Bits::NONE, |sum, one| sum.or(&self.ahead[one]));
            let after = has.iter().fold(Bits::NONE, |sum, one| sum.or(&self.order.after[one]));
            for one in before.or(&after).without(&hand.dealt).iter() {
                if hand.can[one] >> worker & 1 == 0 {
                    continue;
                }
                if before.has(one) && after.has(one) {
                    *changed |= hand.can[one] != 1 << worker;
                    hand.can[one] = 1 << worker;
                    continue;
                }
                let later = self.order.after[one].and(&before);
                let between = later.or(&self.ahead[one].and(&after)).without(&has);
                let mut sum = u64::from(hand.load[worker]) + u64::from(self.time(one, worker));
                let mut able = true;
                for other in between.iter() {
                    able &= hand.can[other] >> worker & 1 == 1;
                    sum += u64::from(self.time(other, worker));
                }
                if !able || sum > u64::from(self.cycle) {
                    hand.can[one] &= !(1 << worker);
                    *changed = true;
                    if hand.can[one] == 0 {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Weighs what everything takes at least; whoever would make that too much cannot have an operation. The weights then move
    /// towards who would have too much.
    fn weigh(&self, hand: &mut Hand<W>, changed: &mut bool) -> bool {
        let n = hand.can.len();
        let mut wants = [0u64; 64];
        let mut least = vec![0u64; n];
        for (one, least) in least.iter_mut().enumerate() {
            let weighted = members(hand.can[one])
                .map(|worker| (u64::from(self.time(one, worker)) * hand.weights[worker], worker));
            let Some((weighted, worker)) = weighted.min() else { return false };
            *least = weighted;
            wants[worker] += u64::from(self.time(one, worker));
        }
        let room = u64::from(self.cycle) * hand.weights.iter().sum::<u64>();
        let Some(slack) = room.checked_sub(least.iter().sum()) else { return false };
        for (one, least) in least.iter().enumerate().filter(|(one, _)| !hand.dealt.has(*one)) {
            for worker in members(hand.can[one]) {
                if u64::from(self.time(one, worker)) * hand.weights[worker] - least > slack {
                    hand.can[one] &= !(1 << worker);
                    *changed = true;
                }
            }
        }
        let wants = &wants[..self.workers];
        let mean = wants.iter().sum::<u64>() as f64 / self.workers.max(1) as f64;
        let norm: f64 = wants.iter().map(|wants| (*wants as f64 - mean).powi(2)).sum();
        if norm > 0.0 {
            let step = 0.3 * (slack as f64).max(0.02 * room as f64) / norm;
            let moved =
                |(weight, wants): (&u64, &u64)| (*weight as f64 + step * (*wants as f64 - mean)).max(0.0);
            let weights: Vec<f64> = hand.weights.iter().zip(wants).map(moved).collect();
            let sum: f64 = weights.iter().sum();
            hand.weights = weights.iter().map(|weight| (weight / sum * WHOLE) as u64).collect();
        }
        true
    }
}

impl<const W: usize> Hand<W> {
    /// One worker comes before another; false if that makes a circle.
    fn comes(&mut self, first: usize, second: usize) -> bool {
        if self.after[first] >> second & 1 == 1 {
            return true;
        }
        if self.after[second] >> first & 1 == 1 {
            return false;
        }
        let (ahead, behind) = (self.before[first] | 1 << first, self.after[second] | 1 << second);
        members(ahead).for_each(|worker| self.after[worker] |= behind);
        members(behind).for_each(|worker| self.before[worker] |= ahead);
        true
    }

    /// Each station's operations and its worker; whoever comes before another has fewer before them.
    fn stations(&self) -> Vec<(Vec<usize>, usize)> {
        let mut workers: Vec<usize> = (0..self.has.len()).collect();
        workers.sort_by_key(|worker| self.before[*worker].count_ones());
        workers.into_iter().map(|worker| (self.has[worker].iter().collect(), worker)).collect()
    }
}
