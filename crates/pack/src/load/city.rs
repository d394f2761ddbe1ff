use super::{Kind, Loader, pick};
use crate::Title;
use crate::model::{ACTIONS, Condition, Definitions, Effect, Id, Level, Office, Policy, Role};
use crate::problem::{Place, meant};
use crate::reader::{Faults, Member, Node, Ref};
use std::collections::BTreeMap;

pub(super) fn read(loader: &Loader, _pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define(Kind::Office, root) {
        definitions.offices.insert(id.clone(), office(loader, id, node));
    }
    for (id, node) in loader.define(Kind::Role, root) {
        let role = Role {
            id: id.clone(),
            title: node.need_title("title"),
            about: node.title("about"),
            program: node.flag("program"),
        };
        node.finish();
        definitions.roles.insert(id, role);
    }
    for (id, node) in loader.define(Kind::Policy, root) {
        definitions.policies.insert(id.clone(), policy(loader, id, node));
    }
    for (id, node) in loader.define(Kind::Saying, root) {
        definitions.sayings.insert(id, saying(loader, node));
    }
    titles(loader, Kind::Purpose, root, &mut definitions.purposes);
    titles(loader, Kind::Category, root, &mut definitions.categories);
    titles(loader, Kind::Object, root, &mut definitions.objects);
}

/// Kinds of definition that are no more than a name that people can read.
fn titles(loader: &Loader, kind: Kind, root: &Node<'_>, into: &mut BTreeMap<Id, Title>) {
    for (id, node) in loader.define(kind, root) {
        into.insert(id, node.need_title("title"));
        node.finish();
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
        title: node.need_title("title"),
        level: level.unwrap_or(Level::Station),
        parent,
        handles: loader.want_all(Kind::Category, node.ids("handles")),
        address: node.title("address"),
        hours: node.title("hours"),
    };
    node.finish();
    office
}

/// Words that mean the same to people. A word with two meanings would lead people astray.
fn saying(loader: &Loader, node: Node<'_>) -> Vec<String> {
    let member = node.need("words", "[\"驾驶证\", \"驾照\"]");
    let items: Vec<Member<'_>> = member.iter().flat_map(Member::items).collect();
    let mut words = Vec::new();
    for (item, word) in items.iter().filter_map(|item| Some((item, item.text()?.to_lowercase()))) {
        let first = loader.sayings.borrow().get(&word).cloned();
        if let Some(Place { file, line, .. }) = first {
            item.report(format!("`{word}` is already said at {file}:{line}"), "leave it in one of the two");
            continue;
        }
        loader.sayings.borrow_mut().insert(word.clone(), item.place());
        words.push(word);
    }
    if items.len() == 1 {
        node.report("one word alone says nothing", "add the words that people use instead of it");
    }
    node.finish();
    words
}

fn policy(loader: &Loader, id: Id, node: Node<'_>) -> Policy {
    let effects = [("permit", Effect::Permit), ("forbid", Effect::Forbid)];
    let effect = node.need("effect", "\"permit\"").and_then(|member| pick(&member, &effects));
    let actions = node.ids("actions");
    for Ref { id, place } in actions.iter().filter(|action| !ACTIONS.contains(&action.id.as_str())) {
        let mend = meant(id.as_str(), ACTIONS.into_iter(), "use some of");
        node.report_at(place, format!("`{id}` is not an action"), mend);
    }
    let policy = Policy {
        id,
        title: node.need_title("title"),
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
pub(super) fn check_tree(loader: &Loader, definitions: &Definitions, faults: &Faults) {
    let defined = loader.defined.borrow();
    for office in definitions.offices.values() {
        let mut up = office.parent.as_ref();
        let mut steps = 0;
        while let Some(parent) = up.and_then(|id| definitions.offices.get(id)) {
            steps += 1;
            if parent.id == office.id || steps > definitions.offices.len() {
                if let Some(place) = defined.get(&(Kind::Office, office.id.clone())) {
                    let what = format!("the office `{}` lies above itself", office.id);
                    faults.borrow_mut().push(place.problem(what, "mend its `parent`"));
                }
                break;
            }
            up = parent.parent.as_ref();
        }
    }
}
