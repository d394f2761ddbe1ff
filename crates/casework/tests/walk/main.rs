//! Every shipped procedure, walked: until each way of ending each of its steps has been taken, and at random.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

mod anything;
mod case;
mod dice;
mod ways;

use casework::Book;
use jiff::civil::Date;
use pack::model::Definitions;
use std::path::Path;
use std::sync::LazyLock;

const TODAY: Date = Date::constant(2026, 11, 23);

static SHIPPED: LazyLock<Definitions> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    Book::read(&files).unwrap_or_else(|problems| panic!("{}", problems[0])).definitions
});
