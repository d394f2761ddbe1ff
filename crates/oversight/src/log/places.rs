use super::{EventNumber, Log, Traces};
use record::Time;

/// An event of a trace, as those look for it who go by activities and not through traces.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its trace.
    pub trace: u32,
    /// Its position in the arrangement of the traces.
    pub position: u32,
    /// When it happened.
    pub time: Time,
}

/// The events of traces by their activities, of each activity in the order of the positions.
#[derive(Clone, Debug, Default)]
pub struct Places {
    starts: Vec<u32>,
    all: Vec<Place>,
}

impl Places {
    /// Those of traces of the log.
    pub(super) fn of(log: &Log, traces: &Traces) -> Self {
        let (codes, times) = (log.activity_codes(), log.times());
        let code = |event: &EventNumber| codes.get(*event as usize).copied().unwrap_or_default() as usize;
        let mut starts = vec![0_u32; log.activities().len() + 2];
        for event in traces.events() {
            starts.get_mut(code(event) + 2).into_iter().for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut all = vec![Place { trace: 0, position: 0, time: Time::ZERO }; traces.events().len()];
        for (trace, range) in (0..).zip(traces.starts().windows(2)) {
            let [start, end] = range else { continue };
            let events = traces.events().get(*start as usize..*end as usize).unwrap_or_default();
            for (position, event) in (*start..).zip(events) {
                let time = times.get(*event as usize).copied().unwrap_or(Time::ZERO);
                let Some(next) = starts.get_mut(code(event) + 1) else { continue };
                let place = all.get_mut(*next as usize);
                place.into_iter().for_each(|place| *place = Place { trace, position, time });
                *next += 1;
            }
        }
        Self { starts, all }
    }

    /// Those of one activity, by its code.
    pub fn of_activity(&self, code: u32) -> &[Place] {
        let range = self.starts.get(code as usize..code as usize + 2);
        let range = range.and_then(|range| Some(*range.first()? as usize..*range.get(1)? as usize));
        range.and_then(|range| self.all.get(range)).unwrap_or_default()
    }
}
