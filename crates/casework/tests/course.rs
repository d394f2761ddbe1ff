//! Cases run as their procedures say. A script is a case's life, a line a command; the snapshot is what came of each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use casework::decide::{Situation, Truth, decide};
use casework::state::{Stage, State};
use casework::{Command, answer, clocks};
use pack::model::{Channel, Condition, Definitions, Procedure};
use pack::{File, Id};
use record::{Digest, Event, FileRef, ObjectRef, Time, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

fn town() -> Definitions {
    let file = |(name, text): (&str, &str)| File { path: format!("town/{name}.toml"), text: text.into() };
    let town = [("rule", include_str!("rule.toml")), ("town", include_str!("town.toml"))];
    pack::load(&town.map(file)).unwrap()
}

/// Conditions in these scripts are a truth of the form, or its opposite.
fn judge(condition: &Condition, _: Option<&State>, answers: &BTreeMap<Id, Value>) -> Truth {
    let field = condition.source.trim_start_matches("form.");
    match answers.get(field) {
        Some(Value::Boolean(true)) => Truth::True,
        Some(Value::Boolean(false)) => Truth::False,
        _ => Truth::Unknown,
    }
}

fn command(words: &[&str], procedure: &Procedure) -> Command {
    let text = |at: usize| words.get(at).map(|word| (*word).to_owned());
    let id = |at: usize| Id::from(*words.get(at).unwrap());
    let pairs = |from: usize| words[from..].iter().filter_map(|word| word.split_once('='));
    match words[0] {
        "start" => Command::Start {
            office: id(1),
            party: Some(ObjectRef::new("person", "ann")),
            channel: Channel::ALL.iter().find(|(word, _)| *word == words[2]).unwrap().1,
        },
        "save" => {
            let read = |(field, text): (&str, &str)| {
                let kind = &procedure.form.field(field).unwrap().kind;
                (Id::from(field), (!text.is_empty()).then(|| answer::read(kind, text).unwrap()))
            };
            Command::Save { answers: pairs(1).map(read).collect() }
        }
        "jot" => {
            Command::Jot { typed: pairs(1).map(|(field, text)| (Id::from(field), text.to_owned())).collect() }
        }
        "attach" => Command::Attach { material: id(1), file: file(words.get(2).unwrap_or(&words[1])) },
        "submit" => Command::Submit,
        "answer" => Command::Answer,
        "do" => Command::Do {
            step: id(1),
            outcome: id(2),
            reasons: text(3).filter(|word| !word.contains('=')),
            answers: pairs(3).map(|(field, text)| (Id::from(field), Value::from(text))).collect(),
        },
        "correct" => {
            let notes = pairs(2).map(|(field, note)| (Id::from(field), note.to_owned())).collect();
            Command::Correct { step: id(1), notes }
        }
        "take" => Command::Take { step: id(1) },
        "give" => {
            let to = ObjectRef::new("person", words[2]);
            Command::HandOver { step: id(1), to, reasons: "holiday".into() }
        }
        "release" => Command::Release { step: id(1), reasons: "ill".into() },
        "amend" => {
            let (field, text) = words[2].split_once('=').unwrap();
            let form = match words[1] {
                State::FORM => &procedure.form,
                step => &procedure.flow.step(step).unwrap().form,
            };
            let known = form.field(field).map(|field| answer::read(&field.kind, text).unwrap());
            let answer = known.unwrap_or_else(|| Value::from(text));
            let reasons = text_from(words, 3);
            Command::Amend { of: id(1), field: field.into(), answer, reasons }
        }
        "extend" => Command::Extend { clock: id(1), reasons: "many papers".into() },
        "withdraw" => Command::Withdraw { reasons: None },
        "rate" => Command::Rate { stars: words[1].parse().unwrap(), words: None },
        "complain" => Command::Complain { words: words[1].into() },
        "reply" => Command::Reply { complaint: words[1].parse().unwrap(), words: words[2].into() },
        "expire" => Command::Expire { clock: id(1) },
        "lapse" => Command::Lapse,
        other => panic!("`{other}` is no command of these scripts"),
    }
}

fn text_from(words: &[&str], at: usize) -> String {
    words.get(at).map(|word| (*word).to_owned()).unwrap_or_default()
}

/// The event that an amendment is to correct.
fn recorded<'a>(state: &State, events: &'a [Event], command: &Command) -> Option<&'a Event> {
    let Command::Amend { of, field, .. } = command else { return None };
    let (told, _) = state.told(of, field)?;
    events.iter().find(|event| event.id == *told)
}

fn file(name: &str) -> FileRef {
    FileRef {
        digest: Digest::of(name.as_bytes()),
        name: name.into(),
        media_type: "image/png".into(),
        size: 1,
        subject: None,
    }
}

/// Runs a script, an hour a line, or so many days on where it begins with `+`; `bob: do …` names who asks, otherwise the
/// party does.
fn check(script: &str) -> String {
    check_of("card", script)
}

