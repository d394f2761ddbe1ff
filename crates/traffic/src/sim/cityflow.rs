//! CityFlow's own rules of driving, for its files: after Zhang and others (2019) and the behaviour of its engine without lane
//! changes, in steps of a second. The equations stand in `docs/traffic.md`.
//!
//! Everyone takes a speed from how things stood before the step, so that the order does not matter; then everyone moves.
//! Whoever comes to where two paths over a junction cross asks who else is before that place, and one of the two gives way.

use super::Simulation;
use super::parts::{self, Part};
use super::state::{Car, View, red, yellow};
use crate::chance;
use crate::demand::Kind;
use crate::ids::{CarId, LaneId, LinkId, MovementId};
use crate::net::shape::{Point, distance};
use crate::net::{Network, Turn};
use std::ops::Range;

/// How far before a crossing of paths one stops who gives way, in metres.
const YIELD: f64 = 5.0;
/// The speed of turns, in m/s.
const TURN_SPEED: f64 = 8.3333;
/// A lane is entered though its last vehicle is near, if that one is at least so fast, in m/s.
const FLOWS: f64 = 2.0;
/// What stands in for a division by a speed of zero.
const TINY: f64 = 1e-8;

/// Where two paths cross.
#[derive(Debug, Clone, Copy)]
struct Cross {
    /// Metres along the own path and along the other.
    at: f64,
    other_at: f64,
    other: LaneId,
}

/// A path over a junction, and where it crosses others, the nearest first.
#[derive(Debug, Clone, Default)]
struct Path {
    from: u32,
    to: u32,
    entry: u32,
    length: f64,
    /// Who goes first: straight on, then left, then right.
    rank: u8,
    turns: bool,
    crosses: Vec<Cross>,
}

/// What a vehicle does in a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    car: CarId,
    speed: f64,
    way: f64,
    /// To whom it gives way.
    blocker: CarId,
}

/// What these rules know of a network, and who gives way to whom.
#[derive(Debug)]
pub(super) struct CityFlow {
    /// By lane; of roads' lanes nothing.
    paths: Vec<Path>,
    /// By car: to whom it gave way in the last step.
    blockers: Vec<CarId>,
    renamed: Vec<CarId>,
}

impl CityFlow {
    pub fn new(net: &Network) -> Self {
        let mut paths = vec![Path::default(); net.lanes.len()];
        let mut inside: Vec<Vec<LaneId>> = vec![Vec::new(); net.junctions.len()];
        for (place, movement) in net.movements.iter().enumerate().filter(|(_, one)| one.via.is_some()) {
            let via = movement.via;
            inside[movement.junction.i()].push(via);
            let rank = match movement.turn {
                Turn::Straight => 3,
                Turn::Left => 2,
                Turn::Right | Turn::Around => 1,
            };
            paths[via.i()] = Path {
                from: movement.from.0,
                to: movement.to.0,
                entry: place as u32,
                length: net.lanes[via.i()].length,
                rank,
                turns: rank < 3,
                crosses: Vec::new(),
            };
        }
        for own in &inside {
            for (place, one) in own.iter().enumerate() {
                for other in &own[place + 1..] {
                    if let Some((at, other_at)) = crossing(&net.shapes[one.i()], &net.shapes[other.i()]) {
                        paths[one.i()].crosses.push(Cross { at, other_at, other: *other });
                        paths[other.i()].crosses.push(Cross { at: other_at, other_at: at, other: *one });
                    }
                }
            }
        }
        for path in &mut paths {
            path.crosses.sort_by(|one, other| one.at.total_cmp(&other.at));
        }
        Self { paths, blockers: Vec::new(), renamed: Vec::new() }
    }

    /// Cars are called otherwise from now on.
    pub fn rename(&mut self, to: &[CarId], count: usize) {
        self.renamed.clear();
        self.renamed.resize(count, CarId::NONE);
        for (new, blocker) in to.iter().zip(&self.blockers).filter(|(new, _)| new.is_some()) {
            self.renamed[new.i()] = if blocker.is_some() { to[blocker.i()] } else { CarId::NONE };
        }
        std::mem::swap(&mut self.blockers, &mut self.renamed);
    }
}

