//! What the events of a log did: which activity came right after which, and how whole traces went.

mod follows;
mod variants;

pub use follows::{Edge, Follows};
pub use variants::{Variant, variants};
