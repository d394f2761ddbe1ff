//! Outlines with thousands of corners, made coarser on the outside: what keeps clear of the coarse one keeps clear of the true
//! one.
//!
//! A corner that turns inwards is passed by; a side between two that turn outwards goes, and its neighbours meet beyond it. Both
//! only add to the shape. How far off the true line each side is by then is kept, and no step may take it beyond a limit.

use super::parts::{Place, cross};

/// A shape of more corners is thinned to about so many.
const MANY: usize = 200;

/// A corner, and how far the side from it to the next may lie off the true line.
#[derive(Clone, Copy)]
struct Corner {
    at: Place,
    off: f64,
}

/// The outline and holes of a shape with few enough corners: at first as near as this, and farther off by steps where that leaves
/// too many.
pub fn thinned(rings: Vec<Vec<Place>>, near: f64) -> Vec<Vec<Place>> {
    let count = |rings: &[Vec<Corner>]| rings.iter().map(Vec::len).sum::<usize>();
    if rings.iter().map(Vec::len).sum::<usize>() <= MANY {
        return rings;
    }
    let corners = |(at, ring): (usize, Vec<Place>)| {
        let area: f64 =
            ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
        let mut ring: Vec<Corner> = ring.into_iter().map(|at| Corner { at, off: 0.0 }).collect();
        // What is cut out runs the other way, so that the shape is to the left of every side.
        if (area < 0.0) == (at == 0) {
            ring.reverse();
        }
        ring
    };
    let mut rings: Vec<Vec<Corner>> = rings.into_iter().enumerate().map(corners).collect();
    let mut near = near;
    for _ in 0..24 {
        while count(&rings) > MANY && passed(&mut rings, near) {}
        if count(&rings) <= MANY {
            break;
        }
        near *= 2.0;
    }
    rings.into_iter().map(|ring| ring.into_iter().map(|corner| corner.at).collect()).collect()
}

/// Goes once around each ring; says whether anything was left out.
fn passed(rings: &mut [Vec<Corner>], near: f64) -> bool {
    let mut any = false;
    for own in 0..rings.len() {
        let mut at = 0;
        while let Some(ring) = rings.get(own).filter(|ring| at < ring.len() && ring.len() > 4) {
            let Some((gone, corners)) = shorter(rings, ring, at, near) else {
                at += 1;
                continue;
            };
            any = true;
            let n = ring.len();
            let Some(ring) = rings.get_mut(own) else { break };
            for (place, corner) in corners {
                ring.get_mut(place % n).into_iter().for_each(|own| *own = corner);
            }
            ring.remove(gone % n);
        }
    }
    any
}

/// The corner that goes, and what others become: that at a place itself, or the side that begins there.
#[allow(clippy::type_complexity, reason = "a name for it would say no more")]
fn shorter(
    rings: &[Vec<Corner>],
    ring: &[Corner],
    at: usize,
    near: f64,
) -> Option<(usize, Vec<(usize, Corner)>)> {
    let n = ring.len();
    let corner = |k: usize| ring.get((at + n + k - 1) % n).copied();
    let (before, own, next, after) = (corner(0)?, corner(1)?, corner(2)?, corner(3)?);
    let (a, b, c, d) = (before.at, own.at, next.at, after.at);
    if cross(a, b, c) <= 0.0 {
        let off = height(a, c, b) + before.off.max(own.off);
        let clear = off <= near && !rings.iter().flatten().any(|other| holds([a, c, b], other.at));
        return clear.then(|| (at, vec![(at + n - 1, Corner { off, ..before })]));
    }
    if cross(b, c, d) <= 0.0 {
        return None;
    }
    let (u, v) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1));
    let turn = u.0 * v.1 - u.1 * v.0;
    if turn <= 0.0 {
        return None;
    }
    let along = ((c.0 - b.0) * v.1 - (c.1 - b.1) * v.0) / turn;
    let meet = (b.0 + u.0 * along, b.1 + u.1 * along);
    let off = height(b, c, meet) + before.off.max(own.off).max(next.off);
    if off.is_nan() || off > near || rings.iter().flatten().any(|other| holds([b, meet, c], other.at)) {
        return None;
    }
    let sides = rings.iter().flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)));
    let mut across = sides.map(|(one, other)| (one.at, other.at));
    if across.any(|side| cut_each_other(side, (b, meet)) || cut_each_other(side, (meet, c))) {
        return None;
    }
    let moved = vec![
        (at + n - 1, Corner { off: before.off.max(off), ..before }),
        (at, Corner { at: meet, off: next.off.max(off) }),
    ];
    Some((at + 1, moved))
}

