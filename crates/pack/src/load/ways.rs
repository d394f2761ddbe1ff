//! All ways that cases of a flow can take, walked at load, so that what no case can come to is known before there is one.
//!
//! A condition may hold or not, and a step may end in each of its outcomes; whether both can be so at once is not asked. So
//! no way that a case can take is missed, while some may be walked that no case takes.

use crate::model::{After, Flow, Id, Mark, Step};
use std::collections::{BTreeSet, HashMap};

/// How a step stands: a number, so that a case's standing is a row of bytes.
const WAITING: u8 = 0;
const OPEN: u8 = 1;
const SKIPPED: u8 = 2;
/// Done with the first outcome, the second, …
const DONE: u8 = 3;

/// Standings beyond which a flow is not walked in full: many offices side by side have more than there is time for.
const MOST: usize = 20_000;

/// A case's standing: of each step, then of each clock that a step waits for whether it has started.
type Standing = Box<[u8]>;

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// To another standing.
    On(usize),
    /// To the end that the outcome makes.
    Ended,
    /// To an end for want of anything left to do.
    Completed,
}

/// One step done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) from: usize,
    /// Which step, by its place in the flow, and with which of its outcomes.
    pub(super) step: usize,
    pub(super) outcome: usize,
    pub(super) to: To,
}

/// Everything that can happen in a flow.
pub(super) struct Ways<'f> {
    flow: &'f Flow,
    /// For each step, where its place in a standing of clocks is whose running out it waits for.
    held_by: Vec<Option<usize>>,
    clocks: Vec<usize>,
    pub(super) standings: Vec<Standing>,
    known: HashMap<Standing, usize>,
    pub(super) ways: Vec<Way>,
    /// What a case had come to that ended for want of anything left to do, with the step and the outcome that led there; none
    /// where it ended as it was handed in.
    pub(super) completed: BTreeSet<(Standing, Option<(usize, usize)>)>,
}

impl<'f> Ways<'f> {
    /// Walks the flow; none where it has too many ways.
    pub(super) fn walk(flow: &'f Flow) -> Option<Self> {
        let place = |id: Option<&Id>| flow.clocks.iter().position(|clock| Some(&clock.id) == id);
        let mut clocks: Vec<usize> =
            flow.steps.iter().filter_map(|step| place(step.not_before.as_ref())).collect();
        clocks.sort_unstable();
        clocks.dedup();
        let slot = |step: &Step| {
            let clock = place(step.not_before.as_ref())?;
            clocks.iter().position(|other| *other == clock).map(|at| flow.steps.len() + at)
        };
        let held_by = flow.steps.iter().map(slot).collect();
        let begin = vec![WAITING; flow.steps.len() + clocks.len()];
        let mut ways = Self {
            flow,
            held_by,
            clocks,
            standings: Vec::new(),
            known: HashMap::new(),
            ways: Vec::new(),
            completed: BTreeSet::new(),
        };
        let mut begun = Vec::new();
        ways.advance(ways.started(begin, None), &mut begun)?;
        // A case with nothing to do that it could not end without is over at once.
        for standing in begun {
            if ways.is_over(&standing) {
                ways.completed.insert((standing, None));
            } else {
                ways.standing(standing);
            }
        }
        let mut at = 0;
        while at < ways.standings.len() {
            ways.go_on(at)?;
            at += 1;
        }
        Some(ways)
    }

    /// Does each open step of a standing in each way.
    fn go_on(&mut self, from: usize) -> Option<()> {
        let standing = self.standings.get(from)?.clone();
        for (step, known) in self.flow.steps.iter().enumerate() {
            for outcome in 0..known.outcomes.len() {
                if !self.can_do(&standing, step) {
                    continue;
                }
                let way = |to| Way { from, step, outcome, to };
                let Some(next) = self.done(&standing, step, outcome) else {
                    self.ways.push(way(To::Ended));
                    continue;
                };
                let mut after = Vec::new();
                self.advance(next, &mut after)?;
                for standing in after {
                    if self.is_over(&standing) {
                        self.ways.push(way(To::Completed));
                        self.completed.insert((standing, Some((step, outcome))));
                    } else {
                        let to = To::On(self.standing(standing));
                        self.ways.push(way(to));
                    }
                }
            }
        }
        (self.standings.len() <= MOST && self.ways.len() <= 20 * MOST).then_some(())
    }

    fn standing(&mut self, standing: Standing) -> usize {
        if let Some(known) = self.known.get(&standing) {
            return *known;
        }
        let at = self.standings.len();
        self.known.insert(standing.clone(), at);
        self.standings.push(standing);
        at
    }

