use super::{Answer, AppendError, Appended, Job, Work};
use crate::store::{
    FileState, Group, KeyId, Known, NewEntry, Question, StoreError, SubjectKey, Touch, Writer,
};
use crate::{Digest, Entry, Event, EventId, FileRef, ObjectRef, SealedRef, Version, encoding};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// An event made ready by whoever hands it in, so that the writer only has to number and write it.
pub(crate) struct Prepared {
    pub(crate) id: EventId,
    /// The event itself, unless it is one of so many that nobody will ask for them at once.
    pub(crate) event: Option<Event>,
    pub(crate) line: String,
    /// Of the line.
    pub(crate) digest: Digest,
    pub(crate) touched: Vec<ObjectRef>,
    /// The event that it supersedes.
    pub(crate) corrects: Option<EventId>,
    pub(crate) sealed: Vec<SealedRef>,
    /// Files that are cited, each with what the store holds of it.
    pub(crate) files: Vec<(FileRef, Option<FileState>)>,
}

/// Objects that the writer remembers between groups; past this many it starts afresh.
const REMEMBERED: usize = 50_000;

/// What the writer knows without asking the store.
pub(super) struct Memory {
    size: u64,
    last_object: i64,
    objects: HashMap<ObjectRef, (i64, u64)>,
}

impl Memory {
    pub(super) fn new(size: u64, last_object: i64) -> Self {
        Self { size, last_object, objects: HashMap::new() }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// How many objects there are: they are numbered from 1 in the order in which they were first seen.
    pub(super) fn objects(&self) -> u64 {
        u64::try_from(self.last_object).unwrap_or(0)
    }

    /// Drops what was planned but not written.
    pub(super) fn forget(&mut self, size: u64, last_object: i64) {
        *self = Self::new(size, last_object);
    }
}

/// The decision over one group of jobs.
pub(super) struct Plan<'a> {
    memory: &'a mut Memory,
    known: Known,
    /// What is about to be corrected, with the objects that it touched.
    corrected: HashMap<EventId, Vec<ObjectRef>>,
    /// What this group's events correct, be it of this group.
    wanted: HashSet<EventId>,
    group: Group,
    news: News,
}

/// The entries of a group, decoded; none where not all of them are at hand.
pub(super) type News = Option<Vec<Arc<Entry>>>;

/// A job that was decided, to be answered once the group is written.
pub(super) enum Decision {
    Append(Answer<Result<Appended, AppendError>>, Result<Appended, AppendError>),
    Key(Answer<Result<SubjectKey, StoreError>>, SubjectKey),
    Cosign(Answer<Result<(), StoreError>>),
}

impl Decision {
    pub(super) fn answer(self, scrubbed: bool) {
        match self {
            Self::Append(answer, outcome) => {
                answer.give(outcome.map(|appended| Appended { scrubbed, ..appended }));
            }
            Self::Key(answer, key) => answer.give(Ok(key)),
            Self::Cosign(answer) => answer.give(Ok(())),
        }
    }

    /// Answers that the group could not be written; a batch that was refused already keeps its reason.
    pub(super) fn refuse(self, error: &StoreError) {
        match self {
            Self::Append(answer, outcome) => answer.give(outcome.and_then(|_| Err(error.clone().into()))),
            Self::Key(answer, _) => answer.give(Err(error.clone())),
            Self::Cosign(answer) => answer.give(Err(error.clone())),
        }
    }
}

impl<'a> Plan<'a> {
    /// Asks the store, once, all that the decisions need.
    pub(super) fn new(
        memory: &'a mut Memory,
        writer: &mut dyn Writer,
        jobs: &[Job],
    ) -> Result<Self, StoreError> {
        if memory.objects.len() > REMEMBERED {
            memory.objects.clear();
        }
        let mut question = Question::default();
        let mut objects = HashSet::new();
        let mut subjects = HashSet::new();
        for job in jobs {
            match job {
                Job::Append { batch, .. } => {
                    for event in &batch.events {
                        question.ids.push(event.id.clone());
                        question.corrected.extend(event.corrects.iter().cloned());
                        objects.extend(event.touched.iter().filter(|o| !memory.objects.contains_key(*o)));
                        let cited = event.sealed.iter().map(|cited| (cited.subject.clone(), cited.digest));
                        question.sealed.extend(cited);
                        subjects.extend(event.files.iter().filter_map(|(file, _)| file.subject.as_ref()));
                    }
                    let expected = batch.expect.iter().map(|(object, _)| object);
                    objects.extend(expected.filter(|object| !memory.objects.contains_key(*object)));
                    subjects.extend(batch.secrets.iter().map(|secret| &secret.subject));
                    subjects.extend(&batch.erase);
                    question.erased.extend(batch.erase.iter().cloned());
                }
                Job::Key { key, .. } => {
                    subjects.insert(&key.subject);
                }
                Job::Cosign { .. } => {}
            }
        }
        question.objects = objects.into_iter().cloned().collect();
        question.subjects = subjects.into_iter().cloned().collect();
        let mut known = writer.look_up(&question)?;
        memory.objects.extend(known.objects.drain());
        let mut corrected = HashMap::new();
        for (id, line) in known.corrected.drain() {
            let event = encoding::decode(&line)
                .map_err(|error| StoreError::damaged(format!("the event `{id}`: {error}")))?;
            corrected.insert(id, event.touched().into_iter().cloned().collect());
        }
        let wanted = question.corrected.into_iter().collect();
        Ok(Self { memory, known, corrected, wanted, group: Group::default(), news: Some(Vec::new()) })
    }

