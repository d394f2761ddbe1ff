//! Every single write and sync of a short run fails once, with a bad disk and with a full one. Whatever the run was told
//! holds afterwards; and where a sync failed, the run did not go on: it could not begin, or its writer took nothing more.
//!
//! By default the full disk is tried at every third call; `LIANCHI_FAULTS=all` tries it at each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

use record::Record;
use rehearsal::appender::Told;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// The library that makes calls fail; Cargo builds it beside the tests.
fn shim() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let profile = here.parent().and_then(Path::parent).unwrap();
    let shim = profile.join("examples/libfaults.so");
    assert!(shim.is_file(), "`{}` was not built; run `cargo build -p rehearsal --examples`", shim.display());
    shim
}

struct Run {
    dir: tempfile::TempDir,
    output: Output,
    calls: u64,
    sync_failed: bool,
}

impl Run {
    fn of(args: &[&str], settings: &[(&str, String)]) -> Self {
        Self::within(tempfile::tempdir().unwrap(), args, settings)
    }

    fn within(dir: tempfile::TempDir, args: &[&str], settings: &[(&str, String)]) -> Self {
        let count = dir.path().join("count");
        let mut command = Command::new(env!("CARGO_BIN_EXE_appender"));
        command.arg(dir.path().join("data")).args(args);
        command.env("LD_PRELOAD", shim()).env("LIANCHI_FAULT_UNDER", dir.path().join("data"));
        command.env("LIANCHI_FAULT_COUNT", &count).envs(settings.iter().map(|(name, value)| (*name, value)));
        let output = command.output().unwrap();
        let counted = std::fs::read(&count).unwrap();
        let calls = u64::from_le_bytes(*counted.first_chunk().unwrap());
        Self { dir, output, calls, sync_failed: counted.get(8) == Some(&1) }
    }

    fn told(&self) -> Vec<Told> {
        Told::read(std::str::from_utf8(&self.output.stdout).unwrap())
    }

    fn errors(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// What was told holds on the record, opened anew on a good disk.
    fn check(&self, what: &str) {
        let record = Record::create_in(&self.dir.path().join("data"))
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        for fact in self.told() {
            if let Told::Appended(index, id) = fact {
                let entry = record.entry(index).unwrap();
                assert_eq!(entry.map(|entry| entry.event.id.to_string()), Some(id), "{what}");
            }
        }
        let found = record.verify(&mut |_, _| {}).unwrap();
        assert_eq!(found.faults, [], "{what}");
    }
}

/// The `n`-th call fails with `error`.
fn check(n: u64, error: i32) {
    let what = format!("call {n} fails with {error}");
    let run = Run::of(
        &["script"],
        &[("LIANCHI_FAULT_AT", n.to_string()), ("LIANCHI_FAULT_ERROR", error.to_string())],
    );
    let told = run.told();
    assert!(run.output.status.code().is_some(), "{what}: {}", run.errors());
    if let Some(stopped) = told.iter().position(|fact| *fact == Told::Stopped) {
        let after = told.get(stopped..).unwrap_or(&[]);
        let taken = after.iter().find(|fact| matches!(fact, Told::Appended(..) | Told::Erased(_)));
        assert_eq!(taken, None, "{what}: taken after the writer stopped");
    } else if run.output.status.success() {
        assert_eq!(told.last(), Some(&Told::Done), "{what}");
        let taken = told.iter().filter(|fact| matches!(fact, Told::Appended(..) | Told::Erased(_))).count();
        let refused = told.iter().filter(|fact| matches!(fact, Told::Full | Told::Refused(_))).count();
        assert_eq!(taken + refused, 10, "{what}: {told:?}");
    }
    if run.sync_failed && error == EIO {
        let stopped = told.contains(&Told::Stopped) || !run.output.status.success();
        // At the very end there is nothing left to be refused.
        let ended = run.calls == n;
        assert!(stopped || ended, "{what}: a failed sync stopped nothing: {told:?}");
    }
    run.check(&what);
}

#[test]
fn no_failing_call_loses_anything() {
    let whole = Run::of(&["script"], &[]);
    assert!(whole.output.status.success(), "{}", whole.errors());
    let taken =
        whole.told().iter().filter(|fact| matches!(fact, Told::Appended(..) | Told::Erased(_))).count();
    assert_eq!(taken, 10);
    println!("{} writes and syncs", whole.calls);
    assert!(whole.calls > 50, "only {} calls were seen", whole.calls);
    let all = std::env::var("LIANCHI_FAULTS").is_ok_and(|which| which == "all");
    let next = std::sync::atomic::AtomicU64::new(1);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if n > whole.calls {
                        break;
                    }
                    check(n, EIO);
                    if all || n.is_multiple_of(3) {
                        check(n, ENOSPC);
                    }
                }
            });
        }
    });
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    for n in [200, 201, 202, 203, 204, 205, 300, 500] {
        let flag = tempfile::NamedTempFile::new().unwrap();
        let path = flag.path().to_str().unwrap().to_owned();
        let settings = [
            ("LIANCHI_FAULT_AT", n.to_string()),
            ("LIANCHI_FAULT_ERROR", ENOSPC.to_string()),
            ("LIANCHI_FAULT_WHILE", path.clone()),
        ];
        let run = Run::of(&["fill", &path], &settings);
        assert!(run.output.status.success(), "full from call {n}: {}", run.errors());
        run.check(&format!("full from call {n}"));
    }
}

