//! Changing lanes after Erdmann (2014): because the route asks for it, to help another, for speed, to keep right.

use super::cooperate::{self, Message};
use super::follow::{self, NEAR, SLACK, STANDING};
use super::neighbours::{self, Near};
use super::state::{Mind, Plan, View, flags};
use crate::demand::Kind;
use crate::ids::{CarId, LaneId};
use crate::route::Ahead;

/// What a vehicle wants.
pub(super) const LEFT: u32 = 1;
pub(super) const RIGHT: u32 = 2;
pub(super) const STRATEGIC: u32 = 4;
pub(super) const COOPERATIVE: u32 = 8;
pub(super) const SPEED: u32 = 16;
pub(super) const KEEP_RIGHT: u32 = 32;
pub(super) const STAY: u32 = 64;
pub(super) const URGENT: u32 = 128;
/// What keeps it from that.
pub(super) const BLOCKED_BEFORE: u32 = 256;
pub(super) const BLOCKED_BEHIND: u32 = 512;
pub(super) const BLOCKED: u32 = BLOCKED_BEFORE | BLOCKED_BEHIND;
/// What others told it: it is in their way, and to which side they want.
pub(super) const IN_WAY_BEFORE: u32 = 1 << 10;
pub(super) const IN_WAY_BEHIND: u32 = 1 << 11;
pub(super) const THEIR_LEFT: u32 = 1 << 12;
pub(super) const THEIR_RIGHT: u32 = 1 << 13;

/// How far one looks ahead for a change, in seconds.
const FORWARD: f64 = 10.0;
/// Lanes to the left are looked for so much earlier.
const EARLIER_LEFT: f64 = 2.0;
/// How slowly the speed by which one looks ahead falls.
const MEMORY: f64 = 0.9;
/// Leaning at which one changes for speed, to the left and to the right.
const LEAN_LEFT: f64 = 0.2;
const LEAN_RIGHT: f64 = 2.0;
/// Gains are taken relative to at least this speed.
const GAIN_SPEED: f64 = 10.0;
/// Seconds of free driving on the right after which one moves there.
const RIGHT_TIME: f64 = 5.0;
/// A lane that leads elsewhere within this distance is for turning.
const TURN_LANE: f64 = 200.0;
/// Below this nobody minds being overtaken on the right.
const SLOW_ROAD: f64 = 60.1 / 3.6;

/// What a vehicle decided about its lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub vehicle: CarId,
    /// The lane that it changes to; none if it stays.
    pub to: LaneId,
    pub mind: Mind,
}

/// What those on some lanes tell others, and how they drive who have a plan.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub messages: Vec<Message>,
    pub plans: Vec<Plan>,
}

/// Who is near on the lane beside, and what keeps a vehicle from changing there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    pub before: Near,
    pub behind: Near,
    pub blocked: u32,
}

/// One vehicle's look at the lane beside.
pub(super) struct Beholder<'b> {
    pub view: &'b View<'b>,
    pub vehicle: CarId,
    pub kind: &'b Kind,
    pub speed: f64,
    pub pos: f64,
    pub lane: LaneId,
    pub leader: Near,
    /// The lane that it looks at, on the left or on the right.
    pub target: LaneId,
    pub right: bool,
    pub current: Ahead,
    pub other: Ahead,
    /// How many lanes away the best one is, as far as it matters here.
    pub offset: i32,
}

/// Decides about a vehicle's lane. `leader` drives before it.
pub(super) fn decide(
    view: &View<'_>,
    vehicle: CarId,
    leader: Near,
    blocked: &[[CarId; 2]],
    told: &mut Told,
) -> Choice {
    let car = view.car(vehicle);
    let old = view.minds[vehicle.i()];
    let look = (MEMORY * old.look + (1.0 - MEMORY) * car.speed).max(car.speed);
    let mut mind = Mind { wish: 0, plan: 0, look, ..old };
    let mut plan = Plan::default();
    let class = view.kind(vehicle).class;
    let mut states = [0; 2];
    let heard = cooperate::slow_for_blocked(view, vehicle, &blocked[car.lane.i()], &mut plan);
    for (side, right) in [true, false].into_iter().enumerate() {
        let flank = if right { flags::RIGHT } else { flags::LEFT };
        let place = car.lane.i() as i64 + if right { -1 } else { 1 };
        let target = LaneId::at(place as usize);
        if !car.has(flank) || (view.ways.open.is_closed() && !view.ways.open.takes(target, class)) {
            continue;
        }
        let beholder = Beholder::new(view, vehicle, leader, target, right);
        let state = beholder.wants(&mut mind, &mut plan, old.wish, blocked, &mut told.messages);
        let way = if right { RIGHT } else { LEFT };
        if state & way != 0 && state & BLOCKED == 0 {
            return Choice { vehicle, to: target, mind: Mind::default() };
        }
        states[side] = state;
    }
    if states[0] & URGENT != 0 && states[1] & URGENT != 0 {
        states[1] = 0;
    }
    mind.wish = states[0] | states[1] | heard;
    if !plan.is_idle() {
        told.plans.push(plan);
        mind.plan = told.plans.len() as u32;
    }
    Choice { vehicle, to: LaneId::NONE, mind }
}

