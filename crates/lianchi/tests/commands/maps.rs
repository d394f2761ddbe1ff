//! Maps of logs and the ways of their cases, with what narrows them, and every mistake with its mend.

use super::{Desk, check};

/// Four permits: one straight through, one sent back twice, one that broke off, one of another office.
const PERMITS: &str = "case,step,when,office,lifecycle:transition
1,apply,2026-01-05T09:00:00+08:00,hall,complete
1,examine,2026-01-06T09:00:00+08:00,hall,start
1,examine,2026-01-06T11:00:00+08:00,hall,complete
1,decide,2026-01-09T11:00:00+08:00,bureau,complete
2,apply,2026-01-05T10:00:00+08:00,hall,complete
2,examine,2026-01-07T10:00:00+08:00,hall,complete
2,send back,2026-01-07T12:00:00+08:00,hall,complete
2,examine,2026-01-12T12:00:00+08:00,hall,complete
2,send back,2026-01-12T13:00:00+08:00,hall,complete
2,examine,2026-01-14T13:00:00+08:00,hall,complete
2,decide,2026-01-20T13:00:00+08:00,bureau,complete
3,apply,2026-02-01T09:00:00+08:00,hall,complete
3,examine,2026-02-03T09:00:00+08:00,hall,complete
4,apply,2026-02-02T09:00:00+08:00,annex,complete
4,decide,2026-02-02T10:00:00+08:00,annex,complete
";
const MAP: &str = "--map case=case,activity=step,time=when";

/// The course of a finding, as an office might keep it in a table: one as it should be, one with a step left out.
const FINDINGS: &str = "case,step,when
1,assign.assigned,2026-01-01T08:00:00Z
1,explain.explained,2026-01-02T08:00:00Z
1,rectify.rectified,2026-01-03T08:00:00Z
1,verify.cleared,2026-01-04T08:00:00Z
2,assign.assigned,2026-01-01T08:00:00Z
2,rectify.rectified,2026-01-03T08:00:00Z
2,a chat,2026-01-03T09:00:00Z
2,verify.cleared,2026-01-04T08:00:00Z
";

#[test]
fn a_log_is_drawn_and_narrowed() {
    let lines = [
        "map permits.csv MAP",
        "map permits.csv MAP --json",
        "map permits.csv MAP --every-event",
        "map permits.csv MAP --office annex",
        "map permits.csv MAP --since 2026-02-01 --outcome decide",
        "map permits.csv MAP --with \"send back\" --svg back.svg --beside median --colour-times",
        "variants permits.csv MAP",
        "variants permits.csv MAP --without \"send back\" --until 2026-02-01",
        "map permits.csv MAP --variant 1 --json figures.json",
        "map --json first.json permits.csv MAP --variant 1",
        "map --json permits.csv MAP --office annex --svg again.svg",
        "map MAP --json=joined.json --variant 1 permits.csv",
        "map --svg again.svg --json - MAP permits.csv --office annex",
        "map findings.csv --map case=case,activity=step,time=when --procedure finding",
    ];
    let lines: Vec<String> = lines.iter().map(|line| line.replace("MAP", MAP)).collect();
    let mut desk = Desk::new(&[("permits.csv", PERMITS.as_bytes()), ("findings.csv", FINDINGS.as_bytes())]);
    lines.iter().for_each(|line| desk.run(line));
    let drawn = String::from_utf8(desk.get("back.svg")).unwrap();
    assert!(drawn.starts_with("<svg ") && drawn.contains("send back"), "{drawn}");
    let figures: serde_json::Value = serde_json::from_slice(&desk.get("figures.json")).unwrap();
    assert_eq!(figures["cases"], 1);
    for other in ["first.json", "joined.json"] {
        assert_eq!(desk.get(other), desk.get("figures.json"), "{other}");
    }
    insta::assert_snapshot!(desk.told());
}

