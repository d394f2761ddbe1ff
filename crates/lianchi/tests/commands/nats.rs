//! A city's objects watched in partitions over a real server of NATS: whether one worker watches all, or two or four share them
//! and one is killed in the middle, what they find is what the city finds by itself.

use super::oversight::{Chance, Running, events, lianchi, on_record, serve};
use record::{Event, Record};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
    // What held the port is closed before the server is started: as an argument it would be held until the call returns.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    start_nats_at(dir, port)
}

fn start_nats_at(dir: &Path, port: u16) -> Option<(Running, String)> {
    let begun = Instant::now();
    loop {
        let mut server = Command::new("nats-server");
        server.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(dir);
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = Running(server.spawn().ok()?);
        // It takes a moment to come up, and ends where another process holds its port for a moment.
        while child.0.try_wait().unwrap().is_none() {
            if greets(port) {
                return Some((child, format!("nats://127.0.0.1:{port}")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no server of NATS comes up at port {port}");
    }
}

/// Whether a server of NATS answers at a port: it speaks first.
fn greets(port: u16) -> bool {
    let Ok(stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).is_ok() && line.starts_with("INFO")
}

/// A city, what it finds by itself, and the server to which it publishes its entries.
struct City {
    dir: tempfile::TempDir,
    nats: String,
    server: Running,
}

impl City {
    fn new() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let (server, nats) = start_nats(&dir.path().join("nats"))?;
        std::fs::create_dir(dir.path().join("data")).unwrap();
        drop(Record::create_in(&dir.path().join("data")).unwrap());
        Some(Self { dir, nats, server })
    }

    /// More happens, and the city finds what follows from it.
    fn finds(&self, events: &[Event]) -> BTreeSet<String> {
        let data = self.dir.path().join("data");
        let record = Record::open_in(&data).unwrap();
        record.append(events.to_vec()).unwrap();
        drop(record);
        serve(&data, &["--outbox", &self.nats]);
        let mut city = on_record(&data);
        // On a machine that does much else it may have been closed before it was done.
        loop {
            serve(&data, &["--outbox", &self.nats]);
            let again = on_record(&data);
            if std::mem::replace(&mut city, again.clone()) == again {
                return city;
            }
        }
    }

    fn mark(&self, findings: &str, this: u64) -> PathBuf {
        self.dir.path().join(format!("{findings}-{this}"))
    }

    /// A worker that watches its partition until it has heard all, from its mark on where it has one.
    fn worker(&self, findings: &str, this: u64, workers: u64) -> Running {
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").to_str().unwrap().to_owned();
        let part = format!("{this}/{workers}");
        let args = ["watch", "--once", "--nats", &self.nats, "--models", &packs, "--findings", findings];
        let mut command = lianchi(&args);
        command.args(["--partition", &part, "--mark"]).arg(self.mark(findings, this));
        Running(command.stdout(Stdio::piped()).spawn().unwrap())
    }

    /// What so many workers have published once each has heard all; one is killed after so many milliseconds, and another
    /// takes its place.
    fn watched(&self, findings: &str, workers: u64, killed: Option<u64>) -> BTreeSet<String> {
        let mut all: Vec<Running> = (0..workers).map(|this| self.worker(findings, this, workers)).collect();
        if let Some(after) = killed {
            let mut killed = all.remove(1);
            let mut line = String::new();
            BufReader::new(killed.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
            assert!(line.starts_with("watching"), "{line}");
            std::thread::sleep(Duration::from_millis(after));
            let _ = killed.0.kill();
            drop(killed);
            all.push(self.worker(findings, 1, workers));
        }
        for worker in &mut all {
            assert!(worker.0.wait().unwrap().success());
        }
        published(&self.nats, findings)
    }

    /// What a worker's mark is of, and how many messages it has heard.
    fn heard(&self, findings: &str, this: u64) -> (Json, u64) {
        let mark: Json = serde_json::from_slice(&std::fs::read(self.mark(findings, this)).unwrap()).unwrap();
        let next = mark["next"].as_object().unwrap().values().map(|next| next.as_u64().unwrap() - 1);
        (mark["of"].clone(), next.sum())
    }
}

/// Half of it happens, and all workers hear it to the end; then the rest does, and they go on from their marks.
#[test]
fn workers_over_nats_find_what_the_city_finds() {
    let Some(city) = City::new() else {
        eprintln!("left out: there is no nats-server (Debian's package of that name)");
        return;
    };
    let events = events(&mut Chance(7));
    let (first, rest) = events.split_at(events.len() / 2);
    let groups = [(1, "by-one", None), (2, "by-two", Some(150)), (4, "by-four", Some(1_200))];
    let mut marks = Vec::new();
    for (half, least) in [(first, 10), (rest, 30)] {
        let expected = city.finds(half);
        assert!(expected.len() > least, "{} findings: too few to tell anything", expected.len());
        for (workers, findings, killed) in groups {
            let found = city.watched(findings, workers, killed);
            let (more, fewer): (Vec<_>, Vec<_>) =
                (found.difference(&expected).collect(), expected.difference(&found).collect());
            assert!(
                more.is_empty() && fewer.is_empty(),
                "{workers} workers: too many {more:?}, too few {fewer:?}"
            );
        }
        let each = groups
            .iter()
            .flat_map(|(workers, findings, _)| (0..*workers).map(|this| city.heard(findings, this)));
        marks.push(each.collect::<Vec<_>>());
    }
    // The marks of the second half were kept by those who took up the marks of the first.
    let [first, second] = marks.as_slice() else { panic!("two halves") };
    for ((of, before), (same, after)) in first.iter().zip(second) {
        assert_eq!(of, same);
        assert!(0 < *before && before < after, "{before} messages heard, then {after}");
    }
}

/// Where nobody publishes, that is what is told; and a worker outlives its server.
#[test]
fn a_worker_says_what_is_missing_and_outlives_its_server() {
    let Some(mut city) = City::new() else {
        eprintln!("left out: there is no nats-server (Debian's package of that name)");
        return;
    };
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").to_str().unwrap().to_owned();
    let nats = city.nats.clone();
    for (args, mend) in [
        (["--list", "--findings", "nothing"], "`lianchi watch --models` publishes it"),
        (["--once", "--models", &packs], "`lianchi up --outbox` publishes it"),
    ] {
        let told = lianchi(&["watch", "--nats", &nats]).args(args).output().unwrap();
        let told = (told.status.code(), String::from_utf8(told.stderr).unwrap());
        assert!(
            told.0 == Some(2) && told.1.contains("there is no stream") && told.1.contains(mend),
            "{told:?}"
        );
    }
    let events = events(&mut Chance(8));
    let (first, rest) = events.split_at(events.len() / 2);
    city.finds(first);
    let mut command = lianchi(&["watch", "--nats", &nats, "--models", &packs, "--findings", "outlived"]);
    let mut worker = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut told = BufReader::new(worker.0.stdout.take().unwrap());
    let mut line = |begins: &str| {
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert!(line.starts_with(begins), "{line}");
    };
    line("watching");
    city.server.0.kill().unwrap();
    city.server.0.wait().unwrap();
    let port = nats.rsplit(':').next().unwrap().parse().unwrap();
    city.server = start_nats_at(&city.dir.path().join("nats"), port).unwrap().0;
    line("connected again");
    let expected = city.finds(rest);
    let begun = Instant::now();
    while published(&nats, "outlived") != expected {
        assert!(begun.elapsed() < Duration::from_secs(60), "{expected:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}
