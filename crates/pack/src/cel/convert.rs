use super::fault::FaultKind;
use super::moment;
use super::value::{Kind, Value, ValueRef};

/// A value converted to `kind`, as `int("1")` and its like do; or why it cannot be.
pub(super) fn to(kind: Kind, value: ValueRef<'_>) -> Result<Value, (FaultKind, String)> {
    if value.kind() == kind && !matches!(kind, Kind::List | Kind::Map | Kind::Null | Kind::Type) {
        return Ok(value.to_value());
    }
    let converted = match kind {
        Kind::Int => int(value).map(Value::Int),
        Kind::Uint => uint(value).map(Value::Uint),
        Kind::Double => double(value).map(Value::Double),
        Kind::Bool => truth(value).map(Value::Bool),
        Kind::String => text(value).map(|text| Value::String(text.into())),
        Kind::Bytes => match value {
            ValueRef::String(text) => Some(Value::Bytes(text.as_bytes().into())),
            _ => None,
        },
        Kind::Timestamp => match value {
            ValueRef::String(text) => moment::timestamp(text),
            ValueRef::Int(seconds) => moment::at_second(seconds),
            ValueRef::Date(day) => moment::start_of(day),
            _ => None,
        }
        .map(Value::Timestamp),
        Kind::Date => match value {
            ValueRef::String(text) => moment::date(text),
            ValueRef::Timestamp(time) => Some(moment::day_of(time)),
            _ => None,
        }
        .map(Value::Date),
        Kind::Duration => match value {
            ValueRef::String(text) => moment::duration(text).map(Value::Duration),
            _ => None,
        },
        Kind::Null | Kind::List | Kind::Map | Kind::Type => None,
    };
    converted.ok_or_else(|| {
        let fault = if convertible(kind, value.kind()) { FaultKind::Conversion } else { FaultKind::Type };
        let shown = match value {
            ValueRef::String(text) => format!("`{}`", text.chars().take(40).collect::<String>()),
            ValueRef::Double(number) => format!("`{number:?}`"),
            other => match self::text(other) {
                Some(text) => format!("`{text}`"),
                None => format!("`{}`", other.kind().name()),
            },
        };
        (fault, format!("{shown} is not {}", wanted(kind)))
    })
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "a whole number of 64 bits",
        Kind::Uint => "an unsigned number of 64 bits",
        Kind::Double => "a number",
        Kind::Bool => "`true` or `false`",
        Kind::String => "text",
        Kind::Bytes => "bytes",
        Kind::Timestamp => "a moment with its offset",
        Kind::Date => "a day",
        Kind::Duration => "a length of time",
        Kind::Null | Kind::List | Kind::Map | Kind::Type => "convertible",
    }
}

/// Whether some value of kind `from` converts to `kind`.
pub(super) fn convertible(kind: Kind, from: Kind) -> bool {
    use Kind::{Bool, Bytes, Date, Double, Duration, Int, String, Timestamp, Uint};
    match kind {
        Int => matches!(from, Int | Uint | Double | String | Timestamp),
        Uint | Double => matches!(from, Int | Uint | Double | String),
        Bool => matches!(from, Bool | String),
        String => matches!(from, String | Int | Uint | Double | Bool | Bytes | Timestamp | Date | Duration),
        Bytes => matches!(from, String | Bytes),
        Timestamp => matches!(from, Timestamp | String | Int | Date),
        Date => matches!(from, Date | String | Timestamp),
        Duration => matches!(from, Duration | String),
        _ => false,
    }
}

/// Whether every value of kind `from` converts to `kind`.
pub(super) fn always(kind: Kind, from: Kind) -> bool {
    use Kind::{Bytes, Date, Double, Int, String, Timestamp, Uint};
    kind == from
        || match (kind, from) {
            (Double, Int | Uint) | (Bytes, String) | (Int, Timestamp) | (Date, Timestamp) => true,
            (String, from) => from != Bytes && convertible(String, from),
            _ => false,
        }
}

/// The bounds are left out, since a double near them may have been rounded onto them.
const BEYOND_INT: f64 = 9_223_372_036_854_775_808.0;
const BEYOND_UINT: f64 = 18_446_744_073_709_551_616.0;

#[expect(clippy::cast_possible_truncation, reason = "towards zero, within the bounds tested before")]
fn int(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Uint(value) => i64::try_from(value).ok(),
        ValueRef::Double(value) => (-BEYOND_INT < value && value < BEYOND_INT).then_some(value as i64),
        ValueRef::String(text) => text.parse().ok(),
        ValueRef::Timestamp(time) => Some(time.seconds()),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "towards zero, within the bounds tested before"
)]
fn uint(value: ValueRef<'_>) -> Option<u64> {
    match value {
        ValueRef::Int(value) => u64::try_from(value).ok(),
        ValueRef::Double(value) => (0.0..BEYOND_UINT).contains(&value).then_some(value as u64),
        ValueRef::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "CEL rounds to the nearest double")]
fn double(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Int(value) => Some(value as f64),
        ValueRef::Uint(value) => Some(value as f64),
        ValueRef::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn truth(value: ValueRef<'_>) -> Option<bool> {
    match value {
        ValueRef::String("true" | "TRUE" | "True" | "t" | "1") => Some(true),
        ValueRef::String("false" | "FALSE" | "False" | "f" | "0") => Some(false),
        _ => None,
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    Some(match value {
        ValueRef::String(text) => text.to_owned(),
        ValueRef::Bool(value) => value.to_string(),
        ValueRef::Int(value) => value.to_string(),
        ValueRef::Uint(value) => value.to_string(),
        ValueRef::Double(value) => value.to_string(),
        ValueRef::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.to_owned(),
        ValueRef::Timestamp(time) => moment::in_utc(time),
        ValueRef::Date(day) => day.to_string(),
        ValueRef::Duration(length) => moment::in_seconds(length),
        ValueRef::Null | ValueRef::List(_) | ValueRef::Map(_) | ValueRef::Type(_) => return None,
    })
}
