//! What every store must do alike: one table of checks, run on each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod finding;
mod folding;
mod holding;
#[path = "../places/mod.rs"]
mod places;
mod proving;

use places::{Place, Sqlite};
use record::store::StoreError;
use record::{AppendError, Batch, Entry, Event, ObjectRef, Record, Time, Value, Version};
use std::collections::BTreeSet;
use std::time::Duration;

/// One of the checks; a fresh place is made for each.
type Check = fn(&dyn Place);

const CHECKS: &[(&str, Check)] = &[
    ("reads back what was appended", reads_back),
    ("keeps the first of equal ids", keeps_the_first_of_equal_ids),
    ("appends all of a batch or nothing", appends_all_or_nothing),
    ("refuses a batch that expects another version", refuses_conflicts),
    ("refuses what cannot be kept", refuses_what_cannot_be_kept),
    ("lists objects and their histories", lists_objects),
    ("finds what is new at once", finding::finds_what_is_new),
    ("reads histories while they grow", finding::reads_histories_that_grow),
    ("folds from snapshots as from the start", folding::folds),
    ("folds while others append", folding::folds_while_others_append),
    ("lets a correction supersede", folding::lets_corrections_supersede),
    ("refuses a correction of nothing", folding::refuses_corrections_of_nothing),
    ("follows what is appended", folding::follows),
    ("numbers without gaps under many threads", numbers_without_gaps),
    ("wakes subscribers", wakes_subscribers),
    ("has one writer", has_one_writer),
    ("opens what another process writes, for reading", reads_beside_the_writer),
    ("goes on after closing", goes_on_after_closing),
    ("seals personal values", holding::seals),
    ("erases a subject and keeps the proofs", holding::erases),
    ("voids what was sealed before an erasure", holding::voids_what_was_sealed_before),
    ("keeps files by content", holding::keeps_files),
    ("proves every entry", proving::proves),
    ("serves tiles that give the root", proving::serves_tiles),
    ("serves tiles to a client of the standard at any size", proving::serves_tiles_at_any_size),
    ("keeps the signatures of witnesses", proving::keeps_cosignatures),
    ("verifies", proving::verifies),
];

fn run(make: impl Fn() -> Box<dyn Place>) {
    for (name, check) in CHECKS {
        println!("{name}");
        check(make().as_ref());
    }
}

#[cfg(feature = "postgres")]
#[test]
fn postgres() {
    match places::postgres::Server::start() {
        Ok(server) => run(|| Box::new(server.place())),
        Err(missing) => println!("left out: {missing}"),
    }
}

#[test]
fn sqlite() {
    run(|| Box::new(Sqlite::new()));
}

fn object(id: impl ToString) -> ObjectRef {
    ObjectRef::new("case", id.to_string())
}

fn event(id: impl ToString) -> Event {
    Event::new(id.to_string(), "noted", Time::ZERO)
}

/// Events 0 to `count`, each about one of three cases and one person.
fn fill(record: &Record, from: u64, count: u64) {
    let of = |n: u64| {
        event(n).about("case", object(n % 3)).about("person", ObjectRef::new("person", n.to_string()))
    };
    for chunk in (from..from + count).collect::<Vec<_>>().chunks(1000) {
        record.append(chunk.iter().map(|n| of(*n)).collect::<Vec<_>>()).unwrap();
    }
}

fn sound(record: &Record) {
    let found = record.verify(&mut |_, _| {}).unwrap();
    assert_eq!(found.faults, []);
    assert_eq!(found.entries, record.len().unwrap());
}

fn reads_back(place: &dyn Place) {
    let record = place.open().unwrap();
    let odd = "id with \0 and \n and 池";
    let full = event(odd)
        .about("", ObjectRef::new("", ""))
        .about("q", object("\0"))
        .with("价", 2.5)
        .with("x", i64::MIN);
    assert!(record.is_empty().unwrap());
    assert_eq!(record.append(full.clone()).unwrap(), [0]);
    assert_eq!(record.append(vec![event(1), event(2)]).unwrap(), [1, 2]);
    assert!(record.append(Batch::default()).unwrap().is_empty());
    let first = Entry { index: 0, event: full };
    assert_eq!(record.entry(0).unwrap(), Some(first.clone()));
    assert_eq!(record.find(&odd.into()).unwrap(), Some(first));
    assert_eq!(record.find(&"none".into()).unwrap(), None);
    assert_eq!(record.entry(3).unwrap(), None);
    let indices =
        |from, limit| record.entries(from, limit).unwrap().iter().map(|e| e.index).collect::<Vec<_>>();
    assert_eq!((indices(0, 9), indices(1, 1), indices(3, 9)), (vec![0, 1, 2], vec![1], vec![]));
    assert_eq!(record.len().unwrap(), 3);
    sound(&record);
}

