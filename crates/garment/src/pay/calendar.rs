//! Which hours are overtime, and at how much: Labour Law of the PRC, Article 44; for piece rates Interim Provisions on Payment of
//! Wages (劳部发〔1994〕489号), Article 13: one and a half times the piece rate beyond the day's hours, twice on a rest day that is
//! not made up for, three times on a statutory holiday.

use super::stamp::Stamp;
use crate::workdays::Workdays;

/// What kind of time work was done in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Time {
    /// Within the shift of a workday.
    Regular,
    /// Outside the shift of a workday: 150 %.
    Extended,
    /// On a rest day: 200 %.
    Rest,
    /// On a statutory holiday: 300 %.
    Holiday,
}

impl Time {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Regular, Self::Extended, Self::Rest, Self::Holiday];

    /// Percent of the rate.
    pub fn percent(self) -> u32 {
        match self {
            Self::Regular => 100,
            Self::Extended => 150,
            Self::Rest => 200,
            Self::Holiday => 300,
        }
    }

    /// What it is called in English and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Regular => ("regular", "正常工时"),
            Self::Extended => ("overtime", "延时加班"),
            Self::Rest => ("rest day", "休息日加班"),
            Self::Holiday => ("holiday", "法定节假日加班"),
        }
    }
}

/// When a workshop works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The shift of a workday, in minutes since midnight: its first, and the first after it.
    pub shift: (u32, u32),
    /// Which days are worked.
    pub days: Workdays,
}

impl Calendar {
    /// What kind of time a moment is.
    pub fn time(&self, at: Stamp) -> Time {
        let day = at.day();
        if self.days.holidays.contains(&day) {
            Time::Holiday
        } else if !self.days.is_workday(day) {
            Time::Rest
        } else if (self.shift.0..self.shift.1).contains(&at.minute()) {
            Time::Regular
        } else {
            Time::Extended
        }
    }
}
