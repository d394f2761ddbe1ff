use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time as Clock, time};
use pack::days::{self, Calendar};
use record::Time;

/// When offices work: mornings and afternoons of working days.
pub struct Hours<'a>(pub &'a Calendar);

const SHIFTS: [(Clock, Clock); 2] =
    [(time(9, 0, 0, 0), time(12, 0, 0, 0)), (time(13, 30, 0, 0), time(17, 0, 0, 0))];
/// More days than any stretch between two working days has.
const FARTHEST: i32 = 400;

impl Hours<'_> {
    /// The moment at which `minutes` of office hours have passed since `from`.
    pub fn after(&self, from: Time, minutes: i64) -> Time {
        let from = days::local(from);
        let mut left = minutes;
        for (begin, end) in self.shifts(from.date(), 1) {
            let begin = begin.max(from);
            let span = between(begin, end);
            if span > left {
                return moment(begin.saturating_add(left.minutes()));
            }
            left -= span.max(0);
        }
        moment(from)
    }

    /// The moment from which `minutes` of office hours have passed until `until`.
    pub fn before(&self, until: Time, minutes: i64) -> Time {
        let until = days::local(until);
        let mut left = minutes;
        for (begin, end) in self.shifts(until.date(), -1) {
            let end = end.min(until);
            let span = between(begin, end);
            if span > left {
                return moment(end.saturating_sub(left.minutes()));
            }
            left -= span.max(0);
        }
        moment(until)
    }

    /// The shifts from a day on, forwards or backwards.
    fn shifts(&self, from: Date, way: i32) -> impl Iterator<Item = (DateTime, DateTime)> {
        let day = move |step: i32| from.saturating_add((step * way).days());
        let worked = (0..FARTHEST).map(day).filter(|date| self.0.works(*date));
        worked.flat_map(move |date| {
            let mut shifts = SHIFTS.map(|(begin, end)| (date.to_datetime(begin), date.to_datetime(end)));
            if way < 0 {
                shifts.reverse();
            }
            shifts
        })
    }
}

fn between(begin: DateTime, end: DateTime) -> i64 {
    end.duration_since(begin).as_secs() / 60
}

fn moment(civil: DateTime) -> Time {
    days::moment(civil).unwrap_or(Time::ZERO)
}

/// So many minutes later, or earlier.
pub fn later(at: Time, minutes: i64) -> Time {
    Time::new(at.seconds() + minutes * 60, 0, Some(480)).unwrap_or(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
mod tests {
    use super::Hours;
    use pack::days::Calendar;
    use record::Time;

    /// So many minutes on from a moment, or back.
    fn check(from: &str, minutes: i64, to: &str) {
        let calendar = Calendar::national();
        let hours = Hours(&calendar);
        let time = Time::parse(&format!("{from}:00+08:00")).unwrap();
        let found = if minutes < 0 { hours.before(time, -minutes) } else { hours.after(time, minutes) };
        assert_eq!(found.to_string(), format!("{to}:00+08:00"), "{from} {minutes}");
    }

    /// 2025-01-27 is a Monday, worked; the Spring Festival follows and lasts until 4 February.
    #[test]
    fn only_office_hours_pass() {
        check("2026-03-03T10:00", 30, "2026-03-03T10:30");
        check("2026-03-03T11:50", 20, "2026-03-03T13:40");
        check("2026-03-03T16:50", 20, "2026-03-04T09:10");
        check("2026-03-06T22:00", 0, "2026-03-09T09:00");
        check("2025-01-27T16:30", 60, "2025-02-05T09:30");
        check("2026-03-03T10:00", -30, "2026-03-03T09:30");
        check("2026-03-09T09:10", -20, "2026-03-06T16:50");
        check("2025-02-05T08:00", -30, "2025-01-27T16:30");
    }
}
