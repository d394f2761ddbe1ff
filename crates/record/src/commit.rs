//! The one writer of a record: a queue, and whoever has the turn to take what waits there, decide it, write it in one commit
//! and then answer everyone: a thread of its own, or a client that would find it asleep.

/// Deciding what of a group is appended.
mod plan;
/// What waits for the writer.
mod queue;

use crate::keys::Keys;
use crate::merkle::{Frontier, leaf_hash};
use crate::note::TreeHead;
use crate::recent::{Recent, States};
use crate::store::{StoreError, SubjectKey, Writer};
use crate::{Digest, EventId, Latency, ObjectRef, Version};
pub(crate) use plan::Prepared;
use plan::{Decision, Memory, Plan};
pub(crate) use queue::{Answer, Queue};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Why events were not appended. Nothing of the batch was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// Someone else was first.
    #[error("`{object}` has changed meanwhile (version {}, not {}); read it again", found.0, expected.0)]
    Conflict {
        /// The object.
        object: ObjectRef,
        /// The version that the batch expected.
        expected: Version,
        /// The version that it has.
        found: Version,
    },
    /// The id stands for another event.
    #[error("another event has the id `{id}` already; choose a new id")]
    IdTaken {
        /// The event's id.
        id: EventId,
    },
    /// The event is longer than an entry may be.
    #[error("the event `{id}` is {bytes} bytes long, more than 4 MiB; attach long content as a file")]
    TooLong {
        /// The event's id.
        id: EventId,
        /// Its length.
        bytes: usize,
    },
    /// An id, or the type of an object, is longer than an index can hold.
    #[error("the id `{id}…` is longer than 1,000 bytes; choose a shorter one")]
    IdTooLong {
        /// Its beginning.
        id: String,
    },
    /// The event's values nest deeper than readers can follow.
    #[error("the values of the event `{id}` nest too deep; flatten them")]
    TooDeep {
        /// The event's id.
        id: EventId,
    },
    /// The event cites what the record does not hold.
    #[error("the event `{id}` cites {what}, which is not on the record; append it together with the event")]
    Dangling {
        /// The event's id.
        id: EventId,
        /// A sealed value, a file, or the event that it corrects.
        what: String,
    },
    /// The event corrects one that is about other objects, too.
    #[error("the event `{id}` corrects one that is about `{object}` as well; have it say so")]
    Elsewhere {
        /// The event's id.
        id: EventId,
        /// What it would leave uncorrected.
        object: ObjectRef,
    },
    /// The subject was erased after something of theirs was sealed and before it was appended.
    #[error("the personal data of `{subject}` was erased meanwhile; ask anew whether it may be kept")]
    Erased {
        /// The subject.
        subject: ObjectRef,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the writer is asked to do.
pub(crate) enum Job {
    /// Appends a batch; with `erase`, destroys that subject's key and values in the same commit.
    Append { batch: Work, answer: Answer<Result<Appended, AppendError>> },
    /// Keeps `key` unless its subject has one; answers with the one that is kept.
    Key { key: SubjectKey, answer: Answer<Result<SubjectKey, StoreError>> },
    /// Keeps a checkpoint that witnesses signed.
    Cosign { size: u64, note: String, answer: Answer<Result<(), StoreError>> },
}

/// A batch as the writer takes it: encoded and hashed by whoever hands it in.
pub(crate) struct Work {
    pub(crate) events: Vec<Prepared>,
    pub(crate) expect: Vec<(ObjectRef, Version)>,
    pub(crate) secrets: Vec<crate::store::Secret>,
    pub(crate) erase: Option<ObjectRef>,
}

/// A batch that is on the record.
#[derive(Clone, Debug)]
pub(crate) struct Appended {
    pub(crate) indices: Vec<u64>,
    /// Sealed values destroyed.
    pub(crate) values: u64,
    /// Whether nothing of them is left in the store's files.
    pub(crate) scrubbed: bool,
}

/// The record as of a commit.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) frontier: Frontier,
    pub(crate) head: TreeHead,
    /// The head as the store keeps it.
    pub(crate) sealed: String,
    /// The signed checkpoint, once somebody asked for it.
    signed: OnceLock<String>,
}

impl View {
    pub(crate) fn new(frontier: Frontier, head: TreeHead, sealed: String) -> Self {
        Self { frontier, head, sealed, signed: OnceLock::new() }
    }

    /// The signed checkpoint.
    pub(crate) fn checkpoint(&self, keys: &Keys) -> &str {
        self.signed.get_or_init(|| self.head.sign(keys.signer()))
    }
}

