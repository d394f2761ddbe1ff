//! Branch, bound and remember (Sewell and Jacobson, INFORMS Journal on Computing 24(3), 2012; Morrison, Sewell and
//! Jacobson, European
//! Journal of Operational Research 236(2), 2014), station by station.
//!
//! A node is the set of operations that the first stations do. It is expanded by every full load of the next station, and kept
//! unless the same set was reached with as few stations, or bounds say that it cannot end below the best plan. Nodes are taken in
//! turns from each number of stations, best first, so that each turn goes down to a plan.

use super::Clock;
use super::bits::{Bits, Order, Table};
use super::bounds::Weights;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A line in one direction, ready to be searched.
pub struct Search<'l, const W: usize> {
    times: &'l [u32],
    cycle: u32,
    order: Order<W>,
    weights: &'l [Weights],
    /// Operations and their tails, longest tail first.
    tails: Vec<(usize, u32)>,
    /// Of each operation those that could always stand in its place: as long at least, with as many successors at least.
    better: Vec<Vec<usize>>,
    nodes: Vec<Node<W>>,
    seen: Table<Bits<W>, u32>,
    /// By stations, the open nodes.
    open: Vec<BinaryHeap<(Reverse<i64>, u32)>>,
    /// Nodes that have more loads than were looked at.
    postponed: Vec<u32>,
    /// How many loads of a node are looked at.
    pub patience: usize,
    level: usize,
}

#[derive(Clone, Copy)]
struct Node<const W: usize> {
    done: Bits<W>,
    parent: u32,
    stations: u32,
    idle: u64,
}

/// What came of going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A better plan.
    Found(Vec<Vec<usize>>),
    /// Nothing is left to look at: no plan is better than the one that was to be beaten.
    Done,
    /// Nodes were expanded, nothing else.
    On,
    /// More nodes than memory should hold.
    Full,
}

/// Nodes kept at most; each takes some hundred bytes with its place in the tables.
const MOST_NODES: usize = 6_000_000;

/// The loads of one node, as they are filled.
struct Filling<const W: usize> {
    node: Node<W>,
    eligible: Vec<usize>,
    load: Bits<W>,
    /// Of each operation how many predecessors are neither done nor in the load.
    waits: Vec<u16>,
    /// A load of less leaves more idle than a better plan may have.
    least: u32,
    left: usize,
    /// Stations that a better plan has at most.
    target: u32,
    /// Of each weighing, what the undone operations weigh.
    undone: Vec<u64>,
    place: u32,
    complete: Option<u32>,
    all_end: bool,
}

impl<'l, const W: usize> Search<'l, W> {
    pub fn new(
        times: &'l [u32],
        cycle: u32,
        order: Order<W>,
        weights: &'l [Weights],
        tails: Vec<u32>,
    ) -> Self {
        let n = times.len();
        let time = |at: usize| times.get(at).copied().unwrap_or_default();
        let after = |at: usize| order.after.get(at).map_or(Bits::NONE, |own| *own);
        let better = |one: usize, other: usize| {
            let (mine, others) = (after(one), after(other));
            let alike = time(one) == time(other) && mine == others;
            one != other
                && !mine.has(other)
                && !others.has(one)
                && time(other) >= time(one)
                && mine.within(&others)
                && (!alike || other < one)
        };
        let better = (0..n).map(|one| (0..n).filter(|other| better(one, *other)).collect()).collect();
        let mut tails: Vec<(usize, u32)> = tails.into_iter().enumerate().collect();
        tails.sort_by_key(|(_, tail)| Reverse(*tail));
        let root = Node { done: Bits::NONE, parent: u32::MAX, stations: 0, idle: 0 };
        let open = vec![BinaryHeap::from([(Reverse(0), 0)])];
        let seen = Table::from_iter([(root.done, 0)]);
        Self {
            times,
            cycle,
            order,
            weights,
            tails,
            better,
            nodes: vec![root],
            seen,
            open,
            postponed: Vec::new(),
            patience: 1_000,
            level: 0,
        }
    }

    /// How many nodes wait to be looked at.
    pub fn waiting(&self) -> usize {
        self.open.iter().map(BinaryHeap::len).sum::<usize>() + self.postponed.len()
    }

