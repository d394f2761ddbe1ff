use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A moment to the nanosecond, with the offset from UTC at which it was written down.
///
/// Two times are equal, and ordered, by the moment alone; the offset is kept so that a log can be written as it was
/// read.
#[derive(Clone, Copy)]
pub struct Time {
    seconds: i64,
    nanos: u32,
    /// Minutes east of UTC; [`Self::NO_OFFSET`] where the text named none.
    offset: i16,
}

/// Why a text is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date and time; write it like `2026-01-31T08:30:00+08:00`")]
pub struct BadTime {
    /// What was read.
    pub text: String,
}

impl Time {
    /// Midnight of 1 January 1970, UTC: OCEL's time for values that objects had from the start.
    pub const ZERO: Self = Self { seconds: 0, nanos: 0, offset: 0 };
    const NO_OFFSET: i16 = i16::MIN;
    const SECONDS: std::ops::RangeInclusive<i64> = -377_705_116_800..=253_402_300_799;

    /// The moment `seconds` and `nanos` after 1970-01-01T00:00:00Z, written down at `offset` minutes east of UTC.
    /// `None` outside the years −9999 to 9999, for nanoseconds of a second or more, and for offsets of a day or more.
    #[inline]
    pub fn new(seconds: i64, nanos: u32, offset: Option<i16>) -> Option<Self> {
        let offset = match offset {
            None => Self::NO_OFFSET,
            Some(minutes) if minutes.abs() < 24 * 60 => minutes,
            Some(_) => return None,
        };
        let valid = Self::SECONDS.contains(&seconds) && nanos < 1_000_000_000;
        valid.then_some(Self { seconds, nanos, offset })
    }

    /// The moment of `stamp`, written down at `offset` minutes east of UTC.
    pub fn at(stamp: jiff::Timestamp, offset: i16) -> Self {
        let nanos = stamp.as_nanosecond();
        let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        let rest = u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or(0);
        Self { seconds, nanos: rest, offset }
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds past [`Self::seconds`].
    pub fn subsecond_nanos(self) -> u32 {
        self.nanos
    }

    /// Minutes east of UTC, where the text named an offset.
    pub fn offset(self) -> Option<i16> {
        (self.offset != Self::NO_OFFSET).then_some(self.offset)
    }

    /// Microseconds since 1970-01-01T00:00:00Z, rounded down: the order in which a store keeps times.
    pub fn micros(self) -> i64 {
        self.seconds * 1_000_000 + i64::from(self.nanos / 1_000)
    }

    /// The same moment for calendar arithmetic; the last or first second that jiff knows beyond its range.
    pub fn timestamp(self) -> jiff::Timestamp {
        let nanos = i32::try_from(self.nanos).unwrap_or(0);
        let end = if self.seconds < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        jiff::Timestamp::new(self.seconds, nanos).unwrap_or(end)
    }

    /// As RFC 3339 has it: like [`Display`](fmt::Display), and with `Z` where the text named no offset, since it was read as UTC.
    pub fn rfc3339(self) -> String {
        let zone = if self.offset().is_none() { "Z" } else { "" };
        format!("{self}{zone}")
    }

    /// Reads ISO 8601 as XML Schema and JSON logs write it: a date, `T` or a space, a time to the minute or finer, and
    /// `Z`, an offset or nothing (then read as UTC). A date alone is its midnight. More than nine digits of a second
    /// are an error, since the record could not keep them.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        parse(text.as_bytes()).ok_or_else(|| BadTime { text: text.to_owned() })
    }
}

