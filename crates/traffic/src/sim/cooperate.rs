//! Helping each other to change lanes: who must change tells those who are in the way, and everyone adapts their speed.

use super::change::{
    Around, BLOCKED_BEFORE, BLOCKED_BEHIND, Beholder, IN_WAY_BEFORE, IN_WAY_BEHIND, LEFT, RIGHT, THEIR_LEFT,
    THEIR_RIGHT,
};
use super::follow::{self, NEAR, SLACK};
use super::state::{Plan, View};
use crate::ids::CarId;

/// A difference of speed at which one overtakes.
pub(super) const HELP: f64 = 10.0 / 3.6;
/// One falls back at least so hard.
const FALL_BACK: f64 = 7.0 / 3.6;
/// How much sooner than needed one wants to have changed.
const URGENCY: f64 = 2.0;
/// From this speed on, those on the right slow down for who must come left.
const FAST: f64 = 27.0;
/// Longer lanes are not for merging.
const RAMP: f64 = 200.0;

/// What one vehicle tells another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    pub to: CarId,
    /// A speed to take, as an acceleration; infinite if there is none.
    pub accel: f64,
    /// In whose way it is, and to which side they want.
    pub wish: u32,
    /// Room to leave, up to so many metres ahead.
    pub reserve: [f64; 2],
}

/// Slows down for somebody ahead who cannot get onto the own lane.
pub(super) fn slow_for_blocked(
    view: &View<'_>,
    vehicle: CarId,
    blocked: &[CarId; 2],
    plan: &mut Plan,
) -> u32 {
    let (car, kind) = (view.car(vehicle), view.kind(vehicle));
    if car.speed >= kind.decel {
        return 0;
    }
    for (place, other) in blocked.iter().enumerate() {
        if !other.is_some() || (place == 1 && blocked[0] == *other) || *other == vehicle {
            continue;
        }
        let (foe, foe_kind) = (view.car(*other), view.kind(*other));
        let same_link = view.net.lanes[foe.lane.i()].link == view.net.lanes[car.lane.i()].link;
        let gap = foe.pos - foe_kind.length - car.pos - kind.min_gap;
        if same_link && foe.driving && foe.lane != car.lane && gap > NEAR {
            let safe = follow::safe_there(kind, gap - NEAR, foe.speed, foe_kind.decel);
            plan.advise(safe.min(follow::fastest(kind, car.speed)) - car.speed);
        }
    }
    0
}

/// Prepares a change that must happen within `room` metres, by somebody who looks ahead by the speed `look`: speeds, and
/// messages to who is in the way.
pub(super) fn urgent(
    on: &Beholder<'_>,
    around: &Around,
    [look, room]: [f64; 2],
    plan: &mut Plan,
    blocked: &[[CarId; 2]],
    messages: &mut Vec<Message>,
) {
    let lanes = on.offset.abs();
    if lanes > 1 {
        plan.blocker = plan.blocker.max(if on.right { 20.0 } else { 40.0 });
    }
    let continues = on.current.goes_on();
    let counter = if on.right { LEFT } else { RIGHT };
    let leader = around.before.map(|(foe, _)| foe);
    let first = Some(blocked[on.lane.i()][0]).filter(|foe| foe.is_some() && Some(*foe) != leader);
    for foe in [leader, first].into_iter().flatten() {
        if on.view.wish(foe) & counter != 0 && !leave_room(on, plan, foe, room, messages) {
            plan.go_on = continues;
        }
    }
    let seconds = (room / look.max(SLACK) / f64::from(lanes.max(1)) / URGENCY).max(1.0);
    if let Some(planned) = tell_leader(on, around, plan, [room, seconds], messages) {
        tell_follower(on, around, plan, [planned, seconds], messages);
    }
}

/// Leaves room for one who must come across, or asks them to.
fn leave_room(
    on: &Beholder<'_>,
    plan: &mut Plan,
    foe: CarId,
    room: f64,
    messages: &mut Vec<Message>,
) -> bool {
    let kind = on.view.kind(foe);
    let long = kind.length + kind.min_gap;
    if long <= room - follow::brake_gap(on.speed, on.kind.decel, 0.0) {
        plan.blocker = plan.blocker.max(long);
        return true;
    }
    let reserve = [on.kind.length + on.kind.min_gap, room];
    messages.push(Message { to: foe, accel: f64::INFINITY, wish: 0, reserve });
    true
}

fn theirs(on: &Beholder<'_>) -> u32 {
    if on.right { THEIR_RIGHT } else { THEIR_LEFT }
}

