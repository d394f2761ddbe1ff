//! Integer fen, and how an amount is divided without a rest.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An amount in fen, a hundredth of a yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, all) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        f.pad(&format!("{sign}{}.{:02}", all / 100, all % 100))
    }
}

impl Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Fen {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self(0), Add::add)
    }
}

/// Rounds amounts, each in parts of a fen, so that they sum to their rounded sum: half up, the fen that are over going to the
/// largest remainders and of equal ones to the first.
pub fn rounded(parts: &[u128], parts_of_a_fen: u128) -> Vec<Fen> {
    let sum: u128 = parts.iter().sum();
    let whole = (sum + parts_of_a_fen / 2) / parts_of_a_fen;
    give(parts.iter().map(|part| (part / parts_of_a_fen, part % parts_of_a_fen)), whole)
}

/// Divides an amount by weights: each gets the whole part of its share, the fen that are over go to the largest remainders and of
/// equal ones to the first. Nothing is left, unless all weights are zero: then nobody gets anything.
pub fn divided(amount: Fen, weights: &[u64]) -> Vec<Fen> {
    let all: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if all == 0 {
        return vec![Fen(0); weights.len()];
    }
    let whole = u128::from(amount.0.unsigned_abs());
    let share = |weight: &u64| (whole * u128::from(*weight) / all, whole * u128::from(*weight) % all);
    let shares = give(weights.iter().map(share), whole);
    if amount.0 < 0 { shares.into_iter().map(Neg::neg).collect() } else { shares }
}

fn give(shares: impl Iterator<Item = (u128, u128)>, whole: u128) -> Vec<Fen> {
    let mut shares: Vec<(u128, u128)> = shares.collect();
    let over = whole.saturating_sub(shares.iter().map(|(floor, _)| floor).sum());
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(shares.get(*at).map_or(0, |(_, remainder)| *remainder)));
    for at in order.into_iter().take(usize::try_from(over).unwrap_or(usize::MAX)) {
        if let Some((floor, _)) = shares.get_mut(at) {
            *floor += 1;
        }
    }
    shares.into_iter().map(|(floor, _)| Fen(i64::try_from(floor).unwrap_or(i64::MAX))).collect()
}
