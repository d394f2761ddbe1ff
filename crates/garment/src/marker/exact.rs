//! Geometry on whole numbers. Lengths are counted in millionths of their unit; all that is decided is decided by the signs of
//! whole numbers, never by rounding.

mod bands;

use bands::{Bands, Side};
use std::cmp::Ordering;

/// A millionth of a unit is six, so that halves and thirds of it are whole too.
const GRAIN: f64 = 6_000_000.0;
/// Places beyond this would not fit the products that are formed.
const FAR: f64 = 1.0e6;

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    x: i64,
    y: i64,
}

/// A closed line that does not meet itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring(Vec<Point>);

/// A shape: what lies within its outer ring and in none of its holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    outer: Ring,
    holes: Vec<Ring>,
}

/// Why points make no shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoShape {
    /// Too few.
    #[error("a shape needs three corners at least")]
    Few,
    /// Not finite, or too far away.
    #[error("a corner lies beyond a million units or is no number")]
    Far,
    /// It meets itself.
    #[error("its sides {0} and {1} meet")]
    Meets(usize, usize),
    /// A hole is not inside.
    #[error("its hole {0} does not lie within it, or meets another")]
    Hole(usize),
}

/// How a place lies to a ring or a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// Within.
    Inside,
    /// On its line.
    On,
    /// Without.
    Outside,
}

impl Point {
    fn new(x: f64, y: f64) -> Option<Self> {
        let whole = |value: f64| (value.abs() <= FAR).then(|| (value * (GRAIN / 6.0)).round() as i64 * 6);
        Some(Self { x: whole(x)?, y: whole(y)? })
    }

    /// The place in units.
    pub fn units(self) -> (f64, f64) {
        (self.x as f64 / GRAIN, self.y as f64 / GRAIN)
    }
}

/// Twice the area of a triangle: positive if `c` lies to the left of the way from `a` to `b`.
fn cross(a: Point, b: Point, c: Point) -> i128 {
    let (bx, by) = (i128::from(b.x - a.x), i128::from(b.y - a.y));
    let (cx, cy) = (i128::from(c.x - a.x), i128::from(c.y - a.y));
    bx * cy - by * cx
}

fn within_box(a: Point, b: Point, p: Point) -> bool {
    let between = |a: i64, b: i64, p: i64| a.min(b) <= p && p <= a.max(b);
    between(a.x, b.x, p.x) && between(a.y, b.y, p.y)
}

fn on(a: Point, b: Point, p: Point) -> bool {
    within_box(a, b, p) && cross(a, b, p) == 0
}

/// Whether the boxes around two sides have nothing in common. Asked first, since most sides are far from each other.
fn far(a: Point, b: Point, c: Point, d: Point) -> bool {
    let apart = |a: i64, b: i64, c: i64, d: i64| a.max(b) < c.min(d) || c.max(d) < a.min(b);
    apart(a.x, b.x, c.x, d.x) || apart(a.y, b.y, c.y, d.y)
}

/// Whether two sides cross in a place that is an end of neither.
fn cross_each_other(a: Point, b: Point, c: Point, d: Point) -> bool {
    let opposite = |one: i128, other: i128| one.signum() * other.signum() < 0;
    !far(a, b, c, d) && opposite(cross(a, b, c), cross(a, b, d)) && opposite(cross(c, d, a), cross(c, d, b))
}

/// Whether two sides have a place in common.
fn meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    !far(a, b, c, d)
        && (cross_each_other(a, b, c, d) || on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b))
}

