//! A clerk's queue, and a case as staff handle it.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::case::visible;
use super::filling::files;
use super::show::{self, Telling};
use super::{personal, told};
use crate::form::Attached;
use crate::layout::{Face, Frame};
use crate::page::desk;
use crate::page::work::{self, Ask as Asking, Doing};
use crate::part::{Due, Standing};
use crate::{form, path};
use access::{PersonId, Post};
use axum::http::StatusCode;
use casework::board::Task;
use casework::moves::Move;
use casework::{Command, Refusal, Refused, View, answer};
use pack::model::{Channel, Field, FieldKind, Form, Procedure, StepKind};
use pack::{Id, Title};
use record::{FileRef, ObjectRef, Value};
use std::collections::{BTreeMap, BTreeSet};

const ROWS: usize = 50;

fn due_of(asked: &Asked, task: &Task) -> Option<Due> {
    if task.waiting {
        return show::due(asked, None, true, None, true, false);
    }
    show::due(asked, task.due, true, None, false, false)
}

/// A queue as it was asked for.
pub struct Queue {
    /// What it is narrowed to.
    pub filter: desk::Filter,
    /// How many open steps of the role there are, before that.
    pub counts: desk::Counts,
    /// What is left, the most urgent first.
    pub tasks: Vec<(Task, Option<Due>)>,
    /// The page that was asked for, counted from 1.
    pub page: usize,
    roles: BTreeSet<Id>,
    procedures: BTreeSet<Id>,
}

/// The open steps of `office` under the filter of the request.
pub fn queued(asked: &Asked, office: &Id, role: Option<Id>) -> Result<Queue, Oops> {
    let me = asked.signed_in()?.id().clone();
    let all: Vec<Task> = asked.city.casework.board(|board| board.desk(office).cloned().collect())?;
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
    let roles = all.iter().map(|task| task.role.clone()).collect();
    let procedures = all.iter().map(|task| task.procedure.clone()).collect();
    let of_role = all.into_iter().filter(|task| role.as_ref().is_none_or(|role| task.role == *role));
    let mut tasks: Vec<(Task, Option<Due>)> =
        of_role.map(|task| (task.clone(), due_of(asked, &task))).collect();
    let counts = counts(&tasks, &me);
    let number = casework::number::read_case_number(&filter.query);
    tasks.retain(|(task, due)| keeps(asked, &filter, number.as_deref(), &me, task, due.as_ref()));
    let page = asked.words("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).max(1);
    Ok(Queue { filter, counts, tasks, page, roles, procedures })
}

pub fn queue(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let me = asked.signed_in()?.id();
    let role = asked.id("role").unwrap_or_else(|| post.role.clone());
    let queue = queued(asked, &post.office, Some(role))?;
    let book = asked.city.casework.book();
    let title = |id: &Id| book.procedure(id).map(|procedure| procedure.title.clone()).unwrap_or_default();
    let rows = queue.tasks.iter().skip((queue.page - 1).saturating_mul(ROWS)).take(ROWS);
    let rows = rows.map(|(task, due)| desk::Row {
        case: task.case.id.to_string(),
        title: title(&task.procedure),
        step: step_title(book.procedure(&task.procedure), &task.step),
        office: show::office(asked, &task.office),
        holder: task.holder.as_ref().map(|holder| asked.city.staff_name(holder).unwrap_or_default()),
        mine: task.holder.as_ref() == Some(me),
        since: task.opened,
        due: due.clone(),
    });
    let role_title = |id: &Id| book.definitions.roles.get(id).map(|role| (id.clone(), role.title.clone()));
    let total = queue.tasks.len();
    let view = desk::View {
        complaints: complaints(asked)?,
        rows: rows.collect(),
        total: total as u64,
        page: (queue.page as u64, total.div_ceil(ROWS).max(1) as u64),
        counts: queue.counts,
        offices: vec![(post.office.clone(), show::office(asked, &post.office))],
        roles: queue.roles.iter().filter_map(role_title).collect(),
        procedures: queue.procedures.iter().map(|id| (id.clone(), title(id))).collect(),
        filter: queue.filter,
    };
    Ok(Answer::page(desk::show(&asked.frame(Face::Staff), &view)))
}

/// The cases with a complaint that the reader is to answer.
fn complaints(asked: &Asked) -> Result<Vec<(String, Title)>, Oops> {
    let open: Vec<ObjectRef> = asked.city.casework.board(|board| board.complained().cloned().collect())?;
    let mut mine = Vec::new();
    for case in open {
        let view = asked.city.casework.view(&case)?;
        let moves = asked.city.casework.moves(&case, &view, &asked.ask())?;
        if moves.iter().any(|possible| possible.action == "reply") {
            let title = view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default();
            mine.push((case.id.to_string(), title));
        }
    }
    Ok(mine)
}

fn counts(tasks: &[(Task, Option<Due>)], me: &ObjectRef) -> desk::Counts {
    let standing = |wanted: &dyn Fn(Standing) -> bool| {
        tasks.iter().filter(|(_, due)| due.as_ref().is_some_and(|due| wanted(due.standing))).count() as u64
    };
    desk::Counts {
        all: tasks.len() as u64,
        late: standing(&|standing| matches!(standing, Standing::Late(_))),
        soon: standing(&|standing| matches!(standing, Standing::Soon(_) | Standing::Today)),
        paused: standing(&|standing| standing == Standing::Paused),
        mine: tasks.iter().filter(|(task, _)| task.holder.as_ref() == Some(me)).count() as u64,
        free: tasks.iter().filter(|(task, _)| task.holder.is_none()).count() as u64,
    }
}

fn keeps(
    asked: &Asked,
    filter: &desk::Filter,
    number: Option<&str>,
    me: &ObjectRef,
    task: &Task,
    due: Option<&Due>,
) -> bool {
    let standing = due.map(|due| due.standing);
    let of_due = match filter.due {
        Some("late") => matches!(standing, Some(Standing::Late(_))),
        Some("soon") => matches!(standing, Some(Standing::Soon(_) | Standing::Today)),
        Some("paused") => standing == Some(Standing::Paused),
        _ => true,
    };
    let of_holder = match filter.holder {
        Some("mine") => task.holder.as_ref() == Some(me),
        Some("free") => task.holder.is_none(),
        _ => true,
    };
    let of_procedure = filter.procedure.as_ref().is_none_or(|procedure| *procedure == task.procedure);
    let of_query = filter.query.is_empty()
        || number == Some(task.case.id.as_str())
        || asked.city.casework.book().procedure(&task.procedure).is_some_and(|procedure| {
            let title = &procedure.title;
            title.zh.contains(&filter.query) || title.en.to_lowercase().contains(&filter.query.to_lowercase())
        });
    of_due && of_holder && of_procedure && of_query
}

fn step_title(procedure: Option<&Procedure>, step: &Id) -> Title {
    procedure.and_then(|p| p.flow.step(step.as_str())).map(|step| step.title.clone()).unwrap_or_default()
}

/// A move that was refused, to be shown where it was tried.
struct Tried<'a> {
    action: &'a str,
    about: &'a str,
    refusal: &'a Refusal,
}

