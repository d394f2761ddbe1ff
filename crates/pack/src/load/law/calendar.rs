use crate::Title;
use crate::days::calendar::{Mark, Overrides};
use crate::reader::{Member, Node};
use jiff::ToSpan;
use jiff::civil::Date;

/// `[calendar.id]`: the years that it settles, the days off and the weekend days worked.
pub(super) fn read(node: &Node<'_>) -> Overrides {
    let mut overrides = Overrides::default();
    node.need_title("title");
    node.title("source");
    let years = node.get("years").into_iter().flat_map(|years| years.items());
    overrides.years.extend(years.filter_map(|year| i16::try_from(year.count()?).ok()));
    for row in node.rows("holiday") {
        let name = row.need_title("name");
        for date in days_off(&row) {
            overrides.days.insert(date, Mark { works: false, name: name.clone() });
        }
        for member in row.get("worked").into_iter().flat_map(|worked| worked.items()) {
            work(&member, &name, &mut overrides);
        }
        row.finish();
    }
    node.finish();
    overrides
}

/// The days from `from` to `to`.
fn days_off(row: &Node<'_>) -> Vec<Date> {
    let from = row.need("from", "2026-10-01").and_then(|from| from.date());
    let Some(last) = row.need("to", "2026-10-07") else { return Vec::new() };
    let (Some(from), Some(to)) = (from, last.date()) else { return Vec::new() };
    if to < from || from.until(to).is_ok_and(|span| span.get_days() > 60) {
        let what = format!("days off from {from} to {to}");
        last.report(what, "give the first and the last day off, at most 60 days apart");
        return Vec::new();
    }
    from.series(1.day()).take_while(|date| *date <= to).collect()
}

fn work(member: &Member<'_>, name: &Title, overrides: &mut Overrides) {
    let Some(date) = member.date() else { return };
    if overrides.days.get(&date).is_some_and(|mark| !mark.works) {
        member.report(format!("{date} is both off and worked"), "keep one of the two");
    }
    overrides.days.insert(date, Mark { works: true, name: name.clone() });
}
