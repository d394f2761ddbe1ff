use super::fields::{At, Fields};
use super::problem::Place;
use super::{DefaultRule, Follows, Instrument};
use crate::days::numeral;
use crate::days::rule::{Cite, DayRule, HoursFrom, PartialRule, Ruling, Text, Workdays};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The titles of all instruments of the pack, against which citations are resolved.
pub(super) struct Titles(pub BTreeMap<SmolStr, Text>);

impl Titles {
    /// The citation in `fields`: `quote`, and `article` and `instrument` where they are not the ones given.
    pub fn cite(
        &self,
        fields: &Fields<'_>,
        instrument: Option<&SmolStr>,
        article: Option<&SmolStr>,
    ) -> Option<Cite> {
        let named = fields.text("instrument");
        let id = match (&named, instrument) {
            (Some(named), _) => named.value.clone(),
            (None, Some(known)) => known.clone(),
            (None, None) => fields.need_text("instrument")?.value,
        };
        let article = match (fields.text("article"), article) {
            (Some(At { value, place }), _) => {
                check_article(fields, &value, &place);
                value
            }
            (None, Some(known)) => known.clone(),
            (None, None) => fields.need_text("article")?.value,
        };
        let quote = fields.need_text("quote")?.value;
        let place = named.map_or(fields.place(), |named| named.place);
        let title = self.title(fields, &id, &place)?;
        Some(Cite { instrument: id, title, article, quote })
    }

    /// The title of the instrument `id`, named at `place`.
    pub fn title(&self, fields: &Fields<'_>, id: &SmolStr, place: &Place<'_>) -> Option<Text> {
        let title = self.0.get(id);
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
        let to = inner.need_text("to")?;
        titles.title(&inner, &to.value, &to.place)?;
        let cite = titles.cite(&inner, Some(id), None)?;
        inner.finish();
        Some(Follows { instrument: to.value, cite })
    });
    let instrument = Instrument {
        id: id.clone(),
        title: title?,
        names: fields.texts("names").unwrap_or_default().into_iter().map(|name| name.value).collect(),
        edition: fields.title("edition"),
        in_force: fields.date("in-force").map(|date| date.value),
        corpus: fields.text("corpus").map(|path| path.value),
        own,
        follows,
        rule: default.clone(),
        note: fields.title("note"),
    };
    fields.finish();
    Some(instrument)
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
        (Some(At { value, .. }), None, None) if value == "none" => Some(Workdays::None),
        (Some(At { value, .. }), None, None) if value == "all" => Some(Workdays::All),
        _ => {
            let mend = "write one of `are = \"none\"`, `are = \"all\"`, `numbers = [2, 3]`, `up-to = 10`";
            fields.note(&fields.place(), "it does not say which numbers of days are working days", mend);
            None
        }
    }
}
