//! Bodies as they come in: bounded in size, in time, and in what all of them take together.

use super::answer::Oops;
use super::asked::{Asked, Sent};
use super::city::locked;
use super::operation::{MOST_FILES, MOST_FORM, Operation};
use super::unkept::{Unkept, Why};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use pack::Title;
use record::attach::MAX_FILE;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_stream::{Stream, StreamExt as _};

/// How much of a body that is too large is still read, so that a browser that is sending it gets to see the answer: of those
/// who may send files, as much as a long video has.
const DRAINED: usize = 256 << 20;
const KIB: usize = 1 << 10;
/// What a part of a form counts for beside its text.
const A_PART: usize = 64;
/// The part in which a program that sends files has its document.
pub const DOCUMENT: &str = "document";

impl Asked {
    /// Reads the body, as far as the operation takes one from whoever asks.
    pub async fn receive(&mut self, head: Parts, body: Body, operation: &Operation) -> Result<(), Oops> {
        if operation.method != "POST" {
            return Ok(());
        }
        // Only those who are signed in may have the server take in what is large.
        let stranger = operation.takes_files() && !self.city.stands(self.claimed.as_ref());
        if stranger && !operation.comes_back {
            return Err(Oops::SignIn);
        }
        if operation.takes_log() {
            self.admit_log()?;
            return self.receive_log(head, body).await;
        }
        let kind = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().trim().to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            // Whose session has ended keeps what they typed, and no file.
            let most = if stranger { 0 } else { operation.most };
            self.read_parts(head, body, most).await?;
            // A program that sends files has its document in a part beside them.
            if self.api
                && let Some(at) = self.posted.iter().position(|(name, _)| name == DOCUMENT)
            {
                let (_, document) = self.posted.swap_remove(at);
                self.json = Some(read_document(document.as_bytes())?);
            }
            return Ok(());
        }
        let bytes = self.read_whole(body, if stranger { MOST_FORM } else { operation.most }).await?;
        if bytes.is_empty() {
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

    /// Reads a form with files as it comes. A file that cannot be taken is passed over and noted, and so is that the form broke
    /// off: what else was typed is here, and the page can show it again.
    async fn read_parts(&mut self, head: Parts, body: Body, most: usize) -> Result<(), Oops> {
        let tap = Tap::new(body, if most == MOST_FILES { DRAINED } else { DRAINED / 4 });
        let until = Instant::now() + self.city.bounds.body;
        let mut reading = Reading { until, most, words: 0, kept: 0, at: (String::new(), String::new()) };
        let request = Request::from_parts(head, Body::from_stream(tap.clone()));
        let came = match Multipart::from_request(request, &()).await {
            Ok(parts) => self.take_parts(parts, &mut reading).await,
            Err(_) => Err(cut_off()),
        };
        if matches!(came, Ok(()) | Err(Oops::Slow)) {
            return came;
        }
        // A browser that is still sending gets to see the answer.
        let pause = self.city.bounds.pause;
        while let Ok(Some(Ok(_))) = timeout(pause, tap.clone().next()).await {}
        let ours = !self.api && self.posted.iter().any(|(name, _)| name == "token");
        match came {
            Err(Oops::Unreadable(_)) if ours => {
                let (field, name) = reading.at;
                if self.unkept.is_empty() {
                    self.unkept.push(Unkept { field, name, why: Why::CutOff });
                }
                Ok(())
            }
            Err(Oops::Unreadable(_)) if tap.seen() > most => Err(Oops::TooLarge { most: most as u64 }),
            other => other,
        }
    }

    async fn take_parts(&mut self, mut parts: Multipart, reading: &mut Reading) -> Result<(), Oops> {
        while let Some(part) = self.in_time(reading.until, parts.next_field()).await? {
            let field = part.name().unwrap_or_default().to_owned();
            reading.words += field.len() + A_PART;
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    reading.at = (field, name);
                    self.take_file(part, reading).await?;
                }
                None => {
                    let words = self.words_of(part, reading.until, MOST_FORM).await?;
                    reading.words += words.len();
                    self.posted.push((field, words));
                }
            }
            reading.at = (String::new(), String::new());
            if reading.words > MOST_FORM {
                return Err(Oops::TooLarge { most: MOST_FORM as u64 });
            }
            self.take_room(reading.words + reading.kept)?;
        }
        Ok(())
    }

    async fn take_file(&mut self, mut part: Field<'_>, reading: &mut Reading) -> Result<(), Oops> {
        let most = MAX_FILE.min(reading.most);
        let (mut bytes, mut size, mut why) = (Vec::new(), 0, None);
        loop {
            let chunk = match self.in_time(reading.until, part.chunk()).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                // No more is read of what is too large anyway.
                Err(Oops::Unreadable(_)) if matches!(why, Some(Why::TooLarge { .. })) => {
                    why = Some(Why::FarTooLarge { size });
                    break;
                }
                Err(oops) => return Err(oops),
            };
            size += chunk.len() as u64;
            why = match why {
                _ if size > most as u64 => Some(Why::TooLarge { size }),
                None if reading.kept as u64 + size > reading.most as u64 => {
                    Some(Why::Together { most: reading.most as u64 })
                }
                None => self.take_room(reading.words + reading.kept + bytes.len()).err().map(|_| Why::Busy),
                why => why,
            };
            match why {
                None => bytes.extend_from_slice(&chunk),
                Some(_) => bytes = Vec::new(),
            }
        }
        let (field, name) = reading.at.clone();
        match why {
            Some(why) => self.unkept.push(Unkept { field, name, why }),
            // A file control that was left alone sends an empty file without a name.
            None if name.is_empty() && bytes.is_empty() => {}
            None => {
                reading.kept += bytes.len();
                self.files.push(Sent { field, name, bytes: bytes.into() });
            }
        }
        Ok(())
    }

    /// What comes next of a body, unless it pauses too long or takes until after `until`.
    pub async fn in_time<T, E>(
        &self,
        until: Instant,
        next: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Oops> {
        let left = until.saturating_duration_since(Instant::now());
        match timeout(self.city.bounds.pause.min(left), next).await {
            Err(_) => Err(Oops::Slow),
            Ok(Err(_)) => Err(cut_off()),
            Ok(Ok(next)) => Ok(next),
        }
    }

    /// The text of a part, of `most` bytes at most.
    pub async fn words_of(&self, mut part: Field<'_>, until: Instant, most: usize) -> Result<String, Oops> {
        let mut words = Vec::new();
        while let Some(bytes) = self.in_time(until, part.chunk()).await? {
            words.extend_from_slice(&bytes);
            if words.len() > most {
                return Err(Oops::TooLarge { most: most as u64 });
            }
        }
        String::from_utf8(words).map_err(|_| cut_off())
    }
}

