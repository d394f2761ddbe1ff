use super::super::assemble::{Assembler, EventDraft, ObjectDraft, Part, Reference};
use super::super::declared::{Raw, mistyped};
use super::quoted;
use crate::interop::fault::{ImportError, Place, Problem, excerpt};
use crate::interop::intake::Intake;
use crate::interop::source::Source;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Rows, Statement};
use std::collections::HashMap;

/// The tables that every log has, with their columns.
const TABLES: [(&str, &[&str]); 6] = [
    ("event_map_type", &["ocel_type", "ocel_type_map"]),
    ("object_map_type", &["ocel_type", "ocel_type_map"]),
    ("event", &["ocel_id", "ocel_type"]),
    ("object", &["ocel_id", "ocel_type"]),
    ("event_object", &["ocel_event_id", "ocel_object_id", "ocel_qualifier"]),
    ("object_object", &["ocel_source_id", "ocel_target_id", "ocel_qualifier"]),
];
const ID: &str = "ocel_id";
const TIME: &str = "ocel_time";
const CHANGED: &str = "ocel_changed_field";

/// A type's table of values.
struct TypeTable {
    kind: String,
    name: String,
    timed: bool,
    changing: bool,
    attributes: Vec<String>,
}

/// Reads a whole log.
pub(crate) fn read(source: &Source<'_>, intake: &mut Intake<'_>) -> Result<(), ImportError> {
    let unreadable = |cause| ImportError::Unreadable { name: source.name(), cause };
    let mut unpacked = tempfile::NamedTempFile::new().map_err(unreadable)?;
    let path = match source {
        Source::File(path) | Source::Watched { path, .. } if !source.packed()? => path,
        _ => {
            std::io::copy(&mut source.open()?, &mut unpacked).map_err(unreadable)?;
            unpacked.path()
        }
    };
    let connection = open(path).map_err(in_table(""))?;
    sound(&connection)?;
    let mut tables = tables(&connection)?;
    for (table, columns) in TABLES {
        let position = tables.iter().position(|own| own.eq_ignore_ascii_case(table));
        let Some(position) = position else {
            let what = format!("the table `{table}` is missing; this is no OCEL 2.0 log, or not a whole one");
            return Err(ImportError::Malformed { place: Place::Table(table.to_owned()), what });
        };
        tables.remove(position);
        let found = columns_of(&connection, table)?;
        if let Some(column) = columns.iter().find(|column| !found.iter().any(|(own, _)| own == *column)) {
            let what = format!("the column `{column}` is missing; add it");
            return Err(ImportError::Malformed { place: Place::Table(table.to_owned()), what });
        }
        for (name, _) in found.iter().filter(|(name, _)| !columns.contains(&name.as_str())) {
            unknown_column(intake, table, name);
        }
    }
    let mut assembler = Assembler::new(intake);
    let events = types(&connection, &mut assembler, &mut tables, true)?;
    let objects = types(&connection, &mut assembler, &mut tables, false)?;
    for table in tables {
        let what = "an OCEL log".to_owned();
        let unknown = Problem::Unknown { part: format!("table `{}`", excerpt(&table)), what };
        assembler.intake.refuse(Place::Table(table), unknown);
    }
    note_objects(&connection, &mut assembler)?;
    assembler.header(Vec::new())?;
    read_objects(&connection, &mut assembler, &objects)?;
    read_events(&connection, &mut assembler, &events)?;
    orphans(&connection, assembler.intake, &events, &objects)
}

fn open(path: &std::path::Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // A file from elsewhere must not run functions of its own making.
    connection
        .execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Refuses a file whose pages or indexes do not fit together: rows that an index does not know would be passed over, and
/// pages that refer to one another could be read for ever.
fn sound(connection: &Connection) -> Result<(), ImportError> {
    let found = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match found.map_err(in_table(""))? {
        ok if ok == "ok" => Ok(()),
        fault => {
            let what = format!("the SQLite file is damaged ({}); get it whole", excerpt(&fault));
            Err(ImportError::Malformed { place: Place::Log, what })
        }
    }
}

fn in_table(table: &str) -> impl Fn(rusqlite::Error) -> ImportError {
    let place = if table.is_empty() { Place::Log } else { Place::Table(table.to_owned()) };
    move |error| {
        let what = format!("SQLite cannot read it: {error}; check the file with `PRAGMA integrity_check`");
        ImportError::Malformed { place: place.clone(), what }
    }
}

fn unknown_column(intake: &mut Intake<'_>, table: &str, column: &str) {
    let (part, what) = (format!("column `{}`", excerpt(column)), format!("`{}`", excerpt(table)));
    intake.refuse(Place::Table(table.to_owned()), Problem::Unknown { part, what });
}

/// The names of the real tables: a view or virtual table could compute for ever.
fn tables(connection: &Connection) -> Result<Vec<String>, ImportError> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
               AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
    let names = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(sql)?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    names().map_err(in_table(""))
}

