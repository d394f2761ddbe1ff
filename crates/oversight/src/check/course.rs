/// What time alone, or the end of a life, decides.
mod standing;

use super::plan::{Block, Plan};
use super::rows::{is_empty, join};
use super::sign::{Sort, SortNumber, Sorts};
use super::told::{How, Sink, Told};
use super::whole::Whole;
use super::windows::Between;
use crate::condition::Bound;
use crate::log::EventNumber;
use record::Time;

/// What does not change while events come.
pub(super) struct Ground<'a> {
    pub(super) plan: &'a Plan,
    pub(super) sorts: &'a Sorts,
    pub(super) correlations: &'a [Bound<'a>],
}

/// An event of an object's life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) time: Time,
    pub(super) event: EventNumber,
    pub(super) sort: SortNumber,
    /// The first second after which a window may be over in which something waits for it.
    due: i64,
    /// Where its rows begin: for each block in which it asks, the lanes that wait for it, and those whose waiting a
    /// later event has taken over.
    rows: u32,
}

/// One object's life so far, and what is still waited for in it.
///
/// What an event asks for waits at its entry: a bit for each lane of the blocks of its own activity. So the state grows
/// with what events touch, not with the number of models.
#[derive(Default)]
pub(super) struct Course {
    pub(super) entries: Vec<Entry>,
    rows: Vec<u64>,
    /// The entries for which something waits.
    open: Vec<u32>,
    /// In a long life, the lanes of which a target has come.
    seen: Vec<u64>,
    whole: Whole,
}

/// Room to work in, for one life after the other.
#[derive(Default)]
pub(super) struct Desk {
    hits: Vec<u64>,
    told: [Vec<u64>; 2],
    need: Vec<u64>,
    gone: Vec<u64>,
    pub(super) broken: Vec<u64>,
    pub(super) between: Between,
}

/// For each block in which it asks, an entry has a row of the lanes that wait for it and one of those whose waiting a later
/// entry has taken over; after them, how many of the block's windows have run out.
const ROWS: usize = 2;

/// What is left at an entry after an event.
#[derive(Clone, Copy, Default)]
struct Left {
    waits: bool,
    changed: bool,
}

/// From so many events on it pays to keep `seen`, and to let later events wait in place of earlier ones.
const LONG: usize = 24;

impl Entry {
    pub(super) fn new(time: Time, event: EventNumber, sort: SortNumber) -> Self {
        Self { time, event, sort, due: i64::MAX, rows: 0 }
    }
}

impl Desk {
    /// Takes from `need` what an earlier event settles: what it hits, and what can be found no more.
    fn settle(&mut self, block: &Block, asked: &[u64], next: bool) {
        let [forbidden, blocked] = &mut self.told;
        forbidden.clear();
        blocked.clear();
        let mut of_asked = asked.iter();
        let lanes = self
            .need
            .iter_mut()
            .zip(&mut self.gone)
            .zip(&self.hits)
            .zip(&block.kinds)
            .zip(&self.between.over);
        for ((((need, gone), hit), kinds), over) in lanes {
            let asked = of_asked.next().copied().unwrap_or_default();
            let rest = *need & !hit;
            let chained = if next { kinds.chain } else { 0 };
            let missed = rest & (chained | kinds.alternate & asked);
            // Farther back lies nothing that is near enough; an event in the way may.
            let far = rest & over & !kinds.alternate & !kinds.chain;
            forbidden.push(hit & kinds.forbids);
            blocked.push(missed & !kinds.forbids);
            *gone |= far;
            *need = rest & !missed & !far;
        }
    }
}

