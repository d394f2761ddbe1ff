//! Splines and ellipses as lines of places.

use super::entities::Entity;
use crate::marker::outline::{Place, apart};

/// How far a line may run beside its curve, in millimetres.
const NEAR: f64 = 0.05;

/// A spline of any degree by its control points, with weights and without (de Boor 1972), in millimetres.
pub fn spline(entity: &Entity, scale: f64) -> Result<Vec<Place>, String> {
    let all = |code: i32| entity.all(code);
    let (knots, weights) = (all(40), all(41));
    let controls: Vec<Place> =
        all(10).into_iter().zip(all(20)).map(|(x, y)| (x * scale, y * scale)).collect();
    if controls.is_empty() {
        return Err(
            "a `SPLINE` without control points is not read; save it with them, or as a polyline".into()
        );
    }
    let degree = entity.number(71).unwrap_or(3.0) as usize;
    let fits =
        (1..=15).contains(&degree) && controls.len() > degree && knots.len() == controls.len() + degree + 1;
    if !fits || knots.windows(2).any(|pair| matches!(pair, [a, b] if a > b)) {
        return Err(format!(
            "a `SPLINE` of degree {degree} with {} control points and {} knots is none; save it anew, or as a polyline",
            controls.len(),
            knots.len()
        ));
    }
    let weight = |at: usize| if weights.len() == controls.len() { weights[at] } else { 1.0 };
    if (0..controls.len()).any(|at| weight(at) <= 0.0) {
        return Err("a `SPLINE` with weights that are not above 0 is not read; save it as a polyline".into());
    }
    let points: Vec<[f64; 3]> = controls
        .iter()
        .enumerate()
        .map(|(at, (x, y))| [x * weight(at), y * weight(at), weight(at)])
        .collect();
    let mut line = Vec::new();
    for span in degree..controls.len() {
        let (from, to) = (knots[span], knots[span + 1]);
        if to <= from {
            continue;
        }
        let at = |t: f64| on_span(&points, &knots, degree, span, t);
        if line.is_empty() {
            line.push(at(from));
        }
        // A bow and its counter-bow would seem straight at the middle.
        let middle = (from + to) / 2.0;
        followed(&at, (from, at(from)), (middle, at(middle)), 0, &mut line);
        followed(&at, (middle, at(middle)), (to, at(to)), 0, &mut line);
    }
    Ok(line)
}

/// The place of a spline at a parameter within a span of its knots.
fn on_span(points: &[[f64; 3]], knots: &[f64], degree: usize, span: usize, t: f64) -> Place {
    let mut all: Vec<[f64; 3]> = points[span - degree..=span].to_vec();
    for round in 1..=degree {
        for at in (round..=degree).rev() {
            let (low, high) = (knots[span - degree + at], knots[span + 1 + at - round]);
            let share = if high > low { (t - low) / (high - low) } else { 0.0 };
            let before = all[at - 1];
            all[at]
                .iter_mut()
                .zip(before)
                .for_each(|(own, before)| *own = before * (1.0 - share) + *own * share);
        }
    }
    let [x, y, weight] = all[degree];
    (x / weight, y / weight)
}

/// Puts places on a curve after one that is there, so near to each other that the line keeps to it.
fn followed(
    at: &dyn Fn(f64) -> Place,
    (from, a): (f64, Place),
    (to, b): (f64, Place),
    depth: u32,
    line: &mut Vec<Place>,
) {
    const DEEPEST: u32 = 10;
    let part = |share: f64| from + (to - from) * share;
    let off = |share: f64| {
        let (place, wide) = (at(part(share)), apart(a, b));
        match wide > 1e-9 {
            true => ((b.0 - a.0) * (place.1 - a.1) - (b.1 - a.1) * (place.0 - a.0)).abs() / wide,
            false => apart(a, place),
        }
    };
    if depth >= DEEPEST || [0.25, 0.5, 0.75].into_iter().all(|share| off(share) <= NEAR) {
        line.push(b);
        return;
    }
    let middle = (part(0.5), at(part(0.5)));
    followed(at, (from, a), middle, depth + 1, line);
    followed(at, middle, (to, b), depth + 1, line);
}

/// An ellipse or a part of one, in millimetres.
pub fn ellipse(centre: Place, long: Place, ratio: f64, from: f64, to: f64) -> Vec<Place> {
    let turn = std::f64::consts::TAU;
    let whole = if (to - from).rem_euclid(turn) < 1e-9 { turn } else { (to - from).rem_euclid(turn) };
    let short = (-long.1 * ratio, long.0 * ratio);
    let at = |t: f64| {
        let (sin, cos) = t.sin_cos();
        (centre.0 + long.0 * cos + short.0 * sin, centre.1 + long.1 * cos + short.1 * sin)
    };
    let mut line = vec![at(from)];
    for part in 0..8 {
        let ends = [f64::from(part), f64::from(part + 1)].map(|part| from + whole * part / 8.0);
        followed(&at, (ends[0], at(ends[0])), (ends[1], at(ends[1])), 0, &mut line);
    }
    line
}
