use super::declared::{self, Kind, Type, Types};
use crate::interop::Format;
use crate::interop::export::{Exported, Spool};
use crate::interop::fault::{ExportError, SinkError};
use crate::interop::vocabulary::{self, ACTOR, HEADER, OBJECT, VALUE};
use crate::{Event, Link, Name, ObjectRef, ObjectType, Time, Value, encoding};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};

/// What must be known of a record before its first object can be written as OCEL: the types with their attributes and
/// the objects with their values and links. The events wait in a spool.
pub(crate) struct Survey {
    pub(super) event_types: Types,
    pub(super) object_types: Types,
    objects: Vec<Object>,
    positions: HashMap<ObjectRef, usize>,
    /// What all event ids begin with, if they came from one OCEL log.
    prefixes: Vec<String>,
    foreign: bool,
    spool: Spool,
    format: Format,
    exported: Exported,
}

struct Object {
    object: ObjectRef,
    values: Vec<(Name, Value, Time)>,
    links: Vec<Link>,
}

/// What a writer is handed: all objects, then [`Out::Events`], then all events.
pub(super) enum Out<'a> {
    Object(ObjectOut<'a>),
    Events,
    Event(EventOut<'a>),
}

/// An object to write. Values are such as their declared types can hold.
pub(super) struct ObjectOut<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) kind: &'a str,
    pub(super) values: Vec<(&'a str, Cow<'a, Value>, Time)>,
    /// The other object's id, and the qualifier.
    pub(super) relations: Vec<(&'a str, &'a str)>,
}

/// An event to write. Values are such as their declared types can hold.
pub(super) struct EventOut<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) kind: &'a str,
    pub(super) time: Time,
    pub(super) attributes: Vec<(&'a str, Cow<'a, Value>)>,
    /// The object's id, and the qualifier.
    pub(super) relations: Vec<(&'a str, &'a str)>,
}

impl Survey {
    /// Takes all events in.
    pub(crate) fn of(
        events: &mut dyn Iterator<Item = Result<Event, SinkError>>,
        format: Format,
    ) -> Result<Self, ExportError> {
        let mut survey = Self {
            event_types: Types::default(),
            object_types: Types::default(),
            objects: Vec::new(),
            positions: HashMap::new(),
            prefixes: Vec::new(),
            foreign: false,
            spool: Spool::new(),
            format,
            exported: Exported::default(),
        };
        for event in events {
            survey.take(event.map_err(ExportError::Record)?)?;
        }
        Ok(survey)
    }

    fn take(&mut self, event: Event) -> Result<(), ExportError> {
        match event.activity.as_str() {
            HEADER => self.header(event),
            OBJECT | VALUE => self.state(event),
            _ => return self.event(event),
        }
        Ok(())
    }

    fn header(&mut self, event: Event) {
        let format = event.attribute(declared::FORMAT).and_then(Value::as_text).unwrap_or_default();
        let ours = format.starts_with("ocel");
        let mut id = event.id.to_string();
        if ours {
            declared::read_header(&event, &mut self.event_types, &mut self.object_types);
            self.prefixes.extend(vocabulary::prefix_of(&event).map(str::to_owned));
            // As a part of the header of the log that is being written.
            id = vocabulary::prefixed(
                vocabulary::prefix_of(&event).unwrap_or_default(),
                &format!("{HEADER}/2"),
            );
        }
        let own = event
            .attributes
            .into_iter()
            .filter(|(name, _)| !ours || !declared::is_declaration(name.as_str()));
        let values: Vec<_> = own.map(|(name, value)| (name, value, Time::ZERO)).collect();
        if ours && values.is_empty() {
            return;
        }
        // What OCEL has no place for is carried by an object of its own.
        let object = ObjectRef::new(HEADER, id);
        self.admit(&object, &values);
        if let Some(own) = self.object(&object) {
            own.values.extend(values);
        }
    }

    fn admit(&mut self, object: &ObjectRef, values: &[(Name, Value, Time)]) {
        if let Some(own) = self.object_types.entry(object.kind.as_str()) {
            for (name, value, _) in values {
                own.admit(name, value);
            }
        }
    }

    fn object(&mut self, object: &ObjectRef) -> Option<&mut Object> {
        let position = match self.positions.get(object) {
            Some(position) => *position,
            None => {
                self.object_types.entry(object.kind.as_str());
                self.positions.insert(object.clone(), self.objects.len());
                self.objects.push(Object { object: object.clone(), values: Vec::new(), links: Vec::new() });
                self.objects.len() - 1
            }
        };
        self.objects.get_mut(position)
    }

    /// Takes what the event says of objects' values and links.
    fn state(&mut self, event: Event) {
        for object in event.touched() {
            self.object(object);
        }
        for change in event.changes {
            let value = (change.name, change.value, event.time);
            self.admit(&change.object, std::slice::from_ref(&value));
            if let Some(own) = self.object(&change.object) {
                own.values.push(value);
            }
        }
        for link in event.links {
            if let Some(own) = self.object(&link.from)
                && !own.links.contains(&link)
            {
                own.links.push(link);
            }
        }
    }

    fn event(&mut self, event: Event) -> Result<(), ExportError> {
        if let Some(own) = self.event_types.entry(event.activity.as_str()) {
            for (name, value) in &event.attributes {
                own.admit(name, value);
            }
            for (name, _) in vocabulary::parts(&event) {
                own.admit(&Name::new(name), &Value::from(""));
            }
        }
        if let Some(actor) = &event.actor {
            self.object(actor);
        }
        let known = self.prefixes.iter().any(|prefix| strip(event.id.as_str(), prefix).is_some());
        self.foreign |= !known;
        self.exported.counts.events += 1;
        self.spool.append(|out| {
            out.extend_from_slice(encoding::encode(&event).as_bytes());
            out.push(b'\n');
            Ok::<(), ExportError>(())
        })?;
        self.state(event);
        Ok(())
    }

