//! What every store must do alike: one table of checks, run on each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod places;

use places::{Place, Sqlite};
use record::store::StoreError;
use record::{AppendError, Batch, Entry, Event, Fold, ObjectRef, Record, Time, Value, Version};
use std::collections::BTreeSet;
use std::sync::Arc;
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
    ("folds from snapshots as from the start", folds),
    ("folds while others append", folds_while_others_append),
    ("follows what is appended", follows),
    ("numbers without gaps under many threads", numbers_without_gaps),
    ("wakes subscribers", wakes_subscribers),
    ("has one writer", has_one_writer),
    ("opens what another process writes, for reading", reads_beside_the_writer),
    ("goes on after closing", goes_on_after_closing),
    ("seals personal values", seals),
    ("erases a subject and keeps the proofs", erases),
    ("voids what was sealed before an erasure", voids_what_was_sealed_before),
    ("keeps files by content", keeps_files),
    ("proves every entry", proves),
    ("serves tiles that give the root", serves_tiles),
    ("keeps the signatures of witnesses", keeps_cosignatures),
    ("verifies", verifies),
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

#[derive(Clone, Default, Debug, PartialEq)]
struct Tally {
    count: u64,
    last: u64,
}

impl Fold for Tally {
    const NAME: &'static str = "tally";
    const VERSION: u32 = 1;
    fn apply(&mut self, entry: &Entry) {
        self.count += 1;
        self.last = self.last.wrapping_mul(31) ^ entry.index;
    }
    fn to_bytes(&self) -> Vec<u8> {
        [self.count.to_le_bytes(), self.last.to_le_bytes()].concat()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        Some(Self { count: number(0)?, last: number(8)? })
    }
}

fn folds(place: &dyn Place) {
    let record = place.open().unwrap();
    let mut all = Tally::default();
    assert_eq!(record.fold::<Tally>(&object(0)).unwrap(), (Arc::default(), Version(0)));
    for round in 0..60 {
        let count = [1, 40, 900][round % 3];
        let from = record.len().unwrap();
        fill(&record, from, count);
        for index in (from..from + count).filter(|index| index % 3 == 0) {
            all.apply(&Entry { index, event: event(index) });
        }
        let (state, version) = record.fold::<Tally>(&object(0)).unwrap();
        assert_eq!((&*state, version), (&all, record.version(&object(0)).unwrap()));
        assert_eq!(*record.fold::<Tally>(&object(0)).unwrap().0, all);
        if round % 7 == 0 {
            record.cache().clear();
        }
    }
}

/// A state that is held in memory is brought forward by what others append at that very time.
fn folds_while_others_append(place: &dyn Place) {
    let record = place.open().unwrap();
    let busy = std::sync::atomic::AtomicUsize::new(4);
    let under_way = || busy.load(std::sync::atomic::Ordering::SeqCst) > 0;
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (record, busy) = (&record, &busy);
            scope.spawn(move || {
                for n in 0..60 {
                    record.append(event(format!("{thread}/{n}")).about("case", object(n % 3))).unwrap();
                    // What was acknowledged is in every state from then on.
                    let (state, version) = record.fold::<Tally>(&object(n % 3)).unwrap();
                    assert!(state.count > n / 3 && version <= record.version(&object(n % 3)).unwrap());
                }
                busy.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
        for n in 0..2 {
            let (record, under_way) = (&record, &under_way);
            scope.spawn(move || {
                let mut last = Version(0);
                while under_way() {
                    let (_, version) = record.fold::<Tally>(&object(n)).unwrap();
                    assert!(version >= last, "a state went back in time");
                    last = version;
                }
            });
        }
    });
    for n in 0..3 {
        let mut all = Tally::default();
        record.history(&object(n), Version(0), 1000).unwrap().iter().for_each(|entry| all.apply(entry));
        assert_eq!(all.count, 80);
        let (state, version) = record.fold::<Tally>(&object(n)).unwrap();
        assert_eq!((&*state, version), (&all, record.version(&object(n)).unwrap()));
    }
}

