//! The demonstration is made at many moments: each of its cases must stand where its scene should have it, whatever the
//! day. Whoever breaks a pack so that a scene cannot be played is told here which.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use super::play::Player;
use super::rehearsal::{Stage, Who};
use super::{Rehearsed, beginning, duty, make, rehearse, scenes, sign_ins, stands};
use access::Post;
use access::password::Argon2id;
use casework::Book;
use casework::state::Stage as Far;
use oversight::catalogue::{Catalogue, Links, Ready, Recall, Unready, try_all};
use oversight::check::Until;
use oversight::condition::Language;
use oversight::derive;
use oversight::log::Log;
use oversight::map::{Cases, Conformance, Follows, Reading, Reference};
use pack::Title;
use pack::model::{Start, Step};
use record::{Record, Time};
use std::collections::{BTreeMap, BTreeSet};
use web::server::{City, Settings};

fn book() -> (Vec<pack::File>, Book) {
    let files = crate::packs::files(None, crate::say::Say { json: false }).unwrap();
    let book = Book::read(&files).unwrap();
    (files, book)
}

fn at(text: &str) -> Time {
    Time::parse(&format!("{text}:00+08:00")).unwrap()
}

/// Moments of all kinds: working hours, nights, a weekend, before, in and after long holidays, a leap day, a year whose
/// calendar is not published.
const MOMENTS: [&str; 14] = [
    "2026-11-26T15:30",
    "2026-11-26T02:10",
    "2026-11-29T11:00",
    "2027-01-02T10:00",
    "2026-02-13T16:50",
    "2026-02-20T12:00",
    "2026-02-24T09:05",
    "2026-05-03T20:00",
    "2026-06-30T08:55",
    "2026-10-04T10:30",
    "2026-10-09T12:40",
    "2026-12-31T23:59",
    "2027-02-17T10:00",
    "2028-02-29T14:00",
];

#[test]
fn every_scene_comes_as_far_as_it_should_whenever_it_is_made() {
    let (_, book) = book();
    let law = book.definitions.law.as_ref().unwrap();
    let services = scenes::HOUSEHOLD.len() + scenes::CARDS.len() + scenes::TRAVEL.len() + scenes::ROADS.len();
    let duties: usize = duty::STORIES.iter().map(|story| story.scenes.len()).sum();
    let check = |moment: &str| {
        let now = at(moment);
        let stage = Stage { all: &book.definitions, law, edition: book.digest, now };
        let cases = rehearse(&Player { stage }).unwrap_or_else(|failures| panic!("{moment}: {failures:#?}"));
        assert_eq!(cases.len(), services + duties, "{moment}: a scene was left out");
        let numbers: BTreeSet<_> = cases.iter().map(|one| one.case.case.to_string()).collect();
        assert_eq!(numbers.len(), cases.len(), "{moment}: two cases have one number");
        for Rehearsed { case, .. } in &cases {
            let times: Vec<Time> = case.moves.iter().map(|own| own.at).collect();
            assert!(times.is_sorted(), "{moment} {}: out of order", case.procedure.id);
            let inside = |time: &Time| *time > beginning(now) && *time <= now;
            assert!(times.iter().all(inside), "{moment} {}: {times:?}", case.procedure.id);
        }
        offices_keep_their_hours(&cases, law);
    };
    let (some, others) = MOMENTS.split_at(MOMENTS.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| some.iter().for_each(|moment| check(moment)));
        others.iter().for_each(|moment| check(moment));
    });
}

