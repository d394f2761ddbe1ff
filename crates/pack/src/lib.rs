//! The language of definitions.

/// Day counting: instruments' rules, calendars and deadlines.
pub mod days;

/// Conditions in CEL: parse, type check, evaluate.
pub mod cel;
