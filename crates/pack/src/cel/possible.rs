//! Whether an expression can hold at all, by the bounds of what it speaks of.
//!
//! What is followed is the range of a number, a day or a size, how two of them lie to each other, and the words that a place
//! can have. Whatever else an expression asks may be so or not: so what is found impossible is, and not all that is impossible
//! is found.

use super::checked::{Builtin, Checked, Node, NodeKind};
use super::env::{Env, Slot};
use super::syntax::BinaryOp;
use super::typing::Type;
use super::value::Value;
use jiff::civil::{Date, date};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What the values that expressions speak of can be.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    ranges: BTreeMap<Measure, Range>,
    words: BTreeMap<Slot, BTreeSet<SmolStr>>,
}

/// Something that is more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Measure {
    /// The number at a place, or the day, counted from 1970; false is 0 and true is 1.
    Of(Slot),
    /// How many letters or elements there are.
    Size(Slot),
    /// By how much the first is more than the second.
    Between(Slot, Slot),
}

#[derive(Clone, Copy, Debug)]
struct Range {
    least: i128,
    most: i128,
}

impl Range {
    const ALL: Self = Self { least: i64::MIN as i128, most: i64::MAX as i128 };

    fn narrow(&mut self, op: BinaryOp, by: i128) {
        match op {
            BinaryOp::Eq => *self = Self { least: self.least.max(by), most: self.most.min(by) },
            BinaryOp::Ne => {
                self.least += i128::from(self.least == by);
                self.most -= i128::from(self.most == by);
            }
            BinaryOp::Lt => self.most = self.most.min(by - 1),
            BinaryOp::Le => self.most = self.most.min(by),
            BinaryOp::Gt => self.least = self.least.max(by + 1),
            BinaryOp::Ge => self.least = self.least.max(by),
            _ => {}
        }
    }

    fn is_empty(self) -> bool {
        self.least > self.most
    }
}

/// One side of a comparison: something that is more or less, and a number added to it.
#[derive(Clone, Copy)]
struct Side {
    of: Option<Measure>,
    plus: i128,
}

impl Bounds {
    /// What the places of `env` can be by their types alone.
    pub fn of(env: &Env) -> Self {
        let mut bounds = Self::default();
        for (number, place) in (0..).zip(env.places()) {
            if let Type::Choice(choices) = &place.ty {
                let words = choices.iter().map(|choice| choice.value.clone()).collect();
                bounds.words.insert(Slot(number), words);
            }
        }
        bounds
    }

    /// Notes that the number at `slot` lies within these.
    pub fn number(&mut self, slot: Slot, least: Option<i64>, most: Option<i64>) {
        let least = least.map_or(Range::ALL.least, i128::from);
        let most = most.map_or(Range::ALL.most, i128::from);
        self.ranges.insert(Measure::Of(slot), Range { least, most });
    }

    /// Takes in that `condition` holds. Whether it can.
    pub fn assume(&mut self, condition: &Checked) -> bool {
        // Twice, so that what stands later tells of the alternatives that stand earlier.
        self.narrow(&condition.root, true) && self.narrow(&condition.root, true)
    }

    fn narrow(&mut self, node: &Node, wanted: bool) -> bool {
        match &node.kind {
            NodeKind::Literal(Value::Bool(truth)) => *truth == wanted,
            NodeKind::Not(of) => self.narrow(of, !wanted),
            NodeKind::And(all) if wanted => all.iter().all(|part| self.narrow(part, true)),
            NodeKind::Or(all) if !wanted => all.iter().all(|part| self.narrow(part, false)),
            NodeKind::And(any) | NodeKind::Or(any) => {
                let ways = any.iter().filter_map(|part| self.way(&[(part, wanted)])).collect();
                self.take_one_of(ways)
            }
            NodeKind::If(parts) => {
                let [condition, yes, no] = &**parts;
                let ways = [[(condition, true), (yes, wanted)], [(condition, false), (no, wanted)]];
                let ways = ways.iter().filter_map(|way| self.way(way)).collect();
                self.take_one_of(ways)
            }
            NodeKind::Place(slot) if node.ty == Type::Bool => {
                self.bound(Measure::Of(*slot), BinaryOp::Eq, i128::from(wanted))
            }
            NodeKind::Binary(op, parts) => {
                let [left, right] = &**parts;
                self.relation(*op, left, right, wanted)
            }
            _ => true,
        }
    }

