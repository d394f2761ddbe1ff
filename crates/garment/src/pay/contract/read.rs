//! A contract from its text.

use super::{Adjustment, Amount, Collective, Contract, Lot, Operation, Person};
use crate::day::Day;
use crate::definition::{At, Node, Problem, Source};
use crate::pay::calendar::Calendar;
use crate::pay::money::Fen;
use crate::workdays::Workdays;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More tickets than a month of any workshop; beyond it a number was mistyped.
const MOST_TICKETS: usize = 50_000_000;

pub fn contract(text: &str) -> Result<Contract, Vec<Problem>> {
    let source = Source::parse(text);
    let read = read(&source.root());
    let faults = source.faults();
    match read {
        Some(contract) if faults.is_empty() => Ok(contract),
        _ => Err(faults),
    }
}

fn read(root: &Node<'_>) -> Option<Contract> {
    let month = root.need("month", "2026-10-01", root.date("month")).and_then(|day| month(root, &day));
    let minimum = root.need_decimal("minimum_wage", 2, 0).map(|amount| Fen(amount.value));
    let calendar = root.table("calendar");
    if calendar.is_none() {
        root.report(
            &root.span,
            "`[calendar]` is missing",
            "add `[calendar]` with `shift_from = 480` and `shift_to = 1080`",
        );
    }
    let calendar = calendar.and_then(|node| self::calendar(&node));
    let operations = operations(root);
    let lots = lots(root, &operations);
    let grades = grades(root);
    let (people, numbers) = people(root, &grades, month);
    let adjustments = adjustments(root, &numbers);
    let (revenues, costs) = (amounts(root, "revenue"), amounts(root, "cost"));
    let collectives = collectives(root);
    let dividend = root.decimal("dividend_percent", 2, 0);
    if let Some(percent) = dividend.as_ref().filter(|percent| percent.value > 10_000) {
        root.report(&percent.span, "more than the whole profit", "write at most `dividend_percent = 100`");
    }
    if let Some(percent) = dividend.as_ref().filter(|percent| percent.value > 0)
        && !collectives.is_empty()
        && collectives.iter().all(|collective| collective.shares == 0)
    {
        let mend = "write each collective's `shares`, or `dividend_percent = 0`";
        root.report(&percent.span, "no collective has a share in what is to be divided", mend);
    }
    root.finish();
    let dividend = dividend.map_or(0, |percent| u32::try_from(percent.value).unwrap_or(0));
    let (month, minimum, calendar) = (month?, minimum?, calendar?);
    Some(Contract {
        month,
        minimum,
        calendar,
        operations,
        lots,
        people,
        adjustments,
        revenues,
        costs,
        collectives,
        dividend,
    })
}

fn month(root: &Node<'_>, first: &At<Day>) -> Option<(Day, Day)> {
    let (year, month, day) = first.value.civil();
    if day != 1 {
        let mend = format!("write `month = {year:04}-{month:02}-01`");
        root.report(&first.span, format!("`{}` is not the first of a month", first.value), mend);
    }
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Some((first.value, Day::new(year, month, 1)?))
}

fn calendar(node: &Node<'_>) -> Option<Calendar> {
    let from = node.need_whole("shift_from", 0, 1439);
    let to = node.need_whole("shift_to", 1, 1440);
    let days = Workdays::read(node);
    node.finish();
    let (from, to) = (from?, to?);
    if from.value >= to.value {
        node.report(
            &to.span,
            "the shift ends before it begins",
            "write minutes since midnight, the end after the beginning",
        );
    }
    Some(Calendar { shift: (from.value as u32, to.value as u32), days })
}

