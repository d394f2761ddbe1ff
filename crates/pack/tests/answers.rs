//! Forms that nobody could fill in are told when packs are read; forms that somebody could are not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::{File, load};
use std::fmt::Write as _;

/// The faults of a pack with these rows in it.
fn check(rows: &Rows) -> String {
    let field = |(id, rest): &(&str, &str)| {
        format!("    {{ id = \"{id}\", title = {{ zh = \"问\", en = \"Question\" }}, {rest} }},\n")
    };
    let fields = |all: &[(&str, &str)]| all.iter().map(field).collect::<String>();
    let (form, look, more) = (fields(rows.form), fields(rows.look), rows.more);
    let shared = fields(rows.shared);
    let groups = if shared.is_empty() { "" } else { "groups = [\"shared\"]" };
    let shared = match shared.is_empty() {
        true => String::new(),
        false => {
            format!("[fields.shared]\ntitle = {{ zh = \"组\", en = \"Group\" }}\nfield = [\n{shared}]\n")
        }
    };
    let text = format!(
        r#"[pack]
id = "gardens"
title = {{ zh = "园林", en = "Gardens" }}
version = "1"
effective = 2026-01-01
category = "gardens"
level = "station"
[category.gardens]
title = {{ zh = "园林", en = "Gardens" }}
[object.application]
title = {{ zh = "申请", en = "Application" }}
[role.clerk]
title = {{ zh = "窗口人员", en = "Clerk" }}
[material.deed]
title = {{ zh = "产权证明", en = "Proof of ownership" }}
{shared}[flow.counter]
title = {{ zh = "柜台办理", en = "At the counter" }}
correction = {{ at = ["decide"], answer = "5 days" }}
[flow.counter.step.accept]
kind = "accept"
role = "clerk"
[flow.counter.step.look]
kind = "examine"
role = "clerk"
form = {{ field = [
{look}] }}
[flow.counter.step.decide]
kind = "decide"
role = "clerk"
[procedure.garden]
title = {{ zh = "登记花园", en = "Register a garden" }}
flow = "counter"
{more}
[procedure.garden.form]
{groups}
field = [
    {{ id = "kind", title = {{ zh = "类型", en = "Kind" }}, kind = "choice", of = [
        {{ id = "roof", zh = "屋顶", en = "Roof" }}, {{ id = "yard", zh = "院子", en = "Yard" }},
    ] }},
{form}]
"#
    );
    let law = File { path: "law/pack.toml".into(), text: include_str!("rule.toml").into() };
    match load(&[File { path: "gardens/pack.toml".into(), text }, law]) {
        Ok(_) => "no problem\n".into(),
        Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
    }
}

/// What is asked: of the party, at the step `look`, in a group that the form shares, and what the procedure says besides.
#[derive(Clone, Copy, Default)]
struct Rows {
    form: &'static [(&'static str, &'static str)],
    look: &'static [(&'static str, &'static str)],
    shared: &'static [(&'static str, &'static str)],
    more: &'static str,
}

fn form(form: &'static [(&'static str, &'static str)]) -> Rows {
    Rows { form, ..Rows::default() }
}

fn look(look: &'static [(&'static str, &'static str)]) -> Rows {
    Rows { look, ..Rows::default() }
}

fn more(more: &'static str) -> Rows {
    Rows { more, ..Rows::default() }
}