    /// What would be known if all of `parts` came out so; none where they cannot.
    fn way(&self, parts: &[(&Node, bool)]) -> Option<Self> {
        let mut way = self.clone();
        parts.iter().all(|(part, wanted)| way.narrow(part, *wanted)).then_some(way)
    }

    /// One of these is so. Which, is known where there is but one.
    fn take_one_of(&mut self, ways: Vec<Self>) -> bool {
        let possible = !ways.is_empty();
        if let Ok([only]) = <[Self; 1]>::try_from(ways) {
            *self = only;
        }
        possible
    }

    fn relation(&mut self, op: BinaryOp, left: &Node, right: &Node, wanted: bool) -> bool {
        if let (BinaryOp::In, NodeKind::Place(slot), NodeKind::List(items)) = (op, &left.kind, &right.kind) {
            let words: Option<BTreeSet<&str>> = items.iter().map(word).collect();
            return words.is_none_or(|words| self.is_among(*slot, &words, wanted));
        }
        let asked = if wanted { Some(op) } else { opposite(op) };
        let Some(op) = asked else { return true };
        let equal = match op {
            BinaryOp::Eq => Some(true),
            BinaryOp::Ne => Some(false),
            _ => None,
        };
        match (equal, &left.kind, &right.kind, word(left), word(right)) {
            (Some(equal), _, _, Some(one), Some(other)) => return (one == other) == equal,
            (Some(equal), NodeKind::Place(slot), _, _, Some(word))
            | (Some(equal), _, NodeKind::Place(slot), Some(word), _) => {
                return self.is_among(*slot, &BTreeSet::from([word]), equal);
            }
            _ => {}
        }
        let (Some(left), Some(right)) = (side(left), side(right)) else { return true };
        let by = right.plus - left.plus;
        match (left.of, right.of) {
            (Some(one), Some(other)) if one == other => holds(op, 0, by),
            (None, None) => holds(op, 0, by),
            (Some(one), None) => self.bound(one, op, by),
            (None, Some(other)) => self.bound(other, turned(op), -by),
            (Some(Measure::Of(one)), Some(Measure::Of(other))) if one < other => {
                self.bound(Measure::Between(one, other), op, by)
            }
            (Some(Measure::Of(one)), Some(Measure::Of(other))) => {
                self.bound(Measure::Between(other, one), turned(op), -by)
            }
            _ => true,
        }
    }

    /// Takes in how a measure lies to a number. Whether it can.
    fn bound(&mut self, measure: Measure, op: BinaryOp, by: i128) -> bool {
        let known = |measure| self.ranges.get(&measure).copied();
        let usual = match measure {
            Measure::Of(_) => Range::ALL,
            Measure::Size(_) => Range { least: 0, ..Range::ALL },
            Measure::Between(one, other) => {
                let all = |slot| known(Measure::Of(slot)).unwrap_or(Range::ALL);
                let (one, other) = (all(one), all(other));
                Range { least: one.least - other.most, most: one.most - other.least }
            }
        };
        let mut range = known(measure).unwrap_or(usual);
        range = Range { least: range.least.max(usual.least), most: range.most.min(usual.most) };
        range.narrow(op, by);
        self.ranges.insert(measure, range);
        !range.is_empty()
    }

    /// Takes in that the word at `slot` is, or is not, one of `words`. Whether it can.
    fn is_among(&mut self, slot: Slot, words: &BTreeSet<&str>, wanted: bool) -> bool {
        match self.words.get_mut(&slot) {
            Some(known) => known.retain(|word| words.contains(word.as_str()) == wanted),
            None if wanted => {
                self.words.insert(slot, words.iter().map(SmolStr::new).collect());
            }
            None => return true,
        }
        self.words.get(&slot).is_some_and(|known| !known.is_empty())
    }

