//! Signals: what they show, and who decides.
//!
//! A *programme* shows phase after phase, each for as long as written or for as long as vehicles keep coming. Every other
//! controller chooses among *stages*, the phases of the programme that let somebody go and warn nobody: between two of them it
//! shows yellow to whoever loses the green, then red to all whom the change concerns. No stage is cut short of its least green.
//! Controllers see what detectors could: who is on a lane before the signal and behind it, who stands, and who is near the line.

mod choose;
mod foresee;
mod gaps;
mod plan;
pub(crate) mod stage;
mod watch;
mod webster;

pub(crate) use plan::Plan;
pub use stage::{Stage, Stages, stages};
pub use webster::webster;

use crate::ids::{LaneId, SignalId};
use crate::net::{Network, Program};
use choose::Choosing;
use gaps::GapControl;
pub use gaps::gap_out;

/// Who decides about the signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// The programmes that the network brings, or others of that kind.
    Program,
    /// A stage lasts while vehicles keep coming, between its least and its longest green.
    Actuated,
    /// The stage that moves most vehicles to where there is room (Varaiya 2013).
    MaxPressure,
    /// The stage with the highest pressure by lanes and queues (Wu and others 2021).
    EfficientPressure,
    /// The same, but a stage stays while more come to it than wait elsewhere (Zhang and others 2022).
    AdvancedPressure,
    /// The stage that costs the least waiting in the next minute, as far as one can see who comes.
    Foresight,
}

/// Times that every controller but a programme keeps, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// Yellow; as long as the programme's own if there is none.
    pub yellow: Option<f64>,
    /// Red for all after yellow.
    pub all_red: f64,
    /// The least green.
    pub min_green: f64,
    /// The longest green, where somebody waits elsewhere.
    pub max_green: f64,
    /// How often a controller decides.
    pub decide: f64,
}

impl Default for Times {
    fn default() -> Self {
        Self { yellow: None, all_red: 0.0, min_green: 5.0, max_green: 50.0, decide: 5.0 }
    }
}

/// Slower than this a vehicle stands, for detectors and for whoever drives, in m/s.
pub(crate) const STANDING: f64 = 0.1;
/// A vehicle is near the line if it is there within so many seconds.
pub(crate) const NEAR_LINE: f64 = 2.0;

/// What detectors see of a lane.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen {
    /// Vehicles on it.
    pub vehicles: u32,
    /// How many of them stand.
    pub standing: u32,
    /// Whether one is so near the line that it will be there within a few seconds.
    pub near: bool,
}

/// What a controller that looks ahead chose, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The stage, by its place.
    pub chosen: usize,
    /// By stage: seconds of waiting that it reckons with for all who are or come before the lines, were it shown next; those
    /// who have stood for long count more. None where it did not come into question,
    /// or fell far behind others in the search.
    pub waiting: Vec<Option<f32>>,
}

/// A choice that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// When, in seconds.
    pub at: f64,
    /// At which signal.
    pub signal: SignalId,
    /// The stage that was shown.
    pub shown: usize,
    /// What was chosen.
    pub choice: Choice,
}

/// Tells somebody of a vehicle on a lane: metres before the lane's end, its speed, and how fast it would go.
pub type Each<'e> = &'e mut dyn FnMut(f64, f64, f64);

/// Asks the detectors of a lane.
#[derive(Clone, Copy)]
pub struct Detectors<'d> {
    /// What is seen of it in all.
    pub seen: &'d dyn Fn(LaneId) -> Seen,
    /// Each vehicle on it.
    pub each: &'d dyn Fn(LaneId, Each<'_>),
    /// Whether there is no room on it.
    pub full: &'d dyn Fn(LaneId) -> bool,
    /// How many seconds ago the last vehicle left a loop so many metres from the lane's start: none while one is over it; nothing
    /// if that is more than a second.
    pub left: &'d dyn Fn(LaneId, f64) -> Option<f64>,
}

/// A signal that runs a programme.
#[derive(Debug, Clone)]
struct Running {
    program: Program,
    phase: usize,
    /// When the next phase begins.
    next: f64,
}

