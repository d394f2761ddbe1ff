use record::Time;
use std::collections::BTreeMap;

/// What is to be looked at again once a moment has passed, in buckets of a few minutes.
#[derive(Default)]
pub(super) struct Wheel {
    buckets: BTreeMap<i64, Vec<u32>>,
}

/// A stretch of time, by its number.
pub(super) type Bucket = i64;

/// Seconds to a bucket, as a power of two: about four minutes.
const WIDTH: u32 = 8;

pub(super) fn bucket(second: i64) -> Bucket {
    second >> WIDTH
}

impl Wheel {
    pub(super) fn put(&mut self, bucket: Bucket, what: u32) {
        self.buckets.entry(bucket).or_default().push(what);
    }

    /// The buckets that have begun by the moment, each once, with what is in them.
    pub(super) fn begun(&mut self, moment: Time) -> BTreeMap<Bucket, Vec<u32>> {
        let later = self.buckets.split_off(&(bucket(moment.seconds()) + 1));
        std::mem::replace(&mut self.buckets, later)
    }

    /// Bytes of memory, about.
    pub(super) fn size(&self) -> usize {
        self.buckets.values().map(|bucket| 48 + bucket.capacity() * size_of::<u32>()).sum()
    }
}
