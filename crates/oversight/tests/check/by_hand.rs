//! What everybody who knows Declare knows, so that `check` and the oracle do not err together.

use crate::difference::{Bench, KIND, model};
use crate::oracle::says::{Literal, Of, Says, Sign, Term};
use crate::oracle::{Pattern, Rule};
use oversight::check::Until;
use oversight::model::Template;
use record::{Event, ObjectRef, Time};

fn rule(template: &str, first: &'static str, second: &'static str) -> Rule {
    let pattern = |activity| Pattern { activities: vec![activity], condition: None };
    Rule {
        template: Template::named(template).unwrap(),
        first: pattern(first),
        second: pattern(second),
        correlation: None,
        least: None,
        most: None,
    }
}

fn events(word: &str) -> Vec<Event> {
    let event = |(nth, letter): (i64, char)| {
        let time = Time::new(nth, 0, None).unwrap();
        Event::new(nth.to_string(), letter.to_string(), time).about("case", ObjectRef::new(KIND, "1"))
    };
    (0..).zip(word.chars()).map(event).collect()
}

/// Of each activation in a trace that is over, by the order of its event: `+` if it is fulfilled, `-` if not. Of a
/// constraint in two halves, one half after the other.
fn check(template: &str, [first, second]: [&'static str; 2], word: &str, expected: &str) {
    let events = events(word);
    let bench = Bench::new(&events);
    let model = model(&rule(template, first, second), &bench.language()).unwrap();
    let whole =
        !model.template.is_binary() || matches!(model.template, Template::Choice | Template::ExclusiveChoice);
    let (findings, summary) = bench.checked(&[model], Until::Closed).remove(0);
    let fulfilled = expected.matches('+').count() as u64;
    let violated = expected.matches('-').count() as u64;
    let shown = format!("{template}({first}, {second}) on {word}: {findings:?}");
    assert_eq!(summary.activations.fulfilled, fulfilled, "{shown}");
    assert_eq!(summary.activations.violated, violated, "{shown}");
    if whole {
        return;
    }
    let activates = |activity: &str| {
        let of = (0..).zip(&events).filter(|(_, event)| event.activity.as_str() == activity);
        of.map(|(number, _): (u32, _)| number).collect::<Vec<_>>()
    };
    let by_first = activates(first);
    let asked = match Template::named(template).unwrap() {
        form if form.is_activated_by_second() => activates(second),
        _ if expected.len() == by_first.len() => by_first,
        _ => [by_first, activates(second)].concat(),
    };
    let violated = asked.into_iter().zip(expected.chars()).filter(|(_, mark)| *mark == '-');
    let violated: Vec<Option<u32>> = violated.map(|(number, _)| Some(number)).collect();
    let told: Vec<Option<u32>> = findings.iter().map(|finding| finding.activation).collect();
    assert_eq!(told, violated, "{shown}");
}

#[test]
fn as_declare_has_it() {
    let ab = ["a", "b"];
    let aa = ["a", "a"];
    for (template, pair, word, expected) in [
        ("existence", aa, "bab", "+"),
        ("existence 2", aa, "bab", "-"),
        ("absence", aa, "bbb", "+"),
        ("Absence2", aa, "bab", "+"),
        ("Absence2", aa, "aab", "-"),
        ("exactly 2", aa, "aab", "+"),
        ("exactly 2", aa, "aaab", "-"),
        ("init", aa, "ab", "+"),
        ("init", aa, "ba", "-"),
        ("end", aa, "ba", "+"),
        ("end", aa, "ab", "-"),
        ("choice", ab, "cb", "+"),
        ("choice", ab, "cc", "-"),
        ("exclusive choice", ab, "ca", "+"),
        ("exclusive choice", ab, "ab", "-"),
        ("exclusive choice", ab, "c", "-"),
        ("response", ab, "aba", "+-"),
        ("response", ab, "aab", "++"),
        ("response", aa, "aaa", "++-"),
        ("alternate response", ab, "aab", "-+"),
        ("alternate response", ab, "abab", "++"),
        ("alternate response", aa, "aaa", "++-"),
        ("chain response", ab, "abacb", "+-"),
        ("chain response", aa, "aaba", "+--"),
        ("precedence", ab, "bab", "-+"),
        ("precedence", ab, "abb", "++"),
        ("precedence", aa, "aba", "-+"),
        ("alternate precedence", ab, "abb", "+-"),
        ("alternate precedence", ab, "abab", "++"),
        ("chain precedence", ab, "abacb", "+-"),
        ("responded existence", ab, "ba", "+"),
        ("responded existence", ab, "aca", "--"),
        ("responded existence", aa, "a", "-"),
        ("responded existence", aa, "aa", "++"),
        ("co-existence", ab, "ab", "++"),
        ("co-existence", ab, "cbb", "--"),
        // Of two halves that ask the same one is left, and each breach told once.
        ("co-existence", aa, "aba", "++"),
        ("co-existence", aa, "ab", "-"),
        ("not co-existence", aa, "aa", "--"),
        ("not co-existence", aa, "ab", "+"),
        ("succession", ab, "bab", "+-+"),
        ("succession", ab, "aba", "+-+"),
        ("alternate succession", ab, "aabb", "-++-"),
        ("chain succession", ab, "abcb", "++-"),
        ("not responded existence", ab, "ba", "-"),
        ("not responded existence", ab, "aca", "++"),
        ("not co-existence", ab, "ab", "--"),
        ("not co-existence", ab, "bcb", "++"),
        ("not response", ab, "aba", "-+"),
        ("not response", aa, "aa", "-+"),
        ("not precedence", ab, "bab", "+-"),
        ("not chain response", ab, "acb", "+"),
        ("not chain response", ab, "ab", "-"),
        ("not chain precedence", ab, "acbab", "+-"),
        ("not succession", ab, "ab", "--"),
        ("not succession", ab, "ba", "++"),
        ("not chain succession", ab, "acb", "++"),
        ("not chain succession", ab, "ab", "--"),
    ] {
        check(template, pair, word, expected);
    }
}

/// An event may have attributes that are called as what every event has; they do not stand for it.
#[test]
fn what_an_event_is_is_not_up_to_its_attributes() {
    let events: Vec<Event> =
        events("ab").into_iter().map(|event| event.with("activity", "b").with("time", 7)).collect();
    let bench = Bench::new(&events);
    for (term, literal) in [
        (Term::Activity(Of::Activation), Literal::Text("a")),
        (Term::Time(Of::Activation), Literal::Moment(0)),
    ] {
        let is = Says::Is(term, Sign::Equal, Term::Literal(literal));
        let mut rule = rule("existence", "a", "a");
        rule.first.condition = Some(is);
        let model = model(&rule, &bench.language()).unwrap();
        let (findings, summary) = bench.checked(&[model], Until::Closed).remove(0);
        assert_eq!((findings, summary.cases.satisfied), (vec![], 1));
    }
}

/// What a log keeps beside its events is none of them, and an event that is about one object twice is one event of it.
#[test]
fn an_event_is_one_event() {
    let mut events = events("ab");
    events[0] = events[0].clone().about("again", ObjectRef::new(KIND, "1"));
    events.insert(0, Event::new("1", "log:object", Time::ZERO).about("object", ObjectRef::new(KIND, "1")));
    let bench = Bench::new(&events);
    let model = model(&rule("init", "b", "b"), &bench.language()).unwrap();
    let (findings, _) = bench.checked(&[model], Until::Closed).remove(0);
    assert_eq!(*findings[0].evidence, [0]);
    assert_eq!(bench.log.len(), 2);
}
