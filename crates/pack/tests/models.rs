//! Models are read whole: every fault with its place and mend, and what is written out is read back the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::models::{Model, Template, explain, write};
use pack::{Definitions, File, Lang, folder, load};
use std::path::Path;

/// A town with a log, and objects of the record.
const TOWN: &str = r#"
[pack]
id = "town"
title = { zh = "小城", en = "Town" }
version = "1"
effective = 2026-01-01

[object.application]
title = { zh = "申请", en = "Application" }
[role.clerk]
title = { zh = "办事员", en = "Clerk" }
[category.boats]
title = { zh = "船只", en = "Boats" }

[flow.simple]
title = { zh = "登记", en = "Register" }
[flow.simple.step.accept]
kind = "accept"
role = "clerk"
form = { field = [{ id = "berth", title = { zh = "泊位", en = "Berth" }, kind = "integer", personal = false }] }
[procedure.boat]
title = { zh = "船只登记", en = "Register a boat" }
category = "boats"
flow = "simple"
level = "station"
[procedure.boat.form]
field = [
    { id = "length", title = { zh = "长度", en = "Length" }, kind = "integer", personal = false },
    { id = "built-on", title = { zh = "建造日期", en = "Built on" }, kind = "date", personal = false },
    { id = "sailed-alone", title = { zh = "独自航行", en = "Do you sail alone?" }, kind = "truth" },
]

[log.orders]
title = { zh = "订单", en = "Orders" }
object = ["order", "item"]
activity = [
    { name = "place", zh = "下单", en = "place" }, { name = "pick", zh = "拣货", en = "pick" },
    { name = "ship", zh = "发货", en = "ship" }, { name = "pay", zh = "付款", en = "pay" },
]
attribute = [
    { name = "price", kind = "number", zh = "价格", en = "the price" }, { name = "count", kind = "integer" },
    { name = "org:who", kind = "text", zh = "经办人", en = "who did it" }, { name = "paid", kind = "truth" },
    { name = "due", kind = "moment" },
]
"#;

fn read(models: &str) -> Result<Definitions, String> {
    read_beside(&[], models)
}

fn read_beside(others: &[File], models: &str) -> Result<Definitions, String> {
    let own = [
        File { path: "town/pack.toml".into(), text: TOWN.into() },
        File { path: "town/models.toml".into(), text: models.into() },
    ];
    load(&[&own, others].concat())
        .map_err(|problems| problems.iter().map(|problem| format!("{problem}\n")).collect())
}

#[test]
fn faults_of_models_are_all_told_at_once() {
    let told = read(
        r#"
[log.twice]
title = { zh = "志", en = "Log" }
activity = [{ name = "a" }, { name = "a" }]
attribute = [{ name = "x", kind = "txt" }, { name = "time", kind = "moment" }]

[model.nothing]
title = { zh = "无", en = "Nothing" }
log = "orders"

[model.two-things]
title = { zh = "二", en = "Two things" }
log = "orders"
init = "place"
response = ["place", "pay"]

[model.strangers]
title = { zh = "陌", en = "Strangers" }
log = "orders"
response = ["plaec", ["pay", "sing"]]
activation = "event.pirce > 3.0 && event.count == 1.0"
target = "event.paid > 1"
correlation = 'activation["org:who"] == event.price'
owner = "clrek"
severity = "bad"

[model.one-activity]
title = { zh = "一", en = "One" }
log = "orders"
response = "place"

[model.no-target]
title = { zh = "无", en = "No target" }
log = "orders"
absence = "pay"
times = 2
target = "event.paid"
correlation = "activation.price == target.price"

[model.uncounted]
title = { zh = "数", en = "Uncounted" }
log = "orders"
chain-response = ["place", "pay"]
times = 2

[model.choosing]
title = { zh = "选", en = "Choosing" }
log = "orders"
choice = ["place", "pay"]
correlation = "activation.price == target.price"

[model.times]
title = { zh = "时", en = "Times" }
log = "orders"
response = ["place", "pay"]
from = "20 workdays"
within = { by = "x" }

[model.more-times]
title = { zh = "时", en = "More times" }
log = "orders"
response = ["place", "pay"]
from = "3 days"
within = "2 days"

[model.lengths]
title = { zh = "长", en = "Lengths" }
log = "orders"
response = ["place", "pay"]
from = "soon"
within = { counted = "2 days before" }

[model.at-once]
title = { zh = "即", en = "At once" }
log = "orders"
init = "place"
within = "1 day"

[model.scopes]
title = { zh = "域", en = "Scopes" }
log = "orders"
of = { each = "ordr", all = "item", any = "item", least = 1 }
response = ["place", "pay"]

[model.bounds]
title = { zh = "界", en = "Bounds" }
log = "orders"
of = { each = "order", count = "item" }
response = ["place", "pay"]

[model.more-bounds]
title = { zh = "界", en = "More bounds" }
log = "orders"
of = { each = "order", all = "item", least = 2 }
response = ["place", "pay"]

[model.whose]
title = { zh = "谁", en = "Whose" }
response = ["case started", "deadline passed"]

[model.both]
title = { zh = "都", en = "Both" }
log = "orders"
procedure = "boat"
colour = "red"
response = ["application accepted", "application acepted"]
activation = 'event["form.lenght"] > 3 && event["form.length"] > 3'

[model.nowhere]
title = { zh = "无", en = "Nowhere" }
log = "ordres"
response = ["place", "pay"]
activation = "event.anything"

[model.sealed]
title = { zh = "密", en = "Sealed" }
procedure = "boat"
absence = "application submitted"
activation = 'event["form.sailed-alone"] && event["form.length"] > 3'

[model.no-time]
title = { zh = "无时", en = "No time" }
log = "orders"
response = ["place", "pay"]
within = "0 minutes"
"#,
    );
    insta::assert_snapshot!(told.unwrap_err());
}

