//! What the office and the timer do: steps, corrections, handing over, extensions, deadlines.

use super::{Carried, Draft, Fault, Situation};
use crate::activity::{self, part};
use crate::state::{Stage, State, Status};
use pack::model::{Clock, Step};
use pack::{Id, Title};
use record::{ObjectRef, Time, Value};

/// Why whoever asks cannot do an open step; and, of that, whether it is because a colleague has taken it.
pub(crate) fn hindrances(
    state: &State,
    situation: &Situation<'_>,
    step: &Step,
) -> (Option<Title>, Option<Title>) {
    let draft = Draft::new(state, *situation);
    let why = |carried: Carried| carried.err().map(|fault| fault.why);
    (why(draft.may_do(step)), why(draft.not_held_by_another(step)))
}

impl<'a> Draft<'a> {
    fn open_step(&self, id: &Id) -> Result<&'a Step, Fault> {
        self.running()?;
        let step = self.situation.procedure.flow.step(id.as_str());
        let status = self.state.steps.get(id).map_or(Status::Waiting, |step| step.status);
        match (step, status) {
            (None, _) => Err(Fault::new("没有这个环节", "There is no such step")),
            (Some(step), Status::Open) => Ok(step),
            (Some(_), Status::Done) => Err(Fault::new("这个环节已经办完", "This step is done already")),
            (Some(_), Status::Skipped) => {
                Err(Fault::new("这个环节不需要办理", "This step is not needed in this case"))
            }
            (Some(_), Status::Waiting) => {
                Err(Fault::new("还没有轮到这个环节", "It is not this step's turn yet"))
            }
        }
    }

    /// An open step that may change hands, also while the party corrects: nobody must wait for somebody who is away.
    fn passable_step(&self, id: &Id) -> Carried {
        let open = self.state.steps.get(id).is_some_and(|step| step.status == Status::Open);
        if self.state.stage == Stage::Correcting && open { Ok(()) } else { self.open_step(id).map(drop) }
    }

    /// A step that a colleague took upon themselves is theirs until they hand it over.
    fn not_held_by_another(&self, step: &Step) -> Carried {
        let holder = self.state.steps.get(&step.id).and_then(|state| state.holder.as_ref());
        if holder.is_some() && holder != self.situation.actor {
            return Err(Fault::new("这个环节已由同事承办", "A colleague has taken this step"));
        }
        Ok(())
    }

    fn may_do(&self, step: &Step) -> Carried {
        self.not_held_by_another(step)?;
        for other in &step.separate {
            let by = self.state.done(other).and_then(|done| done.by.as_ref());
            if by.is_some() && by == self.situation.actor {
                return Err(Fault::new(
                    "这一环节须由另一人办理：您办理了前面的环节",
                    "Somebody else must do this step: you did an earlier one",
                ));
            }
        }
        if let Some(clock) = &step.not_before
            && !self.has_run_out(clock)
        {
            return Err(Fault::new("法定的期间尚未届满", "The time that must pass first has not passed yet"));
        }
        match step.guards.iter().find(|guard| !self.situation.holds(Some(&guard.condition))) {
            Some(guard) => Err(Fault { why: guard.title.clone(), faults: Vec::new() }),
            None => Ok(()),
        }
    }

    /// Whether it is on the record that the clock, as it last ran, ran out.
    fn has_run_out(&self, id: &Id) -> bool {
        self.clock(id).is_ok_and(|(_, started)| self.state.expired.contains(&(id.clone(), started)))
    }

    pub(super) fn do_step(
        &mut self,
        id: &Id,
        outcome: &Id,
        reasons: Option<&str>,
        answers: &[(Id, Value)],
    ) -> Carried {
        let step = self.open_step(id)?;
        self.may_do(step)?;
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
            event = event.with("reasons", reasons);
        }
        let mut faults = Vec::new();
        for field in step.form.fields.iter().filter(|field| field.required && field.when.is_none()) {
            if !answers.iter().any(|(id, _)| *id == field.id) {
                faults.push((field.id.clone(), Title::new("请填写", "This is needed")));
            }
        }
        if !faults.is_empty() {
            return Err(Fault {
                why: Title::new("还有内容需要填写", "Something is still missing"), faults
            });
        }
        for (field, value) in answers {
            let Some(asked) = step.form.field(field.as_str()) else {
                return Err(Fault::new("表单中没有这一项", "The form does not ask for this"));
            };
            if let pack::model::FieldKind::Object(_) = asked.kind
                && let Some(object) = value.as_text().and_then(ObjectRef::parse)
            {
                event = event.about(field.as_str(), object);
            }
            self.change(&mut event, id.as_str(), field, value.clone(), asked.personal);
        }
        if let Some(credential) =
            step.issues.as_ref().filter(|_| step.outcomes.first().is_some_and(|first| first.id == outcome.id))
        {
            let object = ObjectRef::new(format!("credential.{credential}"), self.situation.case.id.clone());
            event = event.about("issues", object);
        }
        let office = self.state.steps.get(id).map(|state| state.office.clone()).unwrap_or_default();
        Self::at_office(&mut event, &office);
        self.put_and_move(event);
        Ok(())
    }

    pub(super) fn correct(&mut self, id: &Id, notes: &[(Id, String)]) -> Carried {
        let step = self.open_step(id)?;
        self.not_held_by_another(step)?;
        let allowed = self.situation.procedure.flow.correction.as_ref();
        if !allowed.is_some_and(|correction| correction.at.contains(id)) {
            return Err(Fault::new("这个环节不能要求补正", "No correction can be asked for at this step"));
        }
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
        let mut event = self
            .event(activity::CORRECTION_REQUESTED)
            .with("step", id.as_str())
            .with("notes", Value::Map(map))
            .with("stage", "correcting");
        let office = self.state.steps.get(id).map(|state| state.office.clone()).unwrap_or_default();
        Self::at_office(&mut event, &office);
        self.put(event);
        Ok(())
    }

    pub(super) fn take(&mut self, id: &Id) -> Carried {
        let step = self.open_step(id)?;
        self.may_do(step)?;
        let Some(actor) = self.situation.actor else { return Ok(()) };
        if self.state.steps.get(id).is_some_and(|step| step.holder.as_ref() == Some(actor)) {
            return Ok(());
        }
        let event = self.event(activity::TAKEN).with("step", id.as_str()).about(part::HOLDER, actor.clone());
        self.put(event);
        Ok(())
    }

    pub(super) fn hand_over(&mut self, id: &Id, to: &ObjectRef, reasons: &str) -> Carried {
        self.passable_step(id)?;
        if reasons.trim().is_empty() {
            return Err(Fault::new("请写明转交的理由", "Say why it is handed over"));
        }
        let event = self
            .event(activity::HANDED_OVER)
            .with("step", id.as_str())
            .with("reasons", reasons.trim())
            .about(part::HOLDER, to.clone());
        self.put(event);
        Ok(())
    }

    /// Nobody holds the step then, and whoever has its post may take it.
    pub(super) fn release(&mut self, id: &Id, reasons: &str) -> Carried {
        self.passable_step(id)?;
        if self.state.steps.get(id).is_none_or(|step| step.holder.is_none()) {
            return Err(Fault::new("这个环节无人承办", "Nobody has taken this step"));
        }
        if reasons.trim().is_empty() {
            return Err(Fault::new("请写明退回的理由", "Say why it goes back into the queue"));
        }
        let event = self.event(activity::RELEASED).with("step", id.as_str()).with("reasons", reasons.trim());
        self.put(event);
        Ok(())
    }

    fn clock(&self, id: &Id) -> Result<(&'a Clock, Time), Fault> {
        let clock = self.situation.procedure.flow.clocks.iter().find(|clock| clock.id == *id);
        let started = clock.and_then(|clock| crate::clocks::started(&self.state, clock));
        match (clock, started) {
            (None, _) => Err(Fault::new("没有这个时限", "There is no such deadline")),
            (_, None) => Err(Fault::new("这个时限没有在走", "This deadline is not running")),
            (Some(clock), Some(started)) => Ok((clock, started)),
        }
    }

    pub(super) fn extend(&mut self, id: &Id, reasons: &str) -> Carried {
        self.running()?;
        let (_, _) = self.clock(id)?;
        if reasons.trim().is_empty() {
            return Err(Fault::new("请写明延期的理由", "Give the reasons for the extension"));
        }
        let event = self.event(activity::EXTENDED).with("clock", id.as_str()).with("reasons", reasons.trim());
        self.put(event);
        Ok(())
    }

    pub(super) fn reply(&mut self, which: usize, words: &str) -> Carried {
        match self.state.complaints.get(which) {
            None => return Err(Fault::new("没有这件投诉", "There is no such complaint")),
            Some(complaint) if complaint.reply.is_some() => {
                return Err(Fault::new("投诉已经答复", "The complaint is answered already"));
            }
            Some(_) => {}
        }
        if words.trim().is_empty() {
            return Err(Fault::new("请写明答复", "Write the answer"));
        }
        let which = i64::try_from(which).unwrap_or_default();
        let event = self.event(activity::REPLIED).with("complaint", which).with("words", words.trim());
        self.put(event);
        Ok(())
    }

    /// A clock ran out. The event's id is made of the clock and its start, so that it is put down once however often
    /// the timer asks. Where the law takes silence for an answer, that answer follows.
    pub(super) fn expire(&mut self, id: &Id) -> Carried {
        let (clock, started) = self.clock(id)?;
        if self.state.expired.contains(&(id.clone(), started)) {
            return Err(Fault::new("已经记录", "It is on the record already"));
        }
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
        if self.state.stage != Stage::Correcting {
            return Err(Fault::new("没有需要补正的内容", "There is nothing to correct"));
        }
        let mut event = self.event(activity::LAPSED).with("ended", "lapsed");
        event.id = format!("{}/lapsed/{}", self.situation.case, self.state.corrections.len()).into();
        self.close_all(&mut event);
        self.put(event);
        Ok(())
    }
}
