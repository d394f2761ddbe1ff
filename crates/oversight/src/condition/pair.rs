use super::mask::mirrored;
use super::row::Row;
use super::{Places, Sameness, What, said, sameness};
use crate::log::{Column, EventNumber, Log, Values};
use pack::cel::{BinaryOp, Checked, NoFunctions, Node, NodeKind, Slot};
use record::{Name, Time};
use smol_str::SmolStr;
use std::sync::Arc;

/// A condition on an activation and a target.
#[derive(Clone, Debug)]
pub struct Correlation {
    checked: Checked,
    places: Arc<Places>,
    said: Arc<str>,
    /// The whole condition, where it only compares attributes of the activation with ones of the target.
    comparisons: Option<Vec<Comparison>>,
}

#[derive(Clone, Debug)]
struct Comparison {
    op: BinaryOp,
    activation: Name,
    target: Name,
}

/// Correlations, and the attributes that they compare, each once: a log is asked for each of its columns once for all of them.
#[derive(Default)]
pub(crate) struct Correlations {
    all: Vec<Correlation>,
    names: Vec<Name>,
    /// For each comparison of each, the places of both its attributes among the names.
    compared: Vec<Vec<[usize; 2]>>,
}

/// A correlation with the columns of a log in which it looks.
pub(crate) enum Bound<'a> {
    /// Some attribute that it asks for is nowhere.
    Never,
    /// It is a comparison of values of one kind, or several.
    One(Compared<'a>),
    All(Vec<Compared<'a>>),
    /// It is something else.
    Whole(&'a Correlation, &'a Log),
}

pub(crate) struct Compared<'a> {
    accepts: u8,
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
        Self { said: said(&checked), checked, places, comparisons }
    }

    pub(crate) fn sameness(&self) -> Sameness {
        sameness(&self.places, &self.said)
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
        self.bound(log, |_, one| [column(&one.activation), column(&one.target)])
    }

    /// With the columns that each comparison asks for, by its place.
    fn bound<'a>(
        &'a self,
        log: &'a Log,
        columns: impl Fn(usize, &Comparison) -> [Option<&'a Column>; 2],
    ) -> Bound<'a> {
        let comparisons = self.comparisons.as_deref().unwrap_or_default();
        let mut compared = Vec::new();
        for (at, one) in comparisons.iter().enumerate() {
            let [Some(activation), Some(target)] = columns(at, one) else { return Bound::Never };
            let values = Pair::of(activation, target, one.op);
            compared.extend(values.map(|values| Compared {
                accepts: accepted(one.op),
                activation,
                target,
                values,
            }));
        }
        if compared.is_empty() || compared.len() < comparisons.len() {
            return Bound::Whole(self, log);
        }
        match compared.len() {
            1 => compared.pop().map_or(Bound::Never, Bound::One),
            _ => Bound::All(compared),
        }
    }
}

impl Correlations {
    pub(crate) fn new(all: Vec<Correlation>) -> Self {
        let mut names: Vec<Name> = Vec::new();
        let mut place = |name: &Name| {
            let known = names.iter().position(|one| one == name);
            known.unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            })
        };
        let compared = all.iter().map(|one| {
            let comparisons = one.comparisons.iter().flatten();
            comparisons.map(|one| [place(&one.activation), place(&one.target)]).collect()
        });
        let compared = compared.collect();
        Self { all, names, compared }
    }

    /// The attributes that they read.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = Name> {
        self.all.iter().flat_map(Correlation::attributes)
    }

    pub(crate) fn bind<'a>(&'a self, log: &'a Log) -> Vec<Bound<'a>> {
        let columns: Vec<Option<&Column>> = self.names.iter().map(|name| log.column(name.as_str())).collect();
        let column = |place: usize| columns.get(place).copied().flatten();
        let all = self.all.iter().zip(&self.compared);
        all.map(|(one, places)| {
            one.bound(log, |at, _| places.get(at).map_or([None; 2], |places| places.map(column)))
        })
        .collect()
    }
}

impl Bound<'_> {
    #[inline]
    pub(crate) fn holds(&self, activation: EventNumber, target: EventNumber) -> bool {
        match self {
            Self::Never => false,
            Self::One(one) => one.holds(activation, target),
            Self::All(all) => all.iter().all(|one| one.holds(activation, target)),
            Self::Whole(Correlation { checked, places, .. }, log) => {
                checked.eval(&Row::new(log, places, activation, target), &NoFunctions).truth() == Some(true)
            }
        }
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
    #[inline]
    fn holds(&self, activation: EventNumber, target: EventNumber) -> bool {
        let (Some(one), Some(other)) = (self.activation.place(activation), self.target.place(target)) else {
            return false;
        };
        fn both<'v, T>(left: &'v [T], right: &'v [T], [one, other]: [usize; 2]) -> Option<(&'v T, &'v T)> {
            left.get(one).zip(right.get(other))
        }
        let at = [one, other];
        let order = match &self.values {
            Pair::Integers(left, right) => both(left, right, at).map(order),
            Pair::Floats(left, right) => both(left, right, at).map(order),
            Pair::Times(left, right) => both(left, right, at).map(order),
            Pair::Truths(left, right) => both(left, right, at).map(order),
            Pair::Texts([left, right], [texts, others]) => both(left, right, at).map(|(one, other)| {
                let equal = match std::ptr::eq(self.activation, self.target) {
                    true => one == other,
                    false => texts.get(*one as usize) == others.get(*other as usize),
                };
                if equal { EQUAL } else { LESS }
            }),
        };
        order.is_some_and(|order| self.accepts & order != 0)
    }
}

/// A bit for each way in which two values may lie to one another.
const LESS: u8 = 1;
const EQUAL: u8 = 2;
const GREATER: u8 = 4;
const NO_ORDER: u8 = 8;

#[inline]
fn order<T: PartialOrd>((one, other): (&T, &T)) -> u8 {
    let bit = |holds: bool, bit: u8| if holds { bit } else { 0 };
    let known = bit(one < other, LESS) | bit(one == other, EQUAL) | bit(one > other, GREATER);
    if known == 0 { NO_ORDER } else { known }
}

/// Those that a comparison accepts. What has no order is unequal to all.
fn accepted(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Eq => EQUAL,
        BinaryOp::Ne => LESS | GREATER | NO_ORDER,
        BinaryOp::Lt => LESS,
        BinaryOp::Le => LESS | EQUAL,
        BinaryOp::Gt => GREATER,
        BinaryOp::Ge => EQUAL | GREATER,
        _ => 0,
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
