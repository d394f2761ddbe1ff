//! What definitions add to a case's state for the board.

use super::{Alarm, SetBy};
use pack::Id;
use pack::model::{Own, Unit};
use record::Time;
use std::collections::BTreeMap;

/// A clock that stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Still {
    /// How much is left once it goes on, where that is known.
    pub left: Option<Own>,
}

impl Still {
    /// About how long that is: by it queues are ordered.
    pub fn minutes(self) -> u64 {
        const DAY: u64 = 24 * 60;
        let length = |own: Own| match own.unit {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            // An office is open for about eight hours of a day.
            Unit::Workhours => DAY / 8,
            Unit::Days | Unit::Workdays => DAY,
            Unit::Months => 30 * DAY,
            Unit::Years => 365 * DAY,
        };
        self.left.map_or(u64::MAX, |own| u64::from(own.amount) * length(own))
    }
}

/// A time that runs in a case, as its definitions tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticking {
    /// Which.
    pub alarm: Alarm,
    /// When it runs out.
    pub due: Time,
    /// By when the office promised to be done, where it did.
    pub promised: Option<Time>,
    /// Whether the law sets it.
    pub lawful: bool,
    /// Whether it binds the office.
    pub office: bool,
    /// Whether it is on the record already that it ran out.
    pub told: bool,
}

impl Ticking {
    /// What it sets, and when that runs out.
    pub(super) fn sets(&self) -> impl Iterator<Item = (Time, SetBy)> + use<> {
        std::iter::once(self.limit()).chain(self.promised.map(|at| (at, SetBy::Promise)))
    }

    /// When its limit runs out, whatever was promised, and what sets that.
    pub(super) fn limit(&self) -> (Time, SetBy) {
        (self.due, if self.lawful { SetBy::Law } else { SetBy::Office })
    }
}

/// What the definitions add to a case's state for the board.
#[derive(Clone, Debug, Default)]
pub struct Outlook {
    /// The role of each step.
    pub roles: BTreeMap<Id, Id>,
    /// What runs.
    pub ticking: Vec<Ticking>,
    /// Of the clocks that bind the office and stand still, the one of which least is left.
    pub still: Option<Still>,
    /// Clocks that bind the office and have stopped.
    pub stopped: Vec<Stopped>,
}

/// A clock that has stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    /// Which clock, and when it had started: a clock may run several times in a case.
    pub run: (Id, Time),
    /// When it stopped.
    pub at: Time,
    /// Whether that was in time.
    pub kept: bool,
}
