use super::fields::Fields;
use crate::days::calendar::{Mark, Overrides};
use jiff::ToSpan;
use jiff::civil::Date;

/// `[calendar.id]`: the years that it settles, the days off and the weekend days worked.
pub(super) fn read(fields: &Fields<'_>) -> Overrides {
    let mut overrides = Overrides::default();
    fields.need_title("title");
    fields.title("source");
    for year in fields.numbers("years").map(|years| years.value).unwrap_or_default() {
        overrides.years.extend(i16::try_from(year).ok());
    }
    for holiday in fields.tables("holiday") {
        let Some(name) = holiday.need_title("name") else { continue };
        if let (Some(from), Some(to)) = (holiday.date("from"), holiday.date("to")) {
            if to.value < from.value || from.value.until(to.value).is_ok_and(|span| span.get_days() > 60) {
                let what = format!("days off from {} to {}", from.value, to.value);
                holiday.note(&to.place, what, "give the first and the last day off, at most 60 days apart");
                continue;
            }
            for date in from.value.series(1.day()).take_while(|date| *date <= to.value) {
                overrides.days.insert(date, Mark { works: false, name: name.clone() });
            }
        } else if !(holiday.has("from") && holiday.has("to")) {
            holiday.note(
                &holiday.place(),
                "days off without `from` and `to`",
                "add both, like `from = 2026-10-01`",
            );
        }
        for date in holiday.dates("worked").unwrap_or_default() {
            note_conflict(&holiday, &overrides, date);
            overrides.days.insert(date, Mark { works: true, name: name.clone() });
        }
        holiday.finish();
    }
    fields.finish();
    overrides
}

fn note_conflict(fields: &Fields<'_>, overrides: &Overrides, date: Date) {
    if overrides.days.get(&date).is_some_and(|mark| !mark.works) {
        fields.note(&fields.place(), format!("{date} is both off and worked"), "keep one of the two");
    }
}