/// A table's columns with their declared types.
fn columns_of(connection: &Connection, table: &str) -> Result<Vec<(String, String)>, ImportError> {
    let columns = || -> rusqlite::Result<Vec<(String, String)>> {
        let mut statement = connection.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
        statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    columns().map_err(in_table(table))
}

/// OCEL's name for the type of a column; nothing for a column without one.
fn kind(declared: &str) -> Option<&'static str> {
    let declared = declared.to_ascii_uppercase();
    let known = [
        (["CHAR", "TEXT", "CLOB"].as_slice(), "string"),
        (&["BOOL"], "boolean"),
        (&["TIME", "DATE"], "time"),
        (&["INT"], "integer"),
        (&["REAL", "FLOA", "DOUB", "NUM", "DEC"], "float"),
    ];
    known
        .into_iter()
        .find(|(parts, _)| parts.iter().any(|part| declared.contains(part)))
        .map(|(_, kind)| kind)
}

/// Declares the types of events or objects, and takes their tables off `left`.
fn types(
    connection: &Connection,
    assembler: &mut Assembler<'_, '_>,
    left: &mut Vec<String>,
    of_events: bool,
) -> Result<Vec<TypeTable>, ImportError> {
    let (map, stem) = if of_events { ("event_map_type", "event_") } else { ("object_map_type", "object_") };
    let mut found = Vec::new();
    let mut statement = prepared(
        connection,
        map,
        &format!("SELECT rowid, ocel_type, ocel_type_map FROM {map} ORDER BY rowid"),
    )?;
    let mut rows = statement.query([]).map_err(in_table(map))?;
    while let Some(row) = rows.next().map_err(in_table(map))? {
        let place = |_| Place::Row { table: map.to_owned(), row: row.get(0).unwrap_or_default() };
        let (own, mapped) = (name(row.get_ref(1)), name(row.get_ref(2)));
        let Some(kind) = own else {
            assembler.declare(of_events, None, Vec::new(), &place);
            continue;
        };
        let table = mapped.map(|mapped| format!("{stem}{mapped}")).unwrap_or_default();
        let position = left.iter().position(|own| own.eq_ignore_ascii_case(&table));
        let Some(position) = position else {
            let (what, part) =
                (format!("the type `{}`", excerpt(&kind)), format!("table `{}`", excerpt(&table)));
            assembler.intake.refuse(place(Part::Whole), Problem::Missing { what, part });
            assembler.declare(of_events, Some(kind), Vec::new(), &place);
            continue;
        };
        let table = left.remove(position);
        found.push(type_table(connection, assembler, table, kind, of_events, &place)?);
    }
    Ok(found)
}

fn type_table(
    connection: &Connection,
    assembler: &mut Assembler<'_, '_>,
    table: String,
    kind: String,
    of_events: bool,
    place: &dyn Fn(Part) -> Place,
) -> Result<TypeTable, ImportError> {
    let columns = columns_of(connection, &table)?;
    let has = |name: &str| columns.iter().any(|(own, _)| own == name);
    let (timed, changing) = (has(TIME), has(CHANGED) && !of_events);
    if !has(ID) || (of_events && !timed) {
        let what = format!("the column `{}` is missing; add it", if has(ID) { TIME } else { ID });
        return Err(ImportError::Malformed { place: Place::Table(table), what });
    }
    let mut own = TypeTable { kind, name: table, timed, changing, attributes: Vec::new() };
    let mut declared = Vec::new();
    for (column, sql) in columns {
        if column == ID || column == TIME || (column == CHANGED && !of_events) {
            continue;
        }
        if column.starts_with("ocel_") {
            unknown_column(assembler.intake, &own.name, &column);
            continue;
        }
        if let Some(kind) = self::kind(&sql) {
            declared.push((Some(column.clone()), Some(kind.to_owned())));
        }
        own.attributes.push(column);
    }
    assembler.declare(of_events, Some(own.kind.clone()), declared, place);
    Ok(own)
}

