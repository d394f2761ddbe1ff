//! JSON as it stands in a file: members in order, each as often as it occurs, whole numbers apart from others.

use super::declared::Raw;
use crate::interop::fault::{ImportError, Place, Problem, excerpt};
use crate::{Name, Value};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use std::io::Read;

/// The longest part that is taken at once (an event, an object, a type), so that a damaged or hostile file cannot fill the
/// memory. The record keeps no event of more than 4 MiB.
const LONGEST: u64 = 8 << 20;

/// A JSON value.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Members(Vec<(String, Node)>),
}

impl Node {
    /// What kind of JSON it is, for messages.
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a truth value",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "an array",
            Self::Members(_) => "an object",
        }
    }

    /// As an attribute's value.
    pub(super) fn raw(self) -> Raw {
        match self {
            Self::Null => Raw::Null,
            Self::Boolean(truth) => Raw::Boolean(truth),
            Self::Integer(number) => Raw::Integer(number),
            Self::Float(number) => Raw::Float(number),
            Self::Text(text) => Raw::Text(text),
            other => Raw::Other(other.kind().to_owned()),
        }
    }

    /// As a value of the record; nothing for what has no value.
    pub(super) fn value(self) -> Value {
        match self {
            Self::Null => Value::List(Vec::new()),
            Self::Boolean(truth) => Value::Boolean(truth),
            Self::Integer(number) => Value::Integer(number),
            Self::Float(number) => Value::Float(number),
            Self::Text(text) => Value::from(text),
            Self::List(items) => Value::List(items.into_iter().map(Node::value).collect()),
            Self::Members(members) => {
                Value::Map(members.into_iter().map(|(name, node)| (Name::from(name), node.value())).collect())
            }
        }
    }
}

/// The members of one JSON object, taken out by name; what is left over is refused.
pub(super) struct Members<'a> {
    members: Vec<(String, Node)>,
    what: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Members<'a> {
    pub(super) fn of(node: Node, what: &'a str) -> Result<Self, Problem> {
        match node {
            Node::Members(members) => Ok(Self { members, what, problems: Vec::new() }),
            other => {
                let kind = "an object with members";
                Err(Problem::Type { what: what.to_owned(), text: other.kind().to_owned(), kind })
            }
        }
    }

    /// The member's value, and a problem if there is more than one of that name.
    pub(super) fn take(&mut self, name: &str) -> Option<Node> {
        let position = self.members.iter().position(|(own, _)| own == name)?;
        let (_, value) = self.members.remove(position);
        let before = self.members.len();
        self.members.retain(|(own, _)| own != name);
        if self.members.len() < before {
            self.problems.push(Problem::Duplicate { what: "member", id: excerpt(name) });
        }
        Some(value)
    }

    /// The member's text; nothing if it is missing, and a problem if it is no text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Node::Text(text) => Some(text),
            other => {
                let what = format!("`{name}` of {}", self.what);
                self.problems.push(Problem::Type { what, text: other.kind().to_owned(), kind: "a text" });
                None
            }
        }
    }

    /// The member's items; none if it is missing or null.
    pub(super) fn list(&mut self, name: &str) -> Vec<Node> {
        match self.take(name) {
            None | Some(Node::Null) => Vec::new(),
            Some(Node::List(items)) => items,
            Some(other) => {
                let what = format!("`{name}` of {}", self.what);
                self.problems.push(Problem::Type { what, text: other.kind().to_owned(), kind: "an array" });
                Vec::new()
            }
        }
    }

    /// The member's members; none if it is missing or null.
    pub(super) fn map(&mut self, name: &str) -> Vec<(String, Node)> {
        match self.take(name) {
            None | Some(Node::Null) => Vec::new(),
            Some(Node::Members(members)) => members,
            Some(other) => {
                let what = format!("`{name}` of {}", self.what);
                self.problems.push(Problem::Type { what, text: other.kind().to_owned(), kind: "an object" });
                Vec::new()
            }
        }
    }

    /// What was wrong, with what nobody asked for.
    pub(super) fn rest(self) -> Vec<Problem> {
        let what = self.what;
        let left = self.members.into_iter().map(|(name, _)| Problem::Unknown {
            part: format!("member `{}`", excerpt(&name)),
            what: what.to_owned(),
        });
        self.problems.into_iter().chain(left).collect()
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Boolean(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Integer(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Node, E> {
        let too_large =
            |_| E::custom(format!("the number {number} has more than 64 bits; write it as a text"));
        i64::try_from(number).map(Node::Integer).map_err(too_large)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Node::Members(members))
    }
}

/// What to do with a member of the document.
pub(super) enum Take {
    /// Hand on each of its items or members, one at a time.
    Each,
    /// Hand it on whole.
    Whole,
    /// Pass over it.
    Nothing,
}

/// What a walk hands on of a member: an item with its position, a member with its name, or the whole.
pub(super) enum Item<'a> {
    At(usize),
    Named(&'a str),
    Whole,
}

type Hand<'h> = &'h mut dyn FnMut(&str, Item<'_>, Node) -> Result<(), ImportError>;

/// Reads a JSON document of one object, one part at a time: `take` says what to do with a member, `hand` gets the
/// parts.
pub(super) fn walk(
    source: &crate::interop::Source<'_>,
    take: &dyn Fn(&str) -> Take,
    hand: Hand<'_>,
) -> Result<(), ImportError> {
    let name = source.name();
    let watch = Watch::default();
    let guarded = Guard { source: source.open()?, watch: &watch, first: true };
    let mut stop = None;
    let mut deserializer =
        serde_json::Deserializer::from_reader(std::io::BufReader::with_capacity(64 << 10, guarded));
    let read = Document { take, hand, stop: &mut stop, watch: &watch }.deserialize(&mut deserializer);
    let read = read.and_then(|()| deserializer.end());
    if let Some(stop) = stop {
        return Err(stop);
    }
    read.map_err(|error| {
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default().to_owned();
        if error.is_io() {
            return ImportError::Unreadable { name, cause: error.into() };
        }
        let (line, column) = (error.line() as u64, error.column());
        let mend = if error.is_eof() { "; the file was cut short, get it whole" } else { "" };
        let what = format!("column {column}: this is not the JSON of a log: {what}{mend}");
        ImportError::Malformed { place: Place::Line(line), what }
    })
}

struct Document<'h> {
    take: &'h dyn Fn(&str) -> Take,
    hand: Hand<'h>,
    stop: &'h mut Option<ImportError>,
    watch: &'h Watch,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a log's members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some(member) = access.next_key::<String>()? {
            match (self.take)(&member) {
                Take::Nothing => {
                    access.next_value::<IgnoredAny>()?;
                }
                Take::Whole => {
                    self.watch.begin();
                    let node = access.next_value()?;
                    self.watch.end();
                    let handed = (self.hand)(&member, Item::Whole, node);
                    handed.map_err(|error| stopped(self.stop, error))?;
                }
                Take::Each => {
                    access.next_value_seed(Each {
                        member: &member,
                        hand: self.hand,
                        stop: self.stop,
                        watch: self.watch,
                    })?;
                    self.watch.end();
                }
            }
        }
        Ok(())
    }
}

