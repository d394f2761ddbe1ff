use super::LAW;
use super::oracle::{plain, rule, works};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use pack::days::promise::{overrun, promised};
use pack::days::rule::{HoursFrom, Workdays};
use pack::days::{Adjustment, At, DayRule, Deadline, Direction, Limit, Unit, count};

const AMOUNTS: [u32; 9] = [1, 2, 3, 5, 7, 10, 15, 20, 30];

fn days() -> impl Iterator<Item = Date> {
    date(2007, 1, 1).series(1.day()).take_while(|day| day.year() <= 2026)
}

fn noon(day: Date) -> DateTime {
    day.at(12, 30, 0, 0)
}

fn last(start: Date, deadline: &Deadline, rule: &DayRule, adjustments: &[Adjustment]) -> Date {
    match count(noon(start), deadline, rule, &LAW.calendar, adjustments).unwrap().at {
        At::Day(day) => day,
        other => panic!("{other:?}"),
    }
}

fn before(amount: u32, unit: Unit) -> Limit {
    Limit { amount, unit, direction: Direction::Before }
}

/// Runs `check` with the rule of every instrument and with the default rule, on two threads.
fn every_rule(check: impl Fn(&str, &DayRule) + Sync) {
    let rules: Vec<(&str, &DayRule)> = LAW
        .instruments
        .values()
        .filter(|one| one.own.workdays.is_some() || one.own.last_day.is_some() || one.own.hours.is_some())
        .map(|one| (one.id.as_str(), &one.rule))
        .chain([("default", &LAW.default_rule.rule)])
        .collect();
    assert!(rules.len() >= 14, "{}", rules.len());
    let (left, right) = rules.split_at(rules.len() / 2);
    std::thread::scope(|scope| {
        for half in [left, right] {
            scope.spawn(|| half.iter().for_each(|(id, rule)| check(id, rule)));
        }
    });
}

#[test]
fn days_forward() {
    every_rule(|id, rule| {
        for amount in AMOUNTS {
            let deadline = plain(Limit::after(amount, Unit::Days), false, 1);
            let working = rule.workdays.value.has(amount);
            let mut earlier = Date::MIN;
            for start in days() {
                let due = last(start, &deadline, rule, &[]);
                let place = format!("{id}: {amount} days from {start}");
                assert!(due > start, "{place}: the first day counted");
                assert!(due >= earlier, "{place}: an earlier start ends later");
                assert!(works(due), "{place}: {due} is a rest day");
                let exact = start.checked_add(i64::from(amount).days()).unwrap();
                if working {
                    let counted = start.tomorrow().unwrap().series(1.day()).take_while(|day| *day <= due);
                    assert_eq!(counted.filter(|day| works(*day)).count(), amount as usize, "{place}");
                } else {
                    let skipped = exact.series(1.day()).take_while(|day| *day < due);
                    assert_eq!(
                        skipped.filter(|day| works(*day)).count(),
                        0,
                        "{place}: rolled over a workday"
                    );
                    assert!(due >= exact, "{place}");
                }
                earlier = due;
            }
        }
    });
}

#[test]
fn more_time_never_ends_earlier() {
    every_rule(|id, rule| {
        for unit in [Unit::Days, Unit::Workdays, Unit::Months] {
            for start in days().step_by(13) {
                let mut earlier = [Date::MIN; 2];
                for amount in 1..=15 {
                    let working =
                        unit == Unit::Workdays || (unit == Unit::Days && rule.workdays.value.has(amount));
                    let due = last(start, &plain(Limit::after(amount, unit), false, 1), rule, &[]);
                    let [natural, worked] = &mut earlier;
                    let same = if working { worked } else { natural };
                    assert!(due >= *same, "{id}: {amount} {} from {start}", unit.name());
                    *same = due;
                }
            }
        }
    });
}

