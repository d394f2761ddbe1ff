//! When the clocks of a case run out.

use crate::clocks::{Reading, Span};
use jiff::ToSpan;
use jiff::civil::DateTime;
use pack::Title;
use pack::days::{self, Adjustment, At, Deadline, Direction, Due, Law, Left, Limit, Refused};
use pack::model::{ClockLimit, Own, Unit};
use record::Time;

/// The kind of a pause by which a law's own words stop a clock while papers are put right.
const CORRECTION: &str = "correction";

/// When a clock runs out by the law or by the office's own word, and when the office promised.
#[derive(Clone, Debug)]
pub struct Counted {
    /// By the limit.
    pub limit: Due,
    /// By the promise, where one stands beside the law's limit.
    pub promise: Option<Due>,
}

impl Counted {
    /// The moment at which the limit runs out; none while the clock stands.
    pub fn at(&self) -> Option<Time> {
        days::moment(self.limit.at.end()?)
    }

    /// The moment until which the office promised to be done; none where it did not, and while the clock stands.
    pub fn promised(&self) -> Option<Time> {
        days::moment(self.promise.as_ref()?.at.end()?)
    }
}

/// What is left of a time that stands still once it goes on; none where it runs, or where that is not known. What is left
/// of an hour or a minute is not promised to anybody.
pub fn left(due: &Due) -> Option<Own> {
    let At::Stopped { left, .. } = due.at else { return None };
    let of = |amount, unit| Own { amount, unit };
    Some(match left? {
        Left::Days(days) => of(days, Unit::Days),
        Left::Workdays(days) => of(days, Unit::Workdays),
        Left::Time(time) if time.as_hours() > 0 => {
            of(time.as_hours().try_into().unwrap_or(u32::MAX), Unit::Hours)
        }
        Left::Time(time) => of(time.as_mins().try_into().unwrap_or_default(), Unit::Minutes),
    })
}

/// Counts a clock. `None` where the law pack does not know its deadline, or the deadline sets no limit.
pub fn count(reading: &Reading<'_>, law: &Law) -> Option<Counted> {
    let start = days::local(reading.started);
    match &reading.clock.limit {
        ClockLimit::Law(id) => {
            let deadline = law.deadlines.get(id.as_str())?;
            let rule = law.rule(deadline);
            let adjustments = adjustments(reading, deadline, law);
            let mut limit = days::count(start, deadline, &rule, &law.calendar, &adjustments).ok()?;
            if deadline.limit.is_some_and(|limit| limit.unit == days::Unit::Immediately) {
                // “At once” has no measure. What was done the same day is not called late; a supervisor sees the hour.
                limit.at = At::Day(start.date());
            }
            let promised = |own: Own| {
                let promise = limit_of(own)?;
                days::promise::promised(start, promise, deadline, &rule, &law.calendar, &adjustments).ok()
            };
            let promise = reading.clock.promise.and_then(promised);
            Some(Counted { limit, promise })
        }
        ClockLimit::Own(own) => {
            Some(Counted { limit: count_own(start, *own, reading, law).ok()?, promise: None })
        }
        ClockLimit::Procedure => None,
    }
}

/// Counts an office's own limit that nothing stops.
pub fn own(start: Time, own: Own, law: &Law) -> Option<Due> {
    let start = days::local(start);
    let limit = limit_of(own)?;
    days::count(start, &Deadline::own(limit), &law.default_rule.rule, &law.calendar, &[]).ok()
}

/// The end of what is valid for so long from `start`, by the pack's default rule. Unlike a time in which something must be
/// done it does not move where its last day is a holiday: nothing is to be done on it.
pub fn valid(start: Time, own: Own, law: &Law) -> Option<At> {
    let start = days::local(start);
    let Some(limit) = limit_of(own) else {
        return start.checked_add(i64::from(own.amount).minutes()).ok().map(At::Moment);
    };
    let mut rule = law.default_rule.rule.clone();
    rule.last_day.value = false;
    days::count(start, &Deadline::own(limit), &rule, &law.calendar, &[]).ok().map(|due| due.at)
}

/// The moment until which the party may answer a correction that was asked for at `asked`.
pub fn answer(asked: Time, answer: Own, law: &Law) -> Option<Time> {
    days::moment(own(asked, answer, law)?.at.end()?)
}

