mod aside;
mod copy;
mod files;
mod reader;
mod settler;
mod tail;
mod writer;

use super::{
    Files, Reader, Store, StoreError, Writer, broken_off, digest, index, key_id, number, other_form,
};
use crate::ObjectRef;
pub use aside::Aside;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use settler::Settler;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tail::AtHand;

/// The form in which the files are written. Form 3 indexes entries some time after they are written.
const FORM: i64 = 3;
const APPLICATION: i64 = 0x4c4e_4348;
const SCHEMA: &str = include_str!("schema.sql");
const RECORD: &str = "record.sqlite";
const FILES: &str = "files.sqlite";
/// The checkpoint of the last commit. SQLite passes over the rest of a write-ahead log that a flipped byte made unreadable,
/// without a word; this says that there was more.
const NOTED: &str = "last.checkpoint";

/// A record in `record.sqlite` of a directory, its attached files in `files.sqlite` beside it.
///
/// Both are in write-ahead mode and synced at each commit. Automatic checkpoints are off, because SQLite overlooks
/// their failures: the writer makes them itself and stops when one fails. Deleted content is overwritten.
pub struct SqliteStore {
    dir: PathBuf,
    access: Access,
    idle: Mutex<Vec<Connection>>,
    files: files::SqliteFiles,
    tail: AtHand,
}

/// How the files are opened.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    /// For writing, and made where they are not there.
    Create,
    /// For writing, or for reading beside a writer, which SQLite cannot do without writing to a file beside the store.
    Write,
    /// For reading what nobody writes to, in a folder that cannot be written to.
    Still,
}

impl SqliteStore {
    /// The store in `dir`, made when it is not there.
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        let told = |error: std::io::Error| StoreError::Failed(format!("`{}`: {error}", dir.display()));
        std::fs::create_dir_all(dir).map_err(told)?;
        let store = Self::with(dir, Access::Create)?;
        // SQLite syncs the folder of a new file, and passes over a failure of that.
        File::open(dir).and_then(|folder| folder.sync_all()).map_err(told)?;
        Ok(store)
    }

    /// The store that is in `dir`; [`StoreError::Missing`] when there is none.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        match std::fs::metadata(dir.join(RECORD)) {
            Ok(found) if found.is_file() => Self::with(dir, Access::Write),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                let place = dir.display();
                Err(StoreError::Failed(format!(
                    "the folder `{place}` may not be read by you; ask as its owner"
                )))
            }
            _ => Err(StoreError::Missing { place: dir.display().to_string() }),
        }
    }

    /// As [`Self::open`], for reading only: also where the folder cannot be written to, if all of the record is in its main
    /// files, as it is when its program has ended in peace.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        let there = dir.join(RECORD).is_file();
        if !there || tempfile::Builder::new().prefix(".probe").tempfile_in(dir).is_ok() {
            return Self::open(dir);
        }
        let waits =
            |name: &&str| std::fs::metadata(dir.join(format!("{name}-wal"))).is_ok_and(|log| log.len() > 0);
        match [RECORD, FILES].into_iter().find(waits) {
            None => Self::with(dir, Access::Still),
            Some(name) => Err(StoreError::Failed(format!(
                "the folder `{}` cannot be written to, and its last entries still wait in `{name}-wal`, which SQLite \
                 cannot read there; copy the folder to where it can be written to, and name the copy",
                dir.display()
            ))),
        }
    }

    fn with(dir: &Path, access: Access) -> Result<Self, StoreError> {
        let place = dir.display().to_string();
        let connection = connect(&dir.join(RECORD), access)?;
        prepare(&connection, SCHEMA, &place)?;
        let files = files::SqliteFiles::open(&dir.join(FILES), &place, access)?;
        connection.pragma_update(None, "query_only", true).map_err(failure)?;
        Ok(Self {
            dir: dir.to_owned(),
            access,
            idle: Mutex::new(vec![connection]),
            files,
            tail: AtHand::default(),
        })
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().map_err(|_| broken_off())?.pop();
        idle.map_or_else(
            || {
                let connection = connect(&self.dir.join(RECORD), self.access.again())?;
                connection.pragma_update(None, "query_only", true).map_err(failure)?;
                Ok(connection)
            },
            Ok,
        )
    }
}

