//! Broken logs: every breach is named with its place, and no bytes make the readers panic, loop or drop anything.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod logs;

use logs::{taken, written};
use record::interop::{Format, ImportError, Mapping, Options, Report, Source, WriteOptions, check};
use std::fmt::Write as _;
use std::io::Write as _;

fn outcome(result: &Result<Report, ImportError>) -> String {
    match result {
        Ok(report) if report.refused.is_empty() => format!("ok: {}", report.counts),
        Ok(report) => {
            let refused: String = report.refused.iter().map(|refusal| format!("\n  {refusal}")).collect();
            format!("ok: {}, without:{refused}", report.counts)
        }
        Err(error) => format!("{error}"),
    }
}

/// Reads every input as it is, leniently, and with what has no time let in; the snapshot has what each says.
fn check_all(title: &str, format: Option<Format>, mapping: Option<&str>, inputs: &[(&str, &[u8])]) {
    let mut text = String::new();
    for (name, bytes) in inputs {
        let mapping = mapping.map(|mapping| Mapping::parse(mapping).unwrap());
        let options = Options { format, mapping, ..Options::default() };
        let source = Source::Bytes { name: "log", bytes };
        let strict = outcome(&check(&source, &options));
        let lenient = outcome(&check(&source, &Options { lenient: true, ..options.clone() }));
        let untimed = outcome(&check(&source, &Options { untimed: true, ..options }));
        let _ = writeln!(text, "## {name}\n{strict}");
        if lenient != strict {
            let _ = writeln!(text, "-- lenient\n{lenient}");
        }
        if untimed != strict {
            let _ = writeln!(text, "-- untimed\n{untimed}");
        }
    }
    insta::assert_snapshot!(title, text);
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

const XES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="?"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <int key="total" value="1"><string key="note" value="a&amp;b"/></int>
  <trace>
    <string key="concept:name" value="1"/>
    <event>
      <string key="concept:name" value="submit"/>
      <date key="time:timestamp" value="2026-01-31T08:30:00.000+08:00"/>
      <list key="l"><values><float key="x" value="1.5"/></values></list>
    </event>
  </trace>
</log>
"#;

fn xes(event: &str) -> String {
    format!("<log>\n<trace>\n<event>\n{event}\n</event>\n</trace>\n</log>")
}

const TIME: &str = "<date key='time:timestamp' value='2026-01-31'/>";

#[test]
fn xes_says_where() {
    let deep = format!("{}{TIME}{}", "<container key='c'>".repeat(40), "</container>".repeat(40));
    let bomb = "<!DOCTYPE log [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>\n<log>&b;</log>";
    let packed = gz(XES.as_bytes());
    let long = format!("<log><string key='k' value='{}'/></log>", "x".repeat(40 << 20));
    let mut inputs: Vec<(&str, Vec<u8>)> = vec![
        ("sound", XES.into()),
        ("sound, compressed", packed.clone()),
        ("compressed and cut short", packed[..packed.len() - 12].to_vec()),
        (
            "compressed and damaged",
            packed.iter().enumerate().map(|(at, byte)| if at == 60 { !byte } else { *byte }).collect(),
        ),
        ("compressed, and damaged in what it holds", {
            let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
            stored.write_all(XES.as_bytes()).unwrap();
            let mut stored = stored.finish().unwrap();
            let at = memchr::memmem::find(&stored, b"1.5").unwrap();
            stored[at] = b'<';
            stored
        }),
        ("cut short in a tag", XES.as_bytes()[..400].to_vec()),
        ("cut short between tags", XES.as_bytes()[..XES.len() - 18].to_vec()),
        ("empty", Vec::new()),
        ("another document", b"<html/>".to_vec()),
        ("entities", bomb.into()),
        ("an entity nobody declared", xes("<string key='k' value='&x;'/>").into()),
        ("a lone ampersand", xes("<string key='k' value='a & b'/>").into()),
        ("nested deep", xes(&deep).into()),
        ("a long attribute", long.into()),
        ("utf-16", "<log/>".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("declared as latin-1", b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<log/>".to_vec()),
        ("not utf-8", b"<log>\n<string key='k' value='\xE9'/></log>".to_vec()),
        ("ends that do not match", b"<log>\n<trace>\n</log>".to_vec()),
        ("two documents", b"<log/><log/>".to_vec()),
    ];
    let events = [
        ("no time", "<string key='concept:name' value='a'/>".to_owned()),
        ("no name", TIME.to_owned()),
        ("a reserved name", format!("<string key='concept:name' value='log:object'/>{TIME}")),
        ("not a number", format!("{TIME}\n<int key='k' value='12a'/>")),
        ("too large a number", format!("{TIME}\n<int key='k' value='9223372036854775808'/>")),
        ("not a time", "\n<date key='time:timestamp' value='31.1.2026'/>".to_owned()),
        ("not a truth value", format!("{TIME}<boolean key='k' value='yes'/>")),
        ("no key", format!("{TIME}<string value='x'/>")),
        ("no value", format!("{TIME}<string key='x'/>")),
        ("an unknown element", format!("{TIME}<blob key='x' value='y'><int key='z' value='1'/></blob>")),
        ("an unknown attribute", format!("{TIME}<string key='x' value='y' lang='zh'/>")),
        ("text", format!("{TIME}stray")),
        ("the same attribute twice", "<string key='x' key='y' value='z'/>".to_owned()),
    ];
    inputs.extend(events.into_iter().map(|(name, event)| (name, xes(&event).into())));
    let inputs: Vec<(&str, &[u8])> = inputs.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    check_all("xes", Some(Format::Xes), None, &inputs);
}

const JSON: &str = r#"{
"objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}]}],
"eventTypes": [{"name": "submit", "attributes": [{"name": "fee", "type": "integer"}]}],
"objects": [
  {"id": "o1", "type": "order", "attributes": [{"name": "price", "value": 1.5, "time": "1970-01-01T00:00:00Z"},
    {"name": "price", "value": 2.5, "time": "2026-01-31T00:00:00Z"}],
    "relationships": [{"objectId": "o2", "qualifier": "next"}]},
  {"id": "o2", "type": "order", "attributes": [], "relationships": []}],
"events": [
  {"id": "e1", "type": "submit", "time": "2026-01-31T08:30:00+08:00", "attributes": [{"name": "fee", "value": 20}],
    "relationships": [{"objectId": "o1", "qualifier": "about"}]}]
}"#;

#[test]
fn ocel_json_says_where() {
    let with = |from: &str, to: &str| {
        assert!(JSON.contains(from), "{from}");
        JSON.replace(from, to)
    };
    let dangling = {
        let relation = |number: usize| format!("{{\"objectId\":\"gone{number}\",\"qualifier\":\"q\"}},");
        let many: String = (0..9990).map(relation).collect();
        with(
            "\"relationships\": [{\"objectId\": \"o1\"",
            &format!("\"relationships\": [{many}{{\"objectId\": \"o1\""),
        )
    };
    let strict = check(&Source::Bytes { name: "log", bytes: dangling.as_bytes() }, &Options::default());
    let Err(ImportError::Refused { first, total }) = strict else { panic!("{strict:?}") };
    assert_eq!((first.len(), total), (10, 9990));
    let lenient = Options { lenient: true, ..Options::default() };
    let report = check(&Source::Bytes { name: "log", bytes: dangling.as_bytes() }, &lenient).unwrap();
    assert_eq!((report.counts.relations, report.refused.len()), (1, 9990));

    let inputs = [
        ("sound", JSON.to_owned()),
        ("cut short", JSON[..300].to_owned()),
        ("not JSON", with("\"objects\": [", "\"objects\": [,")),
        ("no events", with("\"events\"", "\"more events\"")),
        ("an undeclared event type", with("\"type\": \"submit\"", "\"type\": \"reject\"")),
        (
            "an undeclared object type",
            with("{\"id\": \"o2\", \"type\": \"order\"", "{\"id\": \"o2\", \"type\": \"item\""),
        ),
        ("an undeclared object", with("\"objectId\": \"o1\"", "\"objectId\": \"o9\"")),
        ("a link to nowhere", with("\"objectId\": \"o2\"", "\"objectId\": \"o9\"")),
        ("an object twice", with("\"id\": \"o2\"", "\"id\": \"o1\"")),
        ("no id", with("\"id\": \"e1\", ", "")),
        ("an id that is a number", with("\"id\": \"e1\"", "\"id\": 1")),
        ("no time", with("\"time\": \"2026-01-31T08:30:00+08:00\", ", "")),
        ("not a time", with("2026-01-31T08:30:00+08:00", "yesterday")),
        ("no qualifier", with(", \"qualifier\": \"about\"", "")),
        ("a value of the wrong type", with("\"value\": 20", "\"value\": \"twenty\"")),
        ("a value with a fraction", with("\"value\": 20", "\"value\": 20.5")),
        ("a value written as text", with("\"value\": 20", "\"value\": \"20\"")),
        ("a value that is null", with("\"value\": 20", "\"value\": null")),
        ("a value that is an array", with("\"value\": 20", "\"value\": [20]")),
        ("a value beyond 64 bits", with("\"value\": 20", "\"value\": 18446744073709551615")),
        ("an undeclared attribute", with("[{\"name\": \"fee\", \"value\"", "[{\"name\": \"tip\", \"value\"")),
        (
            "an attribute declared twice",
            with(
                "{\"name\": \"fee\", \"type\": \"integer\"}",
                "{\"name\": \"fee\", \"type\": \"integer\"},{\"name\": \"fee\", \"type\": \"float\"}",
            ),
        ),
        ("an unknown type of values", with("\"integer\"", "\"money\"")),
        (
            "a type declared twice",
            with("\"eventTypes\": [", "\"eventTypes\": [{\"name\": \"submit\", \"attributes\": []},"),
        ),
        ("a reserved type", with("\"name\": \"submit\"", "\"name\": \"log:object\"")),
        ("an unknown member", with("\"type\": \"submit\"", "\"type\": \"submit\", \"place\": \"here\"")),
        ("a member twice", with("\"id\": \"e1\"", "\"id\": \"e1\", \"id\": \"e2\"")),
        ("nested without end", format!("{{\"events\": {}", "[".repeat(100_000))),
    ];
    let inputs: Vec<(&str, &[u8])> = inputs.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    check_all("ocel_json", None, None, &inputs);
}

#[test]
fn ocel_xml_says_where() {
    let (events, _) = taken(&Source::Bytes { name: "log", bytes: JSON.as_bytes() }, &Options::default());
    let xml = String::from_utf8(written(Format::OcelXml, &events, &WriteOptions::default()).0).unwrap();
    let with = |from: &str, to: &str| {
        assert!(xml.contains(from), "{from} in {xml}");
        xml.replace(from, to)
    };
    let inputs = [
        ("sound", xml.clone()),
        ("cut short", xml[..xml.len() / 2].to_owned()),
        ("an undeclared object", with("object-id=\"o1\"", "object-id=\"o9\"")),
        ("no id", with("<event id=\"e1\"", "<event")),
        ("a value of the wrong type", with(">20<", ">twenty<")),
        ("an element within a value", with(">20<", "><b>20</b><")),
        ("an unknown element", with("<events>", "<places/><events>")),
        ("an unknown attribute", with("<event id=", "<event place=\"here\" id=")),
        ("text between", with("<events>", "<events>stray")),
        (
            "an attribute twice declared",
            with("type=\"integer\"/>", "type=\"integer\"/><attribute name=\"fee\" type=\"float\"/>"),
        ),
    ];
    let inputs: Vec<(&str, &[u8])> = inputs.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    check_all("ocel_xml", None, None, &inputs);
}

#[test]
fn ocel_sqlite_says_where() {
    let (events, _) = taken(&Source::Bytes { name: "log", bytes: JSON.as_bytes() }, &Options::default());
    let (sound, _) = written(Format::OcelSqlite, &events, &WriteOptions::default());
    let with = |sql: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &sound).unwrap();
        let sql = format!("PRAGMA foreign_keys = OFF; {sql}");
        rusqlite::Connection::open(file.path()).unwrap().execute_batch(&sql).unwrap();
        std::fs::read(file.path()).unwrap()
    };
    let inputs = [
        ("sound", sound.clone()),
        ("compressed", gz(&sound)),
        ("cut short", sound[..sound.len() / 2].to_vec()),
        ("no relations", with("DROP TABLE event_object")),
        ("no column", with("ALTER TABLE event_object DROP COLUMN ocel_qualifier")),
        ("no table of a type", with("DROP TABLE event_submit")),
        ("a table of no type", with("CREATE TABLE event_reject (ocel_id TEXT, ocel_time TEXT)")),
        (
            "a view in place of a table",
            with("DROP TABLE object_object; CREATE VIEW object_object AS SELECT 1"),
        ),
        ("an unknown column", with("ALTER TABLE object_order ADD COLUMN ocel_change_field TEXT")),
        ("an undeclared type", with("UPDATE event SET ocel_type = 'reject'")),
        ("an undeclared object", with("INSERT INTO event_object VALUES ('e1', 'o9', 'q')")),
        ("a relation of no event", with("INSERT INTO event_object VALUES ('e9', 'o1', 'q')")),
        ("a row of no event", with("INSERT INTO event_submit VALUES ('e9', '2026-01-31', 1)")),
        ("an event of no row", with("INSERT INTO event VALUES ('e2', 'submit')")),
        (
            "an event of two rows",
            with(
                "CREATE TABLE t AS SELECT * FROM event_submit; DROP TABLE event_submit; ALTER TABLE t RENAME TO event_submit; INSERT INTO event_submit SELECT * FROM event_submit",
            ),
        ),
        ("no time", with("UPDATE event_submit SET ocel_time = NULL")),
        ("not a time", with("UPDATE event_submit SET ocel_time = 'yesterday'")),
        ("a value of the wrong type", with("UPDATE event_submit SET fee = 'twenty'")),
        ("a blob", with("UPDATE event_submit SET fee = x'00'")),
        ("no qualifier", with("UPDATE event_object SET ocel_qualifier = NULL")),
        (
            "an unknown changed field",
            with("UPDATE object_order SET ocel_changed_field = 'colour' WHERE ocel_changed_field = 'price'"),
        ),
    ];
    let inputs: Vec<(&str, &[u8])> = inputs.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    check_all("ocel_sqlite", None, None, &inputs);
}

