//! Junctions: whose paths meet, who goes first, and when a gap is large enough.

use super::follow::{self, NEAR, STANDING};
use super::look::Looking;
use super::state::{Item, Known, View, major, red, yellow};
use crate::chance;
use crate::demand::Kind;
use crate::ids::{CarId, LaneId, MovementId, VehicleId};
use crate::net::Conflict;

/// The time gap that one leaves before and behind those who go first.
const GAP: f64 = 1.0;
/// Who stands so long on a junction is taken to be stuck.
const STUCK: f32 = 5.0;

/// How somebody comes to a movement.
pub(super) struct Coming {
    pub arrival: f64,
    pub speed: f64,
    pub leave: f64,
    pub leave_speed: f64,
    pub impatience: f64,
    pub decel: f64,
    pub standing: f64,
}

impl Coming {
    /// Somebody who comes as an item says that was told at `now`.
    pub fn of(known: &Known<'_>, item: &Item, kind: &Kind, [impatience, now]: [f64; 2]) -> Self {
        let (arrival, leave_speed) = (item.arrival(kind, now), item.leaving());
        let speeds = [item.arrival_speed, leave_speed];
        Self {
            arrival,
            speed: item.arrival_speed,
            leave: across(known, item.movement, arrival, speeds, kind.length),
            leave_speed,
            impatience,
            decel: kind.decel,
            standing: item.standing.into(),
        }
    }
}

/// When a vehicle's end is across a movement.
#[inline]
pub(super) fn across(
    known: &Known<'_>,
    movement: MovementId,
    arrival: f64,
    speeds: [f64; 2],
    length: f64,
) -> f64 {
    arrival + (known.net.gate(movement).way() + length) / (0.5 * (speeds[0] + speeds[1])).max(0.001)
}

/// The light of the movement by which a waiting place inside was entered.
#[inline]
fn entry_light(known: &Known<'_>, movement: MovementId) -> Option<u8> {
    let on = known.net.gate(movement);
    (on.entry != movement && on.via).then(|| known.light(on.entry))
}

/// Whether somebody inside waited with the right of way, or came in before red.
pub(super) fn came_first(known: &Known<'_>, movement: MovementId) -> bool {
    entry_light(known, movement).is_some_and(|light| major(light) || yellow(light))
}

/// Whether a movement is free for somebody who comes as `coming` says.
pub(super) fn opened(known: &Known<'_>, movement: MovementId, own: VehicleId, coming: &Coming) -> bool {
    let light = known.light(movement);
    if red(light) {
        return false;
    }
    if major(light) {
        return true;
    }
    let entry = entry_light(known, movement);
    if known.net.gate(movement).waits_inside || entry == Some(b'G') {
        return true;
    }
    if matches!(light, b's' | b'w') && coming.standing == 0.0 {
        return false;
    }
    let behind_red = entry == Some(b'r');
    let to = |movement: MovementId| known.net.movements[movement.i()].to;
    known.net.foes(movement).iter().all(|foe| {
        let same = || to(*foe) == to(movement);
        known.approach.of(*foe).all(|item| {
            let stands = behind_red && item.stands;
            item.vehicle == own || stands || !blocks(known, item, same, coming, light == b'w')
        })
    })
}

/// Whether somebody who goes first is in the way.
fn blocks(known: &Known<'_>, foe: &Item, same: impl Fn() -> bool, own: &Coming, all_stop: bool) -> bool {
    if !foe.asks {
        return false;
    }
    let kind = &known.demand.kinds[foe.kind as usize];
    let arrives = foe.arrival(kind, known.approach.now);
    if all_stop {
        let first = own.standing > foe.standing.into();
        if first || (own.standing == f64::from(foe.standing) && own.arrival < arrives) {
            return false;
        }
    }
    let speeds = [foe.arrival_speed, foe.leaving()];
    let leaves = across(known, foe.movement, arrives, speeds, kind.length);
    if leaves < own.arrival {
        return same()
            && (own.arrival - leaves < GAP || unsafe_behind(speeds[1], own.speed, kind.decel, own.decel));
    }
    let (mut arrival, mut braking) = (arrives, None);
    if own.impatience > 0.0 && own.arrival < arrives {
        let (late, slow) = made_to_brake(known, foe, arrives, own, kind);
        arrival = (1.0 - own.impatience) * arrives + own.impatience * late;
        braking = slow;
    }
    let braking = || braking.unwrap_or_else(|| foe.braking(kind));
    if arrival > own.leave + GAP {
        same() && unsafe_behind(own.leave_speed, braking(), own.decel, kind.decel)
    } else {
        true
    }
}

