use super::Until;
use super::course::{Desk, Entry, Ground, UNKNOWN};
use super::plan::{WholeBlock, WholeWord};
use super::sign::Sort;
use super::told::{How, Sink, Told};
use super::windows::{Between, Gap, Joined};
use record::Time;

/// What one life has shown of the lanes that ask something of it as a whole.
#[derive(Default)]
pub(super) struct Whole {
    /// As the plan lays them; none before the first event.
    pub(super) cells: Vec<u64>,
    /// As [`Self::due`] has it.
    pub(super) due: i64,
}

/// What a life has shown of 64 lanes.
struct Shown<'a> {
    settled: &'a mut u64,
    second: Option<&'a mut u64>,
    levels: &'a mut [u64],
}

impl WholeWord {
    fn of<'a>(&self, cells: &'a mut [u64]) -> Option<Shown<'a>> {
        let (settled, rest) = cells.get_mut(self.cells..)?.split_first_mut()?;
        let (second, rest) = match self.choice {
            0 => (None, rest),
            _ => rest.split_first_mut().map(|(second, rest)| (Some(second), rest))?,
        };
        Some(Shown { settled, second, levels: rest.get_mut(..self.levels)? })
    }

    /// The lanes for which something is still to come, those that ask for the last event left out.
    fn owed(&self, cell: impl Fn(usize) -> u64) -> u64 {
        let first = self.cells + 1 + usize::from(self.choice != 0);
        let counted = self.least.iter().enumerate();
        let counted = counted.fold(0, |owed, (level, least)| owed | least & !cell(first + level));
        match self.choice {
            0 => counted,
            choice => counted | choice & !(cell(self.cells + 1) | cell(first)),
        }
    }

    /// An event came, of the first patterns and the second patterns of these lanes. Those that it breaks.
    fn take(&self, shown: Shown<'_>, first: u64, second: u64) -> u64 {
        let Shown { settled, second: held_second, levels } = shown;
        let mut broken = 0;
        for level in (0..levels.len()).rev() {
            let below = level.checked_sub(1).map_or(u64::MAX, |below| levels[below]);
            let new = first & below & !levels[level] & !*settled;
            levels[level] |= new;
            broken |= new & self.most.get(level).copied().unwrap_or_default();
            *settled |= new & self.least.get(level).copied().unwrap_or_default() & !self.bounded;
        }
        if let (Some(held), Some(came)) = (held_second, levels.first()) {
            *held |= second;
            broken |= came & *held & self.one & !*settled;
            *settled |= (came | *held) & self.choice & !self.one;
        }
        *settled |= broken;
        broken
    }
}

impl Whole {
    pub(super) fn clear(&mut self) {
        self.cells.clear();
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
        let ([start, ..], [.., now]) = (entries, entries) else { return };
        let Desk { broken, joined, .. } = desk;
        broken.resize(block.words.len(), 0);
        let begins = entries.len() == 1;
        if begins {
            self.begin(block, sorted, broken);
        } else if sorted.whole.is_empty() {
            return;
        }
        let mut gap = Gap::new(&block.windows, [start.time, now.time], joined);
        for (word, first, second) in &sorted.whole {
            let at = *word as usize;
            let (Some(lanes), Some(broken)) = (block.words.get(at), broken.get_mut(at)) else { continue };
            if let Some(shown) = lanes.of(&mut self.cells) {
                let (first, second) = match (first | second) & lanes.bounds {
                    0 => (*first, *second),
                    bounds => (gap.held(at, *first, bounds), gap.held(at, *second, bounds)),
                };
                *broken |= lanes.take(shown, first, second);
            }
        }
        tell(ground, broken, entries, How::Broken, sink);
    }

    /// A second before whose end no window is over in which something is not decided.
    pub(super) fn due(&mut self, ground: &Ground<'_>, desk: &mut Desk, entries: &[Entry]) -> i64 {
        let [start, ..] = entries else { return i64::MAX };
        if self.due == UNKNOWN {
            self.due = over(&ground.plan.whole, desk, &mut self.cells, start.time, start.time);
        }
        self.due
    }

