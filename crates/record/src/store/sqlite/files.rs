use super::{
    Access, broken_off, bytes, checkpoint, connect, count_pages, digest, failure, form_faults, integer,
    key_id, prepare, subject,
};
use crate::store::{FileState, Files, KeyId, StoreError, StoredFile};
use crate::{Digest, ObjectRef};
use rusqlite::{Connection, Row};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

const SCHEMA: &str = include_str!("../files.sql");

/// Attached files in a database of their own, so that writing a large one keeps no entry waiting.
pub(super) struct SqliteFiles {
    path: PathBuf,
    access: Access,
    writer: Mutex<FileWriter>,
    idle: Mutex<Vec<Connection>>,
}

struct FileWriter {
    connection: Connection,
    /// Pages in the write-ahead log after the last commit.
    pages: Arc<AtomicI32>,
    /// Whether this process has moved the log into the main file since it began. What an earlier one wrote and could not sync
    /// may be read back though it is not on the disk, until it is written anew in this way.
    settled: bool,
    stopped: Option<String>,
    /// Whether it is the one writer's.
    ours: bool,
}

impl Drop for FileWriter {
    /// Leaves nothing in the log where all went well, so that the main file is the whole of it.
    fn drop(&mut self) {
        if self.ours && self.settled && self.stopped.is_none() && self.pages.load(Ordering::Relaxed) > 0 {
            // What stays in the log is read from there.
            let _ = checkpoint(&self.connection, "TRUNCATE");
        }
    }
}

/// Pages in the write-ahead log at which it is moved into the main file: for each file alone that would take two more syncs.
const SETTLE_PAGES: i32 = 1000;

impl FileWriter {
    /// Runs `write` in a transaction, then moves the log into the main file if it is long enough, or, to leave nothing of what
    /// was destroyed, at once. After a failure other than a full disk nothing is written any more, since a failed sync must
    /// not be tried again.
    fn commit<T>(
        &mut self,
        destroys: bool,
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
        let due = destroys || !self.settled || self.pages.load(Ordering::Relaxed) >= SETTLE_PAGES;
        let settle = || checkpoint(c, if destroys { "TRUNCATE" } else { "PASSIVE" }).map(|moved| moved.all);
        let settled = written.and_then(|value| match if due { settle() } else { Ok(false) } {
            Ok(done) => {
                self.settled |= done;
                if done && destroys {
                    self.pages.store(0, Ordering::Relaxed);
                }
                Ok(value)
            }
            Err(StoreError::Full) => Ok(value),
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
        let mut connection = connect(path, first)?;
        prepare(&connection, SCHEMA, place)?;
        let pages = Arc::new(AtomicI32::new(0));
        count_pages(&mut connection, &pages)?;
        let writer = FileWriter { connection, pages, settled: false, stopped: None, ours: false };
        Ok(Self { path: path.to_owned(), access, writer: Mutex::new(writer), idle: Mutex::new(Vec::new()) })
    }

    /// Begins writing: what an earlier program left in the log goes into the main file.
    pub(super) fn begin(&self) -> Result<(), StoreError> {
        let mut writer = self.writer.lock().map_err(|_| broken_off())?;
        writer.ours = true;
        match checkpoint(&writer.connection, "TRUNCATE") {
            Ok(moved) => {
                writer.settled |= moved.all;
                Ok(())
            }
            Err(StoreError::Full) => Ok(()),
            Err(error) => {
                writer.stopped = Some(error.to_string());
                Err(error)
            }
        }
    }

    /// Reads over a connection lent from the idle ones.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.idle.lock().map_err(|_| broken_off())?.pop();
        let connection = idle.map_or_else(|| connect(&self.path, self.access.again()), Ok)?;
        let read = read(&connection);
        self.idle.lock().map_err(|_| broken_off())?.push(connection);
        read
    }

    fn each(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        mut visit: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql).map_err(failure)?;
            let mut rows = statement.query(params).map_err(failure)?;
            while let Some(row) = rows.next().map_err(failure)? {
                visit(row)?;
            }
            Ok(())
        })
    }
}

impl Files for SqliteFiles {
    fn put(&self, file: &StoredFile) -> Result<(), StoreError> {
        let whose =
            file.sealed.as_ref().map(|(subject, key)| (subject.kind.as_str(), subject.id.as_str(), &key[..]));
        let (kind, id, key) = (whose.map(|w| w.0), whose.map(|w| w.1), whose.map(|w| w.2));
        let sql = "INSERT OR IGNORE INTO file (digest, kind, id, key, bytes) VALUES (?1, ?2, ?3, ?4, ?5)";
        let mut writer = self.writer.lock().map_err(|_| broken_off())?;
        writer.commit(false, |c| c.execute(sql, (&file.digest.0[..], kind, id, key, &file.bytes)))?;
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
        let sql = "UPDATE file SET bytes = x'', key = zeroblob(8)
            WHERE kind = ?1 AND id = ?2 AND (?3 IS NULL OR key != ?3) AND bytes != x''";
        let params = (subject.kind.as_str(), subject.id.as_str(), keep);
        let mut writer = self.writer.lock().map_err(|_| broken_off())?;
        let erased = writer.commit(true, |c| c.execute(sql, params))?;
        Ok(erased as u64)
    }

    fn scan(&self, visit: &mut dyn FnMut(StoredFile) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.each("SELECT kind, id, key, digest, bytes FROM file", [], |row| visit(read_file(row)?))
    }

    fn faults(&self) -> Result<Vec<String>, StoreError> {
        let faults = self.read(|connection| form_faults(connection, SCHEMA))?;
        Ok(faults.into_iter().map(|fault| format!("files: {fault}")).collect())
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
