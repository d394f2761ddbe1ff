//! What the reader of packs accepts as a flow, the engine can walk: drawn flows are read, and of those that are accepted every
//! step has its turn in some case, every case comes to an end, and none ends with a step of its path undone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

#[allow(dead_code, reason = "the walks of shipped procedures use more of it")]
#[path = "walk/dice.rs"]
mod dice;

use casework::Command;
use casework::decide::{Situation, Truth, decide};
use casework::state::{State, Status};
use dice::Dice;
use jiff::civil::Date;
use pack::model::{Channel, Condition, Definitions, Procedure, Step};
use pack::{File, Id};
use record::{Digest, ObjectRef, Time, Value};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A day in China, for the dice.
const TODAY: Date = Date::constant(2026, 11, 23);

/// Drawn flows, walks of each, and the moves after which a walk goes round in circles.
const FLOWS: u64 = 1_500;
const WALKS: u64 = 400;
const LONGEST: usize = 2_000;

const PACK: &str = r#"[pack]
id = "small"
title = { zh = "小", en = "Small" }
version = "1"
effective = 2026-01-01
retention = "10 years"
[category.x]
title = { zh = "类", en = "Category" }
[object.application]
title = { zh = "申请", en = "Application" }
[role.clerk]
title = { zh = "员", en = "Clerk" }
[office.bureau]
title = { zh = "局", en = "Bureau" }
level = "city"
handles = ["x"]
[procedure.p]
title = { zh = "事", en = "Thing" }
flow = "drawn"
category = "x"
level = "city"
form = { field = [{ id = "kind", title = { zh = "类", en = "Kind" }, kind = "truth", personal = false }] }
[flow.drawn]
title = { zh = "流程", en = "Flow" }
"#;

/// A flow of two to six steps, each after one or two others, or none, as it happens.
fn drawn(dice: &mut Dice) -> String {
    let mut text = PACK.to_owned();
    let steps = 2 + dice.below(5);
    let outcomes: Vec<usize> = (0..steps).map(|_| 1 + dice.below(3)).collect();
    for step in 0..steps {
        let _ = writeln!(
            text,
            "[flow.drawn.step.s{step}]\nkind = \"act\"\nrole = \"clerk\"\nactivity = \"done\""
        );
        let _ = writeln!(text, "title = {{ zh = \"事\", en = \"Step\" }}");
        let earlier = |dice: &mut Dice| match dice.below(8) {
            0 => dice.below(steps),
            _ => dice.below(step.max(1)),
        };
        let after: BTreeSet<String> = (0..if step == 0 { dice.below(12) / 11 } else { 1 + dice.below(2) })
            .map(|_| {
                let other = earlier(dice);
                match dice.below(2) {
                    0 => format!("\"s{other}\""),
                    _ => format!("\"s{other}.o{}\"", dice.below(outcomes[other])),
                }
            })
            .collect();
        let _ = writeln!(text, "after = [{}]", after.into_iter().collect::<Vec<_>>().join(", "));
        for (member, odds) in [("any", 3), ("optional", 8), ("repeats", 12)] {
            if dice.below(odds) == 0 {
                let _ = writeln!(text, "{member} = true");
            }
        }
        if dice.below(6) == 0 {
            let _ = writeln!(text, "when = \"form.kind\"");
        }
        text.push_str("outcome = [\n");
        for outcome in 0..outcomes[step] {
            let more = match dice.below(6) {
                0 => ", ends = true".to_owned(),
                1 => format!(", reopens = [\"s{}\"]", dice.below(step + 1)),
                _ => String::new(),
            };
            let _ = writeln!(
                text,
                "    {{ id = \"o{outcome}\", title = {{ zh = \"果\", en = \"Outcome\" }}{more} }},"
            );
        }
        text.push_str("]\n");
    }
    text
}

struct Walk<'a> {
    definitions: &'a Definitions,
    procedure: &'a Procedure,
    state: State,
    /// How conditions turn out, each time anew.
    coin: Cell<u64>,
}

