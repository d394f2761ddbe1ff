//! Applicants who never opened an account themselves: found by the number on their card, given an account by a clerk who has
//! seen it. What a clerk saw is trusted; a number that somebody typed into a web page would not be.

use super::account::own_name;
use super::city::City;
use super::people::{Issued, NotDone, Secret, sign_in_name};
use access::code::SignInCode;
use access::directory::SignInName;
use access::entropy::SystemEntropy;
use access::registry::{self, Details};
use access::{Person, PersonId};
use casework::answer;
use pack::Title;
use pack::model::FieldKind;
use record::{Batch, Digest, ObjectRef, StoreError, Version};

/// What is wrong with what was typed, by the name of its field.
pub type Faults = Vec<(&'static str, Title)>;

/// What a clerk copied from the document of somebody who has no account.
#[derive(Clone, Debug)]
pub struct WalkIn {
    name: String,
    number: Option<String>,
    login: Option<SignInName>,
}

/// An account that was opened, with what its holder takes home.
pub struct Opened {
    /// Whose, and the code.
    pub issued: Issued,
    /// The name to sign in by.
    pub login: SignInName,
}

/// Why no account was opened.
#[derive(Debug)]
pub enum NotOpened {
    /// Something in it is another's.
    Faulty(Faults),
    /// The same request opened this one before.
    Already(PersonId),
    /// Anything else.
    Other(NotDone),
}

impl<E: Into<NotDone>> From<E> for NotOpened {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// An identity number as it was typed, in the one way in which it is kept.
///
/// # Errors
/// What is wrong with it.
pub fn number(typed: &str) -> Result<String, Title> {
    answer::read(&FieldKind::IdentityNumber, typed)
        .map(|value| value.as_text().unwrap_or_default().to_owned())
}

fn taken() -> Title {
    Title::new(
        "已有账号登记了这个身份号码，请用号码查找",
        "Another account has this identity number: look it up by the number",
    )
}

impl WalkIn {
    /// Reads what was typed. Whoever has no identity number leaves it empty, and whoever wants no name of their own to sign
    /// in by is given one.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(name: &str, typed: &str, login: &str) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let name = own_name(name).map_err(|why| faults.push(("name", why))).unwrap_or_default();
        let given = |text: &str| !text.trim().is_empty();
        let number = given(typed).then(|| number(typed)).transpose();
        let number = number.map_err(|why| faults.push(("number", why))).unwrap_or_default();
        let login = given(login).then(|| sign_in_name(login)).transpose();
        let login = login.map_err(|why| faults.push(("login", why))).unwrap_or_default();
        if faults.is_empty() { Ok(Self { name, number, login }) } else { Err(faults) }
    }

    /// The number on their card.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }
}

impl City {
    /// Whose account it is that this identity number stands on, or that is signed in to by this name; and whether it was
    /// found by the number.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn find_applicant(&self, typed: &str) -> Result<Option<(PersonId, bool)>, StoreError> {
        let directory = &self.people()?.directory;
        let by_number = number(typed).ok().and_then(|number| directory.by_number(&number));
        let by_name = || directory.find(directory.key(typed)).map(|person| (person, false));
        Ok(by_number.map(|person| (person, true)).or_else(by_name))
    }

    /// Opens an account for somebody at the counter of `clerk`. The `key` stands for one account: sent again, it opens no
    /// second one, and the code is not told a second time.
    ///
    /// # Errors
    /// [`NotOpened`]; nothing new is on the record then.
    pub fn open_for(&self, clerk: &ObjectRef, new: &WalkIn, key: Option<&str>) -> Result<Opened, NotOpened> {
        let id = match key {
            Some(key) => keyed(clerk, key),
            None => PersonId::random(&mut SystemEntropy)?,
        };
        let record = self.casework.record();
        let fresh = self.fresh(Secret::Code)?;
        let login = new.login.clone().map_or_else(drawn, Ok)?;
        let mut people = self.people()?;
        // Only now, as the same request may be under way twice.
        let (before, version) = self.folded(id)?;
        if version != Version(0) {
            let numbered = new.number.as_deref();
            let same = self.name(&before).as_ref() == Some(&new.name)
                && numbered.is_none_or(|number| people.directory.by_number(number) == Some(id));
            let en = "An account was opened from this form with other details: load the page again";
            let why = Title::new("此表单已用其他信息开过账号，请刷新页面", en);
            return Err(if same { NotOpened::Already(id) } else { NotOpened::Faulty(vec![("name", why)]) });
        }
        let mut faults = Vec::new();
        if people.directory.claim(id, &login).is_err() {
            let en = "This sign-in name is taken; choose another";
            faults.push(("login", Title::new("这个登录名已被使用，请换一个", en)));
        }
        if new.number.as_deref().is_some_and(|number| people.directory.claim_number(id, number).is_err()) {
            faults.push(("number", taken()));
        }
        if !faults.is_empty() {
            people.directory.release(id);
            return Err(NotOpened::Faulty(faults));
        }
        let (person, now) = (Person::new(id), self.now());
        let stamp = |what: &str| self.stamp((&person, Version(0)), what, Some(clerk.clone()), now);
        let details =
            Details { name: Some(new.name.clone()), identity_number: new.number.clone(), phone: None };
        let put_down = || {
            let mut batch = Batch::default();
            self.seal(registry::registered(stamp("registered"), id, details), &mut batch)?;
            self.seal(registry::name_set(stamp("name"), id, &login), &mut batch)?;
            let code = fresh.put(stamp("secret"), id, "", |draft| self.seal(draft, &mut batch))?;
            record.append(batch)?;
            Ok(code)
        };
        let code = put_down().inspect_err(|_: &NotDone| people.directory.release(id))?;
        people.follow(record)?;
        Ok(Opened { issued: Issued { person: id, code }, login })
    }

    /// Notes the identity number of somebody who opened their account themselves, now that a clerk has seen their card.
    ///
    /// # Errors
    /// [`NotDone`]; nothing is on the record then.
    pub fn note_number(&self, clerk: &ObjectRef, id: PersonId, number: &str) -> Result<(), NotDone> {
        let mut people = self.people()?;
        let (person, version) = self.folded(id)?;
        if people.directory.by_number(number) == Some(id) {
            return Ok(());
        }
        if person.now.identity_number.is_some() {
            let en = "This account has another identity number already: compare it with the card";
            return Err(NotDone::Unfit(Title::new("该账号已登记其他身份号码，请核对证件", en)));
        }
        if people.directory.claim_number(id, number).is_err() {
            return Err(NotDone::Unfit(taken()));
        }
        let stamp = self.stamp((&person, version), "number", Some(clerk.clone()), self.now());
        let details = Details { identity_number: Some(number.to_owned()), ..Details::default() };
        let put_down = || {
            let mut batch = Batch::default();
            self.seal(registry::details_changed(stamp, id, details), &mut batch)?;
            Ok(self.casework.record().append(batch).map(drop)?)
        };
        put_down().inspect_err(|_: &NotDone| people.directory.release(id))?;
        people.follow(self.casework.record())?;
        Ok(())
    }

    /// Puts the identity number on somebody's account right, or takes it off where their own is not known: a clerk has seen
    /// that it is another's.
    ///
    /// # Errors
    /// [`NotDone`]; nothing is on the record then.
    pub fn correct_number(
        &self,
        clerk: &ObjectRef,
        id: PersonId,
        number: Option<&str>,
        reasons: &str,
    ) -> Result<(), NotDone> {
        let mut people = self.people()?;
        let (person, version) = self.folded(id)?;
        let history = self.casework.record().history(&id.object(), Version(0), usize::MAX)?;
        let numbering = registry::numbering(id, &history).filter(|_| person.now.identity_number.is_some());
        let Some(numbering) = numbering else {
            let en = "No identity number stands on this account: there is nothing to correct";
            return Err(NotDone::Unfit(Title::new("该账号没有登记身份号码，无需更正", en)));
        };
        if number.is_some_and(|number| people.directory.by_number(number) == Some(id)) {
            let en = "This is the number that stands on the account: enter the right one";
            return Err(NotDone::Unfit(Title::new("该账号登记的就是这个号码，请填写正确的号码", en)));
        }
        if number.is_some_and(|number| people.directory.claim_number(id, number).is_err()) {
            return Err(NotDone::Unfit(taken()));
        }
        let stamp = self.stamp((&person, version), "number", Some(clerk.clone()), self.now());
        let put_down = || {
            let mut batch = Batch::default();
            let draft = registry::number_corrected(stamp, &numbering, id, number, reasons);
            self.seal(draft, &mut batch)?;
            Ok(self.casework.record().append(batch).map(drop)?)
        };
        put_down().inspect_err(|_: &NotDone| people.directory.release(id))?;
        people.follow(self.casework.record())?;
        Ok(())
    }

    /// Another code for somebody who has never chosen a password, and lost the one that they were given.
    ///
    /// # Errors
    /// [`NotDone`]; nothing is on the record then.
    pub fn another_code(&self, clerk: &ObjectRef, id: PersonId) -> Result<Opened, NotDone> {
        let fresh = self.fresh(Secret::Code)?;
        let _held = self.people()?;
        let (person, version) = self.folded(id)?;
        let login = self.login(&person).and_then(|login| SignInName::parse(&login).ok());
        let Some(login) = login.filter(|_| waits(&person)) else {
            let en = "They have chosen a password: whoever forgets it asks whoever runs the city";
            return Err(NotDone::Unfit(Title::new("其本人已设置密码；忘记密码的，请联系系统管理员", en)));
        };
        let stamp = self.stamp((&person, version), "code", Some(clerk.clone()), self.now());
        let mut batch = Batch::default();
        let code = fresh.put(stamp, id, "", |draft| self.seal(draft, &mut batch))?;
        self.casework.record().append(batch)?;
        Ok(Opened { issued: Issued { person: id, code }, login })
    }
}

/// Whether somebody has yet to choose the password of an account that was opened for them.
pub fn waits(person: &Person) -> bool {
    let now = &person.now;
    now.password.is_none() && now.sign_in_name.is_some() && now.locked.is_none() && now.posts.is_empty()
}

/// The account that follows from the key of a request, so that nothing has to be kept for it. Nothing of the person goes into
/// it: it stays on the record when they are erased.
fn keyed(clerk: &ObjectRef, key: &str) -> PersonId {
    let drawn = Digest::of(format!("lianchi account\n{clerk}\n{key}").as_bytes()).to_string();
    drawn.get(..32).and_then(PersonId::parse).unwrap_or_default()
}

/// A sign-in name for somebody who wants none of their own: `lh-29xr-tb4h`.
fn drawn() -> Result<SignInName, NotDone> {
    let code = SignInCode::random(&mut SystemEntropy)?;
    sign_in_name(&format!("lh-{}", code.text().get(5..).unwrap_or_default())).map_err(NotDone::Name)
}
