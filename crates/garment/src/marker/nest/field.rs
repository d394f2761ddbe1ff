//! How deep one shape lies in another, for every way that they may lie to each other, looked up instead of reckoned.
//!
//! Where the pieces of a marker are few and turn by few angles, the same two shapes meet again and again. What their
//! places may not be to each other is the no-fit polygon: here a union of sums of convex parts, laid on a grid once. A cell is
//! free, or inside, where the way out is known at its corners; or it is on the edge, and holds the sides that cut it, by which
//! it is decided exactly.

use super::parts::Place;

/// Shapes that are no deeper in each other touch: that is what rounding leaves of flush sides.
const TOUCHING: f64 = 1e-9;

const FREE: u32 = 0;
const INSIDE: u32 = 1;
/// Beyond these, a cell's number tells its span.
const SPANS: u32 = 2;

/// The depths of two shapes by how far the second is from the first.
pub struct Field {
    from: Place,
    per: f64,
    columns: usize,
    rows: usize,
    cells: Vec<u32>,
    /// At the cells' corners, the way out.
    ways: Vec<f32>,
    spans: Vec<(u32, u32)>,
    sides: Vec<Side>,
}

/// A side of a convex part that cuts a cell: a place is within if it lies below `limit` along the normal.
#[derive(Clone, Copy)]
struct Side {
    normal: Place,
    limit: f64,
    /// The last one of its part.
    last: bool,
}

impl Field {
    /// The field of a union of convex parts, with so many cells along its longer side.
    pub fn new(parts: &[Vec<Place>], cells: f64) -> Self {
        let all = || parts.iter().flatten();
        let low = all().fold((f64::MAX, f64::MAX), |low, at| (low.0.min(at.0), low.1.min(at.1)));
        let high = all().fold((f64::MIN, f64::MIN), |high, at| (high.0.max(at.0), high.1.max(at.1)));
        let step = ((high.0 - low.0).max(high.1 - low.1) / cells).max(1e-9);
        let count = |low: f64, high: f64| ((high - low) / step).ceil() as usize + 2;
        let (columns, rows) = (count(low.0, high.0), count(low.1, high.1));
        let mut field = Self {
            // Not in line with the sides, where a cell would lie within and end on the edge.
            from: (low.0 - step / 2.0, low.1 - step / 2.0),
            per: 1.0 / step,
            columns,
            rows,
            cells: vec![FREE; columns * rows],
            ways: vec![0.0; (columns + 1) * (rows + 1)],
            spans: Vec::new(),
            sides: Vec::new(),
        };
        let lines: Vec<Vec<Option<(f64, f64)>>> = parts.iter().map(|part| field.lines(part)).collect();
        lines.iter().for_each(|lines| field.fill(lines));
        field.edge(parts, &lines);
        field.lay_ways();
        field
    }

    /// How deep the second shape lies in the first: about how far it must go to be free, 0 if it is.
    pub fn depth(&self, x: f64, y: f64) -> f64 {
        let (u, v) = ((x - self.from.0) * self.per, (y - self.from.1) * self.per);
        if !(u >= 0.0 && v >= 0.0) {
            return 0.0;
        }
        let (column, row) = (u as usize, v as usize);
        if column >= self.columns || row >= self.rows {
            return 0.0;
        }
        match self.cells.get(row * self.columns + column) {
            None | Some(&FREE) => 0.0,
            Some(&INSIDE) => self.way(column, row, u - column as f64, v - row as f64),
            Some(cell) => self.on_edge(cell - SPANS, (x, y)),
        }
    }

    fn way(&self, column: usize, row: usize, u: f64, v: f64) -> f64 {
        let at = row * (self.columns + 1) + column;
        let get = |at: usize| f64::from(self.ways.get(at).copied().unwrap_or(0.0));
        let (low, high) = (at, at + self.columns + 1);
        let along = |at: usize| get(at) + (get(at + 1) - get(at)) * u;
        let (low, high) = (along(low), along(high));
        low + (high - low) * v
    }

    fn on_edge(&self, span: u32, (x, y): Place) -> f64 {
        self.nearest_side(span, (x, y)).map_or(0.0, |(depth, _)| depth)
    }