/// The operations of all styles, those of a style together and by their codes.
fn operations(root: &Node<'_>) -> Vec<Operation> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for style in root.rows("style") {
        let id = style.need_text("id");
        let rows = style.rows("operation");
        if rows.is_empty() {
            style.report(&style.span, "a style without operations", "add `[[style.operation]]` for each");
        }
        let mut codes = BTreeMap::new();
        for row in rows {
            let (code, name) = (row.need_whole("code", 1, 99), row.need_text("name"));
            let rate = row.need_decimal("rate", 4, 0);
            row.finish();
            let (Some(code), Some(name), Some(rate), Some(id)) = (code, name, rate, &id) else { continue };
            let operation = Operation {
                style: id.value.to_owned(),
                code: code.value as u8,
                name: name.value.to_owned(),
                rate: u32::try_from(rate.value).unwrap_or(u32::MAX),
            };
            if rate.value > i64::from(u32::MAX) / 1000 {
                row.report(&rate.span, "a rate of more than 429 yuan a piece", "write yuan a piece");
            }
            if codes.insert(code.value, operation).is_some() {
                row.report(
                    &code.span,
                    format!("code `{}` stands twice", code.value),
                    "give each operation a code of its own",
                );
            }
        }
        style.finish();
        let Some(id) = id else { continue };
        if !seen.insert(id.value.to_owned()) {
            style.report(
                &id.span,
                format!("style `{}` stands twice", id.value),
                "give each style an id of its own",
            );
            continue;
        }
        all.extend(codes.into_values());
    }
    all
}

fn lots(root: &Node<'_>, operations: &[Operation]) -> Vec<Lot> {
    let mut found = Vec::new();
    for row in root.rows("lot") {
        let (style, first) = (row.need_text("style"), row.need_whole("first", 0, 99_999_999));
        let (last, pieces) = (row.need_whole("last", 0, 99_999_999), row.need_whole("pieces", 1, 100_000));
        let [size, colour] = ["size", "colour"].map(|name| row.text(name).map(|told| told.value.to_owned()));
        row.finish();
        let (Some(style), Some(first), Some(last), Some(pieces)) = (style, first, last, pieces) else {
            continue;
        };
        if first.value > last.value {
            let what = format!("the last bundle `{}` comes before the first, `{}`", last.value, first.value);
            row.report(&last.span, what, "write the smaller number as `first`");
            continue;
        }
        let from = operations.iter().position(|operation| operation.style == style.value);
        let Some(from) = from else {
            let what = format!("no style is called `{}`", style.value);
            row.report(&style.span, what, "add `[[style]]` with this id, or name one that is there");
            continue;
        };
        let count = operations.iter().filter(|operation| operation.style == style.value).count();
        let lot = Lot {
            style: style.value.to_owned(),
            size,
            colour,
            first: first.value as u32,
            last: last.value as u32,
            pieces: pieces.value as u32,
            operations: (from, from + count),
            ticket: 0,
        };
        found.push((lot, first.span));
    }
    found.sort_by_key(|(lot, _)| lot.first);
    let mut tickets = 0usize;
    let mut before: Option<(u32, u32)> = None;
    for (lot, span) in &mut found {
        if let Some((first, last)) = before.filter(|(_, last)| lot.first <= *last) {
            let what = format!(
                "bundles {} to {} are also in the lot of {first} to {last}",
                lot.first,
                lot.last.min(last)
            );
            root.report(span, what, "give each bundle one lot");
        }
        before = Some((lot.first, before.map_or(lot.last, |(_, last)| last.max(lot.last))));
        lot.ticket = tickets;
        tickets += (lot.last - lot.first + 1) as usize * (lot.operations.1 - lot.operations.0);
        if tickets > MOST_TICKETS {
            root.report(
                span,
                format!("more than {MOST_TICKETS} tickets"),
                "write only the bundles of this month",
            );
            break;
        }
    }
    found.into_iter().map(|(lot, _)| lot).collect()
}

fn grades(root: &Node<'_>) -> BTreeMap<String, u32> {
    let mut grades = BTreeMap::new();
    for row in root.rows("grade") {
        let (id, factor) = (row.need_text("id"), row.need_decimal("factor", 4, 1));
        row.finish();
        let (Some(id), Some(factor)) = (id, factor) else { continue };
        if factor.value > 100_000 {
            row.report(
                &factor.span,
                "a grade of more than ten times the rate",
                "write `1.05` for five percent more",
            );
        }
        if grades.insert(id.value.to_owned(), factor.value as u32).is_some() {
            row.report(
                &id.span,
                format!("grade `{}` stands twice", id.value),
                "give each grade an id of its own",
            );
        }
    }
    grades
}

