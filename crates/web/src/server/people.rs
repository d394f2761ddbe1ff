//! What people do with their own accounts, and administrators and the operator with those of others.

use super::city::{City, Held, locked};
use access::code::{self, SignInCode};
use access::directory::SignInName;
use access::entropy::{NoEntropy, SystemEntropy};
use access::password::{self, Hasher as _, Weak};
use access::policy::Decision;
use access::registry::{self, Details, Draft, Stamp};
use access::session::{Session, Token};
use access::sign_in::Refused as NotIn;
use access::staff::{self, Act, By, Staff};
use access::{Person, PersonId, Post};
use casework::Ask;
use casework::handing::Handed;
use pack::Title;
use pack::days::today;
use record::{AppendError, Batch, Digest, Event, ObjectRef, StoreError, Time, Version};
use std::net::IpAddr;
use std::sync::Arc;

/// Why something was not done with an account.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// It does not fit how things are.
    #[error("{}", .0.en)]
    Unfit(Title),
    /// Policies do not permit it.
    #[error("no policy permits it")]
    Denied(Box<Decision>),
    /// The sign-in name is none, or another's.
    #[error("{}", .0.en)]
    Name(Title),
    /// The new password is weak.
    #[error(transparent)]
    Weak(#[from] Weak),
    /// The old password, or the code, is not right.
    #[error(transparent)]
    NotIn(#[from] NotIn),
    /// Too many passwords are being hashed.
    #[error("too many people sign in at once; try again in a moment")]
    Busy,
    /// The store takes nothing, or cannot be read.
    #[error("{0}")]
    Store(StoreError),
    /// The record or the machine fails.
    #[error("{0}")]
    Broken(String),
}

impl From<staff::Refused> for NotDone {
    fn from(refused: staff::Refused) -> Self {
        match refused {
            staff::Refused::Denied(decision) => Self::Denied(decision),
            staff::Refused::Unfit(why) => Self::Unfit(why),
        }
    }
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AppendError> for NotDone {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Store(error) => Self::Store(error),
            error => Self::Broken(error.to_string()),
        }
    }
}

