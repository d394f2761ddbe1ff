//! Filling a form in: what is asked for, what was typed, files.

use super::answer::{Answer, Oops};
use super::asked::{Asked, Sent};
use super::case::{face, own, theirs, visible};
use super::unkept::Unkept;
use super::{personal, show, told};
use crate::form::{Attached, MaterialAsked};
use crate::layout::Face;
use crate::page::{check, fill};
use crate::part::Cited;
use crate::{form, path};
use axum::http::StatusCode;
use casework::activity::said;
use casework::service::Point;
use casework::state::Stage;
use casework::{Command, Refused, View, answer};
use pack::model::{Basis, Condition, Field, FieldKind, Form, Procedure};
use pack::{Id, Title};
use record::{Digest, FileRef, ObjectRef, StoreError, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A form being filled in: what is asked for now, and what was typed.
struct Filling {
    view: View,
    shown: BTreeSet<Id>,
    typed: BTreeMap<Id, String>,
    faults: Vec<(Id, Title)>,
}

impl Filling {
    /// `fresh`: answers just typed, over those that are kept. Of these, personal ones are only shown where `open`: to show
    /// what the same request has brought is no reading.
    fn new(
        asked: &Asked,
        view: View,
        fresh: Option<&BTreeMap<Id, String>>,
        open: bool,
    ) -> Result<Self, Oops> {
        let kept = asked.city.casework.answers(&view.state)?;
        let procedure = view.procedure().ok_or(Oops::Missing)?;
        let mut typed: BTreeMap<Id, String> = BTreeMap::new();
        for field in procedure.form.fields.iter().filter(|field| open || !field.personal) {
            if let Some(value) = kept.get(&field.id) {
                typed.insert(field.id.clone(), answer::write(&field.kind, value));
            }
        }
        let mut answers = kept;
        let mut faults = Vec::new();
        let unread = asked.city.casework.clear(&view.state.unread)?;
        let unread = unread.iter().filter_map(|(id, typed)| Some((id, typed.as_text()?.to_owned())));
        let mut told: BTreeMap<&Id, String> = unread.collect();
        told.extend(fresh.into_iter().flatten().map(|(id, text)| (id, text.clone())));
        for (id, text) in told {
            let Some(field) = procedure.form.field(id.as_str()) else { continue };
            if open || !field.personal || fresh.is_some_and(|fresh| fresh.contains_key(id)) {
                typed.insert(id.clone(), text.clone());
            }
            if text.is_empty() {
                answers.remove(id);
                continue;
            }
            match answer::read(&field.kind, &text) {
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
        let notes = self.view.noted();
        let known = |id: &Id| faults.iter().any(|(other, _)| other == id);
        let unreadable = self.faults.iter().filter(|(id, _)| !known(id));
        let all: Vec<_> = faults.iter().chain(unreadable).cloned().collect();
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
            faults: &all,
            summed_up: !faults.is_empty(),
            asked: &notes,
            purpose: asked.id("purpose").filter(|_| !theirs(asked, &self.view)),
        };
        let frame = asked.frame(face(asked, &self.view));
        let answer =
            Answer::page(if whole { fill::show(&frame, &page) } else { fill::fragment(&frame, &page) });
        let answer = answer.seen(self.view.state.events);
        // At a screen that others use, and of others' data, nothing is kept.
        let own = whole && faults.is_empty() && frame.face == Face::Resident;
        Ok(if own { answer.kept_there() } else { answer })
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
            files: seen_under(asked, view, case, &material.id),
            upload: path::material(case, &material.id),
        })
    };
    let wanted = procedure.materials.iter().filter(|wanted| needed.contains(&wanted.material));
    Ok(wanted.filter_map(of).collect())
}

/// Files of a material.
pub fn files(case: &str, material: &Id, kept: &[FileRef]) -> Vec<Attached> {
    let shown = |file: &record::FileRef| {
        let digest = file.digest.to_string();
        Attached {
            name: answer::unturned(&file.name),
            size: file.size,
            path: path::file(case, material, &digest),
            digest,
        }
    };
    kept.iter().map(shown).collect()
}

