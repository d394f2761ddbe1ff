//! A plan by annealing (Kirkpatrick, Gelatt and Vecchi 1983): shares move to other lines and places, exchange theirs, give
//! bundles to each other, part and join.

use super::times::Times;
use super::{Plan, Share, Split};
use crate::balance::Clock;
use crate::chance::Chance;

/// A plan with what it costs.
#[derive(Clone)]
pub struct State {
    pub plan: Plan,
    /// Of each line its shares' orders with the workdays on which they are back, and what they cost.
    sewn: Vec<(Vec<(usize, usize)>, i64)>,
    pub cost: i64,
}

fn sewn(times: &Times<'_>, line: usize, shares: &[Share]) -> Option<(Vec<(usize, usize)>, i64)> {
    let spans = times.spans(line, shares)?;
    let back = shares.iter().zip(&spans).map(|(share, span)| (share.order, span.back)).collect();
    Some((back, shares.iter().map(|share| times.price(line, share.order, share.pieces)).sum()))
}

impl State {
    pub fn of(times: &Times<'_>, plan: Plan) -> Option<Self> {
        let lines = plan.lines.iter().enumerate().map(|(line, shares)| sewn(times, line, shares));
        let mut state = Self { sewn: lines.collect::<Option<_>>()?, plan, cost: 0 };
        state.cost = state.sum(times);
        Some(state)
    }

    fn sum(&self, times: &Times<'_>) -> i64 {
        let mut back = vec![0; times.shop.orders.len()];
        for (order, day) in self.sewn.iter().flat_map(|(back, _)| back) {
            back[*order] = back[*order].max(*day);
        }
        let late: i64 = back.iter().enumerate().map(|(order, back)| times.late(order, *back)).sum();
        late + self.sewn.iter().map(|(_, cost)| cost).sum::<i64>()
    }

    /// The state with other shares on some lines.
    fn with(&self, times: &Times<'_>, changed: Vec<(usize, Vec<Share>)>) -> Option<Self> {
        let mut next = self.clone();
        for (line, shares) in changed {
            next.sewn[line] = sewn(times, line, &shares)?;
            next.plan.lines[line] = shares;
        }
        next.cost = next.sum(times);
        Some(next)
    }
}

/// Orders by the day on which they are wanted, each where it costs least.
pub fn begun(times: &Times<'_>) -> Option<State> {
    let mut state = State::of(times, Plan { lines: vec![Vec::new(); times.shop.lines.len()] })?;
    let mut orders: Vec<usize> = (0..times.shop.orders.len()).collect();
    orders.sort_by_key(|order| (times.shop.orders[*order].due, times.shop.orders[*order].ready));
    for order in orders {
        let share = Share { order, pieces: times.shop.orders[order].pieces };
        let ends = (0..state.plan.lines.len()).filter_map(|line| {
            let mut shares = state.plan.lines[line].clone();
            shares.push(share);
            state.with(times, vec![(line, shares)])
        });
        state = ends.min_by_key(|state| state.cost)?;
    }
    Some(state)
}

/// Anneals for so many moves, or until the clock says stop; the best state that was met.
pub fn anneal(
    times: &Times<'_>,
    split: Split,
    from: &State,
    moves: u32,
    chance: &mut Chance,
    clock: &mut Clock<'_>,
) -> State {
    let (mut state, mut best) = (from.clone(), from.clone());
    let orders = times.shop.orders.len().max(1) as f64;
    let (hot, cold) = (from.cost as f64 * 0.2 / orders + 1.0, 1.0);
    for at in 0..moves {
        if at % 1_024 == 1_023 && !clock() {
            break;
        }
        let heat = hot * (cold / hot).powf(f64::from(at) / f64::from(moves));
        let Some(next) = moved(times, split, &state, chance) else { continue };
        let worse = (next.cost - state.cost) as f64;
        let luck = (chance.below(1 << 30) as f64 + 1.0) / f64::from(1 << 30);
        if worse <= 0.0 || luck < (-worse / heat).exp() {
            state = next;
            if state.cost < best.cost {
                best = state.clone();
            }
        }
    }
    best
}

fn moved(times: &Times<'_>, split: Split, state: &State, chance: &mut Chance) -> Option<State> {
    let lines = &state.plan.lines;
    let count: usize = lines.iter().map(Vec::len).sum();
    let any = |chance: &mut Chance| {
        let mut at = chance.below(count as u64) as usize;
        let line = lines.iter().position(|shares| {
            let here = at < shares.len();
            at -= if here { 0 } else { shares.len() };
            here
        })?;
        Some((line, at))
    };
    let (line, at) = any(chance)?;
    match chance.below(if split == Split::Shares { 4 } else { 2 }) {
        0 => {
            let (other, to) = any(chance)?;
            let (one, two) = (lines[line][at], lines[other][to]);
            let mut plan = state.plan.clone();
            plan.lines[line][at] = two;
            plan.lines[other][to] = one;
            changed(times, state, plan, &[line, other])
        }
        1 => {
            let mut plan = state.plan.clone();
            let share = plan.lines[line].remove(at);
            put(times, state, plan, line, share, None, chance)
        }
        _ => {
            let mut plan = state.plan.clone();
            let share = plan.lines[line][at];
            let bundle = times.shop.orders[share.order].bundle;
            let bundles = u64::from(share.pieces / bundle);
            let short = share.pieces % bundle;
            if bundles + u64::from(short > 0) < 2 {
                return None;
            }
            let given = 1 + chance.below(bundles.max(2) - 1) as u32;
            // The short bundle goes with what is given, or stays.
            let pieces = (given * bundle).min(share.pieces - if short > 0 { short } else { bundle });
            plan.lines[line][at].pieces -= pieces;
            put(times, state, plan, line, Share { order: share.order, pieces }, Some(line), chance)
        }
    }
}

/// Puts a share on a line where it joins what the line has of its order, or anywhere.
fn put(
    times: &Times<'_>,
    state: &State,
    mut plan: Plan,
    from: usize,
    share: Share,
    but: Option<usize>,
    chance: &mut Chance,
) -> Option<State> {
    let line = chance.below(plan.lines.len() as u64) as usize;
    if but == Some(line) {
        return None;
    }
    match plan.lines[line].iter_mut().find(|other| other.order == share.order) {
        Some(other) => other.pieces += share.pieces,
        None => {
            let to = chance.below(plan.lines[line].len() as u64 + 1) as usize;
            plan.lines[line].insert(to, share);
        }
    }
    let shares = plan.lines.iter().flatten().filter(|other| other.order == share.order).count();
    if shares > times.shop.orders[share.order].shares.max(1) as usize {
        return None;
    }
    changed(times, state, plan, &[from, line])
}

fn changed(times: &Times<'_>, state: &State, mut plan: Plan, lines: &[usize]) -> Option<State> {
    let mut lines = lines.to_vec();
    lines.dedup();
    // A line sews what it has of an order in one go: an exchange may have brought two shares of one together.
    let twice = |shares: &[Share]| {
        shares
            .iter()
            .enumerate()
            .any(|(at, share)| shares[..at].iter().any(|other| other.order == share.order))
    };
    if lines.iter().any(|line| twice(&plan.lines[*line])) {
        return None;
    }
    let changed = lines.iter().map(|line| (*line, std::mem::take(&mut plan.lines[*line]))).collect();
    state.with(times, changed)
}