const FIRST: &str = r#"{"ocel:global-log": {"ocel:object-types": ["order"], "ocel:version": "1.0"},
"ocel:events": {"e1": {"ocel:activity": "submit", "ocel:timestamp": "2026-01-31 08:30:00", "ocel:omap": ["o1"], "ocel:vmap": {"fee": 20}}},
"ocel:objects": {"o1": {"ocel:type": "order", "ocel:ovmap": {"price": 1.5}}}}"#;

#[test]
fn ocel_1_says_where() {
    let with = |from: &str, to: &str| {
        assert!(FIRST.contains(from), "{from}");
        FIRST.replace(from, to)
    };
    let inputs = [
        ("sound", FIRST.to_owned()),
        ("an undeclared object", with("[\"o1\"]", "[\"o1\", \"o9\"]")),
        ("an undeclared type", with("[\"order\"]", "[]")),
        (
            "an event twice",
            with(
                "\"ocel:events\": {",
                "\"ocel:events\": {\"e1\": {\"ocel:activity\": \"submit\", \"ocel:timestamp\": \"2026-01-31\"},",
            ),
        ),
        ("no activity", with("\"ocel:activity\": \"submit\", ", "")),
        ("an unknown member", with("\"ocel:objects\"", "\"ocel:places\": {}, \"ocel:objects\"")),
    ];
    let inputs: Vec<(&str, &[u8])> = inputs.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    check_all("ocel_1", None, None, &inputs);
}

