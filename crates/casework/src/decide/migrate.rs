//! Going over to another edition: whether the case as it stands fits there, and what that opens.

use super::allowed::over;
use super::{Carried, Draft, Fault};
use crate::activity;
use crate::answer;
use crate::state::{Stage, State, Status};
use pack::model::{FieldKind, Step};
use pack::{Id, Title};
use record::Value;

impl Draft<'_> {
    pub(super) fn migrate(&mut self, reasons: &str) -> Carried {
        if self.state.ended() {
            return Err(over());
        }
        if self.state.edition == Some(self.situation.edition) {
            return Err(Fault::new("已是这一版本", "The case runs under this edition already"));
        }
        let faults = self.obstacles();
        if !faults.is_empty() {
            let why =
                Title::new("案件的现状不适合这一版本", "The case as it stands does not fit this edition");
            return Err(Fault { why, faults });
        }
        if reasons.trim().is_empty() {
            return Err(Fault::new("请写明理由", "Say why"));
        }
        let mut event = self.event(activity::MIGRATED).with("edition", self.situation.edition.to_string());
        self.say(&mut event, "reasons", reasons.trim());
        if self.state.stage == Stage::Open {
            self.fit_in(&mut event, self.passed_by());
        }
        self.put(event);
        Ok(())
    }

    /// Why the case does not fit, each with the step, field or office that it is about.
    fn obstacles(&self) -> Vec<(Id, Title)> {
        let mut all = self.homeless();
        let open: Vec<&Id> = self.state.open_steps().map(|(id, _)| id).collect();
        for step in self.untouched() {
            let before = |id: &&&Id| self.comes_before(&step.id, id);
            if let Some(after) = open.iter().find(before).filter(|_| !step.optional) {
                let later = self.situation.procedure.flow.step(after.as_str()).map(|step| &step.title.zh);
                let later = later.map_or(after.as_str(), |zh| zh.as_str());
                all.push((
                    step.id.clone(),
                    Title::new(
                        format!("新版本要求先办“{}”，而后面的环节“{later}”已经开始", step.title.zh),
                        format!("this edition wants it done first, but the later step `{after}` is open"),
                    ),
                ));
            }
        }
        if self.state.stage == Stage::Open {
            all.extend(self.misfits());
        }
        all
    }

    /// Open steps and offices that there are none of any more.
    fn homeless(&self) -> Vec<(Id, Title)> {
        let mut all = Vec::new();
        let office = |id: &Id| self.situation.definitions.offices.contains_key(id);
        if !office(&self.state.office) {
            all.push((self.state.office.clone(), Title::new("没有这个单位", "there is no such office")));
        }
        for (id, step) in self.state.open_steps() {
            if self.situation.procedure.flow.step(id.as_str()).is_none() {
                let why = "there is no such step, and it is open in this case";
                all.push((id.clone(), Title::new("没有这个环节，而它正在办理", why)));
            } else if !office(&step.office) {
                all.push((step.office.clone(), Title::new("没有这个单位", "there is no such office")));
            }
        }
        all
    }

    /// Answers that its form would not take.
    fn misfits(&self) -> Vec<(Id, Title)> {
        let form = &self.situation.procedure.form;
        let given =
            self.situation.answers.iter().filter_map(|(id, value)| Some((form.field(id.as_str())?, value)));
        let misfit = |(field, value): (&pack::model::Field, &Value)| {
            let why = if field.kind == FieldKind::File {
                (!matches!(value, Value::File(_))).then(|| Title::new("应为文件", "a file is wanted"))
            } else {
                match answer::read(&field.kind, &answer::write(&field.kind, value)) {
                    Ok(read) if std::mem::discriminant(&read) == std::mem::discriminant(value) => None,
                    Ok(_) => Some(Title::new("类型不同", "it is of another kind")),
                    Err(why) => Some(why),
                }
            }?;
            let Title { zh, en } = why;
            let why = Title::new(
                format!("已填写的内容不合要求：{zh}"),
                format!("what was answered does not fit: {en}"),
            );
            Some((field.id.clone(), why))
        };
        given.filter_map(misfit).collect()
    }

    /// Steps that the case has not come to, or that it never knew.
    fn untouched(&self) -> impl Iterator<Item = &Step> {
        let steps = self.situation.procedure.flow.steps.iter();
        let needed = |step: &&Step| self.situation.may_hold(step.when.as_ref(), &self.state);
        steps.filter(|step| !self.state.steps.contains_key(&step.id)).filter(needed)
    }

    /// New steps whose turn went by: what comes after them is done. They are not asked for any more.
    fn passed_by(&self) -> Vec<Id> {
        let begun = |(id, state): (&Id, &crate::state::StepState)| {
            (state.status != Status::Skipped && !state.runs.is_empty()).then(|| id.clone())
        };
        let begun: Vec<Id> = self.state.steps.iter().filter_map(begun).collect();
        let passed = |step: &&Step| begun.iter().any(|later| self.comes_before(&step.id, later));
        self.untouched().filter(passed).map(|step| step.id.clone()).collect()
    }

    /// Whether `first` must be done, or not be needed, before `later` can open.
    fn comes_before(&self, first: &Id, later: &Id) -> bool {
        let flow = &self.situation.procedure.flow;
        let mut reached = vec![later.clone()];
        let mut seen: Vec<Id> = Vec::new();
        while let Some(id) = reached.pop() {
            let Some(step) = flow.step(id.as_str()) else { continue };
            // Where one of several is enough, none of them must be.
            if step.any && step.after.len() > 1 {
                continue;
            }
            for after in &step.after {
                if after.step == *first {
                    return true;
                }
                if !seen.contains(&after.step) {
                    seen.push(after.step.clone());
                    reached.push(after.step.clone());
                }
            }
        }
        false
    }
}

/// What a migration, decided but not carried out, would do to the course: steps that it opens, and steps that it passes by.
pub fn opened_and_passed(before: &State, after: &State) -> (Vec<Id>, Vec<Id>) {
    let status = |state: &State, id: &Id| state.steps.get(id).map(|step| step.status);
    let came_to = |wanted: Status| {
        let now = after.steps.keys().filter(|id| status(after, id) == Some(wanted));
        now.filter(|id| status(before, id) != Some(wanted)).cloned().collect()
    };
    (came_to(Status::Open), came_to(Status::Skipped))
}
