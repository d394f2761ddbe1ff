//! Whether a plan holds, and what it takes. This reads orders and plans and nothing else: it counts garments, adds up lengths and
//! follows each roll from its beginning.

use super::{Order, Plan, Spread};
use std::collections::BTreeMap;

/// What was found of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What breaks a rule of the order.
    pub faults: Vec<String>,
    /// Plies of a colour in a lay for which no roll is left, by the places of lay and colour.
    pub uncovered: Vec<(usize, usize, u32)>,
    /// Cloth of all plies with their ends.
    pub cloth: i64,
    /// Cloth that is lost besides: ends of rolls that are too short to keep, and what lies double where rolls are spliced.
    pub lost: i64,
    /// What is left of each roll that was begun and goes back to the store, by its place.
    pub remnants: Vec<(usize, i64)>,
}

impl Found {
    /// What the plan costs: its cloth, what is lost, and its lays as the cloth that they are worth.
    pub fn total(&self, order: &Order, plan: &Plan) -> i64 {
        self.cloth + self.lost + order.lay * plan.lays.len() as i64
    }
}

/// Looks at a plan.
pub fn check(order: &Order, plan: &Plan) -> Found {
    let mut found = Found::default();
    let mut lengths = Vec::new();
    for (at, lay) in (1..).zip(&plan.lays) {
        let plies: u64 = lay.plies.iter().map(|count| u64::from(*count)).sum();
        let mut tell = |what: String| found.faults.push(format!("lay {at}: {what}"));
        if lay.ratio.len() != order.sizes.len() || lay.plies.len() != order.colours.len() {
            tell("does not tell of each size and each colour".into());
        }
        if plies == 0 || plies > u64::from(order.plies) {
            tell(format!("has {plies} plies, where 1 to {} are allowed", order.plies));
        }
        let length = order.marker(&lay.ratio).map(|(length, _)| length + order.ends);
        if length.is_none() {
            let garments: u32 = lay.ratio.iter().sum();
            tell(format!("a marker of these {garments} garments is not known, too long or too many"));
        }
        found.cloth += length.unwrap_or(0) * i64::try_from(plies).unwrap_or(i64::MAX);
        lengths.push(length.unwrap_or(0));
    }
    counted(order, plan, &mut found);
    if !order.rolls.is_empty() {
        rolled(order, plan, &lengths, &mut found);
    }
    found
}

fn counted(order: &Order, plan: &Plan, found: &mut Found) {
    for (colour_at, colour) in order.colours.iter().enumerate() {
        for (size_at, size) in order.sizes.iter().enumerate() {
            let cut: u64 = plan
                .lays
                .iter()
                .filter_map(|lay| {
                    Some(u64::from(*lay.ratio.get(size_at)?) * u64::from(*lay.plies.get(colour_at)?))
                })
                .sum();
            let bounds = colour.least.get(size_at).zip(colour.most.get(size_at));
            let Some((least, most)) = bounds else { continue };
            if cut < u64::from(*least) || cut > u64::from(*most) {
                found.faults.push(format!(
                    "colour `{}`, size `{}`: {cut} are cut, where {least} to {most} are wanted",
                    colour.id, size.id
                ));
            }
        }
    }
}

/// Follows each roll, and each splice from one roll to the next.
fn rolled(order: &Order, plan: &Plan, lengths: &[i64], found: &mut Found) {
    let mut used: BTreeMap<usize, i64> = BTreeMap::new();
    let mut laid: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    // A ply that was begun: its lay and colour, and what of it lies already.
    let mut begun: BTreeMap<usize, (usize, i64)> = BTreeMap::new();
    let overlap = order.splice.unwrap_or(0);
    for Spread { roll: place, lay, plies, parts } in &plan.spread {
        let (Some(roll), Some(length)) = (order.rolls.get(*place), lengths.get(*lay)) else {
            found.faults.push(format!("roll {} or lay {} is not there", place + 1, lay + 1));
            continue;
        };
        if roll.width < order.width {
            found.faults.push(format!("roll `{}` is narrower than the markers", roll.id));
        }
        *used.entry(*place).or_default() += length * i64::from(*plies) + parts.iter().sum::<i64>();
        let count = laid.entry((*lay, roll.colour)).or_default();
        *count += plies;
        for part in parts {
            match begun.remove(&roll.colour) {
                None => drop(begun.insert(roll.colour, (*lay, *part))),
                Some((other, lies)) if other == *lay && lies + part - overlap == *length => {
                    *count += 1;
                    found.lost += overlap;
                }
                Some(_) => found.faults.push(format!(
                    "roll `{}`: a spliced ply of lay {} does not fit",
                    roll.id,
                    lay + 1
                )),
            }
        }
        if !parts.is_empty() && order.splice.is_none() {
            found
                .faults
                .push(format!("roll `{}`: a ply is spliced, which the order does not allow", roll.id));
        }
    }
    for colour in begun.keys() {
        let id = order.colours.get(*colour).map_or("", |colour| &colour.id);
        found.faults.push(format!("colour `{id}`: a ply is begun and not ended"));
    }
    for (place, used) in used {
        let Some(roll) = order.rolls.get(place) else { continue };
        match roll.length - used {
            left if left < 0 => {
                found.faults.push(format!("roll `{}`: gives {used} mm and has {} mm", roll.id, roll.length));
            }
            0 => {}
            left if left >= order.remnant.max(1) => found.remnants.push((place, left)),
            left => found.lost += left,
        }
    }
    for (at, lay) in plan.lays.iter().enumerate() {
        for (colour, wanted) in lay.plies.iter().enumerate() {
            let lies = laid.get(&(at, colour)).copied().unwrap_or(0);
            match wanted.checked_sub(lies) {
                Some(0) => {}
                Some(missing) => found.uncovered.push((at, colour, missing)),
                None => found.faults.push(format!(
                    "lay {}: {lies} plies of colour {} for {wanted}",
                    at + 1,
                    colour + 1
                )),
            }
        }
    }
}
