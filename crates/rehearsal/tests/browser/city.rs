//! The real city: the binary that people start, on a demonstration of its own, in a folder that goes when it ends.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A running city.
pub struct City {
    process: Child,
    /// Where it answers.
    pub address: SocketAddr,
    _data: tempfile::TempDir,
}

impl City {
    /// The city that all scenarios of the moment share: started by the first of them, ended by the last.
    pub fn shared() -> Result<Arc<Self>, String> {
        static SHARED: Mutex<Weak<City>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(city) = shared.upgrade() {
            return Ok(city);
        }
        let city = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&city);
        Ok(city)
    }

    fn start() -> Result<Self, String> {
        let told = |error: std::io::Error| format!("the city does not start: {error}");
        let data = tempfile::tempdir().map_err(told)?;
        let mut command = Command::new(binary()?);
        command.args(["up", "--listen", "127.0.0.1:0", "--data"]).arg(data.path().join("data"));
        let mut process = command.stdout(Stdio::piped()).spawn().map_err(told)?;
        let address = heard(&mut process, |line| {
            line.strip_prefix("Lianchi stands at http://").and_then(|address| address.parse().ok())
        });
        match address {
            Some(address) => Ok(Self { process, address, _data: data }),
            None => {
                let _ = process.kill();
                Err("the city ended before it stood".to_owned())
            }
        }
    }
}

/// What `hear` makes of the first line that it understands of what a process says. The rest is let go by, so that nothing
/// holds the process up.
pub fn heard<T>(process: &mut Child, hear: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut lines = BufReader::new(process.stdout.take()?).lines().map_while(Result::ok);
    let heard = lines.find_map(|line| hear(&line));
    std::thread::spawn(move || lines.for_each(drop));
    heard
}

impl Drop for City {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the binary with `args`, as somebody at home does.
pub fn run(args: &[&std::ffi::OsStr]) -> Result<Output, String> {
    Command::new(binary()?).args(args).output().map_err(|error| error.to_string())
}

/// The `lianchi` binary, built as this test was. Cargo gives a test the binaries of its own package alone, so it is asked
/// for this one; where the whole workspace was built before, there is nothing left to do.
fn binary() -> Result<&'static Path, String> {
    static BINARY: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--workspace", "--bin", "lianchi"]);
        // With a test among what is built, features are united as they are for `cargo test`.
        command.args(["--test", "browser", "--message-format", "json-render-diagnostics"]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        let built = command.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
        let messages = String::from_utf8_lossy(&built.stdout);
        let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
        let mut path = messages.filter_map(|message: serde_json::Value| {
            let ours = message["target"]["name"] == "lianchi" && message["profile"]["test"] == false;
            ours.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
        });
        path.next_back().ok_or_else(|| "`cargo build --bin lianchi` made no binary".to_owned())
    });
    BINARY.as_deref().map_err(Clone::clone)
}

/// The line between a browser and the city, which can be pulled out.
pub struct Cable {
    /// Where the browser finds the city.
    pub address: SocketAddr,
    plugged: watch::Sender<bool>,
}

impl Cable {
    pub async fn to(city: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (plugged, watched) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, city, watched.clone()));
            }
        });
        Ok(Self { address, plugged })
    }

    pub fn plug(&self, plugged: bool) {
        self.plugged.send_replace(plugged);
    }
}

/// Carries one connection for as long as the cable is in; out of it, connections break at once.
async fn carry(mut near: TcpStream, city: SocketAddr, mut plugged: watch::Receiver<bool>) {
    if !*plugged.borrow() {
        return;
    }
    let Ok(mut far) = TcpStream::connect(city).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = plugged.wait_for(|plugged| !plugged) => {}
    }
}
