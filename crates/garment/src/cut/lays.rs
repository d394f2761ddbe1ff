//! Lays for what is still to be cut, found by a beam: states that have the same number of lays compete, judged by their
//! cloth, by what the rest takes at least, and by a guess at how many lays it still needs.

use super::bound::Bound;
use super::ratios::{Ratio, ratio};
use super::{Lay, Order};
use crate::balance::Clock;
use crate::chance::Chance;
use std::collections::HashSet;

/// What is still to be cut of each colour and size: at least, and at most.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rest {
    least: Vec<i32>,
    most: Vec<i32>,
}

impl Rest {
    /// All of an order but what these lays cut.
    pub fn of<'l>(order: &Order, lays: impl Iterator<Item = &'l Lay>) -> Self {
        let cells = |pick: fn(&super::Colour) -> &Vec<u32>| -> Vec<i32> {
            order.colours.iter().flat_map(|colour| pick(colour).iter().map(|count| *count as i32)).collect()
        };
        let mut rest = Self { least: cells(|colour| &colour.least), most: cells(|colour| &colour.most) };
        for lay in lays {
            rest.take(&lay.ratio, &lay.plies);
        }
        rest
    }

    fn take(&mut self, ratio: &[u32], plies: &[u32]) {
        let sizes = ratio.len();
        for (colour, plies) in plies.iter().enumerate().filter(|(_, plies)| **plies > 0) {
            for (size, count) in ratio.iter().enumerate().filter(|(_, count)| **count > 0) {
                let cut = (count * plies) as i32;
                self.least[colour * sizes + size] -= cut;
                self.most[colour * sizes + size] -= cut;
            }
        }
    }

    fn done(&self) -> bool {
        self.least.iter().all(|count| *count <= 0)
    }
}

/// How a beam looks, which chance varies from one to the next.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// States that are kept for each number of lays.
    pub width: usize,
    /// Lays that a state seems to need for each number that is still open.
    pub each: f64,
    /// By how much a state's worth is blurred, in lays.
    pub blur: f64,
    /// Only plans that cost less than this are looked for.
    pub below: i64,
    /// Whether a plan is needed, whatever the time: the clock is asked only once there is one.
    pub needed: bool,
}

struct State {
    rest: Rest,
    taken: Vec<Lay>,
    cost: i64,
}

/// A step from a state that may be taken.
struct Step {
    from: usize,
    taken: Lay,
    cost: i64,
    worth: f64,
}

/// What a marker with so many plies costs: its cloth, and as many lays as the table needs for them.
pub fn cost(order: &Order, ply: i64, plies: &[u32]) -> i64 {
    let plies: u32 = plies.iter().sum();
    ply * i64::from(plies) + order.lay.max(1) * i64::from(plies.div_ceil(order.plies))
}

/// Markers with their plies that cut the rest, if any are found that cost less than is asked for; none where nothing is left to
/// cut. Those with more plies than a table takes are so many lays.
pub fn lays(
    order: &Order,
    bound: &Bound,
    ratios: &[Ratio],
    rest: Rest,
    look: Look,
    chance: &mut Chance,
    clock: &mut Clock<'_>,
) -> Option<Vec<Lay>> {
    if rest.done() {
        return Some(Vec::new());
    }
    let mut beam = vec![State { rest, taken: Vec::new(), cost: 0 }];
    let mut below = look.below;
    let mut best: Option<Vec<Lay>> = None;
    for _ in 0..60 {
        if !(look.needed && best.is_none() || clock()) {
            break;
        }
        let mut steps = Vec::new();
        for (from, state) in beam.iter().enumerate() {
            let mut offer = |ratio: &Ratio, plies: Vec<u32>, chance: &mut Chance| {
                let cost = state.cost + cost(order, ratio.ply, &plies);
                if let Some(worth) = worth(order, bound, state, ratio, &plies, cost, look, below, chance) {
                    steps.push(Step { from, taken: Lay { ratio: ratio.counts.clone(), plies }, cost, worth });
                }
            };
            for ratio in ratios {
                if let Some(plies) = finishing(order, state, ratio) {
                    if chance.below(8) == 0 {
                        let percent = 30 + chance.below(60) as u32;
                        let part = plies.iter().map(|count| (count * percent).div_ceil(100)).collect();
                        offer(ratio, part, chance);
                    }
                    if let Some(full) = full(order, &plies, chance) {
                        offer(ratio, full, chance);
                    }
                    offer(ratio, plies, chance);
                }
            }
            for (ratio, plies) in aligned(order, state, chance) {
                offer(&ratio, plies, chance);
            }
        }
        steps.sort_by(|a, b| a.worth.total_cmp(&b.worth));
        let (mut next, mut seen) = (Vec::new(), HashSet::new());
        for step in steps {
            let Some(state) = beam.get(step.from) else { continue };
            let mut rest = state.rest.clone();
            rest.take(&step.taken.ratio, &step.taken.plies);
            let more = |taken: Lay| state.taken.iter().cloned().chain([taken]).collect();
            if rest.done() {
                if step.cost < below {
                    below = step.cost;
                    best = Some(more(step.taken));
                }
            } else if next.len() < look.width && seen.insert(rest.clone()) {
                next.push(State { taken: more(step.taken), rest, cost: step.cost });
            }
        }
        beam = next;
        if beam.is_empty() {
            break;
        }
    }
    best
}

