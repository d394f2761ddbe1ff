//! All traces on three activities of up to six events, at times of three sorts: one a second; all at once, traces
//! interleaved; some at once, told in any order.

use crate::chance::Chance;
use crate::difference::{Bench, KIND, SECOND, Told, explain, model};
use crate::oracle::{Pattern, Rule};
use oversight::check::Until;
use oversight::model::{Model, Template};
use record::{Event, ObjectRef, Time};
use std::ops::RangeInclusive;

const LETTERS: [&str; 3] = ["a", "b", "c"];
const WINDOWS: [[Option<i128>; 2]; 5] = [
    [None, None],
    [Some(0), Some(SECOND)],
    [Some(SECOND), Some(2 * SECOND)],
    [Some(2 * SECOND), None],
    [Some(0), Some(0)],
];

/// Every trace of the lengths, shorter ones first.
fn words(lengths: RangeInclusive<usize>) -> Vec<Vec<usize>> {
    let mut words: Vec<Vec<usize>> = vec![vec![]];
    let mut start = 0;
    for _ in 0..*lengths.end() {
        let end = words.len();
        for word in start..end {
            for letter in 0..LETTERS.len() {
                words.push([words[word].as_slice(), &[letter]].concat());
            }
        }
        start = end;
    }
    words.retain(|word| lengths.contains(&word.len()));
    words
}

fn event(word: usize, nth: usize, letter: usize, seconds: i64) -> Event {
    let time = Time::new(seconds, 0, Some(0)).unwrap();
    Event::new(format!("{word}-{nth}"), LETTERS[letter], time)
        .about("case", ObjectRef::new(KIND, word.to_string()))
}

/// The logs of all traces, one for each sort of times.
fn logs(lengths: RangeInclusive<usize>) -> [Vec<Event>; 3] {
    let words = words(lengths);
    let told = |seconds: fn(usize, usize) -> i64| -> Vec<(usize, Event)> {
        let of_word = |(number, word): (usize, &Vec<usize>)| -> Vec<(usize, Event)> {
            let told =
                |(nth, letter): (usize, &usize)| (nth, event(number, nth, *letter, seconds(number, nth)));
            word.iter().enumerate().map(told).collect()
        };
        words.iter().enumerate().flat_map(of_word).collect()
    };
    let events = |told: Vec<(usize, Event)>| told.into_iter().map(|(_, event)| event).collect();
    let apart = told(|_, nth| nth as i64);
    let mut at_once = told(|_, _| 0);
    at_once.sort_by_key(|(nth, _)| *nth);
    let mut some_at_once = told(|word, nth| (0..nth).map(|step| [1, 0, 2, 0, 1][(word + step) % 5]).sum());
    Chance::new(1).shuffle(&mut some_at_once);
    [events(apart), events(at_once), events(some_at_once)]
}

fn pattern(letters: &[&'static str]) -> Pattern {
    Pattern { activities: letters.to_vec(), condition: None }
}

/// The patterns, a pair of them for a template with two. All traces being there, `few` leaves out those that only
/// exchange letters.
fn patterns(template: Template, few: bool) -> Vec<[Pattern; 2]> {
    let sets: [&[&str]; 6] = [&["a"], &["b"], &["c"], &["a", "b"], &["a", "c"], &["b", "c"]];
    let all = sets.iter().flat_map(|first| sets.iter().map(move |second| [*first, *second]));
    let pairs: Vec<[&[&str]; 2]> = match (template.is_binary(), few) {
        (false, false) => sets.iter().map(|set| [*set, *set]).collect(),
        (false, true) => vec![[sets[0], sets[0]], [sets[3], sets[3]]],
        (true, false) => all.collect(),
        (true, true) => {
            let few = [(0, 0), (0, 1), (0, 3), (0, 5), (3, 0), (3, 2), (3, 3), (3, 5)];
            few.iter().map(|(first, second)| [sets[*first], sets[*second]]).collect()
        }
    };
    pairs.iter().map(|pair| pair.map(pattern)).collect()
}

/// The first difference of each template on all traces of the lengths, asked in each way or, where that would take too
/// long, in one of so many ways.
fn differences(templates: &[Template], lengths: RangeInclusive<usize>, few: bool, one_in: usize) -> String {
    let open = |seconds| Until::Open(Time::new(seconds, 0, Some(0)).unwrap());
    let logs = logs(lengths);
    let benches = logs.each_ref().map(|events| Bench::new(events));
    let mut chance = Chance::new(6);
    let mut text = String::new();
    for template in templates {
        let mut asked = patterns(*template, few).into_iter().flat_map(|[first, second]| {
            let rules = WINDOWS.map(|[least, most]| Rule {
                template: *template,
                first: first.clone(),
                second: second.clone(),
                correlation: None,
                least,
                most,
            });
            [Until::Closed, open(0), open(3), open(9)].map(|until| (rules.clone(), until))
        });
        let difference = asked.find_map(|(rules, until)| {
            let mut benches = benches.iter().filter(|_| chance.one_in(one_in));
            benches.find_map(|bench| difference(bench, &rules, until))
        });
        text.extend(difference);
    }
    text
}

fn difference(bench: &Bench<'_>, rules: &[Rule], until: Until) -> Option<String> {
    let language = bench.language();
    let models: Vec<Model> = rules.iter().map(|rule| model(rule, &language).unwrap()).collect();
    let checked: Vec<Told> = bench.checked(&models, until);
    let differing = rules.iter().zip(checked).find(|(rule, told)| bench.judged(rule, until) != *told);
    differing.map(|(rule, _)| explain(bench.events, rule, until))
}

fn agree(templates: &[Template]) {
    let all = differences(templates, 1..=3, false, 1) + &differences(templates, 4..=5, true, 1);
    let differences = all + &differences(templates, 6..=6, true, 6);
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn on_whole_traces() {
    let counted = (1..=3).flat_map(|n| [Template::Existence(n), Template::Absence(n), Template::Exactly(n)]);
    let others =
        [Template::Exactly(0), Template::Init, Template::End, Template::Choice, Template::ExclusiveChoice];
    agree(&counted.chain(others).collect::<Vec<_>>());
}

#[test]
fn on_what_looks_ahead() {
    use Template::*;
    agree(&[Response, AlternateResponse, ChainResponse, NotResponse, NotChainResponse]);
}

#[test]
fn on_what_looks_back() {
    use Template::*;
    agree(&[Precedence, AlternatePrecedence, ChainPrecedence, NotPrecedence, NotChainPrecedence]);
}

#[test]
fn on_what_looks_both_ways() {
    use Template::*;
    agree(&[Succession, AlternateSuccession, ChainSuccession, NotSuccession, NotChainSuccession]);
}

#[test]
fn on_what_stands_beside() {
    use Template::*;
    agree(&[RespondedExistence, NotRespondedExistence, CoExistence, NotCoExistence]);
}
