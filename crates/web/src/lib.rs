//! What people see, and how they reach it.
//!
//! Pages are pure functions from a view, a struct of plain data that its reader may see, to markup: no clock, no
//! storage, no HTTP. [`form`] is the one renderer of forms for window, phone and kiosk; [`text`] has the words.

/// Files that pages refer to: style, scripts, icons.
pub mod asset;
/// Finding a service by what people call it.
pub mod find;
/// Forms as people fill them in.
pub mod form;
/// The frame around every page.
pub mod layout;
/// Every page: its view, and the function that shows it.
pub mod page;
/// Parts that several pages share.
pub mod part;
/// Addresses of pages and of what their forms ask for.
pub mod path;
/// HTTP: from requests to pages.
pub mod server;
/// The words of the interface, in Chinese and in English.
pub mod text;
