use crate::check::Verdict;
use pack::Id;
use record::{Digest, EventId, ObjectRef, Time};

/// A model that is broken, where, and the events that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The model.
    pub model: Id,
    /// The object that the model speaks of, and the one that belongs to it where the two together break it.
    pub objects: Vec<ObjectRef>,
    /// The event that asked for something.
    pub activation: Option<EventId>,
    /// The events that prove it.
    pub evidence: Vec<EventId>,
    /// How it is broken.
    pub verdict: Verdict,
    /// Until when what was asked for could have come.
    pub deadline: Option<Time>,
    /// Since when it is certain.
    pub at: Option<Time>,
}

impl Breach {
    /// What tells it from all others, whoever computes it and whenever: its model, objects, activation and evidence.
    pub fn digest(&self) -> Digest {
        let mut words = vec![self.model.to_string()];
        words.extend(self.objects.iter().map(ToString::to_string));
        words.push(self.activation.as_ref().map(ToString::to_string).unwrap_or_default());
        words.extend(self.evidence.iter().map(ToString::to_string));
        Digest::of(words.join("\n").as_bytes())
    }
}

/// What is to be put down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// This is broken now.
    Broken(Breach),
    /// An object was gone through from its history: of the models named this is broken in it, and nothing else.
    All {
        /// The object.
        object: ObjectRef,
        /// Of which models.
        of: Of,
        /// What is broken.
        breaches: Vec<Breach>,
    },
}

/// The models of which all is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All but those that are gone through [apart](super::Live::apart).
    Own,
    /// This one.
    Model(Id),
}

impl Change {
    /// The object that it is about.
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Broken(breach) => breach.objects.first(),
            Self::All { object, .. } => Some(object),
        }
    }
}
