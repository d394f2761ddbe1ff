//! Conditions in CEL, the Common Expression Language.
//!
//! [`parse`] reads an expression, [`check`] resolves it against an [`Env`] of declared variables and functions and
//! finds every mistake that an author can make, [`Checked::eval`] evaluates it over a [`Source`] and [`explain`] says
//! it in words. A checked expression meets no wrong type when evaluated, and its remaining errors are
//! [foretold](Checked::hazards).
//!
//! It is CEL by its [language definition](https://github.com/google/cel-spec/blob/master/doc/langdef.md), but:
//!
//! - What is absent is *unknown*, not an error and not a default; unknowns pass through as errors do, and `&&`, `||`,
//!   `all` and `exists` absorb them. `has` is always decided.
//! - `Date` is a type of its own (`date("2026-01-31")`, `date(now)`, `timestamp(day)`); days are moved by whole days.
//! - Parts of a moment (`getHours` and its like) are those at +08:00 unless a zone is named; zones are `UTC`, offsets
//!   and the names of China's zone.
//! - Comparing a field of listed values with a text that is not among them is a mistake, as are lists of unlike types
//!   outside `dyn(…)`.
//! - Patterns have no Unicode classes (`\p{Han}`).
//! - There are no messages, optionals (`?.`) or namespaces. Source, nesting and work are bounded.

mod check;
mod checked;
mod convert;
mod env;
mod eval;
mod explain;
mod fault;
mod hazard;
mod lexer;
mod literal;
mod map;
mod moment;
mod ops;
mod parser;
mod possible;
mod print;
mod problem;
mod schema;
mod source;
mod syntax;
mod typing;
mod value;

pub use check::check;
pub use checked::{Builtin, Checked, FoldNode, Node, NodeKind, Part, Pattern};
pub use env::{Env, Place, Signature, Slot};
pub use eval::Outcome;
pub use explain::explain;
pub use fault::{Fault, FaultKind, Hazard};
pub use map::{Key, Map};
pub use parser::{MAX_DEPTH, parse};
pub use possible::Bounds;
pub use problem::{Problem, Span};
pub use schema::{Choice, Choices, Field, Schema};
pub use source::{BadBinding, Bindings, Functions, NoFunctions, Source};
pub use syntax::{BinaryOp, Expr, ExprKind, Fold, FoldExpr, Literal, Word};
pub use typing::Type;
pub use value::{Kind, Value, ValueRef};