fn check_of(procedure: &str, script: &str) -> String {
    let definitions = town();
    let procedure = &definitions.procedures[procedure];
    let case = ObjectRef::new("application", "1");
    let mut state = State::default();
    let mut events: Vec<Event> = Vec::new();
    let mut told = String::new();
    let mut hour = 0;
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (wait, line) =
            line.strip_prefix('+').and_then(|line| line.split_once(' ')).unwrap_or(("0", line));
        hour += 24 * wait.parse::<i64>().unwrap() + 1;
        let (actor, words) = line.split_once(": ").unwrap_or(("ann", line));
        let words: Vec<&str> = words.split(' ').collect();
        let actor = ObjectRef::new("person", actor);
        let answers = state.answers.clone();
        let command = command(&words, procedure);
        let recorded = recorded(&state, &events, &command).cloned();
        let situation = Situation {
            now: Time::new(1_767_225_600 + hour * 3600, 0, Some(480)).unwrap(),
            actor: (actor.id.as_str() != "timer").then_some(&actor),
            procedure,
            definitions: &definitions,
            edition: Digest::of(b"edition"),
            case: &case,
            answers: &answers,
            recorded: recorded.as_ref(),
            unseen: &casework::decide::ALL_SEEN,
            judge: &judge,
        };
        let _ = writeln!(told, "> {line}");
        match decide(&state, &command, &situation) {
            Ok(decided) => {
                for event in &decided.events {
                    events.push(event.clone());
                    state = State::of(&events);
                    let _ = writeln!(told, "  {} {}", event.id, event.activity);
                    if let Some(wrong) = &event.corrects {
                        let _ = writeln!(told, "      corrects {wrong}");
                    }
                    for (name, value) in
                        event.attributes.iter().filter(|(name, _)| name.as_str() != "edition")
                    {
                        let mut text = String::new();
                        record::encoding::value(&mut text, value);
                        let _ = writeln!(told, "      {name} {text}");
                    }
                }
                for (event, place) in &decided.personal {
                    let mut event = decided.events[*event].clone();
                    let _ = writeln!(told, "      sealed {}", place.of(&mut event).unwrap().0);
                }
            }
            Err(refusal) => {
                let _ = writeln!(told, "  refused: {}", refusal.why.en);
                for (id, fault) in refusal.faults {
                    let _ = writeln!(told, "      {id}: {}", fault.en);
                }
                let possible: Vec<String> = refusal
                    .possible
                    .iter()
                    .map(|m| {
                        m.about.as_ref().map_or(m.action.into(), |about| format!("{} {about}", m.action))
                    })
                    .collect();
                let _ = writeln!(told, "      possible: {}", possible.join(", "));
            }
        }
    }
    let _ = writeln!(told, "= {}", stage(&state));
    for reading in clocks::read(&state, procedure, &definitions) {
        let pauses: Vec<String> =
            reading.pauses().iter().map(|(from, to)| format!("{from}/{to:?}")).collect();
        let stopped = reading.stopped.map_or("running".into(), |stopped| stopped.to_string());
        let _ = writeln!(
            told,
            "  clock {} {}..{stopped} {}",
            reading.clock.id,
            reading.started,
            pauses.join(" ")
        );
    }
    told
}

fn stage(state: &State) -> String {
    match &state.stage {
        Stage::Ended { how, .. } => format!("ended: {how}"),
        other => format!("{other:?}"),
    }
}

const BEGUN: &str = "
    start counter web
    save name=安娜 difficult=no
    attach photo
    submit";

#[test]
fn an_ordinary_case_goes_from_application_to_rating() {
    insta::assert_snapshot!(check(&format!(
        "{BEGUN}
        bob: do accept accepted
        bob: do look passed
        bob: do decide granted
        cleo: do decide granted
        bob: do deliver delivered
        rate 5
        rate 4"
    )));
}

#[test]
fn what_is_missing_is_told_field_by_field() {
    insta::assert_snapshot!(check(
        "submit
        start counter web
        start counter web
        submit
        save difficult=yes
        submit
        save name=安娜 story=长
        attach photo
        attach proof
        attach passport
        submit
        save name=安"
    ));
}

/// What is typed and is no answer takes the answer's place until it is put right.
#[test]
fn what_is_no_answer_is_kept_and_keeps_the_case_from_being_handed_in() {
    insta::assert_snapshot!(check_of(
        "keep",
        "start counter web
        save taken=2025-12-31T20:00 urgent=no
        jot taken=soon
        jot taken=soon
        jot taken=2025-12-31T20:00
        jot elsewhere=x
        submit
        save taken=2025-12-30T20:00
        submit
        jot urgent=perhaps"
    ));
}

