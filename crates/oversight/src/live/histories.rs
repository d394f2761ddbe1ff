use super::CASE;
use crate::catalogue::Recall;
use record::{Entry, Event, Name, ObjectRef};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Gives the entries of an object's history as they count: a correction in place of what it corrects.
pub type Past<'p, E> = dyn FnMut(&ObjectRef) -> Result<Vec<Entry>, E> + 'p;

/// The histories of objects, each read once: those that lie near one another are asked for again and again.
pub(super) struct Histories<'h, 'p, E> {
    past: &'h mut Past<'p, E>,
    read: HashMap<ObjectRef, Rc<[Entry]>>,
}

impl<'h, 'p, E> Histories<'h, 'p, E> {
    pub(super) fn new(past: &'h mut Past<'p, E>) -> Self {
        Self { past, read: HashMap::new() }
    }

    pub(super) fn of(&mut self, object: &ObjectRef) -> Result<Rc<[Entry]>, E> {
        if let Some(known) = self.read.get(object) {
            return Ok(Rc::clone(known));
        }
        let history: Rc<[Entry]> = (self.past)(object)?.into();
        self.read.insert(object.clone(), Rc::clone(&history));
        Ok(history)
    }

    /// The events about some objects in the order of the record, each with what its own case knew when it happened.
    pub(super) fn recalled(
        &mut self,
        attributes: &[Name],
        objects: &BTreeSet<ObjectRef>,
    ) -> Result<Vec<Event>, E> {
        let (mut all, mut wanted) = (BTreeMap::new(), BTreeSet::new());
        let mut others: BTreeSet<ObjectRef> = BTreeSet::new();
        for object in objects {
            for Entry { index, event } in self.of(object)?.iter() {
                wanted.insert(*index);
                others.extend(event.object(CASE).filter(|case| !objects.contains(case)).cloned());
                all.entry(*index).or_insert_with(|| event.clone());
            }
        }
        for other in &others {
            for Entry { index, event } in self.of(other)?.iter() {
                all.entry(*index).or_insert_with(|| event.clone());
            }
        }
        let mut recall = Recall::of(attributes.iter().cloned());
        let seen = all.into_iter().map(|(index, event)| (index, recall.seen(&event).into_owned()));
        Ok(seen.filter(|(index, _)| wanted.contains(index)).map(|(_, event)| event).collect())
    }
}
