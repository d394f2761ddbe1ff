//! Looks for a plan: so many lays are annealed again and again, and between that a few lays of the best plan are taken out and
//! what they cut is planned anew by a beam (Shaw's large neighbourhood search, 1998). The longer, the better; the same seed takes
//! the same ways.

use super::anneal::{Heat, anneal};
use super::bound::{Bound, LISTED, of_markers};
use super::check::check;
use super::few::{Few, exactly};
use super::lays::{Look, Rest, cost, joined, lays, split};
use super::ratios::{Ratio, all, ratio};
use super::rolls::{Care, spread};
use super::slopes::Slopes;
use super::{Lay, Order, Plan};
use crate::balance::Clock;
use crate::chance::Chance;
use std::collections::HashSet;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// A size that no marker has.
    #[error("no marker that fits on the table has size `{0}`; lengthen `table`, or tell of a marker with it")]
    Size(String),
    /// A size that is on no marker for which a roll is long enough.
    #[error(
        "no roll is as long as a ply with size `{size}`, the longest has {longest} mm; add a longer `[[roll]]`, or allow `splice`"
    )]
    Roll {
        /// The size.
        size: String,
        /// The length of the longest roll.
        longest: i64,
    },
    /// Not enough cloth, whatever the plan.
    #[error(
        "colour `{colour}` takes {needed} mm of cloth at least and its rolls have {there} mm{}; add a `[[roll]]`",
        if *useless { ", without those that are narrower than the markers or shorter than any ply" } else { "" }
    )]
    Cloth {
        /// The colour.
        colour: String,
        /// What is proved to be needed.
        needed: i64,
        /// What there is.
        there: i64,
        /// Whether there are rolls from which no ply can be spread.
        useless: bool,
    },
    /// Nothing was found that cuts just what is wanted.
    #[error(
        "no plan was found that cuts just what is wanted; allow some `overcut`, tell of smaller markers, or give more seconds"
    )]
    Found,
}

/// A plan, and what is proved of all plans.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The best plan that was found.
    pub plan: Plan,
    /// What no plan falls below.
    pub bound: Bound,
}

/// Sets of markers of few lays that are looked at in each round: a small part of what else is done in it.
const STEPS: u64 = 30_000;

/// Of more lays than these most have the marker of another one: then all plies of a marker are one, and linear programmes come
/// near to the best.
const FEW: u32 = 30;

/// In a plan of more lays, few of them seldom can be fewer.
const SMALL: usize = 10;

/// The best plan that is found until the clock says stop; at least one is looked for.
pub fn plan(order: &Order, seed: u64, clock: &mut Clock<'_>) -> Result<Answer, NoPlan> {
    possible(order).map_err(NoPlan::Size)?;
    let whole = whole(order)?;
    let order = whole.as_ref().unwrap_or(order);
    let listed = all(order, LISTED);
    let bound = of_markers(order, listed.as_deref());
    enough(order, &bound, listed.as_deref())?;
    let mut few = listed.as_ref().and_then(|listed| Few::begin(order, listed, bound.lays, bound.cloth));
    let mut search = Search::new(order, bound, listed.as_deref(), seed);
    // What is at hand, which may be a little worse than the best, and the best.
    let mut current: Option<Vec<Lay>> = None;
    let mut best: Option<(i64, Vec<Lay>)> = None;
    for round in 0u32.. {
        if round > 0 && (!clock() || search.proved()) {
            break;
        }
        if let Some(few) = &mut few {
            few.go_on(STEPS);
            search.bound.raise(few);
            if let Some((cost, lays)) =
                few.found.take_if(|(cost, _)| best.as_ref().is_none_or(|(best, _)| *cost < *best))
            {
                search.keep(&lays);
                best = Some((cost, lays.clone()));
                current = Some(lays);
            }
        }
        let found = match &current {
            _ if round % (if search.bound.lays > FEW { 32 } else { 256 }) == 0 => search.sloped(clock),
            Some(lays) if round % 4 == 3 => search.mended(lays, clock),
            Some(lays) if round % 4 == 1 && lays.len() <= SMALL => search.fewer(lays, clock),
            _ => search.annealed(best.as_ref().map(|(_, lays)| lays.as_slice()), clock),
        };
        let found = found.or_else(|| current.is_none().then(|| search.anew(round, clock)).flatten());
        let Some(found) = found else { continue };
        let cost = search.cost(&found);
        let (least, known) = best.as_ref().map_or((i64::MAX, None), |(cost, lays)| (*cost, Some(lays)));
        if cost < least || (cost == least && search.chance.below(16) == 0) {
            search.keep(&found);
            best = Some((cost, found.clone()));
            current = Some(found);
        } else if cost - least <= order.lay.max(1) {
            current = Some(found);
        } else if search.chance.below(8) == 0 {
            current = known.cloned();
        }
    }
    search.settle();
    let Search { best, bound, .. } = search;
    let plan = best.map(|(_, plan)| plan).ok_or(NoPlan::Found)?;
    Ok(Answer { plan, bound })
}

