//! `garment balance LINE.toml`: who does what at which machine.

use super::Spent;
use super::balance::Options;
use crate::say::{Failure, Say, Wrong, counted};
use garment::balance::Answer;
use garment::balance::staffing::hunt::{Outcome, by_moves, shortest};
use garment::balance::staffing::lacks::{Lack, plain, ruled_out};
use garment::balance::staffing::practice::{Practice, minutes};
use garment::balance::staffing::task::Task;
use garment::balance::staffing::{Floor, Standing, check, read, standing};
use garment::day::Day;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let budget = super::budget(options.seconds)?;
    let path = options.file.display();
    let told = |faults: Vec<garment::definition::Problem>| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("{path}:{fault}")).collect();
        Wrong(lines.join("\n"))
    };
    let floor = read::floor(&super::read(&options.file)?).map_err(told)?;
    let case = Case::new(floor, options)?;
    let lacks = plain(&case.floor, &case.task, &case.there);
    if !lacks.is_empty() {
        return Err(case.lacking(&lacks));
    }
    // One budget for all: looking for plans, and for what is missing where there is none.
    let mut spent = Spent::new();
    let (rows, any) = case.rows(options.moves, (&mut spent, budget), say)?;
    let row = case.chosen(&rows, &any, options.moves, (&mut spent, budget))?;
    let faults = check::faults(&Task { moves: row.moves, ..case.task.clone() }, &row.answer.plan);
    if !faults.is_empty() {
        return Err(Wrong(format!("the plan that was found does not hold: {}", faults.join("; "))).into());
    }
    say.answer(&case.words(&row, &rows, &any), &case.as_json(&row, &rows, &any))?;
    // A line that does not come to what is wanted is something found.
    let reached = case.floor.wanted.is_none_or(|wanted| row.answer.plan.cycle <= wanted);
    if reached { Ok(()) } else { Err(Failure::Finding) }
}

/// The best with so many moves.
type Row = (u32, Outcome);

/// What is told: a plan, and with how many moves at most it was looked for.
struct Chosen {
    moves: Option<u32>,
    answer: Answer,
}

/// A line on a day.
struct Case {
    floor: Floor,
    day: Option<Day>,
    there: Vec<usize>,
    done: Practice,
    standing: Option<Standing>,
    task: Task,
}

/// So many moves beyond those that must be are looked at where nobody says how many.
const MORE: u32 = 8;

impl Case {
    fn new(floor: Floor, options: &Options) -> Result<Self, Failure> {
        let day = on(&floor, options.day.as_deref())?;
        let mut without = Vec::new();
        for name in &options.without {
            let found = floor.operators.iter().position(|own| own.id == *name);
            let known = || floor.operators.iter().map(|own| own.id.as_str()).collect::<Vec<_>>().join("`, `");
            let told = || Wrong(format!("no operator is called `{name}`; name one of `{}`", known()));
            without.push(found.ok_or_else(told)?);
        }
        let there = floor.there(day, &without);
        if there.is_empty() {
            let error = "nobody is there; choose another day, or mend `absent`, `from` and `until`";
            return Err(Wrong(error.into()).into());
        }
        let standing = match &options.from {
            Some(path) => {
                let told = |faults: Vec<String>| {
                    let lines: Vec<String> =
                        faults.iter().map(|fault| format!("{}: {fault}", path.display())).collect();
                    Wrong(lines.join("\n"))
                };
                Some(standing::standing(&floor, &super::document(path)?).map_err(told)?)
            }
            None => None,
        };
        let done = floor.practice(standing.as_ref(), day);
        let task = Task::new(&floor, &there, &done, standing.as_ref());
        Ok(Self { floor, day, there, done, standing, task })
    }

    fn lacking(&self, lacks: &[Lack]) -> Failure {
        let lines: Vec<String> = lacks.iter().map(|lack| lack.told(&self.floor)).collect();
        Wrong(lines.join("\n")).into()
    }

