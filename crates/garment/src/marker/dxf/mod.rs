//! Patterns in DXF-AAMA and ASTM D6673: a block for each piece in each size, with layers that say what a line is.
//!
//! Layer 1 holds the outline, 4 notches, 6 the fold, 7 the grain line, 8 lines within, 9 and 10 what falls on a stripe along
//! the cloth and across it, 11 what is cut out, 13 drill holes, 14 sewing lines; texts give name, size, quantity and cloth.
//! Layers that repeat those for other programs are passed over: 2 and 3 (places where lines turn), 5 (grade reference), 15
//! (annotations), 84 to 87 (the same lines once more, as curves).

mod curves;
mod entities;
mod paths;
pub mod write;

use super::Marks;
use super::allowance;
use super::exact::Ring;
use super::outline::{Fold, Place, apart, rings};
use super::pattern::{Cut, Pattern, counts};
use entities::entities;
use paths::path;
use std::collections::{BTreeMap, BTreeSet};

/// What a file's numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Millimetres.
    Millimetre,
    /// Centimetres.
    Centimetre,
    /// Inches.
    Inch,
}

impl Unit {
    /// Each with what it is called.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Millimetre, "millimetres"), (Self::Centimetre, "centimetres"), (Self::Inch, "inches")];

    fn millimetres(self) -> f64 {
        match self {
            Self::Millimetre => 1.0,
            Self::Centimetre => 10.0,
            Self::Inch => 25.4,
        }
    }
}

/// Pieces longer than this, in millimetres, were not meant in inches.
const LONGEST: f64 = 5_000.0;

/// What is known of a file besides what it says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    /// What its numbers count; stands above what it says.
    pub unit: Option<Unit>,
    /// By how many millimetres a sewing line is grown where there is no line to cut along.
    pub allowance: Option<f64>,
}

/// Reads a pattern. All that cannot be read is told at once, piece by piece.
pub fn pattern(bytes: &[u8], known: Known) -> Result<Pattern, Vec<String>> {
    let text = decoded(bytes);
    let file = entities(&text).map_err(|error| vec![error])?;
    let mut pattern =
        Pattern { name: file.said("style name").unwrap_or("pattern").to_owned(), ..Pattern::default() };
    let mut wrong = Vec::new();
    let flat = entities::Block { name: pattern.name.clone(), line: 1, entities: file.loose.clone() };
    let drawn = |block: &&entities::Block| {
        block.entities.iter().any(|entity| matches!(entity.layer, Some(1 | 14)) && entity.is_line())
    };
    // Beside blocks, what lies loose is no piece for a sewing line alone.
    let loose = |_: &&entities::Block| {
        file.blocks.is_empty() || file.loose.iter().any(|entity| entity.layer == Some(1) && entity.is_line())
    };
    let flat = Some(&flat).into_iter().filter(loose);
    let blocks: Vec<&entities::Block> = file.blocks.iter().chain(flat).filter(drawn).collect();
    let empty = file.blocks.iter().filter(|block| !drawn(block) && !block.name.starts_with('*'));
    for block in empty {
        wrong.push(format!(
            "block `{}` (line {}): has no outline on layer 1 and no sewing line on layer 14; draw one of them",
            block.name, block.line
        ));
    }
    let longest = blocks.iter().map(|block| block.extent()).fold(0.0, f64::max);
    let unit = self::unit(&file, known.unit, longest);
    let (scale, called) = (unit.millimetres(), Unit::ALL.iter().find(|(own, _)| *own == unit));
    pattern.told.push(format!(
        "read as {}: the longest piece is {:.0} mm; if that cannot be, give `--unit`",
        called.map_or("", |(_, name)| name),
        longest * scale
    ));
    let mut told = Vec::new();
    for block in &blocks {
        let count = quantity(block).unwrap_or_else(|error| {
            wrong.push(error);
            None
        });
        match cut(block, scale, known.allowance, &mut pattern.told) {
            Ok(cut) => {
                told.push(count);
                pattern.cuts.push(cut);
            }
            Err(errors) => wrong.extend(errors),
        }
    }
    let cut_along = |block: &entities::Block| {
        block.entities.iter().any(|entity| entity.layer == Some(1) && entity.is_line())
    };
    if known.allowance.is_some() && blocks.iter().all(|block| cut_along(block)) {
        pattern.told.push("every piece has a line to cut along; `--allowance` was not used".to_owned());
    }
    // Where all quantities are 0 nobody has filled them in.
    if told.iter().all(|count| count.is_none_or(|count| count == (0, 0))) {
        told.fill(None);
    }
    inherit(&mut pattern, &told);
    if pattern.cuts.is_empty() && wrong.is_empty() {
        wrong.push("there are no pieces in it; a piece is a block with its outline on layer 1".to_owned());
    }
    if wrong.is_empty() { Ok(pattern) } else { Err(wrong) }
}

