//! What changes while traffic runs. Numbers that one part of the step reads together lie together, one entry per vehicle.

use super::load::Load;
use super::rows::Rows;
use crate::demand::{Demand, Kind};
use crate::ids::{CarId, LaneId, LinkId, MovementId, VehicleId};
use crate::net::Network;
use crate::route::{Ahead, Ways};

/// How many lanes behind its own a vehicle may still reach into.
pub const TAIL: usize = 4;

/// What car following and junctions need of a vehicle.
#[derive(Debug, Clone)]
pub struct Car {
    /// Which vehicle of the demand it is.
    pub vehicle: VehicleId,
    /// Where its front is on its lane.
    pub pos: f64,
    /// How fast it is.
    pub speed: f64,
    /// What it changed its speed by in the last step.
    pub accel: f64,
    /// Its driver's own speed, relative to limits.
    pub factor: f64,
    /// The lane of its front.
    pub lane: LaneId,
    /// Its place among the kinds.
    pub kind: u32,
    /// The stage of its way, counted over all ways.
    pub stage: u32,
    /// How many stages come after that.
    pub left: u32,
    /// What lies before the rightmost lane of its stage.
    pub base: u32,
    /// The movement by which it leaves its lane, if that is not inside a junction.
    pub next: MovementId,
    /// The movement by which it leaves its lane, and that by which it leaves the lane behind the junction; none where its way
    /// ends.
    pub out: MovementId,
    pub then: MovementId,
    /// The stage for which that was noted.
    pub foreseen: u32,
    /// What lies before the lane on its right, its own, and the one on its left. Inside a junction they are those before it.
    pub sides: [Ahead; 3],
    /// Of the lane that it is on: its link, its metres, how fast it would drive there if it were empty, and whether it is a path
    /// inside a junction, part of a roundabout, or has others beside it.
    pub link: LinkId,
    pub length: f64,
    pub limit: f64,
    pub inner: bool,
    pub roundabout: bool,
    pub beside: bool,
    /// Whether there is a lane on its right and on its left that takes its class while none is closed.
    pub flanked: [bool; 2],
    /// Lanes that it still reaches into, the nearest first.
    pub tail: [LaneId; TAIL],
    /// For how many seconds it has been standing.
    pub standing: f64,
    /// When it entered the junction that it is on, and when it came to where paths cross; never, if it gave way since.
    pub entered: f64,
    pub crossing: f64,
    /// When it entered the junction that it is on.
    pub came: f64,
    /// Whether it has to stop before the next junction.
    pub waits: bool,
    /// Whether it is on the road.
    pub driving: bool,
    /// Where it stands next, or stands, among all stops; `u32::MAX` if nowhere.
    pub stop: u32,
    /// The stage of its way at which that is; `u32::MAX` if it stands there, or there is none.
    pub stop_stage: u32,
    /// For how many seconds it stands at its stop still.
    pub stays: f64,
    /// The speed that its stops allow, before and behind them; what it drives slower than that is lost.
    pub eased: f64,
}

impl Car {
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
            if self.foreseen != self.stage {
                self.foresee(net, ways);
            }
        } else {
            self.base = ways.place[self.stage as usize];
            let own = (self.base + lane.index) as usize;
            let right = if lane.index > 0 { ways.ahead[own - 1] } else { Ahead::NOTHING };
            let left = if lane.leftmost { Ahead::NOTHING } else { ways.ahead[own + 1] };
            self.sides = [right, ways.ahead[own], left];
            self.next = ways.ahead[own].movement(lane);
            self.out = self.next;
            let takes = |place: usize| net.lanes[place].allow.has(kind.class);
            self.flanked =
                [lane.index > 0 && takes(self.lane.i() - 1), !lane.leftmost && takes(self.lane.i() + 1)];
            self.foresee(net, ways);
        }
    }

    /// Notes how it goes on from the lane behind the junction.
    pub fn foresee(&mut self, net: &Network, ways: &Ways) {
        (self.then, self.foreseen) = (MovementId::NONE, self.stage);
        if self.left > 0 && self.out.is_some() {
            let lane = &net.lanes[net.movements[self.out.i()].to.i()];
            self.then = ways.at(ways.place[self.stage as usize + 1], lane).movement(lane);
        }
    }

    /// What lies before its own lane or one beside it.
    #[inline]
    pub fn ahead(&self, lane: LaneId) -> Ahead {
        self.sides[(lane.0 + 1 - self.lane.0) as usize]
    }
}

