//! Bodies as they come in: bounded in size, in time, and in what all of them take together.

use super::answer::Oops;
use super::asked::{Asked, Sent};
use super::operation::Operation;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use pack::Title;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_stream::StreamExt as _;

/// How much of a body that is too large is still read, so that a browser that is sending it gets to see the answer.
const DRAINED: usize = 64 << 20;
const KIB: usize = 1 << 10;
/// The part in which a program that sends files has its document.
pub const DOCUMENT: &str = "document";

impl Asked {
    /// Reads the body, as far as the operation takes one from whoever asks.
    pub async fn receive(&mut self, head: Parts, body: Body, operation: &Operation) -> Result<(), Oops> {
        if operation.method != "POST" {
            return Ok(());
        }
        // Only those who are signed in may have the server take in what is large.
        if operation.takes_files() && !self.city.stands(self.claimed.as_ref()) {
            return Err(Oops::SignIn);
        }
        if operation.takes_log() {
            self.admit_log()?;
            return self.receive_log(head, body).await;
        }
        let bytes = self.read_whole(body, operation.most).await?;
        let kind = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().trim().to_ascii_lowercase();
        if bytes.is_empty() {
            return Ok(());
        }
        if kind.starts_with("multipart/form-data") {
            self.read_parts(head, bytes).await?;
            // A program that sends files has its document in a part beside them.
            if self.api
                && let Some(at) = self.posted.iter().position(|(name, _)| name == DOCUMENT)
            {
                let (_, document) = self.posted.swap_remove(at);
                self.json = Some(read_document(document.as_bytes())?);
            }
            return Ok(());
        }
        if kind.starts_with("application/json") {
            self.json = Some(read_document(&bytes)?);
            return Ok(());
        }
        if self.api {
            return Err(Oops::Kind);
        }
        self.posted = form_urlencoded::parse(&bytes).into_owned().collect();
        Ok(())
    }

    async fn read_whole(&mut self, body: Body, most: usize) -> Result<Vec<u8>, Oops> {
        let bounds = self.city.bounds;
        let until = Instant::now() + bounds.body;
        let mut chunks = body.into_data_stream();
        let mut whole = Vec::new();
        let mut seen = 0;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let chunk = match timeout(bounds.pause.min(left), chunks.next()).await {
                Err(_) => return Err(Oops::Slow),
                Ok(None) => break,
                Ok(Some(Err(_))) => return Err(cut_off()),
                Ok(Some(Ok(chunk))) => chunk,
            };
            seen += chunk.len();
            if seen > most {
                drop(whole);
                self.room = None;
                drain(chunks, bounds.pause, seen).await;
                return Err(Oops::TooLarge { most: most as u64 });
            }
            self.take_room(seen)?;
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }

    /// Has room for `bytes` of this request among all that are being received.
    fn take_room(&mut self, bytes: usize) -> Result<(), Oops> {
        let held = self.room.as_ref().map_or(0, |room| room.num_permits());
        let wanted = bytes.div_ceil(KIB).saturating_sub(held);
        if wanted == 0 {
            return Ok(());
        }
        let wanted = u32::try_from(wanted).map_err(|_| Oops::Busy)?;
        let room = std::sync::Arc::clone(&self.city.room);
        let more = room.try_acquire_many_owned(wanted).map_err(|_| Oops::Busy)?;
        match &mut self.room {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }

    async fn read_parts(&mut self, head: Parts, bytes: Vec<u8>) -> Result<(), Oops> {
        let unreadable = |_| cut_off();
        let request = Request::from_parts(head, Body::from(bytes));
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| cut_off())?;
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    let bytes: Bytes = part.bytes().await.map_err(unreadable)?;
                    // A file control that was left alone sends an empty file without a name.
                    if !(name.is_empty() && bytes.is_empty()) {
                        self.files.push(Sent { field, name, bytes });
                    }
                }
                None => self.posted.push((field, part.text().await.map_err(unreadable)?)),
            }
        }
        Ok(())
    }
}

fn read_document(bytes: &[u8]) -> Result<serde_json::Value, Oops> {
    serde_json::from_slice(bytes).map_err(|error| {
        let en = format!("the body is not JSON: {error}");
        Oops::Unreadable(Title::new(format!("请求体不是 JSON：{error}"), en))
    })
}

fn cut_off() -> Oops {
    Oops::Unreadable(Title::new(
        "没有收到完整的内容，请再发送一次",
        "What was sent did not arrive whole: send it again",
    ))
}

async fn drain(mut chunks: axum::body::BodyDataStream, pause: Duration, mut seen: usize) {
    while let Ok(Some(Ok(chunk))) = timeout(pause, chunks.next()).await {
        seen += chunk.len();
        if seen > DRAINED {
            return;
        }
    }
}
