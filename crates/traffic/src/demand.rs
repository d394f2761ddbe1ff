//! Who wants to drive: kinds of vehicles, and vehicles with when and where they begin.

use crate::chance;
use crate::ids::{LaneId, LinkId, RouteId};
use crate::net::{Classes, Network};

/// All vehicles, in the order in which they want to depart.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    /// Kinds of vehicles.
    pub kinds: Vec<Kind>,
    /// Routes that vehicles share.
    pub routes: Vec<Vec<LinkId>>,
    /// Vehicles by departure.
    pub vehicles: Vec<Vehicle>,
    /// Where vehicles stand on their way; those of one vehicle lie together.
    pub stops: Vec<Stop>,
    /// Lanes that are closed for a time.
    pub closures: Vec<Closure>,
    /// By which rules they drive.
    pub rules: Rules,
}

/// By which rules vehicles drive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rules {
    /// As in SUMO.
    #[default]
    Sumo,
    /// As in CityFlow.
    CityFlow,
    /// As queues on lanes, for whole cities.
    Meso,
}

/// A kind of vehicle. Lengths in metres, speeds in m/s, times in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Its name in the file.
    pub name: String,
    /// Its class, which lanes allow or not.
    pub class: Classes,
    /// Length.
    pub length: f64,
    /// The gap that it keeps when it stands.
    pub min_gap: f64,
    /// What it accelerates at most.
    pub accel: f64,
    /// How it follows.
    pub following: Following,
    /// What its engine could do at most, where the rules tell the two apart.
    pub accel_most: f64,
    /// What it brakes at most when all is well.
    pub decel: f64,
    /// What it can brake at most.
    pub emergency: f64,
    /// Its highest speed.
    pub max_speed: f64,
    /// How imperfectly it is driven, 0 to 1.
    pub sigma: f64,
    /// The time gap that it keeps.
    pub tau: f64,
    /// How its drivers differ in the speed they choose: mean, deviation, least and most, relative to the limit.
    pub speed_factor: [f64; 4],
    /// How impatient its drivers are from the start, 0 to 1.
    pub impatience: f64,
}

impl Kind {
    /// A kind of a class with what is usual for it.
    pub fn of(name: &str, class: &str) -> Self {
        // length, accel, decel, emergency, km/h, deviation of the speed factor
        let usual = match class {
            "truck" => (7.1, 1.3, 4.0, 7.0, 130.0, 0.05),
            "trailer" => (16.5, 1.1, 4.0, 7.0, 130.0, 0.05),
            "bus" => (12.0, 1.2, 4.0, 7.0, 85.0, 0.0),
            "coach" => (14.0, 2.0, 4.0, 7.0, 100.0, 0.05),
            "delivery" | "emergency" => (6.5, 2.6, 4.5, 9.0, 200.0, 0.05),
            "motorcycle" => (2.2, 6.0, 10.0, 10.0, 200.0, 0.1),
            "moped" => (2.1, 1.1, 7.0, 10.0, 60.0, 0.1),
            "bicycle" => (1.6, 1.2, 3.0, 7.0, 50.0, 0.1),
            "tram" => (22.0, 1.0, 3.0, 7.0, 80.0, 0.0),
            _ => (5.0, 2.6, 4.5, 9.0, 200.0, 0.1),
        };
        let (length, accel, decel, emergency, speed, deviation) = usual;
        Self {
            name: name.to_owned(),
            class: Classes::named(class).unwrap_or(Classes(0)),
            length,
            min_gap: if class == "bicycle" { 0.5 } else { 2.5 },
            following: Following::Krauss,
            accel,
            accel_most: accel,
            decel,
            emergency,
            max_speed: speed / 3.6,
            sigma: 0.5,
            tau: 1.0,
            speed_factor: [1.0, deviation, 0.2, 2.0],
            impatience: 0.0,
        }
    }
}

impl Demand {
    /// Whether anybody chooses their way by how traffic is: on trips, and around what is closed.
    pub fn chooses_ways(&self) -> bool {
        let trip = |vehicle: &Vehicle| matches!(vehicle.way, Way::Trip(_));
        !self.closures.is_empty() || self.vehicles.iter().any(trip)
    }

