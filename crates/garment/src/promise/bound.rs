//! What no plan falls below. The lines' days are given prices (Lagrange multipliers; Fisher, Management Science 27, 1981):
//! each order by itself then takes the cheapest place, its late days, sewing, ways and the days' prices counted, and what all
//! days are priced at is taken off. However the prices are chosen that is a bound; a subgradient method (Held, Wolfe and
//! Crowder 1974) looks for good ones.
//!
//! An order that stays in one takes one stretch of one line (as in the time-indexed programmes of Dyer and Wolsey, Discrete
//! Applied Mathematics 26, 1990). One that is shared out fills days of lines, each no more than it holds; it is
//! as late as its last piece, and each piece goes its own way for its part of the trip, which costs no more than shares do.

use super::times::Times;
use super::{NoPlan, Shop, Split};

/// What all plans cost at least, in fen.
pub fn bound(shop: &Shop, split: Split, rounds: u32) -> Result<i64, NoPlan> {
    Ok(raised(&Times::new(shop)?, split, None, rounds, &mut || true))
}

/// The best bound of so many rounds; steps are measured by what a plan costs.
pub(super) fn raised(
    times: &Times<'_>,
    split: Split,
    plan: Option<i64>,
    rounds: u32,
    clock: &mut dyn FnMut() -> bool,
) -> i64 {
    let mut prices: Vec<Vec<f64>> = times.own.iter().map(|days| vec![0.0; days.len()]).collect();
    let (mut best, mut vain, mut scale) = (0.0f64, 0, 1.0);
    for round in 0..rounds {
        // A round of a large shop is long, so each is asked for; without one the bound is 0, which holds.
        if round > 0 && !clock() {
            break;
        }
        let found = relaxed(times, split, &prices);
        let value = found.value;
        if value > best {
            (best, vain) = (value, 0);
        } else {
            vain += 1;
        }
        if vain > 10 {
            (vain, scale) = (0, scale * 0.5);
        }
        let goal = plan.map_or(best * 1.05 + 1.0, |plan| plan as f64);
        let over = |line: usize, day: usize, used: f64| {
            if prices[line][day] > 0.0 || used > 1.0 { used - 1.0 } else { 0.0 }
        };
        let square: f64 = found
            .used
            .iter()
            .enumerate()
            .map(|(line, days)| {
                days.iter().enumerate().map(|(day, used)| over(line, day, *used).powi(2)).sum::<f64>()
            })
            .sum();
        if square < 1e-12 || goal <= best || scale < 1e-3 {
            break;
        }
        let step = scale * (goal - value).max(1.0) / square;
        for (prices, used) in prices.iter_mut().zip(&found.used) {
            prices
                .iter_mut()
                .zip(used)
                .for_each(|(price, used)| *price = (*price + step * (used - 1.0)).max(0.0));
        }
    }
    // What rounding may have added is taken off; a plan's cost is whole.
    (best * (1.0 - 1e-9) - 1e-6).ceil().max(0.0) as i64
}

struct Relaxed {
    value: f64,
    /// Which part of each line's days is taken.
    used: Vec<Vec<f64>>,
}

/// A place of an order: what it costs, and the stretch of a line's days that it takes, or the part of one day.
#[derive(Clone, Copy)]
struct Taken {
    cost: f64,
    line: usize,
    from: f64,
    days: f64,
    /// All of it is done on one day, as if that were long enough.
    at_once: bool,
}

fn relaxed(times: &Times<'_>, split: Split, prices: &[Vec<f64>]) -> Relaxed {
    let mut used: Vec<Vec<f64>> = prices.iter().map(|days| vec![0.0; days.len()]).collect();
    let mut value = -prices.iter().flatten().sum::<f64>();
    let sums: Vec<Vec<f64>> = prices
        .iter()
        .map(|days| {
            let mut sum = 0.0;
            let next = |price: &f64| {
                sum += price;
                sum
            };
            std::iter::once(0.0).chain(days.iter().map(next)).collect()
        })
        .collect();
    for order in 0..times.shop.orders.len() {
        let (cost, places) = match split {
            Split::Shares => pieces(times, order, prices),
            Split::Whole => {
                let lines = (0..prices.len())
                    .filter_map(|line| stretch(times, order, line, &sums[line], &prices[line]));
                match lines.min_by(|a, b| a.cost.total_cmp(&b.cost)) {
                    Some(taken) => (taken.cost, vec![taken]),
                    None => continue,
                }
            }
        };
        value += if cost.is_finite() { cost } else { 0.0 };
        for taken in places {
            let days = &mut used[taken.line];
            if taken.at_once {
                days[taken.from as usize] += taken.days;
                continue;
            }
            let (from, to) = (taken.from, taken.from + taken.days);
            for day in from.floor() as usize..(to.ceil() as usize).min(days.len()) {
                days[day] += (to.min(day as f64 + 1.0) - from.max(day as f64)).max(0.0);
            }
        }
    }
    Relaxed { value, used }
}