    /// Expands up to `steps` nodes in search of a plan of at most `target` stations.
    pub fn go(&mut self, target: u32, steps: usize, clock: &mut Clock<'_>) -> Step {
        for _ in 0..steps {
            if self.nodes.len() > MOST_NODES {
                return Step::Full;
            }
            let Some(place) = self.pop(target) else {
                if self.postponed.is_empty() {
                    return Step::Done;
                }
                self.patience *= 16;
                for place in std::mem::take(&mut self.postponed) {
                    self.push(place);
                }
                continue;
            };
            if let Some(end) = self.expand(place, target) {
                return Step::Found(self.plan(end));
            }
            if !clock() {
                return Step::On;
            }
        }
        Step::On
    }

    /// The best open node of the next number of stations that has one.
    fn pop(&mut self, target: u32) -> Option<u32> {
        let levels = self.open.len().min(target as usize);
        for _ in 0..=levels {
            self.level = if self.level + 1 >= levels { 0 } else { self.level + 1 };
            while let Some((_, place)) = self.open.get_mut(self.level).and_then(BinaryHeap::pop) {
                let node = self.nodes.get(place as usize)?;
                // A shorter way to the same set may have come later.
                let current = self.seen.get(&node.done) == Some(&place);
                if current && node.stations as usize == self.level && self.may_end(node, target) {
                    return Some(place);
                }
            }
        }
        None
    }

    fn may_end(&self, node: &Node<W>, target: u32) -> bool {
        let undone = (0..self.times.len()).filter(|at| !node.done.has(*at));
        let needs = |weights: &Weights| weights.stations(undone.clone());
        self.weights.iter().all(|weights| node.stations + needs(weights) <= target)
    }

    fn push(&mut self, place: u32) {
        let Some(node) = self.nodes.get(place as usize) else { return };
        let level = node.stations as usize;
        let undone = self.times.len() as i64 - i64::from(node.done.count());
        // Idle time by station; of equals, more undone operations are more room to choose.
        let idle = (node.idle as i64 * 50_000) / (i64::from(node.stations.max(1)) * i64::from(self.cycle));
        if self.open.len() <= level {
            self.open.resize_with(level + 1, BinaryHeap::new);
        }
        if let Some(heap) = self.open.get_mut(level) {
            heap.push((Reverse(idle - undone), place));
        }
    }

    fn time(&self, at: usize) -> u32 {
        self.times.get(at).copied().unwrap_or_default()
    }

    /// Expands a node by all its loads; the place of a node in which all is done, if one came.
    fn expand(&mut self, place: u32, target: u32) -> Option<u32> {
        let node = *self.nodes.get(place as usize)?;
        let n = self.times.len();
        let all: u64 = self.times.iter().map(|time| u64::from(*time)).sum();
        let most_idle = (u64::from(target) * u64::from(self.cycle)).checked_sub(all)?;
        let slack = most_idle.checked_sub(node.idle)?;
        let waits: Vec<u16> = (0..n)
            .map(|at| self.order.before.get(at).map_or(0, |before| before.without(&node.done).count() as u16))
            .collect();
        let free = |at: &usize| waits.get(*at) == Some(&0) && !node.done.has(*at);
        let mut eligible: Vec<usize> = (0..n).filter(free).collect();
        eligible
            .sort_by_key(|at| Reverse((self.time(*at), self.order.after.get(*at).map_or(0, Bits::count))));
        let undone = |weights: &Weights| {
            let of = weights.of.iter().enumerate().filter(|(at, _)| !node.done.has(*at));
            of.map(|(_, weight)| u64::from(*weight)).sum()
        };
        let all_end = eligible.iter().all(|at| self.order.next.get(*at).is_none_or(Vec::is_empty));
        let mut filling = Filling {
            node,
            eligible,
            load: Bits::NONE,
            waits,
            least: u32::try_from(u64::from(self.cycle).saturating_sub(slack)).unwrap_or(0),
            left: self.patience,
            target,
            undone: self.weights.iter().map(undone).collect(),
            place,
            complete: None,
            all_end,
        };
        self.fill(&mut filling, 0, self.cycle);
        if filling.left == 0 && filling.complete.is_none() {
            self.postponed.push(place);
        }
        filling.complete
    }

