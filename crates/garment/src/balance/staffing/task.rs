//! What is left to find once it is known who is there: the shortest cycle under machines and changes.

use super::practice::Practice;
use super::{Floor, Standing};
use crate::balance::Crew;

/// A crew at its machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// How long everybody who is there takes for what, and the order.
    pub crew: Crew,
    /// Of each operation its kind of machine.
    pub kinds: Vec<Option<usize>>,
    /// Of each kind how many machines are at hand. A station whose operations take one has one of them.
    pub machines: Vec<u32>,
    /// The most kinds of machine at one station.
    pub most: Option<u32>,
    /// Of each operation who of those who are there does it now; none where nobody does.
    pub holders: Vec<Option<usize>>,
    /// The most operations that may change hands; those that nobody holds count, since somebody new gets them.
    pub moves: Option<u32>,
}

impl Task {
    /// The task of those who are there. Without a standing plan nothing changes hands.
    pub fn new(floor: &Floor, there: &[usize], done: &Practice, standing: Option<&Standing>) -> Self {
        let time = |at: usize, who: usize| floor.time(at, who, done[at][who]);
        let times = (0..floor.operations.len()).map(|at| there.iter().map(|who| time(at, *who)).collect());
        let times: Vec<Vec<Option<u32>>> = times.collect();
        let holder = |at: usize| {
            let holder = standing?.holders.get(at).copied().flatten()?;
            // Who cannot do it any more has it no more.
            there.iter().position(|who| *who == holder).filter(|own| times[at][*own].is_some())
        };
        Self {
            holders: (0..times.len()).map(holder).collect(),
            kinds: floor.operations.iter().map(|operation| operation.machine).collect(),
            machines: floor.machines.iter().map(|machine| machine.count).collect(),
            most: floor.kinds,
            crew: Crew { times, order: floor.order.clone() },
            moves: None,
        }
    }

    /// How many are there.
    pub fn workers(&self) -> usize {
        self.crew.times.first().map_or(0, Vec::len)
    }

    /// The kinds of machine that can be too few: others are there for whoever might want one.
    pub fn scarce(&self) -> Vec<usize> {
        let wanted = |kind: usize| {
            let operations = self.kinds.iter().filter(|own| **own == Some(kind)).count();
            operations.min(self.workers()) as u32
        };
        (0..self.machines.len()).filter(|kind| self.machines[*kind] < wanted(*kind)).collect()
    }

    /// Whether nothing is asked beyond times and order.
    pub fn plain(&self) -> bool {
        self.scarce().is_empty() && self.most.is_none() && self.moves.is_none()
    }

    /// Operations that nobody holds: so many moves there are at least.
    pub fn orphans(&self) -> u32 {
        self.holders.iter().filter(|holder| holder.is_none()).count() as u32
    }
}
