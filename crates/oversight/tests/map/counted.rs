//! Figures.

use super::{Told, events, log, read, told};
use oversight::map::{
    By, Cases, Filter, Follows, Lapses, NONE, Reading, Step, Times, bottlenecks, rework, variants, way_name,
};
use proptest::prelude::*;
use record::Time;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The figures of some quarters of seconds, by sorting them and counting along.
fn figures(mut quarters: Vec<i64>) -> Option<Times> {
    quarters.sort_unstable();
    let longest = *quarters.last()?;
    let within = |share: f64| {
        let least = |value: &&i64| {
            let reached = quarters.iter().filter(|other| other <= value).count();
            reached as f64 >= share * quarters.len() as f64
        };
        *quarters.iter().find(least).unwrap() as f64 / 4.0
    };
    let total = quarters.iter().sum::<i64>() as f64 / 4.0;
    Some(Times {
        count: quarters.len() as u64,
        total,
        mean: total / quarters.len() as f64,
        median: within(0.5),
        p90: within(0.9),
        longest: longest as f64 / 4.0,
    })
}

/// How often, and in how many cases, something is found in them.
fn tally<'t>(told: &'t [Vec<Told>], found: impl Fn(&'t [Told]) -> Vec<i64>) -> (Vec<i64>, u64) {
    let of_cases: Vec<Vec<i64>> = told.iter().map(|case| found(case)).collect();
    let cases = of_cases.iter().filter(|found| !found.is_empty()).count() as u64;
    (of_cases.into_iter().flatten().collect(), cases)
}

