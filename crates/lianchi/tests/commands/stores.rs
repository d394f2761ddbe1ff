//! Records that PostgreSQL keeps.

use super::postgres::Server;
use super::{Desk, check};

const CSV: &str = "case,activity,time\n1,submit,2026-01-31T08:30:00Z\n1,decide,2026-02-01T08:30:00Z\n";

#[test]
fn a_database_that_is_not_there_is_told() {
    let lines = [
        "verify --store postgres://nobody@127.0.0.1:1/none --data d",
        "verify --store nonsense --data d",
        "verify --store http://example.com/ --data d --json",
        "backup there --without-keys --store postgres://nobody@127.0.0.1:1/none --data d",
    ];
    insta::assert_snapshot!(check(&[], &lines));
}

#[test]
fn the_commands_work_on_a_database_too() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(missing) => {
            println!("left out: {missing}");
            return;
        }
    };
    let (one, empty) = (server.place(), server.place());
    let mut desk = Desk::new(&[("log.csv", CSV.as_bytes())]);
    let lines = [
        "verify --store EMPTY --data e",
        "erase person:1 --store EMPTY --data e",
        "import log.csv --map case=case,activity=activity,time=time --store ONE --data d",
        "import log.csv --map case=case,activity=activity,time=time --store ONE --data d",
        "verify --store ONE --data d",
        "verify --store ONE --data elsewhere",
        "export out.csv --store ONE --data d",
        "erase person:1 --store ONE --data d",
        "up --store ONE --data elsewhere --listen 127.0.0.1:0 --empty",
    ];
    for line in lines {
        let typed = line
            .replace("ONE", &format!("\"{}\"", one.parts().0))
            .replace("EMPTY", &format!("\"{}\"", empty.parts().0));
        let output = desk.output(&typed);
        desk.write_down(line, &output);
    }
    assert!(!desk.path().join("e").exists(), "a command that only reads made something");
    insta::assert_snapshot!(desk.told());
}
