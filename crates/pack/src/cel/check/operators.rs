use super::super::checked::{Node, NodeKind};
use super::super::schema::Choices;
use super::super::syntax::{BinaryOp, Expr, ExprKind};
use super::super::value::Value;
use super::super::{Span, Type};
use super::{Checker, shown};
use crate::problem::nearest;

impl Checker<'_> {
    pub(super) fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Node {
        if op == BinaryOp::Sub
            && let Some(node) = self.hyphenated(left, right, span)
        {
            return node;
        }
        let written = (left, right);
        let (left, right) = (self.node(left), self.node(right));
        if let (ExprKind::Binary(first, _, middle), end) = (&written.0.kind, written.1)
            && ordering(op)
            && ordering(*first)
            && right.ty != Type::Bool
        {
            let mend = format!("write `{} && {middle} {} {end}`", written.0, op.sign());
            return self.wrong(span, "a comparison's outcome is compared again", mend);
        }
        let ty = match op {
            BinaryOp::Eq | BinaryOp::Ne => self.equality(op, &left, &right, span),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => self.order(op, &left, &right, span),
            BinaryOp::In => self.membership(&left, &right, span),
            _ => self.arithmetic(op, &left, &right, span),
        };
        Node { kind: NodeKind::Binary(op, Box::new([left, right])), ty, span }
    }

    fn equality(&mut self, op: BinaryOp, left: &Node, right: &Node, span: Span) -> Type {
        match (&left.ty, &right.ty) {
            (Type::Choice(a), Type::Choice(b))
                if a != b && !a.iter().any(|choice| b.contains(&choice.value)) =>
            {
                let what =
                    format!("{} and {} have no value in common", self.subject(left), self.subject(right));
                self.report(span, what, "compare fields that share their listed values");
            }
            (Type::Choice(choices), _) => self.listed(left, choices, right),
            (_, Type::Choice(choices)) => self.listed(right, choices, left),
            _ => {}
        }
        if left.ty.join(&right.ty).is_none() {
            self.unlike(op, left, right, span);
        }
        Type::Bool
    }

    fn order(&mut self, op: BinaryOp, left: &Node, right: &Node, span: Span) -> Type {
        if left.ty.join(&right.ty).is_none() {
            self.unlike(op, left, right, span);
            return Type::Bool;
        }
        for side in [left, right] {
            let what = match side.ty {
                Type::List(_) | Type::Map(..) | Type::Object(_) | Type::Null | Type::Type => "has no order",
                Type::Choice(_) => "is one of listed values, which have no order",
                _ => continue,
            };
            let mend = match &side.ty {
                Type::List(_) | Type::Map(..) => "compare `.size()`, or an element",
                _ => "compare with `==`, or ask `in [\"…\", \"…\"]`",
            };
            let what = match self.named(side) {
                Some(name) => format!("`{name}` {what}"),
                None => format!("{} {what}", side.ty.described()),
            };
            self.report(side.span, what, mend);
            break;
        }
        Type::Bool
    }

    /// A choice compared with constants: each must be one of the listed values.
    fn listed(&mut self, field: &Node, choices: &Choices, other: &Node) {
        match &other.kind {
            NodeKind::Literal(Value::String(text)) if !choices.contains(text) => {
                let subject = self.named(field).unwrap_or_else(|| "this".to_owned());
                let titled =
                    choices.iter().find(|choice| choice.title.zh == *text || choice.title.en == *text);
                let values = choices.iter().map(|choice| choice.value.as_str());
                let near = titled.map(|choice| choice.value.as_str()).or_else(|| nearest(text, values));
                let mend = match near {
                    Some(near) => format!("did you mean `\"{near}\"`?"),
                    None if choices.iter().next().is_none() => {
                        "there is none yet: add it first, or leave this out".to_owned()
                    }
                    None => format!("write one of {}", choices.listed()),
                };
                self.report(other.span, format!("`{subject}` is never `\"{text}\"`"), mend);
            }
            NodeKind::List(items) => {
                for item in items {
                    self.listed(field, choices, item);
                }
            }
            NodeKind::If(parts) => {
                let [_, yes, no] = &**parts;
                self.listed(field, choices, yes);
                self.listed(field, choices, no);
            }
            _ => {}
        }
    }

    fn membership(&mut self, left: &Node, right: &Node, span: Span) -> Type {
        let held = match &right.ty {
            Type::List(element) => element,
            Type::Map(key, _) => key,
            Type::Dyn | Type::Never => return Type::Bool,
            ty => {
                let mend = match ty {
                    Type::String | Type::Choice(_) if matches!(left.ty, Type::String | Type::Choice(_)) => {
                        let (a, b) = (self.words(left), self.words(right));
                        format!("write `{b}.contains({a})` for a part of a text, or `{a} == {b}`")
                    }
                    Type::Object(_) => "ask `has(form.born)` whether a field is filled in".to_owned(),
                    _ => "write a list after `in`, as in `in [1, 2]`".to_owned(),
                };
                let what = format!("{} holds no elements", self.subject(right));
                self.report(right.span, what, mend);
                return Type::Bool;
            }
        };
        if let Type::Choice(choices) = &left.ty {
            self.listed(left, choices, right);
        }
        if let Type::Choice(choices) = &**held {
            self.listed(right, choices, left);
        }
        if left.ty.join(held).is_none() {
            let what = format!("{} cannot be among {}", self.subject(left), held.described());
            let mend = match (&left.ty, &right.kind) {
                (Type::List(_), _) => "ask `.exists(x, x in […])` for one of its elements".to_owned(),
                (_, NodeKind::List(items)) if !items.is_empty() => {
                    let first = items.first().and_then(|item| instead(&left.ty, item));
                    first.map_or_else(
                        || format!("list values that are {}", left.ty.described()),
                        |first| format!("write the elements as `{first}`"),
                    )
                }
                _ => format!("list values that are {}", left.ty.described()),
            };
            self.report(span, what, mend);
        }
        Type::Bool
    }

    /// Two sides that can never be equal nor ordered.
    fn unlike(&mut self, op: BinaryOp, left: &Node, right: &Node, span: Span) {
        let what = format!("{} is compared with {}", self.subject(left), self.subject(right));
        let mend = self.comparable(op, left, right).or_else(|| self.comparable(op, right, left));
        self.report(span, what, mend.unwrap_or_else(|| "compare values of one type".to_owned()));
    }

    /// What to write so that `other` can be compared with `side`, if that is plain.
    pub(super) fn comparable(&self, op: BinaryOp, side: &Node, other: &Node) -> Option<String> {
        if other.ty == Type::Null {
            let name = self.named(side).unwrap_or_else(|| "form.born".to_owned());
            let not = if op == BinaryOp::Ne { "" } else { "!" };
            return Some(format!("what is not filled in is absent, not null: write `{not}has({name})`"));
        }
        if let Some(constant) = instead(&side.ty, other) {
            return Some(format!("write `{constant}`"));
        }
        let (a, b) = (self.words(side), self.words(other));
        Some(match (&side.ty, &other.ty) {
            (Type::List(element), ty) if ty.join(element).is_some() => format!("write `{b} in {a}`"),
            (Type::Date, Type::Timestamp) => format!("write `date({b})`"),
            (Type::Duration, Type::Int) => match self.env.functions().iter().find(|f| f.name == "days") {
                Some(_) => format!("write `days({b})`"),
                None => "write a length of time, as in `duration(\"720h\")` for 30 days".to_owned(),
            },
            (Type::Timestamp | Type::Date, Type::Int) => {
                "write a date, as in `date(\"2026-01-31\")`".to_owned()
            }
            (Type::Double, Type::Int | Type::Uint) => format!("write `double({b})`"),
            (Type::Int, Type::Uint) => format!("write `int({b})`"),
            (Type::Object(schema), _) => {
                let shown =
                    schema.fields().iter().take(12).map(|field| format!("`{}`", field.id.replace('-', "_")));
                format!("compare one of its fields: {}", shown.collect::<Vec<_>>().join(", "))
            }
            (Type::String | Type::Choice(_), Type::Int | Type::Uint | Type::Double) => {
                format!("write `string({b})`")
            }
            _ => return None,
        })
    }

    /// A part in words short enough for a mend.
    pub(super) fn words(&self, node: &Node) -> String {
        self.named(node).unwrap_or_else(|| "…".to_owned())
    }

    pub(super) fn negate(&mut self, of: Node, span: Span) -> Node {
        let ty = of.ty.clone();
        if !matches!(ty, Type::Int | Type::Double | Type::Dyn | Type::Never) {
            let mend = match ty {
                Type::Bool => "write `!` for “not”",
                Type::Uint => "write `-int(…)`",
                _ => "only numbers can be negative",
            };
            let what = format!("{} cannot be negative", self.subject(&of));
            return self.wrong(span, what, mend);
        }
        Node { kind: NodeKind::Negate(Box::new(of)), ty, span }
    }

    fn arithmetic(&mut self, op: BinaryOp, left: &Node, right: &Node, span: Span) -> Type {
        if let Some(ty) = outcome(op, &left.ty, &right.ty) {
            return ty;
        }
        let what =
            format!("`{}` does not take {} and {}", op.sign(), self.subject(left), self.subject(right));
        let mend = self.computable(op, left, right).or_else(|| self.computable(op, right, left));
        self.report(span, what, mend.unwrap_or_else(|| "use operands of one type".to_owned()));
        Type::Dyn
    }

    fn computable(&self, op: BinaryOp, side: &Node, other: &Node) -> Option<String> {
        let b = self.words(other);
        Some(match (&side.ty, &other.ty) {
            (Type::Double, Type::Int | Type::Uint) | (Type::Int, Type::Uint) => {
                let converted = if side.ty == Type::Double { "double" } else { "int" };
                instead(&side.ty, other)
                    .map_or_else(|| format!("write `{converted}({b})`"), |c| format!("write `{c}`"))
            }
            (Type::Timestamp | Type::Date | Type::Duration, Type::Int) => {
                let days = self.env.functions().iter().any(|f| f.name == "days");
                let hours =
                    if days { format!("`days({b})`") } else { "`duration(\"24h\")` for a day".to_owned() };
                format!("write a length of time, as in {hours}")
            }
            (Type::Date, Type::Timestamp) => format!("write `date({b})`"),
            (Type::String | Type::Choice(_), Type::Int | Type::Uint | Type::Double | Type::Bool) => {
                if op == BinaryOp::Add {
                    format!("write `string({b})` to join texts")
                } else {
                    "convert the text, as in `int(…)`".to_owned()
                }
            }
            (Type::String | Type::Choice(_), Type::String | Type::Choice(_)) => {
                "convert both, as in `int(…)`; only `+` joins texts".to_owned()
            }
            (Type::List(_), ty) if op == BinaryOp::Add && !matches!(ty, Type::List(_)) => {
                format!("write `[{b}]` to add one element")
            }
            (Type::Double, Type::Double) if op == BinaryOp::Rem => "write `int(…)` around both".to_owned(),
            (Type::Bool, _) => "use `condition ? 1 : 0` to count a condition".to_owned(),
            _ => return None,
        })
    }
}

