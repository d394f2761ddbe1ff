//! Everything that a store derives from its entries is computed again and compared: tree and tiles, ids, objects and
//! what touched them, erasures. What cannot be derived (sealed values, files, keys) is checked by digest and by opening
//! it. So any byte that matters is covered, and a fault is named with its place.

mod holdings;
mod indexes;

use crate::cites::cites;
use crate::commit::line_leaf;
use crate::merkle::{Frontier, TILE_WIDTH, Tile};
use crate::note::{Note, TreeHead};
use crate::store::{Reader, Row, StoreError, Table};
use crate::{Digest, Event, Record, encoding};
use std::collections::BTreeMap;
use std::fmt;

/// Something on the record that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: an entry, an object, a tile, a table.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What a verification looked at, and what it found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Entries read, hashed and decoded.
    pub entries: u64,
    /// Relations between entries and objects compared.
    pub touches: u64,
    /// Objects compared.
    pub objects: u64,
    /// Tiles compared.
    pub tiles: u64,
    /// Sealed values opened.
    pub sealed: u64,
    /// Files hashed, and opened when sealed.
    pub files: u64,
    /// Sealed values and files that were erased: places that hold nothing.
    pub erased: u64,
    /// What is wrong, at most [`MAX_FAULTS`].
    pub faults: Vec<Fault>,
    /// Faults beyond those listed.
    pub more: u64,
}

/// Faults that are listed; further ones are counted.
pub const MAX_FAULTS: usize = 200;
const CHUNK: usize = 2048;
/// Hashes of one tile that are named when they differ.
const NAMED_HASHES: usize = 4;

impl Verification {
    fn fault(&mut self, place: impl fmt::Display, what: impl fmt::Display) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { place: place.to_string(), what: what.to_string() });
        } else {
            self.more += 1;
        }
    }

    /// Notes a failed read as a fault at `place`, unless the store cannot be read at all.
    fn note(&mut self, place: &str, read: Result<(), StoreError>) -> Result<(), StoreError> {
        match read {
            Err(StoreError::Damaged { what }) => self.fault(place, what),
            other => return other,
        }
        Ok(())
    }

    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Record {
    /// Checks the whole record as it is now; `progress` is called with entries done and all entries. Appending may go
    /// on meanwhile.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Verification, StoreError> {
        // Before the reader stands still: what the writer notes meanwhile is newer.
        let noted = crate::record::noted(self.inner().store.as_ref(), &self.inner().keys);
        let mut reader = self.inner().store.reader()?;
        reader.freeze()?;
        let mut found = Verification::default();
        for faults in [reader.faults(), self.inner().store.files().faults()] {
            match faults {
                Ok(faults) => faults.iter().for_each(|fault| found.fault("the store's own form", fault)),
                Err(error) => found.note("the store's own form", Err(error))?,
            }
        }
        if let Some(what) = self.inner().keys.misstated() {
            found.fault("the key `log.pub`", what);
        }
        let Some(head) = self.head(reader.as_mut(), &mut found)? else { return Ok(found) };
        let mut pass = Pass {
            record: self,
            found,
            frontier: Frontier::default(),
            heads: BTreeMap::new(),
            ids: indexes::Sum::new(self)?,
            touches: indexes::Sum::new(self)?,
        };
        pass.cosigned(reader.as_mut())?;
        match noted {
            Some(noted) if noted.size > head.size => {
                let lost = format!(
                    "it states {} entries, and there were {} when the record was written to last",
                    head.size, noted.size
                );
                pass.found.fault("the checkpoint", lost);
            }
            Some(noted) => drop(pass.heads.insert(noted.size, noted.root)),
            None => {}
        }
        pass.entries(reader.as_mut(), &head, progress)?;
        pass.tiles(reader.as_mut())?;
        pass.indexes(reader.as_mut())?;
        pass.holdings(reader.as_mut())?;
        progress(head.size, head.size);
        Ok(pass.found)
    }

    fn head(
        &self,
        reader: &mut dyn Reader,
        found: &mut Verification,
    ) -> Result<Option<TreeHead>, StoreError> {
        const PLACE: &str = "the checkpoint";
        let sealed = match reader.head() {
            Ok(Some(sealed)) => sealed,
            Ok(None) => {
                found.fault(PLACE, "it is missing");
                return Ok(None);
            }
            Err(error) => return found.note(PLACE, Err(error)).map(|()| None),
        };
        match crate::head::open(&sealed, &self.inner().keys) {
            Ok(head) => Ok(Some(head)),
            Err(error) => {
                found.fault(PLACE, error);
                Ok(None)
            }
        }
    }
}

/// One verification under way.
struct Pass<'a> {
    record: &'a Record,
    found: Verification,
    frontier: Frontier,
    /// Roots that checkpoints state, by size.
    heads: BTreeMap<u64, Digest>,
    ids: indexes::Sum,
    touches: indexes::Sum,
}

