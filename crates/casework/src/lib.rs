//! Runs procedures: commands in, events out.
//!
//! A case moves only by events. [`State`] is the fold of a case's events; [`decide`] says, from a state and a command,
//! which events follow, or why none do and what is possible instead. Both are pure: time, randomness and answers in
//! clear are handed in.

/// The events that cases are made of.
pub mod activity;
/// Corrections of what was written down.
pub mod amendment;
/// Answers to a form's questions: read, checked, written.
pub mod answer;
/// What is to be done, by whom, until when.
pub mod board;
/// Editions of a city's packs.
pub mod book;
/// All cases, those that are over too.
pub mod cases;
/// The clocks that run in a case.
pub mod clocks;
/// What can be asked of a case.
pub mod command;
/// From a state and a command to events.
pub mod decide;
/// What differs between two editions of a procedure.
pub mod difference;
/// When clocks run out.
pub mod due;
/// Editions on the record.
pub mod editions;
/// Personal data destroyed.
pub mod erase;
mod facts;
/// What cases give.
pub mod given;
/// Work that goes from one colleague to another.
pub mod handing;
/// Moving running cases to another edition.
pub mod migration;
/// What is possible in a case now.
pub mod moves;
/// The numbers by which people call cases.
pub mod number;
mod permit;
mod repeat;
/// How long personal data stays, and its end.
pub mod retention;
/// All cases on a record.
pub mod service;
/// The state of a case.
pub mod state;
mod succession;

pub use book::Book;
pub use command::Command;
pub use decide::{Decided, Refusal, Situation, decide};
pub use service::{Ask, Casework, OpenError, Refused, View};
pub use state::State;
pub use succession::Succession;
