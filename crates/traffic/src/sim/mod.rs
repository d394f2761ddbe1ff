//! The simulator: vehicles one by one, in steps of a second.
//!
//! A step is a few passes. Each reads a [`View`] of how things stand and writes only its own, so that vehicles can be divided
//! among threads in any way and the result is the same to the bit: *look* along the way, tell everyone (*register*), *resolve*
//! who may go how fast, *move*, *change* lanes, *insert* whoever waits outside.

mod change;
mod cityflow;
mod clear;
mod closures;
mod cooperate;
mod detect;
mod follow;
mod idm;
mod insert;
mod junction;
mod load;
mod look;
mod measure;
mod meso;
mod moving;
mod neighbours;
mod order;
mod outside;
mod pace;
mod parts;
mod resolve;
mod rows;
mod shift;
mod state;
mod stops;

pub use measure::{Measures, OfLink, Place, Trip};

use crate::chance;
use crate::control::{Controller, Decision, Detectors, Each, NEAR_LINE, Seen, Signals, Times};
use crate::crew::Crew;
use crate::demand::{Demand, Rules, Vehicle, Way};
use crate::ids::{CarId, LaneId, LinkId, MovementId, VehicleId};
use crate::net::{Network, Program};
use crate::route::{Ahead, Course, Router, Ways};
use order::Spare;
use pace::Pace;
use parts::Part;
use rows::Rows;
use state::{Approach, Car, Known, Log, Mind, Span, TAIL, View};
use std::collections::HashMap;
use std::ops::Range;

/// Who waits outside looks for a faster way after so many seconds.
const AGAIN: f64 = 60.0;

/// What the rules keep for themselves.
#[derive(Debug)]
enum Model {
    Sumo,
    CityFlow(Box<cityflow::CityFlow>),
    Meso(Box<meso::Meso>),
}

/// How a simulation is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// When it begins, in seconds.
    pub begin: f64,
    /// What chance starts from.
    pub seed: u64,
    /// Programmes of the signals.
    pub programs: Vec<Program>,
    /// Who decides about the signals.
    pub controller: Controller,
    /// What controllers keep to.
    pub times: Times,
    /// How many threads to use; the result is the same for any number.
    pub threads: usize,
    /// Detectors of lanes that do not tell the truth.
    pub broken: Vec<(LaneId, Broken)>,
    /// Whether to keep every decision of controllers that look ahead.
    pub explain: bool,
}

/// How a detector is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It sees nobody.
    Dead,
    /// It sees a vehicle that stands at the line, whoever is there.
    Stuck,
}

/// Traffic on a network.
pub struct Simulation<'s> {
    net: &'s Network,
    demand: &'s Demand,
    ways: Ways,
    model: Model,
    seed: u64,
    now: f64,
    begin: f64,
    signals: Signals,
    decisions: Option<Vec<Decision>>,
    /// By lane, where any is broken.
    broken: Vec<Option<Broken>>,
    lights: Vec<u8>,
    cars: Vec<Car>,
    minds: Vec<Mind>,
    /// What is measured of each car so far; it goes to `logs` when it arrives.
    tallies: Vec<Log>,
    logs: Vec<Log>,
    spare: Spare,
    on: Rows,
    over: Rows,
    load: load::Load,
    busy: Vec<u32>,
    /// Lanes that somebody's front is on, in order.
    active: Vec<LaneId>,
    /// Lanes that somebody reaches into from the next.
    reached: Vec<LaneId>,
    approach: Approach,
    /// Whose items are whose, by parts.
    spans: Vec<Vec<Span>>,
    /// Who works, and what each writes.
    crew: Crew,
    parts: Vec<Part>,
    /// The lanes with which parts after the first begin.
    cuts: Vec<LaneId>,
    seconds: Vec<moving::Second>,
    /// Those who reach into lanes behind their own.
    tails: Vec<CarId>,
    leaving: Vec<LaneId>,
    entering: Vec<(LaneId, CarId)>,
    shift: shift::Shift,
    /// The next vehicle of the demand, and those that wait outside by the link where they begin.
    next: usize,
    outside: outside::Outside,
    waiting_at: Vec<LinkId>,
    steps: u64,
    emergencies: u64,
    links: Vec<OfLink>,
    pace: Pace,
    routers: HashMap<u64, Router>,
    unreachable: u64,
    closing: closures::Closing,
    meters: Option<Box<detect::Meters>>,
}