fn prepared<'c>(connection: &'c Connection, table: &str, sql: &str) -> Result<Statement<'c>, ImportError> {
    connection.prepare(sql).map_err(in_table(table))
}

/// An id or type's name; numbers are names too.
fn name(value: rusqlite::Result<ValueRef<'_>>) -> Option<String> {
    match value.ok()? {
        ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec()).ok(),
        ValueRef::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn raw(value: rusqlite::Result<ValueRef<'_>>) -> Raw {
    match value {
        Ok(ValueRef::Null) => Raw::Null,
        Ok(ValueRef::Integer(number)) => Raw::Integer(number),
        Ok(ValueRef::Real(number)) => Raw::Float(number),
        Ok(ValueRef::Text(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Raw::Text(text.to_owned()),
            Err(_) => Raw::Other("text that is not UTF-8".to_owned()),
        },
        Ok(ValueRef::Blob(_)) => Raw::Other("a blob".to_owned()),
        Err(_) => Raw::Other("unreadable".to_owned()),
    }
}

fn note_objects(connection: &Connection, assembler: &mut Assembler<'_, '_>) -> Result<(), ImportError> {
    let mut statement =
        prepared(connection, "object", "SELECT ocel_id, ocel_type FROM object ORDER BY rowid")?;
    let mut rows = statement.query([]).map_err(in_table("object"))?;
    while let Some(row) = rows.next().map_err(in_table("object"))? {
        if let (Some(id), Some(kind)) = (name(row.get_ref(0)), name(row.get_ref(1))) {
            assembler.object_id(&id, &kind);
        }
    }
    Ok(())
}

/// Rows that belong to events or objects, in the order of these: column 0 is the owner's `rowid`, column 1 the row's.
struct Cursor<'s> {
    rows: Rows<'s>,
    table: String,
    next: Option<(i64, i64, Vec<Raw>)>,
}

impl<'s> Cursor<'s> {
    fn new(statement: &'s mut Statement<'_>, table: &str, kind: Option<&str>) -> Result<Self, ImportError> {
        let rows = match kind {
            Some(kind) => statement.query([kind]),
            None => statement.query([]),
        };
        let rows = rows.map_err(in_table(table))?;
        let mut cursor = Self { rows, table: table.to_owned(), next: None };
        cursor.advance()?;
        Ok(cursor)
    }

    fn advance(&mut self) -> Result<(), ImportError> {
        self.next = match self.rows.next().map_err(in_table(&self.table))? {
            None => None,
            Some(row) => {
                let ids = (row.get(0), row.get(1));
                let (Ok(owner), Ok(own)) = ids else {
                    let what = "a row has no `rowid`; make the table without `WITHOUT ROWID`".to_owned();
                    return Err(ImportError::Malformed { place: Place::Table(self.table.clone()), what });
                };
                let columns = row.as_ref().column_count();
                Some((owner, own, (2..columns).map(|column| raw(row.get_ref(column))).collect()))
            }
        };
        Ok(())
    }

    /// The rows that belong to `owner`, each with its `rowid`.
    fn of(&mut self, owner: i64) -> Result<Vec<(i64, Vec<Raw>)>, ImportError> {
        let mut found = Vec::new();
        while let Some((_, row, values)) = self.next.take_if(|(next, ..)| *next <= owner) {
            found.push((row, values));
            self.advance()?;
        }
        Ok(found)
    }
}

/// The statement for the rows of `table`, with `columns`, that belong to the rows of `owners`.
fn belonging<'c>(
    connection: &'c Connection,
    owners: &str,
    table: &str,
    (key, columns): (&str, &[&str]),
    of_type: bool,
) -> Result<Statement<'c>, ImportError> {
    let columns: String = columns.iter().map(|column| format!(", t.{}", quoted(column))).collect();
    let only = if of_type { "WHERE o.ocel_type = ?1" } else { "" };
    let sql = format!(
        "SELECT o.rowid, t.rowid{columns} FROM {owners} o JOIN {} t ON t.{} = o.ocel_id {only} \
         ORDER BY o.rowid, t.rowid",
        quoted(table),
        quoted(key)
    );
    prepared(connection, table, &sql)
}

