use super::DEFINITIONS;
use pack::model::{ClockLimit, Mark, Procedure, Start, StepKind};
use std::collections::BTreeSet;

/// What enforcement is held to. DL-027, the ten days for holding a hearing, gives way to the notice that it wants.
const DUTIES: [&str; 23] = [
    "DL-001", "DL-002", "DL-003", "DL-012", "DL-015", "DL-016", "DL-017", "DL-020", "DL-021", "DL-022",
    "DL-023", "DL-024", "DL-025", "DL-028", "DL-030", "DL-032", "DL-033", "DL-063", "DL-064", "DL-065",
    "DL-066", "DL-072", "DL-114",
];

fn enforcement() -> impl Iterator<Item = &'static Procedure> {
    DEFINITIONS.procedures.values().filter(|procedure| procedure.pack.as_str() == "enforcement")
}

#[test]
fn duties_are_begun_by_their_office_and_held_to_their_deadlines() {
    let deadlines = &DEFINITIONS.law.as_ref().unwrap().deadlines;
    let mut held = BTreeSet::new();
    let mut objects = BTreeSet::new();
    for procedure in enforcement() {
        assert!(matches!(procedure.start, Start::Role(_)), "{} waits for an applicant", procedure.id);
        assert!(!procedure.flow.withdrawable, "{} could be withdrawn", procedure.id);
        objects.insert(procedure.object.as_str());
        for clock in &procedure.flow.clocks {
            if let ClockLimit::Law(id) = &clock.limit {
                held.extend(deadlines[id.as_str()].reference.as_deref());
            }
        }
        let decides = procedure.flow.steps.iter().filter(|step| step.kind == StepKind::Decide);
        for step in decides.filter(|step| !step.after.is_empty()) {
            assert!(!step.separate.is_empty(), "{}: who investigated may decide {}", procedure.id, step.id);
        }
    }
    assert_eq!(objects, BTreeSet::from(["case", "footage", "incident", "property", "response", "summons"]));
    let missing: Vec<&str> = DUTIES.into_iter().filter(|duty| !held.contains(duty)).collect();
    assert!(missing.is_empty(), "nothing is held to {missing:?}");
}

/// What must be kept for a time at least is never given up before it: the step that ends such a clock waits for it.
#[test]
fn what_is_kept_is_not_given_up_early() {
    let deadlines = &DEFINITIONS.law.as_ref().unwrap().deadlines;
    for procedure in enforcement() {
        for clock in &procedure.flow.clocks {
            let ClockLimit::Law(id) = &clock.limit else { continue };
            if !deadlines[id.as_str()].at_least {
                continue;
            }
            let [Mark::Done(after)] = &clock.to[..] else {
                panic!("{}: {} ends with no step", procedure.id, clock.id)
            };
            let step = procedure.flow.step(after.step.as_str()).unwrap();
            assert_eq!(step.not_before.as_ref(), Some(&clock.id), "{}: {}", procedure.id, step.id);
        }
    }
}
