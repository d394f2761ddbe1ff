//! The clocks of a case: when each started, when it stood still, when it stopped.

use crate::state::{Run, State, Status};
use pack::model::{After, Clock, Mark, Procedure, Step};
use pack::{Definitions, Id};
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
    /// When the party put papers right while it ran.
    pub corrected: Vec<Span>,
    /// When steps that pause it were open while it ran, and which; in the order in which they opened.
    pub held: Vec<(Span, &'a Step)>,
    /// How often it was moved.
    pub extensions: usize,
    /// Whether it is on the record that it ran out.
    pub expired: bool,
    /// The office whose time it is: where the step that it waits for is done, or else the case's own.
    pub office: Id,
}

/// From when until when; without an end if it still lasts. Spans come in order and without overlap.
pub type Span = (Time, Option<Time>);

impl Reading<'_> {
    /// When there was something for which it may stand still, whichever it was.
    pub fn pauses(&self) -> Vec<Span> {
        let held = self.held.iter().map(|(span, _)| *span);
        joined(self.corrected.iter().copied().chain(held).collect())
    }
}

/// The clocks that have started, in the order of the flow. One for a step that this case does without does not run, nor
/// one that would have started after the case was over.
pub fn read<'a>(state: &State, procedure: &'a Procedure, definitions: &Definitions) -> Vec<Reading<'a>> {
    let reading = |clock: &'a Clock| {
        let over = ended(state);
        let started = started(state, clock).filter(|_| !for_skipped(state, clock))?;
        if over.is_some_and(|over| over < started) {
            return None;
        }
        let ends = clock.to.iter().filter_map(|mark| first_after(state, clock, mark, started));
        let reached = ends.min();
        let stopped = reached.or(over);
        let within = |span: Span| clipped(span, started, stopped);
        let corrected = state.corrections.iter().map(|asked| (asked.asked, asked.answered));
        let held = open(state, procedure, clock).into_iter();
        Some(Reading {
            clock,
            started,
            stopped,
            cut_off: reached.is_none() && over.is_some(),
            corrected: joined(corrected.filter_map(within).collect()),
            held: held.filter_map(|(span, step)| Some((within(span)?, step))).collect(),
            extensions: state.extensions.iter().filter(|extension| extension.clock == clock.id).count(),
            expired: state.expired.contains(&(clock.id.clone(), started)),
            office: office(state, procedure, clock, definitions),
        })
    };
    procedure.flow.clocks.iter().filter_map(reading).collect()
}

/// Where the awaited step is done, or will be once it is opened.
fn office(state: &State, procedure: &Procedure, clock: &Clock, definitions: &Definitions) -> Id {
    let Some(After { step, .. }) = clock.awaited() else { return state.office.clone() };
    let opened = state.steps.get(step).map(|step| &step.office).filter(|office| !office.as_str().is_empty());
    let expected = || Some(definitions.office_of(&state.office, procedure.flow.step(step.as_str())?));
    opened.cloned().or_else(expected).unwrap_or_else(|| state.office.clone())
}

fn for_skipped(state: &State, clock: &Clock) -> bool {
    let awaited = clock.awaited().and_then(|After { step, .. }| state.steps.get(step));
    awaited.is_some_and(|step| step.status == Status::Skipped)
}

/// When the clock last started.
pub fn started(state: &State, clock: &Clock) -> Option<Time> {
    moments(state, clock, &clock.from).into_iter().max()
}

fn first_after(state: &State, clock: &Clock, mark: &Mark, from: Time) -> Option<Time> {
    moments(state, clock, mark).into_iter().filter(|moment| *moment >= from).min()
}

fn ended(state: &State) -> Option<Time> {
    match state.stage {
        crate::state::Stage::Ended { at, .. } => Some(at),
        _ => None,
    }
}

fn moments(state: &State, clock: &Clock, mark: &Mark) -> Vec<Time> {
    let awaited = clock.awaited().map(|after| &after.step);
    let corrections =
        || state.corrections.iter().filter(|asked| awaited.is_none_or(|step| *step == asked.step));
    match mark {
        Mark::Submitted => state.submitted.into_iter().collect(),
        Mark::HandedIn => {
            let answered = corrections().filter_map(|asked| asked.answered);
            state.submitted.into_iter().chain(answered).collect()
        }
        Mark::Correction => corrections().map(|asked| asked.asked).collect(),
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

/// When steps that stop the clock were open, and which.
fn open<'a>(state: &State, procedure: &'a Procedure, clock: &Clock) -> Vec<(Span, &'a Step)> {
    let span = |run: &Run| (run.opened, run.done.as_ref().map(|done| done.at).or(run.closed));
    let pausing = procedure.flow.steps.iter().filter(|step| clock.pauses_at(step));
    let mut open: Vec<(Span, &Step)> = pausing
        .filter_map(|step| Some((state.steps.get(&step.id)?, step)))
        .flat_map(|(known, step)| known.runs.iter().map(move |run| (span(run), step)))
        .collect();
    open.sort_by_key(|((from, _), _)| *from);
    open
}

/// What of a span lies between the start and the stop of a clock: what came after it had stopped moves nothing.
fn clipped((start, end): Span, started: Time, stopped: Option<Time>) -> Option<Span> {
    let inside = end.is_none_or(|end| end > started) && stopped.is_none_or(|stopped| start < stopped);
    inside.then(|| (start.max(started), end.into_iter().chain(stopped).min()))
}

/// The same time in order and without overlap.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|(start, _)| *start);
    let mut joined: Vec<Span> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some((_, None)) => {}
            Some((_, last @ Some(_))) if last.is_some_and(|last| start <= last) => {
                *last = last.zip(end).map(|(last, end)| last.max(end));
            }
            _ => joined.push((start, end)),
        }
    }
    joined
}