impl<'b> Beholder<'b> {
    fn new(view: &'b View<'b>, vehicle: CarId, leader: Near, target: LaneId, right: bool) -> Self {
        let (car, kind) = (view.car(vehicle), view.kind(vehicle));
        let (current, other) = (car.ahead(car.lane), car.ahead(target));
        let mut offset = i32::from(current.offset);
        if offset == 0 && other.offset == 0 {
            offset = if right { -1 } else { 1 };
        }
        let (speed, pos, lane) = (car.speed, car.pos, car.lane);
        Self { view, vehicle, kind, speed, pos, lane, leader, target, right, current, other, offset }
    }

    /// Who is near on the lane beside; `before` if that is known already.
    fn around(&self, before: Option<Near>) -> Around {
        let (view, kind) = (self.view, self.kind);
        let before = before.unwrap_or_else(|| neighbours::before(view, self.vehicle, self.target));
        let behind = neighbours::behind(view, self.vehicle, self.target);
        // Nobody is both, or they would be told contradictory things.
        let behind = behind.filter(|(foe, _)| before.is_none_or(|(other, _)| *foe != other));
        let mut blocked = 0;
        if let Some((foe, gap)) = behind {
            let secure = follow::secure(view.kind(foe), view.car(foe).speed, self.speed, kind.decel);
            blocked |= if gap < 0.0 || gap < secure { BLOCKED_BEHIND } else { 0 };
        }
        if let Some((foe, gap)) = before {
            let secure = follow::secure(kind, self.speed, view.car(foe).speed, view.kind(foe).decel);
            blocked |= if gap < 0.0 || gap < secure { BLOCKED_BEFORE } else { 0 };
        }
        Around { before, behind, blocked }
    }

    /// What the vehicle wants of the lane beside.
    fn wants(
        &self,
        mind: &mut Mind,
        plan: &mut Plan,
        heard: u32,
        blocked: &[[CarId; 2]],
        messages: &mut Vec<Message>,
    ) -> u32 {
        let way = if self.right { RIGHT } else { LEFT };
        let to_best = self.offset != 0 && (self.offset < 0) == self.right;
        let whole = self.kind.length + self.kind.min_gap;
        let earlier = if self.right { 1.0 } else { EARLIER_LEFT };
        let look = mind.look * FORWARD * earlier + 2.0 * whole;
        let (current, other) = (f64::from(self.current.length), f64::from(self.other.length));
        let usable = || current - self.pos - self.occupied(self.best_lane());
        let own_offset = self.offset == i32::from(self.current.offset);
        let lanes = f64::from(self.offset.abs());
        if to_best && own_offset && usable() / lanes < look {
            let around = self.around(None);
            plan.room = current - self.pos;
            cooperate::urgent(self, &around, [mind.look, plan.room], plan, blocked, messages);
            return way | STRATEGIC | URGENT | around.blocked;
        }
        let avoid = self.mind_overtaking_right() && !self.right;
        let on_best = self.offset == 0;
        let leads_elsewhere = on_best && other < TURN_LANE && self.other.goes_on();
        let stays = leads_elsewhere
            || (!to_best && {
                let jam = self.occupied(self.lane).max(self.occupied(self.target));
                let left = (other - self.pos - jam).max(0.0);
                left / (lanes + 2.0) < look || (on_best && left * 2.0 < look)
            });
        // Looking around is dear; most who stay need not.
        if stays && !avoid {
            return STAY | STRATEGIC;
        }
        let before = neighbours::before(self.view, self.vehicle, self.target);
        let leaning = avoid && self.stay_behind_left(mind, plan, before);
        if stays {
            return STAY | STRATEGIC;
        }
        let wish =
            self.would_like(mind, heard, before, [current, other, look], to_best && own_offset, leaning);
        if wish & way != 0 { wish | self.around(Some(before)).blocked } else { wish }
    }

