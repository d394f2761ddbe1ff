//! What an office promises, held against the law's limit.

use crate::days::promise::overrun;
use crate::days::{At, Limit, Opening, Unit};
use crate::model::{Definitions, Id, Own};
use crate::reader::Node;

/// Notes a `promise` in `node` that, from some day on which the period may begin, ends after the law's `limit`.
pub(super) fn check(node: &Node<'_>, promise: Option<Own>, limit: Option<&Id>, shared: &Definitions) {
    let law = shared.law.as_ref();
    let deadline = limit.and_then(|id| law?.deadlines.get(id));
    let (Some(law), Some(deadline), Some(promise)) = (law, deadline, promise) else { return };
    let (Some(member), Some(limit)) = (node.get("promise"), deadline.limit) else { return };
    let promise = Limit::from(promise);
    // What is counted in the hours of an office is held against those of every one.
    let mut openings: Vec<Option<&Opening>> = match promise.unit {
        Unit::Workhours => {
            shared.offices.values().filter_map(|office| office.open.as_ref()).map(Some).collect()
        }
        _ => vec![None],
    };
    openings.dedup();
    let over =
        |open: &Option<&Opening>| overrun(promise, deadline, &law.rule(deadline).at(*open), &law.calendar);
    let Some(found) = openings.iter().find_map(over) else { return };
    let end = |at: At| at.last_day().map(|day| day.to_string()).unwrap_or_default();
    let (id, start) = (&deadline.id, found.start.date());
    let (office, last) = (end(found.promised), end(found.law));
    let ends = match office == last {
        true => format!("on {office} at a later hour than the limit"),
        false => format!("on {office} and the limit on {last}"),
    };
    let what = format!(
        "the promise of {promise} can be later than the law's {limit} (`{id}`): from {start} it ends {ends}"
    );
    let mend = match found.most.filter(|most| most.amount > 0) {
        Some(most) => format!("promise at most `{most}`, or leave the promise out"),
        None => "promise less, or leave the promise out".to_owned(),
    };
    member.report(what, mend);
}