fn keeps_the_first_of_equal_ids(place: &dyn Place) {
    let record = place.open().unwrap();
    assert_eq!(record.append(vec![event(1), event(2), event(1)]).unwrap(), [0, 1, 0]);
    assert_eq!(record.append(vec![event(2), event(3)]).unwrap(), [1, 2]);
    let retried = Batch { events: vec![event(3)], expect: vec![(object(1), Version(9))], secrets: vec![] };
    assert_eq!(record.append(retried).unwrap(), [2]);
    for other in [vec![event(4), event(1).with("x", 1)], vec![event(5), event(5).with("x", 1)]] {
        assert!(matches!(record.append(other), Err(AppendError::IdTaken { .. })));
    }
    assert_eq!(record.len().unwrap(), 3);
    sound(&record);
}

fn appends_all_or_nothing(place: &dyn Place) {
    let record = place.open().unwrap();
    record.append(event(1)).unwrap();
    let new = || event(2).about("case", object("new"));
    assert!(record.append(vec![new(), event(1).with("x", 1)]).is_err());
    assert_eq!(record.find(&"2".into()).unwrap(), None);
    assert_eq!(record.version(&object("new")).unwrap(), Version(0));
    assert_eq!(record.append(new()).unwrap(), [1]);
    sound(&record);
}

