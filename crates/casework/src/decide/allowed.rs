//! What each command needs of a case before it can be carried out. What is possible is told from here and what is asked
//! is refused from here, so that the two cannot differ.

use super::form::{missing, unchanged};
use super::{Carried, Fault, Situation};
use crate::clocks::{self, Reading};
use crate::due::{self, Counted};
use crate::state::{Stage, State, Status};
use jiff::civil::{self, Date, DateTime};
use pack::days;
use pack::days::step::What;
use pack::model::{Form, Step, StepKind, Watcher};
use pack::{Id, Lang, Title};
use record::{Time, Value};

/// A case, and all else that it depends on whether something may be done.
#[derive(Clone, Copy)]
pub(crate) struct Allowed<'s, 'a> {
    pub(crate) state: &'s State,
    pub(crate) situation: Situation<'a>,
}

impl<'a> Allowed<'_, 'a> {
    pub(crate) fn to_fill(self) -> Carried {
        match self.state.stage {
            Stage::Draft | Stage::Correcting => Ok(()),
            Stage::Open => Err(Fault::new(
                "申请已经提交，不能再改",
                "The application is handed in; it cannot be changed",
            )),
            Stage::Ended { .. } => Err(over()),
        }
    }

    pub(crate) fn to_submit(self) -> Carried {
        match self.state.stage {
            Stage::Draft => self.complete(),
            _ => Err(Fault::new("申请已经提交", "The application is handed in already")),
        }
    }

    pub(crate) fn to_answer(self) -> Carried {
        match self.state.stage {
            Stage::Correcting => self.complete().and_then(|()| self.corrected()),
            _ => Err(Fault::new("没有需要补正的内容", "There is nothing to correct")),
        }
    }

    /// Something of what was asked for is another than it was: the clerk would only ask for it again.
    fn corrected(self) -> Carried {
        let faults = unchanged(self.state, &self.situation);
        if faults.is_empty() {
            return Ok(());
        }
        let why = Fault::new(
            "单位要求更正的内容都没有改动，请改正后再提交",
            "Nothing that the office asked for has been changed: correct it first",
        );
        Err(Fault { faults, ..why })
    }

    fn complete(self) -> Carried {
        let faults = missing(self.state, &self.situation);
        if faults.is_empty() {
            return Ok(());
        }
        let why = Fault::new("还有内容需要填写或改正", "Something is still missing or wrong").why;
        Err(Fault { why, faults })
    }

    /// A draft can be taken back whatever it is of: nobody has it to do yet.
    pub(crate) fn to_withdraw(self) -> Carried {
        let flow = &self.situation.procedure.flow;
        let decides = |step: &&Step| step.kind == StepKind::Decide;
        let decided = || flow.steps.iter().filter(decides).any(|step| self.state.done(&step.id).is_some());
        match self.state.stage {
            Stage::Ended { .. } => Err(over()),
            Stage::Draft => Ok(()),
            _ if !flow.withdrawable => Err(Fault::new("这个事项不能撤回", "This cannot be withdrawn")),
            _ if decided() => {
                Err(Fault::new("已作出决定，不能撤回", "It is decided; it cannot be withdrawn"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn to_rate(self) -> Carried {
        if !self.state.ended() || self.state.submitted.is_none() {
            return Err(Fault::new("办结后才能评价", "It can be rated when it is over"));
        }
        if self.state.party.is_none() {
            return Err(Fault::new("这个事项没有申请人", "This case has no applicant"));
        }
        match self.state.rating {
            Some(_) => Err(Fault::new("已经评价过", "It is rated already")),
            None => Ok(()),
        }
    }

    pub(crate) fn to_complain(self) -> Carried {
        match self.state.submitted {
            Some(_) => Ok(()),
            None => Err(Fault::new("申请尚未提交", "The application is not handed in yet")),
        }
    }

    pub(crate) fn to_reply(self, which: usize) -> Carried {
        match self.state.complaints.get(which) {
            None => Err(Fault::new("没有这件投诉", "There is no such complaint")),
            Some(complaint) if complaint.reply.is_some() => {
                Err(Fault::new("投诉已经答复", "The complaint is answered already"))
            }
            Some(complaint) if complaint.closed.is_some() => Err(Fault::new(
                "投诉内容已随个人信息删除，投诉已了结",
                "The complaint was closed when its words were erased",
            )),
            Some(_) => Ok(()),
        }
    }

    fn running(self) -> Carried {
        match self.state.stage {
            Stage::Open => Ok(()),
            Stage::Draft => Err(Fault::new("申请尚未提交", "The application is not handed in yet")),
            Stage::Correcting => {
                Err(Fault::new("正在等待申请人补正", "The case waits for the applicant's correction"))
            }
            Stage::Ended { .. } => Err(over()),
        }
    }

    /// The step, where it is open.
    pub(crate) fn open(self, id: &Id) -> Result<&'a Step, Fault> {
        self.running()?;
        self.its_turn(id)
    }

    fn its_turn(self, id: &Id) -> Result<&'a Step, Fault> {
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

    /// A step that a colleague took upon themselves is theirs until they hand it over.
    fn to_touch(self, step: &Step) -> Carried {
        let holder = self.state.steps.get(&step.id).and_then(|state| state.holder.as_ref());
        if holder.is_some() && holder != self.situation.actor {
            return Err(Fault::new("这个环节已由同事承办", "A colleague has taken this step"));
        }
        Ok(())
    }

    fn is_another(self, step: &Step) -> Carried {
        for other in &step.separate {
            if self.answers_for(other) {
                return Err(Fault::new(
                    "这一环节须由另一人办理：您办理了前面的环节",
                    "Somebody else must do this step: you did an earlier one",
                ));
            }
        }
        Ok(())
    }

    /// Whether whoever asks did the step, or corrected what it recorded.
    fn answers_for(self, step: &Id) -> bool {
        let Some(actor) = self.situation.actor else { return false };
        let by = self.state.done(step).and_then(|done| done.by.as_ref());
        by == Some(actor) || self.state.steps.get(step).is_some_and(|step| step.amended.contains(actor))
    }

    /// What the office wrote down can be corrected once it stands, over or not: answers of the form that it entered, and what
    /// a step recorded. Whoever corrects a step answers for it, and so cannot have done one that must be another's.
    pub(crate) fn to_amend(self, of: &Id) -> Result<&'a Form, Fault> {
        if self.state.erased.is_some() {
            return Err(Fault::new(
                "个人信息已删除，无从更正",
                "Its personal data is erased; there is nothing left to correct",
            ));
        }
        let procedure = self.situation.procedure;
        if of.as_str() == State::FORM {
            return match self.state.stage {
                Stage::Draft | Stage::Correcting => Err(Fault::new(
                    "申请表还可以填写，请直接修改",
                    "The form is still open: change the answer there",
                )),
                _ if self.state.entered.is_empty() => Err(Fault::new(
                    "申请表由申请人自己填写，请要求申请人补正",
                    "The applicant filled the form in: ask them for a correction",
                )),
                _ => Ok(&procedure.form),
            };
        }
        let Some(step) = procedure.flow.step(of.as_str()) else {
            return Err(Fault::new("没有这个环节", "There is no such step"));
        };
        if self.state.steps.get(of).is_none_or(|state| state.answers.is_empty()) {
            return Err(Fault::new(
                "这个环节没有记录可更正的内容",
                "This step has recorded nothing that can be corrected",
            ));
        }
        self.is_another(step)?;
        let mut others = procedure.flow.steps.iter().filter(|other| other.separate.contains(of));
        match others.any(|other| self.answers_for(&other.id)) {
            true => Err(Fault::new(
                "须由另一人更正：您办理了须与此分开的环节",
                "Somebody else must correct this: you did a step that must be another's",
            )),
            false => Ok(&step.form),
        }
    }

    pub(crate) fn to_take(self, id: &Id) -> Carried {
        let step = self.open(id)?;
        self.to_touch(step)?;
        self.is_another(step)
    }

    /// An open step may change hands also while the party corrects: nobody must wait for somebody who is away.
    pub(crate) fn to_hand_over(self, id: &Id) -> Carried {
        if self.state.stage != Stage::Correcting {
            self.running()?;
        }
        self.its_turn(id).map(drop)
    }

    pub(crate) fn to_release(self, id: &Id) -> Carried {
        self.to_hand_over(id)?;
        match self.is_held(id) {
            true => Ok(()),
            false => Err(Fault::new("这个环节无人承办", "Nobody has taken this step")),
        }
    }

    pub(crate) fn is_held(self, id: &Id) -> bool {
        self.state.steps.get(id).is_some_and(|step| step.holder.is_some())
    }

    pub(crate) fn to_do(self, id: &Id) -> Result<&'a Step, Fault> {
        let step = self.open(id)?;
        self.to_touch(step)?;
        self.is_another(step)?;
        if let Some(clock) = &step.not_before
            && !self.has_run_out(clock)
        {
            return Err(self.too_early(clock));
        }
        match step.guards.iter().find(|guard| !self.situation.holds(Some(&guard.condition))) {
            Some(guard) => Err(Fault { why: guard.title.clone(), faults: Vec::new() }),
            None => Ok(step),
        }
    }

    pub(crate) fn to_correct(self, id: &Id) -> Carried {
        let step = self.open(id)?;
        self.to_touch(step)?;
        let allowed = self.situation.procedure.flow.correction.as_ref();
        match allowed.is_some_and(|correction| correction.at.contains(id)) {
            true => Ok(()),
            false => Err(Fault::new("这个环节不能要求补正", "No correction can be asked for at this step")),
        }
    }

    /// The clock as it last ran.
    fn clock(self, id: &Id) -> Result<Reading<'a>, Fault> {
        let procedure = self.situation.procedure;
        if !procedure.flow.clocks.iter().any(|clock| clock.id == *id) {
            return Err(Fault::new("没有这个时限", "There is no such deadline"));
        }
        let readings = clocks::read(self.state, procedure, self.situation.definitions).into_iter();
        readings.into_iter().find(|reading| reading.clock.id == *id).ok_or_else(not_running)
    }

    /// Whether it is on the record that the clock, as it last ran, ran out.
    fn has_run_out(self, id: &Id) -> bool {
        self.clock(id).is_ok_and(|reading| reading.expired)
    }

    /// A step is not to be done before a clock has run out: from when it may be, where that is known.
    fn too_early(self, id: &Id) -> Fault {
        let from = self.over(id).map(|(end, _)| days::local(end));
        let (zh, en) = from.map_or_else(Default::default, |from| {
            (
                format!("，{}起方可办理", told(Lang::Zh, from)),
                format!("; it may be done from {} on", told(Lang::En, from)),
            )
        });
        Fault::new(
            &format!("法定的期间尚未届满{zh}"),
            &format!("The time that must pass first has not passed yet{en}"),
        )
    }

    /// Why a step cannot be at the moment, or on the day, for which it is planned: from when it can, and by what. None where it
    /// can, or where nobody knows yet.
    pub(crate) fn too_early_at(self, id: &Id, planned: &Value) -> Option<Title> {
        let clock = self.situation.procedure.flow.step(id.as_str())?.not_before.as_ref()?;
        let (end, counted) = self.over(clock)?;
        let early = match planned {
            Value::Time(at) => *at < end,
            day => day.as_text()?.parse::<Date>().ok()? < days::local(end).date(),
        };
        let (reading, from) = (self.clock(clock).ok()?, days::local(end));
        let why = |lang: Lang| {
            let set = counted
                .limit
                .steps
                .iter()
                .filter(|step| matches!(step.what, What::Limit { .. } | What::Kind { .. }));
            let set: Vec<String> = set.map(|step| step.words(lang)).collect();
            set.join(if lang == Lang::Zh { "，" } else { ", " })
        };
        early.then(|| {
            let Title { zh, en } = &reading.clock.title;
            Title::new(
                format!("太早：最早为{}。“{zh}”：{}", told(Lang::Zh, from), why(Lang::Zh)),
                format!("Too early: {} at the earliest. “{en}”: {}", told(Lang::En, from), why(Lang::En)),
            )
        })
    }

    /// When the clock, as it last ran, is over, and how that was counted.
    fn over(self, id: &Id) -> Option<(Time, Counted)> {
        let law = self.situation.definitions.law.as_ref()?;
        let counted = due::count(&self.clock(id).ok()?, law)?;
        Some((counted.at()?, counted))
    }

    /// A clock that binds the office can be moved before it runs out, as often as its law says.
    pub(crate) fn to_extend(self, id: &Id) -> Carried {
        self.running()?;
        let reading = self.clock(id)?;
        if reading.stopped.is_some() {
            return Err(not_running());
        }
        if reading.expired {
            return Err(Fault::new("时限已经届满", "The deadline has passed"));
        }
        let law = self.situation.definitions.law.as_ref();
        let left = law.map_or(0, |law| due::extensions_left(&reading, law));
        if left == 0 || reading.clock.binds != Watcher::Office {
            return Err(Fault::new(
                "法律不允许再延长这个时限",
                "The law lets this deadline be moved no further",
            ));
        }
        Ok(())
    }

    /// A clock that is running and whose time is over: the moment at which it had started.
    pub(crate) fn to_expire(self, id: &Id) -> Result<Reading<'a>, Fault> {
        let reading = self.clock(id)?;
        if reading.expired {
            return Err(Fault::new("已经记录", "It is on the record already"));
        }
        if reading.stopped.is_some() {
            return Err(not_running());
        }
        let law = self.situation.definitions.law.as_ref();
        self.is_past(law.and_then(|law| due::count(&reading, law)?.at()))?;
        Ok(reading)
    }

    /// The time for answering a correction is over.
    pub(crate) fn to_lapse(self) -> Carried {
        let procedure = self.situation.procedure;
        let asked = self.state.asked().filter(|_| self.state.stage == Stage::Correcting);
        let asked = asked.ok_or_else(|| Fault::new("没有需要补正的内容", "There is nothing to correct"))?;
        let answer = procedure.flow.correction.as_ref().map(|correction| correction.answer);
        let law = self.situation.definitions.law.as_ref();
        self.is_past(answer.zip(law).and_then(|(answer, law)| due::answer(asked.asked, answer, law)))
    }

    fn is_past(self, due: Option<Time>) -> Carried {
        match due.is_some_and(|due| due <= self.situation.now) {
            true => Ok(()),
            false => Err(Fault::new("时限尚未届满", "The deadline has not passed yet")),
        }
    }
}

pub(super) fn over() -> Fault {
    Fault::new("事项已经办结", "The case is over")
}

fn not_running() -> Fault {
    Fault::new("这个时限没有在走", "This deadline is not running")
}

/// A moment; of one at midnight, the day.
fn told(lang: Lang, at: DateTime) -> String {
    match at.time() == civil::Time::midnight() {
        true => lang.date(at.date()),
        false => lang.moment(at),
    }
}