/// What the writer shares with everyone else.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) view: RwLock<Arc<View>>,
    pub(crate) commits: Commits,
    pub(crate) status: Mutex<Status>,
    pub(crate) recent: Recent,
    pub(crate) states: States,
    pub(crate) appends: Mutex<Latency>,
    /// Of whoever has the turn; none once nothing is written any more, or where nothing ever was.
    committer: Mutex<Option<Committer>>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Status {
    pub(crate) objects: u64,
    pub(crate) last_commit: Duration,
    pub(crate) stopped: Option<String>,
}

/// How far the record has grown, for those who wait for it.
#[derive(Default)]
pub(crate) struct Commits {
    state: Mutex<Grown>,
    changed: Condvar,
}

#[derive(Default)]
struct Grown {
    size: u64,
    closed: bool,
    waiting: usize,
}

impl Commits {
    fn publish(&self, size: u64, closed: bool) {
        if let Ok(mut state) = self.state.lock() {
            (state.size, state.closed) = (size, closed);
            if state.waiting > 0 {
                self.changed.notify_all();
            }
        }
    }

    /// Waits until the record is longer than `seen`: its size, or `None` when time ran out or it was closed.
    pub(crate) fn wait(&self, seen: u64, timeout: Duration) -> Option<u64> {
        let mut state = self.state.lock().ok()?;
        state.waiting += 1;
        let wait = |grown: &mut Grown| grown.size <= seen && !grown.closed;
        let (mut state, _) = self.changed.wait_timeout_while(state, timeout, wait).ok()?;
        state.waiting -= 1;
        Some(state.size).filter(|size| *size > seen)
    }

    pub(crate) fn closed(&self) -> bool {
        self.state.lock().is_ok_and(|state| state.closed)
    }
}

impl Shared {
    pub(crate) fn new(view: View) -> Self {
        let commits = Commits::default();
        commits.publish(view.head.size, false);
        Self {
            queue: Queue::default(),
            view: RwLock::new(Arc::new(view)),
            commits,
            status: Mutex::default(),
            recent: Recent::default(),
            states: States::default(),
            appends: Mutex::default(),
            committer: Mutex::default(),
        }
    }

    /// Adds a job for who will wait for its answer at once, and serves a group of what waits where nobody else does.
    pub(crate) fn put_and_serve(&self, job: Job) {
        if let Some(jobs) = self.queue.put_or_take(job) {
            self.serve(jobs);
        }
    }

    /// Serves until the queue is closed and empty, or a write fails: what the writer's thread does.
    pub(crate) fn serve_all(&self) {
        while let Some(jobs) = self.queue.take() {
            self.serve(jobs);
        }
        let Ok(mut committer) = self.committer.lock() else { return };
        if let Some(mut committer) = committer.take() {
            let _ = committer.writer.scrub();
            self.end();
        }
    }

    /// Serves a group in this thread, which has the turn, and gives the turn back.
    fn serve(&self, jobs: Vec<Job>) {
        let mut turn = Turn { shared: self, served: None };
        let mut committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writing) = committer.as_mut() else {
            turn.served = Some(false);
            return;
        };
        let served = if jobs.is_empty() { writing.scrub().map(drop) } else { writing.serve(self, jobs) };
        turn.served = Some(writing.scrub_due);
        if let Err(error) = served {
            *committer = None;
            drop(committer);
            self.stop(&error);
            self.end();
        }
    }

    fn end(&self) {
        let size = self.view().map_or(0, |view| view.head.size);
        self.commits.publish(size, true);
    }

    /// Refuses everything from now on: a failed write leaves unknown what is on the disk, and a failed sync must never
    /// be tried again, since the system may have dropped what it could not write.
    pub(crate) fn stop(&self, error: &StoreError) {
        let reason = error.to_string();
        if let Ok(mut status) = self.status.lock() {
            status.stopped.get_or_insert_with(|| reason.clone());
        }
        let refusal = StoreError::Stopped { reason };
        for job in self.queue.close(Some(refusal.clone())) {
            refuse(job, &refusal);
        }
    }

    pub(crate) fn view(&self) -> Result<Arc<View>, StoreError> {
        let view = self.view.read().map_err(|_| StoreError::Failed("the writer broke off".to_owned()))?;
        Ok(Arc::clone(&view))
    }
}

/// The leaf that an event's line has in the log: its SHA-256 digest.
pub(crate) fn line_leaf(line: &[u8]) -> Digest {
    leaf_hash(&Digest::of(line).0)
}

