//! What a correction changed, as whoever goes on with the case sees it; and a case that is over before its time.

use super::dice::Dice;
use super::world::World;
use super::world::call::{Sent, Shown, form};
use super::world::cases::{PAGE, SECRET, Stage};
use super::{open, run};
use casework::Command;
use record::{ObjectRef, Value};
use serde_json::json;

/// A case of which a clerk wants `asked` to be corrected.
fn asked(world: &World, asked: &[&str]) -> ObjectRef {
    let case = world.case(Stage::Open);
    let notes = asked.iter().map(|id| ((*id).into(), "看不清".to_owned())).collect();
    world.act(&case, "clerk", &Command::Correct { step: "accept".into(), notes });
    case
}

fn save(world: &World, case: &ObjectRef, field: &str, answer: &str) {
    let answers = vec![(field.into(), Some(Value::from(answer)))];
    world.act(case, "party", &Command::Save { answers });
}

/// The page of the case as the clerk sees it, with personal answers open or closed.
fn page(world: &World, case: &ObjectRef, opened: bool) -> String {
    let clerk = Shown::Browser(world.sign_in("clerk"));
    let path = format!("/desk/cases/{}", case.id);
    match opened {
        true => world
            .call(&clerk, "POST", &format!("{path}/personal"), &form(&[("purpose", "handle-case")]))
            .text(),
        false => world.get(&clerk, &path).text(),
    }
}

/// What stands at one answer or paper of a page.
fn at<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {page}")).1;
    let end =
        from.find("id=\"a-").into_iter().chain(from.find("id=\"m-")).chain(from.find("</section>")).min();
    &from[..end.unwrap()]
}

#[test]
fn the_clerk_sees_what_was_changed_and_what_was_not() {
    let world = World::new();
    let case = asked(&world, &["before", "identity-card"]);
    save(&world, &case, "before", "看得清了");
    save(&world, &case, "after", "自己也改了");
    // What is changed and changed back is not changed.
    let address = world.city.casework.answers(&world.view(&case).state).unwrap()["household-address"].clone();
    save(&world, &case, "household-address", "别处");
    save(&world, &case, "household-address", address.as_text().unwrap());
    world.act(&case, "party", &Command::Answer);
    for opened in [true, false] {
        let page = page(&world, &case, opened);
        let mark = |id: &str, words: &str, before: bool| {
            let here = at(&page, id);
            assert!(here.contains(words), "{id} {words}: {here}");
            assert_eq!(here.contains("<del>"), before, "{id}: {here}");
            assert_eq!(here.contains(SECRET), before && opened, "{id}: {here}");
        };
        mark("a-form.before", "corrected as asked", true);
        mark("a-form.after", "changed without being asked for", true);
        mark("m-identity-card", "asked for, not changed", false);
        let untouched = at(&page, "a-form.household-address");
        assert!(!untouched.contains("put-right"), "{untouched}");
    }
    let program = Shown::Bearer(world.sign_in("clerk"));
    let told = world.get(&program, &format!("/api/cases/{}", case.id)).json();
    let point =
        |of: &serde_json::Value| (of["id"].to_string(), of["asked"].to_string(), of["changed"].to_string());
    let points: Vec<_> = told["corrected"].as_array().unwrap().iter().map(point).collect();
    let wanted = [("after", false, true), ("before", true, true), ("identity-card", true, false)];
    assert_eq!(
        points,
        wanted.map(|(id, asked, changed)| (format!("\"{id}\""), asked.to_string(), changed.to_string()))
    );
    assert!(!told["corrected"].to_string().contains(SECRET));
}

