use super::fields::{Fields, Placed};
use super::problem::Place;
use super::{DefaultRule, Follows, Instrument};
use crate::Title;
use crate::days::numeral;
use crate::days::rule::{Cite, DayRule, HoursFrom, PartialRule, Ruling, Workdays};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The titles of everything that a pack's tables refer to by id.
pub(super) struct Titles {
    pub instruments: BTreeMap<SmolStr, Title>,
    pub domains: BTreeMap<SmolStr, Title>,
    pub pauses: BTreeMap<SmolStr, Title>,
}

impl Titles {
    /// The citation in `fields`: `quote`, and `article` and `instrument` where they are not the ones given.
    pub fn cite(
        &self,
        fields: &Fields<'_>,
        instrument: Option<&SmolStr>,
        article: Option<&SmolStr>,
    ) -> Option<Cite> {
        let named =
            if instrument.is_some() { fields.text("instrument") } else { fields.need_text("instrument") };
        let title = match &named {
            Some(named) => self.title(fields, &named.value, &named.place),
            None => instrument.and_then(|known| self.instruments.get(known).cloned()),
        };
        let id = named.map(|named| named.value).or_else(|| instrument.cloned());
        let own = if article.is_some() { fields.text("article") } else { fields.need_text("article") };
        if let Some(Placed { value, place }) = &own {
            check_article(fields, value, place);
        }
        let article = own.map(|own| own.value).or_else(|| article.cloned());
        let quote = fields.need_text("quote");
        Some(Cite { instrument: id?, title: title?, article: article?, quote: quote?.value })
    }

    /// The title of the instrument `id`, named at `place`.
    pub fn title(&self, fields: &Fields<'_>, id: &SmolStr, place: &Place<'_>) -> Option<Title> {
        let title = self.instruments.get(id);
        if title.is_none() {
            fields.note(
                place,
                format!("no instrument `{id}`"),
                format!("declare `[instrument.{id}]` or mend the id"),
            );
        }
        title.cloned()
    }
}

fn check_article(fields: &Fields<'_>, article: &str, place: &Place<'_>) {
    if numeral::article(article).is_none() {
        fields.note(place, format!("`{article}` is not an article"), "write it like `第一百一十八条`");
    }
}

/// `[instrument.id]`, its rule not yet completed.
pub(super) fn read(
    id: &SmolStr,
    fields: &Fields<'_>,
    titles: &Titles,
    default: &DayRule,
) -> Option<Instrument> {
    let title = fields.need_title("title");
    let own = fields.table("rule").map(|rule| partial(&rule, titles, Some(id))).unwrap_or_default();
    let follows = fields.table("follows").and_then(|inner| {
        let (to, cite) = (inner.need_text("to"), titles.cite(&inner, Some(id), None));
        inner.finish();
        let to = to?;
        titles.title(&inner, &to.value, &to.place)?;
        Some(Follows { instrument: to.value, cite: cite? })
    });
    let names = fields.texts("names").unwrap_or_default().into_iter().map(|name| name.value).collect();
    let (edition, in_force) = (fields.title("edition"), fields.date("in-force").map(|date| date.value));
    let (corpus, note) = (fields.text("corpus").map(|path| path.value), fields.title("note"));
    fields.finish();
    let rule = default.clone();
    Some(Instrument {
        id: id.clone(),
        title: title?,
        names,
        edition,
        in_force,
        corpus,
        own,
        follows,
        rule,
        note,
    })
}

/// `[default-rule]`: every part but `transit` and `posted` must be there.
pub(super) fn default_rule(fields: &Fields<'_>, titles: &Titles) -> Option<DefaultRule> {
    let reason = fields.need_title("reason");
    let PartialRule { workdays, first_day, last_day, custody, hours, same_day, transit, posted } =
        partial(fields, titles, None);
    let parts = [
        ("workdays", workdays.is_some()),
        ("first-day", first_day.is_some()),
        ("last-day", last_day.is_some()),
        ("custody", custody.is_some()),
        ("hours", hours.is_some()),
        ("same-day", same_day.is_some()),
    ];
    for (part, _) in parts.into_iter().filter(|(part, there)| !there && !fields.has(part)) {
        fields.note(
            &fields.place(),
            format!("the default rule lacks `{part}`"),
            "settle every part of it, with its article",
        );
    }
    let rule = DayRule {
        workdays: by_default(workdays?),
        first_day: by_default(first_day?),
        last_day: by_default(last_day?),
        custody: by_default(custody?),
        hours: by_default(hours?),
        same_day: by_default(same_day?),
        transit: transit.map(by_default),
        posted: posted.map(by_default),
    };
    Some(DefaultRule { rule, reason: reason? })
}

fn by_default<T>(ruling: Ruling<T>) -> Ruling<T> {
    Ruling { by_default: true, ..ruling }
}

/// The parts of a rule in `fields`; their articles are those of `instrument` unless they name another.
fn partial(fields: &Fields<'_>, titles: &Titles, instrument: Option<&SmolStr>) -> PartialRule {
    let part = Parts { fields, titles, instrument };
    let rule = PartialRule {
        workdays: part.ruling("workdays", workdays),
        first_day: part.ruling("first-day", |inner| inner.need_flag("counted")),
        last_day: part.ruling("last-day", |inner| inner.need_flag("moves")),
        custody: part.ruling("custody", |_| Some(())),
        hours: part.ruling("hours", hours_from),
        same_day: part.ruling("same-day", |_| Some(())),
        transit: part.ruling("transit", |_| Some(())),
        posted: part.ruling("posted", |_| Some(())),
    };
    fields.finish();
    rule
}

struct Parts<'a> {
    fields: &'a Fields<'a>,
    titles: &'a Titles,
    instrument: Option<&'a SmolStr>,
}

impl Parts<'_> {
    fn ruling<T>(&self, key: &'static str, value: impl Fn(&Fields<'_>) -> Option<T>) -> Option<Ruling<T>> {
        let inner = self.fields.table(key)?;
        let value = value(&inner);
        let cite = self.titles.cite(&inner, self.instrument, None);
        inner.finish();
        Some(Ruling { value: value?, cite: cite?, by_default: false })
    }
}

/// `from = "moment"` or `from = "next-hour"`.
pub(super) fn hours_from(fields: &Fields<'_>) -> Option<HoursFrom> {
    let from = fields.need_text("from")?;
    match from.value.as_str() {
        "moment" => Some(HoursFrom::Moment),
        "next-hour" => Some(HoursFrom::NextHour),
        other => {
            fields.note(
                &from.place,
                format!("hours cannot begin `{other}`"),
                "write `moment` or `next-hour`",
            );
            None
        }
    }
}

/// `are = "none"`, `are = "all"`, `numbers = [2, 3, 5, 7]` or `up-to = 10`.
fn workdays(fields: &Fields<'_>) -> Option<Workdays> {
    let (are, numbers, up_to) = (fields.text("are"), fields.numbers("numbers"), fields.number("up-to"));
    match (are, numbers, up_to) {
        (None, Some(numbers), None) => Some(Workdays::Listed(numbers.value)),
        (None, None, Some(most)) => Some(Workdays::UpTo(most.value)),
        (Some(Placed { value, .. }), None, None) if value == "none" => Some(Workdays::None),
        (Some(Placed { value, .. }), None, None) if value == "all" => Some(Workdays::All),
        _ => {
            let mend = "write one of `are = \"none\"`, `are = \"all\"`, `numbers = [2, 3]`, `up-to = 10`";
            fields.note(&fields.place(), "it does not say which numbers of days are working days", mend);
            None
        }
    }
}
