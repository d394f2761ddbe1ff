use super::rule::Limit;
use super::step::Step;
use crate::Title;
use crate::model::Id;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use std::collections::BTreeSet;

/// Something that happened to a running period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// The clock stands: time after `from` up to and including `to` is not counted. Of days, the day of `from` still
    /// counts and the day of `to` does not, as the day that opens a period is never part of it.
    Suspend {
        /// A kind that the deadline names.
        kind: Id,
        /// When it stopped.
        from: DateTime,
        /// When it went on; none while it still stands.
        to: Option<DateTime>,
    },
    /// The clock stands although no law of its own says so: as the default rule has it, or the office's own.
    Hold {
        /// Why.
        why: Title,
        /// When it stopped.
        from: DateTime,
        /// When it went on; none while it still stands.
        to: Option<DateTime>,
    },
    /// An extension was granted.
    Extend {
        /// The extension's id within the deadline.
        id: Id,
        /// The time granted, or for an extension up to a total that total; none for the most that the law allows.
        amount: Option<u32>,
    },
    /// Papers were on the road: time after `from` up to and including `to` is not counted.
    Transit {
        /// When they were sent.
        from: DateTime,
        /// When they arrived.
        to: DateTime,
    },
    /// The person is in custody, so the last day does not move at a holiday.
    Custody,
}

/// When a period ends, and how that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The end.
    pub at: At,
    /// Why a later notice of the State Council may move the end; none where it cannot.
    pub provisional: Option<Provisional>,
    /// Whether the counting rests on the pack's default rule and not on the instrument's own.
    pub undecided: bool,
    /// Whether what is put in the post before the end is in time.
    pub posted_in_time: bool,
    /// What was counted, in order.
    pub steps: Vec<Step>,
}

/// The end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The last day, until 24:00.
    Day(Date),
    /// A moment.
    Moment(DateTime),
    /// The clock stands and has no end.
    Stopped {
        /// Since when.
        since: DateTime,
        /// How much is left once it goes on; none where that is not counted in one unit, or all is counted and only the last
        /// day has to be one that is worked.
        left: Option<Left>,
    },
}

/// How much is left of a period that stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Natural days.
    Days(u32),
    /// Working days.
    Workdays(u32),
    /// Elapsed time.
    Time(SignedDuration),
    /// Time at which the office is open.
    Open(SignedDuration),
}

/// Years that were counted over and whose working calendar is not published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisional {
    /// The years.
    pub years: BTreeSet<i16>,
}

/// Why a count is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing to count.
    #[error("`{deadline}` has no limit in the texts that were read; set the office's own promise instead")]
    NoLimit {
        /// The deadline's id.
        deadline: Id,
    },
    /// The deadline has no such extension.
    #[error("`{deadline}` has no extension `{id}`; it has {known}")]
    UnknownExtension {
        /// The deadline's id.
        deadline: Id,
        /// What was asked for.
        id: Id,
        /// What there is.
        known: String,
    },
    /// More than the law allows at once.
    #[error("extension `{id}` of `{deadline}` by `{asked}` is beyond the law's {most}; grant at most that")]
    BeyondCap {
        /// The deadline's id.
        deadline: Id,
        /// The extension.
        id: Id,
        /// What was asked for, in the unit of `most`.
        asked: u32,
        /// The most.
        most: Limit,
    },
    /// More often than the law allows.
    #[error(
        "extension `{id}` of `{deadline}` was granted as often as the law allows ({times}); leave this one out"
    )]
    TooOften {
        /// The deadline's id.
        deadline: Id,
        /// The extension.
        id: Id,
        /// The number allowed.
        times: u32,
    },
    /// An extension that presupposes another.
    #[error("extension `{id}` of `{deadline}` may follow only `{after}`; grant that first")]
    OutOfOrder {
        /// The deadline's id.
        deadline: Id,
        /// The extension.
        id: Id,
        /// What must come before.
        after: Id,
    },
    /// An extension that adds nothing.
    #[error("extension `{id}` of `{deadline}` to {total} adds nothing to what already runs; leave it out")]
    AddsNothing {
        /// The deadline's id.
        deadline: Id,
        /// The extension.
        id: Id,
        /// The total asked for.
        total: Limit,
    },
    /// The law does not stop this clock for that.
    #[error("the clock of `{deadline}` does not stop for `{kind}`; it stops for {known}")]
    NotSuspended {
        /// The deadline's id.
        deadline: Id,
        /// The kind asked for.
        kind: Id,
        /// What there is.
        known: String,
    },
    /// The instrument does not leave out time on the road.
    #[error("time on the road counts for `{deadline}`: its instrument does not leave it out")]
    TransitCounts {
        /// The deadline's id.
        deadline: Id,
    },
    /// An interval that ends before it begins.
    #[error("a pause from {from} to {to} ends before it begins; swap the two")]
    Reversed {
        /// Its beginning.
        from: DateTime,
        /// Its end.
        to: DateTime,
    },
    /// A limit that runs backward, or at once, can be neither stopped nor extended.
    #[error("`{deadline}` is {limit} and can be neither stopped nor extended; leave the adjustment out")]
    Fixed {
        /// The deadline's id.
        deadline: Id,
        /// Its limit.
        limit: Limit,
    },
    /// An extension counted in another unit than the limit; the loader refuses such packs.
    #[error(
        "extension `{id}` of `{deadline}` is counted in another unit than the limit; use the limit's unit"
    )]
    OtherUnit {
        /// The deadline's id.
        deadline: Id,
        /// The extension.
        id: Id,
    },
    /// Working hours of an office of which nobody said when it is open.
    #[error(
        "`{deadline}` is counted in hours at which the office is open, and no pack says when it is; give it `open`"
    )]
    NeverOpen {
        /// The deadline's id.
        deadline: Id,
    },
    /// A date that calendars do not reach.
    #[error("counting `{deadline}` from {start} leaves the years −9999 to 9999; check the start")]
    OutOfRange {
        /// The deadline's id.
        deadline: Id,
        /// The start.
        start: DateTime,
    },
}

impl At {
    /// The last day on which the act is in time; `None` while the clock stands.
    pub fn last_day(self) -> Option<Date> {
        match self {
            Self::Day(date) => Some(date),
            Self::Moment(moment) => Some(moment.date()),
            Self::Stopped { .. } => None,
        }
    }

    /// The moment of the end: 24:00 of a last day. `None` while the clock stands.
    pub fn end(self) -> Option<DateTime> {
        match self {
            Self::Day(date) => date.tomorrow().ok().map(|next| next.at(0, 0, 0, 0)),
            Self::Moment(moment) => Some(moment),
            Self::Stopped { .. } => None,
        }
    }

    /// Whether an act at `time` is in time. The 24:00 of a last day is no longer part of it; the last moment of an
    /// hour limit is.
    pub fn allows(self, time: DateTime) -> bool {
        match self {
            Self::Day(date) => time.date() <= date,
            Self::Moment(moment) => time <= moment,
            Self::Stopped { .. } => true,
        }
    }
}
