//! Traffic: real road networks, simulated vehicle by vehicle, and signals that clear them.
//!
//! [`read`] makes a [`Network`](net::Network) and a [`Demand`](demand::Demand) of files, [`route`] finds ways, [`sim`] drives.
//! Everything here is a pure function of what it is handed: no clock, no files, no chance but the seed, and the same bits for
//! any number of threads. The model's equations and where they come from stand in `docs/traffic.md`.

pub mod chance;
pub mod congestion;
pub mod control;
mod crew;
pub mod demand;
pub mod detector;
pub mod ids;
mod joins;
pub mod ledger;
mod memory;
pub mod net;
pub mod open;
pub mod read;
pub mod route;
pub mod sample;
pub mod sim;
pub mod tune;