/// A form with files, as far as it was read.
struct Reading {
    until: Instant,
    /// The most bytes of all its files.
    most: usize,
    /// Bytes of text, with something for each part.
    words: usize,
    /// Bytes of files.
    kept: usize,
    /// The file that is being read: the field's name and its own.
    at: (String, String),
}

/// A body that a parser reads chunk by chunk: counted, no longer than it may be, and still to be drained when the parser has
/// given up.
#[derive(Clone)]
struct Tap(Arc<Mutex<Flow>>);

struct Flow {
    chunks: BodyDataStream,
    seen: usize,
    most: usize,
    /// The parser takes all that is there before it looks at any of it: it is given one chunk at a time.
    rests: bool,
}

impl Tap {
    fn new(body: Body, most: usize) -> Self {
        let chunks = body.into_data_stream();
        Self(Arc::new(Mutex::new(Flow { chunks, seen: 0, most, rests: false })))
    }

    fn seen(&self) -> usize {
        locked(&self.0).seen
    }
}

impl Stream for Tap {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut flow = locked(&self.0);
        flow.rests = !flow.rests;
        if !flow.rests {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if flow.seen > flow.most {
            return Poll::Ready(Some(Err(axum::Error::new("the body is too large"))));
        }
        let next = Pin::new(&mut flow.chunks).poll_next(context);
        match &next {
            Poll::Ready(Some(Ok(chunk))) => flow.seen += chunk.len(),
            _ => flow.rests = false,
        }
        next
    }
}

fn read_document(bytes: &[u8]) -> Result<serde_json::Value, Oops> {
    serde_json::from_slice(bytes).map_err(|error| {
        let zh = format!("请求体不是 JSON：第{}行第{}列有误", error.line(), error.column());
        Oops::Unreadable(Title::new(zh, format!("the body is not JSON: {error}")))
    })
}

fn cut_off() -> Oops {
    Oops::Unreadable(Title::new(
        "没有收到完整的内容，请再发送一次",
        "What was sent did not arrive whole: send it again",
    ))
}

async fn drain(mut chunks: BodyDataStream, pause: Duration, mut seen: usize) {
    while let Ok(Some(Ok(chunk))) = timeout(pause, chunks.next()).await {
        seen += chunk.len();
        if seen > DRAINED / 4 {
            return;
        }
    }
}
