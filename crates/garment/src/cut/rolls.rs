//! Which rolls the plies come from: with as little lost at their ends as is found, then with few of them begun.

use super::{Order, Plan, Spread};
use crate::chance::Chance;

/// How rolls are filled.
#[derive(Clone, Copy)]
enum Way {
    /// Lay after lay, and one ply less where an end would be too short to keep.
    Next,
    /// So that what is left is long enough to keep, or nothing.
    Keep,
    /// So that as little as can be is left.
    Fill,
    /// Ply after ply, with one roll spliced to the next.
    Splice,
}

/// How long spreading may be thought about.
#[derive(Clone, Copy)]
pub enum Care {
    /// The first way that loses nothing will do.
    Quick,
    /// So many orders of the rolls are tried.
    Tries(u32),
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

/// Spreads a plan from the order's rolls.
pub fn spread(order: &Order, plan: &Plan, care: Care, chance: &mut Chance) -> Vec<Spread> {
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
        let tried = match care {
            Care::Quick => simple(order, &due, &mut rolls).or_else(|| best(order, &due, rolls, 1, chance)),
            Care::Tries(tries) => best(order, &due, rolls, tries, chance),
        };
        all.extend(tried.into_iter().flat_map(|(_, spread)| spread));
    }
    all
}

/// Lay after lay, from the longest rolls or the shortest ones first, if nothing is lost so.
fn simple(order: &Order, due: &[Due], rolls: &mut [(usize, i64)]) -> Option<Tried> {
    (0..2).find_map(|_| {
        rolls.reverse();
        Some(whole(order, due, rolls, Way::Next)).filter(|((short, gone, _), _)| (*short, *gone) == (0, 0))
    })
}

/// The best of several ways, the rolls in so many orders.
fn best(
    order: &Order,
    due: &[Due],
    mut rolls: Vec<(usize, i64)>,
    tries: u32,
    chance: &mut Chance,
) -> Option<Tried> {
    let mut best: Option<Tried> = None;
    for round in 0..tries.max(2) {
        match round {
            0 => {}
            1 => rolls.reverse(),
            _ => (1..rolls.len()).rev().for_each(|at| rolls.swap(at, chance.below(at as u64 + 1) as usize)),
        }
        for way in [Way::Next, Way::Keep, Way::Fill, Way::Splice] {
            let tried = match way {
                Way::Splice => match order.splice {
                    Some(overlap) => spliced(order, due, &rolls, overlap),
                    None => continue,
                },
                way => whole(order, due, &rolls, way),
            };
            if best.as_ref().is_none_or(|best| tried.0 < best.0) {
                best = Some(tried);
            }
        }
        if best.as_ref().is_some_and(|best| best.0.0 == 0 && best.0.1 == 0) {
            break;
        }
    }
    best
}

fn lost(order: &Order, left: i64) -> i64 {
    if left >= order.remnant.max(1) { 0 } else { left }
}

fn whole(order: &Order, due: &[Due], rolls: &[(usize, i64)], way: Way) -> Tried {
    let mut due = due.to_vec();
    let (mut gone, mut begun, mut spread) = (0, 0, Vec::new());
    for (roll, length) in rolls {
        let counts = match way {
            Way::Next => next(order, &due, *length),
            way => filled(order, &due, *length, way),
        };
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

/// Plies of one lay after the other, one less where what is left would be lost.
fn next(order: &Order, due: &[Due], length: i64) -> Vec<u32> {
    let mut left = length;
    let mut counts: Vec<u32> = due.iter().map(|one| taken(one, &mut left)).collect();
    let all = counts.iter().zip(due).all(|(count, one)| *count == one.plies);
    if let Some(last) = counts.iter().rposition(|count| *count > 0).filter(|_| !all && lost(order, left) > 0)
    {
        counts[last] -= 1;
    }
    counts
}

/// As many plies as fit.
fn taken(due: &Due, left: &mut i64) -> u32 {
    let plies = due.plies.min(u32::try_from(*left / due.ply.max(1)).unwrap_or(u32::MAX));
    *left -= due.ply * i64::from(plies);
    plies
}

/// How many plies of each lay a roll gives: a knapsack over the end of its length in centimetres.
fn filled(order: &Order, due: &[Due], length: i64, way: Way) -> Vec<u32> {
    const STEP: i64 = 10;
    /// A roll goes to few lengths of markers; more of them to choose from take time and save nothing.
    const OPEN: usize = 8;
    /// What stands before so much of a roll is filled with lay after lay.
    const END: i64 = 200_000;
    let mut before = (length - END).max(0);
    let mut counts: Vec<u32> = due.iter().map(|one| taken(one, &mut before)).collect();
    let used: i64 = due.iter().zip(&counts).map(|(one, count)| one.ply * i64::from(*count)).sum();
    let length = length - used;
    // Lays whose plies are as long are one here: plies that are left, by their steps.
    let mut open: Vec<(usize, u32)> = Vec::new();
    let steps = |one: &Due| ((one.ply + STEP - 1) / STEP).max(1) as usize;
    for (one, count) in due.iter().zip(&counts).filter(|(one, count)| one.plies > **count) {
        match open.iter().position(|(width, _)| *width == steps(one)) {
            Some(at) => open[at].1 += one.plies - count,
            None if open.len() < OPEN => open.push((steps(one), one.plies - count)),
            None => {}
        }
    }
    // Of a very long roll no more is filled than there is to spread.
    let all: usize = open.iter().map(|(width, most)| width * *most as usize).sum();
    let room = ((length / STEP) as usize).min(all);
    let mut gives = knapsack(&open, room, |filled, all| match way {
        // What ends the work may leave whatever it leaves.
        _ if filled == all => (lost(order, length - filled as i64 * STEP).min(order.remnant), 0),
        Way::Keep => (lost(order, length - filled as i64 * STEP), room - filled),
        _ => (0, room - filled),
    });
    for (one, count) in due.iter().zip(&mut counts) {
        if let Some(at) = open.iter().position(|(width, _)| *width == steps(one)) {
            let given = gives[at].min(one.plies - *count);
            *count += given;
            gives[at] -= given;
        }
    }
    counts
}

/// How often each of some widths is taken, each so often at most, that what is filled of the room costs the least; something is
/// filled if it can be. The cost is asked with all that there is to fill.
fn knapsack(open: &[(usize, u32)], room: usize, cost: impl Fn(usize, usize) -> (i64, usize)) -> Vec<u32> {
    /// What cannot be filled.
    const NONE: u32 = u32::MAX;
    // For each width, by what is filled with it and those before: the fewest of it.
    let mut layers: Vec<Vec<u32>> = Vec::with_capacity(open.len());
    let mut reached = vec![NONE; room + 1];
    reached[0] = 0;
    for (width, most) in open {
        let mut layer: Vec<u32> =
            reached.iter().map(|before| if *before == NONE { NONE } else { 0 }).collect();
        for at in *width..=room {
            if layer[at] == NONE && layer[at - width] < *most {
                layer[at] = layer[at - width] + 1;
            }
        }
        reached.copy_from_slice(&layer);
        layers.push(layer);
    }
    let all = open.iter().map(|(width, most)| width * *most as usize).sum();
    let filled = (1..=room).filter(|at| reached[*at] != NONE);
    let mut at = filled.min_by_key(|filled| cost(*filled, all)).unwrap_or(0);
    let mut counts = vec![0; open.len()];
    for ((count, (width, _)), layer) in counts.iter_mut().zip(open).zip(&layers).rev() {
        *count = layer[at];
        at -= width * *count as usize;
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
