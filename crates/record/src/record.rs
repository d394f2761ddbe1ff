use crate::cache::Cache;
use crate::commit::{Answer, AppendError, Appended, Job, Prepared, Shared, View, Work, refuse};
use crate::keys::Keys;
use crate::merkle::{Frontier, empty_root};
use crate::note::{Note, TreeHead, VerifierKey};
use crate::recent::States;
use crate::store::sqlite::SqliteStore;
use crate::store::{Group, Line, Reader, Secret, Store, StoreError};
use crate::tree::{Stored, Tree};
use crate::{Digest, Event, EventId, Latency, ObjectId, ObjectRef, ObjectType, encoding, head};
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// An event at its place on the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// 0 for the first.
    pub index: u64,
    /// What happened.
    pub event: Event,
}

/// How far an object has come: 1 + the index of the last entry that touched it, and 0 when none did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// Events that are appended together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The events, in order.
    pub events: Vec<Event>,
    /// Objects with the version that each must still have.
    pub expect: Vec<(ObjectRef, Version)>,
    /// Sealed values that the events cite, as [`Record::seal`] made them.
    pub secrets: Vec<Secret>,
}

impl From<Event> for Batch {
    fn from(event: Event) -> Self {
        Self { events: vec![event], ..Self::default() }
    }
}

impl From<Vec<Event>> for Batch {
    fn from(events: Vec<Event>) -> Self {
        Self { events, ..Self::default() }
    }
}

/// A handle on a record; cheap to clone and shared between threads.
///
/// Appending goes through one writer, which writes what waits in one commit; reading never waits for it. Dropping the
/// last handle writes what is queued and lets go of the store.
#[derive(Clone)]
pub struct Record {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Keys,
    pub(crate) cache: Cache,
    shared: Arc<Shared>,
    /// `None` when the record was opened for reading only.
    thread: Option<Mutex<Option<JoinHandle<()>>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.queue.close(None);
        if let Some(Ok(thread)) = self.thread.take().map(Mutex::into_inner)
            && let Some(thread) = thread
        {
            let _ = thread.join();
        }
    }
}

impl Inner {
    /// The states that the writer keeps up to date, where this process has it.
    pub(crate) fn states(&self) -> Option<&States> {
        self.thread.is_some().then_some(&self.shared.states)
    }

    /// Drops them, since they may have been computed from what was erased.
    pub(crate) fn forget_states(&self) {
        self.shared.states.tell(None);
    }
}

/// A longer event is refused: a line must fit a database cell and a reader's memory with ease.
const LINE_BYTES: usize = 4 << 20;
/// A longer id is refused: it would not fit a page of a store's index.
const ID_BYTES: usize = 1000;
/// Events of a longer batch are not kept at hand: it is an import.
const AT_HAND: usize = 100;
/// The name of a log that was given none.
const ORIGIN: &str = "lianchi.local/record";

impl Record {
    /// The record in `dir`, in SQLite; store and keys are made on the first start.
    pub fn create_in(dir: &Path) -> Result<Self, StoreError> {
        Self::create_named(dir, ORIGIN)
    }

    /// As [`Self::create_in`]; `origin` names the log when it is made, and should be a URL without scheme under which
    /// its checkpoints will be found.
    pub fn create_named(dir: &Path, origin: &str) -> Result<Self, StoreError> {
        let keys = match SqliteStore::open(dir) {
            Ok(store) if store.reader()?.head()?.is_some() => Keys::open_in(&dir.join("keys"))?,
            Ok(_) | Err(StoreError::Missing { .. }) => Keys::create_in(&dir.join("keys"), origin)?,
            Err(error) => return Err(error),
        };
        Self::open(SqliteStore::create(dir)?, keys, Cache::open_in(dir))
    }

    /// The record that is in `dir`; [`StoreError::Missing`] when there is none.
    pub fn open_in(dir: &Path) -> Result<Self, StoreError> {
        let store = SqliteStore::open(dir)?;
        Self::open(store, Keys::open_in(&dir.join("keys"))?, Cache::open_in(dir))
    }

