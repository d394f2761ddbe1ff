//! Whole records and single receipts, checked.

use super::Desk;
use record::{Event, Keys, ObjectRef, Record, Time};
use std::fmt::Write as _;

fn event(number: u64) -> Event {
    Event::new(format!("e{number}"), "noted", Time::ZERO)
        .about("case", ObjectRef::new("case", (number % 3).to_string()))
}

/// A record of six hundred entries, one with a sealed value, one with a file.
fn record(desk: &Desk) -> Record {
    let record = Record::create_in(&desk.path().join("d")).unwrap();
    record.append((0..598).map(event).collect::<Vec<_>>()).unwrap();
    let subject = ObjectRef::new("person", "p");
    let (value, secret) = record.seal(&subject, &"演示甲".into()).unwrap();
    let batch = record::Batch {
        events: vec![event(598).with("name", value)],
        expect: Vec::new(),
        secrets: vec![secret],
    };
    record.append(batch).unwrap();
    let file = record.attach("page.txt", b"hello", Some(&subject)).unwrap();
    record.append(event(599).with("file", record::Value::File(file))).unwrap();
    record
}

#[test]
fn a_sound_record_is_found_sound() {
    let mut desk = Desk::new(&[]);
    drop(record(&desk));
    for line in
        ["verify --data d", "verify --data d --json", "verify --data nowhere", "verify --data nowhere --json"]
    {
        desk.run(line);
    }
    insta::assert_snapshot!(desk.told());
}

/// Each kind of damage, told with its place and exit 1.
#[test]
fn damage_is_found_and_its_place_told() {
    const DAMAGES: [(&str, &str, &str); 11] = [
        (
            "an entry altered",
            "record.sqlite",
            "UPDATE entry SET line = replace(line, 'noted', 'moted') WHERE idx = 300",
        ),
        ("an entry gone", "record.sqlite", "DELETE FROM entry WHERE idx = 12"),
        ("the last entries gone", "record.sqlite", "DELETE FROM entry WHERE idx > 590"),
        (
            "a tile altered",
            "record.sqlite",
            "UPDATE tile SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 1",
        ),
        ("an id moved", "record.sqlite", "UPDATE event_id SET idx = 4 WHERE id = 'e3'"),
        ("a touch gone", "record.sqlite", "DELETE FROM touch WHERE idx = 77"),
        ("a key gone", "record.sqlite", "DELETE FROM subject_key"),
        ("a sealed value altered", "record.sqlite", "UPDATE secret SET bytes = zeroblob(60)"),
        ("the checkpoint altered", "record.sqlite", "UPDATE head SET note = replace(note, '600', '599')"),
        ("a file altered", "files.sqlite", "UPDATE file SET bytes = zeroblob(40)"),
        ("a file gone", "files.sqlite", "DELETE FROM file"),
    ];
    let mut told = String::new();
    for (name, database, sql) in DAMAGES {
        let mut desk = Desk::new(&[]);
        drop(record(&desk));
        let connection = rusqlite::Connection::open(desk.path().join("d").join(database)).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        desk.run("verify --data d");
        let _ = writeln!(told, "## {name}\n{}", desk.told());
    }
    insta::assert_snapshot!(told);
}

/// Bytes that are no database, an empty file, missing keys.
#[test]
fn what_cannot_be_opened_is_told() {
    let mut desk = Desk::new(&[]);
    drop(record(&desk));
    let path = desk.path().join("d");
    std::fs::rename(path.join("keys"), desk.path().join("keys")).unwrap();
    desk.run("verify --data d");
    std::fs::rename(desk.path().join("keys"), path.join("keys")).unwrap();
    for name in ["record.sqlite-wal", "record.sqlite-shm"] {
        let _ = std::fs::remove_file(path.join(name));
    }
    let mut bytes = std::fs::read(path.join("record.sqlite")).unwrap();
    bytes[..100].fill(7);
    std::fs::write(path.join("record.sqlite"), bytes).unwrap();
    desk.run("verify --data d");
    desk.run("verify --data d --json");
    std::fs::write(path.join("keys/log.key"), "nonsense").unwrap();
    desk.run("verify --data d");
    insta::assert_snapshot!(desk.told());
}

