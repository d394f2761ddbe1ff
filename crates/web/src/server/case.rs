//! The party's own cases: fill in, hand in, follow, correct, rate, complain, receive.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::show;
use crate::form::{Attached, MaterialAsked};
use crate::layout::Face;
use crate::page::{cases, check, fill, follow};
use crate::part::Cited;
use crate::{form, path};
use axum::http::StatusCode;
use casework::state::{Stage, State};
use casework::{Command, Refused, View, activity, answer};
use pack::model::{Basis, Condition, FieldKind, Form, Procedure};
use pack::{Id, Title};
use record::{Digest, ObjectRef, Version};
use std::collections::{BTreeMap, BTreeSet};

/// A case that the reader may look at, as its party or otherwise; to anybody else it is not there.
pub fn visible(asked: &Asked) -> Result<(ObjectRef, View), Oops> {
    asked.signed_in()?;
    let case = asked.case()?;
    let view = asked.city.casework.view(&case)?;
    let decision =
        asked.city.casework.permit(&case, &view, "read-case", &asked.ask()).ok_or(Oops::Missing)?;
    if decision.allowed() { Ok((case, view)) } else { Err(Oops::Missing) }
}

/// A case of the reader's own. Pages that show personal answers in clear are for the party alone.
pub fn own(asked: &Asked) -> Result<(ObjectRef, View), Oops> {
    let (case, view) = visible(asked)?;
    let me = asked.signed_in()?.id();
    let by_me = view.state.party.as_ref() == Some(me) || entering(asked, &view);
    if by_me { Ok((case, view)) } else { Err(Oops::Missing) }
}

/// Whether a counter clerk is entering this application for its party.
fn entering(asked: &Asked, view: &View) -> bool {
    let post = asked.actor.as_ref().and_then(|actor| actor.post());
    let open = matches!(view.state.stage, Stage::Draft | Stage::Correcting);
    open && view.state.channel == "window" && post.is_some_and(|post| post.office == view.state.office)
}

pub fn list(asked: &Asked) -> Result<Answer, Oops> {
    let me = asked.signed_in()?.id().clone();
    let lines: Vec<_> = asked.city.casework.board(|board| board.of_party(&me).collect())?;
    let mut all = Vec::new();
    for line in lines {
        let view = asked.city.casework.view(&line.case)?;
        let procedure = view.procedure();
        let stage = match &view.state.stage {
            Stage::Draft => cases::Stage::Draft,
            Stage::Correcting => cases::Stage::Correcting,
            Stage::Ended { how, .. } => cases::Stage::Ended(show::ending(how, procedure)),
            Stage::Open => cases::Stage::Open(open_step(&view)),
        };
        let history = asked.city.casework.record().version(&line.case)?;
        let last = asked.city.casework.record().entry(history.0.saturating_sub(1))?;
        let due = show::clocks(asked, &view).into_iter().filter(|clock| clock.stopped.is_none());
        all.push(cases::Case {
            number: line.case.id.to_string(),
            title: procedure.map(|procedure| procedure.title.clone()).unwrap_or_default(),
            office: show::office(asked, &line.office),
            touched: last.map_or(line.started, |entry| entry.event.time),
            due: due.filter_map(|clock| clock.due).min_by_key(|due| due.at),
            stage,
        });
    }
    Ok(Answer::page(cases::show(&asked.frame(Face::Resident), &cases::View { cases: all })))
}

fn open_step(view: &View) -> Title {
    let step = view.state.open_steps().next().and_then(|(id, _)| view.procedure()?.flow.step(id.as_str()));
    step.map(|step| step.title.clone()).unwrap_or_default()
}

fn stage(view: &View) -> cases::Stage {
    match &view.state.stage {
        Stage::Draft => cases::Stage::Draft,
        Stage::Correcting => cases::Stage::Correcting,
        Stage::Open => cases::Stage::Open(open_step(view)),
        Stage::Ended { how, .. } => cases::Stage::Ended(show::ending(how, view.procedure())),
    }
}

