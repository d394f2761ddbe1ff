//! Whatever is asked of a case, in whatever order, and whenever its clocks run out.

use super::SHIPPED;
use super::case::{Answers, Case};
use super::dice::Dice;
use casework::moves::{self, Move};
use casework::state::{Stage, State};
use casework::{Command, clocks, due};
use pack::Id;
use pack::model::{Procedure, StepKind};
use record::{Digest, Entry, Fold, ObjectRef, Time, Value, encoding};

/// Walks of each procedure, and moves of each walk.
const WALKS: u64 = 2;
const MOVES: usize = 30;
/// Longer than anybody's clock runs: what waits for one longer than that waits for good.
const YEARS: i64 = 40 * 366 * 86_400;

/// The command that a move stands for, with everything that it asks for.
fn command(case: &Case, possible: &Move, dice: &mut Dice) -> Command {
    let (form, about) = (&case.procedure.form, possible.about.clone().unwrap_or_default());
    match possible.action {
        "save" => Command::Save { answers: answers(case, dice) },
        "submit" => Command::Submit,
        "answer" => Command::Answer,
        "withdraw" => Command::Withdraw { reasons: None },
        "rate" => Command::Rate { stars: 1 + dice.below(5) as u8, words: None },
        "complain" => Command::Complain { words: "slow".into() },
        "reply" => {
            let complaint = case.state.complaints.iter().position(|one| one.reply.is_none()).unwrap();
            Command::Reply { complaint, words: "sorry".into() }
        }
        "correct" => {
            let papers = case.procedure.materials.iter().map(|asked| asked.material.clone());
            let all: Vec<Id> = form.fields.iter().map(|field| field.id.clone()).chain(papers).collect();
            Command::Correct { step: about, notes: vec![(all[dice.below(all.len())].clone(), "no".into())] }
        }
        "take" => Command::Take { step: about },
        "hand-over" => {
            let to = ObjectRef::new("person", format!("clerk{}", dice.below(4)));
            Command::HandOver { step: about, to, reasons: "holiday".into() }
        }
        "extend" => Command::Extend { clock: about, reasons: "many papers".into() },
        "amend" => amendment(case, about, dice),
        _ => Command::Do {
            outcome: possible.outcomes[dice.below(possible.outcomes.len())].clone(),
            reasons: Some("because".into()),
            answers: dice.answers(&case.procedure.flow.step(about.as_str()).unwrap().form),
            step: about,
        },
    }
}

/// What stands on the form, or what a step recorded.
fn written<'a>(case: &'a Case, of: &Id) -> &'a Answers {
    match of.as_str() {
        State::FORM => &case.state.answers,
        _ => &case.state.steps[of].answers,
    }
}

/// One of the answers that the office wrote down, put right or left as it is.
fn amendment(case: &Case, of: Id, dice: &mut Dice) -> Command {
    let form = match of.as_str() {
        State::FORM => &case.procedure.form,
        step => &case.procedure.flow.step(step).unwrap().form,
    };
    let answers = written(case, &of);
    let told: Vec<&Id> = answers.keys().filter(|field| case.state.told(&of, field).is_some()).collect();
    let field = told[dice.below(told.len())].clone();
    let answer = match dice.below(3) {
        0 => answers[&field].clone(),
        _ => dice.value(form.field(field.as_str()).unwrap()),
    };
    Command::Amend { of, field, answer, reasons: "slip".into() }
}

/// Answers to some of the questions that are asked now, and to all that are wrong.
fn answers(case: &Case, dice: &mut Dice) -> Vec<(Id, Option<Value>)> {
    let faults = case.situation(None, |situation| casework::decide::missing(&case.state, situation));
    let wrong = |id: &Id| faults.iter().any(|(fault, _)| fault == id);
    let fields = &case.procedure.form.fields;
    let some = fields.iter().filter(|field| wrong(&field.id) || dice.below(6) == 0).collect::<Vec<_>>();
    some.into_iter()
        .map(|field| (field.id.clone(), (dice.below(20) > 0).then(|| dice.value(field))))
        .collect()
}