/// Files with where they are to be seen: another's personal ones only once a purpose is stated, under which each is then
/// asked for.
fn seen_under(asked: &Asked, view: &View, case: &str, material: &Id) -> Vec<Attached> {
    let kept = view.state.materials.get(material).map(Vec::as_slice).unwrap_or_default();
    let files = files(case, material, kept);
    if theirs(asked, view) { files } else { under_purpose(kept, files, asked.id("purpose").as_ref()) }
}

/// The same under the purpose that was stated, if any.
pub fn under_purpose(kept: &[FileRef], files: Vec<Attached>, purpose: Option<&Id>) -> Vec<Attached> {
    let shown = |(file, kept): (Attached, &FileRef)| match (&kept.subject, purpose) {
        (None, _) => file,
        (Some(_), Some(_)) => Attached { path: path::under_purpose(&file.path, purpose), ..file },
        // What people call a file tells of them as well.
        (Some(_), None) => Attached { path: String::new(), name: String::new(), ..file },
    };
    files.into_iter().zip(kept).map(shown).collect()
}

fn cited(definitions: &pack::Definitions, law: &Basis) -> Cited {
    let instrument = definitions.law.as_ref().and_then(|all| all.instruments.get(law.instrument.as_str()));
    let title = instrument.map(|instrument| instrument.title.clone());
    let instrument = title.unwrap_or_else(|| Title::new(law.instrument.as_str(), law.instrument.as_str()));
    Cited { instrument, article: law.article.clone(), quote: law.quote.clone() }
}

/// Whether the reader sees the personal answers that are kept, and what is asked to be corrected: their own, or what they enter
/// for somebody, under the purpose that they state, which is then on the record. Without one it stays closed.
fn opens(asked: &Asked, case: &ObjectRef, view: &View) -> Result<bool, Oops> {
    if theirs(asked, view) {
        return Ok(true);
    }
    let fields = view.procedure().map(|procedure| procedure.form.fields.as_slice()).unwrap_or_default();
    let state = &view.state;
    let holds = |id: &Id| state.answers.contains_key(id) || state.unread.contains_key(id);
    let kept = fields.iter().filter(|field| field.personal && holds(&field.id));
    let notes = state.asked().filter(|asked| matches!(asked.notes, Value::Sealed(_)) && !state.is_bare());
    let notes = notes.map(|_| format!("{}{}", personal::SAID, said::CORRECTIONS));
    let kept: Vec<String> = kept.map(|field| field.id.to_string()).chain(notes).collect();
    if kept.is_empty() {
        return Ok(true);
    }
    let Some(purpose) = asked.id("purpose") else { return Ok(false) };
    personal::read(asked, case, view, Some(&purpose), &kept).map(|()| true)
}

/// The page that asks what for, where personal answers are kept and no purpose was stated: what is closed is not filled in
/// again over what stands there.
fn closed(asked: &Asked, case: &ObjectRef, view: &View) -> Answer {
    let page = fill::Closed {
        title: view.procedure().map(|procedure| procedure.title.clone()).unwrap_or_default(),
        path: asked.path.split('?').next().unwrap_or_default().to_owned(),
        faulty: asked.field("faults").is_some(),
        purposes: personal::purposes(asked, case, view),
        of_party: view.state.party.is_some(),
    };
    Answer::page(fill::closed(&asked.frame(face(asked, view)), &page))
}

/// An address of the case, with the purpose that was stated, so that it need not be stated on every page.
fn onward(asked: &Asked, number: &str, what: &str) -> String {
    path::under_purpose(&path::of_case(number, what), asked.id("purpose").as_ref())
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
    if !opens(asked, &case, &view)? {
        return Ok(closed(asked, &case, &view));
    }
    let view = asked.city.casework.spoken(view)?;
    Filling::new(asked, view, None, true)?.show(asked, case.id.as_str(), &faults, true)
}

