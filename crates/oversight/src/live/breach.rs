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

/// Digits and letters that nobody mistakes for one another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Breach {
    /// Characters of a number.
    pub const NUMBER: usize = 21;

    /// The number by which people call it: eighty bits of what it is, in a form that can be read out.
    pub fn number(&self) -> String {
        let digest = self.digest();
        let bits = digest.0.iter().take(10).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let character = |place: u32| {
            let digit = (bits >> (5 * place)) & 31;
            ALPHABET.get(digit as usize).copied().map_or('0', char::from)
        };
        let all: Vec<char> = (0..16).rev().map(character).collect();
        let groups: Vec<String> = all.chunks(4).map(|group| group.iter().collect()).collect();
        format!("F-{}", groups.join("-"))
    }

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

#[cfg(test)]
mod tests {
    use super::Breach;
    use crate::check::Verdict;
    use record::ObjectRef;

    #[test]
    fn numbers_follow_from_what_was_found() {
        let breach = |model: &str, evidence: &str| Breach {
            model: model.into(),
            objects: vec![ObjectRef::new("application", "1")],
            activation: None,
            evidence: vec![evidence.into()],
            verdict: Verdict::Violated,
            deadline: None,
            at: None,
        };
        let one = breach("a", "application:1/3").number();
        assert_eq!(one, breach("a", "application:1/3").number());
        assert_eq!(one.len(), Breach::NUMBER);
        assert_ne!(one, breach("b", "application:1/3").number());
        assert_ne!(one, breach("a", "application:1/4").number());
    }
}
