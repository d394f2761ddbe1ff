use super::super::Until;
use super::super::told::{self, How};
use super::super::verdict::Finding;
use super::pick::Place;
use super::row::{self, Stretch};
use super::{Columns, Lane, NOBODY, Note, Room};
use crate::model::Clause;
use record::Time;

/// Counts up to this are told for 64 positions at once; each takes a look more.
const COUNTED: u32 = 8;

/// What one trace has for a clause that asks something of it as a whole.
struct Life<'p> {
    first: u32,
    last: u32,
    start: Time,
    /// The places of both patterns.
    ones: &'p [Place],
    others: &'p [Place],
}

/// Whether a clause may be tried for 64 positions at once on traces that are over.
pub(super) fn is_by_rows(kind: &Clause) -> bool {
    match kind {
        Clause::Count { least, most } => *least <= COUNTED && most.is_none_or(|most| most < COUNTED),
        _ => true,
    }
}

impl Columns<'_> {
    /// Notes what is to be told of a clause that asks something of each trace as a whole, at the trace's last position.
    pub(super) fn look_whole(
        &self,
        lane: &Lane<'_>,
        stretch: &Stretch,
        room: &mut Room,
        noted: bool,
        notes: &mut Vec<Note>,
    ) {
        if lane.by_rows {
            return self.look_at_all(lane, stretch, room, noted.then_some(notes));
        }
        let of = |picked: usize| {
            self.picked.get(picked).map_or(&[][..], |picked| picked.places(self.asked, stretch))
        };
        let (mut ones, mut others) = (of(lane.asks), of(lane.meets));
        for trace in stretch.traces.clone() {
            let (ones, others) = (own(&mut ones, trace), own(&mut others, trace));
            let Some((first, last)) = self.ends(trace) else { continue };
            let start = if lane.window.is_open() { Time::ZERO } else { self.time(first) };
            if let Some(how) = self.stands(lane, &Life { first, last, start, ones, others }) {
                notes.push(Note { at: last, by: NOBODY, how });
            }
        }
    }

    /// The same of traces that are over, where time does not matter. The activations in the room are the traces' last positions.
    fn look_at_all(
        &self,
        lane: &Lane<'_>,
        stretch: &Stretch,
        room: &mut Room,
        notes: Option<&mut Vec<Note>>,
    ) {
        let Room { asks, found: too_many, early: too_few, broken, .. } = room;
        let edges = self.edges(stretch);
        let cut = |picked: usize| {
            let mut row = Vec::new();
            self.row(picked).into_iter().for_each(|all| stretch.cut(all, &mut row));
            row
        };
        let at_end = |marks: &[u64]| {
            let mut ends = vec![0; marks.len()];
            row::at_end(edges, marks, &mut ends);
            ends
        };
        too_many.clear();
        too_many.resize(asks.len(), 0);
        too_few.clear();
        let missing = |asks: &[u64], there: &[u64]| -> Vec<u64> {
            asks.iter().zip(there).map(|(asks, there)| asks & !there).collect()
        };
        match lane.kind {
            Clause::Count { least, most } => {
                let mut marks = cut(lane.asks);
                let mut again = Vec::new();
                too_few.resize(asks.len(), 0);
                for count in 1..=least.max(most.map_or(0, |most| most + 1)) {
                    if count == least {
                        *too_few = missing(asks, &at_end(&marks));
                    }
                    if Some(count) == most.map(|most| most + 1) {
                        *too_many = at_end(&marks);
                    }
                    row::before(edges, &marks, None, &mut again);
                    marks.iter_mut().zip(&again).for_each(|(marks, again)| *marks &= again);
                }
            }
            Clause::Choice { one } => {
                let (ones, others) = (at_end(&cut(lane.asks)), at_end(&cut(lane.meets)));
                let both = ones.iter().zip(&others);
                if one {
                    *too_many = both.clone().map(|(one, other)| one & other).collect();
                }
                let either: Vec<u64> = both.map(|(one, other)| one | other).collect();
                *too_few = missing(asks, &either);
            }
            Clause::First => {
                let firsts =
                    edges.firsts.iter().zip(self.row(lane.asks).map_or(&[][..], |row| stretch.words(row)));
                let others: Vec<u64> = firsts.map(|(firsts, row)| firsts & !row).collect();
                *too_many = at_end(&others);
                too_many.iter_mut().zip(&*asks).for_each(|(ends, asks)| *ends &= asks);
                too_few.resize(asks.len(), 0);
            }
            Clause::Last | Clause::Relation(_) => *too_few = missing(asks, &cut(lane.asks)),
        }
        broken.clear();
        broken.extend(too_many.iter().zip(&*too_few).map(|(many, few)| many | few));
        let Some(notes) = notes else { return };
        self.say(broken, stretch.base(), notes, |at| {
            let bit = (at - stretch.base()) as usize;
            let many = too_many.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1);
            Some((NOBODY, if many { How::Broken } else { How::Ended }))
        });
    }

    /// The first and the last position of a trace; none where it has no events.
    fn ends(&self, trace: usize) -> Option<(u32, u32)> {
        let range = self.asked.traces.range(trace);
        (!range.is_empty()).then(|| (range.start as u32, range.end as u32 - 1))
    }

    /// How it stands; nothing is said where it is kept, for good.
    fn stands(&self, lane: &Lane<'_>, life: &Life<'_>) -> Option<How> {
        let open = self.asked.until != Until::Closed;
        let counted = |places: &[Place]| places.iter().filter(|place| is_in(lane, life, place)).count();
        let any = |places: &[Place]| places.iter().any(|place| is_in(lane, life, place));
        // What may be broken yet, and what is still to come.
        let held = || self.left(lane.window, life.start, true);
        let owed = || self.left(lane.window, life.start, false);
        match lane.kind {
            Clause::Count { least, most } => {
                let count = counted(life.ones);
                match most {
                    Some(most) if count > most as usize => Some(How::Broken),
                    _ if count < least as usize => owed(),
                    Some(_) => held(),
                    None => None,
                }
            }
            Clause::Choice { one } => match (any(life.ones), any(life.others)) {
                (true, true) if one => Some(How::Broken),
                (false, false) => owed(),
                _ if one => held(),
                _ => None,
            },
            Clause::First => {
                let begins = life.ones.first().is_some_and(|place| place.position == life.first);
                (!begins).then_some(How::Broken)
            }
            Clause::Last => {
                let last = life.ones.last().filter(|place| place.position == life.last);
                match (last.is_some_and(|place| is_in(lane, life, place)), open) {
                    (true, false) => None,
                    (true, true) => Some(How::Held),
                    (false, false) => Some(How::Ended),
                    (false, true) => Some(How::Owed),
                }
            }
            Clause::Relation(_) => None,
        }
    }

    /// Writes out what was noted of a trace as a whole.
    pub(super) fn of_life(&self, lane: &Lane<'_>, trace: usize, how: How) -> Option<Finding> {
        let (first, last) = self.ends(trace)?;
        let of =
            |picked: usize| self.picked.get(picked).map_or(Vec::new(), |one| one.of_trace(self.asked, trace));
        let (ones, others) = (of(lane.asks), of(lane.meets));
        let life = Life { first, last, start: self.time(first), ones: &ones, others: &others };
        let some = |places: &[Place], most: usize| -> Vec<u32> {
            let some = places.iter().filter(|place| is_in(lane, &life, place)).take(most);
            some.map(|place| place.position).collect()
        };
        let by = match lane.kind {
            Clause::Count { most, .. } => some(life.ones, told::enough(how, most)),
            Clause::Choice { .. } => {
                let mut chosen = some(life.ones, 1);
                chosen.extend(some(life.others, 1));
                chosen.sort_unstable();
                chosen.dedup();
                chosen
            }
            Clause::First => vec![first],
            Clause::Last | Clause::Relation(_) => vec![last],
        };
        let proven = by.last().map(|position| self.time(*position));
        let evidence = by.iter().map(|position| self.event(*position)).collect();
        let moments = (Some(self.time(first)), Some(self.time(last)));
        Some(told::of_life(how, (lane.kind, lane.window), trace, moments, (evidence, proven)))
    }
}

/// Whether an event lies in the window, from the trace's first event on.
fn is_in(lane: &Lane<'_>, life: &Life<'_>, place: &Place) -> bool {
    lane.window.is_open() || lane.window.holds(life.start, place.time)
}

/// Takes a trace's own places from the front.
fn own<'p>(places: &mut &'p [Place], trace: usize) -> &'p [Place] {
    let count = places.iter().take_while(|place| place.trace as usize == trace).count();
    let (own, rest) = places.split_at(count);
    *places = rest;
    own
}