/// Something that nobody in their right mind asks.
fn nonsense(case: &Case, dice: &mut Dice) -> Command {
    let flow = &case.procedure.flow;
    let step = flow.steps[dice.below(flow.steps.len())].id.clone();
    let clock = flow.clocks.get(dice.below(flow.clocks.len() + 1)).map(|clock| clock.id.clone());
    let clock = clock.unwrap_or_else(|| "no-clock".into());
    match dice.below(16) {
        0 => Command::Save { answers: vec![("no-field".into(), Some(Value::Integer(1)))] },
        1 => {
            let field = case.procedure.form.fields.first().map(|field| field.id.clone());
            let odd = [Value::Float(0.5), Value::List(vec![Value::Boolean(true)]), Value::from("\u{0}")];
            Command::Save { answers: vec![(field.unwrap_or_default(), Some(odd[dice.below(3)].clone()))] }
        }
        2 => Command::Detach { material: "no-paper".into(), digest: Digest::of(b"") },
        3 => Command::Do { step, outcome: "no-outcome".into(), reasons: None, answers: Vec::new() },
        4 => Command::Do {
            outcome: flow.step(step.as_str()).unwrap().outcomes[0].id.clone(),
            step,
            reasons: Some(" ".into()),
            answers: vec![("no-field".into(), Value::from("x"))],
        },
        5 => Command::Correct { step, notes: vec![("no-field".into(), "no".into())] },
        6 => Command::Take { step },
        7 => Command::HandOver { step, to: ObjectRef::new("person", "clerk0"), reasons: String::new() },
        8 => Command::Extend { clock, reasons: "many papers".into() },
        9 => Command::Rate { stars: dice.below(9) as u8, words: None },
        10 => Command::Reply { complaint: dice.below(3), words: "sorry".into() },
        11 => Command::Expire { clock },
        12 => Command::Lapse,
        14 => Command::Amend {
            of: step,
            field: "no-field".into(),
            answer: Value::from("x"),
            reasons: " ".into(),
        },
        13 => Command::Release { step, reasons: "ill".into() },
        _ => [Command::Submit, Command::Answer, Command::Migrate { reasons: "new rules".into() }]
            [dice.below(3)]
        .clone(),
    }
}

/// What time brings: every clock that has run out is told so at its own moment, and answers never given end the case.
fn tick(case: &mut Case) {
    let now = case.now;
    let law = SHIPPED.law.as_ref().unwrap();
    let clocks: Vec<Id> = case.procedure.flow.clocks.iter().map(|clock| clock.id.clone()).collect();
    for clock in clocks {
        let early = case.due(&clock).is_none_or(|due| due > now);
        let expire = Command::Expire { clock: clock.clone() };
        assert_eq!(case.decide(None, &expire).is_err(), early, "{}: {clock}", case.procedure.id);
        if let Some(due) = case.due(&clock).filter(|_| !early) {
            case.now = due;
            case.run(None, &expire).unwrap();
            case.now = now;
            assert!(case.decide(None, &expire).is_err(), "{}: {clock} runs out once", case.procedure.id);
        }
    }
    let asked = case.state.asked().filter(|_| case.state.stage == Stage::Correcting);
    let answer = case.procedure.flow.correction.as_ref().zip(asked);
    let due = answer.and_then(|(correction, asked)| due::answer(asked.asked, correction.answer, law));
    assert_eq!(case.decide(None, &Command::Lapse).is_ok(), due.is_some_and(|due| due <= now));
    if case.decide(None, &Command::Lapse).is_ok() {
        case.run(None, &Command::Lapse).unwrap();
    }
}

/// What always holds.
fn check(case: &Case, dice: &mut Dice) {
    let name = &case.procedure.id;
    // The state is the fold of the events as the record keeps them, from a snapshot or from the start.
    let kept: Vec<Entry> = case
        .events
        .iter()
        .zip(0..)
        .map(|(event, index)| Entry {
            index,
            event: encoding::decode(encoding::encode(event).as_bytes()).unwrap(),
        })
        .collect();
    let (before, after) = kept.split_at(dice.below(kept.len() + 1));
    let mut state = State::default();
    let corrected = kept.iter().any(|entry| entry.event.corrects.is_some());
    if corrected {
        // Then there is no going on from a snapshot.
        state = State::from_bytes(&State::as_told(&kept).to_bytes()).unwrap();
    } else {
        before.iter().for_each(|entry| Fold::apply(&mut state, entry));
        state = State::from_bytes(&state.to_bytes()).unwrap();
        after.iter().for_each(|entry| Fold::apply(&mut state, entry));
    }
    assert_eq!(state, case.state, "{name}");
    let mut ids: Vec<&str> = case.events.iter().map(|event| event.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), case.events.len(), "{name}: an event's number was given twice");
    for reading in clocks::read(&case.state, case.procedure, &SHIPPED) {
        let span = format!("{name}: {} {reading:?}", reading.clock.id);
        assert!(reading.stopped.is_none_or(|stopped| stopped >= reading.started), "{span}");
        let mut last = reading.started;
        for (from, until) in &reading.pauses() {
            assert!(last <= *from && until.is_none_or(|until| *from <= until), "{span}");
            last = until.unwrap_or(*from);
        }
        assert!(reading.stopped.is_none_or(|stopped| last <= stopped), "{span}");
        let due = due::count(&reading, SHIPPED.law.as_ref().unwrap()).and_then(|counted| counted.at());
        assert!(due.is_none_or(|due| due >= reading.started), "{span}");
    }
}

