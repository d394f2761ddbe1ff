//! What changes while traffic runs. Numbers that one part of the step reads together lie together, one entry per vehicle.

use super::follow;
use super::load::Load;
use super::rows::Rows;
use crate::demand::{Demand, Kind};
use crate::ids::{CarId, LaneId, LinkId, MovementId, VehicleId};
use crate::memory::fetch;
use crate::net::Network;
use crate::route::{Ahead, Ways};
use std::ops::Deref;

/// How many lanes behind its own a vehicle may still reach into.
pub const TAIL: usize = 4;

/// What car following and junctions need of a vehicle, in three lines of the cache: what everyone asks of it, what it needs by
/// itself, and what only crossings and stops need.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub struct Car {
    /// Where its front is on its lane.
    pub pos: f64,
    /// How fast it is.
    pub speed: f64,
    /// Of the lane that it is on, metres, and how fast it would drive there if it were empty.
    pub length: f64,
    pub limit: f64,
    /// The lane of its front.
    pub lane: LaneId,
    /// Its place among the kinds.
    pub kind: u32,
    /// The movement by which it leaves its lane, and that by which it leaves the lane behind the junction; none where its way
    /// ends.
    pub out: MovementId,
    pub then: MovementId,
    /// The stage of its way, counted over all ways.
    pub stage: u32,
    /// How many stages come after that.
    pub left: u32,
    /// Which vehicle of the demand it is.
    pub vehicle: VehicleId,
    /// Whether its lane is a path inside a junction, or part of a roundabout.
    pub inner: bool,
    pub roundabout: bool,
    /// Whether it has to stop before the next junction.
    pub waits: bool,
    /// Whether it is on the road.
    pub driving: bool,

    /// What it changed its speed by in the last step.
    pub accel: f64,
    /// Its driver's own speed, relative to limits.
    pub factor: f64,
    /// How fast it would drive on the lane behind the line, if that were empty.
    pub beyond: f64,
    /// For how many seconds it has been standing.
    pub standing: f32,
    /// The link that it is on.
    pub link: LinkId,
    /// What lies before the lane on its right, its own, and the one on its left. Inside a junction they are those before it.
    pub sides: [Ahead; 3],
    /// Whether its lane has others beside it.
    pub beside: bool,
    /// What is so of its lane and the movement that leaves it, in the bits of [`flags`].
    pub flags: u8,
    /// Whether it reaches into lanes behind its own.
    pub tailed: bool,
    /// Whether it is known by what it leaves the lane behind the junction.
    pub foresees: bool,
    /// The stage of its way at which its next stop is; `u32::MAX` if it stands there, or there is none.
    pub stop_stage: u32,

    /// Lanes that it still reaches into, the nearest first.
    pub tail: [LaneId; TAIL],
    /// When it entered the junction that it is on, and when it came to where paths cross; never, if it gave way since.
    pub entered: f64,
    pub crossing: f64,
    /// When it entered the junction that it is on.
    pub came: f64,
    /// For how many seconds it stands at its stop still.
    pub stays: f64,
    /// The speed that its stops allow, before and behind them; what it drives slower than that is lost.
    pub eased: f64,
    /// Where it stands next, or stands, among all stops; `u32::MAX` if nowhere.
    pub stop: u32,
}

/// What a car knows of its lane and the movement that leaves it, while that is not inside a junction.
pub mod flags {
    /// There is a lane on the right, or on the left, that takes its class while none is closed.
    pub const RIGHT: u8 = 1;
    pub const LEFT: u8 = 2;
    /// The movement leads over a path inside the junction.
    pub const VIA: u8 = 4;
    /// Others heed those too who wait before it.
    pub const HEARD: u8 = 8;
}

impl Car {
    /// Whether something is so of its lane and the movement that leaves it.
    #[inline]
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Notes how it goes on from the lane that it has come to.
    #[inline]
    pub fn aim(&mut self, net: &Network, ways: &Ways, kind: &Kind) {
        let lane = &net.lanes[self.lane.i()];
        (self.link, self.length) = (lane.link, lane.length);
        (self.inner, self.roundabout, self.beside) = (lane.inner, lane.roundabout, lane.beside);
        self.limit = (lane.speed * self.factor).min(kind.max_speed);
        if lane.inner {
            self.out = MovementId(lane.leaving.0);
            // Who comes over a short lane and the next junction in one second was never told on that lane.
            self.flags = 0;
            if !self.foresees {
                self.foresee(net, ways);
            }
        } else {
            let own = (ways.place[self.stage as usize] + lane.index) as usize;
            let right = if lane.index > 0 { ways.ahead[own - 1] } else { Ahead::NOTHING };
            let left = if lane.leftmost { Ahead::NOTHING } else { ways.ahead[own + 1] };
            self.sides = [right, ways.ahead[own], left];
            self.out = ways.ahead[own].movement(lane);
            let takes = |place: usize| net.lanes[place].allow.has(kind.class);
            let right = lane.index > 0 && takes(self.lane.i() - 1);
            let left = !lane.leftmost && takes(self.lane.i() + 1);
            self.flags = u8::from(right) * flags::RIGHT + u8::from(left) * flags::LEFT;
            if self.out.is_some() {
                let on = net.gate(self.out);
                self.beyond = (on.speed * self.factor).min(kind.max_speed);
                self.flags |= u8::from(on.via) * flags::VIA + u8::from(on.heard) * flags::HEARD;
            }
            self.foresee(net, ways);
        }
    }

