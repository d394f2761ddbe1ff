use crate::activity::{self, part};
use crate::bytes::{take, take_text};
use crate::directory::{Directory, DirectoryKey, NameKey};
use crate::person::{Person, PersonId, Post};
use crate::roster::{Member, Roster};
use record::{Digest, ERASED, Entry, Record, SealedRef, StoreError, Time};
use std::collections::BTreeSet;

/// Entries read at once.
const CHUNK: usize = 1024;
/// The name under which the record's cache keeps this.
const CACHED: &str = "access people 4";

/// All that must be known of everyone at once: who signs in by which name, whose which identity number is, and who holds
/// which post. It follows the record, and is cached so that a restart need not read the whole of it.
#[derive(Clone, Debug)]
pub struct People {
    /// From sign-in names and identity numbers to people.
    pub directory: Directory,
    /// From posts to people.
    pub roster: Roster,
    /// The index of the next entry to be taken in.
    next: u64,
}

impl People {
    /// The people of `record`, from its cache as far as that goes.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn open(record: &Record, key: DirectoryKey) -> Result<Self, StoreError> {
        let cached = record.cache().get(CACHED).and_then(|bytes| Self::from_bytes(&bytes, &key));
        let mut people = match cached {
            // After a restore from a backup the last entry that was taken in may not be one of the record's.
            Some((people, last)) if record.digest_before(people.next)? == Some(last) => people,
            _ => Self { directory: Directory::new(key), roster: Roster::default(), next: 0 },
        };
        people.follow(record)?;
        Ok(people)
    }

    /// Takes in every entry that was appended since. Says whether any was about a person.
    ///
    /// # Errors
    /// When the record cannot be read; what was taken in until then stands, and calling again goes on from there.
    pub fn follow(&mut self, record: &Record) -> Result<bool, StoreError> {
        let mut any = false;
        loop {
            let mut moved = BTreeSet::new();
            let next = record.follow(self.next, CHUNK, &mut |entry| concerned(entry, &mut moved))?;
            if next == self.next {
                return Ok(any);
            }
            any |= !moved.is_empty();
            // All names that may have changed hands are let go of first, so that it does not matter who comes
            // first.
            moved.iter().for_each(|id| self.directory.forget(*id));
            for id in moved {
                let (person, _) = record.fold::<Person>(&id.object())?;
                self.directory.update(&person, |sealed| record.unseal(sealed))?;
                self.roster.update(&person);
            }
            self.next = next;
        }
    }

    /// Puts this into the record's cache.
    pub fn save(&self, record: &Record) {
        if let Ok(Some(last)) = record.digest_before(self.next) {
            record.cache().put(CACHED, &self.to_bytes(last));
        }
    }

    /// A value that tells under which key the names are (16 bytes), the position and the digest of the last entry
    /// (8 and 32); how many names (8), each with the entry that says it and its person (16, 8 and 16), and identity numbers
    /// likewise; then for each member of the roster their id, how many bytes follow (4), and what is known of them, one fact a
    /// line. Numbers are big-endian.
    fn to_bytes(&self, last: Digest) -> Vec<u8> {
        let mut bytes = self.directory.key("").0.to_vec();
        bytes.extend_from_slice(&self.next.to_be_bytes());
        bytes.extend_from_slice(&last.0);
        for index in self.directory.all() {
            bytes.extend_from_slice(&(index.len() as u64).to_be_bytes());
            for (key, at, person) in index {
                bytes.extend_from_slice(&key.0);
                bytes.extend_from_slice(&at.to_be_bytes());
                bytes.extend_from_slice(&person.0);
            }
        }
        for (person, member) in self.roster.members() {
            let lines = facts(member);
            bytes.extend_from_slice(&person.0);
            bytes.extend_from_slice(&u32::try_from(lines.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(lines.as_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8], key: &DirectoryKey) -> Option<(Self, Digest)> {
        let mut rest = bytes;
        if take(&mut rest)? != key.of("").0 {
            return None;
        }
        let next = u64::from_be_bytes(take(&mut rest)?);
        let last = Digest(take(&mut rest)?);
        let mut indexes = [Vec::new(), Vec::new()];
        for index in &mut indexes {
            for _ in 0..u64::from_be_bytes(take(&mut rest)?) {
                let (key, at) = (NameKey(take(&mut rest)?), u64::from_be_bytes(take(&mut rest)?));
                index.push((key, at, PersonId(take(&mut rest)?)));
            }
        }
        let directory = Directory::with(key.clone(), indexes);
        let mut roster = Roster::default();
        while !rest.is_empty() {
            let person = PersonId(take(&mut rest)?);
            let length = u32::from_be_bytes(take(&mut rest)?) as usize;
            let lines = take_text(&mut rest, length)?.lines();
            roster.set(person, member(lines)?);
        }
        Some((Self { directory, roster, next }, last))
    }
}

/// Whether `person` can sign in at `time`: by a name and a password, or a code that still holds, which this record can open. The
/// secrets of somebody whose history came from elsewhere stayed there, and who was only ever named never had any.
///
/// # Errors
/// When the record cannot be read.
pub fn signs_in(record: &Record, person: &Person, time: Time) -> Result<bool, StoreError> {
    let opens = |sealed: Option<&SealedRef>| match sealed {
        Some(sealed) => record.unseal(sealed).map(|value| value.is_some()),
        None => Ok(false),
    };
    let now = &person.now;
    let code = now.code.as_ref().filter(|code| time < code.until).map(|code| &code.hash);
    Ok(opens(now.sign_in_name.as_ref())? && (opens(now.password.as_ref())? || opens(code)?))
}

/// A member as lines: `+` before each post, `-` before the last one, `locked`, `wish`.
fn facts(member: &Member) -> String {
    let posts = member.posts.iter().map(|post| format!("+{post}"));
    let last = member.last.iter().map(|post| format!("-{post}"));
    let flags = [("locked", member.locked), ("wish", member.wish)];
    let flags = flags.into_iter().filter(|(_, is)| *is).map(|(word, _)| word.to_owned());
    posts.chain(last).chain(flags).collect::<Vec<_>>().join("\n")
}

fn member<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Member> {
    let mut member = Member::default();
    for line in lines {
        match line.split_at_checked(1)? {
            ("+", post) => drop(member.posts.insert(Post::parse(post)?)),
            ("-", post) => member.last = Some(Post::parse(post)?),
            _ if line == "locked" => member.locked = true,
            _ if line == "wish" => member.wish = true,
            _ => return None,
        }
    }
    Some(member)
}

/// Adds the people whose standing may have changed.
fn concerned(Entry { event, .. }: &Entry, moved: &mut BTreeSet<PersonId>) {
    let listed = activity::OF_PERSON.contains(&event.activity.as_str());
    let parts = event.objects.iter().filter(|relation| {
        let part = relation.qualifier.as_str();
        part == ERASED || (listed && part == part::PERSON)
    });
    moved.extend(parts.filter_map(|relation| PersonId::of(&relation.object)));
}
