use super::{
    Access, broken_off, bytes, checkpoint, connect, digest, failure, integer, key_id, prepare, subject,
};
use crate::store::{FileState, Files, KeyId, StoreError, StoredFile};
use crate::{Digest, ObjectRef};
use rusqlite::{Connection, Row};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Attached files in a database of their own, so that writing a large one keeps no entry waiting.
pub(super) struct SqliteFiles {
    path: PathBuf,
    access: Access,
    writer: Mutex<FileWriter>,
    idle: Mutex<Vec<Connection>>,
}

struct FileWriter {
    connection: Connection,
    stopped: Option<String>,
    /// Whether it is the one writer's.
    ours: bool,
}

impl Drop for FileWriter {
    /// Leaves nothing in the log where all went well, so that the main file is the whole of it.
    fn drop(&mut self) {
        if self.ours && self.stopped.is_none() {
            // What stays in the log is read from there.
            let _ = checkpoint(&self.connection, "TRUNCATE");
        }
    }
}

impl FileWriter {
    /// Runs `write` in a transaction, then moves the log into the main file. After a failure other than a full disk
    /// nothing is written any more, since a failed sync must not be tried again.
    fn commit<T>(
        &mut self,
        mode: &str,
        write: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        if let Some(reason) = &self.stopped {
            return Err(StoreError::Stopped { reason: reason.clone() });
        }
        let c = &self.connection;
        let begun = c.execute_batch("BEGIN IMMEDIATE").and_then(|()| write(c));
        let written = begun.and_then(|value| c.execute_batch("COMMIT").map(|()| value)).map_err(failure);
        if written.is_err() && !c.is_autocommit() {
            let _ = c.execute_batch("ROLLBACK");
        }
        let settled = written.and_then(|value| match checkpoint(c, mode) {
            Ok(_) | Err(StoreError::Full) => Ok(value),
            Err(error) => Err(error),
        });
        if let Err(error) = &settled
            && !matches!(error, StoreError::Full)
        {
            self.stopped = Some(error.to_string());
        }
        settled
    }
}

impl SqliteFiles {
    pub(super) fn open(path: &Path, place: &str, access: Access) -> Result<Self, StoreError> {
        // An earlier program that was ended at its first start may have made the one file and not the other.
        let first = if access == Access::Still { access } else { Access::Create };
        let connection = connect(path, first)?;
        prepare(&connection, include_str!("../files.sql"), place)?;
        let writer = Mutex::new(FileWriter { connection, stopped: None, ours: false });
        Ok(Self { path: path.to_owned(), access, writer, idle: Mutex::new(Vec::new()) })
    }

    /// Begins writing: what an earlier program left in the log goes into the main file.
    pub(super) fn begin(&self) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().map_err(|_| broken_off())?;
        writer.ours = true;
        match checkpoint(&writer.connection, "TRUNCATE") {
            Ok(_) | Err(StoreError::Full) => Ok(()),
            Err(error) => {
                writer.stopped = Some(error.to_string());
                Err(error)
            }
        }
    }

    fn each(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let idle = self.idle.lock().map_err(|_| broken_off())?.pop();
        let connection = idle.map_or_else(|| connect(&self.path, self.access.again()), Ok)?;
        let read = || {
            let mut statement = connection.prepare_cached(sql).map_err(failure)?;
            let mut rows = statement.query(params).map_err(failure)?;
            while let Some(row) = rows.next().map_err(failure)? {
                visit(row)?;
            }
            Ok(())
        };
        let read: Result<(), StoreError> = read();
        self.idle.lock().map_err(|_| broken_off())?.push(connection);
        read
    }
}

impl Files for SqliteFiles {
    fn put(&self, file: &StoredFile) -> Result<(), StoreError> {
        let whose =
            file.sealed.as_ref().map(|(subject, key)| (subject.kind.as_str(), subject.id.as_str(), &key[..]));
        let (kind, id, key) = (whose.map(|w| w.0), whose.map(|w| w.1), whose.map(|w| w.2));
        let sql = "INSERT OR IGNORE INTO file (digest, kind, id, key, bytes) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut writer = self.writer.lock().map_err(|_| broken_off())?;
        writer.commit("PASSIVE", |c| c.execute(sql, (&file.digest.0[..], kind, id, key, &file.bytes)))?;
        Ok(())
    }

    fn about(&self, digest: &Digest) -> Result<Option<FileState>, StoreError> {
        let mut found = None;
        let sql = "SELECT kind, id, key, length(bytes) FROM file WHERE digest = ?1";
        self.each(sql, [&digest.0[..]], |row| {
            found = Some(FileState { sealed: read_sealed(row, 0)?, erased: integer(row, 3)? == 0 });
            Ok(())
        })?;
        Ok(found)
    }

    fn get(&self, digest: &Digest) -> Result<Option<StoredFile>, StoreError> {
        let mut found = None;
        let sql = "SELECT kind, id, key, digest, bytes FROM file WHERE digest = ?1";
        self.each(sql, [&digest.0[..]], |row| {
            found = Some(read_file(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn erase(&self, subject: &ObjectRef, keep: Option<KeyId>) -> Result<u64, StoreError> {
        let sql = "UPDATE file SET bytes = x''
            WHERE kind = ?1 AND id = ?2 AND (?3 IS NULL OR key != ?3) AND bytes != x''";
        let params = (subject.kind.as_str(), subject.id.as_str(), keep);
        let mut writer = self.writer.lock().map_err(|_| broken_off())?;
        let erased = writer.commit("TRUNCATE", |c| c.execute(sql, params))?;
        Ok(erased as u64)
    }

    fn scan(&self, visit: &mut dyn FnMut(StoredFile) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.each("SELECT kind, id, key, digest, bytes FROM file", [], |row| visit(read_file(row)?))
    }
}

fn read_sealed(row: &Row<'_>, column: usize) -> Result<Option<(ObjectRef, KeyId)>, StoreError> {
    match row.get_ref(column).map_err(failure)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => Ok(Some((subject(row, column)?, key_id(bytes(row, column + 2)?)?))),
    }
}

fn read_file(row: &Row<'_>) -> Result<StoredFile, StoreError> {
    Ok(StoredFile {
        sealed: read_sealed(row, 0)?,
        digest: digest(bytes(row, 3)?)?,
        bytes: bytes(row, 4)?.to_vec(),
    })
}
