//! Models over several objects, live: whenever an event is about one of them, or a deadline of one passes, the objects
//! around it are gone through anew.

use super::{Breach, CASE};
use crate::catalogue::{Found, Links, Ready, Recall, try_all};
use crate::check::Until;
use crate::log::Log;
use pack::Id;
use record::{Entry, Event, EventId, Name, ObjectRef, Time};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The models over several objects.
pub(super) struct Wide {
    /// Each with its place among all models.
    models: Vec<(usize, Ready)>,
    /// The types of which they speak.
    kinds: BTreeSet<String>,
    /// The objects that some event is about together with each, or that a link joins to it.
    near: HashMap<ObjectRef, BTreeSet<ObjectRef>>,
    /// Objects that were told of since.
    touched: BTreeSet<ObjectRef>,
    /// When a model is to be looked at again for an object, though nothing happens.
    due: BTreeMap<Time, BTreeSet<(usize, ObjectRef)>>,
}

impl Wide {
    pub(super) fn new(models: impl Iterator<Item = (usize, Ready)>) -> Self {
        let models: Vec<(usize, Ready)> = models.collect();
        let mut kinds = BTreeSet::new();
        for (_, ready) in &models {
            kinds.insert(ready.scope.each.to_string());
            kinds.extend(way(ready).map(Id::to_string));
        }
        let (near, touched, due) = (HashMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { models, kinds, near, touched, due }
    }

    pub(super) fn hear(&mut self, event: &Event) {
        let mut here = event.touched();
        here.retain(|object| self.kinds.contains(object.kind.as_str()));
        for object in &here {
            self.touched.insert((*object).clone());
            let near = self.near.entry((*object).clone()).or_default();
            near.extend(here.iter().filter(|other| *other != object).map(|other| (*other).clone()));
        }
    }

    /// The objects that can be reached from one in so many steps, itself too.
    fn around(&self, object: &ObjectRef, steps: usize) -> BTreeSet<ObjectRef> {
        let mut all = BTreeSet::from([object.clone()]);
        for _ in 0..steps {
            let more: Vec<ObjectRef> =
                all.iter().filter_map(|one| self.near.get(one)).flatten().cloned().collect();
            all.extend(more);
        }
        all
    }

    /// Tries again what was touched or has become due; `tell` is given the model, the object, and all that is broken there.
    pub(super) fn settle<E>(
        &mut self,
        now: Time,
        past: &mut dyn FnMut(&ObjectRef) -> Result<Vec<Entry>, E>,
        attributes: &[Name],
        tell: &mut dyn FnMut(usize, &ObjectRef, Vec<Breach>),
    ) -> Result<(), E> {
        let mut asked: BTreeSet<(usize, ObjectRef)> = BTreeSet::new();
        for (at, (_, ready)) in self.models.iter().enumerate() {
            let steps = way(ready).count();
            for object in &self.touched {
                let around = self.around(object, steps).into_iter();
                asked.extend(
                    around.filter(|one| one.kind.as_str() == ready.scope.each.as_str()).map(|one| (at, one)),
                );
            }
        }
        while let Some(first) = self.due.first_entry().filter(|first| *first.key() <= now) {
            asked.extend(first.remove());
        }
        let touched = std::mem::take(&mut self.touched);
        for (at, object) in asked {
            let tried = self.try_one(at, &object, now, past, attributes);
            match tried {
                Ok(Some((place, found))) => tell(place, &object, found),
                Ok(None) => {}
                Err(error) => {
                    self.touched.extend(touched);
                    self.due.entry(now).or_default().insert((at, object));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn try_one<E>(
        &mut self,
        at: usize,
        object: &ObjectRef,
        now: Time,
        past: &mut dyn FnMut(&ObjectRef) -> Result<Vec<Entry>, E>,
        attributes: &[Name],
    ) -> Result<Option<(usize, Vec<Breach>)>, E> {
        let Some((place, ready)) = self.models.get(at) else { return Ok(None) };
        let around = self.around(object, way(ready).count());
        let (mut log, mut links) = (Log::new(), Links::new());
        for event in recalled(attributes, &around, past)? {
            links.push(&event);
            // What lies around an object is far from as many events as a log cannot hold.
            let _ = log.push(&event);
        }
        let (mut found, mut next) = (Vec::new(), None::<Time>);
        let ids = |events: &[u32]| -> Vec<EventId> {
            events.iter().filter_map(|event| log.id(*event)).cloned().collect()
        };
        try_all(
            &log,
            &links,
            std::slice::from_ref(ready),
            Until::Open(now),
            &mut |_, Found { scope, finding }| {
                if scope.first() != Some(object) {
                    return;
                }
                if !finding.verdict.is_violated() {
                    let later = finding.deadline.filter(|deadline| *deadline > now);
                    next = [next, later].into_iter().flatten().min();
                    return;
                }
                found.push(Breach {
                    model: Id::from(ready.model.name.as_str()),
                    objects: scope,
                    activation: finding.activation.and_then(|event| log.id(event)).cloned(),
                    evidence: ids(&finding.evidence),
                    verdict: finding.verdict,
                    deadline: finding.deadline,
                    at: finding.at,
                });
            },
        );
        let place = *place;
        if let Some(next) = next {
            // Just after: at the deadline itself it may still come.
            let after = Time::new(next.seconds() + 1, 0, None).unwrap_or(next);
            self.due.entry(after).or_default().insert((at, object.clone()));
        }
        Ok(Some((place, found)))
    }
}

/// The types from an object to those that belong to it.
fn way(ready: &Ready) -> impl Iterator<Item = &Id> {
    ready.scope.over.iter().flat_map(|over| over.through.iter().chain([&over.object]))
}

/// The events about some objects in the order of the record, each with what its own case knew when it happened.
pub(super) fn recalled<E>(
    attributes: &[Name],
    objects: &BTreeSet<ObjectRef>,
    past: &mut dyn FnMut(&ObjectRef) -> Result<Vec<Entry>, E>,
) -> Result<Vec<Event>, E> {
    let mut all: BTreeMap<u64, Event> = BTreeMap::new();
    let mut wanted: BTreeSet<u64> = BTreeSet::new();
    let mut others: BTreeSet<ObjectRef> = BTreeSet::new();
    for object in objects {
        for Entry { index, event } in past(object)? {
            wanted.insert(index);
            others.extend(event.object(CASE).filter(|case| !objects.contains(case)).cloned());
            all.insert(index, event);
        }
    }
    for other in &others {
        for Entry { index, event } in past(other)? {
            all.entry(index).or_insert(event);
        }
    }
    let mut recall = Recall::of(attributes.iter().cloned());
    let seen = all.into_iter().map(|(index, event)| (index, recall.seen(&event).into_owned()));
    Ok(seen.filter(|(index, _)| wanted.contains(index)).map(|(_, event)| event).collect())
}
