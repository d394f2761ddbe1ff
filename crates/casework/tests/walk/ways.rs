//! Each walk comes to an end, there is a way out of every place, and nothing that a pack offers is out of reach.

use super::SHIPPED;
use super::case::Case;
use super::dice::Dice;
use casework::Command;
use casework::decide::missing;
use pack::Id;
use pack::model::{Channel, Procedure, Step};
use record::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A walk that takes more moves than this goes round in circles.
const LONGEST: usize = 400;
/// Walks by which every way must have been taken.
const WALKS: u64 = 1_000;

/// Answers the form until nothing is wrong with it.
fn fill(case: &mut Case, dice: &mut Dice) {
    let fields = &case.procedure.form.fields;
    let mut wrong: Vec<Id> = fields.iter().map(|field| field.id.clone()).collect();
    for _ in 0..5_000 {
        let fresh: Vec<(Id, Value)> = wrong
            .iter()
            .filter_map(|id| case.procedure.form.field(id.as_str()))
            .map(|field| (field.id.clone(), dice.value(field)))
            .collect();
        case.answers.extend(fresh.iter().cloned());
        case.state.answers.extend(fresh);
        let faults = case.situation(None, |situation| missing(&case.state, situation));
        if faults.is_empty() {
            return;
        }
        // A check may be about several answers: change the one it stands at, or another.
        let other = &fields[dice.below(fields.len())];
        wrong = faults.into_iter().map(|(id, _)| id).chain([other.id.clone()]).collect();
    }
    panic!("{}: nobody can fill this form in", case.procedure.id);
}

/// The ways that are open now.
fn open(case: &Case) -> Vec<(Id, Id)> {
    let open = case.state.open_steps().filter_map(|(id, _)| case.procedure.flow.step(id.as_str()));
    open.flat_map(|step| step.outcomes.iter().map(|outcome| (step.id.clone(), outcome.id.clone()))).collect()
}

/// Ends the step so, if its guards let it; waits first for what it has to wait for.
fn take(case: &mut Case, step: &Step, outcome: &Id, dice: &mut Dice) -> bool {
    if let Some(clock) = &step.not_before
        && let Some(due) = case.due(clock)
    {
        case.now = case.now.max(due);
        case.run(None, &Command::Expire { clock: clock.clone() }).unwrap();
    }
    case.wait(60);
    let command = Command::Do {
        step: step.id.clone(),
        outcome: outcome.clone(),
        reasons: Some("because".into()),
        answers: dice.answers(&step.form),
    };
    case.run(Some(step.id.as_str()), &command).is_ok()
}

/// How often each way was tried, and whether it was ever let.
type Taken = BTreeMap<(Id, Id), (usize, bool)>;

/// Takes the way that was tried least, until the case ends.
fn walk(procedure: &'static Procedure, seed: u64, taken: &mut Taken) {
    let mut dice = Dice(seed);
    let mut case = Case::new(procedure, seed);
    case.start(procedure.channels[0]);
    case.state.channel = Channel::ALL.iter().find(|(_, one)| *one == Channel::Window).unwrap().0.into();
    fill(&mut case, &mut dice);
    case.run(Some("ann"), &Command::Submit).unwrap();
    let mut shut = BTreeSet::new();
    for _ in 0..LONGEST {
        if case.state.ended() {
            return;
        }
        let ways: Vec<_> = open(&case).into_iter().filter(|way| !shut.contains(way)).collect();
        assert!(!ways.is_empty(), "{}: no way out of {:?}", procedure.id, open(&case));
        let tries = |way: &(Id, Id)| taken.get(way).map_or(0, |(tries, _)| *tries);
        let least = ways.iter().map(tries).min().unwrap_or_default();
        let ways: Vec<_> = ways.iter().filter(|way| tries(way) == least).collect();
        let way = ways[dice.below(ways.len())].clone();
        let step = procedure.flow.step(way.0.as_str()).unwrap();
        let let_through = take(&mut case, step, &way.1, &mut dice);
        let (tries, ever) = taken.entry(way.clone()).or_default();
        *tries += 1;
        *ever |= let_through;
        if let_through {
            shut.clear();
        } else {
            shut.insert(way);
        }
    }
    panic!("{}: after {LONGEST} moves {:?} are still open", procedure.id, open(&case));
}

#[test]
fn every_way_of_every_procedure_leads_to_an_end() {
    let mut unreached = Vec::new();
    for procedure in SHIPPED.procedures.values() {
        let mut taken = Taken::new();
        let steps = &procedure.flow.steps;
        let all: Vec<(Id, Id)> = steps
            .iter()
            .flat_map(|step| step.outcomes.iter().map(|outcome| (step.id.clone(), outcome.id.clone())))
            .collect();
        let never = |taken: &Taken| -> Vec<(Id, Id)> {
            all.iter().filter(|way| !taken.get(*way).is_some_and(|(_, ever)| *ever)).cloned().collect()
        };
        let mut seed = 0;
        while seed < WALKS && !never(&taken).is_empty() {
            walk(procedure, seed, &mut taken);
            seed += 1;
        }
        let told = |(step, outcome): (Id, Id)| format!("{}: {step}.{outcome}", procedure.id);
        unreached.extend(never(&taken).into_iter().map(told));
    }
    assert!(unreached.is_empty(), "{}", unreached.join("\n"));
}
