use super::deadline::{Deadline, Grant};
use super::due::{Adjustment, At, Due, Refused};
use super::law::{Instrument, Law};
use super::numeral;
use super::{count::count, deadline::Standing};
use crate::Lang;
use jiff::civil::DateTime;

/// What a query names.
#[derive(Clone, Debug)]
pub enum Found<'a> {
    /// One deadline.
    One(&'a Deadline),
    /// Several, in the order of their references.
    Many(Vec<&'a Deadline>),
    /// None.
    Nothing,
}

/// A counted deadline with everything that a reader needs beside the date.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The deadline.
    pub deadline: &'a Deadline,
    /// How far law settles it.
    pub standing: Standing,
    /// When it ends.
    pub due: Due,
    /// Pauses that were asked for and move nothing.
    pub idle: Vec<Idle>,
    law: &'a Law,
    start: DateTime,
}

/// A pause without which the time would end just the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// When it began.
    pub from: DateTime,
    /// When it ended; none while it lasts.
    pub to: Option<DateTime>,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Early,
    Late,
    SameDay,
    Same,
}

/// Counts `deadline` of `law` from `start`, with the pack's calendar.
pub fn due<'a>(
    law: &'a Law,
    deadline: &'a Deadline,
    start: DateTime,
    adjustments: &[Adjustment],
) -> Result<Answer<'a>, Refused> {
    let rule = law.rule(deadline);
    let due = count(start, deadline, &rule, &law.calendar, adjustments)?;
    let ends = |adjustments: &[Adjustment]| {
        count(start, deadline, &rule, &law.calendar, adjustments).map(|due| due.at)
    };
    let idle = idle(start, adjustments, ends)?;
    Ok(Answer { deadline, standing: deadline.standing(&rule), due, idle, law, start })
}

/// The pauses of which each moves nothing beside those before it that do.
fn idle(
    start: DateTime,
    adjustments: &[Adjustment],
    ends: impl Fn(&[Adjustment]) -> Result<At, Refused>,
) -> Result<Vec<Idle>, Refused> {
    let pause = |one: &&Adjustment| matches!(one, Adjustment::Suspend { .. });
    let mut kept: Vec<Adjustment> = adjustments.iter().filter(|one| !pause(one)).cloned().collect();
    let mut idle = Vec::new();
    for one in adjustments.iter().filter(pause) {
        let Adjustment::Suspend { from, to, .. } = *one else { continue };
        let before = ends(&kept)?;
        kept.push(one.clone());
        if ends(&kept)? != before {
            continue;
        }
        kept.pop();
        // Of days, that on which a pause begins counts and that on which it ends does not.
        let days = matches!(before, At::Day(_));
        let why = match to {
            Some(to) if to <= start || (days && to.date() <= start.date()) => Why::Early,
            _ if before.end().is_some_and(|end| from >= end) => Why::Late,
            Some(to) if days && to.date() == from.date() => Why::SameDay,
            _ => Why::Same,
        };
        idle.push(Idle { from, to, why });
    }
    Ok(idle)
}

impl Idle {
    fn words(&self, lang: Lang) -> String {
        let from = lang.moment(self.from);
        let why = match (self.why, lang) {
            (Why::Early, Lang::Zh) => "当时期限尚未起算",
            (Why::Early, Lang::En) => "it was over before the time began to run",
            (Why::Late, Lang::Zh) => "当时期限已经届满",
            (Why::Late, Lang::En) => "the time was over by then",
            (Why::SameDay, Lang::Zh) => "停止当日仍计入，而当日即已恢复",
            (Why::SameDay, Lang::En) => {
                "the day on which it begins counts, and the time went on that same day"
            }
            (Why::Same, Lang::Zh) => "没有这一段，也在同时届满",
            (Why::Same, Lang::En) => "without it the time ends then all the same",
        };
        match (self.to.map(|to| lang.moment(to)), lang) {
            (Some(to), Lang::Zh) => format!("{from}至{to}停止计算，不影响结果：{why}"),
            (None, Lang::Zh) => format!("自{from}起停止计算，不影响结果：{why}"),
            (Some(to), Lang::En) => format!("the pause from {from} to {to} changes nothing: {why}"),
            (None, Lang::En) => format!("the pause from {from} changes nothing: {why}"),
        }
    }
}

