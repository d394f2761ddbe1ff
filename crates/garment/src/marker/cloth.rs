//! The cloth that a marker lies on: rolls with widths and flaws of their own, and the repeat of its stripes or checks.
//!
//! A marker is spread from every roll that it names, so it must hold on each of them. What a repeat asks for is told by
//! *phases*: how far a place lies from the origin of the repeat that it falls into, as seen from the piece. A piece that is
//! turned by half or lies with its other side up sees the cloth so, too; so left and right pieces with one phase are mirror
//! images, print and all, where the repeat is the same from either side.

use super::exact::Region;
use super::{Piece, Pieces, Placed};

/// What is known of the cloth besides its nominal width.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cloth {
    /// The rolls that the marker is spread from.
    pub rolls: Vec<Roll>,
    /// Its stripes or checks.
    pub repeat: Option<Repeat>,
}

/// A roll of cloth, its beginning at the marker's.
#[derive(Clone, Debug, PartialEq)]
pub struct Roll {
    /// What it is called.
    pub id: String,
    /// Its own width.
    pub width: f64,
    /// Zones in which nothing may lie.
    pub flaws: Vec<Region>,
}

/// Stripes or checks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repeat {
    /// After how much of the cloth's length they come again; not at all where they only run along it.
    pub along: Option<f64>,
    /// After how much of its width.
    pub across: Option<f64>,
    /// A place where a repeat begins; for pieces that are turned or mirrored, one about which it is the same from either side.
    pub origin: (f64, f64),
    /// How far off a match may be.
    pub tolerance: f64,
}

/// How a piece lies to the repeat.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The place that matches, in the piece's own measures. It may lie beside the piece.
    pub at: (f64, f64),
    /// Pieces of one garment and one group match each other, wherever they lie to the repeat; without a group the phase is that
    /// of the repeat itself.
    pub group: Option<String>,
    /// The phase that this place has, in a group against the group's own.
    pub phase: (f64, f64),
    /// It matters along the cloth.
    pub along: bool,
    /// It matters across it.
    pub across: bool,
}

impl Pieces {
    /// The width that every roll has.
    pub fn across(&self) -> f64 {
        self.cloth.rolls.iter().map(|roll| roll.width).fold(self.width, f64::min)
    }

    /// The garment that a copy of a piece belongs to; copies of a paired piece are first those as drawn, then those mirrored.
    pub fn garment(&self, piece: &Piece, copy: u64) -> String {
        let (in_half, each) = match piece.paired {
            true => (copy % (piece.demand / 2).max(1), (piece.per_garment / 2).max(1)),
            false => (copy, piece.per_garment.max(1)),
        };
        format!("{} {}", piece.marks.size, in_half / each + 1).trim_start().to_owned()
    }
}

/// The signs by which a piece's own axes lie on the cloth's, where it is turned by none or by half.
pub fn signs(mirrored: bool, turn: f64) -> Option<(f64, f64)> {
    let x = match turn.rem_euclid(360.0) {
        0.0 => 1.0,
        180.0 => -1.0,
        _ => return None,
    };
    Some((x, if mirrored { -x } else { x }))
}

/// Millionths of a unit.
fn millionths(value: f64) -> i128 {
    (value * 1e6).round() as i128
}

/// What a placed piece's phase lies beyond the one that its match names, along and across, in millionths and less than a repeat.
/// `None` for what does not matter, and for all where it lies across the cloth.
pub fn phase(repeat: &Repeat, own: &Match, placed: &Placed) -> Option<[Option<i128>; 2]> {
    let (sx, sy) = signs(placed.mirrored, placed.turn)?;
    let seen = |sign: f64, at: f64, to: f64, origin: f64, phase: f64, period: Option<f64>, wanted: bool| {
        let period = millionths(period.filter(|_| wanted)?).max(1);
        // As seen from the piece: its signs undone.
        let sign = sign as i128;
        Some(
            (millionths(at) + sign * (millionths(to) - millionths(origin)) - millionths(phase))
                .rem_euclid(period),
        )
    };
    let (at, to, origin) = (own.at, placed.to, repeat.origin);
    Some([
        seen(sx, at.0, to.0, origin.0, own.phase.0, repeat.along, own.along),
        seen(sy, at.1, to.1, origin.1, own.phase.1, repeat.across, own.across),
    ])
}

/// How far two phases are apart, the shorter way round.
pub fn off(one: i128, other: i128, period: f64) -> i128 {
    let period = millionths(period).max(1);
    let apart = (one - other).rem_euclid(period);
    apart.min(period - apart)
}
