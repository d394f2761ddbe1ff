//! Every shipped procedure is walked until each way of ending each of its steps has been taken: each walk comes to an
//! end, there is a way out of every place, and nothing that a pack offers is out of reach.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

use casework::decide::{Situation, Truth, decide, missing};
use casework::state::{State, Status, StepState};
use casework::{Book, Command, answer, clocks};
use jiff::civil::Date;
use pack::Id;
use pack::model::{Channel, Condition, Definitions, Field, FieldKind, Form, Known, Procedure, Start, Step};
use record::{Digest, FileRef, ObjectRef, Time, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A walk that takes more moves than this goes round in circles.
const LONGEST: usize = 400;
/// Walks by which every way must have been taken.
const WALKS: u64 = 1_000;
const TODAY: Date = Date::constant(2026, 11, 23);

type Answers = BTreeMap<Id, Value>;

fn shipped() -> Definitions {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    Book::read(&files).unwrap_or_else(|problems| panic!("{}", problems[0])).definitions
}

/// A small generator of its own, so that a walk is the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    /// What somebody might type into the field.
    fn text(&mut self, kind: &FieldKind) -> String {
        let day = |dice: &mut Self| {
            // Most days that people write are near; births lie further back.
            let back = if dice.below(2) == 0 { dice.below(800) } else { dice.below(30_000) };
            TODAY.checked_add(jiff::Span::new().days(200 - back as i64)).unwrap()
        };
        match kind {
            FieldKind::Integer { min, max } => {
                let (low, high) = (min.unwrap_or(0), max.unwrap_or(1_000));
                (low + self.below((high - low + 1) as usize) as i64).to_string()
            }
            FieldKind::Money => self.below(10_000).to_string(),
            FieldKind::Date => day(self).to_string(),
            FieldKind::Moment => format!("{} {:02}:00", day(self), self.below(24)),
            FieldKind::Truth => if self.below(2) == 0 { "yes" } else { "no" }.into(),
            FieldKind::Choice(all) | FieldKind::Choices(all) => all[self.below(all.len())].id.to_string(),
            FieldKind::IdentityNumber => "11010519491231002X".into(),
            FieldKind::Phone => "13800000000".into(),
            FieldKind::Plate => format!("冀F1234{}", self.below(10)),
            FieldKind::Vin => ["1M8GDM9AXKP042788", "11111111111111111"][self.below(2)].into(),
            FieldKind::CreditCode => "91350100M000100Y43".into(),
            FieldKind::Object(kind) => format!("{kind}:{}", self.below(9)),
            FieldKind::Text | FieldKind::LongText | FieldKind::Address if self.below(2) == 0 => {
                "0123456789abcdef".repeat(4)
            }
            _ => format!("words {}", self.below(99)),
        }
    }

    fn value(&mut self, field: &Field) -> Value {
        if field.kind == FieldKind::File {
            let name = format!("{}.pdf", field.id);
            let digest = Digest::of(name.as_bytes());
            return Value::File(FileRef {
                digest,
                name: name.as_str().into(),
                media_type: "application/pdf".into(),
                size: 1,
                subject: None,
            });
        }
        let text = self.text(&field.kind);
        answer::read(&field.kind, &text).unwrap_or_else(|why| panic!("{}: {text}: {}", field.id, why.en))
    }

    fn answers(&mut self, form: &Form) -> Vec<(Id, Value)> {
        form.fields.iter().map(|field| (field.id.clone(), self.value(field))).collect()
    }
}

fn judge(procedure: &Procedure, condition: &Condition, known: &Known<'_>) -> Truth {
    match procedure.conditions.holds(condition, known) {
        Some(true) => Truth::True,
        Some(false) => Truth::False,
        None => Truth::Unknown,
    }
}

struct Walk<'a> {
    definitions: &'a Definitions,
    procedure: &'a Procedure,
    state: State,
    answers: Answers,
    case: ObjectRef,
    moves: i64,
}

