//! Who is paid for what, at which rates: one file of TOML for a month, each mistake of which is told with its place.

mod read;

use super::calendar::Calendar;
use super::money::Fen;
use super::ticket::Ticket;
use crate::day::Day;
use crate::definition::Problem;

/// A month's contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// First day and first day after the month.
    pub month: (Day, Day),
    /// What a month of regular work earns at least.
    pub minimum: Fen,
    /// When the workshop works.
    pub calendar: Calendar,
    /// Every operation of every style.
    pub operations: Vec<Operation>,
    /// Ranges of bundles.
    pub lots: Vec<Lot>,
    /// Everybody who is paid wages.
    pub people: Vec<Person>,
    /// What is added to or taken from wages besides.
    pub adjustments: Vec<Adjustment>,
    /// What the workshop sold.
    pub revenues: Vec<Amount>,
    /// What it spent besides wages and rent.
    pub costs: Vec<Amount>,
    /// The collectives that have put in land, houses or money.
    pub collectives: Vec<Collective>,
    /// The share of the profit that goes to them, in hundredths of a percent.
    pub dividend: u32,
}

/// An operation of a style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The style's id.
    pub style: String,
    /// Its number on tickets.
    pub code: u8,
    /// What is done.
    pub name: String,
    /// What a piece earns, in hundredths of a fen.
    pub rate: u32,
}

/// Bundles numbered one after the other, of one style and with as many pieces each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The style's id.
    pub style: String,
    /// The size, if it is of one.
    pub size: Option<String>,
    /// The colour, if it is of one.
    pub colour: Option<String>,
    /// The first bundle.
    pub first: u32,
    /// The last bundle.
    pub last: u32,
    /// Pieces of each.
    pub pieces: u32,
    /// Its operations: the range within [`Contract::operations`].
    pub operations: (usize, usize),
    /// The number of its first ticket among the tickets of all lots.
    pub ticket: usize,
}

/// Somebody who is paid wages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their number on scans.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What their grade makes of a rate, in ten-thousandths.
    pub factor: u32,
    /// The grade.
    pub grade: String,
    /// Workdays on which regular work was due and they were not there.
    pub absent: u32,
    /// The first day of their work, if it was in this month.
    pub from: Option<Day>,
    /// The last day of their work, if it was in this month.
    pub until: Option<Day>,
}

/// An addition to somebody's wage, or what is withheld of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Whose: the place in [`Contract::people`].
    pub person: usize,
    /// What for.
    pub name: String,
    /// Positive adds, negative withholds.
    pub amount: Fen,
}

/// A named amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// What it is.
    pub name: String,
    /// How much.
    pub amount: Fen,
}

/// A collective with a share in the workshop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collective {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its township.
    pub township: String,
    /// The month's rent for what it lets.
    pub rent: Fen,
    /// Its shares in the dividend.
    pub shares: u32,
}

impl Contract {
    /// Reads a contract; every fault is told at once.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        read::contract(text)
    }

    /// The lot and the operation that a ticket belongs to, and its number among all tickets.
    pub fn find(&self, ticket: Ticket) -> Option<(&Lot, usize, usize)> {
        let after = self.lots.partition_point(|lot| lot.first <= ticket.bundle);
        let lot = self.lots.get(after.checked_sub(1)?).filter(|lot| ticket.bundle <= lot.last)?;
        let (from, to) = lot.operations;
        let of_style = self.operations.get(from..to)?;
        let at = of_style.binary_search_by_key(&ticket.operation, |operation| operation.code).ok()?;
        let number = lot.ticket + (ticket.bundle - lot.first) as usize * (to - from) + at;
        Some((lot, from + at, number))
    }

    /// How many tickets there are.
    pub fn tickets(&self) -> usize {
        self.lots.last().map_or(0, |lot| {
            lot.ticket + (lot.last - lot.first + 1) as usize * (lot.operations.1 - lot.operations.0)
        })
    }

    /// Workdays of the month, and those of them on which somebody was there.
    pub fn attendance(&self, person: &Person) -> (u32, u32) {
        let workdays =
            || (self.month.0.0..self.month.1.0).map(Day).filter(|day| self.calendar.days.is_workday(*day));
        let employed = |day: &Day| {
            person.from.is_none_or(|from| from <= *day) && person.until.is_none_or(|until| *day <= until)
        };
        let (due, employed) = (workdays().count() as u32, workdays().filter(employed).count() as u32);
        (due, employed.saturating_sub(person.absent))
    }
}
