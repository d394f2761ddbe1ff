//! Every fault of every file is told at once: in what nobody uses, beside what is broken, and beside what stands twice; and none
//! that only comes of another.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::{File, Problem, load};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

const LIBRARY: &str = r#"[pack]
id = "library"
title = { zh = "库", en = "Library" }
version = "1"
effective = 2026-01-01
retention = "10 years"
level = "station"
[category.gardens]
title = { zh = "园林", en = "Gardens" }
[object.application]
title = { zh = "申请", en = "Application" }
[role.clerk]
title = { zh = "窗口人员", en = "Clerk" }
[material.deed]
title = { zh = "产权证明", en = "Proof of ownership" }
[fields.plot]
title = { zh = "地块", en = "Plot" }
field = [
    { id = "area", title = { zh = "面积", en = "Area" }, kind = "integer", min = 1 },
    { id = "kind", title = { zh = "类型", en = "Kind" }, kind = "choice", of = [
        { id = "roof", zh = "屋顶", en = "Roof" },
        { id = "yard", zh = "院子", en = "Yard" },
    ] },
    { id = "since", title = { zh = "自何时", en = "Since" }, kind = "date", when = 'form.kind == "roof"' },
]
material = [{ use = "deed", when = 'form.area > 100' }]
check = [{ at = "since", must = 'form.since < today', title = { zh = "早", en = "Earlier" } }]
[fee.plain]
title = { zh = "费", en = "Fee" }
tier = [
    { when = 'form.area > 100', fen = 300 },
    { free = true },
]
[credential.card]
title = { zh = "证", en = "Card" }
valid = "1 years"
term = [{ when = 'form.area > 100', valid = "2 years" }]
[flow.counter]
title = { zh = "柜台办理", en = "At the counter" }
[flow.counter.step.accept]
kind = "accept"
role = "clerk"
[flow.counter.step.decide]
kind = "decide"
role = "clerk"
after = ["accept"]
when = 'form.area > 5'
guard = [{ must = 'steps.accept.outcome == "accepted"', title = { zh = "已受理", en = "Accepted" } }]
[flow.counter.clock.whole]
title = { zh = "办结", en = "Done" }
from = "accept"
to = "decide"
own = "3 workdays"
[policy.all]
title = { zh = "全", en = "All" }
effect = "permit"
roles = ["clerk"]
actions = ["read-case"]
when = 'actor.office == case.office'
"#;

const USER: &str = r#"[procedure.garden]
title = { zh = "登记花园", en = "Register a garden" }
flow = "counter"
category = "gardens"
fee = ["plain"]
issues = "card"
material = [{ use = "deed", when = 'form.area > 200' }]
[procedure.garden.form]
groups = ["plot"]
field = [{ id = "trees", title = { zh = "树", en = "Trees" }, kind = "integer", when = 'form.area > 300' }]
[procedure.garden.step.decide]
guard = [{ must = 'form.trees > 1', title = { zh = "有树", en = "Trees" } }]
"#;

fn files(library: &str, user: Option<&str>) -> Vec<File> {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    let user = user.map(|text| file("library/user.toml", text));
    let law = file("law/pack.toml", include_str!("rule.toml"));
    [file("library/pack.toml", library), law].into_iter().chain(user).collect()
}

fn problems(files: &[File]) -> Vec<Problem> {
    load(files).err().unwrap_or_default()
}

/// A name for what is tried, whether somebody uses the library, and what is put for what.
type Case<'a> = (&'a str, bool, &'a [(&'a str, &'a str)]);

