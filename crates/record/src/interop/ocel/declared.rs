use crate::interop::fault::{Problem, excerpt};
use crate::interop::vocabulary;
use crate::{Event, Name, Time, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// The header's attribute with the types of events, each a map of its attributes' types.
const EVENT_TYPES: &str = "event types";
/// The header's attribute with the types of objects, each a map of its attributes' types.
const OBJECT_TYPES: &str = "object types";
/// The header's attribute that names the format.
pub(super) const FORMAT: &str = "format";

/// An attribute's declared type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Time,
    Integer,
    Float,
    Boolean,
}

impl Kind {
    /// The type that OCEL calls `name`, or one of its dialects does.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "string" => Self::Text,
            "time" | "date" | "timestamp" | "datetime" => Self::Time,
            "integer" | "int" => Self::Integer,
            "float" | "double" | "real" => Self::Float,
            "boolean" | "bool" => Self::Boolean,
            _ => return None,
        })
    }

    /// OCEL's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Time => "time",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
        }
    }

    /// The type in which a value can be written as itself; text if it can only be wrapped.
    pub(super) fn of(value: &Value) -> Self {
        if vocabulary::wrapped(value).is_some() {
            return Self::Text;
        }
        match value {
            Value::Time(_) => Self::Time,
            Value::Integer(_) => Self::Integer,
            Value::Float(_) => Self::Float,
            Value::Boolean(_) => Self::Boolean,
            _ => Self::Text,
        }
    }
}

/// The declared types of events, or of objects, in order.
#[derive(Default)]
pub(super) struct Types {
    list: Vec<Type>,
    positions: HashMap<String, usize>,
}

/// A declared type.
pub(super) struct Type {
    pub(super) name: String,
    pub(super) attributes: Vec<(Name, Kind)>,
}

impl Type {
    /// The declared type of an attribute.
    pub(super) fn kind(&self, name: &str) -> Option<Kind> {
        self.attributes.iter().find(|(own, _)| own.as_str() == name).map(|(_, kind)| *kind)
    }

    /// Makes room for `value`: an attribute whose values are of several types is a text.
    pub(super) fn admit(&mut self, name: &Name, value: &Value) {
        let kind = Kind::of(value);
        match self.attributes.iter_mut().find(|(own, _)| own == name) {
            Some((_, declared)) if *declared == kind => {}
            Some((_, declared)) => *declared = Kind::Text,
            None => self.attributes.push((name.clone(), kind)),
        }
    }
}

impl Types {
    pub(super) fn get(&self, name: &str) -> Option<&Type> {
        self.positions.get(name).and_then(|position| self.list.get(*position))
    }