pub fn follow(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    if view.state.party.as_ref() != Some(asked.signed_in()?.id()) {
        return Ok(Answer::go(path::desk_case(asked.param("case"))));
    }
    if view.state.stage == Stage::Draft {
        return Ok(Answer::go(path::of_case(asked.param("case"), "form")));
    }
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let definitions = &view.book.definitions;
    let clocks = show::clocks(asked, &view);
    let moves = asked.city.casework.moves(&case, &view, &asked.ask())?;
    let asked_for = view.state.asked().map(|correction| follow::Asked {
        at: correction.asked,
        by: correction.by.as_ref().and_then(|by| asked.city.staff_name(by)),
        due: answer_by(asked, &view),
        notes: correction
            .notes
            .iter()
            .map(|(id, note)| (named(procedure, definitions, id), note.clone()))
            .collect(),
    });
    let page = follow::View {
        case: case.id.to_string(),
        seen: view.state.events,
        service: procedure.id.clone(),
        title: procedure.title.clone(),
        stage: stage(&view),
        office: definitions.offices.get(&view.state.office).cloned(),
        submitted: view.state.submitted,
        asked: asked_for,
        steps: show::steps(asked, &view),
        clocks,
        happened: show::happenings(asked, &view, &case, false)?,
        reads: reads(asked, &view, &case)?,
        given: given(&view, &case),
        may: moves.iter().map(|possible| possible.action).collect(),
        rating: view.state.rating.as_ref().map(|rating| (rating.stars, rating.words.clone())),
        complaints: complaints(&view.state),
    };
    Ok(Answer::page(follow::show(&asked.frame(Face::Resident), &page)))
}

fn complaints(state: &State) -> Vec<follow::Complaint> {
    let told = |complaint: &casework::state::Complaint| follow::Complaint {
        words: complaint.words.clone(),
        at: complaint.at,
        reply: complaint.reply.clone(),
    };
    state.complaints.iter().map(told).collect()
}

fn answer_by(asked: &Asked, view: &View) -> Option<crate::part::Due> {
    let correction = view.procedure()?.flow.correction.as_ref()?;
    let law = view.book.definitions.law.as_ref()?;
    let due = casework::due::own(view.state.asked()?.asked, correction.answer, law)?;
    let whole_day = matches!(due.at, pack::days::At::Day(_));
    show::due(
        asked,
        due.at.end().and_then(pack::days::moment),
        whole_day,
        None,
        false,
        due.provisional.is_some(),
    )
}

/// What a field or a material is called.
fn named(procedure: &Procedure, definitions: &pack::Definitions, id: &Id) -> Title {
    let field = procedure.form.field(id.as_str()).map(|field| field.title.clone());
    let material = || definitions.materials.get(id).map(|material| material.title.clone());
    field.or_else(material).unwrap_or_else(|| Title::new(id.as_str(), id.as_str()))
}

/// Who read the party's personal data in this case.
fn reads(asked: &Asked, view: &View, case: &ObjectRef) -> Result<Vec<follow::Read>, Oops> {
    let Some(party) = &view.state.party else { return Ok(Vec::new()) };
    let mut reads = Vec::new();
    for entry in asked.city.casework.record().history(party, Version(0), usize::MAX)? {
        let event = entry.event;
        let here = event.object(activity::part::CASE) == Some(case);
        if event.activity.as_str() != access::activity::DATA_READ || !here {
            continue;
        }
        let office = event.object(activity::part::OFFICE).map(|office| office.id.as_str().into());
        let purposes = &view.book.definitions.purposes;
        let purpose = event.purpose.as_ref().and_then(|purpose| purposes.get(purpose.as_str())).cloned();
        reads.push(follow::Read {
            at: event.time,
            by: event.actor.as_ref().and_then(|by| asked.city.staff_name(by)).unwrap_or_default(),
            office: office.map(|office| show::office(asked, &office)).unwrap_or_default(),
            purpose: purpose.unwrap_or_default(),
        });
    }
    reads.reverse();
    Ok(reads)
}

