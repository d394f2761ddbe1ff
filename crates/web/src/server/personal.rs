//! Personal data of others: who may see it, what for, and that it is on the record before it is shown.

use super::answer::Oops;
use super::asked::Asked;
use access::policy::Decision;
use access::reading::{self, ACTION};
use access::registry::Stamp;
use casework::{Ask, View};
use pack::{Id, Title};
use record::{Event, ObjectRef, Value, Version};

/// The purposes under which the reader may see the personal answers of a case.
pub fn purposes(asked: &Asked, case: &ObjectRef, view: &View) -> Vec<(Id, Title)> {
    let may = |purpose: &Id| {
        let ask = Ask { purpose: Some(purpose), ..asked.ask() };
        let decision = asked.city.casework.permit(case, view, ACTION, &ask);
        decision.is_some_and(|decision| decision.allowed())
    };
    let all = view.book.definitions.purposes.iter();
    all.filter(|(id, _)| may(id)).map(|(id, title)| (id.clone(), title.clone())).collect()
}

/// Puts on the record that the reader sees `fields` of a case under `purpose`; refuses where no policy permits it, and says
/// what would do. To see nothing is no reading.
pub fn read(
    asked: &Asked,
    case: &ObjectRef,
    view: &View,
    purpose: Option<&Id>,
    fields: &[&str],
) -> Result<(), Oops> {
    let decision = asked.city.casework.permit(case, view, ACTION, &Ask { purpose, ..asked.ask() });
    let decision = decision.ok_or(Oops::Missing)?;
    let subject = view.state.subject().ok_or(Oops::Missing)?;
    note(asked, &decision, &subject, fields)
}

/// The same of everything that is sealed in the case: answers to the form by their field, those of steps as `step.field`.
pub fn read_all(asked: &Asked, case: &ObjectRef, view: &View, purpose: Option<&Id>) -> Result<(), Oops> {
    let sealed = |value: &Value| matches!(value, Value::Sealed(_));
    let of_form = view.state.answers.iter().filter(|(_, value)| sealed(value)).map(|(id, _)| id.to_string());
    let of_steps = view.state.steps.iter().flat_map(|(step, state)| {
        let kept = state.answers.iter().filter(|(_, value)| sealed(value));
        kept.map(move |(id, _)| format!("{step}.{id}"))
    });
    let fields: Vec<String> = of_form.chain(of_steps).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    read(asked, case, view, purpose, &fields)
}

/// Puts a reading that was decided on the record.
pub fn note(asked: &Asked, decision: &Decision, subject: &ObjectRef, fields: &[&str]) -> Result<(), Oops> {
    if !decision.allowed() {
        return Err(Oops::denied(decision));
    }
    if fields.is_empty() {
        return Ok(());
    }
    let stamp = stamp(asked, decision, decision.case().unwrap_or(subject))?;
    let event = reading::reading(decision, stamp, subject, fields);
    let event = event.map_err(|_| Oops::forbidden(Some(state_one())))?;
    if let Some(event) = event {
        asked.city.casework.record().append(event)?;
    }
    Ok(())
}

/// Puts on the record that somebody was looked up and not found: that, too, tells something.
pub fn note_nobody(asked: &Asked, decision: &Decision) -> Result<(), Oops> {
    if !decision.allowed() {
        return Err(Oops::denied(decision));
    }
    let office = asked.post()?.office.clone();
    let stamp = stamp(asked, decision, &reading::counter(&office))?;
    let event = reading::not_found(decision, stamp).map_err(|_| Oops::forbidden(Some(state_one())))?;
    asked.city.casework.record().append(event)?;
    Ok(())
}

fn stamp(asked: &Asked, decision: &Decision, about: &ObjectRef) -> Result<Stamp, Oops> {
    // What another site's link makes a browser ask for is nothing that its reader stated a purpose for.
    if asked.is_from_elsewhere() {
        return Err(Oops::Foreign);
    }
    let own = super::once::key().map_err(|error| Oops::Broken(error.to_string()))?;
    let id = format!("read/{about}/{own}");
    Ok(Stamp { id: id.into(), time: asked.now, actor: Some(decision.actor().clone()) })
}

fn state_one() -> Title {
    Title::new(
        "查看他人的个人信息须说明目的",
        "Personal data of others is read only under a purpose: state one",
    )
}

/// Every reading of `subject`'s personal data, the latest first.
pub fn readings(asked: &Asked, subject: &ObjectRef) -> Result<Vec<Event>, Oops> {
    let history = asked.city.casework.record().history(subject, Version(0), usize::MAX)?;
    let events = history.into_iter().rev().map(|entry| entry.event);
    Ok(events.filter(|event| event.activity.as_str() == access::activity::DATA_READ).collect())
}
