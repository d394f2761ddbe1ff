use super::{LAW, deadline};
use jiff::civil::DateTime;
use pack::Lang;
use pack::days::Adjustment;
use pack::days::find::{Found, due};

fn explain(id: &str, start: &str, adjustments: &[Adjustment]) -> String {
    let start: DateTime = start.parse().unwrap();
    let answer = due(&LAW, deadline(id), start, adjustments).unwrap();
    let mut lines = answer.words(Lang::Zh);
    lines.push(String::new());
    lines.extend(answer.words(Lang::En));
    lines.join("\n")
}

fn suspend(kind: &str, from: &str, to: Option<&str>) -> Adjustment {
    let (from, to) = (from.parse().unwrap(), to.map(|to| to.parse().unwrap()));
    Adjustment::Suspend { kind: kind.into(), from, to }
}

#[test]
fn working_days() {
    insta::assert_snapshot!(explain("licence-decided", "2026-02-10T09:00", &[]));
}

#[test]
fn natural_days_extended_and_paused() {
    let adjustments = [
        Adjustment::Extend { id: "complex".into(), amount: None },
        suspend("appraisal", "2026-02-02T09:00", Some("2026-02-12T16:00")),
    ];
    insta::assert_snapshot!(explain("public-order-case-closed", "2026-01-16T09:00", &adjustments));
}

#[test]
fn rolled_by_default() {
    insta::assert_snapshot!(explain("residence-permit-issued", "2024-09-16T09:00", &[]));
}

#[test]
fn custody_in_months() {
    let more = [
        Adjustment::Extend { id: "complex".into(), amount: None },
        Adjustment::Extend { id: "four-kinds".into(), amount: None },
    ];
    insta::assert_snapshot!(explain("custody-investigation-ended", "2025-12-31T09:00", &more));
}

#[test]
fn hours() {
    insta::assert_snapshot!(explain("report-passed-on", "2026-03-01T10:20", &[]));
}

#[test]
fn backward() {
    insta::assert_snapshot!(explain("assembly-decided", "2026-06-08T09:00", &[]));
}

#[test]
fn backward_in_working_days() {
    insta::assert_snapshot!(explain("hearing-announced-in-workdays", "2026-02-24T09:00", &[]));
}

#[test]
fn stopped() {
    let open = suspend("expert-review", "2026-02-13T09:00", None);
    insta::assert_snapshot!(explain("licence-decided", "2026-02-10T09:00", &[open]));
}

#[test]
fn provisional() {
    insta::assert_snapshot!(explain("reconsideration-answered", "2026-12-28T09:00", &[]));
}

#[test]
fn superseded() {
    insta::assert_snapshot!(explain("public-order-case-closed-before-2026", "2026-03-02T09:00", &[]));
    let older = explain("public-order-case-closed-before-2026", "2025-11-03T09:00", &[]);
    assert!(!older.contains("another text governs"), "{older}");
    let newer = explain("public-order-case-closed", "2025-11-03T09:00", &[]);
    assert!(newer.contains("this text applies from 2026-01-01; the start is earlier"), "{newer}");
}

#[test]
fn unverified() {
    insta::assert_snapshot!(explain("footage-uploaded", "2026-03-01T10:20", &[]));
}

#[test]
fn kept_at_least() {
    insta::assert_snapshot!(explain("footage-kept", "2026-03-15T10:20", &[]));
}

fn find(query: &str) -> Vec<&'static str> {
    match LAW.find(query) {
        Found::One(one) => vec![one.id.as_str()],
        Found::Many(many) => many.into_iter().map(|one| one.id.as_str()).collect(),
        Found::Nothing => Vec::new(),
    }
}

#[test]
fn finds_what_a_person_writes() {
    let closed = ["public-order-case-closed"];
    for query in [
        "public-order-case-closed",
        "DL-012",
        "dl-012",
        "治安管理处罚法第一百一十八条",
        "《中华人民共和国治安管理处罚法》第一百一十八条第一款",
        "治安管理处罚法118",
        "治安处罚法 118",
        "治安管理处罚法第118条",
        "Public Security Administration Penalties Law, art. 118",
        "public-security-penalties-law 118",
    ] {
        assert_eq!(find(query), closed, "{query}");
    }
    assert_eq!(find("行政许可法 42"), ["licence-decided", "joint-licence-decided"]);
    assert_eq!(find("第二百四十二条"), ["foreigner-first-interview", "foreigner-examination-ended"]);
    assert_eq!(find("护照法"), ["passport-issued"]);
    assert_eq!(find("passport"), ["passport-issued"]);
    assert_eq!(find("追责时效"), ["violation-lapsed"]);
    assert_eq!(find("行政许可法第九百条"), Vec::<&str>::new());
    assert_eq!(find("  "), Vec::<&str>::new());
    assert_eq!(find("治安管理处罚法").len(), 10);
}
