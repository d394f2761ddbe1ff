//! Who drives before and behind, on the own lane and beside, also across junctions.

use super::follow;
use super::state::{View, red};
use crate::ids::{CarId, LaneId, MovementId};
use crate::net::Gate;

/// Somebody near, and the gap to them.
pub(super) type Near = Option<(CarId, f64)>;

/// Who would be before a vehicle on a lane beside.
pub(super) fn before(view: &View<'_>, vehicle: CarId, lane: LaneId) -> Near {
    let (car, kind) = (view.car(vehicle), view.kind(vehicle));
    let on = &view.on[lane.i()];
    let at = on.partition_point(|other| view.car(*other).pos >= car.pos);
    match at.checked_sub(1).map(|at| on[at]) {
        Some(foe) => Some((foe, view.car(foe).pos - view.kind(foe).length - car.pos - kind.min_gap)),
        None => before_first(view, vehicle, lane),
    }
}

/// Who would be behind a vehicle on a lane beside.
pub(super) fn behind(view: &View<'_>, vehicle: CarId, lane: LaneId) -> Near {
    let car = view.car(vehicle);
    let on = &view.on[lane.i()];
    let at = on.partition_point(|other| view.car(*other).pos >= car.pos);
    let back = car.pos - view.kind(vehicle).length;
    match on.get(at) {
        Some(foe) => Some((*foe, back - view.car(*foe).pos - view.kind(*foe).min_gap)),
        None => coming(view, lane, back),
    }
}

/// Who is before a vehicle on a lane on which nobody is farther on.
pub(super) fn before_first(view: &View<'_>, vehicle: CarId, lane: LaneId) -> Near {
    let (car, kind) = (view.car(vehicle), view.kind(vehicle));
    if view.load.any(lane)
        && !view.over[lane.i()].is_empty()
        && let Some(foe) = view.hindmost(lane).filter(|foe| *foe != vehicle)
    {
        return Some((foe, view.back(foe, lane) - car.pos - kind.min_gap));
    }
    let far = follow::brake_gap(car.speed, kind.decel, kind.tau) + kind.min_gap;
    let mut seen = car.length - car.pos;
    let (mut at, mut stage, mut left) = (lane, car.stage, car.left);
    let mut gate: Option<&Gate> = None;
    while seen <= far {
        let movement = match gate {
            Some(gate) if gate.inner => gate.exit,
            None if car.inner => car.out,
            _ if left == 0 => return None,
            None if at == car.lane => car.out,
            None => car.ahead(at).movement(&view.net.lanes[at.i()]),
            Some(_) => view.onward(stage, at),
        };
        if !movement.is_some() || red(view.light(movement)) {
            return None;
        }
        let on = view.net.gate(movement);
        if !on.via {
            (stage, left) = (stage + 1, left - 1);
        }
        at = on.next;
        if let Some(foe) = view.last(at).filter(|foe| *foe != vehicle) {
            return Some((foe, seen + view.back(foe, at) - kind.min_gap));
        }
        seen += on.length;
        gate = Some(on);
    }
    None
}

/// Who comes onto a lane next from before it: the nearest, with the gap to a place on the lane.
pub(super) fn coming(view: &View<'_>, lane: LaneId, back: f64) -> Near {
    let mut nearest: Near = None;
    // Whoever is farther away than anybody needs to stop does not matter.
    let fast = 1.5 * view.net.lanes[lane.i()].speed;
    if back > fast * fast / 6.0 + 2.0 * fast + 10.0 {
        return None;
    }
    for movement in view.net.coming(lane) {
        let mut before = view.net.movements[movement.i()].from;
        let mut distance = back;
        // The inner lanes, then the lane before the junction.
        for _ in 0..3 {
            let from = &view.net.lanes[before.i()];
            let first = if view.load.any(before) { view.on[before.i()].first() } else { None };
            let heads = |foe: CarId| from.inner || heads_for(view, foe, *movement);
            if let Some(foe) = first.copied().filter(|foe| heads(*foe)) {
                let gap = distance + from.length - view.car(foe).pos - view.kind(foe).min_gap;
                if nearest.is_none_or(|(_, nearest)| gap < nearest) {
                    nearest = Some((foe, gap));
                }
                break;
            }
            let Some(earlier) = view.net.coming(before).first().filter(|_| from.inner) else { break };
            distance += from.length;
            before = view.net.movements[earlier.i()].from;
        }
    }
    nearest.filter(|(foe, gap)| {
        let kind = view.kind(*foe);
        *gap < follow::brake_gap(view.car(*foe).speed, kind.decel, kind.tau) + 10.0
    })
}

/// Whether somebody goes on by a movement, or by the one through which it was entered.
fn heads_for(view: &View<'_>, vehicle: CarId, movement: MovementId) -> bool {
    let car = view.car(vehicle);
    let entry = view.net.movements[movement.i()].entry;
    car.left > 0 && car.out == entry
}
