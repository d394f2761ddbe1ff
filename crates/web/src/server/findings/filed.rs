use super::FINDING;
use casework::State;
use casework::activity::part;
use casework::state::Stage;
use pack::Id;
use pack::models::Severity;
use record::{Event, ObjectRef, ObjectType, Record, StoreError, Time, Value, Version};
use std::collections::BTreeMap;

/// Entries, or findings, read at once.
const CHUNK: usize = 1_000;

/// All findings of a record, those that are over too: a reading of their own events.
#[derive(Default)]
pub struct Filed {
    /// None before the findings that are there were read.
    read_to: Option<u64>,
    all: BTreeMap<ObjectRef, State>,
}

impl Filed {
    pub(super) fn catch_up(&mut self, record: &Record) -> Result<(), StoreError> {
        let mut read_to = match self.read_to {
            Some(read_to) => read_to,
            None => self.begin(record)?,
        };
        while read_to < record.len()? {
            let all = &mut self.all;
            let next = record.follow(read_to, CHUNK, &mut |entry| {
                if let Some(case) = of_finding(&entry.event) {
                    all.entry(case.clone()).or_default().apply(&entry.event);
                }
            })?;
            if next == read_to {
                break;
            }
            read_to = next;
        }
        self.read_to = Some(read_to);
        Ok(())
    }

    /// Reads the findings of the record as it is, and nothing else of it; the entry to go on from.
    fn begin(&mut self, record: &Record) -> Result<u64, StoreError> {
        let size = record.len()?;
        let (kind, mut after) = (ObjectType::from(FINDING), None);
        loop {
            let ids = record.objects(&kind, after.as_ref(), CHUNK)?;
            let Some(last) = ids.last() else { return Ok(size) };
            after = Some(last.clone());
            for id in ids {
                let case = ObjectRef { kind: kind.clone(), id };
                let mut story = record.history(&case, Version(0), usize::MAX)?;
                // What came since is followed.
                story.retain(|entry| entry.index < size && of_finding(&entry.event) == Some(&case));
                if !story.is_empty() {
                    self.all.insert(case, State::as_told(&story));
                }
            }
        }
    }

    /// Those that were handed in, by their numbers.
    pub fn all(&self) -> impl Iterator<Item = (&ObjectRef, &State)> {
        self.all.iter().filter(|(_, state)| state.stage != Stage::Draft)
    }

    /// One of them.
    pub fn get(&self, case: &ObjectRef) -> Option<&State> {
        self.all.get(case)
    }
}

/// The finding that an event is a move of.
pub(super) fn of_finding(event: &Event) -> Option<&ObjectRef> {
    event.object(part::CASE).filter(|case| case.kind.as_str() == FINDING)
}

/// An answer of a finding's form, as text.
pub fn answer<'a>(state: &'a State, field: &str) -> Option<&'a str> {
    state.answers.get(field).and_then(Value::as_text)
}

/// An answer of a finding's form, as a moment.
pub fn moment(state: &State, field: &str) -> Option<Time> {
    answer(state, field).and_then(|text| Time::parse(text).ok())
}

/// The model that was broken.
pub fn model(state: &State) -> Id {
    answer(state, "model").map(Id::from).unwrap_or_default()
}

/// How bad it is.
pub fn severity(state: &State) -> Severity {
    let word = answer(state, "severity").unwrap_or_default();
    Severity::ALL
        .iter()
        .find(|(other, _)| *other == word)
        .map_or(Severity::Serious, |(_, severity)| *severity)
}
