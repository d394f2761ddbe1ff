//! Logs from elsewhere that supervisors look at: working files in a folder of their own, apart from the city's record. Each
//! is read once, in a thread of its own; the last few that were looked at stay in memory.

use super::super::in_chinese;
use super::read::Held;
use pack::{Id, Title};
use record::interop::{Counts, ImportError, Mapping, Options, Source};
use record::{Digest, ObjectRef, Time};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// The largest log that is taken.
pub const MOST_LOG: usize = 512_000_000;
/// Logs that an office may keep at one time.
pub const MOST_KEPT: usize = 12;
/// Logs that are held in memory.
const HELD: usize = 2;
/// Problems that are told one by one.
const MOST_PROBLEMS: usize = 200;

/// The logs of a city.
#[derive(Default)]
pub struct Shelf {
    /// Where they are kept; none in a city that takes no logs.
    dir: Option<PathBuf>,
    all: Mutex<BTreeMap<String, Arc<Kept>>>,
    /// The ones that are held, the one that was looked at last in the end.
    held: Mutex<Vec<(String, Arc<Held>)>>,
    /// One is read at a time.
    reading: Mutex<()>,
    /// One is checked at a time.
    checking: Mutex<()>,
}

/// What is known of a log without reading it.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its name here, drawn by chance.
    pub id: String,
    /// What its file was called.
    pub name: String,
    /// How many bytes.
    pub bytes: u64,
    /// Their digest.
    pub digest: String,
    /// Who brought it, from which office, when, and for what purpose.
    pub by: String,
    pub office: Id,
    pub at: Time,
    pub purpose: Id,
    /// For CSV: which column is what.
    pub mapping: Option<String>,
    /// Whether events without a time stand at the time of the one before.
    pub untimed: bool,
}

/// A log that is kept.
pub struct Kept {
    /// What is known of it.
    pub card: Card,
    path: PathBuf,
    taken: AtomicU64,
    events: AtomicU64,
    /// Whether a thread reads it, or did.
    begun: AtomicBool,
    state: Mutex<State>,
}

/// How far a log is.
#[derive(Clone, Debug, Default)]
pub enum State {
    /// It waits for its turn, or is being read.
    #[default]
    Reading,
    /// It was read.
    Whole(Counts),
    /// It cannot be taken in: so many problems, and the first of them.
    Refused(u64, Vec<Title>),
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file that were taken.
    pub taken: u64,
    /// Events so far.
    pub events: u64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    /// The logs in a folder, which is made when the first one comes.
    pub fn at(dir: PathBuf) -> Self {
        let cards = std::fs::read_dir(&dir).into_iter().flatten().filter_map(Result::ok);
        let kept = |entry: std::fs::DirEntry| {
            let Ok(card) = Card::read(&entry.path()) else {
                // One that was still coming when the city ended.
                let _ = std::fs::remove_dir_all(entry.path());
                return None;
            };
            let path = entry.path().join(file_name(&card.name));
            Some((card.id.clone(), Arc::new(Kept::new(card, path))))
        };
        Self { all: Mutex::new(cards.filter_map(kept).collect()), dir: Some(dir), ..Self::default() }
    }

    /// A new file for one that is coming.
    ///
    /// # Errors
    /// When it cannot be made, or the city takes no logs.
    pub fn begin(&self, id: &str, name: &str) -> io::Result<(PathBuf, File)> {
        let none = || io::Error::other("this city takes no logs");
        let dir = self.dir.as_ref().ok_or_else(none)?.join(id);
        DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        let path = dir.join(file_name(name));
        File::create_new(&path).map(|file| (path, file))
    }

    /// Keeps a log whose file is there; its reading is begun by [`Self::read`].
    ///
    /// # Errors
    /// When its card cannot be written.
    pub fn keep(&self, card: Card, path: PathBuf) -> io::Result<Arc<Kept>> {
        let dir = path.parent().unwrap_or(Path::new("."));
        std::fs::write(dir.join(CARD), card.json().to_string())?;
        let id = card.id.clone();
        let kept = Arc::new(Kept::new(card, path));
        locked(&self.all).insert(id, Arc::clone(&kept));
        Ok(kept)
    }

    /// All of them, the latest first.
    pub fn all(&self) -> Vec<Arc<Kept>> {
        let mut all: Vec<Arc<Kept>> = locked(&self.all).values().cloned().collect();
        all.sort_by_key(|kept| std::cmp::Reverse(kept.card.at));
        all
    }

    /// One of them.
    pub fn get(&self, id: &str) -> Option<Arc<Kept>> {
        locked(&self.all).get(id).cloned()
    }

    /// Takes one away, with all that was kept of it.
    ///
    /// # Errors
    /// When its folder cannot be removed.
    pub fn delete(&self, id: &str) -> io::Result<()> {
        let Some(kept) = locked(&self.all).remove(id) else { return Ok(()) };
        locked(&self.held).retain(|(other, _)| other != id);
        match kept.path.parent() {
            Some(dir) => std::fs::remove_dir_all(dir),
            None => Ok(()),
        }
    }

