use pack::Title;
use pack::model::{After, Outcome, Procedure, Start, Step};
use std::collections::BTreeSet;

/// A move of a procedure: what a step of a case is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// The case is begun.
    Begin,
    /// The party hands it in.
    Submit,
    /// The office says what is missing.
    AskCorrection,
    /// The party answers that.
    AnswerCorrection,
    /// The party takes it back, or it lapses.
    Withdraw,
    /// A step ends with an outcome: the places of both.
    Done(u16, u16),
    /// What the procedure has no say in.
    Aside,
}

/// Why a move is not one that the procedure allows where it was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The procedure has no such move.
    Unknown,
    /// The case was over.
    Over,
    /// It was done before, and nothing led back to it.
    Again,
    /// It was not its turn: these steps were not done first. None where the application was.
    Early(Vec<u16>),
    /// It waits for the party's correction, or there is none to be answered.
    Correction,
    /// It cannot be taken back any more.
    Withdrawn,
}

impl Why {
    /// In words.
    pub fn title(&self, reference: &Reference<'_>) -> Title {
        let fixed = |zh: &str, en: &str| Title::new(zh, en);
        match self {
            Self::Unknown => fixed("程序中没有这一步", "the procedure has no such move"),
            Self::Over => fixed("办件已经结束", "the case was over"),
            Self::Again => {
                fixed("已经办过，也没有退回重办", "it was done before, and nothing led back to it")
            }
            Self::Correction => fixed("补正的先后不对", "it does not fit in with the correction"),
            Self::Withdrawn => fixed("已不能撤回", "it could no longer be taken back"),
            Self::Early(steps) if steps.is_empty() => {
                fixed("申请尚未提交", "the application was not handed in")
            }
            Self::Early(steps) => {
                let titles = || steps.iter().filter_map(|at| reference.step(*at)).map(|step| &step.title);
                let zh: Vec<String> = titles().map(|title| format!("“{}”", title.zh)).collect();
                let en: Vec<String> = titles().map(|title| format!("“{}”", title.en)).collect();
                Title::new(
                    format!("{}尚未办理", zh.join("、")),
                    format!("{} was not done as it must be before", en.join(", ")),
                )
            }
        }
    }
}

/// The names of moves that are no step's, as the record has them.
const BEGUN: &str = "case started";
const SUBMITTED: &str = "application submitted";
const ASKED: &str = "correction requested";
const ANSWERED: &str = "correction answered";
const WITHDRAWN: &str = "application withdrawn";
const LAPSED: &str = "application lapsed";
const ASIDE: [&str; 14] = [
    "answers saved",
    "material attached",
    "material detached",
    "step taken",
    "step handed over",
    "step put back",
    "deadline extended",
    "deadline passed",
    "service rated",
    "complaint made",
    "complaint answered",
    "record corrected",
    "case migrated",
    "personal data erased",
];

/// A procedure of a pack, against which cases are held.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'p> {
    pub(super) procedure: &'p Procedure,
}

impl<'p> Reference<'p> {
    /// The procedure as a reference.
    pub fn new(procedure: &'p Procedure) -> Self {
        Self { procedure }
    }

