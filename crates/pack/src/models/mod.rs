//! The language of models of oversight: what a supervisor wants to hold of the cases that an office, or a log, has.
//!
//! A model is a constraint of MP-Declare: a template over one or two patterns of events, with conditions on the
//! activation, on the target and on both, and a window between them. It speaks of the events of this city's record, of
//! one procedure or of all, or of those of a log that is declared beside it.

mod language;
mod template;
mod words;
mod write;

pub use language::{ACTIVITIES, ATTRIBUTES, Language};
pub use template::{Clause, Reach, Relation, Side, Template};
pub use words::explain;
pub use write::write;

use crate::Title;
use crate::days::Limit;
use crate::model::{Basis, Condition, Id};
use crate::problem::Place;
use record::{Activity, Name};

/// What must hold of the cases that it speaks of.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name over all packs.
    pub id: Id,
    /// The pack that defines it, or that defines the procedure from which it is derived.
    pub pack: Id,
    /// What must hold, in a few words.
    pub title: Title,
    /// More about it.
    pub about: Option<Title>,
    /// Whose events it speaks of.
    pub on: Subject,
    /// Over the events of which objects.
    pub scope: Scope,
    /// Its form.
    pub template: Template,
    /// The first pattern; in all but the precedences the activation.
    pub first: Pattern,
    /// The second pattern, where the template has two.
    pub second: Option<Pattern>,
    /// What must hold of activation and target together.
    pub correlation: Option<Condition>,
    /// How long may lie between the two; for a template with one pattern, between the first event and the event.
    pub window: Window,
    /// How bad a breach is.
    pub severity: Severity,
    /// The articles that it rests on.
    pub law: Vec<Basis>,
    /// What it rests on where that is no article.
    pub basis: Option<Title>,
    /// What is to be done about a breach.
    pub remedy: Option<Title>,
    /// The role that answers for clearing a breach.
    pub owner: Option<Id>,
    /// Where it comes from, when nobody wrote it.
    pub origin: Option<Origin>,
    /// Where it is defined.
    pub place: Place,
}

/// Whose events a model speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The record's, of the cases of all procedures.
    Record,
    /// The record's, of the cases of one procedure.
    Procedure(Id),
    /// Those of a log that is declared beside the model.
    Log(Id),
}

/// Over the events of which objects a model must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The type of the objects, each by itself.
    pub each: Id,
    /// The objects that belong to each, where the model speaks of them, too.
    pub over: Option<Over>,
}

/// The objects that belong to another: the model is tried over the events of the two together, for each such pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// For how many of them it must hold.
    pub how_many: HowMany,
    /// Their type.
    pub object: Id,
    /// The part that one of the two plays for the other, where only links of that name count.
    pub link: Option<Id>,
    /// The types of the objects between the two, from near to far.
    pub through: Vec<Id>,
}

/// For how many of the objects that belong to another a model must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowMany {
    /// For every one, and for none where there is none.
    All,
    /// For so many.
    Between {
        /// At least.
        least: u32,
        /// At most.
        most: Option<u32>,
    },
}

/// Events of one of some activities for which a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The activities.
    pub activities: Vec<Activity>,
    /// What else must hold of the event.
    pub condition: Option<Condition>,
}

/// How long may lie between two events: from `least` to `most`, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// At least.
    pub least: Option<Length>,
    /// At most.
    pub most: Option<Length>,
}

/// A length of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many seconds, as a stopwatch has them.
    Elapsed {
        /// How many units.
        amount: u32,
        /// Of what.
        unit: Elapsed,
    },
    /// Counted by the rule of an instrument, or by the default rule.
    Counted {
        /// How long.
        limit: Limit,
        /// The instrument.
        by: Option<Id>,
    },
    /// A deadline of the law, or a promise within it.
    Deadline {
        /// The deadline.
        id: Id,
        /// What the office promises: counted as the deadline is, and never later than that.
        promise: Option<Limit>,
    },
}

/// What a length of time is measured in that is not counted by law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elapsed {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
    /// Weeks of seven such days.
    Weeks,
}

