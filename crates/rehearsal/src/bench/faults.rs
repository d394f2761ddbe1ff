//! What must hold whatever happens to process and disk.

use super::report::Report;
use super::server::program;
use super::{Amounts, Failed};
use crate::{flips, kills};
use std::path::Path;

/// Processes killed at once.
const HANDS: u64 = 4;

/// Kills.
pub fn kills(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report
        .area("kills", "eight threads append plain events, sealed values, files and erasures until kill -9");
    let survived = kills::survive(&program("appender")?, dir, amounts.kills, HANDS);
    let what = format!("{} kills: none lost, none twice, the log verifies", amounts.kills);
    match survived {
        Ok(kills::Survived { kills, appended, erased }) => {
            let note =
                format!("{kills} kills, {appended} events and {erased} erasures acknowledged, all checked");
            report.promise(&what, kills == amounts.kills && appended > 0, &note);
        }
        Err(broken) => report.promise(&what, false, &broken),
    }
    Ok(())
}

/// Flipped bits.
pub fn flips(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report.area(
        "flips",
        "a bit flipped in the files of a small store with every kind of content, one at a time",
    );
    let flips =
        flips::flip(&dir.join("flips"), amounts.stride, 2).map_err(|error| Failed::new(error.to_string()))?;
    let note = format!(
        "{} of {} bytes flipped: {} found; exempt, since nothing reads otherwise: {} in room that holds nothing (free pages, \
         unused parts of pages), {} in counters and reserved bytes of SQLite's headers, {} where a row's number is not read",
        flips.flipped(),
        flips.bytes,
        flips.found,
        flips.unused,
        flips.headers,
        flips.numbers
    );
    report.promise("every flip is found, or in a place that is exempt", flips.missed.is_empty(), &note);
    for (what, places) in [
        ("changed what is read, and were not found", &flips.missed),
        ("of content were not found", &flips.elsewhere),
    ] {
        if !places.is_empty() {
            let few: Vec<&str> = places.iter().take(20).map(String::as_str).collect();
            report.promise(&format!("{} {what}", places.len()), false, &few.join(", "));
        }
    }
    Ok(())
}
