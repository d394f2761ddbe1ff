//! The party's own cases: hand in, follow, rate, complain, receive.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::show::{self, Telling};
use super::{document, personal};
use crate::layout::Face;
use crate::page::course::Happening;
use crate::page::{cases, check, clock, follow};
use crate::path;
use axum::http::StatusCode;
use casework::given::Given;
use casework::state::Stage;
use casework::{Command, Refused, View};
use pack::model::Procedure;
use pack::{Id, Title};
use record::ObjectRef;

/// How many of one's cases stand on a page.
const ROWS: usize = 50;

/// A case that the reader may look at, as its party or otherwise; to anybody else it is not there. What was said in it stands
/// there in clear to its party alone: all others [state what for](super::personal::opened).
pub fn visible(asked: &Asked) -> Result<(ObjectRef, View), Oops> {
    asked.signed_in()?;
    let case = asked.case()?;
    let view = asked.city.casework.view(&case)?;
    let decision =
        asked.city.casework.permit(&case, &view, "read-case", &asked.ask()).ok_or(Oops::Missing)?;
    if !decision.allowed() {
        return Err(Oops::Missing);
    }
    let view = if theirs(asked, &view) { asked.city.casework.spoken(view)? } else { view };
    Ok((case, view))
}

/// A case of the reader's own, or one that they enter for somebody at a counter.
pub fn own(asked: &Asked) -> Result<(ObjectRef, View), Oops> {
    let (case, view) = visible(asked)?;
    if theirs(asked, &view) || entering(asked, &case, &view) { Ok((case, view)) } else { Err(Oops::Missing) }
}

/// Whether the reader is the party.
pub fn theirs(asked: &Asked, view: &View) -> bool {
    view.state.party.is_some() && view.state.party.as_ref() == asked.actor.as_ref().map(|actor| actor.id())
}

/// Whether the reader is the party, whom policies let see the personal data of their own case.
pub fn sees_own(asked: &Asked, case: &ObjectRef, view: &View) -> bool {
    let decision = || asked.city.casework.permit(case, view, access::reading::ACTION, &asked.ask());
    theirs(asked, view) && decision().is_some_and(|decision| decision.allowed())
}

/// Whether the reader may fill in what is another's to answer for: a counter clerk for the party, an officer in a duty of
/// the office.
pub fn entering(asked: &Asked, case: &ObjectRef, view: &View) -> bool {
    let open = matches!(view.state.stage, Stage::Draft | Stage::Correcting);
    let decision = || asked.city.casework.permit(case, view, "save", &asked.ask());
    open && !theirs(asked, view) && decision().is_some_and(|decision| decision.allowed())
}

/// The face of a page on which an application is filled in: its party's own, or that of whoever enters it for them.
pub fn face(asked: &Asked, view: &View) -> Face {
    if theirs(asked, view) { Face::Resident } else { Face::Staff }
}

pub fn list(asked: &Asked) -> Result<Answer, Oops> {
    let me = asked.signed_in()?.id().clone();
    let lines = asked.city.casework.of_party(&me)?;
    let mut all = Vec::new();
    for line in lines {
        let view = asked.city.casework.view(&line.case)?;
        let history = asked.city.casework.record().version(&line.case)?;
        let last = asked.city.casework.record().entry(history.0.saturating_sub(1))?;
        let touched = last.map_or(line.started, |entry| entry.event.time);
        all.push((show::stage(&view), touched, line, view));
    }
    all.sort_by_key(|(stage, touched, ..)| (stage.rank(), std::cmp::Reverse(*touched)));
    let last = all.len().div_ceil(ROWS).max(1);
    let page = asked.leaf().min(last);
    let these = all.into_iter().skip((page - 1) * ROWS).take(ROWS);
    let shown = these.map(|(stage, touched, line, view)| {
        let clocks = show::clocks(asked, &view);
        let running = clocks.iter().filter(|clock| clock.stopped.is_none() && !clock.least);
        let first = running.flat_map(clock::View::times).min_by_key(|(due, _)| (due.at.is_none(), due.at));
        // What the party has to answer comes before what waits for it.
        let (due, set_by) = match (answer_by(asked, &view), first) {
            (None, Some((due, by))) => (Some(due.clone()), Some(by)),
            (answer, _) => (answer, None),
        };
        cases::Case {
            number: line.case.id.to_string(),
            title: view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default(),
            office: show::office(asked, &line.office),
            touched,
            due,
            set_by,
            put_right: view.state.put_right,
            stage,
        }
    });
    let view = cases::View { cases: shown.collect(), page: (page as u64, last as u64) };
    Ok(Answer::page(cases::show(&asked.frame(Face::Resident), &view)))
}