    /// The record in the PostgreSQL database at `url`, its keys and caches in `dir`; both are made on the first start.
    /// `origin` names the log when it is made.
    #[cfg(feature = "postgres")]
    pub fn create_at(url: &str, dir: &Path, origin: &str) -> Result<Self, StoreError> {
        let store = crate::store::postgres::PostgresStore::create(url)?;
        let started = store.reader()?.head()?.is_some();
        let keys = dir.join("keys");
        let keys = if started { Keys::open_in(&keys)? } else { Keys::create_in(&keys, origin)? };
        Self::open(store, keys, Cache::open_in(dir))
    }

    /// As [`Self::create_at`], for reading only.
    #[cfg(feature = "postgres")]
    pub fn read_at(url: &str, dir: &Path) -> Result<Self, StoreError> {
        let store = crate::store::postgres::PostgresStore::open(url)?;
        Self::read(store, Keys::open_in(&dir.join("keys"))?, Cache::open_in(dir))
    }

    /// The record in `dir` for reading only, also while another process writes to it or when it is damaged.
    pub fn read_in(dir: &Path) -> Result<Self, StoreError> {
        let store = SqliteStore::read(dir)?;
        Self::read(store, Keys::open_in(&dir.join("keys"))?, Cache::open_in(dir))
    }

    /// The record in `store`, with a writer. Its last entries are checked against its head.
    pub fn open(store: impl Store + 'static, keys: Keys, cache: Cache) -> Result<Self, StoreError> {
        let store: Arc<dyn Store> = Arc::new(store);
        let mut writer = store.writer()?;
        let sealed = match store.reader()?.head()? {
            Some(sealed) => sealed,
            None => {
                let origin = keys.verifier().name().to_owned();
                let sealed = head::seal(&TreeHead { origin, size: 0, root: empty_root() }, &keys);
                writer.commit(&Group { head: sealed.clone(), ..Group::default() })?;
                sealed
            }
        };
        let view = load(store.reader()?, &sealed, &keys)?;
        if view.frontier.root() != view.head.root {
            let place = "the last entries do not fit the checkpoint";
            return Err(StoreError::damaged(place));
        }
        if let Some(noted) = noted(store.as_ref(), &keys)
            && noted.size > view.head.size
        {
            return Err(StoreError::damaged(format!(
                "it has {} entries, and had {} when it was written to last",
                view.head.size, noted.size
            )));
        }
        sweep_files(store.as_ref())?;
        let shared = Arc::new(Shared::new(view));
        shared.begin(keys.clone(), writer)?;
        let (spawn, serving) =
            (std::thread::Builder::new().name("record writer".to_owned()), Arc::clone(&shared));
        let thread =
            spawn.spawn(move || serving.serve_all()).map_err(|e| StoreError::Failed(e.to_string()))?;
        let thread = Some(Mutex::new(Some(thread)));
        Ok(Self { inner: Arc::new(Inner { store, keys, cache, shared, thread }) })
    }

    /// The record in `store`, for reading only.
    pub fn read(store: impl Store + 'static, keys: Keys, cache: Cache) -> Result<Self, StoreError> {
        let store: Arc<dyn Store> = Arc::new(store);
        let origin = keys.verifier().name().to_owned();
        let head = TreeHead { origin, size: 0, root: empty_root() };
        let shared = Arc::new(Shared::new(View::new(Frontier::default(), head, String::new())));
        Ok(Self { inner: Arc::new(Inner { store, keys, cache, shared, thread: None }) })
    }

    /// Appends a batch and returns the index of each of its events, once they are durable. An event whose id is on
    /// the record with the same content keeps the index that it has; a batch of such alone changes nothing.
    pub fn append(&self, batch: impl Into<Batch>) -> Result<Vec<u64>, AppendError> {
        let begun = Instant::now();
        let (answer, waiting) = Answer::new();
        self.ask(Job::Append { batch: self.work(batch)?, answer });
        let appended = Pending { waiting }.wait();
        if let Ok(mut appends) = self.inner.shared.appends.lock() {
            appends.add(begun.elapsed());
        }
        appended
    }

    /// Hands in a batch without waiting for it, so that the next one can be prepared meanwhile. Batches handed in by
    /// one thread are written in their order.
    pub fn submit(&self, batch: impl Into<Batch>) -> Result<Pending, AppendError> {
        let (answer, waiting) = Answer::new();
        let batch = self.work(batch)?;
        match self.inner.thread {
            Some(_) => self.inner.shared.queue.put(Job::Append { batch, answer }),
            None => answer.give(Err(read_only().into())),
        }
        Ok(Pending { waiting })
    }

