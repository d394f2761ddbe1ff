//! Plans from linear programmes: the cheapest mix of markers for each colour, its plies rounded down. A ply bears its part of
//! what the lays of its marker are worth, told by the plies that the marker got the time before, so that the colours come to
//! share markers and lays come to be full (dynamic slope scaling; Kim and Pardalos, Operations Research Letters 24, 1999).

use super::bound::{Bound, fits, plies};
use super::linear::cheapest;
use super::ratios::Ratio;
use super::{Colour, Lay, Order};
use crate::balance::Clock;
use crate::chance::Chance;

/// Markers to choose from, and what a ply of each bears.
pub struct Slopes<'o> {
    order: &'o Order,
    markers: Vec<Ratio>,
    bears: Vec<f64>,
}

impl<'o> Slopes<'o> {
    /// Of many markers, those that waste the least cloth of a colour.
    pub fn new(order: &'o Order, bound: &Bound, listed: &[Ratio]) -> Self {
        /// Markers of each colour.
        const KEPT: usize = 600;
        let mut kept: Vec<usize> = Vec::new();
        for (colour, worth) in order.colours.iter().zip(&bound.worth) {
            let waste = |ratio: &Ratio| {
                let worth = ratio.counts.iter().zip(worth).map(|(count, worth)| f64::from(*count) * worth);
                ratio.ply as f64 - worth.sum::<f64>()
            };
            let mut own: Vec<(f64, usize)> = listed
                .iter()
                .enumerate()
                .filter(|(_, ratio)| fits(ratio, colour))
                .map(|(at, ratio)| (waste(ratio), at))
                .collect();
            if own.len() > KEPT {
                own.select_nth_unstable_by(KEPT, |a, b| a.0.total_cmp(&b.0));
                own.truncate(KEPT);
            }
            kept.extend(own.into_iter().map(|(_, at)| at));
            // Whatever is wanted can be cut.
            kept.extend((0..listed.len()).filter(|at| listed[*at].garments == 1));
        }
        kept.sort_unstable();
        kept.dedup();
        let markers: Vec<Ratio> = kept.into_iter().map(|at| listed[at].clone()).collect();
        let mut slopes = Self { order, bears: vec![0.0; markers.len()], markers };
        let sizes = order.sizes.len().max(1);
        let plies: u32 =
            order.colours.iter().map(|colour| colour.least.iter().sum::<u32>() / order.garments).sum();
        slopes.spread(f64::from(plies) / sizes as f64);
        slopes
    }

    /// Has all plies bear what they would if their marker had so many.
    fn spread(&mut self, plies: f64) {
        let plies = plies.clamp(1.0, f64::from(self.order.plies));
        self.bears.fill(self.order.lay as f64 / plies);
    }

    /// Whole plies of markers that cut no garment more than may be; what is wanted beyond them is little. A marker may have more
    /// plies than a table takes. `None` where the clock says stop between two colours.
    pub fn lays(&mut self, chance: &mut Chance, clock: &mut Clock<'_>) -> Option<Vec<Lay>> {
        let order = self.order;
        let mut turn: Vec<usize> = (0..order.colours.len()).collect();
        (1..turn.len()).rev().for_each(|at| turn.swap(at, chance.below(at as u64 + 1) as usize));
        let mut given = vec![vec![0.0; order.colours.len()]; self.markers.len()];
        for at in turn {
            if !clock() {
                return None;
            }
            let colour = &order.colours[at];
            let places: Vec<(usize, &Ratio)> =
                self.markers.iter().enumerate().filter(|(_, ratio)| fits(ratio, colour)).collect();
            let priced = places.iter().map(|(place, ratio)| {
                // No two ways are the same for long: what a ply bears is blurred.
                let blur = 0.7 + 0.6 * chance.below(1_000) as f64 / 1_000.0;
                (*ratio, ratio.ply as f64 + self.bears[*place] * blur)
            });
            let columns = plies(order.sizes.len(), priced);
            let wanted: Vec<f64> = colour.least.iter().map(|count| f64::from(*count)).chain([0.0]).collect();
            for (column, amount) in cheapest(&columns, &wanted).amounts {
                given[places[column].0][at] += amount.max(0.0);
            }
        }
        self.learn(&given);
        Some(self.rounded(&given))
    }

