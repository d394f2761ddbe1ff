use crate::activity::{self, attribute, part};
use crate::directory::SignInName;
use crate::password::Hash;
use crate::person::{PersonId, Post};
use crate::restate::in_place_of;
use record::fold::apply_all;
use record::{Batch, Change, Entry, Event, EventId, Fold, ObjectRef, Record, StoreError, Time, Value};

/// What every event needs besides its own matter.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The event's id, chosen by the caller so that asking twice makes one event.
    pub id: EventId,
    /// When it happens.
    pub time: Time,
    /// Who does it.
    pub actor: Option<ObjectRef>,
}

/// An event whose personal values are not yet sealed. It cannot be had in clear.
#[derive(Clone, PartialEq)]
pub struct Draft {
    event: Event,
    /// Why, in somebody's own words: sealed like the values.
    reasons: Option<(PersonId, String)>,
}

impl Draft {
    fn of(event: Event) -> Self {
        Self { event, reasons: None }
    }

    /// Seals each personal value under its subject's key in `record`, and adds the event with its secrets to
    /// `batch`.
    ///
    /// # Errors
    /// When the record cannot keep a key; the batch is then as it was.
    pub fn add_to(self, batch: &mut Batch, record: &Record) -> Result<(), StoreError> {
        let mut secrets = Vec::new();
        let event = self.seal(|subject, value| {
            let (value, secret) = record.seal(subject, value)?;
            secrets.push(secret);
            Ok::<_, StoreError>(value)
        })?;
        batch.events.push(event);
        batch.secrets.extend(secrets);
        Ok(())
    }

    /// The event with each personal value replaced by what `seal` makes of it: a [`Value::Sealed`].
    ///
    /// # Errors
    /// Whatever `seal` fails with.
    pub fn seal<E>(self, mut seal: impl FnMut(&ObjectRef, &Value) -> Result<Value, E>) -> Result<Event, E> {
        let mut event = self.event;
        // What a correction leaves as it was is sealed already.
        for change in event.changes.iter_mut().filter(|change| !matches!(change.value, Value::Sealed(_))) {
            change.value = seal(&change.object, &change.value)?;
        }
        if let Some((person, reasons)) = self.reasons {
            let reasons = seal(&person.object(), &Value::from(reasons))?;
            event.attributes.push((attribute::REASONS.into(), reasons));
        }
        Ok(event)
    }
}

/// What is known of a person in clear, on its way to being sealed. What is `None` is left as it was.
#[derive(Clone, Default)]
pub struct Details {
    /// Their name.
    pub name: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their identity number.
    pub identity_number: Option<String>,
}

/// A person becomes known.
pub fn registered(stamp: Stamp, person: PersonId, details: Details) -> Draft {
    with_details(begin(stamp, activity::REGISTERED, person), person, details)
}

/// A person's details are mended.
pub fn details_changed(stamp: Stamp, person: PersonId, details: Details) -> Draft {
    with_details(begin(stamp, activity::DETAILS_CHANGED, person), person, details)
}

/// The identity number that `recorded` put on a person's account is put right, or taken off where none is known: the event stands
/// in place of that one. The reasons say why.
pub fn number_corrected(
    stamp: Stamp,
    recorded: &Event,
    person: PersonId,
    number: Option<&str>,
    reasons: &str,
) -> Draft {
    let mut fresh = Event::new(stamp.id, activity::DETAILS_CORRECTED, stamp.time);
    fresh.actor = stamp.actor;
    let mut event = in_place_of(recorded, fresh);
    event.attributes.retain(|(name, _)| name.as_str() != attribute::REASONS);
    event.changes.retain(|change| change.name.as_str() != attribute::IDENTITY_NUMBER);
    if let Some(number) = number {
        event = changing(event, person, attribute::IDENTITY_NUMBER, number);
    }
    Draft { event, reasons: Some((person, reasons.to_owned())) }
}

/// The event by which a person's identity number stands on their account, as the last correction of it tells it, of all that
/// happened to them.
pub fn numbering(person: PersonId, history: &[Entry]) -> Option<Event> {
    let mut numbering = Numbering { person, ..Numbering::default() };
    apply_all(&mut numbering, history);
    numbering.last
}

