//! Oversight: declared models, evaluated over events, with evidence.
//!
//! A [`Log`](log::Log) holds events in columns. [`Traces`](log::Traces) are its events by the objects of one type, each
//! object's in order. A [`Model`](model::Model) is a constraint over such traces in the language of MP-Declare;
//! [`check`](check::check) says which traces keep it, and cites the events that prove it where one does not. [`map`]
//! draws what the events did. Everything here is a pure function of the log: no clock, no store, no chance.

mod bits;
pub mod catalogue;
pub mod check;
pub mod condition;
pub mod decl;
pub mod derive;
pub mod live;
pub mod log;
pub mod map;
pub mod model;
mod numbers;
pub mod sample;

pub use bits::Bits;