#[test]
fn what_nobody_could_answer_is_told() {
    let cases = [
        ("bounds the wrong way round", form(&[("width", r#"kind = "integer", min = 500, max = 300"#)])),
        ("the same at a step", look(&[("width", r#"kind = "integer", min = 9, max = 2"#)])),
        (
            "a rule beyond the bounds",
            form(&[(
                "width",
                r#"kind = "integer", min = 50, max = 300, check = 'form.width > 400', check-title = { zh = "不合", en = "Not so" }"#,
            )]),
        ),
        (
            "a rule beyond the bounds, at a step",
            look(&[(
                "sun",
                r#"kind = "integer", max = 16, check = 'steps.look.sun > 24', check-title = { zh = "不合", en = "Not so" }"#,
            )]),
        ),
        (
            "two rules against each other",
            Rows {
                form: &[("width", r#"kind = "integer""#)],
                more: "[[procedure.garden.form.check]]\nat = \"width\"\nmust = 'form.width > 9'\ntitle = { zh = \"不合\", en = \"Not so\" }\n[[procedure.garden.form.check]]\nat = \"width\"\nmust = 'form.width + 1 < 9'\ntitle = { zh = \"不合\", en = \"Not so\" }",
                ..Rows::default()
            },
        ),
        (
            "nothing to choose from",
            form(&[
                ("sells", r#"kind = "choice", of = []"#),
                ("what", r#"kind = "text", when = 'form.sells == "food"'"#),
            ]),
        ),
        (
            "no choices at all",
            form(&[
                ("sells", r#"kind = "choices""#),
                ("what", r#"kind = "text", when = '"food" in form.sells'"#),
            ]),
        ),
        (
            "a question that waits for itself",
            form(&[("what", r#"kind = "text", when = 'form.what == "x"'"#)]),
        ),
        (
            "two that wait for each other",
            form(&[
                ("one", r#"kind = "truth", when = 'form.two'"#),
                ("two", r#"kind = "truth", when = '!form.one'"#),
            ]),
        ),
        (
            "three in a circle, at a step",
            look(&[
                ("one", r#"kind = "truth", when = 'steps.look.two'"#),
                ("two", r#"kind = "truth", when = 'steps.look.three'"#),
                ("three", r#"kind = "truth", when = 'steps.look.one'"#),
            ]),
        ),
        ("never", form(&[("what", r#"kind = "text", when = 'false'"#)])),
        ("never, by numbers", form(&[("what", r#"kind = "text", when = '1 > 2 || "a" == "b"'"#)])),
        (
            "two answers at once",
            form(&[("what", r#"kind = "text", when = 'form.kind == "roof" && form.kind == "yard"'"#)]),
        ),
        (
            "neither of two answers",
            form(&[("what", r#"kind = "text", when = '!(form.kind in ["roof", "yard"])'"#)]),
        ),
        (
            "a choice that an alternative leaves none",
            form(&[(
                "what",
                r#"kind = "text", when = '(form.kind == "roof" || size(form.kind) < 0) && form.kind == "yard"'"#,
            )]),
        ),
        (
            "yes and no",
            form(&[
                ("own", r#"kind = "truth""#),
                ("what", r#"kind = "text", when = 'form.own && !form.own'"#),
            ]),
        ),
        (
            "a condition beyond the bounds",
            form(&[
                ("width", r#"kind = "integer", max = 3"#),
                ("what", r#"kind = "text", when = 'form.width >= 4'"#),
            ]),
        ),
        (
            "a day that has come and has not",
            form(&[(
                "since",
                r#"kind = "date", max = "today", check = 'form.since > today', check-title = { zh = "不合", en = "Not so" }"#,
            )]),
        ),
        (
            "days after and before each other",
            form(&[
                ("from", r#"kind = "date""#),
                (
                    "to",
                    r#"kind = "date", when = 'form.from < date("2026-01-01") && form.from > date("2026-06-01")'"#,
                ),
            ]),
        ),
        (
            "a later day that is earlier",
            form(&[
                ("from", r#"kind = "date""#),
                (
                    "to",
                    r#"kind = "date", check = 'form.to > form.from && form.to < form.from', check-title = { zh = "不合", en = "Not so" }"#,
                ),
            ]),
        ),
        (
            "a text both long and short",
            form(&[(
                "name",
                r#"kind = "text", check = 'size(form.name) > 20 && size(form.name) < 10', check-title = { zh = "不合", en = "Not so" }"#,
            )]),
        ),
        ("a paper that is never asked for", more(r#"material = [{ use = "deed", when = 'false' }]"#)),
        (
            "a paper for what is decided later",
            more(r#"material = [{ use = "deed", when = 'steps.decide.outcome == "granted"' }]"#),
        ),
        (
            "a question about what is decided later",
            form(&[("what", r#"kind = "text", when = 'steps.decide.outcome == "granted"'"#)]),
        ),
        (
            "a step that is always skipped",
            more("step.look.when = 'form.kind == \"roof\" && form.kind == \"yard\"'"),
        ),
        (
            "a guard that lets nobody pass",
            more("step.look.guard = [{ must = 'false', title = { zh = \"不合\", en = \"Not so\" } }]"),
        ),
        (
            "a shared question with a rule that cannot be kept",
            Rows {
                shared: &[(
                    "years",
                    r#"kind = "integer", min = 1, max = 3, check = 'form.years == 0', check-title = { zh = "不合", en = "Not so" }"#,
                )],
                ..Rows::default()
            },
        ),
        (
            "a name that is none",
            form(&[
                ("From Day", r#"kind = "date", min = "today""#),
                ("Width", r#"kind = "integer""#),
                ("宽", r#"kind = "integer""#),
            ]),
        ),
        ("a question that is called like how the step ended", look(&[("outcome", r#"kind = "text""#)])),
        (
            "a tier of a fee that nobody comes to, and one said twice",
            Rows {
                form: &[("years", r#"kind = "integer", min = 1, max = 3"#)],
                more: r#"fee = ["plot"]
[fee.plot]
title = { zh = "地块费", en = "Plot fee" }
tier = [
    { when = 'form.years > 10', fen = 100 },
    { when = 'form.kind == "roof"', fen = 200 },
    { when = 'form.kind == "roof"', fen = 300 },
    { fen = 400 },
]"#,
                ..Rows::default()
            },
        ),
        (
            "a term of a credential that no case has",
            Rows {
                form: &[("years", r#"kind = "integer", min = 1, max = 3"#)],
                more: r#"issues = "permit"
[credential.permit]
title = { zh = "许可", en = "Permit" }
valid = "1 year"
term = [{ when = 'form.years < 1', valid = "2 years" }, { when = 'form.years < 2', valid = "3 years" }]"#,
                ..Rows::default()
            },
        ),
        (
            "times that are none",
            more(
                r#"issues = "permit"
clock.fast = { title = { zh = "快", en = "Fast" }, from = "submitted", to = "accept", own = "0 days" }
clock.slow = { title = { zh = "慢", en = "Slow" }, from = "submitted", to = "decide", own = "99999 days" }
[credential.permit]
title = { zh = "许可", en = "Permit" }
valid = "0 years""#,
            ),
        ),
    ];
    let mut told = String::new();
    for (name, rows) in cases {
        let found = check(&rows);
        assert!(found != "no problem\n", "{name}: nothing is told");
        let _ = writeln!(told, "## {name}\n{found}");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_somebody_could_answer_passes() {
    let cases = [
        form(&[(
            "width",
            r#"kind = "integer", min = 3, max = 3, check = 'form.width != 4 && form.width > 2', check-title = { zh = "不合", en = "Not so" }"#,
        )]),
        form(&[
            ("what", r#"kind = "text", when = 'form.kind != "roof"'"#),
            ("more", r#"kind = "text", when = 'has(form.what)'"#),
        ]),
        form(&[
            ("own", r#"kind = "truth", check = '!form.own', check-title = { zh = "不合", en = "Not so" }"#),
            ("what", r#"kind = "text", when = 'form.own'"#),
        ]),
        form(&[("day", r#"kind = "date", min = "today", max = "today""#)]),
        form(&[
            ("from", r#"kind = "moment""#),
            (
                "to",
                r#"kind = "moment", check = 'form.to > form.from', check-title = { zh = "不合", en = "Not so" }"#,
            ),
        ]),
        form(&[
            ("born", r#"kind = "date", max = "today""#),
            (
                "of-age",
                r#"kind = "text", when = 'age(form.born, today) >= 18 ? form.kind == "roof" : form.kind == "yard"'"#,
            ),
        ]),
        // A correction is asked for when `decide` is open, so that `look` is known by then.
        more(r#"material = [{ use = "deed", when = 'steps.look.outcome == "failed"' }]"#),
        // A fee or a credential is shared too: it is enough that one of them comes to it.
        Rows {
            form: &[("years", r#"kind = "integer", min = 1, max = 3"#)],
            more: r#"fee = ["plot"]
issues = "permit"
[fee.plot]
title = { zh = "地块费", en = "Plot fee" }
tier = [{ when = 'form.years > 10', fen = 100 }, { fen = 400 }]
[credential.permit]
title = { zh = "许可", en = "Permit" }
valid = "1 year"
term = [{ when = 'form.years > 10', valid = "2 years" }]
[procedure.park]
title = { zh = "登记公园", en = "Register a park" }
flow = "counter"
fee = ["plot"]
issues = "permit"
[procedure.park.form]
field = [{ id = "years", title = { zh = "年", en = "Years" }, kind = "integer" }]"#,
            ..Rows::default()
        },
        // What procedures share may be more than one of them comes to.
        Rows {
            shared: &[("more", r#"kind = "text", when = 'form.years > 10'"#)],
            form: &[("years", r#"kind = "integer", max = 3"#)],
            ..Rows::default()
        },
    ];
    for rows in cases {
        assert_eq!(check(&rows), "no problem\n");
    }
}
