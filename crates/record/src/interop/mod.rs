//! Event logs in and out of the record: XES, OCEL 2.0 (JSON, XML, SQLite), OCEL 1 JSON (in only) and CSV.
//!
//! [`read`] turns a log into the record's own [`Event`]s, one at a time and in the log's order; [`write`] turns events
//! back into a log. What a log keeps beside its events (its header, its objects with their values and links) travels as
//! events of three reserved activities, and what a format has no place for travels under reserved names; see
//! [`vocabulary`]. So `write` gives back what `read` took: the same events, objects, values, links and declarations in
//! the same order, and the same times with the same offsets.
//!
//! Nothing is left out unsaid. A part of a log that cannot be taken in fails the import, which names every such part,
//! unless [`Options::lenient`] asks for the rest.

mod csv;
mod export;
mod fault;
mod intake;
mod ocel;
mod parts;
mod source;
mod taken;
pub mod vocabulary;
mod xes;
mod xml;

pub use csv::Mapping;
pub use export::{Exported, WriteOptions, write};
pub use fault::{ExportError, ImportError, Place, Problem, Refusal, SinkError};
pub use intake::{Counts, Report, Strays};
pub use source::Source;
pub use taken::{Plain, PlainValue, Taken};

use crate::{Event, EventId, ObjectType};
use std::fmt;

/// A format of event logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// IEEE 1849-2016, eXtensible Event Stream.
    Xes,
    /// OCEL 2.0 in JSON.
    OcelJson,
    /// OCEL 2.0 in XML.
    OcelXml,
    /// OCEL 2.0 in a SQLite file.
    OcelSqlite,
    /// OCEL 1.0 in JSON; read only.
    Ocel1Json,
    /// One row an event, with columns as a [`Mapping`] says.
    Csv,
}

impl Format {
    /// Every format, in the order of [`Self::NAMES`].
    pub const ALL: [Self; 6] =
        [Self::Xes, Self::OcelJson, Self::OcelXml, Self::OcelSqlite, Self::Ocel1Json, Self::Csv];
    /// Every format's name, as a command takes it.
    pub const NAMES: [&'static str; 6] = ["xes", "ocel-json", "ocel-xml", "ocel-sqlite", "ocel1-json", "csv"];

    /// The names of those that can be written.
    pub fn written() -> impl Iterator<Item = &'static str> {
        let all = Self::ALL.into_iter().zip(Self::NAMES);
        all.filter(|(format, _)| *format != Self::Ocel1Json).map(|(_, name)| name)
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.to_string() == name)
    }

    /// The format that a file's name speaks of, where it speaks of one only: for a file that is yet to be written.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        Some(match name.rsplit_once('.')?.1 {
            "xes" => Self::Xes,
            "json" | "jsonocel" => Self::OcelJson,
            "xml" | "xmlocel" => Self::OcelXml,
            "sqlite" | "sqlite3" | "db" => Self::OcelSqlite,
            "csv" | "tsv" => Self::Csv,
            _ => return None,
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xes => "xes",
            Self::OcelJson => "ocel-json",
            Self::OcelXml => "ocel-xml",
            Self::OcelSqlite => "ocel-sqlite",
            Self::Ocel1Json => "ocel1-json",
            Self::Csv => "csv",
        })
    }
}

/// How a log is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The format; found from the content if not given.
    pub format: Option<Format>,
    /// What the ids of the log's events begin with, so that two logs in one record do not share ids: event `e1` becomes
    /// `PREFIX/e1`. Empty: ids are taken as they are. By default the file's name without its endings.
    pub prefix: Option<String>,
    /// The type of the objects that XES traces become.
    pub case_type: ObjectType,
    /// Takes in what can be, and reports every part that cannot, instead of failing.
    pub lenient: bool,
    /// Places an XES event without a time at the time of the one before it in its trace, marked
    /// [`vocabulary::UNTIMED`], instead of refusing it.
    pub untimed: bool,
    /// Which column of a CSV file is what; none for a log of another format, where it is refused.
    pub mapping: Option<Mapping>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: None,
            prefix: None,
            case_type: "case".into(),
            lenient: false,
            untimed: false,
            mapping: None,
        }
    }
}

/// Reads a log and hands its events to `sink`, one at a time.
///
/// On an error the sink may already have had events of the log; whoever must take all or nothing appends them in one
/// transaction or calls [`check`] first.
pub fn read(
    source: &Source<'_>,
    options: &Options,
    sink: &mut dyn FnMut(Event) -> Result<(), SinkError>,
) -> Result<Report, ImportError> {
    read_into(source, options, intake::Sink::Events(sink))
}

/// [`read`] for whoever keeps the log's events in a shape of their own: what events are plain is handed over where it was
/// read. What a log keeps beside its events is read, and what is wrong with it told, but not handed over.
pub fn take(
    source: &Source<'_>,
    options: &Options,
    sink: &mut dyn FnMut(Taken<'_>) -> Result<(), SinkError>,
) -> Result<Report, ImportError> {
    read_into(source, options, intake::Sink::Taken(sink))
}

fn read_into<'a>(
    source: &Source<'_>,
    options: &'a Options,
    sink: intake::Sink<'a>,
) -> Result<Report, ImportError> {
    let format = match options.format {
        Some(format) => format,
        None => source.format()?,
    };
    if options.mapping.is_some() && format != Format::Csv {
        return Err(ImportError::Columns { format });
    }
    let mut intake = intake::Intake::new(format, source, options, sink);
    let read = match format {
        Format::Xes => xes::read(source, &mut intake),
        Format::OcelJson => ocel::json::read(source, &mut intake),
        Format::OcelXml => ocel::xml::read(source, &mut intake),
        Format::OcelSqlite => ocel::sqlite::read(source, &mut intake),
        Format::Ocel1Json => ocel::first::read(source, &mut intake),
        Format::Csv => csv::read(source, &mut intake),
    };
    // What damaged data unpack to is nonsense, and no fault of who wrote the log.
    match read {
        Err(malformed @ ImportError::Malformed { .. }) => return Err(source.damage().unwrap_or(malformed)),
        other => other?,
    }
    if matches!(format, Format::OcelJson | Format::Ocel1Json) {
        ocel::locate::locate(source, intake.refused());
    }
    intake.finish()
}

/// A number as logs write it. One beyond what 64 bits reach is none: the infinity that it would become says something
/// else.
pub(crate) fn float(text: &str) -> Option<f64> {
    let digits = |number: &f64| !number.is_infinite() || !text.bytes().any(|byte| byte.is_ascii_digit());
    text.trim().parse().ok().filter(digits)
}

/// The id that the header of the log in `source` gets: where a record has it, some of the log was imported before. One
/// without a prefix belongs to a log whose ids are taken as they are.
pub fn header_id(source: &Source<'_>, options: &Options) -> EventId {
    let prefix = options.prefix.clone().unwrap_or_else(|| {
        let csv = options.format.or_else(|| source.format().ok()) == Some(Format::Csv);
        let whole = csv && csv::is_whole(source, options.mapping.as_ref());
        if whole { String::new() } else { source.stem() }
    });
    vocabulary::header(&prefix, 1).id
}

/// Reads a log to its end without taking anything from it: whether it can be imported, and what it holds.
pub fn check(source: &Source<'_>, options: &Options) -> Result<Report, ImportError> {
    read(source, options, &mut |_| Ok(()))
}
