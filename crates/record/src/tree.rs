//! The record's Merkle tree, as its store keeps it.

use crate::Digest;
use crate::commit::{View, line_leaf};
use crate::merkle::{self, TILE_WIDTH, Tiles};
use crate::store::{Reader, StoreError};
use std::cell::RefCell;
use std::sync::Arc;

/// The incomplete tiles at the right edge, computed from entries and full tiles.
pub(crate) struct Stored<'a>(RefCell<Box<dyn Reader + 'a>>);

impl<'a> Stored<'a> {
    pub fn new(reader: Box<dyn Reader + 'a>) -> Self {
        Self(RefCell::new(reader))
    }
}

impl Tiles for Stored<'_> {
    type Error = StoreError;

    fn hashes(&self, level: u8, index: u64, width: u64) -> Result<Vec<Digest>, StoreError> {
        let first = index * TILE_WIDTH;
        let Some(below) = level.checked_sub(1) else {
            let lines = self.0.borrow_mut().lines(first, usize::try_from(width).unwrap_or(usize::MAX))?;
            return Ok(lines.iter().map(|(_, line)| line_leaf(line)).collect());
        };
        let root = |tile| {
            full_tile(self.0.borrow_mut().as_mut(), below, tile).map(|hashes| merkle::tile_root(&hashes))
        };
        (first..first + width).map(root).collect()
    }
}

fn full_tile(reader: &mut dyn Reader, level: u8, index: u64) -> Result<Vec<Digest>, StoreError> {
    let damaged = || StoreError::damaged(format!("tile {level}/{index}"));
    let bytes = reader.tile(level, index)?.ok_or_else(damaged)?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    if hashes.len() as u64 != TILE_WIDTH || !rest.is_empty() {
        return Err(damaged());
    }
    Ok(hashes.iter().map(|hash| Digest(*hash)).collect())
}

/// The hashes of a record's tree.
pub(crate) struct Tree<'a> {
    view: Arc<View>,
    reader: RefCell<Box<dyn Reader + 'a>>,
}

impl<'a> Tree<'a> {
    /// As large as `view` or smaller.
    pub fn new(view: Arc<View>, reader: Box<dyn Reader + 'a>) -> Self {
        Self { view, reader: RefCell::new(reader) }
    }
}

impl Tiles for Tree<'_> {
    type Error = StoreError;

    fn hashes(&self, level: u8, index: u64, width: u64) -> Result<Vec<Digest>, StoreError> {
        let count = merkle::hashes_at(self.view.frontier.size(), level).unwrap_or(0);
        let mut hashes = if count / TILE_WIDTH == index {
            self.view.frontier.edge(level).to_vec()
        } else {
            full_tile(self.reader.borrow_mut().as_mut(), level, index)?
        };
        hashes.truncate(usize::try_from(width).unwrap_or(usize::MAX));
        Ok(hashes)
    }
}
