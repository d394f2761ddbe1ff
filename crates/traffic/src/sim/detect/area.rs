//! Areas along lanes, as cameras see them: who is there, how fast, and how long the jam is.

use super::{Passing, mean};
use crate::detector::Standing;
use crate::ids::VehicleId;

/// Somebody in an area.
#[derive(Debug, Clone, Copy)]
struct Inside {
    vehicle: VehicleId,
    /// Where its front and its end are.
    front: f64,
    back: f64,
    /// For how many seconds it has been slow.
    slow: f64,
    seen: f64,
}

/// An area's counting.
#[derive(Debug)]
pub(super) struct Area {
    span: [f64; 2],
    standing: Standing,
    jam: f64,
    inside: Vec<Inside>,
    sums: Sums,
}

/// What is summed up over an interval.
#[derive(Debug, Default)]
struct Sums {
    ticks: u32,
    entered: u32,
    left: u32,
    halts: u32,
    /// Seconds that vehicles were there, the metres that they drove, and the seconds that they lost.
    seconds: f64,
    driven: f64,
    lost: f64,
    /// Vehicles in each second, and the part of the area that they take; the longest jam in vehicles and in metres. Each as a sum
    /// and as the most.
    vehicles: [f64; 2],
    taken: [f64; 2],
    jammed: [f64; 2],
    jam: [f64; 2],
}

/// Adds to a sum, and keeps the most.
fn add(to: &mut [f64; 2], value: f64) {
    *to = [to[0] + value, to[1].max(value)];
}

impl Area {
    pub fn new(span: [f64; 2], standing: Standing, jam: f64) -> Self {
        Self { span, standing, jam, inside: Vec::new(), sums: Sums::default() }
    }

    pub fn see(&mut self, passing: Passing) {
        let Passing { vehicle, length, from, to, now, speed, limit, .. } = passing;
        let [start, end] = self.span;
        let known = self.inside.iter().position(|one| one.vehicle == vehicle);
        // An area on several lanes is shown the same second from each.
        if known.is_some_and(|at| self.inside[at].seen == now) {
            return;
        }
        let back = to - length;
        if to <= start || from - length >= end {
            return;
        }
        // Which part of the second it takes to the beginning, and to the end.
        let part = |way: f64| if way > 0.0 { (way / (to - from)).min(1.0) } else { 0.0 };
        let seconds = part(end - from + length) - part(start - from);
        let at = known.unwrap_or_else(|| {
            self.sums.entered += 1;
            self.inside.push(Inside { vehicle, front: to, back, slow: 0.0, seen: now });
            self.inside.len() - 1
        });
        let one = &mut self.inside[at];
        one.slow = if speed < self.standing.speed { one.slow + 1.0 } else { 0.0 };
        // As in SUMO a halt starts at once; only who has stood for longer than is said is in a jam.
        self.sums.halts += u32::from(one.slow == 1.0);
        (one.front, one.back, one.seen) = (to, back, now);
        self.sums.seconds += seconds;
        self.sums.driven += seconds * speed;
        self.sums.lost += seconds * (1.0 - speed / limit).max(0.0);
    }

    /// Who was not seen has left the lane; who is behind the end has passed.
    pub fn tick(&mut self, now: f64) {
        let [start, end] = self.span;
        let before = self.inside.len();
        let seen = self.inside.iter().filter(|one| one.seen >= now).count();
        self.inside.retain(|one| one.seen >= now && one.back < end);
        let sums = &mut self.sums;
        sums.left += (before - self.inside.len()) as u32;
        self.inside.sort_by(|one, other| other.front.total_cmp(&one.front));
        let taken: f64 = self.inside.iter().map(|one| one.front.min(end) - one.back.max(start)).sum();
        let (mut longest, mut most) = (0.0f64, 0.0f64);
        // The jam so far: how many are in it, its head, and the end of its last.
        let mut jam: Option<(f64, f64, f64)> = None;
        for one in &self.inside {
            let stands = one.slow > self.standing.seconds;
            let joins = jam.filter(|(_, _, back)| back - one.front <= self.jam);
            jam = stands.then(|| match joins {
                Some((count, head, _)) => (count + 1.0, head, one.back),
                None => (1.0, one.front.min(end), one.back),
            });
            if let Some((count, head, back)) = jam {
                (longest, most) = (longest.max(head - back.max(start)), most.max(count));
            }
        }
        sums.ticks += 1;
        add(&mut sums.vehicles, seen as f64);
        add(&mut sums.taken, 100.0 * taken / (end - start));
        add(&mut sums.jammed, most);
        add(&mut sums.jam, longest);
    }

    pub fn begin(&mut self) {
        self.sums = Sums::default();
    }

    pub fn values(&self) -> Vec<(&'static str, f64)> {
        let sums = &self.sums;
        let ticks = f64::from(sums.ticks);
        let seen = f64::from(sums.left) + self.inside.len() as f64;
        vec![
            ("sampledSeconds", sums.seconds),
            ("nVehEntered", f64::from(sums.entered)),
            ("nVehLeft", f64::from(sums.left)),
            ("nVehSeen", seen),
            ("meanSpeed", mean(sums.driven, sums.seconds)),
            ("meanTimeLoss", mean(sums.lost, seen)),
            ("meanOccupancy", sums.taken[0] / ticks),
            ("maxOccupancy", sums.taken[1]),
            ("meanMaxJamLengthInVehicles", sums.jammed[0] / ticks),
            ("meanMaxJamLengthInMeters", sums.jam[0] / ticks),
            ("maxJamLengthInVehicles", sums.jammed[1]),
            ("maxJamLengthInMeters", sums.jam[1]),
            ("jamLengthInVehiclesSum", sums.jammed[0]),
            ("jamLengthInMetersSum", sums.jam[0]),
            ("startedHalts", f64::from(sums.halts)),
            ("meanVehicleNumber", sums.vehicles[0] / ticks),
            ("maxVehicleNumber", sums.vehicles[1]),
        ]
    }
}
