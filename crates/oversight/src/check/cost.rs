use super::{Asked, Way, columns};
use crate::log::Log;
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
/// What it takes to go through an event of a life, and through one of which any model speaks besides, however many do.
const EVENT: f64 = 105.0;
const SPOKEN_OF: f64 = 180.0;

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
    let row = len.div_ceil(8);
    if 2 * models.len() * row > ROWS && columns::rows(log, models) * row > ROWS {
        return false;
    }
    // What may be spent on events of the models' activities, where so many clauses are gone through word by word, and so many
    // events are spoken of at all.
    let room = |clauses: usize, spoken_of: f64| {
        let words = WORD * clauses as f64 * len.div_ceil(64) as f64;
        (EVENT * len as f64 + SPOKEN_OF * spoken_of - words) / (ALONE - AMONG_MANY)
    };
    let clauses = |model: &Model| model.clauses().len();
    // None speaks of more than all events, so that few models need not be looked at.
    let most = |model: &Model| clauses(model) * if model.template.is_binary() { 2 } else { 1 };
    let speak = models.iter().map(most).sum::<usize>() as f64 * log.len() as f64;
    if speak <= room(models.iter().map(clauses).sum(), 0.0) {
        return true;
    }
    let mut counts = counts(log);
    let mut spoken_of = 0.0;
    let mut of = |pattern: &Pattern| -> f64 {
        let mut sum = 0.0;
        for activity in &pattern.activities {
            let Some((count, first)) = counts.get_mut(activity.as_str()) else { continue };
            spoken_of += if std::mem::take(first) { *count } else { 0.0 };
            sum += *count;
        }
        sum
    };
    // Clauses of a model that nothing activates take no time, however many such models there are.
    let (mut asked, mut places) = (0, 0.0);
    for model in models {
        let second = if model.template.is_binary() { of(&model.second) } else { 0.0 };
        let first = of(&model.first);
        if !columns::is_idle(model, [first > 0.0, second > 0.0]) {
            asked += clauses(model);
            places += clauses(model) as f64 * (first + second);
        }
    }
    places <= room(asked, spoken_of)
}

/// How many events there are of each activity; of each it is true that it was not spoken of yet.
fn counts(log: &Log) -> HashMap<&str, (f64, bool)> {
    let mut counts = vec![(0.0, true); log.activities().len()];
    for code in log.activity_codes() {
        counts.get_mut(*code as usize).into_iter().for_each(|(count, _)| *count += 1.0);
    }
    log.activities().iter().map(|activity| activity.as_str()).zip(counts).collect()
}

#[cfg(test)]
mod tests {
    use super::{Asked, Log, Way, is_one_by_one};
    use crate::check::Until;
    use crate::model::{Model, Pattern, Template, Window};
    use record::{Event, ObjectRef, Time};

    /// Whether so many models are asked one by one that speak of two events in ten thousand, beside others that speak of none.
    fn check((models, others): (usize, usize)) -> bool {
        let mut log = Log::new();
        for at in 0..10_000 {
            let activity = if at % 5_000 == 7 { "rare" } else { "common" };
            let event = Event::new(format!("e{at}"), activity, Time::ZERO);
            let pushed = log.push(&event.about("case", ObjectRef::new("case", format!("{}", at / 5))));
            assert!(pushed.is_ok(), "{pushed:?}");
        }
        let pattern = |activity: &str| Pattern { activities: vec![activity.into()], condition: None };
        let model = |activity| Model {
            name: "rare".to_owned(),
            template: Template::Response,
            first: pattern(activity),
            second: pattern(activity),
            correlation: None,
            window: Window { least: None, most: None },
        };
        let rare = std::iter::repeat_with(|| model("rare")).take(models);
        let none = std::iter::repeat_with(|| model("unheard of")).take(others);
        let models: Vec<Model> = rare.chain(none).collect();
        let traces = log.traces("case");
        traces.is_some_and(|traces| {
            let asked =
                Asked { log: &log, traces: &traces, models: &models, until: Until::Closed, pace: None };
            is_one_by_one(asked, Way::Cheapest)
        })
    }

    #[test]
    fn many_models_are_asked_together_even_of_rare_events() {
        assert_eq!([(1, 0), (100, 0), (5_000, 0)].map(check), [true, true, false]);
    }

    #[test]
    fn models_that_nothing_activates_do_not_count() {
        assert_eq!([(0, 50_000), (100, 50_000), (5_000, 50_000)].map(check), [true, true, false]);
    }
}
