//! What stays the same while pieces are moved: the ways each may lie, and how deep any two lie in each other.

mod making;

use super::super::cloth::{Match, Repeat, signs};
use super::super::{Piece, Pieces};
use super::field::Field;
use super::parts::{Place, opposite, sum};
use super::strip::Spot;
use super::{NoLayout, Unfit, Why};
use making::{Making, angles, unfit};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

/// Corners of shapes that are turned by no quarter are written in millionths of a unit. Where there are such, pieces are kept
/// so far from each other that writing brings none to overlap.
const WRITTEN: f64 = 4e-6;

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
    /// It looks along the grain's own direction, and which form looks the other way.
    pub ahead: bool,
    pub opposite: Option<usize>,
    /// The outline that it is a turn of.
    shape: usize,
}

/// One piece to be laid, or a flaw of the cloth, which stays where it is.
pub struct Item {
    /// Its number, and which of its kind it is; a flaw has none.
    pub piece: Option<u64>,
    pub copy: u64,
    /// The forms that it may take.
    pub forms: Range<usize>,
    pub area: f64,
    /// The fourth root of its area: what a depth in it weighs. A large piece finds a place less easily than a small one.
    pub weight: f64,
    /// How it lies to the repeat.
    pub hold: Option<Hold>,
    /// The garment whose pieces all look the same way, by its place among those.
    pub garment: Option<usize>,
}

/// What keeps a piece to the repeat.
pub struct Hold {
    /// Which pieces it matches, by their place among all groups of all garments; none where it matches the repeat itself.
    pub group: Option<usize>,
    own: Match,
}

/// More fields than this take more memory than should be held.
const MOST_FIELDS: usize = 150_000;

