//! Places where a record can be kept, made for one test and gone after it.

#[cfg(feature = "postgres")]
#[allow(dead_code, reason = "only the checks of stores run on a server")]
pub mod postgres;

use record::{Record, StoreError};
use std::path::Path;

/// A place that keeps one record.
pub trait Place {
    /// The record with its writer, made when it is not there.
    fn open(&self) -> Result<Record, StoreError>;
    /// The record for reading only.
    #[allow(dead_code, reason = "not every test file reads beside a writer")]
    fn read(&self) -> Result<Record, StoreError>;
}

/// A directory with SQLite files.
pub struct Sqlite(tempfile::TempDir);

impl Sqlite {
    #[allow(dead_code, reason = "not every test file keeps a record in a directory")]
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    #[allow(dead_code, reason = "not every test file looks into the directory")]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Place for Sqlite {
    fn open(&self) -> Result<Record, StoreError> {
        Record::create_in(self.0.path())
    }

    fn read(&self) -> Result<Record, StoreError> {
        Record::read_in(self.0.path())
    }
}