pub fn case(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = staffed(asked)?;
    page(asked, &case, &view, None, None)
}

/// A case as staff may see it; its party goes to their own page.
fn staffed(asked: &Asked) -> Result<(ObjectRef, View), Oops> {
    asked.post()?;
    visible(asked)
}

fn page(
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
    let seen = told::Seen {
        number: &number,
        open: purpose.is_some(),
        amendable: amendable.filter_map(|possible| possible.about.clone()).collect(),
    };
    let channel =
        Channel::ALL.iter().find(|(word, _)| *word == view.state.channel).map_or(Channel::Web, |(_, c)| *c);
    let page = work::View {
        case: &number,
        seen: view.state.events,
        title: &procedure.title,
        stage: show::stage(view),
        channel,
        office: &office,
        steps: show::steps(asked, view),
        clocks: show::clocks(asked, view),
        happened: show::happenings(asked, view, case, Telling { open: purpose.is_some(), linked: false })?,
        groups: told::application(view, procedure, (&shown, &clear), &seen),
        recorded: told::recorded(asked, view, procedure, &seen)?,
        opened: purpose.and_then(|purpose| purposes.get(purpose).cloned()),
        purposes: personal::purposes(asked, case, view),
        papers: procedure
            .materials
            .iter()
            .filter(|wanted| papers.contains(&wanted.material))
            .filter_map(|wanted| view.book.definitions.materials.get(&wanted.material))
            .map(|material| work::Paper {
                id: material.id.clone(),
                title: material.title.clone(),
                files: seen_under(view, &material.id, files(view, &number, &material.id), purpose),
            })
            .collect(),
        moves: doings(asked, view, procedure, &moves, tried),
        neighbours: neighbours(asked, &post, case)?,
    };
    let status = if tried.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    // What was posted leads back to the case, in the other language too.
    let frame = Frame { path: path::desk_case(&number), ..asked.frame(Face::Staff) };
    Ok(Answer::page(work::show(&frame, &page)).status(status))
}

