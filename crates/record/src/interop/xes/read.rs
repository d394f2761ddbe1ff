use super::attribute::{attribute, attributes, extra, members, parse, raw, stray, tag_extra, typed};
use super::event::{Events, Which};
use super::parts;
use super::shapes::Within;
use crate::interop::fault::{ImportError, Problem};
use crate::interop::intake::Intake;
use crate::interop::parts as shared;
use crate::interop::source::Source;
use crate::interop::vocabulary;
use crate::interop::xml::{Scanner, Token};
use crate::{Change, Event, Name, ObjectId, ObjectRef, ObjectType, Time, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use std::io::Read;

/// Reads a whole log.
pub(crate) fn read(source: &Source<'_>, intake: &mut Intake<'_>) -> Result<(), ImportError> {
    let scanner = Scanner::new(source.open()?, &source.name(), false);
    let case_type = intake.options.case_type.clone();
    Reader {
        scanner,
        intake,
        events: Events::new(),
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
    events: Events,
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
        self.events.shapes.begin(Within::Trace);
        while open {
            if trace.object.is_none() && self.again(&mut trace.attributes) {
                continue;
            }
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
                let parsed = raw(&tag).and_then(|raw| {
                    let parsed = typed(&raw)?;
                    if empty {
                        self.events.shapes.learn(tag.written, &raw, self.events.names.put(&raw.key));
                    }
                    Ok(parsed)
                });
                attribute(&mut self.scanner, self.intake, parsed, empty, 1, &mut trace.attributes)?;
            }
        }
        if trace.object.is_none() || !trace.attributes.is_empty() {
            self.declare_trace(&mut trace)?;
        }
        Ok(())
    }

    /// Takes the trace's next attribute if it is written as one before it.
    fn again(&mut self, attributes: &mut Vec<(Name, Value)>) -> bool {
        let Events { names, shapes, .. } = &mut self.events;
        let Some((number, shape, text, end)) = shapes.meet(&self.scanner) else { return false };
        let (Some(value), Some(name)) = (shape.kind.plain(text), names.get(shape.name)) else { return false };
        attributes.push((name.clone(), value.to_value()));
        shapes.met(number);
        self.scanner.pass(end);
        true
    }

    /// Declares the trace with the attributes read so far, or hands on what attributes follow its first event.
    fn declare_trace(&mut self, trace: &mut Trace) -> Result<(), ImportError> {
        let attributes = std::mem::take(&mut trace.attributes);
        let linked = || attributes.iter().any(|(name, _)| name.as_str() == vocabulary::LINKS);
        if !self.intake.wants_carriers() && !linked() {
            if trace.object.is_none() {
                self.name(trace, &attributes);
                if self.intake.counts.objects == 0 {
                    self.intake.object_type(&self.case_type);
                }
                self.intake.counts.objects += 1;
            }
            self.intake.counts.values += attributes.len() as u64;
            return Ok(());
        }
        let event = if let Some(object) = &trace.object {
            trace.late += 1;
            self.id.truncate(trace.stem);
            let id = format!("{}0/{}", self.id, trace.late);
            Event::new(id, vocabulary::VALUE, Time::ZERO).about(vocabulary::SUBJECT, object.clone())
        } else {
            let object = self.name(trace, &attributes);
            vocabulary::object(format!("{}0", self.id), object, Time::ZERO)
        };
        let mut event = event;
        event.changes.reserve_exact(attributes.len());
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

    /// The object that a trace becomes, and what the ids of its events begin with.
    fn name(&mut self, trace: &mut Trace, attributes: &[(Name, Value)]) -> ObjectRef {
        let id = self.trace_id(attributes);
        self.id.clear();
        if !self.intake.prefix.is_empty() {
            self.id.push_str(&self.intake.prefix);
            self.id.push('/');
        }
        self.id.push_str(id.as_str());
        self.id.push('/');
        trace.stem = self.id.len();
        let object = ObjectRef { kind: self.case_type.clone(), id };
        trace.object = Some(object.clone());
        object
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
        if let Entry::Vacant(new) = self.names.entry(name.clone()) {
            new.insert(2);
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
        match char::from_digit(u32::try_from(trace.events).unwrap_or(10), 10) {
            Some(digit) => self.id.push(digit),
            None => {
                let _ = write!(self.id, "{}", trace.events);
            }
        }
        let case = trace.object.as_ref().map(|object| (self.traces, object));
        let which = Which { id: &self.id, case, before: trace.time };
        if let Some(time) = self.events.read(&mut self.scanner, self.intake, &which, empty)? {
            trace.time = Some(time);
        }
        Ok(())
    }

    fn loose_event(&mut self, empty: bool) -> Result<(), ImportError> {
        if self.header.parts == 0 {
            self.declare_log()?;
        }
        self.loose += 1;
        let id = self.intake.id(&format!("/{}", self.loose));
        let which = Which { id: &id, case: None, before: self.loose_time };
        if let Some(time) = self.events.read(&mut self.scanner, self.intake, &which, empty)? {
            self.loose_time = Some(time);
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
