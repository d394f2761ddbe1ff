use super::Follows;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What of a graph a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// At most that many activities, the most frequent.
    pub activities: usize,
    /// At most that many edges, the most frequent, and besides them those without which an activity would hang loose.
    pub edges: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { activities: 40, edges: 70 }
    }
}

/// The part of a graph that is shown: activities by code, edges by their place in [`Follows::edges`].
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
        let mut ranked: Vec<(u32, u64)> = (0..).zip(graph.count.iter().copied()).collect();
        ranked.sort_by_key(|(code, count)| (Reverse(*count), *code));
        let happened = ranked.into_iter().filter(|(_, count)| *count > 0);
        let activities: BTreeSet<u32> = happened.take(most.activities).map(|(code, _)| code).collect();
        let between = |at: &usize| {
            let edge = graph.edges.get(*at);
            edge.is_some_and(|edge| activities.contains(&edge.from) && activities.contains(&edge.to))
        };
        let mut ranked: Vec<usize> = (0..graph.edges.len()).filter(between).collect();
        ranked.sort_by_key(|at| (Reverse(graph.edges.get(*at).map_or(0, |edge| edge.count)), *at));
        let mut edges: BTreeSet<usize> = BTreeSet::new();
        let (mut entered, mut left) = (BTreeSet::new(), BTreeSet::new());
        for at in &ranked {
            let Some(edge) = graph.edges.get(*at).filter(|edge| edge.from != edge.to) else { continue };
            // The first edge that is seen into an activity, or out of it, is its most frequent one.
            if entered.insert(edge.to) | left.insert(edge.from) {
                edges.insert(*at);
            }
        }
        let rest = ranked.into_iter().filter(|at| !edges.contains(at));
        let rest: Vec<usize> = rest.take(most.edges.saturating_sub(edges.len())).collect();
        edges.extend(rest);
        Self { activities, edges }
    }
}