fn stopped<E: serde::de::Error>(stop: &mut Option<ImportError>, error: ImportError) -> E {
    *stop = Some(error);
    E::custom("stopped")
}

struct Each<'m, 'h> {
    member: &'m str,
    hand: &'m mut (dyn FnMut(&str, Item<'_>, Node) -> Result<(), ImportError> + 'h),
    stop: &'m mut Option<ImportError>,
    watch: &'m Watch,
}

impl<'de> DeserializeSeed<'de> for Each<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Each<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array or object as `{}`", self.member)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut position = 0;
        self.watch.begin();
        while let Some(node) = access.next_element()? {
            self.watch.begin();
            let handed = (self.hand)(self.member, Item::At(position), node);
            handed.map_err(|error| stopped(self.stop, error))?;
            position += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.watch.begin();
        while let Some((name, node)) = access.next_entry::<String, Node>()? {
            self.watch.begin();
            let handed = (self.hand)(self.member, Item::Named(&name), node);
            handed.map_err(|error| stopped(self.stop, error))?;
        }
        Ok(())
    }
}

/// How far a part that is being taken may reach: none while what is read is passed over.
#[derive(Default)]
struct Watch {
    read: Cell<u64>,
    limit: Cell<Option<u64>>,
}

impl Watch {
    fn begin(&self) {
        self.limit.set(Some(self.read.get() + LONGEST));
    }

    fn end(&self) {
        self.limit.set(None);
    }
}

/// Passes a stream on, without a byte order mark, as long as no part of it grows too long.
struct Guard<'w, R> {
    source: R,
    watch: &'w Watch,
    first: bool,
}

impl<R: Read> Read for Guard<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if std::mem::take(&mut self.first) {
            let mut head = [0; 3];
            let mut filled = 0;
            while let Some(space) = head.get_mut(filled..).filter(|space| !space.is_empty()) {
                match self.source.read(space)? {
                    0 => break,
                    count => filled += count,
                }
            }
            let head = head.get(..filled).unwrap_or_default();
            let kept = if head == [0xEF, 0xBB, 0xBF] { &[] } else { head };
            if let (false, Some(space)) = (kept.is_empty(), out.get_mut(..kept.len())) {
                space.copy_from_slice(kept);
                return Ok(kept.len());
            }
        }
        let count = self.source.read(out)?;
        let read = self.watch.read.get() + count as u64;
        self.watch.read.set(read);
        if self.watch.limit.get().is_some_and(|limit| read > limit) {
            let what = "one event, object or type of it is longer than 8 MiB, as none is in an event log";
            return Err(std::io::Error::other(what));
        }
        Ok(count)
    }
}
