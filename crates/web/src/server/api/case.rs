//! Cases: one's own, and those that one handles or supervises.

use super::body::Body;
use super::moves::{not_now, possible};
use super::{Page, left, moment, title};
use crate::part::{Standing, Words};
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::case::{answer_by, entering, named, sees_own, theirs, visible};
use crate::server::show::{self, Telling};
use crate::server::{board, filling, personal as reading, receipt as receipts};
use casework::state::{Stage, Status};
use casework::{View, answer, clocks};
use pack::Id;
use pack::model::{Form, Step};
use record::{FileRef, ObjectRef, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// One's own cases, the newest first.
pub fn cases(asked: &Asked) -> Result<Answer, Oops> {
    let me = asked.signed_in()?.id();
    let lines = asked.city.casework.of_party(me)?;
    let page = Page::of(asked, lines.len());
    let told = page.take(&lines).map(|line| {
        json!({
            "case": line.case.id.as_str(),
            "service": line.procedure,
            "office": line.office,
            "started": moment(Some(line.started)),
            "submitted": moment(line.submitted),
            "stage": stage(&line.stage),
        })
    });
    let told = told.collect::<Vec<_>>();
    Ok(page.answer(json!({ "cases": told })))
}

fn stage(stage: &Stage) -> Json {
    match stage {
        Stage::Draft => json!({ "is": "draft" }),
        Stage::Open => json!({ "is": "open" }),
        Stage::Correcting => json!({ "is": "correcting" }),
        Stage::Ended { at, how } => json!({ "is": "ended", "at": moment(Some(*at)), "how": how }),
    }
}

/// A case as it stands, for whoever may see it.
pub fn case(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    let view = reading::opened(asked, &case, view)?;
    let state = &view.state;
    let clear = asked.city.casework.answers(state)?;
    let own = theirs(asked, &view);
    let fills_in = own || entering(asked, &case, &view);
    let missing = match state.stage {
        Stage::Draft | Stage::Correcting if fills_in => asked.city.casework.missing(&view, asked.now)?,
        _ => Vec::new(),
    };
    let missing = missing.into_iter().map(|(id, fault)| (id.to_string(), asked.lang.of(&fault).into()));
    let correction = state.asked().map(|correction| {
        let notes = correction.noted().into_iter().map(|(id, note)| (id.to_string(), note.into()));
        json!({
            "at": moment(Some(correction.asked)),
            "due": moment(answer_by(asked, &view).and_then(|due| due.at)),
            "notes": Json::Object(notes.collect()),
        })
    });
    let complaints = state.complaints.iter().map(|complaint| {
        json!({
            "words": said(show::words(asked, &view, &complaint.words)),
            "at": moment(Some(complaint.at)),
            "reply": complaint.reply.as_ref().and_then(|(_, words)| said(show::words(asked, &view, words))),
            "replied": moment(complaint.reply.as_ref().map(|(at, _)| *at)),
            "closed": moment(complaint.closed),
        })
    });
    let rating = state.rating.as_ref().map(|rating| {
        let words = rating.words.as_ref().and_then(|words| said(show::words(asked, &view, words)));
        json!({ "stars": rating.stars, "words": words })
    });
    let form = view.procedure().map(|procedure| &procedure.form);
    Ok(Answer::json(&json!({
        "case": case.id.as_str(),
        "seen": state.events,
        "service": state.procedure,
        "office": state.office,
        "channel": state.channel,
        "started": moment(state.started),
        "submitted": moment(state.submitted),
        "stage": stage(&state.stage),
        "answers": form.map_or_else(|| json!({}), |form| written(form, &clear, own)),
        "erased": moment(state.erased),
        "put_right": moment(state.put_right),
        "sealed": if own || state.is_bare() { Vec::new() } else { sealed(asked, &case, &view)? },
        "purposes": purposes(asked, &case, &view, own || state.is_bare()),
        "typed": typed(asked, &view, own)?,
        "corrected": corrected(asked, &view, own)?,
        "missing": Json::Object(missing.collect()),
        "fees": fees(asked, &view)?,
        "correction": correction,
        "materials": materials(asked, &view, &clear),
        "steps": steps(asked, &view),
        "clocks": running(asked, &view),
        "given": super::issued::given(asked, &view, &case)?,
        "complaints": complaints.collect::<Vec<_>>(),
        "rating": rating,
        "possible": possible(asked, &case, &view)?,
    })))
}

/// Answers as people type them; personal ones only where `open`.
fn written(form: &Form, clear: &BTreeMap<Id, Value>, open: bool) -> Json {
    let fields = form.fields.iter().filter(|field| open || !field.personal);
    let written = fields.filter_map(|field| {
        let value = clear.get(&field.id)?;
        Some((field.id.to_string(), Json::from(answer::write(&field.kind, value))))
    });
    Json::Object(written.collect())
}

/// What is there and is told under a purpose alone: answers by their fields, and the kinds of words that were said.
fn sealed(asked: &Asked, case: &ObjectRef, view: &View) -> Result<Vec<String>, Oops> {
    let form = view.procedure().map(|procedure| procedure.form.fields.as_slice()).unwrap_or_default();
    let fields = form.iter().filter(|field| field.personal).map(|field| &field.id);
    let fields = fields.filter(|id| view.state.answers.contains_key(*id)).map(ToString::to_string);
    let words = if view.spoken { Vec::new() } else { reading::said(asked, case)? };
    Ok(fields.chain(words).collect())
}

/// Words that somebody wrote, as far as the reader may see them.
fn said(words: Words) -> Option<String> {
    (!words.text.is_empty()).then_some(words.text)
}

/// Under which purposes the reader may read what is sealed; none where it is `open` to them, or nothing is left.
fn purposes(asked: &Asked, case: &ObjectRef, view: &View, open: bool) -> Vec<Json> {
    let all = if open { Vec::new() } else { reading::purposes(asked, case, view) };
    all.iter().map(|(id, called)| json!({ "id": id, "title": title(called) })).collect()
}

/// What was typed and is no answer, to whoever typed it.
fn typed(asked: &Asked, view: &View, own: bool) -> Result<Json, Oops> {
    let all = if own { asked.city.casework.clear(&view.state.unread)? } else { BTreeMap::new() };
    let told = all.into_iter().filter_map(|(id, text)| Some((id.to_string(), text.as_text()?.into())));
    Ok(Json::Object(told.collect()))
}

/// What each correction was about and changed; personal answers only where `open`.
fn corrected(asked: &Asked, view: &View, open: bool) -> Result<Vec<Json>, Oops> {
    let Some(procedure) = view.procedure() else { return Ok(Vec::new()) };
    let mut all = asked.city.casework.corrected(view)?;
    // What the party is about to change is no one else's yet.
    all.retain(|point| open || point.answered.is_some());
    let told = all.iter().map(|point| {
        let field = procedure.form.field(point.id.as_str()).filter(|field| open || !field.personal);
        let written = |value: &Option<Value>| {
            field.zip(value.as_ref()).map(|(field, value)| answer::write(&field.kind, value))
        };
        json!({
            "correction": point.correction,
            "at": moment(point.answered),
            "id": point.id,
            "title": title(&named(procedure, &view.book.definitions, &point.id)),
            "asked": point.asked,
            "changed": point.changed,
            "before": written(&point.before),
            "after": written(&point.after),
            "files": files(&point.files, open),
        })
    });
    Ok(told.collect())
}

fn fees(asked: &Asked, view: &View) -> Result<Vec<Json>, Oops> {
    let fees = asked.city.casework.fees(view, asked.now)?;
    let told = fees.iter().map(|(name, charge)| {
        let mut told = super::service::charge(charge.as_ref());
        told["title"] = title(name);
        told
    });
    Ok(told.collect())
}

fn materials(asked: &Asked, view: &View, clear: &BTreeMap<Id, Value>) -> Vec<Json> {
    let Some(procedure) = view.procedure() else { return Vec::new() };
    let needed = asked.city.casework.needed(view, clear, asked.now);
    let attached = |id: &Id| view.state.materials.get(id).map(Vec::as_slice).unwrap_or_default();
    let told = procedure.materials.iter().map(|wanted| {
        let called = view.book.definitions.materials.get(&wanted.material);
        json!({
            "id": wanted.material,
            "title": called.map(|material| title(&material.title)).unwrap_or_default(),
            "needed": needed.contains(&wanted.material),
            "optional": wanted.optional,
            "files": files(attached(&wanted.material), theirs(asked, view)),
        })
    });
    told.collect()
}

/// Files of a material; what somebody called a personal one is told to its own person alone.
fn files(kept: &[FileRef], own: bool) -> Vec<Json> {
    let file = |file: &FileRef| {
        json!({
            "name": (own || file.subject.is_none()).then_some(&file.name),
            "size": file.size,
            "media_type": file.media_type,
            "digest": file.digest.to_string(),
            "personal": file.subject.is_some(),
        })
    };
    kept.iter().map(file).collect()
}

/// All steps of the case: those of its procedure in their order, with those that nobody has come to yet, then any that it had and
/// its procedure has no more.
fn steps(asked: &Asked, view: &View) -> Vec<Json> {
    let flow = view.procedure().map(|procedure| procedure.flow.steps.as_slice()).unwrap_or_default();
    let gone = view.state.steps.keys().filter(|id| !flow.iter().any(|step| step.id == **id));
    let told = flow.iter().map(|step| (&step.id, Some(step))).chain(gone.map(|id| (id, None)));
    told.map(|(id, called)| step(asked, view, id, called)).collect()
}

fn step(asked: &Asked, view: &View, id: &Id, called: Option<&Step>) -> Json {
    let (state, done) = (view.state.steps.get(id), view.state.done(id));
    let reasons = done.and_then(|done| done.reasons.as_ref()).map(|why| show::words(asked, view, why));
    let reasons = reasons.filter(|why| why.text != "deemed");
    let opened = state.map(|step| step.office.clone()).filter(|office| *office != Id::default());
    let expected = || Some(view.book.definitions.office_of(&view.state.office, called?));
    json!({
        "id": id,
        "title": called.map(|step| title(&step.title)).unwrap_or_else(|| json!({ "zh": id, "en": id })),
        "office": opened.or_else(expected).unwrap_or_default(),
        "status": match state.map(|step| step.status).unwrap_or_default() {
            Status::Waiting if view.state.completed() => "skipped",
            Status::Waiting if view.state.ended() => "unreached",
            Status::Waiting => "waiting",
            Status::Open => "open",
            Status::Done => "done",
            Status::Skipped => "skipped",
        },
        "holder": state.and_then(|step| asked.city.staff_name(step.holder.as_ref()?)),
        "by": done.and_then(|done| done.by.as_ref()).map(|by| show::who(asked, view, by)),
        "outcome": done.map(|done| &done.outcome),
        "reasons": reasons.and_then(said),
        "at": moment(done.map(|done| done.at)),
    })
}

fn running(asked: &Asked, view: &View) -> Vec<Json> {
    let Some(procedure) = view.procedure() else { return Vec::new() };
    let read = clocks::read(&view.state, procedure, &view.book.definitions);
    let told = read.iter().zip(show::clocks(asked, view)).map(|(reading, clock)| {
        json!({
            "id": reading.clock.id,
            "title": title(&clock.title),
            "started": moment(Some(clock.started)),
            "stopped": moment(clock.stopped),
            "due": moment(clock.due.as_ref().and_then(|due| due.at)),
            "left": left(clock.due.as_ref()),
            "standing": standing(clock.due.as_ref().filter(|_| !clock.least).map(|due| due.standing)),
            "promised": moment(clock.promise.and_then(|(_, due)| due.at)),
            "stands": moment(clock.pauses.iter().find(|pause| pause.until.is_none()).map(|pause| pause.from)),
            "counted": title(&clock.counted),
        })
    });
    told.collect()
}

fn standing(standing: Option<Standing>) -> &'static str {
    match standing {
        None => "none",
        Some(Standing::Ahead(_)) => "ahead",
        Some(Standing::Soon(_) | Standing::Today) => "soon",
        Some(Standing::Late(_)) => "late",
        Some(Standing::Paused(_)) => "paused",
        Some(Standing::Kept) => "kept",
        Some(Standing::Missed) => "missed",
        Some(Standing::Over) => "over",
    }
}

