//! How the program is called: help, mistakes, pipes.

use super::{Desk, check};
use std::process::Stdio;

#[test]
fn help_says_what_there_is() {
    let lines = [
        "--help",
        "up --help",
        "import --help",
        "export --help",
        "verify --help",
        "pack --help",
        "pack check --help",
        "pack explain --help",
        "pack adopt --help",
        "watch --help",
        "check --help",
        "models --help",
        "models explain --help",
        "due --help",
        "erase --help",
        "backup --help",
    ];
    insta::assert_snapshot!(check(&[], &lines));
}

#[test]
fn mistakes_are_told_with_their_mend() {
    let lines = [
        "nonsense",
        "imprt log.xes",
        "--data d --nonsense",
        "import",
        "import log.xes --nonsense",
        "due DL-012",
        "verify --key k",
        "up --listen nonsense",
        "up --listen :8080",
        "up --proxy nonsense",
        "erase",
        "backup there",
        "backup there --with-keys --without-keys",
        "nonsense --json",
        "due --json",
    ];
    insta::assert_snapshot!(check(&[], &lines));
}

/// Whoever reads the answer may stop reading it: `lianchi pack explain passport-first | head -1`.
#[test]
fn a_reader_that_stops_is_no_error() {
    let desk = Desk::new(&[]);
    for line in ["pack explain public-order-case", "due DL-012 --from 2026-01-05", "--help"] {
        let args: Vec<&str> = line.split(' ').collect();
        let mut command = desk.command(&args);
        let (read, write) = std::io::pipe().unwrap();
        drop(read);
        let output = command.stdin(Stdio::null()).stdout(write).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
        assert_eq!(output.status.code(), Some(0), "{line}");
    }
}

/// What was found keeps its exit code, read or not.
#[test]
fn a_finding_stays_one_when_nobody_reads_it() {
    let desk = Desk::new(&[("packs/p/pack.toml", b"nonsense")]);
    let (read, write) = std::io::pipe().unwrap();
    drop(read);
    let output =
        desk.command(&["pack", "check", "packs"]).stdout(write).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(1), Vec::new()));
}

/// An answer that cannot be written is not taken for one that was.
#[test]
fn an_answer_that_cannot_be_written_is_told() {
    if !std::path::Path::new("/dev/full").exists() {
        println!("left out: there is no /dev/full here");
        return;
    }
    let desk = Desk::new(&[]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = desk.command(&["pack", "check"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("lianchi: the answer cannot be written: "), "{said}");
}