/// The turn to write. Who breaks off while having it leaves unknown what is on the disk.
struct Turn<'a> {
    shared: &'a Shared,
    /// Once all was done, whether something was left that is to be tried again.
    served: Option<bool>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.served.is_none() {
            self.shared.stop(&StoreError::Failed("the writer broke off".to_owned()));
            self.shared.end();
        }
        self.shared.queue.give_back(self.served.unwrap_or(false));
    }
}

/// What writes.
struct Committer {
    keys: Keys,
    writer: Box<dyn Writer>,
    memory: Memory,
    scrub_due: bool,
}

impl Shared {
    /// Has what is put into the queue written with `writer` from now on.
    pub(crate) fn begin(&self, keys: Keys, mut writer: Box<dyn Writer>) -> Result<(), StoreError> {
        let memory = Memory::new(self.view()?.head.size, writer.last_object()?);
        if let Ok(mut status) = self.status.lock() {
            status.objects = memory.objects();
        }
        // What an earlier process wrote and could not sync may be read back from the system's memory though it is not on
        // the disk; here it is written anew, before anyone is told that it is there.
        let scrub_due = !writer.scrub()?;
        self.queue.give_back(scrub_due);
        let mut committer =
            self.committer.lock().map_err(|_| StoreError::Failed("the writer broke off".to_owned()))?;
        *committer = Some(Committer { keys, writer, memory, scrub_due });
        Ok(())
    }
}

impl Committer {
    fn serve(&mut self, shared: &Shared, jobs: Vec<Job>) -> Result<(), StoreError> {
        let plan = match Plan::new(&mut self.memory, self.writer.as_mut(), &jobs) {
            Ok(plan) => plan,
            Err(error) => {
                jobs.into_iter().for_each(|job| refuse(job, &error));
                // Nothing of it was written. Damage at one place leaves others sound, and a database may come back; what
                // fails otherwise is not asked again.
                return match error {
                    StoreError::Damaged { .. } | StoreError::Full => self.writer.settle(),
                    StoreError::Away { .. } => Ok(()),
                    error => Err(error),
                };
            }
        };
        let (mut group, news, decisions) = plan.decide(jobs);
        let erases = !group.erasures.is_empty();
        if !group.is_empty() {
            let view = shared.view()?;
            let mut frontier = view.frontier.clone();
            for entry in &group.entries {
                frontier.push(leaf_hash(&entry.digest.0), &mut group.tiles);
            }
            let head =
                TreeHead { origin: view.head.origin.clone(), size: frontier.size(), root: frontier.root() };
            group.head = crate::head::seal(&head, &self.keys);
            let start = Instant::now();
            if let Err(error) = self.writer.commit(&group) {
                return self.undo(error, view.head.size, decisions);
            }
            if let Ok(mut status) = shared.status.lock() {
                status.last_commit = start.elapsed();
                status.objects = self.memory.objects();
            }
            shared.recent.tell(
                news.as_deref(),
                std::mem::take(&mut group.objects).into_iter().map(|(_, object)| object),
            );
            shared.states.tell(news.as_deref());
            if let Ok(mut view) = shared.view.write() {
                *view = Arc::new(View::new(frontier, head, group.head));
            }
            shared.commits.publish(self.memory.size(), false);
        }
        let scrubbed = !erases || self.scrub()?;
        decisions.into_iter().for_each(|decision| decision.answer(scrubbed));
        self.writer.settle()
    }

    /// Answers that nothing was written. Where the disk was full that is known, and the writer goes on.
    fn undo(&mut self, error: StoreError, size: u64, decisions: Vec<Decision>) -> Result<(), StoreError> {
        let last_object = match &error {
            StoreError::Full => self.writer.last_object(),
            _ => Err(error.clone()),
        };
        let answer = match &last_object {
            Ok(_) => error,
            Err(error) => StoreError::Stopped { reason: error.to_string() },
        };
        decisions.into_iter().for_each(|decision| decision.refuse(&answer));
        last_object.map(|last_object| self.memory.forget(size, last_object))
    }

    fn scrub(&mut self) -> Result<bool, StoreError> {
        let scrubbed = self.writer.scrub()?;
        self.scrub_due = !scrubbed;
        Ok(scrubbed)
    }
}

pub(crate) fn refuse(job: Job, error: &StoreError) {
    match job {
        Job::Append { answer, .. } => answer.give(Err(error.clone().into())),
        Job::Key { answer, .. } => answer.give(Err(error.clone())),
        Job::Cosign { answer, .. } => answer.give(Err(error.clone())),
    }
}
