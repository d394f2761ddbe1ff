use super::opening::Opening;
use crate::Title;
use crate::model::Id;
use jiff::SignedDuration;
use smol_str::SmolStr;
use std::fmt;

/// Where a text of law says a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cite {
    /// The instrument's id.
    pub instrument: Id,
    /// The instrument's title.
    pub title: Title,
    /// The article as the text numbers it, `第一百一十八条`.
    pub article: SmolStr,
    /// The words that say it.
    pub quote: SmolStr,
}

/// A length of time as law states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// How many units; 0 with [`Unit::Immediately`] alone.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
    /// Whether it runs on from its start or back from it.
    pub direction: Direction,
}

/// What a limit is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// At once (立即).
    Immediately,
    /// Elapsed minutes.
    Minutes,
    /// Elapsed hours.
    Hours,
    /// Hours at which the office is open. No law counts so: an office sets itself such a time.
    Workhours,
    /// Days; natural or working days as the instrument's rule says of their number.
    Days,
    /// Days that the article itself calls working days.
    Workdays,
    /// Months, to the corresponding day.
    Months,
    /// Years, to the corresponding day.
    Years,
}

/// The way in which a limit runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Within so many days after the start.
    After,
    /// So many days before an event at the latest (倒计).
    Before,
}

impl Unit {
    const NAMES: [(Self, &str, &str); 8] = [
        (Self::Immediately, "immediately", "立即"),
        (Self::Minutes, "minutes", "分钟"),
        (Self::Hours, "hours", "小时"),
        (Self::Workhours, "workhours", "个工作小时"),
        (Self::Days, "days", "日"),
        (Self::Workdays, "workdays", "个工作日"),
        (Self::Months, "months", "个月"),
        (Self::Years, "years", "年"),
    ];

    /// The name in packs: `days`, `workdays`, …
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(unit, ..)| *unit == self).map_or("", |(_, name, _)| name)
    }

    /// The Chinese measure word.
    pub fn zh(self) -> &'static str {
        Self::NAMES.iter().find(|(unit, ..)| *unit == self).map_or("", |(.., zh)| zh)
    }

    /// Units that can be added to one another: an extension is counted in the family of its limit.
    pub(crate) fn same_family(self, other: Self) -> bool {
        let family = |unit| match unit {
            Self::Immediately => 0,
            Self::Minutes | Self::Hours => 1,
            Self::Workhours => 4,
            Self::Days | Self::Workdays => 2,
            Self::Months | Self::Years => 3,
        };
        family(self) == family(other)
    }
}

impl Limit {
    /// The largest amount that a pack may state; the longest limit known (two years) is far below it.
    pub const MOST: u32 = 3660;

    /// `amount` of `unit` after a start.
    pub fn after(amount: u32, unit: Unit) -> Self {
        Self { amount, unit, direction: Direction::After }
    }

    /// Reads what [`fmt::Display`] writes: `30 days`, `1 month`, `7 workdays`, `2 days before`, `immediately`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let first = words.next()?;
        if first == Unit::Immediately.name() && words.next().is_none() {
            return Some(Self::after(0, Unit::Immediately));
        }
        let amount: u32 = first.parse().ok().filter(|amount| (1..=Self::MOST).contains(amount))?;
        let word = words.next()?;
        let named = |name: &str| name == word || (amount == 1 && name.strip_suffix('s') == Some(word));
        let (unit, ..) =
            Unit::NAMES.into_iter().find(|(unit, name, _)| *unit != Unit::Immediately && named(name))?;
        let direction = match words.next() {
            None => Direction::After,
            Some("before") => Direction::Before,
            Some(_) => return None,
        };
        words.next().is_none().then_some(Self { amount, unit, direction })
    }

    /// The Chinese of the limit: `30日`, `2日前`.
    pub fn zh(self) -> String {
        let before = if self.direction == Direction::Before { "前" } else { "" };
        match self.unit {
            Unit::Immediately => "立即".to_owned(),
            unit => format!("{}{}{before}", self.amount, unit.zh()),
        }
    }

    /// How much elapsed time it is; none where it is counted in days or more.
    pub fn elapsed(self) -> Option<SignedDuration> {
        match self.unit {
            Unit::Minutes => Some(SignedDuration::from_mins(i64::from(self.amount))),
            Unit::Hours => Some(SignedDuration::from_hours(i64::from(self.amount))),
            _ => None,
        }
    }

    pub(super) fn months(self) -> u32 {
        if self.unit == Unit::Years { self.amount.saturating_mul(12) } else { self.amount }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.unit.name();
        match (self.unit, self.amount) {
            (Unit::Immediately, _) => return f.write_str(name),
            (_, 1) => write!(f, "1 {}", name.trim_end_matches('s'))?,
            (_, amount) => write!(f, "{amount} {name}")?,
        }
        if self.direction == Direction::Before { f.write_str(" before") } else { Ok(()) }
    }
}

