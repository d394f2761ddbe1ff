mod files;
mod reader;
mod writer;

use super::{Files, Reader, Store, StoreError, Writer};
use crate::{Digest, ObjectRef};
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row};
use std::sync::Mutex;

const FORM: i64 = 1;
/// The advisory lock that the one writer holds. It belongs to the connection that commits, so a writer that has lost its
/// lock cannot commit either.
const WRITER_LOCK: i64 = 0x4c4e_4348;
/// Idle connections that are kept.
const IDLE: usize = 8;

/// A record in the schema `lianchi` of a PostgreSQL database.
///
/// Texts are kept as bytes, since ids may hold what PostgreSQL's text does not, and since their order must not depend on
/// a locale. Connections are not encrypted: reach a database on another machine through a tunnel.
pub struct PostgresStore {
    config: postgres::Config,
    place: String,
    idle: Mutex<Vec<Client>>,
    files: files::PostgresFiles,
}

impl PostgresStore {
    /// The store in the database at `url` (`postgres://user@host/database`, or `key=value` pairs), made when it is not
    /// there.
    pub fn create(url: &str) -> Result<Self, StoreError> {
        let store = Self::with(url)?;
        let mut client = store.client()?;
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
        let mut client = store.client()?;
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
        let files = files::PostgresFiles::new(config.clone());
        Ok(Self { config, place, idle: Mutex::new(Vec::new()), files })
    }

    fn check(self, mut client: Client) -> Result<Self, StoreError> {
        let version = client.query_one("SELECT version FROM form", &[]).map_err(failure)?.get(0);
        if version != FORM {
            return Err(StoreError::Newer { place: self.place, version });
        }
        self.idle.lock().map_err(|_| broken_off())?.push(client);
        Ok(self)
    }

    fn client(&self) -> Result<Client, StoreError> {
        take(&self.idle, &self.config)
    }
}

impl Store for PostgresStore {
    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        let mut client = connect(&self.config)?;
        let lock = client.query_one("SELECT pg_try_advisory_lock($1)", &[&WRITER_LOCK]).map_err(failure)?;
        if !lock.get::<_, bool>(0) {
            return Err(StoreError::InUse { place: self.place() });
        }
        Ok(Box::new(writer::PostgresWriter::new(client)?))
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, StoreError> {
        Ok(Box::new(reader::PostgresReader::new(&self.idle, self.client()?)))
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn bytes(&self) -> Result<u64, StoreError> {
        let mut client = self.client()?;
        let sql = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
            WHERE relnamespace = 'lianchi'::regnamespace AND relkind = 'r'";
        let bytes = client.query_one(sql, &[]).map_err(failure)?.get(0);
        give(&self.idle, client);
        index(bytes)
    }

    fn kind(&self) -> &'static str {
        "PostgreSQL"
    }

    fn place(&self) -> String {
        self.place.clone()
    }
}

/// An idle connection, or a new one. One that the server has closed meanwhile is dropped.
fn take(idle: &Mutex<Vec<Client>>, config: &postgres::Config) -> Result<Client, StoreError> {
    loop {
        let client = idle.lock().map_err(|_| broken_off())?.pop();
        match client {
            None => return connect(config),
            Some(client) if !client.is_closed() => return Ok(client),
            Some(_) => {}
        }
    }
}

fn connect(config: &postgres::Config) -> Result<Client, StoreError> {
    config.connect(NoTls).map_err(|error| {
        let why = why(&error);
        StoreError::Failed(format!("{why}; check the database's address, and that PostgreSQL runs there"))
    })
}

fn give(idle: &Mutex<Vec<Client>>, client: Client) {
    if let Ok(mut idle) = idle.lock()
        && idle.len() < IDLE
        && !client.is_closed()
    {
        idle.push(client);
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
    mut visit: impl FnMut(&Row) -> Result<(), StoreError>,
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
        _ => StoreError::Failed(why(&error)),
    }
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

fn broken_off() -> StoreError {
    StoreError::Failed("a thread that was using the store broke off".to_owned())
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn index(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::damaged(format!("an entry has the number {value}")))
}

fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::damaged("a digest has not 32 bytes"))
}

fn key_id(bytes: &[u8]) -> Result<[u8; 8], StoreError> {
    bytes.try_into().map_err(|_| StoreError::damaged("a key's id has not 8 bytes"))
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
