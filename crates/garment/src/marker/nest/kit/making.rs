//! What a kit is made of, piece by piece.

use super::super::parts::{disc, parts, sum};
use super::super::thin::thinned;
use super::super::{Unfit, Why};
use super::{Form, Hold, Item, Shape, WRITTEN};
use crate::marker::cloth::signs;
use crate::marker::exact::Region;
use crate::marker::{Direction, Piece, Pieces, Turns};
use std::collections::BTreeMap;
use std::ops::Range;

/// A piece that may be turned freely is turned by this part of a turn.
const FREE_TURNS: u32 = 16;

/// What makes two pieces alike, in bits.
pub type Alike = (Vec<Vec<(u64, u64)>>, bool, Vec<u64>);

/// The pieces so far, and what they have in common.
pub struct Making<'p> {
    pub apart: f64,
    /// How far off the true line a thinned one may run.
    pub near: f64,
    /// Each garment whose pieces look the same way.
    pub garments: BTreeMap<String, usize>,
    /// The forms of pieces by their outlines, whether they may be mirrored, and their angles: patterns often say the same twice.
    pub known: BTreeMap<Alike, Vec<Range<usize>>>,
    /// Each group of each garment.
    pub groups: BTreeMap<(&'p str, String), usize>,
    pub forms: Vec<Form>,
    pub items: Vec<Item>,
    pub shapes: Vec<Shape>,
}

impl<'p> Making<'p> {
    pub fn flaw(&mut self, flaw: &Region) {
        let (low, high) = flaw.bounds();
        let form = Form {
            turn: 0.0,
            mirrored: false,
            low: low.units(),
            high: high.units(),
            ahead: true,
            opposite: None,
            shape: self.shapes.len(),
        };
        let at = self.forms.len();
        self.forms.push(form);
        let (area, weight) = (flaw.area(), 1.0);
        let forms = at..at + 1;
        self.items.push(Item { piece: None, copy: 0, forms, area, weight, hold: None, garment: None });
        let parts = parts(&thinned(flaw.outlines().collect(), self.near));
        let around = disc(WRITTEN, 4);
        let wider = parts.iter().map(|part| sum(part, &around)).collect();
        self.shapes.push(Shape { parts, wider });
    }

    pub fn piece(&mut self, piece: &'p Piece, pieces: &Pieces) -> Result<(), Unfit> {
        let bits = |place: (f64, f64)| (place.0.to_bits(), place.1.to_bits());
        let outlines = piece.shape.outlines().map(|ring| ring.into_iter().map(bits).collect()).collect();
        let alike = (outlines, piece.mirror, angles(piece, pieces).into_iter().map(f64::to_bits).collect());
        let ranges = match self.known.get(&alike) {
            Some(known) => known.clone(),
            None => self.shape(piece, pieces)?,
        };
        let all = ranges.first().map_or(0, |one| one.start)..ranges.last().map_or(0, |one| one.end);
        self.known.entry(alike).or_insert_with(|| ranges.clone());
        for copy in 0..piece.demand {
            let range = match (piece.paired, copy * 2 < piece.demand) {
                (false, _) => Some(all.clone()),
                (true, true) => ranges.first().cloned(),
                (true, false) => ranges.last().cloned(),
            };
            let forms = range.filter(|range| !range.is_empty()).ok_or_else(|| too_wide(piece, pieces))?;
            let (area, hold) = (piece.shape.area(), self.hold(piece, pieces, copy));
            let weight = area.max(0.0).powf(0.25);
            let garment = (pieces.direction == Direction::Garment).then(|| {
                let count = self.garments.len();
                *self.garments.entry(pieces.garment(piece, copy)).or_insert(count)
            });
            self.items.push(Item { piece: Some(piece.id), copy, forms, area, weight, hold, garment });
        }
        Ok(())
    }

    /// The forms of a piece as it is drawn, and of its mirror image where it may lie so.
    fn shape(&mut self, piece: &Piece, pieces: &Pieces) -> Result<Vec<Range<usize>>, Unfit> {
        let around = disc(self.apart, if pieces.spacing > 0.0 { 24 } else { 4 });
        let sides: &[bool] = if piece.mirror { &[false, true] } else { &[false] };
        let mut ranges = Vec::new();
        for mirrored in sides {
            let mut own = forms_of(piece, pieces, *mirrored, self.shapes.len())?;
            pair_up(&mut own, self.forms.len());
            ranges.push(self.forms.len()..self.forms.len() + own.len());
            self.forms.extend(own);
            let region = piece.shape.placed(*mirrored, 0.0, (0.0, 0.0)).map_err(|why| broken(piece, why))?;
            let parts = parts(&thinned(region.outlines().collect(), self.near));
            let wider = match self.apart > 0.0 {
                true => parts.iter().map(|part| sum(part, &around)).collect(),
                false => parts.clone(),
            };
            self.shapes.push(Shape { parts, wider });
        }
        Ok(ranges)
    }

