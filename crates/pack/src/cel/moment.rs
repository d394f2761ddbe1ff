use super::checked::Part;
use super::value::ValueRef;
use jiff::SignedDuration;
use jiff::civil::Date;
use record::Time;

/// Minutes east of UTC where an expression names no zone: China's standard time, which has no summer time.
pub(super) const HOME: i16 = 8 * 60;

const DAY: i64 = 86_400;
const EPOCH: Date = jiff::civil::date(1970, 1, 1);
/// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, the range that CEL gives to timestamps.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// Minutes east of UTC of a zone: `UTC`, an offset such as `+08:00`, or a name for China's standard time.
pub(super) fn zone(name: &str) -> Option<i16> {
    match name {
        "UTC" | "GMT" | "Z" | "Etc/UTC" => return Some(0),
        "Asia/Shanghai" | "Asia/Chongqing" | "Asia/Harbin" | "Asia/Hong_Kong" | "Asia/Macau" | "PRC" => {
            return Some(HOME);
        }
        _ => {}
    }
    let (sign, digits) = match name.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, name.strip_prefix('+').unwrap_or(name)),
    };
    let (hours, minutes) = digits.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then(|| sign * (i16::from(hours) * 60 + i16::from(minutes)))
}

/// A moment by RFC 3339, as CEL asks: with `T` and an offset, in the years 1 to 9999.
pub(super) fn timestamp(text: &str) -> Option<Time> {
    let time = Time::parse(text).ok()?;
    let whole =
        matches!(text.as_bytes().get(10), Some(b'T' | b't')) && text.as_bytes().get(16) == Some(&b':');
    let midnight = text.get(11..13) == Some("24");
    (whole && !midnight && time.offset().is_some()).then(|| ranged(time)).flatten()
}

/// The moment `seconds` after 1970-01-01T00:00:00Z.
pub(super) fn at_second(seconds: i64) -> Option<Time> {
    Time::new(seconds, 0, Some(0)).and_then(ranged)
}

fn ranged(time: Time) -> Option<Time> {
    SECONDS.contains(&time.seconds()).then_some(time)
}

/// A moment as RFC 3339 in UTC, the same text for equal moments.
pub(super) fn in_utc(time: Time) -> String {
    Time::new(time.seconds(), time.subsecond_nanos(), Some(0)).unwrap_or(time).to_string()
}

/// A day written `2026-01-31`.
pub(super) fn date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    shape.then(|| text.parse().ok()).flatten()
}

/// The day on which `time` falls at home. What falls after the year 9999 there counts as its last day.
pub(super) fn day_of(time: Time) -> Date {
    let days = (time.seconds() + i64::from(HOME) * 60).div_euclid(DAY);
    let span = jiff::Span::new().try_days(days).ok();
    span.and_then(|span| EPOCH.checked_add(span).ok()).unwrap_or(if days < 0 { Date::MIN } else { Date::MAX })
}

/// The moment at which a day begins at home.
pub(super) fn start_of(day: Date) -> Option<Time> {
    let seconds = day.duration_since(EPOCH).as_secs() - i64::from(HOME) * 60;
    Time::new(seconds, 0, Some(HOME)).and_then(ranged)
}

/// A day moved by whole days.
pub(super) fn moved(day: Date, by: SignedDuration) -> Moved {
    if by.as_secs() % DAY != 0 || by.subsec_nanos() != 0 {
        return Moved::Fraction;
    }
    day.checked_add(by).map_or(Moved::Beyond, Moved::To)
}

pub(super) enum Moved {
    To(Date),
    /// The length of time is not a whole number of days.
    Fraction,
    /// The day lies outside the calendar.
    Beyond,
}

/// A moment moved by a length of time, within CEL's range.
pub(super) fn shifted(time: Time, by: SignedDuration) -> Option<Time> {
    let nanos = i64::from(time.subsecond_nanos()) + i64::from(by.subsec_nanos());
    let carry = nanos.div_euclid(1_000_000_000);
    let seconds = time.seconds().checked_add(by.as_secs())?.checked_add(carry)?;
    let rest = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    Time::new(seconds, rest, time.offset()).and_then(ranged)
}

/// The time from `earlier` to `later`.
pub(super) fn between(later: Time, earlier: Time) -> Option<SignedDuration> {
    let point =
        |time: Time| SignedDuration::new(time.seconds(), i32::try_from(time.subsecond_nanos()).unwrap_or(0));
    point(later).checked_sub(point(earlier)).and_then(bounded)
}

