use crate::log::{Column, Log, Values};
use record::Name;
use std::collections::BTreeMap;

/// An attribute that the events of an activity have, and by which some of them can be told from others.
pub(super) struct Fact {
    pub(super) name: Name,
    pub(super) kind: Kind,
    /// Comparisons that hold of some of the events and not of others: `>= 36.0`, `== "A"`.
    pub(super) tests: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Fraction,
    Text,
    Truth,
}

/// How many values of a text are compared with: the most frequent.
const TEXTS: usize = 6;
/// At how many places a range of numbers is divided.
const PLACES: usize = 10;

/// For each activity of the log what its events have.
pub(super) fn of(log: &Log) -> Vec<Vec<Fact>> {
    let mut all: Vec<Vec<Fact>> = log.activities().iter().map(|_| Vec::new()).collect();
    for (name, column) in log.columns() {
        for (activity, places) in by_activity(log, column) {
            if let (Some(facts), Some((kind, tests))) =
                (all.get_mut(activity as usize), tests(column, &places))
            {
                facts.push(Fact { name: name.clone(), kind, tests });
            }
        }
    }
    all
}

/// The places of a column's values by the activities of their events.
fn by_activity(log: &Log, column: &Column) -> BTreeMap<u32, Vec<usize>> {
    let mut places: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, event) in column.events().iter().enumerate() {
        if let Some(activity) = log.activity_codes().get(*event as usize) {
            places.entry(*activity).or_default().push(place);
        }
    }
    places
}

fn tests(column: &Column, places: &[usize]) -> Option<(Kind, Vec<String>)> {
    let (kind, tests) = match column.values() {
        Values::Integer(all) => {
            let mut values: Vec<i64> = places.iter().filter_map(|place| all.get(*place).copied()).collect();
            values.sort_unstable();
            (Kind::Whole, compared(&values, i64::to_string))
        }
        Values::Float(all) => {
            let mut values: Vec<f64> = places.iter().filter_map(|place| all.get(*place).copied()).collect();
            values.retain(|value| value.is_finite());
            values.sort_unstable_by(f64::total_cmp);
            (Kind::Fraction, compared(&values, |value| format!("{value:?}")))
        }
        Values::Text { codes, distinct } => {
            let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
            places
                .iter()
                .filter_map(|place| codes.get(*place))
                .for_each(|code| *counts.entry(*code).or_default() += 1);
            let mut counts: Vec<(usize, u32)> =
                counts.into_iter().map(|(code, count)| (count, code)).collect();
            counts.sort_unstable_by(|one, other| other.cmp(one));
            let frequent = counts.iter().take(TEXTS.min(counts.len().saturating_sub(1)));
            let texts = frequent.filter_map(|(_, code)| distinct.get(*code));
            let plain = texts.filter(|text| text.chars().all(|letter| !letter.is_control()));
            (Kind::Text, plain.flat_map(|text| ["==", "!="].map(|sign| format!("{sign} {text:?}"))).collect())
        }
        Values::Boolean(all) => {
            let both = [true, false].map(|truth| places.iter().any(|place| all.get(*place) == Some(&truth)));
            let tests = if both == [true; 2] {
                vec!["== true".to_owned(), "== false".to_owned()]
            } else {
                Vec::new()
            };
            (Kind::Truth, tests)
        }
        Values::Time(_) | Values::Mixed(_) => return None,
    };
    (!tests.is_empty()).then_some((kind, tests))
}

/// Comparisons with some of the sorted values, evenly apart; never with the least, which all of them reach.
fn compared<T: PartialEq + Copy>(sorted: &[T], written: impl Fn(&T) -> String) -> Vec<String> {
    let at = |nth: usize| sorted.get(nth * sorted.len() / PLACES).copied();
    let mut values: Vec<T> = (1..PLACES).filter_map(at).collect();
    values.dedup();
    values.retain(|value| Some(value) != sorted.first());
    values.iter().flat_map(|value| ["<", ">="].map(|sign| format!("{sign} {}", written(value)))).collect()
}
