//! A vehicle looks along its way: how fast it may be behind whoever is ahead, and how it would come to each movement.

use super::follow::{self, NEAR, SLACK, STANDING};
use super::junction;
use super::state::{Item, View, flags, major, red, yellow};
use super::stops;
use crate::demand::Kind;
use crate::ids::{CarId, LaneId, MovementId};
use crate::net::Gate;

/// How many of its own lengths behind a junction a vehicle looks for room.
const ROOM: f64 = 5.0;
/// From a stop line one keeps away so far where a light will let one go.
const BEFORE_LINE: f64 = 1.0;
/// The least deceleration that yellow is worth.
const FOR_YELLOW: f64 = 3.0;

/// The speed of the next step as it stands while a vehicle looks along its way.
pub(super) struct Looking<'l> {
    pub view: &'l View<'l>,
    pub vehicle: CarId,
    pub kind: &'l Kind,
    pub speed: f64,
    /// How fast it would drive on an empty lane.
    pub desired: f64,
    /// The speed so far, and that with which the next movement is passed.
    pub v: f64,
    pub pass: f64,
    /// The lane that is looked at, its metres, and the distance to its end.
    pub lane: LaneId,
    pub length: f64,
    pub seen: f64,
    /// Whether it lies inside a junction, and the movement that leaves it there.
    inside: bool,
    exit: MovementId,
    /// Where the last item is.
    pub last: Option<usize>,
    limit: f64,
    stage: u32,
    left: u32,
    inner: f64,
    outer: f64,
    left_junction: bool,
    slowed: bool,
}

/// Looks along the way of a vehicle; `ahead` is who drives before it on its lane. Writes an item for each movement.
pub(super) fn look(view: &View<'_>, vehicle: CarId, ahead: Option<CarId>, items: &mut Vec<Item>) {
    let car = view.car(vehicle);
    let kind = view.kind(vehicle);
    let comfort = follow::slowest(kind, car.speed);
    let top = follow::fastest(kind, car.speed);
    let desired = car.limit;
    let limit = desired.max(comfort);
    let v = follow::free(kind, desired, car.speed).min(limit);
    let far = top + follow::brake_gap(top, kind.decel, kind.tau);
    let seen = car.length - car.pos;
    let mut on = Looking {
        view,
        vehicle,
        kind,
        speed: car.speed,
        desired,
        v,
        pass: follow::after(kind, seen, v, kind.accel).min(limit),
        lane: car.lane,
        length: car.length,
        seen,
        inside: car.inner,
        exit: car.out,
        last: None,
        limit,
        stage: car.stage,
        left: car.left,
        inner: if car.inner { seen } else { 0.0 },
        outer: 0.0,
        left_junction: false,
        slowed: false,
    };
    let first = items.len();
    if car.stays(view.demand) {
        on.v = 0.0;
        items.push(on.item(MovementId::NONE, 0.0, false));
        return;
    }
    let mut leader = ahead;
    loop {
        if let Some(leader) = leader {
            on.behind(leader, items);
        }
        if let Some(last) = on.last {
            items[last].wait = items[last].wait.min(on.v);
        }
        if on.stage == car.stop_stage && !on.inside {
            on.halt(items, comfort);
            break;
        }
        if !on.movement(items, comfort, far) {
            break;
        }
        leader = view.last(on.lane).filter(|leader| *leader != vehicle);
        if items.len() - first > 40 {
            break;
        }
    }
}

