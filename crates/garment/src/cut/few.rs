//! Plans of few lays, all that can come to little: each set of markers, or those that fit the plies of a colour, with the
//! cheapest plies for each colour by itself. What the cheapest of them takes, or else the cloth that every plan takes and a lay
//! more, is a bound on all plans; and where the lays of the cheapest hold its plies, it is a plan.

use super::bound::{Clothes, row_rank, rows};
use super::columns::{self, Columns};
use super::ratios::{Ratio, ratio};
use super::{Colour, Lay, Order};

/// The search, which can be gone on with at any time. When plans of so many lays were looked at, no other plan comes to less
/// than the cloth that every plan takes and a lay more.
pub struct Few<'o> {
    order: &'o Order,
    listed: &'o [Ratio],
    /// What every plan takes at least; and what each colour takes by its plies, once that was asked for.
    cloth: i64,
    clothes: Vec<Clothes<'o>>,
    /// The lays of the plans that are looked at, at most; and of those that are looked at now.
    lays: usize,
    part: usize,
    /// Plans of fewer lays than these were looked at, whatever they take; and none has fewer lays than these.
    whole: usize,
    fewest: usize,
    /// How plans of that part are looked at; `None` before it is begun.
    way: Option<Way>,
    /// So many sets of markers are looked at one by one.
    sets: f64,
    /// The colour that last could not be cut comes first.
    turn: Vec<usize>,
    /// What plans of fewer lays, and those that were looked at, come to at least.
    fewer: i64,
    least: i64,
    /// The cheapest plan that was met, and what it comes to.
    pub found: Option<(i64, Vec<Lay>)>,
}

enum Way {
    /// One set of markers after the other, whatever it takes.
    Sets(Sets),
    /// By plies: what takes too much cloth is left out.
    Columns(Box<Columns>),
}

/// Sets of markers.
struct Sets {
    markers: Vec<Ratio>,
    /// Which sizes each marker has, as bits; and which are wanted.
    has: Vec<u64>,
    wanted: u64,
    /// The markers of the last set.
    at: Vec<usize>,
    garments: u32,
}

/// More lays than these make too many plans, however few markers there are.
const MOST: usize = columns::MOST;
/// Of more markers there are too many sets, even of two, and too many to find the least cloth of many numbers of plies.
const LISTED: usize = 20_000;
/// Plies of one set that are tried for a colour.
const LOOKED: u64 = 1_000_000;
/// Sets that are looked at one by one rather than by plies.
const SETS: f64 = 2e6;

impl<'o> Few<'o> {
    /// Begins with so many lays and the cloth that are proved to be needed, where all markers are listed and not too many.
    pub fn begin(order: &'o Order, listed: &'o [Ratio], lays: u32, cloth: i64) -> Option<Self> {
        let lays = (lays as usize).max(1);
        (listed.len() <= LISTED).then(|| Self {
            order,
            listed,
            cloth,
            clothes: Vec::new(),
            lays,
            part: lays,
            whole: lays,
            fewest: lays,
            way: None,
            sets: SETS,
            turn: (0..order.colours.len()).collect(),
            fewer: i64::MAX,
            least: i64::MAX,
            found: None,
        })
    }

    /// What no plan falls below.
    pub fn bound(&self) -> i64 {
        self.fewer.min(self.more())
    }

    /// What plans come to at least that were not looked at yet.
    fn more(&self) -> i64 {
        self.cloth + self.order.lay * self.lays as i64
    }

    /// How many lays are needed at least, as far as that is known.
    pub fn lays(&self) -> usize {
        if self.fewer == i64::MAX { self.fewest } else { 0 }
    }

    /// Goes on for so many steps; whether there is anything left to do that may raise the bound.
    pub fn go_on(&mut self, mut steps: u64) -> bool {
        while self.lays <= MOST && self.fewer > self.more() {
            let Some(mut way) = self.way.take().or_else(|| self.begun()) else {
                self.fewer = self.bound();
                return false;
            };
            let ended = match &mut way {
                Way::Sets(sets) => self.by_sets(sets, &mut steps),
                Way::Columns(columns) => self.by_columns(columns, &mut steps),
            };
            if !ended {
                self.way = Some(way);
                return true;
            }
            if matches!(way, Way::Sets(_)) && self.part == self.whole {
                self.whole += 1;
                if self.least == i64::MAX {
                    self.fewest = self.whole;
                }
            }
            self.part += 1;
            if self.part > self.lays {
                self.fewer = self.fewer.min(self.least);
                self.lays += 1;
                self.part = self.whole;
            }
        }
        false
    }

