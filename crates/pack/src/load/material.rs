//! Papers and proofs: what they are, and where they are asked for by which article.

use super::city::condition;
use super::{Kind, Loader};
use crate::model::{Basis, Definitions, Material, MaterialUse};
use crate::reader::{Member, Node};

pub(super) fn read_shared(loader: &Loader, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define(Kind::Material, root) {
        let title = node.need_title("title");
        let personal = node.get("personal").and_then(|member| member.flag()).unwrap_or(true);
        let material = Material { id: id.clone(), title, from: node.title("from"), personal };
        node.finish();
        definitions.materials.insert(id, material);
    }
}

/// The rows of `material`. A row may name several papers that one article asks for together.
pub(super) fn uses(loader: &Loader, node: &Node<'_>) -> Vec<MaterialUse> {
    let mut uses: Vec<MaterialUse> = Vec::new();
    for row in node.rows("material") {
        let named = row.need("use", "\"identity-card\"").map(|member| member.ids()).unwrap_or_default();
        let when = condition(&row, "when");
        let optional = row.flag("optional");
        let law = row.get("law").and_then(|law| basis(loader, &law));
        for material in loader.want_all(Kind::Material, named) {
            if uses.iter().any(|other| other.material == material) {
                row.report(format!("`{material}` is asked for twice"), "join the two with one `when`");
            }
            uses.push(MaterialUse { material, when: when.clone(), optional, law: law.clone() });
        }
        row.finish();
    }
    uses
}

/// `{ of = "household-regulations", article = "第七条", quote = "…" }`
pub(super) fn basis(loader: &Loader, member: &Member<'_>) -> Option<Basis> {
    let node = member.node()?;
    let instrument = node.need("of", "\"household-regulations\"").and_then(|of| of.id());
    let article = node.need("article", "\"第七条\"").and_then(|article| article.text());
    let quote = node.need("quote", "\"…\"").and_then(|quote| quote.text());
    let place = node.place();
    let read = || {
        let instrument = loader.want(Kind::Instrument, instrument?);
        Some(Basis { instrument, article: article?.to_owned(), quote: quote?.to_owned(), place })
    };
    let basis = read();
    node.finish();
    basis
}
