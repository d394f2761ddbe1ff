//! A line from its text: one file of TOML, each mistake of which is told with its place.

use super::{Floor, Learning, MINUTE, Machine, Operation, Operator};
use crate::balance::bits::Order;
use crate::definition::{At, Node, Problem, Source};
use crate::workdays::Workdays;
use std::collections::BTreeSet;
use std::ops::Range;

/// Work without a machine.
const HAND: &str = "hand";
const DAY: i64 = 1_440 * MINUTE;
const PIECES: i64 = 10_000_000;
const OPERATIONS: usize = 320;
const OPERATORS: usize = 63;
const MACHINES: usize = 32;

/// Reads a line.
pub fn floor(text: &str) -> Result<Floor, Vec<Problem>> {
    let source = Source::parse(text.trim_start_matches('\u{feff}'));
    let read = read(&source.root());
    let faults = source.faults();
    match read {
        Some(floor) if faults.is_empty() => Ok(floor),
        _ => Err(faults),
    }
}

fn read(root: &Node<'_>) -> Option<Floor> {
    let name = root.text("line").map_or("line", |name| name.value).to_owned();
    let from = root.date("from").map(|from| from.value);
    let minutes = root.need("minutes", "480", within_a_day(root, "minutes")).map(|minutes| minutes.value);
    let wanted = wanted(root, minutes);
    let kinds = root.whole("machines_each", 1, MACHINES as i64).map(|kinds| kinds.value as u32);
    let days = root.table("calendar").map_or_else(Workdays::default, |node| {
        let days = Workdays::read(&node);
        node.finish();
        days
    });
    let curve = root.table("learning");
    let learning = curve.as_ref().and_then(learning);
    let machines = machines(root);
    let (operations, order) = operations(root, &machines);
    let new = learning.as_ref().and_then(|(_, new)| *new);
    let operators = operators(root, &machines, &operations, curve.is_some(), new);
    root.finish();
    let learning = learning.map(|(learning, _)| learning);
    let minutes = minutes?;
    Some(Floor { name, from, days, minutes, wanted, kinds, learning, machines, operations, order, operators })
}

/// Minutes, no more than a day has.
fn within_a_day(root: &Node<'_>, name: &'static str) -> Option<At<i64>> {
    let found = root.decimal(name, 3, 1)?;
    if found.value > DAY {
        root.report(&found.span, format!("`{name}` is more than a day has"), "write minutes, up to 1440");
        return None;
    }
    Some(found)
}

/// The cycle that is wanted: named, or so long that so many pieces come of a day.
fn wanted(root: &Node<'_>, minutes: Option<i64>) -> Option<u32> {
    let pieces = root.whole("pieces", 1, PIECES);
    let cycle = within_a_day(root, "cycle");
    if let (Some(pieces), Some(_)) = (&pieces, &cycle) {
        root.report(&pieces.span, "`pieces` and `cycle` say the same", "leave one of them out");
    }
    let by_pieces = || {
        let pieces = pieces.as_ref()?;
        let cycle = minutes? / pieces.value;
        if cycle == 0 {
            let what = format!("`{}` pieces are more than one each thousandth of a minute", pieces.value);
            root.report(&pieces.span, what, "write how many are wanted a day");
        }
        u32::try_from(cycle).ok()
    };
    cycle.as_ref().and_then(|cycle| u32::try_from(cycle.value).ok()).or_else(by_pieces)
}

/// The curve, and what counts as done where an operator says nothing.
fn learning(node: &Node<'_>) -> Option<(Learning, Option<u32>)> {
    let percent = |found: Option<At<i64>>, least: i64, most: i64, name: &str| {
        let found = found?;
        if found.value < least || found.value > most {
            let what = format!("`{name}` cannot be `{}` percent", found.value as f64 / 100.0);
            node.report(&found.span, what, format!("write a number from {} to {}", least / 100, most / 100));
            return None;
        }
        Some(found.value)
    };
    let rate = node.need("rate", "85", node.decimal("rate", 2, 0));
    let rate = percent(rate, 5_000, 10_000, "rate");
    let fixed = percent(node.decimal("fixed", 2, 0), 0, 10_000, "fixed");
    let practised = node.need("practised", "2000", node.whole("practised", 1, PIECES));
    let new = node.whole("otherwise", 0, PIECES).map(|new| new.value as u32);
    node.finish();
    Some((Learning { rate: rate?, fixed: fixed.unwrap_or(0), practised: practised?.value as u32 }, new))
}

