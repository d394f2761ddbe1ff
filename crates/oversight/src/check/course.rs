/// What an event is to those before it.
mod meet;
/// A course as a run of words.
pub(super) mod packed;
/// What time alone, or the end of a life, decides.
mod standing;

use super::plan::{Block, Correlated, Plan, Related};
use super::rows::{is_empty, join};
use super::sign::{Sort, SortNumber, Sorts};
use super::told::{How, Sink, Told};
use super::whole::Whole;
use super::windows::{Gap, Joined};
use crate::condition::{BoundAll, Lie};
use crate::log::EventNumber;
use record::Time;

/// What does not change while events come.
pub(super) struct Ground<'a> {
    pub(super) plan: &'a Plan,
    pub(super) sorts: &'a Sorts,
    pub(super) correlations: &'a BoundAll<'a>,
}

/// An event of an object's life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) time: Time,
    pub(super) event: EventNumber,
    pub(super) sort: SortNumber,
    /// The first second after which a window may be over in which something waits for it.
    due: i64,
    /// Where its rows begin: for each block in which it asks, the lanes that wait for it.
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
    /// Once so many entries wait, it is looked which of them wait in vain.
    full: usize,
    whole: Whole,
}

/// Room to work in, for one life after the other.
#[derive(Default)]
pub(super) struct Desk {
    need: Vec<u64>,
    gone: Vec<u64>,
    kept: Vec<u64>,
    forbidden: Gathered,
    blocked: Gathered,
    entries: Vec<Entry>,
    /// Always empty between two uses.
    pub(super) broken: Vec<u64>,
    pub(super) owed: Vec<u64>,
    pub(super) joined: Joined,
}

impl Desk {
    /// To work on that ground, and no other.
    pub(super) fn new(plan: &Plan) -> Self {
        let gathered = || Gathered { row: vec![0; plan.longest], some: false };
        Self { forbidden: gathered(), blocked: gathered(), ..Self::default() }
    }
}

/// Lanes of a block of which the same is to be told.
#[derive(Default)]
struct Gathered {
    row: Vec<u64>,
    some: bool,
}

impl Gathered {
    #[inline]
    fn put(&mut self, word: usize, lanes: u64) {
        if lanes != 0 {
            self.row.get_mut(word).into_iter().for_each(|row| *row |= lanes);
            self.some = true;
        }
    }

