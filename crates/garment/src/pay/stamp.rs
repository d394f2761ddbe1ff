//! Moments of a workshop's clock.

use crate::day::Day;
use std::fmt;

/// A moment: seconds since 1970-01-01 by the workshop's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(pub i64);

impl Stamp {
    /// Reads `2026-10-05T14:30:00`; a blank may stand for the `T`, and the seconds may be left out.
    pub fn read(text: &[u8]) -> Option<Self> {
        let number = |from: usize, to: usize| {
            text.get(from..to)?
                .iter()
                .try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
        };
        let sign = |at: usize, one: u8| text.get(at).copied() == Some(one);
        let parted = sign(4, b'-') && sign(7, b'-') && (sign(10, b'T') || sign(10, b' ')) && sign(13, b':');
        let second = match text.len() {
            16 => 0,
            19 if sign(16, b':') => number(17, 19)?,
            _ => return None,
        };
        let (hour, minute) = (number(11, 13)?, number(14, 16)?);
        if !parted || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let day = Day::new(number(0, 4)?.cast_signed(), number(5, 7)?, number(8, 10)?)?;
        Some(Self(i64::from(day.0) * 86_400 + i64::from(hour * 3600 + minute * 60 + second)))
    }

    /// The day.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(86_400) as i32)
    }

    /// Minutes since midnight.
    pub fn minute(self) -> u32 {
        (self.0.rem_euclid(86_400) / 60) as u32
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.0.rem_euclid(86_400);
        write!(f, "{}T{:02}:{:02}:{:02}", self.day(), of_day / 3600, of_day / 60 % 60, of_day % 60)
    }
}
