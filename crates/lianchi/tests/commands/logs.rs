//! Event logs in and out.

use super::{Desk, check};
use record::interop::vocabulary;
use record::{Event, Record, encoding};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const XES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
  <trace>
    <string key="concept:name" value="a1"/>
    <event>
      <string key="concept:name" value="submit"/>
      <date key="time:timestamp" value="2026-01-31T08:30:00.000+08:00"/>
      <int key="pages" value="3"/>
    </event>
    <event>
      <string key="concept:name" value="decide"/>
      <date key="time:timestamp" value="2026-02-03T09:00:00.000+08:00"/>
    </event>
  </trace>
  <trace>
    <string key="concept:name" value="a2"/>
    <event>
      <string key="concept:name" value="submit"/>
      <date key="time:timestamp" value="2026-02-01T10:00:00.000+08:00"/>
    </event>
  </trace>
</log>
"#;

const OCEL: &str = r#"{
"objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}]}],
"eventTypes": [{"name": "submit", "attributes": [{"name": "fee", "type": "integer"}]}],
"objects": [
  {"id": "o1", "type": "order", "attributes": [{"name": "price", "value": 1.5, "time": "1970-01-01T00:00:00Z"}],
    "relationships": [{"objectId": "o2", "qualifier": "next"}]},
  {"id": "o2", "type": "order", "attributes": [], "relationships": []}],
"events": [
  {"id": "e1", "type": "submit", "time": "2026-01-31T08:30:00+08:00", "attributes": [{"name": "fee", "value": 20}],
    "relationships": [{"objectId": "o1", "qualifier": "about"}]}]
}"#;

const OCEL1: &str = r#"{"ocel:global-log": {"ocel:object-types": ["order"], "ocel:version": "1.0"},
"ocel:events": {"e1": {"ocel:activity": "submit", "ocel:timestamp": "2026-01-31 08:30:00", "ocel:omap": ["o1"],
"ocel:vmap": {"fee": 20}}},
"ocel:objects": {"o1": {"ocel:type": "order", "ocel:ovmap": {"price": 1.5}}}}"#;

const CSV: &str = "Case,Step,When,Fee\n1,submit,2026-01-31T08:30:00+08:00,20\n1,decide,2026-02-01 09:00:00,\n2,submit,2026-02-02,15\n";
const MAP: &str = "--map case=Case,activity=Step,time=When";

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn every_format_is_taken_in() {
    let packed = gz(XES.as_bytes());
    let files: [(&str, &[u8]); 6] = [
        ("a.xes", XES.as_bytes()),
        ("b.xes.gz", &packed),
        ("c.json", OCEL.as_bytes()),
        ("d.jsonocel", OCEL1.as_bytes()),
        ("e.csv", CSV.as_bytes()),
        ("f.tsv", &CSV.replace(',', "\t").into_bytes()),
    ];
    let csv = format!("import e.csv {MAP} --data d");
    let lines = [
        "import a.xes --data d",
        "import a.xes --data d",
        "import b.xes.gz --data d --json",
        "import c.json --data d",
        "import d.jsonocel --data d",
        "import e.csv --data d",
        &csv,
        "import f.tsv --map case=Case,activity=Step,time=When --format csv --data d",
        "import - --format csv --map case=Case,activity=Step,time=When --prefix piped --data d < e.csv",
        "import - --data d < a.xes",
        "import - --prefix x --data d < e.csv",
        "verify --data d",
    ];
    insta::assert_snapshot!(check(&files, &lines));
}