impl Law {
    /// What `query` names: an id (`public-order-case-closed`), a reference (`DL-012`), an article of an instrument
    /// (`治安管理处罚法第一百一十八条`, `行政许可法 42`), an instrument alone, or words of a trigger or action.
    pub fn find(&self, query: &str) -> Found<'_> {
        let query = query.trim();
        let named = |deadline: &&Deadline| {
            deadline.id.as_str() == query
                || deadline.reference.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(query))
        };
        if let Some(deadline) = self.deadlines.values().find(named) {
            return Found::One(deadline);
        }
        let (name, article) = split(query);
        let mut found = self.of_article(&name, article);
        if found.is_empty() && article.is_none() {
            found = self.worded(query);
        }
        found.sort_by(|one, other| {
            (!one.verified, &one.reference, &one.id).cmp(&(!other.verified, &other.reference, &other.id))
        });
        match found.as_slice() {
            [] => Found::Nothing,
            [one] => Found::One(one),
            _ => Found::Many(found),
        }
    }

    fn of_article(&self, name: &str, article: Option<u32>) -> Vec<&Deadline> {
        if name.is_empty() && article.is_none() {
            return Vec::new();
        }
        let exact = self.instruments.values().any(|instrument| is_called(instrument, name));
        let meant = |deadline: &&Deadline| {
            let instrument = self.instruments.get(&deadline.instrument);
            let by_name = name.is_empty()
                || instrument
                    .is_some_and(|known| if exact { is_called(known, name) } else { resembles(known, name) });
            let own = deadline.cite.as_ref().and_then(|cite| numeral::article(&cite.article));
            by_name && (article.is_none() || own == article)
        };
        self.deadlines.values().filter(meant).collect()
    }

    fn worded(&self, words: &str) -> Vec<&Deadline> {
        let lower = words.to_lowercase();
        if lower.is_empty() {
            return Vec::new();
        }
        let says = |deadline: &&Deadline| {
            [&deadline.trigger, &deadline.action]
                .iter()
                .any(|text| text.zh.contains(words) || text.en.to_lowercase().contains(&lower))
        };
        self.deadlines.values().filter(says).collect()
    }
}

/// The name of an instrument and the number of an article in it, as far as `query` has them.
fn split(query: &str) -> (String, Option<u32>) {
    let plain: String = query.chars().filter(|char| !"《》〈〉 \u{3000}".contains(*char)).collect();
    if let Some((before, _)) = plain.split_once('条')
        && let Some((name, number)) = before.rsplit_once('第')
        && let Some(article) = numeral::read(number)
    {
        return (name.to_owned(), Some(article));
    }
    let name = plain.trim_end_matches(|char: char| char.is_ascii_digit());
    let article = plain.get(name.len()..).and_then(|digits| digits.parse().ok());
    let name = match article {
        Some(_) => name.trim_end_matches("art.").trim_end_matches("article").trim_end_matches(','),
        None => name,
    };
    (name.to_owned(), article)
}

const STATE: &str = "中华人民共和国";

fn is_called(instrument: &Instrument, name: &str) -> bool {
    let compact: String = instrument.title.en.split_whitespace().collect();
    let title = instrument.title.zh.as_str();
    instrument.id.as_str() == name
        || title == name
        || title.strip_prefix(STATE) == Some(name)
        || instrument.names.iter().any(|other| other == name)
        || compact.eq_ignore_ascii_case(name)
}

fn resembles(instrument: &Instrument, name: &str) -> bool {
    let compact: String = instrument.title.en.to_lowercase().split_whitespace().collect();
    instrument.title.zh.contains(name) || compact.contains(&name.to_lowercase())
}

