use crate::Data;
use crate::say::{Failure, Say, Wrong};
use record::interop::{self, Counts, Format, Mapping, Options, Source, WriteOptions};
use record::{Batch, Event, Pending, Record};
use serde_json::json;
use std::collections::VecDeque;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Import {
    /// The log; may be compressed with gzip.
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// The format, where the content does not tell: xes, ocel-json, ocel-xml, ocel-sqlite, ocel1-json, csv.
    #[arg(long)]
    format: Option<String>,
    /// For CSV: which column is what, `case=CaseID,activity=Activity,time=Timestamp`.
    #[arg(long)]
    map: Option<String>,
    /// The type of the objects that XES traces become.
    #[arg(long, default_value = "case")]
    case_type: String,
    /// Take in what can be, and list every part that cannot.
    #[arg(long)]
    keep_going: bool,
}

#[derive(clap::Args)]
pub struct Export {
    /// The file to write; `.gz` compresses.
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// The format: xes, ocel-json, ocel-xml, ocel-sqlite, csv; from the file's ending if not given.
    #[arg(long)]
    format: Option<String>,
    /// For XES: the type of the objects that become traces.
    #[arg(long)]
    object: Option<String>,
    /// For CSV: which column is what.
    #[arg(long)]
    map: Option<String>,
}

/// Events that are appended in one batch, and batches on their way at once.
const BATCH: usize = 2_000;
const AHEAD: usize = 4;

pub fn import(options: &Import, say: Say) -> Result<(), Failure> {
    let source = Source::File(&options.file);
    let read = Options {
        format: options.format.as_deref().map(format).transpose()?,
        case_type: options.case_type.as_str().into(),
        lenient: options.keep_going,
        mapping: options.map.as_deref().map(mapping).transpose()?,
        ..Options::default()
    };
    // All or nothing: a log with a fault in its last line must leave nothing behind.
    let all = interop::check(&source, &read)?.counts.events;
    let record = options.data.create()?;
    let before = record.len()?;
    let mut waiting = Appending::new(&record);
    let mut done = 0;
    let report = interop::read(&source, &read, &mut |event| {
        done += 1;
        if done % 10_000 == 0 {
            say.progress("importing", done.min(all), all);
        }
        waiting.put(event)
    })?;
    waiting.finish()?;
    say.progress("importing", all, all);
    let added = record.len()? - before;
    let refused: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    let mut words =
        format!("{}\n{added} entries added to {}", count_words(&report.counts), options.data.dir.display());
    if !refused.is_empty() {
        words.push_str(&format!("\n{} parts refused:\n    {}", refused.len(), refused.join("\n    ")));
    }
    let mut answer = count_json(&report.counts);
    answer["format"] = json!(report.format.to_string());
    answer["added"] = json!(added);
    answer["refused"] = json!(refused);
    say.answer(&words, &answer);
    if refused.is_empty() { Ok(()) } else { Err(Failure::Finding) }
}

/// Batches on their way to the record, the next being filled while earlier ones are written.
struct Appending<'a> {
    record: &'a Record,
    batch: Vec<Event>,
    ahead: VecDeque<Pending>,
}

impl<'a> Appending<'a> {
    fn new(record: &'a Record) -> Self {
        Self { record, batch: Vec::with_capacity(BATCH), ahead: VecDeque::new() }
    }

    fn put(&mut self, event: Event) -> Result<(), interop::SinkError> {
        self.batch.push(event);
        if self.batch.len() >= BATCH {
            self.send()?;
        }
        Ok(())
    }

    fn send(&mut self) -> Result<(), record::AppendError> {
        let events = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.ahead.push_back(self.record.submit(Batch::from(events))?);
        if self.ahead.len() >= AHEAD
            && let Some(oldest) = self.ahead.pop_front()
        {
            oldest.wait()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), record::AppendError> {
        if !self.batch.is_empty() {
            self.send()?;
        }
        self.ahead.drain(..).try_for_each(|pending| pending.wait().map(drop))
    }
}

pub fn export(options: &Export, say: Say) -> Result<(), Failure> {
    let name = options.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let format = match &options.format {
        Some(name) => format(name)?,
        None => Format::of_name(&name).ok_or_else(|| {
            Wrong(format!(
                "`{name}` does not tell a format; add `--format`, one of {}",
                Format::NAMES.join(", ")
            ))
        })?,
    };
    let record = options.data.read()?;
    let all = record.len()?;
    let write = WriteOptions {
        object_type: options.object.as_deref().map(Into::into),
        gzip: name.ends_with(".gz"),
        mapping: options.map.as_deref().map(mapping).transpose()?,
    };
    // Written beside and then renamed, so that a failed export never stands where a whole one is expected.
    let beside = options.file.with_file_name(format!("{name}.part"));
    let told = |error: std::io::Error| Wrong(format!("`{}` cannot be written: {error}", beside.display()));
    let mut out = BufWriter::new(File::create(&beside).map_err(told)?);
    let mut events = Events { record: &record, next: 0, held: VecDeque::new(), say, all };
    let exported = interop::write(format, &mut events, &write, &mut out);
    let written = exported.map_err(Failure::from).and_then(|exported| {
        drop(out);
        std::fs::rename(&beside, &options.file).map_err(told)?;
        Ok(exported)
    });
    let exported = written.inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })?;
    let mut words = format!("{} written to {}", count_words(&exported.counts), options.file.display());
    for (count, what) in [(exported.events_left_out, "events"), (exported.objects_left_out, "objects")] {
        if count > 0 {
            words.push_str(&format!("\n{count} {what} have no place in {format} and are not in the file"));
        }
    }
    let mut answer = count_json(&exported.counts);
    answer["format"] = json!(format.to_string());
    answer["events_left_out"] = json!(exported.events_left_out);
    answer["objects_left_out"] = json!(exported.objects_left_out);
    say.answer(&words, &answer);
    Ok(())
}

/// A record's events from the first to the last.
struct Events<'a> {
    record: &'a Record,
    next: u64,
    held: VecDeque<Event>,
    say: Say,
    all: u64,
}

impl Iterator for Events<'_> {
    type Item = Result<Event, interop::SinkError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.held.is_empty() {
            match self.record.entries(self.next, BATCH) {
                Ok(entries) => {
                    self.next += entries.len() as u64;
                    self.held.extend(entries.into_iter().map(|entry| entry.event));
                    self.say.progress("exporting", self.next, self.all);
                }
                Err(error) => return Some(Err(error.into())),
            }
        }
        self.held.pop_front().map(Ok)
    }
}

pub fn format(name: &str) -> Result<Format, Failure> {
    let known = || Wrong(format!("`{name}` is not a format; use one of {}", Format::NAMES.join(", ")));
    Ok(Format::parse(name).ok_or_else(known)?)
}

pub fn mapping(text: &str) -> Result<Mapping, Failure> {
    Ok(Mapping::parse(text).map_err(Wrong)?)
}

fn count_words(counts: &Counts) -> String {
    let Counts { events, event_types, objects, object_types, relations, links, .. } = counts;
    format!(
        "{events} events of {event_types} types, {objects} objects of {object_types} types, \
         {relations} relations, {links} links"
    )
}

fn count_json(counts: &Counts) -> serde_json::Value {
    json!({
        "events": counts.events, "event_types": counts.event_types, "objects": counts.objects,
        "object_types": counts.object_types, "relations": counts.relations, "links": counts.links,
    })
}
