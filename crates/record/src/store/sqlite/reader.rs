use super::tail::{AtHand, Tail, Touched};
use super::{SCHEMA, bytes, digest, failure, form_faults, index, integer, key_id, number, subject, text};
use crate::store::{Line, Reader, Row, Secret, StoreError, SubjectKey, Table, ascending, beyond};
use crate::{Digest, ObjectId, ObjectRef, ObjectType};
use rusqlite::{Connection, Params};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// A connection lent from the store's idle ones.
pub(super) struct SqliteReader<'a> {
    idle: &'a Mutex<Vec<Connection>>,
    connection: Option<Connection>,
    at_hand: &'a AtHand,
    /// What the indexes lack of what a frozen reader sees.
    frozen: Option<Tail>,
}

type Visit<'a> = &'a mut dyn FnMut(Row<'_>) -> Result<(), StoreError>;

/// More idle connections than this are closed.
const IDLE: usize = 16;

impl<'a> SqliteReader<'a> {
    pub(super) fn new(idle: &'a Mutex<Vec<Connection>>, connection: Connection, at_hand: &'a AtHand) -> Self {
        Self { idle, connection: Some(connection), at_hand, frozen: None }
    }

    /// Asks what the indexes lack. To be asked before the indexes: what is indexed in between is then told twice, and nothing
    /// is missed.
    fn tail<T>(&self, ask: impl FnOnce(&Tail) -> T) -> Result<T, StoreError> {
        if let Some(tail) = &self.frozen {
            return Ok(ask(tail));
        }
        if let Some(tail) = &*self.at_hand.look()? {
            return Ok(ask(tail));
        }
        match &self.connection {
            Some(connection) => Tail::read(connection).map(|tail| ask(&tail)),
            None => Ok(ask(&Tail::default())),
        }
    }

    /// Calls `visit` with each row that `sql` yields.
    fn each(
        &self,
        sql: &str,
        params: impl Params,
        mut visit: impl FnMut(&rusqlite::Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(connection) = &self.connection else { return Ok(()) };
        let mut statement = connection.prepare_cached(sql).map_err(failure)?;
        let mut rows = statement.query(params).map_err(failure)?;
        while let Some(row) = rows.next().map_err(failure)? {
            visit(row)?;
        }
        Ok(())
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&rusqlite::Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(sql, params, |row| {
            found = Some(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The rows of the index of ids, and what it lacks.
    fn scan_ids(&self, visit: Visit<'_>) -> Result<(), StoreError> {
        let lately = self.tail(|tail| tail.ids.clone())?;
        let sql = "SELECT id, idx FROM event_id";
        self.each(sql, [], |row| visit(Row::Id(text(row, 0)?, index(integer(row, 1)?)?)))?;
        lately.iter().try_for_each(|(id, at)| visit(Row::Id(id.as_str(), *at)))
    }

    /// The rows of the index of objects with what it lacks, those of one object after one another.
    fn scan_touches(&self, visit: Visit<'_>) -> Result<(), StoreError> {
        let mut lately = self.tail(|tail| tail.touched.clone())?;
        let add = |object: &ObjectRef, touched: Option<Touched>, visit: Visit<'_>| {
            let (kind, id) = (object.kind.as_str(), object.id.as_str());
            let entries = touched.map(|touched| touched.entries).unwrap_or_default();
            entries.into_iter().try_for_each(|at| visit(Row::Touch(kind, id, Some(at))))
        };
        let mut last: Option<ObjectRef> = None;
        let sql = "SELECT kind, id, idx FROM object LEFT JOIN touch ON touch.number = object.number";
        self.each(sql, [], |row| {
            let (kind, id) = (text(row, 0)?, text(row, 1)?);
            if last.as_ref().is_none_or(|last| (last.kind.as_str(), last.id.as_str()) != (kind, id))
                && let Some(last) = last.replace(ObjectRef::new(kind, id))
            {
                add(&last, lately.remove(&last), visit)?;
            }
            let touched = match row.get_ref(2).map_err(failure)? {
                rusqlite::types::ValueRef::Null => None,
                _ => Some(index(integer(row, 2)?)?),
            };
            visit(Row::Touch(kind, id, touched))
        })?;
        if let Some(last) = last {
            add(&last, lately.remove(&last), visit)?;
        }
        lately.into_iter().try_for_each(|(object, all)| add(&object, Some(all), visit))
    }

    fn count(&self, sql: &str) -> Result<i64, StoreError> {
        self.one(sql, [], |row| integer(row, 0)).map(|count| count.unwrap_or(0))
    }
}

impl Drop for SqliteReader<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let free = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        if let Ok(mut idle) = self.idle.lock()
            && free
            && idle.len() < IDLE
        {
            idle.push(connection);
        }
    }
}

impl Reader for SqliteReader<'_> {
    fn freeze(&mut self) -> Result<(), StoreError> {
        let Some(connection) = &self.connection else { return Ok(()) };
        connection.execute_batch("BEGIN").map_err(failure)?;
        self.frozen = Some(self.at_hand.as_seen(connection)?);
        Ok(())
    }

    fn head(&mut self) -> Result<Option<String>, StoreError> {
        self.one("SELECT note FROM head", [], |row| Ok(text(row, 0)?.to_owned()))
    }

    fn lines(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let mut lines = Vec::with_capacity(limit.min(4096));
        let sql = "SELECT idx, line FROM entry WHERE idx >= ?1 ORDER BY idx LIMIT ?2";
        self.each(sql, (number(from), number(limit as u64)), |row| {
            lines.push((index(integer(row, 0)?)?, bytes(row, 1)?.to_vec()));
            Ok(())
        })?;
        ascending(lines, from)
    }

    fn index_of(&mut self, id: &str) -> Result<Option<u64>, StoreError> {
        match self.tail(|tail| tail.ids.get(id).copied())? {
            Some(at) => Ok(Some(at)),
            None => self.one("SELECT idx FROM event_id WHERE id = ?1", [id], |row| index(integer(row, 0)?)),
        }
    }

    fn last_touch(&mut self, object: &ObjectRef) -> Result<Option<u64>, StoreError> {
        let lately = self.tail(|tail| tail.touched.get(object).map(Touched::last))?;
        if lately.is_some() {
            return Ok(lately);
        }
        let sql = "SELECT touch.idx FROM object JOIN touch ON touch.number = object.number
            WHERE kind = ?1 AND id = ?2 ORDER BY touch.idx DESC LIMIT 1";
        self.one(sql, (object.kind.as_str(), object.id.as_str()), |row| index(integer(row, 0)?))
    }

    fn history(&mut self, object: &ObjectRef, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let lately = self.tail(|tail| match tail.touched.get(object) {
            Some(touched) => touched.entries.iter().copied().filter(|at| *at >= from).collect(),
            None => Vec::new(),
        })?;
        let mut lines = Vec::new();
        let sql = "SELECT entry.idx, line FROM object JOIN touch ON touch.number = object.number
            JOIN entry ON entry.idx = touch.idx
            WHERE kind = ?1 AND id = ?2 AND touch.idx >= ?3 ORDER BY touch.idx LIMIT ?4";
        let params = (object.kind.as_str(), object.id.as_str(), number(from), number(limit as u64));
        self.each(sql, params, |row| {
            lines.push((index(integer(row, 0)?)?, bytes(row, 1)?.to_vec()));
            Ok(())
        })?;
        let indexed = lines.last().map_or(0, |(at, _)| at + 1);
        let room = limit.saturating_sub(lines.len());
        for at in lately.into_iter().filter(|at| *at >= indexed).take(room) {
            let sql = "SELECT line FROM entry WHERE idx = ?1";
            let line = self.one(sql, [number(at)], |row| Ok(bytes(row, 0)?.to_vec()))?;
            lines.extend(line.map(|line| (at, line)));
        }
        ascending(lines, from)
    }

    fn objects(
        &mut self,
        kind: &ObjectType,
        after: Option<&ObjectId>,
        limit: usize,
    ) -> Result<Vec<ObjectId>, StoreError> {
        let mut ids: BTreeSet<ObjectId> = self.tail(|tail| {
            let after = |id: &ObjectId| after.is_none_or(|after| id > after);
            let first = ObjectRef { kind: kind.clone(), id: ObjectId::new("") };
            let of_kind = tail.touched.range(first..).map(|(object, _)| object);
            let of_kind = of_kind.take_while(|object| object.kind == *kind);
            of_kind.filter(|object| after(&object.id)).map(|object| object.id.clone()).collect()
        })?;
        let sql = "SELECT id FROM object WHERE kind = ?1 AND (?2 IS NULL OR id > ?2) ORDER BY id LIMIT ?3";
        self.each(sql, (kind.as_str(), after.map(ObjectId::as_str), number(limit as u64)), |row| {
            ids.insert(beyond(ObjectId::new(text(row, 0)?), after)?);
            Ok(())
        })?;
        Ok(ids.into_iter().take(limit).collect())
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT hashes FROM tile WHERE level = ?1 AND idx = ?2";
        self.one(sql, (level, number(index)), |row| Ok(bytes(row, 0)?.to_vec()))
    }

    fn subject_key(&mut self, subject: &ObjectRef) -> Result<Option<SubjectKey>, StoreError> {
        let sql = "SELECT kind, id, key, wrapped FROM subject_key WHERE kind = ?1 AND id = ?2";
        self.one(sql, (subject.kind.as_str(), subject.id.as_str()), read_key)
    }

    fn secret(&mut self, subject: &ObjectRef, digest: &Digest) -> Result<Option<Secret>, StoreError> {
        let sql =
            "SELECT kind, id, digest, key, bytes FROM secret WHERE kind = ?1 AND id = ?2 AND digest = ?3";
        self.one(sql, (subject.kind.as_str(), subject.id.as_str(), &digest.0[..]), read_secret)
    }

    fn cosigned(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT note FROM cosigned WHERE size >= ?1 ORDER BY size LIMIT 1";
        self.one(sql, [number(size)], |row| Ok(text(row, 0)?.to_owned()))
    }

    fn scan(
        &mut self,
        table: Table,
        visit: &mut dyn FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = match table {
            Table::Ids => return self.scan_ids(visit),
            Table::Touches => return self.scan_touches(visit),
            Table::Tiles => "SELECT level, idx, hashes FROM tile",
            Table::Secrets => "SELECT kind, id, digest, key, bytes FROM secret",
            Table::Keys => "SELECT kind, id, key, wrapped FROM subject_key",
            Table::Erasures => "SELECT kind, id, idx FROM erasure",
            Table::Cosigned => "SELECT size, note FROM cosigned",
        };
        self.each(sql, [], |row| match table {
            Table::Ids | Table::Touches => Ok(()),
            Table::Tiles => {
                visit(Row::Tile(index(integer(row, 0)?)?, index(integer(row, 1)?)?, bytes(row, 2)?))
            }
            Table::Secrets => visit(Row::Secret(read_secret(row)?)),
            Table::Keys => visit(Row::Key(read_key(row)?)),
            Table::Erasures => visit(Row::Erasure(subject(row, 0)?, index(integer(row, 2)?)?)),
            Table::Cosigned => visit(Row::Cosigned(index(integer(row, 0)?)?, text(row, 1)?)),
        })
    }

    fn faults(&mut self) -> Result<Vec<String>, StoreError> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        let mut faults = form_faults(connection, SCHEMA)?;
        let joined = "SELECT count(*) FROM object JOIN touch ON touch.number = object.number";
        let stray = self.count("SELECT count(*) FROM touch")? - self.count(joined)?;
        if stray != 0 {
            faults.push(format!("table `touch`: {} rows belong to no object, or to two", stray.abs()));
        }
        if self.count("SELECT count(*) FROM entry WHERE idx < 0")? > 0 {
            faults.push("table `entry`: a row has a number below 0".to_owned());
        }
        Ok(faults)
    }
}

fn read_key(row: &rusqlite::Row<'_>) -> Result<SubjectKey, StoreError> {
    Ok(SubjectKey {
        subject: subject(row, 0)?,
        id: key_id(bytes(row, 2)?)?,
        wrapped: bytes(row, 3)?.to_vec(),
    })
}

fn read_secret(row: &rusqlite::Row<'_>) -> Result<Secret, StoreError> {
    Ok(Secret {
        subject: subject(row, 0)?,
        digest: digest(bytes(row, 2)?)?,
        key: key_id(bytes(row, 3)?)?,
        bytes: bytes(row, 4)?.to_vec(),
    })
}