/// Keeps what was typed, and shows the fields and materials that it leads to. Where it was changed elsewhere since the
/// form was shown nothing is kept, and the page, which is told no more than that, lays what was typed over the newer form.
pub fn fragment(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    if !newer(asked, &case, &view)?.is_empty() {
        return Ok(Answer::text("").status(StatusCode::CONFLICT));
    }
    keep(asked, &case, &view, &BTreeSet::new())?;
    let view = anew(asked, &case)?;
    let (typed, open) = (typed(asked, view.procedure().ok_or(Oops::Missing)?), theirs(asked, &view));
    Filling::new(asked, view, Some(&typed), open)?.show(asked, case.id.as_str(), &[], false)
}

fn typed(asked: &Asked, procedure: &Procedure) -> BTreeMap<Id, String> {
    form::typed(&procedure.form, "", asked.posted.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// What was answered otherwise since the posted form was shown, in another window or on another device: to save all of the
/// form would bring back what stood there before.
fn newer(asked: &Asked, case: &ObjectRef, view: &View) -> Result<BTreeSet<Id>, Oops> {
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let Some(seen) = asked.ask().seen.filter(|seen| *seen < view.state.events) else {
        return Ok(BTreeSet::new());
    };
    let casework = &asked.city.casework;
    let changed = casework.filled_since(case, seen)?;
    let (answers, unread) = (casework.answers(&view.state)?, casework.clear(&view.state.unread)?);
    let now = |field: &Field| {
        let typed = unread.get(&field.id).and_then(Value::as_text).map(str::to_owned);
        let answered = || answers.get(&field.id).map(|value| answer::write(&field.kind, value));
        typed.or_else(answered).unwrap_or_default()
    };
    let differs = |(id, text): (Id, String)| {
        let field = procedure.form.field(id.as_str()).filter(|field| changed.contains(&field.id))?;
        (now(field) != text).then_some(id)
    };
    Ok(typed(asked, procedure).into_iter().filter_map(differs).collect())
}

/// Keeps a posted form but for what is `newer`; says what of it cannot be read, which is kept as it was typed.
fn keep(
    asked: &Asked,
    case: &ObjectRef,
    view: &View,
    newer: &BTreeSet<Id>,
) -> Result<Vec<(Id, Title)>, Oops> {
    let procedure = view.procedure().ok_or(Oops::Missing)?;
    let (mut answers, mut unread, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (id, text) in typed(asked, procedure).into_iter().filter(|(id, _)| !newer.contains(id)) {
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
            Err(fault) => {
                unread.push((id.clone(), text));
                faults.push((id, fault));
            }
        }
    }
    let state = &view.state;
    let holds = |id: &Id| state.answers.contains_key(id) || state.unread.contains_key(id);
    answers.retain(|(id, value)| value.is_some() || holds(id));
    // A draft is its party's alone, and what else is newer there stays.
    let ask = casework::Ask { seen: None, ..asked.ask() };
    if !answers.is_empty() {
        asked.city.casework.run(case, &Command::Save { answers }, &ask)?;
    }
    if !unread.is_empty() {
        asked.city.casework.run(case, &Command::Jot { typed: unread }, &ask)?;
    }
    faults.extend(keep_files(asked, case)?);
    if let Some((material, digest)) = asked.words("remove").and_then(|remove| remove.split_once('/')) {
        let digest = Digest::parse(digest).ok_or(Oops::Missing)?;
        asked.city.casework.run(case, &Command::Detach { material: material.into(), digest }, &ask)?;
    }
    Ok(faults)
}

/// Keeps the files that came for materials; says which were not taken.
fn keep_files(asked: &Asked, case: &ObjectRef) -> Result<Vec<(Id, Title)>, Oops> {
    let mut faults: Vec<_> = asked.unkept.iter().map(|unkept| unkept.fault("material.")).collect();
    for sent in &asked.files {
        let Some(material) = sent.field.strip_prefix("material.").map(Id::from) else { continue };
        match attach_one(asked, case, &material, sent) {
            Err(Oops::File(unkept)) => faults.push((material, unkept.title())),
            Err(Oops::Refused(refused)) => match *refused {
                Refused::Case(why) => faults.push((material, why.why)),
                other => return Err(other.into()),
            },
            other => other?,
        }
    }
    Ok(faults)
}

/// Keeps the answers that came with the beginning of a case, from a draft made without a network.
pub fn keep_draft(asked: &Asked, case: &ObjectRef) -> Result<(), Oops> {
    let view = asked.city.casework.view(case)?;
    match view.state.stage {
        Stage::Draft => keep(asked, case, &view, &BTreeSet::new()).map(drop),
        _ => Ok(()),
    }
}

pub fn save(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    let number = case.id.to_string();
    let newer = newer(asked, &case, &view)?;
    let mut unreadable = keep(asked, &case, &view, &newer)?;
    unreadable.extend(newer.iter().map(|id| {
        let (zh, en) = (
            "这一项在别的窗口或设备上改过，这里是较新的内容；不对请在此改正",
            "This was changed in another window or on another device; here is the newer answer: mend it if it is wrong",
        );
        (id.clone(), Title::new(zh, en))
    }));
    let view = anew(asked, &case)?;
    let check = asked.field("then") == Some("check");
    if check && unreadable.is_empty() && asked.city.casework.missing(&view, asked.now)?.is_empty() {
        return Ok(Answer::go(onward(asked, &number, "check")));
    }
    let mut faults = unreadable;
    if check {
        let missing = asked.city.casework.missing(&view, asked.now)?;
        let known: BTreeSet<Id> = faults.iter().map(|(id, _)| id.clone()).collect();
        faults.extend(missing.into_iter().filter(|(id, _)| !known.contains(id)));
    } else if faults.is_empty() {
        return Ok(Answer::go(onward(asked, &number, "form?done=saved")));
    }
    let (mut typed, open) = (typed(asked, view.procedure().ok_or(Oops::Missing)?), theirs(asked, &view));
    typed.retain(|id, _| !newer.contains(id));
    let filling = Filling::new(asked, view, Some(&typed), open)?;
    faults.extend(filling.faults.iter().filter(|fault| !faults.contains(fault)).cloned().collect::<Vec<_>>());
    Ok(filling.show(asked, &number, &faults, true)?.status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// Attaches a file to a material. Whether the case takes it is asked before it is stored. The same file sent twice is
/// attached once.
pub fn attach_one(asked: &Asked, case: &ObjectRef, material: &Id, sent: &Sent) -> Result<(), Oops> {
    let casework = &asked.city.casework;
    let ask = casework::Ask { seen: None, ..asked.ask() };
    let view = asked.city.spoken(case)?;
    let file = named_file(sent);
    casework.would(case, &view, &Command::Attach { material: material.clone(), file }, &ask)?;
    for known in view.state.materials.get(material).into_iter().flatten() {
        if alike(asked, known, sent)? {
            return Ok(());
        }
    }
    let personal = view.book.definitions.materials.get(material).is_none_or(|material| material.personal);
    let subject = personal.then(|| casework::state::sealed_under(case));
    let file = keep_file(asked, sent, subject.as_ref())?;
    casework.run(case, &Command::Attach { material: material.clone(), file }, &ask)?;
    Ok(())
}

/// A file that came, before it is kept.
pub fn named_file(sent: &Sent) -> FileRef {
    FileRef {
        digest: Digest::of(&sent.bytes),
        name: named(&sent.name).into(),
        media_type: "".into(),
        size: sent.bytes.len() as u64,
        subject: None,
    }
}

/// Whether the file that came is one that is kept already, by name and content.
pub fn alike(asked: &Asked, known: &FileRef, sent: &Sent) -> Result<bool, StoreError> {
    let alike = known.size == sent.bytes.len() as u64 && *known.name == *named(&sent.name).as_str();
    Ok(alike && asked.city.casework.record().file(known)?.is_some_and(|bytes| *bytes == *sent.bytes))
}

/// Keeps a file that came.
pub fn keep_file(asked: &Asked, sent: &Sent, subject: Option<&ObjectRef>) -> Result<FileRef, Oops> {
    let kept = asked.city.casework.record().attach(&named(&sent.name), &sent.bytes, subject);
    match kept.map_err(|error| Unkept::of(sent, error)) {
        Ok(file) => Ok(file),
        Err(Ok(unkept)) => Err(Oops::File(Box::new(unkept))),
        Err(Err(error)) => Err(error.into()),
    }
}

/// A file's name without the folders that some browsers send, as it reads, and not longer than people read.
pub fn named(name: &str) -> String {
    let name = answer::unturned(name.rsplit(['/', '\\']).next().unwrap_or_default());
    let name: String = name.chars().take(120).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}

pub fn attach(asked: &Asked) -> Result<Answer, Oops> {
    let (case, _) = own(asked)?;
    let view = attached(asked, &case)?;
    let open = theirs(asked, &view);
    Filling::new(asked, view, None, open)?.show(asked, case.id.as_str(), &[], false)
}

/// Attaches the files of a request to the material in the path, and gives back the case as it stands then.
pub fn attached(asked: &Asked, case: &ObjectRef) -> Result<View, Oops> {
    if asked.files.is_empty() && asked.json.is_some() {
        return Err(Oops::FilesAlone);
    }
    if asked.files.is_empty() {
        return Err(Oops::Unreadable(Title::new(
            "请选择文件：用 `multipart/form-data` 发送，每个文件为名为 `file` 的一部分",
            "Choose a file: send `multipart/form-data` with each file in a part named `file`",
        )));
    }
    let material = Id::from(asked.param("material"));
    for sent in &asked.files {
        attach_one(asked, case, &material, sent)?;
    }
    anew(asked, case)
}

/// The case after something of it was kept: with what is asked to be corrected, where the reader has that before them.
fn anew(asked: &Asked, case: &ObjectRef) -> Result<View, Oops> {
    let view = asked.city.casework.view(case)?;
    let open = theirs(asked, &view) || personal::has_opened_notes(asked, case, &view)?;
    if open { Ok(asked.city.casework.spoken(view)?) } else { Ok(view) }
}

pub fn file(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = visible(asked)?;
    let digest = Digest::parse(asked.param("digest")).ok_or(Oops::Missing)?;
    let file = found(asked, &view, asked.param("material"), digest)?.ok_or(Oops::Missing)?;
    if file.subject.is_some() && !theirs(asked, &view) {
        let purpose = asked.id("purpose");
        let field = match asked.param("material") {
            recorded if recorded.contains('.') => recorded.to_owned(),
            material => format!("file.{material}"),
        };
        personal::read(asked, &case, &view, purpose.as_ref(), &[&field])?;
    }
    let bytes = asked.city.casework.record().file(&file)?.ok_or(Oops::Missing)?;
    let kind = match file.media_type.as_ref() {
        "application/pdf" => "application/pdf",
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        "image/webp" => "image/webp",
        _ => return Ok(Answer::bytes("application/octet-stream", bytes).download(&file.name)),
    };
    Ok(Answer::bytes(kind, bytes))
}

/// A file of a material, or of an answer that a step recorded, by `step.field`: the latter for those who handle the case.
fn found(asked: &Asked, view: &View, of: &str, digest: Digest) -> Result<Option<FileRef>, StoreError> {
    let Some((step, field)) = of.split_once('.') else {
        let superseded = view.state.corrections.iter().filter_map(|correction| correction.files.get(of));
        let mut files = view.state.materials.get(of).into_iter().chain(superseded).flatten();
        return Ok(files.find(|file| file.digest == digest).cloned());
    };
    let recorded = view.state.steps.get(step).filter(|_| !theirs(asked, view));
    let recorded = recorded.and_then(|step| step.answers.get(field));
    let clear = recorded.map(|value| asked.city.casework.in_clear(value)).transpose()?.flatten();
    Ok(match clear {
        Some(Value::File(file)) if file.digest == digest => Some(file),
        _ => None,
    })
}

/// Answers under their headings, those that are asked for now.
fn groups(
    form: &Form,
    shown: &BTreeSet<Id>,
    typed: &BTreeMap<Id, String>,
    points: &[Point],
) -> Vec<check::Group> {
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
                put: points
                    .iter()
                    .find(|point| point.id == field.id)
                    .map(|point| told::put(point, Some(field))),
            });
        }
    }
    groups.retain(|group| !group.answers.is_empty());
    groups
}

