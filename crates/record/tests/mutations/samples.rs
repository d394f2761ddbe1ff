//! Small sound logs, each from a seed.

use super::logs::written;
use super::mutate::{Dice, Sample};
use record::interop::{Format, WriteOptions};
use record::{Change, Event, Link, ObjectRef, Time, Value};

const XML_WORDS: &[&str] = &[
    "<!DOCTYPE log [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
    "&b;",
    "&#0;",
    "&#x10FFFF;",
    "&amp;",
    "<!-- -->",
    "<![CDATA[<event>]]>",
    "<?xml version=\"1.0\" encoding=\"GBK\"?>",
    "<event/>",
    "<trace>",
    "</trace>",
    "<string key=\"concept:name\" value=\"x\"/>",
    "<date key=\"time:timestamp\" value=\"2026-01-31\"/>",
    "<float key=\"f\" value=\"1e400\"/>",
    "<list key=\"l\"><values><int key=\"i\" value=\"1\"/></values></list>",
    "<values>",
    "<global scope=\"trace\"/>",
    "<attribute name=\"fee\" type=\"integer\">20</attribute>",
    "<object id=\"o1\" type=\"order\"/>",
    "<event-types>",
    "<objects/>",
    " xmlns:x=\"y\"",
    " key=\"k\"",
    "log:cause",
    "log:actor",
];
const JSON_WORDS: &[&str] = &[
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "1e400",
    "\"id\":\"e1\",",
    "\"type\":7,",
    "\"attributes\":[],",
    "\"relationships\":[{\"objectId\":\"o1\",\"qualifier\":\"q\"}],",
    "\"ocel:vmap\":{},",
    "\"\\ud800\"",
    "\\u0000",
    "/* */",
    ",",
    "\"events\":[],",
    "\"eventTypes\":{\"lost\":1},",
    "\"ocel:global-log\":{\"a\":[[[[[[]]]]]]},",
];
const CSV_WORDS: &[&str] = &[
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\r",
    "\n",
    "1,submit,2026-01-31,1,x\n",
    "log:json:\"a\"",
    "\"a\nb\"",
    "1e400",
];

/// A small record: cases with persons and vehicles, values of every type, links.
fn record(seed: u64, cases: bool) -> Vec<Event> {
    let mut dice = Dice::new(seed);
    let mut events = Vec::new();
    for number in 0..6 + dice.below(6) {
        let case = ObjectRef::new("case", (dice.below(3) + 1).to_string());
        let time = Time::new(1_769_000_000 + dice.below(90_000_000) as i64, 0, Some(480)).unwrap();
        let activity = *dice.one_of(&["submit", "受理", "decide <a & b>"]);
        let mut event = Event::new(format!("e{number}"), activity, time).about("case", case.clone());
        event =
            event.with("fee", dice.below(5_000) as i64).with("note", *dice.one_of(&["费用", "a \"b\"", "x"]));
        event.attributes.push(("share".into(), Value::Float(dice.below(9) as f64 / 4.0)));
        event.attributes.push(("paid".into(), Value::Boolean(dice.below(2) == 0)));
        event.attributes.push(("until".into(), Value::Time(time)));
        if !cases {
            let car = ObjectRef::new("vehicle", format!("v{}", dice.below(3)));
            event = event.about("subject", car.clone());
            event.changes.push(Change { object: car.clone(), name: "colour".into(), value: "red".into() });
            event.links.push(Link { from: case, qualifier: "of".into(), to: car });
        } else {
            let list = Value::List(vec![1.into(), "two".into()]);
            event.attributes.push(("parts".into(), Value::Map(vec![("list".into(), list)])));
        }
        events.push(event);
    }
    events
}

fn sample(
    name: &str,
    seed: u64,
    format: Format,
    words: &'static [&'static str],
    nest: (&'static str, &'static str),
) -> Sample {
    let options = WriteOptions { object_type: Some("case".into()), ..WriteOptions::default() };
    let (bytes, _) = written(format, &record(seed, format == Format::Xes), &options);
    Sample { name: format!("{name} {seed}"), bytes, words, nest }
}

pub fn xes(seed: u64) -> Sample {
    sample("xes", seed, Format::Xes, XML_WORDS, ("<container key=\"c\">", "</container>"))
}

pub fn ocel_json(seed: u64) -> Sample {
    sample("ocel-json", seed, Format::OcelJson, JSON_WORDS, ("[", "]"))
}

pub fn ocel_xml(seed: u64) -> Sample {
    sample("ocel-xml", seed, Format::OcelXml, XML_WORDS, ("<objects>", "</objects>"))
}

pub fn ocel_sqlite(seed: u64) -> Sample {
    sample("ocel-sqlite", seed, Format::OcelSqlite, JSON_WORDS, ("(", ")"))
}

pub fn csv(seed: u64) -> Sample {
    let mut dice = Dice::new(seed);
    let mut text = "case,act,when,fee,note\n".to_owned();
    for _ in 0..5 + dice.below(8) {
        let (case, fee, day) = (dice.below(4), dice.below(900), 1 + dice.below(28));
        let note = dice.one_of(&["x", "\"a, \"\"b\"\"\"", "\"two\nlines\"", "", "费用"]);
        text.push_str(&format!("{case},submit,2026-02-{day:02}T08:30:00+08:00,{fee},{note}\n"));
    }
    Sample { name: format!("csv {seed}"), bytes: text.into_bytes(), words: CSV_WORDS, nest: ("\"", "\"") }
}

pub fn ocel1(seed: u64) -> Sample {
    let mut dice = Dice::new(seed);
    let ids: Vec<usize> = (0..3 + dice.below(3)).collect();
    let object = |id: &usize| {
        format!(
            "\"o{id}\": {{\"ocel:type\": \"order\", \"ocel:ovmap\": {{\"price\": {id}.5, \"kind\": \"a\"}}}}"
        )
    };
    let objects: Vec<String> = ids.iter().map(object).collect();
    let event = |number: usize| {
        let id = number % ids.len();
        format!(
            "\"e{number}\": {{\"ocel:activity\": \"submit\", \"ocel:timestamp\": \"2026-01-31 08:30:00\",\n\
             \"ocel:omap\": [\"o{id}\"], \"ocel:vmap\": {{\"fee\": {number}, \"note\": \"费用\"}}}}"
        )
    };
    let events: Vec<String> = (0..5).map(event).collect();
    let text = format!(
        "{{\"ocel:global-log\": {{\"ocel:object-types\": [\"order\"], \"ocel:version\": \"1.0\"}},\n\
         \"ocel:global-event\": {{\"ocel:activity\": \"?\"}},\n\
         \"ocel:events\": {{\n{}}},\n\"ocel:objects\": {{\n{}}}}}",
        events.join(",\n"),
        objects.join(",\n")
    );
    Sample { name: format!("ocel1 {seed}"), bytes: text.into_bytes(), words: JSON_WORDS, nest: ("[", "]") }
}