/// The size that no marker has, if there is one.
fn possible(order: &Order) -> Result<(), String> {
    for (at, size) in order.sizes.iter().enumerate() {
        let alone: Vec<u32> = (0..order.sizes.len()).map(|other| u32::from(other == at)).collect();
        let measured = order.measured.keys().any(|ratio| ratio[at] > 0 && order.marker(ratio).is_some());
        let wanted = order.colours.iter().any(|colour| colour.least[at] > 0);
        if wanted && order.marker(&alone).is_none() && !measured {
            return Err(size.id.clone());
        }
    }
    Ok(())
}

/// The order with a table no longer than its longest roll, where plies are whole and that is shorter: no ply is longer.
fn whole(order: &Order) -> Result<Option<Order>, NoPlan> {
    let longest = order.wide_enough().map(|(_, roll)| roll.length).max();
    let Some(longest) = longest.filter(|longest| order.splice.is_none() && *longest < order.table) else {
        return Ok(None);
    };
    let order = Order { table: longest, ..order.clone() };
    possible(&order).map_err(|size| NoPlan::Roll { size, longest })?;
    Ok(Some(order))
}

/// Whether the rolls may be enough; of a roll that is shorter than any ply nothing is used where plies are whole.
fn enough(order: &Order, bound: &Bound, listed: Option<&[Ratio]>) -> Result<(), NoPlan> {
    if order.rolls.is_empty() {
        return Ok(());
    }
    let shortest = listed.into_iter().flatten().map(|ratio| ratio.ply).min();
    let shortest = shortest.filter(|_| order.splice.is_none()).unwrap_or(0);
    for (at, (colour, needed)) in order.colours.iter().zip(&bound.cloths).enumerate() {
        let needed = *needed;
        let own = || order.rolls.iter().filter(|roll| roll.colour == at);
        let useful = |roll: &&super::Roll| roll.width >= order.width && roll.length >= shortest;
        let there = own().filter(useful).map(|roll| roll.length).sum();
        if needed > there {
            let (colour, useless) = (colour.id.clone(), own().any(|roll| !useful(&roll)));
            return Err(NoPlan::Cloth { colour, needed, there, useless });
        }
    }
    Ok(())
}

/// How good a plan is: plies without a roll, what it costs, its lays, and the rolls that are begun.
type Worth = (u32, i64, usize, usize);

struct Search<'o> {
    order: &'o Order,
    bound: Bound,
    listed: Option<&'o [Ratio]>,
    slopes: Option<Slopes<'o>>,
    chance: Chance,
    best: Option<(Worth, Plan)>,
    /// How often was annealed, and with how many lays to the best end.
    turn: u32,
    lays: usize,
    least: i64,
}

impl<'o> Search<'o> {
    fn new(order: &'o Order, bound: Bound, listed: Option<&'o [Ratio]>, seed: u64) -> Self {
        let (chance, least) = (Chance::new(seed), i64::MAX);
        Self { order, bound, listed, chance, slopes: None, best: None, turn: 0, lays: 0, least }
    }

    fn cost(&self, taken: &[Lay]) -> i64 {
        let of = |lay: &Lay| {
            self.order
                .marker(&lay.ratio)
                .map_or(0, |(length, _)| cost(self.order, length + self.order.ends, &lay.plies))
        };
        taken.iter().map(of).sum()
    }

    fn proved(&self) -> bool {
        let least = self.bound.total(self.order);
        self.best.as_ref().is_some_and(|((uncovered, total, ..), _)| *uncovered == 0 && *total <= least)
    }