    /// Hands everything to `hand` in order.
    pub(super) fn write(
        self,
        hand: &mut dyn FnMut(Out<'_>) -> Result<(), ExportError>,
    ) -> Result<Exported, ExportError> {
        let prefix = match self.prefixes.as_slice() {
            [prefix] if !self.foreign => prefix.clone(),
            _ => String::new(),
        };
        let ids = self.ids(&prefix);
        let id = |object: &ObjectRef| {
            self.positions.get(object).and_then(|position| ids.get(*position)).map_or("", |id| id.as_ref())
        };
        let mut exported = self.exported.clone();
        let counts = &mut exported.counts;
        counts.event_types = self.event_types.len() as u64;
        counts.object_types = self.object_types.len() as u64;
        counts.objects = self.objects.len() as u64;
        for own in &self.objects {
            let declared = self.object_types.get(own.object.kind.as_str());
            let fit = |(name, value, time): &'_ (Name, Value, Time)| {
                let kind = declared.and_then(|declared| declared.kind(name.as_str()));
                (name.clone(), fitted(value, kind).into_owned(), *time)
            };
            let values: Vec<_> = own.values.iter().map(fit).collect();
            counts.values += values.len() as u64;
            counts.links += own.links.len() as u64;
            let values =
                values.iter().map(|(name, value, time)| (name.as_str(), Cow::Borrowed(value), *time));
            hand(Out::Object(ObjectOut {
                id: Cow::Borrowed(id(&own.object)),
                kind: own.object.kind.as_str(),
                values: values.collect(),
                relations: own.links.iter().map(|link| (id(&link.to), link.qualifier.as_str())).collect(),
            }))?;
        }
        hand(Out::Events)?;
        let format = self.format;
        let mut lines = BufReader::new(self.spool.into_reader()?);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let event = encoding::decode(&line).map_err(|error| ExportError::Unfit {
                what: "an event".to_owned(),
                format,
                mend: format!("its values nest too deep ({error}); flatten them"),
            })?;
            line.clear();
            counts.attributes += event.attributes.len() as u64;
            counts.relations += event.objects.len() as u64;
            hand_event(&event, self.event_types.get(event.activity.as_str()), &prefix, &id, hand)?;
        }
        Ok(exported)
    }

    /// Every object's id in the log: its own, or `TYPE:ID` where objects of several types share it.
    fn ids(&self, prefix: &str) -> Vec<String> {
        let mut types: HashMap<&str, Option<&ObjectType>> = HashMap::new();
        for own in &self.objects {
            let kind = types.entry(own.object.id.as_str()).or_insert(Some(&own.object.kind));
            if kind.is_some_and(|kind| *kind != own.object.kind) {
                *kind = None;
            }
        }
        let shared = |own: &Object| types.get(own.object.id.as_str()).is_some_and(Option::is_none);
        let mut taken: HashSet<String> = self.objects.iter().map(|own| own.object.id.to_string()).collect();
        let id = |own: &Object| {
            if own.object.kind.as_str() == HEADER {
                return strip(own.object.id.as_str(), prefix).unwrap_or(own.object.id.as_str()).to_owned();
            }
            if !shared(own) {
                return own.object.id.to_string();
            }
            let mut id = own.object.to_string();
            while !taken.insert(id.clone()) {
                id.push('\'');
            }
            id
        };
        self.objects.iter().map(id).collect()
    }
}

/// Hands on an event as its log has it.
fn hand_event<'o>(
    event: &Event,
    declared: Option<&Type>,
    prefix: &str,
    id: &dyn Fn(&ObjectRef) -> &'o str,
    hand: &mut dyn FnMut(Out<'_>) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let stripped = |id: &str| strip(id, prefix).unwrap_or(id).to_owned();
    let parts: Vec<(&str, Value)> = vocabulary::parts(event)
        .map(|(name, text)| {
            let own = if name == vocabulary::PURPOSE { text.to_owned() } else { stripped(text) };
            (name, Value::from(own))
        })
        .collect();
    let own = event.attributes.iter().map(|(name, value)| {
        let kind = declared.and_then(|declared| declared.kind(name.as_str()));
        (name.as_str(), fitted(value, kind))
    });
    let parts = parts.iter().map(|(name, value)| (*name, Cow::Borrowed(value)));
    let actor = event.actor.iter().map(|actor| (id(actor), ACTOR));
    let related = event.objects.iter().map(|relation| (id(&relation.object), relation.qualifier.as_str()));
    hand(Out::Event(EventOut {
        id: Cow::Owned(stripped(event.id.as_str())),
        kind: event.activity.as_str(),
        time: event.time,
        attributes: own.chain(parts).collect(),
        relations: related.chain(actor).collect(),
    }))
}

fn strip<'a>(id: &'a str, prefix: &str) -> Option<&'a str> {
    if prefix.is_empty() { Some(id) } else { id.strip_prefix(prefix)?.strip_prefix('/') }
}

/// The value as an attribute of type `kind` can hold it.
fn fitted(value: &Value, kind: Option<Kind>) -> Cow<'_, Value> {
    let own = Kind::of(value);
    let plain = vocabulary::wrapped(value).is_none();
    if plain && kind.is_none_or(|kind| kind == own) {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(Value::Text(vocabulary::wrap(value).into()))
    }
}