#[test]
fn detention_ends_on_its_day() {
    every_rule(|id, rule| {
        for amount in AMOUNTS.into_iter().filter(|amount| !rule.workdays.value.has(*amount)) {
            let deadline = plain(Limit::after(amount, Unit::Days), true, 1);
            for start in days() {
                let exact = start.checked_add(i64::from(amount).days()).unwrap();
                assert_eq!(last(start, &deadline, rule, &[]), exact, "{id}: {amount} from {start}");
            }
        }
    });
}

#[test]
fn backward_undoes_forward() {
    every_rule(|id, rule| {
        for amount in AMOUNTS {
            let forward = plain(Limit::after(amount, Unit::Days), true, 1);
            let backward = plain(before(amount, Unit::Days), true, 1);
            let working = rule.workdays.value.has(amount);
            for start in days().filter(|start| !working || works(*start)).step_by(3) {
                let there = last(start, &forward, rule, &[]);
                assert_eq!(last(there, &backward, rule, &[]), start, "{id}: {amount} from {start}");
            }
        }
    });
}

#[test]
fn a_pause_shifts_by_the_days_it_takes_out() {
    let natural = rule(Workdays::None, false, true, HoursFrom::Moment);
    let working = rule(Workdays::All, false, true, HoursFrom::Moment);
    let held = plain(Limit::after(30, Unit::Days), true, 1);
    let free = plain(Limit::after(20, Unit::Days), false, 1);
    for start in days().filter(|day| day.year() < 2026) {
        for long in [1i64, 6, 13] {
            let from = noon(start.checked_add(4.days()).unwrap());
            let to = from.checked_add(long.days()).unwrap();
            let pause = [Adjustment::Suspend { kind: "appraisal".into(), from, to: Some(to) }];
            let shifted = last(start, &held, &natural, &[]).checked_add(long.days()).unwrap();
            assert_eq!(last(start, &held, &natural, &pause), shifted, "{start} {long}");
            let (plainly, paused) = (last(start, &free, &working, &[]), last(start, &free, &working, &pause));
            let taken =
                from.date().series(1.day()).skip(1).take(long as usize).filter(|day| works(*day)).count();
            let added = plainly
                .series(1.day())
                .skip(1)
                .take_while(|day| *day <= paused)
                .filter(|day| works(*day))
                .count();
            assert_eq!(added, taken, "{start} {long}");
        }
    }
}

#[test]
fn hours_are_elapsed_hours() {
    every_rule(|id, rule| {
        for hours in [1u32, 8, 24, 48] {
            let deadline = plain(Limit::after(hours, Unit::Hours), false, 1);
            for start in days().map(|day| day.at(23, 17, 5, 0)) {
                let due = count(start, &deadline, rule, &LAW.calendar, &[]).unwrap();
                let begin = match rule.hours.value {
                    HoursFrom::Moment => start,
                    HoursFrom::NextHour => start.date().tomorrow().unwrap().at(0, 0, 0, 0),
                };
                assert_eq!(
                    due.at,
                    At::Moment(begin.checked_add(i64::from(hours).hours()).unwrap()),
                    "{id} {start}"
                );
                assert_eq!(due.provisional, None);
            }
        }
    });
}

#[test]
fn a_last_day_lasts_until_its_midnight() {
    let rule = &LAW.default_rule.rule;
    let deadline = plain(Limit::after(10, Unit::Days), false, 1);
    for start in days().step_by(17) {
        let at = count(noon(start), &deadline, rule, &LAW.calendar, &[]).unwrap().at;
        let day = at.last_day().unwrap();
        assert!(at.allows(day.at(23, 59, 59, 999_999_999)));
        assert!(!at.allows(at.end().unwrap()));
        assert_eq!(at.end().unwrap().date(), day.tomorrow().unwrap());
    }
}

#[test]
fn moments_pass_between_the_record_and_the_wall() {
    for day in days().step_by(31) {
        let time = record::Time::parse(&format!("{day}T23:30:00Z")).unwrap();
        let local = pack::days::local(time);
        assert_eq!(local, day.tomorrow().unwrap().at(7, 30, 0, 0));
        assert_eq!(pack::days::moment(local), Some(time));
    }
}