    /// What is known of the places that `condition` speaks of, in words: `` `form.width` is from 50 to 300 ``.
    pub fn told(&self, condition: &Checked) -> Vec<String> {
        let slots = condition.slots();
        let place = |slot: Slot| condition.env.place(slot);
        let name =
            |slot: Slot| place(slot).map_or_else(String::new, |place| place.path.join(".").replace('-', "_"));
        let mut told = Vec::new();
        for (measure, range) in &self.ranges {
            match measure {
                Measure::Of(slot) if slots.contains(slot) => {
                    let said = place(*slot).and_then(|place| said(&place.ty, *range));
                    told.extend(said.map(|said| format!("`{}` is {said}", name(*slot))));
                }
                Measure::Between(one, other) if slots.contains(one) && slots.contains(other) => {
                    let said =
                        lies(*range).map(|lies| format!("`{}` is {lies} `{}`", name(*one), name(*other)));
                    told.extend(said);
                }
                _ => {}
            }
        }
        for (slot, words) in self.words.iter().filter(|(slot, words)| slots.contains(slot) && words.len() < 8)
        {
            let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            told.push(format!("`{}` is {}", name(*slot), words.join(" or ")));
        }
        told
    }
}

fn said(ty: &Type, Range { least, most }: Range) -> Option<String> {
    let (from, to) = (least > Range::ALL.least, most < Range::ALL.most);
    match (ty, from, to) {
        (Type::Bool, true, true) => Some(if least == 1 { "true" } else { "false" }.to_owned()),
        (Type::Int, true, true) if least == most => Some(least.to_string()),
        (Type::Int, true, true) => Some(format!("from {least} to {most}")),
        (Type::Int, true, false) => Some(format!("at least {least}")),
        (Type::Int, false, true) => Some(format!("at most {most}")),
        _ => None,
    }
}

/// How a first place lies to a second, by how much it is more.
fn lies(Range { least, most }: Range) -> Option<&'static str> {
    match (least, most) {
        (0, 0) => Some("the same as"),
        (1.., _) => Some("after"),
        (0, _) => Some("not before"),
        (_, ..=-1) => Some("before"),
        (_, 0) => Some("not after"),
        _ => None,
    }
}

fn word(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Literal(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn side(node: &Node) -> Option<Side> {
    let constant = |plus| Some(Side { of: None, plus });
    let measured = |of| Some(Side { of: Some(of), plus: 0 });
    match &node.kind {
        NodeKind::Literal(Value::Int(number)) => constant(i128::from(*number)),
        NodeKind::Literal(Value::Bool(truth)) => constant(i128::from(*truth)),
        NodeKind::Literal(Value::Date(day)) => constant(i128::from(days(*day))),
        NodeKind::Place(slot) if matches!(node.ty, Type::Int | Type::Bool | Type::Date | Type::Timestamp) => {
            measured(Measure::Of(*slot))
        }
        NodeKind::Builtin(Builtin::Size, of) => match of.as_slice() {
            [Node { kind: NodeKind::Place(slot), .. }] => measured(Measure::Size(*slot)),
            _ => None,
        },
        NodeKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), parts) if node.ty == Type::Int => {
            let [left, right] = &**parts;
            match (side(left)?, *op, side(right)?) {
                (left, BinaryOp::Sub, Side { of: None, plus }) => {
                    Some(Side { plus: left.plus - plus, ..left })
                }
                (left, BinaryOp::Add, Side { of: None, plus }) => {
                    Some(Side { plus: left.plus + plus, ..left })
                }
                (Side { of: None, plus }, BinaryOp::Add, right) => {
                    Some(Side { plus: right.plus + plus, ..right })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn days(day: Date) -> i64 {
    day.duration_since(date(1970, 1, 1)).as_hours() / 24
}

fn holds(op: BinaryOp, left: i128, right: i128) -> bool {
    match op {
        BinaryOp::Eq => left == right,
        BinaryOp::Ne => left != right,
        BinaryOp::Lt => left < right,
        BinaryOp::Le => left <= right,
        BinaryOp::Gt => left > right,
        BinaryOp::Ge => left >= right,
        _ => true,
    }
}

/// What holds where `op` does not.
fn opposite(op: BinaryOp) -> Option<BinaryOp> {
    match op {
        BinaryOp::Eq => Some(BinaryOp::Ne),
        BinaryOp::Ne => Some(BinaryOp::Eq),
        BinaryOp::Lt => Some(BinaryOp::Ge),
        BinaryOp::Le => Some(BinaryOp::Gt),
        BinaryOp::Gt => Some(BinaryOp::Le),
        BinaryOp::Ge => Some(BinaryOp::Lt),
        _ => None,
    }
}

/// The same with its two sides in each other's place.
fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}
