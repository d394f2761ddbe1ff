//! How the operator's commands reach a running city: over a socket in its data folder, which its owner alone can use.
//! There is one writer to a record; whoever else must write asks it.
//!
//! One line of JSON each way.

use crate::clock::now;
use crate::erase::{mended, told};
use crate::say::{Failure, Say, Wrong};
use crate::{cosign, packs};
use casework::erase::Request;
use record::{ObjectRef, VerifierKey};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use web::server::City;

const SOCKET: &str = "control.sock";
/// The longest line either side reads.
const LONGEST: u64 = 1 << 20;
/// How long one waits for the other: an erasure waits for readers, and for the disk.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves the operator's commands for as long as it is held.
pub struct Control(PathBuf);

impl Control {
    /// Listens in `dir`. Where that cannot be done the city stands all the same, and its operator is told.
    pub fn listen(dir: &Path, city: &Arc<City>, packs: Option<&Path>, say: Say) -> Option<Self> {
        let path = dir.join(SOCKET);
        let listener = match bind(dir, &path) {
            Ok(listener) => listener,
            Err(error) => {
                let place = path.display();
                let error = format!(
                    "`{place}` cannot be listened on: {error}; `lianchi erase` will not reach this city"
                );
                say.error(&Wrong(error));
                return None;
            }
        };
        let (city, packs) = (Arc::downgrade(city), packs.map(Path::to_owned));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), Some(city)) = (stream, city.upgrade()) else { return };
                let packs = packs.clone();
                std::thread::spawn(move || serve(&city, packs.as_deref(), stream));
            }
        });
        Some(Self(path))
    }
}

/// Listens at `path`. The socket is made in a folder that nobody else can enter, so that there is no moment at which others
/// could use it.
fn bind(dir: &Path, path: &Path) -> std::io::Result<UnixListener> {
    let room = tempfile::Builder::new().prefix(".control").tempdir_in(dir)?;
    let draft = room.path().join("s");
    let listener = UnixListener::bind(&draft)?;
    std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600))?;
    // Whoever left one there is gone: the record's writer is ours.
    std::fs::rename(&draft, path)?;
    Ok(listener)
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn serve(city: &City, packs: Option<&Path>, stream: UnixStream) {
    let answer = match read(&stream) {
        Ok(asked) => match carry_out(city, packs, &asked) {
            Ok(answer) => answer,
            Err(Failure::Input(error)) => json!({ "error": error.to_string() }),
            Err(Failure::Finding) => json!({ "error": "nothing was done" }),
        },
        Err(error) => json!({ "error": error.to_string() }),
    };
    let _ = write(&stream, &answer);
}

fn carry_out(city: &City, packs: Option<&Path>, asked: &Json) -> Result<Json, Failure> {
    let text = |name: &str| asked.get(name).and_then(Json::as_str);
    if asked.get("adopt").is_some() {
        return Ok(packs::adopt(city, packs)?.json());
    }
    if let Some(note) = text("cosign") {
        let keys = asked.get("witnesses").and_then(Json::as_array).into_iter().flatten();
        let keys = keys.filter_map(Json::as_str).map(VerifierKey::parse).collect::<Result<Vec<_>, _>>()?;
        return cosign::keep(city.casework.record(), note, &keys);
    }
    let Some(subject) = text("erase").and_then(ObjectRef::parse) else {
        return Err(
            Wrong("the city does not know this command; use the `lianchi` that runs it".into()).into()
        );
    };
    let request = Request {
        subject: &subject,
        reasons: text("reasons").unwrap_or_default(),
        actor: Some(&access::staff::operator()),
        now: now(),
        running: asked.get("running").and_then(Json::as_bool).unwrap_or(false),
    };
    told(&subject, city.erase_by_order(&request)).map_err(mended)
}

/// Asks the city that runs on the record in `dir`; nothing where none does.
pub fn ask(dir: &Path, asked: &Json) -> Result<Option<Json>, Failure> {
    let Ok(stream) = UnixStream::connect(dir.join(SOCKET)) else { return Ok(None) };
    let broken = |error: std::io::Error| {
        Wrong(format!("the city that runs in `{}` does not answer: {error}; look at its log", dir.display()))
    };
    write(&stream, asked).map_err(broken)?;
    let answer = read(&stream).map_err(broken)?;
    match answer.get("error").and_then(Json::as_str) {
        Some(error) => Err(Wrong(error.to_owned()).into()),
        None => Ok(Some(answer)),
    }
}

fn read(stream: &UnixStream) -> std::io::Result<Json> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut line)?;
    serde_json::from_str(&line).map_err(std::io::Error::other)
}

fn write(mut stream: &UnixStream, json: &Json) -> std::io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{json}\n").as_bytes())?;
    stream.flush()
}
