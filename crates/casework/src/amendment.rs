//! Corrections of what was written down wrongly. A correction is an event that stands in place of an earlier one and tells
//! it anew, with one answer changed. It says what the earlier one was, when it happened and who told it, so that the case's
//! course stays as it was and its clocks go by when things happened, not by when they were put right.

use crate::activity::AMENDED;
use access::restate;
use record::fold::apply_all;
use record::{Entry, Event, EventId, Fold, Value};
use std::borrow::Cow;

/// Which answer is corrected: `form.<field>` or `<step>.<field>`.
const ANSWER: &str = "corrected answer";
/// Why.
pub(crate) const REASONS: &str = "correction reasons";

/// What a correction is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amendment<'a> {
    /// The step, or [`State::FORM`](crate::State::FORM).
    pub of: &'a str,
    /// The answer.
    pub field: &'a str,
    /// Why.
    pub reasons: Option<&'a Value>,
    /// The event as it stood before.
    pub corrects: &'a EventId,
}

/// What `event` corrects, where it is a correction.
pub fn of(event: &Event) -> Option<Amendment<'_>> {
    let corrects = event.corrects.as_ref().filter(|_| event.activity.as_str() == AMENDED)?;
    let (of, field) = event.attribute(ANSWER)?.as_text()?.split_once('.')?;
    Some(Amendment { of, field, reasons: event.attribute(REASONS), corrects })
}

/// An event as it counts: a correction as what it stands in place of, at its time and by whoever told it first; any other as
/// it is.
pub fn restated(event: &Event) -> Cow<'_, Event> {
    let mut restated = restate::restated(event, AMENDED);
    if let Cow::Owned(event) = &mut restated {
        event.attributes.retain(|(name, _)| ![ANSWER, REASONS].contains(&name.as_str()));
    }
    restated
}

/// An object's history as it counts: what was corrected stands as the last correction tells it, in its own place.
pub fn as_they_count(history: &[Entry]) -> Vec<Entry> {
    let mut told = Told::default();
    apply_all(&mut told, history);
    told.0
}

/// Entries as they count.
#[derive(Clone, Default)]
struct Told(Vec<Entry>);

impl Fold for Told {
    const NAME: &'static str = "entries as they count";
    const VERSION: u32 = 1;

    fn apply(&mut self, entry: &Entry) {
        self.0.push(Entry { index: entry.index, event: restated(&entry.event).into_owned() });
    }

    fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    fn from_bytes(_: &[u8]) -> Option<Self> {
        None
    }
}

/// `fresh`, which is no more than a number, a time and an actor, made to stand in place of `recorded`; its reasons are to be
/// [added](REASONS).
pub(crate) fn in_place_of(recorded: &Event, fresh: Event, answer: &str) -> Event {
    let told = restated(recorded).into_owned();
    let mut event = restate::in_place_of(&told, Event { activity: AMENDED.into(), ..fresh });
    event.attributes.push((ANSWER.into(), Value::from(answer)));
    event
}
