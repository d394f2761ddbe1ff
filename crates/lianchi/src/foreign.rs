//! Events from elsewhere, on their way into a record.

use crate::Data;
use crate::say::{Failure, Wrong};
use record::interop::SinkError;
use record::{Event, EventId, Name, ObjectRef, ObjectType, Record, StoreError, Value, encoding};
use std::collections::HashSet;

/// What an import found of a log on the record.
pub struct Newcomer {
    /// Entries that the log makes.
    pub all: u64,
    /// Of these, on the record before.
    pub there: u64,
    /// Values and files that it cites without holding them.
    pub cited: u64,
}

/// The record as it was before an import, to find out what of a log it has already, and what of it can never be appended.
pub struct Known {
    /// None where there is none yet.
    record: Option<Record>,
    /// Whether some of this log was imported before, or may have been, since its ids are taken as they are.
    begun: bool,
    whole: bool,
    /// Whether a city works on the record, whose own events nobody else may write.
    city: bool,
    /// Objects of the log that the city does not know.
    new: HashSet<ObjectRef>,
    there: u64,
}

impl Known {
    /// What `data` holds before a log comes whose header would be the event `header`.
    pub fn of(data: &Data, header: &EventId) -> Result<Self, Failure> {
        let record = match data.read() {
            Ok(record) => Some(record),
            Err(StoreError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let whole = !header.as_str().contains('/');
        let begun = match &record {
            Some(record) => whole || record.find(header)?.is_some(),
            None => false,
        };
        let edition = ObjectType::new("edition");
        let city = match &record {
            Some(record) => !record.objects(&edition, None, 1)?.is_empty(),
            None => false,
        };
        Ok(Self { record, begun, whole, city, new: HashSet::new(), there: 0 })
    }

    /// Looks whether the event can be appended, and whether it is there.
    pub fn look(&mut self, event: &Event) -> Result<(), SinkError> {
        Record::admits(event)?;
        let Some(record) = &self.record else { return Ok(()) };
        let there = match self.begun {
            true => record.find(&event.id)?,
            false => None,
        };
        let Some(entry) = there else {
            self.leaves_to_the_city(event)?;
            // Of a log that was begun the objects are its own.
            return if self.whole || !self.begun { self.spares(event) } else { Ok(()) };
        };
        if encoding::encode(&entry.event) != encoding::encode(event) {
            let id = &event.id;
            let error = format!(
                "another event has the id `{id}` already; if this is another log of the same name, give it one of \
                 its own with `--prefix NAME`"
            );
            return Err(Wrong(error).into());
        }
        self.there += 1;
        Ok(())
    }

    /// Refuses an event that is not on the record and that only the city writes.
    fn leaves_to_the_city(&self, event: &Event) -> Result<(), SinkError> {
        if self.city && is_of_cities(event) {
            let (id, activity) = (&event.id, &event.activity);
            let error = format!(
                "the event `{id}` is called `{activity}`, as only the city's own are; \
                 import the log into a folder of its own"
            );
            return Err(Wrong(error).into());
        }
        Ok(())
    }

    /// Refuses an event that is not on the record about an object that the city has.
    fn spares(&mut self, event: &Event) -> Result<(), SinkError> {
        let Some(record) = self.record.as_ref().filter(|_| self.city) else { return Ok(()) };
        for object in event.touched() {
            if !self.new.contains(object) && record.version(object)?.0 > 0 {
                let error = format!(
                    "the event `{}` is about `{object}`, which the city has already; \
                     import the log into a folder of its own",
                    event.id
                );
                return Err(Wrong(error).into());
            }
            self.new.insert(object.clone());
        }
        Ok(())
    }

    /// How many of the events were there.
    pub fn there(&self) -> u64 {
        self.there
    }
}

/// Whether an event would mean something to the city that works on the record: a post given, a case moved.
fn is_of_cities(event: &Event) -> bool {
    let activity = event.activity.as_str();
    let erases = event.objects.iter().any(|relation| relation.qualifier.as_str() == record::ERASED);
    let moves = activity == casework::activity::STARTED || casework::activity::moved(event).is_some();
    erases || moves || access::activity::OF_PERSON.contains(&activity)
}

/// The event with what it cites from outside the log as plain values, and how many such there were: a log from elsewhere
/// does not hold them, and must not lay hands on those of this record.
pub fn plain(mut event: Event) -> (Event, u64) {
    let mut cited = 0;
    let attributes = event.attributes.iter_mut().map(|(_, value)| value);
    for value in attributes.chain(event.changes.iter_mut().map(|change| &mut change.value)) {
        describe(value, &mut cited);
    }
    (event, cited)
}

fn describe(value: &mut Value, cited: &mut u64) {
    let text = |name: &str, text: String| (Name::new(name), Value::from(text));
    match value {
        Value::Sealed(sealed) => {
            *cited += 1;
            let parts =
                vec![text("sealed", sealed.digest.to_string()), text("subject", sealed.subject.to_string())];
            *value = Value::Map(parts);
        }
        Value::File(file) => {
            *cited += 1;
            let mut parts = vec![
                text("file", file.digest.to_string()),
                text("name", file.name.to_string()),
                text("type", file.media_type.to_string()),
                (Name::new("size"), Value::from(i64::try_from(file.size).unwrap_or(i64::MAX))),
            ];
            parts.extend(file.subject.as_ref().map(|subject| text("subject", subject.to_string())));
            *value = Value::Map(parts);
        }
        Value::List(items) => items.iter_mut().for_each(|item| describe(item, cited)),
        Value::Map(items) => items.iter_mut().for_each(|(_, item)| describe(item, cited)),
        Value::Annotated(inner, notes) => {
            describe(inner, cited);
            notes.iter_mut().for_each(|(_, note)| describe(note, cited));
        }
        _ => {}
    }
}
