//! Small files that stand for large ones.

use super::mutate::weighed;
use record::interop::{Format, Mapping, Options, Source, check};
use std::io::Write as _;

/// So many copies of `unit` between `head` and `tail`, compressed.
fn packed(head: &str, unit: &str, copies: usize, tail: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(head.as_bytes()).unwrap();
    let block = unit.repeat((1 << 16) / unit.len() + 1);
    let per_block = (1 << 16) / unit.len() + 1;
    for _ in 0..copies / per_block {
        packed.write_all(block.as_bytes()).unwrap();
    }
    packed.write_all(tail.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// None is taken in, and none takes more than 288 MiB of memory.
#[test]
fn are_refused_before_they_fill_the_memory() {
    let mib = 1 << 20;
    let json = "{\"objectTypes\":[],\"eventTypes\":[],\"events\":[],\"objects\":[";
    let bombs: [(&str, Format, Vec<u8>, &str); 8] = [
        ("blanks", Format::Xes, packed("<log>", " ", 300 * mib, "</log>"), "128 times its size"),
        (
            "one tag",
            Format::Xes,
            packed("<log><string key='k' value='", "x", 100 * mib, "'/></log>"),
            "16 MiB",
        ),
        ("open elements", Format::Xes, packed("<log>", "<a>", 60 * mib, ""), "1000 deep"),
        ("one text", Format::OcelJson, packed(&format!("{json}\""), "x", 200 * mib, "\"]}"), "8 MiB"),
        ("one object", Format::OcelJson, packed(&format!("{json}["), "1,", 60 * mib, "1]]}"), "8 MiB"),
        ("one row", Format::Csv, packed("case,act,when\n\"", "\n", 100 * mib, "\"\n"), "64 MiB"),
        (
            "empty rows",
            Format::Csv,
            packed("case,act,when\n", "1,a,2026-01-31\n", 40 * mib, ""),
            "128 times its size",
        ),
        (
            "a database",
            Format::OcelSqlite,
            packed("SQLite format 3\0", "\0", 300 * mib, ""),
            "128 times its size",
        ),
    ];
    for (name, format, bytes, why) in bombs {
        let columns = || Mapping::parse("case=case,activity=act,time=when").unwrap();
        let mapping = (format == Format::Csv).then(columns);
        let options = Options { format: Some(format), mapping, ..Options::default() };
        let (outcome, memory) = weighed(|| check(&Source::Bytes { name: "bomb", bytes: &bytes }, &options));
        let told = outcome.expect_err(name).to_string();
        assert!(told.contains(why), "{name}: {told}");
        assert!(memory < 288 * mib, "{name}: {} MiB", memory / mib);
        assert!(bytes.len() < 2 * mib, "{name}: {} bytes are no small file", bytes.len());
    }
}
