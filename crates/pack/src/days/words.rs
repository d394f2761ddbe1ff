use super::numeral;
use super::rule::Cite;
use super::step::{Skip, Stay, Step, What};
use crate::{Lang, Title};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Weekday};
use std::collections::BTreeSet;

/// How dates are told.
impl Lang {
    /// A date with its weekday.
    pub fn date(self, date: Date) -> String {
        let (zh, en) = match date.weekday() {
            Weekday::Monday => ("周一", "Mon"),
            Weekday::Tuesday => ("周二", "Tue"),
            Weekday::Wednesday => ("周三", "Wed"),
            Weekday::Thursday => ("周四", "Thu"),
            Weekday::Friday => ("周五", "Fri"),
            Weekday::Saturday => ("周六", "Sat"),
            Weekday::Sunday => ("周日", "Sun"),
        };
        match self {
            Self::Zh => format!("{date}（{zh}）"),
            Self::En => format!("{date} {en}"),
        }
    }

    /// A moment to the minute; to the second where it has seconds.
    pub fn moment(self, moment: DateTime) -> String {
        let pattern = if moment.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
        format!("{} {}", self.date(moment.date()), moment.time().strftime(pattern))
    }

    /// Elapsed time to the second: `24 hours`, `1 hour 30 minutes`.
    fn elapsed(self, time: SignedDuration) -> String {
        let seconds = time.as_secs();
        let parts = [
            (seconds / 3_600, "hour", "小时"),
            (seconds / 60 % 60, "minute", "分钟"),
            (seconds % 60, "second", "秒"),
        ];
        let told = parts.iter().filter(|(count, ..)| *count > 0).map(|(count, en, zh)| match self {
            Self::Zh => format!("{count}{zh}"),
            Self::En if *count == 1 => format!("1 {en}"),
            Self::En => format!("{count} {en}s"),
        });
        let told: Vec<String> = told.collect();
        match self {
            Self::Zh if told.is_empty() => "0分钟".to_owned(),
            Self::En if told.is_empty() => "0 minutes".to_owned(),
            Self::Zh => told.concat(),
            Self::En => told.join(" "),
        }
    }

    fn stretch(self, from: Date, to: Date) -> String {
        match self {
            _ if from == to => self.date(from),
            Self::Zh => format!("{}至{}", self.date(from), self.date(to)),
            Self::En => format!("{} to {}", self.date(from), self.date(to)),
        }
    }

    /// The numbers of a stretch of counted days.
    fn numbers(self, first: u32, last: u32) -> String {
        match self {
            Self::Zh if first == last => format!("第{last}日"),
            Self::Zh => format!("第{first}日至第{last}日"),
            Self::En if first == last => format!("day {last}"),
            Self::En => format!("days {first} to {last}"),
        }
    }

    /// What a last day is that moves: a rest day, or one of these festivals.
    fn rest(self, festivals: &[Title]) -> String {
        let names: Vec<&str> = festivals.iter().map(|name| self.of(name)).collect();
        match self {
            Self::Zh if names.is_empty() => "是休息日".to_owned(),
            Self::Zh => format!("逢{}假期", names.join("、")),
            Self::En if names.is_empty() => "is a rest day".to_owned(),
            Self::En => format!("falls on {}", names.join(" and ")),
        }
    }
}

impl Cite {
    /// `《行政许可法》第八十二条`, or `Administrative Licensing Law, art. 82`.
    pub fn words(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("《{}》{}", self.title.zh.trim_start_matches("中华人民共和国"), self.article),
            Lang::En => match numeral::article(&self.article) {
                Some(number) => format!("{}, art. {number}", self.title.en),
                None => format!("{}, {}", self.title.en, self.article),
            },
        }
    }
}

impl Step {
    /// The step as a sentence, with the article that decides it.
    pub fn words(&self, lang: Lang) -> String {
        let said = match lang {
            Lang::Zh => self.what.zh(),
            Lang::En => self.what.en(),
        };
        match (&self.cite, lang, self.by_default) {
            (None, _, false) => said,
            (None, Lang::Zh, true) => format!("{said}［默认规则］"),
            (None, Lang::En, true) => format!("{said} [default rule]"),
            (Some(cite), Lang::Zh, false) => format!("{said}［{}］", cite.words(lang)),
            (Some(cite), Lang::Zh, true) => format!("{said}［默认规则，参照{}］", cite.words(lang)),
            (Some(cite), Lang::En, false) => format!("{said} [{}]", cite.words(lang)),
            (Some(cite), Lang::En, true) => format!("{said} [default rule, after {}]", cite.words(lang)),
        }
    }
}