impl Looking<'_> {
    /// Stays behind somebody on the lane that is looked at.
    fn behind(&mut self, leader: CarId, items: &mut [Item]) {
        let view = self.view;
        let car = view.car(leader);
        let gap = view.back(leader, self.lane) + self.seen - self.length - self.kind.min_gap;
        let decel = view.kind(leader).decel;
        let safe = follow::follow(self.kind, self.desired, self.speed, gap, car.speed, decel);
        if let Some(last) = self.last {
            let then = items[last].leaving();
            items[last].restrict(follow::follow(self.kind, self.desired, then, gap, car.speed, decel));
        }
        self.v = self.v.min(safe);
        self.pass = self.pass.min(safe);
    }

    /// Looks at the next movement, and goes on to the lane behind it. Says whether to look further.
    fn movement(&mut self, items: &mut Vec<Item>, comfort: f64, far: f64) -> bool {
        let view = self.view;
        let inner = self.inside;
        if !inner && self.left == 0 {
            self.arrive(items);
            return false;
        }
        let movement = match inner {
            true => self.exit,
            false if self.last.is_none() => view.car(self.vehicle).out,
            false if self.stage == view.car(self.vehicle).stage + 1 => view.car(self.vehicle).then,
            false => view.onward(self.stage, self.lane),
        };
        if !movement.is_some() {
            self.end(items);
            return false;
        }
        if !self.approach(movement, inner, items) {
            return false;
        }
        let on = view.net.gate(movement);
        // Who is too far to have to stop for anything behind the junction needs to know no more.
        if !inner && self.seen > far {
            return false;
        }
        if !on.via {
            self.left_junction = true;
            self.stage += 1;
            self.left -= 1;
        }
        let asks = items[self.last.unwrap_or_default()].asks;
        let room = (self.kind.length * ROOM).max(self.kind.length + self.inner);
        if (!asks || self.v <= 0.0 || self.seen > far) && self.left_junction && self.outer > room {
            return false;
        }
        self.enter(on, comfort);
        true
    }

    /// Goes on to the lane behind a movement: it must not be entered faster than one may drive there.
    fn enter(&mut self, next: &Gate, comfort: f64) {
        self.limit = self.limit_behind(next);
        if self.limit < self.v {
            let slowing = follow::slowing(self.kind.decel, self.seen, self.limit, false).max(comfort);
            self.v = self.v.min(slowing);
        }
        match next.inner {
            true => self.inner += next.length,
            false => self.outer += next.length,
        }
        (self.lane, self.length, self.inside, self.exit) = (next.next, next.length, next.inner, next.exit);
        self.seen += next.length;
        self.pass = follow::after(self.kind, next.length, self.v, self.kind.accel).min(self.limit);
    }

    /// Drives to the goal.
    fn arrive(&mut self, items: &mut Vec<Item>) {
        let there = follow::slowing(self.kind.decel, self.seen - self.limit, self.limit, false).max(SLACK);
        self.v = self.v.min(there);
        if let Some(last) = self.last {
            items[last].restrict(there);
        }
        items.push(self.item(MovementId::NONE, self.v, false));
    }

    /// Stops where the lane leads elsewhere.
    fn end(&mut self, items: &mut Vec<Item>) {
        let halt = follow::stop(self.kind, self.desired, self.speed, self.seen, self.kind.decel);
        if let Some(last) = self.last {
            items[last].restrict(halt);
        }
        self.v = self.v.min(halt);
        items.push(self.item(MovementId::NONE, self.v, false));
    }

    /// Comes to a stand at its stop.
    fn halt(&mut self, items: &mut Vec<Item>, comfort: f64) {
        let view = self.view;
        let end = stops::end(view, self.vehicle);
        let gap = self.seen + end + SLACK - self.length;
        let halt = |speed: f64| follow::stop(self.kind, self.desired, speed, gap, self.kind.decel);
        if let Some(last) = self.last {
            let then = items[last].leaving();
            items[last].restrict(halt(then));
        }
        self.v = self.v.min(halt(self.speed).max(comfort));
        items.push(self.item(MovementId::NONE, self.v, false));
    }

    fn item(&self, movement: MovementId, wait: f64, asks: bool) -> Item {
        let car = self.view.car(self.vehicle);
        let heard = || match self.is_next(movement) {
            true => car.has(flags::HEARD),
            false => self.view.net.gate(movement).heard,
        };
        Item {
            vehicle: car.vehicle,
            kind: car.kind,
            movement,
            next: u32::MAX,
            standing: car.standing,
            asks,
            silent: !movement.is_some() || !(asks || heard()),
            stands: car.speed <= STANDING,
            withdrawn: false,
            comes: self.v,
            wait,
            distance: self.seen,
            arrival_speed: 0.0,
            leave_speed: -1.0,
        }
    }

    /// How fast one would drive on the lane behind a movement if it were empty.
    fn limit_behind(&self, gate: &Gate) -> f64 {
        (gate.speed * self.view.car(self.vehicle).factor).min(self.kind.max_speed)
    }

    /// How far before a movement to stop.
    fn line(&self, movement: MovementId, light: u8, brake: f64) -> f64 {
        let on = self.view.net.gate(movement);
        let mut before = match () {
            () if red(light) || yellow(light) => BEFORE_LINE,
            () if major(light) => (on.sight - NEAR).min(BEFORE_LINE),
            () => 0.0f64.min(on.sight - NEAR),
        };
        if self.seen >= brake {
            before = before.min(self.seen - brake);
        }
        (self.seen - before.max(NEAR)).max(0.0)
    }

    /// Works out how the vehicle comes to a movement. Says whether it could go on behind it.
    fn approach(&mut self, movement: MovementId, inner: bool, items: &mut Vec<Item>) -> bool {
        let view = self.view;
        let light = view.light(movement);
        let shut = red(light) || yellow(light);
        let decel =
            if shut { FOR_YELLOW.min(self.kind.emergency).max(self.kind.decel) } else { self.kind.decel };
        let brake = follow::brake_gap(self.speed, decel, 0.0);
        let halt = match follow::is_free(self.kind, self.speed, self.seen - BEFORE_LINE, decel) {
            true => self.v,
            false => {
                follow::stop(self.kind, self.desired, self.speed, self.line(movement, light, brake), decel)
            }
        };
        let leaving = view.car(self.vehicle).inner && self.last.is_none();
        let mut asks = (self.v > 0.1 * SLACK && (!self.slowed || inner)) || leaving;
        let mut wait = self.v.min(halt);
        if shut && self.seen >= brake {
            if inner {
                junction::heed_leaders(self, movement, items, &mut wait, &mut asks);
            }
            let item = self.item(movement, wait, false);
            self.last = Some(items.len());
            items.push(item);
            return false;
        }
        if inner {
            junction::heed_leaders(self, movement, items, &mut wait, &mut asks);
        }
        if let Some(last) = self.last {
            items[last].restrict(self.limit);
        }
        let arriving = self.arriving(movement, light, brake, &mut asks);
        let mut item = self.item(movement, wait, asks);
        item.arrival_speed = arriving;
        item.leave_speed = self.leaving(movement, arriving);
        self.last = Some(items.len());
        items.push(item);
        true
    }

    /// The speed behind a movement that is reached with a speed.
    fn leaving(&self, movement: MovementId, arriving: f64) -> f64 {
        let car = self.view.car(self.vehicle);
        if self.is_next(movement) && car.has(flags::VIA) && arriving >= car.beyond {
            return car.beyond;
        }
        let on = self.view.net.gate(movement);
        follow::after(self.kind, on.way(), arriving, self.kind.accel).min(self.limit_behind(on))
    }

    /// Whether the vehicle carries along what it must know of a movement: it leaves the vehicle's lane, before a junction.
    #[inline]
    fn is_next(&self, movement: MovementId) -> bool {
        let car = self.view.car(self.vehicle);
        car.out == movement && !car.inner && self.last.is_none()
    }

    /// The speed at a movement: where others go first, slow enough to stop once they can be seen.
    fn arriving(&mut self, movement: MovementId, light: u8, brake: f64, asks: &mut bool) -> f64 {
        let view = self.view;
        let on = view.net.gate(movement);
        let minor = !major(light) && brake < self.seen && !junction::came_first(view, movement);
        let mut arriving = self.pass;
        if minor && self.seen > on.sight {
            let there = follow::halting(on.sight, self.kind.decel, 0.0);
            let there = follow::after(self.kind, on.sight, there, self.kind.accel);
            arriving = arriving.min(there);
            self.slowed = true;
        } else if light == b'=' && view.car(self.vehicle).standing > 0.0 {
            junction::untie(view, self.vehicle, movement, asks);
        }
        if minor && on.roundabout {
            self.slowed = true;
        }
        arriving
    }
}
