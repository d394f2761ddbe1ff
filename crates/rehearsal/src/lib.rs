//! The whole city under seeded load and faults.

/// A process that appends until it is killed or failed.
pub mod appender;
/// Figures of the record, each beside the floor that the disk sets.
pub mod bench;
/// Events made from a seed.
pub mod load;