    fn hold(&mut self, piece: &'p Piece, pieces: &Pieces, copy: u64) -> Option<Hold> {
        let own = piece.matching.as_ref().filter(|_| pieces.cloth.repeat.is_some())?;
        let group = own.group.as_deref().map(|group| {
            let count = self.groups.len();
            *self.groups.entry((group, pieces.garment(piece, copy))).or_insert(count)
        });
        Some(Hold { group, own: own.clone() })
    }
}

pub fn unfit(piece: &Piece, why: Why) -> Unfit {
    let label = piece.marks.label();
    let piece = if label.is_empty() { piece.id.to_string() } else { format!("`{label}`") };
    Unfit { piece, why }
}

fn broken(piece: &Piece, error: impl std::fmt::Display) -> Unfit {
    unfit(piece, Why::Shape(error.to_string()))
}

fn too_wide(piece: &Piece, pieces: &Pieces) -> Unfit {
    let across = |turn: f64| {
        let placed = piece.shape.placed(false, turn, (0.0, 0.0)).ok();
        placed.map_or(f64::MAX, |region| region.bounds().1.units().1 - region.bounds().0.units().1)
    };
    let across = angles(piece, pieces).into_iter().map(across).fold(f64::MAX, f64::min);
    unfit(piece, Why::Wide { across, width: pieces.across() })
}

/// The angles that are tried, sorted and each once.
pub fn angles(piece: &Piece, pieces: &Pieces) -> Vec<f64> {
    let all: Vec<f64> = match &piece.turns {
        Turns::Any => (0..FREE_TURNS).map(|at| f64::from(at) * 360.0 / f64::from(FREE_TURNS)).collect(),
        Turns::Some { angles, tilt } if *tilt > 0.0 => {
            angles.iter().flat_map(|angle| [angle - tilt, *angle, angle + tilt]).collect()
        }
        Turns::Some { angles, .. } => angles.clone(),
    };
    let mut all: Vec<f64> = all.into_iter().map(|angle| angle.rem_euclid(360.0)).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    // Where all of the marker look the same way, it is the grain's own direction; a garment may look the other way.
    let ahead = |angle: &f64| match pieces.direction {
        Direction::Any => true,
        Direction::Marker => is_ahead(*angle),
        Direction::Garment => is_ahead(*angle) || is_ahead((angle + 180.0) % 360.0),
    };
    // What matches stripes or checks lies along them.
    let matches = piece.matching.is_some() && pieces.cloth.repeat.is_some();
    let straight = |angle: &f64| !matches || signs(false, *angle).is_some();
    all.into_iter().filter(ahead).filter(straight).collect()
}

fn forms_of(piece: &Piece, pieces: &Pieces, mirrored: bool, shape: usize) -> Result<Vec<Form>, Unfit> {
    let mut forms = Vec::new();
    let angles = angles(piece, pieces);
    if angles.is_empty() {
        return Err(unfit(piece, Why::Direction));
    }
    for turn in angles {
        let placed = piece.shape.placed(mirrored, turn, (0.0, 0.0)).map_err(|why| broken(piece, why))?;
        let (low, high) = placed.bounds();
        let (low, high) = (low.units(), high.units());
        if high.1 - low.1 <= pieces.across() {
            let ahead = pieces.direction == Direction::Any || is_ahead(turn);
            forms.push(Form { turn, mirrored, low, high, ahead, opposite: None, shape });
        }
    }
    if pieces.direction == Direction::Garment {
        // What looks the other way is of use only where it can look ahead as well.
        let turns: Vec<f64> = forms.iter().filter(|form| form.ahead).map(|form| form.turn).collect();
        forms.retain(|form| form.ahead || turns.iter().any(|turn| are_opposite(*turn, form.turn)));
        if turns.is_empty() {
            return Err(unfit(piece, Why::Direction));
        }
    }
    Ok(forms)
}

fn is_ahead(turn: f64) -> bool {
    turn.min(360.0 - turn) <= 45.0
}

fn are_opposite(one: f64, other: f64) -> bool {
    ((one - other).rem_euclid(360.0) - 180.0).abs() < 1e-9
}

/// Notes of each form which one looks the other way; the first of them has a place among all.
fn pair_up(forms: &mut [Form], first: usize) {
    let turns: Vec<f64> = forms.iter().map(|form| form.turn).collect();
    for form in forms {
        form.opposite = turns.iter().position(|turn| are_opposite(*turn, form.turn)).map(|at| first + at);
    }
}
