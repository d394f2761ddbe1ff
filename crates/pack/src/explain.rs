//! A procedure in plain words: what it asks, who does what in which order, until when, and on what law all that rests.

mod asked;
mod course;

use crate::model::{
    Audience, Basis, Channel, Charge, Condition, Definitions, Fee, Level, Own, Procedure, Start, Tier, Unit,
};
use crate::{Lang, Title};
use std::fmt;

/// A part of the explanation: a heading, and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The lines under it; those that belong to the one above begin with blanks.
    pub lines: Vec<String>,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        self.lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// Explains `procedure`, which `all` defines.
pub fn procedure(procedure: &Procedure, all: &Definitions, lang: Lang) -> Vec<Section> {
    let speaker = Speaker { procedure, all, lang };
    let sections = [
        Some(speaker.service()),
        speaker.law(),
        speaker.form(),
        speaker.materials(),
        Some(speaker.steps()),
        speaker.correction(),
        speaker.clocks(),
        speaker.credentials(),
    ];
    sections.into_iter().flatten().collect()
}

struct Speaker<'a> {
    procedure: &'a Procedure,
    all: &'a Definitions,
    lang: Lang,
}

impl<'a> Speaker<'a> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    fn title<'t>(&self, title: &'t Title) -> &'t str {
        self.pick(&title.zh, &title.en)
    }

    fn listed<'t>(&self, items: impl IntoIterator<Item = &'t str>) -> String {
        items.into_iter().collect::<Vec<_>>().join(self.pick("、", ", "))
    }

    fn section(&self, zh: &str, en: &str, lines: Vec<String>) -> Option<Section> {
        (!lines.is_empty()).then(|| Section { title: self.pick(zh, en).to_owned(), lines })
    }

    /// The condition in words.
    fn when(&self, condition: &Condition) -> String {
        let said = self.procedure.conditions.explain(condition);
        said.map_or_else(|| condition.source.clone(), |said| self.title(&said).to_owned())
    }

    fn length(&self, own: Own) -> String {
        let (one, many, zh) = match own.unit {
            Unit::Minutes => ("minute", "minutes", "分钟"),
            Unit::Hours => ("hour", "hours", "小时"),
            Unit::Workhours => ("working hour", "working hours", "个工作小时"),
            Unit::Days => ("day", "days", "日"),
            Unit::Workdays => ("working day", "working days", "个工作日"),
            Unit::Months => ("month", "months", "个月"),
            Unit::Years => ("year", "years", "年"),
        };
        let amount = own.amount;
        match self.lang {
            Lang::Zh => format!("{amount}{zh}"),
            Lang::En => format!("{amount} {}", if amount == 1 { one } else { many }),
        }
    }

    /// The instrument and the article: `《护照法》第六条`.
    fn cited(&self, basis: &Basis) -> String {
        let law = self.all.law.as_ref().and_then(|law| law.instruments.get(basis.instrument.as_str()));
        let name = law.map_or(basis.instrument.as_str(), |law| law.title.zh.as_str());
        format!("《{}》{}", name.trim_start_matches("中华人民共和国"), basis.article)
    }

    fn service(&self) -> Section {
        let Procedure { title, about, id, .. } = self.procedure;
        let mut lines = Vec::new();
        lines.extend(about.as_ref().map(|about| self.title(about).to_owned()));
        lines.extend(self.procedure.duty.as_ref().map(|duty| self.title(duty).to_owned()));
        lines.push(self.begun_by());
        lines.push(self.handled_by());
        lines.extend(self.fees());
        lines.extend(self.limit());
        lines.push(self.kept());
        let (zh, en) = (&title.zh, &title.en);
        let title = match self.lang {
            Lang::Zh => format!("{zh}（{id}）"),
            Lang::En => format!("{en} · {zh} ({id})"),
        };
        Section { title, lines }
    }

    fn begun_by(&self) -> String {
        if let Start::Role(role) = &self.procedure.start {
            let role = self.all.roles.get(role).map_or(role.as_str(), |role| self.title(&role.title));
            return match self.lang {
                Lang::Zh => format!("由{role}依职责登记，无须申请"),
                Lang::En => format!("An office's own duty, entered by: {role}"),
            };
        }
        let who = self.procedure.audience.iter().map(|one| match one {
            Audience::Person => self.pick("居民", "residents"),
            Audience::Enterprise => self.pick("单位", "enterprises"),
            Audience::Foreigner => self.pick("外国人", "foreigners"),
        });
        let ways = self.procedure.channels.iter().map(|one| match one {
            Channel::Window => self.pick("窗口", "at the window"),
            Channel::Web => self.pick("网站", "on the website"),
            Channel::Phone => self.pick("手机", "on a phone"),
            Channel::Kiosk => self.pick("自助终端", "at a self-service screen"),
        });
        let (who, ways) = (self.listed(who), self.listed(ways));
        match self.lang {
            Lang::Zh => format!("由{who}申请：{ways}"),
            Lang::En => format!("Asked for by {who}: {ways}"),
        }
    }

    fn handled_by(&self) -> String {
        let category =
            self.all.categories.get(&self.procedure.category).map_or("", |title| self.title(title));
        let level = match self.procedure.level {
            Level::City => self.pick("市级", "city"),
            Level::County => self.pick("县级以上", "county or city"),
            Level::Station => self.pick("派出所以上", "station, county or city"),
        };
        match self.lang {
            Lang::Zh => format!("由{level}办理“{category}”的单位受理"),
            Lang::En => format!("Handled by the {level} offices for “{category}”"),
        }
    }

    /// What it costs: each fee, case by case, with the law that says so.
    fn fees(&self) -> Vec<String> {
        let fees: Vec<&Fee> = self.procedure.fees.iter().filter_map(|id| self.all.fees.get(id)).collect();
        if fees.is_empty() {
            return vec![self.pick("收费目录中没有本项收费", "No fee is listed for it").to_owned()];
        }
        fees.into_iter().map(|fee| self.fee(fee)).collect()
    }

    fn fee(&self, fee: &Fee) -> String {
        let tiers: Vec<String> = fee.tiers.iter().map(|tier| self.tier(fee, tier)).collect();
        let basis = fee.basis.as_ref().map(|basis| match self.lang {
            Lang::Zh => format!("（{}）", basis.zh),
            Lang::En => format!(" ({})", basis.en),
        });
        let basis = basis.unwrap_or_default();
        format!(
            "{}{}{}{basis}",
            self.title(&fee.title),
            self.pick("：", ": "),
            tiers.join(self.pick("；否则", "; otherwise "))
        )
    }

    fn tier(&self, fee: &Fee, tier: &Tier) -> String {
        let charge = match (&tier.charge, self.lang) {
            (Charge::Free, _) => self.pick("不收费", "free of charge").to_owned(),
            (Charge::Fen(fen), Lang::Zh) => format!("{}元", yuan(*fen)),
            (Charge::Fen(fen), Lang::En) => format!("{} yuan", yuan(*fen)),
            (Charge::SetBy(by), Lang::Zh) => format!("金额由{}另定", by.zh),
            (Charge::SetBy(by), Lang::En) => format!("an amount set by {}, not stated here", by.en),
        };
        let law = tier.law.as_ref().or(fee.law.as_ref());
        let law = law.map(|law| format!(" [{}]", self.cited(law))).unwrap_or_default();
        let when = tier.when.as_ref();
        let when = when.map(|when| format!("{}{}", self.pick("，如果", " if "), self.when(when)));
        format!("{charge}{law}{}", when.unwrap_or_default())
    }

    /// The time to decide in, where the procedure has one.
    fn limit(&self) -> Option<String> {
        let law = self.procedure.limit.as_ref().map(|id| self.by_law(id.as_str()));
        let promise = self.procedure.promise.map(|own| match self.lang {
            Lang::Zh => format!("承诺{}", self.length(own)),
            Lang::En => format!("promised in {}", self.length(own)),
        });
        match (law, promise) {
            (None, None) => None,
            (law, promise) => {
                let all: Vec<String> = law.into_iter().chain(promise).collect();
                Some(format!("{}{}", self.pick("时限：", "Time: "), all.join(self.pick("，", ", "))))
            }
        }
    }

    /// How long what a case holds of its party stays.
    fn kept(&self) -> String {
        let retention = self.procedure.retention.as_ref();
        let how_long = match (retention.and_then(|retention| retention.keep), self.lang) {
            (None, _) => self.pick("长期保存", "for good").to_owned(),
            (Some(own), Lang::Zh) => format!("自办结之日起保存{}", self.length(own)),
            (Some(own), Lang::En) => format!("for {} after the case is over", self.length(own)),
        };
        let rule = match retention.and_then(|retention| retention.law.as_ref()) {
            Some(law) => format!(" [{}]", self.cited(law)),
            None => self.pick("（本单位规定）", " (the office's own rule)").to_owned(),
        };
        format!("{}{how_long}{rule}", self.pick("个人数据：", "Personal data is kept "))
    }

    /// A deadline of the law, with its article where one was read.
    fn by_law(&self, id: &str) -> String {
        let Some(deadline) = self.all.law.as_ref().and_then(|law| law.deadlines.get(id)) else {
            return id.to_owned();
        };
        let limit = match (deadline.limit, self.lang) {
            (None, _) => self.pick("没有法定期限", "no limit in law").to_owned(),
            (Some(limit), Lang::Zh) => limit.zh(),
            (Some(limit), Lang::En) => limit.to_string(),
        };
        let least = if deadline.at_least { self.pick("不少于", "at least ") } else { "" };
        match &deadline.cite {
            Some(cite) => format!("{least}{limit} [{}]", cite.words(self.lang)),
            None => format!("{least}{limit}{}", self.pick("（未核实）", " (not verified in law)")),
        }
    }

    fn law(&self) -> Option<Section> {
        let quoted = |basis: &Basis| format!("{}：“{}”", self.cited(basis), basis.quote);
        let lines = self.procedure.law.iter().map(quoted).collect();
        self.section("依据", "What it rests on", lines)
    }
}

/// An amount in yuan, without idle decimals.
fn yuan(fen: i64) -> String {
    match (fen / 100, fen % 100) {
        (yuan, 0) => yuan.to_string(),
        (yuan, fen) => format!("{yuan}.{fen:02}"),
    }
}
