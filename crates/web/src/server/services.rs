//! Finding services and beginning them.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::{numbered, once, whence};
use crate::layout::Face;
use crate::page::service::Limit;
use crate::page::{found, home, offline, service};
use crate::part::Cited;
use crate::text::Lang;
use crate::{asset, path};
use axum::http::StatusCode;
use casework::{Command, difference};
use pack::model::{Channel, Procedure, Start};
use pack::{Id, Title};
use std::collections::{BTreeMap, BTreeSet};

/// How many services a page of a search shows, and a heading on the front page.
const ON_PAGE: usize = 20;
const MOST_SHOWN: usize = 5;

/// Services that a party asks for, in the order of the city's catalogue: it begins with what most people need.
pub fn offered(asked: &Asked) -> impl Iterator<Item = &Procedure> {
    let (all, today) = (asked.city.casework.book().definitions.procedures.values(), asked.today());
    let here = |procedure: &&Procedure| procedure.start == Start::Party && procedure.in_force(today);
    let mut all: Vec<_> = all.filter(here).collect();
    all.sort_by_key(|procedure| catalogued(procedure));
    all.into_iter()
}

/// A procedure's place in the city's catalogue; what has no number there comes last.
pub fn catalogued(procedure: &Procedure) -> (bool, Option<&str>, &Id) {
    (procedure.item.is_none(), procedure.item.as_deref(), &procedure.id)
}

pub fn home(asked: &Asked) -> Result<Answer, Oops> {
    let categories = headings(asked).into_iter().map(|(id, title)| {
        let of_category: Vec<_> = offered(asked).filter(|procedure| procedure.category == id).collect();
        let first = of_category.iter().take(MOST_SHOWN).map(|p| (p.id.clone(), p.title.clone())).collect();
        home::Category { count: of_category.len(), first, id, title }
    });
    let categories = categories.collect();
    let waiting = match asked.actor.as_ref() {
        None => 0,
        Some(actor) => asked.city.casework.board(|board| {
            let waits = |state: &&casework::State| state.stage == casework::state::Stage::Correcting;
            board.of_party(actor.id()).filter(waits).count()
        })?,
    };
    let popular = popular(asked)?;
    let view = home::View { categories, popular, waiting };
    Ok(Answer::page(home::show(&asked.frame(Face::Resident), &view)).public(asked))
}

/// The services of which most cases run or ran; where there are none yet, none.
fn popular(asked: &Asked) -> Result<Vec<(Id, Title)>, Oops> {
    let counts = asked.city.casework.board(|board| {
        let mut counts: BTreeMap<Id, u64> =
            board.over().map(|(procedure, over)| (procedure.clone(), over)).collect();
        for state in board.running() {
            match counts.get_mut(&state.procedure) {
                Some(count) => *count += 1,
                None => drop(counts.insert(state.procedure.clone(), 1)),
            }
        }
        counts
    })?;
    let mut all: Vec<_> = offered(asked).filter_map(|p| Some((counts.get(&p.id)?, p))).collect();
    all.sort_by_key(|(count, procedure)| (std::cmp::Reverse(**count), procedure.id.clone()));
    Ok(all
        .into_iter()
        .take(4)
        .map(|(_, procedure)| (procedure.id.clone(), procedure.title.clone()))
        .collect())
}

/// The headings under which services stand, in the order of their first services.
fn headings(asked: &Asked) -> Vec<(Id, Title)> {
    let titles = &asked.city.casework.book().definitions.categories;
    let mut seen = BTreeSet::new();
    let first = offered(asked).map(|procedure| &procedure.category).filter(|id| seen.insert(*id));
    first.filter_map(|id| Some((id.clone(), titles.get(id)?.clone()))).collect()
}

fn listed(asked: &Asked, procedure: &Procedure) -> found::Found {
    let categories = &asked.city.casework.book().definitions.categories;
    found::Found::new(procedure, &categories.get(&procedure.category).cloned().unwrap_or_default())
}

pub fn find(asked: &Asked) -> Result<Answer, Oops> {
    let query = asked.words("q").unwrap_or_default();
    let hits = asked.city.finder.last().find(query, usize::MAX);
    let book = asked.city.casework.book();
    let found = hits.iter().filter_map(|hit| book.procedure(&hit.id)).filter(|p| p.in_force(asked.today()));
    let found: Vec<_> = found.collect();
    let last = found.len().div_ceil(ON_PAGE).max(1);
    let page = asked.leaf().min(last);
    let on_page = found.iter().skip((page - 1) * ON_PAGE).take(ON_PAGE);
    let services = on_page.map(|p| listed(asked, p)).collect();
    let view = found::View {
        of: found::Of::Query(query.to_owned()),
        services,
        all: found.len(),
        page: (page as u64, last as u64),
        categories: headings(asked),
        cases: numbered::own(asked, query)?,
    };
    Ok(Answer::page(found::show(&asked.frame(Face::Resident), &view)).public(asked))
}

pub fn category(asked: &Asked) -> Result<Answer, Oops> {
    let id = Id::from(asked.param("category"));
    let book = asked.city.casework.book();
    let title = book.definitions.categories.get(&id).ok_or(Oops::Missing)?;
    let services: Vec<_> = offered(asked).filter(|p| p.category == id).map(|p| listed(asked, p)).collect();
    let of = found::Of::Category(id.clone(), title.clone());
    let (all, page) = (services.len(), (1, 1));
    let view = found::View { of, services, all, page, categories: headings(asked), cases: Vec::new() };
    Ok(Answer::page(found::show(&asked.frame(Face::Resident), &view)).public(asked))
}

