//! Puts a network together from what a file says, and works out what follows: who meets whom where.

use super::conflict::between_lanes;
use super::shape::{between, heading, length};
use super::{Classes, Gate, Junction, Lane, Link, Movement, Network, Signal, Turn};
use crate::ids::{JunctionId, LaneId, LinkId, MovementId, SignalId};
use std::collections::{HashMap, HashSet};

/// A movement as a file tells it.
#[derive(Debug, Clone)]
pub struct MovementPlan {
    /// The lane that it leaves.
    pub from: LaneId,
    /// The inner lane that it enters.
    pub via: LaneId,
    /// The lane that it leads to.
    pub to: LaneId,
    /// Which way it turns.
    pub turn: Turn,
    /// What shows it lights.
    pub signal: SignalId,
    /// Its place among the lights.
    pub light: u32,
    /// Its right of way without a signal.
    pub right: u8,
    /// Whether nobody may stand on it when traffic behind it is stuck.
    pub keep_clear: bool,
    /// How near one must be to see everyone who has the right of way.
    pub sight: f64,
}

/// A junction's right of way as a file tells it.
#[derive(Debug, Clone, Default)]
struct Right {
    coming: Vec<LaneId>,
    inner: Vec<LaneId>,
    rows: Vec<Row>,
}

/// A row of right of way: for one movement, to whom it must give way and whom it meets, by their places.
#[derive(Debug, Clone, Default)]
struct Row {
    yields: Vec<u32>,
    meets: Vec<u32>,
    waits_inside: bool,
}

/// Puts a network together.
#[derive(Debug, Default)]
pub struct Builder {
    net: Network,
    plans: Vec<MovementPlan>,
    rights: Vec<Right>,
    /// Places inside junctions where vehicles wait: the lanes that lead there, and those that they meet.
    waits: Vec<(Vec<LaneId>, Vec<LaneId>)>,
}

impl Builder {
    /// Adds a junction.
    pub fn junction(&mut self, name: &str, kind: &str, place: [f64; 2]) -> JunctionId {
        self.net.junctions.push(Junction { name: name.into(), kind: kind.into(), place, answers: (0, 0) });
        self.rights.push(Right::default());
        JunctionId::at(self.net.junctions.len() - 1)
    }

    /// Adds a link without lanes.
    pub fn link(&mut self, name: &str, from: JunctionId, to: JunctionId, inner: bool) -> LinkId {
        let first = LaneId::at(self.net.lanes.len());
        let name = name.to_owned();
        self.net.links.push(Link { name, from, to, first, lanes: 0, inner, roundabout: false });
        LinkId::at(self.net.links.len() - 1)
    }

    /// Adds the next lane to the link that was added last.
    pub fn lane(
        &mut self,
        length: f64,
        speed: f64,
        width: f64,
        allow: Classes,
        shape: Vec<[f64; 2]>,
    ) -> LaneId {
        let id = LaneId::at(self.net.lanes.len());
        let link = LinkId::at(self.net.links.len().saturating_sub(1));
        if let Some(of) = self.net.links.last_mut() {
            let (index, inner) = (of.lanes, of.inner);
            of.lanes += 1;
            let none = (0, 0);
            let (roundabout, beside, leftmost) = (false, false, false);
            self.net.lanes.push(Lane {
                link,
                index,
                length,
                speed,
                width,
                allow,
                at: JunctionId::NONE,
                inner,
                roundabout,
                beside,
                leftmost,
                leaving: none,
                coming: none,
            });
            self.net.shapes.push(shape);
        }
        id
    }

    /// Marks a link as part of a roundabout.
    pub fn roundabout(&mut self, link: LinkId) {
        self.net.links[link.i()].roundabout = true;
    }

    /// Adds a movement.
    pub fn movement(&mut self, plan: MovementPlan) {
        self.plans.push(plan);
    }

