//! When what a line sews is begun, done and back.

use super::{NoPlan, Order, Share, Shop};
use crate::day::Day;

/// More workdays than this are planned by nobody.
const MOST_DAYS: usize = 10_000;

/// A shop with its days counted.
pub struct Times<'s> {
    pub shop: &'s Shop,
    /// All workdays from the first, and of each line its own among them.
    pub days: Vec<Day>,
    pub own: Vec<Vec<usize>>,
    /// Of each order the last workday by which it is wanted, from 0; below 0 where it was wanted before.
    pub due: Vec<i64>,
    /// Of each line and order from which of its own days on it can be sewn.
    earliest: Vec<Vec<usize>>,
}

/// A share on its line, in the line's own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When the line begins with it, setting up for it too.
    pub begins: i64,
    /// How long it is set up for.
    pub setup: i64,
    /// When it is done.
    pub ends: i64,
    /// The workday on which it is done.
    pub done: usize,
    /// The workday on which it is back.
    pub back: usize,
}

impl<'s> Times<'s> {
    pub fn new(shop: &'s Shop) -> Result<Self, NoPlan> {
        for order in &shop.orders {
            if !(0..shop.lines.len()).any(|line| shop.lines[line].skills[order.style].is_some()) {
                let style = shop.styles[order.style].id.clone();
                return Err(NoPlan::Skill { style, order: order.id.clone() });
            }
        }
        let mut times =
            Self { shop, days: Vec::new(), own: Vec::new(), due: Vec::new(), earliest: Vec::new() };
        // What every line needs if it sews all that it can, one after the other.
        let wait = shop.orders.iter().map(|order| order.ready).max().unwrap_or(shop.from);
        let mut day = shop.from;
        let mut left: Vec<i64> = (0..shop.lines.len()).map(|line| times.all_of(line)).collect();
        times.own = vec![Vec::new(); shop.lines.len()];
        let under_way = shop.workshops.iter().map(|workshop| workshop.way).max().unwrap_or(0) as usize;
        let behind = 2 * under_way + shop.spare as usize + 1;
        let mut after = 0;
        while after <= behind {
            if times.days.len() > MOST_DAYS {
                let slow = left.iter().position(|left| *left > 0).unwrap_or(0);
                return Err(NoPlan::Never(shop.lines[slow].id.clone()));
            }
            if shop.days.is_workday(day) {
                for (at, line) in shop.lines.iter().enumerate() {
                    if day >= line.from && !line.closed.contains(&day) {
                        times.own[at].push(times.days.len());
                        // Only days on which everything could be sewn count for certain.
                        left[at] -= if day > wait && after > under_way { line.minutes } else { 0 };
                    }
                }
                after +=
                    usize::from(day > wait && (after <= under_way || left.iter().all(|left| *left <= 0)));
                times.days.push(day);
            }
            day = Day(day.0 + 1);
        }
        times.due = shop.orders.iter().map(|order| times.until(order.due)).collect();
        let earliest = |line: usize| shop.orders.iter().map(|order| times.earliest_of(line, order)).collect();
        times.earliest = (0..shop.lines.len()).map(earliest).collect();
        Ok(times)
    }

    fn all_of(&self, line: usize) -> i64 {
        let works = |order: usize| self.work(line, order, self.shop.orders[order].pieces);
        let setups = |order: usize| self.shop.styles[self.shop.orders[order].style].setup;
        (0..self.shop.orders.len()).filter_map(|order| Some(works(order)? + setups(order))).sum()
    }

    /// The last workday up to a day, counted from 0; below 0 where there is none.
    pub fn until(&self, day: Day) -> i64 {
        self.days.partition_point(|other| *other <= day) as i64 - 1
    }

    /// The day, of all days, on which an order's pieces are where the line is.
    pub fn there(&self, line: usize, order: &Order) -> usize {
        let leaves = self.days.partition_point(|day| *day < order.ready);
        leaves + self.shop.workshops[self.shop.lines[line].workshop].way as usize
    }

    fn earliest_of(&self, line: usize, order: &Order) -> usize {
        let there = self.there(line, order);
        self.own[line].partition_point(|day| *day < there)
    }

    /// From when on a line can sew an order, in its own time.
    pub fn earliest(&self, line: usize, order: usize) -> i64 {
        self.earliest[line][order] as i64 * self.shop.lines[line].minutes
    }

    /// What a line takes for so many pieces; none where it cannot sew them.
    pub fn work(&self, line: usize, order: usize, pieces: u32) -> Option<i64> {
        let style = self.shop.orders[order].style;
        let skill = self.shop.lines[line].skills[style]?;
        Some((i64::from(pieces) * self.shop.styles[style].minutes * 10_000 + skill - 1) / skill)
    }

    /// What sewing them there costs, ways too.
    pub fn price(&self, line: usize, order: usize, pieces: u32) -> i64 {
        let own = &self.shop.lines[line];
        let minutes = i64::from(pieces) * self.shop.styles[self.shop.orders[order].style].minutes;
        (minutes * own.price + 9_999) / 10_000 + self.shop.workshops[own.workshop].trip
    }

    /// A share on a line that is free from a time on and set up for a style.
    pub fn span(&self, line: usize, free: i64, set_up: Option<usize>, share: Share) -> Option<Span> {
        let own = &self.shop.lines[line];
        let style = self.shop.orders[share.order].style;
        let begins = free.max(self.earliest(line, share.order));
        let setup = if set_up == Some(style) { 0 } else { self.shop.styles[style].setup };
        let ends = begins + setup + self.work(line, share.order, share.pieces)?;
        let done = *self.own[line].get(((ends - 1) / own.minutes) as usize)?;
        Some(Span { begins, setup, ends, done, back: done + self.shop.workshops[own.workshop].way as usize })
    }

    /// All that a line sews.
    pub fn spans(&self, line: usize, shares: &[Share]) -> Option<Vec<Span>> {
        let (mut free, mut set_up) = (0, self.shop.lines[line].set_up);
        let step = |share: &Share| {
            let span = self.span(line, free, set_up, *share)?;
            (free, set_up) = (span.ends, Some(self.shop.orders[share.order].style));
            Some(span)
        };
        shares.iter().map(step).collect()
    }

    /// What it costs that an order is back on a workday.
    pub fn late(&self, order: usize, back: usize) -> i64 {
        let days = (back as i64 + i64::from(self.shop.spare) - self.due[order]).max(0);
        days * i64::from(self.shop.orders[order].weight) * self.shop.late
    }
}
