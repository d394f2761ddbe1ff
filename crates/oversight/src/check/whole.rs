use super::Until;
use super::course::{Desk, Entry, Ground};
use super::plan::WholeBlock;
use super::rows::{is_empty, join};
use super::sign::Sort;
use super::told::{How, Sink, Told};
use super::windows::Between;
use record::Time;
use std::cell::RefCell;

/// What one life has shown of the lanes that ask something of it as a whole.
#[derive(Default)]
pub(super) struct Whole {
    /// For each number, from 1 on, the lanes of whose first pattern so many events have come.
    levels: Vec<u64>,
    /// The lanes of whose second pattern an event has come.
    second: Vec<u64>,
    settled: Vec<u64>,
    /// The first second after which a window may be over in which something is not decided, and how many have run out.
    pub(super) due: i64,
    step: usize,
}

impl Whole {
    pub(super) fn clear(&mut self) {
        self.levels.clear();
        self.second.clear();
        self.settled.clear();
    }

    /// The last of the entries has come.
    pub(super) fn take<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        entries: &[Entry],
        sorted: &Sort,
        sink: &mut S,
    ) {
        let block = &ground.plan.whole;
        let words = block.words;
        let [start, ..] = entries else { return };
        let row = |place: Option<usize>| place.map_or(&[][..], |place| ground.sorts.row(place, words));
        let (first, second) = (row(sorted.first), row(sorted.second));
        desk.broken.clear();
        desk.broken.resize(words, 0);
        if entries.len() == 1 {
            self.begin(block);
            let mut of_first = first.iter();
            let lanes = desk.broken.iter_mut().zip(&block.first).zip(&mut self.settled);
            for ((broken, asked), settled) in lanes {
                *broken = asked & !of_first.next().copied().unwrap_or_default();
                *settled |= asked;
            }
        }
        if !first.is_empty() || !second.is_empty() {
            let now = entries.last().map_or(start.time, |now| now.time);
            block.windows.between(start.time, now, &mut desk.between);
            self.count(desk, block, first);
            self.choose(desk, block, second);
        }
        if !is_empty(&desk.broken) {
            join(&mut self.settled, &desk.broken);
            sink.tell(ground, told(block, &desk.broken, entries, How::Broken));
        }
        let first_of_all = entries.len() == 1;
        if first_of_all {
            self.step = 0;
        }
        if first_of_all || self.due < i64::MAX && !(first.is_empty() && second.is_empty()) {
            self.run_out(ground, desk, entries, start.time, sink);
        }
    }

    fn begin(&mut self, block: &WholeBlock) {
        let levels = block.least.len().saturating_sub(1).max(block.most.len()).max(1);
        self.levels.resize(levels * block.words, 0);
        self.second.resize(block.words, 0);
        self.settled.resize(block.words, 0);
    }

    fn count(&mut self, desk: &mut Desk, block: &WholeBlock, first: &[u64]) {
        let words = block.words.max(1);
        let Between { reached, over } = &desk.between;
        for level in (0..self.levels.len() / words).rev() {
            let (most, least) = (block.most.get(level), block.least.get(level + 1));
            for word in 0..block.words {
                let below = level.checked_sub(1).map_or(u64::MAX, |below| self.levels[below * words + word]);
                let held = &mut self.levels[level * words + word];
                let hit = first.get(word).copied().unwrap_or_default() & reached[word] & !over[word];
                let new = hit & below & !*held & !self.settled[word];
                *held |= new;
                desk.broken[word] |= most.map_or(0, |most| new & most[word]);
                self.settled[word] |= least.map_or(0, |least| new & least[word] & !block.bounded[word]);
            }
        }
    }

    fn choose(&mut self, desk: &mut Desk, block: &WholeBlock, second: &[u64]) {
        let windows = desk.between.reached.iter().zip(&desk.between.over);
        for ((held, second), (reached, over)) in self.second.iter_mut().zip(second).zip(windows) {
            *held |= second & reached & !over;
        }
        let came = self.levels.iter().zip(&self.second);
        let lanes = came.zip(&block.choice).zip(&block.one).zip(&mut desk.broken).zip(&mut self.settled);
        for (((((first, second), choice), one), broken), settled) in lanes {
            *broken |= first & second & one & !*settled;
            *settled |= (first | second) & choice & !one;
        }
    }

    /// The lanes of a word for which something is still to come, those that ask for the last event left out.
    fn owed(&self, block: &WholeBlock, word: usize) -> u64 {
        let came = |level: usize| self.levels.get(level * block.words + word).copied().unwrap_or_default();
        let counted = block.least.iter().skip(1).enumerate();
        let counted = counted.fold(0, |owed, (level, least)| owed | least[word] & !came(level));
        counted | block.choice[word] & !(came(0) | self.second[word])
    }

    /// The lanes for which the last event is not as it is to be.
    fn ill_ended(&self, ground: &Ground<'_>, between: &mut Between, entries: &[Entry], word: usize) -> u64 {
        let block = &ground.plan.whole;
        let ([start, ..], [.., last]) = (entries, entries) else { return block.last[word] };
        block.windows.between(start.time, last.time, between);
        let first = ground.sorts.get(last.sort).first.map(|place| ground.sorts.row(place, block.words)[word]);
        block.last[word] & !(first.unwrap_or_default() & between.reached[word] & !between.over[word])
    }

    /// What was to be in a window that was over before the moment.
    pub(super) fn expire<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        entries: &[Entry],
        moment: Time,
        sink: &mut S,
    ) {
        if self.due <= moment.seconds() && !entries.is_empty() {
            self.run_out(ground, desk, entries, moment, sink);
        }
    }

    fn run_out<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        entries: &[Entry],
        moment: Time,
        sink: &mut S,
    ) {
        let block = &ground.plan.whole;
        let [start, ..] = entries else { return };
        let late = &mut desk.broken;
        late.clear();
        late.resize(block.words, 0);
        let settled = RefCell::new(std::mem::take(&mut self.settled));
        let mut step = self.step;
        let undecided = |word: usize| block.all[word] & !block.last[word] & !settled.borrow()[word];
        let owed = |word: usize| undecided(word) & self.owed(block, word);
        self.due = block.windows.run_out(&mut step, start.time, moment, owed, |word, lanes| {
            let decided = lanes & undecided(word);
            late[word] |= decided & self.owed(block, word);
            settled.borrow_mut()[word] |= decided;
        });
        self.step = step;
        self.settled = settled.into_inner();
        if !is_empty(late) {
            sink.tell(ground, told(block, late, entries, How::Late));
        }
    }

    /// Bytes of memory beside itself, about.
    pub(super) fn size(&self) -> usize {
        (self.levels.capacity() + self.second.capacity() + self.settled.capacity()) * size_of::<u64>()
    }

    /// Tells what is not decided, as it is now or as it is once the life is over.
    pub(super) fn stand<S: Sink>(
        &mut self,
        ground: &Ground<'_>,
        desk: &mut Desk,
        entries: &[Entry],
        until: Until,
        sink: &mut S,
    ) {
        let over = until == Until::Closed;
        let block = &ground.plan.whole;
        let mut owed = std::mem::take(&mut desk.broken);
        let settled = &self.settled;
        owed.clear();
        for (word, settled) in settled.iter().enumerate() {
            let ended = if block.last[word] == 0 {
                0
            } else {
                self.ill_ended(ground, &mut desk.between, entries, word)
            };
            owed.push((self.owed(block, word) | ended) & !settled);
        }
        if !is_empty(&owed) {
            sink.tell(ground, told(block, &owed, entries, if over { How::Ended } else { How::Owed }));
        }
        if let (Until::Open(now), [start, ..]) = (until, entries) {
            block.windows.between(start.time, now.max(start.time), &mut desk.between);
            for (word, owed) in owed.iter_mut().enumerate() {
                let kept = desk.between.over[word] & !block.last[word];
                *owed = block.all[word] & !settled[word] & !*owed & !kept;
            }
            if !is_empty(&owed) {
                sink.tell(ground, told(block, &owed, entries, How::Held));
            }
        }
        desk.broken = owed;
    }
}

fn told<'a>(block: &WholeBlock, row: &'a [u64], entries: &'a [Entry], how: How) -> Told<'a> {
    Told { start: block.start, row, entries, activation: None, by: None, how }
}
