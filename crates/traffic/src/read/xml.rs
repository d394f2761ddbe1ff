//! XML as a walk over elements, each with its line.

use super::Fault;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;

/// An element that begins, or one that is over.
pub(super) enum Tag<'x> {
    Open(&'x Element<'x>),
    Close(&'x str),
}

/// An element's name and attributes.
pub(super) struct Element<'x> {
    pub name: &'x str,
    pub line: usize,
    file: &'x str,
    attributes: Vec<(&'x str, Cow<'x, str>)>,
}

impl<'x> Element<'x> {
    /// A fault at this element.
    pub fn fault(&self, text: impl Into<String>) -> Fault {
        Fault { file: self.file.to_owned(), line: self.line, text: text.into() }
    }

    /// An attribute, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
    }

    /// The names of its attributes.
    pub fn names(&self) -> impl Iterator<Item = &'x str> + '_ {
        self.attributes.iter().map(|(name, _)| *name)
    }

    /// An attribute that must be there.
    pub fn need(&self, name: &str) -> Result<&str, Fault> {
        self.get(name).ok_or_else(|| self.fault(format!("`<{}>` has no `{name}`; add it", self.name)))
    }

    /// A number, if it is there.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self.fault(format!("`{name}` of `<{}>` is `{text}`; write a number", self.name))),
        }
    }

    /// A number that must be there.
    pub fn needed(&self, name: &str) -> Result<f64, Fault> {
        self.need(name)?;
        Ok(self.number(name)?.unwrap_or_default())
    }

    /// A count or place that must be there.
    pub fn count(&self, name: &str) -> Result<u32, Fault> {
        let text = self.need(name)?;
        let fault = || self.fault(format!("`{name}` of `<{}>` is `{text}`; write a whole number", self.name));
        text.trim().parse().map_err(|_| fault())
    }

    /// A time: seconds, or `d:hh:mm:ss` and `hh:mm:ss`.
    pub fn seconds(&self, name: &str) -> Result<f64, Fault> {
        let text = self.need(name)?;
        let mut total = 0.0;
        let parts: Vec<&str> = text.trim().split(':').collect();
        let scales: &[f64] = match parts.len() {
            1 => &[1.0],
            3 => &[3600.0, 60.0, 1.0],
            4 => &[86400.0, 3600.0, 60.0, 1.0],
            _ => &[],
        };
        for (part, scale) in parts.iter().zip(scales) {
            total += part.parse::<f64>().unwrap_or(f64::NAN) * scale;
        }
        if scales.is_empty() || !total.is_finite() {
            let what = format!("`{name}` of `<{}>` is `{text}`; write seconds or hh:mm:ss", self.name);
            return Err(self.fault(what));
        }
        Ok(total)
    }

    /// Whether an attribute says yes.
    pub fn yes(&self, name: &str) -> Option<bool> {
        self.get(name).map(|text| matches!(text, "1" | "true" | "True" | "yes" | "on" | "x" | "t"))
    }
}

/// Walks over all elements of a document.
pub(super) fn walk(
    file: &str,
    text: &str,
    see: &mut dyn FnMut(Tag<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut reader = Reader::from_str(text);
    let (mut line, mut counted) = (1, 0);
    let mut depth = 0usize;
    let mut root = false;
    loop {
        let begin = usize::try_from(reader.buffer_position()).unwrap_or(text.len()).min(text.len());
        let event = reader.read_event();
        let begin = begin + leading_blanks(text.get(begin..).unwrap_or_default());
        line += newlines(text, counted, begin);
        counted = counted.max(begin);
        let fault = |text: String| Fault { file: file.to_owned(), line, text };
        let event = event.map_err(|error| fault(format!("broken XML: {error}; mend it here")))?;
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let element = element(file, line, start)?;
                see(Tag::Open(&element))?;
                root = true;
                match event {
                    Event::Empty(_) => see(Tag::Close(element.name))?,
                    _ => depth += 1,
                }
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                see(Tag::Close(end.name().0))?;
            }
            Event::Eof if depth > 0 => {
                return Err(fault("the file ends inside an element; it was cut short, get it again".into()));
            }
            Event::Eof if !root => {
                return Err(fault("no XML; name a file in SUMO's or CityFlow's form".into()));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn newlines(text: &str, from: usize, to: usize) -> usize {
    let bytes = text.as_bytes().get(from..to).unwrap_or_default();
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn element<'x>(file: &'x str, line: usize, start: &'x BytesStart<'_>) -> Result<Element<'x>, Fault> {
    let fault = |text: String| Fault { file: file.to_owned(), line, text };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| fault(format!("broken attribute: {error}; mend it")))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| fault(format!("broken attribute: {error}; mend it")))?;
        attributes.push((attribute.key.0, value));
    }
    Ok(Element { name: start.name().0, line, file, attributes })
}
