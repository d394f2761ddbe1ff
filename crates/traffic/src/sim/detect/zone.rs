//! Zones between entries and exits: how many come through, and how long they take.

use super::{Passing, mean};
use crate::detector::Standing;
use crate::ids::VehicleId;
use std::collections::BTreeMap;

/// Somebody in a zone.
#[derive(Debug, Clone, Copy)]
struct Inside {
    entered: f64,
    /// When its front went out.
    out: Option<f64>,
    driven: f64,
    lost: f64,
    halts: u32,
    /// For how many seconds it has been slow.
    slow: f64,
    seen: f64,
}

/// A zone's counting.
#[derive(Debug)]
pub(super) struct Zone {
    standing: Standing,
    inside: BTreeMap<VehicleId, Inside>,
    left: Left,
}

/// What is summed up over those who left in an interval.
#[derive(Debug, Default)]
struct Left {
    vehicles: u32,
    travelled: f64,
    overlapped: f64,
    speeds: f64,
    halts: f64,
    lost: f64,
}

impl Zone {
    pub fn new(standing: Standing) -> Self {
        Self { standing, inside: BTreeMap::new(), left: Left::default() }
    }

    /// A second of somebody who may be inside.
    pub fn see(&mut self, passing: Passing) {
        let Some(one) = self.inside.get_mut(&passing.vehicle) else { return };
        one.seen = passing.now;
        if one.out.is_some() {
            return;
        }
        one.driven += passing.speed;
        one.lost += passing.lost;
        let seconds = self.standing.seconds.max(1.0);
        let stood = one.slow >= seconds;
        one.slow = if passing.speed < self.standing.speed { one.slow + 1.0 } else { 0.0 };
        one.halts += u32::from(!stood && one.slow >= seconds);
    }

    pub fn enter(&mut self, line: f64, passing: Passing) {
        let Some(entered) = passing.crosses(line, 0.0) else { return };
        let rest = passing.now + 1.0 - entered;
        self.inside.entry(passing.vehicle).or_insert(Inside {
            entered,
            out: None,
            driven: rest * passing.speed,
            lost: rest * passing.lost,
            halts: 0,
            slow: 0.0,
            seen: passing.now,
        });
    }

    pub fn leave(&mut self, line: f64, passing: Passing) {
        let Some(one) = self.inside.get_mut(&passing.vehicle) else { return };
        // An exit that lies before the entry is passed before.
        if let Some(out) = passing.crosses(line, 0.0).filter(|out| *out > one.entered) {
            let rest = passing.now + 1.0 - out;
            one.driven -= rest * passing.speed;
            one.lost -= rest * passing.lost;
            one.out = Some(out);
        }
        let Some((out, gone)) = one.out.zip(passing.crosses(line, passing.length)) else { return };
        let (one, left) = (*one, &mut self.left);
        self.inside.remove(&passing.vehicle);
        let travelled = out - one.entered;
        left.vehicles += 1;
        left.travelled += travelled;
        left.overlapped += gone - one.entered;
        left.speeds += one.driven / travelled.max(0.001);
        left.halts += f64::from(one.halts);
        left.lost += one.lost;
    }

    /// Who was not seen has arrived inside, and is not counted.
    pub fn tick(&mut self, now: f64) {
        self.inside.retain(|_, one| one.seen >= now);
    }

    pub fn begin(&mut self) {
        self.left = Left::default();
    }

    pub fn values(&self) -> Vec<(&'static str, f64)> {
        let left = &self.left;
        let count = f64::from(left.vehicles);
        vec![
            ("meanTravelTime", mean(left.travelled, count)),
            ("meanOverlapTravelTime", mean(left.overlapped, count)),
            ("meanSpeed", mean(left.speeds, count)),
            ("meanHaltsPerVehicle", mean(left.halts, count)),
            ("meanTimeLoss", mean(left.lost, count)),
            ("vehicleSum", count),
            ("vehicleSumWithin", self.inside.len() as f64),
        ]
    }
}