/// Where two shapes cross first, as metres along each.
fn crossing(one: &[Point], other: &[Point]) -> Option<(f64, f64)> {
    let sign = |value: f64| value.abs() < TINY;
    let mut along = 0.0;
    for a in one.windows(2) {
        let mut beside = 0.0;
        for b in other.windows(2) {
            let u = [a[1][0] - a[0][0], a[1][1] - a[0][1]];
            let v = [b[1][0] - b[0][0], b[1][1] - b[0][1]];
            let turn = u[0] * v[1] - u[1] * v[0];
            if !sign(turn) {
                let gap = [b[0][0] - a[0][0], b[0][1] - a[0][1]];
                let part = (gap[0] * v[1] - gap[1] * v[0]) / turn;
                let at = [a[0][0] + u[0] * part, a[0][1] + u[1] * part];
                let within = |piece: &[Point]| {
                    let (from, to) = (piece[0], piece[1]);
                    (at[0] - from[0]) * (at[0] - to[0]) + (at[1] - from[1]) * (at[1] - to[1]) < TINY
                };
                if within(a) && within(b) {
                    return Some((along + distance(at, a[0]), beside + distance(at, b[0])));
                }
            }
            beside += distance(b[0], b[1]);
        }
        along += distance(a[0], a[1]);
    }
    None
}

impl Simulation<'_> {
    /// One second.
    pub(super) fn step_cityflow(&mut self, rules: &mut CityFlow) {
        self.order_with(|to, count| rules.rename(to, count));
        self.show();
        self.spawn();
        self.begin_at_lines();
        let mut all = std::mem::take(&mut self.parts);
        rules.blockers.resize(self.cars.len(), CarId::NONE);
        let view = self.view();
        let driving = Driving { view: &view, rules };
        let ranges = parts::divided(&self.active, &self.cuts);
        let work =
            |(range, part): (Range<usize>, &mut Part)| driving.decide(&self.active[range], &mut part.acts);
        self.crew.each(ranges.iter().cloned().zip(&mut all), work);
        for part in &all[..ranges.len()] {
            for act in &part.acts {
                self.act(rules, act);
            }
            self.steps += part.acts.len() as u64;
        }
        self.parts = all;
        self.settle();
        self.watch();
        self.now += 1.0;
    }

    /// Whoever waits outside for a lane comes onto it, one at a time.
    fn begin_at_lines(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting_at);
        for link in &waiting {
            self.think_again(*link);
            for lane in self.net.lanes_of(*link).map(LaneId::at) {
                let queue = &self.outside[LinkId::i(*link)];
                let Some(place) = queue.iter().position(|car| self.cars[car.i()].lane == lane) else {
                    continue;
                };
                let gap = self.demand.kinds[self.cars[queue[place].i()].kind as usize].min_gap;
                let room = self.on[lane.i()].last().is_none_or(|last| {
                    let last = &self.cars[last.i()];
                    last.pos > self.demand.kinds[last.kind as usize].length + gap
                });
                if room && let Some(car) = self.outside[LinkId::i(*link)].remove(place) {
                    self.put(car, super::insert::Begin { lane, pos: 0.0, speed: 0.0 });
                }
            }
        }
        waiting.retain(|link| !self.outside[link.i()].is_empty());
        self.waiting_at = waiting;
    }

    /// The lane on which a vehicle will begin: any from which its way goes on.
    pub(super) fn draw_lane(&self, car: CarId) -> LaneId {
        let of = &self.cars[car.i()];
        let lanes = self.net.lanes_of(self.ways.links[of.stage as usize]).map(LaneId::at);
        let base = self.ways.place[of.stage as usize];
        let leads = |lane: &LaneId| of.left == 0 || self.ways.at(base, &self.net.lanes[lane.i()]).goes_on();
        let mut fit = lanes.filter(leads);
        let count = fit.clone().count().max(1) as u64;
        let draw = chance::mix(self.seed ^ 0xC1F, u64::from(of.vehicle.0), 0) % count;
        fit.nth(draw as usize).unwrap_or(self.net.links[self.ways.links[of.stage as usize].i()].first)
    }

    /// Moves one vehicle as it decided.
    fn act(&mut self, rules: &mut CityFlow, act: &Act) {
        rules.blockers[act.car.i()] = act.blocker;
        let car = &mut self.cars[act.car.i()];
        let kind = &self.demand.kinds[car.kind as usize];
        let lane = &self.net.lanes[car.lane.i()];
        let limit = if lane.inner { kind.max_speed } else { lane.speed.min(kind.max_speed) };
        car.accel = act.speed - car.speed;
        let stands = act.speed < super::follow::STANDING;
        let (log, link) = (&mut self.tallies[act.car.i()], &mut self.links[lane.link.i()]);
        let halts = super::moving::note(car, log, stands, act.way, 1.0 - act.speed / limit);
        super::moving::note_link(link, [stands, halts], act.way, limit);
        log.approach += f64::from(car.left > 0 && !lane.inner);
        (car.speed, car.pos) = (act.speed, car.pos + act.way);
        if car.pos <= lane.length {
            return;
        }
        let before = car.lane;
        while car.pos > self.net.lanes[car.lane.i()].length {
            let lane = &self.net.lanes[car.lane.i()];
            let movement = match lane.inner {
                true => MovementId::at(self.net.leaving(car.lane).start),
                false => car.out,
            };
            if !movement.is_some() {
                break;
            }
            let on = &self.net.movements[movement.i()];
            car.pos -= lane.length;
            (car.tail[0], car.lane) = (car.lane, on.next());
            car.entered = if on.via.is_some() { self.now } else { f64::INFINITY };
            if !on.via.is_some() {
                (car.stage, car.left, car.foresees) = (car.stage + 1, car.left - 1, false);
                car.aim(self.net, &self.ways, kind);
            }
        }
        let lane = &self.net.lanes[car.lane.i()];
        if car.pos > lane.length {
            if car.left > 0 {
                // No path leads on from here: it stands at the end of its lane.
                (car.pos, car.speed) = (lane.length, 0.0);
                self.emergencies += u64::from(act.speed > 0.0);
            } else {
                car.driving = false;
                log.arrived = self.now;
                self.logs[car.vehicle.i()] = *log;
            }
        }
        if car.lane != before || !car.driving {
            self.links[self.net.lanes[before.i()].link.i()].left += 1;
            self.leaving.push(before);
        }
        if car.driving && car.lane != before {
            self.entering.push((car.lane, act.car));
        }
    }
}

