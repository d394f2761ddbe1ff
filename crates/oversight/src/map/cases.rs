use crate::log::{Column, Log, Traces, Values};
use record::{Time, Value};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// No office, no outcome.
pub const NONE: u32 = u32::MAX;
/// A time that nothing tells.
const UNTOLD: i64 = -1;

/// Cases, step by step, in columns: what every figure of a map is made from. A *position* is a step of a case; those of a
/// case stand together, in the order in which they were done.
#[derive(Clone, Debug, Default)]
pub struct Cases<'a> {
    pub(super) names: Vec<SmolStr>,
    pub(super) offices: Vec<SmolStr>,
    pub(super) outcomes: Vec<SmolStr>,
    /// By case: its number where it comes from.
    numbers: Vec<u32>,
    outcome: Vec<u32>,
    pub(super) starts: Cow<'a, [u32]>,
    pub(super) activity: Cow<'a, [u32]>,
    pub(super) at: Cow<'a, [Time]>,
    events: Cow<'a, [u32]>,
    /// By position; empty where no office is known.
    pub(super) office: Vec<u32>,
    /// Milliseconds from when a step could have been done, `UNTOLD` where nobody waits for it; empty where only the step
    /// before says when that was.
    waited: Vec<i64>,
    /// Milliseconds from when it was begun; empty where nothing tells.
    served: Vec<i64>,
}

/// A step of a case, for whoever makes [`Cases`] of something else than a log.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The code of its activity.
    pub activity: u32,
    /// When it was done.
    pub at: Time,
    /// The event that tells so, by its number where it comes from.
    pub event: u32,
    /// The code of the office that did it.
    pub office: u32,
    /// Since when it could have been done; since the step before where nothing says so.
    pub ready: Option<Time>,
    /// When somebody began with it.
    pub begun: Option<Time>,
    /// Whether a case waits for it. A deadline that passes, or work that changes hands, is waited for by nobody, and is no step
    /// from which the next one is waited for.
    pub awaited: bool,
}

/// How a log tells of cases.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The attribute that names the office, or whoever did it; one of the usual ones where none is named.
    pub office: Option<String>,
    /// Takes the beginning of a step for a step of its own, as plain counts of events do.
    pub every: bool,
}

/// Where logs name the office.
const OFFICES: [&str; 3] = ["org:group", "office", "org:role"];
const TRANSITION: &str = "lifecycle:transition";
const INSTANCE: &str = "concept:instance";

impl<'a> Cases<'a> {
    /// The cases of a log. Where events say that they begin or complete a step, the two are one step, with its service
    /// time told apart from what was waited for it.
    pub fn of(log: &'a Log, traces: &'a Traces, reading: &Reading) -> Self {
        let mut cases = Self {
            names: log.activities().iter().map(|name| SmolStr::new(name.as_str())).collect(),
            numbers: (0..).take(traces.len()).collect(),
            starts: Cow::Borrowed(traces.starts()),
            activity: traces.arrange(log.activity_codes()),
            at: traces.arrange_times(log.times()),
            events: Cow::Borrowed(traces.events()),
            ..Self::default()
        };
        if log.timeless().is_some() {
            cases.stand();
        }
        let named = reading.office.as_deref();
        if let Some(column) = named.into_iter().chain(OFFICES).find_map(|name| log.column(name)) {
            cases.take_offices(column);
        }
        if let Some(column) = log.column(TRANSITION).filter(|column| !reading.every && is_paired(column)) {
            cases = cases.paired(column, log.column(INSTANCE));
        }
        let last = |case: usize| cases.range(case).next_back().and_then(|at| cases.activity.get(at).copied());
        cases.outcome = (0..cases.len()).map(|case| last(case).unwrap_or(NONE)).collect();
        cases.outcomes.clone_from(&cases.names);
        cases
    }