/// In pieces and whole, what is at hand and what is not: always the entries from there on.
fn follows(place: &dyn Place) {
    let record = place.open().unwrap();
    let check = |from: u64, limit: usize| {
        let mut seen = Vec::new();
        let next = record.follow(from, limit, &mut |entry| seen.push(entry.clone())).unwrap();
        assert_eq!(seen, record.entries(from, limit).unwrap());
        assert_eq!(next, seen.last().map_or(from, |entry| entry.index + 1));
    };
    check(0, 10);
    let mut size = 0;
    for count in [1, 3, 90, 300, 1, 2, 700, 40, 99, 5] {
        fill(&record, size, count);
        size += count;
        for from in [0, size / 2, size.saturating_sub(count), size - 1, size, size + 5] {
            check(from, 7);
            check(from, 5_000);
        }
    }
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

/// An event that carries `text`, sealed for `subject`.
fn sealed(record: &Record, id: &str, subject: &ObjectRef, text: &str) -> Batch {
    let (value, secret) = record.seal(subject, &Value::from(text)).unwrap();
    let event = event(id).about("applicant", subject.clone()).with("name", value);
    Batch { events: vec![event], expect: vec![], secrets: vec![secret] }
}

fn unsealed(record: &Record, id: &str) -> Option<Value> {
    let entry = record.find(&id.into()).unwrap().unwrap();
    match entry.event.attribute("name") {
        Some(Value::Sealed(sealed)) => record.unseal(sealed).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn seals(place: &dyn Place) {
    let record = place.open().unwrap();
    let (wang, li) = (ObjectRef::new("person", "wang"), ObjectRef::new("person", "li"));
    record.append(sealed(&record, "1", &wang, "王")).unwrap();
    record.append(sealed(&record, "2", &li, "李")).unwrap();
    record.append(sealed(&record, "3", &wang, "王")).unwrap();
    assert_eq!(unsealed(&record, "1"), Some("王".into()));
    drop(record);
    let record = place.open().unwrap();
    assert_eq!(unsealed(&record, "2"), Some("李".into()));
    let digest = |id: &str| match record.find(&id.into()).unwrap().unwrap().event.attribute("name") {
        Some(Value::Sealed(sealed)) => sealed.clone(),
        other => panic!("{other:?}"),
    };
    assert_ne!(digest("1").digest, digest("3").digest);
    let swapped = record::SealedRef { subject: li, digest: digest("1").digest };
    assert_eq!(record.unseal(&swapped).unwrap(), None);
    sound(&record);
}

fn erases(place: &dyn Place) {
    let record = place.open().unwrap();
    let (wang, li) = (ObjectRef::new("person", "wang"), ObjectRef::new("person", "li"));
    record.append(sealed(&record, "1", &wang, "王")).unwrap();
    record.append(sealed(&record, "2", &li, "李")).unwrap();
    let photo = record.attach("照片.txt", "王的照片".as_bytes(), Some(&wang)).unwrap();
    record
        .append(event("3").about("applicant", wang.clone()).with("photo", Value::File(photo.clone())))
        .unwrap();
    let receipt = record.receipt(&"1".into()).unwrap().unwrap();
    record.cache().put("queue", "王".as_bytes());

    let erased = record.erase(&wang, event("erasure")).unwrap();
    assert_eq!((erased.index, erased.values, erased.files, erased.scrubbed), (3, 1, 1, true));
    assert_eq!(record.cache().get("queue"), None);
    assert_eq!(unsealed(&record, "1"), None);
    assert_eq!(unsealed(&record, "2"), Some("李".into()));
    assert_eq!(record.file(&photo).unwrap(), None);
    record::proof::verify_receipt(&receipt, None, Some(record.verifier())).unwrap();
    let newer = record.receipt(&"1".into()).unwrap().unwrap();
    record::proof::verify_receipt(&newer, None, Some(record.verifier())).unwrap();
    let again = record.erase(&wang, event("erasure")).unwrap();
    assert_eq!((again.index, again.values, again.files), (3, 0, 0));
    sound(&record);

    let old = record.find(&"1".into()).unwrap().unwrap().event.attribute("name").unwrap().clone();
    record.append(event("4").with("name", old).with("photo", Value::File(photo))).unwrap();
    record.append(sealed(&record, "5", &wang, "王二")).unwrap();
    assert_eq!(unsealed(&record, "5"), Some("王二".into()));
    drop(record);
    let record = place.open().unwrap();
    assert_eq!((unsealed(&record, "1"), unsealed(&record, "5")), (None, Some("王二".into())));
    sound(&record);
}

fn voids_what_was_sealed_before(place: &dyn Place) {
    let record = place.open().unwrap();
    let wang = ObjectRef::new("person", "wang");
    let late = sealed(&record, "late", &wang, "王");
    let photo = record.attach("a.txt", b"face", Some(&wang)).unwrap();
    record.erase(&wang, event("erasure")).unwrap();
    assert!(matches!(record.append(late.clone()), Err(AppendError::Erased { .. })));
    record.append(sealed(&record, "anew", &wang, "王")).unwrap();
    assert!(matches!(record.append(late), Err(AppendError::Erased { .. })));
    assert_eq!(record.file(&photo).unwrap(), None);
    sound(&record);
}

fn keeps_files(place: &dyn Place) {
    let record = place.open().unwrap();
    let pdf = [b"%PDF-1.7\n".to_vec(), vec![7; 3 << 20]].concat();
    let kept = record.attach("判决书.pdf", &pdf, None).unwrap();
    assert_eq!((&*kept.media_type, kept.size, &kept.subject), ("application/pdf", pdf.len() as u64, &None));
    assert_eq!(record.attach("other name.doc", &pdf, None).unwrap().digest, kept.digest);
    let wang = ObjectRef::new("person", "wang");
    let own = record.attach("a.pdf", &pdf, Some(&wang)).unwrap();
    assert_ne!(own.digest, kept.digest);
    record.append(event(1).with("f", Value::File(kept.clone())).with("g", Value::File(own.clone()))).unwrap();
    drop(record);
    let record = place.open().unwrap();
    assert_eq!(record.file(&kept).unwrap().as_deref(), Some(&pdf[..]));
    assert_eq!(record.file(&own).unwrap().as_deref(), Some(&pdf[..]));
    for (name, bytes) in
        [("empty", &b""[..]), ("page", b" <!doctype html>"), ("elf", b"\x7fELF\x02\x01\x01\0\0")]
    {
        assert!(record.attach(name, bytes, None).is_err(), "{name}");
    }
    assert!(record.attach("large", &vec![b'a'; (20 << 20) + 1], None).is_err());
    sound(&record);
}

fn proves(place: &dyn Place) {
    let record = place.open().unwrap();
    fill(&record, 0, 700);
    let key = record.verifier().clone();
    for index in [0, 1, 255, 256, 511, 512, 699] {
        let id = index.to_string();
        let receipt = record.receipt(&id.as_str().into()).unwrap().unwrap();
        let proven = record::proof::verify_receipt(&receipt, None, Some(&key)).unwrap();
        assert_eq!((proven.index, proven.head.size, proven.signed), (index, 700, true));
        assert_eq!(Some(proven.event), record.entry(index).unwrap().map(|entry| entry.event));
    }
    assert_eq!(record.receipt(&"none".into()).unwrap(), None);
    assert_eq!(record.inclusion(700, 700).unwrap(), None);
    assert_eq!(record.inclusion(0, 701).unwrap(), None);
    assert_eq!(record.consistency(10, 701).unwrap(), None);
    for (old, new) in [(1, 700), (256, 512), (300, 301), (699, 700), (700, 700)] {
        let root = |size| record.root(size).unwrap().unwrap();
        let proof = record.consistency(old, new).unwrap().unwrap();
        assert!(record::merkle::extends(old, &root(old), new, &root(new), &proof), "{old} {new}");
    }
}

/// A client that knows nothing but the tiles computes the root that the checkpoint states.
fn serves_tiles(place: &dyn Place) {
    use record::merkle::{Frontier, leaf_hash};
    let record = place.open().unwrap();
    fill(&record, 0, 1000);
    let mut frontier = Frontier::default();
    for index in 0..4 {
        let width = (1000 - index * 256).min(256);
        let bundle = record.bundle(index, width).unwrap().unwrap();
        let tile = record.tile(0, index, width).unwrap().unwrap();
        assert_eq!(tile.len() as u64, width * 32);
        for (entry, hash) in bundle.chunks(34).zip(tile.chunks(32)) {
            assert_eq!(entry[..2], [0, 32]);
            assert_eq!(leaf_hash(&entry[2..]).0, hash);
            frontier.push(leaf_hash(&entry[2..]), &mut Vec::new());
        }
    }
    assert_eq!(record.root(1000).unwrap(), Some(frontier.root()));
    assert_eq!(record.tile(1, 0, 3).unwrap().map(|tile| tile.len()), Some(96));
    assert_eq!(
        record.tile(0, 3, 100).unwrap().as_deref(),
        record.tile(0, 3, 232).unwrap().map(|t| t[..3200].to_vec()).as_deref()
    );
    for (level, index, width) in
        [(0, 3, 233), (1, 0, 4), (0, 4, 1), (0, 0, 0), (0, 0, 257), (9, 0, 1), (0, u64::MAX, 1)]
    {
        assert_eq!(record.tile(level, index, width).unwrap(), None, "{level} {index} {width}");
    }
}

fn keeps_cosignatures(place: &dyn Place) {
    use record::note::{KeyKind, Note, SignerKey};
    use record::proof::{Trust, verify_receipt_with};
    let record = place.open().unwrap();
    fill(&record, 0, 10);
    let witness =
        |n: u8| SignerKey::new(KeyKind::Witness, &format!("witness.example/{n}"), &[n; 32]).unwrap();
    let (one, two, stranger) = (witness(1), witness(2), witness(3));
    let note = record.checkpoint().unwrap();
    let text = Note::parse(&note).unwrap().text().to_owned();
    let known = [one.verifier().clone(), two.verifier().clone()];
    let first = note.clone() + &one.sign(&text, 1_700_000_000) + &stranger.sign(&text, 1);
    assert!(!record.cosign(&first, &known).unwrap().contains("witness.example/3"));
    record.cosign(&(note + &two.sign(&text, 1_700_000_001)), &known).unwrap();
    fill(&record, 10, 10);
    let trust = |needed| Trust { log: record.verifier().clone(), witnesses: known.to_vec(), needed };
    let receipt = record.receipt(&"3".into()).unwrap().unwrap();
    let proven = verify_receipt_with(&receipt, None, Some(&trust(2))).unwrap();
    assert_eq!((proven.head.size, proven.witnesses.len()), (10, 2));
    let later = record.receipt(&"13".into()).unwrap().unwrap();
    assert!(verify_receipt_with(&later, None, Some(&trust(1))).is_err());
    assert!(verify_receipt_with(&later, None, Some(&trust(0))).is_ok());
    let forged = Sqlite::new().open().unwrap();
    fill(&forged, 0, 10);
    assert!(record.cosign(&forged.checkpoint().unwrap(), &known).is_err());
    sound(&record);
}

fn verifies(place: &dyn Place) {
    let record = place.open().unwrap();
    fill(&record, 0, 66_000);
    let wang = ObjectRef::new("person", "wang");
    record.append(sealed(&record, "sealed", &wang, "王")).unwrap();
    let file = record.attach("a.txt", b"text", Some(&wang)).unwrap();
    record.append(event("file").with("f", Value::File(file))).unwrap();
    let mut calls = Vec::new();
    let found = record.verify(&mut |done, all| calls.push((done, all))).unwrap();
    assert_eq!(found.faults, []);
    let counts = (found.entries, found.touches, found.objects, found.tiles, found.sealed, found.files);
    assert_eq!(counts, (66_002, 132_001, 66_004, 258, 1, 1));
    assert_eq!(calls.last(), Some(&(66_002, 66_002)));
    assert!(calls.is_sorted());
}
