use super::Lang;
use crate::text::Speak as _;
use jiff::civil::Date;
use pack::days::local;
use pack::model::{Channel, Charge, Own, Unit};
use record::Time;
use record::time::civil_from_days;

/// A day: `2026年1月31日`, `31 January 2026`.
pub fn date(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => format!("{} {} {}", date.day(), month(date.month()), date.year()),
    }
}

/// A day and a time of day: `2026年1月31日 08:30`, `31 January 2026, 08:30`.
pub fn moment(lang: Lang, time: Time) -> String {
    let at = local(time);
    let comma = if lang == Lang::En { "," } else { "" };
    format!("{}{comma} {:02}:{:02}", date(lang, at.date()), at.hour(), at.minute())
}

/// A moment of a log from elsewhere, at the offset at which it was written down, and which that is: `26 March 2012, 00:00
/// (UTC+02:00)`. One that was written down without an offset was read as UTC.
pub fn elsewhere(lang: Lang, time: Time) -> String {
    let offset = time.offset().unwrap_or(0);
    let local = time.seconds() + i64::from(offset) * 60;
    let (year, in_year, day) = civil_from_days(local.div_euclid(86_400));
    let (hour, minute) = (local.rem_euclid(86_400) / 3600, local.rem_euclid(3600) / 60);
    let zone = zone(offset);
    match lang {
        Lang::Zh => format!("{year}年{in_year}月{day}日 {hour:02}:{minute:02}（{zone}）"),
        Lang::En => {
            let month = month(i8::try_from(in_year).unwrap_or(1));
            format!("{day} {month} {year}, {hour:02}:{minute:02} ({zone})")
        }
    }
}

/// An offset in minutes east of UTC: `UTC`, `UTC+02:00`.
pub fn zone(offset: i16) -> String {
    match offset {
        0 => "UTC".to_owned(),
        _ => format!("UTC{}", self::offset(offset)),
    }
}

/// An offset in minutes east of UTC, for machines: `+00:00`, `+02:00`.
pub fn offset(offset: i16) -> String {
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A moment for machines: the `datetime` of a `<time>`.
pub fn points_in_time(time: Time) -> String {
    let at = local(time);
    format!("{}T{:02}:{:02}:{:02}+08:00", at.date(), at.hour(), at.minute(), at.second())
}

/// The day of the week: `周六`, `Saturday`.
pub fn weekday(lang: Lang, date: Date) -> &'static str {
    const NAMES: [(&str, &str); 7] = [
        ("周一", "Monday"),
        ("周二", "Tuesday"),
        ("周三", "Wednesday"),
        ("周四", "Thursday"),
        ("周五", "Friday"),
        ("周六", "Saturday"),
        ("周日", "Sunday"),
    ];
    let place = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
    let (zh, en) = NAMES.get(place).copied().unwrap_or_default();
    if lang == Lang::Zh { zh } else { en }
}

fn month(number: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let place = usize::try_from(number - 1).unwrap_or_default();
    NAMES.get(place).copied().unwrap_or_default()
}

/// A length of time: `20个工作日`, `20 working days`.
pub fn length(lang: Lang, own: Own) -> String {
    let n = ("n", own.amount.into());
    match own.unit {
        Unit::Minutes => lang.tell("length-minutes", &[n]),
        Unit::Hours => lang.tell("length-hours", &[n]),
        Unit::Workhours => lang.tell("length-workhours", &[n]),
        Unit::Days => lang.tell("length-days", &[n]),
        Unit::Workdays => lang.tell("length-workdays", &[n]),
        Unit::Months => lang.tell("length-months", &[n]),
        Unit::Years => lang.tell("length-years", &[n]),
    }
}

/// An amount in fen: `120元`, `99.50元`, `¥120`, `¥99.50`.
pub fn money(lang: Lang, fen: i64) -> String {
    let (yuan, rest) = (fen / 100, (fen % 100).abs());
    let number = if rest == 0 { yuan.to_string() } else { format!("{yuan}.{rest:02}") };
    if lang == Lang::Zh { format!("{number}元") } else { format!("¥{number}") }
}

