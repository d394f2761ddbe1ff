//! Correcting what was written down wrongly.

use super::{Carried, Draft, Fault, Place, Truth, named_object, not_seen, unfit};
use crate::activity::{self, part};
use crate::amendment;
use crate::answer;
use crate::state::{State, Status};
use pack::model::{Condition, Field, Form};
use pack::{Id, Title};
use record::{Event, Relation, Value};

impl Draft<'_> {
    pub(super) fn amend(&mut self, of: &Id, id: &Id, answer: &Value, reasons: &str) -> Carried {
        let form = self.allowed().to_amend(of)?;
        let Some(field) = form.field(id.as_str()) else {
            return Err(Fault::new("表单中没有这一项", "The form does not ask for this"));
        };
        let Some((told, _)) = self.state.told(of, id) else { return Err(self.not_ours(of, id)) };
        if reasons.trim().is_empty() {
            let faults = vec![("reasons".into(), Title::new("请写明理由", "Give the reasons"))];
            return Err(Fault { why: Title::new("须说明理由", "Reasons are needed"), faults });
        }
        if !answer::fits(&field.kind, answer) {
            return Err(unfit(id));
        }
        if self.situation.names_unseen(field, answer) {
            return Err(not_seen(id));
        }
        let place = format!("{of}.{id}");
        let recorded = self.situation.recorded.filter(|recorded| recorded.id == *told);
        let at = |event: &Event| {
            event
                .changes
                .iter()
                .position(|change| change.object == *self.situation.case && change.name.as_str() == place)
        };
        let Some((recorded, at)) = recorded.and_then(|recorded| Some((recorded, at(recorded)?))) else {
            return Err(Fault::new("记录中找不到这一答案", "This answer is not found on the record"));
        };
        let before = recorded.changes.get(at).map(|change| change.value.clone());
        if before.as_ref() == Some(answer) {
            return Ok(());
        }
        self.stays_sound(of, form, field, answer)?;
        let fresh = self.event(activity::AMENDED);
        let mut event = amendment::in_place_of(recorded, fresh, &place);
        if let Some(change) = event.changes.get_mut(at) {
            change.value = answer.clone();
        }
        if field.personal {
            self.personal.push((self.events.len(), Place::Change(at)));
        }
        self.say(&mut event, amendment::REASONS, reasons.trim());
        self.rename(&mut event, field, before.as_ref(), answer);
        // What follows from it can only be told from the first event on, and nothing follows it here.
        self.events.push(event);
        Ok(())
    }

    /// Why an answer that stands on the form or on a step cannot be corrected by the office.
    fn not_ours(&self, of: &Id, id: &Id) -> Fault {
        if of.as_str() == State::FORM && self.state.answers.contains_key(id) {
            return Fault::new(
                "这一项由申请人自己填写，请要求申请人补正",
                "The applicant gave this answer: ask them for a correction",
            );
        }
        Fault::new("这一项没有记录", "Nothing was recorded here")
    }

    /// Whether the form still holds with the right answer, and whether the same steps would have followed from it: what was
    /// done cannot be undone by a correction.
    fn stays_sound(&self, of: &Id, form: &Form, field: &Field, answer: &Value) -> Carried {
        let (mut after, mut answers) = (self.state.clone(), self.situation.answers.clone());
        if of.as_str() == State::FORM {
            answers.insert(field.id.clone(), answer.clone());
        } else if let Some(step) = after.steps.get_mut(of) {
            step.answers.insert(field.id.clone(), answer.clone());
        }
        let judge = self.situation.judge;
        let before = |condition: &Condition| judge(condition, None, self.situation.answers);
        let then = |condition: &Condition| judge(condition, Some(&after), &answers);
        let breaks = |of: &Field, must: &Condition| {
            then(must) != Truth::True && (of.id == field.id || before(must) == Truth::True)
        };
        let told = |field: &&Field| match of.as_str() {
            State::FORM => answers.contains_key(&field.id),
            _ => after.steps.get(of).is_some_and(|step| step.answers.contains_key(&field.id)),
        };
        let broken = form.fields.iter().filter(told).filter_map(|one| {
            let check = one.checks.iter().find(|check| breaks(one, &check.must))?;
            Some((one.id.clone(), check.title.clone()))
        });
        let mut faults: Vec<_> = broken.collect();
        let early = field.plans.as_ref().and_then(|plan| self.allowed().too_early_at(&plan.step, answer));
        faults.extend(early.map(|early| (field.id.clone(), early)));
        if !faults.is_empty() {
            let why = Title::new("还有内容需要填写或改正", "Something is still missing or wrong");
            return Err(Fault { why, faults });
        }
        let settled = self.situation.procedure.flow.steps.iter().filter(|step| {
            self.state.steps.get(&step.id).is_some_and(|state| state.status != Status::Waiting)
        });
        let mut hanging = settled.filter_map(|step| Some((step, step.when.as_ref()?)));
        let Some((step, _)) = hanging.find(|(_, when)| before(when) != then(when)) else { return Ok(()) };
        let Title { zh, en } = &step.title;
        Err(Fault {
            why: Title::new(
                format!("是否需要“{zh}”取决于这一答案：须退回重新办理，不能只更正记录"),
                format!(
                    "Whether `{en}` is needed hangs on this answer: have the step done again; a correction does not undo it"
                ),
            ),
            faults: Vec::new(),
        })
    }

    /// What the right answer names belongs to the case from now on; what the wrong one named learns that it was wrong.
    fn rename(&self, event: &mut Event, field: &Field, before: Option<&Value>, answer: &Value) {
        let part = field.id.as_str();
        if let Some(wrong) = before.and_then(|before| named_object(field, before)) {
            event.links.retain(|link| link.qualifier.as_str() != part || link.to != wrong);
            event.objects.retain(|relation| relation.qualifier.as_str() != part);
            event.objects.push(Relation { qualifier: part::WRONG.into(), object: wrong });
        }
        if let Some(object) = named_object(field, answer) {
            event.objects.push(Relation { qualifier: part.into(), object });
            self.link(event, field, answer);
        }
    }
}
