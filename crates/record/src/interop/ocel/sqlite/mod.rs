//! OCEL 2.0 in SQLite: `event`, `object`, `event_object` and `object_object`, a table of values for every type, and two
//! that name these tables.

mod read;
mod write;

pub(super) use super::Survey;
pub(crate) use read::read;
pub(crate) use write::write;

/// An identifier as SQL quotes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
