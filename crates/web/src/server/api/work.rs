//! Queues, and the board.

use super::body::unreadable;
use super::{Page, left, moment, title};
use crate::page::board::{Sums, View};
use crate::part::{Due, Standing};
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::board as figures;
use crate::server::queue::{self, Leaf};
use casework::board::SetBy;
use jiff::civil::Date;
use pack::{Id, Title};
use record::Time;
use serde_json::{Value as Json, json};

/// Open steps: those of one's own post, or, for whoever supervises it, those of an office.
pub fn queue(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let supervises = figures::own_office(asked).is_ok();
    let office = asked.id("office").unwrap_or_else(|| post.office.clone());
    if office != post.office {
        figures::supervises(asked, &office)?;
    }
    let role = asked.id("role").or_else(|| (!supervises).then(|| post.role.clone()));
    let before = match asked.words("before") {
        None => None,
        Some(day) => Some(day.parse::<Date>().map_err(|_| {
            let en = "`before` in the query is no day such as 2026-01-31";
            unreadable("`before` 应为日期，如 2026-01-31".into(), en.into())
        })?),
    };
    // What is due at the midnight that ends the day is due on that day.
    let before = before.and_then(|day| pack::days::moment(day.tomorrow().ok()?.at(0, 0, 0, 0)));
    let before = before.and_then(|end| Time::new(end.seconds() + 1, 0, end.offset()));
    let page = Page::of(asked, 0);
    let queue = queue::queued(asked, &office, role, Leaf { page: page.page, per: page.per, before })?;
    let page = Page { total: queue.total, ..page };
    let told = queue.tasks.iter().map(|(task, due)| {
        json!({
            "case": task.case.id.as_str(),
            "service": task.procedure,
            "step": task.step,
            "role": task.role,
            "office": task.office,
            "opened": moment(Some(task.opened)),
            "due": moment(due.as_ref().and_then(|due| due.at)),
            "left": left(due.as_ref()),
            "standing": standing(due.as_ref()),
            "set_by": task.set_by.map(set_by),
            "holder": task.holder,
        })
    });
    let counts = queue.counts;
    let told = told.collect::<Vec<_>>();
    Ok(page.answer(json!({
        "tasks": told,
        "counts": {
            "all": counts.all,
            "late": counts.late,
            "soon": counts.soon,
            "paused": counts.paused,
            "mine": counts.mine,
            "free": counts.free,
        },
    })))
}

fn set_by(set_by: SetBy) -> &'static str {
    match set_by {
        SetBy::Law => "law",
        SetBy::Office => "office",
        SetBy::Promise => "promise",
    }
}

fn standing(due: Option<&Due>) -> &'static str {
    match due.map(|due| due.standing) {
        None => "none",
        Some(Standing::Late(_) | Standing::Missed) => "late",
        Some(Standing::Soon(_) | Standing::Today) => "soon",
        Some(Standing::Paused(_)) => "paused",
        Some(Standing::Ahead(_) | Standing::Kept | Standing::Over) => "ahead",
    }
}

/// The figures of the office that the reader supervises.
pub fn board(asked: &Asked) -> Result<Answer, Oops> {
    let office = figures::own_office(asked)?;
    Ok(Answer::json(&told(&figures::of_office(asked, &office)?)))
}

/// The figures of an office.
pub fn board_office(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::json(&told(&figures::of_office(asked, &asked.param("office").into())?)))
}

fn told(view: &View) -> Json {
    let (office, called) = &view.office;
    let offices = view.offices.iter().map(|office| row(&office.id, &office.title, office.sums, &office.days));
    let procedures = view.procedures.iter();
    let procedures = procedures.map(|one| row(&one.id, &one.title, one.sums, &one.days));
    json!({
        "office": { "id": office, "title": title(called) },
        "at": moment(Some(view.at)),
        "sums": sums(view.sums),
        "offices": offices.collect::<Vec<_>>(),
        "procedures": procedures.collect::<Vec<_>>(),
        "look_ups": view.look_ups.iter().map(|one| json!({
            "who": one.who,
            "office": title(&one.office),
            "readings": one.readings,
            "missed": one.missed,
        })).collect::<Vec<_>>(),
    })
}

fn row(id: &Id, called: &Title, of: Sums, days: &[(u64, u64)]) -> Json {
    let days = days.iter().map(|(kept, missed)| json!({ "kept": kept, "missed": missed }));
    json!({ "id": id, "title": title(called), "sums": sums(of), "days": days.collect::<Vec<_>>() })
}

fn sums(sums: Sums) -> Json {
    json!({
        "open": sums.open,
        "soon": sums.soon,
        "late": sums.late,
        "kept": sums.kept,
        "missed": sums.missed,
    })
}

/// The open cases of one procedure in an office and below.
pub fn board_cases(asked: &Asked) -> Result<Answer, Oops> {
    let view = figures::of_procedure(asked)?;
    let cases = view.cases.iter().map(|case| {
        json!({
            "case": case.case,
            "office": title(&case.office),
            "stage": title(&case.stage),
            "holder": case.holder,
            "submitted": moment(case.submitted),
            "due": moment(case.due.as_ref().and_then(|due| due.at)),
            "set_by": case.set_by.map(set_by),
        })
    });
    Ok(Answer::json(&json!({
        "procedure": title(&view.procedure),
        "cases": cases.collect::<Vec<_>>(),
        "total": view.total,
    })))
}
