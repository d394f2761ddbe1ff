//! OCEL 2.0 in JSON (ocel-standard.org, 2023). It is read twice: types and the objects' ids first, since an event may
//! refer to an object that stands behind it.

use super::Survey;
use super::assemble::{Assembler, EventDraft, ObjectDraft, Part, Reference};
use super::declared::Types;
use super::node::{Item, Members, Node, Take, walk};
use super::survey::Out;
use crate::Value;
use crate::interop::export::Exported;
use crate::interop::fault::{ExportError, ImportError, Place, Problem, excerpt};
use crate::interop::intake::Intake;
use crate::interop::source::Source;
use std::cell::RefCell;
use std::io::Write;

const EVENT_TYPES: &str = "eventTypes";
const OBJECT_TYPES: &str = "objectTypes";
const EVENTS: &str = "events";
const OBJECTS: &str = "objects";

/// Reads a whole log.
pub(crate) fn read(source: &Source<'_>, intake: &mut Intake<'_>) -> Result<(), ImportError> {
    let mut assembler = Assembler::new(intake);
    let required = [EVENT_TYPES, OBJECT_TYPES, EVENTS, OBJECTS];
    let found = RefCell::new(Vec::new());
    let first = |member: &str| {
        found.borrow_mut().push(member.to_owned());
        match member {
            EVENT_TYPES | OBJECT_TYPES | OBJECTS => Take::Each,
            _ => Take::Nothing,
        }
    };
    walk(source, &first, &mut |member, item, node| {
        match (member, item) {
            (OBJECTS, _) => note(&mut assembler, &node),
            (_, Item::At(position)) => declare(&mut assembler, member, position, node),
            (_, Item::Named(name)) => {
                let what = format!("`{member}`, an array of types");
                let unknown = Problem::Unknown { part: format!("member `{}`", excerpt(name)), what };
                assembler.intake.refuse(Place::Element(member.to_owned()), unknown);
            }
            (_, Item::Whole) => {}
        }
        Ok(())
    })?;
    for part in required.into_iter().filter(|part| !found.borrow().iter().any(|found| found == part)) {
        let missing = Problem::Missing { what: "an OCEL log".to_owned(), part: format!("`{part}`") };
        assembler.intake.refuse(Place::Log, missing);
    }
    assembler.header(Vec::new())?;
    let second = |member: &str| match member {
        EVENTS | OBJECTS => Take::Each,
        EVENT_TYPES | OBJECT_TYPES => Take::Nothing,
        _ => Take::Whole,
    };
    walk(source, &second, &mut |member, item, node| {
        let Item::At(position) = item else {
            let part = format!("member `{member}`");
            let unknown = Problem::Unknown { part, what: "an OCEL log".to_owned() };
            assembler.intake.refuse(Place::Element(member.to_owned()), unknown);
            return Ok(());
        };
        match member {
            EVENTS => event(&mut assembler, position, node),
            _ => object(&mut assembler, position, node),
        }
    })
}

/// Takes an object's id and type; what is wrong with it is said in the second pass.
fn note(assembler: &mut Assembler<'_, '_>, node: &Node) {
    let Node::Members(members) = node else { return };
    let text = |name: &str| {
        members.iter().find(|(own, _)| own == name).and_then(|(_, node)| match node {
            Node::Text(text) => Some(text.as_str()),
            _ => None,
        })
    };
    if let (Some(id), Some(kind)) = (text("id"), text("type")) {
        assembler.object_id(id, kind);
    }
}

fn declare(assembler: &mut Assembler<'_, '_>, member: &str, position: usize, node: Node) {
    let of_events = member == EVENT_TYPES;
    let place = |part: Part| element(member, position, part);
    let problems = match Members::of(node, "a type") {
        Err(problem) => vec![(Part::Whole, problem)],
        Ok(mut members) => {
            let name = members.text("name");
            let mut problems = Vec::new();
            let mut attributes = Vec::new();
            for (position, node) in members.list("attributes").into_iter().enumerate() {
                match Members::of(node, "an attribute of a type") {
                    Err(problem) => problems.push((Part::Attribute(position), problem)),
                    Ok(mut members) => {
                        attributes.push((members.text("name"), members.text("type")));
                        problems
                            .extend(members.rest().into_iter().map(|own| (Part::Attribute(position), own)));
                    }
                }
            }
            problems.extend(members.rest().into_iter().map(|own| (Part::Whole, own)));
            assembler.declare(of_events, name, attributes, &place);
            problems
        }
    };
    for (part, problem) in problems {
        assembler.intake.refuse(place(part), problem);
    }
}

