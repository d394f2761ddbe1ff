use super::syntax::{Expr, ExprKind, Literal, Word};
use std::fmt::{self, Display, Formatter, Write};

/// How tightly what is printed must bind where it stands.
const IF: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const UNARY: u8 = 6;
const MEMBER: u8 = 7;

impl Display for Expr {
    /// The expression in a canonical form, with as few parentheses as needed; parsing it yields the same tree.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        print(self, IF, f)
    }
}

fn print(expr: &Expr, least: u8, f: &mut Formatter<'_>) -> fmt::Result {
    let level = level(&expr.kind);
    if level < least {
        f.write_char('(')?;
        bare(expr, f)?;
        return f.write_char(')');
    }
    bare(expr, f)
}

fn level(kind: &ExprKind) -> u8 {
    match kind {
        ExprKind::If(_) => IF,
        ExprKind::Or(_) => OR,
        ExprKind::And(_) => AND,
        ExprKind::Binary(op, ..) => op.level(),
        ExprKind::Not(_) | ExprKind::Negate(_) => UNARY,
        ExprKind::Literal(Literal::Int(value)) if *value < 0 => UNARY,
        ExprKind::Literal(Literal::Double(value)) if value.is_sign_negative() => UNARY,
        _ => MEMBER,
    }
}

fn bare(expr: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
    match &expr.kind {
        ExprKind::Literal(literal) => write!(f, "{literal}"),
        ExprKind::Name { name, root } => write!(f, "{}{name}", if *root { "." } else { "" }),
        ExprKind::Select(of, field) => {
            print(of, MEMBER, f)?;
            selector(field, f)
        }
        ExprKind::Has(of, field) => {
            f.write_str("has(")?;
            print(of, MEMBER, f)?;
            selector(field, f)?;
            f.write_char(')')
        }
        ExprKind::Index(of, at) => {
            print(of, MEMBER, f)?;
            write!(f, "[{at}]")
        }
        ExprKind::Call { function, target, args } => {
            match target {
                Some(target) => {
                    print(target, MEMBER, f)?;
                    selector(function, f)?;
                }
                None => f.write_str(&function.text)?,
            }
            separated("(", args, ")", f)
        }
        ExprKind::Fold(fold) => {
            print(&fold.range, MEMBER, f)?;
            write!(f, ".{}({}", fold.fold.name(), fold.variable.text)?;
            for part in fold.filter.iter().chain(&fold.transform) {
                write!(f, ", {part}")?;
            }
            f.write_char(')')
        }
        ExprKind::List(items) => separated("[", items, "]", f),
        ExprKind::Map(entries) => {
            f.write_char('{')?;
            for (index, (key, value)) in entries.iter().enumerate() {
                write!(f, "{}{key}: {value}", if index > 0 { ", " } else { "" })?;
            }
            f.write_char('}')
        }
        ExprKind::Not(of) => prefixed('!', of, f),
        ExprKind::Negate(of) => prefixed('-', of, f),
        ExprKind::Binary(op, left, right) => {
            print(left, op.level(), f)?;
            write!(f, " {} ", op.sign())?;
            print(right, op.level() + 1, f)
        }
        ExprKind::And(all) => joined(all, " && ", AND + 1, f),
        ExprKind::Or(any) => joined(any, " || ", OR + 1, f),
        ExprKind::If(parts) => {
            let [condition, yes, no] = &**parts;
            print(condition, OR, f)?;
            f.write_str(" ? ")?;
            print(yes, OR, f)?;
            write!(f, " : {no}")
        }
    }
}

/// A sign before its operand. Before a number's digits it would become part of the literal, hence the parentheses.
fn prefixed(sign: char, of: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char(sign)?;
    if sign == '-' && begins_with_number(of) { write!(f, "({of})") } else { print(of, UNARY, f) }
}

fn begins_with_number(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(literal) => matches!(literal, Literal::Int(_) | Literal::Double(_)),
        ExprKind::Select(of, _) | ExprKind::Index(of, _) | ExprKind::Call { target: Some(of), .. } => {
            begins_with_number(of)
        }
        ExprKind::Fold(fold) => begins_with_number(&fold.range),
        _ => false,
    }
}

fn selector(word: &Word, f: &mut Formatter<'_>) -> fmt::Result {
    let mut chars = word.text.chars();
    let plain = chars.next().is_some_and(|first| first == '_' || first.is_ascii_alphabetic())
        && chars.all(|char| char == '_' || char.is_ascii_alphanumeric())
        && !matches!(word.text.as_str(), "in" | "true" | "false" | "null");
    if plain { write!(f, ".{}", word.text) } else { write!(f, ".`{}`", word.text) }
}

fn separated(open: &str, items: &[Expr], close: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(open)?;
    joined(items, ", ", IF, f)?;
    f.write_str(close)
}

fn joined(items: &[Expr], between: &str, least: u8, f: &mut Formatter<'_>) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        print(item, least, f)?;
    }
    Ok(())
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Uint(value) => write!(f, "{value}u"),
            Self::Double(value) => write!(f, "{value:?}"),
            Self::String(text) => quote(text, f),
            Self::Bytes(bytes) => {
                f.write_str("b\"")?;
                for byte in bytes {
                    match byte {
                        b'"' | b'\\' => write!(f, "\\{}", char::from(*byte))?,
                        b' '..=b'~' => f.write_char(char::from(*byte))?,
                        _ => write!(f, "\\x{byte:02x}")?,
                    }
                }
                f.write_char('"')
            }
        }
    }
}

/// `text` as a literal between double quotes.
pub(super) fn quote(text: &str, f: &mut impl Write) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' | '\\' => write!(f, "\\{char}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            _ if char.is_control() => write!(f, "\\U{:08x}", u32::from(char))?,
            _ => f.write_char(char)?,
        }
    }
    f.write_char('"')
}