    /// Hands out what was gathered, if it is anything, with its first word; then nothing is.
    #[inline]
    fn hand(&mut self, block: &Block, tell: impl FnOnce(usize, &[u64])) {
        if std::mem::take(&mut self.some)
            && let Some(row) = self.row.get_mut(..block.kinds.len())
        {
            tell(block.start, row);
            row.fill(0);
        }
    }
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
        self.full = LONG;
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
            let asks = ground.sorts.row(*row, block.kinds.len());
            self.look_back(ground, desk, (*number, block), now, asks, sink);
            let place = self.rows.len();
            let lanes = block.kinds.iter().zip(asks).zip(&desk.need).take(block.waiting);
            self.rows.extend(lanes.map(|((kinds, asks), need)| asks & kinds.after | need & kinds.either));
            let waiting = self.rows.get(place..).unwrap_or_default();
            waits |= !is_empty(waiting);
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
        desk.need.extend(asks.iter().zip(&block.kinds).map(|(asks, kinds)| asks & kinds.back));
        desk.gone.clear();
        if at >= LONG {
            desk.gone.resize(block.kinds.len(), 0);
            self.ask_what_was_seen(desk, block);
        }
        for earlier in (0..at).rev() {
            if is_empty(desk.need.get(block.back..).unwrap_or_default()) {
                break;
            }
            let Some(entry) = self.entries.get(earlier).copied() else { break };
            self.look_at(ground, desk, (number, block), (earlier, &entry), now, sink);
        }
        join(&mut desk.need, &desk.gone);
        let Desk { need, kept, .. } = desk;
        kept.clear();
        let lanes = need.iter().zip(&block.kinds);
        kept.extend(lanes.map(|(need, kinds)| need & kinds.before & !kinds.forbids));
        if !is_empty(kept) {
            let (row, entries) = (kept.as_slice(), self.entries.as_slice());
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
        let Desk { need, gone, forbidden, blocked, joined, .. } = desk;
        let mut gap = Gap::new(&block.windows, [entry.time, now.time], joined);
        for (word, meets) in ground.sorts.meets_back(sort, number) {
            let word = *word as usize;
            let (Some(need), Some(kinds)) = (need.get_mut(word), block.kinds.get(word)) else { continue };
            let near = if next { u64::MAX } else { !kinds.chain };
            let hit = gap.held(word, *need & meets & near, kinds.bounded);
            let hit = match hit & kinds.correlated {
                0 => hit,
                _ => correlated(ground, block, word, hit, [now.event, entry.event]),
            };
            *need &= !hit;
            forbidden.put(word, hit & kinds.forbids);
        }
        // What has not found its target there, and for which that event was the last chance.
        let mut miss = |word: usize, lanes: u64| {
            let (Some(need), Some(kinds)) = (need.get_mut(word), block.kinds.get(word)) else { return };
            let missed = *need & lanes;
            *need &= !missed;
            blocked.put(word, missed & !kinds.forbids);
        };
        let lanes = |word: &u32| block.kinds.get(*word as usize).copied().unwrap_or_default();
        if next {
            block.chain.back.iter().for_each(|word| miss(*word as usize, lanes(word).chain));
        }
        if !block.alternate.back.is_empty() {
            let asked = ground.sorts.asks(sort, ground.plan, number);
            for word in block.alternate.back.iter().filter(|_| !asked.is_empty()) {
                let asked = asked.get(*word as usize).copied().unwrap_or_default();
                miss(*word as usize, lanes(word).alternate & asked);
            }
        }
        // Where lives are long, it pays to give up what lies too far back for every window. An event in the way may lie farther.
        if block.bounded && at >= LONG {
            for (word, ((need, gone), kinds)) in need.iter_mut().zip(gone).zip(&block.kinds).enumerate() {
                let far = *need & !gap.not_over(word, *need, kinds.bounded) & !kinds.alternate & !kinds.chain;
                *gone |= far;
                *need &= !far;
            }
        }
        let (entries, activation, by) = (self.entries.as_slice(), Some(at), Some(earlier));
        for (gathered, how) in [(forbidden, How::Forbidden), (blocked, How::Missed)] {
            gathered.hand(block, |start, row| {
                sink.tell(ground, Told { start, row, entries, activation, by, how });
            });
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
            for (number, met) in ground.sorts.all_met(ground.sorts.get(entry.sort)) {
                let Some(block) = ground.plan.blocks.get(number as usize) else { continue };
                let seen = self.seen.get_mut(block.start..).unwrap_or_default();
                for (word, lanes) in met {
                    seen.get_mut(*word as usize).into_iter().for_each(|seen| *seen |= lanes);
                }
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

/// Leaves of a word's hits those for which what must hold of both events does.
fn correlated(
    ground: &Ground<'_>,
    block: &Block,
    word: usize,
    mut hits: u64,
    [activation, target]: [EventNumber; 2],
) -> u64 {
    let Some(all) = block.correlated.get(word) else { return hits };
    for one in all {
        if hits & one.lanes != 0 {
            hits &= !one.lanes | content(ground, one, [activation, target]);
        }
    }
    hits
}

/// The lanes that are content with an activation and a target.
#[inline]
fn content(ground: &Ground<'_>, one: &Correlated, [activation, target]: [EventNumber; 2]) -> u64 {
    let lie = one.pair.map_or(Lie::Unlike, |pair| ground.correlations.lie(pair, activation, target));
    match lie {
        Lie::So(way) => one.content.get(way).copied().unwrap_or_default(),
        Lie::Unknown => 0,
        Lie::Unlike => {
            let holds = |one: &&Related| {
                let [first, second] = if one.exchanged { [target, activation] } else { [activation, target] };
                ground.correlations.holds(one.correlation, first, second)
            };
            one.each.iter().filter(holds).fold(0, |lanes, one| lanes | one.lanes)
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
        place += ground.plan.blocks.get(*block as usize)?.waiting;
    }
    None
}
