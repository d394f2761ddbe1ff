//! The few reserved names under which the record carries what a log keeps beside its events, and under which a log
//! carries what the record keeps beside OCEL's or XES's own. All begin with `log:`.
//!
//! Reserved activities, on the record:
//!
//! | activity | stands for | holds |
//! |---|---|---|
//! | [`HEADER`] | the log itself | its declarations as attributes: OCEL's types, XES's extensions, globals, classifiers and log attributes, CSV's columns |
//! | [`OBJECT`] | an object (an XES trace), once for each | the object under the qualifier [`SUBJECT`], its first values as changes, its links |
//! | [`VALUE`] | later values of one object | the object under [`SUBJECT`], the values as changes |
//! | [`UNNAMED`] | an event of the log without a usable name | what any event holds |
//!
//! The header's id ends with `log:header`, an object's with its own; times are those of the values, else
//! [`Time::ZERO`].
//!
//! Reserved attributes: [`UNTIMED`] on the record; in logs [`ACTOR`], [`PURPOSE`], [`CAUSE`], [`CORRECTS`],
//! [`OBJECTS`], [`CHANGES`], [`LINKS`], [`ATTRIBUTES`] and [`QUALIFIER`] for parts of an event, and [`ITEM`] as the key of an XES
//! list's plain items.
//! Where a format has only plain values, any other value is the text [`JSON`] followed by its canonical JSON (see
//! [`crate::encoding`]); a plain text that begins with [`JSON`] is written so too, so that reading is unambiguous.

use crate::{Activity, Change, Event, Link, Name, ObjectRef, Relation, Time, Value, encoding};
use std::borrow::Cow;

/// The activity that carries a log's declarations.
pub const HEADER: &str = "log:header";
/// The activity that declares an object and carries its first values and its links.
pub const OBJECT: &str = "log:object";
/// The activity that carries later values of an object.
pub const VALUE: &str = "log:value";
/// The activity of an event that has no name, or one that is reserved here; its name, if any, stays an attribute.
pub const UNNAMED: &str = "log:unnamed";
/// The qualifier of the object that a carrier is about.
pub const SUBJECT: &str = "object";
/// The qualifier of the case in the events of an XES trace.
pub const CASE: &str = "case";
/// Marks an event that stands at the time of the one before it because the log gave none.
pub const UNTIMED: &str = "log:untimed";
/// An event's actor: a relation's qualifier in OCEL, a container in XES.
pub const ACTOR: &str = "log:actor";
/// An event's purpose.
pub const PURPOSE: &str = "log:purpose";
/// An event's cause.
pub const CAUSE: &str = "log:cause";
/// The event that an event corrects.
pub const CORRECTS: &str = "log:corrects";
/// An XES event's objects besides its trace's.
pub const OBJECTS: &str = "log:objects";
/// The values that an XES event gives to objects.
pub const CHANGES: &str = "log:changes";
/// The links that an XES event establishes.
pub const LINKS: &str = "log:links";
/// All attributes of a CSV row of which some share a name or have a reserved one.
pub const ATTRIBUTES: &str = "log:attributes";
/// The qualifier of an XES trace's object in one of its events, where it is not [`CASE`].
pub const QUALIFIER: &str = "log:qualifier";
/// The key of an item of an XES list that is a plain value on the record.
pub const ITEM: &str = "log:item";
/// What a text that stands for a value of another type begins with.
pub const JSON: &str = "log:json:";

/// Whether an activity is one that carries parts of a log and is not itself an event of one.
pub fn is_carrier(activity: &Activity) -> bool {
    matches!(activity.as_str(), HEADER | OBJECT | VALUE)
}

/// Whether a log's own name would be mistaken for a reserved one.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with("log:")
}

/// The id `id` of a log whose ids begin with `prefix`.
pub(crate) fn prefixed(prefix: &str, id: &str) -> String {
    if prefix.is_empty() { id.to_owned() } else { format!("{prefix}/{id}") }
}

/// A log's header, without declarations yet.
pub(crate) fn header(prefix: &str, part: usize) -> Event {
    let id = if part == 1 { HEADER.to_owned() } else { format!("{HEADER}/{part}") };
    Event::new(prefixed(prefix, &id), HEADER, Time::ZERO)
}

/// The prefix of the log of which `event` is a header.
pub(crate) fn prefix_of(event: &Event) -> Option<&str> {
    let (before, after) = event.id.as_str().rsplit_once(HEADER)?;
    let part = after.is_empty() || after.starts_with('/');
    let before = if before.is_empty() { Some(before) } else { before.strip_suffix('/') };
    before.filter(|_| part && event.activity.as_str() == HEADER)
}

