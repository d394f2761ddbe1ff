use super::fields::{Fields, Placed, Tree};
use super::instrument::{self, Titles};
use super::problem::{Place, Problem};
use super::{Conflict, Instrument, Law, calendar, deadline, laid_over};
use crate::Title;
use crate::days::calendar::Overrides;
use crate::days::deadline::Deadline;
use crate::days::rule::DayRule;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

type Named<'a> = (Placed<'a, SmolStr>, Fields<'a>);

/// The law that `trees` tell, with everything wrong in it added to `problems`. `None` where no default rule is left
/// to count by.
pub(super) fn draft(trees: &[Tree<'_>], problems: &mut Vec<Problem>) -> Option<Law> {
    let notes = RefCell::new(Vec::new());
    let files: Vec<Fields<'_>> = trees.iter().map(|tree| tree.fields(&notes)).collect();
    let law = read(&files);
    // After an error of syntax the rest of a file may stand under a wrong heading, so unknown names there mean
    // little.
    files.iter().zip(trees).filter(|(_, tree)| tree.problems.is_empty()).for_each(|(file, _)| file.finish());
    problems.extend(notes.into_inner());
    law
}

fn read(files: &[Fields<'_>]) -> Option<Law> {
    // What the pack says of itself is for the loader of packs to check; here it is only known.
    files.iter().for_each(|file| drop(file.table("pack")));
    let instruments = unique(files, "instrument");
    let titles = Titles {
        instruments: instruments
            .iter()
            .map(|(id, fields)| (id.value.clone(), title(&id.value, fields)))
            .collect(),
        domains: unique(files, "domain").iter().filter_map(titled).collect(),
        pauses: unique(files, "pause").iter().filter_map(titled).collect(),
    };
    let deadlines = unique(files, "deadline");
    let calendars: Vec<Overrides> =
        unique(files, "calendar").iter().map(|(_, fields)| calendar::read(fields)).collect();
    let read: Vec<(Deadline, Place<'_>, &Fields<'_>)> = deadlines
        .iter()
        .filter_map(|(id, fields)| Some((deadline::read(id, fields, &titles)?, id.place.clone(), fields)))
        .collect();
    check_references(&read);
    let conflicts = conflicts(files, &read);
    let default = default_rule(files, &titles)?;
    let drafts: BTreeMap<SmolStr, Instrument> = instruments
        .iter()
        .filter_map(|(id, fields)| {
            Some((id.value.clone(), instrument::read(&id.value, fields, &titles, &default.rule)?))
        })
        .collect();
    let instruments = complete(&drafts, &instruments, &default.rule);
    let law = Law {
        instruments,
        deadlines: read.iter().map(|(deadline, ..)| (deadline.id.clone(), deadline.clone())).collect(),
        domains: titles.domains,
        default_rule: default,
        conflicts,
        calendar: laid_over(&calendars),
    };
    check_choices(&law, &read);
    Some(law)
}

/// The tables `[key.id]` of all files; an id may be declared once.
fn unique<'a>(files: &'a [Fields<'a>], key: &'static str) -> Vec<Named<'a>> {
    let mut all: Vec<Named<'a>> = Vec::new();
    for file in files {
        for (id, fields) in file.named(key) {
            if let Some((first, _)) = all.iter().find(|(other, _)| other.value == id.value) {
                let first = first.place.problem("", "");
                let mend = format!("rename one; the other is at {}:{}", first.file.display(), first.line);
                file.note(&id.place, format!("`{key}.{}` is declared twice", id.value), mend);
            }
            all.push((id, fields));
        }
    }
    all
}

/// The title of an instrument, or its id where the title is missing (which is noted when the instrument is read).
fn title(id: &SmolStr, fields: &Fields<'_>) -> Title {
    let quiet = fields.peek_title("title");
    quiet.unwrap_or_else(|| Title { zh: id.clone(), en: id.clone() })
}

fn titled((id, fields): &Named<'_>) -> Option<(SmolStr, Title)> {
    let title = fields.need_title("title");
    fields.finish();
    Some((id.value.clone(), title?))
}

fn default_rule(files: &[Fields<'_>], titles: &Titles) -> Option<super::DefaultRule> {
    let mut rules = files.iter().filter_map(|file| file.table("default-rule"));
    let first = rules.next();
    for other in rules {
        other.note(&other.place(), "a second `[default-rule]`", "keep one for the whole pack");
    }
    match first {
        Some(fields) => instrument::default_rule(&fields, titles),
        None => {
            if let Some(file) = files.first() {
                let mend =
                    "add `[default-rule]` with its reason, for instruments that do not say how they count";
                file.note(&file.place(), "the pack has no default rule", mend);
            }
            None
        }
    }
}

/// Completes each instrument's rule from the one that it follows and the default rule.
fn complete(
    drafts: &BTreeMap<SmolStr, Instrument>,
    fields: &[Named<'_>],
    default: &DayRule,
) -> BTreeMap<SmolStr, Instrument> {
    let mut done = BTreeMap::new();
    for (id, draft) in drafts {
        let mut own = draft.own.clone();
        if let Some(target) = draft.follows.as_ref().and_then(|follows| drafts.get(&follows.instrument)) {
            if target.follows.is_some()
                && let Some((at, fields)) = fields.iter().find(|(at, _)| at.value == *id)
            {
                let what = format!("`{id}` follows `{}`, which follows another", target.id);
                fields.note(&at.place, what, "follow the instrument at the end of the chain");
            }
            own = own.over(&target.own);
        }
        done.insert(id.clone(), Instrument { rule: own.complete(default), ..draft.clone() });
    }
    done
}

type Read<'a> = (Deadline, Place<'a>, &'a Fields<'a>);

fn check_references(read: &[Read<'_>]) {
    let mut references = BTreeSet::new();
    for (deadline, place, fields) in read {
        if let Some(reference) =
            deadline.reference.as_ref().filter(|reference| !references.insert((*reference).clone()))
        {
            fields.note(place, format!("`{reference}` stands at two deadlines"), "give each its own `ref`");
        }
    }
}

fn conflicts(files: &[Fields<'_>], read: &[Read<'_>]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for fields in files.iter().flat_map(|file| file.tables("conflict")) {
        let (between, chosen, reason) =
            (fields.texts("between"), fields.need_text("chosen"), fields.need_title("reason"));
        if between.is_none() && !fields.has("between") {
            fields.note(
                &fields.place(),
                "`between` is missing",
                "name the deadlines, `between = [\"…\", \"…\"]`",
            );
        }
        fields.finish();
        let (Some(between), Some(chosen), Some(reason)) = (between, chosen, reason) else { continue };
        for id in &between {
            if !read.iter().any(|(deadline, ..)| deadline.id == id.value) {
                fields.note(&id.place, format!("no deadline `{}`", id.value), "name declared deadlines");
            }
        }
        if !between.iter().any(|id| id.value == chosen.value) || between.len() < 2 {
            let what = format!("`{}` is not a choice between two or more", chosen.value);
            fields.note(&chosen.place, what, "choose one of those in `between`");
        }
        let between = between.into_iter().map(|id| id.value).collect();
        conflicts.push(Conflict { between, chosen: chosen.value, reason });
    }
    conflicts
}

/// Deadlines that set the same matter differently need a choice; a choice needs such deadlines.
fn check_choices(law: &Law, read: &[Read<'_>]) {
    for (index, (one, ..)) in read.iter().enumerate() {
        for (other, place, fields) in read.get(index + 1..).unwrap_or_default() {
            let both = [&one.id, &other.id];
            let chosen =
                law.conflicts.iter().find(|choice| both.iter().all(|id| choice.between.contains(id)));
            let matter = one.matter.as_ref().filter(|matter| other.matter.as_ref() == Some(*matter));
            match (chosen, matter) {
                (None, Some(matter)) if differ(law, one, other) => {
                    let what = format!("`{}` and `{}` set `{matter}` differently", one.id, other.id);
                    fields.note(place, what, "add a `[[conflict]]` that chooses one and says why");
                }
                (Some(_), None) => {
                    let what =
                        format!("a conflict between `{}` and `{}`, which share no matter", one.id, other.id);
                    fields.note(place, what, "give both the same `matter`, or drop the conflict");
                }
                (Some(_), Some(_)) if !differ(law, one, other) => {
                    let what = format!("`{}` and `{}` do not differ", one.id, other.id);
                    fields.note(place, what, "drop the conflict");
                }
                _ => {}
            }
        }
    }
}

fn differ(law: &Law, one: &Deadline, other: &Deadline) -> bool {
    let counted = |deadline: &Deadline| {
        let rule = law.rule(deadline);
        let working = deadline.limit.is_some_and(|limit| rule.workdays.value.has(limit.amount));
        (deadline.limit, working, rule.hours.value, rule.last_day.value, deadline.detention)
    };
    let grants = |deadline: &Deadline| {
        deadline.extensions.iter().map(|one| (one.grant.most(), one.times)).collect::<Vec<_>>()
    };
    let pauses = |deadline: &Deadline| {
        deadline.suspensions.iter().map(|one| one.kind.clone()).collect::<BTreeSet<_>>()
    };
    counted(one) != counted(other)
        || grants(one) != grants(other)
        || pauses(one) != pauses(other)
        || one.trigger != other.trigger
}
