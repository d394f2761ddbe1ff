//! Any byte that matters, altered in the store's files, is found.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod places;

use places::{Place as _, Sqlite};
use record::{Event, ObjectRef, Record, Time, Value};
use rusqlite::Connection;
use std::path::Path;

fn person() -> ObjectRef {
    ObjectRef::new("person", "wang")
}

/// 700 events over ten cases; sealed values and files, some of them erased; one checkpoint signed by a witness.
fn filled() -> Sqlite {
    let place = Sqlite::new();
    let record = place.open().unwrap();
    let event = |n: u64| Event::new(format!("e{n}"), "noted", Time::ZERO);
    let about = |n: u64| event(n).about("case", ObjectRef::new("case", (n % 10).to_string()));
    record.append((0..700).map(about).collect::<Vec<_>>()).unwrap();
    let li = ObjectRef::new("person", "li");
    for (n, subject) in [(700, person()), (701, li.clone())] {
        let (value, secret) = record.seal(&subject, &Value::from("name")).unwrap();
        let file = record.attach("face.txt", b"a face", Some(&subject)).unwrap();
        let event = event(n).about("applicant", subject).with("name", value).with("face", Value::File(file));
        record.append(record::Batch { events: vec![event], expect: vec![], secrets: vec![secret] }).unwrap();
    }
    let open = record.attach("law.txt", b"a law", None).unwrap();
    record.append(event(702).with("law", Value::File(open))).unwrap();
    record.erase(&li, event(703)).unwrap();
    let witness =
        record::note::SignerKey::new(record::note::KeyKind::Witness, "witness.example", &[1; 32]).unwrap();
    let note = record.checkpoint().unwrap();
    let text = record::note::Note::parse(&note).unwrap().text().to_owned();
    record.cosign(&(note + &witness.sign(&text, 1)), &[witness.verifier().clone()]).unwrap();
    record.append(event(704)).unwrap();
    place
}

fn faults(dir: &Path) -> Vec<String> {
    let found = Record::read_in(dir).and_then(|record| record.verify(&mut |_, _| {}));
    match found {
        Ok(found) => found.faults.iter().map(|fault| format!("{fault}\n")).collect(),
        Err(error) => vec![format!("{error}\n")],
    }
}

/// Says of both databases that they have another form, then lists the faults.
fn check_form(name: &str, version: i64) -> String {
    check_altered(name, |dir| {
        for file in ["record.sqlite", "files.sqlite"] {
            let set = format!("PRAGMA user_version = {version}");
            Connection::open(dir.join(file)).unwrap().execute_batch(&set).unwrap();
        }
    })
}

/// Does `sql` to one of the two databases, then lists the faults.
fn check(name: &str, file: &str, sql: &str) -> String {
    check_altered(name, |dir| {
        let changed = Connection::open(dir.join(file)).unwrap().execute(sql, []).unwrap();
        assert!(changed > 0, "{name}: nothing was altered");
    })
}

/// Writes other bytes over the only place where `old` stands in one of the two databases, then lists the faults.
fn check_bytes(name: &str, file: &str, old: &[u8], new: &[u8]) -> String {
    check_altered(name, |dir| {
        settle(dir);
        let mut bytes = std::fs::read(dir.join(file)).unwrap();
        let places: Vec<_> =
            bytes.windows(old.len()).enumerate().filter(|(_, found)| *found == old).collect();
        assert_eq!(places.len(), 1, "{name}");
        let at = places[0].0;
        bytes[at..at + old.len()].copy_from_slice(new);
        std::fs::write(dir.join(file), bytes).unwrap();
    })
}

fn check_altered(name: &str, alter: impl FnOnce(&Path)) -> String {
    let place = filled();
    alter(place.path());
    let found: String = faults(place.path()).into_iter().map(|line| mask(&line)).collect();
    assert!(!found.is_empty(), "{name}: not found");
    format!("{name}\n{found}\n").replace(&place.path().display().to_string(), "<place>")
}

