//! The Merkle tree over the entries: RFC 6962 hashing, kept as the tiles of C2SP tlog-tiles.
//!
//! A full tile is 256 hashes of one level; level 0 holds leaf hashes, and each hash of level *k* is the root of a full
//! tile of level *k*−1. Full tiles never change, so a store keeps only those; the incomplete right edge is the
//! [`Frontier`], at most 255 hashes for each level, which is rebuilt from the last entries at start.

use crate::Digest;
use crate::note::decimal;
use sha2::{Digest as _, Sha256};

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;
const TILE_HEIGHT: u32 = 8;

/// A full tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// 0 for leaf hashes.
    pub level: u8,
    /// Its place within the level.
    pub index: u64,
    /// [`TILE_WIDTH`] hashes.
    pub hashes: Vec<Digest>,
}

/// Where the hashes of a tree are read from.
pub trait Tiles {
    /// What a failed read is.
    type Error;
    /// The first `width` hashes (1 to 256) of tile `index` of `level`. Asked only for hashes that exist.
    fn hashes(&self, level: u8, index: u64, width: u64) -> Result<Vec<Digest>, Self::Error>;
}

/// The root of the tree without entries: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// The hash of a leaf, RFC 6962 §2.1: SHA-256 of a zero byte and the entry.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The hash of an inner node, RFC 6962 §2.1: SHA-256 of a one byte and both children.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Digest::of(&bytes)
}

/// The right edge of a growing tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The roots of the perfect subtrees that make up the tree, the largest first: one for each bit of `size`.
    peaks: Vec<Digest>,
    /// For each tile level, the hashes of its incomplete tile.
    edge: Vec<Vec<Digest>>,
}

