use super::{FILES, RECORD, SqliteStore, failure};
use crate::store::{Row, Store as _, StoreError, Table};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::Path;

/// How often a copy is begun anew because somebody was erased meanwhile.
const TRIES: usize = 5;

impl SqliteStore {
    /// Copies the whole store into the empty folder `target`, also while a writer goes on: as it was at one moment, and
    /// without the space that deleted things had. Keys are not copied.
    pub fn copy_to(&self, target: &Path) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            // A file is kept before the entry that cites it, so the copy of files that comes later has all that are cited.
            self.copy_one(RECORD, target)?;
            self.copy_one(FILES, target)?;
            // Who was erased in between would be whole in the one copy and not in the other.
            let erased = self.erasures()?;
            if Self::open(target)?.erasures()? == erased {
                return Ok(());
            }
            tries += 1;
            if tries == TRIES {
                let what = "people are being erased all the while; copy the record when that is over";
                return Err(StoreError::Failed(what.to_owned()));
            }
        }
    }

    fn copy_one(&self, name: &str, target: &Path) -> Result<(), StoreError> {
        let path = target.join(name);
        let at = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::StorageFull => StoreError::Full,
            _ => StoreError::Failed(format!("`{}`: {error}", path.display())),
        };
        for ending in ["", "-wal", "-shm"] {
            match std::fs::remove_file(target.join(format!("{name}{ending}"))) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(at(error)),
                _ => {}
            }
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let source = Connection::open_with_flags(self.dir.join(name), flags).map_err(failure)?;
        let settings =
            "PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;";
        source.execute_batch(settings).map_err(failure)?;
        let unsynced = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        source.set_db_config(unsynced, true).map_err(failure)?;
        // As bytes: a path need not be text.
        let file = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
        let copied = source.execute("VACUUM INTO CAST(?1 AS TEXT)", [file]);
        copied.map_err(failure)?;
        File::open(&path).and_then(|file| file.sync_all()).map_err(at)?;
        File::open(target).and_then(|folder| folder.sync_all()).map_err(at)
    }

    fn erasures(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        self.reader()?.scan(Table::Erasures, &mut |row| {
            count += usize::from(matches!(row, Row::Erasure(..)));
            Ok(())
        })?;
        Ok(count)
    }
}
