use serde_json::Value as Json;
use std::error::Error;
use std::io::{IsTerminal, Write};

/// How a command answers: in words, or in one JSON document.
#[derive(Clone, Copy)]
pub struct Say {
    pub json: bool,
}

/// Why a command did not end well.
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
    pub fn answer(self, words: &str, json: &Json) {
        if self.json {
            println!("{json:#}");
        } else {
            println!("{}", words.trim_end());
        }
    }

    /// Answers with one of many: `words` for people, or `json` on a line of its own.
    pub fn record(self, words: &str, json: &Json) {
        if self.json {
            println!("{json}");
        } else {
            println!("{words}");
        }
    }

    /// Tells people what is going on.
    pub fn line(self, words: &str) {
        if !self.json {
            println!("{words}");
        }
    }

    /// Tells an error with its causes, on the error stream.
    pub fn error(self, error: &dyn Error) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text.push_str(&format!("\n    because {inner}"));
            cause = inner.source();
        }
        if self.json {
            eprintln!("{:#}", serde_json::json!({ "error": text }));
        } else {
            eprintln!("lianchi: {text}");
        }
    }

    /// Shows how much was done of what has no known end, on a terminal only, and only where people read.
    pub fn count(self, what: &str, done: u64) {
        let mut out = std::io::stderr();
        if !self.json && out.is_terminal() {
            let _ = write!(out, "\r{what}: {done}");
            let _ = out.flush();
        }
    }

    /// Shows how far something is, on a terminal only, and only where people read.
    pub fn progress(self, what: &str, done: u64, all: u64) {
        let mut out = std::io::stderr();
        if self.json || !out.is_terminal() {
            return;
        }
        let share = if all == 0 { 100 } else { done * 100 / all };
        let end = if done >= all { "\n" } else { "" };
        let _ = write!(out, "\r{what}: {done} of {all} ({share} %){end}");
        let _ = out.flush();
    }
}
