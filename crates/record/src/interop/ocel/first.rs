//! OCEL 1.0 in JSON. Its relations have no qualifiers, its objects no times and no links, and its attributes belong to
//! no type; the three global members are kept in the header.

use super::assemble::{Assembler, EventDraft, ObjectDraft, Part, Reference};
use super::node::{Item, Members, Node, Take, walk};
use crate::Name;
use crate::interop::fault::{ImportError, Place, Problem};
use crate::interop::intake::Intake;
use crate::interop::source::Source;
use crate::interop::vocabulary;

const GLOBAL: &str = "ocel:global-log";
const EVENTS: &str = "ocel:events";
const OBJECTS: &str = "ocel:objects";
/// How deep a global member's values may nest.
const DEEPEST: usize = 16;

/// Reads a whole log.
pub(crate) fn read(source: &Source<'_>, intake: &mut Intake<'_>) -> Result<(), ImportError> {
    let mut assembler = Assembler::new(intake);
    let mut globals = Vec::new();
    let mut object_types: Vec<String> = Vec::new();
    let mut activities: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    let first = |member: &str| match member {
        EVENTS | OBJECTS => Take::Each,
        GLOBAL | "ocel:global-event" | "ocel:global-object" => Take::Whole,
        _ => Take::Nothing,
    };
    walk(source, &first, &mut |member, item, node| {
        match (member, item) {
            (OBJECTS, Item::Named(id)) => {
                if let Some(kind) = text(&node, "ocel:type") {
                    assembler.object_id(id, kind);
                }
            }
            (EVENTS, _) => {
                if let Some(activity) = text(&node, "ocel:activity")
                    && !known.contains(activity)
                {
                    known.insert(activity.to_owned());
                    activities.push(activity.to_owned());
                }
            }
            (_, Item::Whole) => {
                if member == GLOBAL {
                    object_types.extend(declared(&node));
                }
                let value = node.value();
                if vocabulary::shallow(&value, DEEPEST) {
                    globals.push((Name::new(member), value));
                } else {
                    let deep = Problem::Deep { deepest: DEEPEST };
                    assembler.intake.refuse(Place::Element(member.to_owned()), deep);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    let global = |_| Place::Element(GLOBAL.to_owned());
    for name in object_types {
        assembler.declare(false, Some(name), Vec::new(), &global);
    }
    for name in activities {
        assembler.declare(true, Some(name), Vec::new(), &global);
    }
    assembler.header(globals)?;
    let second = |member: &str| match member {
        EVENTS | OBJECTS => Take::Each,
        GLOBAL | "ocel:global-event" | "ocel:global-object" => Take::Nothing,
        _ => Take::Whole,
    };
    walk(source, &second, &mut |member, item, node| match (member, item) {
        (EVENTS, Item::Named(id)) => event(&mut assembler, id, node),
        (OBJECTS, Item::Named(id)) => object(&mut assembler, id, node),
        _ => {
            let part = format!("member `{member}`");
            let unknown = Problem::Unknown { part, what: "an OCEL 1 log".to_owned() };
            assembler.intake.refuse(Place::Element(member.to_owned()), unknown);
            Ok(())
        }
    })
}

fn member<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let Node::Members(members) = node else { return None };
    members.iter().find(|(own, _)| own == name).map(|(_, node)| node)
}

fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    match member(node, name)? {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

fn declared(node: &Node) -> Vec<String> {
    let Some(Node::List(types)) = member(node, "ocel:object-types") else { return Vec::new() };
    let name = |node: &Node| match node {
        Node::Text(text) => Some(text.clone()),
        _ => None,
    };
    types.iter().filter_map(name).collect()
}

fn element(section: &str, id: &str, inner: &str, part: Part) -> Place {
    let id = crate::interop::fault::excerpt(id);
    Place::Element(match part {
        Part::Whole => format!("{section}.{id}"),
        Part::Attribute(position) => format!("{section}.{id}.{inner}[{position}]"),
        Part::Relation(position) => format!("{section}.{id}.ocel:omap[{position}]"),
    })
}

fn event(assembler: &mut Assembler<'_, '_>, id: &str, node: Node) -> Result<(), ImportError> {
    let place = |part: Part| element(EVENTS, id, "ocel:vmap", part);
    let mut members = match Members::of(node, "an event") {
        Ok(members) => members,
        Err(problem) => {
            assembler.intake.refuse(place(Part::Whole), problem);
            return Ok(());
        }
    };
    let mut draft = EventDraft { id: Some(id.to_owned()), ..EventDraft::default() };
    draft.kind = members.text("ocel:activity");
    draft.time = members.take("ocel:timestamp").map(Node::raw);
    for (position, node) in members.list("ocel:omap").into_iter().enumerate() {
        match node {
            Node::Text(object) => {
                draft.relations.push(Reference { object: Some(object), qualifier: Some(String::new()) });
            }
            other => {
                let what = "an object's id".to_owned();
                let problem = Problem::Type { what, text: format!("{:?}", other.raw()), kind: "a text" };
                assembler.intake.refuse(place(Part::Relation(position)), problem);
            }
        }
    }
    let attributes = members.map("ocel:vmap").into_iter();
    draft.attributes = attributes.map(|(name, node)| (Some(name), node.raw())).collect();
    for problem in members.rest() {
        assembler.intake.refuse(place(Part::Whole), problem);
    }
    assembler.event(draft, &place)
}

fn object(assembler: &mut Assembler<'_, '_>, id: &str, node: Node) -> Result<(), ImportError> {
    let place = |part: Part| element(OBJECTS, id, "ocel:ovmap", part);
    let mut members = match Members::of(node, "an object") {
        Ok(members) => members,
        Err(problem) => {
            assembler.intake.refuse(place(Part::Whole), problem);
            return Ok(());
        }
    };
    let mut draft = ObjectDraft { id: Some(id.to_owned()), ..ObjectDraft::default() };
    draft.kind = members.text("ocel:type");
    let attributes = members.map("ocel:ovmap").into_iter();
    draft.attributes = attributes.map(|(name, node)| (Some(name), node.raw(), None)).collect();
    for problem in members.rest() {
        assembler.intake.refuse(place(Part::Whole), problem);
    }
    assembler.object(draft, &place)
}