/// An id that none before it has.
fn own_id<'a>(row: &Node<'a>, what: &str, mut known: impl Iterator<Item = &'a str>) -> Option<At<&'a str>> {
    let id = row.need_text("id")?;
    if known.any(|other| other == id.value) {
        let told = format!("{what} `{}` stands twice", id.value);
        row.report(&id.span, told, format!("give each {what} an id of its own"));
        return None;
    }
    Some(id)
}

fn named(row: &Node<'_>, what: &str, id: &At<&str>, known: &[&str]) -> Option<usize> {
    let at = known.iter().position(|other| *other == id.value);
    if at.is_none() {
        let mend = match known {
            [] => format!("add `[[{what}]]` with this id"),
            _ => format!("add `[[{what}]]` with this id, or write one of `{}`", known.join("`, `")),
        };
        row.report(&id.span, format!("no {what} is called `{}`", id.value), mend);
    }
    at
}

fn too_many(row: &Node<'_>, what: &str, most: usize, so_far: usize) {
    if so_far == most {
        row.report(
            &row.span,
            format!("over {most} {what}"),
            "divide the line into parts that are planned alone",
        );
    }
}

fn machines(root: &Node<'_>) -> Vec<Machine> {
    let mut ids: Vec<&str> = Vec::new();
    let mut machines = Vec::new();
    for row in root.rows("machine") {
        let id = own_id(&row, "machine", ids.iter().copied());
        let count = row.need("count", "2", row.whole("count", 0, 10_000));
        row.finish();
        too_many(&row, "kinds of machine", MACHINES, machines.len());
        let Some(id) = id else { continue };
        if id.value == HAND {
            let mend = "leave `machine` out of what is done by hand, and call this kind otherwise";
            row.report(&id.span, format!("`{HAND}` is what is done without a machine"), mend);
            continue;
        }
        ids.push(id.value);
        machines
            .push(Machine { id: id.value.to_owned(), count: count.map_or(0, |count| count.value as u32) });
    }
    machines
}

fn operations(root: &Node<'_>, machines: &[Machine]) -> (Vec<Operation>, Vec<(usize, usize)>) {
    let kinds: Vec<&str> = machines.iter().map(|machine| machine.id.as_str()).collect();
    let (mut ids, mut operations): (Vec<&str>, Vec<Operation>) = (Vec::new(), Vec::new());
    let mut waits: Vec<(Vec<At<&str>>, Range<usize>)> = Vec::new();
    for row in root.rows("operation") {
        let id = own_id(&row, "operation", ids.iter().copied());
        let minutes = row.need("minutes", "0.85", row.decimal("minutes", 3, 1));
        let machine = row.text("machine").filter(|id| id.value != HAND);
        let machine = machine.and_then(|id| named(&row, "machine", &id, &kinds));
        let after = row.texts("after");
        row.finish();
        too_many(&row, "operations", OPERATIONS, operations.len());
        let Some(id) = id else { continue };
        if minutes.as_ref().is_some_and(|minutes| minutes.value > 1_000 * MINUTE) {
            row.report(
                &row.span,
                format!("`{}` takes over 1,000 minutes", id.value),
                "write minutes for a piece",
            );
        }
        ids.push(id.value);
        let minutes = minutes.map_or(MINUTE, |minutes| minutes.value);
        operations.push(Operation { id: id.value.to_owned(), minutes, machine });
        waits.push((after, row.span.clone()));
    }
    if root.rows("operation").is_empty() {
        let mend = "add `[[operation]]` with `id`, `minutes` and, where it takes one, `machine`";
        root.report(&root.span, "there are no operations", mend);
    }
    let mut order = Vec::new();
    for (at, (after, _)) in waits.iter().enumerate() {
        let before = after.iter().filter_map(|id| named(root, "operation", id, &ids));
        order.extend(before.map(|before| (before, at)));
    }
    order.sort_unstable();
    order.dedup();
    if let Err((before, after)) = Order::<5>::new(operations.len().min(OPERATIONS), &order) {
        let span = waits.get(after).map_or(0..0, |(_, span)| span.clone());
        let what = match before == after {
            true => format!("operation `{}` comes after itself", operations[after].id),
            false => format!(
                "operation `{}` comes after `{}`, and that after it, at once or over others",
                operations[after].id, operations[before].id
            ),
        };
        root.report(&span, what, "leave one of these out of `after`");
    }
    (operations, order)
}

