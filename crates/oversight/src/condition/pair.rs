use super::mask::mirrored;
use super::row::Row;
use super::{Places, Sameness, What, sameness};
use crate::log::{Column, EventNumber, Log, Values};
use pack::cel::{BinaryOp, Checked, NoFunctions, Node, NodeKind, Slot};
use record::{Name, Time};
use smol_str::SmolStr;
use std::cmp::Ordering;
use std::sync::Arc;

/// A condition on an activation and a target.
#[derive(Clone, Debug)]
pub struct Correlation {
    checked: Checked,
    places: Arc<Places>,
    /// The whole condition, where it only compares attributes of the activation with ones of the target.
    comparisons: Option<Vec<Comparison>>,
}

#[derive(Clone, Debug)]
struct Comparison {
    op: BinaryOp,
    activation: Name,
    target: Name,
}

/// A correlation with the columns of a log in which it looks.
pub(crate) struct Bound<'a> {
    correlation: &'a Correlation,
    log: &'a Log,
    /// The comparisons, where that is all it is and each is of values of one kind.
    compared: Option<Vec<Compared<'a>>>,
    /// Some attribute that it asks for is nowhere.
    never: bool,
}

struct Compared<'a> {
    op: BinaryOp,
    activation: &'a Column,
    target: &'a Column,
    values: Pair<'a>,
}

/// The values of two columns of one kind.
enum Pair<'a> {
    Integers(&'a [i64], &'a [i64]),
    Floats(&'a [f64], &'a [f64]),
    Times(&'a [Time], &'a [Time]),
    Truths(&'a [bool], &'a [bool]),
    Texts([&'a [u32]; 2], [&'a [SmolStr]; 2]),
}

impl Correlation {
    pub(super) fn new(checked: Checked, places: Arc<Places>) -> Self {
        let parts = match &checked.root.kind {
            NodeKind::And(all) => all.iter().collect(),
            _ => vec![&checked.root],
        };
        let comparisons = parts.into_iter().map(|part| comparison(part, &places)).collect();
        Self { checked, places, comparisons }
    }

    pub(crate) fn sameness(&self) -> Sameness {
        sameness(&self.places, &self.checked)
    }

    /// The attributes that it reads.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = Name> {
        self.checked.slots().into_iter().filter_map(|slot| match &self.places.get(slot)?.what {
            What::Attribute(name) => Some(name.clone()),
            _ => None,
        })
    }

    /// Whether it holds of an activation and a target; what is unknown does not hold.
    pub fn holds(&self, log: &Log, activation: EventNumber, target: EventNumber) -> bool {
        self.bind(log).holds(activation, target)
    }

    pub(crate) fn bind<'a>(&'a self, log: &'a Log) -> Bound<'a> {
        let column = |name: &Name| log.column(name.as_str());
        let never = self
            .comparisons
            .iter()
            .flatten()
            .any(|one| column(&one.activation).is_none() || column(&one.target).is_none());
        let compared = |one: &Comparison| {
            let (activation, target) = (column(&one.activation)?, column(&one.target)?);
            let values = Pair::of(activation, target, one.op)?;
            Some(Compared { op: one.op, activation, target, values })
        };
        let compared = self.comparisons.as_ref().and_then(|all| all.iter().map(compared).collect());
        Bound { correlation: self, log, compared, never }
    }
}

impl Bound<'_> {
    pub(crate) fn holds(&self, activation: EventNumber, target: EventNumber) -> bool {
        if self.never {
            return false;
        }
        if let Some(all) = &self.compared {
            return all.iter().all(|one| one.holds(activation, target));
        }
        let Correlation { checked, places, .. } = self.correlation;
        checked.eval(&Row::new(self.log, places, activation, target), &NoFunctions).truth() == Some(true)
    }
}

impl<'a> Pair<'a> {
    fn of(activation: &'a Column, target: &'a Column, op: BinaryOp) -> Option<Self> {
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
        Some(match (activation.values(), target.values()) {
            (Values::Integer(one), Values::Integer(other)) => Self::Integers(one, other),
            (Values::Float(one), Values::Float(other)) => Self::Floats(one, other),
            (Values::Time(one), Values::Time(other)) => Self::Times(one, other),
            (Values::Boolean(one), Values::Boolean(other)) if equality => Self::Truths(one, other),
            (
                Values::Text { codes: one, distinct: texts },
                Values::Text { codes: other, distinct: others },
            ) if equality => Self::Texts([one, other], [texts.all(), others.all()]),
            _ => return None,
        })
    }
}

impl Compared<'_> {
    fn holds(&self, activation: EventNumber, target: EventNumber) -> bool {
        let (Some(one), Some(other)) = (self.activation.place(activation), self.target.place(target)) else {
            return false;
        };
        let order = match &self.values {
            Pair::Integers(left, right) => {
                left.get(one).zip(right.get(other)).map(|(one, other)| one.cmp(other))
            }
            Pair::Floats(left, right) => {
                left.get(one).zip(right.get(other)).and_then(|(one, other)| one.partial_cmp(other))
            }
            Pair::Times(left, right) => {
                left.get(one).zip(right.get(other)).map(|(one, other)| one.cmp(other))
            }
            Pair::Truths(left, right) => {
                left.get(one).zip(right.get(other)).map(|(one, other)| one.cmp(other))
            }
            Pair::Texts([left, right], [texts, others]) => {
                let (Some(one), Some(other)) = (left.get(one), right.get(other)) else { return false };
                let equal = match std::ptr::eq(self.activation, self.target) {
                    true => one == other,
                    false => texts.get(*one as usize) == others.get(*other as usize),
                };
                Some(if equal { Ordering::Equal } else { Ordering::Less })
            }
        };
        match self.op {
            BinaryOp::Eq => order.is_some_and(Ordering::is_eq),
            // What has no order is unequal to all.
            BinaryOp::Ne => order.is_none_or(Ordering::is_ne),
            BinaryOp::Lt => order.is_some_and(Ordering::is_lt),
            BinaryOp::Le => order.is_some_and(Ordering::is_le),
            BinaryOp::Gt => order.is_some_and(Ordering::is_gt),
            BinaryOp::Ge => order.is_some_and(Ordering::is_ge),
            _ => false,
        }
    }
}

/// Which attribute of the activation is compared with which of the target, and how.
fn comparison(node: &Node, places: &Places) -> Option<Comparison> {
    let NodeKind::Binary(op, sides) = &node.kind else { return None };
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
    if !matches!(op, Eq | Ne | Lt | Le | Gt | Ge) {
        return None;
    }
    let [Node { kind: NodeKind::Place(left), .. }, Node { kind: NodeKind::Place(right), .. }] = &**sides
    else {
        return None;
    };
    let read = |slot: &Slot| places.get(*slot);
    let (activation, target, op) = match (read(left)?.target, read(right)?.target) {
        (false, true) => (left, right, *op),
        (true, false) => (right, left, mirrored(*op)),
        _ => return None,
    };
    let name = |slot: &Slot| match &read(slot)?.what {
        What::Attribute(name) => Some(name.clone()),
        _ => None,
    };
    Some(Comparison { op, activation: name(activation)?, target: name(target)? })
}
