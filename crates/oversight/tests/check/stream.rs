//! What a stream has told and not taken back is what `check` says of the events so far: whatever the order in which they
//! arrive, in batches of any size, while time passes and events are corrected.

use crate::chance::Chance;
use crate::difference::{Bench, KIND};
use crate::random;
use oversight::check::{Broken, Finding, Hearer, Stream, Until, check};
use oversight::log::Log;
use oversight::model::Model;
use record::{Event, EventId, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What is told: object, model, verdict, activation, evidence, deadline and moment, in words.
type Said = (String, usize, String);

#[derive(Default)]
struct Told {
    holds: BTreeMap<Said, usize>,
    returned: Vec<(String, EventId)>,
}

impl Hearer for Told {
    fn broken(&mut self, broken: &Broken<'_>) {
        let mut each = 0;
        broken.each(|model, finding| {
            each += 1;
            *self.holds.entry(said(broken, model, finding)).or_default() += 1;
        });
        assert_eq!(each, broken.count());
    }

    fn mended(&mut self, broken: &Broken<'_>) {
        broken.each(|model, finding| {
            let said = said(broken, model, finding);
            let count = self.holds.get_mut(&said).unwrap_or_else(|| panic!("never told: {said:?}"));
            *count -= 1;
            if *count == 0 {
                self.holds.remove(&said);
            }
        });
    }

    fn returned(&mut self, object: &str, event: &EventId) {
        self.returned.push((object.to_owned(), event.clone()));
    }
}

fn said(broken: &Broken<'_>, model: usize, finding: &Finding) -> Said {
    let id = |event: &u32| broken.id(*event).unwrap().to_string();
    (broken.object().to_owned(), model, words(finding, id))
}

fn words(finding: &Finding, id: impl Fn(&u32) -> String) -> String {
    let evidence: Vec<String> = finding.evidence.iter().map(&id).collect();
    // A moment is one moment, whatever the offset at which it was written down.
    let moment = |time: Option<Time>| time.map(|time| (time.seconds(), time.subsecond_nanos()));
    format!(
        "{} {:?} {evidence:?} {:?} {:?}",
        finding.verdict.word(),
        finding.activation.as_ref().map(&id),
        moment(finding.deadline),
        moment(finding.at)
    )
}

/// What `check` says is broken.
fn expected(events: &[Event], models: &[Model], until: Until) -> BTreeMap<Said, usize> {
    let mut log = Log::new();
    events.iter().for_each(|event| log.push(event).unwrap());
    let mut holds = BTreeMap::new();
    let Some(traces) = log.traces(KIND) else { return holds };
    check(&log, &traces, models, until, &mut |model, finding| {
        if finding.verdict.is_violated() {
            let object = traces.object(finding.trace).unwrap().id.to_string();
            let words = words(&finding, |event| log.id(*event).unwrap().to_string());
            *holds.entry((object, model, words)).or_default() += 1;
        }
    });
    holds
}

fn differ(stream: &BTreeMap<Said, usize>, batch: &BTreeMap<Said, usize>) -> Option<String> {
    let only = |one: &BTreeMap<Said, usize>, other: &BTreeMap<Said, usize>| -> Vec<String> {
        let only = one.iter().filter(|(said, count)| other.get(*said) != Some(count));
        only.map(|(said, count)| format!("{said:?} x {count}")).collect()
    };
    let (more, less) = (only(stream, batch), only(batch, stream));
    (!more.is_empty() || !less.is_empty()).then(|| format!("stream alone: {more:#?}\ncheck alone: {less:#?}"))
}

fn batch(events: &[Event]) -> Log {
    let mut log = Log::new();
    events.iter().for_each(|event| log.push(event).unwrap());
    log
}

fn objects(event: &Event) -> BTreeSet<String> {
    let objects = event.objects.iter().map(|relation| &relation.object);
    objects.filter(|object| object.kind.as_str() == KIND).map(|object| object.id.to_string()).collect()
}

#[test]
fn tells_what_check_says() {
    for seed in 0..250 {
        let mut chance = Chance::new(seed);
        let mut events = random::events(&mut chance);
        let bench = Bench::new(&events);
        let (rules, models) = random::rules(&mut chance, &bench);
        if chance.one_in(2) {
            chance.shuffle(&mut events);
        } else {
            events.sort_by_key(|event| event.time);
        }
        let mut stream = Stream::new(KIND, &models);
        let mut told = Told::default();
        let mut now = Time::new(-1_000_000, 0, None).unwrap();
        let mut arrived: Vec<Event> = Vec::new();
        let mut left = events.as_slice();
        while !left.is_empty() {
            let (some, rest) = left.split_at(1 + chance.below(left.len().min(6)));
            left = rest;
            arrived.extend_from_slice(some);
            stream.take(&batch(some), &mut told);
            if chance.one_in(2) {
                now = now.max(Time::new(chance.below(12) as i64, 0, None).unwrap());
                stream.advance(now, &mut told);
            }
            if chance.one_in(4) {
                correct(&mut chance, &mut arrived, &mut stream, &mut told);
            }
            let expected = expected(&arrived, &models, Until::Open(now));
            if let Some(difference) = differ(&told.holds, &expected) {
                panic!(
                    "seed {seed}, after {} events at {now}: {difference}\n{rules:#?}\n{arrived:#?}",
                    arrived.len()
                );
            }
        }
        stream.close_all(&mut told);
        assert_eq!(stream.open(), 0);
        let expected = expected(&arrived, &models, Until::Closed);
        if let Some(difference) = differ(&told.holds, &expected) {
            panic!("seed {seed}, closed: {difference}\n{rules:#?}\n{arrived:#?}");
        }
        assert_eq!(told.returned, []);
    }
}

/// An event that has arrived is void, or happened at another time, or was of another activity.
fn correct(chance: &mut Chance, arrived: &mut Vec<Event>, stream: &mut Stream, told: &mut Told) {
    let at = chance.below(arrived.len());
    let mut event = arrived[at].clone();
    let correction = match chance.below(3) {
        0 => None,
        1 => {
            event.time = random::moment(chance);
            Some(event.clone())
        }
        _ => {
            event.activity = arrived[chance.below(arrived.len())].activity.clone();
            Some(event.clone())
        }
    };
    let log = correction.as_ref().map(|event| batch(std::slice::from_ref(event)));
    for object in objects(&event) {
        assert!(stream.correct(&object, &event.id, log.as_ref(), told));
        assert!(!stream.correct(&object, &"nobody".into(), log.as_ref(), told));
    }
    let old = arrived.remove(at);
    match correction {
        // Of one time with others it keeps its place among them.
        Some(event) if event.time == old.time => arrived.insert(at, event),
        Some(event) => arrived.push(event),
        None => {}
    }
}

/// What comes about an object whose life was closed is not judged by itself; given all its events, everything is.
#[test]
fn a_closed_life_is_gone_through_anew() {
    for seed in 0..60 {
        let mut chance = Chance::new(seed);
        let mut events = random::events(&mut chance);
        events.retain(|event| objects(event).len() == 1);
        events.sort_by_key(|event| event.time);
        let bench = Bench::new(&events);
        let (_, models) = random::rules(&mut chance, &bench);
        let mut stream = Stream::new(KIND, &models);
        let mut told = Told::default();
        let (first, second) = events.split_at(events.len() / 2);
        stream.take(&batch(first), &mut told);
        let open = stream.open();
        let size = stream.size();
        stream.close_all(&mut told);
        assert!(open == 0 || stream.size() < size, "closed lives are given up");
        assert_eq!(differ(&told.holds, &expected(first, &models, Until::Closed)), None, "seed {seed}");
        stream.take(&batch(second), &mut told);
        let known: BTreeSet<String> = first.iter().flat_map(objects).collect();
        let returned: BTreeSet<String> = told.returned.iter().map(|(object, _)| object.clone()).collect();
        let again: BTreeSet<String> =
            second.iter().flat_map(objects).filter(|one| known.contains(one)).collect();
        assert_eq!(returned, again);
        told.holds.retain(|(object, ..), _| !again.contains(object));
        for object in &again {
            let all: Vec<Event> =
                events.iter().filter(|event| objects(event).contains(object)).cloned().collect();
            stream.reopen(object, &batch(&all), &mut told);
        }
        stream.close_all(&mut told);
        assert_eq!(differ(&told.holds, &expected(&events, &models, Until::Closed)), None, "seed {seed}");
    }
}
