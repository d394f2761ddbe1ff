//! A city killed in the middle of its oversight finds the same as one that was left alone.

use super::Desk;
use super::up::Running;
use casework::activity::part;
use casework::{State, activity};
use record::{ObjectRef, Record, Time, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// What a finding says.
#[derive(Debug)]
struct Said {
    words: Vec<String>,
    /// Since when it is certain, in seconds.
    at: i64,
    handed_in: bool,
}

type Found = BTreeMap<ObjectRef, Said>;

/// The findings on a record that nobody writes; that a number stands for two things shows as two beginnings.
fn found(dir: &Path) -> Found {
    let record = Record::read_in(dir).unwrap();
    let mut found = Found::new();
    for entry in record.entries(0, usize::MAX).unwrap() {
        let Some(case) = entry.event.object(part::CASE).filter(|case| case.kind.as_str() == "finding") else {
            continue;
        };
        if entry.event.activity.as_str() != activity::STARTED {
            continue;
        }
        let state = record.fold::<State>(case).unwrap().0;
        let text = |field: &str| state.answers.get(field).and_then(Value::as_text).unwrap_or_default();
        let words = ["model", "objects", "activation", "evidence", "severity"];
        let words = words.map(|field| text(field).to_owned()).to_vec();
        let at = Time::parse(text("at")).map_or(i64::MIN, Time::seconds);
        let twice = found.insert(case.clone(), Said { words, at, handed_in: state.submitted.is_some() });
        assert!(twice.is_none(), "{case} is begun twice");
    }
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => copy(&old, &new),
            kind if kind.is_file() => drop(std::fs::copy(&old, &new).unwrap()),
            _ => {}
        }
    }
}

/// How many entries the city's record has, as its checkpoint says.
fn size(city: &Running) -> u64 {
    let (_, text) = city.get("/checkpoint");
    text.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or_default()
}

#[test]
fn killed_at_random_it_finds_the_same() {
    let desk = Desk::new(&[]);
    // A demonstration that nobody watches: under packs without findings.
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    copy(&shipped, &desk.path().join("packs"));
    std::fs::remove_file(desk.path().join("packs/oversight/findings.toml")).unwrap();
    let unwatched = Running::start(&desk, &["up", "--data", "whole", "--packs", "packs"]);
    assert_eq!(unwatched.stop(), Some(0));
    assert!(found(&desk.path().join("whole")).is_empty());
    copy(&desk.path().join("whole"), &desk.path().join("killed"));

    let start = |data: &str| Running::start(&desk, &["up", "--data", data]);
    let whole = start("whole");
    whole.settle();
    #[expect(clippy::disallowed_methods, reason = "the program under test goes by the clock itself")]
    let looked = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(whole.stop(), Some(0));
    let whole = found(&desk.path().join("whole"));
    assert!(whole.len() > 5, "the demonstration breaks {} models", whole.len());

    let mut broken_off = 0;
    for more in [1, 2, 4, 7, 11] {
        let city = start("killed");
        let (begun, before) = (Instant::now(), size(&city));
        while size(&city) < before + more && begun.elapsed() < Duration::from_secs(60) {}
        city.signal("KILL");
        assert_eq!(city.ended(), None, "it was not killed");
        let so_far = found(&desk.path().join("killed"));
        broken_off += usize::from(!so_far.is_empty() && so_far.len() < whole.len());
    }
    let city = start("killed");
    city.settle();
    assert_eq!(city.stop(), Some(0));
    let killed = found(&desk.path().join("killed"));
    assert!(killed.values().all(|said| said.handed_in));
    let same = |(case, said): &(&ObjectRef, &Said)| {
        killed.get(*case).is_some_and(|other| other.words == said.words && said.handed_in)
    };
    let lost: Vec<_> = whole.iter().filter(|found| !same(found)).collect();
    assert!(lost.is_empty(), "lost or otherwise: {lost:?}");
    // Time has passed meanwhile, so that more deadlines may have gone by; one may have while the other was stopped.
    let looked = i64::try_from(looked.as_secs()).unwrap() - 10;
    let more: Vec<_> = killed.iter().filter(|(case, _)| !whole.contains_key(*case)).collect();
    assert!(more.iter().all(|(_, said)| said.at >= looked), "found the second time alone: {more:?}");
    assert!(broken_off > 0, "it was never killed in the middle");
}
