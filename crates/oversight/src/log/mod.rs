//! Events in columns.

mod column;
mod places;
mod read;
mod traces;

pub use column::{Column, Values};
pub use places::Places;
pub use read::read;
pub use traces::Traces;

use column::Seen;
use record::interop::vocabulary;
use record::{Activity, Codes, Event, EventId, Name, ObjectRef, ObjectType, Time};
use smol_str::SmolStr;

/// The number of an event in its log: how many came before it.
pub type EventNumber = u32;

/// Events, each a number, with what is known of them side by side in columns. Made by [`Log::push`]ing events in the
/// order in which their source told them; that order decides between events of one time.
#[derive(Clone, Debug, Default)]
pub struct Log {
    ids: Vec<EventId>,
    activities: Codes<Activity>,
    activity: Vec<u32>,
    time: Vec<Time>,
    names: Codes<Name>,
    columns: Vec<Column>,
    kinds: Codes<ObjectType>,
    objects: Vec<Codes<SmolStr>>,
    /// Where each event's objects end in `about`.
    ends: Vec<u32>,
    about: Vec<Related>,
}

/// An object that an event is about, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Related {
    kind: u32,
    object: u32,
}

/// Why a log can hold no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a log holds at most 4,294,967,295 events; divide it")]
pub struct TooMany;

/// Events that whoever follows cases does not meet, or not by a name: how many, and the id of the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stray {
    /// About no object at all.
    pub apart: (u64, Option<EventId>),
    /// Of no activity.
    pub unnamed: (u64, Option<EventId>),
}

impl Log {
    /// The events that belong to no case, and those that tell of no activity.
    pub fn stray(&self) -> Stray {
        let told = |all: &mut dyn Iterator<Item = EventNumber>| {
            let first = all.next();
            (first.map_or(0, |_| 1 + all.count() as u64), first.and_then(|event| self.id(event).cloned()))
        };
        let before = std::iter::once(&0).chain(&self.ends);
        let mut apart = (0..)
            .zip(self.ends.iter().zip(before))
            .filter(|(_, (end, start))| end == start)
            .map(|(event, _)| event);
        let unnamed = self.activity_code(vocabulary::UNNAMED);
        let mut unnamed =
            (0..).zip(&self.activity).filter(|(_, code)| Some(**code) == unnamed).map(|(event, _)| event);
        Stray { apart: told(&mut apart), unnamed: told(&mut unnamed) }
    }

    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in an event. What a log keeps beside its events (declarations, objects by themselves) is none.
    ///
    /// # Errors
    /// [`TooMany`]; the event is not taken then.
    pub fn push(&mut self, event: &Event) -> Result<(), TooMany> {
        self.push_about(event, event.objects.iter().map(|relation| &relation.object))
    }

