//! OCEL 2.0 in XML. It is read twice, as its JSON is.

use super::Survey;
use super::assemble::{Assembler, EventDraft, ObjectDraft, Part, Reference};
use super::declared::{Raw, Types};
use super::survey::Out;
use crate::interop::Format;
use crate::interop::export::Exported;
use crate::interop::fault::{ExportError, ImportError, Place, Problem, excerpt};
use crate::interop::intake::Intake;
use crate::interop::source::Source;
use crate::interop::vocabulary;
use crate::interop::xml::{Scanner, Tag, Token, allowed, escape};
use crate::{Time, Value};
use std::io::{Read, Write};

/// Reads a whole log.
pub(crate) fn read(source: &Source<'_>, intake: &mut Intake<'_>) -> Result<(), ImportError> {
    let mut assembler = Assembler::new(intake);
    for second in [false, true] {
        let scanner = Scanner::new(source.open()?, &source.name(), true);
        let mut reader = Reader { scanner, assembler: &mut assembler, second, telling: second };
        reader.log()?;
        if !second {
            assembler.header(Vec::new())?;
        }
    }
    Ok(())
}

/// A start tag on its own.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    empty: bool,
    line: u64,
}

impl Element {
    fn take(&mut self, name: &str) -> Option<String> {
        let position = self.attributes.iter().position(|(own, _)| own == name)?;
        Some(self.attributes.remove(position).1)
    }
}

struct Reader<'a, 'i, 'o, R> {
    scanner: Scanner<R>,
    assembler: &'a mut Assembler<'i, 'o>,
    /// Whether the log is read the second time.
    second: bool,
    /// Whether what is amiss is told now: of the types in the first pass, of all else in the second.
    telling: bool,
}

