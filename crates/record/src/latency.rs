use std::time::Duration;

/// How long something took, time after time: how many times within each bound, and how long in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// How often it took no longer than each of [`Latency::BOUNDS`] and longer than the one before; at the end, how
    /// often it took longer than all of them.
    pub counts: [u64; Self::BOUNDS.len() + 1],
    /// All together.
    pub sum: Duration,
}

impl Latency {
    /// In microseconds: close together around what people and disks take.
    pub const BOUNDS: [u64; 12] =
        [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000];

    /// Counts one more.
    pub fn add(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = Self::BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(count) = self.counts.get_mut(place) {
            *count += 1;
        }
        self.sum = self.sum.saturating_add(took);
    }

    /// How often in all.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Latency;
    use std::time::Duration;

    #[test]
    fn each_time_is_counted_within_its_bound() {
        let mut latency = Latency::default();
        for micros in [0, 500, 501, 1_000, 2_500_000, 2_500_001, u64::MAX >> 1] {
            latency.add(Duration::from_micros(micros));
        }
        assert_eq!(latency.counts, [2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(latency.count(), 7);
    }
}
