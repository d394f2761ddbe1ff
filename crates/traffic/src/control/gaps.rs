//! Programmes of SUMO's type `actuated`: the phases of the programme in their order, each for as long as vehicles keep coming
//! over a loop before its lines, between its least and its longest time.
//!
//! After the documentation of SUMO 1.28, *Traffic lights*, and what it does. What counts is the time since the last vehicle left
//! a loop. A phase ends when that of all its loops is longer than the longest gap; until then it is asked again when the last
//! vehicle has had the time to come to the line.

use super::stage::clearance;
use super::{Detectors, Times};
use crate::ids::{LaneId, SignalId};
use crate::net::{Gaps, Movement, Network, Phase, Program, Signal, Turn};

/// What a vehicle takes of a queue, in metres.
const QUEUED: f64 = 7.5;

/// A loop before a line.
#[derive(Debug, Clone)]
struct Before {
    lane: LaneId,
    /// Metres from the lane's start.
    pos: f64,
    /// The lights of the lane whose line it lies before.
    lights: Vec<usize>,
    /// When the last vehicle left it.
    left: f64,
}

/// A signal that runs such a programme.
#[derive(Debug, Clone)]
pub(super) struct GapControl {
    program: Program,
    gaps: Gaps,
    loops: Vec<Before>,
    /// By phase, which loops make it longer.
    asks: Vec<Vec<usize>>,
    phase: usize,
    /// When the phase began, and when it is asked next whether it goes on.
    since: f64,
    next: f64,
}

/// Whether somebody goes in a phase and nobody is warned.
fn green(phase: &Phase) -> bool {
    phase.lights.iter().any(|light| matches!(light, b'G' | b'g'))
        && !phase.lights.iter().any(|light| matches!(light, b'y' | b'Y'))
}

/// The least and the longest time of a phase: without either it lasts as written, without the longest as long as it may.
fn times(phase: &Phase) -> (f64, f64) {
    let longest = if phase.min.is_some() { f64::INFINITY } else { phase.duration };
    (phase.min.unwrap_or(phase.duration), phase.max.unwrap_or(longest))
}

fn extends(phase: &Phase) -> bool {
    let (least, most) = times(phase);
    least != most
}

/// The programmes of a network as they would be were vehicles heard: a phase that lets somebody go lasts for the least green and
/// the time in which people come across at least, and for the longest green at most. What a file says stands above it.
pub fn gap_out(net: &Network, by: Times) -> Vec<Program> {
    let heard = |signal: &Signal| {
        let own = &signal.program.phases;
        let next = own.iter().cycle().skip(1);
        let phase = |(phase, next): (&Phase, &Phase)| {
            if !green(phase) || phase.duration < by.min_green {
                return phase.clone();
            }
            let walk = clearance(&signal.walks, &phase.lights, &next.lights);
            let least = phase.min.unwrap_or(by.min_green + walk.ceil());
            Phase {
                min: Some(least),
                max: Some(phase.max.unwrap_or(by.max_green).max(least)),
                ..phase.clone()
            }
        };
        let phases = own.iter().zip(next).map(phase).collect();
        Program { phases, gaps: Some(signal.program.gaps.unwrap_or_default()), ..signal.program }
    };
    net.signals.iter().map(heard).collect()
}

impl GapControl {
    /// A signal's programme from `begin` on, in the phase at which the programme as written would be.
    pub fn new(
        net: &Network,
        signal: SignalId,
        program: Program,
        gaps: Gaps,
        phase: usize,
        begin: f64,
    ) -> Self {
        let lines = Lines::new(net, signal, &program);
        let loops = lines.loops(&program, gaps);
        let asks = (0..program.phases.len()).map(|phase| lines.asked(&program, phase, &loops)).collect();
        let least = program.phases.get(phase).map_or(f64::INFINITY, |of| times(of).0);
        Self { program, gaps, loops, asks, phase, since: begin, next: begin + least.max(1.0) }
    }

    /// What is shown.
    pub fn shown(&self) -> &[u8] {
        self.program.phases.get(self.phase).map(|phase| phase.lights.as_slice()).unwrap_or_default()
    }

    /// Hears the loops, and goes on to the phase of a moment. Says whether that is another one.
    pub fn go_on(&mut self, now: f64, detectors: Detectors<'_>) -> bool {
        for before in &mut self.loops {
            if let Some(ago) = (detectors.left)(before.lane, before.pos) {
                before.left = now - ago;
            }
        }
        let mut changed = false;
        while now + 1e-9 >= self.next {
            let Some(phase) = self.program.phases.get(self.phase) else { break };
            let (least, most) = times(phase);
            let shown = now - self.since;
            let last = self.asks.get(self.phase).into_iter().flatten().filter_map(|at| self.loops.get(*at));
            let gap = last.map(|before| now - before.left).fold(f64::INFINITY, f64::min);
            if green(phase) && shown < most && gap < self.gaps.longest {
                // Whole seconds, so that whoever was seen last comes to the line.
                let wanted = (least - shown).max(self.gaps.ahead - gap).max(1e-3);
                self.next = now + ((wanted + shown - 1e-6).ceil() - shown).min(most - shown);
                break;
            }
            self.phase = (self.phase + 1) % self.program.phases.len();
            self.since = now;
            let least = self.program.phases.get(self.phase).map_or(f64::INFINITY, |of| times(of).0);
            self.next = now + least.max(1.0);
            changed = true;
        }
        changed
    }
}

