use super::columns::{Columns, Counts, Found};
use super::verdict::{Finding, Summary};
use super::{Asked, CHUNK_ONE_BY_ONE};

/// What models say of a log, kept as the numbers of events: which of them asked and which broke it, and how. A finding is
/// written out when somebody asks for it.
pub struct Findings<'a> {
    columns: Columns<'a>,
    found: Vec<Found>,
    summaries: Vec<Summary>,
}

impl Asked<'_> {
    /// Finds all that [`check`](super::check) would tell, in this thread, and tells nothing yet.
    pub fn find(&self) -> Findings<'_> {
        let columns = Columns::of(*self);
        let mut counts = Counts::new(self.models.len());
        let traces = 0..self.traces.len();
        let mut found = Vec::new();
        for start in traces.clone().step_by(CHUNK_ONE_BY_ONE) {
            let mut some = Found::default();
            columns.find(start..traces.end.min(start + CHUNK_ONE_BY_ONE), true, &mut some, &mut counts);
            found.push(some);
        }
        let summaries = columns.summaries(counts);
        Findings { columns, found, summaries }
    }
}

impl Findings<'_> {
    /// The figures of the models, in their order.
    pub fn summaries(&self) -> &[Summary] {
        &self.summaries
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.iter().map(Found::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those of one model, by its place. Of each of its clauses they are in the order of the traces.
    pub fn of(&self, model: usize) -> impl Iterator<Item = Finding> + '_ {
        self.found.iter().flat_map(move |some| self.columns.of_model(some, model))
    }
}