fn read_events(
    connection: &Connection,
    assembler: &mut Assembler<'_, '_>,
    types: &[TypeTable],
) -> Result<(), ImportError> {
    let mut relations = belonging(
        connection,
        "event",
        "event_object",
        ("ocel_event_id", &["ocel_object_id", "ocel_qualifier"]),
        false,
    )?;
    let mut relations = Cursor::new(&mut relations, "event_object", None)?;
    let mut statements = Vec::with_capacity(types.len());
    for own in types {
        let mut columns = vec![TIME];
        columns.extend(own.attributes.iter().map(String::as_str));
        statements.push(belonging(connection, "event", &own.name, (ID, &columns), true)?);
    }
    let mut values = HashMap::new();
    for (own, statement) in types.iter().zip(&mut statements) {
        values.insert(own.kind.as_str(), (own, Cursor::new(statement, &own.name, Some(&own.kind))?));
    }
    let mut events =
        prepared(connection, "event", "SELECT rowid, ocel_id, ocel_type FROM event ORDER BY rowid")?;
    let mut rows = events.query([]).map_err(in_table("event"))?;
    while let Some(row) = rows.next().map_err(in_table("event"))? {
        let owner: i64 = row.get(0).map_err(in_table("event"))?;
        let (id, kind) = (name(row.get_ref(1)), name(row.get_ref(2)));
        let mut draft = EventDraft { id, kind, ..EventDraft::default() };
        let here = Place::Row { table: "event".to_owned(), row: owner };
        let (relation_rows, references) = references(&mut relations, owner)?;
        draft.relations = references;
        let mut table = "event";
        let mut at = owner;
        if let Some((own, cursor)) = draft.kind.as_ref().and_then(|kind| values.get_mut(kind.as_str())) {
            table = &own.name;
            let mut found = cursor.of(owner)?.into_iter();
            let Some((row, columns)) = found.next() else {
                let what = format!("event `{}`", excerpt(draft.id.as_deref().unwrap_or_default()));
                let part = format!("row in `{}`", own.name);
                assembler.intake.refuse(here, Problem::Missing { what, part });
                continue;
            };
            at = row;
            let mut columns = columns.into_iter();
            draft.time = columns.next();
            let named = own.attributes.iter().zip(columns).filter(|(_, raw)| *raw != Raw::Null);
            draft.attributes = named.map(|(name, raw)| (Some(name.clone()), raw)).collect();
            for (row, _) in found {
                let id = excerpt(draft.id.as_deref().unwrap_or_default());
                let place = Place::Row { table: table.to_owned(), row };
                assembler.intake.refuse(place, Problem::Duplicate { what: "the row of event", id });
            }
        }
        assembler.event(draft, &|part| match part {
            Part::Relation(position) => of_relation("event_object", &relation_rows, position),
            _ => Place::Row { table: table.to_owned(), row: at },
        })?;
    }
    Ok(())
}

fn of_relation(table: &str, rows: &[i64], position: usize) -> Place {
    Place::Row { table: table.to_owned(), row: rows.get(position).copied().unwrap_or_default() }
}

/// The references of `owner`, with their `rowid`s.
fn references(cursor: &mut Cursor<'_>, owner: i64) -> Result<(Vec<i64>, Vec<Reference>), ImportError> {
    let text = |raw: Option<Raw>| match raw {
        Some(Raw::Text(text)) => Some(text),
        Some(Raw::Integer(number)) => Some(number.to_string()),
        _ => None,
    };
    let reference = |(row, columns): (i64, Vec<Raw>)| {
        let mut columns = columns.into_iter();
        (row, Reference { object: text(columns.next()), qualifier: text(columns.next()) })
    };
    Ok(cursor.of(owner)?.into_iter().map(reference).unzip())
}

