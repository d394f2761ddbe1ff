//! A pull scanner for the XML that logs are written in: it reads from any stream through one buffer and hands out
//! borrowed tags. It refuses document type declarations with content, so that no entity can expand, and any one tag or
//! text of more than [`LONGEST`] bytes.

mod lex;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use text::{allowed, escape};

use super::fault::{ImportError, Place};
use std::borrow::Cow;
use std::cell::Cell;
use std::io::Read;
use std::ops::Range;

use lex::{Attribute, Piece, Scan, Stop, aside, attributes, blanks, fault, name, plain};
use text::text;

/// The longest tag, text or comment that is read, in bytes.
pub(crate) const LONGEST: usize = 16 << 20;
/// How deep elements may stand within one another.
const DEEPEST: usize = 1000;
/// How much is read at a time at least; little in this crate's own tests, so that every piece meets the end of a buffer.
const FIRST_BUFFER: usize = if cfg!(test) { 16 } else { 128 << 10 };

/// One piece of a document.
pub(crate) enum Token<'a> {
    /// The start of an element, or a whole empty one.
    Start(Tag<'a>),
    /// The end of the element that was started last.
    End,
    /// Text between tags, with entities resolved; blank text is left out unless it was asked for.
    Text(Cow<'a, str>),
    /// The end of the document.
    Eof,
}

/// A start tag.
#[derive(Clone, Copy)]
pub(crate) struct Tag<'a> {
    buffer: &'a str,
    name: &'a str,
    attributes: &'a [Attribute],
    /// The tag as it stands in the document.
    pub(crate) written: &'a [u8],
    /// Whether the element ends with this tag.
    pub(crate) empty: bool,
}

/// Why a piece of XML cannot be read.
pub(crate) type Fault = Cow<'static, str>;

impl<'a> Tag<'a> {
    /// The element's name without a namespace prefix.
    pub(crate) fn name(&self) -> &'a str {
        match self.name.bytes().position(|byte| byte == b':') {
            Some(colon) => self.name.get(colon + 1..).unwrap_or_default(),
            None => self.name,
        }
    }

    /// The attribute's text, if the tag has it.
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Result<Option<Cow<'a, str>>, Fault> {
        match self.attributes.iter().find(|attribute| self.slice(&attribute.name) == name) {
            Some(attribute) => text(self.slice(&attribute.value), attribute.plain, true).map(Some),
            None => Ok(None),
        }
    }

    /// How many attributes the tag has.
    pub(crate) fn len(&self) -> usize {
        self.attributes.len()
    }

    /// The names of the tag's attributes, as they are written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        let tag = *self;
        tag.attributes.iter().map(move |attribute| tag.slice(&attribute.name))
    }

    #[inline]
    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.buffer.get(range.clone()).unwrap_or_default()
    }
}

/// Reads XML from `source`.
pub(crate) struct Scanner<R> {
    source: R,
    name: String,
    /// What was read and not yet dropped; checked to be UTF-8 once, as a whole.
    buffer: String,
    /// The bytes of a character that the buffer ends within.
    carry: Vec<u8>,
    /// Where in the buffer the current piece begins, and the next.
    start: usize,
    next: usize,
    exhausted: bool,
    /// Up to where in the buffer lines were counted, and how many there are from the document's beginning.
    counted: Cell<(usize, u64)>,
    attributes: Vec<Attribute>,
    open: String,
    open_ends: Vec<usize>,
    blank_text: bool,
    begun: bool,
    encoding_checked: bool,
}

impl<R: Read> Scanner<R> {
    /// A scanner over `source`, which messages call `name`. Text of nothing but white space is handed out only if
    /// `blank_text`.
    pub(crate) fn new(source: R, name: &str, blank_text: bool) -> Self {
        Self {
            source,
            name: name.to_owned(),
            buffer: String::new(),
            carry: Vec::new(),
            start: 0,
            next: 0,
            exhausted: false,
            counted: Cell::new((0, 0)),
            attributes: Vec::new(),
            open: String::new(),
            open_ends: Vec::new(),
            blank_text,
            begun: false,
            encoding_checked: false,
        }
    }

