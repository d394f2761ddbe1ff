//! Parts of an event that a format has no place for, as attributes, and back.

use super::vocabulary::{self, ACTOR, ATTRIBUTES, CHANGES, LINKS, OBJECTS, QUALIFIER};
use crate::{Change, Event, Link, Name, ObjectRef, Relation, Value};

/// Puts what [`unfold`] wrote as attributes back where it belongs.
#[inline]
pub(crate) fn fold(event: &mut Event) {
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
            ATTRIBUTES => read_list(&value, read_attribute).map(|found| event.attributes.extend(found)),
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

/// The attributes for those parts of an event that a format has no place for; the relation at `of` has one.
pub(crate) fn unfold(event: &Event, of: Option<usize>) -> Vec<(&'static str, Value)> {
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

/// Attributes as one value that keeps them all, in their order.
pub(crate) fn attributes(all: &[(Name, Value)]) -> Value {
    let pair = |(name, value): &(Name, Value)| Value::List(vec![text(name.as_str()), value.clone()]);
    Value::List(all.iter().map(pair).collect())
}

fn read_attribute(value: &Value) -> Option<(Name, Value)> {
    match value {
        Value::List(pair) => match pair.as_slice() {
            [name, value] => Some((Name::new(name.as_text()?), value.clone())),
            _ => None,
        },
        _ => None,
    }
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

pub(crate) fn read_link(value: &Value) -> Option<Link> {
    let [from, qualifier, to] = members(value, ["from", "qualifier", "to"])?;
    Some(Link { from: read_object(from)?, qualifier: qualifier.as_text()?.into(), to: read_object(to)? })
}

pub(crate) fn read_list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let Value::List(items) = value else { return None };
    items.iter().map(read).collect()
}