impl Pass<'_> {
    fn cosigned(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let (key, heads, found) = (self.record.verifier(), &mut self.heads, &mut self.found);
        let read = reader.scan(Table::Cosigned, &mut |row| {
            let Row::Cosigned(size, kept) = row else { return Ok(()) };
            let checked = crate::proof::kept(kept, key).and_then(|note| {
                let note = Note::parse(&note)?;
                note.verify(key)?;
                TreeHead::parse(note.text())
            });
            match checked {
                Ok(head) if head.size == size => drop(heads.insert(size, head.root)),
                Ok(head) => {
                    found.fault(format!("checkpoint of {size} entries"), format!("is of {}", head.size))
                }
                Err(error) => found.fault(format!("checkpoint of {size} entries"), error),
            }
            Ok(())
        });
        self.found.note("table of checkpoints", read)
    }

    fn entries(
        &mut self,
        reader: &mut dyn Reader,
        head: &TreeHead,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        let mut next = 0;
        loop {
            let lines = match reader.lines(next, CHUNK) {
                Ok(lines) => lines,
                Err(error) => return self.found.note(&format!("entries from {next}"), Err(error)),
            };
            let full = lines.len() == CHUNK;
            for (index, line) in lines {
                // One that stands beyond the checkpoint may have any number; what lies between was never there.
                for missing in next..index.min(head.size) {
                    self.found.fault(format!("entry {missing}"), "it is missing");
                    let leaf = stored_leaf(reader, missing).unwrap_or(Digest([0; 32]));
                    self.leaf(reader, leaf)?;
                }
                next = index + 1;
                self.found.entries += 1;
                self.leaf(reader, line_leaf(&line))?;
                match encoding::decode(&line) {
                    Ok(event) => self.event(reader, index, &event)?,
                    Err(error) => self.found.fault(format!("entry {index}"), error),
                }
            }
            progress(next.min(head.size), head.size);
            if !full {
                break;
            }
        }
        if self.found.entries != head.size {
            let stated = format!("it states {} entries, there are {}", head.size, self.found.entries);
            self.found.fault("the checkpoint", stated);
        } else if self.frontier.root() != head.root {
            self.found.fault("the checkpoint", "the entries do not give its root: one was altered");
        }
        Ok(())
    }

    fn leaf(&mut self, reader: &mut dyn Reader, leaf: Digest) -> Result<(), StoreError> {
        let mut tiles = Vec::new();
        self.frontier.push(leaf, &mut tiles);
        for tile in tiles {
            self.tile(reader, &tile)?;
        }
        let size = self.frontier.size();
        if self.heads.get(&size).is_some_and(|root| *root != self.frontier.root()) {
            self.found.fault(format!("checkpoint of {size} entries"), "the entries do not give its root");
        }
        Ok(())
    }

    fn event(&mut self, reader: &mut dyn Reader, index: u64, event: &Event) -> Result<(), StoreError> {
        self.ids.add(&[event.id.as_str()], index);
        for object in event.touched() {
            self.touches.add(&[object.kind.as_str(), object.id.as_str()], index);
        }
        let Some(cited) = cites(event) else {
            self.found.fault(format!("entry {index}"), "its values nest too deep to be read");
            return Ok(());
        };
        self.cited(reader, index, cited)
    }

    /// Compares a tile, hash by hash, so that an altered entry is named.
    fn tile(&mut self, reader: &mut dyn Reader, tile: &Tile) -> Result<(), StoreError> {
        let place = format!("tile {}/{}", tile.level, tile.index);
        let kept = match reader.tile(tile.level, tile.index) {
            Ok(kept) => kept,
            Err(error) => return self.found.note(&place, Err(error)),
        };
        self.found.tiles += 1;
        let Some(kept) = kept else {
            self.found.fault(place, "it is missing");
            return Ok(());
        };
        if kept.len() as u64 != TILE_WIDTH * 32 {
            self.found.fault(&place, format!("it is {} bytes long", kept.len()));
            return Ok(());
        }
        let pairs = (0..).zip(tile.hashes.iter().zip(kept.as_chunks::<32>().0));
        let wrong: Vec<u64> = pairs.filter(|(_, (hash, kept))| hash.0 != **kept).map(|(at, _)| at).collect();
        for at in wrong.iter().take(NAMED_HASHES) {
            let at = tile.index * TILE_WIDTH + at;
            let what = match tile.level {
                0 => format!("its hash of entry {at} differs: the entry or the tile was altered"),
                below => format!("its hash of tile {}/{at} differs: one of the two was altered", below - 1),
            };
            self.found.fault(&place, what);
        }
        if let Some(more) = wrong.len().checked_sub(NAMED_HASHES + 1) {
            self.found.fault(&place, format!("{} more of its hashes differ", more + 1));
        }
        Ok(())
    }

    /// Every full tile was compared while reading entries; here those that should not be there are found.
    fn tiles(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let (size, found) = (self.frontier.size(), &mut self.found);
        let read = reader.scan(Table::Tiles, &mut |row| {
            let Row::Tile(level, index, _) = row else { return Ok(()) };
            let count =
                u8::try_from(level).ok().and_then(|level| crate::merkle::hashes_at(size, level)).unwrap_or(0);
            if index >= count / TILE_WIDTH {
                found.fault(format!("tile {level}/{index}"), "there are not so many entries");
            }
            Ok(())
        });
        self.found.note("table of tiles", read)
    }
}

/// The hash that a full tile has of an entry, to go on with when the entry is missing.
fn stored_leaf(reader: &mut dyn Reader, index: u64) -> Option<Digest> {
    let tile = reader.tile(0, index / TILE_WIDTH).ok()??;
    let hashes = tile.as_chunks::<32>().0;
    hashes.get(usize::try_from(index % TILE_WIDTH).ok()?).copied().map(Digest)
}
