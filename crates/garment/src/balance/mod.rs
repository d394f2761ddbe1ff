//! Balancing a line: which operations each station does, so that no station takes longer than the cycle.
//!
//! [`read`] takes a line from the formats of the literature, [`stations`] finds the fewest stations for a cycle time (SALBP-1),
//! [`cycle`] the shortest cycle time for so many stations (SALBP-2) or for workers who each have their own times (ALWABP-2).
//! [`staffing`] does the latter for a shop's own line: machines at hand, who is there, how practised they are, and few changes.
//! Each goes on getting better until it has proved that nothing is better, or until whoever asked says stop; [`check`] looks at a
//! plan without knowing how it was found.

mod anneal;
mod bits;
mod bounds;
pub mod check;
pub mod cycle;
mod deal;
mod matching;
pub mod read;
mod search;
pub mod staffing;
pub mod stations;

/// Tells whether there is time left; asked often, so it should be quick.
pub type Clock<'c> = dyn FnMut() -> bool + 'c;

/// Operations with their times, and which must be done before which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of each operation how long it takes.
    pub times: Vec<u32>,
    /// Pairs of operations: the first comes before the second.
    pub order: Vec<(usize, usize)>,
}

/// A line whose workers have their own times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crew {
    /// Of each operation how long each worker takes; `None` where they cannot do it.
    pub times: Vec<Vec<Option<u32>>>,
    /// Pairs of operations: the first comes before the second.
    pub order: Vec<(usize, usize)>,
}

/// What each station does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The operations of each station, from the first station.
    pub stations: Vec<Vec<usize>>,
    /// Who works at each station, where workers differ.
    pub workers: Option<Vec<usize>>,
    /// The longest time of a station.
    pub cycle: u32,
}

/// The best plan that was found, and what is known of better ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The plan.
    pub plan: Plan,
    /// No plan has fewer stations, or a shorter cycle, than this.
    pub bound: u32,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// An operation takes longer than the cycle; of several the longest.
    #[error(
        "operation {operation} takes {time}, longer than the cycle of {cycle}; divide it, or take a cycle of {time} at least"
    )]
    TooLong {
        /// The operation, from 1.
        operation: usize,
        /// Its time.
        time: u32,
        /// The cycle.
        cycle: u32,
    },
    /// Nobody can do an operation.
    #[error("nobody can do operation {0}; train somebody, or leave it out")]
    Nobody(usize),
    /// Operations wait for each other.
    #[error("operations {0} and {1} come before each other; leave one of the two orders out")]
    Circle(usize, usize),
    /// There are no stations.
    #[error("a line of no stations does nothing; give it one at least")]
    NoStations,
    /// Operations can only be done in ways that leave some worker's station in between impossible.
    #[error("nobody's abilities fit together in any order that was found; give more time, or train somebody")]
    NotFound,
}
