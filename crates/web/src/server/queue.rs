//! A clerk's queue.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::{board, numbered, show};
use crate::find::ItemNumber;
use crate::layout::Face;
use crate::page::desk;
use crate::part::Due;
use casework::State;
use casework::board::{Holder, Standing, Task, Wanted};
use casework::number::Part;
use pack::model::Procedure;
use pack::{Id, Title};
use record::{ObjectRef, Time};
use std::collections::BTreeSet;

const ROWS: usize = 50;
const DAY: i64 = 24 * 3_600;

fn due_of(asked: &Asked, task: &Task) -> Option<Due> {
    let Some(due) = task.due else {
        let left = task.still.and_then(|still| still.left);
        return (task.waiting || task.still.is_some()).then(|| show::still(left));
    };
    // What is due at midnight is due on the day before; nothing else runs out there but by a chance of one second.
    let midnight = |at: Time| (at.seconds() + i64::from(at.offset().unwrap_or_default()) * 60) % DAY == 0;
    Some(show::due(asked, due, midnight(due), None, false))
}

/// A page of a queue.
pub struct Queue {
    /// What it is narrowed to.
    pub filter: desk::Filter,
    /// How many open steps of the role there are, before that.
    pub counts: desk::Counts,
    /// What stands on the page, the most urgent first.
    pub tasks: Vec<(Task, Option<Due>)>,
    /// How many there are on all pages.
    pub total: usize,
    /// The roles and the procedures of which the office has open steps.
    kinds: (Vec<Id>, Vec<Id>),
}

/// Which part of a queue is asked for.
#[derive(Clone, Copy)]
pub struct Leaf {
    /// Which page, counted from 1.
    pub page: usize,
    /// How many stand on one.
    pub per: usize,
    /// Only what is due before this moment.
    pub before: Option<Time>,
}

/// Late, and due soon or today, as [`show::due`] says of each.
fn standings(now: Time) -> (Standing, Standing) {
    // What is left is counted in whole seconds.
    let second = |seconds| Time::new(seconds, 0, now.offset()).unwrap_or(now);
    let last = Time::new(now.seconds() + 3 * DAY, 999_999_999, now.offset()).unwrap_or(now);
    (Standing::Before(second(now.seconds())), Standing::Between(second(now.seconds()), last))
}

/// The open steps of `office` under the filter of the request.
pub fn queued(asked: &Asked, office: &Id, role: Option<Id>, leaf: Leaf) -> Result<Queue, Oops> {
    let me = asked.signed_in()?.id();
    let choice = |name: &str, all: &[&'static str]| {
        asked.words(name).and_then(|word| all.iter().find(|other| **other == word).copied())
    };
    let filter = desk::Filter {
        query: asked.words("q").unwrap_or_default().to_owned(),
        office: Some(office.clone()),
        role: role.clone(),
        procedure: asked.id("procedure"),
        due: choice("due", &["late", "soon", "paused"]),
        holder: choice("holder", &["mine", "free"]),
    };
    let (late, soon) = standings(asked.now);
    let (procedures, number) = matter(asked, &filter);
    let wanted = Wanted {
        role,
        procedures,
        number,
        standing: match filter.due {
            Some("late") => Some(late),
            Some("soon") => Some(soon),
            Some("paused") => Some(Standing::Waiting),
            _ => None,
        },
        before: leaf.before,
        holder: match filter.holder {
            Some("mine") => Some(Holder::Person(me.clone())),
            Some("free") => Some(Holder::Nobody),
            _ => None,
        },
    };
    let (counts, total, tasks, kinds) = asked.city.casework.board(|board| {
        let role = wanted.role.as_ref();
        let count = |standing| board.standing(office, role, standing) as u64;
        let counted = board.counts(office, role, me);
        let counts = desk::Counts {
            all: counted.all as u64,
            late: count(late),
            soon: count(soon),
            paused: counted.waiting as u64,
            mine: counted.mine as u64,
            free: counted.free as u64,
        };
        let skip = (leaf.page - 1).saturating_mul(leaf.per);
        let tasks: Vec<Task> = board.wanted(office, &wanted).skip(skip).take(leaf.per).cloned().collect();
        (counts, board.many(office, &wanted), tasks, board.kinds_of(office))
    })?;
    let tasks = tasks.into_iter().map(|task| (due_of(asked, &task), task)).map(|(due, task)| (task, due));
    Ok(Queue { filter, counts, tasks: tasks.collect(), total, kinds })
}

