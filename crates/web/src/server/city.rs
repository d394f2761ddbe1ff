use super::bounds::Bounds;
use super::findings::Findings;
use super::gate::Gate;
use super::live::Streams;
use super::logs::Shelf;
use super::maps::courses::Courses;
use super::measures::Measures;
use crate::find::Index;
use access::directory::{DirectoryKey, SignInName, Taken};
use access::entropy::{Entropy, NoEntropy, SystemEntropy};
use access::look_ups::LookUps;
use access::password::{self, Argon2id, Hasher, Weak};
use access::people::People;
use access::registry::{self, Details, Stamp};
use access::session::{Kind, Rules, Session, Token};
use access::sign_in::{self, Account, Door, Refused, Welcome};
use access::staff::operator;
use access::throttle::{Pace, Throttle, Wait};
use access::{Person, PersonId, Post, Sessions};
use casework::erase::{Done, NotErased, Request};
use casework::{Casework, Succession, View};
use pack::{File, Title};
use record::{Aside, Batch, ObjectRef, Record, SealedRef, StoreError, Time, Value};
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use tokio::sync::{Notify, Semaphore, watch};

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
    /// Where they work, or that they are residents: those of one group stand together.
    pub group: Title,
}

/// A city at work: its cases, its people, who is signed in.
pub struct City {
    /// Cases.
    pub casework: Casework,
    /// What the operator decided.
    pub settings: Settings,
    /// Services by what people call them.
    pub finder: Succession<Index>,
    /// What oversight finds.
    pub findings: Findings,
    /// How cases went.
    pub courses: Courses,
    /// Logs from elsewhere.
    pub logs: Shelf,
    people: RwLock<People>,
    pub(super) sessions: Mutex<Sessions>,
    /// Where sessions outlive a crash; none in a city that keeps them in memory alone.
    aside: Mutex<Option<Aside>>,
    throttle: Mutex<Throttle>,
    pub(super) door: Door<Argon2id>,
    names: RwLock<HashMap<ObjectRef, Option<String>>>,
    /// When the whole record was last verified, how far, and what was found.
    pub verified: Mutex<Option<(Time, u64, Vec<Title>)>>,
    /// Whether the whole record is being verified now.
    pub verifying: AtomicBool,
    /// Entries that the record had when what may be lost was kept last.
    saved: AtomicU64,
    /// The record's size, told whenever it grows.
    pub growth: watch::Sender<u64>,
    /// Told when the record takes no more entries.
    pub broken: Notify,
    /// Whether the server stops: streams end then.
    pub stopping: watch::Sender<bool>,
    /// The streams that are open.
    pub streams: Streams,
    /// What is measured of the answers.
    pub measures: Measures,
    /// What the server bears with.
    pub bounds: Bounds,
    /// Proxies whose word is taken for where a request comes from.
    pub proxies: Vec<IpAddr>,
    /// The room for bodies that are being received, in KiB.
    pub room: Arc<Semaphore>,
    registrations: Mutex<Throttle>,
    look_ups: Mutex<LookUps>,
    /// Held while another edition is adopted.
    adopting: Mutex<()>,
    pub(super) hashing: Gate,
}

/// How many accounts may be opened from one address: thirty at once, then one every half minute. A service hall opens
/// them faster than one person does, and slower than a program.
const REGISTRATIONS: Pace = Pace { free: 30, first: 2, longest: 30, forget: 600 };

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
    /// Too many passwords are being hashed.
    #[error("too many people sign in at once; try again in a moment")]
    Busy,
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

/// Entries after which what may be lost is kept again.
const UNSAVED: u64 = 50_000;
/// The file in which sessions are kept.
const SESSIONS: &str = "sessions.sqlite";

