//! What stays the same while pieces are moved: the ways each may lie, and how deep any two lie in each other.

use super::super::cloth::{Match, Repeat, signs};
use super::super::exact::Region;
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

/// One piece to be laid, or a flaw of the cloth, which stays where it is.
pub struct Item {
    /// Its number, and which of its kind it is; a flaw has none.
    pub piece: Option<u64>,
    pub copy: u64,
    /// The forms that it may take.
    pub forms: std::ops::Range<usize>,
    pub area: f64,
    /// The fourth root of its area: what a depth in it weighs. A large piece finds a place less easily than a small one.
    pub weight: f64,
    /// How it lies to the repeat.
    pub hold: Option<Hold>,
}

/// What keeps a piece to the repeat.
pub struct Hold {
    /// Which pieces it matches, by their place among all groups of all garments; none where it matches the repeat itself.
    pub group: Option<usize>,
    own: Match,
}

/// Everything about the pieces.
pub struct Kit {
    pub width: f64,
    pub forms: Vec<Form>,
    pub items: Vec<Item>,
    /// Of all pieces together.
    pub area: f64,
    /// Of all flaws.
    pub lost: f64,
    /// How many groups of garments match each other.
    pub groups: usize,
    repeat: Repeat,
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
        let all = pieces.pieces.iter().flat_map(|piece| angles(piece, pieces));
        let apart =
            pieces.spacing + if all.into_iter().all(|angle| angle % 90.0 == 0.0) { 0.0 } else { WRITTEN };
        let mut making = Making {
            apart,
            groups: BTreeMap::new(),
            forms: Vec::new(),
            items: Vec::new(),
            shapes: Vec::new(),
        };
        // First, so that in each pair it is the flaw that stays, which needs no space around it.
        for flaw in pieces.cloth.rolls.iter().flat_map(|roll| &roll.flaws) {
            making.flaw(flaw);
        }
        for piece in pieces.pieces.iter().filter(|piece| piece.demand > 0) {
            making.piece(piece, pieces)?;
        }
        let Making { mut items, forms, shapes, groups, .. } = making;
        let count = items.iter().filter(|item| item.piece.is_some()).count();
        if count == 0 || items.len() > super::MOST_ITEMS {
            return Err(NoLayout::Count(items.len()));
        }
        let sum =
            |flaw: bool| items.iter().filter(|item| item.piece.is_none() == flaw).map(|item| item.area).sum();
        let (area, lost) = (sum(false), sum(true));
        // A small flaw is as much in the way as the largest piece.
        let most = items.iter().map(|item| item.weight).fold(0.0, f64::max);
        items.iter_mut().filter(|item| item.piece.is_none()).for_each(|item| item.weight = most);
        let (fields, pairs) = pairs(&forms);
        let cells = (CELLS * (MANY / fields.len().max(1) as f64).sqrt()).clamp(CELLS / 3.0, CELLS);
        // The corners of what stands around a piece.
        let apart = apart * 1.5;
        let repeat = pieces.cloth.repeat.clone().unwrap_or_default();
        let width = pieces.across();
        let kit = Self {
            width,
            forms,
            items,
            area,
            lost,
            groups: groups.len(),
            repeat,
            apart,
            shapes,
            fields,
            pairs,
            cells,
        };
        match kit.items.iter().find(|item| {
            item.hold.as_ref().is_some_and(|hold| hold.group.is_none()) && !kit.has_place(item, (0.0, 0.0))
        }) {
            Some(item) => Err(NoLayout::Repeat(item.piece.unwrap_or_default())),
            None => Ok(kit),
        }
    }

    /// Whether a piece has a place within the width that falls right on the repeat, by the phase of its group.
    pub fn has_place(&self, item: &Item, phase: Place) -> bool {
        item.forms.clone().filter_map(|form| self.forms.get(form)).any(|form| {
            let (low, high) = (-form.low.1, self.width - form.high.1);
            self.grid(item, form, phase).1.is_none_or(|(base, period)| fits(base, period, low, high))
        })
    }

    /// The places that a piece may have along the cloth, and across it, each as one of them and how far it is to the next; by the
    /// phase of its group.
    pub fn grid(&self, item: &Item, form: &Form, group: Place) -> (Option<Place>, Option<Place>) {
        let Some(Hold { own, group: of }) = &item.hold else { return (None, None) };
        let Some((sx, sy)) = signs(form.mirrored, form.turn) else { return (None, None) };
        let group = if of.is_some() { group } else { (0.0, 0.0) };
        let base = |sign: f64, origin: f64, phase: f64, at: f64| origin + sign * (phase - at);
        let Repeat { along, across, origin, .. } = &self.repeat;
        (
            along
                .filter(|_| own.along)
                .map(|period| (base(sx, origin.0, own.phase.0 + group.0, own.at.0), period)),
            across
                .filter(|_| own.across)
                .map(|period| (base(sy, origin.1, own.phase.1 + group.1, own.at.1), period)),
        )
    }

    /// The phase of its group with which a piece has a place, along and across, as far as each matters.
    pub fn phase_at(&self, item: &Item, form: &Form, (x, y): Place) -> (Option<f64>, Option<f64>) {
        let (along, across) = self.grid(item, form, (0.0, 0.0));
        let (sx, sy) = signs(form.mirrored, form.turn).unwrap_or((1.0, 1.0));
        let phase = |sign: f64, at: f64, (base, period): Place| (sign * (at - base)).rem_euclid(period);
        (along.map(|row| phase(sx, x, row)), across.map(|row| phase(sy, y, row)))
    }

    /// How much the repeat is along and across, where it is.
    pub fn periods(&self) -> Place {
        (self.repeat.along.unwrap_or(0.0), self.repeat.across.unwrap_or(0.0))
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

/// Whether a place of a row lies between two.
pub fn fits(base: f64, period: f64, low: f64, high: f64) -> bool {
    base + ((low - 1e-7 - base) / period).ceil() * period <= high + 1e-7
}

/// What a kit is made of, piece by piece.
struct Making<'p> {
    apart: f64,
    /// Each group of each garment.
    groups: BTreeMap<(&'p str, String), usize>,
    forms: Vec<Form>,
    items: Vec<Item>,
    shapes: Vec<Shape>,
}

impl<'p> Making<'p> {
    fn flaw(&mut self, flaw: &Region) {
        let (low, high) = flaw.bounds();
        let form = Form {
            turn: 0.0,
            mirrored: false,
            low: low.units(),
            high: high.units(),
            shape: self.shapes.len(),
        };
        let at = self.forms.len();
        self.forms.push(form);
        let (area, weight) = (flaw.area(), 1.0);
        self.items.push(Item { piece: None, copy: 0, forms: at..at + 1, area, weight, hold: None });
        let parts = parts(&flaw.outlines().collect::<Vec<_>>());
        let around = disc(WRITTEN, 4);
        let wider = parts.iter().map(|part| sum(part, &around)).collect();
        self.shapes.push(Shape { parts, wider });
    }

    fn piece(&mut self, piece: &'p Piece, pieces: &Pieces) -> Result<(), NoLayout> {
        let around = disc(self.apart, if pieces.spacing > 0.0 { 24 } else { 4 });
        let sides: &[bool] = if piece.mirror { &[false, true] } else { &[false] };
        let mut ranges = Vec::new();
        for mirrored in sides {
            let own = forms_of(piece, pieces, *mirrored, self.shapes.len())?;
            ranges.push(self.forms.len()..self.forms.len() + own.len());
            self.forms.extend(own);
            let region = piece.shape.placed(*mirrored, 0.0, (0.0, 0.0)).map_err(|why| told(piece, why))?;
            let parts = parts(&region.outlines().collect::<Vec<_>>());
            let wider = match self.apart > 0.0 {
                true => parts.iter().map(|part| sum(part, &around)).collect(),
                false => parts.clone(),
            };
            self.shapes.push(Shape { parts, wider });
        }
        let all = ranges.first().map_or(0, |one| one.start)..self.forms.len();
        for copy in 0..piece.demand {
            let range = match (piece.paired, copy * 2 < piece.demand) {
                (false, _) => Some(all.clone()),
                (true, true) => ranges.first().cloned(),
                (true, false) => ranges.last().cloned(),
            };
            let forms = range.filter(|range| !range.is_empty()).ok_or_else(|| too_wide(piece, pieces))?;
            let (area, hold) = (piece.shape.area(), self.hold(piece, pieces, copy));
            let weight = area.max(0.0).powf(0.25);
            self.items.push(Item { piece: Some(piece.id), copy, forms, area, weight, hold });
        }
        Ok(())
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

fn told(piece: &Piece, why: impl std::fmt::Display) -> NoLayout {
    NoLayout::Shape { piece: piece.id, why: why.to_string() }
}

fn too_wide(piece: &Piece, pieces: &Pieces) -> NoLayout {
    let across = |turn: f64| {
        let placed = piece.shape.placed(false, turn, (0.0, 0.0)).ok();
        placed.map_or(f64::MAX, |region| region.bounds().1.units().1 - region.bounds().0.units().1)
    };
    let across = angles(piece, pieces).into_iter().map(across).fold(f64::MAX, f64::min);
    NoLayout::Wide { piece: piece.id, across, width: pieces.across() }
}

/// The angles that are tried, sorted and each once.
fn angles(piece: &Piece, pieces: &Pieces) -> Vec<f64> {
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
    let ahead = |angle: &f64| pieces.direction == Direction::Any || angle.min(360.0 - angle) <= 45.0;
    // What matches stripes or checks lies along them.
    let matches = piece.matching.is_some() && pieces.cloth.repeat.is_some();
    let straight = |angle: &f64| !matches || signs(false, *angle).is_some();
    all.into_iter().filter(ahead).filter(straight).collect()
}

fn forms_of(piece: &Piece, pieces: &Pieces, mirrored: bool, shape: usize) -> Result<Vec<Form>, NoLayout> {
    let mut forms = Vec::new();
    let angles = angles(piece, pieces);
    if angles.is_empty() {
        return Err(NoLayout::Direction(piece.id));
    }
    for turn in angles {
        let placed = piece.shape.placed(mirrored, turn, (0.0, 0.0)).map_err(|why| told(piece, why))?;
        let (low, high) = placed.bounds();
        let (low, high) = (low.units(), high.units());
        if high.1 - low.1 <= pieces.across() {
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
