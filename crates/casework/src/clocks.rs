//! The clocks of a case: when each started, when it stood still, when it stopped.

use crate::state::{State, Status, StepState};
use pack::Id;
use pack::model::{After, Clock, Mark, Procedure};
use record::Time;

/// One clock of a case.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// Its definition.
    pub clock: &'a Clock,
    /// When it started.
    pub started: Time,
    /// When it stopped, if it did.
    pub stopped: Option<Time>,
    /// Whether it stopped since the case was over, and not since what it waits for was done: then nobody kept it.
    pub cut_off: bool,
    /// When it stood still, in order, without overlap; the last perhaps still.
    pub pauses: Vec<(Time, Option<Time>)>,
    /// How often it was moved.
    pub extensions: usize,
    /// Whether it is on the record that it ran out.
    pub expired: bool,
}

/// The clocks that have started, in the order of the flow. One for a step that this case does without does not run, nor
/// one that would have started after the case was over.
pub fn read<'a>(state: &State, procedure: &'a Procedure) -> Vec<Reading<'a>> {
    let reading = |clock: &'a Clock| {
        let over = ended(state);
        let started = started(state, clock).filter(|_| !for_skipped(state, clock))?;
        if over.is_some_and(|over| over < started) {
            return None;
        }
        let reached = first_after(state, &clock.to, started);
        let stopped = reached.or(over);
        Some(Reading {
            clock,
            started,
            stopped,
            cut_off: reached.is_none() && over.is_some(),
            pauses: pauses(state, procedure, clock, (started, stopped)),
            extensions: state.extensions.iter().filter(|extension| extension.clock == clock.id).count(),
            expired: state.expired.contains(&(clock.id.clone(), started)),
        })
    };
    procedure.flow.clocks.iter().filter_map(reading).collect()
}

fn for_skipped(state: &State, clock: &Clock) -> bool {
    let Mark::Done(After { step, .. }) = &clock.to else { return false };
    state.steps.get(step).is_some_and(|step| step.status == Status::Skipped)
}

/// When the clock last started.
pub fn started(state: &State, clock: &Clock) -> Option<Time> {
    moments(state, &clock.from).into_iter().max()
}

fn first_after(state: &State, mark: &Mark, from: Time) -> Option<Time> {
    moments(state, mark).into_iter().filter(|moment| *moment >= from).min()
}

fn ended(state: &State) -> Option<Time> {
    match state.stage {
        crate::state::Stage::Ended { at, .. } => Some(at),
        _ => None,
    }
}

fn moments(state: &State, mark: &Mark) -> Vec<Time> {
    match mark {
        Mark::Submitted => state.submitted.into_iter().collect(),
        Mark::Ended => ended(state).into_iter().collect(),
        Mark::Done(After { step, outcome }) => {
            let runs = state.steps.get(step).map(|step| step.runs.as_slice()).unwrap_or_default();
            let done = runs.iter().filter_map(|run| run.done.as_ref());
            done.filter(|done| outcome.as_ref().is_none_or(|wanted| done.outcome == *wanted))
                .map(|done| done.at)
                .collect()
        }
        Mark::Answer(field) => match state.answers.get(field) {
            Some(record::Value::Time(moment)) => vec![*moment],
            _ => Vec::new(),
        },
    }
}

/// When the clock stood still while it ran: while the party corrected, and while a pausing step was open. What came after
/// it had stopped moves nothing.
fn pauses(
    state: &State,
    procedure: &Procedure,
    clock: &Clock,
    (started, stopped): (Time, Option<Time>),
) -> Vec<(Time, Option<Time>)> {
    let pausing = |id: &Id| {
        let step = procedure.flow.step(id.as_str());
        if clock.pauses.is_empty() { step.is_some_and(|step| step.pauses) } else { clock.pauses.contains(id) }
    };
    let of_step = |step: &StepState| {
        let span = |run: &crate::state::Run| {
            let end = run.done.as_ref().map(|done| done.at).or(run.closed);
            (run.opened, end)
        };
        step.runs.iter().map(span).collect::<Vec<_>>()
    };
    let mut spans: Vec<_> = state.corrections.iter().map(|asked| (asked.asked, asked.answered)).collect();
    spans.extend(state.steps.iter().filter(|(id, _)| pausing(id)).flat_map(|(_, step)| of_step(step)));
    spans.retain(|(start, end)| {
        end.is_none_or(|end| end > started) && stopped.is_none_or(|stopped| *start < stopped)
    });
    for (start, end) in &mut spans {
        *start = (*start).max(started);
        *end = (*end).into_iter().chain(stopped).min();
    }
    spans.sort_by_key(|(start, _)| *start);
    let mut joined: Vec<(Time, Option<Time>)> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some((_, None)) => {}
            Some((_, Some(last))) if start <= *last => {
                let later = end.map(|end| end.max(*last));
                if let Some(span) = joined.last_mut() {
                    span.1 = later;
                }
            }
            _ => joined.push((start, end)),
        }
    }
    joined
}
