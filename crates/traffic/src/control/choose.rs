//! Controllers that choose the next stage from what detectors see.

use super::foresee::{Course, Foresight};
use super::stage::{self, Stages, between, clearance, clearing, green};
use super::watch::{Watched, watched};
use super::{Choice, Controller, Detectors, NEAR_LINE, Seen, Times};
use crate::ids::{LaneId, MovementId};
use crate::net::{Network, Signal, Walk};

/// Detectors reach so far back from the line at least, in metres: on a shorter lane over those before it.
const REACH: f64 = 30.0;
/// A stage ends when nobody came near the line for so many seconds.
const GAP: f64 = 3.0;

/// A signal whose stages are chosen.
#[derive(Debug)]
pub(super) struct Choosing {
    controller: Controller,
    times: Times,
    yellow: f64,
    all_red: f64,
    walks: Vec<Walk>,
    stages: Vec<Stage>,
    at: usize,
    state: State,
    /// Since when the stage is shown, and when somebody was last near its lines.
    since: f64,
    last_near: f64,
    shown: Vec<u8>,
    foresight: Option<Foresight>,
    /// What it chose last while which stage was shown, until somebody asks.
    chose: Option<(usize, Choice)>,
}

#[derive(Debug)]
struct Stage {
    lights: Vec<u8>,
    least: f64,
    most: f64,
    /// Lanes that it lets go.
    lanes: Vec<Served>,
}

/// A lane that a stage lets go.
#[derive(Debug)]
struct Served {
    lane: LaneId,
    /// What is watched before a short lane.
    before: Vec<Watched>,
    /// The lanes that it leads to in the stage.
    to: Vec<LaneId>,
    /// Which part of its movements the stage lets go: detectors do not see who wants where.
    share: f64,
}

impl Served {
    /// What detectors see of it.
    fn seen(&self, detectors: Detectors<'_>) -> Seen {
        let mut seen = (detectors.seen)(self.lane);
        for Watched { lane, offset, .. } in &self.before {
            (detectors.each)(*lane, &mut |distance, _, limit| {
                let distance = distance + offset;
                if distance < REACH {
                    seen.vehicles += 1;
                    seen.near |= distance < NEAR_LINE * limit;
                }
            });
        }
        seen
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Green,
    /// People who have set off still walk.
    Clearing {
        to: usize,
        until: f64,
    },
    Yellow {
        to: usize,
        until: f64,
    },
    Red {
        to: usize,
        until: f64,
    },
}

impl Choosing {
    pub fn new(
        net: &Network,
        signal: &Signal,
        stages: Stages,
        controller: Controller,
        times: Times,
        begin: f64,
    ) -> Self {
        let yellow = times.yellow.unwrap_or(stages.yellow);
        let all_red = times.all_red.max(stages.all_red);
        let stages: Vec<Stage> =
            stages.all.into_iter().map(|stage| served(net, &signal.lights, stage, times)).collect();
        let foresight = (controller == Controller::Foresight).then(|| {
            let option = |own: &Stage| {
                let clear = stages.iter().map(|to| clearance(&signal.walks, &own.lights, &to.lights));
                Course { lights: own.lights.clone(), least: own.least, clear: clear.fold(0.0, f64::max) }
            };
            let options: Vec<Course> = stages.iter().map(option).collect();
            Foresight::new(net, &signal.lights, &options, times, yellow + all_red)
        });
        let shown = stages.first().map(|stage| stage.lights.clone()).unwrap_or_default();
        Self {
            controller,
            times,
            yellow,
            all_red,
            walks: signal.walks.clone(),
            stages,
            at: 0,
            state: State::Green,
            since: begin,
            last_near: begin,
            shown,
            foresight,
            chose: None,
        }
    }

    pub fn shown(&self) -> &[u8] {
        &self.shown
    }

    /// What it chose just now, and the stage that was shown then; told once.
    pub fn chose(&mut self) -> Option<(usize, Choice)> {
        self.chose.take()
    }

    /// Goes on to a moment. Says whether something else is shown.
    pub fn go_on(&mut self, now: f64, detectors: Detectors<'_>) -> bool {
        match self.state {
            State::Green => {
                let Some(to) = self.choose(now, detectors).filter(|to| *to != self.at) else { return false };
                let (from, next) = (&self.stages[self.at].lights, &self.stages[to].lights);
                let walk = clearance(&self.walks, from, next);
                if walk > 0.0 {
                    self.shown = clearing(&self.walks, from, next);
                    self.state = State::Clearing { to, until: now + walk };
                } else {
                    self.warn(to, now);
                }
                true
            }
            State::Clearing { to, until } if now + 1e-9 >= until => {
                self.warn(to, until);
                true
            }
            State::Yellow { to, until } if now + 1e-9 >= until && self.all_red > 0.0 => {
                let (from, next) = (&self.stages[self.at].lights, &self.stages[to].lights);
                self.shown = between(&self.walks, from, next, true);
                self.state = State::Red { to, until: until + self.all_red };
                true
            }
            State::Yellow { to, until } | State::Red { to, until } if now + 1e-9 >= until => {
                self.shown.clone_from(&self.stages[to].lights);
                (self.at, self.state) = (to, State::Green);
                (self.since, self.last_near) = (now, now);
                true
            }
            _ => false,
        }
    }

