//! People, sign-in, sessions, and who may do what.
//!
//! A [`Person`] is the fold of the events about them; no table of users stands beside the record. Names, telephone
//! and identity numbers and the password's hash are sealed under the person's key, so that erasing a person erases
//! them too. [`Policies`] decide, from the packs, what a person may do in the post in which they act: what no
//! policy permits is denied, a forbidding policy wins, and the order of policies never matters.
//!
//! Nothing here reads a clock: time and randomness are handed in. Only [`People`] and [`registry::Draft::add_to`]
//! touch a record; all else is pure.

/// What happens to people, in the words of the record.
pub mod activity;
mod bytes;
/// Codes by which a password may once be chosen.
pub mod code;
/// From sign-in names to people.
pub mod directory;
/// Randomness, handed in.
pub mod entropy;
/// Looking up applicants: how fast, and how often somebody did.
pub mod look_ups;
/// Password rules and hashes.
pub mod password;
/// Everyone at once, following the record.
pub mod people;
/// People, and the posts they hold.
pub mod person;
/// Who may do what.
pub mod policy;
/// Reads of personal data, on the record.
pub mod reading;
/// The events that people are made of.
pub mod registry;
/// Corrections: events that tell earlier ones anew.
pub mod restate;
/// Who holds which post.
pub mod roster;
/// Who is signed in.
pub mod session;
/// From a name and a password to a person.
pub mod sign_in;
/// What administrators do with people and posts.
pub mod staff;
/// How often one may try.
pub mod throttle;

pub use directory::{Directory, SignInName};
pub use entropy::Entropy;
pub use people::People;
pub use person::{Person, PersonId, Post};
pub use policy::{Decision, Policies, Request};
pub use session::Sessions;
