use super::calendar::Calendar;
use super::deadline::{Deadline, Standing};
use super::opening::Opening;
use super::rule::{Cite, DayRule, PartialRule};
use crate::Title;
use crate::model::Id;
use jiff::civil::Date;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Everything that a law pack says, checked.
#[derive(Clone, Debug)]
pub struct Law {
    /// Instruments by id.
    pub instruments: BTreeMap<Id, Instrument>,
    /// Deadlines by id.
    pub deadlines: BTreeMap<Id, Deadline>,
    /// The fields of work that deadlines belong to, by id.
    pub domains: BTreeMap<Id, Title>,
    /// The rule that stands in where an instrument is silent.
    pub default_rule: DefaultRule,
    /// The choices made between texts that set the same time differently.
    pub conflicts: Vec<Conflict>,
    /// The national calendar with the pack's own days.
    pub calendar: Calendar,
    /// When offices are open, by office: as it says itself, or else the nearest office above it that does.
    pub hours: BTreeMap<Id, Opening>,
}

/// A text of law.
#[derive(Clone, Debug)]
pub struct Instrument {
    /// The id by which packs name it.
    pub id: Id,
    /// Its title.
    pub title: Title,
    /// Other names under which it is looked up.
    pub names: Vec<SmolStr>,
    /// The edition quoted, `公安部令第149号`.
    pub edition: Option<Title>,
    /// The day from which that edition applies.
    pub in_force: Option<Date>,
    /// The file of the corpus that holds its text; none where the text was not read whole.
    pub corpus: Option<SmolStr>,
    /// What it says itself about counting.
    pub own: PartialRule,
    /// The instrument to which it refers for the rest.
    pub follows: Option<Follows>,
    /// How it counts, with the parts of the instrument that it follows and of the default rule.
    pub rule: DayRule,
    /// A remark for the reader.
    pub note: Option<Title>,
}

/// A reference to another instrument's counting rule.
#[derive(Clone, Debug)]
pub struct Follows {
    /// The other instrument's id.
    pub instrument: Id,
    /// Where the reference is made.
    pub cite: Cite,
}

/// The rule that stands in where an instrument does not say how its periods are counted.
#[derive(Clone, Debug)]
pub struct DefaultRule {
    /// The rule.
    pub rule: DayRule,
    /// Why this one.
    pub reason: Title,
    /// What a clock stands still for while a party puts papers right, where the law of its deadline does not say; none where
    /// it then runs on.
    pub correction: Option<Title>,
}

/// Texts that set the same time differently, and the one that the pack goes by.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The deadlines' ids.
    pub between: Vec<Id>,
    /// The one that governs.
    pub chosen: Id,
    /// Why.
    pub reason: Title,
}

impl Law {
    /// The rule by which `deadline` is counted.
    pub fn rule(&self, deadline: &Deadline) -> DayRule {
        let instrument = self.instruments.get(&deadline.instrument);
        deadline.rule(instrument.map_or(&self.default_rule.rule, |instrument| &instrument.rule))
    }

    /// The default rule, as `office` counts its own time by it.
    pub fn rule_of_office(&self, office: &Id) -> DayRule {
        self.default_rule.rule.clone().at(self.hours.get(office))
    }

    /// How far law settles `deadline`.
    pub fn standing(&self, deadline: &Deadline) -> Standing {
        deadline.standing(&self.rule(deadline))
    }

    /// The choice in which `id` gave way to another deadline, if it did for what starts on `start`: a text that came
    /// into force later does not govern what began before.
    pub fn superseded(&self, id: &str, start: Date) -> Option<&Conflict> {
        let in_force = |chosen: &Id| {
            let instrument =
                self.deadlines.get(chosen).and_then(|chosen| self.instruments.get(&chosen.instrument));
            instrument.and_then(|instrument| instrument.in_force).is_none_or(|date| date <= start)
        };
        self.conflicts.iter().find(|conflict| {
            conflict.chosen.as_str() != id
                && conflict.between.iter().any(|one| one.as_str() == id)
                && in_force(&conflict.chosen)
        })
    }
}