impl Frontier {
    /// The edge of a tree of `size` leaves whose hashes are in `tiles`.
    pub fn read<T: Tiles>(size: u64, tiles: &T) -> Result<Self, T::Error> {
        let mut edge = Vec::new();
        let mut level: u8 = 0;
        while let Some(count) = hashes_at(size, level).filter(|count| *count > 0) {
            let width = count % TILE_WIDTH;
            edge.push(if width == 0 {
                Vec::new()
            } else {
                tiles.hashes(level, count / TILE_WIDTH, width)?
            });
            level += 1;
        }
        let mut peaks = Vec::new();
        for (lo, hi) in subtrees(0, size) {
            let height = (hi - lo).trailing_zeros();
            let (level, fold) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
            let start = (lo >> (level * TILE_HEIGHT)) % TILE_WIDTH;
            let hashes = edge.get(level as usize).map_or(&[][..], |hashes| hashes.as_slice());
            let from = usize::try_from(start).unwrap_or(usize::MAX);
            peaks.extend(hashes.get(from..).and_then(|h| h.get(..1 << fold)).map(subtree_hash));
        }
        Ok(Self { size, peaks, edge })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; tiles that it completes go to `done`.
    pub fn push(&mut self, leaf: Digest, done: &mut Vec<Tile>) {
        let mut hash = leaf;
        let mut height = 0;
        self.keep(0, hash);
        while self.size >> height & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
            height += 1;
            if height % TILE_HEIGHT == 0 {
                let level = height / TILE_HEIGHT;
                self.finish(level as usize - 1, done);
                self.keep(level as usize, hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    fn keep(&mut self, level: usize, hash: Digest) {
        if self.edge.len() <= level {
            self.edge.resize(level + 1, Vec::new());
        }
        if let Some(hashes) = self.edge.get_mut(level) {
            hashes.push(hash);
        }
    }

    fn finish(&mut self, level: usize, done: &mut Vec<Tile>) {
        if let Some(hashes) = self.edge.get_mut(level) {
            let index = self.size >> (TILE_HEIGHT as usize * (level + 1));
            let hashes = std::mem::take(hashes);
            done.push(Tile { level: u8::try_from(level).unwrap_or(u8::MAX), index, hashes });
        }
    }

    /// The hashes of the incomplete tile of `level`.
    pub fn edge(&self, level: u8) -> &[Digest] {
        self.edge.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Digest {
        fold_right(self.peaks.iter().copied())
    }
}

/// How many hashes `level` has in a tree of `size` leaves; `None` past the last level that a `u64` can fill.
pub fn hashes_at(size: u64, level: u8) -> Option<u64> {
    size.checked_shr(u32::from(level) * TILE_HEIGHT)
}

fn fold_right(hashes: impl DoubleEndedIterator<Item = Digest>) -> Digest {
    hashes.rev().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
}

/// The root over the hashes of a full tile.
pub fn tile_root(hashes: &[Digest]) -> Digest {
    subtree_hash(hashes)
}

/// The root over `hashes`, whose number is a power of two.
fn subtree_hash(hashes: &[Digest]) -> Digest {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks(2).map(|pair| if let [l, r] = pair { node_hash(l, r) } else { pair[0] }).collect();
    }
    row.first().copied().unwrap_or_else(empty_root)
}

/// The perfect subtrees that `lo..hi` falls into from left to right, as RFC 6962 splits it. `lo` is a multiple of the
/// largest power of two that fits into the range.
fn subtrees(lo: u64, hi: u64) -> Vec<(u64, u64)> {
    let mut all = Vec::new();
    let mut from = lo;
    while from < hi {
        let size = 1 << (hi - from).ilog2();
        all.push((from, from + size));
        from += size;
    }
    all
}

/// The Merkle Tree Hash of the leaves `lo..hi`, where `lo` is a multiple of the largest power of two within.
pub fn range_hash<T: Tiles>(tiles: &T, lo: u64, hi: u64) -> Result<Digest, T::Error> {
    let mut hashes = Vec::new();
    for (from, to) in subtrees(lo, hi) {
        let height = (to - from).trailing_zeros();
        let level = height / TILE_HEIGHT;
        let first = from >> (level * TILE_HEIGHT);
        let count = 1u64 << (height % TILE_HEIGHT);
        let start = first % TILE_WIDTH;
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        let tile = tiles.hashes(level, first / TILE_WIDTH, start + count)?;
        hashes.push(subtree_hash(tile.get(start as usize..).unwrap_or(&[])));
    }
    Ok(fold_right(hashes.into_iter()))
}

/// The inclusion proof of leaf `index` in the tree of the first `size` leaves, RFC 6962 §2.1.1. `None` when there is no
/// such leaf.
pub fn inclusion<T: Tiles>(tiles: &T, index: u64, size: u64) -> Result<Option<Vec<Digest>>, T::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut lo, mut hi) = (0, size);
    let mut siblings = Vec::new();
    while hi - lo > 1 {
        let middle = lo + split(hi - lo);
        if index < middle {
            siblings.push((middle, hi));
            hi = middle;
        } else {
            siblings.push((lo, middle));
            lo = middle;
        }
    }
    siblings.iter().rev().map(|(lo, hi)| range_hash(tiles, *lo, *hi)).collect::<Result<_, _>>().map(Some)
}

/// The proof that the tree of the first `old` leaves is a prefix of that of the first `new`, RFC 6962 §2.1.2. `None`
/// when `old` is larger than `new`.
pub fn consistency<T: Tiles>(tiles: &T, old: u64, new: u64) -> Result<Option<Vec<Digest>>, T::Error> {
    if old > new {
        return Ok(None);
    }
    if old == 0 || old == new {
        return Ok(Some(Vec::new()));
    }
    let (mut lo, mut hi) = (0, new);
    let mut ranges = Vec::new();
    while hi != old {
        let middle = lo + split(hi - lo);
        if old <= middle {
            ranges.push((middle, hi));
            hi = middle;
        } else {
            ranges.push((lo, middle));
            lo = middle;
        }
    }
    if lo > 0 {
        ranges.push((lo, hi));
    }
    ranges.iter().rev().map(|(lo, hi)| range_hash(tiles, *lo, *hi)).collect::<Result<_, _>>().map(Some)
}

/// The largest power of two smaller than `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Whether `proof` shows that `leaf` is at `index` of the tree of `size` leaves with `root`, RFC 9162 §2.1.3.2.
pub fn includes(root: &Digest, size: u64, index: u64, leaf: &Digest, proof: &[Digest]) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the tree of `old` leaves with `old_root` is a prefix of that of `new` leaves with
/// `new_root`, RFC 9162 §2.1.4.2.
pub fn extends(old: u64, old_root: &Digest, new: u64, new_root: &Digest, proof: &[Digest]) -> bool {
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    if old > new {
        return false;
    }
    let mut path = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { path.next() };
    let Some(first) = first else { return false };
    let shift = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

/// The path of a tile below a log's prefix: `tile/0/x001/x234/067`, with `.p/<width>` when it is partial; an entry
/// bundle's has `entries` in place of the level.
pub fn tile_path(level: Option<u8>, index: u64, width: u64) -> String {
    let mut path = match level {
        Some(level) => format!("tile/{level}/"),
        None => "tile/entries/".to_owned(),
    };
    let digits = index.to_string();
    let padded = format!("{}{digits}", "0".repeat((3 - digits.len() % 3) % 3));
    let groups = padded.len() / 3;
    for (place, group) in padded.as_bytes().chunks(3).enumerate() {
        path.push_str(if place + 1 < groups { "x" } else { "" });
        path.extend(group.iter().map(|digit| char::from(*digit)));
        path.push_str(if place + 1 < groups { "/" } else { "" });
    }
    if width < TILE_WIDTH {
        path.push_str(&format!(".p/{width}"));
    }
    path
}

/// Reads the part of a tile's path after `tile/`: `(level or entries, index, width)`.
pub fn parse_tile_path(path: &str) -> Option<(Option<u8>, u64, u64)> {
    let (level, rest) = path.split_once('/')?;
    let level = if level == "entries" { None } else { Some(decimal(level)?.try_into().ok()?) };
    let (groups, width) = match rest.split_once(".p/") {
        Some((groups, width)) => (groups, decimal(width).filter(|width| (1..TILE_WIDTH).contains(width))?),
        None => (rest, TILE_WIDTH),
    };
    let mut index: u64 = 0;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    let parsed = (level, index, width);
    (level.is_none_or(|level| level < 64)
        && tile_path(level, index, width).strip_prefix("tile/") == Some(path))
    .then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;
    use std::convert::Infallible;

    /// A tree in memory that keeps what a store keeps: full tiles, and leaves for the edge.
    #[derive(Default)]
    struct Kept {
        frontier: Frontier,
        tiles: HashMap<(u8, u64), Vec<Digest>>,
        leaves: Vec<Digest>,
    }

    impl Kept {
        fn grow(&mut self, size: u64) {
            let mut done = Vec::new();
            for index in self.frontier.size()..size {
                let leaf = leaf_hash(&entry(index));
                self.leaves.push(leaf);
                self.frontier.push(leaf, &mut done);
            }
            self.tiles.extend(done.into_iter().map(|tile| ((tile.level, tile.index), tile.hashes)));
        }
    }

    impl Tiles for Kept {
        type Error = Infallible;
        fn hashes(&self, level: u8, index: u64, width: u64) -> Result<Vec<Digest>, Infallible> {
            let full = self.tiles.get(&(level, index));
            let hashes = full.map_or_else(|| self.frontier.edge(level), Vec::as_slice);
            Ok(hashes[..width as usize].to_vec())
        }
    }

    /// Only leaves and full tiles, as at a start.
    struct Restart<'a>(&'a Kept);

    impl Tiles for Restart<'_> {
        type Error = Infallible;
        fn hashes(&self, level: u8, index: u64, width: u64) -> Result<Vec<Digest>, Infallible> {
            let range = index * TILE_WIDTH..index * TILE_WIDTH + width;
            Ok(match level.checked_sub(1) {
                None => self.0.leaves[range.start as usize..range.end as usize].to_vec(),
                Some(below) => range.map(|tile| tile_root(&self.0.tiles[&(below, tile)])).collect(),
            })
        }
    }

    fn entry(index: u64) -> Vec<u8> {
        index.to_be_bytes().to_vec()
    }

    fn hex(text: &str) -> Digest {
        Digest::parse(text).unwrap()
    }

    /// The vectors of Certificate Transparency's reference implementation: eight leaves, their roots.
    #[test]
    fn gives_the_known_roots() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\0",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::default();
        assert_eq!(frontier.root(), hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        for (leaf, root) in leaves.iter().zip(roots) {
            frontier.push(leaf_hash(leaf), &mut Vec::new());
            assert_eq!(frontier.root(), hex(root));
        }
    }

    /// Roots and proofs for one size against two other implementations, and every proof against our own check.
    fn check(
        kept: &mut Kept,
        theirs: &mut ct_merkle::mem_backed_tree::MemoryBackedTree<sha2::Sha256, Vec<u8>>,
        size: u64,
    ) {
        kept.grow(size);
        while theirs.len() < size {
            theirs.push(entry(theirs.len()));
        }
        let root = kept.frontier.root();
        assert_eq!(root.0, <[u8; 32]>::from(*theirs.root().as_bytes()), "root of {size}");
        assert_eq!(Frontier::read(size, &Restart(kept)).unwrap(), kept.frontier, "restart at {size}");
        let step = (size / 7).max(1);
        for index in (0..size).step_by(step as usize).chain(size.checked_sub(1)) {
            let proof = inclusion(kept, index, size).unwrap().unwrap();
            let bytes: Vec<u8> = proof.iter().flat_map(|hash| hash.0).collect();
            assert_eq!(
                bytes,
                theirs.prove_inclusion(index as usize).as_bytes(),
                "inclusion of {index} in {size}"
            );
            let leaf = leaf_hash(&entry(index));
            assert!(includes(&root, size, index, &leaf, &proof));
            assert!(!includes(&root, size, index, &leaf_hash(b"another"), &proof));
            assert!(!includes(&root, size, index + 1, &leaf, &proof) || size == 1);
            let old = index + 1;
            let old_root = range_hash(kept, 0, old).unwrap();
            let proof = consistency(kept, old, size).unwrap().unwrap();
            if old < size {
                let bytes: Vec<u8> = proof.iter().flat_map(|hash| hash.0).collect();
                assert_eq!(
                    bytes,
                    theirs.prove_consistency((size - old) as usize).as_bytes(),
                    "{old} to {size}"
                );
            }
            assert!(extends(old, &old_root, size, &root, &proof));
            assert!(old == size || !extends(old, &root, size, &old_root, &proof));
        }
    }

    #[test]
    fn agrees_with_ct_merkle_at_every_small_size() {
        let (mut kept, mut theirs) = Default::default();
        (0..=300).for_each(|size| check(&mut kept, &mut theirs, size));
    }

    #[test]
    fn agrees_with_ct_merkle_at_large_sizes() {
        let (mut kept, mut theirs) = Default::default();
        for size in [511, 512, 513, 4_095, 20_077, 65_535, 65_536, 65_537, 70_000] {
            check(&mut kept, &mut theirs, size);
        }
        assert_eq!(kept.frontier.edge(0).len(), 112);
        assert_eq!(kept.frontier.edge(1).len(), 17);
        assert_eq!(kept.frontier.edge(2).len(), 1);
    }

    #[test]
    fn agrees_with_tlog_tiles() {
        let mut kept = Kept::default();
        kept.grow(70_000);
        let mut stored: Vec<tlog_tiles::Hash> = Vec::new();
        struct Reader<'a>(&'a [tlog_tiles::Hash]);
        impl tlog_tiles::HashReader for Reader<'_> {
            fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
                Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
            }
        }
        for index in 0..70_000 {
            let new = tlog_tiles::stored_hashes(index, &entry(index), &Reader(&stored)).unwrap();
            stored.extend(new);
        }
        let reader = Reader(&stored);
        let ours = |proof: Vec<Digest>| proof.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect::<Vec<_>>();
        assert_eq!(tlog_tiles::tree_hash(70_000, &reader).unwrap().0, kept.frontier.root().0);
        for index in [0, 255, 256, 65_535, 65_536, 69_999] {
            let proof = inclusion(&kept, index, 70_000).unwrap().unwrap();
            assert_eq!(tlog_tiles::prove_record(70_000, index, &reader).unwrap(), ours(proof), "{index}");
            let proof = consistency(&kept, index + 1, 70_000).unwrap().unwrap();
            assert_eq!(tlog_tiles::prove_tree(70_000, index + 1, &reader).unwrap(), ours(proof), "{index}");
        }
        for (level, index, width) in
            [(0, 0, 256), (0, 272, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
        {
            let tile = tlog_tiles::Tile::new(8, level, index, width as u32, false);
            let hashes = kept.hashes(level, index, width).unwrap();
            let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
            assert_eq!(tile.read_data(&reader).unwrap(), bytes, "{level}/{index}");
            let path = tile.path().replace("tile/8/", "tile/");
            assert_eq!(tile_path(Some(level), index, width), path);
        }
    }

    /// The encoding as C2SP tlog-tiles describes it, written separately.
    fn written(level: Option<u8>, index: u64, width: u64) -> String {
        let mut name = format!("{:03}", index % 1000);
        let mut rest = index / 1000;
        while rest > 0 {
            name = format!("x{:03}/{name}", rest % 1000);
            rest /= 1000;
        }
        let level = level.map_or("entries".to_owned(), |level| level.to_string());
        let part = if width == TILE_WIDTH { String::new() } else { format!(".p/{width}") };
        format!("{level}/{name}{part}")
    }

    proptest! {
        #[test]
        fn paths_are_those_of_tlog_tiles(level in proptest::option::of(0_u8..64), index: u64, width in 1..=TILE_WIDTH) {
            let path = written(level, index, width);
            prop_assert_eq!(parse_tile_path(&path), Some((level, index, width)));
            prop_assert_eq!(tile_path(level, index, width), format!("tile/{path}"));
        }
    }

    #[test]
    fn paths_are_read_in_one_way_only() {
        for (path, parsed) in [
            ("0/000", (Some(0), 0, 256)),
            ("63/000", (Some(63), 0, 256)),
            ("5/x001/x234/067.p/17", (Some(5), 1_234_067, 17)),
            ("entries/x001/000", (None, 1_000, 256)),
        ] {
            assert_eq!(parse_tile_path(path), Some(parsed), "{path}");
        }
        let wrong = "0|0/|0/0|0/00|0/0000|00/000|00/001|64/000|256/000|-1/000|0/x000/001|0/001/002|0/x001|0/x001/x002|\
                     0/000.p/0|0/000.p/256|0/000.p/01|0/000.p/|0/000.p|0/00a|0/+01|entries|entry/000|0/000/|/000|0/1|\
                     0/x99999999/999|0/x999/x999/x999/x999/x999/x999/999|tile/0/000|0/000.p/1.p/1";
        for path in wrong.split('|').chain([""]) {
            assert_eq!(parse_tile_path(path), None, "{path}");
        }
    }
}
