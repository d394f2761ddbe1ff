//! Plans of few lays by the plies of two colours: for all plies that the colour with the fewest garments may have, and all of the
//! next, what garments of a size the lays can have follows from the two numbers that are wanted of it; mostly nothing can be.

use super::bound::cloth_by_listing;
use super::ratios::Ratio;
use super::{Colour, Order};

/// Lays of a plan that are looked at so, at most.
pub const MOST: usize = 6;

/// Steps for one number of plies of the second colour in the first lay, before all is given up.
const STEPS: u64 = 20_000_000;

/// Garments of one size in each lay, with what is cut of the second colour in the lays whose plies are known.
type Column = ([u8; MOST], i64);

/// All pairs, which can be gone on with at any time.
pub struct Pairs {
    lays: usize,
    first: usize,
    second: Option<usize>,
    /// All plies that the first colour may have, the most first.
    firsts: Vec<Vec<u32>>,
    /// Of each colour of the two, from the fewest plies on, by how much more cloth so many take at least.
    more: [Vec<i64>; 2],
    fewest: [u32; 2],
    slack: i64,
    /// The place in `firsts`, and the second colour's plies of the first lay.
    at: usize,
    lead: u32,
    /// By size, what the lays can have for the plies at hand; empty before they are known.
    columns: Vec<Vec<Column>>,
}

impl Pairs {
    /// All pairs of plans with so many lays that take less cloth beyond the least than is told; `None` if they are too many.
    pub fn new(order: &Order, listed: &[Ratio], lays: usize, slack: i64) -> Option<Self> {
        /// Pairs without those of the last lay.
        const PAIRS: f64 = 1e10;
        /// Plans for the first colour, which are all kept.
        const FIRSTS: usize = 1_000_000;
        let mut colours: Vec<usize> = (0..order.colours.len()).collect();
        colours.sort_by_key(|colour| order.colours[*colour].least.iter().sum::<u32>());
        let (first, second) = (*colours.first()?, colours.get(1).copied());
        let more = |colour: usize| more(order, listed, &order.colours[colour], slack);
        let (fewest, own) = more(first)?;
        let (fewest_of_second, other) = second.map_or(Some((0, vec![0])), more)?;
        let most = fewest_of_second as usize + other.len();
        let prefixes: f64 = (1..lays).map(|at| (most + at) as f64 / at as f64).product();
        if lays > MOST || order.plies >= 128 || order.garments >= 32 {
            return None;
        }
        let room = ((PAIRS / prefixes) as usize).min(FIRSTS);
        let mut firsts = Vec::new();
        for plies in fewest..fewest + own.len() as u32 {
            parts(plies, plies.min(order.plies), lays, &mut Vec::new(), (&mut firsts, room));
            if firsts.len() > room {
                return None;
            }
        }
        let fewest = [fewest, fewest_of_second];
        let more = [own, other];
        Some(Self { lays, first, second, firsts, more, fewest, slack, at: 0, lead: 0, columns: Vec::new() })
    }

    /// Goes on by a few pairs and shows what lays come of them; whether that were the last ones, or `None` if they are too many.
    pub fn go_on(
        &mut self,
        order: &Order,
        steps: &mut u64,
        show: &mut dyn FnMut(&[Vec<u32>]),
    ) -> Option<bool> {
        let Some(plies) = self.firsts.get(self.at) else { return Some(true) };
        *steps = steps.saturating_sub(1);
        if self.columns.is_empty() {
            let found = columns(order, &order.colours[self.first], plies)?;
            match found.iter().all(|size| !size.is_empty()) {
                true => self.columns = found,
                false => {
                    self.at += 1;
                    return Some(self.at == self.firsts.len());
                }
            }
        }
        let taken: u32 = plies.iter().sum();
        let beyond = self.more[0].get((taken - self.fewest[0]) as usize).copied().unwrap_or(0);
        let further = self.more[1].iter().take_while(|more| **more + beyond < self.slack).count() as u32;
        let mut walk = Walk {
            order,
            firsts: plies,
            colour: self.second.map(|colour| &order.colours[colour]),
            plies: Vec::with_capacity(self.lays),
            fewest: self.fewest[1],
            most: self.fewest[1] + further.saturating_sub(1),
            steps: 0,
            show,
        };
        let whole = match walk.colour {
            None => walk.lays(&self.columns),
            Some(_) if further > 0 => walk.with(self.lead, &self.columns, 0),
            Some(_) => true,
        };
        *steps = steps.saturating_sub(walk.steps / 16);
        self.lead += 1;
        if walk.colour.is_none() || self.lead > walk.most.min(order.plies) {
            (self.at, self.lead) = (self.at + 1, 0);
            self.columns.clear();
        }
        whole.then_some(self.at == self.firsts.len())
    }
}

