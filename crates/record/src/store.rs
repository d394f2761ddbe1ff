//! Where a record is kept. A store only reads and writes; what may be appended is decided above it, so that every store
//! decides alike.

/// The store in PostgreSQL.
#[cfg(feature = "postgres")]
pub mod postgres;
/// The store in a directory, for one machine.
pub mod sqlite;

use crate::merkle::Tile;
use crate::{Digest, EventId, ObjectId, ObjectRef, ObjectType};
use std::collections::{HashMap, HashSet};

/// Why a store cannot serve.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is nothing at the place.
    #[error("there is no record in `{place}`; make one with `lianchi up`, or name another place")]
    Missing {
        /// A directory or a database.
        place: String,
    },
    /// Another process writes to it.
    #[error("the record in `{place}` is in use by another process; stop that one first")]
    InUse {
        /// A directory or a database.
        place: String,
    },
    /// It was written by a later version of the program.
    #[error("the record in `{place}` was written by a newer version ({version}); update the program")]
    Newer {
        /// A directory or a database.
        place: String,
        /// The version of the store's form.
        version: i64,
    },
    /// It was written by an earlier version of the program, in a form that is no longer read.
    #[error(
        "the record in `{place}` was written by an earlier version, in a form that is no longer read ({version}); \
         `lianchi export` it with that version"
    )]
    Older {
        /// A directory or a database.
        place: String,
        /// The version of the store's form.
        version: i64,
    },
    /// There is no room left. Nothing was written; reading goes on, and so does writing once there is room.
    #[error("there is no room left on the store's disk; free some and try again")]
    Full,
    /// What is there cannot be what was written.
    #[error("the store is damaged: {what}; run `lianchi verify`, then restore a backup")]
    Damaged {
        /// What, and where.
        what: String,
    },
    /// The writer has stopped for good, since it cannot know what of a failed write is on the disk.
    #[error("the record takes no more entries since a write failed ({reason}); restart the program")]
    Stopped {
        /// The failure.
        reason: String,
    },
    /// The database does not answer. Nothing was written; what is asked later may be answered.
    #[error("the database cannot be reached: {reason}; check its address, and that PostgreSQL runs there")]
    Away {
        /// What was met with.
        reason: String,
    },
    /// A read or write failed.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// Damage at `what`.
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// Why a store is not opened that was written in the form `version` and not in `form`, rather than being taken for damaged.
fn other_form(place: String, version: i64, form: i64) -> StoreError {
    if version < form { StoreError::Older { place, version } } else { StoreError::Newer { place, version } }
}

fn broken_off() -> StoreError {
    StoreError::Failed("a thread that was using the store broke off".to_owned())
}

/// An entry's number as databases keep it.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn index(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::damaged(format!("an entry has the number {value}")))
}

fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::damaged("a digest has not 32 bytes"))
}

fn key_id(bytes: &[u8]) -> Result<KeyId, StoreError> {
    bytes.try_into().map_err(|_| StoreError::damaged("a key's id has not 8 bytes"))
}

/// Which of a subject's keys sealed something: keys made after an erasure differ from the one destroyed.
pub type KeyId = [u8; 8];

/// What stands in the place of the key's id once what it sealed is destroyed.
pub const NO_KEY: KeyId = [0; 8];

/// A subject's key, itself sealed under the record's master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectKey {
    /// Whose key.
    pub subject: ObjectRef,
    /// Which of the subject's keys.
    pub id: KeyId,
    /// The key, sealed.
    pub wrapped: Vec<u8>,
}

/// A sealed value as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Whose data.
    pub subject: ObjectRef,
    /// The key it is sealed under; [`NO_KEY`] once it is erased.
    pub key: KeyId,
    /// The sealed bytes; none once it is erased.
    pub bytes: Vec<u8>,
    /// SHA-256 of the sealed bytes.
    pub digest: Digest,
}

/// An attached file as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// Whose data, and the key it is sealed under, when it is personal; [`NO_KEY`] once it is erased.
    pub sealed: Option<(ObjectRef, KeyId)>,
    /// The content, sealed when personal; none once it is erased.
    pub bytes: Vec<u8>,
}

/// What is known of a file without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Whose data, and the key it is sealed under, when it is personal.
    pub sealed: Option<(ObjectRef, KeyId)>,
    /// Whether its content was destroyed.
    pub erased: bool,
}

/// An entry that is written.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Its place on the record.
    pub index: u64,
    /// Its event's id.
    pub id: EventId,
    /// Its event's canonical line.
    pub line: String,
    /// SHA-256 of the line: what the log holds.
    pub digest: Digest,
}

/// An entry about an object.
#[derive(Clone, Debug)]
pub struct Touch {
    /// The object.
    pub object: ObjectRef,
    /// The number that stands for it.
    pub number: i64,
    /// The entry's.
    pub index: u64,
}

