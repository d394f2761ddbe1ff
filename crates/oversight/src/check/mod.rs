//! Which traces keep a model, and the events that prove it where one does not.

mod relation;
mod verdict;
mod whole;

pub use verdict::{Activations, Cases, Finding, Summary, Verdict};

use crate::Bits;
use crate::log::{EventNumber, Log, Traces};
use crate::model::{Clause, Model, Pattern};
use record::Time;
use std::collections::HashMap;
use std::ops::Range;
use verdict::{Standing, State};

/// Whether more may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Every trace is over.
    Closed,
    /// Traces may go on, but nothing that happened before this moment is still to come.
    Open(Time),
}

impl Until {
    fn is_open(self) -> bool {
        self != Self::Closed
    }

    /// Whether a deadline has passed.
    fn passes(self, deadline: Time) -> bool {
        match self {
            Self::Closed => true,
            Self::Open(watermark) => watermark > deadline,
        }
    }
}

/// Checks every trace against every model. `tell` is given each finding, model by model (by their places in `models`),
/// within a model clause by clause and in the order of the traces. The summaries are in the order of the models.
pub fn check(
    log: &Log,
    traces: &Traces,
    models: &[Model],
    until: Until,
    tell: &mut dyn FnMut(usize, Finding),
) -> Vec<Summary> {
    let times = traces.arrange_times(log.times());
    let mut patterns = Patterns { log, traces, activities: HashMap::new() };
    let mut all = Vec::with_capacity(models.len());
    for (at, model) in models.iter().enumerate() {
        let first = patterns.bits(&model.first);
        let second = if model.template.is_binary() { patterns.bits(&model.second) } else { Bits::default() };
        let mut trial = Trial {
            log,
            traces,
            times: &times,
            model,
            until,
            states: vec![State::Vacuous; traces.len()],
            activations: Activations::default(),
            tell: &mut |finding| tell(at, finding),
        };
        for clause in model.template.clauses() {
            match clause {
                Clause::Relation(relation) if relation.exchanged => trial.relation(relation, &second, &first),
                Clause::Relation(relation) => trial.relation(relation, &first, &second),
                clause => trial.whole(clause, &first, &second),
            }
        }
        all.push(Summary { cases: Cases::of(&trial.states), activations: trial.activations });
    }
    all
}

/// The positions of the events of patterns; those of activities alone are kept, since models share them.
struct Patterns<'a> {
    log: &'a Log,
    traces: &'a Traces,
    activities: HashMap<Vec<u32>, Bits>,
}

impl Patterns<'_> {
    fn bits(&mut self, pattern: &Pattern) -> Bits {
        let of = |activity: &record::Activity| self.log.activity_code(activity.as_str());
        let mut codes: Vec<u32> = pattern.activities.iter().filter_map(of).collect();
        codes.sort_unstable();
        codes.dedup();
        let (log, traces) = (self.log, self.traces);
        let of_activities =
            self.activities.entry(codes).or_insert_with_key(|codes| of_activities(log, codes));
        let Some(condition) = &pattern.condition else { return arranged(traces, of_activities) };
        let mut bits = of_activities.clone();
        bits.meet(&condition.mask(log, of_activities).yes);
        arranged(traces, &bits)
    }
}

fn of_activities(log: &Log, codes: &[u32]) -> Bits {
    let all = log.activity_codes();
    match codes {
        [] => Bits::none(all.len()),
        [code] => Bits::of(all.len(), |at| all.get(at) == Some(code)),
        _ => Bits::of(all.len(), |at| all.get(at).is_some_and(|code| codes.binary_search(code).is_ok())),
    }
}

/// What is said of events, said of positions.
fn arranged(traces: &Traces, bits: &Bits) -> Bits {
    if traces.is_straight() {
        return bits.clone();
    }
    let events = traces.events();
    Bits::of(events.len(), |at| events.get(at).is_some_and(|event| bits.contains(*event as usize)))
}

/// One model being tried.
struct Trial<'a> {
    log: &'a Log,
    traces: &'a Traces,
    /// By position.
    times: &'a [Time],
    model: &'a Model,
    until: Until,
    /// How each trace stands so far.
    states: Vec<State>,
    activations: Activations,
    tell: &'a mut dyn FnMut(Finding),
}

impl Trial<'_> {
    fn event(&self, position: usize) -> EventNumber {
        self.traces.events().get(position).copied().unwrap_or_default()
    }

    fn time(&self, position: usize) -> Time {
        self.times.get(position).copied().unwrap_or(Time::ZERO)
    }

    /// When a trace's last event happened; none where it has no event.
    fn end(&self, range: &Range<usize>) -> Option<Time> {
        self.times.get(range.end.checked_sub(1)?).copied().filter(|_| !range.is_empty())
    }

    /// Takes down how an activation (or, where the constraint has none, the trace itself) stands.
    fn judge(&mut self, trace: usize, activation: Option<usize>, standing: Standing) {
        let (count, state) = match &standing {
            Standing::Fulfilled => (&mut self.activations.fulfilled, State::Satisfied),
            Standing::Violated { .. } => (&mut self.activations.violated, State::Violated),
            Standing::Waiting { owed: true, .. } => (&mut self.activations.pending, State::PossiblyViolated),
            Standing::Waiting { owed: false, .. } => {
                (&mut self.activations.pending, State::PossiblySatisfied)
            }
        };
        *count += 1;
        if let Some(held) = self.states.get_mut(trace) {
            *held = (*held).max(state);
        }
        let activation = activation.map(|at| self.event(at));
        if let Some(finding) = Finding::of(trace, activation, standing) {
            (self.tell)(finding);
        }
    }
}