impl What {
    fn zh(&self) -> String {
        let lang = Lang::Zh;
        let counted = |counts: &bool| if *counts { "当日计入" } else { "当日不计入" };
        match self {
            Self::Limit { limit, at_least, own } => {
                let whose = if *own { "本单位自定的期限" } else { "法定期限" };
                format!("{whose}：{}{}", if *at_least { "不少于" } else { "" }, limit.zh())
            }
            Self::Kind { working } => format!("按{}计算", if *working { "工作日" } else { "自然日" }),
            Self::Extended { limit, total, approver } => {
                format!("延长{}{}（批准：{}）", if *total { "至" } else { "" }, limit.zh(), approver.zh)
            }
            Self::Start { day, counts } => format!("{}起算，{}", lang.date(*day), counted(counts)),
            Self::Event { day, counts } => format!("自{}往前倒计，{}", lang.date(*day), counted(counts)),
            Self::HoursBegin { start, begin } if start == begin => format!("自{}起算", lang.moment(*begin)),
            Self::HoursBegin { start, begin } => {
                format!("{}开始，开始之时不计入，自{}起算", lang.moment(*start), lang.moment(*begin))
            }
            Self::Open { hours } => format!("只计办公时间（{}）", hours.zh),
            Self::Counted { from, to, first, last } => {
                format!("{}：{}", lang.stretch(*from, *to), lang.numbers(*first, *last))
            }
            Self::MakeUp { date, nth, name } => {
                format!("{}：{}调休上班，第{nth}日", lang.date(*date), name.zh)
            }
            Self::Skipped { from, to, why } => {
                format!("{}：{}，不计入", lang.stretch(*from, *to), why.words(lang))
            }
            Self::Elapsed { from, to, sum } => {
                let (from, to) = (lang.moment(*from), lang.moment(*to));
                format!("{from}至{to}：计满{}", lang.elapsed(*sum))
            }
            Self::EndsAt { moment } => format!("{}届满", lang.moment(*moment)),
            Self::AtOnce { date } => format!("“立即”没有时长，{}之内办理的不计为逾期", lang.date(*date)),
            Self::Stood { from, to, why } => {
                format!("{}至{}：{}，不计入", lang.moment(*from), lang.moment(*to), why.zh)
            }
            Self::SameDay { date, clipped: false } => format!("到期月的对应日为{}", lang.date(*date)),
            Self::SameDay { date, clipped: true } => {
                format!("到期月没有对应日，月末日为{}", lang.date(*date))
            }
            Self::Rolled { from, to, names } => {
                format!("最后一日{}{}，顺延至{}", lang.date(*from), lang.rest(names), lang.date(*to))
            }
            Self::Stays { date, why } => {
                format!("最后一日{}是休息日，但{}", lang.date(*date), why.words(lang))
            }
            Self::Ends { date } => format!("{}二十四时届满", lang.date(*date)),
            Self::Stopped { since, counted, why } => {
                let counted = counted.map_or_else(String::new, |days| format!("，已计{days}日"));
                format!("自{}起停止计算（{}）{counted}", lang.moment(*since), why.zh)
            }
            Self::Undecided => "计算方法未定：该规定没有写明如何计算期间，依默认规则计算".to_owned(),
            Self::Provisional { years } => format!(
                "暂定：没有{}年的放假安排，只按周末和日期固定的节日（元旦、劳动节、国庆节）计算",
                listed(years)
            ),
            Self::Posted => "期满前已经交邮的，不算过期".to_owned(),
            Self::Deemed { title } => format!("逾期的后果：{}", title.zh),
            Self::PromiseTooLate { promised } => {
                format!("承诺的{}晚于法定期限，以法定期限为准", lang.date(*promised))
            }
        }
    }

