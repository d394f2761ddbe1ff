//! Whatever is typed as an answer is read as what it is, or refused in words; nothing panics, hangs or fills the memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../record/tests/mutate/mod.rs"]
mod mutate;

use casework::answer::{fits, read, write};
use mutate::{Sample, campaign};
use pack::Title;
use pack::model::{Choice, FieldKind};

const WORDS: &[&str] = &[
    "-",
    "+",
    ".",
    ",",
    "1e9",
    "yes",
    "４",
    "冀",
    "应急",
    "X",
    "\u{202E}",
    "T24:00",
    "9999-12-31",
    "-0001-01-01",
    ":",
    "é",
    "99999999999999999999",
    "\u{2028}",
    "0.001",
    "case:",
    "👨‍👩‍👧",
];

#[test]
fn answers() {
    let choice = |id: &str| Choice { id: id.into(), title: Title::new(id, id) };
    let kinds = [
        (FieldKind::Text, "迪丽热巴·迪力木拉提"),
        (FieldKind::LongText, "一\n二\r\n三"),
        (FieldKind::Integer { min: Some(-5), max: Some(5_000) }, "120"),
        (FieldKind::Integer { min: None, max: None }, "-9223372036854775808"),
        (FieldKind::Money, "99.50"),
        (FieldKind::Date, "2024-02-29"),
        (FieldKind::Moment, "2026-01-31 08:30"),
        (FieldKind::Truth, "yes"),
        (FieldKind::Choice(vec![choice("a"), choice("b-c")]), "b-c"),
        (FieldKind::Choices(vec![choice("a"), choice("b-c")]), "a, b-c"),
        (FieldKind::IdentityNumber, "11010519491231002X"),
        (FieldKind::IdentityNumber, "110105491231002"),
        (FieldKind::Phone, "+86 138-0000-0000"),
        (FieldKind::Address, "保定市莲池区"),
        (FieldKind::Plate, "冀F1234应急"),
        (FieldKind::Vin, "1M8GDM9AXKP042788"),
        (FieldKind::CreditCode, "91350100M000100Y43"),
        (FieldKind::Object("case".into()), "case:7"),
    ];
    for (kind, typed) in kinds {
        let sample = Sample {
            name: format!("{kind:?}"),
            bytes: typed.as_bytes().to_vec(),
            words: WORDS,
            nest: ("(", ")"),
        };
        let tried = campaign(&[sample], &mut |bytes| match read(&kind, &String::from_utf8_lossy(bytes)) {
            Err(why) if why.zh.is_empty() || why.en.is_empty() => Err("refused without words".to_owned()),
            Err(_) => Ok(false),
            Ok(value) if read(&kind, &write(&kind, &value)).as_ref() != Ok(&value) => {
                Err(format!("{value:?} is written `{}`, which does not read back", write(&kind, &value)))
            }
            Ok(value) if !fits(&kind, &value) => Err(format!("{value:?} does not fit")),
            Ok(_) => Ok(true),
        });
        match tried {
            Ok(tried) => println!("{kind:?}: {tried:?}"),
            Err(broken) => panic!("{broken}"),
        }
    }
}
