use super::procedure::Own;
use super::{Condition, Form, Id};
use crate::Title;
use crate::days::Law;
use crate::problem::Place;

/// The course that procedures share: steps, clocks, and what happens between.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name in packs.
    pub id: Id,
    /// What people call it.
    pub title: Title,
    /// The steps, in the order of the file.
    pub steps: Vec<Step>,
    /// The clocks that run while it runs.
    pub clocks: Vec<Clock>,
    /// How an application is corrected, where it can be.
    pub correction: Option<Correction>,
    /// Whether the party may withdraw while no decision is made.
    pub withdrawable: bool,
}

impl Flow {
    /// A flow with nothing in it yet.
    pub(crate) fn named(id: &Id) -> Self {
        Self {
            id: id.clone(),
            title: Title::default(),
            steps: Vec::new(),
            clocks: Vec::new(),
            correction: None,
            withdrawable: true,
        }
    }

    /// Whether a step waits for the clock to run out: then it is a time that must pass, and nobody's deadline.
    pub fn waits_for(&self, clock: &str) -> bool {
        self.steps.iter().filter_map(|step| step.not_before.as_ref()).any(|id| id.as_str() == clock)
    }

    /// The steps that come after the one called `first`, near or far, but not itself.
    pub fn later_than(&self, first: &Id) -> Vec<&Id> {
        let mut later: Vec<&Id> = Vec::new();
        let mut reached = vec![first];
        while let Some(before) = reached.pop() {
            for step in self.steps.iter().filter(|step| step.after.iter().any(|after| after.step == *before))
            {
                if step.id != *first && !later.contains(&&step.id) {
                    later.push(&step.id);
                    reached.push(&step.id);
                }
            }
        }
        later
    }

    /// The step named `id`.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id.as_str() == id)
    }
}

/// What a step is by nature: it sets the wording, the usual outcomes and what a person sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// The application is taken in or declined.
    Accept,
    /// Somebody forms an opinion: facts, papers, a vehicle.
    Examine,
    /// Somebody decides.
    Decide,
    /// The result is handed over.
    Deliver,
    /// Anything else that is done and recorded.
    Act,
}

impl StepKind {
    /// Each kind with the word by which packs name it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("accept", Self::Accept),
        ("examine", Self::Examine),
        ("decide", Self::Decide),
        ("deliver", Self::Deliver),
        ("act", Self::Act),
    ];
}

/// One thing to be done in a case, by one person.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name within the flow.
    pub id: Id,
    /// What is to be done.
    pub title: Title,
    /// What it is by nature.
    pub kind: StepKind,
    /// Who does it.
    pub role: Id,
    /// In which office.
    pub office: OfficeRule,
    /// What must be done before; all of them, or one with [`Step::any`].
    pub after: Vec<After>,
    /// Whether one of [`Step::after`] is enough.
    pub any: bool,
    /// When it is needed at all; where this is false the step is skipped.
    pub when: Option<Condition>,
    /// What must hold before it may be done, each with the reason that a refused person reads.
    pub guards: Vec<Guard>,
    /// What doing it records.
    pub form: Form,
    /// How it can end. Never empty.
    pub outcomes: Vec<Outcome>,
    /// Steps that must have been done by somebody else.
    pub separate: Vec<Id>,
    /// Why the case's clocks stand still while the step is open; none where they run on.
    pub pauses: Option<Pause>,
    /// The clock that must have run out before the step may be done: a time that must be waited for, or kept.
    pub not_before: Option<Id>,
    /// Whether the case may end without it.
    pub optional: bool,
    /// Whether it may be done again and again while the case runs.
    pub repeats: bool,
    /// The credential that its first outcome issues.
    pub issues: Option<Id>,
    /// Where it is defined.
    pub place: Place,
}

impl Step {
    /// Why clocks stand still while it is open: what laws call it, or else the step itself.
    pub fn reason(&self) -> &Title {
        match &self.pauses {
            Some(Pause::Known { title, .. }) => title,
            Some(Pause::Own) | None => &self.title,
        }
    }

    /// The kind under which laws know of the time that it takes.
    pub fn pause_kind(&self) -> Option<&Id> {
        match &self.pauses {
            Some(Pause::Known { kind, .. }) => Some(kind),
            Some(Pause::Own) | None => None,
        }
    }

    /// Whether its turn has come, where `met` says what of that which it waits for is so.
    pub fn has_turn(&self, met: impl FnMut(&After) -> bool) -> bool {
        let mut after = self.after.iter();
        if self.any { self.after.is_empty() || after.any(met) } else { after.all(met) }
    }

    /// The outcome named `id`.
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.id.as_str() == id)
    }
}