impl Store for SqliteStore {
    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        let open = |name: &str| {
            let file = File::options().create(true).truncate(false).write(true).open(self.dir.join(name));
            file.map_err(|error| StoreError::Failed(format!("`{}`: {error}", self.dir.display())))
        };
        let lock = open("writer.lock")?;
        if lock.try_lock().is_err() {
            return Err(StoreError::InUse { place: self.place() });
        }
        self.files.begin()?;
        let record = self.dir.join(RECORD);
        let (connection, settler) = (connect(&record, Access::Write)?, Settler::new(record));
        let log = open(&format!("{RECORD}-wal"))?;
        let held = writer::Held { _lock: lock, noted: open(NOTED)?, tail: self.tail.clone() };
        Ok(Box::new(writer::SqliteWriter::new(connection, settler, log, held)?))
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, StoreError> {
        Ok(Box::new(reader::SqliteReader::new(&self.idle, self.connection()?, &self.tail)))
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn noted(&self) -> Option<String> {
        let noted = std::fs::read_to_string(self.dir.join(NOTED)).ok()?;
        Some(format!("{}\n", noted.trim_end()))
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        let sizes = [RECORD, FILES].iter().flat_map(|name| {
            let wal = format!("{name}-wal");
            [self.dir.join(name), self.dir.join(wal)]
        });
        Ok(sizes.filter_map(|path| std::fs::metadata(path).ok()).map(|data| data.len()).sum())
    }

    fn kind(&self) -> &'static str {
        "SQLite"
    }

    fn place(&self) -> String {
        self.dir.display().to_string()
    }
}

impl Access {
    /// For another connection to files that are there.
    fn again(self) -> Self {
        if self == Self::Still { self } else { Self::Write }
    }

    fn open(self, path: &Path) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match self {
            Self::Create => {
                let made = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
                Connection::open_with_flags(path, flags | made)
            }
            Self::Write => Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE),
            Self::Still => {
                let escaped = |byte: &u8| match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                        char::from(*byte).to_string()
                    }
                    other => format!("%{other:02X}"),
                };
                let path: String = path.as_os_str().as_encoded_bytes().iter().map(escaped).collect();
                let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                Connection::open_with_flags(format!("file:{path}?immutable=1"), flags)
            }
        }
    }
}

fn connect(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let connection = access.open(path).map_err(failure)?;
    connection.execute_batch("PRAGMA busy_timeout = 10000;").map_err(failure)?;
    if access != Access::Still {
        // SQLite goes on in the old mode where it cannot begin a log, and says so in this way alone.
        if begin_log(&connection).map_err(failure)? != "wal" {
            let what = "its write-ahead log cannot be begun; look after the disk".to_owned();
            return Err(StoreError::Failed(what));
        }
    }
    let settings = "PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -1024; PRAGMA trusted_schema = OFF;";
    connection.execute_batch(settings).map_err(failure)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Closing would sync once more what a failed sync may have lost; the writer does it itself when all went well.
    let unsynced = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(unsynced, true).map_err(failure)?;
    // Else a plan would depend on the values that are bound to it, and each new value have it made anew.
    let stable_plans = rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(stable_plans, true).map_err(failure)?;
    Ok(connection)
}

/// Has a write-ahead log begun, if there is none yet: which mode the file is in then. Of two who begin the log of a new file at
/// once SQLite refuses one without waiting.
fn begin_log(connection: &Connection) -> Result<String, rusqlite::Error> {
    let mut tries = 0;
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 500 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            other => return other,
        }
    }
}

/// Makes the tables on first use, and refuses forms that this version does not know.
fn prepare(connection: &Connection, schema: &str, place: &str) -> Result<(), StoreError> {
    let form = |c: &Connection| c.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    match form(connection).map_err(failure)? {
        FORM => Ok(()),
        0 => {
            let begin = "BEGIN IMMEDIATE";
            connection.execute_batch(begin).map_err(failure)?;
            let made = if form(connection).map_err(failure)? == 0 {
                let stamps = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORM};");
                connection.execute_batch(&format!("{schema}{stamps}COMMIT"))
            } else {
                connection.execute_batch("ROLLBACK")
            };
            made.map_err(failure)
        }
        version => Err(other_form(place.to_owned(), version, FORM)),
    }
}

