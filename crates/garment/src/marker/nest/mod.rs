//! Laying pieces out on as little cloth as can be found.
//!
//! [`nest`] gets better the longer it may compute. Pieces may overlap while it looks; [`strip`] moves them out of each other's
//! way, [`search`] makes the strip shorter again and again, and [`field`] knows how deep two pieces overlap. What leaves has
//! passed [`check`](super::check), which knows nothing of all this.

mod field;
mod kit;
mod parts;
mod search;
mod strip;

use super::check::check;
use super::{Layout, Pieces, Placed};
use kit::Kit;
use search::{Best, Search};
use std::sync::Mutex;
use strip::Spot;

/// More pieces than this would make tables of pairs that are larger than memory should hold.
const MOST_ITEMS: usize = 4_000;

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
    Count(usize),
    /// One does not fit.
    #[error(
        "piece {piece} is {across:.3} across however it may be turned, and the strip {width:.3}; \
         take wider cloth, or divide the piece"
    )]
    Wide {
        /// Its number.
        piece: u64,
        /// How wide it is at least.
        across: f64,
        /// How wide the strip is.
        width: f64,
    },
    /// One may not lie the way that all must.
    #[error(
        "piece {0} may not lie the way that its direction or the repeat asks for; let it be turned by 0, too"
    )]
    Direction(u64),
    /// One has no place across the cloth where it matches.
    #[error(
        "piece {0} lies to the repeat as it must nowhere within the width; mend its `match`, or take wider cloth"
    )]
    Repeat(u64),
    /// One cannot be turned as asked.
    #[error("piece {piece}: {why}; mend the outline")]
    Shape {
        /// Its number.
        piece: u64,
        /// What is wrong.
        why: String,
    },
    /// The time was over before anything fitted.
    #[error("nothing that fits was found in the time; give more")]
    Time,
}

/// Lays pieces out until `spent`, the share of the time that is gone, comes to 1. Each better layout is handed to `better`.
pub fn nest(
    pieces: &Pieces,
    effort: Effort,
    spent: &(dyn Fn() -> f64 + Sync),
    better: &(dyn Fn(&Layout) + Sync),
) -> Result<Layout, NoLayout> {
    let kit = Kit::new(pieces)?;
    let layout: Mutex<Option<Layout>> = Mutex::new(None);
    let keep = |spots: &[Spot]| {
        let found = laid(&kit, pieces, spots);
        let holds = check(pieces, &found).faults.is_empty();
        if holds && let Ok(mut layout) = layout.lock() {
            better(&found);
            *layout = Some(found);
        }
        holds
    };
    let best = Best { found: Mutex::new(None), keep: &keep };
    std::thread::scope(|scope| {
        for thread in 0..effort.threads.max(1) as u64 {
            let seed = effort.seed.wrapping_add(thread.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let (kit, best) = (&kit, &best);
            scope.spawn(move || Search::new(kit, seed, spent, best).run());
        }
    });
    layout.into_inner().ok().flatten().ok_or(NoLayout::Time)
}

fn laid(kit: &Kit, pieces: &Pieces, spots: &[Spot]) -> Layout {
    let all = pieces.direction == super::Direction::Garment;
    let mut length: f64 = 0.0;
    let mut placed = Vec::with_capacity(spots.len());
    for (item, spot) in kit.items.iter().zip(spots) {
        let Some((form, id)) = kit.forms.get(spot.form).zip(item.piece) else { continue };
        let Some(piece) = pieces.pieces.iter().find(|piece| piece.id == id) else { continue };
        let garment = all || piece.matching.as_ref().is_some_and(|own| own.group.is_some());
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
