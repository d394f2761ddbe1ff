use super::super::declared::{Kind, Type, Types};
use super::super::survey::{EventOut, ObjectOut, Out};
use super::{Survey, quoted};
use crate::interop::Format;
use crate::interop::export::Exported;
use crate::interop::fault::{ExportError, excerpt};
use crate::interop::vocabulary;
use crate::{Time, Value};
use rusqlite::types::{Null, ToSqlOutput, Value as Sql};
use rusqlite::{CachedStatement, Connection, ToSql, params};
use std::collections::{HashMap, HashSet};
use std::io::Write;

const SCHEMA: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    BEGIN;
    CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
    CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
    CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type));
    CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type));
    CREATE TABLE event_object (
        ocel_event_id TEXT REFERENCES event (ocel_id),
        ocel_object_id TEXT REFERENCES object (ocel_id),
        ocel_qualifier TEXT
    );
    CREATE TABLE object_object (
        ocel_source_id TEXT REFERENCES object (ocel_id),
        ocel_target_id TEXT REFERENCES object (ocel_id),
        ocel_qualifier TEXT
    );
";

/// A type's table: how a row is inserted, and which attribute is in which column.
struct Table {
    insert: String,
    columns: HashMap<String, usize>,
}

/// Writes a whole log.
pub(crate) fn write(survey: Survey, out: &mut dyn Write) -> Result<Exported, ExportError> {
    let file = tempfile::NamedTempFile::new()?;
    let connection = Connection::open(file.path())?;
    connection.execute_batch(SCHEMA)?;
    let events = tables(&connection, &survey.event_types, true)?;
    let objects = tables(&connection, &survey.object_types, false)?;
    let mut links: Vec<(String, String, String)> = Vec::new();
    connection.set_prepared_statement_cache_capacity(events.len() + objects.len() + 8);
    let exported = survey.write(&mut |item| match item {
        Out::Object(object) => {
            let link = |(to, qualifier): &(&str, &str)| {
                (object.id.to_string(), (*to).to_owned(), (*qualifier).to_owned())
            };
            links.extend(object.relations.iter().map(link));
            write_object(&connection, &objects, &object)
        }
        Out::Events => {
            // A link may point at an object that is written later.
            let mut insert = connection.prepare_cached("INSERT INTO object_object VALUES (?1, ?2, ?3)")?;
            for (from, to, qualifier) in links.drain(..) {
                insert.execute(params![from, to, qualifier])?;
            }
            Ok(())
        }
        Out::Event(event) => write_event(&connection, &events, &event),
    })?;
    connection.execute_batch("COMMIT;")?;
    connection.close().map_err(|(_, error)| error)?;
    std::io::copy(&mut file.reopen()?, out)?;
    Ok(exported)
}

fn unfit(what: String, mend: &str) -> ExportError {
    ExportError::Unfit { what, format: Format::OcelSqlite, mend: mend.to_owned() }
}

fn tables(
    connection: &Connection,
    types: &Types,
    of_events: bool,
) -> Result<HashMap<String, Table>, ExportError> {
    let (map, stem) = if of_events { ("event_map_type", "event_") } else { ("object_map_type", "object_") };
    // These names would be taken for the tables of relations and types.
    let mut taken: HashSet<String> = ["object", "map_type"].map(str::to_owned).into();
    let mut found = HashMap::new();
    for own in types.iter() {
        let plain: String = own.name.chars().filter(|character| character.is_alphanumeric()).collect();
        let plain = if plain.is_empty() { "Type".to_owned() } else { plain };
        let mut mapped = plain.clone();
        let mut next = 2;
        while !taken.insert(mapped.to_lowercase()) {
            mapped = format!("{plain}_{next}");
            next += 1;
        }
        connection.execute(&format!("INSERT INTO {map} VALUES (?1, ?2)"), [&own.name, &mapped])?;
        found.insert(own.name.clone(), table(connection, own, &format!("{stem}{mapped}"), of_events)?);
    }
    Ok(found)
}

