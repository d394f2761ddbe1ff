//! What detectors count: every second of every vehicle is shown to the detectors on the lanes that it is on.

mod area;
mod loops;
mod zone;

use super::Simulation;
use crate::detector::{Counted, Detector, Sight};
use crate::ids::{CarId, LaneId, VehicleId};
use crate::net::Network;
use area::Area;
use loops::Loop;
use zone::Zone;

/// A second of a vehicle, as seen from a place behind which its front comes to be.
#[derive(Debug, Clone, Copy)]
struct Passing {
    vehicle: VehicleId,
    length: f64,
    /// Where its front was when the second began, and where it is when it is over, in metres from the place.
    from: f64,
    to: f64,
    /// When the second began.
    now: f64,
    speed: f64,
    /// How fast it would be on an empty lane.
    limit: f64,
    /// Which part of the second it loses, not counting what stops take.
    lost: f64,
}

impl Passing {
    /// When what is so many metres behind its front comes over a line, if that is in this second.
    fn crosses(&self, line: f64, behind: f64) -> Option<f64> {
        let [from, to] = [self.from - behind, self.to - behind];
        (from < line && line <= to).then(|| self.now + (line - from) / (to - from))
    }

    /// The vehicle as seen from a place so many metres before.
    fn seen_from(self, before: f64) -> Self {
        Self { from: self.from + before, to: self.to + before, ..self }
    }
}

/// One detector's counting.
#[derive(Debug)]
enum Meter {
    Loop(Loop),
    Area(Area),
    Zone(Zone),
}

/// What a lane has of a detector.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// A loop at a place.
    Loop(f64),
    /// A part of an area, and how many metres of it lie before the lane's start.
    Area(f64),
    Entry(f64),
    Exit(f64),
}

/// All detectors.
#[derive(Debug)]
pub(super) struct Meters {
    meters: Vec<Meter>,
    /// For each detector, its period and when its interval began.
    spans: Vec<[f64; 2]>,
    /// By lane, what it has of which detector.
    marks: Vec<Vec<(u32, Mark)>>,
    told: Vec<Counted>,
}

impl Meters {
    fn new(net: &Network, detectors: &[Detector], begin: f64) -> Self {
        let mut marks = vec![Vec::new(); net.lanes.len()];
        let mut mark = |at: usize, lane: LaneId, mark: Mark| marks[lane.i()].push((at as u32, mark));
        let mut meters = Vec::new();
        for (at, detector) in detectors.iter().enumerate() {
            meters.push(match &detector.sight {
                Sight::Loop(section) => {
                    mark(at, section.lane, Mark::Loop(section.pos));
                    Meter::Loop(Loop::default())
                }
                Sight::Area { lanes, span, standing, jam } => {
                    let mut before = 0.0;
                    for lane in lanes {
                        mark(at, *lane, Mark::Area(before));
                        before += net.lanes[lane.i()].length;
                    }
                    Meter::Area(Area::new(*span, *standing, *jam))
                }
                Sight::Zone { entries, exits, standing } => {
                    entries.iter().for_each(|section| mark(at, section.lane, Mark::Entry(section.pos)));
                    exits.iter().for_each(|section| mark(at, section.lane, Mark::Exit(section.pos)));
                    Meter::Zone(Zone::new(*standing))
                }
            });
        }
        let spans = detectors.iter().map(|detector| [detector.period, begin]).collect();
        Self { meters, spans, marks, told: Vec::new() }
    }

    /// Shows a second of a vehicle to the detectors on a lane: to exits, or to all others.
    fn show(&mut self, lane: LaneId, passing: Passing, exits: bool) {
        let wanted = |(_, mark): &&(u32, Mark)| matches!(mark, Mark::Exit(_)) == exits;
        for (at, mark) in self.marks[lane.i()].iter().filter(wanted) {
            match (&mut self.meters[*at as usize], mark) {
                (Meter::Loop(meter), Mark::Loop(line)) => meter.see(*line, passing),
                (Meter::Area(meter), Mark::Area(before)) => meter.see(passing.seen_from(*before)),
                (Meter::Zone(meter), Mark::Entry(line)) => meter.enter(*line, passing),
                (Meter::Zone(meter), Mark::Exit(line)) => meter.leave(*line, passing),
                _ => {}
            }
        }
    }

    /// A second is over.
    fn tick(&mut self, now: f64) {
        for (at, (meter, [period, begin])) in self.meters.iter_mut().zip(&mut self.spans).enumerate() {
            match meter {
                Meter::Loop(meter) => meter.tick(now),
                Meter::Area(meter) => meter.tick(now),
                Meter::Zone(meter) => meter.tick(now),
            }
            let end = now + 1.0;
            if end - *begin >= *period {
                let values = values(meter, [*begin, end]);
                self.told.push(Counted { detector: at, begin: *begin, end, values });
                *begin = end;
                match meter {
                    Meter::Loop(meter) => meter.begin(),
                    Meter::Area(meter) => meter.begin(),
                    Meter::Zone(meter) => meter.begin(),
                }
            }
        }
    }
}

fn values(meter: &Meter, span: [f64; 2]) -> Vec<(&'static str, f64)> {
    match meter {
        Meter::Loop(meter) => meter.values(span),
        Meter::Area(meter) => meter.values(),
        Meter::Zone(meter) => meter.values(),
    }
}

/// A mean, or -1 of nothing.
fn mean(sum: f64, of: f64) -> f64 {
    if of > 0.0 { sum / of } else { -1.0 }
}

impl Simulation<'_> {
    /// Has detectors count from now on. They see vehicles that drive one by one, by SUMO's rules.
    pub fn count_by(&mut self, detectors: &[Detector]) {
        self.meters = Some(Box::new(Meters::new(self.net, detectors, self.now)));
    }

    /// What detectors counted, by intervals as they ended; those that have only begun come last.
    pub fn counted(&self) -> Vec<Counted> {
        let Some(meters) = &self.meters else { return Vec::new() };
        let mut all = meters.told.clone();
        for (at, (meter, [_, begin])) in meters.meters.iter().zip(&meters.spans).enumerate() {
            if *begin < self.now {
                let (begin, end) = (*begin, self.now);
                all.push(Counted { detector: at, begin, end, values: values(meter, [begin, end]) });
            }
        }
        all
    }

    /// Shows a vehicle's second to the detectors on its way, before lanes are forgotten that it has left.
    pub(super) fn detect(&mut self, vehicle: CarId, limit: f64, lost: f64) {
        let Some(meters) = &mut self.meters else { return };
        let car = &self.cars[vehicle.i()];
        let length = self.demand.kinds[car.kind as usize].length;
        let (now, speed) = (self.now, car.speed);
        let [from, to] = [car.pos - speed, car.pos];
        let passing = Passing { vehicle: car.vehicle, length, from, to, now, speed, limit, lost };
        for meter in &mut meters.meters {
            if let Meter::Zone(zone) = meter {
                zone.see(passing);
            }
        }
        // Somebody may come in and go out in the same second.
        for exits in [false, true] {
            let mut passing = passing;
            meters.show(car.lane, passing, exits);
            for lane in car.tail.iter().take_while(|lane| lane.is_some()) {
                passing = passing.seen_from(self.net.lanes[lane.i()].length);
                meters.show(*lane, passing, exits);
            }
        }
    }

    /// A second is over for detectors.
    pub(super) fn count(&mut self) {
        if let Some(meters) = &mut self.meters {
            meters.tick(self.now);
        }
    }
}
