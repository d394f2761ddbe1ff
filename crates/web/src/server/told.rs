//! What was answered in a case and recorded by its steps, as its page shows it to those who handle it.

use super::answer::Oops;
use super::asked::Asked;
use crate::page::mark::{Mark, Put};
use crate::page::work::{Answer, Group};
use crate::path;
use casework::service::Point;
use casework::{State, View, answer};
use pack::Id;
use pack::model::{Field, FieldKind, Procedure};
use record::{ObjectRef, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How answers are seen by a reader.
pub struct Seen<'a> {
    /// The case's number.
    pub number: &'a str,
    /// The purpose that was stated, under which personal ones are open.
    pub purpose: Option<&'a Id>,
    /// Where the reader may correct what was written down: the form, steps.
    pub amendable: BTreeSet<Id>,
    /// What the corrections that were handed in were about, and all that they changed, in order.
    pub points: Vec<Point>,
    /// Whether the reader may see a case.
    pub visible: &'a dyn Fn(&ObjectRef) -> bool,
}

impl Seen<'_> {
    /// An answer as it is kept and, where it can be read, in clear. `ours`: the office wrote it down.
    fn answer(
        &self,
        (of, field): (&Id, &Field),
        kept: Option<&Value>,
        clear: Option<&Value>,
        ours: bool,
    ) -> Answer {
        let sealed = matches!(kept, Some(Value::Sealed(_)));
        let typed = || clear.map(|value| answer::write(&field.kind, value)).unwrap_or_default();
        let amend = ours && self.amendable.contains(of);
        Answer {
            of: of.clone(),
            id: field.id.clone(),
            title: field.title.clone(),
            kind: field.kind.clone(),
            typed: (!sealed || self.purpose.is_some()).then(typed),
            file: self.file(of, field, clear.filter(|_| !sealed || self.purpose.is_some())),
            case: clear
                .filter(|_| !sealed || self.purpose.is_some())
                .and_then(|named| self.case(field, named)),
            amend: amend.then(|| path::desk_amend(self.number, of, &field.id)),
            mark: self.mark(&field.id, Some(field)).filter(|_| of.as_str() == State::FORM),
        }
    }

    /// What became of a field, or of a material, when corrections were handed in.
    pub fn mark(&self, id: &Id, field: Option<&Field>) -> Option<Mark> {
        let open = field.filter(|field| !field.personal || self.purpose.is_some());
        let mut all: Vec<Put> =
            self.points.iter().rev().filter(|point| point.id == *id).map(|point| put(point, open)).collect();
        let last = self.points.last()?.correction;
        let last = all.first().is_some_and(|put| put.correction == last).then(|| all.remove(0));
        (last.is_some() || !all.is_empty()).then_some(Mark { last, earlier: all })
    }

    /// The number of the case that an answer names, where the reader may see that.
    fn case(&self, field: &Field, named: &Value) -> Option<String> {
        let FieldKind::Object(_) = field.kind else { return None };
        let case = named.as_text().and_then(ObjectRef::parse)?;
        (self.visible)(&case).then(|| case.id.to_string())
    }

    /// Where a file is to be seen; a personal one under the purpose that was stated.
    fn file(&self, of: &Id, field: &Field, answer: Option<&Value>) -> Option<String> {
        let Some(Value::File(file)) = answer else { return None };
        let place = format!("{of}.{}", field.id).as_str().into();
        let path = path::file(self.number, &place, &file.digest.to_string());
        Some(path::under_purpose(&path, self.purpose.filter(|_| file.subject.is_some())))
    }
}

/// What a correction did; `open`: the field, where its answers may be seen.
pub fn put(point: &Point, open: Option<&Field>) -> Put {
    let written = |field: &Field| point.before.as_ref().map(|before| answer::write(&field.kind, before));
    Put {
        correction: point.correction,
        at: point.answered,
        asked: point.asked,
        changed: point.changed,
        before: open.map(|field| written(field).unwrap_or_default()),
    }
}

/// The answers to the application's form under their headings, those that are asked for now.
pub fn application(
    view: &View,
    procedure: &Procedure,
    (shown, clear): (&BTreeSet<Id>, &BTreeMap<Id, Value>),
    seen: &Seen<'_>,
) -> Vec<Group> {
    let form = Id::from(State::FORM);
    let mut groups: Vec<Group> = Vec::new();
    for field in &procedure.form.fields {
        if field.group.is_some() || groups.is_empty() {
            groups.push(Group { title: field.group.clone(), answers: Vec::new() });
        }
        if let Some(group) = groups.last_mut().filter(|_| shown.contains(&field.id)) {
            let kept = view.state.answers.get(&field.id);
            let ours = view.state.entered.contains_key(&field.id);
            group.answers.push(seen.answer((&form, field), kept, clear.get(&field.id), ours));
        }
    }
    groups.retain(|group| !group.answers.is_empty());
    groups
}

/// What each step recorded, last time.
pub fn recorded(
    asked: &Asked,
    view: &View,
    procedure: &Procedure,
    seen: &Seen<'_>,
) -> Result<Vec<Group>, Oops> {
    let mut groups = Vec::new();
    for step in &procedure.flow.steps {
        let Some(state) = view.state.steps.get(&step.id).filter(|state| !state.answers.is_empty()) else {
            continue;
        };
        let clear = asked.city.casework.clear(&state.answers)?;
        let told = step.form.fields.iter().filter_map(|field| Some((field, state.answers.get(&field.id)?)));
        let answers = told
            .map(|(field, kept)| seen.answer((&step.id, field), Some(kept), clear.get(&field.id), true))
            .collect();
        groups.push(Group { title: Some(step.title.clone()), answers });
    }
    Ok(groups)
}
