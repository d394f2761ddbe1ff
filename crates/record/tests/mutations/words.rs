//! The words of a log as readers written apart from ours find them, and those of the events that it became.

use quick_xml::XmlVersion;
use record::interop::Format;
use record::{Event, Time, encoding};
use std::collections::HashSet;

/// The words of events.
pub struct Known(HashSet<String>);

impl Known {
    /// Whether a word of a log is there, as itself or as a value of another type.
    pub fn holds(&self, word: &str) -> bool {
        let word = plain(word);
        let number = word.parse::<f64>().is_ok();
        let truth = ["true", "false", "null"].contains(&word.to_ascii_lowercase().as_str());
        // A text that stands for another value is no word of its own.
        let wrapped = word.starts_with("log:") || word.contains("log:json:");
        word.is_empty() || number || truth || wrapped || Time::parse(&word).is_ok() || self.0.contains(&word)
    }
}

fn plain(word: &str) -> String {
    word.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All texts in events, names and values alike.
pub fn in_events(events: &[Event]) -> Known {
    let mut known = HashSet::new();
    for event in events {
        texts(&serde_json::from_str(&encoding::encode(event)).unwrap(), &mut |text| {
            known.insert(plain(text));
            // Ids are made of others, one behind the other.
            known.extend(text.split('/').map(plain));
        });
    }
    Known(known)
}

fn texts(json: &serde_json::Value, take: &mut dyn FnMut(&str)) {
    match json {
        serde_json::Value::String(text) => take(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, take)),
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                take(name);
                texts(value, take);
            }
        }
        _ => {}
    }
}

/// All words of a log; none where the other reader does not read it.
pub fn in_log(format: Format, bytes: &[u8]) -> Option<Vec<String>> {
    let text = || std::str::from_utf8(bytes).ok().map(|text| text.trim_start_matches('\u{FEFF}'));
    match format {
        Format::Xes | Format::OcelXml => in_xml(text()?),
        Format::OcelJson | Format::Ocel1Json => {
            let mut words = Vec::new();
            texts(&serde_json::from_str(text()?).ok()?, &mut |word| words.push(word.to_owned()));
            // The format's own members.
            let own = [
                "objectTypes",
                "eventTypes",
                "objects",
                "events",
                "name",
                "attributes",
                "type",
                "id",
                "time",
                "value",
                "relationships",
                "objectId",
                "qualifier",
                "ocel:events",
                "ocel:objects",
                "ocel:activity",
                "ocel:timestamp",
                "ocel:omap",
                "ocel:vmap",
                "ocel:type",
                "ocel:ovmap",
            ];
            words.retain(|word| {
                !own.contains(&word.as_str()) && !KINDS.contains(&word.to_ascii_lowercase().as_str())
            });
            Some(words)
        }
        Format::Csv => {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text()?.as_bytes());
            let rows: Result<Vec<csv::StringRecord>, _> = reader.records().collect();
            // The first row's are in the mapping.
            Some(rows.ok()?.iter().skip(1).flatten().map(str::to_owned).collect())
        }
        Format::OcelSqlite => in_sqlite(bytes),
    }
}

/// What OCEL calls its types of values, in all dialects.
const KINDS: [&str; 12] = [
    "string",
    "time",
    "date",
    "timestamp",
    "datetime",
    "integer",
    "int",
    "float",
    "double",
    "real",
    "boolean",
    "bool",
];

fn in_xml(text: &str) -> Option<Vec<String>> {
    // Elements that say by their name alone what they are.
    let own = [
        "log",
        "extension",
        "global",
        "classifier",
        "trace",
        "event",
        "string",
        "date",
        "int",
        "float",
        "boolean",
        "id",
        "list",
        "container",
        "values",
        "event-types",
        "object-types",
        "event-type",
        "object-type",
        "attributes",
        "attribute",
        "objects",
        "object",
        "relationship",
        "relobj",
        "events",
    ];
    let mut words = Vec::new();
    let mut reader = quick_xml::Reader::from_str(text);
    // A text, until its end; none where a part of it stands for a character.
    let mut text = Some(String::new());
    loop {
        use quick_xml::events::Event::{CData, Comment, Empty, Eof, GeneralRef, PI, Start, Text};
        let event = reader.read_event().ok()?;
        if !matches!(event, Text(_) | CData(_) | GeneralRef(_) | Comment(_) | PI(_)) {
            words.extend(text.replace(String::new()));
        }
        match event {
            Eof => return Some(words),
            Start(tag) | Empty(tag) => {
                let name = tag.local_name();
                let name = name.as_ref();
                if !own.contains(&name) {
                    words.push(name.to_owned());
                }
                for attribute in tag.attributes() {
                    let attribute = attribute.ok()?;
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
                    let known = ["concept:name", "time:timestamp"].contains(&value.as_str());
                    let kind = KINDS.contains(&value.to_ascii_lowercase().as_str());
                    if !attribute.key.as_ref().starts_with("xmlns") && !known && !kind {
                        words.push(value);
                    }
                }
            }
            Text(own) => text = text.map(|text| text + &own.xml10_content()),
            CData(own) => text = text.map(|text| text + &own),
            GeneralRef(_) => text = None,
            _ => {}
        }
    }
}

fn in_sqlite(bytes: &[u8]) -> Option<Vec<String>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let connection = rusqlite::Connection::open(file.path()).ok()?;
    let tables = |sql: &str| -> Option<Vec<String>> {
        let mut statement = connection.prepare(sql).ok()?;
        statement.query_map([], |row| row.get(0)).ok()?.collect::<Result<_, _>>().ok()
    };
    let mut words = Vec::new();
    for table in tables("SELECT name FROM sqlite_schema WHERE type = 'table'")? {
        let mut statement =
            connection.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""))).ok()?;
        // How a type's table is called is the file's own affair.
        let mapped = statement.column_names().position(|name| name == "ocel_type_map");
        let columns = statement.column_count();
        let mut rows = statement.query([]).ok()?;
        while let Some(row) = rows.next().ok()? {
            for column in (0..columns).filter(|column| Some(*column) != mapped) {
                if let Ok(rusqlite::types::ValueRef::Text(text)) = row.get_ref(column) {
                    words.push(String::from_utf8(text.to_vec()).ok()?);
                }
            }
        }
    }
    Some(words)
}
