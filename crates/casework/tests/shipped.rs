//! The unusual courses of the shipped packs, run: offices side by side, checks that fail and are done again, interviews,
//! tests that some need and others not. Beside them the worked example of the author's guide, and the edition after it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use casework::decide::{Situation, Truth, decide, missing};
use casework::state::{Done, Run, Stage, State, Status, StepState};
use casework::{Command, answer, clocks, due};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::offset;
use pack::model::{Channel, Condition, Definitions, FieldKind, Known, Start};
use pack::{Id, Lang};
use record::{Digest, ObjectRef, Time, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

const GUIDE: &str = include_str!("../../../docs/packs.md");

/// The gardens of the guide from 2027 on: what the guide says of changing a service on a day to come.
const NEXT_GARDENS: &str = r#"
[pack]
id = "gardens-2027"
title = { zh = "社区花园（2027年版）", en = "Community gardens, 2027" }
version = "2027.1"
effective = 2027-01-01
requires = ["city", "law", "gardens"]
category = "household"
level = "station"

[procedure.garden-registration-2027]
title = { zh = "社区花园登记（新）", en = "Register a community garden anew" }
flow = "garden"
replaces = "garden-registration"
limit = "licence-decided"
form = { field = [{ id = "area", title = { zh = "面积", en = "Area" }, kind = "integer", min = 1 }] }
"#;

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut files = pack::folder::read(&root).unwrap();
    let of_guide = GUIDE.split("```toml\n").skip(1).filter_map(|block| block.split("```").next());
    let of_guide: Vec<&str> = of_guide.collect();
    let (manifest, rest) = of_guide.split_first().unwrap();
    let mut add = |path: &str, text: String| files.push(pack::File { path: path.into(), text });
    add("gardens/pack.toml", (*manifest).to_owned());
    add("gardens/gardens.toml", rest.concat());
    add("gardens-2027/gardens.toml", NEXT_GARDENS.to_owned());
    pack::load(&files).unwrap_or_else(|problems| panic!("{}", problems[0]))
});

/// An answer of each kind for the questions that a script does not care about.
fn usual(kind: &FieldKind) -> Option<Value> {
    let text = match kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Address => "something",
        FieldKind::Integer { min, .. } => return Some(Value::Integer(min.unwrap_or_default())),
        FieldKind::Money => "1",
        FieldKind::Date => "2026-01-05",
        FieldKind::Moment => "2026-01-05 08:30",
        FieldKind::Truth => "no",
        FieldKind::Choice(choices) | FieldKind::Choices(choices) => choices.first()?.id.as_str(),
        FieldKind::IdentityNumber => "11010519491231002X",
        FieldKind::Phone => "13800138000",
        FieldKind::Plate => "冀F12345",
        FieldKind::Vin => "LSVAA4182E2184847",
        FieldKind::CreditCode => "91350100M000100Y43",
        FieldKind::File | FieldKind::Object(_) => return None,
    };
    Some(answer::read(kind, text).unwrap_or_else(|title| panic!("{text}: {}", title.en)))
}

/// Runs a case of `procedure`: the answers that matter as `field=value`, the rest as usual; then a line a step,
/// `step outcome field=value`, an hour apart, after `+days` so much later. `correct step field` asks for a correction, `answer field=value`
/// answers it. What each opened, closed and skipped; how it ended; how long the clocks stood still, and how the limits of those
/// that ran while a correction was awaited are counted.
fn check(procedure: &str, answers: &str, script: &str) -> String {
    check_from("2026-01-05T10:00", procedure, answers, script)
}

