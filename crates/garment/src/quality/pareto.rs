//! Which few kinds of fault make most of the harm.

/// One kind of fault among all.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// What it is called.
    pub name: String,
    /// How often it was found.
    pub count: u64,
    /// Its share and that of all before it.
    pub cumulated: f64,
    /// Whether it is one of the few that together first reach four fifths.
    pub vital: bool,
}

/// The kinds from the most frequent, kinds of one name counted together; of equals, the first by name.
pub fn pareto(counts: impl IntoIterator<Item = (String, u64)>) -> Vec<Share> {
    let mut by_name = std::collections::BTreeMap::<String, u64>::new();
    for (name, count) in counts {
        *by_name.entry(name).or_default() += count;
    }
    let all: u128 = by_name.values().map(|count| u128::from(*count)).sum();
    let mut kinds: Vec<(String, u64)> = by_name.into_iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut sum = 0u128;
    let share = |(name, count): (String, u64)| {
        let vital = count > 0 && sum * 5 < all * 4;
        sum += u128::from(count);
        let cumulated = if all == 0 { 0.0 } else { sum as f64 / all as f64 };
        Share { name, count, cumulated, vital }
    };
    kinds.into_iter().map(share).collect()
}
