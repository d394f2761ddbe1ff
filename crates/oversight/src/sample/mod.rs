//! Models drawn by chance over what a log holds: for measurements, and for tests that need many.
//!
//! A third of them have conditions on data, a third a window, and some of those with two patterns a correlation. A
//! condition speaks only of what events of its activity have, and tells some of them from others. The same seed and the
//! same log make the same models. No two say the same: their names are their meanings, each written in one way only.

mod chance;
mod facts;

use crate::condition::{Condition, Language};
use crate::model::{Lapse, Model, Pattern, Template, Window};
use chance::Chance;
use facts::{Fact, Kind};
use record::Activity;
use std::collections::HashSet;
use std::fmt::Write as _;

/// How often chance is asked for one more model before it is taken that the log allows no more.
const PATIENCE: usize = 1_000;
const DAYS: [u32; 11] = [1, 3, 5, 10, 15, 30, 60, 90, 120, 180, 365];
const DAY: u32 = 86_400;

/// Draws `count` models over the log of `language`, or as many as it allows.
pub fn draw(language: &Language<'_>, seed: u64, count: usize) -> Vec<Model> {
    let activities = language.log().activities().to_vec();
    let mut drawing =
        Drawing { language, facts: facts::of(language.log()), activities, chance: Chance::new(seed) };
    let mut models = Vec::with_capacity(count);
    let mut known = HashSet::new();
    let mut idle = 0;
    while models.len() < count && idle < PATIENCE {
        match drawing.model().filter(|model| known.insert(model.name.clone())) {
            Some(model) => {
                models.push(model);
                idle = 0;
            }
            None => idle += 1,
        }
    }
    models
}

struct Drawing<'a> {
    language: &'a Language<'a>,
    activities: Vec<Activity>,
    /// What is known of the events of each activity.
    facts: Vec<Vec<Fact>>,
    chance: Chance,
}

/// A pattern with its condition as text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Drawn {
    activity: usize,
    condition: Option<String>,
}

impl Drawing<'_> {
    /// A model; none where chance has drawn what cannot be.
    fn model(&mut self) -> Option<Model> {
        let template = self.template();
        let data = self.chance.below(3) == 0;
        let of_both = data && self.chance.below(2) == 0;
        let mut first = self.pattern(data)?;
        let mut second = if template.is_binary() { self.pattern(of_both)? } else { first.clone() };
        if template.is_binary() && first.activity == second.activity {
            return None;
        }
        let correlated = template.is_binary() && !template.is_choice() && self.chance.below(2) == 0;
        let correlation = if correlated { self.correlation(template, &first, &second) } else { None };
        if is_mutual(template) && correlation.is_none() && second < first {
            std::mem::swap(&mut first, &mut second);
        }
        let window =
            if template != Template::Init && self.chance.below(3) == 0 { self.window() } else { [None; 2] };
        let name = self.name(template, [&first, &second], correlation.as_deref(), window);
        let correlation = match correlation {
            Some(source) => Some(self.language.correlation(&source).ok()?),
            None => None,
        };
        let [least, most] = window.map(|days| days.map(|days| Lapse::seconds(days * DAY).into()));
        Some(Model {
            name,
            template,
            first: self.compiled(&first)?,
            second: self.compiled(&second)?,
            correlation,
            window: Window { least, most },
        })
    }

    fn template(&mut self) -> Template {
        let template = self.chance.pick(&Template::ALL).map_or(Template::Init, |(_, template)| *template);
        let count = 1 + self.chance.below(3);
        let count = u32::try_from(count).unwrap_or(1);
        match template {
            Template::Existence(_) => Template::Existence(count),
            Template::Absence(_) => Template::Absence(count),
            Template::Exactly(_) => Template::Exactly(count),
            other => other,
        }
    }

    fn pattern(&mut self, data: bool) -> Option<Drawn> {
        let activity = self.chance.below(self.activities.len());
        let condition = if data { self.condition(activity) } else { None };
        (activity < self.activities.len()).then_some(Drawn { activity, condition })
    }

    /// One or two comparisons of what the activity's events have; none where they have nothing that differs.
    fn condition(&mut self, activity: usize) -> Option<String> {
        let facts = self.facts.get(activity)?;
        let one = self.chance.pick(facts)?;
        let said = format!("event[{:?}] {}", one.name.as_str(), self.chance.pick(&one.tests)?);
        let other = self.chance.pick(facts)?;
        if other.name == one.name || self.chance.below(3) > 0 {
            return Some(said);
        }
        let beside = format!("event[{:?}] {}", other.name.as_str(), self.chance.pick(&other.tests)?);
        let mut both = [said, beside];
        both.sort();
        Some(both.join(" && "))
    }

    /// A comparison of an attribute of the activation with one of its kind of the target.
    fn correlation(&mut self, template: Template, first: &Drawn, second: &Drawn) -> Option<String> {
        let (activation, target) =
            if template.is_activated_by_second() { (second, first) } else { (first, second) };
        let [activation, target] = [activation, target].map(|one| self.facts.get(one.activity));
        let (activation, target) = (activation?, target?);
        let pairs: Vec<(&Fact, &Fact)> = activation
            .iter()
            .flat_map(|one| {
                target.iter().filter(|other| other.kind == one.kind).map(move |other| (one, other))
            })
            .filter(|(one, other)| one.kind != Kind::Text || one.name == other.name)
            .collect();
        let (one, other) = *self.chance.pick(&pairs)?;
        let signs: &[&str] = match one.kind {
            Kind::Text | Kind::Truth => &["==", "!="],
            Kind::Whole | Kind::Fraction => &["==", "<=", ">"],
        };
        let sign = self.chance.pick(signs)?;
        Some(format!("activation[{:?}] {sign} target[{:?}]", one.name.as_str(), other.name.as_str()))
    }

    fn window(&mut self) -> [Option<u32>; 2] {
        let most = self.chance.pick(&DAYS).copied().unwrap_or(1);
        let least = (self.chance.below(5) == 0 && most > 1).then_some(most / 2);
        [least, Some(most)]
    }

    fn name(
        &self,
        template: Template,
        patterns: [&Drawn; 2],
        correlation: Option<&str>,
        [least, most]: [Option<u32>; 2],
    ) -> String {
        let mut name = template.to_string();
        for pattern in patterns.into_iter().take(1 + usize::from(template.is_binary())) {
            let activity = self.activities.get(pattern.activity).map_or("", |activity| activity.as_str());
            let _ = write!(name, " [{activity}");
            if let Some(condition) = &pattern.condition {
                let _ = write!(name, " when {condition}");
            }
            name.push(']');
        }
        if let Some(correlation) = correlation {
            let _ = write!(name, " where {correlation}");
        }
        if let Some(most) = most {
            let _ = write!(name, " in {} to {most} days", least.unwrap_or(0));
        }
        name
    }

    fn compiled(&self, drawn: &Drawn) -> Option<Pattern> {
        let pattern = Pattern::of(self.activities.get(drawn.activity)?.clone());
        let condition = drawn.condition.as_ref().map(|source| self.language.condition(source));
        let condition: Option<Condition> = condition.transpose().ok()?;
        Some(match condition {
            Some(condition) => pattern.when(condition),
            None => pattern,
        })
    }
}

/// Whether it says the same with its patterns exchanged.
fn is_mutual(template: Template) -> bool {
    template.is_choice() || matches!(template, Template::CoExistence | Template::NotCoExistence)
}
