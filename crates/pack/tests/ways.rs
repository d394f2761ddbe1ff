//! No flow is accepted of which a case could end with a step of its path undone, or never come to a step, an end, or a clock.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::{File, load};
use std::fmt::Write as _;

const PACK: &str = r#"[pack]
id = "gardens"
title = { zh = "园林", en = "Gardens" }
version = "1"
effective = 2026-01-01
retention = "10 years"
[role.clerk]
title = { zh = "窗口人员", en = "Clerk" }
[flow.garden]
title = { zh = "花园", en = "Garden" }
"#;

/// What is told of a flow whose steps and clocks are each a line: `step KIND member=value; …`, `clock from -> to`.
fn check(flow: &[&str]) -> String {
    let mut text = PACK.to_owned();
    for line in flow {
        let (head, rest) = line.split_once(": ").unwrap();
        let (what, id) = head.split_once(' ').unwrap();
        let _ = writeln!(text, "[flow.garden.{what}.{id}]\ntitle = {{ zh = \"事\", en = \"Thing\" }}");
        match what {
            "step" => text.push_str("role = \"clerk\"\nactivity = \"thing done\"\n"),
            _ => text.push_str("own = \"3 days\"\n"),
        }
        rest.split("; ").for_each(|member| text.push_str(&format!("{member}\n")));
    }
    let files = [File { path: "gardens/pack.toml".into(), text }];
    let problems = load(&files).err().unwrap_or_default();
    let told = problems.iter().fold(String::new(), |told, problem| told + &format!("    {problem}\n"));
    format!("{}\n{}", flow.join("\n"), if told.is_empty() { "    no problem\n".into() } else { told })
}

const ACCEPT: &str = "step accept: kind = \"accept\"; after = []";
const DECIDE: &str = "step decide: kind = \"decide\"";
const OUTCOMES: &str = "outcome = [{ id = \"yes\", title = { zh = \"是\", en = \"Yes\" } }, { id = \"no\", title = { zh = \"否\", en = \"No\" } }]";

#[test]
fn what_no_case_comes_to_is_told() {
    let two = |id: &str, kind: &str, after: &str| {
        format!("step {id}: kind = \"{kind}\"; after = {after}; {OUTCOMES}")
    };
    let (x, y) = (two("x", "examine", "[\"accept\"]"), two("y", "examine", "[\"accept\"]"));
    let flows: Vec<Vec<&str>> = vec![
        // A circle of two, one of one, and a step behind them.
        vec![
            ACCEPT,
            DECIDE,
            "step enter: kind = \"act\"; after = [\"deliver\"]",
            "step deliver: kind = \"deliver\"",
        ],
        vec![
            ACCEPT,
            DECIDE,
            "step enter: kind = \"act\"; after = [\"enter\"]",
            "step deliver: kind = \"deliver\"",
        ],
        // The end of the case.
        vec![ACCEPT, DECIDE, "step enter: kind = \"act\"; after = [\"decide.refused\"]"],
        // Two outcomes of one step at once; one of them is enough.
        vec![ACCEPT, &x, "step enter: kind = \"act\"; after = [\"x.yes\", \"x.no\"]"],
        vec![ACCEPT, &x, "step enter: kind = \"act\"; after = [\"x.yes\", \"x.no\"]; any = true"],
        // What is never over, and what the case need not wait for.
        vec![
            ACCEPT,
            "step look: kind = \"act\"; repeats = true",
            "step enter: kind = \"act\"; after = [\"look\"]",
        ],
        vec![
            ACCEPT,
            "step look: kind = \"act\"; optional = true",
            "step enter: kind = \"act\"; after = [\"look\"]",
        ],
        // A path that breaks off: after a join of two, after an outcome of which nothing was said.
        vec![ACCEPT, &x, &y, "step enter: kind = \"act\"; after = [\"x.yes\", \"y.yes\"]"],
        vec![ACCEPT, &x, "step enter: kind = \"act\"; after = [\"x.yes\"]"],
        // Clocks.
        vec![
            ACCEPT,
            DECIDE,
            "step deliver: kind = \"deliver\"",
            "clock back: from = \"deliver\"; to = \"decide\"",
        ],
        vec![ACCEPT, DECIDE, "clock end: from = \"decide.refused\"; to = \"decide\""],
        vec![ACCEPT, DECIDE, "clock same: from = \"accept\"; to = \"accept\""],
        vec![ACCEPT, DECIDE, "clock corrected: from = \"correction\"; to = \"decide\""],
        vec![
            ACCEPT,
            "step decide: kind = \"decide\"; not-before = \"late\"",
            "clock late: from = \"decide\"; to = \"ended\"",
        ],
        // Sound ones.
        vec![
            ACCEPT,
            DECIDE,
            "step deliver: kind = \"deliver\"",
            "clock on: from = \"accept\"; to = [\"decide\", \"ended\"]",
        ],
        vec![
            ACCEPT,
            "step decide: kind = \"decide\"; not-before = \"wait\"",
            "clock wait: from = \"accept\"; to = \"decide\"",
        ],
    ];
    let told: Vec<String> = flows.iter().map(|flow| check(flow)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

/// A dozen offices side by side have more ways than can be walked: a circle among them is told all the same, and soon.
#[test]
fn a_flow_of_too_many_ways_is_held_to_what_can_be_told() {
    let offices: Vec<String> = (0..12)
        .map(|number| format!("step office-{number}: kind = \"examine\"; after = [\"accept\"]; {OUTCOMES}"))
        .collect();
    let all: Vec<String> = (0..12).map(|number| format!("\"office-{number}\"")).collect();
    let gather = format!("step gather: kind = \"decide\"; after = [{}]", all.join(", "));
    let mut flow: Vec<&str> =
        [ACCEPT].into_iter().chain(offices.iter().map(String::as_str)).chain([&*gather]).collect();
    assert!(check(&flow).ends_with("no problem\n"), "{}", check(&flow));
    flow.extend(["step enter: kind = \"act\"; after = [\"deliver\"]", "step deliver: kind = \"deliver\""]);
    let told = check(&flow);
    assert_eq!(told.matches("can never be done").count(), 2, "{told}");
}
