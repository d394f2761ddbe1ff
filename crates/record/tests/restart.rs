//! PostgreSQL ends and comes back while a city runs on it.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod places;

use places::Place as _;
use places::postgres::{Database, Server};
use record::{AppendError, Event, ObjectRef, Record, StoreError, Time};
use std::time::Duration;

fn event(id: impl ToString) -> Event {
    Event::new(id.to_string(), "noted", Time::ZERO).about("case", ObjectRef::new("case", "1"))
}

fn sound(record: &Record, entries: u64) {
    let found = record.verify(&mut |_, _| {}).unwrap();
    assert_eq!((found.faults, found.entries), (Vec::new(), entries));
}

fn away<T: std::fmt::Debug>(answer: Result<T, AppendError>) {
    match answer {
        Err(AppendError::Store(StoreError::Away { .. })) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_record_outlives_its_database() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(missing) => {
            println!("left out: {missing}");
            return;
        }
    };
    for mode in ["fast", "immediate"] {
        goes_on(&server, &server.place(), mode);
    }
    stops_after_a_commit_that_was_not_answered(&server, &server.place());
    stops_where_another_wrote_meanwhile(&server, &server.place());
}

/// Reading, files and appending go on after a restart; while the server is away they are refused and nothing stops.
fn goes_on(server: &Server, place: &Database, mode: &str) {
    let record = place.open().unwrap();
    for n in 0..5 {
        record.append(event(n)).unwrap();
    }
    let subject = ObjectRef::new("person", "1");
    let file = record.attach("a.txt", b"text", Some(&subject)).unwrap();
    // Several connections lie idle, and all of them are lost.
    std::thread::scope(|scope| {
        (0..4).for_each(|_| drop(scope.spawn(|| record.verify(&mut |_, _| {}).unwrap())));
    });
    server.stop(mode).unwrap();
    server.go_on().unwrap();
    assert_eq!(record.entries(0, 9).unwrap().len(), 5);
    assert_eq!(record.file(&file).unwrap().as_deref(), Some(&b"text"[..]));
    record.attach("b.txt", b"another", None).unwrap();
    assert_eq!(record.append(event(5)).unwrap(), [5]);
    sound(&record, 6);

    server.stop(mode).unwrap();
    away(record.append(event(6)));
    assert!(matches!(record.entries(0, 9), Err(StoreError::Away { .. })));
    assert!(matches!(
        record.attach("c.txt", b"a third", None),
        Err(record::AttachError::Store(StoreError::Away { .. }))
    ));
    server.go_on().unwrap();
    assert_eq!(record.append(event(6)).unwrap(), [6]);
    record.attach("c.txt", b"a third", None).unwrap();
    assert_eq!(record.health().unwrap().stopped, None);
    sound(&record, 7);
}

/// Whether a commit stands that was not answered nobody can know: the writer takes nothing more, until it is begun anew.
fn stops_after_a_commit_that_was_not_answered(server: &Server, place: &Database) {
    let record = place.open().unwrap();
    record.append(event(0)).unwrap();
    let mut hinderer = postgres::Client::connect(place.parts().0, postgres::NoTls).unwrap();
    hinderer.batch_execute("BEGIN; LOCK TABLE lianchi.entry IN SHARE MODE").unwrap();
    let waiting = std::thread::spawn({
        let record = record.clone();
        move || record.append(event(1))
    });
    // Until the commit waits for the lock.
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while hinderer.query_one(waits, &[]).unwrap().get::<_, i64>(0) == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    server.stop("immediate").unwrap();
    let answer = waiting.join().unwrap();
    assert!(matches!(answer, Err(AppendError::Store(StoreError::Stopped { .. }))), "{answer:?}");
    server.go_on().unwrap();
    let next = record.append(event(2));
    assert!(matches!(next, Err(AppendError::Store(StoreError::Stopped { .. }))), "{next:?}");
    assert!(record.health().unwrap().stopped.is_some());
    assert_eq!(record.entries(0, 9).unwrap().len(), 1, "reading goes on");
    drop(record);
    let record = place.open().unwrap();
    assert_eq!(record.append(event(2)).unwrap(), [1]);
    sound(&record, 2);
}

/// A writer that lost its lock while another wrote does not go on from where it was.
fn stops_where_another_wrote_meanwhile(server: &Server, place: &Database) {
    let record = place.open().unwrap();
    record.append(event(0)).unwrap();
    server.stop("fast").unwrap();
    server.go_on().unwrap();
    let other = place.open().unwrap();
    other.append(event("other")).unwrap();
    drop(other);
    // The database may take a moment to see that the other is gone.
    let begun = std::time::Instant::now();
    let answer = loop {
        let answer = record.append(event(1));
        let held = matches!(answer, Err(AppendError::Store(StoreError::InUse { .. })));
        if !held || begun.elapsed() > Duration::from_secs(10) {
            break answer;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(
        matches!(&answer, Err(AppendError::Store(StoreError::Stopped { reason })) if reason.contains("another")),
        "{answer:?}"
    );
    assert!(record.health().unwrap().stopped.is_some());
    drop(record);
    sound(&place.open().unwrap(), 2);
}
