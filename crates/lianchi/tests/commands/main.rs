//! The commands as their users type them: the real binary, real files, what it says and how it exits.
//!
//! A test is a few files and command lines; the snapshot is what a user sees. Where the commands write and what chance
//! makes (folders, keys, digests) is filtered out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod backup;
mod due;
mod erase;
mod findings;
mod garment;
mod logs;
mod maps;
mod models;
mod nats;
mod oversight;
mod packs;
#[path = "../../../record/tests/places/postgres.rs"]
mod postgres;
mod records;
mod staff;
mod stores;
mod traffic;
mod transcript;
mod up;
mod usage;

use transcript::{Desk, check};

/// What a server of PostgreSQL's tests offers besides.
pub trait Place {
    /// The record with its writer.
    fn open(&self) -> Result<record::Record, record::StoreError>;
    /// The record for reading only.
    fn read(&self) -> Result<record::Record, record::StoreError>;
}