/// Lays of one marker as one: single plies that were cheap one by one lie on one another as well.
pub fn joined(taken: &[Lay]) -> Vec<Lay> {
    let mut lays: Vec<Lay> = Vec::new();
    for lay in taken {
        match lays.iter_mut().find(|other| other.ratio == lay.ratio) {
            Some(other) => other.plies.iter_mut().zip(&lay.plies).for_each(|(sum, plies)| *sum += plies),
            None => lays.push(lay.clone()),
        }
    }
    lays
}

/// As many lays as the table needs for the plies.
pub fn split(lay: &Lay, most: u32) -> Vec<Lay> {
    let mut lays = Vec::new();
    let mut left = lay.plies.clone();
    while left.iter().any(|plies| *plies > 0) {
        let mut room = most;
        let take = |plies: &mut u32| {
            let taken = room.min(*plies);
            room -= taken;
            *plies -= taken;
            taken
        };
        let plies = left.iter_mut().map(take).collect();
        lays.push(Lay { ratio: lay.ratio.clone(), plies });
    }
    lays
}

/// As many plies of a marker as finish what they can, of each colour for itself.
fn finishing(order: &Order, state: &State, ratio: &Ratio) -> Option<Vec<u32>> {
    let sizes = ratio.counts.len();
    let mut plies: Vec<u32> = vec![0; order.colours.len()];
    for (colour, plies) in plies.iter_mut().enumerate() {
        let cells = ratio.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let (mut most, mut wanted) = (i32::MAX, 0);
        for (size, count) in cells.clone() {
            let at = colour * sizes + size;
            most = most.min(state.rest.most[at] / *count as i32);
            wanted = wanted.max((state.rest.least[at] + *count as i32 - 1) / *count as i32);
        }
        let most = most.min(wanted).max(0);
        // Not more than finish what so many finish.
        let ends = cells.filter_map(|(size, count)| {
            let least = state.rest.least[colour * sizes + size];
            (least > 0 && least <= most * *count as i32).then(|| (least + *count as i32 - 1) / *count as i32)
        });
        *plies = ends.max().unwrap_or(most) as u32;
    }
    plies.iter().any(|plies| *plies > 0).then_some(plies)
}

/// As many of these plies as fill lays to the last ply, of each colour in proportion.
fn full(order: &Order, plies: &[u32], chance: &mut Chance) -> Option<Vec<u32>> {
    let total: u32 = plies.iter().sum();
    let lays = total / order.plies;
    if lays == 0 || total.is_multiple_of(order.plies) {
        return None;
    }
    let lays = if chance.below(3) == 0 { 1 + chance.below(u64::from(lays)) as u32 } else { lays };
    let wanted = u64::from(lays * order.plies);
    let (mut sum, mut given) = (0, 0);
    let share = |count: &u32| {
        sum += u64::from(*count);
        let upto = sum * wanted / u64::from(total);
        let own = upto - given;
        given = upto;
        own as u32
    };
    Some(plies.iter().map(share).collect())
}

