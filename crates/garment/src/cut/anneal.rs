//! So many lays and no more, whose plies and sizes change a little again and again, less boldly with time (annealing;
//! Kirkpatrick, Gelatt and Vecchi 1983). A garment too few or too many has a price meanwhile, so the way leads through
//! plans that do not hold.

use super::bound::Bound;
use super::ratios::Ratio;
use super::{Lay, Order};
use crate::chance::Chance;

/// How long and how boldly.
#[derive(Clone, Copy, Debug)]
pub struct Heat {
    /// Changes that are tried.
    pub moves: u32,
    /// What a change may make worse at first: so many garments.
    pub first: f64,
    /// What a garment that is wrong costs, as so many of its cloth.
    pub wrong: f64,
}

/// The cheapest lays on the way that cut what is wanted, none more than the table takes, if there are any.
pub fn anneal(
    order: &Order,
    bound: &Bound,
    listed: &[Ratio],
    start: &[Lay],
    heat: Heat,
    chance: &mut Chance,
) -> Option<Vec<Lay>> {
    /// What a change may make worse in the end, in garments.
    const LAST: f64 = 0.03;
    let mut table = Table::new(order, bound, heat.wrong, start)?;
    let unit = table.prices.iter().sum::<i64>() as f64 / table.prices.len().max(1) as f64 / heat.wrong;
    let cooler = (LAST / heat.first).powf(1.0 / f64::from(heat.moves.max(1)));
    let mut warm = heat.first * unit;
    let mut best: Option<(i64, Vec<Lay>)> = None;
    let mut steps = Vec::new();
    for _ in 0..heat.moves {
        warm *= cooler;
        steps.clear();
        table.propose(listed, &mut steps, chance);
        if steps.is_empty() {
            continue;
        }
        let before = table.cost + table.penalty;
        let fits = table.take(&steps);
        let worse = (table.cost + table.penalty - before) as f64;
        let kept = fits
            && (worse <= 0.0 || (chance.below(1 << 32) as f64) < (-worse / warm).exp() * 4_294_967_296.0);
        if !kept {
            table.undo(&steps);
        } else if table.penalty == 0 && best.as_ref().is_none_or(|(cost, _)| table.cost < *cost) {
            best = Some((table.cost, table.lays()));
        }
    }
    best.map(|(_, lays)| lays)
}

/// A change of one number.
#[derive(Clone, Copy)]
enum Step {
    Plies { lay: usize, colour: usize, by: i32 },
    Size { lay: usize, size: usize, by: i32 },
}

/// Lays, and what they cut and cost, kept current through each step.
struct Table<'o> {
    order: &'o Order,
    sizes: usize,
    colours: usize,
    /// By lay and size, and by lay and colour.
    ratios: Vec<u32>,
    plies: Vec<i32>,
    /// Of each lay: all its plies, and what one takes.
    laid: Vec<i32>,
    ply: Vec<i64>,
    /// By colour and size: what is cut, the least and the most that may be, and what one that is wrong costs.
    cut: Vec<i32>,
    wanted: Vec<(i32, i32)>,
    prices: Vec<i64>,
    penalty: i64,
    cost: i64,
}

impl<'o> Table<'o> {
    fn new(order: &'o Order, bound: &Bound, wrong: f64, start: &[Lay]) -> Option<Self> {
        let (sizes, colours) = (order.sizes.len(), order.colours.len());
        let cells = order.colours.iter().flat_map(|colour| colour.least.iter().zip(&colour.most));
        let wanted: Vec<(i32, i32)> = cells.map(|(least, most)| (*least as i32, *most as i32)).collect();
        // What nobody wants of a colour has no price of its own.
        let known: Vec<f64> = bound.worth.iter().flatten().copied().filter(|worth| *worth > 0.0).collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let price = |worth: &f64| (worth.max(mean / 2.0).max(1.0) * wrong).ceil() as i64;
        let mut table = Self {
            order,
            sizes,
            colours,
            ratios: start.iter().flat_map(|lay| lay.ratio.iter().copied()).collect(),
            plies: vec![0; start.len() * colours],
            laid: vec![0; start.len()],
            ply: vec![0; start.len()],
            cut: vec![0; sizes * colours],
            penalty: 0,
            prices: bound.worth.iter().flatten().map(price).collect(),
            wanted,
            cost: 0,
        };
        table.penalty = (0..table.cut.len()).map(|cell| table.wrong(cell)).sum();
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

    /// What the garments that are wrong in a cell cost.
    fn wrong(&self, cell: usize) -> i64 {
        let ((least, most), cut) = (self.wanted[cell], self.cut[cell]);
        i64::from((least - cut).max(cut - most).max(0)) * self.prices[cell]
    }

    fn shift(&mut self, cell: usize, by: i32) {
        self.penalty -= self.wrong(cell);
        self.cut[cell] += by;
        self.penalty += self.wrong(cell);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Plies { lay, colour, by } => {
                let was = self.laid[lay] > 0;
                self.plies[lay * self.colours + colour] += by;
                self.laid[lay] += by;
                self.cost += self.ply[lay] * i64::from(by)
                    + self.order.lay.max(1) * (i64::from(self.laid[lay] > 0) - i64::from(was));
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
    fn take(&mut self, steps: &[Step]) -> bool {
        steps.iter().for_each(|step| self.step(*step));
        self.measured(steps)
    }

    fn undo(&mut self, steps: &[Step]) {
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
    fn propose(&self, listed: &[Ratio], steps: &mut Vec<Step>, chance: &mut Chance) {
        let any = |count: usize, chance: &mut Chance| chance.below(count as u64) as usize;
        let (lay, other) = (any(self.laid.len(), chance), any(self.laid.len(), chance));
        let (colour, second) = (any(self.colours, chance), any(self.colours, chance));
        let (size, next) = (any(self.sizes, chance), any(self.sizes, chance));
        let some = match chance.below(4) {
            0 => 1 + chance.below(u64::from(self.order.plies / 4)) as i32,
            1 => 1 + chance.below(4) as i32,
            _ => 1,
        };
        let plies = |lay: usize, colour: usize| self.plies[lay * self.colours + colour];
        let room = |lay: usize| self.order.plies as i32 - self.laid[lay];
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

    fn lays(&self) -> Vec<Lay> {
        let ratios = self.ratios.chunks(self.sizes);
        let lays = ratios.zip(self.plies.chunks(self.colours)).map(|(ratio, plies)| Lay {
            ratio: ratio.to_vec(),
            plies: plies.iter().map(|plies| plies.unsigned_abs()).collect(),
        });
        lays.filter(|lay| lay.plies.iter().any(|plies| *plies > 0)).collect()
    }
}
