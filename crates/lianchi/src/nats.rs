//! A client of NATS with as much of JetStream as one record's outbox and those who watch it need: streams, publishing with an
//! answer, and asking for the next message of a subject. It waits for what it asked, one connection a thread.

use crate::say::Wrong;
use serde_json::{Value as Json, json};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest message that is read.
const LONGEST: usize = 64 << 20;

/// A connection.
pub struct Nats {
    read: BufReader<TcpStream>,
    write: TcpStream,
    /// Where answers come to, each under a number of its own.
    inbox: String,
    asked: u64,
    place: String,
    /// Whether the connection is over, so that a new one may do.
    lost: Cell<bool>,
}

/// A message.
#[derive(Debug, Default)]
pub struct Message {
    /// What it was sent to.
    pub subject: String,
    /// Its headers, the status first where it has one.
    headers: Vec<(String, String)>,
    /// Its content.
    pub payload: Vec<u8>,
}

impl Message {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn status(&self) -> Option<&str> {
        self.header("status")
    }
}

/// A message of a stream.
#[derive(Debug)]
pub struct Kept {
    /// Its place in the stream.
    pub sequence: u64,
    /// The subject that it was published to.
    pub subject: String,
    /// The message.
    pub message: Message,
}

impl Nats {
    /// Connects to `nats://[USER:PASSWORD@]HOST[:PORT]`; a user alone is a token.
    ///
    /// # Errors
    /// When nobody answers there, or not to us.
    pub fn connect(url: &str) -> Result<Self, Wrong> {
        let (who, place) = parts(url).ok_or_else(|| {
            let mend = "write it like `nats://127.0.0.1:4222`, or `nats://USER:PASSWORD@HOST`";
            Wrong(format!("that is no address of NATS; {mend}"))
        })?;
        let told = |error: std::io::Error| {
            // Without the password that the address may have.
            Wrong(format!(
                "`{place}` cannot be reached: {error}; start nats-server there, or name another address"
            ))
        };
        let address = place.to_socket_addrs().map_err(told)?.next();
        let address = address.ok_or_else(|| Wrong(format!("`{place}` is the name of no machine")))?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(told)?;
        let ready = || -> std::io::Result<(TcpStream, TcpStream)> {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok((stream.try_clone()?, stream))
        };
        let (read, write) = ready().map_err(told)?;
        let inbox = format!("_INBOX.{}", token());
        let mut nats =
            Self { read: BufReader::new(read), write, inbox, asked: 0, place, lost: Cell::new(false) };
        let mut options = json!({
            "verbose": false, "pedantic": false, "lang": "rust", "version": env!("CARGO_PKG_VERSION"), "headers": true,
            "no_responders": true, "protocol": 1, "name": "lianchi",
        });
        if let (Some(who), Json::Object(options)) = (who, &mut options) {
            match who.split_once(':') {
                Some((user, password)) => {
                    options.insert("user".to_owned(), user.into());
                    options.insert("pass".to_owned(), password.into());
                }
                None => drop(options.insert("auth_token".to_owned(), who.into())),
            }
        }
        let info = nats.line()?;
        if !info.starts_with("INFO ") {
            return Err(Wrong(format!("`{}` is no server of NATS: it says `{info}`", nats.place)));
        }
        nats.send(&format!("CONNECT {options}\r\nSUB {}.* 1\r\nPING\r\n", nats.inbox), &[])?;
        // It answers once it has taken us in.
        loop {
            match nats.line()?.as_str() {
                "PONG" => return Ok(nats),
                line if line.starts_with("-ERR") => return Err(nats.refused(line)),
                _ => {}
            }
        }
    }

    fn refused(&self, line: &str) -> Wrong {
        let why = line.trim_start_matches("-ERR").trim().trim_matches('\'');
        Wrong(format!("the server at `{}` says `{why}`", self.place))
    }

