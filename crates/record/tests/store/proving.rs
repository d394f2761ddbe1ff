use super::holding::sealed;
use super::places::Place;
use super::{Sqlite, event, fill, sound};
use record::*;

pub fn proves(place: &dyn Place) {
    let record = place.open().unwrap();
    fill(&record, 0, 700);
    let key = record.verifier().clone();
    for index in [0, 1, 255, 256, 511, 512, 699] {
        let id = index.to_string();
        let receipt = record.receipt(&id.as_str().into()).unwrap().unwrap();
        let proven = record::proof::verify_receipt(&receipt, None, Some(&key)).unwrap();
        assert_eq!((proven.index, proven.head.size, proven.signed), (index, 700, true));
        assert_eq!(Some(proven.event), record.entry(index).unwrap().map(|entry| entry.event));
    }
    assert_eq!(record.receipt(&"none".into()).unwrap(), None);
    assert_eq!(record.inclusion(700, 700).unwrap(), None);
    assert_eq!(record.inclusion(0, 701).unwrap(), None);
    assert_eq!(record.consistency(10, 701).unwrap(), None);
    for (old, new) in [(1, 700), (256, 512), (300, 301), (699, 700), (700, 700)] {
        let root = |size| record.root(size).unwrap().unwrap();
        let proof = record.consistency(old, new).unwrap().unwrap();
        assert!(record::merkle::extends(old, &root(old), new, &root(new), &proof), "{old} {new}");
    }
}

/// A client that knows nothing but the tiles computes the root that the checkpoint states.
pub fn serves_tiles(place: &dyn Place) {
    use record::merkle::{Frontier, leaf_hash};
    let record = place.open().unwrap();
    fill(&record, 0, 1000);
    let mut frontier = Frontier::default();
    for index in 0..4 {
        let width = (1000 - index * 256).min(256);
        let bundle = record.bundle(index, width).unwrap().unwrap();
        let tile = record.tile(0, index, width).unwrap().unwrap();
        assert_eq!(tile.len() as u64, width * 32);
        for (entry, hash) in bundle.chunks(34).zip(tile.chunks(32)) {
            assert_eq!(entry[..2], [0, 32]);
            assert_eq!(leaf_hash(&entry[2..]).0, hash);
            frontier.push(leaf_hash(&entry[2..]), &mut Vec::new());
        }
    }
    assert_eq!(record.root(1000).unwrap(), Some(frontier.root()));
    assert_eq!(record.tile(1, 0, 3).unwrap().map(|tile| tile.len()), Some(96));
    assert_eq!(
        record.tile(0, 3, 100).unwrap().as_deref(),
        record.tile(0, 3, 232).unwrap().map(|t| t[..3200].to_vec()).as_deref()
    );
    for (level, index, width) in
        [(0, 3, 233), (1, 0, 4), (0, 4, 1), (0, 0, 0), (0, 0, 257), (9, 0, 1), (0, u64::MAX, 1)]
    {
        assert_eq!(record.tile(level, index, width).unwrap(), None, "{level} {index} {width}");
    }
}

/// The tiles of a place, as a client of the tlog_tiles crate asks for them.
struct Served<'a>(&'a Record);

