//! Clauses that relate activations to targets by their order, and by a span of time at most, tried for 64 positions at once.

use super::super::Until;
use super::super::told::How;
use super::row::{self, Edges, Nearest, Stretch};
use super::{Columns, Lane, NOBODY, Note, Room};
use crate::Bits;
use crate::model::{Lapse, Reach, Relation, Side};

/// Words between two looks at whether it was given up.
const LOOK: usize = 1 << 12;

/// A clause in some traces.
struct Line<'l> {
    relation: Relation,
    lane: &'l Lane<'l>,
    meets: &'l Bits,
    stretch: &'l Stretch,
    edges: Edges<'l>,
}

impl Columns<'_> {
    /// Finds which activations of a clause, those in the room, are broken, and notes what is to be told of them where that is
    /// wanted.
    pub(super) fn relate(
        &self,
        lane: &Lane<'_>,
        relation: Relation,
        stretch: &Stretch,
        room: &mut Room,
        notes: Option<&mut Vec<Note>>,
    ) {
        let (Some(meets), edges) = (self.row(lane.meets), self.edges(stretch)) else { return };
        let line = Line { relation, lane, meets, stretch, edges };
        self.find_targets(&line, room);
        let Room { asks, found, early, broken, .. } = room;
        broken.clear();
        let wanted = asks.iter().zip(found.iter());
        match relation.forbids {
            true => broken.extend(wanted.map(|(asks, found)| asks & found)),
            false => broken.extend(wanted.map(|(asks, found)| asks & !found)),
        }
        let Some(notes) = notes else { return };
        if relation.forbids {
            let is_early = |at: u32| {
                let bit = (at - stretch.base()) as usize;
                early.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
            };
            self.note_forbidden(&line, asks, found, is_early, notes);
        } else {
            self.note_missing(&line, asks, broken, notes);
        }
    }

    /// The activations that have a target; of those that may look either way, also which have it before them.
    fn find_targets(&self, line: &Line<'_>, room: &mut Room) {
        let Line { relation, meets, edges, stretch, .. } = line;
        let Room { asks, found, early, .. } = room;
        let marks = stretch.words(meets);
        let stops = (relation.reach == Reach::Alternate).then_some(asks.as_slice());
        early.clear();
        match (relation.reach, relation.side) {
            (Reach::Chain, Side::Before) => row::right_before(*edges, marks, found),
            (Reach::Chain, _) => row::right_after(*edges, marks, found),
            (_, Side::Before) => row::before(*edges, marks, stops, found),
            (_, Side::After) | (Reach::Alternate, _) => row::after(*edges, marks, stops, found),
            (Reach::Trace, Side::Either) => {
                row::before(*edges, marks, None, early);
                row::after(*edges, marks, None, found);
            }
        }
        if let Some(span) = line.lane.window.span() {
            let looks_back = relation.side == Side::Before;
            self.keep_near(line, span, asks, early, true);
            self.keep_near(line, span, asks, found, looks_back);
        }
        found.iter_mut().zip(early).for_each(|(found, early)| *found |= *early);
    }

    /// Leaves of the activations for which there is an event of the pattern, on that side, those whose nearest is no farther
    /// than the span.
    fn keep_near(&self, line: &Line<'_>, span: Lapse, asks: &[u64], found: &mut [u64], back: bool) {
        let whole = i64::try_from(span.whole_seconds()).unwrap_or(i64::MAX);
        let exact = |one: u32, other: u32| Lapse::between(self.time(one), self.time(other)) <= span;
        match (self.ground.has_whole_seconds(), back) {
            (true, false) => self.keep::<false>(line, asks, found, |_, apart| apart <= whole),
            (true, true) => self.keep::<true>(line, asks, found, |_, apart| apart <= whole),
            // What is less than a second is looked at only where it may decide.
            (false, false) => self.keep::<false>(line, asks, found, |(one, other), apart| {
                if apart.abs_diff(whole) <= 1 { exact(one, other) } else { apart < whole }
            }),
            (false, true) => self.keep::<true>(line, asks, found, |(one, other), apart| {
                if apart.abs_diff(whole) <= 1 { exact(one, other) } else { apart < whole }
            }),
        }
    }

    #[inline]
    fn keep<const BACK: bool>(
        &self,
        line: &Line<'_>,
        asks: &[u64],
        found: &mut [u64],
        near: impl Fn((u32, u32), i64) -> bool,
    ) {
        let seconds = self.ground.seconds();
        let (times, _) = seconds.get(line.stretch.positions()).unwrap_or_default().as_chunks::<64>();
        let marks = line.stretch.words(line.meets);
        let mut beyond = Nearest::<BACK>::of(marks);
        let words = found.iter_mut().zip(asks).zip(marks).zip(times).enumerate();
        for (word, (((found, asks), marks), times)) in words {
            if word % LOOK == 0 && self.asked.is_given_up() {
                return;
            }
            let base = line.stretch.base() + 64 * word as u32;
            let mut left = *asks & *found;
            let mut kept = 0;
            while left != 0 {
                let at = left.trailing_zeros();
                let bit = left & left.wrapping_neg();
                left ^= bit;
                let beside = if BACK { marks & (bit - 1) } else { marks & !(bit | (bit - 1)) };
                let own = times[at as usize % 64];
                let (position, time) = if beside != 0 {
                    let other = if BACK { 63 - beside.leading_zeros() } else { beside.trailing_zeros() };
                    (base + other, times[other as usize % 64])
                } else {
                    let other = beyond.beyond(word).map_or(base, |other| other + line.stretch.base());
                    (other, seconds.get(other as usize).copied().unwrap_or(i64::MAX))
                };
                let apart = if BACK { own - time } else { time - own };
                if near((base + at, position), apart) {
                    kept |= bit;
                }
            }
            *found = kept;
        }
    }

    /// Notes the activations that have what they must not have, and those that may still come to have it.
    fn note_forbidden(
        &self,
        line: &Line<'_>,
        asks: &[u64],
        found: &[u64],
        is_early: impl Fn(u32) -> bool,
        notes: &mut Vec<Note>,
    ) {
        let Line { relation, lane, meets, stretch, .. } = *line;
        let (looks_back, base) = (relation.side == Side::Before, stretch.base());
        let marks = stretch.words(meets);
        let (mut back, mut ahead) = (Nearest::<true>::of(marks), Nearest::<false>::of(marks));
        let mut by = |at: u32| match relation.reach {
            Reach::Chain if looks_back => at.checked_sub(1),
            Reach::Chain => Some(at + 1),
            _ if looks_back || is_early(at) => back.to(at - base).map(|mark| mark + base),
            _ => ahead.to(at - base).map(|mark| mark + base),
        };
        let mut forbidden = |at: u32| Some((by(at).unwrap_or(NOBODY), How::Forbidden));
        if self.asked.until == Until::Closed || looks_back {
            let both: Vec<u64> = asks.iter().zip(found).map(|(asks, found)| asks & found).collect();
            return self.say(&both, base, notes, forbidden);
        }
        let is_found = |at: u32| {
            let bit = (at - base) as usize;
            found.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
        };
        self.say(asks, base, notes, |at| match is_found(at) {
            true => forbidden(at),
            false if self.in_way(line, asks, at).is_some() => None,
            false => self.left(lane.window, self.time(at), true).map(|how| (NOBODY, how)),
        });
    }

    /// Notes the activations that have not what they must have.
    fn note_missing(&self, line: &Line<'_>, asks: &[u64], missing: &[u64], notes: &mut Vec<Note>) {
        let Line { relation, lane, stretch, .. } = *line;
        let base = stretch.base();
        let left = |at: u32| self.left(lane.window, self.time(at), false).map(|how| (NOBODY, how));
        match (relation.reach, relation.side) {
            (Reach::Trace, Side::Before) => self.say(missing, base, notes, |_| Some((NOBODY, How::Missed))),
            (Reach::Trace, _) if self.asked.until == Until::Closed => {
                self.say(missing, base, notes, |_| Some((NOBODY, How::Ended)));
            }
            (Reach::Trace, _) => self.say(missing, base, notes, left),
            (_, Side::Before) => self.say(missing, base, notes, |at| {
                let before = match relation.reach {
                    Reach::Chain => at.checked_sub(1).filter(|before| self.is_one_trace(*before, at)),
                    _ => line.ask_before(asks, at).filter(|before| self.is_one_trace(*before, at)),
                };
                Some((before.unwrap_or(NOBODY), How::Missed))
            }),
            _ => self.say(missing, base, notes, |at| match self.in_way(line, asks, at) {
                Some(next) => Some((next, How::InTheWay)),
                None => left(at),
            }),
        }
    }

    /// What comes in the way of an activation that looks ahead: the next one, or whatever comes next, within the window.
    fn in_way(&self, line: &Line<'_>, asks: &[u64], at: u32) -> Option<u32> {
        let next = match line.relation.reach {
            Reach::Trace => None,
            Reach::Alternate => line.ask_after(asks, at),
            Reach::Chain => Some(at + 1),
        };
        let next = next.filter(|next| self.is_one_trace(at, *next))?;
        let window = line.lane.window;
        let near = window.is_open() || !window.is_passed(self.time(at), self.time(next));
        near.then_some(next)
    }

    /// Notes what is said of each position of a row.
    #[inline]
    pub(super) fn say(
        &self,
        row: &[u64],
        base: u32,
        notes: &mut Vec<Note>,
        mut of: impl FnMut(u32) -> Option<(u32, How)>,
    ) {
        notes.reserve(row::count(row) as usize);
        for (word, bits) in row.iter().enumerate() {
            if word % LOOK == 0 && self.asked.is_given_up() {
                return;
            }
            let mut left = *bits;
            while left != 0 {
                let at = base + 64 * word as u32 + left.trailing_zeros();
                left &= left - 1;
                if let Some((by, how)) = of(at) {
                    notes.push(Note { at, by, how });
                }
            }
        }
    }

    fn is_one_trace(&self, one: u32, other: u32) -> bool {
        self.ground.trace(one) == self.ground.trace(other)
    }
}

impl Line<'_> {
    fn ask_after(&self, asks: &[u64], at: u32) -> Option<u32> {
        let base = self.stretch.base();
        row::next(asks, at - base).map(|next| next + base)
    }

    fn ask_before(&self, asks: &[u64], at: u32) -> Option<u32> {
        let base = self.stretch.base();
        row::previous(asks, at - base).map(|before| before + base)
    }
}