/// The same from a moment in China on.
fn check_from(begin: &str, procedure: &str, answers: &str, script: &str) -> String {
    let begin: DateTime = begin.parse().unwrap();
    let begin = offset(8).to_timestamp(begin).unwrap().as_second();
    let procedure = &DEFINITIONS.procedures[procedure];
    let case = ObjectRef::new("application", "1");
    let office = match procedure.category.as_str() {
        "exit-entry" => "east-branch",
        "vehicle" | "driver" => "vehicle-office",
        _ => "lake-station",
    };
    let mut state = State::default();
    let mut told = String::new();
    let mut days = 0;
    for (hour, (later, by, command)) in commands(procedure, office, answers, script).iter().enumerate() {
        days += later;
        let actor = ObjectRef::new("person", *by);
        let now = begin + days * 86_400 + hour as i64 * 3600;
        let today = offset(8).to_datetime(Timestamp::from_second(now).unwrap()).date();
        let (before, answers) = (state.clone(), state.answers.clone());
        let judge = |condition: &Condition, after: Option<&State>, answers: &BTreeMap<Id, Value>| {
            judge(procedure, after.unwrap_or(&before), condition, answers, today)
        };
        let situation = Situation {
            now: Time::new(now, 0, Some(480)).unwrap(),
            actor: Some(&actor),
            procedure,
            definitions: &DEFINITIONS,
            edition: Digest::of(b"edition"),
            case: &case,
            answers: &answers,
            recorded: None,
            unseen: &casework::decide::ALL_SEEN,
            judge: &judge,
        };
        if *command == Command::Submit {
            let faults = missing(&state, &situation);
            assert!(faults.is_empty(), "{faults:?}");
        }
        if let Command::Do { step, outcome, .. } = command {
            let _ = writeln!(told, "{step} {outcome}");
        }
        match decide(&state, command, &situation) {
            Ok(decided) => {
                for event in &decided.events {
                    state.apply(event);
                    for word in ["closed", "opened", "skipped", "ended"] {
                        let Some(value) = event.attribute(word) else { continue };
                        let mut text = String::new();
                        record::encoding::value(&mut text, value);
                        let _ = writeln!(told, "    {word} {text}");
                    }
                }
            }
            Err(refusal) => {
                let _ = writeln!(told, "    refused: {}", refusal.why.en);
                for (id, fault) in &refusal.faults {
                    let _ = writeln!(told, "        {id}: {}", fault.en);
                }
                if matches!(command, Command::Start { .. }) {
                    return told;
                }
            }
        }
    }
    told.push_str(&clocks_of(&state, procedure));
    if !matches!(state.stage, Stage::Ended { .. }) {
        let open: Vec<&str> = state.open_steps().map(|(id, _)| id.as_str()).collect();
        let _ = writeln!(told, "open: {}", open.join(", "));
    }
    told
}

/// What is done in a check: how many days after what came before, by whom, and what.
fn commands<'s>(
    procedure: &pack::model::Procedure,
    office: &str,
    answers: &'s str,
    script: &'s str,
) -> Vec<(i64, &'s str, Command)> {
    let read = |field: &pack::model::Field, text: &str| {
        answer::read(&field.kind, text).unwrap_or_else(|title| panic!("{}: {}", field.id, title.en))
    };
    let mut given: BTreeMap<&str, &str> =
        answers.split_whitespace().filter_map(|pair| pair.split_once('=')).collect();
    let save = procedure.form.fields.iter().filter_map(|field| {
        let given = given.remove(field.id.as_str()).map(|text| read(field, text));
        Some((field.id.clone(), Some(given.or_else(|| usual(&field.kind))?)))
    });
    let save = Command::Save { answers: save.collect() };
    assert!(given.is_empty(), "no such fields: {given:?}");
    // What an office begins by itself has no party.
    let party = (procedure.start == Start::Party).then(|| ObjectRef::new("person", "ann"));
    let start = Command::Start { office: office.into(), party, channel: Channel::Window };
    let mut all = vec![(0, "ann", start), (0, "ann", save), (0, "ann", Command::Submit)];
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (later, line) = match line.strip_prefix('+').and_then(|line| line.split_once(' ')) {
            Some((later, line)) => (later.parse().unwrap(), line),
            None => (0, line),
        };
        let (by, line) = line.split_once(": ").unwrap_or(("bob", line));
        let (what, rest) = line.split_once(' ').unwrap();
        match (what, rest.split_once([' ', '='])) {
            ("correct", Some((step, field))) => {
                let notes = vec![(field.into(), "again".to_owned())];
                all.push((later, by, Command::Correct { step: step.into(), notes }));
            }
            ("answer", Some((field, text))) => {
                let value = read(procedure.form.field(field).unwrap(), text);
                all.push((later, "ann", Command::Save { answers: vec![(field.into(), Some(value))] }));
                all.push((0, "ann", Command::Answer));
            }
            _ => {
                let step = procedure.flow.step(what).unwrap_or_else(|| panic!("no step {what}"));
                let (outcome, told) = rest.split_once(' ').unwrap_or((rest, ""));
                let mut told: BTreeMap<&str, &str> =
                    told.split(' ').filter_map(|pair| pair.split_once('=')).collect();
                let needed = step.form.fields.iter().filter(|field| field.required);
                let answers = needed.filter_map(|field| {
                    let told = told.remove(field.id.as_str()).map(|text| read(field, text));
                    Some((field.id.clone(), told.or_else(|| usual(&field.kind))?))
                });
                let answers = answers.collect();
                let (step, outcome, reasons) = (what.into(), outcome.into(), Some("so".into()));
                all.push((later, by, Command::Do { step, outcome, reasons, answers }));
            }
        }
    }
    all
}