    fn begun(&mut self) -> Option<Way> {
        let sets = Sets::new(self.order, self.listed, self.part);
        let count: f64 =
            (0..self.part).map(|at| (sets.markers.len() + at) as f64 / (at + 1) as f64).product();
        if count <= self.sets {
            return Some(Way::Sets(sets));
        }
        // A plan of fewer lays may take more cloth and still come to no more.
        let slack = self.order.lay * (self.lays + 1 - self.part) as i64;
        if self.clothes.is_empty() {
            let of = |colour| Clothes::new(self.order, self.listed, colour);
            self.clothes = self.order.colours.iter().map(of).collect();
        }
        let columns = Columns::new(self.order, &mut self.clothes, self.part, slack)?;
        Some(Way::Columns(Box::new(columns)))
    }

    /// Looks at sets of markers until the steps are gone; whether that was the last set.
    fn by_sets(&mut self, sets: &mut Sets, steps: &mut u64) -> bool {
        while !sets.markers.is_empty() {
            if *steps == 0 {
                return false;
            }
            *steps -= 1;
            let skip = sets.lacking();
            if skip.is_none() {
                let markers: Vec<&Ratio> = sets.at.iter().map(|at| &sets.markers[*at]).collect();
                self.look(&markers, steps);
                if self.fewer <= self.more() {
                    return true;
                }
            }
            if !sets.next(skip) {
                break;
            }
        }
        true
    }

    /// Looks at lays by plies until the steps are gone; whether those were the last.
    fn by_columns(&mut self, columns: &mut Columns, steps: &mut u64) -> bool {
        let order = self.order;
        while *steps > 0 {
            let mut looked = 0;
            let ended = columns.go_on(order, steps, &mut |ratios| {
                let markers: Option<Vec<Ratio>> = ratios.iter().map(|counts| ratio(order, counts)).collect();
                let mut left = u64::MAX;
                if let Some(markers) = markers {
                    self.look(&markers.iter().collect::<Vec<_>>(), &mut left);
                }
                looked += u64::MAX - left;
            });
            *steps = steps.saturating_sub(looked);
            if ended.is_none() {
                self.fewer = self.bound();
            }
            if ended != Some(false) || self.fewer <= self.more() {
                return true;
            }
        }
        false
    }

    /// Looks at the cheapest plies of a set of markers.
    fn look(&mut self, markers: &[&Ratio], steps: &mut u64) {
        let mut plies: Vec<Vec<u32>> = vec![Vec::new(); self.order.colours.len()];
        let mut cost = self.order.lay * markers.len() as i64;
        for place in 0..self.turn.len() {
            let colour = self.turn[place];
            let mut cheapest = Cheapest::new(&self.order.colours[colour], markers, self.order.plies);
            cheapest.step(0, 0);
            *steps = steps.saturating_sub(cheapest.steps / 8);
            if cheapest.steps > LOOKED {
                // Nothing is proved of this set, and so of no more lays.
                self.fewer = self.bound();
                return;
            }
            let Some((cloth, own)) = cheapest.best else {
                self.turn[..=place].rotate_right(1);
                return;
            };
            cost += cloth;
            plies[colour] = own;
        }
        self.least = self.least.min(cost);
        let known = self.found.as_ref().map_or(i64::MAX, |(cost, _)| *cost);
        let lay = |(at, marker): (usize, &&Ratio)| Lay {
            ratio: marker.counts.clone(),
            plies: plies.iter().map(|plies| plies[at]).collect(),
        };
        let lays: Vec<Lay> = markers.iter().enumerate().map(lay).collect();
        let holds = lays.iter().all(|lay| (1..=self.order.plies).contains(&lay.plies.iter().sum::<u32>()));
        if cost < known && holds {
            self.found = Some((cost, lays));
        }
    }
}

/// A plan of so many lays with no more plies of each colour than are told, and what it comes to, if one is met in so many steps;
/// the cheapest of those that are met.
pub fn exactly(order: &Order, lays: usize, most: &[u32], mut steps: u64) -> Option<(i64, Vec<Lay>)> {
    let mut few = Few::begin(order, &[], lays as u32, i64::MIN / 2)?;
    let mut columns = Columns::within(order, lays, most)?;
    few.by_columns(&mut columns, &mut steps);
    few.found
}

