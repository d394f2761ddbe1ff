//! Looking up applicants: how fast, and what a counter remembers of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::PersonId;
use access::entropy::Seeded;
use access::look_ups::{Counter, LookUps, Looked};
use record::{Entry, Event, Fold, Time};
use std::fmt::Write as _;

const START: i64 = 1_780_000_000;

fn clerk(seed: u64) -> PersonId {
    PersonId::random(&mut Seeded::new(seed)).unwrap()
}

/// How many of look-ups made every `step` seconds for an hour are let pass, where one in `hit` finds somebody.
fn heard(step: usize, hit: Option<usize>) -> usize {
    let mut look_ups = LookUps::default();
    let mut heard = 0;
    for (number, second) in (0..3_600).step_by(step).enumerate() {
        if look_ups.admit(clerk(1), START + second).is_err() {
            continue;
        }
        heard += 1;
        if hit.is_some_and(|every| number % every == 0) {
            look_ups.found(clerk(1));
        }
    }
    heard
}

#[test]
fn a_counter_is_served_and_a_list_of_numbers_is_not_tried() {
    let mut table = String::new();
    for (what, hit) in [("nobody is found", None), ("every second", Some(2)), ("everybody", Some(1))] {
        for step in [1, 20, 60, 180] {
            let (made, heard) = (3_600 / step, heard(step, hit));
            writeln!(table, "{what}, one every {step:3} s: {heard:4} of {made:4} in an hour").unwrap();
        }
    }
    insta::assert_snapshot!(table);
    let mut look_ups = LookUps::default();
    for _ in 0..20 {
        let _ = look_ups.admit(clerk(1), START);
    }
    assert!(look_ups.admit(clerk(1), START).is_err());
    assert!(look_ups.admit(clerk(2), START).is_ok(), "one colleague does not slow down the other");
}

fn looked(index: u64, activity: &str, clerk: PersonId, day: i64) -> Entry {
    let time = Time::new(START + day * 86_400, 0, Some(480)).unwrap();
    let mut event = Event::new(format!("e{index}"), activity, time);
    event.actor = Some(clerk.object());
    Entry { index, event }
}

#[test]
fn a_counter_remembers_a_month() {
    let (one, other) = (clerk(1), clerk(2));
    let mut counter = Counter::default();
    let all = [
        ("personal data read", one, 0),
        ("applicant not found", one, 0),
        ("applicant not found", one, 20),
        ("something else", one, 20),
        ("personal data read", other, 40),
    ];
    for (index, (activity, who, day)) in (0..).zip(all) {
        counter.apply(&looked(index, activity, who, day));
    }
    let since = |counter: &Counter, day: i64| {
        let first = pack::days::today(Time::new(START + day * 86_400, 0, Some(480)).unwrap());
        let all = counter.since(first).into_values();
        all.map(|looked| (looked.readings, looked.missed)).collect::<Vec<_>>()
    };
    let mut month = since(&counter, 0);
    month.sort_unstable();
    assert_eq!(month, [(0, 1), (1, 0)], "the first day is a month ago");
    assert_eq!(since(&counter, 30), [(1, 0)]);
    assert_eq!(
        counter.since(pack::days::today(Time::new(START, 0, Some(480)).unwrap()))[&one.object()],
        Looked { readings: 0, missed: 1 }
    );
    assert_eq!(Counter::from_bytes(&counter.to_bytes()), Some(counter.clone()));
    assert_eq!(Counter::from_bytes(b"nonsense"), None);
}
