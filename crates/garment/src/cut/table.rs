//! Lays while they are annealed: numbers that change by steps, and what they come to. A lay may
//! have more plies than a table takes here; those are as many lays then.

use super::bound::Bound;
use super::ratios::Ratio;
use super::{Lay, Order};
use crate::chance::Chance;

/// What a garment too many costs, as so many of its cloth.
pub const WRONG: f64 = 1.5;

/// A change of one number.
#[derive(Clone, Copy)]
pub enum Step {
    Plies { lay: usize, colour: usize, by: i32 },
    Size { lay: usize, size: usize, by: i32 },
}

/// Lays, and what they cut, leave and cost, kept current through each step.
#[derive(Clone)]
pub struct Table<'o> {
    order: &'o Order,
    sizes: usize,
    colours: usize,
    /// The most plies of a lay here.
    full: i32,
    /// By lay and size, and by lay and colour.
    ratios: Vec<u32>,
    plies: Vec<i32>,
    /// Of each lay: all its plies, and what one takes.
    laid: Vec<i32>,
    ply: Vec<i64>,
    /// By colour and size: what is cut, the least and the most that may be, what a garment covers, and what one too many costs.
    cut: Vec<i32>,
    wanted: Vec<(i32, i32)>,
    areas: Vec<i64>,
    pub prices: Vec<i64>,
    /// By the garments of a marker: what a millimetre of it covers, ten thousand times.
    covers: Vec<i64>,
    /// A number of each size by chance: sums of them tell one remainder from another.
    marks: Vec<i64>,
    rests: Vec<Remainder>,
    /// What garments too many cost.
    pub over: i64,
    cost: i64,
}

/// What is left of a colour.
#[derive(Clone, Copy, Default)]
struct Remainder {
    garments: i32,
    area: i64,
    mark: i64,
}

impl<'o> Table<'o> {
    /// A table with lays of so many plies at most.
    pub fn new(
        order: &'o Order,
        bound: &Bound,
        start: &[Lay],
        full: u32,
        chance: &mut Chance,
    ) -> Option<Self> {
        let (sizes, colours) = (order.sizes.len(), order.colours.len());
        let cells = order.colours.iter().flat_map(|colour| colour.least.iter().zip(&colour.most));
        let wanted: Vec<(i32, i32)> = cells.map(|(least, most)| (*least as i32, *most as i32)).collect();
        let covers: Vec<i64> = (0..=order.garments)
            .map(|count| order.width * i64::from(order.covered(count.max(1)).unwrap_or(10_000)))
            .collect();
        let most = covers.iter().copied().max().unwrap_or(1).max(1);
        // What nobody wants of a colour has no price of its own.
        let known: Vec<f64> = bound.worth.iter().flatten().copied().filter(|worth| *worth > 0.0).collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let worth = |at: usize| bound.worth.iter().flatten().nth(at).map_or(mean, |own| own.max(mean / 2.0));
        let area = |at: usize| {
            let known = order.sizes.get(at % sizes).and_then(|size| size.area);
            known.unwrap_or((worth(at).max(1.0) * most as f64 / 10_000.0) as i64)
        };
        let areas: Vec<i64> = (0..sizes * colours).map(area).collect();
        let price = |area: &i64| (*area as f64 * 10_000.0 / most as f64 * WRONG).ceil() as i64;
        let mut table = Self {
            order,
            sizes,
            colours,
            full: i32::try_from(full).unwrap_or(i32::MAX),
            ratios: start.iter().flat_map(|lay| lay.ratio.iter().copied()).collect(),
            plies: vec![0; start.len() * colours],
            laid: vec![0; start.len()],
            ply: vec![0; start.len()],
            cut: vec![0; sizes * colours],
            prices: areas.iter().map(price).collect(),
            areas,
            covers,
            marks: (0..sizes).map(|_| (chance.bits() >> 8) as i64).collect(),
            rests: vec![Remainder::default(); colours],
            wanted,
            over: 0,
            cost: 0,
        };
        (0..sizes * colours).for_each(|cell| table.leave(cell, table.wanted[cell].0.max(0)));
        for (at, lay) in start.iter().enumerate() {
            if !table.measure(at) {
                return None;
            }
            for (colour, plies) in lay.plies.iter().enumerate() {
                table.step(Step::Plies { lay: at, colour, by: *plies as i32 });
            }
        }
        Some(table)
    }