/// The event that declares `object`.
pub(crate) fn object(id: String, object: ObjectRef, time: Time) -> Event {
    Event::new(id, OBJECT, time).about(SUBJECT, object)
}

/// The events that declare `object` with its values in the order given: one event for every run of values of one time.
pub(crate) fn object_events(
    prefix: &str,
    object: &ObjectRef,
    values: Vec<(Name, Value, Time)>,
    links: Vec<Link>,
) -> Vec<Event> {
    let first = values.first().map_or(Time::ZERO, |(_, _, time)| *time);
    let mut events =
        vec![self::object(prefixed(prefix, &format!("{OBJECT}/{}", object.id)), object.clone(), first)];
    for (name, value, time) in values {
        let same = events.last().is_some_and(|last| last.time == time && last.time.offset() == time.offset());
        if !same {
            let id = prefixed(prefix, &format!("{VALUE}/{}/{}", events.len(), object.id));
            events.push(Event::new(id, VALUE, time).about(SUBJECT, object.clone()));
        }
        if let Some(last) = events.last_mut() {
            last.changes.push(Change { object: object.clone(), name, value });
        }
    }
    if let Some(first) = events.first_mut() {
        first.links = links;
    }
    events
}

/// `value` where a format has only texts besides its own plain types: nothing if `value` is such a plain one.
pub(crate) fn wrapped(value: &Value) -> Option<String> {
    let plain = match value {
        Value::Text(text) => !text.starts_with(JSON),
        Value::Integer(_) | Value::Boolean(_) | Value::Time(_) => true,
        Value::Float(number) => number.is_finite(),
        _ => false,
    };
    (!plain).then(|| wrap(value))
}

/// `value` as a text from which [`unwrapped`] reads it again.
pub(crate) fn wrap(value: &Value) -> String {
    let mut text = JSON.to_owned();
    encoding::value(&mut text, value);
    // JSON may hold these two as they are, XML may not.
    text.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff")
}

/// The value that a text stands for.
pub(crate) fn unwrapped(text: Cow<'_, str>) -> Value {
    let read = |json: &str| {
        encoding::read_value(&serde_json::from_str(json).ok()?).filter(|value| shallow(value, 16))
    };
    match text.strip_prefix(JSON).and_then(read) {
        Some(value) => value,
        None => Value::Text(text.into()),
    }
}

/// Whether values nest at most `depth` deep.
pub(crate) fn shallow(value: &Value, depth: usize) -> bool {
    let Some(below) = depth.checked_sub(1) else { return false };
    let all = |named: &[(Name, Value)]| named.iter().all(|(_, value)| shallow(value, below));
    match value {
        Value::List(items) => items.iter().all(|item| shallow(item, below)),
        Value::Map(members) => all(members),
        Value::Annotated(inner, notes) => shallow(inner, below) && all(notes),
        _ => true,
    }
}

/// Puts a relation where it belongs: the actor's is no relation on the record.
pub(crate) fn relate(event: &mut Event, relation: Relation) {
    if relation.qualifier.as_str() == ACTOR && event.actor.is_none() {
        event.actor = Some(relation.object);
    } else {
        event.objects.push(relation);
    }
}

/// Puts an attribute where it belongs: some stand for parts of an event.
pub(crate) fn attribute(event: &mut Event, name: Name, value: Value) {
    let part = match (name.as_str(), &value) {
        (PURPOSE, Value::Text(text)) if event.purpose.is_none() => {
            event.purpose = Some(Name::from(&**text));
            true
        }
        (CAUSE, Value::Text(text)) if event.cause.is_none() => {
            event.cause = Some((&**text).into());
            true
        }
        (CORRECTS, Value::Text(text)) if event.corrects.is_none() => {
            event.corrects = Some((&**text).into());
            true
        }
        _ => false,
    };
    if !part {
        event.attributes.push((name, value));
    }
}

/// The attributes that stand for parts of an event.
pub(crate) fn parts(event: &Event) -> impl Iterator<Item = (&'static str, &str)> {
    let purpose = event.purpose.as_ref().map(|name| (PURPOSE, name.as_str()));
    let cause = event.cause.as_ref().map(|id| (CAUSE, id.as_str()));
    let corrects = event.corrects.as_ref().map(|id| (CORRECTS, id.as_str()));
    [purpose, cause, corrects].into_iter().flatten()
}
