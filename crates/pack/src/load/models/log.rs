use crate::Title;
use crate::load::{Kind as Defined, Loader, pick};
use crate::model::{Definitions, Id};
use crate::models::{Attribute, Kind, Log};
use crate::reader::{Member, Node};
use record::{Activity, Name};
use std::collections::BTreeSet;

/// `[log.id]`: what models may say of a log from elsewhere.
pub(in crate::load) fn read(loader: &Loader, _pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define(Defined::Log, root) {
        let log = log(id.clone(), &node);
        node.finish();
        definitions.logs.insert(id, log);
    }
}

fn log(id: Id, node: &Node<'_>) -> Log {
    let title = node.need_title("title");
    let objects = node.ids("object").into_iter().map(|object| object.id).collect::<Vec<_>>();
    let objects = if objects.is_empty() { vec![Id::from("case")] } else { objects };
    let activities: Vec<(Activity, Title)> =
        rows(node, "activity", "{ name = \"Create Fine\", zh = \"开具罚单\" }")
            .iter()
            .filter_map(|row| named(row).map(|(name, title)| (Activity::from(name), title)))
            .collect();
    let attributes = node.rows("attribute");
    let attributes: Vec<Attribute> = attributes.iter().filter_map(attribute).collect();
    once(node, "activity", activities.iter().map(|(name, _)| name.as_str()));
    once(node, "attribute", attributes.iter().map(|one| one.name.as_str()));
    Log { id, title, objects, activities, attributes, place: node.place() }
}

fn rows<'a>(node: &Node<'a>, name: &'static str, example: &str) -> Vec<Node<'a>> {
    let member = node.need(name, &format!("[{example}]"));
    member.iter().flat_map(Member::items).filter_map(|item| item.node()).collect()
}

/// A name as the log has it, and what people call it; in English as the log does unless it says so.
fn named<'a>(row: &Node<'a>) -> Option<(&'a str, Title)> {
    let name = row.need_text("name");
    let (zh, en) = (row.text("zh"), row.text("en"));
    row.finish();
    let name = name?;
    Some((name, Title::new(zh.unwrap_or(name), en.unwrap_or(name))))
}

fn attribute(row: &Node<'_>) -> Option<Attribute> {
    let kind = row.need("kind", "\"text\"").and_then(|member| pick(&member, &Kind::ALL));
    let (name, title) = named(row)?;
    if ["activity", "time"].contains(&name) {
        row.report(format!("every event has its own `{name}`"), "remove it; conditions know it already");
    }
    Some(Attribute { name: Name::from(name), kind: kind?, title })
}

fn once<'t>(node: &Node<'_>, what: &str, names: impl Iterator<Item = &'t str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            node.report(format!("the {what} `{name}` stands there twice"), "remove one of the two");
        }
    }
}