impl<R: Read> Reader<'_, '_, '_, R> {
    fn log(&mut self) -> Result<(), ImportError> {
        let Token::Start(tag) = self.scanner.next()? else {
            return Err(self.scanner.malformed("the document has no element; this is no OCEL log"));
        };
        if tag.name() != "log" {
            return Err(self.scanner.malformed("the document's element is not `<log>`; this is no OCEL log"));
        }
        let mut log = element(&tag).map_err(|what| self.scanner.malformed(what))?;
        log.line = self.scanner.line();
        self.rest(&log);
        while let Some(section) = self.child(&mut log, "the log")? {
            let of_types = ["event-types", "object-types"].contains(&section.name.as_str());
            self.telling = self.second != of_types;
            if self.telling {
                self.rest(&section);
            }
            match (section.name.as_str(), self.second) {
                ("event-types", false) => {
                    self.each(section, "event-type", &mut |own, element| own.declare(true, element))?
                }
                ("object-types", false) => {
                    self.each(section, "object-type", &mut |own, element| own.declare(false, element))?;
                }
                ("objects", false) => self.each(section, "object", &mut Self::note)?,
                ("objects", true) => self.each(section, "object", &mut Self::object)?,
                ("events", true) => self.each(section, "event", &mut Self::event)?,
                ("event-types" | "object-types", true) | (_, false) => self.skip(&section)?,
                (_, true) => self.unknown(&section, "the log")?,
            }
            self.telling = self.second;
        }
        match self.scanner.next()? {
            Token::Eof => Ok(()),
            _ => Err(self.scanner.malformed("something follows the end of the log")),
        }
    }

    /// The next element within `parent`; nothing at its end.
    fn child(&mut self, parent: &mut Element, what: &str) -> Result<Option<Element>, ImportError> {
        if parent.empty {
            return Ok(None);
        }
        loop {
            match self.scanner.next()? {
                Token::End | Token::Eof => {
                    parent.empty = true;
                    return Ok(None);
                }
                Token::Text(text) => {
                    if !text.trim().is_empty() && self.telling {
                        let unknown = Problem::Unknown { part: "text".to_owned(), what: what.to_owned() };
                        self.assembler.intake.refuse(self.scanner.place(), unknown);
                    }
                }
                Token::Start(tag) => {
                    let element = element(&tag);
                    let mut element = element.map_err(|what| self.scanner.malformed(what))?;
                    element.line = self.scanner.line();
                    return Ok(Some(element));
                }
            }
        }
    }

    fn skip(&mut self, element: &Element) -> Result<(), ImportError> {
        let mut open = usize::from(!element.empty);
        while open > 0 {
            match self.scanner.next()? {
                Token::Start(tag) if !tag.empty => open += 1,
                Token::End => open -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    fn unknown(&mut self, element: &Element, what: &str) -> Result<(), ImportError> {
        let part = format!("element `<{}>`", excerpt(&element.name));
        self.assembler
            .intake
            .refuse(Place::Line(element.line), Problem::Unknown { part, what: what.to_owned() });
        self.skip(element)
    }

    /// Refuses whatever stands within an element that should be empty.
    fn nothing_within(&mut self, mut element: Element, what: &str) -> Result<(), ImportError> {
        while let Some(inner) = self.child(&mut element, what)? {
            self.unknown(&inner, what)?;
        }
        Ok(())
    }

    /// Refuses what nobody asked of a tag; where a namespace is declared nothing is said that could be lost.
    fn rest(&mut self, element: &Element) {
        if !self.telling {
            return;
        }
        for (name, _) in element.attributes.iter().filter(|(name, _)| !name.starts_with("xmlns")) {
            let part = format!("the tag's `{}`", excerpt(name));
            let what = format!("`<{}>`", excerpt(&element.name));
            self.assembler.intake.refuse(Place::Line(element.line), Problem::Unknown { part, what });
        }
    }

    fn each(
        &mut self,
        mut section: Element,
        name: &str,
        take: &mut dyn FnMut(&mut Self, Element) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let what = format!("`<{}>`", section.name);
        while let Some(element) = self.child(&mut section, &what)? {
            if element.name == name {
                take(self, element)?;
            } else if self.telling {
                self.unknown(&element, &what)?;
            } else {
                self.skip(&element)?;
            }
        }
        Ok(())
    }

    fn declare(&mut self, of_events: bool, mut own: Element) -> Result<(), ImportError> {
        let (name, line) = (own.take("name"), own.line);
        self.rest(&own);
        let (mut attributes, mut lines) = (Vec::new(), Vec::new());
        while let Some(mut list) = self.child(&mut own, "a type")? {
            if list.name != "attributes" {
                self.unknown(&list, "a type")?;
                continue;
            }
            self.rest(&list);
            while let Some(mut attribute) = self.child(&mut list, "`<attributes>`")? {
                if attribute.name != "attribute" {
                    self.unknown(&attribute, "`<attributes>`")?;
                    continue;
                }
                attributes.push((attribute.take("name"), attribute.take("type")));
                lines.push(attribute.line);
                self.rest(&attribute);
                self.nothing_within(attribute, "an attribute of a type")?;
            }
        }
        self.assembler.declare(of_events, name, attributes, &|part| at(line, &lines, &[], part));
        Ok(())
    }

    fn note(&mut self, mut element: Element) -> Result<(), ImportError> {
        if let (Some(id), Some(kind)) = (element.take("id"), element.take("type")) {
            self.assembler.object_id(&id, &kind);
        }
        self.skip(&element)
    }

    fn object(&mut self, mut own: Element) -> Result<(), ImportError> {
        let (id, kind) = (own.take("id"), own.take("type"));
        self.rest(&own);
        let parts = self.parts(&mut own, "an object")?;
        let draft = ObjectDraft { id, kind, attributes: parts.attributes, relations: parts.relations };
        let (values, links) = (parts.attribute_lines, parts.relation_lines);
        self.assembler.object(draft, &|part| at(own.line, &values, &links, part))
    }

    fn event(&mut self, mut own: Element) -> Result<(), ImportError> {
        let (id, kind, time) = (own.take("id"), own.take("type"), own.take("time").map(Raw::Text));
        self.rest(&own);
        let parts = self.parts(&mut own, "an event")?;
        for ((_, _, time), line) in parts.attributes.iter().zip(&parts.attribute_lines) {
            if time.is_some() {
                let what = "an event's attribute".to_owned();
                let unknown = Problem::Unknown { part: "the tag's `time`".to_owned(), what };
                self.assembler.intake.refuse(Place::Line(*line), unknown);
            }
        }
        let attributes = parts.attributes.into_iter().map(|(name, raw, _)| (name, raw)).collect();
        let draft = EventDraft { id, kind, time, attributes, relations: parts.relations };
        let (values, links) = (parts.attribute_lines, parts.relation_lines);
        self.assembler.event(draft, &|part| at(own.line, &values, &links, part))
    }

    fn parts(&mut self, own: &mut Element, what: &str) -> Result<Parts, ImportError> {
        let mut parts = Parts::default();
        while let Some(mut list) = self.child(own, what)? {
            let of_attributes = match list.name.as_str() {
                "attributes" => true,
                "objects" => false,
                _ => {
                    self.unknown(&list, what)?;
                    continue;
                }
            };
            self.rest(&list);
            while let Some(mut element) = self.child(&mut list, what)? {
                match (of_attributes, element.name.as_str()) {
                    (true, "attribute") => {
                        let (name, time) = (element.take("name"), element.take("time").map(Raw::Text));
                        self.rest(&element);
                        parts.attribute_lines.push(element.line);
                        parts.attributes.push((name, Raw::Text(self.text(element)?), time));
                    }
                    (false, "relationship" | "object" | "relobj") => {
                        let object = element.take("object-id");
                        // Some logs call the qualifier so.
                        let qualifier = element.take("qualifier").or_else(|| element.take("relationship"));
                        self.rest(&element);
                        parts.relation_lines.push(element.line);
                        parts.relations.push(Reference { object, qualifier });
                        self.nothing_within(element, "a relationship")?;
                    }
                    _ => self.unknown(&element, &format!("`<{}>`", list.name))?,
                }
            }
        }
        Ok(parts)
    }

    /// The text of an element that has nothing else.
    fn text(&mut self, element: Element) -> Result<String, ImportError> {
        let mut whole = String::new();
        let mut open = !element.empty;
        while open {
            let inner = match self.scanner.next()? {
                Token::End | Token::Eof => {
                    open = false;
                    continue;
                }
                Token::Text(text) => {
                    whole.push_str(&text);
                    continue;
                }
                Token::Start(tag) => self::element(&tag),
            };
            let mut inner = inner.map_err(|what| self.scanner.malformed(what))?;
            inner.line = self.scanner.line();
            self.unknown(&inner, "an attribute")?;
        }
        Ok(whole)
    }
}

#[derive(Default)]
struct Parts {
    attributes: Vec<(Option<String>, Raw, Option<Raw>)>,
    attribute_lines: Vec<u64>,
    relations: Vec<Reference>,
    relation_lines: Vec<u64>,
}

fn element(tag: &Tag<'_>) -> Result<Element, crate::interop::xml::Fault> {
    let mut attributes = Vec::with_capacity(tag.len());
    for name in tag.names() {
        attributes.push((name.to_owned(), tag.get(name)?.unwrap_or_default().into_owned()));
    }
    Ok(Element { name: tag.name().to_owned(), attributes, empty: tag.empty, line: 0 })
}

fn at(line: u64, attributes: &[u64], relations: &[u64], part: Part) -> Place {
    let own = match part {
        Part::Whole => None,
        Part::Attribute(position) => attributes.get(position),
        Part::Relation(position) => relations.get(position),
    };
    Place::Line(own.copied().unwrap_or(line))
}

/// Writes a whole log.
pub(crate) fn write(survey: Survey, out: &mut dyn Write) -> Result<Exported, ExportError> {
    let mut text = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log>\n".to_vec();
    types(&mut text, "object-type", &survey.object_types)?;
    types(&mut text, "event-type", &survey.event_types)?;
    text.extend_from_slice(b"  <objects>\n");
    let exported = survey.write(&mut |item| {
        match item {
            Out::Object(object) => {
                begin(&mut text, "object", &object.id, object.kind, None)?;
                for (name, value, time) in &object.values {
                    attribute(&mut text, name, value, Some(*time))?;
                }
                end(&mut text, "object", &object.relations)?;
            }
            Out::Events => text.extend_from_slice(b"  </objects>\n  <events>\n"),
            Out::Event(event) => {
                begin(&mut text, "event", &event.id, event.kind, Some(event.time))?;
                for (name, value) in &event.attributes {
                    attribute(&mut text, name, value, None)?;
                }
                end(&mut text, "event", &event.relations)?;
            }
        }
        out.write_all(&text)?;
        text.clear();
        Ok(())
    })?;
    out.write_all(b"  </events>\n</log>\n")?;
    Ok(exported)
}

type Written = Result<(), ExportError>;

fn types(text: &mut Vec<u8>, element: &str, types: &Types) -> Written {
    text.extend_from_slice(format!("  <{element}s>\n").as_bytes());
    for own in types.iter() {
        text.extend_from_slice(format!("    <{element} name=\"").as_bytes());
        name(text, &own.name)?;
        text.extend_from_slice(b"\">\n      <attributes>\n");
        for (attribute, kind) in &own.attributes {
            text.extend_from_slice(b"        <attribute name=\"");
            name(text, attribute.as_str())?;
            text.extend_from_slice(format!("\" type=\"{}\"/>\n", kind.name()).as_bytes());
        }
        text.extend_from_slice(format!("      </attributes>\n    </{element}>\n").as_bytes());
    }
    text.extend_from_slice(format!("  </{element}s>\n").as_bytes());
    Ok(())
}

/// Writes a name or id, which must be such as XML can carry.
fn name(text: &mut Vec<u8>, own: &str) -> Written {
    if own.chars().all(allowed) {
        escape(text, own);
        return Ok(());
    }
    let what = format!("the name `{}`", excerpt(&own.escape_debug().to_string()));
    let mend = "it has a character that XML forbids; write `ocel-json`".to_owned();
    Err(ExportError::Unfit { what, format: Format::OcelXml, mend })
}

fn begin(text: &mut Vec<u8>, element: &str, id: &str, kind: &str, time: Option<Time>) -> Written {
    text.extend_from_slice(format!("    <{element} id=\"").as_bytes());
    name(text, id)?;
    text.extend_from_slice(b"\" type=\"");
    name(text, kind)?;
    if let Some(time) = time {
        text.extend_from_slice(format!("\" time=\"{time}").as_bytes());
    }
    text.extend_from_slice(b"\">\n      <attributes>\n");
    Ok(())
}

fn attribute(text: &mut Vec<u8>, own: &str, value: &Value, time: Option<Time>) -> Written {
    text.extend_from_slice(b"        <attribute name=\"");
    name(text, own)?;
    if let Some(time) = time {
        text.extend_from_slice(format!("\" time=\"{time}").as_bytes());
    }
    text.extend_from_slice(b"\">");
    let content = match value {
        Value::Text(own) if own.chars().all(allowed) => own.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Time(time) => time.to_string(),
        other => vocabulary::wrap(other),
    };
    escape(text, &content);
    text.extend_from_slice(b"</attribute>\n");
    Ok(())
}

fn end(text: &mut Vec<u8>, element: &str, relations: &[(&str, &str)]) -> Written {
    text.extend_from_slice(b"      </attributes>\n");
    if !relations.is_empty() {
        text.extend_from_slice(b"      <objects>\n");
        for (object, qualifier) in relations {
            text.extend_from_slice(b"        <relationship object-id=\"");
            name(text, object)?;
            text.extend_from_slice(b"\" qualifier=\"");
            name(text, qualifier)?;
            text.extend_from_slice(b"\"/>\n");
        }
        text.extend_from_slice(b"      </objects>\n");
    }
    text.extend_from_slice(format!("    </{element}>\n").as_bytes());
    Ok(())
}
