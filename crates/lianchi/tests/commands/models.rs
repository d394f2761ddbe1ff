//! Logs checked against models of packs; models listed, explained, derived.

use super::{Desk, check};

const PACK: &str = r#"[pack]
id = "fines"
title = { zh = "罚款", en = "Fines" }
version = "1"
effective = 2026-01-01
requires = ["city"]

[log.fines]
title = { zh = "罚款日志", en = "Log of fines" }
activity = [
    { name = "create", zh = "开具" }, { name = "send", zh = "寄出" },
    { name = "notify", zh = "送达" }, { name = "add penalty", zh = "加处" }, { name = "pay", zh = "缴款" },
]
attribute = [{ name = "Amount", kind = "number", zh = "金额", en = "the amount" }, { name = "Who", kind = "text" }]

[model.sent-in-time]
title = { zh = "九十日内寄出", en = "A fine is sent within ninety days" }
log = "fines"
response = ["create", ["send", "pay"]]
within = "90 days"
owner = "supervisor"

[model.no-penalty-before-notification]
title = { zh = "未送达不得加处", en = "No penalty before the notification" }
log = "fines"
precedence = ["notify", "add penalty"]
severity = "grave"

[model.heavy-fine-notified]
title = { zh = "大额罚款十五个工作日内送达", en = "A heavy fine is notified within fifteen working days" }
log = "fines"
response = ["send", "notify"]
activation = "event.Amount >= 100.0"
within = { counted = "15 workdays" }

[model.penalty-by-another]
title = { zh = "加处不得由开具人决定", en = "Who makes a fine out does not add to it" }
log = "fines"
not-response = ["create", "add penalty"]
correlation = "activation.Who == target.Who"
"#;

/// Four fines: one paid at once, one sent late and never notified, one notified in time, one not over yet.
const FINES: &str = "Case,Step,When,Amount,Who
1,create,2026-01-05T09:00:00+08:00,36,li
1,pay,2026-01-06T10:00:00+08:00,36,
2,create,2026-01-05T09:30:00+08:00,120,wang
2,send,2026-05-05T09:00:00+08:00,120,wang
2,add penalty,2026-07-10T09:00:00+08:00,240,wang
3,create,2026-01-07T11:00:00+08:00,150,li
3,send,2026-01-12T09:00:00+08:00,150,li
3,notify,2026-02-03T09:00:00+08:00,,post
3,add penalty,2026-04-07T09:00:00+08:00,300,zhao
4,create,2026-07-09T09:00:00+08:00,55,li
";

const MAP: &str = "--map case=Case,activity=Step,time=When";

/// How the town counts time.
const RULE: &str = include_str!("../../../pack/tests/rule.toml");

const BOATS: &str = r#"[pack]
id = "town"
title = { zh = "小城", en = "Town" }
version = "1"
effective = 2026-01-01
requires = ["law"]

[object.application]
title = { zh = "申请", en = "Application" }
[category.boats]
title = { zh = "船只", en = "Boats" }
[role.clerk]
title = { zh = "办事员", en = "Clerk" }

[flow.simple]
title = { zh = "登记", en = "Register" }
[flow.simple.step.accept]
kind = "accept"
role = "clerk"
[flow.simple.step.decide]
kind = "decide"
role = "clerk"
separate = ["accept"]
[flow.simple.clock.decision]
title = { zh = "作出决定", en = "Decide" }
from = "accept.accepted"
to = "decide"
own = "3 hours"

[material.deed]
title = { zh = "船舶所有权证书", en = "Deed of the boat" }

[procedure.boat]
title = { zh = "船只登记", en = "Register a boat" }
category = "boats"
flow = "simple"
level = "station"
material = [{ use = "deed", when = "form.length > 12" }]
[procedure.boat.form]
field = [{ id = "length", title = { zh = "长度", en = "Length" }, kind = "integer", personal = false }]
"#;

