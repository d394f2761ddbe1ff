//! Packs are read whole: the shipped ones without a fault, broken ones with every fault and its mend.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::{File, load};

/// A file, beside one that says how time is counted.
fn files(text: &str) -> [File; 2] {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    [file("broken/pack.toml", text), file("law/pack.toml", include_str!("rule.toml"))]
}

/// The faults of one file, as its author sees them.
fn check(text: &str) -> String {
    match load(&files(text)) {
        Ok(_) => "no fault".into(),
        Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
    }
}

#[test]
fn faults_are_all_told_at_once() {
    insta::assert_snapshot!(check(
        r#"
[pack]
id = "other"
title = { zh = "坏", en = "" }
effective = "2026-01-01"

[office.Station]
title = { zh = "所", en = "Station" }
level = "villge"

[role.clerk]
titel = { zh = "员", en = "Clerk" }

[policy.p]
title = { zh = "策", en = "Policy" }
effect = "allow"
roles = ["clrek"]
actions = ["aprove"]

[flow.counter]
title = { zh = "流程", en = "Flow" }
[flow.counter.step.accept]
kind = "accept"
role = "clerk"
[flow.counter.step.decide]
kind = "decide"
role = "clerk"
after = ["acept"]
[flow.counter.step.hold]
kind = "act"
role = "clerk"
after = ["decide.grantd"]
[flow.counter.clock.c]
title = { zh = "钟", en = "Clock" }
from = "submited"
to = "decide"
own = "3 workingdays"

[procedure.p]
title = { zh = "事", en = "Thing" }
flow = "countr"
category = "x"
level = "station"
colour = "red"
"#
    ));
}

/// What a procedure says is checked while nobody knows its steps.
#[test]
fn conditions_are_checked_without_a_flow() {
    insta::assert_snapshot!(check(
        r#"
[pack]
id = "broken"
title = { zh = "坏", en = "Broken" }
version = "1"
effective = 2026-01-01
[category.x]
title = { zh = "类", en = "Category" }
[object.application]
title = { zh = "申请", en = "Application" }
[material.deed]
title = { zh = "产权证明", en = "Proof of ownership" }
[procedure.p]
title = { zh = "事", en = "Thing" }
flow = "countr"
category = "x"
level = "station"
material = [{ use = "deed", when = "form.aera > 100" }]
[procedure.p.form]
field = [
    { id = "area", title = { zh = "面积", en = "Area" }, kind = "integer", min = 1 },
    { id = "note", title = { zh = "说明", en = "Note" }, kind = "text", when = 'form.area > "1"' },
    { id = "more", title = { zh = "补充", en = "More" }, kind = "text", when = 'steps.examine.outcome == "granted" && steps.seen' },
]
"#
    ));
}

/// What a procedure changes in a flow whose name is misspelt is read as of the flow that was meant.
#[test]
fn steps_are_read_in_the_flow_that_was_meant() {
    insta::assert_snapshot!(check(
        r#"
[pack]
id = "broken"
title = { zh = "坏", en = "Broken" }
version = "1"
effective = 2026-01-01
[category.x]
title = { zh = "类", en = "Category" }
[object.application]
title = { zh = "申请", en = "Application" }
[role.clerk]
title = { zh = "受理员", en = "Clerk" }
[flow.counter]
title = { zh = "窗口", en = "Counter" }
[flow.counter.step.accept]
kind = "accept"
role = "clerk"
[procedure.p]
title = { zh = "事", en = "Thing" }
flow = "countr"
category = "x"
level = "station"
[procedure.p.form]
field = [{ id = "area", title = { zh = "面积", en = "Area" }, kind = "integer", min = 1 }]
[procedure.p.step.accept]
rolle = "clerk"
when = "form.aera > 3"
[procedure.p.step.look]
kind = "examine"
role = "clark"
after = ["acept"]
"#
    ));
}