/// What is wrong with the form of a file: its pages, the order of its rows, its indexes, and whether its tables are those
/// that were made in it. The text of a table's definition decides how its bytes are read, so it must be the same to the letter.
fn form_faults(connection: &Connection, schema: &str) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    // The quick check looks neither at the order of keys nor at indexes, and a search goes astray where these are wrong.
    let mut check = connection.prepare("PRAGMA integrity_check(20)").map_err(failure)?;
    let mut rows = check.query([]).map_err(failure)?;
    while let Some(row) = rows.next().map_err(failure)? {
        let line = text(row, 0)?;
        if line != "ok" {
            faults.push(line.to_owned());
        }
    }
    let new = Connection::open_in_memory().map_err(failure)?;
    new.execute_batch(schema).map_err(failure)?;
    let (made, found) = (definitions(&new)?, definitions(connection)?);
    for (name, _) in made.iter().filter(|made| !found.contains(made)) {
        faults.push(format!("the definition of `{name}` is missing or was altered"));
    }
    for (name, _) in found.iter().filter(|(name, _)| made.iter().all(|(made, _)| made != name)) {
        faults.push(format!("the definition of `{name}` is none that was made"));
    }
    let stamp = connection.query_row("PRAGMA application_id", [], |row| row.get::<_, i64>(0));
    if stamp.map_err(failure)? != APPLICATION {
        faults.push("the file is not stamped as a record's".to_owned());
    }
    Ok(faults)
}

/// Tables and indexes by name, each with all that is kept about it but its place.
fn definitions(connection: &Connection) -> Result<Vec<(String, [Value; 4])>, StoreError> {
    let sql = "SELECT name, type, name, tbl_name, sql FROM sqlite_schema ORDER BY name";
    let mut statement = connection.prepare(sql).map_err(failure)?;
    let mut rows = statement.query([]).map_err(failure)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(failure)? {
        let name = String::from_utf8_lossy(bytes(row, 0)?).into_owned();
        let kept =
            |column| row.get::<_, Value>(column).map_err(|_| StoreError::damaged("a definition is not text"));
        all.push((name, [kept(1)?, kept(2)?, kept(3)?, kept(4)?]));
    }
    Ok(all)
}

/// Has `pages` tell how many pages the write-ahead log has after each commit of this connection.
fn count_pages(connection: &mut Connection, pages: &Arc<AtomicI32>) -> Result<(), StoreError> {
    let seen = Arc::clone(pages);
    let hook = move |_: &mut rusqlite::hooks::Wal, pages| {
        seen.store(pages, Ordering::Relaxed);
        Ok(())
    };
    connection.wal_hook(Some(hook)).map_err(failure)
}

/// How far the write-ahead log is in the main file.
struct Moved {
    /// Wholly. A reader, or who else moves it, may keep it from being finished.
    all: bool,
    /// Pages of the log that are.
    pages: i32,
}

/// Moves the write-ahead log into the main file.
fn checkpoint(connection: &Connection, mode: &str) -> Result<Moved, StoreError> {
    let moved = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        let (busy, frames, pages): (i64, i32, i32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Moved { all: busy == 0 && pages >= frames, pages })
    });
    moved.map_err(failure)
}

fn failure(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::damaged(error.to_string()),
        _ => {
            let code =
                error.sqlite_error().map_or(String::new(), |e| format!(" (SQLite code {})", e.extended_code));
            StoreError::Failed(format!("{error}{code}"))
        }
    }
}

/// What a column holds, however SQLite says that it is typed: damage must come out as a fault, not as a type error.
fn bytes<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<&'a [u8], StoreError> {
    let value = row.get_ref(column).map_err(failure)?;
    value.as_bytes().map_err(|_| StoreError::damaged("a column that holds bytes holds something else"))
}

fn text<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<&'a str, StoreError> {
    std::str::from_utf8(bytes(row, column)?).map_err(|_| StoreError::damaged("a text is not UTF-8"))
}

fn integer(row: &rusqlite::Row<'_>, column: usize) -> Result<i64, StoreError> {
    row.get(column).map_err(|_| StoreError::damaged("a column that holds a number holds something else"))
}

fn subject(row: &rusqlite::Row<'_>, column: usize) -> Result<ObjectRef, StoreError> {
    Ok(ObjectRef::new(text(row, column)?, text(row, column + 1)?))
}
