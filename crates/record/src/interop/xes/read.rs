use super::super::fault::{ImportError, Problem, excerpt};
use super::super::intake::Intake;
use super::super::parts as shared;
use super::super::source::Source;
use super::super::vocabulary;
use super::super::xml::{Scanner, Tag, Token};
use super::DEEPEST;
use super::parts;
use crate::{Activity, Change, Event, Name, ObjectId, ObjectRef, ObjectType, Relation, Time, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Read;

/// Reads a whole log.
pub(crate) fn read(source: &Source<'_>, intake: &mut Intake<'_>) -> Result<(), ImportError> {
    let scanner = Scanner::new(source.open()?, &source.name(), false);
    let case_type = intake.options.case_type.clone();
    Reader {
        scanner,
        intake,
        header: Header::default(),
        case_type,
        names: HashMap::new(),
        traces: 0,
        id: String::new(),
        loose: 0,
        loose_time: None,
    }
    .log()
}

struct Reader<'r, 'i, 'o> {
    scanner: Scanner<Box<dyn Read + 'r>>,
    intake: &'i mut Intake<'o>,
    header: Header,
    case_type: ObjectType,
    /// Ids of traces, each with the suffix that the next of this name is tried with.
    names: HashMap<ObjectId, u32>,
    traces: u64,
    /// The id of the event being read; its front part is kept from one to the next.
    id: String,
    /// How many events stand outside any trace, and the time of the last.
    loose: u64,
    loose_time: Option<Time>,
}

/// What stands in a log before its traces, until it is handed on.
#[derive(Default)]
struct Header {
    parts: usize,
    xml: Vec<(Name, Value)>,
    extensions: Vec<Value>,
    globals: Vec<Value>,
    classifiers: Vec<Value>,
    attributes: Vec<(Name, Value)>,
}

/// A trace, before and after it is declared.
#[derive(Default)]
struct Trace {
    attributes: Vec<(Name, Value)>,
    object: Option<ObjectRef>,
    /// Length of what the ids of its events begin with.
    stem: usize,
    events: u64,
    late: u64,
    time: Option<Time>,
}

/// An XES attribute's type.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
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
struct Raw<'a> {
    kind: Kind,
    key: Cow<'a, str>,
    value: Cow<'a, str>,
}