/// What the filter's procedure and words ask for: procedures, or cases by a part of their number.
fn matter(asked: &Asked, filter: &desk::Filter) -> (Option<BTreeSet<Id>>, Option<Part>) {
    let chosen = filter.procedure.clone();
    if filter.query.is_empty() {
        return (chosen.map(|procedure| BTreeSet::from([procedure])), None);
    }
    let words = filter.query.to_lowercase();
    let all = asked.city.casework.book().definitions.procedures.values();
    let item = ItemNumber::read(&filter.query);
    let called = all.filter(|procedure| {
        let title = &procedure.title;
        let numbered = item.as_ref().zip(procedure.item.as_deref());
        title.zh.contains(&filter.query)
            || title.en.to_lowercase().contains(&words)
            || numbered.is_some_and(|(item, own)| item.is(own))
    });
    let of_chosen = |id: &Id| chosen.as_ref().is_none_or(|chosen| chosen == id);
    let procedures = called.map(|procedure| procedure.id.clone()).filter(of_chosen).collect();
    (Some(procedures), Part::read(&filter.query))
}

/// The page.
pub fn show(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let me = asked.signed_in()?.id();
    let role = asked.id("role").unwrap_or_else(|| post.role.clone());
    let leaf = Leaf { page: asked.leaf(), per: ROWS, before: None };
    let queue = queued(asked, &post.office, Some(role), leaf)?;
    let book = asked.city.casework.book();
    let title = |id: &Id| book.procedure(id).map(|procedure| procedure.title.clone()).unwrap_or_default();
    let rows = queue.tasks.iter().map(|(task, due)| desk::Row {
        case: task.case.id.to_string(),
        title: title(&task.procedure),
        step: step_title(book.procedure(&task.procedure), &task.step),
        office: show::office(asked, &task.office),
        holder: task.holder.as_ref().map(|holder| asked.city.staff_name(holder).unwrap_or_default()),
        mine: task.holder.as_ref() == Some(me),
        since: task.opened,
        due: due.clone(),
        set_by: task.set_by,
    });
    let role_title = |id: &Id| book.definitions.roles.get(id).map(|role| (id.clone(), role.title.clone()));
    let (roles, procedures) = &queue.kinds;
    let here: BTreeSet<&ObjectRef> = queue.tasks.iter().map(|(task, _)| &task.case).collect();
    let near = |state: &State| {
        let mut steps = state.steps.values().map(|step| &step.office);
        state.office == post.office || steps.any(|office| *office == post.office)
    };
    let mut elsewhere = numbered::cases(asked, &queue.filter.query, "read-case", near)?;
    elsewhere.retain(|found| !here.iter().any(|case| *case.id.as_str() == *found.number));
    let view = desk::View {
        elsewhere,
        complaints: complaints(asked)?,
        rows: rows.collect(),
        total: queue.total as u64,
        page: (leaf.page as u64, queue.total.div_ceil(ROWS).max(1) as u64),
        counts: queue.counts,
        offices: vec![(post.office.clone(), show::office(asked, &post.office))],
        roles: roles.iter().filter_map(role_title).collect(),
        procedures: procedures.iter().map(|id| (id.clone(), title(id))).collect(),
        filter: queue.filter,
    };
    Ok(Answer::page(desk::show(&asked.frame(Face::Staff), &view)))
}

/// The cases with a complaint that the reader may answer, the oldest first: of their own office, and of those below where
/// they supervise it.
pub fn complaints(asked: &Asked) -> Result<Vec<desk::Complaint>, Oops> {
    let office = &asked.post()?.office;
    let definitions = &asked.city.casework.book().definitions;
    let supervises = board::supervises(asked, office).is_ok();
    let theirs = |other: &Id| {
        other == office || (supervises && definitions.chain(other).any(|above| above.id == *office))
    };
    let mut open: Vec<(Time, ObjectRef)> = asked.city.casework.board(|board| {
        let own = board.complained().filter(|(_, complained)| theirs(&complained.office));
        own.map(|(case, complained)| (complained.since, case.clone())).collect()
    })?;
    open.sort();
    let mut mine = Vec::new();
    for (since, case) in open.into_iter().take(ROWS) {
        let view = asked.city.casework.view(&case)?;
        let moves = asked.city.casework.moves(&case, &view, &asked.ask())?;
        if moves.iter().any(|possible| possible.action == "reply") {
            let title = view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default();
            mine.push(desk::Complaint { case: case.id.to_string(), title, since });
        }
    }
    Ok(mine)
}

fn step_title(procedure: Option<&Procedure>, step: &Id) -> Title {
    procedure.and_then(|p| p.flow.step(step.as_str())).map(|step| step.title.clone()).unwrap_or_default()
}
