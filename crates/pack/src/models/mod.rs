//! The language of models of oversight.

mod template;

pub use template::{Clause, Reach, Relation, Side, Template};
