//! Stops on the way: a vehicle comes to a stand at the end of its stop, stands for as long as that says, and goes on.

use super::Simulation;
use super::follow::{self, NEAR, STANDING};
use super::state::{Car, View};
use crate::demand::Demand;
use crate::ids::{CarId, LaneId};
use crate::route::{Course, NextStop};

/// There is no stop.
const NONE: u32 = u32::MAX;

/// The end of a vehicle's next stop, if that is on a lane at a stage of its way.
pub(super) fn on_lane(view: &View<'_>, vehicle: CarId, stage: u32, lane: LaneId) -> Option<f64> {
    let car = view.car(vehicle);
    let here = car.stop_stage == stage && stage != NONE && !view.net.lanes[lane.i()].inner;
    here.then(|| view.demand.stops[car.stop as usize].place[1])
}

/// The place to which a vehicle comes for its next stop: its end, at a platform the end of whoever stands there before it.
pub(super) fn end(view: &View<'_>, vehicle: CarId) -> f64 {
    let car = view.car(vehicle);
    let stop = &view.demand.stops[car.stop as usize];
    let end = stop.place[1];
    if !stop.platform {
        return end;
    }
    let gap = view.kind(vehicle).min_gap;
    // Who stood there in the last second is there still, as in SUMO.
    let there = |foe: &&CarId| {
        let (length, foe) = (view.kind(**foe).length, view.car(**foe));
        let before = foe.pos > car.pos || car.lane != stop.lane;
        foe.eased == 0.0 && before && stop.holds(foe.pos, length)
    };
    let standing = view.on[stop.lane.i()].iter().filter(there);
    let free = standing.map(|foe| view.back(*foe, stop.lane) - gap).fold(end, f64::min);
    if car.stage == car.stop_stage && car.pos > free + NEAR { end } else { free }
}

/// Whether a vehicle stands at its stop in this second: it has come there, or its time is not over. The second in which it
/// comes counts.
pub(super) fn stays(demand: &Demand, car: &mut Car, speed: f64, length: f64, now: f64) -> bool {
    if car.stays(demand) {
        car.stays -= 1.0;
        return true;
    }
    if car.stop_stage != car.stage || speed > STANDING {
        return false;
    }
    let stop = &demand.stops[car.stop as usize];
    if car.lane != stop.lane || !stop.holds(car.pos, length) {
        return false;
    }
    car.stays = stop.seconds(now) - 1.0;
    car.stop_stage = NONE;
    true
}

/// Notes the speed that stops allow, and says it: down to the next one, and up again behind it. As in SUMO that is no time loss.
pub(super) fn ease(demand: &Demand, car: &mut Car, end: Option<f64>, stays: bool) -> f64 {
    if demand.stops.is_empty() {
        return f64::INFINITY;
    }
    let (kind, limit) = (&demand.kinds[car.kind as usize], car.limit);
    if car.eased.is_finite() {
        car.eased += kind.accel;
        if car.eased >= limit {
            car.eased = f64::INFINITY;
        }
    }
    let ahead = car.stop_stage.wrapping_sub(car.stage);
    if let Some(end) = end.filter(|_| ahead <= 1) {
        let before = if ahead == 1 || car.inner { car.length } else { 0.0 };
        let gap = (before + end - car.pos).max(0.0);
        let halt = follow::stop(kind, limit, car.speed, gap, kind.decel);
        let slows = halt < limit.min(car.speed + kind.accel);
        car.eased = car.eased.min(if slows { halt } else { f64::INFINITY });
    }
    if stays {
        car.eased = 0.0;
    }
    car.eased
}

impl Simulation<'_> {
    /// Sends a vehicle on from its stop.
    pub(super) fn go_on(&mut self, vehicle: CarId) {
        let car = &mut self.cars[vehicle.i()];
        (car.stays, car.stop) = (0.0, car.stop + 1);
        if self.demand.closures.is_empty() {
            self.lead(vehicle, false);
            self.aim(vehicle);
        } else {
            self.redirect(vehicle);
        }
    }

    /// Leads a vehicle to its next stop, from the stage of its way where it is: until then only the stop's lane leads on there.
    pub(super) fn lead(&mut self, vehicle: CarId, bound: bool) {
        let car = &mut self.cars[vehicle.i()];
        let place = car.vehicle.i();
        let of = &self.demand.vehicles[place];
        if of.stops[0] == of.stops[1] {
            (car.stop, car.stop_stage) = (NONE, NONE);
            return;
        }
        let way = self.ways.of[place];
        let from = car.stage - self.ways.first[way as usize];
        let links = self.ways.links_of(way).to_vec();
        let mut next = None;
        if car.stop < of.stops[1] {
            let stop = &self.demand.stops[car.stop as usize];
            let behind = if car.driving { car.pos } else { 0.0 };
            next = stop.stage(self.net, &links, from as usize, behind).map(|stage| NextStop {
                stage: stage as u32,
                lane: stop.lane,
                pos: (stop.place[1] * 1000.0) as u32,
            });
        }
        let class = self.demand.kinds[of.kind as usize].class;
        let way = self.ways.way(self.net, Course { next, bound, ..Course::over(links, class) });
        self.ways.of[place] = way;
        let first = self.ways.first[way as usize];
        (car.stage, car.foresees) = (first + from, false);
        match next {
            Some(next) => car.stop_stage = first + next.stage,
            None => (car.stop, car.stop_stage) = (NONE, NONE),
        }
    }

    /// Has a vehicle in a queue stand at its stops on the lane that it has come to.
    pub(super) fn stay_queued(&mut self, vehicle: CarId, at: f64, pace: f64) {
        self.cars[vehicle.i()].stays = 0.0;
        loop {
            let car = &mut self.cars[vehicle.i()];
            if car.stop_stage != car.stage {
                return;
            }
            let stop = &self.demand.stops[car.stop as usize];
            let seconds = stop.seconds(at + car.stays + stop.place[1] / pace);
            car.stays += seconds;
            car.crossing += seconds;
            (car.stop, car.pos) = (car.stop + 1, stop.place[1]);
            self.lead(vehicle, false);
            self.cars[vehicle.i()].pos = 0.0;
        }
    }
}
