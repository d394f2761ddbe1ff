//! Which rolls the plies come from: with as little lost at their ends as is found, then with few of them begun.

use super::{Order, Plan, Spread};
use crate::chance::Chance;

/// How rolls are filled.
#[derive(Clone, Copy)]
enum Way {
    /// So that what is left is long enough to keep, or nothing.
    Keep,
    /// So that as little as can be is left.
    Fill,
    /// Ply after ply, with one roll spliced to the next.
    Splice,
}

/// Plies of a lay that are still to be spread.
#[derive(Clone, Copy)]
struct Due {
    lay: usize,
    ply: i64,
    plies: u32,
}

/// What rolls give, and how well: plies that none is left for, what is lost, rolls that are begun.
type Tried = ((u32, i64, usize), Vec<Spread>);

/// Spreads a plan from the order's rolls; the more `tries`, the better.
pub fn spread(order: &Order, plan: &Plan, tries: u32, chance: &mut Chance) -> Vec<Spread> {
    let mut all = Vec::new();
    for colour in 0..order.colours.len() {
        let due = |(lay, made): (usize, &super::Lay)| {
            let (length, _) = order.marker(&made.ratio)?;
            Some(Due { lay, ply: length + order.ends, plies: made.plies.get(colour).copied()? })
        };
        let due: Vec<Due> =
            plan.lays.iter().enumerate().filter_map(due).filter(|due| due.plies > 0).collect();
        let mut rolls: Vec<(usize, i64)> = order
            .wide_enough()
            .filter(|(_, roll)| roll.colour == colour)
            .map(|(at, roll)| (at, roll.length))
            .collect();
        rolls.sort_by_key(|(at, length)| (*length, *at));
        let mut best: Option<Tried> = None;
        for round in 0..tries.max(2) {
            match round {
                0 => {}
                1 => rolls.reverse(),
                _ => {
                    (1..rolls.len()).rev().for_each(|at| rolls.swap(at, chance.below(at as u64 + 1) as usize))
                }
            }
            for way in [Way::Keep, Way::Fill, Way::Splice] {
                let tried = match way {
                    Way::Splice => match order.splice {
                        Some(overlap) => spliced(order, &due, &rolls, overlap),
                        None => continue,
                    },
                    way => whole(order, &due, &rolls, way),
                };
                if best.as_ref().is_none_or(|best| tried.0 < best.0) {
                    best = Some(tried);
                }
            }
            if best.as_ref().is_some_and(|best| best.0.0 == 0 && best.0.1 == 0) {
                break;
            }
        }
        all.extend(best.into_iter().flat_map(|(_, spread)| spread));
    }
    all
}

fn lost(order: &Order, left: i64) -> i64 {
    if left >= order.remnant.max(1) { 0 } else { left }
}

fn whole(order: &Order, due: &[Due], rolls: &[(usize, i64)], way: Way) -> Tried {
    let mut due = due.to_vec();
    let (mut gone, mut begun, mut spread) = (0, 0, Vec::new());
    for (roll, length) in rolls {
        let counts = filled(order, &due, *length, way);
        let used: i64 = due.iter().zip(&counts).map(|(due, count)| due.ply * i64::from(*count)).sum();
        if used == 0 {
            continue;
        }
        begun += 1;
        gone += lost(order, length - used);
        for (due, plies) in due.iter_mut().zip(counts).filter(|(_, plies)| *plies > 0) {
            due.plies -= plies;
            spread.push(Spread { roll: *roll, lay: due.lay, plies, parts: Vec::new() });
        }
    }
    ((due.iter().map(|due| due.plies).sum(), gone, begun), spread)
}

/// How many plies of each lay a roll gives: a knapsack over its length in centimetres.
fn filled(order: &Order, due: &[Due], length: i64, way: Way) -> Vec<u32> {
    const STEP: i64 = 10;
    /// A roll goes to a few lays; more of them to choose from take time and save nothing.
    const OPEN: usize = 16;
    let open: Vec<usize> = (0..due.len()).filter(|at| due[*at].plies > 0).take(OPEN).collect();
    let room = (length / STEP) as usize;
    // For each lay, by what is filled with it and those before: the fewest of its plies; `None` where that cannot be filled.
    let mut layers: Vec<Vec<Option<u32>>> = Vec::with_capacity(open.len());
    let mut reached = vec![false; room + 1];
    reached[0] = true;
    for one in open.iter().map(|at| &due[*at]) {
        let width = ((one.ply + STEP - 1) / STEP) as usize;
        let mut layer: Vec<Option<u32>> = reached.iter().map(|reached| reached.then_some(0)).collect();
        for at in width..=room {
            if layer[at].is_none() {
                layer[at] = layer[at - width].filter(|plies| *plies < one.plies).map(|plies| plies + 1);
            }
        }
        reached = layer.iter().map(Option::is_some).collect();
        layers.push(layer);
    }
    let all: i64 = due.iter().map(|one| (one.ply + STEP - 1) / STEP * i64::from(one.plies)).sum();
    let cost = |filled: &usize| match way {
        // What ends the work may leave whatever it leaves.
        _ if *filled as i64 == all => (lost(order, length - all * STEP).min(order.remnant), 0),
        Way::Keep => (lost(order, length - *filled as i64 * STEP), room - filled),
        _ => (0, room - filled),
    };
    let mut at = (1..=room).filter(|at| reached[*at]).min_by_key(cost).unwrap_or(0);
    let mut counts = vec![0; due.len()];
    for (place, layer) in open.iter().zip(&layers).rev() {
        let count = layer.get(at).copied().flatten().unwrap_or(0);
        counts[*place] = count;
        at -= ((due[*place].ply + STEP - 1) / STEP) as usize * count as usize;
    }
    counts
}

fn spliced(order: &Order, due: &[Due], rolls: &[(usize, i64)], overlap: i64) -> Tried {
    let mut rolls = rolls.iter();
    let (mut gone, mut begun, mut short, mut spread) = (0, 0, 0, Vec::new());
    // The roll at hand and what is left of it.
    let mut hand: Option<(usize, i64)> = None;
    for one in due {
        let mut left = one.plies;
        while left > 0 {
            let Some((roll, rest)) = hand else {
                hand = rolls.next().copied();
                begun += usize::from(hand.is_some());
                if hand.is_none() {
                    short += left;
                    break;
                }
                continue;
            };
            let plies = left.min(u32::try_from(rest / one.ply).unwrap_or(0));
            left -= plies;
            let mut given = Spread { roll, lay: one.lay, plies, parts: Vec::new() };
            let mut rest = rest - one.ply * i64::from(plies);
            let next = rolls.clone().next().copied();
            let head = one.ply - rest + overlap;
            if left == 0 {
                hand = Some((roll, rest));
            } else if let Some((next, length)) = next.filter(|(_, length)| rest > overlap && head <= *length)
            {
                rolls.next();
                begun += 1;
                gone += overlap;
                given.parts.push(rest);
                spread.push(given);
                left -= 1;
                given = Spread { roll: next, lay: one.lay, plies: 0, parts: vec![head] };
                rest = length - head;
                hand = Some((next, rest));
            } else {
                gone += lost(order, rest);
                hand = None;
            }
            if given.plies > 0 || !given.parts.is_empty() {
                spread.push(given);
            }
        }
    }
    gone += hand.map_or(0, |(_, rest)| lost(order, rest));
    ((short, gone, begun), spread)
}
