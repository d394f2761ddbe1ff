//! Running cases that are not in the current edition: what going over to it would change, and doing it on purpose.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::board;
use super::show;
use crate::layout::Face;
use crate::page::editions::{self, Moving};
use crate::path;
use axum::http::StatusCode;
use casework::migration::{Outdated, Plan};
use casework::{Ask, Refused, View};
use pack::{Id, Title};
use record::{Digest, ObjectRef};

/// Cases of which a page shows what would happen to each. The form moves all of them, also those it does not show.
const MOST: usize = 200;

/// An edition in short, as a person may compare two.
fn short(edition: Option<Digest>) -> String {
    edition.map(|edition| edition.to_string().chars().take(12).collect()).unwrap_or_default()
}

/// The outdated cases of the offices where the reader may move cases to another edition.
fn outdated(asked: &Asked) -> Result<Vec<Outdated>, Oops> {
    let actor = asked.signed_in()?;
    let offices = asked.city.casework.book().definitions.offices.keys();
    let mine: Vec<&Id> = offices.filter(|office| board::may(asked, actor, "migrate", office)).collect();
    if mine.is_empty() {
        return Err(Oops::forbidden(None));
    }
    let mut all = asked.city.casework.outdated()?;
    for group in &mut all {
        group.cases.retain(|(_, office)| mine.contains(&office));
    }
    all.retain(|group| !group.cases.is_empty());
    Ok(all)
}

fn procedure(asked: &Asked, id: &Id, edition: Option<Digest>) -> Result<Title, Oops> {
    let casework = &asked.city.casework;
    let old = edition.map(|edition| casework.edition(edition)).transpose()?.flatten();
    let old = old.as_ref().and_then(|old| old.procedure(id));
    let known = casework.book().procedure(id).or(old).map(|procedure| procedure.title.clone());
    Ok(known.unwrap_or_else(|| Title::new(id.as_str(), id.as_str())))
}

pub fn list(asked: &Asked) -> Result<Answer, Oops> {
    let mut procedures: Vec<(Id, Title, u64, bool)> = Vec::new();
    for group in outdated(asked)? {
        let cases = group.cases.len() as u64;
        let differs = !asked.city.casework.differences(&group.procedure, group.edition)?.is_empty();
        match procedures.last_mut().filter(|(id, ..)| *id == group.procedure) {
            Some((.., count, any)) => {
                *count += cases;
                *any |= differs;
            }
            None => {
                let title = procedure(asked, &group.procedure, group.edition)?;
                procedures.push((group.procedure, title, cases, differs));
            }
        }
    }
    let view = editions::View { procedures, current: short(Some(asked.city.casework.book().digest)) };
    Ok(Answer::page(editions::show(&asked.frame(Face::Staff), &view)))
}

fn planned(asked: &Asked, case: &ObjectRef) -> Result<(View, Plan), Oops> {
    let view = asked.city.casework.view(case)?;
    let plan = asked.city.casework.plan(case, &view, asked.now)?;
    Ok((view, plan))
}

/// All running cases of the procedure in the path that are not in the current edition.
fn of_procedure(asked: &Asked) -> Result<(Id, Vec<Outdated>), Oops> {
    let id = Id::from(asked.param("procedure"));
    let groups: Vec<_> = outdated(asked)?.into_iter().filter(|group| group.procedure == id).collect();
    Ok((id, groups))
}

type Done = (u64, Vec<(String, Title)>);

fn moving(asked: &Asked, done: Option<Done>, fault: Option<Title>) -> Result<Answer, Oops> {
    let (id, groups) = of_procedure(asked)?;
    let casework = &asked.city.casework;
    if groups.is_empty() && casework.book().procedure(&id).is_none() {
        return Err(Oops::Missing);
    }
    let edition = |group: &Outdated| Ok((short(group.edition), casework.differences(&id, group.edition)?));
    let mut cases = Vec::new();
    for (case, office) in groups.iter().flat_map(|group| &group.cases).take(MOST) {
        cases.push((case.id.to_string(), show::office(asked, office), planned(asked, case)?.1));
    }
    let view = Moving {
        procedure: (id.clone(), procedure(asked, &id, groups.first().and_then(|group| group.edition))?),
        case: None,
        editions: groups.iter().map(edition).collect::<Result<_, Oops>>()?,
        cases,
        action: path::edition(&id),
        done,
        fault,
    };
    let status = if view.fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Answer::page(editions::moving(&asked.frame(Face::Staff), &view)).status(status))
}