/// A promise is held against the law's limit as both are counted, from every start.
#[test]
fn a_promise_keeps_the_limit_of_the_law() {
    let shipped = shipped();
    let promised = |limit: &str, promise: &str| {
        let mut files = shipped.clone();
        let own = files.iter_mut().find(|file| file.path == "identity/replacements.toml").unwrap();
        let text = own.text.replacen("promise = \"20 workdays\"", &format!("promise = \"{promise}\""), 1);
        own.text = text.replacen("limit = \"identity-card-issued\"", &format!("limit = \"{limit}\""), 1);
        let problems = load(&files).err().unwrap_or_default();
        let told: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
        format!("## {limit}, promised in {promise}\n{told}")
    };
    let told: String = [
        ("identity-card-issued", "90 workdays"),
        ("identity-card-issued", "61 days"),
        ("identity-card-issued", "60 days"),
        ("identity-card-issued", "2 months"),
        ("identity-card-issued", "36 workdays"),
        ("identity-card-issued", "30 workdays"),
        ("identity-card-issued", "10 minutes"),
        ("licence-decided", "20 workdays"),
        ("licence-decided", "21 days"),
        ("licence-decided", "25 workdays"),
        ("licence-decided", "1 month"),
        ("driving-licence-replaced", "24 hours"),
        ("driving-licence-replaced", "40 hours"),
    ]
    .iter()
    .map(|(limit, promise)| promised(limit, promise))
    .collect();
    insta::assert_snapshot!(told);
}

#[test]
fn clocks_and_steps_wait_for_what_is_there() {
    insta::assert_snapshot!(check(
        r#"
[pack]
id = "broken"
title = { zh = "坏", en = "Broken" }
version = "1"
effective = 2026-01-01
[category.x]
title = { zh = "类", en = "Category" }
[object.application]
title = { zh = "申请", en = "Application" }
[role.keeper]
title = { zh = "保管员", en = "Keeper" }

[procedure.early]
title = { zh = "早", en = "Before its flow in the file" }
flow = "keep"
category = "x"
level = "station"
[procedure.early.form]
field = [
    { id = "taken", title = { zh = "何时", en = "When" }, kind = "moment", required = false },
]
[procedure.early.clock.by-date]
title = { zh = "钟", en = "Clock" }
from = "form.tkaen"
to = "erase"
own = "1 day"

[flow.keep]
title = { zh = "保管", en = "Keep" }
[flow.keep.step.erase]
kind = "act"
role = "keeper"
activity = "erased"
not-before = "kpet"
[flow.keep.clock.kept]
title = { zh = "保存", en = "Kept" }
from = "form.taken"
to = "erase"
own = "6 months"
"#
    ));
}

/// Times of an office's own that nobody would count are told, each once, where no pack says how.
#[test]
fn times_of_the_offices_own_need_the_rules() {
    let rest = r#"
issues = "card"
[procedure.list]
title = { zh = "登记", en = "List" }
flow = "counter"
category = "x"
level = "station"
[flow.counter.clock.whole]
title = { zh = "办结", en = "Done" }
from = "accept"
to = "decide"
own = "30 minutes"
[credential.card]
title = { zh = "证", en = "Card" }
valid = "10 years"
"#;
    let [own, law] = files(&format!("{SMALL}{rest}"));
    assert!(load(&[own.clone(), law]).is_ok());
    let problems = load(&[own]).err().unwrap_or_default();
    insta::assert_snapshot!(problems.iter().map(|problem| format!("{problem}\n")).collect::<String>());
}

/// What stops a clock of the law, and what a notice may say, is held against the law and the flow.
#[test]
fn pauses_and_plans_are_held_against_what_they_name() {
    let broken = r#"
[pack]
id = "broken"
title = { zh = "坏", en = "Broken" }
version = "1"
effective = 2026-01-01
requires = ["law"]
[category.x]
title = { zh = "类", en = "Category" }
[object.application]
title = { zh = "申请", en = "Application" }
[role.clerk]
title = { zh = "员", en = "Clerk" }

[flow.f]
title = { zh = "流程", en = "Flow" }
[flow.f.step.accept]
kind = "accept"
role = "clerk"
[flow.f.step.test]
kind = "act"
role = "clerk"
activity = "tested"
pauses = true
[flow.f.step.bus]
kind = "act"
role = "clerk"
activity = "bus taken"
pauses = "haering"
[flow.f.step.wait]
kind = "act"
role = "clerk"
activity = "waited"
pauses = 3
[flow.f.step.tell]
kind = "act"
role = "clerk"
activity = "told"
[flow.f.step.tell.form]
field = [
    { id = "at", title = { zh = "何时", en = "When" }, kind = "moment", plans = "haer" },
    { id = "on", title = { zh = "哪天", en = "Day" }, kind = "date", plans = "accept" },
    { id = "where", title = { zh = "何地", en = "Where" }, kind = "text", plans = "hear" },
]
[flow.f.step.hear]
kind = "act"
role = "clerk"
activity = "heard"
not-before = "notice"
[flow.f.clock.decision]
title = { zh = "决定", en = "Decide" }
from = "accept"
to = "hear"
law = "licence-decided"
[flow.f.clock.told]
title = { zh = "告知", en = "Tell" }
from = "accept"
to = "tell"
law = "missing-materials-told"
pauses = ["test"]
[flow.f.clock.notice]
title = { zh = "等候", en = "Wait" }
from = "tell"
to = "hear"
own = "7 workdays"

[procedure.p]
title = { zh = "事", en = "Thing" }
flow = "f"
category = "x"
level = "station"
[procedure.p.form]
field = [{ id = "wish", title = { zh = "何时", en = "When" }, kind = "moment", plans = "hear" }]
"#;
    let law = shipped().into_iter().filter(|file| file.path.starts_with("law/"));
    let files: Vec<File> =
        law.chain([File { path: "broken/pack.toml".into(), text: broken.into() }]).collect();
    let problems = load(&files).err().unwrap_or_default();
    insta::assert_snapshot!(problems.iter().map(|problem| format!("{problem}\n")).collect::<String>());
}

