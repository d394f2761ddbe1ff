//! Signals: what they show, and who decides.

use crate::ids::SignalId;
use crate::net::{Network, Program};

/// A signal that runs a programme.
#[derive(Debug, Clone)]
struct Running {
    program: Program,
    phase: usize,
    /// When the next phase begins.
    next: f64,
}

/// All signals of a network as they run.
#[derive(Debug)]
pub struct Signals {
    running: Vec<Running>,
}

impl Signals {
    /// Signals that run given programmes from `begin` on.
    pub fn new(programs: Vec<Program>, begin: f64) -> Self {
        let running = programs.into_iter().map(|program| {
            let cycle: f64 = program.phases.iter().map(|phase| phase.duration).sum();
            let mut into = if cycle > 0.0 { (begin - program.offset).rem_euclid(cycle) } else { 0.0 };
            let mut phase = 0;
            while let Some(of) = program.phases.get(phase).filter(|of| into >= of.duration) {
                into -= of.duration;
                phase += 1;
            }
            let phase = phase.min(program.phases.len().saturating_sub(1));
            let lasts = program.phases.get(phase).map_or(f64::INFINITY, |of| of.duration - into);
            Running { program, phase, next: begin + lasts }
        });
        Self { running: running.collect() }
    }

    /// Shows each movement its light, where that changed; all of them at the `first` time.
    pub fn show(&mut self, net: &Network, now: f64, first: bool, lights: &mut [u8]) {
        for (signal, running) in self.running.iter_mut().enumerate() {
            let mut changed = first;
            while now + 1e-9 >= running.next {
                running.phase = (running.phase + 1) % running.program.phases.len().max(1);
                running.next +=
                    running.program.phases.get(running.phase).map_or(f64::INFINITY, |of| of.duration);
                changed = true;
            }
            if changed && let Some(phase) = running.program.phases.get(running.phase) {
                show(net, SignalId::at(signal), &phase.lights, lights);
            }
        }
    }
}

/// Shows the movements of a signal their lights.
fn show(net: &Network, signal: SignalId, shown: &[u8], lights: &mut [u8]) {
    for (movements, light) in net.signals[signal.i()].lights.iter().zip(shown) {
        for movement in movements {
            lights[movement.i()] = *light;
        }
    }
}