/// What was handed in, to its party: to look at and to print.
fn handed_in(asked: &Asked, case: &ObjectRef, view: View) -> Result<Answer, Oops> {
    let number = case.id.to_string();
    let filling = Filling::new(asked, view, None, true)?;
    let procedure = filling.view.procedure().ok_or(Oops::Missing)?;
    let materials = materials(asked, &filling.view, &number)?;
    let page = check::Handed {
        title: procedure.title.clone(),
        office: show::office(asked, &filling.view.state.office),
        at: filling.view.state.submitted,
        groups: groups(&procedure.form, &filling.shown, &filling.typed, &[]),
        materials: materials.into_iter().map(|asked| (asked.title.clone(), asked.files)).collect(),
        case: number,
    };
    Ok(Answer::page(check::handed_in(&asked.frame(face(asked, &filling.view)), &page)))
}

/// What the correction that waits for the party is about, and what was changed since it was asked for.
fn put_right(asked: &Asked, view: &View) -> Result<Vec<Point>, Oops> {
    if view.state.stage != Stage::Correcting {
        return Ok(Vec::new());
    }
    let mut points = asked.city.casework.corrected(view)?;
    points.retain(|point| point.answered.is_none());
    Ok(points)
}

/// The names of the files that a correction takes back.
fn gone(point: &Point) -> Vec<String> {
    point.files.iter().map(|file| file.name.to_string()).collect()
}

