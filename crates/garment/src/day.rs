//! Days of the calendar, as numbers that can be counted.

use std::fmt;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// A day of the Gregorian calendar, if there is such a day. (Hinnant, "chrono-compatible low-level date algorithms".)
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=last).contains(&day) || !(1..=9999).contains(&year) {
            return None;
        }
        let (month, day) = (month.cast_signed(), day.cast_signed());
        let shifted = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Some(Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
    }

    /// Year, month and day of the month.
    pub fn civil(self) -> (i32, u32, u32) {
        let shifted = self.0 + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + era * 400 + i32::from(month <= 2), month.cast_unsigned(), day.cast_unsigned())
    }

    /// Whether it is a Saturday or a Sunday.
    pub fn is_weekend(self) -> bool {
        (self.0 + 3).rem_euclid(7) >= 5
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_are_counted() {
        assert_eq!((Day::new(1970, 1, 1), Day::new(2000, 3, 1)), (Some(Day(0)), Some(Day(11_017))));
        assert_eq!(
            (Day::new(2026, 2, 29), Day::new(2028, 2, 29).is_some(), Day::new(2026, 13, 1)),
            (None, true, None)
        );
        let all = (-719_162..2_932_897).map(Day);
        assert!(all.clone().all(|day| {
            let (year, month, of_month) = day.civil();
            Day::new(year, month, of_month) == Some(day)
        }));
        // 2026-10-03 is a Saturday.
        let weekend = |day| Day::new(2026, 10, day).unwrap().is_weekend();
        assert_eq!([2, 3, 4, 5].map(weekend), [false, true, true, false]);
        assert_eq!(Day::new(2026, 10, 3).unwrap().to_string(), "2026-10-03");
    }
}
