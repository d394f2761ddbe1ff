//! What an entity draws, as a line of places in millimetres.

use super::curves::{ellipse, spline};
use super::entities::Entity;
use crate::marker::outline::{Place, bow};

/// Its line; why it has none where it is of a kind that is not read.
pub fn path(entity: &Entity, scale: f64) -> Result<Vec<Place>, String> {
    let number =
        |code: i32| entity.number(code).ok_or_else(|| format!("{} without group {code}", entity.kind));
    let place = |code: i32| Ok::<_, String>((number(code)? * scale, number(code + 10)? * scale));
    if let Some(what) = &entity.wrong {
        return Err(what.clone());
    }
    match entity.kind.as_str() {
        "POINT" => Ok(vec![place(10)?]),
        "LINE" => Ok(vec![place(10)?, place(11)?]),
        "POLYLINE" | "LWPOLYLINE" => Ok(corners(entity, scale)),
        "CIRCLE" => arc(place(10)?, number(40)? * scale, 0.0, 360.0),
        "ARC" => arc(place(10)?, number(40)? * scale, number(50)?, number(51)?),
        "SPLINE" => spline(entity, scale),
        "ELLIPSE" => {
            let (from, to) =
                (entity.number(41).unwrap_or(0.0), entity.number(42).unwrap_or(std::f64::consts::TAU));
            Ok(ellipse(place(10)?, place(11)?, number(40)?, from, to))
        }
        kind => Err(format!("a `{kind}` is not read; save curves as polylines")),
    }
}

fn corners(entity: &Entity, scale: f64) -> Vec<Place> {
    let closed =
        entity.text(70).and_then(|flags| flags.parse::<u32>().ok()).is_some_and(|flags| flags & 1 == 1);
    let at = |corner: &(f64, f64, f64)| (corner.0 * scale, corner.1 * scale);
    let mut line: Vec<Place> = entity.corners.first().map(at).into_iter().collect();
    for pair in entity.corners.windows(2) {
        if let [from, to] = pair {
            line.extend(bow(at(from), at(to), from.2));
        }
    }
    if let (true, Some(first), Some(last)) = (closed, entity.corners.first(), entity.corners.last()) {
        line.extend(bow(at(last), at(first), last.2));
    }
    line
}

/// An arc as two bows, counterclockwise.
fn arc(centre: Place, radius: f64, from: f64, to: f64) -> Result<Vec<Place>, String> {
    let whole = if (to - from).rem_euclid(360.0) == 0.0 { 360.0 } else { (to - from).rem_euclid(360.0) };
    let at = |degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (centre.0 + radius * cos, centre.1 + radius * sin)
    };
    let bulge = (whole / 8.0).to_radians().tan();
    let mut line = vec![at(from)];
    for half in [0.5, 1.0] {
        let start = line.last().copied().unwrap_or_default();
        line.extend(bow(start, at(from + whole * half), bulge));
    }
    Ok(line)
}