#[test]
fn what_is_wrong_with_a_log_is_told_with_its_place() {
    let broken = XES.replace("2026-02-03T09:00:00.000+08:00", "soon");
    let untimed = XES.replace(r#"<date key="time:timestamp" value="2026-02-03T09:00:00.000+08:00"/>"#, "");
    let dangling = OCEL.replace("\"objectId\": \"o1\"", "\"objectId\": \"o9\"");
    let packed = gz(XES.as_bytes());
    let files: [(&str, &[u8]); 9] = [
        ("broken.xes", broken.as_bytes()),
        ("untimed.xes", untimed.as_bytes()),
        ("cut.xes", &XES.as_bytes()[..600]),
        ("cut.xes.gz", &packed[..packed.len() - 12]),
        ("nothing", b""),
        ("letter.txt", b"Dear all"),
        ("table.csv", b"Case,Step\n1,submit\n"),
        ("dangling.json", dangling.as_bytes()),
        ("folder/x", b""),
    ];
    let mut desk = Desk::new(&files);
    let lines = [
        "import broken.xes --data d",
        "import broken.xes --data d --json",
        "import broken.xes --data d --keep-going",
        "import untimed.xes --data e",
        "import untimed.xes --data e --untimed",
        "import cut.xes --data f",
        "import cut.xes.gz --data f",
        "import nothing --data f",
        "import letter.txt --data f",
        "import table.csv --map activity=Step,time=When --data f",
        "import table.csv --map case=Case,activity=Step --data f",
        "import table.csv --map case=Case,activity=Step --data g --untimed",
        "import table.csv --map activity:Step --data f",
        "import untimed.xes --map case=Case,activity=Step --data f",
        "import dangling.json --map case=Case,activity=Step --data f --json",
        "import dangling.json --data f",
        "import dangling.json --format nonsense --data f",
        "import folder --data f",
        "import nowhere.xes --data f",
    ];
    lines.iter().for_each(|line| desk.run(line));
    assert!(!desk.path().join("f").exists(), "a log that was not taken left something behind");
    insta::assert_snapshot!(desk.told());
}

/// Two logs of one name are told apart, and neither leaves half of itself behind.
#[test]
fn a_second_log_of_the_same_name_is_refused_whole() {
    let mut desk = Desk::new(&[("a.xes", XES.as_bytes())]);
    desk.run("import a.xes --data d");
    desk.put("a.xes", XES.replace("\"decide\"", "\"refuse\"").as_bytes());
    desk.run("import a.xes --data d");
    desk.run("import a.xes --data d --prefix other");
    desk.run("import a.xes --data d --prefix other");
    insta::assert_snapshot!(desk.told());
}

/// What an earlier run had no time for is added by the next; what it had is not added again.
#[test]
fn an_import_that_was_broken_off_goes_on() {
    let desk = Desk::new(&[("many.csv", many(4_000).as_bytes()), ("first.csv", many(1_500).as_bytes())]);
    let import = |file: &str, prefix: &str| {
        let line = format!(
            "import {file} --prefix {prefix} --map case=Case,activity=Step,time=When --data d --json"
        );
        desk.json(&line)
    };
    // As a killed import leaves it: the first events are there, the rest is not.
    assert_eq!(import("first.csv", "log")["added"], 1_501);
    let rest = import("many.csv", "log");
    assert_eq!((rest["added"].clone(), rest["there"].clone()), (2_500.into(), 1_501.into()), "{rest}");
    assert_eq!(import("many.csv", "log")["added"], 0);
    assert_eq!(desk.json("verify --data d --json")["sound"], true);
}

/// Killed in the middle, for real: what was acknowledged is there, and importing again makes it whole.
#[test]
fn a_killed_import_leaves_a_sound_record() {
    let desk = Desk::new(&[("many.csv", many(60_000).as_bytes())]);
    let args = ["import", "many.csv", "--map", "case=Case,activity=Step,time=When", "--data", "d"];
    let mut child = desk.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun =
        || Record::read_in(&desk.path().join("d")).and_then(|record| record.len()).is_ok_and(|len| len > 0);
    for _ in 0..3_000 {
        if begun() || child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(desk.json("verify --data d --json")["sound"], true);
    let line = "import many.csv --map case=Case,activity=Step,time=When --data d --json";
    let again = desk.json(line);
    assert_eq!(again["added"].as_u64().unwrap() + again["there"].as_u64().unwrap(), 60_001, "{again}");
    assert_eq!(desk.json(line)["added"], 0);
    assert_eq!(desk.json("verify --data d --json")["entries"], 60_001);
}

fn many(rows: usize) -> String {
    let row = |number: usize| format!("{},submit,2026-01-01T00:00:00Z\n", number % 97);
    format!("Case,Step,When\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn records_are_written_in_every_format() {
    let mut desk = Desk::new(&[("c.json", OCEL.as_bytes()), ("a.xes", XES.as_bytes())]);
    let lines = [
        "import c.json --data d",
        "export out.json --data d",
        "export out.xml --data d",
        "export out.sqlite --data d",
        "export out.csv --data d",
        "export out.xes --data d",
        "export out.xes --object order --data d --json",
        "export out.xes --object oder --data d",
        "import a.xes --data d",
        "export out.xes --data d",
        "export out.json.gz --data d",
        "export out.txt --data d",
        "export out.json --format ocel1-json --data d",
        "export - --data d",
        "export - --format csv --data d",
        "export - --format csv --data d --json",
        "export nowhere/out.json --data d",
        "export . --format csv --data d",
        "export out.json --data nowhere",
        "export out.csv --map nonsense --data d",
    ];
    lines.iter().for_each(|line| desk.run(line));
    let left: Vec<_> =
        std::fs::read_dir(desk.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{left:?}");
    insta::assert_snapshot!(desk.told());
}

/// A record in CSV is read back by itself; by a mapping as the answer says, with what the mapping has no column for told.
/// Nothing but the file that is named comes to be another, and what is no file stays what it is.
#[test]
fn an_export_goes_where_it_is_sent() {
    use std::os::unix::fs::FileTypeExt;
    let mut desk =
        Desk::new(&[("log.xes", XES.as_bytes()), ("real.csv.part", b"mine"), ("real.csv", b"old")]);
    std::os::unix::fs::symlink("real.csv", desk.path().join("link.csv")).unwrap();
    let mut run = |line: &str| desk.run(line);
    run("import log.xes --data d");
    run("export link.csv --data d");
    run("export /dev/full --format csv --data d");
    run("export /dev/null --format csv --data d");
    let linked = std::fs::symlink_metadata(desk.path().join("link.csv")).unwrap();
    assert!(linked.is_symlink());
    assert!(String::from_utf8(desk.get("real.csv")).unwrap().contains("submit"));
    assert_eq!(desk.get("real.csv.part"), b"mine");
    assert!(std::fs::metadata("/dev/full").unwrap().file_type().is_char_device());
    let names = std::fs::read_dir(desk.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["d", "link.csv", "log.xes", "real.csv", "real.csv.part"]);
    insta::assert_snapshot!(desk.told());
}

#[test]
fn a_record_comes_back_from_csv() {
    let mut desk = Desk::new(&[("c.json", OCEL.as_bytes()), ("e.csv", CSV.as_bytes())]);
    let lines = [
        "import c.json --data d",
        "export d.csv --data d",
        "import d.csv --data e",
        "export - --format csv --data e",
        "import d.csv --data d",
        "import d.csv --prefix other --data e",
        "export m.csv --map activity=What,time=When,object:order/about=Order --data d",
        "import m.csv --prefix \"\" --map activity=What,time=When,object:order/about=Order,id=id,integer:fee=fee --data f",
        "export - --format csv --data f",
        "import m.csv --data g",
        &format!("import e.csv {MAP} --data h"),
        "export e2.csv --data h",
        "import e2.csv --prefix e --map case=Case,activity=Step,time=When --data h",
        "export e.xes --data h",
    ];
    lines.iter().for_each(|line| desk.run(line));
    insta::assert_snapshot!(desk.told());
}

/// What the standard output gets is the file, byte for byte.
#[test]
fn a_log_on_the_standard_output_is_the_log() {
    let desk = Desk::new(&[("c.json", OCEL.as_bytes())]);
    desk.json("import c.json --data d --json");
    for format in ["ocel-json", "ocel-xml", "csv"] {
        desk.json(&format!("export out --format {format} --data d --json"));
        let output = desk.output(&format!("export - --format {format} --data d"));
        assert_eq!(output.stdout, desk.get("out"), "{format}");
    }
    let (read, write) = std::io::pipe().unwrap();
    drop(read);
    let output =
        desk.command(&["export", "-", "--format", "csv", "--data", "d"]).stdout(write).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

/// Out in every format and in again: the same events with the same values and times, and objects, links and values too
/// where the format has a place for them.
#[test]
fn what_goes_out_comes_back() {
    for (name, content, formats) in [
        ("a.xes", XES, &["xes", "ocel-json", "ocel-xml", "ocel-sqlite", "csv"][..]),
        ("c.json", OCEL, &["ocel-json", "ocel-xml", "ocel-sqlite", "csv"]),
        ("d.jsonocel", OCEL1, &["ocel-json", "ocel-xml", "ocel-sqlite", "csv"]),
    ] {
        let desk = Desk::new(&[(name, content.as_bytes())]);
        desk.json(&format!("import {name} --prefix log --data d --json"));
        for format in formats {
            returns(&desk, format, "log");
        }
    }
}

/// A trace without a name gets none on its way through another format, and a name that XML cannot hold is not told twice.
#[test]
fn names_come_back_as_they_were() {
    let named = "<string key=\"concept:name\" value=\"case 1\"/>";
    let event = "<event><string key=\"concept:name\" value=\"a\"/><date key=\"time:timestamp\" value=\"2026-01-01T08:00:00+08:00\"/></event>";
    let unnamed = format!("<log><trace>{named}{event}</trace><trace>{event}</trace></log>");
    let odd = "Case,Step,When\n1,A\u{1}b,2026-01-01T08:00:00+08:00\n";
    let names = |desk: &Desk, file: &str| {
        let text = String::from_utf8(desk.get(file)).unwrap();
        let names = text.lines().filter(|line| line.contains("\"concept:name\"")).map(str::trim);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let desk = Desk::new(&[("a.xes", unnamed.as_bytes()), ("b.csv", odd.as_bytes())]);
    for line in [
        "import a.xes --data d --json",
        "export direct.xes --data d --json",
        "import b.csv --map case=Case,activity=Step,time=When --data e --json",
        "export odd.xes --data e --json",
        "import odd.xes --data f --json",
        "export again.xes --data f --json",
    ] {
        desk.json(line);
    }
    assert_eq!(names(&desk, "direct.xes").len(), 3);
    assert_eq!(names(&desk, "odd.xes"), names(&desk, "again.xes"));
    for format in ["ocel-json", "ocel-xml", "ocel-sqlite", "csv"] {
        desk.json(&format!("export {format}.log --format {format} --data d --json"));
        let prefix = if format == "csv" { "" } else { "--prefix \"\"" };
        desk.json(&format!("import {format}.log --format {format} {prefix} --data {format} --json"));
        desk.json(&format!("export {format}.xes --data {format} --json"));
        assert_eq!(names(&desk, "direct.xes"), names(&desk, &format!("{format}.xes")), "{format}");
    }
}

fn returns(desk: &Desk, format: &str, prefix: &str) {
    let line = format!("export {format}.log --format {format} --data d --json");
    let told = desk.json(&line);
    assert_eq!(told["events_left_out"], 0, "{format}: {told}");
    // Ids are the record's own where a format keeps them whole; a whole record in CSV needs nothing to be said.
    let said = match format {
        "csv" => String::new(),
        "xes" => format!("--prefix \"{prefix}\""),
        _ => "--prefix \"\"".to_owned(),
    };
    let back = desk.json(&format!("import {format}.log --format {format} {said} --data {format} --json"));
    if format == "csv" {
        assert_eq!((&told["map"], &told["objects_left_out"]), (&serde_json::Value::Null, &0.into()));
        ["events", "objects", "relations", "links"]
            .iter()
            .for_each(|own| assert_eq!(told[own], back[own], "{own}"));
    }
    let (one, other) = (own(&desk.path().join("d"), format), own(&desk.path().join(format), format));
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other, "{format}");
    }
    assert_eq!(one.len(), other.len(), "{format}");
}

/// The events of a log without what carries its header, ids aside where the format gives new ones.
fn own(dir: &Path, format: &str) -> Vec<String> {
    let entries = Record::read_in(dir).unwrap().entries(0, usize::MAX).unwrap();
    let kept = |event: &Event| event.activity.as_str() != vocabulary::HEADER;
    let mut lines: Vec<String> = entries
        .into_iter()
        .map(|entry| entry.event)
        .filter(kept)
        .map(|mut event| {
            let id = event.id.as_str().rsplit('/').next().unwrap_or_default().to_owned();
            if format == "csv" {
                // It keeps them as they are.
            } else if format != "xes" && !vocabulary::is_carrier(&event.activity) {
                event.id = id.into();
            } else {
                event.id = "".into();
            }
            event.attributes.retain(|(name, _)| name.as_str() != "identity:id");
            event.objects.sort_by_key(|relation| relation.object.clone());
            event.attributes.sort_by_key(|(name, _)| name.clone());
            if format == "csv" {
                event.changes.sort_by_key(|change| change.name.clone());
                event.links.sort_by_key(|link| (link.qualifier.clone(), link.to.clone()));
            }
            encoding::encode(&event)
        })
        .collect();
    lines.sort();
    lines
}

/// The ten real logs, through the commands; their counts are those that `interop_real` has from two oracles.
#[test]
fn real_logs_go_in_and_come_back() {
    let given = std::env::var_os("LIANCHI_DATA").map(PathBuf::from);
    let data =
        given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let logs = data.join("logs");
    if !logs.is_dir() {
        println!("left out: the real logs are not at {}", logs.display());
        return;
    }
    const COUNTS: [(&str, u64, u64); 10] = [
        ("RTFM.xes.gz", 561_470, 150_370),
        ("bpic2013_closed.xes.gz", 6660, 1487),
        ("helpdesk.xes.gz", 21_348, 4580),
        ("receipt.xes.gz", 8577, 1434),
        ("roadtraffic100traces.xes", 390, 100),
        ("rtfm_1t_per_variant.xes.gz", 1891, 231),
        ("sepsis.xes.gz", 15_214, 1050),
        ("ocel20_example.sqlite", 13, 9),
        ("ocpa_order_process.jsonocel", 2391, 796),
        ("ocpa_p2p-normal.jsonocel", 720, 781),
    ];
    for (name, events, objects) in COUNTS {
        if cfg!(debug_assertions) && events > 20_000 {
            println!("left out: {name} takes long without optimisation");
            continue;
        }
        let desk = Desk::new(&[]);
        let told = desk.json(&format!("import {} --prefix log --data d --json", logs.join(name).display()));
        assert_eq!(
            (told["events"].as_u64(), told["objects"].as_u64()),
            (Some(events), Some(objects)),
            "{name}"
        );
        let formats: &[&str] = match name.contains(".xes") {
            true if events > 9_000 => &["xes"],
            true => &["xes", "ocel-json", "csv"],
            false if events > 20_000 => &["ocel-json", "ocel-xml", "ocel-sqlite"],
            false => &["ocel-json", "ocel-xml", "ocel-sqlite", "csv"],
        };
        formats.iter().for_each(|format| returns(&desk, format, "log"));
    }
}

/// A log must not lay hands on what this record keeps: sealed values are taken for the digests that they are, the city's
/// own kinds of events are refused.
#[test]
fn a_log_from_elsewhere_touches_nothing_of_the_citys() {
    let mut sealed = String::from(vocabulary::JSON);
    let subject = record::ObjectRef::new("person", "x");
    let cited = record::SealedRef { subject, digest: record::Digest([7; 32]) };
    encoding::value(&mut sealed, &record::Value::Sealed(cited));
    let sealed = sealed.replace('"', "\\\"");
    let citing = OCEL
        .replace("\"value\": 20", &format!("\"value\": \"{sealed}\""))
        .replace("\"integer\"", "\"string\"");
    let granting = CSV.replace("decide", "role granted");
    let desk = Desk::new(&[("citing.json", citing.as_bytes()), ("granting.csv", granting.as_bytes())]);
    let told = desk.json("import citing.json --data d --json");
    assert_eq!(told["cited"], 1, "{told}");
    assert_eq!(desk.json("verify --data d --json")["sound"], true);

    // A record on which a city works has its edition on it.
    let city = desk.path().join("city");
    let record = Record::create_in(&city).unwrap();
    let edition = Event::new("edition/1", "edition adopted", record::Time::ZERO)
        .about("edition", record::ObjectRef::new("edition", "1"))
        .about("case", record::ObjectRef::new("case", "2"));
    record.append(edition).unwrap();
    drop(record);
    let import = |file: &str| {
        let output = desk.output(&format!("import {file} {MAP} --data city"));
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    insta::assert_debug_snapshot!(import("granting.csv"));
    desk.put("touching.csv", CSV.as_bytes());
    insta::assert_debug_snapshot!(import("touching.csv"));
    assert_eq!(Record::read_in(&city).unwrap().len().unwrap(), 1);
}

/// What a city's own record says goes out and comes into a folder of its own, as often as one likes; of a file that is not in
/// a log all is kept that the record says of it.
#[test]
fn a_citys_own_record_comes_into_a_folder_of_its_own() {
    let desk = Desk::new(&[]);
    let record = Record::create_in(&desk.path().join("city")).unwrap();
    let about = |event: Event, kind: &str| event.about(kind, record::ObjectRef::new(kind, "1"));
    let subject = record::ObjectRef::new("person", "wang");
    let (name, secret) = record.seal(&subject, &record::Value::from("王")).unwrap();
    let file = record.attach("face.txt", "文".as_bytes(), Some(&subject)).unwrap();
    let started = Event::new("s", casework::activity::STARTED, record::Time::ZERO)
        .with("name", name)
        .with("face", record::Value::File(file.clone()));
    let events = vec![
        about(Event::new("e", "edition adopted", record::Time::ZERO), "edition"),
        about(started, "case"),
    ];
    record.append(record::Batch { events, expect: Vec::new(), secrets: vec![secret] }).unwrap();
    drop(record);
    for format in ["ocel-json", "ocel-xml", "ocel-sqlite", "csv"] {
        desk.json(&format!("export {format}.log --format {format} --data city --json"));
        let again = || {
            desk.json(&format!("import {format}.log --format {format} --prefix \"\" --data {format} --json"))
        };
        assert_eq!(again()["cited"], 2, "{format}");
        assert_eq!(again()["added"], 0, "{format}");
        let kept = Record::read_in(&desk.path().join(format)).unwrap().find(&"s".into()).unwrap().unwrap();
        let (_, said) = kept.event.attributes.iter().find(|(name, _)| name.as_str() == "face").unwrap();
        let mut told = String::new();
        encoding::value(&mut told, said);
        for fact in [file.digest.to_string().as_str(), "face.txt", &file.media_type, "3", "person:wang"] {
            assert!(
                told.contains(&format!("\"{fact}\"")) || told.contains(fact),
                "{format}: {fact} in {told}"
            );
        }
    }
}

/// Work that takes over a second says how far it is, on a terminal.
#[test]
fn long_work_says_how_far_it_is() {
    if Command::new("script").arg("--version").output().is_err() {
        println!("left out: there is no `script` here to stand for a terminal");
        return;
    }
    let desk = Desk::new(&[("many.csv", many(250_000).as_bytes())]);
    let program = super::transcript::LIANCHI;
    let line = format!("{program} import many.csv {MAP} --data d; {program} verify --data d");
    let output =
        Command::new("script").args(["-qec", &line, "/dev/null"]).current_dir(desk.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    for word in ["\r\x1b[Kimporting: ", " of 250001 (", "\r\x1b[Kverifying: "] {
        assert!(told.contains(word), "{word:?} in {told:?}");
    }
    assert!(told.contains("the record is sound"), "{told}");
    // Nobody who reads a file wants it there.
    let quiet = desk.output("verify --data d");
    assert_eq!(String::from_utf8_lossy(&quiet.stderr), "");
}

/// Names that are no text are files like any other.
#[test]
fn paths_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new(&[]);
    let name = std::ffi::OsStr::from_bytes(b"n\xFFme.xes");
    let dir = std::ffi::OsStr::from_bytes(b"d\xFFr");
    std::fs::write(desk.path().join(name), XES).unwrap();
    let run = |args: &[&std::ffi::OsStr]| desk.command(args).output().unwrap();
    let (import, data, export, verify) =
        ("import".as_ref(), "--data".as_ref(), "export".as_ref(), "verify".as_ref());
    for args in [&[import, name, data, dir][..], &[export, name, data, dir], &[verify, data, dir]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert!(desk.path().join(dir).join("record.sqlite").is_file());
}