#[derive(Clone, Default)]
struct Numbering {
    person: PersonId,
    last: Option<Event>,
}

impl Fold for Numbering {
    const NAME: &'static str = "numbering";
    const VERSION: u32 = 1;

    fn apply(&mut self, Entry { event, .. }: &Entry) {
        let me = self.person.object();
        let numbers =
            |change: &Change| change.object == me && change.name.as_str() == attribute::IDENTITY_NUMBER;
        if event.changes.iter().any(numbers) {
            self.last = Some(event.clone());
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    fn from_bytes(_: &[u8]) -> Option<Self> {
        None
    }
}

/// A person takes a sign-in name, which [`crate::Directory::claim`] gave them.
pub fn name_set(stamp: Stamp, person: PersonId, name: &SignInName) -> Draft {
    let event = begin(stamp, activity::NAME_SET, person);
    Draft::of(changing(event, person, attribute::SIGN_IN_NAME, name.as_str()))
}

/// A person's password is set. Their other sessions should end with it.
pub fn password_set(stamp: Stamp, person: PersonId, hash: &Hash) -> Draft {
    let event = begin(stamp, activity::PASSWORD_SET, person);
    Draft::of(changing(event, person, attribute::PASSWORD, hash.as_str()))
}

/// A person is given a code by which they may once choose a password, until `until`. The reasons say why.
pub fn code_issued(stamp: Stamp, person: PersonId, hash: &Hash, until: Time, reasons: &str) -> Draft {
    let event = begin(stamp, activity::CODE_ISSUED, person);
    let event = event.with(attribute::REASONS, reasons).with(attribute::UNTIL, until);
    Draft::of(changing(event, person, attribute::SIGN_IN_CODE, hash.as_str()))
}

/// A person ends all their sessions but the one in which they say so.
pub fn signed_out(stamp: Stamp, person: PersonId) -> Event {
    begin(stamp, activity::SIGNED_OUT, person)
}

/// A person asks that their data be erased, as soon as nothing keeps it.
pub fn erasure_asked(stamp: Stamp, person: PersonId) -> Event {
    begin(stamp, activity::ERASURE_ASKED, person)
}

/// A person no longer asks for that.
pub fn erasure_called_off(stamp: Stamp, person: PersonId) -> Event {
    begin(stamp, activity::ERASURE_CALLED_OFF, person)
}

/// A person is given a post.
pub fn role_granted(stamp: Stamp, person: PersonId, post: &Post) -> Event {
    with_post(begin(stamp, activity::ROLE_GRANTED, person), post)
}

/// A post is taken back.
pub fn role_withdrawn(stamp: Stamp, person: PersonId, post: &Post) -> Event {
    with_post(begin(stamp, activity::ROLE_WITHDRAWN, person), post)
}

/// A person is kept from signing in. Their sessions should end with it.
pub fn locked(stamp: Stamp, person: PersonId, reasons: &str) -> Event {
    begin(stamp, activity::LOCKED, person).with(attribute::REASONS, reasons)
}

/// A person may sign in again.
pub fn unlocked(stamp: Stamp, person: PersonId, reasons: &str) -> Event {
    begin(stamp, activity::UNLOCKED, person).with(attribute::REASONS, reasons)
}

fn begin(stamp: Stamp, activity: &str, person: PersonId) -> Event {
    let mut event = Event::new(stamp.id, activity, stamp.time).about(part::PERSON, person.object());
    event.actor = stamp.actor;
    event
}

fn with_post(event: Event, post: &Post) -> Event {
    let office = ObjectRef::new("office", post.office.as_str());
    event.about(part::OFFICE, office).with(attribute::ROLE, post.role.as_str())
}

fn with_details(mut event: Event, person: PersonId, details: Details) -> Draft {
    let named = [
        (attribute::NAME, details.name),
        (attribute::PHONE, details.phone),
        (attribute::IDENTITY_NUMBER, details.identity_number),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            event = changing(event, person, name, &value);
        }
    }
    Draft::of(event)
}

fn changing(mut event: Event, person: PersonId, name: &str, value: &str) -> Event {
    event.changes.push(Change { object: person.object(), name: name.into(), value: value.into() });
    event
}
