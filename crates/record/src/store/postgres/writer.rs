use super::pool::Pool;
use super::{WRITER_LOCK, bytes_of, digest, failure, index, key_id, number, text};
use crate::ObjectRef;
use crate::store::{Group, Known, NO_KEY, Question, StoreError, SubjectKey, Writer};
use postgres::error::SqlState;
use postgres::{Client, Statement};
use std::sync::Arc;

pub(super) struct PostgresWriter {
    pool: Arc<Pool>,
    place: String,
    held: Held,
    /// The checkpoint of the last commit.
    head: Option<String>,
}

/// The connection that holds the writer's lock, with what is prepared on it.
struct Held {
    client: Client,
    ids: Statement,
    objects: Statement,
    append: Statement,
}

impl Held {
    /// Connects and takes the lock; what the last commit's checkpoint is.
    fn take(pool: &Pool, place: &str) -> Result<(Self, Option<String>), StoreError> {
        let mut client = pool.connect()?;
        let lock = client.query_one("SELECT pg_try_advisory_lock($1)", &[&WRITER_LOCK]).map_err(failure)?;
        if !lock.get::<_, bool>(0) {
            return Err(StoreError::InUse { place: place.to_owned() });
        }
        client.batch_execute("SET synchronous_commit = on").map_err(failure)?;
        let head = client.query_opt("SELECT note FROM head", &[]).map_err(failure)?.map(|row| row.get(0));
        let mut prepare = |sql| client.prepare(sql).map_err(failure);
        let (ids, objects, append) = (prepare(IDS)?, prepare(OBJECTS)?, prepare(APPEND)?);
        Ok((Self { client, ids, objects, append }, head))
    }
}

/// What every group writes, in one statement, so that the usual commit is one round trip.
const APPEND: &str = "
    WITH entries AS (
        INSERT INTO entry (idx, line) SELECT * FROM unnest($1::bigint[], $2::bytea[])
    ), ids AS (
        INSERT INTO event_id (id, idx) SELECT * FROM unnest($3::bytea[], $1::bigint[])
    ), objects AS (
        INSERT INTO object (kind, id, number) SELECT * FROM unnest($4::bytea[], $5::bytea[], $6::bigint[])
    ), touches AS (
        INSERT INTO touch (number, idx) SELECT * FROM unnest($7::bigint[], $8::bigint[])
    )
    INSERT INTO head (one, note) VALUES (0, $9) ON CONFLICT (one) DO UPDATE SET note = excluded.note";
const IDS: &str = "SELECT id, idx, sha256(line) FROM event_id JOIN entry USING (idx) WHERE id = ANY($1)";
const OBJECTS: &str =
    "SELECT kind, id, number, (SELECT max(idx) FROM touch WHERE touch.number = object.number)
    FROM unnest($1::bytea[], $2::bytea[]) AS asked (kind, id) JOIN object USING (kind, id)";

impl PostgresWriter {
    pub(super) fn new(pool: Arc<Pool>, place: String) -> Result<Self, StoreError> {
        let (held, head) = Held::take(&pool, &place)?;
        Ok(Self { pool, place, held, head })
    }

    /// Goes on over a new connection, if nobody wrote since the last commit.
    fn reconnect(&mut self) -> Result<(), StoreError> {
        let (held, head) = Held::take(&self.pool, &self.place)?;
        if head != self.head {
            let reason = "another process wrote to the record while the database was away".to_owned();
            return Err(StoreError::Stopped { reason });
        }
        self.held = held;
        Ok(())
    }

    fn write(&mut self, group: &Group) -> Result<(), postgres::Error> {
        let alone = group.erasures.is_empty()
            && group.tiles.is_empty()
            && group.keys.is_empty()
            && group.secrets.is_empty()
            && group.cosigned.is_empty();
        if alone {
            return self.append(group);
        }
        self.held.client.batch_execute("BEGIN")?;
        self.beside(group)?;
        self.append(group)?;
        self.held.client.batch_execute("COMMIT")
    }