impl Reader<'_, '_, '_> {
    fn log(&mut self) -> Result<(), ImportError> {
        match self.scanner.next()? {
            Token::Start(tag) if tag.name() == "log" => {
                let empty = tag.empty;
                let xml = members(&tag);
                self.header.xml = xml.map_err(|what| self.scanner.malformed(what))?;
                if !empty {
                    self.children_of_log()?;
                }
            }
            _ => {
                return Err(self
                    .scanner
                    .malformed("the document's element is not `<log>`; this is no XES log"));
            }
        }
        self.declare_log()?;
        match self.scanner.next()? {
            Token::Eof => Ok(()),
            _ => Err(self.scanner.malformed("something follows the end of the log")),
        }
    }

    fn children_of_log(&mut self) -> Result<(), ImportError> {
        loop {
            let token = self.scanner.next()?;
            let Token::Start(tag) = token else {
                if matches!(token, Token::End) {
                    return Ok(());
                }
                self.stray_text("the log")?;
                continue;
            };
            let empty = tag.empty;
            match tag.name() {
                "trace" => {
                    let unknown = tag_extra(&tag, &[]);
                    self.extra(&unknown, "a trace");
                    self.trace(empty)?;
                }
                "event" => {
                    let unknown = tag_extra(&tag, &[]);
                    self.extra(&unknown, "an event");
                    self.loose_event(empty)?;
                }
                "extension" | "classifier" => {
                    let extension = tag.name() == "extension";
                    let part = members(&tag).map_err(|what| self.scanner.malformed(what))?;
                    let list =
                        if extension { &mut self.header.extensions } else { &mut self.header.classifiers };
                    list.push(Value::Map(part));
                    if !empty {
                        let what = if extension { "an extension" } else { "a classifier" };
                        self.nothing_within(what)?;
                    }
                }
                "global" => {
                    let mut part = members(&tag).map_err(|what| self.scanner.malformed(what))?;
                    let mut attributes = Vec::new();
                    if !empty {
                        self.attributes(1, &mut attributes)?;
                    }
                    part.push((parts::ATTRIBUTES.into(), Value::Map(attributes)));
                    self.header.globals.push(Value::Map(part));
                }
                _ => {
                    let parsed = parse(&tag);
                    let mut found = Vec::new();
                    attribute(&mut self.scanner, self.intake, parsed, empty, 1, &mut found)?;
                    self.header.attributes.append(&mut found);
                }
            }
        }
    }

    /// Hands on what is known of the log so far.
    fn declare_log(&mut self) -> Result<(), ImportError> {
        let header = std::mem::take(&mut self.header);
        let first = header.parts == 0;
        let lists = [
            (parts::EXTENSIONS, header.extensions),
            (parts::GLOBALS, header.globals),
            (parts::CLASSIFIERS, header.classifiers),
        ];
        let any = !header.attributes.is_empty() || lists.iter().any(|(_, list)| !list.is_empty());
        self.header.parts = header.parts + usize::from(first || any);
        if !first && !any {
            return Ok(());
        }
        let mut event = vocabulary::header(&self.intake.prefix, self.header.parts);
        if first {
            event = event.with(parts::FORMAT, self.intake.format().to_string());
            event.attributes.push((parts::CASE_TYPE.into(), Value::from(self.case_type.as_str())));
            event.attributes.push((parts::XML.into(), Value::Map(header.xml)));
        }
        for (name, list) in lists {
            if !list.is_empty() {
                event.attributes.push((name.into(), Value::List(list)));
            }
        }
        if !header.attributes.is_empty() {
            event.attributes.push((parts::ATTRIBUTES.into(), Value::Map(header.attributes)));
        }
        self.intake.pass(event)
    }

    fn trace(&mut self, empty: bool) -> Result<(), ImportError> {
        if self.traces == 0 {
            self.declare_log()?;
        }
        self.traces += 1;
        let mut trace = Trace::default();
        let mut open = !empty;
        while open {
            let token = self.scanner.next()?;
            let Token::Start(tag) = token else {
                if matches!(token, Token::End) {
                    open = false;
                    continue;
                }
                self.stray_text("a trace")?;
                continue;
            };
            let empty = tag.empty;
            if tag.name() == "event" {
                let unknown = tag_extra(&tag, &[]);
                self.extra(&unknown, "an event");
                if trace.object.is_none() {
                    self.declare_trace(&mut trace)?;
                }
                self.event(&mut trace, empty)?;
            } else {
                let parsed = parse(&tag);
                attribute(&mut self.scanner, self.intake, parsed, empty, 1, &mut trace.attributes)?;
            }
        }
        if trace.object.is_none() || !trace.attributes.is_empty() {
            self.declare_trace(&mut trace)?;
        }
        Ok(())
    }

    /// Declares the trace with the attributes read so far, or hands on what attributes follow its first event.
    fn declare_trace(&mut self, trace: &mut Trace) -> Result<(), ImportError> {
        let attributes = std::mem::take(&mut trace.attributes);
        let event = if let Some(object) = &trace.object {
            trace.late += 1;
            self.id.truncate(trace.stem);
            let id = format!("{}0/{}", self.id, trace.late);
            Event::new(id, vocabulary::VALUE, Time::ZERO).about(vocabulary::SUBJECT, object.clone())
        } else {
            let id = self.trace_id(&attributes);
            self.id = vocabulary::prefixed(&self.intake.prefix, id.as_str());
            self.id.push('/');
            trace.stem = self.id.len();
            let object = ObjectRef { kind: self.case_type.clone(), id };
            trace.object = Some(object.clone());
            vocabulary::object(format!("{}0", self.id), object, Time::ZERO)
        };
        let mut event = event;
        for (name, value) in attributes {
            let links =
                (name.as_str() == vocabulary::LINKS).then(|| shared::read_list(&value, shared::read_link));
            if let Some(links) = links.flatten() {
                event.links.extend(links);
            } else if let Some(object) = &trace.object {
                event.changes.push(Change { object: object.clone(), name, value });
            }
        }
        self.intake.carrier(event)
    }

    fn trace_id(&mut self, attributes: &[(Name, Value)]) -> ObjectId {
        let named = attributes.iter().find(|(name, _)| name.as_str() == parts::NAME).map(|(_, value)| value);
        let named = match named {
            Some(Value::Annotated(value, _)) => Some(&**value),
            other => other,
        };
        let name = match named {
            Some(Value::Text(text) | Value::Id(text)) if !text.is_empty() => ObjectId::new(text),
            Some(Value::Integer(number)) => ObjectId::from(number.to_string()),
            _ => ObjectId::from(format!("#{}", self.traces)),
        };
        if !self.names.contains_key(name.as_str()) {
            self.names.insert(name.clone(), 2);
            return name;
        }
        loop {
            let next = self.names.entry(name.clone()).or_insert(2);
            let candidate = ObjectId::from(format!("{name}#{next}"));
            *next += 1;
            if !self.names.contains_key(candidate.as_str()) {
                self.names.insert(candidate.clone(), 2);
                return candidate;
            }
        }
    }

    fn event(&mut self, trace: &mut Trace, empty: bool) -> Result<(), ImportError> {
        trace.events += 1;
        self.id.truncate(trace.stem);
        let _ = write!(self.id, "{}", trace.events);
        let objects = match &trace.object {
            Some(object) => vec![Relation { qualifier: vocabulary::CASE.into(), object: object.clone() }],
            None => Vec::new(),
        };
        if let Some(event) = read_event(&mut self.scanner, self.intake, &self.id, objects, trace.time, empty)?
        {
            trace.time = Some(event.time);
            self.intake.event(event)?;
        }
        Ok(())
    }

    fn loose_event(&mut self, empty: bool) -> Result<(), ImportError> {
        if self.header.parts == 0 {
            self.declare_log()?;
        }
        self.loose += 1;
        let id = self.intake.id(&format!("/{}", self.loose));
        let time = self.loose_time;
        if let Some(event) = read_event(&mut self.scanner, self.intake, &id, Vec::new(), time, empty)? {
            self.loose_time = Some(event.time);
            self.intake.event(event)?;
        }
        Ok(())
    }

    fn attributes(&mut self, depth: usize, out: &mut Vec<(Name, Value)>) -> Result<(), ImportError> {
        attributes(&mut self.scanner, self.intake, depth, out)
    }

    fn nothing_within(&mut self, what: &str) -> Result<(), ImportError> {
        let mut found = Vec::new();
        self.attributes(1, &mut found)?;
        if let Some((name, _)) = found.first() {
            let part = format!("attribute `{name}`");
            self.intake.refuse(self.scanner.place(), Problem::Unknown { part, what: what.to_owned() });
        }
        Ok(())
    }

    fn extra(&mut self, unknown: &Option<String>, what: &str) {
        extra(&self.scanner, self.intake, unknown, what);
    }

    fn stray_text(&mut self, what: &str) -> Result<(), ImportError> {
        stray(&self.scanner, self.intake, what)
    }
}

