//! One attribute: its tag, its type, and what it contains.

use super::{DEEPEST, parts};
use crate::interop::fault::{ImportError, Problem, excerpt};
use crate::interop::intake::Intake;
use crate::interop::taken::PlainValue;
use crate::interop::vocabulary;
use crate::interop::xml::{Scanner, Tag, Token};
use crate::{Name, Time, Value};
use std::borrow::Cow;
use std::io::Read;

/// An XES attribute's type.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    String,
    Date,
    Int,
    Float,
    Boolean,
    Id,
    List,
    Container,
}

/// An attribute's tag.
pub(super) struct Raw<'a> {
    pub(super) kind: Kind,
    pub(super) key: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

/// Reads attributes up to the end of the element that holds them.
pub(super) fn attributes<R: Read>(
    scanner: &mut Scanner<R>,
    intake: &mut Intake<'_>,
    depth: usize,
    out: &mut Vec<(Name, Value)>,
) -> Result<(), ImportError> {
    loop {
        let token = scanner.next()?;
        match token {
            Token::End => return Ok(()),
            Token::Start(tag) => {
                let empty = tag.empty;
                let parsed = parse(&tag);
                attribute(scanner, intake, parsed, empty, depth, out)?;
            }
            _ => stray(scanner, intake, "an attribute")?,
        }
    }
}

/// Takes the attribute whose tag was read, with what it contains.
#[inline]
pub(super) fn attribute<R: Read>(
    scanner: &mut Scanner<R>,
    intake: &mut Intake<'_>,
    parsed: Parsed,
    empty: bool,
    depth: usize,
    out: &mut Vec<(Name, Value)>,
) -> Result<(), ImportError> {
    match parsed {
        Ok((name, value, kind)) => {
            if empty {
                out.push((name, value));
            } else if depth >= DEEPEST {
                intake.refuse(scanner.place(), Problem::Deep { deepest: DEEPEST });
                skip(scanner)?;
            } else {
                let value = nested(scanner, intake, value, kind, depth)?;
                out.push((name, value));
            }
            Ok(())
        }
        Err(Bad::Fault(what)) => Err(scanner.malformed(what)),
        Err(Bad::Problem(problem)) => {
            intake.refuse(scanner.place(), *problem);
            if empty { Ok(()) } else { skip(scanner) }
        }
    }
}

/// Reads what an attribute contains: a container's members, a list's items, or attributes of the attribute itself.
pub(super) fn nested<R: Read>(
    scanner: &mut Scanner<R>,
    intake: &mut Intake<'_>,
    value: Value,
    kind: Kind,
    depth: usize,
) -> Result<Value, ImportError> {
    let mut members = Vec::new();
    if kind != Kind::List {
        attributes(scanner, intake, depth + 1, &mut members)?;
        return Ok(match kind {
            Kind::Container => Value::Map(members),
            _ if members.is_empty() => value,
            _ => Value::Annotated(Box::new(value), members),
        });
    }
    let mut items = Vec::new();
    loop {
        let token = scanner.next()?;
        match token {
            Token::End => break,
            Token::Start(tag) => {
                let empty = tag.empty;
                if tag.name() == "values" {
                    if !empty {
                        attributes(scanner, intake, depth + 1, &mut items)?;
                    }
                } else {
                    let parsed = parse(&tag);
                    attribute(scanner, intake, parsed, empty, depth + 1, &mut members)?;
                }
            }
            _ => stray(scanner, intake, "a list")?,
        }
    }
    let item = |(name, value): (Name, Value)| match name.as_str() {
        vocabulary::ITEM => value,
        _ => Value::Map(vec![(name, value)]),
    };
    let list = Value::List(items.into_iter().map(item).collect());
    Ok(if members.is_empty() { list } else { Value::Annotated(Box::new(list), members) })
}

/// Passes over the rest of the element that was begun last.
pub(super) fn skip<R: Read>(scanner: &mut Scanner<R>) -> Result<(), ImportError> {
    let mut open = 1;
    while open > 0 {
        match scanner.next()? {
            Token::Start(tag) if !tag.empty => open += 1,
            Token::End => open -= 1,
            _ => {}
        }
    }
    Ok(())
}

/// An attribute's name and value without what it contains.
pub(super) type Parsed = Result<(Name, Value, Kind), Bad>;

/// Why a tag is no attribute.
pub(super) enum Bad {
    Fault(Cow<'static, str>),
    Problem(Box<Problem>),
}

impl From<Cow<'static, str>> for Bad {
    fn from(what: Cow<'static, str>) -> Self {
        Self::Fault(what)
    }
}

