use super::Trial;
use super::verdict::Standing;
use crate::Bits;
use crate::model::{Reach, Relation, Side};
use std::ops::Range;

impl Trial<'_> {
    /// Tries each activation for its target.
    pub(super) fn relation(&mut self, relation: Relation, activations: &Bits, targets: &Bits) {
        let looking = Looking { relation, activations, targets };
        let mut trace = 0;
        let mut range = self.traces.range(trace);
        for at in activations.iter() {
            while at >= range.end && trace < self.traces.len() {
                trace += 1;
                range = self.traces.range(trace);
            }
            let standing = self.standing(&looking, at, &range);
            self.judge(trace, Some(at), standing);
        }
    }

    fn standing(&self, looking: &Looking<'_>, at: usize, range: &Range<usize>) -> Standing {
        let Relation { side, forbids, .. } = looking.relation;
        let before = match side {
            Side::After => None,
            Side::Before | Side::Either => self.before(looking, at, range),
        };
        let found = before.or_else(|| match side {
            Side::Before => None,
            Side::After | Side::Either => self.after(looking, at, range),
        });
        match (found, forbids) {
            (Some(_), false) => Standing::Fulfilled,
            (Some(target), true) => {
                let certain = self.time(target).max(self.time(at));
                Standing::Violated {
                    by: vec![self.event(target)],
                    deadline: None,
                    at: Some(certain),
                    late: false,
                }
            }
            (None, _) if side == Side::Before => self.missed_before(looking, at, range),
            (None, _) => self.not_after(looking, at, range),
        }
    }

    /// The first target after the activation.
    fn after(&self, looking: &Looking<'_>, at: usize, range: &Range<usize>) -> Option<usize> {
        let end = match looking.relation.reach {
            Reach::Trace => range.end,
            Reach::Chain => range.end.min(at + 2),
            Reach::Alternate => {
                looking.activations.next(at + 1, range.end).map_or(range.end, |next| next + 1)
            }
        };
        let mut from = at + 1;
        while let Some(target) = looking.targets.next(from, end) {
            match self.suits(looking, at, target) {
                Suits::Yes => return Some(target),
                Suits::TooFar => return None,
                Suits::No => from = target + 1,
            }
        }
        None
    }

    /// The last target before the activation.
    fn before(&self, looking: &Looking<'_>, at: usize, range: &Range<usize>) -> Option<usize> {
        let start = match looking.relation.reach {
            Reach::Trace => range.start,
            Reach::Chain => range.start.max(at.saturating_sub(1)),
            Reach::Alternate => looking.activations.last(range.start, at).unwrap_or(range.start),
        };
        let mut end = at;
        while let Some(target) = looking.targets.last(start, end) {
            match self.suits(looking, at, target) {
                Suits::Yes => return Some(target),
                Suits::TooFar => return None,
                Suits::No => end = target,
            }
        }
        None
    }

    fn suits(&self, looking: &Looking<'_>, at: usize, target: usize) -> Suits {
        let window = &self.model.window;
        if !window.is_open() {
            let (one, other) = (self.time(at), self.time(target));
            if window.is_passed(one, other) {
                return Suits::TooFar;
            }
            if !window.holds(one, other) {
                return Suits::No;
            }
        }
        let Some(correlation) = &self.model.correlation else { return Suits::Yes };
        // A constraint that looks both ways is written once, with its first event as the activation.
        let written_so = !looking.relation.exchanged || self.model.template.is_activated_by_second();
        let (first, second) = if written_so { (at, target) } else { (target, at) };
        match correlation.holds(self.log, self.event(first), self.event(second)) {
            true => Suits::Yes,
            false => Suits::No,
        }
    }

    /// No target before: a matter that is over.
    fn missed_before(&self, looking: &Looking<'_>, at: usize, range: &Range<usize>) -> Standing {
        if looking.relation.forbids {
            return Standing::Fulfilled;
        }
        let in_the_way = match looking.relation.reach {
            Reach::Trace => None,
            Reach::Chain => at.checked_sub(1).filter(|before| *before >= range.start),
            Reach::Alternate => looking.activations.last(range.start, at),
        };
        let by = in_the_way.map(|before| self.event(before)).into_iter().collect();
        Standing::Violated { by, deadline: None, at: Some(self.time(at)), late: false }
    }

    /// No target after: it is over once something came in the way, the deadline passed, or the trace ended.
    fn not_after(&self, looking: &Looking<'_>, at: usize, range: &Range<usize>) -> Standing {
        let Relation { forbids, reach, .. } = looking.relation;
        let in_the_way = match reach {
            Reach::Trace => None,
            Reach::Chain => Some(at + 1).filter(|next| *next < range.end),
            Reach::Alternate => looking.activations.next(at + 1, range.end),
        };
        let deadline = self.model.window.ends(self.time(at));
        let in_the_way =
            in_the_way.filter(|next| deadline.is_none_or(|deadline| self.time(*next) <= deadline));
        let passed = deadline.filter(|deadline| self.until.passes(*deadline));
        let (by, certain, late) = match (in_the_way, passed) {
            (Some(next), _) => (vec![self.event(next)], Some(self.time(next)), false),
            (None, Some(deadline)) => (Vec::new(), Some(deadline), true),
            (None, None) if !self.until.is_open() => (Vec::new(), self.end(range), false),
            (None, None) => return Standing::Waiting { owed: !forbids, with: Vec::new(), deadline },
        };
        if forbids { Standing::Fulfilled } else { Standing::Violated { by, deadline, at: certain, late } }
    }
}

struct Looking<'a> {
    relation: Relation,
    activations: &'a Bits,
    targets: &'a Bits,
}

/// Whether a target is what an activation asks for.
enum Suits {
    Yes,
    No,
    /// It lies beyond the window, and so do those farther away.
    TooFar,
}
