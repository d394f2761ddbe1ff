//! What stays the same while pieces are moved: the ways each may lie, and how deep any two lie in each other.

use super::super::{Direction, Piece, Pieces, Turns};
use super::NoLayout;
use super::field::Field;
use super::parts::{Place, disc, opposite, parts, sum};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Corners of shapes that are turned by no quarter are written in millionths of a unit. Where there are such, pieces are kept
/// so far from each other that writing brings none to overlap.
const WRITTEN: f64 = 4e-6;

/// A piece that may be turned freely is turned by this part of a turn.
const FREE_TURNS: u32 = 16;

/// Cells along the longer side of a field, and of how many fields on they are fewer, to spare memory.
const CELLS: f64 = 128.0;
const MANY: f64 = 1_500.0;

/// One way that a piece may lie.
pub struct Form {
    pub turn: f64,
    pub mirrored: bool,
    /// Where its corners reach from its own place.
    pub low: Place,
    pub high: Place,
    /// The outline that it is a turn of.
    shape: usize,
}

/// One piece to be laid.
pub struct Item {
    /// Its number, and which of its kind it is.
    pub piece: u64,
    pub copy: u64,
    /// The forms that it may take.
    pub forms: std::ops::Range<usize>,
    pub area: f64,
    /// The fourth root of its area: what a depth in it weighs. A large piece finds a place less easily than a small one.
    pub weight: f64,
}

/// Everything about the pieces.
pub struct Kit {
    pub width: f64,
    pub forms: Vec<Form>,
    pub items: Vec<Item>,
    pub area: f64,
    /// Pieces whose boxes are so far from each other do not meet.
    pub apart: f64,
    shapes: Vec<Shape>,
    /// Made when they are first asked for: some shapes never come near each other.
    fields: Vec<(Key, OnceLock<Field>)>,
    pairs: Vec<Pair>,
    cells: f64,
}

/// How two forms look up their depth: the field, and the turn into its frame.
#[derive(Clone, Copy, Default)]
struct Pair {
    field: u32,
    cos: f64,
    sin: f64,
}

/// An outline's convex parts, and the same with the space around them in which no other may lie.
struct Shape {
    parts: Vec<Vec<Place>>,
    wider: Vec<Vec<Place>>,
}

impl Kit {
    /// Makes a kit, or says why there can be no layout.
    pub fn new(pieces: &Pieces) -> Result<Self, NoLayout> {
        let (mut forms, mut items, mut shapes) = (Vec::new(), Vec::new(), Vec::new());
        let all = pieces.pieces.iter().flat_map(|piece| angles(piece, pieces.direction));
        let apart =
            pieces.spacing + if all.into_iter().all(|angle| angle % 90.0 == 0.0) { 0.0 } else { WRITTEN };
        let around = disc(apart, if pieces.spacing > 0.0 { 24 } else { 4 });
        for piece in pieces.pieces.iter().filter(|piece| piece.demand > 0) {
            let sides: &[bool] = if piece.mirror { &[false, true] } else { &[false] };
            let mut ranges = Vec::new();
            for mirrored in sides {
                let own = forms_of(piece, pieces, *mirrored, shapes.len())?;
                ranges.push(forms.len()..forms.len() + own.len());
                forms.extend(own);
                let region =
                    piece.shape.placed(*mirrored, 0.0, (0.0, 0.0)).map_err(|why| told(piece, why))?;
                let outline = region.outlines().next().unwrap_or_default();
                let parts = parts(&outline);
                let wider = match apart > 0.0 {
                    true => parts.iter().map(|part| sum(part, &around)).collect(),
                    false => parts.clone(),
                };
                shapes.push(Shape { parts, wider });
            }
            let all = ranges.first().map_or(0, |one| one.start)..forms.len();
            for copy in 0..piece.demand {
                let range = match (piece.paired, copy * 2 < piece.demand) {
                    (false, _) => Some(all.clone()),
                    (true, true) => ranges.first().cloned(),
                    (true, false) => ranges.last().cloned(),
                };
                let forms = range.filter(|range| !range.is_empty()).ok_or_else(|| too_wide(piece, pieces))?;
                let area = piece.shape.area();
                items.push(Item { piece: piece.id, copy, forms, area, weight: area.max(0.0).powf(0.25) });
            }
        }
        if items.is_empty() || items.len() > super::MOST_ITEMS {
            return Err(NoLayout::Count(items.len()));
        }
        let area = items.iter().map(|item| item.area).sum();
        let (fields, pairs) = pairs(&forms);
        let cells = (CELLS * (MANY / fields.len().max(1) as f64).sqrt()).clamp(CELLS / 3.0, CELLS);
        // The corners of what stands around a piece.
        let apart = apart * 1.5;
        Ok(Self { width: pieces.width, forms, items, area, apart, shapes, fields, pairs, cells })
    }

    /// How deep a form lies in another that is `(x, y)` before it.
    pub fn depth(&self, of: usize, other: usize, x: f64, y: f64) -> f64 {
        // Rounding must not tell the one of a pair otherwise than the other.
        let (x, y) = if of == other && (x < 0.0 || (x == 0.0 && y < 0.0)) { (-x, -y) } else { (x, y) };
        let Some(pair) = self.pairs.get(of * self.forms.len() + other) else { return 0.0 };
        let Some((key, field)) = self.fields.get(pair.field as usize) else { return 0.0 };
        field.get_or_init(|| self.field(*key)).depth(pair.cos * x + pair.sin * y, pair.cos * y - pair.sin * x)
    }

