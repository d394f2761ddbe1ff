//! What is measured: trips one by one, and all of them together.

use super::state::Car;
use super::{Model, Simulation};
use crate::congestion;
use crate::ids::{LaneId, MovementId, SignalId, VehicleId};

/// One vehicle's trip.
#[derive(Debug, Clone, PartialEq)]
pub struct Trip {
    /// The vehicle.
    pub vehicle: VehicleId,
    /// When it wanted to depart, came onto the road, and arrived.
    pub wanted: f64,
    /// When it came onto the road.
    pub departed: f64,
    /// When it arrived, if it has.
    pub arrived: Option<f64>,
    /// Seconds lost against its own speed on free lanes.
    pub lost: f64,
    /// Seconds for which it stood.
    pub waited: f64,
    /// How often it came to a stand.
    pub halts: u32,
    /// Metres.
    pub driven: f64,
    /// Seconds on links before the last one, without junctions' interiors.
    pub approach: f64,
    /// Seconds at its stops.
    pub at_stops: f64,
}

/// Where a vehicle is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The vehicle.
    pub vehicle: VehicleId,
    /// The lane of its front.
    pub lane: LaneId,
    /// Where its front is on the lane, in metres.
    pub pos: f64,
    /// How fast it is, in m/s.
    pub speed: f64,
}

/// What happened on one link.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OfLink {
    /// Vehicles that left it or ended there.
    pub left: u32,
    /// Seconds that vehicles spent on it, summed.
    pub seconds: u32,
    /// Seconds for which vehicles stood on it, summed.
    pub waited: u32,
    /// Metres that were driven on it, summed.
    pub driven: f64,
    /// Seconds that these metres would have taken on an empty road, summed.
    pub free: f64,
    /// How often somebody came to a stand on it.
    pub halts: u32,
}

/// All trips together. Means are over those that arrived.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measures {
    /// Vehicles that wanted to depart by now.
    pub loaded: u64,
    /// Of these, those that came onto the road.
    pub entered: u64,
    /// Those that arrived.
    pub finished: u64,
    /// Those on the road.
    pub running: u64,
    /// Those that still wait outside.
    pub waiting: u64,
    /// Those on the road that have not moved for five minutes.
    pub stuck: u64,
    /// Of those on the road and outside, those whom closed lanes keep from their goal.
    pub cut_off: u64,
    /// Those whose goal no way leads to.
    pub unreachable: u64,
    /// Those whose time was over before all began.
    pub too_early: u64,
    /// Mean seconds from road to goal.
    pub duration: f64,
    /// Mean seconds lost.
    pub time_loss: f64,
    /// Mean seconds standing.
    pub waiting_time: f64,
    /// Mean seconds at stops on the way.
    pub at_stops: f64,
    /// Mean times of coming to a stand.
    pub halts: f64,
    /// Mean seconds of waiting outside.
    pub depart_delay: f64,
    /// Mean metres.
    pub length: f64,
    /// Mean seconds on links before the last one, of all that entered, as the literature on learned control counts it.
    pub approach_time: f64,
    /// Mean seconds from the wish to depart until the goal or now, of all that were loaded, as CityFlow counts it.
    pub travel_time: f64,
    /// Mean seconds lost with those of waiting outside, as RESCO counts delay.
    pub delay: f64,
    /// Seconds that were moved, summed over vehicles.
    pub vehicle_steps: u64,
    /// How often somebody could not stop before the end of a lane.
    pub emergencies: u64,
    /// Seconds on the road by those that it would have taken on an empty one, of all vehicles until now.
    pub delay_index: f64,
}

/// Who has not moved for so many seconds is stuck.
const STUCK: f64 = 300.0;

