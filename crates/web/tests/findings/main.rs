//! Oversight of the living record: what breaks a model becomes a finding, is worked on like every case, closes by itself
//! where a correction shows that nothing was broken, and is neither lost nor doubled over a restart.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test stops at its first surprise"
)]

#[path = "../serving/socket.rs"]
mod socket;
#[path = "../world/mod.rs"]
mod world;

use casework::activity::part;
use casework::state::State;
use casework::{Command, activity};
use pack::Id;
use record::{Event, ObjectRef, Value, Version};
use socket::Server;
use std::time::{Duration, Instant};
use world::World;
use world::call::Shown;
use world::cases::{NUMBER, OFFICE, SECRET, Stage};

/// The model that a second request for corrections breaks.
const MODEL: &str = "told-once-what-is-missing";

/// The findings of a model, with their states.
fn findings(world: &World, model: &str) -> Vec<State> {
    let record = world.city.casework.record();
    let all = record.entries(0, usize::MAX).unwrap();
    let begun = all.iter().filter(|entry| entry.event.activity.as_str() == activity::STARTED);
    let cases = begun.filter_map(|entry| entry.event.object(part::CASE));
    let findings = cases.filter(|case| case.kind.as_str() == "finding");
    let states = findings.map(|case| State::clone(&world.view(case).state));
    states
        .filter(|state| state.answers.get("model").and_then(record::Value::as_text) == Some(model))
        .collect()
}

/// The findings of [`MODEL`] once they are as wanted, or after a minute.
fn soon(world: &World, wanted: impl Fn(&[State]) -> bool) -> Vec<State> {
    soon_of(world, MODEL, wanted)
}

