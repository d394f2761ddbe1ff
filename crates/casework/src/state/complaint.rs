use pack::Id;
use record::{Time, Value};
use serde::{Deserialize, Serialize};

/// A complaint and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Complaint {
    /// What about.
    pub words: Value,
    /// When.
    pub at: Time,
    /// The office that is to answer it.
    pub office: Id,
    /// When it was answered, and how.
    pub reply: Option<(Time, Value)>,
    /// When it was closed unanswered: its words were erased, so that nobody could answer them any more.
    pub closed: Option<Time>,
}

impl Complaint {
    /// Whether somebody has yet to answer it.
    pub fn is_open(&self) -> bool {
        self.reply.is_none() && self.closed.is_none()
    }
}

/// What of a case's complaints nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complained {
    /// How many.
    pub open: usize,
    /// When the first of them was made.
    pub since: Time,
    /// The office that is to answer.
    pub office: Id,
}
