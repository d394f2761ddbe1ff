//! Copies of whole records, beside a city that runs, and back.

use super::Desk;
use super::up::Running;
use std::os::unix::fs::PermissionsExt;

const CSV: &str = "case,activity,time\n1,submit,2026-01-31T08:30:00Z\n1,decide,2026-02-01T08:30:00Z\n";
const IMPORT: &str = "import log.csv --map case=case,activity=activity,time=time --data d";

#[test]
fn a_copy_is_whole_checked_and_safe() {
    let mut desk = Desk::new(&[("log.csv", CSV.as_bytes()), ("there/x", b"")]);
    let lines = [
        "backup copy --data d --with-keys",
        IMPORT,
        "backup copy --data d --with-keys",
        "backup copy --data d --with-keys",
        "backup bare --data d --without-keys --json",
        "backup parted --data d --keys apart",
        "backup quick --data d --without-keys --unchecked",
        "backup there --data d --with-keys",
        "backup nowhere/copy --data d --with-keys",
        "backup other --data d --keys there",
        "verify --data copy",
        "verify --data bare",
    ];
    lines.iter().for_each(|line| desk.run(line));
    let mode = |name: &str| std::fs::metadata(desk.path().join(name)).unwrap().permissions().mode() & 0o777;
    for folder in ["copy", "copy/keys", "apart", "apart/keys"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    assert_eq!((mode("copy/keys/master.key"), mode("apart/keys/log.key")), (0o600, 0o600));
    assert!(!desk.path().join("bare/keys").exists());
    // The parts put together again are the record.
    std::fs::rename(desk.path().join("apart/keys"), desk.path().join("parted/keys")).unwrap();
    desk.run("verify --data parted");
    insta::assert_snapshot!(desk.told());
}

#[test]
fn a_damaged_record_is_not_backed_up_unsaid() {
    let mut desk = Desk::new(&[("log.csv", CSV.as_bytes())]);
    desk.json(&format!("{IMPORT} --json"));
    let connection = rusqlite::Connection::open(desk.path().join("d/record.sqlite")).unwrap();
    connection.execute_batch("UPDATE entry SET line = replace(line, 'decide', 'refuse')").unwrap();
    drop(connection);
    desk.run("backup copy --data d --with-keys");
    assert!(!desk.path().join("copy").exists() && !desk.path().join("copy.part").exists());
    insta::assert_snapshot!(desk.told());
}

/// A city is copied while it runs and grows; the copy starts as a city of its own.
#[test]
fn a_running_city_is_copied_and_stands_again() {
    let desk = Desk::new(&[]);
    let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    let growing = std::thread::scope(|scope| {
        let growing = scope
            .spawn(|| (0..20).filter(|number| city.register(&format!("somebody-{number}")) == 303).count());
        let told = desk.json("backup copy --data d --with-keys --json");
        assert_eq!(told["sound"], true, "{told}");
        growing.join().unwrap()
    });
    assert_eq!(growing, 20, "the city went on");
    assert_eq!(city.stop(), Some(0));
    assert_eq!(desk.json("verify --data copy --json")["sound"], true);
    let copy = Running::start(&desk, &["up", "--data", "copy", "--empty"]);
    assert_eq!(copy.get("/healthz").0, 200);
    assert_eq!(copy.register("somebody-new"), 303);
    assert_eq!(copy.stop(), Some(0));
    assert_eq!(desk.json("verify --data copy --json")["sound"], true);
}
