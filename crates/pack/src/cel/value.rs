use jiff::SignedDuration;
use jiff::civil::Date;
use record::Time;
use smol_str::SmolStr;
use std::cmp::Ordering;
use std::sync::Arc;

/// A value that expressions take and yield. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number from 0 on.
    Uint(u64),
    /// A number with a fraction.
    Double(f64),
    /// Text.
    String(SmolStr),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A moment.
    Timestamp(Time),
    /// A calendar day.
    Date(Date),
    /// A length of time, at most ±292 years.
    Duration(SignedDuration),
    /// Values in order.
    List(Arc<[Value]>),
    /// Values by key; objects too, by the ids of their fields.
    Map(Arc<Map>),
    /// What `type(x)` yields.
    Type(Kind),
}

/// A view of a value that owns nothing: what a [`Source`](super::Source) hands out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// `null`
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number from 0 on.
    Uint(u64),
    /// A number with a fraction.
    Double(f64),
    /// Text.
    String(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A moment.
    Timestamp(Time),
    /// A calendar day.
    Date(Date),
    /// A length of time.
    Duration(SignedDuration),
    /// Values in order.
    List(&'a [Value]),
    /// Values by key.
    Map(&'a Map),
    /// What `type(x)` yields.
    Type(Kind),
}

/// What sort of value it is, whatever its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A whole number from 0 on.
    Uint,
    /// A number with a fraction.
    Double,
    /// Text.
    String,
    /// Bytes.
    Bytes,
    /// A moment.
    Timestamp,
    /// A calendar day.
    Date,
    /// A length of time.
    Duration,
    /// Values in order.
    List,
    /// Values by key.
    Map,
    /// A type.
    Type,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Null,
        Self::Bool,
        Self::Int,
        Self::Uint,
        Self::Double,
        Self::String,
        Self::Bytes,
        Self::Timestamp,
        Self::Date,
        Self::Duration,
        Self::List,
        Self::Map,
        Self::Type,
    ];

    /// The name by which expressions know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::List => "list",
            Self::Map => "map",
            Self::Type => "type",
        }
    }

    /// The kind that expressions call `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Value {
    /// A list.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// An object, or a map with text for keys; of equal keys the last counts.
    pub fn object<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(Arc::new(
            entries.into_iter().map(|(key, value)| (Key::from(key.as_ref()), value)).collect(),
        ))
    }

    /// The view of it.
    pub fn view(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Bool(value) => ValueRef::Bool(*value),
            Self::Int(value) => ValueRef::Int(*value),
            Self::Uint(value) => ValueRef::Uint(*value),
            Self::Double(value) => ValueRef::Double(*value),
            Self::String(value) => ValueRef::String(value),
            Self::Bytes(value) => ValueRef::Bytes(value),
            Self::Timestamp(value) => ValueRef::Timestamp(*value),
            Self::Date(value) => ValueRef::Date(*value),
            Self::Duration(value) => ValueRef::Duration(*value),
            Self::List(value) => ValueRef::List(value),
            Self::Map(value) => ValueRef::Map(value),
            Self::Type(value) => ValueRef::Type(*value),
        }
    }
}

