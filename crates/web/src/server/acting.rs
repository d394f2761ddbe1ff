//! What staff do in a case from its page: the form of each move, the command that it asks for, and what was typed where it
//! could not be done.

use super::answer::{Answer, Oops};
use super::asked::{Asked, Sent};
use super::desk::{page, staffed};
use super::filling;
use super::show;
use crate::page::refused::Faster;
use crate::page::work::{Ask as Asking, Doing, Overtaken};
use crate::{form, path};
use access::{PersonId, Post};
use axum::http::StatusCode;
use casework::moves::Move;
use casework::{Ask, Command, Refusal, Refused, View, answer};
use pack::model::{Field, FieldKind, Form, Procedure, StepKind};
use pack::{Id, Title};
use record::{Event, FileRef, ObjectRef, Value};
use std::collections::BTreeMap;

/// A move that was not carried out, to be shown where it was tried.
pub struct Tried<'a> {
    action: &'a str,
    about: &'a str,
    why: Title,
    faults: Vec<(Id, Title)>,
    faster: Option<Faster>,
}

impl Tried<'_> {
    /// The status of the page that shows it.
    pub fn status(&self) -> StatusCode {
        if self.faster.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// Who was faster, or why it cannot be done. What was typed stands in the move's form again, or, where it is not possible
    /// any more, beside that.
    pub fn overtaken(&self, asked: &Asked, doings: &[Doing<'_>]) -> Option<Overtaken> {
        let there = doings.iter().any(|doing| doing.refused.is_some());
        let typed = |(name, text): &(String, String)| {
            let own = ["reasons", "words"].contains(&name.as_str()) || name.starts_with("note.");
            let of_step = name.strip_prefix(self.about).is_some_and(|rest| rest.starts_with('.'));
            ((own || of_step) && !text.trim().is_empty()).then(|| text.trim().to_owned())
        };
        if there && self.faster.is_none() {
            return None;
        }
        let lost = if there { Vec::new() } else { asked.posted.iter().filter_map(typed).collect() };
        Some(Overtaken { by: self.faster.clone(), why: self.why.clone(), lost })
    }

    fn is(&self, possible: &Move) -> bool {
        let about = possible.about.as_ref().map_or("", Id::as_str);
        self.action == possible.action && (self.about == about || self.action == "reply")
    }
}

/// The moves that the reader may make, each with its form.
pub fn doings<'a>(
    asked: &Asked,
    view: &'a View,
    procedure: &'a Procedure,
    moves: &[Move],
    tried: Option<&Tried<'_>>,
) -> Vec<Doing<'a>> {
    let mut doings: Vec<Doing<'a>> = Vec::new();
    for possible in moves {
        let tried = tried.filter(|tried| tried.is(possible));
        if possible.action == "reply" {
            doings.extend(replies(asked, view, possible, tried));
            continue;
        }
        let Some(ask) = asking(asked, view, procedure, possible, tried) else { continue };
        let about = possible.about.as_ref().map(ToString::to_string).unwrap_or_default();
        let refused = tried.map(|tried| tried.why.clone());
        let faults = tried.map(|tried| faults(asked, procedure, tried)).unwrap_or_default();
        let alone = matches!(&ask, Asking::HandOver { colleagues, .. } if colleagues.is_empty());
        let back = || Title::new("退回待办", "Put back into the queue");
        doings.push(Doing {
            action: possible.action,
            about,
            title: if alone { back() } else { possible.title.clone() },
            ask,
            refused,
            faults,
        });
    }
    // What was asked for by name stands first.
    doings.sort_by_key(|doing| doing.action != "amend");
    doings
}

/// One for each complaint that waits for an answer.
fn replies<'a>(asked: &Asked, view: &View, possible: &Move, tried: Option<&Tried<'_>>) -> Vec<Doing<'a>> {
    let open = view.state.complaints.iter().enumerate().filter(|(_, complaint)| complaint.is_open());
    let doing = |(which, complaint): (usize, &casework::state::Complaint)| {
        let about = which.to_string();
        let tried = tried.filter(|tried| tried.about == about);
        let words = tried.and_then(|_| asked.field("words")).unwrap_or_default().to_owned();
        Doing {
            action: "reply",
            about,
            title: possible.title.clone(),
            ask: Asking::Reply { complaint: show::words(asked, view, &complaint.words), words },
            refused: tried.map(|tried| tried.why.clone()),
            faults: tried.map(|tried| tried.faults.clone()).unwrap_or_default(),
        }
    };
    open.map(doing).collect()
}