    /// Whether a step is open in a standing, and no clock holds it back that has not even started.
    pub(super) fn can_do(&self, standing: &[u8], step: usize) -> bool {
        let held_by = self.held_by.get(step).copied().flatten();
        is(standing, step, OPEN) && held_by.is_none_or(|clock| !is(standing, clock, WAITING))
    }

    /// What a standing comes to when a step is done; none where that ends the case.
    fn done(&self, standing: &[u8], step: usize, outcome: usize) -> Option<Vec<u8>> {
        let known = self.flow.steps.get(step)?;
        let ends = known.outcomes.get(outcome)?;
        let mut next = self.started(standing.to_vec(), Some((step, outcome)));
        set(&mut next, step, DONE.saturating_add(u8::try_from(outcome).unwrap_or(u8::MAX)));
        for id in &ends.reopens {
            let Some(again) = self.place(id.as_str()) else { continue };
            let later = self.flow.later_than(id).into_iter();
            for later in later.filter_map(|id| self.place(id.as_str())) {
                set(&mut next, later, WAITING);
            }
            set(&mut next, again, OPEN);
        }
        if known.repeats {
            set(&mut next, step, OPEN);
        }
        (!ends.ends).then_some(next)
    }

    /// Notes which of the clocks that steps wait for a step has started, or the beginning of the case.
    fn started(&self, mut standing: Vec<u8>, done: Option<(usize, usize)>) -> Vec<u8> {
        for (at, clock) in self.clocks.iter().enumerate() {
            let starts = self.flow.clocks.get(*clock).is_some_and(|clock| match (&clock.from, done) {
                (Mark::Done(after), Some((step, outcome))) => self.names(after, step, outcome),
                (Mark::Done(_) | Mark::Ended, _) => false,
                (Mark::Submitted | Mark::HandedIn | Mark::Correction | Mark::Answer(_), _) => true,
            });
            if starts {
                set(&mut standing, self.flow.steps.len() + at, OPEN);
            }
        }
        standing
    }

    /// Opens what has its turn. What has a condition is needed or not: both are walked.
    fn advance(&self, mut standing: Vec<u8>, into: &mut Vec<Standing>) -> Option<()> {
        let ready = |standing: &[u8]| {
            let mut steps = self.flow.steps.iter().enumerate();
            steps.find(|(at, step)| is(standing, *at, WAITING) && self.turn(standing, step))
        };
        while let Some((at, step)) = ready(&standing) {
            if step.when.is_some() {
                let mut skipped = standing.clone();
                set(&mut skipped, at, SKIPPED);
                self.advance(skipped, into)?;
            }
            set(&mut standing, at, OPEN);
        }
        into.push(standing.into());
        (into.len() <= MOST).then_some(())
    }

    fn turn(&self, standing: &[u8], step: &Step) -> bool {
        step.has_turn(|after| self.is_met(standing, after))
    }

    /// Whether what a step waits for is so. What names no step of the flow is told elsewhere.
    pub(super) fn is_met(&self, standing: &[u8], after: &After) -> bool {
        let Some(at) = self.place(after.step.as_str()) else { return true };
        match standing.get(at) {
            Some(&SKIPPED) => after.outcome.is_none(),
            Some(&done) if done >= DONE => self.names(after, at, usize::from(done - DONE)),
            _ => false,
        }
    }

    /// Whether a step with an outcome is what `after` names.
    pub(super) fn names(&self, after: &After, step: usize, outcome: usize) -> bool {
        let Some(step) = self.flow.steps.get(step).filter(|step| step.id == after.step) else { return false };
        let outcome = step.outcomes.get(outcome).map(|outcome| &outcome.id);
        after.outcome.is_none() || after.outcome.as_ref() == outcome
    }

    fn is_over(&self, standing: &[u8]) -> bool {
        !self.flow.steps.iter().enumerate().any(|(at, step)| is(standing, at, OPEN) && !step.optional)
    }

    /// The standings to which a step leads from one.
    pub(super) fn next(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        let start = self.ways.partition_point(|way| way.from < from);
        let own = self.ways.iter().skip(start).take_while(move |way| way.from == from);
        own.filter_map(|way| if let To::On(to) = way.to { Some(to) } else { None })
    }

    /// Whether the step is open in some case that is not over with the same event.
    pub(super) fn opens(&self, step: usize) -> bool {
        self.standings.iter().any(|standing| is(standing, step, OPEN))
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.flow.steps.iter().position(|step| step.id.as_str() == id)
    }
}

fn is(standing: &[u8], at: usize, what: u8) -> bool {
    standing.get(at) == Some(&what)
}

/// Whether the step at this place has not had its turn.
pub(super) fn is_waiting(standing: &[u8], at: usize) -> bool {
    is(standing, at, WAITING)
}

fn set(standing: &mut [u8], at: usize, what: u8) {
    if let Some(own) = standing.get_mut(at) {
        *own = what;
    }
}
