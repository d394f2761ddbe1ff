//! A clerk's queue, a case as staff handle it, and the counter.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::case::{files, visible};
use super::show;
use crate::layout::{Face, Frame};
use crate::page::work::{self, Ask as Asking, Doing};
use crate::page::{cases, counter, desk};
use crate::part::{Due, Standing};
use crate::{form, path};
use access::registry::Stamp;
use access::{PersonId, Post};
use axum::http::StatusCode;
use casework::board::Task;
use casework::moves::Move;
use casework::{Ask, Command, Refusal, Refused, View, answer};
use pack::model::{Channel, FieldKind, Procedure, StepKind};
use pack::{Id, Title};
use record::{ObjectRef, Value};
use std::collections::{BTreeMap, BTreeSet};

const ROWS: usize = 50;

/// The tasks that the reader may see: those of their own post's office.
fn tasks(asked: &Asked, post: &Post) -> Result<Vec<Task>, Oops> {
    let mine = |task: &&Task| task.office == post.office;
    Ok(asked.city.casework.board(|board| board.tasks().filter(mine).cloned().collect())?)
}

fn due_of(asked: &Asked, task: &Task) -> Option<Due> {
    if task.waiting {
        return show::due(asked, None, true, None, true, false);
    }
    show::due(asked, task.due, true, None, false, false)
}