/// The cheapest stretch of a line for a whole order. By when it ends only the late days go; within a day the days' prices
/// change in proportion, so it ends with a day or begins with one.
fn stretch(times: &Times<'_>, order: usize, line: usize, sums: &[f64], prices: &[f64]) -> Option<Taken> {
    let own = &times.shop.lines[line];
    let pieces = times.shop.orders[order].pieces;
    let days = times.work(line, order, pieces)? as f64 / own.minutes as f64;
    let first = times.earliest(line, order) as f64 / own.minutes as f64;
    let fixed = times.price(line, order, pieces) as f64;
    let way = times.shop.workshops[own.workshop].way as usize;
    let upto = |at: f64| {
        let whole = (at.floor() as usize).min(prices.len());
        sums[whole] + prices.get(whole).map_or(0.0, |price| price * (at - whole as f64))
    };
    let mut best: Option<Taken> = None;
    let mut end = ((first + days).ceil() as usize).max(1);
    while end <= prices.len() {
        let late = times.late(order, times.own[line][end - 1] + way) as f64;
        if best.is_some_and(|best| fixed + late >= best.cost) {
            break;
        }
        let begins = (end as f64 - days).max(first);
        // Its end may lie anywhere on the day; costs bend where it begins with a day.
        let least = first.max(end as f64 - 1.0 - days);
        for from in [begins, least, least.ceil().min(begins)] {
            let cost = fixed + late + upto(from + days) - upto(from);
            if best.is_none_or(|best| cost < best.cost) {
                best = Some(Taken { cost, line, from, days, at_once: false });
            }
        }
        end += 1;
    }
    best
}

/// The cheapest places for the pieces of an order, for each workday on which the last of them may be back: days of lines are
/// filled by what they cost, each with no more than it holds. The last one's late days go for the order.
fn pieces(times: &Times<'_>, order: usize, prices: &[Vec<f64>]) -> (f64, Vec<Taken>) {
    let own = &times.shop.orders[order];
    let minutes = i64::from(own.pieces) * times.shop.styles[own.style].minutes;
    let mut best: (f64, Vec<Taken>) = (f64::INFINITY, Vec::new());
    let first = (times.due[order] - i64::from(times.shop.spare)).max(0) as usize;
    for back in first..times.days.len() {
        let late = times.late(order, back) as f64;
        if late >= best.0 {
            break;
        }
        let mut places: Vec<Taken> = Vec::new();
        for (line, prices) in prices.iter().enumerate() {
            let its = &times.shop.lines[line];
            let shop = &times.shop.workshops[its.workshop];
            let Some(work) = times.work(line, order, own.pieces) else { continue };
            // Less what rounding up to hundredths of a minute may have added.
            let days = (work - 1) as f64 / its.minutes as f64;
            let fixed = (minutes * its.price) as f64 / 10_000.0 + shop.trip as f64;
            let from = (times.earliest(line, order) / its.minutes) as usize;
            let end = times.own[line].partition_point(|day| day + shop.way as usize <= back);
            places.extend((from..end).map(|day| {
                let cost = fixed + days * prices[day];
                Taken { cost, line, from: day as f64, days, at_once: true }
            }));
        }
        places.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        let (mut left, mut cost) = (1.0f64, late);
        let mut taken = Vec::new();
        for place in places {
            let part = left.min(1.0 / place.days.max(1e-9));
            cost += part * place.cost;
            taken.push(Taken { days: part * place.days, ..place });
            left -= part;
            if left <= 1e-12 || cost >= best.0 {
                break;
            }
        }
        if left <= 1e-12 && cost < best.0 {
            best = (cost, taken);
        }
    }
    best
}
