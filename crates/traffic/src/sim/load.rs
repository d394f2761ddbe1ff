//! How many vehicles are on each lane, or reach into it. Most lanes are empty at any moment, and whether one is takes a bit:
//! those of a whole city stay in the nearest cache.

use crate::ids::LaneId;

#[derive(Debug)]
pub(super) struct Load {
    counts: Vec<u32>,
    any: Vec<u64>,
}

impl Load {
    pub fn new(lanes: usize) -> Self {
        Self { counts: vec![0; lanes], any: vec![0; lanes.div_ceil(64)] }
    }

    /// Whether anybody is there.
    #[inline]
    pub fn any(&self, lane: LaneId) -> bool {
        self.any[lane.i() / 64] >> (lane.i() % 64) & 1 == 1
    }

    /// One more is there.
    #[inline]
    pub fn add(&mut self, lane: LaneId) {
        self.counts[lane.i()] += 1;
        self.any[lane.i() / 64] |= 1 << (lane.i() % 64);
    }

    /// So many are gone.
    #[inline]
    pub fn remove(&mut self, lane: LaneId, gone: u32) {
        let count = &mut self.counts[lane.i()];
        *count -= gone;
        if *count == 0 {
            self.any[lane.i() / 64] &= !(1 << (lane.i() % 64));
        }
    }
}
