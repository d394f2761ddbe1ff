//! The whole city under seeded load and faults.
