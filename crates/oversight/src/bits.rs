/// A set of positions, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// None of `len` positions.
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// All of `len` positions.
    pub fn all(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bits.trim();
        bits
    }

    /// The positions below `len` for which `holds`.
    pub fn of(len: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let word = |start: usize, holds: &mut dyn FnMut(usize) -> bool| {
            (start..len.min(start + 64))
                .enumerate()
                .fold(0, |word, (bit, at)| word | (u64::from(holds(at)) << bit))
        };
        let words = (0..len.div_ceil(64)).map(|at| word(at * 64, &mut holds)).collect();
        Self { words, len }
    }

    /// The places of the values for which `holds`.
    pub fn of_all<T>(all: &[T], holds: impl Fn(&T) -> bool) -> Self {
        let (chunks, rest) = all.as_chunks::<64>();
        let mut words = Vec::with_capacity(chunks.len() + 1);
        words.extend(chunks.iter().map(|chunk| {
            // Truths side by side are found for several values at once, and then drawn together eight by eight.
            let mut truths = [0_u8; 64];
            truths.iter_mut().zip(chunk).for_each(|(truth, one)| *truth = u8::from(holds(one)));
            let (eights, _) = truths.as_chunks::<8>();
            eights.iter().rev().fold(0, |word, eight| word << 8 | drawn_together(*eight))
        }));
        words.extend(Self::of_each(rest, holds).words);
        Self { words, len: all.len() }
    }

    /// [`Self::of_all`], each looked at once and in order.
    pub(crate) fn of_each<T>(all: &[T], mut holds: impl FnMut(&T) -> bool) -> Self {
        let word = |chunk: &[T]| {
            chunk.iter().enumerate().fold(0, |word, (bit, one)| word | (u64::from(holds(one)) << bit))
        };
        Self { words: all.chunks(64).map(word).collect(), len: all.len() }
    }

    /// The positions, 64 to a word, the first in its lowest bit.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// How many positions there are, in the set or not.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no positions at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many positions are in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Puts a position in; one beyond the last is none.
    pub fn insert(&mut self, at: usize) {
        if let Some(word) = self.words.get_mut(at / 64).filter(|_| at < self.len) {
            *word |= 1 << (at % 64);
        }
    }

    /// Puts in those of these positions whose own places, 64 to a word, are among `chosen`.
    pub(crate) fn put_each(&mut self, positions: &[u32], chosen: &Self) {
        for (positions, word) in positions.chunks(64).zip(&chosen.words) {
            let mut left = *word;
            while left != 0 {
                let at = positions.get(left.trailing_zeros() as usize);
                at.into_iter().for_each(|at| self.insert(*at as usize));
                left &= left - 1;
            }
        }
    }

    /// Whether the position is in the set.
    pub fn contains(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Leaves what is in both.
    pub fn meet(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine &= theirs);
    }

    /// Adds what is in the other.
    pub fn join(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Takes out what is in the other.
    pub fn lessen(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine &= !theirs);
    }

    /// The positions in the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        ones(&self.words)
    }

    fn trim(&mut self) {
        let over = self.words.len() * 64 - self.len;
        if let Some(last) = self.words.last_mut() {
            *last &= u64::MAX >> over;
        }
    }
}

/// Eight truths, each 0 or 1, as eight bits: the product adds each to one bit of the highest byte.
#[inline]
fn drawn_together(truths: [u8; 8]) -> u64 {
    u64::from_le_bytes(truths).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The places of the bits that are set, ascending, 64 to a word.
pub(crate) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(at * 64 + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::Bits;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_set_of_bits_is_a_set(
            len in 1_usize..300,
            at in prop::collection::vec(0_usize..300, 0..40),
        ) {
            let set: BTreeSet<usize> = at.iter().copied().filter(|at| *at < len).collect();
            let bits = Bits::of(len, |at| set.contains(&at));
            let mut grown = Bits::none(len);
            at.iter().for_each(|at| grown.insert(*at));
            prop_assert_eq!(&bits, &grown);
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(bits.count(), set.len());
            prop_assert_eq!(Bits::all(len).count(), len);
            let places: Vec<usize> = (0..len).collect();
            prop_assert_eq!(&bits, &Bits::of_all(&places, |at| set.contains(at)));
        }
    }
}
