//! What everybody is owed: wages from bundle tickets, rent and dividends of collectives, in integer fen and double entry.
//!
//! [`contract`] says who, what and at which rates, [`scans`] takes what was scanned and tells what does not fit, [`reckon`] turns
//! both into wage lines that name their scans, and a [`ledger`] whose every entry sums to zero. [`left`] is what nobody scanned.
//! [`sample`] makes a month of its own.

pub mod bundles;
pub mod calendar;
pub mod contract;
pub mod dividend;
pub mod ledger;
pub mod left;
pub mod money;
pub mod reckon;
pub mod sample;
pub mod scans;
pub mod stamp;
pub mod ticket;
