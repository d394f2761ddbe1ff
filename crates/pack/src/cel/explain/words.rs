use super::super::checked::{Node, NodeKind};
use super::super::env::Slot;
use super::super::moment;
use super::super::print::quote;
use super::super::syntax::BinaryOp;
use super::super::typing::Type;
use super::super::value::Value;
use super::{Place, Speaker};
use crate::Lang;
use jiff::SignedDuration;

/// A title within a sentence: one that is a sentence itself, such as a question, stands in quotation marks.
fn called(title: &str) -> String {
    if title.ends_with(['?', '？', '.', '。', '!', '！']) {
        format!("“{title}”")
    } else {
        title.to_owned()
    }
}

impl Speaker<'_> {
    /// What a place, a field, an entry or a macro's element is called.
    pub(super) fn noun(&self, node: &Node) -> String {
        match &node.kind {
            NodeKind::Place(slot) | NodeKind::HasPlace(slot) => self.place(*slot),
            NodeKind::Local(0) => self.lang.pick("该项", "the item").to_owned(),
            NodeKind::Local(depth) if self.lang == Lang::Zh => format!("内层第 {depth} 级该项"),
            NodeKind::Local(depth) => format!("the inner item {depth}"),
            NodeKind::Field(of, id) | NodeKind::Key(of, id) | NodeKind::HasKey(of, id) => {
                let title = match &of.ty {
                    Type::Object(schema) => schema.exact(id).map(|field| called(self.lang.of(&field.title))),
                    _ => None,
                };
                self.of(&self.noun(of), &title.unwrap_or_else(|| id.to_string()))
            }
            _ => self.say(node, Place::Factor),
        }
    }

    fn place(&self, slot: Slot) -> String {
        let Some(place) = self.env.place(slot) else { return String::new() };
        let own = called(self.lang.of(&place.title));
        match self.env.parent(slot).map(|parent| self.place(parent)) {
            Some(parent) if !parent.is_empty() => self.of(&parent, &own),
            _ => own,
        }
    }

    fn of(&self, owner: &str, field: &str) -> String {
        self.lang.pick(format!("{owner}的{field}"), format!("{field} of {owner}"))
    }

    pub(super) fn index(&self, parts: &[Node; 2]) -> String {
        let [of, at] = parts;
        let list = self.noun(of);
        match (&at.kind, self.lang) {
            (NodeKind::Literal(Value::Int(index)), Lang::Zh) => {
                format!("{list}的第 {} 项", index.saturating_add(1))
            }
            (NodeKind::Literal(Value::Int(index)), Lang::En) => {
                format!("item {} of {list}", index.saturating_add(1))
            }
            (_, Lang::Zh) => format!("{list}中对应 {} 的项", self.say(at, Place::Operand)),
            (_, Lang::En) => format!("the entry of {list} at {}", self.say(at, Place::Operand)),
        }
    }

    /// A call by its title, with the arguments in its holes.
    pub(super) fn call(&self, number: usize, args: &[Node]) -> String {
        let Some(signature) = self.env.functions().get(number) else { return String::new() };
        let mut out = String::new();
        let mut rest = self.lang.of(&signature.title);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let hole =
                after.split_once('}').and_then(|(hole, after)| Some((hole.parse::<usize>().ok()?, after)));
            match hole.and_then(|(hole, after)| Some((args.get(hole)?, after))) {
                Some((arg, after)) => {
                    out.push_str(&self.say(arg, Place::Operand));
                    rest = after;
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out + rest
    }

    pub(super) fn relation(&self, op: BinaryOp, ty: &Type) -> &'static str {
        let (zh, en) = match (op, ty) {
            (BinaryOp::Eq, _) => ("为", "is"),
            (BinaryOp::Ne, _) => ("不为", "is not"),
            (BinaryOp::Lt, Type::Timestamp | Type::Date) => ("早于", "is before"),
            (BinaryOp::Le, Type::Timestamp | Type::Date) => ("不晚于", "is not after"),
            (BinaryOp::Gt, Type::Timestamp | Type::Date) => ("晚于", "is after"),
            (BinaryOp::Ge, Type::Timestamp | Type::Date) => ("不早于", "is not before"),
            (BinaryOp::Lt, Type::Duration) => ("短于", "is shorter than"),
            (BinaryOp::Le, Type::Duration) => ("不长于", "is no longer than"),
            (BinaryOp::Gt, Type::Duration) => ("长于", "is longer than"),
            (BinaryOp::Ge, Type::Duration) => ("不短于", "is no shorter than"),
            (BinaryOp::Lt, _) => ("小于", "is less than"),
            (BinaryOp::Le, _) => ("不大于", "is at most"),
            (BinaryOp::Gt, _) => ("大于", "is more than"),
            _ => ("不小于", "is at least"),
        };
        self.lang.pick(zh, en)
    }

    pub(super) fn constant(&self, value: &Value, ty: &Type) -> String {
        match value {
            Value::Null => self.lang.pick("空", "nothing").to_owned(),
            Value::Bool(true) => self.lang.pick("是", "yes").to_owned(),
            Value::Bool(false) => self.lang.pick("否", "no").to_owned(),
            Value::Int(number) => number.to_string(),
            Value::Uint(number) => number.to_string(),
            Value::Double(number) => number.to_string(),
            Value::String(text) => {
                let choice = match ty {
                    Type::Choice(choices) => choices.get(text),
                    _ => None,
                };
                match choice {
                    Some(choice) => self.lang.of(&choice.title).to_owned(),
                    None => format!("“{text}”"),
                }
            }
            Value::Bytes(bytes) => format!("{bytes:02x?}"),
            Value::Timestamp(time) => time.to_string(),
            Value::Date(day) => day.to_string(),
            Value::Duration(length) => self.length(*length),
            Value::Type(kind) => kind.name().to_owned(),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.constant(item, ty)).collect();
                format!("[{}]", items.join(self.lang.pick("、", ", ")))
            }
            Value::Map(map) => {
                let entry = |(key, value): (&super::super::map::Key, &Value)| {
                    let mut shown = String::new();
                    match key.as_str() {
                        Some(text) => drop(quote(text, &mut shown)),
                        None => shown = self.constant(&key.to_value(), ty),
                    }
                    format!("{shown}: {}", self.constant(value, ty))
                };
                format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// A length of time in the largest unit that says it whole.
    fn length(&self, length: SignedDuration) -> String {
        let seconds = length.as_secs();
        if length.subsec_nanos() != 0 {
            return moment::in_seconds(length);
        }
        for (unit, zh, en) in
            [(86_400, "天", "day"), (3600, "小时", "hour"), (60, "分钟", "minute"), (1, "秒", "second")]
        {
            if seconds % unit == 0 && (seconds != 0 || unit == 86_400) {
                let count = seconds / unit;
                let plural = if count == 1 { "" } else { "s" };
                return self.lang.pick(format!("{count} {zh}"), format!("{count} {en}{plural}"));
            }
        }
        moment::in_seconds(length)
    }
}
