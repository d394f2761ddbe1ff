use super::rule::{Cite, DayRule, Direction, HoursFrom, Limit, Ruling, Unit};
use crate::Title;
use crate::model::{Id, Step};
use smol_str::SmolStr;

/// A time that a text of law sets between an event and an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The id by which packs name it, `public-order-case-closed`.
    pub id: Id,
    /// The number in the list of statutory deadlines, `DL-012`; none for texts that stand here to be chosen against.
    pub reference: Option<SmolStr>,
    /// The field of work, an id of [`Law::domains`](super::Law::domains).
    pub domain: Id,
    /// What starts it; for backward limits, what it must precede.
    pub trigger: Title,
    /// What must be done, or what ends.
    pub action: Title,
    /// The instrument's id.
    pub instrument: Id,
    /// Article and quote; none where no text was read.
    pub cite: Option<Cite>,
    /// How long; none where the texts that were read set no limit.
    pub limit: Option<Limit>,
    /// Whether the words were read in the text itself. What is not verified is never quoted as law.
    pub verified: bool,
    /// Whether an office sets it for itself, so that no law has to say how it is counted.
    pub own: bool,
    /// Whether it bounds a measure on a person's liberty, and so never moves beyond its last day.
    pub detention: bool,
    /// Whether it says how long at least (retention) and not how long at most.
    pub at_least: bool,
    /// What one deadline shares with another that sets the same time differently.
    pub matter: Option<Id>,
    /// The article's own word on when hours begin, where it departs from its instrument's rule.
    pub hours: Option<Ruling<HoursFrom>>,
    /// A last day that does not move although the instrument's rule would move it, and why.
    pub stays: Option<Title>,
    /// Extensions that may be granted.
    pub extensions: Vec<Extension>,
    /// What stops the clock.
    pub suspensions: Vec<Suspension>,
    /// Other events from which the same limit runs in the cases named.
    pub starts: Vec<OtherStart>,
    /// How often the whole period may be run again.
    pub repeats: Option<Repeats>,
    /// What the law takes as done when the time has passed in silence.
    pub deemed: Option<Deemed>,
    /// A remark for the reader.
    pub note: Option<Title>,
}

/// More time, and who may grant it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its id within the deadline.
    pub id: Id,
    /// How much.
    pub grant: Grant,
    /// How many times; none where the text sets no number.
    pub times: Option<u32>,
    /// The extension that must have been granted before this one.
    pub after: Option<Id>,
    /// Who grants it.
    pub approver: Title,
    /// In which cases.
    pub when: Option<Title>,
    /// Where it says so.
    pub cite: Cite,
}

/// How much more time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// At most so much on top, each time.
    By(Limit),
    /// Up to so much in all.
    To(Limit),
}

impl Grant {
    /// The most that may be granted.
    pub fn most(self) -> Limit {
        match self {
            Self::By(limit) | Self::To(limit) => limit,
        }
    }
}

/// A kind of time that is not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// `appraisal`, `hearing`, …
    pub kind: Id,
    /// Its name.
    pub title: Title,
    /// Where it says so.
    pub cite: Cite,
}

/// Another event from which the limit runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherStart {
    /// What it is.
    pub trigger: Title,
    /// Where it says so.
    pub cite: Cite,
}

/// A period that may be run again, as a case that is sent back for more investigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// How often in all.
    pub times: u32,
    /// Where it says so.
    pub cite: Cite,
}

/// The outcome that the law supposes after silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deemed {
    /// `accepted`, `permitted`, …
    pub outcome: Id,
    /// In words.
    pub title: Title,
    /// Where it says so.
    pub cite: Cite,
}

/// How far law settles a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// The text sets the limit and its instrument, or one that it refers to, says how to count it.
    Decided,
    /// The text sets the limit; how to count it is the pack's default rule.
    Undecided,
    /// No text was read that sets it: the office's own, not law.
    Unverified,
}

impl Deadline {
    /// The rule by which this deadline is counted, given its instrument's.
    pub fn rule(&self, instrument: &DayRule) -> DayRule {
        let mut rule = instrument.clone();
        if let Some(hours) = &self.hours {
            rule.hours = hours.clone();
        }
        rule
    }

    /// How far law settles it, under `rule` as [`Self::rule`] gives it.
    pub fn standing(&self, rule: &DayRule) -> Standing {
        match self.limit {
            Some(_) if self.verified && self.by_default(rule) => Standing::Undecided,
            Some(_) if self.verified => Standing::Decided,
            _ => Standing::Unverified,
        }
    }

    /// Whether it is counted by the pack's default rule, since under `rule` no law says how: for
    /// days, whether they are natural or working days; for hours, when they begin; for months and years, which day is the
    /// first.
    pub fn by_default(&self, rule: &DayRule) -> bool {
        if self.own {
            return false;
        }
        match self.limit.map(|limit| limit.unit) {
            None | Some(Unit::Immediately | Unit::Minutes | Unit::Workhours | Unit::Workdays) => false,
            Some(Unit::Hours) => rule.hours.by_default,
            Some(Unit::Days) => rule.workdays.by_default,
            Some(Unit::Months | Unit::Years) => rule.first_day.by_default,
        }
    }

    /// The extension called `id`.
    pub fn extension(&self, id: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.id.as_str() == id)
    }

    /// Whether anything can stop or extend it: not what runs back from an event, nor what has no measure.
    pub fn moves(&self) -> bool {
        self.limit.is_some_and(|limit| limit.direction == Direction::After && limit.unit != Unit::Immediately)
    }

    /// The suspension by which it stands still while a step is open.
    pub fn suspension_at(&self, step: &Step) -> Option<&Suspension> {
        self.suspension(step.pause_kind()?.as_str())
    }

    /// The suspension of this kind.
    pub fn suspension(&self, kind: &str) -> Option<&Suspension> {
        self.suspensions.iter().find(|suspension| suspension.kind.as_str() == kind)
    }
}
