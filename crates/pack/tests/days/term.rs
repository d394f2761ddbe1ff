//! A term ends where the count of its deadline does, from whichever moment.

use super::LAW;
use pack::days::{Calendar, Deadline, Direction, Limit, Term, Unit, count, local};
use record::Time;
use std::sync::{Arc, LazyLock};

static CALENDAR: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(LAW.calendar.clone()));

/// Moments over some years: every day at an odd hour, and both sides of midnight in Shanghai.
fn moments() -> impl Iterator<Item = Time> {
    let first = 1_735_660_800; // 2025-01-01T00:00:00+08:00
    let day = move |day: i64| {
        let start = first + day * 86_400;
        [(start, 0), (start + (day * 7_919) % 86_400, 5), (start + 86_399, 999_999_999)]
    };
    (0..800).step_by(13).flat_map(day).map(|(seconds, nanos)| Time::new(seconds, nanos, Some(480)).unwrap())
}

fn check(deadline: &Deadline, term: &Term) {
    let rule = LAW.rule(deadline);
    for from in moments() {
        let last = term.last(from).unwrap();
        let after = match last.subsecond_nanos() {
            999_999_999 => Time::new(last.seconds() + 1, 0, Some(480)),
            nanos => Time::new(last.seconds(), nanos + 1, Some(480)),
        };
        let at = count(local(from), deadline, &rule, &LAW.calendar, &[]).unwrap().at;
        assert!(at.allows(local(last)), "{}: {last} from {from} is too late for {at:?}", deadline.id);
        assert!(
            !at.allows(local(after.unwrap())),
            "{}: {last} from {from} is too early for {at:?}",
            deadline.id
        );
    }
}

#[test]
fn terms_end_where_deadlines_do() {
    let mut checked = 0;
    for deadline in LAW.deadlines.values() {
        let term = Term::of(deadline, &LAW, &CALENDAR);
        let forward = deadline.limit.is_some_and(|limit| limit.direction == Direction::After);
        assert_eq!(term.is_some(), forward, "{}", deadline.id);
        checked += usize::from(term.inspect(|term| check(deadline, term)).is_some());
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn an_own_limit_is_counted_as_its_instrument_counts() {
    let limit = Limit::after(7, Unit::Days);
    for instrument in [None, Some("administrative-licensing-law"), Some("criminal-procedure-law")] {
        assert!(instrument.is_none_or(|id| LAW.instruments.contains_key(id)), "{instrument:?}");
        let deadline = Deadline { instrument: instrument.unwrap_or("own").into(), ..Deadline::own(limit) };
        check(&deadline, &Term::own(limit, instrument, &LAW, &CALENDAR).unwrap());
    }
}

/// Fifteen days of an office's own are over sooner than the law's three months, and its year is not.
#[test]
fn a_promise_never_ends_after_the_law() {
    let term = |amount, unit| Term::own(Limit::after(amount, unit), None, &LAW, &CALENDAR).unwrap();
    let law = Arc::new(term(3, Unit::Months));
    for from in moments() {
        let short = term(15, Unit::Days).last(from);
        assert_eq!(term(15, Unit::Days).within(Arc::clone(&law)).last(from), short);
        assert_eq!(term(1, Unit::Years).within(Arc::clone(&law)).last(from), law.last(from));
    }
}
