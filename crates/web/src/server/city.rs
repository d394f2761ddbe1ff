use crate::find::Index;
use access::directory::{DirectoryKey, SignInName, Taken};
use access::entropy::{Entropy, NoEntropy, SystemEntropy};
use access::password::{self, Argon2id, Hasher, Weak};
use access::people::People;
use access::registry::{self, Details, Stamp};
use access::session::{Kind, Rules, Token};
use access::sign_in::{self, Account, Door, Refused};
use access::throttle::Throttle;
use access::{Person, PersonId, Post, Sessions};
use casework::Casework;
use casework::erase::{NotErased, Request};
use pack::{File, Title};
use record::{Batch, Erased, ObjectRef, Record, StoreError, Time, Value};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, RwLock};

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the city is called.
    pub title: Title,
    /// The key under which sign-in names are looked up, kept beside the data.
    pub directory_key: [u8; 32],
    /// What hashing a password costs.
    pub password_cost: Argon2id,
    /// What the clock says.
    pub clock: fn() -> Time,
    /// Sign-ins that the sign-in page shows, in a demonstration.
    pub demo: Vec<Demo>,
}

/// A sign-in of a demonstration.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The name.
    pub login: String,
    /// The password.
    pub password: String,
    /// Who that is.
    pub title: Title,
}

/// A city at work: its cases, its people, who is signed in.
pub struct City {
    /// Cases.
    pub casework: Casework,
    /// What the operator decided.
    pub settings: Settings,
    /// Services by what people call them.
    pub finder: Index,
    people: RwLock<People>,
    sessions: Mutex<Sessions>,
    throttle: Mutex<Throttle>,
    door: Door<Argon2id>,
    names: RwLock<HashMap<ObjectRef, Option<String>>>,
    /// When the whole record was last verified, how far, and what was found.
    pub verified: Mutex<Option<(Time, u64, Vec<String>)>>,
    /// Whether the whole record is being verified now.
    pub verifying: AtomicBool,
    /// The record's size, told whenever it grows; nothing, once the city closes.
    pub growth: tokio::sync::broadcast::Sender<Option<u64>>,
    /// How many requests were answered, by status.
    pub answered: Mutex<HashMap<u16, u64>>,
}

/// Why the city cannot open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Cases cannot be run.
    #[error(transparent)]
    Casework(#[from] casework::OpenError),
    /// The record fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Password(#[from] password::HashError),
}

