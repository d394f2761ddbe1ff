//! Bringing vehicles onto the road: on which lane, where and how fast, as soon as that is safe.

use super::follow::{self, NEAR, STANDING};
use super::junction::{self, Coming};
use super::neighbours::coming;
use super::state::{View, major};
use super::stops;
use crate::chance;
use crate::demand::{DepartLane, DepartPlace, DepartSpeed, Kind};
use crate::ids::{CarId, LaneId, MovementId};

/// Where and how fast a vehicle begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    pub lane: LaneId,
    pub pos: f64,
    pub speed: f64,
}

/// How often a random place is tried.
const TRIES: u64 = 10;

/// Finds where a vehicle can begin now, if it can.
pub(super) fn begin(view: &View<'_>, vehicle: CarId) -> Option<Begin> {
    let wants = &view.demand.vehicles[view.car(vehicle).vehicle.i()];
    let draw = |what: u64| {
        chance::unit(view.seed ^ 0xDE, u64::from(view.car(vehicle).vehicle.0), view.now as u64 * 64 + what)
    };
    let lane = lane(view, vehicle, wants.lane, draw(0))?;
    let kind = view.kind(vehicle);
    let length = view.net.lanes[lane.i()].length;
    let base = (kind.length + NEAR).min(length);
    let base =
        stops::on_lane(view, vehicle, view.car(vehicle).stage, lane).map_or(base, |stop| base.min(stop));
    let from_end = |pos: f64| if pos < 0.0 { pos + length } else { pos };
    let (speed, patch) = speed(view, vehicle, lane, wants.speed, draw(1));
    let place = |pos: f64| place(view, vehicle, lane, pos, speed, patch);
    match wants.place {
        DepartPlace::At(pos) => place(from_end(pos).clamp(0.0, length)),
        DepartPlace::Base => place(base),
        DepartPlace::Last => {
            let last = view.last(lane).map(|last| view.back(last, lane) - kind.min_gap - NEAR);
            place(last.map_or(base, |last| last.min(length)).max(base))
        }
        DepartPlace::Random => place(draw(2) * length),
        DepartPlace::RandomFree => {
            (0..TRIES).find_map(|attempt| place(draw(3 + attempt) * length)).or_else(|| place(base))
        }
    }
}

/// The lane on which a vehicle begins.
fn lane(view: &View<'_>, vehicle: CarId, wants: DepartLane, draw: f64) -> Option<LaneId> {
    let (car, kind) = (view.car(vehicle), view.kind(vehicle));
    let link = view.ways.links[car.stage as usize];
    let allowed = || {
        let lanes = view.net.lanes_of(link).map(LaneId::at);
        lanes.filter(|lane| view.ways.open.takes(*lane, kind.class))
    };
    let best = || {
        let far = allowed().map(|lane| view.ahead(car.stage, lane).length).fold(0.0f32, f32::max);
        allowed().filter(move |lane| {
            let ahead = view.ahead(car.stage, *lane);
            ahead.offset == 0 && ahead.length >= far
        })
    };
    // The emptiest: where the last vehicle is farthest on.
    let free = |lane: &LaneId| view.last(*lane).map_or(f64::INFINITY, |last| view.back(last, *lane));
    let emptiest = |lanes: &mut dyn Iterator<Item = LaneId>| {
        lanes.fold(None, |kept: Option<LaneId>, lane| match kept {
            Some(kept) if free(&kept) >= free(&lane) => Some(kept),
            _ => Some(lane),
        })
    };
    let likely = |lanes: &mut dyn Iterator<Item = (LaneId, f64)>, whole: f64| {
        let mut left = draw * whole;
        let mut last = None;
        for (lane, weight) in lanes {
            last = Some(lane);
            if left < weight {
                break;
            }
            left -= weight;
        }
        last
    };
    let weight = |lane: LaneId| {
        let on = view.on[lane.i()].iter();
        let taken: f64 = on.map(|foe| view.kind(*foe).length + view.kind(*foe).min_gap).sum();
        (1.0 - taken / view.net.lanes[lane.i()].length).max(0.01)
    };
    match wants {
        DepartLane::Index(index) => allowed().find(|lane| view.net.lanes[lane.i()].index == index),
        DepartLane::First => allowed().next(),
        DepartLane::Free => emptiest(&mut allowed()),
        DepartLane::Best => emptiest(&mut best()),
        DepartLane::Random => likely(&mut allowed().map(|lane| (lane, 1.0)), allowed().count() as f64),
        DepartLane::Likely => {
            let whole = best().map(weight).sum();
            likely(&mut best().map(|lane| (lane, weight(lane))), whole)
        }
    }
}