impl Course {
    /// For another object.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.rows.clear();
        self.open.clear();
        self.seen.clear();
        self.whole.clear();
    }

    /// What happens next in the object's life.
    pub(super) fn take<S: Sink>(&mut self, ground: &Ground<'_>, desk: &mut Desk, entry: Entry, sink: &mut S) {
        let sort = entry.sort;
        let now = Entry { rows: u32::try_from(self.rows.len()).unwrap_or(u32::MAX), ..entry };
        let sorted = ground.sorts.get(sort);
        self.entries.push(now);
        sink.came(ground, sort);
        self.meet(ground, desk, &now, sorted, sink);
        self.ask(ground, desk, &now, sorted, sink);
        self.whole.take(ground, desk, &self.entries, sorted, sink);
        self.see(ground);
    }

    /// The earlier entries' lanes that this event is what they wait for, or comes in their way.
    fn meet<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        now: &Entry,
        sorted: &Sort,
        sink: &mut S,
    ) {
        let mut open = std::mem::take(&mut self.open);
        open.retain(|at| {
            let Some(entry) = self.entries.get(*at as usize).copied() else { return false };
            let mut place = entry.rows as usize;
            let (mut waits, mut changed) = (false, false);
            for (number, _) in &ground.sorts.get(entry.sort).asks {
                let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
                let asker = (*at, &entry, place);
                let left = self.meet_block(ground, desk, (*number, block), asker, (now, sorted), sink);
                waits |= left.waits;
                changed |= left.changed;
                place += ROWS * block.kinds.len() + 1;
            }
            if waits && changed && entry.due < i64::MAX {
                self.run_out(ground, desk, *at as usize, entry.time, sink);
            }
            waits
        });
        self.open = open;
    }

    fn meet_block<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        (number, block): (u32, &Block),
        (at, entry, place): (u32, &Entry, usize),
        (now, sorted): (&Entry, &Sort),
        sink: &mut S,
    ) -> Left {
        let next = at as usize + 2 == self.entries.len();
        let words = block.kinds.len();
        let meets = ground.sorts.meets(sorted, ground.plan, number);
        let asks: &[u64] =
            if block.has.alternate { ground.sorts.asks(sorted, ground.plan, number) } else { &[] };
        let Some(waiting) = self.rows.get_mut(place..place + words) else { return Left::default() };
        if meets.is_empty() && asks.is_empty() && !(next && block.has.chain) {
            return Left { waits: !is_empty(waiting), changed: false };
        }
        block.windows.between(entry.time, now.time, &mut desk.between);
        desk.hits.clear();
        desk.hits.extend(
            waiting.iter().zip(&block.kinds).map(
                |(waits, kinds)| {
                    if next { *waits } else { waits & !kinds.chain }
                },
            ),
        );
        narrow(ground, block, &mut desk.hits, meets, &desk.between, [entry.event, now.event]);
        let [forbidden, blocked] = &mut desk.told;
        forbidden.clear();
        blocked.clear();
        let (mut left, mut changed) = (0, 0);
        let mut of_asks = asks.iter();
        let lanes = waiting.iter_mut().zip(&desk.hits).zip(&block.kinds).zip(&desk.between.over);
        for (((waits, hit), kinds), over) in lanes {
            let asked = of_asks.next().copied().unwrap_or_default();
            let rest = *waits & !hit;
            let chained = if next { kinds.chain } else { 0 };
            let way = rest & (chained | kinds.alternate & asked) & !over;
            forbidden.push(hit & kinds.forbids);
            blocked.push(way & !kinds.forbids);
            let kept = rest & !way;
            changed |= *waits ^ kept;
            left |= kept;
            *waits = kept;
        }
        let by = Some(self.entries.len() - 1);
        let (entries, start) = (self.entries.as_slice(), block.start);
        let activation = Some(at as usize);
        if !is_empty(&desk.told[1]) {
            sink.tell(
                ground,
                Told { start, row: &desk.told[1], entries, activation, by, how: How::InTheWay },
            );
        }
        if !is_empty(&desk.told[0]) {
            sink.tell(
                ground,
                Told { start, row: &desk.told[0], entries, activation, by, how: How::Forbidden },
            );
            self.tell_carried(ground, desk, number, block, at as usize, sink);
        }
        Left { waits: left != 0, changed: changed != 0 }
    }

    /// What a forbidden event broke at an entry, it broke at the earlier ones too for which that entry waited.
    fn tell_carried<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        number: u32,
        block: &Block,
        at: usize,
        sink: &mut S,
    ) {
        let words = block.kinds.len();
        let mut alive = desk.told[0].clone();
        alive.iter_mut().zip(&block.kinds).for_each(|(alive, kinds)| *alive &= kinds.plain);
        for earlier in (0..at).rev() {
            if is_empty(&alive) {
                break;
            }
            let Some(entry) = self.entries.get(earlier) else { break };
            let sort = ground.sorts.get(entry.sort);
            let Some(place) = place_in(ground, sort, entry, number) else { continue };
            let asks = ground.sorts.asks(sort, ground.plan, number);
            let Some(carried) = self.rows.get_mut(place + words..place + ROWS * words) else { continue };
            let mut broken = vec![0; words];
            for (((alive, carried), broken), asks) in alive.iter_mut().zip(carried).zip(&mut broken).zip(asks)
            {
                *broken = *carried & *alive;
                *carried &= !*alive;
                *alive &= *broken | !asks;
            }
            if !is_empty(&broken) {
                let (by, activation) = (Some(self.entries.len() - 1), Some(earlier));
                let entries = self.entries.as_slice();
                let told =
                    Told { start: block.start, row: &broken, entries, activation, by, how: How::Forbidden };
                sink.tell(ground, told);
            }
        }
    }

    /// What the event asks for itself: looks back, and waits for what may come.
    fn ask<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        now: &Entry,
        sorted: &Sort,
        sink: &mut S,
    ) {
        let at = self.entries.len() - 1;
        let mut waits = false;
        for (number, row) in &sorted.asks {
            let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
            let words = block.kinds.len();
            let asks = ground.sorts.row(*row, words);
            self.look_back(ground, desk, (*number, block), now, asks, sink);
            let place = self.rows.len();
            let waiting = asks.iter().zip(&block.kinds).zip(&desk.need);
            self.rows.extend(waiting.map(|((asks, kinds), need)| asks & kinds.after | need & kinds.either));
            self.rows.resize(place + ROWS * words + 1, 0);
            let waiting = self.rows.get(place..place + words).unwrap_or_default();
            waits |= !is_empty(waiting);
            if at >= LONG && waits {
                self.take_over(ground, *number, block, place);
            }
        }
        if waits {
            self.open.push(u32::try_from(at).unwrap_or(u32::MAX));
            self.run_out(ground, desk, at, now.time, sink);
        }
    }

    /// Leaves in `need` the lanes for which nothing was found.
    fn look_back<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        (number, block): (u32, &Block),
        now: &Entry,
        asks: &[u64],
        sink: &mut S,
    ) {
        let at = self.entries.len() - 1;
        desk.need.clear();
        desk.need
            .extend(asks.iter().zip(&block.kinds).map(|(asks, kinds)| asks & (kinds.before | kinds.either)));
        desk.gone.clear();
        desk.gone.resize(block.kinds.len(), 0);
        if !self.seen.is_empty() {
            self.ask_what_was_seen(desk, block);
        }
        for earlier in (0..at).rev() {
            if is_empty(&desk.need) {
                break;
            }
            let Some(entry) = self.entries.get(earlier).copied() else { break };
            let sort = ground.sorts.get(entry.sort);
            let next = earlier + 1 == at;
            let meets = ground.sorts.meets(sort, ground.plan, number);
            let asked: &[u64] =
                if block.has.alternate { ground.sorts.asks(sort, ground.plan, number) } else { &[] };
            if meets.is_empty() && asked.is_empty() && !block.has.windows && !(next && block.has.chain) {
                continue;
            }
            block.windows.between(entry.time, now.time, &mut desk.between);
            desk.hits.clear();
            desk.hits.extend(
                desk.need.iter().zip(&block.kinds).map(
                    |(need, kinds)| {
                        if next { *need } else { need & !kinds.chain }
                    },
                ),
            );
            narrow(ground, block, &mut desk.hits, meets, &desk.between, [now.event, entry.event]);
            desk.settle(block, asked, next);
            let (entries, start, activation, by) =
                (self.entries.as_slice(), block.start, Some(at), Some(earlier));
            let [forbidden, blocked] = &desk.told;
            if !is_empty(forbidden) {
                sink.tell(
                    ground,
                    Told { start, row: forbidden, entries, activation, by, how: How::Forbidden },
                );
            }
            if !is_empty(blocked) {
                sink.tell(ground, Told { start, row: blocked, entries, activation, by, how: How::Missed });
            }
        }
        join(&mut desk.need, &desk.gone);
        desk.hits.clear();
        let lanes = desk.need.iter().zip(&block.kinds);
        desk.hits.extend(lanes.map(|(need, kinds)| need & kinds.before & !kinds.forbids));
        if !is_empty(&desk.hits) {
            let (row, entries) = (desk.hits.as_slice(), self.entries.as_slice());
            let how = How::Missed;
            sink.tell(ground, Told { start: block.start, row, entries, activation: Some(at), by: None, how });
        }
    }

    /// Of lanes that look anywhere it is known whether a target has come; which one matters only where it is forbidden.
    fn ask_what_was_seen(&self, desk: &mut Desk, block: &Block) {
        let seen = self.seen.get(block.start..).unwrap_or_default();
        let lanes = desk.need.iter_mut().zip(&mut desk.gone).zip(&block.kinds).zip(seen);
        for (((need, gone), kinds), seen) in lanes {
            let known = *need & kinds.plain;
            *gone |= known & !seen;
            *need &= !(known & (!seen | !kinds.forbids));
        }
    }

    /// From the entry on that makes the life a long one.
    fn see(&mut self, ground: &Ground<'_>) {
        let unseen = match self.entries.len() {
            LONG => self.entries.as_slice(),
            len => self.entries.get(len.saturating_sub(1)..).filter(|_| len > LONG).unwrap_or_default(),
        };
        if !unseen.is_empty() {
            self.seen.resize(ground.plan.words, 0);
        }
        for entry in unseen {
            for (number, row) in &ground.sorts.get(entry.sort).meets {
                let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
                let row = ground.sorts.row(*row, block.kinds.len());
                join(self.seen.get_mut(block.start..).unwrap_or_default(), row);
            }
        }
    }

    /// Where only whether a target comes matters, the latest event waits for the earlier ones too.
    fn take_over(&mut self, ground: &Ground<'_>, number: u32, block: &Block, place: usize) {
        let words = block.kinds.len();
        for at in &self.open {
            let Some(entry) = self.entries.get(*at as usize) else { continue };
            let Some(earlier) = place_in(ground, ground.sorts.get(entry.sort), entry, number) else {
                continue;
            };
            let Some((before, own)) = self.rows.split_at_mut_checked(place) else { continue };
            let Some(rows) = before.get_mut(earlier..earlier + ROWS * words) else { continue };
            let Some((waiting, carried)) = rows.split_at_mut_checked(words) else { continue };
            for (((waits, carried), own), kinds) in waiting.iter_mut().zip(carried).zip(own).zip(&block.kinds)
            {
                let taken = *waits & *own & kinds.plain;
                *carried |= taken;
                *waits &= !taken;
            }
        }
    }

    /// Bytes of memory beside the course itself, about.
    pub(super) fn size(&self) -> usize {
        let words = self.rows.capacity() + self.seen.capacity();
        let entries = self.entries.capacity() * size_of::<Entry>() + self.open.capacity() * size_of::<u32>();
        words * size_of::<u64>() + entries + self.whole.size()
    }
}