impl ValueRef<'_> {
    /// An owned copy.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Uint(value) => Value::Uint(value),
            Self::Double(value) => Value::Double(value),
            Self::String(value) => Value::String(value.into()),
            Self::Bytes(value) => Value::Bytes(value.into()),
            Self::Timestamp(value) => Value::Timestamp(value),
            Self::Date(value) => Value::Date(value),
            Self::Duration(value) => Value::Duration(value),
            Self::List(value) => Value::List(value.into()),
            Self::Map(value) => Value::Map(Arc::new(value.clone())),
            Self::Type(value) => Value::Type(value),
        }
    }

    /// What sort of value it is.
    pub fn kind(self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Uint(_) => Kind::Uint,
            Self::Double(_) => Kind::Double,
            Self::String(_) => Kind::String,
            Self::Bytes(_) => Kind::Bytes,
            Self::Timestamp(_) => Kind::Timestamp,
            Self::Date(_) => Kind::Date,
            Self::Duration(_) => Kind::Duration,
            Self::List(_) => Kind::List,
            Self::Map(_) => Kind::Map,
            Self::Type(_) => Kind::Type,
        }
    }

    /// CEL's equality: numbers on one line whatever their kind, all else only within its kind; never an error.
    pub fn equals(self, other: ValueRef<'_>) -> bool {
        match (self, other) {
            (Self::String(a), ValueRef::String(b)) => a == b,
            (Self::Bool(a), ValueRef::Bool(b)) => a == b,
            (Self::Bytes(a), ValueRef::Bytes(b)) => a == b,
            (Self::Null, ValueRef::Null) => true,
            (Self::Type(a), ValueRef::Type(b)) => a == b,
            (Self::List(a), ValueRef::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.view().equals(b.view()))
            }
            (Self::Map(a), ValueRef::Map(b)) => {
                let mut pairs = a.iter().zip(b.iter());
                a.len() == b.len() && pairs.all(|((k, v), (l, w))| k == l && v.view().equals(w.view()))
            }
            (a, b) => a.compare(b) == Some(Some(Ordering::Equal)),
        }
    }

    /// The order of two values; `None` where kinds have none, `Some(None)` where a double is no number.
    pub fn compare(self, other: ValueRef<'_>) -> Option<Option<Ordering>> {
        Some(match (self, other) {
            (Self::Int(a), ValueRef::Int(b)) => Some(a.cmp(&b)),
            (Self::String(a), ValueRef::String(b)) => Some(a.cmp(b)),
            (Self::Double(a), ValueRef::Double(b)) => a.partial_cmp(&b),
            (Self::Uint(a), ValueRef::Uint(b)) => Some(a.cmp(&b)),
            (Self::Timestamp(a), ValueRef::Timestamp(b)) => Some(a.cmp(&b)),
            (Self::Date(a), ValueRef::Date(b)) => Some(a.cmp(&b)),
            (Self::Duration(a), ValueRef::Duration(b)) => Some(a.cmp(&b)),
            (Self::Bool(a), ValueRef::Bool(b)) => Some(a.cmp(&b)),
            (Self::Bytes(a), ValueRef::Bytes(b)) => Some(a.cmp(b)),
            (Self::Int(a), ValueRef::Uint(b)) => Some(i128::from(a).cmp(&i128::from(b))),
            (Self::Uint(a), ValueRef::Int(b)) => Some(i128::from(a).cmp(&i128::from(b))),
            (Self::Int(a), ValueRef::Double(b)) => with_double(a.into(), b),
            (Self::Uint(a), ValueRef::Double(b)) => with_double(a.into(), b),
            (Self::Double(a), ValueRef::Int(b)) => with_double(b.into(), a).map(Ordering::reverse),
            (Self::Double(a), ValueRef::Uint(b)) => with_double(b.into(), a).map(Ordering::reverse),
            _ => return None,
        })
    }
}

/// A whole number against a double, exactly: on one line of numbers, without rounding the whole one.
fn with_double(whole: i128, double: f64) -> Option<Ordering> {
    const BEYOND: f64 = 1e30;
    if double.is_nan() {
        return None;
    }
    if double.abs() > BEYOND {
        return Some(if double > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let floor = double.floor();
    #[expect(clippy::cast_possible_truncation, reason = "below 1e30 and whole, so it fits an i128")]
    let order = whole.cmp(&(floor as i128));
    Some(if order == Ordering::Equal && double > floor { Ordering::Less } else { order })
}

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

macro_rules! from {
    ($($from:ty => $variant:ident),*) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        })*
    };
}
from!(bool => Bool, i64 => Int, u64 => Uint, f64 => Double, &str => String, String => String, SmolStr => String);
from!(Time => Timestamp, Date => Date, SignedDuration => Duration, Vec<u8> => Bytes);
