//! Cases held against procedures of the packs that ship: random courses, judged by going through all that came before anew
//! for each move.

use oversight::map::{Cases, Conformance, Follows, NONE, Reference, Step, Why};
use pack::model::{After, Procedure, Start};
use pack::{Definitions, Id, folder, load};
use proptest::prelude::*;
use record::Time;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

static PACKS: LazyLock<Definitions> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    load(&folder::read(&dir).unwrap()).unwrap_or_else(|problems| panic!("{}", problems[0]))
});

/// What a course is told in: `step.outcome`, or what the party does.
fn names(procedure: &Procedure) -> Vec<SmolStr> {
    let steps = procedure.flow.steps.iter();
    let done =
        steps.flat_map(|step| step.outcomes.iter().map(|outcome| format!("{}.{}", step.id, outcome.id)));
    let party =
        ["application submitted", "correction requested", "correction answered", "application withdrawn"];
    party.iter().map(SmolStr::new).chain(done.map(SmolStr::new)).chain([SmolStr::new("nonsense")]).collect()
}

/// The oracle: all that was done so far, and nothing else.
struct Past<'p> {
    procedure: &'p Procedure,
    done: Vec<SmolStr>,
}

impl Past<'_> {
    fn step_of<'n>(&self, name: &'n str) -> Option<(&pack::model::Step, &'n str)> {
        let (step, outcome) = name.split_once('.')?;
        Some((self.procedure.flow.step(step)?, outcome))
    }

    /// Whether `later` comes after `first`, near or far.
    fn comes_after(&self, later: &Id, first: &Id, depth: usize) -> bool {
        let after =
            |step: &Id| self.procedure.flow.step(step.as_str()).map_or(&[][..], |step| step.after.as_slice());
        depth > 0
            && after(later)
                .iter()
                .any(|one| one.step == *first || self.comes_after(&one.step, first, depth - 1))
    }

    /// How a step ended last, unless something since then led back behind it.
    fn ended(&self, id: &Id) -> Option<&str> {
        let last =
            self.done.iter().rposition(|name| self.step_of(name).is_some_and(|(step, _)| step.id == *id))?;
        let steps = self.procedure.flow.steps.len();
        let led_back = self.done.iter().skip(last).any(|name| {
            let outcome = self.step_of(name).and_then(|(step, outcome)| step.outcome(outcome));
            outcome.is_some_and(|outcome| {
                outcome.reopens.iter().any(|back| back == id || self.comes_after(id, back, steps))
            })
        });
        (!led_back).then(|| self.step_of(&self.done[last]).unwrap().1)
    }

    fn meets(&self, after: &After, depth: usize) -> bool {
        let Some(step) = self.procedure.flow.step(after.step.as_str()) else { return false };
        match self.ended(&step.id) {
            Some(outcome) => after.outcome.as_ref().is_none_or(|wanted| wanted.as_str() == outcome),
            None => {
                let mut before = step.after.iter();
                step.when.is_some()
                    && after.outcome.is_none()
                    && depth > 0
                    && if step.after.is_empty() {
                        true
                    } else if step.any {
                        before.any(|one| self.meets(one, depth - 1))
                    } else {
                        before.all(|one| self.meets(one, depth - 1))
                    }
            }
        }
    }

    fn was(&self, name: &str) -> bool {
        self.done.iter().any(|other| other == name)
    }

    fn over(&self) -> bool {
        let ends = |name: &SmolStr| {
            self.step_of(name)
                .and_then(|(step, outcome)| step.outcome(outcome))
                .is_some_and(|outcome| outcome.ends)
        };
        self.was("application withdrawn") || self.done.iter().any(ends)
    }

    fn correcting(&self) -> bool {
        let last = self.done.iter().rev().find(|name| name.starts_with("correction "));
        last.is_some_and(|name| name == "correction requested")
    }

    fn turn(&self, step: &pack::model::Step) -> bool {
        let depth = self.procedure.flow.steps.len();
        let mut before = step.after.iter();
        match (step.after.is_empty(), step.any) {
            (true, _) => self.procedure.start != Start::Party || self.was("application submitted"),
            (_, true) => before.any(|one| self.meets(one, depth)),
            (_, false) => before.all(|one| self.meets(one, depth)),
        }
    }

    fn allows(&self, name: &str) -> bool {
        if self.over() {
            return false;
        }
        match name {
            "application submitted" => !self.was(name),
            "correction requested" => !self.correcting() && self.procedure.flow.correction.is_some(),
            "correction answered" => self.correcting(),
            "application withdrawn" => !self.was("application submitted") || self.procedure.flow.withdrawable,
            other => self.step_of(other).is_some_and(|(step, _)| {
                self.turn(step) && (step.repeats || self.ended(&step.id).is_none()) && !self.correcting()
            }),
        }
    }

    /// The steps that are missing at the end.
    fn lacks(mut self) -> BTreeSet<Id> {
        let mut lacking = BTreeSet::new();
        while !self.over() {
            let needed = |step: &&pack::model::Step| {
                !step.optional && step.when.is_none() && self.ended(&step.id).is_none() && self.turn(step)
            };
            let Some(step) = self.procedure.flow.steps.iter().find(needed) else { break };
            lacking.insert(step.id.clone());
            let Some(outcome) = step.outcomes.iter().find(|outcome| outcome.reopens.is_empty()) else {
                break;
            };
            let done = SmolStr::new(format!("{}.{}", step.id, outcome.id));
            self.done.push(done);
        }
        lacking
    }
}

