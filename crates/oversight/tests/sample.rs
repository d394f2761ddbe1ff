//! Models drawn over a real log: as many as were asked for, each different, each of some use.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails loudly")]

use oversight::Bits;
use oversight::check::{Until, check};
use oversight::condition::Language;
use oversight::log::{self, Log};
use oversight::model::Pattern;
use oversight::sample::draw;
use record::interop::{Options, Source};
use std::collections::HashSet;
use std::path::Path;

/// Fines of the police of an Italian city: a hundred of the hundred and fifty thousand.
fn fines(test: &str) -> Option<Log> {
    let data = std::env::var_os("LIANCHI_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        |data| data.into(),
    );
    let file = data.join("logs/roadtraffic100traces.xes");
    if !file.exists() {
        println!("left out: {test} needs the logs; set LIANCHI_DATA");
        return None;
    }
    let options = Options { prefix: Some(String::new()), ..Options::default() };
    Some(log::read(&Source::File(&file), &options, &mut |_| ()).unwrap().0)
}

#[test]
fn thousands_of_models_are_drawn_over_a_log() {
    let Some(log) = fines("thousands_of_models_are_drawn_over_a_log") else { return };
    let language = Language::new(&log, &[]);
    let models = draw(&language, 1, 3_700);
    let names: HashSet<&str> = models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!((models.len(), names.len()), (3_700, 3_700));
    let share = |count: usize| count as f64 / models.len() as f64;
    let data =
        models.iter().filter(|model| [&model.first, &model.second].iter().any(|one| one.condition.is_some()));
    let windows = models.iter().filter(|model| !model.window.is_open());
    assert!((0.25..0.45).contains(&share(data.count())), "data");
    assert!((0.25..0.45).contains(&share(windows.count())), "windows");
    assert!(models.iter().filter(|model| model.correlation.is_some()).count() > 100);
    let again: Vec<String> = draw(&language, 1, 3_700).into_iter().map(|model| model.name).collect();
    assert!(models.iter().map(|model| &model.name).eq(&again), "the same seed draws the same models");
    assert_ne!(draw(&language, 2, 10)[0].name, again[0]);
}

/// A condition holds for some of its activity's events and not for others.
#[test]
fn drawn_conditions_tell_events_apart() {
    let Some(log) = fines("drawn_conditions_tell_events_apart") else { return };
    let models = draw(&Language::new(&log, &[]), 3, 1_000);
    let mut idle = 0;
    let mut all = 0;
    for pattern in models.iter().flat_map(|model| [&model.first, &model.second]) {
        let Some(condition) = &pattern.condition else { continue };
        let of = of_activity(&log, pattern);
        let holds =
            of.iter().filter(|event| condition.holds(&log, u32::try_from(*event).unwrap()) == Some(true));
        let holds = holds.count();
        all += 1;
        idle += usize::from(holds == 0 || holds == of.iter().count());
    }
    // Two comparisons that each tell some events apart may leave none together.
    assert!(idle * 10 < all, "{idle} of {all}");
    let traces = log.traces("case").unwrap();
    let mut findings = 0;
    let summaries = check(&log, &traces, &models, Until::Closed, &mut |_, _| findings += 1);
    let (mut kept, mut broken) = (0, 0);
    for summary in &summaries {
        kept += usize::from(summary.activations.fulfilled > 0);
        broken += usize::from(summary.activations.violated > 0);
    }
    assert!(findings > 1_000 && kept > 300 && broken > 300, "{findings} {kept} {broken}");
}

fn of_activity(log: &Log, pattern: &Pattern) -> Bits {
    let code = log.activity_code(pattern.activities[0].as_str()).unwrap();
    Bits::of(log.len(), |event| log.activity_codes()[event] == code)
}

#[test]
fn of_little_little_is_drawn() {
    let models = draw(&Language::new(&Log::new(), &[]), 1, 10);
    assert_eq!(models.len(), 0);
}