impl Sets {
    fn new(order: &Order, listed: &[Ratio], lays: usize) -> Self {
        let bits = |counts: &[u32]| {
            counts
                .iter()
                .enumerate()
                .filter(|(_, count)| **count > 0)
                .fold(0, |bits, (at, _)| bits | 1u64 << at.min(63))
        };
        let rank = row_rank(rows(order));
        let exact = lays == rank as usize && order.colours.iter().all(|colour| colour.least == colour.most);
        // Without overcut, as few lays as the rank of the numbers: plies times ratios are the numbers, the plies have that
        // rank, too, and so each ratio is a mixture of the numbers' rows.
        let mixed = |ratio: &&Ratio| {
            !exact || {
                let mut rows = rows(order);
                rows.push(ratio.counts.iter().map(|count| i128::from(*count)).collect());
                row_rank(rows) == rank
            }
        };
        let usable = |ratio: &&Ratio| {
            order
                .colours
                .iter()
                .any(|colour| ratio.counts.iter().zip(&colour.most).all(|(count, most)| count <= most))
        };
        let mut markers: Vec<Ratio> = listed.iter().filter(usable).filter(mixed).cloned().collect();
        // Markers of many sizes first: sets that cannot have all sizes are seen early.
        markers.sort_by_cached_key(|ratio| {
            (std::cmp::Reverse(bits(&ratio.counts).count_ones()), ratio.counts.clone())
        });
        Self {
            has: markers.iter().map(|ratio| bits(&ratio.counts)).collect(),
            markers,
            wanted: order.colours.iter().fold(0, |all, colour| all | bits(&colour.least)),
            at: vec![0; lays],
            garments: order.garments,
        }
    }

    /// Goes to the next set: the last marker that can be another one is, or, where a beginning is hopeless, that beginning's.
    fn next(&mut self, hopeless: Option<usize>) -> bool {
        let mut place = hopeless.unwrap_or(self.at.len() - 1);
        loop {
            self.at[place] += 1;
            if self.at[place] < self.markers.len() {
                break;
            }
            if place == 0 {
                return false;
            }
            place -= 1;
        }
        let from = self.at[place];
        self.at[place..].fill(from);
        true
    }

    /// The place up to which the set cannot be completed: too many sizes would have to find room in the markers that follow.
    fn lacking(&self) -> Option<usize> {
        let mut open = self.wanted;
        for (place, at) in self.at.iter().enumerate() {
            open &= !self.has[*at];
            let room = (self.at.len() - 1 - place) as u32 * self.garments;
            if open.count_ones() > room {
                return Some(place);
            }
        }
        None
    }
}

/// The cheapest plies of some markers for one colour.
struct Cheapest<'m> {
    markers: &'m [&'m Ratio],
    /// The most plies of each.
    caps: Vec<u32>,
    /// What is still to be cut of each size, at least and at most.
    least: Vec<i64>,
    most: Vec<i64>,
    plies: Vec<u32>,
    steps: u64,
    best: Option<(i64, Vec<u32>)>,
}

