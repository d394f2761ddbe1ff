//! What the shipped packs say, against the list of service items and the law's own words.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

mod clear;
mod duties;
mod list;
mod quotes;
mod texts;

use pack::load;
use pack::model::{Basis, Definitions, Procedure, Start};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    load(&files).unwrap_or_else(|problems| panic!("{}", problems[0]))
});

/// What people can ask for.
fn services() -> impl Iterator<Item = &'static Procedure> {
    DEFINITIONS.procedures.values().filter(|procedure| procedure.start == Start::Party)
}

/// The folder of law, where there is one; says so in one line where there is none.
fn law(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let named = std::env::var_os("LIANCHI_DATA").map(PathBuf::from);
    let found = named.into_iter().chain([beside]).map(|data| data.join("law"));
    let found = found.into_iter().find(|law| law.join("items.json").exists());
    if found.is_none() {
        println!("left out: {test} needs the list of items and the law's texts; set LIANCHI_DATA");
    }
    found
}

/// A law's name without its edition and the republic's: `机动车登记规定(公安部令第164号)` is `机动车登记规定`.
fn bare(name: &str) -> &str {
    let name = name.split(['(', '（']).next().unwrap_or_default();
    name.trim_start_matches("中华人民共和国")
}

fn title(basis: &Basis) -> &'static str {
    let law = DEFINITIONS.law.as_ref().unwrap();
    law.instruments.get(basis.instrument.as_str()).map_or("", |instrument| bare(&instrument.title.zh))
}
