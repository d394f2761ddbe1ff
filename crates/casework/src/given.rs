//! What cases give: licences, certificates, entries, and how long each is valid.

use crate::decide::Truth;
use crate::due;
use crate::service::{Casework, View, judge};
use crate::state::Done;
use jiff::civil::Date;
use pack::days::At;
use pack::model::{Credential, Own, Procedure, Step};
use pack::{Id, Title};
use record::{StoreError, Time, Value};
use std::collections::BTreeMap;

/// A credential that a case gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Which.
    pub credential: Id,
    /// What people call it.
    pub title: Title,
    /// When.
    pub at: Time,
    /// How long it is valid.
    pub valid: Valid,
}

/// How long a credential is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Valid {
    /// To the end of this day.
    Until(Date),
    /// To this moment.
    To(Time),
    /// Until it is revoked.
    Always,
    /// The answer that says so was destroyed.
    Unsaid,
}

impl Casework {
    /// What the case has given: the credentials of steps that ended with their first outcome.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn given(&self, view: &View) -> Result<Vec<Given>, StoreError> {
        let Some(procedure) = view.procedure() else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for step in &procedure.flow.steps {
            let Some(done) = view.state.done(&step.id) else { continue };
            let first = step.outcomes.first().is_some_and(|outcome| outcome.id == done.outcome);
            let issued = step.issues.as_ref().filter(|_| first);
            let Some(credential) = issued.and_then(|id| view.book.definitions.credentials.get(id)) else {
                continue;
            };
            all.push(Given {
                credential: credential.id.clone(),
                title: credential.title.clone(),
                at: done.at,
                valid: self.valid(view, procedure, (step, done), credential)?,
            });
        }
        Ok(all)
    }

    /// The day that an answer says, or the length of time that the pack does for what was answered, counted from the day on
    /// which it was given.
    fn valid(
        &self,
        view: &View,
        procedure: &Procedure,
        (step, done): (&Step, &Done),
        credential: &Credential,
    ) -> Result<Valid, StoreError> {
        if let Some(field) = &credential.until {
            let of_step = step.form.field(field.as_str());
            let recorded = of_step.and_then(|_| view.state.steps.get(&step.id)?.answers.get(field));
            let said = recorded.or_else(|| view.state.answers.get(field));
            if let Some(said) = said {
                return Ok(self.in_clear(said)?.as_ref().and_then(last).unwrap_or(Valid::Unsaid));
            }
        }
        let answers: BTreeMap<Id, Value> = self.answers(&view.state)?;
        let state = self.opened(&view.state, procedure)?;
        let judge = judge(procedure, &state, done.at);
        let mut length = credential.valid;
        for (when, valid) in &credential.terms {
            match judge(when, None, &answers) {
                Truth::False => continue,
                Truth::True => length = *valid,
                Truth::Unknown => return Ok(Valid::Unsaid),
            }
            break;
        }
        let law = view.book.definitions.law.as_ref();
        let counted = |own: Own| law.and_then(|law| due::valid(done.at, own, law));
        Ok(match length.map(counted) {
            None => Valid::Always,
            Some(Some(At::Day(day))) => Valid::Until(day),
            Some(Some(at)) => at.end().and_then(pack::days::moment).map_or(Valid::Unsaid, Valid::To),
            Some(None) => Valid::Unsaid,
        })
    }
}

/// The end that an answer says: of a day, or a moment.
fn last(said: &Value) -> Option<Valid> {
    match said {
        Value::Time(moment) => Some(Valid::To(*moment)),
        day => day.as_text()?.parse().ok().map(Valid::Until),
    }
}
