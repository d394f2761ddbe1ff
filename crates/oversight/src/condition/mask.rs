use super::row::Row;
use super::{Condition, What};
use crate::Bits;
use crate::log::{Column, EventNumber, Log, Values};
use pack::cel::{
    BinaryOp, Checked, Functions, NoFunctions, Node, NodeKind, Outcome, Slot, Source, Type, Value, ValueRef,
};
use std::cmp::Ordering;

/// Where a condition holds and where it does not, by event; in neither set it is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Where it holds.
    pub yes: Bits,
    /// Where it does not.
    pub no: Bits,
}

impl Condition {
    /// Where the condition holds among the events of `within`; elsewhere the mask may say anything.
    pub fn mask(&self, log: &Log, within: &Bits) -> Mask {
        Masking { log, condition: self, within }.node(&self.checked.root)
    }

    /// Whether the condition holds of one event; `None` where that is unknown.
    pub fn holds(&self, log: &Log, event: EventNumber) -> Option<bool> {
        self.checked.eval(&Row::new(log, &self.places, event, event), &NoFunctions).truth()
    }
}

struct Masking<'a> {
    log: &'a Log,
    condition: &'a Condition,
    within: &'a Bits,
}

impl Masking<'_> {
    fn node(&self, node: &Node) -> Mask {
        match &node.kind {
            NodeKind::And(all) => self.all(all, |mask, other| {
                mask.yes.meet(&other.yes);
                mask.no.join(&other.no);
            }),
            NodeKind::Or(all) => self.all(all, |mask, other| {
                mask.yes.join(&other.yes);
                mask.no.meet(&other.no);
            }),
            NodeKind::Not(of) => {
                let Mask { yes, no } = self.node(of);
                Mask { yes: no, no: yes }
            }
            _ => self.leaf(node),
        }
    }

    fn all(&self, all: &[Node], join: impl Fn(&mut Mask, &Mask)) -> Mask {
        let mut masks = all.iter().map(|node| self.node(node));
        let first = masks.next().unwrap_or_else(|| self.unknown());
        masks.fold(first, |mut mask, other| {
            join(&mut mask, &other);
            mask
        })
    }

    fn unknown(&self) -> Mask {
        Mask { yes: Bits::none(self.log.len()), no: Bits::none(self.log.len()) }
    }

    fn leaf(&self, node: &Node) -> Mask {
        if let Some(mask) = self.numbers(node) {
            return mask;
        }
        let part =
            Checked { root: node.clone(), env: self.condition.checked.env.clone(), wanted: Type::Bool };
        match part.slots().as_slice() {
            [slot] => self.distinct(&part, *slot),
            _ => None,
        }
        .unwrap_or_else(|| self.one_by_one(&part))
    }

    fn column(&self, slot: Slot) -> Option<&Column> {
        match &self.condition.places.get(slot)?.what {
            What::Attribute(name) => self.log.column(name.as_str()),
            _ => None,
        }
    }

    /// A number compared with a constant: straight down the column.
    fn numbers(&self, node: &Node) -> Option<Mask> {
        let NodeKind::Binary(op, sides) = &node.kind else { return None };
        let (slot, constant, op) = match &**sides {
            [Node { kind: NodeKind::Place(slot), .. }, Node { kind: NodeKind::Literal(value), .. }] => {
                (slot, value, *op)
            }
            [Node { kind: NodeKind::Literal(value), .. }, Node { kind: NodeKind::Place(slot), .. }] => {
                (slot, value, mirrored(*op))
            }
            _ => return None,
        };
        let wanted = wanted(op)?;
        let column = self.column(*slot)?;
        let mut mask = self.unknown();
        let mut fill = |order: &dyn Fn(usize) -> Option<Ordering>| {
            for (nth, event) in column.events().iter().enumerate() {
                let holds = order(nth).map_or(op == BinaryOp::Ne, wanted);
                let side = if holds { &mut mask.yes } else { &mut mask.no };
                side.insert(*event as usize);
            }
        };
        match (column.values(), constant) {
            (Values::Integer(all), Value::Int(constant)) => {
                fill(&|nth| all.get(nth).map(|one| one.cmp(constant)))
            }
            (Values::Float(all), Value::Double(constant)) => {
                fill(&|nth| all.get(nth).and_then(|one| one.partial_cmp(constant)));
            }
            (Values::Time(all), Value::Timestamp(constant)) => {
                fill(&|nth| all.get(nth).map(|one| one.cmp(constant)))
            }
            _ => return None,
        }
        Some(mask)
    }

    /// A part that reads one text or truth alone: decided once for each distinct value, and once for its absence.
    fn distinct(&self, part: &Checked, slot: Slot) -> Option<Mask> {
        let decide = |value: Option<ValueRef<'_>>| truth(part, &One { slot, value });
        let mut mask = self.unknown();
        let mut put = |event: usize, truth: Option<bool>| match truth {
            Some(true) => mask.yes.insert(event),
            Some(false) => mask.no.insert(event),
            None => {}
        };
        if self.condition.places.get(slot)?.what == What::Activity {
            let names = self.log.activities().iter();
            let truths: Vec<_> = names.map(|name| decide(Some(ValueRef::String(name.as_str())))).collect();
            for (event, code) in self.log.activity_codes().iter().enumerate() {
                put(event, truths.get(*code as usize).copied().flatten());
            }
            return Some(mask);
        }
        let column = self.column(slot)?;
        let (truths, codes): (Vec<Option<bool>>, Box<dyn Fn(usize) -> usize + '_>) = match column.values() {
            Values::Text { codes, distinct } => {
                let truths = distinct.iter().map(|text| decide(Some(ValueRef::String(text.as_str()))));
                (truths.collect(), Box::new(|nth| codes.get(nth).map_or(usize::MAX, |code| *code as usize)))
            }
            Values::Boolean(all) => {
                let truths = [false, true].map(|truth| decide(Some(ValueRef::Bool(truth))));
                (
                    truths.to_vec(),
                    Box::new(|nth| all.get(nth).map_or(usize::MAX, |truth| usize::from(*truth))),
                )
            }
            _ => return None,
        };
        let absent = decide(None);
        let mut before = 0;
        for (nth, event) in column.events().iter().enumerate() {
            let event = *event as usize;
            if absent.is_some() {
                (before..event).for_each(|event| put(event, absent));
            }
            put(event, truths.get(codes(nth)).copied().flatten());
            before = event + 1;
        }
        if absent.is_some() {
            (before..self.log.len()).for_each(|event| put(event, absent));
        }
        Some(mask)
    }

    fn one_by_one(&self, part: &Checked) -> Mask {
        let mut mask = self.unknown();
        for event in self.within.iter() {
            let Ok(number) = EventNumber::try_from(event) else { break };
            match truth(part, &Row::new(self.log, &self.condition.places, number, number)) {
                Some(true) => mask.yes.insert(event),
                Some(false) => mask.no.insert(event),
                None => {}
            }
        }
        mask
    }
}

fn truth(part: &Checked, source: &dyn Source) -> Option<bool> {
    let functions: &dyn Functions = &NoFunctions;
    match part.eval(source, functions) {
        Outcome::Value(Value::Bool(truth)) => Some(truth),
        _ => None,
    }
}

/// One place's value, all else absent.
struct One<'a> {
    slot: Slot,
    value: Option<ValueRef<'a>>,
}

impl Source for One<'_> {
    fn get(&self, slot: Slot) -> Option<ValueRef<'_>> {
        self.value.filter(|_| slot == self.slot)
    }
}

/// The comparison that says the same with its sides exchanged.
fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}

/// Which orders of its sides make a comparison true.
fn wanted(op: BinaryOp) -> Option<fn(Ordering) -> bool> {
    Some(match op {
        BinaryOp::Eq => Ordering::is_eq,
        BinaryOp::Ne => Ordering::is_ne,
        BinaryOp::Lt => Ordering::is_lt,
        BinaryOp::Le => Ordering::is_le,
        BinaryOp::Gt => Ordering::is_gt,
        BinaryOp::Ge => Ordering::is_ge,
        _ => return None,
    })
}
