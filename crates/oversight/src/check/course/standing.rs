use super::super::Until;
use super::super::plan::Block;
use super::super::rows::is_empty;
use super::super::told::{How, Sink, Told};
use super::{Course, Desk, Entry, Ground, LONG, UNKNOWN};
use record::Time;

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

    /// In a long life, now and then, has wait no more what waits for a window that was over before the moment: every event
    /// would meet it again.
    pub(in super::super) fn thin<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        moment: Time,
        sink: &mut S,
    ) {
        if self.open.len() <= self.full {
            return;
        }
        let mut open = std::mem::take(&mut self.open);
        open.retain(|at| {
            let at = *at as usize;
            // When it is due says nothing of what must not come.
            self.run_out(ground, desk, at, moment, sink);
            let entry = self.entries[at];
            let place = entry.rows as usize;
            let rows = self.rows.get(place..place + ground.sorts.get(entry.sort).waits);
            !is_empty(rows.unwrap_or_default())
        });
        self.full = LONG.max(2 * open.len());
        self.open = open;
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
        let due = over(ground, desk, &entry, rows, moment, |start, row| {
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
                let (place, sort) = (entry.rows as usize, ground.sorts.get(entry.sort));
                let rows = || self.rows.get(place..place + sort.waits).unwrap_or_default();
                entry.due = match sort.ends {
                    Some(ends) => ends.from(entry.time),
                    None => next(ground, &mut desk.kept, entry, rows(), entry.time),
                };
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
                place += words;
                desk.kept.clear();
                desk.kept.extend_from_slice(waits);
                let asks = ground.sorts.row(*asks, words);
                let alive = alive.get_mut(block.start..).unwrap_or_default();
                let mut carried = carried.iter();
                for ((alive, asks), hit) in alive.iter_mut().zip(asks).zip(&mut desk.kept) {
                    let carried = carried.next().copied().unwrap_or_default();
                    let waits = *hit;
                    *hit |= carried & *alive;
                    *alive = *alive & (carried | !asks) | waits;
                }
                if let Until::Open(now) = until
                    && now > entry.time
                {
                    let between = block.windows.between(entry.time, now, &mut desk.joined);
                    let over = desk.kept.iter_mut().zip(between.over);
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

    /// Of the lanes in `kept`.
    fn tell_standing<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        block: &Block,
        at: usize,
        over: bool,
        sink: &mut S,
    ) {
        let Desk { kept, forbidden: held, blocked: owed, .. } = desk;
        for (word, (hit, kinds)) in kept.iter().zip(&block.kinds).enumerate() {
            owed.put(word, hit & !kinds.forbids);
            held.put(word, hit & kinds.forbids);
        }
        let (entries, activation) = (self.entries.as_slice(), Some(at));
        let how = if over { How::Ended } else { How::Owed };
        owed.hand(block, |start, row| {
            sink.tell(ground, Told { start, row, entries, activation, by: None, how });
        });
        held.hand(block, |start, row| {
            if !over {
                sink.tell(ground, Told { start, row, entries, activation, by: None, how: How::Held });
            }
        });
    }
}

/// Of what waits at an entry, tells the lanes whose windows were over before the moment, block by block with its first word,
/// and waits for them no more. When the next may be over.
pub(super) fn over(
    ground: &Ground<'_>,
    desk: &mut Desk,
    entry: &Entry,
    rows: &mut [u64],
    moment: Time,
    mut tell: impl FnMut(usize, &[u64]),
) -> i64 {
    let Desk { blocked: late, joined, kept, .. } = desk;
    let mut place = 0;
    for (number, _) in &ground.sorts.get(entry.sort).asks {
        let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
        let over = block.windows.over(entry.time, moment, joined);
        let own = rows.get_mut(place..place + block.waiting).unwrap_or_default();
        for (word, ((waits, over), kinds)) in own.iter_mut().zip(over).zip(&block.kinds).enumerate() {
            // Nothing is told of what was not to come and did not.
            late.put(word, *waits & over & !kinds.forbids);
            *waits &= !over;
        }
        late.hand(block, &mut tell);
        place += block.waiting;
    }
    next(ground, kept, entry, rows, moment)
}

/// When the next window may be over of what waits at an entry, of which none was before the moment.
fn next(ground: &Ground<'_>, room: &mut Vec<u64>, entry: &Entry, rows: &[u64], moment: Time) -> i64 {
    let (mut due, mut place) = (i64::MAX, 0);
    for (number, _) in &ground.sorts.get(entry.sort).asks {
        let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
        if block.bounded {
            let own = rows.get(place..place + block.waiting).unwrap_or_default();
            room.clear();
            room.extend(own.iter().zip(&block.kinds).map(|(waits, kinds)| waits & !kinds.forbids));
            due = due.min(block.windows.next(entry.time, moment, room));
        }
        place += block.waiting;
    }
    due
}
