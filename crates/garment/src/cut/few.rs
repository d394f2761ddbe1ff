//! Plans of few lays, all of them: each set of markers with the cheapest plies for each colour by itself. What the cheapest of
//! them takes, or else the cloth that every plan takes and a lay more, is a bound on all plans; and where the lays of the
//! cheapest hold its plies, it is a plan.

use super::bound::{row_rank, rows};
use super::ratios::Ratio;
use super::{Colour, Lay, Order};

/// The search, which can be gone on with at any time.
pub struct Few<'o> {
    order: &'o Order,
    markers: Vec<Ratio>,
    /// Which sizes each marker has, as bits; and which are wanted.
    has: Vec<u64>,
    wanted: u64,
    /// What every plan takes at least.
    cloth: i64,
    /// The lays of the plans that are looked at, and the markers of the last one.
    lays: usize,
    at: Vec<usize>,
    /// The colour that last could not be cut comes first.
    turn: Vec<usize>,
    /// What plans of fewer lays, and those of so many that were looked at, come to at least.
    fewer: i64,
    least: i64,
    /// The cheapest plan that was met, and what it comes to.
    pub found: Option<(i64, Vec<Lay>)>,
}

/// More lays than these make too many sets of markers, however few there are.
const MOST: usize = 6;
/// Of more markers there are too many sets, even of two.
const LISTED: usize = 3_000;
/// Plies of one set that are tried for a colour.
const LOOKED: u64 = 20_000;

impl<'o> Few<'o> {
    /// Begins with so many lays and the cloth that are proved to be needed, where all markers are listed and not too many.
    pub fn begin(order: &'o Order, listed: &[Ratio], lays: u32, cloth: i64) -> Option<Self> {
        (listed.len() <= LISTED).then(|| Self::new(order, listed, lays, cloth))
    }

    fn new(order: &'o Order, listed: &[Ratio], lays: u32, cloth: i64) -> Self {
        let bits = |counts: &[u32]| {
            counts
                .iter()
                .enumerate()
                .filter(|(_, count)| **count > 0)
                .fold(0, |bits, (at, _)| bits | 1u64 << at.min(63))
        };
        let rank = row_rank(rows(order));
        let exact = lays == rank && order.colours.iter().all(|colour| colour.least == colour.most);
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
        let lays = (lays as usize).max(1);
        Self {
            order,
            has: markers.iter().map(|ratio| bits(&ratio.counts)).collect(),
            markers,
            wanted: order.colours.iter().fold(0, |all, colour| all | bits(&colour.least)),
            cloth,
            lays,
            at: vec![0; lays],
            turn: (0..order.colours.len()).collect(),
            fewer: i64::MAX,
            least: i64::MAX,
            found: None,
        }
    }

    /// What no plan falls below.
    pub fn bound(&self) -> i64 {
        self.fewer.min(self.more())
    }

    /// What plans come to at least that have so many lays as are looked at, or more.
    fn more(&self) -> i64 {
        self.cloth + self.order.lay * self.lays as i64
    }

    /// How many lays are needed at least, as far as that is known.
    pub fn lays(&self) -> usize {
        if self.fewer == i64::MAX { self.lays } else { 0 }
    }

    /// Goes on for so many steps; whether there is anything left to do that may raise the bound.
    pub fn go_on(&mut self, all: &[Ratio], mut steps: u64) -> bool {
        while self.lays <= MOST && self.fewer > self.more() {
            if !self.markers.is_empty() && !self.ended(&mut steps) {
                return true;
            }
            let (fewer, found) = (self.fewer.min(self.least), self.found.take());
            *self = Self { fewer, found, ..Self::new(self.order, all, self.lays as u32 + 1, self.cloth) };
        }
        false
    }

    /// Looks at sets of markers until the steps are gone; whether that was the last set.
    fn ended(&mut self, steps: &mut u64) -> bool {
        loop {
            if *steps == 0 {
                return false;
            }
            *steps -= 1;
            let skip = self.lacking();
            if skip.is_none() {
                self.look(steps);
                if self.fewer <= self.more() {
                    return true;
                }
            }
            // The next set: the last marker that can be another one is, or, where a beginning is hopeless, that beginning's.
            let mut place = skip.unwrap_or(self.lays - 1);
            loop {
                self.at[place] += 1;
                if self.at[place] < self.markers.len() {
                    break;
                }
                if place == 0 {
                    return true;
                }
                place -= 1;
            }
            let from = self.at[place];
            self.at[place..].fill(from);
        }
    }

    /// The place up to which the set cannot be completed: too many sizes would have to find room in the markers that follow.
    fn lacking(&self) -> Option<usize> {
        let mut open = self.wanted;
        for (place, at) in self.at.iter().enumerate() {
            open &= !self.has[*at];
            let room = (self.lays - 1 - place) as u32 * self.order.garments;
            if open.count_ones() > room {
                return Some(place);
            }
        }
        None
    }

    fn look(&mut self, steps: &mut u64) {
        let markers: Vec<&Ratio> = self.at.iter().map(|at| &self.markers[*at]).collect();
        let mut plies: Vec<Vec<u32>> = vec![Vec::new(); self.order.colours.len()];
        let mut cost = self.order.lay * self.lays as i64;
        for place in 0..self.turn.len() {
            let colour = self.turn[place];
            let mut cheapest = Cheapest::new(&self.order.colours[colour], &markers, self.order.plies);
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
