use super::{Access, broken_off, checkpoint, connect};
use crate::store::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;

/// Moves the write-ahead log into the main file beside the writer, which goes on with its commits meanwhile: what takes long
/// is to have the disk take pages from all over the file. Its thread begins when there is something to move for the first time.
pub(super) struct Settler {
    record: PathBuf,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    turn: Mutex<Turn>,
    changed: Condvar,
}

enum Turn {
    Rests,
    Asked,
    /// It moved so many pages, from the log's beginning; or failed, and nothing may be written any more.
    Done(Result<i32, StoreError>),
    Ends,
}

impl Settler {
    pub(super) fn new(record: PathBuf) -> Self {
        let shared = Shared { turn: Mutex::new(Turn::Rests), changed: Condvar::new() };
        Self { record, shared: Arc::new(shared), thread: None }
    }

    /// Has the log moved as far as it goes now. To be asked while it rests.
    ///
    /// # Errors
    /// When it cannot begin; the log is for the writer to move then.
    pub(super) fn ask(&mut self) -> Result<(), StoreError> {
        if self.thread.is_none() {
            let (connection, shared) = (connect(&self.record, Access::Write)?, Arc::clone(&self.shared));
            let began = std::thread::Builder::new()
                .name("settler".to_owned())
                .spawn(move || shared.work(&connection));
            self.thread = Some(began.map_err(|error| StoreError::Failed(error.to_string()))?);
        }
        *self.shared.turn()? = Turn::Asked;
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Whether it is at it.
    pub(super) fn works(&self) -> Result<bool, StoreError> {
        Ok(matches!(*self.shared.turn()?, Turn::Asked))
    }

    /// What came of it, told once: how many pages of the log are in the main file.
    pub(super) fn came_of_it(&self) -> Result<Option<i32>, StoreError> {
        let mut turn = self.shared.turn()?;
        match std::mem::replace(&mut *turn, Turn::Rests) {
            Turn::Done(came) => came.map(Some),
            other => {
                *turn = other;
                Ok(None)
            }
        }
    }

    /// Waits until it rests.
    pub(super) fn rest(&self) -> Result<(), StoreError> {
        let turn = self.shared.turn()?;
        let rested = self.shared.changed.wait_while(turn, |turn| matches!(turn, Turn::Asked));
        drop(rested.map_err(|_| broken_off())?);
        self.came_of_it().map(drop)
    }
}

impl Drop for Settler {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if let Ok(mut turn) = self.shared.turn() {
            *turn = Turn::Ends;
        }
        self.shared.changed.notify_all();
        let _ = thread.join();
    }
}

impl Shared {
    fn turn(&self) -> Result<MutexGuard<'_, Turn>, StoreError> {
        self.turn.lock().map_err(|_| broken_off())
    }

    fn work(&self, connection: &Connection) {
        while self.turn().is_ok_and(|turn| {
            let waited = self.changed.wait_while(turn, |turn| matches!(turn, Turn::Rests | Turn::Done(_)));
            waited.is_ok_and(|turn| matches!(*turn, Turn::Asked))
        }) {
            let came = match checkpoint(connection, "PASSIVE") {
                Ok(moved) => Ok(moved.pages),
                // What stays in the log is read from there.
                Err(StoreError::Full) => Ok(0),
                Err(error) => Err(error),
            };
            let Ok(mut turn) = self.turn() else { return };
            if matches!(*turn, Turn::Asked) {
                *turn = Turn::Done(came);
            }
            drop(turn);
            self.changed.notify_all();
        }
    }
}