    /// Whether the connection is over: the server was ended, or is out of reach.
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    fn broken(&self, error: &std::io::Error) -> Wrong {
        self.lost.set(true);
        let what = match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => "does not answer".to_owned(),
            _ => format!("has gone: {error}"),
        };
        Wrong(format!("the server at `{}` {what}", self.place))
    }

    fn send(&mut self, head: &str, payload: &[u8]) -> Result<(), Wrong> {
        let mut bytes = head.as_bytes().to_vec();
        bytes.extend_from_slice(payload);
        self.write.write_all(&bytes).map_err(|error| self.broken(&error))
    }

    fn line(&mut self) -> Result<String, Wrong> {
        let mut line = String::new();
        let read = (&mut self.read).take(LONGEST as u64).read_line(&mut line);
        match read {
            Ok(0) => {
                self.lost.set(true);
                Err(Wrong(format!("the server at `{}` has gone", self.place)))
            }
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// What came next: a message, or none where the server answered that it is there.
    fn next(&mut self) -> Result<Option<Message>, Wrong> {
        loop {
            let line = self.line()?;
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["PING"] => self.send("PONG\r\n", &[])?,
                ["PONG"] => return Ok(None),
                ["MSG", subject, _, .., size] => return self.message(subject, 0, size).map(Some),
                ["HMSG", subject, _, .., head, size] => {
                    return self.message(subject, head.parse().unwrap_or(0), size).map(Some);
                }
                ["-ERR", ..] => {
                    // After any other error the server hangs up.
                    self.lost.set(!line.contains("Permissions Violation"));
                    return Err(self.refused(&line));
                }
                _ => {}
            }
        }
    }

    /// Makes sure that the server is there, which also learns that we are: it lets go of those who are silent for long.
    ///
    /// # Errors
    /// When it has gone.
    pub fn greet(&mut self) -> Result<(), Wrong> {
        self.send("PING\r\n", &[])?;
        while self.next()?.is_some() {}
        Ok(())
    }

    fn message(&mut self, subject: &str, head: usize, size: &str) -> Result<Message, Wrong> {
        let size: usize = size.parse().unwrap_or(usize::MAX);
        if size > LONGEST || head > size {
            return Err(Wrong(format!("the server at `{}` sends a message of {size} bytes", self.place)));
        }
        let mut bytes = vec![0; size + 2];
        self.read.read_exact(&mut bytes).map_err(|error| self.broken(&error))?;
        bytes.truncate(size);
        let payload = bytes.split_off(head);
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let status = lines.next().and_then(|line| line.strip_prefix("NATS/1.0 ")).map(str::trim);
        let status =
            status.filter(|status| !status.is_empty()).map(|status| ("status".to_owned(), status.to_owned()));
        let header =
            |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        let headers = status.into_iter().chain(lines.filter_map(header)).collect();
        Ok(Message { subject: subject.to_owned(), headers, payload })
    }

    /// Asks many at once; the answers in the order of the questions.
    fn ask(&mut self, questions: &[(String, String, Vec<u8>)]) -> Result<Vec<Message>, Wrong> {
        let first = self.asked;
        let mut bytes = Vec::new();
        for (subject, headers, payload) in questions {
            let reply = format!("{}.{}", self.inbox, self.asked);
            self.asked += 1;
            let head = match headers.is_empty() {
                true => format!("PUB {subject} {reply} {}\r\n", payload.len()),
                false => {
                    let headers = format!("NATS/1.0\r\n{headers}\r\n");
                    let all = headers.len() + payload.len();
                    format!("HPUB {subject} {reply} {} {all}\r\n{headers}", headers.len())
                }
            };
            bytes.extend_from_slice(head.as_bytes());
            bytes.extend_from_slice(payload);
            bytes.extend_from_slice(b"\r\n");
        }
        self.send("", &bytes)?;
        let mut answers: HashMap<u64, Message> = HashMap::new();
        while answers.len() < questions.len() {
            let Some(message) = self.next()? else { continue };
            let number = message.subject.rsplit('.').next().and_then(|number| number.parse::<u64>().ok());
            // What answers an earlier question came too late.
            if let Some(number) = number.filter(|number| *number >= first) {
                answers.insert(number, message);
            }
        }
        Ok((first..self.asked).filter_map(|number| answers.remove(&number)).collect())
    }

    /// Asks JetStream; its answer, which may be an error.
    fn request(&mut self, subject: &str, body: &Json) -> Result<Json, Wrong> {
        let question = (format!("$JS.API.{subject}"), String::new(), body.to_string().into_bytes());
        let answer = self.ask(&[question])?.pop().unwrap_or_default();
        if answer.status().is_some_and(|status| status.starts_with("503")) {
            let place = &self.place;
            return Err(Wrong(format!(
                "the server at `{place}` has no JetStream; start it with `nats-server -js`"
            )));
        }
        serde_json::from_slice(&answer.payload).map_err(|error| {
            Wrong(format!("the server at `{}` answers what is no JSON: {error}", self.place))
        })
    }

    /// Makes sure that a stream is there; `from` says what publishes it.
    ///
    /// # Errors
    /// When it is not, or the server does not say.
    pub fn need_stream(&mut self, name: &str, from: &str) -> Result<(), Wrong> {
        let known = self.request(&format!("STREAM.INFO.{name}"), &json!({}))?;
        match known.get("error") {
            None => Ok(()),
            Some(_) => Err(Wrong(format!("there is no stream `{name}` at `{}`; {from}", self.place))),
        }
    }

    /// Makes a stream, if it is not there; one that is there with other settings is left as it is.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_stream(&mut self, name: &str, settings: &Json) -> Result<(), Wrong> {
        let known = self.request(&format!("STREAM.INFO.{name}"), &json!({}))?;
        if known.get("error").is_none() {
            return Ok(());
        }
        let made = self.request(&format!("STREAM.CREATE.{name}"), settings)?;
        match made.get("error").and_then(|error| error.get("description")).and_then(Json::as_str) {
            Some(why) => Err(Wrong(format!("the stream `{name}` cannot be made: {why}"))),
            None => Ok(()),
        }
    }

    /// Publishes messages, each with its headers as lines, and returns once they are kept. One whose `Nats-Msg-Id` was kept
    /// lately is not kept again.
    ///
    /// # Errors
    /// When one was not kept.
    pub fn publish(&mut self, messages: &[(String, String, Vec<u8>)]) -> Result<(), Wrong> {
        for answer in self.ask(messages)? {
            let told: Json = serde_json::from_slice(&answer.payload).unwrap_or_default();
            if told.get("seq").is_none() {
                let why = told.get("error").and_then(|error| error.get("description")).and_then(Json::as_str);
                let why = why.or(answer.status()).unwrap_or("no stream takes it");
                return Err(Wrong(format!("a message was not kept by `{}`: {why}", self.place)));
            }
        }
        Ok(())
    }

    /// For each of some subjects, which may have wildcards, the first message of a stream from a place on.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn next_of(&mut self, stream: &str, wanted: &[(String, u64)]) -> Result<Vec<Option<Kept>>, Wrong> {
        let subject = format!("$JS.API.DIRECT.GET.{stream}");
        let question = |(of, from): &(String, u64)| {
            let body = json!({ "seq": (*from).max(1), "next_by_subj": of });
            (subject.clone(), String::new(), body.to_string().into_bytes())
        };
        let questions: Vec<_> = wanted.iter().map(question).collect();
        let answers = self.ask(&questions)?;
        answers.into_iter().map(|answer| self.kept(stream, answer)).collect()
    }

    /// The last message of a stream.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn last_of(&mut self, stream: &str) -> Result<Option<Kept>, Wrong> {
        let info = self.request(&format!("STREAM.INFO.{stream}"), &json!({}))?;
        let last =
            info.get("state").and_then(|state| state.get("last_seq")).and_then(Json::as_u64).unwrap_or(0);
        let question = (
            format!("$JS.API.DIRECT.GET.{stream}"),
            String::new(),
            json!({ "seq": last }).to_string().into_bytes(),
        );
        if last == 0 {
            return Ok(None);
        }
        let answer = self.ask(&[question])?.pop().unwrap_or_default();
        self.kept(stream, answer)
    }

    fn kept(&self, stream: &str, answer: Message) -> Result<Option<Kept>, Wrong> {
        match answer.status() {
            Some(status) if status.starts_with("404") => return Ok(None),
            Some(status) => {
                let place = &self.place;
                return Err(Wrong(format!(
                    "the stream `{stream}` at `{place}` cannot be read: {status}; is the outbox on?"
                )));
            }
            None => {}
        }
        let number = |name: &str| answer.header(name).and_then(|number| number.parse().ok());
        let (Some(sequence), Some(subject)) = (number("Nats-Sequence"), answer.header("Nats-Subject")) else {
            return Err(Wrong(format!("the server at `{}` does not say where a message stands", self.place)));
        };
        Ok(Some(Kept { sequence, subject: subject.to_owned(), message: answer }))
    }
}

