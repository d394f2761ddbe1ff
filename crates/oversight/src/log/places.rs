use super::{EventNumber, Log, Traces};
use crate::Bits;
use crate::condition::Spread;
use std::ops::Range;
use std::sync::OnceLock;

/// The events of traces as those look for them who go by activities and not through traces: each activity's positions, and what
/// is known of a position, side by side. It follows from the log alone.
#[derive(Clone, Debug)]
pub struct Places {
    /// Where each activity's positions begin in `positions`; after the last one, their number.
    starts: Vec<u32>,
    positions: Vec<u32>,
    by_activity: Vec<ByActivity>,
    /// By position its trace.
    traces: Vec<u32>,
    /// By position the whole seconds of its time, with room to the end of the last 64.
    seconds: Vec<i64>,
    /// Whether every moment is a whole second.
    whole_seconds: bool,
    firsts: Bits,
    lasts: Bits,
}

#[derive(Clone, Debug, Default)]
struct ByActivity {
    row: OnceLock<Bits>,
    spread: OnceLock<Spread>,
}

impl Places {
    /// Those of traces of the log.
    pub(super) fn of(log: &Log, traces: &Traces) -> Self {
        let (codes, times) = (log.activity_codes(), log.times());
        let code = |event: &EventNumber| codes.get(*event as usize).copied().unwrap_or_default() as usize;
        let (activities, len) = (log.activities().len(), traces.events().len());
        let mut starts = vec![0_u32; activities + 2];
        for event in traces.events() {
            starts.get_mut(code(event) + 2).into_iter().for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut all = Self {
            starts: Vec::new(),
            positions: vec![0; len],
            by_activity: vec![ByActivity::default(); activities],
            traces: Vec::with_capacity(len),
            seconds: Vec::with_capacity(len.next_multiple_of(64)),
            whole_seconds: true,
            firsts: Bits::none(len),
            lasts: Bits::none(len),
        };
        for (trace, range) in (0..).zip(traces.starts().windows(2)) {
            let [start, end] = range else { continue };
            if start == end {
                continue;
            }
            all.firsts.insert(*start as usize);
            all.lasts.insert(*end as usize - 1);
            let events = traces.events().get(*start as usize..*end as usize).unwrap_or_default();
            for (position, event) in (*start..).zip(events) {
                let time = times.get(*event as usize).copied().unwrap_or(record::Time::ZERO);
                all.traces.push(trace);
                all.seconds.push(time.seconds());
                all.whole_seconds &= time.subsecond_nanos() == 0;
                let Some(next) = starts.get_mut(code(event) + 1) else { continue };
                all.positions.get_mut(*next as usize).into_iter().for_each(|place| *place = position);
                *next += 1;
            }
        }
        all.seconds.resize(len.next_multiple_of(64), 0);
        Self { starts, ..all }
    }

    /// The positions of an activity, by its code, ascending.
    pub fn of_activity(&self, code: u32) -> &[u32] {
        let range = self.starts.get(code as usize..code as usize + 2);
        let range = range.and_then(|range| Some(*range.first()? as usize..*range.get(1)? as usize));
        range.and_then(|range: Range<usize>| self.positions.get(range)).unwrap_or_default()
    }

    /// The same as a set; none where they are less than one in 64, so that what is kept is at most a word a position.
    pub(crate) fn row(&self, code: u32) -> Option<&Bits> {
        let (some, all) = (self.of_activity(code).len(), self.traces.len());
        if some < all.div_ceil(64) {
            return None;
        }
        let made = || {
            let mut row = Bits::none(self.traces.len());
            self.of_activity(code).iter().for_each(|position| row.insert(*position as usize));
            row
        };
        Some(self.by_activity.get(code as usize)?.row.get_or_init(made))
    }

    /// The events at an activity's positions, with their values. The log and its traces are those that were arranged.
    pub(crate) fn spread(&self, code: u32, log: &Log, traces: &Traces) -> Option<&Spread> {
        let made = || {
            let event = |position: &u32| traces.events().get(*position as usize).copied();
            Spread::new(log, self.of_activity(code).iter().filter_map(event).collect())
        };
        Some(self.by_activity.get(code as usize)?.spread.get_or_init(made))
    }

    /// The trace of a position.
    pub(crate) fn trace(&self, position: u32) -> u32 {
        self.traces.get(position as usize).copied().unwrap_or(u32::MAX)
    }

    /// By position the whole seconds of its time, with room to the end of the last 64.
    pub(crate) fn seconds(&self) -> &[i64] {
        &self.seconds
    }

    /// Whether no moment is between two whole seconds.
    pub(crate) fn has_whole_seconds(&self) -> bool {
        self.whole_seconds
    }

    /// Where traces begin.
    pub(crate) fn firsts(&self) -> &Bits {
        &self.firsts
    }

    /// Where traces end.
    pub(crate) fn lasts(&self) -> &Bits {
        &self.lasts
    }
}