/// Digests of sealed bytes differ from run to run.
fn mask(line: &str) -> String {
    let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words =
        line.split(' ').map(|word| if is_digest(word.trim_end_matches(':')) { "<digest>" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn other_forms_are_not_taken_for_damage() {
    let told = [("an earlier form", 1), ("a later form", 99)].map(|(name, form)| check_form(name, form));
    insta::assert_snapshot!(told.join(""));
}

const RECORD: &str = "record.sqlite";
const FILES: &str = "files.sqlite";

#[test]
fn names_what_was_altered() {
    assert_eq!(faults(filled().path()), Vec::<String>::new());
    let alter = [
        (
            "an entry under a full tile",
            RECORD,
            "UPDATE entry SET line = replace(line, 'noted', 'Noted') WHERE idx = 300",
        ),
        (
            "one of the last entries",
            RECORD,
            "UPDATE entry SET line = replace(line, 'noted', 'Noted') WHERE idx = 690",
        ),
        ("an entry is missing", RECORD, "DELETE FROM entry WHERE idx = 5"),
        ("the last entry is missing", RECORD, "DELETE FROM entry WHERE idx = 704"),
        ("an entry too many", RECORD, "INSERT INTO entry SELECT 705, line FROM entry WHERE idx = 1"),
        ("an entry before the first", RECORD, "INSERT INTO entry SELECT -1, line FROM entry WHERE idx = 1"),
        (
            "two entries change places",
            RECORD,
            "UPDATE entry SET line = (SELECT line FROM entry e WHERE e.idx = 13 - entry.idx) WHERE idx IN (6, 7)",
        ),
        ("an id leads astray", RECORD, "UPDATE event_id SET idx = 8 WHERE id = 'e9'"),
        ("an id is missing", RECORD, "DELETE FROM event_id WHERE id = 'e9'"),
        ("an id too many", RECORD, "INSERT INTO event_id VALUES ('ghost', 9)"),
        ("a history lacks an entry", RECORD, "DELETE FROM touch WHERE idx = 33"),
        (
            "a history has an entry too many",
            RECORD,
            "INSERT INTO touch SELECT number, 34 FROM touch WHERE idx = 33",
        ),
        ("two objects change names", RECORD, "UPDATE object SET number = 3 - number WHERE number IN (1, 2)"),
        ("an object is renamed", RECORD, "UPDATE object SET id = '99' WHERE id = '3'"),
        ("an object is missing", RECORD, "DELETE FROM object WHERE id = '3'"),
        ("an object too many", RECORD, "INSERT INTO object VALUES ('case', 'ghost', 77)"),
        ("a history without object", RECORD, "INSERT INTO touch VALUES (77, 5)"),
        (
            "a tile",
            RECORD,
            "UPDATE tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE idx = 1",
        ),
        ("a short tile", RECORD, "UPDATE tile SET hashes = substr(hashes, 33) WHERE idx = 1"),
        ("a tile is missing", RECORD, "DELETE FROM tile WHERE idx = 1"),
        ("a tile too many", RECORD, "INSERT INTO tile SELECT 0, 7, hashes FROM tile WHERE idx = 1"),
        ("the checkpoint is altered", RECORD, "UPDATE head SET note = replace(note, '705', '704')"),
        (
            "the seal of the checkpoint is in capitals",
            RECORD,
            "UPDATE head SET note = substr(note, 1, length(note) - 65) || upper(substr(note, -65))",
        ),
        ("the checkpoint is missing", RECORD, "DELETE FROM head"),
        (
            "a witnessed checkpoint is altered",
            RECORD,
            "UPDATE cosigned SET note = replace(note, '704', '703')",
        ),
        (
            "the signature of a witness is altered",
            RECORD,
            "UPDATE cosigned SET note = replace(note, 'witness.example ', 'witness.example A')",
        ),
        ("a witnessed checkpoint of another size", RECORD, "UPDATE cosigned SET size = 3"),
        (
            "a sealed value",
            RECORD,
            "UPDATE secret SET bytes = CAST(bytes || x'00' AS BLOB) WHERE id = 'wang'",
        ),
        ("a sealed value is another's", RECORD, "UPDATE secret SET id = 'zhao' WHERE id = 'wang'"),
        ("a sealed value is gone", RECORD, "DELETE FROM secret WHERE id = 'wang'"),
        ("a sealed value is emptied", RECORD, "UPDATE secret SET bytes = x'' WHERE id = 'wang'"),
        ("a key is gone", RECORD, "DELETE FROM subject_key"),
        ("a key is altered", RECORD, "UPDATE subject_key SET wrapped = zeroblob(length(wrapped))"),
        (
            "an erased value names a key",
            RECORD,
            "UPDATE secret SET key = x'0102030405060708' WHERE id = 'li'",
        ),
        ("an erasure is hidden", RECORD, "DELETE FROM erasure"),
        ("an erasure is made up", RECORD, "INSERT INTO erasure VALUES ('person', 'wang', 7)"),
        ("a file", FILES, "UPDATE file SET bytes = CAST('another law' AS BLOB) WHERE kind IS NULL"),
        ("a sealed file", FILES, "UPDATE file SET bytes = CAST(bytes || x'00' AS BLOB) WHERE id = 'wang'"),
        ("a file is another's", FILES, "UPDATE file SET id = 'zhao' WHERE id = 'wang'"),
        ("a file is gone", FILES, "DELETE FROM file WHERE kind IS NULL"),
        ("a file is emptied", FILES, "UPDATE file SET bytes = x'' WHERE id = 'wang'"),
        ("an erased file names a key", FILES, "UPDATE file SET key = x'0102030405060708' WHERE id = 'li'"),
    ];
    let found: String = alter.map(|(name, file, sql)| check(name, file, sql)).concat();
    insta::assert_snapshot!(found + &check_altered("the checkpoint is older", put_older_head));
}

/// Has the store state a head that it had before the last entry.
fn put_older_head(dir: &Path) {
    let head = || -> String {
        Connection::open(dir.join(RECORD))
            .unwrap()
            .query_row("SELECT note FROM head", [], |row| row.get(0))
            .unwrap()
    };
    let older = head();
    Record::open_in(dir).unwrap().append(Event::new("e705", "noted", Time::ZERO)).unwrap();
    assert_ne!(older, head());
    Connection::open(dir.join(RECORD)).unwrap().execute("UPDATE head SET note = ?1", [older]).unwrap();
}

/// What no statement could do: SQLite keeps the order of rows, the texts of definitions and its indexes itself.
#[test]
fn names_what_was_altered_in_its_form() {
    let alter: [(&str, &str, &[u8], &[u8]); 4] = [
        (
            "a history's row of an object in the rows of the next",
            RECORD,
            &[6, 3, 1, 2, 7, 1, 20],
            &[6, 3, 1, 2, 6, 1, 20],
        ),
        ("a definition that reads alike", RECORD, b"hashes BLOB NOT NULL", b"hashes BLOB NOT NULl"),
        ("a definition in the other file", FILES, b"digest BLOB PRIMARY KEY", b"digest BLOB PRIMARY KEy"),
        ("the name under which a file is indexed", FILES, &[4, 25, 21, 9], &[4, 25, 21, 8]),
    ];
    let found: String = alter.map(|(name, file, old, new)| check_bytes(name, file, old, new)).concat();
    insta::assert_snapshot!(found);
}

/// Moves what stands in the write-ahead logs into the databases.
fn settle(dir: &Path) {
    for name in [RECORD, FILES] {
        let connection = Connection::open(dir.join(name)).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    }
}

/// Every row of every table, in order.
fn rows(path: &Path) -> Option<Vec<String>> {
    let connection = Connection::open(path).ok()?;
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1";
    let list = |sql: &str| -> Option<Vec<String>> {
        let mut statement = connection.prepare(sql).ok()?;
        let columns = statement.column_count();
        let read = |row: &rusqlite::Row<'_>| {
            (0..columns)
                .map(|at| row.get_ref(at).map(|value| format!("{value:?}")))
                .collect::<Result<String, _>>()
        };
        let rows = statement.query_map([], read).ok()?.collect::<Result<Vec<_>, _>>().ok()?;
        Some(rows)
    };
    let mut statement = connection.prepare(tables).ok()?;
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0)).ok()?.collect::<Result<_, _>>().ok()?;
    names
        .iter()
        .map(|name| list(&format!("SELECT * FROM {name} ORDER BY 1, 2")))
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat())
}

/// Flips one bit at a place that depends on `seed`. When no fault is found, every row must read as before: the bit was
/// in a place where nothing is kept.
fn flip(original: &Path, seed: u64) {
    let work = tempfile::tempdir().unwrap();
    let name = [RECORD, FILES][usize::from(seed.is_multiple_of(8))];
    copy(original, work.path());
    let path = work.path().join(name);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = usize::try_from(mix(seed) % bytes.len() as u64).unwrap();
    bytes[at] ^= 1 << (mix(seed ^ 0x55) % 8);
    std::fs::write(&path, bytes).unwrap();
    if faults(work.path()).is_empty() {
        assert_eq!(
            rows(&path),
            rows(&original.join(name)),
            "a flipped bit in byte {at} of {name} was not found"
        );
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn finds_flipped_bits() {
    let place = filled();
    settle(place.path());
    (0..200).for_each(|seed| flip(place.path(), seed));
}
