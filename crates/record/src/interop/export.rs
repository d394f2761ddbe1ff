use super::fault::{ExportError, SinkError};
use super::{Counts, Format, Mapping, csv, ocel, xes};
use crate::{Event, ObjectType};
use flate2::{Compression, write::GzEncoder};
use std::io::{Read, Seek, SeekFrom, Write};

/// How much of what is being exported is kept in memory before it goes to a temporary file.
const IN_MEMORY: usize = 64 << 20;
const CHUNK: usize = 1 << 20;

/// How a log is written.
#[derive(Clone, Debug, Default)]
pub struct WriteOptions {
    /// For XES: the type of the objects that become traces. Not needed if the events came from a XES log.
    pub object_type: Option<ObjectType>,
    /// Compresses with gzip.
    pub gzip: bool,
    /// For CSV: which column is what. By default as the log was read if it was one with a mapping and is all there is, or else
    /// columns that say themselves what they hold, for everything that is on the record.
    pub mapping: Option<Mapping>,
}

/// The outcome of an export.
#[derive(Clone, Debug, Default)]
pub struct Exported {
    /// What was written.
    pub counts: Counts,
    /// Events that are not in the log, since they are about no object of the type that XES traces were asked for.
    pub events_left_out: u64,
    /// Objects whose values and links are not in the log: in XES those of other types, in CSV with a mapping all.
    pub objects_left_out: u64,
    /// For CSV with a mapping: the one with which the file reads back. Without one its columns tell what they are.
    pub mapping: Option<Mapping>,
    /// For CSV with a mapping: the prefix with which its ids read back as they are on the record.
    pub prefix: Option<String>,
}

/// Writes `events`, in the order of the record, as a log.
///
/// Memory grows with the number of objects and of types, not of events: what has been rendered waits in a temporary
/// file until the log's order is known. For XES an index of 16 bytes is kept for every stretch of events of one trace.
pub fn write(
    format: Format,
    events: &mut dyn Iterator<Item = Result<Event, SinkError>>,
    options: &WriteOptions,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    if options.gzip {
        let mut packed = GzEncoder::new(out, Compression::default());
        let exported = plain(format, events, options, &mut packed)?;
        packed.finish()?.flush()?;
        return Ok(exported);
    }
    let exported = plain(format, events, options, out)?;
    out.flush()?;
    Ok(exported)
}

fn plain(
    format: Format,
    events: &mut dyn Iterator<Item = Result<Event, SinkError>>,
    options: &WriteOptions,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    match format {
        Format::Xes => {
            let mut writer = xes::Writer::new(options.object_type.clone());
            for event in events {
                writer.event(&event.map_err(ExportError::Record)?)?;
            }
            writer.finish(out)
        }
        Format::OcelJson => ocel::json::write(ocel::Survey::of(events, format)?, out),
        Format::OcelXml => ocel::xml::write(ocel::Survey::of(events, format)?, out),
        Format::OcelSqlite => ocel::sqlite::write(ocel::Survey::of(events, format)?, out),
        Format::Csv => csv::write(events, options.mapping.as_ref(), out),
        Format::Ocel1Json => Err(ExportError::Unfit {
            what: "a record".to_owned(),
            format,
            mend: "OCEL 1 is only read; write `ocel-json`".to_owned(),
        }),
    }
}

/// Bytes that wait to be written: in memory at first, then in a temporary file that nobody else can open.
pub(crate) struct Spool {
    file: tempfile::SpooledTempFile,
    chunk: Vec<u8>,
    written: u64,
}

impl Spool {
    pub(crate) fn new() -> Self {
        Self { file: tempfile::SpooledTempFile::new(IN_MEMORY), chunk: Vec::new(), written: 0 }
    }

    /// Appends what `render` writes; where it begins, and how long it is.
    pub(crate) fn append<E: From<std::io::Error>>(
        &mut self,
        render: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(u64, u64), E> {
        if self.chunk.len() >= CHUNK {
            self.file.write_all(&self.chunk)?;
            self.written += self.chunk.len() as u64;
            self.chunk.clear();
        }
        let before = self.chunk.len();
        render(&mut self.chunk)?;
        Ok((self.written + before as u64, (self.chunk.len() - before) as u64))
    }

    /// Everything that was appended, to read from its beginning.
    pub(crate) fn into_reader(mut self) -> std::io::Result<tempfile::SpooledTempFile> {
        self.file.write_all(&self.chunk)?;
        self.file.seek(SeekFrom::Start(0))?;
        Ok(self.file)
    }
}

/// Copies a stretch of what was spooled.
pub(crate) fn copy(
    from: &mut tempfile::SpooledTempFile,
    (begin, length): (u64, u64),
    out: &mut dyn Write,
) -> std::io::Result<()> {
    if from.stream_position()? != begin {
        from.seek(SeekFrom::Start(begin))?;
    }
    std::io::copy(&mut from.take(length), out).map(|_| ())
}
