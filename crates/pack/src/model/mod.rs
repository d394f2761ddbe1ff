use crate::Title;
use crate::problem::Place;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

mod city;
mod conditions;
mod flow;
mod form;
mod procedure;

pub use city::{ACTIONS, Effect, Level, Office, Policy, Reach, Role};
pub use conditions::{Conditions, Known};
pub(crate) use conditions::{Gaps, schema_field};
pub use flow::{
    After, Clock, ClockLimit, Correction, Flow, Guard, Mark, OfficeRule, Outcome, Pause, Step, StepKind,
    Watcher,
};
pub use form::{Check, Choice, Field, FieldKind, Form, Plan};
pub use procedure::{
    Audience, Basis, Channel, Charge, Credential, Fee, Material, MaterialUse, Own, Procedure, Retention,
    Start, Tier, Unit,
};

/// The name of a definition within its kind: small letters, digits and single hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(SmolStr);

impl Id {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name by which conditions call it, since a hyphen is a minus sign to them: `birth_place`.
    pub fn variable(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(deserializer)?.into()))
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl std::borrow::Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.as_str())
    }
}

/// A condition in CEL as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The expression.
    pub source: String,
    /// Where it stands.
    pub place: Place,
    /// How its text is opened there.
    pub(crate) opening: Opening,
}

impl Condition {
    /// A condition behind one quote at `place`.
    pub fn new(source: impl Into<String>, place: Place) -> Self {
        Self { source: source.into(), place, opening: Opening::PLAIN }
    }
}

/// What stands between the place of a text in its file and the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// How many quotes.
    quotes: usize,
    /// Whether a line ends behind them, which is no part of the text.
    breaks: bool,
}

impl Opening {
    /// One quote.
    pub(crate) const PLAIN: Self = Self { quotes: 1, breaks: false };

    /// Of a text as it is written, with its quotes.
    pub(crate) fn of(written: &str) -> Self {
        match ["'''", "\"\"\""].iter().find_map(|quotes| written.strip_prefix(quotes)) {
            Some(text) => Self { quotes: 3, breaks: text.starts_with(['\n', '\r']) },
            None => Self::PLAIN,
        }
    }

    /// The place in the file of what stands behind `before` in a text at `place`.
    pub(crate) fn place(self, place: &Place, before: &str) -> Place {
        let mut place = place.clone();
        place.line += before.matches('\n').count() + usize::from(self.breaks);
        let in_line = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let is_first = !self.breaks && !before.contains('\n');
        place.column = if is_first { place.column + self.quotes + in_line } else { 1 + in_line };
        place
    }
}

/// What one pack says of itself.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its name.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// Its author's version.
    pub version: String,
    /// The first day on which its procedures may be started.
    pub effective: jiff::civil::Date,
    /// Packs whose definitions it builds on.
    pub requires: Vec<Id>,
    /// The heading of its procedures that name none.
    pub category: Option<Id>,
    /// The level of the offices that handle its procedures that name none.
    pub level: Option<Level>,
    /// The retention of its procedures that name none.
    pub retention: Option<Retention>,
}

