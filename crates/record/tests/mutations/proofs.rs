//! Receipts, checkpoints, keys, tile paths and the record's own lines.

use super::check;
use super::mutate::Sample;
use record::note::{Note, SignerKey, TreeHead};
use record::proof::{Trust, verify_checkpoint, verify_receipt, verify_receipt_with};
use record::{Event, ObjectRef, Record, Time, VerifierKey, encoding, merkle};

fn sample(name: &str, text: &str, words: &'static [&'static str]) -> Sample {
    Sample { name: name.to_owned(), bytes: text.as_bytes().to_vec(), words, nest: ("\n", "— ") }
}

const NOTE_WORDS: &[&str] =
    &["\n", "\n\n", "— ", "index 0\n", "extra \n", "AAAA", "=", "c2sp.org/tlog-proof@v1\n", "+", " "];

fn event(n: u64) -> Event {
    Event::new(format!("e{n}"), "decided", Time::ZERO).about("case", ObjectRef::new("case", "池"))
}

struct Place {
    _dir: tempfile::TempDir,
    record: Record,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let record = Record::create_in(dir.path()).unwrap();
    record.append((0..300).map(event).collect::<Vec<_>>()).unwrap();
    Place { record, _dir: dir }
}

/// A mutant holds only where it says the same as the receipt: its proof is of the same event.
#[test]
fn receipts() {
    let place = place();
    let (record, key) = (&place.record, place.record.verifier().clone());
    let receipt = record.receipt(&"e5".into()).unwrap().unwrap();
    let trust = Trust::from(key.clone());
    check("receipt", &[sample("receipt", &receipt, NOTE_WORDS)], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = verify_receipt(&text, Some(&text), None);
        match verify_receipt_with(&text, None, Some(&trust)) {
            Ok(proven) if proven.index == 5 && proven.event == event(5) && proven.signed => Ok(true),
            Ok(proven) => Err(format!("it proves {proven:?}")),
            Err(error) if error.to_string().is_empty() => Err("an error that says nothing".to_owned()),
            Err(_) => Ok(false),
        }
    });
    assert!(verify_receipt(&receipt, None, Some(&key)).is_ok());
}

#[test]
fn checkpoints() {
    let place = place();
    let note = place.record.checkpoint().unwrap();
    let trust = Trust::from(place.record.verifier().clone());
    let (head, _) = verify_checkpoint(&note, &trust).unwrap();
    check("checkpoint", &[sample("checkpoint", &note, NOTE_WORDS)], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(note) = Note::parse(&text) {
            let _ = TreeHead::parse(note.text());
        }
        match verify_checkpoint(&text, &trust) {
            Ok((found, _)) if found == head => Ok(true),
            Ok((found, _)) => Err(format!("it states {found:?}")),
            Err(_) => Ok(false),
        }
    });
}

#[test]
fn keys() {
    let place = place();
    let key = place.record.verifier().to_string();
    check("key", &[sample("key", &key, &["+", "=", "AAAA", "\n"])], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = SignerKey::parse(&text);
        match VerifierKey::parse(&text) {
            Ok(read) if VerifierKey::parse(&read.to_string()).is_ok() => Ok(true),
            Ok(read) => Err(format!("`{read}` does not read back")),
            Err(_) => Ok(false),
        }
    });
}

#[test]
fn tile_paths() {
    let words = &["x", "/", ".p/", "000", "entries/", "tile/", "256", "0", "x001/"];
    let paths = ["0/x001/x234/067", "entries/x001/000.p/255", "63/000"];
    let samples = paths.map(|path| sample(path, path, words));
    check("tile path", &samples, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match merkle::parse_tile_path(&text) {
            None => Ok(false),
            Some((level, index, width)) => {
                let again = merkle::tile_path(level, index, width);
                if again == format!("tile/{text}") {
                    Ok(true)
                } else {
                    Err(format!("it is written `{again}`"))
                }
            }
        }
    });
}

/// A line is read, and written again as the bytes that were signed, or refused.
#[test]
fn lines_of_the_record() {
    let line = encoding::encode(&event(1).with("fee", 20).with("share", 1.5).with("note", "费用"));
    let words = &[
        "{\"float\":\"1\"}",
        "{\"map\":[]}",
        "null",
        "{}",
        "[]",
        "\"time\":\"x\",",
        "{\"annotated\":[1,[]]}",
    ];
    let sample = Sample { nest: ("[", "]"), ..sample("line", &line, words) };
    check("line", &[sample], |bytes| match encoding::decode(bytes) {
        Err(_) => Ok(false),
        Ok(event) => match encoding::decode(encoding::encode(&event).as_bytes()) {
            Ok(again) if encoding::encode(&again) == encoding::encode(&event) => Ok(true),
            other => Err(format!("it reads back as {other:?}")),
        },
    });
}
