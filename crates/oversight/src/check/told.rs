use super::course::{Entry, Ground};
use super::evidence::Evidence;
use super::plan::Lane;
use super::sign::{Sort, SortNumber};
use super::verdict::{Finding, Verdict};
use crate::bits::ones;
use crate::log::EventNumber;
use crate::model::Clause;
use record::Time;

/// What becomes of lanes as events come.
pub(super) trait Sink {
    /// An event of that sort came: it activates what its sort asks.
    fn came(&mut self, ground: &Ground<'_>, sort: SortNumber);
    /// Lanes were broken, or are not decided. A lane that was activated and of which nothing is told was kept.
    fn tell(&mut self, ground: &Ground<'_>, told: Told<'_>);
}

/// Lanes of which the same is to be told.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    /// The row's first word.
    pub(super) start: usize,
    pub(super) row: &'a [u64],
    pub(super) entries: &'a [Entry],
    /// The entry that asked; none for lanes on the whole life.
    pub(super) activation: Option<usize>,
    /// The entry that broke it.
    pub(super) by: Option<usize>,
    pub(super) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// What must not come came.
    Forbidden,
    /// Something came in the way of what was to come.
    InTheWay,
    /// What had to come before did not, or something stood in its way.
    Missed,
    /// The whole life broke it, whatever comes.
    Broken,
    /// The window is over.
    Late,
    /// The life is over, and the window with it.
    Ended,
    /// Something is still to come.
    Owed,
    /// Something must not come yet.
    Held,
}

impl How {
    pub(super) fn is_broken(self) -> bool {
        !matches!(self, Self::Owed | Self::Held)
    }
}

impl Told<'_> {
    /// Each lane's finding, with the lane.
    pub(super) fn each(&self, ground: &Ground<'_>, trace: usize, mut tell: impl FnMut(&Lane, Finding)) {
        for bit in ones(self.row) {
            let number = self.start * 64 + bit;
            if let Some(lane) = ground.plan.lanes.get(number) {
                let finding = match self.activation {
                    Some(activation) => self.of_activation(lane, trace, activation),
                    None => self.of_life(ground, lane, bit, trace),
                };
                tell(lane, finding);
            }
        }
    }

    fn time(&self, at: usize) -> Option<Time> {
        self.entries.get(at).map(|entry| entry.time)
    }

    fn event(&self, at: usize) -> Option<EventNumber> {
        self.entries.get(at).map(|entry| entry.event)
    }

    fn of_activation(&self, lane: &Lane, trace: usize, activation: usize) -> Finding {
        let asked = self.time(activation);
        let ends = || asked.and_then(|asked| lane.window.ends(asked));
        let by = self.by.and_then(|by| self.time(by));
        let (deadline, at) = match self.how {
            How::Forbidden => (None, by.max(asked)),
            How::InTheWay => (ends(), by),
            How::Late | How::Ended => (ends(), ends()),
            How::Owed | How::Held => (ends(), None),
            How::Missed | How::Broken => (None, asked),
        };
        let evidence = self.by.and_then(|by| self.event(by)).into_iter().collect();
        self.finding(trace, self.event(activation), evidence, deadline, at)
    }

    fn of_life(&self, ground: &Ground<'_>, lane: &Lane, bit: usize, trace: usize) -> Finding {
        let start = self.time(0);
        let deadline = start.and_then(|start| lane.window.ends(start));
        let last = self.entries.len().saturating_sub(1);
        let bit = bit + (self.start - ground.plan.whole.start) * 64;
        let of = |row: fn(&Sort) -> Option<usize>, at: usize| {
            let sort = self.entries.get(at).map(|entry| ground.sorts.get(entry.sort));
            let place =
                sort.and_then(row).map(|place| ground.sorts.row(place, ground.plan.whole.words.len()));
            let marked =
                place.and_then(|row| row.get(bit / 64)).is_some_and(|word| word >> (bit % 64) & 1 == 1);
            marked && start.zip(self.time(at)).is_some_and(|(start, time)| lane.window.holds(start, time))
        };
        let all = 0..self.entries.len();
        let (by, deadline): (Vec<usize>, _) = match lane.kind {
            Clause::Count { most, .. } => {
                let enough =
                    most.filter(|_| self.how == How::Broken).map_or(usize::MAX, |most| most as usize + 1);
                (all.filter(|at| of(|sort| sort.first, *at)).take(enough).collect(), deadline)
            }
            Clause::Choice { .. } => {
                let first = all.clone().find(|at| of(|sort| sort.first, *at));
                let second = all.clone().find(|at| of(|sort| sort.second, *at));
                let mut chosen: Vec<usize> = first.into_iter().chain(second).collect();
                chosen.sort_unstable();
                chosen.dedup();
                (chosen, deadline)
            }
            Clause::First => (vec![0], None),
            Clause::Last | Clause::Relation(_) => (vec![last], None),
        };
        let at = match self.how {
            How::Broken => by.last().and_then(|at| self.time(*at)),
            How::Owed | How::Held => None,
            _ => deadline,
        };
        let evidence = by.iter().filter_map(|at| self.event(*at)).collect();
        self.finding(trace, None, evidence, deadline, at)
    }

    fn finding(
        &self,
        trace: usize,
        activation: Option<EventNumber>,
        evidence: Evidence,
        deadline: Option<Time>,
        at: Option<Time>,
    ) -> Finding {
        let verdict = match self.how {
            How::Late => Verdict::ViolatedAtDeadline,
            How::Ended if deadline.is_some() => Verdict::ViolatedAtDeadline,
            How::Owed => Verdict::PossiblyViolated,
            How::Held => Verdict::PossiblySatisfied,
            _ => Verdict::Violated,
        };
        let ended = || self.entries.last().map(|entry| entry.time);
        let at = if self.how == How::Ended { at.or_else(ended) } else { at };
        Finding { trace, verdict, activation, evidence, deadline, at }
    }
}