/// Counts an office's own limit: stopped by every pause, by the pack's default rule.
fn count_own(start: DateTime, own: Own, reading: &Reading<'_>, law: &Law) -> Result<Due, Refused> {
    let rule = &law.default_rule.rule;
    let Some(limit) = limit_of(own) else { return minutes(start, own.amount, reading) };
    let holds: Vec<Adjustment> =
        held(&reading.pauses(), &Title::new("补正或等候", "correction or waiting")).collect();
    days::count(start, &Deadline::own(limit), rule, &law.calendar, &holds)
}

fn limit_of(own: Own) -> Option<Limit> {
    let unit = match own.unit {
        Unit::Minutes => return None,
        Unit::Hours => days::Unit::Hours,
        Unit::Days => days::Unit::Days,
        Unit::Workdays => days::Unit::Workdays,
        Unit::Months => days::Unit::Months,
        Unit::Years => days::Unit::Years,
    };
    Some(Limit::after(own.amount, unit))
}

/// Elapsed minutes, those of a pause not counted.
fn minutes(start: DateTime, amount: u32, reading: &Reading<'_>) -> Result<Due, Refused> {
    let range = || Refused::OutOfRange { deadline: "own".into(), start };
    let mut end = start.checked_add(i64::from(amount).minutes()).map_err(|_| range())?;
    let mut at = None;
    for (from, to) in civil(&reading.pauses()) {
        match to {
            _ if from >= end => break,
            None => {
                let left = Some(Left::Time(end.duration_since(from)));
                at = Some(At::Stopped { since: from, left });
            }
            Some(to) => end = end.checked_add(to.duration_since(from)).map_err(|_| range())?,
        }
    }
    let at = at.unwrap_or(At::Moment(end));
    Ok(Due { at, provisional: None, undecided: false, posted_in_time: false, steps: Vec::new() })
}

fn civil(spans: &[Span]) -> impl Iterator<Item = (DateTime, Option<DateTime>)> {
    spans.iter().map(|(from, to)| (days::local(*from), to.map(days::local)))
}

fn held(spans: &[Span], why: &Title) -> impl Iterator<Item = Adjustment> {
    civil(spans).map(|(from, to)| Adjustment::Hold { why: why.clone(), from, to })
}

/// What happened to the clock, in the law's terms. While the party puts papers right it stands by the law of its deadline, or
/// else by the default rule; a pausing step stops only those whose law knows of something that does.
fn adjustments(reading: &Reading<'_>, deadline: &Deadline, law: &Law) -> Vec<Adjustment> {
    let fixed = |limit: Limit| limit.unit == days::Unit::Immediately || limit.direction == Direction::Before;
    if deadline.limit.is_none_or(fixed) {
        return Vec::new();
    }
    let suspend = |kind: &pack::Id, spans: &[Span]| -> Vec<Adjustment> {
        civil(spans).map(|(from, to)| Adjustment::Suspend { kind: kind.clone(), from, to }).collect()
    };
    let mut all = match (deadline.suspension(CORRECTION), &law.default_rule.correction) {
        (Some(suspension), _) => suspend(&suspension.kind, &reading.corrected),
        (None, Some(why)) => held(&reading.corrected, why).collect(),
        (None, None) => Vec::new(),
    };
    let stops = deadline.suspensions.iter().find(|suspension| suspension.kind.as_str() != CORRECTION);
    all.extend(stops.into_iter().flat_map(|suspension| suspend(&suspension.kind, &reading.held)));
    let granted = grants(deadline).take(reading.extensions);
    all.extend(granted.map(|id| Adjustment::Extend { id, amount: None }));
    all
}

/// The extensions that the law allows, in the order in which they can be granted.
fn grants(deadline: &Deadline) -> impl Iterator<Item = pack::Id> {
    const UNLIMITED: usize = 1;
    deadline.extensions.iter().flat_map(|extension| {
        let times = extension.times.map_or(UNLIMITED, |times| times as usize);
        std::iter::repeat_n(extension.id.clone(), times)
    })
}

/// How often the clock may still be extended, by law.
pub fn extensions_left(reading: &Reading<'_>, law: &Law) -> usize {
    let ClockLimit::Law(id) = &reading.clock.limit else { return 0 };
    let Some(deadline) = law.deadlines.get(id.as_str()) else { return 0 };
    grants(deadline).count().saturating_sub(reading.extensions)
}