/// The lanes before a signal's lines, each with its lights.
struct Lines<'n> {
    net: &'n Network,
    lanes: Vec<(LaneId, Vec<usize>)>,
    /// By light: whether it shows a protected green at any time, whether its lane is the only one of its link, whether it
    /// leads back alone.
    major: Vec<bool>,
    single: Vec<bool>,
    back: Vec<bool>,
}

impl<'n> Lines<'n> {
    fn new(net: &'n Network, signal: SignalId, program: &Program) -> Self {
        let lights = &net.signals[signal.i()].lights;
        let mut lanes: Vec<(LaneId, Vec<usize>)> = Vec::new();
        for (light, movements) in lights.iter().enumerate() {
            for movement in movements.iter().map(|movement| &net.movements[movement.i()]) {
                match lanes.iter_mut().find(|(lane, _)| *lane == movement.from) {
                    Some((_, own)) if own.last() != Some(&light) => own.push(light),
                    Some(_) => {}
                    None => lanes.push((movement.from, vec![light])),
                }
            }
        }
        let shows = |light: usize| program.phases.iter().any(|phase| phase.lights.get(light) == Some(&b'G'));
        let alone = |movement: &Movement| {
            let link = net.lanes[movement.from.i()].link;
            net.lanes_of(link).filter(|lane| net.lanes[*lane].allow.any_motor()).count() == 1
        };
        let of = |light: usize, what: &dyn Fn(&Movement) -> bool, every: bool| {
            let mut movements = lights[light].iter().map(|movement| &net.movements[movement.i()]);
            if every { movements.all(what) } else { movements.any(what) }
        };
        let each = |what: &dyn Fn(usize) -> bool| (0..lights.len()).map(what).collect();
        Self {
            net,
            lanes,
            major: each(&shows),
            single: each(&|light| of(light, &alone, false)),
            back: each(&|light| of(light, &|movement| movement.turn == Turn::Around, true)),
        }
    }

    /// A loop for each lane that has green in a phase whose time is not fixed: so far before the line that all who stand between
    /// have left when the least green is over.
    fn loops(&self, program: &Program, gaps: Gaps) -> Vec<Before> {
        let mut loops = Vec::new();
        for (lane, lights) in &self.lanes {
            let goes =
                |phase: &&Phase| lights.iter().any(|at| matches!(phase.lights.get(*at), Some(b'G' | b'g')));
            let phases = program.phases.iter().filter(goes).filter(|phase| extends(phase));
            let Some(least) = phases.map(|phase| times(phase).0).reduce(f64::min) else { continue };
            let of = &self.net.lanes[lane.i()];
            let ahead = (gaps.ahead * of.speed).min((least / gaps.passing + 0.5) * QUEUED);
            let (mut at, mut pos) = (*lane, of.length - ahead);
            while pos < 0.0 {
                let Some(before) = self.only_lane_before(at) else { break };
                at = before;
                pos += self.net.lanes[at.i()].length;
            }
            loops.push(Before {
                lane: at,
                pos: pos.max(0.0),
                lights: lights.clone(),
                left: f64::NEG_INFINITY,
            });
        }
        loops
    }

    /// The one lane from which a lane is reached, over the junction between them.
    fn only_lane_before(&self, lane: LaneId) -> Option<LaneId> {
        let mut lane = lane;
        loop {
            let [one] = self.net.coming(lane) else { return None };
            lane = self.net.movements[one.i()].from;
            if !self.net.lanes[lane.i()].inner {
                return Some(lane);
            }
        }
    }

    /// Whether a light lets its lane go in a phase for sure: who must give way may stand on a loop for nothing, unless nobody
    /// else would ask for them.
    fn goes(&self, phase: &Phase, light: usize) -> bool {
        let shows = |at: usize| phase.lights.get(at).copied().unwrap_or(b'r');
        let protected = || {
            let lanes = self.lanes.iter().filter(|(_, lights)| lights.contains(&light));
            lanes.flat_map(|(_, lights)| lights).any(|at| shows(*at) == b'G')
        };
        match shows(light) {
            b'G' => true,
            b'g' => self.single[light] || ((!self.major[light] || self.back[light]) && protected()),
            _ => false,
        }
    }

