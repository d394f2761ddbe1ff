use crate::cache::Snapshot;
use crate::record::decode;
use crate::store::{Line, Reader, StoreError};
use crate::{Digest, Entry, EventId, ObjectRef, Record, Version};
use std::collections::{HashMap, HashSet};

/// A state that is computed from an object's entries, one after the other.
pub trait Fold: Sized + Default {
    /// Tells this fold's snapshots from those of others.
    const NAME: &'static str;
    /// Raised whenever the same entries give another state or other bytes, so that older snapshots are passed over.
    const VERSION: u32;

    /// The state of `object` before its first entry.
    fn start(_object: &ObjectRef) -> Self {
        Self::default()
    }
    /// Takes in the next entry that touched the object. One that is corrected later is taken in as the correction tells
    /// it, in its own place; the state is then computed anew from the first entry on.
    fn apply(&mut self, entry: &Entry);
    /// Takes notice of an entry that corrects an earlier one, at whose place it was or will be taken in.
    fn corrected(&mut self, _by: &Entry) {}
    /// The state as bytes for a snapshot.
    fn to_bytes(&self) -> Vec<u8>;
    /// The state that [`Self::to_bytes`] wrote; `None` makes it be computed anew.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// Entries read at once.
const CHUNK: usize = 256;
/// A snapshot is made when at least so many entries had to be applied.
const SNAPSHOT_ENTRIES: usize = 16;
/// And when they are not much smaller than the state: a state that grows with every entry must not be written as often
/// as a small one.
const SNAPSHOT_SHARE: usize = 8;

/// Takes all entries of one object into `state`: what was corrected counts as the last correction of it tells, at the
/// place at which it happened.
pub fn apply_all<S: Fold>(state: &mut S, entries: &[Entry]) {
    let known: HashSet<&EventId> = entries.iter().map(|entry| &entry.event.id).collect();
    let corrects = |entry: &Entry| entry.event.corrects.clone().filter(|wrong| known.contains(wrong));
    let last: HashMap<EventId, &Entry> =
        entries.iter().filter_map(|entry| Some((corrects(entry)?, entry))).collect();
    for entry in entries {
        if corrects(entry).is_some() {
            state.corrected(entry);
            continue;
        }
        let mut stands = entry;
        while let Some(later) = last.get(&stands.event.id) {
            stands = later;
        }
        state.apply(&Entry { index: entry.index, event: stands.event.clone() });
    }
}

impl Record {
    /// The state of `object` and its version. What was computed before is taken from a snapshot, so that the cost
    /// depends on the entries since, not on all of them.
    pub fn fold<S: Fold>(&self, object: &ObjectRef) -> Result<(S, Version), StoreError> {
        let name = format!("{} {}", S::NAME, S::VERSION);
        let mut reader = self.inner().store.reader()?;
        let (mut state, mut next, mut lines) = match self.resume::<S>(&name, object, reader.as_mut())? {
            Some(resumed) => resumed,
            None => (S::start(object), 0, reader.history(object, 0, CHUNK)?),
        };
        let (mut applied, mut bytes, mut last) = (0, 0, None);
        while let Some((at, line)) = lines.last() {
            last = Some((*at, Digest::of(line)));
            next = at + 1;
            applied += lines.len();
            bytes += lines.iter().map(|(_, line)| line.len()).sum::<usize>();
            let more = lines.len() + 1 >= CHUNK;
            let entries = decode(std::mem::take(&mut lines))?;
            if entries.iter().any(|entry| entry.event.corrects.is_some()) {
                return self.fold_anew(&name, object, reader.as_mut());
            }
            entries.iter().for_each(|entry| state.apply(entry));
            if more {
                lines = reader.history(object, next, CHUNK)?;
            }
        }
        if let Some((at, line)) = last.filter(|_| applied >= SNAPSHOT_ENTRIES) {
            let written = state.to_bytes();
            if bytes * SNAPSHOT_SHARE >= written.len() {
                self.cache().put_snapshot(&name, object, &Snapshot { at, line, state: written });
            }
        }
        Ok((state, Version(next)))
    }

    /// The state from the first entry on, where an entry corrects an earlier one.
    fn fold_anew<S: Fold>(
        &self,
        name: &str,
        object: &ObjectRef,
        reader: &mut dyn Reader,
    ) -> Result<(S, Version), StoreError> {
        let lines = reader.history(object, 0, usize::MAX)?;
        let last = lines.last().map(|(at, line)| (*at, Digest::of(line)));
        let mut state = S::start(object);
        apply_all(&mut state, &decode(lines)?);
        let Some((at, line)) = last else { return Ok((state, Version(0))) };
        self.cache().put_snapshot(name, object, &Snapshot { at, line, state: state.to_bytes() });
        Ok((state, Version(at + 1)))
    }

    /// The state of a snapshot that belongs to this record, the index after it, and the first lines from there on.
    fn resume<S: Fold>(
        &self,
        name: &str,
        object: &ObjectRef,
        reader: &mut dyn Reader,
    ) -> Result<Option<(S, u64, Vec<Line>)>, StoreError> {
        let Some(snapshot) = self.cache().snapshot(name, object) else { return Ok(None) };
        let mut lines = reader.history(object, snapshot.at, CHUNK)?;
        let same =
            lines.first().is_some_and(|(at, line)| *at == snapshot.at && Digest::of(line) == snapshot.line);
        let Some(state) = S::from_bytes(&snapshot.state).filter(|_| same) else { return Ok(None) };
        lines.remove(0);
        Ok(Some((state, snapshot.at + 1, lines)))
    }
}
