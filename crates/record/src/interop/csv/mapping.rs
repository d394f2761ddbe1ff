use crate::interop::vocabulary::CASE;
use crate::{Name, ObjectType, Qualifier};
use std::fmt::{self, Write as _};

/// Which column of a CSV file is what, written as `case=CaseID,activity=Activity,time=Timestamp,object:order=OrderID`.
///
/// The parts, each `ROLE=COLUMN`:
///
/// - `activity`, which is needed; `time`, without which rows are taken in only where that is asked for, and in their order;
///   `id`, the event's own; `case`, short for `object:case/case`;
/// - `full-id`, an id that stands on the record as it is, with no prefix before it: the rows are a record's own;
/// - `object:TYPE` or `object:TYPE/QUALIFIER`, one object of that type; `objects:…`, several, parted by `;`;
/// - `link:…` and `links:…`, written alike, what the object of a row is linked to;
/// - `text:NAME`, `integer:NAME`, `float:NAME`, `boolean:NAME` or `time:NAME`, an attribute of that type;
/// - `format=FORMAT`, how times are written if not as ISO 8601 has it (`%d.%m.%Y %H:%M`);
/// - `delimiter=CHARACTER`, what parts cells if not a comma, semicolon or tab.
///
/// A backslash takes a comma, `=`, `/`, `:` or backslash after it as itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pub(super) columns: Vec<Column>,
    pub(super) time_format: Option<String>,
    pub(super) delimiter: Option<u8>,
}

/// A column, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) header: String,
    pub(super) role: Role,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    FullId,
    Activity,
    Time,
    Object {
        kind: ObjectType,
        qualifier: Qualifier,
        many: bool,
    },
    /// What the object that a row is about is linked to.
    Link {
        kind: ObjectType,
        qualifier: Qualifier,
        many: bool,
    },
    Attribute {
        name: Name,
        kind: Kind,
    },
}

/// An attribute's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Float,
    Boolean,
    Time,
}

impl Kind {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Text, "text"),
        (Self::Integer, "integer"),
        (Self::Float, "float"),
        (Self::Boolean, "boolean"),
        (Self::Time, "time"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("text", |(_, name)| name)
    }
}

impl Mapping {
    /// Reads a mapping; the error says which part is wrong and how to write it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut mapping = Self::default();
        for part in split(text, ',') {
            let sides = split(part, '=');
            let [role, column] = sides.as_slice() else {
                return Err(format!("`{part}` is no part of a mapping; write it like `activity=COLUMN`"));
            };
            let header = unescaped(column);
            match *role {
                "format" => mapping.time_format = Some(header),
                "delimiter" => match header.as_bytes() {
                    [delimiter] => mapping.delimiter = Some(*delimiter),
                    _ => return Err(format!("the delimiter `{header}` is not one ASCII character")),
                },
                _ => {
                    let role = role_of(role).ok_or_else(|| {
                        format!(
                            "`{role}` is not what a column can be; write `id`, `activity`, `time`, `case`, \
                             `object:TYPE`, `objects:TYPE`, or `text:NAME` and so on for an attribute"
                        )
                    })?;
                    mapping.columns.push(Column { header, role });
                }
            }
        }
        if mapping.count(&Role::Activity) != 1 {
            return Err("the mapping needs `activity=COLUMN` once".to_owned());
        }
        if mapping.count(&Role::Time) > 1 {
            return Err("the mapping names `time=COLUMN` more than once; leave one".to_owned());
        }
        Ok(mapping)
    }

    /// The mapping for a file that names its columns as an export without a mapping does, by what they hold, or as pm4py.
    pub(super) fn guess(headers: &[&str]) -> Option<Self> {
        if ["full-id", "activity", "time"].iter().all(|own| headers.contains(own)) {
            let role = |header: &&str| Some(Column { header: (*header).to_owned(), role: role_of(header)? });
            let columns = headers.iter().filter_map(role).collect();
            return Some(Self { columns, ..Self::default() });
        }
        let mut known =
            Self::parse("case=case:concept:name,activity=concept:name,time=time:timestamp").ok()?;
        known.columns.retain(|column| column.role != Role::Time || headers.contains(&column.header.as_str()));
        known.columns.iter().all(|column| headers.contains(&column.header.as_str())).then_some(known)
    }

    /// Whether a column says when things happened.
    pub(super) fn is_timed(&self) -> bool {
        self.count(&Role::Time) == 1
    }

    fn count(&self, role: &Role) -> usize {
        self.columns.iter().filter(|column| column.role == *role).count()
    }

    /// Whether the rows are entries as a record has them: under their whole ids, objects with their values and links among
    /// them.
    pub(super) fn is_whole(&self) -> bool {
        self.columns.iter().any(|column| column.role == Role::FullId)
    }
}