    /// The best by moves, where a plan stands, and with any number of them.
    fn rows(
        &self,
        moves: Option<u32>,
        (spent, budget): (&mut Spent, Duration),
        say: Say,
    ) -> Result<(Vec<Row>, Outcome), Failure> {
        let mut shown = say.progress("seconds of planning");
        // While there is no plan, a fifth is left to find out why.
        let mut clock = |planned: bool| {
            shown.at(spent.seconds(), Some(budget.as_secs()));
            spent.less_than(if planned { budget } else { budget / 5 * 4 })
        };
        if self.standing.is_none() {
            return Ok((Vec::new(), shortest(&self.task, &mut clock)));
        }
        let least = self.task.orphans();
        if let Some(few) = moves.filter(|moves| *moves < least) {
            let all = self.task.holders.iter().zip(&self.floor.operations);
            let names: Vec<&str> =
                all.filter(|(holder, _)| holder.is_none()).map(|(_, own)| own.id.as_str()).collect();
            let error = format!(
                "{} have nobody who is there: `{}`; `--moves {few}` is too few, give {least} at least",
                counted(least.into(), "operation"),
                names.join("`, `")
            );
            return Err(Wrong(error).into());
        }
        let most = moves.unwrap_or(least + MORE).min(self.task.holders.len() as u32);
        let moves: Vec<u32> = (least..=most).collect();
        let mut found = by_moves(&self.task, &moves, &mut clock);
        let any = found.pop().unwrap_or(Outcome::Unknown);
        Ok((moves.into_iter().zip(found).collect(), any))
    }

    /// The plan that is told: with as many moves as may be; else with as few as come to what is wanted, or to the shortest cycle.
    fn chosen(
        &self,
        rows: &[Row],
        any: &Outcome,
        moves: Option<u32>,
        (spent, budget): (&mut Spent, Duration),
    ) -> Result<Chosen, Failure> {
        let plans = || rows.iter().filter_map(|(moves, found)| Some((*moves, found.answer()?)));
        let best = plans().map(|(_, answer)| answer.plan.cycle).min();
        let enough = self.floor.wanted.max(best).filter(|_| moves.is_none()).or(best);
        let found = plans().find(|(_, answer)| Some(answer.plan.cycle) <= enough);
        // Where only more moves than were looked at one by one come to what is wanted.
        let wants = |cycle: u32| self.floor.wanted.is_some_and(|wanted| cycle <= wanted);
        if let Outcome::Best(answer) = any
            && moves.is_none()
            && wants(answer.plan.cycle)
            && !found.is_some_and(|(_, answer)| wants(answer.plan.cycle))
        {
            let made = check::moves(&self.task, &answer.plan).len() as u32;
            let moves = self.standing.as_ref().map(|_| made);
            return Ok(Chosen { moves, answer: answer.clone() });
        }
        match (found, any) {
            (Some((least, answer)), _) => {
                // What is proved is proved of as many moves as may be.
                let of = moves.and(rows.last());
                let bound =
                    of.and_then(|(_, found)| found.answer()).map_or(answer.bound, |answer| answer.bound);
                Ok(Chosen { moves: Some(moves.unwrap_or(least)), answer: Answer { bound, ..answer.clone() } })
            }
            (None, Outcome::Best(answer)) if self.standing.is_none() => {
                Ok(Chosen { moves: None, answer: answer.clone() })
            }
            (None, Outcome::Best(answer)) => {
                let most = rows.last().map_or(0, |(moves, _)| *moves);
                let needed = check::moves(&self.task, &answer.plan).len();
                let none = match rows.last() {
                    Some((_, Outcome::Impossible)) => format!("with {most} moves at most there is no plan"),
                    _ => format!("no plan with {most} moves at most was found"),
                };
                let error = format!("{none}; give `--moves {needed}`, or more `--seconds`");
                Err(Wrong(error).into())
            }
            (None, Outcome::Impossible) => {
                Err(self.lacking(&ruled_out(&self.task, &mut || spent.less_than(budget))))
            }
            (None, Outcome::Unknown) => Err(self.lacking(&[Lack::Unknown])),
        }
    }