#[test]
fn receipts_are_checked_without_a_record() {
    let mut desk = Desk::new(&[]);
    let record = record(&desk);
    let receipt = record.receipt(&"e5".into()).unwrap().unwrap();
    let another = record.receipt(&"e6".into()).unwrap().unwrap();
    let key = record.verifier().to_string();
    drop(record);
    let random = std::sync::Arc::new(|bytes: &mut [u8]| {
        bytes.fill(3);
        Ok(())
    });
    let other = Keys::new("lianchi.local/record", &[9; 32], [8; 32], random).unwrap().verifier().to_string();
    // Another event in the place of the one that was proven.
    let extra = |receipt: &str| receipt.lines().find(|line| line.starts_with("extra ")).unwrap().to_owned();
    let forged = receipt.replace(&extra(&receipt), &extra(&another));
    let bare: String =
        receipt.lines().filter(|line| !line.starts_with("extra ")).map(|line| format!("{line}\n")).collect();
    let line = record::encoding::encode(&event(5));
    for (name, text) in [
        ("right", &receipt),
        ("forged", &forged),
        ("moved", &receipt.replace("index 5", "index 6")),
        ("cut", &receipt[..receipt.len() / 2].to_owned()),
        ("unsigned", &receipt[..receipt.find("\n— ").unwrap() + 1].to_owned()),
        ("bare", &bare),
        ("returns", &receipt.replace('\n', "\r\n")),
        ("line", &line),
        ("letter", &"Dear all,\nhere is my receipt.\n".to_owned()),
        ("empty", &String::new()),
        ("key", &key),
    ] {
        desk.put(name, text.as_bytes());
    }
    desk.put("bytes", b"\xFF\xFE\x00receipt");
    desk.put("long", &vec![b'a'; (8 << 20) + 1]);
    let lines = [
        "verify --receipt right".to_owned(),
        format!("verify --receipt right --key {key}"),
        "verify --receipt right --key key".to_owned(),
        "verify --receipt right --key key --json".to_owned(),
        format!("verify --receipt right --key {other}"),
        "verify --receipt right --key nonsense".to_owned(),
        "verify --receipt right --key nonsense --json".to_owned(),
        "verify --receipt forged --key key".to_owned(),
        "verify --receipt forged --key key --json".to_owned(),
        "verify --receipt moved --key key".to_owned(),
        "verify --receipt cut --key key".to_owned(),
        "verify --receipt unsigned --key key".to_owned(),
        "verify --receipt bare --key key".to_owned(),
        "verify --receipt bare --key key --event line".to_owned(),
        "verify --receipt right --key key --event letter".to_owned(),
        "verify --receipt returns --key key".to_owned(),
        "verify --receipt letter".to_owned(),
        "verify --receipt empty".to_owned(),
        "verify --receipt bytes".to_owned(),
        "verify --receipt long".to_owned(),
        "verify --receipt nowhere".to_owned(),
        "verify --receipt nowhere --json".to_owned(),
    ];
    // Nothing else is read: the record is not there any more.
    std::fs::remove_dir_all(desk.path().join("d")).unwrap();
    lines.iter().for_each(|line| desk.run(line));
    // Keys are random; their names and what they sign are not.
    let told = desk.told().replace(&key, "[key]").replace(&other, "[other key]");
    insta::assert_snapshot!(told);
}

