use super::settler::Settler;
use super::tail::{AtHand, TAIL, Tail};
use super::{broken_off, bytes, checkpoint, count_pages, failure, index, integer, key_id, number};
use crate::store::{Group, Known, Question, Secret, StoreError, SubjectKey, Writer};
use crate::{Digest, EventId};
use rusqlite::{Connection, OptionalExtension as _};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

/// Pages in the write-ahead log that are to be moved into the main file beside the commits: enough that a page changed often
/// is moved once.
const SETTLE_PAGES: i32 = 4000;

/// Pages that are moved between two commits, which is when the log can begin anew: few enough that a commit waits for some
/// milliseconds.
const REST_PAGES: i32 = 400;

/// Pages for which it is not worth a sync: where a reader keeps the log from beginning anew, that is tried again after so many.
const FEW_PAGES: i32 = 50;

/// Pages at which commits wait until the log is moved, however long that takes.
const MOST_PAGES: i32 = 16_000;

/// What a page takes in the log, and by how many bytes the log's file is made longer at once.
const FRAME: u64 = 24 + 4096;
const AHEAD: (u64, u64) = (128 << 10, 1 << 20);

pub(super) struct SqliteWriter {
    connection: Connection,
    log: Log,
    /// Pages in the write-ahead log after the last commit.
    pages: Arc<AtomicI32>,
    /// How many of them are in the main file.
    moved: i32,
    settler: Settler,
    held: Held,
    /// The head that was written last.
    head: String,
}

/// What the writer holds besides the database.
pub(super) struct Held {
    /// Held while this lives; the system lets go of it when the process dies.
    pub(super) _lock: File,
    /// Where the head of each commit is noted.
    pub(super) noted: File,
    /// What is not indexed yet.
    pub(super) tail: AtHand,
}

/// The file of the write-ahead log. A commit that makes a file longer has its sync wait for the file system's own journal as
/// well, which takes several times as long; so the file is made longer ahead of what SQLite writes, by many commits' worth of
/// zeros. SQLite takes them for what is left of an older log.
struct Log {
    file: File,
    /// Bytes that it has at least.
    length: u64,
}

impl Log {
    /// Sees to it that there is room for some more pages than `pages`. Where that fails, the next commit finds out for itself.
    fn lengthen(&mut self, pages: i32) {
        use std::os::unix::fs::FileExt as _;
        let used = u64::try_from(pages).unwrap_or(0) * FRAME;
        if used + AHEAD.0 / 2 <= self.length || pages >= MOST_PAGES {
            return;
        }
        let Ok(length) = self.file.metadata().map(|data| data.len()) else { return };
        let more = length.clamp(AHEAD.0, AHEAD.1);
        self.length = length;
        if used + AHEAD.0 / 2 > length && self.file.write_all_at(&vec![0; more as usize], length).is_ok() {
            self.length += more;
        }
    }
}

/// What a note is filled up to with blanks, so that it is always written whole over the one before.
const NOTE_BYTES: usize = 500;

impl SqliteWriter {
    pub(super) fn new(
        mut connection: Connection,
        settler: Settler,
        log: File,
        held: Held,
    ) -> Result<Self, StoreError> {
        let log = Log { file: log, length: 0 };
        connection.execute_batch("PRAGMA cache_size = -32768").map_err(failure)?;
        let pages = Arc::new(AtomicI32::new(0));
        count_pages(&mut connection, &pages)?;
        let mut tail = Tail::read(&connection)?;
        tail.count_off(&connection, last_object(&connection)?)?;
        *held.tail.change()? = Some(tail);
        let head = connection.query_row("SELECT note FROM head", [], |row| row.get(0)).optional();
        let head = head.map_err(failure)?.unwrap_or_default();
        Ok(Self { connection, log, pages, moved: 0, settler, held, head })
    }

