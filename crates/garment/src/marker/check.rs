//! Whether a layout holds: looks at pieces and places alone.

use super::cloth::{Repeat, off, phase};
use super::exact::{Region, nearer, overlap};
use super::{Direction, Layout, Piece, Pieces, Placed, Turns};
use std::collections::{BTreeMap, BTreeSet};

/// What a layout comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Everything that is wrong with it.
    pub faults: Vec<String>,
    /// The share of the used strip that is covered.
    pub density: f64,
    /// How much of the strip the pieces really use.
    pub length: f64,
}

/// Looks at a layout.
pub fn check(pieces: &Pieces, layout: &Layout) -> Found {
    let mut faults = Vec::new();
    let mut regions: Vec<(usize, Region)> = Vec::new();
    let known: BTreeMap<u64, &Piece> = pieces.pieces.iter().map(|piece| (piece.id, piece)).collect();
    for (at, placed) in layout.placed.iter().enumerate() {
        let name = format!("place {} (piece {})", at + 1, placed.piece);
        let Some(piece) = known.get(&placed.piece) else {
            faults.push(format!("{name}: there is no such piece"));
            continue;
        };
        if !turned(piece, placed.turn) {
            faults.push(format!("{name}: it may not be turned by {}°", placed.turn));
        }
        if placed.mirrored && !piece.mirror {
            faults.push(format!("{name}: it may not lie with its other side up"));
        }
        match piece.shape.placed(placed.mirrored, placed.turn, placed.to) {
            Ok(region) => regions.push((at, region)),
            Err(error) => faults.push(format!("{name}: {error}")),
        }
    }
    let length = on_the_strip(pieces, layout, &regions, &mut faults);
    apart(pieces, &regions, layout, &mut faults);
    counted(pieces, layout, &mut faults);
    garments(pieces, layout, &mut faults);
    directed(pieces, layout, &mut faults);
    on_rolls(pieces, layout, &regions, &mut faults);
    if let Some(repeat) = &pieces.cloth.repeat {
        matched(pieces, repeat, layout, &mut faults);
    }
    let covered: f64 = regions.iter().map(|(_, region)| region.area()).sum();
    let strip = pieces.across() * length;
    Found { faults, density: if strip > 0.0 { covered / strip } else { 0.0 }, length }
}

/// A millionth of a degree is what a file's digits may cost.
const DEGREE: f64 = 1e-6;

fn apart_by(a: f64, b: f64) -> f64 {
    let apart = (a - b).rem_euclid(360.0);
    apart.min(360.0 - apart)
}

fn turned(piece: &Piece, turn: f64) -> bool {
    match &piece.turns {
        Turns::Any => true,
        Turns::Some { angles, tilt } => angles.iter().any(|angle| apart_by(*angle, turn) <= tilt + DEGREE),
    }
}

fn on_the_strip(
    pieces: &Pieces,
    layout: &Layout,
    regions: &[(usize, Region)],
    faults: &mut Vec<String>,
) -> f64 {
    let mut used: f64 = 0.0;
    for (at, region) in regions {
        let (low, high) = region.bounds();
        let ((x, y), (to_x, to_y)) = (low.units(), high.units());
        used = used.max(to_x);
        let name =
            format!("place {} (piece {})", at + 1, layout.placed.get(*at).map_or(0, |placed| placed.piece));
        for (beyond, side) in [
            (-x, "before the beginning"),
            (-y, "below"),
            (to_y - pieces.width, "above"),
            (to_x - layout.length, "beyond the end"),
        ] {
            // The strip's own measures come with the digits of a file.
            if beyond > 1e-6 {
                faults.push(format!("{name}: lies {beyond:.6} {side} of the strip"));
            }
        }
    }
    used
}