/// What staff do for people who asked for a service is done in office hours; the police are there at any time.
fn offices_keep_their_hours(cases: &[Rehearsed<'_>], law: &pack::days::Law) {
    for Rehearsed { case, .. } in cases.iter().filter(|one| one.case.procedure.start == Start::Party) {
        for own in case.moves.iter().filter(|own| matches!(own.who, Who::Post(..))) {
            let local = pack::days::local(own.at);
            let open = law.calendar.works(local.date()) && (9..18).contains(&local.hour());
            assert!(open, "{} at {}: {:?}", case.procedure.id, own.at, own.command);
        }
    }
}

/// Somebody for each step of a procedure begun at an office, so that steps that need two people have two; `None` where there
/// is no such choice.
fn hands<'a>(
    steps: &[(&'a Step, Vec<&'static str>)],
    chosen: &[(&'a Step, &'static str)],
) -> Option<Vec<(&'a Step, &'static str)>> {
    let Some(((step, able), rest)) = steps.split_first() else { return Some(chosen.to_vec()) };
    able.iter().find_map(|login| {
        let apart = |one: &Step, other: &Step| one.separate.contains(&other.id);
        let barred = |(other, by): &(&Step, &str)| by == login && (apart(step, other) || apart(other, step));
        if chosen.iter().any(barred) {
            return None;
        }
        hands(rest, &[chosen, &[(*step, *login)]].concat())
    })
}

/// Whoever tries the demonstration can carry every service and duty to its end with the sign-ins that are printed.
#[test]
fn every_procedure_can_be_carried_to_its_end_by_those_who_sign_in() {
    let (_, book) = book();
    let all = &book.definitions;
    let people = super::people::posts(all);
    let mut wrong = Vec::new();
    for procedure in all.procedures.values() {
        let able = |office: &pack::Id, step: &Step| {
            let post = Post::new(step.role.clone(), all.office_of(office, step));
            let holders = people.iter().filter(|(_, posts)| posts.contains(&post));
            holders.map(|(login, _)| *login).collect::<Vec<_>>()
        };
        let program = |step: &&Step| all.roles.get(&step.role).is_none_or(|role| !role.program);
        let by_program = match &procedure.start {
            Start::Role(role) => all.roles.get(role).is_some_and(|role| role.program),
            Start::Party => false,
        };
        let mut offices = all.offices.values().filter(|office| by_program || procedure.handled_by(office));
        // What an office itself begins, its starter begins there.
        let starts = |office: &pack::Id| match &procedure.start {
            Start::Party => true,
            Start::Role(_) if by_program => true,
            Start::Role(role) => {
                people.iter().any(|(_, posts)| posts.contains(&Post::new(role.clone(), office.clone())))
            }
        };
        let goes = |office: &pack::model::Office| {
            let steps: Vec<_> = procedure
                .flow
                .steps
                .iter()
                .filter(program)
                .map(|step| (step, able(&office.id, step)))
                .collect();
            starts(&office.id) && hands(&steps, &[]).is_some()
        };
        if !offices.any(goes) {
            wrong.push(procedure.id.to_string());
        }
    }
    assert!(wrong.is_empty(), "nobody who signs in can finish: {wrong:?}");
}

#[test]
fn the_city_is_made_and_everybody_has_something_to_do() {
    let (files, book) = book();
    let dir = tempfile::tempdir().unwrap();
    let now = at("2026-11-26T15:30");
    let record = Record::create_in(dir.path()).unwrap();
    drop(casework::Casework::open(record.clone(), &files, beginning(now)).unwrap());
    let settings = Settings {
        title: Title::new("示范市", "Demo City"),
        directory_key: [7; 32],
        password_cost: Argon2id::CHEAPEST,
        clock: || at("2026-11-26T15:30"),
        demo: sign_ins(&book.definitions),
    };
    let city = City::open(record, &files, settings).unwrap();
    make(&city, now).unwrap();
    let record = city.casework.record();
    assert!(stands(record).unwrap());
    assert!(record.verify(&mut |_, _| {}).unwrap().is_sound());

    let times: Vec<Time> =
        record.entries(0, usize::MAX).unwrap().into_iter().map(|entry| entry.event.time).collect();
    assert!(times.is_sorted(), "the record tells of what happened in order");

    everything_referred_to_is_there(record);
    let all = &city.casework.book().definitions;
    let mut idle = Vec::new();
    for demo in &city.settings.demo {
        let id = city.find_person(&demo.login).unwrap();
        let posts: Vec<Post> = city.person(id).unwrap().now.posts.into_iter().collect();
        let busy = city
            .casework
            .board(|board| {
                let waits = |post: &Post| match post.role.as_str() {
                    "supervisor" => board.late(now),
                    // People to look after.
                    "administrator" => city.settings.demo.len(),
                    _ => board.queue(&post.office, &post.role).count(),
                };
                if posts.is_empty() {
                    board.of_party(&id.object()).count()
                } else {
                    posts.iter().map(waits).sum()
                }
            })
            .unwrap();
        if busy == 0 {
            idle.push(demo.login.clone());
        }
    }
    // They come in where a visitor carries on what the scenes leave open, or begins a service of theirs.
    insta::assert_snapshot!("who_waits_for_the_visitor", idle.join("\n"));
    insta::assert_snapshot!(picture(&city, all, now));
    insta::assert_snapshot!("what_models_find_in_the_city", found(record, all, now));
    agrees_with_its_procedures(record, all);
}

