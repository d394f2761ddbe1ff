use super::CASE;
use pack::Id;
use record::{Entry, Event, ObjectRef, Value};

/// Events of a case that say where it stands.
const STARTED: &str = "case started";
const COMPLAINED: &str = "complaint made";
const REPLIED: &str = "complaint answered";
const ERASED: &str = "personal data erased";

/// A case as far as it must be known here.
pub(super) struct Case {
    pub(super) procedure: Id,
    ended: bool,
    complaints: u32,
    /// The first entry of the record that it was not gone through with.
    pub(super) next: u64,
}

impl Case {
    /// The case that an object is, by its history; none where it was told of and never begun.
    pub(super) fn of(object: &ObjectRef, history: &[Entry]) -> Option<Self> {
        let own = || history.iter().filter(|entry| entry.event.object(CASE) == Some(object));
        let begun = own().find(|entry| entry.event.activity.as_str() == STARTED)?;
        let procedure = begun.event.attribute("procedure").and_then(Value::as_text);
        let next = history.last().map_or(0, |last| last.index + 1);
        let mut case = Self {
            procedure: procedure.map(Id::from).unwrap_or_default(),
            ended: false,
            complaints: 0,
            next,
        };
        own().for_each(|entry| case.hear(&entry.event));
        Some(case)
    }

    pub(super) fn hear(&mut self, event: &Event) {
        match event.activity.as_str() {
            COMPLAINED => self.complaints += 1,
            REPLIED => self.complaints = self.complaints.saturating_sub(1),
            // Nobody can answer words that are gone.
            ERASED => self.complaints = 0,
            _ => {}
        }
        self.ended |= event.attribute("ended").is_some();
    }

    /// Whether nothing more is to be expected of it.
    pub(super) fn is_over(&self) -> bool {
        self.ended && self.complaints == 0
    }
}
