//! Rows of bits, a lane each.

use crate::model::Lapse;

/// Whether none is set.
pub(super) fn is_empty(row: &[u64]) -> bool {
    row.iter().all(|word| *word == 0)
}

/// The places of the bits that are set.
pub(super) fn bits(row: &[u64]) -> impl Iterator<Item = usize> + '_ {
    row.iter().enumerate().flat_map(|(at, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(at * 64 + bit)
        })
    })
}

/// Adds the bits of the other.
pub(super) fn join(row: &mut [u64], other: &[u64]) {
    row.iter_mut().zip(other).for_each(|(mine, theirs)| *mine |= theirs);
}

/// A row that grows with the time that has passed.
#[derive(Clone, Debug, Default)]
pub(super) struct Growing {
    words: usize,
    /// After how long it grows, ascending.
    after: Vec<Lapse>,
    /// What it is before the first of them, after the first, and so on.
    rows: Vec<u64>,
}

impl Growing {
    /// From the lanes that each get in after a time; `base` are in from the start.
    pub(super) fn new(words: usize, base: Vec<u64>, mut lanes: Vec<(Lapse, usize)>) -> Self {
        lanes.sort_unstable();
        let mut row = base;
        row.resize(words, 0);
        let (mut after, mut rows): (Vec<Lapse>, _) = (Vec::new(), row.clone());
        for (at, (lapse, lane)) in lanes.iter().enumerate() {
            row.get_mut(lane / 64).into_iter().for_each(|word| *word |= 1 << (lane % 64));
            if lanes.get(at + 1).is_none_or(|(next, _)| next != lapse) {
                after.push(*lapse);
                rows.extend_from_slice(&row);
            }
        }
        Self { words, after, rows }
    }

    /// Whether it never grows.
    pub(super) fn is_still(&self) -> bool {
        self.after.is_empty()
    }

    /// What it is when the times up to `lapse` itself have passed.
    pub(super) fn at(&self, lapse: Lapse) -> &[u64] {
        self.nth(self.after.partition_point(|after| *after <= lapse))
    }

    /// What it is when the times before `lapse` have passed.
    pub(super) fn before(&self, lapse: Lapse) -> &[u64] {
        self.nth(self.after.partition_point(|after| *after < lapse))
    }

    fn nth(&self, nth: usize) -> &[u64] {
        self.rows.get(nth * self.words..(nth + 1) * self.words).unwrap_or_default()
    }

    /// The first time from `lapse` on after which one of `waiting` gets in.
    pub(super) fn next(&self, lapse: Option<Lapse>, waiting: &[u64]) -> Option<Lapse> {
        let from = lapse.map_or(0, |lapse| self.after.partition_point(|after| *after < lapse));
        let now = self.nth(from);
        let later = self.after.iter().enumerate().skip(from);
        let mut gets_in = later.filter(|(nth, _)| {
            let then = self.nth(nth + 1);
            waiting.iter().zip(now).zip(then).any(|((waits, now), then)| waits & !now & then != 0)
        });
        gets_in.next().map(|(_, after)| *after)
    }
}

/// Turns a square of bits about its diagonal: what was bit `j` of row `i` is then bit `i` of row `j`.
///
/// After Warren, Hacker's Delight (2nd ed.), 7-3: halves are exchanged, then halves of halves.
pub(super) fn turn(square: &mut [u64; 64]) {
    let (mut width, mut mask) = (32, 0x0000_0000_ffff_ffff_u64);
    while width != 0 {
        let mut at = 0;
        while at < 64 {
            let moved = (square[at] >> width ^ square[at + width]) & mask;
            square[at] ^= moved << width;
            square[at + width] ^= moved;
            at = (at + width + 1) & !width;
        }
        width >>= 1;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::turn;

    #[test]
    fn turns_a_square() {
        let row = |at: u64| (at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut square: [u64; 64] = std::array::from_fn(|at| row(at as u64));
        turn(&mut square);
        for (at, turned) in square.iter().enumerate() {
            for bit in 0..64 {
                assert_eq!(turned >> bit & 1, row(bit) >> at & 1, "{at} {bit}");
            }
        }
    }
}
