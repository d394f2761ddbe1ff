//! The record as everyone may check it, and as supervisors look after it.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::board::{own_office, supervised};
use super::{in_chinese, show};
use crate::layout::Face;
use crate::page::{entry, health, verify};
use crate::path;
use axum::http::StatusCode;
use casework::View;
use casework::activity::part;
use pack::Title;
use record::note::{Note, TreeHead};
use record::proof::{self, ReceiptError};
use record::{Digest, Entry, Event, ObjectRef, StoreError, Version, encoding};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

mod metrics;
mod tiles;

pub use metrics::{alive, metrics};
pub use tiles::tile;

/// How many of the faults that were found the page tells.
const MOST_FAULTS: usize = 5;
/// How far a neighbour that the reader may see is looked for.
const NEIGHBOURS: u64 = 16;

/// Where a receipt is handed in.
pub fn verify_page(asked: &Asked) -> Result<Answer, Oops> {
    let view = verify::View { key: own_key(asked), ..verify::View::default() };
    Ok(Answer::page(verify::show(&asked.frame(Face::Resident), &view)))
}

fn own_key(asked: &Asked) -> String {
    asked.city.casework.record().verifier().to_string()
}

/// What a receipt proves, by the record's own key alone: a copy of the key elsewhere gives the same answer.
pub fn verify(asked: &Asked) -> Result<Answer, Oops> {
    let file = asked.files.iter().find(|file| file.field == "file");
    let text = match file {
        Some(file) => String::from_utf8_lossy(&file.bytes).into_owned(),
        None => asked.field("text").unwrap_or_default().to_owned(),
    };
    let (text, result) = proven_by(asked, &text)?;
    let status = if result.is_ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = verify::View { text, result: Some(result), key: own_key(asked) };
    Ok(Answer::page(verify::show(&asked.frame(Face::Resident), &view)).status(status))
}

/// The receipt as it was given out, and what it proves.
///
/// # Errors
/// When the record cannot be read.
pub fn proven_by(asked: &Asked, text: &str) -> Result<(String, Result<verify::Proven, Title>), StoreError> {
    let text = normal(text);
    let result = match proven(&text, asked.city.casework.record().verifier()) {
        Ok((event, proven)) => Ok(verify::Proven { standing: standing(asked, &event)?, ..proven }),
        Err(why) => Err(why),
    };
    Ok((text, result))
}

/// Whether what an event gave stands today; none where it gave nothing.
fn standing(asked: &Asked, event: &Event) -> Result<Option<verify::Standing>, StoreError> {
    let Some((case, object)) = event.object(part::CASE).zip(event.object(part::ISSUES)) else {
        return Ok(None);
    };
    let casework = &asked.city.casework;
    let view = match casework.view(case) {
        Ok(view) => view,
        Err(casework::Refused::Store(error)) => return Err(error),
        Err(_) => return Ok(None),
    };
    let given = casework.given(&view)?.into_iter().find(|given| given.object == *object);
    Ok(given.map(|given| match (given.revoked, given.replaced) {
        (Some(at), _) => verify::Standing::Revoked(at),
        (None, Some(later)) => verify::Standing::Replaced(later.at),
        (None, None) => verify::Standing::Stands,
    }))
}

/// A receipt as it was given out: browsers send what is pasted with other line ends, people copy it without the last.
fn normal(text: &str) -> String {
    format!("{}\n", text.replace("\r\n", "\n").trim())
}

fn proven(text: &str, key: &record::VerifierKey) -> Result<(Event, verify::Proven), Title> {
    let verified = proof::verify_receipt(text, None, Some(key)).map_err(|error| in_words(&error))?;
    let signed = verified.witnesses.iter().filter_map(|(_, at)| i64::try_from(*at).ok()).min();
    let proven = verify::Proven {
        origin: verified.head.origin,
        entry: verified.index,
        size: verified.head.size,
        at: signed.and_then(|at| record::Time::new(at, 0, Some(8 * 60))),
        leaf: digest_of(&verified.event).to_string(),
        witnesses: verified.witnesses.into_iter().map(|(name, _)| name).collect(),
        standing: None,
    };
    Ok((verified.event, proven))
}

