//! Small sets of operations, as bits.

/// A set of numbers below 64 × `W`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits<const W: usize>([u64; W]);

impl<const W: usize> Bits<W> {
    pub const NONE: Self = Self([0; W]);

    pub fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub fn put(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    pub fn take(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    pub fn or(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.word(at) | other.word(at)))
    }

    pub fn without(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.word(at) & !other.word(at)))
    }

    pub fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.word(at) & other.word(at)))
    }

    /// Whether something is in both.
    pub fn meets(&self, other: &Self) -> bool {
        self.and(other) != Self::NONE
    }

    fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or_default()
    }

    pub fn within(&self, other: &Self) -> bool {
        self.without(other) == Self::NONE
    }

    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(at, word)| {
            std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)))
                .take_while(|word| *word != 0)
                .map(move |word| at * 64 + word.trailing_zeros() as usize)
        })
    }
}

impl<const W: usize> std::hash::Hash for Bits<W> {
    /// Word by word, so that a hasher of numbers needs to know no bytes.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|word| state.write_u64(*word));
    }
}

/// A hasher for keys that hash themselves to one number.
#[derive(Default)]
pub struct Ready(u64);

impl std::hash::Hasher for Ready {
    fn finish(&self) -> u64 {
        (self.0 ^ self.0 >> 29).wrapping_mul(0x94D0_49BB_1331_11EB)
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0xBF58_476D_1CE4_E5B9).rotate_left(31);
    }
    fn write_usize(&mut self, _: usize) {}
}

/// Maps that hash so.
pub type Table<K, V> = std::collections::HashMap<K, V, std::hash::BuildHasherDefault<Ready>>;

/// The order of a line: what comes before and after each operation.
#[derive(Clone)]
pub struct Order<const W: usize> {
    /// Immediate successors, those that follow from others left out.
    pub next: Vec<Vec<usize>>,
    /// Immediate predecessors.
    pub before: Vec<Bits<W>>,
    /// All successors.
    pub after: Vec<Bits<W>>,
    /// Operations so that each comes before its successors.
    pub sorted: Vec<usize>,
}

impl<const W: usize> Order<W> {
    /// The order of `n` operations; two that come before each other are given back.
    pub fn new(n: usize, pairs: &[(usize, usize)]) -> Result<Self, (usize, usize)> {
        let mut next = vec![Bits::<W>::NONE; n];
        for (before, after) in pairs {
            next.get_mut(*before).into_iter().for_each(|own| own.put(*after));
        }
        let mut waits = vec![0usize; n];
        for after in next.iter().flat_map(|own| own.iter()) {
            waits.get_mut(after).into_iter().for_each(|count| *count += 1);
        }
        let mut sorted: Vec<usize> = (0..n).filter(|at| waits.get(*at) == Some(&0)).collect();
        let mut at = 0;
        while let Some(one) = sorted.get(at).copied() {
            at += 1;
            for after in next.get(one).map_or(Bits::NONE, |own| *own).iter() {
                if let Some(count) = waits.get_mut(after) {
                    *count -= 1;
                    if *count == 0 {
                        sorted.push(after);
                    }
                }
            }
        }
        let mut all = vec![Bits::<W>::NONE; n];
        let of = |all: &[Bits<W>], at: usize| all.get(at).map_or(Bits::NONE, |own| *own);
        if sorted.len() < n {
            return Err(circle(&next, &sorted));
        }
        for one in sorted.iter().rev() {
            let reached = of(&next, *one).iter().fold(of(&next, *one), |sum, after| sum.or(&of(&all, after)));
            all.get_mut(*one).into_iter().for_each(|own| *own = reached);
        }
        let immediate = |one: usize| {
            let through = of(&next, one).iter().fold(Bits::NONE, |sum, after| sum.or(&of(&all, after)));
            of(&next, one).without(&through)
        };
        let mut before = vec![Bits::NONE; n];
        for one in 0..n {
            for after in immediate(one).iter() {
                before.get_mut(after).into_iter().for_each(|own: &mut Bits<W>| own.put(one));
            }
        }
        let next = (0..n).map(|one| immediate(one).iter().collect()).collect();
        Ok(Self { next, before, after: all, sorted })
    }
}

/// Two neighbours on a circle.
fn circle<const W: usize>(next: &[Bits<W>], sorted: &[usize]) -> (usize, usize) {
    let mut rest = (0..next.len()).filter(|at| !sorted.contains(at));
    let mut at = rest.next().unwrap_or(0);
    // Whoever goes on among those that wait for others comes to a circle, at the latest after all of them.
    let into = |at: usize| {
        (0..next.len()).find(|one| !sorted.contains(one) && next.get(*one).is_some_and(|own| own.has(at)))
    };
    for _ in 0..next.len() {
        at = into(at).unwrap_or(at);
    }
    (into(at).unwrap_or(at), at)
}
