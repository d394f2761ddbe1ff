//! Day counting and the law pack, against the corpus, an oracle, and examples worked by hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails loudly")]

#[path = "days/corpus.rs"]
mod corpus;
#[path = "days/examples.rs"]
mod examples;
#[path = "days/oracle.rs"]
mod oracle;
#[path = "days/problems.rs"]
mod problems;
#[path = "days/properties.rs"]
mod properties;
#[path = "days/term.rs"]
mod term;
#[path = "content/texts.rs"]
mod texts;
#[path = "days/words.rs"]
mod words;
#[path = "days/worked.rs"]
mod worked;

use pack::days::{Deadline, Law};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static LAW: LazyLock<Law> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/law");
    pack::load(&pack::folder::read(&dir).unwrap()).map(|all| all.law.unwrap()).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
});

fn deadline(id: &str) -> &'static Deadline {
    LAW.deadlines.get(id).unwrap_or_else(|| panic!("no deadline `{id}`"))
}

/// The folder of real inputs, where there is one; says so in one line where there is none.
fn data(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let named = std::env::var_os("LIANCHI_DATA").map(PathBuf::from);
    let found = named.into_iter().chain([beside]).find(|dir| dir.join("law/deadlines.json").exists());
    if found.is_none() {
        println!("left out: {test} needs the law corpus; set LIANCHI_DATA");
    }
    found
}
