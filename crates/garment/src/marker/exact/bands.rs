//! Sides sorted into bands by height, so that a place or a side is held only against those at its own height.

use super::{Lies, Point, cross, on};

/// A side, from corner to corner.
pub type Side = (Point, Point);

/// Sides by bands of one height. A side that comes into several bands stands in each.
pub struct Bands {
    low: i64,
    /// How high a band is.
    height: i64,
    /// Where each band begins among `sides`, and where the last one ends.
    from: Vec<usize>,
    sides: Vec<Side>,
}

impl Bands {
    /// As many bands as sides at most, and so few that sides stand in some eight of them on average: of teeth as high as the
    /// shape no more are made than that.
    pub fn of(sides: &[Side]) -> Self {
        /// In how many bands sides may stand on average.
        const EACH: i128 = 8;
        let heights = || sides.iter().flat_map(|(a, b)| [a.y, b.y]);
        let (low, high) = (heights().min().unwrap_or(0), heights().max().unwrap_or(0));
        let all = i128::from(high - low).max(1);
        let covered: i128 = sides.iter().map(|(a, b)| i128::from((a.y - b.y).abs())).sum();
        let count = sides.len().max(1) as i128;
        let bands = (EACH * count * all / covered.max(1)).clamp(1, count);
        let height = (all / bands) as i64 + 1;
        let mut bands = Self { low, height, from: vec![0; bands as usize + 1], sides: Vec::new() };
        for side in sides {
            for band in bands.about(*side) {
                bands.from.iter_mut().skip(band + 1).take(1).for_each(|count| *count += 1);
            }
        }
        let mut sum = 0;
        for count in &mut bands.from {
            sum += *count;
            *count = sum;
        }
        let mut next = bands.from.clone();
        bands.sides = vec![(Point { x: 0, y: 0 }, Point { x: 0, y: 0 }); sum];
        for side in sides {
            for band in bands.about(*side) {
                let Some(place) = next.get_mut(band) else { continue };
                bands.sides.iter_mut().skip(*place).take(1).for_each(|own| *own = *side);
                *place += 1;
            }
        }
        bands
    }

    /// The bands that a side comes into; none where it lies above or below all of them.
    fn about(&self, (a, b): Side) -> std::ops::Range<usize> {
        let last = self.from.len() as i64 - 2;
        let (from, to) = (a.y.min(b.y) - self.low, a.y.max(b.y) - self.low);
        let (from, to) = (from.div_euclid(self.height).max(0), to.div_euclid(self.height).min(last));
        from as usize..(to + 1).max(from) as usize
    }

    /// The sides that may have a place in common with a side, some of them more than once.
    pub fn near(&self, side: Side) -> impl Iterator<Item = &Side> {
        let bands = self.about(side);
        let place = |band: usize| self.from.get(band).copied().unwrap_or(self.sides.len());
        self.sides.get(place(bands.start)..place(bands.end)).unwrap_or_default().iter()
    }

    /// How a place lies to the shape whose lines these are. A hole lies within the outer line and apart from the others, so that
    /// all of them count alike.
    pub fn lies(&self, p: Point) -> Lies {
        let mut inside = false;
        for (a, b) in self.near((p, p)) {
            if on(*a, *b, p) {
                return Lies::On;
            }
            // A side counts from its lower end on, so that a corner at the height of the place counts once.
            if (a.y <= p.y) != (b.y <= p.y) && (cross(*a, *b, p) > 0) == (a.y < b.y) {
                inside = !inside;
            }
        }
        if inside { Lies::Inside } else { Lies::Outside }
    }
}
