//! So many lays, whose plies and sizes change a little again and again, less boldly with time (annealing; Kirkpatrick, Gelatt and
//! Vecchi 1983). What they leave of a colour is cut from single plies of its own, and that has its true price, the lays too: so
//! nearly every plan on the way holds, and few garments are left at last, in few colours.

use super::bound::Bound;
use super::ratios::Ratio;
use super::table::{Table, WRONG};
use super::{Lay, Order};
use crate::balance::Clock;
use crate::chance::Chance;

/// How long and how boldly.
#[derive(Clone, Copy, Debug)]
pub struct Heat {
    /// Changes that are tried.
    pub moves: u32,
    /// What a change may make worse at first: so many garments.
    pub first: f64,
    /// The most plies of a lay, which may be more than a table takes: they are as many lays then.
    pub plies: u32,
}

/// The cheapest plan on the way, if there is any.
pub fn anneal(
    order: &Order,
    bound: &Bound,
    listed: &[Ratio],
    start: &[Lay],
    heat: Heat,
    chance: &mut Chance,
    clock: &mut Clock<'_>,
) -> Option<Vec<Lay>> {
    /// What a change may make worse in the end, in garments.
    const LAST: f64 = 0.07;
    /// The clock is asked each time that so many changes were tried.
    const ASKED: u32 = 4_096;
    let mut table = Table::new(order, bound, start, heat.plies, chance)?;
    let unit = table.prices.iter().sum::<i64>() as f64 / table.prices.len().max(1) as f64 / WRONG;
    let cooler = (LAST / heat.first).powf(1.0 / f64::from(heat.moves.max(1)));
    let mut warm = heat.first * unit;
    let mut now = table.total();
    let mut best: Option<(i64, Table<'_>)> = None;
    let mut steps = Vec::new();
    for turn in 1..=heat.moves {
        if turn % ASKED == 0 && !clock() {
            break;
        }
        warm *= cooler;
        steps.clear();
        table.propose(listed, &mut steps, chance);
        if steps.is_empty() {
            continue;
        }
        let fits = table.take(&steps);
        let total = table.total();
        let worse = (total - now) as f64;
        let kept = fits
            && (worse <= 0.0 || (chance.below(1 << 32) as f64) < (-worse / warm).exp() * 4_294_967_296.0);
        if !kept {
            table.undo(&steps);
            continue;
        }
        now = total;
        // Where only measured markers are known, what is left may be such as none of them cuts.
        let cuts = |table: &Table<'_>| !order.utilisation.is_empty() || table.lays(listed).is_some();
        if table.over == 0 && best.as_ref().is_none_or(|(least, _)| total < *least) && cuts(&table) {
            best = Some((total, table.clone()));
        }
    }
    best.and_then(|(_, table)| table.lays(listed))
}
