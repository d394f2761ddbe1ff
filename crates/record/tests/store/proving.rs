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
