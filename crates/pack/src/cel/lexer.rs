use super::literal::{self, Number};
use super::{Problem, Span};
use smol_str::SmolStr;

/// The longest source that is read, in bytes.
pub(super) const MAX_SOURCE: usize = 65_536;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(Number),
    String(SmolStr),
    Bytes(Box<[u8]>),
    /// A name or a keyword.
    Word(SmolStr),
    /// A name in backticks, allowed after a dot.
    Quoted(SmolStr),
    Sign(&'static str),
    End,
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 25] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")",
    "[", "]", "{", "}", "",
];

/// Cuts `source` into tokens, the last of which is [`Token::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<(Token, Span)>, Problem> {
    if source.len() > MAX_SOURCE {
        let span = Span::new(MAX_SOURCE, source.len());
        let what = format!("the expression has {} bytes, more than {MAX_SOURCE}", source.len());
        return Err(Problem::new(span, what, "split it into several conditions"));
    }
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        at = skip_blanks(source, at);
        let rest = source.get(at..).unwrap_or("");
        if rest.is_empty() {
            out.push((Token::End, Span::new(at, at)));
            return Ok(out);
        }
        let (token, len) = token(rest, at)?;
        out.push((token, Span::new(at, at + len)));
        at += len;
    }
}

fn skip_blanks(source: &str, mut at: usize) -> usize {
    loop {
        let rest = source.get(at..).unwrap_or("");
        let blank = rest.bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)).count();
        let comment = match rest.get(blank..) {
            Some(text) if text.starts_with("//") => text.find('\n').unwrap_or(text.len()),
            _ => 0,
        };
        if blank + comment == 0 {
            return at;
        }
        at += blank + comment;
    }
}

fn token(rest: &str, at: usize) -> Result<(Token, usize), Problem> {
    let mut bytes = rest.bytes();
    let (first, second) = (bytes.next().unwrap_or(0), bytes.next().unwrap_or(0));
    if first.is_ascii_digit() || (first == b'.' && second.is_ascii_digit()) {
        return number(rest, at);
    }
    if let Some(prefix) = string_prefix(rest) {
        return string(rest, prefix, at);
    }
    if first == b'`' {
        return quoted(rest, at);
    }
    if first == b'_' || first.is_ascii_alphabetic() {
        let len = rest.bytes().take_while(|b| *b == b'_' || b.is_ascii_alphanumeric()).count();
        return Ok((Token::Word(SmolStr::new(rest.get(..len).unwrap_or(""))), len));
    }
    match SIGNS.iter().find(|sign| !sign.is_empty() && rest.starts_with(**sign)) {
        Some(sign)
            if !(matches!(*sign, "==" | "!=") && rest.get(2..).is_some_and(|r| r.starts_with('='))) =>
        {
            confused(rest, sign, at).map_or(Ok((Token::Sign(sign), sign.len())), Err)
        }
        _ => Err(stray(rest, at)),
    }
}

/// Signs of other languages that begin like one of ours.
fn confused(rest: &str, sign: &str, at: usize) -> Option<Problem> {
    let (wrong, right) = match sign {
        "<" if rest.starts_with("<>") => ("<>", "!="),
        "*" if rest.starts_with("**") => ("**", "a product, as in `x * x`"),
        _ => return None,
    };
    let mend = if right.len() == 2 { format!("write `{right}`") } else { format!("write {right}") };
    Some(Problem::new(Span::new(at, at + 2), format!("`{wrong}` is not an operator here"), mend))
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Problem> {
    let (number, len) = literal::number(rest);
    let shown = rest.get(..len).unwrap_or("");
    let Some(number) = number else {
        let what = format!("`{shown}` is too large for a number");
        let mend = "write a whole number below 9223372036854775808, or put an identifier in quotes as text";
        return Err(Problem::new(Span::new(at, at + len), what, mend));
    };
    let tail: String =
        rest.get(len..).unwrap_or("").chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if !tail.is_empty() {
        let what = format!("`{shown}{tail}` is neither a number nor a name");
        let mend = if ["d", "day", "days", "天", "日"].contains(&tail.as_str()) {
            format!(
                "write a length of time as `duration(\"{}h\")` or with a function such as `days({shown})`",
                hours(shown)
            )
        } else if tail.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit()) {
            format!("write `{shown}{}`", tail.replace('_', ""))
        } else {
            format!("write the number alone, `{shown}`, or put text in quotes")
        };
        return Err(Problem::new(Span::new(at, at + len + tail.len()), what, mend));
    }
    Ok((Token::Number(number), len))
}

fn hours(days: &str) -> String {
    days.parse::<u32>().map_or_else(|_| "24".to_owned(), |days| (u64::from(days) * 24).to_string())
}

/// Length of the `r`, `b` or `rb` before a quote, if `rest` starts with a string.
fn string_prefix(rest: &str) -> Option<usize> {
    let letters = rest.bytes().take_while(|b| matches!(b, b'r' | b'R' | b'b' | b'B')).count();
    let quote = rest.as_bytes().get(letters).is_some_and(|b| matches!(b, b'"' | b'\''));
    let prefix = rest.get(..letters).unwrap_or("").to_ascii_lowercase();
    (quote && ["", "r", "b", "rb", "br"].contains(&prefix.as_str())).then_some(letters)
}

