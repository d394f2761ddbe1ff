//! A largest matching of a graph: Edmonds, "Paths, trees, and flowers" (1965), with blossoms kept as their bases.

use std::collections::VecDeque;

/// How many pairs of neighbours can be formed so that nobody is in two.
pub fn matching(edges: &[Vec<usize>]) -> usize {
    let mut graph = Graph { edges, mate: vec![None; edges.len()] };
    (0..edges.len()).for_each(|root| {
        if graph.mate.get(root) == Some(&None) {
            graph.grow(root);
        }
    });
    graph.mate.iter().flatten().count() / 2
}

struct Graph<'e> {
    edges: &'e [Vec<usize>],
    mate: Vec<Option<usize>>,
}

/// A tree of alternating paths from one unmatched point.
struct Tree {
    parent: Vec<Option<usize>>,
    base: Vec<usize>,
    used: Vec<bool>,
    queue: VecDeque<usize>,
}

fn at<T: Copy>(all: &[T], place: usize, other: T) -> T {
    all.get(place).copied().unwrap_or(other)
}

fn put<T>(all: &mut [T], place: usize, value: T) {
    if let Some(own) = all.get_mut(place) {
        *own = value;
    }
}

impl Graph<'_> {
    /// Finds a path from an unmatched point to another and turns it over.
    fn grow(&mut self, root: usize) {
        let n = self.edges.len();
        let mut tree = Tree {
            parent: vec![None; n],
            base: (0..n).collect(),
            used: vec![false; n],
            queue: VecDeque::from([root]),
        };
        put(&mut tree.used, root, true);
        while let Some(one) = tree.queue.pop_front() {
            for to in self.edges.get(one).into_iter().flatten().copied() {
                let mate = at(&self.mate, to, None);
                if at(&tree.base, one, one) == at(&tree.base, to, to) || at(&self.mate, one, None) == Some(to)
                {
                    continue;
                }
                let outer = to == root || mate.is_some_and(|mate| at(&tree.parent, mate, None).is_some());
                if outer {
                    self.shrink(&mut tree, one, to, root);
                } else if at(&tree.parent, to, None).is_none() {
                    put(&mut tree.parent, to, Some(one));
                    match mate {
                        None => return self.turn(&tree, to),
                        Some(mate) => {
                            put(&mut tree.used, mate, true);
                            tree.queue.push_back(mate);
                        }
                    }
                }
            }
        }
    }

    fn turn(&mut self, tree: &Tree, end: usize) {
        let mut here = Some(end);
        while let Some(one) = here {
            let Some(before) = at(&tree.parent, one, None) else { return };
            here = at(&self.mate, before, None);
            put(&mut self.mate, one, Some(before));
            put(&mut self.mate, before, Some(one));
        }
    }

    /// Two outer points met: the odd circle through their common base becomes one outer point.
    fn shrink(&self, tree: &mut Tree, one: usize, to: usize, root: usize) {
        let base = self.common(tree, one, to, root);
        let mut inside = vec![false; self.edges.len()];
        for (mut here, mut child) in [(one, to), (to, one)] {
            while at(&tree.base, here, here) != base {
                let mate = at(&self.mate, here, None).unwrap_or(here);
                put(&mut inside, at(&tree.base, here, here), true);
                put(&mut inside, at(&tree.base, mate, mate), true);
                put(&mut tree.parent, here, Some(child));
                child = mate;
                here = at(&tree.parent, mate, None).unwrap_or(root);
            }
        }
        for point in 0..self.edges.len() {
            if at(&inside, at(&tree.base, point, point), false) {
                put(&mut tree.base, point, base);
                if !at(&tree.used, point, true) {
                    put(&mut tree.used, point, true);
                    tree.queue.push_back(point);
                }
            }
        }
    }

    fn common(&self, tree: &Tree, one: usize, to: usize, root: usize) -> usize {
        let mut seen = vec![false; self.edges.len()];
        let mut here = at(&tree.base, one, one);
        loop {
            put(&mut seen, here, true);
            if here == at(&tree.base, root, root) {
                break;
            }
            let mate = at(&self.mate, here, None).unwrap_or(root);
            let parent = at(&tree.parent, mate, None).unwrap_or(root);
            here = at(&tree.base, parent, parent);
        }
        let mut here = at(&tree.base, to, to);
        while !at(&seen, here, true) {
            let mate = at(&self.mate, here, None).unwrap_or(root);
            let parent = at(&tree.parent, mate, None).unwrap_or(root);
            here = at(&tree.base, parent, parent);
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use super::matching;
    use crate::chance::Chance;

    /// The largest matching by trying everything.
    fn tried(edges: &[Vec<usize>], free: u32) -> usize {
        let Some(one) = (0..edges.len()).find(|at| free >> at & 1 == 1) else { return 0 };
        let rest = free & !(1 << one);
        let with = edges[one]
            .iter()
            .filter(|to| rest >> **to & 1 == 1)
            .map(|to| 1 + tried(edges, rest & !(1 << to)));
        with.max().unwrap_or(0).max(tried(edges, rest))
    }

    #[test]
    fn matchings_are_largest() {
        let mut chance = Chance::new(3);
        for _ in 0..3_000 {
            let n = 2 + chance.below(9) as usize;
            let mut edges = vec![Vec::new(); n];
            let density = 10 + chance.below(60);
            for (a, b) in (0..n).flat_map(|a| (0..a).map(move |b| (a, b))) {
                if chance.percent(density) {
                    edges[a].push(b);
                    edges[b].push(a);
                }
            }
            assert_eq!(matching(&edges), tried(&edges, (1 << n) - 1), "{edges:?}");
        }
    }
}
