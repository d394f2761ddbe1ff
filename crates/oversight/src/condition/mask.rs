use super::row::Row;
use super::sheet::{Gathered, Side};
use super::{Condition, Places, Sheet, What};
use crate::Bits;
use crate::log::{EventNumber, Log, Values};
use pack::cel::{
    BinaryOp, Checked, Functions, NoFunctions, Node, NodeKind, Outcome, Slot, Source, Type, Value, ValueRef,
};
use std::cmp::Ordering;
use std::sync::Arc;

/// Where a condition holds and where it does not, by the events' places on a sheet; in neither set it is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Where it holds.
    pub yes: Bits,
    /// Where it does not.
    pub no: Bits,
}

/// A condition taken apart: what is decided for all events at once, and how that is joined.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Leaf(Arc<Leaf>),
}

/// A part of a condition that is decided by itself.
#[derive(Debug)]
pub(super) struct Leaf {
    part: Checked,
    /// The place that it compares with a constant, where it is no more than that.
    pub(super) comparison: Option<(Slot, BinaryOp, Value)>,
    /// The place that it reads, where it reads one alone.
    only: Option<Slot>,
}

impl Tree {
    pub(super) fn of(checked: &Checked) -> Self {
        let of = |node: &Node| Self::of(&Checked { root: node.clone(), ..checked.clone() });
        match &checked.root.kind {
            NodeKind::And(all) => Self::And(all.iter().map(of).collect()),
            NodeKind::Or(all) => Self::Or(all.iter().map(of).collect()),
            NodeKind::Not(one) => Self::Not(Box::new(of(one))),
            _ => {
                let part = Checked { wanted: Type::Bool, ..checked.clone() };
                let only = match part.slots().as_slice() {
                    [slot] => Some(*slot),
                    _ => None,
                };
                Self::Leaf(Arc::new(Leaf { comparison: comparison(&part.root), only, part }))
            }
        }
    }
}

/// A place compared with a constant.
fn comparison(node: &Node) -> Option<(Slot, BinaryOp, Value)> {
    let NodeKind::Binary(op, sides) = &node.kind else { return None };
    match &**sides {
        [Node { kind: NodeKind::Place(slot), .. }, Node { kind: NodeKind::Literal(value), .. }] => {
            Some((*slot, *op, value.clone()))
        }
        [Node { kind: NodeKind::Literal(value), .. }, Node { kind: NodeKind::Place(slot), .. }] => {
            Some((*slot, mirrored(*op), value.clone()))
        }
        _ => None,
    }
}

impl Condition {
    /// Where the condition holds among the events of a sheet.
    pub fn mask(&self, sheet: &Sheet<'_>) -> Mask {
        Masking { sheet, places: &self.places }.tree(&self.tree)
    }

    /// Where it holds: [`Self::mask`] without the rest.
    pub(crate) fn yes(&self, sheet: &Sheet<'_>) -> Bits {
        Masking { sheet, places: &self.places }.yes(&self.tree)
    }

    /// Whether the condition holds of one event; `None` where that is unknown.
    pub fn holds(&self, log: &Log, event: EventNumber) -> Option<bool> {
        self.checked.eval(&Row::new(log, &self.places, event, event), &NoFunctions).truth()
    }
}

struct Masking<'a, 'l> {
    sheet: &'a Sheet<'l>,
    places: &'a Places,
}

