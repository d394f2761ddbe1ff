//! How few stations could do: relaxations of the line to bin packing and to one machine.
//!
//! Dual feasible functions (Fekete and Schepers, Mathematical Programming 91, 2001) weigh times so that what fits into a
//! cycle weighs
//! at most a station; LM1, LM2 and LM3 of Scholl (Balancing and Sequencing of Assembly Lines, 1999) are the first of them.
//! LM4 lets
//! all operations go through one machine, each followed by a tail that what comes after it needs at least.

use super::bits::{Bits, Order};

/// A weighing of times under which no station holds more than `room`.
#[derive(Clone, Debug)]
pub struct Weights {
    pub room: u64,
    pub of: Vec<u32>,
}

impl Weights {
    /// Stations that these operations need.
    pub fn stations(&self, operations: impl Iterator<Item = usize>) -> u32 {
        let sum: u64 = operations.map(|at| u64::from(self.of.get(at).copied().unwrap_or_default())).sum();
        sum.div_ceil(self.room) as u32
    }
}

/// The weighings that bound a line best, strongest first, at most `most` of them; the first is always the plain one.
pub fn weighings(times: &[u32], cycle: u32, most: usize) -> Vec<Weights> {
    let mut all: Vec<Weights> = Vec::new();
    let mut add = |room: u64, weigh: &dyn Fn(u64) -> u64| {
        let of: Vec<u32> = times.iter().map(|time| weigh(u64::from(*time)) as u32).collect();
        if !all.iter().any(|other| other.room == room && other.of == of) {
            all.push(Weights { room, of });
        }
    };
    let c = u64::from(cycle);
    add(c, &|time| time);
    // u(k): of x that is no multiple of 1/(k+1) the whole part of (k+1)x, over k.
    for k in 1..=40u64 {
        add(k * c, &|time| {
            if ((k + 1) * time).is_multiple_of(c) { k * time } else { (k + 1) * time / c * c }
        });
    }
    // U(e): what is nearly a station counts as one, what then fits beside it as nothing.
    let mut limits: Vec<u64> =
        times.iter().map(|time| u64::from(*time)).filter(|time| 2 * time <= c).collect();
    limits.sort_unstable();
    limits.dedup();
    for limit in limits {
        add(c, &|time| {
            if time > c - limit {
                c
            } else if time < limit {
                0
            } else {
                time
            }
        });
        // phi(e): beyond a half by how many of the limit's size fit beside it.
        let fit = c / limit.max(1);
        add(2 * fit, &|time| match (2 * time).cmp(&c) {
            std::cmp::Ordering::Greater => 2 * (fit - (c - time) / limit.max(1)),
            std::cmp::Ordering::Equal => fit,
            std::cmp::Ordering::Less if time >= limit => 2,
            std::cmp::Ordering::Less => 0,
        });
    }
    let plain = all.remove(0);
    let load = |weights: &Weights| {
        weights.of.iter().map(|weight| u64::from(*weight)).sum::<u64>() as f64 / weights.room as f64
    };
    all.sort_by(|a, b| load(b).total_cmp(&load(a)));
    all.truncate(most.saturating_sub(1));
    all.insert(0, plain);
    all
}

/// Of each operation the least work, in time, that lies between its end and the end of the line, whole stations rounded up
/// where the
/// operation cannot share the last of them.
pub fn tails<const W: usize>(times: &[u32], cycle: u32, order: &Order<W>) -> Vec<u32> {
    let mut tails = vec![0u32; times.len()];
    for one in order.sorted.iter().rev().copied() {
        let after = order.after.get(one).map_or(Bits::NONE, |after| *after);
        let tail = through_one_machine(times, &tails, after);
        let time = times.get(one).copied().unwrap_or_default();
        let whole = tail.next_multiple_of(cycle);
        if let Some(own) = tails.get_mut(one) {
            *own = if time + tail > whole { whole } else { tail };
        }
    }
    tails
}

/// The longest time that operations take on one machine with their tails, longest tail first.
fn through_one_machine<const W: usize>(times: &[u32], tails: &[u32], of: Bits<W>) -> u32 {
    let mut all: Vec<(u32, u32)> =
        of.iter().filter_map(|at| Some((tails.get(at).copied()?, times.get(at).copied()?))).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    let mut sum = 0;
    all.into_iter().fold(0, |most, (tail, time)| {
        sum += time;
        most.max(sum + tail)
    })
}

/// LM4: stations that a line needs by its tails.
pub fn by_tails<const W: usize>(times: &[u32], cycle: u32, tails: &[u32], of: Bits<W>) -> u32 {
    through_one_machine(times, tails, of).div_ceil(cycle)
}

/// Stations that operations of more than a third of the cycle need: at most two of them share one, and only such as fit together
/// with all that must be done between them. A largest matching (Edmonds) says how many can.
pub fn by_pairs<const W: usize>(times: &[u32], cycle: u32, order: &Order<W>) -> u32 {
    let time = |at: usize| u64::from(times.get(at).copied().unwrap_or_default());
    let large: Vec<usize> = (0..times.len()).filter(|at| 3 * time(*at) > u64::from(cycle)).collect();
    let after = |at: usize| order.after.get(at).map_or(Bits::NONE, |after| *after);
    let fits = |a: usize, b: usize| {
        let between =
            |a: usize, b: usize| after(a).iter().filter(|one| after(*one).has(b)).map(time).sum::<u64>();
        let (a, b) = if after(b).has(a) { (b, a) } else { (a, b) };
        let besides = if after(a).has(b) { between(a, b) } else { 0 };
        time(a) + time(b) + besides <= u64::from(cycle)
    };
    let edges: Vec<Vec<usize>> = large
        .iter()
        .enumerate()
        .map(|(i, a)| {
            let fit = large.iter().enumerate().filter(|(j, b)| i != *j && fits(*a, **b));
            fit.map(|(j, _)| j).collect()
        })
        .collect();
    (large.len() - super::matching::matching(&edges)) as u32
}
