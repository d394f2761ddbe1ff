use crate::say::{Failure, Say, Wrong, counted};
use garment::marker::{check, read};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// The layout: pieces and where they lie, in the JSON of jagua-rs (pieces before or since 1.1, and `solution` beside them).
    layout: PathBuf,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let place = options.layout.display();
    let document = super::document(&options.layout)?;
    let pieces = read::pieces(&document);
    let layout = read::layout(&document);
    let (pieces, layout) = match (pieces, layout) {
        (Ok(pieces), Ok(layout)) => (pieces, layout),
        (pieces, layout) => {
            let all = [pieces.err(), layout.err()];
            let lines: Vec<String> =
                all.into_iter().flatten().flatten().map(|wrong| format!("{place}: {wrong}")).collect();
            return Err(Wrong(lines.join("\n")).into());
        }
    };
    let found = check::check(&pieces, &layout);
    let mut words = format!(
        "{}: {} on {:.3} of the strip, {:.3} % of it covered",
        pieces.name,
        counted(layout.placed.len() as u64, "piece"),
        found.length,
        found.density * 100.0
    );
    match found.faults.as_slice() {
        [] => words.push_str("\nit holds: nothing overlaps, all lies on the strip, and every rule is kept"),
        faults => faults.iter().for_each(|fault| words.push_str(&format!("\n  {fault}"))),
    }
    say.answer(&words, &json!({
        "name": pieces.name, "placed": layout.placed.len(), "length": found.length, "density": found.density,
        "holds": found.faults.is_empty(), "faults": found.faults,
    }))?;
    if found.faults.is_empty() { Ok(()) } else { Err(Failure::Finding) }
}
