//! What speed a vehicle takes, once everyone has told how they come to which movement.

use super::change;
use super::follow::{self, NEAR, SLACK, STANDING};
use super::junction::{self, Coming};
use super::state::{Car, Item, Known, Mind, major, yellow};
use crate::chance;
use crate::demand::Kind;

/// For so many seconds of standing, drivers become as impatient as they can.
const PATIENCE: f64 = 180.0;

/// What a vehicle does in this step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub speed: f64,
    /// Whether it has to stop before the next junction.
    pub waits: bool,
    /// Whether it gives way on the junction that it is on.
    pub yields: bool,
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
pub(super) fn resolve(known: &Known<'_>, car: &Car, mind: &Mind, items: &[Item]) -> Move {
    let kind = &known.demand.kinds[car.kind as usize];
    if car.stays(known.demand) {
        return Move { speed: 0.0, waits: false, yields: false };
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
        if !heed(known, car, kind, item, &mut verdict) {
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
    let speed = chosen(known, car, mind, kind, verdict.safe).max(verdict.least);
    Move { speed, waits: verdict.waits, yields: verdict.yields }
}

/// Heeds one movement. Says whether the next is to be heeded too.
fn heed(known: &Known<'_>, car: &Car, kind: &Kind, item: &Item, so_far: &mut Verdict) -> bool {
    if !item.movement.is_some() || !item.asks {
        if item.movement.is_some() {
            so_far.yields |= car.inner && {
                let on = known.net.gate(item.movement);
                on.entry != item.movement && known.net.gate(car.out).junction == on.junction
            };
        }
        so_far.safe = item.wait;
        so_far.waits |= item.wait < car.speed || item.wait < STANDING;
        return false;
    }
    let light = known.light(item.movement);
    let brakes = item.distance > follow::brake_gap(car.speed, kind.decel, 0.0) || car.speed < kind.decel;
    if yellow(light) && brakes {
        (so_far.safe, so_far.waits) = (item.wait, true);
        return false;
    }
    let on = || known.net.gate(item.movement);
    let minor = !major(light) && !on().waits_inside && !junction::came_first(known, item.movement);
    // Who cannot see everyone yet comes no nearer than they can stop from, whether it is free now or not.
    if minor && brakes && item.distance > on().sight {
        (so_far.safe, so_far.waits) = (item.wait, true);
        return false;
    }
    let open = major(light) || yellow(light) || open(known, car, kind, item, brakes);
    if open && minor {
        let on = on();
        if item.distance > on.sight && (brakes || !yellow(light)) {
            (so_far.safe, so_far.waits) = (item.wait, true);
            return false;
        }
        // Past the point of no return: fast enough to come across.
        so_far.least_distance = item.distance;
        so_far.least = (item.distance + NEAR).min(item.pass()).min(follow::fastest(kind, car.speed));
        so_far.least_brakes = brakes;
    }
    if open {
        so_far.safe = item.pass();
        let slow = item.pass() < kind.decel && item.pass() <= item.wait;
        so_far.waits |= slow && item.pass() < follow::fastest(kind, car.speed);
        return true;
    }
    let too_near = item.distance < follow::brake_gap(car.speed, kind.emergency, 0.0);
    if !brakes && !on().signal && too_near {
        so_far.safe = item.pass();
        return true;
    }
    (so_far.safe, so_far.waits) = (item.wait, true);
    false
}

fn open(known: &Known<'_>, car: &Car, kind: &Kind, item: &Item, brakes: bool) -> bool {
    let standing = f64::from(car.standing);
    let impatience = if brakes { (kind.impatience + standing / PATIENCE).clamp(0.0, 1.0) } else { 1.0 };
    let coming = Coming::of(known, item, kind, [impatience, known.now]);
    junction::opened(known, item.movement, car.vehicle, &coming)
}

/// The speed within what the vehicle can do, with the driver's imperfection and what changing lanes asks for.
fn chosen(known: &Known<'_>, car: &Car, mind: &Mind, kind: &Kind, safe: f64) -> f64 {
    let hardest = (car.speed - kind.emergency).max(0.0);
    let least = follow::slowest(kind, car.speed).min(safe.max(hardest));
    let limit = car.limit;
    let most = limit.max(safe).min(follow::fastest(kind, car.speed)).min(safe).max(least);
    let chance = chance::unit(known.seed, u64::from(car.vehicle.0), known.now as u64);
    let wanted = follow::dawdled(kind, most, chance).max(least);
    let plan = known.plans.get((mind.plan as usize).wrapping_sub(1));
    change::adapt(mind.wish, plan, kind, [limit, car.speed], [least, wanted, most])
}
