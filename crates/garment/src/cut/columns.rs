//! Plans of few lays, size by size. For all plies that the colour with the fewest garments may have, all numbers of garments in
//! the lays (a column) are listed that make what is wanted of each size. Then one size after the other gets a column, that with
//! the fewest first: it tells which plies the other colours can have, and those which columns are left. Mostly soon none is.

use super::Order;
use super::bound::Clothes;

/// Lays of a plan that are looked at so, at most.
pub const MOST: usize = 6;

/// Columns that are gone through in what counts as one step.
const STEP: u64 = 64;

/// So many numbers are added up at once.
const WIDE: usize = 8;

/// Garments of one size in each lay.
type Column = [u8; WIDE];

/// All such plans, which can be gone on with at any time.
pub struct Columns {
    lays: usize,
    first: usize,
    others: Vec<Other>,
    slack: i64,
    /// Of the first colour: by how much more cloth the fewest plies and one more each take at least.
    more: Vec<i64>,
    fewest: u32,
    /// So many plies more than the fewest are looked at now, in all ways that they can be laid; the place of the next way.
    beyond: usize,
    firsts: Vec<Vec<u32>>,
    at: usize,
    /// What is begun, the last one first.
    nodes: Vec<Node>,
}

/// A colour but the first.
struct Other {
    colour: usize,
    fewest: u32,
    more: Vec<i64>,
}

/// Plies of each lay, at least and at most.
#[derive(Clone, Default)]
struct Range {
    least: [i32; WIDE],
    most: [i32; WIDE],
}

/// What the plies of a colour come to, weighed: at least and at most, for each of the other colours.
#[derive(Clone)]
struct Row {
    by: [i64; WIDE],
    spans: Vec<(i64, i64)>,
}

/// Some sizes have their column.
struct Node {
    /// By size, the columns that it may have; one for a size that has its own.
    lists: Vec<Vec<Column>>,
    open: Vec<usize>,
    ranges: Vec<Range>,
    /// What is known of plies; then the same with the plies of a lay taken out of each by those before, with that lay's place.
    rows: Vec<Row>,
    reduced: Vec<(usize, Row)>,
    room: [i32; WIDE],
    /// The place in `open` of the size that gets its column now, and the column that is next.
    turn: usize,
    at: usize,
}

