use super::fields::{At, Fields};
use super::instrument::{Titles, hours_from};
use crate::days::deadline::{Deadline, Deemed, Extension, Grant, OtherStart, Repeats, Suspension};
use crate::days::rule::{Cite, Limit, Ruling};
use smol_str::SmolStr;

/// `[deadline.id]`.
pub(super) fn read(id: &At<'_, SmolStr>, fields: &Fields<'_>, titles: &Titles) -> Option<Deadline> {
    if !is_kebab(&id.value) {
        let mend = "write small letters, digits and single hyphens, like `public-order-case-closed`";
        fields.note(&id.place, format!("`{}` is not an id", id.value), mend);
    }
    let unverified = fields.flag("unverified");
    let instrument = fields.need_text("instrument");
    let limit = fields.limit("limit");
    if limit.is_none() && !fields.has("limit") && !unverified {
        fields.note(
            &fields.place(),
            "`limit` is missing",
            "add `limit = \"30 days\"`, or `unverified = true`",
        );
    }
    let limit = limit.map(|limit| limit.value);
    let cite = cite(fields, titles, unverified);
    let inner = Inner { titles, cite: cite.as_ref(), limit };
    let (trigger, action) = (fields.need_title("trigger"), fields.need_title("action"));
    let domain = fields.need_text("domain");
    let extensions = fields.tables("extension").iter().filter_map(|one| inner.extension(one)).collect();
    check_order(fields, &extensions);
    let deadline = Deadline {
        id: id.value.clone(),
        reference: fields.text("ref").map(|text| text.value),
        domain: domain?.value,
        trigger: trigger?,
        action: action?,
        instrument: instrument?.value,
        limit,
        verified: !unverified,
        detention: fields.flag("detention"),
        at_least: fields.flag("at-least"),
        matter: fields.text("matter").map(|text| text.value),
        hours: fields.table("hours").and_then(|one| {
            let ruling = inner.ruling(&one, hours_from(&one));
            one.finish();
            ruling
        }),
        stays: fields.title("stays"),
        extensions,
        suspensions: fields.tables("suspension").iter().filter_map(|one| inner.suspension(one)).collect(),
        starts: fields.tables("start").iter().filter_map(|one| inner.start(one)).collect(),
        repeats: fields.table("repeats").and_then(|one| inner.repeats(&one)),
        deemed: fields.table("deemed").and_then(|one| inner.deemed(&one)),
        note: fields.title("note"),
        cite,
    };
    fields.finish();
    Some(deadline)
}

/// The words of law; an unverified deadline quotes none.
fn cite(fields: &Fields<'_>, titles: &Titles, unverified: bool) -> Option<Cite> {
    if !unverified {
        return titles.cite(fields, None, None);
    }
    for key in ["article", "quote"] {
        if let Some(text) = fields.text(key) {
            let mend = "quote only words that were read, or drop `unverified`";
            fields.note(&text.place, format!("an unverified deadline has `{key}`"), mend);
        }
    }
    if let Some(named) = fields.text("instrument") {
        titles.title(fields, &named.value, &named.place);
    }
    None
}

/// An extension may follow only another of the same deadline, and ids are used once.
fn check_order(fields: &Fields<'_>, extensions: &Vec<Extension>) {
    for (index, extension) in extensions.iter().enumerate() {
        let earlier = extensions.get(..index).unwrap_or_default();
        if earlier.iter().any(|other| other.id == extension.id) {
            fields.note(
                &fields.place(),
                format!("two extensions are called `{}`", extension.id),
                "rename one",
            );
        }
        if let Some(after) =
            extension.after.as_ref().filter(|after| !earlier.iter().any(|one| one.id == **after))
        {
            let what =
                format!("extension `{}` follows `{after}`, which does not stand before it", extension.id);
            fields.note(&fields.place(), what, "name an extension that stands above it");
        }
    }
}

pub(super) fn is_kebab(id: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    id.split('-').all(part)
}

/// What the tables within a deadline share.
struct Inner<'a> {
    titles: &'a Titles,
    cite: Option<&'a Cite>,
    limit: Option<Limit>,
}

impl Inner<'_> {
    fn cite(&self, fields: &Fields<'_>) -> Option<Cite> {
        self.titles.cite(fields, self.cite.map(|cite| &cite.instrument), self.cite.map(|cite| &cite.article))
    }

    fn ruling<T>(&self, fields: &Fields<'_>, value: Option<T>) -> Option<Ruling<T>> {
        let cite = self.cite(fields);
        Some(Ruling { value: value?, cite: cite?, by_default: false })
    }

    fn extension(&self, fields: &Fields<'_>) -> Option<Extension> {
        let id = fields.need_text("id");
        let grant = self.grant(fields);
        let approver = fields.need_title("approver");
        let cite = self.cite(fields);
        let extension = Extension {
            id: id?.value,
            grant: grant?,
            times: fields.number("times").map(|times| times.value),
            after: fields.text("after").map(|after| after.value),
            approver: approver?,
            when: fields.title("when"),
            cite: cite?,
        };
        fields.finish();
        Some(extension)
    }

    fn grant(&self, fields: &Fields<'_>) -> Option<Grant> {
        let (by, to) = (fields.limit("by"), fields.limit("to"));
        let (most, grant) = match (by, to) {
            (Some(by), None) => (by.value, Grant::By(by.value)),
            (None, Some(to)) => (to.value, Grant::To(to.value)),
            _ if (fields.has("by") || fields.has("to")) && !(fields.has("by") && fields.has("to")) => {
                return None;
            }
            _ => {
                let mend = "write either `by = \"30 days\"` or `to = \"60 days\"`";
                fields.note(&fields.place(), "an extension says how much in one way", mend);
                return None;
            }
        };
        if let Some(limit) = self.limit.filter(|limit| !limit.unit.same_family(most.unit)) {
            let what = format!("an extension of {most} does not fit a limit of {limit}");
            fields.note(&fields.place(), what, "count it in the limit's unit");
            return None;
        }
        Some(grant)
    }

    fn suspension(&self, fields: &Fields<'_>) -> Option<Suspension> {
        let (kind, title, cite) = (fields.need_text("kind"), fields.need_title("title"), self.cite(fields));
        fields.finish();
        Some(Suspension { kind: kind?.value, title: title?, cite: cite? })
    }

    fn start(&self, fields: &Fields<'_>) -> Option<OtherStart> {
        let (trigger, cite) = (fields.need_title("trigger"), self.cite(fields));
        fields.finish();
        Some(OtherStart { trigger: trigger?, cite: cite? })
    }

    fn repeats(&self, fields: &Fields<'_>) -> Option<Repeats> {
        let (times, cite) = (fields.number("times"), self.cite(fields));
        if times.is_none() && !fields.has("times") {
            fields.note(&fields.place(), "`times` is missing", "add how often, `times = 2`");
        }
        fields.finish();
        Some(Repeats { times: times?.value, cite: cite? })
    }

    fn deemed(&self, fields: &Fields<'_>) -> Option<Deemed> {
        let (outcome, title, cite) =
            (fields.need_text("outcome"), fields.need_title("title"), self.cite(fields));
        fields.finish();
        Some(Deemed { outcome: outcome?.value, title: title?, cite: cite? })
    }
}