/// What the write-ahead log has is moved into the main file beside the writer: one call of that fails.
fn check_move(n: u64, error: i32) {
    let what = format!("call {n} on the main file fails with {error}");
    let dir = tempfile::tempdir().unwrap();
    let settings = [
        ("LIANCHI_FAULT_IN", dir.path().join("data/record.sqlite").display().to_string()),
        ("LIANCHI_FAULT_AT", n.to_string()),
        ("LIANCHI_FAULT_ERROR", error.to_string()),
    ];
    let run = Run::within(dir, &["run", "12000"], &settings);
    assert!(run.output.status.success(), "{what}: {}", run.errors());
    assert!(run.calls >= n, "{what}: there were but {} calls", run.calls);
    let last = run.told().pop();
    let goes_on = error == ENOSPC;
    assert_eq!(last == Some(Told::Done), goes_on, "{what}: {last:?}");
    assert_eq!(last == Some(Told::Stopped), !goes_on, "{what}: {last:?}");
    run.check(&what);
}

#[test]
fn a_log_that_cannot_be_moved_stops_the_writer_and_loses_nothing() {
    for n in [20, 21, 60, 300] {
        check_move(n, EIO);
        check_move(n, ENOSPC);
    }
}

#[test]
fn a_server_whose_disk_fails_stops_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (data, flag) = (dir.path().join("data"), dir.path().join("failing"));
    let mut server = Command::new(env!("CARGO_BIN_EXE_appender"))
        .arg(&data)
        .arg("serve")
        .env("LD_PRELOAD", shim())
        .env("LIANCHI_FAULT_UNDER", &data)
        .env("LIANCHI_FAULT_COUNT", dir.path().join("count"))
        .env("LIANCHI_FAULT_AT", "1")
        .env("LIANCHI_FAULT_WHILE", &flag)
        .env("LIANCHI_FAULT_ERROR", EIO.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim().strip_prefix("http://").unwrap();
    let register = |login: &str| {
        let form = format!("login={login}&name=Li&password=lotus-pond-2026");
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "POST /register HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\n";
        write!(stream, "{head}Content-Length: {}\r\n\r\n{form}", form.len()).unwrap();
        let mut answer = String::new();
        // The server may end in the middle of an answer.
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    assert!(register("before").starts_with("HTTP/1.1 303"));
    std::fs::write(&flag, "").unwrap();
    assert!(!register("after").starts_with("HTTP/1.1 303"), "an account was opened on a failing disk");
    let ended = server.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success() && said.contains("restart the program"), "{}: {said}", ended.status);

    std::fs::remove_file(&flag).unwrap();
    let record = Record::create_in(&data).unwrap();
    assert_eq!(record.verify(&mut |_, _| {}).unwrap().faults, []);
}
