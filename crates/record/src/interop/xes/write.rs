use super::parts;
use crate::interop::Format;
use crate::interop::export::{Exported, Spool, copy};
use crate::interop::fault::{ExportError, excerpt};
use crate::interop::parts as shared;
use crate::interop::vocabulary::{self, CASE, HEADER, ITEM, LINKS, OBJECT, UNNAMED, UNTIMED, VALUE};
use crate::interop::xml::{allowed, escape};
use crate::{Event, Name, ObjectId, ObjectType, Time, Value};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write;

/// Writes the events of a record as a log of one trace for every object of one type.
pub(crate) struct Writer {
    object_type: Option<ObjectType>,
    /// Whether nobody said the type: it is the only one there is.
    guessed: bool,
    /// The types of objects that were met.
    kinds: BTreeSet<ObjectType>,
    /// Prefixes of the XES logs whose headers were met: what they brought is written as it was read.
    prefixes: Vec<String>,
    header: Header,
    spool: Spool,
    traces: HashMap<ObjectId, Trace>,
    loose: Vec<(u64, u64)>,
    activities: HashSet<String>,
    exported: Exported,
}

#[derive(Default)]
struct Header {
    xml: Vec<(Name, Value)>,
    extensions: Vec<Value>,
    globals: Vec<Value>,
    classifiers: Vec<Value>,
    attributes: Vec<(Name, Value)>,
    met: bool,
}

#[derive(Default)]
struct Trace {
    /// How many traces come before it.
    order: usize,
    /// Its attributes, rendered.
    attributes: Vec<u8>,
    named: bool,
    /// Where its events are in the spool.
    runs: Vec<(u64, u64)>,
}

type Written = Result<(), ExportError>;

impl Writer {
    /// A writer whose traces are the objects of `object_type`, or of the type that the first XES log's header names, or of the
    /// only type that there is.
    pub(crate) fn new(object_type: Option<ObjectType>) -> Self {
        Self {
            object_type,
            guessed: false,
            kinds: BTreeSet::new(),
            prefixes: Vec::new(),
            header: Header::default(),
            spool: Spool::new(),
            traces: HashMap::new(),
            loose: Vec::new(),
            activities: HashSet::new(),
            exported: Exported::default(),
        }
    }

    /// Takes the next event of the record.
    pub(crate) fn event(&mut self, event: &Event) -> Written {
        match event.activity.as_str() {
            HEADER => {
                self.header(event);
                Ok(())
            }
            OBJECT | VALUE => self.carrier(event),
            _ => self.plain(event),
        }
    }

    fn header(&mut self, event: &Event) {
        let of_xes =
            event.attribute(parts::FORMAT).and_then(Value::as_text).is_none_or(|format| format == "xes");
        if !of_xes {
            return;
        }
        if let Some(prefix) = vocabulary::prefix_of(event) {
            self.prefixes.push(vocabulary::prefixed(prefix, ""));
        }
        for (name, value) in &event.attributes {
            match (name.as_str(), value) {
                (parts::CASE_TYPE, Value::Text(kind)) if self.object_type.is_none() => {
                    self.object_type = Some(ObjectType::new(kind));
                }
                (parts::XML, Value::Map(members)) if !self.header.met => {
                    self.header.met = true;
                    self.header.xml.clone_from(members);
                }
                (parts::EXTENSIONS, Value::List(items)) => union(&mut self.header.extensions, items),
                (parts::GLOBALS, Value::List(items)) => union(&mut self.header.globals, items),
                (parts::CLASSIFIERS, Value::List(items)) => union(&mut self.header.classifiers, items),
                (parts::ATTRIBUTES, Value::Map(members)) => {
                    self.header.attributes.extend(members.iter().cloned());
                }
                _ => {}
            }
        }
    }

