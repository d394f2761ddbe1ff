//! Garment: what a clothing shop must reckon out, from inspecting a lot to paying for a bundle.
//!
//! Everything here is a pure function of what it is handed: no clock, no files, no chance but the seed. The methods and where
//! they come from stand in `docs/garment.md`.

pub mod balance;
pub mod chance;
pub mod cut;
pub mod day;
pub mod definition;
pub mod marker;
pub mod pay;
pub mod print;
pub mod promise;
pub mod quality;
pub mod workdays;
