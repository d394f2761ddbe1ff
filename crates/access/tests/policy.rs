//! Who may do what: the shipped packs' policies as tables, and what holds for any policies.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::entropy::Seeded;
use access::policy::{Actor, CaseFacts, Certainty, Decision, NotActing, StaffFacts, StepFacts};
use access::registry::{self, Stamp};
use access::{Person, PersonId, Policies, Post, Request};
use jiff::civil::{Date, date};
use pack::model::{Channel, Condition, Definitions, Effect, Policy, Reach, Start, StepKind};
use pack::problem::Place;
use pack::{File, Id, Title};
use proptest::prelude::*;
use record::Time;
use std::collections::{BTreeMap, BTreeSet};

const TODAY: Date = date(2026, 6, 1);

fn shipped() -> Definitions {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    pack::load(&files).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn town() -> Definitions {
    let file = File { path: "town/pack.toml".into(), text: include_str!("town.toml").into() };
    pack::load(&[file]).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn person(seed: u64, posts: &[Post]) -> Person {
    let id = PersonId::random(&mut Seeded::new(seed)).unwrap();
    let stamp =
        |number: usize| Stamp { id: format!("e{number}").as_str().into(), time: Time::ZERO, actor: None };
    let granted =
        posts.iter().enumerate().map(|(number, post)| registry::role_granted(stamp(number), id, post));
    Person::fold(id, &granted.collect::<Vec<_>>())
}

fn case(office: &str, party: Option<&Person>) -> CaseFacts {
    CaseFacts {
        id: record::ObjectRef::new("application", "1"),
        procedure: "birth-registration".into(),
        category: "household".into(),
        party: party.map(|party| party.id.object()),
        office: office.into(),
        offices: BTreeSet::from([office.into()]),
        roles: BTreeSet::new(),
        handlers: BTreeSet::new(),
        channel: Some(Channel::Web),
        handed_in: true,
        ended: false,
        complained: false,
    }
}

/// The step that `role` does in `office`.
fn step(role: &str, office: &str) -> StepFacts {
    StepFacts {
        id: "step".into(),
        kind: StepKind::Act,
        role: role.into(),
        office: office.into(),
        holder: None,
    }
}

/// A decision in one word, with the purpose that it takes.
fn word(policies: &Policies, request: &Request<'_>) -> String {
    let decision = policies.decide(request);
    if decision.allowed() {
        return "yes".into();
    }
    let same = |way: &&access::policy::Way| way.post.as_ref() == request.actor.post();
    match decision.ways().iter().find(same).and_then(|way| way.purpose.as_ref()) {
        Some(purpose) => format!("if {purpose}"),
        None if !decision.because().is_empty() => "NEVER".into(),
        None => "no".into(),
    }
}

/// Every action by every role in one situation: for each answer the actions that have it, and roles together that
/// differ in nothing.
fn table(
    definitions: &Definitions,
    policies: &Policies,
    office: &str,
    facts: impl Fn(&Person) -> CaseFacts,
) -> String {
    let mut columns: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for role in definitions.roles.keys().map(|role| Some(role.as_str())).chain([None]) {
        let post = role.map(|role| Post::new(role, office));
        let person = person(1, post.as_slice());
        let actor = Actor::of(&person, post.as_ref()).unwrap();
        let case = facts(&person);
        let step = role.map(|role| step(role, case.office.as_str()));
        let colleague = StaffFacts {
            person: record::ObjectRef::new("person", "colleague"),
            roles: BTreeSet::new(),
            offices: BTreeSet::from([case.office.clone()]),
            role: Some("clerk".into()),
        };
        let mut answers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for action in pack::model::ACTIONS {
            let request = Request {
                actor: &actor,
                action,
                purpose: None,
                case: Some(&case),
                step: step.as_ref(),
                office: Some(&case.office),
                staff: Some(&colleague),
                today: TODAY,
            };
            answers.entry(word(policies, &request)).or_default().push(action);
        }
        let lines = answers.iter().map(|(answer, actions)| format!("    {answer}: {}\n", actions.join(" ")));
        columns.entry(lines.collect()).or_default().push(role.unwrap_or("(no post)"));
    }
    columns.iter().map(|(answers, roles)| format!("  {}\n{answers}", roles.join(", "))).collect()
}

#[test]
fn shipped_policies_as_tables() {
    let definitions = shipped();
    let policies = Policies::check(&definitions).unwrap();
    let stranger = person(2, &[]);
    let duty = definitions.procedures.values().find(|one| one.start != Start::Party).unwrap();
    let lake = "lake-station";
    let tables = [
        ("another's case in one's own office", lake, Some(false), lake),
        ("another's case in another station", "bridge-station", Some(false), lake),
        ("another's case in a station below one's office", "east-branch", Some(false), lake),
        ("another's case in an office above", lake, Some(false), "east-branch"),
        ("one's own case in one's own office", lake, Some(true), lake),
        ("one's own case elsewhere", "bridge-station", Some(true), lake),
        ("an office's own duty, without a party, in one's own office", lake, None, lake),
    ];
    let mut all = String::from(
        "yes: allowed; if P: once the purpose P is stated; NEVER: forbidden by a policy; no: permitted by none.\n\
         Each acts in the named role, in the step (if any) that is that role's at the case's office; posts are given to,\n\
         and taken from, another clerk of that office.\n",
    );
    for (title, office, own, at) in tables {
        let facts = |actor: &Person| {
            let party = own.map(|own| if own { actor } else { &stranger });
            let of_party = case(at, party);
            if own.is_some() {
                return of_party;
            }
            CaseFacts { procedure: duty.id.clone(), category: duty.category.clone(), ..of_party }
        };
        all += &format!("\n{title}\n{}\n", table(&definitions, &policies, office, facts));
    }
    insta::assert_snapshot!(all);
}

fn told(decision: &Decision) -> String {
    let verdict = if decision.allowed() { "allowed" } else { "denied" };
    let by: Vec<&str> = decision.because().iter().map(|because| because.policy.as_str()).collect();
    let reasons = decision
        .reasons()
        .iter()
        .map(|title| format!("\n  {}\n  {}", title.zh, title.en))
        .collect::<String>();
    format!("{verdict} by {by:?}{reasons}\n")
}

/// One person, one question, in the town.
fn check(
    posts: &[&str],
    acting: Option<&str>,
    action: &str,
    purpose: Option<&str>,
    case: &CaseFacts,
) -> String {
    let policies = Policies::check(&town()).unwrap();
    let posts: Vec<Post> = posts.iter().map(|post| Post::parse(post).unwrap()).collect();
    let person = person(1, &posts);
    let acting = acting.map(|post| Post::parse(post).unwrap());
    let actor = Actor::of(&person, acting.as_ref()).unwrap();
    let purpose = purpose.map(Id::from);
    let purpose = purpose.as_ref();
    let request = Request {
        actor: &actor,
        action,
        purpose,
        case: Some(case),
        step: None,
        office: None,
        staff: None,
        today: TODAY,
    };
    told(&policies.decide(&request))
}

#[test]
fn refusals_say_why_and_what_to_do() {
    let at_lake = case("lake-station", Some(&person(2, &[])));
    let own = case("lake-station", Some(&person(1, &[])));
    let closed = CaseFacts {
        office: "closed-office".into(),
        offices: ["closed-office".into()].into(),
        ..at_lake.clone()
    };
    let duty = case("lake-station", None);
    let clerk = "clerk@lake-station";
    let both = [clerk, "supervisor@east-branch"];
    let all = [
        ("the party", check(&[], None, "read-personal", None, &own)),
        ("a clerk who states no purpose", check(&[clerk], Some(clerk), "read-personal", None, &at_lake)),
        ("who states it", check(&[clerk], Some(clerk), "read-personal", Some("handle-case"), &at_lake)),
        ("who states another", check(&[clerk], Some(clerk), "read-personal", Some("inspect"), &at_lake)),
        ("who makes one up", check(&[clerk], Some(clerk), "read-case", Some("curiosity"), &at_lake)),
        ("a supervisor and clerk, as clerk", check(&both, Some(both[0]), "supervise", None, &at_lake)),
        ("the same as supervisor", check(&both, Some(both[1]), "supervise", None, &at_lake)),
        ("the same for themselves", check(&both, None, "read-personal", None, &at_lake)),
        ("a stranger", check(&[], None, "read-case", None, &at_lake)),
        ("a clerk in their own matter", check(&[clerk], Some(clerk), "decide", None, &own)),
        (
            "an approver, where it is not known whose case it is",
            check(&["approver@lake-station"], Some("approver@lake-station"), "decide", None, &duty),
        ),
        ("an office that the packs do not know", check(&[clerk], Some(clerk), "read-case", None, &closed)),
        ("an action that there is none of", check(&[], None, "follow", None, &own)),
    ];
    insta::assert_snapshot!(all.map(|(title, told)| format!("{title}: {told}\n")).concat());
}

#[test]
fn only_held_posts_are_acted_in() {
    let clerk = Post::new("clerk", "lake-station");
    let mut someone = person(1, std::slice::from_ref(&clerk));
    assert!(Actor::of(&someone, Some(&clerk)).is_ok());
    let other = Post::new("clerk", "bridge-station");
    assert!(matches!(Actor::of(&someone, Some(&other)), Err(NotActing::NotHeld { .. })));
    let stamp = Stamp { id: "lock".into(), time: Time::ZERO, actor: None };
    let locked = registry::locked(stamp, someone.id, "left the service");
    record::Fold::apply(&mut someone, &record::Entry { index: 0, event: locked });
    assert!(matches!(Actor::of(&someone, None), Err(NotActing::Locked(_))));
}

fn policy(id: &str, effect: Effect, actions: &[&str], when: Option<&str>, purpose: Option<&str>) -> Policy {
    let place = Place { file: "city/people.toml".into(), line: 1, column: 1 };
    Policy {
        id: id.into(),
        title: Title::new(id, id),
        effect,
        roles: Vec::new(),
        actions: actions.iter().map(|action| Id::from(*action)).collect(),
        reach: Reach::Open,
        when: when.map(|source| Condition::new(source, place)),
        purpose: purpose.map(Id::from),
    }
}

fn with(policies: impl IntoIterator<Item = Policy>) -> Definitions {
    let mut definitions = town();
    definitions.policies = policies.into_iter().map(|policy| (policy.id.clone(), policy)).collect();
    definitions
}

#[test]
fn faults_in_conditions_are_told_when_packs_are_loaded() {
    let faulty = [
        "case.partty == actor.id",
        "actor.office == \"lake-statoin\"",
        "\"clark\" in actor.roles",
        "case.office",
        "case.party = actor.id",
        "case.ended == \"yes\"",
        "form.born <= today",
        "step.kind == \"decision\"",
        "false",
        "case.ended && today > date(\"2026-01-01\") && !case.ended",
    ];
    let numbered = faulty.iter().enumerate();
    let all = numbered.map(|(n, source)| policy(&format!("p{n}"), Effect::Permit, &[], Some(source), None));
    let problems = Policies::check(&with(all)).unwrap_err();
    insta::assert_snapshot!(problems.iter().map(|problem| format!("{problem}\n")).collect::<String>());
}

/// Conditions whose truth in [`ask`]'s request is plain: true, false, or not to be had.
const CONDITIONS: [(&str, Option<bool>); 8] = [
    ("true", Some(true)),
    ("case.ended", Some(false)),
    ("actor.office == \"lake-station\"", Some(true)),
    ("case.party == actor.id", None),
    ("has(case.party)", Some(false)),
    ("actor.roles[1] == \"clerk\"", None),
    ("step.office == actor.office", None),
    ("today < date(\"2026-01-01\")", Some(false)),
];
const PURPOSES: [Option<&str>; 3] = [None, Some("handle-case"), Some("inspect")];

/// A policy drawn at random: effect, condition, action, purpose, roles.
type Drawn = (bool, usize, usize, usize, usize);

fn drawn() -> impl Strategy<Value = Drawn> {
    (any::<bool>(), 0..CONDITIONS.len(), 0..3usize, 0..PURPOSES.len(), 0..3usize)
}

fn build(id: String, (permit, condition, action, purpose, roles): Drawn) -> Policy {
    let effect = if permit { Effect::Permit } else { Effect::Forbid };
    let actions: [&[&str]; 3] = [&[], &["read-case"], &["decide", "extend"]];
    let mut made = policy(&id, effect, actions[action], Some(CONDITIONS[condition].0), PURPOSES[purpose]);
    let of: [&[&str]; 3] = [&[], &["clerk"], &["approver", "supervisor"]];
    made.roles = of[roles].iter().map(|role| Id::from(*role)).collect();
    made
}

/// What the rules come to, written down anew: (permits, forbids) by the drawn policies.
fn oracle(all: &[Drawn], purpose: Option<&str>) -> bool {
    let speaks = |(_, _, action, _, roles): &Drawn| *action <= 1 && *roles <= 1;
    let permits = all.iter().filter(|one| one.0 && speaks(one)).any(|one| {
        let stated = PURPOSES[one.3].is_none() || PURPOSES[one.3] == purpose;
        CONDITIONS[one.1].1 == Some(true) && stated
    });
    let forbids = all.iter().filter(|one| !one.0 && speaks(one)).any(|one| {
        let evaded = PURPOSES[one.3].is_some() && purpose.is_some() && PURPOSES[one.3] != purpose;
        CONDITIONS[one.1].1 != Some(false) && !evaded
    });
    permits && !forbids
}

/// A clerk at the lake asks to read a case that has no party.
fn ask(policies: impl IntoIterator<Item = Policy>, purpose: Option<&str>) -> Decision {
    let clerk = Post::new("clerk", "lake-station");
    let actor = Actor::of(&person(1, std::slice::from_ref(&clerk)), Some(&clerk)).unwrap();
    let (case, purpose) = (case("lake-station", None), purpose.map(Id::from));
    let policies = Policies::check(&with(policies)).unwrap();
    let request = Request {
        actor: &actor,
        action: "read-case",
        purpose: purpose.as_ref(),
        case: Some(&case),
        step: None,
        office: None,
        staff: None,
        today: TODAY,
    };
    let decision = policies.decide(&request);
    assert_eq!(decision.allowed(), policies.allows(&request));
    decision
}

fn named(all: &[Drawn]) -> impl Iterator<Item = Policy> {
    all.iter().enumerate().map(|(number, one)| build(format!("p{number:02}"), *one))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_policies_decide_as_written_down(all in prop::collection::vec(drawn(), 0..6), purpose in 0..3usize) {
        let decision = ask(named(&all), PURPOSES[purpose]);
        prop_assert_eq!(decision.allowed(), oracle(&all, PURPOSES[purpose]));
        if all.is_empty() {
            prop_assert!(!decision.allowed(), "no policy, no permission");
        }
        for way in decision.ways() {
            let post = way.post.as_ref().is_some_and(|post| post.role.as_str() == "clerk");
            let stated = way.purpose.as_ref().map(Id::as_str);
            prop_assert!(!post || oracle(&all, stated), "a way that is shown is a way");
        }
        for because in decision.because().iter().filter(|_| decision.allowed()) {
            prop_assert_eq!(&because.certainty, &Certainty::Sure);
        }
    }

    #[test]
    fn order_never_matters(all in prop::collection::vec(drawn(), 0..6), purpose in 0..3usize) {
        // Policies are kept by name, so another order is other names.
        let backwards = all.iter().enumerate().map(|(n, one)| build(format!("p{:02}", 90 - n), *one));
        let (one, other) = (ask(named(&all), PURPOSES[purpose]), ask(backwards, PURPOSES[purpose]));
        prop_assert_eq!(one.allowed(), other.allowed());
        prop_assert_eq!(one.because().len(), other.because().len());
        prop_assert_eq!(one.ways(), other.ways());
    }

    #[test]
    fn a_forbid_never_allows_and_a_permit_never_denies(
        all in prop::collection::vec(drawn(), 0..5),
        added in drawn(),
        purpose in 0..3usize,
    ) {
        let before = ask(named(&all), PURPOSES[purpose]).allowed();
        let more: Vec<Drawn> = all.iter().copied().chain([added]).collect();
        let after = ask(named(&more), PURPOSES[purpose]).allowed();
        if added.0 {
            prop_assert!(after || !before, "a permit was added");
        } else {
            prop_assert!(before || !after, "a forbid was added");
        }
    }
}