/// How long the clocks of a case ran and stood still, and how what was corrected meanwhile is counted.
fn clocks_of(state: &State, procedure: &pack::model::Procedure) -> String {
    let mut told = String::new();
    for reading in clocks::read(state, procedure, &DEFINITIONS) {
        let paused: i64 = reading
            .pauses()
            .iter()
            .map(|(from, to)| to.map_or(-1, |to| (to.seconds() - from.seconds()) / 3600))
            .sum();
        let ran = reading.stopped.map_or("runs".to_owned(), |stopped| {
            format!("ran {} h", (stopped.seconds() - reading.started.seconds()) / 3600)
        });
        let _ = writeln!(told, "clock {}: {ran}, stood still {paused} h", reading.clock.id);
        let counted = due::count(&reading, DEFINITIONS.law.as_ref().unwrap());
        for step in
            counted.iter().filter(|_| !reading.corrected.is_empty()).flat_map(|counted| &counted.limit.steps)
        {
            let _ = writeln!(told, "    {}", step.words(Lang::En));
        }
    }
    told
}

fn judge(
    procedure: &pack::model::Procedure,
    state: &State,
    condition: &Condition,
    answers: &BTreeMap<Id, Value>,
    today: Date,
) -> Truth {
    let done = state.steps.iter().filter(|(_, step)| step.status == Status::Done);
    let steps =
        done.filter_map(|(id, step)| Some((id, &step.runs.last()?.done.as_ref()?.outcome, &step.answers)));
    let known = Known { form: Some(answers), steps: steps.collect(), today };
    match procedure.conditions.holds(condition, &known) {
        Some(true) => Truth::True,
        Some(false) => Truth::False,
        None => Truth::Unknown,
    }
}

const NEW_CAR: &str = "owner-kind=resident owner-number=11010519491231002X made=2025-11-01 bought=2025-12-20";

#[test]
fn a_new_car_is_plated_in_one_go() {
    insta::assert_snapshot!(check(
        "new-car-in-one-go",
        NEW_CAR,
        "accept accepted
         tax confirmed
         inspect passed vin-matches=yes type-matches=yes
         insurance confirmed
         ed: register granted
         deliver delivered"
    ));
}

#[test]
fn what_fails_of_a_new_car_is_checked_again_by_itself() {
    insta::assert_snapshot!(check(
        "new-car-in-one-go",
        NEW_CAR,
        "accept accepted
         inspect failed
         tax unpaid
         insurance confirmed
         ed: register granted
         present-again presented
         pay-tax paid
         inspect passed vin-matches=yes type-matches=yes
         tax confirmed
         bob: register granted
         ed: register granted
         deliver delivered"
    ));
}