/// A length of time within CEL's range, which is that of nanoseconds in 64 bits.
pub(super) fn bounded(length: SignedDuration) -> Option<SignedDuration> {
    i64::try_from(length.as_nanos()).ok().map(|_| length)
}

/// A length of time as CEL writes it: numbers with a unit of `h`, `m`, `s`, `ms`, `us` or `ns`, one after the other.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut nanos: i128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let fraction = rest.get(whole..).and_then(|r| r.strip_prefix('.')).map_or(0, digits);
        if whole + fraction == 0 || whole + fraction > 30 {
            return None;
        }
        let number = rest.get(..whole).unwrap_or("");
        let part = if fraction > 0 { rest.get(whole + 1..whole + 1 + fraction)? } else { "" };
        let len = whole + if rest.get(whole..)?.starts_with('.') { 1 + fraction } else { 0 };
        rest = rest.get(len..)?;
        let unit_len = rest.bytes().take_while(|b| b.is_ascii_alphabetic() || *b > 127).count();
        let (unit, after) = rest.split_at_checked(unit_len)?;
        let unit: i128 = match unit {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" | "µs" | "μs" => 1_000,
            "ns" => 1,
            _ => return None,
        };
        let scaled = |digits: &str| {
            if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok()?.checked_mul(unit) }
        };
        let below = scaled(part)? / 10_i128.checked_pow(u32::try_from(fraction).ok()?)?;
        nanos = nanos.checked_add(scaled(number)?)?.checked_add(below)?;
        rest = after;
    }
    if text.trim_start_matches(['+', '-']).is_empty() {
        return None;
    }
    let nanos = i64::try_from(if negative { -nanos } else { nanos }).ok()?;
    Some(SignedDuration::from_nanos(nanos))
}

/// A length of time in seconds, as CEL writes it: `60.001s`.
pub(super) fn in_seconds(length: SignedDuration) -> String {
    let sign = if length.is_negative() { "-" } else { "" };
    let (seconds, nanos) = (length.as_secs().unsigned_abs(), length.subsec_nanos().unsigned_abs());
    if nanos == 0 {
        return format!("{sign}{seconds}s");
    }
    let digits = format!("{nanos:09}");
    format!("{sign}{seconds}.{}s", digits.trim_end_matches('0'))
}

/// A part of a moment (seen at `offset` minutes east of UTC), of a day, or of a length of time.
pub(super) fn part(part: Part, of: ValueRef<'_>, offset: i16) -> Option<i64> {
    match of {
        ValueRef::Timestamp(time) => {
            let local = time.seconds() + i64::from(offset) * 60;
            let clock = local.rem_euclid(DAY);
            Some(match part {
                Part::Hours => clock / 3600,
                Part::Minutes => clock / 60 % 60,
                Part::Seconds => clock % 60,
                Part::Milliseconds => i64::from(time.subsecond_nanos() / 1_000_000),
                _ => day_part(part, local.div_euclid(DAY)),
            })
        }
        ValueRef::Date(day) => Some(day_part(part, day.duration_since(EPOCH).as_secs() / DAY)),
        ValueRef::Duration(length) => Some(match part {
            Part::Hours => length.as_secs() / 3600,
            Part::Minutes => length.as_secs() / 60,
            Part::Seconds => length.as_secs(),
            Part::Milliseconds => i64::from(length.subsec_millis()),
            _ => return None,
        }),
        _ => None,
    }
}

/// A part of the day that is `days` after 1970-01-01.
fn day_part(part: Part, days: i64) -> i64 {
    let (year, month, day) = record::time::civil_from_days(days);
    match part {
        Part::FullYear => year,
        Part::Month => month - 1,
        Part::Date => day,
        Part::DayOfMonth => day - 1,
        Part::DayOfWeek => (days + 4).rem_euclid(7),
        Part::DayOfYear => {
            let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
            const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
            let months =
                usize::try_from(month - 1).ok().and_then(|index| BEFORE.get(index).copied()).unwrap_or(0);
            months + day - 1 + i64::from(leap && month > 2)
        }
        Part::Hours | Part::Minutes | Part::Seconds | Part::Milliseconds => 0,
    }
}