/// What changing lanes needs of a vehicle.
#[derive(Debug, Clone, Default)]
pub struct Mind {
    /// What it wants and what it is told, in the bits of [`super::change`].
    pub wish: u32,
    /// Its leaning to a faster lane: left if positive.
    pub gain: f64,
    /// Its leaning to the right lane, below zero.
    pub keep_right: f64,
    /// The speed by which it looks ahead, which falls slowly.
    pub look: f64,
    /// Room to leave for one who must come across.
    pub blocker: f64,
    /// Metres to where it must have changed.
    pub room: f64,
    /// Whether it need not brake for that.
    pub go_on: bool,
    /// Speeds that were advised, as accelerations.
    pub advice: [f64; 4],
    /// How many.
    pub advised: u32,
}

impl Mind {
    /// Advises a speed.
    pub fn advise(&mut self, accel: f64) {
        if let Some(place) = self.advice.get_mut(self.advised as usize) {
            *place = accel;
            self.advised += 1;
        }
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

/// A movement that a vehicle looks at, and how it would come there.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    pub vehicle: CarId,
    /// None where it stops for another reason.
    pub movement: MovementId,
    /// The next vehicle's item for the same movement, `u32::MAX` if there is none.
    pub next: u32,
    /// Whether it asks to pass.
    pub asks: bool,
    /// Whether it has passed since.
    pub passed: bool,
    /// Whether traffic behind the movement stands.
    pub jammed: bool,
    /// The speeds of the next step if it may pass, and if not.
    pub pass: f64,
    pub wait: f64,
    /// Metres to the movement.
    pub distance: f64,
    pub arrival: f64,
    pub arrival_speed: f64,
    /// The speed there if it brakes from now on.
    pub braking: f64,
    /// The speed behind it; negative if nothing restricts it.
    pub leave_speed: f64,
    /// When its end would be across.
    pub leave: f64,
    /// Room behind it.
    pub space: f64,
    pub standing: f64,
}

impl Item {
    /// The speed at which the vehicle leaves.
    #[inline]
    pub fn leaving(&self) -> f64 {
        if self.leave_speed < 0.0 { self.pass } else { self.leave_speed }
    }

    /// Restricts the speed behind the movement.
    #[inline]
    pub fn restrict(&mut self, speed: f64) {
        self.leave_speed = if self.leave_speed < 0.0 { speed } else { self.leave_speed.min(speed) };
    }
}

/// Who approaches which movement, as far as everyone told.
#[derive(Debug, Default)]
pub struct Approach {
    pub items: Vec<Item>,
    /// For each movement, the first item.
    pub heads: Vec<u32>,
    /// Movements with items.
    pub touched: Vec<MovementId>,
}

impl Approach {
    /// The items of a movement.
    #[inline]
    pub fn of(&self, movement: MovementId) -> impl Iterator<Item = &Item> {
        let mut at = self.heads[movement.i()];
        std::iter::from_fn(move || {
            let item = self.items.get(at as usize)?;
            at = item.next;
            Some(item)
        })
        .filter(|item| !item.passed)
    }

    /// Takes what was told anew.
    pub fn register(&mut self) {
        for movement in self.touched.drain(..) {
            self.heads[movement.i()] = u32::MAX;
        }
        for (place, item) in self.items.iter_mut().enumerate() {
            if item.movement.is_some() {
                let head = &mut self.heads[item.movement.i()];
                if *head == u32::MAX {
                    self.touched.push(item.movement);
                }
                item.next = std::mem::replace(head, place as u32);
            }
        }
    }
}

/// A vehicle's items among all, in the order of lanes.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub vehicle: CarId,
    pub first: u32,
    pub count: u32,
}

/// Everything that parts of the step read.
pub struct View<'v> {
    pub net: &'v Network,
    pub demand: &'v Demand,
    pub ways: &'v Ways,
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
    /// What each movement is shown.
    pub lights: &'v [u8],
    pub approach: &'v Approach,
    pub now: f64,
    pub seed: u64,
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

    /// What a movement is shown: a light, or its right of way.
    #[inline]
    pub fn light(&self, movement: MovementId) -> u8 {
        self.lights[movement.i()]
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
