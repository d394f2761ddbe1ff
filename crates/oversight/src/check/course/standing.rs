use super::super::Until;
use super::super::plan::Block;
use super::super::rows::is_empty;
use super::super::told::{How, Sink, Told};
use super::{Course, Desk, Entry, Ground, LONG, UNKNOWN};
use record::Time;
use std::cell::Cell;

impl Course {
    /// What waits for a window that was over before the moment is broken, or kept where it asked for nothing to come.
    pub(in super::super) fn expire<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        moment: Time,
        sink: &mut S,
    ) {
        for nth in 0..self.open.len() {
            let at = self.open[nth] as usize;
            if self.entries[at].due <= moment.seconds() {
                self.run_out(ground, desk, at, moment, sink);
            }
        }
        self.whole.expire(ground, desk, &self.entries, moment, sink);
    }

    /// The windows of an entry that were over before the moment.
    pub(super) fn run_out<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        at: usize,
        moment: Time,
        sink: &mut S,
    ) {
        let entry = self.entries[at];
        let place = entry.rows as usize;
        let rows = self.rows.get_mut(place..place + ground.sorts.get(entry.sort).waits).unwrap_or_default();
        let entries = self.entries.as_slice();
        let due = over(ground, &mut desk.told[0], &entry, rows, moment, |start, row| {
            let activation = Some(at);
            sink.tell(ground, Told { start, row, entries, activation, by: None, how: How::Late });
        });
        self.entries[at].due = due;
    }

    /// The first second after which a window may be over in which something waits or is to be.
    pub(in super::super) fn due(&mut self, ground: &Ground<'_>, desk: &mut Desk) -> i64 {
        let mut due = i64::MAX;
        for at in &self.open {
            let Some(entry) = self.entries.get_mut(*at as usize) else { continue };
            if entry.due == UNKNOWN {
                let place = entry.rows as usize;
                let waits = ground.sorts.get(entry.sort).waits;
                let rows = self.rows.get_mut(place..place + waits).unwrap_or_default();
                entry.due = over(ground, &mut desk.told[0], entry, rows, entry.time, |_, _| {});
            }
            due = due.min(entry.due);
        }
        due.min(self.whole.due(ground, desk, &self.entries))
    }

    /// Tells how it stands with all that is not decided, as it is now or as it is once the life is over.
    pub(in super::super) fn stand<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        until: Until,
        sink: &mut S,
    ) {
        // Every event of the life may have turned out to be void.
        if self.entries.is_empty() {
            return;
        }
        let mut alive = vec![0; if self.entries.len() > LONG { ground.plan.words } else { 0 }];
        let waiting = if alive.is_empty() {
            std::mem::take(&mut self.open)
        } else {
            (0..).take(self.entries.len()).collect()
        };
        for at in waiting.iter().rev() {
            let Some(entry) = self.entries.get(*at as usize).copied() else { continue };
            let sort = ground.sorts.get(entry.sort);
            let mut place = entry.rows as usize;
            for (number, asks) in &sort.asks {
                let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
                let words = block.waiting;
                let waits = self.rows.get(place..place + words).unwrap_or_default();
                let carried = self.carried.get(place..place + words).unwrap_or_default();
                place += block.kept();
                desk.hits.clear();
                desk.hits.extend_from_slice(waits);
                let asks = ground.sorts.row(*asks, words);
                let alive = alive.get_mut(block.start..).unwrap_or_default();
                let mut carried = carried.iter();
                for ((alive, asks), hit) in alive.iter_mut().zip(asks).zip(&mut desk.hits) {
                    let carried = carried.next().copied().unwrap_or_default();
                    let waits = *hit;
                    *hit |= carried & *alive;
                    *alive = *alive & (carried | !asks) | waits;
                }
                if let Until::Open(now) = until
                    && now > entry.time
                {
                    let between = block.windows.between(entry.time, now, &mut desk.joined);
                    let over = desk.hits.iter_mut().zip(between.over);
                    over.for_each(|(hit, over)| *hit &= !over);
                }
                self.tell_standing(ground, desk, block, *at as usize, until == Until::Closed, sink);
            }
        }
        if alive.is_empty() {
            self.open = waiting;
        }
        self.whole.stand(ground, desk, &self.entries, until, sink);
    }

    /// Of the lanes in `hits`.
    fn tell_standing<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        block: &Block,
        at: usize,
        over: bool,
        sink: &mut S,
    ) {
        let [owed, held] = &mut desk.told;
        owed.clear();
        held.clear();
        for (hit, kinds) in desk.hits.iter().zip(&block.kinds) {
            owed.push(hit & !kinds.forbids);
            held.push(hit & kinds.forbids);
        }
        let (entries, start, activation) = (self.entries.as_slice(), block.start, Some(at));
        let how = if over { How::Ended } else { How::Owed };
        if !is_empty(&desk.told[0]) {
            sink.tell(ground, Told { start, row: &desk.told[0], entries, activation, by: None, how });
        }
        if !over && !is_empty(&desk.told[1]) {
            sink.tell(
                ground,
                Told { start, row: &desk.told[1], entries, activation, by: None, how: How::Held },
            );
        }
    }
}

/// Of what waits at an entry, tells the lanes whose windows were over before the moment, block by block with its first word,
/// and waits for them no more. When the next may be over.
pub(super) fn over(
    ground: &Ground<'_>,
    late: &mut Vec<u64>,
    entry: &Entry,
    mut rows: &mut [u64],
    moment: Time,
    mut tell: impl FnMut(usize, &[u64]),
) -> i64 {
    let mut due = i64::MAX;
    for (number, _) in &ground.sorts.get(entry.sort).asks {
        let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
        let Some((own, rest)) = std::mem::take(&mut rows).split_at_mut_checked(block.kept()) else { break };
        rows = rest;
        let Some((step, waiting)) = own.split_last_mut() else { continue };
        let waiting = Cell::from_mut(waiting).as_slice_of_cells();
        late.clear();
        let mut at_step = *step as usize;
        // Nothing is told of what was not to come and did not, so that nobody need look then.
        let waits = |word: usize| waiting.get(word).map_or(0, Cell::get) & !block.kinds[word].forbids;
        let next = block.windows.run_out(&mut at_step, entry.time, moment, waits, |word, lanes| {
            let Some(own) = waiting.get(word) else { return };
            let over = own.get() & lanes;
            if over != 0 {
                own.set(own.get() & !over);
                late.resize(waiting.len(), 0);
                late[word] |= over & !block.kinds[word].forbids;
            }
        });
        *step = at_step as u64;
        due = due.min(next);
        if !is_empty(late) {
            tell(block.start, late);
        }
    }
    due
}
