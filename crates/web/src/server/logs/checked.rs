//! What models find in a log.

use super::super::in_chinese;
use super::read::Held;
use crate::page::logs as page;
use oversight::catalogue::{Catalogue, Unready, try_paced};
use oversight::check::{Asked, Finding, Pace, Summary, Until};
use oversight::condition::Language;
use oversight::decl;
use oversight::model::Model as Ready;
use pack::models::{Model, Severity, Subject};
use pack::{Definitions, Title};
use record::{ObjectRef, Time};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Findings that are held of one check, about a hundred bytes each.
const MOST: usize = 500_000;

/// What models found.
#[derive(Default)]
pub struct Checked {
    /// Each model.
    pub models: Vec<Tried>,
    /// The types of the objects that findings are about.
    pub kinds: Vec<String>,
    /// The findings, those of one model together.
    found: Vec<One>,
}

/// A model with how many cases it found how.
pub struct Tried {
    /// What it says.
    pub title: Title,
    /// Its page, where it has one.
    pub link: Option<String>,
    /// How bad a breach is; none where nobody says.
    pub severity: Option<Severity>,
    /// Its figures.
    pub summary: Summary,
    /// How many findings it has, and how many of them are not held.
    pub findings: u64,
    pub more: u64,
}

/// One finding.
pub struct One {
    /// The model, by its place.
    pub model: u32,
    /// The type of the object that it is about, by its place, and the number of its case among those.
    pub kind: u16,
    pub case: u32,
    /// What it found.
    pub finding: Finding,
}

/// The models of packs that speak of logs from elsewhere.
pub fn of_logs(definitions: &Definitions) -> Catalogue<'_> {
    let models = definitions.models.values().filter(|model| matches!(model.on, Subject::Log(_)));
    Catalogue { all: definitions, models: models.collect() }
}

impl Checked {
    fn begun(titles: impl Iterator<Item = (Title, Option<String>, Option<Severity>)>) -> Self {
        let tried = |(title, link, severity)| {
            let summary = Summary::default();
            Tried { title, link, severity, summary, findings: 0, more: 0 }
        };
        Self { models: titles.map(tried).collect(), ..Self::default() }
    }

    fn take(&mut self, model: usize, kind: &str, case: u32, finding: Finding) {
        let Some(tried) = self.models.get_mut(model).filter(|_| finding.verdict.is_violated()) else {
            return;
        };
        tried.findings += 1;
        if self.found.len() >= MOST {
            tried.more += 1;
            return;
        }
        let known = self.kinds.iter().position(|known| known == kind).unwrap_or(self.kinds.len());
        if known == self.kinds.len() {
            self.kinds.push(kind.to_owned());
        }
        let (Ok(model), Ok(kind)) = (u32::try_from(model), u16::try_from(known)) else { return };
        self.found.push(One { model, kind, case, finding });
    }

    fn ended(mut self, summaries: Vec<Summary>) -> Self {
        for (tried, summary) in self.models.iter_mut().zip(summaries) {
            tried.summary = summary;
        }
        let Self { models, found, .. } = &mut self;
        found.sort_by_key(|one| (order(models, one.model), one.finding.at, one.case));
        found.shrink_to_fit();
        self
    }

    /// The findings of one model, or of all, with the place of the first of them.
    pub fn of(&self, model: Option<u32>) -> (usize, &[One]) {
        let Some(model) = model else { return (0, &self.found) };
        let own = order(&self.models, model);
        let from = self.found.partition_point(|one| order(&self.models, one.model) < own);
        let all = self.found.get(from..).unwrap_or_default();
        let to = all.partition_point(|one| order(&self.models, one.model) == own);
        (from, all.get(..to).unwrap_or_default())
    }

    /// The finding at a place.
    pub fn one(&self, place: usize) -> Option<&One> {
        self.found.get(place)
    }

    /// The model of a finding.
    pub fn tried(&self, one: &One) -> Option<&Tried> {
        self.models.get(one.model as usize)
    }

    /// The type of the object of a finding.
    pub fn kind(&self, one: &One) -> &str {
        self.kinds.get(usize::from(one.kind)).map_or("", String::as_str)
    }

    /// How many findings of one model, or of all, are not held.
    pub fn more(&self, model: Option<u32>) -> u64 {
        match model {
            Some(model) => self.models.get(model as usize).map_or(0, |tried| tried.more),
            None => self.models.iter().map(|tried| tried.more).sum(),
        }
    }