/// What one commit writes: all of it, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Entries, their indices following those that are there.
    pub entries: Vec<NewEntry>,
    /// Objects seen for the first time, with the numbers that stand for them.
    pub objects: Vec<(i64, ObjectRef)>,
    /// Which object was touched by which entry.
    pub touches: Vec<Touch>,
    /// Sealed values.
    pub secrets: Vec<Secret>,
    /// Keys of subjects that have none.
    pub keys: Vec<SubjectKey>,
    /// Subjects whose keys and sealed bytes are destroyed, each by the entry of that index. Of sealed values the digest
    /// stays, so that what is erased can be told from what is lost. Sealed values of the same group are of keys made
    /// after.
    pub erasures: Vec<(ObjectRef, u64)>,
    /// Tiles completed by the entries.
    pub tiles: Vec<Tile>,
    /// Checkpoints that witnesses signed, by their size.
    pub cosigned: Vec<(u64, String)>,
    /// The sealed head of the tree over everything up to here.
    pub head: String,
}

impl Group {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.secrets.is_empty() && self.keys.is_empty() && self.cosigned.is_empty()
    }
}

/// What is asked before a group is decided.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Event ids.
    pub ids: Vec<EventId>,
    /// Ids of events that are corrected.
    pub corrected: Vec<EventId>,
    /// Objects that are touched or expected.
    pub objects: Vec<ObjectRef>,
    /// Sealed values that are cited.
    pub sealed: Vec<(ObjectRef, Digest)>,
    /// Subjects of sealed data.
    pub subjects: Vec<ObjectRef>,
    /// Of these, those whose sealed values are to be counted, since they are erased. A count takes as long as there are
    /// values, and so is asked for by nobody else.
    pub erased: Vec<ObjectRef>,
}

/// What the store knows of what was asked; what it does not know is absent.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Where an event is, and the digest of its line.
    pub ids: HashMap<EventId, (u64, Digest)>,
    /// The lines of events that are corrected.
    pub corrected: HashMap<EventId, Vec<u8>>,
    /// An object's number and the last entry that touched it.
    pub objects: HashMap<ObjectRef, (i64, u64)>,
    /// Sealed values that are there or were erased.
    pub sealed: HashSet<Digest>,
    /// The key that a subject has now.
    pub keys: HashMap<ObjectRef, SubjectKey>,
    /// How many sealed values each subject has that are not erased.
    pub values: HashMap<ObjectRef, u64>,
}

/// A table that [`Reader::scan`] reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Event ids and their places.
    Ids,
    /// Objects and the entries that touched them.
    Touches,
    /// Full tiles.
    Tiles,
    /// Sealed values.
    Secrets,
    /// Subjects' keys.
    Keys,
    /// Erasures.
    Erasures,
    /// Checkpoints with the signatures of witnesses.
    Cosigned,
}

/// An event's canonical line, with its entry's index.
pub type Line = (u64, Vec<u8>);

/// Lines from an index on, each after the one before. Where what leads to rows is damaged, a store may give others, and who
/// reads on from the last of them would read without end.
pub(crate) fn ascending(lines: Vec<Line>, from: u64) -> Result<Vec<Line>, StoreError> {
    let mut least = from;
    for (index, _) in &lines {
        if *index < least {
            return Err(StoreError::damaged(format!("entry {index} stands where {least} or a later one is to be")));
        }
        least = index + 1;
    }
    Ok(lines)
}

/// An id that is to come after another, for the same reason.
pub(crate) fn beyond(id: ObjectId, after: Option<&ObjectId>) -> Result<ObjectId, StoreError> {
    match after.filter(|after| id <= **after) {
        Some(after) => Err(StoreError::damaged(format!("object `{id}` stands where one after `{after}` is to be"))),
        None => Ok(id),
    }
}

