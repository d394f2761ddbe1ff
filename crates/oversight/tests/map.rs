//! What the events of a log did, against a plain reading of the same traces.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails loudly")]

use oversight::log::Log;
use oversight::map::{Edge, Follows, variants};
use proptest::prelude::*;
use record::{Event, ObjectRef, Time};

const ACTIVITIES: [&str; 4] = ["a", "b", "c", "d"];
const OBJECTS: [&str; 3] = ["1", "2", "3"];

/// Events of the type `case`, one or two objects each, besides those that are about none of it.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let objects = prop::collection::vec(prop::sample::select(&OBJECTS[..]), 0..3);
    let event = (prop::sample::select(&ACTIVITIES[..]), 0_i64..20, 0_u32..4, objects);
    prop::collection::vec(event, 0..40).prop_map(|events| {
        let event =
            |(number, (activity, seconds, quarter, objects)): (usize, (&str, i64, u32, Vec<&str>))| {
                let time = Time::new(seconds, quarter * 250_000_000, None).unwrap();
                let event = Event::new(number.to_string(), activity, time);
                let event = event.about("office", ObjectRef::new("office", "1"));
                objects.iter().fold(event, |event, id| event.about("case", ObjectRef::new("case", *id)))
            };
        events.into_iter().enumerate().map(event).collect()
    })
}

/// The activities and quarters of seconds of each object's events, objects in the order in which they are first seen.
fn told(events: &[Event]) -> Vec<Vec<(&str, i64)>> {
    let quarters = |time: Time| time.seconds() * 4 + i64::from(time.subsecond_nanos() / 250_000_000);
    let is_of = |event: &Event, object: &ObjectRef| event.objects.iter().any(|of| of.object == *object);
    let mut objects: Vec<&ObjectRef> = Vec::new();
    for object in events.iter().flat_map(|event| &event.objects).map(|of| &of.object) {
        if object.kind.as_str() == "case" && !objects.contains(&object) {
            objects.push(object);
        }
    }
    let trace = |object: &ObjectRef| {
        let own = events.iter().filter(|event| is_of(event, object));
        let mut own: Vec<(&str, i64)> =
            own.map(|event| (event.activity.as_str(), quarters(event.time))).collect();
        own.sort_by_key(|(_, quarters)| *quarters);
        own
    };
    objects.into_iter().map(trace).collect()
}

proptest! {
    #[test]
    fn what_follows_what(events in events()) {
        let mut log = Log::new();
        events.iter().for_each(|event| log.push(event).unwrap());
        let told = told(&events);
        let Some(traces) = log.traces("case") else {
            prop_assert!(told.is_empty());
            return Ok(());
        };
        let follows = Follows::of(&log, &traces);
        let names: Vec<&str> = log.activities().iter().map(|activity| activity.as_str()).collect();
        let tally = |seen: Vec<&(&str, i64)>| -> Vec<u64> {
            names.iter().map(|name| seen.iter().filter(|(other, _)| other == name).count() as u64).collect()
        };
        prop_assert_eq!(&follows.count, &tally(told.iter().flatten().collect()));
        prop_assert_eq!(&follows.first, &tally(told.iter().filter_map(|trace| trace.first()).collect()));
        prop_assert_eq!(&follows.last, &tally(told.iter().filter_map(|trace| trace.last()).collect()));
        let mut edges = Vec::new();
        for (from, name) in (0..).zip(&names) {
            for (to, next) in (0..).zip(&names) {
                let steps = told.iter().flat_map(|trace| trace.windows(2));
                let steps = steps.filter(|step| step[0].0 == *name && step[1].0 == *next);
                let waits: Vec<f64> = steps.map(|step| (step[1].1 - step[0].1) as f64 / 4.0).collect();
                if !waits.is_empty() {
                    let longest = waits.iter().copied().fold(0.0, f64::max);
                    let count = waits.len() as u64;
                    edges.push(Edge { from, to, count, seconds: waits.iter().sum(), longest });
                }
            }
        }
        prop_assert_eq!(&follows.edges, &edges);
    }

    #[test]
    fn ways_to_go(events in events()) {
        let mut log = Log::new();
        events.iter().for_each(|event| log.push(event).unwrap());
        let told = told(&events);
        let Some(traces) = log.traces("case") else {
            prop_assert!(told.is_empty());
            return Ok(());
        };
        let mut expected: Vec<(Vec<&str>, Vec<u32>)> = Vec::new();
        for (number, trace) in (0..).zip(&told) {
            let way: Vec<&str> = trace.iter().map(|(name, _)| *name).collect();
            match expected.iter_mut().find(|(other, _)| *other == way) {
                Some((_, traces)) => traces.push(number),
                None => expected.push((way, vec![number])),
            }
        }
        expected.sort_by_key(|(_, traces)| std::cmp::Reverse(traces.len()));
        let name = |code: &u32| log.activities()[*code as usize].as_str();
        let found: Vec<(Vec<&str>, Vec<u32>)> = variants(&log, &traces)
            .into_iter()
            .map(|variant| (variant.activities.iter().map(name).collect(), variant.traces))
            .collect();
        prop_assert_eq!(found, expected);
    }
}