    /// Takes in an event as one that is about these objects and no others.
    pub(crate) fn push_about<'o>(
        &mut self,
        event: &Event,
        objects: impl Iterator<Item = &'o ObjectRef>,
    ) -> Result<(), TooMany> {
        if vocabulary::is_carrier(&event.activity) {
            return Ok(());
        }
        let number = EventNumber::try_from(self.ids.len()).map_err(|_| TooMany)?;
        self.ids.push(event.id.clone());
        self.activity.push(self.activities.put(event.activity.as_str()));
        self.time.push(event.time);
        for (name, value) in &event.attributes {
            self.attribute(number, name, Seen::of(value));
        }
        for object in objects {
            let related = self.object(object);
            let before = self.ends.last().map_or(0, |end| *end as usize);
            if !self.about.get(before..).is_some_and(|these| these.contains(&related)) {
                self.about.push(related);
            }
        }
        self.ends.push(u32::try_from(self.about.len()).map_err(|_| TooMany)?);
        Ok(())
    }

    fn attribute(&mut self, number: EventNumber, name: &Name, value: Seen<'_>) {
        let code = self.names.put(name.as_str());
        self.put(number, code, value);
    }

    /// The value of the attribute of that number.
    #[inline]
    fn put(&mut self, number: EventNumber, code: u32, value: Seen<'_>) {
        if code as usize == self.columns.len() {
            self.columns.push(Column::new(value));
        }
        if let Some(column) = self.columns.get_mut(code as usize) {
            column.push(number, value);
        }
    }

    fn object(&mut self, object: &ObjectRef) -> Related {
        let kind = self.kinds.put(object.kind.as_str());
        if kind as usize == self.objects.len() {
            self.objects.push(Codes::default());
        }
        let codes = self.objects.get_mut(kind as usize);
        Related { kind, object: codes.map_or(0, |codes| codes.put(object.id.as_str())) }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The id of an event.
    pub fn id(&self, event: EventNumber) -> Option<&EventId> {
        self.ids.get(event as usize)
    }

    /// When each event happened.
    pub fn times(&self) -> &[Time] {
        &self.time
    }

    /// The first event of which nothing tells when it happened: the log gives no time to it, nor to one before it whose time
    /// it could stand at, so that it stands at [`Time::ZERO`].
    pub fn timeless(&self) -> Option<EventNumber> {
        let marked = self.column(vocabulary::UNTIMED)?.events();
        let is_nowhere = |event: &&EventNumber| self.time.get(**event as usize) == Some(&Time::ZERO);
        marked.iter().find(is_nowhere).copied()
    }

    /// A moment that was found in this log; none for the one at which events stand of which nothing tells when they happened.
    pub fn known(&self, moment: Time) -> Option<Time> {
        (moment != Time::ZERO || self.timeless().is_none()).then_some(moment)
    }

    /// The code of each event's activity: its place in [`Self::activities`].
    pub fn activity_codes(&self) -> &[u32] {
        &self.activity
    }

    /// The activities, in the order in which they first happened.
    pub fn activities(&self) -> &[Activity] {
        self.activities.all()
    }

    /// The code of an activity; none if it never happened.
    pub fn activity_code(&self, activity: &str) -> Option<u32> {
        self.activities.code(activity)
    }

    /// The attributes that events have, each with its values.
    pub fn columns(&self) -> impl Iterator<Item = (&Name, &Column)> {
        self.names.all().iter().zip(&self.columns)
    }

    /// The values of an attribute.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(self.names.code(name)? as usize)
    }

    /// Which of [`Self::columns`] holds an attribute.
    pub(crate) fn column_number(&self, name: &str) -> Option<usize> {
        self.names.code(name).map(|code| code as usize)
    }

    /// The types of the objects that events are about, each with how many objects of it there are.
    pub fn kinds(&self) -> impl Iterator<Item = (&ObjectType, usize)> {
        self.kinds.all().iter().zip(self.objects.iter().map(Codes::len))
    }

    /// Each event with each object of one type that it is about, in the order of the log.
    pub fn about(&self, kind: &str) -> impl Iterator<Item = (EventNumber, &SmolStr)> {
        let names = self.objects_of(kind);
        self.about_codes(kind).filter_map(move |(event, object)| Some((event, names.get(object as usize)?)))
    }

    /// The objects of one type, in the order in which they were first seen.
    pub(crate) fn objects_of(&self, kind: &str) -> &[SmolStr] {
        let code = self.kinds.code(kind);
        code.and_then(|code| self.objects.get(code as usize)).map_or(&[], Codes::all)
    }

    /// [`Self::about`], each object by its place among [`Self::objects_of`].
    pub(crate) fn about_codes(&self, kind: &str) -> impl Iterator<Item = (EventNumber, u32)> {
        let code = self.kinds.code(kind);
        let mut start = 0;
        self.ends.iter().zip(0..).flat_map(move |(end, event)| {
            let these = self.about.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            let these = these.iter().filter(move |related| Some(related.kind) == code);
            these.map(move |related| (event, related.object))
        })
    }

    /// Adds another log's events, with those of their attributes that are `wanted`, and without their objects. The
    /// number of the first of them.
    pub(crate) fn append(&mut self, other: &Self, wanted: impl Fn(&Name) -> bool) -> EventNumber {
        let first = EventNumber::try_from(self.ids.len()).unwrap_or(EventNumber::MAX);
        let codes: Vec<u32> =
            other.activities.all().iter().map(|activity| self.activities.put(activity.as_str())).collect();
        self.ids.extend_from_slice(&other.ids);
        self.activity.extend(other.activity.iter().filter_map(|code| codes.get(*code as usize)));
        self.time.extend_from_slice(&other.time);
        for (name, column) in other.columns().filter(|(name, _)| wanted(name)) {
            let code = self.names.put(name.as_str());
            for (nth, event) in column.events().iter().enumerate() {
                if let Some(value) = column.seen(nth) {
                    self.put(first + event, code, value);
                }
            }
        }
        first
    }

    /// The log of these events alone, ascending, without their objects.
    pub(crate) fn only(&self, events: &[EventNumber]) -> Self {
        let mut log = Self::new();
        for (number, event) in (0..).zip(events) {
            let at = *event as usize;
            let (Some(id), Some(time), Some(code)) =
                (self.ids.get(at), self.time.get(at), self.activity.get(at))
            else {
                continue;
            };
            log.ids.push(id.clone());
            log.time.push(*time);
            log.activity
                .extend(self.activities.get(*code).map(|activity| log.activities.put(activity.as_str())));
            for (name, column) in self.columns() {
                if let Some(value) = column.value(*event) {
                    log.attribute(number, name, Seen::of(&value));
                }
            }
        }
        log
    }

    /// Bytes of memory, about.
    pub(crate) fn size(&self) -> usize {
        let event = size_of::<EventId>() + size_of::<Time>() + 2 * size_of::<u32>();
        let columns: usize = self.columns.iter().map(Column::size).sum();
        self.ids.capacity() * event + self.about.capacity() * size_of::<Related>() + columns
    }

    /// The events by the objects of one type; none where no event is about such an object.
    pub fn traces(&self, kind: &str) -> Option<Traces> {
        let kind = self.kinds.get(self.kinds.code(kind)?)?;
        let related: Vec<(u32, EventNumber)> =
            self.about_codes(kind.as_str()).map(|(event, object)| (object, event)).collect();
        Some(Traces::new(kind.clone(), self.objects_of(kind.as_str()).to_vec(), &related, &self.time))
    }
}