/// How far a place lies off a side.
fn height(a: Place, b: Place, place: Place) -> f64 {
    let length = (b.0 - a.0).hypot(b.1 - a.1);
    let along =
        ((place.0 - a.0) * (b.0 - a.0) + (place.1 - a.1) * (b.1 - a.1)) / (length * length).max(1e-300);
    let along = along.clamp(0.0, 1.0);
    (a.0 + (b.0 - a.0) * along - place.0).hypot(a.1 + (b.1 - a.1) * along - place.1)
}

/// Whether a triangle holds a place that is none of its corners.
fn holds(triangle: [Place; 3], place: Place) -> bool {
    let [a, b, c] = triangle;
    let signs = [cross(a, b, place), cross(b, c, place), cross(c, a, place)];
    !triangle.contains(&place)
        && (signs.iter().all(|sign| *sign >= 0.0) || signs.iter().all(|sign| *sign <= 0.0))
}

/// Whether two sides cross within both.
fn cut_each_other((a, b): (Place, Place), (c, d): (Place, Place)) -> bool {
    cross(a, b, c) * cross(a, b, d) < 0.0 && cross(c, d, a) * cross(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::{MANY, height, thinned};
    use crate::chance::Chance;
    use crate::marker::nest::parts::Place;

    fn within(ring: &[Place], (x, y): Place) -> bool {
        let sides = ring.iter().zip(ring.iter().cycle().skip(1));
        let crossed = |(a, b): &(&Place, &Place)| {
            (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0
        };
        sides.filter(crossed).count() % 2 == 1
    }

    fn off(ring: &[Place], place: Place) -> f64 {
        let sides = ring.iter().zip(ring.iter().cycle().skip(1));
        sides.map(|(a, b)| height(*a, *b, place)).fold(f64::MAX, f64::min)
    }

    #[test]
    fn a_thinned_outline_holds_the_true_one() {
        let mut chance = Chance::new(6);
        for (turn, rough) in (0..12).map(|turn| (turn, [0.0, 0.01, 1.0][turn % 3])) {
            let count = 500 + chance.below(1_500);
            let mut round = |middle: Place, size: f64| -> Vec<Place> {
                let waves = 2.0 + chance.below(5) as f64;
                (0..count)
                    .map(|k| {
                        let angle = std::f64::consts::TAU * k as f64 / count as f64;
                        let chance = chance.below(1_000) as f64 / 1_000.0;
                        let out = size * (0.8 + 0.15 * (angle * waves).sin()) + rough * chance;
                        (middle.0 + out * angle.cos(), middle.1 + out * angle.sin())
                    })
                    .collect()
            };
            let rings = vec![round((0.0, 0.0), 100.0), round((10.0, 5.0), 30.0)];
            let coarse = thinned(rings.clone(), 0.05);
            assert!(coarse.iter().map(Vec::len).sum::<usize>() <= MANY, "{turn}");
            for (which, (fine, coarse)) in rings.iter().zip(&coarse).enumerate() {
                for place in fine {
                    let clear = within(coarse, *place) == (which == 0) || off(coarse, *place) < 1e-9;
                    assert!(clear, "{turn}: {place:?} of ring {which} is left out");
                    assert!(off(coarse, *place) < 1.0 + 6.0 * rough, "{turn}: {place:?} is far off");
                }
            }
        }
    }
}
