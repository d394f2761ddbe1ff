use super::world::World;
use super::world::call::{Sent, Shown, form};
use super::world::cases::Stage;
use record::store::sqlite::SqliteStore;
use record::store::{Files, Group, Known, Question, Reader, Store, StoreError, Writer};
use record::{Cache, Keys, Record};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A new city on a store that fails as it is told to.
pub fn brittle() -> (World, Arc<AtomicU8>) {
    let dir = tempfile::tempdir().unwrap();
    let how = Arc::new(AtomicU8::new(SOUND));
    let store = Brittle(SqliteStore::create(dir.path()).unwrap(), Arc::clone(&how));
    let keys = Keys::create_in(&dir.path().join("keys"), "city.example/record").unwrap();
    let record = Record::open(store, keys, Cache::open_in(dir.path())).unwrap();
    (World::on(dir, record, |_| {}), how)
}

pub const SOUND: u8 = 0;
/// Its disk breaks.
pub const BROKEN: u8 = 1;
/// Its disk is full.
pub const FULL: u8 = 2;
/// It is a database that does not answer: nothing is read either.
pub const AWAY: u8 = 3;

struct Brittle(SqliteStore, Arc<AtomicU8>);

struct Pen(Box<dyn Writer>, Arc<AtomicU8>);

fn away() -> StoreError {
    StoreError::Away { reason: "nobody listens".into() }
}

fn stands(how: &AtomicU8) -> Result<(), StoreError> {
    match how.load(Ordering::SeqCst) {
        BROKEN => Err(StoreError::Failed("the disk does not answer".into())),
        FULL => Err(StoreError::Full),
        AWAY => Err(away()),
        _ => Ok(()),
    }
}

impl Store for Brittle {
    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        Ok(Box::new(Pen(self.0.writer()?, Arc::clone(&self.1))))
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, StoreError> {
        if self.1.load(Ordering::SeqCst) == AWAY {
            return Err(away());
        }
        self.0.reader()
    }

    fn files(&self) -> &dyn Files {
        self.0.files()
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        self.0.bytes()
    }

    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn place(&self) -> String {
        self.0.place()
    }
}

impl Writer for Pen {
    fn look_up(&mut self, question: &Question) -> Result<Known, StoreError> {
        self.0.look_up(question)
    }

    fn last_object(&mut self) -> Result<i64, StoreError> {
        self.0.last_object()
    }

    fn commit(&mut self, group: &Group) -> Result<(), StoreError> {
        stands(&self.1)?;
        self.0.commit(group)
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        self.0.settle()
    }

    fn scrub(&mut self) -> Result<bool, StoreError> {
        self.0.scrub()
    }
}

#[test]
fn a_writer_that_has_stopped_is_no_health() {
    let (world, how) = brittle();
    let case = world.case(Stage::Open);
    let alive = || world.get(&Shown::Nothing, "/healthz").status.as_u16();
    let stopped = || world.get(&Shown::Nothing, "/metrics").text().contains("\nlianchi_record_stopped 1\n");
    assert_eq!((alive(), stopped()), (200, false));
    how.store(BROKEN, Ordering::SeqCst);
    let clerk = Shown::Browser(world.sign_in("clerk"));
    let taken = world.call(&clerk, "POST", &format!("/desk/cases/{}/take/accept", case.id), &Sent::Nothing);
    assert_eq!(taken.status, 500);
    assert!(taken.text().contains("<!DOCTYPE html>"), "a fault of our own is a page too");
    assert_eq!((alive(), stopped()), (503, true));
    // Reading goes on; what would be a reading of personal data without its entry does not.
    let read = world.get(&clerk, &format!("/desk/cases/{}", case.id));
    assert_eq!(read.status, 200);
    let purpose = form(&[("purpose", "handle-case")]);
    let personal = world.call(&clerk, "POST", &format!("/desk/cases/{}/personal", case.id), &purpose);
    assert_eq!(personal.status, 500);
    assert!(!personal.text().contains(super::world::cases::SECRET));
}

#[test]
fn figures_are_told_as_prometheus_reads_them() {
    let world = World::new();
    let case = world.case(Stage::Open);
    for _ in 0..3 {
        world.get(&Shown::Browser(world.sign_in("clerk")), &format!("/desk/cases/{}", case.id));
    }
    world.get(&Shown::Nothing, "/no-such-page");
    let text = world.get(&Shown::Nothing, "/metrics").text();
    let entries = world.city.casework.record().len().unwrap();
    for line in [
        &format!("lianchi_record_entries {entries}"),
        "lianchi_record_queued 0",
        "lianchi_cases_open 1",
        "lianchi_streams_open 0",
        "lianchi_request_seconds_count{method=\"GET\",path=\"/desk/cases/{case}\"} 3",
        "lianchi_request_seconds_bucket{method=\"GET\",path=\"/desk/cases/{case}\",le=\"+Inf\"} 3",
        "lianchi_answers_total{method=\"GET\",path=\"/desk/cases/{case}\",status=\"200\"} 3",
        "lianchi_answers_total{method=\"GET\",path=\"\",status=\"404\"} 1",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{line} is not in:\n{text}");
    }
    assert!(text.contains("lianchi_record_append_seconds_bucket{le=\"0.005\"}"));
    prometheus(&text);
}

/// What the text format asks for: every sample under its HELP and TYPE, every name once, buckets that never fall.
fn prometheus(text: &str) {
    let (mut kind, mut last, mut seen) = (String::new(), None::<(String, f64)>, Vec::new());
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            kind = head.split(' ').next().unwrap().to_owned();
            assert!(!seen.contains(&kind), "{kind} stands twice");
            seen.push(kind.clone());
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        assert!(name.starts_with(&kind), "{name} stands under {kind}");
        let Some((series, _)) = name.split_once("le=\"") else { continue };
        if let Some((before, least)) = &last
            && before == series
        {
            assert!(value >= *least, "{line}: buckets never fall");
        }
        last = Some((series.to_owned(), value));
    }
    assert!(seen.len() > 8, "{seen:?}");
}
