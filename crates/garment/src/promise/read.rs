//! A shop from its text: one file of TOML, each mistake of which is told with its place.

use super::{Line, Order, Shop, Style, Workshop};
use crate::day::Day;
use crate::definition::{At, Node, Problem, Source};
use crate::workdays::Workdays;

/// More garments than anybody orders at once.
const MOST: i64 = 10_000_000;

/// Reads a shop.
pub fn shop(text: &str) -> Result<Shop, Vec<Problem>> {
    let source = Source::parse(text);
    let read = read(&source.root());
    let faults = source.faults();
    match read {
        Some(shop) if faults.is_empty() => Ok(shop),
        _ => Err(faults),
    }
}

fn read(root: &Node<'_>) -> Option<Shop> {
    let name = root.text("shop").map_or("shop", |name| name.value).to_owned();
    let from = root.need("from", "2026-10-08", root.date("from"));
    let spare = root.whole("spare", 0, 250).map_or(0, |spare| spare.value as u32);
    let late = root.decimal("late", 2, 0).map_or(100_000, |late| late.value);
    let days = root.table("calendar").map_or_else(Workdays::default, |node| {
        let days = Workdays::read(&node);
        node.finish();
        days
    });
    let roads = Roads {
        yuan: root.decimal("km_yuan", 2, 0).map_or(0, |yuan| yuan.value),
        a_day: root.whole("km_a_day", 1, 2_000).map_or(400, |km| km.value),
    };
    let workshops = workshops(root, &roads);
    let styles = styles(root);
    let day = from.as_ref().map_or(Day(0), |from| from.value);
    let lines = lines(root, &workshops, &styles, day);
    let orders = orders(root, &styles, day);
    root.finish();
    let workshops = match workshops.is_empty() {
        true => vec![Workshop { id: name.clone(), partner: false, way: 0, trip: 0 }],
        false => workshops,
    };
    Some(Shop { name, from: from?.value, days, spare, late, workshops, lines, styles, orders })
}

/// What ways cost.
struct Roads {
    /// Fen a kilometre.
    yuan: i64,
    /// Kilometres a workday.
    a_day: i64,
}

/// An id that none before it has.
fn own_id<'a>(row: &Node<'a>, what: &str, mut known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let id = row.need_text("id")?;
    if known.any(|other| other == id.value) {
        let told = format!("{what} `{}` stands twice", id.value);
        row.report(&id.span, told, format!("give each {what} an id of its own"));
        return None;
    }
    Some(id.value)
}

fn named(row: &Node<'_>, what: &str, id: &At<&str>, known: &[&str]) -> Option<usize> {
    let at = known.iter().position(|other| *other == id.value);
    if at.is_none() {
        let mend = format!("add `[[{what}]]` with this id, or write one of `{}`", known.join("`, `"));
        row.report(&id.span, format!("no {what} is called `{}`", id.value), mend);
    }
    at
}

fn workshops(root: &Node<'_>, roads: &Roads) -> Vec<Workshop> {
    let mut ids: Vec<&str> = Vec::new();
    let mut workshops = Vec::new();
    for row in root.rows("workshop") {
        let id = own_id(&row, "workshop", ids.iter().copied());
        let (partner, km) = (row.flag("partner"), row.whole("km", 0, 5_000).map_or(0, |km| km.value));
        let way = row.whole("way", 0, 250).map(|way| way.value);
        row.finish();
        let Some(id) = id else { continue };
        ids.push(id);
        let way = way.unwrap_or((km + roads.a_day - 1) / roads.a_day) as u32;
        workshops.push(Workshop { id: id.to_owned(), partner, way, trip: 2 * km * roads.yuan });
    }
    workshops
}

