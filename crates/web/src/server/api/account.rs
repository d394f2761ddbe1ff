//! Who asks.

use super::body::Body;
use super::{Page, moment, title};
use crate::server::account::open;
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::{personal, show};
use access::policy::Actor;
use access::session::Token;
use access::sign_in::Refused;
use access::{PersonId, Post};
use axum::http::StatusCode;
use casework::Refusal;
use pack::Title;
use record::Value;
use serde_json::{Value as Json, json};

fn post(post: &Post) -> Json {
    json!({ "role": post.role, "office": post.office })
}

fn posts(asked: &Asked, id: PersonId) -> Result<Json, Oops> {
    Ok(asked.city.person(id)?.now.posts.iter().map(post).collect())
}

fn signed_in(asked: &Asked, token: &Token) -> Result<Answer, Oops> {
    asked.city.note_device(token, &asked.device);
    let session = asked.city.session(token, true).ok_or(Oops::SignIn)?;
    let (id, acting) = (session.person, session.post);
    let told = json!({
        "token": token.text(),
        "person": id.object().to_string(),
        "post": acting.as_ref().map(post),
        "posts": posts(asked, id)?,
    });
    Ok(Answer::json(&told).status(StatusCode::CREATED))
}

/// Signs in. Whoever asks with a session's token begins anew: that one is closed.
pub fn sign_in(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    let (login, secret) = (body.verbatim("login"), body.verbatim("password"));
    match asked.city.sign_in(login, secret, asked.address, asked.token.as_ref(), asked.kiosk) {
        Ok(token) => signed_in(asked, &token),
        Err(Refused::Wait { seconds }) => Err(Oops::Wait { seconds }),
        Err(refused) => Err(Oops::forbidden(Some(refused.title()))),
    }
}

/// Signs out.
pub fn sign_out(asked: &Asked) -> Result<Answer, Oops> {
    Body::of(asked)?;
    if let Some(token) = &asked.token {
        asked.city.sign_out(token)?;
    }
    Ok(Answer::json(&json!({})))
}

/// Opens an account.
pub fn register(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    match open(asked, body.verbatim("login"), body.verbatim("name"), body.verbatim("password"))? {
        Ok(token) => signed_in(asked, &token),
        Err((member, fault)) => {
            let why = Title::new("不能注册", "No account can be opened so");
            let faults = vec![(member.into(), fault)];
            Err(Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() })))
        }
    }
}

/// Who one is.
pub fn me(asked: &Asked) -> Result<Answer, Oops> {
    who(asked, asked.signed_in()?)
}

/// Has one act in one of one's posts, or for oneself.
pub fn act_in(asked: &Asked) -> Result<Answer, Oops> {
    let body = Body::of(asked)?;
    let (person, token) = asked.person.as_ref().zip(asked.token.as_ref()).ok_or(Oops::SignIn)?;
    let post = body.text("post").map(|text| Post::parse(text).filter(|post| person.now.posts.contains(post)));
    let Some(post) = post.map_or(Some(None), |post| post.map(Some)) else {
        let why = Title::new("您没有这个岗位", "You do not hold this post");
        let faults = vec![("post".into(), why.clone())];
        return Err(Oops::Faulty(Box::new(Refusal { why, faults, possible: Vec::new() })));
    };
    asked.city.act_in(token, person, post.clone())?;
    who(asked, &Actor::of(person, post.as_ref()).map_err(|_| Oops::forbidden(None))?)
}

fn who(asked: &Asked, actor: &Actor) -> Result<Answer, Oops> {
    let person = asked.person.as_ref().ok_or(Oops::SignIn)?;
    Ok(Answer::json(&json!({
        "person": actor.id().to_string(),
        "name": asked.city.name(person).unwrap_or_default(),
        "post": actor.post().map(post),
        "posts": person.now.posts.iter().map(post).collect::<Vec<_>>(),
    })))
}

/// Who read one's personal data.
pub fn readings(asked: &Asked) -> Result<Answer, Oops> {
    let me = asked.signed_in()?.id();
    let all = personal::readings(asked, me)?;
    let page = Page::of(asked, all.len());
    let book = asked.city.casework.book();
    let told = page.take(&all).map(|event| {
        let office = event.object(access::activity::part::OFFICE);
        let office = office.map(|office| title(&show::office(asked, &office.id.as_str().into())));
        let purpose = event.purpose.as_ref().map(|purpose| {
            let known = book.definitions.purposes.get(purpose.as_str());
            known.map_or_else(|| title(&Title::new(purpose.as_str(), purpose.as_str())), title)
        });
        let fields = match event.attribute(access::activity::attribute::FIELDS) {
            Some(Value::List(fields)) => fields.iter().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        };
        json!({
            "at": moment(Some(event.time)),
            "by": event.actor.as_ref().and_then(|actor| asked.city.staff_name(actor)),
            "office": office,
            "purpose": purpose,
            "fields": fields,
            "case": event.object(access::activity::part::CASE).map(|case| case.id.as_str()),
        })
    });
    let told = told.collect::<Vec<_>>();
    Ok(page.answer(json!({ "readings": told })))
}
