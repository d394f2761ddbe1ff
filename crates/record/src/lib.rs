//! Events, objects and their proof.
//!
//! Everything that happens is an [`Event`] on one record: a past-tense fact in the shape of OCEL 2.0, about typed
//! [objects](ObjectRef). A record is append-only; a mistake is mended by a later event that
//! [corrects](Event::corrects) it.

/// The canonical bytes of an event, and back.
pub mod encoding;
/// Events, and the entries that they become on a record.
pub mod event;
/// Event logs in and out.
pub mod interop;
/// Names and identities: one type each.
pub mod name;
mod serial;
/// Moments in time, with the offset at which they were written down.
pub mod time;
mod tree;
/// Typed attribute values.
pub mod value;

/// Attached files.
pub mod attach;
/// What can be computed anew, and may be lost.
pub mod cache;
mod cites;
mod codes;
mod commit;
/// States computed from an object's entries.
pub mod fold;
mod head;
/// The secrets of a record.
pub mod keys;
/// How long things take, counted.
mod latency;
/// The Merkle tree over the entries.
pub mod merkle;
/// Signed notes and checkpoints.
pub mod note;
/// Personal values, sealed until they are erased.
pub mod personal;
/// Checkpoints, proofs and receipts.
pub mod proof;
mod recent;
mod record;
/// Where a record is kept.
pub mod store;
/// Checking a whole record against itself.
pub mod verify;

pub use attach::AttachError;
pub use cache::Cache;
pub use codes::Codes;
pub use commit::AppendError;
pub use fold::Fold;
pub use keys::{Keys, write_secret};
pub use latency::Latency;
pub use note::VerifierKey;
pub use personal::{ERASED, Erased, Kept};
pub use record::{Batch, Entry, Health, Pending, Record, Subscription, Version};
pub use store::sqlite::Aside;
pub use store::{Secret, Store, StoreError};
pub use verify::{Fault, Verification};

pub use event::{Change, Event, Link, Relation};
pub use name::{Activity, EventId, Name, ObjectId, ObjectRef, ObjectType, Qualifier};
pub use time::Time;
pub use value::{Digest, FileRef, SealedRef, Value};
