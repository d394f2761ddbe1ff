//! Conditions in CEL: language, messages, oracles and properties.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

mod conformance;
mod explaining;
mod generator;
mod hostile;
mod language;
mod messages;
mod oracle;
mod printing;
mod soundness;
mod world;
