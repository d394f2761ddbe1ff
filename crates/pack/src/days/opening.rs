//! When an office is open: the hours within which working hours are counted.

use super::calendar::Day;
use crate::Title;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

/// Minutes of a day, from 00:00 to 24:00.
const DAY: u16 = 24 * 60;

/// From when until when on one day, in minutes since midnight.
pub type Hours = (u16, u16);

/// The days for which a pack gives hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Days {
    /// Every day, whatever it is.
    Daily,
    /// Days on which offices work, weekend days worked in exchange for a festival among them.
    Workdays,
    /// Saturdays that are neither worked nor a festival.
    Saturdays,
    /// Sundays likewise.
    Sundays,
    /// Festivals, and the days off beside them.
    Holidays,
}

impl Days {
    /// Each with the word by which packs name it, and what people call it.
    pub const ALL: [(&'static str, Self, &'static str, &'static str); 5] = [
        ("daily", Self::Daily, "每天", "every day"),
        ("workdays", Self::Workdays, "工作日", "working days"),
        ("saturdays", Self::Saturdays, "周六", "Saturdays"),
        ("sundays", Self::Sundays, "周日", "Sundays"),
        ("holidays", Self::Holidays, "节假日", "holidays"),
    ];

    fn hold(self, date: Date, day: Day<'_>) -> bool {
        match (self, day) {
            (Self::Daily, _) => true,
            (Self::Workdays, day) => day.works(),
            (Self::Holidays, Day::Holiday(_)) => true,
            (Self::Saturdays, Day::Weekend) => date.weekday() == Weekday::Saturday,
            (Self::Sundays, Day::Weekend) => date.weekday() == Weekday::Sunday,
            _ => false,
        }
    }
}

/// When an office is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    all: Vec<(Days, Vec<Hours>)>,
}

impl Opening {
    /// Hours by days. None where no day has any: such an office is never open.
    pub fn new(all: Vec<(Days, Vec<Hours>)>) -> Option<Self> {
        all.iter().any(|(_, hours)| !hours.is_empty()).then_some(Self { all })
    }

    /// When it is open on `date`, which is such a `day`, in order and without overlap.
    pub fn on(&self, date: Date, day: Day<'_>) -> impl Iterator<Item = (DateTime, DateTime)> {
        let hours = self.all.iter().find(|(days, _)| days.hold(date, day)).map(|(_, hours)| hours.as_slice());
        let midnight = date.at(0, 0, 0, 0);
        let at = move |minutes: u16| midnight.checked_add(i64::from(minutes).minutes()).ok();
        hours.unwrap_or_default().iter().filter_map(move |(from, to)| at(*from).zip(at(*to)))
    }

    /// For how many whole hours it is open on every day on which offices work.
    pub fn hours_of_a_workday(&self) -> u32 {
        let hours = self.all.iter().find(|(days, _)| matches!(days, Days::Daily | Days::Workdays));
        let minutes =
            hours.map(|(_, hours)| hours.iter().map(|(from, to)| u32::from(to - from)).sum::<u32>());
        minutes.unwrap_or_default() / 60
    }

    /// In words: `工作日、周六 9:00–17:00`.
    pub fn title(&self) -> Title {
        let mut groups: Vec<(Vec<Days>, &[Hours])> = Vec::new();
        for (days, hours) in &self.all {
            match groups.iter_mut().find(|(_, same)| same == hours) {
                Some((group, _)) => group.push(*days),
                None => groups.push((vec![*days], hours)),
            }
        }
        let named = |days: &Days| Days::ALL.iter().find(|(_, one, ..)| one == days);
        let of =
            |part: fn(&(&str, Days, &'static str, &'static str)) -> &'static str, and: &str, comma: &str| {
                let group = |(days, hours): &(Vec<Days>, &[Hours])| {
                    let days: Vec<&str> = days.iter().filter_map(named).map(part).collect();
                    let hours: Vec<String> = hours.iter().map(|hours| written(*hours)).collect();
                    format!("{} {}", days.join(and), hours.join(comma))
                };
                groups.iter().map(group).collect::<Vec<_>>()
            };
        let en = of(|(.., en)| en, " and ", ", ").join("; ");
        let first = en.chars().take(1).map(|letter| letter.to_ascii_uppercase());
        let en: String = first.chain(en.chars().skip(1)).collect();
        Title::new(of(|(_, _, zh, _)| zh, "、", "、").join("；"), en)
    }
}

/// Reads `9:00-12:00, 14:00-17:00`; none where that is not what it says, where a time ends before it begins, or where two
/// overlap.
pub fn read(text: &str) -> Option<Vec<Hours>> {
    let clock = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let of_two = |text: &str| text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (hour, minute): (u16, u16) =
            (hour.parse().ok()?, minute.parse().ok().filter(|_| minute.len() == 2)?);
        (of_two(text.trim().split(':').next()?) && minute < 60)
            .then_some(hour * 60 + minute)
            .filter(|at| *at <= DAY)
    };
    let stretch = |text: &str| {
        let (from, to) = text.split_once(['-', '–'])?;
        Some((clock(from)?, clock(to)?)).filter(|(from, to)| from < to)
    };
    let all: Option<Vec<Hours>> = text.split(',').map(stretch).collect();
    all.filter(|all| all.windows(2).all(|two| matches!(two, [(_, end), (next, _)] if end <= next)))
}

/// A stretch as people write it: `9:00–17:00`.
fn written((from, to): Hours) -> String {
    let clock = |at: u16| format!("{}:{:02}", at / 60, at % 60);
    format!("{}–{}", clock(from), clock(to))
}
