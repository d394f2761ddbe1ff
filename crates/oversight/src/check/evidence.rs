use crate::log::EventNumber;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// The events that prove a finding: mostly one or two, which are kept in place.
#[derive(Clone)]
pub struct Evidence(Held);

#[derive(Clone)]
enum Held {
    Few(u8, [EventNumber; FEW]),
    Many(Box<[EventNumber]>),
}

const FEW: usize = 3;

impl Deref for Evidence {
    type Target = [EventNumber];

    fn deref(&self) -> &Self::Target {
        match &self.0 {
            Held::Few(count, events) => events.get(..usize::from(*count)).unwrap_or_default(),
            Held::Many(events) => events,
        }
    }
}

impl FromIterator<EventNumber> for Evidence {
    #[inline]
    fn from_iter<I: IntoIterator<Item = EventNumber>>(events: I) -> Self {
        let mut few = [0; FEW];
        let mut count = 0_u8;
        let mut events = events.into_iter();
        while let Some(event) = events.next() {
            let Some(place) = few.get_mut(usize::from(count)) else {
                return Self(Held::Many(few.into_iter().chain([event]).chain(events).collect()));
            };
            *place = event;
            count += 1;
        }
        Self(Held::Few(count, few))
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for Evidence {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Evidence {}

impl Hash for Evidence {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::Evidence;

    #[test]
    fn holds_what_was_put_in() {
        for count in 0..9 {
            let events: Vec<u32> = (7..7 + count).collect();
            assert_eq!(*events.iter().copied().collect::<Evidence>(), *events, "{count}");
        }
    }
}
