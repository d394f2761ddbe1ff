use super::row::Row;
use super::{Places, What};
use crate::log::{EventNumber, Log, Values};
use pack::cel::{BinaryOp, Checked, NoFunctions, Node, NodeKind, Slot};
use record::Name;
use std::collections::HashMap;

/// A condition on an activation and a target.
#[derive(Clone, Debug)]
pub struct Correlation {
    checked: Checked,
    places: Places,
    /// The whole condition, where it only asks for equal texts: for each such pair the codes by event.
    equal: Option<Vec<Equal>>,
}

/// Attributes of activation and target that must be equal: their codes by event, [`ABSENT`] where there is none.
#[derive(Clone, Debug)]
struct Equal {
    activation: Vec<u32>,
    target: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

impl Correlation {
    pub(super) fn new(log: &Log, checked: Checked, places: Places) -> Self {
        let parts = match &checked.root.kind {
            NodeKind::And(all) => all.iter().collect(),
            _ => vec![&checked.root],
        };
        let equal = parts.into_iter().map(|part| equal(log, part, &places)).collect();
        Self { checked, places, equal }
    }

    /// Whether it holds of an activation and a target; what is unknown does not hold.
    pub fn holds(&self, log: &Log, activation: EventNumber, target: EventNumber) -> bool {
        if let Some(all) = &self.equal {
            return all.iter().all(|equal| {
                let left = equal.activation.get(activation as usize).copied().unwrap_or(ABSENT);
                left != ABSENT && equal.target.get(target as usize) == Some(&left)
            });
        }
        let row = Row::new(log, &self.places, activation, target);
        self.checked.eval(&row, &NoFunctions).truth() == Some(true)
    }
}

fn equal(log: &Log, node: &Node, places: &Places) -> Option<Equal> {
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
        What::Attribute(name) => Some(name),
        _ => None,
    };
    let (activation, target) = (name(activation)?, name(target)?);
    Some(Equal { activation: codes(log, activation, activation)?, target: codes(log, target, activation)? })
}

/// The codes of the texts of `name` by event, as the column `like` has them: a text that it lacks equals none.
fn codes(log: &Log, name: &Name, like: &Name) -> Option<Vec<u32>> {
    let column = log.column(name.as_str())?;
    let Values::Text { codes, distinct } = column.values() else { return None };
    let Values::Text { distinct: others, .. } = log.column(like.as_str())?.values() else { return None };
    let translated: Vec<u32> = if name == like {
        (0..).take(distinct.len()).collect()
    } else {
        let places: HashMap<&str, u32> = others.iter().map(|text| text.as_str()).zip(0..).collect();
        distinct.iter().map(|text| places.get(text.as_str()).copied().unwrap_or(ABSENT)).collect()
    };
    let mut by_event = vec![ABSENT; log.len()];
    for (event, code) in column.events().iter().zip(codes) {
        if let (Some(place), Some(code)) = (by_event.get_mut(*event as usize), translated.get(*code as usize))
        {
            *place = *code;
        }
    }
    Some(by_event)
}
