//! The city on a real socket: streams of events, slow and greedy callers, stopping, health, figures.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

mod health;
mod live;
mod pace;
mod put_off;
mod socket;
#[path = "../world/mod.rs"]
mod world;