fn table(connection: &Connection, own: &Type, name: &str, of_events: bool) -> Result<Table, ExportError> {
    let mut known: HashSet<String> = ["ocel_id", "ocel_time", "ocel_changed_field"].map(str::to_owned).into();
    let fixed = if of_events { 2 } else { 3 };
    let key = if of_events { "PRIMARY KEY REFERENCES event" } else { "REFERENCES object" };
    let mut sql = format!("CREATE TABLE {} (ocel_id TEXT {key} (ocel_id), ocel_time TIMESTAMP", quoted(name));
    if !of_events {
        sql.push_str(", ocel_changed_field TEXT");
    }
    let mut columns = HashMap::new();
    for (position, (attribute, kind)) in own.attributes.iter().enumerate() {
        if !known.insert(attribute.as_str().to_ascii_lowercase()) || attribute.as_str().contains('\0') {
            let what = format!("the attribute `{}` of `{}`", excerpt(attribute.as_str()), excerpt(&own.name));
            return Err(unfit(what, "SQLite knows a column of that name already; write `ocel-json`"));
        }
        let kind = match kind {
            Kind::Text => "TEXT",
            Kind::Time => "TIMESTAMP",
            Kind::Integer => "INTEGER",
            Kind::Float => "REAL",
            Kind::Boolean => "BOOLEAN",
        };
        sql.push_str(&format!(", {} {kind}", quoted(attribute.as_str())));
        columns.insert(attribute.to_string(), fixed + position);
    }
    sql.push(')');
    connection.execute(&sql, [])?;
    let values: Vec<String> =
        (1..=fixed + own.attributes.len()).map(|position| format!("?{position}")).collect();
    Ok(Table { insert: format!("INSERT INTO {} VALUES ({})", quoted(name), values.join(", ")), columns })
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Text(text) => ToSqlOutput::from(&**text),
            Value::Integer(number) => ToSqlOutput::from(*number),
            Value::Float(number) => ToSqlOutput::from(*number),
            Value::Boolean(truth) => ToSqlOutput::from(*truth),
            Value::Time(time) => ToSqlOutput::Owned(Sql::Text(time.to_string())),
            other => ToSqlOutput::Owned(Sql::Text(vocabulary::wrap(other))),
        })
    }
}

/// Inserts one row: the first columns as given, the others as `values` name them.
fn insert(
    statement: &mut CachedStatement<'_>,
    table: &Table,
    first: &[&dyn ToSql],
    values: &[(&str, &Value)],
) -> Result<(), ExportError> {
    for column in 0..first.len() + table.columns.len() {
        statement.raw_bind_parameter(column + 1, Null)?;
    }
    for (column, value) in first.iter().enumerate() {
        statement.raw_bind_parameter(column + 1, value)?;
    }
    let mut filled = HashSet::new();
    for (name, value) in values {
        let column = table.columns.get(*name).copied().unwrap_or_default();
        if !filled.insert(column) {
            let what = format!("an event with two values of `{}`", excerpt(name));
            return Err(unfit(what, "SQLite has one column for it; write `ocel-json`"));
        }
        statement.raw_bind_parameter(column + 1, Bound(value))?;
    }
    statement.raw_execute()?;
    Ok(())
}

fn write_object(
    connection: &Connection,
    tables: &HashMap<String, Table>,
    object: &ObjectOut<'_>,
) -> Result<(), ExportError> {
    connection
        .prepare_cached("INSERT INTO object VALUES (?1, ?2)")?
        .execute(params![object.id, object.kind])?;
    let Some(table) = tables.get(object.kind) else { return Ok(()) };
    let mut statement = connection.prepare_cached(&table.insert)?;
    let begin = object.values.first().map_or(Time::ZERO, |(_, _, time)| *time);
    let same = |time: Time| time == begin && time.offset() == begin.offset();
    let mut initial: Vec<(&str, &Value)> = Vec::new();
    for (name, value, time) in &object.values {
        if !same(*time) || initial.iter().any(|(own, _)| own == name) {
            break;
        }
        initial.push((name, value));
    }
    insert(&mut statement, table, &[&object.id, &begin.to_string(), &Null], &initial)?;
    for (name, value, time) in object.values.iter().skip(initial.len()) {
        insert(&mut statement, table, &[&object.id, &time.to_string(), name], &[(name, value)])?;
    }
    Ok(())
}

fn write_event(
    connection: &Connection,
    tables: &HashMap<String, Table>,
    event: &EventOut<'_>,
) -> Result<(), ExportError> {
    connection.prepare_cached("INSERT INTO event VALUES (?1, ?2)")?.execute(params![event.id, event.kind])?;
    let Some(table) = tables.get(event.kind) else { return Ok(()) };
    let values: Vec<(&str, &Value)> =
        event.attributes.iter().map(|(name, value)| (*name, &**value)).collect();
    let mut statement = connection.prepare_cached(&table.insert)?;
    insert(&mut statement, table, &[&event.id, &event.time.to_string()], &values)?;
    let mut related = connection.prepare_cached("INSERT INTO event_object VALUES (?1, ?2, ?3)")?;
    for (object, qualifier) in &event.relations {
        related.execute(params![event.id, object, qualifier])?;
    }
    Ok(())
}