    /// The line on which the last piece begins, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        let (counted, lines) = self.counted.get();
        let since = self.buffer.get(counted..self.start).unwrap_or_default();
        let lines = lines + memchr::memchr_iter(b'\n', since.as_bytes()).count() as u64;
        self.counted.set((self.start.max(counted), lines));
        lines + 1
    }

    /// Where the last piece begins.
    pub(crate) fn place(&self) -> Place {
        Place::Line(self.line())
    }

    /// An error that ends the reading here.
    pub(crate) fn malformed(&self, what: impl Into<String>) -> ImportError {
        ImportError::Malformed { place: self.place(), what: what.into() }
    }

    /// The next piece.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Token<'_>, ImportError> {
        loop {
            self.start = self.next;
            let piece = match self.piece() {
                Ok(piece) => piece,
                Err(Stop::More) => {
                    self.fill()?;
                    continue;
                }
                Err(Stop::Fault(what)) => return Err(self.malformed(what)),
            };
            match piece {
                Piece::Skip => {}
                Piece::Start { name, empty } => return self.started(name, empty),
                Piece::End { name } => {
                    self.ended(name)?;
                    return Ok(Token::End);
                }
                Piece::Text { range, plain } => {
                    let raw = self.buffer.get(range.clone()).unwrap_or_default();
                    let blank = raw.bytes().all(|byte| byte.is_ascii_whitespace());
                    if self.open_ends.is_empty() && !blank {
                        return Err(
                            self.malformed("text stands outside the document's one element; take it out")
                        );
                    }
                    if blank && (!self.blank_text || self.open_ends.is_empty()) {
                        continue;
                    }
                    return self.texted(range, plain);
                }
                Piece::Cdata { range } => {
                    let raw = self.buffer.get(range).unwrap_or_default();
                    if !raw.chars().all(allowed) {
                        return Err(self.malformed("a text holds a control character, which XML forbids"));
                    }
                    return Ok(Token::Text(Cow::Borrowed(raw)));
                }
                Piece::Eof => return self.finished(),
            }
        }
    }

    fn started(&mut self, name: Range<usize>, empty: bool) -> Result<Token<'_>, ImportError> {
        if self.open_ends.is_empty() && std::mem::replace(&mut self.begun, true) {
            return Err(self.malformed("a second element follows the document's one element; take it out"));
        }
        if !empty {
            if self.open_ends.len() == DEEPEST {
                return Err(self.malformed(
                    "elements stand more than 1000 deep within one another; this is no event log",
                ));
            }
            self.open.push_str(self.buffer.get(name.clone()).unwrap_or_default());
            self.open_ends.push(self.open.len());
        }
        let buffer = self.buffer.as_str();
        let name = buffer.get(name).unwrap_or_default();
        let written = buffer.as_bytes().get(self.start..self.next).unwrap_or_default();
        Ok(Token::Start(Tag { buffer, name, attributes: &self.attributes, written, empty }))
    }

    fn ended(&mut self, name: Range<usize>) -> Result<(), ImportError> {
        let closed = self.buffer.get(name).unwrap_or_default();
        let Some(end) = self.open_ends.pop() else {
            return Err(self.malformed(format!("`</{closed}>` ends an element that was never begun")));
        };
        let begin = self.open_ends.last().copied().unwrap_or(0);
        let opened = self.open.get(begin..end).unwrap_or_default();
        if opened != closed {
            return Err(self.malformed(format!("`</{closed}>` stands where `</{opened}>` should")));
        }
        self.open.truncate(begin);
        Ok(())
    }

    fn texted(&mut self, range: Range<usize>, plain: bool) -> Result<Token<'_>, ImportError> {
        let raw = self.buffer.get(range).unwrap_or_default();
        match text(raw, plain, false) {
            Ok(text) => Ok(Token::Text(text)),
            Err(what) => Err(self.malformed(what)),
        }
    }

    fn finished(&mut self) -> Result<Token<'_>, ImportError> {
        if let Some(end) = self.open_ends.last() {
            let begin = self.open_ends.iter().rev().nth(1).copied().unwrap_or(0);
            let name = self.open.get(begin..*end).unwrap_or_default();
            return Err(
                self.malformed(format!("the file ends within `<{name}>`; it was cut short, get it whole"))
            );
        }
        if !self.begun {
            return Err(self.malformed("the file holds no element; it is not XML"));
        }
        Ok(Token::Eof)
    }

    /// Drops what was read and reads on behind the rest.
    fn fill(&mut self) -> Result<(), ImportError> {
        if self.exhausted {
            return Err(self.malformed("the file ends within a tag; it was cut short, get it whole"));
        }
        let lines = self.line() - 1;
        self.counted.set((0, lines));
        let mut bytes = std::mem::take(&mut self.buffer).into_bytes();
        bytes.drain(..self.start);
        (self.start, self.next) = (0, 0);
        if bytes.len() > LONGEST {
            return Err(self.malformed("a tag or text is longer than 16 MiB; this is no event log"));
        }
        bytes.append(&mut self.carry);
        self.read_on(&mut bytes)?;
        let first = !std::mem::replace(&mut self.encoding_checked, true);
        if first {
            self.check_encoding(&bytes)?;
        }
        if let Err(error) = std::str::from_utf8(&bytes) {
            self.carry = bytes.split_off(error.valid_up_to());
            if error.error_len().is_some() || self.exhausted {
                self.counted.set((0, lines + memchr::memchr_iter(b'\n', &bytes).count() as u64));
                return Err(self.malformed("a text is not valid UTF-8; convert the file to UTF-8"));
            }
        }
        self.buffer = String::from_utf8(bytes).unwrap_or_default();
        Ok(())
    }

    /// Reads as much as there is already, but not less than a buffer's length, unless the source ends before.
    fn read_on(&mut self, bytes: &mut Vec<u8>) -> Result<(), ImportError> {
        let start = bytes.len();
        let end = start + FIRST_BUFFER.max(start);
        bytes.resize(end, 0);
        let mut at = start;
        while let Some(room) = bytes.get_mut(at..end).filter(|room| !room.is_empty()) {
            match self.source.read(room) {
                Ok(0) => break,
                Ok(taken) => at += taken,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(ImportError::Unreadable { name: self.name.clone(), cause }),
            }
        }
        bytes.truncate(at);
        self.exhausted = at == start;
        Ok(())
    }

    /// Whether what comes next is an empty element written in just these bytes but for a plain value in quotes: that value,
    /// and where the element ends. It is not passed over; [`Self::pass`] does that.
    #[inline]
    pub(crate) fn leaf(&self, before: &[u8], after: &[u8]) -> Option<(&str, usize)> {
        let bytes = self.buffer.as_bytes();
        let mut at = self.next;
        while let b' ' | b'\t' | b'\n' | b'\r' = bytes.get(at)? {
            at += 1;
        }
        let begin = at + before.len();
        if bytes.get(at..begin)? != before {
            return None;
        }
        let end = begin + plain(bytes.get(begin..)?);
        let next = end + after.len();
        if bytes.get(end..next)? != after {
            return None;
        }
        Some((self.buffer.get(begin..end)?, next))
    }

    /// Passes over what [`Self::leaf`] found.
    #[inline]
    pub(crate) fn pass(&mut self, next: usize) {
        self.next = next;
    }

    fn check_encoding(&mut self, head: &[u8]) -> Result<(), ImportError> {
        if head.starts_with(&[0xFE, 0xFF])
            || head.starts_with(&[0xFF, 0xFE])
            || memchr::memchr(0, head).is_some()
        {
            return Err(self.malformed("the file is in UTF-16 or is not text; convert it to UTF-8"));
        }
        if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
            self.next = 3;
        }
        Ok(())
    }

    /// Scans one piece from `start`, without reading on; on success `next` stands behind it.
    #[inline]
    fn piece(&mut self) -> Scan<Piece> {
        let bytes = self.buffer.as_bytes();
        let mut at = self.next;
        if !self.blank_text {
            while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
                at += 1;
            }
            self.start = at;
            self.next = at;
        }
        match bytes.get(at) {
            None if self.exhausted => Ok(Piece::Eof),
            None => Err(Stop::More),
            Some(b'<') => match bytes.get(at + 1) {
                Some(b'/') => {
                    let begin = self.open_ends.iter().rev().nth(1).copied().unwrap_or(0);
                    let open = self.open.as_bytes().get(begin..).unwrap_or_default();
                    let awaited = at + 2..at + 2 + open.len();
                    if bytes.get(awaited.clone()) == Some(open) && bytes.get(awaited.end) == Some(&b'>') {
                        self.next = awaited.end + 1;
                        return Ok(Piece::End { name: awaited });
                    }
                    let name = name(bytes, at + 2)?;
                    let close = blanks(bytes, name.end)?;
                    if bytes.get(close) != Some(&b'>') {
                        return fault("an end tag is not closed by `>`");
                    }
                    self.next = close + 1;
                    Ok(Piece::End { name })
                }
                Some(b'!' | b'?') => {
                    let (piece, next) = aside(bytes, at)?;
                    self.next = next;
                    Ok(piece)
                }
                Some(_) => {
                    let name = name(bytes, at + 1)?;
                    let (empty, next) = attributes(bytes, name.end, &mut self.attributes)?;
                    self.next = next;
                    Ok(Piece::Start { name, empty })
                }
                None => Err(Stop::More),
            },
            Some(_) => {
                let rest = bytes.get(at..).unwrap_or_default();
                let length = match memchr::memchr(b'<', rest) {
                    Some(length) => length,
                    None if self.exhausted => rest.len(),
                    None => return Err(Stop::More),
                };
                let odd = |byte: &u8| *byte == b'&' || *byte < b' ';
                let plain = !rest.get(..length).unwrap_or_default().iter().any(odd);
                self.next = at + length;
                Ok(Piece::Text { range: at..at + length, plain })
            }
        }
    }
}
