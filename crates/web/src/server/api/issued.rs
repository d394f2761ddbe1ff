//! What cases gave.

use super::{moment, title};
use crate::page::document::Replaced;
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::document;
use casework::View;
use casework::given::Valid;
use record::ObjectRef;
use serde_json::{Map, Value as Json, json};

/// A licence, certificate or entry that a case gave. Whoever is not its holder reads it under a purpose, or not at all.
pub fn issued(asked: &Asked) -> Result<Answer, Oops> {
    let issued = document::issued(asked)?;
    let told = issued.page.told.ok_or(Oops::Missing)?;
    let shows = issued.shows.into_iter().map(|(id, typed)| (id.to_string(), typed.into()));
    Ok(Answer::json(&json!({
        "credential": issued.credential,
        "title": title(&issued.page.title),
        "number": issued.page.number,
        "case": issued.page.case,
        "office": title(&issued.page.office),
        "holder": told.holder,
        "at": moment(Some(issued.page.at)),
        "valid": valid(told.valid),
        "over": told.over,
        "revoked": moment(issued.page.revoked),
        "replaced": issued.page.replaced.map(replaced),
        "corrected": told.corrected,
        "delivered": moment(issued.page.delivered.flatten()),
        "shows": Json::Object(shows.collect::<Map<_, _>>()),
        "receipt": issued.proof,
    })))
}

/// What a case gave, without what is personal of it.
pub fn given(asked: &Asked, view: &View, case: &ObjectRef) -> Result<Vec<Json>, Oops> {
    let all = document::listed(asked, view, case, None)?;
    let told = all.iter().map(|(given, _)| {
        json!({
            "credential": given.credential,
            "title": title(&given.title),
            "number": given.object.to_string(),
            "at": moment(Some(given.at)),
            "revoked": moment(given.revoked),
            "replaced": given.replaced.as_ref().map(|later| replaced(document::taken(asked, given, later))),
        })
    });
    Ok(told.collect())
}

/// What took its place.
fn replaced(Replaced { at, by }: Replaced) -> Json {
    json!({ "at": moment(Some(at)), "by": by.map(|(number, _)| number) })
}

fn valid(valid: Valid) -> Json {
    match valid {
        Valid::Until(day) => json!({ "is": "until", "day": day.to_string() }),
        Valid::To(at) => json!({ "is": "to", "at": moment(Some(at)) }),
        Valid::Always => json!({ "is": "always" }),
        Valid::Unsaid => json!({ "is": "unsaid" }),
    }
}
