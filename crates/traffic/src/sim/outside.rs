//! Who waits outside, by the place of the link where they begin. Most links have nobody.

use crate::ids::CarId;
use std::collections::{BTreeMap, VecDeque};
use std::ops::{Index, IndexMut};

static NOBODY: VecDeque<CarId> = VecDeque::new();

#[derive(Debug, Default)]
pub(super) struct Outside(BTreeMap<usize, VecDeque<CarId>>);

impl Outside {
    /// Forgets links with nobody.
    pub fn tidy(&mut self) {
        self.0.retain(|_, queue| !queue.is_empty());
    }
}

impl Index<usize> for Outside {
    type Output = VecDeque<CarId>;

    fn index(&self, link: usize) -> &VecDeque<CarId> {
        self.0.get(&link).unwrap_or(&NOBODY)
    }
}

impl IndexMut<usize> for Outside {
    fn index_mut(&mut self, link: usize) -> &mut VecDeque<CarId> {
        self.0.entry(link).or_default()
    }
}
