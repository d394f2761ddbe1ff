mod files;
mod pool;
mod reader;
mod writer;

use self::pool::Pool;
use super::{
    Files, Reader, Store, StoreError, Writer, broken_off, digest, index, key_id, number, other_form,
};
use crate::ObjectRef;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Client, Row};
use std::sync::Arc;

/// The form in which the tables are written. Form 2 seals the log's head, and keeps counts of what it seals.
const FORM: i64 = 2;
/// The advisory lock that the one writer holds. It belongs to the connection that commits, so a writer that has lost its
/// lock cannot commit either.
const WRITER_LOCK: i64 = 0x4c4e_4348;

/// A record in the schema `lianchi` of a PostgreSQL database.
///
/// Texts are kept as bytes, since ids may hold what PostgreSQL's text does not, and since their order must not depend on
/// a locale. Connections are not encrypted: reach a database on another machine through a tunnel.
///
/// When the server ends and comes back, reading goes on over new connections. So does the writer, as long as it had nothing
/// under way: it takes its lock again, and goes on if the last checkpoint is still the one that it wrote. A commit that
/// was not answered may stand or not; after one the writer stops.
pub struct PostgresStore {
    pool: Arc<Pool>,
    place: String,
    files: files::PostgresFiles,
}

impl PostgresStore {
    /// The store in the database at `url` (`postgres://user@host/database`, or `key=value` pairs), made when it is not
    /// there.
    pub fn create(url: &str) -> Result<Self, StoreError> {
        let store = Self::with(url)?;
        let mut client = store.pool.take()?;
        let mut made = client.transaction().map_err(failure)?;
        made.execute("SELECT pg_advisory_xact_lock($1)", &[&(WRITER_LOCK + 1)]).map_err(failure)?;
        if !exists(&mut made)? {
            let sql = concat!("CREATE SCHEMA IF NOT EXISTS lianchi;", include_str!("postgres/schema.sql"));
            made.batch_execute(sql).map_err(failure)?;
            made.execute("INSERT INTO form (version) VALUES ($1)", &[&FORM]).map_err(failure)?;
        }
        made.commit().map_err(failure)?;
        store.check(client)
    }

    /// The store that is at `url`; [`StoreError::Missing`] when there is none.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let store = Self::with(url)?;
        let mut client = store.pool.take()?;
        if !exists(&mut client)? {
            return Err(StoreError::Missing { place: store.place });
        }
        store.check(client)
    }

    fn with(url: &str) -> Result<Self, StoreError> {
        let mut config: postgres::Config = url.parse().map_err(|error: postgres::Error| {
            let why = why(&error);
            StoreError::Failed(format!(
                "the address of the database: {why}; write it like `postgres://user@host/db`"
            ))
        })?;
        config.options("-c search_path=lianchi -c client_min_messages=warning").application_name("lianchi");
        let place = format!("PostgreSQL database {}", config.get_dbname().unwrap_or(""));
        let pool = Arc::new(Pool::new(config));
        let files = files::PostgresFiles::new(Arc::clone(&pool));
        Ok(Self { pool, place, files })
    }

    fn check(self, mut client: Client) -> Result<Self, StoreError> {
        let version = client.query_one("SELECT version FROM form", &[]).map_err(failure)?.get(0);
        if version != FORM {
            return Err(other_form(self.place, version, FORM));
        }
        self.pool.give(client);
        Ok(self)
    }
}

impl Store for PostgresStore {
    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        Ok(Box::new(writer::PostgresWriter::new(Arc::clone(&self.pool), self.place())?))
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, StoreError> {
        Ok(Box::new(reader::PostgresReader::new(&self.pool)?))
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
            WHERE relnamespace = 'lianchi'::regnamespace AND relkind = 'r'";
        let bytes =
            |client: &mut Client| client.query_one(sql, &[]).map_err(failure)?.try_get(0).map_err(failure);
        index(self.pool.on(&mut { bytes })?)
    }

    fn kind(&self) -> &'static str {
        "PostgreSQL"
    }

    fn place(&self) -> String {
        self.place.clone()
    }
}

fn exists(client: &mut impl postgres::GenericClient) -> Result<bool, StoreError> {
    let found = client.query_one("SELECT to_regclass('lianchi.form') IS NOT NULL", &[]);
    found.map(|row| row.get(0)).map_err(failure)
}

/// Calls `visit` with each row that `sql` yields, without holding them all.
fn each(
    client: &mut Client,
    sql: &str,
    params: &[&(dyn ToSql + Sync)],
    visit: &mut dyn FnMut(&Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = client.query_raw(sql, params.iter().copied()).map_err(failure)?;
    while let Some(row) = rows.next().map_err(failure)? {
        visit(&row)?;
    }
    Ok(())
}

fn failure(error: postgres::Error) -> StoreError {
    match error.code() {
        Some(code) if *code == SqlState::DISK_FULL => StoreError::Full,
        Some(code) if *code == SqlState::DATA_CORRUPTED || *code == SqlState::INDEX_CORRUPTED => {
            StoreError::damaged(why(&error))
        }
        Some(code) if gone(code) => StoreError::Away { reason: why(&error) },
        None if error.is_closed() || broken(&error) => StoreError::Away { reason: why(&error) },
        _ => StoreError::Failed(why(&error)),
    }
}

/// Whether the server says with this code that it ends, or does not take connections yet.
fn gone(code: &SqlState) -> bool {
    let ends = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    ends.contains(code) || code.code().starts_with("08")
}

fn broken(error: &postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<std::io::Error>())
}

/// The server's own words, which the error's `Display` keeps to itself.
fn why(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(
        || {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
            format!("{error}{}", cause.unwrap_or_default())
        },
        |told| format!("{} (PostgreSQL code {})", told.message(), told.code().code()),
    )
}

fn text(row: &Row, column: usize) -> Result<&str, StoreError> {
    std::str::from_utf8(row.get(column)).map_err(|_| StoreError::damaged("a text is not UTF-8"))
}

fn subject(row: &Row, column: usize) -> Result<ObjectRef, StoreError> {
    Ok(ObjectRef::new(text(row, column)?, text(row, column + 1)?))
}

fn bytes_of(object: &ObjectRef) -> (&[u8], &[u8]) {
    (object.kind.as_str().as_bytes(), object.id.as_str().as_bytes())
}