    fn work(&self, batch: impl Into<Batch>) -> Result<Work, AppendError> {
        let batch = batch.into();
        let at_hand = batch.events.len() <= AT_HAND;
        let prepare = |event| {
            let prepared = self.prepare(event)?;
            Ok(Prepared { event: prepared.event.filter(|_| at_hand), ..prepared })
        };
        let events = batch.events.into_iter().map(prepare).collect::<Result<_, AppendError>>()?;
        Ok(Work { events, expect: batch.expect, secrets: batch.secrets, erase: None })
    }

    /// Asks the writer for what will be waited for at once.
    pub(crate) fn ask(&self, job: Job) {
        if self.inner.thread.is_some() {
            self.inner.shared.put_and_serve(job);
        } else {
            refuse(job, &read_only());
        }
    }

    /// Whether an event could be on any record: what is in it is neither too long nor nests too deep.
    ///
    /// # Errors
    /// What is.
    pub fn admits(event: &Event) -> Result<(), AppendError> {
        let cites = admit(event, &event.touched())?;
        // Bytes grow at most sixfold as they are encoded, so that few events need to be.
        if cites.bytes > LINE_BYTES / 7 {
            admit_line(event, &encoding::encode(event))?;
        }
        Ok(())
    }

    pub(crate) fn prepare(&self, event: Event) -> Result<Prepared, AppendError> {
        let id = event.id.clone();
        let touched: Vec<ObjectRef> = event.touched().into_iter().cloned().collect();
        let cites = admit(&event, &touched.iter().collect::<Vec<_>>())?;
        let line = encoding::encode(&event);
        admit_line(&event, &line)?;
        let held = |file: &crate::FileRef| self.inner.store.files().about(&file.digest);
        let files = cites.files.into_iter().map(|file| held(&file).map(|held| (file, held)));
        let digest = Digest::of(line.as_bytes());
        Ok(Prepared {
            id,
            line,
            digest,
            touched,
            corrects: event.corrects.clone(),
            event: Some(event),
            sealed: cites.sealed,
            files: files.collect::<Result<_, _>>()?,
        })
    }

    /// The entry at `index`.
    pub fn entry(&self, index: u64) -> Result<Option<Entry>, StoreError> {
        Ok(self.entries(index, 1)?.into_iter().next().filter(|entry| entry.index == index))
    }

    /// The entry of the event `id`.
    pub fn find(&self, id: &EventId) -> Result<Option<Entry>, StoreError> {
        let index = self.inner.store.reader()?.index_of(id.as_str())?;
        index.map_or(Ok(None), |index| self.entry(index))
    }

