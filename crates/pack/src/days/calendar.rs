use crate::Title;
use jiff::civil::{Date, Weekday};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// The working calendar: weekends, and the days by which the State Council's yearly notice departs from them.
///
/// It is data: [`Calendar::national`] has the notices, [`Calendar::with`] lays an office's own days over them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    marks: BTreeMap<Date, Mark>,
    years: BTreeSet<i16>,
}

/// A day on which the calendar departs from the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Whether the day is worked.
    pub works: bool,
    /// The festival or the reason.
    pub name: Title,
}

/// Days that a pack adds to a calendar or changes in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Years whose arrangement is hereby fully known.
    pub years: BTreeSet<i16>,
    /// Rest days and worked days that differ from the calendar below.
    pub days: BTreeMap<Date, Mark>,
}

/// What a day is in the working calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day<'a> {
    /// Monday to Friday, nothing special.
    Workday,
    /// A weekend day worked in exchange for a festival (调休).
    MakeUp(&'a Title),
    /// Saturday or Sunday.
    Weekend,
    /// A festival, or a day off beside one.
    Holiday(&'a Title),
}

impl Day<'_> {
    /// Whether offices work on such a day.
    pub fn works(self) -> bool {
        matches!(self, Self::Workday | Self::MakeUp(_))
    }
}

impl Calendar {
    /// The years that may have a published notice: the first is the first that `holiday-cn` holds.
    const YEARS: RangeInclusive<i16> = 2007..=2100;

    /// The State Council's yearly arrangements as `holiday-cn` has them. A year without any festival is not
    /// published.
    pub fn national() -> Self {
        let mut calendar = Self::default();
        for year in Self::YEARS {
            let days = holiday_cn::get_year_data(i32::from(year)).unwrap_or_default();
            for (date, (name, off)) in &days {
                let Ok(date) = date.parse::<Date>() else { continue };
                let name = Title { zh: SmolStr::new(name), en: festival(name) };
                calendar.marks.insert(date, Mark { works: !off, name });
            }
            if !days.is_empty() {
                calendar.years.insert(year);
            }
        }
        calendar
    }

    /// This calendar with `overrides` laid over it: a day named there is as it says there.
    #[must_use]
    pub fn with(mut self, overrides: &Overrides) -> Self {
        self.years.extend(&overrides.years);
        self.marks.extend(overrides.days.iter().map(|(date, mark)| (*date, mark.clone())));
        self
    }

    /// What `date` is. In a year that is not [published](Self::publishes) weekends rest, and the
    /// holidays that the rule on them puts on a date: 1 January, 1 and 2 May, 1 to 3 October.
    pub fn day(&self, date: Date) -> Day<'_> {
        match self.marks.get(&date) {
            Some(Mark { works: true, name }) if weekend(date) => Day::MakeUp(name),
            Some(Mark { works: true, .. }) => Day::Workday,
            Some(Mark { works: false, name }) => Day::Holiday(name),
            None => match fixed(date).filter(|_| !self.publishes(date)) {
                Some(name) => Day::Holiday(name),
                None if weekend(date) => Day::Weekend,
                None => Day::Workday,
            },
        }
    }

    /// Whether offices work on `date`.
    pub fn works(&self, date: Date) -> bool {
        self.day(date).works()
    }

    /// Whether the arrangement of the year of `date` is known; if not, what is counted over it is provisional.
    pub fn publishes(&self, date: Date) -> bool {
        self.years.contains(&date.year())
    }

    /// The years whose arrangement is known.
    pub fn years(&self) -> &BTreeSet<i16> {
        &self.years
    }
}

/// Holidays that the State Council's rule (全国年节及纪念日放假办法) puts on a date of the solar calendar: the month, its days,
/// and the years in which the rule says so, as made in 1999 and changed from 2008 and 2025. The others follow the moon or a
/// solar term; which days around a holiday are free or worked, only the year's notice says.
static FIXED: [(i8, RangeInclusive<i8>, RangeInclusive<i16>, Title); 5] = [
    (1, 1..=1, 2000..=i16::MAX, titled("元旦", "New Year")),
    (5, 1..=3, 2000..=2007, titled("劳动节", "Labour Day")),
    (5, 1..=1, 2008..=i16::MAX, titled("劳动节", "Labour Day")),
    (5, 2..=2, 2025..=i16::MAX, titled("劳动节", "Labour Day")),
    (10, 1..=3, 2000..=i16::MAX, titled("国庆节", "National Day")),
];

const fn titled(zh: &str, en: &str) -> Title {
    Title { zh: SmolStr::new_inline(zh), en: SmolStr::new_inline(en) }
}

fn fixed(date: Date) -> Option<&'static Title> {
    let falls = |(month, days, years, _): &&(i8, RangeInclusive<i8>, RangeInclusive<i16>, Title)| {
        *month == date.month() && days.contains(&date.day()) && years.contains(&date.year())
    };
    FIXED.iter().find(falls).map(|(.., name)| name)
}

fn weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The English of a festival's name in the notices; several are joined by `、`.
fn festival(zh: &str) -> SmolStr {
    const NAMES: [(&str, &str); 8] = [
        ("元旦", "New Year"),
        ("春节", "Spring Festival"),
        ("清明节", "Tomb-Sweeping Day"),
        ("劳动节", "Labour Day"),
        ("端午节", "Dragon Boat Festival"),
        ("中秋节", "Mid-Autumn Festival"),
        ("国庆节", "National Day"),
        ("中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日", "70th anniversary of the victory of 1945"),
    ];
    let english = |part: &str| {
        NAMES.iter().find(|(zh, _)| *zh == part).map_or(part.to_owned(), |(_, en)| (*en).to_owned())
    };
    zh.split('、').map(english).collect::<Vec<_>>().join(" and ").into()
}