fn ordering(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
}

/// The constant `other` written as a value of type `wanted`.
fn instead(wanted: &Type, other: &Node) -> Option<String> {
    let NodeKind::Literal(value) = &other.kind else { return None };
    Some(match (wanted, value) {
        (Type::Double, Value::Int(number)) => format!("{number}.0"),
        (Type::Double, Value::Uint(number)) => format!("{number}.0"),
        (Type::Uint, Value::Int(number)) if *number >= 0 => format!("{number}u"),
        (Type::Int, Value::Uint(number)) if i64::try_from(*number).is_ok() => number.to_string(),
        (Type::Int, Value::Double(number)) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number}")
        }
        (Type::Int, Value::String(text)) => text.parse::<i64>().ok()?.to_string(),
        (Type::Double, Value::String(text)) => format!("{:?}", text.parse::<f64>().ok()?),
        (Type::Bool, Value::String(text)) => text.parse::<bool>().ok()?.to_string(),
        (Type::Bool, Value::Int(number @ 0..=1)) => (*number == 1).to_string(),
        (Type::String | Type::Choice(_), Value::Int(_) | Value::Uint(_)) => {
            format!("\"{}\"", shown(value)?.trim_end_matches('u'))
        }
        (Type::Date, Value::String(text)) => format!("date(\"{text}\")"),
        (Type::Timestamp, Value::String(text)) if text.len() > 10 => format!("timestamp(\"{text}\")"),
        (Type::Timestamp, Value::String(text)) => format!("timestamp(\"{text}T00:00:00+08:00\")"),
        (Type::Duration, Value::String(text)) => format!("duration(\"{text}\")"),
        _ => return None,
    })
}

/// The type of a sum, difference, product, quotient or remainder.
fn outcome(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    use BinaryOp::{Add, Div, Mul, Rem, Sub};
    use Type::{Bytes, Choice, Date, Double, Duration, Dyn, Int, List, Never, String, Timestamp, Uint};
    Some(match (op, left, right) {
        (_, Dyn | Never, _) | (_, _, Dyn | Never) => Dyn,
        (Add | Sub | Mul | Div | Rem, Int, Int) => Int,
        (Add | Sub | Mul | Div | Rem, Uint, Uint) => Uint,
        (Add | Sub | Mul | Div, Double, Double) => Double,
        (Add, String | Choice(_), String | Choice(_)) => String,
        (Add, Bytes, Bytes) => Bytes,
        (Add, List(a), List(b)) => Type::list(a.join(b)?),
        (Add, Timestamp, Duration) | (Add, Duration, Timestamp) | (Sub, Timestamp, Duration) => Timestamp,
        (Add, Date, Duration) | (Add, Duration, Date) | (Sub, Date, Duration) => Date,
        (Sub, Timestamp, Timestamp) | (Sub, Date, Date) | (Add | Sub, Duration, Duration) => Duration,
        _ => return None,
    })
}
