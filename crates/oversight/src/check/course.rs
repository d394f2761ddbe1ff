/// A course as a run of words.
pub(super) mod packed;
/// What time alone, or the end of a life, decides.
mod standing;

use super::plan::{Block, Kinds, Plan};
use super::rows::{is_empty, join};
use super::sign::{Sort, SortNumber, Sorts};
use super::told::{How, Sink, Told};
use super::whole::Whole;
use super::windows::{Between, Joined};
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
    /// Where its rows begin: for each block in which it asks, the lanes that wait for it, and how many of the block's
    /// windows have run out.
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
    /// In a long life, beside each row the lanes whose waiting a later entry has taken over.
    carried: Vec<u64>,
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
    entries: Vec<Entry>,
    /// Always empty between two uses.
    pub(super) broken: Vec<u64>,
    pub(super) joined: Joined,
}

/// A moment before all others: when windows are over is worked out once somebody asks.
pub(super) const UNKNOWN: i64 = i64::MIN;

/// From so many events on it pays to keep `seen`, and to let later events wait in place of earlier ones.
const LONG: usize = 24;

impl Entry {
    pub(super) fn new(time: Time, event: EventNumber, sort: SortNumber) -> Self {
        Self { time, event, sort, due: UNKNOWN, rows: 0 }
    }
}

