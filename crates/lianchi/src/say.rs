use serde_json::Value as Json;
use std::error::Error;
use std::io::{ErrorKind, IsTerminal, Write};
use std::time::{Duration, Instant};

/// How a command answers: in words, or in one JSON document.
#[derive(Clone, Copy)]
pub struct Say {
    pub json: bool,
}

/// Why a command did not end well.
#[derive(Debug)]
pub enum Failure {
    /// It did what it was asked and found something wrong, which it has said: exit 1.
    Finding,
    /// It could not do what it was asked: exit 2.
    Input(Box<dyn Error>),
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Input(Box::new(error))
    }
}

/// A fault in what was asked, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

impl Say {
    /// Answers: `words` for people, or `json`.
    pub fn answer(self, words: &str, json: &Json) -> Result<(), Failure> {
        if self.json { put(&format!("{json:#}")) } else { put(words.trim_end()) }
    }

    /// Answers on the error stream, where the command's own output takes the other one.
    pub fn aside(self, words: &str, json: &Json) {
        let text = if self.json { format!("{json:#}") } else { words.trim_end().to_owned() };
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Answers with one of many: `words` for people, or `json` on a line of its own.
    pub fn record(self, words: &str, json: &Json) -> Result<(), Failure> {
        if self.json { put(&json.to_string()) } else { put(words) }
    }

    /// Tells people what is going on.
    pub fn line(self, words: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { put(words) }
    }

    /// Tells an error with its causes, on the error stream.
    pub fn error(self, error: &dyn Error) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text.push_str(&format!("\n    because {inner}"));
            cause = inner.source();
        }
        let text = match self.json {
            true => format!("{:#}", serde_json::json!({ "error": text })),
            false => format!("lianchi: {text}"),
        };
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Shows how far `what` is, once it takes over a second, on a terminal only, and only where people read.
    pub fn progress(self, what: &'static str) -> Progress {
        let watched = !self.json && std::io::stderr().is_terminal();
        Progress { what, next: watched.then(|| Instant::now() + PATIENCE), shown: false }
    }
}

/// Writes a line to whoever reads the answer. One who stopped reading, as `head` does, has what they wanted.
fn put(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Wrong(format!("the answer cannot be written: {error}")).into())
        }
        _ => Ok(()),
    }
}

/// How long people wait without being told, and how often they are told then.
const PATIENCE: Duration = Duration::from_secs(1);
const PACE: Duration = Duration::from_millis(200);

/// A line on a terminal that says how far something is; gone when this is.
pub struct Progress {
    what: &'static str,
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    /// So many are done of so many; of `None`, nobody knows how many.
    pub fn at(&mut self, done: u64, all: Option<u64>) {
        let Some(next) = self.next.filter(|next| Instant::now() >= *next) else { return };
        self.next = Some(next.max(Instant::now()) + PACE);
        self.shown = true;
        let far = match all {
            Some(all) => format!("{done} of {all} ({} %)", (done * 100).checked_div(all).unwrap_or(100)),
            None => done.to_string(),
        };
        self.write(&format!("\r\x1b[K{}: {far}", self.what));
    }

    fn write(&self, text: &str) {
        let mut out = std::io::stderr();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            self.write("\r\x1b[K");
        }
    }
}

/// `1 case`, `2 cases`, `2 activities`, `2 workdays`.
pub fn counted(count: u64, of: &str) -> String {
    let stem = of.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    match (count, stem) {
        (1, _) => format!("1 {of}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {of}s"),
    }
}