    /// Spreads a plan from rolls and keeps it if it is the best.
    fn keep(&mut self, taken: &[Lay]) {
        let lays = joined(taken).iter().flat_map(|lay| split(lay, self.order.plies)).collect();
        let mut plan = Plan { lays, spread: Vec::new() };
        plan.lays.sort_by_key(|lay| std::cmp::Reverse(lay.plies.iter().sum::<u32>()));
        self.spread(plan, Care::Quick);
    }

    /// Spreads the best plan with more care, so that fewer rolls are begun.
    fn settle(&mut self) {
        // Many rolls take long, and there what is lost at their ends is little beside all.
        let tries = (500 / self.order.rolls.len().max(1)).clamp(2, 12) as u32;
        if let Some((_, plan)) = self.best.clone() {
            self.spread(plan, Care::Tries(tries));
        }
    }

    fn spread(&mut self, mut plan: Plan, care: Care) {
        if !self.order.rolls.is_empty() {
            plan.spread = spread(self.order, &plan, care, &mut self.chance);
        }
        let found = check(self.order, &plan);
        let uncovered = found.uncovered.iter().map(|(_, _, plies)| plies).sum();
        let begun: HashSet<usize> = plan.spread.iter().map(|spread| spread.roll).collect();
        let worth = (uncovered, found.total(self.order, &plan), plan.lays.len(), begun.len());
        let better = self.best.as_ref().is_none_or(|(best, _)| worth < *best);
        if better && found.faults.is_empty() {
            self.best = Some((worth, plan));
        }
    }

    /// From linear programmes, and what they leave by a beam.
    fn sloped(&mut self, clock: &mut Clock<'_>) -> Option<Vec<Lay>> {
        /// How often what plies bear is learnt before what is left of the best is planned.
        const LEARNT: usize = 8;
        /// Of more markers than can be listed, so many are chosen from.
        const DRAWN: usize = 2_000;
        let mut slopes = match self.slopes.take() {
            Some(slopes) => slopes,
            None => {
                let drawn = if self.listed.is_none() { self.pool(&[], DRAWN) } else { Vec::new() };
                Slopes::new(self.order, &self.bound, self.listed.unwrap_or(&drawn))
            }
        };
        let held = self.best.is_some();
        let mut ways: Vec<Vec<Lay>> = Vec::new();
        while ways.len() < LEARNT {
            // The first plan is needed, whatever the time.
            let first = !held && ways.is_empty();
            let Some(lays) = slopes.lays(&mut self.chance, &mut || first || clock()) else { break };
            ways.push(lays);
        }
        self.slopes = Some(slopes);
        let kept = ways.into_iter().min_by_key(|lays| self.cost(lays) + self.open(lays))?;
        let rest = Rest::of(self.order, kept.iter());
        let pool = self.pool(&kept, 200);
        let look = Look { width: 4, each: 0.4, blur: 0.0, below: i64::MAX, needed: !held };
        let found = lays(self.order, &self.bound, &pool, rest, look, &mut self.chance, clock)?;
        Some(self.trimmed(kept.into_iter().chain(found).collect()))
    }

    /// What garments that these lays leave come to at least.
    fn open(&self, lays: &[Lay]) -> i64 {
        let worth = |(colour, worths): (usize, &Vec<f64>)| {
            let wanted = self.order.colours[colour].least.iter().enumerate().zip(worths);
            let left = wanted.map(|((size, least), worth)| {
                let cut: u32 = lays.iter().map(|lay| lay.ratio[size] * lay.plies[colour]).sum();
                f64::from(least.saturating_sub(cut)) * worth
            });
            left.sum::<f64>()
        };
        self.bound.worth.iter().enumerate().map(worth).sum::<f64>() as i64
    }

    /// With as many lays as once came to the best end or about as many, now from none, now from the best plan.
    fn annealed(&mut self, known: Option<&[Lay]>, clock: &mut Clock<'_>) -> Option<Vec<Lay>> {
        /// Numbers of lays that are tried first: so many more than are proved to be needed.
        const FIRST: [usize; 4] = [1, 0, 2, 3];
        let turn = self.turn as usize;
        self.turn += 1;
        if let Some(first) = FIRST.get(turn) {
            // Many lays that must all be full leave little room to change them.
            let least = (self.bound.lays as usize).min(FEW as usize);
            return self.cooled(Vec::new(), least + first * (1 + least / 16), 1, clock);
        }
        // Luby's series: short ways often, long ones seldom (Luby, Sinclair and Zuckerman 1993).
        let length = 1 << (turn - FIRST.len() + 1).trailing_zeros().min(5);
        match known {
            Some(known) if self.chance.below(4) == 0 => {
                let most = self.most();
                let mut known: Vec<Lay> = known.iter().flat_map(|lay| split(lay, most)).collect();
                if known.len() > 1 && self.chance.below(2) == 0 {
                    known.swap_remove(self.chance.below(known.len() as u64) as usize);
                }
                let lays = known.len();
                self.cooled(known, lays, length, clock)
            }
            _ => {
                let lays = (self.lays + self.chance.below(3) as usize).saturating_sub(1).max(1);
                self.cooled(Vec::new(), lays, length, clock)
            }
        }
    }

