use super::course::{Entry, Ground};
use super::evidence::Evidence;
use super::plan::Lane;
use super::sign::{Sort, SortNumber};
use super::verdict::{Finding, Verdict};
use crate::bits::ones;
use crate::log::EventNumber;
use crate::model::{Clause, Window};
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
        let moment = |at: usize| self.entries.get(at).map(|entry| (entry.time, entry.event));
        let asked = moment(activation).unwrap_or((Time::ZERO, 0));
        let last = self.entries.last().map(|entry| entry.time);
        of_activation(self.how, &lane.window, trace, asked, self.by.and_then(moment), last)
    }

    fn of_life(&self, ground: &Ground<'_>, lane: &Lane, bit: usize, trace: usize) -> Finding {
        let start = self.time(0);
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
        let by: Vec<usize> = match lane.kind {
            Clause::Count { most, .. } => {
                all.filter(|at| of(|sort| sort.first, *at)).take(enough(self.how, most)).collect()
            }
            Clause::Choice { .. } => {
                let first = all.clone().find(|at| of(|sort| sort.first, *at));
                let second = all.clone().find(|at| of(|sort| sort.second, *at));
                let mut chosen: Vec<usize> = first.into_iter().chain(second).collect();
                chosen.sort_unstable();
                chosen.dedup();
                chosen
            }
            Clause::First => vec![0],
            Clause::Last | Clause::Relation(_) => vec![last],
        };
        let at = by.last().and_then(|at| self.time(*at));
        let evidence = by.iter().filter_map(|at| self.event(*at)).collect();
        let life = (start, self.entries.last().map(|entry| entry.time));
        of_life(self.how, (lane.kind, &lane.window), trace, life, (evidence, at))
    }
}

/// How many of the events that are counted prove it.
pub(super) fn enough(how: How, most: Option<u32>) -> usize {
    most.filter(|_| how == How::Broken).map_or(usize::MAX, |most| most as usize + 1)
}

/// What is to be said of a life as a whole, from its first moment to its last: the events that prove it, and when the last of
/// them happened.
pub(super) fn of_life(
    how: How,
    (kind, window): (Clause, &Window),
    trace: usize,
    (start, ended): (Option<Time>, Option<Time>),
    (evidence, proven): (Evidence, Option<Time>),
) -> Finding {
    let deadline = match kind {
        Clause::Count { .. } | Clause::Choice { .. } => start.and_then(|start| window.ends(start)),
        _ => None,
    };
    let at = match how {
        How::Broken => proven,
        How::Owed | How::Held => None,
        How::Ended => deadline.or(ended),
        _ => deadline,
    };
    let verdict = verdict(how, deadline.is_some());
    Finding { trace, verdict, activation: None, evidence, deadline, at }
}

/// What is to be said of an activation, by what came, in a life that ended then.
#[inline]
pub(super) fn of_activation(
    how: How,
    window: &Window,
    trace: usize,
    (asked, activation): (Time, EventNumber),
    by: Option<(Time, EventNumber)>,
    ended: Option<Time>,
) -> Finding {
    let (came, event) = (by.map(|(time, _)| time), by.map(|(_, event)| event));
    let deadline = match how {
        How::Forbidden | How::Missed | How::Broken => None,
        How::InTheWay | How::Late | How::Ended | How::Owed | How::Held => window.ends(asked),
    };
    let at = match how {
        How::Forbidden => came.max(Some(asked)),
        How::InTheWay => came,
        How::Late => deadline,
        How::Ended => deadline.or(ended),
        How::Owed | How::Held => None,
        How::Missed | How::Broken => Some(asked),
    };
    let (verdict, evidence) = (verdict(how, deadline.is_some()), event.into_iter().collect());
    Finding { trace, verdict, activation: Some(activation), evidence, deadline, at }
}

/// By what decided it, and whether time was limited.
#[inline]
fn verdict(how: How, limited: bool) -> Verdict {
    match how {
        How::Late => Verdict::ViolatedAtDeadline,
        How::Ended if limited => Verdict::ViolatedAtDeadline,
        How::Owed => Verdict::PossiblyViolated,
        How::Held => Verdict::PossiblySatisfied,
        _ => Verdict::Violated,
    }
}
