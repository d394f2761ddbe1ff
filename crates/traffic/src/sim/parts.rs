//! Passes that only read how things stand are divided among threads: lanes in order, a part for each, and what the parts wrote
//! is put together in that order. So the result is the same for any number of threads.

use super::change::{self, Choice, Told};
use super::cityflow::Act;
use super::clear::{self, Behind};
use super::look;
use super::moving::Passed;
use super::neighbours::before_first;
use super::state::{Mind, Roll, Span, View};
use crate::ids::{CarId, LaneId};
use std::ops::Range;

/// Fewer cars than this are not worth waking a thread for.
const WORTH: usize = 500;

/// What one part writes.
#[derive(Debug)]
pub(super) struct Part {
    pub roll: Roll,
    pub spans: Vec<Span>,
    pub behind: Vec<Behind>,
    pub choices: Vec<Choice>,
    pub told: Told,
    pub tails: Vec<CarId>,
    pub passed: Passed,
    pub acts: Vec<Act>,
}

impl Part {
    /// Nothing yet, on a network with so many movements.
    pub fn new(movements: usize) -> Self {
        Self {
            roll: Roll::new(movements),
            spans: Vec::new(),
            behind: Vec::new(),
            choices: Vec::new(),
            told: Told::default(),
            tails: Vec::new(),
            passed: Passed::default(),
            acts: Vec::new(),
        }
    }
}

/// The lanes with which parts after the first begin, so that each has about as many cars; those of a link stay together. It looks
/// at each lane, and holds for a while, since lanes fill and empty slowly.
pub(super) fn cut(view: &View<'_>, active: &[LaneId], parts: usize) -> Vec<LaneId> {
    if parts < 2 {
        return Vec::new();
    }
    let cars = |lane: &LaneId| view.on[lane.i()].len();
    let all: usize = active.iter().map(cars).sum();
    let parts = parts.min(all / WORTH + 1);
    let each = all.div_ceil(parts).max(1);
    let mut cuts = Vec::with_capacity(parts);
    let mut so_far = 0;
    for lane in active {
        if so_far >= each * (cuts.len() + 1) {
            let link = view.net.lanes[lane.i()].link;
            let first = view.net.links[link.i()].first;
            if cuts.last() != Some(&first) {
                cuts.push(first);
            }
        }
        so_far += cars(lane);
    }
    cuts.truncate(parts - 1);
    cuts
}

/// Divides lanes into parts by the lanes with which those after the first begin.
pub(super) fn divided(active: &[LaneId], cuts: &[LaneId]) -> Vec<Range<usize>> {
    let begins = cuts.iter().map(|cut| active.partition_point(|lane| lane < cut));
    let (begins, ends) = (std::iter::once(0).chain(begins.clone()), begins.chain([active.len()]));
    begins.zip(ends).map(|(begin, end)| begin..end).collect()
}

/// Everyone on some lanes looks along their way, and is entered with the movements that they come to.
pub(super) fn look_along(view: &View<'_>, lanes: &[LaneId], part: &mut Part) {
    part.roll.clear();
    part.spans.clear();
    let items = &mut part.roll.items;
    for (place, lane) in lanes.iter().enumerate() {
        view.fetch(lanes, place);
        let mut before = 0.0;
        let mut leader = if view.over[lane.i()].is_empty() { None } else { view.hindmost(*lane) };
        for vehicle in &view.on[lane.i()] {
            let first = items.len();
            look::look(view, *vehicle, leader, items);
            clear::keep_clear(view, *vehicle, before, &mut items[first..], &mut part.behind);
            let kind = view.kind(*vehicle);
            let count = (items.len() - first) as u32;
            part.spans.push(Span { vehicle: *vehicle, first: first as u32, count });
            before += kind.length + kind.min_gap;
            leader = Some(*vehicle);
        }
    }
    part.roll.enter();
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