/// The answer of the form, or of the step, that is to be corrected: chosen by a link, or posted.
fn amended<'a>(asked: &Asked, procedure: &'a Procedure, of: &str) -> Option<(&'a Form, &'a Field)> {
    let chosen = asked.field("amend")?.strip_prefix(of)?.strip_prefix('.')?;
    let form = show::form_of(procedure, of)?;
    Some((form, form.field(chosen)?))
}

/// What the form of a move asks, with what was typed into it; none for the moves of the party.
fn asking<'a>(
    asked: &Asked,
    view: &View,
    procedure: &'a Procedure,
    possible: &Move,
    tried: Option<&Tried<'_>>,
) -> Option<Asking<'a>> {
    let step = possible.about.as_ref().and_then(|id| procedure.flow.step(id.as_str()));
    let was = |name: &str| tried.and_then(|_| asked.field(name)).unwrap_or_default().to_owned();
    let typed = |of: &Id, form| tried.map(|_| typed(asked, of, form)).unwrap_or_default();
    Some(match possible.action {
        "take" => Asking::Nothing,
        "correct" => Asking::Correct { notes: tried.map(|_| notes(asked).collect()).unwrap_or_default() },
        "extend" => Asking::Reasons(was("reasons")),
        "amend" => {
            let of = possible.about.as_ref()?;
            let (form, field) = amended(asked, procedure, of.as_str())?;
            let (answers, reasons) = (typed(of, form), was("reasons"));
            Asking::Amend { form, field: &field.id, answers, reasons }
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
            // Who has no colleague can still give it back.
            let to = if colleagues.is_empty() { "queue".to_owned() } else { was("to") };
            Asking::HandOver { colleagues, to, reasons: was("reasons") }
        }
        _ => {
            let step = step.filter(|step| kind(step.kind) == possible.action)?;
            Asking::Step {
                outcomes: &step.outcomes,
                form: &step.form,
                shown: step.form.fields.iter().map(|field| field.id.clone()).collect(),
                answers: typed(&step.id, &step.form),
                chosen: (tried.and_then(|_| asked.id("outcome")), was("reasons")),
                hindered: possible.hindered.iter().cloned().collect(),
            }
        }
    })
}

/// What is wrong with what was tried; a file has to be chosen again, since no browser keeps it.
fn faults(asked: &Asked, procedure: &Procedure, tried: &Tried<'_>) -> Vec<(Id, Title)> {
    let again = || Title::new("没有记录，请重新选择文件", "Nothing was recorded: choose the file again");
    let known = |field: &&Field| !tried.faults.iter().any(|(id, _)| *id == field.id);
    let of = Id::from(tried.about);
    let fields = show::form_of(procedure, tried.about).map(|form| form.fields.as_slice()).unwrap_or_default();
    let came = fields.iter().filter(|field| sent(asked, &of, field).is_some());
    tried.faults.iter().cloned().chain(came.filter(known).map(|field| (field.id.clone(), again()))).collect()
}

fn kind(kind: StepKind) -> &'static str {
    StepKind::ALL.iter().find(|(_, other)| *other == kind).map_or("act", |(word, _)| word)
}

/// What was typed into the form of a step, or into the application's own.
fn typed(asked: &Asked, of: &Id, form: &Form) -> BTreeMap<Id, String> {
    let pairs = asked.posted.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    form::typed(form, &format!("{of}."), pairs)
}

/// The file that came for a field of such a form.
pub(super) fn sent<'a>(asked: &'a Asked, of: &Id, field: &Field) -> Option<&'a Sent> {
    let name = format!("{of}.{}", field.id);
    asked.files.iter().find(|sent| sent.field == name).filter(|_| field.kind == FieldKind::File)
}

