use crate::person::{Person, PersonId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use record::{SealedRef, Value};
use sha2::Sha256;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

/// A name by which a person signs in: 2 to 64 letters, marks and digits of any script, without blanks.
///
/// Full-width letters and digits are taken for the ordinary ones, and capitals for small letters, since which of
/// them a person types depends on the state of their input method. A name is never shown to anyone but its holder.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInName(String);

/// Why a text cannot be a sign-in name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Too short or too long.
    #[error("a sign-in name has 2 to 64 characters; choose another")]
    Length,
    /// Something that cannot be seen, or that separates.
    #[error("a sign-in name has no blanks and no control characters; leave them out")]
    Blank,
    /// It could be somebody's identity number.
    #[error("an identity number cannot be a sign-in name; choose another")]
    IdentityNumber,
}

impl SignInName {
    /// Reads a name as a person typed it.
    ///
    /// # Errors
    /// [`BadName`], when it cannot serve.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let name = folded(text);
        if !(2..=64).contains(&name.chars().count()) {
            return Err(BadName::Length);
        }
        if name.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            return Err(BadName::Blank);
        }
        if is_identity_number(&name) {
            return Err(BadName::IdentityNumber);
        }
        Ok(Self(name))
    }

    /// The name, folded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SignInName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInName(…)")
    }
}

/// The ordinary letter for a full-width one: which of the two a person types depends on their input method.
pub(crate) fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    }
}

fn folded(text: &str) -> String {
    text.chars().map(narrow).collect::<String>().trim().to_lowercase()
}

/// Whether `name` has the form of a resident identity number of 18 characters with a right check digit (GB 11643).
fn is_identity_number(name: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let Some((digits, check)) = name.split_at_checked(17) else { return false };
    let values: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(10)).collect();
    let Some(values) = values else { return false };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let wanted = "10x98765432".chars().nth((sum % 11) as usize);
    check.chars().eq(wanted)
}

/// The key under which names and identity numbers are looked up, kept beside the data and never on the record.
#[derive(Clone)]
pub struct DirectoryKey([u8; 32]);

impl DirectoryKey {
    /// A key of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What stands for `name` in memory: the first 128 bits of HMAC-SHA-256. Any text has one, so that a name that
    /// cannot exist is looked up like any other.
    pub fn of(&self, name: &str) -> NameKey {
        self.keyed("", name)
    }

    /// The same of an identity number, which no sign-in name shares.
    fn of_number(&self, number: &str) -> NameKey {
        self.keyed("identity number\0", number)
    }

    fn keyed(&self, what: &str, name: &str) -> NameKey {
        let mut key = [0; 16];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            mac.update(what.as_bytes());
            mac.update(folded(name).as_bytes());
            let full = mac.finalize().into_bytes();
            key.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        }
        NameKey(key)
    }
}

/// The keyed hash of a sign-in name, or of an identity number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(pub(crate) [u8; 16]);

impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// The name is another person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this sign-in name is taken; choose another")]
pub struct Taken;

/// The number stands on another person's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another account has this identity number; look that one up")]
pub struct NumberTaken;

/// Who is known by what: one keyed hash each. Of several whose events say so whoever said it first has it, and when they let go
/// of it the next, so that it never matters in which order people were taken in.
#[derive(Clone, Default)]
struct Index {
    people: HashMap<NameKey, (u64, PersonId)>,
    others: BTreeSet<(NameKey, u64, PersonId)>,
    keys: HashMap<PersonId, (NameKey, u64)>,
    /// What is being given away: the events that do so are not yet on the record.
    claims: HashMap<NameKey, PersonId>,
}

impl Index {
    fn holder(&self, key: NameKey) -> Option<PersonId> {
        self.people.get(&key).map(|(_, person)| *person)
    }

    /// Whether nobody but `person` has it, or is about to.
    fn claim(&mut self, person: PersonId, key: NameKey) -> bool {
        let holders = [self.holder(key), self.claims.get(&key).copied()];
        let free = holders.into_iter().flatten().all(|holder| holder == person);
        if free {
            self.claims.insert(key, person);
        }
        free
    }

    fn release(&mut self, person: PersonId) {
        self.claims.retain(|_, holder| *holder != person);
    }

    /// What `person` is known by from now on, and the index of the entry that says so.
    fn put(&mut self, person: PersonId, held: Option<(NameKey, u64)>) {
        if let Some((key, at)) = self.keys.remove(&person) {
            self.take(key, (at, person));
        }
        if let Some((key, at)) = held {
            self.insert(key, (at, person));
        }
    }

    fn take(&mut self, key: NameKey, one: (u64, PersonId)) {
        if self.people.get(&key) != Some(&one) {
            self.others.remove(&(key, one.0, one.1));
            return;
        }
        self.people.remove(&key);
        let next = self.others.range((key, 0, PersonId::default())..).next().copied();
        if let Some((key, at, person)) = next.filter(|(of, ..)| *of == key) {
            self.others.remove(&(key, at, person));
            self.people.insert(key, (at, person));
        }
    }

