//! A second way to count, written without the engine: day by day and minute by minute, over the crate's own answers
//! and a hand-written 2026.

use super::LAW;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use pack::Title;
use pack::days::deadline::{Extension, Grant, Suspension};
use pack::days::rule::{HoursFrom, Ruling, Workdays};
use pack::days::{Adjustment, At, Cite, DayRule, Deadline, Direction, Limit, Unit, count};
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether a day is worked; asked once, since the crate clones a year for every answer.
pub fn works(day: Date) -> bool {
    static DAYS: LazyLock<Vec<bool>> = LazyLock::new(|| {
        let days = FIRST.series(1.day()).take_while(|day| day.year() <= 2060);
        days.map(asked).collect()
    });
    DAYS[usize::try_from(FIRST.until(day).unwrap().get_days()).unwrap()]
}

const FIRST: Date = date(2006, 1, 1);

/// From the crate and, for 2026, from the notice of 4 November 2025; beyond both from the rule on holidays alone.
fn asked(day: Date) -> bool {
    if !(2007..=2026).contains(&day.year()) {
        let rests = match (day.month(), day.day()) {
            (1, 1) | (5, 1) | (10, 1..=3) => true,
            (5, 2) => day.year() == 2006 || day.year() > 2026,
            (5, 3) => day.year() == 2006,
            _ => false,
        };
        return !rests && day.weekday().to_monday_one_offset() <= 5;
    }
    if day.year() != 2026 {
        return holiday_cn::is_workday(&day.to_string()).unwrap();
    }
    let worked = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)];
    if off_in_2026(day) {
        return false;
    }
    worked.contains(&(day.month(), day.day())) || day.weekday().to_monday_one_offset() <= 5
}

/// Days off by the notice of 4 November 2025, which the crate does not hold.
pub fn off_in_2026(day: Date) -> bool {
    let off = [(1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7)];
    day.year() == 2026
        && off.iter().any(|(month, from, to)| day.month() == *month && (*from..=*to).contains(&day.day()))
}

/// A case of the oracle: all that decides an end.
#[derive(Clone, Debug)]
struct Case {
    start: DateTime,
    limit: Limit,
    workdays: Workdays,
    first_day: bool,
    rolls: bool,
    next_hour: bool,
    custody: bool,
    more: Option<u32>,
    pauses: Vec<(DateTime, DateTime)>,
}

impl Case {
    fn working(&self, amount: u32) -> bool {
        match &self.workdays {
            _ if self.limit.unit == Unit::Workdays => true,
            Workdays::None => false,
            Workdays::All => true,
            Workdays::Listed(numbers) => numbers.contains(&amount),
            Workdays::UpTo(most) => (1..=*most).any(|number| number == amount),
        }
    }

    fn left_out(&self) -> HashSet<Date> {
        let mut days = HashSet::new();
        for (from, to) in &self.pauses {
            let mut day = from.date();
            while day < to.date() {
                day = day.tomorrow().unwrap();
                days.insert(day);
            }
        }
        days
    }

    fn end(&self) -> At {
        match self.limit.unit {
            Unit::Minutes | Unit::Hours => At::Moment(self.elapsed()),
            _ if self.limit.direction == Direction::Before => At::Day(self.back()),
            Unit::Months | Unit::Years => At::Day(self.months()),
            _ => At::Day(self.days()),
        }
    }

    fn elapsed(&self) -> DateTime {
        let mut now = self.start;
        let hours = self.limit.unit == Unit::Hours;
        if hours && self.next_hour {
            loop {
                now = now.checked_add(1.minute()).unwrap();
                if now.minute() == 0 {
                    break;
                }
            }
        }
        let mut left = (self.limit.amount + self.more.unwrap_or(0)) * if hours { 60 } else { 1 };
        while left > 0 {
            let paused = self.pauses.iter().any(|(from, to)| *from <= now && now < *to);
            left -= u32::from(!paused);
            now = now.checked_add(1.minute()).unwrap();
        }
        now
    }