    /// The procedure.
    pub fn procedure(&self) -> &'p Procedure {
        self.procedure
    }

    /// The moves that an activity may be: by `step.outcome`, by the fact that an outcome puts on the record, or by what
    /// the step or its outcome is called. Empty where the procedure has no such move.
    pub fn moves(&self, name: &str) -> Vec<Move> {
        let fixed = match name {
            BEGUN => Some(Move::Begin),
            SUBMITTED => Some(Move::Submit),
            ASKED => Some(Move::AskCorrection),
            ANSWERED => Some(Move::AnswerCorrection),
            WITHDRAWN | LAPSED => Some(Move::Withdraw),
            other if ASIDE.contains(&other) => Some(Move::Aside),
            _ => None,
        };
        if let Some(fixed) = fixed {
            return vec![fixed];
        }
        let all: Vec<(Move, &Step, &Outcome)> = self.outcomes().collect();
        let by = |fits: &dyn Fn(&Step, &Outcome) -> bool| -> Vec<Move> {
            all.iter().filter(|(_, step, outcome)| fits(step, outcome)).map(|(one, ..)| *one).collect()
        };
        let called = |title: &Title| title.zh == name || title.en == name;
        let found = by(&|step, outcome| {
            let key = name.strip_prefix(step.id.as_str()).and_then(|rest| rest.strip_prefix('.'));
            key == Some(outcome.id.as_str()) || outcome.activity == name
        });
        if !found.is_empty() {
            return found;
        }
        let found = by(&|step, outcome| called(&both(step, outcome)));
        if !found.is_empty() {
            return found;
        }
        // A step without its outcome counts as done in the way that is named first.
        by(&|step, outcome| {
            let first = step.outcomes.first().is_some_and(|first| first.id == outcome.id);
            first && (step.id.as_str() == name || called(&step.title))
        })
    }

    /// All ways in which steps can end.
    fn outcomes(&self) -> impl Iterator<Item = (Move, &'p Step, &'p Outcome)> {
        (0..).zip(&self.procedure.flow.steps).flat_map(|(at, step)| {
            (0..).zip(&step.outcomes).map(move |(nth, outcome)| (Move::Done(at, nth), step, outcome))
        })
    }

    /// The moves by which a case goes on once it is begun: handed in, each way in which a step can end.
    pub(super) fn course(&self) -> impl Iterator<Item = Move> {
        let by_party = self.procedure.start == Start::Party;
        by_party.then_some(Move::Submit).into_iter().chain(self.outcomes().map(|(one, ..)| one))
    }

    /// What a move is called.
    pub fn title(&self, one: Move) -> Title {
        match one {
            Move::Begin => Title::new("开始填写", "Begun"),
            Move::Submit => Title::new("提交申请", "Handed in"),
            Move::AskCorrection => Title::new("要求补正", "Correction asked for"),
            Move::AnswerCorrection => Title::new("提交补正", "Correction handed in"),
            Move::Withdraw => Title::new("撤回申请", "Withdrawn"),
            Move::Aside => Title::new("其他", "Something else"),
            Move::Done(step, outcome) => {
                let found =
                    self.step(step).and_then(|step| Some((step, step.outcomes.get(usize::from(outcome))?)));
                found.map(|(step, outcome)| both(step, outcome)).unwrap_or_default()
            }
        }
    }

    /// A step by its place.
    pub fn step(&self, at: u16) -> Option<&'p Step> {
        self.procedure.flow.steps.get(usize::from(at))
    }

    pub(super) fn place(&self, id: &str) -> Option<u16> {
        (0..).zip(&self.procedure.flow.steps).find(|(_, step)| step.id.as_str() == id).map(|(at, _)| at)
    }
}

fn both(step: &Step, outcome: &Outcome) -> Title {
    Title::new(
        format!("{}：{}", step.title.zh, outcome.title.zh),
        format!("{}: {}", step.title.en, outcome.title.en),
    )
}

/// How far a case is, as far as the procedure's order goes. What a step's condition says is not known from a course alone:
/// a step that has one may be done, and may be passed over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stand {
    begun: bool,
    submitted: bool,
    correcting: bool,
    over: bool,
    /// By step: how it ended, where it is done.
    done: Vec<Option<u16>>,
}

