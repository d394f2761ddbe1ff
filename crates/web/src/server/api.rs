//! The same work for programs: JSON in, JSON out, decided by the same policies as the pages.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::case::visible;
use super::show;
use axum::http::StatusCode;
use body::Body;
use casework::board::{Line, Task};
use casework::state::{Stage, Status};
use casework::{Ask, Command, View};
use pack::Title;
use pack::model::{Channel, Field, FieldKind, Procedure, Start};
use record::{ObjectRef, Time};
use serde_json::{Value as Json, json};

mod body;
mod document;

pub use document::document;

fn title(title: &Title) -> Json {
    json!({ "zh": title.zh.as_str(), "en": title.en.as_str() })
}

fn moment(time: Option<Time>) -> Json {
    time.map_or(Json::Null, |time| time.to_string().into())
}

fn number(case: &ObjectRef) -> &str {
    case.id.as_str()
}

/// The services that people can ask for.
pub fn services(asked: &Asked) -> Result<Answer, Oops> {
    let all = asked.city.casework.book().definitions.procedures.values();
    let offered = all.filter(|procedure| procedure.start == Start::Party);
    let told = |procedure: &Procedure| {
        json!({
            "id": procedure.id,
            "title": title(&procedure.title),
            "category": procedure.category,
            "item": procedure.item,
        })
    };
    Ok(Answer::json(&json!({ "services": offered.map(told).collect::<Vec<_>>() })))
}

fn named(asked: &Asked) -> Result<&Procedure, Oops> {
    asked.city.casework.book().procedure(&asked.param("service").into()).ok_or(Oops::Missing)
}

/// One service: what it asks for, who handles it, and its course.
pub fn service(asked: &Asked) -> Result<Answer, Oops> {
    let procedure = named(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let offices = definitions.offices.values();
    let offices = offices
        .filter(|office| office.level == procedure.level && office.handles.contains(&procedure.category));
    let channels = procedure.channels.iter().map(|channel| word(&Channel::ALL, *channel));
    let material = |asked: &pack::model::MaterialUse| {
        let called = definitions.materials.get(&asked.material).map(|material| title(&material.title));
        let when = asked.when.as_ref().map(|when| when.source.as_str());
        json!({ "id": asked.material, "title": called, "optional": asked.optional, "when": when })
    };
    let step = |step: &pack::model::Step| {
        let outcomes = step.outcomes.iter();
        let outcomes = outcomes.map(|outcome| {
            json!({
                "id": outcome.id, "title": title(&outcome.title), "reasons": outcome.reasons,
            })
        });
        json!({
            "id": step.id,
            "title": title(&step.title),
            "role": step.role,
            "form": step.form.fields.iter().map(field).collect::<Vec<_>>(),
            "outcomes": outcomes.collect::<Vec<_>>(),
        })
    };
    Ok(Answer::json(&json!({
        "id": procedure.id,
        "title": title(&procedure.title),
        "about": procedure.about.as_ref().map(title),
        "category": procedure.category,
        "item": procedure.item,
        "channels": channels.collect::<Vec<_>>(),
        "offices": offices.map(|one| json!({ "id": one.id, "title": title(&one.title) })).collect::<Vec<_>>(),
        "form": procedure.form.fields.iter().map(field).collect::<Vec<_>>(),
        "materials": procedure.materials.iter().map(material).collect::<Vec<_>>(),
        "steps": procedure.flow.steps.iter().map(step).collect::<Vec<_>>(),
    })))
}

fn field(field: &Field) -> Json {
    let choices = match &field.kind {
        FieldKind::Choice(choices) | FieldKind::Choices(choices) => {
            choices.iter().map(|choice| json!({ "id": choice.id, "title": title(&choice.title) })).collect()
        }
        _ => Vec::new(),
    };
    json!({
        "id": field.id,
        "title": title(&field.title),
        "kind": kind(&field.kind),
        "required": field.required,
        "when": field.when.as_ref().map(|when| when.source.as_str()),
        "choices": choices,
        "personal": field.personal,
    })
}

/// A kind of field by the word that packs have for it.
fn kind(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::LongText => "long-text",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Money => "money",
        FieldKind::Date => "date",
        FieldKind::Moment => "moment",
        FieldKind::Truth => "truth",
        FieldKind::Choice(_) => "choice",
        FieldKind::Choices(_) => "choices",
        FieldKind::IdentityNumber => "identity-number",
        FieldKind::Phone => "phone",
        FieldKind::Address => "address",
        FieldKind::Plate => "plate",
        FieldKind::Vin => "vin",
        FieldKind::CreditCode => "credit-code",
        FieldKind::File => "file",
        FieldKind::Object(_) => "object",
    }
}

