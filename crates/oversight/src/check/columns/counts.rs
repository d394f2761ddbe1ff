use super::super::Until;
use super::super::verdict::Summary;
use super::{Lane, Note};
use crate::log::Place;
use crate::model::Clause;
use std::ops::Range;

/// How many traces and activations stand how.
pub(in super::super) struct Counts {
    /// By model.
    all: Vec<Summary>,
    traces: Range<usize>,
    /// Of the model at hand, where several lanes or verdicts are to be laid together, the traces that activate it, that break
    /// it, and of which that is not certain.
    stands: [Vec<u64>; 3],
}

impl Counts {
    pub(in super::super) fn new(models: usize) -> Self {
        Self { all: vec![Summary::default(); models], traces: 0..0, stands: Default::default() }
    }

    pub(super) fn begin(&mut self, traces: Range<usize>) {
        self.stands.iter_mut().for_each(|stands| {
            stands.clear();
            stands.resize(traces.len().div_ceil(64), 0);
        });
        self.traces = traces;
    }

    /// A lane was gone through in the traces at hand. It may be the last one of its model.
    pub(super) fn add(&mut self, lane: &Lane<'_>, last: bool, until: Until, asks: &[Place], notes: &[Note]) {
        let Self { all, traces, stands } = self;
        let Some(summary) = all.get_mut(lane.model as usize) else { return };
        let related = matches!(lane.kind, Clause::Relation(_));
        let activated = if related { asks.len() } else { traces.len() } as u64;
        let number = notes.len() as u64;
        let broken = match until {
            Until::Closed => number,
            Until::Open(_) => notes.iter().filter(|note| note.how.is_broken()).count() as u64,
        };
        summary.activations.fulfilled += activated - number;
        summary.activations.violated += broken;
        summary.activations.pending += number - broken;
        let cases = &mut summary.cases;
        if lane.alone && until == Until::Closed {
            let active = if related { distinct(asks, |place| place.trace) } else { activated };
            let violated = distinct(notes, |note| note.trace);
            cases.violated += violated;
            cases.satisfied += active - violated;
            cases.vacuous += traces.len() as u64 - active;
            return;
        }
        let mut put = |what: usize, trace: u32| {
            let at = trace as usize - traces.start;
            stands[what].get_mut(at / 64).into_iter().for_each(|word| *word |= 1 << (at % 64));
        };
        match related {
            true => asks.iter().for_each(|place| put(0, place.trace)),
            false => traces.clone().zip(traces.start as u32..).for_each(|(_, trace)| put(0, trace)),
        }
        notes.iter().for_each(|note| put(if note.how.is_broken() { 1 } else { 2 }, note.trace));
        if !last {
            return;
        }
        let [active, violated, pending] = stands;
        let mut known = 0;
        for ((active, violated), pending) in active.iter_mut().zip(violated).zip(pending) {
            let waits = *pending & !*violated;
            known += u64::from((*active | *violated | waits).count_ones());
            cases.violated += u64::from(violated.count_ones());
            cases.pending += u64::from(waits.count_ones());
            cases.satisfied += u64::from((*active & !*violated & !waits).count_ones());
            (*active, *violated, *pending) = (0, 0, 0);
        }
        cases.vacuous += traces.len() as u64 - known;
    }

    pub(in super::super) fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.all.iter_mut().zip(&other.all) {
            mine.add(theirs);
        }
    }

    /// By model; the idle ones are those that none of the traces activates.
    pub(super) fn summaries(mut self, idle: &[u32], traces: u64) -> Vec<Summary> {
        for model in idle {
            self.all.get_mut(*model as usize).into_iter().for_each(|idle| idle.cases.vacuous = traces);
        }
        self.all
    }
}

/// How many different traces there are; equal ones stand together.
fn distinct<T>(all: &[T], trace: impl Fn(&T) -> u32) -> u64 {
    let changes = all.iter().zip(all.iter().skip(1)).filter(|(one, next)| trace(one) != trace(next));
    changes.count() as u64 + u64::from(!all.is_empty())
}
