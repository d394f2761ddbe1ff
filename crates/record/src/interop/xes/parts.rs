use super::super::vocabulary::{self, ACTOR, CHANGES, LINKS, OBJECTS, QUALIFIER};
use crate::{Change, Event, Link, Name, ObjectRef, Relation, Time, Value};

/// XES's key for a name: of an event, its activity.
pub(super) const NAME: &str = "concept:name";
/// XES's key for an event's time.
pub(super) const TIME: &str = "time:timestamp";

/// The header's attribute that names the format.
pub(super) const FORMAT: &str = "format";
/// The header's attribute that names the traces' object type.
pub(super) const CASE_TYPE: &str = "case type";
/// The header's attribute with what the `<log>` tag says.
pub(super) const XML: &str = "xml";
/// The header's attribute with the extensions, each a map of what its tag says.
pub(super) const EXTENSIONS: &str = "extensions";
/// The header's attribute with the global attributes, each a map of its scope and [`ATTRIBUTES`].
pub(super) const GLOBALS: &str = "globals";
/// The header's attribute with the classifiers, each a map of what its tag says.
pub(super) const CLASSIFIERS: &str = "classifiers";
/// The header's attribute with the log's attributes, and a global's.
pub(super) const ATTRIBUTES: &str = "attributes";

/// A number as XES writes it.
#[inline]
pub(super) fn float(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// A truth value as XES writes it.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        other if other.eq_ignore_ascii_case("true") => Some(true),
        other if other.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The moment that a value is.
pub(super) fn time(value: &Value) -> Option<Time> {
    match value {
        Value::Time(time) => Some(*time),
        _ => None,
    }
}

/// Puts what [`unfold`] wrote as attributes back where it belongs.
#[inline]
pub(super) fn fold(event: &mut Event) {
    if event.attributes.iter().any(|(name, _)| vocabulary::is_reserved(name.as_str())) {
        fold_reserved(event);
    }
}

#[cold]
fn fold_reserved(event: &mut Event) {
    for (name, value) in std::mem::take(&mut event.attributes) {
        let folded = match name.as_str() {
            ACTOR if event.actor.is_none() => read_object(&value).map(|actor| event.actor = Some(actor)),
            OBJECTS => read_list(&value, read_relation).map(|found| event.objects.extend(found)),
            CHANGES => read_list(&value, read_change).map(|found| event.changes.extend(found)),
            LINKS => read_list(&value, read_link).map(|found| event.links.extend(found)),
            QUALIFIER => match (value.as_text(), event.objects.first_mut()) {
                (Some(text), Some(relation)) => {
                    relation.qualifier = text.into();
                    Some(())
                }
                _ => None,
            },
            _ => {
                vocabulary::attribute(event, name, value);
                continue;
            }
        };
        if folded.is_none() {
            event.attributes.push((name, value));
        }
    }
}

/// The attributes for those parts of an event that XES has no place for; `of` is the trace's own relation.
pub(super) fn unfold(event: &Event, of: Option<usize>) -> Vec<(&'static str, Value)> {
    let mut found: Vec<(&'static str, Value)> = Vec::new();
    if let Some(actor) = &event.actor {
        found.push((ACTOR, object(actor)));
    }
    found.extend(vocabulary::parts(event).map(|(name, text)| (name, text.into())));
    let others = event.objects.iter().enumerate().filter(|(position, _)| Some(*position) != of);
    let relations: Vec<Value> = others.map(|(_, relation)| write_relation(relation)).collect();
    let changes: Vec<Value> = event.changes.iter().map(write_change).collect();
    let links: Vec<Value> = event.links.iter().map(write_link).collect();
    let lists = [(OBJECTS, relations), (CHANGES, changes), (LINKS, links)];
    found.extend(
        lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| (name, Value::List(list))),
    );
    found
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn object(object: &ObjectRef) -> Value {
    Value::Map(vec![("type".into(), text(object.kind.as_str())), ("id".into(), text(object.id.as_str()))])
}

fn write_relation(relation: &Relation) -> Value {
    let qualifier = ("qualifier".into(), text(relation.qualifier.as_str()));
    Value::Map(vec![qualifier, ("object".into(), object(&relation.object))])
}

fn write_change(change: &Change) -> Value {
    let name = ("name".into(), text(change.name.as_str()));
    Value::Map(vec![("object".into(), object(&change.object)), name, ("value".into(), change.value.clone())])
}

fn write_link(link: &Link) -> Value {
    let qualifier = ("qualifier".into(), text(link.qualifier.as_str()));
    Value::Map(vec![("from".into(), object(&link.from)), qualifier, ("to".into(), object(&link.to))])
}

/// The members of a map, if they are those named and no others.
fn members<'a, const N: usize>(value: &'a Value, names: [&str; N]) -> Option<[&'a Value; N]> {
    let Value::Map(members) = value else { return None };
    let members: &'a [(Name, Value); N] = members.as_slice().try_into().ok()?;
    let named = members.iter().zip(names).all(|((name, _), wanted)| name.as_str() == wanted);
    named.then(|| members.each_ref().map(|(_, value)| value))
}

fn read_object(value: &Value) -> Option<ObjectRef> {
    let [kind, id] = members(value, ["type", "id"])?;
    Some(ObjectRef::new(kind.as_text()?, id.as_text()?))
}

fn read_relation(value: &Value) -> Option<Relation> {
    let [qualifier, object] = members(value, ["qualifier", "object"])?;
    Some(Relation { qualifier: qualifier.as_text()?.into(), object: read_object(object)? })
}

fn read_change(value: &Value) -> Option<Change> {
    let [object, name, value] = members(value, ["object", "name", "value"])?;
    Some(Change { object: read_object(object)?, name: name.as_text()?.into(), value: value.clone() })
}

pub(super) fn read_link(value: &Value) -> Option<Link> {
    let [from, qualifier, to] = members(value, ["from", "qualifier", "to"])?;
    Some(Link { from: read_object(from)?, qualifier: qualifier.as_text()?.into(), to: read_object(to)? })
}

pub(super) fn read_list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let Value::List(items) = value else { return None };
    items.iter().map(read).collect()
}
