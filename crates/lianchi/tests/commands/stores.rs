//! Records that PostgreSQL keeps.

use super::postgres::Server;
use super::up::Running;
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

/// While the database is away a city says so, and asks to be tried again; once it is back, all goes on.
#[test]
fn a_city_waits_for_its_database() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(missing) => {
            println!("left out: {missing}");
            return;
        }
    };
    let place = server.place();
    let desk = Desk::new(&[]);
    let city = Running::start(&desk, &["up", "--store", place.parts().0, "--data", "d", "--empty"]);
    assert_eq!((city.register("before"), city.get("/healthz").0), (303, 200));
    server.stop("fast").unwrap();
    let account = r#"{"name":"Somebody","login":"meanwhile","password":"lotus-pond-2026"}"#;
    let request = format!(
        "POST /api/register HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{account}",
        city.address,
        account.len()
    );
    let (status, head, body) = city.send(&request);
    let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &told["code"]), (503, &"away".into()), "{told}");
    assert!(head.contains("retry-after: 5"), "{head}");
    assert_eq!((city.register("meanwhile"), city.get("/healthz").0), (503, 503));
    server.go_on().unwrap();
    assert_eq!((city.register("after"), city.get("/healthz").0), (303, 200));
    assert_eq!(city.stop(), Some(0));
}