impl Ring {
    /// The line through these corners, closed; corners that stand twice in a row count once.
    pub fn new(corners: &[(f64, f64)]) -> Result<Self, NoShape> {
        let points = corners.iter().map(|(x, y)| Point::new(*x, *y).ok_or(NoShape::Far));
        let mut points = points.collect::<Result<Vec<Point>, NoShape>>()?;
        points.dedup();
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            return Err(NoShape::Few);
        }
        let ring = Self(points);
        match ring.meeting() {
            Some((one, other)) => Err(NoShape::Meets(one + 1, other + 1)),
            None => Ok(ring),
        }
    }

    /// The first two sides that have a place in common which they must not have. Of sides sorted along x each is held against
    /// those that begin before it ends.
    fn meeting(&self) -> Option<(usize, usize)> {
        let sides: Vec<(Point, Point)> = self.sides().collect();
        let mut sorted: Vec<(i64, usize)> =
            sides.iter().enumerate().map(|(at, (a, b))| (a.x.min(b.x), at)).collect();
        sorted.sort_unstable();
        let mut found: Option<(usize, usize)> = None;
        for (place, (_, one)) in sorted.iter().enumerate() {
            let Some((a, b)) = sides.get(*one) else { continue };
            let (end, low, high) = (a.x.max(b.x), a.y.min(b.y), a.y.max(b.y));
            for (_, other) in sorted.iter().skip(place + 1).take_while(|(begin, _)| *begin <= end) {
                let Some((c, d)) = sides.get(*other) else { continue };
                if c.y.max(d.y) < low || c.y.min(d.y) > high {
                    continue;
                }
                let pair = (*one.min(other), *one.max(other));
                if found.is_none_or(|found| pair < found) && Self::clash(&sides, pair) {
                    found = Some(pair);
                }
            }
        }
        found
    }

    /// Whether two sides meet that must not. Neighbours have their common corner, and must not lie on each other.
    fn clash(sides: &[(Point, Point)], (i, j): (usize, usize)) -> bool {
        let (Some((a, b)), Some((c, d))) = (sides.get(i), sides.get(j)) else { return false };
        match (j == i + 1, i == 0 && j + 1 == sides.len()) {
            (true, _) => on(*a, *b, *d) || on(*c, *d, *a),
            (_, true) => on(*a, *b, *c) || on(*c, *d, *b),
            _ => meet(*a, *b, *c, *d),
        }
    }

    fn sides(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.0.iter().copied().zip(self.0.iter().copied().cycle().skip(1))
    }

    fn area2(&self) -> i128 {
        self.sides().map(|(a, b)| i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y)).sum()
    }

    fn lies(&self, p: Point) -> Lies {
        let mut inside = false;
        for (a, b) in self.sides() {
            if on(a, b, p) {
                return Lies::On;
            }
            // A side counts from its lower end on, so that a corner at the height of the place counts once.
            if (a.y <= p.y) != (b.y <= p.y) && (cross(a, b, p) > 0) == (a.y < b.y) {
                inside = !inside;
            }
        }
        if inside { Lies::Inside } else { Lies::Outside }
    }
}

impl Region {
    /// A shape of an outer line and holes.
    pub fn new(outer: Ring, holes: Vec<Ring>) -> Result<Self, NoShape> {
        for (at, hole) in holes.iter().enumerate() {
            let clear =
                |other: &Ring| hole.sides().all(|(a, b)| other.sides().all(|(c, d)| !meet(a, b, c, d)));
            let within = hole.0.first().is_some_and(|corner| outer.lies(*corner) == Lies::Inside);
            let apart = holes.iter().take(at).all(|other| {
                let out = |one: &Ring, of: &Ring| {
                    one.0.first().is_none_or(|corner| of.lies(*corner) == Lies::Outside)
                };
                clear(other) && out(hole, other) && out(other, hole)
            });
            if !(within && clear(&outer) && apart) {
                return Err(NoShape::Hole(at + 1));
            }
        }
        Ok(Self { outer, holes })
    }

    fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.outer).chain(&self.holes)
    }

    fn sides(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.rings().flat_map(Ring::sides)
    }

    /// The sides that come into a box, or to its edge.
    fn sides_in(&self, low: Point, high: Point) -> Vec<(Point, Point)> {
        let comes = |(a, b): &(Point, Point)| {
            a.x.min(b.x) <= high.x && a.x.max(b.x) >= low.x && a.y.min(b.y) <= high.y && a.y.max(b.y) >= low.y
        };
        self.sides().filter(comes).collect()
    }

    /// Its area in square units.
    pub fn area(&self) -> f64 {
        let of = |ring: &Ring| ring.area2().unsigned_abs() as f64 / 2.0 / GRAIN / GRAIN;
        of(&self.outer) - self.holes.iter().map(of).sum::<f64>()
    }

    /// Its outer line and holes, in units.
    pub fn outlines(&self) -> impl Iterator<Item = Vec<(f64, f64)>> + '_ {
        self.rings().map(|ring| ring.0.iter().map(|point| point.units()).collect())
    }

    /// Where its lowest and highest corners lie, along both axes.
    pub fn bounds(&self) -> (Point, Point) {
        let all = || self.outer.0.iter();
        let least = |of: &dyn Fn(&Point) -> i64| all().map(of).min().unwrap_or(0);
        let most = |of: &dyn Fn(&Point) -> i64| all().map(of).max().unwrap_or(0);
        let (x, y) = (&|point: &Point| point.x, &|point: &Point| point.y);
        (Point { x: least(x), y: least(y) }, Point { x: most(x), y: most(y) })
    }

    /// The shape mirrored at the x axis, turned by degrees and moved. Turns by quarters are exact; other corners are rounded to a
    /// millionth of a unit, and what is decided of them then is exact again. A shape that rounding broke is told.
    pub fn placed(&self, mirrored: bool, turn: f64, to: (f64, f64)) -> Result<Self, NoShape> {
        let to = Point::new(to.0, to.1).ok_or(NoShape::Far)?;
        let turn = turn.rem_euclid(360.0);
        let (sin, cos) = turn.to_radians().sin_cos();
        let turned = |point: &Point| {
            let (x, y) = (point.x, if mirrored { -point.y } else { point.y });
            let (x, y) = match turn {
                0.0 => (x, y),
                90.0 => (-y, x),
                180.0 => (-x, -y),
                270.0 => (y, -x),
                _ => {
                    let whole = |value: f64| (value / 6.0).round() as i64 * 6;
                    (whole(x as f64 * cos - y as f64 * sin), whole(x as f64 * sin + y as f64 * cos))
                }
            };
            Point { x: x + to.x, y: y + to.y }
        };
        let ring = |ring: &Ring| Ring(ring.0.iter().map(turned).collect());
        let placed = Self { outer: ring(&self.outer), holes: self.holes.iter().map(ring).collect() };
        let far = (FAR * GRAIN) as i64 * 4;
        let near = |point: &Point| point.x.abs() <= far && point.y.abs() <= far;
        if placed.rings().all(|ring| ring.0.iter().all(near)) { Ok(placed) } else { Err(NoShape::Far) }
    }

    fn lies(&self, p: Point) -> Lies {
        match self.outer.lies(p) {
            Lies::Inside => {}
            other => return other,
        }
        let in_holes = self.holes.iter().map(|hole| hole.lies(p));
        for lies in in_holes {
            match lies {
                Lies::Inside => return Lies::Outside,
                Lies::On => return Lies::On,
                Lies::Outside => {}
            }
        }
        Lies::Inside
    }

    /// A place within: from a corner that turns like the shape, towards the farthest corner that is in its way.
    fn within(&self) -> Option<Point> {
        let ring = &self.outer.0;
        let n = ring.len();
        let orientation = self.outer.area2().signum();
        let at = (0..n).min_by_key(|at| ring.get(*at))?;
        let (a, v, b) = (*ring.get((at + n - 1) % n)?, *ring.get(at)?, *ring.get((at + 1) % n)?);
        let inside = |q: &Point| {
            let sides = [cross(a, v, *q), cross(v, b, *q), cross(b, a, *q)].map(|side| side * orientation);
            sides.iter().all(|side| *side >= 0) && *q != a && *q != v && *q != b
        };
        let others = self.rings().flat_map(|ring| &ring.0);
        let nearest = others.filter(|q| inside(q)).max_by_key(|q| cross(a, b, **q).abs());
        Some(match nearest {
            Some(q) => Point { x: (v.x + q.x) / 2, y: (v.y + q.y) / 2 },
            None => Point { x: (a.x + v.x + b.x) / 3, y: (a.y + v.y + b.y) / 3 },
        })
    }
}

/// Whether two shapes have anything of their insides in common. Touching is none.
pub fn overlap(one: &Region, other: &Region) -> bool {
    let ((a, b), (c, d)) = (one.bounds(), other.bounds());
    if a.x >= d.x || c.x >= b.x || a.y >= d.y || c.y >= b.y {
        return false;
    }
    // Only sides that come to where the other is can cross it or run within it.
    let (near, its) = (one.sides_in(c, d), other.sides_in(a, b));
    let bands = Bands::of(&its);
    let crossing =
        near.iter().any(|side| bands.near(*side).any(|its| cross_each_other(side.0, side.1, its.0, its.1)));
    crossing
        || enters(&near, &bands, other)
        || enters(&its, &Bands::of(&near), one)
        || holds(one, other)
        || holds(other, one)
}