/// Whether merging at these speeds leaves the hinder one a longer way to a stop than the one before it.
fn unsafe_behind(leader: f64, follower: f64, leader_decel: f64, follower_decel: f64) -> bool {
    leader * leader / leader_decel <= follower * follower / follower_decel
}

/// When somebody would arrive, and how fast, if an impatient one made them brake; as if they braked by themselves if no speed is
/// said.
fn made_to_brake(
    known: &Known<'_>,
    foe: &Item,
    arrives: f64,
    own: &Coming,
    kind: &Kind,
) -> (f64, Option<f64>) {
    if own.arrival.floor() == arrives.floor() {
        return (arrives, None);
    }
    let brake = kind.decel * own.impatience;
    let seconds = arrives - own.arrival;
    let slower = seconds * brake;
    let saved = seconds * slower / 2.0;
    let speed = foe.distance / (arrives - known.now + 1.0);
    let left = foe.distance - speed * (own.arrival - known.now);
    if 0.5 * speed * speed / brake <= left {
        return (arrives + 30.0, Some(0.0));
    }
    let root = (4.0 * (speed - slower) * (speed - slower) - 8.0 * brake * saved).max(0.0).sqrt();
    let more = (root * -0.5 - slower + speed) / brake;
    (arrives + more, Some(speed - (seconds + more) * brake))
}

/// Slows down for those whose paths inside the junction meet the own one.
pub(super) fn heed_leaders(
    on: &mut Looking<'_>,
    movement: MovementId,
    items: &mut [Item],
    wait: &mut f64,
    asks: &mut bool,
) {
    let view = on.view;
    if view.busy[view.net.gate(movement).junction.i()] == 0 {
        *wait = wait.min(on.v);
        return;
    }
    for (met, conflict) in view.net.conflicts(movement) {
        if !view.load.any(met) {
            continue;
        }
        let there = on.seen - conflict.behind;
        let width = if conflict.merges || conflict.parts { 0.0 } else { conflict.size };
        if there + width < 0.0 && !conflict.merges {
            continue;
        }
        for leader in view.on[met.i()].iter().chain(&view.over[met.i()]) {
            let Some(met) = meets(on, movement, (met, conflict), *leader, there) else { continue };
            if met.in_way || leads(view, on.vehicle, movement, *leader) {
                yield_to(on, *leader, &met, items, asks);
            }
        }
    }
    *wait = wait.min(on.v);
}

/// Somebody on a path that meets the own one.
struct Met {
    /// From the own front to their end, laid on one axis.
    gap: f64,
    /// Metres to where the paths meet, if one may drive up to there.
    there: Option<f64>,
    in_way: bool,
}

fn meets(
    on: &Looking<'_>,
    movement: MovementId,
    (foe_lane, conflict): (LaneId, &Conflict),
    leader: CarId,
    there: f64,
) -> Option<Met> {
    let view = on.view;
    if leader == on.vehicle {
        return None;
    }
    let (foe, foe_length) = (view.car(leader), view.kind(leader).length);
    let joined = conflict.merges || conflict.parts;
    let foe_width = if joined { 0.0 } else { conflict.foe_size };
    let back = view.back(leader, foe_lane);
    let foe_there = view.net.lanes[foe_lane.i()].length - conflict.foe_behind - back;
    let bulge = bulge(view.net.movements[movement.i()].radius, on.kind.length);
    let past = foe_there + foe_width + bulge < 0.0;
    let inside = foe_there < foe_length;
    let foe_steps_in = view.net.gate(conflict.exit).via;
    let in_way = ((!past && there > 0.0) || (conflict.merges && there > foe_there - foe_length))
        && inside
        && !foe_steps_in;
    if there < -NEAR && !in_way {
        return None;
    }
    let car = view.car(on.vehicle);
    let own_link = view.net.lanes[view.net.movements[movement.i()].from.i()].link;
    if conflict.parts
        && view.net.lanes[car.lane.i()].link == own_link
        && back + foe_length < car.pos - on.kind.length
    {
        return None;
    }
    let front = foe.lane == foe_lane;
    if (!joined || conflict.merges) && front && !in_way && !asks_to_pass(view, conflict, leader) {
        return None;
    }
    if past && !conflict.merges {
        return None;
    }
    let shift = if conflict.merges && foe_there < 0.0 {
        (conflict.foe_behind - conflict.behind).max(0.0)
    } else {
        0.0
    };
    let gap = there - on.kind.min_gap - foe_there - shift - foe_width;
    Some(Met { gap, there: (!joined).then_some(there), in_way })
}

/// How far the end of a vehicle swings out of a turn.
fn bulge(radius: f64, length: f64) -> f64 {
    let half = (length + 2.0) / 2.0;
    if radius.is_finite() && radius > half { radius - (radius * radius - half * half).sqrt() } else { 0.0 }
}