fn cases(names: &[SmolStr], way: &[usize]) -> Cases<'static> {
    let step = |(at, code): (usize, &usize)| Step {
        activity: *code as u32,
        at: Time::new(at as i64 * 60, 0, None).unwrap(),
        event: at as u32,
        office: NONE,
        ready: None,
        begun: None,
        awaited: true,
    };
    let steps = way.iter().enumerate().map(step).collect();
    Cases::told([names.to_vec(), Vec::new(), Vec::new()], std::iter::once((0, NONE, steps)))
}

/// Holds a course against a procedure, both ways.
fn check(procedure: &Procedure, way: &[usize]) {
    let names = names(procedure);
    let reference = Reference::new(procedure);
    let cases = cases(&names, way);
    let fit = Conformance::of(&cases, &Follows::of(&cases), &reference, |_| true);
    let mut past = Past { procedure, done: Vec::new() };
    let mut wrong = Vec::new();
    for code in way {
        let name = &names[*code];
        if !past.allows(name) {
            wrong.push(*code as u32);
        }
        past.done.push(name.clone());
    }
    let told = |names: &[u32]| names.iter().map(|code| cases.name(*code)).collect::<Vec<_>>();
    let mut found: Vec<u32> =
        fit.wrong.iter().flat_map(|one| std::iter::repeat_n(one.activity, one.times as usize)).collect();
    found.sort_unstable();
    wrong.sort_unstable();
    assert_eq!(told(&found), told(&wrong), "{:?}", way.iter().map(|code| &names[*code]).collect::<Vec<_>>());
    assert_eq!(fit.cases[0].wrong as usize, wrong.len());
    let missing: BTreeSet<Id> =
        fit.missing.iter().map(|(at, _)| reference.step(*at).unwrap().id.clone()).collect();
    let told_way = way.iter().map(|code| names[*code].as_str()).collect::<Vec<_>>();
    let never_done = |id: &Id| past.ended(id).is_none();
    assert!(missing.iter().all(never_done), "{told_way:?} {missing:?}");
    let done = way.iter().map(|code| names[*code].clone()).collect();
    let lacks = Past { procedure, done }.lacks();
    assert!(missing.is_superset(&lacks), "{told_way:?} {missing:?} {lacks:?}");
    if !fit.wrong.iter().any(|one| matches!(one.why, Why::Early(_))) {
        assert_eq!(missing, lacks, "{told_way:?} {}", procedure.id);
    }
    let all = f64::from(fit.cases[0].moves) + missing.len() as f64;
    let expected = if all == 0.0 { 1.0 } else { (way.len() - wrong.len()) as f64 / all };
    assert_eq!((fit.cases[0].moves as usize, fit.fitness()), (way.len(), expected));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn with_the_procedure(
        which in any::<prop::sample::Index>(),
        // Mostly what is allowed there, so that courses come far; now and then anything.
        picks in prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.85)), 0..14),
    ) {
        let all: Vec<&Procedure> = PACKS.procedures.values().collect();
        let procedure = all[which.index(all.len())];
        let names = names(procedure);
        let mut past = Past { procedure, done: Vec::new() };
        let mut way = Vec::new();
        for (pick, allowed) in picks {
            let fit: Vec<usize> =
                (0..names.len()).filter(|code| !allowed || past.allows(&names[*code])).collect();
            let Some(code) = fit.get(pick.index(fit.len().max(1))) else { break };
            past.done.push(names[*code].clone());
            way.push(*code);
        }
        check(procedure, &way);
    }
}

/// What never happened is what can be reached by going on from every course, step by step, and is not in the log.
#[test]
fn what_never_happened() {
    let procedure = &PACKS.procedures[&Id::from("finding")];
    let reference = Reference::new(procedure);
    let begun: Vec<SmolStr> = names(procedure).into_iter().chain([SmolStr::new("case started")]).collect();
    let nothing = cases(&begun, &[begun.len() - 1]);
    let fit = Conformance::of(&nothing, &Follows::of(&nothing), &reference, |_| false);
    assert!(fit.explored);
    let names: Vec<SmolStr> = names(procedure).into_iter().filter(|name| name.contains('.')).collect();
    let mut pairs = BTreeSet::new();
    let mut courses: Vec<Vec<SmolStr>> = vec![vec![SmolStr::new("case started")]];
    for _ in 0..7 {
        let mut longer = Vec::new();
        for course in &courses {
            let past = Past { procedure, done: course.clone() };
            for name in names.iter().filter(|name| past.allows(name)) {
                pairs.extend(course.last().map(|last| (last.clone(), name.clone())));
                longer.push(course.iter().cloned().chain([name.clone()]).collect());
            }
        }
        longer.truncate(20_000);
        courses = longer;
    }
    let title = |name: &SmolStr| reference.title(reference.moves(name)[0]).en.to_string();
    let expected: BTreeSet<(String, String)> =
        pairs.iter().map(|(one, other)| (title(one), title(other))).collect();
    let found: BTreeSet<(String, String)> = fit
        .never
        .iter()
        .map(|(one, other)| (reference.title(*one).en.to_string(), reference.title(*other).en.to_string()))
        .collect();
    assert_eq!(found, expected);
}
