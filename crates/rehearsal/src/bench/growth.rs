//! A step on an object with a long history beside one on an object with a short one.

use super::report::{Amount, Bar, Report};
use super::usage::Meter;
use super::{Amounts, Failed};
use crate::town::{Dice, Town, ask};
use access::Post;
use access::policy::Actor;
use casework::Command;
use pack::Id;
use record::{Batch, Entry, Event, Fold, ObjectRef, Record, Time, Value};
use std::path::Path;

/// A short history and a long one.
const SHORT: u64 = 10;
const LONG: u64 = 10_000;
/// Steps of one turn; short and long take turns, for a disk's rate drifts. The short ones are spread over objects that are
/// new in each turn, so that they stay short.
const TURN: u64 = 50;
const FEW: u64 = 10;

/// Wall and CPU time of one kind of step, in µs, in each turn.
#[derive(Default)]
struct Turns {
    count: u64,
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Turns {
    fn turn(&mut self, mut step: impl FnMut(u64) -> Result<(), Failed>) -> Result<(), Failed> {
        let meter = Meter::own();
        (self.count..self.count + TURN).try_for_each(&mut step)?;
        self.count += TURN;
        self.wall.push(meter.wall() / TURN as f64 * 1e6);
        self.cpu.push(meter.cpu() / TURN as f64 * 1e6);
        Ok(())
    }
}

/// What half of the turns took at most: of fifty steps, one that waited for something else would show in their mean.
fn median(turns: &[f64]) -> f64 {
    let mut sorted = turns.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn compare(report: &mut Report, what: &str, short: &Turns, long: &Turns) {
    let each = |turns: &Turns| (median(&turns.wall), median(&turns.cpu));
    let ((wall, cpu), (long_wall, long_cpu)) = (each(short), each(long));
    let note = format!(
        "{wall:.0} and {long_wall:.0} µs on the wall; {cpu:.0} and {long_cpu:.0} µs CPU; medians of {} turns",
        long.wall.len()
    );
    let ratio = (long_wall / wall).max(long_cpu / cpu);
    report.figure(what, Amount(ratio, "x"), Bar::AtMost(1.3), &note);
}

/// Measures both, on the record alone and through casework.
pub fn run(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report.area(
        "growth",
        "a step on an object with 10,000 events beside one on an object with 10; the worse of wall and CPU",
    );
    on_record(dir, amounts, report)?;
    in_casework(dir, amounts, report)
}

#[derive(Clone, Default)]
struct Payments(i64);

impl Fold for Payments {
    const NAME: &'static str = "bench payments";
    const VERSION: u32 = 1;
    fn apply(&mut self, entry: &Entry) {
        self.0 += entry.event.attribute("amount").and_then(Value::as_integer).unwrap_or(0);
    }
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_le_bytes().to_vec()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(i64::from_le_bytes(bytes)))
    }
}

fn about(object: &ObjectRef, n: u64) -> Event {
    Event::new(format!("{object}#{n}"), "step", Time::ZERO).about("case", object.clone()).with("amount", 5)
}

/// A step on the record: fold the object, then append what expects that version.
fn on_record(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    let record = Record::create_in(&dir.join("growth"))?;
    let step = |object: &ObjectRef, n: u64| -> Result<(), Failed> {
        let (_, version) = record.fold::<Payments>(object)?;
        let expect = vec![(object.clone(), version)];
        record.append(Batch { expect, ..Batch::from(about(object, n)) })?;
        Ok(())
    };
    let begin = |name: String, length: u64| -> Result<ObjectRef, Failed> {
        let object = ObjectRef::new("case", name);
        record.append((0..length).map(|n| about(&object, n)).collect::<Vec<_>>())?;
        record.fold::<Payments>(&object)?;
        Ok(object)
    };
    let many = begin("many".to_owned(), LONG)?;
    let (mut short, mut long) = (Turns::default(), Turns::default());
    for turn in 0..amounts.steps / TURN {
        let few: Vec<_> =
            (0..FEW).map(|n| begin(format!("few {turn}/{n}"), SHORT)).collect::<Result<_, _>>()?;
        short.turn(|n| few.get((n % FEW) as usize).map_or(Ok(()), |few| step(few, SHORT + n)))?;
        long.turn(|n| step(&many, LONG + n))?;
    }
    compare(report, "step on the record: fold and append", &short, &long);
    Ok(())
}

/// A step in casework: a clerk hands an open step over to another and back.
fn in_casework(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    let town = Town::found(&dir.join("growth-town"), 1)?;
    let (casework, now) = (town.casework(), town.city.now());
    let course =
        town.course("residence-permit").ok_or_else(|| Failed::new("no residence permit in the packs"))?;
    let resident = town.residents.first().ok_or_else(|| Failed::new("nobody lives here"))?;
    // Handed in and not yet accepted: the first step is open.
    let case = |seed| town.case(course, resident, now, 1, &mut Dice(seed), &mut |_, _| {});
    let open = |case: &ObjectRef| -> Result<(Id, Actor), Failed> {
        let view = casework.view(case).map_err(|_| Failed::new("the case is gone"))?;
        let none = || Failed::new("no step is open");
        let (id, step) = view.state.open_steps().next().ok_or_else(none)?;
        let role = view.procedure().and_then(|all| all.flow.step(id.as_str())).ok_or_else(none)?.role.clone();
        Ok((id.clone(), town.holder(&Post::new(role, step.office.clone()))?))
    };
    let hand = |case: &ObjectRef, (step, actor): &(Id, Actor)| -> Result<(), Failed> {
        let command = Command::Take { step: step.clone() };
        let over =
            Command::HandOver { step: step.clone(), to: actor.id().clone(), reasons: "轮班交接".into() };
        let view = casework.view(case).map_err(|_| Failed::new("the case is gone"))?;
        let held = view.state.steps.get(step).is_some_and(|step| step.holder.is_some());
        let command = if held { over } else { command };
        casework
            .run(case, &command, &ask(now, actor))
            .map_err(|refused| Failed::new(format!("{refused:?}")))?;
        Ok(())
    };
    let many = case(1)?;
    let by = open(&many)?;
    let length = |case: &ObjectRef| casework.view(case).map(|view| view.state.events);
    while length(&many).is_ok_and(|length| length < amounts.long) {
        hand(&many, &by)?;
    }
    let (mut short, mut long) = (Turns::default(), Turns::default());
    for turn in 0..amounts.steps / TURN {
        let few: Vec<ObjectRef> = (0..FEW).map(|n| case(2 + turn * FEW + n)).collect::<Result<_, _>>()?;
        let by_few = few.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        short.turn(|n| {
            let at = (n % FEW) as usize;
            few.get(at).zip(by_few.get(at)).map_or(Ok(()), |(few, by)| hand(few, by))
        })?;
        long.turn(|_| hand(&many, &by))?;
    }
    let what = format!("step of a case with {} events", length(&many).unwrap_or(0));
    compare(report, &what, &short, &long);
    Ok(())
}