const CSV: &str = "case,act,when,fee,note\r\n1,submit,2026-01-31T08:30:00+08:00,20,\"a, \"\"b\"\"\r\nc\"\r\n2,decide,2026-02-01,,x\r\n";
const MAPPING: &str = "case=case,activity=act,time=when";

#[test]
fn csv_says_where() {
    let with = |from: &str, to: &str| {
        assert!(CSV.contains(from), "{from}");
        CSV.replace(from, to)
    };
    let inputs = [
        ("sound", CSV.as_bytes().to_vec()),
        ("with a byte order mark and semicolons", format!("\u{FEFF}{}", CSV.replace(',', ";")).into()),
        ("no column", with("when", "at").into()),
        ("a column twice", with("note", "act").into()),
        ("too few cells", with(",,x", ",x").into()),
        ("not a time", with("2026-02-01", "1.2.2026").into()),
        ("no time", with("2026-02-01", "").into()),
        ("no activity", with("decide", "").into()),
        ("an open quotation mark", with(",,x", ",,\"x").into()),
        ("not UTF-8", CSV.bytes().map(|byte| if byte == b'x' { 0xD6 } else { byte }).collect()),
        ("empty", Vec::new()),
    ];
    let inputs: Vec<(&str, &[u8])> = inputs.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    check_all("csv", Some(Format::Csv), Some(MAPPING), &inputs);
}