    fn operator(&self, worker: usize) -> &str {
        &self.floor.operators[self.there[worker]].id
    }

    fn time(&self, operation: usize, worker: usize) -> u32 {
        self.task.crew.times[operation][worker].unwrap_or_default()
    }

    /// The stations of a plan: who, what, and how long they take.
    fn stations<'p>(&self, answer: &'p Answer) -> Vec<(usize, &'p [usize], u32)> {
        let workers = answer.plan.workers.iter().flatten();
        let all = answer.plan.stations.iter().zip(workers);
        let load = |station: &[usize], worker: usize| station.iter().map(|one| self.time(*one, worker)).sum();
        all.map(|(station, worker)| (*worker, station.as_slice(), load(station, *worker))).collect()
    }

    /// Those who are there and have nothing to do, and those who are not there.
    fn others(&self, answer: &Answer) -> (Vec<&str>, Vec<&str>) {
        let busy: BTreeSet<usize> = answer.plan.workers.iter().flatten().copied().collect();
        let idle =
            (0..self.there.len()).filter(|worker| !busy.contains(worker)).map(|worker| self.operator(worker));
        let all = self.floor.operators.iter().enumerate();
        let away = all.filter(|(who, _)| !self.there.contains(who)).map(|(_, own)| own.id.as_str());
        (idle.collect(), away.collect())
    }

    /// Pieces that a worker has done of an operation, while they are still learning it.
    fn learned(&self, operation: usize, worker: usize) -> Option<u32> {
        let who = *self.there.get(worker)?;
        let practised = self.floor.learning.as_ref()?.practised;
        self.done[operation][who].filter(|done| *done < practised)
    }

    fn had(&self, operation: usize) -> Option<&str> {
        self.standing.as_ref()?.had.get(operation)?.as_deref()
    }
}

/// The day that is planned: the one that is asked for, else the first workday of the line's counts.
fn on(floor: &Floor, asked: Option<&str>) -> Result<Option<Day>, Wrong> {
    let workday = |from: Day| (from.0..from.0 + 400).map(Day).find(|day| floor.days.is_workday(*day));
    let Some(text) = asked else { return Ok(floor.from.and_then(workday)) };
    let told = || Wrong(format!("`--day {text}` is no day; write it as 2026-10-12"));
    let day = standing::day(text).ok_or_else(told)?;
    if !floor.days.is_workday(day) {
        let next = workday(day).map_or(String::new(), |next| format!("; the next one is {next}"));
        return Err(Wrong(format!("{day} is no workday of the line{next}, or mend `[calendar]`")));
    }
    match floor.from.filter(|from| day < *from) {
        Some(from) => Err(Wrong(format!(
            "{day} is before the line's counts; choose a day from {from} on, or mend `from`"
        ))),
        None => Ok(Some(day)),
    }
}

fn proof(answer: &Answer) -> String {
    match answer.bound == answer.plan.cycle {
        true => "proved the shortest".to_owned(),
        false => format!("no plan is below {}", minutes(answer.bound.into())),
    }
}

