use super::super::checked::{Builtin, Node, NodeKind, Pattern};
use super::super::convert;
use super::super::syntax::{BinaryOp, Expr, Fold, Word};
use super::super::value::{Kind, Value};
use super::super::{Span, Type, moment};
use super::Checker;
use super::builtins::{NAMES, Overload, Style, overloads};
use crate::problem::nearest;

impl Checker<'_> {
    pub(super) fn call(&mut self, function: &Word, target: Option<&Expr>, args: &[Expr], span: Span) -> Node {
        let name = function.text.as_str();
        let member = target.is_some();
        if name == "dyn" && !member && args.len() == 1 {
            self.mixed = true;
        }
        if let (Some(fold), Some(target)) = (Fold::named(name), target)
            && !self.env.functions().iter().any(|signature| signature.name == name)
        {
            self.node(target);
            let form = if fold == Fold::Map {
                "`.map(x, …)` or `.map(x, …, …)`"
            } else {
                &format!("`.{name}(x, …)`")
            };
            let what = format!("`{name}` takes a name and what to do with it");
            return self.wrong(span, what, format!("write {form}"));
        }
        let mut nodes = Vec::with_capacity(args.len() + 1);
        for arg in target.into_iter().chain(args) {
            let node = self.node(arg);
            self.mixed = false;
            nodes.push(node);
        }
        if name == "dyn"
            && !member
            && let [_] = nodes.as_slice()
            && let Some(inner) = nodes.pop()
        {
            return Node { ty: Type::Dyn, span, ..inner };
        }
        let provided = self.env.functions().iter().enumerate();
        let mut named =
            provided.filter(|(_, signature)| signature.name == name && signature.member == member);
        if let Some((number, signature)) = named.find(|(_, signature)| suits(&signature.params, &nodes)) {
            return Node { kind: NodeKind::Call(number, nodes), ty: signature.result.clone(), span };
        }
        let known = overloads(name);
        let mut styled =
            known.iter().filter(|overload| overload.style == Style::Both || overload.style == style(member));
        match styled.find(|overload| suits(&overload.params, &nodes)) {
            Some(overload) => self.builtin(overload, nodes, span),
            None => self.no_call(function, member, &known, &nodes, span),
        }
    }

    fn builtin(&mut self, overload: &Overload, mut args: Vec<Node>, span: Span) -> Node {
        let ty = overload.result.clone();
        match (overload.builtin, args.as_slice()) {
            (
                Builtin::Matches,
                [_, Node { kind: NodeKind::Literal(Value::String(pattern)), span: at, .. }],
            ) => match Pattern::new(pattern) {
                Ok(pattern) => {
                    args.truncate(1);
                    let Some(text) = args.pop() else { return self.wrong(span, "no text", "write one") };
                    return Node { kind: NodeKind::Matches(Box::new(text), pattern), ty, span };
                }
                Err(reason) => {
                    let mend = pattern_mend(pattern);
                    return self.wrong(*at, format!("`{pattern}` is not a pattern: {reason}"), mend);
                }
            },
            (Builtin::To(kind), [Node { kind: NodeKind::Literal(value), span: at, ty: given }])
                if *given != Type::Dyn =>
            {
                return match convert::to(kind, value.view()) {
                    Ok(value) => Node { kind: NodeKind::Literal(value), ty, span },
                    Err((_, what)) => {
                        let mend = conversion_mend(
                            kind,
                            value,
                            self.env.functions().iter().any(|f| f.name == "days"),
                        );
                        self.wrong(*at, what, mend)
                    }
                };
            }
            (Builtin::Part(_), [_, Node { kind: NodeKind::Literal(Value::String(zone)), span: at, .. }])
                if moment::zone(zone).is_none() =>
            {
                let mend =
                    "write `UTC`, `Asia/Shanghai` or an offset such as `+05:30`; without one it is +08:00";
                return self.wrong(*at, format!("the time zone `{zone}` is not known"), mend);
            }
            _ => {}
        }
        Node { kind: NodeKind::Builtin(overload.builtin, args), ty, span }
    }

    /// A call that no function takes.
    fn no_call(
        &mut self,
        function: &Word,
        member: bool,
        known: &[Overload],
        args: &[Node],
        span: Span,
    ) -> Node {
        let name = function.text.as_str();
        let provided: Vec<_> =
            self.env.functions().iter().filter(|signature| signature.name == name).collect();
        if known.is_empty() && provided.is_empty() {
            let mend = self.instead_of_function(name, member);
            return self.wrong(function.span, format!("there is no function `{name}`"), mend);
        }
        let mut shapes: Vec<String> =
            provided.iter().map(|signature| format!("`{}`", signature.shape())).collect();
        shapes.extend(known.iter().map(|overload| format!("`{}`", shape(overload))));
        let misstyled = known.iter().all(|o| o.style != Style::Both && o.style != style(member))
            && provided.iter().all(|signature| signature.member != member);
        let mend = format!("write {}", shapes.join(", "));
        if misstyled {
            let way = if member { "after a dot" } else { "without a text or a time before it" };
            return self.wrong(span, format!("`{name}` is not called {way}"), mend);
        }
        let mut taken = provided.iter().map(|signature| signature.params.as_slice());
        let mut built_in = known.iter().map(|overload| overload.params.as_slice());
        let all: Vec<&[Type]> = taken.by_ref().chain(built_in.by_ref()).collect();
        if all.iter().all(|params| params.len() != args.len()) {
            let count = |given: usize| {
                if given == 1 { "1 argument".to_owned() } else { format!("{given} arguments") }
            };
            let wanted = all.first().map_or(0, |params| params.len());
            let own = usize::from(member);
            let what = format!(
                "`{name}` takes {}, not {}",
                count(wanted - own.min(wanted)),
                args.len().saturating_sub(own)
            );
            return self.wrong(span, what, mend);
        }
        let misfit = match all.as_slice() {
            [params] => params.iter().zip(args).find(|(param, arg)| !arg.ty.fits(param)),
            _ => None,
        };
        if let Some((param, arg)) = misfit {
            let mend = self.comparable(BinaryOp::Eq, &placeholder(param, arg.span), arg).unwrap_or(mend);
            let what = format!("`{name}` takes {} here, not {}", param.described(), self.subject(arg));
            return self.wrong(arg.span, what, mend);
        }
        let given: Vec<String> = args.iter().map(|arg| self.subject(arg)).collect();
        self.wrong(span, format!("`{name}` does not take {}", given.join(" and ")), mend)
    }

    fn instead_of_function(&self, name: &str, member: bool) -> String {
        let same = |wanted: &str| format!("write `{wanted}`");
        match name.to_ascii_lowercase().as_str() {
            "len" | "length" | "count" | "strlen" => return same("size(…)"),
            "includes" | "include" | "has" | "indexof" if member => return same(".contains(\"…\")"),
            "any" | "some" => return same(".exists(x, …)"),
            "every" | "foreach" => return same(".all(x, …)"),
            "now" | "today" | "currentdate" | "getdate" if !member => {
                return "the time is handed in as a variable; write its name without parentheses".to_owned();
            }
            "exists" | "isset" | "defined" | "present" | "isnull" | "empty" | "isempty" => {
                return same("has(form.born)");
            }
            "regex" | "match" | "test" => return same(".matches(\"…\")"),
            "year" | "getyear" => return same(".getFullYear()"),
            "day" | "getday" => return same(".getDate()"),
            "month" => return same(".getMonth()"),
            "tostring" | "str" | "text" => return same("string(…)"),
            "tonumber" | "number" | "toint" | "integer" => return same("int(…)"),
            "float" | "decimal" => return same("double(…)"),
            "lower" | "upper" | "tolowercase" | "touppercase" | "trim" => {
                return "text is compared as it is; use `.matches(\"(?i)…\")` to pass over case".to_owned();
            }
            _ => {}
        }
        let provided = || self.env.functions().iter().map(|signature| signature.name.as_str());
        let folds = ["all", "exists", "exists_one", "map", "filter", "has"];
        if let Some(near) = nearest(name, provided().chain(NAMES).chain(folds)) {
            return format!("did you mean `{near}`?");
        }
        let mut known: Vec<&str> = provided().collect();
        known.dedup();
        if known.is_empty() {
            return "CEL's own are `size`, `contains`, `startsWith`, `matches`, `int`, `date` and others"
                .to_owned();
        }
        let shown: Vec<String> = known.iter().take(12).map(|name| format!("`{name}`")).collect();
        format!("besides CEL's own there are {}", shown.join(", "))
    }
}