    /// The side by which the way out is shortest, of the part that a place on the edge lies deepest in.
    fn nearest_side(&self, span: u32, (x, y): Place) -> Option<(f64, Side)> {
        let span = self.spans.get(span as usize)?;
        let sides = self.sides.get(span.0 as usize..span.1 as usize)?;
        let mut deepest: Option<(f64, Side)> = None;
        let mut nearest: Option<(f64, Side)> = None;
        for side in sides {
            let depth = side.limit - side.normal.0 * x - side.normal.1 * y;
            if nearest.is_none_or(|(least, _)| depth < least) {
                nearest = Some((depth, *side));
            }
            if side.last {
                let found = nearest.take().filter(|(depth, _)| *depth > TOUCHING);
                if found.is_some_and(|(depth, _)| deepest.is_none_or(|(most, _)| depth > most)) {
                    deepest = found;
                }
            }
        }
        deepest
    }

    /// The shortest way out of a place on the edge.
    pub fn way_out(&self, x: f64, y: f64) -> Option<Place> {
        let (u, v) = ((x - self.from.0) * self.per, (y - self.from.1) * self.per);
        if !(u >= 0.0 && v >= 0.0) || u as usize >= self.columns {
            return None;
        }
        let cell = self.cells.get(v as usize * self.columns + u as usize)?;
        let (depth, side) = self.nearest_side(cell.checked_sub(SPANS)?, (x, y))?;
        Some((side.normal.0 * depth, side.normal.1 * depth))
    }

    fn x(&self, column: usize) -> f64 {
        self.from.0 + column as f64 / self.per
    }

    fn y(&self, row: usize) -> f64 {
        self.from.1 + row as f64 / self.per
    }

    /// Where each line between rows runs within a part.
    fn lines(&self, part: &[Place]) -> Vec<Option<(f64, f64)>> {
        let mut lines = vec![None; self.rows + 1];
        for (a, b) in part.iter().zip(part.iter().cycle().skip(1)) {
            let (low, high) = if a.1 < b.1 { (a, b) } else { (b, a) };
            let first = ((low.1 - self.from.1) * self.per).ceil().max(0.0) as usize;
            let slope = (high.0 - low.0) / (high.1 - low.1);
            for (row, line) in lines.iter_mut().enumerate().skip(first) {
                let y = self.y(row);
                if y > high.1 {
                    break;
                }
                let x = if slope.is_finite() { low.0 + (y - low.1) * slope } else { low.0 };
                let (left, right): &mut (f64, f64) = line.get_or_insert((x, x));
                (*left, *right) = (left.min(x), right.max(x));
            }
        }
        lines
    }

    /// The first column at or beyond a place.
    fn column(&self, x: f64) -> usize {
        ((x - self.from.0) * self.per).ceil().max(0.0) as usize
    }

    /// Cells and corners that lie within a part.
    fn fill(&mut self, lines: &[Option<(f64, f64)>]) {
        for (row, pair) in lines.windows(2).enumerate() {
            let [Some(below), Some(above)] = pair else { continue };
            let (left, right) = (below.0.max(above.0), below.1.min(above.1));
            let (first, end) =
                (self.column(left), ((right - self.from.0) * self.per).floor().max(0.0) as usize);
            let cells = self.cells.get_mut(row * self.columns + first..row * self.columns + end);
            cells.into_iter().for_each(|cells| cells.fill(INSIDE));
        }
        for (row, line) in lines.iter().enumerate() {
            let Some((left, right)) = line else { continue };
            let (first, end) = (self.column(*left), self.column(*right));
            let start = row * (self.columns + 1);
            self.ways.get_mut(start + first..start + end).into_iter().for_each(|ways| ways.fill(1.0));
        }
    }

