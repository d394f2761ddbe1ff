//! Lane changes: all decide by how things stand, then those that still fit happen, and messages are delivered.

use super::Simulation;
use super::change::{self, Choice, LEFT, RIGHT, URGENT};
use super::cooperate::Message;
use super::follow;
use super::parts;
use super::state::{Mind, Plan, TAIL};
use crate::ids::{CarId, LaneId};
use std::ops::Range;

/// What is kept between steps.
#[derive(Debug)]
pub(super) struct Shift {
    /// How those drive who must change, or help others to.
    pub plans: Vec<Plan>,
    /// For each lane the first and the last of those who wanted onto it and could not.
    blocked: Vec<[CarId; 2]>,
    touched: Vec<LaneId>,
}

const NOBODY: [CarId; 2] = [CarId::NONE; 2];

impl Shift {
    pub fn new(lanes: usize) -> Self {
        Self { plans: Vec::new(), blocked: vec![NOBODY; lanes], touched: Vec::new() }
    }

    /// Notes who must change from a lane and cannot.
    fn note_blocked(&mut self, vehicle: CarId, lane: LaneId, wish: u32) {
        for (bit, target) in [(RIGHT, lane.i().wrapping_sub(1)), (LEFT, lane.i() + 1)] {
            if wish & bit != 0
                && let Some(blocked) = self.blocked.get_mut(target)
            {
                blocked[1] = vehicle;
                if !blocked[0].is_some() {
                    blocked[0] = vehicle;
                    self.touched.push(LaneId::at(target));
                }
            }
        }
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
        let mut all = std::mem::take(&mut self.parts);
        let view = self.view();
        let ranges = parts::divided(&self.active, &self.cuts);
        let blocked = &shift.blocked;
        let work =
            |(range, part): (Range<usize>, _)| parts::choose(&view, &self.active[range], blocked, part);
        self.crew.each(ranges.iter().cloned().zip(&mut all), work);
        for lane in shift.touched.drain(..) {
            shift.blocked[lane.i()] = NOBODY;
        }
        shift.plans.clear();
        let mut tails = false;
        for part in &mut all[..ranges.len()] {
            let before = shift.plans.len() as u32;
            shift.plans.append(&mut part.told.plans);
            for choice in &part.choices {
                let mut choice = *choice;
                choice.mind.plan += if choice.mind.plan > 0 { before } else { 0 };
                tails |= self.follow(choice, &mut shift);
            }
        }
        for message in all[..ranges.len()].iter().flat_map(|part| &part.told.messages) {
            self.deliver(message, &mut shift.plans);
        }
        self.parts = all;
        if tails {
            self.reach();
        }
        self.shift = shift;
    }

    /// Does what a vehicle decided. Says whether it is off lanes behind that it reached into.
    fn follow(&mut self, choice: Choice, shift: &mut Shift) -> bool {
        let Choice { vehicle, to, mut mind } = choice;
        let mut tails = false;
        if to.is_some() {
            if change::fits(&self.view(), vehicle, to) {
                tails = self.change(vehicle, to);
            } else {
                mind = Mind { wish: 0, plan: 0, ..self.minds[vehicle.i()] };
            }
        } else if mind.wish & URGENT != 0 {
            shift.note_blocked(vehicle, self.cars[vehicle.i()].lane, mind.wish);
        }
        self.minds[vehicle.i()] = mind;
        tails
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
        car.tailed = car.tail[0].is_some();
        self.enter(to, vehicle);
        tail.is_some()
    }

    fn deliver(&mut self, message: &Message, plans: &mut Vec<Plan>) {
        let (car, mind) = (&self.cars[message.to.i()], &mut self.minds[message.to.i()]);
        mind.wish |= message.wish;
        let [long, reserved] = message.reserve;
        if !message.accel.is_finite() && long <= 0.0 {
            return;
        }
        if mind.plan == 0 {
            plans.push(Plan::default());
            mind.plan = plans.len() as u32;
        }
        let plan = &mut plans[mind.plan as usize - 1];
        if message.accel.is_finite() {
            plan.advise(message.accel);
        }
        if long > 0.0 {
            let kind = &self.demand.kinds[car.kind as usize];
            let left = plan.room - follow::brake_gap(car.speed, kind.decel, 0.0);
            if long <= left || plan.room > reserved {
                plan.blocker = plan.blocker.max(long);
            }
        }
    }
}
