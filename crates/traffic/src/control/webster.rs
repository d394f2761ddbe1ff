//! Fixed plans after Webster (1958): the cycle that delays least, and greens by how much each stage is asked for.

use super::Times;
use super::plan::Plan;
use super::stage::green;
use crate::demand::{Demand, Way};
use crate::ids::{LaneId, LinkId};
use crate::net::{Network, Program};
use crate::open::Open;
use crate::route::Router;
use std::collections::HashMap;

/// What a lane lets go at most, in vehicles a second.
const SATURATION: f64 = 1800.0 / 3600.0;
/// Seconds of each change that nobody uses: starting up, less what is still driven at yellow.
const LOST: f64 = 2.0;
/// The shortest and the longest cycle.
const CYCLE: [f64; 2] = [30.0, 150.0];

/// A plan for each signal of a network, from the demand that departs from `begin` to `end`.
pub fn webster(net: &Network, demand: &Demand, [begin, end]: [f64; 2], times: Times) -> Vec<Program> {
    let flows = flows(net, demand, [begin, end]);
    net.signals
        .iter()
        .map(|signal| {
            let Some(plan) = Plan::of(signal, times) else { return signal.program.clone() };
            let asked = asked(net, &signal.lights, &plan.stages, &flows);
            plan.program(&greens(&asked, plan.change(), &plan.least()), 0.0)
        })
        .collect()
}

/// Vehicles a second from link to link, by the ways that are fastest on empty roads.
fn flows(net: &Network, demand: &Demand, [begin, end]: [f64; 2]) -> HashMap<(LinkId, LinkId), f64> {
    let mut routers: HashMap<u64, Router> = HashMap::new();
    let mut found: HashMap<(u64, &Way), Vec<LinkId>> = HashMap::new();
    let mut counts: HashMap<(LinkId, LinkId), f64> = HashMap::new();
    let (mut first, mut last) = (f64::INFINITY, f64::NEG_INFINITY);
    let open = Open::of(net, demand.rules);
    let seconds = |link: LinkId| {
        let lane = &net.lanes[net.links[link.i()].first.i()];
        lane.length / lane.speed
    };
    for vehicle in demand.vehicles.iter().filter(|one| one.depart >= begin && one.depart < end) {
        (first, last) = (first.min(vehicle.depart), last.max(vehicle.depart));
        let class = demand.kinds[vehicle.kind as usize].class;
        let links = found.entry((class.0, &vehicle.way)).or_insert_with(|| match &vehicle.way {
            Way::Route(route) => demand.routes[route.i()].clone(),
            Way::Trip(over) => {
                let router = routers.entry(class.0).or_insert_with(|| Router::new(net, class, &open));
                let mut over = over.clone();
                over.dedup();
                router.over(net, &over, &seconds).unwrap_or_default()
            }
            Way::None => Vec::new(),
        });
        for pair in links.windows(2) {
            *counts.entry((pair[0], pair[1])).or_default() += 1.0;
        }
    }
    let window = (last - first).max(1.0);
    counts.values_mut().for_each(|count| *count /= window);
    counts
}

/// What share of its time each stage is asked for: that of the lane that needs most. A lane that several stages let go is
/// shared among them.
fn asked(
    net: &Network,
    movements: &[Vec<crate::ids::MovementId>],
    stages: &[Vec<u8>],
    flows: &HashMap<(LinkId, LinkId), f64>,
) -> Vec<f64> {
    let mut lanes: HashMap<LaneId, f64> = HashMap::new();
    for movement in movements.iter().flatten() {
        let of = &net.movements[movement.i()];
        let (from, to) = (net.lanes[of.from.i()].link, net.lanes[of.to.i()].link);
        let alike = movements.iter().flatten().filter(|other| {
            let other = &net.movements[other.i()];
            net.lanes[other.from.i()].link == from && net.lanes[other.to.i()].link == to
        });
        let flow = flows.get(&(from, to)).copied().unwrap_or_default() / alike.count() as f64;
        *lanes.entry(of.from).or_default() += flow;
    }
    let goes = |stage: &[u8], lane: LaneId| {
        let own = |movements: &&Vec<_>| {
            movements.iter().any(|one: &crate::ids::MovementId| net.movements[one.i()].from == lane)
        };
        movements.iter().zip(stage).any(|(movements, light)| green(*light) && own(&movements))
    };
    let mut asked = vec![0.0; stages.len()];
    for (lane, flow) in lanes {
        let served: Vec<usize> = (0..stages.len()).filter(|stage| goes(&stages[*stage], lane)).collect();
        for stage in &served {
            asked[*stage] = f64::max(asked[*stage], flow / SATURATION / served.len() as f64);
        }
    }
    asked
}

/// Webster's greens: a cycle of (1.5 L + 5) / (1 − Y) seconds, and green by share.
fn greens(asked: &[f64], change: f64, least: &[f64]) -> Vec<f64> {
    let stages = asked.len() as f64;
    let all: f64 = asked.iter().sum();
    let lost = stages * LOST.max(change);
    let cycle = ((1.5 * lost + 5.0) / (1.0 - all.min(0.95))).clamp(CYCLE[0], CYCLE[1]);
    let free = (cycle - stages * change).max(least.iter().sum());
    let share = |asked: &f64| if all > 0.0 { asked / all } else { 1.0 / stages };
    asked.iter().zip(least).map(|(asked, least)| (share(asked) * free).max(*least).round()).collect()
}

#[cfg(test)]
mod tests {
    use super::greens;

    #[test]
    fn greens_follow_what_is_asked() {
        // L = 2·5, Y = 0.5: a cycle of (15 + 5) / 0.5 = 40 s, of which 30 are green.
        assert_eq!(greens(&[0.3, 0.2], 5.0, &[5.0; 2]), [18.0, 12.0]);
        assert_eq!(greens(&[0.0, 0.0], 5.0, &[5.0; 2]), [10.0, 10.0]);
        assert_eq!(greens(&[0.9, 0.0], 5.0, &[7.0; 2]), [140.0, 7.0]);
    }
}