/// The entry of an event in the log: the digest of its line.
fn digest_of(event: &Event) -> Digest {
    Digest::of(encoding::encode(event).as_bytes())
}

fn in_words(error: &ReceiptError) -> Title {
    let zh = match error {
        ReceiptError::Malformed(_) => "这不是回执，或者内容不完整",
        ReceiptError::NoEvent => "回执中没有事件内容",
        ReceiptError::OtherEvent => "回执所附的事件与回执不符",
        ReceiptError::BadEvent(_) => "回执中的事件无法读取",
        ReceiptError::NotIncluded { .. } => "按回执所示的位置，记录中没有这个事件：事件或回执被改动过",
        ReceiptError::Note(_) => "检查点的签名不符：回执被改动过，或者不是本市签发的",
        ReceiptError::OtherLog => "回执属于另一份记录",
        ReceiptError::TooFewWitnesses { .. } => "见证人的签名不够",
        ReceiptError::Store(_) => "暂时无法核验",
    };
    Title::new(zh, error.to_string())
}

/// The health of the record, for supervisors.
pub fn health(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(health::show(&asked.frame(Face::Staff), &healthy(asked)?)))
}

/// How the record is.
pub fn healthy(asked: &Asked) -> Result<health::View, Oops> {
    own_office(asked)?;
    let record = asked.city.casework.record();
    let now = record.health()?;
    let head = Note::parse(&now.checkpoint).and_then(|note| TreeHead::parse(note.text())).ok();
    let checkpoint = head.map(|head| health::Checkpoint {
        origin: head.origin,
        size: head.size,
        root: head.root.to_string(),
        note: now.checkpoint.clone(),
    });
    let verified = asked.city.verified.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let running = asked.city.verifying.load(Ordering::Acquire);
    Ok(health::View {
        entries: now.entries,
        objects: now.objects,
        bytes: now.store_bytes,
        store: now.store.to_owned(),
        checkpoint,
        witnesses: Vec::new(),
        verified: verified.map(|(at, entries, faults)| (at, entries, verdict(&faults))),
        verify: (!running).then(|| path::RECORD.to_owned()),
        at: asked.now,
    })
}

fn verdict(faults: &[Title]) -> Result<(), Title> {
    if faults.is_empty() {
        return Ok(());
    }
    let join = |of: fn(&Title) -> &str, with: &str| {
        faults.iter().take(MOST_FAULTS).map(of).collect::<Vec<_>>().join(with)
    };
    let (zh, en) = (join(|title| &title.zh, "；"), join(|title| &title.en, "; "));
    let count = faults.len();
    Err(Title::new(format!("发现{count}处不符：{zh}"), format!("{count} found: {en}")))
}

pub fn verify_whole(asked: &Asked) -> Result<Answer, Oops> {
    verify_all(asked)?;
    Ok(Answer::go(path::RECORD))
}

/// Has the whole record checked, without keeping anybody waiting. One check runs at a time.
pub fn verify_all(asked: &Asked) -> Result<(), Oops> {
    own_office(asked)?;
    if !asked.city.verifying.swap(true, Ordering::AcqRel) {
        let city = Arc::clone(&asked.city);
        let check = move || {
            let (entries, faults) = match city.casework.record().verify(&mut |_, _| {}) {
                Ok(found) => {
                    let more = found.more;
                    let more =
                        (more > 0).then(|| Title::new(format!("另有{more}处"), format!("and {more} more")));
                    (found.entries, found.faults.iter().map(in_chinese::fault).chain(more).collect())
                }
                Err(error) => (0, vec![Title::new("存储读不出来，没有核验完", error.to_string())]),
            };
            let result = Some((city.now(), entries, faults));
            *city.verified.lock().unwrap_or_else(PoisonError::into_inner) = result;
            city.verifying.store(false, Ordering::Release);
        };
        let spawned = std::thread::Builder::new().name("verify record".to_owned()).spawn(check);
        if let Err(error) = spawned {
            asked.city.verifying.store(false, Ordering::Release);
            return Err(Oops::Broken(error.to_string()));
        }
    }
    Ok(())
}

