use super::pool::Pool;
use super::{bytes_of, digest, failure, key_id, subject};
use crate::store::{FileState, Files, KeyId, NO_KEY, StoreError, StoredFile};
use crate::{Digest, ObjectRef};
use postgres::Row;
use postgres::types::ToSql;
use std::sync::Arc;

/// Attached files. Each write may be done twice: a file is kept by its content, and what is erased stays erased.
pub(super) struct PostgresFiles {
    pool: Arc<Pool>,
}

impl PostgresFiles {
    pub(super) fn new(pool: Arc<Pool>) -> Self {
        Self { pool }
    }

    fn execute(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, StoreError> {
        self.pool.on(&mut |client| client.execute(sql, params).map_err(failure))
    }

    fn each(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        mut visit: impl FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut client = self.pool.take()?;
        let done = self.pool.each(&mut client, sql, params, &mut visit);
        if !matches!(done, Err(StoreError::Away { .. })) {
            self.pool.give(client);
        }
        done
    }
}

impl Files for PostgresFiles {
    fn put(&self, file: &StoredFile) -> Result<(), StoreError> {
        let whose = file.sealed.as_ref().map(|(subject, key)| (bytes_of(subject), &key[..]));
        let (kind, id, key) = (whose.map(|w| w.0.0), whose.map(|w| w.0.1), whose.map(|w| w.1));
        let sql = "INSERT INTO file (digest, kind, id, key, bytes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        self.execute(sql, &[&&file.digest.0[..], &kind, &id, &key, &file.bytes]).map(drop)
    }

    fn about(&self, digest: &Digest) -> Result<Option<FileState>, StoreError> {
        let mut found = None;
        let sql = "SELECT kind, id, key, length(bytes) = 0 FROM file WHERE digest = $1";
        self.each(sql, &[&&digest.0[..]], |row| {
            found = Some(FileState { sealed: read_sealed(row)?, erased: row.get(3) });
            Ok(())
        })?;
        Ok(found)
    }

    fn get(&self, digest: &Digest) -> Result<Option<StoredFile>, StoreError> {
        let mut found = None;
        let sql = "SELECT kind, id, key, digest, bytes FROM file WHERE digest = $1";
        self.each(sql, &[&&digest.0[..]], |row| {
            found = Some(read_file(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn erase(&self, subject: &ObjectRef, keep: Option<KeyId>) -> Result<u64, StoreError> {
        let (kind, id) = bytes_of(subject);
        let sql = "UPDATE file SET bytes = '', key = $4
            WHERE kind = $1 AND id = $2 AND ($3::bytea IS NULL OR key != $3) AND bytes != ''";
        self.execute(sql, &[&kind, &id, &keep.as_ref().map(|key| &key[..]), &&NO_KEY[..]])
    }

    fn scan(&self, visit: &mut dyn FnMut(StoredFile) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.each("SELECT kind, id, key, digest, bytes FROM file", &[], |row| visit(read_file(row)?))
    }
}

fn read_sealed(row: &Row) -> Result<Option<(ObjectRef, KeyId)>, StoreError> {
    match row.get::<_, Option<&[u8]>>(2) {
        None => Ok(None),
        Some(key) => Ok(Some((subject(row, 0)?, key_id(key)?))),
    }
}

fn read_file(row: &Row) -> Result<StoredFile, StoreError> {
    Ok(StoredFile { sealed: read_sealed(row)?, digest: digest(row.get(3))?, bytes: row.get(4) })
}
