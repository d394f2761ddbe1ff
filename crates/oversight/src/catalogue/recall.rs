use record::{Event, Name, ObjectRef, Value};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// What is known of the cases of a record, so that each event can be seen with what its case knew when it happened.
///
/// An event of a case has, besides its own attributes: `actor`, who did it; `purpose`, what
/// for; `office`, where; what was said when the case
/// was started, `procedure` and `channel`; what was answered and recorded until then, `form.FIELD` and `STEP.FIELD`; how
/// each step ended last, `STEP.outcome`; and which were skipped, `STEP.skipped`. What is sealed stays unknown.
#[derive(Debug)]
pub struct Recall {
    /// What models speak of; nothing else is remembered.
    wanted: BTreeSet<Name>,
    cases: HashMap<ObjectRef, Vec<(Name, Value)>>,
}

/// The parts that objects play in a case's events.
const CASE: &str = "case";
const OFFICE: &str = "office";
/// What is said once of a case and holds of all its events.
const KEPT: [&str; 2] = ["procedure", "channel"];

impl Recall {
    /// Nothing is known yet; only the attributes in `wanted` will be.
    pub fn of(wanted: impl IntoIterator<Item = Name>) -> Self {
        Self { wanted: wanted.into_iter().collect(), cases: HashMap::new() }
    }

    /// The next event as models see it. Events must come in the order of the record.
    pub fn seen<'e>(&mut self, event: &'e Event) -> Cow<'e, Event> {
        let mut more: Vec<(Name, Value)> = Vec::new();
        let mut add = |name: &str, value: Value| {
            // What an event says itself stands before what is remembered.
            if self.wanted.contains(name) && event.attribute(name).is_none() {
                more.push((Name::from(name), value));
            }
        };
        if let Some(actor) = &event.actor {
            add("actor", actor.to_string().into());
        }
        if let Some(purpose) = &event.purpose {
            add("purpose", purpose.as_str().into());
        }
        if let Some(office) = event.object(OFFICE) {
            add(OFFICE, office.id.as_str().into());
        }
        if let Some(case) = event.object(CASE) {
            let learned = learned(event, case, &self.wanted);
            if !learned.is_empty() || self.cases.contains_key(case) {
                let known = self.cases.entry(case.clone()).or_default();
                for (name, value) in learned {
                    known.retain(|(other, _)| *other != name);
                    known.extend(value.map(|value| (name, value)));
                }
                known.iter().for_each(|(name, value)| add(name.as_str(), value.clone()));
            }
        }
        if more.is_empty() {
            return Cow::Borrowed(event);
        }
        let mut seen = event.clone();
        seen.attributes.extend(more);
        Cow::Owned(seen)
    }

    /// Forgets a case whose life is over.
    pub fn forget(&mut self, case: &ObjectRef) {
        self.cases.remove(case);
    }

    /// How many cases are remembered.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }
}

/// What an event adds to what is known of its case: attributes with their new values, or with none any more.
fn learned(event: &Event, case: &ObjectRef, wanted: &BTreeSet<Name>) -> Vec<(Name, Option<Value>)> {
    let mut learned: Vec<(Name, Option<Value>)> = Vec::new();
    let mut set = |name: &str, value: Option<Value>| {
        if wanted.contains(name) {
            learned.push((Name::from(name), value));
        }
    };
    for name in KEPT {
        if let Some(value) = event.attribute(name) {
            set(name, Some(value.clone()));
        }
    }
    for change in event.changes.iter().filter(|change| change.object == *case) {
        // An answer that is taken back is written down as an empty list.
        let taken_back = matches!(&change.value, Value::List(items) if items.is_empty());
        let hidden = matches!(&change.value, Value::Sealed(_) | Value::File(_));
        set(change.name.as_str(), (!taken_back && !hidden).then(|| change.value.clone()));
    }
    let text = |name: &str| event.attribute(name).and_then(Value::as_text);
    if let (Some(step), Some(outcome)) = (text("step"), text("outcome")) {
        set(&format!("{step}.outcome"), Some(outcome.into()));
        set(&format!("{step}.skipped"), None);
    }
    for (name, skipped) in [("skipped", true), ("opened", false)] {
        let Some(Value::List(steps)) = event.attribute(name) else { continue };
        for step in steps.iter().filter_map(Value::as_text) {
            // What is opened stands there with its office, `decide@bureau`.
            let step = step.split('@').next().unwrap_or(step);
            set(&format!("{step}.skipped"), skipped.then_some(Value::Boolean(true)));
        }
    }
    learned
}