fn apart(pieces: &Pieces, regions: &[(usize, Region)], layout: &Layout, faults: &mut Vec<String>) {
    let piece = |at: usize| layout.placed.get(at).map_or(0, |placed| placed.piece);
    let boxes: Vec<[(f64, f64); 2]> =
        regions.iter().map(|(_, region)| [region.bounds().0.units(), region.bounds().1.units()]).collect();
    // A thousandth more, so that rounding leaves out no pair that the exact test should see.
    let far = pieces.spacing + 1e-3;
    let meet = |[low, high]: [(f64, f64); 2], [from, to]: [(f64, f64); 2]| {
        low.0 <= to.0 + far && from.0 <= high.0 + far && low.1 <= to.1 + far && from.1 <= high.1 + far
    };
    for (i, ((a, one), own)) in regions.iter().zip(&boxes).enumerate() {
        for ((b, other), its) in regions.iter().zip(&boxes).skip(i + 1) {
            if !meet(*own, *its) {
                continue;
            }
            let names = || format!("places {} and {} (pieces {} and {})", a + 1, b + 1, piece(*a), piece(*b));
            if overlap(one, other) {
                faults.push(format!("{}: overlap", names()));
            } else if nearer(one, other, pieces.spacing) {
                faults.push(format!("{}: lie nearer than {}", names(), pieces.spacing));
            }
        }
    }
}

fn counted(pieces: &Pieces, layout: &Layout, faults: &mut Vec<String>) {
    for piece in &pieces.pieces {
        let own = || layout.placed.iter().filter(|placed| placed.piece == piece.id);
        let (count, mirrored) = (own().count() as u64, own().filter(|placed| placed.mirrored).count() as u64);
        if count != piece.demand {
            faults.push(format!("piece {}: lies {count} times, not {}", piece.id, piece.demand));
        } else if piece.paired && mirrored * 2 != piece.demand {
            let half = piece.demand / 2;
            faults.push(format!(
                "piece {}: {mirrored} lie with the other side up, not {half}; pairs need as many",
                piece.id
            ));
        }
    }
}

/// Whether garments, where a rule goes by them, are whole: each has all of every piece of one size, so that no layout keeps
/// to the rule by telling more garments than there are.
fn garments(pieces: &Pieces, layout: &Layout, faults: &mut Vec<String>) {
    let grouped = |piece: &Piece| piece.matching.as_ref().is_some_and(|own| own.group.is_some());
    let matters = |piece: &&Piece| {
        pieces.direction == Direction::Garment || (pieces.cloth.repeat.is_some() && grouped(piece))
    };
    // Of each size the garments that are told of, and how many there are; and the size of each garment.
    let mut of_size: BTreeMap<&str, (BTreeSet<&str>, u64)> = BTreeMap::new();
    let mut size_of: BTreeMap<&str, &str> = BTreeMap::new();
    for piece in pieces.pieces.iter().filter(matters) {
        let mut told: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for placed in layout.placed.iter().filter(|placed| placed.piece == piece.id) {
            let Some(garment) = placed.garment.as_deref() else { continue };
            let (count, mirrored) = told.entry(garment).or_default();
            *count += 1;
            *mirrored += u64::from(placed.mirrored);
        }
        let (each, size) = (piece.per_garment, piece.marks.size.as_str());
        for (garment, (count, mirrored)) in &told {
            if *count != each {
                faults.push(format!("garment `{garment}`: has piece {} {count} times, not {each}", piece.id));
            } else if piece.paired && mirrored * 2 != each {
                faults.push(format!("garment `{garment}`: has no whole pairs of piece {}", piece.id));
            }
            let own = size_of.entry(garment).or_insert(size);
            if *own != size {
                faults.push(format!("garment `{garment}`: has pieces of the sizes `{own}` and `{size}`"));
            }
        }
        let (all, most) = of_size.entry(size).or_default();
        all.extend(told.into_keys());
        *most = (*most).max(piece.demand / each.max(1));
    }
    for (size, (all, most)) in of_size.into_iter().filter(|(_, (all, most))| all.len() as u64 > *most) {
        let of = if size.is_empty() { String::new() } else { format!(" of size `{size}`") };
        faults.push(format!("{} garments{of} are told, and there are {most}", all.len()));
    }
}