fn operators(
    root: &Node<'_>,
    machines: &[Machine],
    operations: &[Operation],
    learning: bool,
    new: Option<u32>,
) -> Vec<Operator> {
    let mut kinds: Vec<&str> = machines.iter().map(|machine| machine.id.as_str()).collect();
    kinds.push(HAND);
    let known: Vec<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let (mut ids, mut operators): (Vec<&str>, Vec<Operator>) = (Vec::new(), Vec::new());
    for row in root.rows("operator") {
        let id = own_id(&row, "operator", ids.iter().copied());
        let percent = percents(&row, machines, operations, (kinds.as_slice(), known.as_slice()));
        let mut done = vec![new; operations.len()];
        let told = row.counts("done", PIECES);
        if let (Some(told), false) = (&told, learning) {
            let mend = "add `[learning]` with `rate` and `practised`, or leave `done` out";
            row.report(&told.span, "`done` is counted, but no curve says what of it", mend);
        }
        for (id, pieces) in told.map_or_else(Vec::new, |told| told.value) {
            let Some(at) = named(&row, "operation", &id, &known) else { continue };
            done[at] = Some(pieces);
        }
        let absent: BTreeSet<_> = row.dates("absent").into_iter().map(|day| day.value).collect();
        let (from, until) = (row.date("from"), row.date("until"));
        row.finish();
        too_many(&row, "operators", OPERATORS, operators.len());
        if let (Some(from), Some(until)) = (&from, &until)
            && until.value < from.value
        {
            row.report(&until.span, "the last day is before the first one", "mend `from` or `until`");
        }
        let Some(id) = id else { continue };
        ids.push(id.value);
        let (from, until) = (from.map(|day| day.value), until.map(|day| day.value));
        operators.push(Operator { id: id.value.to_owned(), percent, done, absent, from, until });
    }
    if root.rows("operator").is_empty() {
        let mend = "add `[[operator]]` with `id` and `machines = { lockstitch = 95 }` for each";
        root.report(&root.span, "there are no operators", mend);
    }
    operators
}

/// Of each operation how fast an operator does it: what they say of its machine, or of itself.
fn percents(
    row: &Node<'_>,
    machines: &[Machine],
    operations: &[Operation],
    (kinds, known): (&[&str], &[&str]),
) -> Vec<Option<u32>> {
    let by_kind = row.counts("machines", 400).map_or_else(Vec::new, |told| told.value);
    let by_name = row.counts("operations", 400).map_or_else(Vec::new, |told| told.value);
    if by_kind.is_empty() && by_name.is_empty() {
        let mend = "add `machines = { lockstitch = 95 }` or `operations = { collar = 90 }`, in percent";
        row.report(&row.span, "this operator can do nothing", mend);
    }
    let mut percent = vec![None; operations.len()];
    for (id, own) in by_kind {
        let Some(kind) = named(row, "machine", &id, kinds) else { continue };
        if own == 0 {
            let mend = "write percent, or leave it out";
            row.report(&id.span, format!("`{}` would never be done", id.value), mend);
        }
        let at_it = |operation: &Operation| operation.machine.unwrap_or(machines.len()) == kind;
        let all = percent.iter_mut().zip(operations);
        all.filter(|(_, operation)| at_it(operation)).for_each(|(percent, _)| *percent = Some(own));
    }
    for (id, own) in by_name {
        let Some(at) = named(row, "operation", &id, known) else { continue };
        percent[at] = (own > 0).then_some(own);
    }
    percent
}