/// How things stand, to those who decide.
struct Driving<'d> {
    view: &'d View<'d>,
    rules: &'d CityFlow,
}

/// A vehicle that decides.
#[derive(Clone, Copy)]
struct Own<'d> {
    id: CarId,
    car: &'d Car,
    kind: &'d Kind,
}

impl<'d> Driving<'d> {
    /// Everyone on some lanes decides.
    fn decide(&self, lanes: &[LaneId], acts: &mut Vec<Act>) {
        acts.clear();
        for lane in lanes {
            let mut before: Option<CarId> = None;
            for id in &self.view.on[lane.i()] {
                let own = self.own(*id);
                let leader = match before {
                    Some(leader) => {
                        let (foe, length) = (self.view.car(leader), self.view.kind(leader).length);
                        Some((leader, foe.pos - length - own.car.pos))
                    }
                    None => self.leader(own),
                };
                acts.push(self.act(own, leader));
                before = Some(*id);
            }
        }
    }

    fn own(&self, id: CarId) -> Own<'d> {
        Own { id, car: self.view.car(id), kind: self.view.kind(id) }
    }

    fn act(&self, own: Own<'d>, leader: Option<(CarId, f64)>) -> Act {
        let (car, kind) = (own.car, own.kind);
        let lane = &self.view.net.lanes[car.lane.i()];
        let mut speed = kind.max_speed.min(car.speed + kind.accel_most);
        if !lane.inner {
            speed = speed.min(lane.speed);
        }
        if let Some((leader, gap)) = leader {
            let foe = (self.view.car(leader).speed, self.view.kind(leader));
            speed = speed.min(behind(kind, car.speed, foe, gap));
        }
        let mut blocker = CarId::NONE;
        if lane.inner || (car.out.is_some() && lane.length - car.pos <= far(kind)) {
            let (most, foe) = self.at_junction(own);
            (speed, blocker) = (speed.min(most), foe);
        } else if car.left > 0 && !car.out.is_some() {
            speed = speed.min(halting(kind, car.speed, lane.length - car.pos));
        }
        speed = speed.max(car.speed - kind.emergency);
        if speed < 0.0 {
            let way = 0.5 * car.speed * car.speed / kind.emergency;
            return Act { car: own.id, speed: 0.0, way, blocker };
        }
        Act { car: own.id, speed, way: (car.speed + speed) / 2.0, blocker }
    }

    /// Whom the first vehicle of a lane follows, and the gap: paths that begin together overlap.
    fn leader(&self, own: Own<'_>) -> Option<(CarId, f64)> {
        let (net, view) = (self.view.net, self.view);
        let far = far(own.kind);
        let mut rest = net.lanes[own.car.lane.i()].length - own.car.pos;
        let (mut at, mut stage, mut left) = (own.car.lane, own.car.stage, own.car.left);
        loop {
            let lane = &net.lanes[at.i()];
            if lane.inner {
                at = LaneId(self.rules.paths[at.i()].to);
                (stage, left) = (stage + 1, left.saturating_sub(1));
                if let Some(last) = view.on[at.i()].last() {
                    return Some((*last, rest + view.car(*last).pos - view.kind(*last).length));
                }
            } else {
                if left == 0 {
                    return None;
                }
                let lasts = net.leaving(at).filter_map(|on| view.on[net.movements[on].via.i()].last());
                let gap = |last: &CarId| rest + view.car(*last).pos - view.kind(*last).length;
                let nearest = lasts
                    .map(|last| (*last, gap(last)))
                    .reduce(|one, other| if other.1 < one.1 { other } else { one });
                if nearest.is_some() {
                    return nearest;
                }
                let next = view.onward(stage, at);
                if !next.is_some() {
                    return None;
                }
                at = net.movements[next.i()].via;
            }
            rest += net.lanes[at.i()].length;
            if rest > far {
                return None;
            }
        }
    }

    /// Whether a path may be entered by its light.
    fn open(&self, path: &Path) -> bool {
        let light = self.view.light(MovementId(path.entry));
        !red(light) && !yellow(light)
    }

    /// The highest speed at or on a junction, and to whom one gives way there.
    fn at_junction(&self, own: Own<'_>) -> (f64, CarId) {
        let (car, kind, view) = (own.car, own.kind, self.view);
        let lane = &view.net.lanes[car.lane.i()];
        let mut most = kind.max_speed;
        let (path, from_start) = if lane.inner {
            (&self.rules.paths[car.lane.i()], car.pos)
        } else {
            let path = &self.rules.paths[view.net.movements[car.out.i()].via.i()];
            let rest = lane.length - car.pos;
            if (!self.open(path) || !self.room(LaneId(path.to), kind)) && braking(kind, car.speed) <= rest {
                return (halting(kind, car.speed, rest), CarId::NONE);
            }
            if path.turns {
                most = most.min(TURN_SPEED);
            }
            (path, -rest)
        };
        for cross in path.crosses.iter().filter(|cross| cross.at >= from_start) {
            let before = cross.at - from_start;
            if !can_yield(kind, car.speed, before) {
                continue;
            }
            if let Some(foe) = self.gives_way(own, path, cross, before) {
                return (most.min(halting(kind, car.speed, before - YIELD)), foe);
            }
        }
        (most, CarId::NONE)
    }

    /// Whether a lane behind a junction has room.
    fn room(&self, lane: LaneId, kind: &Kind) -> bool {
        self.view.on[lane.i()].last().is_none_or(|last| {
            let car = self.view.car(*last);
            car.speed >= FLOWS || car.pos > self.view.kind(*last).length + kind.length
        })
    }

    /// Who of another path comes to a crossing next, or is on it, and how far before it; behind it if negative.
    fn foe(&self, path: &Path, own: LaneId, at: f64) -> Option<(CarId, f64)> {
        let view = self.view;
        if let Some(last) = view.on[path.to as usize].last() {
            let car = view.car(*last);
            let beyond = car.pos + path.length - at;
            if car.tail[0] == own && beyond < view.kind(*last).length {
                return Some((*last, -beyond));
            }
        }
        let on = view.on[own.i()].iter().map(|id| (*id, at - view.car(*id).pos));
        if let Some(found) = { on }.find(|(id, before)| *before + view.kind(*id).length >= 0.0) {
            return Some(found);
        }
        let first = view.on[path.from as usize].first()?;
        let car = view.car(*first);
        let comes = car.out == MovementId(path.entry) && self.open(path);
        comes.then(|| (*first, view.net.lanes[path.from as usize].length - car.pos + at))
    }

    /// To whom one gives way at a crossing that is so far before one, if to anybody.
    fn gives_way(&self, own: Own<'_>, path: &Path, cross: &Cross, before: f64) -> Option<CarId> {
        let other = &self.rules.paths[cross.other.i()];
        let (id, foe_before) = self.foe(other, cross.other, cross.other_at)?;
        let foe = self.own(id);
        let passed = foe_before + foe.kind.length < 0.0;
        let steps = || {
            let theirs = steps_to(foe.kind, foe.car.speed, foe_before, other.turns);
            theirs.cmp(&steps_to(own.kind, own.car.speed, before, path.turns))
        };
        let goes = if !can_yield(foe.kind, foe.car.speed, foe_before) {
            false
        } else if path.rank > other.rank {
            true
        } else if foe_before <= 0.0 {
            passed
        } else if path.rank < other.rank {
            steps().is_gt()
        } else {
            steps().then_with(|| self.first(own, foe, [before, foe_before])).is_gt()
        };
        (!goes && !self.circle(id)).then_some(id)
    }

    /// Of two who would be there at once, whether one goes first: who is on the junction for longer, then who is nearer.
    fn first(&self, own: Own<'_>, foe: Own<'_>, before: [f64; 2]) -> std::cmp::Ordering {
        let priority = |car: &Car| chance::mix(self.view.seed ^ 0xF1, u64::from(car.vehicle.0), 0);
        let nearer = || before[1].total_cmp(&before[0]);
        let drawn = || priority(own.car).cmp(&priority(foe.car));
        foe.car.entered.total_cmp(&own.car.entered).then_with(nearer).then_with(drawn)
    }

    /// Whether those who give way to each other stand in a circle, after two runners of which one is twice as fast.
    fn circle(&self, from: CarId) -> bool {
        let next = |car: CarId| {
            let blocker = self.rules.blockers[car.i()];
            (blocker.is_some() && self.view.car(blocker).driving).then_some(blocker)
        };
        let (mut slow, mut fast) = (from, Some(from));
        while let Some(step) = fast.and_then(next) {
            slow = next(slow).unwrap_or(slow);
            fast = next(step);
            if fast == Some(slow) {
                return true;
            }
        }
        false
    }
}

