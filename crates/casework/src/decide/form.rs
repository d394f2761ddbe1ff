//! The form and the materials of a case: what is asked for, given the answers so far, and what is wrong.

use super::Situation;
use crate::state::State;
use pack::model::{Field, Form, MaterialUse};
use pack::{Id, Title};

/// The fields that are asked for, given the answers so far.
pub fn shown_fields<'a>(form: &'a Form, situation: &Situation<'_>) -> Vec<&'a Field> {
    form.fields.iter().filter(|field| situation.holds(field.when.as_ref())).collect()
}

/// The materials that are asked for, given the answers so far.
pub fn needed_materials<'a>(situation: &Situation<'a>) -> Vec<&'a MaterialUse> {
    situation.procedure.materials.iter().filter(|asked| situation.holds(asked.when.as_ref())).collect()
}

/// What is missing or wrong before the application can be handed in: fields and materials with what to say about each.
/// At the window papers are shown, not attached, so none need be there.
pub fn missing(state: &State, situation: &Situation<'_>) -> Vec<(Id, Title)> {
    let mut faults = Vec::new();
    for field in shown_fields(&situation.procedure.form, situation) {
        if !state.answers.contains_key(&field.id) {
            if field.required {
                faults.push((field.id.clone(), Title::new("请填写", "This is needed")));
            }
            continue;
        }
        if let Some(broken) = field.checks.iter().find(|check| !situation.holds(Some(&check.must))) {
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
