//! A log read straight into columns is the log that its events make, one pushed after the other.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use oversight::log::{self, Log};
use proptest::prelude::*;
use record::interop::{self, Format, Options, Source, WriteOptions, write};
use record::{Event, ObjectRef, Time, Value};
use std::path::Path;

/// All that a log holds, as text.
fn said(log: &Log) -> String {
    let mut text = String::new();
    let name = |code: &u32| log.activities()[*code as usize].as_str();
    for (event, (time, code)) in (0..).zip(log.times().iter().zip(log.activity_codes())) {
        text.push_str(&format!("{:?} {} {time}\n", log.id(event), name(code)));
    }
    for (name, column) in log.columns() {
        text.push_str(&format!("{name} {:?} {:?}\n", column.events(), column.values()));
    }
    for (kind, count) in log.kinds() {
        let about: Vec<_> = log.about(kind.as_str()).collect();
        text.push_str(&format!(
            "{kind} {count} {about:?} {:?}\n",
            log.traces(kind.as_str()).unwrap().starts()
        ));
    }
    text
}

fn check(source: &Source<'_>, what: &str) {
    for lenient in [false, true] {
        let options = Options { prefix: Some(String::new()), lenient, ..Options::default() };
        let mut pushed = Log::new();
        let report = interop::read(source, &options, &mut |event| Ok(pushed.push(&event)?));
        let straight = log::read(source, &options, &mut |_| ());
        match (straight, report) {
            (Ok((log, report)), Ok(other)) => {
                assert_eq!(said(&log), said(&pushed), "{what}");
                assert_eq!((report.counts, report.refused), (other.counts, other.refused), "{what}");
            }
            (Err(error), Err(other)) => assert_eq!(error.to_string(), other.to_string(), "{what}"),
            (straight, pushed) => panic!("{what}: {:?} {pushed:?}", straight.map(|(_, report)| report)),
        }
    }
}

#[test]
fn real_logs() {
    let data = std::env::var_os("LIANCHI_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        |data| data.into(),
    );
    let Ok(logs) = std::fs::read_dir(data.join("logs")) else {
        println!("left out: the logs are not here; set LIANCHI_DATA");
        return;
    };
    for log in logs {
        let path = log.unwrap().path();
        // Half a million events are left to builds with optimisation.
        if !(cfg!(debug_assertions) && path.ends_with("RTFM.xes.gz")) {
            check(&Source::File(&path), &path.display().to_string());
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        "[ab]{0,2}|.{0,9}".prop_map(Value::from),
        Just(Value::from("log:json:[")),
        any::<i64>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        any::<f64>().prop_filter("nothing equals it", |number| !number.is_nan()).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[ab]{1,2}".prop_map(|id| Value::Id(id.into())),
        (0_i64..99).prop_map(|second| Value::Time(Time::new(second, 0, Some(480)).unwrap())),
    ];
    plain.prop_recursive(2, 6, 3, |inner| {
        let named = prop::collection::vec(("[ab]", inner.clone()), 1..3).prop_map(|all| {
            all.into_iter().map(|(name, value)| (name.as_str().into(), value)).collect::<Vec<_>>()
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
            named.clone().prop_map(Value::Map),
            (inner, named).prop_map(|(value, notes)| Value::Annotated(Box::new(value), notes)),
        ]
    })
}

/// Activity, second, attributes and objects of an event.
type Drawn = (String, i64, Vec<(String, Value)>, Vec<(String, String)>);

fn events() -> impl Strategy<Value = Vec<Event>> {
    let attributes = prop::collection::vec(("[abc]", value()), 0..5);
    let objects = prop::collection::vec(("case|file", "[0-2]"), 0..3);
    let event = ("submit|decide|concept:name|log:x", 0_i64..999, attributes, objects);
    prop::collection::vec(event, 0..12).prop_map(|events| {
        let event = |(number, (activity, second, attributes, objects)): (usize, Drawn)| {
            let mut event = Event::new(number.to_string(), activity, Time::new(second, 5, Some(0)).unwrap());
            for (name, value) in attributes {
                event = event.with(name.as_str(), value);
            }
            objects.iter().fold(event, |event, (kind, id)| {
                event.about("of", ObjectRef::new(kind.as_str(), id.as_str()))
            })
        };
        events.into_iter().enumerate().map(event).collect()
    })
}

proptest! {
    #[test]
    fn any_log(
        events in events(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, "[<>/&=\" a:0\n\t]{0,2}"), 0..3),
    ) {
        for format in [Format::Xes, Format::OcelJson, Format::Csv] {
            let options = WriteOptions { object_type: Some("case".into()), ..WriteOptions::default() };
            let mut bytes = Vec::new();
            if write(format, &mut events.iter().cloned().map(Ok), &options, &mut bytes).is_err() {
                continue;
            }
            check(&Source::Bytes { name: "whole", bytes: &bytes }, &String::from_utf8_lossy(&bytes));
            for (at, taken, put) in &edits {
                // Edits may have left nothing, and may stand behind the last byte.
                let at = at.index(bytes.len() + 1);
                let end = (at + taken).min(bytes.len());
                bytes.splice(at..end, put.bytes());
            }
            check(&Source::Bytes { name: "edited", bytes: &bytes }, &String::from_utf8_lossy(&bytes));
        }
    }
}
