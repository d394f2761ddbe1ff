//! The record: how it is, its entries, and what they prove.

use super::body::Body;
use super::{moment, title};
use crate::page::verify::Standing;
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::record_pages as pages;
use axum::http::StatusCode;
use casework::Refusal;
use record::note::{Note, TreeHead};
use serde_json::{Value as Json, json};

/// How the record is.
pub fn health(asked: &Asked) -> Result<Answer, Oops> {
    let view = pages::healthy(asked)?;
    let verified = view.verified.as_ref().map(|(at, entries, found)| {
        json!({ "at": moment(Some(*at)), "entries": entries, "found": found.as_ref().err().map(title) })
    });
    Ok(Answer::json(&json!({
        "entries": view.entries,
        "objects": view.objects,
        "bytes": view.bytes,
        "store": view.store,
        "verified": verified,
        "verifying": view.verify.is_none(),
        "at": moment(Some(view.at)),
    })))
}

/// Has the whole record verified.
pub fn verify_whole(asked: &Asked) -> Result<Answer, Oops> {
    Body::of(asked)?;
    pages::verify_all(asked)?;
    Ok(Answer::json(&json!({ "verifying": true })).status(StatusCode::ACCEPTED))
}

/// The signed checkpoint.
pub fn checkpoint(asked: &Asked) -> Result<Answer, Oops> {
    let record = asked.city.casework.record();
    let note = record.checkpoint()?;
    let head = Note::parse(&note).and_then(|note| TreeHead::parse(note.text()));
    let head = head.map_err(|error| Oops::Broken(error.to_string()))?;
    Ok(Answer::json(&json!({
        "origin": head.origin,
        "size": head.size,
        "root": head.root.to_string(),
        "note": note,
        "key": record.verifier().to_string(),
    })))
}

/// One entry with its proof.
pub fn entry(asked: &Asked) -> Result<Answer, Oops> {
    let (view, proof) = pages::of_entry(asked)?;
    let other = |other: &Option<(u64, String)>| {
        other.as_ref().map(|(entry, event)| json!({ "entry": entry, "event": event }))
    };
    let objects = view.objects.iter().map(|(part, object, _)| json!({ "part": part, "object": object }));
    Ok(Answer::json(&json!({
        "entry": view.entry,
        "event": view.id,
        "what": title(&view.what),
        "at": moment(Some(view.at)),
        "by": view.by,
        "purpose": view.purpose.as_ref().map(title),
        "cause": other(&view.cause),
        "corrects": other(&view.corrects),
        "corrected": other(&view.corrected),
        "objects": objects.collect::<Vec<Json>>(),
        "leaf": view.leaf,
        "proof": proof,
    })))
}

/// What a receipt proves.
pub fn verify(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    let (_, result) = pages::proven_by(asked, body.verbatim("receipt"))?;
    let proven = result.map_err(|why| {
        let faults = vec![("receipt".into(), why.clone())];
        Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() }))
    })?;
    Ok(Answer::json(&json!({
        "origin": proven.origin,
        "entry": proven.entry,
        "size": proven.size,
        "at": moment(proven.at),
        "leaf": proven.leaf,
        "witnesses": proven.witnesses,
        "standing": proven.standing.map(|standing| match standing {
            Standing::Stands => json!({ "is": "stands" }),
            Standing::Revoked(at) => json!({ "is": "revoked", "at": moment(Some(at)) }),
            Standing::Replaced(at) => json!({ "is": "replaced", "at": moment(Some(at)) }),
        }),
    })))
}