    /// The type of the objects that are traces, once an event about `objects` was met; `None` where none is known yet.
    fn case_type<'a>(
        &mut self,
        objects: impl Iterator<Item = &'a ObjectType>,
    ) -> Result<Option<ObjectType>, ExportError> {
        for kind in objects {
            if !self.kinds.contains(kind) {
                self.kinds.insert(kind.clone());
            }
            self.guessed |= self.object_type.is_none();
            self.object_type.get_or_insert_with(|| kind.clone());
        }
        if self.guessed && self.kinds.len() > 1 {
            let mend = "say which type of objects the traces are of";
            return Err(unfit("a record of objects of several types", mend));
        }
        Ok(self.object_type.clone())
    }

    fn trace(&mut self, id: &ObjectId) -> &mut Trace {
        let order = self.traces.len();
        self.traces.entry(id.clone()).or_insert_with(|| Trace { order, ..Trace::default() })
    }

    fn carrier(&mut self, event: &Event) -> Written {
        let Some(object) = event.object(vocabulary::SUBJECT) else { return Ok(()) };
        let case_type = self.case_type(std::iter::once(&object.kind))?;
        if Some(&object.kind) != case_type.as_ref() {
            self.exported.objects_left_out += u64::from(event.activity.as_str() == OBJECT);
            return Ok(());
        }
        let ours = self.read_from_xes(event);
        let mut rendered = Vec::new();
        let mut named = false;
        for change in &event.changes {
            named |= change.name.as_str() == parts::NAME;
            let dated = Value::Annotated(
                Box::new(change.value.clone()),
                vec![("log:time".into(), event.time.into())],
            );
            let value = if event.time == Time::ZERO { &change.value } else { &dated };
            attribute(&mut rendered, 2, change.name.as_str(), value)?;
        }
        if !event.links.is_empty() {
            let links = Event { objects: Vec::new(), changes: Vec::new(), actor: None, ..event.clone() };
            for (name, value) in shared::unfold(&links, None).iter().filter(|(name, _)| *name == LINKS) {
                attribute(&mut rendered, 2, name, value)?;
            }
        }
        self.exported.counts.values += event.changes.len() as u64;
        self.exported.counts.links += event.links.len() as u64;
        let trace = self.trace(&object.id);
        trace.attributes.extend_from_slice(&rendered);
        trace.named |= named || ours;
        Ok(())
    }

    fn read_from_xes(&self, event: &Event) -> bool {
        self.prefixes.iter().any(|prefix| event.id.as_str().starts_with(prefix.as_str()))
    }

    fn plain(&mut self, event: &Event) -> Written {
        let case_type = self.case_type(event.objects.iter().map(|relation| &relation.object.kind))?;
        let mut about: Vec<(usize, &ObjectId)> = Vec::new();
        for (position, relation) in event.objects.iter().enumerate() {
            let known = about.iter().any(|(_, id)| **id == relation.object.id);
            if Some(&relation.object.kind) == case_type.as_ref() && !known {
                about.push((position, &relation.object.id));
            }
        }
        if about.is_empty() && !event.objects.is_empty() {
            self.exported.events_left_out += 1;
            return Ok(());
        }
        self.exported.counts.events += 1;
        self.exported.counts.attributes += event.attributes.len() as u64;
        // Those that make no trace stand with the event itself.
        self.exported.counts.relations += event.objects.len() as u64;
        if !self.activities.contains(event.activity.as_str()) {
            self.activities.insert(event.activity.to_string());
        }
        let named = !self.read_from_xes(event);
        if about.is_empty() {
            let run = self.spool.append(|out| render(out, event, None, named))?;
            self.loose.push(run);
        }
        for (position, id) in about {
            let (begin, length) = self.spool.append(|out| render(out, event, Some(position), named))?;
            let runs = &mut self.trace(id).runs;
            match runs.last_mut() {
                Some((before, size)) if *before + *size == begin => *size += length,
                _ => runs.push((begin, length)),
            }
        }
        Ok(())
    }

    /// Writes the log.
    pub(crate) fn finish(mut self, out: &mut dyn Write) -> Result<Exported, ExportError> {
        if let Some(kind) = self.object_type.as_ref().filter(|kind| !self.kinds.contains(*kind))
            && !self.kinds.is_empty()
        {
            let there = self.kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
            return Err(unfit(
                &format!("a record without objects of type `{kind}`"),
                &format!("its types are {there}"),
            ));
        }
        let mut head = Vec::new();
        self.write_header(&mut head)?;
        out.write_all(&head)?;
        let mut traces: Vec<(&ObjectId, &Trace)> = self.traces.iter().collect();
        traces.sort_unstable_by_key(|(_, trace)| trace.order);
        let mut spooled = self.spool.into_reader()?;
        for (place, (id, trace)) in traces.into_iter().enumerate() {
            let mut rendered = b"\t<trace>\n".to_vec();
            // A trace without a name is read as the object of its place, whose name nobody gave it.
            if !trace.named && id.as_str() != format!("#{}", place + 1) {
                attribute(&mut rendered, 2, parts::NAME, &Value::from(id.as_str()))?;
            }
            rendered.extend_from_slice(&trace.attributes);
            out.write_all(&rendered)?;
            for run in &trace.runs {
                copy(&mut spooled, *run, out)?;
            }
            out.write_all(b"\t</trace>\n")?;
        }
        for run in &self.loose {
            copy(&mut spooled, *run, out)?;
        }
        out.write_all(b"</log>\n")?;
        self.exported.counts.event_types = self.activities.len() as u64;
        self.exported.counts.objects = self.traces.len() as u64;
        self.exported.counts.object_types = u64::from(!self.traces.is_empty());
        Ok(self.exported)
    }

    fn write_header(&mut self, out: &mut Vec<u8>) -> Written {
        let header = &mut self.header;
        if !header.met {
            let pair = |name: &str, value: &str| (Name::new(name), Value::from(value));
            header.xml = vec![
                pair("xes.version", "1849-2016"),
                pair("xes.features", "nested-attributes"),
                pair("xmlns", "http://www.xes-standard.org/"),
            ];
            let extension = |name: &str, prefix: &str| {
                let uri = format!("http://www.xes-standard.org/{prefix}.xesext");
                Value::Map(vec![pair("name", name), pair("prefix", prefix), pair("uri", &uri)])
            };
            let known = [("Concept", "concept"), ("Time", "time"), ("Identity", "identity")];
            header.extensions.extend(known.map(|(name, prefix)| extension(name, prefix)));
        }
        out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        tag(out, 0, "log", &header.xml)?;
        out.extend_from_slice(b">\n");
        for (name, list) in [("extension", &header.extensions), ("classifier", &header.classifiers)] {
            for item in list {
                let Value::Map(members) = item else { continue };
                tag(out, 1, name, members)?;
                out.extend_from_slice(b"/>\n");
            }
        }
        for item in &header.globals {
            let Value::Map(members) = item else { continue };
            let own = |name: &Name| name.as_str() == parts::ATTRIBUTES;
            let scope: Vec<_> = members.iter().filter(|(name, _)| !own(name)).cloned().collect();
            tag(out, 1, "global", &scope)?;
            out.extend_from_slice(b">\n");
            for (_, value) in members.iter().filter(|(name, _)| own(name)) {
                let Value::Map(attributes) = value else { continue };
                named(out, 2, attributes)?;
            }
            out.extend_from_slice(b"\t</global>\n");
        }
        named(out, 1, &header.attributes)
    }
}

