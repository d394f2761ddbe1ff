//! Personal data of others: who may see it, what for, and that it is on the record before it is shown.

use super::answer::Oops;
use super::asked::Asked;
use access::activity::attribute;
use access::policy::Decision;
use access::reading::{self, ACTION};
use access::registry::Stamp;
use casework::{Ask, View, activity};
use pack::{Id, Title};
use record::{Event, ObjectRef, StoreError, Value, Version};

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
    fields: &[impl AsRef<str>],
) -> Result<(), Oops> {
    let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
    let decision = asked.city.casework.permit(case, view, ACTION, &Ask { purpose, ..asked.ask() });
    let decision = decision.ok_or(Oops::Missing)?;
    let subject = view.state.subject().ok_or(Oops::Missing)?;
    note(asked, &decision, &subject, &fields)
}

/// By what a reading names everything that is sealed of the answers in a case: those to the form by their field, those of steps
/// as `step.field`.
pub fn answers(view: &View) -> Vec<String> {
    let sealed = |value: &Value| matches!(value, Value::Sealed(_));
    let of_form = view.state.answers.iter().filter(|(_, value)| sealed(value)).map(|(id, _)| id.to_string());
    let of_steps = view.state.steps.iter().flat_map(|(step, state)| {
        let kept = state.answers.iter().filter(|(_, value)| sealed(value));
        kept.map(move |(id, _)| format!("{step}.{id}"))
    });
    of_form.chain(of_steps).collect()
}

/// By what a reading names what was said in a case, before the [kind of words](casework::activity::said).
pub const SAID: &str = "said.";

/// By what a reading names each kind of words that were said in a case.
pub fn said(asked: &Asked, case: &ObjectRef) -> Result<Vec<String>, StoreError> {
    let kinds = asked.city.casework.said(case)?;
    Ok(kinds.into_iter().map(|kind| format!("{SAID}{kind}")).collect())
}

/// The case with what was said in it, under the purpose that the reader states, which is on the record before; as it is where
/// none is stated, and where it stands open to them already.
pub fn opened(asked: &Asked, case: &ObjectRef, view: View) -> Result<View, Oops> {
    let Some(purpose) = asked.id("purpose").filter(|_| !view.spoken) else { return Ok(view) };
    read(asked, case, &view, Some(&purpose), &said(asked, case)?)?;
    Ok(asked.city.casework.spoken(view)?)
}

/// Whether the reader opened what is asked to be corrected in a case since that was asked for, and could still: to lay before
/// them again what stands on their screen is no other reading.
pub fn has_opened_notes(asked: &Asked, case: &ObjectRef, view: &View) -> Result<bool, Oops> {
    let Some((purpose, me)) = asked.id("purpose").zip(asked.actor.as_ref()) else { return Ok(false) };
    let ask = Ask { purpose: Some(&purpose), ..asked.ask() };
    let decision = asked.city.casework.permit(case, view, ACTION, &ask);
    if !decision.is_some_and(|decision| decision.allowed()) {
        return Ok(false);
    }
    let story = asked.city.casework.story(case)?;
    let since = story.iter().rev().map(|entry| &entry.event);
    let mut since = since.take_while(|event| event.activity.as_str() != activity::CORRECTION_REQUESTED);
    let notes = format!("{SAID}{}", activity::said::CORRECTIONS);
    Ok(since.any(|event| {
        let named = match event.attribute(attribute::FIELDS) {
            Some(Value::List(fields)) => fields.iter().any(|field| field.as_text() == Some(&notes)),
            _ => false,
        };
        named
            && event.actor.as_ref() == Some(me.id())
            && event.purpose.as_ref().map(|stated| stated.as_str()) == Some(purpose.as_str())
    }))
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