    fn leave(&mut self, cell: usize, by: i32) {
        let rest = &mut self.rests[cell / self.sizes];
        rest.garments += by;
        rest.area += self.areas[cell] * i64::from(by);
        rest.mark = rest.mark.wrapping_add(self.marks[cell % self.sizes].wrapping_mul(i64::from(by)));
    }

    fn shift(&mut self, cell: usize, by: i32) {
        let ((least, most), before) = (self.wanted[cell], self.cut[cell]);
        let after = before + by;
        self.cut[cell] = after;
        let left = (least - after).max(0) - (least - before).max(0);
        if left != 0 {
            self.leave(cell, left);
        }
        self.over += i64::from((after - most).max(0) - (before - most).max(0)) * self.prices[cell];
    }

    /// What all comes to: the lays, what is too much, and the plies that cut what is left.
    pub fn total(&self) -> i64 {
        /// Of more colours none shares a ply.
        const SHARED: usize = 8;
        let mut sum = self.cost + self.over;
        let (mut left, mut count) = ([(Remainder::default(), 0, 0); SHARED], 0);
        for rest in self.rests.iter().filter(|rest| rest.garments > 0) {
            let (lays, cloth) = self.single(rest);
            if lays > self.order.lay.max(1) || count == SHARED {
                sum += lays + cloth;
            } else {
                left[count] = (*rest, lays, cloth);
                count += 1;
            }
        }
        left[..count].sort_unstable_by_key(|(rest, _, _)| rest.garments);
        // Plies of other colours may cut a remainder, too: several of one, or one each of two.
        let mut own = 0;
        for at in 0..count {
            let (rest, lays, cloth) = left[at];
            let others = &left[..own];
            let times = |other: &Remainder| i64::from(rest.garments / other.garments);
            let several =
                others.iter().find(|(other, _, _)| rest.mark == other.mark.wrapping_mul(times(other)));
            let pair = || {
                let pairs = others
                    .iter()
                    .enumerate()
                    .flat_map(|(at, one)| others[..at].iter().map(move |two| (one, two)));
                let sums = |((one, ..), (two, ..)): (&(Remainder, i64, i64), &(Remainder, i64, i64))| {
                    rest.mark == one.mark.wrapping_add(two.mark)
                };
                pairs.clone().find(|pair| sums(*pair)).map(|(one, two)| one.2 + two.2)
            };
            if let Some((other, _, cloth)) = several {
                sum += cloth * times(other);
            } else if let Some(cloth) = pair() {
                sum += cloth;
            } else {
                sum += lays + cloth;
                left[own] = (rest, lays, cloth);
                own += 1;
            }
        }
        sum
    }

    /// What lays for a remainder alone come to, and their cloth.
    fn single(&self, rest: &Remainder) -> (i64, i64) {
        let (order, lay) = (self.order, self.order.lay.max(1));
        let (garments, most) = (i64::from(rest.garments), i64::from(order.garments.max(1)));
        let covers = self.covers.get(garments.min(most) as usize).copied().unwrap_or(1).max(1);
        let cloth = rest.area * 10_000 / covers + order.ends * ((garments + most - 1) / most);
        match garments > most {
            true => (lay + lay * garments / most, cloth),
            false if cloth > order.table => (lay * 2, cloth),
            false => (lay, cloth),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Plies { lay, colour, by } => {
                let before = self.tables(lay);
                self.plies[lay * self.colours + colour] += by;
                self.laid[lay] += by;
                self.cost +=
                    self.ply[lay] * i64::from(by) + self.order.lay.max(1) * (self.tables(lay) - before);
                for size in 0..self.sizes {
                    let count = self.ratios[lay * self.sizes + size] as i32;
                    if count > 0 {
                        self.shift(colour * self.sizes + size, count * by);
                    }
                }
            }
            Step::Size { lay, size, by } => {
                let count = &mut self.ratios[lay * self.sizes + size];
                *count = count.saturating_add_signed(by);
                for colour in 0..self.colours {
                    let plies = self.plies[lay * self.colours + colour];
                    if plies > 0 {
                        self.shift(colour * self.sizes + size, plies * by);
                    }
                }
            }
        }
    }

