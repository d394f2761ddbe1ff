use crate::log::{Log, Traces};
use std::collections::HashMap;

/// A way in which traces went: the same activities in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The codes of the activities.
    pub activities: Vec<u32>,
    /// The traces that went so, by their numbers.
    pub traces: Vec<u32>,
}

/// The ways in which the traces went, the most frequent first; of equally frequent ones the one seen first.
pub fn variants(log: &Log, traces: &Traces) -> Vec<Variant> {
    let codes = traces.arrange(log.activity_codes());
    let mut of: HashMap<&[u32], usize> = HashMap::new();
    let mut all: Vec<Variant> = Vec::new();
    for (trace, number) in (0..traces.len()).zip(0_u32..) {
        let way = codes.get(traces.range(trace)).unwrap_or_default();
        let at = *of.entry(way).or_insert(all.len());
        match all.get_mut(at) {
            Some(variant) => variant.traces.push(number),
            None => all.push(Variant { activities: way.to_vec(), traces: vec![number] }),
        }
    }
    all.sort_by_key(|variant| std::cmp::Reverse(variant.traces.len()));
    all
}
