//! When the clocks of a case run out.

use crate::clocks::{Reading, Span};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use pack::days::{self, Adjustment, At, Deadline, Due, Law, Left, Limit};
use pack::model::{ClockLimit, Own, Step, Unit};
use pack::{Id, Title};
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
    let of_time = |time: SignedDuration, hours| match time.as_hours() {
        0 => of(time.as_mins().try_into().unwrap_or_default(), Unit::Minutes),
        some => of(some.try_into().unwrap_or(u32::MAX), hours),
    };
    Some(match left? {
        Left::Days(days) => of(days, Unit::Days),
        Left::Workdays(days) => of(days, Unit::Workdays),
        Left::Time(time) => of_time(time, Unit::Hours),
        Left::Open(time) => of_time(time, Unit::Workhours),
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
            let limit = days::count(start, deadline, &rule, &law.calendar, &adjustments).ok()?;
            let promised = |own: Own| {
                let (promise, rule) = (Limit::from(own), rule.clone().at(law.hours.get(&reading.office)));
                days::promise::promised(start, promise, deadline, &rule, &law.calendar, &adjustments).ok()
            };
            let promise = reading.clock.promise.and_then(promised);
            Some(Counted { limit, promise })
        }
        ClockLimit::Own(own) => {
            let holds: Vec<Adjustment> =
                stood(reading, law).into_iter().map(|stood| stood.adjustment).collect();
            let limit = count_own(start, *own, &reading.office, law, &holds)?;
            Some(Counted { limit, promise: None })
        }
        ClockLimit::Procedure => None,
    }
}

/// Counts an office's own limit that nothing stops.
pub fn own(start: Time, own: Own, law: &Law) -> Option<Due> {
    count_own(days::local(start), own, &Id::default(), law, &[])
}

/// Counts an office's own limit, by the pack's default rule.
fn count_own(start: DateTime, own: Own, office: &Id, law: &Law, holds: &[Adjustment]) -> Option<Due> {
    let deadline = Deadline::own(Limit::from(own));
    days::count(start, &deadline, &law.rule_of_office(office), &law.calendar, holds).ok()
}

/// The end of what is valid for so long from `start`, by the pack's default rule. Unlike a time in which something must be
/// done it does not move where its last day is a holiday: nothing is to be done on it.
pub fn valid(start: Time, own: Own, law: &Law) -> Option<At> {
    let start = days::local(start);
    let mut rule = law.default_rule.rule.clone();
    rule.last_day.value = false;
    let deadline = Deadline::own(Limit::from(own));
    days::count(start, &deadline, &rule, &law.calendar, &[]).ok().map(|due| due.at)
}

/// The moment until which the party may answer a correction that was asked for at `asked`.
pub fn answer(asked: Time, answer: Own, law: &Law) -> Option<Time> {
    days::moment(own(asked, answer, law)?.at.end()?)
}

/// A time for which a clock stood still, or still does.
#[derive(Clone, Debug)]
pub struct Stood<'a> {
    /// From when until when.
    pub span: Span,
    /// The step that was open; none: the party put papers right.
    pub step: Option<&'a Step>,
    /// As what the count takes it.
    adjustment: Adjustment,
}

/// When a clock stood still, by its law or by the office's own word, in order. While the party puts papers right it stands by
/// the law of its deadline, or else by the default rule; while a step is open, where the law of its deadline knows of what
/// the step waits for. An office's own limit stands still whenever its flow says so.
pub fn stood<'a>(reading: &Reading<'a>, law: &Law) -> Vec<Stood<'a>> {
    let deadline = match &reading.clock.limit {
        ClockLimit::Law(id) => match law.deadlines.get(id.as_str()) {
            Some(deadline) if deadline.moves() => Some(deadline),
            _ => return Vec::new(),
        },
        ClockLimit::Own(_) | ClockLimit::Procedure => None,
    };
    let corrected = reading.corrected.iter().map(|span| (*span, None));
    let held = reading.held.iter().map(|(span, step)| (*span, Some(*step)));
    let mut all: Vec<Stood<'a>> = corrected
        .chain(held)
        .filter_map(|(span, step)| {
            let (from, to) = (days::local(span.0), span.1.map(days::local));
            let adjustment = match why(step, deadline, law)? {
                Why::Law(kind) => Adjustment::Suspend { kind, from, to },
                Why::Said(why) => Adjustment::Hold { why, from, to },
            };
            Some(Stood { span, step, adjustment })
        })
        .collect();
    all.sort_by_key(|stood| stood.span.0);
    all
}

/// By what a clock stands still.
enum Why {
    /// The words of its law for this kind.
    Law(Id),
    /// The default rule, or the office.
    Said(Title),
}

/// Why a clock stands still while a step is open, or while the party puts papers right; none where it runs on.
fn why(step: Option<&Step>, deadline: Option<&Deadline>, law: &Law) -> Option<Why> {
    let known = deadline.and_then(|deadline| match step {
        Some(step) => deadline.suspension_at(step),
        None => deadline.suspension(CORRECTION),
    });
    match (known, step, deadline) {
        (Some(suspension), ..) => Some(Why::Law(suspension.kind.clone())),
        (None, None, Some(_)) => law.default_rule.correction.clone().map(Why::Said),
        (None, Some(_), Some(_)) => None,
        (None, None, None) => Some(Why::Said(Title::new("补正", "correction"))),
        (None, Some(step), None) => Some(Why::Said(step.reason().clone())),
    }
}

/// What happened to the clock, in the law's terms.
fn adjustments(reading: &Reading<'_>, deadline: &Deadline, law: &Law) -> Vec<Adjustment> {
    if !deadline.moves() {
        return Vec::new();
    }
    let granted = grants(deadline).take(reading.extensions);
    let stood = stood(reading, law).into_iter().map(|stood| stood.adjustment);
    stood.chain(granted.map(|id| Adjustment::Extend { id, amount: None })).collect()
}

/// The extensions that the law allows, in the order in which they can be granted.
fn grants(deadline: &Deadline) -> impl Iterator<Item = Id> {
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