/// No case refers to another that there is not, and nobody gave themselves a post.
fn everything_referred_to_is_there(record: &Record) {
    let entries = record.entries(0, usize::MAX).unwrap();
    let cases: BTreeSet<_> = entries.iter().filter_map(|entry| entry.event.object("case").cloned()).collect();
    let kinds: BTreeSet<_> = cases.iter().map(|case| case.kind.clone()).collect();
    for entry in &entries {
        let related = entry.event.objects.iter().map(|relation| &relation.object);
        let changed = entry.event.changes.iter().filter_map(|change| {
            change
                .value
                .as_text()
                .and_then(record::ObjectRef::parse)
                .filter(|object| kinds.contains(&object.kind))
        });
        for object in related.cloned().chain(changed).filter(|object| kinds.contains(&object.kind)) {
            assert!(cases.contains(&object), "{}: nothing is called `{object}`", entry.event.id);
        }
        if entry.event.activity.as_str() == access::activity::ROLE_GRANTED {
            assert_eq!(entry.event.actor, Some(access::staff::operator()), "{}", entry.event.id);
        }
    }
}

/// What casework lets people do is what the procedures allow, as the map reads them; cases that are over lack nothing.
fn agrees_with_its_procedures(record: &Record, all: &pack::Definitions) {
    let mut logs: BTreeMap<pack::Id, Log> = BTreeMap::new();
    let mut of: BTreeMap<record::ObjectRef, pack::Id> = BTreeMap::new();
    let mut over: BTreeSet<String> = BTreeSet::new();
    for entry in record.entries(0, usize::MAX).unwrap() {
        let Some(case) = casework::activity::moved(&entry.event) else { continue };
        if entry.event.activity.as_str() == casework::activity::STARTED {
            let procedure = entry.event.attribute("procedure").and_then(record::Value::as_text).unwrap();
            of.insert(case.clone(), procedure.into());
        }
        over.extend(entry.event.attribute("ended").map(|_| case.id.to_string()));
        logs.entry(of[case].clone()).or_default().push(&entry.event).unwrap();
    }
    let mut moves = 0;
    for (id, log) in &logs {
        let procedure = &all.procedures[id];
        let traces = log.traces(procedure.object.as_str()).unwrap();
        let cases = Cases::of(log, &traces, &Reading::default());
        let is_over = |case: usize| over.contains(traces.object(case).unwrap().id.as_str());
        let reference = Reference::new(procedure);
        let fit = Conformance::of(&cases, &Follows::of(&cases), &reference, is_over);
        let wrong = fit.wrong.iter().map(|one| (cases.name(one.activity), &one.why)).collect::<Vec<_>>();
        assert_eq!((wrong, &fit.missing), (Vec::new(), &Vec::new()), "{id}");
        moves += fit.cases.iter().map(|case| case.moves).sum::<u32>();
    }
    assert!(moves > 300, "{moves}");
}

/// What a model is about, as far as the procedure says from which it follows.
fn duty(model: &pack::models::Model) -> &'static str {
    model.origin.as_ref().map_or("written", |origin| origin.duty.word())
}

