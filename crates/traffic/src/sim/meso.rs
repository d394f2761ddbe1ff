//! The mesoscopic mode: lanes as queues, for whole cities and for looking far.
//!
//! After the queue model of Eissfeldt (2004) and of Gawron (1998): a vehicle comes to the end of its lane no
//! sooner than it could on an
//! empty road, and leaves it when it is first, its light and those who go before it let it, the one before it is gone for
//! long enough, and the next lane has room. Only heads of lanes are looked at, in the seconds in which they could go.

use super::Simulation;
use super::state::{major, red, yellow};
use crate::demand::Kind;
use crate::ids::{CarId, LaneId, LinkId, MovementId};
use crate::net::{Network, Turn};

/// Seconds between two who leave a lane, one after the other; it is what SUMO's cars take at a line.
const HEADWAY: f64 = 2.0;
/// How much later the first of a queue leaves when its light turns green.
const START: f64 = 1.0;
/// Seconds between two who come onto a lane from several.
const MERGE: f64 = 1.4;
/// Who goes first is off the place where paths meet so many seconds after the line.
const GONE: f64 = 1.0;
/// The gap before the next of those that one needs, in seconds.
const GAP: f64 = 3.5;
/// A gap in a queue moves back so fast, in m/s.
const WAVE: f64 = 5.0;
/// Who could only just stop goes on over yellow: those who would brake harder than this, in m/s².
const YELLOW: f64 = 3.0;
/// Seconds before it comes to the line in which a head is looked at.
const NEAR: f64 = 4.0;
/// Whoever has given way for so long goes as soon as nobody is on the junction, in seconds.
const PATIENCE: f64 = 60.0;
/// Lanes to be looked at are kept for so many seconds ahead.
const WHEEL: usize = 256;

/// A lane's end.
#[derive(Debug, Clone, Copy)]
struct End {
    /// Metres that vehicles take on the lane.
    taken: f64,
    /// When somebody last left, and last came; when room at its beginning is next felt.
    left: f64,
    came: f64,
    opens: f64,
    /// When the head was last let go by its light, and when it was not.
    green: f64,
    red: f64,
    /// In which second it is looked at next; none if nobody is on it.
    next: f64,
}

/// What the mode keeps for itself.
#[derive(Debug)]
pub(super) struct Meso {
    ends: Vec<End>,
    /// By movement: when somebody last went over it.
    passed: Vec<f64>,
    wheel: Vec<Vec<LaneId>>,
    due: Vec<LaneId>,
    running: u64,
}

impl Meso {
    pub fn new(net: &Network) -> Self {
        const LONG_AGO: f64 = f64::NEG_INFINITY;
        let end = End {
            taken: 0.0,
            left: LONG_AGO,
            came: LONG_AGO,
            opens: LONG_AGO,
            green: LONG_AGO,
            red: LONG_AGO,
            next: f64::INFINITY,
        };
        Self {
            ends: vec![end; net.lanes.len()],
            passed: vec![LONG_AGO; net.movements.len()],
            wheel: vec![Vec::new(); WHEEL],
            due: Vec::new(),
            running: 0,
        }
    }

    /// When somebody last left a lane.
    pub fn left(&self, lane: LaneId) -> f64 {
        self.ends[lane.i()].left
    }

    /// Has a lane looked at in a second, unless it is sooner.
    fn look(&mut self, lane: LaneId, now: f64, at: f64) {
        let at = at.floor().clamp(now + 1.0, now + WHEEL as f64 - 1.0);
        let end = &mut self.ends[lane.i()];
        if at < end.next {
            end.next = at;
            self.wheel[at as usize % WHEEL].push(lane);
        }
    }
}

/// Metres that a vehicle takes in a queue.
fn takes(kind: &Kind) -> f64 {
    kind.length + kind.min_gap
}

