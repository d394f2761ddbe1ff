//! The simulator: vehicles one by one, in steps of a second.
//!
//! A step is a few passes. Each reads a [`View`] of how things stand and writes only its own, so that vehicles can be divided
//! among threads in any way and the result is the same to the bit: *look* along the way, tell everyone (*register*), *resolve*
//! who may go how fast, *move*, *change* lanes, *insert* whoever waits outside.

mod change;
mod clear;
mod cooperate;
mod follow;
mod insert;
mod junction;
mod look;
mod measure;
mod moving;
mod neighbours;
mod pace;
mod resolve;
mod shift;
mod state;

pub use measure::{Measures, OfLink, Trip};

use crate::chance;
use crate::control::Signals;
use crate::demand::{Demand, Way};
use crate::ids::{LaneId, LinkId, VehicleId};
use crate::net::{Network, Program};
use crate::route::{Router, Ways};
use pace::Pace;
use resolve::Move;
use state::{Approach, Car, Log, Mind, Span, TAIL, View};
use std::collections::{HashMap, VecDeque};

/// Who waits outside looks for a faster way after so many seconds.
const AGAIN: f64 = 60.0;

/// How a simulation is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// When it begins, in seconds.
    pub begin: f64,
    /// What chance starts from.
    pub seed: u64,
    /// Programmes of the signals.
    pub programs: Vec<Program>,
}

/// Traffic on a network.
pub struct Simulation<'s> {
    net: &'s Network,
    demand: &'s Demand,
    ways: Ways,
    seed: u64,
    now: f64,
    begin: f64,
    signals: Signals,
    lights: Vec<u8>,
    cars: Vec<Car>,
    minds: Vec<Mind>,
    logs: Vec<Log>,
    on: Vec<Vec<VehicleId>>,
    over: Vec<Vec<VehicleId>>,
    load: Vec<u32>,
    /// Lanes that somebody's front is on, in order.
    active: Vec<LaneId>,
    /// Lanes that somebody reaches into from the next.
    reached: Vec<LaneId>,
    approach: Approach,
    told: Approach,
    spans: Vec<Span>,
    moves: Vec<Move>,
    entering: Vec<(LaneId, VehicleId)>,
    shift: shift::Shift,
    /// The next vehicle of the demand, and those that wait outside by the link where they begin.
    next: usize,
    outside: Vec<VecDeque<VehicleId>>,
    waiting_at: Vec<LinkId>,
    steps: u64,
    emergencies: u64,
    links: Vec<OfLink>,
    pace: Pace,
    routers: HashMap<u64, Router>,
    unreachable: u64,
}

impl<'s> Simulation<'s> {
    /// Traffic that has not begun.
    pub fn new(net: &'s Network, demand: &'s Demand, settings: Settings) -> Self {
        let ways = Ways::of(net, demand);
        let (lanes, vehicles) = (net.lanes.len(), demand.vehicles.len());
        let mut lights: Vec<u8> = net.movements.iter().map(|movement| movement.right).collect();
        let mut signals = Signals::new(settings.programs, settings.begin);
        signals.show(net, settings.begin, true, &mut lights);
        let trips = demand.vehicles.iter().any(|vehicle| matches!(vehicle.way, Way::Trip(_)));
        let heads = || Approach { heads: vec![u32::MAX; net.movements.len()], ..Approach::default() };
        let cars = (0..vehicles).map(|vehicle| car(demand, vehicle, settings.seed)).collect();
        let log = Log {
            departed: f64::NAN,
            arrived: f64::NAN,
            lost: 0.0,
            waited: 0.0,
            stops: 0,
            driven: 0.0,
            approach: 0.0,
        };
        Self {
            net,
            demand,
            ways,
            seed: settings.seed,
            now: settings.begin,
            begin: settings.begin,
            signals,
            lights,
            cars,
            minds: vec![Mind::default(); vehicles],
            logs: vec![log; vehicles],
            on: vec![Vec::new(); lanes],
            over: vec![Vec::new(); lanes],
            load: vec![0; lanes],
            active: Vec::new(),
            reached: Vec::new(),
            approach: heads(),
            told: heads(),
            spans: Vec::new(),
            moves: Vec::new(),
            entering: Vec::new(),
            shift: shift::Shift::new(lanes),
            next: 0,
            outside: vec![VecDeque::new(); net.links.len()],
            waiting_at: Vec::new(),
            steps: 0,
            emergencies: 0,
            links: vec![OfLink::default(); net.links.len()],
            pace: if trips { Pace::new(net) } else { Pace::new(net).unwanted() },
            routers: HashMap::new(),
            unreachable: 0,
        }
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
        self.active.is_empty() && self.next == self.demand.vehicles.len() && self.waiting_at.is_empty()
    }

    /// One second.
    pub fn step(&mut self) {
        self.signals.show(self.net, self.now, false, &mut self.lights);
        self.look();
        std::mem::swap(&mut self.approach, &mut self.told);
        self.approach.register();
        self.resolve();
        self.go();
        self.shift();
        self.watch();
        self.insert();
        self.now += 1.0;
    }

