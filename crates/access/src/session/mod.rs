use crate::entropy::{Entropy, NoEntropy, draw};
use crate::person::{PersonId, Post};
use hmac::{Hmac, KeyInit as _, Mac as _};
use record::Digest;
use sha2::Sha256;
use std::collections::{HashMap, HashSet};
use std::fmt;

mod saved;

pub use saved::Change;

/// Where a session is, which sets how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// On a person's own device.
    Own,
    /// At a desk, in a post.
    Desk,
    /// At a self-service screen, which the next person will use.
    Kiosk,
}

/// How long sessions last, in seconds, and how many a person may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without use.
    pub idle: i64,
    /// In all.
    pub absolute: i64,
    /// At one time; the one longest unused gives way.
    pub most: usize,
}

/// The limits of each kind of session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Of [`Kind::Own`].
    pub own: Limits,
    /// Of [`Kind::Desk`].
    pub desk: Limits,
    /// Of [`Kind::Kiosk`].
    pub kiosk: Limits,
}

impl Default for Rules {
    /// Own device: 12 hours unused, 14 days in all. Desk: half an hour, a working day of 12 hours. Kiosk: two and a half
    /// minutes, so that the screen's own two minutes, of which it warns, come first; a quarter of an hour in all; one at
    /// a time.
    fn default() -> Self {
        Self {
            own: Limits { idle: 12 * 3600, absolute: 14 * 86_400, most: 8 },
            desk: Limits { idle: 1800, absolute: 12 * 3600, most: 4 },
            kiosk: Limits { idle: 150, absolute: 900, most: 1 },
        }
    }
}

impl Rules {
    /// The limits of `kind`.
    pub fn of(&self, kind: Kind) -> Limits {
        match kind {
            Kind::Own => self.own,
            Kind::Desk => self.desk,
            Kind::Kiosk => self.kiosk,
        }
    }
}

/// The secret by which a browser shows which session is its own: 256 random bits. Only its SHA-256 is kept here,
/// so what is kept opens no session.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// The token as 64 hexadecimal digits, for a cookie.
    pub fn text(&self) -> String {
        Digest(self.0).to_string()
    }

    /// Reads a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        Digest::parse(text).map(|digest| Self(digest.0))
    }

    /// The session's name within [`Sessions`]; it may be shown and kept.
    pub fn session(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// What every form of the session carries, so that a form which another site made is known as such:
    /// HMAC-SHA-256 under the token, as 64 hexadecimal digits. Nothing needs to be kept for it.
    pub fn form_token(&self) -> String {
        self.form_mac().map(|mac| Digest(mac.finalize().into_bytes().into()).to_string()).unwrap_or_default()
    }

    /// Whether `text` is this session's form token. Compares in constant time.
    pub fn is_form_token(&self, text: &str) -> bool {
        let sent = Digest::parse(text);
        sent.zip(self.form_mac()).is_some_and(|(sent, mac)| mac.verify_slice(&sent.0).is_ok())
    }

    fn form_mac(&self) -> Option<Hmac<Sha256>> {
        Hmac::new_from_slice(&self.0).ok().map(|mac: Hmac<Sha256>| mac.chain_update(b"lianchi form"))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// One person signed in at one place. Times are seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub kind: Kind,
    /// Since when.
    pub opened: i64,
    /// When it was last used.
    pub seen: i64,
    /// The post in which the person acts; none: for themselves. Whether they still hold it is for
    /// [`crate::policy::Actor`] to say.
    pub post: Option<Post>,
    /// On what device, in a few words, for the person to tell their sessions apart.
    pub device: String,
    /// The entry that had ended their sessions before, as they were known when they signed in. Once another has,
    /// [`crate::person::Standing::lets`] this one go no further.
    pub after: Option<u64>,
}

/// A session that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its name.
    pub session: Digest,
    /// Whose it was.
    pub person: PersonId,
    /// Whether whatever was kept under its name (drafts, pages, downloads) must be wiped, because the next person
    /// at the screen is another.
    pub wipe: bool,
}

/// Who is signed in: kept in memory, and row by row wherever whoever holds them [has them kept](Sessions::changes).
#[derive(Clone, Debug)]
pub struct Sessions {
    rules: Rules,
    open: HashMap<Digest, Session>,
    people: HashMap<PersonId, Vec<Digest>>,
    /// Those that are otherwise than they were kept. Never one of a kiosk: a restart wipes a screen.
    changed: HashSet<Digest>,
}

/// How exactly the time of last use is kept, in seconds: a row is not written anew for every page.
const EXACTLY: i64 = 60;

impl Sessions {
    /// Nobody signed in.
    pub fn new(rules: Rules) -> Self {
        Self { rules, open: HashMap::new(), people: HashMap::new(), changed: HashSet::new() }
    }