/// A second correction is told of by itself, also while the party is at it, and what the first one changed stays below.
#[test]
fn what_earlier_corrections_changed_stays_to_be_seen() {
    let world = World::new();
    let case = asked(&world, &["before", "identity-card"]);
    let old = world.view(&case).state.materials["identity-card"][0].digest;
    world.act(&case, "party", &Command::Detach { material: "identity-card".into(), digest: old });
    let party = Shown::Browser(world.sign_in("party"));
    let sharp = Sent::File("sharp.pdf".to_owned(), [PAGE, b" sharp"].concat());
    let path = format!("/cases/{}/materials/identity-card", case.id);
    assert_eq!(world.call(&party, "POST", &path, &sharp).status, 200);
    save(&world, &case, "before", "第一次");
    world.act(&case, "party", &Command::Answer);
    let notes = vec![("before".into(), "还是看不清".to_owned()), ("after".into(), "也请改".to_owned())];
    world.act(&case, "clerk", &Command::Correct { step: "accept".into(), notes });
    let first = |page: &str| {
        assert!(at(page, "a-form.before").contains("corrected as asked"), "{page}");
        assert!(at(page, "m-identity-card").contains("superseded by a newer file"), "{page}");
        assert!(!at(page, "a-form.after").contains("put-right"), "{page}");
    };
    first(&page(&world, &case, true));
    save(&world, &case, "after", "第二次");
    // What the party is about to change is not told before it is handed in.
    first(&page(&world, &case, true));
    world.act(&case, "party", &Command::Answer);
    let page = page(&world, &case, true);
    let before = at(&page, "a-form.before");
    let (last, earlier) = before.split_once("Correction 1").unwrap_or_else(|| panic!("{before}"));
    assert!(last.contains("asked for, not changed") && !last.contains("<del>"), "{before}");
    assert!(earlier.contains("corrected as asked") && earlier.contains(SECRET), "{before}");
    assert!(at(&page, "a-form.after").contains("corrected as asked"), "{page}");
    let paper = at(&page, "m-identity-card");
    assert!(paper.contains("Correction 1") && paper.contains("page.pdf"), "{paper}");
    let own = Shown::Bearer(world.sign_in("party"));
    let told = world.get(&own, &format!("/api/cases/{}", case.id)).json();
    let point = |of: &serde_json::Value| {
        let file = of["files"].as_array().and_then(|files| files.first()).map(|file| file["digest"].clone());
        format!(
            "{} {} {} → {} {}",
            of["correction"],
            of["id"],
            of["before"],
            of["after"],
            file.unwrap_or_default()
        )
    };
    let points: Vec<_> = told["corrected"].as_array().unwrap().iter().map(point).collect();
    let was = [0, 2].map(|at| told["corrected"][at]["before"].to_string());
    assert!(was.iter().all(|was| was.contains(SECRET)), "{was:?}");
    assert_eq!(
        points,
        [
            format!("1 \"before\" {} → \"第一次\" null", was[0]),
            format!("1 \"identity-card\" null → null \"{old}\""),
            format!("2 \"after\" {} → \"第二次\" null", was[1]),
            "2 \"before\" null → \"第一次\" null".to_owned(),
        ]
    );
    let file = world.get(&own, &format!("/api/cases/{}/materials/identity-card/{old}", case.id));
    assert_eq!(file.body, PAGE, "what was superseded is read at the same address");
}