fn read_objects(
    connection: &Connection,
    assembler: &mut Assembler<'_, '_>,
    types: &[TypeTable],
) -> Result<(), ImportError> {
    let mut links = belonging(
        connection,
        "object",
        "object_object",
        ("ocel_source_id", &["ocel_target_id", "ocel_qualifier"]),
        false,
    )?;
    let mut links = Cursor::new(&mut links, "object_object", None)?;
    let mut statements = Vec::with_capacity(types.len());
    for own in types {
        let mut columns = Vec::new();
        columns.extend(own.timed.then_some(TIME));
        columns.extend(own.changing.then_some(CHANGED));
        columns.extend(own.attributes.iter().map(String::as_str));
        statements.push(belonging(connection, "object", &own.name, (ID, &columns), true)?);
    }
    let mut values = HashMap::new();
    for (own, statement) in types.iter().zip(&mut statements) {
        values.insert(own.kind.as_str(), (own, Cursor::new(statement, &own.name, Some(&own.kind))?));
    }
    let mut objects =
        prepared(connection, "object", "SELECT rowid, ocel_id, ocel_type FROM object ORDER BY rowid")?;
    let mut rows = objects.query([]).map_err(in_table("object"))?;
    while let Some(row) = rows.next().map_err(in_table("object"))? {
        let owner: i64 = row.get(0).map_err(in_table("object"))?;
        let (id, kind) = (name(row.get_ref(1)), name(row.get_ref(2)));
        let mut draft = ObjectDraft { id, kind, ..ObjectDraft::default() };
        let (link_rows, references) = references(&mut links, owner)?;
        draft.relations = references;
        let mut table = "object";
        let mut value_rows = Vec::new();
        if let Some((own, cursor)) = draft.kind.as_ref().and_then(|kind| values.get_mut(kind.as_str())) {
            table = &own.name;
            for (row, columns) in cursor.of(owner)? {
                let place = Place::Row { table: table.to_owned(), row };
                let found = object_row(assembler.intake, own, columns, place);
                value_rows.extend(std::iter::repeat_n(row, found.len()));
                draft.attributes.extend(found);
            }
        }
        assembler.object(draft, &|part| match part {
            Part::Whole => Place::Row { table: "object".to_owned(), row: owner },
            Part::Attribute(position) => of_relation(table, &value_rows, position),
            Part::Relation(position) => of_relation("object_object", &link_rows, position),
        })?;
    }
    Ok(())
}

type Attribute = (Option<String>, Raw, Option<Raw>);

/// The values in one row of an object: all that it has, whichever it says have changed.
fn object_row(intake: &mut Intake<'_>, own: &TypeTable, columns: Vec<Raw>, place: Place) -> Vec<Attribute> {
    let mut columns = columns.into_iter();
    let time = if own.timed { columns.next().filter(|raw| *raw != Raw::Null) } else { None };
    let changed = if own.changing { columns.next() } else { None };
    let what = || "the column `ocel_changed_field`".to_owned();
    match changed {
        None | Some(Raw::Null) => {}
        Some(Raw::Text(changed)) if own.attributes.contains(&changed) => {}
        Some(Raw::Text(changed)) => {
            let id = excerpt(&changed);
            intake.refuse(place, Problem::Dangling { what: what(), target: "column", id });
        }
        Some(other) => intake.refuse(place, mistyped(&what(), &other, "a column's name")),
    }
    let named = own.attributes.iter().zip(columns).filter(|(_, raw)| *raw != Raw::Null);
    named.map(|(name, raw)| (Some(name.clone()), raw, time.clone())).collect()
}

/// Refuses the rows that belong to nothing.
fn orphans(
    connection: &Connection,
    intake: &mut Intake<'_>,
    events: &[TypeTable],
    objects: &[TypeTable],
) -> Result<(), ImportError> {
    let of_type = |own: &TypeTable, what| (own.name.clone(), ID, what, Some(own.kind.clone()));
    let mut tables: Vec<(String, &str, &'static str, Option<String>)> = events
        .iter()
        .map(|own| of_type(own, "event"))
        .chain(objects.iter().map(|own| of_type(own, "object")))
        .collect();
    tables.push(("event_object".to_owned(), "ocel_event_id", "event", None));
    tables.push(("object_object".to_owned(), "ocel_source_id", "object", None));
    for (table, key, owners, kind) in tables {
        let only = if kind.is_some() { "AND o.ocel_type = ?1" } else { "" };
        let sql = format!(
            "SELECT t.rowid, t.{key} FROM {} t LEFT JOIN {owners} o ON o.ocel_id = t.{key} {only} \
             WHERE o.rowid IS NULL ORDER BY t.rowid",
            quoted(&table)
        );
        let mut statement = prepared(connection, &table, &sql)?;
        let rows = match &kind {
            Some(kind) => statement.query([kind]),
            None => statement.query([]),
        };
        let mut rows = rows.map_err(in_table(&table))?;
        while let Some(row) = rows.next().map_err(in_table(&table))? {
            let place = Place::Row { table: table.clone(), row: row.get(0).unwrap_or_default() };
            let id = excerpt(&name(row.get_ref(1)).unwrap_or_default());
            intake.refuse(place, Problem::Dangling { what: "the row".to_owned(), target: owners, id });
        }
    }
    Ok(())
}
