use super::breach::Breach;
use crate::check::{Broken, Finding, Hearer};
use crate::numbers::Seeded;
use pack::Id;
use record::{EventId, ObjectRef};
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

/// What streams have told, and did not take back since.
///
/// It is emptied and used again: room for many findings that is given up and asked for at every turn costs more than they do.
#[derive(Default)]
pub(super) struct Heard {
    /// Each with how often it was told: two clauses of a model may be broken by the same events.
    breaches: Vec<(Breach, u32)>,
    /// Where each stands, by a hash of what it is, or of that and how many others came before it to its place.
    places: HashMap<u64, usize, Seeded>,
    hasher: RandomState,
    /// Objects of which something that was told before does not hold.
    pub(super) doubtful: BTreeSet<ObjectRef>,
}

impl Heard {
    /// The place of a breach among those told, or the key of a place for it.
    fn place(&self, mut key: u64, breach: &Breach) -> Result<usize, u64> {
        while let Some(place) = self.places.get(&key) {
            if self.breaches.get(*place).is_some_and(|(other, _)| what(other) == what(breach)) {
                return Ok(*place);
            }
            key = key.wrapping_add(1);
        }
        Err(key)
    }

    fn put(&mut self, key: u64, breach: Breach) {
        match self.place(key, &breach) {
            Ok(place) => self.breaches.get_mut(place).into_iter().for_each(|(_, times)| *times += 1),
            Err(key) => {
                self.places.insert(key, self.breaches.len());
                self.breaches.push((breach, 1));
            }
        }
    }

    fn take_back(&mut self, key: u64, breach: &Breach) {
        let told = self.place(key, breach).ok().and_then(|place| self.breaches.get_mut(place));
        match told.filter(|(_, times)| *times > 0) {
            Some((_, times)) => *times -= 1,
            None => self.doubtful.extend(breach.objects.first().cloned()),
        }
    }

    /// How many different ones were told.
    pub(super) fn len(&self) -> usize {
        self.breaches.len()
    }

    /// Takes out what is broken, in the order in which it was told.
    pub(super) fn standing(&mut self) -> impl Iterator<Item = Breach> {
        self.places.clear();
        self.breaches.drain(..).filter(|(_, times)| *times > 0).map(|(breach, _)| breach)
    }

    /// Takes out what is broken, by object, where nothing was told before.
    pub(super) fn by_object(&mut self) -> HashMap<ObjectRef, Vec<Breach>> {
        self.doubtful.clear();
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
pub(super) struct Ear<'a> {
    pub(super) kind: &'a str,
    pub(super) names: &'a [Id],
    pub(super) heard: &'a mut Heard,
}

impl Ear<'_> {
    fn each(&mut self, broken: &Broken<'_>, tell: fn(&mut Heard, u64, Breach)) {
        let object = ObjectRef::new(self.kind, broken.object());
        // Of one lane and one object, events are told apart by their numbers as well as by their ids.
        let own = self.heard.hasher.hash_one((self.names.as_ptr().addr(), broken.object()));
        broken.each(|model, finding| {
            let Some(name) = self.names.get(model) else { return };
            let Finding { activation, evidence, .. } = finding;
            let key = self.heard.hasher.hash_one((own, model, activation, &**evidence));
            let breach = Breach {
                model: name.clone(),
                objects: vec![object.clone()],
                activation: activation.and_then(|event| broken.id(event)).cloned(),
                evidence: evidence.iter().filter_map(|event| broken.id(*event)).cloned().collect(),
                verdict: finding.verdict,
                deadline: finding.deadline,
                at: finding.at,
            };
            tell(self.heard, key, breach);
        });
    }
}

impl Hearer for Ear<'_> {
    fn broken(&mut self, broken: &Broken<'_>) {
        self.each(broken, Heard::put);
    }

    fn mended(&mut self, broken: &Broken<'_>) {
        self.each(broken, |heard, key, breach| heard.take_back(key, &breach));
    }

    fn returned(&mut self, _: &str, _: &EventId) {}
}