pub fn check(asked: &Asked) -> Result<Answer, Oops> {
    let (case, view) = own(asked)?;
    if !matches!(view.state.stage, Stage::Draft | Stage::Correcting) {
        return handed_in(asked, &case, view);
    }
    let number = case.id.to_string();
    let correction = view.state.stage == Stage::Correcting;
    if !asked.city.casework.missing(&view, asked.now)?.is_empty() {
        return Ok(Answer::go(onward(asked, &number, "form?faults=1")));
    }
    if !opens(asked, &case, &view)? {
        return Ok(closed(asked, &case, &view));
    }
    let view = asked.city.casework.spoken(view)?;
    let filling = Filling::new(asked, view, None, true)?;
    let procedure = filling.view.procedure().ok_or(Oops::Missing)?;
    let materials = materials(asked, &filling.view, &number)?;
    let points = put_right(asked, &filling.view)?;
    let papers = materials.into_iter().map(|asked| {
        let point = points.iter().find(|point| point.id == *asked.id);
        check::Paper {
            id: asked.id.clone(),
            title: asked.title.clone(),
            files: asked.files.into_iter().map(|file| file.name).collect(),
            superseded: point.map(gone).unwrap_or_default(),
            put: point.map(|point| told::put(point, None)),
        }
    });
    let page = check::View {
        seen: filling.view.state.events,
        title: procedure.title.clone(),
        office: show::office(asked, &filling.view.state.office),
        groups: groups(&procedure.form, &filling.shown, &filling.typed, &points),
        materials: papers.collect(),
        form: onward(asked, &number, "form"),
        fees: asked.city.casework.fees(&filling.view, asked.now)?,
        correction,
        case: number,
    };
    Ok(Answer::page(check::show(&asked.frame(face(asked, &filling.view)), &page)))
}
