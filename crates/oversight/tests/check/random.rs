//! Random logs of several objects with attributes, random conditions and correlations on them, and what becomes of the
//! logs when something is done to them.

use crate::chance::Chance;
use crate::difference::{Bench, KIND, SECOND, explain, model};
use crate::oracle::says::{Literal, Of, Says, Sign, Term};
use crate::oracle::{Pattern, Rule, once};
use oversight::check::Until;
use oversight::condition::Sheet;
use oversight::model::{Model, Template};
use record::{Event, ObjectRef, Time, Value};
use std::collections::{BTreeMap, BTreeSet};

const LOGS: u64 = 300;
const RULES: usize = 30;
const ACTIVITIES: [&str; 4] = ["a", "b", "c", "d"];
const TEXTS: [&str; 4] = ["x", "y", "z", ""];
const OBJECTS: [&str; 4] = ["1", "2", "3", "4"];

/// What sort of log it is.
struct Manner {
    events: usize,
    objects: usize,
    /// One in so many events lacks an attribute; one never does where it is 0.
    lacks: usize,
    fractions: bool,
}

pub fn events(chance: &mut Chance) -> Vec<Event> {
    // One in ten is one long life.
    let long = chance.one_in(10);
    let manner = Manner {
        events: if long { 40 + chance.below(60) } else { 1 + chance.below(28) },
        objects: if long { 1 } else { 1 + chance.below(OBJECTS.len()) },
        lacks: chance.pick(&[0, 2, 4]),
        fractions: chance.one_in(2),
    };
    (0..manner.events).map(|number| event(chance, &manner, number)).collect()
}

pub fn moment(chance: &mut Chance) -> Time {
    let nanos = if chance.one_in(4) { 500_000_000 } else { 0 };
    Time::new(chance.below(9) as i64, nanos, chance.pick(&[None, Some(0), Some(480)])).unwrap()
}

fn event(chance: &mut Chance, manner: &Manner, number: usize) -> Event {
    let mut event = Event::new(format!("e{number}"), chance.pick(&ACTIVITIES), moment(chance));
    let objects = &OBJECTS[..manner.objects];
    let about = |chance: &mut Chance, event: Event, qualifier: &str| {
        event.about(qualifier, ObjectRef::new(KIND, chance.pick(objects)))
    };
    if chance.one_in(3) {
        event = event.about("office", ObjectRef::new("office", chance.pick(&OBJECTS)));
    }
    if !chance.one_in(15) {
        event = about(chance, event, "case");
    }
    if chance.one_in(6) {
        event = about(chance, event, "other");
    }
    for name in ["who", "by", "amount", "limit", "paid", "due", "odd"] {
        let lacking = manner.lacks > 0 && chance.one_in(manner.lacks);
        let times = if lacking { 0 } else { 1 + usize::from(chance.one_in(12)) };
        for _ in 0..times {
            event = event.with(name, value(chance, manner, name));
        }
    }
    event
}

fn value(chance: &mut Chance, manner: &Manner, name: &str) -> Value {
    match name {
        "who" if chance.one_in(4) => Value::Id(chance.pick(&TEXTS).into()),
        "who" | "by" => Value::from(chance.pick(&TEXTS)),
        "amount" if manner.fractions && chance.one_in(2) => {
            Value::Float(chance.pick(&[0.0, -0.0, 0.5, 1.0, 1.5, 2.0, f64::NAN, f64::INFINITY]))
        }
        "amount" | "limit" => Value::Integer(chance.below(5) as i64 - 1),
        "paid" => Value::Boolean(chance.one_in(2)),
        "due" => Value::Time(moment(chance)),
        _ => {
            let other = chance.pick(&["who", "amount", "paid", "due"]);
            value(chance, manner, other)
        }
    }
}

/// Something done to a log.
fn changed(chance: &mut Chance, events: &[Event]) -> Vec<Event> {
    let mut events = events.to_vec();
    let some = chance.below(events.len());
    let other = chance.below(events.len());
    match chance.below(7) {
        0 => {
            let gone = chance.pick(&ACTIVITIES);
            events.retain(|event| event.activity.as_str() != gone || chance.one_in(2));
        }
        1 => events.iter_mut().for_each(|event| event.time = moment(chance)),
        2 => {
            let by = chance.below(4) as i64;
            let shifted = |time: Time| Time::new(time.seconds() + by, time.subsecond_nanos(), time.offset());
            events.iter_mut().skip(some).for_each(|event| event.time = shifted(event.time).unwrap());
        }
        3 => {
            let time = events[some].time;
            events.iter_mut().filter(|_| chance.one_in(2)).for_each(|event| event.time = time);
        }
        4 => {
            let objects = events[some].objects.clone();
            events[some].objects = std::mem::replace(&mut events[other].objects, objects);
        }
        5 => {
            let activity = events[some].activity.clone();
            events[some].activity = std::mem::replace(&mut events[other].activity, activity);
        }
        _ => chance.shuffle(&mut events),
    }
    events
}