const WHOLE: &str = "full-id,activity,time,object:order/object,objects:order/pays,float:price,link:order/next
log/log:object/o1,log:object,2026-01-31T00:00:00Z,o1,,1.5,o2
log/e1,pay,2026-01-31T08:30:00+08:00,,o1;o2,20.0,
";

#[test]
fn csv_of_a_record_says_where() {
    let with = |from: &str, to: &str| {
        assert!(WHOLE.contains(from), "{from}");
        WHOLE.replace(from, to)
    };
    let inputs = [
        ("sound", WHOLE.to_owned()),
        (
            "a column of somebody's own",
            with("order/next\n", "order/next,seen\n").replace("20.0,", "20.0,,7").replace("5,o2", "5,o2,"),
        ),
        ("an object's row without the object", with("Z,o1,", "Z,,")),
        ("an event's row with a link", with("20.0,", "20.0,o1")),
        ("no id", with("log/e1,", ",")),
        ("an id twice", with("log/e1", "log/log:object/o1")),
        ("an object's row without a time", with("2026-01-31T00:00:00Z", "")),
        ("an event's row without a time", with("2026-01-31T08:30:00+08:00", "")),
        ("not a value", with("1.5", "dear")),
    ];
    let inputs: Vec<(&str, &[u8])> = inputs.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    check_all("csv_whole", Some(Format::Csv), None, &inputs);
}

