//! Pieces as they are given: JSON with all that a marker needs, or patterns in DXF and SVG, of which the command line says
//! the rest. What does not go with a kind of file is refused.

use crate::say::{Failure, Wrong};
use garment::marker::cloth::Cloth;
use garment::marker::dxf::{self, Known, Unit};
use garment::marker::pattern::Wanted;
use garment::marker::{Direction, Pieces, Turns, read, svg};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Given {
    /// The width of the cloth in millimetres; what JSON says of it otherwise is passed over.
    #[arg(long, value_name = "MM", value_parser = width)]
    width: Option<f64>,
    /// Of a pattern: which sizes, and how many garments of each; without it, one of each.
    #[arg(long, value_name = "SIZE=N,…", value_delimiter = ',', value_parser = size)]
    sizes: Vec<(String, u64)>,
    /// Of a pattern: the cloth, where the pieces are of several.
    #[arg(long, value_name = "NAME")]
    fabric: Option<String>,
    /// How far pieces must lie apart, in millimetres, whatever JSON says; without it what JSON says, or 0.
    #[arg(long, value_name = "MM", value_parser = spacing)]
    spacing: Option<f64>,
    /// Which pieces must look the same way (any, garment or marker), whatever JSON says; without it what JSON says, or any.
    #[arg(long, value_name = "WHICH", value_parser = direction)]
    direction: Option<Direction>,
    /// How many degrees the grain may lie off, whatever JSON says; without it what JSON says, or 0.
    #[arg(long, value_name = "DEGREES", value_parser = tilt)]
    tilt: Option<f64>,
    /// Of a DXF: mm, cm or inch, where the file says it wrongly or not at all.
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    unit: Option<Unit>,
    /// Of a DXF: by how many millimetres a piece is cut outside of its sewing line, where it has no line to cut along.
    #[arg(long, value_name = "MM", value_parser = allowance)]
    allowance: Option<f64>,
    /// The cloth in JSON: its rolls with widths and flaws, and the repeat of its stripes or checks.
    #[arg(long, value_name = "CLOTH.json")]
    pub cloth: Option<PathBuf>,
    /// Which of the cloth's rolls the marker is spread from; without it, all of them.
    #[arg(long, value_name = "ROLL,…", value_delimiter = ',')]
    rolls: Vec<String>,
}

fn size(text: &str) -> Result<(String, u64), String> {
    let (size, count) = text.split_once('=').unwrap_or((text, "1"));
    let count = count.trim().parse().ok().filter(|count| (1..=1000).contains(count));
    Ok((size.trim().to_owned(), count.ok_or("write `130=2,140=1`")?))
}

/// A number between two.
fn between(text: &str, least: f64, most: f64, what: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("write {what} from {least} to {most}"))
}

fn width(text: &str) -> Result<f64, String> {
    between(text, 1.0, 100_000.0, "millimetres")
}

fn spacing(text: &str) -> Result<f64, String> {
    between(text, 0.0, 1_000.0, "millimetres")
}

fn tilt(text: &str) -> Result<f64, String> {
    between(text, 0.0, 45.0, "degrees")
}

fn allowance(text: &str) -> Result<f64, String> {
    between(text, 0.0, 100.0, "millimetres")
}

fn direction(text: &str) -> Result<Direction, String> {
    match text {
        "any" => Ok(Direction::Any),
        "garment" => Ok(Direction::Garment),
        "marker" => Ok(Direction::Marker),
        _ => Err("write any, garment or marker".into()),
    }
}

fn unit(text: &str) -> Result<Unit, String> {
    match text {
        "mm" => Ok(Unit::Millimetre),
        "cm" => Ok(Unit::Centimetre),
        "inch" => Ok(Unit::Inch),
        _ => Err("write mm, cm or inch".into()),
    }
}

/// All that is wrong with a file, each on a line with its name.
pub fn told(path: &Path, wrong: impl IntoIterator<Item = String>) -> Failure {
    let lines: Vec<String> = wrong.into_iter().map(|wrong| format!("{}: {wrong}", path.display())).collect();
    Wrong(lines.join("\n")).into()
}

/// The pieces of a file, and what is to be told of them.
pub fn pieces(path: &Path, given: &Given) -> Result<(Pieces, Vec<String>), Failure> {
    let cloth = given.cloth.as_deref().map(cloth).transpose()?;
    let (mut pieces, mut notes) = drawn(path, given, cloth.as_ref())?;
    if pieces.cloth.repeat.is_some() && pieces.pieces.iter().all(|piece| piece.matching.is_none()) {
        notes.push("the cloth repeats, and no piece says how it lies to that; nothing is matched".to_owned());
    }
    let known: Vec<&str> = pieces.cloth.rolls.iter().map(|roll| roll.id.as_str()).collect();
    if let Some(id) = given.rolls.iter().find(|id| !known.contains(&id.as_str())) {
        let mend = match known.as_slice() {
            [] => "the cloth names no rolls; give `--cloth` with some".to_owned(),
            known => format!("write one of `{}`", known.join("`, `")),
        };
        return Err(Wrong(format!("there is no roll `{id}`; {mend}")).into());
    }
    if !given.rolls.is_empty() {
        pieces.cloth.rolls.retain(|roll| given.rolls.contains(&roll.id));
    }
    Ok((pieces, notes))
}

