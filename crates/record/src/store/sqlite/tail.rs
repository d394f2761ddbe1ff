use super::{broken_off, bytes, failure, index, integer, number};
use crate::store::{Group, StoreError};
use crate::{EventId, ObjectRef, encoding};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Entries that may lie outside the indexes. An index's pages are all over the file, and a commit writes each page whole that
/// it changes: for a few entries that is many times what their lines take. So entries are indexed some hundred at a time, by
/// the commit with which there are so many.
pub(super) const TAIL: usize = 512;

/// The last entries of a record, which are not in the indexes yet: what these would say of them.
#[derive(Clone, Default)]
pub(super) struct Tail {
    /// The first entry that is not in the indexes.
    pub(super) from: u64,
    /// The one after the last.
    pub(super) end: u64,
    pub(super) ids: HashMap<EventId, u64>,
    pub(super) touched: BTreeMap<ObjectRef, Touched>,
}

/// What the tail says of an object.
#[derive(Clone, Default)]
pub(super) struct Touched {
    /// The number that stands for it, and whether the indexes lack it; for the writer alone.
    pub(super) number: i64,
    pub(super) new: bool,
    /// The entries about it, in order; at least one.
    pub(super) entries: Vec<u64>,
}

impl Touched {
    pub(super) fn last(&self) -> u64 {
        self.entries.last().copied().unwrap_or(0)
    }
}

impl Tail {
    pub(super) fn new(from: u64) -> Self {
        Self { from, end: from, ..Self::default() }
    }

    /// As it is in the store: read from the lines themselves. A line that is damaged is left out; whoever reads it is told.
    pub(super) fn read(connection: &Connection) -> Result<Self, StoreError> {
        // By one statement, so that nobody moves the border between its being read and the lines being read.
        let sql = "SELECT indexed, idx, line FROM head LEFT JOIN entry ON idx >= indexed ORDER BY idx";
        let mut statement = connection.prepare_cached(sql).map_err(failure)?;
        let mut rows = statement.query([]).map_err(failure)?;
        let mut tail = Self::default();
        while let Some(row) = rows.next().map_err(failure)? {
            if tail.end == 0 {
                tail = Self::new(index(integer(row, 0)?)?);
            }
            if matches!(row.get_ref(1).map_err(failure)?, rusqlite::types::ValueRef::Null) {
                break;
            }
            let at = index(integer(row, 1)?)?;
            if let Ok(event) = encoding::decode(bytes(row, 2)?) {
                for object in event.touched() {
                    tail.touched.entry(object.clone()).or_default().entries.push(at);
                }
                tail.ids.insert(event.id, at);
            }
            tail.end = at + 1;
        }
        Ok(tail)
    }

    /// Gives each object the number that it has, or that is the next after `last` in the order in which they were seen first.
    pub(super) fn count_off(&mut self, connection: &Connection, mut last: i64) -> Result<(), StoreError> {
        let mut all: Vec<_> = self.touched.iter_mut().collect();
        all.sort_by_key(|(_, touched)| touched.entries.first().copied());
        let sql = "SELECT number FROM object WHERE kind = ?1 AND id = ?2";
        let mut statement = connection.prepare_cached(sql).map_err(failure)?;
        for (object, touched) in all {
            let mut rows = statement.query((object.kind.as_str(), object.id.as_str())).map_err(failure)?;
            let known = rows.next().map_err(failure)?.map(|row| integer(row, 0)).transpose()?;
            touched.new = known.is_none();
            last += i64::from(touched.new);
            touched.number = known.unwrap_or(last);
        }
        Ok(())
    }

    pub(super) fn take_in(&mut self, group: &Group) {
        for entry in &group.entries {
            self.ids.insert(entry.id.clone(), entry.index);
            self.end = entry.index + 1;
        }
        for (number, object) in &group.objects {
            let new = Touched { number: *number, new: true, entries: Vec::new() };
            self.touched.insert(object.clone(), new);
        }
        for touch in &group.touches {
            let known = || Touched { number: touch.number, ..Touched::default() };
            self.touched.entry(touch.object.clone()).or_insert_with(known).entries.push(touch.index);
        }
    }

    /// Writes it into the indexes: each in its own order, which visits a page of it once.
    pub(super) fn write(&self, connection: &Connection) -> Result<(), rusqlite::Error> {
        let mut ids: Vec<_> = self.ids.iter().collect();
        ids.sort_unstable();
        let mut id = connection.prepare_cached("INSERT INTO event_id (id, idx) VALUES (?1, ?2)")?;
        for (new, at) in ids {
            id.execute((new.as_str(), number(*at)))?;
        }
        let sql = "INSERT INTO object (kind, id, number) VALUES (?1, ?2, ?3)";
        let mut object = connection.prepare_cached(sql)?;
        for (new, Touched { number, .. }) in self.touched.iter().filter(|(_, touched)| touched.new) {
            object.execute((new.kind.as_str(), new.id.as_str(), number))?;
        }
        let mut touches: Vec<_> = self.touched.values().collect();
        touches.sort_unstable_by_key(|touched| touched.number);
        let mut touch = connection.prepare_cached("INSERT INTO touch (number, idx) VALUES (?1, ?2)")?;
        for touched in touches {
            for at in &touched.entries {
                touch.execute((touched.number, number(*at)))?;
            }
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// What it was when `end` entries were on the record.
    fn until(&self, end: u64) -> Self {
        let ids = self.ids.iter().filter(|(_, at)| **at < end).map(|(id, at)| (id.clone(), *at)).collect();
        let before = |touched: &Touched| {
            let entries: Vec<u64> = touched.entries.iter().copied().filter(|at| *at < end).collect();
            (!entries.is_empty()).then_some(Touched { entries, ..*touched })
        };
        let touched = self.touched.iter().filter_map(|(object, all)| Some((object.clone(), before(all)?)));
        Self { from: self.from, end, ids, touched: touched.collect() }
    }
}

/// The tail as the writer keeps it for readers of the same process; none where there is no writer, and another process may
/// write.
#[derive(Clone, Default)]
pub(super) struct AtHand(Arc<RwLock<Option<Tail>>>);

impl AtHand {
    pub(super) fn look(&self) -> Result<RwLockReadGuard<'_, Option<Tail>>, StoreError> {
        self.0.read().map_err(|_| broken_off())
    }

    pub(super) fn change(&self) -> Result<RwLockWriteGuard<'_, Option<Tail>>, StoreError> {
        self.0.write().map_err(|_| broken_off())
    }

    /// The tail of what the transaction that is under way over `connection` sees.
    pub(super) fn as_seen(&self, connection: &Connection) -> Result<Tail, StoreError> {
        let sql = "SELECT indexed, (SELECT coalesce(max(idx) + 1, 0) FROM entry) FROM head";
        let mut statement = connection.prepare_cached(sql).map_err(failure)?;
        let mut rows = statement.query([]).map_err(failure)?;
        let Some(row) = rows.next().map_err(failure)? else { return Ok(Tail::default()) };
        let (from, end) = (index(integer(row, 0)?)?, index(integer(row, 1)?)?);
        match &*self.look()? {
            Some(tail) if tail.from == from && tail.end >= end => Ok(tail.until(end)),
            _ => Tail::read(connection),
        }
    }
}
