//! Every step of every shipped procedure that records something can be done from the desk, and by a program.

use super::dice::Dice;
use super::world::call::Shown;
use super::world::{self, World};
use super::{asks, at_work, open, post, run, told, typed};
use casework::Command;
use pack::Id;
use pack::model::{FieldKind, Procedure, Step};
use record::{ObjectRef, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Cases by which every step that records something must have been done.
const CASES: u64 = 60;
/// Moves of a case before it is left to itself.
const MOVES: usize = 60;
/// Answers tried at one step, some of which its checks refuse.
const TRIES: usize = 30;

/// How steps are done.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hand {
    /// From the desk's page, as a browser does.
    Desk,
    /// Through the interface for programs.
    Program,
}

struct Walk<'a> {
    world: &'a World,
    hand: Hand,
    procedure: &'a Procedure,
    dice: Dice,
    /// Steps that record something and were not done from the desk yet.
    wanted: BTreeSet<Id>,
    /// How often each way was tried.
    taken: BTreeMap<(Id, Id), usize>,
    /// What was said where a step was refused last.
    refused: String,
}

impl Walk<'_> {
    fn walk(&mut self) {
        let case = open(self.world, self.procedure, &mut self.dice);
        let mut shut: BTreeSet<(Id, Id)> = BTreeSet::new();
        for _ in 0..MOVES {
            let view = self.world.view(&case);
            let steps = view.state.open_steps().filter_map(|(id, _)| self.procedure.flow.step(id.as_str()));
            let ways =
                steps.flat_map(|step| step.outcomes.iter().map(move |outcome| (step, outcome.id.clone())));
            let open = ways.filter(|(step, outcome)| !shut.contains(&(step.id.clone(), outcome.clone())));
            let tries = |(step, outcome): &(&Step, Id)| {
                let tried = self.taken.get(&(step.id.clone(), outcome.clone())).copied().unwrap_or_default();
                (!self.wanted.contains(&step.id), tried)
            };
            let Some((step, outcome)) = open.min_by_key(tries) else {
                if shut.is_empty() {
                    return;
                }
                // What waits for a time waits no longer.
                shut.clear();
                world::pass(40 * 86_400);
                self.world.city.casework.tick(self.world.city.now()).unwrap();
                continue;
            };
            let way = (step.id.clone(), outcome.clone());
            *self.taken.entry(way.clone()).or_default() += 1;
            let done = match self.wanted.contains(&step.id) {
                true => self.by_hand(&case, step, &outcome),
                false => self.by_itself(&case, step, &outcome),
            };
            if done {
                shut.clear();
            } else {
                shut.insert(way);
            }
        }
    }

    fn by_hand(&mut self, case: &ObjectRef, step: &Step, outcome: &Id) -> bool {
        match self.hand {
            Hand::Desk => self.at_the_desk(case, step, outcome),
            Hand::Program => self.by_program(case, step, outcome),
        }
    }

    fn by_program(&mut self, case: &ObjectRef, step: &Step, outcome: &Id) -> bool {
        let (Shown::Browser(token) | Shown::Bearer(token)) = at_work(self.world, case, step) else {
            panic!("nobody is at work")
        };
        let (shown, path) = (Shown::Bearer(token), format!("/api/cases/{}/do", case.id));
        for _ in 0..TRIES {
            let sent = told(step, outcome, &mut self.dice);
            let reply = self.world.call(&shown, "POST", &path, &sent);
            match reply.status.as_u16() {
                200 => {
                    self.wanted.remove(&step.id);
                    self.kept(case, step);
                    return true;
                }
                // What somebody else must do, or what must wait.
                403 | 409 if !reply.text().contains("faults\":[{") => return false,
                409 | 422 => self.refused = reply.text(),
                other => panic!("{}: {}: {other}: {}", self.procedure.id, step.id, reply.text()),
            }
        }
        false
    }

    fn at_the_desk(&mut self, case: &ObjectRef, step: &Step, outcome: &Id) -> bool {
        let shown = at_work(self.world, case, step);
        let page = self.world.get(&shown, &format!("/desk/cases/{}", case.id));
        assert_eq!(page.status, 200, "{}: {} cannot see the case", self.procedure.id, step.role);
        let page = page.text();
        if !page.contains(&format!("/{}\"", step.id)) {
            return false;
        }
        asks(&page, step, &step.form);
        for _ in 0..TRIES {
            let sent = typed(step, outcome, &mut self.dice);
            let reply = post(self.world, &shown, case, step, &sent);
            match reply.status.as_u16() {
                303 => {
                    self.wanted.remove(&step.id);
                    self.kept(case, step);
                    return true;
                }
                422 => self.refused = reply.text(),
                other => panic!("{}: {}: {other}: {}", self.procedure.id, step.id, reply.text()),
            }
        }
        false
    }

    /// Everything that was sent is recorded, files with their content.
    fn kept(&self, case: &ObjectRef, step: &Step) {
        let casework = &self.world.city.casework;
        let state = &self.world.view(case).state;
        let Some(recorded) = state.steps.get(&step.id) else { return };
        for field in &step.form.fields {
            let value =
                recorded.answers.get(&field.id).unwrap_or_else(|| panic!("{}: {}", step.id, field.id));
            assert_eq!(matches!(value, Value::Sealed(_)), field.personal, "{}: {}", step.id, field.id);
            if field.kind == FieldKind::File {
                let Some(Value::File(file)) = casework.in_clear(value).unwrap() else { panic!("no file") };
                assert_eq!(file.subject.is_some(), field.personal);
                assert_eq!(casework.record().file(&file).unwrap().unwrap(), world::cases::PAGE);
            }
        }
    }

    /// Does a step that is not looked at.
    fn by_itself(&mut self, case: &ObjectRef, step: &Step, outcome: &Id) -> bool {
        let mut answers = self.dice.answers(&step.form);
        for (_, value) in answers.iter_mut().filter(|(_, value)| matches!(value, Value::File(_))) {
            let file = self.world.city.casework.record().attach("page.pdf", world::cases::PAGE, None);
            *value = Value::File(file.unwrap());
        }
        let (step, reasons) = (step.id.clone(), Some("because".to_owned()));
        let command = Command::Do { step, outcome: outcome.clone(), reasons, answers };
        run(self.world, case, &command)
    }
}

/// One after the other: the clock that they turn on is that of all worlds.
#[test]
fn every_step_of_every_procedure_can_be_done_from_the_desk_and_by_a_program() {
    [Hand::Desk, Hand::Program].into_iter().for_each(check);
}

fn check(hand: Hand) {
    let world = World::new();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let mut count = 0;
    let mut unreached = Vec::new();
    for procedure in book.definitions.procedures.values() {
        let recording = procedure.flow.steps.iter().filter(|step| !step.form.fields.is_empty());
        let wanted: BTreeSet<Id> = recording.map(|step| step.id.clone()).collect();
        count += wanted.len();
        let (taken, refused) = (BTreeMap::new(), String::new());
        let mut walk = Walk { world: &world, hand, procedure, dice: Dice(7), wanted, taken, refused };
        for _ in 0..CASES {
            if walk.wanted.is_empty() {
                break;
            }
            walk.walk();
        }
        let told = |step: &Id| format!("{}: {step}: {}", procedure.id, walk.refused);
        unreached.extend(walk.wanted.iter().map(told));
    }
    assert!(count > 100, "only {count} steps record something");
    assert!(unreached.is_empty(), "{}", unreached.join("\n"));
}