/// The credentials that the case gave: those of steps that ended with their first outcome.
fn given(view: &View, case: &ObjectRef) -> Vec<follow::Given> {
    let Some(procedure) = view.procedure() else { return Vec::new() };
    let issued = procedure.flow.steps.iter().filter_map(|step| {
        let done = view.state.done(&step.id)?;
        let first = step.outcomes.first().is_some_and(|outcome| outcome.id == done.outcome);
        let credential = view.book.definitions.credentials.get(step.issues.as_ref().filter(|_| first)?)?;
        Some((credential, done))
    });
    issued
        .map(|(credential, done)| {
            let from = casework::service::today(done.at);
            let until = credential.valid.and_then(|valid| until(from, valid));
            follow::Given {
                title: credential.title.clone(),
                until,
                path: path::of_case(&case.id.to_string(), "receipt"),
            }
        })
        .collect()
}

fn until(from: jiff::civil::Date, valid: pack::model::Own) -> Option<jiff::civil::Date> {
    use jiff::ToSpan;
    use pack::model::Unit;
    let amount = i64::from(valid.amount);
    let span = match valid.unit {
        Unit::Years => amount.years(),
        Unit::Months => amount.months(),
        Unit::Days | Unit::Workdays => amount.days(),
        Unit::Hours | Unit::Minutes => return Some(from),
    };
    from.checked_add(span).ok()
}

/// A form being filled in: what is asked for now, and what was typed.
struct Filling {
    view: View,
    shown: BTreeSet<Id>,
    typed: BTreeMap<Id, String>,
    faults: Vec<(Id, Title)>,
}

impl Filling {
    /// `fresh`: answers just typed, over those that are kept.
    fn new(asked: &Asked, view: View, fresh: Option<&BTreeMap<Id, String>>) -> Result<Self, Oops> {
        let kept = asked.city.casework.answers(&view.state)?;
        let procedure = view.procedure().ok_or(Oops::Missing)?;
        let mut typed: BTreeMap<Id, String> = BTreeMap::new();
        for field in &procedure.form.fields {
            if let Some(value) = kept.get(&field.id) {
                typed.insert(field.id.clone(), answer::write(&field.kind, value));
            }
        }
        let mut answers = kept;
        let mut faults = Vec::new();
        for (id, text) in fresh.into_iter().flatten() {
            typed.insert(id.clone(), text.clone());
            let Some(field) = procedure.form.field(id.as_str()) else { continue };
            if text.is_empty() {
                answers.remove(id);
                continue;
            }
            match answer::read(&field.kind, text) {
                Ok(value) => {
                    answers.insert(id.clone(), value);
                }
                Err(fault) => {
                    answers.remove(id);
                    faults.push((id.clone(), fault));
                }
            }
        }
        let shown = asked.city.casework.shown(&view, &answers, asked.now);
        Ok(Self { shown, typed, faults, view })
    }

    fn show(&self, asked: &Asked, case: &str, faults: &[(Id, Title)], whole: bool) -> Result<Answer, Oops> {
        let procedure = self.view.procedure().ok_or(Oops::Missing)?;
        let materials = materials(asked, &self.view, case)?;
        let hanging: Vec<&Condition> =
            procedure.materials.iter().filter_map(|asked| asked.when.as_ref()).collect();
        let notes = self.view.state.asked().map(|correction| correction.notes.clone()).unwrap_or_default();
        let page = fill::View {
            case,
            seen: self.view.state.events,
            service: &procedure.id,
            title: &procedure.title,
            form: &procedure.form,
            shown: &self.shown,
            answers: &self.typed,
            materials: &materials,
            hanging: &hanging,
            faults,
            asked: &notes,
        };
        let frame = asked.frame(Face::Resident);
        Ok(Answer::page(if whole { fill::show(&frame, &page) } else { fill::fragment(&frame, &page) }))
    }
}

