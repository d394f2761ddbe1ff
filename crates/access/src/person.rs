use crate::activity::{self, attribute, part};
use crate::entropy::{Entropy, NoEntropy, draw};
use crate::restate::restated;
use crate::session::Session;
use pack::Id;
use record::{ERASED, Entry, Event, Fold, ObjectRef, Relation, SealedRef, Time, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A person's identity on the record: 128 random bits that say nothing about the person, written in hexadecimal.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub(crate) [u8; 16]);

impl PersonId {
    /// The type of object that people are.
    pub const KIND: &'static str = "person";

    /// A new one.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub fn random(entropy: &mut dyn Entropy) -> Result<Self, NoEntropy> {
        draw(entropy).map(Self)
    }

    /// The person's object: `person:…`.
    pub fn object(self) -> ObjectRef {
        ObjectRef::new(Self::KIND, self.to_string())
    }

    /// The person that `object` is, if it is one.
    pub fn of(object: &ObjectRef) -> Option<Self> {
        (object.kind.as_str() == Self::KIND).then(|| Self::parse(object.id.as_str())).flatten()
    }

    /// Reads 32 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
        (text.len() == 32 && text.bytes().all(|byte| digits(&byte)))
            .then(|| u128::from_str_radix(text, 16).ok())
            .flatten()
            .map(|number| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "person:{self}")
    }
}

/// A role held in an office. Whoever holds several acts in one at a time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Post {
    /// Which role.
    pub role: Id,
    /// In which office.
    pub office: Id,
}

impl Post {
    /// The role `role` in the office `office`.
    pub fn new(role: impl Into<Id>, office: impl Into<Id>) -> Self {
        Self { role: role.into(), office: office.into() }
    }

    /// Reads `role@office`, as [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let (role, office) = text.split_once('@')?;
        (!role.is_empty() && !office.is_empty()).then(|| Self::new(role, office))
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.role, self.office)
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<Post> for String {
    fn from(post: Post) -> Self {
        post.to_string()
    }
}

impl TryFrom<String> for Post {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no post; write `role@office`"))
    }
}

/// A person as their events tell. What is sealed is read with the person's key, while there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// What their events come to.
    pub now: Standing,
}

/// How a person stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// When they became known; none: their events do not say.
    pub registered: Option<Time>,
    /// Since when they are kept from signing in.
    pub locked: Option<Time>,
    /// When they were erased, and nothing was set since.
    pub erased: Option<Time>,
    /// The posts that they hold.
    pub posts: BTreeSet<Post>,
    /// Since when they hold each, and who gave it to them.
    pub granted: BTreeMap<Post, (Time, Option<ObjectRef>)>,
    /// Their name.
    pub name: Option<SealedRef>,
    /// Their telephone number.
    pub phone: Option<SealedRef>,
    /// Their identity number.
    pub identity_number: Option<SealedRef>,
    /// The name by which they sign in.
    pub sign_in_name: Option<SealedRef>,
    /// The index of the entry that says the number as it stands.
    pub numbered_at: Option<u64>,
    /// The index of the entry that says the name by which they sign in.
    pub named_at: Option<u64>,
    /// The hash of their password.
    pub password: Option<SealedRef>,
    /// Since when that password stands.
    pub password_since: Option<Time>,
    /// A sign-in code that they were given and have not used.
    pub code: Option<Code>,
    /// The index of the entry that ended all sessions opened until then.
    pub sessions_after: Option<u64>,
    /// The post that they held last, where they hold none any more.
    pub last: Option<Post>,
    /// Since when they wish to be erased.
    pub wish: Option<Time>,
}

/// A code by which a person may once choose a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Its hash.
    pub hash: SealedRef,
    /// The moment from which it is void.
    pub until: Time,
}

impl Person {
    /// Nothing but an identity.
    pub fn new(id: PersonId) -> Self {
        Self { id, now: Standing::default() }
    }

    /// The fold of `events` in the order of the record.
    pub fn fold<'a>(id: PersonId, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let events = (0..).zip(events).map(|(index, event)| Entry { index, event: event.clone() });
        let mut person = Self::new(id);
        record::fold::apply_all(&mut person, &events.collect::<Vec<_>>());
        person
    }
}

/// So that a record keeps snapshots of people as of other objects. What is sealed stays sealed in them.
impl Fold for Person {
    const NAME: &'static str = "person";
    const VERSION: u32 = 5;

