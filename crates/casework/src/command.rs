use crate::state::State;
use pack::Id;
use pack::model::Channel;
use record::{Digest, FileRef, ObjectRef, Value};

/// What can be asked of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin a case of the situation's procedure.
    Start {
        /// The office that is to handle it.
        office: Id,
        /// Whose case it is; none for an office's own duties.
        party: Option<ObjectRef>,
        /// Where it was asked for.
        channel: Channel,
    },
    /// Keep answers; `None` takes one back.
    Save {
        /// Field and answer.
        answers: Vec<(Id, Option<Value>)>,
    },
    /// Keep what was typed and cannot be read as an answer, so that it is there again. The answer that stood there is taken
    /// back; what is kept is none, and nothing is handed in over it.
    Jot {
        /// Field and what was typed.
        typed: Vec<(Id, String)>,
    },
    /// Add a file to a material.
    Attach {
        /// Which material.
        material: Id,
        /// The stored file.
        file: FileRef,
    },
    /// Take a file back.
    Detach {
        /// Which material.
        material: Id,
        /// Which file.
        digest: Digest,
    },
    /// Hand the application in.
    Submit,
    /// Do a step.
    Do {
        /// Which step.
        step: Id,
        /// How it ends.
        outcome: Id,
        /// Why; needed where the outcome says so.
        reasons: Option<String>,
        /// What the step's own form records.
        answers: Vec<(Id, Value)>,
    },
    /// Say what is missing; the clocks stand still until it is answered.
    Correct {
        /// The step at which it was found.
        step: Id,
        /// Fields and materials with what is wrong about each.
        notes: Vec<(Id, String)>,
    },
    /// Hand the corrected application in again.
    Answer,
    /// Take an open step upon oneself.
    Take {
        /// Which step.
        step: Id,
    },
    /// Give an open step to a colleague.
    HandOver {
        /// Which step.
        step: Id,
        /// To whom.
        to: ObjectRef,
        /// Why.
        reasons: String,
    },
    /// Move a deadline, as its law allows.
    Extend {
        /// Which clock.
        clock: Id,
        /// Why.
        reasons: String,
    },
    /// Take the application back.
    Withdraw {
        /// Why, if the party cares to say.
        reasons: Option<String>,
    },
    /// Say how well one was served: one to five stars.
    Rate {
        /// How many.
        stars: u8,
        /// In words.
        words: Option<String>,
    },
    /// Complain.
    Complain {
        /// About what.
        words: String,
    },
    /// Answer a complaint.
    Reply {
        /// Which, counted from 0.
        complaint: usize,
        /// The answer.
        words: String,
    },
    /// Correct an answer that the office wrote down wrongly. What stood before stays on the record.
    Amend {
        /// The step that recorded it, or [`State::FORM`](crate::State::FORM).
        of: Id,
        /// Which answer.
        field: Id,
        /// What is right.
        answer: Value,
        /// Why.
        reasons: String,
    },
    /// Put an open step that somebody took back into the queue.
    Release {
        /// Which step.
        step: Id,
        /// Why.
        reasons: String,
    },
    /// Go over to the situation's edition.
    Migrate {
        /// Why.
        reasons: String,
    },
    /// A clock ran out. Asked by the timer, once for each run of a clock.
    Expire {
        /// Which clock.
        clock: Id,
    },
    /// The time for answering a correction ran out. Asked by the timer.
    Lapse,
}

impl Command {
    /// What somebody wrote in it in their own words, each part by the name that it has in every form of it.
    pub fn words(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Do { reasons, .. } | Self::Withdraw { reasons } => {
                reasons.iter().map(|reasons| ("reasons", reasons.as_str())).collect()
            }
            Self::HandOver { reasons, .. }
            | Self::Extend { reasons, .. }
            | Self::Amend { reasons, .. }
            | Self::Release { reasons, .. }
            | Self::Migrate { reasons } => vec![("reasons", reasons)],
            Self::Rate { words, .. } => words.iter().map(|words| ("words", words.as_str())).collect(),
            Self::Complain { words } | Self::Reply { words, .. } => vec![("words", words)],
            Self::Correct { notes: written, .. } | Self::Jot { typed: written } => {
                written.iter().map(|(id, note)| (id.as_str(), note.as_str())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The action that policies speak of; none for what the timer asks.
    pub fn action(&self, kind: Option<pack::model::StepKind>) -> Option<&'static str> {
        use pack::model::StepKind;
        Some(match self {
            Self::Start { .. } => "start",
            Self::Save { .. } | Self::Jot { .. } | Self::Attach { .. } | Self::Detach { .. } => "save",
            Self::Submit => "submit",
            Self::Do { .. } => {
                let kind = kind.unwrap_or(StepKind::Act);
                StepKind::ALL.iter().find(|(_, other)| *other == kind).map_or("act", |(word, _)| word)
            }
            Self::Correct { .. } => "correct",
            Self::Answer => "answer",
            Self::Take { .. } => "take",
            Self::HandOver { .. } | Self::Release { .. } => "hand-over",
            Self::Extend { .. } => "extend",
            Self::Withdraw { .. } => "withdraw",
            Self::Rate { .. } => "rate",
            Self::Complain { .. } => "complain",
            Self::Reply { .. } => "reply",
            Self::Amend { .. } => "amend",
            Self::Migrate { .. } => "migrate",
            Self::Expire { .. } | Self::Lapse => return None,
        })
    }

    /// Whether it means the same whatever happened since its sender looked: then nobody can be faster.
    pub fn stands_alone(&self) -> bool {
        matches!(self, Self::Rate { .. } | Self::Complain { .. })
    }

    /// Whether it adds to what is filled in: from two windows at once, both are kept, one after the other.
    pub fn adds(&self) -> bool {
        matches!(self, Self::Save { .. } | Self::Jot { .. } | Self::Attach { .. } | Self::Detach { .. })
    }

    /// The step that it is about.
    pub fn step(&self) -> Option<&Id> {
        match self {
            Self::Do { step, .. }
            | Self::Correct { step, .. }
            | Self::Take { step }
            | Self::Release { step, .. }
            | Self::HandOver { step, .. } => Some(step),
            Self::Amend { of, .. } if of.as_str() != State::FORM => Some(of),
            _ => None,
        }
    }
}
