//! What is at hand without asking the store: the last entries, and the states of objects that were asked for lately. The
//! writer tells both of every entry, after it is durable and before anyone hears of it, so that they never lag behind.

use crate::{Entry, ObjectRef};
use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Entries that are kept: what comes in a sixth of a second at 50,000 a second. Whoever follows the record asks again sooner,
/// also after a sync that took long.
const ENTRIES: usize = 8_192;
/// Entries that are kept for one who follows and is behind. Who has to ask the store takes twice as long for an entry, and would
/// never come after again.
const BEHIND_ENTRIES: usize = 65_536;
/// How long who follows may take over what was given, until no more is kept for it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Objects whose states are kept, in each of two generations.
const OBJECTS: usize = 2_048;
/// A state that lags so far behind is dropped: nobody asks for it.
const BEHIND: usize = 64;

/// The last entries, and the histories of the objects of which all entries are among them.
#[derive(Default)]
pub(crate) struct Recent {
    last: RwLock<Last>,
    /// The entries that those who follow will ask for next, and since when.
    asked: Mutex<BTreeMap<u64, Instant>>,
}

#[derive(Default)]
struct Last {
    /// In order.
    entries: VecDeque<Arc<Entry>>,
    /// By object that was first told of in one of them.
    begun: HashMap<ObjectRef, Vec<Arc<Entry>>>,
}

impl Recent {
    /// Takes in what was appended, with the objects that it tells of first; without `entries`, that something was which is not
    /// at hand.
    pub(crate) fn tell(&self, entries: Option<&[Arc<Entry>]>, begun: impl Iterator<Item = ObjectRef>) {
        let Ok(mut last) = self.last.write() else { return };
        let Some(entries) = entries else {
            *last = Last::default();
            return;
        };
        last.begun.extend(begun.map(|object| (object, Vec::new())));
        for entry in entries {
            for object in entry.event.touched() {
                let history = last.begun.get_mut(object);
                history.into_iter().for_each(|history| history.push(Arc::clone(entry)));
            }
        }
        last.entries.extend(entries.iter().cloned());
        let needed = self.needed(&last);
        last.shorten(needed);
    }

    /// Up to `limit` entries from index `from` on, if they are at hand.
    pub(crate) fn since(&self, from: u64, limit: usize) -> Option<Vec<Arc<Entry>>> {
        let Last { entries, .. } = &*self.last.read().ok()?;
        let first = entries.front()?.index;
        let skipped = usize::try_from(from.checked_sub(first)?).ok()?;
        let given: Vec<Arc<Entry>> = entries.iter().skip(skipped).take(limit).cloned().collect();
        if let Ok(mut asked) = self.asked.lock() {
            asked.remove(&from);
            asked.insert(from + given.len() as u64, Instant::now());
        }
        Some(given)
    }

    /// How many of the last entries somebody who follows has still to ask for.
    fn needed(&self, last: &Last) -> usize {
        let (Some(end), Ok(mut asked)) = (last.entries.back().map(|last| last.index + 1), self.asked.lock())
        else {
            return 0;
        };
        let bound = end.saturating_sub(BEHIND_ENTRIES as u64);
        asked.retain(|next, since| *next >= bound && since.elapsed() < PATIENCE);
        asked.first_key_value().map_or(0, |(next, _)| usize::try_from(end.saturating_sub(*next)).unwrap_or(0))
    }

    /// All entries that touched an object, if all of them are at hand.
    pub(crate) fn history(&self, object: &ObjectRef) -> Option<Vec<Arc<Entry>>> {
        self.last.read().ok()?.begun.get(object).cloned()
    }
}

impl Last {
    /// Drops the oldest beyond those that are needed, and the histories that began with them.
    fn shorten(&mut self, needed: usize) {
        let surplus = self.entries.len().saturating_sub(needed.max(ENTRIES));
        let Self { entries, begun } = self;
        for entry in entries.drain(..surplus) {
            for object in entry.event.touched() {
                let first = begun.get(object).and_then(|history| history.first());
                if first.is_some_and(|first| first.index == entry.index) {
                    begun.remove(object);
                }
            }
        }
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

#[cfg(test)]
mod tests {
    use super::{BEHIND_ENTRIES, ENTRIES, Recent};
    use crate::{Entry, Event, ObjectRef, Time};
    use std::collections::HashMap;
    use std::sync::Arc;

    /// Who follows and is behind still finds what comes next at hand, up to a bound, and is waited for no longer beyond it.
    #[test]
    fn who_is_behind_is_waited_for_up_to_a_bound() {
        let recent = Recent::default();
        let tell = |from: u64, count: usize| {
            let entry = |index: u64| {
                Arc::new(Entry { index, event: Event::new(index.to_string(), "told", Time::ZERO) })
            };
            let entries: Vec<Arc<Entry>> = (from..from + count as u64).map(entry).collect();
            recent.tell(Some(&entries), std::iter::empty());
        };
        let at_hand = |from: u64| recent.since(from, 1).is_some_and(|entries| entries[0].index == from);
        tell(0, 100);
        assert_eq!(recent.since(0, 10).map(|entries| entries.len()), Some(10));
        let mut told = 100;
        while told < 3 * ENTRIES as u64 {
            tell(told, 4_000);
            told += 4_000;
        }
        // They asked for ten, so it is the eleventh that they need; whoever is not behind asks for the last.
        assert!(at_hand(10) && at_hand(told - 1));
        let needed = 11;
        while told < 2 * BEHIND_ENTRIES as u64 {
            tell(told, 4_000);
            told += 4_000;
        }
        assert!(recent.since(needed, 1).is_none());
        assert!(recent.since(told - ENTRIES as u64 - 4_001, 1).is_none(), "more is kept than anybody needs");
        assert!(at_hand(told - ENTRIES as u64));
    }

    #[test]
    fn a_history_at_hand_is_whole() {
        let recent = Recent::default();
        let mut whole: HashMap<ObjectRef, Vec<u64>> = HashMap::new();
        let mut known = 0;
        for index in 0..3 * ENTRIES as u64 {
            // Some objects begin all the time, and one in ten is told of again and again.
            let object = |number: u64| ObjectRef::new("case", number.to_string());
            let objects = [object(index / 3), object(index % 97 * 10)];
            let event = Event::new(index.to_string(), "told", Time::ZERO);
            let event = objects.iter().fold(event, |event, object| event.about("case", object.clone()));
            let begun: Vec<ObjectRef> =
                event.touched().into_iter().filter(|object| !whole.contains_key(*object)).cloned().collect();
            event
                .touched()
                .into_iter()
                .for_each(|object| whole.entry(object.clone()).or_default().push(index));
            recent.tell(Some(&[Arc::new(Entry { index, event })]), begun.into_iter());
            if index % 1_000 == 0 {
                for (object, told) in &whole {
                    let history = recent.history(object);
                    let history = history.map(|all| all.iter().map(|entry| entry.index).collect::<Vec<_>>());
                    let at_hand = told.first().is_some_and(|first| first + ENTRIES as u64 > index);
                    assert_eq!(history, at_hand.then(|| told.clone()), "{object} at {index}");
                    known += usize::from(at_hand);
                }
            }
        }
        assert!(known > 0);
        recent.tell(None, std::iter::empty());
        assert_eq!(recent.history(&ObjectRef::new("case", "0")).map(|all| all.len()), None);
    }
}
