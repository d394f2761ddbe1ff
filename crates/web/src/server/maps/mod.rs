//! How the cases of a procedure went, drawn from the record: from the map to an edge, its cases, the single event.

pub mod courses;
pub mod ground;

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::board::own_office;
use super::show;
use crate::layout::Face;
use crate::page::maps as page;
use crate::path;
use crate::text::Speak as _;
use casework::State;
use casework::state::Stage;
use courses::{Course, RUNNING};
use ground::{Ground, Wanted};
use oversight::map::{Cases, Reference};
use pack::{Id, Title};
use std::collections::BTreeMap;

/// The procedures of which cases run or ran in the reader's office and below.
pub fn list(asked: &Asked) -> Result<Answer, Oops> {
    let own = own_office(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let running = |state: &&State| state.stage != Stage::Draft && definitions.lies_in(&state.office, &own);
    let whole = definitions.offices.get(&own).is_some_and(|office| office.parent.is_none());
    let counts = asked.city.casework.board(|board| {
        let mut counts: BTreeMap<Id, u64> = BTreeMap::new();
        for state in board.running().filter(running) {
            *counts.entry(state.procedure.clone()).or_default() += 1;
        }
        // Of cases that are over it is known here how many, and not where.
        for (procedure, over) in board.over().filter(|_| whole) {
            *counts.entry(procedure.clone()).or_default() += over;
        }
        counts
    })?;
    let known = |(id, count): (Id, u64)| {
        let title = definitions.procedures.get(&id)?.title.clone();
        Some((id, title, count))
    };
    let mut procedures: Vec<(Id, Title, u64)> = counts.into_iter().filter_map(known).collect();
    procedures.sort_by_key(|(id, _, count)| (std::cmp::Reverse(*count), id.clone()));
    Ok(Answer::page(page::list(&asked.frame(Face::Staff), &page::List { procedures })))
}

/// Has `look` see the cases of the procedure in the path, those that the reader may supervise.
fn on<T>(asked: &Asked, look: impl FnOnce(&Ground<'_>) -> Result<T, Oops>) -> Result<T, Oops> {
    let own = own_office(asked)?;
    let book = asked.city.casework.book();
    let id = Id::from(asked.param("procedure"));
    let procedure = book.procedure(&id).ok_or(Oops::Missing)?;
    let course = asked.city.courses.of(asked, &id)?.ok_or(Oops::Missing)?;
    let within = |number: u32| {
        let office = course.offices.get(number as usize);
        office.is_some_and(|office| book.definitions.lies_in(office, &own))
    };
    let all = (0..course.cases.len()).all(|case| within(course.cases.number(case)));
    let own_cases: Cases<'static>;
    let cases = if all {
        &course.cases
    } else {
        own_cases = course.cases.only(|case| within(course.cases.number(case)));
        &own_cases
    };
    if cases.is_empty() {
        return Err(Oops::Missing);
    }
    let course: &Course = &course;
    let title = |all: &[Title], code: u32| {
        all.get(code as usize).map(|title| asked.lang.of(title).to_owned()).unwrap_or_default()
    };
    let office = |id: &Id| asked.lang.of(&show::office(asked, id)).to_owned();
    let running = cases.outcomes().iter().position(|outcome| outcome == RUNNING);
    let outcomes: Vec<Option<usize>> = {
        let mut outcomes = vec![None; course.ids.len()];
        for case in 0..cases.len() {
            if let Some(place) = outcomes.get_mut(cases.number(case) as usize) {
                *place = Some(cases.outcome(case) as usize);
            }
        }
        outcomes
    };
    look(&Ground {
        log: None,
        known: &Some,
        base: path::map(&id),
        title: asked.lang.of(&procedure.title).to_owned(),
        above: vec![
            (asked.lang.say("nav-board").into_owned(), path::BOARD.to_owned()),
            (asked.lang.say("nav-maps").into_owned(), path::MAPS.to_owned()),
        ],
        cases,
        name: &|code| title(&course.names, code),
        office: &|code| office(&Id::from(ground::named(cases.offices(), code))),
        outcome: &|code| title(&course.outcomes, code),
        case: &|number| {
            let id = course.ids.get(number as usize).map(ToString::to_string).unwrap_or_default();
            let of = course.offices.get(number as usize).map(office).unwrap_or_default();
            let to = path::board_case(&id);
            ((id, to), of)
        },
        event: &|_, number| {
            let entry = course.entries.get(number as usize).copied().unwrap_or_default();
            (asked.lang.tell("entry-number", &[("n", entry.to_string().into())]), path::entry(entry))
        },
        reference: Some(Reference::new(procedure)),
        over: &|number| outcomes.get(number as usize).copied().flatten() != running,
        left_out: course.left_out,
        others: Vec::new(),
    })
}

/// The map of the procedure in the path: the drawing, and the same in figures.
pub fn of_procedure(asked: &Asked) -> Result<page::Map, Oops> {
    let wanted = Wanted::of(asked, None)?;
    on(asked, |ground| Ok(ground.map(asked, &wanted)))
}

/// Its page.
pub fn show(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(page::show(&asked.frame(Face::Staff), &of_procedure(asked)?)))
}

/// The drawing by itself, to be saved.
pub fn drawing(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::bytes("image/svg+xml", of_procedure(asked)?.drawn.into_bytes()))
}

/// The cases behind an edge or a step, and those that do not fit.
pub fn cases(asked: &Asked) -> Result<Answer, Oops> {
    let wanted = Wanted::of(asked, None)?;
    let view = on(asked, |ground| ground.behind(asked, &wanted))?;
    Ok(Answer::page(page::cases(&asked.frame(Face::Staff), &view)))
}
