//! The language of definitions: what differs from city to city, as data.
//!
//! A pack is a folder of TOML files. [`load`](load::load) reads all packs of a city at once, checks them against each
//! other and gives back either the whole [`Definitions`] or every [`Problem`] with its place and its mend.

/// Conditions in CEL: parse, type check, evaluate, explain.
pub mod cel;
/// Counting days: calendars, instruments' rules, deadlines.
pub mod days;
/// Procedures in plain words.
pub mod explain;
/// Reading packs from a folder.
pub mod folder;
/// Reading and checking packs.
pub mod load;
/// What packs define, read and checked.
pub mod model;
/// The language of models of oversight.
pub mod models;
/// What is wrong in a definition file, and where.
pub mod problem;
mod reader;
/// Words for people, in both languages.
pub mod text;

pub use load::{File, load};
pub use model::{Definitions, Id};
pub use problem::Problem;
pub use text::{Lang, Title};
