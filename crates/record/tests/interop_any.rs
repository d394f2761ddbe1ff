//! Round trips of records made at random: whatever is on a record comes back from every format that has a place for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod logs;

use logs::{assert_same, taken, written};
use proptest::prelude::*;
use record::interop::{Format, Mapping, Options, Source, WriteOptions, vocabulary};
use record::{Change, Digest, Event, FileRef, Link, Name, ObjectRef, Relation, SealedRef, Time, Value};

/// Text as real logs have it, and as they should not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,3}",
        ".{0,12}",
        Just("log:json:{\"float\":\"1.5\"}".to_owned()),
        Just("log:json:[".to_owned()),
        Just(" 申请 \t\n\r\n <&>\"'; \\ ]]> ".to_owned()),
        Just("null".to_owned()),
        Just("007".to_owned()),
        Just("\u{1}\u{FFFE}\u{0}".to_owned()),
        Just("2026-01-31".to_owned()),
    ]
}

/// Names that every format can carry.
fn name() -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(vec!["fee", "费用", "a b", "x'y\"z", "<q>&", "ocel:id", "p/q:r,s=t", "Age"])
}

fn time() -> impl Strategy<Value = Time> {
    let offset = prop::option::of(prop::sample::select(vec![0, 480, -330]));
    (-3_000_000_000i64..4_000_000_000, prop::sample::select(vec![0, 120_000_000, 999_999_999]), offset)
        .prop_map(|(seconds, nanos, offset)| Time::new(seconds, nanos, offset).unwrap())
}

fn plain() -> impl Strategy<Value = Value> {
    prop_oneof![
        text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        // NaN is unequal to itself, and SQLite knows no negative zero.
        any::<f64>()
            .prop_map(|number| if number.is_nan() || number == 0.0 { 0.5 } else { number })
            .prop_map(Value::from),
        time().prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => plain(),
        1 => text().prop_map(|text| Value::Id(text.into())),
        1 => text().prop_map(|id| Value::Sealed(SealedRef {
            digest: Digest::of(id.as_bytes()),
            subject: ObjectRef::new("person", id),
        })),
        1 => any::<u32>().prop_map(|size| Value::File(FileRef {
            digest: Digest::of(&size.to_le_bytes()),
            name: "证明.pdf".into(),
            media_type: "application/pdf".into(),
            size: size.into(),
            subject: None,
        })),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let named = prop::collection::vec((name(), inner.clone()), 1..3).prop_map(|items| {
            items.into_iter().map(|(name, value)| (name.into(), value)).collect::<Vec<_>>()
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
            named.clone().prop_map(Value::Map),
            (inner, named).prop_map(|(value, notes)| Value::Annotated(Box::new(value), notes)),
        ]
    })
}

fn object() -> impl Strategy<Value = ObjectRef> {
    let kind = prop::sample::select(vec!["case", "物品", "a/b", "object"]);
    let id = prop::sample::select(vec!["1", "2", "x;y\\z", "case:1", "log:json:x", "<&\"'>"]);
    (kind, id).prop_map(|(kind, id)| ObjectRef::new(kind, id))
}

fn named_values() -> impl Strategy<Value = Vec<(Name, Value)>> {
    prop::collection::btree_map(name(), value(), 0..4)
        .prop_map(|values| values.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
}

prop_compose! {
    fn event()(
        activity in prop::sample::select(vec!["submit", "受理", "object", "map type", "Map-Type"]),
        time in time(),
        attributes in named_values(),
        relations in prop::collection::vec((name(), object()), 0..4),
        actor in prop::option::of(object()),
        purpose in prop::option::of(name()),
        linked in prop::option::of((name(), object(), object())),
        changes in prop::collection::vec((object(), name(), value()), 0..2),
    ) -> Event {
        let mut event = Event::new("", activity, time);
        event.attributes = attributes;
        event.objects = relations
            .into_iter()
            .map(|(qualifier, object)| Relation { qualifier: qualifier.into(), object })
            .collect();
        event.actor = actor;
        event.purpose = purpose.map(Name::new);
        event.links = linked
            .into_iter()
            .map(|(qualifier, from, to)| Link { from, qualifier: qualifier.into(), to })
            .collect();
        event.changes = changes
            .into_iter()
            .map(|(object, name, value)| Change { object, name: name.into(), value })
            .collect();
        event
    }
}

/// A record: events with ids, some caused or corrected by the one before.
fn record() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 0..8).prop_map(|mut events| {
        for position in 0..events.len() {
            events[position].id = format!("e/{position}").as_str().into();
            if position % 3 == 2 {
                events[position].cause = Some(events[position - 1].id.clone());
                events[position].corrects = Some(events[position - 2].id.clone());
            }
        }
        events
    })
}

