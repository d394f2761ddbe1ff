//! Whether a plan keeps to what is asked: looks at the task and the plan alone.

use super::task::Task;
use crate::balance::Plan;
use crate::balance::check::crew_faults;
use std::collections::{BTreeMap, BTreeSet};

/// Operations that change hands: what, from whom, to whom.
pub fn moves(task: &Task, plan: &Plan) -> Vec<(usize, Option<usize>, usize)> {
    let mut moves = Vec::new();
    for (station, worker) in plan.stations.iter().zip(plan.workers.iter().flatten()) {
        let own = station.iter().map(|one| (*one, task.holders.get(*one).copied().flatten(), *worker));
        moves.extend(own.filter(|(_, holder, worker)| *holder != Some(*worker)));
    }
    moves.sort_unstable();
    moves
}

/// The kinds of machine of each station.
pub fn machines(task: &Task, plan: &Plan) -> Vec<BTreeSet<usize>> {
    let kind = |one: &usize| task.kinds.get(*one).copied().flatten();
    plan.stations.iter().map(|station| station.iter().filter_map(kind).collect()).collect()
}

/// Everything that is wrong with a plan.
pub fn faults(task: &Task, plan: &Plan) -> Vec<String> {
    let mut faults = crew_faults(&task.crew, plan);
    let stations = machines(task, plan);
    let mut taken: BTreeMap<usize, u32> = BTreeMap::new();
    for (number, kinds) in (1..).zip(&stations) {
        if task.most.is_some_and(|most| kinds.len() > most as usize) {
            faults.push(format!("station {number} has {} kinds of machine", kinds.len()));
        }
        kinds.iter().for_each(|kind| *taken.entry(*kind).or_default() += 1);
    }
    for (kind, taken) in taken {
        let there = task.machines.get(kind).copied().unwrap_or_default();
        if taken > there {
            faults.push(format!("{taken} machines of kind {} are taken, of {there}", kind + 1));
        }
    }
    let moved = moves(task, plan).len();
    if let Some(most) = task.moves.filter(|most| moved > *most as usize) {
        faults.push(format!("{moved} operations change hands, not {most} at most"));
    }
    faults
}