/// The clock that a model follows from, where it is that clock's own limit.
fn clock<'a>(model: &pack::models::Model, all: &'a pack::Definitions) -> Option<&'a str> {
    let origin = model.origin.as_ref().filter(|origin| origin.duty == pack::models::Duty::Deadline)?;
    let clause = origin.clause.strip_suffix("-after-a-stop").unwrap_or(&origin.clause);
    let clocks = &all.procedures.get(&origin.procedure)?.flow.clocks;
    clocks.iter().map(|clock| clock.id.as_str()).find(|id| *id == clause)
}

/// What the models find in the city's record: how often each duty was kept, and which models are broken.
fn found(record: &Record, all: &pack::Definitions, now: Time) -> String {
    let derived = derive::all(all);
    let catalogue = Catalogue { all, models: derived.iter().chain(all.models.values()).collect() };
    let (mut log, mut links, mut recall) = (Log::new(), Links::new(), Recall::of(catalogue.attributes()));
    for entry in record.entries(0, usize::MAX).unwrap() {
        links.push(&entry.event);
        log.push(&recall.seen(&entry.event)).unwrap();
    }
    let catalogue = catalogue.about(&log);
    let language = Language::new(&log, &catalogue.attributes());
    let mut unready = Unready::new(all, &language);
    let ready: Vec<Ready> = catalogue.models.iter().map(|model| unready.ready(model).unwrap()).collect();
    let mut broken: BTreeMap<String, usize> = BTreeMap::new();
    let mut late: BTreeSet<(String, String)> = BTreeSet::new();
    let summaries = try_all(&log, &links, &ready, Until::Open(now), &mut |at, found| {
        if found.finding.verdict.is_violated() {
            let model = catalogue.models[at];
            *broken.entry(format!("{}: {}", duty(model), model.id)).or_default() += 1;
            late.extend(clock(model, all).map(|clock| (found.scope[0].to_string(), clock.to_owned())));
        }
    });
    let passed = record.entries(0, usize::MAX).unwrap().into_iter().map(|entry| entry.event);
    let passed: BTreeSet<(String, String)> = passed
        .filter(|event| event.activity.as_str() == casework::activity::EXPIRED)
        .map(|event| {
            let clock = event.attribute("clock").and_then(record::Value::as_text).unwrap().to_owned();
            (event.object("case").unwrap().to_string(), clock)
        })
        .collect();
    assert_eq!(late, passed, "models find late what the timer found late");
    let mut kept: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for (model, summary) in catalogue.models.iter().zip(&summaries) {
        let sums = kept.entry(duty(model)).or_default();
        let of = summary.activations;
        for (sum, count) in sums.iter_mut().zip([of.fulfilled, of.violated, of.pending]) {
            *sum += count;
        }
    }
    let kept = kept.iter().map(|(duty, [kept, broken, pending])| {
        format!("{duty}: {kept} kept, {broken} broken, {pending} pending\n")
    });
    let broken = broken.iter().map(|(what, times)| format!("{what}: {times}\n"));
    kept.chain(["broken:\n".to_owned()]).chain(broken).collect()
}

/// How many cases stand how, by category.
fn picture(city: &City, all: &pack::Definitions, now: Time) -> String {
    let mut rows: BTreeMap<String, [usize; 5]> = BTreeMap::new();
    city.casework
        .board(|board| {
            let mut count = |procedure: &pack::Id, column: usize, count: usize| {
                let category = all.procedures.get(procedure).map(|one| one.category.to_string());
                rows.entry(category.unwrap_or_default()).or_default()[column] += count;
            };
            for state in board.running() {
                let due = state.case.as_ref().and_then(|case| board.due(case));
                count(
                    &state.procedure,
                    match (&state.stage, due) {
                        (Far::Draft, _) => 0,
                        (Far::Correcting, _) => 1,
                        (_, Some(due)) if due < now => 3,
                        _ => 2,
                    },
                    1,
                );
            }
            board.over().for_each(|(procedure, over)| count(procedure, 4, over as usize));
        })
        .unwrap();
    let rows: Vec<String> = rows
        .into_iter()
        .map(|(category, [draft, correcting, open, late, over])| {
            format!("{category}: {draft} drafts, {correcting} to be corrected, {open} open, {late} late, {over} over")
        })
        .collect();
    rows.join("\n")
}
