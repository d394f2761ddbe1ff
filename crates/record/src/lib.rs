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
/// Moments in time, with the offset at which they were written down.
pub mod time;
/// Typed attribute values.
pub mod value;

pub use event::{Change, Event, Link, Relation};
pub use name::{Activity, EventId, Name, ObjectId, ObjectRef, ObjectType, Qualifier};
pub use time::Time;
pub use value::{Digest, FileRef, SealedRef, Value};
