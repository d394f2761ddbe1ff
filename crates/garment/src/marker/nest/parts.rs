//! Outlines as convex parts, and sums of those.

/// A place.
pub type Place = (f64, f64);

/// Twice the area of a triangle: positive if `c` lies to the left of the way from `a` to `b`.
pub fn cross(a: Place, b: Place, c: Place) -> f64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// Convex parts, counterclockwise, that make up what an outline holds without the holes that follow it: cut into triangles ear by
/// ear, which then grow together as long as they stay convex (Hertel and Mehlhorn 1983).
pub fn parts(rings: &[Vec<Place>]) -> Vec<Vec<Place>> {
    let mut rings = rings.iter();
    let outline = upright(rings.next().map_or(&[], Vec::as_slice));
    let mut holes: Vec<Vec<Place>> = rings.map(|hole| upright(hole)).collect();
    holes.iter_mut().for_each(|hole| hole.reverse());
    let ring = opened(outline, holes);
    let at = |one: usize| ring.get(one).copied().unwrap_or_default();
    let mut parts: Vec<Vec<usize>> = triangles(&ring);
    let mut first = 0;
    while first < parts.len() {
        let found = (first + 1..parts.len())
            .find_map(|second| Some((second, joined(parts.get(first)?, parts.get(second)?, &at)?)));
        match found {
            Some((second, whole)) => {
                parts.swap_remove(second);
                parts.get_mut(first).into_iter().for_each(|part| part.clone_from(&whole));
            }
            None => first += 1,
        }
    }
    parts.into_iter().map(|part| part.into_iter().map(at).collect()).collect()
}

/// The outline counterclockwise, without corners that turn nowhere.
fn upright(outline: &[Place]) -> Vec<Place> {
    let mut ring = outline.to_vec();
    let area: f64 = ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    if area < 0.0 {
        ring.reverse();
    }
    let flat = 1e-13 * area.abs();
    let mut at = 0;
    while at < ring.len() && ring.len() > 3 {
        let n = ring.len();
        let [a, b, c] =
            [(at + n - 1) % n, at, (at + 1) % n].map(|one| ring.get(one).copied().unwrap_or_default());
        if cross(a, b, c).abs() <= flat {
            ring.remove(at);
        } else {
            at += 1;
        }
    }
    ring
}

/// An outline into which each hole is opened by a cut that is no wider than a line, the rightmost first.
fn opened(mut ring: Vec<Place>, mut holes: Vec<Vec<Place>>) -> Vec<Place> {
    let right = |hole: &Vec<Place>| hole.iter().map(|at| at.0).fold(f64::MIN, f64::max);
    holes.sort_by(|a, b| right(b).total_cmp(&right(a)));
    // A corner that one cut goes out from takes no second: they could cross there.
    let mut used: Vec<Place> = Vec::new();
    for at in 0..holes.len() {
        let lines = || std::iter::once(&ring).chain(holes.iter().skip(at)).flat_map(|line| sides(line));
        let Some(hole) = holes.get(at) else { break };
        let mut cuts: Vec<(usize, usize)> =
            (0..ring.len()).flat_map(|from| (0..hole.len()).map(move |to| (from, to))).collect();
        let end = |line: &[Place], at: usize| line.get(at).copied().unwrap_or_default();
        let length = |(from, to): &(usize, usize)| {
            let (a, b) = (end(&ring, *from), end(hole, *to));
            (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)
        };
        cuts.retain(|(from, _)| !used.contains(&end(&ring, *from)));
        cuts.sort_by(|a, b| length(a).total_cmp(&length(b)));
        let clear = |cut: &&(usize, usize)| {
            let (a, b) = (end(&ring, cut.0), end(hole, cut.1));
            lines().all(|(c, d)| !crosses(a, b, c, d))
        };
        let Some((from, to)) = cuts.iter().find(clear).copied() else { continue };
        let (out, back) = (end(&ring, from), end(hole, to));
        used.extend([out, back]);
        let round = hole.iter().copied().cycle().skip(to).take(hole.len()).chain([back, out]);
        let cut: Vec<Place> = round.collect();
        ring.splice(from + 1..from + 1, cut);
    }
    ring
}

