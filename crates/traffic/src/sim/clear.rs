//! Keeping junctions clear: who would come to stand on a junction, because traffic behind it stands, does not ask to pass.

use super::follow::{self, NEAR, STANDING};
use super::junction::{self, Coming};
use super::state::{Item, View, flags, major};
use crate::ids::{CarId, LaneId};

/// What is behind a movement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind {
    /// Metres of room, with that before it.
    space: f64,
    /// Whether traffic stands there.
    jammed: bool,
}

/// Takes back requests for movements behind which there is no room. `before` is how much the vehicles ahead on the lane take.
pub(super) fn keep_clear(
    view: &View<'_>,
    vehicle: CarId,
    before: f64,
    items: &mut [Item],
    behind: &mut Vec<Behind>,
) {
    let car = view.car(vehicle);
    // Before a junction with paths inside, whoever looks no farther than the line asks for nothing behind it.
    if car.roundabout || (items.len() == 1 && !car.inner && car.has(flags::VIA)) {
        return;
    }
    let mut stuck = room(view, vehicle, before, items, behind);
    // Most traffic flows, and then nothing follows from what is below.
    if !stuck && items.len() < 2 {
        return;
    }
    for place in (1..items.len()).rev() {
        let (item, next) = (items[place - 1], items[place]);
        let on = view.net.gate(item.movement);
        let leaves = !on.via || !next.movement.is_some() || next.asks;
        let open = leaves && (major(view.light(item.movement)) || place == 1 || free(view, vehicle, &item));
        let mut goes_on = (on.waits_inside || open) && !behind[place - 1].jammed;
        if !open {
            stuck = true;
            let before = place.checked_sub(2).map(|before| items[before].movement);
            if before.is_some_and(|before| view.net.gate(before).waits_inside) {
                goes_on = true;
            }
        }
        if goes_on {
            behind[place - 1].space = behind[place].space;
        }
    }
    if stuck {
        withdraw(view, vehicle, items, behind);
    }
}

/// Works out the room behind each movement; says whether traffic stands there.
fn room(view: &View<'_>, vehicle: CarId, before: f64, items: &[Item], behind: &mut Vec<Behind>) -> bool {
    let kind = view.kind(vehicle);
    let mut seen = -before;
    let mut stuck = false;
    behind.clear();
    for item in items {
        let mut jammed = false;
        if item.movement.is_some() && !stuck {
            let on = view.net.gate(item.movement);
            if on.via {
                if on.keeps {
                    seen -= taken(view, on.next);
                    if on.next == view.car(vehicle).lane {
                        seen += kind.length + kind.min_gap;
                    }
                } else {
                    let (space, stands) = till_standing(view, on.next, vehicle, on.length);
                    (seen, stuck) = (seen + space, stands);
                }
            } else if let Some(last) = view.last(on.next).filter(|last| *last != vehicle) {
                let (space, stands) = till_standing(view, on.next, vehicle, on.length);
                seen += space;
                if stands || view.car(last).waits {
                    (stuck, jammed) = (true, true);
                }
            } else if on.length > kind.length || on.keeps {
                seen += on.length;
            }
        }
        behind.push(Behind { space: seen, jammed });
    }
    stuck
}

/// What vehicles take of a lane, with the gaps that they keep.
fn taken(view: &View<'_>, lane: LaneId) -> f64 {
    if !view.load.any(lane) {
        return 0.0;
    }
    let on = view.on[lane.i()].iter();
    on.map(|vehicle| view.kind(*vehicle).length + view.kind(*vehicle).min_gap).sum()
}

/// Room on a lane up to the last vehicle that stands.
fn till_standing(view: &View<'_>, lane: LaneId, own: CarId, length: f64) -> (f64, bool) {
    if !view.load.any(lane) {
        return (length, false);
    }
    let mut between = 0.0;
    for vehicle in view.on[lane.i()].iter().rev() {
        let (car, kind) = (view.car(*vehicle), view.kind(*vehicle));
        if car.speed < STANDING && *vehicle != own {
            let stops = follow::brake_gap(car.speed, kind.decel, kind.tau);
            return (view.back(*vehicle, lane) + stops - between, true);
        }
        between += kind.length + kind.min_gap;
    }
    (length - between, false)
}

/// Whether a movement farther on is free, as far as was known in the last step.
fn free(view: &View<'_>, vehicle: CarId, item: &Item) -> bool {
    let kind = view.kind(vehicle);
    let coming = Coming::of(view, item, kind, [kind.impatience, view.now]);
    junction::opened(view, item.movement, view.car(vehicle).vehicle, &coming)
}

fn withdraw(view: &View<'_>, vehicle: CarId, items: &mut [Item], behind: &[Behind]) {
    let (car, kind) = (view.car(vehicle), view.kind(vehicle));
    let no_room = |(item, behind): (&Item, &Behind)| {
        item.movement.is_some()
            && behind.space - kind.length - kind.min_gap < 0.0
            && view.net.gate(item.movement).keeps
    };
    let Some(from) = items.iter().zip(behind).position(no_room) else { return };
    if from == 0 && car.inner {
        return;
    }
    let brake = follow::brake_gap(car.speed, kind.decel, 0.0);
    for place in from..items.len() {
        if !items[place].movement.is_some() {
            break;
        }
        items[place].withdrawn = true;
        let on = &view.net.movements[items[place].movement.i()];
        let leaves = !on.via.is_some() && view.net.lanes[on.from.i()].inner;
        if items[place].distance >= brake + NEAR && !(leaves && place > 0 && items[place - 1].asks) {
            items[place].asks = false;
        }
    }
}