impl<'m> Cheapest<'m> {
    fn new(colour: &Colour, markers: &'m [&'m Ratio], plies: u32) -> Self {
        let cap = |ratio: &&Ratio| {
            let sizes = ratio.counts.iter().zip(&colour.most).filter(|(count, _)| **count > 0);
            sizes.map(|(count, most)| most / count).min().unwrap_or(0).min(plies)
        };
        Self {
            markers,
            caps: markers.iter().map(cap).collect(),
            least: colour.least.iter().map(|count| i64::from(*count)).collect(),
            most: colour.most.iter().map(|count| i64::from(*count)).collect(),
            plies: vec![0; markers.len()],
            steps: 0,
            best: None,
        }
    }

    /// Whether the markers from a place on can cut what is left.
    fn reachable(&self, place: usize) -> bool {
        (0..self.least.len()).all(|size| {
            let rest = self.markers.iter().zip(&self.caps).skip(place);
            let most: i64 = rest.map(|(marker, cap)| i64::from(marker.counts[size] * cap)).sum();
            self.least[size] <= most
        })
    }

    fn step(&mut self, place: usize, cost: i64) {
        self.steps += 1;
        if self.steps > LOOKED {
            return;
        }
        if self.best.as_ref().is_some_and(|(best, _)| cost >= *best) {
            return;
        }
        let Some(marker) = self.markers.get(place) else {
            if self.least.iter().all(|left| *left <= 0) {
                self.best = Some((cost, self.plies.clone()));
            }
            return;
        };
        if !self.reachable(place) {
            return;
        }
        let (mut low, mut high) = (0, i64::from(self.caps[place]));
        for (size, count) in marker.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let count = i64::from(*count);
            let rest = self.markers.iter().zip(&self.caps).skip(place + 1);
            let others: i64 = rest.map(|(marker, cap)| i64::from(marker.counts[size] * cap)).sum();
            low = low.max((self.least[size] - others + count - 1).div_euclid(count));
            high = high.min(self.most[size].div_euclid(count));
        }
        for plies in (low..=high).rev() {
            self.take(marker, plies);
            self.plies[place] = plies as u32;
            self.step(place + 1, cost + marker.ply * plies);
            self.take(marker, -plies);
        }
        self.plies[place] = 0;
    }

    fn take(&mut self, marker: &Ratio, plies: i64) {
        for ((least, most), count) in self.least.iter_mut().zip(&mut self.most).zip(&marker.counts) {
            *least -= i64::from(*count) * plies;
            *most -= i64::from(*count) * plies;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Few, SETS};
    use crate::chance::Chance;
    use crate::cut::{bound, check, plan, ratios, read};
    use std::fmt::Write as _;

    /// What is proved in the end, with so many sets looked at one by one.
    fn proved(order: &crate::cut::Order, sets: f64) -> i64 {
        let listed = ratios::all(order, 1_000).unwrap_or_default();
        let least = bound::bound(order);
        let Some(few) = Few::begin(order, &listed, 1, least.cloth) else { return 0 };
        let mut few = Few { sets, ..few };
        while few.go_on(1_000_000) {}
        few.bound()
    }

    #[test]
    fn columns_prove_what_sets_of_markers_prove() {
        let mut chance = Chance::new(11);
        let (mut differ, mut met) = (0, 0);
        for turn in 0..120 {
            // Lays that hold all plies, or few.
            let full = turn % 2 == 0;
            let mut text = format!(
                "width = 1.5\nends = 0.05\ntable = {}\nplies = {}\ngarments = {}\nlay = {}\novercut = {}\n\
                 [[utilisation]]\ngarments = 1\npercent = 75\n[[utilisation]]\ngarments = 3\npercent = 84\n",
                2 + chance.below(3),
                if full { 90 } else { 4 + chance.below(12) },
                2 + chance.below(2),
                1 + chance.below(3),
                10 * chance.below(2),
            );
            let sizes = 2 + chance.below(2);
            for size in 0..sizes {
                let _ = writeln!(text, "[[size]]\nid = \"{size}\"\narea = {}", 0.8 + size as f64 / 10.0);
            }
            for colour in 0..1 + chance.below(3) {
                let wanted: Vec<String> =
                    (0..sizes).map(|size| format!("{size} = {}", 1 + chance.below(12))).collect();
                let _ =
                    writeln!(text, "[[colour]]\nid = \"c{colour}\"\nwanted = {{ {} }}", wanted.join(", "));
            }
            let order = read::order(&text).unwrap_or_else(|faults| unreachable!("{faults:?}\n{text}"));
            let (by_sets, by_columns) = (proved(&order, SETS), proved(&order, 0.0));
            if full {
                // Columns are given up sooner, and so may prove less.
                assert!(by_columns <= by_sets, "{by_columns} {by_sets} {text}");
                differ += usize::from(by_columns != by_sets);
                continue;
            }
            // Columns alone know how many plies a lay holds of all colours together.
            let mut looks = 0;
            let mut clock = || {
                looks += 1;
                looks < 12
            };
            let found = plan::plan(&order, 1, &mut clock).unwrap_or_else(|why| unreachable!("{why}\n{text}"));
            let total = check::check(&order, &found.plan).total(&order, &found.plan);
            assert!(by_columns.max(by_sets) <= total, "{by_columns} {by_sets} {total} {text}");
            met += usize::from(by_columns == total);
        }
        assert!(differ <= 6, "{differ} of 60 differ");
        assert!(met >= 20, "only {met} of 60 are what the best plan comes to");
    }
}