    /// How many lays the plies of a marker are.
    fn tables(&self, lay: usize) -> i64 {
        i64::from((self.laid[lay].max(0) as u32).div_ceil(self.order.plies))
    }

    /// Takes the length of a lay's marker anew; says whether there can be such a marker.
    fn measure(&mut self, lay: usize) -> bool {
        let ratio = &self.ratios[lay * self.sizes..(lay + 1) * self.sizes];
        let Some((length, _)) = self.order.marker(ratio) else { return false };
        let ply = length + self.order.ends;
        self.cost += (ply - self.ply[lay]) * i64::from(self.laid[lay]);
        self.ply[lay] = ply;
        true
    }

    /// Says whether the lays are still such as there can be.
    pub fn take(&mut self, steps: &[Step]) -> bool {
        steps.iter().for_each(|step| self.step(*step));
        self.measured(steps)
    }

    pub fn undo(&mut self, steps: &[Step]) {
        for step in steps.iter().rev() {
            self.step(match *step {
                Step::Plies { lay, colour, by } => Step::Plies { lay, colour, by: -by },
                Step::Size { lay, size, by } => Step::Size { lay, size, by: -by },
            });
        }
        self.measured(steps);
    }

    fn measured(&mut self, steps: &[Step]) -> bool {
        let mut last = None;
        let mut fits = true;
        for step in steps {
            match *step {
                Step::Size { lay, .. } if last != Some(lay) => {
                    last = Some(lay);
                    fits &= self.measure(lay);
                }
                _ => {}
            }
        }
        fits
    }

    /// Steps by chance that leave no lay with more plies than the table takes.
    pub fn propose(&self, listed: &[Ratio], steps: &mut Vec<Step>, chance: &mut Chance) {
        let any = |count: usize, chance: &mut Chance| chance.below(count as u64) as usize;
        let (lay, other) = (any(self.laid.len(), chance), any(self.laid.len(), chance));
        let (colour, second) = (any(self.colours, chance), any(self.colours, chance));
        let (size, next) = (any(self.sizes, chance), any(self.sizes, chance));
        let some = match chance.below(8) {
            // So that the last lay of a marker is full.
            0 if self.full > self.order.plies as i32 => {
                self.order.plies as i32 - self.laid[lay] % self.order.plies as i32
            }
            0 | 1 => 1 + chance.below(u64::from(self.order.plies / 4)) as i32,
            2 | 3 => 1 + chance.below(4) as i32,
            _ => 1,
        };
        let plies = |lay: usize, colour: usize| self.plies[lay * self.colours + colour];
        let room = |lay: usize| self.full - self.laid[lay];
        let has = |lay: usize, size: usize| self.ratios[lay * self.sizes + size] > 0;
        let mut shift = |lay, colour, by: i32| {
            if by != 0 {
                steps.push(Step::Plies { lay, colour, by });
            }
        };
        match chance.below(100) {
            0..15 => shift(lay, colour, some.min(room(lay))),
            15..30 => shift(lay, colour, -some.min(plies(lay, colour))),
            30..45 if colour != second => {
                let by = some.min(plies(lay, colour));
                shift(lay, colour, -by);
                shift(lay, second, by);
            }
            30..58 if lay != other => {
                let by = some.min(plies(lay, colour)).min(room(other));
                shift(lay, colour, -by);
                shift(other, colour, by);
            }
            58..82 if size != next && has(lay, size) => {
                steps.push(Step::Size { lay, size, by: -1 });
                steps.push(Step::Size { lay, size: next, by: 1 });
                if lay != other && has(other, next) && chance.below(3) == 0 {
                    steps.push(Step::Size { lay: other, size: next, by: -1 });
                    steps.push(Step::Size { lay: other, size, by: 1 });
                }
            }
            82..90 => steps.push(Step::Size { lay, size, by: 1 }),
            90..97 if has(lay, size) => steps.push(Step::Size { lay, size, by: -1 }),
            97.. if !listed.is_empty() => {
                let Some(ratio) = listed.get(any(listed.len(), chance)) else { return };
                for (size, count) in ratio.counts.iter().enumerate() {
                    let by = *count as i32 - self.ratios[lay * self.sizes + size] as i32;
                    if by != 0 {
                        steps.push(Step::Size { lay, size, by });
                    }
                }
            }
            _ => {}
        }
    }

