use super::breach::Breach;
use super::model::Running;
use crate::check::{Broken, Hearer, Stream};
use crate::log::Log;
use crate::model::Model;
use pack::Id;
use record::{Digest, EventId, ObjectRef};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

/// The models over the cases of one type, or over those of one procedure, and the lives that run in them.
pub(super) struct Lane {
    pub(super) kind: String,
    pub(super) procedure: Option<Id>,
    /// In the order of the stream's places.
    names: Vec<Id>,
    /// What tells its models from others.
    pub(super) says: BTreeMap<Id, Digest>,
    models: Vec<Model>,
    stream: Stream,
    /// For lives that are over and gone through from their histories: time never passes in it, so that events come in order
    /// whenever they happened. None while there are no such.
    still: Option<Stream>,
}

impl Lane {
    pub(super) fn new(kind: String, procedure: Option<Id>, of: &[&Running]) -> Self {
        let models: Vec<Model> = of.iter().map(|running| running.ready.model.clone()).collect();
        Self {
            stream: Stream::new(kind.as_str(), &models),
            still: None,
            names: of.iter().map(|running| running.name.clone()).collect(),
            says: of.iter().map(|running| (running.name.clone(), running.says)).collect(),
            models,
            kind,
            procedure,
        }
    }

    /// Whether it speaks of the cases of a procedure.
    pub(super) fn speaks_of(&self, procedure: &Id) -> bool {
        self.procedure.as_ref().is_none_or(|of| of == procedure)
    }

    pub(super) fn open(&self) -> usize {
        self.stream.open()
    }

    pub(super) fn size(&self) -> usize {
        self.stream.size() + self.still.as_ref().map_or(0, Stream::size)
    }

    pub(super) fn take(&mut self, batch: &Log, heard: &mut Heard) {
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        self.stream.take(batch, &mut ear);
    }

    pub(super) fn advance(&mut self, now: record::Time, heard: &mut Heard) {
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        self.stream.advance(now, &mut ear);
    }

    /// A life is over: what is not decided is decided, and nothing is kept of it.
    pub(super) fn close(&mut self, object: &str, heard: &mut Heard) {
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        self.stream.close(object, &mut ear);
        forget(&mut self.stream, object);
    }

    /// Nothing is kept of a life, and nothing more said of it.
    pub(super) fn drop_life(&mut self, object: &str) {
        self.stream.close(object, &mut Deaf);
        forget(&mut self.stream, object);
    }

    /// Lives that are over, gone through whole.
    pub(super) fn go_through(&mut self, batch: &Log, objects: &[&str], heard: &mut Heard) {
        let still = self.still.get_or_insert_with(|| Stream::new(self.kind.as_str(), &self.models));
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        still.take(batch, &mut ear);
        for object in objects {
            still.close(object, &mut ear);
            forget(still, object);
        }
    }

    /// Nothing is to be gone through from its history for a while.
    pub(super) fn rest(&mut self) {
        self.still = None;
    }
}

/// A stream keeps the name of a life that was closed; here the history is asked whenever one comes back.
fn forget(stream: &mut Stream, object: &str) {
    stream.reopen(object, &Log::new(), &mut Deaf);
}

/// What streams have told, and did not take back since.
#[derive(Default)]
pub(super) struct Heard {
    /// Each with how often it was told: two clauses of a model may be broken by the same events.
    breaches: Vec<(Breach, u32)>,
    /// Where each stands, by a hash of it, or of that and how many others came before it to its place.
    places: HashMap<u64, usize>,
    hasher: RandomState,
    /// Objects of which something that was told before does not hold.
    pub(super) doubtful: BTreeSet<ObjectRef>,
}

impl Heard {
    /// The place of a breach among those told, or the key of a place for it.
    fn place(&self, breach: &Breach) -> Result<usize, u64> {
        let mut at = self.hasher.hash_one(what(breach));
        while let Some(place) = self.places.get(&at) {
            if self.breaches.get(*place).is_some_and(|(other, _)| what(other) == what(breach)) {
                return Ok(*place);
            }
            at = at.wrapping_add(1);
        }
        Err(at)
    }

    fn put(&mut self, breach: Breach) {
        match self.place(&breach) {
            Ok(place) => self.breaches.get_mut(place).into_iter().for_each(|(_, times)| *times += 1),
            Err(key) => {
                self.places.insert(key, self.breaches.len());
                self.breaches.push((breach, 1));
            }
        }
    }

    fn take_back(&mut self, breach: &Breach) {
        let told = self.place(breach).ok().and_then(|place| self.breaches.get_mut(place));
        match told.filter(|(_, times)| *times > 0) {
            Some((_, times)) => *times -= 1,
            None => self.doubtful.extend(breach.objects.first().cloned()),
        }
    }

    /// What is broken, in the order in which it was told.
    pub(super) fn standing(self) -> impl Iterator<Item = Breach> {
        self.breaches.into_iter().filter(|(_, times)| *times > 0).map(|(breach, _)| breach)
    }

    /// What is broken, by object.
    pub(super) fn by_object(self) -> HashMap<ObjectRef, Vec<Breach>> {
        let mut all: HashMap<ObjectRef, Vec<Breach>> = HashMap::new();
        for breach in self.standing() {
            let Some(object) = breach.objects.first() else { continue };
            match all.get_mut(object) {
                Some(breaches) => breaches.push(breach),
                None => {
                    all.insert(object.clone(), vec![breach]);
                }
            }
        }
        all
    }
}

/// What tells one from another: what its [digest](Breach::digest) is made of.
fn what(breach: &Breach) -> (&Id, &[ObjectRef], Option<&EventId>, &[EventId]) {
    let Breach { model, objects, activation, evidence, .. } = breach;
    (model, objects, activation.as_ref(), evidence)
}

/// Hears what a lane's stream tells.
struct Ear<'a> {
    kind: &'a str,
    names: &'a [Id],
    heard: &'a mut Heard,
}

impl Ear<'_> {
    fn each(&mut self, broken: &Broken<'_>, tell: fn(&mut Heard, Breach)) {
        let object = ObjectRef::new(self.kind, broken.object());
        broken.each(|model, finding| {
            let Some(name) = self.names.get(model) else { return };
            let ids = |events: &[u32]| -> Vec<EventId> {
                events.iter().filter_map(|event| broken.id(*event)).cloned().collect()
            };
            let breach = Breach {
                model: name.clone(),
                objects: vec![object.clone()],
                activation: finding.activation.and_then(|event| broken.id(event)).cloned(),
                evidence: ids(&finding.evidence),
                verdict: finding.verdict,
                deadline: finding.deadline,
                at: finding.at,
            };
            tell(self.heard, breach);
        });
    }
}

impl Hearer for Ear<'_> {
    fn broken(&mut self, broken: &Broken<'_>) {
        self.each(broken, Heard::put);
    }

    fn mended(&mut self, broken: &Broken<'_>) {
        self.each(broken, |heard, breach| heard.take_back(&breach));
    }

    fn returned(&mut self, _: &str, _: &EventId) {}
}

/// Hears nothing.
struct Deaf;

impl Hearer for Deaf {
    fn broken(&mut self, _: &Broken<'_>) {}
    fn mended(&mut self, _: &Broken<'_>) {}
    fn returned(&mut self, _: &str, _: &EventId) {}
}
