use super::Until;
use super::course::{Desk, Entry, Ground, UNKNOWN};
use super::plan::{WholeBlock, WholeWord};
use super::sign::{Came, Sort};
use super::told::{How, Sink, Told};
use super::windows::{Between, Ends, Gap, Joined};
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
        Some(Shown { settled, second, levels: rest.get_mut(..self.levels.len())? })
    }

    /// The lanes for which something is still to come, those that ask for the last event left out.
    fn owed(&self, cell: impl Fn(usize) -> u64) -> u64 {
        let first = self.cells + 1 + usize::from(self.choice != 0);
        let counted = self.levels.iter().enumerate();
        let counted = counted.fold(0, |owed, (at, level)| owed | level.enough & !cell(first + at));
        match self.choice {
            0 => counted,
            choice => counted | choice & !(cell(self.cells + 1) | cell(first)),
        }
    }

    /// The lanes that are not decided, and those of them for which something is to come in a window that may be over.
    #[inline]
    fn waits(&self, cells: &[u64]) -> (u64, u64) {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let undecided = self.all & !self.last & !cell(self.cells);
        (undecided, if undecided & self.ends == 0 { 0 } else { undecided & self.owed(cell) })
    }

    /// An event came, of the first patterns and the second patterns of these lanes. Those that it breaks.
    fn take(&self, shown: Shown<'_>, first: u64, second: u64) -> u64 {
        let Shown { settled, second: held_second, levels } = shown;
        let (mut broken, mut kept) = (0, 0);
        // What has come so often before has now come once more.
        let mut more = first & !*settled;
        for (come, level) in levels.iter_mut().zip(&self.levels) {
            let new = more & !*come;
            *come |= more;
            broken |= new & level.many;
            kept |= new & level.enough;
            more &= !new;
            if more == 0 {
                break;
            }
        }
        *settled |= kept & !self.bounded;
        if let (Some(held), Some(came)) = (held_second, levels.first()) {
            *held |= second;
            broken |= came & *held & self.one & !*settled;
            *settled |= (came | *held) & self.choice & !self.one;
        }
        *settled |= broken;
        broken
    }
}

/// What a life has shown with its first event, which is the same for all events of a sort.
#[derive(Clone, Debug, Default)]
pub(super) struct Begun {
    cells: Vec<u64>,
    broken: Vec<u64>,
    /// When a window may be over; none where that is a matter of the calendar.
    ends: Option<Ends>,
}

impl Begun {
    /// Bytes of memory, about.
    pub(super) fn size(&self) -> usize {
        (self.cells.capacity() + self.broken.capacity()) * size_of::<u64>()
    }
}

impl WholeBlock {
    /// Of a life that begins with an event of these patterns.
    pub(super) fn begun(&self, came: &[Came]) -> Begun {
        let (mut cells, mut broken) = (vec![0; self.cells], vec![0; self.words.len()]);
        for (at, (lanes, broken)) in
            self.words.iter().zip(&mut broken).enumerate().filter(|(_, (lanes, _))| lanes.first != 0)
        {
            let of = came.iter().find(|(word, ..)| *word as usize == at);
            *broken |= lanes.first & !of.map_or(0, |(_, first, _)| *first);
            cells.get_mut(lanes.cells).into_iter().for_each(|settled| *settled |= lanes.first);
        }
        let mut room = Joined::default();
        let mut gap = Gap::new(&self.windows, [Time::ZERO; 2], &mut room);
        self.take(&mut cells, came, &mut gap, &mut broken);
        let owed: Vec<u64> = self.words.iter().map(|lanes| lanes.waits(&cells).1).collect();
        Begun { cells, broken, ends: self.windows.ends(&owed) }
    }

    /// An event came of these patterns, so long after the first one. Adds the lanes that it breaks.
    fn take(&self, cells: &mut [u64], came: &[Came], gap: &mut Gap<'_>, broken: &mut [u64]) {
        for (word, first, second) in came {
            let at = *word as usize;
            let (Some(lanes), Some(broken)) = (self.words.get(at), broken.get_mut(at)) else { continue };
            if let Some(shown) = lanes.of(cells) {
                let (first, second) = match (first | second) & lanes.bounds {
                    0 => (*first, *second),
                    _ => (gap.held(at, *first, lanes.bounds), gap.held(at, *second, lanes.bounds)),
                };
                *broken |= lanes.take(shown, first, second);
            }
        }
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
        let Desk { broken, joined, .. } = desk;
        match entries {
            [] => return,
            [start] => {
                let Begun { cells, broken: begun, ends } = &sorted.begun;
                self.cells.clear();
                self.cells.extend_from_slice(cells);
                self.due = ends.map_or(UNKNOWN, |ends| ends.from(start.time));
                broken.clear();
                broken.extend_from_slice(begun);
            }
            [start, .., now] => {
                if sorted.whole.is_empty() {
                    return;
                }
                broken.resize(block.words.len(), 0);
                let mut gap = Gap::new(&block.windows, [start.time, now.time], joined);
                block.take(&mut self.cells, &sorted.whole, &mut gap, broken);
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
        let (undecided, waits) = lanes.waits(cells);
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
