use crate::{Digest, ObjectRef};
use rusqlite::{Connection, OptionalExtension as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What can be computed anew: snapshots of folds, and whatever projections put here by name.
///
/// Nothing in it counts: it may be lost, be older or newer than the record after a restore, or be deleted while nobody
/// looks. So it is not synced, each content bears a digest, and every failure reads as "not there".
pub struct Cache {
    connection: Mutex<Option<Connection>>,
}

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 200; PRAGMA secure_delete = ON;
    PRAGMA cache_size = -4096;
    CREATE TABLE IF NOT EXISTS snapshot (
        fold TEXT, kind TEXT, id TEXT, at INTEGER, line BLOB, state BLOB, digest BLOB, PRIMARY KEY (fold, kind, id)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS named (name TEXT PRIMARY KEY, content BLOB, digest BLOB) WITHOUT ROWID;
    SELECT 1 FROM snapshot, named LIMIT 1;";

/// The state of a fold as of an entry.
pub(crate) struct Snapshot {
    /// The index of the last entry in it.
    pub(crate) at: u64,
    /// The digest of that entry's line, which ties the snapshot to this record.
    pub(crate) line: Digest,
    pub(crate) state: Vec<u8>,
}

impl Cache {
    /// The cache in `cache.sqlite` of `dir`; made anew when it cannot be read.
    pub fn open_in(dir: &Path) -> Self {
        let path = dir.join("cache.sqlite");
        let open = |path: &PathBuf| {
            let connection = Connection::open(path).ok()?;
            connection.execute_batch(SCHEMA).ok().map(|()| connection)
        };
        let connection = open(&path).or_else(|| {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(dir.join(format!("cache.sqlite{suffix}")));
            }
            open(&path)
        });
        Self { connection: Mutex::new(connection) }
    }

    /// A cache in memory.
    pub fn in_memory() -> Self {
        let open = || {
            let connection = Connection::open_in_memory().ok()?;
            connection.execute_batch(SCHEMA).ok().map(|()| connection)
        };
        Self { connection: Mutex::new(open()) }
    }

    fn with<T>(&self, act: impl FnOnce(&Connection) -> Option<T>) -> Option<T> {
        self.connection.lock().ok()?.as_ref().and_then(act)
    }

    /// What was put under `name`.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let found: (Vec<u8>, Vec<u8>) = self.with(|c| {
            let mut statement = c.prepare_cached("SELECT content, digest FROM named WHERE name = ?1").ok()?;
            statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional().ok()?
        })?;
        (checksum(&[name.as_bytes(), &found.0]) == found.1).then_some(found.0)
    }

    /// Puts `content` under `name`, in place of what was there.
    pub fn put(&self, name: &str, content: &[u8]) {
        let digest = checksum(&[name.as_bytes(), content]);
        self.with(|c| {
            let sql = "INSERT OR REPLACE INTO named (name, content, digest) VALUES (?1, ?2, ?3)";
            c.prepare_cached(sql).ok()?.execute((name, content, digest)).ok()
        });
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.with(|c| {
            c.execute_batch("DELETE FROM snapshot; DELETE FROM named; PRAGMA wal_checkpoint(TRUNCATE);").ok()
        });
    }

    pub(crate) fn snapshot(&self, fold: &str, object: &ObjectRef) -> Option<Snapshot> {
        let (kind, id) = (object.kind.as_str(), object.id.as_str());
        let (at, line, state, digest): (i64, [u8; 32], Vec<u8>, Vec<u8>) = self.with(|c| {
            let sql =
                "SELECT at, line, state, digest FROM snapshot WHERE fold = ?1 AND kind = ?2 AND id = ?3";
            let mut statement = c.prepare_cached(sql).ok()?;
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            statement.query_row((fold, kind, id), read).optional().ok()?
        })?;
        let sum =
            checksum(&[fold.as_bytes(), kind.as_bytes(), id.as_bytes(), &at.to_le_bytes(), &line, &state]);
        (sum == digest).then_some(Snapshot { at: u64::try_from(at).ok()?, line: Digest(line), state })
    }

    pub(crate) fn put_snapshot(&self, fold: &str, object: &ObjectRef, snapshot: &Snapshot) {
        let (kind, id) = (object.kind.as_str(), object.id.as_str());
        let Ok(at) = i64::try_from(snapshot.at) else { return };
        let (line, state) = (&snapshot.line.0, &snapshot.state);
        let digest =
            checksum(&[fold.as_bytes(), kind.as_bytes(), id.as_bytes(), &at.to_le_bytes(), line, state]);
        self.with(|c| {
            let sql = "INSERT OR REPLACE INTO snapshot (fold, kind, id, at, line, state, digest)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            c.prepare_cached(sql).ok()?.execute((fold, kind, id, at, line, state, digest)).ok()
        });
    }
}

/// Of parts with their lengths, so that they cannot run into one another.
fn checksum(parts: &[&[u8]]) -> Vec<u8> {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}
