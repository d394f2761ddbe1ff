use super::{StoreError, broken_off, failure};
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row};
use std::sync::Mutex;
use std::time::Duration;

/// Idle connections that are kept.
const IDLE: usize = 8;
/// How long a server that does not answer is waited for, where the address does not say.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections to a database. One is lost when the server ends or the network breaks; whoever only reads, or writes what may
/// be written twice, goes on with another.
pub(super) struct Pool {
    config: postgres::Config,
    idle: Mutex<Vec<Client>>,
}

impl Pool {
    pub(super) fn new(mut config: postgres::Config) -> Self {
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        Self { config, idle: Mutex::new(Vec::new()) }
    }

    /// A new connection.
    pub(super) fn connect(&self) -> Result<Client, StoreError> {
        self.config.connect(NoTls).map_err(|error| match failure(error) {
            StoreError::Failed(reason) => StoreError::Away { reason },
            other => other,
        })
    }

    /// An idle connection, or a new one.
    pub(super) fn take(&self) -> Result<Client, StoreError> {
        let idle = self.idle.lock().map_err(|_| broken_off())?.pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    /// A new connection in place of one that was lost; those that lie idle were lost with it.
    pub(super) fn replace(&self) -> Result<Client, StoreError> {
        self.idle.lock().map_err(|_| broken_off())?.clear();
        self.connect()
    }

    /// Takes a connection back, unless it was lost.
    pub(super) fn give(&self, client: Client) {
        if let Ok(mut idle) = self.idle.lock()
            && idle.len() < IDLE
            && !client.is_closed()
        {
            idle.push(client);
        }
    }

    /// Runs `act`, which may be run twice: where its connection turns out to be lost, once more with a new one.
    pub(super) fn on<T>(
        &self,
        act: &mut dyn FnMut(&mut Client) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut client = self.take()?;
        let mut done = act(&mut client);
        if let Err(StoreError::Away { .. }) = done {
            client = self.replace()?;
            done = act(&mut client);
        }
        if !matches!(done, Err(StoreError::Away { .. })) {
            self.give(client);
        }
        done
    }

    /// As [`super::each`] on a connection of the pool: on a second one where the first was lost before any row came.
    pub(super) fn each(
        &self,
        client: &mut Client,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
        visit: &mut dyn FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut seen = false;
        let read = super::each(client, sql, params, &mut |row| {
            seen = true;
            visit(row)
        });
        match read {
            Err(StoreError::Away { .. }) if !seen => {
                *client = self.replace()?;
                super::each(client, sql, params, visit)
            }
            other => other,
        }
    }
}
