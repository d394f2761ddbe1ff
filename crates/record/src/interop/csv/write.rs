use super::mapping::{Column, Kind, Mapping, Role};
use super::{MAPPING, cell};
use crate::interop::Format;
use crate::interop::export::{Exported, Spool};
use crate::interop::fault::{ExportError, SinkError, excerpt};
use crate::interop::parts;
use crate::interop::vocabulary::{self, ACTOR, HEADER, OBJECT, UNTIMED, VALUE};
use crate::{Event, Name, ObjectRef, ObjectType, Qualifier, Relation, Value, encoding};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};

/// Writes the events of a record, one row for each. What `given` or the log's own mapping has no column for gets one.
pub(crate) fn write(
    events: &mut dyn Iterator<Item = Result<Event, SinkError>>,
    given: Option<&Mapping>,
    out: &mut dyn Write,
) -> Result<Exported, ExportError> {
    let mut layout = Layout::new(given);
    let mut spool = Spool::new();
    let mut exported = Exported::default();
    let mut activities = HashSet::new();
    let mut objects = HashSet::new();
    for event in events {
        let event = event.map_err(ExportError::Record)?;
        match event.activity.as_str() {
            HEADER => layout.header(&event),
            OBJECT => {
                exported.objects_left_out += u64::from(!event.changes.is_empty() || !event.links.is_empty());
            }
            VALUE => {}
            _ => {
                let event = flat(event);
                layout.admit(&event);
                exported.counts.events += 1;
                exported.counts.attributes += event.attributes.len() as u64;
                exported.counts.relations += event.objects.len() as u64;
                activities.insert(event.activity.to_string());
                objects.extend(event.objects.iter().map(|relation| relation.object.clone()));
                spool.append(|out| {
                    out.extend_from_slice(encoding::encode(&event).as_bytes());
                    out.push(b'\n');
                    Ok::<(), ExportError>(())
                })?;
            }
        }
    }
    exported.counts.event_types = activities.len() as u64;
    exported.counts.objects = objects.len() as u64;
    exported.counts.object_types =
        objects.iter().map(|object| &object.kind).collect::<HashSet<_>>().len() as u64;
    let mapping = layout.finish();
    let mut writer = csv::WriterBuilder::new().delimiter(mapping.delimiter.unwrap_or(b',')).from_writer(out);
    writer.write_record(mapping.columns.iter().map(|column| &column.header)).map_err(io)?;
    let mut lines = BufReader::new(spool.into_reader()?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let mut event = encoding::decode(&line).map_err(|error| {
            unfit("an event", &format!("its values nest too deep ({error}); flatten them"))
        })?;
        line.clear();
        layout.strip(&mut event);
        writer.write_record(row(&mapping, &event)?).map_err(io)?;
    }
    writer.flush()?;
    exported.mapping = Some(mapping);
    Ok(exported)
}

fn io(error: csv::Error) -> ExportError {
    ExportError::Write(error.into())
}

fn unfit(what: &str, mend: &str) -> ExportError {
    ExportError::Unfit { what: what.to_owned(), format: Format::Csv, mend: mend.to_owned() }
}

/// The event with nothing but relations and attributes.
fn flat(mut event: Event) -> Event {
    let folded = parts::unfold(&event, None).into_iter();
    let folded = folded.filter(|(name, _)| !matches!(*name, ACTOR | vocabulary::OBJECTS));
    let folded: Vec<_> = folded.map(|(name, value)| (Name::new(name), value)).collect();
    event.attributes.extend(folded);
    if let Some(actor) = event.actor.take() {
        event.objects.push(Relation { qualifier: ACTOR.into(), object: actor });
    }
    (event.purpose, event.cause, event.corrects) = (None, None, None);
    (event.changes, event.links) = (Vec::new(), Vec::new());
    event
}

/// The columns that the events need.
struct Layout {
    mapping: Option<Mapping>,
    /// What the ids of all events begin with, unless some are foreign to the log they came from.
    prefix: Option<String>,
    foreign: bool,
    identified: bool,
    objects: Vec<(ObjectType, Qualifier, bool)>,
    attributes: Vec<(Name, Kind)>,
}

impl Layout {
    fn new(given: Option<&Mapping>) -> Self {
        let (objects, attributes) = (Vec::new(), Vec::new());
        Self { mapping: given.cloned(), prefix: None, foreign: false, identified: false, objects, attributes }
    }

    fn header(&mut self, event: &Event) {
        let own =
            event.attribute(MAPPING).and_then(Value::as_text).and_then(|text| Mapping::parse(text).ok());
        let Some(own) = own else { return };
        if self.mapping.is_none() {
            self.mapping = Some(own);
        }
        let prefix = vocabulary::prefix_of(event).map(|prefix| vocabulary::prefixed(prefix, ""));
        self.foreign |= self.prefix.is_some() && self.prefix != prefix;
        self.prefix = prefix;
    }