#[test]
fn a_new_car_that_stays_unfit_is_refused() {
    insta::assert_snapshot!(check(
        "new-car-in-one-go",
        NEW_CAR,
        "accept accepted
         inspect failed
         ed: refuse refused"
    ));
}

/// To be told what is missing is what the first clock waits for, and it begins anew with the answer; no other clock counts
/// the days in which the applicant has to act.
#[test]
fn asking_for_a_correction_tells_what_is_missing_and_stops_the_clocks() {
    insta::assert_snapshot!(check(
        "join-family",
        "",
        "+2 correct accept relative-name
         +13 answer relative-name=another
         accept accepted
         +3 correct examine relative-name
         +10 answer relative-name=third
         examine passed
         ed: decide granted"
    ));
    let passport = "+1 correct accept phone";
    insta::assert_snapshot!(
        "a_passports_days_do_not_run_while_it_is_corrected",
        check("passport-first", "never-held=yes", passport)
    );
}

/// Whoever lets a hearing wait is late: its announcement is no reason for the clock of the announcement to stand. What has to
/// pass after it has to pass.
#[test]
fn a_hearing_is_announced_in_time_and_held_after_its_notice() {
    insta::assert_snapshot!(check(
        "public-order-case",
        "",
        "open opened
         investigate established
         ed: propose penalty
         inform told-of-hearing
         hearing-answer demanded
         fay: admit-hearing accepted
         +20 fay: announce-hearing done held-at=2026-02-03T09:30
         fay: announce-hearing done held-at=2026-02-05T09:30
         fay: hear held"
    ));
}

#[test]
fn a_school_bus_is_heard_on_by_two_authorities() {
    insta::assert_snapshot!(check(
        "school-bus-licence",
        "operator-kind=school purpose-built=yes seats=30",
        "accept accepted
         consult done
         transport-opinion agreed
         notify done
         present done
         inspect put-right
         present done
         inspect passed
         ed: traffic-opinion agreed
         gather done
         review passed
         decide granted
         deliver delivered"
    ));
}

#[test]
fn a_foreigner_is_interviewed_where_the_reason_is_in_doubt() {
    let answers = "term=one-to-three passport-until=2030-01-01";
    insta::assert_snapshot!(check(
        "residence-work",
        answers,
        "accept accepted
         verify ask
         biometrics done
         interview absent
         interview consistent
         ed: decide granted
         make done
         deliver delivered"
    ));
    insta::assert_snapshot!(
        "a_clear_reason_needs_no_interview",
        check(
            "residence-work",
            answers,
            "accept accepted
             biometrics done
             verify clear
             ed: decide granted
             make done
             deliver delivered"
        )
    );
}

#[test]
fn a_military_licence_is_tested_for_by_its_class() {
    insta::assert_snapshot!(
        "a_small_class_is_exempt",
        check(
            "licence-military",
            "class=c1 born=1990-01-01 military-until=2027-01-01",
            "accept accepted
             qualify passed
             exempt done
             issue granted
             deliver delivered"
        )
    );
    insta::assert_snapshot!(
        "a_large_class_is_tested",
        check(
            "licence-military",
            "class=b2 born=1990-01-01 military-until=2027-01-01",
            "accept accepted
             qualify passed
             theory failed
             theory passed
             road passed
             safety passed
             oath done
             issue granted
             deliver delivered"
        )
    );
}

#[test]
fn a_school_bus_driver_with_a_record_is_refused() {
    insta::assert_snapshot!(check(
        "school-bus-driver",
        "born=1980-01-01 classes=a1 bus-class=a1 first-licensed=2010-01-01",
        "accept accepted
         records found
         papers passed cycles-clean=yes accidents-clean=yes drink-clean=yes
         ed: enter granted
         ed: refuse refused"
    ));
}

