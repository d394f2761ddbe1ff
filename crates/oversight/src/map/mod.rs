//! What the events of a log did: which activity came right after which, how long that took, where cases wait, what is done
//! twice, how whole cases went, and whether that is what a procedure wants.

mod cases;
mod conform;
mod filter;
mod follows;
mod picture;
mod rework;
mod shown;
mod times;
mod variants;
mod waiting;

pub use cases::{Cases, NONE, Reading, Step};
pub use conform::{Conformance, Fit, Move, Reference, Why, Wrong};
pub use filter::Filter;
pub use follows::{Edge, Follows};
pub use picture::{Beside, Colour, Look, Words, svg};
pub use rework::{Loop, Repeat, Rework, rework};
pub use shown::{Most, Shown};
pub use times::{Lapses, Times};
pub use variants::{Variant, variants, way_name};
pub use waiting::{By, Wait, bottlenecks};