/// The words of the office stand where each thing is to be put right, and before it is handed in the party sees what it
/// changes, what it leaves as it was, and what was not asked for.
#[test]
fn the_party_sees_what_is_asked_at_its_place_and_what_they_changed() {
    let world = World::new();
    let case = asked(&world, &["before", "after", "identity-card"]);
    let party = Shown::Browser(world.sign_in("party"));
    let form = world.get(&party, &format!("/cases/{}/form", case.id)).text();
    for id in ["f-before", "f-after", "m-identity-card"] {
        let note = format!("<p class=\"note\" id=\"{id}-note\">");
        let here = form.split_once(&note).unwrap_or_else(|| panic!("no note at {id}: {form}")).1;
        assert!(here.split_once("</p>").unwrap().0.contains("看不清"), "{id}: {here}");
        assert!(form.contains(&format!("href=\"#{id}\"")), "{id} is jumped to");
        let control = form.split_once(&format!("id=\"{id}\"")).unwrap().1.split_once('>').unwrap().0;
        assert!(control.contains(&format!("{id}-note")), "{id}: {control}");
    }
    assert_eq!(form.matches("class=\"note\"").count(), 3, "{form}");
    save(&world, &case, "before", "看得清了");
    save(&world, &case, "household-address", "别处");
    let check = world.get(&party, &format!("/cases/{}/check", case.id)).text();
    let row = |title: &str| {
        let from =
            check.split_once(&format!("<dt>{title}</dt>")).unwrap_or_else(|| panic!("{title}: {check}")).1;
        from.split_once("</div>").unwrap().0.to_owned()
    };
    let definitions = std::sync::Arc::clone(world.city.casework.book());
    let procedure = definitions.procedure(&world.view(&case).state.procedure).unwrap();
    let title = |id: &str| procedure.form.field(id).unwrap().title.en.clone();
    assert!(row(&title("before")).contains("corrected as asked"), "{check}");
    assert!(row(&title("before")).contains(SECRET), "what stood before is shown to its own person: {check}");
    assert!(row(&title("after")).contains("asked for, not changed"), "{check}");
    assert!(row(&title("household-address")).contains("changed without being asked for"), "{check}");
    let untouched =
        check.split_once("Asked for and not changed yet").unwrap().1.split_once("</ul>").unwrap().0;
    assert!(untouched.contains("#f-after") && untouched.contains("#m-identity-card"), "{untouched}");
    assert!(!untouched.contains("#f-before"), "{untouched}");
    // What was marked is marked for the hand alone that hands it in: a first application has no marks.
    let fresh = world.case(Stage::Draft);
    assert!(!world.get(&party, &format!("/cases/{}/check", fresh.id)).text().contains("put-right"));
}

#[test]
fn a_file_that_was_superseded_stands_beside_the_new_one() {
    let world = World::new();
    let case = asked(&world, &["identity-card"]);
    let old = world.view(&case).state.materials["identity-card"][0].digest;
    let party = Shown::Browser(world.sign_in("party"));
    let path = format!("/cases/{}/materials/identity-card", case.id);
    world.act(&case, "party", &Command::Detach { material: "identity-card".into(), digest: old });
    let sharp = Sent::File("sharp.pdf".to_owned(), [PAGE, b" sharp"].concat());
    assert_eq!(world.call(&party, "POST", &path, &sharp).status, 200);
    world.act(&case, "party", &Command::Answer);
    let page = page(&world, &case, true);
    let here = at(&page, "m-identity-card");
    let (now, before) = here.split_once("<del>").unwrap();
    assert!(now.contains("sharp.pdf") && before.contains("page.pdf"), "{here}");
    assert!(before.contains("superseded by a newer file"), "{here}");
    let clerk = Shown::Browser(world.sign_in("clerk"));
    let file = format!("{path}/{old}");
    assert_eq!(world.get(&clerk, &format!("{file}?purpose=handle-case")).body, PAGE);
    assert_ne!(world.get(&clerk, &file).status, 200, "a personal file is read under a purpose");
}

#[test]
fn a_file_that_was_added_is_told_from_the_one_that_stood() {
    let world = World::new();
    let case = asked(&world, &["identity-card"]);
    let party = Shown::Browser(world.sign_in("party"));
    let path = format!("/cases/{}/materials/identity-card", case.id);
    let second = Sent::File("second.pdf".to_owned(), [PAGE, b" second"].concat());
    assert_eq!(world.call(&party, "POST", &path, &second).status, 200);
    world.act(&case, "party", &Command::Answer);
    let page = page(&world, &case, true);
    let here = at(&page, "m-identity-card");
    let (first, second) = here.split_once("second.pdf").unwrap();
    assert!(first.contains("page.pdf") && !first.contains("added with a correction"), "{here}");
    assert!(second.contains("added with a correction") && second.contains("Correction 1"), "{here}");
}

