use crate::logs::{format, mapping};
use crate::say::{Failure, Say, Wrong, counted};
use casework::activity;
use oversight::log::{self, Log, Stray, Traces};
use pack::model::Procedure;
use record::interop::{self, Options, SinkError, Source, Strays};
use record::{Event, ObjectRef, Value};
use serde_json::json;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What is done with each event.
pub type Take<'t> = dyn FnMut(&Event) -> Result<(), SinkError> + 't;

/// An event log that a command looks at, without taking it into a record.
#[derive(clap::Args)]
pub struct LogFile {
    /// The log: XES, OCEL (JSON, XML, SQLite) or CSV; may be compressed with gzip.
    log: PathBuf,
    /// The format, where the content does not tell: xes, ocel-json, ocel-xml, ocel-sqlite, ocel1-json, csv.
    #[arg(long)]
    format: Option<String>,
    /// For CSV: which column is what, `case=CaseID,activity=Activity,time=Timestamp`; with `format=%d.%m.%Y %H:%M` too where
    /// times are written otherwise than `2026-01-31T08:00:00+08:00`.
    #[arg(long)]
    map: Option<String>,
    /// Take in events without a time, at the time of the one before.
    #[arg(long)]
    untimed: bool,
    /// The type of the objects whose events are looked at; may be left out where the log has one type only.
    #[arg(long, value_name = "TYPE")]
    object: Option<String>,
}

impl LogFile {
    /// Reads the log whole, and its events by the objects of the chosen type.
    pub fn read(&self, say: Say) -> Result<(Log, Traces), Failure> {
        let mut progress = say.progress("reading events");
        let (log, report) =
            log::read(&self.source(), &self.options()?, &mut |count| progress.at(count, None))?;
        tell_stray(&log, &report.strays, say);
        let traces = self.traces(&log)?;
        Ok((log, traces))
    }

    /// The same for cases that are held against a procedure: of a record's own log its cases alone, each with the moves that
    /// are its own, since events of other cases may be about it as well.
    pub fn read_of(&self, procedure: &Procedure, say: Say) -> Result<(Log, Traces), Failure> {
        let (mut all, mut own) = (Log::new(), Log::new());
        let mut cases: HashSet<ObjectRef> = HashSet::new();
        let strays = self.each(say, &mut |event| {
            let Some(case) = activity::moved(event) else { return Ok(all.push(event)?) };
            let of = event.attribute("procedure").and_then(Value::as_text);
            if event.activity.as_str() == activity::STARTED && of == Some(procedure.id.as_str()) {
                cases.insert(case.clone());
            }
            if cases.contains(case) { Ok(own.push(event)?) } else { Ok(all.push(event)?) }
        })?;
        if own.is_empty() {
            tell_stray(&all, &strays, say);
            let traces = self.traces(&all)?;
            return Ok((all, traces));
        }
        let traces = match &self.object {
            Some(_) => self.traces(&own)?,
            None => own.traces(procedure.object.as_str()).map_or_else(|| self.traces(&own), Ok)?,
        };
        Ok((own, traces))
    }

    /// Whether it is what stands at the path.
    pub fn is_at(&self, path: &Path) -> bool {
        let whole = |path: &Path| path.canonicalize().ok();
        whole(path).is_some_and(|path| whole(&self.log) == Some(path))
    }

    /// Whether somebody chose a type of objects.
    pub fn chooses(&self) -> bool {
        self.object.is_some()
    }

    /// Reads the log event by event; where the first stray ones stand.
    pub fn each(&self, say: Say, take: &mut Take<'_>) -> Result<Strays, Failure> {
        let mut progress = say.progress("reading events");
        let mut count: u64 = 0;
        let report = interop::read(&self.source(), &self.options()?, &mut |event| {
            if count.is_multiple_of(10_000) {
                progress.at(count, None);
            }
            count += 1;
            take(&event)
        })?;
        Ok(report.strays)
    }

    fn source(&self) -> Source<'_> {
        Source::File(&self.log)
    }

    fn options(&self) -> Result<Options, Failure> {
        Ok(Options {
            format: self.format.as_deref().map(format).transpose()?,
            prefix: Some(String::new()),
            untimed: self.untimed,
            mapping: self.map.as_deref().map(mapping).transpose()?,
            ..Options::default()
        })
    }

    fn traces(&self, log: &Log) -> Result<Traces, Failure> {
        let kinds: Vec<String> = log.kinds().map(|(kind, _)| kind.to_string()).collect();
        let listed = || kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
        let chosen = match (&self.object, kinds.as_slice()) {
            (Some(chosen), _) => chosen.as_str(),
            (None, [only]) => only.as_str(),
            (None, []) => {
                return Err(
                    Wrong("the log has no events about objects; there is nothing to follow".into()).into()
                );
            }
            (None, _) => {
                let error = format!(
                    "the log is about objects of several types; choose one with `--object`: {}",
                    listed()
                );
                return Err(Wrong(error).into());
            }
        };
        let missing = || Wrong(format!("no event of the log is about a `{chosen}`; there are {}", listed()));
        Ok(log.traces(chosen).ok_or_else(missing)?)
    }
}

/// Tells of events that are met nowhere, or by no name, beside the answer.
pub fn tell_stray(log: &Log, strays: &Strays, say: Say) {
    let Stray { apart, unnamed } = log.stray();
    let told = [
        (apart, &strays.apart, "left_out", "of no case, and left out", "its case"),
        (unnamed, &strays.unnamed, "unnamed", "of no activity, and told as `log:unnamed`", "its activity"),
    ];
    for ((count, first), place, name, what, lacks) in told {
        let Some(first) = first else { continue };
        let at = place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
        let (is, these) = if count == 1 { ("is", "this") } else { ("are", "the first") };
        let words = format!(
            "lianchi: {} {is} {what}: {these} is event `{first}`{at}; give it {lacks} in the log",
            counted(count, "event")
        );
        let place = place.as_ref().map(ToString::to_string);
        say.aside(&words, &json!({ name: { "events": count, "first": first.to_string(), "place": place } }));
    }
}
