use super::super::plan::Block;
use super::super::rows::is_empty;
use super::super::sign::Sort;
use super::super::told::{How, Sink, Told};
use super::super::windows::Gap;
use super::{Course, Desk, Entry, Ground, correlated, place_in};

impl Course {
    /// The earlier entries' lanes that this event is what they wait for, or comes in their way.
    pub(super) fn meet<S: Sink>(
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
            let asker = ground.sorts.get(entry.sort);
            let first = entry.rows as usize;
            let mut place = first;
            for (number, _) in &asker.asks {
                let Some(block) = ground.plan.blocks.get(*number as usize) else { continue };
                let asker = (*at as usize, &entry, place);
                self.meet_block(ground, desk, (*number, block), asker, (now, sorted), sink);
                place += block.waiting;
            }
            !is_empty(self.rows.get(first..first + asker.waits).unwrap_or_default())
        });
        self.open = open;
    }

    fn meet_block<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        (number, block): (u32, &Block),
        (at, entry, place): (usize, &Entry, usize),
        (now, sorted): (&Entry, &Sort),
        sink: &mut S,
    ) {
        let next = at + 2 == self.entries.len();
        let Some(waiting) = self.rows.get_mut(place..place + block.waiting) else { return };
        let Desk { forbidden, blocked, joined, .. } = desk;
        let mut gap = Gap::new(&block.windows, [entry.time, now.time], joined);
        for (word, meets) in ground.sorts.meets_ahead(sorted, number) {
            let word = *word as usize;
            let (Some(waits), Some(kinds)) = (waiting.get_mut(word), block.kinds.get(word)) else { continue };
            let near = if next { u64::MAX } else { !kinds.chain };
            let hit = gap.held(word, *waits & meets & near, kinds.bounded);
            let hit = match hit & kinds.correlated {
                0 => hit,
                _ => correlated(ground, block, word, hit, [entry.event, now.event]),
            };
            *waits &= !hit;
            forbidden.put(word, hit & kinds.forbids);
        }
        // What has not come with it, and in whose way it is.
        let mut bar = |word: usize, lanes: u64| {
            let (Some(waits), Some(kinds)) = (waiting.get_mut(word), block.kinds.get(word)) else { return };
            let way = gap.not_over(word, *waits & lanes, kinds.bounded);
            *waits &= !way;
            blocked.put(word, way & !kinds.forbids);
        };
        let lanes = |word: &u32| block.kinds.get(*word as usize).copied().unwrap_or_default();
        if next {
            block.chain.ahead.iter().for_each(|word| bar(*word as usize, lanes(word).chain));
        }
        if !block.alternate.ahead.is_empty() {
            let asks = ground.sorts.asks(sorted, ground.plan, number);
            for word in block.alternate.ahead.iter().filter(|_| !asks.is_empty()) {
                let asks = asks.get(*word as usize).copied().unwrap_or_default();
                bar(*word as usize, lanes(word).alternate & asks);
            }
        }
        let (entries, activation, by) = (self.entries.as_slice(), Some(at), Some(self.entries.len() - 1));
        blocked.hand(block, |start, row| {
            sink.tell(ground, Told { start, row, entries, activation, by, how: How::InTheWay });
        });
        let mut broken = Vec::new();
        forbidden.hand(block, |start, row| {
            sink.tell(ground, Told { start, row, entries, activation, by, how: How::Forbidden });
            if !self.carried.is_empty() {
                broken.extend_from_slice(row);
            }
        });
        if !broken.is_empty() {
            self.tell_carried(ground, broken, (number, block), at, sink);
        }
    }

    /// What a forbidden event broke at an entry, it broke at the earlier ones too for which that entry waited.
    fn tell_carried<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        mut alive: Vec<u64>,
        (number, block): (u32, &Block),
        at: usize,
        sink: &mut S,
    ) {
        let words = block.waiting;
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
}
