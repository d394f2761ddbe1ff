//! Findings and models, as supervisors see them: those of their own office and of all below.

use super::super::answer::{Answer, Oops};
use super::super::asked::Asked;
use super::super::board::{due_of, own_office, supervised};
use super::super::case::visible;
use super::super::record_pages::readable;
use super::super::show::{self, Telling};
use super::filed::{answer, model as model_of, moment, severity};
use super::keep::{MENDED, MODEL_CHANGED};
use super::{FINDING, idle};
use crate::layout::Face;
use crate::page::{findings as page, models as catalogue};
use crate::path;
use casework::activity::part;
use casework::state::Stage;
use casework::{State, View};
use jiff::Span;
use jiff::civil::Date;
use pack::days::today;
use pack::models::{Model, Severity, explain, write};
use pack::{Definitions, Id, Title};
use record::{Event, ObjectRef, StoreError, Time};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Days over which closed findings are counted, today among them.
const COUNTED_DAYS: i64 = 30;
/// Days that are drawn one by one, today the last.
const DRAWN_DAYS: i64 = 14;
/// Findings, and groups of them, on one page: the worst and oldest come first.
const MOST: usize = 200;
/// Models on one page.
const A_PAGE: usize = 100;

/// The findings that the reader may see.
fn seen(asked: &Asked) -> Result<Vec<State>, Oops> {
    let own = own_office(asked)?;
    let casework = &asked.city.casework;
    let definitions = &casework.book().definitions;
    let within = |state: &&State| definitions.lies_in(&state.office, &own);
    let filed = |filed: &super::Filed| filed.all().map(|(_, state)| state).filter(within).cloned().collect();
    Ok(asked.city.findings.filed(casework.record(), filed)?)
}

/// When a finding was cleared, or turned out to be none. One that went with its model was neither.
fn closed(state: &State) -> Option<Time> {
    let withdrawn = state.done(&MENDED.into()).is_some_and(|done| done.outcome.as_str() == MODEL_CHANGED);
    match state.stage {
        _ if withdrawn => None,
        Stage::Ended { at, .. } => Some(at),
        _ => None,
    }
}

fn ended(state: &State) -> Option<Time> {
    match state.stage {
        Stage::Ended { at, .. } => Some(at),
        _ => None,
    }
}

pub fn board(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(page::board(&asked.frame(Face::Staff), &of_board(asked, MOST)?)))
}

fn filter(asked: &Asked) -> page::Filter {
    let word = asked.words("severity");
    let severity = Severity::ALL.iter().find(|(other, _)| Some(*other) == word);
    page::Filter {
        severity: severity.map(|(_, severity)| *severity),
        office: asked.id("office"),
        model: asked.id("model"),
        closed: asked.words("closed").is_some(),
    }
}

