use crate::log_file::LogFile;
use crate::say::{Failure, Say, Wrong};
use oversight::check::{Finding, Summary, Until, check};
use oversight::condition::Language;
use oversight::decl;
use oversight::log::{EventNumber, Log, Traces};
use oversight::model::Model;
use record::Time;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    log: LogFile,
    /// A file of models in the text of Declare (`.decl`), as RuM and Declare4Py write it.
    #[arg(long, value_name = "FILE")]
    declare: PathBuf,
    /// One line for each model in place of one for each finding.
    #[arg(long)]
    summary: bool,
    /// The cases of the log may go on: what is not decided is told as pending. Otherwise they count as finished.
    #[arg(long)]
    open: bool,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let declared = read(&options.declare)?;
    let (log, traces) = options.log.read(say)?;
    let language = Language::new(&log, &declared.attributes);
    let models = declared.models(&language).map_err(|problems| told(&options.declare, &problems))?;
    let until = match log.times().iter().max().filter(|_| options.open) {
        Some(last) => Until::Open(*last),
        None => Until::Closed,
    };
    let teller = Teller { log: &log, traces: &traces, models: &models, say };
    let mut violated = false;
    let mut told = Ok(());
    let summaries = check(&log, &traces, &models, until, &mut |model, finding| {
        violated |= finding.verdict.is_violated();
        if !options.summary && told.is_ok() {
            told = teller.finding(model, &finding);
        }
    });
    told?;
    if options.summary {
        summaries.iter().zip(&models).try_for_each(|(summary, model)| teller.summary(model, summary))?;
    }
    if violated { Err(Failure::Finding) } else { Ok(()) }
}

fn read(path: &Path) -> Result<decl::Declared, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Wrong(format!("`{}` cannot be read: {error}", path.display())))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Wrong(format!("`{}` is not UTF-8 in line {line}; save it as UTF-8", path.display()))
    })?;
    decl::read(&text).map_err(|problems| told(path, &problems).into())
}

fn told(path: &Path, problems: &[decl::Problem]) -> Wrong {
    let lines: Vec<String> = problems
        .iter()
        .map(|one| format!("{}:{}:{}: {}\n    {}", path.display(), one.line, one.column, one.what, one.mend))
        .collect();
    Wrong(lines.join("\n"))
}

struct Teller<'a> {
    log: &'a Log,
    traces: &'a Traces,
    models: &'a [Model],
    say: Say,
}

impl Teller<'_> {
    fn id(&self, event: EventNumber) -> &str {
        self.log.id(event).map_or("", |id| id.as_str())
    }

    fn finding(&self, model: usize, finding: &Finding) -> Result<(), Failure> {
        let name = self.models.get(model).map_or("", |model| model.name.as_str());
        let Some(object) = self.traces.object(finding.trace) else { return Ok(()) };
        let evidence: Vec<&str> = finding.evidence.iter().map(|event| self.id(*event)).collect();
        let activation = finding.activation.map(|event| self.id(event));
        let moment = |time: Option<Time>| time.map_or(Json::Null, |time| time.to_string().into());
        let scope: serde_json::Map<String, Json> =
            [(object.kind.to_string(), json!(object.id.as_str()))].into_iter().collect();
        let mut words = format!("{object}: {}: {name}", finding.verdict.word().replace('-', " "));
        if let Some(activation) = activation {
            words.push_str(&format!("\n    asked by {activation}"));
        }
        if !evidence.is_empty() {
            words.push_str(&format!("\n    evidence {}", evidence.join(", ")));
        }
        for (what, time) in [("due by", finding.deadline), ("certain since", finding.at)] {
            words.push_str(&time.map(|time| format!("\n    {what} {time}")).unwrap_or_default());
        }
        self.say.record(
            &words,
            &json!({
                "model": name,
                "scope": scope,
                "verdict": finding.verdict.word(),
                "activation": activation,
                "evidence": evidence,
                "deadline": moment(finding.deadline),
                "at": moment(finding.at),
            }),
        )
    }

    fn summary(&self, model: &Model, summary: &Summary) -> Result<(), Failure> {
        let Summary { cases, activations } = summary;
        let words = format!(
            "{}\n    cases: {} kept, {} broken, {} pending, {} vacuous; activations: {} fulfilled, {} violated, {} pending",
            model.name,
            cases.satisfied,
            cases.violated,
            cases.pending,
            cases.vacuous,
            activations.fulfilled,
            activations.violated,
            activations.pending
        );
        self.say.record(&words, &json!({
            "model": model.name,
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