fn styles(root: &Node<'_>) -> Vec<Style> {
    let mut ids: Vec<&str> = Vec::new();
    let mut styles = Vec::new();
    for row in root.rows("style") {
        let id = own_id(&row, "style", ids.iter().copied());
        let (minutes, setup) = (row.need_decimal("minutes", 2, 1), row.decimal("setup", 2, 0));
        row.finish();
        let (Some(id), Some(minutes)) = (id, minutes) else { continue };
        ids.push(id);
        let setup = setup.map_or(0, |setup| setup.value);
        styles.push(Style { id: id.to_owned(), minutes: minutes.value, setup });
    }
    if root.rows("style").is_empty() {
        let mend = "add `[[style]]` with `id = \"shirt\"` and `minutes = 18.5` for each";
        root.report(&root.span, "there are no styles", mend);
    }
    styles
}

fn lines(root: &Node<'_>, workshops: &[Workshop], styles: &[Style], from: Day) -> Vec<Line> {
    let mut ids: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    let places: Vec<&str> = workshops.iter().map(|workshop| workshop.id.as_str()).collect();
    let known: Vec<&str> = styles.iter().map(|style| style.id.as_str()).collect();
    for row in root.rows("line") {
        let id = own_id(&row, "line", ids.iter().copied());
        let workshop = match workshops {
            [] => Some(0),
            _ => row.need_text("workshop").and_then(|id| named(&row, "workshop", &id, &places)),
        };
        let minutes = row.need_decimal("minutes", 2, 1);
        let price = row.decimal("minute_yuan", 4, 0).map_or(0, |price| price.value);
        let (free, closed) = (row.date("from"), row.dates("closed"));
        let set_up = row.text("set_up").and_then(|id| named(&row, "style", &id, &known));
        let mut skills = vec![None; styles.len()];
        let told = row.need("skills", "{ shirt = 95 }", row.counts("skills", 400));
        for (id, percent) in told.map_or_else(Vec::new, |told| told.value) {
            let style = named(&row, "style", &id, &known);
            if percent == 0 {
                let mend = "write percent of the standard, or leave the style out";
                row.report(&id.span, format!("style `{}` would never be done", id.value), mend);
            } else if let Some(skill) = style.and_then(|style| skills.get_mut(style)) {
                *skill = Some(i64::from(percent) * 100);
            }
        }
        row.finish();
        let (Some(id), Some(workshop), Some(minutes)) = (id, workshop, minutes) else { continue };
        ids.push(id);
        lines.push(Line {
            id: id.to_owned(),
            workshop,
            minutes: minutes.value,
            skills,
            price,
            from: free.map_or(from, |free| free.value.max(from)),
            closed: closed.into_iter().map(|day| day.value).collect(),
            set_up,
        });
    }
    if root.rows("line").is_empty() {
        let mend = "add `[[line]]` with `id`, `minutes = 9600` a workday and `skills = { shirt = 95 }`";
        root.report(&root.span, "there are no lines", mend);
    }
    lines
}

fn orders(root: &Node<'_>, styles: &[Style], from: Day) -> Vec<Order> {
    let mut ids: Vec<&str> = Vec::new();
    let mut orders = Vec::new();
    let known: Vec<&str> = styles.iter().map(|style| style.id.as_str()).collect();
    for row in root.rows("order") {
        let id = own_id(&row, "order", ids.iter().copied());
        let style = row.need_text("style").and_then(|id| named(&row, "style", &id, &known));
        let pieces = row.need_whole("pieces", 1, MOST);
        let due = row.need("due", "2026-11-15", row.date("due"));
        let ready = row.date("ready").map_or(from, |ready| ready.value.max(from));
        let weight = row.whole("weight", 0, 1_000).map_or(1, |weight| weight.value as u32);
        let bundle = row.whole("bundle", 1, MOST).map_or(1, |bundle| bundle.value as u32);
        let shares = row.whole("shares", 1, 1_000).map_or(1_000, |shares| shares.value as u32);
        row.finish();
        let (Some(id), Some(style), Some(pieces), Some(due)) = (id, style, pieces, due) else { continue };
        ids.push(id);
        let (pieces, due) = (pieces.value as u32, due.value);
        orders.push(Order { id: id.to_owned(), style, pieces, ready, due, weight, bundle, shares });
    }
    if root.rows("order").is_empty() {
        let mend = "add `[[order]]` with `id`, `style`, `pieces` and `due`";
        root.report(&root.span, "nothing is ordered", mend);
    }
    orders
}
