use pack::cel::Literal;
use pack::model::{After, Outcome, Procedure, Start, Step};
use std::collections::BTreeSet;

/// Events of several kinds: each kind some activities, and what must hold of the event besides.
#[derive(Clone, Debug, Default)]
pub(super) struct Events(Vec<(Vec<String>, Option<String>)>);

impl Events {
    /// All of one activity.
    pub(super) fn of(activity: &str) -> Self {
        Self(vec![(vec![activity.to_owned()], None)])
    }

    /// Those of some activities for which a condition holds.
    pub(super) fn when(activities: impl IntoIterator<Item = String>, condition: Option<String>) -> Self {
        Self(vec![(activities.into_iter().collect(), condition)])
    }

    /// What some of the outcomes of steps make. A condition tells them from what other steps make under the same name.
    pub(super) fn done<'a>(
        procedure: &Procedure,
        done: impl IntoIterator<Item = (&'a Step, &'a Outcome)>,
    ) -> Self {
        let done: Vec<(&Step, &Outcome)> = done.into_iter().collect();
        let activities: BTreeSet<String> = done.iter().map(|(_, outcome)| outcome.activity.clone()).collect();
        let is_done = |step: &Step, outcome: &Outcome| {
            done.iter().any(|(other, one)| other.id == step.id && one.id == outcome.id)
        };
        let others =
            procedure.flow.steps.iter().flat_map(|step| step.outcomes.iter().map(move |one| (step, one)));
        let others: Vec<(&Step, &Outcome)> = others
            .filter(|(step, outcome)| !is_done(step, outcome) && activities.contains(&outcome.activity))
            .collect();
        if others.is_empty() {
            return Self::when(activities, None);
        }
        let steps: BTreeSet<&str> = done.iter().map(|(step, _)| step.id.as_str()).collect();
        let by_step = others.iter().all(|(step, _)| !steps.contains(step.id.as_str()));
        let mut said: Vec<String> = done
            .iter()
            .map(|(step, outcome)| match by_step {
                true => is("step", step.id.as_str()),
                false => {
                    format!("{} && {}", is("step", step.id.as_str()), is("outcome", outcome.id.as_str()))
                }
            })
            .collect();
        said.sort();
        said.dedup();
        Self::when(activities, Some(any(&said)))
    }

    /// What ends a step, in any way or in the one that `after` names.
    pub(super) fn after(procedure: &Procedure, after: &After) -> Option<Self> {
        let step = procedure.flow.step(after.step.as_str())?;
        let wanted = |outcome: &&Outcome| after.outcome.as_ref().is_none_or(|id| outcome.id == *id);
        let outcomes: Vec<&Outcome> = step.outcomes.iter().filter(wanted).collect();
        (!outcomes.is_empty())
            .then(|| Self::done(procedure, outcomes.into_iter().map(|outcome| (step, outcome))))
    }

    /// What ends a step in any way.
    pub(super) fn step(procedure: &Procedure, step: &Step) -> Self {
        Self::done(procedure, step.outcomes.iter().map(|outcome| (step, outcome)))
    }

    /// What ends a case before its last step: an outcome that ends it, or that the party goes.
    pub(super) fn early_end(procedure: &Procedure) -> Self {
        let steps = procedure.flow.steps.iter();
        let all = steps.flat_map(|step| step.outcomes.iter().map(move |outcome| (step, outcome)));
        let ends: Vec<(&Step, &Outcome)> = all.filter(|(_, outcome)| outcome.ends).collect();
        let gone = ["application withdrawn", "application lapsed"].map(str::to_owned);
        let gone = (procedure.start == Start::Party).then(|| Self::when(gone, None));
        let ends = (!ends.is_empty()).then(|| Self::done(procedure, ends));
        ends.into_iter().chain(gone).reduce(Self::or).unwrap_or_default()
    }

    /// What ends a case, its last step too.
    pub(super) fn end(procedure: &Procedure) -> Self {
        let steps = procedure.flow.steps.iter().flat_map(|step| &step.outcomes);
        let steps: BTreeSet<String> = steps.map(|outcome| outcome.activity.clone()).collect();
        Self::when(steps, Some("has(event.ended)".to_owned())).or(Self::early_end(procedure))
    }

    /// These and others.
    pub(super) fn or(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Those of them for which one more condition holds.
    pub(super) fn but(mut self, condition: &str) -> Self {
        for (_, own) in &mut self.0 {
            *own = Some(own.take().map_or_else(|| condition.to_owned(), |own| both(&own, condition)));
        }
        self
    }

    /// The activities, each once.
    pub(super) fn activities(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.0.iter().flat_map(|(activities, _)| activities).map(String::as_str);
        all.filter(|activity| seen.insert(*activity)).collect()
    }

    /// What must hold of an event of one of the activities; nothing where every one is meant.
    pub(super) fn condition(&self) -> Option<String> {
        if self.0.iter().all(|(_, condition)| condition.is_none()) {
            return None;
        }
        if let [(_, condition)] = self.0.as_slice() {
            return condition.clone();
        }
        let parts = self.0.iter().map(|(activities, condition)| {
            let named = match activities.as_slice() {
                [one] => is("activity", one),
                several => format!("event.activity in {}", list(several.iter().map(String::as_str))),
            };
            condition.as_ref().map_or_else(|| named.clone(), |condition| both(&named, condition))
        });
        Some(any(&parts.collect::<Vec<_>>()))
    }
}

/// `event.step == "decide"`
pub(super) fn is(name: &str, value: &str) -> String {
    format!("event.{name} == {}", Literal::String(value.into()))
}

/// `["a", "b"]`
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<String> = texts.into_iter().map(|text| Literal::String(text.into()).to_string()).collect();
    format!("[{}]", all.join(", "))
}

/// Both conditions.
pub(super) fn both(one: &str, other: &str) -> String {
    let within = |text: &str| {
        if text.contains(" || ") || text.contains(" ? ") { format!("({text})") } else { text.to_owned() }
    };
    format!("{} && {}", within(one), within(other))
}

fn any(parts: &[String]) -> String {
    match parts {
        [one] => one.clone(),
        several => several
            .iter()
            .map(|part| {
                if part.contains(" && ") || part.contains(" ? ") { format!("({part})") } else { part.clone() }
            })
            .collect::<Vec<_>>()
            .join(" || "),
    }
}

/// That a step is not skipped, as the case knows it.
pub(super) fn needed(step: &str) -> String {
    format!("!has(event.`{step}.skipped`)")
}
