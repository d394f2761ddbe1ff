//! When orders can be promised: which line sews what and when, in workshops of one's own and of partners.
//!
//! [`read`] takes lines, workshops and orders; [`plan`] puts each order on a line ([`Split::Whole`]) or shares it out over
//! several ([`Split::Shares`]), so that late days, sewing and ways together cost least; [`bound`] proves what no plan falls
//! below; [`check`] follows a plan day by day, knowing nothing of how it was found, and [`reasons`] says what each promise
//! waits for. Orders on unrelated parallel machines with setups and release dates, after Pinedo (Scheduling, 2016). Time on a
//! line is counted in hundredths of a minute, money in fen, days in workdays.

pub mod bound;
pub mod check;
mod exact;
pub mod plan;
pub mod read;
pub mod reasons;
mod search;
mod times;

use crate::day::Day;
use crate::workdays::Workdays;
use std::collections::BTreeSet;

/// Whether an order stays in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Each order is sewn on one line.
    Whole,
    /// Lines share orders by whole bundles, each its own in one run.
    Shares,
}

/// What is to be sewn, by whom, and what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// What it is called.
    pub name: String,
    /// The first day that may be planned.
    pub from: Day,
    /// Which days are worked.
    pub days: Workdays,
    /// Workdays that every promise keeps in hand.
    pub spare: u32,
    /// What a workday late costs, for an order of weight 1, in fen.
    pub late: i64,
    /// The workshops.
    pub workshops: Vec<Workshop>,
    /// Their lines.
    pub lines: Vec<Line>,
    /// What is sewn.
    pub styles: Vec<Style>,
    /// The orders.
    pub orders: Vec<Order>,
}

/// A workshop, one's own or a partner's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workshop {
    /// What it is called.
    pub id: String,
    /// It is a partner's.
    pub partner: bool,
    /// Workdays that cut pieces are under way to it, and garments back.
    pub way: u32,
    /// What going there and back costs for each share, in fen.
    pub trip: i64,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is called.
    pub id: String,
    /// The place of its workshop.
    pub workshop: usize,
    /// Minutes of work that its people do on a workday together, in hundredths.
    pub minutes: i64,
    /// Of each style how fast it is sewn, in hundredths of a percent of the standard; none where it cannot be.
    pub skills: Vec<Option<i64>>,
    /// What a standard minute costs, in hundredths of a fen.
    pub price: i64,
    /// The first day on which it is free.
    pub from: Day,
    /// Days on which it does not work.
    pub closed: BTreeSet<Day>,
    /// The style that it is set up for.
    pub set_up: Option<usize>,
}

/// A style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// What it is called.
    pub id: String,
    /// Standard minutes of a garment, in hundredths.
    pub minutes: i64,
    /// What a line that changes to it loses of its minutes, in hundredths.
    pub setup: i64,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What it is called.
    pub id: String,
    /// The place of its style.
    pub style: usize,
    /// How many garments.
    pub pieces: u32,
    /// The day on which cut pieces can leave.
    pub ready: Day,
    /// The day by which it is wanted.
    pub due: Day,
    /// How much its being late counts.
    pub weight: u32,
    /// Pieces of a bundle: shares are whole bundles, one of which may be short.
    pub bundle: u32,
    /// The most shares.
    pub shares: u32,
}

/// A part of an order on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    /// The order's place.
    pub order: usize,
    /// How many pieces.
    pub pieces: u32,
}

/// What each line sews, in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The shares of each line.
    pub lines: Vec<Vec<Share>>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// Nobody can sew it.
    #[error(
        "no line can sew style `{style}` of order `{order}`; add it to the `skills` of one, or leave the order out"
    )]
    Skill {
        /// The style.
        style: String,
        /// The order.
        order: String,
    },
    /// It would take longer than anybody plans.
    #[error(
        "line `{0}` would take over forty years for what it can sew; mend its `minutes`, or the orders' `pieces`"
    )]
    Never(String),
}
