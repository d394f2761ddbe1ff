//! How logs look on the record: one small log of every format, as the events that it becomes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod logs;

use logs::{assert_same, taken, written};
use record::interop::{Format, Mapping, Options, Source, WriteOptions};
use record::{Event, encoding};

fn lines(events: &[Event]) -> String {
    events.iter().map(|event| encoding::encode(event) + "\n").collect()
}

/// Reads a log, and writes and reads it again in its own format.
fn check(title: &str, name: &str, log: &str, options: &Options) {
    let (events, report) = taken(&Source::Bytes { name, bytes: log.as_bytes() }, options);
    insta::assert_snapshot!(title, format!("{}\n{}", report.counts, lines(&events)));
    let (bytes, exported) =
        written(report.format, &events, &WriteOptions { gzip: true, ..WriteOptions::default() });
    let options = Options { mapping: exported.mapping, ..options.clone() };
    let (mut back, _) = taken(&Source::Bytes { name, bytes: &bytes }, &options);
    let mut events = events;
    if report.format == Format::Csv {
        // Its header says how it was read: times and delimiters are written in one way only.
        events.remove(0);
        back.remove(0);
    }
    assert_same(title, &events, &back);
}

#[test]
fn xes_keeps_what_is_odd() {
    let log = r#"<?xml version="1.0"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="trace"><string key="concept:name" value="?"/></global>
  <classifier name="Both" keys="concept:name lifecycle:transition"/>
  <float key="mean" value="1.94818911E8"><id key="of" value="x"/></float>
  <trace><string key="concept:name" value="A"/></trace>
  <trace>
    <string key="concept:name" value="A"><int key="rank" value="-3"/></string>
    <event>
      <string key="concept:name" value="named"/>
      <date key="time:timestamp" value="2006-07-24T00:00:00.000+02:00"/>
      <list key="items"><values><int key="n" value="1"/><int key="n" value="2"/></values><boolean key="sure" value="true"/></list>
      <container key="both"><float key="nan" value="NaN"/><float key="inf" value="-INF"/></container>
      <string key="k" value="twice"/><string key="k" value=""/>
    </event>
    <event><date key="time:timestamp" value="2006-07-24"/></event>
    <event><string key="concept:name" value="untimed"/></event>
    <event>
      <string key="concept:name" value="annotated"><string key="by" value="&lt;me&gt;&#10;"/></string>
      <date key="time:timestamp" value="2006-07-25T12:00:00Z"><string key="clock" value="office"/></date>
    </event>
    <event><string key="concept:name" value="log:value"/><date key="time:timestamp" value="2006-07-26"/></event>
    <string key="late" value="after the events"/>
  </trace>
  <trace><event><int key="concept:name" value="7"/><date key="time:timestamp" value="2006-07-27"/></event></trace>
  <event><string key="concept:name" value="loose"/><date key="time:timestamp" value="2006-07-28"/></event>
  <string key="tail" value="after the traces"/>
</log>"#;
    check("shape_xes", "odd.xes", log, &Options { untimed: true, ..Options::default() });
}

#[test]
fn ocel_keeps_values_over_time() {
    let log = r#"{
"eventTypes": [{"name": "pay", "attributes": [{"name": "sum", "type": "float"}, {"name": "unused", "type": "time"}]}, {"name": "never", "attributes": []}],
"objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}, {"name": "paid", "type": "boolean"}]}],
"objects": [{"id": "o1", "type": "order", "attributes": [
    {"name": "price", "value": 10, "time": "1970-01-01T00:00:00Z"}, {"name": "paid", "value": false, "time": "1970-01-01T00:00:00Z"},
    {"name": "paid", "value": true, "time": "2026-01-31T08:30:00+08:00"}, {"name": "price", "value": "9.5", "time": "2026-01-31T00:30:00Z"}],
    "relationships": [{"objectId": "o2", "qualifier": "split into"}, {"objectId": "o2", "qualifier": "before"}]},
  {"id": "o2", "type": "order"}],
"events": [{"id": "e1", "type": "pay", "time": "2026-01-31T08:30:00+08:00",
  "attributes": [{"name": "sum", "value": 1e3}],
  "relationships": [{"objectId": "o1", "qualifier": "pays"}, {"objectId": "o1", "qualifier": "closes"}]}]
}"#;
    check("shape_ocel", "shop.json", log, &Options::default());
}

#[test]
fn csv_follows_its_mapping() {
    let log = "Nr;What;When;Orders;Code;Fee;Sure;At;Note\n\
        7;pay;31.01.2026 08:30;o1\\;x;o2;007;1.5;true;2026-02-01;a;\n";
    let log = log.replace("o1\\;x;o2", "\"o1\\;x;o2\"").replace("a;\n", "\"a; \"\"b\"\"\"\n");
    let mapping = "id=Nr,activity=What,time=When,objects:order/pays=Orders,format=%d.%m.%Y %H\\:%M";
    let mapping = Mapping::parse(mapping).unwrap();
    assert_eq!(Mapping::parse(&mapping.to_string()).unwrap(), mapping);
    check("shape_csv", "bills.csv", &log, &Options { mapping: Some(mapping), ..Options::default() });
}

#[test]
fn a_mapping_says_what_is_wrong_with_it() {
    let mut text = String::new();
    for mapping in [
        "",
        "activity",
        "time=a",
        "activity=a,time=b,time=c",
        "activity=a,time=b,colour=c",
        "activity=a,time=b,number:x=c",
        "activity=a,activity=b,time=c",
        "activity=a,time=b,delimiter=；",
    ] {
        text.push_str(&format!("{mapping}\n  {}\n", Mapping::parse(mapping).unwrap_err()));
    }
    insta::assert_snapshot!("mapping", text);
}

#[test]
fn formats_are_told_by_content() {
    let told = |name: &str, text: &str| Source::Bytes { name, bytes: text.as_bytes() }.format().ok();
    assert_eq!(told("a.txt", "<?xml version='1.0'?>\n<!-- <events> --><log><trace/>"), Some(Format::Xes));
    assert_eq!(told("a.xes", "<log><object-types/>"), Some(Format::OcelXml));
    assert_eq!(told("a.json", "{ \"objects\": []"), Some(Format::OcelJson));
    assert_eq!(told("a.json", "\u{FEFF}{ \"ocel:events\": {}"), Some(Format::Ocel1Json));
    assert_eq!(told("a.csv", "a,b\n"), Some(Format::Csv));
    assert_eq!(told("a.txt", "a,b\n"), None);
    assert_eq!(told("a", "SQLite format 3\0"), Some(Format::OcelSqlite));
    for (format, name) in Format::ALL.into_iter().zip(Format::NAMES) {
        assert_eq!((Format::parse(name), format.to_string()), (Some(format), name.to_owned()));
    }
}
