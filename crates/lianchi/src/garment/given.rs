//! Pieces as they are given: JSON with all that a marker needs, or patterns in DXF and SVG, of which the command line says
//! the rest.

use crate::say::{Failure, Wrong};
use garment::marker::cloth::Cloth;
use garment::marker::dxf::{self, Unit};
use garment::marker::pattern::{Pattern, Wanted};
use garment::marker::{Direction, Pieces, read, svg};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Given {
    /// Of a pattern: the width of the cloth in millimetres.
    #[arg(long, value_name = "MM")]
    width: Option<f64>,
    /// Of a pattern: which sizes, and how many garments of each; without it, one of each.
    #[arg(long, value_name = "SIZE=N,…", value_delimiter = ',', value_parser = size)]
    sizes: Vec<(String, u64)>,
    /// Of a pattern: the cloth, where the pieces are of several.
    #[arg(long, value_name = "NAME")]
    fabric: Option<String>,
    /// Of a pattern: how far pieces must lie apart, in millimetres.
    #[arg(long, value_name = "MM", default_value_t = 0.0)]
    spacing: f64,
    /// Of a pattern: which pieces must look the same way (any, garment or marker).
    #[arg(long, value_name = "WHICH", default_value = "any", value_parser = direction)]
    direction: Direction,
    /// Of a pattern: how many degrees the grain may lie off.
    #[arg(long, value_name = "DEGREES", default_value_t = 0.0)]
    tilt: f64,
    /// Of a DXF: mm, cm or inch, where the file says it wrongly or not at all.
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    unit: Option<Unit>,
    /// The cloth in JSON: its rolls with widths and flaws, and the repeat of its stripes or checks.
    #[arg(long, value_name = "CLOTH.json")]
    cloth: Option<PathBuf>,
    /// Which of the cloth's rolls the marker is spread from; without it, all of them.
    #[arg(long, value_name = "ROLL,…", value_delimiter = ',')]
    rolls: Vec<String>,
}

fn size(text: &str) -> Result<(String, u64), String> {
    let (size, count) = text.split_once('=').unwrap_or((text, "1"));
    let count = count.trim().parse().ok().filter(|count| (1..=1000).contains(count));
    Ok((size.trim().to_owned(), count.ok_or("write `130=2,140=1`")?))
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
fn told(path: &Path, wrong: impl IntoIterator<Item = String>) -> Failure {
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
    if ends == "dxf" || ends == "svg" {
        let pattern = match ends.as_str() {
            "svg" => {
                svg::pattern(&super::read(path)?, &path.file_stem().unwrap_or_default().to_string_lossy())
            }
            _ => {
                let bytes = std::fs::read(path);
                dxf::pattern(
                    &bytes.map_err(|error| told(path, [format!("cannot be read: {error}")]))?,
                    given.unit,
                )
            }
        };
        let mut pattern = pattern.map_err(|wrong| told(path, wrong))?;
        let mut notes = std::mem::take(&mut pattern.told);
        let pieces = laid(path, given, cloth, &pattern)?;
        notes.extend(areas(&pieces, &given.sizes));
        return Ok((pieces, notes));
    }
    let mut document = super::document(path)?;
    // Before reading, so that a match in the pieces has its repeat.
    if let (Some(cloth), Some(members)) = (cloth, document.as_object_mut()) {
        members.remove("rolls");
        members.remove("repeat");
        read::cloth::written(cloth, &mut document);
    }
    let pieces = read::pieces(&document);
    Ok((pieces.map_err(|wrong| told(path, wrong.iter().map(ToString::to_string)))?, Vec::new()))
}

/// What the pieces of a garment cover, as an order for `garment cut` tells it.
fn areas(pieces: &Pieces, sizes: &[(String, u64)]) -> Vec<String> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for piece in &pieces.pieces {
        *sums.entry(&piece.marks.size).or_default() += piece.shape.area() * piece.demand as f64;
    }
    let told = |(size, sum): (&str, f64)| {
        let garments: u64 = sizes.iter().filter(|(own, _)| own == size).map(|(_, count)| count).sum();
        format!("a garment of size `{size}` covers {:.4} m² of cloth", sum / 1e6 / garments.max(1) as f64)
    };
    sums.into_iter().map(told).collect()
}

fn laid(path: &Path, given: &Given, cloth: Option<&Cloth>, pattern: &Pattern) -> Result<Pieces, Failure> {
    // The widest roll; narrower ones bound the marker by themselves.
    let widest = cloth.and_then(|cloth| cloth.rolls.iter().map(|roll| roll.width).max_by(f64::total_cmp));
    let Some(width) = given.width.or(widest).filter(|width| *width > 0.0) else {
        let mend = "give `--width 1500` (millimetres), or `--cloth` with rolls";
        return Err(told(path, [format!("a pattern does not say how wide the cloth is; {mend}")]));
    };
    if given.spacing < 0.0 || !(0.0..=45.0).contains(&given.tilt) {
        return Err(
            Wrong("`--spacing` is below 0, or `--tilt` not from 0 to 45 degrees; mend it".into()).into()
        );
    }
    let wanted = Wanted {
        width,
        spacing: given.spacing,
        direction: given.direction,
        tilt: given.tilt,
        sizes: given.sizes.clone(),
        fabric: given.fabric.clone(),
        cloth: cloth.cloned().unwrap_or_default(),
    };
    pattern.pieces(&wanted).map_err(|wrong| told(path, wrong))
}
