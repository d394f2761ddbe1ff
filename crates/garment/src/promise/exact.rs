//! Every plan of a small shop, as far as no bound says that it cannot be better: shares are put on lines in the order in
//! which they begin, so that each plan is met once. A line sews its share of an order in one run, as the check asks.

use super::times::Times;
use super::{Plan, Share, Split};
use crate::balance::Clock;
use std::collections::HashMap;

/// The best plan below a cost; `None` in the second place if it looked at fewer than all.
pub struct Exact<'t, 's> {
    times: &'t Times<'s>,
    split: Split,
    nodes: u64,
    /// The cheapest plan so far.
    pub best: (i64, Option<Plan>),
    /// States that were met: what is left, what lines are set up for and have of which order; with their times and costs.
    met: HashMap<Vec<u32>, Vec<Vec<i64>>>,
    lines: Vec<Way>,
    /// Of each order what is left, how many shares it has, and the workday on which those are back.
    left: Vec<(u32, u32, usize)>,
}

/// A line on the way.
struct Way {
    free: i64,
    set_up: Option<usize>,
    shares: Vec<Share>,
}

impl<'t, 's> Exact<'t, 's> {
    /// Looks for plans that cost less than this.
    pub fn new(times: &'t Times<'s>, split: Split, below: i64) -> Self {
        let way = |line: &super::Line| Way { free: 0, set_up: line.set_up, shares: Vec::new() };
        Self {
            times,
            split,
            nodes: 0,
            best: (below, None),
            met: HashMap::new(),
            lines: times.shop.lines.iter().map(way).collect(),
            left: times.shop.orders.iter().map(|order| (order.pieces, 0, 0)).collect(),
        }
    }

    /// Looks at all plans, or at so many states until the clock says stop; whether it was all.
    pub fn all(&mut self, most: u64, clock: &mut Clock<'_>) -> bool {
        self.step(0, (0, 0), most, clock)
    }

    /// What the rest costs at least, late days of what is begun too.
    fn rest(&self) -> i64 {
        let orders = self.left.iter().enumerate();
        orders
            .map(|(order, (left, shares, back))| {
                let late = if *shares > 0 { self.times.late(order, *back) } else { 0 };
                if *left == 0 {
                    return late;
                }
                let place = |line: usize| {
                    let share = Share { order, pieces: *left };
                    let its = &self.lines[line];
                    let span =
                        self.times.span(line, its.free, Some(self.times.shop.orders[order].style), share)?;
                    // What is shared out may be back earlier than all of it from here.
                    let own = if self.split == Split::Whole { self.times.late(order, span.back) } else { 0 };
                    Some(self.times.price(line, order, *left) + own)
                };
                let cheapest = (0..self.lines.len()).filter_map(place).min().unwrap_or(0);
                cheapest + late
            })
            .sum()
    }

    /// Whether a state was met that is no worse in anything.
    fn known(&mut self, cost: i64, last: (i64, usize)) -> bool {
        const MOST: usize = 400_000;
        let style = |style: Option<usize>| style.map_or(0, |style| style as u32 + 1);
        let mut key: Vec<u32> = self.left.iter().flat_map(|(left, shares, _)| [*left, *shares]).collect();
        key.extend(self.lines.iter().map(|line| style(line.set_up)));
        if self.split == Split::Shares {
            // Which line has a share of which order that is not all sewn.
            for (order, _) in
                self.left.iter().enumerate().filter(|(_, (left, shares, _))| *left > 0 && *shares > 0)
            {
                let has = |line: &Way| line.shares.iter().any(|share| share.order == order);
                key.extend(self.lines.iter().map(|line| u32::from(has(line))));
            }
        }
        let mut worth: Vec<i64> = self.lines.iter().map(|line| line.free).collect();
        worth.extend(self.left.iter().filter(|(left, ..)| *left > 0).map(|(.., back)| *back as i64));
        worth.extend([cost, last.0 * self.lines.len() as i64 + last.1 as i64]);
        let room = self.met.len() < MOST;
        let Some(all) = self.met.get_mut(&key) else {
            if room {
                self.met.insert(key, vec![worth]);
            }
            return false;
        };
        if all.iter().any(|other| other.iter().zip(&worth).all(|(a, b)| a <= b)) {
            return true;
        }
        all.retain(|other| !worth.iter().zip(other).all(|(a, b)| a <= b));
        all.push(worth);
        false
    }