impl Walk<'_> {
    fn run(&mut self, command: &Command) {
        let judge = |_: &Condition, _: Option<&State>, _: &BTreeMap<Id, Value>| {
            let mut dice = Dice(self.coin.get());
            let holds = dice.below(2) == 0;
            self.coin.set(dice.0);
            if holds { Truth::True } else { Truth::False }
        };
        let (case, ann) = (ObjectRef::new("application", "1"), ObjectRef::new("person", "ann"));
        let answers = self.state.answers.clone();
        let situation = Situation {
            now: Time::new(1_795_392_000 + self.state.events as i64 * 60, 0, Some(480)).unwrap(),
            actor: Some(&ann),
            procedure: self.procedure,
            definitions: self.definitions,
            edition: Digest::of(b"edition"),
            case: &case,
            answers: &answers,
            recorded: None,
            unseen: &casework::decide::ALL_SEEN,
            judge: &judge,
        };
        let decided =
            decide(&self.state, command, &situation).unwrap_or_else(|refusal| panic!("{}", refusal.why.en));
        decided.events.iter().for_each(|event| self.state.apply(event));
    }

    fn begin(definitions: &Definitions, seed: u64) -> Walk<'_> {
        let procedure = &definitions.procedures["p"];
        let mut walk = Walk { definitions, procedure, state: State::default(), coin: Cell::new(seed) };
        let party = Some(ObjectRef::new("person", "ann"));
        walk.run(&Command::Start { office: "bureau".into(), party, channel: Channel::Window });
        walk.run(&Command::Save { answers: vec![("kind".into(), Some(Value::Boolean(true)))] });
        walk.run(&Command::Submit);
        walk
    }

    fn how(&self) -> Option<&str> {
        match &self.state.stage {
            casework::state::Stage::Ended { how, .. } => Some(how),
            _ => None,
        }
    }

    /// A step that has some of what it waits for, and not the rest.
    fn undone(&self) -> Option<&Step> {
        let met =
            |after: &&pack::model::After| match self.state.steps.get(&after.step).map(|step| step.status) {
                Some(Status::Skipped) => after.outcome.is_none(),
                Some(Status::Done) => {
                    let done = self.state.done(&after.step);
                    after
                        .outcome
                        .as_ref()
                        .is_none_or(|wanted| done.is_some_and(|done| done.outcome == *wanted))
                }
                _ => false,
            };
        let waits = |step: &&Step| {
            let status = self.state.steps.get(&step.id).map_or(Status::Waiting, |state| state.status);
            status == Status::Waiting
                && !step.any
                && !step.optional
                && step.after.iter().any(|after| met(&after))
        };
        self.procedure.flow.steps.iter().find(waits)
    }
}

/// Walks until every step had its turn, as often as it takes. What of an accepted flow is not as it should be.
fn broken(definitions: &Definitions, seed: u64) -> Option<String> {
    let mut never: BTreeSet<Id> =
        definitions.procedures["p"].flow.steps.iter().map(|step| step.id.clone()).collect();
    for number in 0..WALKS {
        let mut dice = Dice(seed * WALKS + number);
        let mut walk = Walk::begin(definitions, number);
        for moves in 0.. {
            never.retain(|id| walk.state.open_steps().all(|(open, _)| open != id));
            if walk.how().is_some() {
                break;
            }
            if moves == LONGEST {
                return Some(format!("after {LONGEST} moves nothing has ended"));
            }
            let open: Vec<(Id, Id)> = walk
                .state
                .open_steps()
                .filter_map(|(id, _)| walk.procedure.flow.step(id.as_str()))
                .flat_map(|step| step.outcomes.iter().map(|outcome| (step.id.clone(), outcome.id.clone())))
                .collect();
            if open.is_empty() {
                return Some("nothing is open, and it is not over".into());
            }
            let (step, outcome) = open[dice.below(open.len())].clone();
            walk.run(&Command::Do { step, outcome, reasons: None, answers: Vec::new() });
        }
        if walk.how() == Some("completed")
            && let Some(step) = walk.undone()
        {
            return Some(format!("it ended as completed, and `{}` was left undone", step.id));
        }
    }
    (!never.is_empty()).then(|| format!("nobody came to {never:?}"))
}

#[test]
fn what_is_accepted_can_be_walked_to_its_end() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..FLOWS {
        let text = drawn(&mut Dice(seed));
        match pack::load(&[File { path: "small/pack.toml".into(), text: text.clone() }]) {
            Err(problems) => {
                let known = ["can never", "left undone", "nothing follows"];
                let all =
                    problems.iter().all(|problem| known.iter().any(|known| problem.what.contains(known)));
                assert!(all, "{problems:?}\n{text}");
                refused += 1;
            }
            Ok(definitions) => {
                if let Some(wrong) = broken(&definitions, seed) {
                    panic!("flow {seed}: {wrong}\n{text}");
                }
                accepted += 1;
            }
        }
    }
    assert!(accepted > FLOWS / 10 && refused > FLOWS / 10, "{accepted} accepted, {refused} refused");
}
