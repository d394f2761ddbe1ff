//! Markers: pieces laid out on a strip of cloth.
//!
//! [`dxf`] and [`svg`] read patterns and [`pattern`] makes pieces of them; [`read`] takes pieces and layouts in the JSON of
//! jagua-rs, in its dialects before and since 1.1, and writes them; [`cloth`] knows rolls and repeats; [`uniform`] makes pieces
//! of its own; [`nest`] lays pieces out, and [`draw`] draws what it found; [`check`] says exactly whether a layout holds, by
//! [`exact`] geometry on whole numbers and nothing of how the layout was found.

mod allowance;
pub mod check;
pub mod cloth;
pub mod draw;
pub mod dxf;
pub mod exact;
pub mod nest;
mod outline;
pub mod pattern;
pub mod read;
pub mod svg;
pub mod uniform;

use cloth::{Cloth, Match};
use exact::Region;

/// Pieces, the strip, and the rules of laying them out.
#[derive(Clone, Debug, PartialEq)]
pub struct Pieces {
    /// What they are called.
    pub name: String,
    /// The strip's width, across which pieces lie between 0 and this; its length runs along x.
    pub width: f64,
    /// How far pieces must lie apart.
    pub spacing: f64,
    /// All pieces of which direction.
    pub direction: Direction,
    /// The rolls and the repeat of the cloth.
    pub cloth: Cloth,
    /// The pieces.
    pub pieces: Vec<Piece>,
}

/// Which pieces must look the same way, for cloth with a nap or a print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Each may look either way.
    Any,
    /// The pieces of one garment look the same way.
    Garment,
    /// All pieces of the marker do.
    Marker,
}

/// One piece, to be laid out a number of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Its number.
    pub id: u64,
    /// How many times.
    pub demand: u64,
    /// Its shape, in its own place.
    pub shape: Region,
    /// How it may be turned.
    pub turns: Turns,
    /// It may lie with its other side up.
    pub mirror: bool,
    /// Half of them must: a left one for each right one.
    pub paired: bool,
    /// How many of them a garment takes.
    pub per_garment: u64,
    /// How it lies to stripes or checks.
    pub matching: Option<Match>,
    /// What is drawn on it.
    pub marks: Marks,
}

/// What is drawn on a piece besides its outline, in its own place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// What the piece is called.
    pub name: String,
    /// The size that it belongs to.
    pub size: String,
    /// From where to where the grain line runs.
    pub grain: Option<[(f64, f64); 2]>,
    /// Notches on its edge.
    pub notches: Vec<(f64, f64)>,
    /// Places that are drilled.
    pub drills: Vec<(f64, f64)>,
    /// Lines within it: sewing lines and others.
    pub lines: Vec<Vec<(f64, f64)>>,
}

impl Marks {
    /// The same with every place moved by a rule.
    pub fn moved(&self, rule: &dyn Fn((f64, f64)) -> (f64, f64)) -> Self {
        let all = |places: &[(f64, f64)]| places.iter().map(|place| rule(*place)).collect::<Vec<_>>();
        Self {
            name: self.name.clone(),
            size: self.size.clone(),
            grain: self.grain.map(|ends| ends.map(rule)),
            notches: all(&self.notches),
            drills: all(&self.drills),
            lines: self.lines.iter().map(|line| all(line)).collect(),
        }
    }

    /// Name and size in one, as far as they are told.
    pub fn label(&self) -> String {
        [self.name.as_str(), self.size.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// How a piece may be turned, in degrees.
#[derive(Clone, Debug, PartialEq)]
pub enum Turns {
    /// By any angle.
    Any,
    /// By one of these, and as much to either side as the tilt.
    Some {
        /// The angles.
        angles: Vec<f64>,
        /// How far from them the grain may lie.
        tilt: f64,
    },
}

/// Where pieces lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// How much of the strip is used.
    pub length: f64,
    /// The pieces.
    pub placed: Vec<Placed>,
}

/// Where one piece lies: mirrored at its own x axis, turned around its own origin, then moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The number of the piece.
    pub piece: u64,
    /// It lies with its other side up.
    pub mirrored: bool,
    /// Degrees counterclockwise.
    pub turn: f64,
    /// How far it was moved.
    pub to: (f64, f64),
    /// The garment that it belongs to, where that is told.
    pub garment: Option<String>,
}

impl Placed {
    /// What is written on the piece: its name with the garment, or its number where it has no name.
    pub fn label(&self, piece: &Piece) -> String {
        let (name, size) = (piece.marks.name.as_str(), piece.marks.size.as_str());
        let number = if name.is_empty() { piece.id.to_string() } else { name.to_owned() };
        let garment = self.garment.as_deref().unwrap_or_default();
        // Garments that were laid out here are called by their size and a number.
        let size = if garment.split(' ').next() == Some(size) { "" } else { size };
        [number.as_str(), size, garment]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Where a place of the piece lies.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let y = if self.mirrored { -y } else { y };
        let (sin, cos) = self.turn.to_radians().sin_cos();
        (x * cos - y * sin + self.to.0, x * sin + y * cos + self.to.1)
    }
}
