//! What the engine takes for one case of five steps, in memory: deciding, folding, and reading all its clocks after each
//! command, as a board does. Beside it the same cases through casework, with policies, sealing and the durable append.

use super::report::{Amount, Bar, Report};
use super::usage::Meter;
use super::{Amounts, Failed};
use crate::town::{Dice, Town};
use casework::decide::{Situation, decide};
use casework::service::judge;
use casework::{Book, Command, State, clocks, due};
use pack::model::Procedure;
use record::{Event, ObjectRef, Time};
use std::path::Path;

/// A service of five steps: accept, verify, sign, make, hand over.
const SERVICE: &str = "residence-permit";
const STEPS: usize = 5;

/// Measures both.
pub fn run(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report.area("engine", "one case of five steps, from its beginning through its last");
    let town = Town::found(&dir.join("engine"), 1)?;
    let book = town.casework().book();
    let course = town.course(SERVICE).ok_or_else(|| Failed::new("no residence permit in the packs"))?;
    let procedure = book.procedure(&course.procedure).ok_or_else(|| Failed::new("no procedure"))?;
    let resident = town.residents.first().ok_or_else(|| Failed::new("nobody lives here"))?;
    let mut life: Vec<(ObjectRef, Command)> = Vec::new();
    let began = later(town.city.now(), -40 * 86_400);
    let one = |life: &mut Vec<(ObjectRef, Command)>, seed| {
        let mut told = |actor: &access::policy::Actor, command: &Command| {
            life.push((actor.id().clone(), command.clone()));
        };
        town.case(course, resident, began, STEPS, &mut Dice(seed), &mut told)
    };
    one(&mut life, 1)?;
    let steps = life.iter().filter(|(_, command)| matches!(command, Command::Do { .. })).count();
    if steps != STEPS {
        return Err(Failed::new(format!("the case took {steps} steps in place of {STEPS}")));
    }
    let mut events = 0;
    for _ in 0..100 {
        events = in_memory(book, procedure, &life, began)?;
    }
    let meter = Meter::own();
    for _ in 0..amounts.procedures {
        in_memory(book, procedure, &life, began)?;
    }
    let each = meter.cpu() / amounts.procedures as f64 * 1e3;
    let note = format!(
        "{} commands, {events} events, all clocks counted after each; DBOS on SQLite takes 21.7 ms, SpiffWorkflow 12 ms",
        life.len()
    );
    report.figure("CPU of a procedure in the engine", Amount(each, "ms"), Bar::AtMost(0.3), &note);
    let durable = amounts.procedures / 20;
    let meter = Meter::own();
    for seed in 0..durable {
        one(&mut Vec::new(), seed)?;
    }
    let note = format!(
        "policies, sealing, files, board, hash, SQLite; {:.1} ms on the wall, one command after the other",
        meter.wall() / durable as f64 * 1e3
    );
    let each = meter.cpu() / durable as f64 * 1e3;
    report.figure("beside it: with the durable record", Amount(each, "ms"), Bar::None, &note);
    Ok(())
}

fn later(at: Time, seconds: i64) -> Time {
    Time::new(at.seconds() + seconds, 0, at.offset()).unwrap_or(at)
}

/// Runs the commands of a case on nothing but its state: how many events came of them.
fn in_memory(
    book: &Book,
    procedure: &Procedure,
    life: &[(ObjectRef, Command)],
    began: Time,
) -> Result<usize, Failed> {
    let case = ObjectRef::new(procedure.object.as_str(), "2601-00000000-0");
    let mut state = State::default();
    let mut events: Vec<Event> = Vec::new();
    for (number, (actor, command)) in life.iter().enumerate() {
        let now = later(began, number as i64 * 7_200);
        for event in decided(book, procedure, &state, &case, command, (actor, now))? {
            state.apply(&event);
            events.push(event);
        }
        if let Some(law) = &book.definitions.law {
            for reading in clocks::read(&state, procedure, &book.definitions) {
                std::hint::black_box(due::count(&reading, law));
            }
        }
    }
    Ok(events.len())
}

fn decided(
    book: &Book,
    procedure: &Procedure,
    state: &State,
    case: &ObjectRef,
    command: &Command,
    (actor, now): (&ObjectRef, Time),
) -> Result<Vec<Event>, Failed> {
    let situation = Situation {
        now,
        actor: Some(actor),
        procedure,
        definitions: &book.definitions,
        edition: book.digest,
        case,
        answers: &state.answers,
        recorded: None,
        unseen: &casework::decide::ALL_SEEN,
        judge: &judge(procedure, state, now),
    };
    let decided = decide(state, command, &situation);
    Ok(decided.map_err(|refusal| Failed::new(format!("{command:?}: {}", refusal.why.en)))?.events)
}
