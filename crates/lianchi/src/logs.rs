use crate::Data;
use crate::foreign::{self, Newcomer};
use crate::say::{Failure, Progress, Say, Wrong, counted};
use record::interop::{self, Counts, ExportError, Exported, Format, Mapping, Options, Source, WriteOptions};
use record::{Batch, Event, Pending, Record};
use serde_json::json;
use std::collections::VecDeque;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What stands for the standard input or output in place of a file.
const STREAM: &str = "-";

#[derive(clap::Args)]
pub struct Import {
    /// The log; may be compressed with gzip; `-` reads the standard input.
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// The format, where the content does not tell: xes, ocel-json, ocel-xml, ocel-sqlite, ocel1-json, csv.
    #[arg(long)]
    format: Option<String>,
    /// For CSV that is not an export of a record: which column is what, `case=CaseID,activity=Activity,time=Timestamp`; with
    /// `format=%d.%m.%Y %H:%M` too where times are written otherwise than `2026-01-31T08:00:00+08:00`.
    #[arg(long, value_name = "COLUMNS")]
    map: Option<String>,
    /// The type of the objects that XES traces become.
    #[arg(long, value_name = "TYPE", default_value = "case")]
    case_type: String,
    /// What the ids of its events begin with, so that two logs do not share ids; the file's name if not given, and nothing for
    /// a record that was exported as CSV.
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// Place an event without a time at the time of the one before it in its trace.
    #[arg(long)]
    untimed: bool,
    /// Take in what can be, and list every part that cannot.
    #[arg(long)]
    keep_going: bool,
}

#[derive(clap::Args)]
pub struct Export {
    /// The file to write; `.gz` compresses; `-` writes to the standard output.
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// The format: xes, ocel-json, ocel-xml, ocel-sqlite, csv; from the file's ending if not given.
    #[arg(long)]
    format: Option<String>,
    /// For XES: the type of the objects that become traces.
    #[arg(long, value_name = "TYPE")]
    object: Option<String>,
    /// For CSV: which column is what. Without it everything on the record has a column, which import knows by its name.
    #[arg(long, value_name = "COLUMNS")]
    map: Option<String>,
}

/// Events that are appended in one batch, and batches on their way at once.
const BATCH: usize = 2_000;
const AHEAD: usize = 4;
/// After so many events it is told how far the work is.
const TELL: u64 = 1_000;

pub fn import(options: &Import, say: Say) -> Result<(), Failure> {
    let spooled = spool(&options.file, options.prefix.is_some())?;
    let path = spooled.as_ref().map_or(options.file.as_path(), tempfile::NamedTempFile::path);
    let source = Source::File(path);
    let read = Options {
        format: options.format.as_deref().map(format).transpose()?,
        prefix: options.prefix.clone(),
        case_type: options.case_type.as_str().into(),
        lenient: options.keep_going,
        untimed: options.untimed,
        mapping: options.map.as_deref().map(mapping).transpose()?,
    };
    // All or nothing: a log with a fault in its last line must leave nothing behind. So it is read once before.
    let mut known = foreign::Known::of(&options.data, &interop::header_id(&source, &read))?;
    let mut progress = say.progress("reading");
    let mut seen = 0;
    let checked = interop::read(&source, &read, &mut |event| {
        tick(&mut progress, &mut seen, None);
        known.look(&foreign::plain(event).0)
    })
    .map_err(renamed(options))?;
    drop(progress);
    let (all, there) = (seen, known.there());
    drop(known);
    let mut cited = 0;
    if there < all {
        let record = options.data.create()?;
        let before = record.len()?;
        let (mut waiting, mut done) = (Appending::new(&record), 0);
        let mut progress = say.progress("importing");
        let taken = interop::read(&source, &read, &mut |event| {
            tick(&mut progress, &mut done, Some(all));
            let (event, plain) = foreign::plain(event);
            cited += plain;
            waiting.put(event)
        });
        let cause: Option<Box<dyn Error>> = match taken {
            Ok(_) => waiting.finish().err().map(Into::into),
            Err(interop::ImportError::Sink(cause)) => Some(cause),
            Err(other) => Some(other.into()),
        };
        if let Some(cause) = cause {
            let added = record.len().unwrap_or(before).saturating_sub(before);
            return Err(Stopped { kept: there + added, all, place: options.data.place(), cause }.into());
        }
    }
    imported(options, say, &checked, Newcomer { all, there, cited })
}

/// An import that did not come to its end. What was added stays: entries are for good.
#[derive(Debug, thiserror::Error)]
#[error(
    "the import stopped; {kept} of {all} entries are in {place}. Once that is mended, run it again: it goes on from there"
)]
struct Stopped {
    kept: u64,
    all: u64,
    place: String,
    #[source]
    cause: Box<dyn Error>,
}

