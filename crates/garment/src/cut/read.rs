//! An order from its text: one file of TOML, each mistake of which is told with its place.

use super::{Colour, Order, Roll, Size};
use crate::definition::{At, Node, Problem, Source};
use std::collections::BTreeMap;

/// More than any workshop cuts at once; beyond it a number was mistyped.
const MOST: i64 = 1_000_000;

/// Reads an order.
pub fn order(text: &str) -> Result<Order, Vec<Problem>> {
    let source = Source::parse(text);
    let read = read(&source.root());
    let faults = source.faults();
    match read {
        Some(order) if faults.is_empty() => Ok(order),
        _ => Err(faults),
    }
}

fn read(root: &Node<'_>) -> Option<Order> {
    let name = root.text("order").map_or("order", |name| name.value).to_owned();
    let width = root.need("width", "1.5", root.decimal("width", 3, 1));
    let table = root.need("table", "12", root.decimal("table", 3, 1));
    let (plies, garments) = (root.need_whole("plies", 1, 10_000), root.need_whole("garments", 1, 24));
    let metres = |name| root.decimal(name, 3, 0).map_or(0, |length| length.value);
    let (ends, lay, remnant) = (metres("ends"), metres("lay"), metres("remnant"));
    let splice = root.decimal("splice", 3, 1).map(|overlap| overlap.value);
    let overcut = root.decimal("overcut", 2, 0);
    if let Some(percent) = overcut.as_ref().filter(|percent| percent.value > 10_000) {
        root.report(&percent.span, "more than as much again", "write percent; `overcut = 3` is usual");
    }
    let overcut = overcut.map_or(0, |percent| percent.value);
    let utilisation = utilisation(root);
    let sizes = sizes(root);
    let colours = colours(root, &sizes, overcut);
    let rolls = rolls(root, &colours, width.as_ref().map_or(0, |width| width.value));
    let measured = measured(root, &sizes, width.as_ref().map(|width| width.value));
    root.finish();
    let none = |name| root.rows(name).is_empty();
    if none("marker") && none("utilisation") {
        let mend = "add `[[marker]]` with what `garment nest` found, or `[[utilisation]]` with `garments = 1` and `percent = 80`";
        root.report(&root.span, "nothing tells how long a marker is", mend);
    }
    for (size, span) in sizes.iter().filter(|(size, _)| size.area.is_none()) {
        let at = sizes.iter().position(|(other, _)| other.id == size.id).unwrap_or_default();
        if !measured.keys().any(|ratio| ratio.get(at).is_some_and(|count| *count > 0)) {
            let what = format!("nothing tells how much cloth size `{}` takes", size.id);
            root.report(span, what, "add `area = 1.1` (square metres), or a `[[marker]]` with this size");
        }
    }
    let (width, table, plies, garments) = (width?, table?, plies?, garments?);
    if ends >= table.value {
        root.report(&table.span, "the table is no longer than the ends that are lost", "write metres");
    }
    Some(Order {
        name,
        width: width.value,
        ends,
        table: table.value,
        plies: u32::try_from(plies.value).ok()?,
        garments: u32::try_from(garments.value).ok()?,
        lay,
        remnant,
        splice,
        utilisation,
        sizes: sizes.into_iter().map(|(size, _)| size).collect(),
        colours,
        rolls,
        measured,
    })
}

fn utilisation(root: &Node<'_>) -> Vec<(u32, u32)> {
    let mut points: BTreeMap<u32, u32> = BTreeMap::new();
    for row in root.rows("utilisation") {
        let (garments, percent) = (row.need_whole("garments", 1, 24), row.need_decimal("percent", 2, 1));
        row.finish();
        let (Some(garments), Some(percent)) = (garments, percent) else { continue };
        if percent.value > 10_000 {
            row.report(&percent.span, "more than all of the cloth", "write at most `percent = 100`");
        }
        if points.insert(garments.value as u32, percent.value as u32).is_some() {
            row.report(
                &garments.span,
                format!("{} garments stand twice", garments.value),
                "write each number once",
            );
        }
    }
    points.into_iter().collect()
}

fn sizes<'a>(root: &Node<'a>) -> Vec<(Size, std::ops::Range<usize>)> {
    let mut sizes: Vec<(Size, std::ops::Range<usize>)> = Vec::new();
    for row in root.rows("size") {
        let (id, area) = (row.need_text("id"), row.decimal("area", 6, 1));
        row.finish();
        let Some(id) = id else { continue };
        if sizes.iter().any(|(other, _)| other.id == id.value) {
            row.report(
                &id.span,
                format!("size `{}` stands twice", id.value),
                "give each size an id of its own",
            );
            continue;
        }
        sizes.push((Size { id: id.value.to_owned(), area: area.map(|area| area.value) }, id.span));
    }
    if root.rows("size").is_empty() {
        root.report(&root.span, "there are no sizes", "add `[[size]]` with `id = \"130\"` for each");
    }
    sizes
}

