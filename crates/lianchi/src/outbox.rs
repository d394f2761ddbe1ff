//! The record's outbox: each entry is published to JetStream, once for each object that it is about, so that others can watch the
//! objects of a partition.
//!
//! Nothing is kept here of how far it came: the stream's last message says so. What was published when the program was ended is
//! published again, and whoever reads it knows the entry by its number.

use crate::nats::{Nats, hex};
use crate::say::{Say, Wrong};
use record::{Digest, Entry, ObjectRef, Record, encoding};
use serde_json::json;
use std::time::Duration;

/// Partitions are made of so many slots, so that there can be more or fewer workers without anything being published anew.
pub const SLOTS: u64 = 16;
/// The header with an entry's number.
pub const ENTRY: &str = "Lianchi-Entry";
/// Entries that are published at once.
const CHUNK: usize = 200;
/// How long the record is waited for, and a server that has gone.
const TICK: Duration = Duration::from_secs(1);
/// The part that a case plays in its events.
pub const CASE: &str = "case";
/// Objects of these types have no subject of their own: persons are not watched, and findings are what comes of watching.
const APART: [&str; 2] = [access::PersonId::KIND, "finding"];

/// The stream of a record's entries.
pub fn stream(name: &str) -> String {
    format!("{name}-entries")
}

/// The subject of an object's entries.
pub fn subject(name: &str, object: &ObjectRef) -> String {
    format!(
        "{}.{}.{}",
        slot_subject(name, slot(object)),
        hex(object.kind.as_str().as_bytes()),
        hex(object.id.as_str().as_bytes())
    )
}

/// The subjects of a slot, without what follows.
pub fn slot_subject(name: &str, slot: u64) -> String {
    format!("{name}.entries.{slot}")
}

/// The slot of an object.
pub fn slot(object: &ObjectRef) -> u64 {
    let digest = Digest::of(object.to_string().as_bytes());
    digest.0.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)) % SLOTS
}

/// The messages of an entry: that of its case first, since whoever hears of the others asks what the case knew.
fn messages(name: &str, entry: &Entry) -> Vec<(String, String, Vec<u8>)> {
    let case = entry.event.object(CASE);
    if case.is_some_and(|case| APART.contains(&case.kind.as_str())) {
        return Vec::new();
    }
    let others = entry.event.touched().into_iter().filter(|object| Some(*object) != case);
    let all = case.into_iter().chain(others).filter(|object| !APART.contains(&object.kind.as_str()));
    let line = encoding::encode(&entry.event);
    let message = |object: &ObjectRef| {
        let id = format!("{} {object}", entry.index);
        let headers = format!("{ENTRY}: {}\r\nNats-Msg-Id: {}\r\n", entry.index, hex(id.as_bytes()));
        (subject(name, object), headers, line.clone().into_bytes())
    };
    all.map(message).collect()
}

/// Publishes a record's entries to `url` for as long as the record stands, in a thread of its own.
///
/// # Errors
/// When nobody answers there now.
pub fn open(record: &Record, url: &str, name: &str, say: Say) -> Result<(), Wrong> {
    let (record, url, name) = (record.clone(), url.to_owned(), name.to_owned());
    let mut nats = Some(begin(&url, &name)?);
    let told = |error: record::StoreError| Wrong(format!("the record cannot be followed: {error}"));
    let mut subscription = record.subscribe().map_err(told)?;
    std::thread::spawn(move || {
        while !subscription.ended() {
            let published = match nats.take() {
                Some(nats) => Ok(nats),
                None => begin(&url, &name),
            }
            .and_then(|(mut connection, next)| {
                let next = publish(&record, &mut connection, next, &name)?;
                Ok((connection, next))
            });
            match published {
                Ok(connection) => nats = Some(connection),
                Err(error) => {
                    say.error(&Wrong(format!("the outbox waits: {error}")));
                    std::thread::sleep(TICK);
                }
            }
            subscription.wait(TICK);
        }
    });
    Ok(())
}

/// Connects, and says which entry is to be published next.
fn begin(url: &str, name: &str) -> Result<(Nats, u64), Wrong> {
    let mut nats = Nats::connect(url)?;
    let stream = stream(name);
    let settings = json!({
        "name": stream, "subjects": [format!("{name}.entries.>")], "retention": "limits", "storage": "file",
        "discard": "old", "max_msgs": -1, "max_bytes": -1, "max_age": 0, "num_replicas": 1, "allow_direct": true,
        "duplicate_window": 120_000_000_000_u64,
    });
    nats.make_stream(&stream, &settings)?;
    let last = nats.last_of(&stream)?;
    let last = last.and_then(|last| last.message.header(ENTRY)?.parse::<u64>().ok());
    // That one may not have been published for all its objects.
    Ok((nats, last.unwrap_or(0)))
}

fn publish(record: &Record, nats: &mut Nats, mut next: u64, name: &str) -> Result<u64, Wrong> {
    let told = |error: record::StoreError| Wrong(format!("the record cannot be followed: {error}"));
    while next < record.len().map_err(told)? {
        let mut all = Vec::new();
        next = record.follow(next, CHUNK, &mut |entry| all.extend(messages(name, entry))).map_err(told)?;
        nats.publish(&all)?;
    }
    Ok(next)
}
