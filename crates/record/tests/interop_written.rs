//! However a log is written, it says the same: attributes that come again in the bytes of those before them are known by
//! these, and others are taken apart. In single quotes none is known by its bytes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod logs;

use logs::real;
use proptest::prelude::*;
use record::interop::{Options, Source, read};
use std::fmt::Write as _;

/// All that reading a log gives, as text.
fn said(bytes: &[u8], lenient: bool) -> String {
    let options = Options { prefix: Some("l".into()), lenient, ..Options::default() };
    let mut text = String::new();
    let report = read(&Source::Bytes { name: "log.xes", bytes }, &options, &mut |event| {
        writeln!(text, "{event:?}").unwrap();
        Ok(())
    });
    match report {
        Ok(report) => write!(text, "{}, {:?}", report.counts, report.refused).unwrap(),
        Err(error) => write!(text, "{error}").unwrap(),
    }
    text
}

/// Reads a log as it is, and written in single quotes.
fn check(xes: &str) {
    let single = xes.replace('"', "'");
    for lenient in [false, true] {
        let (one, other) = (said(xes.as_bytes(), lenient), said(single.as_bytes(), lenient));
        if let Some((one, other)) = one.lines().zip(other.lines()).find(|(one, other)| one != other) {
            panic!("{one}\n{other}\n{xes}");
        }
        assert_eq!(one.len(), other.len(), "{xes}");
    }
}

/// An attribute as some event has it, mostly in the same place as in others.
fn attribute() -> impl Strategy<Value = String> {
    let empty = prop::sample::select(vec![
        r#"<string key="concept:name" value="submit"/>"#,
        r#"<string key="concept:name" value="decide" />"#,
        r#"<string key="concept:name" value="log:value"/>"#,
        r#"<string key="concept:name" value=""/>"#,
        r#"<date key="time:timestamp" value="2026-01-31T08:30:00.000+08:00"/>"#,
        r#"<date key="time:timestamp" value="2026-02-01T00:00:00Z"/>"#,
        r#"<date key="time:timestamp" value="soon"/>"#,
        r#"<string key="resource" value="office &amp; yard"/>"#,
        r#"<string key="resource" value="市 局"/>"#,
        r#"<string key="resource" value="log:json:{&quot;float&quot;:&quot;1.5&quot;}"/>"#,
        r#"<string key="resource" value="log:json:[1,2]"/>"#,
        r#"<string value="first" key="resource"/>"#,
        r#"<int key="fee" value=" 12 "/>"#,
        r#"<int key="fee" value="13"/>"#,
        r#"<int key="fee" value="1.5"/>"#,
        r#"<float key="amount" value="36.0"/>"#,
        r#"<float key="amount" value="1e999"/>"#,
        r#"<boolean key="paid" value="true"/>"#,
        r#"<boolean key="paid" value="maybe"/>"#,
        r#"<id key="link" value="a-1"/>"#,
        r#"<string key="log:cause" value="l/1/1"/>"#,
        r#"<string key="log:qualifier" value="file"/>"#,
        r#"<xes:string key="resource" value="named"/>"#,
        r#"<string key="extra" value="x" more="y"/>"#,
        r#"<string key="no value"/>"#,
        r#"<thing key="a" value="b"/>"#,
    ]);
    let nested = prop::sample::select(vec![
        r#"<string key="note" value="a"><string key="by" value="b"/></string>"#,
        r#"<string key="concept:name" value="submit"><int key="fee" value="1"/></string>"#,
        r#"<string key="resource" value="c"></string>"#,
        r#"<list key="all"><values><int key="log:item" value="1"/><int key="fee" value="2"/></values></list>"#,
        r#"<container key="place"><float key="amount" value="2"/></container>"#,
        "text",
        "<!-- aside -->",
    ]);
    prop_oneof![5 => empty, 1 => nested].prop_map(str::to_owned)
}

fn log() -> impl Strategy<Value = String> {
    let own = || prop::collection::vec(attribute(), 0..5);
    let event = (own(), any::<bool>(), 1_usize..4).prop_map(|(own, usual, times)| {
        let usual = if usual {
            "<string key=\"concept:name\" value=\"submit\"/>\n  \
             <date key=\"time:timestamp\" value=\"2026-01-31T08:30:00.000+08:00\"/>\n"
        } else {
            ""
        };
        format!("<event>{usual}{}</event>\n", own.join("\n\t")).repeat(times)
    });
    let trace = (own(), prop::collection::vec(event, 0..4), own()).prop_map(|(own, events, late)| {
        format!("<trace>{}{}{}</trace>\n", own.concat(), events.concat(), late.concat())
    });
    prop::collection::vec(trace, 0..4).prop_map(|traces| format!("<log>\n{}</log>\n", traces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn logs_say_the_same_in_either_quotes(xes in log()) {
        check(&xes);
    }

    #[test]
    fn broken_logs_are_broken_in_the_same_way(
        xes in log(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..9, "[<>/&=\" a:0\n\t]{0,2}"), 1..4),
    ) {
        let mut letters: Vec<char> = xes.chars().collect();
        for (at, taken, put) in edits {
            // Edits may have left nothing, and may stand behind the last letter.
            let at = at.index(letters.len() + 1);
            let end = (at + taken).min(letters.len());
            letters.splice(at..end, put.chars());
        }
        check(&letters.into_iter().collect::<String>());
    }
}

#[test]
fn a_real_log_says_the_same_in_either_quotes() {
    let Some(folder) = real() else { return };
    check(&std::fs::read_to_string(folder.join("roadtraffic100traces.xes")).unwrap().replace('\'', "’"));
}