impl Course {
    /// For another object.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.rows.clear();
        self.open.clear();
        self.carried.clear();
        self.seen.clear();
        self.whole.clear();
    }

    /// What happens next in the object's life.
    pub(super) fn take<S: Sink>(&mut self, ground: &Ground<'_>, desk: &mut Desk, entry: Entry, sink: &mut S) {
        let sort = entry.sort;
        let now = Entry { rows: u32::try_from(self.rows.len()).unwrap_or(u32::MAX), due: UNKNOWN, ..entry };
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
        if self.open.is_empty() {
            return;
        }
        let mut open = std::mem::take(&mut self.open);
        open.retain(|at| {
            let Some(entry) = self.entries.get(*at as usize).copied() else { return false };
            let mut place = entry.rows as usize;
            let mut waits = false;
            for (number, _) in &ground.sorts.get(entry.sort).asks {
                let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
                let asker = (*at as usize, &entry, place);
                waits |= self.meet_block(ground, desk, (*number, block), asker, (now, sorted), sink);
                place += block.kept();
            }
            waits
        });
        self.open = open;
    }

    /// Whether something still waits there.
    fn meet_block<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        (number, block): (u32, &Block),
        (at, entry, place): (usize, &Entry, usize),
        (now, sorted): (&Entry, &Sort),
        sink: &mut S,
    ) -> bool {
        let next = at + 2 == self.entries.len();
        let meets = ground.sorts.meets(sorted, ground.plan, number);
        let asks: &[u64] =
            if block.has.alternate { ground.sorts.asks(sorted, ground.plan, number) } else { &[] };
        let Some(waiting) = self.rows.get_mut(place..place + block.waiting) else { return false };
        let touched = |waits: u64, kinds: &Kinds, meets: u64, asks: u64| match next {
            true => waits & (meets | kinds.chain | kinds.alternate & asks),
            false => waits & (meets & !kinds.chain | kinds.alternate & asks),
        };
        let (meets, asks) = (or_none(meets, ground.plan), or_none(asks, ground.plan));
        let (mut any, mut all) = (0, 0);
        for (((waits, kinds), meets), asks) in waiting.iter().zip(&block.kinds).zip(meets).zip(asks) {
            any |= touched(*waits, kinds, *meets, *asks);
            all |= *waits;
        }
        if any == 0 {
            return all != 0;
        }
        let Desk { told: [forbidden, blocked], joined, .. } = desk;
        let between = block.windows.between(entry.time, now.time, joined);
        forbidden.clear();
        blocked.clear();
        let mut left = 0;
        let lanes = waiting.iter_mut().zip(&block.kinds).zip(meets).zip(asks).enumerate();
        for (word, (((waits, kinds), meets), asks)) in lanes {
            let (reached, over) = between.of(word);
            let near = if next { u64::MAX } else { !kinds.chain };
            let hit = *waits & near & meets & reached & !over;
            let hit = correlated(ground, block, word, hit, [entry.event, now.event]);
            let rest = *waits & !hit;
            let chained = if next { kinds.chain } else { 0 };
            let way = rest & (chained | kinds.alternate & asks) & !over;
            forbidden.push(hit & kinds.forbids);
            blocked.push(way & !kinds.forbids);
            *waits = rest & !way;
            left |= *waits;
        }
        let by = Some(self.entries.len() - 1);
        let (entries, start) = (self.entries.as_slice(), block.start);
        let activation = Some(at);
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
            self.tell_carried(ground, desk, number, block, at, sink);
        }
        left != 0
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
        if self.carried.is_empty() {
            return;
        }
        let words = block.waiting;
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
            let Some(carried) = self.carried.get_mut(place..place + words) else { continue };
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
            let waiting = asks.iter().zip(&block.kinds).zip(&desk.need).take(block.waiting);
            self.rows.extend(waiting.map(|((asks, kinds), need)| asks & kinds.after | need & kinds.either));
            let waiting = self.rows.get(place..).unwrap_or_default();
            waits |= !is_empty(waiting);
            self.rows.push(0);
            if at >= LONG && waits {
                self.take_over(ground, *number, block, place);
            }
        }
        if waits {
            self.open.push(u32::try_from(at).unwrap_or(u32::MAX));
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
            self.look_at(ground, desk, (number, block), (earlier, &entry), now, sink);
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

    /// Takes from `need` what an earlier event settles: what it hits, and what can be found no more.
    fn look_at<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        (number, block): (u32, &Block),
        (earlier, entry): (usize, &Entry),
        now: &Entry,
        sink: &mut S,
    ) {
        let at = self.entries.len() - 1;
        let sort = ground.sorts.get(entry.sort);
        let next = earlier + 1 == at;
        let meets = ground.sorts.meets(sort, ground.plan, number);
        let asked: &[u64] =
            if block.has.alternate { ground.sorts.asks(sort, ground.plan, number) } else { &[] };
        // Where lives are long, it pays to give up what lies too far back for every window.
        let far_back = block.has.windows && at >= LONG;
        if meets.is_empty() && asked.is_empty() && !far_back && !(next && block.has.chain) {
            return;
        }
        let Desk { need, gone, told: [forbidden, blocked], joined, .. } = desk;
        let (meets, asked) = (or_none(meets, ground.plan), or_none(asked, ground.plan));
        let touched = need.iter().zip(&block.kinds).zip(meets).zip(asked);
        let touched = touched.fold(0, |any, (((need, kinds), meets), asked)| {
            let chained = if next { kinds.chain } else { 0 };
            any | need & (meets | chained | kinds.alternate & asked)
        });
        if touched == 0 && !far_back {
            return;
        }
        let between = block.windows.between(entry.time, now.time, joined);
        forbidden.clear();
        blocked.clear();
        let lanes = need.iter_mut().zip(gone).zip(&block.kinds).zip(meets).zip(asked).enumerate();
        for (word, ((((need, gone), kinds), meets), asked)) in lanes {
            let (reached, over) = between.of(word);
            let near = if next { u64::MAX } else { !kinds.chain };
            let hit = *need & near & meets & reached & !over;
            let hit = correlated(ground, block, word, hit, [now.event, entry.event]);
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
        let (entries, start, activation, by) =
            (self.entries.as_slice(), block.start, Some(at), Some(earlier));
        if !is_empty(forbidden) {
            sink.tell(ground, Told { start, row: forbidden, entries, activation, by, how: How::Forbidden });
        }
        if !is_empty(blocked) {
            sink.tell(ground, Told { start, row: blocked, entries, activation, by, how: How::Missed });
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
        self.carried.resize(self.rows.len(), 0);
        for at in &self.open {
            let Some(entry) = self.entries.get(*at as usize) else { continue };
            let Some(earlier) = place_in(ground, ground.sorts.get(entry.sort), entry, number) else {
                continue;
            };
            let Some((before, own)) = self.rows.split_at_mut_checked(place) else { continue };
            let lanes = earlier..earlier + block.waiting;
            let (Some(waiting), Some(carried)) = (before.get_mut(lanes.clone()), self.carried.get_mut(lanes))
            else {
                continue;
            };
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
        let words = self.rows.capacity()
            + self.carried.capacity()
            + self.seen.capacity()
            + self.whole.cells.capacity();
        words * size_of::<u64>()
            + self.entries.capacity() * size_of::<Entry>()
            + self.open.capacity() * size_of::<u32>()
    }
}

impl Between<'_> {
    /// The lanes of a word whose windows have begun, and those whose windows are over.
    fn of(&self, word: usize) -> (u64, u64) {
        let at = |row: &[u64]| row.get(word).copied().unwrap_or_default();
        (at(self.reached), at(self.over))
    }
}

/// The row, or one without lanes in place of none.
fn or_none<'a>(row: &'a [u64], plan: &'a Plan) -> &'a [u64] {
    if row.is_empty() { &plan.none } else { row }
}

/// Leaves of a word's hits those for which what must hold of both events does.
#[inline]
fn correlated(
    ground: &Ground<'_>,
    block: &Block,
    word: usize,
    mut hits: u64,
    [activation, target]: [EventNumber; 2],
) -> u64 {
    if hits == 0 {
        return 0;
    }
    for one in block.correlated.get(word).into_iter().flatten() {
        if hits & one.lanes == 0 {
            continue;
        }
        let [first, second] = if one.exchanged { [target, activation] } else { [activation, target] };
        let holds = ground.correlations.get(one.correlation).is_some_and(|one| one.holds(first, second));
        if !holds {
            hits &= !one.lanes;
        }
    }
    hits
}

/// Where the rows of an entry for a block begin; none where it asks nothing there.
fn place_in(ground: &Ground<'_>, sort: &Sort, entry: &Entry, number: u32) -> Option<usize> {
    let mut place = entry.rows as usize;
    for (block, _) in &sort.asks {
        if *block == number {
            return Some(place);
        }
        place += ground.plan.blocks.get(*block as usize)?.kept();
    }
    None
}
