//! A pull scanner for the XML that logs are written in: it reads from any stream through one buffer and hands out
//! borrowed tags. It refuses document type declarations with content, so that no entity can expand, and any one tag or
//! text of more than [`LONGEST`] bytes.

use super::fault::{ImportError, Place};
use std::borrow::Cow;
use std::cell::Cell;
use std::io::Read;
use std::ops::Range;

/// The longest tag, text or comment that is read, in bytes.
pub(crate) const LONGEST: usize = 16 << 20;
const MOST_ATTRIBUTES: usize = 64;
const FIRST_BUFFER: usize = 128 << 10;

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
    /// Whether the element ends with this tag.
    pub(crate) empty: bool,
}

#[derive(Clone, Debug)]
struct Attribute {
    name: Range<usize>,
    value: Range<usize>,
    /// Without entities and control characters, so that it is its text.
    plain: bool,
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

/// What [`Scanner::piece`] found; ranges are within the buffer.
enum Piece {
    Start { name: Range<usize>, empty: bool },
    End { name: Range<usize> },
    Text { range: Range<usize>, plain: bool },
    Cdata { range: Range<usize> },
    Skip,
    Eof,
}

enum Stop {
    /// The piece goes on beyond the buffer.
    More,
    Fault(Fault),
}

type Scan<T> = Result<T, Stop>;

fn fault<T>(what: impl Into<Fault>) -> Scan<T> {
    Err(Stop::Fault(what.into()))
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
            self.open.push_str(self.buffer.get(name.clone()).unwrap_or_default());
            self.open_ends.push(self.open.len());
        }
        let buffer = self.buffer.as_str();
        let name = buffer.get(name).unwrap_or_default();
        Ok(Token::Start(Tag { buffer, name, attributes: &self.attributes, empty }))
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
        let wanted = FIRST_BUFFER.max(bytes.len());
        let taken = self.source.by_ref().take(wanted as u64).read_to_end(&mut bytes);
        let taken = taken.map_err(|cause| ImportError::Unreadable { name: self.name.clone(), cause })?;
        self.exhausted = taken == 0;
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

/// What a byte ends: bit 0 a name, bit 1 the plain part of an attribute's value.
static ENDS: [u8; 256] = {
    let mut ends = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        ends[byte] = 0b11;
        byte += 1;
    }
    ends[b' ' as usize] = 0b01;
    ends[b'/' as usize] = 0b01;
    ends[b'>' as usize] = 0b01;
    ends[b'=' as usize] = 0b01;
    ends[b'<' as usize] = 0b11;
    ends[b'"' as usize] = 0b11;
    ends[b'\'' as usize] = 0b11;
    ends[b'&' as usize] = 0b11;
    ends
};

/// The first byte from `from` on that has `bit` among what it ends, and where it stands.
#[inline]
fn until(bytes: &[u8], from: usize, bit: u8) -> Scan<(usize, u8)> {
    let rest = bytes.get(from..).unwrap_or_default();
    let found = rest.iter().position(|byte| ENDS.get(usize::from(*byte)).is_some_and(|ends| ends & bit != 0));
    let at = found.ok_or(Stop::More)?;
    Ok((from + at, rest.get(at).copied().unwrap_or_default()))
}

/// Reads a name from `from` on.
#[inline]
fn name(bytes: &[u8], from: usize) -> Scan<Range<usize>> {
    match until(bytes, from, 0b01)? {
        (at, _) if at == from => fault("a tag has no name; write `&lt;` for a lone `<`"),
        (at, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>' | b'=') => Ok(from..at),
        _ => fault("a tag's name holds a character that no name may; write `&lt;` for a lone `<`"),
    }
}

#[inline]
fn blanks(bytes: &[u8], from: usize) -> Scan<usize> {
    let mut at = from;
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    if at < bytes.len() { Ok(at) } else { Err(Stop::More) }
}

/// Reads a tag's attributes and its end; whether the element is empty, and where the tag ends.
#[inline]
fn attributes(bytes: &[u8], from: usize, found: &mut Vec<Attribute>) -> Scan<(bool, usize)> {
    found.clear();
    let mut at = from;
    loop {
        let blank = at;
        at = blanks(bytes, at)?;
        match bytes.get(at) {
            Some(b'>') => return Ok((false, at + 1)),
            Some(b'/') => match bytes.get(at + 1) {
                Some(b'>') => return Ok((true, at + 2)),
                Some(_) => return fault("a tag holds a `/` that does not end it"),
                None => return Err(Stop::More),
            },
            _ if blank == at => return fault("a tag's attributes are not parted by a space"),
            _ => {}
        }
        let name = name(bytes, at)?;
        at = blanks(bytes, name.end)?;
        if bytes.get(at) != Some(&b'=') {
            return fault("an attribute of a tag has no `=`");
        }
        at = blanks(bytes, at + 1)?;
        let quote = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return fault("an attribute's value is not in quotes"),
        };
        let begin = at + 1;
        at = begin;
        let mut plain = true;
        loop {
            let (end, byte) = until(bytes, at, 0b10)?;
            at = end + 1;
            match byte {
                _ if byte == quote => break,
                b'"' | b'\'' => {}
                b'<' => return fault("an attribute's value holds a `<`; write `&lt;`"),
                _ => plain = false,
            }
        }
        let twice = |other: &Attribute| bytes.get(other.name.clone()) == bytes.get(name.clone());
        if found.iter().any(twice) {
            return fault("a tag has the same attribute twice");
        }
        if found.len() == MOST_ATTRIBUTES {
            return fault("a tag has more than 64 attributes; this is no event log");
        }
        found.push(Attribute { name, value: begin..at - 1, plain });
    }
}

