//! A session as a row of bytes: a heading, its name (32 bytes), the person (16), the kind (1), when it was opened and last
//! used (8 each, big-endian), the entry that had ended sessions before (0, or 1 and 8 bytes, big-endian), the post (a length in
//! one byte, then `role@office`) and the device (a length in one byte, then the words); at the end the SHA-256 of it all.
//! Whatever is wrong with a row, its person signs in again. No row holds a token, yet each says who is signed in, so they are
//! for the owner of the data alone.

use super::{Kind, Rules, Session, Sessions, stands};
use crate::bytes::{take, take_text};
use crate::person::{PersonId, Post};
use record::Digest;

const HEADING: &[u8] = b"lianchi session 4\n";

/// A session's name and its row as it is to be kept; none: the session is over, and its row goes.
pub type Change = (Digest, Option<Vec<u8>>);

impl Sessions {
    /// The rows of all that changed since this was last asked. Sessions at kiosks have none: a restart wipes a screen.
    pub fn changes(&mut self) -> Vec<Change> {
        let names = std::mem::take(&mut self.changed);
        names
            .into_iter()
            .map(|name| (name, self.open.get(&name).map(|session| row(&name, session))))
            .collect()
    }

    /// Has changes told again that could not be kept.
    pub fn unkept(&mut self, changes: Vec<Change>) {
        self.changed.extend(changes.into_iter().map(|(name, _)| name));
    }

    /// The sessions of these rows that are whole and still stand at `now`. The others are told as changes: their rows are to
    /// go.
    pub fn restore<'a>(
        rules: Rules,
        rows: impl IntoIterator<Item = (&'a Digest, &'a [u8])>,
        now: i64,
    ) -> Self {
        let mut sessions = Self::new(rules);
        let mut over = Vec::new();
        for (name, bytes) in rows {
            match read(name, bytes).filter(|session| stands(&rules, session, now)) {
                Some(session) => sessions.insert(*name, session),
                None => over.push(*name),
            }
        }
        sessions.changed = over.into_iter().collect();
        sessions
    }
}

fn row(name: &Digest, session: &Session) -> Vec<u8> {
    let mut bytes = HEADING.to_vec();
    bytes.extend_from_slice(&name.0);
    bytes.extend_from_slice(&session.person.0);
    bytes.push(u8::from(session.kind == Kind::Desk));
    bytes.extend_from_slice(&session.opened.to_be_bytes());
    bytes.extend_from_slice(&session.seen.to_be_bytes());
    bytes.push(u8::from(session.after.is_some()));
    bytes.extend(session.after.into_iter().flat_map(u64::to_be_bytes));
    let post = session.post.as_ref().map(ToString::to_string).unwrap_or_default();
    for text in [&post, &session.device] {
        // What is too long to be written is taken up again by hand.
        let (length, text) = match u8::try_from(text.len()) {
            Ok(length) => (length, text.as_bytes()),
            Err(_) => (0, &[][..]),
        };
        bytes.push(length);
        bytes.extend_from_slice(text);
    }
    let sum = Digest::of(&bytes);
    bytes.extend_from_slice(&sum.0);
    bytes
}

fn read(name: &Digest, bytes: &[u8]) -> Option<Session> {
    let (content, sum) = bytes.split_last_chunk::<32>()?;
    if Digest::of(content).0 != *sum {
        return None;
    }
    let mut rest = content.strip_prefix(HEADING)?;
    if Digest(take(&mut rest)?) != *name {
        return None;
    }
    let person = PersonId(take(&mut rest)?);
    let kind = match take(&mut rest)? {
        [0] => Kind::Own,
        [1] => Kind::Desk,
        _ => return None,
    };
    let opened = i64::from_be_bytes(take(&mut rest)?);
    let seen = i64::from_be_bytes(take(&mut rest)?);
    let after = match take(&mut rest)? {
        [0] => None,
        [1] => Some(u64::from_be_bytes(take(&mut rest)?)),
        _ => return None,
    };
    let [length] = take(&mut rest)?;
    let post = Post::parse(take_text(&mut rest, length.into())?);
    let [length] = take(&mut rest)?;
    let device = take_text(&mut rest, length.into())?.to_owned();
    rest.is_empty().then_some(Session { person, kind, opened, seen, post, device, after })
}
