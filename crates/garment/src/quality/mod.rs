//! Whether a lot is good enough, and whether the process that made it holds still.
//!
//! [`plan`] finds how many to inspect and how many may be bad, [`switching`] makes the inspection stricter or lighter by what was
//! found, [`oc`] says what a plan can tell apart. [`chart`] draws limits around a process, [`rules`] says which points
//! break them,
//! [`pareto`] which few faults make most of the harm. [`read`] takes the samples from a table.

pub mod chart;
pub mod draw;
pub mod oc;
pub mod pareto;
pub mod plan;
pub mod read;
pub mod rules;
pub mod switching;