fn refuses_conflicts(place: &dyn Place) {
    let record = place.open().unwrap();
    let step = |id: u64, expect: u64| Batch {
        events: vec![event(id).about("case", object(1))],
        expect: vec![(object(1), Version(expect))],
        secrets: vec![],
    };
    record.append(step(0, 0)).unwrap();
    record.append(event("elsewhere")).unwrap();
    record.append(step(1, 1)).unwrap();
    match record.append(step(2, 1)) {
        Err(AppendError::Conflict { object: at, expected, found }) => {
            assert_eq!((at, expected, found), (object(1), Version(1), Version(3)));
        }
        other => panic!("{other:?}"),
    }
    let racing: Vec<bool> = std::thread::scope(|scope| {
        let race = |n: u64| {
            scope.spawn({
                let record = &record;
                move || record.append(step(100 + n, 3)).is_ok()
            })
        };
        let all: Vec<_> = (0..8).map(race).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(racing.iter().filter(|won| **won).count(), 1);
    assert_eq!(record.version(&object(1)).unwrap(), Version(4));
}

fn refuses_what_cannot_be_kept(place: &dyn Place) {
    let record = place.open().unwrap();
    let nested = (0..50).fold(Value::from("x"), |inner, _| Value::Map(vec![("k".into(), inner)]));
    assert!(matches!(record.append(event(1).with("x", nested)), Err(AppendError::TooDeep { .. })));
    let deepest = (0..40).fold(Value::from("x"), |inner, _| Value::Map(vec![("k".into(), inner)]));
    record.append(event(1).with("x", deepest)).unwrap();
    let long = "x".repeat(5 << 20);
    assert!(matches!(record.append(event(2).with("x", long)), Err(AppendError::TooLong { .. })));
    let long = "池".repeat(400);
    for event in
        [event(&long), event(5).about("case", object(&long)), event(5).about("", ObjectRef::new(&*long, "1"))]
    {
        assert!(matches!(record.append(event), Err(AppendError::IdTooLong { .. })));
    }
    let (sealed, _) = record.seal(&object(1), &Value::from("name")).unwrap();
    assert!(matches!(record.append(event(3).with("x", sealed)), Err(AppendError::Dangling { .. })));
    let other = Sqlite::new().open().unwrap();
    let file = other.attach("a.txt", b"text", None).unwrap();
    assert!(matches!(
        record.append(event(4).with("x", Value::File(file))),
        Err(AppendError::Dangling { .. })
    ));
    assert_eq!(record.len().unwrap(), 1);
    sound(&record);
}

fn lists_objects(place: &dyn Place) {
    let record = place.open().unwrap();
    fill(&record, 0, 250);
    let ids = |after: Option<&str>, limit| {
        let listed = record.objects(&"person".into(), after.map(Into::into).as_ref(), limit).unwrap();
        listed.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
    };
    let expected: BTreeSet<String> = (0..250).map(|n| n.to_string()).collect();
    assert_eq!(ids(None, 1000), expected.iter().cloned().collect::<Vec<_>>());
    assert_eq!(ids(Some("100"), 2), ["101", "102"]);
    assert_eq!(record.objects(&"none".into(), None, 9).unwrap(), []);
    let history = record.history(&object(1), Version(0), 1000).unwrap();
    assert_eq!(
        history.iter().map(|e| e.index).collect::<Vec<_>>(),
        (0..250).filter(|n| n % 3 == 1).collect::<Vec<_>>()
    );
    let later = record.history(&object(1), Version(5), 2).unwrap();
    assert_eq!(later.iter().map(|e| e.index).collect::<Vec<_>>(), [7, 10]);
    assert_eq!(record.version(&object(1)).unwrap(), Version(248));
    assert_eq!(record.version(&object("none")).unwrap(), Version(0));
}

fn numbers_without_gaps(place: &dyn Place) {
    let record = place.open().unwrap();
    let mut all: Vec<u64> = std::thread::scope(|scope| {
        let writes = |thread: u64| {
            let record = &record;
            scope.spawn(move || {
                let mut indices = Vec::new();
                for n in 0..40 {
                    let own = event(format!("{thread}/{n}"))
                        .about("case", object(thread))
                        .about("case", object("all"));
                    let index = record.append(own).unwrap()[0];
                    assert_eq!(
                        record.entry(index).unwrap().unwrap().event.id.as_str(),
                        format!("{thread}/{n}")
                    );
                    indices.push(index);
                }
                indices
            })
        };
        let threads: Vec<_> = (0..16).map(writes).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    all.sort_unstable();
    assert_eq!(all, (0..640).collect::<Vec<_>>());
    assert_eq!(record.history(&object("all"), Version(0), 1000).unwrap().len(), 640);
    sound(&record);
}

fn wakes_subscribers(place: &dyn Place) {
    let record = place.open().unwrap();
    let mut woken = record.subscribe().unwrap();
    assert_eq!(woken.wait(Duration::ZERO), None);
    let waiter = std::thread::spawn(move || (woken.wait(Duration::from_secs(60)), woken));
    record.append(event(1)).unwrap();
    let (size, mut woken) = waiter.join().unwrap();
    assert_eq!(size, Some(1));
    record.append(vec![event(2), event(3)]).unwrap();
    assert_eq!(woken.wait(Duration::from_secs(60)), Some(3));
    assert!(!woken.ended());
    drop(record);
    assert!(woken.ended());
    assert_eq!(woken.wait(Duration::from_secs(60)), None);
}

fn has_one_writer(place: &dyn Place) {
    let record = place.open().unwrap();
    assert!(matches!(place.open(), Err(StoreError::InUse { .. })));
    drop(record);
    drop(place.open().unwrap());
}

fn reads_beside_the_writer(place: &dyn Place) {
    let record = place.open().unwrap();
    fill(&record, 0, 300);
    let reader = place.read().unwrap();
    assert!(matches!(reader.append(event("x")), Err(AppendError::Store(StoreError::Stopped { .. }))));
    for round in 1..4 {
        assert_eq!(reader.len().unwrap(), 300 * round);
        assert_eq!(reader.checkpoint().unwrap(), record.checkpoint().unwrap());
        let id = (300 * round - 1).to_string();
        assert_eq!(
            reader.receipt(&id.as_str().into()).unwrap(),
            record.receipt(&id.as_str().into()).unwrap()
        );
        sound(&reader);
        fill(&record, 300 * round, 300);
    }
}

fn goes_on_after_closing(place: &dyn Place) {
    let mut checkpoints = Vec::new();
    for round in 0..6 {
        let record = place.open().unwrap();
        assert_eq!(record.len().unwrap(), round * 131);
        fill(&record, round * 131, 131);
        checkpoints.push(record.checkpoint().unwrap());
    }
    let record = place.open().unwrap();
    for (old, new) in checkpoints.iter().zip(&checkpoints[1..]) {
        let head =
            |note: &str| record::proof::verify_checkpoint(note, &record.verifier().clone().into()).unwrap().0;
        let (old, new) = (head(old), head(new));
        let proof = record.consistency(old.size, new.size).unwrap().unwrap();
        assert!(record::merkle::extends(old.size, &old.root, new.size, &new.root, &proof));
    }
    sound(&record);
}
