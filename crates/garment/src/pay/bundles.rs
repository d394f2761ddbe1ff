//! From cutting to pay: what the lays of a cutting plan are tied up into, as lots of a contract.

use crate::cut::{Order, Plan};
use std::fmt::Write as _;

/// Bundles numbered one after the other, of one lay, size and colour, with as many pieces each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundles<'o> {
    /// The lay, from 1.
    pub lay: usize,
    /// The size.
    pub size: &'o str,
    /// The colour.
    pub colour: &'o str,
    /// The first bundle.
    pub first: u32,
    /// The last bundle.
    pub last: u32,
    /// Pieces of each: plies of one garment of the marker.
    pub pieces: u32,
}

/// The highest number that fits on a ticket.
const LAST: u32 = 99_999_999;

/// All bundles of a plan but those of plies that no roll was left for, which are told as lay, colour and plies. Each garment
/// of a marker makes bundles of its own, of at most so many plies. `None` where their numbers come to more than a ticket holds.
pub fn bundles<'o>(
    order: &'o Order,
    plan: &Plan,
    uncovered: &[(usize, usize, u32)],
    most: u32,
    first: u32,
) -> Option<Vec<Bundles<'o>>> {
    let (most, mut next, mut all) = (most.max(1), first, Vec::new());
    for (at, lay) in plan.lays.iter().enumerate() {
        for (size, garments) in order.sizes.iter().zip(&lay.ratio) {
            for (place, (colour, plies)) in order.colours.iter().zip(&lay.plies).enumerate() {
                let without = uncovered.iter().filter(|(lay, colour, _)| (*lay, *colour) == (at, place));
                let plies = plies.saturating_sub(without.map(|(.., plies)| plies).sum());
                for (count, pieces) in [(plies / most * garments, most), (*garments, plies % most)] {
                    if count == 0 || pieces == 0 {
                        continue;
                    }
                    let last = next.checked_add(count - 1).filter(|last| *last <= LAST)?;
                    let (size, colour) = (size.id.as_str(), colour.id.as_str());
                    all.push(Bundles { lay: at + 1, size, colour, first: next, last, pieces });
                    next = last + 1;
                }
            }
        }
    }
    Some(all)
}

/// The bundles as lots of a style, to stand in a contract.
pub fn written(style: &str, bundles: &[Bundles<'_>]) -> String {
    let mut out = String::new();
    for Bundles { lay, size, colour, first, last, pieces } in bundles {
        let [style, size, colour] = [style, size, colour].map(quoted);
        let _ = write!(
            out,
            "# lay {lay}\n[[lot]]\nstyle = {style}\nsize = {size}\ncolour = {colour}\n\
             first = {first}\nlast = {last}\npieces = {pieces}\n\n"
        );
    }
    out
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out + "\""
}
