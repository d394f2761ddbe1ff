//! All cases, those that are over too. The board holds what runs; for the rest the record is asked, so that a city's memory
//! grows with the work at hand and not with its past.

use crate::activity::{self, part};
use crate::board::Line;
use crate::service::Casework;
use crate::state::State;
use record::{Entry, Fold, ObjectRef, Record, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The cases of a party, in the order in which they were begun: a reading of the party's own history.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OfParty {
    party: Option<ObjectRef>,
    cases: Vec<ObjectRef>,
}

impl Fold for OfParty {
    const NAME: &'static str = "cases of a party";
    const VERSION: u32 = 1;

    fn start(party: &ObjectRef) -> Self {
        Self { party: Some(party.clone()), cases: Vec::new() }
    }

    fn apply(&mut self, Entry { event, .. }: &Entry) {
        let begins = event.activity.as_str() == activity::STARTED;
        if begins && event.object(part::PARTY) == self.party.as_ref() {
            self.cases.extend(event.object(part::CASE).cloned());
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// The cases of `party` on a record, the oldest first.
///
/// # Errors
/// When the record cannot be read.
pub fn of_party(record: &Record, party: &ObjectRef) -> Result<Vec<ObjectRef>, StoreError> {
    Ok(record.fold::<OfParty>(party)?.0.cases.clone())
}

impl Casework {
    /// The cases of `party`, the newest first.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn of_party(&self, party: &ObjectRef) -> Result<Vec<Line>, StoreError> {
        let mut lines = Vec::new();
        for case in of_party(self.record(), party)?.iter().rev() {
            lines.extend(self.line(case)?);
        }
        Ok(lines)
    }

    /// One case as lists show it; none where `case` is no case.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn line(&self, case: &ObjectRef) -> Result<Option<Line>, StoreError> {
        // Whoever a case is about has a history too, which tells of that case.
        let state = self.state(case)?;
        Ok(Line::of(&state).filter(|line| line.case == *case))
    }

    /// The case whose number is `number`.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn named(&self, number: &str) -> Result<Option<ObjectRef>, StoreError> {
        let (running, mut kinds) =
            self.board(|board| (board.named(number).cloned(), board.kinds().clone()))?;
        if running.is_some() {
            return Ok(running);
        }
        let defined = self.book().definitions.procedures.values();
        kinds.extend(defined.map(|procedure| procedure.object.as_str().into()).collect::<BTreeSet<_>>());
        for kind in kinds {
            let case = ObjectRef { kind, id: number.into() };
            if self.state(&case)?.case.is_some() {
                return Ok(Some(case));
            }
        }
        Ok(None)
    }

    fn state(&self, case: &ObjectRef) -> Result<Arc<State>, StoreError> {
        Ok(self.record().fold::<State>(case)?.0)
    }
}
