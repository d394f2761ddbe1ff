//! What a model says: a constraint of MP-Declare over the traces of an object type.

mod window;

pub use pack::models::Template;
pub(crate) use pack::models::{Clause, Reach, Relation, Side};
pub use window::{Lapse, Length, Window};

use crate::condition::{Condition, Correlation};
use record::Activity;

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
