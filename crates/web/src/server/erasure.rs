//! What the record holds of a person, and its end: at their wish, as far and as soon as nothing keeps it.

use super::city::City;
use super::people::NotDone;
use access::policy::Actor;
use access::{Person, PersonId, registry};
use casework::Ask;
use casework::erase::WISHED;
use casework::retention::{Held, Stays};
use pack::Title;
use record::{Event, ObjectRef, StoreError};

/// What of a person's may go now, and what stays.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Their cases, each with how long it stays.
    pub cases: Vec<Held>,
    /// Why the account stays: cases run in which it is needed, or posts are held in it. None: it may go.
    pub account: Option<Title>,
}

impl City {
    /// What of a person's may be erased now.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn erasure(&self, person: &Person) -> Result<Erasure, StoreError> {
        let cases = self.casework.held(&person.id.object(), self.now())?;
        let runs = cases.iter().any(|held| held.stays == Stays::Running);
        let account = if !person.now.posts.is_empty() {
            let en = "You hold a post here: it must be taken back first";
            Some(Title::new("您在本系统有岗位，须先由管理员免去", en))
        } else if runs {
            let en = "A case of yours runs: you need the account to follow and answer it";
            Some(Title::new("您还有办理中的事项，需要用账号查看和补正", en))
        } else {
            None
        };
        Ok(Erasure { cases, account })
    }

    /// Erases what of a person's may go, and puts their wish on the record, so that the rest goes when its time has come.
    /// Says whether the account is gone.
    ///
    /// # Errors
    /// [`NotDone`].
    pub fn erase(&self, actor: &Actor, id: PersonId) -> Result<bool, NotDone> {
        if self.person(id)?.now.wish.is_none() {
            self.say_of(id, "erasure-asked", registry::erasure_asked)?;
        }
        self.carry_out_wish(id, Some(actor))
    }

    /// Takes the wish back: what is erased stays so, and nothing more is.
    ///
    /// # Errors
    /// [`NotDone`].
    pub fn call_off_erasure(&self, id: PersonId) -> Result<(), NotDone> {
        self.say_of(id, "erasure-called-off", registry::erasure_called_off)
    }

    fn carry_out_wish(&self, id: PersonId, actor: Option<&Actor>) -> Result<bool, NotDone> {
        let (person, now) = (self.person(id)?, self.now());
        let erasure = self.erasure(&person)?;
        let object = id.object();
        let ask = Ask { now, actor, purpose: None, seen: None };
        for held in &erasure.cases {
            self.casework.erase_case(held, &object, &ask, WISHED)?;
        }
        if erasure.account.is_some() || person.now.erased.is_some() {
            return Ok(person.now.erased.is_some());
        }
        self.erase_account(&object)?;
        Ok(true)
    }

    fn erase_account(&self, person: &ObjectRef) -> Result<(), NotDone> {
        let now = self.now();
        let version = self.casework.record().version(person)?;
        let id = format!("{person}/erased/{}", version.0);
        let mut event = Event::new(id, casework::activity::ERASED, now).with("reasons", WISHED);
        event.actor = Some(person.clone());
        self.casework.record().erase(person, event)?;
        self.people()?.follow(self.casework.record())?;
        if let Some(id) = PersonId::of(person) {
            self.end_sessions(id);
        }
        self.forget_names();
        Ok(())
    }

    /// Carries out the wishes whose time has come since they were made. To be asked once a day; says how many accounts and
    /// cases were looked after.
    ///
    /// # Errors
    /// When the record fails.
    pub fn carry_out_wishes(&self) -> Result<usize, NotDone> {
        let wishing: Vec<PersonId> = self.staff(|staff| {
            staff.roster.members().filter(|(_, member)| member.wish).map(|(id, _)| id).collect()
        })?;
        for id in &wishing {
            self.carry_out_wish(*id, None)?;
        }
        Ok(wishing.len())
    }
}