    /// The most plies of a lay that is annealed: those of a table, or now and then any number, where lays are very many or very
    /// few.
    fn most(&self) -> u32 {
        let any = self.bound.lays > FEW || (self.turn.is_multiple_of(2) && self.bound.lays < 8);
        if any { u32::MAX } else { self.order.plies }
    }

    fn cooled(
        &mut self,
        mut start: Vec<Lay>,
        lays: usize,
        length: u32,
        clock: &mut Clock<'_>,
    ) -> Option<Vec<Lay>> {
        /// Moves for each number that can change.
        const EACH: usize = 1_700;
        /// Before there is any plan no more than these, so that there is one soon.
        const SOON: u32 = 250_000;
        let order = self.order;
        let fresh = start.is_empty();
        let numbers = (lays * (order.sizes.len() + order.colours.len())).max(60);
        let wanted = u32::try_from(numbers * EACH).unwrap_or(u32::MAX).saturating_mul(length);
        let moves = if self.best.is_none() { wanted.min(SOON) } else { wanted };
        // Who has little time for a change of each number begins less boldly.
        let bold = 6.0 * (f64::from(moves) / f64::from(wanted)).max(0.3);
        let first = if fresh { bold } else { 0.3 + self.chance.below(100) as f64 / 100.0 };
        let heat = Heat { moves, first, plies: self.most() };
        while start.len() < lays {
            start.push(self.even(lays)?);
        }
        let listed = self.listed.unwrap_or_default();
        let found = anneal(order, &self.bound, listed, &start, heat, &mut self.chance, clock)?;
        let found = self.trimmed(found);
        let cost = self.cost(&found);
        if fresh && cost < self.least {
            (self.least, self.lays) = (cost, lays);
        }
        Some(found)
    }

    /// A lay with a marker by chance and of each colour its share, if there are so many.
    fn even(&mut self, lays: usize) -> Option<Lay> {
        let order = self.order;
        let mut drawn = self.drawn();
        while order.marker(&drawn).is_none() {
            let listed = self.listed.filter(|listed| !listed.is_empty() && !order.measured.is_empty());
            if let Some(listed) = listed {
                drawn = listed.get(self.chance.below(listed.len() as u64) as usize)?.counts.clone();
                break;
            }
            let most = (0..drawn.len()).filter(|at| drawn[*at] > 0).max_by_key(|at| drawn[*at])?;
            drawn[most] -= 1;
        }
        let garments = drawn.iter().sum::<u32>().max(1) * u32::try_from(lays).ok()?;
        let mut room = self.most();
        let share = |colour: &super::Colour| {
            let plies = colour.least.iter().sum::<u32>().div_ceil(garments).min(room);
            room -= plies;
            plies
        };
        Some(Lay { ratio: drawn, plies: order.colours.iter().map(share).collect() })
    }

    fn anew(&mut self, round: u32, clock: &mut Clock<'_>) -> Option<Vec<Lay>> {
        let rest = Rest::of(self.order, std::iter::empty());
        let pool = self.pool(&[], 600);
        let look = Look {
            width: [4, 8, 16][round as usize % 3],
            each: [0.4, 0.6, 0.2, 0.8][round as usize % 4],
            blur: if round < 4 { 0.0 } else { 0.5 },
            below: i64::MAX,
            needed: self.best.is_none(),
        };
        let found = lays(self.order, &self.bound, &pool, rest, look, &mut self.chance, clock)?;
        Some(self.trimmed(found))
    }

