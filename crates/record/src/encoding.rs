//! An event is written as one line of JSON in one way only: members in a fixed order, those that say nothing left out,
//! numbers and strings as `serde_json` writes them. These bytes are what is hashed into the log, so that anyone can
//! check a receipt with any JSON reader and SHA-256.
//!
//! A plain JSON string, integer, boolean or array is the value itself; every other type is an object of one member that
//! names it: `{"float":"1.5"}`, `{"time":"2026-01-31T08:30:00+08:00"}`, `{"id":"…"}`, `{"map":[["k",v],…]}`,
//! `{"annotated":[v,[["k",v],…]]}`, `{"sealed":["person:…","<sha-256>"]}`, `{"file":{…}}`. Floats are text so that
//! infinities and not-a-number survive.

mod read;

pub use read::decode;

use crate::{Event, Name, ObjectRef, Value};
use serde_json::Value as Json;
use std::fmt::Write as _;

/// Why bytes are not an event.
#[derive(Debug, thiserror::Error)]
#[error("the event is not as the record writes it: {0}")]
pub struct Malformed(#[from] serde_json::Error);

/// How deep values may nest. A log that nests deeper is refused when it is read, so writing cannot fail.
pub const MAX_DEPTH: usize = 64;

/// The canonical line, without a line end.
pub fn encode(event: &Event) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("{\"id\":");
    string(&mut out, event.id.as_str());
    out.push_str(",\"activity\":");
    string(&mut out, event.activity.as_str());
    let _ = write!(out, ",\"time\":\"{}\"", event.time);
    if let Some(actor) = &event.actor {
        member(&mut out, "actor");
        object(&mut out, actor);
    }
    let named = [
        ("purpose", event.purpose.as_ref().map(Name::as_str)),
        ("cause", event.cause.as_ref().map(|id| id.as_str())),
        ("corrects", event.corrects.as_ref().map(|id| id.as_str())),
    ];
    for (name, text) in named {
        if let Some(text) = text {
            member(&mut out, name);
            string(&mut out, text);
        }
    }
    list(&mut out, "objects", &event.objects, |out, relation| {
        tuple(out, &[&|o| string(o, relation.qualifier.as_str()), &|o| object(o, &relation.object)]);
    });
    list(&mut out, "attributes", &event.attributes, named_value);
    list(&mut out, "changes", &event.changes, |out, change| {
        let name = |o: &mut String| string(o, change.name.as_str());
        tuple(out, &[&|o| object(o, &change.object), &name, &|o| value(o, &change.value)]);
    });
    list(&mut out, "links", &event.links, |out, link| {
        let qualifier = |o: &mut String| string(o, link.qualifier.as_str());
        tuple(out, &[&|o| object(o, &link.from), &qualifier, &|o| object(o, &link.to)]);
    });
    out.push('}');
    out
}

fn member(out: &mut String, name: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
}

fn list<T>(out: &mut String, name: &str, items: &[T], write: impl Fn(&mut String, &T)) {
    if items.is_empty() {
        return;
    }
    member(out, name);
    array(out, items, write);
}

fn array<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn tuple(out: &mut String, parts: &[&dyn Fn(&mut String)]) {
    array(out, parts, |out, part| part(out));
}

fn named_value(out: &mut String, (name, content): &(Name, Value)) {
    tuple(out, &[&|o| string(o, name.as_str()), &|o| value(o, content)]);
}

fn object(out: &mut String, object: &ObjectRef) {
    tuple(out, &[&|o| string(o, object.kind.as_str()), &|o| string(o, object.id.as_str())]);
}

/// Writes a JSON string exactly as `serde_json` would; most need no escape and are copied whole.
fn string(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        let _ = write!(out, "{}", Json::from(text));
    }
}