fn soon_of(world: &World, model: &str, wanted: impl Fn(&[State]) -> bool) -> Vec<State> {
    let begun = Instant::now();
    loop {
        let found = findings(world, model);
        if wanted(&found) || begun.elapsed() > Duration::from_secs(60) {
            return found;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Has a clerk ask twice for what is missing; the event of the second time.
fn break_it(world: &World) -> (ObjectRef, Event) {
    let case = world.case(Stage::Open);
    let ask =
        || Command::Correct { step: "accept".into(), notes: vec![("before".into(), "看不清".to_owned())] };
    world.act(&case, "clerk", &ask());
    let answers = vec![("before".into(), Some(Value::from("看得清了")))];
    world.act(&case, "party", &Command::Save { answers });
    world.act(&case, "party", &Command::Answer);
    world.act(&case, "clerk", &ask());
    let last = world.city.casework.record().history(&case, Version(0), usize::MAX).unwrap().pop().unwrap();
    assert_eq!(last.event.activity.as_str(), activity::CORRECTION_REQUESTED);
    (case, last.event)
}

/// The city of a server that has stopped, in another process as it were.
fn started_again(world: World) -> Server {
    let World { dir, city, runtime, router, .. } = world;
    drop((router, runtime));
    let begun = Instant::now();
    let mut city = Some(city);
    // Whoever still holds it lets go within a tick.
    while let Some(held) = city.take() {
        city = std::sync::Arc::try_unwrap(held).err().filter(|_| begun.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
    let record = record::Record::create_in(dir.path()).unwrap();
    Server::new(World::empty(dir, record, &world::packs(), |_| {}))
}

fn open(found: &[State]) -> usize {
    found.iter().filter(|state| state.submitted.is_some() && !state.ended()).count()
}

#[test]
fn a_breach_becomes_a_finding_that_is_worked_on_until_it_is_cleared() {
    let mut server = Server::new(World::new());
    let (case, last) = break_it(&server.world);
    let found = soon(&server.world, |found| open(found) == 1);
    let [state] = found.as_slice() else { panic!("{} findings", found.len()) };
    assert_eq!(state.office.as_str(), OFFICE);
    let text = |field: &str| state.answers.get(field).and_then(record::Value::as_text).unwrap_or_default();
    assert_eq!(text("objects"), case.to_string());
    assert!(text("evidence").lines().any(|id| id == last.id.as_str()), "{}", text("evidence"));
    let finding = state.case.clone().unwrap();

    let world = &server.world;
    let shown = Shown::Browser(world.sign_in("supervisor-city"));
    let board = world.get(&shown, "/board/findings").text();
    assert!(board.contains("What is missing is told once") && board.contains(finding.id.as_str()), "{board}");
    let page = world.get(&shown, &format!("/board/findings/{}", finding.id)).text();
    for entry in text("entries").lines() {
        assert!(page.contains(&format!("/board/entries/{entry}")), "{page}");
        assert!(world.get(&shown, &format!("/board/entries/{entry}")).status.is_success());
    }
    let first = world.city.casework.record().history(&finding, Version(0), 1).unwrap()[0].index;
    let entry = world.get(&shown, &format!("/board/entries/{first}")).text();
    assert!(entry.contains("Engine of oversight") && !entry.contains("the timer"), "{entry}");
    for page in [&board, &page] {
        assert!(![SECRET, NUMBER, "王莲生"].iter().any(|secret| page.contains(secret)), "{page}");
    }
    // Who may not supervise the office sees none of it.
    // Whoever may look at it and supervises nobody finds it at their desk, in words and with what they may open.
    for (login, status) in [("clerk", 403), ("approver", 303), ("party", 403), ("supervisor-elsewhere", 404)]
    {
        let shown = Shown::Browser(world.sign_in(login));
        let reply = world.get(&shown, &format!("/board/findings/{}", finding.id));
        assert_eq!(reply.status.as_u16(), status, "{login}");
    }

    let desk = format!("/desk/cases/{}", finding.id);
    for (login, of_case) in [("approver", "/desk/cases/"), ("supervisor-city", "/board/cases/")] {
        let shown = Shown::Browser(world.sign_in(login));
        let page = world.get(&shown, &desk).text();
        for told in
            ["What is missing is told once", "Apologise to the applicant", &format!("{of_case}{}", case.id)]
        {
            assert!(page.contains(told), "{login} is not told {told}: {page}");
        }
        let raw = [
            text("edition"),
            text("says"),
            SECRET,
            NUMBER,
            "Later events show no breach",
            "the applicant will",
        ];
        assert!(!raw.iter().any(|raw| page.contains(raw)), "{login}: {page}");
        // It was asked for at no window, and time alone did nothing.
        assert!(page.contains("Engine of oversight"), "{login}: {page}");
        for wrong in ["Window", "the timer"] {
            assert!(!page.contains(wrong), "{login} is told {wrong}: {page}");
        }
        assert_eq!(page.contains("/board/entries/"), login == "supervisor-city");
    }

    for (who, step, outcome) in [
        ("supervisor-city", "assign", "assigned"),
        ("approver", "explain", "explained"),
        ("approver", "rectify", "rectified"),
        ("supervisor-city", "verify", "again"),
        ("approver", "rectify", "rectified"),
        ("supervisor-city", "verify", "cleared"),
    ] {
        let (step, outcome) = (Id::from(step), Id::from(outcome));
        let reasons = Some("已向申请人说明".to_owned());
        world.act(&finding, who, &Command::Do { step, outcome, reasons, answers: Vec::new() });
    }
    assert!(findings(world, MODEL)[0].ended());
    // It stays cleared, and after a restart nothing is found anew.
    server.stop();
    let before = server.world.city.casework.record().len().unwrap();
    let again = started_again(server.world);
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(again.world.city.casework.record().len().unwrap(), before);
}

#[test]
fn a_correction_that_mends_it_closes_the_finding_by_itself() {
    let server = Server::new(World::new());
    let world = &server.world;
    let (case, last) = break_it(world);
    let (_, _) = break_it(world);
    assert_eq!(open(&soon(world, |found| open(found) == 2)), 2);
    // What was told as a second request had been the taking of the step.
    let mut mend = Event::new(format!("{case}/mended"), activity::AMENDED, world.city.now());
    mend = mend.with("restates", activity::TAKEN).with("step", "accept");
    mend.corrects = Some(last.id.clone());
    mend.objects = last.objects.clone();
    world.city.casework.record().append(mend).unwrap();
    let found = soon(world, |found| open(found) == 1);
    assert_eq!(open(&found), 1);
    let closed: Vec<&State> = found.iter().filter(|state| state.ended()).collect();
    let [closed] = closed.as_slice() else { panic!("{} are closed", closed.len()) };
    assert_eq!(
        closed.answers.get("objects").and_then(record::Value::as_text),
        Some(case.to_string().as_str())
    );
    let done = closed.done(&"when-mended".into()).unwrap();
    assert_eq!((done.outcome.as_str(), &done.by), ("mended", &None));
}

#[test]
fn what_happened_while_nobody_watched_is_found_at_the_next_start() {
    let world = World::new();
    let (case, _) = break_it(&world);
    assert!(findings(&world, MODEL).is_empty());
    let mut server = Server::new(world);
    assert_eq!(open(&soon(&server.world, |found| open(found) == 1)), 1);
    server.stop();
    let last = server.world.city.casework.record().history(&case, Version(0), usize::MAX).unwrap();
    let last = last.into_iter().map(|entry| entry.event);
    let last = last.filter(|event| event.activity.as_str() == activity::CORRECTION_REQUESTED).last().unwrap();
    let mut mend = Event::new(format!("{case}/mended"), activity::AMENDED, server.world.city.now());
    mend = mend.with("restates", activity::TAKEN).with("step", "accept");
    mend.corrects = Some(last.id.clone());
    mend.objects = last.objects.clone();
    server.world.city.casework.record().append(mend).unwrap();
    let server = started_again(server.world);
    assert_eq!(open(&soon(&server.world, |found| open(found) == 0)), 0);
    assert_eq!(findings(&server.world, MODEL).len(), 1);
}

/// Packs are read anew while the city runs: a model that comes finds what history holds, one that goes has its findings closed,
/// and packs with faults change nothing.
#[test]
fn models_come_and_go_while_the_city_runs() {
    let server = Server::new(World::new());
    let world = &server.world;
    break_it(world);
    assert_eq!(open(&soon(world, |found| open(found) == 1)), 1);
    let packs = world::packs();
    let with = |change: &dyn Fn(&mut Vec<pack::File>)| {
        let mut files = packs.clone();
        change(&mut files);
        files
    };
    let more = with(&|files| {
        files.push(pack::File {
            path: "oversight/more.toml".to_owned(),
            text: r#"
[model.never-asked]
title = { zh = "一次办成", en = "Nothing is ever asked for" }
of = "application"
absence = "correction requested"
basis = { zh = "本单位自定", en = "the office's own rule" }
"#
            .to_owned(),
        });
    });
    assert!(findings(world, "never-asked").is_empty());
    assert!(world.city.adopt(&more).unwrap());
    assert!(!world.city.adopt(&more).unwrap(), "they are as they were");
    assert_eq!(open(&soon_of(world, "never-asked", |found| open(found) == 1)), 1);

    let edition = world.city.casework.book().digest;
    let bad = with(&|files| {
        let text = "[model.a]\nof = \"nothing\"\n[model.b]\nabsence = 3\n".to_owned();
        files.push(pack::File { path: "oversight/bad.toml".to_owned(), text });
    });
    match world.city.adopt(&bad) {
        Err(casework::OpenError::Packs(problems)) => assert!(problems.len() >= 2, "{problems:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.city.casework.book().digest, edition);

    // The model goes by another name: the one is withdrawn, the other finds what it would have found.
    let renamed = with(&|files| {
        for file in files {
            file.text = file.text.replace(&format!("[model.{MODEL}]"), "[model.told-once]");
            file.text = file.text.replace("What is missing is told once", "All is said at once");
        }
    });
    assert!(world.city.adopt(&renamed).unwrap());
    assert_eq!(open(&soon_of(world, "told-once", |found| open(found) == 1)), 1);
    let closed = |model: &str| {
        let found = soon_of(world, model, |found| open(found) == 0);
        let [state] = found.as_slice() else { panic!("{} findings of {model}", found.len()) };
        state.done(&"when-mended".into()).map(|done| done.outcome.to_string())
    };
    assert_eq!(closed(MODEL).as_deref(), Some("model-changed"));
    assert_eq!(closed("never-asked").as_deref(), Some("model-changed"));
    assert_eq!(findings(world, "told-once").len(), 1);

    // What was found before is told in the words that were in force then, and what went with its model was not cleared.
    let shown = Shown::Browser(world.sign_in("supervisor-city"));
    let (old, new) = ("What is missing is told once", "All is said at once");
    for (model, said, other) in [(MODEL, old, new), ("told-once", new, old)] {
        let found = findings(world, model);
        let finding = found[0].case.as_ref().unwrap();
        let page = world.get(&shown, &format!("/board/findings/{}", finding.id)).text();
        assert!(page.contains(said) && !page.contains(other), "{page}");
        assert_eq!(page.contains("the packs in force have this model no more"), model == MODEL);
        let line = world.get(&shown, &format!("/api/findings?closed=yes&model={model}")).json();
        assert_eq!(
            (&line["findings"][0]["title"]["en"], &line["closed"]),
            (&said.into(), &0.into()),
            "{line}"
        );
    }
}
