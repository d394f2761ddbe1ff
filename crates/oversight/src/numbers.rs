//! Hashing of single numbers.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Hashes single numbers, faster than what is made for texts. Seeded by chance, so that nobody can choose numbers that fall
/// together.
#[derive(Clone)]
pub(crate) struct Seeded([u64; 2]);

pub(crate) struct Hashed {
    state: u64,
    factor: u64,
}

impl Default for Seeded {
    fn default() -> Self {
        let chance = RandomState::new();
        Self([chance.hash_one(0), chance.hash_one(1) | 1])
    }
}

impl BuildHasher for Seeded {
    type Hasher = Hashed;

    fn build_hasher(&self) -> Hashed {
        let Self([state, factor]) = *self;
        Hashed { state, factor }
    }
}

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        let wide = u128::from(self.state ^ number).wrapping_mul(u128::from(self.factor));
        self.state = wide as u64 ^ (wide >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.state
    }
}