proptest! {
    #[test]
    fn what_follows_what(events in events()) {
        read(&events, |cases, told| {
            let (follows, names) = (Follows::of(cases), cases.names());
            let lapses = Lapses::of(cases, &follows);
            let mut seen = 0;
            for (at, name) in names.iter().enumerate() {
                let (all, of) = tally(told, |case| case.iter().filter(|step| step.0 == *name).map(|_| 0).collect());
                let first = told.iter().filter(|case| case.first().is_some_and(|step| step.0 == *name)).count();
                let last = told.iter().filter(|case| case.last().is_some_and(|step| step.0 == *name)).count();
                let found = [follows.count[at], follows.cases[at], follows.first[at], follows.last[at]];
                assert_eq!(found, [all.len() as u64, of, first as u64, last as u64]);
                for (other, next) in names.iter().enumerate() {
                    let (lapse, of) = tally(told, |case| {
                        let pairs = case.windows(2).filter(|pair| pair[0].0 == *name && pair[1].0 == *next);
                        pairs.map(|pair| pair[1].1 - pair[0].1).collect()
                    });
                    let place = follows.place(at as u32, other as u32);
                    let Some(expected) = figures(lapse) else { assert_eq!(place, None); continue };
                    let edge = follows.edges[place.unwrap()];
                    assert_eq!((edge.count, edge.cases), (expected.count, of));
                    assert_eq!((edge.seconds, edge.longest), (expected.total, expected.longest));
                    assert_eq!(lapses.edges[place.unwrap()], expected);
                    seen += 1;
                }
            }
            assert_eq!(follows.edges.len(), seen);
        });
    }

    #[test]
    fn ways_to_go(events in events()) {
        read(&events, |cases, told| {
            let mut expected: Vec<(Vec<&str>, Vec<u32>)> = Vec::new();
            for (number, case) in (0..).zip(told) {
                let way: Vec<&str> = case.iter().map(|step| step.0.as_str()).collect();
                match expected.iter_mut().find(|(other, _)| *other == way) {
                    Some((_, cases)) => cases.push(number),
                    None => expected.push((way, vec![number])),
                }
            }
            expected.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
            let found: Vec<(Vec<&str>, Vec<u32>)> = variants(cases)
                .into_iter()
                .map(|way| (way.activities.iter().map(|code| cases.name(*code)).collect(), way.cases))
                .collect();
            assert_eq!(found, expected);
            let names: BTreeSet<String> = found.iter().map(|(way, _)| way_name(way)).collect();
            assert_eq!(names.len(), found.len());
        });
    }

    #[test]
    fn where_cases_wait(events in events()) {
        read(&events, |cases, told| {
            let office = |code: Option<u32>| {
                code.map_or("", |code| cases.offices().get(code as usize).map_or("", SmolStr::as_str)).to_owned()
            };
            for by in [By::Step, By::Office, By::Both] {
                let mut expected: BTreeMap<(String, String), (Vec<i64>, BTreeSet<usize>)> = BTreeMap::new();
                for (number, case) in told.iter().enumerate() {
                    for pair in case.windows(2) {
                        let (activity, office) = (pair[1].0.clone(), pair[1].2.clone());
                        let key = match by {
                            By::Step => (activity, String::new()),
                            By::Office => (String::new(), office),
                            By::Both => (activity, office),
                        };
                        let group = expected.entry(key).or_default();
                        group.0.push(pair[1].1 - pair[0].1);
                        group.1.insert(number);
                    }
                }
                let found = bottlenecks(cases, by);
                assert!(found.is_sorted_by(|one, other| one.waited.total >= other.waited.total));
                let found: BTreeMap<(String, String), (Times, u64)> = found
                    .into_iter()
                    .map(|wait| {
                        let activity = wait.activity.map_or("", |code| cases.name(code)).to_owned();
                        ((activity, office(wait.office)), (wait.waited, wait.cases))
                    })
                    .collect();
                let expected: BTreeMap<_, _> = expected
                    .into_iter()
                    .map(|(key, (waits, of))| (key, (figures(waits).unwrap(), of.len() as u64)))
                    .collect();
                assert_eq!(found, expected);
            }
        });
    }

    /// A deadline that passes is no step: it has no wait, and none is counted from it.
    #[test]
    fn what_nobody_waits_for(steps in prop::collection::vec((0u32..3, 0i64..50, any::<bool>()), 0..12)) {
        let (mut at, mut before) = (0, None);
        let mut expected: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        let mut told = Vec::new();
        for (activity, later, awaited) in steps {
            at += later;
            let moment = Time::new(1_780_000_000 + at, 0, None).unwrap();
            told.push(Step { activity, at: moment, event: 0, office: NONE, ready: None, begun: None, awaited });
            if awaited && let Some(before) = before.replace(at) {
                expected.entry(activity).or_default().push((at - before) * 4);
            }
        }
        let names = ["a", "b", "c"].map(SmolStr::new).to_vec();
        let cases = Cases::told([names, Vec::new(), Vec::new()], std::iter::once((0, NONE, told)));
        let found: BTreeMap<u32, Times> =
            bottlenecks(&cases, By::Step).into_iter().map(|wait| (wait.activity.unwrap(), wait.waited)).collect();
        let expected: BTreeMap<u32, Times> =
            expected.into_iter().map(|(activity, waits)| (activity, figures(waits).unwrap())).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_is_done_again(events in events()) {
        read(&events, |cases, told| {
            let mut repeats: BTreeMap<&str, (u64, u64, i64)> = BTreeMap::new();
            let mut loops: BTreeMap<Vec<&str>, (BTreeSet<usize>, u64, i64)> = BTreeMap::new();
            let mut any = BTreeSet::new();
            for (number, case) in told.iter().enumerate() {
                for name in super::ACTIVITIES {
                    let times: Vec<i64> = case.iter().filter(|step| step.0 == name).map(|step| step.1).collect();
                    if times.len() > 1 {
                        let sum = repeats.entry(name).or_default();
                        *sum = (sum.0 + 1, sum.1 + times.len() as u64 - 1, sum.2 + times[times.len() - 1] - times[0]);
                        any.insert(number);
                    }
                }
                // The first step that was there before goes round; what lies between is cut out, and all begins anew.
                let mut rest: Vec<(&str, i64)> = case.iter().map(|step| (step.0.as_str(), step.1)).collect();
                while let Some((from, to)) = (0..rest.len())
                    .find_map(|to| (0..to).rev().find(|from| rest[*from].0 == rest[to].0).map(|from| (from, to)))
                {
                    let round: Vec<&str> = rest[from..to].iter().map(|step| step.0).collect();
                    let sum = loops.entry(round).or_default();
                    sum.0.insert(number);
                    (sum.1, sum.2) = (sum.1 + 1, sum.2 + rest[to].1 - rest[from].1);
                    rest.drain(from..to);
                }
            }
            let found = rework(cases);
            assert_eq!(found.cases, any.len() as u64);
            assert!(found.repeats.is_sorted_by(|one, other| one.seconds >= other.seconds));
            assert!(found.loops.is_sorted_by(|one, other| one.seconds >= other.seconds));
            let of = |again: &oversight::map::Repeat| {
                (cases.name(again.activity), (again.cases, again.again, (again.seconds * 4.0) as i64))
            };
            assert_eq!(found.repeats.iter().map(of).collect::<BTreeMap<_, _>>(), repeats);
            for one in &found.loops {
                let back = cases.name(one.activities[0]);
                let (_, of) = tally(told, |case| {
                    let times = case.iter().filter(|step| step.0 == back).count();
                    (times > 1).then_some(0).into_iter().collect()
                });
                assert!(one.cases <= of, "{} cases came back to {back}, not {}", of, one.cases);
            }
            let of = |one: &oversight::map::Loop| {
                let way: Vec<&str> = one.activities.iter().map(|code| cases.name(*code)).collect();
                (way, (one.cases, one.rounds, (one.seconds * 4.0) as i64))
            };
            let loops: BTreeMap<_, _> =
                loops.into_iter().map(|(way, (of, rounds, sum))| (way, (of.len() as u64, rounds, sum))).collect();
            assert_eq!(found.loops.iter().map(of).collect::<BTreeMap<_, _>>(), loops);
        });
    }

    #[test]
    fn which_cases(
        events in events(),
        since in prop::option::of(0_i64..30),
        until in prop::option::of(0_i64..30),
        office in prop::option::of(prop::sample::select(&super::OFFICES[..2])),
        names in prop::collection::vec(prop::option::weighted(0.3, prop::sample::select(&super::ACTIVITIES[..])), 3),
        way in prop::option::weighted(0.2, 0_usize..3),
    ) {
        read(&events, |cases, told| {
            let ways: Vec<Vec<&str>> = told.iter().map(|case| case.iter().map(|step| step.0.as_str()).collect()).collect();
            let way = way.map(|at| ways[at % ways.len()].clone());
            let moment = |seconds: Option<i64>| seconds.map(|seconds| Time::new(seconds, 0, None).unwrap());
            let filter = Filter {
                since: moment(since),
                until: moment(until),
                offices: office.map(|office| vec![SmolStr::new(office)]),
                outcome: names[0].map(SmolStr::new),
                with: names[1].map(SmolStr::new).into_iter().collect(),
                without: names[2].map(SmolStr::new).into_iter().collect(),
                way: way.as_ref().map(|way| way_name(way)),
            };
            let fits = |case: &Vec<Told>| {
                let own: Vec<&str> = case.iter().map(|step| step.0.as_str()).collect();
                since.is_none_or(|since| case[0].1 >= since * 4)
                    && until.is_none_or(|until| case[0].1 < until * 4)
                    && office.is_none_or(|office| case.iter().any(|step| step.2 == office))
                    && names[0].is_none_or(|name| own.last() == Some(&name))
                    && names[1].is_none_or(|name| own.contains(&name))
                    && names[2].is_none_or(|name| !own.contains(&name))
                    && way.as_ref().is_none_or(|way| own == *way)
            };
            let expected: Vec<u32> =
                (0..).zip(told).filter(|(_, case)| fits(case)).map(|(number, _)| number).collect();
            let chosen = filter.of(cases);
            let found: Vec<u32> = (0..chosen.len()).map(|case| chosen.number(case)).collect();
            assert_eq!(&found, &expected);
            for (case, number) in found.iter().enumerate() {
                assert_eq!(chosen.way(case), cases.way(*number as usize));
            }
        });
    }

    #[test]
    fn begun_and_completed(events in events()) {
        let log = log(&events);
        let told = told(&events);
        let Some(traces) = log.traces("case") else { return Ok(()) };
        let cases = Cases::of(&log, &traces, &Reading::default());
        let words: BTreeSet<&str> = told.iter().flatten().map(|step| step.3.as_str()).collect();
        let paired = ["start", "complete"].iter().all(|word| events.iter().any(|event| {
            event.attribute("lifecycle:transition").and_then(record::Value::as_text) == Some(word)
        }));
        for (number, case) in told.iter().enumerate() {
            // Each completion takes the first beginning of its activity that no other took.
            let mut taken = BTreeSet::new();
            let mut steps: Vec<(&Told, Option<i64>)> = Vec::new();
            for (at, step) in case.iter().enumerate() {
                if paired && step.3 == "start" {
                    continue;
                }
                let begins = |other: &usize| {
                    paired && case[*other].3 == "start" && case[*other].0 == step.0 && !taken.contains(other)
                };
                let begun = (0..at).find(begins);
                taken.extend(begun);
                steps.push((step, begun.map(|begun| case[begun].1)));
            }
            let range = cases.range(number);
            prop_assert_eq!(range.len(), steps.len(), "{:?}", words);
            for (at, (step, begun)) in range.clone().zip(&steps) {
                prop_assert_eq!(cases.name(cases.activity(at)), &step.0);
                prop_assert_eq!(cases.served(at), begun.map(|begun| (step.1 - begun) * 250));
                let before = at.checked_sub(1).filter(|_| at > range.start).map(|before| steps[before - range.start].0.1);
                let waited = before.map(|before| (begun.unwrap_or(step.1) - before).max(0) * 250);
                prop_assert_eq!(cases.waited(at, at == range.start), waited);
                let office = cases.office(at);
                let name = if office == NONE { "" } else { cases.offices()[office as usize].as_str() };
                prop_assert_eq!(name, &step.2);
            }
        }
    }
}
