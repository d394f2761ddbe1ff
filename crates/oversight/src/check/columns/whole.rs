use super::super::Until;
use super::super::told::{self, How};
use super::{Columns, Found, Lane, NOBODY, Note};
use crate::log::Place;
use crate::model::Clause;
use record::Time;
use std::ops::Range;

/// What one trace has for a clause that asks something of it as a whole.
struct Life<'p> {
    trace: u32,
    first: u32,
    last: u32,
    start: Time,
    /// The places of both patterns.
    ones: &'p [Place],
    others: &'p [Place],
}

impl Columns<'_> {
    /// Notes what is to be told of a clause that asks something of each trace as a whole.
    pub(super) fn look_whole(
        &self,
        lane: &Lane<'_>,
        number: u32,
        traces: Range<usize>,
        wanted: bool,
        found: &mut Found,
    ) {
        let mut ones = self.places(lane.asks, &traces);
        let mut others = self.places(lane.meets, &traces);
        for trace in traces {
            let range = self.asked.traces.range(trace);
            let trace = u32::try_from(trace).unwrap_or(u32::MAX);
            let (ones, others) = (own(&mut ones, trace), own(&mut others, trace));
            let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else { continue };
            let (first, last) = (range.start as u32, last as u32);
            let start = if lane.window.is_open() { Time::ZERO } else { self.time(first) };
            let life = Life { trace, first, last, start, ones, others };
            let Some(how) = self.stands(lane, &life) else { continue };
            let by = u32::try_from(found.lives.len()).unwrap_or(u32::MAX);
            found.notes.push(Note { trace, lane: number, activation: NOBODY, by, how });
            if wanted {
                found.lives.push(self.of_life(lane, &life, how));
            }
        }
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

    fn of_life(&self, lane: &Lane<'_>, life: &Life<'_>, how: How) -> super::Finding {
        let of = |places: &[Place], most: usize| -> Vec<u32> {
            let some = places.iter().filter(|place| is_in(lane, life, place)).take(most);
            some.map(|place| place.position).collect()
        };
        let by = match lane.kind {
            Clause::Count { most, .. } => of(life.ones, told::enough(how, most)),
            Clause::Choice { .. } => {
                let mut chosen = of(life.ones, 1);
                chosen.extend(of(life.others, 1));
                chosen.sort_unstable();
                chosen.dedup();
                chosen
            }
            Clause::First => vec![life.first],
            Clause::Last | Clause::Relation(_) => vec![life.last],
        };
        let proven = by.last().map(|position| self.time(*position));
        let evidence = by.iter().map(|position| self.event(*position)).collect();
        let moments = (Some(self.time(life.first)), Some(self.time(life.last)));
        told::of_life(how, (lane.kind, lane.window), life.trace as usize, moments, (evidence, proven))
    }
}

/// Whether an event lies in the window, from the trace's first event on.
fn is_in(lane: &Lane<'_>, life: &Life<'_>, place: &Place) -> bool {
    lane.window.is_open() || lane.window.holds(life.start, place.time)
}

/// Takes a trace's own places from the front.
fn own<'p>(places: &mut &'p [Place], trace: u32) -> &'p [Place] {
    let count = places.iter().take_while(|place| place.trace == trace).count();
    let (own, rest) = places.split_at(count);
    *places = rest;
    own
}
