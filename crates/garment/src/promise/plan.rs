//! Looks for a plan: every plan of a small shop, else by annealing again and again, beside a bound. The longer, the better.

use super::bound::raised;
use super::exact::Exact;
use super::search::{State, anneal, begun};
use super::times::Times;
use super::{NoPlan, Plan, Shop, Split};
use crate::balance::Clock;
use crate::chance::Chance;

/// A plan, and what is proved of all plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The best plan that was found.
    pub plan: Plan,
    /// What it costs, late days counted, in fen.
    pub cost: i64,
    /// What no plan falls below.
    pub bound: i64,
}

/// States that are looked at before a shop counts as large.
const SMALL: u64 = 400_000;
const BUNDLES: u32 = 200;

/// The best plan that is found until the clock says stop.
pub fn plan(shop: &Shop, split: Split, seed: u64, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    let times = Times::new(shop)?;
    let mut chance = Chance::new(seed);
    // The days are as many as all orders one after the other take on any line, so that there is always a place.
    let Some(first) = begun(&times) else { return Err(NoPlan::Never(shop.name.clone())) };
    let mut best = anneal(&times, split, &first, 2_000, &mut chance, clock);
    let mut bound = raised(&times, split, Some(best.cost), 60, clock);
    // So many bundles can be shared out in more ways than can be looked at.
    let bundles: u32 = shop.orders.iter().map(|order| order.pieces.div_ceil(order.bundle)).sum();
    if bound < best.cost && (split == Split::Whole || bundles <= BUNDLES) {
        let mut exact = Exact::new(&times, split, best.cost);
        let whole = exact.all(SMALL, clock);
        if let Some(state) = exact.best.1.take().and_then(|plan| State::of(&times, plan)) {
            debug_assert_eq!(state.cost, exact.best.0, "a plan costs the same however it is reckoned");
            best = state;
        }
        bound = if whole { best.cost } else { bound };
    }
    let mut length = 4_000;
    while bound < best.cost && clock() {
        let from = if chance.below(3) == 0 { &first } else { &best };
        let found = anneal(&times, split, from, length, &mut chance, clock);
        if found.cost < best.cost {
            best = found;
        } else {
            length = (length * 3 / 2).min(200_000);
        }
        if bound < best.cost && chance.below(8) == 0 {
            bound = bound.max(raised(&times, split, Some(best.cost), 400, clock));
        }
    }
    Ok(Answer { plan: best.plan, cost: best.cost, bound: bound.min(best.cost) })
}
