use super::{Condition, Flow, Form, Id, Office};
use crate::Title;
use crate::days::{self, Limit};
use crate::problem::Place;
use jiff::civil::Date;

/// A service that people ask for, or a duty that an office has: a flow with its own form, materials, law, fee.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Its name over all packs.
    pub id: Id,
    /// The pack that defines it.
    pub pack: Id,
    /// The number under which the office's public list of services has it.
    pub item: Option<String>,
    /// What people call it.
    pub title: Title,
    /// What it is for, in a sentence or two.
    pub about: Option<Title>,
    /// The heading under which it is found.
    pub category: Id,
    /// Who may ask for it.
    pub audience: Vec<Audience>,
    /// Other words by which people look for it.
    pub search: Vec<String>,
    /// Where it can be asked for.
    pub channels: Vec<Channel>,
    /// Who starts it.
    pub start: Start,
    /// The type of the object that a case of it is.
    pub object: Id,
    /// The level of the offices that handle it.
    pub level: super::Level,
    /// The law that it rests on; empty where it is the office's own.
    pub law: Vec<Basis>,
    /// The law's limit for deciding: a deadline of the law pack.
    pub limit: Option<Id>,
    /// The office's own promise.
    pub promise: Option<Own>,
    /// The time within which the law wants the party to come forward, in words for the party.
    pub duty: Option<Title>,
    /// What it costs, each fee by itself; empty: no fee is set for it.
    pub fees: Vec<Id>,
    /// What to bring.
    pub materials: Vec<MaterialUse>,
    /// What to fill in.
    pub form: Form,
    /// Its course: the shared flow with the procedure's own steps worked in.
    pub flow: Flow,
    /// Its conditions, checked.
    pub conditions: super::Conditions,
    /// How long what a case of it holds of its party stays once the case is over: its own, or its pack's; without: for good.
    pub retention: Option<Retention>,
    /// The first day on which it can be started: its pack's.
    pub effective: Date,
    /// The procedure whose place it takes from that day on.
    pub replaces: Option<Id>,
    /// The day from which another takes its place, and which: it is no longer started then.
    pub replaced: Option<(Date, Id)>,
    /// Where it is defined.
    pub place: Place,
}

impl Procedure {
    /// Whether it can be started on `day`.
    pub fn in_force(&self, day: Date) -> bool {
        self.effective <= day && self.replaced.as_ref().is_none_or(|(from, _)| day < *from)
    }

    /// Whether `office` handles it: one that handles its category and stands at its level or above.
    pub fn handled_by(&self, office: &Office) -> bool {
        office.handles.contains(&self.category) && office.level <= self.level
    }
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// A resident for themselves or their family.
    Person,
    /// An enterprise or another body.
    Enterprise,
    /// A foreigner.
    Foreigner,
}