/// Whether a place within `one` lies within `other`: with no lines that enter, one is the other, or within it, or apart.
fn holds(one: &Region, other: &Region) -> bool {
    one.within().is_some_and(|place| other.lies(place) == Lies::Inside)
}

/// Whether one of some sides runs within `other`, of which those sides are given that they may meet. No sides cross, so a side
/// meets the other's line only at corners of it; between two neighbouring ones it is all within or all without.
fn enters(sides: &[Side], its: &Bands, other: &Region) -> bool {
    if sides.is_empty() {
        return false;
    }
    let all = Bands::of(&other.sides().collect::<Vec<_>>());
    sides.iter().any(|(a, b)| {
        let corners = its.near((*a, *b)).flat_map(|(c, d)| [*c, *d]);
        let mut stops: Vec<Point> = corners.filter(|corner| on(*a, *b, *corner)).collect();
        stops.extend([*a, *b]);
        stops.sort_unstable();
        stops.dedup();
        stops.windows(2).any(|pair| match pair {
            [p, q] => all.lies(Point { x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 }) == Lies::Inside,
            _ => false,
        })
    })
}

/// Whether two shapes that do not overlap come nearer than `spacing` units.
pub fn nearer(one: &Region, other: &Region, spacing: f64) -> bool {
    let apart = (spacing * GRAIN).round() as i64;
    let ((a, b), (c, d)) = (one.bounds(), other.bounds());
    if apart <= 0 || a.x - d.x >= apart || c.x - b.x >= apart || a.y - d.y >= apart || c.y - b.y >= apart {
        return false;
    }
    let wider = |low: Point, high: Point| {
        (Point { x: low.x - apart, y: low.y - apart }, Point { x: high.x + apart, y: high.y + apart })
    };
    let ((low, high), (its_low, its_high)) = (wider(a, b), wider(c, d));
    let (near, its) = (one.sides_in(its_low, its_high), other.sides_in(low, high));
    let ends = |from: &[Side], to: &[Side]| {
        let bands = Bands::of(to);
        let about = |p: &Point| (Point { x: p.x, y: p.y - apart }, Point { x: p.x, y: p.y + apart });
        from.iter()
            .flat_map(|(p, q)| [p, q])
            .any(|p| bands.near(about(p)).any(|(a, b)| point_nearer(*p, *a, *b, apart)))
    };
    let bands = Bands::of(&its);
    let touching = near.iter().any(|side| bands.near(*side).any(|its| meet(side.0, side.1, its.0, its.1)));
    touching || ends(&near, &its) || ends(&its, &near)
}

/// Whether a place lies nearer to a side than `apart`: squares are compared, in 256 bits where they need them.
fn point_nearer(p: Point, a: Point, b: Point, apart: i64) -> bool {
    let along = |from: Point, to: Point, p: Point| {
        let (x, y) = (i128::from(to.x - from.x), i128::from(to.y - from.y));
        x * i128::from(p.x - from.x) + y * i128::from(p.y - from.y)
    };
    let square = |a: Point, b: Point| {
        let (x, y) = (i128::from(b.x - a.x), i128::from(b.y - a.y));
        (x * x + y * y).unsigned_abs()
    };
    let limit = u128::from(apart.unsigned_abs()) * u128::from(apart.unsigned_abs());
    if along(a, b, p) <= 0 {
        return square(a, p) < limit;
    }
    if along(b, a, p) <= 0 {
        return square(b, p) < limit;
    }
    let height = cross(a, b, p).unsigned_abs();
    wide(height, height).cmp(&wide(limit, square(a, b))) == Ordering::Less
}

/// The product in two halves, the higher first.
fn wide(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (ah, al, bh, bl) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let (low, one, other, high) = (al * bl, ah * bl, al * bh, ah * bh);
    let middle = (low >> 64) + (one & LOW) + (other & LOW);
    (high + (one >> 64) + (other >> 64) + (middle >> 64), (middle << 64) | (low & LOW))
}
