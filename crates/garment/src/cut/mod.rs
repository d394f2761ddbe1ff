//! Cut-order planning: which markers are spread in how many plies of which colours, so that an order is cut from the least
//! cloth in the fewest lays.
//!
//! [`read`] takes an order, [`plan`] looks for a plan, [`bound`] proves how good any plan can be, and [`check`] says whether
//! a plan holds and what it takes, knowing orders and plans and nothing of how they are found. The problem is stated as by
//! Jacobs-Blecha, Ammons, Schutte and Smith (IIE Transactions 30, 1998) and Degraeve and Vandebroek (Management Science 44,
//! 1998). Lengths are in millimetres.

mod anneal;
pub mod bound;
pub mod check;
mod columns;
mod few;
mod lays;
mod linear;
pub mod plan;
mod ratios;
pub mod read;
mod rolls;
pub mod sample;
mod slopes;
mod table;

use std::collections::BTreeMap;

/// What is to be cut, from what, and under which rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What it is called.
    pub name: String,
    /// The width of the cloth that markers are made for.
    pub width: i64,
    /// What is lost at both ends of each ply together.
    pub ends: i64,
    /// The longest ply that the table takes.
    pub table: i64,
    /// The most plies of a lay.
    pub plies: u32,
    /// The most garments of a marker.
    pub garments: u32,
    /// How much cloth a lay more is worth: what laying a marker, spreading and cutting cost besides the cloth.
    pub lay: i64,
    /// A roll's end as long as this goes back to the store; a shorter one is lost.
    pub remnant: i64,
    /// By how much a ply's two parts lie over each other where one roll ends and the next begins; without it plies are whole.
    pub splice: Option<i64>,
    /// How much of a marker its pieces cover, by its garments: pairs of garments and hundredths of a percent, by garments.
    pub utilisation: Vec<(u32, u32)>,
    /// The sizes.
    pub sizes: Vec<Size>,
    /// The colours.
    pub colours: Vec<Colour>,
    /// Rolls that are at hand.
    pub rolls: Vec<Roll>,
    /// Lengths of markers that were laid out, by the garments of each size.
    pub measured: BTreeMap<Vec<u32>, i64>,
}

/// A size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// What it is called.
    pub id: String,
    /// What the pieces of a garment cover, in square millimetres.
    pub area: Option<i64>,
}

/// A colour, and how many garments of each size are wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colour {
    /// What it is called.
    pub id: String,
    /// How many at least.
    pub least: Vec<u32>,
    /// How many at most.
    pub most: Vec<u32>,
}

/// A roll of cloth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roll {
    /// What it is called.
    pub id: String,
    /// The place of its colour.
    pub colour: usize,
    /// Its length.
    pub length: i64,
    /// Its width, where it differs from the order's.
    pub width: i64,
}

/// Whence the length of a marker is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was laid out.
    Measured,
    /// From the area of its pieces and how much of a marker is covered.
    Estimated,
}

impl Order {
    /// The length of the marker with so many garments of each size; `None` where there can be none, or nothing tells it.
    pub fn marker(&self, ratio: &[u32]) -> Option<(i64, Known)> {
        let garments: u32 = ratio.iter().sum();
        if garments == 0 || garments > self.garments {
            return None;
        }
        let found = match self.measured.get(ratio) {
            Some(length) => (*length, Known::Measured),
            None => (self.estimate(ratio, garments)?, Known::Estimated),
        };
        (found.0 + self.ends <= self.table).then_some(found)
    }

    fn estimate(&self, ratio: &[u32], garments: u32) -> Option<i64> {
        let mut area = 0;
        for (count, size) in ratio.iter().zip(&self.sizes).filter(|(count, _)| **count > 0) {
            area += i64::from(*count) * size.area?;
        }
        let per = i128::from(self.width) * i128::from(self.covered(garments)?);
        i64::try_from((i128::from(area) * 10_000 + per - 1) / per).ok()
    }

    /// How much of a marker of so many garments is covered, in hundredths of a percent: by straight lines between what is given.
    pub fn covered(&self, garments: u32) -> Option<u32> {
        let after = self.utilisation.iter().position(|(at, _)| *at >= garments);
        let Some(after) = after else { return self.utilisation.last().map(|(_, covered)| *covered) };
        let (to, high) = *self.utilisation.get(after)?;
        let Some((from, low)) = after.checked_sub(1).and_then(|before| self.utilisation.get(before)) else {
            return Some(high);
        };
        let (low, high) = (i64::from(*low), i64::from(high));
        let mixed = low + (high - low) * i64::from(garments - from) / i64::from(to - from);
        u32::try_from(mixed).ok()
    }

    /// The rolls that markers of this order fit on.
    pub fn wide_enough(&self) -> impl Iterator<Item = (usize, &Roll)> {
        self.rolls.iter().enumerate().filter(|(_, roll)| roll.width >= self.width)
    }
}

/// How an order is cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The lays.
    pub lays: Vec<Lay>,
    /// What each roll gives, in the order in which it is spread. Empty where the order names no rolls.
    pub spread: Vec<Spread>,
}

/// A marker, and the plies that lie under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lay {
    /// Garments of each size.
    pub ratio: Vec<u32>,
    /// Plies of each colour.
    pub plies: Vec<u32>,
}

/// What a roll gives to a lay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The roll's place.
    pub roll: usize,
    /// The lay's place.
    pub lay: usize,
    /// Whole plies.
    pub plies: u32,
    /// Parts of plies that are spliced, by their lengths: the rest of one that another roll began, and the beginning of one that
    /// the next roll ends.
    pub parts: Vec<i64>,
}

impl Plan {
    /// Cloth of all plies, without what is lost at the ends of rolls.
    pub fn cloth(&self, order: &Order) -> i64 {
        let ply = |lay: &Lay| order.marker(&lay.ratio).map_or(0, |(length, _)| length + order.ends);
        self.lays
            .iter()
            .map(|lay| ply(lay) * lay.plies.iter().map(|count| i64::from(*count)).sum::<i64>())
            .sum()
    }
}
