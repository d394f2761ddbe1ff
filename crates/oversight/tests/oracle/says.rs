//! Conditions that are at once a text in CEL and, written apart from CEL, what they mean.

use record::{Event, Value};

/// A condition on an activation and a target, or on one event, which then stands for both.
#[derive(Clone, Debug)]
pub enum Says {
    Has(Of, &'static str),
    Is(Term, Sign, Term),
    Among(Term, Vec<Literal>),
    /// The target comes at most so many seconds after the activation, or before it.
    Within(i64),
    Not(Box<Says>),
    And(Box<Says>, Box<Says>),
    Or(Box<Says>, Box<Says>),
}

#[derive(Clone, Copy, Debug)]
pub enum Of {
    Activation,
    Target,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    Equal,
    Unequal,
    Below,
    AtMost,
    Above,
    AtLeast,
}

#[derive(Clone, Copy, Debug)]
pub enum Term {
    Attribute(Of, &'static str),
    Activity(Of),
    Time(Of),
    Literal(Literal),
}

#[derive(Clone, Copy, Debug)]
pub enum Literal {
    Text(&'static str),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// Seconds after midnight of 1 January 1970, less than 60.
    Moment(i64),
}

/// A value that is there.
#[derive(Debug, PartialEq, PartialOrd)]
enum Known {
    Text(String),
    Number(f64),
    Boolean(bool),
    Moment(i64, u32),
}

impl Says {
    /// Whether it compares attributes of the two events in such a way that it says the same of them exchanged.
    pub fn is_mutual(&self) -> bool {
        fn parts<'s>(says: &'s Says, all: &mut Vec<&'s Says>) {
            match says {
                Says::And(one, other) => [one, other].into_iter().for_each(|inner| parts(inner, all)),
                other => all.push(other),
            }
        }
        let mut all = Vec::new();
        parts(self, &mut all);
        // What is asked of an attribute of the one and one of the other, by a sign.
        let asked = |says: &&Says| match says {
            Says::Is(Term::Attribute(Of::Activation, one), sign, Term::Attribute(Of::Target, other)) => {
                Some((*one, *sign, *other))
            }
            Says::Is(Term::Attribute(Of::Target, one), sign, Term::Attribute(Of::Activation, other)) => {
                Some((*other, sign.turned(), *one))
            }
            _ => None,
        };
        let asked: Option<Vec<_>> = all.iter().map(asked).collect();
        asked.is_some_and(|asked| {
            asked.iter().all(|(one, sign, other)| asked.contains(&(*other, sign.turned(), *one)))
        })
    }