fn role_of(text: &str) -> Option<Role> {
    Some(match text {
        "id" => Role::Id,
        "full-id" => Role::FullId,
        "activity" => Role::Activity,
        "time" => Role::Time,
        "case" => Role::Object { kind: CASE.into(), qualifier: CASE.into(), many: false },
        _ => {
            let mut sides = split(text, ':').into_iter();
            let (role, name) = (sides.next()?, sides.next()?);
            if sides.next().is_some() || name.is_empty() {
                return None;
            }
            let kind = Kind::ALL.into_iter().find(|(_, own)| *own == role).map(|(kind, _)| kind);
            match (role, kind) {
                ("object" | "objects" | "link" | "links", _) => {
                    let mut sides = split(name, '/').into_iter();
                    let kind = ObjectType::from(unescaped(sides.next()?));
                    let qualifier = Qualifier::from(sides.next().map(unescaped).unwrap_or_default());
                    if sides.next().is_some() {
                        return None;
                    }
                    let many = role.ends_with('s');
                    match role.starts_with('o') {
                        true => Role::Object { kind, qualifier, many },
                        false => Role::Link { kind, qualifier, many },
                    }
                }
                (_, Some(kind)) => Role::Attribute { name: Name::from(unescaped(name)), kind },
                _ => return None,
            }
        }
    })
}

/// Splits at every `at` that no backslash precedes.
fn split(text: &str, at: char) -> Vec<&str> {
    let mut escaped = false;
    let parts = text.split(move |character| {
        let here = character == at && !escaped;
        escaped = character == '\\' && !escaped;
        here
    });
    parts.collect()
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
    }
    out
}

fn escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        if matches!(character, ',' | '=' | '/' | ':' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    Ok(())
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, qualifier, word) = match self {
            Self::Id => return f.write_str("id"),
            Self::FullId => return f.write_str("full-id"),
            Self::Activity => return f.write_str("activity"),
            Self::Time => return f.write_str("time"),
            Self::Attribute { name, kind } => {
                write!(f, "{}:", kind.name())?;
                return escaped(f, name.as_str());
            }
            Self::Object { kind, qualifier, many } => {
                (kind, qualifier, if *many { "objects:" } else { "object:" })
            }
            Self::Link { kind, qualifier, many } => (kind, qualifier, if *many { "links:" } else { "link:" }),
        };
        f.write_str(word)?;
        escaped(f, kind.as_str())?;
        if !qualifier.as_str().is_empty() || kind.as_str().is_empty() {
            f.write_char('/')?;
            escaped(f, qualifier.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, column) in self.columns.iter().enumerate() {
            if position > 0 {
                f.write_char(',')?;
            }
            write!(f, "{}=", column.role)?;
            escaped(f, &column.header)?;
        }
        if let Some(format) = &self.time_format {
            f.write_str(",format=")?;
            escaped(f, format)?;
        }
        if let Some(delimiter) = self.delimiter {
            f.write_str(",delimiter=")?;
            escaped(f, &char::from(delimiter).to_string())?;
        }
        Ok(())
    }
}
