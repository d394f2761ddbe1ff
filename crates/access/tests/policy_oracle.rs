//! Any policies asked by anyone about anything, held against an evaluator that was written separately; and what holds of the
//! shipped packs' policies whoever asks: nothing is permitted that no policy permits, what forbids wins, and order never
//! matters.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::entropy::Seeded;
use access::policy::{Actor, CaseFacts, StepFacts};
use access::registry::{self, Stamp};
use access::{Person, PersonId, Policies, Post, Request};
use jiff::civil::{Date, date};
use pack::model::{ACTIONS, Channel, Condition, Definitions, Effect, Policy, Reach, StepKind};
use pack::problem::Place;
use pack::{File, Id, Title};
use proptest::prelude::*;
use record::{ObjectRef, Time};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

const TODAY: Date = date(2026, 6, 1);

fn load(files: &[File]) -> Definitions {
    pack::load(files).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn town() -> Definitions {
    load(&[File { path: "town/pack.toml".into(), text: include_str!("town.toml").into() }])
}

fn shipped() -> Definitions {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let folders = std::fs::read_dir(&root).unwrap().map(|folder| folder.unwrap().path());
    let paths =
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    let toml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let read = |path: std::path::PathBuf| File {
        path: path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"),
        text: std::fs::read_to_string(&path).unwrap(),
    };
    load(&toml.map(read).collect::<Vec<_>>())
}

/// The offices of the town, each with those above it.
const OFFICES: [(&str, &[&str]); 3] = [
    ("bureau", &["bureau"]),
    ("east-branch", &["east-branch", "bureau"]),
    ("lake-station", &["lake-station", "east-branch", "bureau"]),
];
/// The categories of the town; the last is closed.
const CATEGORIES: [&str; 2] = ["household", "duty"];
const ROLES: [&str; 3] = ["clerk", "approver", "supervisor"];
const PURPOSES: [Option<&str>; 4] = [None, Some("handle-case"), Some("inspect"), Some("curiosity")];

/// Somebody who asks for something.
#[derive(Clone, Debug)]
struct Asking {
    /// The role and office in which they act.
    post: Option<(usize, usize)>,
    /// The last of them is none that packs know.
    action: usize,
    purpose: usize,
    case: Option<Case>,
    /// The role and office of the step that it is about.
    step: Option<(usize, usize)>,
}

#[derive(Clone, Debug)]
struct Case {
    office: usize,
    category: usize,
    /// Whether it is the asking person's own; none: an office's duty.
    own: Option<bool>,
    handed_in: bool,
    ended: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let place = (0..OFFICES.len(), 0..CATEGORIES.len());
    let facts = (place, proptest::option::of(any::<bool>()), any::<bool>(), any::<bool>());
    facts.prop_map(|((office, category), own, handed_in, ended)| Case {
        office,
        category,
        own,
        handed_in,
        ended,
    })
}

fn asking() -> impl Strategy<Value = Asking> {
    let place = || proptest::option::of((0..ROLES.len(), 0..OFFICES.len()));
    let all = (place(), 0..=ACTIONS.len(), 0..PURPOSES.len(), proptest::option::of(case()), place());
    all.prop_map(|(post, action, purpose, case, step)| Asking { post, action, purpose, case, step })
}

fn name_of(action: usize) -> &'static str {
    ACTIONS.get(action).copied().unwrap_or("follow")
}

type Truth = Option<bool>;

