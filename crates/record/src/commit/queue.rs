use super::{Job, refuse};
use crate::store::StoreError;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

/// Bytes of lines in one commit. More would keep the next one waiting longer than grouping saves.
const GROUP_BYTES: usize = 1 << 20;
/// Bytes of lines that may wait; whoever hands in more waits until some are written.
const QUEUE_BYTES: usize = 32 << 20;
/// What a job weighs besides its lines.
const JOB_BYTES: usize = 256;

/// Jobs in the order in which they came, and whose turn it is to serve them: that of the writer's own thread, or of a client
/// that finds nobody at it and would only wait for that thread to wake.
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
    /// Whether somebody has the turn.
    served: bool,
    /// Whether the thread waits for something to do.
    idle: bool,
    /// Whether something was left undone that is to be tried again while nothing else is to be done.
    due: bool,
    /// Clients that wait for room.
    crowded: usize,
}

/// How long nothing must come until what was left undone is tried again.
const QUIET: Duration = Duration::from_secs(1);

impl State {
    /// What one commit takes: all that waits, up to a bound.
    fn group(&mut self) -> Vec<Job> {
        let mut jobs = Vec::with_capacity(self.jobs.len());
        let mut bytes = 0;
        while bytes < GROUP_BYTES
            && let Some((job, weight)) = self.jobs.pop_front()
        {
            jobs.push(job);
            bytes += weight;
        }
        self.bytes -= bytes;
        jobs
    }
}

impl Queue {
    /// Adds a job for the writer's thread, waiting while the queue is full; once it takes none any more, the job is refused.
    pub(crate) fn put(&self, job: Job) {
        if let Some(mut state) = self.add(job)
            && state.idle
            && !state.served
        {
            state.idle = false;
            self.filled.notify_one();
        }
    }

    /// As [`Self::put`], for who will wait for the answer at once: where nobody has the turn, takes it, with a group to serve
    /// before [giving it back](Self::give_back).
    pub(super) fn put_or_take(&self, job: Job) -> Option<Vec<Job>> {
        let mut state = self.add(job)?;
        (!std::mem::replace(&mut state.served, true)).then(|| self.group(&mut state))
    }

    fn add(&self, job: Job) -> Option<MutexGuard<'_, State>> {
        let weight = JOB_BYTES + weigh(&job);
        let closed = || StoreError::Stopped { reason: "the record was closed".to_owned() };
        let Ok(mut state) = self.state.lock() else {
            refuse(job, &closed());
            return None;
        };
        while state.bytes > QUEUE_BYTES && state.closed.is_none() {
            state.crowded += 1;
            state = self.drained.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.crowded -= 1;
        }
        if let Some(reason) = &state.closed {
            let reason = reason.clone().unwrap_or_else(closed);
            drop(state);
            refuse(job, &reason);
            return None;
        }
        state.jobs.push_back((job, weight));
        state.bytes += weight;
        Some(state)
    }

    fn group(&self, state: &mut State) -> Vec<Job> {
        let jobs = state.group();
        if state.crowded > 0 {
            self.drained.notify_all();
        }
        jobs
    }

    /// Takes the turn, with what one commit takes, as soon as something waits and nobody else has it. Nothing waits when
    /// something was left undone that can be tried again; `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.state.lock().ok()?;
        loop {
            if !state.served && (!state.jobs.is_empty() || state.closed.is_some()) {
                break;
            }
            state.idle = true;
            if state.due && !state.served {
                let quiet;
                (state, quiet) = self.filled.wait_timeout(state, QUIET).ok()?;
                if quiet.timed_out() && !state.served {
                    break;
                }
            } else {
                state = self.filled.wait(state).ok()?;
            }
        }
        state.idle = false;
        state.served = true;
        let jobs = self.group(&mut state);
        (!jobs.is_empty() || state.closed.is_none()).then_some(jobs)
    }

    /// Gives the turn back; `due` says that something was left undone.
    pub(super) fn give_back(&self, due: bool) {
        let Ok(mut state) = self.state.lock() else { return };
        let news = due && !state.due;
        (state.served, state.due) = (false, due);
        if state.idle && (news || !state.jobs.is_empty() || state.closed.is_some()) {
            state.idle = false;
            self.filled.notify_one();
        }
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

struct Slot<T>(Mutex<Waiting<T>>);

enum Waiting<T> {
    /// Nothing was given yet; the thread that waits for it, if one does.
    Open(Option<Thread>),
    Given(T),
    /// One end was dropped, or the value was taken.
    Broken,
}

impl<T> Answer<T> {
    /// The end that gives and the end that waits.
    pub(crate) fn new() -> (Self, Self) {
        let slot = Arc::new(Slot(Mutex::new(Waiting::Open(None))));
        (Self(Arc::clone(&slot)), Self(slot))
    }

    pub(crate) fn give(self, value: T) {
        self.0.end(Waiting::Given(value));
    }

    /// Waits for the value; `None` when the other end broke off.
    pub(crate) fn wait(self) -> Option<T> {
        loop {
            let mut state = self.0.lock();
            match std::mem::replace(&mut *state, Waiting::Broken) {
                Waiting::Given(value) => return Some(value),
                Waiting::Broken => return None,
                Waiting::Open(_) => *state = Waiting::Open(Some(thread::current())),
            }
            drop(state);
            thread::park();
        }
    }
}

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        // Every change is one assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the waiting, if it has not ended, and wakes who waits: after letting go of the lock, which they need.
    fn end(&self, end: Waiting<T>) {
        let mut state = self.lock();
        let waiting = match &mut *state {
            Waiting::Open(waiting) => waiting.take(),
            _ => return,
        };
        *state = end;
        drop(state);
        if let Some(thread) = waiting {
            thread.unpark();
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.0.end(Waiting::Broken);
    }
}