/// A day begins where the log's first event was written, in each format and however the log is packed.
#[test]
fn a_day_begins_where_the_log_was_written() {
    let event = |case: &str, at: &str| {
        format!(
            r#"<trace><string key="concept:name" value="{case}"/><event><date key="time:timestamp" value="{at}"/>
<string key="concept:name" value="apply"/></event></trace>"#
        )
    };
    let (first, last) = (event("1", "2026-07-01T00:00:00+08:00"), event("2", "2026-07-02T00:00:00+08:00"));
    let xes = format!("<log>{first}{last}</log>");
    let table = |zone: &str| {
        format!("case,activity,time\n1,apply,2026-07-01T00:00:00{zone}\n2,apply,2026-07-02T23:30:00{zone}\n")
    };
    let (behind, ahead) = (table("-05:00"), table("+08:00"));
    let files = [("a.xes", xes.as_bytes()), ("b.csv", behind.as_bytes()), ("c.csv", ahead.as_bytes())];
    let mut desk = Desk::new(&files);
    let columns = " --map case=case,activity=activity,time=time";
    for log in ["a.xes", &format!("b.csv{columns}"), &format!("c.csv{columns}")] {
        desk.run(&format!("variants {log} --since 2026-07-01 --until 2026-07-02"));
        desk.run(&format!("variants {log} --since 2026-07-02 --until 2026-07-03"));
        desk.run(&format!("variants {log} --until 2026-07-02T00:00:00"));
    }
    for told in desk.told().split("$ ").skip(1) {
        assert!(told.contains("\n1 case went in 1 way\n"), "{told}");
    }
}

/// Events that no case has, and those without an activity, are told of beside the answer; without a time they are taken in
/// where that is asked for; and what is wrong with models is told in one go.
#[test]
fn what_a_log_lacks_is_told() {
    let table = "case,activity,time\n1,a,2026-06-01\n,b,2026-06-02\n1,,2026-06-03\n,b,2026-06-04\n";
    let untimed = "case,activity,time\n1,a,2026-06-01\n1,b,\n";
    let unnamed = "<log><trace><string key=\"concept:name\" value=\"1\"/><event><date key=\"time:timestamp\" \
                   value=\"2026-07-01T00:00:00+08:00\"/></event></trace></log>";
    let nowhen = "case,activity\n1,a\n1,b\n2,a\n";
    let models =
        "activity a\nRespond[a, a] | | |\nbind a: colour\nAbsence[c] | |\nResponse[a, a] |A.colour > 3 | |\n";
    let files = [
        ("rows.csv", table.as_bytes()),
        ("untimed.csv", untimed.as_bytes()),
        ("nowhen.csv", nowhen.as_bytes()),
        ("unnamed.xes", unnamed.as_bytes()),
        ("own.decl", models.as_bytes()),
        ("sound.decl", b"activity a\nactivity b\nResponse[a, b] | | |\n"),
        (
            "timed.decl",
            b"activity a\nactivity b\nResponse[a, b] | | |\nResponse[a, b] | | |0,2,d\nEnd[b] | |1,2,h\n",
        ),
    ];
    let columns = "--map case=case,activity=activity,time=time";
    let lines = [
        format!("variants rows.csv {columns}"),
        format!("map rows.csv {columns}"),
        format!("check rows.csv {columns} --declare sound.decl --json"),
        format!("check untimed.csv {columns} --declare sound.decl"),
        format!("check untimed.csv {columns} --declare sound.decl --untimed"),
        "check nowhen.csv --map case=case,activity=activity --declare sound.decl --untimed".to_owned(),
        "check nowhen.csv --map case=case,activity=activity --declare sound.decl --untimed --json".to_owned(),
        "check nowhen.csv --map case=case,activity=activity --declare timed.decl --untimed".to_owned(),
        "variants unnamed.xes".to_owned(),
        format!("variants unnamed.xes {columns}"),
        format!("check unnamed.xes {columns} --declare sound.decl --json"),
        format!("check rows.csv {columns} --declare own.decl"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(check(&files, &lines));
}

#[test]
fn mistakes_about_maps_are_told() {
    let lines = [
        "map permits.csv MAP other.json",
        "map permits.csv other.json MAP --json",
        "map permits.csv MAP --json permits.csv",
        "map permits.csv MAP --svg ./permits.csv",
        "map permits.csv MAP --json a.json --figures b.json",
        "map --json MAP",
        "variants permits.csv MAP --json ways.json",
        "map permits.csv MAP --with exmaine",
        "map permits.csv MAP --outcome sold",
        "map permits.csv MAP --office attic",
        "map permits.csv MAP --office-attribute room",
        "map permits.csv MAP --since yesterday",
        "map permits.csv MAP --variant 9",
        "map permits.csv MAP --variant 0123456789ab",
        "map permits.csv MAP --since 2030-01-01",
        "map permits.csv MAP --edge-share 120",
        "map permits.csv MAP --beside weight",
        "map permits.csv MAP --procedure findings",
        "map permits.csv MAP --svg nowhere/map.svg",
    ];
    let lines: Vec<String> = lines.iter().map(|line| line.replace("MAP", MAP)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(check(&[("permits.csv", PERMITS.as_bytes())], &lines));
}