    /// Tries the models of packs that speak of what the log holds.
    ///
    /// # Errors
    /// What is wrong with them for this log.
    pub fn of_packs(held: &Held, definitions: &Definitions, pace: &Pace) -> Result<Self, Vec<Title>> {
        let catalogue = of_logs(definitions).about(&held.log);
        let language = Language::new(&held.log, &catalogue.attributes());
        let mut unready = Unready::new(definitions, &language);
        let (mut ready, mut problems) = (Vec::new(), Vec::new());
        for model in &catalogue.models {
            match unready.ready(model) {
                Ok(one) => match one.model.unmeasured(&held.log) {
                    Some(what) => problems.push(unmeasured(model, &what)),
                    None => ready.push(one),
                },
                Err(found) => problems.extend(found.iter().map(|problem| {
                    let zh = format!("模型“{}”的条件不能用于这份日志", model.title.zh);
                    Title::new(zh, problem.to_string())
                })),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let titled =
            |model: &&Model| (model.title.clone(), Some(crate::path::model(&model.id)), Some(model.severity));
        let mut checked = Self::begun(catalogue.models.iter().map(titled));
        let mut places: HashMap<String, HashMap<String, u32>> = HashMap::new();
        let until = Until::Closed;
        let summaries = try_paced(&held.log, &held.links, &ready, until, pace, &mut |model, found| {
            let Some(ObjectRef { kind, id }) = found.scope.first() else { return };
            let of_kind = places.entry(kind.to_string()).or_insert_with(|| numbers(held, kind.as_str()));
            if let Some(case) = of_kind.get(id.as_str()) {
                checked.take(model, kind.as_str(), *case, found.finding);
            }
        });
        Ok(checked.ended(summaries))
    }

    /// Tries models in the text of Declare over the objects of a type.
    ///
    /// # Errors
    /// Each line that cannot be read, with its place and the mend.
    pub fn of_declare(held: &Held, kind: &str, text: &str, pace: &Pace) -> Result<Self, Vec<Title>> {
        let models = declared(held, text)?;
        let Some(traces) = held.traces(kind) else { return Ok(Self::default()) };
        let titles = models.iter().map(|model| (Title::same(&model.name), None, None));
        let mut checked = Self::begun(titles);
        let mut take = |model, finding: Finding| {
            let case = u32::try_from(finding.trace).unwrap_or(u32::MAX);
            checked.take(model, kind, case, finding);
        };
        let (log, until, pace) = (&held.log, Until::Closed, Some(pace));
        let asked = Asked { log, traces: &traces, models: &models, until, pace };
        let summaries = asked.each_once(&mut take);
        Ok(checked.ended(summaries))
    }

    /// How each model came out, the worst first.
    pub fn sums(&self) -> Vec<page::Sum> {
        let sum = |(place, tried): (usize, &Tried)| page::Sum {
            place,
            title: tried.title.clone(),
            link: tried.link.clone(),
            severity: tried.severity,
            kept: tried.summary.cases.satisfied,
            broken: tried.summary.cases.violated,
            idle: tried.summary.cases.vacuous,
            findings: tried.findings,
        };
        let mut sums: Vec<page::Sum> = self.models.iter().enumerate().map(sum).collect();
        sums.sort_by_key(|sum| (sum.findings == 0, Reverse(sum.severity), Reverse(sum.broken), sum.place));
        sums
    }
}

/// Models in the text of Declare, made ready for a log.
///
/// # Errors
/// Each line that cannot be read, with its place and the mend.
pub fn declared(held: &Held, text: &str) -> Result<Vec<Ready>, Vec<Title>> {
    let told = |problems: Vec<decl::Problem>| problems.iter().map(in_chinese::declared).collect::<Vec<_>>();
    decl::models(text, &held.log).map_err(told)
}

/// Where the findings of a model stand: those of the worst come first.
fn order(models: &[Tried], model: u32) -> (Reverse<Option<Severity>>, u32) {
    (Reverse(models.get(model as usize).and_then(|tried| tried.severity)), model)
}

/// The number of each object of a type.
fn numbers(held: &Held, kind: &str) -> HashMap<String, u32> {
    let Some(traces) = held.traces(kind) else { return HashMap::new() };
    let number = |at: u32| Some((traces.object(at as usize)?.id.to_string(), at));
    (0..u32::try_from(traces.len()).unwrap_or(u32::MAX)).filter_map(number).collect()
}

/// Why a model of packs asks for times in vain, and what can be done about it.
fn unmeasured(model: &Model, what: &Title) -> Title {
    let mend = Ready::unmeasured_mend();
    let zh = format!("模型“{}”不能用于这份日志：{}；{}", model.title.zh, what.zh, mend.zh);
    Title::new(zh, format!("`{}` cannot be judged on this log: {}; {}", model.id, what.en, mend.en))
}

/// When something is due, and since when it is certain, as far as the log tells when things happened.
pub fn moments(held: &Held, finding: &Finding) -> [Option<Time>; 2] {
    [finding.deadline, finding.at].map(|at| at.and_then(|at| held.log.known(at)))
}
