//! A PostgreSQL server of the test's own, on a socket in a temporary directory.

use super::Place;
use record::{Record, StoreError};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server, stopped when it is dropped.
pub struct Server {
    dir: tempfile::TempDir,
    programs: PathBuf,
    databases: AtomicU32,
}

impl Server {
    /// Starts one; the reason when that cannot be done here.
    pub fn start() -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL is not installed")?;
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o777))
            .map_err(|error| error.to_string())?;
        let server = Self { dir, programs, databases: AtomicU32::new(0) };
        let data = server.data();
        server.run("initdb", &["-D", &data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8"])?;
        server.go_on()?;
        Ok(server)
    }

    /// Starts the server, again after [`Self::stop`].
    pub fn go_on(&self) -> Result<(), String> {
        let data = self.data();
        let options = format!("-k {} -c listen_addresses= -c max_connections=200", self.dir.path().display());
        let log = format!("{data}.log");
        self.run("pg_ctl", &["-D", &data, "-w", "-s", "-l", &log, "-o", &options, "start"])
    }

    /// Ends the server: `fast`, which tells whoever is connected, or `immediate`, which is as good as a crash.
    #[allow(dead_code, reason = "only the checks of restarts end it themselves")]
    pub fn stop(&self, mode: &str) -> Result<(), String> {
        self.run("pg_ctl", &["-D", &self.data(), "-m", mode, "-w", "-s", "stop"])
    }

    /// A new database.
    pub fn place(&self) -> Database {
        let name = format!("record{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let socket = self.dir.path().display().to_string();
        self.run("createdb", &["-h", &socket, "-U", "postgres", &name]).unwrap();
        Database {
            url: format!("host={socket} user=postgres dbname={name}"),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn data(&self) -> String {
        self.dir.path().join("data").display().to_string()
    }

    /// Runs one of PostgreSQL's programs; as the user `postgres` where this process is root, which they refuse.
    fn run(&self, program: &str, args: &[&str]) -> Result<(), String> {
        let path = self.programs.join(program);
        let is_root =
            std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let mut command = if is_root { Command::new("runuser") } else { Command::new(&path) };
        if is_root {
            command.args(["-u", "postgres", "--"]).arg(&path);
        }
        let done = command.args(args).current_dir("/").stdout(Stdio::null()).stderr(Stdio::piped()).output();
        let done = done.map_err(|error| format!("{program}: {error}"))?;
        let said = String::from_utf8_lossy(&done.stderr);
        if done.status.success() { Ok(()) } else { Err(format!("{program}: {said}")) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-s", "stop"]);
    }
}

/// Where Debian and others put the server's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.sort();
    found.push(PathBuf::from("/usr/local/pgsql/bin"));
    found.into_iter().rfind(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
}

/// A database that keeps one record, and a directory for its keys.
pub struct Database {
    url: String,
    dir: tempfile::TempDir,
}

impl Database {
    /// The address of the database, and the directory of the record's keys.
    pub fn parts(&self) -> (&str, &Path) {
        (&self.url, self.dir.path())
    }
}

impl Place for Database {
    fn open(&self) -> Result<Record, StoreError> {
        Record::create_at(&self.url, self.dir.path(), "lianchi.example/record")
    }

    fn read(&self) -> Result<Record, StoreError> {
        Record::read_at(&self.url, self.dir.path())
    }
}
