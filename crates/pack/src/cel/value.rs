use super::map::{Key, Map};
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

/// A whole number against a double, as the double nearest to it: CEL's conformance tests ask for that loss.
#[expect(clippy::cast_precision_loss, reason = "CEL rounds to the nearest double")]
fn with_double(whole: i128, double: f64) -> Option<Ordering> {
    (whole as f64).partial_cmp(&double)
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
