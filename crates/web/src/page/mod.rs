//! Every page is a module with a `View`, plain data that its reader may see, and `show`, which makes the document.

/// Signing in and opening an account.
pub mod account;
/// A supervisor's board: what is due and overdue, from the city down.
pub mod board;
/// What was typed into a form whose session had ended, to be sent once more.
pub mod carried;
/// One's own cases.
pub mod cases;
/// Answers to be checked before they are handed in, and the page after it.
pub mod check;
/// Clocks of a case as people read them.
pub mod clock;
/// Starting a case at the counter.
pub mod counter;
/// What happened in a case.
pub mod course;
/// A clerk's queue.
pub mod desk;
/// A licence, certificate or entry that a case gave.
pub mod document;
/// Running cases that are not in the current edition, and what going over to it would change for them.
pub mod editions;
/// An event with its entry on the record and its proof.
pub mod entry;
mod fee;
/// Filling in: form and materials.
pub mod fill;
/// What oversight found: the board, and one finding with its evidence.
pub mod findings;
/// A case as its party follows it.
pub mod follow;
/// Services found, and the services of a category.
pub mod found;
/// The health of the record.
pub mod health;
/// The front page.
pub mod home;
/// Logs from elsewhere.
pub mod logs;
/// How cases went.
pub mod maps;
/// What corrections did to an answer or a paper.
pub mod mark;
/// The models of oversight, in plain words.
pub mod models;
/// Cases by their number.
pub mod numbered;
/// Drafts without a network: a service's empty form, and the page that stands for those that cannot be loaded.
pub mod offline;
/// One's own account: password, sessions, posts, who has read one's data, erasure.
pub mod own;
/// A receipt, to be printed and kept.
pub mod receipt;
/// What could not be done, and what to do instead.
pub mod refused;
/// What a service gives, who may ask, and on what law it rests.
pub mod service;
/// Those who work here: who holds which post, taking on, locking, handing work on.
pub mod staff;
/// Checking a receipt.
pub mod verify;
/// One case on one page, as a clerk handles it.
pub mod work;
