use crate::log_file::{LogFile, tell_stray};
use crate::models;
use crate::say::{Failure, Say, Wrong};
use oversight::catalogue::{Links, Recall, Unready, try_all};
use oversight::check::{Asked, Finding, Summary, Until};
use oversight::condition::Language;
use oversight::decl;
use oversight::log::{EventNumber, Log};
use oversight::model::Model;
use pack::Problem;
use pack::models::Subject;
use record::interop::vocabulary;
use record::{Activity, ObjectRef, Time};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    log: LogFile,
    #[command(flatten)]
    rules: Rules,
    /// One line for each model in place of one for each finding.
    #[arg(long)]
    summary: bool,
    /// The cases of the log may go on: what is not decided is told as pending. Otherwise they count as finished.
    #[arg(long)]
    open: bool,
}

/// Where the models come from: one of the two.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Rules {
    /// A file of models in the text of Declare (`.decl`), as RuM and Declare4Py write it.
    #[arg(long, value_name = "FILE")]
    declare: Option<PathBuf>,
    /// A folder of packs, or a pack: the models that it holds, and those that follow from its procedures.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let violated = match (&options.rules.declare, &options.rules.models) {
        (Some(file), _) => by_declare(options, file, say)?,
        (None, Some(dir)) => by_models(options, dir, say)?,
        (None, None) => return Err(Wrong("name the models with `--declare` or `--models`".into()).into()),
    };
    if violated { Err(Failure::Finding) } else { Ok(()) }
}

fn until(log: &Log, open: bool) -> Until {
    match log.times().iter().max().filter(|_| open) {
        Some(last) => Until::Open(*last),
        None => Until::Closed,
    }
}

fn by_declare(options: &Options, file: &Path, say: Say) -> Result<bool, Failure> {
    let text = read(file)?;
    let (log, traces) = options.log.read(say)?;
    let models = decl::models(&text, &log).map_err(|problems| told(file, &problems))?;
    tell_unheard(&log, models.iter(), say);
    let names = models.iter().map(|model| (model.name.clone(), None)).collect();
    let mut teller = Teller::new(&log, names, options.summary, say);
    let until = until(&log, options.open);
    let asked = Asked { log: &log, traces: &traces, models: &models, until, pace: None };
    let summaries = asked.each_once(&mut |model, finding| {
        let scope: Vec<ObjectRef> = traces.object(finding.trace).into_iter().collect();
        teller.finding(model, &scope, &finding);
    });
    teller.end(&summaries)
}

fn by_models(options: &Options, dir: &Path, say: Say) -> Result<bool, Failure> {
    if options.log.chooses() {
        let error = "models say themselves of which objects they speak; leave `--object` out";
        return Err(Wrong(error.into()).into());
    }
    let held = models::Held::within(dir)?;
    let catalogue = held.catalogue();
    let names = catalogue.attributes();
    let (mut log, mut links, mut recall) = (Log::new(), Links::new(), Recall::of(names));
    let strays = options.log.each(say, &mut |event| {
        links.push(event);
        Ok(log.push(&recall.seen(event))?)
    })?;
    tell_stray(&log, &strays, say);
    let catalogue = catalogue.about(&log);
    if catalogue.models.is_empty() {
        let place = dir.display();
        let activities = log.activities().iter().filter(|activity| activity.as_str() != vocabulary::UNNAMED);
        let held = named(&activities.map(Activity::as_str).collect());
        let error = format!(
            "no model in `{place}` speaks of what this log holds: {held}; declare the log's activities with `[log.…]` \
             beside the models, as the log writes them, or name another folder"
        );
        return Err(Wrong(error).into());
    }
    let language = Language::new(&log, &catalogue.attributes());
    let mut unready = Unready::new(catalogue.all, &language);
    let (mut ready, mut problems) = (Vec::new(), Vec::<Problem>::new());
    for model in &catalogue.models {
        match unready.ready(model) {
            Ok(one) => match one.model.unmeasured(&log) {
                Some(what) => {
                    let what = format!("`{}` cannot be judged on this log: {}", model.id, what.en);
                    problems.push(model.place.problem(what, Model::unmeasured_mend().en));
                }
                None => ready.push(one),
            },
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Err(Wrong(lines.join("\n")).into());
    }
    let of_logs = catalogue.models.iter().zip(&ready);
    let of_logs = of_logs.filter(|(model, _)| matches!(model.on, Subject::Log(_)));
    tell_unheard(&log, of_logs.map(|(_, ready)| &ready.model), say);
    let named = catalogue.models.iter().map(|model| (model.id.to_string(), Some(model.title.en.to_string())));
    let mut teller = Teller::new(&log, named.collect(), options.summary, say);
    let until = until(&log, options.open);
    let summaries = try_all(&log, &links, &ready, until, &mut |model, found| {
        teller.finding(model, &found.scope, &found.finding);
    });
    teller.end(&summaries)
}

/// Tells beside the answer of which activities models speak that no event has: a name may be misspelt.
fn tell_unheard<'a>(log: &Log, models: impl Iterator<Item = &'a Model>, say: Say) {
    let activities =
        models.flat_map(|model| [&model.first, &model.second]).flat_map(|pattern| &pattern.activities);
    let unheard: BTreeSet<&str> =
        activities.map(Activity::as_str).filter(|activity| log.activity_code(activity).is_none()).collect();
    if unheard.is_empty() {
        return;
    }
    let words = format!(
        "lianchi: models speak of what no event of the log is called: {}; if one goes by another name there, mend it",
        named(&unheard)
    );
    say.aside(&words, &json!({ "unheard": unheard }));
}

