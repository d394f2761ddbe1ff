use super::fault::FaultKind;
use super::moment::{self, Moved};
use super::syntax::BinaryOp;
use super::value::{Value, ValueRef};
use jiff::SignedDuration;
use jiff::civil::Date;
use smol_str::SmolStr;

/// What an operation yields, or why it failed.
pub(super) type Computed = Result<Value, (FaultKind, String)>;

/// A sum, difference, product, quotient or remainder.
pub(super) fn arithmetic(op: BinaryOp, left: ValueRef<'_>, right: ValueRef<'_>) -> Computed {
    use ValueRef::{Bytes, Date, Double, Duration, Int, List, String, Timestamp, Uint};
    match (op, left, right) {
        (_, Int(a), Int(b)) => int(op, a, b),
        (_, Uint(a), Uint(b)) => uint(op, a, b),
        (BinaryOp::Add, Double(a), Double(b)) => Ok(Value::Double(a + b)),
        (BinaryOp::Sub, Double(a), Double(b)) => Ok(Value::Double(a - b)),
        (BinaryOp::Mul, Double(a), Double(b)) => Ok(Value::Double(a * b)),
        (BinaryOp::Div, Double(a), Double(b)) => Ok(Value::Double(a / b)),
        (BinaryOp::Add, String(a), String(b)) => Ok(Value::String(joined(a, b))),
        (BinaryOp::Add, Bytes(a), Bytes(b)) => Ok(Value::Bytes([a, b].concat().into())),
        (BinaryOp::Add, List(a), List(b)) => Ok(Value::List(a.iter().chain(b).cloned().collect())),
        (BinaryOp::Add, Timestamp(a), Duration(b)) | (BinaryOp::Add, Duration(b), Timestamp(a)) => {
            moment::shifted(a, b).map(Value::Timestamp).ok_or_else(overflow)
        }
        (BinaryOp::Sub, Timestamp(a), Duration(b)) => {
            b.checked_neg().and_then(|b| moment::shifted(a, b)).map(Value::Timestamp).ok_or_else(overflow)
        }
        (BinaryOp::Sub, Timestamp(a), Timestamp(b)) => {
            moment::between(a, b).map(Value::Duration).ok_or_else(overflow)
        }
        (BinaryOp::Add, Date(a), Duration(b)) | (BinaryOp::Add, Duration(b), Date(a)) => moved(a, b),
        (BinaryOp::Sub, Date(a), Duration(b)) => {
            b.checked_neg().map_or_else(|| Err(overflow()), |b| moved(a, b))
        }
        (BinaryOp::Sub, Date(a), Date(b)) => length(Some(a.duration_since(b))),
        (BinaryOp::Add, Duration(a), Duration(b)) => length(a.checked_add(b)),
        (BinaryOp::Sub, Duration(a), Duration(b)) => length(a.checked_sub(b)),
        (op, a, b) => {
            let what =
                format!("`{}` does not take `{}` and `{}`", op.sign(), a.kind().name(), b.kind().name());
            Err((FaultKind::Type, what))
        }
    }
}

fn joined(a: &str, b: &str) -> SmolStr {
    let mut text = String::with_capacity(a.len() + b.len());
    text.push_str(a);
    text.push_str(b);
    text.into()
}

fn overflow() -> (FaultKind, String) {
    (FaultKind::Overflow, "the result is out of range".to_owned())
}

fn by_zero() -> (FaultKind, String) {
    (FaultKind::DivisionByZero, "division by zero".to_owned())
}

fn int(op: BinaryOp, a: i64, b: i64) -> Computed {
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div | BinaryOp::Rem if b == 0 => return Err(by_zero()),
        BinaryOp::Div => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(Value::Int).ok_or_else(overflow)
}

fn uint(op: BinaryOp, a: u64, b: u64) -> Computed {
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => return a.checked_div(b).map(Value::Uint).ok_or_else(by_zero),
        _ => return a.checked_rem(b).map(Value::Uint).ok_or_else(by_zero),
    };
    result.map(Value::Uint).ok_or_else(overflow)
}

fn length(length: Option<SignedDuration>) -> Computed {
    length.and_then(moment::bounded).map(Value::Duration).ok_or_else(overflow)
}

fn moved(day: Date, by: SignedDuration) -> Computed {
    match moment::moved(day, by) {
        Moved::To(day) => Ok(Value::Date(day)),
        Moved::Fraction => {
            let what =
                format!("a day cannot be moved by `{}`, which is not whole days", moment::in_seconds(by));
            Err((FaultKind::Conversion, what))
        }
        Moved::Beyond => Err(overflow()),
    }
}

/// The number below zero.
pub(super) fn negated(of: ValueRef<'_>) -> Computed {
    match of {
        ValueRef::Int(value) => value.checked_neg().map(Value::Int).ok_or_else(overflow),
        ValueRef::Double(value) => Ok(Value::Double(-value)),
        other => Err((FaultKind::Type, format!("`-` does not take `{}`", other.kind().name()))),
    }
}

/// How much work two values take to compare or to join, in steps of about sixteen bytes.
pub(super) fn weight(value: ValueRef<'_>) -> u64 {
    let len = match value {
        ValueRef::String(text) => text.len() / 16,
        ValueRef::Bytes(bytes) => bytes.len() / 16,
        ValueRef::List(items) => items.len(),
        ValueRef::Map(map) => map.len(),
        _ => 0,
    };
    len as u64
}

/// CEL's equality, counting the values looked at in `work`; stops, unequal, when `limit` is passed.
pub(super) fn equal(a: ValueRef<'_>, b: ValueRef<'_>, work: &mut u64, limit: u64) -> bool {
    *work += 1 + weight(a).min(weight(b)) / 16;
    if *work > limit {
        return false;
    }
    match (a, b) {
        (ValueRef::List(a), ValueRef::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a.view(), b.view(), work, limit))
        }
        (ValueRef::Map(a), ValueRef::Map(b)) => {
            let mut pairs = a.iter().zip(b.iter());
            a.len() == b.len()
                && pairs.all(|((k, v), (l, w))| k == l && equal(v.view(), w.view(), work, limit))
        }
        (a, b) => a.equals(b),
    }
}