/// Everyone, held while something about them is decided.
pub(super) type Held<'a> = RwLockWriteGuard<'a, People>;

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that broke off while it held the lock left the content whole: each change is one assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl City {
    /// A city on `record` with the packs in `files`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(record: Record, files: &[File], settings: Settings) -> Result<Self, OpenError> {
        let people = People::open(&record, DirectoryKey::new(settings.directory_key))?;
        let casework = Casework::open(record, files, (settings.clock)())?;
        let finder = Succession::new(Index::new(&casework.book().definitions));
        let door = Door::new(settings.password_cost, &mut SystemEntropy)?;
        Ok(Self {
            casework,
            finder,
            findings: Findings::default(),
            courses: Courses::default(),
            logs: Shelf::default(),
            people: RwLock::new(people),
            sessions: Mutex::new(Sessions::new(Rules::default())),
            aside: Mutex::default(),
            throttle: Mutex::default(),
            door,
            names: RwLock::default(),
            verified: Mutex::default(),
            verifying: AtomicBool::new(false),
            broken: Notify::new(),
            saved: AtomicU64::new(0),
            growth: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
            streams: Streams::default(),
            measures: Measures::default(),
            bounds: Bounds::default(),
            proxies: Vec::new(),
            room: Arc::new(Semaphore::new(Bounds::default().received >> 10)),
            registrations: Mutex::new(Throttle::new(REGISTRATIONS, REGISTRATIONS, 65_536)),
            look_ups: Mutex::default(),
            adopting: Mutex::default(),
            hashing: Gate::default(),
            settings,
        })
    }

    /// Has sessions kept in `dir` from now on, and goes on with those that are there.
    ///
    /// # Errors
    /// When they can be neither read nor kept.
    pub fn keep_sessions(&mut self, dir: &Path) -> Result<(), StoreError> {
        let aside = Aside::open_in(dir, SESSIONS)?;
        let rows = aside.rows()?;
        let rows = rows.iter().map(|(name, row)| (name, row.as_slice()));
        self.sessions = Mutex::new(Sessions::restore(Rules::default(), rows, self.now().seconds()));
        self.aside = Mutex::new(Some(aside));
        self.keep()
    }

    /// Makes durable what changed about sessions. Of many who ask at once the first does it for all.
    ///
    /// # Errors
    /// When it cannot be written; it is tried again whenever this is asked.
    pub(super) fn keep(&self) -> Result<(), StoreError> {
        let mut aside = locked(&self.aside);
        let changes = locked(&self.sessions).changes();
        let Some(aside) = aside.as_mut().filter(|_| !changes.is_empty()) else { return Ok(()) };
        let kept = aside.write(&changes);
        if kept.is_err() {
            locked(&self.sessions).unkept(changes);
        }
        kept
    }

    /// As [`Self::keep`], where nobody waits for it, or the record already says what changed.
    pub(super) fn keep_in_time(&self) {
        if let Err(error) = self.keep() {
            eprintln!("lianchi: who is signed in cannot be kept: {error}");
        }
    }

    /// Signs somebody out everywhere, as the record says from now on that they are.
    pub(super) fn end_sessions(&self, id: PersonId) {
        locked(&self.sessions).close_all(id, None);
        self.keep_in_time();
    }

    /// Has new cases begin, and models run, as these packs say from now on. Whether that is another edition than before.
    ///
    /// # Errors
    /// [`OpenError`](casework::OpenError), with every fault of the packs; the city goes on as it was then.
    pub fn adopt(&self, files: &[File]) -> Result<bool, casework::OpenError> {
        let _one = locked(&self.adopting);
        if !self.casework.adopt(files, self.now())? {
            return Ok(false);
        }
        let definitions = &self.casework.book().definitions;
        self.finder.add(Index::new(definitions));
        self.findings.adopt(definitions);
        Ok(true)
    }

    /// The moment.
    pub fn now(&self) -> Time {
        (self.settings.clock)()
    }

    /// Keeps what may be lost, so that a restart need not make it anew.
    pub fn save(&self) {
        self.keep_in_time();
        if let Ok(people) = self.people.read() {
            people.save(self.casework.record());
        }
        let size = self.casework.record().len().unwrap_or(0);
        // What is not kept is computed anew.
        let _ = self.casework.save();
        self.saved.store(size, Ordering::Relaxed);
    }

    /// As [`Self::save`], where so much came since that a start after a crash would take long.
    pub fn save_in_time(&self) {
        let size = self.casework.record().len().unwrap_or(0);
        if size.saturating_sub(self.saved.load(Ordering::Relaxed)) >= UNSAVED {
            self.save();
        }
    }

    /// The person, as they stand now.
    pub fn person(&self, id: PersonId) -> Result<Person, StoreError> {
        Ok(self.casework.record().fold::<Person>(&id.object())?.0.as_ref().clone())
    }

    /// The name of somebody who acts for the city; none for others, whose names are their own.
    pub fn staff_name(&self, person: &ObjectRef) -> Option<String> {
        if let Some(name) = self.names.read().ok().and_then(|names| names.get(person).cloned()) {
            return name;
        }
        let stands = PersonId::of(person).and_then(|id| self.person(id).ok());
        let served = |person: &Person| !person.now.posts.is_empty() || person.now.last.is_some();
        let name = stands.filter(served).and_then(|person| self.name(&person));
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

    /// Forgets the names of those who act for the city, after something about them changed.
    pub(super) fn forget_names(&self) {
        if let Ok(mut names) = self.names.write() {
            names.clear();
        }
    }

    /// Everyone, as the record stands, held for as long as something about them is decided.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub(super) fn people(&self) -> Result<Held<'_>, StoreError> {
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        if people.follow(self.casework.record())? {
            self.forget_names();
        }
        Ok(people)
    }

    /// Who holds a post.
    pub fn holders(&self, post: &Post) -> Vec<PersonId> {
        self.people().map(|people| people.roster.holders(post).collect()).unwrap_or_default()
    }

    /// Who signs in by this name, for a clerk who enters an application for them.
    pub fn find_person(&self, name: &str) -> Option<PersonId> {
        let people = self.people().ok()?;
        people.directory.find(people.directory.key(name))
    }

    /// Opens an account, in the posts named, which whoever runs the program gives.
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
        let pass = self.hashing.enter(self.bounds.hashing).ok_or(NotRegistered::Busy)?;
        let hash = self.door.hasher().hash(secret, &mut SystemEntropy)?;
        drop(pass);
        let person = PersonId::random(&mut SystemEntropy)?;
        let mut people = self.people()?;
        people.directory.claim(person, login)?;
        let put_down = || {
            let batch = enrolment(record, person, (login, name, &hash), posts, time)?;
            record.append(batch).map_err(NotRegistered::from)
        };
        // Whatever keeps it off the record leaves the name free.
        if let Err(error) = put_down() {
            people.directory.release(person);
            return Err(error);
        }
        people.follow(record)?;
        Ok(person)
    }

    /// Holds a password against the account of that name. It is slow, and no lock is held meanwhile.
    pub(super) fn verify(&self, login: &str, secret: &str, address: IpAddr) -> Result<Welcome, Refused> {
        let now = self.now();
        let pass = self.hashing.enter(self.bounds.hashing).ok_or(Refused::Wait { seconds: 1 })?;
        let tried = {
            let people = self.people().map_err(|_| Refused::Wait { seconds: 1 })?;
            let throttle = &mut locked(&self.throttle);
            sign_in::begin(throttle, &people.directory, login, address, now.seconds())?
        };
        let unsealed = |sealed: &SealedRef| {
            let value = self.casework.record().unseal(sealed).ok()??;
            value.as_text().map(password::Hash::kept)
        };
        let account = tried.person.and_then(|id| self.person(id).ok()).map(|person| Account {
            person: person.id,
            locked: person.now.locked.is_some(),
            after: person.now.sessions_after,
            hash: person.now.password.as_ref().and_then(unsealed),
            code: person
                .now
                .code
                .as_ref()
                .filter(|code| now < code.until)
                .and_then(|code| unsealed(&code.hash)),
        });
        let result = self.door.verify(account.as_ref(), secret);
        drop(pass);
        sign_in::finish(&mut locked(&self.throttle), tried, &result);
        result
    }

    /// Signs in.
    pub fn sign_in(
        &self,
        login: &str,
        secret: &str,
        address: IpAddr,
        before: Option<&Token>,
        kiosk: bool,
    ) -> Result<Token, Refused> {
        let welcome = self.verify(login, secret, address)?;
        let now = self.now().seconds();
        let posts = self.person(welcome.person).map(|person| person.now.posts).unwrap_or_default();
        let kind = match (kiosk, posts.is_empty()) {
            (true, _) => Kind::Kiosk,
            (false, false) => Kind::Desk,
            (false, true) => Kind::Own,
        };
        let mut sessions = locked(&self.sessions);
        let holder = (welcome.person, welcome.after);
        let opened = sessions.open(holder, kind, before, &mut SystemEntropy, now);
        let (token, closed) = opened.map_err(|_| Refused::Wait { seconds: 1 })?;
        // Somebody with one post acts in it; with several they choose.
        let only = posts.first().filter(|_| posts.len() == 1);
        sessions.act_in(&token, only.cloned(), now);
        drop(sessions);
        // A session that ends must not rise again; that a new one is lost in a crash can be borne.
        if let Err(error) = self.keep() {
            eprintln!("lianchi: a sign-in is not kept beside the record: {error}");
            if !closed.is_empty() {
                locked(&self.sessions).close(&token);
                return Err(Refused::Wait { seconds: 30 });
            }
        }
        Ok(token)
    }

    /// The session that a token opens. `used`: by a person, which keeps it alive.
    pub fn session(&self, token: &Token, used: bool) -> Option<Session> {
        let now = self.now().seconds();
        let mut sessions = locked(&self.sessions);
        let session = if used { sessions.resume(token, now) } else { sessions.peek(token, now) };
        session.cloned()
    }

    /// Whether this token opens a session.
    pub fn stands(&self, token: Option<&Token>) -> bool {
        token.is_some_and(|token| locked(&self.sessions).peek(token, self.now().seconds()).is_some())
    }

    /// How many sessions are kept.
    pub fn sessions(&self) -> usize {
        locked(&self.sessions).len()
    }

    /// Lets an account be opened from `address`.
    ///
    /// # Errors
    /// How many seconds to wait, where too many were.
    pub fn admit_registration(&self, address: IpAddr) -> Result<(), i64> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        let name = people.directory.key(&address.to_string());
        let mut registrations = locked(&self.registrations);
        registrations.admit(name, address.into(), self.now().seconds()).map_err(|Wait(seconds)| seconds)
    }

    /// Lets somebody look up an applicant.
    ///
    /// # Errors
    /// How many seconds to wait, where they looked up too many.
    pub fn admit_look_up(&self, clerk: PersonId) -> Result<(), i64> {
        locked(&self.look_ups).admit(clerk, self.now().seconds()).map_err(|Wait(seconds)| seconds)
    }

    /// That whom they looked up is somebody.
    pub fn looked_up(&self, clerk: PersonId) {
        locked(&self.look_ups).found(clerk);
    }

    /// Lets go of sessions that have run out, and keeps when the others were last used.
    pub fn sweep(&self) {
        locked(&self.sessions).sweep(self.now().seconds());
        self.keep_in_time();
        let settled = locked(&self.aside).as_mut().map_or(Ok(()), Aside::settle);
        if let Err(error) = settled {
            eprintln!("lianchi: what was kept of sessions cannot be settled: {error}");
        }
    }

    /// Erases somebody's personal data at the operator's order, here too: what this process remembers of them, and their
    /// sessions.
    ///
    /// # Errors
    /// [`NotErased`].
    pub fn erase_by_order(&self, request: &Request<'_>) -> Result<Done, NotErased> {
        let done = casework::erase::erase(self.casework.record(), request)?;
        self.forget_names();
        if let Some(person) = PersonId::of(request.subject) {
            self.end_sessions(person);
        }
        self.people()?.follow(self.casework.record())?;
        self.casework.board(|_| ())?;
        Ok(done)
    }

    /// Signs out, so that no crash brings the session back.
    ///
    /// # Errors
    /// When that cannot be made durable.
    pub fn sign_out(&self, token: &Token) -> Result<(), StoreError> {
        locked(&self.sessions).close(token);
        self.keep()
    }

    /// Drops a session of which the record says that it is over.
    pub(super) fn drop_session(&self, token: &Token) {
        locked(&self.sessions).close(token);
    }

    /// A case with the words that were said in it in clear, as its party sees it.
    ///
    /// # Errors
    /// As [`Casework::view`].
    pub fn spoken(&self, case: &ObjectRef) -> Result<View, casework::Refused> {
        Ok(self.casework.spoken(self.casework.view(case)?)?)
    }

    /// A new case's number.
    pub fn case_number(&self, now: Time) -> Result<String, NoEntropy> {
        let mut random = [0; 5];
        SystemEntropy.fill(&mut random)?;
        Ok(casework::number::case_number(pack::days::today(now), random))
    }
}

/// What puts a person on the record: who they are, how they sign in, and their posts.
fn enrolment(
    record: &Record,
    person: PersonId,
    (login, name, hash): (&SignInName, &str, &password::Hash),
    posts: &[Post],
    time: Time,
) -> Result<Batch, StoreError> {
    let object = person.object();
    let stamp =
        |part: &str| Stamp { id: format!("{object}/{part}").into(), time, actor: Some(object.clone()) };
    let details = Details { name: Some(name.to_owned()), ..Details::default() };
    let drafts = [
        registry::registered(stamp("registered"), person, details),
        registry::name_set(stamp("name"), person, login),
        registry::password_set(stamp("password"), person, hash),
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
        // Nobody gives themselves a post.
        let given = Stamp { actor: Some(operator()), ..stamp(&format!("{post}")) };
        batch.events.push(registry::role_granted(given, person, post));
    }
    Ok(batch)
}