/// Something of type `ty`, to ask what could be compared with it.
fn placeholder(ty: &Type, span: Span) -> Node {
    Node { kind: NodeKind::List(Vec::new()), ty: ty.clone(), span }
}

fn style(member: bool) -> Style {
    if member { Style::Member } else { Style::Global }
}

fn suits(params: &[Type], args: &[Node]) -> bool {
    params.len() == args.len() && params.iter().zip(args).all(|(param, arg)| arg.ty.fits(param))
}

fn shape(overload: &Overload) -> String {
    let params: Vec<String> = overload.params.iter().map(ToString::to_string).collect();
    match (overload.style, params.split_first()) {
        (Style::Member, Some((target, rest))) => format!("{target}.{}({})", overload.name, rest.join(", ")),
        _ => format!("{}({})", overload.name, params.join(", ")),
    }
}

fn pattern_mend(pattern: &str) -> String {
    if pattern.contains("\\p{") || pattern.contains("\\P{") {
        return "name the letters themselves, as in `[一-龥]` for Chinese ones".to_owned();
    }
    if pattern.contains("(?=") || pattern.contains("(?!") || pattern.contains("(?<") {
        return "patterns cannot look ahead or behind; split it into two conditions".to_owned();
    }
    "write RE2 syntax, as in `^[0-9]{17}[0-9X]$`, and `\\\\` before a sign that is meant itself".to_owned()
}

fn conversion_mend(kind: Kind, value: &Value, has_days: bool) -> String {
    let text = match value {
        Value::String(text) => text.as_str(),
        _ => "",
    };
    match kind {
        Kind::Timestamp => "write it like `timestamp(\"2026-01-31T08:30:00+08:00\")`".to_owned(),
        Kind::Date => "write it like `date(\"2026-01-31\")`".to_owned(),
        Kind::Duration => {
            let days = text.trim_end_matches(['d', '天', '日']).parse::<u32>();
            match days {
                Ok(days) if has_days => {
                    format!("write `days({days})`, or hours as `{}h`", u64::from(days) * 24)
                }
                Ok(days) => format!("write hours, `{}h`", u64::from(days) * 24),
                Err(_) => "write hours, minutes and seconds, as in `1h30m` or `90s`".to_owned(),
            }
        }
        Kind::Int | Kind::Uint => "write a whole number within range".to_owned(),
        Kind::Double => "write a number, as in `1.5`".to_owned(),
        Kind::Bool => "write `true` or `false`".to_owned(),
        _ => "write another constant".to_owned(),
    }
}