    /// What the vehicle wants where the route leaves it the choice.
    fn would_like(
        &self,
        mind: &mut Mind,
        heard: u32,
        before: Near,
        [current, other, look]: [f64; 3],
        to_best: bool,
        leaning: bool,
    ) -> u32 {
        let view = self.view;
        let way = if self.right { RIGHT } else { LEFT };
        let faster = |near: Near| near.is_some_and(|(foe, _)| view.car(foe).accel > 0.0);
        let starting = faster(before) || faster(self.leader);
        let top = view.car(self.vehicle).limit;
        let there = self.foreseen(before, other, view.limit(self.vehicle, self.target), starting);
        let here = self.foreseen(self.leader, current, top, starting);
        let lean = if self.right { mind.gain / LEAN_RIGHT } else { -mind.gain / LEAN_LEFT };
        let inconvenient = (here / there - 1.0).max(lean).min(1.0) > 1.0;
        if self.right
            && self.offset == 0
            && view.net.lanes[self.lane.i()].speed > 80.0 / 3.6
            && mind.look > STANDING
        {
            return STAY | STRATEGIC;
        }
        let theirs = if self.right { THEIR_RIGHT } else { THEIR_LEFT };
        let asked = heard & IN_WAY_BEHIND != 0 && heard & theirs != 0;
        let goes_on = other / f64::from(self.offset.abs() + 1) > look;
        if asked && !inconvenient && (to_best || goes_on) {
            return way | COOPERATIVE | URGENT;
        }
        let gain = (there - here) / there.max(GAIN_SPEED);
        let long = other / self.speed.max(0.1) > 20.0;
        if self.right {
            if let Some(wish) = self.to_the_right(mind, before, [here, there, gain, top, other]) {
                return wish;
            }
            if mind.gain < -LEAN_RIGHT && long {
                return way | SPEED;
            }
        } else {
            mind.gain = match () {
                () if here > there => {
                    if mind.gain > 0.0 {
                        mind.gain * 0.5
                    } else {
                        mind.gain
                    }
                }
                () if here == there => {
                    if mind.gain > 0.0 {
                        mind.gain * 0.8
                    } else {
                        mind.gain
                    }
                }
                () => mind.gain + gain,
            };
            if mind.gain > LEAN_LEFT && (gain > SLACK || leaning) && long {
                return way | SPEED;
            }
        }
        let does_not_hurt = if self.right { mind.gain < 0.0 } else { mind.gain > 0.0 };
        if to_best && gain >= 0.0 && does_not_hurt {
            return way | STRATEGIC;
        }
        0
    }

    /// The leaning to the right: for speed, and because one keeps right.
    fn to_the_right(
        &self,
        mind: &mut Mind,
        before: Near,
        [here, there, gain, top, other]: [f64; 5],
    ) -> Option<u32> {
        if here - 5.0 / 3.6 > there {
            if mind.gain < 0.0 {
                mind.gain *= 0.5;
            }
            return None;
        }
        if mind.gain < 0.0 || gain > 0.0 {
            mind.gain -= gain;
        }
        let kind = self.kind;
        let accepts = 7.0 * (top / self.view.net.lanes[self.lane.i()].speed) * self.speed.max(1.0);
        let mut room = (other - follow::brake_gap(top, kind.decel, kind.tau)).max(0.0);
        let mut seconds = accepts.min(room / top);
        if let Some((foe, gap)) = before {
            let (foe_speed, foe_decel) = (self.view.car(foe).speed, self.view.kind(foe).decel);
            if foe_speed < top {
                room = room.min(gap - follow::secure(kind, top, foe_speed, foe_decel)).max(0.0);
                seconds = seconds.min(room / (top - foe_speed));
            }
        }
        if self.mind_overtaking_right()
            && let Some((foe, gap)) = self.leader
        {
            let foe_top = self.view.limit(foe, self.lane);
            if foe_top < top {
                room = room.min(gap);
                seconds = seconds.min(room / (top - self.view.car(foe).speed).max(0.01));
                mind.gain += (top - foe_top) / top.max(GAIN_SPEED);
            }
        }
        mind.keep_right -= LEAN_RIGHT * (seconds / accepts) / RIGHT_TIME;
        (mind.keep_right < -LEAN_RIGHT).then_some(RIGHT | KEEP_RIGHT)
    }

    /// The speed that a lane will allow, behind its leader or up to where it leads elsewhere.
    fn foreseen(&self, leader: Near, distance: f64, top: f64, starting: bool) -> f64 {
        let kind = self.kind;
        let (gap, speed, decel) = match leader {
            Some((foe, gap)) => (gap, self.view.car(foe).speed, self.view.kind(foe).decel),
            None => (distance, 0.0, kind.decel),
        };
        let top = if starting { top.min(follow::fastest(kind, self.speed)) } else { top };
        follow::safe_up_to(kind, top, gap, speed, decel)
    }

    /// Whether overtaking on the right is out of place: on fast roads, while traffic flows.
    fn mind_overtaking_right(&self) -> bool {
        self.speed >= 60.0 / 3.6 && self.view.net.lanes[self.lane.i()].speed >= SLOW_ROAD
    }