/// Markers with plies that finish one size in all colours at once, so that as many are enough as there are sizes. They are
/// filled with other sizes as far as those go, now with those of which most is left, now by chance.
fn aligned(order: &Order, state: &State, chance: &mut Chance) -> Vec<(Ratio, Vec<u32>)> {
    /// In how many ways a marker is filled.
    const WAYS: usize = 4;
    let (sizes, colours) = (order.sizes.len(), order.colours.len());
    let mut found = Vec::new();
    for size in 0..sizes {
        for count in 1..=order.garments as i32 {
            let plies: Vec<i32> = (0..colours)
                .map(|colour| (state.rest.least[colour * sizes + size].max(0) + count - 1) / count)
                .collect();
            let fits = |(colour, plies): (usize, &i32)| {
                plies * count <= state.rest.most[colour * sizes + size].max(0)
            };
            if plies.iter().all(|plies| *plies == 0) || !plies.iter().enumerate().all(fits) {
                continue;
            }
            let cap = |other: usize| {
                let room =
                    |(colour, plies): (usize, &i32)| state.rest.most[colour * sizes + other].max(0) / plies;
                plies.iter().enumerate().filter(|(_, plies)| **plies > 0).map(room).min().unwrap_or(0)
            };
            let caps: Vec<i32> =
                (0..sizes).map(|other| if other == size { count } else { cap(other) }).collect();
            for way in 0..WAYS {
                let counts = filled(order, state, &plies, (size, count), &caps, way > 0, chance);
                let plies = plies.iter().map(|plies| *plies as u32).collect();
                found.extend(ratio(order, &counts).map(|ratio| (ratio, plies)));
            }
        }
    }
    found
}

fn filled(
    order: &Order,
    state: &State,
    plies: &[i32],
    (size, count): (usize, i32),
    caps: &[i32],
    by_chance: bool,
    chance: &mut Chance,
) -> Vec<u32> {
    let sizes = order.sizes.len();
    let mut counts = vec![0; sizes];
    counts[size] = count as u32;
    let wanted = |at: usize, counts: &[u32]| -> i64 {
        let left = |(colour, plies): (usize, &i32)| {
            i64::from((state.rest.least[colour * sizes + at] - plies * counts[at] as i32).max(0))
        };
        plies.iter().enumerate().filter(|(_, plies)| **plies > 0).map(left).sum()
    };
    // One fewer now and then: where not all is a multiple of full markers, some cannot be full.
    let fewer = if by_chance && chance.below(3) == 0 { 1 + chance.below(2) as u32 } else { 0 };
    while counts.iter().sum::<u32>() + fewer < order.garments {
        let open = (0..sizes).filter(|at| (counts[*at] as i32) < caps[*at]);
        let weighed = open.map(|at| {
            let wanted = wanted(at, &counts);
            (at, if by_chance { chance.below(wanted.max(0) as u64 + 1) as i64 } else { wanted })
        });
        let Some((at, _)) = weighed.max_by_key(|(_, weight)| *weight) else { break };
        counts[at] += 1;
        if order.marker(&counts).is_none() {
            counts[at] -= 1;
            break;
        }
    }
    counts
}

/// What a state comes to after a step, as far as can be told; `None` if that cannot be below what was found.
#[expect(clippy::too_many_arguments, reason = "the step's own parts, once in the innermost loop")]
fn worth(
    order: &Order,
    bound: &Bound,
    state: &State,
    ratio: &Ratio,
    plies: &[u32],
    cost: i64,
    look: Look,
    below: i64,
    chance: &mut Chance,
) -> Option<f64> {
    let sizes = ratio.counts.len();
    let (mut cloth, mut garments) = (0.0, 0);
    let (mut open, mut kinds): (u64, Vec<i32>) = (0, Vec::with_capacity(sizes));
    let mut most_kinds = 0;
    for ((colour, plies), worth) in plies.iter().enumerate().zip(&bound.worth) {
        kinds.clear();
        for (size, count) in ratio.counts.iter().enumerate() {
            let left = state.rest.least[colour * sizes + size] - (count * plies) as i32;
            if left > 0 {
                cloth += worth[size] * f64::from(left);
                garments += left;
                open |= 1 << size.min(63);
                if !kinds.contains(&left) {
                    kinds.push(left);
                }
            }
        }
        most_kinds = most_kinds.max(kinds.len());
    }
    let held = f64::from(order.plies) * f64::from(order.garments);
    let needed = (f64::from(garments) / held).ceil();
    let lay = order.lay.max(1) as f64;
    if cost as f64 + cloth + needed * lay >= below as f64 {
        return None;
    }
    // One colour needs lays for its different numbers, several for the sizes in which anything is left, and each of them leaves a
    // lay partly empty.
    let kinds = if order.colours.len() > 1 { open.count_ones() as usize } else { most_kinds };
    let guess = (f64::from(garments) / held + look.each * kinds as f64).max(1.0);
    let guess = if garments == 0 { 0.0 } else { guess };
    let blur = if look.blur > 0.0 { look.blur * chance.below(1_000) as f64 / 1_000.0 } else { 0.0 };
    Some(cost as f64 + cloth + (guess + blur) * lay.max(500.0))
}
