use super::failure;
use crate::keys::at;
use crate::{Digest, StoreError};
use rusqlite::{Connection, OptionalExtension as _};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// What is no event and must yet outlive a crash: rows by key, in a file of their own. A write is durable when it returns, which
/// costs one sync; what it takes out stands in the write-ahead log until that is [settled](Self::settle), and then nowhere.
pub struct Aside {
    connection: Connection,
    /// Whether something was written since the log was last settled.
    unsettled: bool,
}

/// A key, and its row from now on; none: it is taken out.
type Change = (Digest, Option<Vec<u8>>);

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 2000;
    PRAGMA cache_size = -1024; PRAGMA trusted_schema = OFF;
    CREATE TABLE IF NOT EXISTS aside (key BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID;";

impl Aside {
    /// The file `name` in `dir`, for its owner alone; made when it is not there, and anew when it cannot be read.
    ///
    /// # Errors
    /// When it can neither be opened nor made.
    pub fn open_in(dir: &Path, name: &str) -> Result<Self, StoreError> {
        let path = dir.join(name);
        Self::open(&path).or_else(|error| {
            if !matches!(error, StoreError::Damaged { .. }) {
                return Err(error);
            }
            for suffix in ["", "-wal", "-shm", "-journal"] {
                let place = dir.join(format!("{name}{suffix}"));
                match std::fs::remove_file(&place) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(at(&place, &error));
                    }
                    _ => {}
                }
            }
            Self::open(&path)
        })
    }

    fn open(path: &Path) -> Result<Self, StoreError> {
        let made = File::options().write(true).create(true).truncate(false).mode(0o600).open(path);
        made.map_err(|error| at(path, &error))?;
        let connection = Connection::open(path).map_err(failure)?;
        connection.execute_batch(SCHEMA).map_err(failure)?;
        // Asked now, so that a file that cannot be read is found before anything counts on it.
        let found: Option<String> = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .optional()
            .map_err(failure)?;
        if found.as_deref() != Some("ok") {
            return Err(StoreError::damaged(format!("`{}`", path.display())));
        }
        if let Some(dir) = path.parent() {
            File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| at(dir, &error))?;
        }
        // A crash left the log as it was.
        let mut aside = Self { connection, unsettled: true };
        aside.settle()?;
        Ok(aside)
    }

    /// All rows, in the order of their keys. A row whose key is none is passed over.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn rows(&self) -> Result<Vec<(Digest, Vec<u8>)>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT key, content FROM aside ORDER BY key").map_err(failure)?;
        let mut rows = statement.query([]).map_err(failure)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failure)? {
            if let (Ok(key), Ok(content)) = (row.get(0), row.get(1)) {
                all.push((Digest(key), content));
            }
        }
        Ok(all)
    }

    /// Makes all of these changes durable, or none.
    ///
    /// # Errors
    /// When they cannot be written or synced; the rows are as before then.
    pub fn write(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction().map_err(failure)?;
        for (key, row) in changes {
            let done = match row {
                Some(row) => transaction
                    .prepare_cached("INSERT OR REPLACE INTO aside (key, content) VALUES (?1, ?2)")
                    .and_then(|mut put| put.execute((key.0, row))),
                None => transaction
                    .prepare_cached("DELETE FROM aside WHERE key = ?1")
                    .and_then(|mut take| take.execute([key.0])),
            };
            done.map_err(failure)?;
        }
        self.unsettled = true;
        transaction.commit().map_err(failure)
    }

    /// Moves what was written since the last time from the log into the file, and empties the log.
    ///
    /// # Errors
    /// When that cannot be written; it is all in the log then, and stays there.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        if self.unsettled {
            let moved =
                self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            // Whoever reads it meanwhile is waited for another time.
            self.unsettled = moved.map_err(failure)? != 0;
        }
        Ok(())
    }
}
