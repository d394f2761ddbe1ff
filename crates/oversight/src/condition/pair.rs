use super::mask::mirrored;
use super::row::Row;
use super::{Places, Sameness, What, said, sameness};
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

/// Correlations, and the pairs of attributes, of activation and of target, that they compare, each once.
#[derive(Default)]
pub(crate) struct Correlations {
    all: Vec<Correlation>,
    pairs: Vec<ComparedNames>,
}

/// Two attributes, of an activation and a target, that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComparedNames {
    activation: Name,
    target: Name,
    /// Whether it is asked which value is the greater one, and not only whether they are equal.
    ordered: bool,
}

/// A correlation with the columns of a log in which it looks.
pub(crate) enum Bound<'a> {
    /// Some attribute that it asks for is nowhere.
    Never,
    /// It is a comparison of values of one kind, or several, each with the ways that it accepts.
    One(Compared<'a>, u8),
    All(Vec<(Compared<'a>, u8)>),
    /// It is something else.
    Whole(&'a Correlation, &'a Log),
}

/// [`Correlations`] with the columns of a log: which values lie how to one another is found once for all correlations that ask.
#[derive(Default)]
pub(crate) struct BoundAll<'a> {
    pairs: Vec<BoundPair<'a>>,
    /// Each by itself, for those that compare nothing, or what is not of one kind.
    all: Vec<Bound<'a>>,
}

enum BoundPair<'a> {
    Never,
    Alike(Compared<'a>),
    Unlike,
}

/// How two values lie to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// In one of the [`WAYS`].
    So(usize),
    /// One of them is not there.
    Unknown,
    /// They are not of one kind, or have no order that is asked for: the correlations are to be asked themselves.
    Unlike,
}

/// In how many ways two values may lie to one another: the first is less, equal or greater, or they have no order.
pub(crate) const WAYS: usize = 4;

pub(crate) struct Compared<'a> {
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
        let comparisons = parts(&checked.root).into_iter().map(|part| comparison(part, &places)).collect();
        Self { said: said(&checked), checked, places, comparisons }
    }

    pub(crate) fn sameness(&self) -> Sameness {
        sameness(&self.places, &self.said)
    }

    /// Whether it asks when an event happened.
    pub(crate) fn reads_time(&self) -> bool {
        self.places.tell_time(&self.checked)
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

    /// What it compares, each with the ways that it accepts; none where it does something else. `exchanged`: with the target
    /// as its activation.
    pub(crate) fn compared(&self, exchanged: bool) -> Option<Vec<(ComparedNames, [bool; WAYS])>> {
        let compared = |one: &Comparison| {
            let (activation, target, op) = match exchanged {
                true => (&one.target, &one.activation, mirrored(one.op)),
                false => (&one.activation, &one.target, one.op),
            };
            let (activation, target) = (activation.clone(), target.clone());
            let accepts = accepted(op);
            let names = ComparedNames { activation, target, ordered: !is_equality(op) };
            (names, std::array::from_fn(|way| accepts >> way & 1 == 1))
        };
        Some(self.comparisons.as_ref()?.iter().map(compared).collect())
    }

    /// Whether it surely says the same with activation and target exchanged.
    pub(crate) fn is_mutual(&self) -> bool {
        let Some(all) = &self.comparisons else { return false };
        all.iter().all(|one| {
            let is_other_way_round = |other: &Comparison| {
                (&other.activation, &other.target, other.op)
                    == (&one.target, &one.activation, mirrored(one.op))
            };
            all.iter().any(is_other_way_round)
        })
    }

    pub(crate) fn bind<'a>(&'a self, log: &'a Log) -> Bound<'a> {
        let comparisons = self.comparisons.as_deref().unwrap_or_default();
        let mut compared = Vec::new();
        for one in comparisons {
            let column = |name: &Name| log.column(name.as_str());
            let (Some(activation), Some(target)) = (column(&one.activation), column(&one.target)) else {
                return Bound::Never;
            };
            let alike = Compared::of(activation, target);
            let alike = alike.filter(|alike| alike.has_order() || is_equality(one.op));
            compared.extend(alike.map(|alike| (alike, accepted(one.op))));
        }
        if compared.is_empty() || compared.len() < comparisons.len() {
            return Bound::Whole(self, log);
        }
        match compared.len() {
            1 => compared.pop().map_or(Bound::Never, |(one, accepts)| Bound::One(one, accepts)),
            _ => Bound::All(compared),
        }
    }
}

impl Correlations {
    pub(crate) fn new(all: Vec<Correlation>, pairs: Vec<ComparedNames>) -> Self {
        Self { all, pairs }
    }

    /// The attributes that they read.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = Name> {
        self.all.iter().flat_map(Correlation::attributes)
    }

    pub(crate) fn bind<'a>(&'a self, log: &'a Log) -> BoundAll<'a> {
        let pairs: Vec<BoundPair<'a>> = self.pairs.iter().map(|names| names.bind(log)).collect();
        let at_a_glance = !pairs.iter().any(|pair| matches!(pair, BoundPair::Unlike))
            && self.all.iter().all(|one| one.comparisons.is_some());
        let all = if at_a_glance { &[][..] } else { &self.all };
        BoundAll { pairs, all: all.iter().map(|one| one.bind(log)).collect() }
    }
}