impl Audience {
    /// Each audience with the word by which packs name it.
    pub const ALL: [(&'static str, Self); 3] =
        [("person", Self::Person), ("enterprise", Self::Enterprise), ("foreigner", Self::Foreigner)];
}

/// Where a procedure can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// At the window, where a clerk enters it.
    Window,
    /// On the website.
    Web,
    /// On a phone.
    Phone,
    /// At a self-service screen.
    Kiosk,
}

impl Channel {
    /// Each channel with the word by which packs name it.
    pub const ALL: [(&'static str, Self); 4] =
        [("window", Self::Window), ("web", Self::Web), ("phone", Self::Phone), ("kiosk", Self::Kiosk)];
}

/// Who starts a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The party applies.
    Party,
    /// A holder of this role.
    Role(Id),
}

/// An article that a definition rests on.
#[derive(Clone, Debug)]
pub struct Basis {
    /// The instrument, in the law pack.
    pub instrument: Id,
    /// The article as the instrument numbers it: `第七条`.
    pub article: String,
    /// Its words.
    pub quote: String,
    /// Where it is cited.
    pub place: Place,
}

/// How long the personal data of a case stays once the case is over.
#[derive(Clone, Debug)]
pub struct Retention {
    /// So long; without: for good.
    pub keep: Option<Own>,
    /// The article that says so; none: it is the office's own rule.
    pub law: Option<Basis>,
}

/// A length of time that an office sets itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

impl From<Own> for Limit {
    fn from(own: Own) -> Self {
        let unit = match own.unit {
            Unit::Minutes => days::Unit::Minutes,
            Unit::Hours => days::Unit::Hours,
            Unit::Workhours => days::Unit::Workhours,
            Unit::Days => days::Unit::Days,
            Unit::Workdays => days::Unit::Workdays,
            Unit::Months => days::Unit::Months,
            Unit::Years => days::Unit::Years,
        };
        Self::after(own.amount, unit)
    }
}

/// What a length of time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Elapsed minutes.
    Minutes,
    /// Elapsed hours.
    Hours,
    /// Hours at which the office is open.
    Workhours,
    /// Natural days.
    Days,
    /// Working days.
    Workdays,
    /// Months.
    Months,
    /// Years.
    Years,
}

impl Unit {
    /// Each unit with the words by which packs name it.
    pub const ALL: [(&'static str, &'static str, Self); 7] = [
        ("minute", "minutes", Self::Minutes),
        ("hour", "hours", Self::Hours),
        ("workhour", "workhours", Self::Workhours),
        ("day", "days", Self::Days),
        ("workday", "workdays", Self::Workdays),
        ("month", "months", Self::Months),
        ("year", "years", Self::Years),
    ];
}

/// A paper or proof that procedures ask for.
#[derive(Clone, Debug)]
pub struct Material {
    /// Its name over all packs.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// Who issues it, or where to get it.
    pub from: Option<Title>,
    /// Whether it shows personal data.
    pub personal: bool,
}

/// A material in the part that it plays in one procedure.
#[derive(Clone, Debug)]
pub struct MaterialUse {
    /// Which material.
    pub material: Id,
    /// When it is needed, over the form; without: always.
    pub when: Option<Condition>,
    /// Whether one may go without.
    pub optional: bool,
    /// The article that asks for it; none: it is the office's own wish, and shown as such.
    pub law: Option<Basis>,
}

/// What a procedure costs.
#[derive(Clone, Debug)]
pub struct Fee {
    /// Its name over all packs.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// The cases that it tells apart, the first whose condition holds; the last has none.
    pub tiers: Vec<Tier>,
    /// The article that lets it be charged; none: no law that was read says so.
    pub law: Option<Basis>,
    /// What the amounts rest on, in words.
    pub basis: Option<Title>,
}

/// One case of a fee.
#[derive(Clone, Debug)]
pub struct Tier {
    /// When it applies; without: where no other does.
    pub when: Option<Condition>,
    /// What is then paid.
    pub charge: Charge,
    /// The article that says so of this case.
    pub law: Option<Basis>,
}

/// What is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charge {
    /// Nothing: a law says so, or an office does without.
    Free,
    /// So many fen.
    Fen(i64),
    /// There is a fee, but its amount is set by somebody else, and not stated here.
    SetBy(Title),
}

/// What a procedure gives: a licence, a certificate, an entry.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its name over all packs.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// How long it is valid where no term applies; without: until revoked.
    pub valid: Option<Own>,
    /// Lengths of time that depend on the form, the first whose condition holds; a term without a length: until revoked.
    pub terms: Vec<(Condition, Option<Own>)>,
    /// The answer that says the last day on which it is valid; before any length of time.
    pub until: Option<Id>,
    /// The answers that it shows, of the procedure's form or of the step that issues it.
    pub shows: Vec<Id>,
    /// The answers, of the form or of the step that issues it, by which it is told whose or of what it is: of these there is one
    /// at a time, and a later one takes the place of the earlier. Empty: any number stand side by side.
    pub one_per: Vec<Id>,
    /// Where it is defined.
    pub place: Place,
}