fn named(asked: &Asked) -> Result<&Procedure, Oops> {
    let id = Id::from(asked.param("service"));
    asked.city.casework.book().procedure(&id).filter(|p| p.start == Start::Party).ok_or(Oops::Missing)
}

pub fn service(asked: &Asked) -> Result<Answer, Oops> {
    Ok(shown(asked, None)?.public(asked))
}

/// The page of a service; with a choice of an office that is wrong, or was not made.
fn shown(asked: &Asked, unchosen: Option<&Title>) -> Result<Answer, Oops> {
    let procedure = named(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let law = definitions.law.as_ref();
    let titles = law.into_iter().flat_map(|law| &law.instruments);
    let instruments =
        titles.map(|(id, instrument)| (Id::from(id.as_str()), instrument.title.clone())).collect();
    let limit = procedure.limit.as_ref().and_then(|id| limit(law?, id));
    let timed = procedure.promise.is_some() || limit.is_some();
    let whole = procedure.flow.clocks.iter().find(|clock| clock.whole && timed);
    let runs_from = whole.map(|clock| difference::at(&clock.from, &procedure.flow));
    let (instruments, limit, today) = (&instruments, limit.as_ref(), asked.today());
    let runs_from = runs_from.as_ref();
    let view = service::View { procedure, definitions, instruments, limit, runs_from, today, unchosen };
    Ok(Answer::page(service::show(&asked.frame(Face::Resident), &view)))
}

/// A limit of the law with how it is counted: the first steps of a count say it, whatever the day.
fn limit(law: &pack::days::Law, id: &Id) -> Option<Limit> {
    let deadline = law.deadlines.get(id.as_str())?;
    let length = deadline.limit?;
    let cite = deadline.cite.as_ref()?;
    let rule = law.rule(deadline);
    let start = jiff::civil::date(2026, 1, 5).at(9, 0, 0, 0);
    let counted = pack::days::count(start, deadline, &rule, &law.calendar, &[]).ok()?;
    let words = |lang| {
        let kinds = counted.steps.iter().filter(|step| {
            matches!(step.what, pack::days::step::What::Kind { .. } | pack::days::step::What::Limit { .. })
        });
        kinds.map(|step| step.words(lang)).collect::<Vec<_>>().join(" ")
    };
    Some(Limit {
        length: Title::new(length.zh(), length.to_string()),
        counted: Title::new(words(Lang::Zh), words(Lang::En)),
        law: Cited {
            instrument: cite.title.clone(),
            article: cite.article.to_string(),
            quote: cite.quote.to_string(),
        },
    })
}

pub fn blank(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(offline::blank(&asked.frame(Face::Resident), named(asked)?)).public(asked))
}

pub fn offline(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(offline::show(&asked.frame(Face::Resident))).public(asked))
}

pub fn begin(asked: &Asked) -> Result<Answer, Oops> {
    let procedure = named(asked)?;
    let actor = asked.signed_in()?;
    let definitions = &asked.city.casework.book().definitions;
    let handles = |id: &Id| definitions.offices.get(id).is_some_and(|office| procedure.handled_by(office));
    let Some(office) = asked.id("office").filter(handles) else {
        let fault = Title::new("请选择一个办理单位", "Choose an office that handles this");
        return Ok(shown(asked, Some(&fault))?.status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let channel = if asked.kiosk { Channel::Kiosk } else { Channel::Web };
    // Whoever begins for themselves acts for themselves, whatever post they hold.
    let party = Some(actor.id().clone());
    let command = Command::Start { office, party, channel };
    let begun = once::begin(asked, &procedure.id, &command, asked.words("once"))?;
    super::filling::keep_draft(asked, begun.case())?;
    Ok(Answer::go(path::of_case(begun.case().id.as_str(), "form")))
}

pub fn language(asked: &Asked) -> Result<Answer, Oops> {
    let lang = Lang::parse(asked.param("lang")).ok_or(Oops::Missing)?;
    Ok(Answer::go(asked.back()).choice("lang", lang.tag()))
}

/// Makes this device a self-service screen, or an ordinary one again: what somebody sets up does once.
pub fn face(asked: &Asked) -> Result<Answer, Oops> {
    let face = ["kiosk", "resident"].into_iter().find(|face| *face == asked.param("face"));
    Ok(Answer::go(path::HOME).choice("face", face.ok_or(Oops::Missing)?))
}

pub fn asset(asked: &Asked) -> Result<Answer, Oops> {
    let asset = asset::at(&asked.path).ok_or(Oops::Missing)?;
    Ok(Answer::bytes(asset.mime, asset.bytes.clone()).forever())
}

pub fn worker(_asked: &Asked) -> Result<Answer, Oops> {
    let asset = asset::at(asset::WORKER).ok_or(Oops::Missing)?;
    Ok(Answer::bytes(asset.mime, asset.bytes.clone()))
}

pub fn missing(_asked: &Asked) -> Result<Answer, Oops> {
    Err(Oops::Missing)
}

/// Somebody who loads the answer to a form again, or comes back to its address, is led to where the form stands.
pub fn other_method(asked: &Asked) -> Result<Answer, Oops> {
    whence::form_of(asked).map(Answer::go).ok_or(Oops::OtherMethod)
}