/// Why an account cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum NotRegistered {
    /// The sign-in name is none.
    #[error(transparent)]
    Name(#[from] access::directory::BadName),
    /// It is another's.
    #[error(transparent)]
    Taken(#[from] Taken),
    /// The password is weak.
    #[error(transparent)]
    Weak(#[from] Weak),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// No hash.
    #[error(transparent)]
    Hash(#[from] password::HashError),
    /// The record fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record does not take it.
    #[error(transparent)]
    Append(#[from] record::AppendError),
}

/// The name under which sessions are cached.
const SESSIONS: &str = "web sessions 1";

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that broke off while it held the lock left the content whole: each change is one assignment.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl City {
    /// A city on `record` with the packs in `files`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(record: Record, files: &[File], settings: Settings) -> Result<Self, OpenError> {
        let people = People::open(&record, DirectoryKey::new(settings.directory_key))?;
        let casework = Casework::open(record, files, (settings.clock)())?;
        let finder = Index::new(&casework.book().definitions);
        let now = (settings.clock)().seconds();
        let kept = casework.record().cache().get(SESSIONS).unwrap_or_default();
        let sessions = Sessions::restore(Rules::default(), &kept, now);
        let door = Door::new(settings.password_cost, &mut SystemEntropy)?;
        Ok(Self {
            casework,
            finder,
            people: RwLock::new(people),
            sessions: Mutex::new(sessions),
            throttle: Mutex::default(),
            door,
            names: RwLock::default(),
            verified: Mutex::default(),
            verifying: AtomicBool::new(false),
            growth: tokio::sync::broadcast::channel(16).0,
            answered: Mutex::default(),
            settings,
        })
    }

    /// The moment.
    pub fn now(&self) -> Time {
        (self.settings.clock)()
    }

    /// Keeps what may be lost, so that a restart need not make it anew.
    pub fn save(&self) {
        self.casework.record().cache().put(SESSIONS, &locked(&self.sessions).save());
        if let Ok(people) = self.people.read() {
            people.save(self.casework.record());
        }
    }

    /// The person, as they stand now.
    pub fn person(&self, id: PersonId) -> Result<Person, StoreError> {
        Ok(self.casework.record().fold::<Person>(&id.object())?.0)
    }

    /// The name of somebody who acts for the city; none for others, whose names are their own.
    pub fn staff_name(&self, person: &ObjectRef) -> Option<String> {
        if let Some(name) = self.names.read().ok().and_then(|names| names.get(person).cloned()) {
            return name;
        }
        let stands = PersonId::of(person).and_then(|id| self.person(id).ok());
        let name = stands.filter(|person| !person.now.posts.is_empty()).and_then(|person| self.name(&person));
        if let Ok(mut names) = self.names.write() {
            names.insert(person.clone(), name.clone());
        }
        name
    }

    /// The person's own name, for themselves.
    pub fn name(&self, person: &Person) -> Option<String> {
        let value = self.casework.record().unseal(person.now.name.as_ref()?).ok()??;
        value.as_text().map(str::to_owned)
    }

    /// Who holds a post.
    pub fn holders(&self, post: &Post) -> Vec<PersonId> {
        let mut people = self.people.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if people.follow(self.casework.record()).is_err() {
            return Vec::new();
        }
        people.roster.holders(post).collect()
    }

    /// Who signs in by this name, for a clerk who enters an application for them.
    pub fn find_person(&self, name: &str) -> Option<PersonId> {
        let people = self.people.read().ok()?;
        people.directory.find(people.directory.key(name))
    }

    /// Opens an account, in the posts named.
    ///
    /// # Errors
    /// [`NotRegistered`]; nothing is on the record then.
    pub fn register(
        &self,
        login: &str,
        name: &str,
        secret: &str,
        posts: &[Post],
        time: Time,
    ) -> Result<PersonId, NotRegistered> {
        let login = SignInName::parse(login)?;
        password::check(secret, &[login.as_str(), name])?;
        self.enrol(&login, name, secret, posts, time)
    }

    fn enrol(
        &self,
        login: &SignInName,
        name: &str,
        secret: &str,
        posts: &[Post],
        time: Time,
    ) -> Result<PersonId, NotRegistered> {
        let record = self.casework.record();
        let hash = self.door.hasher().hash(secret, &mut SystemEntropy)?;
        let person = PersonId::random(&mut SystemEntropy)?;
        let mut people = self.people.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        people.follow(record)?;
        people.directory.claim(person, login)?;
        let object = person.object();
        let stamp =
            |part: &str| Stamp { id: format!("{object}/{part}").into(), time, actor: Some(object.clone()) };
        let details = Details { name: Some(name.to_owned()), ..Details::default() };
        let drafts = [
            registry::registered(stamp("registered"), person, details),
            registry::name_set(stamp("name"), person, login),
            registry::password_set(stamp("password"), person, &hash),
        ];
        let mut batch = Batch::default();
        for draft in drafts {
            let event = draft.seal(|subject: &ObjectRef, value: &Value| {
                let (sealed, secret) = record.seal(subject, value)?;
                batch.secrets.push(secret);
                Ok::<_, StoreError>(sealed)
            })?;
            batch.events.push(event);
        }
        for post in posts {
            batch.events.push(registry::role_granted(stamp(&format!("{post}")), person, post));
        }
        record.append(batch)?;
        people.follow(record)?;
        Ok(person)
    }

    /// Signs in. Verifying a password is slow, and no lock is held meanwhile.
    pub fn sign_in(
        &self,
        login: &str,
        secret: &str,
        address: IpAddr,
        before: Option<&Token>,
        kiosk: bool,
    ) -> Result<Token, Refused> {
        let now = self.now().seconds();
        let tried = {
            let mut people = self.people.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            let _ = people.follow(self.casework.record());
            sign_in::begin(&mut locked(&self.throttle), &people.directory, login, address, now)?
        };
        let person = tried.person.and_then(|id| self.person(id).ok());
        let account = person.as_ref().map(|person| Account {
            person: person.id,
            locked: person.now.locked.is_some(),
            hash: person.now.password.as_ref().and_then(|sealed| {
                let value = self.casework.record().unseal(sealed).ok()??;
                value.as_text().map(password::Hash::kept)
            }),
        });
        let result = self.door.verify(account.as_ref(), secret);
        sign_in::finish(&mut locked(&self.throttle), tried, &result);
        let welcome = result?;
        let posts = person.map(|person| person.now.posts).unwrap_or_default();
        let kind = match (kiosk, posts.is_empty()) {
            (true, _) => Kind::Kiosk,
            (false, false) => Kind::Desk,
            (false, true) => Kind::Own,
        };
        let mut sessions = locked(&self.sessions);
        let opened = sessions.open(welcome.person, kind, before, &mut SystemEntropy, now);
        let (token, _) = opened.map_err(|_| Refused::Wait { seconds: 1 })?;
        // Somebody with one post acts in it; with several they choose.
        sessions.act_in(&token, posts.first().cloned(), now);
        Ok(token)
    }

    /// Who has this token, and the post in which they act.
    pub fn resume(&self, token: &Token) -> Option<(PersonId, Option<Post>)> {
        let now = self.now().seconds();
        let mut sessions = locked(&self.sessions);
        sessions.resume(token, now).map(|session| (session.person, session.post.clone()))
    }

    /// Erases somebody's personal data, here too: what this process remembers of them, and their sessions.
    ///
    /// # Errors
    /// [`NotErased`].
    pub fn erase(&self, request: &Request<'_>) -> Result<Erased, NotErased> {
        let erased = casework::erase::erase(self.casework.record(), request)?;
        let mut names = self.names.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        names.remove(request.subject);
        drop(names);
        if let Some(person) = PersonId::of(request.subject) {
            locked(&self.sessions).close_all(person, None);
        }
        let mut people = self.people.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        people.follow(self.casework.record())?;
        Ok(erased)
    }

    /// Signs out.
    pub fn sign_out(&self, token: &Token) {
        locked(&self.sessions).close(token);
    }

    /// A new case's number.
    pub fn case_number(&self, now: Time) -> Result<String, NoEntropy> {
        let mut random = [0; 5];
        SystemEntropy.fill(&mut random)?;
        Ok(casework::number::case_number(casework::service::today(now), random))
    }

    /// Counts an answer for the metrics.
    pub fn count(&self, status: u16) {
        *locked(&self.answered).entry(status).or_default() += 1;
    }
}
