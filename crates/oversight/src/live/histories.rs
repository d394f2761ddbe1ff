use super::CASE;
use crate::catalogue::Recall;
use record::{Entry, Event, ObjectRef};
use std::collections::{BTreeSet, HashMap};
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

    /// Tells the events about some objects in the order of the record, each with what its own case knew when it happened.
    pub(super) fn recalled(
        &mut self,
        recall: &Recall,
        objects: &BTreeSet<ObjectRef>,
        tell: &mut dyn FnMut(&Event),
    ) -> Result<(), E> {
        let mut all: Vec<(u64, bool, Rc<[Entry]>, usize)> = Vec::new();
        let mut others: BTreeSet<ObjectRef> = BTreeSet::new();
        for object in objects {
            let history = self.of(object)?;
            for (at, Entry { index, event }) in history.iter().enumerate() {
                all.push((*index, true, Rc::clone(&history), at));
                others.extend(event.object(CASE).filter(|case| !objects.contains(*case)).cloned());
            }
        }
        for other in &others {
            let history = self.of(other)?;
            let entries = history.iter().enumerate();
            all.extend(entries.map(|(at, entry)| (entry.index, false, Rc::clone(&history), at)));
        }
        // What is wanted stands before the same entry as others have it.
        all.sort_by_key(|(index, wanted, ..)| (*index, !wanted));
        all.dedup_by_key(|(index, ..)| *index);
        let mut recall = recall.afresh();
        for (_, wanted, history, at) in &all {
            let Some(Entry { event, .. }) = history.get(*at) else { continue };
            let seen = recall.seen(event);
            if *wanted {
                tell(&seen);
            }
        }
        Ok(())
    }
}