    /// Notes how it goes on from the lane behind the junction.
    pub fn foresee(&mut self, net: &Network, ways: &Ways) {
        (self.then, self.foresees) = (MovementId::NONE, true);
        if self.left > 0 && self.out.is_some() {
            let lane = &net.lanes[net.gate(self.out).to.i()];
            self.then = ways.at(ways.place[self.stage as usize + 1], lane).movement(lane);
        }
    }

    /// Whether it stands at a stop. Where nobody stops that takes no look at it.
    #[inline]
    pub fn stays(&self, demand: &Demand) -> bool {
        !demand.stops.is_empty() && self.stays > 0.0
    }

    /// What lies before its own lane or one beside it.
    #[inline]
    pub fn ahead(&self, lane: LaneId) -> Ahead {
        self.sides[(lane.0 + 1 - self.lane.0) as usize]
    }
}

/// What changing lanes needs of a vehicle.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mind {
    /// Its leaning to a faster lane: left if positive.
    pub gain: f64,
    /// Its leaning to the right lane, below zero.
    pub keep_right: f64,
    /// The speed by which it looks ahead, which falls slowly.
    pub look: f64,
    /// What it wants and what it is told, in the bits of [`super::change`].
    pub wish: u32,
    /// The place of its plan, counted from one; few have any.
    pub plan: u32,
}

/// How somebody drives who must change lanes, or whom another tells to help.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Room to leave for one who must come across.
    pub blocker: f64,
    /// Metres to where it must have changed.
    pub room: f64,
    /// Whether it need not brake for that.
    pub go_on: bool,
    /// Speeds that were advised, as accelerations.
    advice: [f64; 4],
    /// How many.
    advised: u32,
}

impl Plan {
    /// Advises a speed.
    pub fn advise(&mut self, accel: f64) {
        if let Some(place) = self.advice.get_mut(self.advised as usize) {
            *place = accel;
            self.advised += 1;
        }
    }

    /// What was advised.
    pub fn advice(&self) -> &[f64] {
        &self.advice[..self.advised as usize]
    }

    /// Whether there is nothing to it.
    pub fn is_idle(&self) -> bool {
        self.advised == 0 && self.blocker == 0.0 && self.room == 0.0 && !self.go_on
    }
}

/// What is measured of a vehicle.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// When it came onto the road; NaN before.
    pub departed: f64,
    /// When it was at its goal; NaN before.
    pub arrived: f64,
    /// Seconds lost against its own speed on free lanes.
    pub lost: f64,
    /// Seconds for which it stood.
    pub waited: f64,
    /// How often it came to a stand.
    pub halts: u32,
    /// Metres that it drove.
    pub driven: f64,
    /// Seconds on the road before its last link and outside junctions.
    pub approach: f64,
    /// Seconds at stops.
    pub at_stops: f64,
}

impl Log {
    /// Nothing yet.
    pub const NEW: Self = Self {
        departed: f64::NAN,
        arrived: f64::NAN,
        lost: 0.0,
        waited: 0.0,
        halts: 0,
        driven: 0.0,
        approach: 0.0,
        at_stops: 0.0,
    };
}

/// A movement that a vehicle looks at, and how it would come there, in one line of the cache. What follows from that is worked
/// out for whoever asks.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Item {
    pub vehicle: VehicleId,
    /// Its place among the kinds.
    pub kind: u32,
    /// None where it stops for another reason.
    pub movement: MovementId,
    /// The item before it in its part for the same movement, `u32::MAX` if there is none.
    pub next: u32,
    /// For how many seconds it has been standing.
    pub standing: f32,
    /// Whether it asks to pass.
    pub asks: bool,
    /// Whether it is nobody else's concern: it has passed since, or waits where others do not go by who waits.
    pub silent: bool,
    /// Whether it stood as it told that.
    pub stands: bool,
    /// Whether it comes no farther even if it may pass, for want of room.
    pub withdrawn: bool,
    /// The speed of the next step with which it comes there, and that with which it stops before it.
    pub comes: f64,
    pub wait: f64,
    /// Metres to the movement.
    pub distance: f64,
    pub arrival_speed: f64,
    /// The speed behind it; negative if nothing restricts it.
    pub leave_speed: f64,
}

