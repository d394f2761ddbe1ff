//! Lines that make an outline: joined where their ends meet, and opened at a fold.

/// A place.
pub(super) type Place = (f64, f64);

/// How far apart ends may lie that were meant to meet, in millimetres.
const MEET: f64 = 0.1;

pub(super) fn apart(a: Place, b: Place) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// An arc between two places as far from straight as its bulge says (the tangent of a quarter of its angle), to a twentieth of a
/// millimetre, without its beginning.
pub(super) fn bow(from: Place, to: Place, bulge: f64) -> Vec<Place> {
    const NEAR: f64 = 0.05;
    let chord = apart(from, to);
    if bulge.abs() < 1e-9 || chord < 1e-9 {
        return vec![to];
    }
    let angle = 4.0 * bulge.atan();
    let radius = chord / 2.0 / (angle / 2.0).sin();
    // The centre lies off the chord's middle by what of the radius the bow does not take.
    let off = radius * (angle / 2.0).cos() / chord;
    let (x, y) = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let centre = (x - (to.1 - from.1) * off, y + (to.0 - from.0) * off);
    let step = 2.0 * (1.0 - (NEAR / radius.abs()).min(1.0)).acos();
    let parts = (angle.abs() / step.max(1e-3)).ceil().clamp(2.0, 720.0) as u32;
    let (dx, dy) = (from.0 - centre.0, from.1 - centre.1);
    let at = |part: u32| {
        let (sin, cos) = (angle * f64::from(part) / f64::from(parts)).sin_cos();
        (centre.0 + dx * cos - dy * sin, centre.1 + dx * sin + dy * cos)
    };
    (1..parts).map(at).chain([to]).collect()
}

/// Joins lines to closed ones. What does not close is told with the gap that is left and where it is.
pub(super) fn rings(mut lines: Vec<Vec<Place>>) -> Result<Vec<Vec<Place>>, (f64, Place)> {
    let mut rings = Vec::new();
    lines.retain(|line| line.len() > 1);
    while !lines.is_empty() {
        let mut ring = lines.remove(0);
        loop {
            let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied()) else { break };
            if ring.len() > 3 && apart(first, last) <= MEET {
                break;
            }
            let ends = lines.iter().enumerate().flat_map(|(at, line)| {
                let gap = |end: Option<&Place>| end.map_or(f64::MAX, |end| apart(*end, last));
                [(at, false, gap(line.first())), (at, true, gap(line.last()))]
            });
            let next = ends.min_by(|a, b| a.2.total_cmp(&b.2));
            let open = apart(first, last);
            match next {
                Some((at, turned, gap)) if gap <= MEET => {
                    let mut line = lines.remove(at);
                    if turned {
                        line.reverse();
                    }
                    ring.extend(line.into_iter().skip(1));
                }
                next => return Err((next.map_or(open, |(_, _, gap)| gap.min(open)), last)),
            }
        }
        rings.push(clean(ring));
    }
    Ok(rings)
}

/// Without places that stand twice in a row, the first and the last among them.
pub(super) fn clean(mut ring: Vec<Place>) -> Vec<Place> {
    ring.dedup_by(|a, b| apart(*a, *b) < 1e-3);
    while ring.len() > 1 && ring.first().zip(ring.last()).is_some_and(|(a, b)| apart(*a, *b) <= MEET) {
        ring.pop();
    }
    ring
}

/// A fold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fold(pub(super) Place, pub(super) Place);

impl Fold {
    /// How far a place lies from it, to its left above zero.
    fn side(&self, place: Place) -> f64 {
        let Self(a, b) = self;
        ((b.0 - a.0) * (place.1 - a.1) - (b.1 - a.1) * (place.0 - a.0)) / apart(*a, *b).max(1e-9)
    }

    /// The place on its other side.
    pub(super) fn mirror(&self, place: Place) -> Place {
        let Self(a, b) = self;
        let length = apart(*a, *b).max(1e-9);
        let (nx, ny) = (-(b.1 - a.1) / length, (b.0 - a.0) / length);
        let off = 2.0 * self.side(place);
        (place.0 - nx * off, place.1 - ny * off)
    }

    pub(super) fn on(&self, place: Place) -> bool {
        self.side(place).abs() <= MEET
    }

    /// An outline with the half beyond the fold. `None` where it has both halves already; an error where it does not lie
    /// along it.
    pub(super) fn open(&self, ring: &[Place]) -> Result<Option<Vec<Place>>, ()> {
        let (low, high) = ring.iter().fold((0.0, 0.0), |(low, high): (f64, f64), place| {
            (low.min(self.side(*place)), high.max(self.side(*place)))
        });
        if low < -MEET && high > MEET {
            return Ok(None);
        }
        // The part off the fold, from the fold and back to it.
        let starts: Vec<usize> = (0..ring.len())
            .filter(|at| self.on(ring[*at]) && !self.on(ring[(at + 1) % ring.len()]))
            .collect();
        let [start] = starts.as_slice() else { return Err(()) };
        let mut half = vec![ring[*start]];
        for step in 1..=ring.len() {
            let place = ring[(start + step) % ring.len()];
            half.push(place);
            if self.on(place) {
                break;
            }
        }
        let other: Vec<Place> =
            half.iter().rev().filter(|place| !self.on(**place)).map(|place| self.mirror(*place)).collect();
        half.extend(other);
        Ok(Some(clean(half)))
    }
}
