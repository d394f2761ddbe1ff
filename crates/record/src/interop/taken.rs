//! What a reader hands on to whoever does not need every event as an [`Event`] of its own.

use super::vocabulary;
use crate::{Activity, Event, Name, ObjectRef, Relation, Time, Value};
use std::ops::Range;

/// What [`super::take`] hands on.
pub enum Taken<'a> {
    /// An event of plain values, still where it was read.
    Plain(&'a Plain<'a>),
    /// Any other event of the log.
    Whole(Event),
}

/// An event that is about its case alone and whose values are all plain ones.
///
/// Names and activities are numbered from 0 in the order in which one reading met them, so that whoever keeps something
/// for each of them need not look it up again.
pub struct Plain<'a> {
    /// Its id.
    pub id: &'a str,
    /// What happened, with the activity's number.
    pub activity: (u32, &'a Activity),
    /// When.
    pub time: Time,
    /// The case, with the number of the trace: it stays the same from event to event as long as the case does.
    pub case: Option<(u64, &'a ObjectRef)>,
    pub(super) held: &'a Held,
    pub(super) names: &'a [Name],
}

/// A plain value, borrowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlainValue<'a> {
    /// See [`Value::Text`].
    Text(&'a str),
    /// See [`Value::Id`].
    Id(&'a str),
    /// See [`Value::Integer`].
    Integer(i64),
    /// See [`Value::Float`].
    Float(f64),
    /// See [`Value::Boolean`].
    Boolean(bool),
    /// See [`Value::Time`].
    Time(Time),
}

impl<'a> PlainValue<'a> {
    /// The value without what owns it; none if it is of a kind that holds others, sealed, or a file.
    pub fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Text(text) => Self::Text(text),
            Value::Id(text) => Self::Id(text),
            Value::Integer(number) => Self::Integer(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Boolean(truth) => Self::Boolean(*truth),
            Value::Time(time) => Self::Time(*time),
            _ => return None,
        })
    }

    /// The value by itself.
    pub fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.into()),
            Self::Id(text) => Value::Id(text.into()),
            Self::Integer(number) => Value::Integer(number),
            Self::Float(number) => Value::Float(number),
            Self::Boolean(truth) => Value::Boolean(truth),
            Self::Time(time) => Value::Time(time),
        }
    }
}

impl Plain<'_> {
    /// The values in their order, each with its name and the name's number. A name may come twice.
    pub fn values(&self) -> impl Iterator<Item = (u32, &Name, PlainValue<'_>)> {
        self.held.values.iter().filter_map(|(code, value)| {
            let name = self.names.get(*code as usize)?;
            let text = |range: &Range<usize>| self.held.texts.get(range.clone()).unwrap_or_default();
            let value = match value {
                Kept::Text(range) => PlainValue::Text(text(range)),
                Kept::Id(range) => PlainValue::Id(text(range)),
                Kept::Integer(number) => PlainValue::Integer(*number),
                Kept::Float(number) => PlainValue::Float(*number),
                Kept::Boolean(truth) => PlainValue::Boolean(*truth),
                Kept::Time(time) => PlainValue::Time(*time),
                Kept::Whole(value) => PlainValue::of(value)?,
            };
            Some((*code, name, value))
        })
    }

    /// The event by itself.
    pub fn to_event(&self) -> Event {
        let mut event = Event::new(self.id, self.activity.1.clone(), self.time);
        let about = |(_, case): (u64, &ObjectRef)| Relation {
            qualifier: vocabulary::CASE.into(),
            object: case.clone(),
        };
        event.objects = self.case.map(about).into_iter().collect();
        event.attributes.reserve_exact(self.held.values.len());
        event.attributes.extend(self.values().map(|(_, name, value)| (name.clone(), value.to_value())));
        event
    }
}

/// The values of the event at hand: its room is used again for the next.
#[derive(Default)]
pub(super) struct Held {
    values: Vec<(u32, Kept)>,
    texts: String,
    /// Whether some value is not a plain one.
    odd: bool,
}

/// A value by the number of its name; texts by where they stand.
enum Kept {
    Text(Range<usize>),
    Id(Range<usize>),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Time(Time),
    Whole(Value),
}

impl Held {
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.texts.clear();
        self.odd = false;
    }

    #[inline]
    pub(super) fn put(&mut self, name: u32, value: PlainValue<'_>) {
        let mut text = |text: &str| {
            let start = self.texts.len();
            self.texts.push_str(text);
            start..self.texts.len()
        };
        let kept = match value {
            PlainValue::Text(value) => Kept::Text(text(value)),
            PlainValue::Id(value) => Kept::Id(text(value)),
            PlainValue::Integer(number) => Kept::Integer(number),
            PlainValue::Float(number) => Kept::Float(number),
            PlainValue::Boolean(truth) => Kept::Boolean(truth),
            PlainValue::Time(time) => Kept::Time(time),
        };
        self.values.push((name, kept));
    }

    pub(super) fn put_whole(&mut self, name: u32, value: Value) {
        self.odd |= PlainValue::of(&value).is_none();
        self.values.push((name, Kept::Whole(value)));
    }

    pub(super) fn is_plain(&self) -> bool {
        !self.odd
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Everything, by itself.
    pub(super) fn to_values(&mut self, names: &[Name]) -> Vec<(Name, Value)> {
        let texts = &self.texts;
        let text = |range: Range<usize>| texts.get(range).unwrap_or_default().into();
        let values = self.values.drain(..).filter_map(|(code, value)| {
            let value = match value {
                Kept::Text(range) => Value::Text(text(range)),
                Kept::Id(range) => Value::Id(text(range)),
                Kept::Integer(number) => Value::Integer(number),
                Kept::Float(number) => Value::Float(number),
                Kept::Boolean(truth) => Value::Boolean(truth),
                Kept::Time(time) => Value::Time(time),
                Kept::Whole(value) => value,
            };
            Some((names.get(code as usize)?.clone(), value))
        });
        values.collect()
    }
}
