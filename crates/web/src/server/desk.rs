//! A case as those who handle it see it.

use super::acting::{self, Tried};
use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::case::visible;
use super::filling::{files, under_purpose};
use super::findings::{self, FINDING};
use super::show::{self, Telling};
use super::{document, personal, told};
use crate::layout::Face;
use crate::page::work;
use access::Post;
use axum::http::StatusCode;
use casework::View;
use casework::service::Point;
use pack::Id;
use pack::model::{Channel, Material, Start};
use record::{FileRef, ObjectRef};

pub fn case(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = staffed(asked)?;
    page(asked, &case, &view, None, None)
}

/// A case as staff may see it; its party goes to their own page.
pub fn staffed(asked: &Asked) -> Result<(ObjectRef, View), Oops> {
    asked.post()?;
    visible(asked)
}

/// The page of the case, and what of it was tried.
pub fn page(
    asked: &Asked,
    case: &ObjectRef,
    view: &View,
    purpose: Option<&Id>,
    tried: Option<&Tried<'_>>,
) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let number = case.id.to_string();
    let clear = asked.city.casework.answers(&view.state)?;
    let shown = asked.city.casework.shown(view, &clear, asked.now);
    let papers = asked.city.casework.needed(view, &clear, asked.now);
    let purposes = &view.book.definitions.purposes;
    let office = show::office(asked, &view.state.office);
    let moves = asked.city.casework.moves(case, view, &asked.ask())?;
    let amendable = moves.iter().filter(|possible| possible.action == "amend");
    let visible = |other: &ObjectRef| {
        let Ok(view) = asked.city.casework.view(other) else { return false };
        let decision = asked.city.casework.permit(other, &view, "read-case", &asked.ask());
        decision.is_some_and(|decision| decision.allowed())
    };
    let seen = told::Seen {
        visible: &visible,
        number: &number,
        purpose,
        amendable: amendable.filter_map(|possible| possible.about.clone()).collect(),
        points: answered(asked, view)?,
    };
    let asked_for = Channel::ALL.iter().find(|(word, _)| *word == view.state.channel);
    // Nobody applies for a duty.
    let asked_for = asked_for.filter(|_| procedure.start == Start::Party);
    let finding = (case.kind.as_str() == FINDING).then(|| findings::brief(asked, view)).transpose()?;
    let doings = acting::doings(asked, view, procedure, &moves, tried);
    let page = work::View {
        case: &number,
        seen: view.state.events,
        title: finding.as_ref().map_or(&procedure.title, |finding| &finding.title),
        stage: show::stage(view),
        channel: asked_for.map(|(_, channel)| *channel),
        engine: show::engine(asked, view),
        office: &office,
        steps: show::steps(asked, view),
        clocks: show::clocks(asked, view),
        happened: show::happenings(asked, view, case, Telling { open: purpose.is_some(), linked: false })?,
        finding: finding.clone(),
        of_party: view.state.party.is_some(),
        groups: told::application(view, procedure, (&shown, &clear), &seen),
        recorded: told::recorded(asked, view, procedure, &seen)?,
        opened: purpose.and_then(|purpose| purposes.get(purpose).cloned()),
        purposes: personal::purposes(asked, case, view),
        bare: view.state.is_bare(),
        papers: procedure
            .materials
            .iter()
            .filter(|wanted| papers.contains(&wanted.material))
            .filter_map(|wanted| view.book.definitions.materials.get(&wanted.material))
            .map(|material| paper(view, material, &seen))
            .collect(),
        given: given(asked, view, case, purpose)?,
        overtaken: tried.and_then(|tried| tried.overtaken(asked, &doings)),
        moves: doings,
        neighbours: neighbours(asked, &post, case)?,
    };
    let status = tried.map_or(StatusCode::OK, Tried::status);
    Ok(Answer::page(work::show(&asked.frame(Face::Staff), &page)).status(status))
}

/// What became of the corrections that were handed in: what the party is about to change is no one else's yet.
fn answered(asked: &Asked, view: &View) -> Result<Vec<Point>, Oops> {
    if view.state.corrections.is_empty() {
        return Ok(Vec::new());
    }
    let mut points = asked.city.casework.corrected(view)?;
    points.retain(|point| point.answered.is_some());
    Ok(points)
}

fn paper(view: &View, material: &Material, seen: &told::Seen<'_>) -> work::Paper {
    let Material { id, title, .. } = material;
    let kept = view.state.materials.get(id).map(Vec::as_slice).unwrap_or_default();
    let files = |kept: &[_]| under_purpose(kept, files(seen.number, id, kept), seen.purpose);
    let points = || seen.points.iter().rev().filter(|point| point.id == *id);
    // The latest correction before which it was not there.
    let added = |file: &FileRef| {
        let before = |point: &&Point| view.state.corrections.get(point.correction - 1)?.files.get(id);
        let lacks = |kept: &Vec<FileRef>| kept.iter().all(|other| other.digest != file.digest);
        points().find(|point| before(point).is_some_and(lacks)).map(|point| told::put(point, None))
    };
    let superseded =
        points().flat_map(|point| files(&point.files).into_iter().map(|file| (file, told::put(point, None))));
    work::Paper {
        id: id.clone(),
        title: title.clone(),
        files: files(kept).into_iter().zip(kept.iter().map(added)).collect(),
        superseded: superseded.collect(),
        mark: seen.mark(id, None),
    }
}

/// What the case gave, to be seen under the purpose that was stated.
fn given(
    asked: &Asked,
    view: &View,
    case: &ObjectRef,
    purpose: Option<&Id>,
) -> Result<Vec<work::Given>, Oops> {
    let shown = |(given, path): (casework::given::Given, String)| work::Given {
        title: given.title,
        at: given.at,
        revoked: given.revoked.is_some(),
        replaced: given.replaced.is_some(),
        path,
    };
    Ok(document::listed(asked, view, case, purpose)?.into_iter().map(shown).collect())
}

fn neighbours(
    asked: &Asked,
    post: &Post,
    case: &ObjectRef,
) -> Result<(Option<String>, Option<String>), Oops> {
    let number = |case: Option<&ObjectRef>| case.map(|case| case.id.to_string());
    Ok(asked.city.casework.board(|board| {
        let (before, after) = board.beside(case, &post.office, &post.role);
        (number(before), number(after))
    })?)
}

pub fn personal(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = staffed(asked)?;
    let purpose = asked.id("purpose");
    let mut fields = personal::answers(&view);
    fields.extend(personal::said(asked, &case)?);
    personal::read(asked, &case, &view, purpose.as_ref(), &fields)?;
    let view = asked.city.casework.spoken(view)?;
    page(asked, &case, &view, purpose.as_ref(), None)
}
