//! The pieces of XML, found in a buffer that may end within any of them.

use super::Fault;
use std::ops::Range;

const MOST_ATTRIBUTES: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
    /// Without entities and control characters, so that it is its text.
    pub(super) plain: bool,
}

/// What [`Scanner::piece`] found; ranges are within the buffer.
pub(super) enum Piece {
    Start { name: Range<usize>, empty: bool },
    End { name: Range<usize> },
    Text { range: Range<usize>, plain: bool },
    Cdata { range: Range<usize> },
    Skip,
    Eof,
}

pub(super) enum Stop {
    /// The piece goes on beyond the buffer.
    More,
    Fault(Fault),
}

pub(super) type Scan<T> = Result<T, Stop>;

pub(super) fn fault<T>(what: impl Into<Fault>) -> Scan<T> {
    Err(Stop::Fault(what.into()))
}

/// What a byte ends: bit 0 a name, bit 1 the plain part of an attribute's value.
pub(super) static ENDS: [u8; 256] = {
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
pub(super) fn until(bytes: &[u8], from: usize, bit: u8) -> Scan<(usize, u8)> {
    let rest = bytes.get(from..).unwrap_or_default();
    let found = rest.iter().position(|byte| ENDS.get(usize::from(*byte)).is_some_and(|ends| ends & bit != 0));
    let at = found.ok_or(Stop::More)?;
    Ok((from + at, rest.get(at).copied().unwrap_or_default()))
}

/// How many bytes of an attribute's value are plain: up to a quote, an entity, a tag or a control character.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES << 7;
    // Eight bytes at once, after Mycroft: the lowest top bit that is left stands at the first byte looked for.
    let below = |word: u64, byte: u8| word.wrapping_sub(ONES * u64::from(byte)) & !word & TOPS;
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (eights, rest) = bytes.as_chunks::<8>();
    for (nth, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        let ends = below(word, 0x20) | equal(word, b'"') | equal(word, b'&') | equal(word, b'<');
        if ends != 0 {
            return nth * 8 + ends.trailing_zeros() as usize / 8;
        }
    }
    let end = rest.iter().position(|byte| ENDS.get(usize::from(*byte)).is_some_and(|ends| ends & 0b10 != 0));
    bytes.len() - rest.len() + end.unwrap_or(rest.len())
}

/// Reads a name from `from` on.
#[inline]
pub(super) fn name(bytes: &[u8], from: usize) -> Scan<Range<usize>> {
    match until(bytes, from, 0b01)? {
        (at, _) if at == from => fault("a tag has no name; write `&lt;` for a lone `<`"),
        (at, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>' | b'=') => Ok(from..at),
        _ => fault("a tag's name holds a character that no name may; write `&lt;` for a lone `<`"),
    }
}

#[inline]
pub(super) fn blanks(bytes: &[u8], from: usize) -> Scan<usize> {
    let mut at = from;
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    if at < bytes.len() { Ok(at) } else { Err(Stop::More) }
}

/// Reads a tag's attributes and its end; whether the element is empty, and where the tag ends.
#[inline]
pub(super) fn attributes(bytes: &[u8], from: usize, found: &mut Vec<Attribute>) -> Scan<(bool, usize)> {
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
pub(super) fn aside(bytes: &[u8], at: usize) -> Scan<(Piece, usize)> {
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
pub(super) fn declared(declaration: &[u8]) -> Scan<()> {
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