fn union(known: &mut Vec<Value>, more: &[Value]) {
    for item in more {
        if !known.contains(item) {
            known.push(item.clone());
        }
    }
}

fn unfit(what: &str, mend: &str) -> ExportError {
    ExportError::Unfit { what: what.to_owned(), format: Format::Xes, mend: mend.to_owned() }
}

/// Renders an event of the trace that is its object at `of`; `identified` keeps its id.
fn render(out: &mut Vec<u8>, event: &Event, of: Option<usize>, identified: bool) -> Written {
    out.extend_from_slice(b"\t\t<event>\n");
    let first =
        |name: &str| event.attributes.iter().find(|(own, _)| own.as_str() == name).map(|(_, value)| value);
    let untold = event.activity.as_str() == UNNAMED;
    let told = first(parts::NAME).is_some_and(|value| !matches!(value, Value::Text(_)));
    if !untold && !told {
        attribute(out, 3, parts::NAME, &event.activity.as_str().into())?;
    }
    let timed = match first(parts::TIME) {
        Some(Value::Annotated(value, _)) => parts::time(value) == Some(event.time),
        _ => first(UNTIMED) == Some(&Value::Boolean(true)),
    };
    if !timed {
        attribute(out, 3, parts::TIME, &event.time.into())?;
    }
    if identified {
        attribute(out, 3, "identity:id", &event.id.as_str().into())?;
    }
    for (name, value) in &event.attributes {
        if name.as_str() != UNTIMED {
            attribute(out, 3, name.as_str(), value)?;
        }
    }
    let relation = of.and_then(|position| event.objects.get(position));
    if let Some(relation) = relation.filter(|relation| relation.qualifier.as_str() != CASE) {
        attribute(out, 3, vocabulary::QUALIFIER, &relation.qualifier.as_str().into())?;
    }
    for (name, value) in shared::unfold(event, of) {
        attribute(out, 3, name, &value)?;
    }
    out.extend_from_slice(b"\t\t</event>\n");
    Ok(())
}