impl Case {
    fn words(&self, row: &Chosen, rows: &[Row], any: &Outcome) -> String {
        let answer = &row.answer;
        let cycle = answer.plan.cycle;
        let mut out = format!("line `{}`", self.floor.name);
        let _ = self.day.map(|day| write!(out, " on {day}"));
        let limit = match row.moves {
            None => String::new(),
            Some(0) => " as it stands".to_owned(),
            Some(moves) => format!(" with {} at most", counted(moves.into(), "move")),
        };
        let pieces = counted(self.floor.pieces(cycle).unsigned_abs(), "piece");
        let _ = writeln!(
            out,
            ": a cycle of {} minutes{limit}, {pieces} a day; {}",
            minutes(cycle.into()),
            proof(answer)
        );
        let machines = check::machines(&self.task, &answer.plan);
        for (number, ((worker, station, load), kinds)) in
            (1..).zip(self.stations(answer).into_iter().zip(machines))
        {
            let kinds: Vec<&str> = kinds.iter().map(|kind| self.floor.machines[*kind].id.as_str()).collect();
            let place =
                if kinds.is_empty() { "by hand".to_owned() } else { format!("at {}", kinds.join(" and ")) };
            let one = |one: &usize| {
                let learned = self
                    .learned(*one, worker)
                    .map(|done| format!(" after {}", counted(done.into(), "piece")));
                let time = minutes(self.time(*one, worker).into());
                format!("{} {time}{}", self.floor.operations[*one].id, learned.unwrap_or_default())
            };
            let listed: Vec<String> = station.iter().map(one).collect();
            let share = f64::from(load) / f64::from(cycle.max(1)) * 100.0;
            let name = self.operator(worker);
            let load = minutes(load.into());
            let _ = writeln!(out, "  {number} {name} {place}: {}; {load}, {share:.0} %", listed.join(", "));
        }
        let (idle, away) = self.others(answer);
        for (what, who) in [("nothing to do", idle), ("not there", away)] {
            if !who.is_empty() {
                let _ = writeln!(out, "{what}: {}", who.join(", "));
            }
        }
        self.say_wanted(&mut out, answer, any);
        self.say_moves(&mut out, answer, rows, any);
        out
    }

    fn say_wanted(&self, out: &mut String, answer: &Answer, any: &Outcome) {
        let Some(wanted) = self.floor.wanted else { return };
        let pieces = counted(self.floor.pieces(wanted).unsigned_abs(), "piece");
        let _ = write!(out, "wanted: a cycle of {}, {pieces} a day", minutes(wanted.into()));
        let slow = self.stations(answer).into_iter().filter(|(_, _, load)| *load > wanted);
        let slow: Vec<String> = slow
            .map(|(worker, _, load)| {
                format!("{} by {}", self.operator(worker), minutes((load - wanted).into()))
            })
            .collect();
        let beyond = any.answer().is_some_and(|any| any.bound > wanted);
        let said = match (slow.is_empty(), beyond, answer.bound > wanted) {
            (true, ..) => "reached",
            (false, true, _) => "proved out of reach; over it: ",
            (false, false, true) => "proved out of reach with so few moves; over it: ",
            (false, false, false) => "not reached; over it: ",
        };
        let _ = writeln!(out, "; {said}{}", slow.join(", "));
    }

    fn say_moves(&self, out: &mut String, answer: &Answer, rows: &[Row], any: &Outcome) {
        let Some(standing) = &self.standing else { return };
        if !standing.gone.is_empty() {
            let _ = writeln!(out, "no more on the line: {}", standing.gone.join(", "));
        }
        let moves = check::moves(&self.task, &answer.plan);
        let _ = match moves.len() {
            0 => writeln!(out, "nothing changes hands"),
            1 => writeln!(out, "1 operation changes hands"),
            more => writeln!(out, "{more} operations change hands"),
        };
        for (operation, _, worker) in moves {
            let from = self.had(operation).map_or("nobody", |had| had);
            let _ = writeln!(
                out,
                "  {} from {from} to {}",
                self.floor.operations[operation].id,
                self.operator(worker)
            );
        }
        let mut before = u32::MAX;
        let limited = rows.iter().map(|(moves, found)| (counted((*moves).into(), "move"), found));
        for (moves, found) in limited.chain([("any number of moves".to_owned(), any)]) {
            let _ = match found {
                Outcome::Best(answer) if answer.plan.cycle >= before => Ok(()),
                Outcome::Best(answer) => {
                    before = answer.plan.cycle;
                    let pieces = counted(self.floor.pieces(before).unsigned_abs(), "piece");
                    writeln!(
                        out,
                        "with {moves}: {}, {pieces} a day; {}",
                        minutes(before.into()),
                        proof(answer)
                    )
                }
                Outcome::Impossible => writeln!(out, "with {moves}: there is no plan"),
                Outcome::Unknown => writeln!(out, "with {moves}: no plan was found in the time"),
            };
        }
    }

