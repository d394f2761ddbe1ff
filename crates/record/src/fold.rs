use crate::cache::Snapshot;
use crate::recent::Known;
use crate::record::decode;
use crate::store::{Line, Reader, StoreError};
use crate::{Digest, Entry, ObjectRef, Record, Version, encoding};
use std::sync::Arc;

/// A state that is computed from an object's entries, one after the other.
pub trait Fold: Sized + Default + Clone + Send + Sync + 'static {
    /// Tells this fold's snapshots from those of others.
    const NAME: &'static str;
    /// Raised whenever the same entries give another state or other bytes, so that older snapshots are passed over.
    const VERSION: u32;

    /// The state of `object` before its first entry.
    fn start(_object: &ObjectRef) -> Self {
        Self::default()
    }
    /// Takes in the next entry that touched the object.
    fn apply(&mut self, entry: &Entry);
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
/// A state that memory holds is saved when so many entries came since it last was.
const SNAPSHOT_HELD: usize = 64;

/// A state as memory holds it.
#[derive(Clone)]
struct Held<S> {
    state: Arc<S>,
    version: Version,
    /// Entries in it that no snapshot has.
    unsaved: usize,
}

fn name_of<S: Fold>() -> String {
    format!("{} {}", S::NAME, S::VERSION)
}

fn share<S>((state, version): (S, Version)) -> (Arc<S>, Version) {
    (Arc::new(state), version)
}

impl Record {
    /// The state of `object` and its version. What was computed before is taken from memory or from a snapshot, so that
    /// the cost depends on the entries since, not on all of them.
    pub fn fold<S: Fold>(&self, object: &ObjectRef) -> Result<(Arc<S>, Version), StoreError> {
        // Only the process that writes is told of every entry.
        let Some(states) = self.inner().states() else { return self.compute(object).map(share) };
        match states.take::<Held<S>>(object) {
            Known::State(held, news) if news.is_empty() => Ok((Arc::clone(&held.state), held.version)),
            Known::State(mut held, news) => {
                let forward = Arc::make_mut(&mut held);
                let state = Arc::make_mut(&mut forward.state);
                for entry in &news {
                    if entry.index >= forward.version.0 {
                        state.apply(entry);
                        forward.version = Version(entry.index + 1);
                        forward.unsaved += 1;
                    }
                }
                if forward.unsaved >= SNAPSHOT_HELD
                    && let Some(last) = news.last()
                {
                    forward.unsaved = 0;
                    let line = Digest::of(encoding::encode(&last.event).as_bytes());
                    self.snapshot(object, &*forward.state, last.index, line);
                }
                let (state, version) = (Arc::clone(&held.state), held.version);
                states.keep(object, held, version.0.checked_sub(1));
                Ok((state, version))
            }
            Known::UnderWay => self.compute(object).map(share),
            Known::Nothing => {
                let computed = self.compute::<S>(object).map(share);
                match &computed {
                    Ok((state, version)) => {
                        let held = Held { state: Arc::clone(state), version: *version, unsaved: 0 };
                        states.keep(object, Arc::new(held), version.0.checked_sub(1));
                    }
                    Err(_) => states.give_up::<Held<S>>(object),
                }
                computed
            }
        }
    }

    fn snapshot<S: Fold>(&self, object: &ObjectRef, state: &S, at: u64, line: Digest) {
        let snapshot = Snapshot { at, line, state: state.to_bytes() };
        self.cache().put_snapshot(&name_of::<S>(), object, &snapshot);
    }

    /// The state of `object` from its last snapshot and the entries since.
    fn compute<S: Fold>(&self, object: &ObjectRef) -> Result<(S, Version), StoreError> {
        let mut reader = self.inner().store.reader()?;
        let resumed = self.resume::<S>(object, reader.as_mut())?;
        let (mut state, mut next, mut lines) = match resumed {
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
            for entry in decode(std::mem::take(&mut lines))? {
                state.apply(&entry);
            }
            if more {
                lines = reader.history(object, next, CHUNK)?;
            }
        }
        if let Some((at, line)) = last.filter(|_| applied >= SNAPSHOT_ENTRIES) {
            let state = state.to_bytes();
            if bytes * SNAPSHOT_SHARE >= state.len() {
                self.cache().put_snapshot(&name_of::<S>(), object, &Snapshot { at, line, state });
            }
        }
        Ok((state, Version(next)))
    }

    /// The state of a snapshot that belongs to this record, the index after it, and the first lines from there on.
    fn resume<S: Fold>(
        &self,
        object: &ObjectRef,
        reader: &mut dyn Reader,
    ) -> Result<Option<(S, u64, Vec<Line>)>, StoreError> {
        let Some(snapshot) = self.cache().snapshot(&name_of::<S>(), object) else { return Ok(None) };
        let mut lines = reader.history(object, snapshot.at, CHUNK)?;
        let same =
            lines.first().is_some_and(|(at, line)| *at == snapshot.at && Digest::of(line) == snapshot.line);
        let Some(state) = S::from_bytes(&snapshot.state).filter(|_| same) else { return Ok(None) };
        lines.remove(0);
        Ok(Some((state, snapshot.at + 1, lines)))
    }
}
