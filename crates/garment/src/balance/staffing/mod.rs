//! Who does what at which machine: a shop's own line, on a day.
//!
//! [`read`] takes the line; [`practice`] says who is there on a day and how quick they are by then; [`task::Task`] is what is
//! left to find: times, machines at hand, who does what now. [`hunt`] finds the shortest cycle, also with few operations
//! changing hands; [`lacks`] says who or what is missing where there is no plan, and [`check`] looks at plans knowing nothing
//! of how they are found. Times are in thousandths of a minute, for a piece.

pub mod check;
mod dual;
pub mod hunt;
pub mod lacks;
mod look;
pub mod practice;
pub mod read;
pub mod standing;
pub mod task;

use crate::day::Day;
use crate::workdays::Workdays;
use std::collections::BTreeSet;

/// Thousandths of a minute.
pub const MINUTE: i64 = 1_000;

/// A line as its shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// What it is called.
    pub name: String,
    /// The day that the counts of practice are of.
    pub from: Option<Day>,
    /// Which days are worked.
    pub days: Workdays,
    /// How long everybody works on a day.
    pub minutes: i64,
    /// The cycle that is wanted.
    pub wanted: Option<u32>,
    /// The most kinds of machine at one station.
    pub kinds: Option<u32>,
    /// How practice makes quicker.
    pub learning: Option<Learning>,
    /// Kinds of machine.
    pub machines: Vec<Machine>,
    /// What is done.
    pub operations: Vec<Operation>,
    /// Pairs of operations: the first comes before the second.
    pub order: Vec<(usize, usize)>,
    /// Who works.
    pub operators: Vec<Operator>,
}

/// A kind of machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// What it is called.
    pub id: String,
    /// How many are at hand.
    pub count: u32,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it is called.
    pub id: String,
    /// The standard time of a piece.
    pub minutes: i64,
    /// The place of its kind of machine; none where it is done by hand.
    pub machine: Option<usize>,
}

/// Somebody who works on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// What they are called.
    pub id: String,
    /// Of each operation how fast they do it once practised, in percent of the standard; none where they cannot.
    pub percent: Vec<Option<u32>>,
    /// Of each operation how many pieces they have done; none where they are practised.
    pub done: Vec<Option<u32>>,
    /// Days on which they are away.
    pub absent: BTreeSet<Day>,
    /// Their first day.
    pub from: Option<Day>,
    /// Their last day.
    pub until: Option<Day>,
}

/// How practice makes quicker, after De Jong (1957); Wright's curve (1936) where nothing is fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learning {
    /// What the part that can be learned still takes once pieces have doubled, in hundredths of a percent.
    pub rate: i64,
    /// The part of the first piece's time that cannot be learned away, in hundredths of a percent.
    pub fixed: i64,
    /// Pieces after which somebody is practised.
    pub practised: u32,
}

/// A plan that stands: who does what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Of each operation who does it, by place; none where nobody does, or they are no more on the line.
    pub holders: Vec<Option<usize>>,
    /// What they are called there.
    pub had: Vec<Option<String>>,
    /// The day that it is of.
    pub day: Option<Day>,
    /// Pieces that were done by that day: operation, operator, count.
    pub practice: Vec<(usize, usize, u32)>,
    /// Operations and operators that the line has no more.
    pub gone: Vec<String>,
}