impl Columns {
    /// All plans with so many lays that take less cloth beyond the least than is told; `None` if they are too many. Colours are
    /// told by the cloth that they take by their plies.
    pub fn new(order: &Order, clothes: &mut [Clothes<'_>], lays: usize, slack: i64) -> Option<Self> {
        let mut colours: Vec<Other> = Vec::new();
        for (colour, clothes) in clothes.iter_mut().enumerate() {
            colours.push(Other { colour, fewest: clothes.fewest, more: clothes.more(slack)? });
        }
        Self::of(order, colours, lays, slack)
    }

    /// All plans with so many lays and, of each colour, no more plies than are told.
    pub fn within(order: &Order, lays: usize, most: &[u32]) -> Option<Self> {
        let colours = order.colours.iter().zip(most).enumerate().map(|(colour, (own, most))| {
            let fewest = own.least.iter().sum::<u32>().div_ceil(order.garments);
            Other { colour, fewest, more: vec![0; (most + 1).saturating_sub(fewest).max(1) as usize] }
        });
        Self::of(order, colours.collect(), lays, 1)
    }

    fn of(order: &Order, mut colours: Vec<Other>, lays: usize, slack: i64) -> Option<Self> {
        // Sums of so many plies and garments are small numbers.
        if lays > MOST || order.garments > u32::from(u8::MAX) || order.plies > 100_000 {
            return None;
        }
        // A colour of which nothing is wanted tells nothing.
        colours.sort_by_key(|own| match order.colours[own.colour].least.iter().sum() {
            0 => u32::MAX,
            sum => sum,
        });
        let first = (!colours.is_empty()).then(|| colours.remove(0))?;
        Some(Self {
            lays,
            first: first.colour,
            others: colours,
            slack,
            more: first.more,
            fewest: first.fewest,
            beyond: 0,
            firsts: Vec::new(),
            at: 0,
            nodes: Vec::new(),
        })
    }

    /// Goes on a little and shows what lays come of it; whether that were the last ones, or `None` if they are too many.
    pub fn go_on(
        &mut self,
        order: &Order,
        steps: &mut u64,
        show: &mut dyn FnMut(&[Vec<u32>]),
    ) -> Option<bool> {
        *steps = steps.saturating_sub(1);
        if let Some(mut node) = self.nodes.pop() {
            let size = node.open[node.turn];
            let Some(column) = node.lists[size].get(node.at).copied() else { return Some(false) };
            node.at += 1;
            let plies = &self.firsts[self.at - 1];
            let mut looked = 0;
            let child = node.with(order, &self.others, plies, column, &mut looked);
            *steps = steps.saturating_sub(looked / STEP);
            self.nodes.push(node);
            match child {
                Some(child) if child.open.is_empty() => self.show(order, &child, steps, show),
                child => self.nodes.extend(child),
            }
            return Some(false);
        }
        if let Some(plies) = self.firsts.get(self.at) {
            self.at += 1;
            let mut looked = 0;
            let lists = columns(order, &order.colours[self.first], plies, &mut looked)?;
            *steps = steps.saturating_sub(looked / STEP);
            if lists.len() == order.sizes.len() {
                let left = self.slack - self.more[self.beyond - 1];
                self.nodes.extend(Node::root(order, &self.others, plies, lists, left));
            }
            return Some(false);
        }
        if self.beyond == self.more.len() {
            return Some(true);
        }
        let taken = self.fewest + self.beyond as u32;
        (self.firsts, self.at) = (Vec::new(), 0);
        self.beyond += 1;
        let most = taken.min(order.plies);
        parts(taken, most, self.lays, &mut Vec::new(), &mut self.firsts).then_some(false)
    }

    fn show(&self, order: &Order, node: &Node, steps: &mut u64, show: &mut dyn FnMut(&[Vec<u32>])) {
        let count = |list: &Vec<Column>, lay: usize| list.first().map_or(0, |own| u32::from(own[lay]));
        let ratio = |lay: usize| node.lists.iter().map(|list| count(list, lay)).collect();
        let ratios: Vec<Vec<u32>> = (0..self.lays).map(ratio).collect();
        if ratios.iter().all(|ratio| order.marker(ratio).is_some()) {
            *steps = steps.saturating_sub(8);
            show(&ratios);
        }
    }
}

/// All ways to divide a number among so many places, none greater than the one before; says whether they are not too many.
fn parts(left: u32, most: u32, places: usize, begun: &mut Vec<u32>, all: &mut Vec<Vec<u32>>) -> bool {
    /// Ways, which are all kept.
    const KEPT: usize = 1_000_000;
    if places == 0 {
        if left == 0 {
            all.push(begun.clone());
        }
        return all.len() <= KEPT;
    }
    let least = left.div_ceil(places as u32);
    (least..=most.min(left)).rev().all(|part| {
        begun.push(part);
        let few = parts(left - part, part, places - 1, begun, all);
        begun.pop();
        few
    })
}

/// By size, all columns with which these plies make a colour, as far as to a size that has none; `None` if they are too many.
fn columns(
    order: &Order,
    colour: &super::Colour,
    plies: &[u32],
    looked: &mut u64,
) -> Option<Vec<Vec<Column>>> {
    /// Columns of one size.
    const COLUMNS: usize = 100_000;
    let mut turn: Vec<usize> = (0..colour.least.len()).collect();
    // Sizes of which few are wanted have the fewest columns.
    turn.sort_by_key(|size| colour.least[*size]);
    let mut all: Vec<(usize, Vec<Column>)> = Vec::new();
    for size in turn {
        let (least, most) = (i64::from(colour.least[size]), i64::from(colour.most[size]));
        let mut found: Vec<(Column, i64)> = vec![([0; WIDE], 0)];
        for (place, own) in plies.iter().enumerate() {
            let later = i64::from(plies[place + 1..].iter().sum::<u32>() * order.garments);
            let mut next = Vec::new();
            for (column, sum) in &found {
                for count in 0..=order.garments {
                    let sum = sum + i64::from(own * count);
                    if sum > most {
                        break;
                    }
                    if sum + later >= least {
                        let mut column = *column;
                        column[place] = count as u8;
                        next.push((column, sum));
                    }
                }
            }
            *looked += 4 * next.len() as u64;
            found = next;
            if found.len() > COLUMNS {
                return None;
            }
        }
        if found.is_empty() {
            return Some(Vec::new());
        }
        all.push((size, found.into_iter().map(|(column, _)| column).collect()));
    }
    all.sort_by_key(|(size, _)| *size);
    Some(all.into_iter().map(|(_, list)| list).collect())
}

impl Node {
    /// No size has its column; so much cloth more than the least may be taken by the other colours.
    fn root(
        order: &Order,
        others: &[Other],
        plies: &[u32],
        lists: Vec<Vec<Column>>,
        left: i64,
    ) -> Option<Self> {
        let span = |own: &Other| {
            let more = own.more.iter().take_while(|more| **more < left).count() as i64;
            (i64::from(own.fewest), i64::from(own.fewest) + more - 1)
        };
        let mut by = [0; WIDE];
        by[..plies.len()].fill(1);
        let all = Row { by, spans: others.iter().map(span).collect() };
        let range = |(_, most): &(i64, i64)| {
            let mut range = Range::default();
            range.most.iter_mut().zip(plies).for_each(|(range, first)| {
                *range = (i64::from(order.plies) - i64::from(*first)).min(*most) as i32;
            });
            range
        };
        let mut room = [0; WIDE];
        room[..plies.len()].fill(order.garments as i32);
        let mut node = Self {
            open: (0..lists.len()).collect(),
            lists,
            ranges: all.spans.iter().map(range).collect(),
            rows: vec![all],
            reduced: Vec::new(),
            room,
            turn: 0,
            at: 0,
        };
        node.narrowed(order, others, plies, &mut 0).then_some(node)
    }