pub fn queue(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let me = asked.signed_in()?.id().clone();
    let all = tasks(asked, &post)?;
    let role = asked.id("role").unwrap_or_else(|| post.role.clone());
    let choice = |name: &str, all: &[&'static str]| {
        asked.words(name).and_then(|word| all.iter().find(|other| **other == word).copied())
    };
    let filter = desk::Filter {
        query: asked.words("q").unwrap_or_default().to_owned(),
        office: Some(post.office.clone()),
        role: Some(role.clone()),
        procedure: asked.id("procedure"),
        due: choice("due", &["late", "soon", "paused"]),
        holder: choice("holder", &["mine", "free"]),
    };
    let of_role: Vec<(&Task, Option<Due>)> =
        all.iter().filter(|task| task.role == role).map(|task| (task, due_of(asked, task))).collect();
    let counts = counts(&of_role, &me);
    let number = casework::number::read_case_number(&filter.query);
    let kept: Vec<_> = of_role
        .into_iter()
        .filter(|(task, due)| keeps(asked, &filter, number.as_deref(), &me, task, due.as_ref()))
        .collect();
    let page = asked.words("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).max(1);
    let book = asked.city.casework.book();
    let title = |id: &Id| book.procedure(id).map(|procedure| procedure.title.clone()).unwrap_or_default();
    let rows = kept.iter().skip((page - 1) * ROWS).take(ROWS).map(|(task, due)| desk::Row {
        case: task.case.id.to_string(),
        title: title(&task.procedure),
        step: step_title(book.procedure(&task.procedure), &task.step),
        office: show::office(asked, &task.office),
        holder: task.holder.as_ref().map(|holder| asked.city.staff_name(holder).unwrap_or_default()),
        mine: task.holder.as_ref() == Some(&me),
        since: task.opened,
        due: due.clone(),
    });
    let procedures: BTreeSet<&Id> = all.iter().map(|task| &task.procedure).collect();
    let roles: BTreeSet<&Id> = all.iter().map(|task| &task.role).collect();
    let role_title =
        |id: &&Id| book.definitions.roles.get(*id).map(|role| ((*id).clone(), role.title.clone()));
    let view = desk::View {
        complaints: complaints(asked)?,
        rows: rows.collect(),
        total: kept.len() as u64,
        page: (page as u64, kept.len().div_ceil(ROWS).max(1) as u64),
        counts,
        filter,
        offices: vec![(post.office.clone(), show::office(asked, &post.office))],
        roles: roles.iter().filter_map(role_title).collect(),
        procedures: procedures.into_iter().map(|id| (id.clone(), title(id))).collect(),
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

fn counts(tasks: &[(&Task, Option<Due>)], me: &ObjectRef) -> desk::Counts {
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
    let stage = match &view.state.stage {
        casework::state::Stage::Draft => cases::Stage::Draft,
        casework::state::Stage::Correcting => cases::Stage::Correcting,
        casework::state::Stage::Open => {
            let open = view.state.open_steps().next();
            cases::Stage::Open(open.map(|(id, _)| step_title(Some(procedure), id)).unwrap_or_default())
        }
        casework::state::Stage::Ended { how, .. } => cases::Stage::Ended(show::ending(how, Some(procedure))),
    };
    let channel =
        Channel::ALL.iter().find(|(word, _)| *word == view.state.channel).map_or(Channel::Web, |(_, c)| *c);
    let page = work::View {
        case: &number,
        seen: view.state.events,
        title: &procedure.title,
        stage,
        channel,
        office: &office,
        steps: show::steps(asked, view),
        clocks: show::clocks(asked, view),
        happened: show::happenings(asked, view, case, false)?,
        groups: groups(view, procedure, &shown, &clear, purpose.is_some()),
        opened: purpose.and_then(|purpose| purposes.get(purpose).cloned()),
        purposes: may_state(asked, case, view),
        papers: procedure
            .materials
            .iter()
            .filter(|wanted| papers.contains(&wanted.material))
            .filter_map(|wanted| view.book.definitions.materials.get(&wanted.material))
            .map(|material| work::Paper {
                id: material.id.clone(),
                title: material.title.clone(),
                files: files(view, &number, &material.id),
            })
            .collect(),
        moves: doings(asked, case, view, procedure, tried)?,
        neighbours: neighbours(asked, &post, case)?,
    };
    let status = if tried.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    // What was posted leads back to the case, in the other language too.
    let frame = Frame { path: path::desk_case(&number), ..asked.frame(Face::Staff) };
    Ok(Answer::page(work::show(&frame, &page)).status(status))
}

/// The purposes under which the reader may see the personal answers.
fn may_state(asked: &Asked, case: &ObjectRef, view: &View) -> Vec<(Id, Title)> {
    let purposes = view.book.definitions.purposes.iter();
    let may = |purpose: &Id| {
        let ask = Ask { purpose: Some(purpose), ..asked.ask() };
        let decision = asked.city.casework.permit(case, view, access::reading::ACTION, &ask);
        decision.is_some_and(|decision| decision.allowed())
    };
    purposes.filter(|(id, _)| may(id)).map(|(id, title)| (id.clone(), title.clone())).collect()
}

fn groups(
    view: &View,
    procedure: &Procedure,
    shown: &BTreeSet<Id>,
    clear: &BTreeMap<Id, Value>,
    opened: bool,
) -> Vec<work::Group> {
    let mut groups: Vec<work::Group> = Vec::new();
    for field in &procedure.form.fields {
        if field.group.is_some() || groups.is_empty() {
            groups.push(work::Group { title: field.group.clone(), answers: Vec::new() });
        }
        let sealed = matches!(view.state.answers.get(&field.id), Some(Value::Sealed(_)));
        let typed =
            || clear.get(&field.id).map(|value| answer::write(&field.kind, value)).unwrap_or_default();
        if let Some(group) = groups.last_mut().filter(|_| shown.contains(&field.id)) {
            group.answers.push(work::Answer {
                id: field.id.clone(),
                title: field.title.clone(),
                kind: field.kind.clone(),
                typed: (!sealed || opened).then(typed),
            });
        }
    }
    groups.retain(|group| !group.answers.is_empty());
    groups
}

fn doings<'a>(
    asked: &Asked,
    case: &ObjectRef,
    view: &'a View,
    procedure: &'a Procedure,
    tried: Option<&Tried<'_>>,
) -> Result<Vec<Doing<'a>>, Oops> {
    let moves = asked.city.casework.moves(case, view, &asked.ask())?;
    let mut doings: Vec<Doing<'a>> = Vec::new();
    for possible in &moves {
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
    Ok(doings)
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
        "hand-over" => {
            let step = step?;
            let office = view.state.steps.get(&step.id).map(|state| state.office.clone()).unwrap_or_default();
            let me = asked.actor.as_ref()?.id();
            let holders = asked.city.holders(&Post::new(step.role.clone(), office));
            let others = holders.into_iter().map(PersonId::object).filter(|person| person != me);
            let named =
                others.map(|person| (person.to_string(), asked.city.staff_name(&person).unwrap_or_default()));
            Asking::HandOver(named.collect())
        }
        _ => {
            let step = step.filter(|step| kind(step.kind) == possible.action)?;
            let typed = match tried {
                Some(_) => typed(asked, step),
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
                hindered: Vec::new(),
            }
        }
    })
}

fn kind(kind: StepKind) -> &'static str {
    StepKind::ALL.iter().find(|(_, other)| *other == kind).map_or("act", |(word, _)| word)
}