    /// Adds a signal.
    pub fn signal(&mut self, signal: Signal) -> SignalId {
        self.net.signals.push(signal);
        SignalId::at(self.net.signals.len() - 1)
    }

    /// A signal that was added, to change its programme.
    pub fn signal_mut(&mut self, signal: SignalId) -> &mut Signal {
        &mut self.net.signals[signal.i()]
    }

    /// Says which lanes lead into a junction, and its inner lanes in the order of its movements.
    pub fn lanes_at(&mut self, junction: JunctionId, coming: Vec<LaneId>, inner: Vec<LaneId>) {
        let right = &mut self.rights[junction.i()];
        (right.coming, right.inner) = (coming, inner);
    }

    /// Adds the next row of a junction's right of way: to whom the movement gives way, whom it meets.
    pub fn row(&mut self, junction: JunctionId, yields: Vec<u32>, meets: Vec<u32>, waits_inside: bool) {
        self.rights[junction.i()].rows.push(Row { yields, meets, waits_inside });
    }

    /// Adds a place inside a junction where vehicles wait: the lane that leads there and lanes from outside whose vehicles go
    /// first, and the inner lanes that are met.
    pub fn waiting_place(&mut self, coming: Vec<LaneId>, inner: Vec<LaneId>) {
        self.waits.push((coming, inner));
    }

    /// A lane inside a junction from which one comes back to it and never out, if there is one.
    pub fn round(&self) -> Option<LaneId> {
        let mut via: HashMap<LaneId, LaneId> = HashMap::new();
        for plan in self.plans.iter().filter(|plan| self.net.lanes[plan.from.i()].inner) {
            via.entry(plan.from).or_insert(plan.via);
        }
        let mut out: HashSet<LaneId> = HashSet::new();
        for plan in &self.plans {
            let (mut lane, mut along) = (plan.via, Vec::new());
            while lane.is_some() && !out.contains(&lane) {
                if along.contains(&lane) {
                    return Some(lane);
                }
                along.push(lane);
                lane = via.get(&lane).copied().unwrap_or(LaneId::NONE);
            }
            out.extend(along);
        }
        None
    }

    /// The network.
    pub fn finish(mut self) -> Network {
        for lane in &mut self.net.lanes {
            let link = &self.net.links[lane.link.i()];
            lane.at = link.to;
            (lane.roundabout, lane.beside) = (link.roundabout, link.lanes > 1 && !link.inner);
            lane.leftmost = lane.index + 1 == link.lanes;
        }
        self.order_movements();
        let places = self.rights_of_way();
        self.entries();
        self.foes_and_conflicts(&places);
        let net = &mut self.net;
        net.links.shrink_to_fit();
        net.lanes.shrink_to_fit();
        net.shapes.shrink_to_fit();
        net.foes.shrink_to_fit();
        net.conflicts.shrink_to_fit();
        net.met.shrink_to_fit();
        self.net
    }

    /// Movements by the lane that they leave, in the file's order; lanes know theirs.
    fn order_movements(&mut self) {
        let net = &mut self.net;
        let mut plans = std::mem::take(&mut self.plans);
        plans.sort_by_key(|plan| plan.from);
        net.movements.reserve_exact(plans.len());
        for plan in &plans {
            let junction = net.links[net.lanes[plan.from.i()].link.i()].to;
            let id = MovementId::at(net.movements.len());
            net.movements.push(Movement {
                from: plan.from,
                via: plan.via,
                to: plan.to,
                turn: plan.turn,
                signal: plan.signal,
                light: plan.light,
                right: plan.right,
                waits_inside: false,
                keep_clear: plan.keep_clear,
                sight: plan.sight,
                place: u32::MAX,
                junction,
                entry: id,
                radius: f64::INFINITY,
                has_foes: false,
            });
            let leaving = &mut net.lanes[plan.from.i()].leaving;
            if leaving.1 == 0 {
                *leaving = (id.0, id.0 + 1);
            } else {
                leaving.1 = id.0 + 1;
            }
            if plan.signal.is_some() {
                let lights = &mut net.signals[plan.signal.i()].lights;
                let light = plan.light as usize;
                lights.resize(lights.len().max(light + 1), Vec::new());
                lights[light].push(id);
            }
        }
        let mut onto: Vec<Vec<MovementId>> = vec![Vec::new(); net.lanes.len()];
        for (place, movement) in net.movements.iter().enumerate() {
            onto[movement.next().i()].push(MovementId::at(place));
        }
        for (lane, onto) in net.lanes.iter_mut().zip(onto) {
            let from = net.incoming.len() as u32;
            net.incoming.extend(onto);
            lane.coming = (from, net.incoming.len() as u32);
        }
    }