    fn append(&mut self, group: &Group) -> Result<(), postgres::Error> {
        let indices: Vec<i64> = group.entries.iter().map(|entry| number(entry.index)).collect();
        let lines: Vec<&[u8]> = group.entries.iter().map(|entry| entry.line.as_bytes()).collect();
        let ids: Vec<&[u8]> = group.entries.iter().map(|entry| entry.id.as_str().as_bytes()).collect();
        let kinds: Vec<&[u8]> = group.objects.iter().map(|(_, object)| bytes_of(object).0).collect();
        let names: Vec<&[u8]> = group.objects.iter().map(|(_, object)| bytes_of(object).1).collect();
        let numbers: Vec<i64> = group.objects.iter().map(|(number, _)| *number).collect();
        let (touched, by): (Vec<i64>, Vec<i64>) =
            group.touches.iter().map(|touch| (touch.number, number(touch.index))).unzip();
        let params: [&(dyn postgres::types::ToSql + Sync); 9] =
            [&indices, &lines, &ids, &kinds, &names, &numbers, &touched, &by, &group.head];
        self.held.client.execute(&self.held.append, &params).map(drop)
    }

    fn beside(&mut self, group: &Group) -> Result<(), postgres::Error> {
        let client = &mut self.held.client;
        for (subject, at) in &group.erasures {
            let (kind, id) = bytes_of(subject);
            client.execute("DELETE FROM subject_key WHERE kind = $1 AND id = $2", &[&kind, &id])?;
            let sql = "UPDATE secret SET bytes = '', key = $3 WHERE kind = $1 AND id = $2";
            client.execute(sql, &[&kind, &id, &&NO_KEY[..]])?;
            client.execute(
                "INSERT INTO erasure (kind, id, idx) VALUES ($1, $2, $3)",
                &[&kind, &id, &number(*at)],
            )?;
        }
        for tile in &group.tiles {
            let hashes: Vec<u8> = tile.hashes.iter().flat_map(|hash| hash.0).collect();
            let sql = "INSERT INTO tile (level, idx, hashes) VALUES ($1, $2, $3)";
            client.execute(sql, &[&i64::from(tile.level), &number(tile.index), &hashes])?;
        }
        for key in &group.keys {
            let (kind, id) = bytes_of(&key.subject);
            let sql = "INSERT INTO subject_key (kind, id, key, wrapped) VALUES ($1, $2, $3, $4)";
            client.execute(sql, &[&kind, &id, &&key.id[..], &key.wrapped])?;
        }
        for secret in &group.secrets {
            let (kind, id) = bytes_of(&secret.subject);
            let sql = "INSERT INTO secret (kind, id, digest, key, bytes) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT DO NOTHING";
            client.execute(sql, &[&kind, &id, &&secret.digest.0[..], &&secret.key[..], &secret.bytes])?;
        }
        for (size, note) in &group.cosigned {
            let sql = "INSERT INTO cosigned (size, note) VALUES ($1, $2)
                ON CONFLICT (size) DO UPDATE SET note = excluded.note";
            client.execute(sql, &[&number(*size), note])?;
        }
        Ok(())
    }

    fn subject(&mut self, subject: &ObjectRef, known: &mut Known) -> Result<(), StoreError> {
        let (kind, id) = bytes_of(subject);
        let sql = "SELECT key, wrapped FROM subject_key WHERE kind = $1 AND id = $2";
        if let Some(row) = self.held.client.query_opt(sql, &[&kind, &id]).map_err(failure)? {
            let (id, wrapped) = (key_id(row.get(0))?, row.get(1));
            known.keys.insert(subject.clone(), SubjectKey { subject: subject.clone(), id, wrapped });
        }
        Ok(())
    }

