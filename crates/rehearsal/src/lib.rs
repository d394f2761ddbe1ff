//! The whole city under seeded load and faults.

/// Figures of the record, each beside the floor that the disk sets.
pub mod bench;
/// Events made from a seed.
pub mod load;
