//! What cases give: licences, certificates, entries, and how long each is valid.

use crate::book::Book;
use crate::cases::of_party;
use crate::decide::Truth;
use crate::due;
use crate::service::{Casework, Refused, View, judge};
use crate::state::{Done, Run, Status};
use jiff::civil::Date;
use pack::days::At;
use pack::model::{Credential, Own, Procedure, Step};
use pack::{Id, Title};
use record::{EventId, ObjectRef, StoreError, Time, Value};
use std::collections::BTreeMap;

/// A credential that a case gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Which.
    pub credential: Id,
    /// What people call it.
    pub title: Title,
    /// The object that the record knows it as: of its own type, under the case's number.
    pub object: ObjectRef,
    /// The step that gave it.
    pub step: Id,
    /// When.
    pub at: Time,
    /// The event that says so: the last correction of it, where it was corrected.
    pub event: EventId,
    /// How long it is valid.
    pub valid: Valid,
    /// Since when it stands no more: what gave it was opened again, or came out otherwise.
    pub revoked: Option<Time>,
    /// What took its place, where its pack says that there is one at a time.
    pub replaced: Option<Replaced>,
}

/// A later credential that took the place of an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaced {
    /// The later one, as the record knows it.
    pub by: ObjectRef,
    /// The case that gave it.
    pub case: ObjectRef,
    /// When.
    pub at: Time,
}

/// The object that a case's credential is.
pub(crate) fn object(credential: &Id, case: &ObjectRef) -> ObjectRef {
    ObjectRef::new(format!("credential.{credential}"), case.id.clone())
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
    /// What the case has given: the credentials of steps that ended with their first outcome, those that stand no more too,
    /// each with what took its place.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn given(&self, view: &View) -> Result<Vec<Given>, StoreError> {
        let mut all = self.issued(view)?;
        for given in &mut all {
            given.replaced = self.replaced(view, given)?;
        }
        Ok(all)
    }

    /// The first that the same party was given later, of the same kind and with the same answers by which one is told from
    /// another. Only its own party's cases are looked at: a register of who holds what is nobody's to keep.
    fn replaced(&self, view: &View, given: &Given) -> Result<Option<Replaced>, StoreError> {
        let Some((party, case)) = view.state.party.as_ref().zip(view.state.case.as_ref()) else {
            return Ok(None);
        };
        let single = |book: &Book| {
            let credential = book.definitions.credentials.get(&given.credential);
            credential.is_some_and(|credential| !credential.one_per.is_empty())
        };
        if !single(&view.book) && !single(self.book()) {
            return Ok(None);
        }
        let cases = of_party(self.record(), party)?;
        let own = (given.at, cases.iter().position(|other| other == case));
        let mut first: Option<((Time, Option<usize>), Replaced)> = None;
        for (place, other) in cases.iter().enumerate().filter(|(_, other)| *other != case) {
            let later = match self.view(other) {
                Ok(later) => later,
                Err(Refused::Store(error)) => return Err(error),
                Err(_) => continue,
            };
            let steps =
                later.procedure().map(|procedure| procedure.flow.steps.as_slice()).unwrap_or_default();
            for step in steps.iter().filter(|step| step.issues.as_ref() == Some(&given.credential)) {
                let Some(at) = standing(&later, step).map(|at| (at, Some(place))) else { continue };
                let sooner = first.as_ref().is_none_or(|(then, _)| at < *then);
                if at > own
                    && sooner
                    && self.are_alike(&given.credential, (view, &given.step), (&later, &step.id))?
                {
                    let by = object(&given.credential, other);
                    first = Some((at, Replaced { by, case: other.clone(), at: at.0 }));
                }
            }
        }
        Ok(first.map(|(_, replaced)| replaced))
    }

    /// Whether the later of two credentials takes the place of the earlier, as the later one's definitions say. What is not
    /// answered, or was erased, is not known to be the same.
    fn are_alike(
        &self,
        credential: &Id,
        earlier: (&View, &Id),
        later: (&View, &Id),
    ) -> Result<bool, StoreError> {
        let credential = later.0.book.definitions.credentials.get(credential);
        let one_per = credential.map(|credential| credential.one_per.as_slice()).unwrap_or_default();
        for field in one_per {
            let clear = |(view, step)| said(view, step, field).map(|value| self.in_clear(value)).transpose();
            match (clear(earlier)?.flatten(), clear(later)?.flatten()) {
                (Some(earlier), Some(later)) if same(&earlier, &later) => {}
                _ => return Ok(false),
            }
        }
        Ok(!one_per.is_empty())
    }

    fn issued(&self, view: &View) -> Result<Vec<Given>, StoreError> {
        let Some((procedure, case)) = view.procedure().zip(view.state.case.as_ref()) else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        for step in &procedure.flow.steps {
            let issued = step.issues.as_ref().and_then(|id| view.book.definitions.credentials.get(id));
            let Some((credential, (done, since))) = issued.zip(last(view, step)) else { continue };
            all.push(Given {
                credential: credential.id.clone(),
                title: credential.title.clone(),
                object: object(&credential.id, case),
                step: step.id.clone(),
                at: done.at,
                event: done.event.clone(),
                valid: self.valid(view, procedure, (step, done), credential)?,
                revoked: revoked(view, procedure, step, (done, since)),
                replaced: None,
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
                return Ok(self.in_clear(said)?.as_ref().and_then(end).unwrap_or(Valid::Unsaid));
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

/// What was answered to `field` where the step that gives something asks for it, or the form does.
fn said<'a>(view: &'a View, step: &Id, field: &Id) -> Option<&'a Value> {
    let asks = view.procedure()?.flow.step(step.as_str())?.form.field(field.as_str()).is_some();
    if asks { view.state.steps.get(step)?.answers.get(field) } else { view.state.answers.get(field) }
}

/// Whether two answers say the same, however they were spaced or in whichever letters they were typed.
fn same(one: &Value, other: &Value) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
    };
    match (one.as_text(), other.as_text()) {
        (Some(one), Some(other)) => letters(one) == letters(other),
        _ => one == other,
    }
}