impl Running {
    fn new(program: Program, begin: f64) -> Self {
        let cycle: f64 = program.phases.iter().map(|phase| phase.duration).sum();
        let mut into = if cycle > 0.0 { (begin - program.offset).rem_euclid(cycle) } else { 0.0 };
        let mut phase = 0;
        while let Some(of) = program.phases.get(phase).filter(|of| into >= of.duration) {
            into -= of.duration;
            phase += 1;
        }
        let phase = phase.min(program.phases.len().saturating_sub(1));
        let lasts = program.phases.get(phase).map_or(f64::INFINITY, |of| of.duration - into);
        Self { program, phase, next: begin + lasts }
    }

    /// Goes on to the phase of a moment. Says whether that is another one.
    fn go_on(&mut self, now: f64) -> bool {
        let mut changed = false;
        while now + 1e-9 >= self.next {
            self.phase = (self.phase + 1) % self.program.phases.len().max(1);
            self.next += self.program.phases.get(self.phase).map_or(f64::INFINITY, |of| of.duration);
            changed = true;
        }
        changed
    }
}

/// How one signal is run.
#[derive(Debug)]
enum One {
    Program(Running),
    Gaps(Box<GapControl>),
    Choosing(Box<Choosing>),
}

/// All signals of a network as they run.
#[derive(Debug, Default)]
pub struct Signals {
    all: Vec<One>,
}

impl Signals {
    /// Signals of a network with their programmes from `begin` on. Where there is nothing to choose, the programme runs.
    pub fn new(
        net: &Network,
        programs: Vec<Program>,
        controller: Controller,
        times: Times,
        begin: f64,
    ) -> Self {
        let one = |(signal, program): (usize, Program)| {
            let of = &net.signals[signal];
            let stages = stages(&program, &of.walks);
            if controller == Controller::Program || stages.all.len() < 2 {
                let running = Running::new(program, begin);
                let Some(gaps) = running.program.gaps else { return One::Program(running) };
                let Running { program, phase, .. } = running;
                return One::Gaps(Box::new(GapControl::new(
                    net,
                    SignalId::at(signal),
                    program,
                    gaps,
                    phase,
                    begin,
                )));
            }
            One::Choosing(Box::new(Choosing::new(net, of, stages, controller, times, begin)))
        };
        Self { all: programs.into_iter().enumerate().map(one).collect() }
    }

    /// All lights of a signal, those of people too, by their places.
    pub fn shown(&self, signal: SignalId) -> &[u8] {
        match &self.all[signal.i()] {
            One::Program(running) => running
                .program
                .phases
                .get(running.phase)
                .map(|phase| phase.lights.as_slice())
                .unwrap_or_default(),
            One::Gaps(control) => control.shown(),
            One::Choosing(choosing) => choosing.shown(),
        }
    }

    /// Shows each movement its light, where that changed; all of them at the `first` time.
    pub fn show(
        &mut self,
        net: &Network,
        now: f64,
        first: bool,
        detectors: Detectors<'_>,
        lights: &mut [u8],
        mut decisions: Option<&mut Vec<Decision>>,
    ) {
        for (signal, one) in self.all.iter_mut().enumerate() {
            let (changed, shown) = match one {
                One::Program(running) => {
                    let changed = running.go_on(now);
                    if !changed && !first {
                        continue;
                    }
                    let phase = running.program.phases.get(running.phase);
                    (changed, phase.map(|phase| phase.lights.as_slice()).unwrap_or_default())
                }
                One::Gaps(control) => (control.go_on(now, detectors), control.shown()),
                One::Choosing(choosing) => {
                    let changed = choosing.go_on(now, detectors);
                    if let Some(((shown, choice), all)) = choosing.chose().zip(decisions.as_deref_mut()) {
                        all.push(Decision { at: now, signal: SignalId::at(signal), shown, choice });
                    }
                    (changed, choosing.shown())
                }
            };
            if changed || first {
                show(net, SignalId::at(signal), shown, lights);
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