/// What is to be paid: nothing, an amount, or one that somebody else sets.
pub fn charge(lang: Lang, charge: &Charge) -> String {
    match charge {
        Charge::Free => lang.say("fee-free").into_owned(),
        Charge::Fen(fen) => money(lang, *fen),
        Charge::SetBy(by) => lang.tell("fee-set-by", &[("by", lang.of(by).into())]),
    }
}

/// A size in bytes: `820 B`, `412 KB`, `3.4 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} B"),
        1_000..=999_999 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Where a service can be asked for, in words.
pub fn kind_of_channel(lang: Lang, channel: Channel) -> std::borrow::Cow<'static, str> {
    match channel {
        Channel::Window => lang.say("channel-window"),
        Channel::Web => lang.say("channel-web"),
        Channel::Phone => lang.say("channel-phone"),
        Channel::Kiosk => lang.say("channel-kiosk"),
    }
}

/// An article as its instrument numbers it, for readers of either language: `第七条`, `Article 7`. What is not numbered
/// that way stays as it is.
pub fn article(lang: Lang, article: &str) -> String {
    let numeral = article.strip_prefix('第').and_then(|rest| rest.split_once('条'));
    match numeral.and_then(|(numeral, rest)| Some((number(numeral)?, rest))) {
        Some((number, "")) if lang == Lang::En => format!("Article {number}"),
        Some((number, rest)) if lang == Lang::En => match rest.strip_prefix('之').and_then(self::number) {
            Some(inserted) => format!("Article {number}-{inserted}"),
            None => format!("Article {number} {rest}"),
        },
        _ => article.to_owned(),
    }
}

/// A Chinese numeral below ten thousand.
fn number(numeral: &str) -> Option<u32> {
    let (mut sum, mut digit) = (0, None);
    for c in numeral.chars() {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '零' | '〇' => {
                digit = None;
                continue;
            }
            _ => {
                let place = "一二三四五六七八九".chars().position(|other| other == c)?;
                digit = Some(u32::try_from(place + 1).ok()?);
                continue;
            }
        };
        sum += digit.take().unwrap_or(1) * unit;
    }
    (!numeral.is_empty()).then_some(sum + digit.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_numbered_for_both() {
        let check = |zh: &str, en: &str| assert_eq!(article(Lang::En, zh), en);
        check("第七条", "Article 7");
        check("第十条", "Article 10");
        check("第四十二条", "Article 42");
        check("第一百零五条", "Article 105");
        check("第一百二十条", "Article 120");
        check("第一百三十三条之一", "Article 133-1");
        check("附件1", "附件1");
        assert_eq!(article(Lang::Zh, "第七条"), "第七条");
    }

    #[test]
    fn figures_read_as_people_write_them() {
        let time = Time::parse("2026-01-30T18:05:00Z").unwrap();
        assert_eq!(moment(Lang::Zh, time), "2026年1月31日 02:05");
        assert_eq!(moment(Lang::En, time), "31 January 2026, 02:05");
        let elsewhere = |text: &str, lang| super::elsewhere(lang, Time::parse(text).unwrap());
        assert_eq!(elsewhere("2012-03-26T00:00:00+02:00", Lang::En), "26 March 2012, 00:00 (UTC+02:00)");
        assert_eq!(elsewhere("2012-03-26T23:30:00-03:30", Lang::Zh), "2012年3月26日 23:30（UTC-03:30）");
        assert_eq!(elsewhere("2012-03-26", Lang::En), "26 March 2012, 00:00 (UTC)");
        assert_eq!(points_in_time(time), "2026-01-31T02:05:00+08:00");
        assert_eq!(weekday(Lang::Zh, local(time).date()), "周六");
        assert_eq!(money(Lang::Zh, 12_000), "120元");
        assert_eq!(money(Lang::En, 9_950), "¥99.50");
        assert_eq!([size(820), size(1_025), size(3_565_159)], ["820 B", "2 KB", "3.5 MB"]);
        assert_eq!(length(Lang::En, Own { amount: 1, unit: Unit::Workdays }), "1 working day");
        assert_eq!(length(Lang::Zh, Own { amount: 20, unit: Unit::Workdays }), "20个工作日");
    }
}