/// How far one looks ahead.
fn far(kind: &Kind) -> f64 {
    kind.max_speed * kind.max_speed / kind.decel / 2.0 + kind.max_speed * 2.0
}

/// The shortest way to a stop.
fn braking(kind: &Kind, speed: f64) -> f64 {
    0.5 * speed * speed / kind.emergency
}

/// Whether one can still stop before a crossing, or has left it.
fn can_yield(kind: &Kind, speed: f64, before: f64) -> bool {
    (before > 0.0 && braking(kind, speed) < before - YIELD) || (before < 0.0 && before + kind.length < 0.0)
}

/// The highest speed at which two who brake, the one behind with `own` and the one before with `foe`, keep `least` apart.
fn apart(speed: f64, own: f64, foe_speed: f64, foe: f64, gap: f64) -> f64 {
    let short = speed / 2.0 - 0.5 * foe_speed * foe_speed / foe - gap;
    let inner = 0.25 - 2.0 / own * short;
    if inner < 0.0 {
        return -100.0;
    }
    (own * (inner.sqrt() - 0.5)).min(2.0 * foe_speed - foe + 2.0 * gap)
}

/// The highest speed behind somebody.
fn behind(kind: &Kind, speed: f64, (foe_speed, foe): (f64, &Kind), gap: f64) -> f64 {
    let never = apart(speed, kind.emergency, foe_speed, foe.emergency, gap);
    let usual = apart(speed, kind.decel, foe_speed, foe.decel, gap - kind.min_gap);
    let closing = (speed - foe_speed).max(0.0);
    let headway = (gap + foe_speed + closing / 2.0 - speed / 2.0) / (kind.tau + 0.5);
    never.min(usual).min(headway)
}

