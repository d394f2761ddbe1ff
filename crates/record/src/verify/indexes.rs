//! Indexes are compared with what the entries give by sums of keyed digests, in no more memory than the sums take; only
//! when sums differ is every row looked up to name the one that is wrong.

use super::{CHUNK, MAX_FAULTS, Pass};
use crate::store::{Reader, Row, StoreError, Table};
use crate::{Event, ObjectRef, Record, encoding};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

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
        let mut wrong = Wrong::default();
        each_event(reader, &mut |reader, index, event, _| {
            let what = match reader.index_of(event.id.as_str()) {
                Ok(Some(at)) if at == index => return,
                Ok(Some(at)) => format!("its id leads to entry {at}"),
                Ok(None) => "its id is not in the index".to_owned(),
                Err(error) => error.to_string(),
            };
            wrong.add(format!("entry {index}"), what);
        });
        let mut other = self.record.inner().store.reader()?;
        let read = reader.scan(Table::Ids, &mut |row| {
            if let Row::Id(id, index) = row
                && event_at(other.as_mut(), index).is_none_or(|event| event.id.as_str() != id)
            {
                wrong.add(
                    format!("event id `{id}`"),
                    format!("it leads to entry {index}, which has another id"),
                );
            }
            Ok(())
        });
        self.found.note("index of event ids", read)?;
        self.list("index of event ids", wrong);
        Ok(())
    }

    /// Names the objects whose histories lack entries or have too many.
    fn place_touches(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let mut wrong = Wrong::default();
        each_event(reader, &mut |reader, index, _, touched| {
            for object in touched {
                let what = match reader.history(object, index, 1) {
                    Ok(lines) if lines.first().is_some_and(|(at, _)| *at == index) => continue,
                    Ok(_) => format!("its history lacks entry {index}"),
                    Err(error) => error.to_string(),
                };
                wrong.add(format!("object {object}"), what);
            }
        });
        let mut other = self.record.inner().store.reader()?;
        let read = reader.scan(Table::Touches, &mut |row| {
            let Row::Touch(kind, id, Some(index)) = row else { return Ok(()) };
            let object = ObjectRef::new(kind, id);
            if !event_at(other.as_mut(), index).is_some_and(|event| event.touched().contains(&&object)) {
                wrong.add(
                    format!("object {object}"),
                    format!("its history has entry {index}, which is not about it"),
                );
            }
            Ok(())
        });
        self.found.note("index of objects", read)?;
        self.list("index of objects", wrong);
        Ok(())
    }

    fn list(&mut self, index: &str, wrong: Wrong) {
        if wrong.places.is_empty() {
            self.found.fault(index, "it does not fit the entries");
        }
        for (place, (what, count)) in wrong.places {
            let more = if count > 1 { format!(", and {} more", count - 1) } else { String::new() };
            self.found.fault(place, what + &more);
        }
        self.found.more += wrong.more;
    }
}

/// What is wrong with an index: for each place the first fault and how many there are.
#[derive(Default)]
struct Wrong {
    places: BTreeMap<String, (String, u64)>,
    more: u64,
}

impl Wrong {
    fn add(&mut self, place: String, what: String) {
        if self.places.len() >= MAX_FAULTS && !self.places.contains_key(&place) {
            self.more += 1;
            return;
        }
        self.places.entry(place).or_insert((what, 0)).1 += 1;
    }
}

fn event_at(reader: &mut dyn Reader, index: u64) -> Option<Event> {
    let (at, line) = reader.lines(index, 1).ok()?.pop()?;
    encoding::decode(&line).ok().filter(|_| at == index)
}

type Visit<'a> = dyn FnMut(&mut dyn Reader, u64, &Event, &[&ObjectRef]) + 'a;

fn each_event(reader: &mut dyn Reader, visit: &mut Visit<'_>) {
    let mut next = 0;
    while let Ok(lines) = reader.lines(next, CHUNK)
        && let Some((last, _)) = lines.last()
    {
        next = last + 1;
        for (index, line) in &lines {
            if let Ok(event) = encoding::decode(line) {
                visit(reader, *index, &event, &event.touched());
            }
        }
    }
}
