use super::{Kind, Loader, RULES, UNRULED, pick};
use crate::Title;
use crate::days::Opening;
use crate::days::opening::{self, Days};
use crate::model::{
    ACTIONS, Clock, ClockLimit, Condition, Credential, Definitions, Effect, Id, Level, Office, Own, Policy,
    Reach, Role, Unit,
};
use crate::problem::{Place, meant};
use crate::reader::{Faults, Member, Node, Ref};
use std::collections::{BTreeMap, BTreeSet};

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
    for (id, node) in loader.define_all(Kind::Policy, root) {
        definitions.policies.insert(id.clone(), policy(loader, id, node));
    }
    for (id, node) in loader.define(Kind::Saying, root) {
        definitions.sayings.insert(id, saying(loader, node));
    }
    titles(loader, Kind::Purpose, root, &mut definitions.purposes);
    for (id, node) in loader.define(Kind::Category, root) {
        if node.flag("closed") {
            definitions.closed.insert(id.clone());
        }
        definitions.categories.insert(id, node.need_title("title"));
        node.finish();
    }
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
    let open = node.get("open").and_then(|member| opening(&member));
    let hours = node.title("hours");
    if let Some(hours) = node.get("hours").filter(|_| open.is_some()) {
        hours.report(
            "`open` says already when the office is open",
            "leave `hours` out: its words follow from `open`",
        );
    }
    let office = Office {
        id,
        title: node.need_title("title"),
        level: level.unwrap_or(Level::Station),
        parent,
        handles: loader.want_all(Kind::Category, node.ids("handles")),
        address: node.title("address"),
        hours: hours.or_else(|| open.as_ref().map(Opening::title)),
        open,
    };
    node.finish();
    office
}

/// When an office is open, for each kind of day.
fn opening(member: &Member<'_>) -> Option<Opening> {
    let node = member.node()?;
    let mut all = Vec::new();
    for (word, days, ..) in Days::ALL {
        let Some(member) = node.get(word) else { continue };
        let Some(text) = member.text() else { continue };
        match opening::read(text) {
            Some(hours) => all.push((days, hours)),
            None => member.report(
                format!("`{text}` does not say from when until when"),
                "write times in their order, such as `\"9:00-12:00, 14:00-17:00\"`",
            ),
        }
    }
    if all.len() > 1 && all.iter().any(|(days, _)| *days == Days::Daily) {
        node.report("`daily` holds for every day", "leave the other days out, or `daily`");
    }
    if !Days::ALL.iter().any(|(word, ..)| node.has(word)) {
        let mend = "give some of `daily`, `workdays`, `saturdays`, `sundays`, `holidays`";
        member.report("nothing says on which days the office is open", mend);
    }
    node.finish();
    // What is wrong here is told once, and not again at all that counts these hours.
    Opening::new(all).or_else(|| Opening::new(vec![(Days::Daily, vec![(0, 1)])]))
}

/// Notes times of the offices' own that nobody counts where no pack holds the calendar and the rules: such a clock would never
/// run out, an answer could be given for ever, and of a paper nobody would know how long it is valid.
pub(super) fn unruled(definitions: &Definitions, faults: &Faults) {
    let report = |place: &Place| faults.borrow_mut().push(place.problem(UNRULED, RULES));
    for procedure in definitions.procedures.values() {
        let own = procedure.flow.clocks.iter().filter(|clock| matches!(clock.limit, ClockLimit::Own(_)));
        own.for_each(|clock| report(&clock.place));
        if procedure.flow.correction.is_some() {
            report(&procedure.place);
        }
    }
    let limited = |credential: &&Credential| {
        credential.valid.is_some() || credential.terms.iter().any(|(_, length)| length.is_some())
    };
    definitions.credentials.values().filter(limited).for_each(|credential| report(&credential.place));
}

/// Lays down when each office is open, as it says or as the nearest one above it does; and notes clocks that count the hours
/// of an office of which nobody says so.
pub(super) fn hours(definitions: &mut Definitions, faults: &Faults) {
    let open = |office: &Office| {
        let hours = definitions.chain(&office.id).find_map(|office| office.open.clone());
        hours.map(|hours| (office.id.clone(), hours))
    };
    let hours: BTreeMap<Id, Opening> = definitions.offices.values().filter_map(open).collect();
    let by_the_hour = |own: &Own| own.unit == Unit::Workhours;
    let counts = |clock: &&Clock| {
        clock.promise.as_ref().is_some_and(by_the_hour)
            || matches!(&clock.limit, ClockLimit::Own(own) if by_the_hour(own))
    };
    for procedure in definitions.procedures.values() {
        let mut told = BTreeSet::new();
        for clock in procedure.flow.clocks.iter().filter(counts) {
            let awaited = clock.awaited().and_then(|after| procedure.flow.step(after.step.as_str()));
            let here = definitions.offices.values().filter(|office| procedure.handled_by(office));
            let done = here.map(|office| match awaited {
                Some(step) => definitions.office_of(&office.id, step),
                None => office.id.clone(),
            });
            for id in done.collect::<BTreeSet<Id>>() {
                if hours.contains_key(&id) || !told.insert(id.clone()) {
                    continue;
                }
                let clock = &clock.id;
                let what =
                    format!("the clock `{clock}` counts workhours, and nothing says when `{id}` is open");
                let mend = format!(
                    "add `open = {{ workdays = \"9:00-17:00\" }}` to `[office.{id}]`, or to an office above it"
                );
                faults.borrow_mut().push(procedure.place.problem(what, mend));
            }
        }
    }
    if let Some(law) = &mut definitions.law {
        law.hours = hours;
    }
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
    let actions = node.some_ids("actions");
    for Ref { id, place } in actions.iter().filter(|action| !ACTIONS.contains(&action.id.as_str())) {
        let mend = meant(id.as_str(), ACTIONS.into_iter(), "use some of");
        node.report_at(place, format!("`{id}` is not an action"), mend);
    }
    let effect = effect.unwrap_or(Effect::Forbid);
    let policy = Policy {
        id,
        title: node.need_title("title"),
        reach: reach(loader, &node, effect),
        effect,
        roles: loader.want_all(Kind::Role, node.some_ids("roles")),
        actions: actions.into_iter().map(|action| action.id).collect(),
        when: condition(&node, "when"),
        purpose: node.id("purpose").map(|purpose| loader.want(Kind::Purpose, purpose)),
    };
    node.finish();
    policy
}

/// Of whose cases a policy speaks.
fn reach(loader: &Loader, node: &Node<'_>, effect: Effect) -> Reach {
    let categories = loader.want_all(Kind::Category, node.some_ids("categories"));
    let everywhere = node.flag("everywhere");
    if everywhere && !categories.is_empty() {
        node.report("`everywhere` is not of some `categories` alone", "leave one of the two out");
    } else if everywhere && effect == Effect::Forbid {
        let mend = "leave `everywhere` out";
        node.report("what forbids reaches closed categories in any case", mend);
    }
    match (everywhere, categories.is_empty()) {
        (true, _) => Reach::Everywhere,
        (false, true) => Reach::Open,
        (false, false) => Reach::Of(categories),
    }
}

/// The condition in the member `name`, checked later against what it may speak of.
pub(super) fn condition(node: &Node<'_>, name: &'static str) -> Option<Condition> {
    node.get(name)?.condition()
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
