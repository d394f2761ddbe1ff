//! The real server, as an operator starts it, and people who sign in to it.

use super::Failed;
use super::usage::peak_megabytes;
use access::session::Token;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that was built beside this one.
pub fn program(name: &str) -> Result<PathBuf, Failed> {
    let here = std::env::current_exe()?;
    let path = here.with_file_name(name);
    let told = || {
        Failed::new(format!("`{}` is not there; run `cargo xtask bench`, which builds it", path.display()))
    };
    path.is_file().then(|| path.clone()).ok_or_else(told)
}

/// `lianchi up` on a data folder.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Seconds from its start to its first answer.
    pub start: f64,
    /// Held so that the server can go on writing.
    _out: Option<BufReader<ChildStdout>>,
}

/// The address that the server says it stands at.
fn address_in(said: &str) -> Option<SocketAddr> {
    let rest = said.split("http://").nth(1)?;
    rest.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').next()?.parse().ok()
}

impl Server {
    /// Starts it and waits for its first answer.
    pub fn start(data: &Path) -> Result<Self, Failed> {
        let start = Instant::now();
        let mut child = Command::new(program("lianchi")?)
            .args(["up", "--empty", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or_else(|| Failed::new("the server has no output"))?;
        let mut out = BufReader::new(out);
        let mut server =
            Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), start: 0.0, _out: None };
        let mut said = String::new();
        server.address = loop {
            if out.read_line(&mut said)? == 0 {
                return Err(Failed::new(format!("the server did not start: `{}`", said.trim())));
            }
            if let Some(address) = address_in(&said) {
                break address;
            }
        };
        server._out = Some(out);
        while server.get("/healthz")?.0 != 200 {
            std::thread::sleep(Duration::from_millis(10));
        }
        server.start = start.elapsed().as_secs_f64();
        Ok(server)
    }

    /// Its process.
    pub fn process(&self) -> String {
        self.child.id().to_string()
    }

    /// The most memory that it has held, in MB.
    pub fn peak(&self) -> f64 {
        peak_megabytes(&self.process())
    }

    /// Status and body of a page.
    pub fn get(&self, path: &str) -> Result<(u16, String), Failed> {
        let (status, _, body) = self.send(&format!("GET {path} HTTP/1.1\r\n"), "")?;
        Ok((status, body))
    }

    /// Sends a form, as nobody in particular.
    pub fn post_form(&self, path: &str, form: &str) -> Result<u16, Failed> {
        let head = format!("POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        Ok(self.send(&head, form)?.0)
    }

    /// Signs in.
    pub fn sign_in(&self, login: &str, password: &str) -> Result<Token, Failed> {
        let body = format!("login={login}&password={password}");
        let head = "POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let (status, headers, _) = self.send(head, &body)?;
        let cookie = headers.split("lianchi=").nth(1).and_then(|rest| rest.split(';').next());
        let refused = || Failed::new(format!("`{login}` was not signed in: status {status}"));
        cookie.and_then(Token::parse).ok_or_else(refused)
    }

    fn send(&self, head: &str, body: &str) -> Result<(u16, String, String), Failed> {
        let mut stream = TcpStream::connect(self.address)?;
        let length = body.len();
        let request = format!(
            "{head}Host: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let (headers, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = headers.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Failed::new("the server's answer is no HTTP"))?;
        Ok((status, headers.to_owned(), body.to_owned()))
    }

    /// Ends it as an operator would, and waits until it has ended.
    pub fn stop(mut self) -> Result<(), Failed> {
        Command::new("kill").args(["-TERM", &self.process()]).status()?;
        let ended = self.child.wait()?;
        if ended.success() { Ok(()) } else { Err(Failed::new(format!("the server ended with {ended}"))) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
