//! What the office and the timer do: steps, corrections, handing over, extensions, deadlines.

use super::{Allowed, Carried, Draft, Fault, Truth, named_object, not_seen, unfit};
use crate::activity::{self, part};
use crate::answer;
use crate::clocks::Reading;
use crate::state::{Stage, State, Status};
use pack::model::{Condition, Field, Step};
use pack::{Id, Title};
use record::{Event, ObjectRef, Relation, Value};
use std::collections::BTreeSet;

impl Draft<'_> {
    pub(super) fn do_step(
        &mut self,
        id: &Id,
        outcome: &Id,
        reasons: Option<&str>,
        answers: &[(Id, Value)],
    ) -> Carried {
        let step = self.allowed().to_do(id)?;
        let Some(outcome) = step.outcome(outcome.as_str()) else {
            return Err(Fault::new("这个环节不能这样结束", "This step cannot end so"));
        };
        let reasons = reasons.map(str::trim).filter(|reasons| !reasons.is_empty());
        if outcome.reasons && reasons.is_none() {
            let faults = vec![("reasons".into(), Title::new("请写明理由", "Give the reasons"))];
            return Err(Fault { why: Title::new("须说明理由", "Reasons are needed"), faults });
        }
        let mut event =
            self.event(&outcome.activity).with("step", id.as_str()).with("outcome", outcome.id.as_str());
        if let Some(reasons) = reasons {
            self.say(&mut event, "reasons", reasons);
        }
        for (field, value) in answers {
            self.record(&mut event, step, field, value)?;
        }
        self.check_form(step, answers, &event)?;
        if let Some(credential) =
            step.issues.as_ref().filter(|_| step.outcomes.first().is_some_and(|first| first.id == outcome.id))
        {
            event = event.about(part::ISSUES, crate::given::object(credential, self.situation.case));
        }
        let office = self.state.steps.get(id).map(|state| state.office.clone()).unwrap_or_default();
        Self::at_office(&mut event, &office);
        self.put_and_move(event);
        Ok(())
    }

    /// An answer of a step's own form; what it names becomes part of the case's story.
    fn record(&mut self, event: &mut Event, step: &Step, id: &Id, value: &Value) -> Carried {
        let Some(field) = step.form.field(id.as_str()) else {
            return Err(Fault::new("表单中没有这一项", "The form does not ask for this"));
        };
        if !answer::fits(&field.kind, value) {
            return Err(unfit(id));
        }
        if self.situation.names_unseen(field, value) {
            return Err(not_seen(id));
        }
        if let Some(object) = named_object(field, value) {
            event.objects.push(Relation { qualifier: id.as_str().into(), object });
            self.link(event, field, value);
        }
        self.change(event, step.id.as_str(), id, value.clone(), field.personal);
        Ok(())
    }

    /// The form of a step as the case is once the step is done: its conditions may speak of the step's own answers.
    fn check_form(&self, step: &Step, answers: &[(Id, Value)], event: &Event) -> Carried {
        let mut after = self.state.clone();
        after.apply(event);
        let is = |condition: &Condition| {
            (self.situation.judge)(condition, Some(&after), self.situation.answers) == Truth::True
        };
        let mut faults = Vec::new();
        let shown: Vec<&Field> =
            step.form.fields.iter().filter(|field| field.when.as_ref().is_none_or(is)).collect();
        let said = |field: &Field| answers.iter().any(|(id, _)| *id == field.id);
        let wanted = shown.iter().filter(|field| field.required && !said(field));
        let unsaid: BTreeSet<&Id> = wanted.map(|field| &field.id).collect();
        let breaks = |must: &Condition| self.situation.breaks(must, Some(&after), Some(&step.id), &unsaid);
        for field in shown {
            if !said(field) {
                if field.required {
                    faults.push((field.id.clone(), Title::new("请填写", "This is needed")));
                }
            } else if let Some(broken) = field.checks.iter().find(|check| breaks(&check.must)) {
                faults.push((field.id.clone(), broken.title.clone()));
            } else if let Some(early) = self.planned_early(&after, field, answers) {
                faults.push((field.id.clone(), early));
            }
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Fault {
            why: Title::new("还有内容需要填写或改正", "Something is still missing or wrong"),
            faults,
        })
    }

    /// Why a step cannot be when an answer says that it will, once the step that says so is done.
    fn planned_early(&self, after: &State, field: &Field, answers: &[(Id, Value)]) -> Option<Title> {
        let (plan, (_, planned)) =
            field.plans.as_ref().zip(answers.iter().find(|(id, _)| *id == field.id))?;
        Allowed { state: after, situation: self.situation }.too_early_at(&plan.step, planned)
    }

    pub(super) fn correct(&mut self, id: &Id, notes: &[(Id, String)]) -> Carried {
        self.allowed().to_correct(id)?;
        let notes: Vec<_> = notes.iter().filter(|(_, note)| !note.trim().is_empty()).collect();
        if notes.is_empty() {
            return Err(Fault::new("请写明需要补正的内容", "Say what is to be corrected"));
        }
        let procedure = self.situation.procedure;
        let known = |id: &Id| {
            procedure.form.field(id.as_str()).is_some()
                || procedure.materials.iter().any(|asked| asked.material == *id)
        };
        if notes.iter().any(|(id, _)| !known(id)) {
            return Err(Fault::new("表单中没有这一项", "The form does not ask for this"));
        }
        let map = notes.iter().map(|(id, note)| (id.as_str().into(), Value::from(note.trim()))).collect();
        let mut event =
            self.event(activity::CORRECTION_REQUESTED).with("step", id.as_str()).with("stage", "correcting");
        self.say(&mut event, "notes", Value::Map(map));
        let office = self.state.steps.get(id).map(|state| state.office.clone()).unwrap_or_default();
        Self::at_office(&mut event, &office);
        self.put(event);
        Ok(())
    }

    pub(super) fn take(&mut self, id: &Id) -> Carried {
        self.allowed().to_take(id)?;
        let Some(actor) = self.situation.actor else { return Ok(()) };
        if self.state.steps.get(id).is_some_and(|step| step.holder.as_ref() == Some(actor)) {
            return Ok(());
        }
        let event = self.event(activity::TAKEN).with("step", id.as_str()).about(part::HOLDER, actor.clone());
        self.put(event);
        Ok(())
    }

    pub(super) fn hand_over(&mut self, id: &Id, to: &ObjectRef, reasons: &str) -> Carried {
        self.allowed().to_hand_over(id)?;
        if reasons.trim().is_empty() {
            return Err(Fault::at("reasons", "请写明转交的理由", "Say why it is handed over"));
        }
        let event = self.event(activity::HANDED_OVER).with("step", id.as_str());
        let mut event = event.about(part::HOLDER, to.clone());
        self.say(&mut event, "reasons", reasons.trim());
        self.put(event);
        Ok(())
    }

    /// Nobody holds the step then, and whoever has its post may take it.
    pub(super) fn release(&mut self, id: &Id, reasons: &str) -> Carried {
        self.allowed().to_release(id)?;
        if reasons.trim().is_empty() {
            return Err(Fault::at("reasons", "请写明退回的理由", "Say why it goes back into the queue"));
        }
        let mut event = self.event(activity::RELEASED).with("step", id.as_str());
        self.say(&mut event, "reasons", reasons.trim());
        self.put(event);
        Ok(())
    }

    pub(super) fn extend(&mut self, id: &Id, reasons: &str) -> Carried {
        self.allowed().to_extend(id)?;
        if reasons.trim().is_empty() {
            return Err(Fault::at("reasons", "请写明延期的理由", "Give the reasons for the extension"));
        }
        let mut event = self.event(activity::EXTENDED).with("clock", id.as_str());
        self.say(&mut event, "reasons", reasons.trim());
        self.put(event);
        Ok(())
    }

    pub(super) fn reply(&mut self, which: usize, words: &str) -> Carried {
        self.allowed().to_reply(which)?;
        if words.trim().is_empty() {
            return Err(Fault::at("words", "请写明答复", "Write the answer"));
        }
        let which = i64::try_from(which).unwrap_or_default();
        let mut event = self.event(activity::REPLIED).with("complaint", which);
        self.say(&mut event, "words", words.trim());
        self.put(event);
        Ok(())
    }

    /// A clock ran out. The event's id is made of the clock and its start, so that it is put down once however often
    /// the timer asks. Where the law takes silence for an answer, that answer follows.
    pub(super) fn expire(&mut self, id: &Id) -> Carried {
        let Reading { clock, started, .. } = self.allowed().to_expire(id)?;
        let mut event = self.event(activity::EXPIRED).with("clock", id.as_str()).with("started", started);
        event.id = format!("{}/expired/{id}/{started}", self.situation.case).into();
        self.put(event);
        let deemed = clock.deems.as_ref().and_then(|after| Some((&after.step, after.outcome.as_ref()?)));
        let Some((step, outcome)) = deemed else { return Ok(()) };
        let open = self.state.steps.get(step).is_some_and(|state| state.status == Status::Open);
        let defined =
            self.situation.procedure.flow.step(step.as_str()).and_then(|step| step.outcome(outcome.as_str()));
        if let Some(defined) = defined.filter(|_| open && self.state.stage == Stage::Open) {
            let activity = defined.activity.clone();
            let event = self
                .event(&activity)
                .with("step", step.as_str())
                .with("outcome", outcome.as_str())
                .with("reasons", "deemed")
                .with("clock", id.as_str());
            self.put_and_move(event);
        }
        Ok(())
    }

    pub(super) fn lapse(&mut self) -> Carried {
        self.allowed().to_lapse()?;
        let mut event = self.event(activity::LAPSED).with("ended", "lapsed");
        event.id = format!("{}/lapsed/{}", self.situation.case, self.state.corrections.len()).into();
        self.close_all(&mut event);
        self.put(event);
        Ok(())
    }
}
