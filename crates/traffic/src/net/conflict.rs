//! Where paths across a junction meet.
//!
//! Two inner lanes may lead to the same lane (they *merge*), come from the same lane (they *part*), or *cross*. For each of the
//! two it is kept how much of the lane lies behind the place where they meet, so that a vehicle before it and a vehicle on the
//! other lane can be laid on one axis. A crossing is as wide as the other lane, and wider the flatter the angle.

use super::Network;
use super::shape::{Point, between, crossings, distance, heading, length, parting};
use crate::ids::{LaneId, MovementId};

/// The inner lane that a movement leaves meets another.
#[derive(Debug, Clone, Copy)]
pub struct Conflict {
    /// The movement that leaves the other lane.
    pub exit: MovementId,
    /// Metres of the own lane from where they meet to its end.
    pub behind: f64,
    /// Metres that the meeting takes on the own lane.
    pub size: f64,
    /// The same on the other lane.
    pub foe_behind: f64,
    /// The same on the other lane.
    pub foe_size: f64,
    /// Whether both lead to the same lane.
    pub merges: bool,
    /// Whether both come from the same lane.
    pub parts: bool,
}

/// Paths nearer than this are in each other's way.
const APART: f64 = 2.5;

/// Where lane `a` meets lane `b`, seen from `a`: metres behind it and its size.
fn met(net: &Network, a: LaneId, b: LaneId, kind: Meeting) -> Option<(f64, f64)> {
    let (one, other) = (&net.lanes[a.i()], &net.lanes[b.i()]);
    let (shape, foe_shape) = (net.shapes[a.i()].as_slice(), net.shapes[b.i()].as_slice());
    let apart = APART.min((one.width + other.width) / 2.0);
    let scale = one.length / length(shape).max(1e-6);
    match kind {
        Meeting::Merge => {
            let (end, foe_end) = (shape.last()?, foe_shape.last()?);
            if distance(*end, *foe_end) >= apart {
                return Some((0.0, other.width));
            }
            let backward = |shape: &[Point]| shape.iter().rev().copied().collect::<Vec<_>>();
            let together = parting(&backward(shape), &backward(foe_shape), apart);
            Some(((together * scale).min(one.length), other.width))
        }
        Meeting::Part => {
            if distance(*shape.first()?, *foe_shape.first()?) >= apart {
                return None;
            }
            let together = parting(shape, foe_shape, apart);
            Some(((one.length - together * scale).max(0.0), other.width))
        }
        Meeting::Cross => {
            let at = *crossings(shape, foe_shape).last()?;
            let foe_at = *crossings(foe_shape, shape).last()?;
            let angle = between(heading(shape, at), heading(foe_shape, foe_at));
            let wide = 2.0 / libm::sin(angle).max(0.2) - 1.0;
            let size = (other.width * wide).min(one.length);
            let begins = ((at - size / 2.0).max(0.0) * scale).min(one.length);
            Some((one.length - begins, size))
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Meeting {
    Merge,
    Part,
    Cross,
}

/// The conflict of the inner lane `a`, which `exit` leaves, with lane `b`, if they meet.
pub(super) fn between_lanes(net: &Network, exit: MovementId, b: LaneId) -> Option<Conflict> {
    let own = &net.movements[exit.i()];
    let a = own.from;
    let foe_exit = MovementId::at(net.leaving(b).next()?);
    let foe = &net.movements[foe_exit.i()];
    let source = |lane: LaneId| net.coming(lane).first().map(|movement| net.movements[movement.i()].from);
    let merges = own.to == foe.to && !own.via.is_some() && !foe.via.is_some();
    let parts = source(a).is_some() && source(a) == source(b);
    let kind = match () {
        () if merges => Meeting::Merge,
        () if parts => Meeting::Part,
        () => Meeting::Cross,
    };
    let (mut behind, size) = met(net, a, b, kind)?;
    let (foe_behind, foe_size) = met(net, b, a, kind)?;
    // Who waited inside stops at the start of the second inner lane, not within it.
    if kind == Meeting::Cross && source(a).is_some_and(|before| net.lanes[before.i()].inner) {
        behind = net.lanes[a.i()].length;
    }
    Some(Conflict { exit: foe_exit, behind, size, foe_behind, foe_size, merges, parts })
}