impl Item {
    /// The speed of the next step if it may pass.
    #[inline]
    pub fn pass(&self) -> f64 {
        if self.withdrawn { self.wait } else { self.comes }
    }

    /// When it is there, by how things were at `now`.
    #[inline]
    pub fn arrival(&self, kind: &Kind, now: f64) -> f64 {
        now - 1.0 + follow::soonest(kind, self.distance, self.comes, self.arrival_speed)
    }

    /// The speed there if it brakes from now on.
    #[inline]
    pub fn braking(&self, kind: &Kind) -> f64 {
        if self.distance < follow::brake_gap(self.comes, kind.decel, kind.tau) {
            follow::slowest_there(kind, self.distance, self.comes).min(self.arrival_speed)
        } else {
            0.0
        }
    }

    /// The speed at which the vehicle leaves.
    #[inline]
    pub fn leaving(&self) -> f64 {
        if self.leave_speed < 0.0 { self.pass() } else { self.leave_speed }
    }

    /// Restricts the speed behind the movement.
    #[inline]
    pub fn restrict(&mut self, speed: f64) {
        self.leave_speed = if self.leave_speed < 0.0 { speed } else { self.leave_speed.min(speed) };
    }
}

/// A vehicle's items among those of its part.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub vehicle: CarId,
    pub first: u32,
    pub count: u32,
}

/// What the vehicles of one part told, and which of it is about which movement.
#[derive(Debug)]
pub struct Roll {
    pub items: Vec<Item>,
    /// For each movement, the first item; `u32::MAX` if there is none.
    heads: Vec<u32>,
    /// Movements with items.
    touched: Vec<MovementId>,
}

impl Roll {
    /// Nobody comes to any of some movements.
    pub fn new(movements: usize) -> Self {
        Self { items: Vec::new(), heads: vec![u32::MAX; movements], touched: Vec::new() }
    }

    /// Forgets what was told.
    pub fn clear(&mut self) {
        self.items.clear();
        for movement in self.touched.drain(..) {
            self.heads[movement.i()] = u32::MAX;
        }
    }

    /// Enters each item with its movement.
    pub fn enter(&mut self) {
        for (place, item) in self.items.iter_mut().enumerate().filter(|(_, item)| !item.silent) {
            let head = &mut self.heads[item.movement.i()];
            if *head == u32::MAX {
                self.touched.push(item.movement);
            }
            item.next = std::mem::replace(head, place as u32);
        }
    }

    /// Notes that a vehicle has passed the first of its items.
    pub fn pass(&mut self, first: u32, count: u32) {
        for item in &mut self.items[first as usize..(first + count) as usize] {
            item.silent = true;
        }
    }
}

/// Who approaches which movement, as far as everyone told.
#[derive(Debug)]
pub struct Approach {
    /// What the vehicles of each part told, in the order of lanes.
    pub parts: Vec<Roll>,
    /// When they told it, in seconds.
    pub now: f64,
}

impl Approach {
    /// Nobody comes to any of some movements.
    pub fn new(parts: usize, movements: usize) -> Self {
        Self { parts: (0..parts).map(|_| Roll::new(movements)).collect(), now: 0.0 }
    }

    /// The items of a movement, the last told first.
    #[inline]
    pub fn of(&self, movement: MovementId) -> impl Iterator<Item = &Item> {
        let mut rolls = self.parts.iter().rev();
        let mut roll = rolls.next();
        let head = move |roll: Option<&Roll>| roll.map_or(u32::MAX, |roll| roll.heads[movement.i()]);
        let mut at = head(roll);
        std::iter::from_fn(move || {
            loop {
                if let Some(item) = roll?.items.get(at as usize) {
                    at = item.next;
                    return Some(item);
                }
                roll = rolls.next();
                at = head(roll);
            }
        })
        .filter(|item| !item.silent)
    }

    /// What one vehicle told.
    #[inline]
    pub fn told(&self, part: usize, span: &Span) -> &[Item] {
        &self.parts[part].items[span.first as usize..(span.first + span.count) as usize]
    }
}

/// What everyone knows alike.
#[derive(Clone, Copy)]
pub struct Known<'v> {
    pub net: &'v Network,
    pub demand: &'v Demand,
    pub ways: &'v Ways,
    /// What each movement is shown.
    pub lights: &'v [u8],
    pub approach: &'v Approach,
    /// How those drive who must change lanes, or help others to.
    pub plans: &'v [Plan],
    pub now: f64,
    pub seed: u64,
}

