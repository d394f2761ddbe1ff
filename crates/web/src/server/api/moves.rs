//! What can be done in a case, and doing it.

use super::body::Body;
use super::contract::{ACTIONS, Action};
use super::{moment, title};
use crate::server::acting;
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::case::visible;
use crate::server::editions::movable;
use crate::server::receive::DOCUMENT;
use crate::server::staff::receives;
use axum::http::StatusCode;
use casework::moves::Move;
use casework::{Ask, Refused, State, View};
use pack::model::{FieldKind, StepKind};
use pack::{Id, Title};
use record::ObjectRef;
use serde_json::{Value as Json, json};

/// Does something in a case.
pub fn act(asked: &Asked) -> Result<Answer, Oops> {
    let named = |(name, ..): &&(&str, Action, _)| *name == asked.param("action");
    let (_, action, members) = ACTIONS.iter().find(named).ok_or(Oops::Missing)?;
    // Whoever takes cases to another edition need not see into them.
    let (case, view) = match action {
        Action::Migrate => movable(asked).map(|(case, view, _)| (case, view))?,
        _ => visible(asked)?,
    };
    let body = Body::with(asked, members)?;
    let of = body.id("step").filter(|_| *action == Action::Do).unwrap_or_default();
    let command = body.command(asked, *action, &view).map_err(|oops| by_parts(oops, &view, &of))?;
    receives(asked, &view, &command)?;
    let ask = Ask { seen: body.seen(), ..asked.ask() };
    let done = acting::carry_out(asked, &case, &view, command, &ask);
    match done.map_err(|oops| by_parts(oops, &view, &of)) {
        Ok(events) => {
            let told = events.iter().map(|event| {
                json!({ "id": event.id, "activity": event.activity, "time": moment(Some(event.time)) })
            });
            let seen = asked.city.casework.view(&case)?.state.events;
            Ok(Answer::json(&json!({ "events": told.collect::<Vec<_>>(), "seen": seen })))
        }
        Err(Oops::Refused(refused)) => not_now(asked, &case, *refused),
        Err(denied @ Oops::Denied { .. }) => {
            let told = instead(asked, &case, denied.document(asked))?;
            Ok(Answer::json(&told).status(StatusCode::FORBIDDEN))
        }
        Err(other) => Err(other),
    }
}

/// No file stands in a JSON body: where the step takes one that did not come, the refusal says how to send it.
fn by_parts(mut oops: Oops, view: &View, step: &Id) -> Oops {
    let defined = view.procedure().and_then(|procedure| procedure.flow.step(step.as_str()));
    let faults = match &mut oops {
        Oops::Faulty(refusal) => &mut refusal.faults,
        Oops::Refused(refused) => match &mut **refused {
            Refused::Case(refusal) => &mut refusal.faults,
            _ => return oops,
        },
        _ => return oops,
    };
    for (id, fault) in faults {
        let field = defined.and_then(|step| step.form.field(id.as_str()));
        if field.is_some_and(|field| field.kind == FieldKind::File) {
            *fault = Title::new(
                format!(
                    "需要文件：请用 `multipart/form-data` 发送，文件放在名为 `{step}.{id}` 的部分，\
                     JSON 放在名为 `{DOCUMENT}` 的部分"
                ),
                format!(
                    "A file is needed: send `multipart/form-data` with the file in a part named `{step}.{id}` and the \
                     JSON in a part named `{DOCUMENT}`"
                ),
            );
        }
    }
    oops
}

/// That a case does not allow something now, with what it does allow.
pub fn not_now(asked: &Asked, case: &ObjectRef, refused: Refused) -> Result<Answer, Oops> {
    let oops = Oops::from(refused);
    if !matches!(oops, Oops::Refused(_)) {
        return Err(oops);
    }
    Ok(Answer::json(&instead(asked, case, oops.document(asked))?).status(StatusCode::CONFLICT))
}

/// A refusal with what the case does allow.
fn instead(asked: &Asked, case: &ObjectRef, mut refusal: Json) -> Result<Json, Oops> {
    let view = asked.city.casework.view(case)?;
    if let Some(told) = refusal.as_object_mut() {
        told.insert("possible".into(), possible(asked, case, &view)?.into());
        told.insert("seen".into(), view.state.events.into());
    }
    Ok(refusal)
}

/// What the reader can do in a case, each as it would be asked for.
pub fn possible(asked: &Asked, case: &ObjectRef, view: &View) -> Result<Vec<Json>, Oops> {
    let mut all = Vec::new();
    let moves = asked.city.casework.moves(case, view, &asked.ask())?;
    for possible in moves.iter().filter(|possible| possible.hindered.is_none()) {
        let Move { action, about, outcomes, title: called, .. } = possible;
        let called = title(called);
        let a_step = StepKind::ALL.iter().any(|(word, _)| word == action);
        match *action {
            "save" => {
                all.push(json!({ "action": "save", "title": called }));
                all.extend(materials(asked, view)?);
            }
            "extend" => all.push(json!({ "action": "extend", "title": called, "clock": about })),
            "reply" => {
                let open = view.state.complaints.iter().enumerate();
                let open = open.filter(|(_, complaint)| complaint.is_open());
                all.extend(
                    open.map(|(at, _)| json!({ "action": "reply", "title": called, "complaint": at })),
                );
            }
            _ if a_step => {
                all.push(json!({ "action": "do", "title": called, "step": about, "outcomes": outcomes }));
            }
            "amend" => {
                let step = about.as_ref().filter(|of| of.as_str() != State::FORM);
                all.push(json!({ "action": "amend", "title": called, "step": step }));
            }
            "hand-over" => {
                all.push(json!({ "action": "hand-over", "title": called, "step": about }));
                let back = title(&Title::new("退回待办", "Put back into the queue"));
                all.push(json!({ "action": "release", "title": back, "step": about }));
            }
            "take" | "correct" => {
                all.push(json!({ "action": action, "title": called, "step": about }));
            }
            _ => all.push(json!({ "action": action, "title": called })),
        }
    }
    Ok(all)
}

/// The materials to which files can be attached, and from which they can be taken back.
fn materials(asked: &Asked, view: &View) -> Result<Vec<Json>, Oops> {
    let Some(procedure) = view.procedure() else { return Ok(Vec::new()) };
    let answers = asked.city.casework.answers(&view.state)?;
    let needed = asked.city.casework.needed(view, &answers, asked.now);
    let mut all = Vec::new();
    for wanted in procedure.materials.iter().filter(|wanted| needed.contains(&wanted.material)) {
        let called = view.book.definitions.materials.get(&wanted.material);
        let called = called.map(|material| title(&material.title)).unwrap_or_default();
        all.push(json!({ "action": "materials", "title": called, "material": wanted.material }));
        if view.state.materials.get(&wanted.material).is_some_and(|files| !files.is_empty()) {
            all.push(json!({ "action": "detach", "title": called, "material": wanted.material }));
        }
    }
    Ok(all)
}