impl<'s> Simulation<'s> {
    /// Traffic that has not begun.
    pub fn new(net: &'s Network, demand: &'s Demand, settings: Settings) -> Self {
        let model = match demand.rules {
            Rules::Sumo => Model::Sumo,
            Rules::CityFlow => Model::CityFlow(Box::new(cityflow::CityFlow::new(net))),
            Rules::Meso => Model::Meso(Box::new(meso::Meso::new(net))),
        };
        let ways = Ways::of(net, demand);
        let (lanes, vehicles, threads) = (net.lanes.len(), demand.vehicles.len(), settings.threads.max(1));
        let Settings { programs, controller, times, begin, .. } = settings;
        let mut signals = Signals::new(net, programs, controller, times, begin);
        let lights = first_lights(net, &mut signals, begin);
        let mut broken = vec![None; if settings.broken.is_empty() { 0 } else { lanes }];
        settings.broken.iter().for_each(|(lane, how)| broken[lane.i()] = Some(*how));
        let lengths = demand.kinds.iter().map(|kind| kind.length + kind.min_gap);
        let shortest = lengths.fold(10.0, f64::min).max(1.0);
        Self {
            net,
            demand,
            ways,
            model,
            seed: settings.seed,
            now: settings.begin,
            begin: settings.begin,
            signals,
            decisions: settings.explain.then(Vec::new),
            broken,
            lights,
            cars: Vec::new(),
            minds: Vec::new(),
            tallies: Vec::new(),
            logs: vec![Log::NEW; vehicles],
            spare: Spare::default(),
            // Half of what fits; where more stand, rows grow.
            on: Rows::new(net.lanes.iter().map(|lane| (lane.length / shortest / 2.0) as usize + 2)),
            over: Rows::new(net.lanes.iter().map(|_| 2)),
            load: load::Load::new(lanes),
            busy: vec![0; net.junctions.len()],
            active: Vec::new(),
            reached: Vec::new(),
            approach: Approach::new(threads, net.movements.len()),
            spans: Vec::new(),
            crew: Crew::new(threads),
            cuts: Vec::new(),
            parts: (0..threads).map(|_| Part::new(net.movements.len())).collect(),
            seconds: Vec::new(),
            tails: Vec::new(),
            leaving: Vec::new(),
            entering: Vec::new(),
            shift: shift::Shift::new(lanes),
            next: 0,
            outside: outside::Outside::default(),
            waiting_at: Vec::new(),
            steps: 0,
            emergencies: 0,
            links: vec![OfLink::default(); net.links.len()],
            pace: Pace::new(net, demand.chooses_ways()),
            routers: HashMap::new(),
            unreachable: 0,
            closing: closures::Closing::new(net, demand),
            meters: None,
        }
    }

    /// What controllers that look ahead chose so far, if that is kept.
    pub fn decisions(&self) -> &[Decision] {
        self.decisions.as_deref().unwrap_or_default()
    }

    /// The moment that comes next, in seconds.
    pub fn now(&self) -> f64 {
        self.now
    }

    /// Runs until a moment.
    pub fn run_until(&mut self, end: f64) {
        while self.now < end {
            self.step();
        }
    }

    /// Whether everyone has arrived who ever will.
    pub fn over(&self) -> bool {
        let nobody = self.active.is_empty() && self.waiting_at.is_empty() && !self.closing.may_go();
        nobody && self.next == self.demand.vehicles.len()
    }

    /// One second.
    pub fn step(&mut self) {
        match std::mem::replace(&mut self.model, Model::Sumo) {
            Model::Sumo => self.step_sumo(),
            Model::CityFlow(mut rules) => {
                self.step_cityflow(&mut rules);
                self.model = Model::CityFlow(rules);
            }
            Model::Meso(mut meso) => {
                self.step_meso(&mut meso);
                self.model = Model::Meso(meso);
            }
        }
    }

