//! What models find in a log.

use super::super::in_chinese;
use super::read::Held;
use crate::page::logs as page;
use oversight::catalogue::{Catalogue, Unready, try_all};
use oversight::check::{Finding, Summary, Until, check};
use oversight::condition::Language;
use oversight::decl;
use pack::models::{Model, Severity, Subject};
use pack::{Definitions, Title};
use record::{ObjectRef, Time};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Findings of one model that are told one by one.
const MOST: usize = 2_000;

/// What models found.
#[derive(Default)]
pub struct Checked {
    /// Each model.
    pub models: Vec<Tried>,
    /// The findings, those of one model together.
    pub found: Vec<One>,
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
    /// How many findings it has that are not told one by one.
    pub more: u64,
    told: usize,
}

/// One finding.
pub struct One {
    /// The model, by its place.
    pub model: usize,
    /// The type of the object that it is about, and the number of its case among those.
    pub kind: String,
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
    fn tried(titles: impl Iterator<Item = (Title, Option<String>, Option<Severity>)>) -> Self {
        let tried = |(title, link, severity)| Tried {
            title,
            link,
            severity,
            summary: Summary::default(),
            more: 0,
            told: 0,
        };
        Self { models: titles.map(tried).collect(), found: Vec::new() }
    }

    fn take(&mut self, model: usize, kind: &str, case: u32, finding: Finding) {
        let Some(tried) = self.models.get_mut(model).filter(|_| finding.verdict.is_violated()) else {
            return;
        };
        if tried.told < MOST {
            tried.told += 1;
            self.found.push(One { model, kind: kind.to_owned(), case, finding });
        } else {
            tried.more += 1;
        }
    }

    fn ended(mut self, summaries: Vec<Summary>) -> Self {
        for (tried, summary) in self.models.iter_mut().zip(summaries) {
            tried.summary = summary;
        }
        let severe = |model: usize| self.models.get(model).and_then(|tried| tried.severity);
        self.found.sort_by_key(|one| (Reverse(severe(one.model)), one.model, one.finding.at, one.case));
        self
    }

    /// Tries the models of packs that speak of what the log holds.
    ///
    /// # Errors
    /// What is wrong with them for this log.
    pub fn of_packs(held: &Held, definitions: &Definitions) -> Result<Self, Vec<Title>> {
        let catalogue = of_logs(definitions).about(&held.log);
        let language = Language::new(&held.log, &catalogue.attributes());
        let mut unready = Unready::new(definitions, &language);
        let (mut ready, mut problems) = (Vec::new(), Vec::new());
        for model in &catalogue.models {
            match unready.ready(model) {
                Ok(model) => ready.push(model),
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
        let mut checked = Self::tried(catalogue.models.iter().map(titled));
        let mut places: HashMap<String, HashMap<String, u32>> = HashMap::new();
        let summaries = try_all(&held.log, &held.links, &ready, Until::Closed, &mut |model, found| {
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
    pub fn of_declare(held: &Held, kind: &str, text: &str) -> Result<Self, Vec<Title>> {
        let told =
            |problems: Vec<decl::Problem>| problems.iter().map(in_chinese::declared).collect::<Vec<_>>();
        let declared = decl::read(text).map_err(told)?;
        let language = Language::new(&held.log, &declared.attributes);
        let models = declared.models(&language).map_err(told)?;
        let Some(traces) = held.traces(kind) else { return Ok(Self::default()) };
        let titles = models.iter().map(|model| (Title::same(&model.name), None, None));
        let mut checked = Self::tried(titles);
        let summaries = check(&held.log, &traces, &models, Until::Closed, &mut |model, finding: Finding| {
            let case = u32::try_from(finding.trace).unwrap_or(u32::MAX);
            checked.take(model, kind, case, finding);
        });
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
            findings: tried.summary.activations.violated,
        };
        let mut sums: Vec<page::Sum> = self.models.iter().enumerate().map(sum).collect();
        sums.sort_by_key(|sum| (sum.findings == 0, Reverse(sum.severity), Reverse(sum.broken), sum.place));
        sums
    }
}

/// The number of each object of a type.
fn numbers(held: &Held, kind: &str) -> HashMap<String, u32> {
    let Some(traces) = held.traces(kind) else { return HashMap::new() };
    let number = |at: u32| Some((traces.object(at as usize)?.id.to_string(), at));
    (0..u32::try_from(traces.len()).unwrap_or(u32::MAX)).filter_map(number).collect()
}

/// When something is due, or since when it is certain.
pub fn moments(finding: &Finding) -> [Option<Time>; 2] {
    [finding.deadline, finding.at]
}
