//! Sessions as bytes: a heading, then for each session its name (32 bytes), the person (16), the kind (1), when it
//! was opened and last used (8 each, big-endian), the post (a length in one byte, then `role@office`) and the device (a
//! length in one byte, then the words); at the end the SHA-256 of it all. The bytes are a cache: whatever is wrong with
//! them, everyone signs in again.

use super::{Kind, Rules, Session, Sessions, stands};
use crate::bytes::{take, take_text};
use crate::person::{PersonId, Post};
use record::Digest;

const HEADING: &[u8] = b"lianchi sessions 2\n";

impl Sessions {
    /// The sessions as bytes, in the order of their names. Those at kiosks are left out: a restart wipes a screen.
    /// They hold no token, yet say who is signed in, so they are for the owner of the data alone.
    pub fn save(&self) -> Vec<u8> {
        let mut kept: Vec<_> = self.open.iter().filter(|(_, session)| session.kind != Kind::Kiosk).collect();
        kept.sort_unstable_by_key(|(name, _)| **name);
        let mut bytes = HEADING.to_vec();
        for (name, session) in kept {
            bytes.extend_from_slice(&name.0);
            bytes.extend_from_slice(&session.person.0);
            bytes.push(u8::from(session.kind == Kind::Desk));
            bytes.extend_from_slice(&session.opened.to_be_bytes());
            bytes.extend_from_slice(&session.seen.to_be_bytes());
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
        }
        let sum = Digest::of(&bytes);
        bytes.extend_from_slice(&sum.0);
        bytes
    }

    /// The sessions that [`Sessions::save`] wrote and that still stand at `now`; none when the bytes are not
    /// whole.
    pub fn restore(rules: Rules, bytes: &[u8], now: i64) -> Self {
        let mut sessions = Self::new(rules);
        let Some(read) = read(bytes) else { return sessions };
        for (name, session) in read.into_iter().filter(|(_, session)| stands(&rules, session, now)) {
            sessions.insert(name, session);
        }
        sessions
    }
}

fn read(bytes: &[u8]) -> Option<Vec<(Digest, Session)>> {
    let (content, sum) = bytes.split_last_chunk::<32>()?;
    if Digest::of(content).0 != *sum {
        return None;
    }
    let mut rest = content.strip_prefix(HEADING)?;
    let mut sessions = Vec::new();
    while !rest.is_empty() {
        let name = Digest(take(&mut rest)?);
        let person = PersonId(take(&mut rest)?);
        let kind = match take(&mut rest)? {
            [0] => Kind::Own,
            [1] => Kind::Desk,
            _ => return None,
        };
        let opened = i64::from_be_bytes(take(&mut rest)?);
        let seen = i64::from_be_bytes(take(&mut rest)?);
        let [length] = take(&mut rest)?;
        let post = Post::parse(take_text(&mut rest, length.into())?);
        let [length] = take(&mut rest)?;
        let device = take_text(&mut rest, length.into())?.to_owned();
        sessions.push((name, Session { person, kind, opened, seen, post, device }));
    }
    Some(sessions)
}
