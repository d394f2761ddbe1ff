use crate::commit::{Answer, AppendError, Job, Work};
use crate::keys::damaged_key;
use crate::store::{Row, Secret, StoreError, SubjectKey, Table};
use crate::{Digest, Event, ObjectRef, Record, Relation, SealedRef, Value, encoding};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The part that a subject plays in the event that erased their data.
pub const ERASED: &str = "erased";

const VALUE: &str = "value";

/// What an erasure destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The entry that says so.
    pub index: u64,
    /// Sealed values.
    pub values: u64,
    /// Sealed files.
    pub files: u64,
    /// Whether nothing of them is left in the store's files; otherwise a reader was in the way, and the writer tries
    /// again until it is so.
    pub scrubbed: bool,
}

/// What a record keeps of somebody's personal data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Whether there is a key, under which something may be sealed.
    pub sealed: bool,
    /// The last entry that says that all was erased.
    pub erased: Option<u64>,
}

impl Record {
    /// What is kept of the personal data of `subject`.
    pub fn kept(&self, subject: &ObjectRef) -> Result<Kept, StoreError> {
        let mut reader = self.inner().store.reader()?;
        let mut kept = Kept { sealed: reader.subject_key(subject)?.is_some(), erased: None };
        reader.scan(Table::Erasures, &mut |row| {
            if let Row::Erasure(whose, entry) = row
                && whose == *subject
            {
                kept.erased = kept.erased.max(Some(entry));
            }
            Ok(())
        })?;
        Ok(kept)
    }

    /// Seals `value` under the key of `subject`, made on first use. The value goes into an event; the secret goes into
    /// the same batch. Both are void when the subject is erased before that batch is appended.
    pub fn seal(&self, subject: &ObjectRef, value: &Value) -> Result<(Value, Secret), StoreError> {
        let key = self.subject_key(subject)?;
        let mut plain = String::new();
        encoding::value(&mut plain, value);
        let bytes = self.inner().keys.seal(&key, VALUE, plain.as_bytes())?;
        let digest = Digest::of(&bytes);
        let sealed = SealedRef { subject: subject.clone(), digest };
        Ok((Value::Sealed(sealed), Secret { subject: subject.clone(), key: key.id, bytes, digest }))
    }

    /// Text that is handed out to come back, in a page's hidden field for one: sealed for `subject`, in base64. Nothing of it is
    /// kept here.
    pub fn hand_out(&self, subject: &ObjectRef, text: &str) -> Result<String, StoreError> {
        Ok(BASE64_STANDARD.encode(self.inner().keys.hand_out(subject, text.as_bytes())?))
    }

    /// What [`Self::hand_out`] sealed for `subject`; none when it was sealed for another or by another record, or altered.
    pub fn take_back(&self, subject: &ObjectRef, sealed: &str) -> Option<String> {
        let plain = self.inner().keys.take_back(subject, &BASE64_STANDARD.decode(sealed).ok()?)?;
        String::from_utf8(plain).ok()
    }

    /// Reads a sealed value; `None` when it was erased.
    pub fn unseal(&self, sealed: &SealedRef) -> Result<Option<Value>, StoreError> {
        Ok(self.unseal_all([sealed])?.pop().flatten())
    }

    /// Reads sealed values in their order.
    pub fn unseal_all<'a>(
        &self,
        all: impl IntoIterator<Item = &'a SealedRef>,
    ) -> Result<Vec<Option<Value>>, StoreError> {
        let mut all = all.into_iter().peekable();
        if all.peek().is_none() {
            return Ok(Vec::new());
        }
        let mut reader = self.inner().store.reader()?;
        // Most values that are asked for together are of one subject.
        let mut last: Option<SubjectKey> = None;
        let mut one = |sealed: &SealedRef| {
            let Some(secret) = reader.secret(&sealed.subject, &sealed.digest)? else { return Ok(None) };
            if last.as_ref().is_none_or(|key| key.subject != sealed.subject) {
                last = reader.subject_key(&sealed.subject)?;
            }
            let Some(key) = last.as_ref().filter(|key| key.id == secret.key) else { return Ok(None) };
            let damaged =
                || StoreError::damaged(format!("the sealed value {} of `{}`", sealed.digest, sealed.subject));
            let plain = self.inner().keys.unseal(key, VALUE, &secret.bytes).ok_or_else(damaged)?;
            let json = serde_json::from_slice(&plain).map_err(|_| damaged())?;
            encoding::read_value(&json).map(Some).ok_or_else(damaged)
        };
        all.map(&mut one).collect()
    }

    /// Destroys the key of `subject` with everything that is sealed under it, and appends `event`, which says so: the
    /// subject is added to its objects as [`ERASED`]. Every proof still holds, since the log has only digests of sealed
    /// bytes. Caches are dropped, since projections may have put readable values there.
    pub fn erase(&self, subject: &ObjectRef, mut event: Event) -> Result<Erased, AppendError> {
        let erased = Relation { qualifier: ERASED.into(), object: subject.clone() };
        if !event.objects.contains(&erased) {
            event.objects.push(erased);
        }
        let events = vec![self.prepare(event)?];
        let erase = Some(subject.clone());
        let work = Work { events, expect: Vec::new(), secrets: Vec::new(), erase };
        let (answer, waiting) = Answer::new();
        self.ask(Job::Append { batch: work, answer });
        let gone = || Err(StoreError::Stopped { reason: "the writer broke off".to_owned() }.into());
        let appended = waiting.wait().unwrap_or_else(gone)?;
        let key = self.inner().store.reader()?.subject_key(subject)?.map(|key| key.id);
        let files = self.written(self.inner().store.files().erase(subject, key))?;
        self.cache().clear();
        self.inner().forget_states();
        let index = appended.indices.first().copied().unwrap_or(0);
        Ok(Erased { index, values: appended.values, files, scrubbed: appended.scrubbed })
    }

    pub(crate) fn opens_secret(&self, secret: &Secret, key: &SubjectKey) -> bool {
        self.inner().keys.unseal(key, VALUE, &secret.bytes).is_some()
    }

    /// The key that `subject` has, made and kept when there is none.
    pub(crate) fn subject_key(&self, subject: &ObjectRef) -> Result<SubjectKey, StoreError> {
        if let Some(key) = self.inner().store.reader()?.subject_key(subject)? {
            return Ok(key);
        }
        let (answer, waiting) = Answer::new();
        self.ask(Job::Key { key: self.inner().keys.make_subject_key(subject)?, answer });
        let gone = || Err(StoreError::Stopped { reason: "the writer broke off".to_owned() });
        let key = waiting.wait().unwrap_or_else(gone)?;
        self.inner().keys.unwrap_key(&key).map(|_| key).ok_or_else(|| damaged_key(subject))
    }
}
