//! Lane changes: all decide by how things stand, then those that still fit happen, and messages are delivered.

use super::Simulation;
use super::change::{self, Choice, LEFT, RIGHT, URGENT};
use super::cooperate::Message;
use super::follow;
use super::parts;
use super::state::{Mind, TAIL};
use crate::ids::{CarId, LaneId};

/// What is kept between steps.
#[derive(Debug)]
pub(super) struct Shift {
    choices: Vec<Choice>,
    messages: Vec<Message>,
    /// For each lane the first and the last of those who wanted onto it and could not.
    blocked: Vec<[CarId; 2]>,
    touched: Vec<LaneId>,
}

const NOBODY: [CarId; 2] = [CarId::NONE; 2];

impl Shift {
    pub fn new(lanes: usize) -> Self {
        Self { choices: Vec::new(), messages: Vec::new(), blocked: vec![NOBODY; lanes], touched: Vec::new() }
    }

    /// Cars are called otherwise from now on.
    pub fn renamed(&mut self, to: &[CarId]) {
        for lane in &self.touched {
            for car in self.blocked[lane.i()].iter_mut().filter(|car| car.is_some()) {
                *car = to[car.i()];
            }
        }
    }
}

impl Simulation<'_> {
    /// Everyone decides about their lane, and changes if that is safe.
    pub(super) fn shift(&mut self) {
        let mut shift = std::mem::replace(&mut self.shift, Shift::new(0));
        shift.choices.clear();
        shift.messages.clear();
        self.decide(&mut shift);
        for lane in shift.touched.drain(..) {
            shift.blocked[lane.i()] = NOBODY;
        }
        let mut tails = false;
        for choice in shift.choices.drain(..) {
            let vehicle = choice.vehicle;
            let mut mind = choice.mind;
            if choice.to.is_some() {
                if change::fits(&self.view(), vehicle, choice.to) {
                    tails |= self.change(vehicle, choice.to);
                } else {
                    mind = self.minds[vehicle.i()].clone();
                    (mind.wish, mind.advised, mind.blocker) = (0, 0, 0.0);
                }
            } else if mind.wish & URGENT != 0 {
                let lane = self.cars[vehicle.i()].lane.i();
                for (bit, target) in [(RIGHT, lane.wrapping_sub(1)), (LEFT, lane + 1)] {
                    if mind.wish & bit != 0
                        && let Some(blocked) = shift.blocked.get_mut(target)
                    {
                        blocked[1] = vehicle;
                        if !blocked[0].is_some() {
                            blocked[0] = vehicle;
                            shift.touched.push(LaneId::at(target));
                        }
                    }
                }
            }
            self.minds[vehicle.i()] = mind;
        }
        for message in &shift.messages {
            self.deliver(message);
        }
        if tails {
            self.reach();
        }
        self.shift = shift;
    }

    fn decide(&mut self, shift: &mut Shift) {
        let mut minds = std::mem::take(&mut self.minds);
        // Where there is one lane, what was said is over.
        for lane in &self.active {
            if self.on[lane.i()].first().is_some_and(|car| !self.cars[car.i()].beside) {
                for vehicle in &self.on[lane.i()] {
                    let mind = &mut minds[vehicle.i()];
                    if mind.wish != 0 || mind.advised != 0 || mind.blocker != 0.0 {
                        *mind = Mind {
                            gain: mind.gain,
                            keep_right: mind.keep_right,
                            look: mind.look,
                            ..Mind::default()
                        };
                    }
                }
            }
        }
        self.minds = minds;
        let mut all = std::mem::take(&mut self.parts);
        let view = self.view();
        let ranges = parts::divided(&view, &self.active, all.len());
        let blocked = &shift.blocked;
        parts::each(&mut all, &ranges, |range, part| {
            parts::choose(&view, &self.active[range], blocked, part)
        });
        for part in &mut all[..ranges.len()] {
            shift.choices.append(&mut part.choices);
            shift.messages.append(&mut part.messages);
        }
        self.parts = all;
    }

    /// Changes a vehicle's lane. Says whether it reached into lanes behind.
    fn change(&mut self, vehicle: CarId, to: LaneId) -> bool {
        let from = self.cars[vehicle.i()].lane;
        self.on.retain(from.i(), |other| other != vehicle);
        self.load.remove(from, 1);
        if self.on[from.i()].is_empty()
            && let Ok(place) = self.active.binary_search(&from)
        {
            self.active.remove(place);
        }
        let tail = self.cars[vehicle.i()].tail[0];
        let beside = tail.is_some().then(|| {
            let link = self.net.lanes[tail.i()].link;
            let lanes = self.net.coming(to).iter().map(|movement| self.net.movements[movement.i()].from);
            lanes.into_iter().find(|lane| self.net.lanes[lane.i()].link == link)
        });
        let car = &mut self.cars[vehicle.i()];
        car.lane = to;
        car.tail = [LaneId::NONE; TAIL];
        car.tail[0] = beside.flatten().unwrap_or(LaneId::NONE);
        self.tailed[vehicle.i()] = car.tail[0].is_some();
        self.enter(to, vehicle);
        tail.is_some()
    }

    fn deliver(&mut self, message: &Message) {
        let (car, mind) = (&self.cars[message.to.i()], &mut self.minds[message.to.i()]);
        if message.accel.is_finite() {
            mind.advise(message.accel);
        }
        mind.wish |= message.wish;
        let [long, room] = message.reserve;
        if long > 0.0 {
            let kind = &self.demand.kinds[car.kind as usize];
            let left = mind.room - follow::brake_gap(car.speed, kind.decel, 0.0);
            if long <= left || mind.room > room {
                mind.blocker = mind.blocker.max(long);
            }
        }
    }
}
