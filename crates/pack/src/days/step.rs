use super::numeral;
use super::rule::{Cite, Limit, Text};
use jiff::civil::{Date, DateTime, Weekday};
use std::collections::BTreeSet;

/// One step of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub what: What,
    /// The words of law that say to do it.
    pub cite: Option<Cite>,
    /// Whether they are the pack's default rule.
    pub by_default: bool,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The law sets this time.
    Limit {
        /// How long.
        limit: Limit,
        /// Whether it is a least time.
        at_least: bool,
    },
    /// Its days are of this kind.
    Kind {
        /// Working days.
        working: bool,
    },
    /// An extension lengthened it.
    Extended {
        /// By how much, or to how much.
        limit: Limit,
        /// To so much in all.
        total: bool,
        /// Who granted it.
        approver: Text,
    },
    /// Days run from here.
    Start {
        /// The day of the start.
        day: Date,
        /// Whether it is counted.
        counts: bool,
    },
    /// Days run back from here.
    Event {
        /// The day of the event.
        day: Date,
        /// Whether it is counted.
        counts: bool,
    },
    /// Hours run from here.
    HoursBegin {
        /// The start.
        start: DateTime,
        /// The moment from which hours are counted.
        begin: DateTime,
    },
    /// A stretch of counted days.
    Counted {
        /// The first of them in the order of counting.
        from: Date,
        /// The last of them in the order of counting.
        to: Date,
        /// The number of the first.
        first: u32,
        /// The number of the last.
        last: u32,
    },
    /// A weekend day that is worked and so counted.
    MakeUp {
        /// The day.
        date: Date,
        /// Its number.
        nth: u32,
        /// In exchange for which festival.
        name: Text,
    },
    /// A stretch of days that are not counted.
    Skipped {
        /// The first of them in the order of counting.
        from: Date,
        /// The last of them in the order of counting.
        to: Date,
        /// Why.
        why: Skip,
    },
    /// Hours that are not counted.
    Stood {
        /// From when.
        from: DateTime,
        /// Until when.
        to: DateTime,
        /// Why.
        why: Text,
    },
    /// Months or years came to the corresponding day.
    SameDay {
        /// That day.
        date: Date,
        /// Whether the month has no such day, and its last stands in.
        clipped: bool,
    },
    /// The last day moved to a workday.
    Rolled {
        /// The day on which offices rest.
        from: Date,
        /// The workday after it.
        to: Date,
        /// Festivals on the way.
        names: Vec<Text>,
    },
    /// Offices rest on the last day, and yet it did not move.
    Stays {
        /// The last day.
        date: Date,
        /// Why.
        why: Stay,
    },
    /// The last day.
    Ends {
        /// That day.
        date: Date,
    },
    /// The clock stands.
    Stopped {
        /// Since when.
        since: DateTime,
        /// How many days had been counted.
        counted: Option<u32>,
        /// Why.
        why: Text,
    },
    /// The counting rests on the default rule.
    Undecided,
    /// A later notice may move the end.
    Provisional {
        /// The years without a published calendar.
        years: BTreeSet<i16>,
    },
    /// What is posted before the end is in time.
    Posted,
    /// What the law supposes after silence.
    Deemed {
        /// The outcome.
        title: Text,
    },
    /// The office's promise ends after the law's limit, which governs.
    PromiseTooLate {
        /// The promise's last day.
        promised: Date,
    },
}

/// Why days are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// Saturday, Sunday.
    Weekend,
    /// A festival.
    Holiday(Text),
    /// The clock stood.
    Pause(Text),
}

/// Why a last day on a rest day does not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stay {
    /// A person's liberty is bounded by it.
    Custody,
    /// It is counted back from an event: moving it on would shorten the notice.
    Backward,
    /// The instrument's rule does not move it.
    Rule,
    /// The deadline says why.
    Because(Text),
}

