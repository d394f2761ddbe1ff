use super::rule::{Cite, Limit};
use crate::Title;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use std::collections::BTreeSet;

/// One step of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub what: What,
    /// The words of law that say to do it.
    pub cite: Option<Cite>,
    /// Whether they are the pack's default rule.
    pub by_default: bool,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The law sets this time, or the office itself.
    Limit {
        /// How long.
        limit: Limit,
        /// Whether it is a least time.
        at_least: bool,
        /// Whether the office sets it, or no text of law was read that does.
        own: bool,
    },
    /// Its days are of this kind.
    Kind {
        /// Working days.
        working: bool,
    },
    /// An extension lengthened it.
    Extended {
        /// By how much, or to how much.
        limit: Limit,
        /// To so much in all.
        total: bool,
        /// Who granted it.
        approver: Title,
    },
    /// At once has no measure.
    AtOnce {
        /// The day on which it is not called late yet.
        date: Date,
    },
    /// Days run from here.
    Start {
        /// The day of the start.
        day: Date,
        /// Whether it is counted.
        counts: bool,
    },
    /// Days run back from here.
    Event {
        /// The day of the event.
        day: Date,
        /// Whether it is counted.
        counts: bool,
    },
    /// Hours run from here.
    HoursBegin {
        /// The start.
        start: DateTime,
        /// The moment from which hours are counted.
        begin: DateTime,
    },
    /// Only hours at which the office is open are counted.
    Open {
        /// When that is, in words.
        hours: Title,
    },
    /// A stretch of counted days.
    Counted {
        /// The first of them in the order of counting.
        from: Date,
        /// The last of them in the order of counting.
        to: Date,
        /// The number of the first.
        first: u32,
        /// The number of the last.
        last: u32,
    },
    /// A weekend day that is worked and so counted.
    MakeUp {
        /// The day.
        date: Date,
        /// Its number.
        nth: u32,
        /// In exchange for which festival.
        name: Title,
    },
    /// A stretch of days that are not counted.
    Skipped {
        /// The first of them in the order of counting.
        from: Date,
        /// The last of them in the order of counting.
        to: Date,
        /// Why.
        why: Skip,
    },
    /// Elapsed time that was counted.
    Elapsed {
        /// From when.
        from: DateTime,
        /// Until when.
        to: DateTime,
        /// How much has been counted up to then, in all.
        sum: SignedDuration,
    },
    /// Hours that are not counted.
    Stood {
        /// From when.
        from: DateTime,
        /// Until when.
        to: DateTime,
        /// Why.
        why: Title,
    },
    /// Months or years came to the corresponding day.
    SameDay {
        /// That day.
        date: Date,
        /// Whether the month has no such day, and its last stands in.
        clipped: bool,
    },
    /// The last day moved to a workday.
    Rolled {
        /// The day on which offices rest.
        from: Date,
        /// The workday after it.
        to: Date,
        /// Festivals on the way.
        names: Vec<Title>,
    },
    /// Offices rest on the last day, and yet it did not move.
    Stays {
        /// The last day.
        date: Date,
        /// Why.
        why: Stay,
    },
    /// The last day.
    Ends {
        /// That day.
        date: Date,
    },
    /// The last moment.
    EndsAt {
        /// That moment.
        moment: DateTime,
    },
    /// The clock stands.
    Stopped {
        /// Since when.
        since: DateTime,
        /// How many days had been counted.
        counted: Option<u32>,
        /// Why.
        why: Title,
    },
    /// The counting rests on the default rule.
    Undecided,
    /// A later notice may move the end.
    Provisional {
        /// The years without a published calendar.
        years: BTreeSet<i16>,
    },
    /// What is posted before the end is in time.
    Posted,
    /// What the law supposes after silence.
    Deemed {
        /// The outcome.
        title: Title,
    },
    /// The office's promise ends after the law's limit, which governs.
    PromiseTooLate {
        /// The promise's last day.
        promised: Date,
    },
}

/// Why days are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// Saturday, Sunday.
    Weekend,
    /// A festival.
    Holiday(Title),
    /// The clock stood.
    Pause(Title),
}

/// Why a last day on a rest day does not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stay {
    /// A person's liberty is bounded by it.
    Custody,
    /// It is counted back from an event: moving it on would shorten the notice.
    Backward,
    /// The instrument's rule does not move it.
    Rule,
    /// The deadline says why.
    Because(Title),
}

impl Step {
    pub(super) fn new(what: What, cite: Option<Cite>) -> Self {
        Self { what, cite, by_default: false }
    }
}