/// When the step gave what it gives, where that stands.
fn standing(view: &View, step: &Step) -> Option<Time> {
    let (done, since) = last(view, step)?;
    revoked(view, view.procedure()?, step, (done, since)).is_none().then_some(done.at)
}

/// How the step ended when it last gave what it gives, with the times that it was open since.
fn last<'a>(view: &'a View, step: &Step) -> Option<(&'a Done, &'a [Run])> {
    let (runs, gives) = (&view.state.steps.get(&step.id)?.runs, &step.outcomes.first()?.id);
    let of = |run: &'a Run| run.done.as_ref().filter(|done| done.outcome == *gives);
    let at = runs.iter().rposition(|run| of(run).is_some())?;
    runs.get(at).and_then(of).zip(runs.get(at + 1..))
}

/// Since when what a step gave stands no more. A step that may be done again and again takes nothing back by being open.
fn revoked(view: &View, procedure: &Procedure, step: &Step, (done, since): (&Done, &[Run])) -> Option<Time> {
    if step.repeats {
        return since.iter().find_map(|run| run.done.as_ref()).map(|other| other.at);
    }
    if let Some(again) = since.first() {
        return Some(again.opened);
    }
    let stands = view.state.steps.get(&step.id).is_some_and(|state| state.status == Status::Done);
    // An earlier step was opened again, and the case has not come back to this one.
    let before = |id: &Id| procedure.flow.later_than(id).contains(&&step.id);
    let earlier = view.state.steps.iter().filter(|(id, _)| !stands && before(id));
    let opened = earlier.flat_map(|(_, state)| &state.runs).map(|run| run.opened);
    opened.filter(|opened| *opened >= done.at).min()
}

/// The end that an answer says: of a day, or a moment.
fn end(said: &Value) -> Option<Valid> {
    match said {
        Value::Time(moment) => Some(Valid::To(*moment)),
        day => day.as_text()?.parse().ok().map(Valid::Until),
    }
}