    /// With a column for the size whose turn it is; `None` if nothing can come of it.
    fn with(
        &self,
        order: &Order,
        others: &[Other],
        plies: &[u32],
        column: Column,
        looked: &mut u64,
    ) -> Option<Self> {
        let size = self.open[self.turn];
        let mut room = self.room;
        room.iter_mut().zip(column).for_each(|(room, count)| *room -= i32::from(count));
        let span = |own: &Other| {
            let colour = &order.colours[own.colour];
            (i64::from(colour.least[size]), i64::from(colour.most[size]))
        };
        let row = Row { by: column.map(i64::from), spans: others.iter().map(span).collect() };
        let mut reduced = self.reduced.clone();
        let rest = self.reduced.iter().try_fold(row.clone(), |rest, (at, row)| rest.without(*at, row))?;
        if let Some(at) = rest.by.iter().position(|by| *by != 0) {
            reduced.push((at, rest));
        } else if rest.spans.iter().any(|(least, most)| *least > 0 || *most < 0) {
            return None;
        }
        let mut lists: Vec<Vec<Column>> = Vec::with_capacity(self.lists.len());
        for (at, list) in self.lists.iter().enumerate() {
            // Those of open sizes are copied where they are narrowed.
            let own = if self.open.contains(&at) { Vec::new() } else { list.clone() };
            lists.push(if at == size { vec![column] } else { own });
        }
        let mut child = Self {
            lists,
            open: self.open.iter().copied().filter(|open| *open != size).collect(),
            ranges: self.ranges.clone(),
            rows: self.rows.iter().cloned().chain([row]).collect(),
            reduced,
            room,
            turn: 0,
            at: 0,
        };
        for open in &child.open {
            child.lists[*open].clone_from(&self.lists[*open]);
        }
        child.narrowed(order, others, plies, looked).then_some(child)
    }