/// Who asks, and the place with its port.
fn parts(url: &str) -> Option<(Option<&str>, String)> {
    let rest = url.strip_prefix("nats://")?.trim_end_matches('/');
    let (who, host) = rest.rsplit_once('@').map_or((None, rest), |(who, host)| (Some(who), host));
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let place = if has_port { host.to_owned() } else { format!("{host}:4222") };
    (!host.is_empty()).then_some((who, place))
}

/// A word that no other connection has.
fn token() -> String {
    let mut bytes = [0; 12];
    let _ = access::Entropy::fill(&mut access::entropy::SystemEntropy, &mut bytes);
    hex(&bytes)
}

/// As a subject can hold it, whatever it holds.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{hex, parts};

    #[test]
    fn an_address_has_a_place_and_perhaps_somebody() {
        let check = |url: &str| parts(url).map(|(who, place)| (who.map(str::to_owned), place));
        let place = |text: &str| Some((None, text.to_owned()));
        let by = |who: &str, text: &str| Some((Some(who.to_owned()), text.to_owned()));
        assert_eq!(check("nats://127.0.0.1:4223/"), place("127.0.0.1:4223"));
        assert_eq!(check("nats://queue"), place("queue:4222"));
        assert_eq!(check("nats://a:p@b@queue:1"), by("a:p@b", "queue:1"));
        assert_eq!(check("nats://token@[::1]:4222"), by("token", "[::1]:4222"));
        assert_eq!((check("http://queue"), check("nats://")), (None, None));
        assert_eq!(hex("c 1.>".as_bytes()), "6320312e3e");
    }
}