    fn step(&mut self, cost: i64, last: (i64, usize), most: u64, clock: &mut Clock<'_>) -> bool {
        self.nodes += 1;
        if self.nodes > most || (self.nodes.is_multiple_of(256) && !clock()) {
            return false;
        }
        if cost + self.rest() >= self.best.0 {
            return true;
        }
        if self.left.iter().all(|(left, ..)| *left == 0) {
            let lines = self.lines.iter().map(|line| line.shares.clone()).collect();
            self.best = (cost + self.rest(), Some(Plan { lines }));
            return true;
        }
        let late: i64 = (0..self.left.len())
            .filter(|order| self.left[*order].0 == 0)
            .map(|order| self.times.late(order, self.left[order].2))
            .sum();
        if self.known(cost + late, last) {
            return true;
        }
        for order in 0..self.left.len() {
            for line in 0..self.lines.len() {
                for pieces in self.sizes(order, line) {
                    if !self.put(cost, last, line, Share { order, pieces }, most, clock) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// How large a share of an order may be that a line gets next.
    fn sizes(&self, order: usize, line: usize) -> Vec<u32> {
        let (left, shares, _) = self.left[order];
        let own = &self.times.shop.orders[order];
        let most = if self.split == Split::Whole { 1 } else { own.shares.max(1) };
        if left == 0 || shares >= most || self.lines[line].shares.iter().any(|share| share.order == order) {
            return Vec::new();
        }
        if shares + 1 == most {
            return vec![left];
        }
        let short = left % own.bundle;
        let whole = (1..=left / own.bundle).map(|bundles| bundles * own.bundle);
        let mut all: Vec<u32> = whole.clone().collect();
        if short > 0 {
            all.extend(whole.map(|pieces| pieces + short).chain([short]));
        }
        all
    }

    fn put(
        &mut self,
        cost: i64,
        last: (i64, usize),
        line: usize,
        share: Share,
        most: u64,
        clock: &mut Clock<'_>,
    ) -> bool {
        let own = &self.lines[line];
        let Some(span) = self.times.span(line, own.free, own.set_up, share) else { return true };
        // Days of lines differ in length: what begins earlier is put first by the place of its day, then by its line.
        let begins = self.began(line, span.begins);
        if (begins, line) < last {
            return true;
        }
        let before = (own.free, own.set_up, self.left[share.order]);
        let style = self.times.shop.orders[share.order].style;
        let way = &mut self.lines[line];
        (way.free, way.set_up) = (span.ends, Some(style));
        way.shares.push(share);
        let (left, shares, back) = before.2;
        self.left[share.order] = (left - share.pieces, shares + 1, back.max(span.back));
        let price = self.times.price(line, share.order, share.pieces);
        let whole = self.step(cost + price, (begins, line), most, clock);
        let way = &mut self.lines[line];
        (way.free, way.set_up) = (before.0, before.1);
        way.shares.pop();
        self.left[share.order] = before.2;
        whole
    }

    /// A place on a clock that all lines share; only its order counts.
    fn began(&self, line: usize, begins: i64) -> i64 {
        let minutes = self.times.shop.lines[line].minutes;
        let day = self.times.own[line].get((begins / minutes) as usize).copied().unwrap_or(usize::MAX >> 32);
        day as i64 * 1_000_000 + begins % minutes * 999_999 / minutes
    }
}
