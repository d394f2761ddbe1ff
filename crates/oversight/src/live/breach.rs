use crate::check::Verdict;
use pack::Id;
use record::{Digest, EventId, ObjectRef, Time};
use std::collections::{BTreeMap, BTreeSet};

/// A model that is broken, where, and the events that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The model.
    pub model: Id,
    /// The object that the model speaks of, and the one that belongs to it where the two together break it.
    pub objects: Vec<ObjectRef>,
    /// The event that asked for something.
    pub activation: Option<EventId>,
    /// The events that prove it.
    pub evidence: Vec<EventId>,
    /// How it is broken.
    pub verdict: Verdict,
    /// Until when what was asked for could have come.
    pub deadline: Option<Time>,
    /// Since when it is certain.
    pub at: Option<Time>,
}

impl Breach {
    /// What tells it from all others, whoever computes it and whenever: its model, objects, activation and evidence.
    pub fn digest(&self) -> Digest {
        let mut words = vec![self.model.to_string()];
        words.extend(self.objects.iter().map(ToString::to_string));
        words.push(self.activation.as_ref().map(ToString::to_string).unwrap_or_default());
        words.extend(self.evidence.iter().map(ToString::to_string));
        Digest::of(words.join("\n").as_bytes())
    }
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is broken.
    Broken(Breach),
    /// It is not, after all: a late or corrected event shows it.
    Mended(Breach),
}

/// A life: of which lane, or of which model over several objects, and of which object.
pub(super) type Life = (usize, ObjectRef);
/// What is broken in a life, and how often it was told: two clauses of a model may be broken by the same events.
type OfLife = BTreeMap<Digest, (Breach, usize)>;

/// All that is broken, life by life, and what of it was given back as a change.
#[derive(Default)]
pub(super) struct Standing {
    now: BTreeMap<Life, OfLife>,
    told: BTreeMap<Life, BTreeMap<Digest, Breach>>,
    touched: BTreeSet<Life>,
}

impl Standing {
    pub(super) fn put(&mut self, lane: usize, breach: Breach) {
        let Some(object) = breach.objects.first().cloned() else { return };
        let life = (lane, object);
        let of_life = self.now.entry(life.clone()).or_default();
        of_life.entry(breach.digest()).or_insert_with(|| (breach, 0)).1 += 1;
        self.touched.insert(life);
    }

    pub(super) fn take(&mut self, lane: usize, breach: &Breach) {
        let Some(object) = breach.objects.first().cloned() else { return };
        let life = (lane, object);
        let Some(of_life) = self.now.get_mut(&life) else { return };
        let digest = breach.digest();
        if let Some((_, times)) = of_life.get_mut(&digest) {
            *times -= 1;
            if *times == 0 {
                of_life.remove(&digest);
            }
        }
        self.touched.insert(life);
    }

    pub(super) fn forget(&mut self, life: &Life) {
        self.now.remove(life);
        self.touched.insert(life.clone());
    }

    /// All that is broken in a life is this, and nothing else.
    pub(super) fn replace(&mut self, life: Life, all: Vec<Breach>) {
        self.forget(&life);
        let lane = life.0;
        all.into_iter().for_each(|breach| self.put(lane, breach));
    }

    /// What changed since this was asked last.
    pub(super) fn changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for life in std::mem::take(&mut self.touched) {
            let now = self.now.get(&life);
            let told = self.told.remove(&life).unwrap_or_default();
            let stands = |digest: &Digest| now.is_some_and(|now| now.contains_key(digest));
            let gone = told.iter().filter(|(digest, _)| !stands(digest));
            changes.extend(gone.map(|(_, breach)| Change::Mended(breach.clone())));
            let Some(now) = now.filter(|now| !now.is_empty()) else {
                self.now.remove(&life);
                continue;
            };
            let new = now.iter().filter(|(digest, _)| !told.contains_key(*digest));
            changes.extend(new.map(|(_, (breach, _))| Change::Broken(breach.clone())));
            let now = now.iter().map(|(digest, (breach, _))| (*digest, breach.clone())).collect();
            self.told.insert(life, now);
        }
        changes
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Breach> {
        self.now.values().flat_map(|of_life| of_life.values().map(|(breach, _)| breach))
    }
}