fn sides(line: &[Place]) -> impl Iterator<Item = (Place, Place)> + '_ {
    line.iter().copied().zip(line.iter().copied().cycle().skip(1))
}

/// Whether a cut meets a side in any place but an end that they have in common.
fn crosses(a: Place, b: Place, c: Place, d: Place) -> bool {
    let common = |p: Place| p == a || p == b;
    let (of_c, of_d) = (cross(a, b, c), cross(a, b, d));
    let (of_a, of_b) = (cross(c, d, a), cross(c, d, b));
    let between = |p: Place, side: f64| {
        let along = (p.0 - a.0) * (b.0 - a.0) + (p.1 - a.1) * (b.1 - a.1);
        let length = (b.0 - a.0).powi(2) + (b.1 - a.1).powi(2);
        side == 0.0 && !common(p) && along > 0.0 && along < length
    };
    let apart = common(c) || common(d);
    (!apart && of_c * of_d < 0.0 && of_a * of_b < 0.0)
        || between(c, of_c)
        || between(d, of_d)
        || (!apart && (of_a == 0.0 || of_b == 0.0) && of_c * of_d < 0.0)
}

fn triangles(ring: &[Place]) -> Vec<Vec<usize>> {
    let at = |one: usize| ring.get(one).copied().unwrap_or_default();
    let mut left: Vec<usize> = (0..ring.len()).collect();
    let mut found = Vec::new();
    while left.len() > 3 {
        let n = left.len();
        let corners =
            |k: usize| [(k + n - 1) % n, k, (k + 1) % n].map(|one| left.get(one).copied().unwrap_or(0));
        let ear = |k: &usize| {
            let ear = corners(*k);
            let [a, b, c] = ear.map(at);
            let holds = |p: Place| {
                // Where a hole is opened corners stand twice.
                let same = p == a || p == b || p == c;
                !same && cross(a, b, p) >= 0.0 && cross(b, c, p) >= 0.0 && cross(c, a, p) >= 0.0
            };
            cross(a, b, c) > 0.0 && !left.iter().any(|one| !ear.contains(one) && holds(at(*one)))
        };
        // Of several ears the roundest, since slivers make parts that nothing grows together with.
        let round = |k: &usize| {
            let [a, b, c] = corners(*k).map(at);
            let square = |p: Place, q: Place| (p.0 - q.0).powi(2) + (p.1 - q.1).powi(2);
            cross(a, b, c) / (square(a, b) + square(b, c) + square(c, a))
        };
        let best = (0..n).filter(ear).max_by(|a, b| round(a).total_cmp(&round(b)));
        // Rounding may hide every ear; then the flattest corner goes.
        let flattest = || (0..n).min_by(|a, b| round(a).abs().total_cmp(&round(b).abs()));
        let Some(k) = best.or_else(flattest) else { break };
        found.push(corners(k).to_vec());
        left.remove(k);
    }
    found.push(left);
    found
}

/// Two parts with a common side as one, if that is convex.
fn joined(one: &[usize], other: &[usize], at: &dyn Fn(usize) -> Place) -> Option<Vec<usize>> {
    let (n, m) = (one.len(), other.len());
    let (i, j) = (0..n).find_map(|i| {
        let (a, b) = (one.get(i)?, one.get((i + 1) % n)?);
        let j = (0..m).find(|j| other.get(*j) == Some(b) && other.get((j + 1) % m) == Some(a))?;
        Some((i, j))
    })?;
    let mut whole: Vec<usize> = (1..=n).filter_map(|k| one.get((i + k) % n).copied()).collect();
    whole.extend((2..m).filter_map(|k| other.get((j + k) % m)));
    let n = whole.len();
    let turns = |k: usize| {
        let [a, b, c] = [k, k + 1, k + 2].map(|one| at(whole.get(one % n).copied().unwrap_or(0)));
        cross(a, b, c)
    };
    (0..n).all(|k| turns(k) >= 0.0).then_some(whole)
}