    /// Gives each movement its place in its junction's right of way; the movements of each junction by place.
    fn rights_of_way(&mut self) -> Vec<Vec<MovementId>> {
        let net = &mut self.net;
        let mut places = Vec::with_capacity(self.rights.len());
        for (junction, right) in self.rights.iter().enumerate() {
            let mut own = Vec::new();
            for lane in &right.coming {
                for movement in net.leaving(*lane) {
                    net.movements[movement].place = own.len() as u32;
                    own.push(MovementId::at(movement));
                }
            }
            let words = (own.len() as u32).div_ceil(64);
            net.junctions[junction].answers = (net.answers.len() as u32, words);
            let from = net.answers.len();
            net.answers.resize(from + own.len() * words as usize, 0);
            for (place, row) in right.rows.iter().enumerate().take(own.len()) {
                for to in row.yields.iter().filter(|to| (**to as usize) < own.len()) {
                    net.answers[from + place * words as usize + (*to / 64) as usize] |= 1 << (to % 64);
                }
                let movement = &mut net.movements[own[place].i()];
                movement.waits_inside = row.waits_inside && movement.via.is_some();
                movement.has_foes = !row.meets.is_empty();
            }
            places.push(own);
        }
        places
    }

    /// Movements inside a junction know by which they were entered, and share its place.
    fn entries(&mut self) {
        let net = &mut self.net;
        let inside = |net: &Network, movement: usize| net.lanes[net.movements[movement].from.i()].inner;
        for start in (0..net.movements.len()).filter(|movement| !inside(net, *movement)).collect::<Vec<_>>() {
            let (mut lane, place, junction) = {
                let movement = &net.movements[start];
                (movement.via, movement.place, movement.junction)
            };
            let mut long = 0.0;
            while lane.is_some() {
                let Some(next) = net.leaving(lane).next() else { break };
                long += length(&net.shapes[lane.i()]);
                let radius = turning(net, start, lane, long);
                let movement = &mut net.movements[next];
                (movement.entry, movement.place) = (MovementId::at(start), place);
                (movement.junction, movement.radius) = (junction, radius);
                lane = movement.via;
            }
        }
    }

