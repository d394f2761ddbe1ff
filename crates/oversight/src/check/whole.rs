use super::Trial;
use super::verdict::Standing;
use crate::Bits;
use crate::model::Clause;
use record::Time;
use std::ops::Range;

impl<'t> Trial<'t> {
    /// Tries each trace for what the constraint asks of it as a whole.
    pub(super) fn whole(&mut self, clause: Clause, first: &Bits, second: &Bits) {
        for trace in 0..self.traces.len() {
            let range = self.traces.range(trace);
            let standing = match clause {
                Clause::Count { least, most } => self.count(least, most, first, &range),
                Clause::First => self.first(first, &range),
                Clause::Last => self.last(first, &range),
                Clause::Choice { one } => self.choice(one, first, second, &range),
                Clause::Relation(_) => continue,
            };
            self.judge(trace, None, standing);
        }
    }

    /// The positions of a trace that are in `bits` and in the window.
    fn counted<'a>(
        &'a self,
        bits: &'a Bits,
        range: &Range<usize>,
    ) -> impl Iterator<Item = usize> + use<'a, 't> {
        let (mut from, start, end) = (range.start, range.start, range.end);
        std::iter::from_fn(move || {
            let at = bits.next(from, end)?;
            from = at + 1;
            Some(at)
        })
        .filter(move |at| self.in_window(start, *at))
    }

    /// Whether the time from the first event of a trace, at `start`, lies in the window.
    fn in_window(&self, start: usize, at: usize) -> bool {
        let window = &self.model.window;
        window.is_open() || window.holds(self.time(start), self.time(at))
    }

    fn deadline(&self, range: &Range<usize>) -> Option<Time> {
        if range.is_empty() { None } else { self.model.window.ends(self.time(range.start)) }
    }

    fn count(&self, least: u32, most: Option<u32>, bits: &Bits, range: &Range<usize>) -> Standing {
        let enough = most.map_or(least.max(1), |most| most.saturating_add(1).max(least)) as usize;
        let found: Vec<usize> = self.counted(bits, range).take(enough).collect();
        let by = || found.iter().map(|at| self.event(*at)).collect();
        let deadline = self.deadline(range);
        if let Some(over) = most.and_then(|most| found.get(most as usize)) {
            return Standing::Violated { by: by(), deadline, at: Some(self.time(*over)), late: false };
        }
        let few = found.len() < least as usize;
        if !few && most.is_none() {
            return Standing::Fulfilled;
        }
        self.undecided(few, by(), range)
    }

    /// Too few so far, or not too many so far: decided by the deadline or the trace's end.
    fn undecided(&self, owed: bool, with: Vec<u32>, range: &Range<usize>) -> Standing {
        let deadline = self.deadline(range);
        let passed = deadline.filter(|deadline| self.until.passes(*deadline));
        if passed.is_none() && self.until.is_open() {
            return Standing::Waiting { owed, with, deadline };
        }
        if !owed {
            return Standing::Fulfilled;
        }
        Standing::Violated {
            by: with,
            deadline,
            at: passed.or_else(|| self.end(range)),
            late: passed.is_some(),
        }
    }

    fn first(&self, bits: &Bits, range: &Range<usize>) -> Standing {
        if range.is_empty() {
            return self.undecided(true, Vec::new(), range);
        }
        if bits.contains(range.start) {
            return Standing::Fulfilled;
        }
        let (by, at) = (vec![self.event(range.start)], Some(self.time(range.start)));
        Standing::Violated { by, deadline: None, at, late: false }
    }

    /// The last event decides only when no more can come, whatever the window.
    fn last(&self, bits: &Bits, range: &Range<usize>) -> Standing {
        let last = range.end.checked_sub(1).filter(|last| *last >= range.start);
        let kept = last.is_some_and(|last| bits.contains(last) && self.in_window(range.start, last));
        let by: Vec<u32> = last.map(|last| self.event(last)).into_iter().collect();
        match (self.until.is_open(), kept) {
            (true, kept) => Standing::Waiting { owed: !kept, with: by, deadline: None },
            (false, true) => Standing::Fulfilled,
            (false, false) => Standing::Violated { by, deadline: None, at: self.end(range), late: false },
        }
    }

    fn choice(&self, one: bool, first: &Bits, second: &Bits, range: &Range<usize>) -> Standing {
        let found = [first, second].map(|bits| self.counted(bits, range).next());
        let (mut chosen, both): (Vec<usize>, bool) =
            (found.iter().flatten().copied().collect(), found.iter().all(Option::is_some));
        chosen.sort_unstable();
        chosen.dedup();
        let by: Vec<u32> = chosen.iter().map(|at| self.event(*at)).collect();
        match (one, both, chosen.last()) {
            (true, true, Some(last)) => Standing::Violated {
                by,
                deadline: self.deadline(range),
                at: Some(self.time(*last)),
                late: false,
            },
            (false, _, Some(_)) => Standing::Fulfilled,
            (_, _, None) => self.undecided(true, by, range),
            (true, _, Some(_)) => self.undecided(false, by, range),
        }
    }
}
