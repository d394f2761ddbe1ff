use crate::activity::{self, attribute, part};
use crate::policy::Decision;
use crate::registry::Stamp;
use pack::Id;
use record::{Event, Name, ObjectRef, Value};

/// The action that policies call looking at personal data.
pub const ACTION: &str = "read-personal";

/// Why personal data may not be shown, whatever policies say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReadable {
    /// The decision refuses it.
    #[error("this decision allows no reading; ask for one that does")]
    Denied,
    /// The decision is about something else.
    #[error("this decision is about another action; ask for one about `{ACTION}`")]
    OtherAction,
    /// No purpose was stated.
    #[error("personal data of others is read only under a purpose; state one")]
    NoPurpose,
}

/// The event that says that personal data of `subject` was read, to be on the record before the data is shown. The
/// subject is among its objects, so that it stands in the history that they themselves can see. None when the
/// subject reads their own.
///
/// `fields` are the names of what is shown, each once in the event, in the order of their names.
///
/// # Errors
/// [`NotReadable`]; then nothing may be shown.
pub fn reading(
    decision: &Decision,
    stamp: Stamp,
    subject: &ObjectRef,
    fields: &[&str],
) -> Result<Option<Event>, NotReadable> {
    if !decision.allowed() {
        return Err(NotReadable::Denied);
    }
    if decision.action() != ACTION {
        return Err(NotReadable::OtherAction);
    }
    if decision.actor() == subject {
        return Ok(None);
    }
    let purpose = decision.purpose().ok_or(NotReadable::NoPurpose)?;
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    fields.dedup();
    let mut event =
        Event::new(stamp.id, activity::DATA_READ, stamp.time).about(part::SUBJECT, subject.clone());
    event.actor = Some(decision.actor().clone());
    event.purpose = Some(Name::from(purpose.as_str()));
    if let Some(case) = decision.case() {
        event = event.about(part::CASE, case.clone());
    }
    event = in_post(event, decision);
    let fields = fields.into_iter().map(Value::from).collect();
    event.attributes.push((attribute::FIELDS.into(), Value::List(fields)));
    Ok(Some(event))
}

/// The event that says that somebody was looked up at a counter and not found: who looked, where and what for, and never whom,
/// who may well have an account elsewhere. It is on the record before that is told.
///
/// # Errors
/// [`NotReadable`]; then nothing may be told.
pub fn not_found(decision: &Decision, stamp: Stamp) -> Result<Event, NotReadable> {
    if !decision.allowed() {
        return Err(NotReadable::Denied);
    }
    if decision.action() != ACTION {
        return Err(NotReadable::OtherAction);
    }
    let purpose = decision.purpose().ok_or(NotReadable::NoPurpose)?;
    let mut event = Event::new(stamp.id, activity::NOT_FOUND, stamp.time);
    event.actor = Some(decision.actor().clone());
    event.purpose = Some(Name::from(purpose.as_str()));
    Ok(in_post(event, decision))
}

/// The counter of an office.
pub fn counter(office: &Id) -> ObjectRef {
    ObjectRef::new(part::COUNTER, office.as_str())
}

/// With the post in which it was done. What belongs to no case is done at the counter.
fn in_post(event: Event, decision: &Decision) -> Event {
    let Some(post) = decision.post() else { return event };
    let office = ObjectRef::new("office", post.office.as_str());
    let event = event.about(part::OFFICE, office).with(attribute::ROLE, post.role.as_str());
    if decision.case().is_some() { event } else { event.about(part::COUNTER, counter(&post.office)) }
}
