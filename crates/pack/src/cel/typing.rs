use super::schema::{Choice, Choices, Schema};
use super::value::{Kind, ValueRef};
use std::fmt;
use std::sync::Arc;

/// What is known of a value before evaluation.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// A whole number from 0 on.
    Uint,
    /// A number with a fraction.
    Double,
    /// Text.
    String,
    /// Text that is one of a form's listed values.
    Choice(Arc<Choices>),
    /// Bytes.
    Bytes,
    /// A moment.
    Timestamp,
    /// A calendar day, without a time or a zone. Not in standard CEL; made by `date("2026-01-31")`.
    Date,
    /// A length of time.
    Duration,
    /// `null`.
    Null,
    /// Values in order.
    List(Arc<Type>),
    /// Values by key; keys are bool, int, uint or string.
    Map(Arc<Type>, Arc<Type>),
    /// Named fields, each of which may be absent.
    Object(Arc<Schema>),
    /// What `type(x)` yields.
    Type,
    /// Known only when evaluated; goes with every other type.
    Dyn,
    /// No value at all: the elements of `[]`.
    Never,
}

impl Type {
    /// A list of `element`.
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// A map from `key` to `value`.
    pub fn map(key: Self, value: Self) -> Self {
        Self::Map(Arc::new(key), Arc::new(value))
    }

    /// Text that is one of `choices`.
    pub fn choice<I: IntoIterator<Item = Choice>>(choices: I) -> Self {
        Self::Choice(Arc::new(choices.into_iter().collect()))
    }

    /// Whether every value of this type may stand where `wanted` is asked for.
    pub fn fits(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Never | Self::Dyn, _) | (_, Self::Dyn) | (Self::Choice(_), Self::String) => true,
            (Self::List(a), Self::List(b)) => a.fits(b),
            (Self::Map(k, v), Self::Map(l, w)) => k.fits(l) && v.fits(w),
            _ => self == wanted,
        }
    }

    /// The least type that both fit, if they have one.
    pub fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Dyn, _) | (_, Self::Dyn) => Some(Self::Dyn),
            (Self::Never, t) | (t, Self::Never) => Some(t.clone()),
            (a, b) if a == b => Some(a.clone()),
            (Self::Choice(_) | Self::String, Self::Choice(_) | Self::String) => Some(Self::String),
            (Self::List(a), Self::List(b)) => a.join(b).map(Self::list),
            (Self::Map(k, v), Self::Map(l, w)) => Some(Self::map(k.join(l)?, v.join(w)?)),
            _ => None,
        }
    }

    /// Whether `value` is of this type, in depth: what a [`Source`](super::Source) may answer for it.
    pub fn admits(&self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Self::Dyn, _) => true,
            (Self::Choice(choices), ValueRef::String(text)) => choices.contains(text),
            (Self::List(of), ValueRef::List(items)) => items.iter().all(|item| of.admits(item.view())),
            (Self::Map(key, of), ValueRef::Map(map)) => {
                map.iter().all(|(k, v)| key.admits(k.to_value().view()) && of.admits(v.view()))
            }
            (Self::Object(schema), ValueRef::Map(map)) => map.iter().all(|(key, value)| match key.as_str() {
                Some(id) => schema.exact(id).is_some_and(|field| field.ty.admits(value.view())),
                None => false,
            }),
            (ty, value) => ty.kind() == Some(value.kind()) && !matches!(ty, Self::Choice(_) | Self::List(_)),
        }
    }

    /// The kind that every value of this type has when evaluated; `None` for [`Type::Dyn`] and [`Type::Never`].
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Bool => Kind::Bool,
            Self::Int => Kind::Int,
            Self::Uint => Kind::Uint,
            Self::Double => Kind::Double,
            Self::String | Self::Choice(_) => Kind::String,
            Self::Bytes => Kind::Bytes,
            Self::Timestamp => Kind::Timestamp,
            Self::Date => Kind::Date,
            Self::Duration => Kind::Duration,
            Self::Null => Kind::Null,
            Self::List(_) => Kind::List,
            Self::Map(..) | Self::Object(_) => Kind::Map,
            Self::Type => Kind::Type,
            Self::Dyn | Self::Never => return None,
        })
    }

    /// The type in words and in CEL's own name, for messages: ``a whole number (`int`)``.
    pub fn described(&self) -> String {
        match self {
            Self::Choice(choices) => format!("text (one of {})", choices.listed()),
            other => format!("{} (`{other}`)", other.words()),
        }
    }

    /// The same to stand in parentheses: ``a whole number, `int` ``.
    pub(super) fn bare(&self) -> String {
        match self {
            Self::Choice(choices) => format!("one of {}", choices.listed()),
            other => format!("{}, `{other}`", other.words()),
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Uint => "an unsigned number",
            Self::Double => "a number with a fraction",
            Self::String | Self::Choice(_) => "text",
            Self::Bytes => "bytes",
            Self::Timestamp => "a moment",
            Self::Date => "a day",
            Self::Duration => "a length of time",
            Self::Null => "nothing",
            Self::List(_) => "a list",
            Self::Map(..) => "a map",
            Self::Object(_) => "an object",
            Self::Type => "a type",
            Self::Dyn => "of any type",
            Self::Never => "the element of an empty list",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(of) => write!(f, "list({of})"),
            Self::Map(key, of) => write!(f, "map({key}, {of})"),
            Self::Object(schema) => f.write_str(&schema.name),
            Self::Dyn => f.write_str("dyn"),
            Self::Never => f.write_str("never"),
            other => f.write_str(other.kind().map_or("dyn", Kind::name)),
        }
    }
}
