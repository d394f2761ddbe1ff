use super::{EventNumber, Log, Places};
use record::{ObjectRef, ObjectType, Time};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// Events by the objects of one type: each object's events in the order of their times, those of one time in the
/// order in which the log tells them. A *position* is a place in this arrangement; each trace is a range of them.
#[derive(Clone, Debug)]
pub struct Traces {
    kind: ObjectType,
    objects: Vec<SmolStr>,
    starts: Vec<u32>,
    events: Vec<EventNumber>,
    /// Whether positions are event numbers: each trace lies whole and in order in the log.
    straight: bool,
    places: OnceLock<Places>,
}

impl Traces {
    /// `related`: objects, by their places in `objects`, with the events that are about them, in the order of the log.
    pub fn new(
        kind: ObjectType,
        objects: Vec<SmolStr>,
        related: &[(u32, EventNumber)],
        times: &[Time],
    ) -> Self {
        let mut starts = vec![0_u32; objects.len() + 1];
        for (object, _) in related {
            if let Some(start) = starts.get_mut(*object as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut events = vec![0; related.len()];
        for (object, event) in related {
            if let Some(next) = next.get_mut(*object as usize)
                && let Some(place) = events.get_mut(*next as usize)
            {
                *place = *event;
                *next += 1;
            }
        }
        let at = |event: &EventNumber| times.get(*event as usize).copied();
        for range in starts.windows(2) {
            let [start, end] = range else { continue };
            let trace = events.get_mut(*start as usize..*end as usize).unwrap_or_default();
            if !trace.is_sorted_by_key(at) {
                trace.sort_by_key(at);
            }
        }
        let straight =
            events.len() == times.len() && (0..).zip(&events).all(|(at, event): (u32, _)| at == *event);
        Self { kind, objects, starts, events, straight, places: OnceLock::new() }
    }

    /// The type of the objects.
    pub fn kind(&self) -> &ObjectType {
        &self.kind
    }

    /// How many traces there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The object whose trace it is.
    pub fn object(&self, trace: usize) -> Option<ObjectRef> {
        self.objects.get(trace).map(|id| ObjectRef::new(self.kind.as_str(), id.as_str()))
    }

    /// The positions of a trace.
    pub fn range(&self, trace: usize) -> Range<usize> {
        match self.starts.get(trace..trace + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    /// Where each trace starts, and after the last one the number of positions.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The event at each position.
    pub fn events(&self) -> &[EventNumber] {
        &self.events
    }

    /// The events by activity, arranged once somebody asks. The log is the one whose traces they are.
    pub fn places(&self, log: &Log) -> &Places {
        self.places.get_or_init(|| Places::of(log, self))
    }

    /// Arranges all that models asked one by one look for in the log, of each activity and each attribute; otherwise that is done
    /// as the first of them asks.
    pub fn spread(&self, log: &Log) {
        let places = self.places(log);
        for code in 0..u32::try_from(log.activities().len()).unwrap_or(u32::MAX) {
            places.row(code);
            places.spread(code, log, self).into_iter().for_each(|spread| spread.gather_all(log));
        }
    }

    /// What `column` says of each event, by position.
    pub fn arrange<'a, T: Copy + Default>(&self, column: &'a [T]) -> Cow<'a, [T]> {
        if self.straight {
            return Cow::Borrowed(column);
        }
        let of = |event: &EventNumber| column.get(*event as usize).copied().unwrap_or_default();
        Cow::Owned(self.events.iter().map(of).collect())
    }

    /// When the event at each position happened.
    pub fn arrange_times<'a>(&self, times: &'a [Time]) -> Cow<'a, [Time]> {
        if self.straight {
            return Cow::Borrowed(times);
        }
        let time = |event: &EventNumber| times.get(*event as usize).copied().unwrap_or(Time::ZERO);
        Cow::Owned(self.events.iter().map(time).collect())
    }
}