    /// Decides the jobs in their order, each seeing what those before it do.
    pub(super) fn decide(mut self, jobs: Vec<Job>) -> (Group, News, Vec<Decision>) {
        let mut decisions = Vec::with_capacity(jobs.len());
        for job in jobs {
            decisions.push(match job {
                Job::Append { batch, answer } => {
                    let outcome = self.append(batch);
                    Decision::Append(answer, outcome)
                }
                Job::Key { key, answer } => {
                    let subject = key.subject.clone();
                    let kept = self.known.keys.entry(subject).or_insert_with(|| {
                        self.group.keys.push(key.clone());
                        key
                    });
                    Decision::Key(answer, kept.clone())
                }
                Job::Cosign { size, note, answer } => {
                    self.group.cosigned.push((size, note));
                    Decision::Cosign(answer)
                }
            });
        }
        (self.group, self.news, decisions)
    }

    fn append(&mut self, batch: Work) -> Result<Appended, AppendError> {
        let mut indices = Vec::with_capacity(batch.events.len());
        let mut fresh: HashMap<&EventId, (u64, Digest)> = HashMap::new();
        for event in &batch.events {
            let id = &event.id;
            let next = self.memory.size + fresh.len() as u64;
            let (index, digest) = match self.known.ids.get(id).or_else(|| fresh.get(id)) {
                Some(known) => *known,
                None => {
                    fresh.insert(id, (next, event.digest));
                    (next, event.digest)
                }
            };
            if digest != event.digest {
                return Err(AppendError::IdTaken { id: event.id.clone() });
            }
            indices.push(index);
        }
        let mut appended = Appended { indices, values: 0, scrubbed: true };
        if fresh.is_empty() && !batch.events.is_empty() {
            return Ok(appended);
        }
        self.check(&batch)?;
        let known = fresh.into_iter().map(|(id, at)| (id.clone(), at)).collect::<Vec<_>>();
        self.known.ids.extend(known);
        if let (Some(subject), Some(at)) = (&batch.erase, appended.indices.last()) {
            appended.values = self.erase(subject, *at);
        }
        for secret in batch.secrets {
            self.known.sealed.insert(secret.digest);
            *self.known.values.entry(secret.subject.clone()).or_default() += 1;
            self.group.secrets.push(secret);
        }
        for event in batch.events {
            self.stage(event);
        }
        Ok(appended)
    }

    fn check(&self, batch: &Work) -> Result<(), AppendError> {
        for (object, expected) in &batch.expect {
            let found = Version(self.memory.objects.get(object).map_or(0, |(_, last)| last + 1));
            if found != *expected {
                return Err(AppendError::Conflict { object: object.clone(), expected: *expected, found });
            }
        }
        let is_current = |subject: &ObjectRef, key: &KeyId| {
            let current = self.known.keys.get(subject).is_some_and(|current| current.id == *key);
            if current { Ok(()) } else { Err(AppendError::Erased { subject: subject.clone() }) }
        };
        for secret in &batch.secrets {
            is_current(&secret.subject, &secret.key)?;
        }
        for (position, event) in batch.events.iter().enumerate() {
            let dangling = |what: String| AppendError::Dangling { id: event.id.clone(), what };
            if let Some(wrong) = &event.corrects {
                let earlier = batch.events.iter().take(position).find(|other| other.id == *wrong);
                let touched = earlier.map(|event| &event.touched);
                let touched = touched.or_else(|| self.corrected.get(wrong));
                let touched = touched.ok_or_else(|| dangling(format!("the event `{wrong}`")))?;
                if let Some(object) = touched.iter().find(|object| !event.touched.contains(object)) {
                    let (id, object) = (event.id.clone(), object.clone());
                    return Err(AppendError::Elsewhere { id, object });
                }
            }
            for cited in &event.sealed {
                let brought = batch.secrets.iter().any(|secret| secret.digest == cited.digest);
                if !brought && !self.known.sealed.contains(&cited.digest) {
                    return Err(dangling(format!("a sealed value of `{}`", cited.subject)));
                }
            }
            for (cited, held) in &event.files {
                match held {
                    None => return Err(dangling(format!("the file `{}`", cited.name))),
                    Some(FileState { sealed: Some((subject, key)), erased: false }) => {
                        is_current(subject, key)?
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Destroys what is sealed for `subject`, also what this group was about to write.
    fn erase(&mut self, subject: &ObjectRef, at: u64) -> u64 {
        let dropped: HashSet<Digest> =
            self.group.secrets.iter().filter(|s| s.subject == *subject).map(|s| s.digest).collect();
        self.group.secrets.retain(|secret| secret.subject != *subject);
        self.group.keys.retain(|key| key.subject != *subject);
        self.group.erasures.push((subject.clone(), at));
        self.known.sealed.retain(|digest| !dropped.contains(digest));
        self.known.keys.remove(subject);
        self.known.values.remove(subject).unwrap_or(0)
    }

    fn stage(&mut self, prepared: Prepared) {
        let Prepared { id, event, line, digest, touched, .. } = prepared;
        let index = self.memory.size;
        if self.known.ids.get(&id).is_none_or(|(at, _)| *at != index) {
            return;
        }
        if self.wanted.contains(&id) {
            self.corrected.insert(id.clone(), touched.clone());
        }
        for object in touched {
            let memory = &mut *self.memory;
            let group = &mut self.group;
            let (number, last) = memory.objects.entry(object.clone()).or_insert_with_key(|object| {
                memory.last_object += 1;
                group.objects.push((memory.last_object, object.clone()));
                (memory.last_object, index)
            });
            *last = index;
            group.touches.push(Touch { object, number: *number, index });
        }
        match (event, &mut self.news) {
            (Some(event), Some(news)) => news.push(Arc::new(Entry { index, event })),
            _ => self.news = None,
        }
        self.group.entries.push(NewEntry { index, id, line, digest });
        self.memory.size += 1;
    }
}
