//! How short a cycle a group of workers could come to, were there no order: a bound by weights on the workers.
//!
//! For weights that sum to one, the longest station is no shorter than the weighted sum of all stations, and that is no shorter
//! than the sum over operations of the least weighted time of a worker. Good weights are found by a subgradient method; whatever
//! they are, the bound is right, and it is reckoned in whole numbers.

use crate::balance::Crew;
use crate::balance::bits::{Bits, Table};

/// What the weights of a group sum to.
pub const WHOLE: u64 = 1 << 20;

/// Of each operation the least weighted time within a group of workers; `u64::MAX` where nobody in it can do it.
pub type Least = Vec<u64>;

/// The least weighted times by groups, as they were asked for.
pub struct Duals<'c> {
    crew: &'c Crew,
    known: Table<u64, Least>,
}

impl<'c> Duals<'c> {
    pub fn new(crew: &'c Crew) -> Self {
        Self { crew, known: Table::default() }
    }

    /// For the group `workers`, a bit each. The weights are made for the operations `undone` with which the group is first
    /// asked for.
    pub fn of<const W: usize>(&mut self, workers: u64, undone: &Bits<W>) -> &Least {
        let crew = self.crew;
        self.known.entry(workers).or_insert_with(|| {
            let members: Vec<usize> = (0..64).filter(|at| workers >> at & 1 == 1).collect();
            let weights = weights(crew, &members, &undone.iter().collect::<Vec<_>>());
            least(crew, &members, &weights)
        })
    }
}

fn least(crew: &Crew, members: &[usize], weights: &[u64]) -> Least {
    let of_operation = |times: &Vec<Option<u32>>| {
        let weighted = members
            .iter()
            .zip(weights)
            .filter_map(|(worker, weight)| Some(u64::from((*times.get(*worker)?)?) * weight));
        weighted.min().unwrap_or(u64::MAX)
    };
    crew.times.iter().map(of_operation).collect()
}

/// Weights under which the sum of the least weighted times of the operations is large.
fn weights(crew: &Crew, members: &[usize], operations: &[usize]) -> Vec<u64> {
    const ROUNDS: u32 = 120;
    let n = members.len().max(1) as f64;
    let mut now = vec![1.0 / n; members.len()];
    let (mut best, mut best_value) = (now.clone(), -1.0);
    for round in 0..ROUNDS {
        let mut loads = vec![0.0; members.len()];
        let mut value = 0.0;
        for operation in operations {
            let Some(times) = crew.times.get(*operation) else { continue };
            let weighted = members.iter().zip(&now).enumerate().filter_map(|(at, (worker, weight))| {
                let time = f64::from((*times.get(*worker)?)?);
                Some((at, time, time * weight))
            });
            let Some((at, time, least)) = weighted.min_by(|a, b| a.2.total_cmp(&b.2)) else { continue };
            value += least;
            loads.get_mut(at).into_iter().for_each(|load| *load += time);
        }
        if value > best_value {
            (best, best_value) = (now.clone(), value);
        }
        let mean = loads.iter().sum::<f64>() / n;
        let step = 0.6 / (n * f64::from(round + 3) * mean.max(1e-9));
        for (weight, load) in now.iter_mut().zip(&loads) {
            *weight = (*weight + step * (load - mean) * 3.0).max(1e-6);
        }
        let sum: f64 = now.iter().sum();
        now.iter_mut().for_each(|weight| *weight /= sum);
    }
    let mut whole: Vec<u64> = best.iter().map(|weight| (weight * WHOLE as f64) as u64).collect();
    let over = WHOLE.saturating_sub(whole.iter().sum());
    whole.first_mut().into_iter().for_each(|first| *first += over);
    whole
}

/// No cycle is shorter than this for these operations and workers; `None` if somebody is needed for one of them who is not there.
pub fn bound<const W: usize>(least: &Least, undone: &Bits<W>) -> Option<u64> {
    let mut sum = 0u64;
    for at in undone.iter() {
        sum = sum.checked_add(*least.get(at)?)?;
    }
    (sum < u64::MAX / 2).then_some(sum)
}
