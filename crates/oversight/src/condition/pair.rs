use super::row::Row;
use super::{Places, Sameness, What, sameness};
use crate::log::{Column, EventNumber, Log, Values};
use pack::cel::{BinaryOp, Checked, NoFunctions, Node, NodeKind, Slot};
use record::Name;
use std::sync::Arc;

/// A condition on an activation and a target.
#[derive(Clone, Debug)]
pub struct Correlation {
    checked: Checked,
    places: Arc<Places>,
    /// The whole condition, where it only asks that attributes of the activation equal ones of the target.
    equal: Option<Vec<[Name; 2]>>,
}

/// A correlation with the columns of a log in which it looks.
pub(crate) struct Bound<'a> {
    correlation: &'a Correlation,
    log: &'a Log,
    /// Pairs of columns of texts, where that is all it looks at.
    equal: Option<Vec<[Texts<'a>; 2]>>,
    /// Some attribute that it asks for is nowhere.
    never: bool,
}

#[derive(Clone, Copy)]
struct Texts<'a> {
    column: &'a Column,
    codes: &'a [u32],
    distinct: &'a [smol_str::SmolStr],
}

impl Correlation {
    pub(super) fn new(checked: Checked, places: Arc<Places>) -> Self {
        let parts = match &checked.root.kind {
            NodeKind::And(all) => all.iter().collect(),
            _ => vec![&checked.root],
        };
        let equal = parts.into_iter().map(|part| equal(part, &places)).collect();
        Self { checked, places, equal }
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
        let pairs = self.equal.iter().flatten();
        let never = pairs.flatten().any(|name| column(name).is_none());
        let texts = |name: &Name| {
            let column = column(name)?;
            let Values::Text { codes, distinct } = column.values() else { return None };
            Some(Texts { column, codes, distinct })
        };
        let both = |[one, other]: &[Name; 2]| Some([texts(one)?, texts(other)?]);
        let equal = self.equal.as_ref().and_then(|pairs| pairs.iter().map(both).collect());
        Bound { correlation: self, log, equal, never }
    }
}

impl Bound<'_> {
    pub(crate) fn holds(&self, activation: EventNumber, target: EventNumber) -> bool {
        if self.never {
            return false;
        }
        if let Some(pairs) = &self.equal {
            return pairs.iter().all(|[one, other]| {
                let (Some(left), Some(right)) = (one.code(activation), other.code(target)) else {
                    return false;
                };
                match std::ptr::eq(one.column, other.column) {
                    true => left == right,
                    false => one.distinct.get(left as usize) == other.distinct.get(right as usize),
                }
            });
        }
        let Correlation { checked, places, .. } = self.correlation;
        checked.eval(&Row::new(self.log, places, activation, target), &NoFunctions).truth() == Some(true)
    }
}

impl Texts<'_> {
    fn code(&self, event: EventNumber) -> Option<u32> {
        self.codes.get(self.column.place(event)?).copied()
    }
}

/// Which attribute of the activation must equal which of the target.
fn equal(node: &Node, places: &Places) -> Option<[Name; 2]> {
    let NodeKind::Binary(BinaryOp::Eq, sides) = &node.kind else { return None };
    let [Node { kind: NodeKind::Place(left), .. }, Node { kind: NodeKind::Place(right), .. }] = &**sides
    else {
        return None;
    };
    let read = |slot: &Slot| places.get(*slot);
    let (activation, target) = match (read(left)?.target, read(right)?.target) {
        (false, true) => (left, right),
        (true, false) => (right, left),
        _ => return None,
    };
    let name = |slot: &Slot| match &read(slot)?.what {
        What::Attribute(name) => Some(name.clone()),
        _ => None,
    };
    Some([name(activation)?, name(target)?])
}