#[test]
fn a_lost_passport_is_void_before_another_is_made() {
    insta::assert_snapshot!(check(
        "passport-replacement",
        "born=1990-01-01 reason=lost",
        "accept accepted
         void done
         examine passed
         ed: decide granted
         make done
         deliver delivered"
    ));
}

/// The party's own clock runs from the notice to the application; lessons and tests stop the office's.
#[test]
fn full_points_go_once_lessons_and_tests_are_done() {
    insta::assert_snapshot!(check(
        "full-points-lessons",
        "notice-at=2026-01-02T09:00 points=25 times=twice",
        "accept accepted
         lessons done
         theory failed
         theory passed
         road passed
         ed: clear unpaid
         ed: clear granted
         deliver delivered"
    ));
}

const GARDEN: &str = "area=40 land=private";
const GROWN: &str = "accept accepted
                     look passed
                     ed: decide granted
                     deliver delivered";

#[test]
fn the_guides_worked_example_runs_to_its_end() {
    insta::assert_snapshot!(check_from("2026-03-02T09:00", "garden-registration", GARDEN, GROWN));
}

/// A service can be asked for from its pack's first day until the day on which another takes its place; a case that began
/// before midnight of that day goes on under its own edition.
#[test]
fn editions_follow_each_other_by_the_day() {
    let started = |begin: &str, service: &str| {
        let told = check_from(begin, service, if service.ends_with("2027") { "" } else { GARDEN }, "");
        told.lines().next().map_or("nothing", str::trim).to_owned()
    };
    let table = [
        ("2026-02-28T23:00", "garden-registration", "refused: This can be asked for from 2026-03-01 on"),
        ("2026-03-01T00:00", "garden-registration", "opened [\"accept@lake-station\"]"),
        ("2026-12-31T20:00", "garden-registration", "opened [\"accept@lake-station\"]"),
        (
            "2027-01-01T00:00",
            "garden-registration",
            "refused: `Register a community garden anew` has taken the place of this",
        ),
        ("2026-12-31T20:00", "garden-registration-2027", "refused: This can be asked for from 2027-01-01 on"),
        ("2027-01-01T00:00", "garden-registration-2027", "opened [\"accept@lake-station\"]"),
    ];
    for (begin, service, expected) in table {
        assert_eq!(started(begin, service), expected, "{service} at {begin}");
    }
    let over_midnight = check_from("2026-12-31T20:00", "garden-registration", GARDEN, GROWN);
    let in_one_year = check_from("2026-03-02T09:00", "garden-registration", GARDEN, GROWN);
    assert_eq!(over_midnight, in_one_year);
}

/// When the first clock of a case of `procedure` at `office` runs out by the office's promise, where its application was
/// accepted then.
fn promised(procedure: &str, office: &str, accepted: &str) -> String {
    let at = |text: &str| pack::days::moment(text.parse().unwrap()).unwrap();
    let procedure = DEFINITIONS.procedures.get(procedure).unwrap();
    let by =
        Done { at: at(accepted), outcome: "accepted".into(), by: None, reasons: None, event: "e".into() };
    let run = Run { opened: at(accepted), done: Some(by), closed: None };
    let step = |runs| StepState { office: office.into(), runs, ..StepState::default() };
    let open = procedure.flow.steps.iter().map(|step| &step.id).filter(|id| id.as_str() != "accept");
    let mut steps: BTreeMap<Id, StepState> = open.map(|id| (id.clone(), step(Vec::new()))).collect();
    steps.insert("accept".into(), step(vec![run]));
    let state = State { office: office.into(), submitted: Some(at(accepted)), steps, ..State::default() };
    let readings = clocks::read(&state, procedure, &DEFINITIONS);
    let counted =
        readings.iter().filter_map(|reading| due::count(reading, DEFINITIONS.law.as_ref().unwrap()));
    let promise = counted.filter_map(|counted| counted.promised()).min().unwrap();
    pack::days::local(promise).to_string()
}