fn tick(progress: &mut Progress, done: &mut u64, all: Option<u64>) {
    *done += 1;
    if (*done).is_multiple_of(TELL) {
        progress.at(*done, all);
    }
}

/// Tells what came of an import.
fn imported(
    options: &Import,
    say: Say,
    report: &interop::Report,
    Newcomer { all, there, cited }: Newcomer,
) -> Result<(), Failure> {
    let refused: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    let (added, place) = (all - there, options.data.place());
    let mut words = count_words(&report.counts);
    words.push_str(&match (added, there) {
        (0, _) => format!("\nall of it is in {place} already; nothing was added"),
        (added, 0) => format!("\n{} added to {place}", counted(added, "entry")),
        (added, there) => {
            let all = counted(added + there, "entry");
            format!("\n{added} of {all} added to {place}, which had {there} of them already")
        }
    });
    if cited > 0 {
        words.push_str(&format!(
            "\ncited by digest, since what they say is not in a log: {cited} sealed values and files"
        ));
    }
    if !refused.is_empty() {
        let count = counted(refused.len() as u64, "part");
        words.push_str(&format!("\n{count} refused:\n    {}", refused.join("\n    ")));
    }
    let mut answer = count_json(&report.counts);
    answer["format"] = json!(report.format.to_string());
    answer["added"] = json!(added);
    answer["there"] = json!(there);
    answer["cited"] = json!(cited);
    answer["refused"] = json!(refused);
    say.answer(&words, &answer)?;
    if refused.is_empty() { Ok(()) } else { Err(Failure::Finding) }
}

/// A log that can be read only once, kept until it was read twice.
fn spool(file: &Path, named: bool) -> Result<Option<tempfile::NamedTempFile>, Failure> {
    let told = |error: std::io::Error| Wrong(format!("`{}` cannot be read: {error}", file.display()));
    let stream = file == Path::new(STREAM);
    if !stream {
        let kind = std::fs::metadata(file).map_err(told)?.file_type();
        if kind.is_dir() {
            let place = file.display();
            return Err(Wrong(format!("`{place}` is a folder; name one log in it")).into());
        }
        if kind.is_file() {
            return Ok(None);
        }
    }
    if !named {
        return Err(Wrong("a log from a stream has no name; give it one with `--prefix NAME`".into()).into());
    }
    let mut kept = tempfile::NamedTempFile::new().map_err(told)?;
    let copied = match stream {
        true => std::io::copy(&mut std::io::stdin().lock(), &mut kept),
        false => File::open(file).and_then(|mut file| std::io::copy(&mut file, &mut kept)),
    };
    copied.map_err(told)?;
    Ok(Some(kept))
}

/// An error that speaks of the file as the user named it.
fn renamed(options: &Import) -> impl FnOnce(interop::ImportError) -> Failure {
    let stream = options.file == Path::new(STREAM);
    move |error| match error {
        interop::ImportError::Unreadable { cause, .. } if stream => {
            interop::ImportError::Unreadable { name: "the standard input".into(), cause }.into()
        }
        interop::ImportError::Format { .. } if stream => {
            interop::ImportError::Format { name: "the standard input".into() }.into()
        }
        interop::ImportError::Sink(cause) => Failure::Input(cause),
        other => other.into(),
    }
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
        Some(name) => Format::parse(name)
            .ok_or_else(|| Wrong(format!("`{name}` is not a format; use one of {}", to_write())))?,
        None => Format::of_name(&name).ok_or_else(|| {
            Wrong(format!("`{name}` does not tell a format; add `--format`, one of {}", to_write()))
        })?,
    };
    if options.map.is_some() && format != Format::Csv {
        let error = format!("`--map` says which columns a CSV file has; leave it out, {format} has none");
        return Err(Wrong(error).into());
    }
    let record = options.data.read()?;
    let write = WriteOptions {
        object_type: options.object.as_deref().map(Into::into),
        gzip: name.ends_with(".gz"),
        mapping: options.map.as_deref().map(mapping).transpose()?,
    };
    let progress = say.progress("exporting");
    let mut events = Events { record: &record, next: 0, held: VecDeque::new(), progress, all: record.len()? };
    if options.file == Path::new(STREAM) {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let exported = match interop::write(format, &mut events, &write, &mut out) {
            // Whoever read it has seen what they wanted.
            Err(ExportError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            other => other.map_err(|error| mended(error, options))?,
        };
        drop(events);
        let (words, json) = exported_words(&exported, format, "the standard output");
        say.aside(&words, &json);
        return Ok(());
    }
    let exported = to_file(options, |out| interop::write(format, &mut events, &write, out))?;
    drop(events);
    let (words, json) = exported_words(&exported, format, &options.file.display().to_string());
    say.answer(&words, &json)
}