/// `a && b` where either may not be known.
fn and(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// A condition in the packs' language, and what it says, in Rust.
type Said = (&'static str, fn(&Asking) -> Truth);

const CONDITIONS: [Said; 9] = [
    ("true", |_| Some(true)),
    ("case.party == actor.id", |asking| asking.case.as_ref()?.own),
    // Where there is no case, there is nothing that it could have.
    ("has(case.party) && case.party == actor.id", |asking| {
        Some(asking.case.as_ref().is_some_and(|case| case.own == Some(true)))
    }),
    ("actor.office == case.office", |asking| Some(asking.post?.1 == asking.case.as_ref()?.office)),
    ("actor.office in case.above", |asking| {
        let (_, above) = OFFICES.get(asking.case.as_ref()?.office)?;
        Some(above.contains(&OFFICES.get(asking.post?.1)?.0))
    }),
    ("\"clerk\" in actor.roles", |asking| Some(asking.post.is_some_and(|(role, _)| role == 0))),
    ("step.role in actor.roles && step.office == actor.office", |asking| {
        let role = asking.step.map(|step| asking.post.is_some_and(|post| post.0 == step.0));
        and(role, (|| Some(asking.step?.1 == asking.post?.1))())
    }),
    ("!case.handed_in", |asking| Some(!asking.case.as_ref()?.handed_in)),
    ("case.ended", |asking| Some(asking.case.as_ref()?.ended)),
];

/// A policy drawn at random.
#[derive(Clone, Debug)]
struct Drawn {
    permit: bool,
    condition: usize,
    /// Of which actions: none are all.
    actions: Vec<usize>,
    roles: Vec<usize>,
    /// Of which categories: none are all.
    categories: Vec<usize>,
    /// That it reaches closed ones too, where it names none and permits.
    everywhere: bool,
    purpose: usize,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let actions = prop::collection::vec(0..ACTIONS.len(), 0..3);
    let roles = prop::collection::vec(0..ROLES.len(), 0..2);
    // No pack can bind a policy to a purpose that there is none of.
    let reach = (prop::collection::vec(0..CATEGORIES.len(), 0..2), any::<bool>());
    let all = (any::<bool>(), 0..CONDITIONS.len(), actions, roles, reach, 0..PURPOSES.len() - 1);
    all.prop_map(|(permit, condition, actions, roles, (categories, everywhere), purpose)| Drawn {
        permit,
        condition,
        actions,
        roles,
        categories,
        everywhere,
        purpose,
    })
}

/// Whether the policy is about the category of the case that is asked about.
fn reaches(policy: &Drawn, asking: &Asking) -> bool {
    let Some(case) = &asking.case else { return policy.categories.is_empty() || !policy.permit };
    let open = case.category != CATEGORIES.len() - 1;
    let named = policy.categories.contains(&case.category);
    named || (policy.categories.is_empty() && (!policy.permit || policy.everywhere || open))
}

/// What the rules come to, written down anew from their description.
fn oracle(policies: &[Drawn], asking: &Asking) -> bool {
    let unheard = asking.action >= ACTIONS.len() || asking.purpose == PURPOSES.len() - 1;
    let speaks = |policy: &&Drawn| {
        let of_action = policy.actions.is_empty() || policy.actions.contains(&asking.action);
        let of_role =
            policy.roles.is_empty() || asking.post.is_some_and(|(role, _)| policy.roles.contains(&role));
        of_action && of_role && reaches(policy, asking)
    };
    let truth = |policy: &Drawn| CONDITIONS.get(policy.condition).and_then(|(_, says)| says(asking));
    let applies = |policy: &Drawn| {
        let bound = policy.purpose != 0;
        let stated = asking.purpose != 0;
        match policy.permit {
            true => truth(policy) == Some(true) && (!bound || policy.purpose == asking.purpose),
            false => truth(policy) != Some(false) && (!bound || !stated || policy.purpose == asking.purpose),
        }
    };
    let any = |permit: bool| {
        policies.iter().filter(speaks).any(|policy| policy.permit == permit && applies(policy))
    };
    !unheard && any(true) && !any(false)
}

fn policy(id: String, drawn: &Drawn) -> Policy {
    let place = Place { file: "town/pack.toml".into(), line: 1, column: 1 };
    let source = CONDITIONS.get(drawn.condition).map(|(source, _)| (*source).to_owned()).unwrap();
    let name = |all: &'static [&'static str], at: &usize| Id::from(all.get(*at).copied().unwrap());
    Policy {
        title: Title::new(id.as_str(), id.as_str()),
        id: id.as_str().into(),
        effect: if drawn.permit { Effect::Permit } else { Effect::Forbid },
        roles: drawn.roles.iter().map(|role| name(&ROLES, role)).collect(),
        actions: drawn.actions.iter().map(|action| name(&ACTIONS, action)).collect(),
        reach: match drawn.categories.is_empty() {
            false => Reach::Of(drawn.categories.iter().map(|one| name(&CATEGORIES, one)).collect()),
            true if drawn.everywhere && drawn.permit => Reach::Everywhere,
            true => Reach::Open,
        },
        when: Some(Condition::new(source.as_str(), place)),
        purpose: PURPOSES.get(drawn.purpose).copied().flatten().map(Id::from),
    }
}

fn policies(all: impl Iterator<Item = Policy>) -> Policies {
    static TOWN: LazyLock<Definitions> = LazyLock::new(town);
    let mut definitions = TOWN.clone();
    definitions.policies = all.map(|policy| (policy.id.clone(), policy)).collect();
    Policies::check(&definitions).unwrap()
}

fn person(posts: &[Post]) -> Person {
    let id = PersonId::random(&mut Seeded::new(1)).unwrap();
    let stamp = |number: usize| Stamp { id: format!("e{number}").into(), time: Time::ZERO, actor: None };
    let granted =
        posts.iter().enumerate().map(|(number, post)| registry::role_granted(stamp(number), id, post));
    Person::fold(id, &granted.collect::<Vec<_>>())
}

/// Asks `look` about a request with these facts.
fn ask<T>(asking: &Asking, look: impl FnOnce(&Request<'_>) -> T) -> T {
    let post = asking
        .post
        .map(|(role, office)| Post::new(ROLES.get(role).copied().unwrap(), OFFICES.get(office).unwrap().0));
    let someone = person(post.as_slice());
    let actor = Actor::of(&someone, post.as_ref()).unwrap();
    let case = asking.case.as_ref().map(|case| {
        let office = Id::from(OFFICES.get(case.office).unwrap().0);
        let other = ObjectRef::new("person", "0123456789abcdef0123456789abcdef");
        CaseFacts {
            id: ObjectRef::new("application", "1"),
            procedure: "card".into(),
            category: CATEGORIES.get(case.category).copied().unwrap().into(),
            party: case.own.map(|own| if own { someone.id.object() } else { other }),
            offices: BTreeSet::from([office.clone()]),
            office,
            roles: BTreeSet::new(),
            handlers: BTreeSet::new(),
            channel: Some(Channel::Web),
            handed_in: case.handed_in,
            ended: case.ended,
            complained: false,
        }
    });
    let step = asking.step.map(|(role, office)| StepFacts {
        id: "step".into(),
        kind: StepKind::Act,
        role: ROLES.get(role).copied().unwrap().into(),
        office: OFFICES.get(office).unwrap().0.into(),
        holder: None,
    });
    let purpose = PURPOSES.get(asking.purpose).copied().flatten().map(Id::from);
    look(&Request {
        actor: &actor,
        action: name_of(asking.action),
        purpose: purpose.as_ref(),
        case: case.as_ref(),
        step: step.as_ref(),
        office: None,
        staff: None,
        today: TODAY,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_decided_as_written_down(
        all in prop::collection::vec(drawn(), 0..6),
        asking in asking(),
    ) {
        let right = oracle(&all, &asking);
        let named = |number: usize, drawn: &Drawn| policy(format!("p{number:02}"), drawn);
        let forward = policies(all.iter().enumerate().map(|(number, one)| named(number, one)));
        // Policies are kept by name, so that other names are another order.
        let backward = policies(all.iter().enumerate().map(|(number, one)| named(90 - number, one)));
        let (decision, allows) = ask(&asking, |request| (forward.decide(request), forward.allows(request)));
        prop_assert_eq!(decision.allowed(), right, "{:?} of {:?}", asking, all);
        prop_assert_eq!(allows, right);
        prop_assert_eq!(ask(&asking, |request| backward.decide(request).allowed()), right);
        if all.iter().all(|one| !one.permit) {
            prop_assert!(!right, "what no policy permits is denied");
        }
    }

    /// A policy that is added never turns the other way.
    #[test]
    fn a_forbid_never_opens_and_a_permit_never_closes(
        all in prop::collection::vec(drawn(), 0..5),
        added in drawn(),
        asking in asking(),
    ) {
        let of = |all: &[Drawn]| {
            let named = all.iter().enumerate().map(|(number, one)| policy(format!("p{number:02}"), one));
            let policies = policies(named);
            ask(&asking, |request| policies.allows(request))
        };
        let (before, after) = (of(&all), of(&[all.clone(), vec![added.clone()]].concat()));
        match added.permit {
            true => prop_assert!(after || !before),
            false => prop_assert!(before || !after),
        }
    }
}

/// Somebody who asks for something under the shipped packs: names are drawn from what the packs define.
#[derive(Clone, Debug)]
struct Abroad {
    role: Option<prop::sample::Index>,
    at: prop::sample::Index,
    office: prop::sample::Index,
    more: Option<prop::sample::Index>,
    procedure: prop::sample::Index,
    action: usize,
    purpose: Option<prop::sample::Index>,
    own: Option<bool>,
    window: bool,
    handed_in: bool,
    ended: bool,
    handled: bool,
    complained: bool,
    step: Option<(prop::sample::Index, prop::sample::Index)>,
}

fn abroad() -> impl Strategy<Value = Abroad> {
    let index = any::<prop::sample::Index>;
    let maybe = || proptest::option::of(any::<prop::sample::Index>());
    let step = proptest::option::of((index(), index()));
    let flag = any::<bool>;
    let flags = (proptest::option::of(flag()), flag(), flag(), flag(), flag(), flag());
    let rest = (index(), 0..ACTIONS.len(), maybe(), flags, step);
    (maybe(), index(), index(), maybe(), rest).prop_map(|(role, at, office, more, rest)| {
        let (procedure, action, purpose, (own, window, handed_in, ended, handled, complained), step) = rest;
        Abroad {
            role,
            at,
            office,
            more,
            procedure,
            action,
            purpose,
            own,
            window,
            handed_in,
            ended,
            handled,
            complained,
            step,
        }
    })
}

struct City {
    definitions: Definitions,
    policies: Policies,
    roles: Vec<Id>,
    offices: Vec<Id>,
    procedures: Vec<Id>,
    purposes: Vec<Id>,
}

static CITY: LazyLock<City> = LazyLock::new(|| {
    let definitions = shipped();
    City {
        policies: Policies::check(&definitions).unwrap(),
        roles: definitions.roles.keys().cloned().collect(),
        offices: definitions.offices.keys().cloned().collect(),
        procedures: definitions.procedures.keys().cloned().collect(),
        purposes: definitions.purposes.keys().cloned().collect(),
        definitions,
    }
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The line that the shipped policies hold, whatever else they say.
    #[test]
    fn the_shipped_policies_hold_their_line(asking in abroad()) {
        let city = &*CITY;
        let at = asking.at.get(&city.offices);
        let post = asking.role.map(|role| Post::new(role.get(&city.roles).clone(), at.clone()));
        let someone = person(post.as_slice());
        let actor = Actor::of(&someone, post.as_ref()).unwrap();
        let office = asking.office.get(&city.offices);
        let procedure = &city.definitions.procedures[asking.procedure.get(&city.procedures)];
        let offices: BTreeSet<Id> =
            [Some(office), asking.more.as_ref().map(|more| more.get(&city.offices))].into_iter().flatten().cloned().collect();
        let other = ObjectRef::new("person", "0123456789abcdef0123456789abcdef");
        let case = CaseFacts {
            id: ObjectRef::new("application", "1"),
            procedure: procedure.id.clone(),
            category: procedure.category.clone(),
            party: asking.own.map(|own| if own { someone.id.object() } else { other }),
            office: office.clone(),
            offices: offices.clone(),
            roles: city.roles.iter().cloned().collect(),
            handlers: asking.handled.then(|| someone.id.object()).into_iter().collect(),
            channel: Some(if asking.window { Channel::Window } else { Channel::Web }),
            handed_in: asking.handed_in,
            ended: asking.ended,
            complained: asking.complained,
        };
        let step = asking.step.map(|(role, office)| StepFacts {
            id: "step".into(),
            kind: StepKind::Act,
            role: role.get(&city.roles).clone(),
            office: office.get(&city.offices).clone(),
            holder: None,
        });
        let purpose = asking.purpose.as_ref().map(|purpose| purpose.get(&city.purposes));
        let action = name_of(asking.action);
        let request = Request {
            actor: &actor,
            action,
            purpose,
            case: Some(&case),
            step: step.as_ref(),
            office: None,
            staff: None,
            today: TODAY,
        };
        if !city.policies.allows(&request) {
            return Ok(());
        }
        let own = asking.own == Some(true);
        let looks = ["read-case", "read-personal", "supervise"].contains(&action);
        let works = ["accept", "examine", "decide", "deliver", "act", "correct", "take", "hand-over", "reply"];
        let above = offices.iter().any(|one| city.definitions.lies_in(one, at));
        prop_assert!(own || post.is_some(), "whoever acts for themselves has their own cases alone");
        prop_assert!(own || !looks || above, "nobody looks at what no office of theirs or below had a part in");
        prop_assert!(own || action != "read-personal" || purpose.is_some(), "personal data is read for a purpose");
        let answers = purpose.is_some_and(|purpose| purpose.as_str() == "answer-complaint");
        let waits = asking.complained && !asking.handled;
        prop_assert!(own || !answers || action != "read-personal" || waits,
            "a complaint is what personal data is read for to answer it, by whoever had no hand in the case");
        let role = post.as_ref().map(|post| post.role.as_str());
        let citys = ["clerk", "examiner", "approver"].map(Some).contains(&role);
        if procedure.category.as_str() == "enforcement" && citys {
            prop_assert!(!looks && action != "amend", "those who serve applicants see nothing of enforcement");
        }
        if procedure.category.as_str() == "oversight" {
            prop_assert!(action != "amend", "what was found is nobody's to amend");
        }
        prop_assert!(!own || !works.contains(&action), "nobody handles their own");
        let entered = asking.window && post.as_ref().is_some_and(|post| post.role.as_str() == "clerk");
        let draft = !asking.handed_in && asking.own == Some(false);
        prop_assert!(!draft || !looks || entered, "a draft is its party's alone");
        if works.contains(&action) {
            let theirs = step.as_ref().zip(post.as_ref()).is_some_and(|(step, post)| {
                step.role == post.role && step.office == post.office
            });
            // Whoever looks after people hands on the work of somebody who is away, and does none of it.
            let hands_on = action == "hand-over" && post.as_ref().zip(step.as_ref()).is_some_and(|(post, step)| {
                post.role.as_str() == "administrator" && city.definitions.lies_in(&step.office, at)
            });
            let answers = action == "reply" && post.as_ref().zip(step.as_ref()).is_some_and(|(post, step)| {
                post.role.as_str() == "supervisor" && city.definitions.lies_in(&step.office, at)
            });
            prop_assert!(theirs || hands_on || answers, "a step is done by its role in its office");
            prop_assert!(!asking.handled || action != "reply", "nobody answers a complaint about their own work");
        }
    }
}