    fn step_sumo(&mut self) {
        self.close();
        self.order_with(|_, _| {});
        self.show();
        self.look();
        self.go();
        self.shift();
        self.count();
        self.watch();
        self.insert();
        self.now += 1.0;
    }

    /// Signals decide and show.
    fn show(&mut self) {
        let (mut lights, mut decisions) = (std::mem::take(&mut self.lights), self.decisions.take());
        let mut signals = std::mem::take(&mut self.signals);
        let (net, broken) = (self.net, &self.broken);
        let fault = |lane: LaneId| broken.get(lane.i()).copied().flatten();
        let each = |lane: LaneId, tell: Each<'_>| {
            let of = &net.lanes[lane.i()];
            match fault(lane) {
                Some(Broken::Dead) => {}
                Some(Broken::Stuck) => tell(1.0, 0.0, of.speed),
                None => self.each_on(lane, &mut |pos, speed| tell(of.length - pos, speed, of.speed)),
            }
        };
        let full = |lane: LaneId| {
            let (mut last, mut count) = (None, 0);
            if fault(lane).is_none() {
                self.each_on(lane, &mut |pos, speed| (last, count) = (Some((pos, speed)), count + 1));
            }
            last.is_some_and(|(pos, speed)| {
                let half = f64::from(count) * 7.5 > 0.5 * net.lanes[lane.i()].length;
                speed < follow::STANDING && pos < 8.0 && half
            })
        };
        let seen = |lane: LaneId| {
            let mut seen = Seen::default();
            match fault(lane) {
                Some(Broken::Dead) => return seen,
                Some(Broken::Stuck) => return Seen { vehicles: 1, standing: 1, near: true },
                None => {}
            }
            let of = &net.lanes[lane.i()];
            self.each_on(lane, &mut |pos, speed| {
                seen.vehicles += 1;
                seen.standing += u32::from(speed < follow::STANDING);
                seen.near |= of.length - pos < NEAR_LINE * of.speed;
            });
            seen
        };
        let left = |lane: LaneId, pos: f64| match fault(lane) {
            Some(Broken::Dead) => None,
            Some(Broken::Stuck) => Some(0.0),
            None => self.left(lane, pos),
        };
        let detectors = Detectors { seen: &seen, each: &each, full: &full, left: &left };
        signals.show(net, self.now, false, detectors, &mut lights, decisions.as_mut());
        (self.lights, self.decisions, self.signals) = (lights, decisions, signals);
    }

    /// Where each vehicle on a lane is, and how fast, the first first.
    fn each_on(&self, lane: LaneId, tell: &mut dyn FnMut(f64, f64)) {
        let queued = self.demand.rules == Rules::Meso;
        let mut before = 0.0;
        for car in &self.on[lane.i()] {
            let of = &self.cars[car.i()];
            if queued {
                let (pos, speed) = self.place_queued(lane, before, *car);
                before += self.takes_of(*car);
                tell(pos, speed);
            } else {
                tell(of.pos, of.speed);
            }
        }
    }

    /// How many seconds ago a vehicle left a place on a lane, if that is no more than one; none while one is over it. In a
    /// mesoscopic simulation nobody knows.
    fn left(&self, lane: LaneId, pos: f64) -> Option<f64> {
        if self.demand.rules == Rules::Meso {
            return None;
        }
        let ago = |car: &CarId| {
            let of = &self.cars[car.i()];
            let beyond = of.pos - self.demand.kinds[of.kind as usize].length - pos;
            (of.pos >= pos && beyond < of.speed.max(1e-9)).then(|| (beyond / of.speed.max(1e-9)).max(0.0))
        };
        self.on[lane.i()].iter().filter_map(ago).reduce(f64::min)
    }

    fn known(&self) -> Known<'_> {
        Known {
            net: self.net,
            demand: self.demand,
            ways: &self.ways,
            lights: &self.lights,
            approach: &self.approach,
            plans: &self.shift.plans,
            now: self.now,
            seed: self.seed,
        }
    }

    fn view(&self) -> View<'_> {
        let (cars, minds, on, over) = (&self.cars, &self.minds, &self.on, &self.over);
        View { known: self.known(), cars, minds, on, over, load: &self.load, busy: &self.busy }
    }

    /// Everyone looks along their way.
    fn look(&mut self) {
        let mut all = std::mem::take(&mut self.parts);
        let view = self.view();
        let ranges = parts::divided(&self.active, &self.cuts);
        let work = |(range, part): (Range<usize>, _)| parts::look_along(&view, &self.active[range], part);
        self.crew.each(ranges.iter().cloned().zip(&mut all), work);
        all[ranges.len()..].iter_mut().for_each(|part| part.roll.clear());
        // What was told a step ago makes room.
        self.spans.resize_with(ranges.len(), Vec::new);
        for (part, roll) in all.iter_mut().zip(&mut self.approach.parts) {
            std::mem::swap(&mut part.roll, roll);
        }
        for (part, spans) in all.iter_mut().zip(&mut self.spans) {
            std::mem::swap(&mut part.spans, spans);
            self.steps += spans.len() as u64;
        }
        (self.parts, self.approach.now) = (all, self.now);
    }

    /// Whoever wants to depart waits outside, and comes onto the road as soon as that is safe.
    fn insert(&mut self) {
        self.spawn();
        let mut waiting = std::mem::take(&mut self.waiting_at);
        for link in &waiting {
            self.think_again(*link);
            while let Some(vehicle) = self.outside[link.i()].front().copied() {
                let Some(begin) = insert::begin(&self.view(), vehicle) else { break };
                self.outside[link.i()].pop_front();
                self.put(vehicle, begin);
            }
        }
        waiting.retain(|link| !self.outside[link.i()].is_empty());
        self.outside.tidy();
        self.waiting_at = waiting;
    }

    /// Whoever wants to depart by now waits outside.
    fn spawn(&mut self) {
        self.prepare_ways();
        while let Some(vehicle) = self.demand.vehicles.get(self.next).filter(|one| one.depart <= self.now) {
            let place = VehicleId::at(self.next);
            self.next += 1;
            // Whose time was over before all began stays away, as do those whose goal no way leads to.
            if vehicle.depart < self.begin {
                continue;
            }
            let id = CarId::at(self.cars.len());
            self.cars.push(car(self.demand, place, self.seed));
            self.minds.push(Mind::default());
            self.tallies.push(Log::NEW);
            self.set_out(id);
        }
    }

    /// Works out what lies along routes that are driven for the first time from now on.
    fn prepare_ways(&mut self) {
        if !self.demand.closures.is_empty() {
            return;
        }
        let begin = |of: &&Vehicle| of.depart <= self.now;
        let soon = self.demand.vehicles[self.next..].iter().take_while(begin);
        let routes = soon.filter(|of| of.depart >= self.begin).filter_map(|of| match of.way {
            Way::Route(route) => Some((route, self.demand.kinds[of.kind as usize].class)),
            _ => None,
        });
        self.ways.prepare(&self.crew, self.net, self.demand, routes);
    }

    /// Gives a vehicle its way, if there is one: the fastest as traffic is now, where only its goal is given.
    fn find_way(&mut self, vehicle: CarId) -> bool {
        let place = self.cars[vehicle.i()].vehicle.i();
        let of = &self.demand.vehicles[place];
        let class = self.demand.kinds[of.kind as usize].class;
        self.ways.of[place] = match &of.way {
            Way::Route(route) if self.demand.closures.is_empty() => {
                self.ways.route(self.net, self.demand, *route, class)
            }
            _ => {
                let Some(links) = self.links_for(vehicle) else { return false };
                self.ways.way(self.net, Course::over(links, class))
            }
        };
        let (way, car) = (self.ways.of[place] as usize, &mut self.cars[vehicle.i()]);
        (car.stage, car.left) = (self.ways.first[way], self.ways.stages[way] - 1);
        car.foresees = false;
        car.stop = of.stops[0];
        self.lead(vehicle, false);
        if self.ways.straight {
            self.cars[vehicle.i()].lane = self.draw_lane(vehicle);
        }
        true
    }

    /// Who waits outside for long looks for a faster way every minute.
    fn think_again(&mut self, link: LinkId) {
        for place in 0..self.outside[link.i()].len() {
            let vehicle = self.outside[link.i()][place];
            let of = &self.demand.vehicles[self.cars[vehicle.i()].vehicle.i()];
            let waited = (self.now - of.depart).floor();
            if waited > 0.0 && waited % AGAIN == 0.0 && matches!(of.way, Way::Trip(_)) {
                self.find_way(vehicle);
            }
        }
    }

    fn put(&mut self, vehicle: CarId, begin: insert::Begin) {
        let car = &mut self.cars[vehicle.i()];
        (car.lane, car.pos, car.speed, car.driving) = (begin.lane, begin.pos, begin.speed, true);
        car.accel = 0.0;
        self.tallies[vehicle.i()].departed = self.now;
        self.enter(begin.lane, vehicle);
    }

    /// Has a vehicle note how it goes on from the lane that it has come to.
    fn aim(&mut self, vehicle: CarId) {
        let car = &mut self.cars[vehicle.i()];
        car.aim(self.net, &self.ways, &self.demand.kinds[car.kind as usize]);
    }

    /// Puts a vehicle onto a lane.
    fn enter(&mut self, lane: LaneId, vehicle: CarId) {
        if self.on[lane.i()].is_empty()
            && let Err(place) = self.active.binary_search(&lane)
        {
            self.active.insert(place, lane);
        }
        self.line_up(lane, vehicle);
        self.aim(vehicle);
    }

    /// Puts a vehicle into a lane's order.
    fn line_up(&mut self, lane: LaneId, vehicle: CarId) {
        let (on, pos) = (&self.on[lane.i()], self.cars[vehicle.i()].pos);
        let at = on.partition_point(|other| self.cars[other.i()].pos >= pos);
        self.on.insert(lane.i(), at, vehicle);
        self.load.add(lane);
        if self.net.lanes[lane.i()].inner {
            self.busy[self.net.lanes[lane.i()].at.i()] += 1;
        }
    }
}