/// Writes one value.
pub fn value(out: &mut String, content: &Value) {
    match content {
        Value::Text(text) => string(out, text),
        Value::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Boolean(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::List(items) => array(out, items, value),
        Value::Float(number) => typed(out, "float", |o| {
            let _ = write!(o, "\"{number:?}\"");
        }),
        Value::Time(time) => typed(out, "time", |o| {
            let _ = write!(o, "\"{time}\"");
        }),
        Value::Id(id) => typed(out, "id", |o| string(o, id)),
        Value::Map(items) => typed(out, "map", |o| array(o, items, named_value)),
        Value::Annotated(inner, notes) => typed(out, "annotated", |o| {
            tuple(o, &[&|o| value(o, inner), &|o| array(o, notes, named_value)]);
        }),
        Value::Sealed(sealed) => typed(out, "sealed", |o| {
            let digest = |o: &mut String| string(o, &sealed.digest.to_string());
            tuple(o, &[&|o| object(o, &sealed.subject), &digest]);
        }),
        Value::File(file) => typed(out, "file", |o| {
            let _ = write!(o, "{{\"digest\":\"{}\",\"name\":", file.digest);
            string(o, &file.name);
            o.push_str(",\"type\":");
            string(o, &file.media_type);
            let _ = write!(o, ",\"size\":{}", file.size);
            if let Some(subject) = &file.subject {
                o.push_str(",\"subject\":");
                object(o, subject);
            }
            o.push('}');
        }),
    }
}

/// One value as JSON, as [`value`] writes it.
pub fn to_json(content: &Value) -> Json {
    let mut line = String::new();
    value(&mut line, content);
    serde_json::from_str(&line).unwrap_or(Json::Null)
}

fn typed(out: &mut String, name: &str, write: impl FnOnce(&mut String)) {
    out.push_str("{\"");
    out.push_str(name);
    out.push_str("\":");
    write(out);
    out.push('}');
}

/// Reads one value, as [`value`] wrote it.
pub fn read_value(json: &Json) -> Option<Value> {
    serde::Deserialize::deserialize(json).ok()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::{Change, Digest, Event, FileRef, Link, ObjectRef, SealedRef, Time, Value};
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            ".*".prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_filter("NaN is unequal to itself", |f| !f.is_nan()).prop_map(Value::from),
            (0i64..4_000_000_000, 0u32..1_000_000_000)
                .prop_map(|(s, n)| Value::Time(Time::new(s, n, Some(480)).unwrap())),
            ".*".prop_map(|id| Value::Id(id.into())),
            ".*".prop_map(|id| Value::Sealed(SealedRef {
                digest: Digest::of(id.as_bytes()),
                subject: ObjectRef::new("person", id),
            })),
            any::<u32>().prop_map(|size| Value::File(FileRef {
                digest: Digest::of(&size.to_le_bytes()),
                name: "证明.pdf".into(),
                media_type: "application/pdf".into(),
                size: size.into(),
                subject: (size % 2 == 0).then(|| ObjectRef::new("person", "1")),
            })),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let named = prop::collection::vec((".*", inner.clone()), 0..4)
                .prop_map(|items| items.into_iter().map(|(n, v)| (n.into(), v)).collect::<Vec<_>>());
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                named.clone().prop_map(Value::Map),
                (inner, named).prop_map(|(value, notes)| Value::Annotated(Box::new(value), notes)),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(id in ".*", activity in ".*", value in values(), other in values()) {
            let person = ObjectRef::new("person", id.as_str());
            let mut event = Event::new(id, activity, Time::ZERO).about("part", person.clone()).with("name", value);
            event.cause = Some("before".into());
            event.actor = Some(person.clone());
            event.changes = vec![Change { object: person.clone(), name: "n".into(), value: other }];
            event.links = vec![Link { from: person.clone(), qualifier: "q".into(), to: person }];
            let line = encode(&event);
            let back = decode(line.as_bytes()).unwrap();
            prop_assert_eq!(&back, &event);
            prop_assert_eq!(encode(&back), line);
        }
    }

    #[test]
    fn is_plain_json_in_a_fixed_order() {
        let event =
            Event::new("e1", "application submitted", Time::parse("2026-01-05T09:30:00+08:00").unwrap())
                .about("case", ObjectRef::new("case", "7"))
                .with("channel", "web")
                .with("fee", 2000)
                .with("share", f64::INFINITY);
        insta::assert_snapshot!(encode(&event));
    }
}