/// The speed of the next step of one who stops after a distance.
fn halting(kind: &Kind, speed: f64, distance: f64) -> f64 {
    let next = speed + kind.accel;
    if (speed + next) / 2.0 + next * next / kind.decel / 2.0 < distance {
        return next;
    }
    let seconds = 2.0 * distance / (speed + TINY);
    if seconds >= 1.0 { speed - speed / seconds.floor() } else { speed - speed / seconds }
}

/// Seconds until one is at a place on a junction.
fn steps_to(kind: &Kind, speed: f64, distance: f64, turns: bool) -> i64 {
    let target = if turns { TURN_SPEED } else { kind.max_speed };
    if distance <= 0.0 {
        return 0;
    }
    if speed > target {
        return (distance / speed).ceil() as i64;
    }
    let full = ((target - speed) / kind.accel).floor();
    let reached = speed + full * kind.accel;
    let way = (speed + reached) * full / 2.0 + if reached < target { (reached + target) / 2.0 } else { 0.0 };
    if target > speed && way > distance {
        return (((speed * speed + 2.0 * kind.accel * distance).sqrt() - speed) / kind.accel).ceil() as i64;
    }
    let way = if target > speed { way } else { 0.0 };
    ((target - speed) / kind.accel).ceil() as i64 + ((distance - way) / target).ceil() as i64
}
