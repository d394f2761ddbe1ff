//! What is added around a sewing line for the seam.

use super::outline::Place;

/// A corner that would reach farther than this many allowances is cut off there.
const REACH: f64 = 2.0;

/// A closed line that runs so far outside of another: sides move outwards and meet again, and sharp corners are cut off. It
/// may cross itself where the other turns inwards more narrowly than the distance allows.
pub(super) fn grown(ring: &[Place], by: f64) -> Vec<Place> {
    let area: f64 = ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    let mut ring = ring.to_vec();
    if area < 0.0 {
        ring.reverse();
    }
    let before = ring.iter().cycle().skip(ring.len().saturating_sub(1));
    let after = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(before)
        .zip(after)
        .flat_map(|((at, before), after)| corner(*before, *at, *after, by))
        .collect()
}

fn corner(before: Place, at: Place, after: Place, by: f64) -> Vec<Place> {
    let (u, v) = (way(before, at), way(at, after));
    // Of a line that runs counterclockwise the outside is to the right.
    let (m, n) = ((u.1, -u.0), (v.1, -v.0));
    let dot = |a: Place, b: Place| a.0 * b.0 + a.1 * b.1;
    let moved = |from: Place, along: Place, by: f64| (from.0 + along.0 * by, from.1 + along.1 * by);
    let open = 1.0 + dot(m, n);
    // Where the sides meet again lies so many allowances off the corner: the square of that.
    let far = 2.0 / open.max(1e-12);
    let outwards = u.0 * v.1 - u.1 * v.0 > 0.0;
    if !outwards || far <= REACH * REACH {
        return vec![moved(at, (m.0 + n.0, m.1 + n.1), by / open.max(1e-12))];
    }
    let middle = way((0.0, 0.0), (u.0 - v.0, u.1 - v.1));
    let past = |normal: Place, side: Place| by * (REACH - dot(normal, middle)) / dot(side, middle).max(1e-12);
    let (first, second) = (past(m, u), past(n, (-v.0, -v.1)));
    vec![moved(moved(at, m, by), u, first), moved(moved(at, n, by), v, -second)]
}

/// The direction from one place to another.
fn way(from: Place, to: Place) -> Place {
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1e-12);
    ((to.0 - from.0) / length, (to.1 - from.1) / length)
}
