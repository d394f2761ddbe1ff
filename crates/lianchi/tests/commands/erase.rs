//! Personal data destroyed.

use super::Desk;
use super::up::Running;
use record::{Batch, Change, Event, ObjectRef, Record, Time, Value};
use std::path::Path;

const NAME: &str = "演示甲住在南湖街十二号";
const PAGE: &[u8] = b"%PDF-1.4 the paper of somebody who is to be forgotten";

/// A record on which somebody has a sealed value and a sealed file, and one case that runs.
fn record(dir: &Path) -> ObjectRef {
    let record = Record::create_in(dir).unwrap();
    let person = ObjectRef::new("person", "7f3a");
    let case = ObjectRef::new("application", "2601-1");
    let (name, secret) = record.seal(&person, &NAME.into()).unwrap();
    let file = record.attach("page.pdf", PAGE, Some(&person)).unwrap();
    let started = Event::new("application:2601-1/1", "case started", Time::ZERO)
        .about("case", case.clone())
        .about("party", person.clone())
        .about("office", ObjectRef::new("office", "quay"))
        .with("procedure", "boat");
    let mut saved = Event::new("application:2601-1/2", "answers saved", Time::ZERO)
        .about("case", case.clone())
        .with("file", Value::File(file));
    saved.changes.push(Change { object: case, name: "form.name".into(), value: name });
    record.append(Batch { events: vec![started, saved], expect: Vec::new(), secrets: vec![secret] }).unwrap();
    person
}

#[test]
fn what_is_erased_and_what_is_not_is_told() {
    let mut desk = Desk::new(&[]);
    record(&desk.path().join("d"));
    let lines = [
        "erase nonsense --data d",
        "erase person:nobody --data d",
        "erase person:nobody --data d --json",
        "erase application:2601-1 --data d",
        "erase person:7f3a --data d",
        "erase person:7f3a --data d --json",
        "erase person:7f3a --running --reasons \"as the court said\" --data d",
        "erase person:7f3a --data d",
        "erase person:7f3a --data d --json",
        "verify --data d",
        "erase person:7f3a --data nowhere",
    ];
    lines.iter().for_each(|line| desk.run(line));
    insta::assert_snapshot!(desk.told());
}

/// No file of the data folder has the clear text, the sealed text or the key any more.
#[test]
fn nothing_of_it_is_left_in_any_file() {
    let desk = Desk::new(&[]);
    let dir = desk.path().join("d");
    let person = record(&dir);
    let sealed = sealed_bytes(&dir);
    assert!(sealed.len() >= 3, "a key, a value and a file");
    let before: Vec<&Vec<u8>> = sealed.iter().filter(|bytes| found_in(&dir, bytes).is_some()).collect();
    assert_eq!(before.len(), sealed.len(), "the test looks for what is there");
    desk.json(&format!("erase {person} --running --data d --json"));
    for bytes in sealed.iter().map(Vec::as_slice).chain([NAME.as_bytes(), PAGE]) {
        assert_eq!(found_in(&dir, bytes), None, "{}", String::from_utf8_lossy(bytes));
    }
    let record = Record::read_in(&dir).unwrap();
    let (state, _) = record.fold::<casework::State>(&ObjectRef::new("application", "2601-1")).unwrap();
    assert_eq!((state.party.clone(), state.events), (Some(person), 3), "the state folds without them, and knows why");
    assert_eq!(desk.json("verify --data d --json")["sound"], true);
}

/// What the store keeps sealed: keys, values and files.
fn sealed_bytes(dir: &Path) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let queries = [
        ("record.sqlite", "SELECT wrapped FROM subject_key"),
        ("record.sqlite", "SELECT bytes FROM secret"),
        ("files.sqlite", "SELECT bytes FROM file WHERE kind IS NOT NULL"),
    ];
    for (name, sql) in queries {
        let connection = rusqlite::Connection::open(dir.join(name)).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        all.extend(statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap().map(Result::unwrap));
    }
    all
}

/// The file in which these bytes stand, if any.
pub fn found_in(dir: &Path, bytes: &[u8]) -> Option<String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().find_map(|path| match path.is_dir() {
        true => found_in(&path, bytes),
        false => {
            let content = std::fs::read(&path).unwrap_or_default();
            let there = content.windows(bytes.len()).any(|window| window == bytes);
            there.then(|| path.display().to_string())
        }
    })
}

/// Beside a city that runs, the erasure goes through the city's own writer.
#[test]
fn a_running_city_erases_for_its_operator() {
    let mut desk = Desk::new(&[]);
    let dir = desk.path().join("d");
    let person = record(&dir);
    let sealed = sealed_bytes(&dir);
    let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    desk.run("erase person:nobody --data d");
    desk.run("erase person:7f3a --data d");
    desk.run(&format!("erase {person} --running --data d"));
    desk.run(&format!("erase {person} --running --data d --json"));
    for bytes in sealed.iter().map(Vec::as_slice).chain([NAME.as_bytes(), PAGE]) {
        assert_eq!(found_in(&dir, bytes), None, "while the city runs");
    }
    assert_eq!(city.get("/healthz").0, 200);
    // Nobody else can ask.
    use std::os::unix::fs::PermissionsExt;
    let mode = |name: &str| std::fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("control.sock"), 0o600);
    assert_eq!(city.stop(), Some(0));
    assert!(!dir.join("control.sock").exists(), "a city that has ended left its socket");
    assert_eq!(desk.json("verify --data d --json")["sound"], true);
    insta::assert_snapshot!(desk.told());
}