/// The text of a file: UTF-8, or else what Chinese programs write. Short words in GBK may be UTF-8 by chance; but then they have
/// no letter that is Chinese there.
fn decoded(bytes: &[u8]) -> String {
    let (gbk, _, broken) = encoding_rs::GBK.decode(bytes);
    let says_gbk = || {
        let page = gbk.split("$DWGCODEPAGE").nth(1).and_then(|rest| rest.lines().nth(2));
        page.is_some_and(|page| page.trim().eq_ignore_ascii_case("ANSI_936"))
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if broken || !says_gbk() || text.chars().any(|letter| letter >= '\u{800}') => {
            text.trim_start_matches('\u{feff}').to_owned()
        }
        _ => gbk.into_owned(),
    }
}

/// What a file's numbers count: as was given, as the header says, as the texts say.
fn unit(file: &entities::File, given: Option<Unit>, longest: f64) -> Unit {
    if let Some(unit) = given {
        return unit;
    }
    // Many programs write inches whatever they count; no piece is as long as that would make these.
    let inches = longest * Unit::Inch.millimetres() <= LONGEST;
    match file.header("$INSUNITS").and_then(|value| value.parse::<u8>().ok()) {
        Some(1) if inches => return Unit::Inch,
        Some(4) => return Unit::Millimetre,
        Some(5) => return Unit::Centimetre,
        _ => {}
    }
    match file.said("units").map(str::to_uppercase).as_deref() {
        Some("ENGLISH" | "INCH" | "INCHES") if inches => Unit::Inch,
        Some("CM" | "CENTIMETER" | "CENTIMETERS" | "CENTIMETRES") => Unit::Centimetre,
        _ => Unit::Millimetre,
    }
}

