use crate::numbers::Seeded;
use record::Time;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// What is to be looked at again once a moment has passed, in buckets of a few minutes.
#[derive(Default)]
pub(super) struct Wheel {
    /// By bucket, the first of what is in it.
    first: HashMap<Bucket, u32, Seeded>,
    /// The buckets that are there.
    order: BinaryHeap<Reverse<Bucket>>,
    /// Something that is in a bucket, and the next beside it.
    links: Vec<(u32, u32)>,
    free: u32,
}

/// A stretch of time, by its number.
pub(super) type Bucket = i64;

/// Seconds to a bucket, as a power of two: about four minutes.
const WIDTH: u32 = 8;
/// One more than a place among the links: 0 is none.
const NONE: u32 = 0;

pub(super) fn bucket(second: i64) -> Bucket {
    second >> WIDTH
}

impl Wheel {
    pub(super) fn put(&mut self, bucket: Bucket, what: u32) {
        let first = self.first.entry(bucket).or_insert_with(|| {
            self.order.push(Reverse(bucket));
            NONE
        });
        let link = (what, *first);
        match (self.free as usize).checked_sub(1).and_then(|at| self.links.get_mut(at)) {
            Some(place) => {
                *first = self.free;
                self.free = place.1;
                *place = link;
            }
            None => {
                self.links.push(link);
                *first = u32::try_from(self.links.len()).unwrap_or(NONE);
            }
        }
    }

    /// The next bucket that has begun by the moment, with what is in it.
    pub(super) fn begun(&mut self, moment: Time) -> Option<(Bucket, Vec<u32>)> {
        let Reverse(next) = *self.order.peek()?;
        if next > bucket(moment.seconds()) {
            return None;
        }
        self.order.pop();
        let mut at = self.first.remove(&next).unwrap_or(NONE);
        let mut all = Vec::new();
        while let Some((what, next)) =
            (at as usize).checked_sub(1).and_then(|place| self.links.get_mut(place))
        {
            all.push(*what);
            let link = std::mem::replace(next, self.free);
            self.free = at;
            at = link;
        }
        // As they were put in.
        all.reverse();
        Some((next, all))
    }

    /// Bytes of memory, about.
    pub(super) fn size(&self) -> usize {
        (self.first.capacity() * 8 + self.order.capacity() + self.links.capacity()) * 8
    }
}

#[cfg(test)]
mod tests {
    use super::{Bucket, Wheel, bucket};
    use proptest::prelude::*;
    use record::Time;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn what_has_begun_comes_in_order(steps in prop::collection::vec((0_i64..9_000, any::<bool>(), any::<u32>()), 0..200)) {
            let mut wheel = Wheel::default();
            let mut plain: BTreeMap<Bucket, Vec<u32>> = BTreeMap::new();
            for (second, put, what) in steps {
                if put {
                    wheel.put(bucket(second), what);
                    plain.entry(bucket(second)).or_default().push(what);
                    continue;
                }
                let begun: Vec<_> =
                    std::iter::from_fn(|| wheel.begun(Time::new(second, 0, None).unwrap())).collect();
                let later = plain.split_off(&(bucket(second) + 1));
                prop_assert_eq!(begun, std::mem::replace(&mut plain, later).into_iter().collect::<Vec<_>>());
            }
        }
    }
}