/// What was said to be wrong, field by field.
fn notes(asked: &Asked) -> impl Iterator<Item = (Id, String)> {
    let note = |(name, note): &(String, String)| {
        Some((Id::from(name.strip_prefix("note.")?), note.trim().to_owned()))
    };
    asked.posted.iter().filter_map(note).filter(|(_, note)| !note.is_empty())
}

pub fn act(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = staffed(asked)?;
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let (action, about) = (asked.param("action"), asked.param("about"));
    let (command, mut faults) = command(asked, procedure, action, about)?;
    if faults.is_empty()
        && let Err(oops) = super::staff::receives(asked, &view, &command)
    {
        let Oops::Unreadable(why) = oops else { return Err(oops) };
        faults.push(("to".into(), why));
    }
    faults.retain(|(id, _)| !asked.unkept.iter().any(|unkept| unkept.field == format!("{about}.{id}")));
    faults.extend(asked.unkept.iter().map(|unkept| unkept.fault(&format!("{about}."))));
    let tried = |why, faults, faster| Tried { action, about, why, faults, faster };
    if !faults.is_empty() {
        // What is wrong with no field in particular stands above them.
        let whole = faults.iter().find(|(id, _)| id.as_str().is_empty()).map(|(_, why)| why.clone());
        let why = whole.unwrap_or_else(to_mend);
        return page(asked, &case, &view, None, Some(&tried(why, faults, None)));
    }
    match carry_out(asked, &case, &view, command, &asked.ask()) {
        Ok(_) => {
            let done = match action {
                "correct" => "corrected",
                "amend" => "amended",
                _ => "handled",
            };
            Ok(Answer::go(format!("{}?done={done}", path::desk_case(case.id.as_str()))))
        }
        Err(Oops::Faulty(refusal)) => {
            let Refusal { why, faults, .. } = *refusal;
            page(asked, &case, &view, None, Some(&tried(why, faults, None)))
        }
        Err(oops) if oops.later(asked).is_some() => put_off(asked, (&case, &view), tried, oops),
        Err(Oops::Refused(refused)) => match *refused {
            Refused::Case(refusal) => {
                let Refusal { why, faults, .. } = *refusal;
                page(asked, &case, &view, None, Some(&tried(why, faults, None)))
            }
            Refused::Overtaken(event) => {
                let now = asked.city.casework.view(&case)?;
                let why = Title::new(
                    "这件事项刚刚有了变化：请看过后再决定",
                    "The case has just changed: look at it first, then decide anew",
                );
                let faster = show::faster(asked, &event, now.procedure());
                page(asked, &case, &now, None, Some(&tried(why, Vec::new(), Some(faster))))
            }
            other => Err(other.into()),
        },
        Err(other) => Err(other),
    }
}

/// The case's page with all that was typed, and why it is not done now; where the page cannot be had either, whoever answers says
/// so with what was typed.
fn put_off<'a>(
    asked: &Asked,
    (case, view): (&ObjectRef, &View),
    tried: impl Fn(Title, Vec<(Id, Title)>, Option<Faster>) -> Tried<'a>,
    oops: Oops,
) -> Result<Answer, Oops> {
    let Some(why) = oops.later(asked) else { return Err(oops) };
    match page(asked, case, view, None, Some(&tried(why, Vec::new(), None))) {
        Ok(page) => Ok(oops.on(page)),
        Err(_) => Err(oops),
    }
}

