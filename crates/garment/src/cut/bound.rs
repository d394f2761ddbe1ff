//! What no plan of an order can fall below: cloth by linear programming with whole plies of each colour, lays by capacity, by
//! rank and by looking at every plan of one lay and of two, or at all pairs of plies for each colour; both together by
//! looking at all plans of few lays.

use super::few::Few;
use super::ratios::{Ratio, all};
use super::{Colour, Order};
use crate::balance::Clock;
use crate::cut::linear::{Columns, cheapest};

/// What is proved of all plans.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The least cloth.
    pub cloth: i64,
    /// The fewest lays.
    pub lays: u32,
    /// What all plans come to at least by looking at those of few lays; 0 if that was not done.
    pub few: i64,
    /// The least cloth of each colour.
    pub(super) cloths: Vec<i64>,
    /// What a garment of each size adds to the cloth of each colour at least, in millimetres.
    pub(super) worth: Vec<Vec<f64>>,
}

impl Bound {
    /// The least that cloth and lays together come to, a lay counted as the cloth that it is worth.
    pub fn total(&self, order: &Order) -> i64 {
        (self.cloth + order.lay * i64::from(self.lays)).max(self.few)
    }

    /// Takes over what was proved of plans of few lays.
    pub(super) fn raise(&mut self, few: &Few<'_>) {
        self.few = self.few.max(few.bound());
        self.lays = self.lays.max(u32::try_from(few.lays()).unwrap_or(0));
    }
}

/// The bounds of an order, raised by plans of few lays until the clock says stop.
pub fn raised(order: &Order, clock: &mut Clock<'_>) -> Bound {
    let listed = all(order, LISTED);
    let mut found = of_markers(order, listed.as_deref());
    let Some(listed) = listed else { return found };
    let Some(mut few) = Few::begin(order, &listed, found.lays, found.cloth) else { return found };
    while few.go_on(10_000) && clock() {}
    found.raise(&few);
    found
}

/// More markers than this are not looked at one by one.
pub(super) const LISTED: usize = 200_000;

/// The bounds of an order.
pub fn bound(order: &Order) -> Bound {
    of_markers(order, all(order, LISTED).as_deref())
}

/// The bounds of an order with all of its markers, if they can be listed.
pub(super) fn of_markers(order: &Order, listed: Option<&[Ratio]>) -> Bound {
    let mut found = Bound { cloth: 0, lays: 1, few: 0, cloths: Vec::new(), worth: Vec::new() };
    let mut plies = 0;
    for colour in &order.colours {
        let needed = needed(order, listed, colour);
        plies += u64::from(needed);
        let (cloth, worth) = match listed {
            Some(listed) => {
                let fair = by_listing(listed, colour, needed);
                (fair.cloth(colour, needed), fair.worth)
            }
            None => by_areas(order, colour, needed),
        };
        found.cloth += cloth;
        found.cloths.push(cloth);
        found.worth.push(worth);
    }
    found.lays = u32::try_from(plies.div_ceil(u64::from(order.plies))).unwrap_or(u32::MAX).max(1);
    if order.colours.iter().all(|colour| colour.least == colour.most) {
        found.lays = found.lays.max(row_rank(rows(order)));
    }
    if let Some(listed) = listed {
        found.lays = found.lays.max(not_fewer_than(order, listed));
    }
    if found.lays < 3 && !order.colours.iter().all(|colour| two_may_do(order, colour)) {
        found.lays = 3;
    }
    found
}

/// How many plies a colour needs at least.
fn needed(order: &Order, listed: Option<&[Ratio]>, colour: &Colour) -> u32 {
    let largest = listed.and_then(|listed| usable(listed, colour).map(|ratio| ratio.garments).max());
    colour.least.iter().sum::<u32>().div_ceil(largest.unwrap_or(order.garments).max(1))
}

/// What a colour takes by its plies, as far as that was asked for.
pub(super) struct Clothes<'l> {
    listed: &'l [Ratio],
    colour: &'l Colour,
    /// The fewest plies.
    pub fewest: u32,
    fair: Vec<Fair>,
    /// Prices are known for these fewest plies, and for all powers of two below this more.
    further: u32,
}

impl<'l> Clothes<'l> {
    pub fn new(order: &Order, listed: &'l [Ratio], colour: &'l Colour) -> Self {
        let fewest = needed(order, Some(listed), colour);
        Self { listed, colour, fewest, fair: vec![by_listing(listed, colour, fewest)], further: 1 }
    }

    /// The least cloth of so many plies.
    fn least(&self, plies: u32) -> i64 {
        self.fair.iter().map(|fair| fair.cloth(self.colour, plies)).max().unwrap_or(0)
    }