/// The case that an entry is of, where the reader may supervise it. Entries of no case are for those who supervise the
/// whole city.
pub(super) fn readable(asked: &Asked, event: &Event) -> Result<Option<View>, Oops> {
    for object in event.objects.iter().map(|relation| &relation.object) {
        if asked.city.casework.line(object)?.is_some() {
            return supervised(asked, object).map(Some);
        }
    }
    let office = own_office(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let whole = definitions.offices.get(&office).is_some_and(|office| office.parent.is_none());
    if whole { Ok(None) } else { Err(Oops::forbidden(None)) }
}

fn neighbour(asked: &Asked, mut near: impl Iterator<Item = Entry>) -> Result<Option<u64>, Oops> {
    loop {
        let Some(entry) = near.next() else { return Ok(None) };
        match readable(asked, &entry.event) {
            Ok(_) => return Ok(Some(entry.index)),
            Err(Oops::Denied { .. } | Oops::Missing) => {}
            Err(other) => return Err(other),
        }
    }
}

/// One event with its entry and its proof; with `?proof` the proof as a file. Personal values stay sealed.
pub fn entry(asked: &Asked) -> Result<Answer, Oops> {
    let (view, proof) = of_entry(asked)?;
    if asked.field("proof").is_some() {
        return Ok(Answer::text(proof).download(&format!("{}.tlog-proof", view.entry)));
    }
    Ok(Answer::page(entry::show(&asked.frame(Face::Staff), &view)))
}

/// The entry in the path, with its proof as a text.
pub fn of_entry(asked: &Asked) -> Result<(entry::View, String), Oops> {
    own_office(asked)?;
    let index: u64 = asked.param("entry").parse().map_err(|_| Oops::Missing)?;
    let record = asked.city.casework.record();
    let found = record.entry(index)?.ok_or(Oops::Missing)?;
    let event = &found.event;
    let case = readable(asked, event)?;
    let text = record.receipt(&event.id)?.ok_or(Oops::Missing)?;
    let from = index.saturating_sub(NEIGHBOURS);
    let mut before = record.entries(from, usize::try_from(index - from).unwrap_or(0))?;
    before.reverse();
    let after = record.entries(index + 1, NEIGHBOURS as usize)?;
    let book = asked.city.casework.book();
    let purpose = event.purpose.as_ref().map(|purpose| {
        let known = book.definitions.purposes.get(purpose.as_str()).cloned();
        known.unwrap_or_else(|| Title::new(purpose.as_str(), purpose.as_str()))
    });
    let other = |id: &record::EventId| {
        Ok::<_, StoreError>(record.find(id)?.map(|entry| (entry.index, entry.event.id.to_string())))
    };
    let line = encoding::encode(event);
    let view = entry::View {
        entry: index,
        what: show::happening(event, case.as_ref().and_then(View::procedure)),
        id: event.id.to_string(),
        at: event.time,
        by: event
            .actor
            .as_ref()
            .map(|by| show::by_name(asked, by).unwrap_or_else(|| by.to_string()))
            .or_else(|| show::itself(asked, case.as_ref()?, event)),
        purpose,
        cause: event.cause.as_ref().map(other).transpose()?.flatten(),
        corrects: event.corrects.as_ref().map(other).transpose()?.flatten(),
        corrected: corrected(asked, &found)?,
        objects: objects(asked, event)?,
        leaf: Digest::of(line.as_bytes()).to_string(),
        raw: laid_out(&line),
        proof: proof_of(asked, index)?,
        neighbours: (neighbour(asked, before.into_iter())?, neighbour(asked, after.into_iter())?),
    };
    Ok((view, text))
}

/// The entry that corrects this one. It is about the same objects, so it stands in the history of any of them.
fn corrected(asked: &Asked, entry: &Entry) -> Result<Option<(u64, String)>, StoreError> {
    let Some(object) = entry.event.touched().first().map(|object| (*object).clone()) else { return Ok(None) };
    let later = asked.city.casework.record().history(&object, Version(entry.index + 1), usize::MAX)?;
    let by = later.into_iter().find(|other| other.event.corrects.as_ref() == Some(&entry.event.id));
    Ok(by.map(|by| (by.index, by.event.id.to_string())))
}

fn objects(asked: &Asked, event: &Event) -> Result<Vec<(String, String, Option<String>)>, Oops> {
    let page = |qualifier: &str, object: &ObjectRef| match (qualifier, object.kind.as_str()) {
        (part::CASE, _) => Some(path::board_case(object.id.as_str())),
        (_, "office") => {
            let id = pack::Id::from(object.id.as_str());
            let known = asked.city.casework.book().definitions.offices.contains_key(&id);
            known.then(|| path::board_office(&id))
        }
        _ => None,
    };
    let told = |relation: &record::Relation| {
        let qualifier = relation.qualifier.as_str();
        (qualifier.to_owned(), relation.object.to_string(), page(qualifier, &relation.object))
    };
    Ok(event.objects.iter().map(told).collect())
}

fn proof_of(asked: &Asked, index: u64) -> Result<Option<entry::Proof>, StoreError> {
    let record = asked.city.casework.record();
    let size = record.len()?;
    let (Some(steps), Some(root)) = (record.inclusion(index, size)?, record.root(size)?) else {
        return Ok(None);
    };
    Ok(Some(entry::Proof {
        size,
        root: root.to_string(),
        path: steps.iter().map(ToString::to_string).collect(),
        download: format!("{}?proof", path::entry(index)),
    }))
}

/// The line with a break after each member and each item of its lists, and nothing else changed.
fn laid_out(line: &str) -> String {
    const DEEP: usize = 2;
    let mut out = String::with_capacity(line.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let breaks = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    for character in line.chars() {
        if quoted {
            out.push(character);
            (quoted, escaped) = (escaped || character != '"', !escaped && character == '\\');
            continue;
        }
        match character {
            '{' | '[' => {
                depth += 1;
                out.push(character);
                if depth <= DEEP {
                    breaks(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if depth < DEEP {
                    breaks(&mut out, depth);
                }
                out.push(character);
            }
            ',' => {
                out.push(',');
                if depth <= DEEP {
                    breaks(&mut out, depth);
                }
            }
            _ => {
                quoted = character == '"';
                out.push(character);
            }
        }
    }
    out
}

/// The signed checkpoint over all entries, as C2SP tlog-tiles serves it.
pub fn checkpoint(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::text(asked.city.casework.record().checkpoint()?))
}

/// The key that checks checkpoints and receipts.
pub fn key(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::text(format!("{}\n", asked.city.casework.record().verifier())))
}

#[cfg(test)]
mod tests {
    use super::{laid_out, normal};

    #[test]
    fn a_line_is_laid_out_without_changing_it() {
        let line =
            r#"{"id":"a:1/2","time":"…","objects":[["case",["a","1"]],["x",["b","{\"[,"]]],"attributes":[]}"#;
        insta::assert_snapshot!(laid_out(line));
        let plain: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let laid: serde_json::Value = serde_json::from_str(&laid_out(line)).unwrap_or_default();
        assert_eq!(plain, laid);
        assert!(plain.is_object());
    }

    #[test]
    fn receipts_survive_being_pasted() {
        assert_eq!(normal("\r\na\r\n\r\nb"), "a\n\nb\n");
        assert_eq!(normal("a\n\nb\n"), "a\n\nb\n");
    }
}