#[test]
fn hours_say_when_an_office_is_open() {
    insta::assert_snapshot!(check(
        r#"
[pack]
id = "broken"
title = { zh = "坏", en = "Broken" }
version = "1"
effective = 2026-01-01

[object.application]
title = { zh = "申请", en = "Application" }

[category.boats]
title = { zh = "船只", en = "Boats" }

[office.quay]
title = { zh = "码头", en = "The quay" }
level = "city"
handles = ["boats"]

[office.pier]
title = { zh = "栈桥", en = "The pier" }
level = "station"
parent = "quay"
handles = ["boats"]
open = { workdays = "9:00-12:00, 11:00-17:00", saturdays = "nine to five", mondays = "9:00-17:00" }
hours = { zh = "工作日", en = "Working days" }

[office.jetty]
title = { zh = "浮桥", en = "The jetty" }
level = "station"
parent = "quay"
handles = ["boats"]
open = { daily = "9:00-17:00", holidays = "10:00-12:00" }

[office.buoy]
title = { zh = "浮标", en = "The buoy" }
level = "station"
parent = "quay"
open = {}

[office.raft]
title = { zh = "木筏", en = "The raft" }
level = "station"
parent = "quay"

[role.clerk]
title = { zh = "办事员", en = "Clerk" }

[flow.simple]
title = { zh = "登记", en = "Register" }
correction = { at = ["accept"], answer = "8 workhours" }

[flow.simple.step.accept]
kind = "accept"
role = "clerk"

[flow.simple.step.look]
kind = "examine"
role = "clerk"
office = "raft"

[flow.simple.step.decide]
kind = "decide"
role = "clerk"
office = "city"

[flow.simple.clock.fast]
title = { zh = "快办", en = "Fast" }
from = "submitted"
to = "accept"
own = "2 workhours"

[flow.simple.clock.seen]
title = { zh = "查看", en = "Seen" }
from = "accept"
to = "look"
own = "3 workhours"

[flow.simple.clock.decided]
title = { zh = "决定", en = "Decided" }
from = "look"
to = "decide"
own = "4 workhours"

[procedure.boat]
title = { zh = "船只登记", en = "Register a boat" }
category = "boats"
flow = "simple"
level = "station"

[procedure.boat.form]
title = { zh = "船只", en = "The boat" }
field = [{ id = "length", title = { zh = "长度", en = "Length" }, kind = "integer", min = 1, max = 200 }]
"#
    ));
}

#[test]
fn broken_toml_has_its_place() {
    insta::assert_snapshot!(check("[pack]\nid = \"a\"\ntitle = { zh = 1 \n[role.x\n"));
}

#[test]
fn shipped_packs_have_no_fault() {
    let problems = load(&shipped()).err().unwrap_or_default();
    assert!(problems.is_empty(), "{}", problems.iter().map(|p| format!("{p}\n")).collect::<String>());
}

fn shipped() -> Vec<File> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    pack::folder::read(&root).unwrap()
}