fn indent(out: &mut Vec<u8>, depth: usize) {
    out.extend(std::iter::repeat_n(b'\t', depth));
}

/// Writes the beginning of a tag with its XML attributes, without its end.
fn tag(out: &mut Vec<u8>, depth: usize, name: &str, members: &[(Name, Value)]) -> Written {
    indent(out, depth);
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    for (name, value) in members {
        let Value::Text(value) = value else { continue };
        out.push(b' ');
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b"=\"");
        escape(out, value);
        out.push(b'"');
    }
    Ok(())
}

fn named(out: &mut Vec<u8>, depth: usize, attributes: &[(Name, Value)]) -> Written {
    attributes.iter().try_for_each(|(name, value)| attribute(out, depth, name.as_str(), value))
}

/// Writes an attribute with all that it contains.
fn attribute(out: &mut Vec<u8>, depth: usize, key: &str, value: &Value) -> Written {
    if !key.chars().all(allowed) {
        let what = format!("the name `{}`", excerpt(&key.escape_debug().to_string()));
        return Err(unfit(&what, "it has a character that XML forbids; write `ocel-json`"));
    }
    let (value, notes) = match value {
        Value::Annotated(inner, notes) if !matches!(**inner, Value::Map(_) | Value::Annotated(..)) => {
            (&**inner, notes.as_slice())
        }
        other => (other, [].as_slice()),
    };
    match value {
        Value::List(items) => {
            open(out, depth, "list", key);
            out.extend_from_slice(b">\n");
            if !items.is_empty() {
                indent(out, depth + 1);
                out.extend_from_slice(b"<values>\n");
                items.iter().try_for_each(|value| item(out, depth + 2, value))?;
                indent(out, depth + 1);
                out.extend_from_slice(b"</values>\n");
            }
            named(out, depth + 1, notes)?;
            close(out, depth, "list");
        }
        Value::Map(members) => {
            open(out, depth, "container", key);
            out.extend_from_slice(b">\n");
            named(out, depth + 1, members)?;
            close(out, depth, "container");
        }
        _ => {
            let (kind, text) = scalar(value);
            open(out, depth, kind, key);
            out.extend_from_slice(b" value=\"");
            escape(out, &text);
            out.push(b'"');
            if notes.is_empty() {
                out.extend_from_slice(b"/>\n");
            } else {
                out.extend_from_slice(b">\n");
                named(out, depth + 1, notes)?;
                close(out, depth, kind);
            }
        }
    }
    Ok(())
}

fn item(out: &mut Vec<u8>, depth: usize, value: &Value) -> Written {
    match value {
        Value::Map(members)
            if members.len() == 1 && members.iter().all(|(name, _)| name.as_str() != ITEM) =>
        {
            named(out, depth, members)
        }
        other => attribute(out, depth, ITEM, other),
    }
}

fn open(out: &mut Vec<u8>, depth: usize, kind: &str, key: &str) {
    indent(out, depth);
    out.push(b'<');
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b" key=\"");
    escape(out, key);
    out.push(b'"');
}

fn close(out: &mut Vec<u8>, depth: usize, kind: &str) {
    indent(out, depth);
    out.extend_from_slice(b"</");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b">\n");
}

/// The XES type of a value without parts, and its text.
fn scalar(value: &Value) -> (&'static str, String) {
    match value {
        Value::Integer(number) => ("int", number.to_string()),
        Value::Boolean(truth) => ("boolean", truth.to_string()),
        Value::Time(time) => ("date", time.to_string()),
        Value::Float(number) if number.is_infinite() => {
            ("float", if *number > 0.0 { "INF" } else { "-INF" }.to_owned())
        }
        Value::Float(number) => ("float", format!("{number:?}")),
        Value::Id(id) if id.chars().all(allowed) => ("id", id.to_string()),
        Value::Text(text) if !text.starts_with(vocabulary::JSON) && text.chars().all(allowed) => {
            ("string", text.to_string())
        }
        other => ("string", vocabulary::wrap(other)),
    }
}
