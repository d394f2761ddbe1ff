use super::columns::{Columns, Counts, Found, Room};
use super::verdict::{Finding, Summary};
use super::{Asked, CHUNK_ONE_BY_ONE};

/// What was found of models that were asked one by one: their figures, and each finding in twelve bytes. Of a clause that relates
/// events these are the events that asked and that broke it; of one on a trace as a whole its last event, and what proves it is
/// looked up in the trace. Written out it is as somebody reads it.
pub struct Findings<'a> {
    columns: Columns<'a>,
    found: Vec<Found>,
    summaries: Vec<Summary>,
}

impl<'a> Asked<'a> {
    /// Finds what [`Self::check`] tells, on one thread and to be read later, of models that are few enough to ask one by one.
    /// It takes twelve bytes a finding. None where it was given up.
    pub fn find(&self) -> Option<Findings<'a>> {
        let columns = Columns::of(*self);
        let (mut room, mut counts) = (Room::default(), Counts::new(self.models.len()));
        let starts = (0..self.traces.len()).step_by(CHUNK_ONE_BY_ONE);
        let found = starts.map(|start| {
            let mut found = Found::default();
            let some = start..self.traces.len().min(start + CHUNK_ONE_BY_ONE);
            columns.find(some, true, (&mut room, &mut found, &mut counts));
            found
        });
        let found = found.collect();
        let summaries = columns.summaries(counts);
        (!self.is_given_up()).then_some(Findings { columns, found, summaries })
    }
}

impl Findings<'_> {
    /// The figures of each model.
    pub fn summaries(&self) -> &[Summary] {
        &self.summaries
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.found.iter().map(Found::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each finding with its model, in the order in which [`Asked::check`] tells them.
    pub fn each(&self, tell: &mut dyn FnMut(usize, Finding)) {
        let mut room = Room::default();
        self.found.iter().for_each(|found| self.columns.tell(found, &mut room, tell));
    }
}