/// Whatever is written freely is as long as a long answer may be, at most.
#[test]
fn words_end_where_a_long_answer_would() {
    let told = |length: usize| {
        let words = "长".repeat(length);
        check(&format!("start counter window\nsave name=安 difficult=no\nsubmit\ncomplain {words}"))
    };
    assert!(told(5_001).contains("At most 5,000 characters"), "{}", told(5_001));
    assert!(!told(5_000).contains("At most 5,000 characters"));
}

#[test]
fn parallel_steps_join_and_the_expert_stops_the_clock() {
    insta::assert_snapshot!(check(
        "start counter window
        save name=安娜 difficult=yes story=长
        submit
        bob: do accept accepted
        bob: do look passed
        cleo: do decide granted
        dan: do test passed
        dan: do test passed opinion=真
        cleo: do decide refused
        cleo: do decide refused forged
        complain slow
        bob: reply 0 sorry
        bob: reply 0 sorry"
    ));
}

#[test]
fn a_correction_stops_the_clocks_until_it_is_answered() {
    insta::assert_snapshot!(check(&format!(
        "{BEGUN}
        bob: correct accept photo=模糊
        bob: do accept accepted
        save name=安妮
        answer
        attach photo clearer
        answer
        bob: do accept accepted
        bob: correct decide name=x
        bob: correct look name=错字
        timer: lapse
        +12 timer: lapse
        rate 1"
    )));
}

#[test]
fn a_step_sent_back_opens_the_earlier_one_again() {
    insta::assert_snapshot!(check(&format!(
        "{BEGUN}
        bob: do accept accepted
        bob: do look again
        bob: do look again blurred
        bob: do look passed
        bob: do accept declined forged"
    )));
}

#[test]
fn a_taken_step_is_its_holders_until_handed_over() {
    insta::assert_snapshot!(check(&format!(
        "{BEGUN}
        bob: take accept
        cleo: do accept accepted
        bob: give accept cleo
        bob: do accept accepted
        cleo: do accept accepted
        withdraw
        complain late"
    )));
}

#[test]
fn a_step_goes_back_into_the_queue_also_while_the_party_corrects() {
    insta::assert_snapshot!(check(&format!(
        "{BEGUN}
        dora: release accept
        bob: take accept
        dora: release accept
        cleo: take accept
        cleo: correct accept photo=模糊
        dora: give accept bob
        dora: release accept
        attach photo clearer
        answer
        bob: do accept accepted"
    )));
}

#[test]
fn silence_counts_as_the_answer_that_the_law_takes_it_for() {
    insta::assert_snapshot!(check(&format!(
        "{BEGUN}
        bob: extend decide
        timer: expire accept
        +9 timer: expire accept
        timer: expire accept
        bob: extend accept
        bob: extend decide
        bob: extend decide
        +21 timer: expire decide
        +12 timer: expire decide
        bob: extend decide"
    )));
}

#[test]
fn a_moment_that_the_form_tells_starts_a_clock_and_a_step_waits_for_one() {
    insta::assert_snapshot!(check_of(
        "keep",
        "start counter web
        save taken=2025-12-31T20:00 urgent=no
        submit
        bob: do register done
        bob: do destroy done
        timer: expire kept
        +190 timer: expire kept
        bob: do destroy done"
    ));
}

/// The course and its clocks stay as they were; what stands is what was put right last, and nobody corrects what they could
/// not have done.
#[test]
fn what_was_written_down_wrongly_is_corrected() {
    insta::assert_snapshot!(check(
        "start counter window
        bob: save name=安娜 difficult=yes story=长
        bob: amend form name=安妮 misspelt
        submit
        bob: do accept accepted
        bob: amend accept opinion=真 none
        bob: do look passed found=缺页
        dan: do test passed opinion=真
        dan: amend test opinion=假
        dan: amend test opinion=假 slip
        dan: amend test opinion=假 slip
        eve: amend test opinion=伪 clearer
        bob: amend form name=安妮 misspelt
        bob: amend form difficult=no misread
        bob: amend form story=短 misread
        cleo: amend look found=齐全 counted
        cleo: do decide granted
        dora: do decide granted
        dora: amend look found=缺照片 seen
        bob: amend form name=安宁 misspelt
        withdraw"
    ));
}

#[test]
fn only_what_the_office_entered_is_the_offices_to_correct() {
    insta::assert_snapshot!(check(
        "start counter window
        save name=安娜 difficult=no
        submit
        bob: amend form name=安妮 misspelt
        bob: correct accept name=x
        bob: save difficult=no
        bob: save name=安妮
        answer
        bob: amend form name=安宁 misspelt
        bob: amend form difficult=no misread"
    ));
}

#[test]
fn a_moment_that_is_put_right_starts_its_clock_anew() {
    insta::assert_snapshot!(check_of(
        "keep",
        "bob: start counter web
        bob: save taken=2025-12-31T20:00 urgent=yes
        submit
        bob: do report done
        bob: amend form taken=2025-12-30T20:00 slip"
    ));
}