    /// Leaves out what plies and columns cannot be; says whether anything can be left.
    fn narrowed(&mut self, order: &Order, others: &[Other], plies: &[u32], looked: &mut u64) -> bool {
        if !self.ranged(order, plies) {
            return false;
        }
        let mut least = [0; WIDE];
        let mut fewest = (usize::MAX, 0);
        for (turn, size) in self.open.iter().enumerate() {
            *looked += self.lists[*size].len() as u64;
            let mut own = [i32::MAX; WIDE];
            let fits = |column: &Column| {
                let counts = column.map(i32::from);
                let sum = |plies: &[i32; WIDE]| -> i32 { counts.iter().zip(plies).map(|(a, b)| a * b).sum() };
                let rooms =
                    counts.iter().zip(&self.room).fold(true, |all, (count, room)| all & (count <= room));
                let fits = rooms
                    && others.iter().zip(&self.ranges).all(|(own, range)| {
                        let colour = &order.colours[own.colour];
                        i64::from(sum(&range.least)) <= i64::from(colour.most[*size])
                            && i64::from(sum(&range.most)) >= i64::from(colour.least[*size])
                    });
                if fits {
                    own.iter_mut().zip(counts).for_each(|(own, count)| *own = count.min(*own));
                }
                fits
            };
            let list = &mut self.lists[*size];
            list.retain(fits);
            if list.is_empty() {
                return false;
            }
            fewest = fewest.min((list.len(), turn));
            least.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
        self.turn = fewest.1;
        fewest.0 > 0 && least.iter().zip(&self.room).all(|(least, room)| least <= room)
    }

    /// Narrows the plies by all that is known of them until nothing changes much; says whether any can be.
    fn ranged(&mut self, order: &Order, plies: &[u32]) -> bool {
        /// More often it seldom helps.
        const ROUNDS: usize = 6;
        let table = order.plies as i32;
        for _ in 0..ROUNDS {
            let mut changed = false;
            for (lay, first) in plies.iter().enumerate() {
                let used = *first as i32 + self.ranges.iter().map(|range| range.least[lay]).sum::<i32>();
                for range in &mut self.ranges {
                    let most = table - used + range.least[lay];
                    changed |= most < range.most[lay];
                    range.most[lay] = range.most[lay].min(most);
                }
                // Lays with as many plies of the first colour have no order of their own.
                if let Some(range) = self.ranges.first_mut().filter(|_| lay > 0 && plies[lay - 1] == *first) {
                    range.most[lay] = range.most[lay].min(range.most[lay - 1]);
                    range.least[lay - 1] = range.least[lay - 1].max(range.least[lay]);
                }
            }
            for row in self.rows.iter().chain(self.reduced.iter().map(|(_, row)| row)) {
                for (range, span) in self.ranges.iter_mut().zip(&row.spans) {
                    changed |= row.narrow(range, *span);
                }
            }
            if self.ranges.iter().any(|range| range.least.iter().zip(&range.most).any(|(a, b)| a > b)) {
                return false;
            }
            if !changed {
                break;
            }
        }
        true
    }
}

impl Row {
    /// Narrows the plies of a colour; says whether anything changed.
    fn narrow(&self, range: &mut Range, (least, most): (i64, i64)) -> bool {
        let ends = |by: i64, (low, high): (i64, i64)| {
            if by < 0 { (by * high, by * low) } else { (by * low, by * high) }
        };
        let (mut low, mut high) = (0, 0);
        let mut spans = [(0, 0); WIDE];
        for (place, by) in self.by.iter().enumerate() {
            spans[place] = (i64::from(range.least[place]), i64::from(range.most[place]));
            let (from, to) = ends(*by, spans[place]);
            (low, high) = (low + from, high + to);
        }
        let mut changed = false;
        for (place, by) in self.by.iter().enumerate().filter(|(_, by)| **by != 0) {
            let span = &mut spans[place];
            let (from, to) = ends(*by, *span);
            // What is left for this lay: at least and at most so much, times `by`.
            let (least, most) = (least - (high - to), most - (low - from));
            let (down, up) = match *by > 0 {
                true => (-(-least).div_euclid(*by), most.div_euclid(*by)),
                false => (-most.div_euclid(-by), (-least).div_euclid(-by)),
            };
            if down > span.1 || up < span.0 {
                // Nothing can be.
                (range.least[place], range.most[place]) = (1, 0);
                return true;
            }
            if down <= span.0 && up >= span.1 {
                continue;
            }
            changed = true;
            *span = (span.0.max(down), span.1.min(up));
            (range.least[place], range.most[place]) = (span.0 as i32, span.1 as i32);
            let (after, until) = ends(*by, *span);
            (low, high) = (low + after - from, high + until - to);
        }
        changed
    }