/// Everything that parts of the step read.
pub struct View<'v> {
    pub known: Known<'v>,
    pub cars: &'v [Car],
    pub minds: &'v [Mind],
    /// Vehicles with their front on a lane, the first first.
    pub on: &'v Rows,
    /// Vehicles that reach into a lane from the next.
    pub over: &'v Rows,
    /// How many of both.
    pub load: &'v Load,
    /// How many cars are inside each junction, counted for every inner lane that they are on.
    pub busy: &'v [u32],
}

impl Known<'_> {
    /// What a movement is shown: a light, or its right of way.
    #[inline]
    pub fn light(&self, movement: MovementId) -> u8 {
        self.lights[movement.i()]
    }
}

impl<'v> Deref for View<'v> {
    type Target = Known<'v>;

    #[inline]
    fn deref(&self) -> &Known<'v> {
        &self.known
    }
}

impl View<'_> {
    #[inline]
    pub fn car(&self, vehicle: CarId) -> &Car {
        &self.cars[vehicle.i()]
    }

    #[inline]
    pub fn kind(&self, vehicle: CarId) -> &Kind {
        &self.demand.kinds[self.cars[vehicle.i()].kind as usize]
    }

    /// What a vehicle wanted in the last second. Where there is one lane, what was said is over.
    #[inline]
    pub fn wish(&self, vehicle: CarId) -> u32 {
        if self.car(vehicle).beside { self.minds[vehicle.i()].wish } else { 0 }
    }

    /// The speed that a vehicle would drive on an empty lane.
    #[inline]
    pub fn limit(&self, vehicle: CarId, lane: LaneId) -> f64 {
        let car = self.car(vehicle);
        (self.net.lanes[lane.i()].speed * car.factor).min(self.demand.kinds[car.kind as usize].max_speed)
    }

    /// Where a vehicle's end is on a lane that its front is on or was on before.
    #[inline]
    pub fn back(&self, vehicle: CarId, lane: LaneId) -> f64 {
        let car = self.car(vehicle);
        let length = self.kind(vehicle).length;
        if car.lane == lane {
            return car.pos - length;
        }
        let mut left = length - car.pos;
        for tail in car.tail {
            if !tail.is_some() {
                break;
            }
            left -= self.net.lanes[tail.i()].length;
            if tail == lane {
                return -left;
            }
        }
        self.net.lanes[lane.i()].length
    }

    /// Asks the memory for what will be needed of the vehicles on lanes to come: first for them, then, with the lanes nearer, for
    /// what they drive on.
    #[inline]
    pub fn fetch(&self, lanes: &[LaneId], place: usize) {
        if let Some(lane) = lanes.get(place + 8) {
            for vehicle in &self.on[lane.i()] {
                fetch(self.cars, vehicle.i());
            }
        }
        let Some(lane) = lanes.get(place + 4) else { return };
        fetch(&self.net.lanes, lane.i());
        if let Some(first) = self.on[lane.i()].first() {
            fetch(&self.net.gates, self.car(*first).out.i());
        }
    }

    /// The last vehicle on a lane.
    #[inline]
    pub fn last(&self, lane: LaneId) -> Option<CarId> {
        if !self.load.any(lane) {
            return None;
        }
        self.on[lane.i()].last().copied().or_else(|| self.hindmost(lane))
    }

    /// Of those that reach into a lane from the next, the one that reaches farthest back.
    pub fn hindmost(&self, lane: LaneId) -> Option<CarId> {
        let over = self.over[lane.i()].iter().copied();
        over.min_by(|one, other| self.back(*one, lane).total_cmp(&self.back(*other, lane)))
    }

    /// What lies before a lane at a stage of a way.
    #[inline]
    pub fn ahead(&self, stage: u32, lane: LaneId) -> Ahead {
        self.ways.at(self.ways.place[stage as usize], &self.net.lanes[lane.i()])
    }

    /// The movement by which a lane at a stage of a way leads on, if it does.
    #[inline]
    pub fn onward(&self, stage: u32, lane: LaneId) -> MovementId {
        let of = &self.net.lanes[lane.i()];
        self.ways.at(self.ways.place[stage as usize], of).movement(of)
    }
}

/// Whether a light or right of way lets pass before others.
#[inline]
pub fn major(light: u8) -> bool {
    light.is_ascii_uppercase()
}

/// Whether a light says stop.
#[inline]
pub fn red(light: u8) -> bool {
    matches!(light, b'r' | b'u')
}

/// Whether a light says that red is near.
#[inline]
pub fn yellow(light: u8) -> bool {
    matches!(light, b'y' | b'Y')
}

#[cfg(test)]
mod tests {
    use super::{Car, Item};

    #[test]
    fn cars_and_items_are_whole_lines() {
        assert_eq!([std::mem::size_of::<Car>(), std::mem::size_of::<Item>()], [192, 64]);
    }
}
