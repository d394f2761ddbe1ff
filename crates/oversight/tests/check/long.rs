//! One life of 200,000 events, in which what is looked for stands thousands of events away: it is found all the same, and a
//! check that was given up says nothing.

use crate::difference::{KIND, SECOND};
use oversight::check::{Asked, Finding, Pace, Summary, Until, Way};
use oversight::log::Log;
use oversight::model::{Lapse, Length, Model, Pattern, Template, Window};
use record::{Event, ObjectRef, Time};

const EVENTS: i64 = 200_000;

fn model(template: Template, most: Option<u32>) -> Model {
    let pattern = |activity: &str| Pattern { activities: vec![activity.into()], condition: None };
    Model {
        name: template.to_string(),
        template,
        first: pattern("a"),
        second: pattern("b"),
        correlation: None,
        window: Window { least: None, most: most.map(|most| Length::Elapsed(Lapse::seconds(most))) },
    }
}

/// An event a second, or one and a half.
fn log(nanos: i128, activity: impl Fn(i64) -> &'static str) -> Log {
    log_of(EVENTS, nanos, activity)
}

fn log_of(events: i64, nanos: i128, activity: impl Fn(i64) -> &'static str) -> Log {
    let mut log = Log::new();
    for at in 0..events {
        let since = i128::from(at) * nanos;
        let time = Time::new((since / SECOND) as i64, (since % SECOND) as u32, None).unwrap();
        let event = Event::new(format!("e{at}"), activity(at), time).about("case", ObjectRef::new(KIND, "1"));
        log.push(&event).unwrap();
    }
    log
}

/// The places of the nearest mark before each place, or after each where `places` go down.
fn nearest(places: impl Iterator<Item = i64>, is_mark: impl Fn(i64) -> bool) -> Vec<(i64, Option<i64>)> {
    let mut mark = None;
    let step = |at: i64| {
        let before = mark;
        mark = if is_mark(at) { Some(at) } else { mark };
        (at, before)
    };
    let mut found: Vec<_> = places.map(step).collect();
    found.sort_unstable();
    found
}

fn check(nanos: i128, activity: impl Fn(i64) -> &'static str) {
    let log = log(nanos, &activity);
    let traces = log.traces(KIND).unwrap();
    let before = nearest(0..EVENTS, |at| activity(at) == "b");
    let after = nearest((0..EVENTS).rev(), |at| activity(at) == "b");
    let templates = [
        (Template::Response, [false, true], false),
        (Template::Precedence, [true, false], false),
        (Template::RespondedExistence, [true, true], false),
        (Template::NotResponse, [false, true], true),
        (Template::NotPrecedence, [true, false], true),
        (Template::NotRespondedExistence, [true, true], true),
    ];
    for ((template, sides, forbids), most) in
        templates.into_iter().flat_map(|one| [None, Some(50_000)].map(|most| (one, most)))
    {
        let mut model = model(template, most);
        if sides == [true, false] {
            std::mem::swap(&mut model.first, &mut model.second);
        }
        let name = model.name.clone();
        let is_near = |at: i64, mark: i64| {
            let apart = i128::from((at - mark).abs()) * nanos;
            most.is_none_or(|most| apart <= i128::from(most) * SECOND)
        };
        let target = |at: i64| {
            let of = |side: usize, all: &[(i64, Option<i64>)]| {
                all[at as usize].1.filter(|mark| sides[side] && is_near(at, *mark))
            };
            of(0, &before).or(of(1, &after))
        };
        let asks = (0..EVENTS).filter(|at| activity(*at) == "a");
        let broken = asks.map(|at| (at, target(at))).filter(|(_, target)| target.is_some() == forbids);
        let models = [model];
        let asked = Asked { log: &log, traces: &traces, models: &models, until: Until::Closed, pace: None };
        let mut found: Vec<Finding> = Vec::new();
        asked.check_by(Way::OneByOne, 1, Some(&mut |_, finding| found.push(finding)));
        let mut told = found.iter();
        for (at, target) in broken {
            let finding = told.next().unwrap();
            assert_eq!(finding.activation, Some(at as u32), "{name} {most:?}");
            let cited = target.is_none_or(|target| finding.evidence.contains(&(target as u32)));
            assert!(cited, "{name} {most:?}: {target:?} for {finding:?}");
        }
        assert_eq!(told.next(), None, "{name} {most:?}");
    }
}

/// Both ways say the same.
#[test]
fn life_by_life_says_the_same() {
    let log = log(SECOND, |at| if at + 1 == EVENTS { "b" } else { "a" });
    let traces = log.traces(KIND).unwrap();
    let models = [Template::Response, Template::NotResponse].map(|template| model(template, None));
    let asked = Asked { log: &log, traces: &traces, models: &models, until: Until::Closed, pace: None };
    let of = |way: Way| -> (Vec<Finding>, Vec<Summary>) {
        let mut found = Vec::new();
        let summaries = asked.check_by(way, 1, Some(&mut |_, finding| found.push(finding)));
        (found, summaries)
    };
    assert!(of(Way::OneByOne) == of(Way::Together), "the ways differ");
}

/// What waits in vain for a window that is over is not met by every later event: both ways say the same, and soon.
#[test]
fn life_by_life_lets_go_of_what_is_over() {
    const EVENTS: i64 = 60_000;
    let log = log_of(EVENTS, 3 * SECOND / 2, |at| match at % 1_009 {
        0 => "b",
        rest if rest % 3 == 0 => "a",
        _ => "c",
    });
    let traces = log.traces(KIND).unwrap();
    let templates =
        [Template::Response, Template::NotResponse, Template::AlternateResponse, Template::CoExistence];
    let models: Vec<Model> =
        [1, 20].into_iter().flat_map(|most| templates.map(|template| model(template, Some(most)))).collect();
    for until in [Until::Closed, Until::Open(Time::new(EVENTS * 3 / 2 - 10, 0, None).unwrap())] {
        let asked = Asked { log: &log, traces: &traces, models: &models, until, pace: None };
        let of = |way: Way| -> (Vec<(usize, Finding)>, Vec<Summary>) {
            let mut found = Vec::new();
            let summaries = asked.check_by(way, 1, Some(&mut |model, finding| found.push((model, finding))));
            (found, summaries)
        };
        let [one_by_one, together] = [Way::OneByOne, Way::Together].map(of);
        assert!(one_by_one == together, "the ways differ: {:?} {:?}", one_by_one.1, together.1);
    }
}

#[test]
fn what_is_looked_for_comes_last() {
    check(SECOND, |at| if at + 1 == EVENTS { "b" } else { "a" });
}

#[test]
fn what_is_looked_for_came_first() {
    check(3 * SECOND / 2, |at| if at == 0 { "b" } else { "a" });
}

#[test]
fn what_is_looked_for_is_rare_on_both_sides() {
    check(SECOND, |at| match at % 70_001 {
        35_000 => "b",
        rest if rest % 3 == 0 => "a",
        _ => "c",
    });
}

#[test]
fn what_was_given_up_is_not_told() {
    let log = log(SECOND, |_| "a");
    let traces = log.traces(KIND).unwrap();
    let (models, pace) = ([model(Template::Response, Some(1))], Pace::default());
    let asked =
        Asked { log: &log, traces: &traces, models: &models, until: Until::Closed, pace: Some(&pace) };
    assert_eq!(asked.find().unwrap().len(), EVENTS as usize);
    pace.give_up();
    assert!(asked.find().is_none());
}