fn term(chance: &mut Chance, of: Of) -> Term {
    match chance.below(12) {
        0 => Term::Activity(of),
        1 => Term::Time(of),
        2 => Term::Attribute(of, "never"),
        _ => Term::Attribute(of, chance.pick(&["who", "by", "amount", "limit", "paid", "due", "odd"])),
    }
}

fn literal(chance: &mut Chance) -> Literal {
    match chance.below(6) {
        0 => Literal::Text(chance.pick(&TEXTS)),
        1 => Literal::Text(chance.pick(&ACTIVITIES)),
        2 => Literal::Integer(chance.below(4) as i64 - 1),
        3 => Literal::Float(chance.pick(&[0.0, 0.5, 1.0, 1.5])),
        4 => Literal::Boolean(chance.one_in(2)),
        _ => Literal::Moment(chance.below(9) as i64),
    }
}

/// A condition on one event, or on two; whether the log's values allow it is still to be seen.
fn says(chance: &mut Chance, pair: bool, depth: usize) -> Says {
    let of = if pair && chance.one_in(2) { Of::Target } else { Of::Activation };
    let other = if pair { chance.pick(&[Of::Target, Of::Activation]) } else { Of::Activation };
    let signs = [Sign::Equal, Sign::Unequal, Sign::Below, Sign::AtMost, Sign::Above, Sign::AtLeast];
    let sign = if chance.one_in(2) { Sign::Equal } else { chance.pick(&signs) };
    let inner = |chance: &mut Chance| Box::new(says(chance, pair, depth - 1));
    match chance.below(if depth > 0 { 14 } else { 9 }) {
        0 => Says::Has(of, chance.pick(&["who", "amount", "paid", "odd", "never"])),
        1 => Says::Among(term(chance, of), vec![literal(chance), literal(chance)]),
        2 if pair => Says::Within(chance.below(5) as i64 - 1),
        2..=4 => Says::Is(term(chance, of), sign, Term::Literal(literal(chance))),
        5 => Says::Is(Term::Literal(literal(chance)), sign, term(chance, of)),
        6 => Says::Is(term(chance, of), sign, term(chance, other)),
        // The same of both: what correlations mostly are.
        7 | 8 => {
            let name = chance.pick(&["who", "amount", "limit", "paid", "due", "odd"]);
            let alike = if pair { Of::Target } else { Of::Activation };
            Says::Is(Term::Attribute(Of::Activation, name), sign, Term::Attribute(alike, name))
        }
        9 | 10 => Says::And(inner(chance), inner(chance)),
        11 | 12 => Says::Or(inner(chance), inner(chance)),
        _ => Says::Not(inner(chance)),
    }
}

fn pattern(chance: &mut Chance) -> Pattern {
    let mut activities = vec![chance.pick(&ACTIVITIES)];
    match chance.below(6) {
        0 | 1 => activities.push(chance.pick(&ACTIVITIES)),
        2 => activities.push("never happens"),
        _ => {}
    }
    Pattern { activities, condition: chance.one_in(2).then(|| says(chance, false, 2)) }
}

fn rule(chance: &mut Chance) -> Rule {
    let (_, template) = chance.pick(&Template::ALL);
    let template = match template {
        Template::Existence(_) => Template::Existence(1 + chance.below(3) as u32),
        Template::Absence(_) => Template::Absence(1 + chance.below(3) as u32),
        Template::Exactly(_) => Template::Exactly(chance.below(4) as u32),
        other => other,
    };
    let first = pattern(chance);
    let second = if template.is_binary() && !chance.one_in(8) { pattern(chance) } else { first.clone() };
    let related = !matches!(template, Template::Choice | Template::ExclusiveChoice);
    let correlated = template.is_binary() && related && chance.one_in(2);
    // Three thousand years, and more than the record knows of time.
    let far = [100_000_000_000 * SECOND, 300_000_000_000 * SECOND];
    let least = [None, None, Some(0), Some(SECOND / 2), Some(SECOND), Some(3 * SECOND)];
    let most =
        [None, Some(0), Some(SECOND), Some(3 * SECOND / 2), Some(4 * SECOND), Some(far[0]), Some(far[1])];
    Rule {
        template,
        first,
        second,
        correlation: correlated.then(|| says(chance, true, 2)),
        least: chance.pick(&least),
        most: chance.pick(&most),
    }
}

/// Rules that the log allows, as both read them.
pub fn rules(chance: &mut Chance, bench: &Bench<'_>) -> (Vec<Rule>, Vec<Model>) {
    let language = bench.language();
    let rules = std::iter::repeat_with(|| rule(chance));
    let read = rules.filter_map(|rule| model(&rule, &language).ok().map(|model| (rule, model)));
    read.take(RULES).unzip()
}