#[test]
fn nothing_is_handed_in_where_nothing_that_was_asked_for_is_changed() {
    let world = World::new();
    let case = asked(&world, &["before"]);
    let (party, program) = (Shown::Browser(world.sign_in("party")), Shown::Bearer(world.sign_in("party")));
    let path = format!("/cases/{}", case.id);
    save(&world, &case, "after", "只改了这里");
    for way in ["check", "answer"] {
        let method = if way == "check" { "GET" } else { "POST" };
        let reply = world.call(&party, method, &format!("{path}/{way}"), &Sent::Nothing);
        assert!(reply.header("location").ends_with("/form?faults=1"), "{way}: {}", reply.header("location"));
    }
    let told = world.get(&party, &format!("{path}/form?faults=1")).text();
    assert!(told.contains("it is as it was"), "{told}");
    let refused = world.call(&program, "POST", &format!("/api{path}/answer"), &Sent::Json(json!({})));
    assert_eq!(refused.status, 409);
    assert!(refused.json()["error"].as_str().unwrap().starts_with("Nothing that the office asked for"));
    assert!(refused.json()["faults"]["before"].is_string(), "{}", refused.text());
    save(&world, &case, "before", "看得清了");
    world.act(&case, "party", &Command::Answer);
}

/// While the office waits for the party its clock has no date, and says how much is left.
#[test]
fn a_clock_that_stands_still_has_no_date() {
    let world = World::new();
    let case = world.case(Stage::Open);
    let accept =
        Command::Do { step: "accept".into(), outcome: "accepted".into(), reasons: None, answers: Vec::new() };
    world.act(&case, "clerk", &accept);
    let notes = vec![("before".into(), "看不清".to_owned())];
    world.act(&case, "examiner", &Command::Correct { step: "check".into(), notes });
    let program = Shown::Bearer(world.sign_in("party"));
    let told = world.get(&program, &format!("/api/cases/{}", case.id)).json();
    let clock = told["clocks"].as_array().unwrap().iter().find(|clock| clock["id"] == "decision").unwrap();
    assert_eq!((&clock["due"], &clock["standing"]), (&json!(null), &json!("paused")));
    assert_eq!(clock["left"], json!({ "amount": 1, "unit": "workdays" }), "{clock}");
    assert!(told["correction"]["due"].is_string(), "{}", told["correction"]);
    let (standing, page) = clocks(&world, &case);
    assert!(standing.contains("1 working day left once it goes on"), "{standing}");
    assert!(!standing.contains("23 November 2026</time></p>"), "{standing}");
    assert!(page.contains(STANDS), "{page}");
    let tasks =
        |board: &casework::board::Board| board.desk(&"lake-station".into()).cloned().collect::<Vec<_>>();
    let tasks = world.city.casework.board(tasks).unwrap();
    let task = tasks.iter().find(|task| task.case == case).unwrap();
    let left = task.still.and_then(|still| still.left).unwrap();
    assert_eq!((task.due, task.waiting, left.amount), (None, true, 1), "{task:?}");
    let examiner = Shown::Browser(world.sign_in("examiner"));
    let queue = world.get(&examiner, "/desk").text();
    let row = queue.split("<tr").find(|row| row.contains(case.id.as_str())).unwrap();
    assert!(row.contains("1 working day left once it goes on") && !row.contains("due today"), "{row}");
}

const STANDS: &str = "While we wait for you";