/// How many of each size; what is told of no size is none.
fn counts(
    row: &Node<'_>,
    name: &'static str,
    sizes: &[(Size, std::ops::Range<usize>)],
    most: i64,
) -> Option<At<Vec<u32>>> {
    let before = row.told();
    let table = row.need(name, "{ \"130\" = 40 }", row.counts(name, most))?;
    let mut counts = vec![0; sizes.len()];
    for (id, count) in table.value {
        match sizes.iter().position(|(size, _)| size.id == id.value) {
            Some(at) => counts[at] = count,
            None => {
                let known: Vec<&str> = sizes.iter().map(|(size, _)| size.id.as_str()).collect();
                let mend = match known.as_slice() {
                    [] => "add `[[size]]` with this id".to_owned(),
                    known => format!("add `[[size]]` with this id, or write one of `{}`", known.join("`, `")),
                };
                row.report(&id.span, format!("no size is called `{}`", id.value), mend);
            }
        }
    }
    if counts.iter().all(|count| *count == 0) {
        if row.told() == before {
            row.report(
                &table.span,
                format!("`{name}` counts no garment"),
                "write a number above 0 for a size",
            );
        }
        return None;
    }
    Some(At { value: counts, span: table.span })
}

fn colours(root: &Node<'_>, sizes: &[(Size, std::ops::Range<usize>)], overcut: i64) -> Vec<Colour> {
    let mut colours: Vec<Colour> = Vec::new();
    for row in root.rows("colour") {
        let (id, wanted) = (row.need_text("id"), counts(&row, "wanted", sizes, MOST));
        row.finish();
        let (Some(id), Some(wanted)) = (id, wanted) else { continue };
        if colours.iter().any(|other| other.id == id.value) {
            row.report(&id.span, format!("colour `{}` stands twice", id.value), "give each colour one table");
            continue;
        }
        // A part of a garment is none: what the percentage allows is rounded down.
        let most = |count: &u32| count + (i64::from(*count) * overcut / 10_000) as u32;
        let most = wanted.value.iter().map(most).collect();
        colours.push(Colour { id: id.value.to_owned(), least: wanted.value, most });
    }
    if root.rows("colour").is_empty() {
        let mend = "add `[[colour]]` with `id = \"navy\"` and `wanted = { \"130\" = 40 }`";
        root.report(&root.span, "nothing is ordered", mend);
    }
    colours
}

fn rolls(root: &Node<'_>, colours: &[Colour], width: i64) -> Vec<Roll> {
    let mut rolls: Vec<Roll> = Vec::new();
    for row in root.rows("roll") {
        let (id, colour) = (row.need_text("id"), row.need_text("colour"));
        let (length, own) = (row.need_decimal("length", 3, 1), row.decimal("width", 3, 1));
        row.finish();
        let (Some(id), Some(colour), Some(length)) = (id, colour, length) else { continue };
        if rolls.iter().any(|other| other.id == id.value) {
            row.report(
                &id.span,
                format!("roll `{}` stands twice", id.value),
                "give each roll an id of its own",
            );
        }
        let Some(at) = colours.iter().position(|other| other.id == colour.value) else {
            let what = format!("no colour is called `{}`", colour.value);
            row.report(&colour.span, what, "add `[[colour]]` with this id, or name one that is there");
            continue;
        };
        let width = own.map_or(width, |own| own.value);
        rolls.push(Roll { id: id.value.to_owned(), colour: at, length: length.value, width });
    }
    rolls
}

fn measured(
    root: &Node<'_>,
    sizes: &[(Size, std::ops::Range<usize>)],
    width: Option<i64>,
) -> BTreeMap<Vec<u32>, i64> {
    let mut markers = BTreeMap::new();
    for row in root.rows("marker") {
        let (ratio, length) = (counts(&row, "sizes", sizes, 24), row.need_decimal("length", 3, 1));
        row.finish();
        let (Some(ratio), Some(length)) = (ratio, length) else { continue };
        let areas = ratio.value.iter().zip(sizes).filter(|(count, _)| **count > 0);
        let covered: Option<i128> =
            areas.map(|(count, (size, _))| Some(i128::from(*count) * i128::from(size.area?))).sum();
        if let (Some(covered), Some(width)) = (covered, width)
            && covered > i128::from(width) * i128::from(length.value)
        {
            let cloth = width as f64 * length.value as f64 / 1e6;
            let what = format!("its garments cover {:.3} m², and it has {cloth:.3} m²", covered as f64 / 1e6);
            row.report(&length.span, what, "write the marker's length in metres, or mend the sizes' `area`");
        }
        if markers.insert(ratio.value, length.value).is_some() {
            row.report(&ratio.span, "a marker of these sizes stands twice", "keep the shorter one");
        }
    }
    markers
}
