//! What the events of a log did, against plain readings of the same events that were written apart from the engine:
//! every pair held against every other, nothing kept from one to the next.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails loudly")]

mod agrees;
mod counted;
mod drawn;

use oversight::log::{Log, Traces};
use oversight::map::{Cases, Reading};
use proptest::prelude::*;
use record::{Event, ObjectRef, Time};

const ACTIVITIES: [&str; 5] = ["a", "b", "c", "d", "e"];
const OBJECTS: [&str; 4] = ["1", "2", "3", "4"];
const OFFICES: [&str; 3] = ["north", "south", ""];

/// Events of the type `case`, none to two objects each, some with an office.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let objects = prop::collection::vec(prop::sample::select(&OBJECTS[..]), 0..3);
    let office = prop::sample::select(&OFFICES[..]);
    let transition = prop::sample::select(&["start", "complete", ""][..]);
    let event = (prop::sample::select(&ACTIVITIES[..]), 0_i64..30, 0_u32..4, objects, office, transition);
    prop::collection::vec(event, 1..60).prop_map(|events| {
        let event = |(number, (activity, seconds, quarter, objects, office, transition)): (usize, _)| {
            let time = Time::new(seconds, quarter * 250_000_000, None).unwrap();
            let mut event = Event::new(number.to_string(), activity, time);
            let said: [(&str, &str); 2] = [("org:group", office), ("lifecycle:transition", transition)];
            for (name, value) in said {
                if !value.is_empty() {
                    event = event.with(name, value);
                }
            }
            let objects: Vec<&str> = objects;
            let event = event.about("office", ObjectRef::new("office", "1"));
            objects.iter().fold(event, |event, id| event.about("case", ObjectRef::new("case", *id)))
        };
        events.into_iter().enumerate().map(event).collect()
    })
}

fn log(events: &[Event]) -> Log {
    let mut log = Log::new();
    events.iter().for_each(|event| log.push(event).unwrap());
    log
}

/// A step, as the oracle reads it: activity, quarters of seconds, office, transition.
type Told = (String, i64, String, String);

/// Each object's steps, objects in the order in which they are first seen.
fn told(events: &[Event]) -> Vec<Vec<Told>> {
    let quarters = |time: Time| time.seconds() * 4 + i64::from(time.subsecond_nanos() / 250_000_000);
    let is_of = |event: &Event, object: &ObjectRef| event.objects.iter().any(|of| of.object == *object);
    let text = |event: &Event, name: &str| {
        event.attribute(name).and_then(record::Value::as_text).unwrap_or_default().to_owned()
    };
    let mut objects: Vec<&ObjectRef> = Vec::new();
    for object in events.iter().flat_map(|event| &event.objects).map(|of| &of.object) {
        if object.kind.as_str() == "case" && !objects.contains(&object) {
            objects.push(object);
        }
    }
    let trace = |object: &ObjectRef| {
        let own = events.iter().filter(|event| is_of(event, object));
        let mut own: Vec<Told> = own
            .map(|event| {
                let (office, transition) = (text(event, "org:group"), text(event, "lifecycle:transition"));
                (event.activity.to_string(), quarters(event.time), office, transition)
            })
            .collect();
        own.sort_by_key(|(_, quarters, ..)| *quarters);
        own
    };
    objects.into_iter().map(trace).collect()
}

/// Reads the cases of a log, each event by itself, and hands them on with what the oracle makes of the same events; nothing
/// where there are no cases.
fn read(events: &[Event], look: impl FnOnce(&Cases<'_>, &[Vec<Told>])) {
    let log = log(events);
    let told = told(events);
    let Some(traces): Option<Traces> = log.traces("case") else {
        assert!(told.is_empty());
        return;
    };
    look(&Cases::of(&log, &traces, &Reading { every: true, ..Reading::default() }), &told);
}