    /// Up to `limit` entries from index `from` on, in order.
    pub fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        decode(self.inner.store.reader()?.lines(from, limit)?)
    }

    /// Calls `visit` with up to `limit` entries from index `from` on, in order, and returns the index after the last of them.
    /// To be preferred where a record is followed: what was appended lately is at hand.
    pub fn follow(&self, from: u64, limit: usize, visit: &mut dyn FnMut(&Entry)) -> Result<u64, StoreError> {
        if let Some(entries) = self.inner.shared.recent.since(from, limit) {
            entries.iter().for_each(|entry| visit(entry));
            return Ok(entries.last().map_or(from, |entry| entry.index + 1));
        }
        let entries = self.entries(from, limit)?;
        entries.iter().for_each(visit);
        Ok(entries.last().map_or(from, |entry| entry.index + 1))
    }

    /// The digest of the entry before `next`, which ties what was computed from all entries up to there to this record: after
    /// a restore from a backup it may be none of its entries. `None` where there is no such entry.
    pub fn digest_before(&self, next: u64) -> Result<Option<Digest>, StoreError> {
        let Some(last) = next.checked_sub(1) else { return Ok(None) };
        let line = self.inner.store.reader()?.lines(last, 1)?.pop().filter(|(at, _)| *at == last);
        Ok(line.map(|(_, line)| Digest::of(&line)))
    }

    /// Up to `limit` entries that touched `object` since it had the version `from`, in order.
    pub fn history(&self, object: &ObjectRef, from: Version, limit: usize) -> Result<Vec<Entry>, StoreError> {
        if let Some(entries) = self.inner.shared.recent.history(object) {
            let entries = entries.iter().filter(|entry| entry.index >= from.0).take(limit);
            return Ok(entries.map(|entry| Entry::clone(entry)).collect());
        }
        decode(self.inner.store.reader()?.history(object, from.0, limit)?)
    }

    /// The version that `object` has now.
    pub fn version(&self, object: &ObjectRef) -> Result<Version, StoreError> {
        let last = self.inner.store.reader()?.last_touch(object)?;
        Ok(Version(last.map_or(0, |last| last + 1)))
    }

    /// Up to `limit` ids of objects of type `kind` that follow `after`, in the order of their bytes.
    pub fn objects(
        &self,
        kind: &ObjectType,
        after: Option<&ObjectId>,
        limit: usize,
    ) -> Result<Vec<ObjectId>, StoreError> {
        self.inner.store.reader()?.objects(kind, after, limit)
    }

    /// How many entries there are.
    pub fn len(&self) -> Result<u64, StoreError> {
        if self.inner.thread.is_some() {
            return Ok(self.inner.shared.view()?.head.size);
        }
        let sealed = self.inner.store.reader()?.head()?;
        let none = || StoreError::damaged("the checkpoint: it is none");
        sealed.map_or(Ok(0), |sealed| head::size(&sealed).ok_or_else(none))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.len()? == 0)
    }

    /// Waits for commits from now on.
    pub fn subscribe(&self) -> Result<Subscription, StoreError> {
        Ok(Subscription { shared: Arc::clone(&self.inner.shared), seen: self.len()? })
    }

    /// A place for what can be computed anew.
    pub fn cache(&self) -> &Cache {
        &self.inner.cache
    }

    /// The key that checks this record's checkpoints and receipts.
    pub fn verifier(&self) -> &VerifierKey {
        self.inner.keys.verifier()
    }

    /// How the record is.
    pub fn health(&self) -> Result<Health, StoreError> {
        let status = self.inner.shared.status.lock();
        let status = status.map_err(|_| StoreError::Failed("the writer broke off".to_owned()))?.clone();
        Ok(Health {
            entries: self.len()?,
            objects: status.objects,
            store: self.inner.store.kind(),
            checkpoint: self.checkpoint()?,
            queued: self.inner.shared.queue.len(),
            last_commit: status.last_commit,
            appends: self.inner.shared.appends.lock().map(|appends| appends.clone()).unwrap_or_default(),
            stopped: status.stopped,
            store_bytes: self.inner.store.bytes()?,
        })
    }

    /// Stops the writer when a write beside it failed: the disk is the same. A database that was away is no such failure:
    /// nothing cites a file before it is known to be kept.
    pub(crate) fn written<T>(&self, written: Result<T, StoreError>) -> Result<T, StoreError> {
        match written {
            Err(StoreError::Full | StoreError::Away { .. }) | Ok(_) => written,
            Err(error) => {
                self.inner.shared.stop(&error);
                Err(error)
            }
        }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The record as of the last commit, with the right edge of its tree.
    pub(crate) fn view(&self) -> Result<Arc<View>, StoreError> {
        let shared = &self.inner.shared;
        if self.inner.thread.is_some() {
            return shared.view();
        }
        let mut reader = self.inner.store.reader()?;
        reader.freeze()?;
        let view = shared.view()?;
        match reader.head()? {
            Some(sealed) if sealed != view.sealed => {
                let view = Arc::new(load(reader, &sealed, &self.inner.keys)?);
                set(&shared.view, Arc::clone(&view));
                Ok(view)
            }
            _ => Ok(view),
        }
    }

    /// The record's tree, as large as `view` or smaller.
    pub(crate) fn tree(&self, view: Arc<View>) -> Result<Tree<'_>, StoreError> {
        Ok(Tree::new(view, self.inner.store.reader()?))
    }
}

fn admit(event: &Event, touched: &[&ObjectRef]) -> Result<crate::cites::Cites, AppendError> {
    let id = &event.id;
    let cites = crate::cites::cites(event).ok_or_else(|| AppendError::TooDeep { id: id.clone() })?;
    let ids = touched.iter().flat_map(|object| [object.kind.as_str(), object.id.as_str()]);
    match ids.chain([id.as_str()]).find(|id| id.len() > ID_BYTES) {
        Some(long) => Err(AppendError::IdTooLong { id: long.chars().take(40).collect() }),
        None => Ok(cites),
    }
}

