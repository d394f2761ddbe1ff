use crate::Title;
use crate::days::calendar::{Mark, Overrides};
use crate::reader::{Member, Node};
use jiff::ToSpan;
use jiff::civil::Date;

/// `[calendar.id]`: the years that it settles, the days off and the weekend days worked. A year without its holidays would have
/// dates counted through them and shown as certain.
pub(super) fn read(node: &Node<'_>) -> Overrides {
    let mut overrides = Overrides::default();
    node.need_title("title");
    node.title("source");
    let mut years = Vec::new();
    if let Some(member) = node.get("years") {
        let items: Vec<Member<'_>> = member.items().collect();
        if items.is_empty() {
            member.report("it settles no year", "name the years of which it gives all days off: `[2026]`");
        }
        years.extend(items.into_iter().filter_map(|item| Some((i16::try_from(item.count()?).ok()?, item))));
        overrides.years.extend(years.iter().map(|(year, _)| *year));
    }
    for row in node.rows("holiday") {
        let name = row.need_title("name");
        let days = days_off(&row);
        let settled = |date: &&Date| overrides.years.contains(&date.year());
        // A New Year may begin in December.
        if let Some(first) =
            days.first().filter(|_| !overrides.years.is_empty() && !days.iter().any(|day| settled(&day)))
        {
            row.report(
                format!("{first} lies in no year of `years`"),
                "name its year there, or mend the date",
            );
        }
        for date in days {
            if overrides.days.insert(date, Mark { works: false, name: name.clone() }).is_some() {
                row.report(format!("{date} is listed twice"), "list each day once");
            }
        }
        for member in row.get("worked").into_iter().flat_map(|worked| worked.items()) {
            work(&member, &name, &mut overrides);
        }
        row.finish();
    }
    for (year, item) in years {
        if !overrides.days.iter().any(|(date, mark)| date.year() == year && !mark.works) {
            let mend = "list its days off in `holiday`, or leave the year out until they are published";
            item.report(format!("no day of {year} is off"), mend);
        }
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
