//! Lanes that are closed for a time: when one closes or opens, whoever would drive there is given a way anew.

use super::meso::Meso;
use super::{Simulation, follow};
use crate::demand::{Demand, Rules, Way};
use crate::ids::{CarId, LaneId, LinkId, VehicleId};
use crate::net::{Classes, Network};
use crate::open::Open;
use crate::route::{Course, Router};
use std::collections::HashMap;

/// What is kept between steps.
#[derive(Debug)]
pub(super) struct Closing {
    /// When a lane is next closed or opened.
    next: f64,
    /// Those who do not set out since closed lanes leave them no way.
    pub held: Vec<CarId>,
    /// All lanes open, and routers for that: who has no way even so is not waited for.
    all_open: Option<Open>,
    routers: HashMap<u64, Router>,
}

impl Closing {
    pub fn new(net: &Network, demand: &Demand) -> Self {
        let next = if demand.closures.is_empty() { f64::INFINITY } else { f64::NEG_INFINITY };
        let all_open = (!demand.closures.is_empty()).then(|| Open::of(net, demand.rules));
        Self { next, held: Vec::new(), all_open, routers: HashMap::new() }
    }

    /// Whether those who do not set out now ever may.
    pub fn may_go(&self) -> bool {
        !self.held.is_empty() && self.next.is_finite()
    }
}

