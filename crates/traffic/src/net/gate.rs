//! Movements as vehicles see them that come to them.

use super::Network;
use crate::ids::{JunctionId, LaneId, MovementId};
use std::ops::Range;

/// All that whoever looks ahead asks of a movement, in one line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Gate {
    /// How near one must be to see everyone who has the right of way, in metres.
    pub sight: f64,
    /// Metres and limit of the lane that is entered next.
    pub length: f64,
    pub speed: f64,
    /// The lane that is entered next, and the movement that leaves it if it lies inside a junction.
    pub next: LaneId,
    pub exit: MovementId,
    pub junction: JunctionId,
    /// The movement by which the junction was entered.
    pub entry: MovementId,
    /// The lane to which it leads in the end.
    pub to: LaneId,
    /// The first of those that go first, and of the paths that meet the own one, and how many there are.
    foes: u32,
    conflicts: u32,
    counts: [u16; 2],
    /// Whether the next lane is on the movement's own way, and whether it lies inside a junction.
    pub via: bool,
    pub inner: bool,
    /// Whether nobody may stand on it when traffic behind it is stuck.
    pub keeps: bool,
    pub waits_inside: bool,
    pub signal: bool,
    /// Whether it leads into a roundabout.
    pub roundabout: bool,
    /// Whether others heed those too who wait before it: inside the junction, or where all give way to the right.
    pub heard: bool,
}

impl Gate {
    pub fn of(
        net: &Network,
        movement: MovementId,
        [foes, conflicts]: [Range<usize>; 2],
        by_the_right: bool,
    ) -> Self {
        let on = &net.movements[movement.i()];
        let next = &net.lanes[on.next().i()];
        Self {
            sight: on.sight,
            length: next.length,
            speed: next.speed,
            next: on.next(),
            exit: if next.inner { MovementId(next.leaving.0) } else { MovementId::NONE },
            junction: on.junction,
            entry: on.entry,
            to: on.to,
            foes: foes.start as u32,
            conflicts: conflicts.start as u32,
            counts: [foes.len() as u16, conflicts.len() as u16],
            via: on.via.is_some(),
            inner: next.inner,
            keeps: on.keep_clear && on.has_foes,
            waits_inside: on.waits_inside,
            signal: on.signal.is_some(),
            roundabout: net.lanes[on.to.i()].roundabout,
            heard: by_the_right || on.entry != movement,
        }
    }

    /// The places of those that go first.
    #[inline]
    pub fn foes(&self) -> Range<usize> {
        self.foes as usize..self.foes as usize + self.counts[0] as usize
    }

    /// The places of the paths that meet the own one.
    #[inline]
    pub fn conflicts(&self) -> Range<usize> {
        self.conflicts as usize..self.conflicts as usize + self.counts[1] as usize
    }

    /// Metres inside the junction before the next step.
    #[inline]
    pub fn way(&self) -> f64 {
        if self.via { self.length } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[test]
    fn a_gate_is_one_line() {
        assert_eq!(std::mem::size_of::<Gate>(), 64);
    }
}