    /// This row without the plies of a lay, by another row, or as it is where that takes too large numbers; `None` if nothing can
    /// be so.
    fn without(self, lay: usize, other: &Row) -> Option<Self> {
        if self.by[lay] == 0 {
            return Some(self);
        }
        let rest = self.eliminated(lay, other).unwrap_or(self);
        rest.spans.iter().all(|(least, most)| least <= most).then_some(rest)
    }

    /// The row times what the other has of the lay, less the other times what this one has; `None` if the numbers grow too large.
    fn eliminated(&self, lay: usize, other: &Row) -> Option<Self> {
        /// Such weights times plies can be added up.
        const WEIGHT: i64 = 1 << 40;
        /// Such sums can be taken from one another.
        const SUM: i64 = 1 << 60;
        let sign = other.by[lay].signum();
        let (own, by) = (self.by[lay].checked_mul(sign)?, other.by[lay].checked_mul(sign)?);
        let less = |value: i64, other: i64| value.checked_mul(by)?.checked_sub(other.checked_mul(own)?);
        let mut rest = self.clone();
        for (value, other) in rest.by.iter_mut().zip(other.by) {
            *value = less(*value, other).filter(|value| *value > i64::MIN)?;
        }
        let greatest = rest.by.iter().fold(0, |a, b| divisor(a, b.abs())).max(1);
        rest.by.iter_mut().for_each(|value| *value /= greatest);
        for ((least, most), other) in rest.spans.iter_mut().zip(&other.spans) {
            let (low, high) = if own > 0 { (other.1, other.0) } else { *other };
            let (from, to) = (less(*least, low)?.checked_neg()?, less(*most, high)?);
            (*least, *most) = (-from.div_euclid(greatest), to.div_euclid(greatest));
        }
        let small = rest.by.iter().all(|value| value.abs() <= WEIGHT)
            && rest
                .spans
                .iter()
                .flat_map(|(least, most)| [least, most])
                .all(|sum| (-SUM..=SUM).contains(sum));
        small.then_some(rest)
    }
}

/// The greatest common divisor.
fn divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::{Row, WIDE};
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// A row with these weights that has these plies just within its span.
    fn row(by: &[i64], plies: &[i64], beside: (i64, i64)) -> Row {
        let mut wide = [0; WIDE];
        wide.iter_mut().zip(by).for_each(|(wide, by)| *wide = *by);
        let sum: i64 = by.iter().zip(plies).map(|(by, plies)| by * plies).sum();
        Row { by: wide, spans: vec![(sum - beside.0, sum + beside.1)] }
    }

    /// Weights as columns have them, or as large as they may get.
    fn weights() -> impl Strategy<Value = Vec<i64>> {
        prop_oneof![vec(-255i64..=255, WIDE), vec(-(1i64 << 40)..=1 << 40, WIDE)]
    }

    proptest! {
        /// Plies that two rows allow are allowed without a lay, and that lay is gone unless the numbers are too large.
        #[test]
        fn rows_without_a_lay_allow_what_both_allow(
            a in weights(), b in weights(), plies in vec(0i64..=100_000, WIDE), lay in 0..WIDE,
            beside in ((0i64..50, 0i64..50), (0i64..50, 0i64..50)),
        ) {
            prop_assume!(b[lay] != 0);
            let (own, other) = (row(&a, &plies, beside.0), row(&b, &plies, beside.1));
            let rest = own.clone().without(lay, &other);
            prop_assert!(rest.is_some());
            let Some(rest) = rest else { return Ok(()) };
            let sum: i128 = rest.by.iter().zip(&plies).map(|(by, plies)| i128::from(*by) * i128::from(*plies)).sum();
            let (least, most) = rest.spans[0];
            prop_assert!((i128::from(least)..=i128::from(most)).contains(&sum), "{} {:?} {:?}", sum, rest.by, rest.spans);
            let small = a.iter().chain(&b).all(|by| by.abs() <= 255);
            prop_assert!(rest.by[lay] == 0 || (!small && rest.by == own.by), "{:?}", rest.by);
        }
    }
}