    /// Puts each of the eligible operations from `start` on into the load, in turn, and goes on.
    fn fill(&mut self, filling: &mut Filling<W>, start: usize, room: u32) {
        let mut full = true;
        let mut at = start;
        while let Some(one) = filling.eligible.get(at).copied() {
            at += 1;
            if self.time(one) > room {
                continue;
            }
            full = false;
            filling.load.put(one);
            let before = filling.eligible.len();
            for next in self.order.next.get(one).into_iter().flatten() {
                if let Some(waits) = filling.waits.get_mut(*next) {
                    *waits -= 1;
                    if *waits == 0 {
                        filling.eligible.push(*next);
                    }
                }
            }
            self.fill(filling, at, room - self.time(one));
            filling.eligible.truncate(before);
            for next in self.order.next.get(one).into_iter().flatten() {
                filling.waits.get_mut(*next).into_iter().for_each(|waits| *waits += 1);
            }
            filling.load.take(one);
            if filling.left == 0 || filling.complete.is_some() {
                return;
            }
        }
        let skipped = filling.eligible.iter().take(start);
        let mut fits = skipped.filter(|one| !filling.load.has(**one) && self.time(**one) <= room);
        if full && fits.next().is_none() {
            filling.left -= 1;
            self.take(filling, room);
        }
    }

    /// A full load: the node that it makes is kept unless something says that it leads nowhere.
    fn take(&mut self, filling: &mut Filling<W>, room: u32) {
        let (node, load) = (filling.node, filling.load);
        let stations = node.stations + 1;
        let done = node.done.or(&load);
        let ends = done.count() as usize == self.times.len();
        if self.cycle - room < filling.least || (ends && stations > filling.target) {
            return;
        }
        for (weights, undone) in self.weights.iter().zip(&filling.undone) {
            let taken: u64 =
                load.iter().filter_map(|at| weights.of.get(at)).map(|weight| u64::from(*weight)).sum();
            if u64::from(stations) + (undone - taken).div_ceil(weights.room) > u64::from(filling.target) {
                return;
            }
        }
        let known = self.seen.get(&done).and_then(|place| self.nodes.get(*place as usize));
        if known.is_some_and(|known| known.stations <= stations)
            || self.dominated(filling, room)
            || stations + self.by_tails(&done) > filling.target
        {
            return;
        }
        let place = self.nodes.len() as u32;
        self.nodes.push(Node { done, parent: filling.place, stations, idle: node.idle + u64::from(room) });
        self.seen.insert(done, place);
        if ends {
            filling.complete = Some(place);
        } else {
            self.push(place);
        }
    }

    /// LM4 for what is undone.
    fn by_tails(&self, done: &Bits<W>) -> u32 {
        let (mut sum, mut most) = (0u32, 0u32);
        for (at, tail) in self.tails.iter().filter(|(at, _)| !done.has(*at)) {
            sum += self.time(*at);
            most = most.max(sum + tail);
        }
        most.div_ceil(self.cycle)
    }

    /// Whether another load is as good at least and will be looked at: one with a better operation in place of one (Jackson
    /// 1956),
    /// or one that has operations with successors where this has none.
    fn dominated(&self, filling: &Filling<W>, room: u32) -> bool {
        let done = filling.node.done.or(&filling.load);
        let ends = |at: usize| self.order.next.get(at).is_none_or(Vec::is_empty);
        if !filling.all_end && filling.load.iter().all(ends) {
            return true;
        }
        filling.load.iter().any(|one| {
            let without = |other: usize| {
                let mut rest = done;
                rest.take(one);
                self.order.before.get(other).is_some_and(|before| before.within(&rest))
            };
            let mut others = self.better.get(one).into_iter().flatten();
            others.any(|other| {
                !done.has(*other) && self.time(*other) <= room + self.time(one) && without(*other)
            })
        })
    }

    fn plan(&self, end: u32) -> Vec<Vec<usize>> {
        let mut stations = Vec::new();
        let mut here = self.nodes.get(end as usize);
        while let Some((node, parent)) =
            here.and_then(|node| Some((node, self.nodes.get(node.parent as usize)?)))
        {
            stations.push(node.done.without(&parent.done).iter().collect());
            here = Some(parent);
        }
        stations.reverse();
        stations
    }
}
