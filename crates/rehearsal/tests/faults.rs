//! Every single write and sync of a short run fails once, with a bad disk and with a full one. Whatever the run was told
//! holds afterwards; and where a sync failed, the run did not go on: it could not begin, or its writer took nothing more.
//!
//! By default the full disk is tried at every third call; `LIANCHI_FAULTS=all` tries it at each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

use record::Record;
use rehearsal::appender::Told;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
        let dir = tempfile::tempdir().unwrap();
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