    fn run(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    /// Begins a transaction, unless one is under way.
    fn begin(&self) -> Result<(), rusqlite::Error> {
        if self.connection.is_autocommit() { self.run("BEGIN IMMEDIATE") } else { Ok(()) }
    }

    /// Moves what is left of the log into the main file, so that the log begins anew with the next commit.
    fn move_rest(&mut self) -> Result<(), StoreError> {
        match checkpoint(&self.connection, "PASSIVE") {
            Ok(moved) => self.moved = moved.pages,
            Err(StoreError::Full) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Writes a group into a transaction; and with it, where that is much by now, what the indexes lack. What they lack then,
    /// if they were written to.
    fn write(&self, group: &Group, tail: &Tail) -> Result<Option<Tail>, rusqlite::Error> {
        self.beside(group)?;
        let mut entry = self.connection.prepare_cached("INSERT INTO entry (idx, line) VALUES (?1, ?2)")?;
        for new in &group.entries {
            entry.execute((number(new.index), &new.line))?;
        }
        if tail.len() + group.entries.len() < TAIL {
            self.write_head(&group.head, tail.from)?;
            return Ok(None);
        }
        let mut all = tail.clone();
        all.take_in(group);
        all.write(&self.connection)?;
        self.write_head(&group.head, all.end)?;
        Ok(Some(Tail::new(all.end)))
    }

    fn write_head(&self, head: &str, indexed: u64) -> Result<(), rusqlite::Error> {
        let sql = "INSERT INTO head (one, note, indexed) VALUES (0, ?1, ?2)
            ON CONFLICT DO UPDATE SET note = excluded.note, indexed = excluded.indexed";
        self.connection.prepare_cached(sql)?.execute((head, number(indexed))).map(drop)
    }

    /// Has the indexes say all that they can, where the disk has room for it.
    fn index_all(&mut self) -> Result<(), StoreError> {
        let Some(tail) = self.held.tail.look()?.clone().filter(|tail| tail.len() > 0) else { return Ok(()) };
        let written = self.begin().and_then(|()| tail.write(&self.connection));
        match self.end(written.and_then(|()| self.write_head(&self.head, tail.end))) {
            Ok(()) => *self.held.tail.change()? = Some(Tail::new(tail.end)),
            Err(StoreError::Full) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Ends a transaction, which goes back where something in it failed.
    fn end<T>(&self, written: Result<T, rusqlite::Error>) -> Result<T, StoreError> {
        let ended = written.and_then(|value| self.run("COMMIT").map(|()| value));
        let error = match ended {
            Ok(value) => return Ok(value),
            Err(error) => failure(error),
        };
        let undone = self.connection.is_autocommit() || self.connection.execute_batch("ROLLBACK").is_ok();
        match error {
            StoreError::Full if !undone => Err(StoreError::Failed("a full disk, and no way back".to_owned())),
            error => Err(error),
        }
    }

    /// What few groups have: erasures, tiles, keys, sealed values, co-signed checkpoints.
    fn beside(&self, group: &Group) -> Result<(), rusqlite::Error> {
        let c = &self.connection;
        for (subject, at) in &group.erasures {
            let (kind, id) = (subject.kind.as_str(), subject.id.as_str());
            c.prepare_cached("DELETE FROM subject_key WHERE kind = ?1 AND id = ?2")?.execute((kind, id))?;
            let sql = "UPDATE secret SET bytes = x'', key = zeroblob(8) WHERE kind = ?1 AND id = ?2";
            c.prepare_cached(sql)?.execute((kind, id))?;
            let sql = "INSERT INTO erasure (kind, id, idx) VALUES (?1, ?2, ?3)";
            c.prepare_cached(sql)?.execute((kind, id, number(*at)))?;
        }
        for tile in &group.tiles {
            let hashes: Vec<u8> = tile.hashes.iter().flat_map(|hash| hash.0).collect();
            let sql = "INSERT INTO tile (level, idx, hashes) VALUES (?1, ?2, ?3)";
            c.prepare_cached(sql)?.execute((tile.level, number(tile.index), hashes))?;
        }
        for SubjectKey { subject, id: key, wrapped } in &group.keys {
            let (kind, id) = (subject.kind.as_str(), subject.id.as_str());
            let sql = "INSERT INTO subject_key (kind, id, key, wrapped) VALUES (?1, ?2, ?3, ?4)";
            c.prepare_cached(sql)?.execute((kind, id, &key[..], wrapped))?;
        }
        for Secret { subject, digest, key, bytes } in &group.secrets {
            let (kind, id) = (subject.kind.as_str(), subject.id.as_str());
            let sql =
                "INSERT OR IGNORE INTO secret (kind, id, digest, key, bytes) VALUES (?1, ?2, ?3, ?4, ?5)";
            c.prepare_cached(sql)?.execute((kind, id, &digest.0[..], &key[..], bytes))?;
        }
        for (size, note) in &group.cosigned {
            let sql = "INSERT OR REPLACE INTO cosigned (size, note) VALUES (?1, ?2)";
            c.prepare_cached(sql)?.execute((number(*size), note))?;
        }
        Ok(())
    }

    /// Notes a head that is durable. A note that fails, or that a power cut spoils, is as good as none.
    fn note(&self, head: &str) {
        use std::os::unix::fs::FileExt as _;
        let mut line = head.as_bytes().to_vec();
        line.resize(NOTE_BYTES.max(line.len()), b' ');
        let _ = self.held.noted.write_all_at(&line, 0);
    }

    fn read(&self, question: &Question, known: &mut Known) -> Result<(), StoreError> {
        let c = &self.connection;
        let tail = self.held.tail.look()?;
        let Some(tail) = &*tail else { return Err(broken_off()) };
        let sql =
            "SELECT idx, line FROM entry WHERE idx = coalesce(?1, (SELECT idx FROM event_id WHERE id = ?2))";
        let mut statement = c.prepare_cached(sql).map_err(failure)?;
        let mut entry = |id: &EventId, told: &mut dyn FnMut(u64, &[u8])| -> Result<(), StoreError> {
            let params = (tail.ids.get(id).map(|at| number(*at)), id.as_str());
            let mut rows = statement.query(params).map_err(failure)?;
            if let Some(row) = rows.next().map_err(failure)? {
                told(index(integer(row, 0)?)?, bytes(row, 1)?);
            }
            Ok(())
        };
        for id in &question.ids {
            entry(id, &mut |at, line| {
                known.ids.insert(id.clone(), (at, Digest::of(line)));
            })?;
        }
        for id in &question.corrected {
            entry(id, &mut |_, line| {
                known.corrected.insert(id.clone(), line.to_vec());
            })?;
        }
        let sql = "SELECT object.number, (SELECT max(idx) FROM touch WHERE touch.number = object.number)
            FROM object WHERE kind = ?1 AND id = ?2";
        let mut statement = c.prepare_cached(sql).map_err(failure)?;
        for object in &question.objects {
            if let Some(touched) = tail.touched.get(object) {
                known.objects.insert(object.clone(), (touched.number, touched.last()));
                continue;
            }
            let mut rows = statement.query((object.kind.as_str(), object.id.as_str())).map_err(failure)?;
            if let Some(row) = rows.next().map_err(failure)? {
                known.objects.insert(object.clone(), (integer(row, 0)?, index(integer(row, 1)?)?));
            }
        }
        for (subject, digest) in &question.sealed {
            let sql = "SELECT 1 FROM secret WHERE kind = ?1 AND id = ?2 AND digest = ?3";
            let params = (subject.kind.as_str(), subject.id.as_str(), &digest.0[..]);
            if c.prepare_cached(sql).and_then(|mut s| s.exists(params)).map_err(failure)? {
                known.sealed.insert(*digest);
            }
        }
        for subject in &question.subjects {
            let whose = (subject.kind.as_str(), subject.id.as_str());
            let sql = "SELECT key, wrapped FROM subject_key WHERE kind = ?1 AND id = ?2";
            let mut statement = c.prepare_cached(sql).map_err(failure)?;
            if let Some(row) = statement.query(whose).map_err(failure)?.next().map_err(failure)? {
                let (id, wrapped) = (key_id(bytes(row, 0)?)?, bytes(row, 1)?.to_vec());
                known.keys.insert(subject.clone(), SubjectKey { subject: subject.clone(), id, wrapped });
            }
        }
        for subject in &question.erased {
            let whose = (subject.kind.as_str(), subject.id.as_str());
            let sql = "SELECT count(*) FROM secret WHERE kind = ?1 AND id = ?2 AND bytes != x''";
            let count = c.prepare_cached(sql).and_then(|mut s| s.query_row(whose, |row| row.get(0)));
            known.values.insert(subject.clone(), index(count.map_err(failure)?)?);
        }
        Ok(())
    }
}

/// The largest number of an object in the indexes.
fn last_object(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT number FROM touch ORDER BY number DESC LIMIT 1";
    let last = connection.query_row(sql, [], |row| row.get(0)).optional();
    last.map(|last| last.unwrap_or(0)).map_err(failure)
}

impl Drop for SqliteWriter {
    /// From now on another process may write.
    fn drop(&mut self) {
        if let Ok(mut tail) = self.held.tail.change() {
            *tail = None;
        }
    }
}

impl Writer for SqliteWriter {
    fn look_up(&mut self, question: &Question) -> Result<Known, StoreError> {
        // The transaction stays open for the commit that will most likely follow: asking and writing share its locks.
        self.begin().map_err(failure)?;
        let mut known = Known::default();
        let read = self.read(question, &mut known);
        if read.is_err() {
            self.run("ROLLBACK").map_err(failure)?;
        }
        read.map(|()| known)
    }

    fn last_object(&mut self) -> Result<i64, StoreError> {
        let tail = self.held.tail.look()?;
        let touched = tail.iter().flat_map(|tail| tail.touched.values());
        let last = touched.map(|touched| touched.number).max().unwrap_or(0);
        Ok(last.max(last_object(&self.connection)?))
    }

    fn commit(&mut self, group: &Group) -> Result<(), StoreError> {
        let tail = self.held.tail.look()?;
        let Some(lacking) = &*tail else { return Err(broken_off()) };
        let written = self.begin().and_then(|()| self.write(group, lacking));
        drop(tail);
        let indexed = self.end(written)?;
        self.note(&group.head);
        self.head.clone_from(&group.head);
        let mut tail = self.held.tail.change()?;
        match (indexed, &mut *tail) {
            (None, Some(tail)) => tail.take_in(group),
            (indexed, tail) => *tail = indexed,
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            // Nothing was to be written.
            self.run("COMMIT").map_err(failure)?;
        }
        let pages = self.pages.load(Ordering::Relaxed);
        self.log.lengthen(pages);
        if let Some(moved) = self.settler.came_of_it()? {
            self.moved = moved;
        }
        if pages < self.moved {
            // The log began anew.
            self.moved = 0;
        }
        let left = pages - self.moved;
        if pages < SETTLE_PAGES || left < FEW_PAGES {
            Ok(())
        } else if pages >= MOST_PAGES {
            self.settler.rest()?;
            self.move_rest()
        } else if self.settler.works()? || (left > REST_PAGES && self.settler.ask().is_ok()) {
            Ok(())
        } else {
            self.move_rest()
        }
    }

    fn scrub(&mut self) -> Result<bool, StoreError> {
        self.index_all()?;
        self.settler.rest()?;
        self.log.length = 0;
        self.moved = 0;
        self.pages.store(0, Ordering::Relaxed);
        match checkpoint(&self.connection, "TRUNCATE") {
            Ok(moved) => Ok(moved.all),
            Err(StoreError::Full) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