    /// By how much more cloth the fewest plies and one more each take at least, below a slack; `None` if they are too many.
    pub fn more(&mut self, slack: i64) -> Option<Vec<i64>> {
        /// Numbers of plies.
        const NUMBERS: u32 = 500;
        let least = self.least(self.fewest);
        // Each ply cuts a garment at least.
        let most = self.colour.most.iter().sum::<u32>().saturating_sub(self.fewest);
        // Prices of one number of plies hold for all, the nearer the better.
        while self.further <= most && self.least(self.fewest + self.further) - least < slack {
            if self.further > NUMBERS {
                return None;
            }
            self.fair.push(by_listing(self.listed, self.colour, self.fewest + self.further));
            self.further *= 2;
        }
        let all = (0..=most).map(|further| self.least(self.fewest + further) - least);
        Some(all.take_while(|more| *more < slack).collect())
    }
}

fn usable<'l>(listed: &'l [Ratio], colour: &'l Colour) -> impl Iterator<Item = &'l Ratio> + Clone {
    listed.iter().filter(|ratio| fits(ratio, colour))
}

/// Whether a ply of a marker cuts no more of a colour than may be.
pub(super) fn fits(ratio: &Ratio, colour: &Colour) -> bool {
    ratio.counts.iter().zip(&colour.most).all(|(count, most)| count <= most)
}

/// Markers with what a ply of them costs, as columns over so many sizes and, last, plies.
pub(super) fn plies<'l>(sizes: usize, priced: impl Iterator<Item = (&'l Ratio, f64)>) -> Columns {
    let mut columns = Columns::new(sizes + 1);
    for (ratio, cost) in priced {
        columns.push(cost, ratio.counts.iter().map(|count| f64::from(*count)).chain([1.0]));
    }
    columns
}

/// Prices under which no marker is worth more than its ply: whatever they are, what is wanted at them is a bound.
struct Fair {
    /// Of a garment of each size.
    worth: Vec<f64>,
    /// Of a ply.
    ply: f64,
}

impl Fair {
    /// The least cloth of a colour with so many plies or more.
    fn cloth(&self, colour: &Colour, plies: u32) -> i64 {
        let sum: f64 =
            self.worth.iter().zip(&colour.least).map(|(worth, count)| worth * f64::from(*count)).sum();
        ((sum + self.ply * f64::from(plies)) * (1.0 - 1e-9)).ceil() as i64
    }
}

/// The best prices for so many plies.
fn by_listing(listed: &[Ratio], colour: &Colour, wanted: u32) -> Fair {
    let priced = usable(listed, colour).map(|ratio| (ratio, ratio.ply as f64));
    let columns = plies(colour.least.len(), priced);
    let wanted: Vec<f64> =
        colour.least.iter().map(|count| f64::from(*count)).chain([f64::from(wanted)]).collect();
    let found = cheapest(&columns, &wanted).prices;
    let over = columns.over(&found);
    let mut worth: Vec<f64> = found.iter().map(|price| price / over).collect();
    Fair { ply: worth.pop().unwrap_or(0.0), worth }
}

/// The same without a list: each size's area at the best utilisation, and the ends of each ply. A measured marker that beats this
/// makes all cheaper in proportion.
fn by_areas(order: &Order, colour: &Colour, needed: u32) -> (i64, Vec<f64>) {
    let best = (1..=order.garments).filter_map(|garments| order.covered(garments)).max().unwrap_or(10_000);
    let per = order.width as f64 * f64::from(best) / 10_000.0;
    let mut worth: Vec<f64> =
        order.sizes.iter().map(|size| size.area.map_or(0.0, |area| area as f64 / per)).collect();
    let mut ends = order.ends as f64;
    let worth_of = |ratio: &[u32]| -> f64 {
        ratio.iter().zip(&worth).map(|(count, worth)| f64::from(*count) * worth).sum::<f64>() + ends
    };
    let over =
        order.measured.iter().map(|(ratio, length)| worth_of(ratio) / (length + order.ends).max(1) as f64);
    let over = over.fold(1.0, f64::max);
    worth.iter_mut().for_each(|worth| *worth /= over);
    ends /= over;
    let sum: f64 = colour.least.iter().zip(&worth).map(|(count, worth)| f64::from(*count) * worth).sum();
    (((sum + ends * f64::from(needed)) * (1.0 - 1e-9)).ceil() as i64, worth)
}

/// The ordered numbers, by colours and sizes.
pub(super) fn rows(order: &Order) -> Vec<Vec<i128>> {
    let row = |colour: &Colour| colour.least.iter().map(|count| i128::from(*count)).collect();
    order.colours.iter().map(row).collect()
}

