use super::declared::{self, Kind, Raw, Types, typed};
use crate::interop::fault::{ImportError, Place, Problem, excerpt};
use crate::interop::intake::Intake;
use crate::interop::vocabulary;
use crate::{Activity, Event, Link, Name, ObjectId, ObjectRef, ObjectType, Relation, Time, Value};
use std::collections::{HashMap, HashSet};

/// The part of an event or object that a place is wanted for.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Whole,
    Attribute(usize),
    Relation(usize),
}

/// An event as a file has it; what is missing is refused when it is assembled.
#[derive(Default)]
pub(super) struct EventDraft {
    pub(super) id: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) time: Option<Raw>,
    pub(super) attributes: Vec<(Option<String>, Raw)>,
    pub(super) relations: Vec<Reference>,
}

/// An object as a file has it.
#[derive(Default)]
pub(super) struct ObjectDraft {
    pub(super) id: Option<String>,
    pub(super) kind: Option<String>,
    /// Name, value and the time from which on the object has it; [`Time::ZERO`] if none is written.
    pub(super) attributes: Vec<(Option<String>, Raw, Option<Raw>)>,
    pub(super) relations: Vec<Reference>,
}

/// A reference to an object in the part that it plays.
#[derive(Default)]
pub(super) struct Reference {
    pub(super) object: Option<String>,
    pub(super) qualifier: Option<String>,
}

/// Puts together what a first pass declared and a second pass reads.
pub(super) struct Assembler<'i, 'o> {
    pub(super) intake: &'i mut Intake<'o>,
    pub(super) event_types: Types,
    pub(super) object_types: Types,
    objects: HashMap<ObjectId, ObjectType>,
    done: HashSet<ObjectId>,
    events: HashSet<String>,
}

impl<'i, 'o> Assembler<'i, 'o> {
    pub(super) fn new(intake: &'i mut Intake<'o>) -> Self {
        let (event_types, object_types) = (Types::default(), Types::default());
        let (objects, done, events) = (HashMap::new(), HashSet::new(), HashSet::new());
        Self { intake, event_types, object_types, objects, done, events }
    }

    /// First pass: declares a type of events or objects with its attributes' names and types.
    pub(super) fn declare(
        &mut self,
        of_events: bool,
        name: Option<String>,
        attributes: Vec<(Option<String>, Option<String>)>,
        place: &dyn Fn(Part) -> Place,
    ) {
        let (types, what) = match of_events {
            true => (&mut self.event_types, "event type"),
            false => (&mut self.object_types, "object type"),
        };
        let Some(name) = name else {
            return self.intake.refuse(place(Part::Whole), missing(&format!("an {what}"), "name"));
        };
        if types.get(&name).is_some() {
            return self.intake.refuse(place(Part::Whole), Problem::Duplicate { what, id: excerpt(&name) });
        }
        if of_events && vocabulary::is_carrier(&Activity::new(&name)) {
            let part = format!("the reserved name `{name}`");
            let unknown = Problem::Unknown { part, what: "the types of events".to_owned() };
            return self.intake.refuse(place(Part::Whole), unknown);
        }
        let Some(own) = types.entry(&name) else { return };
        for (position, (attribute, kind)) in attributes.into_iter().enumerate() {
            let place = || place(Part::Attribute(position));
            let what = || format!("an attribute of {what} `{}`", excerpt(&name));
            let (Some(attribute), Some(kind)) = (&attribute, &kind) else {
                let part = if attribute.is_none() { "name" } else { "type" };
                self.intake.refuse(place(), missing(&what(), part));
                continue;
            };
            if own.kind(attribute).is_some() {
                let id = excerpt(attribute);
                self.intake.refuse(place(), Problem::Duplicate { what: "declared attribute", id });
                continue;
            }
            match Kind::parse(kind) {
                Some(kind) => own.attributes.push((Name::new(attribute), kind)),
                None => {
                    let kinds = "`string`, `time`, `integer`, `float` or `boolean`";
                    let what = format!("the type of {} `{}`", what(), excerpt(attribute));
                    self.intake.refuse(place(), Problem::Type { what, text: excerpt(kind), kind: kinds });
                }
            }
        }
    }

