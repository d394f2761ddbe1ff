//! The law among the packs: instruments, deadlines, calendars, in whichever files they stand.

use super::{Kind, Loader};
use crate::Title;
use crate::days::calendar::{Calendar, Overrides};
use crate::days::law::{DefaultRule, Instrument};
use crate::days::{Cite, DayRule, Deadline, Law, numeral};
use crate::model::Id;
use crate::reader::{Member, Node};
use std::collections::{BTreeMap, BTreeSet};

mod calendar;
mod conflict;
mod deadline;
mod instrument;

/// A deadline with the table that it was read from, to which later checks point.
type Read<'a> = (Deadline, Node<'a>);

/// What can stop a clock, of all packs.
pub(super) fn pauses(loader: &Loader, roots: &[(Id, Node<'_>)]) -> BTreeMap<Id, Title> {
    roots.iter().flat_map(|(_, root)| loader.define(Kind::Pause, root)).map(titled).collect()
}

/// The law of all packs, read as one. `None` where they hold none, or no default rule to count by.
pub(super) fn read(loader: &Loader, roots: &[(Id, Node<'_>)], pauses: &BTreeMap<Id, Title>) -> Option<Law> {
    let all = |kind| roots.iter().flat_map(move |(_, root)| loader.define(kind, root));
    let instruments: Vec<(Id, Node<'_>)> = all(Kind::Instrument).collect();
    let titles = Titles {
        loader,
        instruments: instruments.iter().map(|(id, node)| (id.clone(), node.need_title("title"))).collect(),
        domains: all(Kind::Domain).map(titled).collect(),
        pauses,
    };
    let deadlines: Vec<Read<'_>> =
        all(Kind::Deadline).map(|(id, node)| (deadline::read(id, &node, &titles), node)).collect();
    let calendars: Vec<Overrides> = all(Kind::Calendar).map(|(_, node)| calendar::read(&node)).collect();
    let conflicts = conflict::read(loader, roots);
    let default = default_rule(roots, &titles);
    let rule = default.as_ref().map(|default| &default.rule);
    let drafts = instruments.iter().filter_map(|(id, node)| instrument::read(id, node, &titles, rule));
    let drafts = drafts.map(|draft| (draft.id.clone(), draft)).collect();
    check_references(&deadlines);
    let law = Law {
        hours: BTreeMap::new(),
        instruments: follow(&drafts, &instruments, rule?),
        deadlines: deadlines.iter().map(|(one, _)| (one.id.clone(), one.clone())).collect(),
        domains: titles.domains,
        default_rule: default?,
        conflicts,
        calendar: calendars.iter().fold(Calendar::national(), Calendar::with),
    };
    conflict::check(&law, &deadlines);
    Some(law)
}

fn titled((id, node): (Id, Node<'_>)) -> (Id, Title) {
    let title = node.need_title("title");
    node.finish();
    (id, title)
}

/// The one `[default-rule]` of all packs; law without it is a fault.
fn default_rule(roots: &[(Id, Node<'_>)], titles: &Titles<'_>) -> Option<DefaultRule> {
    // What stands twice in one file is told already.
    let once = roots.iter().filter(|(_, root)| !root.is_again());
    let mut rules = once.filter_map(|(_, root)| root.table("default-rule"));
    let first = rules.next();
    for other in rules {
        other.report("a second `[default-rule]`", "keep one for all packs");
    }
    if let Some(node) = first {
        return instrument::default_rule(&node, titles);
    }
    if let Some((_, root)) = roots.iter().find(|(_, root)| speaks_of_law(root)) {
        let mend = "add `[default-rule]` with its reason, for instruments that do not say how they count";
        root.report("the law has no default rule", mend);
    }
    None
}

fn speaks_of_law(root: &Node<'_>) -> bool {
    [Kind::Instrument, Kind::Deadline, Kind::Calendar].map(Kind::word).iter().any(|heading| root.has(heading))
}

/// Whether some pack says something of law or of how time is counted, be it wrong: that is told where it stands.
pub(super) fn is_spoken_of(roots: &[(Id, Node<'_>)]) -> bool {
    roots.iter().any(|(_, root)| speaks_of_law(root) || root.has("default-rule"))
}

/// Completes the rule of each instrument that follows another from that one's.
fn follow(
    drafts: &BTreeMap<Id, Instrument>,
    nodes: &[(Id, Node<'_>)],
    default: &DayRule,
) -> BTreeMap<Id, Instrument> {
    let mut all = drafts.clone();
    for (id, instrument) in &mut all {
        let Some(target) = instrument.follows.as_ref().and_then(|follows| drafts.get(&follows.instrument))
        else {
            continue;
        };
        if target.follows.is_some()
            && let Some((_, node)) = nodes.iter().find(|(other, _)| other == id)
        {
            let what = format!("`{id}` follows `{}`, which follows another", target.id);
            node.report(what, "follow the instrument at the end of the chain");
        }
        instrument.rule = instrument.own.clone().over(&target.own).complete(default);
    }
    all
}

/// A number in the list of statutory deadlines belongs to one of them.
fn check_references(deadlines: &[Read<'_>]) {
    let mut references = BTreeSet::new();
    for (deadline, node) in deadlines {
        if let Some(reference) = &deadline.reference
            && !references.insert(reference)
        {
            node.report(format!("`{reference}` stands at two deadlines"), "give each its own `ref`");
        }
    }
}

/// The titles of everything that tables of law refer to by id.
struct Titles<'a> {
    loader: &'a Loader,
    instruments: BTreeMap<Id, Title>,
    domains: BTreeMap<Id, Title>,
    pauses: &'a BTreeMap<Id, Title>,
}

impl Titles<'_> {
    /// The citation in `node`: `quote`, and `article` and `instrument` where they are not the ones given.
    fn cite(&self, node: &Node<'_>, instrument: Option<&Id>, article: Option<&str>) -> Option<Cite> {
        let named = match instrument {
            Some(_) => node.get("instrument"),
            None => node.need("instrument", "\"administrative-licensing-law\""),
        };
        let named = named.and_then(|member| member.id()).map(|id| self.loader.want(Kind::Instrument, id));
        let own = match article {
            Some(_) => node.get("article"),
            None => node.need("article", "\"第四十二条\""),
        };
        let own = own.and_then(|member| article_of(&member));
        let quote = node.need_text("quote");
        let instrument = named.or_else(|| instrument.cloned())?;
        let title = self.instruments.get(&instrument)?.clone();
        Some(Cite { instrument, title, article: own.or(article)?.into(), quote: quote?.into() })
    }
}

/// An article as instruments number them.
fn article_of<'a>(member: &Member<'a>) -> Option<&'a str> {
    let article = member.text()?;
    if numeral::article(article).is_none() {
        member.report(format!("`{article}` is not an article"), "write it like `第一百一十八条`");
    }
    Some(article)
}