    fn admit(&mut self, event: &Event) {
        let counted = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit());
        let own = self.prefix.as_ref().and_then(|prefix| event.id.as_str().strip_prefix(prefix.as_str()));
        self.foreign |= own.is_none();
        self.identified |= !own.is_some_and(counted);
        for (position, relation) in event.objects.iter().enumerate() {
            let (kind, qualifier) = (&relation.object.kind, &relation.qualifier);
            let before = event.objects.iter().take(position);
            let again = before.into_iter().any(|own| own.object.kind == *kind && own.qualifier == *qualifier);
            match self.objects.iter_mut().find(|(own, part, _)| own == kind && part == qualifier) {
                Some((.., many)) => *many |= again,
                None => self.objects.push((kind.clone(), qualifier.clone(), again)),
            }
        }
        for (name, value) in &event.attributes {
            let kind = kind_of(value);
            match self.attributes.iter_mut().find(|(own, _)| own == name) {
                Some((_, own)) if *own != kind => *own = Kind::Text,
                Some(_) => {}
                None => self.attributes.push((name.clone(), kind)),
            }
        }
    }

    /// Takes off the ids what reading the log put before them.
    fn strip(&self, event: &mut Event) {
        let Some(prefix) = self.prefix.as_ref().filter(|_| !self.foreign) else { return };
        let own = |id: &str| id.strip_prefix(prefix.as_str()).unwrap_or(id).to_owned();
        event.id = own(event.id.as_str()).into();
        for (name, value) in &mut event.attributes {
            if let (vocabulary::CAUSE | vocabulary::CORRECTS, Value::Text(id)) = (name.as_str(), &value) {
                *value = Value::from(own(id));
            }
        }
    }

    /// The given mapping, with columns for all that it lacks.
    fn finish(&mut self) -> Mapping {
        let given = self.mapping.take();
        let identified = self.identified || given.is_none();
        let mut mapping = given.unwrap_or_default();
        // Times are written as ISO 8601 has it, whatever they were read from.
        mapping.time_format = None;
        let mut needed = Vec::new();
        if identified {
            needed.push(("id".to_owned(), Role::Id));
        }
        needed.push(("activity".to_owned(), Role::Activity));
        needed.push(("time".to_owned(), Role::Time));
        for (kind, qualifier, many) in self.objects.drain(..) {
            let told = qualifier.as_str().is_empty() || qualifier.as_str() == kind.as_str();
            let header = if told { kind.to_string() } else { format!("{kind}/{qualifier}") };
            needed.push((header, Role::Object { kind, qualifier, many }));
        }
        for (name, kind) in self.attributes.drain(..) {
            if name.as_str() != UNTIMED {
                needed.push((name.to_string(), Role::Attribute { name, kind }));
            }
        }
        for (header, role) in needed {
            match mapping.columns.iter_mut().find(|column| same(&column.role, &role)) {
                Some(column) => widen(&mut column.role, role),
                None => {
                    let mut header = header;
                    while mapping.columns.iter().any(|column| column.header == header) {
                        header.push('\'');
                    }
                    mapping.columns.push(Column { header, role });
                }
            }
        }
        mapping
    }
}

/// Whether two columns are for the same thing.
fn same(one: &Role, other: &Role) -> bool {
    match (one, other) {
        (Role::Object { kind, qualifier, .. }, Role::Object { kind: own, qualifier: part, .. }) => {
            kind == own && qualifier == part
        }
        (Role::Attribute { name, .. }, Role::Attribute { name: own, .. }) => name == own,
        _ => one == other,
    }
}

/// Makes a column fit for what it is needed for.
fn widen(role: &mut Role, needed: Role) {
    match (role, needed) {
        (Role::Object { many, .. }, Role::Object { many: needed, .. }) => *many |= needed,
        (Role::Attribute { kind, .. }, Role::Attribute { kind: needed, .. }) if *kind != needed => {
            *kind = Kind::Text
        }
        _ => {}
    }
}

/// The type whose column holds a value as itself.
fn kind_of(value: &Value) -> Kind {
    if vocabulary::wrapped(value).is_some() {
        return Kind::Text;
    }
    match value {
        Value::Integer(_) => Kind::Integer,
        Value::Float(_) => Kind::Float,
        Value::Boolean(_) => Kind::Boolean,
        Value::Time(_) => Kind::Time,
        _ => Kind::Text,
    }
}

fn row(mapping: &Mapping, event: &Event) -> Result<Vec<String>, ExportError> {
    let cells = mapping.columns.iter().map(|column| match &column.role {
        Role::Id => Ok(cell(event.id.as_str()).into_owned()),
        Role::Activity if event.activity.as_str() == vocabulary::UNNAMED => Ok(String::new()),
        Role::Activity => Ok(cell(event.activity.as_str()).into_owned()),
        Role::Time if event.attribute(UNTIMED) == Some(&Value::Boolean(true)) => Ok(String::new()),
        Role::Time => Ok(event.time.to_string()),
        Role::Object { kind, qualifier, many } => {
            let own =
                |relation: &&Relation| relation.object.kind == *kind && relation.qualifier == *qualifier;
            let ids = event.objects.iter().filter(own).map(|relation| &relation.object);
            Ok(if *many { several(ids) } else { ids.map(|object| cell(object.id.as_str())).collect() })
        }
        Role::Attribute { name, kind } => {
            let mut values = event.attributes.iter().filter(|(own, _)| own == name);
            let value = values.next();
            if values.next().is_some() {
                let what = format!("an event with two values of `{}`", excerpt(name.as_str()));
                return Err(unfit(&what, "CSV has one column for it; write `ocel-json`"));
            }
            Ok(value.map(|(_, value)| written(value, *kind)).unwrap_or_default())
        }
    });
    cells.collect()
}

fn several<'a>(objects: impl Iterator<Item = &'a ObjectRef>) -> String {
    let ids: Vec<String> =
        objects.map(|object| object.id.as_str().replace('\\', "\\\\").replace(';', "\\;")).collect();
    ids.join(";")
}

fn written(value: &Value, kind: Kind) -> String {
    match value {
        Value::Text(text) => cell(text).into_owned(),
        _ if kind_of(value) != kind || vocabulary::wrapped(value).is_some() => vocabulary::wrap(value),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(truth) => truth.to_string(),
        Value::Time(time) => time.to_string(),
        other => vocabulary::wrap(other),
    }
}