/// Conditions are known to hold, known not to, or not known, whether asked event by event or of a whole log.
#[test]
fn on_what_is_known() {
    let mut asked = 0;
    for seed in 0..LOGS / 3 {
        let mut chance = Chance::new(seed);
        let events = events(&mut chance);
        let bench = Bench::new(&events);
        let language = bench.language();
        let numbered = || (0_u32..).zip(&events);
        for _ in 0..2 * RULES {
            let one = says(&mut chance, false, 2);
            let text = one.cel(["event", "event"]);
            if let Ok(condition) = language.condition(&text) {
                let some = numbered().map(|(number, _)| number).filter(|_| chance.one_in(2)).collect();
                let sheet = Sheet::new(&bench.log, some);
                let mask = condition.mask(&sheet);
                for (number, event) in numbered() {
                    asked += 1;
                    let known = one.holds(event, event);
                    let shown = format!("seed {seed}: {text} of {event:?}");
                    assert_eq!(condition.holds(&bench.log, number), known, "{shown}");
                    let expected = [known == Some(true), known == Some(false)];
                    if let Ok(at) = sheet.events().binary_search(&number) {
                        let masked = [mask.yes.contains(at), mask.no.contains(at)];
                        assert_eq!(masked, expected, "{shown}");
                    }
                }
            }
            let both = says(&mut chance, true, 2);
            let text = both.cel(["activation", "target"]);
            if let Ok(correlation) = language.correlation(&text) {
                for ((one, activation), (other, target)) in
                    numbered().flat_map(|one| numbered().map(move |other| (one, other)))
                {
                    asked += 1;
                    let expected = both.holds(activation, target) == Some(true);
                    let found = correlation.holds(&bench.log, one, other);
                    assert_eq!(found, expected, "seed {seed}: {text} of {activation:?} and {target:?}");
                }
            }
        }
    }
    assert!(asked > 100_000, "most conditions are refused");
}

#[test]
fn on_random_logs_and_what_is_done_to_them() {
    let mut differences: BTreeMap<String, String> = BTreeMap::new();
    for seed in 0..LOGS {
        let mut chance = Chance::new(seed);
        let mut events = events(&mut chance);
        for _ in 0..4 {
            let bench = Bench::new(&events);
            let (rules, models) = rules(&mut chance, &bench);
            for until in [Until::Closed, Until::Open(moment(&mut chance))] {
                for (rule, told) in rules.iter().zip(bench.checked(&models, until)) {
                    if bench.judged(rule, until) != told {
                        let explained = || format!("seed {seed}: {}", explain(&events, rule, until));
                        differences.entry(rule.template.to_string()).or_insert_with(explained);
                    }
                }
            }
            events = changed(&mut chance, &events);
            if events.is_empty() {
                break;
            }
        }
    }
    let text: String = differences.into_values().collect();
    assert!(text.is_empty(), "{text}");
}

/// One event that is broken twice by the same, once for each half of a model, is one breach, and told as the half says it that was
/// broken first.
#[test]
fn each_breach_is_told_once() {
    let mut twice = 0;
    for seed in 0..LOGS {
        let mut chance = Chance::new(seed);
        let events = events(&mut chance);
        let bench = Bench::new(&events);
        let (rules, models) = rules(&mut chance, &bench);
        for until in [Until::Closed, Until::Open(moment(&mut chance))] {
            for (rule, told) in rules.iter().zip(bench.told_once(&models, until)) {
                let (all, _) = bench.judged(rule, until);
                let expected = once(all.clone());
                twice += all.len() - expected.len();
                assert_eq!(told, expected, "seed {seed}, {until:?}: {rule:?}");
            }
        }
    }
    assert!(twice > 100, "{twice}");
}

/// More lives than are gone through at once.
#[test]
fn in_stretches_of_many_lives() {
    let mut chance = Chance::new(0);
    let mut all: Vec<Event> = Vec::new();
    let mut lives = BTreeSet::new();
    while lives.len() < 4_500 {
        let round = all.len();
        all.extend(events(&mut chance).into_iter().enumerate().map(|(number, mut event)| {
            event.id = format!("{round}/{number}").into();
            event.objects.iter_mut().for_each(|one| {
                one.object.id = format!("{round}/{}", one.object.id).into();
                if one.object.kind.as_str() == KIND {
                    lives.insert(one.object.id.clone());
                }
            });
            event
        }));
    }
    let bench = Bench::new(&all);
    let (_, models) = rules(&mut chance, &bench);
    for until in [Until::Closed, Until::Open(moment(&mut chance))] {
        bench.checked(&models, until);
    }
}