    /// Has plies bear what the lays of their marker are worth with so many; those of other markers what a usual one's bear.
    fn learn(&mut self, plies: &[Vec<f64>]) {
        let sums: Vec<f64> = plies.iter().map(|plies| plies.iter().sum()).collect();
        let used: Vec<f64> = sums.iter().copied().filter(|sum| *sum > 0.5).collect();
        self.spread(used.iter().sum::<f64>() / used.len().max(1) as f64);
        let most = f64::from(self.order.plies);
        for (bears, sum) in self.bears.iter_mut().zip(&sums).filter(|(_, sum)| **sum > 0.5) {
            *bears = self.order.lay as f64 * (sum / most - 1e-6).ceil() / sum;
        }
    }

    /// Plies rounded down, and one more of each where most of its garments are still wanted, the largest rests first.
    fn rounded(&self, plies: &[Vec<f64>]) -> Vec<Lay> {
        let mut rests: Vec<(f64, usize, usize)> = Vec::new();
        let mut lays: Vec<Lay> = self
            .markers
            .iter()
            .map(|marker| Lay { ratio: marker.counts.clone(), plies: vec![0; self.order.colours.len()] })
            .collect();
        let mut left = Left::of(self.order);
        for (at, plies) in plies.iter().enumerate() {
            for (colour, plies) in plies.iter().enumerate().filter(|(_, plies)| **plies > 1e-6) {
                let whole = (plies + 1e-6).floor();
                lays[at].plies[colour] = left.give(&lays[at].ratio, colour, whole as i64);
                rests.push((plies - whole, at, colour));
            }
        }
        rests.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, at, colour) in rests {
            if left.useful(&lays[at].ratio, colour) {
                lays[at].plies[colour] += left.give(&lays[at].ratio, colour, 1);
            }
        }
        lays.retain(|lay| lay.plies.iter().any(|plies| *plies > 0));
        lays
    }
}

/// What may still be cut, by colours and sizes, and how much of it need not be.
struct Left {
    most: Vec<Vec<i64>>,
    spare: Vec<Vec<i64>>,
}

impl Left {
    fn of(order: &Order) -> Self {
        let cells = |of: fn(u32, u32) -> u32| -> Vec<Vec<i64>> {
            let row = |colour: &Colour| {
                colour
                    .least
                    .iter()
                    .zip(&colour.most)
                    .map(|(least, most)| i64::from(of(*least, *most)))
                    .collect()
            };
            order.colours.iter().map(row).collect()
        };
        Self { most: cells(|_, most| most), spare: cells(|least, most| most - least) }
    }

    /// Gives as many plies of a marker as may be, at most those that are asked for.
    fn give(&mut self, ratio: &[u32], colour: usize, wanted: i64) -> u32 {
        let left = &mut self.most[colour];
        let cells = ratio.iter().zip(&*left).filter(|(count, _)| **count > 0);
        let room = cells.map(|(count, left)| left / i64::from(*count)).min().unwrap_or(0);
        let given = wanted.min(room).max(0);
        left.iter_mut().zip(ratio).for_each(|(left, count)| *left -= given * i64::from(*count));
        given as u32
    }

    /// Whether three quarters of a ply's garments are still wanted.
    fn useful(&self, ratio: &[u32], colour: usize) -> bool {
        let left =
            self.most[colour].iter().zip(&self.spare[colour]).map(|(most, spare)| (most - spare).max(0));
        let wanted: i64 = ratio.iter().zip(left).map(|(count, left)| left.min(i64::from(*count))).sum();
        4 * wanted >= 3 * i64::from(ratio.iter().sum::<u32>())
    }
}
