/// Counts, one for each lane, that rows of bits are added to.
///
/// The counts stand upright: the lowest bits of 64 of them are one word, the next bits another. To add a row is to add
/// with carry in each column, which mostly ends after the first word or two, whatever the number of lanes.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    columns: Vec<[u64; BITS]>,
    /// Rows added since the columns were last carried over.
    added: u32,
    totals: Vec<u64>,
}

const BITS: usize = 16;

impl Tally {
    /// Of so many words of lanes.
    pub(super) fn new(words: usize) -> Self {
        Self { columns: vec![[0; BITS]; words], added: 0, totals: vec![0; words * 64] }
    }

    /// Adds a row that begins at a word.
    pub(super) fn add(&mut self, start: usize, row: &[u64]) {
        if self.added >= (1 << BITS) - 1 {
            self.carry_over();
        }
        self.added += 1;
        for (column, word) in self.columns.iter_mut().skip(start).zip(row) {
            let mut carry = *word;
            for bits in column {
                if carry == 0 {
                    break;
                }
                let both = *bits & carry;
                *bits ^= carry;
                carry = both;
            }
        }
    }

    fn carry_over(&mut self) {
        self.added = 0;
        for (column, totals) in self.columns.iter_mut().zip(self.totals.chunks_mut(64)) {
            for (weight, bits) in column.iter_mut().enumerate() {
                let mut left = std::mem::take(bits);
                while left != 0 {
                    let lane = left.trailing_zeros() as usize;
                    left &= left - 1;
                    totals.get_mut(lane).into_iter().for_each(|total| *total += 1 << weight);
                }
            }
        }
    }

    /// The counts by lane.
    pub(super) fn totals(mut self) -> Vec<u64> {
        self.carry_over();
        self.totals
    }

    /// Adds another's counts.
    pub(super) fn join(&mut self, other: Self) {
        let others = other.totals();
        self.totals.iter_mut().zip(others).for_each(|(mine, theirs)| *mine += theirs);
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn counts_as_one_by_one() {
        let mut tally = Tally::new(3);
        let mut plain = [0_u64; 192];
        let mut seed = 1_u64;
        for _ in 0..70_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let start = (seed >> 60) as usize % 2;
            let row = [seed, seed.rotate_left(17)];
            tally.add(start, &row);
            for (at, count) in plain.iter_mut().skip(start * 64).take(128).enumerate() {
                *count += row[at / 64] >> (at % 64) & 1;
            }
        }
        assert_eq!(tally.totals(), plain);
    }
}