/// Everything that a city's packs define, checked against each other. Ids are unique within their kind over all packs.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// The packs themselves.
    pub packs: BTreeMap<Id, Manifest>,
    /// What can stop a clock: deadlines name what stops them, steps what they wait for.
    pub pauses: BTreeMap<Id, Title>,
    /// What the law says about time; none where the packs hold no law.
    pub law: Option<crate::days::Law>,
    /// Offices, a tree by [`Office::parent`].
    pub offices: BTreeMap<Id, Office>,
    /// Roles that people hold in offices.
    pub roles: BTreeMap<Id, Role>,
    /// Purposes under which personal data may be collected and read.
    pub purposes: BTreeMap<Id, Title>,
    /// Who may do what.
    pub policies: BTreeMap<Id, Policy>,
    /// Types of objects that cases are, and that their events are about.
    pub objects: BTreeMap<Id, Title>,
    /// Headings under which people find services.
    pub categories: BTreeMap<Id, Title>,
    /// Those of them in whose cases only policies that name them, or that reach everywhere, permit anything.
    pub closed: BTreeSet<Id>,
    /// Words that mean the same to people, in small letters.
    pub sayings: BTreeMap<Id, Vec<String>>,
    /// Groups of fields that forms share.
    pub fields: BTreeMap<Id, Form>,
    /// Papers and proofs that procedures ask for.
    pub materials: BTreeMap<Id, Material>,
    /// What procedures cost.
    pub fees: BTreeMap<Id, Fee>,
    /// What procedures give.
    pub credentials: BTreeMap<Id, Credential>,
    /// Courses that procedures share.
    pub flows: BTreeMap<Id, Flow>,
    /// The services and duties themselves, each with its flow worked in.
    pub procedures: BTreeMap<Id, Procedure>,
    /// Logs from elsewhere that models speak of.
    pub logs: BTreeMap<Id, crate::models::Log>,
    /// What a supervisor wants to hold, as packs say it; what follows from procedures is not among them.
    pub models: BTreeMap<Id, crate::models::Model>,
    /// Where each of them stands, by its heading and its id.
    pub places: BTreeMap<(&'static str, Id), Place>,
}

impl Definitions {
    /// The office and those above it, from near to far.
    pub fn chain<'a>(&'a self, office: &Id) -> impl Iterator<Item = &'a Office> {
        let first = self.offices.get(office);
        std::iter::successors(first, |office| office.parent.as_ref().and_then(|up| self.offices.get(up)))
            .take(self.offices.len())
    }

    /// The office that does `step` in a case of the office `own`.
    pub fn office_of(&self, own: &Id, step: &Step) -> Id {
        let found = match &step.office {
            OfficeRule::Own => None,
            OfficeRule::Named(office) => Some(office.clone()),
            OfficeRule::Parent => self.offices.get(own).and_then(|office| office.parent.clone()),
            OfficeRule::Level(level) => {
                self.chain(own).find(|office| office.level <= *level).map(|office| office.id.clone())
            }
        };
        found.unwrap_or_else(|| own.clone())
    }

    /// The offices at which somebody in `role` has work: a step of a procedure that is handled there or below, or one to start.
    /// None for a role that can be held anywhere: it has no steps, or a policy lets it supervise or look after people.
    pub fn work_of(&self, role: &Id) -> Option<BTreeSet<Id>> {
        const ANYWHERE: [&str; 3] = ["supervise", "administer", "grant"];
        let anywhere = |policy: &Policy| {
            let named = policy.effect == Effect::Permit && policy.roles.contains(role);
            named && policy.actions.iter().any(|action| ANYWHERE.contains(&action.as_str()))
        };
        if self.policies.values().any(anywhere) {
            return None;
        }
        let mut all = BTreeSet::new();
        for procedure in self.procedures.values() {
            let starts = matches!(&procedure.start, Start::Role(starter) if starter == role);
            let steps: Vec<&Step> = procedure.flow.steps.iter().filter(|step| step.role == *role).collect();
            // What the program itself begins concerns an office whatever it handles.
            let by_program = match &procedure.start {
                Start::Role(role) => self.roles.get(role).is_some_and(|role| role.program),
                Start::Party => false,
            };
            for office in self.offices.values().filter(|office| by_program || procedure.handled_by(office)) {
                all.extend(starts.then(|| office.id.clone()));
                all.extend(steps.iter().map(|step| self.office_of(&office.id, step)));
            }
        }
        (!all.is_empty()).then_some(all)
    }

    /// Whether `office` is `above` or lies below it.
    pub fn lies_in(&self, office: &Id, above: &Id) -> bool {
        self.chain(office).any(|up| up.id == *above)
    }
}