fn parse(text: &[u8]) -> Option<Time> {
    let text = text.trim_ascii();
    let (negative, text) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(expect(rest, b'-')?, 2)?;
    let (day, rest) = digits(expect(rest, b'-')?, 2)?;
    let year = if negative { -year } else { year };
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let mut seconds = days_from_civil(year, month, day) * 86_400;
    let mut nanos = 0;
    let mut rest = rest;
    if let Some((b'T' | b't' | b' ', clock)) = rest.split_first() {
        let (hour, after) = digits(clock, 2)?;
        let (minute, after) = digits(expect(after, b':')?, 2)?;
        let (second, after) = match after.split_first() {
            Some((b':', after)) => digits(after, 2)?,
            _ => (0, after),
        };
        if hour > 24 || minute > 59 || second > 59 || (hour == 24 && minute + second > 0) {
            return None;
        }
        seconds += hour * 3600 + minute * 60 + second;
        (nanos, rest) = fraction(after)?;
    }
    let offset = match rest {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let (hours, after) = digits(zone, 2)?;
            let (minutes, after) = digits(after.strip_prefix(b":").unwrap_or(after), 2)?;
            if !after.is_empty() || hours > 23 || minutes > 59 {
                return None;
            }
            let east = i16::try_from(hours * 60 + minutes).ok()?;
            Some(if *sign == b'-' { -east } else { east })
        }
        _ => return None,
    };
    Time::new(seconds - i64::from(offset.unwrap_or(0)) * 60, nanos, offset)
}

fn expect(text: &[u8], byte: u8) -> Option<&[u8]> {
    text.split_first().filter(|(first, _)| **first == byte).map(|(_, rest)| rest)
}

fn digits(text: &[u8], count: usize) -> Option<(i64, &[u8])> {
    let (number, rest) = text.split_at_checked(count)?;
    let mut value = 0;
    for digit in number {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some((value, rest))
}

fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some((b'.' | b',', digits)) = text.split_first() else { return Some((0, text)) };
    let count = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
    let (number, rest) = digits.split_at_checked(count)?;
    let mut nanos: u32 = 0;
    for place in 0..9 {
        nanos = nanos * 10 + number.get(place).map_or(0, |digit| u32::from(digit - b'0'));
    }
    let kept = number.iter().skip(9).all(|digit| *digit == b'0');
    (count > 0 && kept).then_some((nanos, rest))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date
/// algorithms": years begin in March, so that the leap day comes last). It stands here, and not as a call of jiff's,
/// because a log's import spends most of its time reading times.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of the day that is `days` after 1970-01-01, in the proleptic Gregorian calendar; also for years beyond
/// jiff's, which a moment near the end of 9999 reaches in an eastern zone.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

impl fmt::Display for Time {
    /// ISO 8601 with as many digits of a second as needed; what [`Time::parse`] reads back unchanged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds + i64::from(self.offset().unwrap_or(0)) * 60;
        let (year, month, day) = civil_from_days(local.div_euclid(86_400));
        let clock = local.rem_euclid(86_400);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        let sign = if year < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", year.abs())?;
        match self.nanos {
            0 => {}
            nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000)?,
            nanos if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000)?,
            nanos => write!(f, ".{nanos:09}")?,
        }
        match self.offset() {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Time {}

impl Hash for Time {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.seconds, self.nanos).hash(state);
    }
}

impl PartialOrd for Time {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::Time;
    use proptest::prelude::*;

    fn check(text: &str, written: &str) {
        assert_eq!(Time::parse(text).unwrap().to_string(), written, "{text}");
    }

    #[test]
    fn reads_what_logs_write() {
        check("2006-07-24T00:00:00.000+02:00", "2006-07-24T00:00:00+02:00");
        check("2006-07-24 00:00:00", "2006-07-24T00:00:00");
        check("2006-07-24", "2006-07-24T00:00:00");
        check("2024-02-29T23:59:59.123456789Z", "2024-02-29T23:59:59.123456789Z");
        check("2024-02-29T23:59+0530", "2024-02-29T23:59:00+05:30");
        check("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z");
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "2023-02-29", "2024-13-01", "2024-01-01T25:00", "2024-01-01T00:00:00.1234567891Z"] {
            assert!(Time::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_jiff_and_reads_back(
            seconds in -60_000_000_000i64..250_000_000_000,
            nanos in 0u32..1_000_000_000,
        ) {
            let time = Time::new(seconds, nanos, Some(0)).unwrap();
            prop_assert_eq!(Time::parse(&time.to_string()).unwrap(), time);
            let theirs = jiff::Timestamp::new(seconds, nanos as i32).unwrap();
            prop_assert_eq!(Time::parse(&theirs.to_string()).unwrap(), time);
            prop_assert_eq!(time.timestamp(), theirs);
        }
    }
}
