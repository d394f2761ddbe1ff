//! XES, IEEE 1849-2016: every trace becomes an object of the case type, every event an event about it.
//!
//! - A trace's id is its `concept:name`; the second trace of that name is `NAME#2`, a trace without a name `#N`, the
//!   N-th of the log. Its attributes are changes of the event that declares it.
//! - Events have no ids of their own; the n-th of a trace is `PREFIX/TRACE/n`, one outside any trace `PREFIX//n`.
//! - `concept:name` becomes the activity and `time:timestamp` the time; all else stays an attribute. An event without a
//!   name, or with one of another type or with attributes of its own, keeps it as an attribute too.
//! - A `list` is a list of maps of one member, for its items have keys; a `container` is a map.

mod attribute;
mod event;
mod parts;
mod read;
mod shapes;
mod write;

pub(super) use read::read;
pub(super) use write::Writer;

/// How deep attributes may nest, so that the JSON which carries them stays within what JSON readers take.
const DEEPEST: usize = 16;
