//! What is at hand without asking the store: the last entries, and the states of objects that were asked for lately. The
//! writer tells both of every entry, after it is durable and before anyone hears of it, so that they never lag behind.

use crate::{Entry, ObjectRef};
use std::any::{Any, TypeId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Entries that are kept. Whoever follows the record asks again sooner than so many come.
const ENTRIES: usize = 2_048;
/// Objects whose states are kept, in each of two generations.
const OBJECTS: usize = 2_048;
/// A state that lags so far behind is dropped: nobody asks for it.
const BEHIND: usize = 64;

/// The last entries, in order.
#[derive(Default)]
pub(crate) struct Recent(RwLock<VecDeque<Arc<Entry>>>);

impl Recent {
    /// Takes in what was appended; without `entries`, that something was which is not at hand.
    pub(crate) fn tell(&self, entries: Option<&[Arc<Entry>]>) {
        let Ok(mut kept) = self.0.write() else { return };
        match entries {
            None => kept.clear(),
            Some(entries) => {
                kept.extend(entries.iter().cloned());
                let surplus = kept.len().saturating_sub(ENTRIES);
                kept.drain(..surplus);
            }
        }
    }

    /// Up to `limit` entries from index `from` on, if they are at hand.
    pub(crate) fn since(&self, from: u64, limit: usize) -> Option<Vec<Arc<Entry>>> {
        let kept = self.0.read().ok()?;
        let first = kept.front()?.index;
        let skipped = usize::try_from(from.checked_sub(first)?).ok()?;
        Some(kept.iter().skip(skipped).take(limit).cloned().collect())
    }
}

/// States of objects, each with what came since it was computed.
#[derive(Default)]
pub(crate) struct States(Mutex<Generations>);

/// What is asked for stays in the younger generation; when that is full, the older one is dropped and the younger takes its
/// place.
#[derive(Default)]
struct Generations {
    young: HashMap<ObjectRef, Vec<Slot>>,
    old: HashMap<ObjectRef, Vec<Slot>>,
}

struct Slot {
    fold: TypeId,
    /// None while somebody computes it.
    state: Option<Arc<dyn Any + Send + Sync>>,
    /// Entries that came since.
    news: Vec<Arc<Entry>>,
}

/// What is known of an object's state.
pub(crate) enum Known<S> {
    /// The state, and what is still to be applied to it, to be [kept](States::keep) afterwards.
    State(Arc<S>, Vec<Arc<Entry>>),
    /// Nothing; whoever asked computes it and then [keeps](States::keep) it.
    Nothing,
    /// Nothing; somebody else is computing it.
    UnderWay,
}

impl States {
    fn lock(&self) -> MutexGuard<'_, Generations> {
        // Every change is one insertion or removal: what a thread left that broke off is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what was appended; without `entries`, that something was which is not at hand.
    pub(crate) fn tell(&self, entries: Option<&[Arc<Entry>]>) {
        let mut all = self.lock();
        let Some(entries) = entries else {
            *all = Generations::default();
            return;
        };
        if all.young.is_empty() && all.old.is_empty() {
            return;
        }
        for entry in entries {
            for object in entry.event.touched() {
                let Generations { young, old } = &mut *all;
                let Some(slots) = young.get_mut(object).or_else(|| old.get_mut(object)) else { continue };
                slots.iter_mut().for_each(|slot| slot.news.push(Arc::clone(entry)));
                slots.retain(|slot| slot.news.len() < BEHIND);
            }
        }
    }

    /// The state of `object` that was kept last, with what came since, or a place for it.
    pub(crate) fn take<S: Any + Send + Sync>(&self, object: &ObjectRef) -> Known<S> {
        let mut all = self.lock();
        let slots = all.slots(object);
        let fold = TypeId::of::<S>();
        let Some(slot) = slots.iter_mut().find(|slot| slot.fold == fold) else {
            slots.push(Slot { fold, state: None, news: Vec::new() });
            return Known::Nothing;
        };
        let state = match slot.news.is_empty() {
            true => slot.state.clone(),
            // Lent out to be brought forward; what comes meanwhile is collected.
            false => slot.state.take(),
        };
        match state.map(|state| state.downcast::<S>()) {
            Some(Ok(state)) => Known::State(state, std::mem::take(&mut slot.news)),
            _ => Known::UnderWay,
        }
    }

    /// Keeps the state of `object`, of which the last entry is at index `last`.
    pub(crate) fn keep<S: Any + Send + Sync>(&self, object: &ObjectRef, state: Arc<S>, last: Option<u64>) {
        let mut all = self.lock();
        let slot = all.slots(object).iter_mut().find(|slot| slot.fold == TypeId::of::<S>());
        // None where the place was dropped meanwhile, since too much came.
        if let Some(slot) = slot {
            slot.news.retain(|entry| last.is_none_or(|last| entry.index > last));
            slot.state = Some(state);
        }
    }

    /// Gives up a place that [`Self::take`] made.
    pub(crate) fn give_up<S: Any + Send + Sync>(&self, object: &ObjectRef) {
        self.lock().slots(object).retain(|slot| slot.fold != TypeId::of::<S>() || slot.state.is_some());
    }
}

impl Generations {
    fn slots(&mut self, object: &ObjectRef) -> &mut Vec<Slot> {
        if !self.young.contains_key(object) {
            if self.young.len() >= OBJECTS {
                self.old = std::mem::take(&mut self.young);
            }
            let slots = self.old.remove(object).unwrap_or_default();
            self.young.insert(object.clone(), slots);
        }
        self.young.entry(object.clone()).or_default()
    }
}
