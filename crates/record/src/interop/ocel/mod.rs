//! OCEL, the object-centric event log: events, objects, what they are declared to have and how they relate.
//!
//! Every object becomes an [`OBJECT`](super::vocabulary::OBJECT) event with the values that it has at the time of its
//! first and with its links; a [`VALUE`](super::vocabulary::VALUE) event follows for every later time. The
//! declared types travel in the log's header.
//! A value of an attribute that its type does not declare is taken in the type it is written in, and declared on the
//! way out; all other breaches of OCEL are refused.

mod assemble;
mod declared;
pub(super) mod first;
pub(super) mod json;
pub(super) mod locate;
mod node;
pub(super) mod sqlite;
mod survey;
pub(super) mod xml;

pub(super) use survey::Survey;