impl Walk<'_> {
    fn command(&mut self, actor: &str, command: &Command) -> Result<(), String> {
        self.moves += 1;
        let (state, procedure) = (&self.state, self.procedure);
        let judge = |condition: &Condition, after: Option<&State>, answers: &Answers| {
            let done = |(id, step): (&'_ Id, &'_ StepState)| {
                let done = step.runs.last()?.done.as_ref().filter(|_| step.status == Status::Done)?;
                Some((id.clone(), done.outcome.clone(), step.answers.clone()))
            };
            let done: Vec<_> = after.unwrap_or(state).steps.iter().filter_map(done).collect();
            let steps = done.iter().map(|(id, outcome, answers)| (id, outcome, answers)).collect();
            self::judge(procedure, condition, &Known { form: Some(answers), steps, today: TODAY })
        };
        let actor = ObjectRef::new("person", actor);
        let situation = Situation {
            now: Time::new(1_795_392_000 + self.moves * 60, 0, Some(480)).unwrap(),
            actor: Some(&actor),
            procedure,
            definitions: self.definitions,
            edition: Digest::of(b"edition"),
            case: &self.case,
            answers: &self.answers,
            judge: &judge,
        };
        let decided = decide(&self.state, command, &situation)
            .map_err(|refusal| format!("{}: {command:?}: {refusal:?}", self.procedure.id))?;
        for event in &decided.events {
            self.state.apply(event);
        }
        Ok(())
    }

    /// Answers the form until nothing is wrong with it.
    fn fill(&mut self, dice: &mut Dice) {
        let mut wrong: Vec<Id> = self.procedure.form.fields.iter().map(|field| field.id.clone()).collect();
        for _ in 0..5_000 {
            let fresh: Vec<(Id, Value)> = wrong
                .iter()
                .filter_map(|id| self.procedure.form.field(id.as_str()))
                .map(|field| (field.id.clone(), dice.value(field)))
                .collect();
            self.answers.extend(fresh.iter().cloned());
            self.state.answers.extend(fresh);
            let faults = self.faults();
            if faults.is_empty() {
                return;
            }
            // A check may be about several answers: change the one it stands at, or another.
            let other = &self.procedure.form.fields[dice.below(self.procedure.form.fields.len())];
            wrong = faults.into_iter().chain([other.id.clone()]).collect();
        }
        panic!("{}: nobody can fill this form in: {:?}", self.procedure.id, self.faults());
    }

    fn faults(&self) -> Vec<Id> {
        let answers = &self.answers;
        let judge = |condition: &Condition, _: Option<&State>, _: &Answers| {
            let known = Known { form: Some(answers), steps: Vec::new(), today: TODAY };
            self::judge(self.procedure, condition, &known)
        };
        let situation = Situation {
            now: Time::new(1_795_392_000, 0, Some(480)).unwrap(),
            actor: None,
            procedure: self.procedure,
            definitions: self.definitions,
            edition: Digest::of(b"edition"),
            case: &self.case,
            answers,
            judge: &judge,
        };
        missing(&self.state, &situation).into_iter().map(|(id, _)| id).collect()
    }

    /// The ways that are open now.
    fn ways(&self) -> Vec<(Id, Id)> {
        let open = self.state.open_steps().filter_map(|(id, _)| self.procedure.flow.step(id.as_str()));
        open.flat_map(|step| step.outcomes.iter().map(|outcome| (step.id.clone(), outcome.id.clone())))
            .collect()
    }

    /// Ends the step so, if its guards let it.
    fn step(&mut self, step: &Step, outcome: &Id, dice: &mut Dice) -> Result<(), String> {
        if let Some(clock) = &step.not_before {
            let running = clocks::read(&self.state, self.procedure);
            if running.iter().any(|reading| reading.clock.id == *clock && !reading.expired) {
                self.command("timer", &Command::Expire { clock: clock.clone() }).unwrap();
            }
        }
        let command = Command::Do {
            step: step.id.clone(),
            outcome: outcome.clone(),
            reasons: Some("because".into()),
            answers: dice.answers(&step.form),
        };
        self.command(step.id.as_str(), &command)
    }
}

/// How often each way was tried, and whether it was ever let.
type Taken = BTreeMap<(Id, Id), (usize, bool)>;

/// Takes the way that was tried least, until the case ends.
fn walk(definitions: &Definitions, procedure: &Procedure, seed: u64, taken: &mut Taken) {
    let mut dice = Dice(seed);
    let case = ObjectRef::new(procedure.object.as_str(), seed.to_string());
    let (state, answers) = (State::default(), Answers::new());
    let mut walk = Walk { definitions, procedure, state, answers, case, moves: 0 };
    let office = definitions
        .offices
        .values()
        .filter(|office| office.handles.contains(&procedure.category) && office.level <= procedure.level)
        .max_by_key(|office| office.level)
        .unwrap_or_else(|| panic!("no office handles {}", procedure.id));
    let party = (procedure.start == Start::Party).then(|| ObjectRef::new("person", "ann"));
    let start = Command::Start { office: office.id.clone(), party, channel: procedure.channels[0] };
    walk.command("ann", &start).unwrap();
    walk.state.channel = Channel::ALL.iter().find(|(_, one)| *one == Channel::Window).unwrap().0.into();
    walk.fill(&mut dice);
    walk.command("ann", &Command::Submit).unwrap();
    let mut shut = BTreeSet::new();
    for _ in 0..LONGEST {
        if walk.state.ended() {
            return;
        }
        let ways: Vec<_> = walk.ways().into_iter().filter(|way| !shut.contains(way)).collect();
        assert!(!ways.is_empty(), "{}: no way out of {:?}", procedure.id, walk.ways());
        let tries = |way: &(Id, Id)| taken.get(way).map_or(0, |(tries, _)| *tries);
        let least = ways.iter().map(tries).min().unwrap_or_default();
        let ways: Vec<_> = ways.iter().filter(|way| tries(way) == least).collect();
        let way = ways[dice.below(ways.len())].clone();
        let step = procedure.flow.step(way.0.as_str()).unwrap();
        let let_through = walk.step(step, &way.1, &mut dice).is_ok();
        let (tries, ever) = taken.entry(way.clone()).or_default();
        *tries += 1;
        *ever |= let_through;
        if let_through {
            shut.clear();
        } else {
            shut.insert(way);
        }
    }
    panic!("{}: after {LONGEST} moves {:?} are still open", procedure.id, walk.ways());
}

#[test]
fn every_way_of_every_procedure_leads_to_an_end() {
    let definitions = shipped();
    let mut unreached = Vec::new();
    for procedure in definitions.procedures.values() {
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
            walk(&definitions, procedure, seed, &mut taken);
            seed += 1;
        }
        let told = |(step, outcome): (Id, Id)| format!("{}: {step}.{outcome}", procedure.id);
        unreached.extend(never(&taken).into_iter().map(told));
    }
    assert!(unreached.is_empty(), "{}", unreached.join("\n"));
}