/// Files with where they are to be seen: personal ones only once a purpose is stated, under which each is then asked for.
fn seen_under(view: &View, material: &Id, files: Vec<Attached>, purpose: Option<&Id>) -> Vec<Attached> {
    let kept = view.state.materials.get(material).map(Vec::as_slice).unwrap_or_default();
    let shown = |(file, kept): (Attached, &FileRef)| match (&kept.subject, purpose) {
        (None, _) => file,
        (Some(_), Some(purpose)) => {
            Attached { path: format!("{}?purpose={}", file.path, path::segment(purpose.as_str())), ..file }
        }
        (Some(_), None) => Attached { path: String::new(), ..file },
    };
    files.into_iter().zip(kept).map(shown).collect()
}

fn doings<'a>(
    asked: &Asked,
    view: &'a View,
    procedure: &'a Procedure,
    moves: &[Move],
    tried: Option<&Tried<'_>>,
) -> Vec<Doing<'a>> {
    let mut doings: Vec<Doing<'a>> = Vec::new();
    for possible in moves {
        let about = possible.about.as_ref().map(ToString::to_string).unwrap_or_default();
        let was_tried = tried.filter(|tried| tried.action == possible.action && tried.about == about);
        if possible.action == "reply" {
            for (which, complaint) in view.state.complaints.iter().enumerate() {
                if complaint.reply.is_none() {
                    doings.push(Doing {
                        action: "reply",
                        about: which.to_string(),
                        title: possible.title.clone(),
                        ask: Asking::Reply(complaint.words.clone()),
                        refused: None,
                    });
                }
            }
            continue;
        }
        let Some(ask) = asking(asked, view, procedure, possible, was_tried) else { continue };
        doings.push(Doing {
            action: possible.action,
            about,
            title: possible.title.clone(),
            ask,
            refused: was_tried.map(|tried| tried.refusal.why.clone()),
        });
    }
    // What was asked for by name stands first.
    doings.sort_by_key(|doing| doing.action != "amend");
    doings
}

/// The answer of the form, or of the step, that is to be corrected: chosen by a link, or posted.
fn amended<'a>(asked: &Asked, procedure: &'a Procedure, of: &str) -> Option<(&'a Form, &'a Field)> {
    let chosen = asked.field("amend")?.strip_prefix(of)?.strip_prefix('.')?;
    let form = show::form_of(procedure, of)?;
    Some((form, form.field(chosen)?))
}

/// What the form of a move asks; none for the moves of the party.
fn asking<'a>(
    asked: &Asked,
    view: &View,
    procedure: &'a Procedure,
    possible: &Move,
    tried: Option<&Tried<'_>>,
) -> Option<Asking<'a>> {
    let step = possible.about.as_ref().and_then(|id| procedure.flow.step(id.as_str()));
    Some(match possible.action {
        "take" => Asking::Nothing,
        "correct" => Asking::Correct,
        "extend" => Asking::Reasons,
        "amend" => {
            let of = possible.about.as_ref()?;
            let (form, field) = amended(asked, procedure, of.as_str())?;
            let typed = match tried {
                Some(_) => typed(asked, of, form),
                None => BTreeMap::new(),
            };
            Asking::Amend {
                form,
                field: &field.id,
                answers: typed,
                reasons: asked.field("reasons").unwrap_or_default().to_owned(),
                faults: tried.map(|tried| tried.refusal.faults.clone()).unwrap_or_default(),
            }
        }
        "hand-over" => {
            let step = step?;
            let office = view.state.steps.get(&step.id).map(|state| state.office.clone()).unwrap_or_default();
            let me = asked.actor.as_ref()?.id();
            let holders = asked.city.holders(&Post::new(step.role.clone(), office));
            let others = holders.into_iter().map(PersonId::object).filter(|person| person != me);
            let named =
                others.map(|person| (person.to_string(), asked.city.staff_name(&person).unwrap_or_default()));
            let colleagues: Vec<_> = named.collect();
            (!colleagues.is_empty()).then_some(Asking::HandOver(colleagues))?
        }
        _ => {
            let step = step.filter(|step| kind(step.kind) == possible.action)?;
            let typed = match tried {
                Some(_) => typed(asked, &step.id, &step.form),
                None => BTreeMap::new(),
            };
            let chosen = match tried {
                Some(_) => (asked.id("outcome"), asked.field("reasons").unwrap_or_default().to_owned()),
                None => (None, String::new()),
            };
            Asking::Step {
                outcomes: &step.outcomes,
                form: &step.form,
                shown: step.form.fields.iter().map(|field| field.id.clone()).collect(),
                answers: typed,
                chosen,
                faults: tried.map(|tried| tried.refusal.faults.clone()).unwrap_or_default(),
                hindered: possible.hindered.iter().cloned().collect(),
            }
        }
    })
}

fn kind(kind: StepKind) -> &'static str {
    StepKind::ALL.iter().find(|(_, other)| *other == kind).map_or("act", |(word, _)| word)
}

/// What was typed into the form of a step, or into the application's own.
fn typed(asked: &Asked, of: &Id, form: &Form) -> BTreeMap<Id, String> {
    let pairs = asked.posted.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    form::typed(form, &format!("{of}."), pairs)
}