    /// Whom each movement gives way to, and where the paths meet.
    fn foes_and_conflicts(&mut self, places: &[Vec<MovementId>]) {
        let mut foes: Vec<Vec<MovementId>> = vec![Vec::new(); self.net.movements.len()];
        let mut meets: Vec<Vec<LaneId>> = vec![Vec::new(); self.net.movements.len()];
        for (right, own) in self.rights.iter().zip(places) {
            for (place, row) in right.rows.iter().enumerate().take(own.len()) {
                let movement = own[place];
                foes[movement.i()].extend(row.yields.iter().filter_map(|to| own.get(*to as usize)));
                let lanes = row.meets.iter().filter_map(|to| right.inner.get(*to as usize));
                if let Some(exit) = exit(&self.net, movement) {
                    meets[exit.i()].extend(lanes);
                }
            }
        }
        for (coming, inner) in &self.waits {
            self.waiting(coming, inner, &mut foes, &mut meets);
        }
        self.siblings(&mut meets);
        let net = &mut self.net;
        net.gates.reserve_exact(net.movements.len());
        let mut by_the_right = vec![false; net.junctions.len()];
        for movement in net.movements.iter().filter(|movement| movement.right == b'=') {
            by_the_right[movement.junction.i()] = true;
        }
        for movement in 0..net.movements.len() {
            let from = net.foes.len();
            net.foes.append(&mut foes[movement]);
            let foes = from..net.foes.len();
            let from = net.conflicts.len();
            let own = net.movements[movement].from;
            let mut met = std::mem::take(&mut meets[movement]);
            met.sort_unstable();
            met.dedup();
            for lane in met.iter().filter(|lane| **lane != own) {
                if let Some(conflict) = between_lanes(net, MovementId::at(movement), *lane) {
                    net.conflicts.push(conflict);
                    net.met.push(*lane);
                }
            }
            let conflicts = from..net.conflicts.len();
            let by_the_right = by_the_right[net.movements[movement].junction.i()];
            net.gates.push(Gate::of(net, MovementId::at(movement), [foes, conflicts], by_the_right));
        }
    }

    /// Who waits inside gives way to those from outside who go first, and meets the inner lanes that are named.
    fn waiting(
        &self,
        coming: &[LaneId],
        inner: &[LaneId],
        foes: &mut [Vec<MovementId>],
        meets: &mut [Vec<LaneId>],
    ) {
        let net = &self.net;
        let Some(step) = coming.first().and_then(|lane| net.leaving(*lane).next()) else { return };
        let own = &net.movements[step];
        let mut met: Vec<LaneId> = inner.to_vec();
        for movement in coming.iter().skip(1).flat_map(|lane| net.leaving(*lane)) {
            let foe = &net.movements[movement];
            if foe.via.is_some() && net.yields(own.junction, own.place, foe.place) {
                foes[step].push(MovementId::at(movement));
                met.push(foe.via);
            }
        }
        meets[step].extend(&met);
        if let Some(exit) = net.leaving(own.next()).next() {
            meets[exit].extend(&met);
        }
    }

    /// Paths that leave the same lane are in each other's way until they part.
    fn siblings(&self, meets: &mut [Vec<LaneId>]) {
        let net = &self.net;
        for lane in 0..net.lanes.len() {
            let paths: Vec<LaneId> =
                net.leaving(LaneId::at(lane)).map(|movement| net.movements[movement].via).collect();
            for path in paths.iter().filter(|path| path.is_some()) {
                let Some(step) = net.leaving(*path).next() else { continue };
                meets[step].extend(paths.iter().filter(|other| other.is_some() && *other != path));
            }
        }
    }
}

/// The movement by which whoever entered by another leaves the junction.
fn exit(net: &Network, entry: MovementId) -> Option<MovementId> {
    let mut movement = entry;
    while net.movements[movement.i()].via.is_some() {
        movement = MovementId::at(net.leaving(net.movements[movement.i()].via).next()?);
    }
    (movement != entry).then_some(movement)
}

/// The radius of the turn that began with `start` and has come `long` metres to the end of `lane`.
fn turning(net: &Network, start: usize, lane: LaneId, long: f64) -> f64 {
    let entry = &net.movements[start];
    if !matches!(entry.turn, Turn::Left | Turn::Around) {
        return f64::INFINITY;
    }
    let before = &net.shapes[entry.from.i()];
    let after = &net.shapes[entry.to.i()];
    let angle = between(heading(before, f64::INFINITY), heading(after, 0.0));
    let rest = net.leaving(lane).next().map_or(LaneId::NONE, |next| net.movements[next].via);
    let rest = if rest.is_some() { length(&net.shapes[rest.i()]) } else { 0.0 };
    if angle > 0.0 { (long + rest) / angle } else { f64::INFINITY }
}