fn extra<R: Read>(scanner: &Scanner<R>, intake: &mut Intake<'_>, unknown: &Option<String>, what: &str) {
    if let Some(name) = unknown {
        let part = format!("the tag's `{}`", excerpt(name));
        intake.refuse(scanner.place(), Problem::Unknown { part, what: what.to_owned() });
    }
}

fn stray<R: Read>(scanner: &Scanner<R>, intake: &mut Intake<'_>, what: &str) -> Result<(), ImportError> {
    intake.refuse(scanner.place(), Problem::Unknown { part: "text".to_owned(), what: what.to_owned() });
    Ok(())
}

/// Reads an event's attributes to its end. Nothing if it has no time and may not have none.
#[inline]
fn read_event<R: Read>(
    scanner: &mut Scanner<R>,
    intake: &mut Intake<'_>,
    id: &str,
    objects: Vec<Relation>,
    before: Option<Time>,
    empty: bool,
) -> Result<Option<Event>, ImportError> {
    let (mut activity, mut time) = (None, None);
    let mut named_already = false;
    let mut found = Vec::with_capacity(if empty { 0 } else { 8 });
    let mut open = !empty;
    while open {
        let token = scanner.next()?;
        let Token::Start(tag) = token else {
            if matches!(token, Token::End) {
                open = false;
                continue;
            }
            stray(scanner, intake, "an event")?;
            continue;
        };
        let empty = tag.empty;
        let raw = raw(&tag);
        if empty && let Ok(raw) = &raw {
            if raw.kind == Kind::String && !named_already && raw.key == parts::NAME {
                if !vocabulary::is_reserved(&raw.value) {
                    activity = Some(Activity::from(&*raw.value));
                    named_already = true;
                    continue;
                }
            } else if raw.kind == Kind::Date
                && time.is_none()
                && raw.key == parts::TIME
                && let Ok(read) = Time::parse(&raw.value)
            {
                time = Some(read);
                continue;
            }
        }
        let parsed = raw.and_then(|raw| typed(&raw));
        attribute(scanner, intake, parsed, empty, 1, &mut found)?;
    }
    let activity = activity.unwrap_or_else(|| named(&found));
    let mut event = Event::new(id, activity, Time::ZERO);
    event.objects = objects;
    event.attributes = found;
    shared::fold(&mut event);
    let stated = event.attributes.iter().find(|(name, _)| name.as_str() == parts::TIME);
    let stated = stated.and_then(|(_, value)| match value {
        Value::Annotated(value, _) => parts::time(value),
        value => parts::time(value),
    });
    match time.or(stated) {
        Some(time) => event.time = time,
        None if intake.options.untimed => {
            event.time = before.unwrap_or(Time::ZERO);
            event.attributes.push((vocabulary::UNTIMED.into(), true.into()));
            intake.counts.attributes -= 1;
        }
        None => {
            intake.refuse(scanner.place(), Problem::Untimed { what: "the event that ends here".to_owned() });
            return Ok(None);
        }
    }
    Ok(Some(event))
}