/// Without overcut the ordered numbers are a product of plies and ratios, so no fewer lays make them than their rank. It is taken
/// modulo a prime, where it can only be smaller.
pub(super) fn row_rank(mut rows: Vec<Vec<i128>>) -> u32 {
    const PRIME: i128 = 2_147_483_647;
    let mut rank = 0;
    for column in 0..rows.first().map_or(0, Vec::len) {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let line = rows[rank].clone();
        for row in rows.iter_mut().skip(rank + 1) {
            let (times, by) = (row[column], line[column]);
            for (value, other) in row.iter_mut().zip(&line) {
                *value = (*value * by - times * other).rem_euclid(PRIME);
            }
        }
        rank += 1;
    }
    rank as u32
}

/// How many lays are needed at least, as far as plans of one lay and of two can be looked at one by one.
fn not_fewer_than(order: &Order, listed: &[Ratio]) -> u32 {
    /// A pair of more markers than this takes too long.
    const PAIRED: usize = 1_000;
    let one = |ratio: &&Ratio| {
        let plies: Option<Vec<u32>> = order
            .colours
            .iter()
            .map(|colour| within(colour, ratio, None, 0).map(|(least, _)| least))
            .collect();
        plies.is_some_and(|plies| plies.iter().sum::<u32>() <= order.plies)
    };
    if listed.iter().any(|ratio| one(&ratio)) {
        return 1;
    }
    if listed.len() > PAIRED {
        return 2;
    }
    let wanted: Vec<bool> = (0..order.sizes.len())
        .map(|at| order.colours.iter().any(|colour| colour.least.get(at).is_some_and(|count| *count > 0)))
        .collect();
    let has = |ratio: &Ratio, at: usize| ratio.counts.get(at).is_some_and(|count| *count > 0);
    for (at, first) in listed.iter().enumerate() {
        for second in listed.iter().skip(at) {
            let whole =
                wanted.iter().enumerate().all(|(at, wanted)| !wanted || has(first, at) || has(second, at));
            if whole && order.colours.iter().all(|colour| two(order, colour, first, second)) {
                return 2;
            }
        }
    }
    3
}

/// The fewest and the most plies of a marker that make a colour's numbers beside so many plies of another one.
fn within(colour: &Colour, ratio: &Ratio, beside: Option<&Ratio>, plies: u32) -> Option<(u32, u32)> {
    let (mut low, mut high) = (0, u32::MAX);
    for (at, (least, most)) in colour.least.iter().zip(&colour.most).enumerate() {
        let other = beside.and_then(|other| other.counts.get(at)).map_or(0, |count| count * plies);
        let left = most.checked_sub(other)?;
        let needed = least.saturating_sub(other);
        match ratio.counts.get(at) {
            Some(count) if *count > 0 => {
                low = low.max(needed.div_ceil(*count));
                high = high.min(left / count);
            }
            _ if needed > 0 => return None,
            _ => {}
        }
    }
    (low <= high).then_some((low, high))
}

fn two(order: &Order, colour: &Colour, first: &Ratio, second: &Ratio) -> bool {
    (0..=order.plies)
        .any(|plies| within(colour, second, Some(first), plies).is_some_and(|(low, _)| low <= order.plies))
}

/// Whether two lays may be enough for a colour, whatever their markers: for each two numbers of plies the garments of the first
/// marker are counted, and the fewest that the second one needs beside them.
fn two_may_do(order: &Order, colour: &Colour) -> bool {
    let (most, total) = (order.garments as usize, colour.least.iter().map(|count| u64::from(*count)).sum());
    let pairs = (0..=order.plies).flat_map(|first| (0..=first).map(move |second| (first, second)));
    let holds = |(first, second): &(u32, u32)| u64::from(first + second) * u64::from(order.garments) >= total;
    pairs.filter(holds).any(|(first, second)| {
        let mut fewest: Vec<Option<u32>> = vec![None; most + 1];
        fewest[0] = Some(0);
        for (least, top) in colour.least.iter().zip(&colour.most) {
            let mut next: Vec<Option<u32>> = vec![None; most + 1];
            for (at, before) in fewest.iter().enumerate() {
                let Some(before) = before else { continue };
                for (count, into) in (0..).zip(next.iter_mut().skip(at)) {
                    let Some(room) = top.checked_sub(count * first) else { break };
                    let needed = least.saturating_sub(count * first);
                    let beside = match second {
                        _ if needed == 0 => Some(0),
                        0 => None,
                        _ => Some(needed.div_ceil(second)),
                    };
                    let fits =
                        beside.filter(|beside| beside * second <= room && before + beside <= order.garments);
                    let sum = fits.map(|beside| before + beside);
                    *into = sum.into_iter().chain(*into).min();
                }
            }
            fewest = next;
        }
        fewest.iter().any(Option::is_some)
    })
}