/// What is shown before anybody is on the road.
fn first_lights(net: &Network, signals: &mut Signals, begin: f64) -> Vec<u8> {
    let mut lights: Vec<u8> = net.movements.iter().map(|movement| movement.right).collect();
    let nobody =
        Detectors { seen: &|_| Seen::default(), each: &|_, _| {}, full: &|_| false, left: &|_, _| None };
    signals.show(net, begin, true, nobody, &mut lights, None);
    lights
}

fn car(demand: &Demand, vehicle: VehicleId, seed: u64) -> Car {
    let of = &demand.vehicles[vehicle.i()];
    let factor =
        chance::normal(seed ^ 0x5F, u64::from(vehicle.0), demand.kinds[of.kind as usize].speed_factor);
    Car {
        vehicle,
        pos: 0.0,
        speed: 0.0,
        accel: 0.0,
        factor,
        lane: LaneId::NONE,
        kind: of.kind,
        stage: 0,
        left: 0,
        out: MovementId::NONE,
        then: MovementId::NONE,
        foresees: false,
        sides: [Ahead::NOTHING; 3],
        link: LinkId::NONE,
        length: 0.0,
        limit: 0.0,
        inner: false,
        roundabout: false,
        beside: false,
        flags: 0,
        beyond: 0.0,
        tail: [LaneId::NONE; TAIL],
        tailed: false,
        standing: 0.0,
        entered: f64::INFINITY,
        crossing: f64::INFINITY,
        came: f64::INFINITY,
        waits: false,
        driving: false,
        stop: u32::MAX,
        stop_stage: u32::MAX,
        stays: 0.0,
        eased: f64::INFINITY,
    }
}