fn admit_line(event: &Event, line: &str) -> Result<(), AppendError> {
    if line.len() > LINE_BYTES {
        return Err(AppendError::TooLong { id: event.id.clone(), bytes: line.len() });
    }
    Ok(())
}

fn read_only() -> StoreError {
    StoreError::Stopped { reason: "it was opened for reading only".to_owned() }
}

fn set(lock: &RwLock<Arc<View>>, view: Arc<View>) {
    if let Ok(mut held) = lock.write() {
        *held = view;
    }
}

/// A batch that was handed in.
#[must_use = "a batch that is not waited for may have been refused"]
pub struct Pending {
    waiting: Answer<Result<Appended, AppendError>>,
}

impl Pending {
    /// The indices of the events, once they are durable.
    pub fn wait(self) -> Result<Vec<u64>, AppendError> {
        self.outcome().map(|appended| appended.indices)
    }

    pub(crate) fn outcome(self) -> Result<Appended, AppendError> {
        let gone = || StoreError::Stopped { reason: "the writer broke off".to_owned() };
        self.waiting.wait().unwrap_or_else(|| Err(gone().into()))
    }
}

/// Wakes after commits.
pub struct Subscription {
    shared: Arc<Shared>,
    seen: u64,
}

impl Subscription {
    /// Waits until there are entries that this subscription has not been woken for: the record's size then. `None`
    /// when none came in `timeout`, or the writer has ended.
    pub fn wait(&mut self, timeout: Duration) -> Option<u64> {
        let size = self.shared.commits.wait(self.seen, timeout)?;
        self.seen = size;
        Some(size)
    }

    /// Whether the writer has ended, so that nothing more will come.
    pub fn ended(&self) -> bool {
        self.shared.commits.closed()
    }
}

/// How a record is.
#[derive(Clone, Debug)]
pub struct Health {
    /// Entries.
    pub entries: u64,
    /// Objects that they are about; 0 where the record was opened for reading only.
    pub objects: u64,
    /// What kind of store keeps them.
    pub store: &'static str,
    /// The last signed checkpoint.
    pub checkpoint: String,
    /// Batches that wait for the writer.
    pub queued: usize,
    /// How long the last commit took, with its sync.
    pub last_commit: Duration,
    /// How long whoever appended had to wait, until the sync that carried it.
    pub appends: Latency,
    /// Why nothing is written any more, if so.
    pub stopped: Option<String>,
    /// Bytes that the store takes.
    pub store_bytes: u64,
}

pub(crate) fn decode(lines: Vec<Line>) -> Result<Vec<Entry>, StoreError> {
    let read = |(index, line): Line| match encoding::decode(&line) {
        Ok(event) => Ok(Entry { index, event }),
        Err(error) => Err(StoreError::damaged(format!("entry {index}: {error}"))),
    };
    lines.into_iter().map(read).collect()
}

pub(crate) fn tree_head(note: &str) -> Result<TreeHead, StoreError> {
    let head = Note::parse(note).and_then(|note| TreeHead::parse(note.text()));
    head.map_err(|error| StoreError::damaged(format!("the checkpoint: {error}")))
}

fn load(reader: Box<dyn Reader + '_>, sealed: &str, keys: &Keys) -> Result<View, StoreError> {
    let damaged = |what| StoreError::damaged(format!("the checkpoint: {what}"));
    let head = head::open(sealed, keys).map_err(damaged)?;
    let frontier = Frontier::read(head.size, &Stored::new(reader))?;
    Ok(View::new(frontier, head, sealed.to_owned()))
}

/// The head that the store's writer noted last, where it was sealed with this record's keys: a power cut may leave anything
/// there.
pub(crate) fn noted(store: &dyn Store, keys: &Keys) -> Option<TreeHead> {
    head::open(&store.noted()?, keys).ok()
}

/// Destroys sealed files whose key was destroyed when the program ended between the two.
fn sweep_files(store: &dyn Store) -> Result<(), StoreError> {
    let mut subjects = Vec::new();
    store.reader()?.scan(crate::store::Table::Erasures, &mut |row| {
        if let crate::store::Row::Erasure(subject, _) = row {
            subjects.push(subject);
        }
        Ok(())
    })?;
    for subject in subjects {
        let key = store.reader()?.subject_key(&subject)?.map(|key| key.id);
        store.files().erase(&subject, key)?;
    }
    Ok(())
}
