use super::mask::{Leaf, Tree};
use super::{Condition, What};
use crate::log::{Column, EventNumber, Log, Values};
use pack::cel::Value;
use record::{Name, Time};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What conditions compare attributes with: events whose values lie alike between these constants are alike to all of them.
///
/// So for each event it need only be told where its values lie, and what holds of it is known once it is known of one such
/// event.
#[derive(Default)]
pub(crate) struct Cuts {
    of: Vec<(Name, Constants)>,
}

/// The constants with which an attribute is compared, ascending.
#[derive(Clone, Debug, Default)]
struct Constants {
    integers: Vec<i64>,
    floats: Vec<f64>,
    times: Vec<Time>,
    texts: Vec<SmolStr>,
    truths: bool,
}

/// Cuts through the columns of a log.
pub(crate) struct Laid<'a> {
    of: Vec<Through<'a>>,
}

/// The cuts through one column, if the log has it; in how many parts they leave it, with one for events that have no value.
struct Through<'a> {
    column: Option<(&'a Column, At<'a>)>,
    parts: u64,
}

enum At<'a> {
    Integers(&'a [i64], &'a [i64]),
    Floats(&'a [f64], &'a [f64]),
    Times(&'a [Time], &'a [Time]),
    /// By text which part it is in.
    Texts(&'a [u32], Vec<u64>),
    Truths(&'a [bool]),
}

impl Cuts {
    /// Those of conditions; none if one of them does more than to compare attributes with constants.
    pub(crate) fn of<'c>(conditions: impl Iterator<Item = &'c Condition>) -> Option<Self> {
        let mut all: BTreeMap<Name, Constants> = BTreeMap::new();
        for condition in conditions {
            gather(condition, &condition.tree, &mut all)?;
        }
        for constants in all.values_mut() {
            constants.order();
        }
        Some(Self { of: all.into_iter().collect() })
    }

    /// The cuts through a log's columns; none where one is not of the kind of its constants.
    pub(crate) fn lay<'a>(&'a self, log: &'a Log) -> Option<Laid<'a>> {
        let through = |(name, constants): &'a (Name, Constants)| {
            let column = match log.column(name.as_str()) {
                Some(column) => Some((column, constants.through(column)?)),
                None => None,
            };
            Some(Through { column, parts: constants.parts()? })
        };
        let of: Vec<Through<'a>> = self.of.iter().map(through).collect::<Option<_>>()?;
        let all = of.iter().try_fold(1_u64, |all, through| all.checked_mul(through.parts));
        all.map(|_| Laid { of })
    }
}

impl Laid<'_> {
    /// Where an event's values lie, as one number.
    pub(crate) fn place(&self, event: EventNumber) -> u64 {
        self.of.iter().fold(0, |number, through| number * through.parts + through.part(event))
    }
}

fn gather(condition: &Condition, tree: &Tree, all: &mut BTreeMap<Name, Constants>) -> Option<()> {
    match tree {
        Tree::And(of) | Tree::Or(of) => of.iter().try_for_each(|tree| gather(condition, tree, all)),
        Tree::Not(of) => gather(condition, of, all),
        Tree::Leaf(leaf) => gather_leaf(condition, leaf, all),
    }
}

fn gather_leaf(condition: &Condition, leaf: &Leaf, all: &mut BTreeMap<Name, Constants>) -> Option<()> {
    let (slot, _, constant) = leaf.comparison.as_ref()?;
    let What::Attribute(name) = &condition.places.get(*slot)?.what else { return None };
    let constants = all.entry(name.clone()).or_default();
    match constant {
        Value::Int(number) => constants.integers.push(*number),
        Value::Double(number) if !number.is_nan() => constants.floats.push(*number),
        Value::Timestamp(time) => constants.times.push(*time),
        Value::String(text) => constants.texts.push(SmolStr::new(&**text)),
        Value::Bool(_) => constants.truths = true,
        _ => return None,
    }
    Some(())
}

impl Constants {
    fn order(&mut self) {
        self.integers.sort_unstable();
        self.integers.dedup();
        self.floats.sort_unstable_by(f64::total_cmp);
        self.floats.dedup();
        self.times.sort_unstable();
        self.times.dedup();
        self.texts.sort_unstable();
        self.texts.dedup();
    }

    /// How many parts there are; none where the constants are of several kinds.
    fn parts(&self) -> Option<u64> {
        let Self { integers, floats, times, texts, truths } = self;
        // Nothing, below, at and above each constant; and what has no order.
        let numbers = [integers.len(), floats.len(), times.len()]
            .map(|count| if count > 0 { 2 * count + 3 } else { 0 });
        let texts = if texts.is_empty() { 0 } else { texts.len() + 2 };
        let kinds =
            numbers.into_iter().chain([texts, if *truths { 3 } else { 0 }]).filter(|parts| *parts > 0);
        let mut kinds = kinds.map(|parts| parts as u64);
        kinds.next().filter(|_| kinds.next().is_none())
    }

    fn through<'a>(&'a self, column: &'a Column) -> Option<At<'a>> {
        let Self { integers, floats, times, texts, truths } = self;
        Some(match column.values() {
            Values::Integer(all) if !integers.is_empty() => At::Integers(all, integers),
            Values::Float(all) if !floats.is_empty() => At::Floats(all, floats),
            Values::Time(all) if !times.is_empty() => At::Times(all, times),
            Values::Text { codes, distinct } if !texts.is_empty() => {
                let part = |text: &SmolStr| texts.binary_search(text).map_or(1, |at| at as u64 + 2);
                At::Texts(codes, distinct.all().iter().map(part).collect())
            }
            Values::Boolean(all) if *truths => At::Truths(all),
            _ => return None,
        })
    }
}

impl Through<'_> {
    fn part(&self, event: EventNumber) -> u64 {
        let part = |(column, at): &(&Column, At<'_>)| at.part(column.place(event)?);
        self.column.as_ref().and_then(part).unwrap_or(0)
    }
}

impl At<'_> {
    fn part(&self, place: usize) -> Option<u64> {
        Some(match self {
            At::Integers(all, cuts) => among(cuts, *all.get(place)?),
            At::Floats(all, cuts) => among(cuts, *all.get(place)?),
            At::Times(all, cuts) => among(cuts, *all.get(place)?),
            At::Texts(codes, parts) => *parts.get(*codes.get(place)? as usize)?,
            At::Truths(all) => 1 + u64::from(*all.get(place)?),
        })
    }
}

/// Below the first constant 1, at it 2, between it and the next 3, and so on; 2n + 2 for what has no order.
fn among<T: PartialOrd + Copy>(constants: &[T], value: T) -> u64 {
    if value.partial_cmp(&value).is_none() {
        return 2 * constants.len() as u64 + 2;
    }
    let below = constants.partition_point(|constant| *constant < value);
    let at = constants.get(below).is_some_and(|constant| *constant == value);
    1 + 2 * below as u64 + u64::from(at)
}
