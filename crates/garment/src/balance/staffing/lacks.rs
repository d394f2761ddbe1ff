//! Who or what is missing where a line cannot run.

use super::hunt::possible;
use super::task::Task;
use super::{Floor, Operator};
use crate::balance::Clock;

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Nobody who is there can do an operation.
    Skill {
        /// The operation.
        operation: usize,
        /// Those who can, but are not there.
        away: Vec<usize>,
    },
    /// There is no machine for an operation.
    Machine {
        /// The operation.
        operation: usize,
        /// Its kind.
        kind: usize,
    },
    /// Machines of a kind are too few for those who can work at them.
    Machines {
        /// The kind.
        kind: usize,
        /// How many would do.
        wanted: u32,
        /// Whether fewer are ruled out; else they were not looked at to the end in the time.
        fewest: bool,
    },
    /// There is a plan only with more kinds of machine at a station.
    Kinds {
        /// How many would do.
        wanted: u32,
    },
    /// There is a plan only with more of several kinds of machine, and with more kinds at a station where that is limited.
    Several(Vec<usize>),
    /// What those who are there can do fits together in no order of the line.
    Together,
    /// There is no plan; why was not found out in the time.
    Unclear,
    /// No plan was found, and none was ruled out.
    Unknown,
}

/// What can be seen without a search: operations without anybody, or without a machine.
pub fn plain(floor: &Floor, task: &Task, there: &[usize]) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for (operation, times) in task.crew.times.iter().enumerate() {
        if times.iter().all(Option::is_none) {
            let can =
                |who: &usize| !there.contains(who) && floor.operators[*who].percent[operation].is_some();
            let away = (0..floor.operators.len()).filter(can).collect();
            lacks.push(Lack::Skill { operation, away });
        }
        if let Some(kind) = task.kinds[operation].filter(|kind| task.machines[*kind] == 0) {
            lacks.push(Lack::Machine { operation, kind });
        }
    }
    lacks
}

/// Why there is no plan, once a search has ruled it out with any number of moves: a kind of machine, or kinds at a station, of
/// which more would do.
pub fn ruled_out(task: &Task, clock: &mut Clock<'_>) -> Vec<Lack> {
    let mut free = Task { moves: None, ..task.clone() };
    let kinds = task.scarce();
    if kinds.is_empty() && task.most.is_none() {
        // Machines are no reason, and the search has told the rest.
        return vec![Lack::Together];
    }
    let mut known = true;
    let mut works = |task: &Task| {
        let found = possible(task, clock);
        known &= found.is_some();
        found
    };
    let mut lacks = Vec::new();
    for kind in kinds.iter().copied() {
        let there = task.machines[kind];
        let all = task.workers() as u32;
        let mut with = |count: u32| {
            free.machines[kind] = count;
            let found = works(&free);
            free.machines[kind] = there;
            found
        };
        if with(all) == Some(true) {
            // More do what fewer do: the first of which it is not ruled out that they do.
            let found =
                (there + 1..all).map(|count| (count, with(count))).find(|(_, does)| *does != Some(false));
            let (wanted, fewest) = match found {
                None => (all, true),
                Some((wanted, Some(_))) => (wanted, true),
                Some((_, None)) => (all, false),
            };
            lacks.push(Lack::Machines { kind, wanted, fewest });
        }
    }
    if let Some(most) = task.most {
        let all = task.machines.len() as u32;
        let wanted = (most + 1..=all)
            .find(|wanted| works(&Task { most: Some(*wanted), ..free.clone() }) == Some(true));
        lacks.extend(wanted.map(|wanted| Lack::Kinds { wanted }));
    }
    if lacks.is_empty() {
        kinds.iter().for_each(|kind| free.machines[*kind] = task.workers() as u32);
        free.most = free.most.map(|_| task.machines.len() as u32);
        lacks.push(match works(&free) {
            Some(true) if known => Lack::Several(kinds),
            Some(false) => Lack::Together,
            Some(true) | None => Lack::Unclear,
        });
    }
    lacks
}

impl Lack {
    /// In words, with the mend.
    pub fn told(&self, floor: &Floor) -> String {
        let operation = |at: &usize| floor.operations[*at].id.as_str();
        let machine = |kind: &usize| floor.machines[*kind].id.as_str();
        match self {
            Self::Skill { operation: at, away } => {
                let names = |who: Vec<usize>| {
                    let names: Vec<&str> = who.iter().map(|who| floor.operators[*who].id.as_str()).collect();
                    names.join("`, `")
                };
                let mend = match (away.as_slice(), near(floor, *at)) {
                    ([], near) if near.is_empty() => "train somebody, or have it done elsewhere".to_owned(),
                    ([], near) => format!("train somebody; at that machine can work `{}`", names(near)),
                    (away, _) => format!("those who can are not there: `{}`", names(away.to_vec())),
                };
                format!("nobody who is there can do operation `{}`; {mend}", operation(at))
            }
            Self::Machine { operation: at, kind } => format!(
                "there is no `{}` for operation `{}`; get one, or have it done elsewhere",
                machine(kind),
                operation(at)
            ),
            Self::Machines { kind, wanted, fewest } => {
                let fewer = match fewest {
                    true => "",
                    false => " at most (that fewer do was not ruled out in the time; give `--seconds` more)",
                };
                format!(
                    "with {} `{}` there is no plan, since nobody can do in the line's order all that is done there; \
                     get {wanted}{fewer}, or train somebody",
                    floor.machines[*kind].count,
                    machine(kind)
                )
            }
            Self::Kinds { wanted } => format!(
                "there is no plan with so few kinds of machine at a station; with `machines_each = {wanted}` there is one"
            ),
            Self::Several(kinds) => {
                let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{}`", machine(kind))).collect();
                format!(
                    "there is a plan only with more of several kinds of machine at once, or more kinds at a station: {}; \
                     get more of them, or train somebody",
                    kinds.join(", ")
                )
            }
            Self::Together => "what those who are there can do fits together in no order of the line: everybody has one station, \
                               and no piece goes back; train somebody, or divide an operation"
                .to_owned(),
            Self::Unclear => "there is no plan, and the time was not enough to find out why; give `--seconds` more".to_owned(),
            Self::Unknown => "no plan was found in the time; give `--seconds` more".to_owned(),
        }
    }
}

/// Those who cannot do an operation, but work at its machine.
fn near(floor: &Floor, operation: usize) -> Vec<usize> {
    let kind = floor.operations[operation].machine;
    let works = |own: &Operator| {
        let others = own.percent.iter().zip(&floor.operations);
        kind.is_some()
            && others.filter(|(_, other)| other.machine == kind).any(|(percent, _)| percent.is_some())
    };
    (0..floor.operators.len()).filter(|who| works(&floor.operators[*who])).collect()
}
