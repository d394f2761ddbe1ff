use super::EventNumber;
use record::interop::PlainValue;
use record::{Codes, Time, Value};
use smol_str::SmolStr;

/// The values of one attribute, for the events that have it, in their order.
#[derive(Clone, Debug)]
pub struct Column {
    at: Vec<EventNumber>,
    present: Ranks,
    values: Values,
}

/// A value as it comes in: where it can be without what owns it.
#[derive(Clone, Copy)]
pub(super) enum Seen<'a> {
    Plain(PlainValue<'a>),
    Whole(&'a Value),
}

impl<'a> Seen<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        PlainValue::of(value).map_or(Self::Whole(value), Self::Plain)
    }

    fn to_value(self) -> Value {
        match self {
            Self::Plain(value) => value.to_value(),
            Self::Whole(value) => value.clone(),
        }
    }
}

/// A set of numbers, put in ascending, that tells of each how many are before it.
#[derive(Clone, Debug, Default)]
struct Ranks {
    /// For each 64 numbers which are there, and how many were before them.
    words: Vec<(u64, u32)>,
    len: u32,
}

impl Ranks {
    fn push(&mut self, number: u32) {
        let word = number as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, (0, self.len));
        }
        if let Some((bits, _)) = self.words.get_mut(word) {
            *bits |= 1 << (number % 64);
            self.len += 1;
        }
    }

    fn place(&self, number: u32) -> Option<usize> {
        let (bits, before) = *self.words.get(number as usize / 64)?;
        let bit = 1 << (number % 64);
        let among = (bits & (bit - 1)).count_ones();
        (bits & bit != 0).then_some((before + among) as usize)
    }
}

/// Values of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Texts and identifiers: for each its place among the distinct ones.
    Text {
        /// For each value its place in `distinct`.
        codes: Vec<u32>,
        /// Each text once, in the order in which they were first seen.
        distinct: Codes<SmolStr>,
    },
    /// Whole numbers.
    Integer(Vec<i64>),
    /// Numbers with a fraction, and whole ones among them.
    Float(Vec<f64>),
    /// True or false.
    Boolean(Vec<bool>),
    /// Moments.
    Time(Vec<Time>),
    /// Values of several kinds, or of kinds that hold others.
    Mixed(Vec<Value>),
}

impl Column {
    /// An empty column of the kind of `value`.
    pub(super) fn new(value: Seen<'_>) -> Self {
        use PlainValue::{Boolean, Float, Id, Integer, Text, Time};
        let values = match value {
            Seen::Plain(Text(_) | Id(_)) => Values::Text { codes: Vec::new(), distinct: Codes::default() },
            Seen::Plain(Integer(_)) => Values::Integer(Vec::new()),
            Seen::Plain(Float(_)) => Values::Float(Vec::new()),
            Seen::Plain(Boolean(_)) => Values::Boolean(Vec::new()),
            Seen::Plain(Time(_)) => Values::Time(Vec::new()),
            Seen::Whole(_) => Values::Mixed(Vec::new()),
        };
        Self { at: Vec::new(), present: Ranks::default(), values }
    }

    /// Adds the value of a later event. Of several values that one event has for a name, the first counts.
    #[inline]
    pub(super) fn push(&mut self, event: EventNumber, value: Seen<'_>) {
        if self.at.last() == Some(&event) {
            return;
        }
        self.at.push(event);
        self.present.push(event);
        let Seen::Plain(plain) = value else { return self.widen(value) };
        match (&mut self.values, plain) {
            (Values::Text { codes, distinct }, PlainValue::Text(text) | PlainValue::Id(text)) => {
                codes.push(distinct.put(text));
            }
            (Values::Integer(all), PlainValue::Integer(number)) => all.push(number),
            (Values::Float(all), PlainValue::Float(number)) => all.push(number),
            (Values::Float(all), PlainValue::Integer(number)) if exact(number) => all.push(number as f64),
            (Values::Boolean(all), PlainValue::Boolean(truth)) => all.push(truth),
            (Values::Time(all), PlainValue::Time(time)) => all.push(time),
            _ => self.widen(value),
        }
    }

    /// Adds a value that is not of the kind of those before it: the column takes on a kind that holds all of them.
    #[cold]
    fn widen(&mut self, value: Seen<'_>) {
        match (&mut self.values, value) {
            (Values::Mixed(all), value) => all.push(value.to_value()),
            (Values::Integer(all), Seen::Plain(PlainValue::Float(number)))
                if all.iter().all(|whole| exact(*whole)) =>
            {
                let mut wider: Vec<f64> = all.iter().map(|whole| *whole as f64).collect();
                wider.push(number);
                self.values = Values::Float(wider);
            }
            (_, value) => {
                let mut all: Vec<Value> = (0..self.at.len() - 1).filter_map(|nth| self.nth(nth)).collect();
                all.push(value.to_value());
                self.values = Values::Mixed(all);
            }
        }
    }

    /// The events that have a value, ascending.
    pub fn events(&self) -> &[EventNumber] {
        &self.at
    }

    /// Their values.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The place of an event's value among the column's; none where it has none.
    pub fn place(&self, event: EventNumber) -> Option<usize> {
        self.present.place(event)
    }

    /// Bytes of memory, about.
    pub(super) fn size(&self) -> usize {
        let (value, texts) = match &self.values {
            Values::Text { distinct, .. } => (4, distinct.size()),
            Values::Boolean(_) => (1, 0),
            Values::Integer(_) | Values::Float(_) => (8, 0),
            Values::Time(_) => (size_of::<Time>(), 0),
            Values::Mixed(_) => (size_of::<Value>(), 0),
        };
        self.at.capacity() * (4 + value) + self.present.words.capacity() * 16 + texts
    }

    /// An event's value.
    pub fn value(&self, event: EventNumber) -> Option<Value> {
        self.nth(self.place(event)?)
    }

    fn nth(&self, nth: usize) -> Option<Value> {
        self.seen(nth).map(Seen::to_value)
    }

    /// The value at a place.
    pub(super) fn seen(&self, nth: usize) -> Option<Seen<'_>> {
        Some(Seen::Plain(match &self.values {
            Values::Text { codes, distinct } => PlainValue::Text(distinct.get(*codes.get(nth)?)?.as_str()),
            Values::Integer(all) => PlainValue::Integer(*all.get(nth)?),
            Values::Float(all) => PlainValue::Float(*all.get(nth)?),
            Values::Boolean(all) => PlainValue::Boolean(*all.get(nth)?),
            Values::Time(all) => PlainValue::Time(*all.get(nth)?),
            Values::Mixed(all) => return all.get(nth).map(Seen::of),
        }))
    }
}

/// Whether a number with a fraction can stand for the whole number.
fn exact(number: i64) -> bool {
    number.unsigned_abs() <= 1 << 53
}
