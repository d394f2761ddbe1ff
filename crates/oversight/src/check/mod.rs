//! Which traces keep a model, and the events that prove it where one does not.
//!
//! The clauses of all models are laid out side by side in a [`Plan`], a bit each, and every event of a trace is tried
//! for all of them at once: [`Sorts`] say which bits an event has, a [`Course`] holds what is still waited for in the
//! life of one object. What is done for an event grows with the models that it touches, not with their number.

mod course;
mod plan;
mod rows;
mod sign;
mod tally;
mod told;
mod verdict;
mod whole;

pub use verdict::{Activations, Cases, Finding, Summary, Verdict};

use crate::condition::{Bound, Correlation};
use crate::log::{Log, Traces};
use crate::model::Model;
use course::{Course, Ground};
use plan::Plan;
use record::Time;
use sign::Sorts;
use told::Account;

/// Whether more may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Every trace is over.
    Closed,
    /// Traces may go on, but nothing that happened before this moment is still to come.
    Open(Time),
}

/// Checks every trace against every model. `tell` is given each finding, trace by trace, within a trace model by model
/// (by their places in `models`), within a model clause by clause and in the order of the activations. The summaries are
/// in the order of the models.
pub fn check(
    log: &Log,
    traces: &Traces,
    models: &[Model],
    until: Until,
    tell: &mut dyn FnMut(usize, Finding),
) -> Vec<Summary> {
    run(log, traces, models, until, Some(tell))
}

/// The figures of [`check`] alone.
pub fn summarize(log: &Log, traces: &Traces, models: &[Model], until: Until) -> Vec<Summary> {
    run(log, traces, models, until, None)
}

fn run(
    log: &Log,
    traces: &Traces,
    models: &[Model],
    until: Until,
    mut tell: Option<&mut dyn FnMut(usize, Finding)>,
) -> Vec<Summary> {
    let plan = Plan::new(models);
    let mut sorts = Sorts::new(&plan);
    let sorted = sorts.sort(&plan, log);
    let correlations: Vec<Bound<'_>> = plan.correlations.iter().map(|one: &Correlation| one.bind(log)).collect();
    let ground = Ground { plan: &plan, sorts: &sorts, correlations: &correlations };
    let times = log.times();
    let mut account = Account::new(&plan, tell.is_some());
    let mut course = Course::default();
    for trace in 0..traces.len() {
        course.clear();
        account.begin(trace);
        for event in traces.events().get(traces.range(trace)).unwrap_or_default() {
            let at = *event as usize;
            let (Some(time), Some(sort)) = (times.get(at), sorted.get(at)) else { continue };
            course.take(&ground, *time, *event, *sort, &mut account);
        }
        if let Until::Open(watermark) = until {
            course.expire(&ground, watermark, &mut account);
        }
        course.stand(&ground, until == Until::Closed, &mut account);
        for (model, finding) in account.end(&plan) {
            tell.iter_mut().for_each(|tell| tell(model, finding.clone()));
        }
    }
    account.summaries(&plan)
}
