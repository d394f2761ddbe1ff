//! Moving: every vehicle goes as far as its speed takes it, from lane to lane.

use super::follow::{NEAR, STANDING};
use super::measure::OfLink;
use super::resolve::Move;
use super::state::{Car, Log, TAIL, red};
use super::{Simulation, stops};
use crate::ids::{CarId, LaneId};

/// Notes a second of a vehicle on a link: whether it stands, how far it goes, and which part of the second it loses.
#[inline]
pub(super) fn note(car: &mut Car, log: &mut Log, link: &mut OfLink, stands: bool, way: f64, lost: f64) {
    link.seconds += 1;
    link.driven += way;
    if stands {
        log.halts += u32::from(car.standing == 0.0);
        car.standing += 1.0;
        log.waited += 1.0;
        link.waited += 1;
    } else {
        car.standing = 0.0;
    }
    log.lost += lost;
    log.driven += way;
}

impl Simulation<'_> {
    /// Everyone moves.
    pub(super) fn go(&mut self) {
        let moves = std::mem::take(&mut self.moves);
        let ends = self.ends_of_stops(&moves);
        for (place, step) in moves.iter().enumerate() {
            self.advance(step, ends.get(place).copied().flatten());
        }
        self.moves = moves;
        self.settle();
        self.reach();
    }

    /// Where those come to a stand who have a stop ahead, by how things are before anybody moves; nothing if nobody stops.
    fn ends_of_stops(&self, moves: &[Move]) -> Vec<Option<f64>> {
        if self.demand.stops.is_empty() {
            return Vec::new();
        }
        let view = self.view();
        let stops = |step: &Move| view.car(step.vehicle).stop_stage != u32::MAX;
        moves.iter().map(|step| stops(step).then(|| stops::end(&view, step.vehicle))).collect()
    }

    /// Moves one vehicle. Its lane's order is put right afterwards.
    fn advance(&mut self, step: &Move, end: Option<f64>) {
        let vehicle = step.vehicle;
        let limit = self.cars[vehicle.i()].limit;
        let kind = &self.demand.kinds[self.cars[vehicle.i()].kind as usize];
        let (accel_most, length) = (kind.accel, kind.length);
        let (car, log) = (&mut self.cars[vehicle.i()], &mut self.tallies[vehicle.i()]);
        let link = &mut self.links[car.link.i()];
        car.accel = step.speed - car.speed;
        let stays = stops::stays(self.demand, car, step.speed, length, self.now);
        stops::ease(&self.net.lanes[car.lane.i()], kind, car, limit, end);
        let mut lost = 0.0;
        if stays {
            car.eased = 0.0;
            log.at_stops += 1.0;
            note(car, log, link, false, step.speed, lost);
        } else {
            let stands = step.speed <= STANDING && car.accel <= accel_most * 0.5;
            let could = limit.min(car.eased.max(step.speed));
            lost = if could > 0.0 { (could - step.speed) / could } else { 0.0 };
            note(car, log, link, stands, step.speed, lost);
        }
        car.speed = step.speed;
        car.waits = step.waits;
        if step.yields {
            (car.entered, car.crossing) = (f64::INFINITY, f64::INFINITY);
        }
        log.approach += f64::from(car.left > 0 && !car.inner);
        car.pos += step.speed;
        let before = car.lane;
        if stays && car.stays <= 0.0 {
            self.go_on(vehicle);
        }
        self.cross(step);
        self.detect(vehicle, limit, lost);
        let car = &mut self.cars[vehicle.i()];
        if car.lane != before || !car.driving {
            self.links[car.link.i()].left += 1;
        }
        if car.lane != before {
            self.entering.push((car.lane, vehicle));
        }
        // What the vehicle does not reach into any more.
        if car.tail[0].is_some() {
            let mut left = length - car.pos;
            for place in 0..TAIL {
                if left <= 0.0 {
                    car.tail[place] = LaneId::NONE;
                } else if car.tail[place].is_some() {
                    left -= self.net.lanes[car.tail[place].i()].length;
                }
            }
        }
    }

    /// Takes a vehicle over the movements at the ends of its lanes.
    fn cross(&mut self, step: &Move) {
        let items = step.first as usize..(step.first + step.count) as usize;
        let car = &mut self.cars[step.vehicle.i()];
        for place in items {
            let lane = &self.net.lanes[car.lane.i()];
            if car.pos <= lane.length || (car.left == 0 && !lane.inner) {
                break;
            }
            let item = &mut self.approach.items[place];
            if !item.movement.is_some() || (red(self.lights[item.movement.i()]) && !item.asks) {
                break;
            }
            item.passed = true;
            let on = &self.net.movements[item.movement.i()];
            car.pos -= lane.length;
            car.tail.rotate_right(1);
            car.tail[0] = car.lane;
            car.lane = on.next();
            if on.entry == item.movement && on.via.is_some() {
                (car.entered, car.came) = (self.now, self.now);
            }
            if !on.waits_inside && on.via.is_some() {
                (car.crossing, car.entered) = (self.now, car.came);
            }
            if !on.via.is_some() {
                (car.stage, car.left) = (car.stage + 1, car.left - 1);
                (car.entered, car.crossing, car.came) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
            }
        }
        let lane = &self.net.lanes[car.lane.i()];
        if car.left == 0 && !lane.inner && car.pos > lane.length - NEAR {
            car.driving = false;
            let tally = &mut self.tallies[step.vehicle.i()];
            tally.arrived = self.now;
            self.logs[car.vehicle.i()] = *tally;
        } else if car.pos > lane.length {
            // It could not stop in time; it stands at the end of its lane.
            self.emergencies += 1;
            (car.pos, car.speed) = (lane.length, 0.0);
        }
    }

    /// Puts the order of lanes right after everyone has moved.
    pub(super) fn settle(&mut self) {
        let (on, cars, load, busy, net) =
            (&mut self.on, &self.cars, &mut self.load, &mut self.busy, self.net);
        for lane in &self.active {
            let here = |vehicle: CarId| {
                let car = &cars[vehicle.i()];
                car.driving && car.lane == *lane
            };
            let gone = if on[lane.i()].iter().all(|car| here(*car)) { 0 } else { on.retain(lane.i(), here) };
            load.remove(*lane, gone);
            if net.lanes[lane.i()].inner {
                busy[net.lanes[lane.i()].at.i()] -= gone;
            }
        }
        self.active.retain(|lane| !on[lane.i()].is_empty());
        let mut entering = std::mem::take(&mut self.entering);
        for (lane, vehicle) in entering.drain(..) {
            if self.cars[vehicle.i()].driving {
                self.enter(lane, vehicle);
            }
        }
        self.entering = entering;
    }

    /// Notes who reaches into which lane from the next.
    pub(super) fn reach(&mut self) {
        for lane in self.reached.drain(..) {
            let gone = self.over.clear(lane.i());
            self.load.remove(lane, gone);
            if self.net.lanes[lane.i()].inner {
                self.busy[self.net.lanes[lane.i()].at.i()] -= gone;
            }
        }
        for lane in &self.active {
            for vehicle in &self.on[lane.i()] {
                for tail in self.cars[vehicle.i()].tail {
                    if !tail.is_some() {
                        break;
                    }
                    if self.over[tail.i()].is_empty() {
                        self.reached.push(tail);
                    }
                    self.over.push(tail.i(), *vehicle);
                    self.load.add(tail);
                    if self.net.lanes[tail.i()].inner {
                        self.busy[self.net.lanes[tail.i()].at.i()] += 1;
                    }
                }
            }
        }
    }
}
