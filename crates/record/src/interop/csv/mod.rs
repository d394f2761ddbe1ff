//! CSV with one row for every event. A [`Mapping`] says which column is what; columns that it does not name are
//! attributes, of the narrowest type that all their values are of. An empty cell is no value.
//!
//! A record that is written without a mapping has columns that are named by what they hold, `full-id`, `object:order/item`,
//! `float:price`, and so reads back by itself and whole. Its objects have rows too, under the activities of
//! [`super::vocabulary`]: there an attribute's cell holds the object's value, and a `link:` what it is linked to.

mod layout;
mod mapping;
mod read;
mod write;

pub use mapping::Mapping;
pub(super) use read::{is_whole, read};
pub(super) use write::write;

/// The header's attribute with the mapping by which a log was read.
const MAPPING: &str = "mapping";

/// A text as a cell that is not empty and not mistaken for another value.
fn cell(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_empty() || text.starts_with(super::vocabulary::JSON) {
        super::vocabulary::wrap(&text.into()).into()
    } else {
        text.into()
    }
}