impl tlog_tiles::TileReader for Served<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        Ok(tiles.iter().map(|tile| served(self.0, tile).unwrap()).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

/// What is served under the path that their crate gives a tile.
fn served(record: &Record, tile: &tlog_tiles::Tile) -> Option<Vec<u8>> {
    let path = tile.path();
    let (level, index, width) = record::merkle::parse_tile_path(path.strip_prefix("tile/8/")?)?;
    record.tile(level?, index, width).unwrap()
}

/// At sizes drawn at random: each tile that must be published from one size to the next is served and never changes, and a
/// client which trusts nothing but the checkpoint proves entries from them.
pub fn serves_tiles_at_any_size(place: &dyn Place) {
    let record = place.open().unwrap();
    let mut kept = Vec::new();
    let (mut size, mut dice) = (0_u64, 0x2545_F491_u64);
    let mut draw = |below: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % below
    };
    for round in 0..24 {
        // Around whole tiles as well as anywhere.
        let next = if round % 3 == 0 { (size / 256 + 1) * 256 - 1 + draw(3) } else { size + 1 + draw(90) };
        fill(&record, size, next - size);
        for tile in tlog_tiles::Tile::new_tiles(8, size, next) {
            kept.push((served(&record, &tile).unwrap(), tile));
        }
        size = next;
        let root = tlog_tiles::Hash(record.root(size).unwrap().unwrap().0);
        let tiles = Served(&record);
        let reader = tlog_tiles::TileHashReader::new(size, root, &tiles);
        for index in [0, draw(size), size - 1] {
            let proof = tlog_tiles::prove_record(size, index, &reader).unwrap();
            let line = record::encoding::encode(&record.entry(index).unwrap().unwrap().event);
            let leaf = record::merkle::leaf_hash(&Digest::of(line.as_bytes()).0);
            tlog_tiles::check_record(&proof, size, root, index, tlog_tiles::Hash(leaf.0)).unwrap();
            let wrong = tlog_tiles::Hash(record::merkle::leaf_hash(b"another").0);
            assert!(tlog_tiles::check_record(&proof, size, root, index, wrong).is_err());
        }
    }
    assert!(kept.len() > 30 && size > 1500, "{} tiles at {size}", kept.len());
    for (bytes, tile) in &kept {
        assert_eq!(served(&record, tile).as_ref(), Some(bytes), "{}", tile.path());
    }
}

pub fn keeps_cosignatures(place: &dyn Place) {
    use record::note::{KeyKind, Note, SignerKey};
    use record::proof::{Trust, verify_receipt_with};
    let record = place.open().unwrap();
    fill(&record, 0, 10);
    let witness =
        |n: u8| SignerKey::new(KeyKind::Witness, &format!("witness.example/{n}"), &[n; 32]).unwrap();
    let (one, two, stranger) = (witness(1), witness(2), witness(3));
    let note = record.checkpoint().unwrap();
    let text = Note::parse(&note).unwrap().text().to_owned();
    let known = [one.verifier().clone(), two.verifier().clone()];
    let first = note.clone() + &one.sign(&text, 1_700_000_000) + &stranger.sign(&text, 1);
    assert!(!record.cosign(&first, &known).unwrap().contains("witness.example/3"));
    record.cosign(&(note + &two.sign(&text, 1_700_000_001)), &known).unwrap();
    fill(&record, 10, 10);
    let trust = |needed| Trust { log: record.verifier().clone(), witnesses: known.to_vec(), needed };
    let receipt = record.receipt(&"3".into()).unwrap().unwrap();
    let proven = verify_receipt_with(&receipt, None, Some(&trust(2))).unwrap();
    assert_eq!((proven.head.size, proven.witnesses.len()), (10, 2));
    let later = record.receipt(&"13".into()).unwrap().unwrap();
    assert!(verify_receipt_with(&later, None, Some(&trust(1))).is_err());
    assert!(verify_receipt_with(&later, None, Some(&trust(0))).is_ok());
    let forged = Sqlite::new().open().unwrap();
    fill(&forged, 0, 10);
    assert!(record.cosign(&forged.checkpoint().unwrap(), &known).is_err());
    sound(&record);
}

pub fn verifies(place: &dyn Place) {
    let record = place.open().unwrap();
    fill(&record, 0, 66_000);
    let wang = ObjectRef::new("person", "wang");
    record.append(sealed(&record, "sealed", &wang, "王")).unwrap();
    let file = record.attach("a.txt", b"text", Some(&wang)).unwrap();
    record.append(event("file").with("f", Value::File(file))).unwrap();
    let mut calls = Vec::new();
    let found = record.verify(&mut |done, all| calls.push((done, all))).unwrap();
    assert_eq!(found.faults, []);
    let counts = (found.entries, found.touches, found.objects, found.tiles, found.sealed, found.files);
    assert_eq!(counts, (66_002, 132_001, 66_004, 258, 1, 1));
    assert_eq!(calls.last(), Some(&(66_002, 66_002)));
    assert!(calls.is_sorted());
}