/// The materials that are asked for now, with the files that each has.
fn materials<'a>(asked: &Asked, view: &'a View, case: &str) -> Result<Vec<MaterialAsked<'a>>, Oops> {
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let definitions = &view.book.definitions;
    let answers = asked.city.casework.answers(&view.state)?;
    let needed = asked.city.casework.needed(view, &answers, asked.now);
    let of = |wanted: &'a pack::model::MaterialUse| {
        let material = definitions.materials.get(&wanted.material)?;
        Some(MaterialAsked {
            id: &material.id,
            title: &material.title,
            from: material.from.as_ref(),
            optional: wanted.optional,
            law: wanted.law.as_ref().map(|law| cited(definitions, law)),
            files: files(view, case, &material.id),
            upload: path::material(case, &material.id),
        })
    };
    let wanted = procedure.materials.iter().filter(|wanted| needed.contains(&wanted.material));
    Ok(wanted.filter_map(of).collect())
}

/// The files that a material has.
pub fn files(view: &View, case: &str, material: &Id) -> Vec<Attached> {
    let attached = view.state.materials.get(material).map(Vec::as_slice).unwrap_or_default();
    let shown = |file: &record::FileRef| {
        let digest = file.digest.to_string();
        Attached {
            name: file.name.to_string(),
            size: file.size,
            path: path::file(case, material, &digest),
            digest,
        }
    };
    attached.iter().map(shown).collect()
}

fn cited(definitions: &pack::Definitions, law: &Basis) -> Cited {
    let instrument = definitions.law.as_ref().and_then(|all| all.instruments.get(law.instrument.as_str()));
    let title = instrument.map(|instrument| instrument.title.clone());
    let instrument = title.unwrap_or_else(|| Title::same(law.instrument.as_str()));
    Cited { instrument, article: law.article.clone(), quote: law.quote.clone() }
}

pub fn fill(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    if !matches!(view.state.stage, Stage::Draft | Stage::Correcting) {
        return Ok(Answer::go(path::case(&case.id.to_string())));
    }
    let faults = match asked.field("faults") {
        Some(_) => asked.city.casework.missing(&view, asked.now)?,
        None => Vec::new(),
    };
    Filling::new(asked, view, None)?.show(asked, case.id.as_str(), &faults, true)
}

pub fn fragment(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    let typed = typed(asked, view.procedure().ok_or(Oops::Missing)?);
    let filling = Filling::new(asked, view, Some(&typed))?;
    filling.show(asked, case.id.as_str(), &[], false)
}