/// All that sums of a place of one convex part and a place of another reach (Minkowski): the sides of both by their direction.
pub fn sum(one: &[Place], other: &[Place]) -> Vec<Place> {
    let lowest = |part: &[Place]| {
        let order = |a: &usize, b: &usize| {
            let place = |k: &usize| part.get(*k).map_or((0.0, 0.0), |(x, y)| (*y, *x));
            let (a, b) = (place(a), place(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        };
        (0..part.len()).min_by(order).unwrap_or(0)
    };
    let turned = |part: &[Place]| -> Vec<Place> {
        let from = lowest(part);
        let at = |k: usize| part.get((from + k) % part.len().max(1)).copied().unwrap_or_default();
        (0..=part.len()).map(at).collect()
    };
    let (a, b) = (turned(one), turned(other));
    let side = |part: &[Place], k: usize| match (part.get(k), part.get(k + 1)) {
        (Some(from), Some(to)) => Some((to.0 - from.0, to.1 - from.1)),
        _ => None,
    };
    let (mut i, mut j) = (0, 0);
    let mut sums = Vec::with_capacity(one.len() + other.len());
    loop {
        let (p, q) = (a.get(i).copied().unwrap_or_default(), b.get(j).copied().unwrap_or_default());
        let (s, t) = (side(&a, i), side(&b, j));
        if s.is_some() || t.is_some() {
            sums.push((p.0 + q.0, p.1 + q.1));
        }
        let turn = match (s, t) {
            (Some(s), Some(t)) => s.0 * t.1 - s.1 * t.0,
            (Some(_), None) => 1.0,
            (None, Some(_)) => -1.0,
            (None, None) => return sums,
        };
        i += usize::from(turn >= 0.0);
        j += usize::from(turn <= 0.0);
    }
}

/// A convex part turned by half, as it stands in the sum for what must be kept from meeting.
pub fn opposite(part: &[Place]) -> Vec<Place> {
    part.iter().map(|(x, y)| (-x, -y)).collect()
}

/// A part that holds all places nearer than `radius`.
pub fn disc(radius: f64, corners: u32) -> Vec<Place> {
    let step = std::f64::consts::TAU / f64::from(corners);
    let out = radius / (step / 2.0).cos();
    (0..corners).map(|k| (step * f64::from(k)).sin_cos()).map(|(y, x)| (x * out, y * out)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Place, cross, parts};
    use crate::chance::Chance;

    fn area(ring: &[Place]) -> f64 {
        super::sides(ring).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
    }

    /// A star around a place.
    fn star(chance: &mut Chance, (x, y): Place, radius: f64, corners: u64) -> Vec<Place> {
        let at = |k: u64| {
            let out = radius * (0.4 + chance.below(600) as f64 / 1_000.0);
            let (sin, cos) = (std::f64::consts::TAU * k as f64 / corners as f64).sin_cos();
            (x + out * cos, y + out * sin)
        };
        (0..corners).map(at).collect()
    }

    #[test]
    fn parts_are_convex_and_make_up_the_outline_without_its_holes() {
        let mut chance = Chance::new(4);
        for turn in 0..400 {
            let outer = star(&mut chance, (0.0, 0.0), 100.0, 12 + turn % 9);
            let mut rings = vec![outer];
            // Within the circle that every star holds.
            for (k, place) in [(-12.0, 0.0), (12.0, 6.0), (9.0, -13.0)].into_iter().enumerate() {
                if chance.below(3) > 0 {
                    let corners = 3 + chance.below(6) + k as u64;
                    rings.push(star(&mut chance, place, 9.0, corners));
                }
            }
            let whole = area(&rings[0]) - rings[1..].iter().map(|hole| area(hole)).sum::<f64>();
            let made = parts(&rings);
            let sum: f64 = made.iter().map(|part| area(part)).sum();
            assert!((sum - whole).abs() < 1e-6 * whole, "{turn}: {sum} {whole}");
            for part in &made {
                let n = part.len();
                let turns = (0..n).map(|k| cross(part[k], part[(k + 1) % n], part[(k + 2) % n]));
                assert!(turns.min_by(f64::total_cmp).unwrap() >= -1e-9, "{turn}: {part:?}");
            }
        }
    }
}