fn asks_to_pass(view: &View<'_>, conflict: &Conflict, leader: CarId) -> bool {
    let vehicle = view.car(leader).vehicle;
    let item = view.approach.of(conflict.exit).find(|item| item.vehicle == vehicle);
    // Who is not known there has just changed lanes.
    item.map_or(conflict.merges, |item| item.asks)
}

/// Whether somebody on the junction goes first.
fn leads(view: &View<'_>, own: CarId, movement: MovementId, leader: CarId) -> bool {
    let net = view.net;
    let on = &net.movements[movement.i()];
    let (car, foe) = (view.car(own), view.car(leader));
    let inside = |lane: LaneId| {
        let at = &net.lanes[lane.i()];
        (at.inner).then(|| net.movements[net.leaving(lane).start].junction)
    };
    if inside(car.lane) != Some(on.junction) || inside(foe.lane) != Some(on.junction) {
        return true;
    }
    let foe_exit = &net.movements[net.leaving(foe.lane).start];
    let (mut own_since, mut foe_since) = (car.crossing, foe.entered);
    if net.movements[on.entry.i()].from == net.movements[foe_exit.entry.i()].from {
        (own_since, foe_since) = (car.came, foe.came);
    } else {
        let yields = net.yields(on.junction, on.place, foe_exit.place);
        let both = yields && net.yields(on.junction, foe_exit.place, on.place);
        if !yields {
            (own_since, foe_since) = (car.entered, foe.crossing);
        } else if both {
            foe_since = foe.crossing;
        }
    }
    if own_since != foe_since {
        return own_since > foe_since;
    }
    if car.speed == foe.speed { car.vehicle < foe.vehicle } else { car.speed < foe.speed }
}

/// Slows down for somebody on a path that meets the own one.
fn yield_to(on: &mut Looking<'_>, leader: CarId, met: &Met, items: &mut [Item], asks: &mut bool) {
    let view = on.view;
    let (kind, speed, foe) = (on.kind, on.speed, view.car(leader));
    let mut safe = if met.gap >= 0.0 {
        follow::follow(kind, on.desired, speed, met.gap, foe.speed, view.kind(leader).decel)
    } else {
        follow::stop(kind, on.desired, speed, on.seen - on.length - NEAR, kind.decel)
    };
    if let Some(there) = met.there.filter(|there| *there >= 0.0) {
        // Up to where the paths meet, so as to come there when the other is gone.
        let halt = follow::stop(kind, on.desired, speed, there - kind.min_gap, kind.decel);
        let past = ((there - met.gap) / foe.speed.max(STANDING)).max(0.01);
        let then = speed.max(2.0 * (there - kind.min_gap) / past - speed);
        safe = safe.max((speed + (then - speed) / past).min(halt));
    }
    if let Some(last) = on.last {
        items[last].restrict(safe);
    }
    on.v = on.v.min(safe);
    on.pass = on.pass.min(safe);
    if let Some(last) = on.last {
        // Not on the junction yet: one can at least drive up to it.
        on.v = on.v.max(items[last].wait);
    }
    let before =
        |lane: LaneId| view.net.coming(lane).first().map(|movement| view.net.movements[movement.i()].from);
    let own_lane = view.car(on.vehicle).lane;
    let next = before(foe.lane) == Some(own_lane);
    let beside = view.car(on.vehicle).inner && before(foe.lane) == before(own_lane);
    if on.v < STANDING && (beside || next || foe.standing > STUCK) {
        *asks = false;
        if let Some(last) = on.last.filter(|_| next) {
            items[last].asks = false;
        }
    }
}

/// Where everyone must give way to the one on their right, and all wait for each other, chance unties them.
pub(super) fn untie(view: &View<'_>, vehicle: CarId, movement: MovementId, asks: &mut bool) {
    let first = |of: MovementId| {
        let foes = view.net.foes(of).iter();
        let items = foes.flat_map(|foe| view.approach.of(*foe).map(move |item| (*foe, item)));
        items.min_by(|one, other| one.1.distance.total_cmp(&other.1.distance)).map(|(foe, _)| foe)
    };
    let from = view.net.movements[movement.i()].from;
    let mut at = movement;
    for _ in 0..8 {
        let Some(foe) = first(at) else { return };
        if view.net.movements[foe.i()].from == from {
            let straight = view.net.movements[movement.i()].turn == crate::net::Turn::Straight;
            let draw =
                chance::unit(view.seed ^ 0x7E, u64::from(view.car(vehicle).vehicle.0), view.now as u64);
            *asks &= draw >= if straight { 0.25 } else { 0.75 };
            return;
        }
        at = foe;
    }
}
