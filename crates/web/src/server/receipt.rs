//! Receipts: that something stands on the record, for its party to keep.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::case::own;
use super::show;
use crate::layout::Face;
use crate::page::receipt;
use crate::path;
use casework::activity;
use record::{Digest, EventId, ObjectRef, Value};

/// The event that a receipt is for: the last that ended the case, or else the handing in.
fn receipted(asked: &Asked, case: &ObjectRef) -> Result<record::Entry, Oops> {
    let history = asked.city.casework.story(case)?;
    let ended = |entry: &&record::Entry| {
        entry.event.attribute("ended").is_some_and(|how| matches!(how, Value::Text(_)))
    };
    let decided = history.iter().rev().find(ended);
    let submitted =
        || history.iter().rev().find(|entry| entry.event.activity.as_str() == activity::SUBMITTED);
    decided.or_else(submitted).cloned().ok_or(Oops::Missing)
}

/// The receipt of the reader's own case: what it says, and its text.
pub fn of(asked: &Asked) -> Result<(receipt::View, String), Oops> {
    let (case, view) = own(asked)?;
    let entry = receipted(asked, &case)?;
    let download = format!("{}.tlog-proof", path::of_case(case.id.as_str(), "receipt"));
    let (proof, text) = proof(asked, &entry.event.id, download)?;
    let view = receipt::View {
        case: case.id.to_string(),
        title: view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default(),
        what: show::happening(&entry.event, view.procedure()),
        at: entry.event.time,
        office: show::office(asked, &view.state.office),
        proof,
    };
    Ok((view, text))
}

/// What proves that an event stands on the record, and the text that says so, which is to be had at `download`.
pub fn proof(asked: &Asked, event: &EventId, download: String) -> Result<(receipt::Proof, String), Oops> {
    let record = asked.city.casework.record();
    let text = record.receipt(event)?.ok_or(Oops::Missing)?;
    let proven = record::proof::verify_receipt(&text, None, Some(record.verifier()));
    let proven = proven.map_err(|error| Oops::Broken(error.to_string()))?;
    let proof = receipt::Proof {
        entry: proven.index,
        size: proven.head.size,
        leaf: Digest::of(record::encoding::encode(&proven.event).as_bytes()).to_string(),
        root: proven.head.root.to_string(),
        origin: proven.head.origin,
        address: format!("{}{}", asked.site, path::VERIFY),
        download,
    };
    Ok((proof, text))
}

pub fn page(asked: &Asked) -> Result<Answer, Oops> {
    let (view, _) = of(asked)?;
    Ok(Answer::page(receipt::show(&asked.frame(Face::Resident), &view)))
}

pub fn file(asked: &Asked) -> Result<Answer, Oops> {
    let (view, text) = of(asked)?;
    Ok(Answer::text(text).download(&format!("{}.tlog-proof", view.case)))
}