    fn as_json(&self, row: &Chosen, rows: &[Row], any: &Outcome) -> Json {
        let answer = &row.answer;
        let cycle = answer.plan.cycle;
        let decimal = |thousandths: u32| f64::from(thousandths) / 1000.0;
        let machines = check::machines(&self.task, &answer.plan);
        let stations = self.stations(answer).into_iter().zip(&machines).map(|((worker, station, load), kinds)| {
            let one = |one: &usize| {
                json!({"operation": self.floor.operations[*one].id, "minutes": decimal(self.time(*one, worker)),
                       "done": self.learned(*one, worker)})
            };
            json!({
                "operator": self.operator(worker), "minutes": decimal(load),
                "machines": kinds.iter().map(|kind| &self.floor.machines[*kind].id).collect::<Vec<_>>(),
                "operations": station.iter().map(one).collect::<Vec<_>>(),
                "load_percent": (f64::from(load) / f64::from(cycle.max(1)) * 1e4).round() / 100.0,
            })
        });
        let taken = self.floor.machines.iter().enumerate().map(|(kind, own)| {
            let taken = machines.iter().filter(|kinds| kinds.contains(&kind)).count();
            json!({"machine": own.id, "taken": taken, "at_hand": own.count})
        });
        let wanted = self.floor.wanted.map(|wanted| {
            json!({"cycle_minutes": decimal(wanted), "pieces_a_day": self.floor.pieces(wanted), "reached": cycle <= wanted})
        });
        let (idle, away) = self.others(answer);
        let mut out = json!({
            "line": self.floor.name, "day": self.day.map(|day| day.to_string()), "cycle_minutes": decimal(cycle),
            "bound_minutes": decimal(answer.bound), "proved": answer.bound == cycle, "pieces_a_day": self.floor.pieces(cycle),
            "stations": stations.collect::<Vec<_>>(), "machines": taken.collect::<Vec<_>>(), "wanted": wanted,
            "idle": idle, "away": away, "practice": self.practice(),
        });
        if let Some(standing) = &self.standing {
            let moved = check::moves(&self.task, &answer.plan).into_iter().map(|(operation, _, worker)| {
                let operation = (&self.floor.operations[operation].id, self.had(operation));
                json!({"operation": operation.0, "from": operation.1, "to": self.operator(worker)})
            });
            let found = |(moves, found): (Option<u32>, &Outcome)| {
                let answer = found.answer();
                let cycle = answer.map(|answer| answer.plan.cycle);
                json!({
                    "moves": moves, "cycle_minutes": cycle.map(decimal),
                    "pieces_a_day": cycle.map(|cycle| self.floor.pieces(cycle)),
                    "bound_minutes": answer.map(|answer| decimal(answer.bound)), "impossible": *found == Outcome::Impossible,
                    "proved": answer.map(|answer| answer.bound == answer.plan.cycle),
                })
            };
            let table = rows.iter().map(|(moves, found)| (Some(*moves), found)).chain([(None, any)]);
            out["moves"] = moved.collect();
            out["by_moves"] = table.map(found).collect();
            out["gone"] = json!(standing.gone);
        }
        out
    }

    /// What was done by the day beyond what the line counts.
    fn practice(&self) -> Vec<Json> {
        let mut counts = Vec::new();
        for (operation, row) in self.done.iter().enumerate() {
            for (own, done) in self.floor.operators.iter().zip(row) {
                if let Some(pieces) = done.filter(|_| own.done[operation] != *done) {
                    counts.push(json!({"operation": self.floor.operations[operation].id, "operator": own.id, "pieces": pieces}));
                }
            }
        }
        counts
    }
}