/// The cloth that a file tells of.
fn cloth(path: &Path) -> Result<Cloth, Failure> {
    let cloth = read::cloth::cloth(&super::document(path)?);
    cloth.map_err(|wrong| told(path, wrong.iter().map(ToString::to_string)))
}

fn drawn(path: &Path, given: &Given, cloth: Option<&Cloth>) -> Result<(Pieces, Vec<String>), Failure> {
    let ends = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    unasked(path, given, &ends)?;
    let mut pattern = match ends.as_str() {
        "dxf" => {
            let bytes =
                std::fs::read(path).map_err(|error| told(path, [format!("cannot be read: {error}")]))?;
            dxf::pattern(&bytes, Known { unit: given.unit, allowance: given.allowance })
        }
        "svg" => svg::pattern(&super::read(path)?, &path.file_stem().unwrap_or_default().to_string_lossy()),
        _ => return Ok((written(path, given, cloth)?, Vec::new())),
    }
    .map_err(|wrong| told(path, wrong))?;
    let mut notes = std::mem::take(&mut pattern.told);
    let wanted = wanted(path, given, cloth)?;
    let pieces = pattern.pieces(&wanted).map_err(|wrong| told(path, wrong))?;
    notes.extend(pattern.gaps(&wanted));
    notes.extend(areas(&pieces, &given.sizes));
    Ok((pieces, notes))
}

/// Says which options do not go with a kind of file.
fn unasked(path: &Path, given: &Given, ends: &str) -> Result<(), Failure> {
    let pattern = matches!(ends, "dxf" | "svg");
    let by_demand = "its `demand` says how many of each piece are laid out; change that";
    let in_millimetres = "it says itself how large it is; change its measures";
    let options = [
        ("--sizes", !given.sizes.is_empty() && !pattern, by_demand),
        ("--fabric", given.fabric.is_some() && !pattern, by_demand),
        ("--unit", given.unit.is_some() && ends != "dxf", in_millimetres),
        (
            "--allowance",
            given.allowance.is_some() && ends != "dxf",
            "its outlines are what is cut; draw them so",
        ),
    ];
    let wrong: Vec<String> = options
        .into_iter()
        .filter(|(_, wrong, _)| *wrong)
        .map(|(option, _, mend)| {
            format!("`{option}` is not for this kind of file: {mend}, and leave the option out")
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(told(path, wrong)) }
}

/// Pieces of a file in JSON. What is given on the command line stands above what the file says.
fn written(path: &Path, given: &Given, cloth: Option<&Cloth>) -> Result<Pieces, Failure> {
    let mut document = super::document(path)?;
    // Before reading, so that a match in the pieces has its repeat.
    if let (Some(cloth), Some(members)) = (cloth, document.as_object_mut()) {
        members.remove("rolls");
        members.remove("repeat");
        read::cloth::written(cloth, &mut document);
    }
    let pieces = read::pieces(&document);
    let mut pieces = pieces.map_err(|wrong| told(path, wrong.iter().map(ToString::to_string)))?;
    pieces.width = given.width.unwrap_or(pieces.width);
    pieces.spacing = given.spacing.unwrap_or(pieces.spacing);
    pieces.direction = given.direction.unwrap_or(pieces.direction);
    for piece in &mut pieces.pieces {
        if let (Some(given), Turns::Some { tilt, .. }) = (given.tilt, &mut piece.turns) {
            *tilt = given;
        }
    }
    Ok(pieces)
}

/// What the pieces of a garment cover, as an order for `garment cut` tells it.
fn areas(pieces: &Pieces, sizes: &[(String, u64)]) -> Vec<String> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for piece in &pieces.pieces {
        *sums.entry(&piece.marks.size).or_default() += piece.shape.area() * piece.demand as f64;
    }
    let told = |(size, sum): (&str, f64)| {
        let garments: u64 = sizes.iter().filter(|(own, _)| own == size).map(|(_, count)| count).sum();
        let of = if size.is_empty() { String::new() } else { format!(" of size `{size}`") };
        format!("a garment{of} covers {:.4} m² of cloth", sum / 1e6 / garments.max(1) as f64)
    };
    sums.into_iter().map(told).collect()
}

fn wanted(path: &Path, given: &Given, cloth: Option<&Cloth>) -> Result<Wanted, Failure> {
    // The widest roll; narrower ones bound the marker by themselves.
    let widest = cloth.and_then(|cloth| cloth.rolls.iter().map(|roll| roll.width).max_by(f64::total_cmp));
    let Some(width) = given.width.or(widest) else {
        let mend = "give `--width 1500` (millimetres), or `--cloth` with rolls";
        return Err(told(path, [format!("a pattern does not say how wide the cloth is; {mend}")]));
    };
    Ok(Wanted {
        width,
        spacing: given.spacing.unwrap_or(0.0),
        direction: given.direction.unwrap_or(Direction::Any),
        tilt: given.tilt.unwrap_or(0.0),
        sizes: given.sizes.clone(),
        fabric: given.fabric.clone(),
        cloth: cloth.cloned().unwrap_or_default(),
    })
}