/// The language of words for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The text in this language.
    pub fn of(self, text: &Text) -> &str {
        match self {
            Self::Zh => &text.zh,
            Self::En => &text.en,
        }
    }

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

    fn stretch(self, from: Date, to: Date) -> String {
        match self {
            _ if from == to => self.date(from),
            Self::Zh => format!("{}至{}", self.date(from), self.date(to)),
            Self::En => format!("{} to {}", self.date(from), self.date(to)),
        }
    }

    fn names(self, names: &[Text]) -> String {
        let names: Vec<&str> = names.iter().map(|name| self.of(name)).collect();
        names.join(if self == Self::Zh { "、" } else { ", " })
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
    pub(super) fn new(what: What, cite: Option<Cite>) -> Self {
        Self { what, cite, by_default: false }
    }

    /// The step as a sentence, with the article that decides it.
    pub fn words(&self, lang: Lang) -> String {
        let said = match lang {
            Lang::Zh => self.what.zh(),
            Lang::En => self.what.en(),
        };
        match (&self.cite, lang, self.by_default) {
            (None, ..) => said,
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
        match self {
            Self::Limit { limit, at_least: false } => format!("法定期限：{}", limit.zh()),
            Self::Limit { limit, at_least: true } => format!("法定期限：不少于{}", limit.zh()),
            Self::Kind { working: true } => "按工作日计算".to_owned(),
            Self::Kind { working: false } => "按自然日计算".to_owned(),
            Self::Extended { limit, total: false, approver } => {
                format!("延长{}（{}批准）", limit.zh(), approver.zh)
            }
            Self::Extended { limit, total: true, approver } => {
                format!("延长至{}（{}批准）", limit.zh(), approver.zh)
            }
            Self::Start { day, counts: false } => format!("{}起算，当日不计入", lang.date(*day)),
            Self::Start { day, counts: true } => format!("{}起算，当日计入", lang.date(*day)),
            Self::Event { day, counts: false } => format!("自{}往前倒计，当日不计入", lang.date(*day)),
            Self::Event { day, counts: true } => format!("自{}往前倒计，当日计入", lang.date(*day)),
            Self::HoursBegin { start, begin } if start == begin => format!("自{}起算", lang.moment(*begin)),
            Self::HoursBegin { start, begin } => {
                format!("{}开始，开始之时不计入，自{}起算", lang.moment(*start), lang.moment(*begin))
            }
            Self::Counted { from, to, first, last } if first == last => {
                format!("{}：第{last}日", lang.stretch(*from, *to))
            }
            Self::Counted { from, to, first, last } => {
                format!("{}：第{first}日至第{last}日", lang.stretch(*from, *to))
            }
            Self::MakeUp { date, nth, name } => {
                format!("{}：{}调休上班，第{nth}日", lang.date(*date), name.zh)
            }
            Self::Skipped { from, to, why } => {
                format!("{}：{}，不计入", lang.stretch(*from, *to), why.words(lang))
            }
            Self::Stood { from, to, why } => {
                format!("{}至{}：{}，不计入", lang.moment(*from), lang.moment(*to), why.zh)
            }
            Self::SameDay { date, clipped: false } => format!("到期月的对应日为{}", lang.date(*date)),
            Self::SameDay { date, clipped: true } => {
                format!("到期月没有对应日，月末日为{}", lang.date(*date))
            }
            Self::Rolled { from, to, names } if names.is_empty() => {
                format!("最后一日{}是休息日，顺延至{}", lang.date(*from), lang.date(*to))
            }
            Self::Rolled { from, to, names } => {
                format!("最后一日{}逢{}假期，顺延至{}", lang.date(*from), lang.names(names), lang.date(*to))
            }
            Self::Stays { date, why } => {
                format!("最后一日{}是休息日，但{}", lang.date(*date), why.words(lang))
            }
            Self::Ends { date } => format!("{}二十四时届满", lang.date(*date)),
            Self::Stopped { since, counted: Some(counted), why } => {
                format!("自{}起停止计算（{}），已计{counted}日", lang.moment(*since), why.zh)
            }
            Self::Stopped { since, counted: None, why } => {
                format!("自{}起停止计算（{}）", lang.moment(*since), why.zh)
            }
            Self::Undecided => "计算方法未定：该规定没有写明如何计算期间，依默认规则计算".to_owned(),
            Self::Provisional { years } => format!("暂定：{}年放假安排未公布，只按周末计算", listed(years)),
            Self::Posted => "期满前已经交邮的，不算过期".to_owned(),
            Self::Deemed { title } => format!("逾期的后果：{}", title.zh),
            Self::PromiseTooLate { promised } => {
                format!("承诺的{}晚于法定期限，以法定期限为准", lang.date(*promised))
            }
        }
    }

    fn en(&self) -> String {
        let lang = Lang::En;
        match self {
            Self::Limit { limit, at_least: false } => format!("the law's limit: {limit}"),
            Self::Limit { limit, at_least: true } => format!("the law's limit: at least {limit}"),
            Self::Kind { working: true } => "counted in working days".to_owned(),
            Self::Kind { working: false } => "counted in natural days".to_owned(),
            Self::Extended { limit, total: false, approver } => {
                format!("extended by {limit} ({})", approver.en)
            }
            Self::Extended { limit, total: true, approver } => {
                format!("extended to {limit} in all ({})", approver.en)
            }
            Self::Start { day, counts: false } => {
                format!("runs from {}, which is not counted", lang.date(*day))
            }
            Self::Start { day, counts: true } => format!("runs from {}, which is counted", lang.date(*day)),
            Self::Event { day, counts: false } => {
                format!("runs back from {}, which is not counted", lang.date(*day))
            }
            Self::Event { day, counts: true } => {
                format!("runs back from {}, which is counted", lang.date(*day))
            }
            Self::HoursBegin { start, begin } if start == begin => {
                format!("runs from {}", lang.moment(*begin))
            }
            Self::HoursBegin { start, begin } => {
                format!(
                    "begins at {}; that hour is not counted, so it runs from {}",
                    lang.moment(*start),
                    lang.moment(*begin)
                )
            }
            Self::Counted { from, to, first, last } if first == last => {
                format!("{}: day {last}", lang.stretch(*from, *to))
            }
            Self::Counted { from, to, first, last } => {
                format!("{}: days {first} to {last}", lang.stretch(*from, *to))
            }
            Self::MakeUp { date, nth, name } => {
                format!("{}: worked in exchange for {}, day {nth}", lang.date(*date), name.en)
            }
            Self::Skipped { from, to, why } => {
                format!("{}: {}, not counted", lang.stretch(*from, *to), why.words(lang))
            }
            Self::Stood { from, to, why } => {
                format!("{} to {}: {}, not counted", lang.moment(*from), lang.moment(*to), why.en)
            }
            Self::SameDay { date, clipped: false } => {
                format!("the corresponding day is {}", lang.date(*date))
            }
            Self::SameDay { date, clipped: true } => {
                format!("the month has no corresponding day; its last is {}", lang.date(*date))
            }
            Self::Rolled { from, to, names } if names.is_empty() => {
                format!("the last day {} is a rest day and moves to {}", lang.date(*from), lang.date(*to))
            }
            Self::Rolled { from, to, names } => {
                format!(
                    "the last day {} falls on {} and moves to {}",
                    lang.date(*from),
                    lang.names(names),
                    lang.date(*to)
                )
            }
            Self::Stays { date, why } => {
                format!("the last day {} is a rest day, but {}", lang.date(*date), why.words(lang))
            }
            Self::Ends { date } => format!("ends with {} at 24:00", lang.date(*date)),
            Self::Stopped { since, counted: Some(counted), why } => {
                format!("stopped since {} ({}), {counted} days counted", lang.moment(*since), why.en)
            }
            Self::Stopped { since, counted: None, why } => {
                format!("stopped since {} ({})", lang.moment(*since), why.en)
            }
            Self::Undecided => {
                "undecided: the instrument does not say how its periods are counted; the default rule is used"
                    .to_owned()
            }
            Self::Provisional { years } => {
                format!(
                    "provisional: the calendar of {} is not published; only weekends count as rest days",
                    listed(years)
                )
            }
            Self::Posted => "what is posted before the end is in time".to_owned(),
            Self::Deemed { title } => format!("if it passes in silence: {}", title.en),
            Self::PromiseTooLate { promised } => {
                format!("the promised {} is later than the law's limit, which governs", lang.date(*promised))
            }
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
