use super::value::{Kind, Value, ValueRef};
use smol_str::SmolStr;
use std::cmp::Ordering;

/// A map's key. Whole numbers are equal whatever their kind.
#[derive(Clone, Debug)]
pub enum Key {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number from 0 on.
    Uint(u64),
    /// Text.
    String(SmolStr),
}

impl Key {
    /// The key that `value` is, if its kind may be one.
    pub fn of(value: ValueRef<'_>) -> Option<Self> {
        Some(match value {
            ValueRef::Bool(value) => Self::Bool(value),
            ValueRef::Int(value) => Self::Int(value),
            ValueRef::Uint(value) => Self::Uint(value),
            ValueRef::String(value) => Self::String(value.into()),
            _ => return None,
        })
    }

    /// The text of a text key.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The key as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Uint(value) => Value::Uint(*value),
            Self::String(value) => Value::String(value.clone()),
        }
    }

    /// Its order against a value, which may be no key: bools, then numbers, then text.
    fn against(&self, value: ValueRef<'_>) -> Option<Ordering> {
        let place = |kind| match kind {
            Kind::Bool => Some(0),
            Kind::Int | Kind::Uint | Kind::Double => Some(1),
            Kind::String => Some(2),
            _ => None,
        };
        let own = match self {
            Self::Bool(value) => ValueRef::Bool(*value),
            Self::Int(value) => ValueRef::Int(*value),
            Self::Uint(value) => ValueRef::Uint(*value),
            Self::String(value) => ValueRef::String(value),
        };
        match place(own.kind())?.cmp(&place(value.kind())?) {
            Ordering::Equal => own.compare(value)?,
            other => Some(other),
        }
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.against(other.to_value().view()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

/// Values by key, kept in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<(Key, Value)>,
}

impl Map {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The key at `index` in the order of the keys.
    pub(super) fn key(&self, index: usize) -> Option<&Key> {
        self.entries.get(index).map(|(key, _)| key)
    }

    /// The value at `key`, which may be of any kind.
    pub fn get(&self, key: ValueRef<'_>) -> Option<&Value> {
        // A key of no order (a list, a NaN) is found nowhere.
        let place =
            self.entries.binary_search_by(|(own, _)| own.against(key).unwrap_or(Ordering::Less)).ok()?;
        self.entries.get(place).map(|(_, value)| value)
    }

    /// The value at the text key `name`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.get(ValueRef::String(name))
    }
}

impl FromIterator<(Key, Value)> for Map {
    /// Of equal keys the last counts.
    fn from_iter<I: IntoIterator<Item = (Key, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.reverse();
        entries.dedup_by(|(a, _), (b, _)| a == b);
        entries.reverse();
        Self { entries }
    }
}