pub fn one(asked: &Asked) -> Result<Answer, Oops> {
    moving(asked, None, None)
}

fn without_reasons() -> Title {
    Title::new("请写明理由", "Say why: it stands on the record")
}

/// Moves all of them, each by itself: what does not fit stays where it is, and why is said.
pub fn carry_out(asked: &Asked) -> Result<Answer, Oops> {
    let (_, groups) = of_procedure(asked)?;
    let Some(reasons) = asked.words("reasons") else { return moving(asked, None, Some(without_reasons())) };
    let (mut moved, mut left) = (0, Vec::new());
    let ask = Ask { seen: None, ..asked.ask() };
    for (case, _) in groups.iter().flat_map(|group| &group.cases) {
        match asked.city.casework.migrate(case, reasons, &ask) {
            Ok(_) => moved += 1,
            Err(Refused::Case(refusal)) => left.push((case.id.to_string(), why(&refusal))),
            Err(Refused::Denied(decision)) => {
                left.push((case.id.to_string(), decision.reasons().into_iter().next().unwrap_or_default()));
            }
            Err(Refused::Overtaken(_)) => {
                left.push((case.id.to_string(), Title::new("刚刚有了变化", "it has just changed")));
            }
            Err(other) => return Err(other.into()),
        }
    }
    moving(asked, Some((moved, left)), None)
}

fn why(refusal: &casework::Refusal) -> Title {
    let join = |part: fn(&Title) -> &str, with: &str| {
        refusal.faults.iter().map(|(id, why)| format!("{id}: {}", part(why))).collect::<Vec<_>>().join(with)
    };
    if refusal.faults.is_empty() {
        return refusal.why.clone();
    }
    Title::new(join(|title| &title.zh, "；"), join(|title| &title.en, "; "))
}

/// The case in the path, where the reader may move it.
pub fn movable(asked: &Asked) -> Result<(ObjectRef, View, Plan), Oops> {
    asked.signed_in()?;
    let case = asked.case()?;
    let (view, plan) = planned(asked, &case)?;
    let permit = |action| asked.city.casework.permit(&case, &view, action, &asked.ask()).ok_or(Oops::Missing);
    let decision = permit("migrate")?;
    match decision.allowed() {
        true => Ok((case, view, plan)),
        // To those who may not even see the case it is not there.
        false if !permit("read-case")?.allowed() => Err(Oops::Missing),
        false => Err(Oops::denied(&decision)),
    }
}

fn one_case(asked: &Asked, fault: Option<Title>) -> Result<Answer, Oops> {
    let (case, view, plan) = movable(asked)?;
    let number = case.id.to_string();
    let id = view.state.procedure.clone();
    let page = Moving {
        procedure: (id.clone(), procedure(asked, &id, view.state.edition)?),
        action: path::edition_of_case(&number),
        editions: vec![(short(view.state.edition), plan.differences.clone())],
        cases: vec![(number.clone(), show::office(asked, &view.state.office), plan)],
        case: Some(number),
        done: None,
        fault,
    };
    let status = if page.fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Answer::page(editions::moving(&asked.frame(Face::Staff), &page)).status(status))
}

pub fn case(asked: &Asked) -> Result<Answer, Oops> {
    one_case(asked, None)
}

pub fn move_case(asked: &Asked) -> Result<Answer, Oops> {
    let (case, ..) = movable(asked)?;
    let Some(reasons) = asked.words("reasons") else { return one_case(asked, Some(without_reasons())) };
    match asked.city.casework.migrate(&case, reasons, &Ask { seen: None, ..asked.ask() }) {
        Ok(_) => Ok(Answer::go(format!("{}?done=migrated", path::EDITIONS))),
        Err(Refused::Case(refusal)) => one_case(asked, Some(why(&refusal))),
        Err(other) => Err(other.into()),
    }
}
