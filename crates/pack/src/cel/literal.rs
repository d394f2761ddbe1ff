use super::{Problem, Span};

/// Reads the text between the quotes of a string or bytes literal that stands at `start`.
///
/// A string yields UTF-8. In bytes, `\x` and octal escapes are single bytes and `\u` is refused.
pub(super) fn unescape(body: &str, start: usize, bytes: bool) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let offset = start + (body.len() - escape.len());
        let (value, len) = escaped(escape, bytes).ok_or_else(|| bad(escape, offset, bytes))?;
        match value {
            Escaped::Byte(byte) => out.push(byte),
            Escaped::Char(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = escape.get(len..).unwrap_or("");
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

enum Escaped {
    Byte(u8),
    Char(char),
}

/// What the escape at the start of `text` stands for, and its length.
fn escaped(text: &str, bytes: bool) -> Option<(Escaped, usize)> {
    let kind = text.chars().nth(1)?;
    let simple = match kind {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '?' | '"' | '\'' | '`' => kind,
        'x' | 'X' => return numbered(text, 2, 2, 16, bytes),
        'u' if !bytes => return numbered(text, 2, 4, 16, false),
        'U' if !bytes => return numbered(text, 2, 8, 16, false),
        '0'..='3' => return numbered(text, 1, 3, 8, bytes),
        _ => return None,
    };
    Some((Escaped::Char(simple), 2))
}

fn numbered(text: &str, from: usize, count: usize, radix: u32, byte: bool) -> Option<(Escaped, usize)> {
    let digits = text.get(from..from + count)?;
    if !digits.bytes().all(|digit| char::from(digit).is_digit(radix)) {
        return None;
    }
    let number = u32::from_str_radix(digits, radix).ok()?;
    let value =
        if byte { Escaped::Byte(u8::try_from(number).ok()?) } else { Escaped::Char(char::from_u32(number)?) };
    Some((value, from + count))
}

fn bad(escape: &str, offset: usize, bytes: bool) -> Problem {
    let shown: String = escape.chars().take(2).collect();
    let span = Span::new(offset, offset + shown.len());
    let mend = match shown.as_str() {
        "\\u" | "\\U" if bytes => "write the character itself, or its bytes as `\\xE5\\xB7\\xB2`".to_owned(),
        "\\u" => "write four hexadecimal digits of a character, as in `\\u5df2`".to_owned(),
        "\\U" => "write eight hexadecimal digits of a character, as in `\\U0001f600`".to_owned(),
        "\\x" | "\\X" => "write two hexadecimal digits, as in `\\x41`".to_owned(),
        _ => format!("write `\\{shown}` for a backslash, or put `r` before the quote, as in `r\"\\d+\"`"),
    };
    Problem::new(span, format!("`{shown}` is not an escape"), mend)
}

/// A number read from the start of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Digits; the sign is the parser's, so that the least integer can be written.
    Int(u64),
    Uint(u64),
    Double(f64),
}

/// The number at the start of `text`, which begins with a digit or with a dot and a digit, and its length.
/// `None` when it has too many digits.
pub(super) fn number(text: &str) -> (Option<Number>, usize) {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
    if at(0) == b'0' && matches!(at(1), b'x' | b'X') && at(2).is_ascii_hexdigit() {
        let len = 2 + bytes.iter().skip(2).take_while(|b| b.is_ascii_hexdigit()).count();
        return whole(u64::from_str_radix(text.get(2..len).unwrap_or(""), 16).ok(), at(len), len);
    }
    let mut len = digits(0);
    let mut fraction = false;
    if at(len) == b'.' && digits(len + 1) > 0 {
        fraction = true;
        len += 1 + digits(len + 1);
    }
    if matches!(at(len), b'e' | b'E') {
        let sign = usize::from(matches!(at(len + 1), b'+' | b'-'));
        let exponent = digits(len + 1 + sign);
        if exponent > 0 {
            fraction = true;
            len += 1 + sign + exponent;
        }
    }
    let shown = text.get(..len).unwrap_or("");
    if fraction {
        let double = shown.parse().ok().filter(|double: &f64| double.is_finite());
        return (double.map(Number::Double), len);
    }
    whole(shown.parse().ok(), at(len), len)
}

fn whole(number: Option<u64>, next: u8, len: usize) -> (Option<Number>, usize) {
    if matches!(next, b'u' | b'U') {
        return (number.map(Number::Uint), len + 1);
    }
    (number.map(Number::Int), len)
}
