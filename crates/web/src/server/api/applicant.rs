//! Applicants at the counter: finding them, and opening accounts for those who have none.

use super::body::Body;
use super::service::named;
use super::{Answer, Oops, moment};
use crate::server::asked::Asked;
use crate::server::counter;
use crate::server::walk_in::{NotOpened, Opened, WalkIn, waits};
use access::PersonId;
use axum::http::StatusCode;
use casework::Refusal;
use pack::model::{Procedure, Start};
use pack::{Id, Title};
use serde_json::{Value as Json, json};

/// The service, and the office at whose counter it is asked.
fn at_counter(asked: &Asked) -> Result<(&Procedure, Id), Oops> {
    let procedure = named(asked)?;
    if procedure.start != Start::Party {
        let en = "nobody applies for this service: it is a duty of the office";
        return Err(Oops::Unreadable(Title::new("这一事项由单位依职责办理，没有申请人", en)));
    }
    Ok((procedure, asked.post()?.office.clone()))
}

/// Finds an applicant: a reading of their data, which they see.
pub fn look_up(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    let (procedure, office) = at_counter(asked)?;
    let (typed, purpose) = (body.text("applicant").unwrap_or_default(), body.id("purpose"));
    let (found, _) = counter::look_up(asked, procedure, &office, typed, purpose.as_ref())?;
    let Some((id, by_number)) = found else {
        return Ok(Answer::json(&json!({ "person": null, "name": null, "numbered": null, "waits": null })));
    };
    let person = asked.city.person(id)?;
    Ok(Answer::json(&json!({
        "person": id.object().to_string(),
        "name": asked.city.name(&person),
        "numbered": by_number || person.now.identity_number.is_some(),
        "waits": waits(&person),
    })))
}

/// Opens an account for an applicant.
pub fn open(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    let (procedure, office) = at_counter(asked)?;
    let text = |name: &str| body.text(name).unwrap_or_default();
    let new = WalkIn::read(text("name"), text("number"), text("login"));
    let (key, purpose) = (body.text("key"), body.id("purpose"));
    match counter::open(asked, (procedure, &office), new, (key, purpose.as_ref()))? {
        Ok(opened) => Ok(told(&opened).status(StatusCode::CREATED)),
        Err(NotOpened::Already(id)) => Ok(Answer::json(&slip(id, Json::Null, Json::Null, Json::Null))),
        Err(NotOpened::Faulty(faults)) => {
            let why = Title::new("不能这样开设账号", "No account can be opened so");
            let faults = faults.into_iter().map(|(member, what)| (member.into(), what)).collect();
            Err(Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() })))
        }
        Err(NotOpened::Other(error)) => Err(error.into()),
    }
}

/// Puts the identity number on an applicant's account right, or takes it off.
pub fn correct_number(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    let (procedure, office) = at_counter(asked)?;
    let text = |name: &str| body.text(name).unwrap_or_default();
    let (person, purpose) = (counter::known(asked, text("person"))?, body.id("purpose"));
    let typed = (text("number"), text("reasons"));
    match counter::correct(asked, (procedure, &office), person, typed, purpose.as_ref())? {
        Ok(()) => Ok(Answer::json(&json!({
            "person": person.object().to_string(),
            "numbered": asked.city.person(person)?.now.identity_number.is_some(),
        }))),
        Err(faults) => {
            let why = Title::new("不能这样更正", "The number cannot be corrected so");
            let faults = faults.into_iter().map(|(member, what)| (member.into(), what)).collect();
            Err(Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() })))
        }
    }
}

/// Gives whoever has yet to choose a password another code.
pub fn another_code(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    let (procedure, office) = at_counter(asked)?;
    let (person, purpose) = (body.text("person").unwrap_or_default(), body.id("purpose"));
    let opened = counter::another_code(asked, (procedure, &office), person, purpose.as_ref())?;
    Ok(told(&opened).status(StatusCode::CREATED))
}

fn told(opened: &Opened) -> Answer {
    let code = opened.issued.code.as_ref();
    let (text, until) = (code.map(|(code, _)| code.text()).into(), moment(code.map(|(_, until)| *until)));
    Answer::json(&slip(opened.issued.person, opened.login.as_str().into(), text, until))
}

fn slip(person: PersonId, login: Json, code: Json, until: Json) -> Json {
    json!({ "person": person.object().to_string(), "login": login, "code": code, "until": until })
}
