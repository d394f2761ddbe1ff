//! Flips bits in the files of a small store, one at a time: of one that was closed, and of one whose process was killed, so
//! that its last commits stand in the write-ahead log alone. Each is found by verification, but for those in room that holds
//! nothing and in what SQLite keeps for itself, where nothing that the store keeps reads otherwise than before.

mod rooms;

use crate::load::mix;
use record::note::{KeyKind, Note, SignerKey};
use record::{Batch, Event, ObjectRef, Record, StoreError, Time, Value};
use rooms::{Room, rooms};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The store's files, and the logs in which a killed process leaves its last commits.
const FILES: [&str; 2] = ["record.sqlite", "files.sqlite"];
const LOGS: [&str; 2] = ["record.sqlite-wal", "files.sqlite-wal"];
/// Entries: more than a full tile of 256, so that there are tiles.
const EVENTS: u64 = 300;

/// What became of the bits that were flipped.
#[derive(Clone, Debug, Default)]
pub struct Flips {
    /// Bytes of the store.
    pub bytes: usize,
    /// Flips that verification found.
    pub found: usize,
    /// Flips in room that holds nothing: free pages, what a page has not used, the end of a long cell's last page.
    pub unused: usize,
    /// Flips in SQLite's own file header, page headers and lists of free room that change nothing that can be read: counters
    /// of changes, versions, reserved bytes.
    pub headers: usize,
    /// Flips of the place in a row where its number would stand, were it not kept before the row.
    pub numbers: usize,
    /// Flips in content that change nothing that can be read, and were not found.
    pub elsewhere: Vec<String>,
    /// Flips that changed what can be read and were not found.
    pub missed: Vec<String>,
}

impl Flips {
    fn add(&mut self, other: Self) {
        self.found += other.found;
        self.unused += other.unused;
        self.headers += other.headers;
        self.numbers += other.numbers;
        self.elsewhere.extend(other.elsewhere);
        self.missed.extend(other.missed);
    }

