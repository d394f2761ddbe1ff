//! The whole city under seeded load and faults.

/// A process that appends until it is killed or failed.
pub mod appender;
/// The project's figures.
pub mod bench;
/// Bits flipped in a store's files.
pub mod flips;
/// Processes killed while they append.
pub mod kills;
/// Events made from a seed.
pub mod load;
/// A city whose cases are made from a seed.
pub mod town;
