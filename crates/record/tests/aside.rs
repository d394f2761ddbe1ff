//! Rows that are no events and must outlive a crash.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use record::{Aside, Digest};
use std::os::unix::fs::PermissionsExt as _;

fn row(number: u8) -> (Digest, Option<Vec<u8>>) {
    (Digest([number; 32]), Some(format!("row {number} of whoever it is").into_bytes()))
}

fn keys(aside: &Aside) -> Vec<u8> {
    aside.rows().unwrap().into_iter().map(|(key, _)| key.0[0]).collect()
}

/// What is taken out is nowhere in the folder once that is settled, and what was written is there for whoever opens it next, without a clean close.
#[test]
fn rows_outlive_who_wrote_them_and_go_without_a_trace() {
    let dir = tempfile::tempdir().unwrap();
    let mut aside = Aside::open_in(dir.path(), "rows.sqlite").unwrap();
    let mode = std::fs::metadata(dir.path().join("rows.sqlite")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    aside.write(&[row(1), row(2), row(3)]).unwrap();
    aside
        .write(&[(Digest([2; 32]), None), (Digest([9; 32]), None), (Digest([3; 32]), Some(b"anew".to_vec()))])
        .unwrap();
    aside.settle().unwrap();
    let other = Aside::open_in(dir.path(), "rows.sqlite").unwrap();
    assert_eq!(keys(&other), [1, 3]);
    assert_eq!(other.rows().unwrap()[1].1, b"anew");
    std::mem::forget(aside);
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for gone in ["row 2 of whoever", "row 3 of whoever"] {
            assert!(!bytes.windows(gone.len()).any(|window| window == gone.as_bytes()), "{gone} is left");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rows.sqlite");
    for broken in [&b"nonsense"[..], &[0xff; 20_000]] {
        std::fs::write(&path, broken).unwrap();
        let mut aside = Aside::open_in(dir.path(), "rows.sqlite").unwrap();
        assert!(keys(&aside).is_empty());
        aside.write(&[row(7)]).unwrap();
        assert_eq!(keys(&aside), [7]);
    }
    let flipped = {
        let mut bytes = std::fs::read(&path).unwrap();
        let page = bytes.len() - 4_096;
        bytes[page..page + 8].fill(0xff);
        bytes
    };
    std::fs::write(&path, flipped).unwrap();
    assert!(keys(&Aside::open_in(dir.path(), "rows.sqlite").unwrap()).is_empty(), "a page of it is broken");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(Aside::open_in(dir.path(), "rows.sqlite").is_err(), "what cannot be made is told");
}