/// Every move that is said to be possible is, asked twice it makes the same events, and there is one that leads on.
fn leads_on(case: &Case, dice: &mut Dice) {
    let name = &case.procedure.id;
    for actor in ["clerk0", "somebody else"] {
        let possible = case.situation(Some(actor), |situation| moves::possible(&case.state, situation));
        for one in &possible {
            let command = match command(case, one, dice) {
                // Whether another answer would do, the form and the course say once it is known.
                Command::Amend { of, field, reasons, .. } => {
                    let answer = written(case, &of)[&field].clone();
                    Command::Amend { of, field, answer, reasons }
                }
                other => other,
            };
            let first = case.decide(Some(actor), &command);
            if let Some(why) = &one.hindered {
                assert_eq!(
                    first.map_err(|refusal| refusal.why),
                    Err(why.clone()),
                    "{name}: {actor} {command:?}"
                );
                continue;
            }
            // Whether the answers to a step's form fit how it ends, its rules say once they are known.
            if let (Command::Do { step, .. }, Err(refusal)) = (&command, &first) {
                let form = &case.procedure.flow.step(step.as_str()).unwrap().form;
                let ruled = |id: &Id| form.field(id.as_str()).is_some_and(|field| !field.checks.is_empty());
                if !refusal.faults.is_empty() && refusal.faults.iter().all(|(id, _)| ruled(id)) {
                    continue;
                }
            }
            let first = first.unwrap_or_else(|refusal| panic!("{name}: {actor} {command:?}: {refusal:?}"));
            assert_eq!(case.decide(Some(actor), &command), Ok(first), "{name}");
        }
        for action in ["submit", "answer", "withdraw", "rate", "complain"] {
            let said = possible.iter().any(|one| one.action == action);
            let plain = Move {
                action,
                about: None,
                outcomes: Vec::new(),
                title: pack::Title::default(),
                hindered: None,
            };
            let command = command(case, &plain, dice);
            assert_eq!(case.decide(Some(actor), &command).is_ok(), said, "{name}: {action}");
        }
    }
    let leads = |action: &str| {
        StepKind::ALL.iter().any(|(word, _)| *word == action)
            || ["save", "submit", "answer"].contains(&action)
    };
    let fresh = case.situation(Some("somebody else"), |situation| moves::possible(&case.state, situation));
    let held = case.state.open_steps().any(|(_, step)| step.holder.is_some());
    let until = Time::new(case.now.seconds() + YEARS, 0, Some(480)).unwrap();
    let waits =
        || case.procedure.flow.clocks.iter().any(|clock| case.due(&clock.id).is_some_and(|at| at < until));
    let out = case.state.ended()
        || held
        || fresh.iter().any(|one| one.hindered.is_none() && leads(one.action))
        || waits();
    assert!(out, "{name}: nothing leads on from {:?}", case.state);
}

fn walk(procedure: &'static Procedure, seed: u64) {
    let mut dice = Dice(seed ^ 0x5eed);
    let mut case = Case::new(procedure, seed);
    let channel = procedure.channels[dice.below(procedure.channels.len())];
    case.start(channel);
    // Papers are shown at the window; elsewhere they would have to be attached first.
    case.state.channel = "window".into();
    case.events[0].attributes.iter_mut().filter(|(name, _)| name.as_str() == "channel").for_each(
        |(_, value)| {
            *value = "window".into();
        },
    );
    for place in 0..MOVES {
        case.wait(60 + dice.below(3 * 86_400) as i64);
        tick(&mut case);
        let actor = ["ann", "clerk0", "clerk1", "clerk2"][dice.below(4)];
        let possible = case.situation(Some(actor), |situation| moves::possible(&case.state, situation));
        let possible: Vec<Move> = possible.into_iter().filter(|one| one.hindered.is_none()).collect();
        // Taking it back ends every story at once: let that be rare.
        let usual: Vec<&Move> =
            possible.iter().filter(|one| one.action != "withdraw" || dice.below(30) == 0).collect();
        let asked = match usual.get(dice.below(usual.len() + usual.len() / 4 + 1)) {
            Some(one) => command(&case, one, &mut dice),
            None => nonsense(&case, &mut dice),
        };
        if let Err(refusal) = case.run(Some(actor), &asked) {
            assert_eq!(refusal.possible, possible, "{}: {asked:?}", procedure.id);
        }
        leads_on(&case, &mut dice);
        if place % 5 == 4 {
            check(&case, &mut dice);
        }
    }
}

#[test]
fn whatever_is_asked_cases_keep_their_rules() {
    for procedure in SHIPPED.procedures.values() {
        (0..WALKS).for_each(|seed| walk(procedure, seed));
    }
}
