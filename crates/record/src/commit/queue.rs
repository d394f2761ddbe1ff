use super::{Job, refuse};
use crate::store::StoreError;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Bytes of lines in one commit. More would keep the next one waiting longer than grouping saves.
const GROUP_BYTES: usize = 1 << 20;
/// Bytes of lines that may wait; whoever hands in more waits until some are written.
const QUEUE_BYTES: usize = 32 << 20;
/// What a job weighs besides its lines.
const JOB_BYTES: usize = 256;

/// Jobs in the order in which they came.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    drained: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<(Job, usize)>,
    bytes: usize,
    closed: Option<Option<StoreError>>,
}

impl Queue {
    /// Adds a job, waiting while the queue is full; once it takes none any more, the job is refused.
    pub(crate) fn put(&self, job: Job) {
        if let Some((job, reason)) = self.try_put(job) {
            refuse(job, &reason);
        }
    }

    fn try_put(&self, job: Job) -> Option<(Job, StoreError)> {
        let weight = JOB_BYTES + weigh(&job);
        let closed = || StoreError::Stopped { reason: "the record was closed".to_owned() };
        let Ok(state) = self.state.lock() else { return Some((job, closed())) };
        let full = |state: &mut State| state.bytes > QUEUE_BYTES && state.closed.is_none();
        let Ok(mut state) = self.drained.wait_while(state, full) else { return Some((job, closed())) };
        if let Some(reason) = &state.closed {
            let reason = reason.clone().unwrap_or_else(closed);
            return Some((job, reason));
        }
        state.jobs.push_back((job, weight));
        state.bytes += weight;
        self.filled.notify_one();
        None
    }

    /// What one commit takes: all that waits, up to a bound. Empty when nothing came in `wait`; `None` once the queue
    /// is closed and empty.
    pub(super) fn take(&self, wait: Duration) -> Option<Vec<Job>> {
        let state = self.state.lock().ok()?;
        let idle = |state: &mut State| state.jobs.is_empty() && state.closed.is_none();
        let mut state = if wait == Duration::MAX {
            self.filled.wait_while(state, idle).ok()?
        } else {
            self.filled.wait_timeout_while(state, wait, idle).ok()?.0
        };
        let mut jobs = Vec::new();
        let mut bytes = 0;
        while bytes < GROUP_BYTES
            && let Some((job, weight)) = state.jobs.pop_front()
        {
            jobs.push(job);
            bytes += weight;
        }
        state.bytes -= bytes;
        self.drained.notify_all();
        (!jobs.is_empty() || state.closed.is_none()).then_some(jobs)
    }

    /// Takes no more jobs; with a reason, those that wait are handed back to be refused.
    pub(crate) fn close(&self, reason: Option<StoreError>) -> Vec<Job> {
        let Ok(mut state) = self.state.lock() else { return Vec::new() };
        let waiting =
            if reason.is_some() { state.jobs.drain(..).map(|(job, _)| job).collect() } else { Vec::new() };
        state.closed = Some(reason);
        self.filled.notify_all();
        self.drained.notify_all();
        waiting
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        self.state.lock().map_or(0, |state| state.jobs.len())
    }
}

fn weigh(job: &Job) -> usize {
    match job {
        Job::Append { batch, .. } => {
            let lines: usize = batch.events.iter().map(|event| event.line.len()).sum();
            lines + batch.secrets.iter().map(|secret| secret.bytes.len()).sum::<usize>()
        }
        _ => 0,
    }
}

/// Where the answer to one job is put and waited for.
pub(crate) struct Answer<T>(Arc<Slot<T>>);

struct Slot<T> {
    state: Mutex<Waiting<T>>,
    changed: Condvar,
}

enum Waiting<T> {
    Open,
    Given(T),
    /// One end was dropped.
    Broken,
}

impl<T> Answer<T> {
    /// The end that gives and the end that waits.
    pub(crate) fn new() -> (Self, Self) {
        let slot = Arc::new(Slot { state: Mutex::new(Waiting::Open), changed: Condvar::new() });
        (Self(Arc::clone(&slot)), Self(slot))
    }

    pub(crate) fn give(self, value: T) {
        if let Ok(mut state) = self.0.state.lock() {
            *state = Waiting::Given(value);
        }
    }

    /// Waits for the value; `None` when the other end broke off.
    pub(crate) fn wait(self) -> Option<T> {
        let state = self.0.state.lock().ok()?;
        let open = |state: &mut Waiting<T>| matches!(state, Waiting::Open);
        let mut state = self.0.changed.wait_while(state, open).ok()?;
        match std::mem::replace(&mut *state, Waiting::Broken) {
            Waiting::Given(value) => Some(value),
            _ => None,
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            if matches!(*state, Waiting::Open) {
                *state = Waiting::Broken;
            }
            self.0.changed.notify_one();
        }
    }
}