    /// The shortest way out of another form for one that lies a little in it.
    pub fn way_out(&self, of: usize, other: usize, x: f64, y: f64) -> Option<Place> {
        let pair = self.pairs.get(of * self.forms.len() + other)?;
        let field = self.fields.get(pair.field as usize)?.1.get()?;
        let turned = of == other && (x < 0.0 || (x == 0.0 && y < 0.0));
        let sign = if turned { -1.0 } else { 1.0 };
        let (cos, sin) = (pair.cos * sign, pair.sin * sign);
        let (x, y) = field.way_out(cos * x + sin * y, cos * y - sin * x)?;
        Some((cos * x - sin * y, sin * x + cos * y))
    }

    fn field(&self, (stays, moves, turn): Key) -> Field {
        let (sin, cos) = turned(turn as f64 / 1e6);
        let back = |part: &Vec<Place>| {
            opposite(&part.iter().map(|(x, y)| (x * cos - y * sin, x * sin + y * cos)).collect::<Vec<_>>())
        };
        let moved = self.shapes.get(moves).map_or(&[][..], |shape| &shape.parts);
        let moved: Vec<Vec<Place>> = moved.iter().map(back).collect();
        let wider = self.shapes.get(stays).map_or(&[][..], |shape| &shape.wider);
        let sums: Vec<Vec<Place>> =
            wider.iter().flat_map(|part| moved.iter().map(|other| sum(part, other))).collect();
        Field::new(&sums, self.cells)
    }
}

fn told(piece: &Piece, why: impl std::fmt::Display) -> NoLayout {
    NoLayout::Shape { piece: piece.id, why: why.to_string() }
}

fn too_wide(piece: &Piece, pieces: &Pieces) -> NoLayout {
    let across = |turn: f64| {
        let placed = piece.shape.placed(false, turn, (0.0, 0.0)).ok();
        placed.map_or(f64::MAX, |region| region.bounds().1.units().1 - region.bounds().0.units().1)
    };
    let across = angles(piece, pieces.direction).into_iter().map(across).fold(f64::MAX, f64::min);
    NoLayout::Wide { piece: piece.id, across, width: pieces.width }
}

/// The angles that are tried, sorted and each once.
fn angles(piece: &Piece, direction: Direction) -> Vec<f64> {
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
    // Where pieces must look the same way, all of the marker do, by the grain's own direction.
    let ahead = |angle: &f64| direction == Direction::Any || angle.min(360.0 - angle) <= 45.0;
    all.into_iter().filter(ahead).collect()
}

fn forms_of(piece: &Piece, pieces: &Pieces, mirrored: bool, shape: usize) -> Result<Vec<Form>, NoLayout> {
    let mut forms = Vec::new();
    let angles = angles(piece, pieces.direction);
    if angles.is_empty() {
        return Err(NoLayout::Direction(piece.id));
    }
    for turn in angles {
        let placed = piece.shape.placed(mirrored, turn, (0.0, 0.0)).map_err(|why| told(piece, why))?;
        let (low, high) = placed.bounds();
        let (low, high) = (low.units(), high.units());
        if high.1 - low.1 <= pieces.width {
            forms.push(Form { turn, mirrored, low, high, shape });
        }
    }
    Ok(forms)
}

/// Which field two forms use: shapes with the smaller number first, the turn of the second against the first in millionths.
type Key = (usize, usize, u64);

/// For each two forms where they look; and the fields that there are, not made yet.
fn pairs(forms: &[Form]) -> (Vec<(Key, OnceLock<Field>)>, Vec<Pair>) {
    let mut known: BTreeMap<Key, u32> = BTreeMap::new();
    let mut fields = Vec::new();
    let mut pairs = Vec::with_capacity(forms.len() * forms.len());
    for (i, of) in forms.iter().enumerate() {
        for (j, other) in forms.iter().enumerate() {
            // The field is in the frame of the one that stays. Both ways of asking must come to the same.
            let swapped = (of.shape, millionths(other.turn - of.turn), i)
                < (other.shape, millionths(of.turn - other.turn), j);
            let (stays, moves, sign) = if swapped { (of, other, -1.0) } else { (other, of, 1.0) };
            let key = (stays.shape, moves.shape, millionths(moves.turn - stays.turn));
            let field = *known.entry(key).or_insert_with(|| {
                fields.push((key, OnceLock::new()));
                fields.len() as u32 - 1
            });
            let (sin, cos) = turned(stays.turn);
            pairs.push(Pair { field, cos: cos * sign, sin: sin * sign });
        }
    }
    (fields, pairs)
}

fn millionths(turn: f64) -> u64 {
    (turn.rem_euclid(360.0) * 1e6).round() as u64 % 360_000_000
}

/// Sine and cosine, exact for quarters.
fn turned(turn: f64) -> (f64, f64) {
    match turn.rem_euclid(360.0) {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        other => other.to_radians().sin_cos(),
    }
}
