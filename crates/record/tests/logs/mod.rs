//! What the tests of event logs share: where the real ones are, and how two records are compared.

use record::interop::{Exported, Format, Options, Report, Source, WriteOptions, read, vocabulary, write};
use record::{Event, Value, encoding};
use std::path::PathBuf;

/// The folder with the real logs, if this machine has it.
#[allow(dead_code, reason = "not every test has use for all of these")]
pub fn real() -> Option<PathBuf> {
    let given = std::env::var_os("LIANCHI_DATA").map(PathBuf::from);
    let data =
        given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let logs = data.join("logs");
    if !logs.is_dir() {
        println!("left out: the real logs are not at {}", logs.display());
        return None;
    }
    Some(logs)
}

/// All events that reading gives.
#[allow(dead_code, reason = "not every test has use for all of these")]
pub fn taken(source: &Source<'_>, options: &Options) -> (Vec<Event>, Report) {
    let mut events = Vec::new();
    let report = read(source, options, &mut |event| {
        events.push(event);
        Ok(())
    });
    (events, report.unwrap_or_else(|error| panic!("{error}")))
}

/// The log that `events` make.
#[allow(dead_code, reason = "not every test has use for all of these")]
pub fn written(format: Format, events: &[Event], options: &WriteOptions) -> (Vec<u8>, Exported) {
    let mut bytes = Vec::new();
    let exported = write(format, &mut events.iter().cloned().map(Ok), options, &mut bytes);
    (bytes, exported.unwrap_or_else(|error| panic!("{error}")))
}

/// What a record says, as lines that are equal for records which say the same: events in order with their parts
/// sorted; then objects, values, links and declarations, sorted.
#[allow(dead_code, reason = "not every test has use for all of these")]
pub fn said(events: &[Event]) -> Vec<String> {
    let (mut lines, mut rest) = (Vec::new(), Vec::new());
    for event in events {
        let mut own = event.clone();
        let carrier = vocabulary::is_carrier(&event.activity);
        for change in own.changes.drain(..) {
            let mut value = String::new();
            encoding::value(&mut value, &change.value);
            rest.push(format!("value {:?} {:?} {} {value}", change.object, change.name, event.time));
        }
        for link in own.links.drain(..) {
            rest.push(format!("link {:?} {:?} {:?}", link.from, link.qualifier, link.to));
        }
        if event.activity.as_str() == vocabulary::HEADER {
            rest.extend(
                own.attributes.iter().filter(|(name, _)| name.as_str() != "format").flat_map(declared),
            );
        } else if carrier {
            rest.extend(own.objects.iter().map(|relation| format!("object {:?}", relation.object)));
        } else {
            let text = |value: &Value| {
                let mut text = String::new();
                encoding::value(&mut text, value);
                text
            };
            own.attributes.sort_by_cached_key(|(name, value)| (name.clone(), text(value)));
            own.objects.sort_by_cached_key(|relation| (relation.object.clone(), relation.qualifier.clone()));
            rest.extend(own.objects.iter().map(|relation| format!("object {:?}", relation.object)));
            lines.push(encoding::encode(&own));
        }
    }
    rest.sort_unstable();
    rest.dedup();
    lines.append(&mut rest);
    lines
}

#[allow(dead_code, reason = "not every test has use for all of these")]
fn declared((name, value): &(record::Name, Value)) -> Vec<String> {
    let text = |value: &Value| {
        let mut text = String::new();
        encoding::value(&mut text, value);
        text
    };
    match value {
        Value::Map(members) if name.as_str().ends_with(" types") => members
            .iter()
            .flat_map(|(kind, attributes)| match attributes {
                Value::Map(own) if !own.is_empty() => own
                    .iter()
                    .map(|(own, kind_of)| format!("{name} {kind} {own} {}", text(kind_of)))
                    .collect(),
                _ => vec![format!("{name} {kind}")],
            })
            .collect(),
        Value::Map(members) => {
            members.iter().map(|(own, value)| format!("{name} {own} {}", text(value))).collect()
        }
        Value::List(items) => items.iter().map(|item| format!("{name} {}", text(item))).collect(),
        other => vec![format!("{name} {}", text(other))],
    }
}

/// Fails at the first line in which two records differ.
#[allow(dead_code, reason = "not every test has use for all of these")]
pub fn assert_same(what: &str, one: &[Event], other: &[Event]) {
    let (one, other) = (said(one), said(other));
    if let Some(position) = one.iter().zip(&other).position(|(one, other)| one != other) {
        panic!("{what}: line {position}\n  {}\n  {}", one[position], other[position]);
    }
    assert_eq!(one.len(), other.len(), "{what}: {:?} {:?}", one.last(), other.last());
}
