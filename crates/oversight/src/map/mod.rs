//! What the events of a log did: which activity came right after which, and how whole traces went.

mod follows;
mod picture;
mod shown;
mod variants;

pub use follows::{Edge, Follows};
pub use picture::{Beside, svg};
pub use shown::{Most, Shown};
pub use variants::{Variant, variants};
