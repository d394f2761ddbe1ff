//! A controller that looks ahead: it tries what could be shown in the next minute against those who stand and those who come,
//! reckoned as queues at the lines, and shows what costs the least waiting.
//!
//! Time goes in whole seconds. A queue takes in who comes and lets go what the stage gives it; while a signal changes, only
//! those go who have the green before and after. Of the ways to go on that reach a moment the best few are kept, by the
//! waiting so far and what is left in the queues then. What a stage gives a lane is learned: a head that stands in spite of
//! its green (a left turn without a gap, a full road behind) makes it less, one that moves more.

use super::stage::green;
use super::watch::{Watched, watched};
use super::{Choice, Detectors, Times};
use crate::ids::{LaneId, MovementId};
use crate::net::Network;

/// Vehicles that a lane lets go in a second of protected green.
const FLOW: f64 = 0.5;
/// What part of that is reckoned with where oncoming traffic goes first, and after a stop; from there it is learned.
const PERMITTED: (f64, f64) = (0.5, 0.3);
/// How far ahead it looks, in seconds.
const HORIZON: usize = 60;
/// How far before the line it sees, in metres.
const SIGHT: f64 = 250.0;
/// How many ways to go on are kept of each moment.
const BEAM: usize = 32;
/// Who is left without a green in the end waits so many seconds for the next.
const LEFT: f32 = 14.0;
/// Slower than this a vehicle belongs to a queue, in m/s.
const SLOW: f64 = 1.5;
/// A head that stood so long counts twice as much as one that has just come, in seconds; and nobody counts more than `MOST`.
const PATIENCE: f32 = 90.0;
const MOST: f32 = 10.0;
/// What is learned of a stage and of arrivals fades away in so many seconds.
const MEMORY: f32 = 120.0;
/// Where no vehicle was seen for long, one is supposed to come in so many seconds all the same: a detector may be dead.
const UNSEEN: f32 = 300.0;
/// Where one was seen in so many seconds the detector lives, and nobody is supposed until [`UNSEEN`] is over, not even a part
/// of a vehicle: in light traffic that would keep others waiting.
const ALIVE: f32 = 600.0;
/// A head that stood through so many seconds of green in all, and never moved, is none: a detector may be stuck, or the road
/// behind is shut.
const IN_VAIN: f32 = 60.0;

/// What the controller knows of one signal.
#[derive(Debug)]
pub(super) struct Foresight {
    lanes: Vec<Approach>,
    stages: Vec<Service>,
    /// By second and lane: vehicles that come to the line.
    come: Vec<f32>,
    /// Seconds in which a change lets nobody else go, and for how long one goes on before thinking again.
    lost: usize,
    again: usize,
    /// When it last looked.
    looked: f64,
    search: Search,
}

/// A stage that can be chosen.
#[derive(Debug)]
pub(super) struct Course {
    pub lights: Vec<u8>,
    /// Its least green, in seconds.
    pub least: f64,
    /// For how long it goes on at most while people come across, once it is left.
    pub clear: f64,
}

/// A lane before the signal.
#[derive(Debug)]
struct Approach {
    watched: Vec<Watched>,
    /// Seconds from where sight ends.
    seconds: f64,
    to: Vec<LaneId>,
    /// Arrivals a second.
    rate: f32,
    /// For how long its head has stood, how much of that it had green, and for how long nobody was seen without a green.
    stood: f32,
    in_vain: f32,
    unseen: f32,
    /// For how long nobody was seen at all.
    silent: f32,
    /// What a second of waiting counts.
    weight: f32,
}

/// What a stage gives each lane, in vehicles a second.
#[derive(Debug)]
struct Service {
    full: Vec<f32>,
    /// How much of it comes true.
    trust: Vec<f32>,
    now: Vec<f32>,
    /// Its least green and its end while people come across, in seconds.
    least: usize,
    clear: usize,
}

/// Ways to go on, as far as they were tried.
#[derive(Debug, Default)]
struct Search {
    nodes: Vec<Node>,
    /// The queues of each node, lane by lane.
    queues: Vec<f32>,
    /// Nodes by the second that they reach.
    reached: Vec<Vec<u32>>,
    /// What each lane is given while the signal changes, and how long was waited on it.
    change: Vec<f32>,
    waited: Vec<f32>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    stage: usize,
    /// The stage that was shown first on the way here.
    first: usize,
    /// Weighted seconds of waiting so far, and with what is left.
    cost: f32,
    guess: f32,
}