/// The path of a part of an event, object or type.
fn element(section: &str, position: usize, part: Part) -> Place {
    Place::Element(match part {
        Part::Whole => format!("{section}[{position}]"),
        Part::Attribute(inner) => format!("{section}[{position}].attributes[{inner}]"),
        Part::Relation(inner) => format!("{section}[{position}].relationships[{inner}]"),
    })
}

fn event(assembler: &mut Assembler<'_, '_>, position: usize, node: Node) -> Result<(), ImportError> {
    let place = |part: Part| element(EVENTS, position, part);
    let mut problems = Vec::new();
    let mut members = match Members::of(node, "an event") {
        Ok(members) => members,
        Err(problem) => {
            assembler.intake.refuse(place(Part::Whole), problem);
            return Ok(());
        }
    };
    let mut draft =
        EventDraft { id: members.text("id"), kind: members.text("type"), ..EventDraft::default() };
    draft.time = members.take("time").map(Node::raw);
    for (position, node) in members.list("attributes").into_iter().enumerate() {
        let part = Part::Attribute(position);
        match Members::of(node, "an attribute") {
            Err(problem) => problems.push((part, problem)),
            Ok(mut members) => {
                let name = members.text("name");
                match members.take("value") {
                    Some(value) => draft.attributes.push((name, value.raw())),
                    None => problems.push((part, no_value())),
                }
                problems.extend(members.rest().into_iter().map(|own| (part, own)));
            }
        }
    }
    draft.relations = relations(&mut members, &mut problems);
    problems.extend(members.rest().into_iter().map(|own| (Part::Whole, own)));
    for (part, problem) in problems {
        assembler.intake.refuse(place(part), problem);
    }
    assembler.event(draft, &place)
}

fn no_value() -> Problem {
    Problem::Missing { what: "an attribute".to_owned(), part: "value".to_owned() }
}

fn relations(members: &mut Members<'_>, problems: &mut Vec<(Part, Problem)>) -> Vec<Reference> {
    let mut found = Vec::new();
    for (position, node) in members.list("relationships").into_iter().enumerate() {
        let part = Part::Relation(position);
        match Members::of(node, "a relationship") {
            Err(problem) => problems.push((part, problem)),
            Ok(mut members) => {
                found.push(Reference {
                    object: members.text("objectId"),
                    qualifier: members.text("qualifier"),
                });
                problems.extend(members.rest().into_iter().map(|own| (part, own)));
            }
        }
    }
    found
}

fn object(assembler: &mut Assembler<'_, '_>, position: usize, node: Node) -> Result<(), ImportError> {
    let place = |part: Part| element(OBJECTS, position, part);
    let mut problems = Vec::new();
    let mut members = match Members::of(node, "an object") {
        Ok(members) => members,
        Err(problem) => {
            assembler.intake.refuse(place(Part::Whole), problem);
            return Ok(());
        }
    };
    let mut draft =
        ObjectDraft { id: members.text("id"), kind: members.text("type"), ..ObjectDraft::default() };
    for (position, node) in members.list("attributes").into_iter().enumerate() {
        let part = Part::Attribute(position);
        match Members::of(node, "an attribute") {
            Err(problem) => problems.push((part, problem)),
            Ok(mut members) => {
                let (name, time) = (members.text("name"), members.take("time").map(Node::raw));
                match members.take("value") {
                    Some(value) => draft.attributes.push((name, value.raw(), time)),
                    None => problems.push((part, no_value())),
                }
                problems.extend(members.rest().into_iter().map(|own| (part, own)));
            }
        }
    }
    draft.relations = relations(&mut members, &mut problems);
    problems.extend(members.rest().into_iter().map(|own| (Part::Whole, own)));
    for (part, problem) in problems {
        assembler.intake.refuse(place(part), problem);
    }
    assembler.object(draft, &place)
}

