//! The law among the packs: instruments, deadlines, calendars. They stand in files of their own, in any pack.

use super::File;
use crate::days::Law;
use crate::days::law::Source;
use crate::problem::Problem;
use std::cell::RefCell;
use toml::de::DeTable;

/// Headings that only files of law have.
pub(super) const HEADINGS: [&str; 7] =
    ["instrument", "deadline", "default-rule", "conflict", "calendar", "domain", "pause"];

/// Whether the file holds law and nothing else.
pub(super) fn is_law(table: &DeTable<'_>) -> bool {
    table.keys().any(|key| HEADINGS.contains(&key.get_ref().as_ref()))
}

/// Reads the law of all packs as one; notes what is wrong.
pub(super) fn read<'a>(
    files: impl Iterator<Item = &'a File>,
    problems: &RefCell<Vec<Problem>>,
) -> Option<Law> {
    let sources: Vec<Source> =
        files.map(|file| Source { file: file.path.clone().into(), text: file.text.clone() }).collect();
    if sources.is_empty() {
        return None;
    }
    let told = |problem: crate::days::law::Problem| Problem {
        file: problem.file.to_string_lossy().as_ref().into(),
        line: problem.line,
        column: problem.column,
        what: problem.what,
        mend: problem.mend,
    };
    match Law::read(&sources) {
        Ok(law) => Some(law),
        Err(found) => {
            problems.borrow_mut().extend(found.into_iter().map(told));
            None
        }
    }
}