/// Deals with who is before on the lane beside. The speed that the vehicle plans with; none if it overtakes.
fn tell_leader(
    on: &Beholder<'_>,
    around: &Around,
    plan: &mut Plan,
    [room, seconds]: [f64; 2],
    messages: &mut Vec<Message>,
) -> Option<f64> {
    let (view, kind, speed) = (on.view, on.kind, on.speed);
    let top = view.car(on.vehicle).limit;
    let mut planned = speed.min(follow::stop(kind, top, speed, room - plan.blocker, kind.decel));
    for accel in plan.advice() {
        if *accel >= -kind.decel {
            planned = planned.min(speed + accel);
        }
    }
    let Some((foe, gap)) = around.before else { return Some(planned) };
    let (foe_car, foe_kind) = (view.car(foe), view.kind(foe));
    let foe_next = foe_car.speed - (-foe_car.accel).max(1.0);
    let gap_next = gap + foe_next - planned;
    let behind = follow::follow(kind, top, speed, gap_next, foe_next.max(0.0), foe_kind.decel)
        .max(follow::slowest(kind, speed));
    if around.blocked & BLOCKED_BEFORE == 0 {
        plan.advise(behind - speed);
        return Some(behind.min(planned));
    }
    let overtake = overtaking(kind, foe_kind, gap, speed, foe_car.speed);
    let faster = planned - foe_car.speed;
    let takes = if faster > 0.0 { overtake / faster } else { seconds + 1.0 };
    let congested = speed < 60.0 / 3.6 || view.net.lanes[on.lane.i()].speed < 60.1 / 3.6;
    let stays = faster < 0.0
        || (!on.right && !congested)
        || room - plan.blocker - follow::brake_gap(speed, kind.decel, kind.tau) < overtake
        || seconds < takes;
    let wish = IN_WAY_BEFORE | theirs(on);
    if !stays {
        messages.push(Message { to: foe, accel: 0.0, wish, reserve: [0.0; 2] });
        return None;
    }
    messages.push(Message { to: foe, accel: f64::INFINITY, wish, reserve: [0.0; 2] });
    if behind < speed {
        let decel = kind.decel.min(FALL_BACK.max((speed - behind) / seconds));
        let next = planned.min((speed - decel).max(0.0));
        plan.advise(next - speed);
        return Some(next);
    }
    plan.advise(behind - speed);
    Some(planned)
}

/// The way that one needs to be past another.
fn overtaking(
    own: &crate::demand::Kind,
    foe: &crate::demand::Kind,
    gap: f64,
    speed: f64,
    foe_speed: f64,
) -> f64 {
    let secure = follow::secure(foe, foe_speed, speed, own.decel);
    (gap + foe.length + foe.min_gap + own.length + secure).max(0.0)
}

/// Deals with who is behind on the lane beside.
fn tell_follower(
    on: &Beholder<'_>,
    around: &Around,
    plan: &mut Plan,
    [planned, seconds]: [f64; 2],
    messages: &mut Vec<Message>,
) {
    let Some((foe, gap)) = around.behind else { return };
    let (view, kind, speed) = (on.view, on.kind, on.speed);
    let (foe_speed, foe_kind) = (view.car(foe).speed, view.kind(foe));
    let foe_top = view.limit(foe, view.car(foe).lane);
    let following = |gap: f64| follow::follow(foe_kind, foe_top, foe_speed, gap, planned, kind.decel);
    let mut tell = |next: f64, wish: u32| {
        messages.push(Message {
            to: foe,
            accel: next - foe_speed,
            wish: wish | theirs(on),
            reserve: [0.0; 2],
        });
    };
    if around.blocked & BLOCKED_BEHIND == 0 {
        if around.blocked & BLOCKED_BEFORE != 0 {
            let rough = following(gap + planned);
            tell(following(gap + planned - rough), 0);
        }
        return;
    }
    if planned - foe_speed >= HELP {
        let needed = follow::secure(foe_kind, foe_speed, planned, kind.decel);
        if (needed - gap) / seconds < planned - foe_speed {
            return tell(planned - HELP, IN_WAY_BEHIND);
        }
    }
    let slowed = (foe_speed - foe_kind.decel).max(0.0);
    let faster = planned - slowed;
    let opened = gap + faster;
    let secure = follow::secure(foe_kind, slowed, planned, kind.decel);
    if opened > 0.0 && opened >= secure {
        let rough = slowed.max(following(gap + planned));
        return tell(slowed.max(following(gap + planned - rough)), IN_WAY_BEHIND);
    }
    if faster > 0.0 && faster * seconds > secure - opened + NEAR {
        return tell(slowed, IN_WAY_BEHIND);
    }
    let congested = foe_speed < 60.0 / 3.6 || view.net.lanes[on.target.i()].speed < 60.1 / 3.6;
    if on.right && !congested {
        return tell(slowed.max(HELP), IN_WAY_BEHIND);
    }
    let mut help = foe_speed.max(speed + HELP);
    let ramp = !on.right && (planned > FAST || view.net.lanes[on.lane.i()].length > RAMP);
    if foe_speed > speed && (on.right || ramp) {
        help = slowed.max(speed + HELP);
        if (foe_speed - speed) / foe_kind.decel < seconds {
            return tell(help, IN_WAY_BEHIND);
        }
    }
    tell(help, IN_WAY_BEHIND);
    let overtake = overtaking(foe_kind, kind, gap, help, planned);
    plan.advise((help - overtake / seconds).max(speed - kind.decel) - speed);
}