/// The fewest plies of a colour, and how much more cloth than with these it takes at least with so many more, below a slack;
/// `None` if they are too many.
fn more(order: &Order, listed: &[Ratio], colour: &Colour, slack: i64) -> Option<(u32, Vec<i64>)> {
    /// Numbers of plies.
    const NUMBERS: u32 = 120;
    let (fewest, least) = cloth_by_listing(order, listed, colour, 0);
    let mut more = vec![0];
    // Each ply cuts a garment at least.
    let most = colour.most.iter().sum::<u32>();
    for plies in fewest + 1..=most {
        let (_, cloth) = cloth_by_listing(order, listed, colour, plies);
        if cloth - least >= slack {
            break;
        }
        if plies - fewest > NUMBERS {
            return None;
        }
        more.push(cloth - least);
    }
    Some((fewest, more))
}

/// All ways to divide a number among so many places, none greater than the one before; of more than there is room for one more.
fn parts(
    left: u32,
    most: u32,
    places: usize,
    begun: &mut Vec<u32>,
    (all, room): (&mut Vec<Vec<u32>>, usize),
) {
    if all.len() > room {
        return;
    }
    if places == 0 {
        if left == 0 {
            all.push(begun.clone());
        }
        return;
    }
    let least = left.div_ceil(places as u32);
    for part in (least..=most.min(left)).rev() {
        begun.push(part);
        parts(left - part, part, places - 1, begun, (all, room));
        begun.pop();
    }
}

/// By size, all numbers of garments in the lays with which these plies make a colour; `None` if they are too many.
fn columns(order: &Order, colour: &Colour, plies: &[u32]) -> Option<Vec<Vec<Column>>> {
    /// Numbers of one size.
    const COLUMNS: usize = 100_000;
    let mut all = Vec::new();
    for (least, most) in colour.least.iter().zip(&colour.most) {
        let mut found: Vec<Column> = vec![([0; MOST], 0)];
        for (place, own) in plies.iter().enumerate() {
            let later: u32 = plies[place + 1..].iter().sum::<u32>() * order.garments;
            let mut next = Vec::new();
            for (column, sum) in &found {
                for count in 0..=order.garments {
                    let sum = sum + i64::from(own * count);
                    if sum > i64::from(*most) {
                        break;
                    }
                    if sum + i64::from(later) >= i64::from(*least) {
                        let mut column = *column;
                        column[place] = count as u8;
                        next.push((column, sum));
                    }
                }
            }
            found = next;
            if found.len() > COLUMNS {
                return None;
            }
        }
        found.iter_mut().for_each(|(_, sum)| *sum = 0);
        all.push(found);
    }
    Some(all)
}

/// All plies of the second colour beside those of the first.
struct Walk<'w> {
    order: &'w Order,
    firsts: &'w [u32],
    colour: Option<&'w Colour>,
    plies: Vec<u32>,
    fewest: u32,
    most: u32,
    steps: u64,
    show: &'w mut dyn FnMut(&[Vec<u32>]),
}