fn typed(asked: &Asked, procedure: &Procedure) -> BTreeMap<Id, String> {
    form::typed(&procedure.form, "", asked.posted.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Keeps what can be kept of a posted form; says what cannot be read.
fn keep(asked: &Asked, case: &ObjectRef, view: &View) -> Result<Vec<(Id, Title)>, Oops> {
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let (mut answers, mut faults) = (Vec::new(), Vec::new());
    for (id, text) in typed(asked, procedure) {
        let Some(field) = procedure.form.field(id.as_str()) else { continue };
        if field.kind == FieldKind::File {
            continue;
        }
        if text.is_empty() {
            answers.push((id, None));
            continue;
        }
        match answer::read(&field.kind, &text) {
            Ok(value) => answers.push((id, Some(value))),
            Err(fault) => faults.push((id, fault)),
        }
    }
    answers.retain(|(id, value)| value.is_some() || view.state.answers.contains_key(id));
    // A draft is its party's alone: saving over a newer save of one's own from another window loses nothing that the
    // record does not hold.
    let ask = casework::Ask { seen: None, ..asked.ask() };
    if !answers.is_empty() {
        asked.city.casework.run(case, &Command::Save { answers }, &ask)?;
    }
    for sent in &asked.files {
        let Some(material) = sent.field.strip_prefix("material.") else { continue };
        attach_one(asked, case, view, &material.into(), &sent.name, &sent.bytes)?;
    }
    if let Some((material, digest)) = asked.words("remove").and_then(|remove| remove.split_once('/')) {
        let digest = Digest::parse(digest).ok_or(Oops::Missing)?;
        asked.city.casework.run(case, &Command::Detach { material: material.into(), digest }, &ask)?;
    }
    Ok(faults)
}

/// Keeps the answers that came with the beginning of a case, from a draft made without a network.
pub fn keep_draft(asked: &Asked, case: &ObjectRef) -> Result<(), Oops> {
    let view = asked.city.casework.view(case)?;
    keep(asked, case, &view).map(drop)
}

pub fn save(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    let number = case.id.to_string();
    let unreadable = keep(asked, &case, &view)?;
    let view = asked.city.casework.view(&case)?;
    let check = asked.field("then") == Some("check");
    if check && unreadable.is_empty() && asked.city.casework.missing(&view, asked.now)?.is_empty() {
        return Ok(Answer::go(path::of_case(&number, "check")));
    }
    let mut faults = unreadable;
    if check {
        let missing = asked.city.casework.missing(&view, asked.now)?;
        let known: BTreeSet<Id> = faults.iter().map(|(id, _)| id.clone()).collect();
        faults.extend(missing.into_iter().filter(|(id, _)| !known.contains(id)));
    } else if faults.is_empty() {
        return Ok(Answer::go(format!("{}?done=saved", path::of_case(&number, "form"))));
    }
    let typed = typed(asked, view.procedure().ok_or(Oops::Missing)?);
    let filling = Filling::new(asked, view, Some(&typed))?;
    faults.extend(filling.faults.iter().filter(|fault| !faults.contains(fault)).cloned().collect::<Vec<_>>());
    Ok(filling.show(asked, &number, &faults, true)?.status(StatusCode::UNPROCESSABLE_ENTITY))
}

fn attach_one(
    asked: &Asked,
    case: &ObjectRef,
    view: &View,
    material: &Id,
    name: &str,
    bytes: &[u8],
) -> Result<(), Oops> {
    let personal = view.book.definitions.materials.get(material).is_none_or(|material| material.personal);
    let subject = view.state.subject().filter(|_| personal);
    let file = asked.city.casework.record().attach(name, bytes, subject.as_ref()).map_err(Oops::File)?;
    let ask = casework::Ask { seen: None, ..asked.ask() };
    asked.city.casework.run(case, &Command::Attach { material: material.clone(), file }, &ask)?;
    Ok(())
}

pub fn attach(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    let material = Id::from(asked.param("material"));
    for sent in &asked.files {
        attach_one(asked, &case, &view, &material, &sent.name, &sent.bytes)?;
    }
    let view = asked.city.casework.view(&case)?;
    Filling::new(asked, view, None)?.show(asked, case.id.as_str(), &[], false)
}

pub fn file(asked: &Asked) -> Result<Answer, Oops> {
    let (_, view) = visible(asked)?;
    let digest = Digest::parse(asked.param("digest")).ok_or(Oops::Missing)?;
    let files = view.state.materials.get(asked.param("material")).ok_or(Oops::Missing)?;
    let file = files.iter().find(|file| file.digest == digest).ok_or(Oops::Missing)?;
    let own = view.state.party.as_ref() == asked.actor.as_ref().map(|actor| actor.id());
    if !own && file.subject.is_some() {
        super::desk::read_personal(asked, &[&format!("file.{}", asked.param("material"))])?;
    }
    let bytes = asked.city.casework.record().file(file)?.ok_or(Oops::Missing)?;
    let kind = match file.media_type.as_ref() {
        "application/pdf" => "application/pdf",
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        "image/webp" => "image/webp",
        _ => return Ok(Answer::bytes("application/octet-stream", bytes).download(&file.name)),
    };
    Ok(Answer::bytes(kind, bytes))
}

/// Answers under their headings, those that are asked for now.
fn groups(form: &Form, shown: &BTreeSet<Id>, typed: &BTreeMap<Id, String>) -> Vec<check::Group> {
    let mut groups: Vec<check::Group> = Vec::new();
    for field in &form.fields {
        if field.group.is_some() || groups.is_empty() {
            groups.push(check::Group { title: field.group.clone(), answers: Vec::new() });
        }
        if let Some(group) = groups.last_mut().filter(|_| shown.contains(&field.id)) {
            group.answers.push(check::Answer {
                id: field.id.clone(),
                title: field.title.clone(),
                kind: field.kind.clone(),
                typed: typed.get(&field.id).cloned().unwrap_or_default(),
            });
        }
    }
    groups.retain(|group| !group.answers.is_empty());
    groups
}

pub fn check(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    let number = case.id.to_string();
    let correction = view.state.stage == Stage::Correcting;
    if !asked.city.casework.missing(&view, asked.now)?.is_empty() {
        return Ok(Answer::go(format!("{}?faults=1", path::of_case(&number, "form"))));
    }
    let filling = Filling::new(asked, view, None)?;
    let procedure = filling.view.procedure().ok_or(Oops::Missing)?;
    let materials = materials(asked, &filling.view, &number)?;
    let materials = materials.into_iter().map(|asked| {
        (asked.id.clone(), asked.title.clone(), asked.files.into_iter().map(|file| file.name).collect())
    });
    let page = check::View {
        seen: filling.view.state.events,
        title: procedure.title.clone(),
        office: show::office(asked, &filling.view.state.office),
        groups: groups(&procedure.form, &filling.shown, &filling.typed),
        materials: materials.collect(),
        fee: asked.city.casework.fee(&filling.view, asked.now)?,
        correction,
        case: number,
    };
    Ok(Answer::page(check::show(&asked.frame(Face::Resident), &page)))
}

/// Carries out a command of the party's on the case in the path.
fn run(asked: &Asked, command: &Command) -> Result<(ObjectRef, View), Oops> {
    let (case, _) = own(asked)?;
    asked.city.casework.run(&case, command, &asked.ask())?;
    let view = asked.city.casework.view(&case)?;
    Ok((case, view))
}

pub fn submit(asked: &Asked) -> Result<Answer, Oops> {
    hand_in(asked, &Command::Submit)
}

pub fn answer(asked: &Asked) -> Result<Answer, Oops> {
    hand_in(asked, &Command::Answer)
}

fn hand_in(asked: &Asked, command: &Command) -> Result<Answer, Oops> {
    let (case, view) = match run(asked, command) {
        Err(Oops::Refused(refused)) if matches!(&*refused, Refused::Case(why) if !why.faults.is_empty()) => {
            return Ok(Answer::go(format!("{}?faults=1", path::of_case(asked.param("case"), "form"))));
        }
        other => other?,
    };
    let clocks = show::clocks(asked, &view);
    let next = clocks.into_iter().find(|clock| clock.stopped.is_none() && clock.due.is_some());
    let page = check::Submitted {
        case: case.id.to_string(),
        title: view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default(),
        office: show::office(asked, &view.state.office),
        next: next.and_then(|clock| Some((clock.title, clock.due?))),
    };
    Ok(Answer::page(check::submitted(&asked.frame(Face::Resident), &page)))
}

pub fn withdraw(asked: &Asked) -> Result<Answer, Oops> {
    let reasons = asked.words("reasons").map(str::to_owned);
    let (case, _) = run(asked, &Command::Withdraw { reasons })?;
    Ok(Answer::go(format!("{}?done=withdrawn", path::case(case.id.as_str()))))
}

pub fn rate(asked: &Asked) -> Result<Answer, Oops> {
    let stars = asked.words("stars").and_then(|stars| stars.parse().ok()).unwrap_or_default();
    let words = asked.words("words").map(str::to_owned);
    let (case, _) = run(asked, &Command::Rate { stars, words })?;
    Ok(Answer::go(format!("{}?done=rated", path::case(case.id.as_str()))))
}

pub fn complain(asked: &Asked) -> Result<Answer, Oops> {
    let words = asked.words("words").unwrap_or_default().to_owned();
    let (case, _) = run(asked, &Command::Complain { words })?;
    Ok(Answer::go(format!("{}?done=complained", path::case(case.id.as_str()))))
}
