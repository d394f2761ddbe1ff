//! Files that came and were not taken: which, where, and why, so that it can be told at the field.

use super::asked::Sent;
use super::filling;
use crate::text::{both, size};
use axum::http::StatusCode;
use pack::{Id, Title};
use record::AttachError;
use record::attach::MAX_FILE;

/// A file that was not taken.
#[derive(Clone, Debug)]
pub struct Unkept {
    /// The field's name in the form; empty where it is not known which part of the form it was.
    pub field: String,
    /// The file's own name.
    pub name: String,
    /// Why.
    pub why: Why,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug)]
pub enum Why {
    /// It has more bytes than a file may have.
    TooLarge {
        /// How many.
        size: u64,
    },
    /// So many more that it was not read to its end.
    FarTooLarge {
        /// How many were read.
        size: u64,
    },
    /// Together with the others it is more than is taken at once.
    Together {
        /// The most bytes at once.
        most: u64,
    },
    /// There is nothing in it.
    Empty,
    /// Its content is of no kind that is kept.
    Kind,
    /// It did not arrive whole.
    CutOff,
    /// Too much is being received at once.
    Busy,
}

impl Unkept {
    /// What kept `sent` from being kept.
    ///
    /// # Errors
    /// Where that is no matter of the file.
    pub fn of(sent: &Sent, error: AttachError) -> Result<Self, record::StoreError> {
        let why = match error {
            AttachError::TooLarge { size, .. } => Why::TooLarge { size: size as u64 },
            AttachError::Empty { .. } => Why::Empty,
            AttachError::Kind { .. } => Why::Kind,
            AttachError::Store(error) => return Err(error),
        };
        Ok(Self { field: sent.field.clone(), name: sent.name.clone(), why })
    }

    /// The status of an answer that tells of nothing else, and the word for it that programs go by.
    pub fn kind(&self) -> (StatusCode, &'static str) {
        match self.why {
            Why::TooLarge { .. } | Why::FarTooLarge { .. } | Why::Together { .. } => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too-large")
            }
            Why::Empty | Why::Kind => (StatusCode::UNPROCESSABLE_ENTITY, "file"),
            Why::CutOff => (StatusCode::BAD_REQUEST, "unreadable"),
            Why::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        }
    }

    /// The fault at its field, whose name in the form begins with `prefix`; at no field, where it is none of these.
    pub fn fault(&self, prefix: &str) -> (Id, Title) {
        (self.field.strip_prefix(prefix).unwrap_or_default().into(), self.title())
    }

    /// Which file, what is wrong with it, what is allowed.
    pub fn title(&self) -> Title {
        let name = ("name", filling::named(&self.name).into());
        let largest = ("most", size(MAX_FILE as u64).into());
        match self.why {
            Why::TooLarge { size: bytes } => {
                // Rounded up, so that it is seen to be more.
                both("file-too-large", &[name, ("size", size(bytes + 99_999).into()), largest])
            }
            Why::FarTooLarge { size: bytes } => {
                both("file-far-too-large", &[name, ("size", size(bytes).into()), largest])
            }
            Why::Together { most } => both("file-together", &[name, ("most", size(most).into())]),
            Why::Empty => both("file-empty", &[name]),
            Why::Kind => both("file-kind", &[name, largest]),
            Why::CutOff if self.name.is_empty() => both("form-cut-off", &[]),
            Why::CutOff => both("file-cut-off", &[name]),
            Why::Busy => both("file-busy", &[name]),
        }
    }
}