/// A licence within two hours: of those at which the very office is open. The vehicle office is open on Saturdays, a county's
/// bureau is not; over the National Day holiday both rest.
#[test]
fn a_promise_in_hours_rests_when_its_office_does() {
    for (office, accepted, wanted) in [
        ("vehicle-office", "2026-01-14T10:00", "2026-01-14T12:00:00"),
        ("vehicle-office", "2026-01-16T16:30", "2026-01-17T10:00:00"),
        ("west-branch", "2026-01-16T16:30", "2026-01-19T10:30:00"),
        ("vehicle-office", "2026-01-17T16:00", "2026-01-19T09:30:00"),
        ("vehicle-office", "2026-09-30T16:00", "2026-10-08T09:30:00"),
        ("west-branch", "2026-09-30T16:00", "2026-10-08T10:00:00"),
    ] {
        assert_eq!(promised("licence-renewal", office, accepted), wanted, "{office} {accepted}");
    }
}

/// Before an awaited step is open its clock already goes by the office in which it will be, so that no date moves as it opens.
#[test]
fn a_clock_goes_by_where_its_step_will_be_done() {
    let submitted = pack::days::moment("2026-01-14T10:00".parse().unwrap());
    let (mut same, mut elsewhere) = (0, 0);
    for procedure in DEFINITIONS.procedures.values() {
        for own in DEFINITIONS.offices.values().filter(|office| procedure.handled_by(office)) {
            let state = State { office: own.id.clone(), submitted, ..State::default() };
            for reading in clocks::read(&state, procedure, &DEFINITIONS) {
                let awaited =
                    reading.clock.awaited().and_then(|after| procedure.flow.step(after.step.as_str()));
                let office = awaited.map_or(own.id.clone(), |step| DEFINITIONS.office_of(&own.id, step));
                assert_eq!(reading.office, office, "{} at {}: {}", procedure.id, own.id, reading.clock.id);
                *if office == own.id { &mut same } else { &mut elsewhere } += 1;
            }
        }
    }
    assert!(same > 0 && elsewhere > 0, "{same} here, {elsewhere} elsewhere");
}

/// What is said of the names in a form in which only these are answered.
fn told_of(procedure: &str, answered: &[(&str, &str)]) -> Vec<String> {
    let procedure = &DEFINITIONS.procedures[procedure];
    let answers: BTreeMap<Id, Value> =
        answered.iter().map(|(field, text)| (Id::from(*field), Value::from(*text))).collect();
    let state = State { answers: answers.clone(), channel: "window".into(), ..State::default() };
    let today = Date::constant(2026, 6, 1);
    let judge = |condition: &Condition, after: Option<&State>, answers: &BTreeMap<Id, Value>| {
        judge(procedure, after.unwrap_or(&state), condition, answers, today)
    };
    let situation = Situation {
        now: Time::ZERO,
        actor: None,
        procedure,
        definitions: &DEFINITIONS,
        edition: Digest::of(b"edition"),
        case: &ObjectRef::new("application", "1"),
        answers: &answers,
        recorded: None,
        unseen: &casework::decide::ALL_SEEN,
        judge: &judge,
    };
    let faults = missing(&state, &situation);
    let told = faults.into_iter().filter(|(id, _)| id.as_str().starts_with("name-"));
    told.map(|(id, fault)| format!("{id}: {}", fault.en)).collect()
}

#[test]
fn a_rule_over_what_is_not_answered_yet_says_nothing() {
    let check = |answered: &[_], told: &[&str]| assert_eq!(told_of("minor-name-change", answered), told);
    check(&[("name-after", "王莲")], &["name-before: This is needed"]);
    check(&[("name-before", "王莲")], &["name-after: This is needed"]);
    check(&[("name-before", "王莲"), ("name-after", "王莲")], &["name-after: It is the same as now"]);
    check(&[("name-before", "王莲"), ("name-after", "王荷")], &[]);
}
