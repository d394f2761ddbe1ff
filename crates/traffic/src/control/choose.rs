//! Controllers that choose the next stage from what detectors see.

use super::foresee::{Course, Foresight};
use super::stage::{self, Stages, between, clearance, clearing, green};
use super::watch::{Watched, watched};
use super::{Choice, Controller, Detectors, NEAR_LINE, STANDING, Seen, Times};
use crate::ids::{LaneId, LinkId, MovementId};
use crate::net::{Network, Signal, Walk};

/// Detectors reach so far back from the line at least, in metres: on a shorter lane over those before it.
const REACH: f64 = 30.0;
/// A stage ends when nobody came near the line for so many seconds.
const GAP: f64 = 3.0;
/// Who is slower than this on a junction does not leave it for now, in m/s; nobody else comes onto it meanwhile, for so many
/// seconds at most.
const SLOW: f64 = 1.5;
const HOLD: f64 = 30.0;

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
    /// The lanes inside the junction, if it is kept clear, and for how long at most.
    inside: Vec<LaneId>,
    hold: f64,
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
    /// From which link to which it lets go.
    turns: Vec<Turn>,
}

/// All movements of a stage from one link to another.
#[derive(Debug)]
struct Turn {
    /// Its lanes, by their places among those of the stage, and which part of a lane's movements is meant.
    from: Vec<(usize, f64)>,
    /// All lanes of the link that it leads to.
    to: Vec<LaneId>,
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
            (detectors.each)(*lane, &mut |distance, speed, limit| {
                let distance = distance + offset;
                if distance < REACH {
                    seen.vehicles += 1;
                    seen.standing += u32::from(speed < STANDING);
                    seen.near |= distance < NEAR_LINE * limit;
                }
            });
        }
        seen
    }

    /// How many move that are at the line within so many seconds.
    fn running(&self, within: f64, detectors: Detectors<'_>) -> f64 {
        let mut count = 0.0;
        let here =
            std::iter::once((self.lane, 0.0)).chain(self.before.iter().map(|one| (one.lane, one.offset)));
        for (lane, offset) in here {
            (detectors.each)(lane, &mut |distance, speed, limit| {
                let comes = speed >= STANDING && distance + offset < within * limit;
                count += f64::from(u8::from(comes));
            });
        }
        count
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
        let inside = if foresight.is_some() { inside(net, &signal.lights) } else { Vec::new() };
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
            inside,
            hold: HOLD,
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
        let state = self.state;
        match state {
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
            State::Yellow { to, until } | State::Red { to, until }
                if now + 1e-9 >= until && self.holds(now - until, detectors) =>
            {
                let (from, next) = (&self.stages[self.at].lights, &self.stages[to].lights);
                let red = between(&self.walks, from, next, true);
                let changed = self.shown != red;
                self.shown = red;
                changed
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

    /// Whether it stays red for so long because somebody stands on the junction: whoever came onto it now would stand there
    /// too, until nobody can leave it. Where that was in vain it is done for half as long, until the junction is seen empty: a
    /// detector may be stuck.
    fn holds(&mut self, seconds: f64, detectors: Detectors<'_>) -> bool {
        let stands = |lane: &LaneId| {
            let mut any = false;
            (detectors.each)(*lane, &mut |_, speed, _| any |= speed < SLOW);
            any
        };
        if !self.inside.iter().any(stands) {
            self.hold = HOLD;
            return false;
        }
        let holds = seconds < self.hold;
        if !holds {
            self.hold *= 0.5;
        }
        holds
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
            Controller::MaxPressure | Controller::EfficientPressure | Controller::AdvancedPressure => {
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

    /// The pressure of a stage after Varaiya (2013): vehicles before it, less those on average where they want to go.
    fn pressure(stage: &Stage, detectors: Detectors<'_>) -> f64 {
        let count = |lane: LaneId| f64::from((detectors.seen)(lane).vehicles);
        let of = |served: &Served| {
            let behind: f64 = served.to.iter().map(|to| count(*to)).sum();
            let waiting = f64::from(served.seen(detectors).vehicles);
            served.share * (waiting - behind / served.to.len().max(1) as f64)
        };
        stage.lanes.iter().map(of).sum()
    }

    /// The efficient pressure of a stage after Wu and others (2021): from link to link, how many stand on a lane on average
    /// before the signal, less how many do behind it.
    fn efficient(stage: &Stage, detectors: Detectors<'_>) -> f64 {
        let stand = |seen: Seen| f64::from(seen.standing);
        let of = |turn: &Turn| {
            let before =
                turn.from.iter().map(|(lane, part)| part * stand(stage.lanes[*lane].seen(detectors)));
            let behind = turn.to.iter().map(|lane| stand((detectors.seen)(*lane)));
            before.sum::<f64>() / turn.from.len().max(1) as f64
                - behind.sum::<f64>() / turn.to.len().max(1) as f64
        };
        stage.turns.iter().map(of).sum()
    }

    /// How many come to the lines of a stage before it is thought about again, counted as [`Self::efficient`] counts.
    fn coming(&self, stage: &Stage, detectors: Detectors<'_>) -> f64 {
        let of = |turn: &Turn| {
            let running =
                |(lane, part): &(usize, f64)| part * stage.lanes[*lane].running(self.times.decide, detectors);
            turn.from.iter().map(running).sum::<f64>() / turn.from.len().max(1) as f64
        };
        stage.turns.iter().map(of).sum()
    }

    /// The stage with the highest pressure. A stage that is shown stays while none is higher; by advanced pressure (Zhang and
    /// others 2022) as long as more come to it than the highest pressure is.
    fn pressing(&self, shown: f64, detectors: Detectors<'_>) -> usize {
        let pressure = |stage: &Stage| match self.controller {
            Controller::MaxPressure => Self::pressure(stage, detectors),
            _ => Self::efficient(stage, detectors),
        };
        let mut own = pressure(&self.stages[self.at]);
        if self.controller == Controller::AdvancedPressure {
            own = own.max(self.coming(&self.stages[self.at], detectors));
        }
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
    let mut turns: Vec<(LinkId, LinkId, Turn)> = Vec::new();
    let free = movements.iter().zip(&stage.lights).filter(|(_, light)| green(**light));
    for movement in free.flat_map(|(movements, _)| movements) {
        let of = &net.movements[movement.i()];
        let place = lanes.iter().position(|served| served.lane == of.from).unwrap_or(lanes.len());
        match lanes.get_mut(place) {
            Some(served) => served.to.push(of.to),
            None => {
                let before = watched(net, of.from, REACH).split_off(1);
                lanes.push(Served { lane: of.from, before, to: vec![of.to], share: 0.0 });
            }
        }
        let ends = [of.from, of.to].map(|lane| net.lanes[lane.i()].link);
        let part = 1.0 / of_lane(net, movements, of.from).max(1) as f64;
        match turns.iter_mut().find(|(from, to, _)| [*from, *to] == ends) {
            Some((_, _, turn)) => match turn.from.iter_mut().find(|(lane, _)| *lane == place) {
                Some((_, all)) => *all += part,
                None => turn.from.push((place, part)),
            },
            None => {
                let to = net.lanes_of(ends[1]).map(LaneId::at).collect();
                turns.push((ends[0], ends[1], Turn { from: vec![(place, part)], to }));
            }
        }
    }
    for served in &mut lanes {
        served.share = served.to.len() as f64 / of_lane(net, movements, served.lane).max(1) as f64;
    }
    let turns = turns.into_iter().map(|(_, _, turn)| turn).collect();
    let least = stage.least.max(times.min_green);
    let most = stage.most.unwrap_or(times.max_green).max(least);
    Stage { lights: stage.lights, least, most, lanes, turns }
}

/// How many of a signal's movements leave a lane.
fn of_lane(net: &Network, movements: &[Vec<MovementId>], lane: LaneId) -> usize {
    movements.iter().flatten().filter(|movement| net.movements[movement.i()].from == lane).count()
}

/// The lanes inside a signal's junction.
fn inside(net: &Network, movements: &[Vec<MovementId>]) -> Vec<LaneId> {
    let mut all: Vec<LaneId> = Vec::new();
    for movement in movements.iter().flatten() {
        let mut via = net.movements[movement.i()].via;
        while via.is_some() && !all.contains(&via) {
            all.push(via);
            let next = net.leaving(via).next();
            via = next.map_or(LaneId::NONE, |next| net.movements[next].via);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Choosing, HOLD};
    use crate::control::{Controller, Detectors, Each, Seen, Times, stages};
    use crate::ids::LaneId;
    use crate::read::{self, File};
    use crate::sample::Town;

    /// For how many seconds nobody has green at each change under a controller, where somebody stands on the junction until a
    /// second, and on every lane before it all the time.
    fn check(controller: Controller, until: f64) -> Vec<u32> {
        let town = Town { size: [1, 1], block: 100.0, vehicles: 1, seed: 1, signals: true }.network();
        let scenario = read::scenario(File { name: "town.net.xml", bytes: town.as_bytes() }, &[]).unwrap();
        let (net, signal) = (&scenario.net, &scenario.net.signals[0]);
        let stages = stages(&signal.program, &signal.walks);
        let mut choosing = Choosing::new(net, signal, stages, controller, Times::default(), 0.0);
        let (mut all, mut dark) = (Vec::new(), 0);
        for now in (0..400).map(f64::from) {
            let stands = |lane: LaneId| !net.lanes[lane.i()].inner || now < until;
            let each = |lane: LaneId, tell: Each<'_>| {
                if stands(lane) {
                    tell(1.0, 0.0, 10.0);
                }
            };
            let seen = |lane: LaneId| {
                let count = u32::from(stands(lane));
                Seen { vehicles: count, standing: count, near: count > 0 }
            };
            choosing.go_on(now, Detectors { seen: &seen, each: &each, full: &|_| false, left: &|_, _| None });
            if choosing.shown().iter().any(|light| matches!(light, b'G' | b'g')) {
                all.extend((dark > 0).then_some(dark));
                dark = 0;
            } else {
                dark += 1;
            }
        }
        all
    }

    /// Yellow is 3 s here. Whoever is in the way is waited for, but not for ever, and ever less where that was in vain.
    #[test]
    fn nobody_is_let_onto_a_junction_on_which_somebody_stands() {
        let hold = HOLD as u32;
        assert_eq!(check(Controller::Actuated, 400.0)[..2], [3, 3]);
        assert_eq!(check(Controller::Foresight, 0.0)[..2], [3, 3]);
        let red = check(Controller::Foresight, 20.0);
        assert!(red[0] > 3 && red[0] < 3 + hold && red[1..].iter().all(|red| *red == 3), "{red:?}");
        assert_eq!(check(Controller::Foresight, 400.0)[..3], [3 + hold, 3 + hold / 2, 3 + hold.div_ceil(4)]);
    }
}