/// The speed with which a vehicle begins, and whether it may be less where that is not safe.
fn speed(view: &View<'_>, vehicle: CarId, lane: LaneId, wants: DepartSpeed, draw: f64) -> (f64, bool) {
    let limit = view.limit(vehicle, lane);
    let on = &view.on[lane.i()];
    match wants {
        DepartSpeed::At(speed) => (speed, false),
        DepartSpeed::Max => (limit, true),
        DepartSpeed::Desired => (limit, false),
        DepartSpeed::Limit => (view.net.lanes[lane.i()].speed, false),
        DepartSpeed::Random => (limit * draw, true),
        DepartSpeed::Last => match view.last(lane) {
            Some(last) => (limit.min(view.car(last).speed), false),
            None => (limit, true),
        },
        DepartSpeed::Average if on.is_empty() => (limit.min(view.net.lanes[lane.i()].speed), true),
        DepartSpeed::Average => {
            // Who stands at a stop is no measure where one can pass.
            let beside = view.net.lanes[lane.i()].beside;
            let driving = on.iter().map(|foe| view.car(*foe)).filter(|foe| !(beside && foe.stays > 0.0));
            let (sum, count) = driving.fold((0.0, 0), |(sum, count), foe| (sum + foe.speed, count + 1));
            let free = view.net.lanes[lane.i()].speed;
            (limit.min(if count > 0 { sum / f64::from(count) } else { free }), count == 0)
        }
    }
}

/// A speed that is tried.
struct Tried {
    speed: f64,
    patch: bool,
}

impl Tried {
    /// Keeps to `safe`. Says whether the vehicle can still begin.
    fn keep(&mut self, safe: f64) -> bool {
        if safe < self.speed {
            if !self.patch {
                return self.speed <= 0.0;
            }
            self.speed = safe;
        }
        true
    }
}

/// Whether a vehicle can begin at a place, and how fast.
fn place(view: &View<'_>, vehicle: CarId, lane: LaneId, pos: f64, speed: f64, patch: bool) -> Option<Begin> {
    let kind = view.kind(vehicle);
    let mut tried = Tried { speed, patch };
    if !way_ahead(view, vehicle, lane, pos, kind, &mut tried) {
        return None;
    }
    let on = &view.on[lane.i()];
    let at = on.partition_point(|other| view.car(*other).pos >= pos);
    let before = at.checked_sub(1).map(|at| on[at]);
    let before = before.or_else(|| view.hindmost(lane).filter(|foe| view.back(*foe, lane) >= pos));
    if let Some(foe) = before {
        let gap = view.back(foe, lane) - pos - kind.min_gap;
        let speeds = [view.limit(vehicle, lane), tried.speed];
        let safe = follow::begin(kind, speeds, gap, view.car(foe).speed, view.kind(foe).decel);
        if gap < 0.0 || !tried.keep(safe) {
            return None;
        }
    }
    let back = pos - kind.length;
    let behind = match on.get(at) {
        Some(foe) => Some((*foe, back - view.car(*foe).pos - view.kind(*foe).min_gap)),
        None => coming(view, lane, back),
    };
    if let Some((foe, gap)) = behind {
        let needed = follow::secure(view.kind(foe), view.car(foe).speed, tried.speed, kind.decel);
        if gap < needed {
            return None;
        }
    }
    Some(Begin { lane, pos, speed: tried.speed })
}

/// Looks along the way as far as the vehicle needs to stop.
fn way_ahead(
    view: &View<'_>,
    vehicle: CarId,
    lane: LaneId,
    pos: f64,
    kind: &Kind,
    tried: &mut Tried,
) -> bool {
    let car = view.car(vehicle);
    let far = |speed: f64| follow::brake_gap(speed, kind.decel, kind.tau) + kind.min_gap;
    let mut seen = view.net.lanes[lane.i()].length - pos;
    let (mut at, mut stage, mut left) = (lane, car.stage, car.left);
    let mut arrival = view.now + seen / tried.speed.max(STANDING);
    while seen < far(tried.speed) {
        let inner = view.net.lanes[at.i()].inner;
        if let Some(end) = stops::on_lane(view, vehicle, stage, at) {
            let gap = (seen + end - view.net.lanes[at.i()].length).max(0.0);
            return tried.keep(follow::halting(gap, kind.decel, kind.tau));
        }
        let movement = match inner {
            true => MovementId::at(view.net.leaving(at).start),
            false if left == 0 => return true,
            false => view.onward(stage, at),
        };
        let halt = follow::halting(seen, kind.decel, kind.tau);
        if !movement.is_some() {
            return tried.keep(halt);
        }
        let leave = junction::across(view, movement, arrival, [tried.speed; 2], kind.length);
        let coming = Coming {
            arrival,
            speed: tried.speed,
            leave,
            leave_speed: tried.speed,
            impatience: kind.impatience,
            decel: kind.decel,
            standing: 0.0,
        };
        let open = junction::opened(view, movement, car.vehicle, &coming);
        if !open || !major(view.light(movement)) {
            return tried.keep(halt);
        }
        let on = &view.net.movements[movement.i()];
        if !on.via.is_some() {
            (stage, left) = (stage + 1, left - 1);
        }
        at = on.next();
        if let Some(foe) = view.last(at) {
            let gap = view.back(foe, at) + seen - kind.min_gap;
            let speeds = [view.limit(vehicle, lane), tried.speed];
            let safe = follow::begin(kind, speeds, gap, view.car(foe).speed, view.kind(foe).decel);
            if gap < 0.0 || !tried.keep(safe) {
                return false;
            }
        }
        let slower = follow::slowing(kind.decel, seen, view.limit(vehicle, at), true);
        tried.speed = tried.speed.min(slower);
        arrival += view.net.lanes[at.i()].length / tried.speed.max(0.001);
        seen += view.net.lanes[at.i()].length;
    }
    true
}