fn neighbours(
    asked: &Asked,
    post: &Post,
    case: &ObjectRef,
) -> Result<(Option<String>, Option<String>), Oops> {
    let queue: Vec<ObjectRef> = asked
        .city
        .casework
        .board(|board| board.queue(&post.office, &post.role).map(|task| task.case.clone()).collect())?;
    let at = queue.iter().position(|other| other == case);
    let number = |at: Option<usize>| at.and_then(|at| queue.get(at)).map(|case| case.id.to_string());
    Ok((number(at.and_then(|at| at.checked_sub(1))), number(at.map(|at| at + 1))))
}

pub fn personal(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = staffed(asked)?;
    let purpose = asked.id("purpose");
    personal::read_all(asked, &case, &view, purpose.as_ref())?;
    page(asked, &case, &view, purpose.as_ref(), None)
}

pub fn act(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = staffed(asked)?;
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let (action, about) = (asked.param("action"), asked.param("about"));
    let (command, faults) = command(asked, procedure, action, about)?;
    super::staff::receives(asked, &view, &command)?;
    let carried = match faults.is_empty() {
        true => asked.city.casework.run(&case, &command, &asked.ask()),
        false => {
            let why = Title::new("有些地方需要改正", "There is something to put right");
            Err(Refused::Case(Box::new(Refusal { why, faults, possible: Vec::new() })))
        }
    };
    match carried {
        Ok(_) => {
            let done = match action {
                "correct" => "corrected",
                "amend" => "amended",
                _ => "handled",
            };
            Ok(Answer::go(format!("{}?done={done}", path::desk_case(case.id.as_str()))))
        }
        Err(Refused::Case(refusal)) => {
            let tried = Tried { action, about, refusal: &refusal };
            page(asked, &case, &view, None, Some(&tried))
        }
        Err(other) => Err(other.into()),
    }
}

/// The command that a posted move asks for, with what of it cannot be read.
fn command(
    asked: &Asked,
    procedure: &Procedure,
    action: &str,
    about: &str,
) -> Result<(Command, Vec<(Id, Title)>), Oops> {
    let words = |name: &str| asked.words(name).unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    let command = match action {
        "take" => Command::Take { step: about.into() },
        "extend" => Command::Extend { clock: about.into(), reasons: words("reasons") },
        "hand-over" if asked.words("to") == Some("queue") => {
            Command::Release { step: about.into(), reasons: words("reasons") }
        }
        "hand-over" => {
            let to = asked.words("to").and_then(ObjectRef::parse);
            let to = to
                .ok_or_else(|| Oops::Unreadable(Title::new("请选择转交给谁", "Choose whom to hand it to")))?;
            Command::HandOver { step: about.into(), to, reasons: words("reasons") }
        }
        "reply" => {
            Command::Reply { complaint: about.parse().map_err(|_| Oops::Missing)?, words: words("words") }
        }
        "amend" => {
            let (form, field) = amended(asked, procedure, about).ok_or(Oops::Missing)?;
            let text = typed(asked, &about.into(), form).remove(&field.id).unwrap_or_default();
            let answer = answer::read(&field.kind, &text).unwrap_or_else(|fault| {
                faults.push((field.id.clone(), fault));
                Value::from(text)
            });
            Command::Amend { of: about.into(), field: field.id.clone(), answer, reasons: words("reasons") }
        }
        "correct" => {
            let notes = asked.posted.iter().filter_map(|(name, note)| {
                Some((Id::from(name.strip_prefix("note.")?), note.trim().to_owned()))
            });
            Command::Correct {
                step: about.into(),
                notes: notes.filter(|(_, note)| !note.is_empty()).collect(),
            }
        }
        _ => {
            let step =
                procedure.flow.step(about).filter(|step| kind(step.kind) == action).ok_or(Oops::Missing)?;
            let mut answers = Vec::new();
            for (id, text) in typed(asked, &step.id, &step.form) {
                let field = step.form.field(id.as_str()).filter(|_| !text.is_empty());
                match field.map(|field| (field, answer::read(&field.kind, &text))) {
                    Some((_, Ok(value))) => answers.push((id, value)),
                    Some((field, Err(fault))) if field.kind != FieldKind::File => faults.push((id, fault)),
                    _ => {}
                }
            }
            let outcome = asked.id("outcome");
            if outcome.is_none() {
                faults.push(("outcome".into(), Title::new("请选择结果", "Choose an outcome")));
            }
            let reasons = asked.words("reasons").map(str::to_owned);
            Command::Do { step: about.into(), outcome: outcome.unwrap_or_default(), reasons, answers }
        }
    };
    Ok((command, faults))
}
