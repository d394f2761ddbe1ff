//! What oversight found, and the models that it runs.

use super::{Page, moment, title};
use crate::page::cases::Stage;
use crate::page::findings::{Evidence, Group, Line};
use crate::page::models as catalogue;
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::findings as found;
use pack::Title;
use serde_json::{Value as Json, json};

/// Findings of the reader's office and of those below, and how many of them are open.
pub fn findings(asked: &Asked) -> Result<Answer, Oops> {
    let view = found::of_board(asked, usize::MAX)?;
    let page = Page::of(asked, view.findings.len());
    let open: serde_json::Map<String, Json> =
        view.open.iter().map(|(severity, count)| (severity.word().to_owned(), (*count).into())).collect();
    Ok(page.answer(json!({
        "findings": page.take(view.findings.iter()).map(line).collect::<Vec<_>>(),
        "groups": view.groups.iter().map(group).collect::<Vec<_>>(),
        "open": open,
        "late": view.late,
        "closed": view.closed,
        "days": view.days,
    })))
}

fn line(line: &Line) -> Json {
    let (ended, stage) = told(&line.stage);
    json!({
        "case": line.case,
        "title": title(&line.title),
        "severity": line.severity.word(),
        "office": title(&line.office),
        "ended": ended,
        "stage": stage.as_ref().map(title),
        "found": moment(line.found),
        "due": moment(line.due.as_ref().and_then(|due| due.at)),
    })
}

fn told(stage: &Stage) -> (bool, Option<Title>) {
    match stage {
        Stage::Open(step) => (false, Some(step.clone())),
        Stage::Ended(how) => (true, Some(how.clone())),
        Stage::Draft | Stage::Correcting => (false, None),
    }
}

fn group(group: &Group) -> Json {
    json!({
        "model": group.model.0,
        "title": title(&group.model.1),
        "office": group.office.0,
        "severity": group.severity.word(),
        "open": group.open,
        "all": group.all,
        "oldest": moment(group.oldest),
    })
}

/// One finding with its evidence.
pub fn finding(asked: &Asked) -> Result<Answer, Oops> {
    let view = found::of_one(asked)?;
    let brief = &view.brief;
    let (ended, stage) = told(&view.stage);
    let event = |one: &Evidence| {
        let at = moment(Some(one.at));
        json!({ "entry": one.entry, "what": title(&one.what), "at": at, "asked": one.asked })
    };
    Ok(Answer::json(&json!({
        "case": view.case,
        "model": brief.model,
        "title": title(&brief.title),
        "severity": brief.severity.word(),
        "office": view.office.0,
        "ended": ended,
        "stage": stage.as_ref().map(title),
        "objects": brief.objects.iter().map(|(object, _)| object).collect::<Vec<_>>(),
        "at": moment(brief.at),
        "deadline": moment(brief.deadline),
        "edition": view.edition,
        "evidence": brief.evidence.iter().map(event).collect::<Vec<_>>(),
    })))
}

/// The models, those that are looked for.
pub fn models(asked: &Asked) -> Result<Answer, Oops> {
    let view = found::of_models(asked, usize::MAX)?;
    let page = Page::of(asked, view.models.len());
    let line = |line: &catalogue::Line| {
        json!({
            "model": line.model.0,
            "title": title(&line.model.1),
            "severity": line.severity.word(),
            "origin": title(&line.origin),
            "runs": line.runs,
            "open": line.open,
        })
    };
    Ok(page.answer(json!({ "models": page.take(view.models.iter()).map(line).collect::<Vec<_>>() })))
}

/// One model in plain words.
pub fn model(asked: &Asked) -> Result<Answer, Oops> {
    let view = found::of_model(asked)?;
    let words: Vec<&str> =
        view.words.iter().flat_map(|section| &section.lines).map(|line| line.trim()).collect();
    Ok(Answer::json(&json!({
        "model": view.model.0,
        "title": title(&view.model.1),
        "severity": view.severity.word(),
        "words": words,
        "idle": view.idle.as_ref().map(title),
        "source": view.source,
    })))
}
