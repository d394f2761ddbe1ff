//! Statutory days: calendars, instruments' counting rules, deadlines, and the engine that counts them.
//!
//! "日" is not one type. An instrument says which numbers of days are working days, whether a last day on a holiday
//! moves, and from which hour an hour limit runs; a [`DayRule`] is that as data, each part with the article that
//! says it. [`count()`] applies a rule to one [`Deadline`] and explains what it did. No clock is read here: times
//! are handed in, as civil time in Shanghai ([`local`]).

/// Working days, rest days and make-up workdays.
pub mod calendar;
mod count;
/// Deadlines, with their extensions, suspensions and outcomes.
pub mod deadline;
/// What happens to a running period, and when it ends.
pub mod due;
/// What a count is asked for by name: a deadline's id, its reference, or an article.
pub mod find;
mod grant;
/// The law pack: instruments, deadlines, the default rule and choices between conflicting texts.
pub mod law;
/// Chinese numerals in article numbers.
pub mod numeral;
/// When offices are open.
pub mod opening;
mod pause;
/// An office's own promise beside the law's limit.
pub mod promise;
/// Limits and counting rules.
pub mod rule;
/// How a due time was found, step by step.
pub mod step;
mod term;
/// The steps in Chinese and in English.
pub mod words;

pub use calendar::{Calendar, Day, Overrides};
pub use count::count;
pub use deadline::{Deadline, Standing};
pub use due::{Adjustment, At, Due, Left, Refused};
pub use law::Law;
pub use opening::Opening;
pub use rule::{Cite, DayRule, Direction, Limit, Unit};
pub use step::Step;
pub use term::Term;

/// The civil time in Shanghai (UTC+8 all year; China has kept no summer time since 1991) of a moment on the record.
pub fn local(time: record::Time) -> jiff::civil::DateTime {
    jiff::tz::Offset::constant(8).to_datetime(time.timestamp())
}

/// The day in Shanghai.
pub fn today(now: record::Time) -> jiff::civil::Date {
    local(now).date()
}

/// The moment at which clocks in Shanghai show `civil`; `None` beyond the years that the record knows.
pub fn moment(civil: jiff::civil::DateTime) -> Option<record::Time> {
    let stamp = jiff::tz::Offset::constant(8).to_timestamp(civil).ok()?;
    Some(record::Time::at(stamp, 8 * 60))
}
