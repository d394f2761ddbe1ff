use super::{Condition, Id};
use crate::Title;
use crate::days::Opening;

/// Where in the tree an office stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The prefecture-level city.
    City,
    /// A county or district.
    County,
    /// A station, a brigade, a desk.
    Station,
}

impl Level {
    /// Each level with the word by which packs name it.
    pub const ALL: [(&'static str, Self); 3] =
        [("city", Self::City), ("county", Self::County), ("station", Self::Station)];
}

/// An office in which people work.
#[derive(Clone, Debug)]
pub struct Office {
    /// Its name in packs.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// Where in the tree it stands.
    pub level: Level,
    /// The office above.
    pub parent: Option<Id>,
    /// The categories of service that it handles.
    pub handles: Vec<Id>,
    /// Where it is, for those who come in person.
    pub address: Option<Title>,
    /// When it is open, in words.
    pub hours: Option<Title>,
    /// When it is open, for counting; none where it says nothing, and the office above speaks for it.
    pub open: Option<Opening>,
}

/// A role that a person holds in an office.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name in packs.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// What its holder answers for.
    pub about: Option<Title>,
    /// Whether the program itself holds it, and nobody else may.
    pub program: bool,
}

/// What a policy does where it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows, where no other policy forbids.
    Permit,
    /// Forbids, whatever others allow.
    Forbid,
}

/// Of which categories' cases a policy speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Of all; where it permits, of all but those of closed categories.
    #[default]
    Open,
    /// Of all, closed ones too.
    Everywhere,
    /// Of these alone.
    Of(Vec<Id>),
}

/// What a policy can speak of: opening an account for an applicant, the commands that move a case, the ways of looking, and
/// what is done with those who work here: giving and taking back a post, and all else about them.
pub const ACTIONS: [&str; 27] = [
    "register",
    "start",
    "save",
    "submit",
    "accept",
    "examine",
    "decide",
    "deliver",
    "act",
    "correct",
    "answer",
    "extend",
    "withdraw",
    "hand-over",
    "take",
    "rate",
    "complain",
    "reply",
    "amend",
    "migrate",
    "read-case",
    "read-personal",
    "supervise",
    "erase",
    "grant",
    "revoke",
    "administer",
];

/// Who may do what: role × action × condition, with a purpose. What no policy permits is denied.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name in packs.
    pub id: Id,
    /// Why it stands, in words that a refused person reads.
    pub title: Title,
    /// Permit or forbid.
    pub effect: Effect,
    /// The roles that it speaks of; empty: everyone's.
    pub roles: Vec<Id>,
    /// The actions that it speaks of, such as `decide` or `read-personal`; empty: all.
    pub actions: Vec<Id>,
    /// Of whose cases it speaks.
    pub reach: Reach,
    /// When it applies, over `actor`, `case`, `step`, `office`, `person` and `post`.
    pub when: Option<Condition>,
    /// The purpose that must be stated, if any.
    pub purpose: Option<Id>,
}
