use super::cell;
use super::layout::{Layout, kind_of};
use super::mapping::{Kind, Mapping, Role};
use crate::interop::Format;
use crate::interop::export::{Exported, Spool};
use crate::interop::fault::{ExportError, SinkError};
use crate::interop::parts;
use crate::interop::vocabulary::{self, ACTOR, ATTRIBUTES, HEADER, UNTIMED};
use crate::{Event, Name, ObjectRef, Relation, Value, encoding};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};

/// How deep a value may nest to be read again.
const DEEPEST: usize = 16;

/// Writes a record. By a mapping, `given` or the log's own, one row for each event, with columns for what it lacks; else a
/// row for everything.
pub(crate) fn write(
    events: &mut dyn Iterator<Item = Result<Event, SinkError>>,
    given: Option<&Mapping>,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    let mut layout = Layout::new(given);
    let mut spool = Spool::new();
    let mut tally = Tally::default();
    for event in events {
        let event = event.map_err(ExportError::Record)?;
        if event.activity.as_str() == HEADER {
            layout.header(&event);
        }
        tally.count(&event);
        let event = flat(event);
        layout.admit(&event);
        spool.append(|out| {
            out.extend_from_slice(encoding::encode(&event).as_bytes());
            out.push(b'\n');
            Ok::<(), ExportError>(())
        })?;
    }
    let mapping = layout.columns();
    let (mapped, prefix) = (layout.is_mapped(), layout.stripped());
    let mut writer = csv::WriterBuilder::new().delimiter(mapping.delimiter.unwrap_or(b',')).from_writer(out);
    writer.write_record(mapping.columns.iter().map(|column| &column.header)).map_err(io)?;
    let mut lines = BufReader::new(spool.into_reader()?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let mut event = encoding::decode(&line).map_err(|error| {
            unfit("an event", &format!("its values nest too deep ({error}); flatten them"))
        })?;
        line.clear();
        if mapped && vocabulary::is_carrier(&event.activity) {
            continue;
        }
        if !mapping.is_whole() {
            strip(&mut event, prefix);
        }
        writer.write_record(row(&mapping, &event)?).map_err(io)?;
    }
    writer.flush()?;
    let mut exported = tally.told(mapped);
    exported.prefix = mapped.then(|| prefix.strip_suffix('/').unwrap_or(prefix).to_owned());
    exported.mapping = Some(mapping).filter(|_| mapped);
    Ok(exported)
}

/// What a record holds, counted.
#[derive(Default)]
struct Tally {
    counts: crate::interop::Counts,
    activities: HashSet<String>,
    /// Objects of events, and objects with rows of their own.
    related: HashSet<ObjectRef>,
    declared: HashSet<ObjectRef>,
    /// Of the latter, those that have values or links.
    laden: HashSet<ObjectRef>,
}

impl Tally {
    fn count(&mut self, event: &Event) {
        let objects = event.objects.iter().map(|relation| &relation.object);
        if vocabulary::is_carrier(&event.activity) {
            self.counts.values += event.changes.len() as u64;
            self.counts.links += event.links.len() as u64;
            if !event.changes.is_empty() || !event.links.is_empty() {
                self.laden.extend(objects.clone().cloned());
            }
            self.declared.extend(objects.cloned());
            return;
        }
        self.counts.events += 1;
        self.counts.attributes += event.attributes.len() as u64;
        self.counts.relations += event.objects.len() as u64;
        self.related.extend(objects.cloned());
        if !self.activities.contains(event.activity.as_str()) {
            self.activities.insert(event.activity.to_string());
        }
    }

    fn told(mut self, mapped: bool) -> Exported {
        let mut exported = Exported { counts: self.counts, ..Exported::default() };
        if mapped {
            exported.objects_left_out = self.laden.len() as u64;
            (exported.counts.links, exported.counts.values) = (0, 0);
        } else {
            self.related.extend(self.declared);
        }
        let kinds: HashSet<_> = self.related.iter().map(|object| &object.kind).collect();
        exported.counts.event_types = self.activities.len() as u64;
        exported.counts.objects = self.related.len() as u64;
        exported.counts.object_types = kinds.len() as u64;
        exported
    }
}

fn io(error: csv::Error) -> ExportError {
    ExportError::Write(error.into())
}

fn unfit(what: &str, mend: &str) -> ExportError {
    ExportError::Unfit { what: what.to_owned(), format: Format::Csv, mend: mend.to_owned() }
}