    fn begin(&mut self, block: &WholeBlock, sorted: &Sort, broken: &mut [u64]) {
        self.cells.resize(block.cells, 0);
        self.due = UNKNOWN;
        for (at, (lanes, broken)) in
            block.words.iter().zip(broken).enumerate().filter(|(_, (lanes, _))| lanes.first != 0)
        {
            let of = sorted.whole.iter().find(|(word, ..)| *word as usize == at);
            *broken |= lanes.first & !of.map_or(0, |(_, first, _)| *first);
            self.cells.get_mut(lanes.cells).into_iter().for_each(|settled| *settled |= lanes.first);
        }
    }

    /// The lanes for which the last event is not as it is to be.
    fn ill_ended(&self, ground: &Ground<'_>, joined: &mut Joined, entries: &[Entry], word: usize) -> u64 {
        let block = &ground.plan.whole;
        let asked = block.words.get(word).map_or(0, |lanes| lanes.last);
        let ([start, ..], [.., last]) = (entries, entries) else { return asked };
        let Between { reached, over } = block.windows.between(start.time, last.time, joined);
        let of = ground.sorts.get(last.sort).whole.iter().find(|(at, ..)| *at as usize == word);
        let at = |row: &[u64]| row.get(word).copied().unwrap_or_default();
        asked & !(of.map_or(0, |(_, first, _)| *first) & at(reached) & !at(over))
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
        let [start, ..] = entries else { return };
        self.due = over(&ground.plan.whole, desk, &mut self.cells, start.time, moment);
        tell(ground, &mut desk.broken, entries, How::Late, sink);
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
        let [start, ..] = entries else { return };
        let block = &ground.plan.whole;
        let cell = |at: usize| self.cells.get(at).copied().unwrap_or_default();
        let mut owed = std::mem::take(&mut desk.broken);
        owed.clear();
        for (word, lanes) in block.words.iter().enumerate() {
            let ended =
                if lanes.last == 0 { 0 } else { self.ill_ended(ground, &mut desk.joined, entries, word) };
            owed.push((lanes.owed(cell) | ended) & !cell(lanes.cells));
        }
        let mut held = Vec::new();
        if let Until::Open(now) = until {
            let Between { over, .. } =
                block.windows.between(start.time, now.max(start.time), &mut desk.joined);
            held.extend(
                block.words.iter().zip(&owed).zip(over).map(|((lanes, owed), over)| {
                    lanes.all & !cell(lanes.cells) & !owed & !(over & !lanes.last)
                }),
            );
        }
        let how = if until == Until::Closed { How::Ended } else { How::Owed };
        tell(ground, &mut owed, entries, how, sink);
        tell(ground, &mut held, entries, How::Held, sink);
        desk.broken = owed;
    }
}

/// Leaves in `broken`, which is empty, the lanes for which something was still to come in a window that was over before the
/// moment. When the next may be over.
pub(super) fn over(block: &WholeBlock, desk: &mut Desk, cells: &mut [u64], start: Time, moment: Time) -> i64 {
    let Desk { broken: late, owed, joined, .. } = desk;
    late.resize(block.words.len(), 0);
    owed.clear();
    let over = block.windows.over(start, moment, joined);
    for (word, (lanes, late)) in block.words.iter().zip(late).take(block.ending).enumerate() {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let undecided = lanes.all & !lanes.last & !cell(lanes.cells);
        let waits = if undecided & lanes.ends == 0 { 0 } else { undecided & lanes.owed(cell) };
        let over = over.get(word).copied().unwrap_or_default();
        *late |= over & waits;
        owed.push(waits & !over);
        cells.get_mut(lanes.cells).into_iter().for_each(|settled| *settled |= over & undecided);
    }
    block.windows.next(start, moment, owed)
}

/// Tells of the lanes of a row, as far as there are some, and leaves none in it.
pub(super) fn tell<S: Sink>(ground: &Ground<'_>, row: &mut [u64], entries: &[Entry], how: How, sink: &mut S) {
    let Some(first) = row.iter().position(|word| *word != 0) else { return };
    let last = row.iter().rposition(|word| *word != 0).unwrap_or(first);
    if let Some(row) = row.get_mut(first..=last) {
        let start = ground.plan.whole.start + first;
        sink.tell(ground, Told { start, row, entries, activation: None, by: None, how });
        row.fill(0);
    }
}
