use super::{Kind, Titles};
use crate::days::DayRule;
use crate::days::law::{DefaultRule, Follows, Instrument};
use crate::days::rule::{HoursFrom, PartialRule, Ruling, Workdays};
use crate::load::pick;
use crate::model::Id;
use crate::reader::Node;

/// `[instrument.id]`, its silent parts as the default rule has them. `None` where there is no such rule.
pub(super) fn read(
    id: &Id,
    node: &Node<'_>,
    titles: &Titles<'_>,
    default: Option<&DayRule>,
) -> Option<Instrument> {
    let own = node.table("rule").map(|rule| partial(&rule, titles, Some(id))).unwrap_or_default();
    let follows = node.table("follows").and_then(|inner| {
        let to = inner.need("to", "\"civil-procedure-law\"").and_then(|to| to.id());
        let cite = titles.cite(&inner, Some(id), None);
        inner.finish();
        Some(Follows { instrument: titles.loader.want(Kind::Instrument, to?), cite: cite? })
    });
    let names = node.texts("names").into_iter().map(Into::into).collect();
    let in_force = node.get("in-force").and_then(|date| date.date());
    let (edition, corpus, note) = (node.title("edition"), node.text("corpus"), node.title("note"));
    node.finish();
    Some(Instrument {
        id: id.clone(),
        title: titles.instruments.get(id).cloned().unwrap_or_default(),
        names,
        edition,
        in_force,
        corpus: corpus.map(Into::into),
        rule: own.clone().complete(default?),
        own,
        follows,
        note,
    })
}

/// `[default-rule]`: every part but `transit`, `posted` and `correction` must be there.
pub(super) fn default_rule(node: &Node<'_>, titles: &Titles<'_>) -> Option<DefaultRule> {
    let reason = node.need_title("reason");
    let correction = node.table("correction").map(|inner| {
        let title = inner.need_title("title");
        inner.finish();
        title
    });
    for part in ["workdays", "first-day", "last-day", "custody", "hours", "same-day"] {
        if !node.has(part) {
            let what = format!("the default rule lacks `{part}`");
            node.report(what, "settle every part of it, with its article");
        }
    }
    let PartialRule { workdays, first_day, last_day, custody, hours, same_day, transit, posted } =
        partial(node, titles, None);
    let rule = DayRule {
        workdays: by_default(workdays?),
        first_day: by_default(first_day?),
        last_day: by_default(last_day?),
        custody: by_default(custody?),
        hours: by_default(hours?),
        same_day: by_default(same_day?),
        transit: transit.map(by_default),
        posted: posted.map(by_default),
        open: None,
    };
    Some(DefaultRule { rule, reason, correction })
}

fn by_default<T>(ruling: Ruling<T>) -> Ruling<T> {
    Ruling { by_default: true, ..ruling }
}

/// The parts of a rule in `node`; their articles are those of `instrument` unless they name another.
fn partial(node: &Node<'_>, titles: &Titles<'_>, instrument: Option<&Id>) -> PartialRule {
    let part = Parts { node, titles, instrument };
    let flag = |inner: &Node<'_>, name| inner.need(name, "true").and_then(|flag| flag.flag());
    let rule = PartialRule {
        workdays: part.ruling("workdays", workdays),
        first_day: part.ruling("first-day", |inner| flag(inner, "counted")),
        last_day: part.ruling("last-day", |inner| flag(inner, "moves")),
        custody: part.ruling("custody", |_| Some(())),
        hours: part.ruling("hours", hours_from),
        same_day: part.ruling("same-day", |_| Some(())),
        transit: part.ruling("transit", |_| Some(())),
        posted: part.ruling("posted", |_| Some(())),
    };
    node.finish();
    rule
}

struct Parts<'a> {
    node: &'a Node<'a>,
    titles: &'a Titles<'a>,
    instrument: Option<&'a Id>,
}

impl Parts<'_> {
    fn ruling<T>(&self, name: &'static str, value: impl Fn(&Node<'_>) -> Option<T>) -> Option<Ruling<T>> {
        let inner = self.node.table(name)?;
        let value = value(&inner);
        let cite = self.titles.cite(&inner, self.instrument, None);
        inner.finish();
        Some(Ruling { value: value?, cite: cite?, by_default: false })
    }
}

/// `from = "moment"` or `from = "next-hour"`.
pub(super) fn hours_from(node: &Node<'_>) -> Option<HoursFrom> {
    let all = [("moment", HoursFrom::Moment), ("next-hour", HoursFrom::NextHour)];
    pick(&node.need("from", "\"moment\"")?, &all)
}

/// `are = "none"`, `are = "all"`, `numbers = [2, 3, 5, 7]` or `up-to = 10`.
fn workdays(node: &Node<'_>) -> Option<Workdays> {
    match (node.get("are"), node.get("numbers"), node.get("up-to")) {
        (Some(are), None, None) => pick(&are, &[("none", Workdays::None), ("all", Workdays::All)]),
        (None, Some(numbers), None) => {
            Some(Workdays::Listed(numbers.items().filter_map(|number| number.count()).collect()))
        }
        (None, None, Some(most)) => most.count().map(Workdays::UpTo),
        _ => {
            let mend = "write one of `are = \"none\"`, `are = \"all\"`, `numbers = [2, 3]`, `up-to = 10`";
            node.report("it does not say which numbers of days are working days", mend);
            None
        }
    }
}
