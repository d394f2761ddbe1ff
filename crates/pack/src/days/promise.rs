use super::calendar::Calendar;
use super::count::count;
use super::deadline::Deadline;
use super::due::{Adjustment, At, Due, Refused};
use super::opening::Opening;
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
    /// The longest promise in the same unit that keeps the limit from every start, where that is plain.
    pub most: Option<Limit>,
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

/// Whether a promise can ever be later than the law's limit: a start in the years that `calendar` publishes, of the latest
/// such year, from which it is. Where it is not plain how the two compare, all are tried.
pub fn overrun(promise: Limit, deadline: &Deadline, rule: &DayRule, calendar: &Calendar) -> Option<Overrun> {
    let law = deadline.limit?;
    let most = longest(promise, law, rule, calendar);
    if most.is_some_and(|most| promise.amount <= most.amount) {
        return None;
    }
    let office = with_limit(deadline, promise);
    calendar.years().iter().rev().flat_map(|year| starts(*year)).find_map(|start| {
        let promised = count(start, &office, rule, calendar, &[]).ok()?.at;
        let law = count(start, deadline, rule, calendar, &[]).ok()?.at;
        (promised.end()? > law.end()?).then_some(Overrun { start, promised, law, most })
    })
}

/// The longest promise in the unit of `promise` that is known to keep the limit from every start, without trying them all.
fn longest(promise: Limit, law: Limit, rule: &DayRule, calendar: &Calendar) -> Option<Limit> {
    if law.direction == Direction::Before || promise.direction == Direction::Before {
        return None;
    }
    let amount = match (kind(law, rule), kind(promise, rule)) {
        (limit, own) if limit == own => law.amount,
        // So many working days are never over sooner than as many natural ones, and end on a day that is worked.
        (Unit::Workdays, Unit::Days) => law.amount,
        // The day of the start is a day more, within which the hours may begin.
        (Unit::Workdays | Unit::Days, Unit::Hours) if !rule.first_day.value => law.amount * 24,
        (Unit::Workdays | Unit::Days, Unit::Minutes) if !rule.first_day.value => law.amount * 24 * 60,
        // Days in between are worked whole; the day of the start may be over.
        (Unit::Workdays, Unit::Workhours) if !rule.first_day.value => law.amount * open(rule),
        (Unit::Days, Unit::Workhours) if !rule.first_day.value => {
            fewest_workdays(law.amount, calendar) * open(rule)
        }
        (Unit::Days, Unit::Workdays) => fewest_workdays(law.amount, calendar),
        (Unit::Months | Unit::Years, Unit::Workdays) => fewest_workdays(law.months() * 28, calendar),
        _ => return None,
    };
    Some(Limit { amount, ..promise })
}

/// The fewest working days in any `span` natural days that begin in a published year.
fn fewest_workdays(span: u32, calendar: &Calendar) -> u32 {
    let years = calendar.years().first().zip(calendar.years().last());
    let days = years.and_then(|(first, last)| {
        Some((Date::new(*first, 1, 1).ok()?, Date::new(last.checked_add(1)?, 1, 1).ok()?))
    });
    let Some((first, end)) = days else { return 0 };
    let span = i64::from(span);
    let worked = |day: Date| u32::from(calendar.works(day));
    let mut now: u32 =
        first.series(1.day()).take(usize::try_from(span).unwrap_or_default()).map(worked).sum();
    let mut fewest = now;
    for day in first.series(1.day()).take_while(|day| *day < end) {
        let Ok(next) = day.checked_add(span.days()) else { break };
        now = now + worked(next) - worked(day);
        fewest = fewest.min(now);
    }
    fewest
}

fn with_limit(deadline: &Deadline, limit: Limit) -> Deadline {
    Deadline { limit: Some(limit), cite: None, deemed: None, ..deadline.clone() }
}

/// For how many hours the office is open on every working day.
fn open(rule: &DayRule) -> u32 {
    rule.open.as_ref().map_or(0, Opening::hours_of_a_workday)
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