impl Simulation<'_> {
    /// Closes and opens lanes whose time has come. Says whether that is so for any.
    pub(super) fn close(&mut self) -> bool {
        if self.now < self.closing.next {
            return false;
        }
        let closures = &self.demand.closures;
        let moments = closures.iter().flat_map(|closure| [closure.from, closure.to]);
        self.closing.next = moments.filter(|at| *at > self.now).fold(f64::INFINITY, f64::min);
        let Some(changed) = self.ways.open.set(self.net, closures, self.now) else { return false };
        self.ways.forget(&changed);
        self.routers.clear();
        let on = self.active.iter().flat_map(|lane| &self.on[lane.i()]);
        let affected = |car: &CarId| self.ahead_of(*car).iter().any(|link| changed[link.i()]);
        // Who was cut off before may have a way over other links that have opened.
        let wanted = |car: &CarId| affected(car) || self.is_cut_off(*car);
        for car in on.copied().filter(wanted).collect::<Vec<CarId>>() {
            self.redirect(car);
        }
        self.send_outside_again();
        true
    }

    /// Those outside look for a way anew, each on the link where they are; so do those who were held.
    fn send_outside_again(&mut self) {
        let mut held = std::mem::take(&mut self.closing.held);
        for link in self.waiting_at.clone() {
            for car in std::mem::take(&mut self.outside[link.i()]) {
                if self.find_way(car) {
                    self.outside[link.i()].push_back(car);
                } else {
                    held.push(car);
                }
            }
        }
        let outside = &self.outside;
        self.waiting_at.retain(|link| !outside[link.i()].is_empty());
        for car in held {
            self.set_out(car);
        }
    }

    /// Has somebody wait outside who has a way. If it is closed lanes that leave them none, they are held until those open.
    pub(super) fn set_out(&mut self, car: CarId) {
        if self.find_way(car) {
            let link = self.ways.links[self.cars[car.i()].stage as usize];
            if self.outside[link.i()].is_empty() {
                self.waiting_at.push(link);
            }
            self.outside[link.i()].push_back(car);
        } else if self.ways.open.is_closed() && self.has_way_if_open(car) {
            self.closing.held.push(car);
        } else {
            self.unreachable += 1;
        }
    }

    /// Whether there were a way for somebody who has not begun if no lane were closed.
    fn has_way_if_open(&mut self, car: CarId) -> bool {
        self.swap_open();
        let found = self.links_for(car).is_some();
        self.swap_open();
        found
    }

    fn swap_open(&mut self) {
        if let Some(all_open) = &mut self.closing.all_open {
            std::mem::swap(&mut self.ways.open, all_open);
        }
        std::mem::swap(&mut self.routers, &mut self.closing.routers);
    }

    /// The links of somebody's way from where they are to their goal.
    fn ahead_of(&self, car: CarId) -> &[LinkId] {
        let car = &self.cars[car.i()];
        let stage = car.stage as usize;
        &self.ways.links[stage..=stage + car.left as usize]
    }

    /// The links of a way for somebody who has not begun, if one is open.
    pub(super) fn links_for(&mut self, car: CarId) -> Option<Vec<LinkId>> {
        let of = &self.demand.vehicles[self.cars[car.i()].vehicle.i()];
        let (class, first) = (self.demand.kinds[of.kind as usize].class, of.stops[0]);
        let links = match &of.way {
            Way::Trip(over) => over,
            Way::Route(route) => &self.demand.routes[route.i()],
            Way::None => return None,
        };
        if !self.ways.open.enters(self.net, *links.first()?, class) || !self.comes_by_stops(car, first) {
            return None;
        }
        if matches!(of.way, Way::Trip(_)) {
            let mut over = links.clone();
            over.dedup();
            return self.fastest(car, &over);
        }
        if self.leads_on(class, links) {
            return Some(links.clone());
        }
        let over = self.to_come_by(car, first, links, 0.0);
        self.fastest(car, &over)
    }

    /// The fastest way over some links as traffic is.
    fn fastest(&mut self, car: CarId, over: &[LinkId]) -> Option<Vec<LinkId>> {
        let (net, open, pace, car) = (self.net, &self.ways.open, &self.pace, &self.cars[car.i()]);
        let kind = &self.demand.kinds[car.kind as usize];
        let seconds = |link: LinkId| pace.seconds(net, link, car.factor, kind.max_speed);
        let router = self.routers.entry(kind.class.0).or_insert_with(|| Router::new(net, kind.class, open));
        router.over(net, over, &seconds)
    }

    /// Whether each of some links leads to the next for a class.
    fn leads_on(&self, class: Classes, links: &[LinkId]) -> bool {
        let leads = |pair: &[LinkId]| self.ways.open.leads(self.net, [pair[0], pair[1]], class);
        !self.ways.open.is_closed() || links.windows(2).all(leads)
    }

    /// Whether somebody can come onto the lanes of their stops, from one of these on.
    fn comes_by_stops(&self, car: CarId, stop: u32) -> bool {
        let of = &self.demand.vehicles[self.cars[car.i()].vehicle.i()];
        let class = self.demand.kinds[of.kind as usize].class;
        let stops = self.demand.stops.get(stop as usize..of.stops[1] as usize).unwrap_or_default();
        stops.iter().all(|stop| self.ways.open.takes(stop.lane, class))
    }

    /// The links that somebody must come by still, from the first of their way and a place on it: of a trip those that it names,
    /// of a route those with stops, and the goal. The same link twice in a row is a round that leads back to it.
    fn to_come_by(&self, car: CarId, stop: u32, links: &[LinkId], behind: f64) -> Vec<LinkId> {
        let of = &self.demand.vehicles[self.cars[car.i()].vehicle.i()];
        let mut by = vec![0];
        if let Way::Trip(over) = &of.way {
            let mut left = over.clone();
            left.dedup();
            let mut rest = Vec::new();
            for (stage, link) in links.iter().enumerate().rev() {
                if left.last() == Some(link) {
                    left.pop();
                    rest.push(stage);
                }
            }
            by.extend(rest.into_iter().rev());
        } else {
            let stops = self.demand.stops.get(stop as usize..of.stops[1] as usize).unwrap_or_default();
            let (mut from, mut behind) = (0, behind);
            for stop in stops {
                if let Some(stage) = stop.stage(self.net, links, from, behind) {
                    by.push(stage);
                    (from, behind) = (stage, stop.place[1]);
                }
            }
            by.push(links.len() - 1);
        }
        by.dedup();
        by.into_iter().map(|stage| links[stage]).collect()
    }

    /// Gives somebody on the road their way anew: the same where that is open, else the fastest to their stops and goal. Who
    /// cannot stop before the junction any more goes over it as they wanted; who has no way drives on as far as they can.
    pub(super) fn redirect(&mut self, vehicle: CarId) {
        let car = &self.cars[vehicle.i()];
        let queued = self.demand.rules == Rules::Meso;
        // Who stands at a stop is led on when they leave it.
        if car.stays > 0.0 && !queued {
            return;
        }
        let (stop, place) = (car.stop, car.vehicle.i());
        let kind = &self.demand.kinds[car.kind as usize];
        let mut links = self.ahead_of(vehicle).to_vec();
        let bound = links.len() > 1 && self.is_bound(vehicle);
        let from = usize::from(bound);
        if !self.leads_on(kind.class, &links[from..]) {
            let behind = if bound { 0.0 } else { self.cars[vehicle.i()].pos };
            let over = self.to_come_by(vehicle, stop, &links[from..], behind);
            if let Some(way) = self.fastest(vehicle, &over) {
                links.truncate(from);
                links.extend(way);
            }
        }
        let left = links.len() as u32 - 1;
        let way = self.ways.way(self.net, Course { bound, ..Course::over(links, kind.class) });
        self.ways.of[place] = way;
        let car = &mut self.cars[vehicle.i()];
        (car.stage, car.left) = (self.ways.first[way as usize], left);
        self.lead(vehicle, bound);
        self.aim(vehicle);
        self.cars[vehicle.i()].foresee(self.net, &self.ways);
    }

    /// Whether somebody is on a junction, or cannot stop before it any more.
    fn is_bound(&self, vehicle: CarId) -> bool {
        let car = &self.cars[vehicle.i()];
        let (lane, kind) = (&self.net.lanes[car.lane.i()], &self.demand.kinds[car.kind as usize]);
        let near = || lane.length - car.pos < follow::brake_gap(car.speed, kind.decel, 0.0);
        lane.inner || (self.demand.rules != Rules::Meso && car.stop_stage != car.stage && near())
    }

    /// Those whom closed lanes keep from their goal or a stop, on the road and outside.
    pub fn cut_off(&self) -> impl Iterator<Item = VehicleId> + '_ {
        let on = self.active.iter().flat_map(|lane| &self.on[lane.i()]).filter(|car| self.is_cut_off(**car));
        on.chain(&self.closing.held).map(|car| self.cars[car.i()].vehicle)
    }

    fn is_cut_off(&self, vehicle: CarId) -> bool {
        if !self.ways.open.is_closed() {
            return false;
        }
        let (car, links) = (&self.cars[vehicle.i()], self.ahead_of(vehicle));
        let from = usize::from(links.len() > 1 && self.is_bound(vehicle));
        let class = self.demand.kinds[car.kind as usize].class;
        // Who stands at a stop has come to it; with queues it is behind them as soon as they are on its lane.
        let stands = car.stays > 0.0 && self.demand.rules != Rules::Meso;
        let stop = if stands { car.stop.saturating_add(1) } else { car.stop };
        !(self.leads_on(class, &links[from..]) && self.comes_by_stops(vehicle, stop))
    }

    /// Has those in queues on lanes that have been closed, or that do not lead on for them any more, change to others beside, if
    /// there are any.
    pub(super) fn leave_closed_queues(&mut self, meso: &mut Meso) {
        let on = self.active.iter().flat_map(|lane| self.on[lane.i()].iter().map(|car| (*lane, *car)));
        let leaves = |(lane, car): &(LaneId, CarId)| {
            let of = &self.cars[car.i()];
            let class = self.demand.kinds[of.kind as usize].class;
            (of.left > 0 && !of.out.is_some()) || !self.ways.open.lets_out(self.net, *lane, class)
        };
        for (lane, car) in on.filter(leaves).collect::<Vec<_>>() {
            self.change_queue(meso, lane, car);
        }
    }

    /// Whether a link's lane takes somebody of a class.
    pub(super) fn is_open(&self, lane: LaneId, car: CarId) -> bool {
        self.ways.open.takes(lane, self.demand.kinds[self.cars[car.i()].kind as usize].class)
    }
}
