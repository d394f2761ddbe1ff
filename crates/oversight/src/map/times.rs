use super::{Cases, Follows};

/// How long something took, over all the times that it happened. A half took no longer than the median, nine in ten no
/// longer than `p90`: each is a time that was really taken (nearest rank). In seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
    /// How often it happened.
    pub count: u64,
    /// All of it together.
    pub total: f64,
    /// The mean.
    pub mean: f64,
    /// The median.
    pub median: f64,
    /// What nine in ten took no longer than.
    pub p90: f64,
    /// The longest.
    pub longest: f64,
}

impl Times {
    /// Of so many milliseconds each; none where there are none.
    pub fn of(mut millis: Vec<i64>) -> Option<Self> {
        let longest = *millis.iter().max()?;
        let count = millis.len();
        let total: i64 = millis.iter().fold(0, |sum, one| sum.saturating_add(*one));
        let p90 = nth(&mut millis, rank(count, 9, 10));
        let median = nth(&mut millis, rank(count, 1, 2));
        let seconds = |millis: i64| millis as f64 / 1e3;
        Some(Self {
            count: count as u64,
            total: seconds(total),
            mean: seconds(total) / count as f64,
            median: seconds(median),
            p90: seconds(p90),
            longest: seconds(longest),
        })
    }
}

/// The place of the smallest of `count` ordered values that so large a part of them does not exceed.
fn rank(count: usize, part: usize, of: usize) -> usize {
    (count * part).div_ceil(of).saturating_sub(1)
}

fn nth(millis: &mut [i64], place: usize) -> i64 {
    if place < millis.len() { *millis.select_nth_unstable(place).1 } else { 0 }
}

/// The times of a graph: along each edge, for each activity waited for, and spent on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lapses {
    /// From one step to the next, by the edge's place in [`Follows::edges`].
    pub edges: Vec<Times>,
    /// What was waited for each activity, by its code; none where it only ever came first.
    pub waits: Vec<Option<Times>>,
    /// What each took once it was begun; none where nothing tells.
    pub serves: Vec<Option<Times>>,
}

impl Lapses {
    /// The times of `cases`, along the edges of their graph.
    pub fn of(cases: &Cases<'_>, graph: &Follows) -> Self {
        let mut edges: Vec<Vec<i64>> =
            graph.edges.iter().map(|edge| Vec::with_capacity(edge.count as usize)).collect();
        let mut waits: Vec<Vec<i64>> = vec![Vec::new(); cases.names.len()];
        let mut serves: Vec<Vec<i64>> = vec![Vec::new(); cases.names.len()];
        let put = |all: &mut [Vec<i64>], place: usize, millis: Option<i64>| {
            if let (Some(of), Some(millis)) = (all.get_mut(place), millis) {
                of.push(millis);
            }
        };
        // Where each activity's edges begin among all.
        let mut begin = vec![0_usize; cases.names.len() + 1];
        for edge in &graph.edges {
            if let Some(next) = begin.get_mut(edge.from as usize + 1) {
                *next += 1;
            }
        }
        let mut sum = 0;
        for next in &mut begin {
            sum += *next;
            *next = sum;
        }
        let place = |from: u32, to: u32| {
            let (from, start) = (from as usize, begin.get(from as usize)?);
            let of = graph.edges.get(*start..*begin.get(from + 1)?)?;
            of.binary_search_by_key(&to, |edge| edge.to).ok().map(|at| start + at)
        };
        for case in 0..cases.len() {
            let range = cases.range(case);
            for at in range.clone() {
                let (first, code) = (at == range.start, cases.activity(at));
                put(&mut waits, code as usize, cases.waited(at, first));
                put(&mut serves, code as usize, cases.served(at));
                if !first && let Some(place) = place(cases.activity(at - 1), code) {
                    put(&mut edges, place, Some(super::cases::millis(cases.at(at - 1), cases.at(at))));
                }
            }
        }
        let times = |all: Vec<Vec<i64>>| all.into_iter().map(Times::of);
        Self {
            edges: times(edges).map(Option::unwrap_or_default).collect(),
            waits: times(waits).collect(),
            serves: times(serves).collect(),
        }
    }
}
