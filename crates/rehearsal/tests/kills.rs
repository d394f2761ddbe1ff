//! A process that appends is killed at random moments. Whatever it was told is on the record, once, and verifies.
//!
//! 20 kills by default; `LIANCHI_KILLS=1000` for as many as are asked for.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use record::{Record, Value};
use rehearsal::appender::{Told, personal, subject};
use rehearsal::load::mix;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Kills before the next record is begun: verifying one that grows for ever would take most of the time.
const KILLS_PER_RECORD: u64 = 20;

/// What all processes so far were told.
#[derive(Default)]
struct Ledger {
    appended: BTreeMap<u64, String>,
    erasing: BTreeSet<String>,
    erased: BTreeSet<String>,
}

impl Ledger {
    fn take(&mut self, told: Vec<Told>, kill: u64) {
        for fact in told {
            match fact {
                Told::Appended(index, id) => {
                    let other = self.appended.insert(index, id.clone());
                    assert_eq!(other, None, "kill {kill}: index {index} was given to `{id}` too");
                }
                Told::Erasing(subject) => drop(self.erasing.insert(subject)),
                Told::Erased(subject) => drop(self.erased.insert(subject)),
                other => panic!("kill {kill}: {other:?}"),
            }
        }
    }

    fn check(&self, dir: &Path, kill: u64) {
        let record = Record::create_in(dir).unwrap();
        for (index, id) in &self.appended {
            let entry =
                record.entry(*index).unwrap().unwrap_or_else(|| panic!("kill {kill}: `{id}` is lost"));
            assert_eq!(entry.event.id.as_str(), id, "kill {kill}");
            assert_eq!(
                record.find(&entry.event.id).unwrap().map(|found| found.index),
                Some(*index),
                "kill {kill}"
            );
            let Some(Value::Sealed(name)) = entry.event.attribute("name") else { continue };
            let Some(Value::File(face)) = entry.event.attribute("face") else { panic!("no file in `{id}`") };
            let whose = subject(id).id.to_string();
            let held = (record.unseal(name).unwrap(), record.file(face).unwrap());
            if self.erased.contains(&whose) {
                assert_eq!(held, (None, None), "kill {kill}: `{id}` was erased");
            } else if !self.erasing.contains(&whose) {
                assert_eq!(held, (Some(personal(id)), Some(id.clone().into_bytes())), "kill {kill}");
            }
        }
        let found = record.verify(&mut |_, _| {}).unwrap();
        assert_eq!(found.faults, [], "kill {kill}");
    }
}

/// Lets a process append for a while that depends on `kill`, kills it, and returns what it was told.
fn told_before_kill(dir: &Path, kill: u64) -> Vec<Told> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_appender"))
        .args([dir.as_os_str(), "load".as_ref(), kill.to_string().as_ref()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut printed = String::new();
        stdout.read_to_string(&mut printed).map(|_| printed)
    });
    std::thread::sleep(Duration::from_millis(mix(kill) % 400));
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), None, "kill {kill}: the process ended by itself");
    Told::read(&reader.join().unwrap().unwrap())
}

#[test]
fn nothing_acknowledged_is_lost() {
    let kills = std::env::var("LIANCHI_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let (mut appended, mut erased) = (0, 0);
    for first in (0..kills).step_by(KILLS_PER_RECORD as usize) {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::default();
        for kill in first..(first + KILLS_PER_RECORD).min(kills) {
            ledger.take(told_before_kill(dir.path(), kill), kill);
            ledger.check(dir.path(), kill);
        }
        appended += ledger.appended.len();
        erased += ledger.erased.len();
    }
    println!(
        "{kills} kills, {appended} events acknowledged, {erased} subjects erased: none lost, none twice"
    );
    assert!(appended > 0);
}