    /// The limits of each kind.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Signs `person` in, with a new token whatever the browser held before: `before` is closed, so that a token
    /// planted by another never becomes this person's. `after`: [`Session::after`]. Also gives back the sessions that had to
    /// make way.
    ///
    /// # Errors
    /// When there is no randomness to be had; nothing is closed then.
    pub fn open(
        &mut self,
        (person, after): (PersonId, Option<u64>),
        kind: Kind,
        before: Option<&Token>,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<(Token, Vec<Closed>), NoEntropy> {
        let token = Token(draw(entropy)?);
        let mut closed: Vec<Closed> = before.and_then(|token| self.close(token)).into_iter().collect();
        let mut alike: Vec<(i64, i64, Digest)> = self
            .of_person(person, now)
            .filter(|(_, session)| session.kind == kind)
            .map(|(name, session)| (session.seen, session.opened, *name))
            .collect();
        alike.sort_unstable();
        let surplus = (alike.len() + 1).saturating_sub(self.rules.of(kind).most.max(1));
        closed.extend(alike.iter().take(surplus).filter_map(|(.., name)| self.remove(name)));
        self.insert(
            token.session(),
            Session { person, kind, opened: now, seen: now, post: None, device: String::new(), after },
        );
        Ok((token, closed))
    }

    /// The session that `token` opens, now used. None when it was never opened, or is over; one that has just run
    /// out is closed by [`Sessions::sweep`].
    pub fn resume(&mut self, token: &Token, now: i64) -> Option<&Session> {
        let name = token.session();
        let session = self.open.get_mut(&name)?;
        if !stands(&self.rules, session, now) {
            return None;
        }
        let before = session.seen;
        session.seen = before.max(now);
        if session.seen / EXACTLY != before / EXACTLY {
            changed(&mut self.changed, name, session);
        }
        Some(session)
    }

    /// The session that `token` opens, without using it: what a page asks for by itself is not what a person does.
    pub fn peek(&self, token: &Token, now: i64) -> Option<&Session> {
        self.open.get(&token.session()).filter(|session| stands(&self.rules, session, now))
    }

    /// Has the person act in `post` from now on, or for themselves. False when the session is over.
    pub fn act_in(&mut self, token: &Token, post: Option<Post>, now: i64) -> bool {
        let (rules, name) = (self.rules, token.session());
        let session = self.open.get_mut(&name).filter(|session| stands(&rules, session, now));
        session.is_some_and(|session| {
            session.post = post;
            changed(&mut self.changed, name, session);
            true
        })
    }

    /// Notes on what device the session is.
    pub fn note_device(&mut self, token: &Token, device: &str) {
        let name = token.session();
        if let Some(session) = self.open.get_mut(&name) {
            session.device = device.to_owned();
            changed(&mut self.changed, name, session);
        }
    }

    /// Signs a person out of one session of theirs, by its name. False when they have none of that name.
    pub fn close_named(&mut self, person: PersonId, name: &Digest) -> bool {
        let theirs = self.open.get(name).is_some_and(|session| session.person == person);
        theirs && self.remove(name).is_some()
    }

    /// Signs out.
    pub fn close(&mut self, token: &Token) -> Option<Closed> {
        self.remove(&token.session())
    }

    /// Signs a person out everywhere, but for the session of `keep`: after a new password, say.
    pub fn close_all(&mut self, person: PersonId, keep: Option<&Token>) -> Vec<Closed> {
        let keep = keep.map(Token::session);
        let names = self.people.get(&person).cloned().unwrap_or_default();
        names.iter().filter(|name| Some(**name) != keep).filter_map(|name| self.remove(name)).collect()
    }

    /// A person's sessions that stand, for them to see where they are signed in.
    pub fn of_person(&self, person: PersonId, now: i64) -> impl Iterator<Item = (&Digest, &Session)> {
        let names = self.people.get(&person).into_iter().flatten();
        let kept = names.filter_map(|name| self.open.get_key_value(name));
        kept.filter(move |(_, session)| stands(&self.rules, session, now))
    }

    /// Closes every session that ran out, in the order of their names. To be asked every few seconds where there
    /// are kiosks.
    pub fn sweep(&mut self, now: i64) -> Vec<Closed> {
        let over = self.open.iter().filter(|(_, session)| !stands(&self.rules, session, now));
        let mut names: Vec<Digest> = over.map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.iter().filter_map(|name| self.remove(name)).collect()
    }

    /// How many sessions are kept.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether nobody is signed in.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn insert(&mut self, name: Digest, session: Session) {
        self.people.entry(session.person).or_default().push(name);
        changed(&mut self.changed, name, &session);
        self.open.insert(name, session);
    }

    fn remove(&mut self, name: &Digest) -> Option<Closed> {
        let session = self.open.remove(name)?;
        changed(&mut self.changed, *name, &session);
        if let Some(names) = self.people.get_mut(&session.person) {
            names.retain(|other| other != name);
            if names.is_empty() {
                self.people.remove(&session.person);
            }
        }
        Some(Closed { session: *name, person: session.person, wipe: session.kind == Kind::Kiosk })
    }
}

fn changed(changed: &mut HashSet<Digest>, name: Digest, session: &Session) {
    if session.kind != Kind::Kiosk {
        changed.insert(name);
    }
}

/// Whether a session is within its limits. Where the clock was set back, the time of its last use stands for now.
fn stands(rules: &Rules, session: &Session, now: i64) -> bool {
    let limits = rules.of(session.kind);
    let now = now.max(session.seen);
    now - session.seen < limits.idle && now - session.opened < limits.absolute
}