    /// Takes some lays out and plans what they cut anew, at no more than they cost.
    fn mended(&mut self, lays: &[Lay], clock: &mut Clock<'_>) -> Option<Vec<Lay>> {
        let mut kept = lays.to_vec();
        let out = (2 + self.chance.below(4) as usize).min(kept.len());
        let removed: Vec<Lay> =
            (0..out).map(|_| kept.swap_remove(self.chance.below(kept.len() as u64) as usize)).collect();
        let rest = Rest::of(self.order, kept.iter());
        let count = [0, 40, 200][self.chance.below(3) as usize];
        let pool = self.pool(&removed, count);
        // Mostly no worse than before; now and then a little, since the way to the best leads over what is worse.
        let slack = if self.chance.below(8) == 0 { self.order.lay / 2 } else { 1 };
        let look = Look {
            width: 1 + self.chance.below(8) as usize,
            each: self.chance.below(100) as f64 / 100.0,
            blur: self.chance.below(100) as f64 / 100.0,
            below: self.cost(&removed) + slack,
            needed: false,
        };
        let found = self::lays(self.order, &self.bound, &pool, rest, look, &mut self.chance, clock)?;
        kept.extend(found);
        Some(self.trimmed(kept))
    }

    /// Takes a few lays out and looks at all plans that cut the same with one lay less, or with as many.
    fn fewer(&mut self, lays: &[Lay], clock: &mut Clock<'_>) -> Option<Vec<Lay>> {
        /// How often that is tried at once, and for how many steps at most.
        const TRIES: usize = 8;
        const STEPS: u64 = 8_000;
        (0..TRIES).find_map(|turn| {
            if turn > 0 && !clock() {
                return None;
            }
            let mut kept = lays.to_vec();
            let small = (0..kept.len()).min_by_key(|at| kept[*at].plies.iter().sum::<u32>())?;
            let out = (3 + self.chance.below(2) as usize).min(kept.len());
            let mut removed = vec![kept.swap_remove(small)];
            while removed.len() < out {
                removed.push(kept.swap_remove(self.chance.below(kept.len() as u64) as usize));
            }
            let count = if self.chance.below(4) == 0 { out } else { out - 1 };
            let rest = self.rest(&kept)?;
            let plies = |colour: usize| removed.iter().map(|lay| lay.plies[colour]).sum();
            let most: Vec<u32> = (0..rest.colours.len()).map(plies).collect();
            let (cost, found) = exactly(&rest, count, &most, STEPS)?;
            kept.extend(found);
            (cost <= self.cost(&removed)).then(|| self.trimmed(kept))
        })
    }

    /// What lays leave, as an order; `None` if they cut more than may be.
    fn rest(&self, lays: &[Lay]) -> Option<Order> {
        let mut colours = self.order.colours.clone();
        for (at, colour) in colours.iter_mut().enumerate() {
            for size in 0..colour.least.len() {
                let cut: u32 = lays.iter().map(|lay| lay.ratio[size] * lay.plies[at]).sum();
                colour.most[size] = colour.most[size].checked_sub(cut)?;
                colour.least[size] = colour.least[size].saturating_sub(cut);
            }
        }
        Some(Order { colours, rolls: Vec::new(), ..self.order.clone() })
    }

    /// Markers to plan with: all if they are few, else some by chance, and those of lays at hand with their neighbours.
    fn pool(&mut self, near: &[Lay], count: usize) -> Vec<Ratio> {
        let mut pool: Vec<Ratio> = Vec::new();
        match self.listed {
            Some(listed) if listed.len() <= count => return listed.to_vec(),
            Some(listed) => {
                // Full markers are worth more than others, so half of the choice goes to them.
                let full = listed.iter().map(|ratio| ratio.garments).max().unwrap_or(0);
                while pool.len() < count {
                    let Some(ratio) = listed.get(self.chance.below(listed.len() as u64) as usize) else {
                        break;
                    };
                    if ratio.garments + 1 >= full || self.chance.below(3) == 0 {
                        pool.push(ratio.clone());
                    }
                }
            }
            None => {
                for _ in 0..count {
                    let drawn = self.drawn();
                    pool.extend(ratio(self.order, &drawn));
                }
            }
        }
        let alone = (0..self.order.sizes.len()).map(|at| {
            let counts: Vec<u32> = (0..self.order.sizes.len()).map(|other| u32::from(other == at)).collect();
            counts
        });
        let near = near.iter().flat_map(|lay| {
            let mut all = vec![lay.ratio.clone()];
            for at in 0..lay.ratio.len() {
                for (up, down) in [(1, 0), (0, 1)] {
                    let mut counts = lay.ratio.clone();
                    counts[at] = (counts[at] + up).saturating_sub(down);
                    all.push(counts);
                }
            }
            all
        });
        pool.extend(near.chain(alone).filter_map(|counts| ratio(self.order, &counts)));
        pool.sort_by(|a, b| a.counts.cmp(&b.counts));
        pool.dedup();
        pool
    }