/// What happened in a case; for supervisors with the entries on the record.
pub fn history(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    let view = reading::opened(asked, &case, view)?;
    let supervised = board::supervised(asked, &case).is_ok();
    let telling = Telling { linked: supervised, open: sees_own(asked, &case, &view) };
    let all = show::happenings(asked, &view, &case, telling)?;
    let page = Page::of(asked, all.len());
    let told = page.take(&all).map(|happening| {
        json!({
            "at": moment(Some(happening.at)),
            "what": title(&happening.what),
            "by": happening.by,
            "office": happening.office.as_ref().map(title),
            "words": happening.words.clone().and_then(said),
            "corrected": happening.corrected.as_ref().map(|corrected| json!({
                "title": title(&corrected.title),
                "before": corrected.before,
                "after": corrected.after,
            })),
            "entry": happening.entry,
        })
    });
    let told = told.collect::<Vec<_>>();
    Ok(page.answer(json!({ "events": told })))
}

/// Every answer of a case in clear, personal ones too. The reading is on the record before they are.
pub fn personal(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    let body = Body::of(asked)?;
    let purpose = body.id("purpose").unwrap_or_default();
    reading::read(asked, &case, &view, Some(&purpose), &reading::answers(&view))?;
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let clear = asked.city.casework.answers(&view.state)?;
    let mut steps = Map::new();
    for step in procedure.flow.steps.iter().filter(|step| !step.form.fields.is_empty()) {
        let Some(state) = view.state.steps.get(&step.id).filter(|state| !state.answers.is_empty()) else {
            continue;
        };
        let recorded = asked.city.casework.clear(&state.answers)?;
        steps.insert(step.id.to_string(), written(&step.form, &recorded, true));
    }
    let answers = written(&procedure.form, &clear, true);
    Ok(Answer::json(&json!({ "purpose": purpose, "answers": answers, "steps": steps })))
}

/// Attaches files to a material of the case.
pub fn attach(asked: &Asked) -> Result<Answer, Oops> {
    let (case, _) = visible(asked)?;
    match filling::attached(asked, &case) {
        Ok(view) => {
            let attached = view.state.materials.get(asked.param("material")).map(Vec::as_slice);
            let files = files(attached.unwrap_or_default(), theirs(asked, &view));
            Ok(Answer::json(&json!({ "seen": view.state.events, "files": files })))
        }
        Err(Oops::Refused(refused)) => not_now(asked, &case, *refused),
        Err(oops) => Err(oops),
    }
}

/// A file of a case.
pub fn file(asked: &Asked) -> Result<Answer, Oops> {
    filling::file(asked)
}

/// The receipt of one's own case.
pub fn receipt(asked: &Asked) -> Result<Answer, Oops> {
    let (view, text) = receipts::of(asked)?;
    Ok(Answer::json(&json!({
        "case": view.case,
        "what": title(&view.what),
        "at": moment(Some(view.at)),
        "entry": view.proof.entry,
        "size": view.proof.size,
        "leaf": view.proof.leaf,
        "root": view.proof.root,
        "origin": view.proof.origin,
        "receipt": text,
    })))
}
