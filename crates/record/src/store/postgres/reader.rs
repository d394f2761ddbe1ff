use super::pool::Pool;
use super::{bytes_of, digest, failure, index, key_id, number, subject, text};
use crate::store::{Line, Reader, Row, Secret, StoreError, SubjectKey, Table, ascending, beyond};
use crate::{Digest, ObjectId, ObjectRef, ObjectType};
use postgres::Client;
use postgres::types::ToSql;

/// A connection lent from the pool.
pub(super) struct PostgresReader<'a> {
    pool: &'a Pool,
    client: Option<Client>,
    frozen: bool,
    /// Whether the connection was lost.
    lost: bool,
}

impl<'a> PostgresReader<'a> {
    pub(super) fn new(pool: &'a Pool) -> Result<Self, StoreError> {
        Ok(Self { pool, client: Some(pool.take()?), frozen: false, lost: false })
    }

    fn each(
        &mut self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        mut visit: impl FnMut(&postgres::Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(client) = &mut self.client else { return Ok(()) };
        // What was frozen is lost with its connection.
        let read = match self.frozen {
            true => super::each(client, sql, params, &mut visit),
            false => self.pool.each(client, sql, params, &mut visit),
        };
        self.lost = matches!(read, Err(StoreError::Away { .. }));
        read
    }

    fn one<T>(
        &mut self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        mut read: impl FnMut(&postgres::Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(sql, params, |row| {
            found = Some(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn lines_of(
        &mut self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        from: u64,
    ) -> Result<Vec<Line>, StoreError> {
        let mut lines = Vec::new();
        self.each(sql, params, |row| {
            lines.push((index(row.get(0))?, row.get::<_, &[u8]>(1).to_vec()));
            Ok(())
        })?;
        ascending(lines, from)
    }
}

impl Drop for PostgresReader<'_> {
    fn drop(&mut self) {
        let Some(mut client) = self.client.take() else { return };
        if !self.lost && (!self.frozen || client.batch_execute("ROLLBACK").is_ok()) {
            self.pool.give(client);
        }
    }
}

impl Reader for PostgresReader<'_> {
    fn freeze(&mut self) -> Result<(), StoreError> {
        let Some(client) = &mut self.client else { return Ok(()) };
        self.frozen = true;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let mut begun = client.batch_execute(begin).map_err(failure);
        if let Err(StoreError::Away { .. }) = begun {
            *client = self.pool.replace()?;
            begun = client.batch_execute(begin).map_err(failure);
        }
        begun
    }

    fn head(&mut self) -> Result<Option<String>, StoreError> {
        self.one("SELECT note FROM head", &[], |row| Ok(row.get(0)))
    }

    fn lines(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let sql = "SELECT idx, line FROM entry WHERE idx >= $1 ORDER BY idx LIMIT $2";
        self.lines_of(sql, &[&number(from), &number(limit as u64)], from)
    }

    fn index_of(&mut self, id: &str) -> Result<Option<u64>, StoreError> {
        self.one("SELECT idx FROM event_id WHERE id = $1", &[&id.as_bytes()], |row| index(row.get(0)))
    }

    fn last_touch(&mut self, object: &ObjectRef) -> Result<Option<u64>, StoreError> {
        let (kind, id) = bytes_of(object);
        let sql = "SELECT touch.idx FROM touch
            WHERE number = (SELECT number FROM object WHERE kind = $1 AND id = $2) ORDER BY idx DESC LIMIT 1";
        self.one(sql, &[&kind, &id], |row| index(row.get(0)))
    }

    fn history(&mut self, object: &ObjectRef, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let (kind, id) = bytes_of(object);
        let sql = "SELECT idx, line FROM touch JOIN entry USING (idx)
            WHERE number = (SELECT number FROM object WHERE kind = $1 AND id = $2) AND idx >= $3
            ORDER BY idx LIMIT $4";
        self.lines_of(sql, &[&kind, &id, &number(from), &number(limit as u64)], from)
    }

    fn objects(
        &mut self,
        kind: &ObjectType,
        after: Option<&ObjectId>,
        limit: usize,
    ) -> Result<Vec<ObjectId>, StoreError> {
        let mut ids = Vec::new();
        let sql =
            "SELECT id FROM object WHERE kind = $1 AND ($2::bytea IS NULL OR id > $2) ORDER BY id LIMIT $3";
        let behind = after.map(|id| id.as_str().as_bytes());
        self.each(sql, &[&kind.as_str().as_bytes(), &behind, &number(limit as u64)], |row| {
            ids.push(beyond(ObjectId::new(text(row, 0)?), after)?);
            Ok(())
        })?;
        Ok(ids)
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT hashes FROM tile WHERE level = $1 AND idx = $2";
        self.one(sql, &[&i64::from(level), &number(index)], |row| Ok(row.get(0)))
    }

    fn subject_key(&mut self, subject: &ObjectRef) -> Result<Option<SubjectKey>, StoreError> {
        let (kind, id) = bytes_of(subject);
        let sql = "SELECT kind, id, key, wrapped FROM subject_key WHERE kind = $1 AND id = $2";
        self.one(sql, &[&kind, &id], read_key)
    }

    fn secret(&mut self, subject: &ObjectRef, digest: &Digest) -> Result<Option<Secret>, StoreError> {
        let (kind, id) = bytes_of(subject);
        let sql =
            "SELECT kind, id, digest, key, bytes FROM secret WHERE kind = $1 AND id = $2 AND digest = $3";
        self.one(sql, &[&kind, &id, &&digest.0[..]], read_secret)
    }

    fn cosigned(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT note FROM cosigned WHERE size >= $1 ORDER BY size LIMIT 1";
        self.one(sql, &[&number(size)], |row| Ok(row.get(0)))
    }

    fn scan(
        &mut self,
        table: Table,
        visit: &mut dyn FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = match table {
            Table::Ids => "SELECT id, idx FROM event_id",
            Table::Touches => {
                "SELECT kind, id, idx FROM object LEFT JOIN touch USING (number) ORDER BY object.number"
            }
            Table::Tiles => "SELECT level, idx, hashes FROM tile",
            Table::Secrets => "SELECT kind, id, digest, key, bytes FROM secret",
            Table::Keys => "SELECT kind, id, key, wrapped FROM subject_key",
            Table::Erasures => "SELECT kind, id, idx FROM erasure",
            Table::Cosigned => "SELECT size, note FROM cosigned",
        };
        self.each(sql, &[], |row| match table {
            Table::Ids => visit(Row::Id(text(row, 0)?, index(row.get(1))?)),
            Table::Touches => {
                let touched = row.get::<_, Option<i64>>(2).map(index).transpose()?;
                visit(Row::Touch(text(row, 0)?, text(row, 1)?, touched))
            }
            Table::Tiles => visit(Row::Tile(index(row.get(0))?, index(row.get(1))?, row.get(2))),
            Table::Secrets => visit(Row::Secret(read_secret(row)?)),
            Table::Keys => visit(Row::Key(read_key(row)?)),
            Table::Erasures => visit(Row::Erasure(subject(row, 0)?, index(row.get(2))?)),
            Table::Cosigned => visit(Row::Cosigned(index(row.get(0))?, row.get(1))),
        })
    }

    fn faults(&mut self) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        let checks = [
            (
                "table `touch`: rows belong to no object",
                "SELECT count(*) FROM touch LEFT JOIN object USING (number) WHERE id IS NULL",
            ),
            ("table `entry`: rows have numbers below 0", "SELECT count(*) FROM entry WHERE idx < 0"),
        ];
        for (what, sql) in checks {
            let count = self.one(sql, &[], |row| Ok(row.get::<_, i64>(0)))?.unwrap_or(0);
            if count > 0 {
                faults.push(format!("{what}: {count}"));
            }
        }
        Ok(faults)
    }
}

fn read_key(row: &postgres::Row) -> Result<SubjectKey, StoreError> {
    Ok(SubjectKey { subject: subject(row, 0)?, id: key_id(row.get(2))?, wrapped: row.get(3) })
}

fn read_secret(row: &postgres::Row) -> Result<Secret, StoreError> {
    let (digest, key) = (digest(row.get(2))?, key_id(row.get(3))?);
    Ok(Secret { subject: subject(row, 0)?, digest, key, bytes: row.get(4) })
}
