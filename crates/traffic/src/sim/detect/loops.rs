//! Loops in lanes: how many pass, how fast, and for how much of the time somebody is above.

use super::{Passing, mean};
use crate::ids::VehicleId;

/// Somebody above a loop.
#[derive(Debug, Clone, Copy)]
struct Above {
    vehicle: VehicleId,
    /// Since when, and where its front was then.
    since: f64,
    front: f64,
    /// When that was last seen.
    seen: f64,
}

/// A loop's counting.
#[derive(Debug, Default)]
pub(super) struct Loop {
    above: Vec<Above>,
    entered: u32,
    passed: u32,
    /// When each was above: from and to.
    taken: Vec<[f64; 2]>,
    speeds: f64,
    /// Seconds a metre.
    slowness: f64,
    lengths: f64,
}

impl Loop {
    pub fn see(&mut self, line: f64, passing: Passing) {
        let Passing { vehicle, length, from, now, .. } = passing;
        let known = self.above.iter().position(|one| one.vehicle == vehicle);
        let at = known.or_else(|| {
            // Whoever comes onto it from aside is above from now on.
            let aside = (from >= line && from - length < line).then_some((now, from));
            let (since, front) = passing.crosses(line, 0.0).map(|at| (at, line)).or(aside)?;
            self.entered += 1;
            self.above.push(Above { vehicle, since, front, seen: now });
            Some(self.above.len() - 1)
        });
        let Some(at) = at else { return };
        self.above[at].seen = now;
        if let Some(left) = passing.crosses(line, length) {
            let Above { since, front, .. } = self.above.swap_remove(at);
            let speed = (line + length - front) / (left - since).max(0.001);
            self.passed += 1;
            self.taken.push([since, left]);
            self.speeds += speed;
            self.slowness += 1.0 / speed;
            self.lengths += length;
        }
    }

    /// Who was not seen has left the lane, and did not pass.
    pub fn tick(&mut self, now: f64) {
        let taken = &mut self.taken;
        self.above.retain(|one| {
            if one.seen < now {
                taken.push([one.since, now]);
            }
            one.seen >= now
        });
    }

    pub fn begin(&mut self) {
        *self = Self { above: std::mem::take(&mut self.above), ..Self::default() };
    }

    pub fn values(&self, [begin, end]: [f64; 2]) -> Vec<(&'static str, f64)> {
        let above = self.above.iter().map(|one| [one.since, end]);
        let taken = self.taken.iter().copied().chain(above);
        let seconds: f64 = taken.map(|[from, to]| to.min(end) - from.max(begin)).sum();
        let (passed, whole) = (f64::from(self.passed), end - begin);
        vec![
            ("nVehContrib", passed),
            ("flow", passed * 3600.0 / whole),
            ("occupancy", 100.0 * seconds / whole),
            ("speed", mean(self.speeds, passed)),
            ("harmonicMeanSpeed", mean(passed, self.slowness)),
            ("length", mean(self.lengths, passed)),
            ("nVehEntered", f64::from(self.entered)),
        ]
    }
}