/// Writes a whole log.
pub(crate) fn write(survey: Survey, out: &mut dyn Write) -> Result<Exported, ExportError> {
    let mut text = String::from("{\n\"objectTypes\": [");
    types(&mut text, &survey.object_types);
    text.push_str("\n],\n\"eventTypes\": [");
    types(&mut text, &survey.event_types);
    text.push_str("\n],\n\"objects\": [");
    let mut separator = "\n";
    survey
        .write(&mut |item| {
            match item {
                Out::Object(object) => {
                    text.push_str(separator);
                    text.push_str("{\"id\":");
                    string(&mut text, &object.id);
                    text.push_str(",\"type\":");
                    string(&mut text, object.kind);
                    text.push_str(",\"attributes\":[");
                    for (position, (name, value, time)) in object.values.iter().enumerate() {
                        attribute(&mut text, position, name, value);
                        text.push_str(",\"time\":\"");
                        text.push_str(&time.to_string());
                        text.push_str("\"}");
                    }
                    relationships(&mut text, &object.relations);
                    separator = ",\n";
                }
                Out::Events => {
                    text.push_str("\n],\n\"events\": [");
                    separator = "\n";
                }
                Out::Event(event) => {
                    text.push_str(separator);
                    text.push_str("{\"id\":");
                    string(&mut text, &event.id);
                    text.push_str(",\"type\":");
                    string(&mut text, event.kind);
                    text.push_str(",\"time\":\"");
                    text.push_str(&event.time.to_string());
                    text.push_str("\",\"attributes\":[");
                    for (position, (name, value)) in event.attributes.iter().enumerate() {
                        attribute(&mut text, position, name, value);
                        text.push('}');
                    }
                    relationships(&mut text, &event.relations);
                    separator = ",\n";
                }
            }
            out.write_all(text.as_bytes())?;
            text.clear();
            Ok(())
        })
        .and_then(|exported| {
            out.write_all(b"\n]\n}\n")?;
            Ok(exported)
        })
}

fn types(text: &mut String, types: &Types) {
    for (position, own) in types.iter().enumerate() {
        text.push_str(if position == 0 { "\n{\"name\":" } else { ",\n{\"name\":" });
        string(text, &own.name);
        text.push_str(",\"attributes\":[");
        for (position, (name, kind)) in own.attributes.iter().enumerate() {
            text.push_str(if position == 0 { "{\"name\":" } else { ",{\"name\":" });
            string(text, name.as_str());
            text.push_str(",\"type\":\"");
            text.push_str(kind.name());
            text.push_str("\"}");
        }
        text.push_str("]}");
    }
}

fn attribute(text: &mut String, position: usize, name: &str, value: &Value) {
    text.push_str(if position == 0 { "{\"name\":" } else { ",{\"name\":" });
    string(text, name);
    text.push_str(",\"value\":");
    match value {
        Value::Integer(number) => text.push_str(&number.to_string()),
        Value::Boolean(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Float(number) => text.push_str(&format!("{number:?}")),
        Value::Time(time) => string(text, &time.to_string()),
        Value::Text(own) => string(text, own),
        other => string(text, &crate::interop::vocabulary::wrap(other)),
    }
}

fn relationships(text: &mut String, relations: &[(&str, &str)]) {
    text.push_str("],\"relationships\":[");
    for (position, (object, qualifier)) in relations.iter().enumerate() {
        text.push_str(if position == 0 { "{\"objectId\":" } else { ",{\"objectId\":" });
        string(text, object);
        text.push_str(",\"qualifier\":");
        string(text, qualifier);
        text.push('}');
    }
    text.push_str("]}");
}

fn string(text: &mut String, own: &str) {
    text.push_str(&serde_json::Value::from(own).to_string());
}