fn typed(asked: &Asked, step: &pack::model::Step) -> BTreeMap<Id, String> {
    let pairs = asked.posted.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    form::typed(&step.form, &format!("{}.", step.id), pairs)
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

/// Puts on the record that the reader sees personal data of the case in the path, under the purpose that they state;
/// refuses where no policy permits it.
pub fn read_personal(asked: &Asked, fields: &[&str]) -> Result<(ObjectRef, View, Id), Oops> {
    let (case, view) = visible(asked)?;
    let stated =
        asked.id("purpose").or_else(|| may_state(asked, &case, &view).first().map(|(id, _)| id.clone()));
    let purpose = stated.ok_or(Oops::Denied { why: None })?;
    let ask = Ask { purpose: Some(&purpose), ..asked.ask() };
    let decision = asked.city.casework.permit(&case, &view, access::reading::ACTION, &ask);
    let decision = decision.ok_or(Oops::Missing)?;
    if !decision.allowed() {
        return Err(Oops::denied(&decision));
    }
    let Some(subject) = view.state.subject() else { return Ok((case, view, purpose)) };
    let actor = asked.signed_in()?.id();
    let id = format!("read/{}/{actor}/{}", case, asked.now);
    let stamp = Stamp { id: id.into(), time: asked.now, actor: Some(actor.clone()) };
    let event = access::reading::reading(&decision, stamp, &subject, fields);
    let event = event.map_err(|_| Oops::Denied { why: None })?;
    if let Some(event) = event {
        let appended = asked.city.casework.record().append(event);
        appended.map_err(|error| Oops::Broken(error.to_string()))?;
    }
    let view = asked.city.casework.view(&case)?;
    Ok((case, view, purpose))
}

pub fn personal(asked: &Asked) -> Result<Answer, Oops> {
    asked.post()?;
    let (_, view) = visible(asked)?;
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let sealed = procedure
        .form
        .fields
        .iter()
        .filter(|field| field.personal && view.state.answers.contains_key(&field.id));
    let fields: Vec<String> = sealed.map(|field| field.id.to_string()).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let (case, view, purpose) = read_personal(asked, &fields)?;
    page(asked, &case, &view, Some(&purpose), None)
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
            let why = Title::new("有的内容不能识别", "Something cannot be read");
            Err(Refused::Case(Box::new(Refusal { why, faults, possible: Vec::new() })))
        }
    };
    match carried {
        Ok(_) => {
            let done = if action == "correct" { "corrected" } else { "handled" };
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
            for (id, text) in typed(asked, step) {
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

fn handled<'a>(asked: &'a Asked, post: &Post) -> impl Iterator<Item = &'a Procedure> {
    let definitions = &asked.city.casework.book().definitions;
    let office = definitions.offices.get(&post.office);
    definitions.procedures.values().filter(move |procedure| {
        let handles = office.is_some_and(|office| {
            office.handles.contains(&procedure.category) && office.level <= procedure.level
        });
        handles && procedure.channels.contains(&Channel::Window)
    })
}

fn counter_view(asked: &Asked, post: &Post) -> counter::View {
    let query = asked.words("q").unwrap_or_default().to_owned();
    let all: Vec<&Procedure> = handled(asked, post).collect();
    let found: Vec<(Id, Title)> = if query.is_empty() {
        all.iter().map(|procedure| (procedure.id.clone(), procedure.title.clone())).collect()
    } else {
        let hits = asked.city.finder.find(&query, ROWS);
        let of_hit = |id: &Id| all.iter().find(|procedure| procedure.id == *id);
        hits.iter().filter_map(|hit| of_hit(&hit.id)).map(|p| (p.id.clone(), p.title.clone())).collect()
    };
    let chosen = asked.id("service");
    let chosen =
        chosen.and_then(|id| all.iter().find(|p| p.id == id)).map(|p| (p.id.clone(), p.title.clone()));
    let applicant = asked.words("applicant").unwrap_or_default().to_owned();
    counter::View { query, services: found, chosen, applicant, applicants: Vec::new(), fault: None }
}

pub fn counter(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &counter_view(asked, &post))))
}

pub fn counter_start(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let mut view = counter_view(asked, &post);
    let Some((service, _)) = view.chosen.clone() else { return Err(Oops::Missing) };
    let person = asked.words("person").and_then(ObjectRef::parse).as_ref().and_then(PersonId::of);
    if let Some(person) = person {
        let number = asked.city.case_number(asked.now).map_err(|error| Oops::Broken(error.to_string()))?;
        let party = Some(person.object());
        let command = Command::Start { office: post.office.clone(), party, channel: Channel::Window };
        asked.city.casework.start(&service, &number, &command, &asked.ask())?;
        return Ok(Answer::go(path::of_case(&number, "form")));
    }
    match asked.city.find_person(&view.applicant).and_then(|id| asked.city.person(id).ok()) {
        Some(person) => {
            let name = asked.city.name(&person).unwrap_or_default();
            view.applicants = vec![(person.id.object().to_string(), name)];
        }
        None => {
            let en = "Nobody has this sign-in name: help them open an account first";
            view.fault = Some(Title::new("没有这个登录名，请先帮助申请人注册", en));
        }
    }
    Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view)))
}
