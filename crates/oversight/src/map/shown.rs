use super::Follows;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// What of a graph a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Most {
    /// At most that many activities, the most frequent, besides those that lie on their ways.
    pub activities: usize,
    /// At most that many edges, the most frequent, besides those without which an activity would hang loose.
    pub edges: usize,
    /// The most frequent activities that make up this share of all events, from 0 to 1.
    pub activity_share: f64,
    /// The most frequent edges that make up this share of all that followed, from 0 to 1.
    pub edge_share: f64,
}

impl Default for Most {
    fn default() -> Self {
        Self { activities: 40, edges: 70, activity_share: 1.0, edge_share: 1.0 }
    }
}

/// The part of a graph that is shown: activities by code, edges by their place in [`Follows::edges`]. Each activity can be
/// reached from where cases begin, and leads to where they end, along edges that are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The activities.
    pub activities: BTreeSet<u32>,
    /// The edges.
    pub edges: BTreeSet<usize>,
}

impl Shown {
    /// The most frequent part of `graph`.
    pub fn of(graph: &Follows, most: Most) -> Self {
        let (to_here, from_here) = (widest(graph, true), widest(graph, false));
        let mut shown = Self { activities: BTreeSet::new(), edges: BTreeSet::new() };
        let mut ranked: Vec<(u32, u64)> = (0..).zip(graph.count.iter().copied()).collect();
        ranked.retain(|(_, count)| *count > 0);
        ranked.sort_by_key(|(code, count)| (Reverse(*count), *code));
        let counts: Vec<u64> = ranked.iter().map(|(_, count)| *count).collect();
        let kept = share(&counts, most.activity_share).min(most.activities).max(1);
        for (code, _) in ranked.iter().take(kept) {
            if shown.activities.contains(code) {
                continue;
            }
            shown.activities.insert(*code);
            shown.take(graph, &to_here, *code, |edge| edge.from);
            shown.take(graph, &from_here, *code, |edge| edge.to);
        }
        let between = |at: &usize| {
            let edge = graph.edges.get(*at);
            edge.is_some_and(|edge| {
                shown.activities.contains(&edge.from) && shown.activities.contains(&edge.to)
            })
        };
        let count = |at: &usize| graph.edges.get(*at).map_or(0, |edge| edge.count);
        let mut ranked: Vec<usize> = (0..graph.edges.len()).filter(between).collect();
        ranked.sort_by_key(|at| (Reverse(count(at)), *at));
        let counts: Vec<u64> = ranked.iter().map(count).collect();
        let kept = share(&counts, most.edge_share);
        let room = most.edges.saturating_sub(shown.edges.len());
        let rest = ranked.into_iter().take(kept).filter(|at| !shown.edges.contains(at));
        let rest: Vec<usize> = rest.take(room).collect();
        shown.edges.extend(rest);
        shown
    }

    /// Takes in the way between an activity and where cases begin or end.
    fn take(
        &mut self,
        graph: &Follows,
        ways: &[Option<usize>],
        code: u32,
        next: impl Fn(&super::Edge) -> u32,
    ) {
        let mut code = code;
        while let Some(at) = ways.get(code as usize).copied().flatten() {
            let Some(edge) = graph.edges.get(at) else { return };
            self.edges.insert(at);
            code = next(edge);
            self.activities.insert(code);
        }
    }
}

/// How many of the counts, the largest first, make up a share of them all.
fn share(counts: &[u64], share: f64) -> usize {
    let wanted = counts.iter().sum::<u64>() as f64 * share.clamp(0.0, 1.0);
    let mut sum = 0_u64;
    let enough = counts.iter().take_while(|count| {
        let more = (sum as f64) < wanted;
        sum += **count;
        more
    });
    enough.count()
}

/// For each activity the edge by which its widest way goes: from where cases begin, or on to where they end. A way is as
/// wide as the rarest of what it goes along; none for an activity with which cases begin or end as often as that.
fn widest(graph: &Follows, from_begin: bool) -> Vec<Option<usize>> {
    let ends = if from_begin { &graph.first } else { &graph.last };
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); graph.count.len()];
    for (at, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
        let near = if from_begin { edge.from } else { edge.to };
        if let Some(beside) = beside.get_mut(near as usize) {
            beside.push(at);
        }
    }
    let mut ways: Vec<Option<usize>> = vec![None; graph.count.len()];
    let mut done = vec![false; graph.count.len()];
    let mut heap: BinaryHeap<(u64, Reverse<u32>, Reverse<Option<usize>>)> = BinaryHeap::new();
    for (code, count) in (0..).zip(ends).filter(|(_, count)| **count > 0) {
        heap.push((*count, Reverse(code), Reverse(None)));
    }
    while let Some((wide, Reverse(code), Reverse(by))) = heap.pop() {
        let (Some(done), Some(way)) = (done.get_mut(code as usize), ways.get_mut(code as usize)) else {
            continue;
        };
        if std::mem::replace(done, true) {
            continue;
        }
        *way = by;
        for at in beside.get(code as usize).into_iter().flatten() {
            let Some(edge) = graph.edges.get(*at) else { continue };
            let far = if from_begin { edge.to } else { edge.from };
            heap.push((wide.min(edge.count), Reverse(far), Reverse(Some(*at))));
        }
    }
    ways
}
