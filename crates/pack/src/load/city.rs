use super::{Kind, Loader, pick};
use crate::Title;
use crate::model::{ACTIONS, Condition, Definitions, Effect, Id, Level, Office, Policy, Role};
use crate::problem::{Problem, nearest};
use crate::reader::{Node, Ref};
use std::cell::RefCell;
use std::collections::BTreeMap;

pub(super) fn read(loader: &Loader, _pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in root.tables("office") {
        if loader.define(Kind::Office, &id, &node) {
            definitions.offices.insert(id.clone(), office(loader, id, node));
        }
    }
    for (id, node) in root.tables("role") {
        if loader.define(Kind::Role, &id, &node) {
            let role = Role { id: id.clone(), title: node.need_title(), about: node.title("about") };
            node.finish();
            definitions.roles.insert(id, role);
        }
    }
    for (id, node) in root.tables("policy") {
        if loader.define(Kind::Policy, &id, &node) {
            definitions.policies.insert(id.clone(), policy(loader, id, node));
        }
    }
    titles(loader, Kind::Purpose, root.tables("purpose"), &mut definitions.purposes);
    titles(loader, Kind::Category, root.tables("category"), &mut definitions.categories);
    titles(loader, Kind::Object, root.tables("object"), &mut definitions.objects);
}

/// Kinds of definition that are no more than a name that people can read.
fn titles(loader: &Loader, kind: Kind, tables: Vec<(Id, Node<'_>)>, into: &mut BTreeMap<Id, Title>) {
    for (id, node) in tables {
        if loader.define(kind, &id, &node) {
            into.insert(id, node.need_title());
            node.finish();
        }
    }
}

fn office(loader: &Loader, id: Id, node: Node<'_>) -> Office {
    let level = node.need("level", "\"station\"").and_then(|member| pick(&member, &Level::ALL));
    let parent = node.id("parent").map(|parent| loader.want(Kind::Office, parent));
    if parent.is_none() && level.is_some_and(|level| level != Level::City) {
        node.report(
            format!("the office `{id}` has no `parent`"),
            "add `parent = \"…\"`, the office above it",
        );
    }
    let office = Office {
        id,
        title: node.need_title(),
        level: level.unwrap_or(Level::Station),
        parent,
        handles: loader.want_all(Kind::Category, node.ids("handles")),
        address: node.title("address"),
        hours: node.title("hours"),
    };
    node.finish();
    office
}

fn policy(loader: &Loader, id: Id, node: Node<'_>) -> Policy {
    let effects = [("permit", Effect::Permit), ("forbid", Effect::Forbid)];
    let effect = node.need("effect", "\"permit\"").and_then(|member| pick(&member, &effects));
    let actions = node.ids("actions");
    for Ref { id, place } in actions.iter().filter(|action| !ACTIONS.contains(&action.id.as_str())) {
        let mend = match nearest(id.as_str(), ACTIONS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("use some of `{}`", ACTIONS.join("`, `")),
        };
        node.source.problems.borrow_mut().push(place.problem(format!("`{id}` is not an action"), mend));
    }
    let policy = Policy {
        id,
        title: node.need_title(),
        effect: effect.unwrap_or(Effect::Forbid),
        roles: loader.want_all(Kind::Role, node.ids("roles")),
        actions: actions.into_iter().map(|action| action.id).collect(),
        when: condition(&node, "when"),
        purpose: node.id("purpose").map(|purpose| loader.want(Kind::Purpose, purpose)),
    };
    node.finish();
    policy
}

/// The condition in the member `name`, checked later against what it may speak of.
pub(super) fn condition(node: &Node<'_>, name: &'static str) -> Option<Condition> {
    let member = node.get(name)?;
    let source = member.text()?.to_owned();
    Some(Condition { source, place: member.place() })
}

/// Offices must form a tree: a parent that leads back to its own child is named.
pub(super) fn check_tree(loader: &Loader, definitions: &Definitions, problems: &RefCell<Vec<Problem>>) {
    let defined = loader.defined.borrow();
    for office in definitions.offices.values() {
        let mut up = office.parent.as_ref();
        let mut steps = 0;
        while let Some(parent) = up.and_then(|id| definitions.offices.get(id)) {
            steps += 1;
            if parent.id == office.id || steps > definitions.offices.len() {
                if let Some(place) = defined.get(&(Kind::Office, office.id.clone())) {
                    let what = format!("the office `{}` lies above itself", office.id);
                    problems.borrow_mut().push(place.problem(what, "mend its `parent`"));
                }
                break;
            }
            up = parent.parent.as_ref();
        }
    }
}
