//! What is measured of the answers.

use super::operation::Operation;
use record::Latency;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long each operation took, and with which status it was answered.
#[derive(Debug, Default)]
pub struct Measures {
    all: Mutex<BTreeMap<(&'static str, &'static str), Measured>>,
}

/// What is known of one operation.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// How long it took from the time that the request was there as a whole.
    pub took: Latency,
    /// How often it was answered with each status.
    pub statuses: BTreeMap<u16, u64>,
}

impl Measures {
    /// Counts an answer.
    pub fn count(&self, operation: &Operation, status: u16, took: Duration) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let measured = all.entry((operation.method, operation.path)).or_default();
        measured.took.add(took);
        *measured.statuses.entry(status).or_default() += 1;
    }

    /// All operations that were asked for, by method and path.
    pub fn all(&self) -> BTreeMap<(&'static str, &'static str), Measured> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
