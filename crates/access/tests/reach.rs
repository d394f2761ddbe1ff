//! How far the shipped policies reach: for each category who may do what, as a table, so that a rule that reaches a category
//! which it was not written for is seen where it is read over.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::entropy::Seeded;
use access::policy::{Actor, CaseFacts, StepFacts};
use access::registry::{self, Stamp};
use access::{Person, PersonId, Policies, Post, Request};
use jiff::civil::date;
use pack::Id;
use pack::model::{ACTIONS, Channel, Definitions, Policy, Procedure, Start, StepKind};
use record::{ObjectRef, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What is asked of a station's case: its title, where whoever asks works, and how it stands.
struct Asked {
    title: &'static str,
    at: &'static str,
    ended: bool,
    complained: bool,
}

const ASKED: [Asked; 4] = [
    Asked { title: "running, at their office", at: "lake-station", ended: false, complained: false },
    Asked { title: "running, at an office below theirs", at: "east-branch", ended: false, complained: false },
    Asked { title: "over, at their office", at: "lake-station", ended: true, complained: false },
    Asked {
        title: "over and complained of, at their office",
        at: "lake-station",
        ended: true,
        complained: true,
    },
];

/// What is done with an account, a wish or a post, and not with a case.
const OF_NO_CASE: [&str; 5] = ["register", "erase", "grant", "revoke", "administer"];

fn shipped() -> Definitions {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    pack::load(&files).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn holder(post: &Post) -> Person {
    let id = PersonId::random(&mut Seeded::new(1)).unwrap();
    let stamp = Stamp { id: "granted".into(), time: Time::ZERO, actor: None };
    Person::fold(id, &[registry::role_granted(stamp, id, post)])
}

/// How one may do something: `.` not at all, `+` yes, or the purposes that take it there.
fn how((definitions, policies): (&Definitions, &Policies), request: &Request<'_>) -> String {
    if policies.allows(request) {
        return "+".into();
    }
    let speaks = |policy: &&Policy| {
        policy.actions.is_empty() || policy.actions.iter().any(|one| one.as_str() == request.action)
    };
    let bound = definitions.policies.values().filter(speaks).filter_map(|policy| policy.purpose.as_ref());
    let bound: BTreeSet<&Id> = bound.collect();
    let stated = |purpose: &&&Id| policies.allows(&Request { purpose: Some(purpose), ..*request });
    let all: Vec<&str> = bound.iter().filter(stated).map(|purpose| purpose.as_str()).collect();
    if all.is_empty() { ".".into() } else { all.join("|") }
}

/// Procedures of which policies cannot tell one from the other.
fn alike(definitions: &Definitions) -> BTreeMap<(&Id, bool, BTreeSet<&str>, &str), Vec<&Procedure>> {
    let mut all: BTreeMap<_, Vec<&Procedure>> = BTreeMap::new();
    for one in definitions.procedures.values() {
        let quoted = format!("\"{}\"", one.id);
        let sources = definitions.policies.values().filter_map(|policy| policy.when.as_ref());
        let named = sources.into_iter().any(|when| when.source.contains(&quoted));
        let steps = one.flow.steps.iter().map(|step| step.role.as_str()).collect();
        let name = if named { one.id.as_str() } else { "" };
        all.entry((&one.category, one.start == Start::Party, steps, name)).or_default().push(one);
    }
    all
}

/// What a role may do with a colleague's case of `procedure`, where each role of its flow has had a step.
fn may(all: (&Definitions, &Policies), procedure: &Procedure, role: &Id, asked: &Asked) -> Vec<String> {
    let post = Post::new(role.as_str(), asked.at);
    let someone = holder(&post);
    let actor = Actor::of(&someone, Some(&post)).unwrap();
    let office = Id::from("lake-station");
    let colleague = ObjectRef::new("person", "0123456789abcdef0123456789abcdef");
    let case = CaseFacts {
        id: ObjectRef::new(procedure.object.as_str(), "1"),
        procedure: procedure.id.clone(),
        category: procedure.category.clone(),
        party: (procedure.start == Start::Party).then(|| ObjectRef::new("person", "party")),
        office: office.clone(),
        offices: BTreeSet::from([office.clone()]),
        roles: procedure.flow.steps.iter().map(|step| step.role.clone()).collect(),
        handlers: BTreeSet::from([colleague.clone()]),
        channel: Some(Channel::Window),
        handed_in: true,
        ended: asked.ended,
        complained: asked.complained,
    };
    // Their own step where the flow has one for the role, else that of somebody who wrote something down.
    let own = procedure.flow.steps.iter().find(|step| step.role == *role);
    let step = StepFacts {
        id: own.map_or("step".into(), |step| step.id.clone()),
        kind: own.map_or(StepKind::Act, |step| step.kind),
        role: own.map_or("somebody-else".into(), |step| step.role.clone()),
        office: office.clone(),
        holder: Some(colleague),
    };
    let ask = |action: &'static str| {
        let request = Request {
            actor: &actor,
            action,
            purpose: None,
            case: Some(&case),
            step: Some(&step),
            office: None,
            staff: None,
            today: date(2026, 6, 1),
        };
        let how = how(all, &request);
        match how.as_str() {
            "." => None,
            "+" => Some(action.to_owned()),
            purposes => Some(format!("{action}({purposes})")),
        }
    };
    ACTIONS.into_iter().filter(|action| !OF_NO_CASE.contains(action)).filter_map(ask).collect()
}

#[test]
fn who_may_do_what_by_category() {
    let definitions = shipped();
    let policies = Policies::check(&definitions).unwrap();
    let mut text = String::from(
        "A colleague's case at a station whose flow has had a step of each of its roles: what each role may do with it,\n\
         by category and procedures in which that is the same; in brackets the purposes that must be stated; of steps one of the role's own.\n",
    );
    let procedures = alike(&definitions);
    for asked in &ASKED {
        writeln!(text, "\n# {}", asked.title).unwrap();
        for category in definitions.categories.keys() {
            // Roles by what they may do, and procedures by which roles may do what.
            let mut told: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            let of_category = procedures.iter().filter(|((one, ..), _)| *one == category);
            for procedures in of_category.map(|(_, procedures)| procedures) {
                let Some(procedure) = procedures.first() else { continue };
                let mut answers: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
                // Who has no step in it and is named by no policy may do nothing that is not everybody's.
                let had = |role: &&Id| procedure.flow.steps.iter().any(|step| step.role == **role);
                let named = |role: &&Id| definitions.policies.values().any(|one| one.roles.contains(role));
                for role in definitions.roles.keys().filter(|role| had(role) || named(role)) {
                    let may = may((&definitions, &policies), procedure, role, asked);
                    answers.entry(may).or_default().push(role.as_str());
                }
                let lines = answers
                    .iter()
                    .filter(|(may, _)| !may.is_empty())
                    .map(|(may, roles)| format!("    {}: {}\n", roles.join(", "), may.join(" ")));
                let names = procedures.iter().map(|one| one.id.as_str());
                told.entry(lines.collect()).or_default().extend(names);
            }
            for (lines, procedures) in &told {
                let few = if told.len() == 1 { "all".to_owned() } else { procedures.join(", ") };
                let lines = if lines.is_empty() { "    nobody\n" } else { lines };
                write!(text, "  {category}: {few}\n{lines}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(text);
}