    fn en(&self) -> String {
        let lang = Lang::En;
        let counted = |counts: &bool| if *counts { "which is counted" } else { "which is not counted" };
        match self {
            Self::Limit { limit, at_least, own } => {
                let whose = if *own { "the office's own" } else { "the law's" };
                format!("{whose} limit: {}{limit}", if *at_least { "at least " } else { "" })
            }
            Self::Kind { working } => {
                format!("counted in {} days", if *working { "working" } else { "natural" })
            }
            Self::Extended { limit, total, approver } => {
                format!(
                    "extended {} {limit} (approval: {})",
                    if *total { "in all to" } else { "by" },
                    approver.en
                )
            }
            Self::Start { day, counts } => format!("runs from {}, {}", lang.date(*day), counted(counts)),
            Self::Event { day, counts } => format!("runs back from {}, {}", lang.date(*day), counted(counts)),
            Self::HoursBegin { start, begin } if start == begin => {
                format!("runs from {}", lang.moment(*begin))
            }
            Self::HoursBegin { start, begin } => {
                let (start, begin) = (lang.moment(*start), lang.moment(*begin));
                format!("begins at {start}; that hour is not counted, so it runs from {begin}")
            }
            Self::Open { hours } => {
                format!("only hours at which the office is open are counted ({})", hours.en)
            }
            Self::Counted { from, to, first, last } => {
                format!("{}: {}", lang.stretch(*from, *to), lang.numbers(*first, *last))
            }
            Self::MakeUp { date, nth, name } => {
                format!("{}: worked in exchange for {}, day {nth}", lang.date(*date), name.en)
            }
            Self::Skipped { from, to, why } => {
                format!("{}: {}, not counted", lang.stretch(*from, *to), why.words(lang))
            }
            Self::Elapsed { from, to, sum } => {
                let (from, to) = (lang.moment(*from), lang.moment(*to));
                format!("{from} to {to}: {} counted", lang.elapsed(*sum))
            }
            Self::Stood { from, to, why } => {
                format!("{} to {}: {}, not counted", lang.moment(*from), lang.moment(*to), why.en)
            }
            end => end.end_en(),
        }
    }

    /// Where the count ends, or why it does not.
    fn end_en(&self) -> String {
        let lang = Lang::En;
        match self {
            Self::SameDay { date, clipped: false } => {
                format!("the corresponding day is {}", lang.date(*date))
            }
            Self::SameDay { date, clipped: true } => {
                format!("the month has no corresponding day; its last is {}", lang.date(*date))
            }
            Self::Rolled { from, to, names } => {
                format!(
                    "the last day {} {} and moves to {}",
                    lang.date(*from),
                    lang.rest(names),
                    lang.date(*to)
                )
            }
            Self::Stays { date, why } => {
                format!("the last day {} is a rest day, but {}", lang.date(*date), why.words(lang))
            }
            Self::Ends { date } => format!("ends with {} at 24:00", lang.date(*date)),
            Self::EndsAt { moment } => format!("ends at {}", lang.moment(*moment)),
            Self::AtOnce { date } => {
                format!("at once has no measure: what is done on {} is not called late", lang.date(*date))
            }
            Self::Stopped { since, counted, why } => {
                let counted = counted.map_or_else(String::new, |days| match days {
                    1 => ", 1 day counted".to_owned(),
                    days => format!(", {days} days counted"),
                });
                format!("stopped since {} ({}){counted}", lang.moment(*since), why.en)
            }
            Self::Undecided => {
                "undecided: the instrument does not say how to count; the default rule is used".to_owned()
            }
            Self::Provisional { years } => {
                let years = listed(years);
                format!(
                    "provisional: no calendar of {years} is held; only weekends and the holidays that fall \
                     on a date (1 January, 1–2 May, 1–3 October) count as rest days"
                )
            }
            Self::Posted => "what is posted before the end is in time".to_owned(),
            Self::Deemed { title } => format!("if it passes in silence: {}", title.en),
            Self::PromiseTooLate { promised } => {
                format!("the promised {} is later than the law's limit, which governs", lang.date(*promised))
            }
            // What tells how the count runs is said above.
            _ => String::new(),
        }
    }
}

impl Skip {
    fn words(&self, lang: Lang) -> &str {
        match (self, lang) {
            (Self::Weekend, Lang::Zh) => "周末",
            (Self::Weekend, Lang::En) => "weekend",
            (Self::Holiday(name) | Self::Pause(name), _) => lang.of(name),
        }
    }
}

impl Stay {
    fn words(&self, lang: Lang) -> &str {
        match (self, lang) {
            (Self::Custody, Lang::Zh) => "涉及人身自由，不因节假日延长",
            (Self::Custody, Lang::En) => "a person's liberty is at stake, so it does not move",
            (Self::Backward, Lang::Zh) => "倒计的期限不顺延，否则提前的时间就会缩短",
            (Self::Backward, Lang::En) => {
                "a limit that runs backward does not move on, which would shorten the notice"
            }
            (Self::Rule, Lang::Zh) => "该规定不顺延",
            (Self::Rule, Lang::En) => "the rule does not move it",
            (Self::Because(why), _) => lang.of(why),
        }
    }
}

fn listed(years: &BTreeSet<i16>) -> String {
    let years: Vec<String> = years.iter().map(i16::to_string).collect();
    years.join(", ")
}
