use super::calendar::Calendar;
use super::count::count;
use super::deadline::Deadline;
use super::due::{Adjustment, At, Due, Refused};
use super::rule::{DayRule, Direction, Limit, Unit};
use super::step::{Step, What};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

/// A start from which an office's promise would end after the law's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overrun {
    /// The start.
    pub start: DateTime,
    /// When the promise would end.
    pub promised: At,
    /// When the law's limit ends.
    pub law: At,
}

/// When the office's promise ends: `promise` counted as the law's limit is, and never later than that.
///
/// Pauses stop both; extensions lengthen the law's limit alone.
pub fn promised(
    start: DateTime,
    promise: Limit,
    deadline: &Deadline,
    rule: &DayRule,
    calendar: &Calendar,
    adjustments: &[Adjustment],
) -> Result<Due, Refused> {
    let law = count(start, deadline, rule, calendar, adjustments)?;
    let pauses: Vec<Adjustment> =
        adjustments.iter().filter(|one| !matches!(one, Adjustment::Extend { .. })).cloned().collect();
    let mut due = count(start, &with_limit(deadline, promise), rule, calendar, &pauses)?;
    match (due.at.end(), law.at.end(), due.at.last_day()) {
        (Some(end), Some(limit), Some(day)) if end > limit => {
            due.steps.push(Step::new(What::PromiseTooLate { promised: day }, deadline.cite.clone()));
            Ok(Due { at: law.at, ..due })
        }
        _ => Ok(due),
    }
}

/// Whether a promise can ever be later than the law's limit: the first start in the years that `calendar` publishes from
/// which it is. Of two limits in one kind of days the shorter is never later; five working days and seven natural ones
/// have to be tried.
pub fn overrun(promise: Limit, deadline: &Deadline, rule: &DayRule, calendar: &Calendar) -> Option<Overrun> {
    let law = deadline.limit?;
    let forward = law.direction == Direction::After && promise.direction == Direction::After;
    if forward && kind(law, rule) == kind(promise, rule) && promise.amount <= law.amount {
        return None;
    }
    let office = with_limit(deadline, promise);
    calendar.years().iter().flat_map(|year| starts(*year)).find_map(|start| {
        let promised = count(start, &office, rule, calendar, &[]).ok()?.at;
        let law = count(start, deadline, rule, calendar, &[]).ok()?.at;
        (promised.end()? > law.end()?).then_some(Overrun { start, promised, law })
    })
}

fn with_limit(deadline: &Deadline, limit: Limit) -> Deadline {
    Deadline { limit: Some(limit), cite: None, deemed: None, ..deadline.clone() }
}

fn kind(limit: Limit, rule: &DayRule) -> Unit {
    match limit.unit {
        Unit::Days if rule.workdays.value.has(limit.amount) => Unit::Workdays,
        unit => unit,
    }
}

/// The first and the last minute of every day of a year.
fn starts(year: i16) -> impl Iterator<Item = DateTime> {
    let first = Date::new(year, 1, 1).ok();
    let days = first.into_iter().flat_map(|first| first.series(1.day()));
    let days = days.take_while(move |day| day.year() == year);
    days.flat_map(|day| [day.at(0, 0, 0, 0), day.at(23, 59, 0, 0)])
}