impl ComparedNames {
    /// Takes in another one of the same attributes; whether it is.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        let same = self.activation == other.activation && self.target == other.target;
        self.ordered |= same && other.ordered;
        same
    }

    fn bind<'a>(&self, log: &'a Log) -> BoundPair<'a> {
        let (Some(activation), Some(target)) =
            (log.column(self.activation.as_str()), log.column(self.target.as_str()))
        else {
            return BoundPair::Never;
        };
        let alike = Compared::of(activation, target).filter(|one| !self.ordered || one.has_order());
        alike.map_or(BoundPair::Unlike, BoundPair::Alike)
    }
}

impl BoundAll<'_> {
    /// How the values of a pair lie to one another, in an activation and a target.
    #[inline]
    pub(crate) fn lie(&self, pair: usize, activation: EventNumber, target: EventNumber) -> Lie {
        match self.pairs.get(pair) {
            Some(BoundPair::Alike(one)) => one.way(activation, target).map_or(Lie::Unknown, Lie::So),
            Some(BoundPair::Unlike) => Lie::Unlike,
            Some(BoundPair::Never) | None => Lie::Unknown,
        }
    }

    /// Whether a correlation holds of an activation and a target.
    pub(crate) fn holds(&self, correlation: usize, activation: EventNumber, target: EventNumber) -> bool {
        self.all.get(correlation).is_some_and(|one| one.holds(activation, target))
    }
}

impl Bound<'_> {
    #[inline]
    pub(crate) fn holds(&self, activation: EventNumber, target: EventNumber) -> bool {
        let holds = |one: &Compared<'_>, accepts: u8| {
            one.way(activation, target).is_some_and(|way| accepts >> way & 1 == 1)
        };
        match self {
            Self::Never => false,
            Self::One(one, accepts) => holds(one, *accepts),
            Self::All(all) => all.iter().all(|(one, accepts)| holds(one, *accepts)),
            Self::Whole(Correlation { checked, places, .. }, log) => {
                checked.eval(&Row::new(log, places, activation, target), &NoFunctions).truth() == Some(true)
            }
        }
    }
}

impl<'a> Compared<'a> {
    /// None where the columns are not of one kind.
    fn of(activation: &'a Column, target: &'a Column) -> Option<Self> {
        let values = match (activation.values(), target.values()) {
            (Values::Integer(one), Values::Integer(other)) => Pair::Integers(one, other),
            (Values::Float(one), Values::Float(other)) => Pair::Floats(one, other),
            (Values::Time(one), Values::Time(other)) => Pair::Times(one, other),
            (Values::Boolean(one), Values::Boolean(other)) => Pair::Truths(one, other),
            (
                Values::Text { codes: one, distinct: texts },
                Values::Text { codes: other, distinct: others },
            ) => Pair::Texts([one, other], [texts.all(), others.all()]),
            _ => return None,
        };
        Some(Self { activation, target, values })
    }

    /// Whether its values can be told apart by more than whether they are equal.
    fn has_order(&self) -> bool {
        !matches!(self.values, Pair::Truths(..) | Pair::Texts(..))
    }

    /// How the values lie to one another; none where one of them is not there.
    #[inline]
    fn way(&self, activation: EventNumber, target: EventNumber) -> Option<usize> {
        let (one, other) = (self.activation.place(activation)?, self.target.place(target)?);
        Some(match &self.values {
            Pair::Integers(left, right) => way(left.get(one)?, right.get(other)?),
            Pair::Floats(left, right) => way(left.get(one)?, right.get(other)?),
            Pair::Times(left, right) => way(left.get(one)?, right.get(other)?),
            Pair::Truths(left, right) => way(left.get(one)?, right.get(other)?),
            Pair::Texts([left, right], [texts, others]) => {
                let (one, other) = (*left.get(one)?, *right.get(other)?);
                let equal = match std::ptr::eq(self.activation, self.target) {
                    true => one == other,
                    false => texts.get(one as usize) == others.get(other as usize),
                };
                if equal { EQUAL } else { NO_ORDER }
            }
        })
    }
}

const LESS: usize = 0;
const EQUAL: usize = 1;
const GREATER: usize = 2;
const NO_ORDER: usize = 3;

#[inline]
fn way<T: PartialOrd>(one: &T, other: &T) -> usize {
    match one.partial_cmp(other) {
        Some(Ordering::Less) => LESS,
        Some(Ordering::Equal) => EQUAL,
        Some(Ordering::Greater) => GREATER,
        None => NO_ORDER,
    }
}

fn is_equality(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne)
}

/// The ways that a comparison accepts, a bit each. What has no order is unequal to all.
fn accepted(op: BinaryOp) -> u8 {
    let ways: &[usize] = match op {
        BinaryOp::Eq => &[EQUAL],
        BinaryOp::Ne => &[LESS, GREATER, NO_ORDER],
        BinaryOp::Lt => &[LESS],
        BinaryOp::Le => &[LESS, EQUAL],
        BinaryOp::Gt => &[GREATER],
        BinaryOp::Ge => &[EQUAL, GREATER],
        _ => &[],
    };
    ways.iter().fold(0, |bits, way| bits | 1 << way)
}

/// What must all hold.
fn parts(node: &Node) -> Vec<&Node> {
    match &node.kind {
        NodeKind::And(all) => all.iter().flat_map(parts).collect(),
        _ => vec![node],
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