/// Carries a command out, its files kept first; what happened.
pub(super) fn carry_out(
    asked: &Asked,
    case: &ObjectRef,
    view: &View,
    mut command: Command,
    ask: &Ask<'_>,
) -> Result<Vec<Event>, Oops> {
    let casework = &asked.city.casework;
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let files: Vec<(Id, Id, &mut Value)> = match &mut command {
        Command::Do { step, answers, .. } => {
            let files = answers.iter_mut().filter(|(_, value)| matches!(value, Value::File(_)));
            files.map(|(field, value)| (step.clone(), field.clone(), value)).collect()
        }
        Command::Amend { of, field, answer: answer @ Value::File(_), .. } => {
            vec![(of.clone(), field.clone(), answer)]
        }
        _ => Vec::new(),
    };
    let places: Vec<(Id, Id)> = files.iter().map(|(of, field, _)| (of.clone(), field.clone())).collect();
    drop(files);
    // Whether the case takes them is asked before they are kept; whoever decided from an older page is told so without.
    let fresh = ask.seen.is_none_or(|seen| seen == view.state.events);
    if fresh && !places.is_empty() {
        casework.would(case, view, &command, ask)?;
    }
    for (of, id) in places {
        let form = show::form_of(procedure, of.as_str());
        let Some(field) = form.and_then(|form| form.field(id.as_str())) else { continue };
        let Some(file) = keep(asked, case, view, (&of, field), fresh)? else { continue };
        match &mut command {
            Command::Do { answers, .. } => {
                let answer = answers.iter_mut().find(|(field, _)| *field == id);
                answer.into_iter().for_each(|(_, value)| *value = Value::File(file.clone()));
            }
            Command::Amend { answer, .. } => *answer = Value::File(file),
            _ => {}
        }
    }
    Ok(casework.run(case, &command, ask)?)
}

/// Keeps the file that came for a field, unless the very same is recorded there already: then this is asked a second time.
fn keep(
    asked: &Asked,
    case: &ObjectRef,
    view: &View,
    (of, field): (&Id, &Field),
    fresh: bool,
) -> Result<Option<FileRef>, Oops> {
    let Some(sent) = sent(asked, of, field) else { return Ok(None) };
    let casework = &asked.city.casework;
    let recorded = view.state.steps.get(of).and_then(|step| step.answers.get(&field.id));
    if let Some(Value::File(known)) = recorded.map(|value| casework.in_clear(value)).transpose()?.flatten()
        && filling::alike(asked, &known, sent)?
    {
        return Ok(Some(known));
    }
    if !fresh {
        return Ok(None);
    }
    let subject = field.personal.then(|| casework::state::sealed_under(case));
    match filling::keep_file(asked, sent, subject.as_ref()) {
        Err(Oops::File(unkept)) => {
            let faults = vec![(field.id.clone(), unkept.title())];
            Err(Oops::Faulty(Box::new(Refusal { why: to_mend(), faults, possible: Vec::new() })))
        }
        kept => kept.map(Some),
    }
}

fn to_mend() -> Title {
    Title::new("有些地方需要改正", "There is something to put right")
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
            let to = asked.words("to").and_then(ObjectRef::parse).unwrap_or_else(|| {
                faults.push(("to".into(), Title::new("请选择转交给谁", "Choose whom to hand it to")));
                ObjectRef::new("person", "")
            });
            Command::HandOver { step: about.into(), to, reasons: words("reasons") }
        }
        "reply" => {
            Command::Reply { complaint: about.parse().map_err(|_| Oops::Missing)?, words: words("words") }
        }
        "amend" => {
            let (form, field) = amended(asked, procedure, about).ok_or(Oops::Missing)?;
            let text = typed(asked, &about.into(), form).remove(&field.id).unwrap_or_default();
            let answer = answered(asked, &about.into(), field, &text).unwrap_or_else(|fault| {
                faults.push((field.id.clone(), fault));
                Value::from(text)
            });
            Command::Amend { of: about.into(), field: field.id.clone(), answer, reasons: words("reasons") }
        }
        "correct" => Command::Correct { step: about.into(), notes: notes(asked).collect() },
        _ => {
            let step =
                procedure.flow.step(about).filter(|step| kind(step.kind) == action).ok_or(Oops::Missing)?;
            let mut typed = typed(asked, &step.id, &step.form);
            let mut answers = Vec::new();
            for field in &step.form.fields {
                let text = typed.remove(&field.id).unwrap_or_default();
                if text.is_empty() && sent(asked, &step.id, field).is_none() {
                    continue;
                }
                match answered(asked, &step.id, field, &text) {
                    Ok(value) => answers.push((field.id.clone(), value)),
                    Err(fault) => faults.push((field.id.clone(), fault)),
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

/// An answer as it came: typed, or as a file, which is not kept yet.
fn answered(asked: &Asked, of: &Id, field: &Field, text: &str) -> Result<Value, Title> {
    match sent(asked, of, field) {
        Some(sent) => Ok(Value::File(filling::named_file(sent))),
        None => answer::read(&field.kind, text),
    }
}
