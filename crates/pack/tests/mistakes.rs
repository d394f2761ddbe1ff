//! What authors of packs get wrong most often, each told with its file, line, column and mend.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::{File, load};
use std::fmt::Write as _;

const PACK: &str = r#"[pack]
id = "gardens"
title = { zh = "园林", en = "Gardens" }
version = "1"
effective = 2026-01-01
retention = "10 years"
[category.gardens]
title = { zh = "园林", en = "Gardens" }
[object.application]
title = { zh = "申请", en = "Application" }
[role.clerk]
title = { zh = "窗口人员", en = "Clerk" }
[material.deed]
title = { zh = "产权证明", en = "Proof of ownership" }
[flow.counter]
title = { zh = "柜台办理", en = "At the counter" }
[flow.counter.step.accept]
kind = "accept"
role = "clerk"
[flow.counter.step.decide]
kind = "decide"
role = "clerk"
after = ["accept"]
[flow.counter.clock.whole]
title = { zh = "办结", en = "Done" }
from = "accept"
to = "decide"
own = "3 workdays"
[procedure.garden]
title = { zh = "登记花园", en = "Register a garden" }
flow = "counter"
category = "gardens"
level = "station"
material = [{ use = "deed", when = 'form.area > 100' }]
[procedure.garden.form]
field = [
    { id = "area", title = { zh = "面积", en = "Area" }, kind = "integer", min = 1 },
    { id = "kind", title = { zh = "类型", en = "Kind" }, kind = "choice", of = [{ id = "roof", zh = "屋顶", en = "Roof" }] },
    { id = "since", title = { zh = "自何时", en = "Since" }, kind = "date", when = 'form.kind == "roof"' },
]
"#;

/// The mistake, what was written, and what should have been.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("a quotation mark is forgotten", "version = \"1", "version = \"1\""),
    ("a date stands in quotation marks", "effective = \"2026-01-01\"", "effective = 2026-01-01"),
    ("full-width quotation marks", "id = “gardens”", "id = \"gardens\""),
    ("a heading is misspelt", "[categories.gardens]", "[category.gardens]"),
    ("a member is misspelt", "kinds = \"accept\"", "kind = \"accept\""),
    ("an id has capitals and an underscore", "[material.Proof_deed]", "[material.deed]"),
    (
        "one language is missing",
        "title = { zh = \"登记花园\" }",
        "title = { zh = \"登记花园\", en = \"Register a garden\" }",
    ),
    ("a name stands for nothing", "flow = \"countr\"", "flow = \"counter\""),
    ("a step waits for no step", "after = [\"acept\"]", "after = [\"accept\"]"),
    ("a unit of time is none", "own = \"3 working days\"", "own = \"3 workdays\""),
    ("a condition has one equals sign", "when = 'form.kind = \"roof\"'", "when = 'form.kind == \"roof\"'"),
    ("a condition asks for no question", "when = 'form.aera > 100'", "when = 'form.area > 100'"),
    ("a condition compares unlike things", "when = 'form.area > \"100\"'", "when = 'form.area > 100'"),
    ("a condition names no answer", "when = 'form.kind == \"rof\"'", "when = 'form.kind == \"roof\"'"),
    ("a number stands in quotation marks", "min = \"1\"", "min = 1"),
    (
        "a table stands twice",
        "[role.clerk]\ntitle = { zh = \"员\", en = \"Clerk\" }\n[role.clerk]",
        "[role.clerk]",
    ),
    ("a comma is forgotten", "kind = \"integer\" min = 1", "kind = \"integer\", min = 1"),
    ("a question's id has a capital and a blank", "id = \"From Day\"", "id = \"since\""),
    ("a question's id has an underscore", "id = \"garden_area\", title", "id = \"area\", title"),
    ("an answer's id begins with a digit", "id = \"1st\"", "id = \"roof\""),
    ("a step's id is a sentence", "[flow.counter.step.\"Accept it\"]", "[flow.counter.step.accept]"),
    ("a clock's id has capitals", "[flow.counter.clock.Whole]", "[flow.counter.clock.whole]"),
    (
        "an outcome's id has a blank",
        "kind = \"decide\"\noutcome = [{ id = \"well done\", title = { zh = \"好\", en = \"Well\" }, activity = \"it was done\" }]",
        "kind = \"decide\"",
    ),
    ("there is nothing to choose from", "of = []", "of = [{ id = \"roof\", zh = \"屋顶\", en = \"Roof\" }]"),
    (
        "a condition over several lines",
        "when = '''\nform.area > 100\n    && form.aera < 9'''",
        "when = 'form.area > 100'",
    ),
    (
        "a policy of no categories",
        "[policy.all]\ntitle = { zh = \"规则\", en = \"A rule\" }\neffect = \"permit\"\ncategories = []\n[role.clerk]",
        "[role.clerk]",
    ),
    ("a level is none", "level = \"village\"", "level = \"station\""),
];

fn files(text: &str) -> [File; 2] {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    [file("gardens/pack.toml", text), file("law/pack.toml", include_str!("rule.toml"))]
}

#[test]
fn the_likeliest_mistakes_are_told_where_they_stand() {
    let sound = load(&files(PACK)).err().unwrap_or_default();
    assert!(sound.is_empty(), "{sound:?}");
    let mut told = String::new();
    for (name, wrong, right) in MISTAKES {
        let at = PACK.find(right).unwrap_or_else(|| panic!("{right} is not in the pack"));
        let text = format!("{}{wrong}{}", &PACK[..at], &PACK[at + right.len()..]);
        let first = PACK[..at].matches('\n').count() + 1;
        let lines = first..=first + wrong.matches('\n').count();
        let problems = load(&files(&text)).err().unwrap_or_default();
        let here = problems.iter().any(|own| {
            lines.contains(&own.line)
                && own.column > 0
                && &*own.file == "gardens/pack.toml"
                && !own.mend.is_empty()
        });
        assert!(here, "{name}: nothing is told of line {first}: {problems:?}");
        let _ = writeln!(told, "## {name}: `{wrong}`");
        for own in problems.iter() {
            let _ = writeln!(told, "{own}");
        }
    }
    insta::assert_snapshot!(told);
}

/// One fault is told once: it neither makes others, nor hides those that surely are there.
#[test]
fn one_fault_makes_and_hides_no_other() {
    let manifest = PACK.replacen(
        "retention = \"10 years\"",
        "retention = \"10 years\"\ncategory = \"gardens\"\nlevel = \"station\"",
        1,
    );
    let manifest = manifest.replacen("category = \"gardens\"\nlevel = \"station\"\nmaterial", "material", 1);
    for (name, right, wrong, told) in [
        ("no day", "effective = 2026-01-01", "effective = \"soon\"", &[("`effective` is a text", 5)][..]),
        ("no version", "version = \"1\"\n", "", &[("`version` is missing", 1)]),
        (
            "a role of no such name, and a text that is not closed further down",
            "role = \"clerk\"\nafter = [\"accept\"]",
            "role = \"clrek\"\nafter = [\"accept\"]\n[flow.counter.clock.other]\ntitle = \"x",
            &[("no role is called `clrek`", 24), ("this is not TOML", 27)],
        ),
    ] {
        let text = manifest.replacen(right, wrong, 1);
        let problems = load(&files(&text)).err().unwrap_or_default();
        let found: Vec<(&str, usize)> = problems.iter().map(|own| (own.what.as_str(), own.line)).collect();
        let same = found.len() == told.len()
            && found
                .iter()
                .zip(told)
                .all(|((what, line), (begin, at))| what.starts_with(begin) && line == at);
        assert!(same, "{name}: {problems:?}");
    }
}