    fn values(&mut self, subject: &ObjectRef, known: &mut Known) -> Result<(), StoreError> {
        let (kind, id) = bytes_of(subject);
        let sql = "SELECT count(*) FROM secret WHERE kind = $1 AND id = $2 AND bytes != ''";
        let count = self.held.client.query_one(sql, &[&kind, &id]).map_err(failure)?.get(0);
        known.values.insert(subject.clone(), index(count)?);
        Ok(())
    }

    fn ask(&mut self, question: &Question) -> Result<Known, StoreError> {
        let mut known = Known::default();
        let ids: Vec<&[u8]> = question.ids.iter().map(|id| id.as_str().as_bytes()).collect();
        if !ids.is_empty() {
            for row in self.held.client.query(&self.held.ids, &[&ids]).map_err(failure)? {
                known.ids.insert(text(&row, 0)?.into(), (index(row.get(1))?, digest(row.get(2))?));
            }
        }
        for id in &question.corrected {
            let sql = "SELECT line FROM event_id JOIN entry USING (idx) WHERE id = $1";
            let line = self.held.client.query_opt(sql, &[&id.as_str().as_bytes()]).map_err(failure)?;
            known.corrected.extend(line.map(|row| (id.clone(), row.get(0))));
        }
        let (kinds, names): (Vec<&[u8]>, Vec<&[u8]>) = question.objects.iter().map(bytes_of).unzip();
        if !kinds.is_empty() {
            for row in self.held.client.query(&self.held.objects, &[&kinds, &names]).map_err(failure)? {
                let untouched = || StoreError::damaged("an object that no entry touches");
                let last = row.get::<_, Option<i64>>(3).ok_or_else(untouched)?;
                known.objects.insert(super::subject(&row, 0)?, (row.get(2), index(last)?));
            }
        }
        for (subject, digest) in &question.sealed {
            let (kind, id) = bytes_of(subject);
            let sql = "SELECT 1 FROM secret WHERE kind = $1 AND id = $2 AND digest = $3";
            let found = self.held.client.query_opt(sql, &[&kind, &id, &&digest.0[..]]).map_err(failure)?;
            known.sealed.extend(found.map(|_| *digest));
        }
        question.subjects.iter().try_for_each(|subject| self.subject(subject, &mut known))?;
        question.erased.iter().try_for_each(|subject| self.values(subject, &mut known))?;
        Ok(known)
    }
}

impl Writer for PostgresWriter {
    fn look_up(&mut self, question: &Question) -> Result<Known, StoreError> {
        match self.ask(question) {
            // Nothing is under way that could have been written.
            Err(StoreError::Away { .. }) => {
                self.reconnect()?;
                self.ask(question)
            }
            other => other,
        }
    }

    fn last_object(&mut self) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(number), 0) FROM touch";
        self.held.client.query_one(sql, &[]).map(|row| row.get(0)).map_err(failure)
    }

    fn commit(&mut self, group: &Group) -> Result<(), StoreError> {
        let Err(error) = self.write(group) else {
            self.head = Some(group.head.clone());
            return Ok(());
        };
        let undone = self.held.client.batch_execute("ROLLBACK").is_ok();
        match failure(error) {
            StoreError::Full if !undone => Err(StoreError::Failed("a full disk, and no way back".to_owned())),
            error => Err(error),
        }
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Writes the table of keys anew: a deleted row stays in its page until then. Its copies in the server's own log go
    /// when that is recycled.
    fn scrub(&mut self) -> Result<bool, StoreError> {
        let vacuum = "SET lock_timeout = '500ms'";
        self.held.client.batch_execute(vacuum).map_err(failure)?;
        let done = self.held.client.batch_execute("VACUUM FULL subject_key");
        self.held.client.batch_execute("RESET lock_timeout").map_err(failure)?;
        match done {
            Ok(()) => Ok(true),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(false),
            Err(error) => match failure(error) {
                StoreError::Full => Ok(false),
                error => Err(error),
            },
        }
    }
}
