//! A city's objects watched in partitions over a real server of NATS: whether one worker watches all, or two or four share them
//! and one is killed in the middle, what they find is what the city finds by itself.

use super::oversight::{Chance, Running, events, lianchi, on_record, serve};
use record::Record;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What workers have published under a name.
fn published(nats: &str, findings: &str) -> BTreeSet<String> {
    let told =
        lianchi(&["watch", "--nats", nats, "--findings", findings, "--list", "--json"]).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let line = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["finding"].as_str().unwrap().to_owned()
    };
    String::from_utf8(told.stdout).unwrap().lines().map(line).collect()
}

fn start_nats(dir: &Path) -> Option<(Running, String)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Command::new("nats-server");
    server.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(dir);
    let child = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    // It takes a moment to come up.
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    Some((Running(child), format!("nats://127.0.0.1:{port}")))
}

#[test]
fn workers_over_nats_find_what_the_city_finds() {
    let dir = tempfile::tempdir().unwrap();
    let Some((_server, nats)) = start_nats(&dir.path().join("nats")) else {
        eprintln!("left out: there is no nats-server (Debian's package of that name)");
        return;
    };
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let record = Record::create_in(&data).unwrap();
    record.append(events(&mut Chance(7))).unwrap();
    drop(record);
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").to_str().unwrap().to_owned();
    serve(&data, &["--outbox", &nats]);
    let city = on_record(&data);
    assert!(city.len() > 30, "{} findings: too few to tell anything", city.len());
    for (workers, findings) in [(1, "by-one"), (2, "by-two"), (4, "by-four")] {
        let watch = |this: u64, once: bool| {
            let part = format!("{this}/{workers}");
            let mark: PathBuf = dir.path().join(format!("{findings}-{this}"));
            let mut command = lianchi(&[
                "watch",
                "--nats",
                &nats,
                "--models",
                &packs,
                "--findings",
                findings,
                "--partition",
                &part,
            ]);
            command.arg("--mark").arg(mark).stdout(Stdio::piped());
            if once {
                command.arg("--once");
            }
            Running(command.spawn().unwrap())
        };
        let mut all: Vec<Running> = (0..workers).map(|this| watch(this, true)).collect();
        if workers > 1 {
            // One is killed in the middle, and another takes its place.
            let mut killed = all.remove(1);
            let mut line = String::new();
            BufReader::new(killed.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
            assert!(line.starts_with("watching"), "{line}");
            std::thread::sleep(Duration::from_millis(if workers == 2 { 150 } else { 1_200 }));
            let _ = killed.0.kill();
            drop(killed);
            all.push(watch(1, true));
        }
        for worker in &mut all {
            assert!(worker.0.wait().unwrap().success());
        }
        assert_eq!(published(&nats, findings), city, "{workers} workers");
    }
}