    fn view(&self) -> View<'_> {
        View {
            net: self.net,
            demand: self.demand,
            ways: &self.ways,
            cars: &self.cars,
            minds: &self.minds,
            on: &self.on,
            over: &self.over,
            load: &self.load,
            lights: &self.lights,
            approach: &self.approach,
            now: self.now,
            seed: self.seed,
        }
    }

    /// Everyone looks along their way.
    fn look(&mut self) {
        let mut items = std::mem::take(&mut self.told.items);
        let mut spans = std::mem::take(&mut self.spans);
        items.clear();
        spans.clear();
        let view = self.view();
        for lane in &self.active {
            let mut before = 0.0;
            let mut leader = if view.over[lane.i()].is_empty() { None } else { view.hindmost(*lane) };
            for vehicle in &view.on[lane.i()] {
                let first = items.len();
                look::look(&view, *vehicle, leader, &mut items);
                let own = &mut items[first..];
                clear::keep_clear(&view, *vehicle, before, own);
                let kind = view.kind(*vehicle);
                for item in own.iter_mut().filter(|item| item.movement.is_some()) {
                    let speeds = [item.arrival_speed, item.leaving()];
                    item.leave = junction::across(&view, item.movement, item.arrival, speeds, kind.length);
                }
                let count = (items.len() - first) as u32;
                spans.push(Span { vehicle: *vehicle, first: first as u32, count });
                before += kind.length + kind.min_gap;
                leader = Some(*vehicle);
            }
        }
        self.steps += spans.len() as u64;
        self.told.items = items;
        self.spans = spans;
    }

    /// Everyone takes a speed.
    fn resolve(&mut self) {
        let mut moves = std::mem::take(&mut self.moves);
        moves.clear();
        let view = self.view();
        for span in &self.spans {
            let Span { vehicle, first, count } = *span;
            let items = &view.approach.items[first as usize..(first + count) as usize];
            let (speed, waits, yields) = resolve::resolve(&view, vehicle, items);
            moves.push(Move { vehicle, speed, waits, yields, first, count });
        }
        self.moves = moves;
    }

    /// Whoever wants to depart waits outside, and comes onto the road as soon as that is safe.
    fn insert(&mut self) {
        while let Some(vehicle) = self.demand.vehicles.get(self.next).filter(|one| one.depart <= self.now) {
            let id = VehicleId::at(self.next);
            self.next += 1;
            // Whose time was over before all began stays away, as do those whose goal no way leads to.
            if vehicle.depart < self.begin || !self.find_way(id) {
                continue;
            }
            let link = self.ways.links[self.cars[id.i()].stage as usize];
            if self.outside[link.i()].is_empty() {
                self.waiting_at.push(link);
            }
            self.outside[link.i()].push_back(id);
        }
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
        self.waiting_at = waiting;
    }

    /// Gives a vehicle its way, if there is one: the fastest as traffic is now, where only its goal is given.
    fn find_way(&mut self, vehicle: VehicleId) -> bool {
        let of = &self.demand.vehicles[vehicle.i()];
        if let Way::Trip(over) = &of.way {
            let kind = &self.demand.kinds[of.kind as usize];
            let router =
                self.routers.entry(kind.class.0).or_insert_with(|| Router::new(self.net, kind.class));
            let factor = self.cars[vehicle.i()].factor;
            let seconds = |link: LinkId| self.pace.seconds(self.net, link, factor, kind.max_speed);
            let Some(links) = router.over(self.net, over, &seconds) else {
                self.unreachable += 1;
                return false;
            };
            self.ways.of[vehicle.i()] = self.ways.way(self.net, &links, kind.class);
        }
        let (way, car) = (self.ways.of[vehicle.i()] as usize, &mut self.cars[vehicle.i()]);
        (car.stage, car.left) = (self.ways.first[way], self.ways.stages[way] - 1);
        true
    }

    /// Who waits outside for long looks for a faster way every minute.
    fn think_again(&mut self, link: LinkId) {
        for place in 0..self.outside[link.i()].len() {
            let vehicle = self.outside[link.i()][place];
            let of = &self.demand.vehicles[vehicle.i()];
            let waited = (self.now - of.depart).floor();
            if waited > 0.0 && waited % AGAIN == 0.0 && matches!(of.way, Way::Trip(_)) {
                self.find_way(vehicle);
            }
        }
    }

    fn put(&mut self, vehicle: VehicleId, begin: insert::Begin) {
        let car = &mut self.cars[vehicle.i()];
        (car.lane, car.pos, car.speed, car.driving) = (begin.lane, begin.pos, begin.speed, true);
        car.accel = 0.0;
        self.logs[vehicle.i()].departed = self.now;
        self.enter(begin.lane, vehicle);
    }

    /// Puts a vehicle into a lane's order.
    fn enter(&mut self, lane: LaneId, vehicle: VehicleId) {
        let (on, pos) = (&mut self.on[lane.i()], self.cars[vehicle.i()].pos);
        if on.is_empty()
            && let Err(place) = self.active.binary_search(&lane)
        {
            self.active.insert(place, lane);
        }
        let at = on.partition_point(|other| self.cars[other.i()].pos >= pos);
        on.insert(at, vehicle);
        self.load[lane.i()] += 1;
    }
}

fn car(demand: &Demand, vehicle: usize, seed: u64) -> Car {
    let of = &demand.vehicles[vehicle];
    let factor = chance::normal(seed ^ 0x5F, vehicle as u64, demand.kinds[of.kind as usize].speed_factor);
    Car {
        pos: 0.0,
        speed: 0.0,
        accel: 0.0,
        factor,
        lane: LaneId::NONE,
        kind: of.kind,
        stage: 0,
        left: 0,
        tail: [LaneId::NONE; TAIL],
        standing: 0.0,
        entered: f64::INFINITY,
        crossing: f64::INFINITY,
        came: f64::INFINITY,
        waits: false,
        driving: false,
    }
}
