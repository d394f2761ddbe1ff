use std::fmt;

/// Where in a log something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a text file, counted from 1.
    Line(u64),
    /// An element of a JSON document, as `events[3].relationships[0]`.
    Element(String),
    /// The same, with the line and the column at which it begins, both counted from 1.
    Spot {
        /// The line.
        line: u64,
        /// The column, in characters.
        column: u64,
        /// The element.
        path: String,
    },
    /// A row of a SQLite table, by its `rowid`.
    Row {
        /// The table.
        table: String,
        /// Its `rowid`.
        row: i64,
    },
    /// A SQLite table.
    Table(String),
    /// The log as a whole.
    Log,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Element(path) => write!(f, "`{path}`"),
            Self::Spot { line, column, path } => write!(f, "line {line}, column {column}, `{path}`"),
            Self::Row { table, row } => write!(f, "table `{table}`, row {row}"),
            Self::Table(table) => write!(f, "table `{table}`"),
            Self::Log => f.write_str("the log"),
        }
    }
}

/// What is wrong with one part of a log, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Something required is not there.
    #[error("{what} has no {part}; add it")]
    Missing {
        /// What lacks it, as `the event`.
        what: String,
        /// What it lacks, as `attribute `value``.
        part: String,
    },
    /// An event without a time.
    #[error(
        "{what} has no time; add it, or have such events stand at the time of the one before: `--untimed`, a box in the browser"
    )]
    Untimed {
        /// Which event.
        what: String,
    },
    /// A value that is not of its type.
    #[error("{what} is `{text}`, which is not {kind}")]
    Type {
        /// What has the value.
        what: String,
        /// The value as it was written, cut short.
        text: String,
        /// What was expected, with an example.
        kind: &'static str,
    },
    /// An identity that occurs twice.
    #[error("{what} `{id}` occurs a second time; rename one or take it out")]
    Duplicate {
        /// What kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A reference to what the log does not hold.
    #[error(
        "{what} refers to {target} `{id}`, which the log does not declare; declare it or take the reference out"
    )]
    Dangling {
        /// What refers.
        what: String,
        /// To what kind of thing.
        target: &'static str,
        /// To which.
        id: String,
    },
    /// A part that the format does not have here, so that reading on would lose it.
    #[error("{part} is not known within {what}; take it out or move what it says into an attribute")]
    Unknown {
        /// The part.
        part: String,
        /// Where it stands.
        what: String,
    },
    /// Values that nest deeper than a record can carry.
    #[error("values nest more than {deepest} deep; flatten them")]
    Deep {
        /// The limit.
        deepest: usize,
    },
}

/// A part of a log that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// Any error of whoever takes the events.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Why a log was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read to its end.
    #[error("`{name}` cannot be read: {cause}")]
    Unreadable {
        /// The file.
        name: String,
        /// Why; a truncated or damaged `.gz` among others.
        cause: std::io::Error,
    },
    /// The file is of no format that is known.
    #[error("`{name}` is no log of a known format; give its format, one of {}", super::Format::NAMES.join(", "))]
    Format {
        /// The file.
        name: String,
    },
    /// The file is not well-formed, so that nothing after this place can be understood.
    #[error("{place}: {what}")]
    Malformed {
        /// Where reading stopped.
        place: Place,
        /// What is wrong and what to do.
        what: String,
    },
    /// The options do not fit the file.
    #[error("{0}")]
    Options(String),
    /// Columns are told of a log that has none.
    #[error(
        "columns are told of a log that has none: it is {format}; leave them out (`--map`, a field in the browser), or, if it \
         is CSV, say so as its format"
    )]
    Columns {
        /// What the log is.
        format: super::Format,
    },
    /// Parts of the log cannot be taken in, and leaving them out was not asked for.
    #[error("{} of the log's parts cannot be taken in:{}", total, listed(first, *total))]
    Refused {
        /// The first of them.
        first: Vec<Refusal>,
        /// How many there are.
        total: u64,
    },
    /// Whoever takes the events failed.
    #[error("an imported event was not taken")]
    Sink(#[source] SinkError),
}

fn listed(first: &[Refusal], total: u64) -> String {
    let mut text: String = first.iter().map(|refusal| format!("\n  {refusal}")).collect();
    let more = total.saturating_sub(first.len() as u64);
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}

/// Why a log was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be written.
    #[error("the log cannot be written")]
    Write(#[from] std::io::Error),
    /// The record could not hand out its events.
    #[error("the record cannot be read")]
    Record(#[source] SinkError),
    /// The format cannot carry what the record holds.
    #[error("{what} cannot be written as {format}; {mend}")]
    Unfit {
        /// What does not fit.
        what: String,
        /// The format.
        format: super::Format,
        /// What to do instead.
        mend: String,
    },
    /// The database cannot be written.
    #[error("the SQLite file cannot be written")]
    Sqlite(#[from] rusqlite::Error),
}

/// A value as it stands in a message: cut short, so that a message stays readable.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