    /// First pass: takes note of an object, so that what comes before it can refer to it. Of two with one id the first
    /// counts.
    pub(super) fn object_id(&mut self, id: &str, kind: &str) {
        if !self.objects.contains_key(id) {
            self.objects.insert(ObjectId::new(id), ObjectType::new(kind));
        }
    }

    /// Between the passes: hands on what is declared, with what else the log says of itself.
    pub(super) fn header(&mut self, more: Vec<(Name, Value)>) -> Result<(), ImportError> {
        let format = self.intake.format().to_string();
        let mut header =
            declared::header(&self.intake.prefix, &format, &self.event_types, &self.object_types);
        header.attributes.extend(more);
        for kind in self.event_types.iter() {
            self.intake.event_type(&Activity::new(&kind.name));
        }
        for kind in self.object_types.iter().filter(|kind| kind.name != vocabulary::HEADER) {
            self.intake.object_type(&ObjectType::new(&kind.name));
        }
        self.intake.pass(header)
    }

    /// Second pass: takes an event.
    pub(super) fn event(
        &mut self,
        draft: EventDraft,
        place: &dyn Fn(Part) -> Place,
    ) -> Result<(), ImportError> {
        let whole = || place(Part::Whole);
        let (Some(id), Some(kind)) = (&draft.id, &draft.kind) else {
            let part = if draft.id.is_none() { "id" } else { "type" };
            self.intake.refuse(whole(), missing("an event", part));
            return Ok(());
        };
        let what = || format!("event `{}`", excerpt(id));
        let Some(declared) = self.event_types.get(kind) else {
            self.intake.refuse(whole(), dangling(what(), "event type", kind));
            return Ok(());
        };
        let time = match draft.time {
            None | Some(Raw::Null) => Err(missing(&what(), "time")),
            Some(raw) => match typed(&format!("the time of {}", what()), raw, Some(Kind::Time)) {
                Ok(Some(Value::Time(time))) => Ok(time),
                Err(problem) => Err(problem),
                _ => Err(missing(&what(), "time")),
            },
        };
        let time = match time {
            Ok(time) => time,
            Err(problem) => {
                self.intake.refuse(whole(), problem);
                return Ok(());
            }
        };
        if vocabulary::is_reserved(id) || !self.events.insert(id.clone()) {
            self.intake.refuse(whole(), Problem::Duplicate { what: "event", id: excerpt(id) });
            return Ok(());
        }
        let mut event = Event::new(self.intake.id(id), kind.as_str(), time);
        for (position, (name, raw)) in draft.attributes.into_iter().enumerate() {
            let place = || place(Part::Attribute(position));
            let Some(name) = name else {
                self.intake.refuse(place(), missing(&format!("an attribute of {}", what()), "name"));
                continue;
            };
            let called = || format!("attribute `{}` of {}", excerpt(&name), what());
            match typed_in(called, raw, declared.kind(&name)) {
                Ok(Some(value)) => vocabulary::attribute(&mut event, Name::from(name), value),
                Ok(None) => self.intake.counts.nulls += 1,
                Err(problem) => self.intake.refuse(place(), problem),
            }
        }
        for id in [&mut event.cause, &mut event.corrects].into_iter().flatten() {
            *id = self.intake.id(id.as_str()).into();
        }
        for (position, reference) in draft.relations.into_iter().enumerate() {
            match self.resolve(&what, reference) {
                Ok((object, qualifier)) => {
                    vocabulary::relate(&mut event, Relation { qualifier: qualifier.into(), object });
                }
                Err(problem) => self.intake.refuse(place(Part::Relation(position)), problem),
            }
        }
        self.intake.event(event)
    }

