use crate::decide::{Allowed, Fault, Situation};
use crate::state::{Stage, State};
use pack::model::StepKind;
use pack::{Id, Title};

/// Something that is possible in a case now, whoever may do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The action, as policies name it.
    pub action: &'static str,
    /// The step or clock that it is about.
    pub about: Option<Id>,
    /// For a step: how it may end.
    pub outcomes: Vec<Id>,
    /// What people call it.
    pub title: Title,
    /// Why whoever asks cannot do it, though its time has come: a colleague has taken it, say.
    pub hindered: Option<Title>,
}

impl Move {
    /// What only something keeps whoever asks from, if `carried` says that anything does.
    fn unless<T>(self, carried: Result<T, Fault>) -> Self {
        Self { hindered: carried.err().map(|fault| fault.why), ..self }
    }

    fn new(action: &'static str, about: Option<&Id>, title: Title) -> Self {
        Self { action, about: about.cloned(), outcomes: Vec::new(), title, hindered: None }
    }
}

/// All that is possible in `state` for the actor of the situation as far as the case goes, in the order in which people
/// should see it. What policies say to it is asked elsewhere.
pub fn possible(state: &State, situation: &Situation<'_>) -> Vec<Move> {
    let may = Allowed { state, situation: *situation };
    let plain = |action, zh, en| Move::new(action, None, Title::new(zh, en));
    if state.case.is_none() {
        return vec![plain("start", "开始办理", "Begin")];
    }
    let mut moves = Vec::new();
    if may.to_fill().is_ok() {
        let correcting = state.stage == Stage::Correcting;
        let (zh, en) = if correcting { ("补正", "Correct") } else { ("填写", "Fill in") };
        moves.push(plain("save", zh, en));
    }
    if may.to_submit().is_ok() {
        moves.push(plain("submit", "提交", "Hand in"));
    }
    if may.to_answer().is_ok() {
        moves.push(plain("answer", "提交补正", "Hand in the correction"));
    }
    moves.extend(steps(may));
    moves.extend(extensions(may));
    moves.extend(amendments(may));
    if may.to_withdraw().is_ok() {
        moves.push(plain("withdraw", "撤回", "Withdraw"));
    }
    if may.to_rate().is_ok() {
        moves.push(plain("rate", "评价", "Rate"));
    }
    if may.to_complain().is_ok() {
        moves.push(plain("complain", "投诉", "Complain"));
    }
    if (0..state.complaints.len()).any(|which| may.to_reply(which).is_ok()) {
        moves.push(plain("reply", "答复投诉", "Answer the complaint"));
    }
    moves
}

/// The steps that are open. What their own time has come for is told also to those who cannot do it, with why.
fn steps(may: Allowed<'_, '_>) -> Vec<Move> {
    let mut moves = Vec::new();
    let flow = &may.situation.procedure.flow;
    for step in &flow.steps {
        let id = &step.id;
        if may.open(id).is_ok() {
            let word =
                StepKind::ALL.iter().find(|(_, kind)| *kind == step.kind).map_or("act", |(word, _)| word);
            let outcomes = step.outcomes.iter().map(|outcome| outcome.id.clone()).collect();
            let doing = Move { outcomes, ..Move::new(word, Some(id), step.title.clone()) };
            moves.push(doing.unless(may.to_do(id)));
            if flow.correction.as_ref().is_some_and(|correction| correction.at.contains(id)) {
                let title = Title::new("要求补正", "Ask for a correction");
                moves.push(Move::new("correct", Some(id), title).unless(may.to_correct(id)));
            }
            if !may.is_held(id) {
                moves
                    .push(Move::new("take", Some(id), Title::new("承办", "Take on")).unless(may.to_take(id)));
            }
        }
        if may.is_held(id) && may.to_hand_over(id).is_ok() {
            moves.push(Move::new("hand-over", Some(id), Title::new("转交", "Hand over")));
        }
    }
    moves
}

/// Of the form, and of each step, whether what the office wrote down can be corrected.
fn amendments(may: Allowed<'_, '_>) -> Vec<Move> {
    let form = (Id::from(State::FORM), Title::new("申请表", "the form"));
    let steps = may.situation.procedure.flow.steps.iter().map(|step| (step.id.clone(), step.title.clone()));
    let open = std::iter::once(form).chain(steps).filter(|(of, _)| may.to_amend(of).is_ok());
    open.map(|(of, Title { zh, en })| {
        let title = Title::new(format!("更正记录：{zh}"), format!("Correct the record: {en}"));
        Move::new("amend", Some(&of), title)
    })
    .collect()
}

fn extensions(may: Allowed<'_, '_>) -> Vec<Move> {
    let clocks = may.situation.procedure.flow.clocks.iter();
    let open = clocks.filter(|clock| may.to_extend(&clock.id).is_ok());
    open.map(|clock| {
        let title = Title::new(format!("延期：{}", clock.title.zh), format!("Extend: {}", clock.title.en));
        Move::new("extend", Some(&clock.id), title)
    })
    .collect()
}