impl Foresight {
    /// Knows nothing yet. `lost` is the time of a change in seconds.
    pub fn new(
        net: &Network,
        movements: &[Vec<MovementId>],
        courses: &[Course],
        times: Times,
        lost: f64,
    ) -> Self {
        let mut lanes: Vec<LaneId> = Vec::new();
        for movement in movements.iter().flatten() {
            let lane = net.movements[movement.i()].from;
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        let service = |course: &Course| {
            let given = |lane: &LaneId| service(net, movements, &course.lights, *lane) as f32;
            let full: Vec<f32> = lanes.iter().map(given).collect();
            let (least, clear) = (course.least.ceil().max(1.0) as usize, course.clear.ceil() as usize);
            Service { now: full.clone(), trust: vec![1.0; full.len()], full, least, clear }
        };
        Self {
            come: vec![0.0; lanes.len() * HORIZON],
            stages: courses.iter().map(service).collect(),
            lanes: lanes.iter().map(|lane| approach(net, movements, *lane)).collect(),
            lost: lost.ceil() as usize,
            again: times.decide.round().max(2.0) as usize,
            looked: f64::NEG_INFINITY,
            search: Search { reached: vec![Vec::new(); HORIZON + 1], ..Search::default() },
        }
    }

    /// The stage to show from now on, where `at` is shown, and why.
    pub fn choose(&mut self, now: f64, at: usize, detectors: Detectors<'_>) -> Choice {
        let passed = if self.looked.is_finite() { (now - self.looked) as f32 } else { 0.0 };
        self.looked = now;
        let queues: Vec<f32> =
            (0..self.lanes.len()).map(|lane| self.look(lane, at, passed, detectors)).collect();
        let wanted: Vec<usize> = (0..self.stages.len())
            .filter(|stage| {
                let serves = |lane: usize| {
                    let comes =
                        || self.come.iter().skip(lane).step_by(self.lanes.len()).any(|come| *come > 0.0);
                    self.stages[*stage].full[lane] > 0.0 && (queues[lane] > 0.0 || comes())
                };
                *stage == at || (0..self.lanes.len()).any(serves)
            })
            .collect();
        self.search.begin(at, queues);
        for time in 0..HORIZON {
            for node in self.search.best_at(time) {
                for stage in &wanted {
                    self.go_on(node as usize, time, *stage);
                }
            }
        }
        let mut waiting = vec![None; self.stages.len()];
        for node in &self.search.reached[HORIZON] {
            let Node { first, guess, .. } = self.search.nodes[*node as usize];
            let least = waiting[first].unwrap_or(f32::INFINITY);
            waiting[first] = Some(guess.min(least));
        }
        let reckoned = waiting.iter().enumerate().filter_map(|(stage, waiting)| Some((stage, (*waiting)?)));
        let best = reckoned.min_by(|(_, one), (_, other)| one.total_cmp(other));
        Choice { chosen: best.map_or(at, |(stage, _)| stage), waiting }
    }

    /// Goes on from a node with a stage, until one would think again.
    fn go_on(&mut self, from: usize, time: usize, stage: usize) {
        let node = self.search.nodes[from];
        let (leaves, enters) = (&self.stages[node.stage], &self.stages[stage]);
        let (clear, lost, green) = match stage == node.stage {
            true => (0, 0, self.again),
            false => (leaves.clear, self.lost, enters.least),
        };
        let (left, shut) = (time + clear, time + clear + lost);
        let end = (shut + green).min(HORIZON);
        let lanes = self.lanes.len();
        let Search { queues, change, waited, .. } = &mut self.search;
        queues.extend_from_within(from * lanes..(from + 1) * lanes);
        let begin = queues.len() - lanes;
        let queues = &mut queues[begin..];
        let (before, after) = (&leaves.now, &enters.now);
        change.clear();
        change.extend(before.iter().zip(after).map(|(before, after)| before.min(*after)));
        waited.clear();
        waited.resize(lanes, 0.0);
        for second in time..end {
            let come = &self.come[second * lanes..(second + 1) * lanes];
            let given = match second {
                second if second < left => before,
                second if second < shut => &*change,
                _ => after,
            };
            for (((queue, come), given), waited) in queues.iter_mut().zip(come).zip(given).zip(&mut *waited) {
                *queue = (*queue + come - given).max(0.0);
                *waited += *queue;
            }
        }
        let (mut cost, mut left) = (node.cost, 0.0);
        for (lane, approach) in self.lanes.iter().enumerate() {
            let (queue, given) = (queues[lane], after[lane]);
            cost += approach.weight * waited[lane];
            let (wait, flow) = if given > 0.0 { (0.0, given) } else { (LEFT, FLOW as f32) };
            left += approach.weight * queue * (wait + queue / (2.0 * flow));
        }
        let first = if from == 0 { stage } else { node.first };
        let place = self.search.nodes.len() as u32;
        self.search.nodes.push(Node { stage, first, cost, guess: cost + left });
        self.search.reached[end].push(place);
    }

    /// Looks at a lane while `at` is shown, and learns from it. How many stand before the line.
    fn look(&mut self, lane: usize, at: usize, passed: f32, detectors: Detectors<'_>) -> f32 {
        let (lanes, come) = (self.lanes.len(), &mut self.come);
        come.iter_mut().skip(lane).step_by(lanes).for_each(|come| *come = 0.0);
        let approach = &mut self.lanes[lane];
        let (mut queue, mut moving) = (0.0, 0.0);
        let mut head = (f64::INFINITY, 0.0);
        for Watched { lane: watched, offset, part } in &approach.watched {
            (detectors.each)(*watched, &mut |distance, speed, limit| {
                let distance = distance + offset;
                if distance > SIGHT {
                    return;
                }
                if distance < head.0 {
                    head = (distance, speed);
                }
                if speed < SLOW {
                    queue += *part as f32;
                    return;
                }
                moving += *part as f32;
                let second = (distance / limit.max(1.0)) as usize;
                if let Some(come) = come.get_mut(second * lanes + lane) {
                    *come += *part as f32;
                }
            });
        }
        let fades = MEMORY / (MEMORY + passed);
        approach.rate = fades * approach.rate + (1.0 - fades) * moving / approach.seconds.max(1.0) as f32;
        let beyond = lane + lanes * (approach.seconds as usize + 1);
        come.iter_mut().skip(beyond).step_by(lanes).for_each(|come| *come += approach.rate);
        let stands = head.0 < 12.0 && head.1 < SLOW;
        let moves = head.0 < 40.0 && !stands;
        let has_green = self.stages[at].full[lane] > 0.0;
        approach.stood = if stands { approach.stood + passed } else { 0.0 };
        approach.in_vain = match (stands, has_green) {
            (true, true) => approach.in_vain + passed,
            (true, false) => approach.in_vain,
            (false, _) => 0.0,
        };
        if approach.in_vain > IN_VAIN {
            (approach.stood, queue) = (0.0, 0.0);
        }
        approach.weight = (1.0 + (approach.stood / PATIENCE).powi(2)).min(MOST);
        approach.unseen = if has_green || queue + moving > 0.0 { 0.0 } else { approach.unseen + passed };
        let blocked = !approach.to.is_empty() && approach.to.iter().all(|to| (detectors.full)(*to));
        for (stage, service) in self.stages.iter_mut().enumerate() {
            let trust = &mut service.trust[lane];
            if stage == at && has_green && stands {
                *trust *= 0.5;
            } else if stage == at && has_green && moves {
                *trust += (1.0 - *trust) * 0.5;
            }
            *trust += (1.0 - *trust) * (passed / MEMORY).min(1.0);
            service.now[lane] = if blocked { 0.0 } else { service.full[lane] * trust.max(0.05) };
        }
        approach.silent = if queue + moving > 0.0 { 0.0 } else { approach.silent + passed };
        let supposed = approach.unseen / UNSEEN;
        queue + if approach.silent < ALIVE { supposed.floor() } else { supposed }
    }
}

impl Search {
    fn begin(&mut self, stage: usize, queues: Vec<f32>) {
        self.queues = queues;
        self.nodes.clear();
        self.nodes.push(Node { stage, first: stage, cost: 0.0, guess: 0.0 });
        self.reached.iter_mut().for_each(Vec::clear);
        self.reached[0].push(0);
    }