fn directed(pieces: &Pieces, layout: &Layout, faults: &mut Vec<String>) {
    let mut first: BTreeMap<Option<&str>, (usize, f64)> = BTreeMap::new();
    for (at, placed) in layout.placed.iter().enumerate() {
        let group = match pieces.direction {
            Direction::Any => return,
            Direction::Marker => None,
            Direction::Garment => match placed.garment.as_deref() {
                Some(garment) => Some(garment),
                None => {
                    faults.push(format!(
                        "place {}: says no garment, and each garment must lie one way",
                        at + 1
                    ));
                    continue;
                }
            },
        };
        let (other, turn) = *first.entry(group).or_insert((at, placed.turn));
        if apart_by(turn, placed.turn) > 90.0 {
            faults.push(format!("places {} and {}: look different ways", other + 1, at + 1));
        }
    }
}

/// Each roll by itself: its width, and its flaws.
fn on_rolls(pieces: &Pieces, layout: &Layout, regions: &[(usize, Region)], faults: &mut Vec<String>) {
    let name = |at: usize| layout.placed.get(at).map_or(String::new(), |placed| named(at, placed));
    for roll in &pieces.cloth.rolls {
        for (at, region) in regions {
            let beyond = region.bounds().1.units().1 - roll.width;
            // What lies above the strip is told already.
            if beyond > 1e-6 && roll.width < pieces.width {
                let id = &roll.id;
                faults.push(format!(
                    "{}: lies {beyond:.6} beyond roll `{id}`, which is {} wide",
                    name(*at),
                    roll.width
                ));
            }
            for (flaw, zone) in (1..).zip(&roll.flaws) {
                if overlap(region, zone) {
                    faults.push(format!("{}: lies on flaw {flaw} of roll `{}`", name(*at), roll.id));
                }
            }
        }
    }
}

/// What writing places in millionths may cost a match, where two places and two phases are rounded.
const WRITTEN: i128 = 4;

/// Whether the pieces lie to the repeat, and to each other, as their matches say.
fn matched(pieces: &Pieces, repeat: &Repeat, layout: &Layout, faults: &mut Vec<String>) {
    let allowed = (repeat.tolerance * 1e6).round() as i128 + WRITTEN;
    // The first of each garment and group that matters along, or across.
    let mut first: BTreeMap<(&str, &str, usize), (usize, i128)> = BTreeMap::new();
    for (at, placed) in layout.placed.iter().enumerate() {
        let piece = pieces.pieces.iter().find(|piece| piece.id == placed.piece);
        let Some(own) = piece.and_then(|piece| piece.matching.as_ref()) else { continue };
        let name = named(at, placed);
        let Some(seen) = phase(repeat, own, placed) else {
            faults.push(format!(
                "{name}: is turned by {}°, and a piece that matches may lie by 0° or 180° only",
                placed.turn
            ));
            continue;
        };
        let axes = [("along", repeat.along), ("across", repeat.across)];
        for (axis, ((way, period), seen)) in axes.into_iter().zip(seen).enumerate() {
            let (Some(period), Some(seen)) = (period, seen) else { continue };
            let (other, wanted) = match (own.group.as_deref(), placed.garment.as_deref()) {
                (None, _) => (None, 0),
                (Some(_), None) => {
                    faults.push(format!("{name}: says no garment, and its group matches within a garment"));
                    break;
                }
                (Some(group), Some(garment)) => {
                    let (other, wanted) = *first.entry((group, garment, axis)).or_insert((at, seen));
                    (Some(other), wanted)
                }
            };
            let apart = off(seen, wanted, period);
            if apart > allowed {
                let apart = apart as f64 / 1e6;
                faults.push(match other {
                    None => format!("{name}: lies {apart:.6} off the repeat {way} the cloth"),
                    Some(other) => format!(
                        "{name}: lies {apart:.6} off place {}, which it must match {way} the cloth",
                        other + 1
                    ),
                });
            }
        }
    }
}

fn named(at: usize, placed: &Placed) -> String {
    format!("place {} (piece {})", at + 1, placed.piece)
}