#[test]
fn no_bytes_make_a_reader_panic() {
    let (events, _) = taken(&Source::Bytes { name: "log", bytes: JSON.as_bytes() }, &Options::default());
    let xml = written(Format::OcelXml, &events, &WriteOptions::default()).0;
    let sqlite = written(Format::OcelSqlite, &events, &WriteOptions::default()).0;
    let logs: [(Format, Vec<u8>, usize); 8] = [
        (Format::Xes, XES.into(), 1),
        (Format::Xes, gz(XES.as_bytes()), 1),
        (Format::OcelJson, JSON.into(), 1),
        (Format::Ocel1Json, FIRST.into(), 1),
        (Format::Csv, CSV.into(), 1),
        (Format::Csv, WHOLE.into(), 1),
        (Format::OcelXml, xml, 1),
        (Format::OcelSqlite, sqlite, 211),
    ];
    for (format, bytes, step) in logs {
        let columns = format == Format::Csv && bytes != WHOLE.as_bytes();
        let mapping = columns.then(|| Mapping::parse(MAPPING).unwrap());
        let strict = Options { format: Some(format), mapping, ..Options::default() };
        let lenient = Options { lenient: true, ..strict.clone() };
        let read = |bytes: &[u8]| {
            let source = Source::Bytes { name: "log", bytes };
            let strict = check(&source, &strict);
            let lenient = check(&source, &lenient);
            if let (Ok(strict), Ok(lenient)) = (&strict, &lenient) {
                assert_eq!(strict.counts, lenient.counts);
                assert!(lenient.refused.is_empty());
            }
            strict
        };
        assert!(read(&bytes).is_ok(), "{format}");
        for end in (0..bytes.len().saturating_sub(2)).step_by(step) {
            let cut = read(&bytes[..end]);
            // A CSV file that ends with a whole row is whole.
            assert!(cut.is_err() || format == Format::Csv, "{format} cut at {end}");
        }
        for position in (0..bytes.len()).step_by(step) {
            for mask in [0x01, 0x20, 0x80] {
                let mut damaged = bytes.clone();
                damaged[position] ^= mask;
                let _ = read(&damaged);
            }
        }
    }
}
