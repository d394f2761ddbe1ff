use super::checked::{Builtin, Checked, FoldNode, Node, NodeKind, Part};
use super::env::Env;
use super::syntax::{BinaryOp, Fold};
use super::typing::Type;
use super::value::{Kind, Value};
use crate::{Lang, Title};

mod words;

/// Says an expression in plain Chinese and English, with the titles of its variables, fields, listed values and
/// functions. A variable whose title is empty is passed over: `form.born` is then simply “date of birth”.
pub fn explain(checked: &Checked) -> Title {
    let say = |lang| Speaker { env: &checked.env, lang }.say(&checked.root, Place::Top);
    Title::new(say(Lang::Zh), say(Lang::En))
}

/// Where a phrase stands, which decides whether it needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Top,
    /// In an “or”.
    Or,
    /// In an “and”.
    And,
    /// In a comparison or a sum.
    Operand,
    /// In a product, or before “of”.
    Factor,
}

struct Speaker<'a> {
    env: &'a Env,
    lang: Lang,
}

impl Speaker<'_> {
    fn say(&self, node: &Node, place: Place) -> String {
        let (text, own) = self.phrase(node);
        if own >= place {
            return text;
        }
        self.lang.pick(format!("（{text}）"), format!("({text})"))
    }

    /// The words, and how tightly they hold together.
    fn phrase(&self, node: &Node) -> (String, Place) {
        let text = match &node.kind {
            NodeKind::And(all) => {
                return (self.joined(all, self.lang.pick("，且 ", " and "), Place::And), Place::Or);
            }
            NodeKind::Or(any) => {
                return (self.joined(any, self.lang.pick("，或 ", " or "), Place::Or), Place::Or);
            }
            NodeKind::If(parts) => {
                let [condition, yes, no] = parts.each_ref().map(|part| self.say(part, Place::Or));
                let text = if self.lang == Lang::Zh {
                    format!("若 {condition}，则 {yes}，否则 {no}")
                } else {
                    format!("if {condition} then {yes}, otherwise {no}")
                };
                return (text, Place::Top);
            }
            NodeKind::Not(of) => return (self.opposite(of), Place::And),
            NodeKind::Binary(op, parts) => return self.binary(*op, parts),
            NodeKind::HasPlace(_) | NodeKind::HasKey(..) => return (self.presence(node, true), Place::And),
            NodeKind::Place(_) | NodeKind::Field(..) if node.ty == Type::Bool => {
                return (self.truth(node, true), Place::And);
            }
            NodeKind::Matches(of, pattern) => {
                let text = self.say(of, Place::Operand);
                let phrase = self.lang.pick("符合格式", "matches the pattern");
                return (format!("{text} {phrase} `{}`", pattern.as_str()), Place::And);
            }
            NodeKind::Fold(fold) => return self.fold(fold),
            NodeKind::Builtin(builtin, args) => return self.builtin(*builtin, args),
            NodeKind::Negate(of) => format!("-{}", self.say(of, Place::Factor)),
            NodeKind::List(items) => format!("[{}]", self.listing(items)),
            NodeKind::Map(entries) => {
                let entry = |(key, value): &(Node, Node)| {
                    format!("{}: {}", self.say(key, Place::Operand), self.say(value, Place::Operand))
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            NodeKind::Index(parts) => self.index(parts),
            NodeKind::Call(number, args) => self.call(*number, args),
            NodeKind::Literal(value) => self.constant(value, &node.ty),
            NodeKind::Place(_) | NodeKind::Local(_) | NodeKind::Field(..) | NodeKind::Key(..) => {
                self.noun(node)
            }
        };
        (text, Place::Factor)
    }

    fn joined(&self, parts: &[Node], between: &str, place: Place) -> String {
        parts.iter().map(|part| self.say(part, place)).collect::<Vec<_>>().join(between)
    }

    fn listing(&self, items: &[Node]) -> String {
        self.joined(items, self.lang.pick("、", ", "), Place::Operand)
    }

    fn opposite(&self, of: &Node) -> String {
        match &of.kind {
            NodeKind::HasPlace(_) | NodeKind::HasKey(..) => self.presence(of, false),
            NodeKind::Place(_) | NodeKind::Field(..) => self.truth(of, false),
            _ if self.lang == Lang::Zh => format!("并非（{}）", self.say(of, Place::Top)),
            _ => format!("not ({})", self.say(of, Place::Top)),
        }
    }

    fn truth(&self, node: &Node, truth: bool) -> String {
        let noun = self.noun(node);
        match (self.lang, truth) {
            (Lang::Zh, true) => format!("{noun} 为 是"),
            (Lang::Zh, false) => format!("{noun} 为 否"),
            (Lang::En, true) => format!("{noun} is yes"),
            (Lang::En, false) => format!("{noun} is no"),
        }
    }

    fn presence(&self, node: &Node, there: bool) -> String {
        let noun = self.noun(node);
        match (self.lang, there) {
            (Lang::Zh, true) => format!("已填写 {noun}"),
            (Lang::Zh, false) => format!("未填写 {noun}"),
            (Lang::En, true) => format!("{noun} is filled in"),
            (Lang::En, false) => format!("{noun} is not filled in"),
        }
    }

    fn binary(&self, op: BinaryOp, parts: &[Node; 2]) -> (String, Place) {
        let [left, right] = parts;
        if let (BinaryOp::Eq | BinaryOp::Ne, NodeKind::Literal(Value::Bool(truth))) = (op, &right.kind)
            && matches!(left.kind, NodeKind::Place(_) | NodeKind::Field(..))
        {
            return (self.truth(left, *truth == (op == BinaryOp::Eq)), Place::And);
        }
        if matches!(op, BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem) {
            let text =
                format!("{} {} {}", self.say(left, Place::Factor), op.sign(), self.say(right, Place::Factor));
            return (text, Place::Operand);
        }
        if matches!(op, BinaryOp::Add | BinaryOp::Sub) {
            let text = format!(
                "{} {} {}",
                self.say(left, Place::Operand),
                op.sign(),
                self.say(right, Place::Factor)
            );
            return (text, Place::Operand);
        }
        let a = self.beside(left, right);
        let text = match (op, &right.kind) {
            (BinaryOp::In, NodeKind::List(items)) => {
                let values: Vec<String> = items.iter().map(|item| self.beside(item, left)).collect();
                if self.lang == Lang::Zh {
                    format!("{a} 为 {} 之一", values.join("、"))
                } else {
                    format!("{a} is one of {}", values.join(", "))
                }
            }
            (BinaryOp::In, _) => {
                let b = self.say(right, Place::Operand);
                self.lang.pick(format!("{b} 中有 {a}"), format!("{a} is among {b}"))
            }
            _ => format!("{a} {} {}", self.relation(op, &left.ty), self.beside(right, left)),
        };
        (text, Place::And)
    }

    /// An operand, where a constant beside a listed field is said by its title.
    fn beside(&self, node: &Node, other: &Node) -> String {
        let element = match &other.ty {
            Type::List(of) => of,
            ty => ty,
        };
        match &node.kind {
            NodeKind::Literal(value @ Value::String(_)) if matches!(element, Type::Choice(_)) => {
                self.constant(value, element)
            }
            NodeKind::Place(_) | NodeKind::Field(..) => self.noun(node),
            _ => self.say(node, Place::Operand),
        }
    }

    fn fold(&self, fold: &FoldNode) -> (String, Place) {
        let range = self.say(&fold.range, Place::Factor);
        let filter = fold.filter.as_ref().map(|filter| self.say(filter, Place::Top)).unwrap_or_default();
        let text = match (fold.fold, self.lang) {
            (Fold::All, Lang::Zh) => format!("{range} 的每一项都满足（{filter}）"),
            (Fold::All, Lang::En) => format!("every one of {range} satisfies ({filter})"),
            (Fold::Exists, Lang::Zh) => format!("{range} 中至少有一项满足（{filter}）"),
            (Fold::Exists, Lang::En) => format!("at least one of {range} satisfies ({filter})"),
            (Fold::ExistsOne, Lang::Zh) => format!("{range} 中恰有一项满足（{filter}）"),
            (Fold::ExistsOne, Lang::En) => format!("exactly one of {range} satisfies ({filter})"),
            (Fold::Filter, Lang::Zh) => return (format!("{range} 中满足（{filter}）的各项"), Place::Factor),
            (Fold::Filter, Lang::En) => {
                return (format!("those of {range} that satisfy ({filter})"), Place::Factor);
            }
            (Fold::Map, lang) => {
                let made =
                    fold.transform.as_ref().map(|made| self.say(made, Place::Factor)).unwrap_or_default();
                let from = match (&fold.filter, lang) {
                    (None, Lang::Zh) => format!("{range} 的各项"),
                    (None, Lang::En) => format!("every one of {range}"),
                    (Some(_), Lang::Zh) => format!("{range} 中满足（{filter}）的各项"),
                    (Some(_), Lang::En) => format!("those of {range} that satisfy ({filter})"),
                };
                return (
                    lang.pick(format!("{from} 得出的 {made}"), format!("{made} for {from}")),
                    Place::Factor,
                );
            }
        };
        (text, Place::And)
    }

    fn builtin(&self, builtin: Builtin, args: &[Node]) -> (String, Place) {
        let mut said = args.iter().map(|arg| self.say(arg, Place::Operand));
        let (a, b) = (said.next().unwrap_or_default(), said.next().unwrap_or_default());
        let list = args.first().is_some_and(|arg| matches!(arg.ty, Type::List(_) | Type::Map(..)));
        let text = match (builtin, self.lang) {
            (Builtin::Contains, Lang::Zh) => return (format!("{a} 含有 {b}"), Place::And),
            (Builtin::Contains, Lang::En) => return (format!("{a} contains {b}"), Place::And),
            (Builtin::StartsWith, Lang::Zh) => return (format!("{a} 以 {b} 开头"), Place::And),
            (Builtin::StartsWith, Lang::En) => return (format!("{a} starts with {b}"), Place::And),
            (Builtin::EndsWith, Lang::Zh) => return (format!("{a} 以 {b} 结尾"), Place::And),
            (Builtin::EndsWith, Lang::En) => return (format!("{a} ends with {b}"), Place::And),
            (Builtin::Matches, lang) => {
                return (format!("{a} {} {b}", lang.pick("符合格式", "matches the pattern")), Place::And);
            }
            (Builtin::Size, Lang::Zh) => format!("{a} 的{}", if list { "项数" } else { "字数" }),
            (Builtin::Size, Lang::En) => format!("the {} of {a}", if list { "count" } else { "length" }),
            (Builtin::To(Kind::Date), Lang::Zh) => format!("{a} 当日"),
            (Builtin::To(Kind::Date), Lang::En) => format!("the day of {a}"),
            (Builtin::To(_), _) => a,
            (Builtin::TypeOf, Lang::Zh) => format!("{a} 的类型"),
            (Builtin::TypeOf, Lang::En) => format!("the type of {a}"),
            (Builtin::Part(part), lang) => {
                let (chinese, english) = part_words(part);
                lang.pick(format!("{a} 的{chinese}"), format!("the {english} of {a}"))
            }
        };
        (text, Place::Factor)
    }
}

fn part_words(part: Part) -> (&'static str, &'static str) {
    match part {
        Part::FullYear => ("年份", "year"),
        Part::Month => ("月份（自 0 起）", "month from 0"),
        Part::Date => ("日", "day of the month"),
        Part::DayOfMonth => ("日（自 0 起）", "day of the month from 0"),
        Part::DayOfWeek => ("星期（周日为 0）", "day of the week from Sunday as 0"),
        Part::DayOfYear => ("年内日序（自 0 起）", "day of the year from 0"),
        Part::Hours => ("小时数", "hours"),
        Part::Minutes => ("分钟数", "minutes"),
        Part::Seconds => ("秒数", "seconds"),
        Part::Milliseconds => ("毫秒数", "milliseconds"),
    }
}
