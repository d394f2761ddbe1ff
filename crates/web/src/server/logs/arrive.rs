//! A log as it comes in: written to its file piece by piece, never held whole.

use super::super::answer::Oops;
use super::super::asked::Asked;
use super::super::board::own_office;
use super::shelf::MOST_LOG;
use access::entropy::{Entropy as _, SystemEntropy};
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::request::Parts;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long a whole log may take to come, as a multiple of any other body's time.
const PATIENCE: u32 = 6;
/// The most bytes of what stands beside the file.
const MOST_WORDS: usize = 4 << 10;

/// A file that came, gone again unless it is kept.
pub struct Arrived {
    /// The name of the log to be.
    pub id: String,
    /// What the file was called.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// How many bytes came.
    pub bytes: u64,
    kept: bool,
}

impl Arrived {
    /// It stays.
    pub fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        if !self.kept
            && let Some(dir) = self.path.parent()
        {
            // What cannot be removed now is no log all the same: it has no card.
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}

impl Asked {
    /// Only supervisors may have the server take in a log: found out before the first byte of it is waited for.
    ///
    /// # Errors
    /// Why not.
    pub fn admit_log(&mut self) -> Result<(), Oops> {
        tokio::task::block_in_place(|| {
            self.recognize();
            own_office(self).map(drop)
        })
    }

    /// Takes in a form with a log. The words stand before the file; what comes after it is not read.
    pub async fn receive_log(&mut self, head: Parts, body: Body) -> Result<(), Oops> {
        let until = Instant::now() + self.city.bounds.body * PATIENCE;
        let request = Request::from_parts(head, body);
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Oops::Kind)?;
        while let Some(part) = self.in_time(until, parts.next_field()).await? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    let arrived = self.write(part, name, until).await?;
                    *self.arrived.lock().unwrap_or_else(PoisonError::into_inner) = Some(arrived);
                }
                None => {
                    let words = self.words_of(part, until, MOST_WORDS).await?;
                    self.posted.push((field, words));
                }
            }
        }
        Ok(())
    }

    async fn write(&self, mut part: Field<'_>, name: String, until: Instant) -> Result<Arrived, Oops> {
        let mut id = [0_u8; 8];
        SystemEntropy.fill(&mut id).map_err(|error| Oops::Broken(error.to_string()))?;
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let broken = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Oops::Full,
            _ => Oops::Broken(error.to_string()),
        };
        let (path, mut file) = self.city.logs.begin(&id, &name).map_err(broken)?;
        let mut arrived = Arrived { id, name, path, bytes: 0, kept: false };
        while let Some(bytes) = self.in_time(until, part.chunk()).await? {
            arrived.bytes += bytes.len() as u64;
            if arrived.bytes > MOST_LOG as u64 {
                drop(arrived);
                drain(part, self.city.bounds.pause).await;
                return Err(Oops::TooLarge { most: MOST_LOG as u64 });
            }
            file.write_all(&bytes).map_err(broken)?;
        }
        Ok(arrived)
    }
}

/// Reads a little more of what is too large, so that a browser that is sending it gets to see the answer.
async fn drain(mut part: Field<'_>, pause: Duration) {
    let mut seen = 0;
    while let Ok(Ok(Some(bytes))) = timeout(pause, part.chunk()).await {
        seen += bytes.len();
        if seen > 64 << 20 {
            return;
        }
    }
}