/// Leaves of `hits` the lanes whose target the event is: its kind, its time and what must hold of both.
fn narrow(
    ground: &Ground<'_>,
    block: &Block,
    hits: &mut [u64],
    meets: &[u64],
    between: &Between,
    [activation, target]: [EventNumber; 2],
) {
    if meets.is_empty() {
        hits.fill(0);
        return;
    }
    hits.iter_mut().zip(meets).for_each(|(hit, meets)| *hit &= meets);
    if block.has.windows {
        let windows = between.reached.iter().zip(&between.over);
        hits.iter_mut().zip(windows).for_each(|(hit, (reached, over))| *hit &= reached & !over);
    }
    for correlated in &block.correlated {
        let asked = hits.iter().zip(&correlated.row).any(|(hit, row)| hit & row != 0);
        if !asked {
            continue;
        }
        let [first, second] = if correlated.exchanged { [target, activation] } else { [activation, target] };
        let holds =
            ground.correlations.get(correlated.correlation).is_some_and(|one| one.holds(first, second));
        if !holds {
            hits.iter_mut().zip(&correlated.row).for_each(|(hit, row)| *hit &= !row);
        }
    }
}

/// Where the rows of an entry for a block begin; none where it asks nothing there.
fn place_in(ground: &Ground<'_>, sort: &Sort, entry: &Entry, number: u32) -> Option<usize> {
    let mut place = entry.rows as usize;
    for (block, _) in &sort.asks {
        if *block == number {
            return Some(place);
        }
        place += ROWS * ground.plan.blocks.get(*block as usize)?.kinds.len() + 1;
    }
    None
}
