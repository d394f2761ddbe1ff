use super::{Asked, Way, columns};
use crate::model::{Model, Pattern};
use std::collections::HashMap;

/// What a clause takes for each event of its activities, in nanoseconds as they were measured on the log of fines: by itself, and
/// as one bit among many.
const ALONE: f64 = 3.5;
const AMONG_MANY: f64 = 1.4;
/// What a clause by itself takes for each 64 events of the log, whether it speaks of them or not, as it was measured on 400,000
/// events of which it speaks of few: most take 13, those of two clauses to a model up to 50.
const WORD: f64 = 13.0;
/// How much memory the models' rows of positions may take, in bytes.
const ROWS: usize = 1 << 28;
/// What it takes to go through an event of a life, whatever is asked of it.
const EVENT: f64 = 85.0;

/// Whether it takes less to ask the models one by one. To go through every life costs most of what it costs once for all models,
/// so that it pays for many.
pub(super) fn is_one_by_one(asked: Asked<'_>, way: Way) -> bool {
    let Asked { log, traces, models, .. } = asked;
    match way {
        Way::OneByOne => return true,
        Way::Together => return false,
        Way::Cheapest => {}
    }
    let len = traces.events().len();
    let clauses: usize = models.iter().map(|model| model.template.clauses().len()).sum();
    let words = WORD * clauses as f64 * len.div_ceil(64) as f64;
    let room = (EVENT * len as f64 - words) / (ALONE - AMONG_MANY);
    if room < 0.0 {
        return false;
    }
    let row = len.div_ceil(8);
    if 2 * models.len() * row > ROWS && columns::rows(log, models) * row > ROWS {
        return false;
    }
    // None speaks of more than all events, so that few models need not be looked at.
    let most =
        |model: &Model| model.template.clauses().len() * if model.template.is_binary() { 2 } else { 1 };
    if models.iter().map(most).sum::<usize>() as f64 * log.len() as f64 <= room {
        return true;
    }
    let mut events = vec![0_u32; log.activities().len()];
    for code in log.activity_codes() {
        events.get_mut(*code as usize).into_iter().for_each(|count| *count += 1);
    }
    let events: HashMap<&str, u32> =
        log.activities().iter().map(|activity| activity.as_str()).zip(events).collect();
    let of = |pattern: &Pattern| -> f64 {
        let counts = pattern.activities.iter().filter_map(|activity| events.get(activity.as_str()));
        counts.map(|count| f64::from(*count)).sum()
    };
    let places = models.iter().map(|model| {
        let second = if model.template.is_binary() { of(&model.second) } else { 0.0 };
        model.template.clauses().len() as f64 * (of(&model.first) + second)
    });
    places.sum::<f64>() <= room
}

#[cfg(test)]
mod tests {
    use super::{Asked, Way, is_one_by_one};
    use crate::check::Until;
    use crate::log::Log;
    use crate::model::{Model, Pattern, Template, Window};
    use record::{Event, ObjectRef, Time};

    /// Whether so many models are asked one by one that speak of two events in ten thousand.
    fn check(models: usize) -> bool {
        let mut log = Log::new();
        for at in 0..10_000 {
            let activity = if at % 5_000 == 7 { "rare" } else { "common" };
            let event = Event::new(format!("e{at}"), activity, Time::ZERO);
            let pushed = log.push(&event.about("case", ObjectRef::new("case", format!("{}", at / 5))));
            assert!(pushed.is_ok(), "{pushed:?}");
        }
        let pattern = || Pattern { activities: vec!["rare".into()], condition: None };
        let model = || Model {
            name: "rare".to_owned(),
            template: Template::Response,
            first: pattern(),
            second: pattern(),
            correlation: None,
            window: Window { least: None, most: None },
        };
        let models: Vec<Model> = (0..models).map(|_| model()).collect();
        let traces = log.traces("case");
        traces.is_some_and(|traces| {
            let asked =
                Asked { log: &log, traces: &traces, models: &models, until: Until::Closed, pace: None };
            is_one_by_one(asked, Way::Cheapest)
        })
    }

    #[test]
    fn many_models_are_asked_together_even_of_rare_events() {
        assert_eq!([1, 100, 5_000].map(check), [true, true, false]);
    }
}