const SMALL: &str = r#"
[pack]
id = "broken"
title = { zh = "坏", en = "Broken" }
version = "1"
effective = 2026-01-01
[category.x]
title = { zh = "类", en = "Category" }
[object.application]
title = { zh = "申请", en = "Application" }
[role.clerk]
title = { zh = "员", en = "Clerk" }
[flow.counter]
title = { zh = "流程", en = "Flow" }
[flow.counter.step.accept]
kind = "accept"
role = "clerk"
[flow.counter.step.examine]
kind = "examine"
role = "clerk"
[flow.counter.step.decide]
kind = "decide"
role = "clerk"
[procedure.card]
title = { zh = "办证", en = "Get a card" }
flow = "counter"
category = "x"
level = "station"
"#;

#[test]
fn a_credential_shows_only_what_was_asked() {
    let rest = r#"
issues = "card"
without = ["examine"]
[procedure.card.form]
field = [{ id = "born", title = { zh = "出生日期", en = "Born" }, kind = "date" }]
[procedure.list]
title = { zh = "登记", en = "List" }
flow = "counter"
category = "x"
level = "station"
issues = "card"
without = ["decide"]
[credential.card]
title = { zh = "证", en = "Card" }
valid = "10 years"
until = "end"
term = [
    { when = "age(form.born, today) < 16", valid = "5 years" },
    { when = "age(form.born) < 16", valid = "5 yeers" },
    { valid = "1 year" },
]
shows = ["born", "name"]
"#;
    insta::assert_snapshot!(check(&format!("{SMALL}{rest}")));
}

/// What there is one at a time of is looked for among the cases of a party, by answers that can be compared.
#[test]
fn what_there_is_one_of_is_told_by_what_was_asked() {
    let rest = r#"
issues = "card"
[procedure.card.form]
field = [
    { id = "number", title = { zh = "号码", en = "Number" }, kind = "text" },
    { id = "photo", title = { zh = "照片", en = "Photo" }, kind = "file" },
]
[procedure.duty]
title = { zh = "职责", en = "Duty" }
flow = "counter"
category = "x"
level = "station"
started-by = "clerk"
issues = "licence"
[procedure.duty.form]
field = [{ id = "number", title = { zh = "号码", en = "Number" }, kind = "text" }]
[procedure.licence]
title = { zh = "执照", en = "Get a licence" }
flow = "counter"
category = "x"
level = "station"
issues = "licence"
[procedure.licence.form]
field = [{ id = "number", title = { zh = "号码", en = "Number" }, kind = "text" }]
[credential.card]
title = { zh = "证", en = "Card" }
one-per = ["number", "photo", "nmber", "number"]
[credential.licence]
title = { zh = "执照", en = "Licence" }
one-per = "number"
[credential.pass]
title = { zh = "通行证", en = "Pass" }
one-per = []
"#;
    insta::assert_snapshot!(check(&format!("{SMALL}{rest}")));
}

/// Of a step that the flow has a procedure says what differs; the step keeps its place, and the last decision issues.
#[test]
fn a_changed_step_keeps_what_is_not_said() {
    let rest = r#"
issues = "card"
[procedure.card.step.examine]
title = { zh = "看", en = "Look" }
activity = "looked at"
[procedure.card.step.note]
kind = "act"
role = "clerk"
activity = "noted"
[credential.card]
title = { zh = "证", en = "Card" }
"#;
    let text = format!("{SMALL}{rest}");
    let definitions = load(&files(&text)).unwrap();
    let flow = &definitions.procedures["card"].flow;
    let course = flow.steps.iter().map(|step| {
        let after: Vec<&str> = step.after.iter().map(|after| after.step.as_str()).collect();
        (step.id.as_str(), after, step.issues.as_ref().map(pack::Id::as_str))
    });
    let expected = [
        ("accept", vec![], None),
        ("examine", vec!["accept"], None),
        ("decide", vec!["examine"], Some("card")),
        ("note", vec!["decide"], None),
    ];
    assert_eq!(course.collect::<Vec<_>>(), expected);
    let looked = flow.step("examine").unwrap();
    let ends: Vec<(&str, &str)> =
        looked.outcomes.iter().map(|one| (one.id.as_str(), one.activity.as_str())).collect();
    assert_eq!(ends, [("passed", "looked at"), ("failed", "examination failed")]);
    assert_eq!((looked.title.en.as_str(), looked.role.as_str()), ("Look", "clerk"));
}
