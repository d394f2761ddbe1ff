//! Passes that only read how things stand are divided among threads: lanes in order, a part for each, and what the parts wrote
//! is put together in that order. So the result is the same for any number of threads.

use super::change::{self, Choice, Told};
use super::cityflow::Act;
use super::clear::{self, Behind};
use super::look;
use super::neighbours::before_first;
use super::state::{Item, Mind, Span, View};
use crate::ids::{CarId, LaneId};
use std::ops::Range;

/// Fewer cars than this are not worth waking a thread for.
const WORTH: usize = 500;

/// What one part writes.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub items: Vec<Item>,
    pub spans: Vec<Span>,
    pub behind: Vec<Behind>,
    pub choices: Vec<Choice>,
    pub told: Told,
    pub tails: Vec<CarId>,
    pub acts: Vec<Act>,
}

/// Divides lanes into parts with about as many cars each.
pub(super) fn divided(view: &View<'_>, active: &[LaneId], parts: usize) -> Vec<Range<usize>> {
    if parts < 2 {
        return std::iter::once(0..active.len()).collect();
    }
    let all: usize = active.iter().map(|lane| view.on[lane.i()].len()).sum();
    let parts = parts.min(all / WORTH + 1);
    let each = all.div_ceil(parts.max(1)).max(1);
    let mut ranges = Vec::with_capacity(parts);
    let (mut from, mut cars) = (0, 0);
    for (place, lane) in active.iter().enumerate() {
        cars += view.on[lane.i()].len();
        if cars >= each && ranges.len() + 1 < parts {
            ranges.push(from..place + 1);
            (from, cars) = (place + 1, 0);
        }
    }
    ranges.push(from..active.len());
    ranges
}

/// Runs `work` for each range on a thread of its own, the first on this one.
pub(super) fn each<W>(parts: &mut [Part], ranges: &[Range<usize>], work: W)
where
    W: Fn(Range<usize>, &mut Part) + Sync,
{
    std::thread::scope(|scope| {
        let mut pairs = parts.iter_mut().zip(ranges.iter().cloned());
        let first = pairs.next();
        for (part, range) in pairs {
            let work = &work;
            scope.spawn(move || work(range, part));
        }
        if let Some((part, range)) = first {
            work(range, part);
        }
    });
}

/// Everyone on some lanes looks along their way.
pub(super) fn look_along(view: &View<'_>, lanes: &[LaneId], part: &mut Part) {
    part.items.clear();
    part.spans.clear();
    for (place, lane) in lanes.iter().enumerate() {
        view.fetch(lanes, place);
        let mut before = 0.0;
        let mut leader = if view.over[lane.i()].is_empty() { None } else { view.hindmost(*lane) };
        for vehicle in &view.on[lane.i()] {
            let first = part.items.len();
            look::look(view, *vehicle, leader, &mut part.items);
            clear::keep_clear(view, *vehicle, before, &mut part.items[first..], &mut part.behind);
            let kind = view.kind(*vehicle);
            let count = (part.items.len() - first) as u32;
            part.spans.push(Span { vehicle: *vehicle, first: first as u32, count });
            before += kind.length + kind.min_gap;
            leader = Some(*vehicle);
        }
    }
}

/// Everyone on some lanes decides whether to change.
pub(super) fn choose(view: &View<'_>, lanes: &[LaneId], blocked: &[[CarId; 2]], part: &mut Part) {
    part.choices.clear();
    part.told.messages.clear();
    part.told.plans.clear();
    for (place, lane) in lanes.iter().enumerate() {
        view.fetch(lanes, place);
        let on = &view.on[lane.i()];
        if on.first().is_some_and(|car| view.car(*car).beside) {
            choose_on(view, *lane, on, blocked, part);
            continue;
        }
        // Where there is one lane, what was said is over.
        for vehicle in on {
            let mind = view.minds[vehicle.i()];
            if mind.wish != 0 || mind.plan != 0 {
                let mind = Mind { wish: 0, plan: 0, ..mind };
                part.choices.push(Choice { vehicle: *vehicle, to: LaneId::NONE, mind });
            }
        }
    }
}

fn choose_on(view: &View<'_>, lane: LaneId, on: &[CarId], blocked: &[[CarId; 2]], part: &mut Part) {
    let mut before: Option<CarId> = None;
    for vehicle in on {
        let (car, kind) = (view.car(*vehicle), view.kind(*vehicle));
        if car.stays(view.demand) {
            let stay = Choice { vehicle: *vehicle, to: LaneId::NONE, mind: Mind::default() };
            part.choices.push(stay);
            before = Some(*vehicle);
            continue;
        }
        let leader = match before {
            Some(foe) => Some((foe, view.car(foe).pos - view.kind(foe).length - car.pos - kind.min_gap)),
            None => before_first(view, *vehicle, lane),
        };
        part.choices.push(change::decide(view, *vehicle, leader, blocked, &mut part.told));
        before = Some(*vehicle);
    }
}
