//! Laying pieces out on as little cloth as can be found.
//!
//! [`nest`] gets better the longer it may compute. Pieces may overlap while it looks; [`strip`] moves them out of each other's
//! way, [`search`] makes the strip shorter again and again, and [`field`] knows how deep two pieces overlap. What leaves has
//! passed [`check`](super::check), which knows nothing of all this.

mod boxes;
mod field;
mod kit;
mod parts;
mod search;
mod strip;
mod thin;

use super::check::check;
use super::{Layout, Pieces, Placed};
use crate::chance::Chance;
use kit::Kit;
use search::{Best, Search};
use std::sync::Mutex;
use strip::{Spot, share};

/// More pieces than this would make tables of pairs that are larger than memory should hold.
const MOST_ITEMS: u64 = 4_000;

/// How it is to be computed.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Another one finds other layouts.
    pub seed: u64,
    /// So many threads look on their own, and tell each other the best.
    pub threads: usize,
}

/// Why there is no layout.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoLayout {
    /// None, or too many.
    #[error("there are {0} pieces to lay out; lay out from 1 to {MOST_ITEMS} at a time")]
    Count(u64),
    /// Some pieces have no place, each told on a line.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unfit(Vec<Unfit>),
    /// Shapes are too many to look closer at any two, and boxes alone are not enough, as where pieces match each other.
    #[error(
        "there are {0} different shapes, too many to compare each two, and without that nothing that fits was found; \
         lay out fewer sizes at a time"
    )]
    Shapes(usize),
    /// The time was over before anything fitted.
    #[error("nothing that fits was found in the time; give more")]
    Time,
}

/// A piece that has no place on the strip.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("piece {piece}: {why}")]
pub struct Unfit {
    /// What it is called.
    pub piece: String,
    /// What keeps it from one.
    pub why: Why,
}

/// Why a piece has no place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Why {
    /// It does not fit.
    #[error(
        "is {across:.3} across however it may be turned, and the strip {width:.3}; \
         take wider cloth, or divide the piece"
    )]
    Wide {
        /// How wide it is at least.
        across: f64,
        /// How wide the strip is.
        width: f64,
    },
    /// It may not lie the way that all must.
    #[error("may not lie the way that its direction or the repeat asks for; let it be turned by 0, too")]
    Direction,
    /// It has no place across the cloth where it matches.
    #[error("lies to the repeat as it must nowhere within the width; mend its `match`, or take wider cloth")]
    Repeat,
    /// It cannot be turned as asked.
    #[error("{0}; mend the outline")]
    Shape(String),
}

/// Lays pieces out until `spent`, the share of the time that is gone, comes to 1. Each better layout is handed to `better`.
pub fn nest(
    pieces: &Pieces,
    effort: Effort,
    spent: &(dyn Fn() -> f64 + Sync),
    better: &(dyn Fn(&Layout) + Sync),
) -> Result<Layout, NoLayout> {
    let began = spent();
    let mut kit = Kit::new(pieces)?;
    let layout: Mutex<Option<Layout>> = Mutex::new(None);
    let keep = |kit: &Kit, spots: &[Spot]| {
        let found = laid(kit, pieces, spots);
        let holds = check(pieces, &found).faults.is_empty();
        if holds && let Ok(mut layout) = layout.lock() {
            better(&found);
            *layout = Some(found);
        }
        holds
    };
    // Something that holds, before anything that takes time.
    let simple = boxes::skyline(&kit, &mut || 0.0).filter(|spots| keep(&kit, spots));
    let room = kit.prepare();
    // What this took is of the time too; the threads count their own.
    let prepared = spent() - began;
    let spent = || prepared + spent();
    let keep = |spots: &[Spot]| keep(&kit, spots);
    let best = Best { found: Mutex::new(simple.map(|spots| (kit.reach(&spots), spots))), keep: &keep };
    if !room {
        // Shapes are too many to look closer at any two.
        let mut chance = Chance::new(effort.seed);
        while spent() < 1.0 {
            let Some(spots) = boxes::skyline(&kit, &mut || share(&mut chance) * 0.2) else { break };
            best.offer(kit.reach(&spots), &spots);
        }
    } else if spent() < 1.0 {
        std::thread::scope(|scope| {
            for thread in 0..effort.threads.max(1) as u64 {
                let seed = effort.seed.wrapping_add(thread.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                let (kit, best, spent) = (&kit, &best, &spent);
                scope.spawn(move || Search::new(kit, seed, spent, best).run());
            }
        });
    }
    let shapes = kit.shapes();
    layout.into_inner().ok().flatten().ok_or(if room { NoLayout::Time } else { NoLayout::Shapes(shapes) })
}

fn laid(kit: &Kit, pieces: &Pieces, spots: &[Spot]) -> Layout {
    let all = pieces.direction == super::Direction::Garment;
    let mut length: f64 = 0.0;
    let mut placed = Vec::with_capacity(spots.len());
    for (item, spot) in kit.items.iter().zip(spots) {
        let Some((form, id)) = kit.forms.get(spot.form).zip(item.piece) else { continue };
        let Some(piece) = pieces.pieces.iter().find(|piece| piece.id == id) else { continue };
        // Where no rule goes by garments, what is sewn together is still told, if it is a garment's piece at all.
        let sewn = !piece.marks.label().is_empty();
        let garment = all || sewn || piece.matching.as_ref().is_some_and(|own| own.group.is_some());
        length = length.max(spot.x + form.high.0);
        placed.push(Placed {
            piece: id,
            mirrored: form.mirrored,
            turn: form.turn,
            to: (spot.x, spot.y),
            garment: garment.then(|| pieces.garment(piece, item.copy)),
        });
    }
    Layout { length: (length * 1e6).ceil() / 1e6, placed }
}