    /// The type of that name, declared now if it was not.
    pub(super) fn entry(&mut self, name: &str) -> Option<&mut Type> {
        let position = match self.positions.get(name) {
            Some(position) => *position,
            None => {
                self.positions.insert(name.to_owned(), self.list.len());
                self.list.push(Type { name: name.to_owned(), attributes: Vec::new() });
                self.list.len() - 1
            }
        };
        self.list.get_mut(position)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Type> {
        self.list.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    fn to_value(&self) -> Value {
        let attribute = |(name, kind): &(Name, Kind)| (name.clone(), Value::from(kind.name()));
        let member = |kind: &Type| {
            (Name::new(&kind.name), Value::Map(kind.attributes.iter().map(attribute).collect()))
        };
        // The type of the objects that carry another log's header is not one of the log's own.
        Value::Map(self.list.iter().filter(|own| own.name != vocabulary::HEADER).map(member).collect())
    }

    fn declare(&mut self, declared: &Value) {
        let Value::Map(types) = declared else { return };
        for (name, attributes) in types {
            let (Some(own), Value::Map(attributes)) = (self.entry(name.as_str()), attributes) else {
                continue;
            };
            for (name, kind) in attributes {
                let Some(kind) = kind.as_text().and_then(Kind::parse) else { continue };
                match own.attributes.iter_mut().find(|(own, _)| own == name) {
                    Some((_, known)) if *known != kind => *known = Kind::Text,
                    Some(_) => {}
                    None => own.attributes.push((name.clone(), kind)),
                }
            }
        }
    }
}

/// The header of a log with these declarations.
pub(super) fn header(prefix: &str, format: &str, events: &Types, objects: &Types) -> Event {
    vocabulary::header(prefix, 1)
        .with(FORMAT, format)
        .with_value(EVENT_TYPES, events.to_value())
        .with_value(OBJECT_TYPES, objects.to_value())
}

/// Whether an attribute of a header is one that [`header`] writes.
pub(super) fn is_declaration(name: &str) -> bool {
    matches!(name, FORMAT | EVENT_TYPES | OBJECT_TYPES)
}

/// Declares what a header declares.
pub(super) fn read_header(header: &Event, events: &mut Types, objects: &mut Types) {
    for (types, name) in [(events, EVENT_TYPES), (objects, OBJECT_TYPES)] {
        if let Some(declared) = header.attribute(name) {
            types.declare(declared);
        }
    }
}

trait WithValue {
    fn with_value(self, name: &str, value: Value) -> Self;
}

impl WithValue for Event {
    fn with_value(mut self, name: &str, value: Value) -> Self {
        self.attributes.push((name.into(), value));
        self
    }
}

/// A value as a file has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    Null,
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// Something that no attribute may have, as it would read in a message.
    Other(String),
}

/// The value of `raw` for an attribute of type `kind`, or of the type it is written in if none is declared. Nothing for
/// null.
pub(super) fn typed(what: &str, raw: Raw, kind: Option<Kind>) -> Result<Option<Value>, Problem> {
    let Some(kind) = kind else { return natural(what, raw) };
    let text = match &raw {
        Raw::Text(text) => text.trim(),
        _ => "",
    };
    let value = match (kind, &raw) {
        (_, Raw::Null) => return Ok(None),
        (Kind::Text, Raw::Text(text)) => Some(vocabulary::unwrapped(Cow::Borrowed(text))),
        (_, Raw::Text(_)) if text == "null" => return Ok(None),
        (Kind::Time, Raw::Text(_)) => Time::parse(text).ok().map(Value::Time),
        (Kind::Integer, Raw::Integer(number)) => Some(Value::Integer(*number)),
        (Kind::Integer, Raw::Text(_)) => text.parse().ok().map(Value::Integer),
        (Kind::Integer, Raw::Float(number)) => whole(*number).map(Value::Integer),
        (Kind::Float, Raw::Float(number)) => Some(Value::Float(*number)),
        (Kind::Float, Raw::Integer(number)) => exact(*number).map(Value::Float),
        (Kind::Float, Raw::Text(_)) => crate::interop::float(text).map(Value::Float),
        (Kind::Boolean, Raw::Boolean(truth)) => Some(Value::Boolean(*truth)),
        (Kind::Boolean, Raw::Integer(0)) => Some(Value::Boolean(false)),
        (Kind::Boolean, Raw::Integer(1)) => Some(Value::Boolean(true)),
        (Kind::Boolean, Raw::Text(_)) => truth(text).map(Value::Boolean),
        _ => None,
    };
    let wanted = match kind {
        Kind::Text => "a text",
        Kind::Time => "a time like `2026-01-31T08:30:00+08:00`",
        Kind::Integer => "a whole number of at most 64 bits",
        Kind::Float => "a number like `1.5`",
        Kind::Boolean => "`true` or `false`",
    };
    value.map(Some).ok_or_else(|| mistyped(what, &raw, wanted))
}

fn natural(what: &str, raw: Raw) -> Result<Option<Value>, Problem> {
    Ok(Some(match raw {
        Raw::Null => return Ok(None),
        Raw::Text(text) => vocabulary::unwrapped(text.into()),
        Raw::Integer(number) => Value::Integer(number),
        Raw::Float(number) => Value::Float(number),
        Raw::Boolean(truth) => Value::Boolean(truth),
        Raw::Other(_) => return Err(mistyped(what, &raw, "a text, number, time or truth value")),
    }))
}

pub(super) fn mistyped(what: &str, raw: &Raw, kind: &'static str) -> Problem {
    let text = match raw {
        Raw::Null => "null".to_owned(),
        Raw::Text(text) | Raw::Other(text) => excerpt(text),
        Raw::Integer(number) => number.to_string(),
        Raw::Float(number) => number.to_string(),
        Raw::Boolean(truth) => truth.to_string(),
    };
    Problem::Type { what: what.to_owned(), text, kind }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

const EXACT: f64 = 9_007_199_254_740_992.0;

fn whole(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn exact(number: i64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "checked to be exact")]
    let float = number as f64;
    (float.abs() <= EXACT).then_some(float)
}