/// Why clocks stand still while a step is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// For something that laws name, as an expert's opinion or a hearing: what stands still is the office's own limits, and
    /// each deadline of the law that does not count such time.
    Known {
        /// By which deadlines name it.
        kind: Id,
        /// What people call it.
        title: Title,
    },
    /// For something that no law names: the office's own limits alone stand still.
    Own,
}

/// In which office a step is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfficeRule {
    /// Where the case is.
    Own,
    /// The office above.
    Parent,
    /// The nearest office at this level, from the case's own upwards.
    Level(super::Level),
    /// This one.
    Named(Id),
}

/// A step that must be done before another, with a certain outcome if one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// The earlier step.
    pub step: Id,
    /// How it must have ended; without: in any way.
    pub outcome: Option<Id>,
}

/// A condition that must hold, with the reason given when it does not.
#[derive(Clone, Debug)]
pub struct Guard {
    /// What must hold.
    pub condition: Condition,
    /// What a refused person reads.
    pub title: Title,
}

/// How a step can end.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name within the step.
    pub id: Id,
    /// What people read.
    pub title: Title,
    /// The event that this makes: a past-tense fact, in English.
    pub activity: String,
    /// Whether reasons must be given.
    pub reasons: bool,
    /// Whether the case ends here, under this outcome.
    pub ends: bool,
    /// Steps that must then be done again.
    pub reopens: Vec<Id>,
}

/// A moment in a case that starts or stops a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The case was started, submitted by its party where a party submits it.
    Submitted,
    /// As [`Self::Submitted`], and anew each time that the party has answered a correction that was asked for at the step
    /// that the clock [awaits](Clock::awaited).
    HandedIn,
    /// A correction was asked for at that step.
    Correction,
    /// The case ended, in whatever way.
    Ended,
    /// A step was done, with a certain outcome if one is named.
    Done(After),
    /// What the form's answer to this field says: a moment before anybody came to write it down.
    Answer(Id),
}

/// A deadline at work: from one moment of a case to another.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Its name within the flow.
    pub id: Id,
    /// What must be done in time.
    pub title: Title,
    /// When it starts.
    pub from: Mark,
    /// What stops it, whichever comes first.
    pub to: Vec<Mark>,
    /// How long it may run.
    pub limit: ClockLimit,
    /// Whether that is the procedure's own limit: the time for what was asked for, and not for a part of the way there.
    pub whole: bool,
    /// The office's own promise within the law's limit.
    pub promise: Option<Own>,
    /// Whom it binds.
    pub binds: Watcher,
    /// The step, with its outcome, that counts as done when the clock runs out: silence that the law takes for an
    /// answer.
    pub deems: Option<After>,
    /// Which steps pause it besides correction; without: those with [`Step::pauses`].
    pub pauses: Option<Vec<Id>>,
    /// Where it is defined.
    pub place: Place,
}

impl Clock {
    /// The step, with its outcome, that it waits for; none where it waits for none.
    pub fn awaited(&self) -> Option<&After> {
        self.to.iter().find_map(|mark| if let Mark::Done(after) = mark { Some(after) } else { None })
    }

    /// Whether the flow has it stand still while a step is open: it names the step, or names none and the step pauses. The
    /// step that it waits for is none of these unless it is named.
    pub fn pauses_at(&self, step: &Step) -> bool {
        match &self.pauses {
            Some(named) => named.contains(&step.id),
            None => step.pauses.is_some() && self.awaited().is_none_or(|after| after.step != step.id),
        }
    }

    /// Whether it stands still while a step is open: the flow says so, and so does its law where the law sets it.
    pub fn stands_at(&self, step: &Step, law: Option<&Law>) -> bool {
        let knows = |deadline: &str| {
            let deadline = law.and_then(|law| law.deadlines.get(deadline));
            deadline.is_some_and(|deadline| deadline.moves() && deadline.suspension_at(step).is_some())
        };
        let lawful = match &self.limit {
            ClockLimit::Law(deadline) => knows(deadline.as_str()),
            ClockLimit::Own(_) | ClockLimit::Procedure => true,
        };
        lawful && self.pauses_at(step)
    }
}

/// How long a clock may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClockLimit {
    /// As a deadline of the law says, counted by its instrument's own rule.
    Law(Id),
    /// As the procedure's own `limit` says, whatever that is for the procedure at hand.
    Procedure,
    /// As the office itself says.
    Own(Own),
}

/// Whom a clock binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watcher {
    /// The office that handles the case.
    Office,
    /// The party.
    Party,
}

/// How an application is corrected: the clocks stand still until the party answers.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The steps at which it may be asked for.
    pub at: Vec<Id>,
    /// How long the party has to answer.
    pub answer: Own,
}
