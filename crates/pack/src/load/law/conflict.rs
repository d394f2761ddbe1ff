use super::{Kind, Loader, Read};
use crate::days::law::Conflict;
use crate::days::{Deadline, Law};
use crate::model::Id;
use crate::reader::Node;
use std::collections::BTreeSet;

/// `[[conflict]]`: texts that set the same time differently, and the one that governs.
pub(super) fn read(loader: &Loader, roots: &[(Id, Node<'_>)]) -> Vec<Conflict> {
    let rows = roots.iter().flat_map(|(_, root)| root.rows("conflict"));
    rows.filter_map(|row| conflict(loader, &row)).collect()
}

fn conflict(loader: &Loader, row: &Node<'_>) -> Option<Conflict> {
    let between = row.need("between", "[\"…\", \"…\"]").map(|between| between.ids());
    let chosen = row.need("chosen", "\"…\"").and_then(|chosen| chosen.id());
    let reason = row.need_title("reason");
    row.finish();
    let between = loader.want_all(Kind::Deadline, between?);
    let chosen = chosen?;
    if !between.contains(&chosen.id) || between.len() < 2 {
        let what = format!("`{}` is not a choice between two or more", chosen.id);
        row.report_at(&chosen.place, what, "choose one of those in `between`");
    }
    Some(Conflict { between, chosen: chosen.id, reason })
}

/// Deadlines that set the same matter differently need a choice; a choice needs such deadlines.
pub(super) fn check(law: &Law, read: &[Read<'_>]) {
    for (index, (one, _)) in read.iter().enumerate() {
        for (other, node) in read.get(index + 1..).unwrap_or_default() {
            check_two(law, one, other, node);
        }
    }
}

fn check_two(law: &Law, one: &Deadline, other: &Deadline, node: &Node<'_>) {
    let both = [&one.id, &other.id];
    let chosen = law.conflicts.iter().any(|choice| both.iter().all(|id| choice.between.contains(id)));
    let matter = one.matter.as_ref().filter(|matter| other.matter.as_ref() == Some(*matter));
    match (chosen, matter) {
        (false, Some(matter)) if differ(law, one, other) => {
            let what = format!("`{}` and `{}` set `{matter}` differently", one.id, other.id);
            node.report(what, "add a `[[conflict]]` that chooses one and says why");
        }
        (true, None) => {
            let what = format!("a conflict between `{}` and `{}`, which share no matter", one.id, other.id);
            node.report(what, "give both the same `matter`, or drop the conflict");
        }
        (true, Some(_)) if !differ(law, one, other) => {
            let what = format!("`{}` and `{}` do not differ", one.id, other.id);
            node.report(what, "drop the conflict");
        }
        _ => {}
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