    fn resolve(
        &self,
        what: &dyn Fn() -> String,
        reference: Reference,
    ) -> Result<(ObjectRef, String), Problem> {
        let Reference { object, qualifier } = reference;
        let (Some(id), Some(qualifier)) = (&object, qualifier) else {
            let part = if object.is_none() { "object's id" } else { "qualifier" };
            return Err(missing(&format!("a relationship of {}", what()), part));
        };
        match self.objects.get_key_value(id.as_str()) {
            Some((id, kind)) if self.object_types.get(kind.as_str()).is_some() => {
                Ok((ObjectRef { kind: kind.clone(), id: id.clone() }, qualifier))
            }
            _ => Err(dangling(what(), "object", id)),
        }
    }

    /// Second pass: takes an object.
    pub(super) fn object(
        &mut self,
        draft: ObjectDraft,
        place: &dyn Fn(Part) -> Place,
    ) -> Result<(), ImportError> {
        let whole = || place(Part::Whole);
        let (Some(id), Some(kind)) = (&draft.id, &draft.kind) else {
            let part = if draft.id.is_none() { "id" } else { "type" };
            self.intake.refuse(whole(), missing("an object", part));
            return Ok(());
        };
        let what = || format!("object `{}`", excerpt(id));
        let Some(declared) = self.object_types.get(kind) else {
            self.intake.refuse(whole(), dangling(what(), "object type", kind));
            return Ok(());
        };
        let object = ObjectRef::new(kind.as_str(), id.as_str());
        if !self.done.insert(object.id.clone()) {
            self.intake.refuse(whole(), Problem::Duplicate { what: "object", id: excerpt(id) });
            return Ok(());
        }
        let mut values = Vec::with_capacity(draft.attributes.len());
        for (position, (name, raw, time)) in draft.attributes.into_iter().enumerate() {
            let place = || place(Part::Attribute(position));
            let Some(name) = name else {
                self.intake.refuse(place(), missing(&format!("an attribute of {}", what()), "name"));
                continue;
            };
            let called = || format!("attribute `{}` of {}", excerpt(&name), what());
            let time = time.map(|raw| typed(&format!("the time of {}", called()), raw, Some(Kind::Time)));
            let time = match time.transpose() {
                Ok(Some(Some(Value::Time(time)))) => time,
                Ok(_) => Time::ZERO,
                Err(problem) => {
                    self.intake.refuse(place(), problem);
                    continue;
                }
            };
            match typed_in(called, raw, declared.kind(&name)) {
                Ok(Some(value)) => values.push((Name::from(name), value, time)),
                Ok(None) => self.intake.counts.nulls += 1,
                Err(problem) => self.intake.refuse(place(), problem),
            }
        }
        let mut links = Vec::with_capacity(draft.relations.len());
        for (position, reference) in draft.relations.into_iter().enumerate() {
            match self.resolve(&what, reference) {
                Ok((to, qualifier)) => {
                    links.push(Link { from: object.clone(), qualifier: qualifier.into(), to })
                }
                Err(problem) => self.intake.refuse(place(Part::Relation(position)), problem),
            }
        }
        if object.kind.as_str() == vocabulary::HEADER {
            return self.foreign_header(&object, values);
        }
        for event in vocabulary::object_events(&self.intake.prefix, &object, values, links) {
            self.intake.carrier(event)?;
        }
        Ok(())
    }

    /// A header of another format that stands in this log as an object.
    fn foreign_header(
        &mut self,
        object: &ObjectRef,
        values: Vec<(Name, Value, Time)>,
    ) -> Result<(), ImportError> {
        let mut header = Event::new(self.intake.id(object.id.as_str()), vocabulary::HEADER, Time::ZERO);
        header.attributes = values.into_iter().map(|(name, value, _)| (name, value)).collect();
        self.intake.pass(header)
    }
}

fn typed_in(called: impl Fn() -> String, raw: Raw, kind: Option<Kind>) -> Result<Option<Value>, Problem> {
    // The common case is spared the making of a message.
    match typed("", raw, kind) {
        Err(Problem::Type { text, kind, .. }) => Err(Problem::Type { what: called(), text, kind }),
        other => other,
    }
}

fn missing(what: &str, part: &str) -> Problem {
    Problem::Missing { what: what.to_owned(), part: part.to_owned() }
}

fn dangling(what: String, target: &'static str, id: &str) -> Problem {
    Problem::Dangling { what, target, id: excerpt(id) }
}