    /// The lays, with those that cut what they leave; `None` if no marker cuts that.
    pub fn lays(&self, listed: &[Ratio]) -> Option<Vec<Lay>> {
        let ratios = self.ratios.chunks(self.sizes).zip(self.plies.chunks(self.colours));
        let mut lays: Vec<Lay> = ratios
            .map(|(ratio, plies)| Lay {
                ratio: ratio.to_vec(),
                plies: plies.iter().map(|plies| plies.unsigned_abs()).collect(),
            })
            .filter(|lay| lay.plies.iter().any(|plies| *plies > 0))
            .collect();
        let mut single: Vec<Lay> = Vec::new();
        let mut colours: Vec<usize> = (0..self.colours).collect();
        colours.sort_by_key(|colour| self.rests[*colour].garments);
        for colour in colours {
            let cells = colour * self.sizes..(colour + 1) * self.sizes;
            let mut left: Vec<u32> =
                cells.map(|cell| u32::try_from(self.wanted[cell].0 - self.cut[cell]).unwrap_or(0)).collect();
            self.shared(colour, &mut left, &mut single);
            while left.iter().any(|count| *count > 0) {
                let ratio = part(self.order, listed, &left)?;
                left.iter_mut().zip(&ratio).for_each(|(left, count)| *left -= count);
                let plies = (0..self.colours).map(|at| u32::from(at == colour)).collect();
                single.push(Lay { ratio, plies });
            }
        }
        lays.extend(single);
        Some(lays)
    }

    /// Plies of this colour in lays that other colours have, if they cut all that is left of it.
    fn shared(&self, colour: usize, left: &mut [u32], single: &mut [Lay]) {
        let room = |lay: &Lay, times: u32| lay.plies.iter().sum::<u32>() + times <= self.order.plies;
        for first in 0..single.len() {
            let garments: u32 = single[first].ratio.iter().sum();
            let times = left.iter().sum::<u32>() / garments.max(1);
            let several = single[first].ratio.iter().zip(&*left).all(|(count, left)| count * times == *left);
            if times > 0 && several && room(&single[first], times) {
                single[first].plies[colour] += times;
                left.fill(0);
            }
            for second in 0..first {
                let both = single[first].ratio.iter().zip(&single[second].ratio);
                let pair = both.zip(&*left).all(|((one, other), left)| one + other == *left);
                if pair
                    && left.iter().any(|count| *count > 0)
                    && room(&single[first], 1)
                    && room(&single[second], 1)
                {
                    single[first].plies[colour] += 1;
                    single[second].plies[colour] += 1;
                    left.fill(0);
                }
            }
        }
    }
}

/// As much of what is left as a marker can have.
fn part(order: &Order, listed: &[Ratio], left: &[u32]) -> Option<Vec<u32>> {
    let mut room = order.garments;
    let mut counts: Vec<u32> = left
        .iter()
        .map(|count| {
            let taken = room.min(*count);
            room -= taken;
            taken
        })
        .collect();
    while order.marker(&counts).is_none() {
        let most = (0..counts.len()).max_by_key(|at| counts[*at]).filter(|at| counts[*at] > 0);
        let Some(most) = most else {
            let fits = |ratio: &&Ratio| ratio.counts.iter().zip(left).all(|(count, left)| count <= left);
            let largest = listed.iter().filter(fits).max_by_key(|ratio| ratio.garments)?;
            return Some(largest.counts.clone());
        };
        counts[most] -= 1;
    }
    Some(counts)
}