fn string(rest: &str, prefix: usize, at: usize) -> Result<(Token, usize), Problem> {
    let (letters, quoted) = rest.split_at_checked(prefix).unwrap_or(("", rest));
    let raw = letters.contains(['r', 'R']);
    let bytes = letters.contains(['b', 'B']);
    let mark = quoted.get(..1).unwrap_or("\"");
    let triple = mark.repeat(3);
    let fence = if quoted.starts_with(&triple) { triple.as_str() } else { mark };
    let body = quoted.get(fence.len()..).unwrap_or("");
    let Some(len) = closing(body, fence, raw) else {
        let line = body.find('\n').unwrap_or(body.len()).min(body.len());
        let span =
            Span::new(at, at + prefix + fence.len() + if fence.len() == 1 { line } else { body.len() });
        return Err(Problem::new(span, "a text has no closing quote", format!("close it with `{fence}`")));
    };
    let body = body.get(..len).unwrap_or("");
    let start = at + prefix + fence.len();
    let content = if raw { body.as_bytes().to_vec() } else { literal::unescape(body, start, bytes)? };
    let total = prefix + 2 * fence.len() + len;
    if bytes {
        return Ok((Token::Bytes(content.into()), total));
    }
    let not_text =
        |_| Problem::new(Span::new(at, at + total), "a text is no text", "write its characters as they are");
    let text = String::from_utf8(content).map_err(not_text)?;
    Ok((Token::String(text.into()), total))
}

/// Where the closing `fence` stands in `body`.
fn closing(body: &str, fence: &str, raw: bool) -> Option<usize> {
    let mut skip = false;
    for (at, byte) in body.bytes().enumerate() {
        if skip {
            skip = false;
        } else if byte == b'\\' && !raw {
            skip = true;
        } else if fence.len() == 1 && matches!(byte, b'\n' | b'\r') {
            return None;
        } else if body.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(fence.as_bytes())) {
            return Some(at);
        }
    }
    None
}

fn quoted(rest: &str, at: usize) -> Result<(Token, usize), Problem> {
    let name = rest.get(1..).unwrap_or("");
    let len = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_./- ".contains(b)).count();
    if len == 0 || name.as_bytes().get(len) != Some(&b'`') {
        let what = "a name in backticks is not closed, or holds more than letters, digits and `_ . / -`";
        return Err(Problem::new(
            Span::new(at, at + 1 + len),
            what,
            "write it as an index, such as `form[\"姓名\"]`",
        ));
    }
    Ok((Token::Quoted(SmolStr::new(name.get(..len).unwrap_or(""))), len + 2))
}

/// A character that begins no token.
fn stray(rest: &str, at: usize) -> Problem {
    let first = rest.chars().next().unwrap_or(' ');
    let (shown, mend) = match first {
        '=' if rest.starts_with("=>") => ("=>".to_owned(), "write `>=`".to_owned()),
        '=' if rest.starts_with("=<") => ("=<".to_owned(), "write `<=`".to_owned()),
        '=' if rest.starts_with("===") => ("===".to_owned(), "write `==`".to_owned()),
        '!' => ("!==".to_owned(), "write `!=`".to_owned()),
        '=' => ("=".to_owned(), "write `==` to compare".to_owned()),
        '&' => ("&".to_owned(), "write `&&` for “and”".to_owned()),
        '|' => ("|".to_owned(), "write `||` for “or”".to_owned()),
        _ => (first.to_string(), ascii_for(first)),
    };
    Problem::new(Span::new(at, at + shown.len()), format!("`{shown}` does not belong here"), mend)
}

fn ascii_for(stray: char) -> String {
    match stray {
        '“' | '”' | '‘' | '’' | '「' | '」' | '《' | '》' => {
            "write a straight quote, `\"`".to_owned()
        }
        '≥' => "write `>=`".to_owned(),
        '≤' => "write `<=`".to_owned(),
        '≠' => "write `!=`".to_owned(),
        '。' => "write `.`".to_owned(),
        '、' => "write `,`".to_owned(),
        '×' => "write `*`".to_owned(),
        '÷' => "write `/`".to_owned(),
        '\u{3000}' | '\u{a0}' => "write an ordinary space".to_owned(),
        '$' | '@' | '#' => "write the name alone, as in `form.born`".to_owned(),
        ';' => "remove it: an expression has no end mark".to_owned(),
        '\\' => "a backslash belongs inside quotes".to_owned(),
        full @ '！'..='～' => {
            let half = char::from_u32(u32::from(full) - 0xfee0).unwrap_or('?');
            format!("write the half-width `{half}`")
        }
        letter if letter.is_alphabetic() => {
            "put text in quotes; a field with such a name is reached as `form[\"姓名\"]`".to_owned()
        }
        _ => "remove it, or put text in quotes".to_owned(),
    }
}