    /// The best few of the nodes that reach a second.
    fn best_at(&mut self, time: usize) -> Vec<u32> {
        let mut all = std::mem::take(&mut self.reached[time]);
        if all.len() > BEAM {
            let guess = |node: &u32| self.nodes[*node as usize].guess;
            all.select_nth_unstable_by(BEAM, |one, other| {
                guess(one).total_cmp(&guess(other)).then(one.cmp(other))
            });
            all.truncate(BEAM);
        }
        all
    }
}

/// How many vehicles a second a stage is reckoned to let go from a lane. Detectors do not see who wants where, so each of the
/// lane's movements is wanted alike.
fn service(net: &Network, movements: &[Vec<MovementId>], lights: &[u8], lane: LaneId) -> f64 {
    let light = |movement: MovementId| {
        let place = movements.iter().position(|all| all.contains(&movement));
        place.and_then(|place| lights.get(place)).copied().unwrap_or(b'r')
    };
    let own: Vec<MovementId> = of_lane(net, movements, lane).collect();
    let part = |movement: &MovementId| {
        let crossed = || net.foes(*movement).iter().any(|foe| green(light(*foe)));
        match light(*movement) {
            b'g' if crossed() => PERMITTED.0,
            b's' => PERMITTED.1,
            light if green(light) => 1.0,
            _ => 0.0,
        }
    };
    FLOW * own.iter().map(part).sum::<f64>() / own.len().max(1) as f64
}

/// The signal's movements that leave a lane.
fn of_lane<'m>(
    net: &'m Network,
    movements: &'m [Vec<MovementId>],
    lane: LaneId,
) -> impl Iterator<Item = MovementId> + 'm {
    movements.iter().flatten().copied().filter(move |movement| net.movements[movement.i()].from == lane)
}

/// What is watched for a lane: itself, and the lanes before it as far as no signal stands between.
fn approach(net: &Network, movements: &[Vec<MovementId>], lane: LaneId) -> Approach {
    let to = of_lane(net, movements, lane).map(|movement| net.movements[movement.i()].to).collect();
    let watched = watched(net, lane, SIGHT);
    let seconds = watched.iter().map(|one| {
        let of = &net.lanes[one.lane.i()];
        (one.offset + of.length.min(SIGHT - one.offset)) / of.speed.max(1.0)
    });
    let seconds = seconds.fold(0.0, f64::max);
    Approach {
        watched,
        seconds,
        to,
        rate: 0.0,
        stood: 0.0,
        in_vain: 0.0,
        unseen: 0.0,
        silent: ALIVE,
        weight: 1.0,
    }
}