    /// Whether it is so; none where that is unknown.
    pub fn holds(&self, activation: &Event, target: &Event) -> Option<bool> {
        match self {
            Self::Has(of, name) => Some(of.event(activation, target).attribute(name).is_some()),
            Self::Is(left, sign, right) => {
                sign.holds(&left.value(activation, target)?, &right.value(activation, target)?)
            }
            Self::Among(term, literals) => {
                let value = term.value(activation, target)?;
                Some(literals.iter().any(|literal| literal.value() == value))
            }
            Self::Within(seconds) => {
                let nanos = |event: &Event| {
                    i128::from(event.time.seconds()) * 1_000_000_000
                        + i128::from(event.time.subsecond_nanos())
                };
                Some(nanos(target) - nanos(activation) <= i128::from(*seconds) * 1_000_000_000)
            }
            Self::Not(inner) => inner.holds(activation, target).map(|truth| !truth),
            Self::And(left, right) => {
                match (left.holds(activation, target), right.holds(activation, target)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            Self::Or(left, right) => {
                match (left.holds(activation, target), right.holds(activation, target)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                }
            }
        }
    }

    /// Its text, with the names under which it speaks of the activation and of the target.
    pub fn cel(&self, names: [&str; 2]) -> String {
        match self {
            Self::Has(of, name) => format!("has({}.{name})", of.name(names)),
            Self::Is(left, sign, right) => {
                format!("{} {} {}", left.cel(names), sign.cel(), right.cel(names))
            }
            Self::Among(term, literals) => {
                let literals: Vec<String> = literals.iter().map(Literal::cel).collect();
                format!("{} in [{}]", term.cel(names), literals.join(", "))
            }
            Self::Within(seconds) => {
                let [activation, target] = names;
                format!("{target}.time - {activation}.time <= duration(\"{seconds}s\")")
            }
            Self::Not(inner) => format!("!({})", inner.cel(names)),
            Self::And(left, right) => format!("({}) && ({})", left.cel(names), right.cel(names)),
            Self::Or(left, right) => format!("({}) || ({})", left.cel(names), right.cel(names)),
        }
    }
}

impl Of {
    fn event<'e>(self, activation: &'e Event, target: &'e Event) -> &'e Event {
        match self {
            Self::Activation => activation,
            Self::Target => target,
        }
    }

    fn name(self, [activation, target]: [&str; 2]) -> &str {
        match self {
            Self::Activation => activation,
            Self::Target => target,
        }
    }
}

impl Sign {
    /// Values of different kinds are unequal, and none of them is the greater.
    fn holds(self, left: &Known, right: &Known) -> Option<bool> {
        let alike = std::mem::discriminant(left) == std::mem::discriminant(right);
        match self {
            Self::Equal => Some(left == right),
            Self::Unequal => Some(left != right),
            _ if !alike => None,
            Self::Below => Some(left < right),
            Self::AtMost => Some(left <= right),
            Self::Above => Some(left > right),
            Self::AtLeast => Some(left >= right),
        }
    }

    /// The sign that says the same with the sides exchanged.
    fn turned(self) -> Self {
        match self {
            Self::Below => Self::Above,
            Self::AtMost => Self::AtLeast,
            Self::Above => Self::Below,
            Self::AtLeast => Self::AtMost,
            Self::Equal | Self::Unequal => self,
        }
    }

    fn cel(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl Term {
    fn value(&self, activation: &Event, target: &Event) -> Option<Known> {
        Some(match self {
            Self::Attribute(of, name) => match of.event(activation, target).attribute(name)? {
                Value::Text(text) | Value::Id(text) => Known::Text(text.to_string()),
                Value::Integer(number) => Known::Number(*number as f64),
                Value::Float(number) => Known::Number(*number),
                Value::Boolean(truth) => Known::Boolean(*truth),
                Value::Time(time) => Known::Moment(time.seconds(), time.subsecond_nanos()),
                other => panic!("no log here has {other:?}"),
            },
            Self::Activity(of) => Known::Text(of.event(activation, target).activity.to_string()),
            Self::Time(of) => {
                let time = of.event(activation, target).time;
                Known::Moment(time.seconds(), time.subsecond_nanos())
            }
            Self::Literal(literal) => literal.value(),
        })
    }

    fn cel(&self, names: [&str; 2]) -> String {
        match self {
            Self::Attribute(of, name) => format!("{}.{name}", of.name(names)),
            Self::Activity(of) => format!("{}.activity", of.name(names)),
            Self::Time(of) => format!("{}.time", of.name(names)),
            Self::Literal(literal) => literal.cel(),
        }
    }
}

impl Literal {
    fn value(&self) -> Known {
        match self {
            Self::Text(text) => Known::Text((*text).to_owned()),
            Self::Integer(number) => Known::Number(*number as f64),
            Self::Float(number) => Known::Number(*number),
            Self::Boolean(truth) => Known::Boolean(*truth),
            Self::Moment(seconds) => Known::Moment(*seconds, 0),
        }
    }

    fn cel(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => format!("{number:?}"),
            Self::Boolean(truth) => truth.to_string(),
            Self::Moment(seconds) => format!("timestamp(\"1970-01-01T00:00:{seconds:02}Z\")"),
        }
    }
}