    /// Cases by themselves: their names and those of their steps, and each case's number, outcome and steps in order.
    pub fn told(
        [names, offices, outcomes]: [Vec<SmolStr>; 3],
        all: impl Iterator<Item = (u32, u32, Vec<Step>)>,
    ) -> Cases<'static> {
        let mut told = Made::default();
        for (number, outcome, steps) in all {
            steps.iter().for_each(|step| told.push(step));
            told.end(number, outcome);
        }
        Cases { names, offices, outcomes, ..told.cases() }
    }

    /// Puts steps of which nothing tells when they were done at the time of the first that tells it: nothing was waited for from
    /// them on.
    fn stand(&mut self) {
        let starts = self.starts.to_vec();
        let all = self.at.to_mut();
        for range in starts.windows(2) {
            let [start, end] = range else { continue };
            let of_case = all.get_mut(*start as usize..*end as usize).unwrap_or_default();
            if let Some(first) = of_case.iter().copied().find(|at| *at != Time::ZERO) {
                of_case.iter_mut().take_while(|at| **at == Time::ZERO).for_each(|at| *at = first);
            }
        }
    }

    fn take_offices(&mut self, column: &Column) {
        let mut codes: HashMap<SmolStr, u32> = HashMap::new();
        let mut code_of = |name: SmolStr| {
            let next = u32::try_from(self.offices.len()).unwrap_or(NONE);
            *codes.entry(name).or_insert_with_key(|name| {
                self.offices.push(name.clone());
                next
            })
        };
        let known: Option<Vec<u32>> = match column.values() {
            Values::Text { distinct, .. } => {
                Some(distinct.all().iter().map(|name| code_of(SmolStr::new(name))).collect())
            }
            _ => None,
        };
        let mut of = |event: &u32| {
            let place = column.place(*event)?;
            match (column.values(), &known) {
                (Values::Text { codes, .. }, Some(known)) => known.get(*codes.get(place)? as usize).copied(),
                _ => Some(code_of(SmolStr::new(word(&column.value(*event)?)))),
            }
        };
        self.office = self.events.iter().map(|event| of(event).unwrap_or(NONE)).collect();
    }

    /// Begins and completions of a step laid together: of several that are open the first begun is the first completed.
    fn paired(&self, column: &Column, instances: Option<&Column>) -> Cases<'static> {
        let word_of = |event: u32| column.value(event).map(|value| word(&value).to_ascii_lowercase());
        let mut made = Made::default();
        for case in 0..self.len() {
            let mut open: HashMap<(u32, Option<String>), VecDeque<Time>> = HashMap::new();
            for at in self.range(case) {
                let Some(step) = self.step(at) else { continue };
                let instance =
                    instances.and_then(|column| column.value(step.event)).map(|value| word(&value));
                let key = (step.activity, instance);
                match word_of(step.event).as_deref() {
                    Some("start") => open.entry(key).or_default().push_back(step.at),
                    _ => {
                        let begun = open.get_mut(&key).and_then(VecDeque::pop_front);
                        made.push(&Step { begun, ..step });
                    }
                }
            }
            made.end(self.number(case), NONE);
        }
        Cases { names: self.names.clone(), offices: self.offices.clone(), ..made.cases() }
    }

    fn step(&self, at: usize) -> Option<Step> {
        Some(Step {
            activity: *self.activity.get(at)?,
            at: *self.at.get(at)?,
            event: *self.events.get(at)?,
            office: self.office.get(at).copied().unwrap_or(NONE),
            ready: None,
            begun: None,
            awaited: true,
        })
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many steps there are in all.
    pub fn steps(&self) -> usize {
        self.activity.len()
    }

    /// What activities are called, by code.
    pub fn names(&self) -> &[SmolStr] {
        &self.names
    }

    /// What an activity is called.
    pub fn name(&self, code: u32) -> &str {
        self.names.get(code as usize).map_or("", SmolStr::as_str)
    }

    /// The code of an activity.
    pub fn code(&self, name: &str) -> Option<u32> {
        self.names.iter().zip(0..).find(|(other, _)| *other == name).map(|(_, code)| code)
    }

    /// What the offices are called, by code.
    pub fn offices(&self) -> &[SmolStr] {
        &self.offices
    }

    /// What the outcomes are called, by code.
    pub fn outcomes(&self) -> &[SmolStr] {
        &self.outcomes
    }

    /// A case's number where it comes from.
    pub fn number(&self, case: usize) -> u32 {
        self.numbers.get(case).copied().unwrap_or(NONE)
    }

    /// How a case came out, by the code of that.
    pub fn outcome(&self, case: usize) -> u32 {
        self.outcome.get(case).copied().unwrap_or(NONE)
    }

    /// The positions of a case.
    pub fn range(&self, case: usize) -> Range<usize> {
        match self.starts.get(case..case + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    /// The activities of a case, by their codes.
    pub fn way(&self, case: usize) -> &[u32] {
        self.activity.get(self.range(case)).unwrap_or_default()
    }

    /// The code of the activity at a position.
    pub fn activity(&self, at: usize) -> u32 {
        self.activity.get(at).copied().unwrap_or(NONE)
    }

    /// When the step at a position was done.
    pub fn at(&self, at: usize) -> Time {
        self.at.get(at).copied().unwrap_or(Time::ZERO)
    }

    /// The event at a position, by its number where it comes from.
    pub fn event(&self, at: usize) -> u32 {
        self.events.get(at).copied().unwrap_or(NONE)
    }

    /// The code of the office that did the step at a position.
    pub fn office(&self, at: usize) -> u32 {
        self.office.get(at).copied().unwrap_or(NONE)
    }

    /// Milliseconds that a step was waited for: from when it could have been begun, or else from the step before, until
    /// somebody began with it, or else until it was done. None for the first step of a case where only the one before
    /// would tell, and for what nobody waits for.
    pub fn waited(&self, at: usize, first: bool) -> Option<i64> {
        if let Some(waited) = self.waited.get(at) {
            return (*waited != UNTOLD).then_some(*waited);
        }
        let before = if first { None } else { at.checked_sub(1) }?;
        Some(millis(*self.at.get(before)?, *self.at.get(at)?).max(0))
    }

    /// Milliseconds that a step took once it was begun; none where nothing tells.
    pub fn served(&self, at: usize) -> Option<i64> {
        self.served.get(at).copied().filter(|served| *served != UNTOLD)
    }

    /// Those cases alone for which `wanted` holds of the case.
    pub fn only(&self, wanted: impl Fn(usize) -> bool) -> Cases<'static> {
        let chosen: Vec<usize> = (0..self.len()).filter(|case| wanted(*case)).collect();
        let mut starts = vec![0_u32];
        let mut end = 0_usize;
        for case in &chosen {
            end += self.range(*case).len();
            starts.push(u32::try_from(end).unwrap_or(NONE));
        }
        Cases {
            names: self.names.clone(),
            offices: self.offices.clone(),
            outcomes: self.outcomes.clone(),
            numbers: chosen.iter().map(|case| self.number(*case)).collect(),
            outcome: chosen.iter().map(|case| self.outcome(*case)).collect(),
            starts: Cow::Owned(starts),
            activity: Cow::Owned(self.gather(&chosen, &self.activity)),
            at: Cow::Owned(self.gather(&chosen, &self.at)),
            events: Cow::Owned(self.gather(&chosen, &self.events)),
            office: self.gather(&chosen, &self.office),
            waited: self.gather(&chosen, &self.waited),
            served: self.gather(&chosen, &self.served),
        }
    }

    fn gather<T: Copy>(&self, chosen: &[usize], column: &[T]) -> Vec<T> {
        let of = |case: &usize| column.get(self.range(*case)).unwrap_or_default();
        chosen.iter().flat_map(|case| of(case).iter().copied()).collect()
    }
}

/// Cases that are put together step by step.
#[derive(Default)]
struct Made {
    numbers: Vec<u32>,
    outcome: Vec<u32>,
    starts: Vec<u32>,
    steps: Vec<Step>,
}

impl Made {
    fn push(&mut self, step: &Step) {
        self.steps.push(*step);
    }

    fn end(&mut self, number: u32, outcome: u32) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.starts.push(u32::try_from(self.steps.len()).unwrap_or(NONE));
        self.numbers.push(number);
        self.outcome.push(outcome);
    }

    fn cases(self) -> Cases<'static> {
        let waited = || {
            let of_case = |range: &[u32]| {
                let [start, end] = range else { return Vec::new() };
                let mut before: Option<Time> = None;
                let steps = self.steps.get(*start as usize..*end as usize).unwrap_or_default();
                let waited = steps.iter().map(|step| {
                    if !step.awaited {
                        return UNTOLD;
                    }
                    let since = step.ready.or(before.replace(step.at));
                    let until = step.begun.unwrap_or(step.at);
                    since.map_or(UNTOLD, |since| millis(since, until).max(0))
                });
                waited.collect()
            };
            self.starts.windows(2).flat_map(of_case).collect()
        };
        let served = |step: &Step| step.begun.map_or(UNTOLD, |begun| millis(begun, step.at).max(0));
        let any_office = self.steps.iter().any(|step| step.office != NONE);
        let any_ready = self.steps.iter().any(|step| step.ready.is_some());
        let any_begun = self.steps.iter().any(|step| step.begun.is_some());
        let any_unawaited = self.steps.iter().any(|step| !step.awaited);
        Cases {
            waited: if any_ready || any_begun || any_unawaited { waited() } else { Vec::new() },
            served: if any_begun { self.steps.iter().map(served).collect() } else { Vec::new() },
            office: if any_office { self.steps.iter().map(|step| step.office).collect() } else { Vec::new() },
            activity: Cow::Owned(self.steps.iter().map(|step| step.activity).collect()),
            at: Cow::Owned(self.steps.iter().map(|step| step.at).collect()),
            events: Cow::Owned(self.steps.iter().map(|step| step.event).collect()),
            starts: Cow::Owned(self.starts),
            numbers: self.numbers,
            outcome: self.outcome,
            ..Cases::default()
        }
    }
}

/// Milliseconds from one moment to another.
pub(super) fn millis(from: Time, to: Time) -> i64 {
    let fine = (i64::from(to.subsecond_nanos()) - i64::from(from.subsecond_nanos())) / 1_000_000;
    (to.seconds() - from.seconds()) * 1_000 + fine
}

/// Whether events say both that they begin a step and that they complete one.
fn is_paired(column: &Column) -> bool {
    let Values::Text { distinct, .. } = column.values() else { return false };
    ["start", "complete"]
        .iter()
        .all(|word| distinct.all().iter().any(|other| other.eq_ignore_ascii_case(word)))
}

fn word(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Time(time) => time.to_string(),
        other => other.as_text().unwrap_or_default().to_owned(),
    }
}
