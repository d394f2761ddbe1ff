//! Hours at which an office is open: worked by hand, and held against a count of single minutes.

use super::LAW;
use super::oracle::{off_in_2026, works};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday, date};
use pack::days::opening::{self, Days};
use pack::days::promise::{overrun, promised};
use pack::days::{Adjustment, At, Deadline, Due, Law, Left, Limit, Opening, Refused, Term, Unit, count};
use pack::{Lang, Title};
use proptest::prelude::*;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

fn open(days: &[(Days, &str)]) -> Opening {
    Opening::new(days.iter().map(|(days, text)| (*days, opening::read(text).unwrap())).collect()).unwrap()
}

/// A counter with its midday rest, open on Saturday mornings.
fn counter() -> Opening {
    open(&[(Days::Workdays, "9:00-12:00, 13:30-17:30"), (Days::Saturdays, "9:00-12:00")])
}

fn counted(
    opening: Option<&Opening>,
    amount: u32,
    start: DateTime,
    holds: &[Adjustment],
) -> Result<Due, Refused> {
    let deadline = Deadline::own(Limit::after(amount, Unit::Workhours));
    let rule = LAW.default_rule.rule.clone().at(opening);
    count(start, &deadline, &rule, &LAW.calendar, holds)
}

fn time(text: &str) -> DateTime {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn hold(from: &str, to: Option<&str>) -> Adjustment {
    Adjustment::Hold { why: Title::new("补正", "correction"), from: time(from), to: to.map(time) }
}

/// How an office that is open so counts `amount` hours from `start`, in words, where it ends as was worked by hand.
fn check(opening: &Opening, amount: u32, start: &str, holds: &[Adjustment], wanted: At) -> String {
    let due = counted(Some(opening), amount, time(start), holds).unwrap();
    assert_eq!(due.at, wanted, "{amount} from {start}");
    let mut told = format!("{amount} from {start}\n");
    for lang in [Lang::En, Lang::Zh] {
        due.steps.iter().for_each(|step| writeln!(told, "  {}", step.words(lang)).unwrap());
    }
    told
}

#[test]
fn working_hours_as_a_clerk_would_count_them() {
    let (counter, station) = (counter(), open(&[(Days::Daily, "8:30-18:00")]));
    let at = |text: &str| At::Moment(time(text));
    let stopped = |since: &str, minutes: i64| At::Stopped {
        since: time(since),
        left: Some(Left::Open(jiff::SignedDuration::from_mins(minutes))),
    };
    let mut all = String::new();
    for (opening, amount, start, holds, wanted) in [
        // An hour on Friday until 17:30, one on Saturday morning.
        (&counter, 2, "2026-01-16T16:30", vec![], at("2026-01-17T10:00")),
        // To the minute at which the office closes.
        (&counter, 1, "2026-01-16T16:30", vec![], at("2026-01-16T17:30")),
        // Over the midday rest: 11:30–12:00, 13:30–14:00.
        (&counter, 1, "2026-01-14T11:30", vec![], at("2026-01-14T14:00")),
        // Handed in at night.
        (&counter, 1, "2026-01-14T22:00", vec![], at("2026-01-15T10:00")),
        // Half an hour on the Saturday that is worked before the Spring Festival, the rest on the first day after it.
        (&counter, 2, "2026-02-14T17:00", vec![], at("2026-02-24T10:30")),
        // A police station never rests.
        (&station, 1, "2026-10-01T17:30", vec![], at("2026-10-02T09:00")),
        // An hour on Wednesday; papers are put right until Thursday at two.
        (
            &counter,
            3,
            "2026-01-14T16:00",
            vec![hold("2026-01-14T17:00", Some("2026-01-15T14:00"))],
            at("2026-01-15T16:00"),
        ),
        // Asked for in the evening, when the office is closed, and not answered yet.
        (
            &counter,
            3,
            "2026-01-14T16:00",
            vec![hold("2026-01-14T20:00", None)],
            stopped("2026-01-14T20:00", 90),
        ),
        // The year 2027 has no published calendar.
        (&counter, 2, "2026-12-31T16:30", vec![], at("2027-01-02T10:00")),
    ] {
        all += &check(opening, amount, start, &holds, wanted);
    }
    insta::assert_snapshot!(all);
    let silent = counted(None, 1, time("2026-01-14T09:00"), &[]).unwrap_err();
    assert!(matches!(silent, Refused::NeverOpen { .. }), "{silent}");
}

#[test]
fn a_promise_in_working_hours_keeps_within_the_laws_days() {
    let law = Deadline::own(Limit::after(1, Unit::Workdays));
    let rule = LAW.default_rule.rule.clone().at(Some(&counter()));
    let of = |amount| Limit::after(amount, Unit::Workhours);
    assert_eq!(overrun(of(7), &law, &rule, &LAW.calendar), None, "seven hours are open on every working day");
    let over = overrun(of(9), &law, &rule, &LAW.calendar).unwrap();
    assert_eq!(over.most, Some(of(7)));
    let start = time("2026-01-14T17:30");
    let late = promised(start, of(9), &law, &rule, &LAW.calendar, &[]).unwrap();
    assert_eq!(late.at, At::Day(date(2026, 1, 15)), "the law's limit governs");
}

#[test]
fn hours_are_read_as_packs_write_them() {
    let told = |text: &str| opening::read(text);
    assert_eq!(told("9:00-17:00"), Some(vec![(540, 1020)]));
    assert_eq!(told("08:30–12:00, 13:30-24:00"), Some(vec![(510, 720), (810, 1440)]));
    for wrong in [
        "",
        "9-17",
        "9:00",
        "17:00-9:00",
        "9:00-9:00",
        "9:60-10:00",
        "9:0-10:00",
        "9:00-24:01",
        "+9:00-10:00",
        "9:00-12:00, 11:00-13:00",
        "13:00-14:00, 9:00-10:00",
        "9:00-12:00,",
    ] {
        assert_eq!(told(wrong), None, "{wrong}");
    }
    let title = counter().title();
    assert_eq!(title.zh, "工作日 9:00–12:00、13:30–17:30；周六 9:00–12:00");
    let both = open(&[(Days::Workdays, "8:30-17:00"), (Days::Saturdays, "8:30-17:00")]);
    assert_eq!(both.title().en, "Working days and Saturdays 8:30–17:00");
}

/// Days off by the State Council's notices.
fn festival(day: Date) -> bool {
    static OFF: LazyLock<HashSet<Date>> = LazyLock::new(|| {
        let years = (2007..=2025).map(|year| holiday_cn::get_year_data(year).unwrap());
        let off = years.flat_map(|days| days.into_iter().filter(|(_, (_, off))| *off));
        off.map(|(day, _)| day.parse().unwrap()).collect()
    });
    OFF.contains(&day) || off_in_2026(day)
}

/// Whether the office is open in the minute that begins then, asked of nothing that the engine uses.
fn is_open(hours: &[(Days, u16, u16)], minute: DateTime) -> bool {
    let day = minute.date();
    let of_day = |days: Days| match days {
        Days::Daily => true,
        Days::Workdays => works(day),
        Days::Holidays => festival(day),
        Days::Saturdays => !works(day) && !festival(day) && day.weekday() == Weekday::Saturday,
        Days::Sundays => !works(day) && !festival(day) && day.weekday() == Weekday::Sunday,
    };
    let at = u16::try_from(i64::from(minute.hour()) * 60 + i64::from(minute.minute())).unwrap();
    hours.iter().any(|(days, from, to)| of_day(*days) && (*from..*to).contains(&at))
}

/// The end by single minutes.
fn by_minutes(
    hours: &[(Days, u16, u16)],
    amount: u32,
    start: DateTime,
    pauses: &[(DateTime, DateTime)],
) -> DateTime {
    let mut left = amount * 60;
    let mut minute = start;
    while left > 0 {
        let stands = pauses.iter().any(|(from, to)| (*from..*to).contains(&minute));
        left -= u32::from(is_open(hours, minute) && !stands);
        minute = minute.checked_add(1.minute()).unwrap();
    }
    minute
}

fn some_hours() -> impl Strategy<Value = Vec<(Days, u16, u16)>> {
    let stretch = (0u16..23 * 60, 30u16..600);
    let one =
        |days: Days| stretch.clone().prop_map(move |(from, long)| (days, from, (from + long).min(1440)));
    let rest = [Days::Saturdays, Days::Sundays, Days::Holidays].map(|days| proptest::option::of(one(days)));
    let week = (one(Days::Workdays), rest).prop_map(|(workdays, rest)| {
        std::iter::once(workdays).chain(rest.into_iter().flatten()).collect::<Vec<_>>()
    });
    prop_oneof![3 => week, 1 => one(Days::Daily).prop_map(|daily| vec![daily])]
}

fn moment() -> impl Strategy<Value = DateTime> {
    (0i64..19 * 365, 0i64..1440).prop_map(|(days, minutes)| {
        let day = date(2007, 2, 1).checked_add(days.days()).unwrap();
        day.at(0, 0, 0, 0).checked_add(minutes.minutes()).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn working_hours_are_the_minutes_at_which_the_office_is_open(
        hours in some_hours(),
        start in moment(),
        amount in 1u32..20,
        pauses in prop::collection::vec((0i64..6_000, 1i64..4_000), 0..3),
    ) {
        let opening = Opening::new(hours.iter().map(|(days, from, to)| (*days, vec![(*from, *to)])).collect()).unwrap();
        let pauses: Vec<(DateTime, DateTime)> = pauses
            .into_iter()
            .map(|(after, long)| {
                let from = start.checked_add(after.minutes()).unwrap();
                (from, from.checked_add(long.minutes()).unwrap())
            })
            .collect();
        let why = Title::new("停", "stop");
        let hold = |(from, to): &(DateTime, DateTime)| Adjustment::Hold { why: why.clone(), from: *from, to: Some(*to) };
        let holds: Vec<Adjustment> = pauses.iter().map(hold).collect();
        let due = counted(Some(&opening), amount, start, &holds).unwrap();
        prop_assert_eq!(due.at, At::Moment(by_minutes(&hours, amount, start, &pauses)));
        // An earlier start never ends later, and what stops the clock never shortens it.
        let free = counted(Some(&opening), amount, start, &[]).unwrap();
        prop_assert!(free.at.end() <= due.at.end());
        let later = counted(Some(&opening), amount, start.checked_add(37.minutes()).unwrap(), &[]).unwrap();
        prop_assert!(free.at.end() <= later.at.end());
    }
}

/// A model does not know whose office it is: what it calls late is late by the hours of every one.
#[test]
fn a_term_in_working_hours_ends_with_the_last_office() {
    let limit = Limit::after(2, Unit::Workhours);
    let hours = |all: &[Opening]| {
        (0..).map(|n: u32| n.to_string().as_str().into()).zip(all.iter().cloned()).collect()
    };
    let term = |all: &[Opening]| {
        let law = Law { hours: hours(all), ..LAW.clone() };
        Term::own(limit, None, &law, &Arc::new(law.calendar.clone())).unwrap()
    };
    let station = open(&[(Days::Daily, "8:30-18:00")]);
    let (both, one) = (term(&[station.clone(), counter(), station.clone()]), term(&[station]));
    for (from, by_both, by_one) in [
        // The counter rests at midday.
        ("2026-01-14T11:00", "2026-01-14T14:30:00", "2026-01-14T13:00:00"),
        // And from Saturday noon to Monday.
        ("2026-01-17T11:30", "2026-01-19T10:30:00", "2026-01-17T13:30:00"),
    ] {
        let from = pack::days::moment(time(from)).unwrap();
        let last = |term: &Term| pack::days::local(term.last(from).unwrap()).to_string();
        assert_eq!((last(&both), last(&one)), (by_both.to_owned(), by_one.to_owned()), "{from}");
    }
    assert_eq!(
        term(&[]).last(pack::days::moment(time("2026-01-14T11:00")).unwrap()),
        None,
        "nobody is ever open"
    );
}