/// The clocks on the page of the case, and the page.
fn clocks(world: &World, case: &ObjectRef) -> (String, String) {
    let party = Shown::Browser(world.sign_in("party"));
    let page = world.get(&party, &format!("/cases/{}", case.id)).text();
    let clocks =
        page.split("<ul class=\"clocks\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    (clocks, page)
}

/// So do a limit of the law that is counted in days and the promise within it.
#[test]
fn a_limit_and_a_promise_stand_still_together() {
    let world = World::new();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let lost = book.procedure(&"identity-card-lost".into()).unwrap();
    let case = open(&world, lost, &mut Dice(7));
    let notes = vec![("lost-on".into(), "哪一天".to_owned())];
    assert!(run(&world, &case, &Command::Correct { step: "accept".into(), notes }));
    let (standing, page) = clocks(&world, &case);
    for left in ["60 days left once it goes on", "20 working days left once it goes on"] {
        assert!(standing.contains(left), "{left}: {standing}");
    }
    assert!(!standing.contains("must do this by") && page.contains(STANDS), "{standing}");
    let still = world.city.casework.board(|board| board.still(&case)).unwrap().and_then(|still| still.left);
    assert_eq!(still.map(|left| left.amount), Some(20), "the promise comes first");
}

/// What was never reached is not done in time.
#[test]
fn a_case_that_is_declined_has_kept_no_clock_of_what_was_not_done() {
    let world = World::new();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let lost = book.procedure(&"identity-card-lost".into()).unwrap();
    let case = open(&world, lost, &mut Dice(7));
    let accept = lost.flow.step("accept").unwrap();
    let declined = accept.outcomes.iter().find(|outcome| outcome.ends).unwrap().id.clone();
    let kept = || {
        let tallies = |board: &casework::board::Board| {
            let days = board.tallies("2026-11-01".parse().unwrap());
            days.filter(|tally| *tally.procedure == lost.id).map(|tally| tally.kept).sum::<u64>()
        };
        world.city.casework.board(tallies).unwrap()
    };
    let (step, reasons) = ("accept".into(), Some("not ours".to_owned()));
    assert!(run(&world, &case, &Command::Do { step, outcome: declined, reasons, answers: Vec::new() }));
    assert_eq!(kept(), 0, "nothing was issued");
    let (clocks, page) = clocks(&world, &case);
    assert_eq!(page.matches("not reached: the case was over").count(), lost.flow.steps.len() - 1);
    assert!(clocks.contains("case over, no longer running") && !clocks.contains(">kept<"), "{clocks}");
    let program = Shown::Bearer(world.sign_in("party"));
    let told = world.get(&program, &format!("/api/cases/{}", case.id)).json();
    assert_eq!(told["clocks"][0]["standing"], "over");
}

/// Who has no colleague can still give back what they took on.
#[test]
fn a_step_can_be_given_back_by_whoever_is_alone() {
    let world = World::new();
    let case = world.case(Stage::Open);
    world.act(
        &case,
        "clerk",
        &Command::Do {
            step: "accept".into(),
            outcome: "accepted".into(),
            reasons: None,
            answers: Vec::new(),
        },
    );
    let step = "check";
    world.act(&case, "examiner", &Command::Take { step: step.into() });
    let examiner = Shown::Browser(world.sign_in("examiner"));
    let path = format!("/desk/cases/{}", case.id);
    assert!(world.get(&examiner, &path).text().contains("Nobody else holds this post"));
    let posted = form(&[("to", "queue"), ("reasons", "ill")]);
    world.call(&examiner, "POST", &format!("{path}/hand-over/{step}"), &posted);
    assert_eq!(world.view(&case).state.steps[step].holder, None);
    // Whoever read personal answers is told of with what they read.
    let purpose = form(&[("purpose", "handle-case")]);
    world.call(&examiner, "POST", &format!("{path}/personal"), &purpose);
    let party = Shown::Browser(world.sign_in("party"));
    let page = world.get(&party, &format!("/cases/{}", case.id)).text();
    let read = page.split("Personal data read").nth(1).unwrap().split("</li>").next().unwrap();
    assert!(read.contains("What it should say"), "{read}");
}