fn people(
    root: &Node<'_>,
    grades: &BTreeMap<String, u32>,
    month: Option<(Day, Day)>,
) -> (Vec<Person>, HashMap<String, usize>) {
    let (mut people, mut numbers) = (Vec::new(), HashMap::new());
    for row in root.rows("person") {
        let (id, name, grade) = (row.need_text("id"), row.need_text("name"), row.text("grade"));
        let absent = row.whole("absent", 0, 31).map_or(0, |days| days.value as u32);
        let day = |name: &'static str| {
            let day = row.date(name)?;
            if month.is_some_and(|(first, after)| day.value < first || day.value >= after) {
                row.report(
                    &day.span,
                    format!("`{}` is not in this month", day.value),
                    format!("leave `{name}` out"),
                );
            }
            Some(day)
        };
        let (from, until) = (day("from"), day("until"));
        if let (Some(from), Some(until)) = (&from, &until)
            && until.value < from.value
        {
            let what = format!("the last day `{}` comes before the first, `{}`", until.value, from.value);
            row.report(&until.span, what, "write the earlier day as `from`");
        }
        let (from, until) = (from.map(|day| day.value), until.map(|day| day.value));
        row.finish();
        let factor = match &grade {
            None => 10_000,
            Some(grade) => grades.get(grade.value).copied().unwrap_or_else(|| {
                let what = format!("no grade is called `{}`", grade.value);
                row.report(&grade.span, what, "add `[[grade]]` with this id, or name one that is there");
                0
            }),
        };
        let (Some(id), Some(name)) = (id, name) else { continue };
        if numbers.insert(id.value.to_owned(), people.len()).is_some() {
            row.report(
                &id.span,
                format!("person `{}` stands twice", id.value),
                "give each person a number of their own",
            );
        }
        let grade = grade.map_or(String::new(), |grade| grade.value.to_owned());
        people.push(Person {
            id: id.value.into(),
            name: name.value.into(),
            factor,
            grade,
            absent,
            from,
            until,
        });
    }
    (people, numbers)
}

fn adjustments(root: &Node<'_>, numbers: &HashMap<String, usize>) -> Vec<Adjustment> {
    let mut found = Vec::new();
    for row in root.rows("adjustment") {
        let (person, name) = (row.need_text("person"), row.need_text("name"));
        let amount = row.need_decimal("amount", 2, -1_000_000_000_000);
        row.finish();
        let (Some(person), Some(name), Some(amount)) = (person, name, amount) else { continue };
        match numbers.get(person.value) {
            Some(at) => {
                found.push(Adjustment { person: *at, name: name.value.into(), amount: Fen(amount.value) })
            }
            None => {
                let what = format!("nobody has the number `{}`", person.value);
                row.report(&person.span, what, "add `[[person]]` with it, or mend the number");
            }
        }
    }
    found
}

fn amounts(root: &Node<'_>, name: &'static str) -> Vec<Amount> {
    let mut found = Vec::new();
    for row in root.rows(name) {
        let (name, amount) = (row.need_text("name"), row.need_decimal("amount", 2, 0));
        row.finish();
        if let (Some(name), Some(amount)) = (name, amount) {
            found.push(Amount { name: name.value.into(), amount: Fen(amount.value) });
        }
    }
    found
}

fn collectives(root: &Node<'_>) -> Vec<Collective> {
    let mut found: Vec<Collective> = Vec::new();
    for row in root.rows("collective") {
        let (id, name) = (row.need_text("id"), row.need_text("name"));
        let township = row.text("township").map_or("", |township| township.value);
        let rent = row.decimal("rent", 2, 0).map_or(0, |rent| rent.value);
        let shares = row.need_whole("shares", 0, 1_000_000_000);
        row.finish();
        let (Some(id), Some(name), Some(shares)) = (id, name, shares) else { continue };
        if found.iter().any(|other| other.id == id.value) {
            row.report(
                &id.span,
                format!("collective `{}` stands twice", id.value),
                "give each an id of its own",
            );
        }
        let collective = Collective {
            id: id.value.into(),
            name: name.value.into(),
            township: township.into(),
            rent: Fen(rent),
            shares: shares.value as u32,
        };
        found.push(collective);
    }
    found
}
