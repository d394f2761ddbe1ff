use super::calendar::Calendar;
use super::count::count;
use super::deadline::Deadline;
use super::rule::{DayRule, Direction, HoursFrom, Limit, Unit};
use super::{Law, local, moment};
use crate::Title;
use jiff::civil::{Date, DateTime};
use record::Time;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A limit with the rule and the calendar by which it is counted: where it ends, from any moment, when nothing stops or
/// lengthens it.
///
/// Of a limit in days or more only the day of its start matters, so each day is counted once, when it is first asked for.
pub struct Term {
    deadline: Deadline,
    limit: Limit,
    rule: DayRule,
    /// The same for each way in which offices are open, where their hours are what is counted.
    offices: Vec<DayRule>,
    calendar: Arc<Calendar>,
    /// A promise never ends after the law's own limit.
    within: Option<Arc<Term>>,
    /// For each day of the years in which a city's events lie, the first second after the end.
    ends: Box<[OnceLock<Box<[i64]>>]>,
}

/// The days that are counted ahead, from 1970-01-01, and how many at once.
const DAYS: usize = 150 * 366;
const BLOCK: usize = 512;
const DAY: i64 = 86_400;
const NONE: i64 = i64::MIN;
/// Seconds by which clocks in Shanghai are ahead of UTC.
const EAST: i64 = 8 * 3_600;

impl Term {
    /// As a deadline of the law has it; none where it sets no limit, or one that runs back from an event.
    pub fn of(deadline: &Deadline, law: &Law, calendar: &Arc<Calendar>) -> Option<Self> {
        let limit = deadline.limit.filter(|limit| limit.direction == Direction::After)?;
        let ends = std::iter::repeat_with(OnceLock::new).take(DAYS.div_ceil(BLOCK)).collect();
        let (deadline, rule) = (deadline.clone(), law.rule(deadline));
        let mut offices: Vec<DayRule> = Vec::new();
        for open in law.hours.values().filter(|_| limit.unit == Unit::Workhours) {
            if offices.iter().all(|rule| rule.open.as_ref() != Some(open)) {
                offices.push(rule.clone().at(Some(open)));
            }
        }
        Some(Self { deadline, limit, rule, offices, calendar: Arc::clone(calendar), within: None, ends })
    }

    /// As an office itself says, by the rule of an instrument, or else by the default rule.
    pub fn own(limit: Limit, instrument: Option<&str>, law: &Law, calendar: &Arc<Calendar>) -> Option<Self> {
        let deadline = Deadline { instrument: instrument.unwrap_or("own").into(), ..Deadline::own(limit) };
        Self::of(&deadline, law, calendar)
    }

    /// The same, but never later than another.
    #[must_use]
    pub fn within(mut self, other: Arc<Self>) -> Self {
        self.within = Some(other);
        self
    }

    /// How long it is.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// The last moment that lies in it when it starts at `from`: of days, the last nanosecond before 24:00 of the last
    /// day. Of hours at which offices are open, where whose office it is is not known, the last by those of any: what is late
    /// then is late by everybody's. None beyond the years that are counted.
    pub fn last(&self, from: Time) -> Option<Time> {
        let own = match self.limit.elapsed() {
            None if self.limit.unit == Unit::Workhours => self.last_open(from),
            Some(time) => self.last_elapsed(from, time.as_secs()),
            None => self.last_of_day(from),
        };
        match &self.within {
            None => own,
            Some(other) => own.into_iter().chain(other.last(from)).min(),
        }
    }

    fn last_elapsed(&self, from: Time, seconds: i64) -> Option<Time> {
        match self.rule.hours.value {
            // Shanghai is whole hours ahead, so that hours begin there as they do in UTC.
            HoursFrom::NextHour if self.limit.unit == Unit::Hours => {
                let begin = (from.seconds().div_euclid(3_600) + 1) * 3_600;
                Time::new(begin + seconds, 0, Some(480))
            }
            _ => Time::new(from.seconds() + seconds, from.subsecond_nanos(), Some(480)),
        }
    }

    fn last_open(&self, from: Time) -> Option<Time> {
        let end = |rule| count(local(from), &self.deadline, rule, &self.calendar, &[]).ok()?.at.end();
        self.offices.iter().filter_map(end).max().and_then(moment)
    }

    fn last_of_day(&self, from: Time) -> Option<Time> {
        let day = (from.seconds() + EAST).div_euclid(DAY);
        let held = usize::try_from(day).ok().filter(|day| *day < DAYS);
        let end = match held {
            None => self.end(day),
            Some(day) => {
                let block = self.ends.get(day / BLOCK)?;
                let first = day - day % BLOCK;
                let all =
                    block.get_or_init(|| (first..first + BLOCK).map(|day| self.end(day as i64)).collect());
                *all.get(day % BLOCK)?
            }
        };
        if end == NONE { None } else { Time::new(end - 1, 999_999_999, Some(480)) }
    }

    /// The first second after the end of what starts on a day.
    fn end(&self, day: i64) -> i64 {
        let counted = || {
            let start: DateTime = local(Time::new(day * DAY - EAST, 0, Some(480))?);
            let due = count(start, &self.deadline, &self.rule, &self.calendar, &[]).ok()?;
            let last: Date = due.at.last_day()?;
            moment(last.tomorrow().ok()?.at(0, 0, 0, 0)).map(Time::seconds)
        };
        counted().unwrap_or(NONE)
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        (self.limit, &self.deadline, &self.rule, &self.offices, &self.within)
            == (other.limit, &other.deadline, &other.rule, &other.offices, &other.within)
            && (Arc::ptr_eq(&self.calendar, &other.calendar) || self.calendar == other.calendar)
    }
}

impl Eq for Term {}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Term({} {})", self.deadline.id, self.limit)
    }
}

impl Deadline {
    /// An office's own limit in the shape of a statutory one. Nothing in the law stops it or lengthens it.
    pub fn own(limit: Limit) -> Self {
        Self {
            id: "own".into(),
            reference: None,
            domain: "own".into(),
            trigger: Title::new("开始", "the start"),
            action: Title::new("办结", "done"),
            instrument: "own".into(),
            cite: None,
            limit: Some(limit),
            verified: false,
            own: true,
            detention: false,
            at_least: false,
            matter: None,
            hours: None,
            stays: None,
            extensions: Vec::new(),
            suspensions: Vec::new(),
            starts: Vec::new(),
            repeats: None,
            deemed: None,
            note: None,
        }
    }
}