    fn start(object: &ObjectRef) -> Self {
        Self::new(PersonId::of(object).unwrap_or_default())
    }

    /// Takes in the next event. Events of other activities and of other people are passed over.
    fn apply(&mut self, entry: &Entry) {
        let me = self.id.object();
        if is_of(&me, &entry.event) {
            self.now.apply(&me, entry.index, &restated(&entry.event, activity::DETAILS_CORRECTED));
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&(self.id.to_string(), &self.now)).unwrap_or_default()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, now): (String, Standing) = serde_json::from_slice(bytes).ok()?;
        Some(Self { id: PersonId::parse(&id)?, now })
    }
}

fn is_of(me: &ObjectRef, event: &Event) -> bool {
    let erases = |relation: &Relation| relation.qualifier.as_str() == ERASED && relation.object == *me;
    let listed = activity::OF_PERSON.contains(&event.activity.as_str());
    (listed && event.object(part::PERSON) == Some(me)) || event.objects.iter().any(erases)
}

impl Standing {
    /// Whether a session of theirs still stands: not one from before a lock, a new password or an erasure. The order of the
    /// record says what came before what; clocks do not, which may be set back, and which show the same for things that come
    /// close together.
    pub fn lets(&self, session: &Session) -> bool {
        self.locked.is_none() && self.sessions_after == session.after
    }

    fn apply(&mut self, me: &ObjectRef, index: u64, event: &Event) {
        match event.activity.as_str() {
            activity::REGISTERED => self.registered = self.registered.or(Some(event.time)),
            activity::PASSWORD_SET => {
                self.password_since = Some(event.time);
                self.code = None;
                self.sessions_after = Some(index);
            }
            activity::ROLE_GRANTED => {
                if let Some(post) = post(event) {
                    self.granted.entry(post.clone()).or_insert((event.time, event.actor.clone()));
                    self.posts.insert(post);
                }
            }
            activity::ROLE_WITHDRAWN => {
                let post = post(event);
                let held = post.as_ref().is_some_and(|post| self.posts.remove(post));
                self.granted.retain(|granted, _| Some(granted) != post.as_ref());
                if held && self.posts.is_empty() {
                    self.last = post;
                }
            }
            activity::LOCKED => {
                self.locked = self.locked.or(Some(event.time));
                self.code = None;
                self.sessions_after = Some(index);
            }
            activity::UNLOCKED => self.locked = None,
            activity::SIGNED_OUT => self.sessions_after = Some(index),
            activity::ERASURE_ASKED => self.wish = self.wish.or(Some(event.time)),
            activity::ERASURE_CALLED_OFF => self.wish = None,
            activity::DETAILS_CHANGED
            | activity::DETAILS_CORRECTED
            | activity::NAME_SET
            | activity::CODE_ISSUED => {}
            // What is left is an erasure, whatever it was called.
            _ => {
                *self = Self {
                    erased: Some(event.time),
                    sessions_after: Some(index),
                    registered: self.registered,
                    wish: self.wish,
                    ..Self::default()
                };
            }
        }
        for change in event.changes.iter().filter(|change| change.object == *me) {
            // A value in clear is not taken: nothing personal enters through a log that was not sealed.
            let Value::Sealed(sealed) = &change.value else { continue };
            match change.name.as_str() {
                attribute::IDENTITY_NUMBER => self.numbered_at = Some(index),
                attribute::SIGN_IN_NAME => self.named_at = Some(index),
                _ => {}
            }
            let place = match change.name.as_str() {
                attribute::NAME => &mut self.name,
                attribute::PHONE => &mut self.phone,
                attribute::IDENTITY_NUMBER => &mut self.identity_number,
                attribute::SIGN_IN_NAME => &mut self.sign_in_name,
                attribute::PASSWORD => &mut self.password,
                attribute::SIGN_IN_CODE => {
                    self.code = until(event).map(|until| Code { hash: sealed.clone(), until });
                    continue;
                }
                _ => continue,
            };
            *place = Some(sealed.clone());
            self.erased = None;
        }
    }
}

fn until(event: &Event) -> Option<Time> {
    match event.attribute(attribute::UNTIL) {
        Some(Value::Time(until)) => Some(*until),
        _ => None,
    }
}

fn post(event: &Event) -> Option<Post> {
    let role = event.attribute(attribute::ROLE)?.as_text()?;
    let office = event.object(part::OFFICE)?;
    Some(Post::new(role, office.id.as_str()))
}