/// The first of them by name, and how many more there are.
fn named(activities: &BTreeSet<&str>) -> String {
    const NAMED: usize = 12;
    let first =
        activities.iter().take(NAMED).map(|activity| format!("`{activity}`")).collect::<Vec<_>>().join(", ");
    match activities.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Wrong(format!("`{}` cannot be read: {error}", path.display())))?;
    Ok(String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Wrong(format!("`{}` is not UTF-8 in line {line}; save it as UTF-8", path.display()))
    })?)
}

fn told(path: &Path, problems: &[decl::Problem]) -> Wrong {
    let lines: Vec<String> = problems
        .iter()
        .map(|one| {
            let decl::Problem { line, column, what, mend } = one;
            format!("{}:{line}:{column}: {}\n    {}", path.display(), what.en, mend.en)
        })
        .collect();
    Wrong(lines.join("\n"))
}

/// Tells findings as they come, or their sums at the end.
struct Teller<'a> {
    log: &'a Log,
    /// What each model is called, and what it says where that is something else.
    names: Vec<(String, Option<String>)>,
    summary: bool,
    say: Say,
    violated: bool,
    told: Result<(), Failure>,
}

impl<'a> Teller<'a> {
    fn new(log: &'a Log, names: Vec<(String, Option<String>)>, summary: bool, say: Say) -> Self {
        Self { log, names, summary, say, violated: false, told: Ok(()) }
    }

    fn id(&self, event: EventNumber) -> &str {
        self.log.id(event).map_or("", |id| id.as_str())
    }

    /// `name`, or `name: what it says`.
    fn name(&self, model: usize) -> (&str, String) {
        let (name, said) = self.names.get(model).map_or(("", None), |(name, said)| (name, said.as_deref()));
        (name, said.map_or_else(|| name.to_owned(), |said| format!("{name} ({said})")))
    }

    fn finding(&mut self, model: usize, scope: &[ObjectRef], finding: &Finding) {
        self.violated |= finding.verdict.is_violated();
        if !self.summary && self.told.is_ok() {
            self.told = self.tell(model, scope, finding);
        }
    }

    fn tell(&self, model: usize, scope: &[ObjectRef], finding: &Finding) -> Result<(), Failure> {
        let (name, said) = self.name(model);
        let evidence: Vec<&str> = finding.evidence.iter().map(|event| self.id(*event)).collect();
        let activation = finding.activation.map(|event| self.id(event));
        // A log may tell of what followed what and not when it happened.
        let known = |time: Option<Time>| time.and_then(|time| self.log.known(time)).map(Time::rfc3339);
        let [deadline, at] = [known(finding.deadline), known(finding.at)];
        let objects: Vec<String> = scope.iter().map(ToString::to_string).collect();
        let mut words =
            format!("{}: {}: {said}", objects.join(" + "), finding.verdict.word().replace('-', " "));
        if let Some(activation) = activation {
            words.push_str(&format!("\n    asked by {activation}"));
        }
        if !evidence.is_empty() {
            words.push_str(&format!("\n    evidence {}", evidence.join(", ")));
        }
        for (what, time) in [("due by", &deadline), ("certain since", &at)] {
            words.push_str(&time.as_ref().map(|time| format!("\n    {what} {time}")).unwrap_or_default());
        }
        self.say.record(
            &words,
            &json!({
                "model": name,
                "scope": by_type(scope),
                "verdict": finding.verdict.word(),
                "activation": activation,
                "evidence": evidence,
                "deadline": deadline,
                "at": at,
            }),
        )
    }

    /// Whether something is violated, once all is told.
    fn end(self, summaries: &[Summary]) -> Result<bool, Failure> {
        if self.summary {
            (0..).zip(summaries).try_for_each(|(model, summary)| self.sum(model, summary))?;
        }
        self.told.map(|()| self.violated)
    }

    fn sum(&self, model: usize, summary: &Summary) -> Result<(), Failure> {
        let Summary { cases, activations } = summary;
        let (name, said) = self.name(model);
        let words = format!(
            "{said}\n    cases: {} kept, {} broken, {} pending, {} vacuous; activations: {} fulfilled, {} violated, {} pending",
            cases.satisfied,
            cases.violated,
            cases.pending,
            cases.vacuous,
            activations.fulfilled,
            activations.violated,
            activations.pending
        );
        self.say.record(&words, &json!({
            "model": name,
            "cases": {
                "vacuous": cases.vacuous, "satisfied": cases.satisfied,
                "violated": cases.violated, "pending": cases.pending,
            },
            "activations": {
                "fulfilled": activations.fulfilled, "violated": activations.violated, "pending": activations.pending,
            },
        }))
    }
}

/// The objects by their types: `{"order": "o1", "item": "i3"}`; of two of one type a list.
fn by_type(scope: &[ObjectRef]) -> Json {
    let mut all = serde_json::Map::new();
    for object in scope {
        let id = json!(object.id.as_str());
        let held = all.get(object.kind.as_str()).cloned();
        let value = held.map_or_else(|| id.clone(), |held| json!([held, id]));
        all.insert(object.kind.to_string(), value);
    }
    Json::Object(all)
}