    fn insert(&mut self, key: NameKey, one: (u64, PersonId)) {
        if self.claims.get(&key) == Some(&one.1) {
            self.claims.remove(&key);
        }
        self.keys.insert(one.1, (key, one.0));
        let first = self.people.get(&key).map_or(one, |holder| one.min(*holder));
        if let Some((at, person)) = self.people.insert(key, first).map(|holder| holder.max(one)) {
            self.others.insert((key, at, person));
        }
    }

    fn iter(&self) -> impl Iterator<Item = (NameKey, u64, PersonId)> {
        self.keys.iter().map(|(person, (key, at))| (*key, *at, *person))
    }
}

/// Which person signs in by which name, and whose which identity number is: a projection of the record that holds
/// neither, only keyed hashes. It answers for one name or number at a time; what it knows cannot be listed.
#[derive(Clone)]
pub struct Directory {
    key: DirectoryKey,
    names: Index,
    numbers: Index,
}

impl Directory {
    /// An empty one.
    pub fn new(key: DirectoryKey) -> Self {
        Self { key, names: Index::default(), numbers: Index::default() }
    }

    /// The keyed hash of `name`.
    pub fn key(&self, name: &str) -> NameKey {
        self.key.of(name)
    }

    /// Who signs in by this name.
    pub fn find(&self, name: NameKey) -> Option<PersonId> {
        self.names.holder(name)
    }

    /// On whose account this identity number stands.
    pub fn by_number(&self, number: &str) -> Option<PersonId> {
        self.numbers.holder(self.key.of_number(number))
    }

    /// How many people can sign in.
    pub fn len(&self) -> usize {
        self.names.people.len()
    }

    /// Whether nobody can.
    pub fn is_empty(&self) -> bool {
        self.names.people.is_empty()
    }

    /// Keeps `name` for `person`, to be called before the event that sets it is appended, so that of two people
    /// who want one name at one time only one gets it. The name is found once the event has been taken in; if the
    /// append fails, let go of it with [`Directory::release`].
    ///
    /// # Errors
    /// [`Taken`], when it is another person's.
    pub fn claim(&mut self, person: PersonId, name: &SignInName) -> Result<(), Taken> {
        let key = self.key.of(name.as_str());
        if self.names.claim(person, key) { Ok(()) } else { Err(Taken) }
    }

    /// The same of an identity number.
    ///
    /// # Errors
    /// [`NumberTaken`], when it is another person's.
    pub fn claim_number(&mut self, person: PersonId, number: &str) -> Result<(), NumberTaken> {
        let key = self.key.of_number(number);
        if self.numbers.claim(person, key) { Ok(()) } else { Err(NumberTaken) }
    }

    /// Lets go of whatever was kept for `person`.
    pub fn release(&mut self, person: PersonId) {
        self.names.release(person);
        self.numbers.release(person);
    }

    /// Takes in how `person` stands now; `unseal` yields the value in clear, or none when the person was erased.
    ///
    /// # Errors
    /// Whatever `unseal` fails with.
    pub fn update<E>(
        &mut self,
        person: &Person,
        mut unseal: impl FnMut(&SealedRef) -> Result<Option<Value>, E>,
    ) -> Result<(), E> {
        let mut clear = |sealed: &Option<SealedRef>| sealed.as_ref().map_or(Ok(None), &mut unseal);
        let (name, number) = (clear(&person.now.sign_in_name)?, clear(&person.now.identity_number)?);
        let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).map(str::to_owned);
        let (name, number) = (text(&name), text(&number));
        let (named, numbered) = (person.now.named_at, person.now.numbered_at);
        self.names.put(person.id, name.map(|name| self.key.of(&name)).zip(named));
        self.numbers.put(person.id, number.map(|number| self.key.of_number(&number)).zip(numbered));
        Ok(())
    }

    /// Forgets a person, until they are taken in again.
    pub fn forget(&mut self, person: PersonId) {
        self.names.put(person, None);
        self.numbers.put(person, None);
    }

    /// All that is known, for a cache: names, then numbers, each with the index of the entry that says so.
    pub(crate) fn all(&self) -> [Vec<(NameKey, u64, PersonId)>; 2] {
        [&self.names, &self.numbers].map(|index| index.iter().collect())
    }

    pub(crate) fn with(key: DirectoryKey, [names, numbers]: [Vec<(NameKey, u64, PersonId)>; 2]) -> Self {
        let index = |all: Vec<(NameKey, u64, PersonId)>| {
            let mut index = Index::default();
            all.into_iter().for_each(|(key, at, person)| index.insert(key, (at, person)));
            index
        };
        Self { key, names: index(names), numbers: index(numbers) }
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Directory({} names)", self.len())
    }
}
