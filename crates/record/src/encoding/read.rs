//! From a line to an event, in one pass and without a tree in between.

use super::Malformed;
use crate::{
    Activity, Change, Digest, Event, EventId, FileRef, Link, Name, ObjectId, ObjectRef, ObjectType,
    Qualifier, Relation, SealedRef, Time, Value,
};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Reads what [`super::encode`] wrote.
pub fn decode(line: &[u8]) -> Result<Event, Malformed> {
    let line: Line = serde_json::from_slice(line)?;
    let mut event = Event::new(line.id, line.activity, line.time);
    event.actor = line.actor.map(|actor| actor.0);
    event.purpose = line.purpose;
    event.cause = line.cause;
    event.corrects = line.corrects;
    let relation = |(qualifier, object): (Qualifier, Object)| Relation { qualifier, object: object.0 };
    event.objects = line.objects.into_iter().map(relation).collect();
    event.attributes = line.attributes;
    let change = |(object, name, value): (Object, Name, Value)| Change { object: object.0, name, value };
    event.changes = line.changes.into_iter().map(change).collect();
    let link =
        |(from, qualifier, to): (Object, Qualifier, Object)| Link { from: from.0, qualifier, to: to.0 };
    event.links = line.links.into_iter().map(link).collect();
    Ok(event)
}

#[derive(serde::Deserialize)]
struct Line {
    id: EventId,
    activity: Activity,
    time: Time,
    actor: Option<Object>,
    purpose: Option<Name>,
    cause: Option<EventId>,
    corrects: Option<EventId>,
    #[serde(default)]
    objects: Vec<(Qualifier, Object)>,
    #[serde(default)]
    attributes: Vec<(Name, Value)>,
    #[serde(default)]
    changes: Vec<(Object, Name, Value)>,
    #[serde(default)]
    links: Vec<(Object, Qualifier, Object)>,
}

/// An object as lines have it: `["type","id"]`.
struct Object(ObjectRef);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (kind, id) = <(ObjectType, ObjectId)>::deserialize(deserializer)?;
        Ok(Self(ObjectRef { kind, id }))
    }
}

#[derive(serde::Deserialize)]
struct File {
    digest: Digest,
    name: Box<str>,
    #[serde(rename = "type")]
    media_type: Box<str>,
    size: u64,
    subject: Option<Object>,
}

/// The member that names a value's type where plain JSON has none.
#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Tag {
    Float,
    Time,
    Id,
    Map,
    Annotated,
    Sealed,
    File,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfAnyKind)
    }
}

struct OfAnyKind;

impl<'de> Visitor<'de> for OfAnyKind {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Integer).map_err(|_| E::custom("a number that is too large"))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Boolean(truth))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let Some(tag) = members.next_key()? else { return Err(A::Error::custom("a value of no type")) };
        let value = match tag {
            Tag::Float => {
                let text: String = members.next_value()?;
                Value::Float(text.parse().map_err(|_| A::Error::custom(format!("`{text}` is not a number")))?)
            }
            Tag::Time => Value::Time(members.next_value()?),
            Tag::Id => Value::Id(members.next_value()?),
            Tag::Map => Value::Map(members.next_value()?),
            Tag::Annotated => {
                let (value, notes): (Value, Vec<(Name, Value)>) = members.next_value()?;
                Value::Annotated(Box::new(value), notes)
            }
            Tag::Sealed => {
                let (Object(subject), digest) = members.next_value()?;
                Value::Sealed(SealedRef { subject, digest })
            }
            Tag::File => {
                let File { digest, name, media_type, size, subject } = members.next_value()?;
                let subject = subject.map(|subject| subject.0);
                Value::File(FileRef { digest, name, media_type, size, subject })
            }
        };
        match members.next_key::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::custom("a value of two types")),
        }
    }
}
