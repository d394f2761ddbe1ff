use crate::decide::{Situation, hindrances};
use crate::state::{Stage, State, Status};
use pack::model::{StepKind, Watcher};
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

/// All that is possible in `state`, in the order in which people should see it.
pub fn possible(state: &State, situation: &Situation<'_>) -> Vec<Move> {
    let plain = |action, zh, en| Move {
        action,
        about: None,
        outcomes: Vec::new(),
        title: Title::new(zh, en),
        hindered: None,
    };
    let mut moves = Vec::new();
    match &state.stage {
        _ if state.case.is_none() => moves.push(plain("start", "开始办理", "Begin")),
        Stage::Draft => {
            moves.push(plain("save", "填写", "Fill in"));
            moves.push(plain("submit", "提交", "Hand in"));
            moves.push(plain("withdraw", "撤回", "Withdraw"));
        }
        Stage::Correcting => {
            moves.push(plain("save", "补正", "Correct"));
            moves.push(plain("answer", "提交补正", "Hand in the correction"));
            moves.push(plain("withdraw", "撤回", "Withdraw"));
        }
        Stage::Open => {
            moves.extend(steps(state, situation));
            moves.extend(extensions(state, situation));
            let flow = &situation.procedure.flow;
            let decided =
                flow.steps.iter().any(|step| step.kind == StepKind::Decide && state.done(&step.id).is_some());
            if flow.withdrawable && !decided {
                moves.push(plain("withdraw", "撤回", "Withdraw"));
            }
        }
        Stage::Ended { .. } if state.rating.is_none() && state.party.is_some() => {
            moves.push(plain("rate", "评价", "Rate"));
        }
        Stage::Ended { .. } => {}
    }
    if state.submitted.is_some() {
        moves.push(plain("complain", "投诉", "Complain"));
    }
    if state.complaints.iter().any(|complaint| complaint.reply.is_none()) {
        moves.push(plain("reply", "答复投诉", "Answer the complaint"));
    }
    moves
}

fn steps(state: &State, situation: &Situation<'_>) -> Vec<Move> {
    let mut moves = Vec::new();
    for step in &situation.procedure.flow.steps {
        let Some(open) = state.steps.get(&step.id).filter(|step| step.status == Status::Open) else {
            continue;
        };
        let kind = StepKind::ALL.iter().find(|(_, kind)| *kind == step.kind).map_or("act", |(word, _)| word);
        let about = Some(step.id.clone());
        let (hindered, taken) = hindrances(state, situation, step);
        moves.push(Move {
            action: kind,
            about: about.clone(),
            outcomes: step.outcomes.iter().map(|outcome| outcome.id.clone()).collect(),
            title: step.title.clone(),
            hindered: hindered.clone(),
        });
        let correction = situation.procedure.flow.correction.as_ref();
        if correction.is_some_and(|correction| correction.at.contains(&step.id)) {
            let title = Title::new("要求补正", "Ask for a correction");
            moves.push(Move {
                action: "correct",
                about: about.clone(),
                outcomes: Vec::new(),
                title,
                hindered: taken,
            });
        }
        let (action, title, hindered) = match open.holder {
            None => ("take", Title::new("承办", "Take on"), hindered),
            Some(_) => ("hand-over", Title::new("转交", "Hand over"), None),
        };
        moves.push(Move { action, about, outcomes: Vec::new(), title, hindered });
    }
    moves
}

fn extensions(state: &State, situation: &Situation<'_>) -> Vec<Move> {
    let readings = crate::clocks::read(state, situation.procedure);
    let running = readings.iter().filter(|reading| reading.stopped.is_none());
    let office = running.filter(|reading| reading.clock.binds == Watcher::Office);
    office
        .map(|reading| Move {
            action: "extend",
            about: Some(reading.clock.id.clone()),
            outcomes: Vec::new(),
            title: Title::new(
                format!("延期：{}", reading.clock.title.zh),
                format!("Extend: {}", reading.clock.title.en),
            ),
            hindered: None,
        })
        .collect()
}