/// Which numbers of days an instrument means as working days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Workdays {
    /// None: days are natural days.
    None,
    /// Every number.
    All,
    /// The listed numbers, as in "二日、三日、五日是指工作日"; all others are natural days.
    Listed(Vec<u32>),
    /// Every number up to this one, as in "十日以内".
    UpTo(u32),
}

impl Workdays {
    /// Whether `amount` days are working days.
    pub fn has(&self, amount: u32) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Listed(numbers) => numbers.contains(&amount),
            Self::UpTo(most) => amount <= *most,
        }
    }
}

/// When a limit of hours begins to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoursFrom {
    /// At the moment itself.
    Moment,
    /// At the next full hour: the hour in which it begins is not counted.
    NextHour,
}

/// One part of a counting rule, with the words that lay it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling<T> {
    /// What is laid down.
    pub value: T,
    /// Where.
    pub cite: Cite,
    /// Whether the pack's default rule stands in, because the instrument is silent.
    pub by_default: bool,
}

/// How one instrument counts, every part of it settled.
///
/// Two parts are the same in every instrument and are here for what they cite: a limit on a person's liberty never
/// moves beyond its last day ([`custody`](Self::custody)), and months end on the corresponding day or, where the
/// month has none, on its last ([`same_day`](Self::same_day)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRule {
    /// Which numbers of days are working days.
    pub workdays: Ruling<Workdays>,
    /// Whether the day of the start is the first counted day.
    pub first_day: Ruling<bool>,
    /// Whether a last natural day on which offices rest moves to the next workday.
    pub last_day: Ruling<bool>,
    /// A measure on a person's liberty ends on its last day, holiday or not.
    pub custody: Ruling<()>,
    /// When hours begin to run.
    pub hours: Ruling<HoursFrom>,
    /// Months and years end on the corresponding day.
    pub same_day: Ruling<()>,
    /// Laid down where time on the road or in the post is not counted.
    pub transit: Option<Ruling<()>>,
    /// Laid down where what is posted before the end is in time.
    pub posted: Option<Ruling<()>>,
    /// When the office is open that counts its own time; of no use to any other count.
    pub open: Option<Opening>,
}

impl DayRule {
    /// The same for an office that is open at these hours.
    #[must_use]
    pub fn at(self, open: Option<&Opening>) -> Self {
        Self { open: open.cloned(), ..self }
    }
}

/// The parts of a counting rule that one instrument lays down itself; the default rule fills the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialRule {
    /// See [`DayRule::workdays`].
    pub workdays: Option<Ruling<Workdays>>,
    /// See [`DayRule::first_day`].
    pub first_day: Option<Ruling<bool>>,
    /// See [`DayRule::last_day`].
    pub last_day: Option<Ruling<bool>>,
    /// See [`DayRule::custody`].
    pub custody: Option<Ruling<()>>,
    /// See [`DayRule::hours`].
    pub hours: Option<Ruling<HoursFrom>>,
    /// See [`DayRule::same_day`].
    pub same_day: Option<Ruling<()>>,
    /// See [`DayRule::transit`].
    pub transit: Option<Ruling<()>>,
    /// See [`DayRule::posted`].
    pub posted: Option<Ruling<()>>,
}

impl PartialRule {
    /// This rule, its silent parts filled from `below`: an instrument that it refers to.
    #[must_use]
    pub fn over(self, below: &Self) -> Self {
        let Self { workdays, first_day, last_day, custody, hours, same_day, transit, posted } = self;
        Self {
            workdays: workdays.or_else(|| below.workdays.clone()),
            first_day: first_day.or_else(|| below.first_day.clone()),
            last_day: last_day.or_else(|| below.last_day.clone()),
            custody: custody.or_else(|| below.custody.clone()),
            hours: hours.or_else(|| below.hours.clone()),
            same_day: same_day.or_else(|| below.same_day.clone()),
            transit: transit.or_else(|| below.transit.clone()),
            posted: posted.or_else(|| below.posted.clone()),
        }
    }

    /// The whole rule, its silent parts filled from the pack's default rule.
    pub fn complete(self, default: &DayRule) -> DayRule {
        let Self { workdays, first_day, last_day, custody, hours, same_day, transit, posted } = self;
        DayRule {
            workdays: workdays.unwrap_or_else(|| default.workdays.clone()),
            first_day: first_day.unwrap_or_else(|| default.first_day.clone()),
            last_day: last_day.unwrap_or_else(|| default.last_day.clone()),
            custody: custody.unwrap_or_else(|| default.custody.clone()),
            hours: hours.unwrap_or_else(|| default.hours.clone()),
            same_day: same_day.unwrap_or_else(|| default.same_day.clone()),
            transit: transit.or_else(|| default.transit.clone()),
            posted: posted.or_else(|| default.posted.clone()),
            open: None,
        }
    }
}