/// The board of findings, with at most so many of them one by one.
pub fn of_board(asked: &Asked, most: usize) -> Result<page::Board, Oops> {
    let all = seen(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let filter = filter(asked);
    let wanted = |state: &&State| {
        filter.severity.is_none_or(|wanted| severity(state) == wanted)
            && filter.office.as_ref().is_none_or(|office| definitions.lies_in(&state.office, office))
            && filter.model.as_ref().is_none_or(|model| model_of(state) == *model)
            && (filter.closed || !state.ended())
    };
    let mut found: Vec<&State> = all.iter().filter(wanted).collect();
    found.sort_by_key(|state| (state.ended(), Reverse(severity(state)), state.submitted, state.case.clone()));
    let total = found.len() as u64;
    let lines = found.into_iter().take(most).map(|state| line(asked, state)).collect::<Result<_, _>>()?;
    let open = |severe: Severity| {
        all.iter().filter(|state| !state.ended() && severity(state) == severe).count() as u64
    };
    let today = today(asked.now);
    let lately = today.saturating_sub(Span::new().days(COUNTED_DAYS - 1));
    let is_late =
        |state: &&State| clearing(asked, state).is_ok_and(|due| due.is_some_and(|due| due < asked.now));
    let mut offices: Vec<Id> = all.iter().map(|state| state.office.clone()).collect();
    offices.sort();
    offices.dedup();
    Ok(page::Board {
        offices: offices.into_iter().map(|id| (id.clone(), show::office(asked, &id))).collect(),
        open: Severity::ALL.iter().rev().map(|(_, severity)| (*severity, open(*severity))).collect(),
        late: all.iter().filter(|state| !state.ended()).filter(is_late).count() as u64,
        closed: all.iter().filter_map(closed).filter(|at| pack::days::today(*at) >= lately).count() as u64,
        days: days(&all, today),
        ages: ages(asked, &all),
        groups: groups(asked, &all)?,
        findings: lines,
        total,
        engine: engine(asked),
        filter,
        at: asked.now,
    })
}

/// How many were open at the end of each of the last days.
fn days(all: &[State], today: Date) -> Vec<u64> {
    let day = |ago: i64| today.saturating_sub(Span::new().days(ago));
    let open = |day: Date| {
        let begun = |state: &&State| state.submitted.is_some_and(|at| pack::days::today(at) <= day);
        let over = |state: &State| ended(state).is_some_and(|at| pack::days::today(at) <= day);
        all.iter().filter(begun).filter(|state| !over(state)).count() as u64
    };
    (0..DRAWN_DAYS).rev().map(|ago| open(day(ago))).collect()
}

/// Open findings by office and by how long ago they were found, the most first.
fn ages(asked: &Asked, all: &[State]) -> Vec<page::OfOffice> {
    const DAY: i64 = 86_400;
    let mut offices: BTreeMap<Id, page::OfOffice> = BTreeMap::new();
    for state in all.iter().filter(|state| !state.ended()) {
        let of = offices.entry(state.office.clone()).or_insert_with(|| page::OfOffice {
            office: (state.office.clone(), show::office(asked, &state.office)),
            ages: Default::default(),
            late: 0,
        });
        let age = state.submitted.map_or(0, |found| asked.now.seconds() - found.seconds());
        let place = page::AGES.iter().take_while(|days| age > **days * DAY).count();
        if let Some(count) = of.ages.get_mut(place) {
            *count += 1;
        }
        of.late += u64::from(clearing(asked, state).is_ok_and(|due| due.is_some_and(|due| due < asked.now)));
    }
    let mut offices: Vec<page::OfOffice> = offices.into_values().collect();
    offices.sort_by_key(|one| Reverse((one.late, one.ages.iter().sum::<u64>())));
    offices
}

/// Open findings of one model in one office, the worst first, then the most.
fn groups(asked: &Asked, all: &[State]) -> Result<Vec<page::Group>, StoreError> {
    let mut groups: BTreeMap<(Id, Id), page::Group> = BTreeMap::new();
    // Of several editions the words of the latest.
    let mut all: Vec<&State> = all.iter().collect();
    all.sort_by_key(|state| state.submitted);
    for state in all {
        let key = (model_of(state), state.office.clone());
        let group = groups.entry(key.clone()).or_insert_with(|| page::Group {
            model: (key.0.clone(), Title::default()),
            office: (key.1.clone(), show::office(asked, &key.1)),
            severity: severity(state),
            open: 0,
            all: 0,
            oldest: None,
        });
        group.all += 1;
        if !state.ended() {
            group.open += 1;
            group.model.1 = title(asked, state)?;
            group.oldest = [group.oldest, state.submitted].into_iter().flatten().min();
        }
    }
    let mut groups: Vec<_> = groups.into_values().filter(|group| group.open > 0).collect();
    groups.sort_by_key(|group| (Reverse(group.severity), Reverse(group.open), group.oldest));
    groups.truncate(MOST);
    Ok(groups)
}

/// What must hold, in the words that were in force when the finding was found.
fn title(asked: &Asked, state: &State) -> Result<Title, StoreError> {
    let id = model_of(state);
    let edition = asked.city.findings.edition(&asked.city.casework, state)?;
    let title = edition.and_then(|edition| edition.models.all().get(&id).map(|model| model.title.clone()));
    Ok(title.unwrap_or_else(|| Title::new(id.as_str(), id.as_str())))
}

/// When a finding is to be cleared.
fn clearing(asked: &Asked, state: &State) -> Result<Option<Time>, StoreError> {
    let Some(case) = state.case.as_ref().filter(|_| !state.ended()) else { return Ok(None) };
    asked.city.casework.board(|board| board.due(case))
}

fn line(asked: &Asked, state: &State) -> Result<page::Line, StoreError> {
    let case = state.case.as_ref();
    let view = case.map(|case| asked.city.casework.view(case));
    let stage = view.and_then(Result::ok).map(|view| show::stage(&view));
    Ok(page::Line {
        case: case.map(|case| case.id.to_string()).unwrap_or_default(),
        title: title(asked, state)?,
        severity: severity(state),
        office: show::office(asked, &state.office),
        stage: stage.unwrap_or(crate::page::cases::Stage::Draft),
        found: state.submitted,
        due: clearing(asked, state)?.map(|due| due_of(asked, due)),
    })
}

fn engine(asked: &Asked) -> Option<page::Engine> {
    asked.city.findings.status().map(|status| page::Engine {
        models: status.models as u64,
        read: status.read,
        lives: status.size.lives as u64,
        bytes: status.size.bytes as u64,
        evicted: status.size.evicted,
        gone: status.size.gone,
        rounds: status.rounds,
        unready: status.unready,
    })
}

/// A finding with its evidence. Whoever works on it and supervises nobody sees it at their desk.
pub fn one(asked: &Asked) -> Result<Answer, Oops> {
    let denied = match of_one(asked) {
        Ok(view) => return Ok(Answer::page(page::one(&asked.frame(Face::Staff), &view))),
        Err(denied @ Oops::Denied { .. }) if asked.post().is_ok() => denied,
        Err(other) => return Err(other),
    };
    match visible(asked) {
        Ok((case, _)) if case.kind.as_str() == FINDING => Ok(Answer::go(path::desk_case(case.id.as_str()))),
        _ => Err(denied),
    }
}

/// The finding in the path.
pub fn of_one(asked: &Asked) -> Result<page::Finding, Oops> {
    own_office(asked)?;
    let case = asked.case()?;
    let view = supervised(asked, &case)?;
    if case.kind.as_str() != FINDING {
        return Err(Oops::Missing);
    }
    let state = &view.state;
    let id = model_of(state);
    let same = |other: &&State| model_of(other) == id && other.office == state.office;
    let others = seen(asked)?;
    let others: Vec<&State> = others.iter().filter(same).collect();
    let open = others.iter().filter(|other| !other.ended()).count() as u64;
    let desk = asked.city.casework.moves(&case, &view, &asked.ask())?;
    Ok(page::Finding {
        case: case.id.to_string(),
        brief: brief(asked, &view)?,
        office: (state.office.clone(), show::office(asked, &state.office)),
        stage: show::stage(&view),
        edition: answer(state, "edition").unwrap_or_default().to_owned(),
        steps: show::steps(asked, &view),
        clocks: show::clocks(asked, &view),
        happened: show::happenings(asked, &view, &case, Telling { linked: true, open: false })?,
        others: (open, others.len() as u64),
        desk: !desk.is_empty(),
    })
}

/// What a finding says and what proves it, with the links that the reader may open.
pub fn brief(asked: &Asked, view: &View) -> Result<page::Brief, Oops> {
    let state = &view.state;
    let id = model_of(state);
    let edition = asked.city.findings.edition(&asked.city.casework, state)?;
    let model = edition.as_ref().and_then(|edition| Some((edition, edition.models.all().get(&id)?)));
    let current = asked.city.findings.models(&asked.city.casework.book().definitions);
    let standing = match current.says(&id) {
        None => page::Standing::Withdrawn,
        Some(says) if answer(state, "says") == Some(says.as_str()) => page::Standing::InForce,
        Some(_) => page::Standing::Changed,
    };
    let catalogue = own_office(asked).is_ok();
    let objects = answer(state, "objects").unwrap_or_default().lines();
    let objects = objects.map(|object| {
        let link = ObjectRef::parse(object).and_then(|case| place(asked, &case));
        (object.to_owned(), link)
    });
    Ok(page::Brief {
        title: title(asked, state)?,
        link: (catalogue && standing != page::Standing::Withdrawn).then(|| path::model(&id)),
        words: model
            .map(|(edition, model)| explain(model, &edition.book.definitions, asked.lang))
            .unwrap_or_default(),
        model: id,
        standing,
        severity: severity(state),
        objects: objects.collect(),
        at: moment(state, "at"),
        deadline: moment(state, "deadline"),
        evidence: evidence(asked, state)?,
        board: supervised(asked, state.case.as_ref().ok_or(Oops::Missing)?).is_ok(),
    })
}

/// Where the reader may look at a case: on the board where they supervise it, at their desk where they handle it.
fn place(asked: &Asked, case: &ObjectRef) -> Option<String> {
    let view = asked.city.casework.view(case).ok()?;
    let may =
        |action| asked.city.casework.permit(case, &view, action, &asked.ask()).is_some_and(|it| it.allowed());
    match (may("supervise"), may("read-case")) {
        (true, _) => Some(path::board_case(case.id.as_str())),
        (false, true) => Some(path::desk_case(case.id.as_str())),
        (false, false) => None,
    }
}

fn evidence(asked: &Asked, state: &State) -> Result<Vec<page::Evidence>, Oops> {
    let casework = &asked.city.casework;
    let activation = answer(state, "activation");
    let mut all = Vec::new();
    for number in answer(state, "entries").unwrap_or_default().lines().filter_map(|line| line.parse().ok()) {
        let Some(entry) = casework.record().entry(number)? else { continue };
        let office = entry.event.object(part::OFFICE).map(|office| Id::from(office.id.as_str()));
        let (what, link) = event(asked, &entry.event, entry.index);
        all.push(page::Evidence {
            entry: entry.index,
            what,
            link,
            at: entry.event.time,
            asked: activation == Some(entry.event.id.as_str()),
            office: office.map(|office| show::office(asked, &office)),
        });
    }
    Ok(all)
}

/// What an event is called and where the reader may see more of it; what happened in a case that they may not see is not told.
fn event(asked: &Asked, event: &Event, entry: u64) -> (Title, Option<String>) {
    let case = event.object(part::CASE);
    let handled = case.and_then(|case| place(asked, case));
    if case.is_some() && handled.is_none() {
        return (Title::new("您无权查看的办件中的事件", "an event of a case that you may not see"), None);
    }
    let view = case.and_then(|case| asked.city.casework.view(case).ok());
    let what = show::happening(event, view.as_ref().and_then(View::procedure));
    let on_record = own_office(asked).is_ok() && readable(asked, event).is_ok();
    (what, if on_record { Some(path::entry(entry)) } else { handled })
}

/// The models, those that are searched for.
pub fn models(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(catalogue::list(&asked.frame(Face::Staff), &of_models(asked, A_PAGE)?)))
}