    /// Reads a log, unless it is held already; waits while another is read. `tell` is called now and then meanwhile. None
    /// where it cannot be taken in.
    pub fn read(&self, kept: &Kept, wanted: &[record::Name], tell: &dyn Fn()) -> Option<Arc<Held>> {
        if let Some(held) = self.held(&kept.card.id) {
            return Some(held);
        }
        let _turn = locked(&self.reading);
        if let Some(held) = self.held(&kept.card.id) {
            return Some(held);
        }
        if matches!(kept.state(), State::Refused(..)) {
            return None;
        }
        let read = kept.read(wanted, tell);
        let held = match read {
            Ok((held, counts)) => {
                *locked(&kept.state) = State::Whole(counts);
                Some(Arc::new(held))
            }
            Err(error) => {
                *locked(&kept.state) = refused(&error);
                None
            }
        };
        if let Some(held) = &held {
            let mut all = locked(&self.held);
            all.push((kept.card.id.clone(), Arc::clone(held)));
            let more = all.len().saturating_sub(HELD);
            all.drain(..more);
        }
        tell();
        held
    }

    /// The turn to check a log, where nobody has it; it is over with what is given back.
    pub fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.checking.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn held(&self, id: &str) -> Option<Arc<Held>> {
        let mut all = locked(&self.held);
        let place = all.iter().position(|(other, _)| other == id)?;
        let one = all.remove(place);
        let held = Arc::clone(&one.1);
        all.push(one);
        Some(held)
    }
}

fn refused(error: &ImportError) -> State {
    let (total, first) = in_chinese::import(error, MOST_PROBLEMS);
    State::Refused(total, first)
}

impl Kept {
    fn new(card: Card, path: PathBuf) -> Self {
        let (taken, events) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { card, path, taken, events, begun: AtomicBool::new(false), state: Mutex::default() }
    }

    /// Whether its reading is still to be begun; it counts as begun from now on.
    pub fn is_new(&self) -> bool {
        !self.begun.swap(true, Ordering::AcqRel)
    }

    /// Whether somebody reads it, or did.
    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// How far it is.
    pub fn state(&self) -> State {
        locked(&self.state).clone()
    }

    /// How far its reading is.
    pub fn progress(&self) -> Progress {
        Progress { taken: self.taken.load(Ordering::Relaxed), events: self.events.load(Ordering::Relaxed) }
    }

    /// Where the models lie that were brought along with it.
    pub fn models(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new(".")).join("models.decl")
    }

    fn read(&self, wanted: &[record::Name], tell: &dyn Fn()) -> Result<(Held, Counts), ImportError> {
        let mapping = self.card.mapping.as_deref().map(Mapping::parse).transpose();
        let options = Options {
            prefix: Some(String::new()),
            mapping: mapping.map_err(ImportError::Options)?,
            untimed: self.card.untimed,
            ..Options::default()
        };
        self.events.store(0, Ordering::Relaxed);
        let source = Source::Watched { path: &self.path, taken: &self.taken };
        Held::read(&source, &options, wanted, &mut |events| {
            self.events.store(events, Ordering::Relaxed);
            tell();
        })
    }
}

const CARD: &str = "card.json";

/// What a log's file is called here: only its endings are kept, by which its format is told.
fn file_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let known = ["xes", "csv", "tsv", "json", "jsonocel", "xml", "xmlocel", "sqlite", "db", "gz"];
    let endings: Vec<&str> = lower.rsplit('.').take(2).take_while(|ending| known.contains(ending)).collect();
    let endings: Vec<&str> = endings.into_iter().rev().collect();
    std::iter::once("log").chain(endings).collect::<Vec<_>>().join(".")
}

impl Card {
    fn json(&self) -> Json {
        json!({
            "id": self.id, "name": self.name, "bytes": self.bytes, "digest": self.digest, "by": self.by,
            "office": self.office.as_str(), "at": self.at.to_string(), "purpose": self.purpose.as_str(),
            "mapping": self.mapping, "untimed": self.untimed,
        })
    }

    fn read(dir: &Path) -> io::Result<Self> {
        let wrong = || io::Error::other("the card of a log cannot be read");
        let json: Json = serde_json::from_slice(&std::fs::read(dir.join(CARD))?).map_err(|_| wrong())?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let read = || {
            Some(Self {
                id: text("id")?,
                name: text("name")?,
                bytes: json.get("bytes")?.as_u64()?,
                digest: text("digest")?,
                by: text("by")?,
                office: Id::from(text("office")?.as_str()),
                at: Time::parse(&text("at")?).ok()?,
                purpose: Id::from(text("purpose")?.as_str()),
                mapping: text("mapping"),
                untimed: json.get("untimed").and_then(Json::as_bool).unwrap_or_default(),
            })
        };
        read().ok_or_else(wrong)
    }

    /// The log as an object of the record. Ids that begin with `log:` are those of carriers in exports.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new("outside-log", self.id.as_str())
    }
}

/// The digest of a file.
///
/// # Errors
/// When it cannot be read.
pub fn digest(path: &Path) -> io::Result<String> {
    Ok(Digest::of_all(&mut File::open(path)?)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn only_known_endings_are_kept() {
        for (given, kept) in [
            ("RTFM.xes.gz", "log.xes.gz"),
            ("../../etc/passwd", "log"),
            ("某人的日志.CSV", "log.csv"),
            ("a.b.jsonocel", "log.jsonocel"),
            ("x.sh.gz", "log.gz"),
            ("", "log"),
        ] {
            assert_eq!(file_name(given), kept, "{given}");
        }
    }
}