impl Stand {
    pub(super) fn new(reference: &Reference<'_>) -> Self {
        let done = vec![None; reference.procedure.flow.steps.len()];
        Self { begun: false, submitted: false, correcting: false, over: false, done }
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn is_done(&self, step: u16) -> bool {
        self.done.get(usize::from(step)).is_some_and(Option::is_some)
    }

    /// Whether a move is allowed here; if not, why.
    pub(super) fn allows(&self, reference: &Reference<'_>, one: Move) -> Result<(), Why> {
        let flow = &reference.procedure.flow;
        match one {
            Move::Aside => Ok(()),
            _ if self.over => Err(Why::Over),
            Move::Begin if self.begun || self.submitted || self.done.iter().any(Option::is_some) => {
                Err(Why::Again)
            }
            Move::Submit if self.submitted => Err(Why::Again),
            Move::Begin | Move::Submit => Ok(()),
            Move::AskCorrection if self.correcting || flow.correction.is_none() => Err(Why::Correction),
            Move::AnswerCorrection if !self.correcting => Err(Why::Correction),
            Move::AskCorrection | Move::AnswerCorrection => Ok(()),
            Move::Withdraw if self.submitted && !flow.withdrawable => Err(Why::Withdrawn),
            Move::Withdraw => Ok(()),
            Move::Done(at, _) => {
                let Some(step) = reference.step(at) else { return Err(Why::Unknown) };
                match self.before(reference, step) {
                    Err(missing) => Err(Why::Early(missing)),
                    Ok(()) if self.is_done(at) && !step.repeats => Err(Why::Again),
                    Ok(()) if self.correcting => Err(Why::Correction),
                    Ok(()) => Ok(()),
                }
            }
        }
    }

    /// Whether it is a step's turn; if not, what would have had to be done first.
    fn before(&self, reference: &Reference<'_>, step: &Step) -> Result<(), Vec<u16>> {
        if step.after.is_empty() {
            let by_party = reference.procedure.start == Start::Party;
            return if by_party && !self.submitted { Err(Vec::new()) } else { Ok(()) };
        }
        let met = |after: &After| self.meets(reference, after, reference.procedure.flow.steps.len());
        let fits = if step.any { step.after.iter().any(met) } else { step.after.iter().all(met) };
        if fits {
            return Ok(());
        }
        let unmet = step.after.iter().filter(|after| !met(after));
        Err(unmet.filter_map(|after| reference.place(after.step.as_str())).collect())
    }

    /// Whether what must come before is done, or may have been passed over. `depth` ends what goes round in a circle.
    fn meets(&self, reference: &Reference<'_>, after: &After, depth: usize) -> bool {
        let Some(at) = reference.place(after.step.as_str()) else { return false };
        let Some(step) = reference.step(at) else { return false };
        if let Some(outcome) = self.done.get(usize::from(at)).copied().flatten() {
            let ended = step.outcomes.get(usize::from(outcome));
            return after.outcome.as_ref().is_none_or(|id| ended.is_some_and(|outcome| outcome.id == *id));
        }
        if step.when.is_none() || after.outcome.is_some() || depth == 0 {
            return false;
        }
        let met = |after: &After| self.meets(reference, after, depth - 1);
        if step.any {
            step.after.is_empty() || step.after.iter().any(met)
        } else {
            step.after.iter().all(met)
        }
    }

    /// Makes a move, allowed or not.
    pub(super) fn make(&mut self, reference: &Reference<'_>, one: Move) {
        match one {
            Move::Begin => self.begun = true,
            Move::Submit => self.submitted = true,
            Move::AskCorrection => self.correcting = true,
            Move::AnswerCorrection => self.correcting = false,
            Move::Withdraw => self.over = true,
            Move::Aside => {}
            Move::Done(at, nth) => {
                let Some(step) = reference.step(at) else { return };
                if let Some(done) = self.done.get_mut(usize::from(at)) {
                    *done = Some(nth);
                }
                let Some(outcome) = step.outcomes.get(usize::from(nth)) else { return };
                self.over |= outcome.ends;
                for id in &outcome.reopens {
                    self.reopen(reference, id.as_str());
                }
            }
        }
    }

    /// What is opened again is to be done again, and all that comes after it.
    fn reopen(&mut self, reference: &Reference<'_>, id: &str) {
        let mut reached: Vec<u16> = reference.place(id).into_iter().collect();
        let mut seen: BTreeSet<u16> = reached.iter().copied().collect();
        while let Some(at) = reached.pop() {
            if let Some(done) = self.done.get_mut(usize::from(at)) {
                *done = None;
            }
            let Some(of) = reference.step(at) else { continue };
            for (next, step) in (0..).zip(&reference.procedure.flow.steps) {
                if step.after.iter().any(|after| after.step == of.id) && seen.insert(next) {
                    reached.push(next);
                }
            }
        }
    }

    /// The steps without which a case cannot be at its end here: those whose turn it is, and those whose turn it would be
    /// once they are done.
    pub(super) fn lacks(&self, reference: &Reference<'_>) -> Vec<u16> {
        let mut stand = self.clone();
        let mut lacking = Vec::new();
        while !stand.over {
            let next = (0_u16..).zip(&reference.procedure.flow.steps).find(|(at, step)| {
                let needed = !step.optional && step.when.is_none();
                needed && !stand.is_done(*at) && stand.before(reference, step).is_ok()
            });
            let Some((at, step)) = next else { break };
            lacking.push(at);
            // As it ends where all goes well; one that only ever leads back says nothing of what would come.
            let on = (0..).zip(&step.outcomes).find(|(_, outcome)| outcome.reopens.is_empty());
            let Some((outcome, _)) = on else { break };
            stand.make(reference, Move::Done(at, outcome));
        }
        lacking
    }
}