    fn days(&self) -> Date {
        let out = self.left_out();
        let mut parts = vec![(self.limit.amount, self.working(self.limit.amount))];
        parts.extend(self.more.map(|more| (more, self.working(more))));
        let mut day = if self.first_day { self.start.date().yesterday().unwrap() } else { self.start.date() };
        for (amount, working) in &parts {
            let mut counted = 0;
            while counted < *amount {
                day = day.tomorrow().unwrap();
                if !out.contains(&day) && (!working || works(day)) {
                    counted += 1;
                }
            }
        }
        let natural = parts.last().is_some_and(|(_, working)| !working);
        if natural { self.settle(day, &out) } else { day }
    }

    fn settle(&self, mut day: Date, out: &HashSet<Date>) -> Date {
        if self.rolls && !self.custody {
            while !works(day) || out.contains(&day) {
                day = day.tomorrow().unwrap();
            }
        }
        day
    }

    fn months(&self) -> Date {
        let factor = if self.limit.unit == Unit::Years { 12 } else { 1 };
        let months = i32::try_from((self.limit.amount + self.more.unwrap_or(0)) * factor).unwrap();
        let start = self.start.date();
        let index = i32::from(start.year()) * 12 + i32::from(start.month()) - 1 + months;
        let (year, month) = ((index / 12) as i16, (index % 12) as i8 + 1);
        let mut end = date(year, month, 1);
        let mut short = true;
        for day in 1..=start.day() {
            short = Date::new(year, month, day).is_err();
            if !short {
                end = date(year, month, day);
            }
        }
        if self.first_day && !short {
            end = end.yesterday().unwrap();
        }
        let out = self.left_out();
        let mut day = if self.first_day { start.yesterday().unwrap() } else { start };
        let mut owed = 0;
        while day < end {
            day = day.tomorrow().unwrap();
            owed += u32::from(out.contains(&day));
        }
        while owed > 0 {
            day = day.tomorrow().unwrap();
            owed -= u32::from(!out.contains(&day));
        }
        self.settle(day, &out)
    }

    fn back(&self) -> Date {
        let working = self.working(self.limit.amount);
        let mut day = self.start.date();
        let mut counted = 0;
        if self.first_day {
            day = day.tomorrow().unwrap();
        }
        while counted < self.limit.amount {
            day = day.yesterday().unwrap();
            if !working || works(day) {
                counted += 1;
            }
        }
        day
    }
}

pub fn cite() -> Cite {
    let title = Title::new("试", "test");
    Cite { instrument: "test".into(), title, article: "第一条".into(), quote: "试".into() }
}

pub fn ruling<T>(value: T) -> Ruling<T> {
    Ruling { value, cite: cite(), by_default: false }
}

/// A rule of the given parts, its road and post open.
pub fn rule(workdays: Workdays, first_day: bool, rolls: bool, hours: HoursFrom) -> DayRule {
    DayRule {
        workdays: ruling(workdays),
        first_day: ruling(first_day),
        last_day: ruling(rolls),
        custody: ruling(()),
        hours: ruling(hours),
        same_day: ruling(()),
        transit: Some(ruling(())),
        posted: None,
        open: None,
    }
}

/// A deadline that may be extended by up to `limit` once and stops for an `appraisal`.
pub fn plain(limit: Limit, detention: bool, more: u32) -> Deadline {
    let text = Title::new("试", "test");
    let by = Limit { amount: more, direction: Direction::After, ..limit };
    let extension = Extension {
        id: "more".into(),
        grant: Grant::By(by),
        times: Some(1),
        after: None,
        approver: text.clone(),
        when: None,
        cite: cite(),
    };
    Deadline {
        id: "test".into(),
        reference: None,
        domain: "test".into(),
        trigger: text.clone(),
        action: text.clone(),
        instrument: "test".into(),
        cite: Some(cite()),
        limit: Some(limit),
        verified: true,
        detention,
        at_least: false,
        matter: None,
        hours: None,
        own: false,
        stays: None,
        extensions: vec![extension],
        suspensions: vec![Suspension { kind: "appraisal".into(), title: text, cite: cite() }],
        starts: Vec::new(),
        repeats: None,
        deemed: None,
        note: None,
    }
}