fn word<T: Copy + PartialEq>(all: &[(&'static str, T)], one: T) -> &'static str {
    all.iter().find(|(_, other)| *other == one).map_or("", |(word, _)| word)
}

/// Begins a case of one's own, with the answers that are given at once. Nothing is begun where an answer is wrong.
pub fn begin(asked: &Asked) -> Result<Answer, Oops> {
    let actor = asked.signed_in()?;
    let procedure = named(asked)?;
    if procedure.start != Start::Party {
        return Err(Oops::Missing);
    }
    let body = Body::of(asked, "begin", document::BEGIN)?;
    let answers = body.answers(&procedure.form)?;
    let channel = body.text("channel").unwrap_or("web");
    let channel = Channel::ALL.iter().find(|(word, _)| *word == channel).map(|(_, channel)| *channel);
    let channel = channel.ok_or_else(|| {
        Oops::Unreadable(Title::new(
            "`channel` 不是办理渠道",
            "`channel` is none of window, web, phone, kiosk",
        ))
    })?;
    let office = body.id("office");
    let number = asked.city.case_number(asked.now).map_err(|error| Oops::Broken(error.to_string()))?;
    let ask = Ask { seen: None, ..asked.ask() };
    let start = Command::Start { office, party: Some(actor.id().clone()), channel };
    let case = asked.city.casework.start(&procedure.id, &number, &start, &ask)?;
    if !answers.is_empty() {
        asked.city.casework.run(&case, &Command::Save { answers }, &ask)?;
    }
    let view = asked.city.casework.view(&case)?;
    let told = json!({ "case": number, "seen": view.state.events });
    Ok(Answer::json(&told).status(StatusCode::CREATED))
}

/// One's own cases, the newest first.
pub fn cases(asked: &Asked) -> Result<Answer, Oops> {
    let me = asked.signed_in()?.id();
    let lines: Vec<Line> = asked.city.casework.board(|board| board.of_party(me).collect())?;
    let told = |line: &Line| {
        json!({
            "case": number(&line.case),
            "service": line.procedure,
            "office": line.office,
            "started": moment(Some(line.started)),
            "submitted": moment(line.submitted),
            "stage": stage(&line.stage),
        })
    };
    Ok(Answer::json(&json!({ "cases": lines.iter().map(told).collect::<Vec<_>>() })))
}

fn stage(stage: &Stage) -> Json {
    match stage {
        Stage::Draft => json!({ "is": "draft" }),
        Stage::Open => json!({ "is": "open" }),
        Stage::Correcting => json!({ "is": "correcting" }),
        Stage::Ended { at, how } => json!({ "is": "ended", "at": moment(Some(*at)), "how": how }),
    }
}

/// A case as it stands, for whoever may see it. Personal answers are told to the party alone: others read them at the
/// desk, under a purpose.
pub fn case(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    Ok(Answer::json(&whole(asked, &case, &view)?))
}

fn whole(asked: &Asked, case: &ObjectRef, view: &View) -> Result<Json, Oops> {
    let state = &view.state;
    let steps = state.steps.iter().map(|(id, step)| {
        let done = state.done(id);
        json!({
            "id": id,
            "office": step.office,
            "status": match step.status {
                Status::Waiting => "waiting",
                Status::Open => "open",
                Status::Done => "done",
                Status::Skipped => "skipped",
            },
            "outcome": done.map(|done| &done.outcome),
            "at": moment(done.map(|done| done.at)),
        })
    });
    let clocks = show::clocks(asked, view).into_iter().map(|clock| {
        json!({
            "title": title(&clock.title),
            "started": moment(Some(clock.started)),
            "stopped": moment(clock.stopped),
            "due": moment(clock.due.map(|due| due.at)),
        })
    });
    let moves = asked.city.casework.moves(case, view, &asked.ask())?;
    let moves = moves.iter().map(|possible| {
        json!({ "action": possible.action, "about": possible.about, "outcomes": possible.outcomes })
    });
    Ok(json!({
        "case": number(case),
        "seen": state.events,
        "service": state.procedure,
        "office": state.office,
        "channel": state.channel,
        "started": moment(state.started),
        "submitted": moment(state.submitted),
        "stage": stage(&state.stage),
        "answers": answers(asked, view)?,
        "steps": steps.collect::<Vec<_>>(),
        "clocks": clocks.collect::<Vec<_>>(),
        "possible": moves.collect::<Vec<_>>(),
    }))
}

fn answers(asked: &Asked, view: &View) -> Result<Json, Oops> {
    let Some(procedure) = view.procedure() else { return Ok(json!({})) };
    let own = view.state.party.is_some()
        && view.state.party.as_ref() == asked.actor.as_ref().map(|actor| actor.id());
    let clear = asked.city.casework.answers(&view.state)?;
    let fields = procedure.form.fields.iter().filter(|field| own || !field.personal);
    let written = fields.filter_map(|field| {
        let value = clear.get(&field.id)?;
        Some((field.id.to_string(), Json::from(casework::answer::write(&field.kind, value))))
    });
    Ok(Json::Object(written.collect()))
}

/// Does something in a case.
pub fn act(asked: &Asked) -> Result<Answer, Oops> {
    asked.signed_in()?;
    let action = asked.param("action");
    let (action, members) =
        document::ACTIONS.iter().find(|(name, _)| *name == action).ok_or(Oops::Missing)?;
    let (case, view) = visible(asked)?;
    let body = Body::of(asked, action, members)?;
    let command = body.command(&view)?;
    let ask = Ask { seen: body.seen(), ..asked.ask() };
    let events = asked.city.casework.run(&case, &command, &ask)?;
    let told = events
        .iter()
        .map(|event| json!({ "id": event.id, "activity": event.activity, "time": moment(Some(event.time)) }));
    let seen = asked.city.casework.view(&case)?.state.events;
    Ok(Answer::json(&json!({ "events": told.collect::<Vec<_>>(), "seen": seen })))
}

/// The open steps of the reader's post, the most urgent first.
pub fn queue(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?;
    let tasks: Vec<Task> =
        asked.city.casework.board(|board| board.queue(&post.office, &post.role).cloned().collect())?;
    let told = |task: &Task| {
        json!({
            "case": number(&task.case),
            "service": task.procedure,
            "step": task.step,
            "office": task.office,
            "opened": moment(Some(task.opened)),
            "due": moment(task.due),
            "holder": task.holder,
            "waiting": task.waiting,
        })
    };
    Ok(Answer::json(&json!({ "tasks": tasks.iter().map(told).collect::<Vec<_>>() })))
}
