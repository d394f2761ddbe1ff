use super::Cases;
use record::Digest;
use std::collections::HashMap;

/// A way in which cases went: the same activities in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The codes of the activities.
    pub activities: Vec<u32>,
    /// The cases that went so, by their places.
    pub cases: Vec<u32>,
}

/// The ways in which the cases went, the most frequent first; of equally frequent ones the one seen first.
pub fn variants(cases: &Cases<'_>) -> Vec<Variant> {
    let mut of: HashMap<&[u32], usize> = HashMap::new();
    let mut all: Vec<Variant> = Vec::new();
    for (case, place) in (0..cases.len()).zip(0_u32..) {
        let way = cases.way(case);
        let at = *of.entry(way).or_insert(all.len());
        match all.get_mut(at) {
            Some(variant) => variant.cases.push(place),
            None => all.push(Variant { activities: way.to_vec(), cases: vec![place] }),
        }
    }
    all.sort_by_key(|variant| std::cmp::Reverse(variant.cases.len()));
    all
}

/// A short name of a way, the same wherever its activities are called the same.
pub fn way_name(names: &[&str]) -> String {
    let told = names.join("\n");
    let digest = Digest::of(told.as_bytes()).to_string();
    digest.chars().filter(char::is_ascii_hexdigit).take(12).collect()
}