    /// Which loops make a phase longer: those of lanes all of whose lights let go, and which lead onto no lane of the same signal
    /// that does not.
    fn asked(&self, program: &Program, phase: usize, loops: &[Before]) -> Vec<usize> {
        let Some(phase) = program.phases.get(phase).filter(|phase| extends(phase)) else { return Vec::new() };
        let all_go = |lights: &[usize]| lights.iter().all(|light| self.goes(phase, *light));
        let onto = |lights: &[usize]| {
            let own = self.lanes.iter().filter(|(_, of)| of == lights).map(|(lane, _)| *lane);
            let leaving = own.flat_map(|lane| self.net.leaving(lane)).map(|at| &self.net.movements[at]);
            let next = leaving.filter(|movement| movement.turn != Turn::Around).map(|movement| movement.to);
            let mut further = next.flat_map(|to| self.lanes.iter().filter(move |(lane, _)| *lane == to));
            further.all(|(_, lights)| all_go(lights))
        };
        let places = loops.iter().enumerate();
        places.filter(|(_, of)| all_go(&of.lights) && onto(&of.lights)).map(|(at, _)| at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Before, GapControl, Lines};
    use crate::control::{Detectors, Seen};
    use crate::ids::{LaneId, SignalId};
    use crate::net::Gaps;
    use crate::read::{self, File};
    use crate::sample::Town;

    /// A junction of four streets of one lane, two phases of 5 to 20 s with 3 s of yellow between.
    fn town() -> read::Scenario {
        let town = Town { size: [1, 1], block: 100.0, vehicles: 1, seed: 1, signals: true }.network();
        let actuated = town
            .replace("type=\"static\" programID", "type=\"actuated\" programID")
            .replace("<phase duration=\"30\"", "<phase duration=\"30\" minDur=\"5\" maxDur=\"20\"");
        read::scenario(File { name: "town.net.xml", bytes: actuated.as_bytes() }, &[]).unwrap()
    }

    /// When phases begin in the first minute, where vehicles leave the loops of the first phase, and of the second, at some
    /// seconds.
    fn check(first: &dyn Fn(u32) -> bool, second: &dyn Fn(u32) -> bool) -> Vec<u32> {
        let scenario = town();
        let net = &scenario.net;
        let program = net.signals[0].program.clone();
        let mut control = GapControl::new(net, SignalId::at(0), program, Gaps::default(), 0, 0.0);
        let of =
            |phase: usize, lane: LaneId| control.asks[phase].iter().any(|at| control.loops[*at].lane == lane);
        let lanes: Vec<[bool; 2]> =
            (0..net.lanes.len()).map(|lane| [0, 2].map(|phase| of(phase, LaneId::at(lane)))).collect();
        let mut begins = Vec::new();
        for now in 0..60 {
            let left = |lane: LaneId, _: f64| {
                let [one, other] = lanes[lane.i()];
                ((one && first(now)) || (other && second(now))).then_some(0.0)
            };
            let detectors =
                Detectors { seen: &|_| Seen::default(), each: &|_, _| {}, full: &|_| false, left: &left };
            begins.extend(control.go_on(f64::from(now), detectors).then_some(now));
        }
        begins
    }

    #[test]
    fn phases_last_as_long_as_vehicles_keep_coming() {
        let never = &|_: u32| false;
        // Least times, with yellow between.
        assert_eq!(check(never, never), [5, 8, 13, 16, 21, 24, 29, 32, 37, 40, 45, 48, 53, 56]);
        // No longer than they may.
        assert_eq!(check(&|_| true, &|_| true), [20, 23, 43, 46]);
        // Two seconds after whoever left a loop last, asked each second, until the gap is too long; then the least times again.
        assert_eq!(check(&|now| now == 4, never)[..3], [7, 10, 15]);
        assert_eq!(check(&|now| now == 4 || now == 6, never)[..3], [9, 12, 17]);
        assert_eq!(check(&|now| now.is_multiple_of(3), never)[..2], [20, 23]);
        assert_eq!(check(&|now| now.is_multiple_of(4), never)[..2], [7, 10]);
        // Whoever comes elsewhere changes nothing until it is their turn.
        assert_eq!(check(never, &|_| true)[..4], [5, 8, 28, 31]);
    }

    #[test]
    fn loops_lie_where_they_are_reached_in_the_least_green() {
        let scenario = town();
        let (net, program) = (&scenario.net, &scenario.net.signals[0].program);
        let lines = Lines::new(net, SignalId::at(0), program);
        let places = |gaps: Gaps| -> Vec<f64> {
            let far = |before: &Before| net.lanes[before.lane.i()].length - before.pos;
            lines.loops(program, gaps).iter().map(|before| (far(before) * 100.0).round() / 100.0).collect()
        };
        // Five seconds let (5 / 1.9 + 0.5) vehicles of 7.5 m go, which is nearer than 2 s at 13.89 m/s; half a second is nearer.
        assert_eq!(places(Gaps::default()), [23.49; 4]);
        assert_eq!(places(Gaps { ahead: 0.5, ..Gaps::default() }), [6.94; 4]);
        // A lane that is too short has its loop on the one before it, or at its own start.
        let beyond = places(Gaps { ahead: 40.0, passing: 0.01, ..Gaps::default() });
        assert_eq!(beyond.len(), 4);
        let own = lines.loops(program, Gaps { ahead: 40.0, passing: 0.01, ..Gaps::default() });
        assert!(own.iter().all(|before| before.pos == 0.0), "{own:?}");
    }
}