/// What is drawn in a block, sorted by its layers.
#[derive(Default)]
struct Drawn {
    outline: Vec<Vec<Place>>,
    inner: Vec<Vec<Place>>,
    /// Lines to sew along, by which a piece is known that has none to cut along.
    sewn: Vec<Vec<Place>>,
    fold: Option<Fold>,
    /// Lines along the grain, with where they stand in the file.
    grains: Vec<(usize, [Place; 2])>,
    marks: Marks,
    stripe: Option<Place>,
    plaid: Option<Place>,
    /// What is not read and does not matter to the outline.
    unread: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Drawn {
    fn of(block: &entities::Block, scale: f64, place: &str) -> Self {
        let mut drawn = Self::default();
        for entity in block.entities.iter().filter(|entity| !entity.is_text()) {
            let layer = entity.layer.unwrap_or(0);
            if matches!(layer, 0 | 2 | 3 | 5 | 15 | 80..=89) {
                continue;
            }
            match path(entity, scale) {
                Ok(line) => drawn.take(layer, line, entity),
                Err(what) if matches!(layer, 1 | 11) => {
                    let line = format!("line {}", entity.line);
                    // Where a corner is wrong its own line is told already.
                    let line = if what.starts_with("line ") { String::new() } else { line + ": " };
                    drawn.wrong.push(format!("{place}: {line}{what}"));
                }
                Err(_) => drop(drawn.unread.insert(format!("{} on layer {layer}", entity.kind))),
            }
        }
        drawn
    }

    fn take(&mut self, layer: u32, line: Vec<Place>, entity: &entities::Entity) {
        let (first, last) = (line.first().copied(), line.last().copied());
        let marks = &mut self.marks;
        match layer {
            1 if line.len() > 1 => self.outline.push(line),
            1 => {}
            4 => marks.notches.extend(first),
            6 => self.fold = first.zip(last).map(|(a, b)| Fold(a, b)),
            7 => self.grains.extend(first.zip(last).map(|(a, b)| (entity.line, [a, b]))),
            9 => self.stripe = Some(middle(&line)),
            10 => self.plaid = Some(middle(&line)),
            11 => self.inner.push(line),
            13 => marks.drills.push(middle(&line)),
            14 => {
                marks.lines.push(line.clone());
                self.sewn.push(line);
            }
            8 => marks.lines.push(line),
            layer => drop(self.unread.insert(format!("{} on layer {layer}", entity.kind))),
        }
    }

    /// The longest of the lines along the grain. Arrow heads are much shorter and begin at its ends; others must run as it does.
    fn grain(&self, place: &str) -> Result<Option<[Place; 2]>, String> {
        const HEAD: f64 = 1.0 / 3.0;
        const NEAR: f64 = 0.05;
        const DEGREE: f64 = 0.5;
        let length = |[a, b]: &[Place; 2]| apart(*a, *b);
        let Some((at, longest)) = self.grains.iter().max_by(|a, b| length(&a.1).total_cmp(&length(&b.1)))
        else {
            return Ok(None);
        };
        if length(longest) < 0.1 {
            let mend = "draw it as far as the grain is to be seen, or take it out";
            return Err(format!("{place}: its grain line (line {at}) has no length; {mend}"));
        }
        let angle = |[a, b]: &[Place; 2]| (b.1 - a.1).atan2(b.0 - a.0).to_degrees();
        let off = |line: &[Place; 2]| {
            let off = (angle(line) - angle(longest)).rem_euclid(180.0);
            off.min(180.0 - off)
        };
        let head = |line: &[Place; 2]| {
            let near = length(longest) * NEAR;
            let touches = |end: &Place| longest.iter().any(|its| apart(*end, *its) <= near);
            length(line) < length(longest) * HEAD && line.iter().any(touches)
        };
        let other = self.grains.iter().find(|(_, line)| off(line) > DEGREE && !head(line));
        match other {
            Some((other, line)) => Err(format!(
                "{place}: has grain lines (lines {} and {}) that run {:.1}° apart; keep one of them",
                at.min(other),
                at.max(other),
                off(line)
            )),
            None => Ok(Some(*longest)),
        }
    }
}

/// A block as a piece.
fn cut(
    block: &entities::Block,
    scale: f64,
    allowance: Option<f64>,
    told: &mut Vec<String>,
) -> Result<Cut, Vec<String>> {
    let said = |key: &str| block.said(key);
    let name = said("piece name").unwrap_or(&block.name).to_owned();
    let size = said("size").map(str::to_owned).unwrap_or_default();
    let place =
        format!("piece `{}` (line {})", [name.as_str(), size.as_str()].join(" ").trim_end(), block.line);
    let drawn = Drawn::of(block, scale, &place);
    let grain = drawn.grain(&place);
    let Drawn { outline, sewn, inner, fold, marks, stripe, plaid, unread, mut wrong, .. } = drawn;
    let grain = grain.unwrap_or_else(|error| {
        wrong.push(error);
        None
    });
    let mut marks = Marks { name, size, grain, ..marks };
    if !unread.is_empty() {
        let all: Vec<String> = unread.into_iter().collect();
        told.push(format!("{place}: left out: {}", all.join(", ")));
    }
    if marks.grain.is_none() && wrong.is_empty() {
        told.push(format!("{place}: has no grain line; taken as lying along x"));
    }
    let mut holes = closed(inner, &place, "what is cut out", &mut wrong).unwrap_or_default();
    let by_seam = outline.is_empty();
    let (lines, what) = if by_seam { (sewn, "its sewing line") } else { (outline, "its outline") };
    let found = closed(lines, &place, what, &mut wrong);
    let mut outline = match found.map(|mut rings| (rings.pop(), rings.len())) {
        Some((Some(ring), 0)) => ring,
        Some((Some(_), more)) => {
            let (count, layer) = (more + 1, if by_seam { 14 } else { 1 });
            wrong
                .push(format!("{place}: has {count} outlines on layer {layer}; cut-outs belong on layer 11"));
            return Err(wrong);
        }
        _ => {
            if wrong.is_empty() {
                wrong.push(format!(
                    "{place}: has no outline that can be read; draw it as a polyline on layer 1"
                ));
            }
            return Err(wrong);
        }
    };
    if let Some(fold) = fold {
        match fold.open(&outline) {
            Ok(Some(whole)) => {
                outline = whole;
                unfold(&fold, &mut marks, &mut holes);
            }
            Ok(None) => {}
            Err(()) => wrong.push(format!("{place}: {BESIDE}")),
        }
    }
    if by_seam {
        match grown(&outline, allowance) {
            Ok(wider) => outline = wider,
            Err(what) => wrong.push(format!("{place}: {what}")),
        }
    }
    let fabric = said("fabric").or_else(|| said("material")).unwrap_or_default().to_owned();
    let copy = said("copy").unwrap_or_default().to_owned();
    let line = block.line;
    let cut = Cut { marks, outline, holes, drawn: 1, mirrored: 0, fabric, stripe, plaid, line, copy };
    wrong.extend(cut.fault().filter(|_| wrong.is_empty()));
    if wrong.is_empty() { Ok(cut) } else { Err(wrong) }
}

const BESIDE: &str = "its outline does not run along the fold on layer 6; mend one of them";

/// A sewing line as a line to cut along.
fn grown(seam: &[Place], allowance: Option<f64>) -> Result<Vec<Place>, String> {
    let Some(by) = allowance else {
        return Err(
            "has a sewing line on layer 14 and no outline on layer 1; draw that, or give `--allowance`, \
                    the millimetres by which the sewing line is to grow"
                .to_owned(),
        );
    };
    Ring::new(seam).map_err(|error| format!("its sewing line is no outline: {error}; mend it"))?;
    let wider = allowance::grown(seam, by);
    match Ring::new(&wider) {
        Ok(_) => Ok(wider),
        Err(_) => Err(format!(
            "{by} mm do not fit around its sewing line, since it turns inwards too narrowly; draw its outline on layer 1"
        )),
    }
}

/// The middle between a line's outermost places: of a circle its centre.
fn middle(line: &[Place]) -> Place {
    let between = |axis: fn(&Place) -> f64| {
        let (low, high) =
            line.iter().map(axis).fold((f64::MAX, f64::MIN), |(low, high), at| (low.min(at), high.max(at)));
        (low + high) / 2.0
    };
    (between(|place| place.0), between(|place| place.1))
}

/// What lies on a folded half lies on the other too.
fn unfold(fold: &Fold, marks: &mut Marks, holes: &mut Vec<Vec<Place>>) {
    let other = |places: &[Place]| places.iter().map(|place| fold.mirror(*place)).collect::<Vec<_>>();
    for places in [&mut marks.notches, &mut marks.drills] {
        let off: Vec<Place> = places.iter().copied().filter(|place| !fold.on(*place)).collect();
        places.extend(other(&off));
    }
    let lines: Vec<Vec<Place>> = marks.lines.iter().map(|line| other(line)).collect();
    marks.lines.extend(lines);
    let mirrored: Vec<Vec<Place>> = holes.iter().map(|hole| other(hole)).collect();
    holes.extend(mirrored);
}

fn closed(
    lines: Vec<Vec<Place>>,
    place: &str,
    what: &str,
    wrong: &mut Vec<String>,
) -> Option<Vec<Vec<Place>>> {
    match rings(lines) {
        Ok(rings) => Some(rings),
        Err((gap, (x, y))) => {
            wrong.push(format!("{place}: {what} stays open by {gap:.2} mm at {x:.2}, {y:.2} mm; close it"));
            None
        }
    }
}

/// How many as drawn and how many mirrored, if it says.
fn quantity(block: &entities::Block) -> Result<Option<(u64, u64)>, String> {
    let Some(text) = block.said("quantity") else { return Ok(None) };
    counts(text).map(Some).ok_or_else(|| {
        let entities::Block { name, line, .. } = block;
        format!(
            "block `{name}` (line {line}): its quantity is `{text}`; write `2`, or `1,1` for one of each side"
        )
    })
}

/// Quantity and cloth often stand at the sample size alone; they are those of the piece in every size.
fn inherit(pattern: &mut Pattern, counts: &[Option<(u64, u64)>]) {
    let mut known: BTreeMap<String, (Option<(u64, u64)>, String)> = BTreeMap::new();
    for (cut, count) in pattern.cuts.iter().zip(counts) {
        let (own, fabric) = known.entry(cut.marks.name.clone()).or_default();
        *own = own.or(*count);
        if fabric.is_empty() {
            fabric.clone_from(&cut.fabric);
        }
    }
    for (cut, count) in pattern.cuts.iter_mut().zip(counts) {
        let Some((of_piece, fabric)) = known.get(&cut.marks.name) else { continue };
        (cut.drawn, cut.mirrored) = count.or(*of_piece).unwrap_or((1, 0));
        if cut.fabric.is_empty() {
            cut.fabric.clone_from(fabric);
        }
    }
    for (what, named) in [
        ("says no quantity in any size; taken once", None),
        ("says that none of it is needed; not laid out", Some((0, 0))),
    ] {
        let names =
            known.iter().filter(|(_, (count, _))| *count == named).map(|(name, _)| format!("`{name}`"));
        let names: Vec<String> = names.collect();
        if !names.is_empty() {
            pattern.told.push(format!("{}: {what}", names.join(", ")));
        }
    }
}
