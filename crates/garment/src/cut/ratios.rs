//! The markers that an order's rules allow.

use super::Order;

/// A marker that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Garments of each size.
    pub counts: Vec<u32>,
    /// Cloth that a ply of it takes, its ends too.
    pub ply: i64,
    /// All its garments.
    pub garments: u32,
}

/// The marker of these counts, if there can be one.
pub fn ratio(order: &Order, counts: &[u32]) -> Option<Ratio> {
    let (length, _) = order.marker(counts)?;
    Some(Ratio { counts: counts.to_vec(), ply: length + order.ends, garments: counts.iter().sum() })
}

/// All markers that some colour can use; `None` if they are more than `limit`.
pub fn all(order: &Order, limit: usize) -> Option<Vec<Ratio>> {
    let most = |at: usize| order.colours.iter().filter_map(|colour| colour.most.get(at).copied()).max();
    let caps: Vec<u32> = (0..order.sizes.len()).map(|at| most(at).unwrap_or(0).min(order.garments)).collect();
    let fits = |counts: &[u32]| counts.iter().zip(&caps).all(|(count, cap)| count <= cap);
    if order.utilisation.is_empty() {
        let listed = order.measured.keys().filter(|counts| fits(counts));
        return Some(listed.filter_map(|counts| ratio(order, counts)).collect());
    }
    let mut found = Vec::new();
    let mut counts = vec![0; caps.len()];
    extend(order, &caps, &mut counts, 0, order.garments, limit, &mut found).then_some(found)
}

/// Says whether the limit was kept.
fn extend(
    order: &Order,
    caps: &[u32],
    counts: &mut Vec<u32>,
    at: usize,
    left: u32,
    limit: usize,
    found: &mut Vec<Ratio>,
) -> bool {
    let Some(cap) = caps.get(at) else {
        found.extend(ratio(order, counts));
        return found.len() <= limit;
    };
    for count in 0..=left.min(*cap) {
        counts[at] = count;
        if !extend(order, caps, counts, at + 1, left - count, limit, found) {
            return false;
        }
    }
    counts[at] = 0;
    true
}
