//! Indexes are compared with what the entries give by sums of keyed digests, in no more memory than the sums take; only
//! when sums differ is every row looked up to name the one that is wrong.

use super::{CHUNK, Pass, Verification};
use crate::store::{Reader, Row, StoreError, Table};
use crate::{Event, ObjectRef, Record, encoding};
use sha2::{Digest as _, Sha256};

/// The sum of the digests of rows: equal for equal multisets of rows and, since the key is random, for no others that
/// anyone could arrange.
pub(super) struct Sum {
    key: [u8; 32],
    total: u128,
    pub(super) count: u64,
}

impl Sum {
    pub(super) fn new(record: &Record) -> Result<Self, StoreError> {
        Ok(Self { key: record.inner().keys.random_key()?, total: 0, count: 0 })
    }

    fn empty(&self) -> Self {
        Self { key: self.key, total: 0, count: 0 }
    }

    pub(super) fn add(&mut self, parts: &[&str], index: u64) {
        let mut hash = Sha256::new().chain_update(self.key).chain_update(index.to_le_bytes());
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let value = digest.first_chunk::<16>().map_or(0, |half| u128::from_le_bytes(*half));
        self.total = self.total.wrapping_add(value);
        self.count += 1;
    }
}

impl PartialEq for Sum {
    fn eq(&self, other: &Self) -> bool {
        (self.total, self.count) == (other.total, other.count)
    }
}

impl Pass<'_> {
    pub(super) fn indexes(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let mut ids = self.ids.empty();
        let read = reader.scan(Table::Ids, &mut |row| {
            if let Row::Id(id, index) = row {
                ids.add(&[id], index);
            }
            Ok(())
        });
        let sound = read.is_ok() && ids == self.ids;
        self.found.note("index of event ids", read)?;
        if !sound {
            self.place_ids(reader)?;
        }
        let mut touches = self.touches.empty();
        let found = &mut self.found;
        let mut last: Option<(String, String)> = None;
        let read = reader.scan(Table::Touches, &mut |row| {
            let Row::Touch(kind, id, index) = row else { return Ok(()) };
            if last.as_ref().is_none_or(|(k, i)| (k.as_str(), i.as_str()) != (kind, id)) {
                last = Some((kind.to_owned(), id.to_owned()));
                found.objects += 1;
            }
            match index {
                Some(index) => touches.add(&[kind, id], index),
                None => found.fault(format!("object {kind}:{id}"), "no entry touches it"),
            }
            Ok(())
        });
        self.found.touches = touches.count;
        let sound = read.is_ok() && touches == self.touches;
        self.found.note("index of objects", read)?;
        if !sound {
            self.place_touches(reader)?;
        }
        Ok(())
    }

    /// Names the ids that are missing, wrong or too many.
    fn place_ids(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let before = self.found.faults.len();
        each_event(reader, &mut |reader, index, event, _| {
            match reader.index_of(event.id.as_str()) {
                Ok(Some(at)) if at == index => {}
                Ok(Some(at)) => {
                    self.found.fault(format!("entry {index}"), format!("its id leads to entry {at}"))
                }
                Ok(None) => self.found.fault(format!("entry {index}"), "its id is not in the index"),
                Err(error) => return self.found.note(&format!("entry {index}"), Err(error)),
            }
            Ok(())
        })?;
        if self.found.faults.len() == before {
            self.found.fault("index of event ids", "it has rows that no entry gives");
        }
        Ok(())
    }

    /// Names the relations that are missing, wrong or too many.
    fn place_touches(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let before = self.found.faults.len();
        each_event(reader, &mut |reader, index, _, touched| {
            for object in touched {
                let place = format!("object {object}");
                match reader.history(object, index, 1) {
                    Ok(lines) if lines.first().is_some_and(|(at, _)| *at == index) => {}
                    Ok(_) => self.found.fault(place, format!("entry {index} is not in its history")),
                    Err(error) => self.found.note(&place, Err(error))?,
                }
            }
            Ok(())
        })?;
        let mut rows = Vec::new();
        let read = reader.scan(Table::Touches, &mut |row| {
            if let Row::Touch(kind, id, Some(index)) = row {
                rows.push((ObjectRef::new(kind, id), index));
            }
            Ok(())
        });
        self.found.note("index of objects", read)?;
        for (object, index) in rows {
            let line =
                reader.lines(index, 1).ok().and_then(|mut lines| lines.pop()).filter(|(at, _)| *at == index);
            let event = line.and_then(|(_, line)| encoding::decode(&line).ok());
            if !event.is_some_and(|event| event.touched().contains(&&object)) {
                self.found.fault(
                    format!("object {object}"),
                    format!("its history has entry {index}, which is not about it"),
                );
            }
        }
        if self.found.faults.len() == before {
            self.found.fault("index of objects", "it does not fit the entries");
        }
        Ok(())
    }
}

type Visit<'a> = dyn FnMut(&mut dyn Reader, u64, &Event, &[&ObjectRef]) -> Result<(), StoreError> + 'a;

fn each_event(reader: &mut dyn Reader, visit: &mut Visit<'_>) -> Result<(), StoreError> {
    let mut next = 0;
    loop {
        let Ok(lines) = reader.lines(next, CHUNK) else { return Ok(()) };
        let Some((last, _)) = lines.last() else { return Ok(()) };
        next = last + 1;
        for (index, line) in &lines {
            if let Ok(event) = encoding::decode(line) {
                visit(reader, *index, &event, &event.touched())?;
            }
        }
    }
}

impl Verification {
    /// Whether the place of a fault is among those listed.
    pub fn names(&self, place: &str) -> bool {
        self.faults.iter().any(|fault| fault.place == place)
    }
}