/// A row of a [`Table`].
#[derive(Clone, Debug)]
pub enum Row<'a> {
    /// Of [`Table::Ids`].
    Id(&'a str, u64),
    /// Of [`Table::Touches`]: type and id of the object, and the entry; no entry when nothing touched the object.
    Touch(&'a str, &'a str, Option<u64>),
    /// Of [`Table::Tiles`]: level, index, hashes.
    Tile(u64, u64, &'a [u8]),
    /// Of [`Table::Secrets`].
    Secret(Secret),
    /// Of [`Table::Keys`].
    Key(SubjectKey),
    /// Of [`Table::Erasures`].
    Erasure(ObjectRef, u64),
    /// Of [`Table::Cosigned`]: size and note.
    Cosigned(u64, &'a str),
}

/// Reads what is committed. Readers never wait for the writer, nor the writer for them.
pub trait Reader {
    /// From here on, until dropped, the reader sees the store as it is now.
    fn freeze(&mut self) -> Result<(), StoreError>;
    /// The sealed head of the tree over all entries; `None` before the first start.
    fn head(&mut self) -> Result<Option<String>, StoreError>;
    /// Up to `limit` lines from entry `from` on, with their indices.
    fn lines(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError>;
    /// Where the event `id` is.
    fn index_of(&mut self, id: &str) -> Result<Option<u64>, StoreError>;
    /// The last entry that touched `object`.
    fn last_touch(&mut self, object: &ObjectRef) -> Result<Option<u64>, StoreError>;
    /// Up to `limit` lines of the entries from `from` on that touched `object`.
    fn history(&mut self, object: &ObjectRef, from: u64, limit: usize) -> Result<Vec<Line>, StoreError>;
    /// Up to `limit` ids of objects of type `kind` after `after`, in the order of their bytes.
    fn objects(
        &mut self,
        kind: &ObjectType,
        after: Option<&ObjectId>,
        limit: usize,
    ) -> Result<Vec<ObjectId>, StoreError>;
    /// The hashes of a full tile.
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError>;
    /// The key that `subject` has now.
    fn subject_key(&mut self, subject: &ObjectRef) -> Result<Option<SubjectKey>, StoreError>;
    /// A sealed value.
    fn secret(&mut self, subject: &ObjectRef, digest: &Digest) -> Result<Option<Secret>, StoreError>;
    /// The smallest checkpoint with signatures of witnesses over at least `size` entries.
    fn cosigned(&mut self, size: u64) -> Result<Option<String>, StoreError>;
    /// Reads a whole table in no stated order, but for the rows of one object, which follow one another.
    fn scan(
        &mut self,
        table: Table,
        visit: &mut dyn FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
    /// Damage that the store itself finds in its own form, each with its place.
    fn faults(&mut self) -> Result<Vec<String>, StoreError>;
}

/// The one writer.
pub trait Writer: Send {
    /// Answers what a group's decision needs. It is followed by [`Self::commit`] or [`Self::settle`].
    fn look_up(&mut self, question: &Question) -> Result<Known, StoreError>;
    /// The largest number given to an object.
    fn last_object(&mut self) -> Result<i64, StoreError>;
    /// Writes `group` and returns once it is durable. After [`StoreError::Full`] nothing of it was written; after any
    /// other failure that cannot be known, and the writer must not be used again.
    fn commit(&mut self, group: &Group) -> Result<(), StoreError>;
    /// Does what is due between commits, such as moving the write-ahead log into the main file.
    fn settle(&mut self) -> Result<(), StoreError>;
    /// Leaves nothing of what was deleted in the store's files. `false` when a reader was in the way.
    fn scrub(&mut self) -> Result<bool, StoreError>;
}

/// Attached files, which are written before the event that cites them and outside its commit.
pub trait Files: Send + Sync {
    /// Keeps a file durably; one that is there stays as it is.
    fn put(&self, file: &StoredFile) -> Result<(), StoreError>;
    /// What is known of the file; `None` when it is not and never was there.
    fn about(&self, digest: &Digest) -> Result<Option<FileState>, StoreError>;
    /// A file by digest.
    fn get(&self, digest: &Digest) -> Result<Option<StoredFile>, StoreError>;
    /// Destroys the content of the sealed files of `subject` but those under the key `keep`; how many there were.
    fn erase(&self, subject: &ObjectRef, keep: Option<KeyId>) -> Result<u64, StoreError>;
    /// Reads every file.
    fn scan(&self, visit: &mut dyn FnMut(StoredFile) -> Result<(), StoreError>) -> Result<(), StoreError>;
    /// Damage that the store itself finds in their form, each with its place.
    fn faults(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}

/// A place that keeps one record.
pub trait Store: Send + Sync {
    /// The one writer; [`StoreError::InUse`] while there is another, in this or another process.
    fn writer(&self) -> Result<Box<dyn Writer>, StoreError>;
    /// A reader of its own.
    fn reader(&self) -> Result<Box<dyn Reader + '_>, StoreError>;
    /// Attached files.
    fn files(&self) -> &dyn Files;
    /// The sealed head of the last commit, as the writer noted it apart from the entries: a store that has fewer has lost the
    /// last ones. It is not synced, so that it may be older, and `None` where nothing was noted.
    fn noted(&self) -> Option<String> {
        None
    }
    /// Bytes that the store takes.
    fn bytes(&self) -> Result<u64, StoreError>;
    /// What kind of store it is, as people know it.
    fn kind(&self) -> &'static str;
    /// The place in words, for messages.
    fn place(&self) -> String;
}