/// Time that is counted needs what it is counted by, or it would never end.
#[test]
fn what_is_counted_needs_the_rules_and_the_hours() {
    let counts = |within: &str| {
        format!(
            "[model.counts]\ntitle = {{ zh = \"数\", en = \"Counts\" }}\nlog = \"orders\"\n\
             response = [\"place\", \"pay\"]\nwithin = {{ counted = \"{within}\" }}\n"
        )
    };
    let mut law = folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")).unwrap();
    law.retain(|file| file.path.starts_with("law/"));
    let mut told = String::new();
    for (beside, files) in [("nothing", &[][..]), ("the law", &law[..])] {
        for within in ["20 workdays", "2 workhours", "3 months"] {
            let said = read_beside(files, &counts(within)).map(|_| "taken\n".to_owned());
            told.push_str(&format!(
                "{within}, beside {beside}:\n{}",
                said.unwrap_or_else(|problems| problems)
            ));
        }
    }
    insta::assert_snapshot!(told);
}

const SOUND: &str = r##"
[model.placed-and-paid]
title = { zh = "下单后十日内付款", en = "What is placed is paid within ten days" }
about = { zh = "大额订单", en = "Large orders" }
log = "orders"
of = { each = "order", count = "item", least = 1, most = 3, link = "contains", through = ["order"] }
response = ["place", ["pay", "ship"]]
activation = "event.price >= 36.0 && !event.paid"
target = 'event["org:who"] == "x\"y" || has(event.due)'
correlation = "activation.price <= target.price"
from = "1 hour"
within = "10 days"
severity = "grave"
basis = { zh = "本店规定", en = "A rule of the house" }
remedy = { zh = "催款", en = "Ask for the money" }
owner = "clerk"

[model.picked]
title = { zh = "先拣后发", en = "Picked before shipped" }
log = "orders"
of = { each = "order", all = "item" }
precedence = ["pick", "ship"]
activation = "event.count > 1"

[model.seldom]
title = { zh = "少", en = "Seldom" }
log = "orders"
of = { each = "order", any = "item" }
absence = ["pay", "ship"]
times = 4
activation = "event.paid"
within = "1 week"

[model.berth]
title = { zh = "泊位", en = "Berth" }
procedure = "boat"
not-precedence = ["application submitted", "application accepted"]
activation = 'event["accept.berth"] > 3 && event["form.length"] > 12 && event["accept.outcome"] == "accepted"'
target = 'date(event["form.built-on"]) < date("2000-01-01")'

[model.expired]
title = { zh = "期限", en = "Time" }
of = "application"
absence = "deadline passed"
"##;

fn canonical(model: &Model) -> String {
    let patterns: Vec<String> = model
        .patterns()
        .map(|one| format!("{:?} {:?}", one.activities, one.condition.as_ref().map(|one| &one.source)))
        .collect();
    let correlation = model.correlation.as_ref().map(|one| &one.source);
    format!(
        "{} {:?} {:?} {:?} {patterns:?} {correlation:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        model.id,
        model.title,
        model.on,
        model.scope,
        model.window,
        model.severity,
        model.basis,
        model.remedy,
        model.owner,
        model.about,
        model.template
    )
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let all = read(SOUND).unwrap();
    let written: String = all.models.values().map(write).collect();
    let again = read(&written).unwrap_or_else(|problems| panic!("{problems}\n{written}"));
    let [before, after] = [&all, &again].map(|all| all.models.values().map(canonical).collect::<Vec<_>>());
    assert_eq!(before, after);
    insta::assert_snapshot!(written);
}

#[test]
fn models_are_explained_in_plain_words() {
    let all = read(SOUND).unwrap();
    let told: Vec<String> = all
        .models
        .values()
        .flat_map(|model| Lang::ALL.map(|lang| explain(model, &all, lang)))
        .map(|sections| sections.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        .collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

/// Each template can be asked for, and is explained in both languages.
#[test]
fn every_template_can_be_written_and_explained() {
    for (key, template) in Template::keys() {
        let activities = if template.is_binary() { r#"["place", "pay"]"# } else { r#""place""# };
        let text = format!(
            "[model.one]\ntitle = {{ zh = \"一\", en = \"One\" }}\nlog = \"orders\"\n{key} = {activities}\n"
        );
        let all = read(&text).unwrap_or_else(|problems| panic!("{key}: {problems}"));
        let model = all.models.values().next().unwrap();
        assert_eq!(model.template, *template);
        for (lang, named) in [(Lang::Zh, "下单"), (Lang::En, "place")] {
            let said = &explain(model, &all, lang)[0].lines[0];
            assert!(said.contains(named) && !said.contains('{'), "{key}: {said}");
        }
    }
}

#[test]
fn shipped_models_have_no_fault() {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let all = load(&folder::read(&packs).unwrap()).unwrap_or_else(|problems| panic!("{}", problems[0]));
    assert!(all.models.len() >= 16, "{}", all.models.len());
}