/// The one ends on or before the other from every start, as a choice between them claims.
fn keeps_both(chosen: &str, other: &str) {
    let (chosen, other) = (super::deadline(chosen), super::deadline(other));
    for start in days() {
        let ends = |deadline: &Deadline| last(start, deadline, &LAW.rule(deadline), &[]);
        assert!(ends(chosen) <= ends(other), "{} from {start}", chosen.id);
    }
}

#[test]
fn the_stricter_text_keeps_both() {
    keeps_both("hearing-announced-in-workdays", "hearing-announced");
    keeps_both("preserved-evidence-decided", "preserved-evidence-decided-in-workdays");
    keeps_both("vehicle-registered", "vehicle-registered-in-five-workdays");
}

fn check_promise(id: &str, promise: &str, late: bool) {
    let deadline = super::deadline(id);
    let found = overrun(Limit::parse(promise).unwrap(), deadline, &LAW.rule(deadline), &LAW.calendar);
    assert_eq!(found.is_some(), late, "{id} promised in {promise}: {found:?}");
    if let Some(found) = found {
        assert!(found.promised.end() > found.law.end(), "{found:?}");
    }
}

#[test]
fn a_promise_is_never_later_than_the_law() {
    check_promise("licence-decided", "20 days", false);
    check_promise("licence-decided", "21 days", true);
    check_promise("licence-decided", "8 hours", false);
    // 15 natural days in law: ten working days are later over a long festival.
    check_promise("residence-permit-issued", "10 workdays", true);
    check_promise("residence-permit-issued", "3 workdays", false);
    // Two working days in law, four natural ones promised (four is not a listed number): from a Monday they end
    // later.
    check_promise("vehicle-registered", "4 days", true);
    check_promise("vehicle-registered", "1 day", false);
    check_promise("assembly-decided", "1 day before", true);
    check_promise("assembly-decided", "3 days before", false);
}

/// What is known without trying every start is what trying them finds: the longest promise keeps the limit from each.
#[test]
fn the_longest_promise_keeps_the_law() {
    for (id, promise) in [
        ("residence-permit-issued", "10 workdays"),
        ("identity-card-issued", "90 workdays"),
        ("licence-decided", "21 days"),
        ("vehicle-registered", "60 hours"),
    ] {
        let deadline = super::deadline(id);
        let (rule, promise) = (LAW.rule(deadline), Limit::parse(promise).unwrap());
        let most = overrun(promise, deadline, &rule, &LAW.calendar).unwrap().most.unwrap();
        let office = |amount| Deadline { limit: Some(Limit { amount, ..most }), ..deadline.clone() };
        let (kept, late) = (office(most.amount), office(most.amount + 1));
        let end = |start, deadline: &_| count(start, deadline, &rule, &LAW.calendar, &[]).unwrap().at.end();
        let mut exceeded = false;
        for start in days().flat_map(|day| [day.at(0, 0, 0, 0), day.at(23, 59, 0, 0)]) {
            let law = end(start, deadline);
            assert!(end(start, &kept) <= law, "{id}: {most} from {start}");
            exceeded |= end(start, &late) > law;
        }
        assert!(exceeded, "{id}: more than {most} would do");
    }
}

#[test]
fn a_promise_beyond_the_law_gives_way_to_it() {
    let deadline = super::deadline("residence-permit-issued");
    let start = date(2026, 2, 10).at(9, 0, 0, 0);
    let count = |promise| {
        let promise = Limit::parse(promise).unwrap();
        promised(start, promise, deadline, &LAW.rule(deadline), &LAW.calendar, &[]).unwrap()
    };
    // 15 natural days end on 25 Feb 2026; ten working days would end on 5 Mar, three on 13 Feb.
    let late = count("10 workdays");
    assert_eq!(late.at, At::Day(date(2026, 2, 25)));
    assert!(late.steps.iter().any(|step| step.words(pack::Lang::En).contains("later than the law's limit")));
    assert_eq!(count("3 workdays").at, At::Day(date(2026, 2, 13)));
}