/// The activity of an event whose name is not a plain text of its own.
#[cold]
fn named(attributes: &[(Name, Value)]) -> Activity {
    let name = attributes.iter().find(|(name, _)| name.as_str() == parts::NAME).map(|(_, value)| value);
    let name = match name {
        Some(Value::Annotated(value, _)) => Some(&**value),
        other => other,
    };
    match name {
        Some(Value::Text(text) | Value::Id(text)) if !vocabulary::is_reserved(text) => Activity::new(text),
        Some(Value::Integer(number)) => Activity::from(number.to_string()),
        _ => Activity::from(vocabulary::UNNAMED),
    }
}

/// Reads attributes up to the end of the element that holds them.
fn attributes<R: Read>(
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
fn attribute<R: Read>(
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
fn nested<R: Read>(
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
fn skip<R: Read>(scanner: &mut Scanner<R>) -> Result<(), ImportError> {
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
type Parsed = Result<(Name, Value, Kind), Bad>;

/// Why a tag is no attribute.
enum Bad {
    Fault(Cow<'static, str>),
    Problem(Box<Problem>),
}

impl From<Cow<'static, str>> for Bad {
    fn from(what: Cow<'static, str>) -> Self {
        Self::Fault(what)
    }
}

#[inline]
fn raw<'a>(tag: &Tag<'a>) -> Result<Raw<'a>, Bad> {
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
fn unknown(part: String, what: &str) -> Bad {
    Bad::Problem(Box::new(Problem::Unknown { part, what: what.to_owned() }))
}

#[cold]
fn missing(kind: Kind, part: &str) -> Bad {
    let what = format!("the {} attribute", kind.name());
    Bad::Problem(Box::new(Problem::Missing { what, part: format!("`{part}`") }))
}

fn tag_extra(tag: &Tag<'_>, known: &[&str]) -> Option<String> {
    tag.names().find(|name| !known.contains(name)).map(str::to_owned)
}

/// The XML attributes of a tag, in order.
fn members(tag: &Tag<'_>) -> Result<Vec<(Name, Value)>, Cow<'static, str>> {
    let member = |name| Ok((Name::new(name), Value::from(&*tag.get(name)?.unwrap_or_default())));
    tag.names().map(member).collect()
}

impl Kind {
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
fn parse(tag: &Tag<'_>) -> Parsed {
    raw(tag).and_then(|raw| typed(&raw))
}

#[inline]
fn typed(raw: &Raw<'_>) -> Parsed {
    let text = &*raw.value;
    let wrong = |kind| wrong(&raw.key, text, kind);
    let value = match raw.kind {
        Kind::String => {
            if text.starts_with(vocabulary::JSON) {
                vocabulary::unwrapped(Cow::Borrowed(text))
            } else {
                text.into()
            }
        }
        Kind::Date => {
            Value::Time(Time::parse(text).map_err(|_| wrong("a time like `2026-01-31T08:30:00+08:00`"))?)
        }
        Kind::Int => {
            Value::Integer(text.trim().parse().map_err(|_| wrong("a whole number of at most 64 bits"))?)
        }
        Kind::Float => Value::Float(parts::float(text).ok_or_else(|| wrong("a number like `1.5`"))?),
        Kind::Boolean => Value::Boolean(parts::boolean(text).ok_or_else(|| wrong("`true` or `false`"))?),
        Kind::Id => Value::Id(text.into()),
        Kind::List => Value::List(Vec::new()),
        Kind::Container => Value::Map(Vec::new()),
    };
    Ok((Name::new(&*raw.key), value, raw.kind))
}

#[cold]
fn wrong(key: &str, text: &str, kind: &'static str) -> Bad {
    let what = format!("attribute `{}`", excerpt(key));
    Bad::Problem(Box::new(Problem::Type { what, text: excerpt(text), kind }))
}