pub fn follow(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    if !theirs(asked, &view) {
        return Ok(Answer::go(path::desk_case(asked.param("case"))));
    }
    if view.state.stage == Stage::Draft {
        return Ok(Answer::go(path::of_case(asked.param("case"), "form")));
    }
    page(asked, &case, &view, None)
}

/// The page of the case, and what of it was tried.
fn page(asked: &Asked, case: &ObjectRef, view: &View, tried: Option<follow::Tried>) -> Result<Answer, Oops> {
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let definitions = &view.book.definitions;
    let clocks = show::clocks(asked, view);
    let moves = asked.city.casework.moves(case, view, &asked.ask())?;
    let asked_for = view.state.asked().map(|correction| follow::Asked {
        at: correction.asked,
        by: correction.by.as_ref().and_then(|by| asked.city.staff_name(by)),
        due: answer_by(asked, view),
        notes: view
            .noted()
            .into_iter()
            .map(|(id, note)| (named(procedure, definitions, &id), note))
            .collect(),
    });
    let happened =
        show::happenings(asked, view, case, Telling { open: sees_own(asked, case, view), linked: false })?;
    let over = match view.state.stage {
        Stage::Ended { at, .. } if view.state.put_right.is_some() => Some(at),
        _ => None,
    };
    let after = |one: &&Happening| one.corrected.is_some() && over.is_some_and(|over| one.at > over);
    let page = follow::View {
        case: case.id.to_string(),
        seen: view.state.events,
        service: procedure.id.clone(),
        title: procedure.title.clone(),
        stage: show::stage(view),
        office: definitions.offices.get(&view.state.office).cloned(),
        submitted: view.state.submitted,
        asked: asked_for,
        steps: show::steps(asked, view),
        clocks,
        put_right: happened.iter().filter(after).cloned().collect(),
        happened,
        reads: reads(asked, view, case)?,
        given: given(asked, view, case)?,
        may: moves.iter().map(|possible| possible.action).collect(),
        rating: view.state.rating.as_ref().map(|rating| {
            (rating.stars, rating.words.as_ref().map(|words| show::words(asked, view, words).text))
        }),
        complaints: complaints(asked, view),
        tried,
    };
    let status = match &page.tried {
        None => StatusCode::OK,
        Some(tried) if tried.faster.is_some() || !tried.may_again(&page) => StatusCode::CONFLICT,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(Answer::page(follow::show(&asked.frame(Face::Resident), &page)).status(status))
}

fn complaints(asked: &Asked, view: &View) -> Vec<follow::Complaint> {
    let told = |complaint: &casework::state::Complaint| follow::Complaint {
        words: show::words(asked, view, &complaint.words).text,
        at: complaint.at,
        reply: complaint.reply.as_ref().map(|(at, words)| (*at, show::words(asked, view, words).text)),
        closed: complaint.closed,
    };
    view.state.complaints.iter().map(told).collect()
}

/// Until when the correction that waits for the party is to be answered.
pub fn answer_by(asked: &Asked, view: &View) -> Option<crate::part::Due> {
    let correction = view.procedure()?.flow.correction.as_ref()?;
    let law = view.book.definitions.law.as_ref()?;
    let due = casework::due::own(view.state.asked()?.asked, correction.answer, law)?;
    let whole_day = matches!(due.at, pack::days::At::Day(_));
    let at = due.at.end().and_then(pack::days::moment)?;
    Some(show::due(asked, at, whole_day, None, due.provisional.is_some()))
}

/// What a field or a material is called.
pub fn named(procedure: &Procedure, definitions: &pack::Definitions, id: &Id) -> Title {
    let field = procedure.form.field(id.as_str()).map(|field| field.title.clone());
    let material = || definitions.materials.get(id).map(|material| material.title.clone());
    field.or_else(material).unwrap_or_else(|| Title::new(id.as_str(), id.as_str()))
}

/// Who read the party's personal data in this case.
fn reads(asked: &Asked, view: &View, case: &ObjectRef) -> Result<Vec<follow::Read>, Oops> {
    let Some(party) = &view.state.party else { return Ok(Vec::new()) };
    let read = |event: record::Event| {
        let office = event.object(access::activity::part::OFFICE).map(|office| office.id.as_str().into());
        let purposes = &view.book.definitions.purposes;
        let purpose = event.purpose.as_ref().and_then(|purpose| purposes.get(purpose.as_str())).cloned();
        follow::Read {
            at: event.time,
            by: event.actor.as_ref().and_then(|by| asked.city.staff_name(by)).unwrap_or_default(),
            office: office.map(|office| show::office(asked, &office)).unwrap_or_default(),
            purpose: purpose.unwrap_or_default(),
            what: show::read(asked, view, &event),
        }
    };
    let here = |event: &record::Event| event.object(access::activity::part::CASE) == Some(case);
    Ok(personal::readings(asked, party)?.into_iter().filter(here).map(read).collect())
}

/// What the case gave.
fn given(asked: &Asked, view: &View, case: &ObjectRef) -> Result<Vec<follow::Given>, Oops> {
    let shown = |(given, path): (Given, String)| follow::Given {
        title: given.title,
        valid: given.valid,
        revoked: given.revoked,
        replaced: given.replaced.map(|replaced| replaced.at),
        path,
    };
    Ok(document::listed(asked, view, case, None)?.into_iter().map(shown).collect())
}

/// Carries out a command on the case in the path, as far as the policies permit it to whoever asks.
fn run(asked: &Asked, command: &Command) -> Result<(ObjectRef, View), Oops> {
    let (case, _) = visible(asked)?;
    asked.city.casework.run(&case, command, &asked.ask())?;
    let view = asked.city.casework.view(&case)?;
    Ok((case, view))
}

pub fn submit(asked: &Asked) -> Result<Answer, Oops> {
    hand_in(asked, &Command::Submit)
}

pub fn answer(asked: &Asked) -> Result<Answer, Oops> {
    hand_in(asked, &Command::Answer)
}

fn hand_in(asked: &Asked, command: &Command) -> Result<Answer, Oops> {
    let number = asked.param("case");
    match run(asked, command) {
        Err(Oops::Refused(refused)) if matches!(&*refused, Refused::Case(why) if !why.faults.is_empty()) => {
            Ok(Answer::go(format!("{}?faults=1", path::of_case(number, "form"))))
        }
        other => other.map(|_| Answer::go(path::of_case(number, "submitted"))),
    }
}

/// What stands after handing in: where the application is now, and what comes next.
pub fn submitted(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    if matches!(view.state.stage, Stage::Draft | Stage::Correcting) {
        return Ok(Answer::go(path::of_case(asked.param("case"), "form")));
    }
    let clocks = show::clocks(asked, &view);
    let dated = |clock: &crate::page::clock::View| clock.due.as_ref().is_some_and(|due| due.at.is_some());
    let next = clocks.into_iter().find(|clock| clock.stopped.is_none() && dated(clock));
    let page = check::Submitted {
        case: case.id.to_string(),
        title: view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default(),
        office: show::office(asked, &view.state.office),
        next: next.and_then(|clock| Some((clock.title, clock.due?))),
    };
    Ok(Answer::page(check::submitted(&asked.frame(face(asked, &view)), &page)))
}

pub fn withdraw(asked: &Asked) -> Result<Answer, Oops> {
    let reasons = asked.words("reasons").map(str::to_owned);
    attempt(asked, "withdraw", &Command::Withdraw { reasons }, "withdrawn")
}

pub fn rate(asked: &Asked) -> Result<Answer, Oops> {
    let words = asked.words("words").map(str::to_owned);
    attempt(asked, "rate", &Command::Rate { stars: stars(asked), words }, "rated")
}

fn stars(asked: &Asked) -> u8 {
    asked.words("stars").and_then(|stars| stars.parse().ok()).unwrap_or_default()
}

pub fn complain(asked: &Asked) -> Result<Answer, Oops> {
    let words = asked.words("words").unwrap_or_default().to_owned();
    attempt(asked, "complain", &Command::Complain { words }, "complained")
}

/// Does what a form on the case's page asks for. Where it is refused, the page says why and has what was typed.
fn attempt(asked: &Asked, action: &'static str, command: &Command, done: &str) -> Result<Answer, Oops> {
    let (case, _) = visible(asked)?;
    let Err(refused) = asked.city.casework.run(&case, command, &asked.ask()) else {
        return Ok(Answer::go(format!("{}?done={done}", path::case(case.id.as_str()))));
    };
    let view = asked.city.spoken(&case)?;
    if !theirs(asked, &view) || view.state.stage == Stage::Draft {
        return Err(refused.into());
    }
    let (why, faults, faster) = match refused {
        Refused::Case(refusal) => (refusal.why, refusal.faults, None),
        Refused::Overtaken(event) => {
            let faster = show::faster(asked, &event, view.procedure());
            (Title::new("这件事项刚刚有了变化", "The case has just changed"), Vec::new(), Some(faster))
        }
        other => return Err(other.into()),
    };
    let words = asked.words("words").or_else(|| asked.words("reasons")).unwrap_or_default().to_owned();
    let tried = follow::Tried { action, why, faults, faster, stars: stars(asked), words };
    page(asked, &case, &view, Some(tried))
}