/// Shapes of very many corners are thinned at first by this part of the strip's width: of 1.5 m that is 0.05 mm.
const NEAR: f64 = 30_000.0;

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
    /// Of each garment whose pieces look the same way, whether that may be the other one.
    pub garments: Vec<bool>,
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
        // Before any is made of them.
        let flaws: u64 = pieces.cloth.rolls.iter().map(|roll| roll.flaws.len() as u64).sum();
        let count = pieces.pieces.iter().fold(0, |sum: u64, piece| sum.saturating_add(piece.demand));
        if count == 0 || count.saturating_add(flaws) > super::MOST_ITEMS {
            return Err(NoLayout::Count(count.saturating_add(flaws)));
        }
        let all = pieces.pieces.iter().flat_map(|piece| angles(piece, pieces));
        let apart =
            pieces.spacing + if all.into_iter().all(|angle| angle % 90.0 == 0.0) { 0.0 } else { WRITTEN };
        let mut making = Making {
            apart,
            near: pieces.across() / NEAR,
            known: BTreeMap::new(),
            groups: BTreeMap::new(),
            garments: BTreeMap::new(),
            forms: Vec::new(),
            items: Vec::new(),
            shapes: Vec::new(),
        };
        // First, so that in each pair it is the flaw that stays, which needs no space around it.
        for flaw in pieces.cloth.rolls.iter().flat_map(|roll| &roll.flaws) {
            making.flaw(flaw);
        }
        let laid = || pieces.pieces.iter().filter(|piece| piece.demand > 0);
        let without: Vec<Unfit> = laid().filter_map(|piece| making.piece(piece, pieces).err()).collect();
        if !without.is_empty() {
            return Err(NoLayout::Unfit(without));
        }
        let Making { mut items, forms, shapes, groups, garments, .. } = making;
        let sum =
            |flaw: bool| items.iter().filter(|item| item.piece.is_none() == flaw).map(|item| item.area).sum();
        let (area, lost) = (sum(false), sum(true));
        // A small flaw is as much in the way as the largest piece.
        let most = items.iter().map(|item| item.weight).fold(0.0, f64::max);
        items.iter_mut().filter(|item| item.piece.is_none()).for_each(|item| item.weight = most);
        let turned = may_turn(&items, &forms, garments.len());
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
            garments: turned,
            repeat,
            apart,
            shapes,
            fields: Vec::new(),
            pairs: Vec::new(),
            cells: CELLS,
        };
        let astray = |piece: &&Piece| {
            kit.items.iter().any(|item| {
                item.piece == Some(piece.id)
                    && item.hold.as_ref().is_some_and(|hold| hold.group.is_none())
                    && !kit.has_place(item, (0.0, 0.0))
            })
        };
        let without: Vec<Unfit> = laid().filter(astray).map(|piece| unfit(piece, Why::Repeat)).collect();
        if without.is_empty() { Ok(kit) } else { Err(NoLayout::Unfit(without)) }
    }

    /// Prepares what any two forms look up. Says whether there is room for that: so many different shapes have more pairs than
    /// memory should hold.
    pub fn prepare(&mut self) -> bool {
        let turns: BTreeSet<u64> = self.forms.iter().map(|form| millionths(form.turn)).collect();
        let shapes = self.shapes.len();
        if shapes * shapes / 2 * turns.len() > MOST_FIELDS {
            return false;
        }
        (self.fields, self.pairs) = pairs(&self.forms);
        self.cells = (CELLS * (MANY / self.fields.len().max(1) as f64).sqrt()).clamp(CELLS / 3.0, CELLS);
        true
    }

    /// How many different shapes there are, mirrored ones too.
    pub fn shapes(&self) -> usize {
        self.shapes.len()
    }

    /// How far pieces reach.
    pub fn reach(&self, spots: &[Spot]) -> f64 {
        let laid = self.items.iter().zip(spots).filter(|(item, _)| item.piece.is_some());
        laid.filter_map(|(_, spot)| Some(spot.x + self.forms.get(spot.form)?.high.0)).fold(0.0, f64::max)
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

/// Of each garment whether all of its pieces may look the other way.
fn may_turn(items: &[Item], forms: &[Form], garments: usize) -> Vec<bool> {
    let mut turned = vec![true; garments];
    for item in items {
        let both =
            forms.get(item.forms.clone()).unwrap_or_default().iter().all(|form| form.opposite.is_some());
        let own = item.garment.and_then(|garment| turned.get_mut(garment));
        own.into_iter().for_each(|own| *own &= both);
    }
    turned
}

/// Whether a place of a row lies between two.
pub fn fits(base: f64, period: f64, low: f64, high: f64) -> bool {
    base + ((low - 1e-7 - base) / period).ceil() * period <= high + 1e-7
}

/// Which field two forms use: shapes with the smaller number first, the turn of the second against the first in millionths.
type Key = (usize, usize, u64);

/// For each two forms where they look; and the fields that there are, not made yet.
fn pairs(forms: &[Form]) -> (Vec<(Key, OnceLock<Field>)>, Vec<Pair>) {
    let mut of_shape: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    forms.iter().enumerate().for_each(|(at, form)| of_shape.entry(form.shape).or_default().push(at));
    let mut fields = Vec::new();
    let mut pairs = vec![Pair::default(); forms.len() * forms.len()];
    for (shape, own) in &of_shape {
        for (_, others) in of_shape.range(shape..) {
            // Of two shapes only their turns against each other tell fields apart.
            let mut known: Vec<(u64, u32)> = Vec::new();
            let both = own.iter().flat_map(|i| others.iter().map(move |j| (*i, *j)));
            for (i, j) in both.flat_map(|(i, j)| [(i, j), (j, i)]) {
                let (Some(of), Some(other)) = (forms.get(i), forms.get(j)) else { continue };
                // The field is in the frame of the one that stays. Both ways of asking must come to the same.
                let swapped = (of.shape, millionths(other.turn - of.turn), i)
                    < (other.shape, millionths(of.turn - other.turn), j);
                let (stays, moves, sign) = if swapped { (of, other, -1.0) } else { (other, of, 1.0) };
                let turn = millionths(moves.turn - stays.turn);
                let found = known.iter().find(|(own, _)| *own == turn).map(|(_, field)| *field);
                let field = found.unwrap_or_else(|| {
                    fields.push(((stays.shape, moves.shape, turn), OnceLock::new()));
                    known.push((turn, fields.len() as u32 - 1));
                    fields.len() as u32 - 1
                });
                let (sin, cos) = turned(stays.turn);
                let own = pairs.get_mut(i * forms.len() + j);
                own.into_iter().for_each(|own| *own = Pair { field, cos: cos * sign, sin: sin * sign });
            }
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
