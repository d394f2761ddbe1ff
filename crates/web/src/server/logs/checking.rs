//! Checks of logs under way, each in a thread of its own: who waits for one sees how far it is, and nobody waits in vain.
//!
//! Models may compare every event of a case with every other, so that no size of a log says how long they take. A check
//! ends by itself when nobody asks after it any more, and after a stated time at the latest. One runs at a time.

use super::super::city::City;
use super::checked::Checked;
use super::read::Held;
use oversight::check::Pace;
use pack::Title;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

/// How long a page is held back for a check that is soon done.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How often it is looked whether a check is done, or to be given up.
const LOOK: Duration = Duration::from_millis(10);

/// A check that is under way, or was.
pub struct Check {
    pace: Pace,
    /// When somebody asked after it last.
    asked: Mutex<Instant>,
    begun: OnceLock<Instant>,
    outcome: OnceLock<Outcome>,
}

/// How a check ended.
pub enum Outcome {
    /// What was found.
    Found(Checked),
    /// The models do not fit the log: why.
    Unfit(Vec<Title>),
    /// It took too long, and was so far, from 0 to 1.
    Late(f64),
    /// Nobody asked after it, or the program broke off.
    Left,
}

impl Check {
    fn new() -> Self {
        let asked = Mutex::new(Instant::now());
        Self { pace: Pace::default(), asked, begun: OnceLock::new(), outcome: OnceLock::new() }
    }

    /// How it ended; none while it goes on.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.get()
    }

    /// What it found.
    pub fn found(&self) -> Option<&Checked> {
        match self.outcome() {
            Some(Outcome::Found(checked)) => Some(checked),
            _ => None,
        }
    }

    /// How far it is, from 0 to 1, and for how long it has gone on.
    pub fn progress(&self) -> (f64, Duration) {
        (self.pace.share(), self.begun.get().map_or(Duration::ZERO, Instant::elapsed))
    }

    fn touch(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn is_late(&self, city: &City) -> bool {
        self.begun.get().is_some_and(|begun| begun.elapsed() > city.bounds.check)
    }

    fn is_left(&self, city: &City) -> bool {
        let asked = *self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.elapsed() > city.bounds.unasked || *city.stopping.borrow()
    }

    /// Gives the check a moment to end, for who asks after it.
    fn await_soon(&self) {
        let begun = Instant::now();
        while self.outcome().is_none() && begun.elapsed() < PATIENCE {
            sleep(LOOK);
        }
        self.touch();
    }
}

/// The check of a log under this name, begun where nobody has yet, where it was left, or `anew` where it took too long.
///
/// # Errors
/// When no thread can be begun.
pub fn check(
    city: &Arc<City>,
    held: &Arc<Held>,
    (name, anew): (&str, bool),
    work: impl FnOnce(&Held, &Pace) -> Result<Checked, Vec<Title>> + Send + 'static,
) -> io::Result<Arc<Check>> {
    let mut all = held.checks.lock().unwrap_or_else(PoisonError::into_inner);
    let stands = |check: &&Arc<Check>| match check.outcome() {
        Some(Outcome::Left) => false,
        Some(Outcome::Late(_)) => !anew,
        _ => true,
    };
    let check = match all.get(name).filter(stands) {
        Some(known) => Arc::clone(known),
        None => {
            let check = Arc::new(Check::new());
            let (city, held, own) = (Arc::clone(city), Arc::clone(held), Arc::clone(&check));
            Builder::new().name("check log".to_owned()).spawn(move || run(&city, held, own, work))?;
            all.insert(name.to_owned(), Arc::clone(&check));
            check
        }
    };
    drop(all);
    check.touch();
    check.await_soon();
    Ok(check)
}

/// Has a thread do the work, and gives it up in time.
fn run(
    city: &Arc<City>,
    held: Arc<Held>,
    check: Arc<Check>,
    work: impl FnOnce(&Held, &Pace) -> Result<Checked, Vec<Title>> + Send + 'static,
) {
    let (turns, own) = (Arc::clone(city), Arc::clone(&check));
    let working = move || {
        let _turn = loop {
            match turns.logs.turn() {
                Some(turn) => break turn,
                // The log is not held for somebody who has gone.
                None if own.pace.is_given_up() => return drop(own.outcome.set(Outcome::Left)),
                None => sleep(LOOK),
            }
        };
        let _ = own.begun.set(Instant::now());
        let done = work(&held, &own.pace);
        let outcome = match done {
            _ if own.pace.is_given_up() && own.is_late(&turns) => Outcome::Late(own.pace.share()),
            _ if own.pace.is_given_up() => Outcome::Left,
            Ok(checked) => Outcome::Found(checked),
            Err(lines) => Outcome::Unfit(lines),
        };
        let _ = own.outcome.set(outcome);
    };
    let Ok(worker) = Builder::new().name("check".to_owned()).spawn(working) else {
        let _ = check.outcome.set(Outcome::Left);
        return;
    };
    while !worker.is_finished() {
        if check.is_late(city) || check.is_left(city) {
            check.pace.give_up();
        }
        sleep(LOOK);
    }
    // One that broke off has told why on its own.
    let _ = worker.join();
    let _ = check.outcome.set(Outcome::Left);
}