    /// The sides that cut cells which no part fills.
    fn edge(&mut self, parts: &[Vec<Place>], lines: &[Vec<Option<(f64, f64)>>]) {
        let mut cut: Vec<(usize, u32, u32)> = Vec::new();
        let mut scratch: Vec<Side> = Vec::new();
        for (part, lines) in parts.iter().zip(lines) {
            let sides: Vec<Side> = part.iter().zip(part.iter().cycle().skip(1)).filter_map(side).collect();
            let bottom = part.iter().map(|at| at.1).fold(f64::MAX, f64::min);
            let top = part.iter().map(|at| at.1).fold(f64::MIN, f64::max);
            let first = ((bottom - self.from.1) * self.per).floor().max(0.0) as usize;
            let end = (((top - self.from.1) * self.per).floor() as usize + 1).min(self.rows);
            for row in first..end {
                let (low, high) = (self.y(row), self.y(row + 1));
                let within = part.iter().filter(|at| at.1 >= low && at.1 <= high).map(|at| (at.0, at.0));
                let on_lines = lines.get(row..=row + 1).unwrap_or_default().iter().flatten().copied();
                let reach = within.chain(on_lines).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
                let Some((left, right)) = reach else { continue };
                let columns = self.column(left).saturating_sub(1)..(self.column(right) + 1).min(self.columns);
                for column in columns {
                    let cell = row * self.columns + column;
                    if self.cells.get(cell) != Some(&INSIDE) {
                        let from = scratch.len() as u32;
                        if self.cut(&sides, column, row, &mut scratch) {
                            cut.push((cell, from, scratch.len() as u32));
                        }
                    }
                }
            }
        }
        cut.sort_unstable();
        for of_cell in cut.chunk_by(|a, b| a.0 == b.0) {
            let from = self.sides.len() as u32;
            for (_, first, end) in of_cell {
                self.sides.extend_from_slice(scratch.get(*first as usize..*end as usize).unwrap_or_default());
            }
            let span = self.spans.len() as u32 + SPANS;
            let cell = of_cell.first().and_then(|(cell, ..)| self.cells.get_mut(*cell));
            cell.into_iter().for_each(|cell| *cell = span);
            self.spans.push((from, self.sides.len() as u32));
        }
    }

    /// Notes which sides of a part cut a cell; says whether the part reaches into it at all.
    fn cut(&self, sides: &[Side], column: usize, row: usize, into: &mut Vec<Side>) -> bool {
        let half = 0.5 / self.per;
        let (x, y) = (self.x(column) + half, self.y(row) + half);
        let before = into.len();
        for side in sides {
            let middle = side.normal.0 * x + side.normal.1 * y - side.limit;
            let reach = (side.normal.0.abs() + side.normal.1.abs()) * half;
            if middle >= reach {
                into.truncate(before);
                return false;
            }
            if middle > -reach {
                into.push(*side);
            }
        }
        // Rounding may find no side that cuts; the nearest one then decides.
        let distance = |side: &Side| side.limit - side.normal.0 * x - side.normal.1 * y;
        if into.len() == before {
            into.extend(sides.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))));
        }
        into.last_mut().into_iter().for_each(|side| side.last = true);
        true
    }

    /// From which corners are within, how far each is from the nearest that is not: twice over the grid, by the steps of a chess
    /// knight too (Borgefors 1986).
    fn lay_ways(&mut self) {
        const STEPS: [(isize, isize, f32); 8] = [
            (-1, 0, 1.0),
            (0, -1, 1.0),
            (-1, -1, 1.414),
            (1, -1, 1.414),
            (-2, -1, 2.236),
            (2, -1, 2.236),
            (-1, -2, 2.236),
            (1, -2, 2.236),
        ];
        let (columns, rows) = (self.columns + 1, self.rows + 1);
        for way in &mut self.ways {
            *way = if *way > 0.0 { f32::MAX } else { 0.0 };
        }
        for forward in [true, false] {
            for k in 0..columns * rows {
                let at = if forward { k } else { columns * rows - 1 - k };
                let (column, row) = ((at % columns) as isize, (at / columns) as isize);
                let Some(mut way) = self.ways.get(at).copied().filter(|way| *way > 0.0) else { continue };
                for (dx, dy, length) in STEPS {
                    let (x, y) = if forward { (column + dx, row + dy) } else { (column - dx, row - dy) };
                    let inside = x >= 0 && y >= 0 && x < columns as isize && y < rows as isize;
                    let near = if inside { self.ways.get(y as usize * columns + x as usize) } else { None };
                    way = way.min(near.copied().unwrap_or(0.0) + length);
                }
                self.ways.get_mut(at).into_iter().for_each(|own| *own = way);
            }
        }
        // The edge lies about half a cell before the first corner that is not within.
        let step = (1.0 / self.per) as f32;
        self.ways.iter_mut().filter(|way| **way > 0.0).for_each(|way| *way = (*way - 0.5) * step);
    }
}

/// A side of a convex part that runs counterclockwise.
fn side((a, b): (&Place, &Place)) -> Option<Side> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy);
    if length <= 0.0 {
        return None;
    }
    let normal = (dy / length, -dx / length);
    Some(Side { normal, limit: normal.0 * a.0 + normal.1 * a.1, last: false })
}