/// Passes over a comment, processing instruction, XML declaration or empty document type; finds `CDATA`.
fn aside(bytes: &[u8], at: usize) -> Scan<(Piece, usize)> {
    let rest = bytes.get(at..).unwrap_or_default();
    let until = |begin: usize, mark: &[u8]| {
        let body = rest.get(begin..).unwrap_or_default();
        memchr::memmem::find(body, mark).map(|length| begin + length).ok_or(Stop::More)
    };
    if rest.starts_with(b"<!--") {
        return Ok((Piece::Skip, at + until(4, b"-->")? + 3));
    }
    if rest.starts_with(b"<![CDATA[") {
        let end = at + until(9, b"]]>")?;
        return Ok((Piece::Cdata { range: at + 9..end }, end + 3));
    }
    if rest.starts_with(b"<?") {
        let end = until(2, b"?>")?;
        if rest.starts_with(b"<?xml ") {
            declared(rest.get(..end).unwrap_or_default())?;
        }
        return Ok((Piece::Skip, at + end + 2));
    }
    if rest.starts_with(b"<!DOCTYPE") {
        let end = until(9, b">")?;
        if memchr::memchr(b'[', rest.get(..end).unwrap_or_default()).is_some() {
            return fault(
                "the document type has declarations of its own, which are not read; take `<!DOCTYPE …>` out",
            );
        }
        return Ok((Piece::Skip, at + end + 1));
    }
    if rest.len() < 9 {
        Err(Stop::More)
    } else {
        fault("`<!` begins neither a comment nor a text; write `&lt;`")
    }
}

/// Checks the encoding that an XML declaration names.
fn declared(declaration: &[u8]) -> Scan<()> {
    let Some(at) = memchr::memmem::find(declaration, b"encoding") else { return Ok(()) };
    let value = declaration.get(at + 8..).unwrap_or_default();
    let quoted = |byte: &u8| matches!(byte, b'"' | b'\'');
    let Some(encoding) = value.split(quoted).nth(1) else { return Ok(()) };
    if encoding.eq_ignore_ascii_case(b"utf-8") || encoding.eq_ignore_ascii_case(b"us-ascii") {
        return Ok(());
    }
    let encoding = String::from_utf8_lossy(encoding).into_owned();
    fault(format!(
        "the file says that it is in `{encoding}`; convert it to UTF-8 and say so in its first line"
    ))
}

/// The text that `raw` stands for. In attributes a literal line end or tab counts as a space, as XML has it; in text a
/// carriage return before a line feed falls away.
#[inline]
fn text(raw: &str, plain: bool, attribute: bool) -> Result<Cow<'_, str>, Fault> {
    if plain { Ok(Cow::Borrowed(raw)) } else { resolve(raw, attribute) }
}

#[cold]
fn resolve(text: &str, attribute: bool) -> Result<Cow<'_, str>, Fault> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((at, character)) = chars.next() {
        match character {
            '&' => {
                let rest = text.get(at + 1..).unwrap_or_default();
                let Some((entity, _)) = rest.split_once(';').filter(|(entity, _)| entity.len() < 12) else {
                    return Err("a lone `&` stands in a text; write `&amp;`".into());
                };
                out.push(resolved(entity)?);
                while chars.next_if(|(next, _)| *next <= at + 1 + entity.len()).is_some() {}
            }
            '\r' => {
                chars.next_if(|(_, next)| *next == '\n');
                out.push(if attribute { ' ' } else { '\n' });
            }
            '\t' | '\n' if attribute => out.push(' '),
            '\t' | '\n' => out.push(character),
            control if control < ' ' => {
                return Err(format!(
                    "a text holds the control character {:#04x}, which XML forbids",
                    control as u32
                )
                .into());
            }
            other => out.push(other),
        }
    }
    Ok(Cow::Owned(out))
}

fn resolved(entity: &str) -> Result<char, Fault> {
    let numeric = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let found = match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match entity.strip_prefix('#') {
            Some(hex) if hex.starts_with('x') => numeric(hex.get(1..).unwrap_or_default(), 16),
            Some(decimal) => numeric(decimal, 10),
            None => None,
        },
    };
    match found {
        Some(character) if allowed(character) => Ok(character),
        _ => Err(format!("`&{entity};` stands for no character; write the character itself").into()),
    }
}

/// Whether XML 1.0 can carry the character at all.
pub(crate) fn allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Writes `text` so that it may stand in a text or in a quoted attribute and reads back unchanged.
pub(crate) fn escape(out: &mut Vec<u8>, text: &str) {
    let special = |byte: u8| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\t' | b'\n' | b'\r');
    if !text.bytes().any(special) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for byte in text.bytes() {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\t' => out.extend_from_slice(b"&#9;"),
            b'\n' => out.extend_from_slice(b"&#10;"),
            b'\r' => out.extend_from_slice(b"&#13;"),
            other => out.push(other),
        }
    }
}
