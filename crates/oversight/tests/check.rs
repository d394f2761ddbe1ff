//! `check` says what the oracle says: the same findings in the same order, with the same evidence, deadlines and
//! moments, and the same figures.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails loudly")]

#[path = "check/by_hand.rs"]
mod by_hand;
#[path = "check/chance.rs"]
mod chance;
#[path = "check/difference.rs"]
mod difference;
#[path = "check/long.rs"]
mod long;
mod oracle;
#[path = "check/random.rs"]
mod random;
#[path = "check/scopes.rs"]
mod scopes;
#[path = "check/short.rs"]
mod short;
#[path = "check/stream.rs"]
mod stream;