impl Simulation<'_> {
    /// One second.
    pub(super) fn step_meso(&mut self, meso: &mut Meso) {
        if self.close() {
            self.leave_closed_queues(meso);
        }
        self.order_with(|_, _| {});
        self.show();
        let slot = self.now as usize % WHEEL;
        let mut due = std::mem::take(&mut meso.due);
        std::mem::swap(&mut due, &mut meso.wheel[slot]);
        for lane in due.drain(..) {
            if meso.ends[lane.i()].next == self.now {
                meso.ends[lane.i()].next = f64::INFINITY;
                self.discharge(meso, lane);
            }
        }
        meso.due = due;
        self.spawn();
        self.begin_queued(meso);
        self.steps += meso.running;
        self.watch_queues();
        self.now += 1.0;
    }

    /// Whoever is first on a lane leaves it, as long as that is possible in this second.
    fn discharge(&mut self, meso: &mut Meso, lane: LaneId) {
        while let Some(head) = self.on[lane.i()].first().copied() {
            let car = &self.cars[head.i()];
            let end = meso.ends[lane.i()];
            let ready = car.crossing.max(end.left + HEADWAY);
            if car.left == 0 {
                if car.crossing >= self.now + 1.0 {
                    return meso.look(lane, self.now, car.crossing);
                }
                self.leave(meso, lane, head, car.crossing, true);
                continue;
            }
            if ready >= self.now + NEAR {
                return meso.look(lane, self.now, ready - NEAR + 1.0);
            }
            let movement = car.out;
            let open = movement.is_some() && self.lit(meso, lane, head);
            if ready >= self.now + 1.0 || !open {
                return meso.look(lane, self.now, self.now + 1.0);
            }
            let from_red = if car.crossing < end.red { end.red + START } else { self.now };
            let at = ready.max(from_red).max(self.now);
            if at >= self.now + 1.0
                || !self.clear(meso, movement, head, at)
                || !self.room(meso, movement, head, at)
            {
                return meso.look(lane, self.now, self.now + 1.0);
            }
            self.leave(meso, lane, head, at, false);
        }
    }

    /// Whether a head's light lets it go; over yellow goes who could not stop well, and one who waits on the junction.
    fn lit(&self, meso: &mut Meso, lane: LaneId, head: CarId) -> bool {
        let car = &self.cars[head.i()];
        let (light, end) = (self.lights[car.out.i()], &mut meso.ends[lane.i()]);
        if red(light) {
            end.red = self.now;
            return false;
        }
        if !yellow(light) {
            end.green = self.now;
            return true;
        }
        let within = self.net.lanes[lane.i()].speed / (2.0 * YELLOW);
        let waits_inside = self.net.movements[car.out.i()].turn == Turn::Left && end.left < end.green;
        car.crossing <= end.green + 1.0 + within && (car.crossing > end.green - 1.0 || waits_inside)
    }

    /// Whether those who go first leave a gap.
    fn clear(&self, meso: &Meso, movement: MovementId, head: CarId, at: f64) -> bool {
        if major(self.lights[movement.i()]) {
            return true;
        }
        let waited = at - self.cars[head.i()].crossing;
        self.net.foes(movement).iter().all(|foe| {
            let entry = self.net.movements[foe.i()].entry;
            if meso.passed[entry.i()] + GONE > at {
                return false;
            }
            let from = self.net.movements[entry.i()].from;
            let Some(first) = self.on[from.i()].first().filter(|_| waited < PATIENCE) else { return true };
            let other = &self.cars[first.i()];
            let light = self.lights[entry.i()];
            if other.out != entry || red(light) || yellow(light) {
                return true;
            }
            let comes = other.crossing.max(meso.ends[from.i()].left + HEADWAY);
            // Who stands there for as long gives way too, or has no room.
            let stuck = comes + 2.0 * HEADWAY < at && at - comes < waited;
            stuck || comes > at + GAP
        })
    }

    /// Whether the next lane takes somebody in.
    fn room(&self, meso: &Meso, movement: MovementId, head: CarId, at: f64) -> bool {
        let to = self.onto(meso, movement, head);
        self.takes_in(meso, to, head, at)
    }

    fn takes_in(&self, meso: &Meso, to: LaneId, car: CarId, at: f64) -> bool {
        let (end, kind) = (&meso.ends[to.i()], &self.demand.kinds[self.cars[car.i()].kind as usize]);
        let over = end.taken + takes(kind) - self.net.lanes[to.i()].length;
        // On a short lane whoever still drives is gone before the next one comes.
        let drives = |last: &CarId| over <= self.takes_of(*last) && self.cars[last.i()].crossing >= at - 0.5;
        let fits = end.taken == 0.0 || over <= 0.0 || self.on[to.i()].last().is_some_and(drives);
        fits && at >= end.came + MERGE && at >= end.opens
    }

    /// The lane of the next link that somebody takes: of those from which the way goes on, the emptiest.
    fn onto(&self, meso: &Meso, movement: MovementId, car: CarId) -> LaneId {
        let (of, straight) = (&self.cars[car.i()], self.net.movements[movement.i()].to);
        self.best_lane(meso, car, [of.stage + 1, of.left - 1], straight)
    }

    fn best_lane(&self, meso: &Meso, car: CarId, [stage, left]: [u32; 2], straight: LaneId) -> LaneId {
        let link = self.ways.links[stage as usize];
        let base = self.ways.place[stage as usize];
        let fits = |lane: &LaneId| {
            let ahead = self.ways.at(base, &self.net.lanes[lane.i()]);
            let leads = ahead.length > 0.0 && self.is_open(*lane, car);
            leads && (left == 0 || (ahead.goes_on() && ahead.offset == 0))
        };
        let lanes = self.net.lanes_of(link).map(LaneId::at).filter(fits);
        let fuller = |lane: &LaneId| meso.ends[lane.i()].taken + if *lane == straight { 0.0 } else { 0.1 };
        let best = lanes.min_by(|one, other| fuller(one).total_cmp(&fuller(other)));
        best.unwrap_or(straight)
    }

    /// The mean speed of somebody on a free lane: dawdling takes half of what it may.
    fn pace_on(&self, car: CarId, lane: LaneId) -> f64 {
        let kind = &self.demand.kinds[self.cars[car.i()].kind as usize];
        let limit = (self.net.lanes[lane.i()].speed * self.cars[car.i()].factor).min(kind.max_speed);
        (limit - 0.5 * kind.sigma * kind.accel.min(limit)).max(0.1 * limit)
    }

    /// Takes somebody off a lane at a moment, to the next one or the goal.
    fn leave(&mut self, meso: &mut Meso, lane: LaneId, head: CarId, at: f64, arrives: bool) {
        let to = if arrives { lane } else { self.onto(meso, self.cars[head.i()].out, head) };
        self.on.retain(lane.i(), |car| car != head);
        if self.on[lane.i()].is_empty()
            && let Ok(place) = self.active.binary_search(&lane)
        {
            self.active.remove(place);
        }
        let kind = &self.demand.kinds[self.cars[head.i()].kind as usize];
        let stood = (at - self.cars[head.i()].crossing).max(0.0);
        let end = &mut meso.ends[lane.i()];
        let full = end.taken + takes(kind) > self.net.lanes[lane.i()].length;
        end.taken = (end.taken - takes(kind)).max(0.0);
        end.left = at;
        if full && stood > 1.0 {
            end.opens = at + self.net.lanes[lane.i()].length / WAVE;
        }
        self.note_lane(head, lane, at, stood);
        if arrives {
            meso.running -= 1;
            let car = &mut self.cars[head.i()];
            car.driving = false;
            self.tallies[head.i()].arrived = at;
            self.logs[car.vehicle.i()] = self.tallies[head.i()];
            return;
        }
        let movement = self.cars[head.i()].out;
        meso.passed[movement.i()] = at;
        let across = self.cross_queued(head, lane, to, stood);
        let car = &mut self.cars[head.i()];
        (car.stage, car.left) = (car.stage + 1, car.left - 1);
        self.come(meso, to, head, at, at + across);
    }

    /// Has somebody change from a queue to one beside it, behind those who come to its end before them.
    pub(super) fn change_queue(&mut self, meso: &mut Meso, from: LaneId, car: CarId) {
        let of = &self.cars[car.i()];
        let (crossing, takes) = (of.crossing, self.takes_of(car));
        let to = self.best_lane(meso, car, [of.stage, of.left], from);
        if to == from {
            return;
        }
        self.on.retain(from.i(), |other| other != car);
        meso.ends[from.i()].taken = (meso.ends[from.i()].taken - takes).max(0.0);
        if self.on[from.i()].is_empty()
            && let Ok(place) = self.active.binary_search(&from)
        {
            self.active.remove(place);
        }
        if self.on[to.i()].is_empty()
            && let Err(place) = self.active.binary_search(&to)
        {
            self.active.insert(place, to);
        }
        let at = self.on[to.i()].partition_point(|other| self.cars[other.i()].crossing <= crossing);
        self.on.insert(to.i(), at, car);
        meso.ends[to.i()].taken += takes;
        let of = &mut self.cars[car.i()];
        of.lane = to;
        self.aim(car);
        meso.look(to, self.now, self.now + 1.0);
    }

    /// Seconds over a junction, with what slowing down for a turn and starting anew take.
    fn cross_queued(&mut self, car: CarId, from: LaneId, to: LaneId, stood: f64) -> f64 {
        let kind = &self.demand.kinds[self.cars[car.i()].kind as usize];
        let (before, after) = (self.pace_on(car, from), self.pace_on(car, to));
        let (mut seconds, mut slowest) = (0.0, before.min(after));
        let mut lane = self.net.movements[self.cars[car.i()].out.i()].via;
        while lane.is_some() {
            let pace = self.pace_on(car, lane);
            let long = self.net.lanes[lane.i()].length;
            (seconds, slowest) = (seconds + long / pace, slowest.min(pace));
            self.tallies[car.i()].driven += long;
            lane = self.net.leaving(lane).next().map_or(LaneId::NONE, |next| self.net.movements[next].via);
        }
        let lost = |fast: f64, slow: f64, rate: f64| (fast - slow).max(0.0).powi(2) / (2.0 * fast * rate);
        let mean = kind.accel * (1.0 - 0.5 * kind.sigma);
        let changes = if stood > 1.0 {
            lost(after, 0.0, mean)
        } else {
            lost(before, slowest, kind.decel) + lost(after, slowest, mean)
        };
        seconds + changes
    }

    /// Puts somebody on a lane that they come to at a moment.
    fn come(&mut self, meso: &mut Meso, lane: LaneId, car: CarId, left: f64, at: f64) {
        let pace = self.pace_on(car, lane);
        let of = &mut self.cars[car.i()];
        (of.lane, of.entered, of.pos) = (lane, at, 0.0);
        of.crossing = at + self.net.lanes[lane.i()].length / pace;
        of.speed = pace;
        self.stay_queued(car, at, pace);
        self.aim(car);
        let kind = &self.demand.kinds[self.cars[car.i()].kind as usize];
        let end = &mut meso.ends[lane.i()];
        end.taken += takes(kind);
        end.came = left;
        if self.on[lane.i()].is_empty()
            && let Err(place) = self.active.binary_search(&lane)
        {
            self.active.insert(place, lane);
        }
        let first = self.on[lane.i()].is_empty();
        self.on.push(lane.i(), car);
        if first {
            let of = &self.cars[car.i()];
            let look = if of.left == 0 { of.crossing } else { of.crossing - NEAR + 1.0 };
            meso.look(lane, self.now, look);
        }
    }

    /// Notes what somebody did on a lane.
    fn note_lane(&mut self, car: CarId, lane: LaneId, at: f64, stood: f64) {
        let of = &self.cars[car.i()];
        let (log, link) = (&mut self.tallies[car.i()], &mut self.links[self.net.lanes[lane.i()].link.i()]);
        let long = self.net.lanes[lane.i()].length;
        let free = long / (self.net.lanes[lane.i()].speed * of.factor);
        let seconds = (at - of.entered).max(0.0);
        log.lost += (seconds - free - of.stays).max(0.0);
        log.at_stops += of.stays;
        log.driven += long;
        log.waited += stood;
        log.halts += u32::from(stood > 1.0);
        log.approach += if of.left > 0 { seconds } else { 0.0 };
        link.left += 1;
        link.seconds += seconds as u32;
        link.waited += stood as u32;
        link.driven += long;
        link.free += free;
        link.halts += u32::from(stood > 1.0);
    }

    /// Whoever waits outside comes onto a lane, as soon as that has room.
    fn begin_queued(&mut self, meso: &mut Meso) {
        let mut waiting = std::mem::take(&mut self.waiting_at);
        for link in &waiting {
            self.think_again(*link);
            while let Some(car) = self.outside[LinkId::i(*link)].front().copied() {
                let of = &self.cars[car.i()];
                let lane = self.best_lane(meso, car, [of.stage, of.left], self.net.links[link.i()].first);
                if !self.is_open(lane, car) || !self.takes_in(meso, lane, car, self.now) {
                    break;
                }
                self.outside[LinkId::i(*link)].pop_front();
                self.cars[car.i()].driving = true;
                self.tallies[car.i()].departed = self.now;
                meso.running += 1;
                self.come(meso, lane, car, self.now, self.now);
            }
        }
        waiting.retain(|link| !self.outside[link.i()].is_empty());
        self.waiting_at = waiting;
    }

    /// How fast traffic is, for those who choose their way: who is late by now stands.
    fn watch_queues(&mut self) {
        if !self.pace.is_wanted() {
            return;
        }
        for lane in &self.active {
            for car in &self.on[lane.i()] {
                let of = &mut self.cars[car.i()];
                of.speed =
                    if of.crossing <= self.now { 0.0 } else { self.net.lanes[lane.i()].speed * of.factor };
            }
        }
        self.watch();
    }

    /// Where somebody is, as far as is known: those who should have left stand behind each other, others drive evenly.
    pub(super) fn place_queued(&self, lane: LaneId, before: f64, car: CarId) -> (f64, f64) {
        let (of, long) = (&self.cars[car.i()], self.net.lanes[lane.i()].length);
        let part = (self.now - of.entered) / (of.crossing - of.entered).max(0.1);
        let end = (long - before).max(0.0);
        let at = (part.max(0.0) * long).min(end);
        if at >= end { (end, 0.0) } else { (at, long / (of.crossing - of.entered).max(0.1)) }
    }

    /// Metres that somebody takes in a queue.
    pub(super) fn takes_of(&self, car: CarId) -> f64 {
        takes(&self.demand.kinds[self.cars[car.i()].kind as usize])
    }
}
