use crate::book::Book;
use crate::service::OpenError;
use crate::succession::Succession;
use pack::File;
use record::{Digest, Event, EventId, ObjectRef, Record, StoreError, Time, Value};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// The type of object that editions are.
const KIND: &str = "edition";

/// Puts the edition on the record, where it does not stand yet.
pub(crate) fn adopt(record: &Record, book: &Book, now: Time) -> Result<(), OpenError> {
    let id = event_of(book.digest);
    if record.find(&id)?.is_some() {
        return Ok(());
    }
    let file = record.attach("edition.txt", book.text().as_bytes(), None)?;
    let packs = book.definitions.packs.values();
    let packs = packs.map(|pack| Value::from(format!("{} {}", pack.id, pack.version)));
    let event = Event::new(id, "edition adopted", now)
        .about(KIND, ObjectRef::new(KIND, book.digest.to_string()))
        .with("packs", Value::List(packs.collect()))
        .with("file", Value::File(file));
    record.append(event)?;
    Ok(())
}

/// The files of the edition that was adopted last; none on a record without any. For whoever works on a record beside
/// its city: the city's own packs, wherever they lie.
///
/// # Errors
/// When the record cannot be read.
pub fn last(record: &Record) -> Result<Option<Vec<File>>, StoreError> {
    let mut last: Option<(u64, Digest)> = None;
    for id in record.objects(&KIND.into(), None, usize::MAX)? {
        let Some(digest) = Digest::parse(id.as_str()) else { continue };
        let index = record.find(&event_of(digest))?.map(|entry| entry.index);
        last = last.max(index.map(|index| (index, digest)));
    }
    let text = last.map(|(_, digest)| text(record, digest)).transpose()?.flatten();
    Ok(text.map(|text| Book::files(&text)))
}

fn text(record: &Record, digest: Digest) -> Result<Option<String>, StoreError> {
    let Some(entry) = record.find(&event_of(digest))? else { return Ok(None) };
    let Some(Value::File(file)) = entry.event.attribute("file") else { return Ok(None) };
    Ok(record.file(file)?.and_then(|bytes| String::from_utf8(bytes).ok()))
}

fn event_of(digest: Digest) -> EventId {
    format!("{KIND}/{digest}").into()
}

/// The current edition, and those that were asked for; `None` for one that cannot be read any more.
pub(crate) struct Editions {
    pub(crate) current: Succession<Arc<Book>>,
    older: RwLock<HashMap<Digest, Option<Arc<Book>>>>,
}

impl Editions {
    pub(crate) fn new(current: Book) -> Self {
        Self { current: Succession::new(Arc::new(current)), older: RwLock::default() }
    }

    /// New cases begin in this edition from now on.
    pub(crate) fn succeed(&self, next: Book) {
        let before = Arc::clone(self.current.last());
        if let Ok(mut older) = self.older.write() {
            older.insert(before.digest, Some(before));
        }
        self.current.add(Arc::new(next));
    }

    /// The edition with this digest; none where the record does not hold it, or where this program finds faults in it.
    pub(crate) fn load(&self, record: &Record, digest: Digest) -> Result<Option<Arc<Book>>, StoreError> {
        if let Some(known) = self.known(digest) {
            return Ok(known);
        }
        let book = text(record, digest)?.and_then(|text| Book::reread(&text).ok()).map(Arc::new);
        if let Ok(mut older) = self.older.write() {
            older.insert(digest, book.clone());
        }
        Ok(book)
    }

    /// The edition as far as it was loaded: none where it was not.
    pub(crate) fn known(&self, digest: Digest) -> Option<Option<Arc<Book>>> {
        let current = self.current.last();
        if digest == current.digest {
            return Some(Some(Arc::clone(current)));
        }
        self.older.read().ok()?.get(&digest).cloned()
    }
}