impl<'a> Masking<'a, '_> {
    fn tree(&self, tree: &Tree) -> Mask {
        match tree {
            Tree::And(all) => self.all(all, |mask, other| {
                mask.yes.meet(&other.yes);
                mask.no.join(&other.no);
            }),
            Tree::Or(all) => self.all(all, |mask, other| {
                mask.yes.join(&other.yes);
                mask.no.meet(&other.no);
            }),
            Tree::Not(of) => {
                let Mask { yes, no } = self.tree(of);
                Mask { yes: no, no: yes }
            }
            Tree::Leaf(leaf) => self.leaf(leaf),
        }
    }

    fn yes(&self, tree: &Tree) -> Bits {
        let joined = |all: &[Tree], join: fn(&mut Bits, &Bits)| {
            let mut all = all.iter().map(|tree| self.yes(tree));
            let first = all.next().unwrap_or_else(|| Bits::none(self.len()));
            all.fold(first, |mut yes, other| {
                join(&mut yes, &other);
                yes
            })
        };
        match tree {
            Tree::And(all) => joined(all, Bits::meet),
            Tree::Or(all) => joined(all, Bits::join),
            Tree::Not(of) => self.tree(of).no,
            Tree::Leaf(leaf) => {
                let numbers = leaf.comparison.as_ref();
                let numbers = numbers.and_then(|(slot, op, constant)| self.numbers_yes(*slot, *op, constant));
                numbers.map_or_else(|| self.leaf(leaf).yes, |(yes, _)| yes)
            }
        }
    }

    fn all(&self, all: &[Tree], join: impl Fn(&mut Mask, &Mask)) -> Mask {
        let mut masks = all.iter().map(|tree| self.tree(tree));
        let first = masks.next().unwrap_or_else(|| self.unknown());
        masks.fold(first, |mut mask, other| {
            join(&mut mask, &other);
            mask
        })
    }

    fn len(&self) -> usize {
        self.sheet.events().len()
    }

    fn unknown(&self) -> Mask {
        Mask { yes: Bits::none(self.len()), no: Bits::none(self.len()) }
    }

    fn leaf(&self, leaf: &Leaf) -> Mask {
        let numbers =
            leaf.comparison.as_ref().and_then(|(slot, op, constant)| self.numbers(*slot, *op, constant));
        let mask = numbers.or_else(|| self.distinct(&leaf.part, leaf.only?));
        mask.unwrap_or_else(|| self.one_by_one(&leaf.part))
    }

    fn gather(&self, slot: Slot) -> Option<&'a Gathered> {
        match &self.places.get(slot)?.what {
            What::Attribute(name) => self.sheet.gather(name),
            _ => None,
        }
    }

    fn numbers(&self, slot: Slot, op: BinaryOp, constant: &Value) -> Option<Mask> {
        let (yes, gathered) = self.numbers_yes(slot, op, constant)?;
        let mut no = gathered.here.clone();
        no.lessen(&yes);
        Some(Mask { yes, no })
    }

    /// Where a number compares so with a constant: straight down the column.
    fn numbers_yes(&self, slot: Slot, op: BinaryOp, constant: &Value) -> Option<(Bits, &'a Gathered)> {
        let gathered = self.gather(slot)?;
        let mut yes = match (&gathered.values, constant) {
            (Side::Integers(all), Value::Int(constant)) => compared(op, all, constant)?,
            (Side::Floats(all), Value::Double(constant)) => compared(op, all, constant)?,
            (Side::Times(all), Value::Timestamp(constant)) => compared(op, all, constant)?,
            _ => return None,
        };
        yes.meet(&gathered.here);
        Some((yes, gathered))
    }

    /// A part that reads one text or truth alone: decided once for each distinct value, and once for its absence.
    fn distinct(&self, part: &Checked, slot: Slot) -> Option<Mask> {
        let decide = |value: Option<ValueRef<'_>>| truth(part, &One { slot, value });
        let mut mask = self.unknown();
        let mut put = |at: usize, truth: Option<bool>| match truth {
            Some(true) => mask.yes.insert(at),
            Some(false) => mask.no.insert(at),
            None => {}
        };
        let log = self.sheet.log();
        if self.places.get(slot)?.what == What::Activity {
            let mut known = vec![None; log.activities().len()];
            for (at, event) in self.sheet.events().iter().enumerate() {
                let code = *log.activity_codes().get(*event as usize)? as usize;
                let name = log.activities().get(code)?;
                let known = known.get_mut(code)?;
                put(at, *known.get_or_insert_with(|| decide(Some(ValueRef::String(name.as_str())))));
            }
            return Some(mask);
        }
        let What::Attribute(name) = &self.places.get(slot)?.what else { return None };
        let Some(gathered) = self.sheet.gather(name) else {
            // No event has it.
            let all = || Bits::all(self.len());
            return Some(match decide(None) {
                Some(true) => Mask { yes: all(), ..self.unknown() },
                Some(false) => Mask { no: all(), ..self.unknown() },
                None => self.unknown(),
            });
        };
        let (codes, texts) = match (&gathered.values, log.column(name.as_str())?.values()) {
            (Side::Texts(codes), Values::Text { distinct, .. }) => (codes, Some(distinct.all())),
            (Side::Truths(codes), _) => (codes, None),
            _ => return None,
        };
        let mut known = vec![None; texts.map_or(2, <[_]>::len)];
        let mut absent = None;
        for (at, code) in codes.iter().enumerate() {
            if !gathered.here.contains(at) {
                put(at, *absent.get_or_insert_with(|| decide(None)));
                continue;
            }
            let value = match texts {
                Some(texts) => ValueRef::String(texts.get(*code as usize)?.as_str()),
                None => ValueRef::Bool(*code == 1),
            };
            put(at, *known.get_mut(*code as usize)?.get_or_insert_with(|| decide(Some(value))));
        }
        Some(mask)
    }

    fn one_by_one(&self, part: &Checked) -> Mask {
        let mut mask = self.unknown();
        for (at, event) in self.sheet.events().iter().enumerate() {
            match truth(part, &Row::new(self.sheet.log(), self.places, *event, *event)) {
                Some(true) => mask.yes.insert(at),
                Some(false) => mask.no.insert(at),
                None => {}
            }
        }
        mask
    }
}

/// Where the values compare so with the constant; what has no order is unequal to all.
fn compared<T: PartialOrd>(op: BinaryOp, all: &[T], constant: &T) -> Option<Bits> {
    Some(match op {
        BinaryOp::Eq => Bits::of_all(all, |one| one == constant),
        BinaryOp::Ne => Bits::of_all(all, |one| one.partial_cmp(constant) != Some(Ordering::Equal)),
        BinaryOp::Lt => Bits::of_all(all, |one| one < constant),
        BinaryOp::Le => Bits::of_all(all, |one| one <= constant),
        BinaryOp::Gt => Bits::of_all(all, |one| one > constant),
        BinaryOp::Ge => Bits::of_all(all, |one| one >= constant),
        _ => return None,
    })
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
pub(super) fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}