impl From<NoEntropy> for NotDone {
    fn from(error: NoEntropy) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<password::HashError> for NotDone {
    fn from(error: password::HashError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<casework::Refused> for NotDone {
    fn from(refused: casework::Refused) -> Self {
        match refused {
            casework::Refused::Denied(decision) => Self::Denied(decision),
            casework::Refused::Case(refusal) => Self::Unfit(refusal.why),
            casework::Refused::Store(error) => error.into(),
            casework::Refused::Record(error) => (*error).into(),
            casework::Refused::Stranded(_) => Self::Unfit(super::oops::stranded()),
            casework::Refused::Unknown | casework::Refused::Overtaken(_) => {
                Self::Unfit(Title::new("案件刚刚有了变化，请再试", "The case has just changed; try again"))
            }
        }
    }
}

/// By what somebody new signs in at first.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// By this password, which they typed themselves.
    Password(&'a str),
    /// By a code that is made now, so that nobody else ever knows their password.
    Code,
}

/// Somebody who is taken on.
#[derive(Clone, Copy)]
pub struct Newcomer<'a> {
    /// The name by which they will sign in.
    pub login: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their first post.
    pub post: &'a Post,
    /// By what they sign in at first.
    pub secret: Secret<'a>,
}

/// A code that was made, to be shown once, and until when it holds.
pub struct Issued {
    /// Whose.
    pub person: PersonId,
    /// The code, where one was made.
    pub code: Option<(SignInCode, Time)>,
}

/// What somebody will sign in by, hashed.
pub(super) struct Fresh {
    hash: password::Hash,
    code: Option<SignInCode>,
}

impl Fresh {
    /// Puts the event that says so where `seal` does; gives back the code, if it is one, and until when it holds.
    pub(super) fn put(
        self,
        stamp: Stamp,
        person: PersonId,
        reasons: &str,
        seal: impl FnOnce(Draft) -> Result<(), StoreError>,
    ) -> Result<Option<(SignInCode, Time)>, NotDone> {
        let until = later(stamp.time, code::LASTS);
        seal(match &self.code {
            Some(_) => registry::code_issued(stamp, person, &self.hash, until, reasons.trim()),
            None => registry::password_set(stamp, person, &self.hash),
        })?;
        Ok(self.code.map(|code| (code, until)))
    }
}

fn later(now: Time, seconds: i64) -> Time {
    Time::new(now.seconds() + seconds, 0, now.offset()).unwrap_or(now)
}

/// Words that an error says, as a sentence of a page.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A sign-in name as it was typed, or why it can be none.
pub(super) fn sign_in_name(typed: &str) -> Result<SignInName, Title> {
    SignInName::parse(typed).map_err(|bad| {
        let zh = "登录名由2到64个字母、数字或汉字组成，不含空格，也不能是身份证号";
        Title::new(zh, sentence(&bad.to_string()))
    })
}

impl City {
    /// Looks at everyone who works here, as the record stands.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn staff<T>(&self, look: impl FnOnce(&Staff<'_>) -> T) -> Result<T, StoreError> {
        let people = self.people()?;
        Ok(look(&self.judge_of(&people)))
    }

    fn judge_of<'a>(&'a self, people: &'a Held<'_>) -> Staff<'a> {
        let book = self.casework.book();
        let (definitions, policies) = (&book.definitions, &book.policies);
        Staff { definitions, policies, roster: &people.roster, today: today(self.now()) }
    }

    pub(super) fn folded(&self, id: PersonId) -> Result<(Arc<Person>, Version), StoreError> {
        self.casework.record().fold::<Person>(&id.object())
    }

    /// What an act on a person is called on the record: one of its kind for each state of theirs.
    pub(super) fn stamp(
        &self,
        of: (&Person, Version),
        what: &str,
        by: Option<ObjectRef>,
        time: Time,
    ) -> Stamp {
        let (person, version) = of;
        Stamp { id: format!("{}/{what}/{}", person.id.object(), version.0).into(), time, actor: by }
    }

    pub(super) fn seal(&self, draft: Draft, batch: &mut Batch) -> Result<(), StoreError> {
        draft.add_to(batch, self.casework.record())
    }

    /// Takes somebody on. With a code nobody but they will know the password.
    ///
    /// # Errors
    /// [`NotDone`]; nothing is on the record then.
    pub fn take_on(&self, by: By<'_>, new: Newcomer<'_>, reasons: &str) -> Result<Issued, NotDone> {
        let (login, now) = (sign_in_name(new.login).map_err(NotDone::Name)?, self.now());
        if new.name.trim().is_empty() {
            return Err(NotDone::Unfit(Title::new("请填写姓名", "Enter their name")));
        }
        if let Secret::Password(text) = new.secret {
            password::check(text, &[login.as_str(), new.name])?;
        }
        let fresh = self.fresh(new.secret)?;
        let person = Person::new(PersonId::random(&mut SystemEntropy)?);
        let mut people = self.people()?;
        let grant = Act::Grant(new.post.clone());
        self.judge_of(&people).judge(by, &person, &grant, reasons)?;
        if people.directory.claim(person.id, &login).is_err() {
            let en =
                "This sign-in name is taken; choose another, or give the post to the account that has it";
            return Err(NotDone::Name(Title::new(
                "这个登录名已被使用，请换一个，或把岗位授予已有的账号",
                en,
            )));
        }
        let stamp = |what: &str| self.stamp((&person, Version(0)), what, Some(by.object()), now);
        let details = Details { name: Some(new.name.trim().to_owned()), ..Details::default() };
        let mut batch = Batch::default();
        self.seal(registry::registered(stamp("registered"), person.id, details), &mut batch)?;
        self.seal(registry::name_set(stamp("name"), person.id, &login), &mut batch)?;
        let code = fresh.put(stamp("secret"), person.id, reasons, |draft| self.seal(draft, &mut batch))?;
        batch.events.extend(Staff::event(stamp("grant"), person.id, &grant, reasons));
        if let Err(error) = self.casework.record().append(batch) {
            people.directory.release(person.id);
            return Err(error.into());
        }
        people.follow(self.casework.record())?;
        Ok(Issued { person: person.id, code })
    }

    /// What somebody will sign in by, hashed. It is slow, and no lock is held meanwhile.
    pub(super) fn fresh(&self, secret: Secret<'_>) -> Result<Fresh, NotDone> {
        let _pass = self.hashing.enter(self.bounds.hashing).ok_or(NotDone::Busy)?;
        let hash = |text: &str| self.door.hasher().hash(text, &mut SystemEntropy);
        Ok(match secret {
            Secret::Password(text) => Fresh { hash: hash(text)?, code: None },
            Secret::Code => {
                let code = SignInCode::random(&mut SystemEntropy)?;
                Fresh { hash: hash(code.text())?, code: Some(code) }
            }
        })
    }

    /// Does something with a person. Whoever is locked, or loses a post, also loses the steps that they had taken: back
    /// into the queue they go, so that no case waits for somebody who cannot act. What stays with them all the same is
    /// said.
    ///
    /// # Errors
    /// [`NotDone`]; nothing is on the record then.
    pub fn act_on(&self, by: By<'_>, id: PersonId, act: &Act, reasons: &str) -> Result<Handed, NotDone> {
        let now = self.now();
        {
            let mut people = self.people()?;
            let (person, version) = self.folded(id)?;
            self.judge_of(&people).judge(by, &person, act, reasons)?;
            let stamp = self.stamp((&person, version), act.action(), Some(by.object()), now);
            if let Some(event) = Staff::event(stamp, id, act, reasons) {
                self.casework.record().append(event)?;
            }
            people.follow(self.casework.record())?;
        }
        self.forget_names();
        let post = match act {
            Act::Lock => {
                self.end_sessions(id);
                None
            }
            Act::Revoke(post) => Some(post),
            _ => return Ok(Handed::default()),
        };
        let actor = match by {
            By::Person(actor) => Some(actor),
            By::Operator => None,
        };
        let ask = Ask { now, actor, purpose: None, seen: None };
        Ok(self.casework.hand_on(&id.object(), None, post, reasons.trim(), &ask)?)
    }

    /// Hands on the steps that a person holds, to a colleague or back into the queue.
    ///
    /// # Errors
    /// [`NotDone`].
    pub fn hand_on(
        &self,
        by: By<'_>,
        id: PersonId,
        to: Option<PersonId>,
        reasons: &str,
    ) -> Result<Handed, NotDone> {
        let (person, _) = self.folded(id)?;
        self.staff(|staff| staff.judge(by, &person, &Act::HandOver, reasons))??;
        let to = to.map(|to| self.person(to)).transpose()?;
        let actor = match by {
            By::Person(actor) => Some(actor),
            By::Operator => None,
        };
        let ask = Ask { now: self.now(), actor, purpose: None, seen: None };
        Ok(self.casework.hand_on(&id.object(), to.as_ref(), None, reasons.trim(), &ask)?)
    }

    /// Gives a person a code by which they may once choose a password.
    ///
    /// # Errors
    /// [`NotDone`].
    pub fn reset(&self, by: By<'_>, id: PersonId, reasons: &str) -> Result<Issued, NotDone> {
        let fresh = self.fresh(Secret::Code)?;
        let people = self.people()?;
        let (person, version) = self.folded(id)?;
        self.judge_of(&people).judge(by, &person, &Act::Reset, reasons)?;
        let stamp = self.stamp((&person, version), "code", Some(by.object()), self.now());
        let mut batch = Batch::default();
        let code = fresh.put(stamp, id, reasons, |draft| self.seal(draft, &mut batch))?;
        self.casework.record().append(batch)?;
        Ok(Issued { person: id, code })
    }

    /// The name by which a person signs in, for themselves.
    pub fn login(&self, person: &Person) -> Option<String> {
        let value = self.casework.record().unseal(person.now.sign_in_name.as_ref()?).ok()??;
        value.as_text().map(str::to_owned)
    }

    /// That somebody who is signed in also knows their password. Wrong tries count as those of signing in do.
    ///
    /// # Errors
    /// [`NotDone::NotIn`].
    pub fn confirm(&self, person: &Person, secret: &str, address: IpAddr) -> Result<(), NotDone> {
        let login = self.login(person).ok_or(NotIn::Wrong)?;
        let welcome = self.verify(&login, secret, address)?;
        if welcome.person == person.id { Ok(()) } else { Err(NotIn::Wrong.into()) }
    }

    /// Sets a new password, for somebody who knows the old one. All their sessions end; this one goes on under a new
    /// token.
    ///
    /// # Errors
    /// [`NotDone`].
    pub fn change_password(
        &self,
        token: &Token,
        (old, new): (&str, &str),
        address: IpAddr,
    ) -> Result<Token, NotDone> {
        let session = self.session(token, true).ok_or(NotIn::Wrong)?;
        let (person, _) = self.folded(session.person)?;
        self.confirm(&person, old, address)?;
        if old == new {
            let en = "This is the password that you have; choose another";
            return Err(NotDone::Unfit(Title::new("新密码与原密码相同，请换一个", en)));
        }
        let set = self.set_password(session.person, new)?;
        self.renew(&session, set)
    }

    /// Sets the password of somebody who has a code, and signs them in.
    ///
    /// # Errors
    /// [`NotDone`].
    pub fn choose_password(
        &self,
        (login, code): (&str, &str),
        new: &str,
        address: IpAddr,
        kiosk: bool,
    ) -> Result<Token, NotDone> {
        match self.verify(login, code, address) {
            Err(NotIn::Choose) => {}
            Err(other) => return Err(other.into()),
            // A password has not a code's form, so this is none.
            Ok(_) => return Err(NotIn::Wrong.into()),
        }
        let id = self.find_person(login).ok_or(NotIn::Wrong)?;
        self.set_password(id, new)?;
        Ok(self.sign_in(login, new, address, None, kiosk)?)
    }

    /// The entry that says so, which ends all sessions.
    fn set_password(&self, id: PersonId, new: &str) -> Result<Option<u64>, NotDone> {
        let (person, _) = self.folded(id)?;
        let known = [self.login(&person), self.name(&person)].map(Option::unwrap_or_default);
        password::check(new, &known.each_ref().map(String::as_str))?;
        let fresh = self.fresh(Secret::Password(new))?;
        let mut batch = Batch::default();
        let _held = self.people()?;
        let (person, version) = self.folded(id)?;
        let stamp = self.stamp((&person, version), "password", Some(id.object()), self.now());
        fresh.put(stamp, id, "", |draft| self.seal(draft, &mut batch))?;
        let entries = self.casework.record().append(batch)?;
        self.end_sessions(id);
        Ok(entries.last().copied())
    }

    /// Ends all sessions of a person but the one of this token, which goes on under a new one.
    ///
    /// # Errors
    /// [`NotDone`].
    pub fn sign_out_elsewhere(&self, token: &Token) -> Result<Token, NotDone> {
        let session = self.session(token, true).ok_or(NotIn::Wrong)?;
        let (person, version) = self.folded(session.person)?;
        let stamp = self.stamp((&person, version), "signed-out", Some(person.id.object()), self.now());
        let entries = self.casework.record().append(registry::signed_out(stamp, person.id))?;
        self.end_sessions(person.id);
        self.renew(&session, entries.last().copied())
    }

    /// The same session, opened anew after the entry that ended it.
    fn renew(&self, session: &Session, after: Option<u64>) -> Result<Token, NotDone> {
        let now = self.now().seconds();
        let mut sessions = locked(&self.sessions);
        let (token, _) =
            sessions.open((session.person, after), session.kind, None, &mut SystemEntropy, now)?;
        sessions.act_in(&token, session.post.clone(), now);
        sessions.note_device(&token, &session.device);
        drop(sessions);
        self.keep_in_time();
        Ok(token)
    }

    /// A person's sessions, the one used last first.
    pub fn sessions_of(&self, id: PersonId) -> Vec<(Digest, Session)> {
        let (sessions, now) = (locked(&self.sessions), self.now().seconds());
        let mut all: Vec<_> =
            sessions.of_person(id, now).map(|(name, session)| (*name, session.clone())).collect();
        all.sort_by_key(|(name, session)| (std::cmp::Reverse(session.seen), *name));
        all
    }

    /// How many sessions of a kind a person may have at one time.
    pub fn most_sessions(&self, kind: access::session::Kind) -> usize {
        locked(&self.sessions).rules().of(kind).most
    }

    /// Ends one session of a person's, so that no crash brings it back. False when they have none of that name.
    ///
    /// # Errors
    /// When that cannot be made durable.
    pub fn end_session(&self, id: PersonId, name: &Digest) -> Result<bool, StoreError> {
        let ended = locked(&self.sessions).close_named(id, name);
        self.keep()?;
        Ok(ended)
    }

    /// Notes on what device a session is.
    pub fn note_device(&self, token: &Token, device: &str) {
        locked(&self.sessions).note_device(token, device);
    }

    /// Has the person of a session act in one of their posts, or for themselves.
    ///
    /// # Errors
    /// [`NotDone::Unfit`] for a post that they do not hold.
    pub fn act_in(&self, token: &Token, person: &Person, post: Option<Post>) -> Result<(), NotDone> {
        if post.as_ref().is_some_and(|post| !person.now.posts.contains(post)) {
            return Err(NotDone::Unfit(Title::new("您没有这个岗位", "You do not hold this post")));
        }
        locked(&self.sessions).act_in(token, post, self.now().seconds());
        Ok(())
    }

    /// Appends an event of a person's own making.
    pub(super) fn say_of(
        &self,
        id: PersonId,
        what: &str,
        event: fn(Stamp, PersonId) -> Event,
    ) -> Result<(), NotDone> {
        let mut people = self.people()?;
        let (person, version) = self.folded(id)?;
        let stamp = self.stamp((&person, version), what, Some(id.object()), self.now());
        self.casework.record().append(event(stamp, id))?;
        people.follow(self.casework.record())?;
        Ok(())
    }
}
