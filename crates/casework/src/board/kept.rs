//! A board kept over a restart.

use super::{Board, Outlook};
use crate::state::{Complained, State};
use jiff::civil::Date;
use pack::Id;
use record::{Digest, ObjectRef, ObjectType, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Board {
    /// What cannot be had from the running cases' states alone.
    pub(crate) fn keep(&self) -> Kept {
        let running = self.running.values();
        let known = |state: &Arc<State>| state.case.as_ref().and_then(|case| self.stopped.get(case)).cloned();
        let days = self.days.iter().flat_map(|(day, of_day)| {
            of_day
                .iter()
                .map(|((office, procedure), counts)| (*day, office.clone(), procedure.clone(), *counts))
        });
        Kept {
            running: running.map(|state| (Arc::clone(state), known(state).unwrap_or_default())).collect(),
            over: self.over.clone(),
            kinds: self.kinds.clone(),
            days: days.collect(),
            complaints: self.complaints.clone().into_iter().collect(),
        }
    }

    /// The board of which [`Self::keep`] gave what was kept.
    pub(crate) fn restore(kept: Kept, outlook: impl Fn(&State, &Stopped) -> Outlook) -> Self {
        let mut board = Self {
            over: kept.over,
            kinds: kept.kinds,
            complaints: kept.complaints.into_iter().collect(),
            ..Self::default()
        };
        for (day, office, procedure, counts) in kept.days {
            board.days.entry(day).or_default().insert((office, procedure), counts);
        }
        for (state, known) in kept.running {
            let Some(case) = state.case.clone() else { continue };
            board.begin(&case, state.party.as_ref(), Arc::clone(&state));
            let outlook = outlook(&state, &known);
            board.stopped.insert(case.clone(), known);
            board.put_in(&case, &state, outlook);
        }
        board
    }
}

/// The clocks of a case that were counted as stopped: each by its id and when it was due.
type Stopped = BTreeSet<(Id, Time)>;

/// A board as it is kept over a restart, so that the whole record need not be read again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Each running case, with the clocks of its that were counted as stopped.
    #[serde(with = "shared")]
    running: Vec<(Arc<State>, Stopped)>,
    over: BTreeMap<Id, u64>,
    kinds: BTreeSet<ObjectType>,
    days: Vec<(Date, Id, Id, (u64, u64))>,
    complaints: Vec<(ObjectRef, Complained)>,
}

impl Kept {
    /// The editions that its cases run under.
    pub(crate) fn editions(&self) -> BTreeSet<Digest> {
        self.running.iter().filter_map(|(state, _)| state.edition).collect()
    }
}

/// States that are shared are written each by itself.
mod shared {
    use super::{Arc, State, Stopped};
    use serde::{Deserialize, Deserializer, Serializer};

    type Running = Vec<(Arc<State>, Stopped)>;

    pub fn serialize<S: Serializer>(running: &Running, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(running.iter().map(|(state, known)| (state.as_ref(), known)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Running, D::Error> {
        let running: Vec<(State, Stopped)> = Vec::deserialize(deserializer)?;
        Ok(running.into_iter().map(|(state, known)| (Arc::new(state), known)).collect())
    }
}