impl Answer<'_> {
    /// The answer in words, line by line: what is due, how it was counted, and what to know about it.
    pub fn words(&self, lang: Lang) -> Vec<String> {
        let Self { deadline, due, .. } = self;
        let name = format!("{} → {}", lang.of(&deadline.trigger), lang.of(&deadline.action));
        let mut lines = vec![match &deadline.reference {
            Some(reference) => format!("{name} ({reference} {})", deadline.id),
            None => format!("{name} ({})", deadline.id),
        }];
        lines.push(self.verdict(lang));
        lines.extend(self.idle.iter().map(|idle| idle.words(lang)));
        lines.extend(due.steps.iter().map(|step| format!("  {}", step.words(lang))));
        lines.extend(self.cautions(lang));
        lines
    }

    /// What may still move the end: pauses and extensions that the law allows, and other events from which it may run.
    /// Each begins with the name under which it is asked for.
    pub fn room(&self, lang: Lang) -> Vec<String> {
        let deadline = self.deadline;
        let mut lines = Vec::new();
        for pause in &deadline.suspensions {
            let (title, cite) = (lang.of(&pause.title), pause.cite.words(lang));
            lines.push(match lang {
                Lang::Zh => format!("可停止计算：{title}（{}）［{cite}］", pause.kind),
                Lang::En => format!("it may stand still: {title} ({}) [{cite}]", pause.kind),
            });
        }
        for extension in &deadline.extensions {
            let (approver, cite) = (lang.of(&extension.approver), extension.cite.words(lang));
            let (to, limit) = match extension.grant {
                Grant::By(limit) => (false, limit),
                Grant::To(limit) => (true, limit),
            };
            let when = extension.when.as_ref().map(|when| lang.of(when));
            lines.push(match lang {
                Lang::Zh => format!(
                    "可延长{}{}（{}），批准：{approver}{}［{cite}］",
                    if to { "至" } else { "" },
                    limit.zh(),
                    extension.id,
                    when.map(|when| format!("，{when}")).unwrap_or_default(),
                ),
                Lang::En => format!(
                    "it may be extended {} {limit} ({}), approval: {approver}{} [{cite}]",
                    if to { "in all to" } else { "by" },
                    extension.id,
                    when.map(|when| format!(", {when}")).unwrap_or_default(),
                ),
            });
        }
        for start in &deadline.starts {
            let (trigger, cite) = (lang.of(&start.trigger), start.cite.words(lang));
            lines.push(match lang {
                Lang::Zh => format!("也可自此起算：{trigger}［{cite}］"),
                Lang::En => format!("it may also run from: {trigger} [{cite}]"),
            });
        }
        lines
    }

    fn verdict(&self, lang: Lang) -> String {
        let least = self.deadline.at_least;
        match (self.due.at, lang) {
            (At::Day(date), Lang::Zh) if least => format!("至少保留至：{}", lang.date(date)),
            (At::Day(date), Lang::Zh) => format!("最后一日：{}", lang.date(date)),
            (At::Moment(moment), Lang::Zh) => format!("最迟：{}", lang.moment(moment)),
            (At::Stopped { since, .. }, Lang::Zh) => {
                format!("自{}起停止计算，恢复后才有届满日", lang.moment(since))
            }
            (At::Day(date), Lang::En) if least => format!("keep at least until {}", lang.date(date)),
            (At::Day(date), Lang::En) => format!("last day: {}", lang.date(date)),
            (At::Moment(moment), Lang::En) => format!("at the latest: {}", lang.moment(moment)),
            (At::Stopped { since, .. }, Lang::En) => {
                format!("stopped since {}; it ends only after it resumes", lang.moment(since))
            }
        }
    }

    fn cautions(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        if self.standing == Standing::Unverified {
            lines.push(match lang {
                Lang::Zh => "未核实：没有读到规定原文，不作为法定期限引用".to_owned(),
                Lang::En => "unverified: no text was read that sets this; it is not quoted as law".to_owned(),
            });
        }
        if self.due.undecided {
            lines.push(lang.of(&self.law.default_rule.reason).to_owned());
        }
        if let Some(conflict) = self.law.superseded(self.deadline.id.as_str(), self.start.date()) {
            let reason = lang.of(&conflict.reason);
            lines.push(match lang {
                Lang::Zh => format!("另有规定优先：{}。理由：{reason}", conflict.chosen),
                Lang::En => format!("another text governs: {}. Why: {reason}", conflict.chosen),
            });
        }
        let instrument = self.law.instruments.get(&self.deadline.instrument);
        if let Some(date) =
            instrument.and_then(|known| known.in_force).filter(|date| self.start.date() < *date)
        {
            lines.push(match lang {
                Lang::Zh => format!("该文本自{date}起施行，起算日在此之前"),
                Lang::En => format!("this text applies from {date}; the start is earlier"),
            });
        }
        lines.extend(self.deadline.note.iter().map(|note| lang.of(note).to_owned()));
        lines
    }
}