#[test]
fn logs_are_checked_against_models() {
    let broken = PACK.replace("\"notify\", \"add penalty\"]", "\"notfy\", \"add penalty\"]");
    let uncounted = PACK.replace("requires = [\"city\"]\n", "").replace("owner = \"supervisor\"\n", "");
    let files: [(&str, &[u8]); 10] = [
        ("nowhen.csv", b"Case,Step\n1,create\n1,add penalty\n2,notify\n2,pay\n"),
        ("fines.csv", FINES.as_bytes()),
        ("holes.csv", b"Case,Step,When\n,create,2026-01-05\n1,,2026-01-06\n1,create,2026-01-07\n"),
        ("other.csv", b"Case,Step,When\n1,sing,2026-01-05\n"),
        ("packs/fines/pack.toml", PACK.as_bytes()),
        ("broken/fines/pack.toml", broken.as_bytes()),
        ("uncounted/fines/pack.toml", uncounted.as_bytes()),
        ("silent.decl", b"activity create\n"),
        ("misspelt.decl", b"activity create\nactivity sned\nResponse[create, sned] | | |\n"),
        ("one.decl", b"activity create\nactivity send\nResponse[create, send] | | |\n"),
    ];
    let lines = [
        format!("check fines.csv {MAP} --models packs"),
        format!("check fines.csv {MAP} --models packs/fines --json"),
        format!("check fines.csv {MAP} --models packs --summary"),
        format!("check fines.csv {MAP} --models packs --summary --json"),
        format!("check fines.csv {MAP} --models packs --open"),
        format!("check other.csv {MAP} --models packs"),
        "check nowhen.csv --map case=Case,activity=Step --untimed --models packs".to_owned(),
        format!("check fines.csv {MAP} --models broken"),
        format!("check fines.csv {MAP} --models broken --json"),
        format!("check fines.csv {MAP} --models uncounted"),
        format!("check fines.csv {MAP} --models nowhere"),
        format!("check fines.csv {MAP} --models packs --object case"),
        format!("check fines.csv {MAP}"),
        format!("check fines.csv {MAP} --models packs --declare one.decl"),
        format!("check fines.csv {MAP} --declare one.decl --summary"),
        format!("check fines.csv {MAP} --declare silent.decl"),
        format!("check fines.csv {MAP} --declare misspelt.decl --summary"),
        format!("check holes.csv {MAP} --declare one.decl --summary"),
        format!("check holes.csv {MAP} --models packs --summary --json"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(check(&files, &lines));
}

const SHOP: &str = r#"[pack]
id = "shop"
title = { zh = "商店", en = "Shop" }
version = "1"
effective = 2026-01-01

[log.shop]
title = { zh = "订单", en = "Orders" }
object = ["order", "item", "truck"]
activity = [{ name = "place" }, { name = "pick" }, { name = "pay" }, { name = "drive" }]

[model.paid-before-it-is-driven]
title = { zh = "先付款后发车", en = "What is driven was paid" }
log = "shop"
of = { each = "order", all = "truck", through = ["item"] }
precedence = ["pay", "drive"]

[model.every-item-picked]
title = { zh = "每件都拣", en = "Every item is picked" }
log = "shop"
of = { each = "order", all = "item", link = "has" }
existence = "pick"

[model.some-item-picked]
title = { zh = "总有一件拣", en = "Some item is picked" }
log = "shop"
of = { each = "order", any = "item", link = "has" }
existence = "pick"

[model.one-item-picked-at-most]
title = { zh = "至多拣一件", en = "One item is picked at most" }
log = "shop"
of = { each = "order", count = "item", most = 1, link = "has" }
existence = "pick"
"#;

/// Two orders: of the first both items are picked and driven before it is paid; the second has one item, never picked.
const ORDERS: &str = r#"{
"objectTypes": [{"name": "order", "attributes": []}, {"name": "item", "attributes": []}, {"name": "truck", "attributes": []}],
"eventTypes": [{"name": "place", "attributes": []}, {"name": "pick", "attributes": []}, {"name": "pay", "attributes": []},
  {"name": "drive", "attributes": []}],
"objects": [
  {"id": "o1", "type": "order", "attributes": [], "relationships": [{"objectId": "i1", "qualifier": "has"}, {"objectId": "i2", "qualifier": "has"}]},
  {"id": "o2", "type": "order", "attributes": [], "relationships": [{"objectId": "i3", "qualifier": "has"}]},
  {"id": "i1", "type": "item", "attributes": [], "relationships": []}, {"id": "i2", "type": "item", "attributes": [], "relationships": []},
  {"id": "i3", "type": "item", "attributes": [], "relationships": []}, {"id": "t1", "type": "truck", "attributes": [], "relationships": []}],
"events": [
  {"id": "e1", "type": "place", "time": "2026-01-05T09:00:00+08:00", "attributes": [], "relationships": [{"objectId": "o1", "qualifier": "of"}]},
  {"id": "e2", "type": "place", "time": "2026-01-05T09:10:00+08:00", "attributes": [], "relationships": [{"objectId": "o2", "qualifier": "of"}]},
  {"id": "e3", "type": "pick", "time": "2026-01-05T10:00:00+08:00", "attributes": [], "relationships": [{"objectId": "i1", "qualifier": "of"}]},
  {"id": "e4", "type": "pick", "time": "2026-01-05T10:05:00+08:00", "attributes": [], "relationships": [{"objectId": "i2", "qualifier": "of"}]},
  {"id": "e5", "type": "drive", "time": "2026-01-06T08:00:00+08:00", "attributes": [], "relationships": [{"objectId": "t1", "qualifier": "by"}, {"objectId": "i1", "qualifier": "of"}]},
  {"id": "e6", "type": "pay", "time": "2026-01-07T08:00:00+08:00", "attributes": [], "relationships": [{"objectId": "o1", "qualifier": "of"}]}]
}"#;

#[test]
fn models_speak_of_several_objects() {
    let files: [(&str, &[u8]); 2] =
        [("orders.json", ORDERS.as_bytes()), ("packs/shop/pack.toml", SHOP.as_bytes())];
    let lines = [
        "check orders.json --models packs",
        "check orders.json --models packs --json",
        "check orders.json --models packs --summary",
        "check orders.json --models packs --open",
        "models explain paid-before-it-is-driven --packs packs",
        "models explain one-item-picked-at-most --packs packs --zh",
    ];
    insta::assert_snapshot!(check(&files, &lines));
}

#[test]
fn models_are_listed_explained_and_derived() {
    let files: [(&str, &[u8]); 3] = [
        ("town/town/pack.toml", BOATS.as_bytes()),
        ("town/law/pack.toml", RULE.as_bytes()),
        ("packs/fines/pack.toml", PACK.as_bytes()),
    ];
    let lines = [
        "models list --packs town",
        "models explain boat-deadline-decision --packs town",
        "models explain boat-separation-decide-not-by-accept --packs town --zh",
        "models explain boat-material-deed --packs town --json",
        "models explain fine-sent-in-time",
        "models explain fine-sent-in-time --zh",
        "models explain fine-sent-intime",
        "models explain sent-in",
        "models explain nonsense",
        "models derive boat --packs town",
        "models derive boot --packs town",
        "models derive nonsense",
    ];
    insta::assert_snapshot!(check(&files, &lines));
}

/// With the packs that ship there are thousands, each with where it comes from.
#[test]
fn shipped_packs_yield_thousands_of_models() {
    let listed = Desk::new(&[]).json("models list --json");
    let models = listed["models"].as_array().unwrap();
    assert!(models.len() >= 1_000 && listed["derived"].as_u64().unwrap() >= 1_000, "{}", models.len());
    for model in models {
        let origin = &model["origin"];
        assert!(origin["procedure"].is_string() || origin["file"].is_string(), "{model}");
        assert!(model["title"]["zh"].is_string() && model["severity"].is_string(), "{model}");
    }
}

/// What is derived is what a pack can hold: written into a pack of one's own it has no fault, and is found there.
#[test]
fn what_is_derived_can_be_kept_as_ones_own() {
    let mut desk =
        Desk::new(&[("town/town/pack.toml", BOATS.as_bytes()), ("town/law/pack.toml", RULE.as_bytes())]);
    let derived = desk.output("models derive boat --packs town").stdout;
    desk.put("town/town/models.toml", &derived);
    let checked = desk.json("pack check town --json");
    assert_eq!(checked["problems"], serde_json::json!([]), "{checked}");
    desk.run("models list --packs town");
    assert!(desk.told().contains("written in town/models.toml"), "{}", desk.told());
}