    /// Has every vehicle so many times: of a part, chance decides who is left out or comes once more. Whoever is added departs
    /// within a minute after the one that they are like.
    pub fn scale(&mut self, factor: f64, seed: u64) {
        if (factor - 1.0).abs() < 1e-9 {
            return;
        }
        let mut all = Vec::new();
        for (place, vehicle) in std::mem::take(&mut self.vehicles).into_iter().enumerate() {
            let times =
                factor.floor() as u64 + u64::from(chance::unit(seed, place as u64, 0) < factor.fract());
            for copy in 0..times {
                let mut vehicle = vehicle.clone();
                if copy > 0 {
                    vehicle.name = format!("{}+{copy}", vehicle.name);
                    vehicle.depart += (60.0 * chance::unit(seed, place as u64, copy)).floor();
                }
                all.push(vehicle);
            }
        }
        all.sort_by(|one, other| one.depart.total_cmp(&other.depart));
        self.vehicles = all;
    }
}

/// A model of following.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Following {
    /// After Krauss (1998).
    Krauss,
    /// After Treiber and others (2000), with the exponent of its free acceleration.
    Idm(f64),
}

/// One vehicle.
#[derive(Debug, Clone)]
pub struct Vehicle {
    /// Its name in the file.
    pub name: String,
    /// Its place among the kinds.
    pub kind: u32,
    /// When it wants to depart, in seconds.
    pub depart: f64,
    /// Where it goes.
    pub way: Way,
    /// On which lane it begins.
    pub lane: DepartLane,
    /// Where on the lane.
    pub place: DepartPlace,
    /// How fast.
    pub speed: DepartSpeed,
    /// Its stops: from and up to a place among those of the demand.
    pub stops: [u32; 2],
}

/// A lane that is closed for a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closure {
    /// The lane.
    pub lane: LaneId,
    /// From this moment on.
    pub from: f64,
    /// Until this one.
    pub to: f64,
    /// For whom.
    pub shut: Classes,
}

/// Where a vehicle stands for a while on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// The lane.
    pub lane: LaneId,
    /// From and to, in metres; the vehicle's front comes to the end.
    pub place: [f64; 2],
    /// For so many seconds at least.
    pub duration: f64,
    /// And until this moment.
    pub until: f64,
    /// Whether it is a platform, beside which half a vehicle must fit.
    pub platform: bool,
}

/// Slack in places of stops.
const NEAR: f64 = 0.1;

impl Stop {
    /// The stage of a way at which it lies, looked for from a stage and a place on its link.
    pub fn stage(&self, net: &Network, links: &[LinkId], from: usize, behind: f64) -> Option<usize> {
        let link = net.lanes[self.lane.i()].link;
        let passed = self.place[1] + NEAR < behind;
        let here = |stage: usize| links[stage] == link && !(stage == from && passed);
        (from..links.len()).find(|stage| here(*stage))
    }

    /// For how many seconds somebody stands who comes at a moment.
    pub fn seconds(&self, now: f64) -> f64 {
        self.duration.max(self.until - now)
    }

    /// Whether somebody of a length whose front is there stands at the stop.
    pub fn holds(&self, pos: f64, length: f64) -> bool {
        let [start, end] = self.place;
        let fits = !self.platform || pos + NEAR >= end || pos - start + NEAR >= length / 2.0;
        pos >= start - 0.001 && fits
    }
}

/// Where a vehicle goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Way {
    /// Along a route.
    Route(RouteId),
    /// By the fastest way over these links.
    Trip(Vec<LinkId>),
    /// Nowhere: no way leads there.
    None,
}

/// On which lane a vehicle begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DepartLane {
    /// This one.
    Index(u32),
    /// The rightmost that it may use.
    First,
    /// The emptiest.
    Free,
    /// Any.
    Random,
    /// The emptiest of those from which its route goes on without changing.
    Best,
    /// One of those by chance, the emptier the likelier.
    Likely,
}

/// Where on the lane a vehicle begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DepartPlace {
    /// Its front here, in metres; from the end if negative.
    At(f64),
    /// As far back as it fits.
    Base,
    /// Anywhere that is free.
    RandomFree,
    /// Anywhere.
    Random,
    /// Behind the last vehicle.
    Last,
}

/// How fast a vehicle begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DepartSpeed {
    /// So fast, in m/s.
    At(f64),
    /// As fast as is safe.
    Max,
    /// As fast as it wants; it waits if that is not safe.
    Desired,
    /// As fast as the limit; it waits if that is not safe.
    Limit,
    /// As fast as those on the lane on average.
    Average,
    /// As fast as the last one on the lane.
    Last,
    /// Any speed that is safe.
    Random,
}
