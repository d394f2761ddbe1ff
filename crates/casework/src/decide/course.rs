//! The course of a case: which steps open, which are skipped, when it is over.

use super::Draft;
use crate::state::{Stage, State, Status};
use pack::Id;
use pack::model::{After, Outcome, Step};
use record::{Event, Value};

impl Draft<'_> {
    /// Says in `event` what follows from it for the case's course: the steps that it closes, opens and skips, and
    /// whether it ends the case.
    pub(super) fn move_course(&self, event: &mut Event) {
        let mut after = self.state.clone();
        after.apply(event);
        let outcome = self.outcome_of(event);
        let mut moved = Moved::default();
        if let Some((step, outcome)) = outcome {
            self.reopen(&mut after, outcome, &mut moved);
            if outcome.ends {
                return end(event, &after, format!("{}.{}", step.id, outcome.id), moved);
            }
            if step.repeats {
                self.open(&mut after, step, &mut moved);
            }
        }
        if after.stage != Stage::Correcting {
            self.advance(&mut after, &mut moved);
        }
        let waits = after.open_steps().any(|(id, _)| {
            let step = self.situation.procedure.flow.step(id.as_str());
            step.is_none_or(|step| !step.optional)
        });
        if !waits && after.stage == Stage::Open {
            return end(event, &after, State::COMPLETED.into(), moved);
        }
        moved.tell(event);
    }

    /// Says in `event`, which takes the case to another edition, what follows there: the steps that are `passed` by, and
    /// those whose turn it is.
    pub(super) fn fit_in(&self, event: &mut Event, passed: Vec<Id>) {
        let mut after = self.state.clone();
        let mut moved = Moved::default();
        for id in passed {
            after.steps.entry(id.clone()).or_default().status = Status::Skipped;
            moved.skipped.push(id.to_string());
        }
        self.advance(&mut after, &mut moved);
        moved.tell(event);
    }

    fn outcome_of(&self, event: &Event) -> Option<(&Step, &Outcome)> {
        let text = |name: &str| event.attribute(name).and_then(Value::as_text);
        let step = self.situation.procedure.flow.step(text("step")?)?;
        Some((step, step.outcome(text("outcome")?)?))
    }

    /// Opens again what the outcome says, and puts back to waiting all that comes after it.
    fn reopen(&self, after: &mut State, outcome: &Outcome, moved: &mut Moved) {
        for id in &outcome.reopens {
            let Some(step) = self.situation.procedure.flow.step(id.as_str()) else { continue };
            for later in self.situation.procedure.flow.later_than(id) {
                if let Some(state) = after.steps.get_mut(later)
                    && state.status != Status::Waiting
                {
                    state.status = Status::Waiting;
                    moved.closed.push(later.to_string());
                }
            }
            self.open(after, step, moved);
        }
    }

    /// Opens every waiting step whose turn it is, and skips those that are not needed, until nothing changes.
    fn advance(&self, after: &mut State, moved: &mut Moved) {
        loop {
            let ready = self.situation.procedure.flow.steps.iter().find(|step| {
                let status = after.steps.get(&step.id).map_or(Status::Waiting, |state| state.status);
                status == Status::Waiting && turn(after, step)
            });
            let Some(step) = ready else { return };
            if self.situation.may_hold(step.when.as_ref(), after) {
                self.open(after, step, moved);
            } else {
                after.steps.entry(step.id.clone()).or_default().status = Status::Skipped;
                moved.skipped.push(step.id.to_string());
            }
        }
    }

    fn open(&self, after: &mut State, step: &Step, moved: &mut Moved) {
        let office = self.situation.definitions.office_of(&self.state.office, step);
        after.steps.entry(step.id.clone()).or_default().status = Status::Open;
        moved.opened.push(format!("{}@{office}", step.id));
    }
}

/// Says in `event` how it ends the case. What was open by then is closed, and no step is opened by it.
fn end(event: &mut Event, after: &State, how: String, moved: Moved) {
    let open = after.open_steps().map(|(id, _)| id.to_string());
    Moved { closed: moved.closed.into_iter().chain(open).collect(), opened: Vec::new(), ..moved }.tell(event);
    event.attributes.push(("ended".into(), how.into()));
}

/// Whether all that must come before `step` is done, or one of it where that is enough. A skipped step counts as done,
/// unless a certain outcome of it is asked for.
fn turn(state: &State, step: &Step) -> bool {
    let met = |after: &After| match state.steps.get(&after.step).map(|state| state.status) {
        Some(Status::Skipped) => after.outcome.is_none(),
        Some(Status::Done) => {
            let done = state.done(&after.step);
            after.outcome.as_ref().is_none_or(|wanted| done.is_some_and(|done| done.outcome == *wanted))
        }
        _ => false,
    };
    step.has_turn(met)
}

/// What an event does to the steps of a case.
#[derive(Default)]
struct Moved {
    closed: Vec<String>,
    opened: Vec<String>,
    skipped: Vec<String>,
}

impl Moved {
    fn tell(self, event: &mut Event) {
        for (name, ids) in [("closed", self.closed), ("opened", self.opened), ("skipped", self.skipped)] {
            if !ids.is_empty() {
                let ids = ids.into_iter().map(Value::from).collect();
                event.attributes.push((name.into(), Value::List(ids)));
            }
        }
    }
}