    /// How many bits were flipped.
    pub fn flipped(&self) -> usize {
        let silent = self.unused + self.headers + self.numbers;
        self.found + silent + self.elsewhere.len() + self.missed.len()
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// A small record of every kind of content in `dir`: entries over ten objects, sealed values and files of which some are
/// erased, a checkpoint signed by a witness.
fn fill(dir: &Path) -> Result<Record, Failed> {
    let record = Record::create_in(dir)?;
    let event = |n: u64| Event::new(format!("e{n}"), "noted", Time::ZERO);
    let about = |n: u64| event(n).about("case", ObjectRef::new("case", (n % 10).to_string()));
    record.append((0..EVENTS).map(about).collect::<Vec<_>>())?;
    let (wang, li) = (ObjectRef::new("person", "wang"), ObjectRef::new("person", "li"));
    for (n, subject) in [(EVENTS, wang), (EVENTS + 1, li.clone())] {
        let (value, secret) = record.seal(&subject, &Value::from("name"))?;
        let file = record.attach("face.txt", b"a face", Some(&subject))?;
        let event = event(n).about("applicant", subject).with("name", value).with("face", Value::File(file));
        record.append(Batch { events: vec![event], expect: vec![], secrets: vec![secret] })?;
    }
    let open = record.attach("law.txt", b"a law", None)?;
    record.append(event(EVENTS + 2).with("law", Value::File(open)))?;
    record.erase(&li, event(EVENTS + 3))?;
    let witness = SignerKey::new(KeyKind::Witness, "witness.example", &[1; 32])?;
    let note = record.checkpoint()?;
    let text = Note::parse(&note)?.text().to_owned();
    record.cosign(&(note + &witness.sign(&text, 1)), &[witness.verifier().clone()])?;
    record.append(event(EVENTS + 4))?;
    Ok(record)
}

/// Fills a store in `dir` and flips a bit in every `stride`-th byte of it, and in each that leads to the rows of a table: there
/// are few, and one that leads astray may lead round in circles.
///
/// # Errors
/// When the store cannot be made.
pub fn flip(dir: &Path, stride: usize, hands: usize) -> Result<Flips, Failed> {
    let (whole, killed) = (dir.join("whole"), dir.join("killed"));
    let record = fill(&whole)?;
    copy(&whole, &killed)?;
    drop(record);
    let mut all = Flips::default();
    for (store, names) in [(&whole, FILES), (&killed, LOGS)] {
        if !is_sound(store) {
            return Err("the store is damaged before anything was altered".into());
        }
        // Reading must not change what is about to be altered.
        let kept = dir.join("kept");
        copy(store, &kept)?;
        let rows = rows(&kept).ok_or("the store cannot be read")?;
        std::fs::remove_dir_all(&kept)?;
        for name in names {
            let bytes = std::fs::read(store.join(name))?;
            all.bytes += bytes.len();
            all.add(
                File { store, name, rooms: rooms(&bytes), bytes, rows: &rows }.flip_all(dir, stride, hands),
            );
        }
    }
    Ok(all)
}

/// One file of a store, as it was.
struct File<'a> {
    store: &'a Path,
    name: &'a str,
    bytes: Vec<u8>,
    rooms: Vec<Room>,
    /// All that the store keeps.
    rows: &'a [String],
}

impl File<'_> {
    fn flip_all(&self, dir: &Path, stride: usize, hands: usize) -> Flips {
        let leads = |at: &usize| at.is_multiple_of(stride) || self.rooms.get(*at) == Some(&Room::Lead);
        let places: Vec<usize> = (0..self.bytes.len()).filter(leads).collect();
        let (next, sum) = (AtomicUsize::new(0), Mutex::new(Flips::default()));
        std::thread::scope(|scope| {
            for hand in 0..hands {
                let (next, sum, places) = (&next, &sum, &places);
                let work = dir.join(format!("work-{hand}"));
                scope.spawn(move || {
                    let mut own = Flips::default();
                    while let Some(at) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.flip(&work, *at, &mut own);
                    }
                    if let Ok(mut sum) = sum.lock() {
                        sum.add(own);
                    }
                });
            }
        });
        sum.into_inner().unwrap_or_default()
    }

    fn flip(&self, work: &Path, at: usize, flips: &mut Flips) {
        let place = || format!("byte {at} of {}", self.name);
        let mut bytes = self.bytes.clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << (mix(at as u64) % 8);
        }
        let _ = std::fs::remove_dir_all(work);
        if copy(self.store, work).is_err() || std::fs::write(work.join(self.name), bytes).is_err() {
            flips.missed.push(format!("{}: the copy could not be made", place()));
        } else if !is_sound(work) {
            flips.found += 1;
        } else if rows(work).as_deref() != Some(self.rows) {
            flips.missed.push(place());
        } else {
            match self.rooms.get(at) {
                Some(Room::Unused) => flips.unused += 1,
                Some(Room::Header) => flips.headers += 1,
                Some(Room::Number) => flips.numbers += 1,
                _ => flips.elsewhere.push(place()),
            }
        }
    }
}

fn is_sound(dir: &Path) -> bool {
    let verified: Result<_, StoreError> =
        Record::read_in(dir).and_then(|record| record.verify(&mut |_, _| {}));
    verified.is_ok_and(|found| found.is_sound())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Every row of every table of a store, in order.
fn rows(store: &Path) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for name in FILES {
        let connection = Connection::open(store.join(name)).ok()?;
        let list = |sql: &str| -> Option<Vec<String>> {
            let mut statement = connection.prepare(sql).ok()?;
            let columns = statement.column_count();
            let read = |row: &rusqlite::Row<'_>| {
                (0..columns).map(|at| row.get_ref(at).map(|value| format!("{value:?}|"))).collect()
            };
            statement.query_map([], read).ok()?.collect::<Result<Vec<String>, _>>().ok()
        };
        let tables =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1";
        let mut statement = connection.prepare(tables).ok()?;
        let names = statement.query_map([], |row| row.get::<_, String>(0)).ok()?;
        for name in names.collect::<Result<Vec<_>, _>>().ok()? {
            all.extend(list(&format!("SELECT * FROM {name} ORDER BY 1, 2"))?);
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    /// Every 211th byte; `cargo xtask bench flips` flips many more.
    #[test]
    fn a_flipped_bit_is_found_or_means_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let flips = super::flip(dir.path(), 211, 2).expect("a store");
        assert!(flips.missed.is_empty(), "not found: {:?}", flips.missed);
        assert!(
            flips.elsewhere.is_empty(),
            "not found, though no reader would notice: {:?}",
            flips.elsewhere
        );
        assert!(flips.found > 200 && flips.headers * 20 < flips.found, "{flips:?}");
    }
}
