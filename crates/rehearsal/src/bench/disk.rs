//! What the disk itself allows: commits a second, each made durable before the next.

use super::Failed;
use super::open_loop::Spread;
use rusqlite::Connection;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A page of a database, and what a small commit writes at the least.
const BLOCK: usize = 4096;
/// Blocks that are written over and over, as a write-ahead log is.
const BLOCKS: u64 = 4_000;

/// The two floors. The bare one is the rate of fsync commits that bars are stated in: a block written into a file that is
/// as long as it will ever be, then `fdatasync`. A file that grows would need its length made durable too, which costs a
/// journal commit of the file system; a good log avoids that by writing over itself, and so does the floor. What SQLite
/// does with one row a commit stands beside it, for it is what anyone would use instead of the record.
pub struct Disk {
    file: File,
    next: u64,
    sqlite: Connection,
}

impl Disk {
    /// Prepares both in `dir`.
    pub fn prepare(dir: &Path) -> Result<Self, Failed> {
        let file = File::options().create(true).truncate(true).write(true).open(dir.join("floor"))?;
        let block = [7; BLOCK];
        for at in 0..BLOCKS {
            file.write_all_at(&block, at * BLOCK as u64)?;
        }
        file.sync_all()?;
        let sqlite = Connection::open(dir.join("floor.sqlite"))?;
        sqlite.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT);",
        )?;
        Ok(Self { file, next: 0, sqlite })
    }

    /// Commits bare blocks for a while: how many.
    pub fn bare(&mut self, time: Duration) -> Result<u64, Failed> {
        let (start, block) = (Instant::now(), [self.next as u8; BLOCK]);
        let mut count = 0;
        while start.elapsed() < time {
            self.file.write_all_at(&block, self.next % BLOCKS * BLOCK as u64)?;
            self.file.sync_data()?;
            self.next += 1;
            count += 1;
        }
        Ok(count)
    }

    /// Has SQLite commit rows of 300 bytes for a while: how many.
    pub fn sqlite(&mut self, time: Duration) -> Result<u64, Failed> {
        let (start, text) = (Instant::now(), "x".repeat(300));
        let mut insert = self.sqlite.prepare("INSERT INTO line (text) VALUES (?1)")?;
        let mut count = 0;
        while start.elapsed() < time {
            insert.execute([&text])?;
            count += 1;
        }
        Ok(count)
    }
}

/// How often a watched disk is asked for a durable block: seldom enough to leave it to whom it is watched for.
const GLANCE: Duration = Duration::from_millis(20);

/// A disk that is watched while something else is measured on it: how long one small block of its own takes it. Nothing
/// durable is faster than this, so that a stall of the disk is told apart from one of the program's.
pub struct Watch {
    over: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<Vec<u32>>>,
}

impl Watch {
    /// Begins to watch the disk on which `dir` lies.
    pub fn begin(dir: &Path) -> Result<Self, Failed> {
        let file = File::options().create(true).truncate(true).write(true).open(dir.join("watched"))?;
        file.write_all_at(&[7; BLOCK], 0)?;
        file.sync_all()?;
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let (mut took, mut count) = (Vec::new(), 0_u8);
            while !told.load(Relaxed) {
                let start = Instant::now();
                count = count.wrapping_add(1);
                file.write_all_at(&[count; BLOCK], 0)?;
                file.sync_data()?;
                took.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
                std::thread::sleep(GLANCE);
            }
            Ok(took)
        });
        Ok(Self { over, thread })
    }

    /// How long blocks took.
    pub fn end(self) -> Result<Spread, Failed> {
        self.over.store(true, Relaxed);
        let took = self.thread.join().map_err(|_| Failed::new("the disk's watch broke off"))?;
        Ok(Spread::of(&mut took?))
    }
}
