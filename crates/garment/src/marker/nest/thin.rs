//! Outlines with thousands of corners, made coarser on the outside: what keeps clear of the coarse one keeps clear of the true
//! one.
//!
//! A corner that turns inwards is passed by; a side between two that turn outwards goes, and its neighbours meet beyond it. Both
//! only add to the shape. How far off the true line each side is by then is kept, and no step may take it beyond a limit.

use super::parts::{Place, cross};

/// A shape of more corners is thinned to about so many.
const MANY: usize = 200;

/// Corners that stand in a row are looked up together, by a box around so many of them and their sides.
const BLOCK: usize = 32;

/// A corner, and how far the side from it to the next may lie off the true line.
#[derive(Clone, Copy)]
struct Corner {
    at: Place,
    off: f64,
}

/// A closed line, from which corners go.
struct Line {
    corners: Vec<Corner>,
    /// The corners before and after each that are left.
    before: Vec<usize>,
    after: Vec<usize>,
    gone: Vec<bool>,
    left: usize,
    /// Around the corners of each block and the sides that begin at them, or more.
    boxes: Vec<[Place; 2]>,
}

/// What becomes of a line: the corner that goes, and what others become.
struct Step {
    gone: usize,
    changed: [Option<(usize, Corner)>; 2],
}

/// The outline and holes of a shape with few enough corners: at first as near as this, and farther off by steps where that leaves
/// too many.
pub fn thinned(rings: Vec<Vec<Place>>, near: f64) -> Vec<Vec<Place>> {
    let count = |lines: &[Line]| lines.iter().map(|line| line.left).sum::<usize>();
    if rings.iter().map(Vec::len).sum::<usize>() <= MANY {
        return rings;
    }
    // What is cut out runs the other way, so that the shape is to the left of every side.
    let mut lines: Vec<Line> =
        rings.into_iter().enumerate().map(|(at, ring)| Line::of(ring, at == 0)).collect();
    let mut near = near;
    for _ in 0..24 {
        while count(&lines) > MANY && passed(&mut lines, near) {}
        if count(&lines) <= MANY {
            break;
        }
        near *= 2.0;
    }
    lines.iter().map(|line| line.rest().map(|at| line.corners[at].at).collect()).collect()
}

impl Line {
    fn of(mut ring: Vec<Place>, outer: bool) -> Self {
        let area: f64 =
            ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
        if (area < 0.0) == outer {
            ring.reverse();
        }
        let n = ring.len();
        let mut line = Self {
            corners: ring.into_iter().map(|at| Corner { at, off: 0.0 }).collect(),
            before: (0..n).map(|at| (at + n - 1) % n).collect(),
            after: (0..n).map(|at| (at + 1) % n).collect(),
            gone: vec![false; n],
            left: n,
            boxes: vec![[(f64::MAX, f64::MAX), (f64::MIN, f64::MIN)]; n.div_ceil(BLOCK)],
        };
        (0..n).for_each(|at| line.cover(at));
        line
    }

    /// The corners that are left.
    fn rest(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.corners.len()).filter(|at| !self.gone[*at])
    }

    /// Has the box of a corner's block hold it and the side that begins there.
    fn cover(&mut self, at: usize) {
        let own = &mut self.boxes[at / BLOCK];
        for (x, y) in [self.corners[at].at, self.corners[self.after[at]].at] {
            *own = [(own[0].0.min(x), own[0].1.min(y)), (own[1].0.max(x), own[1].1.max(y))];
        }
    }

    fn take(&mut self, step: &Step) {
        for (at, corner) in step.changed.into_iter().flatten() {
            self.corners[at] = corner;
        }
        let (before, after) = (self.before[step.gone], self.after[step.gone]);
        (self.after[before], self.before[after]) = (after, before);
        self.gone[step.gone] = true;
        self.left -= 1;
        for (at, _) in step.changed.into_iter().flatten() {
            self.cover(at);
            self.cover(self.before[at]);
        }
        self.cover(before);
    }

    /// Whether something is so of a side, as one that may come into a box; all others do not.
    fn any(&self, [low, high]: [Place; 2], is_so: &impl Fn(Place, Place) -> bool) -> bool {
        let near =
            |[from, to]: &[Place; 2]| from.0 <= high.0 && to.0 >= low.0 && from.1 <= high.1 && to.1 >= low.1;
        self.boxes.iter().enumerate().filter(|(_, own)| near(own)).any(|(block, _)| {
            let own = block * BLOCK..((block + 1) * BLOCK).min(self.corners.len());
            own.filter(|at| !self.gone[*at])
                .any(|at| is_so(self.corners[at].at, self.corners[self.after[at]].at))
        })
    }
}

/// Goes once around each line; says whether anything was left out.
fn passed(lines: &mut [Line], near: f64) -> bool {
    let mut any = false;
    for own in 0..lines.len() {
        let Some(mut at) = lines[own].rest().next() else { continue };
        for _ in 0..lines[own].left {
            if lines[own].left <= 4 {
                break;
            }
            let line = &lines[own];
            let Some(step) = shorter(lines, line, at, near) else {
                at = line.after[at];
                continue;
            };
            any = true;
            // What was moved is looked at once more.
            let next = if step.gone == at { line.after[at] } else { at };
            lines[own].take(&step);
            at = next;
        }
    }
    any
}

/// How a line becomes shorter at a corner, or at the side that begins there.
fn shorter(lines: &[Line], line: &Line, at: usize, near: f64) -> Option<Step> {
    let places = [line.before[at], at, line.after[at], line.after[line.after[at]]];
    let [before, own, next, after] = places.map(|place| line.corners[place]);
    let (a, b, c, d) = (before.at, own.at, next.at, after.at);
    let blocked = |triangle: [Place; 3]| {
        let within = around(triangle);
        lines.iter().any(|other| other.any(within, &|corner, _| holds(triangle, corner)))
    };
    if cross(a, b, c) <= 0.0 {
        let off = height(a, c, b) + before.off.max(own.off);
        let clear = off <= near && !blocked([a, c, b]);
        return clear
            .then_some(Step { gone: at, changed: [Some((places[0], Corner { off, ..before })), None] });
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
    if off.is_nan() || off > near || blocked([b, meet, c]) {
        return None;
    }
    let across = |one: Place, other: Place| {
        cut_each_other((one, other), (b, meet)) || cut_each_other((one, other), (meet, c))
    };
    let within = around([b, meet, c]);
    if lines.iter().any(|other| other.any(within, &across)) {
        return None;
    }
    let changed = [
        Some((places[0], Corner { off: before.off.max(off), ..before })),
        Some((at, Corner { at: meet, off: next.off.max(off) })),
    ];
    Some(Step { gone: places[2], changed })
}

/// The box around a triangle.
fn around(corners: [Place; 3]) -> [Place; 2] {
    let least = |of: fn(Place) -> f64| corners.into_iter().map(of).fold(f64::MAX, f64::min);
    let most = |of: fn(Place) -> f64| corners.into_iter().map(of).fold(f64::MIN, f64::max);
    [(least(|at| at.0), least(|at| at.1)), (most(|at| at.0), most(|at| at.1))]
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
            // The last one as fine as a scanner draws.
            let count = if turn == 11 { 20_000 } else { 500 + chance.below(1_500) };
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