    /// Stays behind a slower one on the left, or leans to the left.
    fn stay_behind_left(&self, mind: &mut Mind, plan: &mut Plan, before: Near) -> bool {
        let Some((foe, gap)) = before else { return false };
        let (view, kind) = (self.view, self.kind);
        let (foe_speed, decel) = (view.car(foe).speed, view.kind(foe).decel);
        let top = view.car(self.vehicle).limit;
        let slower = (top - view.limit(foe, self.target)).max(self.speed - foe_speed);
        if slower <= 0.0 {
            return false;
        }
        let hardest = follow::slowest(kind, self.speed);
        let behind = follow::follow(kind, top, self.speed, gap, foe_speed, decel);
        let mut safe = if behind >= hardest { behind } else { hardest.max(foe_speed - cooperate::HELP) };
        if mind.gain < LEAN_LEFT {
            safe = safe.max(foe_speed);
        }
        plan.advise(safe - self.speed);
        let soon = follow::follow(kind, top, self.speed, gap - slower * 8.0, foe_speed, decel);
        if soon < safe {
            mind.gain += slower / top.max(GAIN_SPEED);
            return true;
        }
        false
    }

    fn best_lane(&self) -> LaneId {
        let place = self.lane.i() as i64 + i64::from(self.offset);
        // The lane that is looked at is there.
        if self.offset == 0 || self.offset == if self.right { -1 } else { 1 } {
            return LaneId::at(place as usize);
        }
        let lanes = self.view.net.lanes_of(self.view.car(self.vehicle).link);
        if lanes.contains(&(place as usize)) { LaneId::at(place as usize) } else { self.lane }
    }

    /// Metres that vehicles take on a lane before the own place.
    fn occupied(&self, lane: LaneId) -> f64 {
        if !self.view.load.any(lane) {
            return 0.0;
        }
        let on = &self.view.on[lane.i()];
        let ahead = on.partition_point(|other| self.view.car(*other).pos > self.pos);
        on[..ahead].iter().map(|other| self.view.kind(*other).length + self.view.kind(*other).min_gap).sum()
    }
}

/// A speed with what changing lanes asks for; `range` holds the least, the wanted and the highest speed.
pub(super) fn adapt(
    wish: u32,
    plan: Option<&Plan>,
    kind: &Kind,
    [desired, speed]: [f64; 2],
    [least, wanted, most]: [f64; 3],
) -> f64 {
    if wish == 0 && plan.is_none() {
        return wanted;
    }
    let (mut least, mut most, mut chosen, mut got) = (least, most, wanted, false);
    if let Some(plan) = plan.filter(|plan| plan.blocker != 0.0) {
        let space = plan.room - plan.blocker - 1.0 - kind.min_gap;
        if space > 0.0 {
            let hardest = (speed - kind.emergency).max(0.0);
            let safe = follow::stop(kind, desired, speed, space, kind.decel);
            most = most.min(safe.max(hardest));
            if safe < wanted {
                if safe < least && safe >= hardest {
                    least = hardest.max(safe);
                }
                chosen = least.max(safe);
                got = true;
            }
        }
    }
    for advice in plan.iter().flat_map(|plan| plan.advice()) {
        let advised = speed + advice;
        if (least..=most).contains(&advised) {
            chosen = chosen.min(advised);
            got = true;
        }
    }
    if got && plan.is_some_and(|plan| !plan.go_on) {
        return chosen;
    }
    if wish & (LEFT | RIGHT) != 0 && wish & BLOCKED != 0 {
        if wish & STRATEGIC != 0 {
            return (most + wanted) / 2.0;
        }
        if wish & COOPERATIVE != 0 {
            let towards = if wish & BLOCKED_BEFORE != 0 { least } else { most };
            return (towards + wanted) / 2.0;
        }
    }
    if wish & IN_WAY_BEFORE != 0 {
        return (most + wanted) / 2.0;
    }
    wanted
}

/// Whether two changes of the same step fit: the gaps on the lane as it is now are still enough.
pub(super) fn fits(view: &View<'_>, vehicle: CarId, lane: LaneId) -> bool {
    let (car, kind) = (view.car(vehicle), view.kind(vehicle));
    let on = &view.on[lane.i()];
    let at = on.partition_point(|other| view.car(*other).pos >= car.pos);
    let before = at.checked_sub(1).map(|at| on[at]);
    let clear = before.is_none_or(|foe| {
        let gap = view.car(foe).pos - view.kind(foe).length - car.pos - kind.min_gap;
        gap >= follow::secure(kind, car.speed, view.car(foe).speed, view.kind(foe).decel)
    });
    clear
        && on.get(at).is_none_or(|foe| {
            let other = view.kind(*foe);
            let gap = car.pos - kind.length - view.car(*foe).pos - other.min_gap;
            gap >= follow::secure(other, view.car(*foe).speed, car.speed, kind.decel) && gap > -NEAR
        })
}
