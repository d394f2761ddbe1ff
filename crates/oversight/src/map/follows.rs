use super::Cases;
use super::cases::millis;
use std::collections::HashMap;

/// The directly-follows graph of cases: which activity came right after which, how often, and how long after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Follows {
    /// How often each activity happened, by its code.
    pub count: Vec<u64>,
    /// In how many cases it happened.
    pub cases: Vec<u64>,
    /// How many cases begin with it.
    pub first: Vec<u64>,
    /// How many cases end with it.
    pub last: Vec<u64>,
    /// The pairs that happened, by their codes.
    pub edges: Vec<Edge>,
}

/// One activity right after another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The code of the earlier.
    pub from: u32,
    /// The code of the later.
    pub to: u32,
    /// How often.
    pub count: u64,
    /// In how many cases.
    pub cases: u64,
    /// The sum of the times from one to the other, in seconds.
    pub seconds: f64,
    /// The longest, in seconds.
    pub longest: f64,
}

impl Follows {
    /// The graph of `cases`.
    pub fn of(cases: &Cases<'_>) -> Self {
        let activities = cases.names.len();
        let mut graph = Self {
            count: vec![0; activities],
            cases: vec![0; activities],
            first: vec![0; activities],
            last: vec![0; activities],
            edges: Vec::new(),
        };
        let mut places = Places::new(activities);
        let mut sums: Vec<Sum> = Vec::new();
        // The last case in which each activity was met.
        let mut met = vec![usize::MAX; activities];
        let add = |counts: &mut Vec<u64>, code: Option<&u32>| {
            if let Some(count) = code.and_then(|code| counts.get_mut(*code as usize)) {
                *count += 1;
            }
        };
        for case in 0..cases.len() {
            let range = cases.range(case);
            let (Some(codes), Some(times)) = (cases.activity.get(range.clone()), cases.at.get(range)) else {
                continue;
            };
            add(&mut graph.first, codes.first());
            add(&mut graph.last, codes.last());
            for code in codes {
                add(&mut graph.count, Some(code));
                if let Some(met) = met.get_mut(*code as usize).filter(|met| **met != case) {
                    *met = case;
                    add(&mut graph.cases, Some(code));
                }
            }
            for (pair, moments) in codes.windows(2).zip(times.windows(2)) {
                let ([from, to], [one, other]) = (pair, moments) else { continue };
                let place = places.of(*from, *to);
                if place == sums.len() {
                    sums.push(Sum::new(*from, *to));
                }
                if let Some(sum) = sums.get_mut(place) {
                    sum.add(millis(*one, *other), case);
                }
            }
        }
        graph.edges = sums.iter().map(Sum::edge).collect();
        graph.edges.sort_unstable_by_key(|edge| (edge.from, edge.to));
        graph
    }

    /// The place of an edge in [`Self::edges`].
    pub fn place(&self, from: u32, to: u32) -> Option<usize> {
        self.edges.binary_search_by_key(&(from, to), |edge| (edge.from, edge.to)).ok()
    }
}

struct Sum {
    pair: (u32, u32),
    count: u64,
    cases: u64,
    case: usize,
    millis: i64,
    longest: i64,
}

impl Sum {
    fn new(from: u32, to: u32) -> Self {
        Self { pair: (from, to), count: 0, cases: 0, case: usize::MAX, millis: 0, longest: 0 }
    }

    fn add(&mut self, millis: i64, case: usize) {
        self.count += 1;
        self.cases += u64::from(self.case != case);
        self.case = case;
        self.millis = self.millis.saturating_add(millis);
        self.longest = self.longest.max(millis);
    }

    fn edge(&self) -> Edge {
        let (from, to) = self.pair;
        let seconds = |millis: i64| millis as f64 / 1e3;
        Edge {
            from,
            to,
            count: self.count,
            cases: self.cases,
            seconds: seconds(self.millis),
            longest: seconds(self.longest),
        }
    }
}

/// Pairs of activities, numbered as they are met: by a table where there are few activities, by a map where a table would
/// take more than the pairs themselves.
struct Places {
    activities: usize,
    table: Vec<u32>,
    map: HashMap<(u32, u32), u32>,
    next: u32,
}

const TABLE: usize = 1 << 20;

impl Places {
    fn new(activities: usize) -> Self {
        let table = if activities * activities <= TABLE {
            vec![u32::MAX; activities * activities]
        } else {
            Vec::new()
        };
        Self { activities, table, map: HashMap::new(), next: 0 }
    }

    fn of(&mut self, from: u32, to: u32) -> usize {
        let place = match self.table.get_mut(from as usize * self.activities + to as usize) {
            Some(place) => place,
            None => self.map.entry((from, to)).or_insert(u32::MAX),
        };
        if *place == u32::MAX {
            *place = self.next;
            self.next += 1;
        }
        *place as usize
    }
}
