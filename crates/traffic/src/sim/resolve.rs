//! What speed a vehicle takes, once everyone has told how they come to which movement.

use super::change;
use super::follow::{self, NEAR, SLACK, STANDING};
use super::junction::{self, Coming};
use super::state::{Item, View, major, yellow};
use crate::chance;
use crate::demand::Kind;
use crate::ids::CarId;

/// For so many seconds of standing, drivers become as impatient as they can.
const PATIENCE: f64 = 180.0;

/// What a vehicle does in this step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub vehicle: CarId,
    pub speed: f64,
    /// Whether it has to stop before the next junction.
    pub waits: bool,
    /// Whether it gives way on the junction that it is on.
    pub yields: bool,
    /// Its items: those that it may pass come first.
    pub first: u32,
    pub count: u32,
}

/// What follows from the items of a vehicle so far.
struct Verdict {
    safe: f64,
    least: f64,
    least_distance: f64,
    least_brakes: bool,
    waits: bool,
    yields: bool,
}

/// The speed of the next step.
pub(super) fn resolve(view: &View<'_>, vehicle: CarId, items: &[Item]) -> (f64, bool, bool) {
    let (car, kind) = (view.car(vehicle), view.kind(vehicle));
    if car.stays > 0.0 {
        return (0.0, false, false);
    }
    let mut verdict = Verdict {
        safe: f64::INFINITY,
        least: 0.0,
        least_distance: 0.0,
        least_brakes: false,
        waits: false,
        yields: false,
    };
    for item in items {
        if !heed(view, vehicle, kind, item, &mut verdict) {
            break;
        }
    }
    if verdict.safe + SLACK < verdict.least {
        if verdict.least_brakes && verdict.safe < car.speed {
            let halt = follow::stop(kind, car.limit, car.speed, verdict.least_distance, kind.decel);
            verdict.safe = verdict.safe.min(halt.max(follow::slowest(kind, car.speed)));
            (verdict.least, verdict.waits) = (0.0, true);
        } else {
            verdict.least = verdict.safe;
        }
    }
    if car.roundabout {
        verdict.waits = false;
    }
    let speed = chosen(view, vehicle, kind, verdict.safe).max(verdict.least);
    (speed, verdict.waits, verdict.yields)
}

/// Heeds one movement. Says whether the next is to be heeded too.
fn heed(view: &View<'_>, vehicle: CarId, kind: &Kind, item: &Item, so_far: &mut Verdict) -> bool {
    let car = view.car(vehicle);
    if !item.movement.is_some() || !item.asks {
        if item.movement.is_some() {
            so_far.yields |= car.inner && {
                let on = view.net.gate(item.movement);
                on.entry != item.movement && view.net.gate(car.out).junction == on.junction
            };
        }
        so_far.safe = item.wait;
        so_far.waits |= item.wait < car.speed || item.wait < STANDING;
        return false;
    }
    let light = view.light(item.movement);
    let brakes = item.distance > follow::brake_gap(car.speed, kind.decel, 0.0) || car.speed < kind.decel;
    if yellow(light) && brakes {
        (so_far.safe, so_far.waits) = (item.wait, true);
        return false;
    }
    let on = || view.net.gate(item.movement);
    let minor = !major(light) && !on().waits_inside && !junction::came_first(view, item.movement);
    // Who cannot see everyone yet comes no nearer than they can stop from, whether it is free now or not.
    if minor && brakes && item.distance > on().sight {
        (so_far.safe, so_far.waits) = (item.wait, true);
        return false;
    }
    let open = major(light) || yellow(light) || open(view, vehicle, kind, item, brakes);
    if open && minor {
        let on = on();
        if item.distance > on.sight && (brakes || !yellow(light)) {
            (so_far.safe, so_far.waits) = (item.wait, true);
            return false;
        }
        // Past the point of no return: fast enough to come across.
        so_far.least_distance = item.distance;
        so_far.least = (item.distance + NEAR).min(item.pass).min(follow::fastest(kind, car.speed));
        so_far.least_brakes = brakes;
    }
    if open {
        so_far.safe = item.pass;
        let slow = item.pass < kind.decel && item.pass <= item.wait;
        so_far.waits |= slow && item.pass < follow::fastest(kind, car.speed);
        return true;
    }
    let too_near = item.distance < follow::brake_gap(car.speed, kind.emergency, 0.0);
    if !brakes && !on().signal && too_near {
        so_far.safe = item.pass;
        return true;
    }
    (so_far.safe, so_far.waits) = (item.wait, true);
    false
}

fn open(view: &View<'_>, vehicle: CarId, kind: &Kind, item: &Item, brakes: bool) -> bool {
    let standing = view.car(vehicle).standing;
    let impatience = if brakes { (kind.impatience + standing / PATIENCE).clamp(0.0, 1.0) } else { 1.0 };
    let coming = Coming {
        arrival: item.arrival,
        speed: item.arrival_speed,
        leave: item.leave,
        leave_speed: item.leaving(),
        impatience,
        decel: kind.decel,
        standing,
    };
    junction::opened(view, item.movement, vehicle, &coming)
}

/// The speed within what the vehicle can do, with the driver's imperfection and what changing lanes asks for.
fn chosen(view: &View<'_>, vehicle: CarId, kind: &Kind, safe: f64) -> f64 {
    let car = view.car(vehicle);
    let hardest = (car.speed - kind.emergency).max(0.0);
    let least = follow::slowest(kind, car.speed).min(safe.max(hardest));
    let limit = car.limit;
    let most = limit.max(safe).min(follow::fastest(kind, car.speed)).min(safe).max(least);
    let chance = chance::unit(view.seed, u64::from(view.car(vehicle).vehicle.0), view.now as u64);
    let wanted = follow::dawdled(kind, most, chance).max(least);
    change::adapt(&view.minds[vehicle.i()], kind, [limit, car.speed], [least, wanted, most])
}
