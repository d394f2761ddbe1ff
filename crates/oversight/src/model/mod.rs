//! What a model says: a constraint of MP-Declare over the traces of an object type.

mod window;

pub use pack::models::Template;
pub(crate) use pack::models::{Clause, Reach, Relation, Side};
pub use window::{Lapse, Length, Window};

use crate::condition::{Condition, Correlation};
use crate::log::Log;
use pack::Title;
use record::Activity;
use std::collections::BTreeSet;

/// Events that a model speaks of: those of one of the activities for which the condition holds.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The activities.
    pub activities: Vec<Activity>,
    /// What else must hold.
    pub condition: Option<Condition>,
}

impl Pattern {
    /// All events of one activity.
    pub fn of(activity: impl Into<Activity>) -> Self {
        Self { activities: vec![activity.into()], condition: None }
    }

    /// Those of them for which the condition holds.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }
}

/// A constraint over the traces of an object type.
///
/// An event never satisfies a constraint that it activates. Where something that decides is not known of an event, the
/// event neither activates nor satisfies.
#[derive(Clone, Debug)]
pub struct Model {
    /// What verdicts call it.
    pub name: String,
    /// Its form.
    pub template: Template,
    /// The first pattern: the activation, where the template has one.
    pub first: Pattern,
    /// The second pattern: the target, or the other choice; the same as the first where the template has but one.
    pub second: Pattern,
    /// What must hold of activation and target together.
    pub correlation: Option<Correlation>,
    /// How long may lie between activation and target; for a template without a target, between the trace's first event
    /// and the event.
    pub window: Window,
}

impl Pattern {
    /// Whether it is for certain of the same events as another.
    fn is_same(&self, other: &Self) -> bool {
        let activities = |one: &Self| one.activities.iter().cloned().collect::<BTreeSet<Activity>>();
        let condition = |one: &Self| one.condition.as_ref().map(Condition::sameness);
        activities(self) == activities(other) && condition(self) == condition(other)
    }
}

impl Model {
    /// What it asks of a trace, one thing after the other. Of two halves that ask the same of the same events, as in a
    /// co-existence of an activity with itself, one is left: what breaks them is one breach.
    pub(crate) fn clauses(&self) -> Vec<Clause> {
        let mut clauses = self.template.clauses();
        let beside =
            |clause: &Clause| matches!(clause, Clause::Relation(Relation { side: Side::Either, .. }));
        let mutual = self.correlation.as_ref().is_none_or(Correlation::is_mutual);
        if clauses.len() == 2 && clauses.iter().all(beside) && mutual && self.first.is_same(&self.second) {
            clauses.truncate(1);
        }
        clauses
    }

    /// Why it cannot be tried on a log: it asks how long something took, or when it was, and the log does not tell when things
    /// happened.
    pub fn unmeasured(&self, log: &Log) -> Option<Title> {
        let of = |pattern: &Pattern| pattern.condition.as_ref().is_some_and(Condition::reads_time);
        let both = self.correlation.as_ref().is_some_and(Correlation::reads_time);
        if self.window.is_open() && !both && ![&self.first, &self.second].into_iter().any(of) {
            return None;
        }
        let event = log.id(log.timeless()?)?;
        let zh = format!("模型问到时间，而日志没有写明事件“{event}”发生的时间");
        Some(Title::new(zh, format!("it asks for times, and the log does not tell when `{event}` happened")))
    }

    /// What can be done about that.
    pub fn unmeasured_mend() -> Title {
        Title::new(
            "请在日志中补上时间，或去掉模型里的时限",
            "give such events a time, or leave the time out of the model",
        )
    }
}
