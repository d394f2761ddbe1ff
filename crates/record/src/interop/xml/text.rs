use super::Fault;
use std::borrow::Cow;

/// The text that `raw` stands for. In attributes a literal line end or tab counts as a space, as XML has it; in text a
/// carriage return before a line feed falls away.
#[inline]
pub(super) fn text(raw: &str, plain: bool, attribute: bool) -> Result<Cow<'_, str>, Fault> {
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