    /// A marker by chance, with more of the sizes of which more are wanted.
    fn drawn(&mut self) -> Vec<u32> {
        let order = self.order;
        let mut counts = vec![0; order.sizes.len()];
        let colour = self.chance.below(order.colours.len() as u64) as usize;
        let Some(colour) = order.colours.get(colour) else { return counts };
        let total: u64 = colour.least.iter().map(|count| u64::from(*count)).sum();
        let fewer = if self.chance.below(2) == 0 { 0 } else { self.chance.below(u64::from(order.garments)) };
        for _ in fewer..u64::from(order.garments) {
            let mut at = self.chance.below(total);
            for (count, wanted) in counts.iter_mut().zip(&colour.least) {
                if at < u64::from(*wanted) {
                    *count += 1;
                    break;
                }
                at -= u64::from(*wanted);
            }
        }
        counts
    }

    /// Takes plies and garments out that are cut beyond what is wanted.
    fn trimmed(&self, mut lays: Vec<Lay>) -> Vec<Lay> {
        let order = self.order;
        let cut = |lays: &[Lay], colour: usize, size: usize| -> u32 {
            lays.iter().map(|lay| lay.ratio[size] * lay.plies[colour]).sum()
        };
        let spare = |lays: &[Lay], colour: usize, size: usize| {
            cut(lays, colour, size).saturating_sub(order.colours[colour].least[size])
        };
        for at in 0..lays.len() {
            for colour in 0..order.colours.len() {
                let spares = |size: usize| lays[at].ratio[size] > 0;
                let off = (0..order.sizes.len()).filter(|size| spares(*size));
                let off =
                    off.map(|size| spare(&lays, colour, size) / lays[at].ratio[size]).min().unwrap_or(0);
                lays[at].plies[colour] -= off.min(lays[at].plies[colour]);
            }
            for size in 0..order.sizes.len() {
                let mut shorter = lays[at].ratio.clone();
                if shorter[size] == 0 {
                    continue;
                }
                shorter[size] -= 1;
                let spared = (0..order.colours.len())
                    .all(|colour| spare(&lays, colour, size) >= lays[at].plies[colour]);
                let lengths =
                    [&lays[at].ratio, &shorter].map(|ratio| order.marker(ratio).map(|(length, _)| length));
                if spared && matches!(lengths, [Some(old), Some(new)] if new < old) {
                    lays[at].ratio = shorter;
                }
            }
        }
        lays.retain(|lay| lay.plies.iter().any(|plies| *plies > 0));
        joined(&lays)
    }
}

#[cfg(test)]
mod tests {
    use super::Search;
    use crate::cut::{bound, ratios, read};

    /// Holds the plan of the linear programmes against the bound: it is less than a ply above.
    fn check(wanted: &str, overcut: u32) {
        let text = format!(
            "width = 1.5\nends = 0.05\ntable = 20\nplies = 50\ngarments = 6\nlay = 2\novercut = {overcut}\n\
             [[utilisation]]\ngarments = 1\npercent = 75\n[[utilisation]]\ngarments = 6\npercent = 84\n\
             [[size]]\nid = \"m\"\narea = 1.1\n[[colour]]\nid = \"c\"\nwanted = {{ m = {wanted} }}\n"
        );
        let order = read::order(&text).unwrap_or_else(|faults| unreachable!("{faults:?}"));
        let (listed, bound) = (ratios::all(&order, 1_000).unwrap_or_default(), bound::bound(&order));
        let least = bound.total(&order);
        let ply = listed.iter().map(|ratio| ratio.ply).max().unwrap_or(0);
        let mut search = Search::new(&order, bound, Some(&listed), 1);
        let cost = search.sloped(&mut || false).map(|lays| search.cost(&lays));
        assert!(cost.is_some_and(|cost| cost < least + ply), "{wanted} {overcut}: {cost:?} {least}");
    }

    #[test]
    fn where_rounding_leaves_nothing_to_cut_the_plan_is_whole() {
        check("6000", 0);
        check("5998", 5);
    }
}