impl Simulation<'_> {
    /// The trips of all vehicles that came onto the road, in the order of the demand.
    pub fn trips(&self) -> impl Iterator<Item = Trip> + '_ {
        let mut driving = vec![u32::MAX; self.logs.len()];
        for (place, car) in self.cars.iter().enumerate().filter(|(_, car)| car.driving) {
            driving[car.vehicle.i()] = place as u32;
        }
        let tally = move |place: usize| self.tallies.get(driving[place] as usize);
        let logs = self.logs.iter().enumerate().map(move |(place, log)| (place, tally(place).unwrap_or(log)));
        let entered = logs.filter(|(_, log)| !log.departed.is_nan());
        entered.map(|(place, log)| Trip {
            vehicle: VehicleId::at(place),
            wanted: self.demand.vehicles[place].depart,
            departed: log.departed,
            arrived: (!log.arrived.is_nan()).then_some(log.arrived),
            lost: log.lost,
            waited: log.waited,
            halts: log.halts,
            driven: log.driven,
            approach: log.approach,
            at_stops: log.at_stops,
        })
    }

    /// Where everyone on the road is, lane by lane, the first on each lane first.
    pub fn cars(&self) -> impl Iterator<Item = Place> + '_ {
        self.active.iter().flat_map(|lane| {
            let mut places = Vec::with_capacity(self.on[lane.i()].len());
            self.each_on(*lane, &mut |pos, speed| places.push((pos, speed)));
            self.on[lane.i()].iter().zip(places).map(|(car, (pos, speed))| Place {
                vehicle: self.cars[car.i()].vehicle,
                lane: *lane,
                pos,
                speed,
            })
        })
    }

    /// What a movement is shown.
    pub fn light(&self, movement: MovementId) -> char {
        char::from(self.lights[movement.i()])
    }

    /// All lights of a signal, those of people who cross too, by their places.
    pub fn shown(&self, signal: SignalId) -> &[u8] {
        self.signals.shown(signal)
    }

    /// Vehicles that are stuck: on which lane, at which metre, for how many seconds.
    pub fn stuck(&self) -> impl Iterator<Item = (VehicleId, LaneId, f64, f64)> + '_ {
        let on = self.active.iter().flat_map(|lane| &self.on[lane.i()]);
        on.map(|car| &self.cars[car.i()])
            .map(|car| (car, self.stands(car)))
            .filter(|(_, seconds)| *seconds >= STUCK)
            .map(|(car, seconds)| (car.vehicle, car.lane, car.pos, seconds))
    }

    /// For how long somebody has stood.
    fn stands(&self, car: &Car) -> f64 {
        match &self.model {
            // Who left before it moved the whole queue on.
            Model::Meso(meso) => self.now - car.crossing.max(meso.left(car.lane)),
            _ => car.standing.into(),
        }
    }

    /// What happened on each link.
    pub fn links(&self) -> &[OfLink] {
        &self.links
    }

    /// All trips together.
    pub fn measures(&self) -> Measures {
        let mut all =
            Measures { vehicle_steps: self.steps, emergencies: self.emergencies, ..Measures::default() };
        for trip in self.trips() {
            all.entered += 1;
            all.approach_time += trip.approach;
            all.travel_time += trip.arrived.unwrap_or(self.now) - trip.wanted;
            let Some(arrived) = trip.arrived else {
                all.running += 1;
                continue;
            };
            all.finished += 1;
            all.duration += arrived - trip.departed;
            all.time_loss += trip.lost;
            all.waiting_time += trip.waited;
            all.at_stops += trip.at_stops;
            all.halts += f64::from(trip.halts);
            all.depart_delay += trip.departed - trip.wanted;
            all.delay += trip.lost + trip.departed - trip.wanted;
            all.length += trip.driven;
        }
        for link in &self.waiting_at {
            for car in &self.outside[link.i()] {
                all.waiting += 1;
                let vehicle = self.cars[car.i()].vehicle;
                all.travel_time += self.now - self.demand.vehicles[vehicle.i()].depart;
            }
        }
        for car in &self.closing.held {
            all.waiting += 1;
            let vehicle = self.cars[car.i()].vehicle;
            all.travel_time += self.now - self.demand.vehicles[vehicle.i()].depart;
        }
        all.stuck = self.stuck().count() as u64;
        all.cut_off = self.cut_off().count() as u64;
        all.loaded = all.entered + all.waiting;
        all.unreachable = self.unreachable;
        let seen = self.demand.vehicles.iter().take(self.next);
        all.too_early = seen.filter(|vehicle| vehicle.depart < self.begin).count() as u64;
        let finished = (all.finished as f64).max(1.0);
        for mean in [
            &mut all.duration,
            &mut all.time_loss,
            &mut all.waiting_time,
            &mut all.at_stops,
            &mut all.halts,
            &mut all.depart_delay,
            &mut all.delay,
            &mut all.length,
        ] {
            *mean /= finished;
        }
        let (seconds, free) = self
            .links
            .iter()
            .fold((0.0, 0.0), |(seconds, free), link| (seconds + f64::from(link.seconds), free + link.free));
        all.delay_index = congestion::index(seconds, free);
        all.approach_time /= (all.entered as f64).max(1.0);
        all.travel_time /= (all.loaded as f64).max(1.0);
        all
    }
}