/// The event with nothing but relations, attributes and, of what declares an object, links. An object's values become
/// attributes there, as long as they are plainly its own.
fn flat(mut event: Event) -> Event {
    let carrier = vocabulary::is_carrier(&event.activity);
    let all = std::mem::take(&mut event.attributes);
    let (mut attributes, own): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(name, _)| name.as_str() == UNTIMED);
    let odd = carrier && !own.is_empty() || !columns(own.iter().map(|(name, _)| name));
    match odd {
        true => attributes.push((ATTRIBUTES.into(), parts::attributes(&own))),
        false => attributes.extend(own),
    }
    let mut links = Vec::new();
    let subject = event.objects.iter().find(|own| own.qualifier.as_str() == vocabulary::SUBJECT);
    if let Some(subject) = subject.map(|own| own.object.clone()).filter(|_| carrier) {
        let changes = &event.changes;
        if changes.iter().all(|own| own.object == subject) && columns(changes.iter().map(|own| &own.name)) {
            attributes.extend(event.changes.drain(..).map(|own| (own.name, own.value)));
        }
        if event.links.iter().all(|own| own.from == subject) {
            links.append(&mut event.links);
        }
    }
    let folded = parts::unfold(&event, None).into_iter();
    let folded = folded.filter(|(name, _)| !matches!(*name, ACTOR | vocabulary::OBJECTS));
    attributes.extend(folded.map(|(name, value)| (Name::new(name), value)));
    if let Some(actor) = event.actor.take() {
        event.objects.push(Relation { qualifier: ACTOR.into(), object: actor });
    }
    (event.purpose, event.cause, event.corrects) = (None, None, None);
    (event.attributes, event.changes, event.links) = (attributes, Vec::new(), links);
    event
}

/// Whether each of these names can have a column: none comes twice, is reserved, or is nothing.
fn columns<'a>(names: impl Iterator<Item = &'a Name>) -> bool {
    let mut seen = HashSet::new();
    names.into_iter().all(|name| {
        !name.as_str().is_empty() && !vocabulary::is_reserved(name.as_str()) && seen.insert(name.as_str())
    })
}

/// Takes off the ids what reading the log put before them.
fn strip(event: &mut Event, prefix: &str) {
    let own = |id: &str| id.strip_prefix(prefix).unwrap_or(id).to_owned();
    event.id = own(event.id.as_str()).into();
    for (name, value) in &mut event.attributes {
        if let (vocabulary::CAUSE | vocabulary::CORRECTS, Value::Text(id)) = (name.as_str(), &value) {
            *value = Value::from(own(id));
        }
    }
}

fn row(mapping: &Mapping, event: &Event) -> Result<Vec<String>, ExportError> {
    let whole = mapping.is_whole();
    let related = event.objects.iter().map(|own| (&own.qualifier, &own.object));
    let linked = event.links.iter().map(|own| (&own.qualifier, &own.to));
    let cells = mapping.columns.iter().map(|column| match &column.role {
        Role::Id | Role::FullId => Ok(cell(event.id.as_str()).into_owned()),
        Role::Activity if !whole && event.activity.as_str() == vocabulary::UNNAMED => Ok(String::new()),
        Role::Activity => Ok(cell(event.activity.as_str()).into_owned()),
        Role::Time if !whole && event.attribute(UNTIMED) == Some(&Value::Boolean(true)) => Ok(String::new()),
        Role::Time => Ok(event.time.to_string()),
        Role::Object { kind, qualifier, many } => {
            let own = related.clone().filter(|(part, object)| object.kind == *kind && *part == qualifier);
            Ok(ids(own.map(|(_, object)| object), *many))
        }
        Role::Link { kind, qualifier, many } => {
            let own = linked.clone().filter(|(part, object)| object.kind == *kind && *part == qualifier);
            Ok(ids(own.map(|(_, object)| object), *many))
        }
        Role::Attribute { name, kind } => {
            event.attribute(name.as_str()).map_or(Ok(String::new()), |value| written(value, *kind))
        }
    });
    cells.collect()
}

fn ids<'a>(mut objects: impl Iterator<Item = &'a ObjectRef>, many: bool) -> String {
    if !many {
        return objects.next().map(|object| cell(object.id.as_str()).into_owned()).unwrap_or_default();
    }
    let escaped = |object: &ObjectRef| object.id.as_str().replace('\\', "\\\\").replace(';', "\\;");
    objects.map(escaped).collect::<Vec<_>>().join(";")
}

fn written(value: &Value, kind: Kind) -> Result<String, ExportError> {
    Ok(match value {
        Value::Text(text) => cell(text).into_owned(),
        _ if kind_of(value) != kind || vocabulary::wrapped(value).is_some() => {
            if !vocabulary::shallow(value, DEEPEST) {
                let mend = format!("CSV holds values that nest at most {DEEPEST} deep; write `ocel-json`");
                return Err(unfit("a value that nests deep", &mend));
            }
            vocabulary::wrap(value)
        }
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Time(time) => time.to_string(),
        other => vocabulary::wrap(other),
    })
}
