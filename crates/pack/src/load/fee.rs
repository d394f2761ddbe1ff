//! What procedures cost.

use super::city::condition;
use super::material::basis;
use super::{Kind, Loader};
use crate::model::{Charge, Definitions, Fee, Id, Tier};
use crate::reader::Node;

pub(super) fn read_shared(loader: &Loader, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define_all(Kind::Fee, root) {
        definitions.fees.insert(id.clone(), fee(loader, id, node));
    }
}

fn fee(loader: &Loader, id: Id, node: Node<'_>) -> Fee {
    let title = node.need_title("title");
    let basis_in_words = node.title("basis");
    let law = node.get("law").and_then(|law| basis(loader, &law));
    let mut tiers: Vec<Tier> = node.rows("tier").into_iter().map(|row| tier(loader, row)).collect();
    if node.get("tier").is_none() {
        tiers.extend(charge(&node).map(|charge| Tier { when: None, charge, law: None }));
    }
    let last = tiers.len().saturating_sub(1);
    if tiers.iter().enumerate().any(|(position, tier)| tier.when.is_none() != (position == last)) {
        node.report("every tier but the last needs a `when`, and the last has none", "order the tiers so");
    }
    node.finish();
    Fee { id, title, tiers, law, basis: basis_in_words }
}

/// A tier. One that does not say what it charges is told, and its condition checked all the same.
fn tier(loader: &Loader, row: Node<'_>) -> Tier {
    let when = condition(&row, "when");
    let charge = charge(&row);
    let law = row.get("law").and_then(|law| basis(loader, &law));
    row.finish();
    Tier { when, charge: charge.unwrap_or(Charge::Free), law }
}

/// Free, so much, or set by somebody else: one of the three.
fn charge(node: &Node<'_>) -> Option<Charge> {
    let fen = node.get("fen");
    let free = node.get("free").map(|member| member.flag().unwrap_or(true));
    let set_by = node.title("set-by");
    let mend = "give one of `fen = 2000` (an amount), `free = true`, `set-by = { zh = \"…\", en = \"…\" }` (an \
                amount that somebody else sets)";
    match (fen, free, set_by) {
        (Some(member), None, None) => {
            let fen = member.integer()?;
            if fen <= 0 {
                member
                    .report(format!("`{fen}` is no amount"), "write `free = true` where nothing is charged");
            }
            Some(Charge::Fen(fen))
        }
        (None, Some(true), None) => Some(Charge::Free),
        (None, None, Some(by)) => Some(Charge::SetBy(by)),
        (None, None, None) => {
            node.report("nothing says what is to be paid", mend);
            None
        }
        _ => {
            node.report("it is said in two ways what is to be paid", mend);
            None
        }
    }
}
