//! Shapes of lanes: where two of them cross, meet and part.

/// A point in metres.
pub type Point = [f64; 2];

/// Distance of two points.
pub fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(a[0] - b[0], a[1] - b[1])
}

/// Length of a shape.
pub fn length(shape: &[Point]) -> f64 {
    shape.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}

/// Where along `a` it meets `b`, in ascending order.
pub fn crossings(a: &[Point], b: &[Point]) -> Vec<f64> {
    let mut found = Vec::new();
    let mut along = 0.0;
    for one in a.windows(2) {
        let long = distance(one[0], one[1]);
        for other in b.windows(2) {
            if let Some(part) = crossing([one[0], one[1]], [other[0], other[1]]) {
                found.push(along + part * long);
            }
        }
        along += long;
    }
    found.sort_by(f64::total_cmp);
    found
}

/// Where two straight pieces cross, as a part of the first.
fn crossing(a: [Point; 2], b: [Point; 2]) -> Option<f64> {
    let (r, s) = ([a[1][0] - a[0][0], a[1][1] - a[0][1]], [b[1][0] - b[0][0], b[1][1] - b[0][1]]);
    let cross = r[0] * s[1] - r[1] * s[0];
    if cross.abs() < 1e-12 {
        return None;
    }
    let d = [b[0][0] - a[0][0], b[0][1] - a[0][1]];
    let (t, u) = ((d[0] * s[1] - d[1] * s[0]) / cross, (d[0] * r[1] - d[1] * r[0]) / cross);
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some(t)
}

/// The heading of a shape at a distance along it, in radians.
pub fn heading(shape: &[Point], at: f64) -> f64 {
    let mut along = 0.0;
    let mut last = 0.0;
    for pair in shape.windows(2) {
        let long = distance(pair[0], pair[1]);
        last = libm::atan2(pair[1][1] - pair[0][1], pair[1][0] - pair[0][0]);
        along += long;
        if long > 0.0 && along >= at {
            return last;
        }
    }
    last
}

/// The angle between two headings, 0 to π.
pub fn between(a: f64, b: f64) -> f64 {
    let turn = (a - b).rem_euclid(std::f64::consts::TAU);
    turn.min(std::f64::consts::TAU - turn)
}

/// The point of a shape at a distance along it.
fn point(shape: &[Point], at: f64) -> Point {
    let mut left = at;
    for pair in shape.windows(2) {
        let long = distance(pair[0], pair[1]);
        if left <= long && long > 0.0 {
            let part = left / long;
            return [
                pair[0][0] + part * (pair[1][0] - pair[0][0]),
                pair[0][1] + part * (pair[1][1] - pair[0][1]),
            ];
        }
        left -= long;
    }
    shape.last().copied().unwrap_or([0.0; 2])
}

/// How far a point is from a shape.
fn away(from: Point, shape: &[Point]) -> f64 {
    let from_piece = |pair: &[Point]| {
        let (dx, dy) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
        let square = dx * dx + dy * dy;
        let part = match square > 0.0 {
            true => (((from[0] - pair[0][0]) * dx + (from[1] - pair[0][1]) * dy) / square).clamp(0.0, 1.0),
            false => 0.0,
        };
        distance(from, [pair[0][0] + part * dx, pair[0][1] + part * dy])
    };
    shape.windows(2).map(from_piece).fold(f64::INFINITY, f64::min)
}

/// How far two shapes that start together go before they are `apart`: a distance along both, in steps of a decimetre.
pub fn parting(a: &[Point], b: &[Point], apart: f64) -> f64 {
    const STEP: f64 = 0.1;
    let along = |one: &[Point], other: &[Point]| {
        let long = length(one);
        let mut at = 0.0;
        while at < long {
            let away = away(point(one, at), other);
            if away >= apart {
                break;
            }
            // No step leads farther away than it is long: so many need no look.
            let near = ((apart - away - 1e-6) / STEP) as usize;
            (0..near.max(1)).for_each(|_| at += STEP);
        }
        at.min(long)
    };
    along(a, b).max(along(b, a)).min(length(a)).min(length(b))
}

#[cfg(test)]
mod tests {
    use super::{between, crossings, heading, parting};

    #[test]
    fn shapes_cross_and_part_where_they_do() {
        let (east, north) = ([[0.0, 0.0], [10.0, 0.0]], [[4.0, -5.0], [4.0, 5.0]]);
        assert_eq!(crossings(&east, &north), [4.0]);
        assert_eq!(crossings(&north, &east), [5.0]);
        assert!(crossings(&east, &[[0.0, 1.0], [10.0, 1.0]]).is_empty());
        let turn = between(heading(&east, 4.0), heading(&north, 5.0));
        assert!((turn - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
        let slant = [[0.0, 0.0], [10.0, 5.0]];
        let at = parting(&east, &slant, 2.0);
        assert!((4.0..5.1).contains(&at), "{at}");
        assert_eq!(parting(&east, &east, 2.0), 10.0);
    }
}
