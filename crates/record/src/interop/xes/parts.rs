use crate::{Time, Value};

/// XES's key for a name: of an event, its activity.
pub(super) const NAME: &str = "concept:name";
/// XES's key for an event's time.
pub(super) const TIME: &str = "time:timestamp";

/// The header's attribute that names the format.
pub(super) const FORMAT: &str = "format";
/// The header's attribute that names the traces' object type.
pub(super) const CASE_TYPE: &str = "case type";
/// The header's attribute with what the `<log>` tag says.
pub(super) const XML: &str = "xml";
/// The header's attribute with the extensions, each a map of what its tag says.
pub(super) const EXTENSIONS: &str = "extensions";
/// The header's attribute with the global attributes, each a map of its scope and [`ATTRIBUTES`].
pub(super) const GLOBALS: &str = "globals";
/// The header's attribute with the classifiers, each a map of what its tag says.
pub(super) const CLASSIFIERS: &str = "classifiers";
/// The header's attribute with the log's attributes, and a global's.
pub(super) const ATTRIBUTES: &str = "attributes";

/// A truth value as XES writes it.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        other if other.eq_ignore_ascii_case("true") => Some(true),
        other if other.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The moment that a value is.
pub(super) fn time(value: &Value) -> Option<Time> {
    match value {
        Value::Time(time) => Some(*time),
        _ => None,
    }
}