/// What is tried.
const CASES: &[Case<'static>] = &[
    (
        "nobody uses what is wrong in its syntax",
        false,
        &[
            ("form.kind == \"roof\"'", "form.kind == ) 1'"),
            ("'form.area > 100' }]", "'form.area > > 100' }]"),
            ("form.since < today", "form.since < "),
            ("{ when = 'form.area > 100'", "{ when = 'form.area (('"),
            ("term = [{ when = 'form.area > 100'", "term = [{ when = 'form.area >'"),
            ("form.area > 5", "form.area >> 5"),
            ("outcome == \"accepted\"", "outcome == \"accepted\" +"),
            ("actor.office == case.office", "actor.office = case.office"),
        ],
    ),
    (
        "nobody uses what is wrong in its types",
        false,
        &[
            ("form.kind == \"roof\"'", "form.kind == \"rof\" || form.nope == 1'"),
            ("form.since < today", "form.since < 1"),
            ("{ when = 'form.area > 100'", "{ when = 'years(form.q) > 1'"),
            ("term = [{ when = 'form.area > 100'", "term = [{ when = '1 + form.area'"),
            ("form.area > 5", "form.zzz == 1 && \"5\" < 5"),
            ("outcome == \"accepted\"", "outcome == \"acepted\" && steps.accept.outcom == \"x\""),
        ],
    ),
    (
        "nobody uses what speaks of what its users will have",
        false,
        &[
            ("form.kind == \"roof\"'", "form.other == 1 && has(form[\"more\"])'"),
            ("form.area > 5", "form.zzz == \"1\" && steps.later.outcome == \"done\""),
        ],
    ),
    (
        "what all users put something else for",
        true,
        &[("steps.accept.outcome == \"accepted\"", "steps.accept.outcome == 1")],
    ),
    (
        "a procedure stands twice, and something else is wrong in each of the two, and in a group",
        true,
        &[
            (
                "[procedure.garden]",
                "[procedure.garden]\ntitle = { zh = \"一\", en = \"One\" }\nflow = \"counter\"\n\
                  category = \"gardens\"\n\
                  [procedure.garden.form]\ngroups = [\"plot\"]\n\
                  field = [{ id = \"trees\", title = { zh = \"树\", en = \"Trees\" }, \
                  kind = \"integer\", when = 'form.one > 300' }]\n[procedure.garden]",
            ),
            ("form.trees > 1", "form.two > 1"),
            ("form.kind == \"roof\"'", "form.grund == 1'"),
        ],
    ),
    (
        "a step stands twice, and a name in a table",
        true,
        &[
            (
                "[flow.counter.step.decide]",
                "[flow.counter.step.accept]\nkind = \"accept\"\nwhen = 'form.area >'\n[flow.counter.step.decide]",
            ),
            ("version = \"1\"", "version = \"1\"\nversion = \"2\""),
            ("zh = \"园林\", en", "zh = \"园林\", zh = \"园\", en"),
        ],
    ),
    (
        "a line of a flow is broken, above all that the flow says",
        true,
        &[("title = { zh = \"柜台办理\", en = \"At the counter\" }", "title = = { zh = \"柜台办理\" }")],
    ),
    (
        "what says of what kind a step is is broken, and a condition further down",
        true,
        &[("kind = \"accept\"", "kind = = \"accept\""), ("form.trees > 1", "form.trees >")],
    ),
    ("a heading is broken", true, &[("[flow.counter]", "[flow.counter"), ("form.trees > 1", "form.trees >")]),
    (
        "the heading of a group is broken",
        true,
        &[("[fields.plot]", "[fields.plot"), ("form.trees > 1", "form.trees >")],
    ),
    (
        "a row is broken in two places of a list",
        true,
        &[
            (
                "title = { zh = \"面积\", en = \"Area\" }, kind",
                "title = { zh = \"面积\", en = \"Area\" } kind",
            ),
            (
                "title = { zh = \"自何时\", en = \"Since\" }, kind",
                "title = { zh = \"自何时\", en = \"Since\" } kind",
            ),
        ],
    ),
    (
        "a list is not closed",
        true,
        &[("    { free = true },\n]", "    { free = true },"), ("form.trees > 1", "form.trees >")],
    ),
    ("a table in a line is not closed", true, &[("en = \"Fee\" }", "en = \"Fee\"")]),
    (
        "a text is not closed",
        true,
        &[("en = \"Clerk\" }", "en = \"Clerk }"), ("form.trees > 1", "form.trees >")],
    ),
    (
        "a line of the manifest is broken",
        true,
        &[("level = \"station\"", "level = station\""), ("form.trees > 1", "form.trees >")],
    ),
    ("the kind of a question is none", true, &[("kind = \"choice\"", "kind = \"choise\"")]),
    (
        "the kind of a question with bounds is none",
        true,
        &[("kind = \"integer\", min", "kind = \"intger\", min")],
    ),
    ("the kind of a step is none", true, &[("kind = \"accept\"", "kind = \"acept\"")]),
    ("a group has another name", true, &[("groups = [\"plot\"]", "groups = [\"plots\"]")]),
    ("a kind of definition has another name", true, &[("[category.gardens]", "[categories.gardens]")]),
];