/// The formats that an export can be in, listed.
fn to_write() -> String {
    Format::written().collect::<Vec<_>>().join(", ")
}

/// Writes beside the file and then renames, so that a failed export never stands where a whole one is expected. What is no
/// file, a pipe or a device, is written to as it is, and a link leads to its file.
fn to_file(
    options: &Export,
    write: impl FnOnce(&mut dyn Write) -> Result<Exported, ExportError>,
) -> Result<Exported, Failure> {
    let file = &options.file;
    let told = |error: std::io::Error| Wrong(format!("`{}` cannot be written: {error}", file.display()));
    if file.is_dir() {
        return Err(Wrong(format!("`{}` is a folder; name a file in it", file.display())).into());
    }
    let there = std::fs::metadata(file).ok();
    if there.is_some_and(|there| !there.is_file()) {
        let mut out = BufWriter::new(File::options().write(true).open(file).map_err(told)?);
        let exported = write(&mut out).map_err(|error| mended(error, options))?;
        out.flush().map_err(told)?;
        return Ok(exported);
    }
    let file = &std::fs::canonicalize(file).unwrap_or_else(|_| file.clone());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::metadata(folder).map_err(told)?;
    // As readable as any file that is made.
    let mode = std::fs::Permissions::from_mode(0o666);
    let beside =
        tempfile::Builder::new().prefix(".export-").permissions(mode).tempfile_in(folder).map_err(told)?;
    let mut out = BufWriter::new(beside);
    let exported = write(&mut out).map_err(|error| mended(error, options))?;
    let beside = out.into_inner().map_err(|error| told(error.into_error()))?;
    beside.as_file().sync_all().map_err(told)?;
    beside.persist(file).map_err(|error| told(error.error))?;
    Ok(exported)
}

/// Says by which option what does not fit can be made to.
fn mended(error: ExportError, options: &Export) -> Failure {
    match error {
        ExportError::Unfit { what, format, mend } if format == Format::Xes && options.object.is_none() => {
            ExportError::Unfit { what, format, mend: format!("{mend}, with `--object TYPE`") }.into()
        }
        ExportError::Record(cause) => Failure::Input(cause),
        other => other.into(),
    }
}

fn exported_words(exported: &Exported, format: Format, place: &str) -> (String, serde_json::Value) {
    let mut words = format!("{} written to {place}", count_words(&exported.counts));
    let (events, objects) = (exported.events_left_out, exported.objects_left_out);
    if events > 0 {
        let events = counted(events, "event");
        words.push_str(&format!("\nwithout a place in {format}, and so not in the file: {events}"));
    }
    if objects > 0 && format == Format::Csv {
        let what = format!("the attributes and links of {}", counted(objects, "object"));
        words.push_str(&format!(
            "\n{what} have no columns in the mapping and are not in the file; without `--map` they are"
        ));
    } else if objects > 0 {
        let objects = counted(objects, "object");
        words.push_str(&format!("\nwithout a place in {format}, and so not in the file: {objects}"));
    }
    let mapping = exported.mapping.as_ref().map(ToString::to_string);
    if let (Some(mapping), Some(prefix)) = (&mapping, &exported.prefix) {
        words.push_str(&format!("\nit reads back with `--prefix '{prefix}' --map '{mapping}'`"));
    }
    let mut answer = count_json(&exported.counts);
    answer["format"] = json!(format.to_string());
    answer["events_left_out"] = json!(exported.events_left_out);
    answer["objects_left_out"] = json!(exported.objects_left_out);
    answer["map"] = json!(mapping);
    answer["prefix"] = json!(exported.prefix);
    (words, answer)
}

/// A record's events from the first to the last.
struct Events<'a> {
    record: &'a Record,
    next: u64,
    held: VecDeque<Event>,
    progress: Progress,
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
                    self.progress.at(self.next, Some(self.all));
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
    let [events, objects] = [(events, "event"), (objects, "object")].map(|(count, of)| counted(*count, of));
    let [event_types, object_types] = [event_types, object_types].map(|count| counted(*count, "type"));
    let (relations, links) = (counted(*relations, "relation"), counted(*links, "link"));
    format!("{events} of {event_types}, {objects} of {object_types}, {relations}, {links}")
}

fn count_json(counts: &Counts) -> serde_json::Value {
    json!({
        "events": counts.events, "event_types": counts.event_types, "objects": counts.objects,
        "object_types": counts.object_types, "relations": counts.relations, "links": counts.links,
    })
}
