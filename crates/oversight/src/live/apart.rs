//! Models that are not kept up event by event: those over several objects, and those over objects that are no cases, whose
//! lives never end. Whenever an event is about one of them, or a deadline passes, what lies around it is gone through from the
//! histories. Nothing is kept but the moments at which that is to be done again.

use super::breach::{Breach, Change, Of};
use super::histories::Histories;
use super::model::Running;
use crate::catalogue::{Found, Links, Ready, Recall, try_all};
use crate::check::Until;
use crate::log::Log;
use pack::Id;
use record::{Event, EventId, ObjectRef, Time};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A model's place, and an object that it speaks of.
type Place = (usize, ObjectRef);

#[derive(Default)]
pub(super) struct Apart {
    models: Vec<Running>,
    /// The types of which they speak.
    kinds: BTreeSet<String>,
    /// Objects that were told of since.
    touched: BTreeSet<ObjectRef>,
    /// When a model is to be looked at again for an object, though nothing happens.
    due: BTreeMap<Time, BTreeSet<Place>>,
    waits: HashMap<Place, Time>,
}

/// What is broken at a place, and when that may change though nothing happens.
type Tried = (Vec<Breach>, Option<Time>);

impl Apart {
    pub(super) fn new(models: Vec<Running>) -> Self {
        let mut kinds = BTreeSet::new();
        for Running { ready, .. } in &models {
            kinds.insert(ready.scope.each.to_string());
            kinds.extend(way(ready).map(Id::to_string));
        }
        Self { models, kinds, ..Self::default() }
    }

    pub(super) fn models(&self) -> &[Running] {
        &self.models
    }

    /// Whether an object may matter to one of the models.
    pub(super) fn watches(&self, object: &ObjectRef) -> bool {
        self.kinds.contains(object.kind.as_str())
    }

    pub(super) fn hear(&mut self, event: &Event) {
        if !self.models.is_empty() {
            event.touched().into_iter().for_each(|object| self.touch(object));
        }
    }

    pub(super) fn touch(&mut self, object: &ObjectRef) {
        if self.watches(object) {
            self.touched.insert(object.clone());
        }
    }

    /// How many objects are to be looked at.
    pub(super) fn waiting(&self) -> usize {
        self.touched.len()
    }

    /// How many objects are to be looked at again though nothing happens.
    pub(super) fn due(&self) -> usize {
        self.waits.len()
    }

    /// The objects of which something is still to be said.
    pub(super) fn unsettled(&self) -> impl Iterator<Item = &ObjectRef> {
        self.touched.iter().chain(self.waits.keys().map(|(_, object)| object))
    }

    /// The objects that can be reached from one in so many steps, itself too.
    fn around<E>(
        &self,
        object: &ObjectRef,
        steps: usize,
        histories: &mut Histories<'_, '_, E>,
    ) -> Result<BTreeSet<ObjectRef>, E> {
        let mut all = BTreeSet::from([object.clone()]);
        let mut edge = vec![object.clone()];
        for _ in 0..steps {
            let mut next = Vec::new();
            for one in edge {
                for entry in histories.of(&one)?.iter() {
                    let near = entry.event.touched().into_iter().filter(|other| self.watches(other));
                    next.extend(near.filter(|other| all.insert((*other).clone())).cloned());
                }
            }
            edge = next;
        }
        Ok(all)
    }

    /// Tries again what has become due, and up to `most` of what was touched.
    pub(super) fn settle<E>(
        &mut self,
        now: Time,
        most: usize,
        histories: &mut Histories<'_, '_, E>,
        (recall, changes): (&Recall, &mut Vec<Change>),
    ) -> Result<(), E> {
        let touched: BTreeSet<ObjectRef> = self.touched.iter().take(most).cloned().collect();
        let mut asked: BTreeSet<Place> =
            self.due.range(..=now).flat_map(|(_, places)| places).take(most).cloned().collect();
        for (at, Running { ready, .. }) in self.models.iter().enumerate() {
            for object in &touched {
                let around = self.around(object, way(ready).count(), histories)?.into_iter();
                let each = |one: &ObjectRef| one.kind.as_str() == ready.scope.each.as_str();
                asked.extend(around.filter(each).map(|one| (at, one)));
            }
        }
        for place in asked {
            let Some((breaches, next)) = self.try_one(&place, now, histories, recall)? else { continue };
            self.wait(&place, next);
            let model = self.models.get(place.0).map(|running| running.name.clone()).unwrap_or_default();
            changes.push(Change::All { object: place.1, of: Of::Model(model), breaches });
        }
        self.touched.retain(|object| !touched.contains(object));
        Ok(())
    }

    /// Notes when a model is to be looked at again for an object.
    fn wait(&mut self, place: &Place, next: Option<Time>) {
        if let Some(before) = self.waits.remove(place)
            && let Some(places) = self.due.get_mut(&before)
        {
            places.remove(place);
            if places.is_empty() {
                self.due.remove(&before);
            }
        }
        // Just after: at the deadline itself it may still come.
        let next = next.map(|next| Time::new(next.seconds() + 1, 0, None).unwrap_or(next));
        if let Some(next) = next {
            self.due.entry(next).or_default().insert(place.clone());
            self.waits.insert(place.clone(), next);
        }
    }

    /// What is broken, and when that may change though nothing happens; none where there is no such model.
    fn try_one<E>(
        &self,
        (at, object): &Place,
        now: Time,
        histories: &mut Histories<'_, '_, E>,
        recall: &Recall,
    ) -> Result<Option<Tried>, E> {
        let Some(Running { name, ready, .. }) = self.models.get(*at) else { return Ok(None) };
        let around = self.around(object, way(ready).count(), histories)?;
        let (mut log, mut links) = (Log::new(), Links::new());
        histories.recalled(recall, &around, &mut |event| {
            links.push(event);
            // What lies around an object is far from as many events as a log cannot hold.
            let _ = log.push(event);
        })?;
        let (mut breaches, mut next) = (Vec::new(), None::<Time>);
        let ids = |events: &[u32]| -> Vec<EventId> {
            events.iter().filter_map(|event| log.id(*event)).cloned().collect()
        };
        try_all(&log, &links, std::slice::from_ref(ready), Until::Open(now), &mut |_, found| {
            let Found { scope, finding } = found;
            if scope.first() != Some(object) {
                return;
            }
            if !finding.verdict.is_violated() {
                let later = finding.deadline.filter(|deadline| *deadline > now);
                next = [next, later].into_iter().flatten().min();
                return;
            }
            breaches.push(Breach {
                model: name.clone(),
                objects: scope,
                activation: finding.activation.and_then(|event| log.id(event)).cloned(),
                evidence: ids(&finding.evidence),
                verdict: finding.verdict,
                deadline: finding.deadline,
                at: finding.at,
            });
        });
        Ok(Some((breaches, next)))
    }
}

/// The types from an object to those that belong to it.
fn way(ready: &Ready) -> impl Iterator<Item = &Id> {
    ready.scope.over.iter().flat_map(|over| over.through.iter().chain([&over.object]))
}
