//! All traces on three activities of up to six events, at times of three sorts: one a second; all at once, traces
//! interleaved; some at once, told in any order.

use crate::chance::Chance;
use crate::difference::{Bench, KIND, SECOND, Told, explain, model};
use crate::oracle::{Pattern, Rule};
use oversight::check::Until;
use oversight::model::{Model, Template};
use record::{Event, ObjectRef, Time};

const LETTERS: [&str; 3] = ["a", "b", "c"];
const WINDOWS: [[Option<i128>; 2]; 5] = [
    [None, None],
    [Some(0), Some(SECOND)],
    [Some(SECOND), Some(2 * SECOND)],
    [Some(2 * SECOND), None],
    [Some(0), Some(0)],
];

/// Every trace of the lengths, shorter ones first, each at times of its own.
fn words(longest: usize) -> Vec<Vec<usize>> {
    let mut words: Vec<Vec<usize>> = vec![vec![]];
    let mut start = 0;
    for _ in 0..longest {
        let end = words.len();
        for word in start..end {
            words.extend((0..LETTERS.len()).map(|letter| [words[word].as_slice(), &[letter]].concat()));
        }
        start = end;
    }
    words.split_off(1)
}

fn event(word: usize, nth: usize, letter: usize, seconds: i64) -> Event {
    let time = Time::new(seconds, 0, Some(0)).unwrap();
    Event::new(format!("{word}-{nth}"), LETTERS[letter], time)
        .about("case", ObjectRef::new(KIND, word.to_string()))
}

/// The logs of all traces, one for each sort of times.
fn logs(longest: usize) -> [Vec<Event>; 3] {
    let words = words(longest);
    let told = |seconds: fn(usize, usize) -> i64| -> Vec<(usize, Event)> {
        let of_word = |(number, word): (usize, &Vec<usize>)| -> Vec<(usize, Event)> {
            let told = |(nth, letter): (usize, &usize)| (nth, event(number, nth, *letter, seconds(number, nth)));
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

/// Everything on traces of up to `longest` events; the first difference of each template.
fn differences(templates: &[Template], longest: usize, few: bool) -> String {
    let open = |seconds| Until::Open(Time::new(seconds, 0, Some(0)).unwrap());
    let logs = logs(longest);
    let benches = logs.each_ref().map(|events| Bench::new(events));
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
            benches.iter().find_map(|bench| difference(bench, &rules, until))
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
    let differences = differences(templates, 4, false) + &differences(templates, 6, true);
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
    agree(&[Template::Response, Template::AlternateResponse, Template::ChainResponse]);
    agree(&[Template::NotResponse, Template::NotChainResponse]);
}

#[test]
fn on_what_looks_back() {
    agree(&[Template::Precedence, Template::AlternatePrecedence, Template::ChainPrecedence]);
    agree(&[Template::NotPrecedence, Template::NotChainPrecedence]);
}

#[test]
fn on_what_looks_both_ways() {
    agree(&[Template::Succession, Template::AlternateSuccession, Template::ChainSuccession]);
    agree(&[Template::NotSuccession, Template::NotChainSuccession]);
}

#[test]
fn on_what_stands_beside() {
    agree(&[Template::RespondedExistence, Template::NotRespondedExistence]);
    agree(&[Template::CoExistence, Template::NotCoExistence]);
}
