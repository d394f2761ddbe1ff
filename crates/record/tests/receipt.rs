//! A receipt is checked with nothing but itself and the log's key, and no altered one passes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod places;

use places::{Place as _, Sqlite};
use proptest::prelude::*;
use record::proof::verify_receipt;
use record::{Event, ObjectRef, Time, VerifierKey};
use std::sync::LazyLock;

struct Fixture {
    receipt: String,
    line: String,
    key: VerifierKey,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let record = Sqlite::new().open().unwrap();
    let event = |n: u64| {
        Event::new(format!("e{n}"), "decided", Time::ZERO).about("case", ObjectRef::new("case", "池"))
    };
    record.append((0..9).map(event).collect::<Vec<_>>()).unwrap();
    let receipt = record.receipt(&"e5".into()).unwrap().unwrap();
    Fixture { receipt, line: record::encoding::encode(&event(5)), key: record.verifier().clone() }
});

/// The receipt with its `extra` line left out, for when the event travels beside it.
fn bare() -> String {
    FIXTURE
        .receipt
        .lines()
        .filter(|line| !line.starts_with("extra "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn passes_as_it_was_given() {
    let Fixture { receipt, line, key } = &*FIXTURE;
    for (text, beside) in [(receipt.clone(), None), (receipt.clone(), Some(&**line)), (bare(), Some(&**line))]
    {
        let proven = verify_receipt(&text, beside, Some(key)).unwrap();
        assert_eq!((proven.index, proven.event.id.as_str(), proven.signed), (5, "e5", true));
    }
    let unsigned = verify_receipt(receipt, None, None).unwrap();
    assert!(!unsigned.signed);
}

#[test]
fn says_why_it_does_not_pass() {
    let Fixture { receipt, line, key } = &*FIXTURE;
    let other = Sqlite::new().open().unwrap();
    let other_line = line.replace("decided", "Decided");
    let why = |text: &str, beside: Option<&str>, key: &VerifierKey| {
        format!("{}\n", verify_receipt(text, beside, Some(key)).unwrap_err())
    };
    let all = [
        why(&bare(), None, key),
        why(receipt, Some(&other_line), key),
        why(&bare(), Some(&other_line), key),
        why(&bare(), Some("no event"), key),
        why(receipt, None, other.verifier()),
        why(&receipt.replace("index 5", "index 6"), None, key),
        why(&receipt.replace("\n9\n", "\n8\n"), None, key),
        why(&receipt.replace("tlog-proof@v1", "tlog-proof@v2"), None, key),
        why("", None, key),
    ];
    insta::assert_snapshot!(all.concat());
}

proptest! {
    #[test]
    fn no_altered_receipt_passes(at in 0usize..10_000, byte in 0u8..=127) {
        let Fixture { receipt, key, .. } = &*FIXTURE;
        let mut bytes = receipt.clone().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes)
            && let Ok(proven) = verify_receipt(&text, None, Some(key))
        {
            panic!("passes with byte {at} set to {byte}: {proven:?}");
        }
    }

    #[test]
    fn no_text_makes_it_fall_over(text in "(c2sp.org/tlog-proof@v1\n)?(extra [a-zA-Z=]*\n)?(index [0-9]*\n)?([a-zA-Z=]*\n){0,3}\n?.*") {
        let _ = verify_receipt(&text, None, Some(&FIXTURE.key));
    }
}
