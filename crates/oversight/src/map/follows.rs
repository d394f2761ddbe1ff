use crate::log::{Log, Traces};

/// The directly-follows graph of traces: which activity came right after which, how often, and how long after.
#[derive(Clone, Debug, PartialEq)]
pub struct Follows {
    /// How often each activity happened, by its code.
    pub count: Vec<u64>,
    /// How many traces begin with it.
    pub first: Vec<u64>,
    /// How many traces end with it.
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
    /// The sum of the times from one to the other, in seconds.
    pub seconds: f64,
    /// The longest, in seconds.
    pub longest: f64,
}

impl Follows {
    /// The graph of `traces`, over as many activities as the log has.
    pub fn of(log: &Log, traces: &Traces) -> Self {
        let activities = log.activities().len();
        let codes = traces.arrange(log.activity_codes());
        let times = traces.arrange_times(log.times());
        let mut graph = Self {
            count: vec![0; activities],
            first: vec![0; activities],
            last: vec![0; activities],
            edges: Vec::new(),
        };
        let mut pairs = vec![(0_u64, 0.0_f64, 0.0_f64); activities * activities];
        let add = |counts: &mut Vec<u64>, code: Option<&u32>| {
            if let Some(count) = code.and_then(|code| counts.get_mut(*code as usize)) {
                *count += 1;
            }
        };
        for trace in 0..traces.len() {
            let range = traces.range(trace);
            let (Some(codes), Some(times)) = (codes.get(range.clone()), times.get(range)) else { continue };
            add(&mut graph.first, codes.first());
            add(&mut graph.last, codes.last());
            codes.iter().for_each(|code| add(&mut graph.count, Some(code)));
            for (pair, moments) in codes.windows(2).zip(times.windows(2)) {
                let ([from, to], [one, other]) = (pair, moments) else { continue };
                let lapse = (other.seconds() - one.seconds()) as f64
                    + (f64::from(other.subsecond_nanos()) - f64::from(one.subsecond_nanos())) / 1e9;
                if let Some((count, sum, longest)) = pairs.get_mut(*from as usize * activities + *to as usize)
                {
                    *count += 1;
                    *sum += lapse;
                    *longest = longest.max(lapse);
                }
            }
        }
        let happened = pairs.iter().enumerate().filter(|(_, (count, ..))| *count > 0);
        let code = |code: usize| u32::try_from(code).unwrap_or(u32::MAX);
        graph.edges = happened
            .map(|(at, (count, seconds, longest))| Edge {
                from: code(at / activities),
                to: code(at % activities),
                count: *count,
                seconds: *seconds,
                longest: *longest,
            })
            .collect();
        graph
    }
}
