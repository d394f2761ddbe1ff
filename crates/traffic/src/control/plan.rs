//! Fixed plans: stages in turn, with what it takes to change between them.

use super::Times;
use super::stage::{between, clearance, clearing, stages};
use crate::net::{Phase, Program, Signal, Walk};

/// What a fixed plan of a signal is made of.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The stages' lights.
    pub stages: Vec<Vec<u8>>,
    /// How long the programme shows each.
    pub shown: Vec<f64>,
    least: Vec<f64>,
    yellow: f64,
    all_red: f64,
    walks: Vec<Walk>,
}

impl Plan {
    /// What a signal's plans are made of, if there is more than one stage.
    pub fn of(signal: &Signal, times: Times) -> Option<Self> {
        let own = stages(&signal.program, &signal.walks);
        if own.all.len() < 2 {
            return None;
        }
        let (yellow, all_red) = (times.yellow.unwrap_or(own.yellow), times.all_red.max(own.all_red));
        let least = own.all.iter().map(|stage| stage.least.max(times.min_green)).collect();
        let shown = own.all.iter().map(|stage| stage.duration).collect();
        let stages = own.all.into_iter().map(|stage| stage.lights).collect();
        Some(Self { stages, shown, least, yellow, all_red, walks: signal.walks.clone() })
    }

    /// Seconds of a change that nobody new uses.
    pub fn change(&self) -> f64 {
        self.yellow + self.all_red
    }

    /// The stages in another order.
    pub fn swap(&mut self, one: usize, other: usize) {
        self.stages.swap(one, other);
        self.shown.swap(one, other);
        self.least.swap(one, other);
    }

    /// The lights of a stage and of the next.
    fn pair(&self, stage: usize) -> (&[u8], &[u8]) {
        (&self.stages[stage], &self.stages[(stage + 1) % self.stages.len()])
    }

    /// The least green of each stage, with the time in which people come across.
    pub fn least(&self) -> Vec<f64> {
        let of = |(stage, least): (usize, &f64)| {
            let (own, next) = self.pair(stage);
            (least + clearance(&self.walks, own, next)).ceil()
        };
        self.least.iter().enumerate().map(of).collect()
    }

    /// The programme that shows its stages in turn for so many seconds each.
    pub fn program(&self, greens: &[f64], offset: f64) -> Program {
        let mut phases = Vec::new();
        let mut add = |lights: Vec<u8>, duration: f64| {
            if duration > 0.0 {
                phases.push(Phase { duration, min: None, max: None, lights });
            }
        };
        for (stage, green) in greens.iter().enumerate() {
            let (own, next) = self.pair(stage);
            let walk = clearance(&self.walks, own, next);
            add(own.to_vec(), green - walk);
            add(clearing(&self.walks, own, next), walk);
            add(between(&self.walks, own, next, false), self.yellow);
            add(between(&self.walks, own, next, true), self.all_red);
        }
        Program { offset, phases, gaps: None }
    }
}