fn moments() -> impl Strategy<Value = DateTime> {
    (0i64..19 * 365, 0i64..24 * 60).prop_map(|(day, minute)| {
        // Far enough into the first published year that no backward count leaves it.
        let start = date(2007, 2, 1).at(0, 0, 0, 0);
        start.checked_add(day.days().minutes(minute)).unwrap()
    })
}

fn workdays() -> impl Strategy<Value = Workdays> {
    prop_oneof![
        Just(Workdays::None),
        Just(Workdays::All),
        Just(Workdays::UpTo(10)),
        proptest::collection::vec(1u32..20, 1..6).prop_map(Workdays::Listed),
    ]
}

fn limits() -> impl Strategy<Value = Limit> {
    let day = |unit| (1u32..70).prop_map(move |amount| Limit::after(amount, unit));
    let back = |unit| (1u32..20).prop_map(move |amount| Limit { amount, unit, direction: Direction::Before });
    prop_oneof![
        4 => day(Unit::Days),
        2 => day(Unit::Workdays),
        1 => back(Unit::Days),
        1 => back(Unit::Workdays),
        1 => (1u32..80).prop_map(|amount| Limit::after(amount, Unit::Hours)),
        1 => (1u32..400).prop_map(|amount| Limit::after(amount, Unit::Minutes)),
        2 => (1u32..15).prop_map(|amount| Limit::after(amount, Unit::Months)),
        1 => (1u32..3).prop_map(|amount| Limit::after(amount, Unit::Years)),
    ]
}

fn cases() -> impl Strategy<Value = Case> {
    let pauses = proptest::collection::vec((-3i64 * 1440..40 * 1440, 0i64..25 * 1440), 0..4);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (moments(), limits(), workdays(), flags, proptest::option::of(1u32..20), pauses).prop_map(
        |(start, limit, workdays, (first_day, rolls, next_hour, custody), more, pauses)| {
            let moves = limit.direction == Direction::After;
            let pause = |(from, long): (i64, i64)| {
                let from = start.checked_add(from.minutes()).unwrap();
                (from, from.checked_add(long.minutes()).unwrap())
            };
            let pauses = if moves { pauses.into_iter().map(pause).collect() } else { Vec::new() };
            Case {
                start,
                limit,
                workdays,
                first_day,
                rolls,
                next_hour,
                custody,
                more: more.filter(|_| moves),
                pauses,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_engine_agrees(case in cases()) {
        let hours = if case.next_hour { HoursFrom::NextHour } else { HoursFrom::Moment };
        let rule = rule(case.workdays.clone(), case.first_day, case.rolls, hours);
        let deadline = plain(case.limit, false, case.more.unwrap_or(1));
        let mut adjustments: Vec<Adjustment> = case
            .pauses
            .iter()
            .enumerate()
            .map(|(index, (from, to))| match index % 2 {
                0 => Adjustment::Suspend { kind: "appraisal".into(), from: *from, to: Some(*to) },
                _ => Adjustment::Transit { from: *from, to: *to },
            })
            .collect();
        if case.custody {
            adjustments.push(Adjustment::Custody);
        }
        if case.more.is_some() {
            adjustments.push(Adjustment::Extend { id: "more".into(), amount: None });
        }
        let due = count(case.start, &deadline, &rule, &LAW.calendar, &adjustments).unwrap();
        prop_assert_eq!(due.at, case.end());
    }
}

#[test]
fn the_calendar_is_the_crate_s_and_the_notice_s() {
    for day in date(2007, 1, 1).series(1.day()).take_while(|day| day.year() <= 2060) {
        assert_eq!(LAW.calendar.works(day), works(day), "{day}");
    }
    let years: Vec<i16> = LAW.calendar.years().iter().copied().collect();
    assert!(years.starts_with(&(2007..=2026).collect::<Vec<i16>>()), "{years:?}");
}