/// Witnesses who signed a checkpoint make sure that everybody is shown the same record.
#[test]
fn witnesses_are_asked_for() {
    use record::note::{KeyKind, Note, SignerKey};
    let mut desk = Desk::new(&[]);
    let record = record(&desk);
    let witness =
        |n: u8| SignerKey::new(KeyKind::Witness, &format!("witness.example/{n}"), &[n; 32]).unwrap();
    let all = [witness(1), witness(2), witness(3)];
    let note = record.checkpoint().unwrap();
    let text = Note::parse(&note).unwrap().text().to_owned();
    let signed = note + &all[0].sign(&text, 1_769_000_000) + &all[1].sign(&text, 1_769_000_060);
    desk.put("signed", signed.as_bytes());
    desk.put("altered", signed.replacen("\n600\n", "\n601\n", 1).as_bytes());
    desk.put("key", record.verifier().to_string().as_bytes());
    for (name, own) in ["one", "two", "three"].iter().zip(&all) {
        desk.put(name, own.verifier().to_string().as_bytes());
    }
    drop(record);
    for line in [
        "cosign altered --witness one --data d",
        "cosign signed --witness three --data d",
        "cosign nowhere --witness one --data d",
        "cosign key --witness one --data d",
        "cosign signed --witness key --data d",
        "cosign signed --data d",
        "cosign signed --witness one --data d",
        "cosign signed --witness two --data d --json",
    ] {
        desk.run(line);
    }
    let record = Record::open_in(&desk.path().join("d")).unwrap();
    desk.put("receipt", record.receipt(&"e5".into()).unwrap().unwrap().as_bytes());
    drop(record);
    for line in [
        "verify --receipt receipt --key key --witness one --witness two",
        "verify --receipt receipt --key key --witness one --witness two --json",
        "verify --receipt receipt --key key --witness one --witness three",
        "verify --receipt receipt --key key --witness one --witness three --quorum 1",
        "verify --receipt receipt --key key --witness one --quorum 2",
        "verify --receipt receipt --key key --witness nonsense",
        "verify --receipt receipt --witness one",
        "verify --receipt receipt --key key --quorum 1",
    ] {
        desk.run(line);
    }
    // The record's own key is random.
    let told = desk.told();
    let line = |line: &str| if line.contains("\"checkpoint\":") { "  [checkpoint]" } else { line }.to_owned();
    insta::assert_snapshot!(told.lines().map(line).collect::<Vec<_>>().join("\n"));
}

/// Makes a folder and all in it readable and no more, and runs a line there as somebody whom that binds.
fn run_shut(desk: &mut Desk, folder: &str, line: &str) -> bool {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65_534;
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut all = vec![desk.path().join(folder)];
    let mut next = 0;
    while let Some(path) = all.get(next).cloned() {
        if path.is_dir() {
            all.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
        next += 1;
    }
    for path in all.iter().rev() {
        let mode = if path.is_dir() { 0o500 } else { 0o400 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        if root {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    let words: Vec<&str> = line.split(' ').collect();
    let mut command = desk.command(&words);
    if root {
        std::fs::set_permissions(desk.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    match command.output() {
        Ok(output) => desk.write_down(line, &output),
        Err(error) => {
            println!("left out: the program cannot be run as another user here: {error}");
            return false;
        }
    }
    for path in &all {
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    true
}

/// A record in a folder that cannot be written to is checked where that can be done, and where not it is said why.
#[test]
fn a_record_that_cannot_be_written_to_is_checked() {
    let mut desk = Desk::new(&[]);
    let record = record(&desk);
    // As it lies there while its program runs, or after that was killed.
    for name in [
        "keys/log.key",
        "keys/log.pub",
        "keys/master.key",
        "record.sqlite",
        "record.sqlite-wal",
        "files.sqlite",
    ] {
        let bytes = desk.get(&format!("d/{name}"));
        desk.put(&format!("killed/{name}"), &bytes);
    }
    drop(record);
    if !run_shut(&mut desk, "d", "verify --data d") {
        return;
    }
    let connection = rusqlite::Connection::open(desk.path().join("d/record.sqlite")).unwrap();
    connection.execute_batch("UPDATE entry SET line = replace(line, 'noted', 'moted') WHERE idx = 300; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(connection);
    run_shut(&mut desk, "d", "verify --data d");
    run_shut(&mut desk, "killed", "verify --data killed");
    insta::assert_snapshot!(desk.told());
}
