use super::Evidence;
use crate::log::EventNumber;
use record::Time;

/// What is known of a constraint: the four verdicts of RV-LTL, and a violation that only the passing of time made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Kept, whatever comes.
    Satisfied,
    /// Kept if nothing more comes.
    PossiblySatisfied,
    /// Not kept if nothing more comes.
    PossiblyViolated,
    /// Broken when a deadline passed, with no event of its own.
    ViolatedAtDeadline,
    /// Broken, whatever comes.
    Violated,
}

impl Verdict {
    /// The word for it in answers to programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::PossiblySatisfied => "possibly-satisfied",
            Self::PossiblyViolated => "possibly-violated",
            Self::ViolatedAtDeadline => "violated-at-deadline",
            Self::Violated => "violated",
        }
    }

    /// Whether it is a violation.
    pub fn is_violated(self) -> bool {
        matches!(self, Self::Violated | Self::ViolatedAtDeadline)
    }
}

/// A verdict that is not yet, or not, *satisfied*, with what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The trace, by its number.
    pub trace: usize,
    /// How it stands.
    pub verdict: Verdict,
    /// The event that asked for something; none where the constraint asks it of every trace.
    pub activation: Option<EventNumber>,
    /// The events that prove it: the forbidden ones, those that came in the way, or those that were too few.
    pub evidence: Evidence,
    /// Until when what is asked for may come, or could have.
    pub deadline: Option<Time>,
    /// Since when it is certain; none while it is not.
    pub at: Option<Time>,
}

/// How many traces stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// Nothing in them activates.
    pub vacuous: u64,
    /// They keep the model.
    pub satisfied: u64,
    /// They break it.
    pub violated: u64,
    /// That is not certain yet.
    pub pending: u64,
}

/// How many activations stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activations {
    /// What they asked for is so, for good.
    pub fulfilled: u64,
    /// It is not, for good.
    pub violated: u64,
    /// That is not certain yet.
    pub pending: u64,
}

/// A model's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// By trace.
    pub cases: Cases,
    /// By activation; a constraint without activations is activated once by each trace itself.
    pub activations: Activations,
}

impl Summary {
    /// Adds what is known of other traces.
    pub(super) fn add(&mut self, other: &Self) {
        let Self { cases, activations } = self;
        cases.vacuous += other.cases.vacuous;
        cases.satisfied += other.cases.satisfied;
        cases.violated += other.cases.violated;
        cases.pending += other.cases.pending;
        activations.fulfilled += other.activations.fulfilled;
        activations.violated += other.activations.violated;
        activations.pending += other.activations.pending;
    }
}