    /// Shows yellow on the way to another stage.
    fn warn(&mut self, to: usize, now: f64) {
        self.shown = between(&self.walks, &self.stages[self.at].lights, &self.stages[to].lights, false);
        self.state = State::Yellow { to, until: now + self.yellow };
    }

    /// The stage to show; none if there is nothing to decide now.
    fn choose(&mut self, now: f64, detectors: Detectors<'_>) -> Option<usize> {
        let shown = now - self.since;
        let near = |stage: &Stage| stage.lanes.iter().any(|served| served.seen(detectors).near);
        let Stage { least, most, .. } = self.stages[self.at];
        if near(&self.stages[self.at]) {
            self.last_near = now;
        }
        if shown < least {
            return None;
        }
        match self.controller {
            Controller::Program => None,
            Controller::Actuated => {
                let gap = now - self.last_near >= GAP;
                let next = self.called(detectors)?;
                (gap || shown >= most).then_some(next)
            }
            Controller::Foresight => {
                let due = ((shown - least.ceil()) % self.times.decide).abs() < 1e-9;
                let choice = self.foresight.as_mut().filter(|_| due)?.choose(now, self.at, detectors);
                let chosen = choice.chosen;
                self.chose = Some((self.at, choice));
                Some(chosen)
            }
            Controller::MaxPressure => {
                let due = (shown % self.times.decide).abs() < 1e-9;
                due.then(|| self.pressing(shown, detectors))
            }
        }
    }

    /// The next stage in turn for which somebody waits.
    fn called(&self, detectors: Detectors<'_>) -> Option<usize> {
        let count = self.stages.len();
        (1..count).map(|step| (self.at + step) % count).find(|next| {
            let own = &self.stages[self.at].lanes;
            let elsewhere = |served: &&Served| {
                !own.iter().any(|now| now.lane == served.lane && now.share >= served.share)
            };
            let mut waits = self.stages[*next].lanes.iter().filter(elsewhere);
            waits.any(|served| served.seen(detectors).vehicles > 0)
        })
    }

    /// The stage with the highest pressure: vehicles before it, less those on average where they want to go. A stage that is
    /// shown stays while none is higher.
    fn pressing(&self, shown: f64, detectors: Detectors<'_>) -> usize {
        let count = |lane: LaneId| f64::from((detectors.seen)(lane).vehicles);
        let pressure = |stage: &Stage| -> f64 {
            let of = |served: &Served| {
                let behind: f64 = served.to.iter().map(|to| count(*to)).sum();
                let waiting = f64::from(served.seen(detectors).vehicles);
                served.share * (waiting - behind / served.to.len().max(1) as f64)
            };
            stage.lanes.iter().map(of).sum()
        };
        let own = pressure(&self.stages[self.at]);
        let others = (0..self.stages.len()).filter(|stage| *stage != self.at);
        let best = others.map(|stage| (stage, pressure(&self.stages[stage]))).fold(
            None,
            |best: Option<(usize, f64)>, one| match best {
                Some(best) if best.1 >= one.1 => Some(best),
                _ => Some(one),
            },
        );
        match best {
            Some((stage, pressure)) if pressure > own => stage,
            Some((stage, _)) if shown >= self.stages[self.at].most => self.called(detectors).unwrap_or(stage),
            _ => self.at,
        }
    }
}

/// A stage with the lanes that it lets go.
fn served(net: &Network, movements: &[Vec<MovementId>], stage: stage::Stage, times: Times) -> Stage {
    let mut lanes: Vec<Served> = Vec::new();
    let free = movements.iter().zip(&stage.lights).filter(|(_, light)| green(**light));
    for movement in free.flat_map(|(movements, _)| movements) {
        let of = &net.movements[movement.i()];
        match lanes.iter_mut().find(|served| served.lane == of.from) {
            Some(served) => served.to.push(of.to),
            None => {
                let before = watched(net, of.from, REACH).split_off(1);
                lanes.push(Served { lane: of.from, before, to: vec![of.to], share: 0.0 });
            }
        }
    }
    for served in &mut lanes {
        let all =
            movements.iter().flatten().filter(|movement| net.movements[movement.i()].from == served.lane);
        served.share = served.to.len() as f64 / all.count().max(1) as f64;
    }
    let least = stage.least.max(times.min_green);
    let most = stage.most.unwrap_or(times.max_green).max(least);
    Stage { lights: stage.lights, least, most, lanes }
}