/// What is told of the files, and of nothing else.
fn check(told: &mut String, (name, used, changes): &Case<'_>) {
    let (mut library, mut user) = (LIBRARY.to_owned(), USER.to_owned());
    let _ = writeln!(told, "## {name}");
    for (right, wrong) in *changes {
        let own = [&mut library, &mut user].into_iter().find(|text| text.contains(right));
        let own = own.unwrap_or_else(|| panic!("{name}: {right} is not there"));
        *own = own.replacen(right, wrong, 1);
    }
    for problem in problems(&files(&library, used.then_some(&user))) {
        let _ = writeln!(told, "{problem}");
    }
}

#[test]
fn every_fault_is_told_at_once() {
    for used in [false, true] {
        let found = problems(&files(LIBRARY, used.then_some(USER)));
        assert!(found.is_empty(), "{found:?}");
    }
    let mut told = String::new();
    for case in CASES {
        check(&mut told, case);
    }
    insta::assert_snapshot!(told);
}

fn shipped() -> Vec<File> {
    pack::folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")).unwrap()
}

/// Where conditions stand in a text that its line closes: the byte behind each opening quotation mark, and the name before it.
fn conditions(text: &str) -> Vec<usize> {
    let names = ["when = '", "must = '", "check = '", "activation = '", "target = '", "correlation = '"];
    let quoted =
        names.iter().flat_map(|name| text.match_indices(name).map(|(at, name)| (at, at + name.len())));
    let in_code = |at: usize| {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        !text[line..at].contains('#')
    };
    let closed = |from: usize| {
        !text[from..].starts_with('\'')
            && text[from..].split('\n').next().is_some_and(|line| line.contains('\''))
    };
    let all: BTreeSet<usize> =
        quoted.filter(|(at, from)| in_code(*at) && closed(*from)).map(|(_, from)| from).collect();
    all.into_iter().collect()
}

/// Breaks the places of all files and expects a fault told at the line of each, and in no other line.
fn expect(files: &[File], places: &[(usize, usize)], broken: &str) {
    let mut changed = files.to_vec();
    let mut expected: BTreeSet<(String, usize)> = BTreeSet::new();
    // From the end, so that what comes before keeps its place.
    for (file, at) in places.iter().rev() {
        let own = &mut changed[*file];
        expected.insert((own.path.clone(), own.text[..*at].matches('\n').count() + 1));
        own.text.insert_str(*at, broken);
    }
    let found: BTreeSet<(String, usize)> =
        problems(&changed).iter().map(|own| (own.file.to_string(), own.line)).collect();
    assert_eq!(found, expected, "{broken}");
}

/// Every condition that ships is read: with all of them broken at once each is told, and so it is with every seventh.
#[test]
fn every_broken_condition_is_told() {
    let files = shipped();
    let all: Vec<(usize, usize)> = files
        .iter()
        .enumerate()
        .flat_map(|(file, own)| conditions(&own.text).into_iter().map(move |at| (file, at)))
        .collect();
    assert!(all.len() > 100, "{}", all.len());
    for broken in [") ", "1 + + ", "form.. "] {
        expect(&files, &all, broken);
    }
    for first in 0..3 {
        let some: Vec<(usize, usize)> = all.iter().skip(first).step_by(7).copied().collect();
        expect(&files, &some, "= ");
    }
}

/// Lines that say one thing each, broken at places that a seed chooses: each is told where it stands, and nothing else is.
#[test]
fn every_broken_line_is_told() {
    let files = shipped();
    let whole = |line: &str| {
        let value = line.split_once(" = ").map(|(key, value)| (key, value.trim_end()));
        let plain = |key: &str| key.chars().all(|one| one.is_ascii_lowercase() || one == '-');
        value.is_some_and(|(key, value)| {
            let text = value.len() > 1
                && value.starts_with('"')
                && value.ends_with('"')
                && !value.starts_with("\"\"\"");
            let table = value.starts_with("{ ") && value.ends_with(" }");
            !key.is_empty() && plain(key) && (text || table)
        })
    };
    let mut all = Vec::new();
    for (file, own) in files.iter().enumerate() {
        let mut at = 0;
        for line in own.text.split('\n') {
            if whole(line) {
                all.push((file, at + line.find(" = ").unwrap() + 3));
            }
            at += line.len() + 1;
        }
    }
    assert!(all.len() > 500, "{}", all.len());
    let mut seed: u64 = 20_260_101;
    let rounds = std::env::var("LIANCHI_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    for _ in 0..rounds {
        let mut some = BTreeSet::new();
        for _ in 0..8 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            some.insert(all[usize::try_from(seed >> 33).unwrap() % all.len()]);
        }
        let some: Vec<(usize, usize)> = some.into_iter().collect();
        expect(&files, &some, "= ");
    }
}
