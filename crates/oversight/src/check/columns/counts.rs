use super::super::Until;
use super::super::verdict::Summary;
use super::row::{self, Edges};
use super::{Lane, Note, Room};
use crate::model::Clause;

/// How many traces and activations stand how.
pub(in super::super) struct Counts {
    /// By model.
    all: Vec<Summary>,
    /// Of the model at hand, by the last positions of the traces: those that activate it, that break it, and of which that is
    /// not certain.
    stands: [Vec<u64>; 3],
}

/// A lane that was gone through in some traces.
pub(super) struct Tried<'a> {
    pub(super) lane: &'a Lane<'a>,
    /// Whether it is the last one of its model.
    pub(super) last: bool,
    pub(super) until: Until,
    /// How many traces there are, and how many of them have no events.
    pub(super) traces: u64,
    pub(super) empty: u64,
    pub(super) edges: Edges<'a>,
    /// What was noted of it; where it is tried for 64 positions at once on traces that are over, only if it was asked for.
    pub(super) notes: &'a [Note],
    /// The position of the first bit in the room.
    pub(super) base: u32,
}

impl Counts {
    pub(in super::super) fn new(models: usize) -> Self {
        Self { all: vec![Summary::default(); models], stands: Default::default() }
    }

    /// Counts a lane; its activations are in the room.
    pub(super) fn add(&mut self, tried: &Tried<'_>, room: &mut Room) {
        let Self { all, stands } = self;
        let Tried { lane, edges, notes, .. } = tried;
        let Some(summary) = all.get_mut(lane.model as usize) else { return };
        let Room { asks, broken, pending, .. } = room;
        if tried.until != Until::Closed || !lane.by_rows {
            mark(notes, tried.base, asks.len(), [&mut *broken, &mut *pending]);
        }
        let related = matches!(lane.kind, Clause::Relation(_));
        let activated = if related { row::count(asks) } else { tried.traces };
        let violated = row::count(broken);
        let number = violated + row::count(pending);
        summary.activations.fulfilled += activated - number;
        summary.activations.violated += violated;
        summary.activations.pending += number - violated;
        let cases = &mut summary.cases;
        let empty = if related { 0 } else { tried.empty };
        if lane.alone && tried.until == Until::Closed {
            let active = if related { row::traces(*edges, asks) } else { tried.traces };
            let violated = if related { row::traces(*edges, broken) } else { violated };
            cases.violated += violated;
            cases.satisfied += active - violated;
            cases.vacuous += tried.traces - active;
            return;
        }
        for (stands, marks) in stands.iter_mut().zip([&*asks, &*broken, &*pending]) {
            stands.resize(asks.len(), 0);
            row::at_end(*edges, marks, stands);
        }
        if !tried.last {
            return;
        }
        let [active, violated, pending] = stands;
        let mut known = empty;
        for ((active, violated), pending) in active.iter().zip(&*violated).zip(&*pending) {
            let waits = *pending & !*violated;
            known += u64::from((*active | *violated | waits).count_ones());
            cases.violated += u64::from(violated.count_ones());
            cases.pending += u64::from(waits.count_ones());
            cases.satisfied += u64::from((*active & !*violated & !waits).count_ones());
        }
        cases.satisfied += empty;
        cases.vacuous += tried.traces - known;
        stands.iter_mut().for_each(Vec::clear);
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

/// Marks what was noted as broken and as not certain, in rows of so many words.
fn mark(notes: &[Note], base: u32, words: usize, rows: [&mut Vec<u64>; 2]) {
    let [broken, pending] = rows.map(|row| {
        row.clear();
        row.resize(words, 0);
        row
    });
    for note in notes {
        let row = if note.how.is_broken() { &mut *broken } else { &mut *pending };
        let bit = (note.at - base) as usize;
        row.get_mut(bit / 64).into_iter().for_each(|word| *word |= 1 << (bit % 64));
    }
}