impl Elapsed {
    /// Each unit, how many seconds it has, its name for one and for many, and in Chinese.
    pub const ALL: [(Self, u32, &'static str, &'static str, &'static str); 5] = [
        (Self::Seconds, 1, "second", "seconds", "秒"),
        (Self::Minutes, 60, "minute", "minutes", "分钟"),
        (Self::Hours, 3_600, "hour", "hours", "小时"),
        (Self::Days, 86_400, "day", "days", "天"),
        (Self::Weeks, 604_800, "week", "weeks", "周"),
    ];

    /// `amount` of it, in Chinese and in English.
    pub fn told(self, amount: u32) -> Title {
        let found = Self::ALL.iter().find(|(unit, ..)| *unit == self);
        found.map_or_else(Title::default, |(_, _, one, many, zh)| {
            Title::new(format!("{amount}{zh}"), format!("{amount} {}", if amount == 1 { one } else { many }))
        })
    }

    /// How many seconds it has.
    pub fn seconds(self) -> u32 {
        Self::ALL.iter().find(|(unit, ..)| *unit == self).map_or(1, |(_, seconds, ..)| *seconds)
    }
}

/// How bad a breach of a model is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// To be mended.
    Minor,
    /// To be mended, explained and answered for.
    Serious,
    /// The rights of somebody are hurt.
    Grave,
}

impl Severity {
    /// Each severity with the word by which packs name it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("notice", Self::Notice),
        ("minor", Self::Minor),
        ("serious", Self::Serious),
        ("grave", Self::Grave),
    ];

    /// What people read.
    pub fn title(self) -> Title {
        match self {
            Self::Notice => Title::new("提示", "notice"),
            Self::Minor => Title::new("一般", "minor"),
            Self::Serious => Title::new("严重", "serious"),
            Self::Grave => Title::new("特别严重", "grave"),
        }
    }

    /// The word by which packs name it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, severity)| *severity == self).map_or("", |(word, _)| word)
    }
}

/// What a model is derived from: a clause of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The procedure.
    pub procedure: Id,
    /// What of it.
    pub duty: Duty,
    /// The clause: the clock, step, material or fee, as the procedure names it.
    pub clause: String,
}

/// What duties of a procedure become models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Something is done in time.
    Deadline,
    /// One thing comes before another.
    Order,
    /// What was begun is brought to its end.
    Completion,
    /// A paper is there before anybody acts on it.
    Material,
    /// Two things are done by two people.
    Separation,
    /// A higher office, or another one, does it.
    Approval,
    /// Reasons are given.
    Reasons,
    /// Nothing is charged but what is set.
    Fee,
}

impl Duty {
    /// Each duty with its word and what people call it.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 8] = [
        (Self::Deadline, "deadline", "时限", "deadline"),
        (Self::Order, "order", "顺序", "order of steps"),
        (Self::Completion, "completion", "办结", "completion"),
        (Self::Material, "material", "材料", "material"),
        (Self::Separation, "separation", "职责分离", "separation of duties"),
        (Self::Approval, "approval", "审批权限", "approval"),
        (Self::Reasons, "reasons", "说明理由", "reasons"),
        (Self::Fee, "fee", "收费", "fee"),
    ];

    /// The word for it in ids and in answers to programs.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(duty, ..)| *duty == self).map_or("", |(_, word, ..)| word)
    }

    /// What people call it.
    pub fn title(self) -> Title {
        Self::ALL
            .iter()
            .find(|(duty, ..)| *duty == self)
            .map_or_else(Title::default, |(.., zh, en)| Title::new(zh, en))
    }
}

/// A log from elsewhere: what models may say of its events.
#[derive(Clone, Debug)]
pub struct Log {
    /// Its name over all packs.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// The types of the objects that its events are about; models speak of the first unless they say otherwise.
    pub objects: Vec<Id>,
    /// Its activities, each with what people call it.
    pub activities: Vec<(Activity, Title)>,
    /// The attributes of its events.
    pub attributes: Vec<Attribute>,
    /// Where it is declared.
    pub place: Place,
}

/// An attribute of a log's events.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name in the log.
    pub name: Name,
    /// What its values are.
    pub kind: Kind,
    /// What people call it.
    pub title: Title,
}

/// What an attribute's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers with a fraction.
    Number,
    /// True or false.
    Truth,
    /// Moments.
    Moment,
}

impl Kind {
    /// Each kind with the word by which packs name it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("text", Self::Text),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("truth", Self::Truth),
        ("moment", Self::Moment),
    ];
}

impl Model {
    /// The patterns: one, or two.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        std::iter::once(&self.first).chain(&self.second)
    }

    /// The pattern that activates, and its target where there is one.
    pub fn roles(&self) -> (&Pattern, Option<&Pattern>) {
        match &self.second {
            Some(second) if self.template.is_activated_by_second() => (second, Some(&self.first)),
            second => (&self.first, second.as_ref()),
        }
    }
}