fn back(format: Format, events: &[Event], mapping: bool) -> Vec<Event> {
    let case = Some("case".into());
    let (bytes, exported) =
        written(format, events, &WriteOptions { object_type: case, ..WriteOptions::default() });
    let options = Options {
        format: Some(format),
        prefix: Some(String::new()),
        mapping: exported.mapping.filter(|_| mapping),
        ..Options::default()
    };
    let (events, report) = taken(&Source::Bytes { name: "log", bytes: &bytes }, &options);
    assert_eq!(report.counts.events, exported.counts.events);
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ocel_keeps_all_that_a_record_says(events in record()) {
        let json = back(Format::OcelJson, &events, false);
        let xml = back(Format::OcelXml, &json, false);
        let sqlite = back(Format::OcelSqlite, &xml, false);
        let again = back(Format::OcelJson, &sqlite, false);
        assert_same("json, xml", &json, &xml);
        assert_same("xml, sqlite", &xml, &sqlite);
        assert_same("sqlite, json", &sqlite, &again);
        let own = |events: &[Event]| {
            let own = events.iter().filter(|event| event.activity.as_str() != vocabulary::HEADER);
            own.cloned().collect::<Vec<_>>()
        };
        assert_same("record, json", &renamed(&own(&events)), &own(&json));
    }

    #[test]
    fn csv_keeps_every_entry(events in record(), twice in any::<bool>()) {
        let mut events = events;
        if let Some(event) = events.first_mut().filter(|_| twice) {
            event.attributes.extend([("fee".into(), 1.into()), ("fee".into(), 2.into()), ("log:links".into(), 3.into())]);
        }
        assert_entries(&events, back(Format::Csv, &events, false));
        // A log's header and its objects with their values and links are entries too.
        let logged = back(Format::OcelJson, &events, false);
        assert_entries(&logged, back(Format::Csv, &logged, false));
    }

    #[test]
    fn csv_with_a_mapping_keeps_every_event(events in record()) {
        let mapping = Some(Mapping::parse("activity=What,time=When,object:case/fee=Case").unwrap());
        let (bytes, exported) = written(Format::Csv, &events, &WriteOptions { mapping, ..WriteOptions::default() });
        let (format, mapping, prefix) = (Some(Format::Csv), exported.mapping, exported.prefix);
        let options = Options { format, mapping, prefix, ..Options::default() };
        let (read, _) = taken(&Source::Bytes { name: "log", bytes: &bytes }, &options);
        assert_entries(&events, read[1..].to_vec());
    }

    #[test]
    fn xes_keeps_every_event_of_a_case(events in record(), id in "[ab]{1,2}") {
        let mut cased = events;
        for event in &mut cased {
            event.objects.retain(|own| own.object.kind.as_str() != "case");
            event.objects.insert(0, Relation { qualifier: "part".into(), object: ObjectRef::new("case", id.as_str()) });
        }
        let read = back(Format::Xes, &cased, false);
        let read: Vec<Event> = read.into_iter().filter(|event| !vocabulary::is_carrier(&event.activity)).collect();
        prop_assert_eq!(read.len(), cased.len());
        for (one, mut other) in cased.into_iter().zip(read) {
            let (name, own) = other.attributes.remove(0);
            prop_assert_eq!(name.as_str(), "identity:id");
            prop_assert_eq!(own.as_text(), Some(one.id.as_str()));
            other.id = one.id.clone();
            prop_assert_eq!(one.time.offset(), other.time.offset());
            prop_assert_eq!(one, other);
        }
    }
}

/// Holds that two records have the same entries, whatever the order of what an entry holds.
fn assert_entries(one: &[Event], other: Vec<Event>) {
    assert_eq!(one.len(), other.len());
    for (mut one, mut other) in one.iter().cloned().zip(other) {
        for event in [&mut one, &mut other] {
            event.objects.sort_by_key(|own| (own.object.clone(), own.qualifier.clone()));
            event.attributes.sort_by_key(|(name, value)| (name.clone(), format!("{value:?}")));
            event
                .changes
                .sort_by_key(|own| (own.object.clone(), own.name.clone(), format!("{:?}", own.value)));
            event.links.sort_by_key(|own| (own.from.clone(), own.qualifier.clone(), own.to.clone()));
        }
        assert_eq!(one.time.offset(), other.time.offset());
        assert_eq!(one, other);
    }
}

/// The record as OCEL names it: objects that share an id are told apart by their types.
fn renamed(events: &[Event]) -> Vec<Event> {
    let mut all: Vec<ObjectRef> = Vec::new();
    for event in events {
        all.extend(event.actor.iter().cloned());
        all.extend(event.touched().into_iter().cloned());
    }
    let taken = |id: &str| all.iter().any(|object| object.id.as_str() == id);
    let shared =
        |object: &ObjectRef| all.iter().any(|other| other.id == object.id && other.kind != object.kind);
    let rename = |object: &mut ObjectRef| {
        if shared(object) {
            let mut id = object.to_string();
            while taken(&id) {
                id.push('\'');
            }
            object.id = id.into();
        }
    };
    let mut events = events.to_vec();
    let mut actors = Vec::new();
    for event in &mut events {
        event.actor.iter_mut().for_each(rename);
        event.objects.iter_mut().for_each(|own| rename(&mut own.object));
        event.changes.iter_mut().for_each(|own| rename(&mut own.object));
        for link in &mut event.links {
            rename(&mut link.from);
            rename(&mut link.to);
        }
        actors.extend(event.touched().into_iter().cloned());
        actors.extend(event.actor.clone());
    }
    // Every object is declared on the way.
    let declared =
        actors.into_iter().map(|object| Event::new("", "log:object", Time::ZERO).about("object", object));
    events.into_iter().chain(declared).collect()
}