impl Walk<'_> {
    /// With so many plies in the next lay; says whether all was looked at.
    fn with(&mut self, plies: u32, columns: &[Vec<Column>], taken: u32) -> bool {
        let (place, last) = (self.plies.len(), self.firsts.len() - 1);
        // Lays with as many plies of the first colour have no order of their own.
        let turned = place > 0
            && self.firsts[place] == self.firsts[place - 1]
            && self.plies.last().is_some_and(|before| *before < plies);
        let taken = taken + plies;
        if turned || taken > self.most || plies + self.firsts[place] > self.order.plies {
            return true;
        }
        let Some(colour) = self.colour else { return true };
        let left = i64::from(self.most - taken);
        let mut next: Vec<Vec<Column>> = Vec::with_capacity(columns.len());
        for (size, (least, most)) in columns.iter().zip(colour.least.iter().zip(&colour.most)) {
            self.steps += size.len() as u64;
            let cut = |(column, sum): &Column| {
                let sum = sum + i64::from(plies) * i64::from(column[place]);
                let later = column[place + 1..].iter().max().map_or(0, |count| i64::from(*count) * left);
                (sum <= i64::from(*most) && sum + later >= i64::from(*least)).then_some((*column, sum))
            };
            let kept: Vec<Column> = size.iter().filter_map(cut).collect();
            if kept.is_empty() {
                return true;
            }
            next.push(kept);
        }
        if self.steps > STEPS {
            return false;
        }
        self.plies.push(plies);
        let whole = if place == last {
            taken < self.fewest || self.lays(&next)
        } else {
            let ways = if place + 1 == last { self.ends(&next, colour) } else { u128::MAX };
            let ways = ways & (u128::MAX >> (127 - left.min(127)));
            (0..128).filter(|plies| ways >> plies & 1 == 1).all(|plies| self.with(plies, &next, taken))
        };
        self.plies.pop();
        whole
    }

    /// Which plies the last lay may have, as bits: those with which each size comes out.
    fn ends(&mut self, columns: &[Vec<Column>], colour: &Colour) -> u128 {
        let last = self.firsts.len() - 1;
        let mut all = u128::MAX;
        for (size, (least, most)) in columns.iter().zip(colour.least.iter().zip(&colour.most)) {
            self.steps += size.len() as u64;
            let mut ways = 0u128;
            for (column, sum) in size {
                let (least, most) = (i64::from(*least) - sum, i64::from(*most) - sum);
                let count = i64::from(column[last]);
                let (low, high) = match count {
                    0 if least <= 0 && most >= 0 => (0, 127),
                    0 => continue,
                    _ => ((least.max(0) + count - 1) / count, most.div_euclid(count).min(127)),
                };
                if low <= high {
                    ways |= u128::MAX >> (127 - (high - low)) << low;
                }
            }
            all &= ways;
            if all == 0 {
                break;
            }
        }
        all
    }

    /// All lays that have one of these columns for each size and no more garments than a marker can; says whether all were shown.
    fn lays(&mut self, columns: &[Vec<Column>]) -> bool {
        let mut turn: Vec<usize> = (0..columns.len()).collect();
        turn.sort_by_key(|size| columns[*size].len());
        let mut room = [self.order.garments as u8; MOST];
        let mut ratios = vec![vec![0; columns.len()]; self.firsts.len()];
        self.fill(columns, &turn, &mut room, &mut ratios)
    }

    fn fill(
        &mut self,
        columns: &[Vec<Column>],
        turn: &[usize],
        room: &mut [u8; MOST],
        ratios: &mut [Vec<u32>],
    ) -> bool {
        let Some((size, later)) = turn.split_first() else {
            if ratios.iter().all(|ratio| self.order.marker(ratio).is_some()) {
                self.steps += 200;
                (self.show)(ratios);
            }
            return true;
        };
        for (column, _) in &columns[*size] {
            self.steps += 1;
            if self.steps > STEPS {
                return false;
            }
            if column.iter().zip(&*room).any(|(count, room)| count > room) {
                continue;
            }
            room.iter_mut().zip(column).for_each(|(room, count)| *room -= count);
            ratios.iter_mut().zip(column).for_each(|(ratio, count)| ratio[*size] = u32::from(*count));
            let whole = self.fill(columns, later, room, ratios);
            room.iter_mut().zip(column).for_each(|(room, count)| *room += count);
            if !whole {
                return false;
            }
        }
        true
    }
}