/// A page of the models, of so many.
pub fn of_models(asked: &Asked, a_page: usize) -> Result<catalogue::List, Oops> {
    let found = seen(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let all = asked.city.findings.models(definitions).all();
    let query = asked.words("q").unwrap_or_default().to_lowercase();
    let fits = |model: &&Model| {
        let Title { zh, en } = &model.title;
        query.split_whitespace().all(|word| {
            [zh.as_str(), en.as_str(), model.id.as_str()]
                .iter()
                .any(|text| text.to_lowercase().contains(word))
        })
    };
    let fit: Vec<&Model> = all.values().filter(fits).collect();
    let last = fit.len().div_ceil(a_page).max(1);
    let leaf = asked.leaf().min(last);
    let mut open: BTreeMap<Id, u64> = BTreeMap::new();
    for state in found.iter().filter(|state| !state.ended()) {
        *open.entry(model_of(state)).or_default() += 1;
    }
    let shown = fit.iter().skip((leaf - 1).saturating_mul(a_page)).take(a_page);
    Ok(catalogue::List {
        query: asked.words("q").unwrap_or_default().to_owned(),
        models: shown.map(|model| catalogued(model, definitions, &open)).collect(),
        counts: (
            fit.len() as u64,
            all.len() as u64,
            all.values().filter(|model| model.origin.is_some()).count() as u64,
        ),
        page: (leaf as u64, last as u64),
    })
}

fn catalogued(model: &Model, definitions: &Definitions, open: &BTreeMap<Id, u64>) -> catalogue::Line {
    let titled = |title: Option<&Title>, id: &Id| {
        title.cloned().unwrap_or_else(|| Title::new(id.as_str(), id.as_str()))
    };
    let origin = match &model.origin {
        Some(origin) => {
            let procedure = definitions.procedures.get(&origin.procedure).map(|procedure| &procedure.title);
            let (procedure, duty) = (titled(procedure, &origin.procedure), origin.duty.title());
            Title::new(format!("{}：{}", procedure.zh, duty.zh), format!("{}: {}", procedure.en, duty.en))
        }
        None => titled(definitions.packs.get(&model.pack).map(|pack| &pack.title), &model.pack),
    };
    catalogue::Line {
        model: (model.id.clone(), model.title.clone()),
        severity: model.severity,
        origin,
        runs: idle(model).is_none(),
        open: open.get(&model.id).copied().unwrap_or(0),
    }
}

/// A model in plain words, and what it found.
pub fn model(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(catalogue::one(&asked.frame(Face::Staff), &of_model(asked)?)))
}

/// The model in the path.
pub fn of_model(asked: &Asked) -> Result<catalogue::One, Oops> {
    let all = seen(asked)?;
    let id = Id::from(asked.param("model"));
    let definitions = &asked.city.casework.book().definitions;
    let model = asked.city.findings.models(definitions).all().get(&id).ok_or(Oops::Missing)?;
    let mut found: BTreeMap<Id, (u64, u64)> = BTreeMap::new();
    for state in all.iter().filter(|state| model_of(state) == id) {
        let (open, ever) = found.entry(state.office.clone()).or_default();
        *open += u64::from(!state.ended());
        *ever += 1;
    }
    let found = found.into_iter().map(|(office, (open, ever))| {
        let title = show::office(asked, &office);
        (office, title, open, ever)
    });
    Ok(catalogue::One {
        model: (id.clone(), model.title.clone()),
        severity: model.severity,
        words: explain(model, definitions, asked.lang),
        idle: idle(model),
        source: write(model).trim_end().to_owned(),
        found: found.collect(),
    })
}