#[inline]
pub(super) fn raw<'a>(tag: &Tag<'a>) -> Result<Raw<'a>, Bad> {
    let kind = match tag.name() {
        "string" => Kind::String,
        "date" => Kind::Date,
        "int" => Kind::Int,
        "float" => Kind::Float,
        "boolean" => Kind::Boolean,
        "id" => Kind::Id,
        "list" => Kind::List,
        "container" => Kind::Container,
        other => return Err(unknown(format!("element `<{}>`", excerpt(other)), "this element")),
    };
    let Some(key) = tag.get("key")? else { return Err(missing(kind, "key")) };
    let value = match tag.get("value")? {
        Some(value) => value,
        None if matches!(kind, Kind::List | Kind::Container) => Cow::Borrowed(""),
        None => return Err(missing(kind, "value")),
    };
    if tag.len() > 2
        && let Some(name) = tag_extra(tag, &["key", "value"])
    {
        return Err(unknown(format!("the tag's `{}`", excerpt(&name)), "an attribute"));
    }
    Ok(Raw { kind, key, value })
}

#[cold]
pub(super) fn unknown(part: String, what: &str) -> Bad {
    Bad::Problem(Box::new(Problem::Unknown { part, what: what.to_owned() }))
}

#[cold]
pub(super) fn missing(kind: Kind, part: &str) -> Bad {
    let what = format!("the {} attribute", kind.name());
    Bad::Problem(Box::new(Problem::Missing { what, part: format!("`{part}`") }))
}

pub(super) fn tag_extra(tag: &Tag<'_>, known: &[&str]) -> Option<String> {
    tag.names().find(|name| !known.contains(name)).map(str::to_owned)
}

/// The XML attributes of a tag, in order.
pub(super) fn members(tag: &Tag<'_>) -> Result<Vec<(Name, Value)>, Cow<'static, str>> {
    let member = |name| Ok((Name::new(name), Value::from(&*tag.get(name)?.unwrap_or_default())));
    tag.names().map(member).collect()
}

impl Kind {
    /// The plain value that a text is as one of this kind; none if it is none, or no plain one.
    #[inline]
    pub(super) fn plain(self, text: &str) -> Option<PlainValue<'_>> {
        Some(match self {
            Self::String if text.starts_with(vocabulary::JSON) => return None,
            Self::String => PlainValue::Text(text),
            Self::Date => PlainValue::Time(Time::parse(text).ok()?),
            Self::Int => PlainValue::Integer(text.trim().parse().ok()?),
            Self::Float => PlainValue::Float(crate::interop::float(text)?),
            Self::Boolean => PlainValue::Boolean(parts::boolean(text)?),
            Self::Id => PlainValue::Id(text),
            Self::List | Self::Container => return None,
        })
    }

    /// What a value of it is, with an example.
    fn example(self) -> &'static str {
        match self {
            Self::Date => "a time like `2026-01-31T08:30:00+08:00`",
            Self::Int => "a whole number of at most 64 bits",
            Self::Float => "a number like `1.5`",
            Self::Boolean => "`true` or `false`",
            other => other.name(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Date => "date",
            Self::Int => "int",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Id => "id",
            Self::List => "list",
            Self::Container => "container",
        }
    }
}

#[inline]
pub(super) fn parse(tag: &Tag<'_>) -> Parsed {
    raw(tag).and_then(|raw| typed(&raw))
}

#[inline]
pub(super) fn typed(raw: &Raw<'_>) -> Parsed {
    let text = &*raw.value;
    let value = match (raw.kind.plain(text), raw.kind) {
        (Some(value), _) => value.to_value(),
        (None, Kind::String) => vocabulary::unwrapped(Cow::Borrowed(text)),
        (None, Kind::List) => Value::List(Vec::new()),
        (None, Kind::Container) => Value::Map(Vec::new()),
        (None, kind) => return Err(wrong(&raw.key, text, kind.example())),
    };
    Ok((Name::new(&*raw.key), value, raw.kind))
}

#[cold]
pub(super) fn wrong(key: &str, text: &str, kind: &'static str) -> Bad {
    let what = format!("attribute `{}`", excerpt(key));
    Bad::Problem(Box::new(Problem::Type { what, text: excerpt(text), kind }))
}

pub(super) fn extra<R: Read>(
    scanner: &Scanner<R>,
    intake: &mut Intake<'_>,
    unknown: &Option<String>,
    what: &str,
) {
    if let Some(name) = unknown {
        let part = format!("the tag's `{}`", excerpt(name));
        intake.refuse(scanner.place(), Problem::Unknown { part, what: what.to_owned() });
    }
}

pub(super) fn stray<R: Read>(
    scanner: &Scanner<R>,
    intake: &mut Intake<'_>,
    what: &str,
) -> Result<(), ImportError> {
    intake.refuse(scanner.place(), Problem::Unknown { part: "text".to_owned(), what: what.to_owned() });
    Ok(())
}
