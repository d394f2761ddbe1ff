use super::instrument::hours_from;
use super::{Kind, Titles, article_of};
use crate::days::deadline::{Deadline, Deemed, Extension, Grant, OtherStart, Repeats, Suspension};
use crate::days::rule::{Cite, HoursFrom, Limit, Ruling, Unit};
use crate::model::Id;
use crate::reader::Node;

/// `[deadline.id]`.
pub(super) fn read(id: Id, node: &Node<'_>, titles: &Titles<'_>) -> Deadline {
    let verified = !node.flag("unverified");
    let limit = limit(node, "limit");
    if !node.has("limit") && verified {
        node.report("`limit` is missing", "add `limit = \"30 days\"`, or `unverified = true`");
    }
    let cite = cite(node, titles, verified);
    let instrument = node.id("instrument").map(|instrument| instrument.id).unwrap_or_default();
    let article = node.get("article").and_then(|member| article_of(&member));
    let domain = node.need("domain", "\"calls\"").and_then(|member| member.id());
    let inner = Inner { titles, instrument: &instrument, article, limit };
    let extensions: Vec<Extension> =
        node.rows("extension").iter().filter_map(|one| inner.extension(one)).collect();
    check_order(node, &extensions);
    let deadline = Deadline {
        id,
        reference: node.text("ref").map(Into::into),
        domain: domain.map(|domain| titles.loader.want(Kind::Domain, domain)).unwrap_or_default(),
        trigger: node.need_title("trigger"),
        action: node.need_title("action"),
        limit,
        verified,
        detention: node.flag("detention"),
        at_least: node.flag("at-least"),
        matter: node.id("matter").map(|matter| matter.id),
        hours: node.table("hours").and_then(|one| inner.hours(&one)),
        own: false,
        stays: node.title("stays"),
        extensions,
        suspensions: node.rows("suspension").iter().flat_map(|one| inner.suspensions(one)).collect(),
        starts: node.rows("start").iter().filter_map(|one| inner.start(one)).collect(),
        repeats: node.table("repeats").and_then(|one| inner.repeats(&one)),
        deemed: node.table("deemed").and_then(|one| inner.deemed(&one)),
        note: node.title("note"),
        instrument: instrument.clone(),
        cite,
    };
    node.finish();
    deadline
}

/// A limit like `30 days` or `2 days before`.
fn limit(node: &Node<'_>, name: &'static str) -> Option<Limit> {
    let member = node.get(name)?;
    let text = member.text()?;
    // No law counts the hours of an office.
    let limit = Limit::parse(text).filter(|limit| limit.unit != Unit::Workhours);
    if limit.is_none() {
        let mend = "write a number from 1 to 3660 and `hours`, `days`, `workdays`, `months` or `years`, then \
                    `before` where it runs backward; or `immediately`";
        member.report(format!("`{text}` is not a limit"), mend);
    }
    limit
}

/// The words of law; an unverified deadline quotes none.
fn cite(node: &Node<'_>, titles: &Titles<'_>, verified: bool) -> Option<Cite> {
    if verified {
        return titles.cite(node, None, None);
    }
    for name in ["article", "quote"] {
        if let Some(member) = node.get(name) {
            let mend = "quote only words that were read, or drop `unverified`";
            member.report(format!("an unverified deadline has `{name}`"), mend);
        }
    }
    let named = node.need("instrument", "\"administrative-licensing-law\"");
    named.and_then(|member| member.id()).map(|id| titles.loader.want(Kind::Instrument, id));
    None
}

/// An extension may follow only another of the same deadline, and ids are used once.
fn check_order(node: &Node<'_>, extensions: &[Extension]) {
    for (index, extension) in extensions.iter().enumerate() {
        let earlier = extensions.get(..index).unwrap_or_default();
        let stands = |id: &Id| earlier.iter().any(|other| other.id == *id);
        if stands(&extension.id) {
            node.report(format!("two extensions are called `{}`", extension.id), "rename one");
        }
        if let Some(after) = extension.after.as_ref().filter(|after| !stands(after)) {
            let what =
                format!("extension `{}` follows `{after}`, which does not stand before it", extension.id);
            node.report(what, "name an extension that stands above it");
        }
    }
}

/// What the tables within a deadline share.
struct Inner<'a> {
    titles: &'a Titles<'a>,
    instrument: &'a Id,
    article: Option<&'a str>,
    limit: Option<Limit>,
}

impl Inner<'_> {
    fn cite(&self, node: &Node<'_>) -> Option<Cite> {
        self.titles.cite(node, Some(self.instrument), self.article)
    }

    fn hours(&self, node: &Node<'_>) -> Option<Ruling<HoursFrom>> {
        let (value, cite) = (hours_from(node), self.cite(node));
        node.finish();
        Some(Ruling { value: value?, cite: cite?, by_default: false })
    }

    fn extension(&self, node: &Node<'_>) -> Option<Extension> {
        let (id, grant) = (node.need("id", "\"once-more\"").and_then(|id| id.new_id()), self.grant(node));
        let times = node.get("times").and_then(|times| times.count());
        let (after, when) = (node.id("after"), node.title("when"));
        let (approver, cite) = (node.need_title("approver"), self.cite(node));
        node.finish();
        Some(Extension {
            id: id?.id,
            grant: grant?,
            times,
            after: after.map(|after| after.id),
            approver,
            when,
            cite: cite?,
        })
    }

    fn grant(&self, node: &Node<'_>) -> Option<Grant> {
        if node.has("by") == node.has("to") {
            let mend = "write either `by = \"30 days\"` or `to = \"60 days\"`";
            node.report("an extension says how much in one way", mend);
        }
        let (by, to) = (limit(node, "by").map(Grant::By), limit(node, "to").map(Grant::To));
        let grant = by.xor(to)?;
        let most = grant.most();
        if let Some(limit) = self.limit.filter(|limit| !limit.unit.same_family(most.unit)) {
            let what = format!("an extension of {most} does not fit a limit of {limit}");
            node.report(what, "count it in the limit's unit");
            return None;
        }
        Some(grant)
    }

    fn suspensions(&self, node: &Node<'_>) -> Vec<Suspension> {
        let kinds = node.need("kinds", "[\"hearing\"]").map(|kinds| kinds.ids()).unwrap_or_default();
        let cite = self.cite(node);
        node.finish();
        let kinds = self.titles.loader.want_all(Kind::Pause, kinds).into_iter();
        let suspension = |kind: Id| {
            let title = self.titles.pauses.get(&kind)?.clone();
            Some(Suspension { kind, title, cite: cite.clone()? })
        };
        kinds.filter_map(suspension).collect()
    }

    fn start(&self, node: &Node<'_>) -> Option<OtherStart> {
        let (trigger, cite) = (node.need_title("trigger"), self.cite(node));
        node.finish();
        Some(OtherStart { trigger, cite: cite? })
    }

    fn repeats(&self, node: &Node<'_>) -> Option<Repeats> {
        let (times, cite) = (node.need("times", "2").and_then(|times| times.count()), self.cite(node));
        node.finish();
        Some(Repeats { times: times?, cite: cite? })
    }

    fn deemed(&self, node: &Node<'_>) -> Option<Deemed> {
        let (outcome, title) = (
            node.need("outcome", "\"permitted\"").and_then(|outcome| outcome.new_id()),
            node.need_title("title"),
        );
        let cite = self.cite(node);
        node.finish();
        Some(Deemed { outcome: outcome?.id, title, cite: cite? })
    }
}
