//! The editions of the packs that cases run under: kept on the record, read when a case needs them.

use super::OpenError;
use crate::book::Book;
use pack::File;
use record::{Digest, Event, EventId, ObjectRef, Record, StoreError, Time, Value};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// The current edition, and those that were asked for; `None` for one that cannot be read any more.
pub(super) struct Editions {
    pub(super) current: Arc<Book>,
    older: RwLock<HashMap<Digest, Option<Arc<Book>>>>,
}

impl Editions {
    /// Reads the packs, and puts the edition on the record where it is not there yet.
    pub(super) fn adopt(record: &Record, files: &[File], now: Time) -> Result<Self, OpenError> {
        let current = Arc::new(Book::read(files).map_err(OpenError::Packs)?);
        let id = event_of(current.digest);
        if record.find(&id)?.is_none() {
            let file = record.attach("edition.txt", current.text().as_bytes(), None)?;
            let edition = ObjectRef::new("edition", current.digest.to_string());
            let packs = current.definitions.packs.values();
            let packs = packs.map(|pack| Value::from(format!("{} {}", pack.id, pack.version)));
            let event = Event::new(id, "edition adopted", now)
                .about("edition", edition)
                .with("packs", Value::List(packs.collect()))
                .with("file", Value::File(file));
            record.append(event)?;
        }
        Ok(Self { current, older: RwLock::default() })
    }

    /// The edition with this digest; none where the record does not hold it, or where this program finds faults in it.
    pub(super) fn load(&self, record: &Record, digest: Digest) -> Result<Option<Arc<Book>>, StoreError> {
        if let Some(known) = self.known(digest) {
            return Ok(known);
        }
        let book = read(record, digest)?.map(Arc::new);
        if let Ok(mut older) = self.older.write() {
            older.insert(digest, book.clone());
        }
        Ok(book)
    }

    /// The edition as far as it was loaded: none where it was not.
    pub(super) fn known(&self, digest: Digest) -> Option<Option<Arc<Book>>> {
        if digest == self.current.digest {
            return Some(Some(Arc::clone(&self.current)));
        }
        self.older.read().ok()?.get(&digest).cloned()
    }
}

fn event_of(digest: Digest) -> EventId {
    format!("edition/{digest}").into()
}

fn read(record: &Record, digest: Digest) -> Result<Option<Book>, StoreError> {
    let Some(entry) = record.find(&event_of(digest))? else { return Ok(None) };
    let Some(Value::File(file)) = entry.event.attribute("file") else { return Ok(None) };
    let Some(bytes) = record.file(file)? else { return Ok(None) };
    Ok(std::str::from_utf8(&bytes).ok().and_then(|text| Book::reread(text).ok()))
}
