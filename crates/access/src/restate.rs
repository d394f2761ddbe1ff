use record::{Event, Name, ObjectRef, Value};
use std::borrow::Cow;

/// The activity of the event in whose place a correction stands.
const ACTIVITY: &str = "restates";
/// When that happened.
const HAPPENED: &str = "happened";
/// Who told it.
const TOLD_BY: &str = "told by";

/// `event` as it counts, where events of the activity `correction` tell earlier ones anew: as what it stands in place of, at its
/// time and by whoever told it first. Any other event is as it is.
pub fn restated<'a>(event: &'a Event, correction: &str) -> Cow<'a, Event> {
    let activity = event.attribute(ACTIVITY).and_then(Value::as_text);
    let Some(activity) = activity.filter(|_| event.activity.as_str() == correction) else {
        return Cow::Borrowed(event);
    };
    let mut restated = event.clone();
    restated.activity = activity.into();
    if let Some(Value::Time(happened)) = event.attribute(HAPPENED) {
        restated.time = *happened;
    }
    restated.actor = event.attribute(TOLD_BY).and_then(Value::as_text).and_then(ObjectRef::parse);
    restated.attributes.retain(|(name, _)| ![ACTIVITY, HAPPENED, TOLD_BY].contains(&name.as_str()));
    Cow::Owned(restated)
}

/// `fresh`, which is no more than a number, an activity, a time and an actor, made to stand in place of `recorded` and to tell
/// the same.
pub fn in_place_of(recorded: &Event, fresh: Event) -> Event {
    let told = restated(recorded, fresh.activity.as_str()).into_owned();
    let by = told.actor.map(|actor| (Name::from(TOLD_BY), Value::from(actor.to_string())));
    let own =
        [(ACTIVITY.into(), Value::from(told.activity.as_str())), (HAPPENED.into(), Value::Time(told.time))];
    Event {
        corrects: Some(recorded.id.clone()),
        objects: told.objects,
        attributes: told.attributes.into_iter().chain(own).chain(by).collect(),
        changes: told.changes,
        links: told.links,
        ..fresh
    }
}
