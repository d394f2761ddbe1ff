//! The form and the materials of a case: what is asked for, given the answers so far, and what is wrong.

use super::{Situation, unseen};
use crate::answer;
use crate::state::{Stage, State};
use pack::model::{Field, FieldKind, Form, MaterialUse};
use pack::{Id, Title};
use record::Value;
use std::collections::BTreeSet;

/// The fields that are asked for, given the answers so far.
pub fn shown_fields<'a>(form: &'a Form, situation: &Situation<'_>) -> Vec<&'a Field> {
    form.fields.iter().filter(|field| situation.holds(field.when.as_ref())).collect()
}

/// The materials that are asked for, given the answers so far.
pub fn needed_materials<'a>(situation: &Situation<'a>) -> Vec<&'a MaterialUse> {
    situation.procedure.materials.iter().filter(|asked| situation.holds(asked.when.as_ref())).collect()
}

/// Why what was typed is no answer.
fn unreadable(field: &Field, typed: &Value) -> Title {
    let read = typed.as_text().map(|text| answer::read(&field.kind, text));
    if matches!((&field.kind, &read), (FieldKind::Object(_), Some(Ok(_)))) {
        return unseen();
    }
    read.and_then(Result::err).unwrap_or_else(|| Title::new("请重新填写", "Fill this in again"))
}

/// What of a correction is still as it stood when it was asked for, where all that was asked for is: then nothing is handed
/// in. At the window papers are shown, so that nobody can tell there.
pub fn unchanged(state: &State, situation: &Situation<'_>) -> Vec<(Id, Title)> {
    let asked = state.asked().map(|correction| (correction, correction.noted()));
    let Some((correction, noted)) = asked.filter(|_| state.stage == Stage::Correcting) else {
        return Vec::new();
    };
    let field = |id: &Id| situation.procedure.form.field(id.as_str()).is_some();
    let changed = |id: &Id| correction.changed(id, state.answers.get(id), state.files(id));
    let touched = |id: &Id| changed(id) || (state.channel == "window" && !field(id));
    if noted.iter().any(|(id, _)| touched(id)) {
        return Vec::new();
    }
    let still = || {
        Title::new(
            "单位要求更正这一项，还没有改动",
            "The office asked for this to be corrected; it is as it was",
        )
    };
    noted.into_iter().map(|(id, _)| (id, still())).collect()
}

/// What is missing or wrong before the application can be handed in: fields and materials with what to say about each.
/// At the window papers are shown, not attached, so none need be there.
pub fn missing(state: &State, situation: &Situation<'_>) -> Vec<(Id, Title)> {
    let mut faults = Vec::new();
    let shown = shown_fields(&situation.procedure.form, situation);
    let said = |field: &Field| state.answers.contains_key(&field.id) && !state.unread.contains_key(&field.id);
    let wanted = |field: &&&Field| !said(field) && (field.required || state.unread.contains_key(&field.id));
    let unsaid: BTreeSet<&Id> = shown.iter().filter(wanted).map(|field| &field.id).collect();
    for field in shown {
        if let Some(typed) = state.unread.get(&field.id) {
            faults.push((field.id.clone(), unreadable(field, typed)));
            continue;
        }
        if !state.answers.contains_key(&field.id) {
            if field.required {
                faults.push((field.id.clone(), Title::new("请填写", "This is needed")));
            }
            continue;
        }
        if let Some(broken) =
            field.checks.iter().find(|check| situation.breaks(&check.must, None, None, &unsaid))
        {
            faults.push((field.id.clone(), broken.title.clone()));
        }
    }
    if state.channel != "window" {
        for asked in needed_materials(situation) {
            let attached = state.materials.get(&asked.material).is_some_and(|files| !files.is_empty());
            if !attached && !asked.optional {
                faults.push((asked.material.clone(), Title::new("请上传", "Attach this")));
            }
        }
    }
    faults
}
