use record::interop::vocabulary;
use record::{Change, Event, Name, ObjectRef, Time, Value};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What is known of the cases of a record, so that each event can be seen with what its case knew when it happened.
///
/// An event of a case has, besides its own attributes: `actor`, who did it; `purpose`, what
/// for; `office`, where; what was said when the case
/// was started, `procedure` and `channel`; what was answered and recorded until then, `form.FIELD` and `STEP.FIELD`; how
/// each step ended last, `STEP.outcome`; and which were skipped, `STEP.skipped`. What is sealed stays unknown.
/// Values that a log keeps beside its events, as OCEL does, are known from their own moments on.
#[derive(Debug, Default)]
pub struct Recall {
    wanted: Arc<Wanted>,
    /// What a log keeps beside its events: by object, values with the moments from which they hold.
    beside: HashMap<ObjectRef, Vec<(Time, Name, Option<Value>)>>,
    cases: HashMap<ObjectRef, Vec<(Name, Value)>>,
}

/// What models speak of; nothing else is remembered.
#[derive(Debug, Default)]
struct Wanted {
    names: BTreeSet<Name>,
    /// Of what is said once of a case, what they speak of.
    kept: Vec<&'static str>,
    /// Whether they speak of steps.
    steps: bool,
}

impl Wanted {
    fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// The parts that objects play in a case's events.
const CASE: &str = "case";
const OFFICE: &str = "office";
/// What stands in place of a sealed value of an event itself.
const SEALED: &str = "sealed";
/// What is said once of a case and holds of all its events.
const KEPT: [&str; 2] = ["procedure", "channel"];
/// How a step ended last, and that it was skipped: what follows its name.
const OUTCOME: &str = ".outcome";
const SKIPPED: &str = ".skipped";

impl Recall {
    /// Nothing is known yet; only the attributes in `wanted` will be.
    pub fn of(wanted: impl IntoIterator<Item = Name>) -> Self {
        let names: BTreeSet<Name> = wanted.into_iter().collect();
        let kept = KEPT.into_iter().filter(|name| names.contains(*name)).collect();
        let of_step = |name: &Name| name.as_str().ends_with(OUTCOME) || name.as_str().ends_with(SKIPPED);
        let steps = names.iter().any(of_step);
        Self { wanted: Arc::new(Wanted { names, kept, steps }), ..Self::default() }
    }

    /// Nothing is known yet, and the same will be as in this one.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { wanted: Arc::clone(&self.wanted), ..Self::default() }
    }

    /// The next event as models see it. Events must come in the order of the record.
    pub fn seen<'e>(&mut self, event: &'e Event) -> Cow<'e, Event> {
        if vocabulary::is_carrier(&event.activity) {
            self.keep(event);
            return Cow::Borrowed(event);
        }
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
            let mut learned =
                self.beside.get_mut(case).map(|beside| due(beside, event.time)).unwrap_or_default();
            learned.extend(self::learned(event, case, &self.wanted));
            if !learned.is_empty() || self.cases.contains_key(case) {
                let known = self.cases.entry(case.clone()).or_default();
                for (name, value) in learned {
                    known.retain(|(other, _)| *other != name);
                    known.extend(value.map(|value| (name, value)));
                }
                known.iter().for_each(|(name, value)| add(name.as_str(), value.clone()));
            }
        }
        let is_sealed = |(_, value): &(Name, Value)| matches!(value, Value::Sealed(_));
        if more.is_empty() && !event.attributes.iter().any(is_sealed) {
            return Cow::Borrowed(event);
        }
        let mut seen = event.clone();
        // Reasons that are sealed were given; what they say stays unknown.
        seen.attributes.iter_mut().filter(|one| is_sealed(one)).for_each(|(_, value)| *value = SEALED.into());
        seen.attributes.extend(more);
        Cow::Owned(seen)
    }

    fn keep(&mut self, carrier: &Event) {
        for change in carrier.changes.iter().filter(|change| self.wanted.contains(change.name.as_str())) {
            let beside = self.beside.entry(change.object.clone()).or_default();
            beside.push((carrier.time, change.name.clone(), value(change)));
        }
    }

    /// Forgets a case whose life is over.
    pub fn forget(&mut self, case: &ObjectRef) {
        self.cases.remove(case);
        self.beside.remove(case);
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

/// What a change makes known: nothing where an answer is taken back, which is written down as an empty list, or sealed.
fn value(change: &Change) -> Option<Value> {
    let taken_back = matches!(&change.value, Value::List(items) if items.is_empty());
    let hidden = matches!(&change.value, Value::Sealed(_) | Value::File(_));
    (!taken_back && !hidden).then(|| change.value.clone())
}

/// Takes out the values that hold by `time`, the latest last.
fn due(beside: &mut Vec<(Time, Name, Option<Value>)>, time: Time) -> Vec<(Name, Option<Value>)> {
    let (mut due, later): (Vec<_>, Vec<_>) =
        std::mem::take(beside).into_iter().partition(|(from, ..)| *from <= time);
    *beside = later;
    due.sort_by_key(|(from, ..)| *from);
    due.into_iter().map(|(_, name, value)| (name, value)).collect()
}

/// What an event adds to what is known of its case: attributes with their new values, or with none any more.
fn learned(event: &Event, case: &ObjectRef, wanted: &Wanted) -> Vec<(Name, Option<Value>)> {
    let mut learned: Vec<(Name, Option<Value>)> = Vec::new();
    let mut set = |name: &str, value: Option<Value>| {
        if wanted.contains(name) {
            learned.push((Name::from(name), value));
        }
    };
    for name in &wanted.kept {
        if let Some(value) = event.attribute(name) {
            set(name, Some(value.clone()));
        }
    }
    for change in event.changes.iter().filter(|change| change.object == *case) {
        set(change.name.as_str(), value(change));
    }
    if !wanted.steps {
        return learned;
    }
    let text = |name: &str| event.attribute(name).and_then(Value::as_text);
    if let (Some(step), Some(outcome)) = (text("step"), text("outcome")) {
        set(&format!("{step}{OUTCOME}"), Some(outcome.into()));
        set(&format!("{step}{SKIPPED}"), None);
    }
    for (name, skipped) in [("skipped", true), ("opened", false)] {
        let Some(Value::List(steps)) = event.attribute(name) else { continue };
        for step in steps.iter().filter_map(Value::as_text) {
            // What is opened stands there with its office, `decide@bureau`.
            let step = step.split('@').next().unwrap_or(step);
            set(&format!("{step}{SKIPPED}"), skipped.then_some(Value::Boolean(true)));
        }
    }
    learned
}
